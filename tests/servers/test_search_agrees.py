"""Tantivy and OpenSearch over the same documents: the same hits in the same order, totals and facets.

What is printed is the share of questions whose first ten hits are the same in the same order, and with the same scores.
"""

import random
from collections.abc import Callable, Iterator
from secrets import token_hex

import pytest

from api.bench.texts import invented_documents, vocabulary
from search.index.index import SearchIndex
from search.index.opensearch import OpenSearchStore
from search.index.tantivy import TantivyStore
from search.query import (
    AllOf,
    AnyOf,
    Everything,
    Identifier,
    Not,
    Phrase,
    Query,
    Range,
    SearchRequest,
    SearchResult,
    Term,
    Words,
)

DOCUMENTS = 4_000
FACETS = ("kind", "port", "country")


@pytest.fixture(scope="module")
def both(opensearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    folder = tmp_path_factory.mktemp("home") / "generations" / "20260301T080000Z-0001"
    folder.mkdir(parents=True)
    tantivy = TantivyStore(folder.parents[1])
    opensearch = OpenSearchStore(f"{opensearch_url}/agrees-{token_hex(4)}?shards=2")
    for store in (tantivy, opensearch):
        store.write(folder, invented_documents(DOCUMENTS))
    yield tantivy.index(folder), opensearch.index(folder)
    opensearch.drop([folder])
    opensearch.close()


def questions() -> list[Query]:
    """200 questions of 20 forms, of frequent words and of rare ones."""
    choose = random.Random(11)  # noqa: S311 - the same questions in every run
    words = vocabulary()

    def frequent(count: int = 1) -> str:
        return " ".join(choose.sample(words[:120], count))

    def rarer(count: int = 1) -> str:
        return " ".join(choose.sample(words[200:3_000], count))

    def tariff() -> Identifier:
        return Identifier("hts", f"{choose.randrange(1, 97):02d}")

    return [
        query
        for _ in range(10)
        for query in (
            Words(frequent()),
            Words(rarer()),
            Words(frequent(2)),
            Words(f"{frequent()} {rarer()}"),
            Words(rarer(), field="title"),
            Words(frequent(2), field="title", need="any"),
            Words(rarer(5), need="any"),
            Words(f"{frequent(4)} {rarer(8)}", need="any"),
            Phrase(frequent(2)),
            Phrase(frequent(2), slop=3),
            Phrase(frequent(3), slop=12),
            Phrase(frequent(2), field="title", slop=5),
            AllOf((Words(frequent()), Term("kind", "ruling"), Range(None, None))),
            AllOf((Words(frequent()), Not(Words(frequent())))),
            AnyOf((Words(rarer()), Words(rarer()), Not(Words(frequent())))),
            AnyOf((tariff(), Phrase(frequent(2)))),
            AnyOf((Identifier("document", f"B-{choose.randrange(DOCUMENTS)}"), Words(frequent(2)))),
            AllOf((Everything(), Words(rarer(), need="any"))),
            Term("port", f"{choose.randrange(20):02d}01"),
            Not(Words(rarer())),
        )
    ]


@pytest.mark.parametrize("filters", [{}, {"country": ("CN", "VN")}], ids=["all documents", "filtered"])
def test_two_hundred_questions_have_the_same_answers(
    both: tuple[SearchIndex, SearchIndex],
    filters: dict[str, tuple[str, ...]],
    record_property: Callable[[str, object], None],
) -> None:
    same = equal = 0
    shared: list[float] = []
    for query in questions():
        request = SearchRequest(query, filters=filters, facets=FACETS, limit=10)
        ours, theirs = (index.search(request) for index in both)
        assert (ours.total, ours.facets) == (theirs.total, theirs.facets), query
        assert bool(ours.next_cursor) == bool(theirs.next_cursor)
        shared.append(overlap(ours, theirs))
        assert shared[-1] >= 0.9, query
        same += [hit.id for hit in ours.items] == [hit.id for hit in theirs.items]
        equal += ours.items == theirs.items
    assert len(shared) == 200
    told = f"same ten in the same order {same / 2}%, with equal scores {equal / 2}%, overlap {sum(shared) / 200:.4f}"
    record_property("agreement", told)
    print(f"\nTantivy and OpenSearch, {len(shared)} questions: {told}")
    assert same >= 0.98 * 200


def overlap(ours: SearchResult, theirs: SearchResult) -> float:
    """The share of the hits of one page that the other has too; 1 where both are empty."""
    found = {hit.id for hit in ours.items}
    return len(found & {hit.id for hit in theirs.items}) / len(found) if found else float(not theirs.items)


def test_scores_differ_by_no_more_than_the_rounding_of_32_bits(both: tuple[SearchIndex, SearchIndex]) -> None:
    for query in questions():
        ours, theirs = (index.search(SearchRequest(query, limit=10)) for index in both)
        for one, other in zip(ours.items, theirs.items, strict=True):
            assert one.score == pytest.approx(other.score, rel=1e-6, abs=1.01e-4), query


@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_all_pages_hold_the_same_hits(both: tuple[SearchIndex, SearchIndex], sort: str) -> None:
    query = Words(vocabulary()[40])
    walks = []
    for index in both:
        walk: list[str] = []
        cursor = ""
        while page := index.search(SearchRequest(query, sort=sort, limit=97, cursor=cursor)):  # type: ignore[arg-type]
            walk += [hit.id for hit in page.items]
            cursor = page.next_cursor
            if not cursor:
                break
        walks.append(walk)
    assert len(walks[0]) > 500
    assert set(walks[0]) == set(walks[1])
    displaced = sum(one != other for one, other in zip(*walks, strict=True))
    assert displaced <= 0.02 * len(walks[0])
