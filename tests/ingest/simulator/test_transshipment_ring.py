"""Planted rings do what rings do, look-alikes share their marginals, and no table gives either away."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from graph.model.errors import Invalid
from ingest.simulator.schemes.registry import FAMILIES
from ingest.simulator.simulate import LAST_DAY, SimulatedWorld, simulate

KIND = "transshipment_ring"
Row = dict[str, str]


def rows(folder: Path, table: str) -> list[Row]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Lines:
    """The lines of a world by entry, by tariff number and by maker, each in order of date."""

    def __init__(self, lines: list[Row]) -> None:
        self.by_entry: dict[str, list[Row]] = defaultdict(list)
        self.by_hts: dict[str, list[Row]] = defaultdict(list)
        self.by_maker: dict[str, list[Row]] = defaultdict(list)
        for row in lines:
            self.by_entry[row["entry_number"]].append(row)
            self.by_hts[row["hts_number"]].append(row)
            self.by_maker[row["manufacturer_id"]].append(row)


def days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def unit_value(line: Row) -> float:
    return float(line["entered_value_usd"]) / float(line["quantity"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> SimulatedWorld:
    return simulate(tmp_path_factory.mktemp("world"), seed=21, size="small")


@pytest.fixture(scope="module")
def lines(world: SimulatedWorld) -> Lines:
    return Lines(rows(world.folder, "entry_lines"))


@pytest.fixture(scope="module")
def foreign_bills(world: SimulatedWorld) -> list[Row]:
    return rows(world.folder, "foreign_bills")


@pytest.fixture(scope="module")
def bills(world: SimulatedWorld) -> dict[str, Row]:
    return {row["bill_number"]: row for row in rows(world.folder, "bills")}


@pytest.fixture(scope="module")
def schemes(world: SimulatedWorld) -> list[dict[str, Any]]:
    text = (world.folder / "truth/schemes.jsonl").read_text(encoding="utf-8")
    return [scheme for scheme in map(json.loads, text.splitlines()) if scheme["kind"] == KIND]


@pytest.fixture(scope="module")
def petitions(world: SimulatedWorld) -> dict[tuple[str, str], str]:
    """The day of the petition by country and tariff number, for orders of the world's own months."""
    return {
        (row["country"], hts): row["petition_on"]
        for row in rows(world.folder, "orders")
        if row["petition_on"] >= "2022-01-01"
        for hts in row["hts_prefixes"].split(";")
    }


def lines_of(scheme: dict[str, Any], lines: Lines) -> list[Row]:
    return [row for entry in scheme["entries"] for row in lines.by_entry[entry]]


def importers_of(scheme: dict[str, Any]) -> set[str]:
    return {member["identifier"] for member in scheme["members"] if member["role"] == "importer"}


def makers_of(scheme: dict[str, Any]) -> list[str]:
    return [member["identifier"] for member in scheme["members"] if member["role"] == "manufacturer"]


