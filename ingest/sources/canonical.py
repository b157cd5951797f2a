"""The source of our own tables: `NAME.csv`, `NAME.parquet` or `NAME.jsonl`, columns named as declared.

The rejects file of an earlier load is one too: its `cells`, corrected, are rows of the table that it names.

Invariant: nothing is renamed and nothing guessed. A file is a canonical table when its columns say so; a file
that bears a table's name but lacks the table's columns is told what was found and what was expected.
"""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.model.errors import Invalid
from graph.model.tables import MENTIONS, PROVENANCE, STATEMENTS, TABLES, Table
from ingest.sources import json_records
from ingest.sources.delimited import decoded, opened_head, text_of
from ingest.sources.source import CsvShape, TextRows

# Written by the loader itself, from documents; what others send under this name is not evidence.
_OURS_ALONE = frozenset({MENTIONS.name, STATEMENTS.name})
_BATCH_ROWS = 20_000
_BATCH_BYTES = 8 * 1024 * 1024  # documents carry their text, so rows alone do not bound a batch
_DELIMITERS = ";\t|"
_REJECT_KEYS = frozenset({"file", "row", "table", "problems", "cells"})
_BY_NAME, _BY_COLUMNS = 0.96, 0.9
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".jsonl": "json", ".ndjson": "json"}


class CanonicalSource:
    """Canonical tables of FORMATS part A, in CSV (also gzipped), Parquet or JSON lines (also gzipped)."""

    name = "canonical"

    def recognises(self, path: Path, head: bytes) -> float:
        """By the table's name in the file's name, or by columns that only one table has."""
        written = _format_of(path)
        if written is None:
            return 0.0
        if _named_table(path) is not None:
            return _BY_NAME
        try:
            columns = _columns_of(path, head, written)
        except Invalid:
            return 0.0
        if written == "json" and set(columns) >= _REJECT_KEYS:
            return _BY_NAME
        return _BY_COLUMNS if _table_of_columns(columns) is not None else 0.0

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """The file's rows; `Invalid` when it is empty, wrongly delimited, or lacks required columns."""
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        written = _format_of(path)
        if written is None:
            raise Invalid(
                f"{path.name} is none of the formats of our tables.",
                thing=str(path),
                next_step="Save it as .csv, .csv.gz, .parquet, .jsonl or .jsonl.gz.",
            )
        if path.stat().st_size == 0:
            raise Invalid(f"{path.name} is empty: 0 bytes.", thing=str(path), next_step="Fetch the file again.")
        columns = _columns_of(path, head, written)
        if written == "json" and set(columns) >= _REJECT_KEYS:
            return _json_rows(path, None)
        table = _named_table(path) or _table_of_columns(columns)
        if table is None:
            raise Invalid(
                f"{path.name} has the columns of no table of ours: {_listed(columns)}.",
                thing=str(path),
                value=_listed(columns),
                next_step="Name the file after the table (entry_lines.csv), or name a profile with --as.",
            )
        if written == "json":
            return _json_rows(path, table)
        _require_columns(path, table, columns)
        return CsvShape(table.name) if written == "csv" else _parquet_rows(path, table)


_HEAD_BYTES = 64 * 1024


def _format_of(path: Path) -> str | None:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    zipped = bool(suffixes) and suffixes[-1] == ".gz"
    if zipped:
        suffixes.pop()
    written = _FORMATS.get(suffixes[-1]) if suffixes else None
    return None if zipped and written == "parquet" else written


def _named_table(path: Path) -> Table | None:
    """The table that a file's name names: `entry_lines.csv`, `entry_lines-2024.csv.gz`, `entry_lines.part1.csv`."""
    stem = path.name.lower().partition(".")[0]
    if stem in TABLES and stem not in _OURS_ALONE:
        return TABLES[stem]
    for name in TABLES.keys() - _OURS_ALONE:
        rest = stem.removeprefix(name)
        if rest != stem and rest[:1] in "-_ " and rest[1:2].isdigit():
            return TABLES[name]
    return None


def _table_of_columns(columns: Sequence[str]) -> Table | None:
    """The one table whose required columns are all there and which knows at least four fifths of the columns."""
    there = set(columns) - {column.name for column in PROVENANCE}
    fits = []
    for table in TABLES.values():
        ours = {column.name for column in table.columns}
        required = {column.name for column in table.columns if column.required}
        if table.name not in _OURS_ALONE and required <= there and len(there & ours) >= max(3, 0.8 * len(there)):
            fits.append(table)
    return fits[0] if len(fits) == 1 else None


def _columns_of(path: Path, head: bytes, written: str) -> Sequence[str]:
    """The column names as the file's beginning shows them; `Invalid` when it has none."""
    if written == "parquet":
        try:
            return pq.read_schema(path).names
        except (pa.ArrowInvalid, OSError) as error:
            raise Invalid(
                f"{path.name} is not a whole Parquet file: {error}.",
                thing=str(path),
                next_step="Fetch the file again; nothing of it was loaded.",
            ) from error
    opened = opened_head(head)
    if written == "json":
        return sorted(json_records.first_keys(opened, ""))
    utf_16 = opened.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = opened.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    header = next(csv.reader(text.splitlines()[:1]), [])
    return [name.strip() for name in header]


