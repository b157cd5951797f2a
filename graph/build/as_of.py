"""The graph as it was known on a day, computed from the facts known by then: one entity, its neighbours.

Invariant: over the facts of a generation, a day on which all of them were known gives the store's answer, item
by item, in the same order and with cursors of the same form; only the degree of neighbours is not replayed (0).
"""

import functools
import json
import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from graph.build.evidence import split_id
from graph.build.expressions import entities, known, link_pairs, links
from graph.facts.store import FactStore
from graph.model.entity import Direction, Entity, Link, Measures, Related, RelatedPage, RelatedQuery
from graph.model.errors import Invalid, NotFound
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS
from graph.store.neighbours import Position, check, count_rank, cursor, position, recency_rank, value_rank


def as_of_entity(facts: FactStore, entity_id: str, as_of: date) -> Entity:
    """The entity as known on that day, its degree included; `NotFound` when nothing was known of it."""
    entity = _known_entity(facts, entity_id, as_of)
    return replace(entity, degree=_degree(facts, entity, as_of))


def as_of_related(facts: FactStore, query: RelatedQuery, as_of: date) -> RelatedPage:
    """Neighbours as known on that day: one hop, in the order of the store.

    `Invalid` for more hops: replaying them would build the whole graph of that day.
    """
    check(query)
    if query.hops != 1:
        raise Invalid(
            f"A past day is answered for one hop, not for {query.hops}.",
            thing="hops",
            value=str(query.hops),
            next_step="Ask for 1 hop, and go on from a neighbour.",
        )
    after = position(query, as_of=as_of)
    start = _known_entity(facts, query.entity_id, as_of)
    placed = sorted(_links_of(facts, start, query, as_of), key=lambda item: item[0])
    rest = [item for item in placed if after is None or item[0] > after]
    page = rest[: query.limit]
    others = _entities(facts, {place.entity_id for place, _ in page}, as_of)
    items = tuple(Related(others[place.entity_id], link, place.direction) for place, link in page)
    following = cursor(query, page[-1][0], as_of=as_of) if len(rest) > query.limit else ""
    return RelatedPage(items, following, len(placed))


def _known_entity(facts: FactStore, entity_id: str, as_of: date) -> Entity:
    split_id(entity_id)
    found = _entities(facts, [entity_id], as_of)
    if entity_id not in found:
        raise NotFound(
            f"Nothing was known of {entity_id!r} on {as_of}.",
            thing="entity",
            value=entity_id,
            next_step="Ask for a later day, or without one.",
        )
    return found[entity_id]


def _links_of(facts: FactStore, start: Entity, query: RelatedQuery, as_of: date) -> Iterable[tuple[Position, Link]]:
    ranks: dict[str, Callable[[Measures], int]] = {
        "value": lambda measures: value_rank(measures.value_usd),
        "recency": lambda measures: recency_rank(measures.last_date),
        "count": lambda measures: count_rank(measures.count),
    }
    rank = ranks[query.order]
    for kind in LINK_KINDS.values():
        if (query.links and kind.kind not in query.links) or not known(facts, kind):
            continue
        tests = []
        for end, other in (("source", kind.target_kind), ("target", kind.source_kind)):
            here = kind.source_kind if end == "source" else kind.target_kind
            if here == start.kind and (not query.kinds or other in query.kinds):
                tests.append(end)
        if not tests:
            continue
        table = links(facts, kind, as_of=as_of)
        touching = functools.reduce(operator.or_, [table[end] == start.id for end in tests])
        for row in table.filter(touching).to_pyarrow().to_pylist():
            link = Link(
                row["source"], kind.kind, row["target"], _measures(row), tuple(row["sources"]), row["status"]
            )  # fmt: skip
            direction: Direction = "out" if link.source == start.id else "in"
            other = link.target if direction == "out" else link.source
            yield Position(rank(link.measures), other, kind.kind, direction), link


def _entities(facts: FactStore, entity_ids: Iterable[str], as_of: date) -> dict[str, Entity]:
    """Those of the entities of which something was known, without their degree."""
    by_kind: dict[str, list[str]] = {}
    for entity_id in sorted(entity_ids):
        by_kind.setdefault(entity_id.partition(":")[0], []).append(entity_id.partition(":")[2])
    found = {}
    for kind, keys in by_kind.items():
        table = entities(facts, ENTITY_KINDS[kind], as_of=as_of)
        for row in table.filter(table["key"].isin(keys)).to_pyarrow().to_pylist():
            found[row["id"]] = Entity(
                row["id"], kind, row["key"], row["name"], json.loads(row["properties"]), _measures(row), 0,
                tuple(row["identifiers"]),
            )  # fmt: skip
    return found


def _degree(facts: FactStore, entity: Entity, as_of: date) -> int:
    degree = 0
    for kind in LINK_KINDS.values():
        if entity.kind in (kind.source_kind, kind.target_kind) and known(facts, kind):
            pairs = link_pairs(facts, kind, as_of=as_of)
            ends = [
                pairs[f"{end}_key"] == entity.key
                for end, end_kind in (("source", kind.source_kind), ("target", kind.target_kind))
                if end_kind == entity.kind
            ]
            degree += pairs.filter(functools.reduce(operator.or_, ends)).count().to_pyarrow().as_py()
    return degree


def _measures(row: dict[str, Any]) -> Measures:
    value_usd, quantity = row["value_usd"], row["quantity"]
    return Measures(
        row["count"],
        None if value_usd is None else float(value_usd),
        None if quantity is None else float(quantity),
        row["first_date"],
        row["last_date"],
    )
