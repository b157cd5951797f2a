"""Writing a canonical table as one file, CSV or Parquet, batch after batch.

Invariant: the columns are those of `graph.model.tables` in that order, and `known_at` at the end; a column for
which nothing was given is written empty. Lists are joined by `;`, days are ISO, money has two decimals.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from graph.model.tables import TABLES, ColumnType
from ingest.simulator.numbering import taken
from ingest.simulator.reference import Array

FileFormat = Literal["csv", "parquet"]
Cells = Any  # an Arrow array, chunked or not

_ARROW: dict[ColumnType, pa.DataType] = {
    ColumnType.DATE: pa.date32(),
    ColumnType.USD: pa.decimal128(18, 2),
    ColumnType.USD_CHANGE: pa.decimal128(18, 2),
    ColumnType.AMOUNT: pa.decimal128(18, 3),
    ColumnType.INTEGER: pa.int64(),
}


class Batches(Protocol):
    """A table's file, open for writing."""

    rows: int

    def write(self, columns: Mapping[str, Cells]) -> None:
        """Add rows; columns by name, each of the same length."""
        ...


class _TableFile:
    def __init__(self, schema: pa.Schema, writer: Any) -> None:
        self.rows = 0
        self._schema = schema
        self._writer = writer

    def write(self, columns: Mapping[str, Cells]) -> None:
        length = len(next(iter(columns.values())))
        unknown = set(columns) - set(self._schema.names)
        if unknown:
            raise KeyError(f"columns that the table has not: {sorted(unknown)}")
        arrays = [
            columns[field.name].cast(field.type) if field.name in columns else pa.nulls(length, field.type)
            for field in self._schema
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += length


@contextmanager
def table_file(folder: Path, name: str, file_format: FileFormat, *more: str) -> Iterator[Batches]:
    """Open the file of a canonical table; `more` names columns beyond the declared ones (`source`)."""
    table = TABLES[name]
    fields: list[tuple[str, pa.DataType]] = [
        *((column.name, _ARROW.get(column.type, pa.string())) for column in table.columns),
        *((column, pa.string()) for column in more),
        ("known_at", pa.date32()),
    ]
    schema = pa.schema(fields)
    path = folder / f"{name}.{file_format}"
    if file_format == "csv":
        with pc.CSVWriter(path, schema, write_options=pc.WriteOptions(quoting_style="needed")) as writer:
            yield _TableFile(schema, writer)
    else:
        with pq.ParquetWriter(path, schema) as writer:
            yield _TableFile(schema, writer)


def pick(values: Sequence[str] | pa.StringArray, positions: Array, missing: Array | None = None) -> Cells:
    """The values at the positions; nothing where `missing`."""
    return taken(values if isinstance(values, pa.StringArray) else pa.array(values, pa.string()), positions, missing)


def days(values: Array, missing: Array | None = None) -> Cells:
    """Days since 1970 as dates."""
    return pa.array(values.astype(np.int32), mask=missing).cast(pa.date32())


def money(cents: Array, missing: Array | None = None) -> Cells:
    """Cents as dollars with two decimals, exactly."""
    return _decimal(cents, 2, missing)


def amount(thousandths: Array, missing: Array | None = None) -> Cells:
    """Thousandths as an amount with three decimals, exactly."""
    return _decimal(thousandths, 3, missing)


def whole(values: Array, missing: Array | None = None) -> Cells:
    """Whole numbers."""
    return pa.array(values.astype(np.int64), mask=missing)


def _decimal(values: Array, scale: int, missing: Array | None) -> Cells:
    # A decimal128 is 16 bytes, low half first: the sign fills the high half.
    halves = np.empty((len(values), 2), dtype=np.int64)
    halves[:, 0] = values
    halves[:, 1] = np.where(halves[:, 0] < 0, -1, 0)
    exact = pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [None, pa.py_buffer(halves.data)])
    return exact if missing is None else taken(exact, np.arange(len(values)), missing)
