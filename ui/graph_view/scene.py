"""What the canvas shows of a set of entities: their names and values, and the links among them.

Invariant: both ends of every link are shown. Links are asked for from the ends that join few others; two hubs
(a port and a country, say) are never asked about each other.
"""

from collections.abc import Collection, Iterable
from functools import partial

from api.schemas import RelatedItem
from ui.connection import ask, entity, kinds, related
from ui.graph_view.canvas import Edge, Node

_NEIGHBOURS_ASKED = 200


def scene(
    entity_ids: Iterable[str], as_of: str, *, hidden_kinds: Collection[str] = ()
) -> tuple[list[Node], list[Edge]]:
    """The nodes and edges of these entities, as known on a day (ISO) or now (empty)."""
    nodes: list[Node] = []
    for entity_id in entity_ids:
        found = ask(partial(entity, entity_id, as_of))
        if found is not None and found.kind not in hidden_kinds:
            nodes.append(Node(found.id, found.kind, found.name, found.value_usd))
    known = ask(kinds)
    if known is None:
        return [], []
    there = {node.id for node in nodes}
    hubs = {item.kind for item in known.entities if item.hub}
    edges: dict[tuple[str, str, str], Edge] = {}
    for node in nodes:
        if node.kind in hubs or len(there) == 1:
            continue
        answer = ask(partial(related, node.id, as_of, limit=_NEIGHBOURS_ASKED))
        for item in answer.items if answer else ():
            if item.id in there:
                edge = edge_to(node.id, item)
                edges[edge.source, edge.link, edge.target] = edge
    return nodes, list(edges.values())


def edge_to(entity_id: str, item: RelatedItem) -> Edge:
    """The link between an entity and its neighbour, as the facts have it."""
    source, target = (entity_id, item.id) if item.direction == "out" else (item.id, entity_id)
    labels = {link.kind: link.label for link in kinds().links}
    return Edge(
        source, target, item.link, labels.get(item.link, item.link), item.value_usd, item.count, item.first_date,
        item.last_date, item.status,
    )  # fmt: skip
