"""What people look at, for other tools: a part of the graph as a networkx graph, GraphML and node-link JSON.

Invariant: attributes are text and numbers only, so that every format can carry them; what is unknown is left out.
"""

import json
from collections.abc import Sequence
from io import BytesIO

import networkx as nx

from graph.model.entity import Measures
from graph.model.errors import NotFound
from graph.store.store import GraphView

Attributes = dict[str, str | int | float]


def subgraph(view: GraphView, entity_ids: Sequence[str]) -> "nx.MultiDiGraph[str]":
    """The entities and every link among them; `NotFound` names the first that does not exist.

    Nodes are entity ids, edge keys are link kinds.
    """
    ids = tuple(dict.fromkeys(entity_ids))
    found = view.entities(ids)
    for entity_id in ids:
        if entity_id not in found:
            raise NotFound(f"There is no entity {entity_id!r}.", thing="entity", value=entity_id)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for entity in found.values():
        named: Attributes = {"kind": entity.kind, "name": entity.name, "degree": entity.degree}
        graph.add_node(entity.id, **named, **_attributes(entity.measures), **entity.properties)
    for link in view.links_among(ids):
        claimed: Attributes = {"status": link.status} if link.status else {}
        graph.add_edge(link.source, link.target, key=link.link, link=link.link, **_attributes(link.measures), **claimed)
    return graph


def graphml(graph: "nx.MultiDiGraph[str]") -> str:
    """The graph as GraphML, which Gephi, yEd and Cytoscape open."""
    out = BytesIO()
    nx.write_graphml(graph, out)
    return out.getvalue().decode("utf-8")


def node_link_json(graph: "nx.MultiDiGraph[str]") -> str:
    """The graph as node-link JSON (`nodes` and `edges`), which d3 and networkx read."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False)


def _attributes(measures: Measures) -> Attributes:
    values = {
        "count": measures.count,
        "value_usd": measures.value_usd,
        "quantity": measures.quantity,
        "first_date": measures.first_date.isoformat() if measures.first_date else None,
        "last_date": measures.last_date.isoformat() if measures.last_date else None,
    }
    return {name: value for name, value in values.items() if value is not None}
