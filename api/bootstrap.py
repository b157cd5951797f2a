"""Which engine stands behind each seam: the only place that chooses, by the scheme of a URL.

Invariant: nothing else in the house names an engine's class. Imports are inside, so that a command which
needs no engine starts at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.settings import Settings
from graph.model.errors import Invalid, Unavailable
from graph.store.store import GraphStore
from search.index.index import SearchStore

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from graph.facts.store import FactStore
    from graph.resolve.claim import Decision
    from graph.resolve.judgements import Judgement

_KNOWN = {
    "facts": ("duckdb", "spark"),
    "graph": ("sqlite", "neo4j", "bolt"),
    "search": ("tantivy", "opensearch"),
    "database": ("sqlite", "postgresql"),
}


def scheme(seam: str, url: str) -> str:
    """The engine that a URL names, without a driver's name behind a `+`; `Invalid` when we have none such."""
    name = urlsplit(url).scheme.split("+")[0]
    if name not in _KNOWN[seam]:
        known = ", ".join(f"{one}:" for one in _KNOWN[seam])
        raise Invalid(
            f"No {seam} engine goes by {name or 'an empty name'!r}.",
            thing=f"TIDEWAITER_{seam.upper()}_URL",
            value=name,
            next_step=f"Use one of: {known}",
        )
    return name


def check(settings: Settings) -> None:
    """`Invalid` when any of the four URLs names no engine of ours."""
    scheme("facts", settings.facts_url)
    scheme("graph", settings.graph_url)
    scheme("search", settings.search_url)
    scheme("database", settings.database)


@contextmanager
def _installed(seam: str, url: str) -> Iterator[None]:
    """Say what to do where an engine's driver is missing: those of servers are no part of a laptop's install."""
    try:
        yield
    except ImportError as error:
        raise Unavailable(
            f"The driver for {urlsplit(url).scheme}: is not installed: {error}.",
            thing=f"TIDEWAITER_{seam.upper()}_URL",
            value=urlsplit(url).scheme,
            next_step="Run `make install-servers`.",
        ) from error


def facts(settings: Settings, *, loads: tuple[str, ...], resolved: Path | None = None) -> "FactStore":
    """The facts that these loads brought: what a generation was built from, and no more.

    `resolved` is the folder of the generation whose resolution is read beside them.
    """
    if scheme("facts", settings.facts_url) == "duckdb":
        from graph.facts.duckdb import DuckDbFactStore

        return DuckDbFactStore(
            settings.home,
            memory_limit_gb=settings.memory_limit_gb,
            threads=settings.threads,
            loads=loads,
            resolved=resolved,
        )
    with _installed("facts", settings.facts_url):
        from graph.facts.spark import SparkFactStore, master_of

        master = master_of(settings.facts_url, threads=settings.threads)
        return SparkFactStore(
            settings.home, master=master, memory_limit_gb=settings.memory_limit_gb, loads=loads, resolved=resolved
        )


def graph_store(settings: Settings) -> GraphStore:
    """The engine that holds the graph, and the graphs of this home in it."""
    if scheme("graph", settings.graph_url) == "sqlite":
        from graph.store.sqlite import SqliteGraphStore

        return SqliteGraphStore(settings.home)
    with _installed("graph", settings.graph_url):
        from graph.store.neo4j import Neo4jGraphStore

        return Neo4jGraphStore(settings.graph_url)


def search_store(settings: Settings) -> SearchStore:
    """The engine that holds the search index, and the indexes of this home in it."""
    if scheme("search", settings.search_url) == "tantivy":
        from search.index.tantivy import TantivyStore

        return TantivyStore(settings.home)
    with _installed("search", settings.search_url):
        from search.index.opensearch import OpenSearchStore

        return OpenSearchStore(settings.search_url)


def embedded_search(folder: Path) -> SearchStore:
    """The embedded search engine over a folder of its own, whatever the settings name: for measuring."""
    from search.index.tantivy import TantivyStore

    return TantivyStore(folder)


class Engines:
    """The two engines that a generation is written into, connected when first used. Close them when done."""

    def __init__(self, settings: Settings) -> None:
        self.graph = graph_store(settings)
        self.search = search_store(settings)

    def close(self) -> None:
        """Let go of both."""
        self.graph.close()
        self.search.close()


def judgements(settings: Settings) -> "tuple[Judgement, ...]":
    """What people have judged of identity, as far as it stands."""
    from api.judgements.given import Judgements

    engine = database(settings)
    try:
        return tuple(given.judgement() for given in Judgements(engine).all(standing=True))
    finally:
        engine.dispose()


def claim_decisions(settings: Settings) -> "tuple[Decision, ...]":
    """What people have decided of whom names in documents mean, as far as it stands."""
    from api.claims.decided import Decisions

    engine = database(settings)
    try:
        return tuple(decided.decision() for decided in Decisions(engine).standing())
    finally:
        engine.dispose()


def database(settings: Settings) -> "Engine":
    """The authored database, brought to the newest form."""
    scheme("database", settings.database)
    from api.database import open_database

    return open_database(settings.database)
