"""Timing detectors: parts of one world by time, and growth as the exponent of time in lines."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from api.bench import detectors
from graph.detect.last_day import last_day
from graph.facts.duckdb import DuckDbFactStore


def test_growth_is_one_where_time_follows_lines_and_two_where_it_follows_their_square() -> None:
    assert detectors._growth((1_000_000, 10.0), (3_000_000, 30.0)) == pytest.approx(1.0)
    assert detectors._growth((1_000_000, 10.0), (3_000_000, 90.0)) == pytest.approx(2.0)


BEGIN = date(2024, 1, 1)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A hundred lines, ten a day."""
    folder = tmp_path / "world"
    folder.mkdir()
    lines = pa.table(
        {
            "entry_number": [f"QZX{n:08d}" for n in range(100)], "line_number": [1] * 100,
            "tariff_ordinal": [1] * 100, "entry_type": ["01"] * 100,
            "entry_date": [BEGIN + timedelta(days=n // 10) for n in range(100)],
            "importer_number": ["12-345678900"] * 100, "port_code": ["2704"] * 100,
            "country_of_origin": ["CN"] * 100, "hts_number": ["7604210010"] * 100,
        }
    )  # fmt: skip
    pq.write_table(lines, folder / "entry_lines.parquet")
    return folder


def test_a_part_is_the_first_days_that_hold_so_many_lines(tmp_path: Path, world: Path) -> None:
    home = detectors._loaded(tmp_path, world, lines=35)
    assert last_day_of(home) == BEGIN + timedelta(days=3)
    assert detectors._loaded(tmp_path, world, lines=35) == home


def test_a_part_whose_load_was_broken_off_is_loaded_again(tmp_path: Path, world: Path) -> None:
    (tmp_path / "home-world-35" / "facts" / "entry_lines").mkdir(parents=True)
    assert last_day_of(detectors._loaded(tmp_path, world, lines=35)) == BEGIN + timedelta(days=3)


def last_day_of(home: Path) -> date | None:
    facts = DuckDbFactStore(home)
    try:
        return last_day(facts)
    finally:
        facts.close()