def _require_columns(path: Path, table: Table, columns: Sequence[str]) -> None:
    required = [column.name for column in table.columns if column.required]
    missing = [name for name in required if name not in columns]
    if not missing:
        return
    if not any(columns):
        raise Invalid(
            f"{path.name} has no header row; {table.name} needs one with {_listed(required)}.",
            thing=str(path),
            next_step="Add the header row.",
        )
    for delimiter in _DELIMITERS:
        split = [name.strip() for name in " ".join(columns).split(delimiter)] if len(columns) < 3 else []
        if len(split) > 2:
            shown = {"\t": "tabs"}.get(delimiter, f"'{delimiter}'")
            raise Invalid(
                f"{path.name} is delimited by {shown}, where a canonical table is delimited by commas:"
                f" its header reads as one column, {columns[0][:60]!r}.",
                thing=str(path),
                value=delimiter,
                next_step="Save it again with commas.",
            )
    raise Invalid(
        f"{path.name} lacks {_listed(missing)}, which every row of {table.name} needs; it has {_listed(columns)}.",
        thing=str(path),
        value=_listed(missing),
        next_step="Add the columns or correct their names in the header, or name a profile with --as.",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name or "''" for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "nothing"


@dataclass(slots=True)
class _Gathered:
    """Records on their way into a batch."""

    table: str
    cells: list[dict[str, str | None]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)
    size: int = 0

    def rows(self) -> TextRows:
        names = list(dict.fromkeys(name for row in self.cells for name in row if name != "source_row"))
        arrays = [pa.array([row.get(name) for row in self.cells], pa.string()) for name in names]
        batch = pa.RecordBatch.from_arrays([*arrays, pa.array(self.numbers, pa.int64())], names=[*names, "source_row"])
        return TextRows(self.table, batch, problems=self.problems)


def _json_rows(path: Path, table: Table | None) -> Iterator[TextRows]:
    """Rows of the table; where that is None, corrected rejects, each of the table that it names."""
    gathered: _Gathered | None = None
    for number, (record, problem) in enumerate(_records(path), start=1):
        name, row, cells = (table.name, number, record) if table else _rejected(record, number)
        if gathered and (gathered.table != name or len(gathered.cells) >= _BATCH_ROWS or gathered.size > _BATCH_BYTES):
            yield gathered.rows()
            gathered = None
        gathered = gathered or _Gathered(name)
        if problem or name not in TABLES:
            gathered.problems[len(gathered.cells)] = problem or f"there is no table {name!r}"
        row_cells = {key: _cell(value) for key, value in cells.items()}
        gathered.cells.append(row_cells)
        gathered.numbers.append(row)
        gathered.size += sum(len(cell) for cell in row_cells.values() if cell)
    if gathered is None:
        raise Invalid(f"{path.name} holds no record.", thing=str(path), next_step="Fetch the file again.")
    yield gathered.rows()


def _records(path: Path) -> Iterator[tuple[Mapping[str, object], str]]:
    """Each line's record and what is wrong with it. A line that is no record is kept as its cell `line`."""
    with text_of(path) as lines:
        for line in lines:
            if not line.strip():
                continue
            text, as_windows_1252 = decoded(line)
            try:
                value = json.loads(text)
            except ValueError as error:
                yield {"line": text.strip()}, f"not JSON: {error}"
                continue
            if not isinstance(value, dict):
                yield {"line": text.strip()}, f"a record must be an object, not {type(value).__name__}"
            else:
                yield (value | {"read_as": "windows-1252"} if as_windows_1252 else value), ""


def _rejected(record: Mapping[str, object], number: int) -> tuple[str, int, Mapping[str, object]]:
    """The table, row number and cells of a reject; they keep the file that the row first stood in."""
    cells, row = record.get("cells"), record.get("row")
    if not isinstance(cells, dict):
        return str(record.get("table")), number, record
    first_file = {} if cells.get("source") else {"source": record.get("file")}
    return str(record.get("table")), row if isinstance(row, int) else number, cells | first_file


def _cell(value: object) -> str | None:
    """A JSON value as a cell; an item that itself holds a `;` keeps its list as JSON text."""
    if isinstance(value, list) and any(isinstance(item, str) and ";" in item for item in value):
        return json.dumps(value, ensure_ascii=False)
    return json_records.as_text(value)


def _parquet_rows(path: Path, table: Table) -> Iterator[TextRows]:
    """Typed cells become the text that the same cell has in CSV, in the engine."""
    with duckdb.connect(config={"threads": 1}) as engine:
        described = engine.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
        cells = [f"{_as_text(name, kind)} AS {_quoted(name)}" for name, kind, *_ in described if name != "source_row"]
        relation = engine.sql(
            f"SELECT {', '.join(cells)}, file_row_number + 1 AS source_row"
            " FROM read_parquet(?, file_row_number = true)",
            params=[str(path)],
        )
        for batch in relation.to_arrow_reader(_BATCH_ROWS):
            yield TextRows(table.name, batch)


def _as_text(name: str, kind: str) -> str:
    cell = _quoted(name)
    if kind.endswith("[]"):
        plain = kind == "VARCHAR[]"
        return f"array_to_string({cell}, ';')" if plain else f"CAST(to_json({cell}) AS VARCHAR)"
    if kind.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({cell}) AS VARCHAR)"
    if kind.startswith("TIMESTAMP"):
        # A day that a program kept as midnight is a day.
        return f"regexp_replace(CAST({cell} AS VARCHAR), ' 00:00:00(\\+00)?$', '')"
    if kind == "BLOB":
        return f"decode({cell})"
    return f"CAST({cell} AS VARCHAR)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
