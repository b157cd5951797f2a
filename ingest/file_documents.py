"""Files that are documents by themselves: no row of `documents.jsonl` names them, so the loader makes the row.

Invariant: a document is known by its number where it shows one (a ruling, a laboratory report), else by the SHA-256 of
its bytes, so that the same document from two places is one, and both places are remembered.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from graph.model.errors import Invalid, TidewaiterError
from graph.model.identifiers import parse
from graph.model.tables import DOCUMENTS, IdentifierType
from ingest.clean.sql import literal
from ingest.document_files import NOT_READ, OF_A_FILE, Originals, cells_of
from ingest.engine import Rows, run
from ingest.given_files import GivenFile
from ingest.sources.mapped import batch_of
from ingest.sources.ruling_files import ruling_cells, shows_ruling, twin_of
from ingest.sources.source import TextRows
from ingest.text.readers import Asked, Readers
from ingest.text.reading import HTML, PLAIN, Reading

PROFILE = "document-files"
RULINGS = "ruling-files"

_HEAD_CHARACTERS = 600
_LAB_REPORT = re.compile(
    r"\blab(?:oratory)?\s+(?:analysis\s+)?report\b[^\n]{0,40}?\s"
    r"((?:NY|SV|CH|LA|SF|NO|HN|SJ)(?:19|20)\d{2}-?\d{4,5}|\d-\d{2}-\d{5}-\d{3})\b",
    re.IGNORECASE,
)
_ISSUE = re.compile(r"\bissue(?:\s+(?:no\.?|number|id))?\s*[:#]?\s*((?:19|20)\d{2}-\d{4,6})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Made:
    """The row that a file makes. `problem` says why it must be rejected."""

    cells: dict[str, str | None]
    profile: str
    problem: str = ""


def file_id(sha256: str) -> str:
    """The id of a document that shows no number of its own."""
    return f"FILE-{sha256[:16]}"


def made_of(said: Reading, *, name: str, sha256: str) -> Made:
    """The row of a document that was read from a file; `name` is how people see the file."""
    written = Path(name.encode("utf-8", "replace").decode())
    read = cells_of(said)
    cells: dict[str, str | None] = {
        "id": file_id(sha256), "kind": "other", "date": said.date or None, "filename": written.name, **read,
        "title": said.title or written.stem or written.name, "sha256": sha256, "found_in": places(name),
    }  # fmt: skip
    head = said.text[:_HEAD_CHARACTERS]
    if shows_ruling(written, said.text):
        ruling, problem = ruling_cells(written, said.text)
        known = {column: cell for column, cell in ruling.items() if cell is not None}
        return Made({**cells, **known, "title": ruling["title"] or cells["title"]}, RULINGS, problem)
    if (shown := _LAB_REPORT.search(head)) and (number := _lab_number(shown.group(1))):
        cells |= {"id": number, "kind": "lab_report"}
    elif issue := _ISSUE.search(head):
        cells |= {"kind": "ims_document", "issue_id": issue.group(1)}
    return Made(cells, PROFILE)


def _lab_number(written: str) -> str:
    try:
        return parse(IdentifierType.LAB_NUMBER, written.upper()).key
    except Invalid:
        return ""


def places(*names: str) -> str:
    """Places as the cell of a list."""
    return json.dumps([name.encode("utf-8", "replace").decode() for name in names], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is a document, and the SHA-256 of its bytes."""

    given: GivenFile
    sha256: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to become of such a file: a row, a failure, or nothing new (blank `reason`) or of its own."""

    waiting: Waiting
    made: Made | None = None
    reason: str = ""
    failed: bool = False
    unread: bool = False

    @property
    def problem(self) -> str:
        """Why the row must be rejected."""
        return self.made.problem if self.made else ""


def judged(
    waiting: Sequence[Waiting], known: Mapping[str, "Stands"], readers: Readers, originals: Originals
) -> Iterator[Judged]:
    """What is to become of each file, in their order. Bytes that stand, or came before, are not read again.

    Only files that a person calls documents come here without a format: they are read as plain text.
    """
    stands = {sha256: one for sha256, one in known.items() if one.with_text}
    first = {one.sha256: one for one in reversed(waiting) if one.sha256 not in stands}
    fresh = [one for one in waiting if first.get(one.sha256) is one]
    readings = readers.read(Asked(one.given.path, one.given.name, otherwise=PLAIN) for one in fresh)
    failed: dict[str, Judged] = {}
    for one in waiting:
        name = one.given.name
        if first.get(one.sha256) is one:
            result = _read(one, next(readings), originals, stands)
            if result.made and not result.problem:
                document_id, kind = result.made.cells["id"] or "", result.made.cells["kind"] or ""
                stands[one.sha256] = Stands(document_id, kind, (name,), with_text=True)
            else:
                failed[one.sha256] = result
            yield result
        elif one.sha256 in failed:
            yield replace(failed[one.sha256], waiting=one)
        elif (before := stands[one.sha256]).found_at(name):
            yield Judged(one)
        else:
            stands[one.sha256] = replace(before, found_in=(*before.found_in, name))
            cells: dict[str, str | None] = {
                "id": before.document_id,
                "kind": before.kind,
                "sha256": one.sha256,
                "found_in": places(name),
            }
            said = f"the same document as {before.found_in[0] if before.found_in else before.document_id}"
            cells |= _source(name) | _parent(one.given, originals, stands)
            yield Judged(one, Made(cells, PROFILE), f"{said}; both places are remembered")


def _read(
    one: Waiting, said: Reading | TidewaiterError, originals: Originals, stands: Mapping[str, "Stands"]
) -> Judged:
    given = one.given
    if isinstance(said, TidewaiterError):
        return Judged(one, reason=str(said), failed=True)
    if said.format == HTML and shows_ruling(given.path, said.text) and (twin := twin_of(given.path, said.text)):
        return Judged(one, reason=f"the same ruling as {twin.name} beside it")
    made = made_of(said, name=given.name, sha256=one.sha256)
    added = {"file": originals.keep(given.path, one.sha256), **_source(given.name), **_parent(given, originals, stands)}
    notes = [f"{NOT_READ}: {said.unread}"] if said.unread else []
    reason = "; ".join((*notes, *said.notes))
    return Judged(one, replace(made, cells={**made.cells, **added}), reason, unread=bool(said.unread))


def _parent(given: GivenFile, originals: Originals, stands: Mapping[str, "Stands"]) -> dict[str, str | None]:
    """The mail that a file was attached to, as the cell of its document."""
    if not given.parent:
        return {}
    mail = stands.get(given.parent)
    return {"parent_id": originals.ids.get(given.parent) or (mail.document_id if mail else file_id(given.parent))}


def _source(name: str) -> dict[str, str | None]:
    # Names of files may hold bytes that are no text.
    return {"source": name.encode("utf-8", "replace").decode()}


_COLUMNS = (
    "id", "kind", "title", "date", "language", "text", "file", "filename", "collection", "tariffs", "categories",
    "issue_id", "parent_id", *OF_A_FILE, "source",
)  # fmt: skip


def rows_of(documents: Sequence[Judged]) -> TextRows:
    """The rows of several files as one batch."""
    made = [one.made.cells for one in documents if one.made]
    columns = {name: [cells.get(name) for cells in made] for name in _COLUMNS}
    return TextRows(DOCUMENTS.name, batch_of(columns, [1] * len(made)))


@dataclass(frozen=True, slots=True)
class Stands:
    """A document whose bytes were loaded before: its id and kind, where it was found, and whether its text was read."""

    document_id: str
    kind: str
    found_in: tuple[str, ...]
    with_text: bool

    def found_at(self, name: str) -> bool:
        """Whether the place is one of those: the same path, or a longer or shorter piece of it."""
        return any(_same_place(name, place) for place in self.found_in)


def _same_place(one: str, other: str) -> bool:
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def standing_documents(
    engine: duckdb.DuckDBPyConnection, facts: Sequence[Path], sha256s: Sequence[str]
) -> dict[str, Stands]:
    """The documents with these bytes that stand in the fact files, by SHA-256."""
    if not facts or not sha256s:
        return {}

    def asked(columns: str, paths: Sequence[Path], ending: str) -> Rows:
        listed = ", ".join(literal(str(path)) for path in paths)
        # Files that were written before these columns were declared lack them.
        return run(
            engine,
            f"SELECT {columns} FROM"
            " (SELECT * REPLACE (coalesce(sha256, regexp_extract(other_files[1], '[0-9a-f]{64}')) AS sha256) FROM"
            " (SELECT NULL::VARCHAR AS sha256, NULL::VARCHAR[] AS found_in, NULL::VARCHAR[] AS other_files WHERE false"
            f" UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], union_by_name = true, filename = 'fact_file')))"
            f" WHERE sha256 IN (SELECT unnest(?)) {ending}",
            [list(sha256s)],
        )

    # Texts are long: they are looked at only in files that have one of these documents.
    holding = [Path(str(path)) for (path,) in asked("DISTINCT fact_file", facts, "")]
    if not holding:
        return {}
    found = asked(
        "sha256, any_value(id), any_value(kind), list(found_in), bool_or(text IS NOT NULL OR other_files IS NOT NULL)",
        holding,
        "GROUP BY sha256",
    )
    return {
        str(sha256): Stands(str(document_id), str(kind), _flat(places), bool(with_text))
        for sha256, document_id, kind, places, with_text in found
    }


def _flat(lists: object) -> tuple[str, ...]:
    assert isinstance(lists, list)  # noqa: S101 - what the engine makes of a list of lists
    return tuple(dict.fromkeys(place for some in lists for place in some or ()))
