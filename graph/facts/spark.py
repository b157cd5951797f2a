"""Facts read with Ibis on Apache Spark over the ledger's Parquet files, on this machine or on many.

Invariant: the same rows, types and versions as on the embedded engine, from the same files; every machine of a
cluster must see the home directory under the same path. One Spark application runs in a process and lives as
long as the process; each store has a session of its own in it, so that views of two homes never meet.
"""

import itertools
import logging
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.backends.sql.rewrites import Select
from ibis.common.patterns import replace
from ibis.util import gen_name
from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.logger import PySparkLogger
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name that Spark's own pages use

from graph.facts.ledger import FactFile
from graph.facts.snapshot import FILE, LATEST_FIRST, ROW, Selection, Snapshot, closed, columns_of, schema, unreadable
from graph.facts.store import ROWS_A_GROUP, FactCounts
from graph.model.errors import Conflict, TidewaiterError, Unavailable
from graph.model.tables import Column

# A master that does not answer in this time is taken to be down; Spark itself would try for a minute.
_REACHED_WITHIN_SECONDS = 5.0
# Spark refuses to start with less than 450 MiB.
_LEAST_MEMORY_MIB = 512
_DEFAULT_PORT = 7077

# Spark's Python side writes every failed query to the standard error as well; the error itself is told to the caller.
for _name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
    PySparkLogger.getLogger(_name).setLevel(logging.CRITICAL)

_CONFIGURATION = {
    "spark.app.name": "tidewaiter",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # A sum or cast that does not fit is an error, as on the embedded engine: without ANSI it would be a silent null.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    # Days before 1582 as they are written: no other calendar is meant by our files.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.compression.codec": "zstd",
    # What is collected is as large as the embedded engine would answer; the driver's memory is the limit.
    "spark.driver.maxResultSize": "0",
    "spark.log.level": "ERROR",
}


def master_of(url: str, *, threads: int | None) -> str:
    """The master that a facts URL names; without one, this machine with so many threads.

    >>> master_of("spark:", threads=2), master_of("spark:local[4]", threads=2), master_of("spark:yarn", threads=None)
    ('local[2]', 'local[4]', 'yarn')
    >>> master_of("spark:", threads=None), master_of("spark://host:7077", threads=None)
    ('local[*]', 'spark://host:7077')
    """
    named = url.removeprefix("spark:")
    if named.startswith("//"):
        return url
    return named or f"local[{threads or '*'}]"


