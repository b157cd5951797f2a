"""A generation's graph in numbers, for engines to be filled with: entities in the order of their ids, ways in theirs.

Invariant: comparing numbers compares names, on every engine alike; so order, ties and cursors agree. A way is a
link kind, a direction and the kind of the other end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from graph.model.errors import Invalid
from graph.store.neighbours import UNRANKED

Row = tuple[Any, ...]


@contextmanager
def numbered(
    entities: Path, links: Path, *, spill: Path, memory_limit_gb: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both Parquet files as tables of one connection: `entity` with its `number`; `link` with the numbers `s` and
    `t` of its ends, their kinds and degrees, and its ranks; `way`; `link_end`, each link from either end.

    Money is in cents, quantities in thousandths, days count from the first of year 1. `Invalid` when a link's end
    is no entity. More than `memory_limit_gb` goes to the folder `spill`.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{round(memory_limit_gb * 1024)}MiB",
        "temp_directory": str(spill),
    }
    with duckdb.connect(config=config) as source:
        source.execute(
            """
            CREATE TEMP TABLE entity AS
            SELECT row_number() OVER (ORDER BY id) AS number, id, kind, key, name, properties, identifiers,
                count::BIGINT AS count, (value_usd * 100)::BIGINT AS value_cents,
                (quantity * 1000)::BIGINT AS quantity_thousandths, first_date, last_date, degree
            FROM read_parquet(?)
            """,
            [str(entities)],
        )
        source.execute("CREATE TEMP VIEW named AS SELECT number, id, kind, degree FROM entity")
        source.execute(
            """
            CREATE TEMP TABLE link AS
            SELECT s.number AS s, t.number AS t, s.kind AS s_kind, t.kind AS t_kind, s.degree AS s_degree,
                t.degree AS t_degree, link, coalesce(-(value_usd * 100)::BIGINT, $unranked) AS value_rank,
                coalesce(-(last_date - DATE '0001-01-01' + 1), $unranked) AS recency_rank,
                -count::BIGINT AS count_rank, (quantity * 1000)::BIGINT AS quantity_thousandths, first_date, last_date,
                sources, nullif(status, '') AS status
            FROM read_parquet($links) AS links
                LEFT JOIN named AS s ON s.id = links.source LEFT JOIN named AS t ON t.id = links.target
            """,
            {"links": str(links), "unranked": UNRANKED},
        )
        (loose,) = first(source, "SELECT count(*) FROM link WHERE s IS NULL OR t IS NULL")
        if loose:
            raise Invalid(f"{loose} links end at no entity.", thing=str(links), next_step="Build the graph again.")
        source.execute(
            """
            CREATE TEMP TABLE way AS SELECT row_number() OVER (ORDER BY link, direction, kind) AS way, * FROM (
                SELECT DISTINCT link, 'out' AS direction, t_kind AS kind FROM link
                UNION SELECT DISTINCT link, 'in', s_kind FROM link)
            """
        )
        source.execute(
            """
            CREATE TEMP VIEW link_end AS
            SELECT s AS node, t AS other, way, t_degree AS other_degree, s_degree AS degree,
                link.* EXCLUDE (s, t, s_kind, t_kind, s_degree, t_degree)
            FROM link JOIN way USING (link) WHERE direction = 'out' AND kind = t_kind
            UNION ALL
            SELECT t, s, way, s_degree, t_degree, link.* EXCLUDE (s, t, s_kind, t_kind, s_degree, t_degree)
            FROM link JOIN way USING (link) WHERE direction = 'in' AND kind = s_kind
            """
        )
        yield source


def totals(source: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Entities and links, in total and by kind, as `GraphView.counts` says them."""
    rows = source.execute(
        "SELECT 'entities', count(*) FROM entity UNION ALL SELECT 'links', count(*) FROM link "
        "UNION ALL SELECT 'entities.' || kind, count(*) FROM entity GROUP BY kind "
        "UNION ALL SELECT 'links.' || link, count(*) FROM link GROUP BY link"
    ).fetchall()
    return dict(sorted(rows))


def batches(source: duckdb.DuckDBPyConnection, query: str, size: int) -> Iterator[list[Row]]:
    """The rows of a query, so many at a time."""
    rows = source.execute(query)
    while batch := rows.fetchmany(size):
        yield batch


def first(source: duckdb.DuckDBPyConnection, query: str) -> Row:
    """The first row of a query that always has one."""
    row = source.execute(query).fetchone()
    assert row is not None  # noqa: S101 - counts have a row
    return row
