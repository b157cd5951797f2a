"""An entity's figures: by month and partner, of the lines that carry its value."""

from datetime import date
from pathlib import Path

import pytest

from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import NotFound
from graph.report.activity import Month, Share, entity_activity
from tests.fixtures.fact_files import load_facts
from tests.fixtures.small_trade import PIER, REEF, line, load_small_trade


@pytest.fixture
def facts(tmp_path: Path) -> DuckDbFactStore:
    load_small_trade(tmp_path)
    return DuckDbFactStore(tmp_path)


def test_an_importer_by_month_and_partner(facts: DuckDbFactStore) -> None:
    told = entity_activity(facts, f"importer:{REEF}")
    assert (told.lines, told.value_usd, told.first_date, told.last_date) == (
        2,
        350.25,
        date(2025, 3, 10),
        date(2025, 4, 1),
    )
    assert told.months == (Month(date(2025, 3, 1), 1, 300.0), Month(date(2025, 4, 1), 1, 50.25))
    assert told.ports == (
        Share("port:2704", 1, 300.0, 300 / 350.25), Share("port:4601", 1, 50.25, 50.25 / 350.25)
    )  # fmt: skip
    assert told.origins == (Share("country:CN", 2, 350.25, 1.0),)
    assert told.hts4 == (Share("hts:7604", 2, 350.25, 1.0),)
    assert told.manufacturers == (Share("manufacturer:CNGOLREE1LON", 2, 350.25, 1.0),)
    assert told.importers == ()
    assert told.actions == {"discrepant": 1, "pending": 1}


def test_a_port_names_its_importers_by_value(facts: DuckDbFactStore) -> None:
    told = entity_activity(facts, "port:2704")
    assert [(share.entity, share.value_usd) for share in told.importers] == [
        (f"importer:{REEF}", 300.0), (f"importer:{PIER}", 200.0),
    ]  # fmt: skip
    assert told.ports == ()


def test_months_and_partners_add_up_to_the_whole(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        entry_lines=[
            line(
                f"ABC{n:08d}", REEF,
                entry_date=f"2025-{n % 12 + 1:02d}-15", port_code=f"{2701 + n % 7}", entered_value_usd=n,
            )
            for n in range(60)
        ],
    )  # fmt: skip
    told = entity_activity(DuckDbFactStore(tmp_path), f"importer:{REEF}")
    for parts in (told.months, told.ports, told.origins):
        assert sum(part.lines for part in parts) == told.lines == 60
        assert sum(part.value_usd for part in parts) == told.value_usd == sum(range(60))
    assert [month.month for month in told.months] == [date(2025, month, 1) for month in range(1, 13)]


def test_only_the_ten_largest_partners_are_named(tmp_path: Path) -> None:
    lines = [line(f"ABC{n:08d}", f"12-{n:09d}", entered_value_usd=n) for n in range(15)]
    load_facts(tmp_path, entry_lines=lines)
    told = entity_activity(DuckDbFactStore(tmp_path), "port:2704")
    assert [share.entity for share in told.importers] == [f"importer:12-{n:09d}" for n in range(14, 4, -1)]


def test_lines_without_a_value_are_shared_by_their_number(tmp_path: Path) -> None:
    lines = [
        line(f"ABC{n:08d}", REEF, entered_value_usd=None, port_code=port)
        for n, port in enumerate(["2704", "2704", "4601"])
    ]
    load_facts(tmp_path, entry_lines=lines)
    told = entity_activity(DuckDbFactStore(tmp_path), f"importer:{REEF}")
    assert [(share.entity, round(share.share, 3)) for share in told.ports] == [
        ("port:2704", 0.667),
        ("port:4601", 0.333),
    ]


def test_an_entity_without_lines_has_empty_figures(facts: DuckDbFactStore) -> None:
    for entity_id in ("importer:00-000000000", "issue:2025-0117", "country:NZ"):
        told = entity_activity(facts, entity_id)
        assert (told.lines, told.months, told.ports, told.actions, told.first_date) == (0, (), (), {}, None)
    with pytest.raises(NotFound):
        entity_activity(facts, "ship:1")
