"""The seam of search: what every engine must answer.

Invariant: a reader sees one whole generation; engines give the same hits for the same request.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from graph.model.engine import EngineHealth
from search.document import SearchDocument
from search.query import Held, Query, SearchRequest, SearchResult


class SearchIndex(Protocol):
    """Questions to one generation of the index."""

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of hits; `Invalid` for a bad cursor, limit, field or facet."""
        ...

    def held(self, id_: str) -> Held | None:
        """What the index holds of the thing with that id; None where it holds none."""
        ...

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many things match each of the queries: what is rare tells more."""
        ...

    def count(self) -> int:
        """How many documents the index holds."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class SearchStore(Protocol):
    """One engine, and the indexes in it. A generation's index is known by the generation's folder: the engine
    keeps its files there, or what it needs to find the index on its server."""

    def write(self, folder: Path, documents: Iterable[SearchDocument]) -> int:
        """Index all documents for a new generation and commit; returns how many. Nothing of it is served before
        this has returned. `Unavailable` when the engine cannot be written to."""
        ...

    def index(self, folder: Path) -> SearchIndex:
        """Questions to a generation's index; `NotFound` where the engine has none for it."""
        ...

    def serve(self, folder: Path) -> None:
        """This generation has gone into service: what other tools look at is this index from now on."""
        ...

    def drop(self, folders: Sequence[Path]) -> None:
        """Remove what the engine holds of these generations outside of their folders. What is gone already is no
        error; `Unavailable` when the engine cannot be asked."""
        ...

    def health(self) -> EngineHealth:
        """Version, size and condition; `Unavailable` when the engine does not answer."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
