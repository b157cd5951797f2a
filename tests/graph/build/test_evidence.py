"""The rows behind what is shown: as many as the count says, latest first, page by page."""

from datetime import date
from pathlib import Path

import pytest

from graph.build.build import build_graph
from graph.build.evidence import entity_records, entity_tables, link_records, link_tables, records_by_key
from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import Invalid, NotFound
from graph.model.finding import RecordRef
from tests.fixtures.small_trade import PIER, REEF, load_small_trade


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    load_small_trade(folder)
    return folder


@pytest.fixture
def facts(home: Path) -> DuckDbFactStore:
    return DuckDbFactStore(home)


def test_every_link_opens_as_many_rows_as_it_counts(facts: DuckDbFactStore, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    build_graph(facts, tmp_path)
    links = pq.read_table(tmp_path / "links.parquet").to_pylist()
    assert {row["link"] for row in links} >= {
        "buys_from",
        "rolls_up_to",
        "owned_by",
        "is_companion_of",
        "deposits_under",
    }
    for row in links:
        rows = sum(
            link_records(facts, row["link"], row["source"], row["target"], limit=0, offset=0, table=table).total
            for table in link_tables(facts, row["link"])
        )
        assert rows == row["count"], row


def test_every_entity_opens_as_many_rows_as_it_counts(facts: DuckDbFactStore, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    build_graph(facts, tmp_path)
    for row in pq.read_table(tmp_path / "entities.parquet").to_pylist():
        rows = sum(
            entity_records(facts, row["id"], table=table, limit=0, offset=0).total
            for table in entity_tables(facts, row["id"])
        )
        assert rows == row["count"], row


def test_rows_come_latest_first_and_in_pages(facts: DuckDbFactStore) -> None:
    reef = f"importer:{REEF}"
    whole = entity_records(facts, reef, table="entry_lines", limit=10, offset=0)
    assert [row["entry_date"] for row in whole.dicts()] == ["2025-05-05", "2025-04-01", "2025-03-10"]
    pages = [entity_records(facts, reef, table="entry_lines", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert {page.total for page in pages} == {3}
    assert pages[2].columns == whole.columns


def test_cells_are_of_json_types(facts: DuckDbFactStore) -> None:
    (row,) = entity_records(facts, "issue:2025-0117", table="issues", limit=5, offset=0).dicts()
    assert (row["opened_on"], row["importer_numbers"], row["version"]) == ("2025-06-01", [REEF, PIER], 1)
    line = link_records(facts, "enters_at", f"importer:{REEF}", "port:2704", limit=5, offset=0).dicts()[0]
    assert (line["entered_value_usd"], line["source"], line["source_row"]) == (300.0, "entry_lines.csv", 1)


def test_days_bound_the_rows(facts: DuckDbFactStore) -> None:
    found = entity_records(
        facts, f"importer:{REEF}", table="entry_lines", limit=9, offset=0,
        from_date=date(2025, 3, 10), to_date=date(2025, 4, 1),
    )  # fmt: skip
    assert [row["entry_number"] for row in found.dicts()] == ["ABC00000029", "ABC00000011"]
    with pytest.raises(Invalid, match="no day"):
        entity_records(facts, "port:2704", table="ports", limit=9, offset=0, from_date=date(2025, 1, 1))


def test_rows_are_those_known_on_the_day(facts: DuckDbFactStore) -> None:
    ends = f"importer:{REEF}", "port:2704"
    now = link_records(facts, "enters_at", *ends, limit=5, offset=0).dicts()
    then = link_records(facts, "enters_at", *ends, limit=5, offset=0, as_of=date(2026, 1, 31)).dicts()
    assert [row["entered_value_usd"] for row in now] == [300.0]
    assert [row["entered_value_usd"] for row in then] == [100.0]


def test_a_tariff_heading_opens_the_lines_below_it(facts: DuckDbFactStore) -> None:
    assert entity_records(facts, "hts:7604", table="entry_lines", limit=9, offset=0).total == 4
    assert entity_records(facts, "hts:7604210010", table="entry_lines", limit=9, offset=0).total == 3
    assert entity_records(facts, "hts:9403", table="entry_lines", limit=9, offset=0).total == 0


def test_references_open_their_rows_table_by_table(facts: DuckDbFactStore) -> None:
    lines, actions = records_by_key(
        facts,
        [RecordRef("entry_lines", ("ABC00000029", "1", "1")), RecordRef("actions", ("2",)),
         RecordRef("entry_lines", ("ABC00000011", "1", "1")), RecordRef("entry_lines", ("ABC00000011", "2", "1"))],
    )  # fmt: skip
    assert [row["entry_number"] for row in lines.dicts()] == ["ABC00000029", "ABC00000011"]
    assert lines.total == 3
    assert [row["action_id"] for row in actions.dicts()] == ["2"]
    assert records_by_key(facts, []) == ()


@pytest.mark.parametrize(
    ("link", "source", "target", "table", "named"),
    [
        ("sells_to", f"importer:{REEF}", "port:2704", "", "sells_to"),
        ("enters_at", "port:2704", f"importer:{REEF}", "", "importer to port"),
        ("enters_at", f"importer:{REEF}", "port:2704", "actions", "actions"),
    ],
)
def test_what_no_declaration_says_is_invalid(  # noqa: PLR0917
    facts: DuckDbFactStore, link: str, source: str, target: str, table: str, named: str
) -> None:
    with pytest.raises(Invalid, match=named):
        link_records(facts, link, source, target, limit=5, offset=0, table=table)


def test_other_misuse_is_named(facts: DuckDbFactStore) -> None:
    with pytest.raises(Invalid, match="bills"):
        entity_records(facts, "port:2704", table="bills", limit=5, offset=0)
    with pytest.raises(NotFound, match="ship:1"):
        entity_records(facts, "ship:1", table="bills", limit=5, offset=0)
    with pytest.raises(Invalid, match="page"):
        entity_records(facts, "port:2704", table="ports", limit=-1, offset=0)
