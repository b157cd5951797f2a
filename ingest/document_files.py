"""Documents on their way in: the files that their rows name are read and kept, and what their texts mention is found.

Invariant: a row names only files beside or below its own file; each original is kept once, under its SHA-256, so
that a person can open what was read. Numbers of rulings have one form, in whatever collection they are written.
"""

import json
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.model.errors import Invalid, TidewaiterError
from graph.model.identifiers import RulingNumber
from graph.model.tables import DOCUMENTS, MENTIONS, PROVENANCE, ColumnType, IdentifierType
from ingest.extract.pipeline import How
from ingest.extract.side_by_side import MentionFinders
from ingest.file_text import sha256_of
from ingest.sources.delimited import reading
from ingest.sources.source import TextRows
from ingest.text.readers import Asked, Readers
from ingest.text.reading import Reading

FOLDER = "documents"
NOT_READ = "kept, text not read"
OF_A_FILE = ("sha256", "pages", "reading_notes", "found_in")  # columns of documents that a file of its own fills
_RULING_LISTS = ("related", "modifies", "modified_by", "revokes", "revoked_by")
_MENTIONS_AT_ONCE = 50_000
_DOCUMENTS_AT_ONCE = 200
_LONGEST_PIECE = 1_000_000  # characters; reading takes some 70 bytes for each
# What a picture of letters says of a number counts only where the number's own check digit bears it out.
_CHECKED = frozenset({IdentifierType.ENTRY_NUMBER, IdentifierType.CONTAINER})

_ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.LIST: pa.list_(pa.string()),
    ColumnType.JSON: pa.string(),
}
_MENTIONS_SCHEMA = pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in (*MENTIONS.columns, *PROVENANCE)])


@dataclass(frozen=True, slots=True)
class ReadFor:
    """What became of a file that a row names: `unread` says why its text was not read, `failed` that it is broken."""

    row_file: str
    unread: str = ""
    failed: bool = False

    @property
    def reason(self) -> str:
        """The same in words."""
        named = f"read as a document that {self.row_file} names"
        return f"{named}; {NOT_READ}: {self.unread}" if self.unread else named


class Originals:
    """The files of documents, read by `readers` and copied beside the load until it is committed."""

    def __init__(self, home: Path, staging: Path, readers: Readers) -> None:
        self._home = home
        self._staging = staging / FOLDER
        self._readers = readers
        self.staged: dict[str, Path] = {}  # path under the home -> the copy
        self.read_for: dict[Path, ReadFor] = {}  # by the sender's file
        self.ids: dict[str, str] = {}  # SHA-256 -> the document that a row made of the file
        self._notes: Counter[str] = Counter()

    def take_notes(self) -> Counter[str]:
        """Files that were kept without being read, since this was last asked: one file's."""
        notes, self._notes = self._notes, Counter()
        return notes

    def complete(self, rows: Iterator[TextRows], path: Path) -> Iterator[TextRows]:
        """The documents of the file at `path` with their texts read, their files kept and their numbers in one form."""
        for some in rows:
            if some.table != DOCUMENTS.name:
                yield some
                continue
            # A row carries the text of its file from here on: few at a time, so that they do not fill the memory.
            step = _DOCUMENTS_AT_ONCE if "file" in some.batch.schema.names else max(some.batch.num_rows, 1)
            for start in range(0, max(some.batch.num_rows, 1), step):
                problems = {at - start: said for at, said in some.problems.items() if start <= at < start + step}
                left_out = some.left_out if start == 0 else {}
                part = replace(some, batch=some.batch.slice(start, step), problems=problems, left_out=left_out)
                yield self._completed(part, path)

    def _completed(self, some: TextRows, path: Path) -> TextRows:
        columns: dict[str, list[str | None]] = {
            name: some.batch.column(name).to_pylist() for name in some.batch.schema.names if name != "source_row"
        }
        height = some.batch.num_rows
        problems = dict(some.problems)
        kinds = columns.get("kind", [None] * height)
        if "file" in columns:
            self._read_files(columns, problems, path, height)
        for at in range(height):
            if (kinds[at] or "").strip().lower() == "ruling":
                _normalise_ruling(columns, at)
        arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
        numbers = some.batch.column("source_row")
        batch = pa.RecordBatch.from_arrays([*arrays, numbers], names=[*columns, "source_row"])
        return replace(some, batch=batch, problems=problems)

    def _read_files(
        self, columns: dict[str, list[str | None]], problems: dict[int, str], path: Path, height: int
    ) -> None:
        for name in ("text", "filename", "title", "language", *OF_A_FILE):
            columns.setdefault(name, [None] * height)
        wanted: dict[int, Asked] = {}
        for at, file in enumerate(columns["file"]):
            if file is None or at in problems:
                continue
            try:
                original = _beside(file, path)
                sha256 = sha256_of(original)
                columns["file"][at] = self.keep(original, sha256)
            except TidewaiterError as error:
                problems[at] = f"file: {error.message}"
                continue
            columns["sha256"][at], columns["found_in"][at] = sha256, json.dumps([file])
            columns["filename"][at] = columns["filename"][at] or Path(file).name
            self.ids[sha256] = (columns.get("id") or [""] * height)[at] or ""
            if original != path.resolve():
                self.read_for[original] = ReadFor(path.name)
            if not columns["text"][at]:
                wanted[at] = Asked(original, Path(file).name)
        for (at, asked), said in zip(wanted.items(), self._readers.read(wanted.values()), strict=True):
            why = str(said) if isinstance(said, TidewaiterError) else said.unread
            if why:
                self._notes[NOT_READ] += 1
                self.read_for[asked.path] = ReadFor(path.name, why, failed=isinstance(said, TidewaiterError))
                columns["reading_notes"][at] = json.dumps([why])
            if isinstance(said, Reading):
                for name, cell in cells_of(said).items():
                    columns[name][at] = columns[name][at] or cell

    def keep(self, original: Path, sha256: str) -> str:
        """Where a file will stand under the home once the load is committed."""
        relative = f"{FOLDER}/{sha256}{original.suffix.lower()[:12]}"
        if relative not in self.staged and not (self._home / relative).exists():
            self._staging.mkdir(parents=True, exist_ok=True)
            copy = self._staging / Path(relative).name
            with reading(original):
                shutil.copyfile(original, copy)
            self.staged[relative] = copy
        return relative


