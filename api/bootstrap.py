"""Which engine stands behind each seam: the only place that chooses, by the scheme of a URL.

Invariant: nothing else in the house names an engine's class. Imports are inside, so that a command which
needs no engine starts at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.settings import Settings
from graph.model.errors import Invalid
from graph.store.generation import Generation
from graph.store.store import GraphView, GraphWriter
from search.index.index import IndexWriter, SearchIndex

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from graph.facts.duckdb import DuckDbFactStore

_KNOWN = {"facts": ("duckdb",), "graph": ("sqlite",), "search": ("tantivy",), "database": ("sqlite", "postgresql")}


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


def facts(settings: Settings, *, loads: tuple[str, ...]) -> "DuckDbFactStore":
    """The facts that these loads brought: what a generation was built from, and no more."""
    scheme("facts", settings.facts_url)
    from graph.facts.duckdb import DuckDbFactStore

    return DuckDbFactStore(
        settings.home, memory_limit_gb=settings.memory_limit_gb, threads=settings.threads, loads=loads
    )


def graph_writer(settings: Settings, path: Path) -> GraphWriter:
    """Fills the graph store at `path`."""
    scheme("graph", settings.graph_url)
    from graph.store.sqlite import SqliteGraphWriter

    return SqliteGraphWriter(path)


def graph_view(settings: Settings, generation: Generation) -> GraphView:
    """Questions to a generation's graph."""
    scheme("graph", settings.graph_url)
    from graph.store.sqlite import SqliteGraphView

    return SqliteGraphView(generation.graph)


def index_writer(settings: Settings, folder: Path) -> IndexWriter:
    """Fills the search index at `folder`."""
    scheme("search", settings.search_url)
    from search.index.tantivy import TantivyIndexWriter

    return TantivyIndexWriter(folder)


def search_index(settings: Settings, generation: Generation) -> SearchIndex:
    """Questions to a generation's index."""
    scheme("search", settings.search_url)
    from search.index.tantivy import TantivyIndex

    return TantivyIndex(generation.index)


def database(settings: Settings) -> "Engine":
    """The authored database, brought to the newest form."""
    scheme("database", settings.database)
    from api.database import open_database

    return open_database(settings.database)
