"""Facts read with Ibis on an embedded DuckDB over the ledger's Parquet files.

Invariant: of each key a reader sees one row, the version known latest. Where no file supersedes another the
table is the plain union of its files; else the rows that lost to a later version are listed once a snapshot,
and every scan leaves them out, so that filters still reach the Parquet files.
"""

import threading
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from graph.facts.ledger import FactFile, Ledger, Load
from graph.facts.store import FactCounts
from graph.model.errors import Invalid, Unavailable
from graph.model.tables import PROVENANCE, TABLES, ColumnType, Table

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

_IBIS_TYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "string",
    ColumnType.CODE: "string",
    ColumnType.JSON: "string",
    ColumnType.DATE: "date",
    ColumnType.USD: "decimal(18, 2)",
    ColumnType.USD_CHANGE: "decimal(18, 2)",
    ColumnType.AMOUNT: "decimal(18, 3)",
    ColumnType.INTEGER: "int64",
    ColumnType.LIST: "array<string>",
}

# Later versions first. Within a load the row further down is the later one.
_LATEST_FIRST = "known_at DESC NULLS LAST, load_id DESC, fact_file DESC, file_row_number DESC"


def schema(table: Table) -> ibis.Schema:
    """Columns and types of a canonical table, provenance included."""
    return ibis.schema({column.name: _IBIS_TYPES[column.type] for column in (*table.columns, *PROVENANCE)})


class DuckDbFactStore:
    """The facts of one home directory. Safe to use from many threads: each has a cursor of its own.

    With `loads` the store is pinned to these load ids (those of a generation, say, so that its links and
    the rows behind them agree); without, it follows the ledger as loads are committed. Sorting and joining
    beyond `memory_limit_gb` spills into the home directory.
    """

    def __init__(
        self,
        home: Path,
        *,
        memory_limit_gb: float = 4.0,
        threads: int | None = None,
        loads: Sequence[str] | None = None,
    ) -> None:
        self.home = home
        self._ledger = Ledger(home)
        self._pinned = None if loads is None else frozenset(loads)
        self._known: tuple[tuple[str, ...], tuple[Load, ...]] = ((), ())
        self._views: set[str] = set()
        self._lock = threading.Lock()
        self._local = threading.local()
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
        table = _declared(name)
        files = tuple(file for file in self._files(name) if as_of is None or file.min_known_at <= as_of.isoformat())
        view = self._view(table, files, as_of)
        return ops.DatabaseTable(
            name=view, schema=schema(table), source=self.backend(), namespace=ops.Namespace()
        ).to_expr()

    def counts(self) -> FactCounts:
        """Rows of each table, all versions counted; tables without a row are left out."""
        rows: dict[str, int] = {}
        for load in self._loads():
            for file in load.facts:
                rows[file.table] = rows.get(file.table, 0) + file.rows
        return FactCounts(rows)

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

    def _loads(self) -> tuple[Load, ...]:
        """The loads that are read: the ledger is parsed again only when a load has come or gone."""
        folder = self.home / "loads"
        names = tuple(sorted(path.name for path in folder.glob("*.json"))) if folder.is_dir() else ()
        with self._lock:
            if names != self._known[0]:
                self._known = (names, self._ledger.loads())
            loads = self._known[1]
        return loads if self._pinned is None else tuple(load for load in loads if load.load_id in self._pinned)

    def _files(self, table: str) -> tuple[FactFile, ...]:
        return tuple(file for load in self._loads() for file in load.facts if file.table == table and file.rows)

    def _view(self, table: Table, files: tuple[FactFile, ...], as_of: date | None) -> str:
        """The name of the view that holds these files' rows, made when first asked for."""
        digest = sha256("\n".join((str(as_of), *(file.path for file in files))).encode()).hexdigest()[:16]
        name = f"{table.name}_{digest}"
        with self._lock:
            if name not in self._views:
                cursor = self._cursor()
                try:
                    self._define(cursor, name, table, files, as_of)
                except duckdb.Error as error:
                    raise Unavailable(
                        f"The fact files of {table.name} cannot be read: {_first_line(error)}",
                        thing=table.name,
                        next_step="Restore the files under facts/, or load the sender's files into a new home.",
                    ) from error
                self._views.add(name)
        return name

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.cursor()
        except duckdb.ConnectionException as error:
            raise Unavailable("The facts have been closed.", thing=str(self.home)) from error

    def _define(
        self,
        cursor: duckdb.DuckDBPyConnection,
        name: str,
        table: Table,
        files: tuple[FactFile, ...],
        as_of: date | None,
    ) -> None:
        columns = (*table.columns, *PROVENANCE)
        names = ", ".join(_quoted(column.name) for column in columns)
        empty = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {_quoted(column.name)}" for column in columns)
        if not files:
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {empty} WHERE false")
            return
        known = "true" if as_of is None else f"known_at <= DATE '{as_of.isoformat()}'"

        def rows(paths: tuple[FactFile, ...]) -> str:
            listed = ", ".join(_literal(str(self.home / file.path)) for file in paths)
            options = "union_by_name = true, filename = 'fact_file', file_row_number = true"
            # The empty typed rows add the columns that older files lack, and fix every type.
            return (
                f"(SELECT {empty}, NULL::VARCHAR AS fact_file, NULL::BIGINT AS file_row_number WHERE false "
                f"UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], {options}))"
            )

        superseding = tuple(file for file in files if file.supersedes)
        if not superseding:
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {names} FROM {rows(files)} WHERE {known}")
            return
        key = ", ".join(_quoted(column) for column in table.key)
        same = " AND ".join(f"a.{_quoted(c)} IS NOT DISTINCT FROM b.{_quoted(c)}" for c in table.key)
        # Only keys in a superseding file can stand twice, so only these are ranked.
        cursor.execute(
            f"CREATE OR REPLACE TABLE {name}_superseded AS SELECT fact_file, file_row_number FROM ("
            f"SELECT fact_file, file_row_number, "
            f"row_number() OVER (PARTITION BY {key} ORDER BY {_LATEST_FIRST}) AS rank "
            f"FROM {rows(files)} AS a WHERE {known} AND EXISTS "
            f"(SELECT 1 FROM (SELECT DISTINCT {key} FROM {rows(superseding)} WHERE {known}) AS b WHERE {same})"
            f") WHERE rank > 1"
        )
        cursor.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT {names} FROM {rows(files)} AS a WHERE {known} AND NOT EXISTS "
            f"(SELECT 1 FROM {name}_superseded AS b "
            f"WHERE a.fact_file = b.fact_file AND a.file_row_number = b.file_row_number)"
        )


def _declared(name: str) -> Table:
    try:
        return TABLES[name]
    except KeyError:
        raise Invalid(
            f"There is no table {name!r}.", thing="table", value=name, next_step=f"Tables: {', '.join(sorted(TABLES))}."
        ) from None


def _quoted(column: str) -> str:
    return f'"{column}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