def cells_of(said: Reading) -> dict[str, str | None]:
    """What the reading of a file says of its document, as cells; lists as JSON, since their items may hold any sign."""
    pages = [{"page": page.number, "start": page.start, "end": page.end, "ocr": page.ocr} for page in said.pages]
    return {
        "text": said.text or None,
        "title": said.title or None,
        "language": said.language or None,
        "pages": json.dumps(pages) if pages else None,
        "reading_notes": json.dumps(said.notes, ensure_ascii=False) if said.notes else None,
    }


def _beside(file: str, path: Path) -> Path:
    """The file that a row of the file at `path` names."""
    folder = path.parent.resolve()
    original = (folder / file).resolve()
    if not original.is_relative_to(folder):
        raise Invalid(f"{file} is not beside or below {path.name}", thing=file)
    if not original.is_file():
        raise Invalid(f"{file} is not there", thing=file, next_step="Put it beside the file that names it.")
    return original


def _normalise_ruling(columns: dict[str, list[str | None]], at: int) -> None:
    if "id" in columns and (written := columns["id"][at]):
        collection = (columns.get("collection", [None] * (at + 1))[at] or "").strip()
        columns["id"][at] = _ruling_id(written, collection)
    for name in _RULING_LISTS:
        if name in columns and (listed := columns[name][at]) and not listed.lstrip().startswith("["):
            columns[name][at] = ";".join(_ruling_id(part, "") for part in listed.replace(",", ";").split(";"))


def _ruling_id(written: str, collection: str) -> str:
    """`NY-N301234`; as it was written where it is no ruling number."""
    for text in (written, f"{collection} {written}"):
        try:
            return RulingNumber.parse(text).key
        except Invalid:
            continue
    return written.strip()


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a document's text that is being read: where it begins in the text, and whether it is the last."""

    begin: int
    last: bool
    pictured: list[tuple[int, int]]
    provenance: tuple[object, ...]


def write_mentions(
    documents: Path,
    target: Path,
    engine: duckdb.DuckDBPyConnection,
    finders: MentionFinders,
    told: Callable[[int], None],
) -> int:
    """Write what the texts of a fact file of documents mention as facts of their own; how many there are."""
    reading_now: deque[_Piece] = deque()
    written = done = 0
    columns: list[tuple[object, ...]] = []
    with pq.ParquetWriter(target, _MENTIONS_SCHEMA, compression="zstd") as writer:

        def flush() -> None:
            if columns:
                by_column = zip(*columns, strict=True)
                arrays = [pa.array(cells, field.type) for cells, field in zip(by_column, _MENTIONS_SCHEMA, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=_MENTIONS_SCHEMA))
                columns.clear()

        for document_id, mentions in finders.find(_texts(documents, engine, reading_now)):
            piece = reading_now.popleft()
            for one in mentions:
                first, last = piece.begin + one.start, piece.begin + one.end
                doubtful = any(start <= first < end for start, end in piece.pictured)
                if doubtful and one.how == How.NUMBER and one.what not in _CHECKED:
                    continue
                what = (document_id, one.kind, one.key, first, last, one.text, str(one.how))
                columns.append((*what, *piece.provenance, None, None))
                written += 1
            if len(columns) >= _MENTIONS_AT_ONCE:
                flush()
            if piece.last:
                done += 1
                if done % _DOCUMENTS_AT_ONCE == 0:
                    told(done)
        told(done)
        flush()
    return written


def _texts(documents: Path, engine: duckdb.DuckDBPyConnection, reading_now: deque[_Piece]) -> Iterator[tuple[str, str]]:
    """The texts of a fact file, piece by piece; what must be known of a piece later is put aside."""
    found = engine.execute(
        "SELECT id, text, pages, source, source_row, load_id, known_at FROM read_parquet(?) WHERE text IS NOT NULL",
        [str(documents)],
    )
    while some := found.fetchmany(_DOCUMENTS_AT_ONCE):
        for document_id, text, pages, *provenance in some:
            pictured = recognised_spans(pages)
            for start, end in text_pieces(text):
                reading_now.append(_Piece(start, end == len(text), pictured, tuple(provenance)))
                yield document_id, text[start:end]
