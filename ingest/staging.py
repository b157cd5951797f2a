"""Rows as text become facts: one pass in which every cell is cleaned, every row judged, and the good ones written.

Invariant: a row is either in the Parquet file, in its column's type and with its provenance, or in the reject log;
the two never share a row and never miss one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from duckdb import func as duckdb_function

from graph.facts.duckdb import SQL_TYPES
from graph.model.tables import PROVENANCE, TABLES, Column, ColumnType, Table
from ingest.clean.cells import clean_sql
from ingest.clean.masking import mask_sql
from ingest.clean.sql import literal
from ingest.engine import run
from ingest.rejects import Problem, Reject, RejectLog
from ingest.sources.source import TextRows

ROW_GROUP_ROWS = 122_880
PARQUET = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
_KNOWN_AT = Column("known_at", ColumnType.DATE)
_READ_AS = "read_as"  # a source's note that a row was not UTF-8
_NOT_EXTRA = frozenset({"source", "source_row", "known_at", _READ_AS})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: the sender's file as shown to people, the load, and the day we learned of them."""

    file: str
    load_id: str
    known_at: date


@dataclass(frozen=True, slots=True)
class _Shape:
    """What rows must have in common to be cleaned by one statement."""

    table: str
    columns: tuple[str, ...]
    damaged: frozenset[str]
    unchecked: frozenset[str]