class SparkFactStore:
    """The facts of one home directory. Safe to use from many threads.

    With `loads` the store is pinned to these load ids; without, it follows the ledger; `resolved` is a
    generation whose resolution is read beside them (see `Snapshot`). The first
    store of a process starts Spark: `memory_limit_gb` is the memory of its driver, which on `local` is all of it, and
    what Spark has to say goes to `HOME/spark.log`. A second master in one process is a `Conflict`.
    """

    def __init__(
        self,
        home: Path,
        *,
        master: str,
        memory_limit_gb: float = 4.0,
        loads: Sequence[str] | None = None,
        resolved: Path | None = None,
    ) -> None:
        self.home = home.absolute()
        self._snapshot = Snapshot(self.home, loads, resolved)
        self._views: set[str] = set()
        self._serial = itertools.count()
        self._lock = threading.Lock()
        session = _application(master, home=self.home, memory_mib=round(memory_limit_gb * 1024))
        with _translated(f"Spark at {master}"):
            self._session: SparkSession | None = session.newSession()
            _Spark.register_options()  # Ibis does so for the backends that it opens itself
            self._backend = _Spark().connect(self._session)

    def table(self, name: str, *, as_of: date | None = None) -> ir.Table:
        """The current rows of a canonical table, or those known on a day; see `FactStore.table`."""
        selection = self._snapshot.select(name, as_of)
        self._define_once(selection)
        return self._named(selection.view, schema(selection.table))

    def read(self, file: Path) -> ir.Table:
        """The rows of a Parquet file of ours."""
        self._open()
        with _translated(file.name):
            return self._backend.read_parquet(_location(file.absolute()))

    @contextmanager
    def kept(self, expression: ir.Table) -> Iterator[ir.Table]:
        """An expression worked out at once and held by the executors, on disk where memory is short.

        What is asked of it does not carry how it came about, which Spark would plan anew with each question.
        """
        session, name = self._open(), f"kept_{next(self._serial)}"
        with _translated("the facts"):
            self._backend.rows(expression).localCheckpoint().createOrReplaceTempView(name)
        try:
            yield self._named(name, expression.schema())
        finally:
            with _translated("the facts"):
                session.catalog.dropTempView(name)

    def write(self, expression: ir.Table, file: Path, *, rows_a_group: int = ROWS_A_GROUP) -> int:
        """Work an expression out into one Parquet file; how many rows.

        Every executor writes a part beside the file, then the parts are put together in their order.
        """
        self._open()
        parts = file.absolute().with_name(f".{file.name}.parts")
        try:
            with _translated(file.name):
                self._backend.rows(expression).write.mode("overwrite").parquet(f"file://{parts}")
            return _put_together(parts, file, expression.schema().to_pyarrow(), rows_a_group)
        finally:
            shutil.rmtree(parts, ignore_errors=True)

    def counts(self) -> FactCounts:
        """Rows of each table, all versions counted; tables without a row are left out."""
        return self._snapshot.counts()

    def backend(self) -> Backend:
        """The Ibis backend, the same for every thread."""
        self._open()
        return self._backend

    def close(self) -> None:
        """Let go of the views and of what is held in memory; Spark itself goes on for other stores."""
        with self._lock:
            session, self._session = self._session, None
            if session is None:
                return
            with _translated("Spark"):
                for view in session.catalog.listTables():
                    session.catalog.dropTempView(view.name)

    def _named(self, view: str, columns: ibis.Schema) -> ir.Table:
        return ops.DatabaseTable(name=view, schema=columns, source=self._backend, namespace=ops.Namespace()).to_expr()

    def _open(self) -> SparkSession:
        if self._session is None:
            raise closed(self.home)
        return self._session

    def _define_once(self, selection: Selection) -> None:
        """The view that holds these files' rows, made when first asked for."""
        with self._lock:
            session = self._open()
            if selection.view not in self._views:
                with _translated(selection.table.name):
                    self._define(session, selection)
                self._views.add(selection.view)

    def _define(self, session: SparkSession, selection: Selection) -> None:
        names = [column.name for column in columns_of(selection.table)]
        typed = PySparkSchema.from_ibis(schema(selection.table))
        if not selection.files:
            session.createDataFrame([], typed).createOrReplaceTempView(selection.view)
            return

        def rows(files: tuple[FactFile, ...]) -> DataFrame:
            # The schema adds the columns that older files lack, and spares reading every file's own.
            read = session.read.schema(typed).parquet(*(_location(self.home / file.path) for file in files))
            return read if selection.as_of is None else read.filter(F.col("known_at") <= F.lit(selection.as_of))

        def placed(files: tuple[FactFile, ...]) -> DataFrame:
            return rows(files).select(
                *names, F.col("_metadata.file_path").alias(FILE), F.col("_metadata.row_index").alias(ROW)
            )

        if not selection.superseding:
            rows(selection.files).createOrReplaceTempView(selection.view)
            return
        key = list(selection.table.key)
        everything, again = placed(selection.files), rows(selection.superseding).select(*key).distinct()
        # Only keys in a superseding file can stand twice, so only these are ranked.
        same = [everything[column].eqNullSafe(again[column]) for column in key]
        if selection.table.coalesced:
            several = everything.join(again, same, "left_semi").groupBy(*key)
            together = several.agg(
                *(_latest(column) for column in columns_of(selection.table) if column.name not in key)
            )
            alone = everything.join(again, same, "left_anti").select(*names)
            alone.unionByName(together.select(*names)).createOrReplaceTempView(selection.view)
            return
        partition = ", ".join(f"`{column}`" for column in key)
        rank = F.expr(f"row_number() OVER (PARTITION BY {partition} ORDER BY {LATEST_FIRST})")
        superseded = everything.join(again, same, "left_semi").withColumn("rank", rank).filter("rank > 1")
        superseded = superseded.select(FILE, ROW).localCheckpoint()
        current = everything.join(superseded, [FILE, ROW], "left_anti").select(*names)
        current.createOrReplaceTempView(selection.view)


# `LATEST_FIRST` as one value, the greatest of which is the latest.
_AGE = f"struct(known_at, load_id, {FILE}, {ROW})"


def _latest(column: Column) -> SparkColumn:
    """What a key's versions say of a column together: the latest value that is none's blank, or all items of a list."""
    name = f"`{column.name}`"
    if column.gathered:
        every = f"array_sort(array_distinct(flatten(collect_list({name}))))"
        return F.expr(f"CASE WHEN count({name}) > 0 THEN {every} END").alias(column.name)
    return F.expr(f"max_by({name}, {_AGE}) FILTER (WHERE {name} IS NOT NULL)").alias(column.name)


