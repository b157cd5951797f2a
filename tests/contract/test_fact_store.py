"""What every engine of the facts promises: typed tables, whole loads, the latest version of each key, files written.

A further engine is one more entry in ENGINES. Spark's cases run where servers are tested.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.facts.duckdb import DuckDbFactStore
from graph.facts.snapshot import schema
from graph.facts.store import FactStore
from graph.model.errors import Invalid, Unavailable
from graph.model.tables import TABLES
from tests.fixtures.fact_files import load_facts

LINE = {"line_number": 1, "entry_date": "2026-01-05", "importer_number": "12-345678900", "port_code": "2704",
        "hts_number": "7604210010"}  # fmt: skip


def line(number: str, **cells: object) -> dict[str, object]:
    return {"entry_number": number, **LINE, **cells}


Opener = Callable[[Path, Sequence[str] | None], FactStore]


def duckdb(request: pytest.FixtureRequest) -> Opener:
    return lambda home, loads: DuckDbFactStore(home, threads=2, loads=loads)


def spark(request: pytest.FixtureRequest) -> Opener:
    master: str = request.getfixturevalue("spark_master")
    from graph.facts.spark import SparkFactStore

    return lambda home, loads: SparkFactStore(home, master=master, loads=loads)


ENGINES = {"duckdb": duckdb, "spark": spark}
SPARK_SOCKETS = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
EXAMPLES = {"duckdb": 40, "spark": 5}  # of invented histories; an engine that is slow to ask sees fewer


@dataclass
class Engine:
    """An engine, and the stores that a test opened on it."""

    name: str
    opener: Opener
    opened: list[FactStore] = field(default_factory=list)

    def __call__(self, home: Path, *, loads: Sequence[str] | None = None) -> FactStore:
        self.opened.append(self.opener(home, loads))
        return self.opened[-1]


# PySpark leaves the sockets open over which it fetches rows; they close with the object.
@pytest.fixture(params=["duckdb", pytest.param("spark", marks=[pytest.mark.servers, SPARK_SOCKETS])])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = Engine(request.param, ENGINES[request.param](request))
    yield engine
    for store in engine.opened:
        store.close()


def ports(store: FactStore, as_of: date | None = None) -> dict[str, str]:
    rows = store.table("ports", as_of=as_of).to_pyarrow().to_pylist()
    assert len({row["port_code"] for row in rows}) == len(rows)
    return {row["port_code"]: row["name"] for row in rows}


def test_tables_without_a_load_are_empty_and_typed(tmp_path: Path, engine: Engine) -> None:
    store = engine(tmp_path)
    for name, declared in TABLES.items():
        table = store.table(name)
        assert table.schema() == schema(declared)
        rows = table.to_pyarrow()
        assert (rows.num_rows, rows.schema) == (0, schema(declared).to_pyarrow())
    assert store.table("ports").count().to_pyarrow().as_py() == 0


def test_a_table_that_is_not_declared_is_invalid(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(Invalid, match="entry_linez"):
        engine(tmp_path).table("entry_linez")


def test_cells_come_back_as_they_were_loaded(tmp_path: Path, engine: Engine) -> None:
    row = line("ABC00000011", entered_value_usd="10.50", packages=None, quantity="0.125", description="Größe \\ 'a\"\t")
    load_facts(tmp_path, entry_lines=[row], documents=[{"id": "A", "kind": "ruling", "tariffs": ["7604", "x,y"]}])
    store = engine(tmp_path)
    rows = store.table("entry_lines").to_pyarrow()
    assert rows.schema == schema(TABLES["entry_lines"]).to_pyarrow()
    told = rows.to_pylist()[0]
    assert told["entered_value_usd"] == Decimal("10.50")
    assert told["quantity"] == Decimal("0.125")
    assert told["packages"] is None
    assert told["entry_date"] == date(2026, 1, 5)
    assert told["description"] == row["description"]
    assert told["source"] == "entry_lines.csv"
    assert store.table("documents").to_pyarrow().to_pylist()[0]["tariffs"] == ["7604", "x,y"]


def test_loads_add_up_and_are_seen_as_they_are_committed(tmp_path: Path, engine: Engine) -> None:
    store = engine(tmp_path)
    load_facts(tmp_path, entry_lines=[line("ABC00000011", entered_value_usd="10.50")])
    assert store.table("entry_lines").count().to_pyarrow().as_py() == 1
    load_facts(tmp_path, entry_lines=[line("ABC00000029", entered_value_usd="0.25")])
    assert store.table("entry_lines").entered_value_usd.sum().to_pyarrow().as_py() == Decimal("10.75")
    assert store.counts().rows == {"entry_lines": 2}


def test_a_pinned_store_sees_its_loads_and_no_later_one(tmp_path: Path, engine: Engine) -> None:
    first = load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    store = engine(tmp_path, loads=[first])
    load_facts(tmp_path, ports=[{"port_code": "4601", "name": "Newark"}])
    assert ports(store) == {"2704": "Los Angeles"}
    assert store.counts().rows == {"ports": 1}
    assert ports(engine(tmp_path)) == {"2704": "Los Angeles", "4601": "Newark"}


def test_stores_of_two_homes_do_not_meet(tmp_path: Path, engine: Engine) -> None:
    for home in ("one", "two"):
        load_facts(tmp_path / home, ports=[{"port_code": "2704", "name": home}])
    one, two = engine(tmp_path / "one"), engine(tmp_path / "two")
    assert [ports(one), ports(two), ports(one)] == [{"2704": "one"}, {"2704": "two"}, {"2704": "one"}]


def test_of_two_versions_the_one_known_later_counts_whatever_was_loaded_last(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, known_at=date(2026, 3, 1), ports=[{"port_code": "2704", "name": "new"}])
    load_facts(tmp_path, known_at=date(2026, 2, 1), supersedes=True, ports=[{"port_code": "2704", "name": "old"}])
    store = engine(tmp_path)
    assert ports(store) == {"2704": "new"}
    assert ports(store, date(2026, 2, 15)) == {"2704": "old"}
    assert ports(store, date(2026, 1, 15)) == {}


def test_of_two_versions_known_on_one_day_the_one_loaded_last_counts(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "first"}])
    load_facts(tmp_path, supersedes=True, ports=[{"port_code": "2704", "name": "second"}])
    assert ports(engine(tmp_path)) == {"2704": "second"}


def test_versions_may_stand_in_one_file(tmp_path: Path, engine: Engine) -> None:
    load_facts(
        tmp_path,
        supersedes=True,
        ports=[
            {"port_code": "2704", "name": "later", "known_at": date(2026, 5, 1)},
            {"port_code": "2704", "name": "earlier", "known_at": date(2026, 4, 1)},
        ],
    )
    store = engine(tmp_path)
    assert ports(store) == {"2704": "later"}
    assert ports(store, date(2026, 4, 30)) == {"2704": "earlier"}


def test_versions_are_told_apart_where_a_part_of_the_key_is_missing(tmp_path: Path, engine: Engine) -> None:
    for day, value in ((1, "1.00"), (2, "2.00")):
        rows = [line("ABC00000011", tariff_ordinal=None, entered_value_usd=value)]
        load_facts(tmp_path, known_at=date(2026, 1, day), supersedes=day == 2, entry_lines=rows)
    values = engine(tmp_path).table("entry_lines").entered_value_usd.to_pyarrow().to_pylist()
    assert values == [Decimal("2.00")]


def test_a_file_written_before_a_column_was_declared_reads_as_null(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles", "region": "Pacific"}])
    file = next((tmp_path / "facts/ports").glob("*.parquet"))
    pq.write_table(pq.read_table(file).drop_columns(["region"]), file)
    row = engine(tmp_path).table("ports").to_pyarrow().to_pylist()[0]
    assert row["name"] == "Los Angeles"
    assert row["region"] is None


@pytest.mark.parametrize("name", ["a [1]{2}* b?", "50% #1", "O'Brien & Söhne"])
def test_a_home_may_have_any_name(tmp_path: Path, engine: Engine, name: str) -> None:
    home = tmp_path / name
    load_facts(home, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    store = engine(home)
    assert ports(store) == {"2704": "Los Angeles"}
    assert store.write(store.table("ports"), home / "ports.parquet") == 1
    assert store.read(home / "ports.parquet").count().to_pyarrow().as_py() == 1


def test_a_missing_fact_file_is_named_as_unavailable(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    next((tmp_path / "facts/ports").glob("*.parquet")).unlink()
    with pytest.raises(Unavailable, match="ports"):
        engine(tmp_path).table("ports").to_pyarrow()


def test_many_threads_read_at_once(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, entry_lines=[line(f"ABC{n:08d}", entered_value_usd=n) for n in range(200)])
    store = engine(tmp_path)

    def total(_: int) -> object:
        known = ibis.memtable(pa.table({"port_code": ["2704"]}))
        lines = store.table("entry_lines").semi_join(known, "port_code")
        return lines.entered_value_usd.sum().to_pyarrow().as_py()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(total, range(32))) == {Decimal(199 * 100)}


def test_a_closed_store_says_so_to_a_thread_that_comes_late(tmp_path: Path, engine: Engine) -> None:
    store = engine(tmp_path)
    store.close()
    with pytest.raises(Unavailable):
        store.table("ports")


def test_an_expression_is_written_in_its_order_and_read_back(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, entry_lines=[line(f"ABC{n:08d}", entered_value_usd=n) for n in range(500)])
    store = engine(tmp_path)
    lines = store.table("entry_lines").select("entry_number", "entered_value_usd", tags=ibis.array(["a", "b"]))
    file = tmp_path / "lines.parquet"
    assert store.write(lines.order_by(ibis.desc("entered_value_usd")), file, rows_a_group=100) == 500
    assert [path.name for path in tmp_path.glob("*lines.parquet*")] == ["lines.parquet"]
    assert pq.read_metadata(file).row_group(0).num_rows <= 2048  # engines cut groups where their vectors end
    written = pq.read_table(file)
    assert written["entry_number"].to_pylist() == [f"ABC{n:08d}" for n in reversed(range(500))]
    assert written["tags"].to_pylist()[0] == ["a", "b"]
    joined = store.read(file).join(store.table("entry_lines"), "entry_number")
    assert joined.entered_value_usd.sum().to_pyarrow().as_py() == Decimal(499 * 250)


def test_nothing_is_written_as_a_file_without_rows(tmp_path: Path, engine: Engine) -> None:
    store = engine(tmp_path)
    assert store.write(store.table("ports"), tmp_path / "ports.parquet") == 0
    assert pq.read_table(tmp_path / "ports.parquet").schema.names == list(schema(TABLES["ports"]).names)


def test_what_is_kept_is_joined_with_tables_until_it_is_let_go(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, ports=[{"port_code": code, "name": code} for code in ("2704", "4601")])
    store = engine(tmp_path)
    with store.kept(store.table("ports").select("port_code")) as kept:
        assert kept.to_pyarrow().num_rows == 2
        wanted = ibis.memtable(pa.table({"port_code": ["4601"]}))
        assert kept.semi_join(wanted, "port_code").to_pyarrow().to_pylist() == [{"port_code": "4601"}]
        assert store.table("ports").join(kept, "port_code").count().to_pyarrow().as_py() == 2


def test_what_is_kept_is_let_go_also_when_its_use_fails(tmp_path: Path, engine: Engine) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Port"}])
    store = engine(tmp_path)
    with pytest.raises(KeyError), store.kept(store.table("ports")) as kept:
        raise KeyError
    with pytest.raises(Exception, match="kept_"):
        kept.to_pyarrow()


def test_distinct_rows_of_a_choice_come_once_in_their_order(tmp_path: Path, engine: Engine) -> None:
    codes = ("4601", "2704", "1001")
    load_facts(tmp_path, ports=[{"port_code": code, "name": f"{code[:2]} of many", "region": "NY"} for code in codes])
    t = engine(tmp_path).table("ports")
    told = t.mutate(place=t.name.right(7)).filter(lambda t: t.place.length() > 0, t.port_code > "1000")
    assert told.select("place", "region").distinct().order_by("region", "place").to_pyarrow().to_pylist() == [
        {"place": "of many", "region": "NY"}
    ]
    by_code = told.select("port_code").distinct().order_by("port_code").to_pyarrow()
    assert by_code["port_code"].to_pylist() == sorted(codes)


DAYS = st.integers(1, 6).map(lambda day: date(2026, 1, day))
LOADS = st.lists(st.lists(st.tuples(st.sampled_from("abc"), DAYS), max_size=5), max_size=5)


def test_versions_agree_with_a_plain_recount(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> None:
    @given(loads=LOADS, as_of=st.none() | DAYS)
    @settings(max_examples=EXAMPLES[engine.name], suppress_health_check=[HealthCheck.too_slow])
    def agree(loads: list[list[tuple[str, date]]], as_of: date | None) -> None:
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
        assert ports(engine(home), as_of) == {key: str(n) for key, (_, n) in expected.items()}

    agree()


def ruling(store: FactStore, as_of: date | None = None) -> dict[str, object]:
    (row,) = store.table("documents", as_of=as_of).to_pyarrow().to_pylist()
    return dict(row)


SEARCHED = {"id": "NY-N301234", "kind": "ruling", "revoked_by": ["HQ-H312345"], "known_at": date(2026, 2, 1)}
READ = {
    "id": "NY-N301234",
    "kind": "ruling",
    "text": "Frames of wood.",
    "title": "Frames",
    "known_at": date(2026, 1, 1),
}


@pytest.mark.parametrize("order", [(READ, SEARCHED), (SEARCHED, READ)])
def test_what_a_later_record_of_a_document_leaves_blank_stands(
    tmp_path: Path, engine: Engine, order: Sequence[dict[str, object]]
) -> None:
    for at, record in enumerate(order):
        load_facts(
            tmp_path, supersedes=at > 0, source=f"{at}.jsonl", documents=[record, {"id": str(at), "kind": "memo"}]
        )
    store = engine(tmp_path)
    documents = store.table("documents")
    assert documents.count().to_pyarrow().as_py() == 3
    row = documents.filter(documents["id"] == "NY-N301234").to_pyarrow().to_pylist()[0]
    assert (row["text"], row["title"], row["revoked_by"]) == ("Frames of wood.", "Frames", ["HQ-H312345"])
    assert (row["known_at"], row["source"]) == (date(2026, 2, 1), f"{order.index(SEARCHED)}.jsonl")
    before = store.table("documents", as_of=date(2026, 1, 15))
    (row,) = before.filter(before["id"] == "NY-N301234").to_pyarrow().to_pylist()
    assert (row["text"], row["revoked_by"]) == ("Frames of wood.", None)


def test_the_latest_value_of_a_document_stands_and_places_add_up(tmp_path: Path, engine: Engine) -> None:
    for at, title in enumerate(("Frames", "Frames of wood", None)):
        row = {"id": "A", "kind": "memo", "title": title, "found_in": [f"{2 - at}.pdf", "a.pdf"]}
        load_facts(tmp_path, known_at=date(2026, 1, 1 + at), supersedes=at > 0, documents=[row])
    store = engine(tmp_path)
    assert ruling(store)["title"] == "Frames of wood"
    assert ruling(store)["found_in"] == ["0.pdf", "1.pdf", "2.pdf", "a.pdf"]
    assert ruling(store, date(2026, 1, 1))["title"] == "Frames"
    assert ruling(store)["tariffs"] is None
