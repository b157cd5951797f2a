"""The embedded engine: a Tantivy index in one folder of the generation.

Invariant: a folder is written once and then only read. Tantivy is given our tokens (joined by blanks), never
a text to analyse, and our numbers for order, so that its answers are those of any other engine.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy

from graph.model.engine import EngineHealth
from graph.model.errors import NotFound, Unavailable
from search import ranking
from search.document import SearchDocument
from search.fields import known_field
from search.index.facets import SHOWN, most_frequent
from search.index.phrase import placings
from search.index.plan import (
    All,
    Begins,
    Combined,
    Days,
    Near,
    Run,
    Step,
    Token,
    Unscored,
    Values,
    Weighted,
    counted,
    matching,
    ranked,
)
from search.index.row import held_of, hit_of, row_of, stored, whole
from search.paging import check_page, cursor_at, place_of
from search.query import Held, Hit, Own, Query, SearchRequest, SearchResult
from search.why import Looker

_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_FACET_CANDIDATES = 8 * SHOWN  # asked of the engine first; more only where equally frequent ones are cut off
_MOST_CANDIDATES = 10_000  # and of each segment, where there are several, to make the most frequent of all from
_PLACE_BYTES = 6  # of a cursor: how many hits stand before the page
_KIND = "kind"  # the facet of which everything has one value
FOLDER = "index"  # in the generation's folder
_NEXT_STEP = "Run `tidewaiter refresh` to build it again."


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("title", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("forms", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("title_forms", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("identifiers", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("fields", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("day", fast=True, indexed=True)
    builder.add_unsigned_field("tie_breaker", fast=True)
    builder.add_unsigned_field("newest_first", fast=True)
    builder.add_bytes_field("source", stored=True)
    return builder.build()


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Tantivy reports everything as one of these; what a caller can get wrong is checked before."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise Unavailable(
            f"The search index in {folder} cannot be used: {error}.",
            thing=str(folder),
            value=str(error),
            next_step=_NEXT_STEP,
        ) from error


class TantivyStore:
    """The indexes of a home's generations, each in its generation's folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def write(self, folder: Path, documents: Iterable[SearchDocument]) -> int:
        """Index all documents into the generation's folder; see `TantivyIndexWriter`."""
        return TantivyIndexWriter(folder / FOLDER).write(documents)

    def index(self, folder: Path) -> "TantivyIndex":
        """Questions to a generation's index; `NotFound` where there is none."""
        return TantivyIndex(folder / FOLDER)

    def serve(self, folder: Path) -> None:
        """Nothing to do: whoever follows the pointer to the folder has the index."""

    def drop(self, folders: Sequence[Path]) -> None:
        """Nothing to do: the index goes with its folder."""

    def health(self) -> EngineHealth:
        """The version, and the generations that have an index with the bytes that all of them take."""
        held = sorted(folder.parent for folder in self._home.glob(f"generations/*/{FOLDER}") if folder.is_dir())
        size = sum(file.stat().st_size for folder in held for file in (folder / FOLDER).iterdir())
        return EngineHealth(
            f"Tantivy {version('tantivy')}", size_bytes=size, generations=tuple(folder.name for folder in held)
        )

    def close(self) -> None:
        """Nothing to let go of: each index has its own files."""


class TantivyIndexWriter:
    """Writes an index into an empty folder.

    One thread writes one segment for as long as its postings fit into `memory_mb` (about 1.5 KB a document
    of 3 KB, taken as they come): one segment is the fastest to search. More are made beyond, with the same answers.
    """

    def __init__(self, folder: Path, *, memory_mb: int = 2_000) -> None:
        self._folder = folder
        self._memory_bytes = memory_mb * 1_000_000

    def write(self, documents: Iterable[SearchDocument]) -> int:
        """Index all documents and commit; returns how many. `Unavailable` when the folder cannot be written."""
        with _translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(
                _schema(), str(self._folder), reuse=False, sort_by_field="tie_breaker", sort_order=tantivy.Order.Desc
            )
            writer = index.writer(self._memory_bytes, 1)
        count = 0
        for document in documents:
            row = _row(document)
            with _translated(self._folder):
                writer.add_document(row)
            count += 1
        with _translated(self._folder):
            writer.commit()
            writer.wait_merging_threads()
        return count