@replace(Select)  # type: ignore[untyped-decorator]
def _ordered_apart(_: Any) -> Any:
    """Distinct rows first, in their order afterwards: Spark knows no computed column in an order of distinct rows.

    Ibis's own rule makes the condition's columns part of what is distinct, so that rows come twice.
    """
    if not (_.distinct and _.sort_keys):
        return _
    inner = _.copy(sort_keys=())
    told = {value: ops.Field(inner, name) for name, value in inner.selections.items()}
    return Select(
        inner,
        selections={name: ops.Field(inner, name) for name in inner.selections},
        sort_keys=tuple(key.replace(told, filter=ops.Value) for key in _.sort_keys),
    )


class _Compiler(PySparkCompiler):  # type: ignore[misc]
    post_rewrites = (_ordered_apart,)


class _Spark(Backend):  # type: ignore[misc]
    """Ibis's Spark backend, with rows going in and out as Arrow, and shared parts of a question worked out once.

    Ibis takes rows through pandas, where whole numbers with a null become floats and decimals objects.
    """

    compiler = _Compiler()

    def rows(self, expression: ir.Expr, *, params: Any = None, limit: Any = None) -> DataFrame:
        """The expression as Spark's own table.

        Spark works a named part of a query out anew wherever it is used, and plans it anew as well: parts that build
        on each other double with each step. So each part is a table of its own before the next is asked for, worked
        out at once where that is more than a look into files.
        """
        self._run_pre_execute_hooks(expression)
        query = self.compiler.to_sqlglot(expression.as_table(), limit=limit, params=params)
        tables: dict[str, str] = {}
        for part in query.ctes:
            rows = self._session.sql(_renamed(part.this, tables).sql(self.dialect))
            if part.this.find(*_COSTLY):
                rows = rows.localCheckpoint()
            tables[part.alias] = gen_name("part")
            rows.createOrReplaceTempView(tables[part.alias])
        if tables:
            query.find(sge.With).pop()
        answer: DataFrame = self._session.sql(_renamed(query, tables).sql(self.dialect))
        for name in tables.values():
            self._session.catalog.dropTempView(name)
        return answer

    def to_pyarrow(
        self, expr: ir.Expr, /, *, params: Any = None, limit: int | str | None = None, **_kwargs: object
    ) -> Any:
        """The expression's rows, in the types that Ibis declares."""
        with _translated("the facts"):
            answer = self.rows(expr, params=params, limit=limit).toArrow()
        return expr.__pyarrow_result__(answer.cast(expr.as_table().schema().to_pyarrow()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        rows = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(rows).createOrReplaceTempView(op.name)


# What a part must hold to be worked out before the rest: anything beyond rows as they are read.
_COSTLY = (sge.Join, sge.Group, sge.Distinct, sge.Window, sge.SetOperation)


def _renamed(query: sge.Expression, tables: Mapping[str, str]) -> sge.Expression:
    """The query, with tables under the names that they have outside of it."""
    for table in query.find_all(sge.Table):
        if table.name in tables:
            if not table.alias:
                table.set("alias", sge.TableAlias(this=sge.to_identifier(table.name, quoted=True)))
            table.set("this", sge.to_identifier(tables[table.name], quoted=True))
    return query


@dataclass(frozen=True, slots=True)
class _Application:
    """The Spark application of this process."""

    master: str
    session: SparkSession


_launch: Callable[..., Any] = launch_gateway  # which has no types
_starting = threading.Lock()
_applications: list[_Application] = []  # at most one


def _application(master: str, *, home: Path, memory_mib: int) -> SparkSession:
    """The process's Spark, started when first asked for."""
    with _starting:
        if not _applications:
            _applications.append(_Application(master, _start(master, home=home, memory_mib=memory_mib)))
        running = _applications[0]
    if running.master != master:
        raise Conflict(
            f"This process already runs on Spark at {running.master}.",
            thing="TIDEWAITER_FACTS_URL",
            value=master,
            next_step="Use one master in a process, or start another process.",
        )
    return running.session


def _start(master: str, *, home: Path, memory_mib: int) -> SparkSession:
    _reach(master)
    home.mkdir(parents=True, exist_ok=True)
    memory = max(memory_mib, _LEAST_MEMORY_MIB)
    settings = {**_CONFIGURATION, "spark.master": master, "spark.driver.memory": f"{memory}m"}
    settings["spark.sql.warehouse.dir"] = str(home / "spill" / "spark")
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(home / "spill"),
            # A part for each core: on one machine more parts are more work and no more speed.
            "spark.sql.shuffle.partitions": str(_cores(master)),
            "spark.default.parallelism": str(_cores(master)),
        }
    configuration = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    log = home / "spark.log"
    with open(log, "w", encoding="utf-8") as told:
        try:
            gateway = _launch(configuration, popen_kwargs={"stdout": told, "stderr": told})
        except (PySparkException, OSError) as error:
            raise Unavailable(
                f"Spark cannot be started: {_last_line(log) or error}",
                thing="Java",
                next_step="Install Java 17 or newer and set JAVA_HOME, or set TIDEWAITER_FACTS_URL to duckdb:.",
            ) from error
    with _translated(f"Spark at {master}"):
        return SparkSession(SparkContext(conf=configuration, gateway=gateway))


def _cores(master: str) -> int:
    counted = re.match(r"local\[(\d+)", master)
    if counted:
        return int(counted[1])
    return (os.cpu_count() or 1) if master.startswith("local[*") else 1


def _reach(master: str) -> None:
    """`Unavailable` when no master of a standalone cluster answers."""
    if not master.startswith("spark://"):
        return
    reasons = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":") if ":" in address else (address, "", str(_DEFAULT_PORT))
        try:
            socket.create_connection((host, int(port)), timeout=_REACHED_WITHIN_SECONDS).close()
        except (OSError, ValueError) as error:
            reasons.append(f"{address}: {error}")
        else:
            return
    raise Unavailable(
        f"No Spark master answers at {master}: {'; '.join(reasons)}.",
        thing="TIDEWAITER_FACTS_URL",
        value=master,
        next_step="Start the master, correct the URL, or set it to `spark:` to run on this machine.",
    )


