"""Timing detectors: parts of one world by time, and growth as the exponent of time in lines."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from api.bench import detectors
from graph.facts.duckdb import DuckDbFactStore


def test_growth_is_one_where_time_follows_lines_and_two_where_it_follows_their_square() -> None:
    assert detectors._growth((1_000_000, 10.0), (3_000_000, 30.0)) == pytest.approx(1.0)
    assert detectors._growth((1_000_000, 10.0), (3_000_000, 90.0)) == pytest.approx(2.0)


def test_a_part_is_the_first_days_that_hold_so_many_lines(tmp_path: Path) -> None:
    world = tmp_path / "world"
    world.mkdir()
    begin = date(2024, 1, 1)
    days = [begin + timedelta(days=n // 10) for n in range(100)]  # ten a day
    lines = pa.table(
        {
            "entry_number": [f"QZX{n:08d}" for n in range(100)], "line_number": [1] * 100,
            "tariff_ordinal": [1] * 100, "entry_type": ["01"] * 100, "entry_date": days,
            "importer_number": ["12-345678900"] * 100, "port_code": ["2704"] * 100,
            "country_of_origin": ["CN"] * 100, "hts_number": ["7604210010"] * 100,
        }
    )  # fmt: skip
    pq.write_table(lines, world / "entry_lines.parquet")
    home = detectors._loaded(tmp_path, world, lines=35)
    facts = DuckDbFactStore(home)
    t = facts.table("entry_lines")
    assert t.entry_date.max().to_pyarrow().as_py() == begin + timedelta(days=3)
    facts.close()
    assert detectors._loaded(tmp_path, world, lines=35) == home
