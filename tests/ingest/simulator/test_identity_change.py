"""Firms that go on under another identity, and those that only seem to, in simulated worlds."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.simulator.schemes.identity_change import FAMILIES, KIND
from ingest.simulator.schemes.identity_change_lookalikes import FAMILIES as LOOK_ALIKES
from ingest.simulator.schemes.registry import plant
from ingest.simulator.simulate import SCALES, make_world, simulate
from ingest.simulator.world import ADVERSE_RESULTS, World

PHOENIXES = ("phoenix_after_penalty", "new_name_same_address", "new_address_same_phone", "new_number_same_officer")
Row = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("world"), seed=11, size="small").folder


@cache
def rows(folder: Path, table: str) -> list[Row]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def schemes(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (folder / "truth/schemes.jsonl").read_text(encoding="utf-8").splitlines()]
    return [scheme for scheme in found if scheme["kind"] == KIND]


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Three worlds before they are written."""
    found = []
    for seed in (21, 22, 23):
        world = make_world(seed, SCALES["small"])
        plant(world)
        found.append(world)
    return found


def numbers_of(scheme: dict[str, Any]) -> list[str]:
    return [member["identifier"] for member in scheme["members"] if member["role"] == "importer"]


def full(number: str) -> str:
    return number + "00" if len(number) == 10 and number[2] == "-" else number