@contextmanager
def _translated(thing: str) -> Iterator[None]:
    """Spark's errors as ours: the only place that knows them."""
    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise _told(error, thing) from error


def _told(error: Exception, thing: str) -> TidewaiterError:
    text = _text(error)
    if isinstance(error, Py4JNetworkError | ConnectionError) or "stopped SparkContext" in text:
        return Unavailable(
            "Spark has ended.",
            thing="Spark",
            value=_line(text),
            next_step="See spark.log in the home, then start again.",
        )
    if "PATH_NOT_FOUND" in text or "FAILED_READ_FILE" in text or "is not a Parquet file" in text:
        named = re.search(r"/facts/(\w+)/[^/]+\.parquet", text)
        return unreadable(named[1] if named else thing, _line(text))
    if "OutOfMemoryError" in text:
        return Unavailable(
            "Spark has not enough memory for this.",
            thing=thing,
            value=_line(text),
            next_step="Set TIDEWAITER_MEMORY_LIMIT_GB higher, or run on a cluster.",
        )
    return Unavailable(
        f"Spark cannot work this out: {_line(text)}",
        thing=thing,
        value=type(error).__name__,
        next_step="See spark.log in the home directory.",
    )


def _text(error: Exception) -> str:
    """What Spark says, its first cause first: the outer ones often say no more than that something failed."""
    if not isinstance(error, Py4JJavaError):
        return str(error)
    said, cause = [], error.java_exception
    while cause is not None:
        said.append(str(cause.toString()))
        cause = cause.getCause()
    return "\n".join(reversed(said))


def _line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _location(file: Path) -> str:
    """The file as Spark names it. Signs that Spark takes for patterns are escaped: a folder may be called `[1]`."""
    return "file://" + re.sub(r"([\\*?\[\]{}])", r"\\\1", str(file))


def _put_together(parts: Path, file: Path, columns: pa.Schema, rows_a_group: int) -> int:
    """One file from the parts, group by group in their order; how many rows."""
    rows = 0
    with pq.ParquetWriter(file, columns, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for part in sorted(parts.glob("*.parquet")):
            with pq.ParquetFile(part) as opened:
                for batch in opened.iter_batches(rows_a_group):
                    waiting.append(batch)
                    if sum(one.num_rows for one in waiting) >= rows_a_group:
                        rows += _write(writer, waiting, columns, rows_a_group)
                        waiting = []
        if waiting:
            rows += _write(writer, waiting, columns, rows_a_group)
    return rows


def _write(writer: pq.ParquetWriter, batches: list[pa.RecordBatch], columns: pa.Schema, rows_a_group: int) -> int:
    table = pa.Table.from_batches(batches).cast(columns)
    writer.write_table(table, row_group_size=rows_a_group)
    return table.num_rows
