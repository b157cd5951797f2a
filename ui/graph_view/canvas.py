"""The canvas: entities as nodes, links as edges, where each stands, and what the person did on it.

Invariant: an entity that is on the canvas keeps its place when others come or go. Places are worked out here
(the ready-made component would lay everything out anew), so that the same steps give the same picture.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import networkx as nx
from st_link_analysis import Event, st_link_analysis

from ui.wording import LOOKS, look, usd

_SPREAD_PX = 190.0
_NAME_CHARACTERS = 26
_FADED = 0.18

Places = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Node:
    """An entity on the canvas."""

    id: str
    kind: str
    name: str
    value_usd: float | None
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A link on the canvas. `status` is set where the link is only claimed."""

    source: str
    target: str
    link: str
    label: str
    value_usd: float | None
    count: int
    first_date: date | None
    last_date: date | None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What the person did: `select` or `expand`, to which entity, and a number that grows with each."""

    action: str
    entity_id: str
    at: int


@dataclass(frozen=True, slots=True)
class _Style:
    """A style in the component's own form: a selector and its properties."""

    selector: str
    style: Mapping[str, str | float]

    def dump(self) -> dict[str, object]:
        return {"selector": self.selector, "style": dict(self.style)}


def places(nodes: Sequence[Node], edges: Sequence[Edge], known: Places) -> Places:
    """Where each node stands: known ones stay, new ones settle near their neighbours.

    >>> kept = places([Node("a", "port", "A", None), Node("b", "port", "B", None)], [], {"a": (5.0, 7.0)})["a"]
    >>> [round(number, 6) for number in kept]
    [5.0, 7.0]
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.id for node in nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in edges)
    if not nodes:
        return {}
    fixed = [node.id for node in nodes if node.id in known]
    if len(fixed) == len(nodes):
        return {node.id: known[node.id] for node in nodes}
    scale = _SPREAD_PX * math.sqrt(len(nodes))
    start = {node: (x / scale, y / scale) for node, (x, y) in known.items() if node in graph}
    for number, node in enumerate(sorted(set(graph) - set(start))):
        near = next((start[other] for other in graph[node] if other in start), (0.0, 0.0))
        turn = number * 2.399963  # the golden angle: newcomers spread evenly around their neighbour
        start[node] = (near[0] + 0.3 * math.cos(turn), near[1] + 0.3 * math.sin(turn))
    settled = nx.spring_layout(
        graph, pos=start, fixed=fixed or None, seed=7, iterations=80, k=1.1 / math.sqrt(len(nodes))
    )
    return {
        node: known[node] if node in known else (float(x) * scale, float(y) * scale) for node, (x, y) in settled.items()
    }


def draw(
    nodes: Sequence[Node], edges: Sequence[Edge], at: Places, *, shown: tuple[date, date] | None, key: str
) -> Gesture | None:
    """Draw the canvas and say what was done on it last. Links outside the `shown` days fade."""
    raw = st_link_analysis(
        {
            "nodes": [{"data": _node(node), "position": {"x": at[node.id][0], "y": at[node.id][1]}} for node in nodes],
            "edges": [{"data": _edge(edge, shown)} for edge in edges],
        },
        layout={"name": "preset", "fit": True, "padding": max(40, 200 - 20 * len(nodes)), "animate": False},
        node_styles=_node_styles(),
        edge_styles=_edge_styles(),
        node_actions=["expand"],
        events=[Event("select", "click tap", "node")],
        height=520,
        key=key,
    )
    if not raw:
        return None
    data = raw.get("data") or {}
    entity_id = data.get("target_id") or next(iter(data.get("node_ids") or ()), "")
    return Gesture(raw["action"], entity_id, int(raw.get("timestamp") or 0)) if entity_id else None


def _node(node: Node) -> dict[str, object]:
    name = node.name if len(node.name) <= _NAME_CHARACTERS else node.name[: _NAME_CHARACTERS - 1] + "…"
    return {
        "id": node.id, "label": node.kind, "caption": name, "name": node.name, "value": usd(node.value_usd),
        "size": _size(node.value_usd, 22, 54), "ring": 4 if node.selected else 0,
    }  # fmt: skip


def _edge(edge: Edge, shown: tuple[date, date] | None) -> dict[str, object]:
    outside = bool(
        shown and edge.first_date and edge.last_date and (edge.last_date < shown[0] or edge.first_date > shown[1])
    )
    return {
        "id": f"{edge.source} {edge.link} {edge.target}", "source": edge.source, "target": edge.target,
        "label": "alleged" if edge.status == "alleged" else "link", "caption": edge.label,
        "value": usd(edge.value_usd), "lines": edge.count, "width": _size(edge.value_usd, 1.5, 7),
        "opacity": _FADED if outside else 1.0,
    }  # fmt: skip


def _size(value_usd: float | None, least: float, most: float) -> float:
    """Sizes grow with the logarithm of the value, from $10,000 to $1 billion."""
    part = (math.log10(max(value_usd or 0.0, 1e4)) - 4) / 5
    return round(least + (most - least) * min(part, 1.0), 1)


def _node_styles() -> list[_Style]:
    shared = _Style(
        "node",
        {
            "width": "data(size)", "height": "data(size)", "label": "data(caption)", "font-size": 11,
            "border-width": "data(ring)", "border-color": "#111111",
        },
    )  # fmt: skip
    return [
        shared,
        *(
            _Style(f"node[label='{kind}']", {"background-color": look(kind).colour, "shape": look(kind).shape})
            for kind in LOOKS
        ),
    ]


def _edge_styles() -> list[_Style]:
    return [
        _Style(
            "edge",
            {
                "width": "data(width)", "opacity": "data(opacity)", "curve-style": "bezier", "label": "data(caption)",
                "font-size": 8, "target-arrow-shape": "triangle", "line-color": "#9AA5B1",
                "target-arrow-color": "#9AA5B1",
            },
        ),
        _Style("edge[label='alleged']", {"line-style": "dotted"}),
    ]  # fmt: skip
