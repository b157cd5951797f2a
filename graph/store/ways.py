"""Ways between two entities: a search from both sides that prefers strong links and avoids hubs.

Invariant: the work is bounded by the budgets below, whatever the graph; so an empty answer means "none found
among the strongest links", and every way shown is real. Hubs are met, and walked through last.

Method: layers of cheapest ways from either end (Bellman-Ford by number of links, cheapest expanded first),
joined where they meet, as in bidirectional search (Pohl 1971), with a price on hubs as in degree-weighted
path ranking (Faloutsos, McCurley and Tomkins 2004).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple

from graph.model.entity import Entity, Link, Path
from graph.model.errors import Invalid
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS
from graph.store.neighbours import WALKABLE_DEGREE

MOST_HOPS = 6
MOST_WAYS = 20
# How many entities of each layer are expanded on either side, nearest to the end first.
EXPANDED = (1, 120, 120)


class Hop(NamedTuple):
    """A link as seen from one of its ends: where it leads, how many rows carry it, how linked the other end is."""

    other: int
    rows: int
    other_degree: int


class Reach(NamedTuple):
    """The cheapest way found from an end to an entity within a number of links."""

    cost: float
    before: int
    degree: int


@dataclass(frozen=True, slots=True)
class Way:
    """Entities from one end to the other, by the engine's numbers."""

    nodes: tuple[int, ...]
    cost: float


Layer = dict[int, Reach]
Expand = Callable[[Sequence[int]], Iterable[Sequence[Hop]]]  # the links of each of some entities


def check(max_hops: int, limit: int) -> None:
    """`Invalid` for a length or number of ways that cannot be asked."""
    for thing, value, most in (("max_hops", max_hops, MOST_HOPS), ("limit", limit, MOST_WAYS)):
        if not 1 <= value <= most:
            raise Invalid(f"The {thing} is {value}.", thing=thing, value=str(value), next_step=f"Give 1 to {most}.")


def reason(entities: Sequence[Entity], links: Sequence[Link]) -> str:
    """A way in words: "Golden Reef Trading buys from CNXYZ, which sells to Pier Nine Imports"."""
    words = entities[0].name
    for place, (before, link, after) in enumerate(zip(entities, links, entities[1:], strict=False)):
        declared = LINK_KINDS.get(link.link)
        outward = link.source == before.id
        if declared is None:
            label = link.link.replace("_", " ")
        else:
            label = declared.label if outward else declared.inverse_label
        claimed = f" ({link.status})" if link.status else ""
        words += f"{', which' if place else ''} {label} {after.name}{claimed}"
    return words


def path(way: Way, entities: Sequence[Entity], links: Iterable[Sequence[Link]]) -> Path:
    """A way with its entities, and of the links between each two the one that most rows carry."""
    strongest = tuple(
        max(between, key=lambda link: (link.measures.count, link.measures.value_usd or 0.0)) for between in links
    )
    hubs = tuple(
        entity.id
        for entity in entities[1:-1]
        if entity.degree > WALKABLE_DEGREE or (entity.kind in ENTITY_KINDS and ENTITY_KINDS[entity.kind].hub)
    )
    return Path(tuple(entities), strongest, way.cost, reason(entities, strongest), hubs)


def link_cost(count: int) -> float:
    """From 2 for a link that one row carries towards 1 for one that many do."""
    return 1 + 1 / (1 + log(max(count, 1)))


def passing_cost(degree: int) -> float:
    """What it costs to pass through an entity: joining everyone, a hub says little about any two."""
    return 0.5 * log(1 + degree)


def find_ways(source: int, target: int, *, max_hops: int, limit: int, neighbours: Expand) -> list[Way]:
    """At most `limit` ways of at most `max_hops` links, cheapest first.

    Each has an entity between the ends that no cheaper one has; so they differ in whom they pass through.
    `neighbours` is called once for each layer on either side, so that a server is asked as often.
    """
    ahead: list[Layer] = [{source: Reach(0.0, source, 0)}]
    behind: list[Layer] = [{target: Reach(0.0, target, 0)}]
    cache: dict[int, Sequence[Hop]] = {}

    def expand(nodes: Sequence[int]) -> Iterable[Sequence[Hop]]:
        new = [node for node in nodes if node not in cache]
        cache.update(zip(new, neighbours(new), strict=True))
        return (cache[node] for node in nodes)

    ways: list[Way] = []
    for depth in range(1, max_hops + 1):
        side = ahead if depth % 2 else behind
        side.append(_next_layer(side, EXPANDED[len(side) - 1], expand))
        ways = _different(_meetings(ahead, behind, max_hops), limit)
        # Ways with one link more cost at least that link; what has been found and is cheaper stays best.
        if len(ways) == limit and ways[-1].cost < depth + 1:
            break
    return ways


def _next_layer(layers: list[Layer], most: int, expand: Expand) -> Layer:
    """Whom one more link reaches, unless fewer links reach them as cheaply."""

    def onward_cost(item: tuple[int, Reach]) -> tuple[float, int]:
        node, reach = item
        return reach.cost + passing_cost(reach.degree), node

    found: Layer = {}
    nearest = sorted(layers[-1].items(), key=onward_cost)[:most]
    for (node, reach), hops in zip(nearest, expand([node for node, _ in nearest]), strict=True):
        passed = reach.cost + passing_cost(reach.degree)
        for other, count, degree in hops:
            cost = passed + link_cost(count)
            known = found.get(other)
            if known is None or (cost, node) < (known.cost, known.before):
                if any(other in layer and layer[other].cost <= cost for layer in layers):
                    continue
                found[other] = Reach(cost, node, degree)
    return found


def _meetings(ahead: list[Layer], behind: list[Layer], max_hops: int) -> Iterator[Way]:
    """Ways through every entity that both sides have reached, cheapest first."""
    met: list[tuple[float, int, int, int]] = []
    for i, near in enumerate(ahead):
        for j, far in enumerate(behind[: max_hops - i + 1]):
            small, large = (near, far) if len(near) < len(far) else (far, near)
            for node in small:
                if node in large and i + j > 0:
                    between = passing_cost(near[node].degree) if i and j else 0.0
                    met.append((round(near[node].cost + far[node].cost + between, 6), i + j, node, i))
    for cost, hops, node, i in sorted(met):
        forth, back = [node], [node]
        for layer in reversed(ahead[1 : i + 1]):
            forth.append(layer[forth[-1]].before)
        for layer in reversed(behind[1 : hops - i + 1]):
            back.append(layer[back[-1]].before)
        nodes = (*reversed(forth), *back[1:])
        if len(set(nodes)) == len(nodes):
            yield Way(nodes, cost)


def _different(ways: Iterable[Way], limit: int) -> list[Way]:
    chosen: list[Way] = []
    passed: set[int] = set()
    direct = False
    for way in ways:
        between = set(way.nodes[1:-1])
        if between <= passed and (between or direct):
            continue
        passed |= between
        direct = direct or not between
        chosen.append(way)
        if len(chosen) == limit:
            break
    return chosen
