"""The seam of facts: canonical tables, columnar, with every version of a row and the day it was learned.

Invariant: a reader sees whole loads only, and of each key the version known latest (by the day asked for).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir

# Rows that a Parquet file holds together: an engine that scans reads so many at once.
ROWS_A_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class FactCounts:
    """Rows of each table that a snapshot holds, all versions counted."""

    rows: Mapping[str, int]


class FactStore(Protocol):
    """The canonical tables as Ibis expressions, and what becomes of expressions. Engines differ, these do not."""

    def table(self, name: str, *, as_of: date | None = None) -> ir.Table:
        """The current rows of a canonical table, with its provenance columns. A coalesced table's row is what all its
        versions say together (`graph.model.tables.Table`), with the provenance of the latest.

        With `as_of`, the rows as known on that day (`known_at <= as_of`). A table with no load is empty,
        with its declared columns and types. Raises `Invalid` for a name that `graph.model.tables` lacks.
        """
        ...

    def read(self, file: Path) -> ir.Table:
        """The rows of a Parquet file of ours (a generation's links, say), to be joined with the tables."""
        ...

    def kept(self, expression: ir.Table) -> AbstractContextManager[ir.Table]:
        """An expression worked out once and held by the engine while many questions look into it."""
        ...

    def write(self, expression: ir.Table, file: Path, *, rows_a_group: int = ROWS_A_GROUP) -> int:
        """Work an expression out into one Parquet file, in the expression's order if it has one; how many rows.

        Nothing stands in memory but what the engine needs for its work and a few row groups.
        """
        ...

    def counts(self) -> FactCounts:
        """How many rows each table holds."""
        ...

    def close(self) -> None:
        """Let go of the engine; expressions made before cannot be run after."""
        ...
