"""Other worlds are worth judging by: they load whole, repeat to the byte, and their truth speaks of what is there."""

import hashlib
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ingest.load import load
from tests.worlds.entries import into_entries
from tests.worlds.make import MadeWorld, make_world, write
from tests.worlds.reentries import plant_reentries
from tests.worlds.style import STYLES
from tests.worlds.trade import draw_lots, found_world, ordinary_trade

KINDS = {"transshipment_ring", "port_shopping", "identity_change"}
LINES = 20_000


@pytest.fixture(scope="module")
def worlds() -> dict[str, MadeWorld]:
    return {name: make_world(style, seed=5, lines=LINES) for name, style in STYLES.items()}


def _hashes(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _digits(column: pa.ChunkedArray) -> set[str]:
    """Importer numbers without hyphen and suffix: the taxpayers, however the style writes them."""
    return {
        text.replace("-", "")[:9] if text[2] == "-" or "-" not in text else text for text in set(column.to_pylist())
    }


@pytest.mark.parametrize("style", STYLES)
def test_a_world_loads_with_no_reject_and_no_repair(worlds: dict[str, MadeWorld], style: str, tmp_path: Path) -> None:
    write(worlds[style], tmp_path / "world")
    report = load([tmp_path / "world"], home=tmp_path / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    assert not report.failed
    assert (report.totals.rejected, report.totals.repaired, dict(report.reasons)) == (0, 0, {})
    assert report.totals.accepted == sum(table.num_rows for table in worlds[style].tables.values())
    assert abs(worlds[style].tables["entry_lines"].num_rows - LINES) < 0.15 * LINES


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(worlds: dict[str, MadeWorld], tmp_path: Path) -> None:
    write(worlds["continental"], tmp_path / "first")
    write(make_world(STYLES["continental"], seed=5, lines=LINES), tmp_path / "again")
    write(make_world(STYLES["continental"], seed=6, lines=3_000, empty=True), tmp_path / "other")
    first, other = _hashes(tmp_path / "first"), _hashes(tmp_path / "other")
    assert len(first) == 11  # ten tables and the truth
    assert _hashes(tmp_path / "again") == first
    assert not set(first.values()) & set(other.values())


@pytest.mark.parametrize("style", STYLES)
def test_truth_speaks_of_entries_and_parties_that_the_tables_hold(worlds: dict[str, MadeWorld], style: str) -> None:
    lines = worlds[style].tables["entry_lines"]
    numbers = set(lines["entry_number"].to_pylist())
    importers = _digits(lines["importer_number"])
    makers = set(lines["manufacturer_id"].to_pylist())
    for row in json.loads(json.dumps(worlds[style].truth)):
        assert row["kind"] in KINDS and row["label"] in ("positive", "hard_negative") and row["family"]
        assert row["began_on"] <= row["ended_on"] and row["members"]
        assert row["entries"] and set(row["entries"]) <= numbers
        assert (row["duty_evaded_usd"] > 0) == (row["label"] == "positive")
        for member in row["members"]:
            text = member["identifier"]
            if member["role"] == "importer":
                assert (text.replace("-", "")[:9] if text[2] == "-" else text) in importers, row["scheme_id"]
            else:
                assert text in makers, row["scheme_id"]


@pytest.mark.parametrize("style", STYLES)
def test_every_kind_has_families_and_three_look_alikes_a_scheme(worlds: dict[str, MadeWorld], style: str) -> None:
    counts = Counter((row["kind"], row["label"]) for row in worlds[style].truth)
    families = defaultdict(set)
    for row in worlds[style].truth:
        families[row["kind"], row["label"]].add(row["family"])
    for kind in KINDS:
        assert counts[kind, "positive"] >= 5
        assert counts[kind, "hard_negative"] >= 2.8 * counts[kind, "positive"]
        assert len(families[kind, "positive"]) >= 4 and len(families[kind, "hard_negative"]) >= 6


@pytest.mark.parametrize("style", STYLES)
def test_an_empty_world_has_trade_and_actions_but_no_truth(style: str, tmp_path: Path) -> None:
    made = make_world(STYLES[style], seed=5, lines=4_000, empty=True)
    write(made, tmp_path)
    assert made.truth == [] and not (tmp_path / "truth").exists()
    results = set(made.tables["actions"]["result"].to_pylist())
    assert {"refused", "discrepant", "compliant", "released"} <= results


@pytest.mark.parametrize("style", STYLES)
def test_cells_of_schemes_are_missing_as_often_as_others(worlds: dict[str, MadeWorld], style: str) -> None:
    lines = worlds[style].tables["entry_lines"]
    planted = {number for row in worlds[style].truth if row["label"] == "positive" for number in row["entries"]}
    inside = pc.is_in(lines["entry_number"], pa.array(sorted(planted)))
    schemes, others = lines.filter(inside), lines.filter(pc.invert(inside))
    assert schemes.num_rows > 200
    for name in (
        "manufacturer_id",
        "gross_weight_kg",
        "packages",
        "entered_value_usd",
        "consignee_number",
        "description",
    ):
        shares = [table[name].null_count / table.num_rows for table in (schemes, others)]
        assert abs(shares[0] - shares[1]) < 0.06, name


@pytest.mark.parametrize("style", STYLES)
def test_stopped_lots_are_mostly_of_ordinary_trade(worlds: dict[str, MadeWorld], style: str) -> None:
    actions = worlds[style].tables["actions"]
    planted = {number for row in worlds[style].truth for number in row["entries"]}
    stopped = [
        entry
        for entry, result in zip(actions["entry_number"].to_pylist(), actions["result"].to_pylist(), strict=True)
        if result in ("refused", "discrepant") and entry
    ]
    ordinary = sum(entry not in planted for entry in stopped)
    assert ordinary > 0.6 * len(stopped)


@pytest.mark.parametrize("style", STYLES)
def test_what_comes_back_was_laden_after_customs_stopped_it(style: str) -> None:
    world = found_world(np.random.default_rng(5), STYLES[style], LINES)
    ordinary_trade(world, LINES)
    returns = plant_reentries(world, draw_lots(world), [], 10)
    lots = returns.finished()
    entries = into_entries(world, lots, returns.acts, returns.same_box, returns.laden)
    first_stop: dict[int, int] = {}
    for act in returns.acts:
        number = int(lots.scheme[act.lot])
        first_stop[number] = min(act.day, first_stop.get(number, act.day))
    back = [
        len(returns.lots.day) + place
        for place, lot in enumerate(returns.added)
        if lot["scheme"] >= 0 and world.schemes[int(lot["scheme"])].label == "positive"
    ]
    assert len(back) >= 10
    for lot in back:
        entry = entries.of_lot[lot]
        assert first_stop[int(lots.scheme[lot])] <= entries.loaded[entry] < entries.day[entry]
