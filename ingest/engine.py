"""The embedded engine in which a load is prepared.

Invariant: every statement is run to its end before the next one, since the engine hands out results as they are made.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

Rows = list[tuple[object, ...]]


def open_engine(folder: Path, memory_limit_gb: float, threads: int | None) -> duckdb.DuckDBPyConnection:
    """An engine that spills into the folder what does not fit into its memory."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{round(memory_limit_gb * 1024)}MiB",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(":memory:", config=config)


def run(engine: duckdb.DuckDBPyConnection, statement: str, values: Sequence[object] = ()) -> Rows:
    """Run a statement to its end and give its rows, which must be few."""
    return engine.execute(statement, list(values) or None).fetchall()


def number(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query asks for."""
    (found,) = run(engine, query)[0]
    return int(str(found))
