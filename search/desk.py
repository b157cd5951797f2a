"""Where rows of the facts are laid out to be read one by one.

Invariant: rows are read to their end before the next are laid out.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow.parquet as pq

from graph.facts.store import FactStore

_ROWS_AT_ONCE = 2_000

Row = Mapping[str, Any]


class Desk:
    """Where an expression's rows are laid out to be read: a Parquet file in a folder of the generation's own.

    Engines write such files with little memory and any order of work, and reading them holds no engine up.
    """

    def __init__(self, folder: Path, facts: FactStore) -> None:
        self._file = folder / "rows.parquet"
        self._facts = facts

    def rows(self, table: ir.Table) -> Iterator[Row]:
        """The rows of an expression, one by one. The rows before must have been read to their end."""
        self._facts.write(table, self._file, rows_a_group=_ROWS_AT_ONCE * 10)
        with pq.ParquetFile(self._file) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield from batch.to_pylist()
