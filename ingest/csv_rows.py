"""Delimited files at full speed: parsed in the engine's memory, each row with its number in the sender's file.

Invariant: every row of the file is in exactly one place, a batch or the list of rows that could not be read; row
numbers count from 1 without the header, and blank lines are no rows.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from graph.model.errors import Invalid
from graph.model.tables import PROVENANCE
from ingest.file_text import LONG_LINE_MARK, LONGEST_LINE_BYTES, NUL_MARK, WINDOWS_1252_MARK, Survey, open_text
from ingest.sources.source import CsvShape, TextRows

_BLOCK_BYTES = 2 * LONGEST_LINE_BYTES  # a row has to fit into a block
_MARKS = re.compile(f"[{WINDOWS_1252_MARK}{NUL_MARK}{LONG_LINE_MARK}]")
_LINE_END = re.compile(b"\n")
_OURS = frozenset({"source_row", "load_id", "repairs", "extra"}) & {column.name for column in PROVENANCE}


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that does not have the header's columns, with what its cells seem to be."""

    row: int
    reason: str
    cells: Mapping[str, str | None]


def csv_rows(
    path: Path,
    shape: CsvShape,
    surveyed: Survey,
    *,
    told: Callable[[int], None],
    broken: Callable[[BrokenRow], None],
) -> Iterator[TextRows]:
    """The rows of a delimited file in batches; `broken` hears of those that are none.

    Raises `Invalid` where the header or the quoting makes no table of the file.
    """
    written = _header(path, shape, surveyed)
    names = _names(written, shape)
    broken_rows: list[int] = []

    def skip(row: pyarrow.csv.InvalidRow) -> Literal["skip"]:
        number = (row.number or 0) - shape.header_row - 1
        broken_rows.append(number)
        broken(_broken_row(number, row, names, shape.delimiter))
        return "skip"

    text = open_text(path, surveyed, encoding=shape.encoding, told=told)
    try:
        batches = pyarrow.csv.open_csv(
            text,
            # One thread: only then are row numbers known, and the cleaning has the other cores.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, skip_rows=shape.header_row
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=shape.delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in written}, null_values=[""], strings_can_be_null=True
            ),
        )
        following = 1
        for batch in batches:
            numbers, following = _numbers(following, len(batch), broken_rows)
            yield _text_rows(batch, numbers, names, shape, marked=not surveyed.plain)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):  # a header without so much as a line end
            return
        raise _unreadable(path, shape, error) from error


def _header(path: Path, shape: CsvShape, surveyed: Survey) -> list[str]:
    """The header as written, blanks and doubles included."""
    with open_text(path, surveyed, encoding=shape.encoding, told=lambda _: None) as text:
        head = text.read(_BLOCK_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=shape.delimiter)
    try:
        header = next((row for at, row in enumerate(rows) if at >= shape.header_row and row), [])
    except csv.Error:
        header = [LONG_LINE_MARK]
    if any(LONG_LINE_MARK in name for name in header):
        raise Invalid(
            f"The header of {path.name} is a line of more than {LONGEST_LINE_BYTES // 1024} KiB.",
            thing=str(path),
            next_step="Check that the file was saved as text, with a line for each row.",
        )
    if not any(name.strip() for name in header):
        raise Invalid(f"{path.name} has no header row.", thing=str(path), next_step="Add the header row.")
    return header


def _names(header: list[str], shape: CsvShape) -> list[str]:
    """Our name for each column, the sender's where we have none; every name once."""
    names: list[str] = []
    for position, written in enumerate(header, start=1):
        clean = _MARKS.sub("", written).strip()
        name = shape.columns.get(clean, clean) or f"column {position}"
        if name in _OURS:
            name = f"{name} of the sender"
        again = 2
        unique = name
        while unique in names:
            unique, again = f"{name} ({again})", again + 1
        names.append(unique)
    return names


def _numbers(following: int, rows: int, broken_rows: list[int]) -> "tuple[pa.Array[pa.Int64Scalar], int]":
    """The numbers of a batch's rows, leaving out those of broken rows, which the parser has skipped."""
    reach = following + rows
    gone: list[int] = []
    while broken_rows and broken_rows[0] < reach:
        gone.append(broken_rows.pop(0))
        reach += 1
    numbers = np.arange(following, reach, dtype=np.int64)
    if gone:
        numbers = np.delete(numbers, np.array(gone) - following)
    return pa.array(numbers, pa.int64()), reach


