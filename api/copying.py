"""From one engine to another: the graph, the index or the authored data, with the counts of both sides compared.

Invariant: what is served stays as it is; a copy counts only when both sides hold as much. The graph and the index
are derived, so their copies are made of the generation in service, from its own files and facts. Authored data is
copied row by row into an empty database, whole or not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa

from api import bootstrap
from api.database import METADATA, without_password
from api.refresh import Progress
from api.settings import Settings
from graph.facts.ledger import writing
from graph.model.errors import Conflict, Invalid, Unavailable
from graph.store.generation import Generation, Generations

_ROWS_AT_ONCE = 5_000

# What each kind of URL names. A bare `sqlite:` is the graph's engine, one with a path the authored database.
_SEAMS = {
    "sqlite": "graph", "bolt": "graph", "neo4j": "graph", "tantivy": "search", "opensearch": "search",
    "postgresql": "database",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the seam, both engines by scheme, and how much either side holds, by name."""

    seam: str
    source: str
    target: str
    counts: Mapping[str, int]


def copy(settings: Settings, url: str, *, progress: Progress) -> Copied:
    """Copy to the engine that `url` names; the settings say where from.

    `Invalid` for a URL that names no engine of ours or the one in use, `Conflict` when the database there holds
    something or another process writes, `Unavailable` when an engine fails or the counts differ.
    """
    seam = _seam(url)
    target = settings.model_copy(update={f"{seam}_url": url})
    source_url = settings.database if seam == "database" else getattr(settings, f"{seam}_url")
    if url == source_url:
        raise Invalid(
            f"The {seam} is there already.",
            thing="--to",
            value=bootstrap.scheme(seam, url),
            next_step="Name another engine than the one in use.",
        )
    makers: dict[str, Callable[[Settings, Settings, Progress], Mapping[str, int]]] = {
        "graph": _copy_graph, "search": _copy_index, "database": _copy_database,
    }  # fmt: skip
    with writing(settings.home):
        counts = makers[seam](settings, target, progress)
    return Copied(seam, bootstrap.scheme(seam, source_url), bootstrap.scheme(seam, url), counts)


def _seam(url: str) -> str:
    name = urlsplit(url).scheme.split("+")[0]
    if name == "sqlite" and urlsplit(url).path:
        return "database"
    if name not in _SEAMS:
        raise Invalid(
            f"No engine goes by {name or 'an empty name'!r}.",
            thing="--to",
            value=name,
            next_step=f"Use one of: {', '.join(f'{one}:' for one in _SEAMS)}",
        )
    return _SEAMS[name]


def _copy_graph(settings: Settings, target: Settings, progress: Progress) -> Mapping[str, int]:
    generation = Generations(settings.home).current()
    with closing(bootstrap.graph_store(settings)) as store, closing(store.view(generation.folder)) as view:
        there = view.counts()
    with closing(bootstrap.graph_store(target)) as store:
        progress("copying the graph", 0, 1)
        store.drop((generation.folder,))  # what an earlier copy may have left half-way
        store.write(generation.folder, generation.entities, generation.links)
        with closing(store.view(generation.folder)) as view:
            here = view.counts()
        _compare(there, here, generation)
        store.serve(generation.folder)
    return {name: count for name, count in here.items() if "." not in name}


def _copy_index(settings: Settings, target: Settings, progress: Progress) -> Mapping[str, int]:
    from search.indexer import documents

    generation = Generations(settings.home).current()
    with closing(bootstrap.search_store(settings)) as store, closing(store.index(generation.folder)) as index:
        there = {"documents": index.count()}
    facts = bootstrap.facts(settings, loads=generation.loads)
    with closing(facts), closing(bootstrap.search_store(target)) as store:
        progress("copying the index", 0, 1)
        store.drop((generation.folder,))
        store.write(generation.folder, documents(generation, facts))
        with closing(store.index(generation.folder)) as index:
            here = {"documents": index.count()}
        _compare(there, here, generation)
        store.serve(generation.folder)
    return here


def _compare(there: Mapping[str, int], here: Mapping[str, int], generation: Generation) -> None:
    differing = [name for name in sorted({*there, *here}) if there.get(name, 0) != here.get(name, 0)]
    if differing:
        name = differing[0]
        raise Unavailable(
            f"The copy is not whole: {here.get(name, 0):,} {name} of {there.get(name, 0):,}.",
            thing=generation.generation_id,
            value=", ".join(differing)[:300],
            next_step="Copy again; nothing uses the copy until a setting names it.",
        )


def _copy_database(settings: Settings, target: Settings, progress: Progress) -> Mapping[str, int]:
    source, other = bootstrap.database(settings), bootstrap.database(target)
    counts: dict[str, int] = {}
    try:
        with source.connect() as reading, other.begin() as writing_to:
            for table in METADATA.sorted_tables:
                if held := _count(writing_to, table):
                    raise Conflict(
                        f"The database to copy to holds {held:,} rows of {table.name} already.",
                        thing=without_password(other.url),
                        value=table.name,
                        next_step="Name an empty database: authored data is never written over.",
                    )
            for done, table in enumerate(METADATA.sorted_tables):
                progress(f"copying {table.name}", done, len(METADATA.sorted_tables))
                for rows in _partitions(reading, table):
                    writing_to.execute(table.insert(), rows)
                counts[table.name] = _count(writing_to, table)
                if counts[table.name] != (held := _count(reading, table)):
                    raise Unavailable(
                        f"The copy is not whole: {counts[table.name]:,} rows of {table.name} of {held:,}.",
                        thing=without_password(other.url),
                        next_step="Stop the service, which writes to the audit, and copy again.",
                    )
            _go_on_numbering(writing_to)
    finally:
        source.dispose()
        other.dispose()
    return counts


def _partitions(connection: sa.Connection, table: sa.Table) -> Iterable[list[dict[str, object]]]:
    found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(sa.select(table))
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _go_on_numbering(connection: sa.Connection) -> None:
    """PostgreSQL numbers new rows from a sequence of its own, which copied rows do not move."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))
