"""A fact store over rows held in memory, for tests: the same Protocol, the same types, no files."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from graph.facts.store import ROWS_A_GROUP, FactCounts
from graph.model.errors import Invalid
from graph.model.tables import PROVENANCE, TABLES, ColumnType
from tests.fixtures.fact_files import ARROW_TYPES

_PLACES = {ColumnType.USD: "0.01", ColumnType.USD_CHANGE: "0.01", ColumnType.AMOUNT: "0.001"}


class MemoryFacts:
    """Rows by table. Of rows with one key, the one known latest by the day asked for is current."""

    def __init__(self, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        self._connection = ibis.duckdb.connect()
        self._rows = {name: list(rows) for name, rows in tables.items()}
        self._made: dict[tuple[str, date | None], ir.Table] = {}

    def table(self, name: str, *, as_of: date | None = None) -> ir.Table:
        if name not in TABLES:
            raise Invalid(f"No table {name}.", thing="table", value=name)
        if (name, as_of) not in self._made:
            view = f"{name}_{as_of:%Y%m%d}" if as_of else name
            rows = self._arrow(name, as_of)
            self._connection.con.register(view, rows)
            self._made[name, as_of] = ops.DatabaseTable(
                name=view,
                schema=ibis.Schema.from_pyarrow(rows.schema),
                source=self._connection,
                namespace=ops.Namespace(),
            ).to_expr()
        return self._made[name, as_of]

    @contextmanager
    def kept(self, expression: ir.Table) -> Iterator[ir.Table]:
        yield ibis.memtable(expression.to_pyarrow())

    def read(self, file: Path) -> ir.Table:
        return self._connection.read_parquet(file)

    def write(self, expression: ir.Table, file: Path, *, rows_a_group: int = ROWS_A_GROUP) -> int:
        rows = expression.to_pyarrow()
        pq.write_table(rows, file, row_group_size=rows_a_group)
        return rows.num_rows

    def close(self) -> None:
        self._connection.disconnect()

    def counts(self) -> FactCounts:
        return FactCounts({name: len(rows) for name, rows in self._rows.items()})

    def _arrow(self, name: str, as_of: date | None) -> pa.Table:
        table = TABLES[name]
        current: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for row in sorted(self._rows.get(name, []), key=lambda row: row.get("known_at") or date.min):
            if as_of is None or (row.get("known_at") or date.min) <= as_of:
                current[tuple(row.get(column) for column in table.key)] = row
        columns = {}
        for column in (*table.columns, *PROVENANCE):
            places = _PLACES.get(column.type)
            values = [row.get(column.name) for row in current.values()]
            if places:
                values = [None if v is None else Decimal(str(v)).quantize(Decimal(places)) for v in values]
            columns[column.name] = pa.array(values, ARROW_TYPES[column.type])
        return pa.table(columns)