def _text_rows(
    batch: pa.RecordBatch, numbers: "pa.Array[pa.Int64Scalar]", names: list[str], shape: CsvShape, *, marked: bool
) -> TextRows:
    columns = list(batch.columns)
    problems: dict[int, str] = {}
    names = list(names)
    if marked:
        columns, windows_1252, problems = _without_marks(columns, names)
        if windows_1252 is not None:
            columns.append(windows_1252)
            names.append("read_as")
    problems |= _left_open(columns, names, shape.delimiter)
    tidy = pa.RecordBatch.from_arrays([*columns, numbers], names=[*names, "source_row"])
    return TextRows(shape.table, tidy, unchecked=shape.unchecked, problems=problems)


def _left_open(columns: "list[pa.Array[pa.StringScalar]]", names: list[str], delimiter: str) -> dict[int, str]:
    """Rows in which a cell holds lines that are rows themselves: its quotation mark was never closed."""
    problems: dict[int, str] = {}
    fewest = max(2, (len(names) - 1) // 2)
    for name, cells in zip(names, columns, strict=True):
        data = cells.buffers()[2]
        if data is None or not _LINE_END.search(data):  # nearly all columns: a search at the memory's speed
            continue
        for row, hit in enumerate(pc.match_substring(cells, "\n").to_pylist()):
            if not hit:
                continue
            inner = str(cells[row].as_py()).splitlines()[1:]
            if any(text.count(delimiter) >= fewest for text in inner):
                problems[row] = (
                    f"{name}: a quotation mark is left open, so that {len(inner)} more lines are in this cell"
                )
    return problems


def _without_marks(
    columns: "list[pa.Array[pa.StringScalar]]", names: list[str]
) -> "tuple[list[pa.Array[pa.StringScalar]], pa.Array[pa.StringScalar] | None, dict[int, str]]":
    """The cells as text again; which rows were read as Windows-1252; which hold NUL bytes, so that nothing is sure."""
    read_as: dict[int, str] = {}
    problems: dict[int, str] = {}
    for at, cells in enumerate(columns):
        for mark in (WINDOWS_1252_MARK, NUL_MARK):
            found = [row for row, hit in enumerate(pc.match_substring(cells, mark).to_pylist()) if hit]
            if not found:
                continue
            columns[at] = pc.replace_substring(columns[at], mark, "")
            if mark == NUL_MARK:
                problems |= dict.fromkeys(found, f"{names[at]}: holds NUL bytes")
            else:
                read_as |= dict.fromkeys(found, "windows-1252")
    noted = pa.array([read_as.get(row) for row in range(len(columns[0]))], pa.string()) if read_as else None
    return columns, noted, problems


def _broken_row(number: int, row: pyarrow.csv.InvalidRow, names: list[str], delimiter: str) -> BrokenRow:
    text = _MARKS.sub("", row.text)
    if LONG_LINE_MARK in row.text:
        reason = f"a line of more than {LONGEST_LINE_BYTES // 1024} KiB, of which only the beginning is kept"
        return BrokenRow(number, reason, {"line": text})
    try:
        found = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        found = [text]
    cells: dict[str, str | None] = dict(zip(names, found, strict=False))
    cells |= {f"cell {at}": cell for at, cell in enumerate(found[len(names) :], start=len(names) + 1)}
    hint = "; a quotation mark may be left open" if "\n" in text.strip() else ""
    return BrokenRow(number, f"{row.actual_columns} cells under {row.expected_columns} headers{hint}", cells)


def _unreadable(path: Path, shape: CsvShape, error: pa.ArrowInvalid) -> Invalid:
    if "straddling" in str(error):
        return Invalid(
            f"{path.name} has a row of more than {_BLOCK_BYTES // 1024} KiB.",
            thing=str(path),
            next_step="Look for a quotation mark that is never closed.",
        )
    return Invalid(
        f"{path.name} cannot be read as text delimited by {shape.delimiter!r}: {error}.",
        thing=str(path),
        next_step="Check the delimiter and that the file is whole.",
    )
