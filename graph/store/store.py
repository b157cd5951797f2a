"""The seam of the graph: what every engine must answer, in our own types.

Invariant: answers over the same generation are equal on every engine, item by item and page by page.
Ties are broken by entity id, so that order is total and cursors are stable.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from graph.model.engine import EngineHealth
from graph.model.entity import Entity, Link, RelatedPage, RelatedQuery
from graph.model.entity import Path as WayPath


class GraphView(Protocol):
    """Questions to one generation of the graph."""

    def entity(self, entity_id: str) -> Entity:
        """The entity of that id; `NotFound` (with the nearest ids as next step) when there is none."""
        ...

    def entities(self, entity_ids: tuple[str, ...]) -> dict[str, Entity]:
        """Those of the ids that exist."""
        ...

    def related(self, query: RelatedQuery) -> RelatedPage:
        """Neighbours in order, one page. `NotFound`, `Invalid` (bad cursor, limit, hops or link)."""
        ...

    def links_among(self, entity_ids: Sequence[str]) -> tuple[Link, ...]:
        """All links between any two of some entities, in both directions, by kind, source and target. `NotFound`
        names the first that does not exist."""
        ...

    def paths(self, source: str, target: str, *, max_hops: int = 6, limit: int = 5) -> tuple[WayPath, ...]:
        """Ways between two entities, cheapest first; empty when there is none within `max_hops`."""
        ...

    def link_counts(self, entity_id: str) -> dict[tuple[str, str], int]:
        """How many neighbours an entity has by (link kind, `out` or `in`): what a hub says of itself."""
        ...

    def counts(self) -> dict[str, int]:
        """Entities and links, in total and by kind (`entities`, `links`, `entities.port`, ...)."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class GraphStore(Protocol):
    """One engine, and the graphs in it. A generation's graph is known by the generation's folder: the engine keeps
    its file there, or what it needs to find the graph on its server."""

    def write(self, folder: Path, entities: Path, links: Path) -> None:
        """Load both Parquet files whole as the graph of a new generation; nothing of it is served before this has
        returned. `Invalid` when a link ends at no entity, `Unavailable` when the engine cannot be written to."""
        ...

    def carry(self, before: Path, folder: Path) -> None:
        """Give a new generation the graph of an older one, unchanged and without a copy where there is a way."""
        ...

    def view(self, folder: Path) -> GraphView:
        """Questions to a generation's graph; `Unavailable` where the engine has none for it."""
        ...

    def serve(self, folder: Path) -> None:
        """This generation has gone into service: what other tools look at is this graph from now on."""
        ...

    def drop(self, folders: Sequence[Path], *, but: Path | None = None) -> None:
        """Remove what the engine holds of these generations outside of their folders, but for the graph that the
        generation `but` uses too. What is gone already is no error."""
        ...

    def health(self) -> EngineHealth:
        """Version, size and condition; `Unavailable` when the engine does not answer."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
