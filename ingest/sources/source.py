"""A source: one kind of file, and how its rows become rows of canonical tables, still as text.

Invariant: a source only reads and renames. Whether a value is good is decided once, by the loader, against
`graph.model.tables`; so a source never drops a row, repairs a number or guesses a date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class TextRows:
    """Rows of one canonical table as text: every column a string (or null), `source_row` an int64.

    Columns named as in the table are its cells (lists joined by `;`, dates as written by the sender);
    all others are unknown to us and kept in `extra`. `damaged` names the columns whose cells the sender's
    program is known to have typed (a spreadsheet's float), so that only a check digit may mend them.
    `unchecked` names identifier columns whose values another customs administration issued: they carry its
    country as a prefix (`KR-97061800`) and our identifier check does not apply to them. `left_out` counts
    rows of the file that are no data (a report's `Total:` line), by reason; they are in no batch (a
    file that is known but holds no rows for us is one empty batch with `left_out`). `problems` names rows that
    could not be read as rows (a cell too many, broken JSON), position in the batch -> reason: they are rejects.
    """

    table: str
    batch: pa.RecordBatch
    damaged: frozenset[str] = frozenset()
    unchecked: frozenset[str] = frozenset()
    left_out: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CsvShape:
    """A delimited file that the loader may read by itself, the fast way.

    `header_row` counts the lines before the header; `columns` maps the sender's header to ours.
    """

    table: str
    delimiter: str = ","
    encoding: str = "utf-8"
    header_row: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    unchecked: frozenset[str] = frozenset()


class Source(Protocol):
    """One kind of file."""

    name: str

    def recognises(self, path: Path, head: bytes) -> float:
        """How sure the source is that the file is its own, 0 to 1, from its name and first 64 KiB."""
        ...

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """The file's rows, in batches; `Invalid` when the file is not what it seemed."""
        ...