def of_label(schemes: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [scheme for scheme in schemes if scheme["label"] == label]


def moves(scheme: dict[str, Any], lines: Lines, petitions: dict[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    """Country under the order, tariff number and day of the petition, for the goods of a case."""
    goods = Counter(row["hts_number"] for row in lines_of(scheme, lines))
    return [(country, hts, day) for (country, hts), day in petitions.items() if goods[hts] >= 3]


def test_relabelled_goods_come_from_no_country_under_an_order(
    schemes: list[dict[str, Any]], lines: Lines, petitions: dict[tuple[str, str], str]
) -> None:
    for scheme in of_label(schemes, "positive"):
        supplier = makers_of(scheme)[0][:2]
        mine = lines_of(scheme, lines)
        assert mine
        assert supplier not in {row["country_of_origin"] for row in mine}
        assert all((supplier, row["hts_number"]) in petitions for row in mine[:1])
        assert scheme["duty_evaded_usd"] > 0


def test_the_same_importers_bought_the_goods_from_the_country_under_the_order_before(
    schemes: list[dict[str, Any]], lines: Lines, petitions: dict[tuple[str, str], str]
) -> None:
    for scheme in schemes:
        before = [
            row
            for country, hts, _ in moves(scheme, lines, petitions)
            for row in lines.by_hts[hts]
            if row["country_of_origin"] == country
            and row["entry_date"] < scheme["began_on"]
            and {row["importer_number"], row["importer_number"] + "00"} & importers_of(scheme)
        ]
        assert len(before) >= 3, scheme["family"]


def test_relabelled_goods_keep_the_price_that_they_had(schemes: list[dict[str, Any]], lines: Lines) -> None:
    """Against the supplier's lots before, where a look-alike's goods cost what its own maker takes."""
    ratios: dict[str, list[float]] = defaultdict(list)
    for scheme in schemes:
        mine = lines_of(scheme, lines)
        hts = Counter(row["hts_number"] for row in mine).most_common(1)[0][0]
        country = makers_of(scheme)[0][:2]
        before = [unit_value(row) for row in lines.by_maker[makers_of(scheme)[0]] if row["hts_number"] == hts]
        if scheme["label"] == "positive" and before:
            ratios["own"].append(median(unit_value(row) for row in mine if row["hts_number"] == hts) / median(before))
        others = [
            unit_value(row)
            for row in lines.by_hts[hts]
            if row["country_of_origin"] not in ("", country) and row["entry_number"] not in scheme["entries"]
        ]
        ratios[scheme["label"]].append(median(unit_value(r) for r in mine if r["hts_number"] == hts) / median(others))
    assert 0.9 < median(ratios["own"]) < 1.15
    assert median(ratios["positive"]) < 0.95 * median(ratios["hard_negative"])


def fed(scheme: dict[str, Any], lines: Lines, bills: dict[str, Row], foreign_bills: list[Row]) -> float:
    """The part of a case's bills for which goods of the same weight came in 2 to 28 days before loading."""
    names = {row["bill_number"] for row in lines_of(scheme, lines)} - {""}
    mine = [bills[name] for name in names if name in bills]
    arrived: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for row in foreign_bills:
        arrived[int(row["packages"])].append((row["arrived_on"], float(row["gross_weight_kg"])))
    found = sum(
        any(
            2 <= days_between(day, row["loaded_on"]) <= 28 and abs(weight / float(row["gross_weight_kg"]) - 1) < 0.02
            for day, weight in arrived[int(row["packages"])]
        )
        for row in mine
    )
    return found / max(1, len(mine))


def test_goods_are_seen_passing_through_in_about_half_of_the_rings_and_in_no_look_alike(
    schemes: list[dict[str, Any]], lines: Lines, bills: dict[str, Row], foreign_bills: list[Row]
) -> None:
    seen = [fed(scheme, lines, bills, foreign_bills) > 0.25 for scheme in of_label(schemes, "positive")]
    assert 0.2 * len(seen) <= sum(seen) <= 0.85 * len(seen)
    innocent = [fed(scheme, lines, bills, foreign_bills) for scheme in of_label(schemes, "hard_negative")]
    assert max(innocent) < 0.25


def test_rings_and_look_alikes_share_their_marginals(
    schemes: list[dict[str, Any]], lines: Lines, petitions: dict[tuple[str, str], str]
) -> None:
    """Lots, length and distance from the petition overlap, and many look-alikes have a maker that is new."""
    shown: dict[tuple[str, str], list[float]] = defaultdict(list)
    for scheme in schemes:
        label = scheme["label"]
        shown[label, "lots"].append(len(scheme["entries"]))
        shown[label, "days"].append(days_between(scheme["began_on"], scheme["ended_on"]))
        petition = min(day for _, _, day in moves(scheme, lines, petitions))
        shown[label, "after"].append(days_between(petition, scheme["began_on"]))
        assert all(lines.by_maker[maker] for maker in makers_of(scheme))
    for name in ("lots", "days", "after"):
        positive, innocent = shown["positive", name], shown["hard_negative", name]
        assert 0.4 < median(positive) / median(innocent) < 2.5, name
        assert max(min(positive), min(innocent)) < min(max(positive), max(innocent)), name


def test_makers_of_both_labels_are_on_file_alike(world: SimulatedWorld, schemes: list[dict[str, Any]]) -> None:
    records = {row["identifier"]: row for row in rows(world.folder, "party_records") if row["role"] == "manufacturer"}
    for label in ("positive", "hard_negative"):
        makers = {maker for scheme in of_label(schemes, label) for maker in makers_of(scheme)}
        on_file = [records[maker] for maker in makers if maker in records]
        assert 0.65 < len(on_file) / len(makers) <= 1
        assert any(not row["phone"] for row in on_file)
    new = [row for row in records.values() if row["established_on"] >= "2022-01-01"]
    planted = {maker for scheme in schemes for maker in makers_of(scheme)}
    assert sum(row["identifier"] not in planted for row in new) > 3 * sum(row["identifier"] in planted for row in new)


def test_each_ring_has_a_hand_of_its_own(schemes: list[dict[str, Any]]) -> None:
    positives = of_label(schemes, "positive")
    assert len({scheme["controller"] for scheme in positives}) == len(positives)
    suppliers = [makers_of(scheme)[0] for scheme in positives]
    assert len(set(suppliers)) == len(suppliers)


def test_foreign_bills_and_capacities_are_numbered_by_date_and_not_by_who_sent_them(
    world: SimulatedWorld, foreign_bills: list[Row]
) -> None:
    assert [row["arrived_on"] for row in foreign_bills] == sorted(row["arrived_on"] for row in foreign_bills)
    known = [row["known_at"] for row in rows(world.folder, "capacity")]
    assert known == sorted(known)
    missing = sum(not row["hts_prefix"] for row in foreign_bills) / len(foreign_bills)
    assert 0.3 < missing < 0.5


def test_ordinary_makers_supply_each_other_with_what_the_buyer_makes_too(foreign_bills: list[Row]) -> None:
    pairs = Counter(
        (row["shipper_address"].upper()[:12], row["consignee_address"].upper()[:12]) for row in foreign_bills
    )
    assert sum(count > 2 for count in pairs.values()) > 300


def test_ordinary_trade_turns_from_a_country_after_the_petition(
    schemes: list[dict[str, Any]], lines: Lines, petitions: dict[tuple[str, str], str]
) -> None:
    planted = {number for scheme in schemes for number in importers_of(scheme)}
    share: dict[bool, list[float]] = {False: [], True: []}
    for (country, hts), petition in petitions.items():
        mine = [row for row in lines.by_hts[hts] if row["importer_number"] not in planted]
        for late in (False, True):
            then = [row for row in mine if (days_between(petition, row["entry_date"]) > 200) is late]
            if len(then) > 30:
                share[late].append(sum(row["country_of_origin"] == country for row in then) / len(then))
    assert median(share[True]) < 0.8 * median(share[False])


def test_an_order_of_the_worlds_own_months_becomes_known_step_by_step(world: SimulatedWorld) -> None:
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows(world.folder, "orders"):
        versions[row["case_number"]].append(row)
    new = [found for found in versions.values() if found[0]["petition_on"] >= "2022-01-01"]
    assert len(new) >= 20
    for found in new:
        assert 300 <= int(found[0]["case_number"][6:9]) < 400  # no real case
        assert [row["known_at"] for row in found] == sorted(row["known_at"] for row in found)
        assert not found[0]["preliminary_on"]
        assert all(row["order_on"] == "" or row["order_on"] <= row["known_at"] <= LAST_DAY for row in found)


def test_a_family_that_is_left_out_is_not_planted_and_the_others_are(tmp_path: Path, world: SimulatedWorld) -> None:
    left = ("converter_hub", "plant_with_a_ramp")
    without = simulate(tmp_path, seed=21, size="small", leave_out=left)
    planted = {family for _, _, family in without.schemes}
    assert planted == {family.name for family in FAMILIES} - set(left)
    assert sum(without.schemes.values()) < sum(world.schemes.values())


def test_a_family_that_is_not_known_cannot_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        simulate(tmp_path / "out", seed=1, size="small", leave_out=("converter",))
    assert caught.value.thing == "family"
