"""Rows beside rows: what stands twice in a file, what stood before, and what is a new version.

Invariant: of each key and day on which it was learned a file brings one row, and no row says what the facts already
said on that day; in a coalesced table rows of one key that fill each other's blanks are all kept. Only keys that occur
twice are compared row by row; all others are let through by a hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from graph.facts.duckdb import SQL_TYPES
from graph.model.tables import PROVENANCE, Column, Table
from ingest.clean.sql import literal
from ingest.engine import Rows, number, run
from ingest.rejects import Problem, Reject, RejectLog
from ingest.staging import PARQUET

DUPLICATE = "duplicate row"
CONFLICT = "the same key as a row before it, and other values"
_EXTRA = next(column for column in PROVENANCE if column.name == "extra")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the rows of one table in one file. `path` is None where nothing new was said."""

    path: Path | None
    rows: int
    duplicates: int
    conflicts: int
    unchanged: int
    supersedes: bool
    min_known_at: str = ""
    max_known_at: str = ""


class Versions:
    """Compares the staged rows of one table with each other and with the facts that stand."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, table: Table, rejects: RejectLog) -> None:
        self._engine = engine
        self._table = table
        self._rejects = rejects
        self._said = (*table.columns, _EXTRA)  # what a row says; the rest is where it came from

    def settle(self, parts: Sequence[Path], standing: Sequence[Path], target: Path) -> Settled:
        """Leave out of the parts what is said twice or stood already, and write the rest to the target.

        `standing` are the fact files of the table, the oldest first. A row that contradicts one before it in the
        same file, learned on the same day, goes to the rejects.
        """
        self._run(f"CREATE OR REPLACE TEMP VIEW staged AS SELECT *, file_index AS part FROM {_read(parts)}")
        self._run("CREATE OR REPLACE TEMP TABLE lost (part BIGINT, file_row_number BIGINT, why VARCHAR)")
        twice = self._within()
        known_before = bool(standing) and self._against(standing)
        lost = {str(why): int(str(rows)) for why, rows in self._run("SELECT why, count(*) FROM lost GROUP BY why")}
        if lost or len(parts) > 1:
            names = ", ".join(_quoted(column.name) for column in (*self._table.columns, *PROVENANCE))
            kept = "staged ANTI JOIN lost USING (part, file_row_number)"
            self._run(f"COPY (SELECT {names} FROM {kept}) TO {literal(str(target))} {PARQUET}")
            for part in parts:
                part.unlink()
        else:
            parts[0].rename(target)
        found, first, last = self._run(f"SELECT count(*), min(known_at), max(known_at) FROM {_read([target])}")[0]
        rows = int(str(found))
        if not rows:
            target.unlink()
        return Settled(
            target if rows else None,
            rows,
            duplicates=lost.get("duplicate", 0),
            conflicts=lost.get("conflict", 0),
            unchanged=lost.get("unchanged", 0),
            supersedes=bool(rows) and (twice or known_before),
            min_known_at=str(first or ""),
            max_known_at=str(last or ""),
        )

    def _within(self) -> bool:
        """Find the rows whose key stood before in the file; whether keys remain with several versions."""
        key = self._key("staged")
        self._run(
            f"CREATE OR REPLACE TEMP TABLE twice AS SELECT hash({key}) AS hashed FROM staged"
            " GROUP BY hashed HAVING count(*) > 1"
        )
        if not number(self._engine, "SELECT count(*) FROM twice"):
            return False
        group = f"{key}, known_at"
        order = "source_row, part, file_row_number"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE ranked AS SELECT *, row_number() OVER same AS place"
            f" FROM staged WHERE hash({key}) IN (FROM twice) WINDOW same AS (PARTITION BY {group} ORDER BY {order})"
        )
        same_key = " AND ".join(
            [*(f"a.{_quoted(name)} IS NOT DISTINCT FROM b.{_quoted(name)}" for name in self._table.key),
             "a.known_at = b.known_at"]
        )  # fmt: skip
        self._run(
            "CREATE OR REPLACE TEMP TABLE doubles AS SELECT a.*, b.source_row AS first_row,"
            f" {self._differing('a', 'b')} AS differing, {self._adds('a', 'b')} AS adds"
            f" FROM ranked AS a JOIN ranked AS b ON b.place = 1 AND a.place > 1 AND {same_key}"
        )
        self._run(
            "INSERT INTO lost SELECT part, file_row_number,"
            " CASE WHEN len(differing) > 0 THEN 'conflict' ELSE 'duplicate' END FROM doubles"
            " WHERE len(differing) > 0 OR NOT adds"
        )
        self._reject_conflicts()
        versions = number(
            self._engine,
            f"SELECT count(*) FROM (SELECT 1 FROM ranked ANTI JOIN lost USING (part, file_row_number)"
            f" GROUP BY {self._key('ranked')} HAVING count(*) > 1)",
        )
        self._run("DROP TABLE ranked; DROP TABLE doubles; DROP TABLE twice")
        return bool(versions)

    def _reject_conflicts(self) -> None:
        columns = [column.name for column in self._table.columns]
        values_sql = ", ".join(map(_as_text, self._table.columns))
        found = self._engine.execute(
            f"SELECT source, source_row, first_row, differing, CAST(known_at AS VARCHAR), {values_sql}"
            " FROM doubles WHERE len(differing) > 0 ORDER BY source_row"
        )
        while some := found.fetchmany(1000):
            for source, row, first_row, differing, known_at, *values in some:
                written = dict(zip(columns, values, strict=True))
                name = ", ".join(f"{column} {written[column]}" for column in self._table.key)
                reason = f"row {first_row} has the same {name} and other values in {', '.join(differing)}"
                problem = Problem(differing[0], written.get(differing[0]) or "", reason)
                cells = {**written, "known_at": known_at}
                self._rejects.add(Reject(source, row, self._table.name, (problem,), cells), summary=CONFLICT)

    def _against(self, standing: Sequence[Path]) -> bool:
        """Find the rows that the facts already said on the day on which they were learned.

        Whether any of the other rows has a key that stood before.
        """
        names = ", ".join(_quoted(name) for name in self._table.key)
        # Files that were written before a column was declared lack it.
        empty = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {_quoted(column.name)}" for column in self._said)
        self._run(
            "CREATE OR REPLACE TEMP VIEW standing AS SELECT *, file_index AS age FROM"
            f" (SELECT {empty} WHERE false UNION ALL BY NAME FROM {_read(standing)})"
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE met AS SELECT DISTINCT hashed FROM"
            f" (SELECT hash({self._key('staged')}) AS hashed FROM staged)"
            f" SEMI JOIN (SELECT hash({self._key('standing')}) AS hashed FROM standing) USING (hashed)"
        )
        if not number(self._engine, "SELECT count(*) FROM met"):
            return False
        same_key = " AND ".join(
            f"new.{_quoted(name)} IS NOT DISTINCT FROM old.{_quoted(name)}" for name in self._table.key
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE judged AS"
            f" SELECT new.part, new.file_row_number, {self._stood()} AS stood"
            f" FROM (FROM staged ANTI JOIN lost USING (part, file_row_number) WHERE hash({names}) IN (FROM met)) AS new"
            f" JOIN (FROM standing WHERE hash({names}) IN (FROM met)) AS old ON {same_key}"
            " GROUP BY new.part, new.file_row_number"
        )
        self._run("INSERT INTO lost SELECT part, file_row_number, 'unchanged' FROM judged WHERE stood")
        known_before = number(self._engine, "SELECT count(*) FROM judged WHERE stood IS NOT true")
        self._run("DROP TABLE judged; DROP TABLE met")
        return bool(known_before)

    def _stood(self) -> str:
        """Whether the old rows with a new row's key, up to the day on which that was learned, say all that it says."""
        latest, until = "(old.known_at, old.load_id, old.age, old.file_row_number)", "old.known_at <= new.known_at"
        if not self._table.coalesced:
            same = f"{self._struct('new')} IS NOT DISTINCT FROM {self._struct('old')}"
            return f"arg_max({same}, {latest}) FILTER ({until})"
        said: list[str] = []
        for column in self._said:
            new, old = f"new.{_quoted(column.name)}", f"old.{_quoted(column.name)}"
            if column.gathered:  # an item that one of the old rows has is nothing new
                stood = f"list_has_all(flatten(list({old}) FILTER ({until} AND {old} IS NOT NULL)), any_value({new}))"
            elif column == _EXTRA:  # each kind of record has its own cells that are none of ours
                stood = f"bool_or({new} = {old}) FILTER ({until})"
            else:
                stood = f"arg_max({new} = {old}, {latest}) FILTER ({until} AND {old} IS NOT NULL)"
            said.append(f"(any_value({new}) IS NULL OR coalesce({stood}, false))")
        return " AND ".join(said)

    def _run(self, statement: str) -> Rows:
        return run(self._engine, statement)

    def _key(self, relation: str) -> str:
        return ", ".join(f"{relation}.{_quoted(name)}" for name in self._table.key)

    def _struct(self, relation: str) -> str:
        return f"row({', '.join(f'{relation}.{_quoted(column.name)}' for column in self._said)})"

    def _differing(self, left: str, right: str) -> str:
        """The names of the columns in which two rows contradict each other, as a list."""
        coalesced = self._table.coalesced
        differ = "<>" if coalesced else "IS DISTINCT FROM"
        names = ", ".join(
            f"CASE WHEN {left}.{_quoted(c.name)} {differ} {right}.{_quoted(c.name)} THEN {literal(c.name)} END"
            for c in self._said
            if not (coalesced and (c.gathered or c == _EXTRA))
        )
        return f"list_filter([{names}], lambda _name: _name IS NOT NULL)"

    def _adds(self, left: str, right: str) -> str:
        """Whether the left row says something where the right one is blank."""
        if not self._table.coalesced:
            return "false"
        pairs = ((f"{left}.{_quoted(c.name)}", f"{right}.{_quoted(c.name)}") for c in self._said)
        return " OR ".join(f"({one} IS NOT NULL AND {one} IS DISTINCT FROM {other})" for one, other in pairs)


def _as_text(column: Column) -> str:
    name = _quoted(column.name)
    return f"array_to_string({name}, ';')" if SQL_TYPES[column.type].endswith("[]") else f"CAST({name} AS VARCHAR)"


def _read(paths: Sequence[Path]) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"(SELECT *, file_index FROM read_parquet([{listed}], file_row_number = true, union_by_name = true))"


def _quoted(name: str) -> str:
    return f'"{name}"'