def _row(document: SearchDocument) -> tantivy.Document:
    given, row = row_of(document), tantivy.Document()
    row.add_text("id", given.id)
    row.add_text("title", given.title)
    for words in given.words:
        row.add_text("words", words)
    row.add_text("forms", given.forms)
    row.add_text("title_forms", given.title_forms)
    for identifier in given.identifiers:
        row.add_text("identifiers", identifier)
    row.add_json("fields", given.fields)
    row.add_unsigned("day", given.day)
    row.add_unsigned("tie_breaker", given.tie_breaker)
    row.add_unsigned("newest_first", given.newest_first)
    row.add_bytes("source", stored(given.source).encode())
    return row


class TantivyIndex:
    """Questions to one written index. Safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "meta.json").is_file():
            raise NotFound(f"There is no search index in {folder}.", thing=str(folder), next_step=_NEXT_STEP)
        self._folder = folder
        with _translated(folder):
            index = tantivy.Index.open(str(folder))
            self._schema = index.schema
            self._searcher: tantivy.Searcher | None = index.searcher()

    def count(self) -> int:
        """How many documents the index holds."""
        return int(self._open().num_docs)

    def held(self, id_: str) -> Held | None:
        """What the index holds of the thing with that id; None where it holds none."""
        with _translated(self._folder):
            searcher = self._open()
            hits = searcher.search(_rendered(counted(Own((id_,))), self._schema), 1, count=False).hits
            return held_of(whole(id_), self._source(hits[0][1])) if hits else None

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many things match each of the queries."""
        with _translated(self._folder):
            return [self._count(counted(query)) for query in queries]

    def _count(self, step: Step) -> int:
        searcher = self._open()
        match step:
            case Combined((Token(column, token),), (), ()) | Token(column, token):
                return int(searcher.doc_freq(column, token))  # nothing is ever deleted
            case Combined((), (Values("id", (own,)) as itself, Values("identifiers", (number,)) as carried), ()):
                both = 0
                if has_own := int(searcher.doc_freq("id", own)):
                    both = self._counts(_rendered(Combined(must=(itself, carried)), self._schema), ())[0]
                return has_own + int(searcher.doc_freq("identifiers", number)) - both
        return self._counts(_rendered(step, self._schema), ())[0]

    def _source(self, address: tantivy.DocAddress) -> dict[str, Any]:
        source: dict[str, Any] = json.loads(self._open().doc(address)["source"][0])
        return source

    def close(self) -> None:
        """Let go of the files; a closed index answers `Unavailable`."""
        self._searcher = None

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of hits; `Invalid` for a bad cursor, limit, sort, field or facet."""
        check_page(request)
        facets = tuple(known_field(name).name for name in request.facets)
        place = place_of(request, size=_PLACE_BYTES)
        offset = int.from_bytes(place) if place else 0
        with _translated(self._folder):
            total, counted = self._counts(_rendered(matching(request), self._schema), facets)
            page = self._page(request, offset, total)
            items = self._hits(page, Looker(request.query))
        after = offset + len(items)
        return SearchResult(
            items=items,
            total=total,
            next_cursor=cursor_at(request, after.to_bytes(_PLACE_BYTES)) if items and after < total else "",
            facets=counted,
        )

    def _open(self) -> tantivy.Searcher:
        if self._searcher is None:
            raise Unavailable("The search index is closed.", thing=str(self._folder), next_step="Search again.")
        return self._searcher

    def _counts(
        self, query: tantivy.Query, facets: tuple[str, ...]
    ) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
        """How many match, and the most frequent values of each facet, in one pass without scores; in another with many
        more values of a facet in which so many are equally frequent that the first cuts through them."""
        asked: dict[str, Any] = {name: self._most(name, _FACET_CANDIDATES) for name in facets}
        if _KIND not in facets:
            asked["#"] = {"value_count": {"field": "tie_breaker"}}
        found = self._open().aggregate(query, asked)
        total = int(found.pop("#")["value"]) if _KIND not in facets else _counted(found[_KIND])
        cut = {name: self._most(name, _MOST_CANDIDATES) for name in facets if _is_cut(found[name]["buckets"])}
        if cut:
            found |= self._open().aggregate(query, cut)
        return total, {
            name: most_frequent((str(one["key"]), int(one["doc_count"])) for one in found[name]["buckets"])
            for name in facets
        }

    def _most(self, facet: str, size: int) -> dict[str, Any]:
        """Asks for the most frequent values of a facet."""
        of_each_segment = size if self._open().num_segments <= 1 else _MOST_CANDIDATES
        return {"terms": {"field": f"fields.{facet}", "size": size, "segment_size": of_each_segment}}

    def _page(self, request: SearchRequest, offset: int, total: int) -> list[tuple[float, tantivy.DocAddress]]:
        """Scores and addresses of the page's hits, in the total order."""
        searcher = self._open()
        wanted = min(request.limit, total - offset)
        if wanted <= 0:
            return []
        if request.sort == "date" or not ranking.is_scored(request.query):
            query = _rendered(matching(request), self._schema)
            order = "newest_first" if request.sort == "date" else "tie_breaker"
            hits = searcher.search(query, wanted, count=False, offset=offset, order_by_field=order).hits
            return [(0.0, address) for _, address in hits]
        query = _rendered(ranked(request), self._schema)
        if searcher.num_segments <= 1:
            # The one segment is stored in the order of the tie breaker, and Tantivy breaks ties by place.
            return searcher.search(query, wanted, count=False, offset=offset).hits
        return self._page_over_segments(query, offset, wanted, total)

    def _page_over_segments(
        self, query: tantivy.Query, offset: int, wanted: int, total: int
    ) -> list[tuple[float, tantivy.DocAddress]]:
        """As above with ties across segments: fetch until the last group of equal scores is whole, then sort."""
        searcher = self._open()
        needed = fetched = offset + wanted
        while True:
            fetched = min(total, fetched * 2)
            hits = searcher.search(query, fetched, count=False).hits
            if fetched >= total or hits[-1][0] < hits[needed - 1][0]:
                break
        ties = searcher.fast_field_values("tie_breaker", [address for _, address in hits])
        ordered = sorted(zip(hits, ties, strict=True), key=lambda hit: (-hit[0][0], -(hit[1] or 0)))
        return [hit for hit, _ in ordered[offset:needed]]

    def _hits(self, page: list[tuple[float, tantivy.DocAddress]], looker: Looker) -> tuple[Hit, ...]:
        searcher = self._open()
        items = []
        for score, address in page:
            row = searcher.doc(address)
            items.append(hit_of(row["id"][0], json.loads(row["source"][0]), score=score, looker=looker))
        return tuple(items)


