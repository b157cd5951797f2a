"""Answers about entities and their links: our own types on one side, the declared answers on the other."""

from datetime import date
from typing import Literal, TypedDict

from api.schemas import (
    EntityAnswer,
    EntityBrief,
    EntityKindItem,
    KindsAnswer,
    LinkCount,
    LinkCountsAnswer,
    LinkKindItem,
    PathItem,
    PathsAnswer,
    RelatedAnswer,
    RelatedItem,
    WayLink,
)
from api.serving import Snapshot
from graph.model.entity import Entity, Link, Measures, Path, Related, RelatedPage, RelatedQuery
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS
from graph.store.store import GraphView


def kind_label(kind: str) -> str:
    """A kind as a person reads it."""
    declared = ENTITY_KINDS.get(kind)
    return declared.label if declared else kind.replace("_", " ").capitalize()


def link_label(link: str, direction: Literal["out", "in"]) -> str:
    """A link read in a direction: `buys from`, or `sells to` from the other end."""
    declared = LINK_KINDS.get(link)
    if declared is None:
        return link.replace("_", " ")
    return declared.label if direction == "out" else declared.inverse_label


def known_entity(now: Snapshot, entity_id: str, *, as_of: date | None) -> Entity:
    """The entity now, or as known on a day."""
    if as_of is None:
        return now.view.entity(entity_id)
    from graph.build.as_of import as_of_entity

    return as_of_entity(now.facts, entity_id, as_of)


def related_page(now: Snapshot, query: RelatedQuery, *, as_of: date | None) -> RelatedPage:
    """Neighbours now, or as known on a day."""
    if as_of is None:
        return now.view.related(query)
    from graph.build.as_of import as_of_related

    return as_of_related(now.facts, query, as_of)


def entity_answer(entity: Entity, *, as_of: date | None = None) -> EntityAnswer:
    """Who or what an entity is."""
    return EntityAnswer(
        id=entity.id,
        kind=entity.kind,
        kind_label=kind_label(entity.kind),
        key=entity.key,
        name=entity.name,
        properties=entity.properties,
        degree=entity.degree,
        identifiers=list(entity.identifiers),
        as_of=as_of,
        **_measured(entity.measures),
    )


def related_answer(page: RelatedPage) -> RelatedAnswer:
    """One page of neighbours."""
    return RelatedAnswer(
        items=[_related_item(one) for one in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        capped=list(page.capped),
    )


def link_counts_answer(view: GraphView, entity_id: str) -> LinkCountsAnswer:
    """How many neighbours, by kind of link and direction; the most frequent first."""
    counts = view.link_counts(entity_id)
    items = [
        LinkCount(link=link, label=link_label(link, _direction(way)), direction=_direction(way), count=count)
        for (link, way), count in counts.items()
    ]
    items.sort(key=lambda item: (-item.count, item.link, item.direction))
    return LinkCountsAnswer(items=items, total=sum(item.count for item in items))


def paths_answer(paths: tuple[Path, ...]) -> PathsAnswer:
    """Ways between two entities."""
    return PathsAnswer(items=[_path_item(path) for path in paths], total=len(paths))


def kinds_answer() -> KindsAnswer:
    """All declared kinds."""
    return KindsAnswer(
        entities=[
            EntityKindItem(kind=one.kind, label=one.label, description=one.description, hub=one.hub)
            for one in ENTITY_KINDS.values()
        ],
        links=[
            LinkKindItem(
                kind=one.kind, label=one.label, inverse_label=one.inverse_label, source_kind=one.source_kind,
                target_kind=one.target_kind,
            )
            for one in LINK_KINDS.values()
        ],
    )  # fmt: skip


def _related_item(related: Related) -> RelatedItem:
    return RelatedItem(
        id=related.entity.id,
        kind=related.entity.kind,
        name=related.entity.name,
        link=related.link.link,
        link_label=link_label(related.link.link, related.direction),
        direction=related.direction,
        hops=related.hops,
        via=list(related.via),
        sources=list(related.link.sources),
        status=related.link.status,
        **_measured(related.link.measures),
    )


def _path_item(path: Path) -> PathItem:
    return PathItem(
        entities=[EntityBrief(id=one.id, kind=one.kind, name=one.name) for one in path.entities],
        links=[_way_link(link) for link in path.links],
        cost=path.cost,
        reason=path.reason,
        hubs=list(path.hubs),
    )


def _way_link(link: Link) -> WayLink:
    return WayLink(
        source=link.source,
        link=link.link,
        link_label=link_label(link.link, "out"),
        target=link.target,
        sources=list(link.sources),
        status=link.status,
        **_measured(link.measures),
    )


class _Measured(TypedDict):
    count: int
    value_usd: float | None
    quantity: float | None
    first_date: date | None
    last_date: date | None


def _measured(measures: Measures) -> _Measured:
    return {
        "count": measures.count, "value_usd": measures.value_usd, "quantity": measures.quantity,
        "first_date": measures.first_date, "last_date": measures.last_date,
    }  # fmt: skip


def _direction(way: str) -> Literal["out", "in"]:
    return "out" if way == "out" else "in"
