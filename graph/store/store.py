"""The seam of the graph: what every engine must answer, in our own types.

Invariant: answers over the same generation are equal on every engine, item by item and page by page.
Ties are broken by entity id, so that order is total and cursors are stable.
"""

from pathlib import Path
from typing import Protocol

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

    def links_between(self, one: str, other: str) -> tuple[Link, ...]:
        """All links between two entities, in both directions."""
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


class GraphWriter(Protocol):
    """Fills a store from a generation's Parquet files."""

    def write(self, entities: Path, links: Path) -> None:
        """Load both files whole; nothing is served before this has returned."""
        ...