@pytest.fixture(scope="module")
def entries(folder: Path) -> dict[str, list[Row]]:
    """First lines of entries by importer, in order of date."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(folder, "entry_lines"):
        if row["line_number"] == "1":
            found[full(row["importer_number"])].append(row)
    return found


def of(schemes: list[dict[str, Any]], *families: str) -> list[dict[str, Any]]:
    return [scheme for scheme in schemes if scheme["family"] in families]


def test_every_family_is_planted_in_its_share(schemes: list[dict[str, Any]]) -> None:
    planted = Counter(scheme["family"] for scheme in schemes)
    assert planted == {family.name: family.share for family in (*FAMILIES, *LOOK_ALIKES)}
    labels = Counter(scheme["label"] for scheme in schemes)
    assert labels["hard_negative"] >= 3 * labels["positive"]


def test_the_old_firm_stops_and_the_new_one_starts_about_then(
    schemes: list[dict[str, Any]], entries: dict[str, list[Row]]
) -> None:
    for scheme in of(schemes, *PHOENIXES):
        old, new = numbers_of(scheme)
        last = date.fromisoformat(entries[old][-1]["entry_date"])
        first = date.fromisoformat(entries[new][0]["entry_date"])
        assert last < date(2024, 11, 30)
        assert (first - last).days > -130  # sixty days before the day of stopping, and the old firm's last pause
        assert scheme["began_on"] >= first.isoformat()


def test_the_newcomer_goes_on_with_the_old_firms_makers(
    schemes: list[dict[str, Any]], entries: dict[str, list[Row]]
) -> None:
    known: list[bool] = []
    for scheme in schemes:
        if scheme["label"] == "positive" and len(numbers_of(scheme)) >= 2:
            before = {row["manufacturer_id"] for row in entries[numbers_of(scheme)[0]]}
            mine = {row["entry_number"] for number in numbers_of(scheme)[1:] for row in entries[number]}
            assert set(scheme["entries"]) <= mine
            taken = [
                row["manufacturer_id"]
                for number in numbers_of(scheme)[1:]
                for row in entries[number]
                if row["entry_number"] in scheme["entries"] and row["manufacturer_id"]
            ]
            known += [maker in before for maker in taken]
            assert any(maker in before for maker in taken), scheme["family"]
    assert sum(known) >= 0.7 * len(known)


def test_customs_acted_on_every_firm_that_escapes(worlds: list[World]) -> None:
    for world in worlds:
        actions = world.actions
        found = np.isin(actions["result"], ADVERSE_RESULTS)
        for scheme in world.schemes:
            if scheme.kind == KIND and scheme.label == "positive" and scheme.importers:
                mine = found & (actions["importer"] == scheme.importers[0])
                assert (actions["date"][mine] < scheme.began_on + 60).any(), scheme.family


def test_identifiers_are_shared_only_in_part(worlds: list[World]) -> None:
    ties = []
    for world in worlds:
        importers = world.parties.importers
        for scheme in world.schemes:
            if scheme.kind == KIND and scheme.label == "positive" and len(scheme.importers) == 2:
                old, new = scheme.importers
                ties.append(
                    (
                        importers.phones[old] == importers.phones[new],
                        bool(set(importers.officers[old].split(";")) & set(importers.officers[new].split(";"))),
                        importers.addresses[old] == importers.addresses[new],
                        importers.names[old][0].split(" ")[0] == importers.names[new][0].split(" ")[0],
                    )
                )
    shares = np.mean(ties, axis=0)
    assert (shares > 0.05).all()
    assert (shares < 0.85).all()
    assert any(not any(tie) for tie in ties)  # only the trade is left in common


def test_a_firm_taken_over_is_in_no_other_scheme(worlds: list[World]) -> None:
    for world in worlds:
        members = Counter(
            importer for scheme in world.schemes if scheme.kind == KIND for importer in set(scheme.importers)
        )
        assert set(members.values()) == {1}


def test_an_action_names_the_importer_of_its_lot(worlds: list[World]) -> None:
    for world in worlds:
        bound = world.actions["lot"] >= 0
        assert (world.actions["importer"][bound] == world.lots["importer"][world.actions["lot"][bound]]).all()


def test_a_maker_goes_on_under_another_id_with_its_customers(worlds: list[World]) -> None:
    for world in worlds:
        lots = world.lots
        for scheme in world.schemes:
            if scheme.family != "new_plant_identity":
                continue
            old, new = scheme.makers
            mine = np.array(scheme.lots)
            assert (lots["maker"][mine] == new).all()
            assert world.parties.makers.mids[old] != world.parties.makers.mids[new]
            assert world.parties.makers.country[old] == world.parties.makers.country[new]
            customers = set(lots["importer"][lots["maker"] == old]) & set(lots["importer"][mine])
            assert customers


def test_a_declared_change_keeps_the_number_and_files_the_former_name(
    folder: Path, schemes: list[dict[str, Any]], entries: dict[str, list[Row]]
) -> None:
    for scheme in of(schemes, "declared_change"):
        (number,) = numbers_of(scheme)
        versions = [row for row in rows(folder, "party_records") if full(row["identifier"]) == number]
        assert len(versions) >= 2
        names = {row["name"] for row in versions}
        assert len(names) >= 2
        assert any(row["name_kind"] == "former" and row["other_names"] for row in versions)
        assert entries[number][-1]["entry_date"] >= scheme["began_on"]


def test_another_suffix_is_the_same_taxpayer(schemes: list[dict[str, Any]]) -> None:
    for scheme in of(schemes, "another_suffix"):
        old, new = numbers_of(scheme)
        assert old != new
        assert old[:10] == new[:10]


def test_mergers_and_divisions_are_on_file_as_facts(folder: Path, schemes: list[dict[str, Any]]) -> None:
    facts = {(row["subject"], row["object"]) for row in rows(folder, "party_claims") if row["status"] == "fact"}
    for scheme in of(schemes, "public_merger", "spun_off_division"):
        old, new = numbers_of(scheme)
        assert (f"importer:{new}", f"importer:{old}") in facts


def test_the_customers_of_a_closed_firm_may_go_to_several(
    schemes: list[dict[str, Any]], entries: dict[str, list[Row]]
) -> None:
    for scheme in of(schemes, "customers_go_elsewhere"):
        assert len(numbers_of(scheme)) >= 3
        takers = {number for number in numbers_of(scheme)[1:] for row in entries[number]}
        assert len(takers) >= 2


def test_schemes_and_look_alikes_have_trade_and_ties_of_the_same_sizes(worlds: list[World]) -> None:
    """Neither the number of entries nor a single tie tells a scheme from what looks like it."""
    size: dict[str, list[int]] = defaultdict(list)
    tied: dict[str, list[bool]] = defaultdict(list)
    for world in worlds:
        importers = world.parties.importers
        for scheme in world.schemes:
            if scheme.kind == KIND and len(scheme.importers) >= 2:
                size[scheme.label].append(len(scheme.lots))
                old, new = scheme.importers[:2]
                phone = importers.phones[old] == importers.phones[new]
                tied[scheme.label].append(phone or importers.surety[old] == importers.surety[new])
    assert 0.4 < np.median(size["positive"]) / np.median(size["hard_negative"]) < 4
    assert np.mean(tied["hard_negative"]) > 0.15
    assert np.mean(tied["positive"]) < 0.95


def test_records_of_planted_firms_do_not_stand_out_by_form(folder: Path, schemes: list[dict[str, Any]]) -> None:
    """Neither empty cells nor the place in the file give a planted firm away."""
    planted = {number for scheme in schemes for number in numbers_of(scheme)}
    records = [row for row in rows(folder, "party_records") if row["role"] == "importer"]
    mine = [row for row in records if full(row["identifier"]) in planted]
    assert len(mine) > 60
    for column in ("phone", "email", "officers", "registered_agent", "bond_number", "established_on"):
        usual = sum(not row[column] for row in records) / len(records)
        here = sum(not row[column] for row in mine) / len(mine)
        assert abs(here - usual) < 0.14, column
    assert [row["known_at"] for row in records] == sorted(row["known_at"] for row in records)
    number = [int(row["record_id"][2:]) for row in rows(folder, "party_records")]
    assert number == sorted(number)


def test_strangers_share_directors_agents_and_offices(folder: Path) -> None:
    latest = {row["identifier"]: row for row in rows(folder, "party_records") if row["role"] == "importer"}
    people = [row["officers"].split(";") for row in latest.values() if row["officers"]]
    assert {len(officers) for officers in people} == {1, 2, 3}
    serves = Counter(person for officers in people for person in officers)
    assert max(serves.values()) > 10
    agents = Counter(row["registered_agent"] for row in latest.values() if row["registered_agent"])
    assert max(agents.values()) > 100
    streets = Counter(row["address"].upper().split(" S")[0] + row["city"] for row in latest.values())
    assert sum(count >= 3 for count in streets.values()) >= 3


def test_records_come_in_versions(folder: Path) -> None:
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows(folder, "party_records"):
        if row["role"] == "importer":
            versions[row["identifier"]].append(row)
    several = [found for found in versions.values() if len(found) > 1]
    assert 0.1 * len(versions) < len(several) < 0.3 * len(versions)
    for column in ("name", "address", "phone", "officers"):
        changed = sum(len({row[column] for row in found if row[column]}) > 1 for found in several)
        assert changed > 50, column


def test_a_few_lines_of_everybody_misspell_the_maker(folder: Path) -> None:
    known = {row["identifier"] for row in rows(folder, "party_records") if row["role"] in ("manufacturer", "exporter")}
    written = Counter(row["manufacturer_id"] for row in rows(folder, "entry_lines") if row["manufacturer_id"])
    by_use: Counter[bool] = Counter()
    for maker, count in written.items():
        by_use[maker in known] += count
    # A tenth of the makers has no record, and three lines in a hundred a wrong id.
    assert 0.03 < by_use[False] / by_use.total() < 0.3
    rare = sum(count for maker, count in written.items() if maker not in known and count <= 3)
    assert 0.01 < rare / by_use.total() < 0.06
