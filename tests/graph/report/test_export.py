"""Parts of the graph for other tools."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path

import networkx as nx
import pytest

from graph.model.errors import NotFound
from graph.report.export import graphml, node_link_json, subgraph
from graph.store.sqlite import SqliteGraphView, SqliteGraphWriter
from tests.fixtures.graphs import entity, link, write_graph


@pytest.fixture
def view(tmp_path: Path) -> SqliteGraphView:
    links = [
        link("importer:A", "buys_from", "manufacturer:M", value_usd=12.5, last=date(2025, 3, 1)),
        link("importer:A", "owned_by", "importer:B", status="alleged"),
        link("importer:B", "owned_by", "importer:A"),
        link("importer:B", "enters_at", "port:2704"),
    ]
    SqliteGraphWriter(tmp_path / "graph.sqlite").write(
        *write_graph(tmp_path, links, [entity("importer:A", "Golden Reef", city="Oakland")])
    )
    return SqliteGraphView(tmp_path / "graph.sqlite")


def test_a_subgraph_holds_the_entities_and_every_link_among_them(view: SqliteGraphView) -> None:
    graph = subgraph(view, ["importer:A", "importer:B", "manufacturer:M", "importer:A"])
    assert set(graph.nodes) == {"importer:A", "importer:B", "manufacturer:M"}
    assert set(graph.edges(keys=True)) == {
        ("importer:A", "manufacturer:M", "buys_from"),
        ("importer:A", "importer:B", "owned_by"),
        ("importer:B", "importer:A", "owned_by"),
    }
    assert graph.nodes["importer:A"] | {"name": "Golden Reef", "city": "Oakland"} == graph.nodes["importer:A"]
    bought = graph.edges["importer:A", "manufacturer:M", "buys_from"]
    assert (bought["value_usd"], bought["last_date"]) == (12.5, "2025-03-01")
    assert graph.edges["importer:A", "importer:B", "owned_by"]["status"] == "alleged"


def test_graphml_is_read_back_the_same(view: SqliteGraphView) -> None:
    graph = subgraph(view, ["importer:A", "importer:B"])
    back = nx.read_graphml(BytesIO(graphml(graph).encode()))
    assert {node: dict(data) for node, data in back.nodes(data=True)} == {n: dict(d) for n, d in graph.nodes(data=True)}
    assert back.number_of_edges() == graph.number_of_edges() == 2


def test_node_link_json_is_read_back_the_same(view: SqliteGraphView) -> None:
    graph = subgraph(view, ["importer:A", "manufacturer:M"])
    back = nx.node_link_graph(json.loads(node_link_json(graph)), edges="edges")
    assert nx.utils.graphs_equal(back, graph)


def test_an_entity_that_does_not_exist_is_named(view: SqliteGraphView) -> None:
    with pytest.raises(NotFound, match="importer:C"):
        subgraph(view, ["importer:A", "importer:C"])
