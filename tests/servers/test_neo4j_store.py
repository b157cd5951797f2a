"""What Neo4j promises beside the answers: a graph a person can read, whole or absent, and errors that name it."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import neo4j
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from neo4j import exceptions as failures

from graph.model.entity import RelatedQuery
from graph.model.errors import Invalid, Unavailable
from graph.store import neo4j as engine
from graph.store.neo4j import HANDLE, Handle, Neo4jGraphStore
from tests.fixtures.graphs import entity, link, write_graph

LINKS = [
    link("importer:12-345678900", "buys_from", "manufacturer:CNSHE", value_usd=1250.5, count=3, last=date(2025, 6, 1)),
    link("importer:12-345678900", "enters_at", "port:2704", value_usd=1250.5, sources=("a.csv", "b.csv")),
    link("importer:12-345678900", "owned_by", "importer:PARENT", status="alleged"),
]


@pytest.fixture
def store(neo4j_url: str) -> Iterator[Neo4jGraphStore]:
    made = Neo4jGraphStore(neo4j_url)
    yield made
    made.close()


@pytest.fixture
def generation(store: Neo4jGraphStore, tmp_path: Path) -> Iterator[Path]:
    reef = entity("importer:12-345678900", "Golden Reef Trading", city="Long Beach")
    store.write(tmp_path, *write_graph(tmp_path, LINKS, [reef]))
    yield tmp_path
    store.drop([tmp_path])


def asked(store: Neo4jGraphStore, query: str, **values: object) -> list[list[object]]:
    with store.session(neo4j.READ_ACCESS) as session:
        return session.run(query, **values).values()  # type: ignore[arg-type]


def graph_of(folder: Path) -> str:
    handle = Handle.read(folder)
    assert handle is not None
    return handle.name


def test_a_person_reads_kinds_as_labels_and_links_as_types(store: Neo4jGraphStore, generation: Path) -> None:
    rows = asked(
        store,
        "MATCH (i:Importer {graph: $graph})-[b:BUYS_FROM]->(m:Manufacturer) "
        "RETURN i.name, i.city, b.value_usd, b.count, b.last_date, m.key",
        graph=graph_of(generation),
    )
    assert rows == [["Golden Reef Trading", "Long Beach", 1250.5, 3, neo4j.time.Date(2025, 6, 1), "CNSHE"]]


def test_an_allegation_is_marked_on_its_relationship(store: Neo4jGraphStore, generation: Path) -> None:
    rows = asked(
        store, "MATCH (:Importer {graph: $graph})-[o:OWNED_BY]->() RETURN o.status", graph=graph_of(generation)
    )
    assert rows == [["alleged"]]


def test_writing_again_makes_no_constraint_or_index_twice(
    store: Neo4jGraphStore, generation: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = asked(store, "SHOW INDEXES YIELD name WHERE name STARTS WITH 'tidewaiter' RETURN name ORDER BY name")
    other = tmp_path_factory.mktemp("other")
    store.write(other, *write_graph(other, LINKS))
    assert asked(store, "SHOW INDEXES YIELD name WHERE name STARTS WITH 'tidewaiter' RETURN name ORDER BY name") == made
    assert [name for (name,) in made] == ["tidewaiter_entity", "tidewaiter_graph", "tidewaiter_number"]
    store.drop([other])


def test_properties_that_go_by_a_name_of_ours_come_back_under_their_own(store: Neo4jGraphStore, tmp_path: Path) -> None:
    told = {"status": "open", "kind": "odd", "number": "7", "property_kind": "odder", "graph": "x"}
    store.write(tmp_path, *write_graph(tmp_path, [], [replace(entity("issue:1"), properties=told)]))
    assert store.view(tmp_path).entity("issue:1").properties == told
    store.drop([tmp_path])


def test_graphs_of_two_generations_do_not_mix(store: Neo4jGraphStore, generation: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    store.write(other, *write_graph(other, LINKS[:1]))
    assert store.view(other).related(RelatedQuery("importer:12-345678900")).total == 1
    store.drop([other])
    assert store.view(generation).related(RelatedQuery("importer:12-345678900")).total == 3
    with pytest.raises(Unavailable, match="does not hold"):
        store.view(other)


def test_a_carried_graph_is_dropped_with_the_last_generation_that_uses_it(
    store: Neo4jGraphStore, generation: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    later.mkdir()
    store.carry(generation, later)
    store.drop([generation], but=later)
    assert store.view(later).counts()["links"] == 3
    store.drop([generation, later])
    assert asked(store, "MATCH (e {graph: $graph}) RETURN count(e)", graph=graph_of(later)) == [[0]]
    store.drop([later])  # what is gone already is no error


def test_a_generation_that_went_into_service_is_marked_for_people(store: Neo4jGraphStore, generation: Path) -> None:
    store.serve(generation)
    rows = asked(store, "MATCH (g:TidewaiterGraph {in_service: true}) RETURN g.name, g.entities, g.links")
    assert [graph_of(generation), 4, 3] in rows


def test_a_generation_without_a_graph_here_says_how_to_get_one(store: Neo4jGraphStore, tmp_path: Path) -> None:
    for ask in (store.view, lambda folder: store.carry(folder, folder)):
        with pytest.raises(Unavailable, match="is not in Neo4j") as told:
            ask(tmp_path)
        assert "tidewaiter copy --to" in told.value.next_step
    store.drop([tmp_path])
    store.serve(tmp_path)


def test_a_link_without_its_entity_is_refused_and_nothing_is_served(store: Neo4jGraphStore, tmp_path: Path) -> None:
    entities, links = write_graph(tmp_path, LINKS)
    table = pq.read_table(entities)
    pq.write_table(table.filter(pa.compute.not_equal(table["id"], "port:2704")), entities)
    with pytest.raises(Invalid, match="1 links end at no entity"):
        store.write(tmp_path, entities, links)
    with pytest.raises(Unavailable, match="whole"):
        store.view(tmp_path)


def test_a_broken_input_is_unavailable(store: Neo4jGraphStore, tmp_path: Path) -> None:
    entities, links = write_graph(tmp_path, LINKS)
    links.write_bytes(b"PAR1 no parquet at all")
    with pytest.raises(Unavailable, match="cannot be read for Neo4j"):
        store.write(tmp_path, entities, links)


def test_answers_of_a_graph_that_is_being_dropped_are_whole_or_unavailable(
    store: Neo4jGraphStore, tmp_path: Path
) -> None:
    star = [link(f"importer:{n:05d}", "enters_at", "port:2704", value_usd=float(n)) for n in range(4_000)]
    store.write(tmp_path, *write_graph(tmp_path, star))
    view = store.view(tmp_path)
    query = RelatedQuery("port:2704", limit=1000)
    whole = view.related(query)
    dropping = threading.Thread(target=store.drop, args=([tmp_path],))
    dropping.start()
    answers = 0
    with pytest.raises(Unavailable, match="does not hold"):
        while True:
            assert view.related(query) == whole
            answers += 1
            assert answers < 10_000
    dropping.join()


def test_readers_carry_the_bookmark_of_the_write(store: Neo4jGraphStore, generation: Path) -> None:
    handle = Handle.read(generation)
    assert handle is not None
    assert len(handle.bookmarks[store.address.shown]) == 1


def test_a_copy_on_another_server_keeps_the_name_and_its_own_bookmark(
    store: Neo4jGraphStore, generation: Path, neo4j_url: str
) -> None:
    other = Neo4jGraphStore(neo4j_url.replace("127.0.0.1", "localhost"))  # another address: another server to us
    other.drop([generation])
    other.write(generation, generation / "entities.parquet", generation / "links.parquet")
    handle = Handle.read(generation)
    assert handle is not None
    assert set(handle.bookmarks) == {store.address.shown, other.address.shown}
    assert store.view(generation).counts() == other.view(generation).counts()
    other.close()


def test_a_routed_address_writes_to_the_leader_and_reads_what_was_written(neo4j_url: str, tmp_path: Path) -> None:
    with closing(Neo4jGraphStore(neo4j_url.replace("bolt://", "neo4j://"))) as routed:
        routed.write(tmp_path, *write_graph(tmp_path, LINKS))
        assert routed.view(tmp_path).related(RelatedQuery("importer:12-345678900")).total == 3
        routed.drop([tmp_path])


def test_a_closed_view_is_unavailable(store: Neo4jGraphStore, generation: Path) -> None:
    view = store.view(generation)
    view.close()
    with pytest.raises(Unavailable):
        view.entity("port:2704")


def test_health_says_version_size_and_what_is_held(store: Neo4jGraphStore, generation: Path) -> None:
    health = store.health()
    assert health.version.startswith("Neo4j 5.")
    assert (health.health, health.next_step) == ("ok", "")
    assert graph_of(generation) in health.generations
    assert "nodes" in health.holds


def test_an_index_that_is_missing_is_told_and_the_next_write_makes_it(store: Neo4jGraphStore, generation: Path) -> None:
    store.change("DROP INDEX tidewaiter_number", {})
    assert "tidewaiter_number is missing" in store.health().health
    store.drop([generation])
    store.write(generation, generation / "entities.parquet", generation / "links.parquet")
    assert store.health().health == "ok"


ALL = sorted(
    (
        kind
        for kind in vars(failures).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == failures.__name__
    ),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_that_says_what_to_do(kind: type[Exception]) -> None:
    store = Neo4jGraphStore("bolt://neo4j:s3cret@127.0.0.1:7687")
    with pytest.raises(Unavailable) as told, store.translated():
        raise kind.__new__(kind)
    assert told.value.thing == "bolt://127.0.0.1:7687"
    assert told.value.next_step
    assert "s3cret" not in str(told.value)


def test_the_special_errors_are_told_apart() -> None:
    meanings = [kind for kind, _, _ in engine._MEANINGS]
    for place, kind in enumerate(meanings):
        assert not any(issubclass(kind, earlier) for earlier in meanings[:place]), kind


def test_a_handle_stands_in_the_folder_before_the_first_node(tmp_path: Path) -> None:
    with closing(Neo4jGraphStore("bolt://neo4j:x@127.0.0.1:1")) as nowhere, pytest.raises(Unavailable):
        nowhere.write(tmp_path, *write_graph(tmp_path, LINKS))
    assert (tmp_path / HANDLE).exists()
