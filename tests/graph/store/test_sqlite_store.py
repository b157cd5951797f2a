"""What the SQLite file promises beside the answers: whole or absent, never changed, errors that name it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.model.entity import RelatedQuery
from graph.model.errors import Invalid, Unavailable
from graph.store.sqlite import SqliteGraphView, SqliteGraphWriter
from tests.fixtures.graphs import link, write_graph

LINKS = [link(f"importer:{n:04d}", "enters_at", "port:2704", value_usd=float(n)) for n in range(500)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    SqliteGraphWriter(tmp_path / "graph.sqlite").write(*write_graph(tmp_path, LINKS))
    return tmp_path / "graph.sqlite"


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    assert {file.name for file in path.parent.iterdir()} == {"graph.sqlite", "entities.parquet", "links.parquet"}


def test_a_link_without_its_entity_is_refused_and_the_old_file_stays(path: Path) -> None:
    before = path.read_bytes()
    entities = pq.read_table(path.parent / "entities.parquet")
    pq.write_table(entities.filter(pa.compute.not_equal(entities["id"], "port:2704")), path.parent / "entities.parquet")
    with pytest.raises(Invalid, match="500 links end at no entity"):
        SqliteGraphWriter(path).write(path.parent / "entities.parquet", path.parent / "links.parquet")
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))


@pytest.mark.parametrize("broken", [b"", b"PAR1 no parquet at all"])
def test_a_broken_input_is_unavailable_and_leaves_no_file(tmp_path: Path, broken: bytes) -> None:
    entities, links = write_graph(tmp_path, LINKS[:1])
    links.write_bytes(broken)
    with pytest.raises(Unavailable, match="graph store"):
        SqliteGraphWriter(tmp_path / "graph.sqlite").write(entities, links)
    assert not (tmp_path / "graph.sqlite").exists()


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="tidewaiter refresh"):
        SqliteGraphView(tmp_path / "graph.sqlite")


def test_a_file_that_is_no_graph_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "graph.sqlite").write_bytes(b"this is not a database, but it is long enough to look at" * 100)
    with pytest.raises(Unavailable, match="cannot be read"):
        SqliteGraphView(tmp_path / "graph.sqlite")


def test_a_closed_view_is_unavailable(path: Path) -> None:
    view = SqliteGraphView(path)
    view.close()
    with pytest.raises(Unavailable):
        view.entity("port:2704")


def test_a_view_outlives_the_folder_that_it_was_opened_in(path: Path) -> None:
    view = SqliteGraphView(path)
    assert view.entity("port:2704").degree == 500
    path.unlink()
    assert view.related(RelatedQuery("port:2704")).total == 500


def test_two_writes_of_one_graph_are_equal_to_the_byte(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    SqliteGraphWriter(again).write(path.parent / "entities.parquet", path.parent / "links.parquet")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("order", ["value", "recency", "count"])
@pytest.mark.parametrize("filters", [{}, {"links": ("enters_at",)}])
def test_a_hubs_page_is_read_by_an_index_and_never_by_a_scan(
    path: Path, order: str, filters: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = SqliteGraphView(path)
    asked: list[tuple[str, object]] = []
    rows = view._rows
    monkeypatch.setattr(view, "_rows", lambda sql, values=(): asked.append((sql, values)) or rows(sql, values))
    view.related(RelatedQuery("port:2704", order=order, **filters))  # type: ignore[arg-type]
    for sql, values in asked:
        plan = [row[3] for row in rows(f"EXPLAIN QUERY PLAN {sql}", values)]  # type: ignore[arg-type]
        assert not [step for step in plan if step.startswith("SCAN neighbour")], plan
        if "LIMIT 51" in sql and not filters and order == "value":
            assert not [step for step in plan if "TEMP B-TREE" in step], plan
