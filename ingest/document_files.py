"""Documents on their way in: the files that their rows name are read and kept, and what their texts mention is found.

Invariant: a row names only files beside or below its own file; each original is kept once, under its SHA-256, so
that a person can open what was read. Numbers of rulings have one form, in whatever collection they are written.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.model.errors import Invalid, TidewaiterError
from graph.model.identifiers import RulingNumber
from graph.model.tables import DOCUMENTS, MENTIONS, PROVENANCE, ColumnType
from ingest.extract.mentions import find_mentions
from ingest.sources.delimited import decoded, encoding_of, reading
from ingest.sources.source import TextRows

FOLDER = "documents"
NOT_READ = "kept, text not read"
_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})
_LARGEST_TEXT_BYTES = 32 * 1024 * 1024
_RULING_LISTS = ("related", "modifies", "modified_by", "revokes", "revoked_by")
_MENTIONS_AT_ONCE = 50_000
_DOCUMENTS_AT_ONCE = 500

_ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.LIST: pa.list_(pa.string()),
    ColumnType.JSON: pa.string(),
}
_MENTIONS_SCHEMA = pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in (*MENTIONS.columns, *PROVENANCE)])


class Originals:
    """The files that documents name, copied beside the load until it is committed."""

    def __init__(self, home: Path, staging: Path) -> None:
        self._home = home
        self._staging = staging / FOLDER
        self.staged: dict[str, Path] = {}  # path under the home -> the copy
        self.read_for: dict[Path, str] = {}  # the sender's file -> the row file that names it
        self._notes: Counter[str] = Counter()

    def take_notes(self) -> Counter[str]:
        """Files that were kept without being read, since this was last asked: one file's."""
        notes, self._notes = self._notes, Counter()
        return notes

    def complete(self, rows: Iterator[TextRows], path: Path) -> Iterator[TextRows]:
        """The documents of the file at `path` with their texts read, their files kept and their numbers in one form."""
        for some in rows:
            yield self._completed(some, path) if some.table == DOCUMENTS.name else some

    def _completed(self, some: TextRows, path: Path) -> TextRows:
        columns: dict[str, list[str | None]] = {
            name: some.batch.column(name).to_pylist() for name in some.batch.schema.names if name != "source_row"
        }
        height = some.batch.num_rows
        problems = dict(some.problems)
        kinds = columns.get("kind", [None] * height)
        if "file" in columns:
            texts = columns.setdefault("text", [None] * height)
            names = columns.setdefault("filename", [None] * height)
            for at, file in enumerate(columns["file"]):
                if file is None or at in problems:
                    continue
                try:
                    columns["file"][at], text = self._kept(file, path, wanted=not texts[at])
                except TidewaiterError as error:
                    problems[at] = f"file: {error.message}"
                    continue
                texts[at] = texts[at] or text
                names[at] = names[at] or Path(file).name
        for at in range(height):
            if (kinds[at] or "").strip().lower() == "ruling":
                _normalise_ruling(columns, at)
        arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
        numbers = some.batch.column("source_row")
        batch = pa.RecordBatch.from_arrays([*arrays, numbers], names=[*columns, "source_row"])
        return replace(some, batch=batch, problems=problems)

    def _kept(self, file: str, path: Path, *, wanted: bool) -> tuple[str, str | None]:
        """Where the original will stand under the home, and its text where that is wanted and can be read."""
        folder = path.parent.resolve()
        original = (folder / file).resolve()
        if not original.is_relative_to(folder):
            raise Invalid(f"{file} is not beside or below {path.name}", thing=file)
        if not original.is_file():
            raise Invalid(f"{file} is not there", thing=file, next_step="Put it beside the file that names it.")
        with reading(original), original.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        relative = f"{FOLDER}/{digest}{original.suffix.lower()}"
        if relative not in self.staged and not (self._home / relative).exists():
            self._staging.mkdir(parents=True, exist_ok=True)
            copy = self._staging / Path(relative).name
            shutil.copyfile(original, copy)
            self.staged[relative] = copy
        if original != path.resolve():
            self.read_for[original] = path.name
        if not wanted:
            return relative, None
        if original.suffix.lower() not in _TEXT_SUFFIXES or original.stat().st_size > _LARGEST_TEXT_BYTES:
            self._notes[NOT_READ] += 1
            return relative, None
        return relative, _text_of(original)


def _text_of(path: Path) -> str:
    with reading(path):
        raw = path.read_bytes()
        encoding = encoding_of(raw)
        errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
        return decoded(raw.decode(encoding, errors))[0].replace("\0", "")


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


def write_mentions(
    documents: Path, target: Path, engine: duckdb.DuckDBPyConnection, told: Callable[[int], None]
) -> int:
    """Write what the texts of a fact file of documents mention as facts of their own; how many there are."""
    found = engine.execute(
        "SELECT id, text, source, source_row, load_id, known_at FROM read_parquet(?) WHERE text IS NOT NULL",
        [str(documents)],
    )
    written = done = 0
    columns: list[tuple[object, ...]] = []
    with pq.ParquetWriter(target, _MENTIONS_SCHEMA, compression="zstd") as writer:

        def flush() -> None:
            if columns:
                by_column = zip(*columns, strict=True)
                arrays = [pa.array(cells, field.type) for cells, field in zip(by_column, _MENTIONS_SCHEMA, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=_MENTIONS_SCHEMA))
                columns.clear()

        while some := found.fetchmany(_DOCUMENTS_AT_ONCE):
            for document_id, text, source, source_row, load_id, known_at in some:
                provenance = (source, source_row, load_id, known_at, None, None)
                for mention in find_mentions(document_id, text):
                    columns.append(
                        (document_id, mention.kind, mention.key, mention.start, mention.end, mention.text, *provenance)
                    )
                    written += 1
                if len(columns) >= _MENTIONS_AT_ONCE:
                    flush()
            done += len(some)
            told(done)
        flush()
    return written
