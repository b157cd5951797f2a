"""What the texts of documents name and say, as facts of their own: the tables `mentions` and `statements`.

Invariant: a text is read once, in pieces, and places count from its beginning. A document has one row of statements a
version of its text, be there anything in it or not: what only an earlier text said is not said any more. A number that
was recognised from a picture counts only where its own check digit bears it out.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.model.tables import MENTIONS, PROVENANCE, STATEMENTS, ColumnType, IdentifierType, Table
from ingest.extract.mentions import Mention
from ingest.extract.pipeline import How
from ingest.extract.read import Text
from ingest.extract.results import ORIGIN_TOLD
from ingest.extract.said import Said
from ingest.extract.side_by_side import TextReaders

_ROWS_AT_ONCE = 50_000
_DOCUMENTS_AT_ONCE = 200
_LONGEST_PIECE = 1_000_000  # characters; reading takes some 70 bytes for each
_CHECKED = frozenset({IdentifierType.ENTRY_NUMBER, IdentifierType.CONTAINER})
_FROM_A_PICTURE = "recognised from a picture"
# The lists of a statement's row, by what is said.
_LISTED = {
    "classified_under": "classified_under", "origin": "origins", "modifies": "modifies", "revokes": "revokes",
    "affirms": "affirms",
}  # fmt: skip

_ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.CODE: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.LIST: pa.list_(pa.string()),
    ColumnType.JSON: pa.string(),
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a document's text that is being read: where it begins in the text, and whether it is the last."""

    begin: int
    last: bool
    pictured: list[tuple[int, int]]
    provenance: tuple[object, ...]

    def recognised(self, start: int) -> bool:
        """Whether what begins there in the text was recognised from a picture."""
        return any(first <= start < end for first, end in self.pictured)


class _Rows:
    """Rows of one table on their way into its file."""

    def __init__(self, table: Table, target: Path) -> None:
        self._schema = pa.schema([(one.name, _ARROW_TYPES[one.type]) for one in (*table.columns, *PROVENANCE)])
        self._writer = pq.ParquetWriter(target, self._schema, compression="zstd")
        self._waiting: list[tuple[object, ...]] = []
        self.written = 0

    def add(self, cells: Sequence[object], piece: _Piece) -> None:
        """One row, with where it comes from."""
        self._waiting.append((*cells, *piece.provenance, None, None))
        self.written += 1
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            by_column = zip(*self._waiting, strict=True)
            arrays = [pa.array(cells, field.type) for cells, field in zip(by_column, self._schema, strict=True)]
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._waiting.clear()


def write_text_facts(
    documents: Path,
    engine: duckdb.DuckDBPyConnection,
    readers: TextReaders,
    told: Callable[[int], None],
    *,
    mentions: Path,
    statements: Path,
) -> tuple[int, int]:
    """Write what the texts of a fact file of documents name, and what they say; how many rows each."""
    reading_now: deque[_Piece] = deque()
    done = 0
    said: list[Said] = []  # of the document that is being read
    with closing(_Rows(MENTIONS, mentions)) as named, closing(_Rows(STATEMENTS, statements)) as stated:
        for read in readers.read(_texts(documents, engine, reading_now)):
            piece = reading_now.popleft()
            for one in read.mentions:
                if not _doubtful(one, piece):
                    first, last = piece.begin + one.start, piece.begin + one.end
                    named.add((read.document_id, one.kind, one.key, first, last, one.text, str(one.how)), piece)
            said += (_placed(one, piece) for one in read.said)
            if piece.last:
                stated.add((read.document_id, *_cells(said)), piece)
                said.clear()
                done += 1
                if done % _DOCUMENTS_AT_ONCE == 0:
                    told(done)
        told(done)
    return named.written, stated.written


def _doubtful(one: Mention, piece: _Piece) -> bool:
    recognised = piece.recognised(piece.begin + one.start)
    return recognised and one.how == How.NUMBER and one.what not in _CHECKED


def _placed(one: Said, piece: _Piece) -> Said:
    """A statement at its place in the whole text, if it has one."""
    if not one.end:
        return one
    start, end = piece.begin + one.start, piece.begin + one.end
    return replace(one, start=start, end=end, flag=_FROM_A_PICTURE if piece.recognised(start) else one.flag)


def _cells(said: Sequence[Said]) -> tuple[object, ...]:
    """The lists of what is certain, and all that is said as JSON."""
    listed: dict[str, dict[str, None]] = {column: {} for column in _LISTED.values()}
    for one in said:
        if one.what in _LISTED and one.flag != _FROM_A_PICTURE:
            listed[_LISTED[one.what]][one.key.partition(":")[2]] = None
    results = [one.value for one in said if one.what == "conclusion" and one.value.startswith("protest ")]
    of_origin = {one.value for one in said if one.what == "origin_consistent"}
    consistent = [code for code, told in ORIGIN_TOLD.items() if {told} == of_origin]
    return (
        *(list(keys) or None for keys in listed.values()),
        results or None,
        consistent[0] if consistent else None,
        said_as_json(said),
    )


def said_as_json(said: Sequence[Said]) -> str | None:
    """Statements as they are kept, without what is empty; None where there is none.

    >>> said_as_json([Said("conclusion", "Bill issued.", start=4, end=16)])
    '[{"what": "conclusion", "value": "Bill issued.", "start": 4, "end": 16}]'
    """
    kept = [{name: value for name in Said.__slots__ if (value := getattr(one, name))} for one in said]
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _texts(documents: Path, engine: duckdb.DuckDBPyConnection, reading_now: deque[_Piece]) -> Iterator[Text]:
    """The texts of a fact file, piece by piece; what must be known of a piece later is put aside."""
    found = engine.execute(
        "SELECT id, kind, text, pages, source, source_row, load_id, known_at FROM read_parquet(?)"
        " WHERE text IS NOT NULL",
        [str(documents)],
    )
    while some := found.fetchmany(_DOCUMENTS_AT_ONCE):
        for document_id, kind, text, pages, *provenance in some:
            pictured = recognised_spans(pages)
            for start, end in text_pieces(text):
                reading_now.append(_Piece(start, end == len(text), pictured, tuple(provenance)))
                yield document_id, kind, text[start:end]


def recognised_spans(pages: str | None) -> list[tuple[int, int]]:
    """The spans of a text that were recognised from pictures.

    >>> recognised_spans('[{"page": 2, "start": 9, "end": 12, "ocr": true}]')
    [(9, 12)]
    """
    if not pages or '"ocr": true' not in pages:
        return []
    return [(page["start"], page["end"]) for page in json.loads(pages) if page["ocr"]]


def text_pieces(text: str, longest: int = _LONGEST_PIECE) -> Iterator[tuple[int, int]]:
    """Spans that make up a text, ended at a line's end where there is one: no more is read into memory at once.

    >>> list(text_pieces("Frames\\nof wood", 10)), list(text_pieces("", 10))
    ([(0, 7), (7, 14)], [(0, 0)])
    """
    start = 0
    while len(text) - start > longest:
        end = text.rfind("\n", start, start + longest) + 1 or start + longest
        yield start, end
        start = end
    yield start, len(text)
