"""What the embedded fact store promises: typed tables, whole loads, the latest version of each key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.facts.duckdb import DuckDbFactStore, schema
from graph.model.errors import Invalid, Unavailable
from graph.model.tables import TABLES
from tests.fixtures.fact_files import load_facts


def line(number: str, **cells: object) -> dict[str, object]:
    return {"entry_number": number, "line_number": 1, "entry_date": "2026-01-05", "importer_number": "12-345678900",
            "port_code": "2704", "hts_number": "7604210010", **cells}  # fmt: skip


def ports(store: DuckDbFactStore, as_of: date | None = None) -> dict[str, str]:
    rows = store.table("ports", as_of=as_of).to_pyarrow().to_pylist()
    assert len({row["port_code"] for row in rows}) == len(rows)
    return {row["port_code"]: row["name"] for row in rows}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_without_a_load_is_empty_and_typed(tmp_path: Path, name: str) -> None:
    table = DuckDbFactStore(tmp_path).table(name)
    assert table.schema() == schema(TABLES[name])
    assert table.count().to_pyarrow().as_py() == 0
    assert table.to_pyarrow().num_rows == 0


def test_a_table_that_is_not_declared_is_invalid(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="entry_linez"):
        DuckDbFactStore(tmp_path).table("entry_linez")


def test_loads_add_up_and_are_seen_as_they_are_committed(tmp_path: Path) -> None:
    store = DuckDbFactStore(tmp_path)
    load_facts(tmp_path, entry_lines=[line("ABC00000011", entered_value_usd="10.50")])
    assert store.table("entry_lines").count().to_pyarrow().as_py() == 1
    load_facts(tmp_path, entry_lines=[line("ABC00000029", entered_value_usd="0.25")])
    assert store.table("entry_lines").entered_value_usd.sum().to_pyarrow().as_py() == Decimal("10.75")
    assert store.counts().rows == {"entry_lines": 2}


def test_a_pinned_store_sees_its_loads_and_no_later_one(tmp_path: Path) -> None:
    first = load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    store = DuckDbFactStore(tmp_path, loads=[first])
    load_facts(tmp_path, ports=[{"port_code": "4601", "name": "Newark"}])
    assert ports(store) == {"2704": "Los Angeles"}
    assert ports(DuckDbFactStore(tmp_path)) == {"2704": "Los Angeles", "4601": "Newark"}


def test_of_two_versions_the_one_known_later_counts_whatever_was_loaded_last(tmp_path: Path) -> None:
    load_facts(tmp_path, known_at=date(2026, 3, 1), ports=[{"port_code": "2704", "name": "new"}])
    load_facts(tmp_path, known_at=date(2026, 2, 1), supersedes=True, ports=[{"port_code": "2704", "name": "old"}])
    store = DuckDbFactStore(tmp_path)
    assert ports(store) == {"2704": "new"}
    assert ports(store, date(2026, 2, 15)) == {"2704": "old"}
    assert ports(store, date(2026, 1, 15)) == {}


def test_of_two_versions_known_on_one_day_the_one_loaded_last_counts(tmp_path: Path) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "first"}])
    load_facts(tmp_path, supersedes=True, ports=[{"port_code": "2704", "name": "second"}])
    assert ports(DuckDbFactStore(tmp_path)) == {"2704": "second"}


def test_versions_may_stand_in_one_file(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        supersedes=True,
        ports=[
            {"port_code": "2704", "name": "later", "known_at": date(2026, 5, 1)},
            {"port_code": "2704", "name": "earlier", "known_at": date(2026, 4, 1)},
        ],
    )
    store = DuckDbFactStore(tmp_path)
    assert ports(store) == {"2704": "later"}
    assert ports(store, date(2026, 4, 30)) == {"2704": "earlier"}


def test_a_file_written_before_a_column_was_declared_reads_as_null(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles", "region": "Pacific"}])
    file = next((tmp_path / "facts/ports").glob("*.parquet"))
    pq.write_table(pq.read_table(file).drop_columns(["region"]), file)
    row = DuckDbFactStore(tmp_path).table("ports").to_pyarrow().to_pylist()[0]
    assert row["name"] == "Los Angeles"
    assert row["region"] is None


def test_a_missing_fact_file_is_named_as_unavailable(tmp_path: Path) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    next((tmp_path / "facts/ports").glob("*.parquet")).unlink()
    with pytest.raises(Unavailable, match="ports"):
        DuckDbFactStore(tmp_path).table("ports").to_pyarrow()


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    load_facts(tmp_path, entry_lines=[line(f"ABC{n:08d}", entered_value_usd=n) for n in range(200)])
    store = DuckDbFactStore(tmp_path, threads=2)

    def total(_: int) -> object:
        return store.table("entry_lines").entered_value_usd.sum().to_pyarrow().as_py()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(total, range(64))) == {Decimal(199 * 100)}
    store.close()


def test_a_closed_store_says_so_to_a_thread_that_comes_late(tmp_path: Path) -> None:
    store = DuckDbFactStore(tmp_path)
    store.close()
    with pytest.raises(Unavailable):
        store.table("ports")


DAYS = st.integers(1, 6).map(lambda day: date(2026, 1, day))
LOADS = st.lists(st.lists(st.tuples(st.sampled_from("abc"), DAYS), max_size=5), max_size=5)


@given(loads=LOADS, as_of=st.none() | DAYS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_versions_agree_with_a_plain_recount(
    tmp_path_factory: pytest.TempPathFactory, loads: list[list[tuple[str, date]]], as_of: date | None
) -> None:
    home = tmp_path_factory.mktemp("home")
    expected: dict[str, tuple[date, int]] = {}
    seen: set[str] = set()
    serial = 0
    for rows in loads:
        written = []
        repeated = len({key for key, _ in rows}) < len(rows) or any(key in seen for key, _ in rows)
        for key, known_at in rows:
            serial += 1
            written.append({"port_code": key, "name": str(serial), "known_at": known_at})
            seen.add(key)
            if (as_of is None or known_at <= as_of) and (key not in expected or expected[key][0] <= known_at):
                expected[key] = (known_at, serial)
        load_facts(home, supersedes=repeated, ports=written)
    assert ports(DuckDbFactStore(home), as_of) == {key: str(n) for key, (_, n) in expected.items()}
