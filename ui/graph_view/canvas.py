"""The canvas: entities as nodes, links as edges, drawn by our component on cytoscape.js.

Invariant: this module says what is drawn; where it stands is the browser's business (`src/canvas.js`), which
keeps every node in its place when others come or go.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from ui.wording import look, same_names, usd

HEIGHT_PX = 480
_NAME_CHARACTERS = 28
_BUNDLE = Path(__file__).parent / "build" / "canvas.js"

_HTML = """
<div class="canvas" tabindex="0" role="application" aria-label="Canvas of entities"></div>
<div class="menu" hidden></div>
"""
_CSS = """
.canvas { width: 100%; border: 1px solid #d5dae0; border-radius: 6px; background: #fcfcfd; outline-offset: 2px; }
.menu { position: absolute; z-index: 5; display: grid; background: #fff; border: 1px solid #c3cad2; border-radius: 6px;
  box-shadow: 0 3px 10px #0003; overflow: hidden; }
.menu[hidden] { display: none; }
.menu button { border: 0; background: none; padding: 7px 16px; text-align: left; font: inherit; cursor: pointer; }
.menu button:hover, .menu button:focus { background: #eef2f6; }
"""


@dataclass(frozen=True, slots=True)
class Node:
    """An entity on the canvas."""

    id: str
    kind: str
    name: str
    value_usd: float | None


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
    """What the person just did: select, expand, hide, page, path (entity ids) or open_link (source, link, target)."""

    action: str
    ids: tuple[str, ...]


def draw(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    selected: str,
    shown: tuple[date, date] | None,
    key: str,
    height_px: int = HEIGHT_PX,
) -> Gesture | None:
    """Draw the canvas; returns what the person just did on it, once. Links outside the `shown` days fade."""
    alike = same_names({node.id: node.name for node in nodes})
    component = st.components.v2.component(
        "tidewaiter_canvas", html=_HTML, css=_CSS, js=_BUNDLE.read_text(encoding="utf-8")
    )
    result = component(
        key=key,
        data={
            "height": height_px,
            "selected": selected,
            "nodes": [_node(node, keyed=node.id in alike) for node in nodes],
            "edges": [_edge(edge, shown) for edge in edges],
        },
        on_gesture_change=lambda: None,
    )
    done = result.gesture
    return Gesture(done["action"], tuple(done["ids"])) if done else None


def _node(node: Node, *, keyed: bool) -> dict[str, object]:
    name = node.name if len(node.name) <= _NAME_CHARACTERS else node.name[: _NAME_CHARACTERS - 1] + "…"
    seen = look(node.kind)
    return {
        "id": node.id, "caption": f"{name}\n{node.id.partition(':')[2]}" if keyed else name, "colour": seen.colour,
        "shape": seen.shape, "size": scaled(node.value_usd, least=22, most=52),
    }  # fmt: skip


def _edge(edge: Edge, shown: tuple[date, date] | None) -> dict[str, object]:
    first, last = edge.first_date or edge.last_date, edge.last_date or edge.first_date
    return {
        "id": f"{edge.source} {edge.link} {edge.target}", "source": edge.source, "target": edge.target,
        "link": edge.link, "caption": f"{edge.label} · {usd(edge.value_usd)}" if edge.value_usd else edge.label,
        "width": scaled(edge.value_usd, least=1.2, most=6), "status": edge.status,
        "outside": bool(shown and first and last and (last < shown[0] or first > shown[1])),
    }  # fmt: skip


def scaled(value_usd: float | None, *, least: float, most: float) -> float:
    """A size in pixels that grows with the logarithm of the value, from $10,000 to $1 billion.

    >>> scaled(None, least=20, most=50), scaled(1e9, least=20, most=50)
    (20.0, 50.0)
    """
    part = (math.log10(max(value_usd or 0.0, 1e4)) - 4) / 5
    return round(least + (most - least) * min(part, 1.0), 1)
