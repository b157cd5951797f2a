"""The seam of facts: canonical tables, columnar, with every version of a row and the day it was learned.

Invariant: a reader sees whole loads only, and of each key the version known latest (by the day asked for).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class FactCounts:
    """Rows of each table that a snapshot holds, all versions counted."""

    rows: Mapping[str, int]


class FactStore(Protocol):
    """Read access to the canonical tables as Ibis expressions. Engines differ, expressions do not."""

    def table(self, name: str, *, as_of: date | None = None) -> ir.Table:
        """The current rows of a canonical table, with its provenance columns.

        With `as_of`, the rows as known on that day (`known_at <= as_of`). A table with no load is empty,
        with its declared columns and types. Raises `Invalid` for a name that `graph.model.tables` lacks.
        """
        ...

    def counts(self) -> FactCounts:
        """How many rows each table holds."""
        ...
