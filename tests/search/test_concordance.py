"""Tariff numbers over the years."""

from pathlib import Path

import pytest

from graph.facts.duckdb import DuckDbFactStore
from search.concordance import Concordance, read_concordance, write_concordance
from search.document import SearchDocument
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.query import AllOf, Identifier, Not, Words
from search.service import SearchService
from tests.fixtures.fact_files import load_facts

CHANGES = [
    ("7326200010", "7326200020", "rev_2"),
    ("7326200020", "7326200030", "rev_5"),
    ("7326200020", "8302509000", "rev_5"),
    ("7318150000", "8302509000", "rev_5"),
]


def carrying(id_: str, number: str) -> SearchDocument:
    digits = (2, 4, 6, 8, 10)
    return SearchDocument(
        f"document:{id_}", "ruling", f"On {id_}", "", None, tuple(f"hts:{number[:n]}" for n in digits)
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    folder: Path = tmp_path_factory.mktemp("index")
    TantivyIndexWriter(folder).write(
        [
            carrying("oldest", "7326200010"),
            carrying("middle", "7326200020"),
            carrying("newest", "7326200030"),
            carrying("moved", "8302509000"),
            carrying("bolts", "7318150000"),
        ]
    )
    return SearchService(TantivyIndex(folder), concordance=Concordance.of(CHANGES))


def ids(service: SearchService, text: str) -> list[str]:
    return [hit.id.partition(":")[2] for hit in service.search(text).items]


def test_a_number_finds_itself_first_then_what_stood_under_its_predecessors_and_theirs(service: SearchService) -> None:
    found = ids(service, "7326.20.0030")
    assert found[0] == "newest"
    assert set(found) == {"newest", "middle", "oldest"}


def test_a_number_finds_its_successors_but_not_what_others_brought_into_them(service: SearchService) -> None:
    assert set(ids(service, "7326200010")) == {"oldest", "middle", "newest", "moved"}


def test_a_number_above_is_followed_where_the_change_crosses_it(service: SearchService) -> None:
    assert set(ids(service, "8302.50")) == {"moved", "oldest", "middle", "newest", "bolts"}
    assert set(ids(service, "7326.20")) == {"oldest", "middle", "newest", "moved"}


def test_the_note_and_the_hit_say_so(service: SearchService) -> None:
    found = service.search("7326.20.0030")
    assert "before it 7326.20.00.20 (until rev_5), 7326.20.00.10 (until rev_2)" in found.note
    (reason,) = next(hit.why for hit in found.items if hit.id == "document:oldest")
    assert (reason.how, reason.asked, reason.found) == ("changed", "7326200030", ("7326200010",))


def test_a_filter_follows_changes_too(service: SearchService) -> None:
    found = service.search("", filters={"hts": ("7326.20.0030",)}).items
    assert {hit.id for hit in found} == {"document:oldest", "document:middle", "document:newest"}


def test_what_is_excluded_is_the_number_alone() -> None:
    query = AllOf((Words("wire"), Not(Identifier("hts", "7326200030"))))
    assert Concordance.of(CHANGES).widened(query) == (query, ())


def test_changes_that_go_round_in_a_circle_end() -> None:
    circle = Concordance.of([("7326200010", "7326200020", ""), ("7326200020", "7326200010", "")])
    assert [number for number, _, _ in circle.related("7326200010")] == ["7326200020"]


def test_changes_are_laid_out_for_a_generation_and_read_again(tmp_path: Path) -> None:
    rows = [{"old_hts": old, "new_hts": new, "revision_to": revision} for old, new, revision in CHANGES]
    load_facts(tmp_path, hts_changes=[*rows, {"new_hts": "8302509500", "revision_to": "rev_5"}])
    assert write_concordance(tmp_path, DuckDbFactStore(tmp_path, memory_limit_gb=1, threads=1)) == len(CHANGES)
    assert read_concordance(tmp_path) == Concordance.of(CHANGES)
    assert read_concordance(tmp_path / "none") == Concordance()
