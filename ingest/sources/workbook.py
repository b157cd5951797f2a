"""Workbooks: every cell as text, with the cells that the sender's spreadsheet had typed as numbers marked.

Invariant: a number is written as the digits that the file stores; that it may have lost zeros or digits on its
way into the spreadsheet is told, never mended here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from graph.model.errors import Invalid
from ingest.sources.delimited import reading

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_EXACT_INTEGERS = 2**53  # beyond it a spreadsheet's number is no longer the number typed


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the cells as text, and the positions of those stored as numbers."""

    cells: list[str | None]
    numbers: frozenset[int]


def is_workbook(path: Path, head: bytes) -> bool:
    """Whether the file is a spreadsheet by its name and first bytes."""
    return path.suffix.lower() in SUFFIXES and head.startswith(_MAGIC)


def cell_text(cell: object) -> str | None:
    """A cell as text: whole numbers without `.0`, days as ISO dates, blanks as None.

    >>> cell_text(901.0), cell_text(" "), cell_text(datetime(2024, 3, 1))
    ('901', None, '2024-03-01')
    """
    match cell:
        case None:
            text = ""
        case bool():
            text = "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < _EXACT_INTEGERS:
            text = str(int(cell))
        case datetime() if cell.time() == time():
            text = cell.date().isoformat()
        case datetime() | date() | time():
            text = cell.isoformat()
        case timedelta():
            text = str(cell)
        case _:
            text = str(cell)
    return text.strip() or None


def _chosen(names: Sequence[str], preferred: Sequence[str]) -> str:
    for part in preferred:
        for name in names:
            if part.casefold() in name.casefold():
                return name
    return names[0]


def rows_of(path: Path, preferred: Sequence[str]) -> Iterator[SheetRow]:
    """The rows of the preferred sheet (`preferred` are parts of sheet names), else of the first."""
    with reading(path):
        try:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            names = book.sheet_names
            if not names:
                raise Invalid(f"{path.name} has no sheet.", thing=str(path))
            rows = book.get_sheet_by_name(_chosen(names, preferred)).to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, ValueError) as error:
            raise Invalid(
                f"{path.name} is not a workbook that can be read: {error}.",
                thing=str(path),
                next_step="Open it in a spreadsheet program, save it again, and load that; or save it as CSV.",
            ) from error
    for row in rows:
        numbers = frozenset(
            position
            for position, cell in enumerate(row)
            if isinstance(cell, int | float) and not isinstance(cell, bool)
        )
        yield SheetRow([cell_text(cell) for cell in row], numbers)
