"""Past days: on a day when all was known the answers are the store's, before it they are what was known."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from graph.build.as_of import as_of_entity, as_of_related
from graph.build.build import build_graph
from graph.facts.duckdb import DuckDbFactStore
from graph.model.entity import RelatedQuery
from graph.model.errors import Invalid, NotFound
from graph.store.sqlite import SqliteGraphView, SqliteGraphWriter
from tests.fixtures.small_trade import PIER, REEF, load_small_trade

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    load_small_trade(folder)
    build_graph(DuckDbFactStore(folder), folder)
    SqliteGraphWriter(folder / "graph.sqlite").write(folder / "entities.parquet", folder / "links.parquet")
    return folder


@pytest.fixture
def facts(home: Path) -> DuckDbFactStore:
    return DuckDbFactStore(home)


def test_entities_of_today_are_those_of_the_store(home: Path, facts: DuckDbFactStore) -> None:
    view = SqliteGraphView(home / "graph.sqlite")
    ids = pq.read_table(home / "entities.parquet", columns=["id"]).column("id").to_pylist()
    one_of_each_kind = {entity_id.partition(":")[0]: entity_id for entity_id in sorted(ids)}
    for entity_id in one_of_each_kind.values():
        assert as_of_entity(facts, entity_id, TODAY) == view.entity(entity_id)


@pytest.mark.parametrize(
    "query",
    [RelatedQuery(f"importer:{REEF}", limit=9), RelatedQuery(f"importer:{PIER}", order="recency"),
     RelatedQuery("hts:7604", order="count", kinds=("case", "hts"), limit=2),
     RelatedQuery("port:2704", links=("enters_at",))],
)  # fmt: skip
def test_neighbours_of_today_are_those_of_the_store(home: Path, facts: DuckDbFactStore, query: RelatedQuery) -> None:
    view = SqliteGraphView(home / "graph.sqlite")
    here, there = view.related(query), as_of_related(facts, query, TODAY)
    seen = 0
    while True:
        assert [replace(item, entity=replace(item.entity, degree=0)) for item in here.items] == list(there.items)
        assert here.total == there.total
        seen += len(there.items)
        if not there.next_cursor:
            break
        here = view.related(replace(query, cursor=here.next_cursor))
        there = as_of_related(facts, replace(query, cursor=there.next_cursor), TODAY)
    assert here.next_cursor == ""
    assert seen == there.total > 0


def test_before_a_correction_the_first_version_counts(facts: DuckDbFactStore) -> None:
    day = date(2026, 1, 31)
    assert as_of_entity(facts, f"importer:{REEF}", day).measures.value_usd == 150.25
    assert as_of_entity(facts, f"importer:{REEF}", TODAY).measures.value_usd == 350.25
    then = as_of_related(facts, RelatedQuery(f"importer:{REEF}", kinds=("importer",)), day)
    now = as_of_related(facts, RelatedQuery(f"importer:{REEF}", kinds=("importer",)), TODAY)
    assert then.items == ()
    assert sorted((item.link.link, item.entity.id, item.link.status) for item in now.items) == [
        ("consigns_to", f"importer:{PIER}", ""),
        ("owned_by", f"importer:{PIER}", "alleged"),
    ]


def test_nobody_was_known_before_the_first_load(facts: DuckDbFactStore) -> None:
    with pytest.raises(NotFound, match="2025-12-31"):
        as_of_entity(facts, f"importer:{REEF}", date(2025, 12, 31))
    with pytest.raises(NotFound):
        as_of_related(facts, RelatedQuery("ship:1"), TODAY)


def test_only_one_hop_is_replayed(facts: DuckDbFactStore) -> None:
    with pytest.raises(Invalid, match="one hop"):
        as_of_related(facts, RelatedQuery(f"importer:{REEF}", hops=2), TODAY)


def test_the_cursor_of_another_day_is_invalid(facts: DuckDbFactStore) -> None:
    query = RelatedQuery(f"importer:{REEF}", limit=1)
    cursor = as_of_related(facts, query, TODAY).next_cursor
    with pytest.raises(Invalid, match="another question"):
        as_of_related(facts, replace(query, cursor=cursor), date(2026, 2, 20))
