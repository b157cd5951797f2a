"""What the detector of transshipment rings finds, and whom it leaves alone."""

from datetime import date, timedelta

import pytest

from graph.detect.transshipment_ring import TransshipmentRing
from graph.model.finding import Finding
from graph.model.tables import TABLES
from tests.graph.detect.diverted_world import LAST_DAY, PETITION, PRICES_USD, DivertedWorld, Row, diverted_world
from tests.graph.detect.memory_facts import MemoryFacts

NEW_MAKER = "VNNEWSUN77HAN"


def findings(world: DivertedWorld, *, as_of: date | None = None) -> list[Finding]:
    return TransshipmentRing().detect(MemoryFacts(world.tables), as_of=as_of)


def accused(found: list[Finding], maker: str = NEW_MAKER) -> bool:
    return any(
        (f.queue or f.probability >= 0.5) and f"manufacturer:{maker}" in {m.entity for m in f.members} for f in found
    )


def relabel(world: DivertedWorld) -> list[Row]:
    world.maker(NEW_MAKER, established_on=PETITION + timedelta(days=30))
    lots = world.trade(NEW_MAKER, world.buyers_from_china[:3], price_usd=PRICES_USD["CN"])
    world.inward(lots, shipper="ALPHAS Profile Works CNX Co., Ltd.")
    return lots


@pytest.fixture(scope="module")
def relabelled() -> tuple[DivertedWorld, list[Row], list[Finding]]:
    world = diverted_world()
    lots = relabel(world)
    return world, lots, findings(world)


def test_nothing_is_found_where_nothing_is_planted() -> None:
    assert not any(f.queue or f.probability >= 0.5 for f in findings(diverted_world()))


def test_goods_relabelled_through_a_new_maker_are_found(
    relabelled: tuple[DivertedWorld, list[Row], list[Finding]],
) -> None:
    world, lots, found = relabelled
    first = found[0]
    assert first.probability > 0.9
    roles = {m.entity: m.role for m in first.members}
    assert roles[f"manufacturer:{NEW_MAKER}"] == "maker named as origin"
    assert {f"importer:{i}" for i in world.buyers_from_china[:3]} <= set(roles)
    assert roles["manufacturer:CNALPHAS100CNX"] == "supplier"
    assert set(first.entries) == {lot["entry_number"] for lot in lots}
    value = sum(float(lot["entered_value_usd"]) for lot in lots)
    assert first.duty_at_stake_usd == pytest.approx(value * 0.86, rel=1e-6)


def test_the_scheme_is_told_once(relabelled: tuple[DivertedWorld, list[Row], list[Finding]]) -> None:
    _, _, found = relabelled
    assert sum(f"manufacturer:{NEW_MAKER}" in {m.entity for m in f.members} for f in found) == 1


def test_every_row_that_the_evidence_names_exists(
    relabelled: tuple[DivertedWorld, list[Row], list[Finding]],
) -> None:
    world, _, found = relabelled
    known = {
        name: {tuple(str(row[column]) for column in TABLES[name].key) for row in rows}
        for name, rows in world.tables.items()
    }
    refs = [ref for f in found for e in f.evidence for ref in e.records]
    assert {"entry_lines", "foreign_bills", "bills", "orders"} <= {ref.table for ref in refs}
    assert all(ref.key in known[ref.table] for ref in refs)


def test_matched_bills_stand_side_by_side(relabelled: tuple[DivertedWorld, list[Row], list[Finding]]) -> None:
    _, _, found = relabelled
    pairs = [e for e in found[0].evidence if {"foreign_bills", "bills"} <= {r.table for r in e.records}]
    assert pairs
    assert all(e.numbers["packages_in"] == e.numbers["packages_out"] for e in pairs)
    assert all(1 <= int(e.numbers["days_between"]) <= 35 for e in pairs)


def test_a_real_plant_with_a_ramp_is_left_alone() -> None:
    world = diverted_world()
    world.maker(NEW_MAKER, established_on=PETITION - timedelta(days=300))
    lots = world.trade(NEW_MAKER, world.buyers_from_china[:3], price_usd=PRICES_USD["VN"])
    made = sum(float(lot["quantity"]) for lot in lots)
    world.add("capacity", {
        "manufacturer_id": NEW_MAKER, "hts_prefix": "760421", "annual_quantity": made * 2, "unit": "KG",
        "basis": "machines counted", "as_of": PETITION, "known_at": PETITION,
    })  # fmt: skip
    assert not accused(findings(world))


def test_material_that_is_transformed_is_no_relabelling() -> None:
    world = diverted_world()
    world.maker(NEW_MAKER)
    lots = world.trade(NEW_MAKER, world.buyers_from_china[:3], price_usd=PRICES_USD["VN"])
    world.inward(lots, shipper="ALPHAS Profile Works CNX Co., Ltd.", hts="7601200000", alike=False)
    assert not accused(findings(world))


def test_a_plant_that_goes_on_under_a_new_number_is_left_alone() -> None:
    world = diverted_world()
    old, buyers = "VNOLDSUN77HAN", ["55-111111100", "55-222222200", "55-333333300"]
    begin = PETITION - timedelta(days=300)
    world.trade(old, buyers, price_usd=PRICES_USD["VN"], begin=begin, lots=30, every_days=13)
    world.trade(NEW_MAKER, buyers, price_usd=PRICES_USD["VN"], begin=PETITION + timedelta(days=100))
    assert not accused(findings(world))


def test_trade_that_turns_to_old_makers_everywhere_accuses_none_of_them() -> None:
    world = diverted_world()
    for maker in ("VNALPHAS100VNX", "VNBRAVOS200VNX", "THALPHAS100THX", "THCEDARS300THX"):
        world.trade(maker, world.buyers_from_china, price_usd=PRICES_USD[maker[:2]], every_days=9)
    assert not any(f.queue or f.probability >= 0.5 for f in findings(world))


def test_only_what_was_known_on_the_day_counts(relabelled: tuple[DivertedWorld, list[Row], list[Finding]]) -> None:
    world, lots, _ = relabelled
    before = findings(world, as_of=PETITION + timedelta(days=60))
    assert not before
    middle = findings(world, as_of=lots[12]["entry_date"])
    late = {lot["entry_number"] for lot in lots[13:]}
    assert middle
    assert all(f.as_of == lots[12]["entry_date"] for f in middle)
    assert not late & {e for f in middle for e in f.entries}


def test_the_same_facts_give_the_same_findings(relabelled: tuple[DivertedWorld, list[Row], list[Finding]]) -> None:
    world, _, found = relabelled
    turned = DivertedWorld({name: rows[::-1] for name, rows in world.tables.items()})
    assert findings(turned) == found


def test_the_last_day_is_that_of_the_facts(relabelled: tuple[DivertedWorld, list[Row], list[Finding]]) -> None:
    _, _, found = relabelled
    assert all(f.as_of <= LAST_DAY for f in found)