class Stage:
    """The engine in which a load is prepared. `rejects` hears of every row that is not accepted."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path, rejects: RejectLog, ssn_secret: str) -> None:
        self.engine = engine
        self.folder = folder
        self._rejects = rejects
        self._failure: BaseException | None = None
        self._parts = 0
        self._origin = Origin("", "", date.min)
        self._table = ""
        run(engine, "SET VARIABLE ssn_secret = ?", [ssn_secret])
        engine.create_function(
            "keep_reject",
            self._keep_reject,
            ["BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"],
            "BOOLEAN",
            type=duckdb_function.PythonUDFType.ARROW,
            null_handling=duckdb_function.FunctionNullHandling.SPECIAL,
            side_effects=True,
        )

    def close(self) -> None:
        """Let go of the engine."""
        try:
            self.engine.remove_function("keep_reject")
        except duckdb.Error:  # after a failure its last statement may still hold the engine
            self.engine.close()
        self.engine.close()

    def write(self, rows: Iterator[TextRows], origin: Origin) -> tuple[dict[str, list[Path]], dict[str, int]]:
        """Clean and write a file's rows; the Parquet parts of each table, and the rows left out by reason.

        Raises what the source raises.
        """
        parts: dict[str, list[Path]] = {}
        left_out: dict[str, int] = {}
        arriving = self._readable(rows, origin, left_out)
        pending = next(arriving, None)
        while pending is not None:
            shape, ended = _shape(pending), _Ended()
            path = self._write_run(shape, _alike(shape, pending, arriving, ended), origin)
            parts.setdefault(shape.table, []).append(path)
            pending = ended.by
        return parts, left_out

    def _readable(self, rows: Iterator[TextRows], origin: Origin, left_out: dict[str, int]) -> Iterator[TextRows]:
        """The rows that are rows; the others go to the rejects."""
        for some in rows:
            for reason, count in some.left_out.items():
                left_out[reason] = left_out.get(reason, 0) + count
            if some.problems:
                names = [name for name in some.batch.schema.names if name != "source_row"]
                for position, reason in sorted(some.problems.items()):
                    row = some.batch.slice(position, 1).to_pylist()[0]
                    cells = {name: row[name] for name in names}
                    column, _, said = reason.partition(": ")
                    problem = Problem(column, cells[column] or "", said) if column in cells else Problem("", "", reason)
                    self._rejects.add(Reject(origin.file, row["source_row"], some.table, (problem,), cells))
                kept = [at not in some.problems for at in range(some.batch.num_rows)]
                readable = replace(some, batch=some.batch.filter(pa.array(kept)), problems={})
            else:
                readable = some
            if readable.batch.num_rows:
                yield readable

    def _write_run(self, shape: _Shape, alike: Iterator[TextRows], origin: Origin) -> Path:
        self._parts += 1
        path = self.folder / f"part-{self._parts:04d}.parquet"
        self._origin, self._table, self._failure = origin, shape.table, None
        schema = pa.schema([(name, pa.string()) for name in shape.columns] + [("source_row", pa.int64())])

        def batches() -> Iterator[pa.RecordBatch]:
            # An exception that passed through the engine would come back as text: it is kept here instead.
            try:
                for some in alike:
                    yield some.batch.select(schema.names).cast(schema)
            except (Exception, KeyboardInterrupt) as error:
                self._failure = error
                raise

        arriving = pa.RecordBatchReader.from_batches(schema, batches())
        statement = cleaning_sql(TABLES[shape.table], shape.columns, shape.damaged, shape.unchecked)
        self.engine.register("arriving", arriving)
        try:
            run(self.engine, "SET VARIABLE origin_file = ?", [origin.file])
            run(self.engine, "SET VARIABLE load_id = ?", [origin.load_id])
            run(self.engine, "SET VARIABLE known_at = CAST(? AS DATE)", [origin.known_at])
            run(self.engine, f"COPY ({statement}) TO {literal(str(path))} {PARQUET}")
        except duckdb.Error:
            if self._failure is not None:
                raise self._failure from None
            raise
        finally:
            self.engine.unregister("arriving")
        return path

    def _keep_reject(self, rows: Any, sources: Any, problems: Any, cells: Any) -> Any:
        """Called by the engine with Arrow arrays of what it refuses; answers false for each: not accepted."""
        arrays = (rows, sources, problems, cells)
        try:
            for row, source, said, written in zip(*(some.to_pylist() for some in arrays), strict=True):
                found = tuple(
                    Problem(column, value or "", reason.removeprefix(f"{column}: "))
                    for column, value, reason in json.loads(said)
                )
                file = source or self._origin.file
                self._rejects.add(Reject(file, row, self._table, found, json.loads(written)))
        except (Exception, KeyboardInterrupt) as error:
            self._failure = error
            raise
        return pa.array([False] * len(rows))


@dataclass(slots=True)
class _Ended:
    """The rows of another shape that ended a run."""

    by: TextRows | None = None


def _shape(some: TextRows) -> _Shape:
    columns = tuple(name for name in some.batch.schema.names if name != "source_row")
    return _Shape(some.table, columns, some.damaged, some.unchecked)


def _alike(shape: _Shape, first: TextRows, following: Iterator[TextRows], ended: _Ended) -> Iterator[TextRows]:
    for some in chain([first], following):
        if _shape(some) != shape:
            ended.by = some
            return
        yield some


def cleaning_sql(table: Table, columns: tuple[str, ...], damaged: frozenset[str], unchecked: frozenset[str]) -> str:
    """The statement that cleans rows of text (a relation `arriving`) and gives the rows of the table.

    Values are worked out once, in a subquery; of a row that is fine, reasons and repairs then cost little.
    """
    ours = {column.name: column for column in (*table.columns, _KNOWN_AT)}
    values: list[str] = []
    reasons: list[tuple[str, str, str]] = []
    repairs: list[str] = []
    fine: list[str] = []
    cleaned: dict[str, str] = {}
    extra = {name: _quoted(name) for name in columns if name not in ours and name not in _NOT_EXTRA}
    for at, name in enumerate(columns):
        column = ours.get(name)
        if column is None:
            continue
        if name in unchecked:
            column = replace(column, identifier=None)
        cell, value = _quoted(name), f"_v{at}"
        sql = clean_sql(column, cell, damaged=name in damaged, value_sql=value)
        values.append(f"{sql.value} AS {value}")
        cleaned[name] = value
        reason = sql.reason
        if column.required:
            reason = f"coalesce({sql.reason}, CASE WHEN {value} IS NULL THEN '{name}: missing' END)"
            fine.append(f"{value} IS NOT NULL")
        elif column.evidence:
            repairs.append(_set_aside(column, reason))
            extra[name] = f"CASE WHEN ({reason}) IS NOT NULL THEN {cell} END"
            reason = "NULL"
        elif column.type is not ColumnType.TEXT or column.identifier:  # any other text is fine
            # Most cells have a value or are blank: of the others alone a reason is worked out.
            fine.append(f"({value} IS NOT NULL OR {cell} IS NULL OR ({sql.reason}) IS NULL)")
        reasons.append((name, cell, reason))
        if sql.repair.upper() not in {"NULL", "CAST(NULL AS VARCHAR)"}:
            as_it_came = SQL_TYPES[column.type] == "VARCHAR"  # then nothing can have been mended
            repairs.append(f"CASE WHEN {value} = {cell} THEN NULL ELSE {sql.repair} END" if as_it_came else sql.repair)
    missing = [column.name for column in table.columns if column.required and column.name not in columns]
    reasons += [(name, "NULL", f"'{name}: missing'") for name in missing]
    if _READ_AS in columns:
        repairs.append(f"'encoding: ' || {_quoted(_READ_AS)}")
    accepted = " AND ".join(fine) if not missing else "false"
    problems = ", ".join(f"[{literal(name)}, {cell}, {reason}]" for name, cell, reason in reasons)
    source = f"trim({_quoted('source')})" if "source" in columns else "CAST(NULL AS VARCHAR)"
    rejected = (
        f"keep_reject(source_row, {source},"
        f" CAST(to_json(list_filter([{problems}], lambda _said: _said[3] IS NOT NULL)) AS VARCHAR),"
        f" {_json(columns)})"
    )
    output = [f"{_output(column, cleaned.get(column.name))} AS {_quoted(column.name)}" for column in table.columns]
    provenance = {
        "source": f"coalesce(nullif({source}, ''), getvariable('origin_file'))",
        "source_row": "source_row",
        "load_id": "getvariable('load_id')",
        "known_at": f"coalesce({cleaned.get('known_at', 'NULL')}, getvariable('known_at'))",
        "repairs": _repairs(repairs),
        "extra": _extra(extra),
    }
    output += [f"CAST({provenance[column.name]} AS {SQL_TYPES[column.type]}) AS {column.name}" for column in PROVENANCE]
    computed = f"SELECT *, {', '.join(values)} FROM arriving" if values else "SELECT * FROM arriving"
    return (
        f"SELECT {', '.join(output)} FROM ({computed})"
        f" WHERE CASE WHEN {accepted or 'true'} THEN true ELSE {rejected} END"
    )


def _output(column: Column, value: str | None) -> str:
    kind = SQL_TYPES[column.type]
    default = f"CAST({literal(column.default)} AS {kind})" if column.default is not None else None
    if value is None:
        return default or f"CAST(NULL AS {kind})"
    value = f"CAST({value} AS {kind})"
    return f"coalesce({value}, {default})" if default else value


def _repairs(repairs: list[str]) -> str:
    if not repairs:
        return "NULL"
    found = f"list_filter([{', '.join(repairs)}], lambda _mended: _mended IS NOT NULL)"
    return f"CASE WHEN coalesce({', '.join(repairs)}) IS NOT NULL THEN {found} END"


def _json(columns: tuple[str, ...]) -> str:
    pairs = ", ".join(f"{literal(name)}, {_quoted(name)}" for name in columns if name != _READ_AS)
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def _set_aside(column: Column, reason: str) -> str:
    """What is told of a cell that fails its check without failing its row."""
    return f"{literal(f'{column.name}: set aside, ')} || substr({reason}, {len(column.name) + len(': ') + 1})"


def _extra(cells: dict[str, str]) -> str:
    """Cells that no column of ours holds, as a JSON object without its empty ones."""
    if not cells:
        return "NULL"
    pairs = ", ".join(f"{literal(name)}, {cell}" for name, cell in cells.items())
    # A merge patch leaves out what is null.
    whole = f"CAST(json_merge_patch('{{}}', json_object({pairs})) AS VARCHAR)"
    return f"CASE WHEN coalesce({', '.join(cells.values())}) IS NOT NULL THEN {mask_sql(whole)} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