def _counted(facet: Mapping[str, Any]) -> int:
    """How many things have a value of a facet of which each has one."""
    return int(facet["sum_other_doc_count"]) + sum(int(one["doc_count"]) for one in facet["buckets"])


def _is_cut(buckets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether values may be missing that are as frequent as the last one that is shown."""
    return len(buckets) == _FACET_CANDIDATES and buckets[-1]["doc_count"] == buckets[SHOWN - 1]["doc_count"]


def _rendered(step: Step, schema: tantivy.Schema) -> tantivy.Query:  # noqa: PLR0911 - one return a step
    """Tantivy's query for a step of a plan."""
    match step:
        case Token(column, token):
            return tantivy.Query.term_query(schema, column, token, index_option="freq")
        case Begins(column, beginning):
            return tantivy.Query.fuzzy_term_query(schema, column, beginning, distance=0, prefix=True)
        case Near(column, token, edits):
            return tantivy.Query.fuzzy_term_query(schema, column, token, distance=edits)
        case Run(column, tokens, gaps):
            ways: list[list[str | tuple[int, str]]] = [
                [*zip(way, tokens, strict=True)] for way in placings(len(tokens), gaps)
            ]
            runs = [tantivy.Query.phrase_query(schema, column, way) for way in ways]
            return runs[0] if len(runs) == 1 else tantivy.Query.boolean_query([(_SHOULD, run) for run in runs])
        case Values(column, values, score):
            terms = [tantivy.Query.term_query(schema, column, value, index_option="basic") for value in values]
            any_term = tantivy.Query.boolean_query([(_SHOULD, term) for term in terms])
            return tantivy.Query.const_score_query(terms[0] if len(terms) == 1 else any_term, score)
        case Days(low, high):
            days = tantivy.Query.range_query(schema, "day", tantivy.FieldType.Unsigned, low, high)
            return tantivy.Query.const_score_query(days, 0.0)
        case All():
            return tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        case Unscored(inner, score):
            return tantivy.Query.const_score_query(_rendered(inner, schema), score)
        case Weighted(inner, weight):
            return tantivy.Query.boost_query(_rendered(inner, schema), weight)
        case Combined(must, may, must_not):
            parts = ((_MUST, must), (_SHOULD, may), (_MUST_NOT, must_not))
            return tantivy.Query.boolean_query(
                [(occur, _rendered(one, schema)) for occur, some in parts for one in some]
            )
