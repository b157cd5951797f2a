"""Entities, links, and the answers to questions about them: the types that cross the graph seam.

An entity id is `kind:key`, the key natural where the trade has one. Values are US dollars, quantities are
in the units of their facts (mixed units are summed by nobody: see `Measures.quantity`).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Measures:
    """What lies behind an entity or link: fact rows, their value and the days of the first and last one.

    `quantity` is None where the facts carry more than one unit.
    """

    count: int
    value_usd: float | None = None
    quantity: float | None = None
    first_date: date | None = None
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A node: who or what it is and how much of the record it stands in."""

    id: str
    kind: str
    key: str
    name: str
    properties: dict[str, str] = field(default_factory=dict)
    measures: Measures = Measures(0)
    degree: int = 0
    identifiers: tuple[str, ...] = ()  # for a resolved party: the ids of the numbers it goes by


Direction = Literal["out", "in"]


@dataclass(frozen=True, slots=True)
class Link:
    """A dated, valued link as seen from `source`; `status` is set where it is only claimed, or read from a text."""

    source: str
    link: str  # a LinkKind.kind
    target: str
    measures: Measures
    sources: tuple[str, ...] = ()  # files the facts came from, at most five
    status: str = ""


@dataclass(frozen=True, slots=True)
class RelatedQuery:
    """Which neighbours of an entity, in which order. Filters hold for every hop's last link."""

    entity_id: str
    links: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    order: Literal["value", "recency", "count"] = "value"
    hops: int = 1  # 1 to 3
    limit: int = 50  # 1 to 1,000
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """One neighbour and the link over which it was reached (for more hops: the last one, and the way)."""

    entity: Entity
    link: Link
    direction: Direction
    hops: int = 1
    via: tuple[str, ...] = ()  # entity ids between the start and this one


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """One page of neighbours. `total` counts all that match; `capped` names hubs that were not expanded."""

    items: tuple[Related, ...]
    next_cursor: str
    total: int
    capped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one entity to another; `cost` is lower for stronger ways that avoid hubs."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]
    cost: float
    reason: str
    hubs: tuple[str, ...] = ()
