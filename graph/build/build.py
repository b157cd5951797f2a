"""Builds the graph of one generation from facts: entities and links, aggregated, as Parquet.

Invariant: every end of a link is an entity, and both files follow from the facts and the declarations alone.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pyarrow.parquet as pq

from graph.build.expressions import ENTITY_SCHEMA, LINK_SCHEMA, entities, known, links
from graph.facts.store import FactStore
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS

Progress = Callable[[str, int, int], None]  # what is being built, steps done, steps in all

ENTITIES = "entities.parquet"
LINKS = "links.parquet"


def build_graph(
    facts: FactStore, folder: Path, *, progress: Progress | None = None, memory_limit_gb: float = 2.0
) -> dict[str, int]:
    """Write `entities.parquet` and `links.parquet` into the folder; count what is in them, in all and by kind.

    `memory_limit_gb` bounds the last step, which puts the kinds together and counts each entity's links; the
    steps before run in the fact store, within its own limit.
    """
    parts = folder / ".parts"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    makers: list[tuple[str, Callable[[], ir.Table]]] = [
        *((f"links.{name}", partial(links, facts, kind)) for name, kind in LINK_KINDS.items() if known(facts, kind)),
        *((f"entities.{n}", partial(entities, facts, kind)) for n, kind in ENTITY_KINDS.items() if known(facts, kind)),
    ]
    # So that a home without facts has files of the right columns too.
    pq.write_table(LINK_SCHEMA.to_pyarrow().empty_table(), parts / "links.parquet")
    pq.write_table(ENTITY_SCHEMA.to_pyarrow().empty_table(), parts / "entities.parquet")
    counts = {"entities": 0, "links": 0}
    for done, (name, make) in enumerate(makers):
        if progress is not None:
            progress(name, done, len(makers) + 1)
        if rows := facts.write(make(), parts / f"{name}.parquet"):
            counts[name] = rows
            counts[name.partition(".")[0]] += rows
    if progress is not None:
        progress("degrees", len(makers), len(makers) + 1)
    _put_together(parts, folder, memory_limit_gb)
    shutil.rmtree(parts)
    return counts


def _put_together(parts: Path, folder: Path, memory_limit_gb: float) -> None:
    """All kinds in one file; entities in the order of their ids, each with the number of its links."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{round(memory_limit_gb * 1024)}MiB",
        "temp_directory": str(parts / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute(
            "COPY (SELECT * FROM read_parquet($parts)) TO $file (FORMAT parquet, COMPRESSION zstd)",
            {"parts": str(parts / "links*.parquet"), "file": str(folder / LINKS)},
        )
        connection.execute(
            "COPY (SELECT entities.* EXCLUDE (identifiers), coalesce(degree, 0) AS degree, identifiers "
            "FROM read_parquet($parts) AS entities LEFT JOIN "
            "(SELECT id, count(*) AS degree FROM (SELECT source AS id FROM read_parquet($links) "
            "UNION ALL SELECT target FROM read_parquet($links)) GROUP BY id) AS ends USING (id) ORDER BY id) "
            "TO $file (FORMAT parquet, COMPRESSION zstd)",
            {
                "parts": str(parts / "entities*.parquet"),
                "links": str(folder / LINKS),
                "file": str(folder / ENTITIES),
            },
        )
