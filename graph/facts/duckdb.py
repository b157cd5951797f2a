"""Facts read with Ibis on an embedded DuckDB over the ledger's Parquet files.

Invariant: of each key a reader sees one row, the version known latest. Where no file supersedes another the
table is the plain union of its files; else the rows that lost to a later version are listed once a snapshot,
and every scan leaves them out, so that filters still reach the Parquet files. Of a coalesced table the keys with
several versions are listed instead, and their rows put together as they are read: no text is copied.
"""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from graph.facts.ledger import FactFile
from graph.facts.snapshot import FILE, LATEST_FIRST, ROW, Selection, Snapshot, closed, columns_of, schema, unreadable
from graph.facts.store import ROWS_A_GROUP, FactCounts
from graph.model.tables import Column, ColumnType, Table

SQL_TYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CODE: "VARCHAR",
    ColumnType.JSON: "VARCHAR",
    ColumnType.DATE: "DATE",
    ColumnType.USD: "DECIMAL(18, 2)",
    ColumnType.USD_CHANGE: "DECIMAL(18, 2)",
    ColumnType.AMOUNT: "DECIMAL(18, 3)",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.LIST: "VARCHAR[]",
}


class DuckDbFactStore:
    """The facts of one home directory. Safe to use from many threads: each has a cursor of its own.

    With `loads` the store is pinned to these load ids; without, it follows the ledger; `resolved` is a
    generation whose resolution is read beside them (see `Snapshot`). Sorting
    and joining beyond `memory_limit_gb` spills into the home directory.
    """

    def __init__(
        self,
        home: Path,
        *,
        memory_limit_gb: float = 4.0,
        threads: int | None = None,
        loads: Sequence[str] | None = None,
        resolved: Path | None = None,
    ) -> None:
        self.home = home
        self._snapshot = Snapshot(home, loads, resolved)
        self._views: set[str] = set()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._serial = itertools.count()
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{round(memory_limit_gb * 1024)}MiB",
            "temp_directory": str(home / "spill"),
            "preserve_insertion_order": False,
        }
        if threads is not None:
            config["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=config)

    def table(self, name: str, *, as_of: date | None = None) -> ir.Table:
        """The current rows of a canonical table, or those known on a day; see `FactStore.table`."""
        selection = self._snapshot.select(name, as_of)
        self._define_once(selection)
        return ops.DatabaseTable(
            name=selection.view, schema=schema(selection.table), source=self.backend(), namespace=ops.Namespace()
        ).to_expr()

    def read(self, file: Path) -> ir.Table:
        """The rows of a Parquet file of ours."""
        return self.backend().read_parquet(str(file))

    @contextmanager
    def kept(self, expression: ir.Table) -> Iterator[ir.Table]:
        """An expression worked out once, in a table of this thread's that may spill like any other."""
        backend, name = self.backend(), f"kept_{next(self._serial)}"
        table = backend.create_table(name, expression, temp=True)
        try:
            yield table
        finally:
            backend.con.execute(f"DROP TABLE {name}")

    def write(self, expression: ir.Table, file: Path, *, rows_a_group: int = ROWS_A_GROUP) -> int:
        """Work an expression out into one Parquet file; how many rows."""
        self.backend().to_parquet(expression, file, compression="zstd", row_group_size=rows_a_group)
        return int(pq.read_metadata(file).num_rows)

    def counts(self) -> FactCounts:
        """Rows of each table, all versions counted; tables without a row are left out."""
        return self._snapshot.counts()

    def backend(self) -> Backend:
        """This thread's Ibis backend; its tables and views are those of every other thread."""
        backend: Backend | None = getattr(self._local, "backend", None)
        if backend is None:
            with self._lock:
                backend = ibis.duckdb.from_connection(self._cursor())
            self._local.backend = backend
        return backend

    def close(self) -> None:
        """Let go of the engine; expressions made before cannot be run after."""
        self._connection.close()

    def _define_once(self, selection: Selection) -> None:
        """The view that holds these files' rows, made when first asked for."""
        with self._lock:
            if selection.view not in self._views:
                cursor = self._cursor()
                try:
                    self._define(cursor, selection)
                except duckdb.Error as error:
                    raise unreadable(selection.table.name, _first_line(error)) from error
                self._views.add(selection.view)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.cursor()
        except duckdb.ConnectionException as error:
            raise closed(self.home) from error

    def _define(self, cursor: duckdb.DuckDBPyConnection, selection: Selection) -> None:
        name, columns = selection.view, columns_of(selection.table)
        names = ", ".join(_quoted(column.name) for column in columns)
        empty = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {_quoted(column.name)}" for column in columns)
        if not selection.files:
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {empty} WHERE false")
            return
        known = "true" if selection.as_of is None else f"known_at <= DATE '{selection.as_of.isoformat()}'"

        def rows(paths: tuple[FactFile, ...]) -> str:
            listed = ", ".join(_literal(str(self.home / file.path)) for file in paths)
            options = f"union_by_name = true, filename = '{FILE}', file_row_number = true"
            # The empty typed rows add the columns that older files lack, and fix every type.
            return (
                f"(SELECT {empty}, NULL::VARCHAR AS {FILE}, NULL::BIGINT AS {ROW} WHERE false "
                f"UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], {options}))"
            )

        files, superseding = selection.files, selection.superseding
        if not superseding:
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {names} FROM {rows(files)} WHERE {known}")
            return
        key = ", ".join(_quoted(column) for column in selection.table.key)
        same = " AND ".join(f"a.{_quoted(c)} IS NOT DISTINCT FROM b.{_quoted(c)}" for c in selection.table.key)
        if selection.table.coalesced:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {name}_again AS SELECT DISTINCT {key} FROM {rows(superseding)} WHERE {known}"
            )
            again = f"(SELECT 1 FROM {name}_again AS b WHERE {same})"
            cursor.execute(
                f"CREATE OR REPLACE VIEW {name} AS "
                f"SELECT {names} FROM {rows(files)} AS a WHERE {known} AND NOT EXISTS {again} UNION ALL "
                f"SELECT {', '.join(_latest(column, selection.table) for column in columns)} "
                f"FROM {rows(files)} AS a WHERE {known} AND EXISTS {again} GROUP BY {key}"
            )
            return
        # Only keys in a superseding file can stand twice, so only these are ranked.
        cursor.execute(
            f"CREATE OR REPLACE TABLE {name}_superseded AS SELECT {FILE}, {ROW} FROM ("
            f"SELECT {FILE}, {ROW}, "
            f"row_number() OVER (PARTITION BY {key} ORDER BY {LATEST_FIRST}) AS rank "
            f"FROM {rows(files)} AS a WHERE {known} AND EXISTS "
            f"(SELECT 1 FROM (SELECT DISTINCT {key} FROM {rows(superseding)} WHERE {known}) AS b WHERE {same})"
            f") WHERE rank > 1"
        )
        cursor.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT {names} FROM {rows(files)} AS a WHERE {known} AND NOT EXISTS "
            f"(SELECT 1 FROM {name}_superseded AS b WHERE a.{FILE} = b.{FILE} AND a.{ROW} = b.{ROW})"
        )


# `LATEST_FIRST` as one value, the greatest of which is the latest.
_AGE = f"row(coalesce(known_at, DATE '0001-01-01'), load_id, {FILE}, {ROW})"


def _latest(column: Column, table: Table) -> str:
    """What a key's versions say of a column together: the latest value that is none's blank, or all items of a list."""
    name = _quoted(column.name)
    if column.name in table.key:
        return name
    if column.gathered:
        return f"list_sort(list_distinct(flatten(list({name}) FILTER ({name} IS NOT NULL)))) AS {name}"
    return f"arg_max({name}, {_AGE}) AS {name}"  # which passes over blanks


def _quoted(column: str) -> str:
    return f'"{column}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
