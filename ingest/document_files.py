"""Documents on their way in: the files that their rows name are read and kept.

Invariant: a row names only files beside or below its own file; each original is kept once, under its SHA-256, so
that a person can open what was read. Numbers of rulings have one form, in whatever collection they are written.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from graph.model.errors import Invalid, TidewaiterError
from graph.model.identifiers import RulingNumber
from graph.model.tables import DOCUMENTS
from ingest.file_text import sha256_of
from ingest.sources.delimited import reading
from ingest.sources.source import TextRows
from ingest.text.readers import Asked, Readers
from ingest.text.reading import Reading

FOLDER = "documents"
NOT_READ = "kept, text not read"
OF_A_FILE = ("sha256", "pages", "reading_notes", "found_in")  # columns of documents that a file of its own fills
_RULING_LISTS = ("related", "modifies", "modified_by", "revokes", "revoked_by")
_DOCUMENTS_AT_ONCE = 200


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
