"""Worlds of another hand load but for makers they misspell, repeat to the byte, and their truth is in the tables."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.load import load
from tests.worlds.another_hand.make import DECOYS_PER_POSITIVE, KINDS, write_world
from tests.worlds.another_hand.population import populate
from tests.worlds.another_hand.registers import bill_rows
from tests.worlds.another_hand.shopping import FAMILIES as SHOPPING
from tests.worlds.another_hand.shopping_decoys import happen, reconditioned
from tests.worlds.another_hand.world import World

LINES = 8_000
NAMES = {"transshipment_ring", "port_shopping", "identity_change"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("another_hand") / "world"
    write_world(folder, seed=5, lines=LINES)
    return folder


def _rows(folder: Path, table: str) -> Iterator[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


def _truth(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth" / "schemes.jsonl").read_text(encoding="utf-8").splitlines()]


def _hashes(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_world_loads_whole_and_sets_only_misspelt_makers_aside(folder: Path, tmp_path: Path) -> None:
    report = load([folder], home=tmp_path / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    assert not report.failed and report.totals.rejected == 0
    assert report.reasons and all(reason.startswith("manufacturer_id: set aside") for reason in report.reasons)
    makers = {row["identifier"] for row in _rows(folder, "party_records") if row["role"] == "manufacturer"} | {""}
    misspelt = sum(row["manufacturer_id"] not in makers for row in _rows(folder, "entry_lines"))
    assert 0 < report.totals.repaired <= misspelt < 0.06 * LINES
    tables = sum(1 for path in folder.glob("*.csv") for _ in _rows(folder, path.stem))
    documents = len((folder / "documents.jsonl").read_text(encoding="utf-8").splitlines())
    assert report.totals.accepted == tables + documents
    assert abs(sum(1 for _ in _rows(folder, "entry_lines")) - LINES) < 0.01 * LINES


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(folder: Path, tmp_path: Path) -> None:
    write_world(tmp_path / "again", seed=5, lines=LINES)
    write_world(tmp_path / "other", seed=6, lines=3_000)
    first, other = _hashes(folder), _hashes(tmp_path / "other")
    assert len(first) == 16  # fourteen tables, the documents and the truth
    assert _hashes(tmp_path / "again") == first
    assert {name for name in first if first[name] == other[name]} == {"orders.csv"}  # orders are real ones


def test_truth_speaks_of_entries_and_parties_that_the_tables_hold(folder: Path) -> None:
    lines, records = list(_rows(folder, "entry_lines")), list(_rows(folder, "party_records"))
    numbers = {row["entry_number"] for row in lines}
    importers = {row["importer_number"][:10] for row in lines}
    makers = {row["manufacturer_id"] for row in lines}
    parties = {(row["role"], row["identifier"]) for row in records}
    truth = _truth(folder)
    assert {row["kind"] for row in truth} == NAMES
    for row in truth:
        assert row["began_on"] <= row["ended_on"] and row["members"]
        assert row["entries"] and set(row["entries"]) <= numbers
        assert (row["duty_evaded_usd"] > 0) == (row["label"] == "positive"), row["family"]
        assert tuple(row["controller"].split(":", 1)) in parties
        for member in row["members"]:
            role, identifier = member["role"], member["identifier"]
            assert (role, identifier) in parties, row["family"]
            assert role != "importer" or identifier[:10] in importers, row["family"]
            assert role != "manufacturer" or identifier in makers, row["family"]
    counts = Counter((row["kind"], row["label"]) for row in truth)
    for kind in NAMES:
        assert counts[kind, "hard_negative"] == DECOYS_PER_POSITIVE * counts[kind, "positive"] > 0


def test_an_empty_world_has_look_alikes_alone(tmp_path: Path) -> None:
    write_world(tmp_path, seed=5, lines=3_000, empty=True)
    assert {row["label"] for row in _truth(tmp_path)} == {"hard_negative"}


def test_every_kind_has_six_families_each_way_and_all_of_them_come_about() -> None:
    world = World(7, LINES)
    populate(world)
    happen(world)
    for positives, decoys in KINDS:
        for family in (*positives, *decoys):
            before = len(world.schemes)
            family(world)
            (scheme,) = world.schemes[before:]
            assert scheme.family == family.__name__ and scheme.entries and scheme.members
            assert (scheme.duty is not None) == (family in positives)
            assert scheme.duty is None or scheme.duty > 0, scheme.family
    families = defaultdict(set)
    for scheme in world.schemes:
        families[scheme.kind, scheme.duty is not None].add(scheme.family)
    assert set(families) == {(kind, positive) for kind in NAMES for positive in (True, False)}
    assert all(len(names) >= 6 for names in families.values())


def test_what_comes_back_was_laden_after_it_was_stopped() -> None:
    world = World(7, LINES)
    populate(world)
    happen(world)
    first_stop = {}
    for family in (*SHOPPING, reconditioned) * 3:
        before = len(world.acts)
        family(world)
        first_stop[id(world.schemes[-1])] = min(act.on for act in world.acts[before:])
    bills = {row["bill_number"]: row for row in bill_rows(world)}
    stopped = {act.lot.bill for act in world.acts if act.lot and act.result != "compliant"}
    back = 0
    for scheme in world.schemes:
        for bill in {lot.bill for entry in scheme.entries for lot in entry.lots} - stopped:
            if bill in bills:
                back += 1
                loaded, arrived = bills[bill]["loaded_on"], bills[bill]["arrived_on"]
                assert first_stop[id(scheme)] <= loaded < arrived, scheme.family
    assert back > 50
