"""Rings in a trade under an order written by hand: relabelled goods are found, honest makers are not accused.

One world holds all stories, each with a maker and importers of its own, so that the detector runs once.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from graph.detect.calibration import read_calibration
from graph.detect.detector import detect
from graph.detect.diversion.examined import Examined
from graph.detect.diversion.explanations import explanations
from graph.detect.diversion.features import MOST_EXCESS, SIGNS, all_features, own_excess
from graph.detect.diversion.rings import LINKING_BITS, Weighed, rings
from graph.detect.diversion.ties import Tie
from graph.detect.diversion.trade import words_turned
from graph.detect.transshipment_ring import weigh
from graph.model.finding import Finding
from graph.model.tables import TABLES
from tests.graph.detect.calibrate_transshipment_ring import seen_in
from tests.graph.detect.memory_facts import MemoryFacts
from tests.graph.detect.order_world import (
    DAYS,
    GOODS,
    ORDER,
    OTHER_GOODS,
    PRELIMINARY,
    PRICES,
    OrderWorld,
    Row,
    on,
    order_world,
)

NEW_PLANT = "VNNEWWAR05HAN"
SHELLS = ("MYSHELLA06PEN", "THSHELLB07BAN")
TAKING_TURNS = ("MYTURNAA12PEN", "THTURNBB13BAN")
RAMP, CONVERTER, MERGED = "MYRAMPWA08JOH", "THTRANSF09BAN", "VNMERGED10HAN"
BY_PAPER, BY_EXPORTER = "MYPAPERM16PEN", "THEXPORT17BAN"
UNNUMBERED = "MYPAPERMPEN"
TRADER, BORROWED, FRONTS = "VNSELLER18SAI", "VNBORROW19HAN", ("77-700000100", "77-700000200")
MILL, HOUSE = "MYMILLWO24PEN", "MYHOUSET25PEN"
WORKSHOPS = tuple(f"MY{name}PEN" for name in ("ATELIE31", "BENCHW32", "COTTAG33", "DWELLI34", "EMBERS35"))
WELL_KNOWN = ("VNHANALU11HAN", "VNSAIPRO22SAI", "MYPENMET33PEN", "MYJOHALU44JOH", "THBANEXT55BAN")


def looked(world: OrderWorld, row: Row, *, result: str, area: str = "", kind: str = "exam", **values: Any) -> None:
    """Customs looks at a line, or (of a maker alone) at its plant."""
    n = len(world.tables.get("actions", []))
    told = {"entry_number": row.get("entry_number"), "manufacturer_id": row["manufacturer_id"], **values}
    world.add(
        "actions",
        {
            "action_id": f"L{n:04d}", "kind": kind, "action_date": row["entry_date"], "result": result,
            "discrepancy_area": area or None, **told,
        },
    )  # fmt: skip


def relabelled_through_a_new_plant(world: OrderWorld) -> None:
    customers = world.importers(1, 3)
    world.record(NEW_PLANT, name="Newwar Works Ltd", established_on=on(PRELIMINARY + 20))
    lots = world.trade(customers, NEW_PLANT, days=(PRELIMINARY + 60, DAYS - 60), lots=30, price_usd=PRICES["CN"])
    world.came_in(lots[:24], shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")
    for n, row in enumerate(lots[:5]):
        looked(world, row, result="discrepant" if n < 3 else "compliant", area="origin" if n < 2 else "value")


def two_shells_of_one_officer(world: OrderWorld) -> None:
    customers = world.importers(2, 4)
    spans = ((PRELIMINARY + 80, ORDER + 60), (ORDER + 80, DAYS - 100))
    for n, (maker, days) in enumerate(zip(SHELLS, spans, strict=True)):
        world.record(maker, established_on=on(days[0] - 30), officers=["Odd Person"])
        mine = customers[2 * n : 2 * n + 2]
        lots = world.trade(mine, maker, days=days, lots=16, price_usd=PRICES["CN"])
        world.came_in(lots[:13], shipper="Guaalu Works Ltd", consignee=f"{maker[2:8]} Works Ltd")


def shells_that_take_turns_through_one_filer(world: OrderWorld) -> None:
    spans = ((PRELIMINARY + 70, ORDER), (ORDER + 20, ORDER + 300))
    for n, (maker, days) in enumerate(zip(TAKING_TURNS, spans, strict=True)):
        lots = world.trade(world.importers(5 + n, 1), maker, days=days, lots=14, price_usd=PRICES["CN"])
        world.came_in(lots, shipper="", consignee="")
        for row in lots:
            row["entry_number"] = f"ZZT{row['entry_number'][3:]}"


def laden_where_the_order_is(world: OrderWorld) -> None:
    """Beside the price its papers alone tell: nothing passes and nothing is shared."""
    world.record(BY_PAPER, name="Paperm Works Ltd")
    cheap, days = PRICES["CN"], (PRELIMINARY + 90, DAYS - 50)
    lots = world.trade(world.importers(8, 2), BY_PAPER, days=days, lots=24, price_usd=cheap)
    laden = {row["bill_number"] for row in lots[::2]}
    for bill in world.tables["bills"]:
        if bill["bill_number"] in laden:
            bill["country_of_lading"] = "CN"
    for n, row in enumerate(lots[::4]):
        row["manufacturer_id"] = (words_turned(BY_PAPER), UNNUMBERED)[n % 2]
    hub = next(row for row in world.tables["entry_lines"] if row["manufacturer_id"] == WELL_KNOWN[0])
    next(b for b in world.tables["bills"] if b["bill_number"] == hub["bill_number"])["country_of_lading"] = "CN"


def exported_by_a_maker_of_the_order_s_country(world: OrderWorld) -> None:
    cheap, days = PRICES["CN"], (PRELIMINARY + 50, DAYS - 90)
    lots = world.trade(world.importers(9, 2), BY_EXPORTER, days=days, lots=20, price_usd=cheap)
    for n, row in enumerate(lots):
        row["foreign_exporter_id"] = BY_EXPORTER if n % 3 else "HKGUAALU12GUA"


def a_real_plant_with_a_ramp(world: OrderWorld) -> None:
    customers = world.importers(3, 2)
    world.record(RAMP, established_on=date(2009, 2, 1))
    lots = world.trade(customers, RAMP, days=(PRELIMINARY + 40, DAYS - 30), lots=40)
    kilograms = sum(row["quantity"] for row in lots)
    world.add(
        "capacity",
        {
            "manufacturer_id": RAMP, "hts_prefix": GOODS[:4], "annual_quantity": kilograms, "unit": "KG",
            "basis": "site visit", "as_of": on(ORDER),
        },
    )  # fmt: skip


def a_substantial_transformation(world: OrderWorld) -> None:
    customers = world.importers(4, 2)
    world.record(CONVERTER, name="Transf Works Ltd")
    lots = world.trade(customers, CONVERTER, days=(PRELIMINARY + 30, DAYS - 40), lots=30)
    for row in lots[::2]:
        world.foreign(
            row["entry_date"], "TH", 12, 2.1 * row["gross_weight_kg"], shipper="Zhemet Works Ltd",
            consignee="Transf Works Ltd", heading="760120",
        )  # fmt: skip


def a_plant_under_a_new_number(world: OrderWorld) -> None:
    customers = [f"61-00000{n}00" for n in range(10, 13)]
    world.record("VNOLDPLA10HAN", established_on=date(2001, 1, 1))
    world.trade(customers, "VNOLDPLA10HAN", days=(5, ORDER), lots=40)
    world.record(MERGED)
    world.trade(customers, MERGED, days=(ORDER + 10, DAYS - 10), lots=25)


def a_market_that_turns_elsewhere(world: OrderWorld) -> None:
    for n in range(20):
        number = f"62-0000{n:03d}00"
        world.trade([number], "CNGUAALU12GUA", days=(4, PRELIMINARY), lots=8)
        world.trade([number], WELL_KNOWN[n % 5], days=(PRELIMINARY + 30, DAYS - 20), lots=8)


def a_front_that_buys_from_a_trader_under_an_old_plant_s_number(world: OrderWorld) -> None:
    """New importers enter for old buyers; who ships is new too, and stands on the lines as exporter alone."""
    world.record(TRADER, role="exporter", name="Seller Works Ltd", established_on=on(PRELIMINARY + 20))
    world.trade(["63-000001100", "63-000001200"], BORROWED, days=(5, DAYS - 15), lots=40)
    days = (PRELIMINARY + 90, DAYS - 60)
    for n, buyer in enumerate(world.importers(7, 2)):
        world.trade(
            [FRONTS[n]], BORROWED, days=days, lots=16, price_usd=PRICES["CN"], consignee_number=buyer,
            foreign_exporter_id=TRADER,
        )  # fmt: skip


def a_mill_that_tops_up_with_goods_of_the_order_s_country(world: OrderWorld) -> None:
    """Old customers, old prices: that some of its lots came in shortly before is all there is to see."""
    world.record(MILL, name="Millwo Works Ltd", established_on=date(1999, 3, 1))
    lots = world.trade([f"65-00000{n}00" for n in range(10, 13)], MILL, days=(3, DAYS - 20), lots=90)
    since = [row for row in lots if row["entry_date"] > on(PRELIMINARY + 60)]
    world.came_in(since[::2], shipper="Zhemet Works Ltd", consignee="Millwo Works Ltd")


def workshops_that_lend_their_names_to_one_house(world: OrderWorld) -> None:
    customers = world.importers(11, 2)
    for n, maker in enumerate(WORKSHOPS):
        days = (PRELIMINARY + 60 + 40 * n, DAYS - 100 + 10 * n)
        world.trade(customers, maker, days=days, lots=4, price_usd=PRICES["CN"], foreign_exporter_id=HOUSE)


STORIES = (
    a_mill_that_tops_up_with_goods_of_the_order_s_country, workshops_that_lend_their_names_to_one_house,
    relabelled_through_a_new_plant, two_shells_of_one_officer, shells_that_take_turns_through_one_filer,
    laden_where_the_order_is, exported_by_a_maker_of_the_order_s_country, a_real_plant_with_a_ramp,
    a_substantial_transformation, a_plant_under_a_new_number, a_market_that_turns_elsewhere,
    a_front_that_buys_from_a_trader_under_an_old_plant_s_number,
)  # fmt: skip


def told_by(facts: MemoryFacts, as_of: date | None = None) -> list[Finding]:
    return detect(facts, as_of=as_of, only=("transshipment_ring",))


@pytest.fixture(scope="module")
def facts() -> MemoryFacts:
    world = order_world(3)
    for story in STORIES:
        story(world)
    return MemoryFacts(world.tables)


@pytest.fixture(scope="module")
def findings(facts: MemoryFacts) -> list[Finding]:
    return told_by(facts)


def naming(findings: list[Finding], maker: str) -> list[Finding]:
    return [f for f in findings if f"manufacturer:{maker}" in {m.entity for m in f.members}]


def of(findings: list[Finding], maker: str) -> Finding:
    (finding,) = naming(findings, maker)
    return finding


@pytest.mark.parametrize("maker", [NEW_PLANT, *SHELLS, *TAKING_TURNS, BY_PAPER, BY_EXPORTER])
def test_goods_relabelled_through_a_new_maker_are_found_and_queued(findings: list[Finding], maker: str) -> None:
    finding = of(findings, maker)
    assert finding.probability > 0.5
    assert finding.queue


def test_a_trader_under_an_old_plant_s_number_is_found_with_the_fronts_that_buy_from_it(
    findings: list[Finding],
) -> None:
    finding = of(findings, TRADER)
    assert finding.probability > 0.5
    assert {m.entity for m in finding.members if m.role == "importer"} == {f"importer:{front}" for front in FRONTS}
    value = float(finding.evidence[0].numbers["value_usd"])
    assert finding.duty_at_stake_usd == pytest.approx(value * 0.3328, rel=1e-6), "each line once, whoever stands on it"
    fronts = next(e for e in finding.evidence if "enter for consignees" in e.claim)
    assert (fronts.numbers["importers"], fronts.numbers["lines"]) == (2, 32)
    assert int(fronts.numbers["lines_before"]) >= 20


def test_a_price_that_a_buyer_keeps_is_told_beside_what_goods_of_the_new_country_cost(findings: list[Finding]) -> None:
    kept = [e for e in of(findings, TRADER).evidence if "lines_before" in e.numbers and "usual_times" in e.numbers]
    assert all(any(f"Importer {front} pays" in e.claim for e in kept) for front in FRONTS)
    for evidence in kept:
        assert float(evidence.numbers["now"]) == pytest.approx(float(evidence.numbers["before"]), rel=0.15)
        assert float(evidence.numbers["usual_times"]) > 1.4


def test_an_old_mill_is_found_by_the_lots_that_passed_through_it(facts: MemoryFacts, findings: list[Finding]) -> None:
    finding = of(findings, MILL)
    passed = next(e for e in finding.evidence if "expected_by_chance" in e.numbers)
    t = facts.table("entry_lines")
    lots = t.filter(t.manufacturer_id == MILL).count().to_pyarrow().as_py()
    assert finding.probability > 0.5
    assert int(passed.numbers["matched"]) > 15 > 4 * float(passed.numbers["expected_by_chance"])
    assert int(passed.numbers["matched"]) <= len(finding.entries) < lots / 2, "its own goods are no part of it"
    assert {m.entity for m in finding.members if m.role == "importer"} == {
        f"importer:65-00000{n}00" for n in (10, 11, 12)
    }


def test_workshops_that_one_house_sells_for_are_one_finding(findings: list[Finding]) -> None:
    finding = of(findings, WORKSHOPS[0])
    assert finding.probability > 0.5
    assert {m.entity for m in finding.members} >= {f"manufacturer:{maker}" for maker in WORKSHOPS}
    assert any(HOUSE in m.why for m in finding.members)


def test_a_finding_names_the_maker_its_importers_and_who_stands_behind(findings: list[Finding]) -> None:
    roles = {(m.entity, m.role) for m in of(findings, NEW_PLANT).members}
    assert (f"manufacturer:{NEW_PLANT}", "maker named as origin") in roles
    assert {entity for entity, role in roles if role == "importer"} == {f"importer:51-0001{n:03d}00" for n in range(3)}
    assert ("manufacturer:CNFOSEXT88FOS", "supplier") in roles


def test_its_entries_are_those_of_the_relabelled_goods(facts: MemoryFacts, findings: list[Finding]) -> None:
    t = facts.table("entry_lines")
    own = t.filter(t.manufacturer_id == NEW_PLANT).entry_number.to_pyarrow().to_pylist()
    assert set(of(findings, NEW_PLANT).entries) == set(own)


def test_the_duty_at_stake_is_the_value_times_the_order_s_rate(facts: MemoryFacts, findings: list[Finding]) -> None:
    t = facts.table("entry_lines")
    value = float(t.filter(t.manufacturer_id == NEW_PLANT).entered_value_usd.sum().to_pyarrow().as_py())
    assert of(findings, NEW_PLANT).duty_at_stake_usd == pytest.approx(value * 0.3328, rel=1e-6)


def test_lots_that_came_in_as_they_went_out_are_counted_against_chance(findings: list[Finding]) -> None:
    passed = next(e for e in of(findings, NEW_PLANT).evidence if "expected_by_chance" in e.numbers)
    assert float(passed.numbers["matched"]) >= 24
    assert float(passed.numbers["expected_by_chance"]) < 3


def test_two_bills_of_one_lot_are_laid_side_by_side(findings: list[Finding]) -> None:
    pair = next(e for e in of(findings, NEW_PLANT).evidence if "days_between" in e.numbers)
    assert pair.numbers["packages_in"] == pair.numbers["packages_out"]
    assert {"foreign_bills", "bills", "entry_lines"} == {ref.table for ref in pair.records}


def test_looks_of_customs_that_ended_in_doubt_of_the_origin_are_told(findings: list[Finding]) -> None:
    finding = of(findings, NEW_PLANT)
    doubted = next(e for e in finding.evidence if "looks of customs" in e.claim)
    assert (doubted.numbers["doubted"], doubted.numbers["looked"]) == (2, 5)
    assert [ref.key for ref in doubted.records] == [("L0000",), ("L0001",)]
    checked = next(e for e in finding.innocent_explanations if "customs has checked" in e.name)
    assert checked.result.startswith("Does not hold: 2 of 5")


def weighed(*stories: Callable[[OrderWorld, list[Row]], None]) -> dict[str, float]:
    """The features of one new maker of new importers, with what the stories add to its lots."""
    return examined(*stories)[1]


def examined(*stories: Callable[[OrderWorld, list[Row]], None]) -> tuple[Examined, dict[str, float]]:
    """The same with all that was found about the maker."""
    world = order_world(5)
    world.record(NEW_PLANT, name="Newwar Works Ltd")
    days = (PRELIMINARY + 60, DAYS - 60)
    lots = world.trade(["64-000000100", "64-000000200", "64-000000300"], NEW_PLANT, days=days, lots=24)
    for story in stories:
        story(world, lots)
    seen = seen_in(MemoryFacts(world.tables))
    assert seen is not None
    return next(
        (x, told) for x, told in zip(seen.examined, all_features(seen.examined), strict=True)
        if x.trade.maker == NEW_PLANT
    )  # fmt: skip


def test_customs_looks_speak_for_and_against_and_penalties_and_other_lines_say_nothing() -> None:
    def look(result: str, area: str = "", **values: Any) -> Callable[[OrderWorld, list[Row]], None]:
        return lambda world, lots: [looked(world, row, result=result, area=area, **values) for row in lots[:4]] and None

    assert weighed()["doubted"] == 0
    assert weighed(look("discrepant", "origin"))["doubted"] > 3
    assert weighed(look("discrepant", "value"))["doubted"] < 0
    assert weighed(look("compliant"))["doubted"] < 0
    assert weighed(look("pending"))["doubted"] == 0
    assert weighed(look("discrepant", "origin", kind="penalty"))["doubted"] == 0
    assert weighed(look("discrepant", "origin", line_number=7))["doubted"] == 0
    assert weighed(look("discrepant", "origin", line_number=1))["doubted"] > 3


@pytest.mark.parametrize("told_by", ["column", "text"])
def test_what_a_laboratory_says_of_the_origin_counts_as_a_look_beside_no_sample_of_the_same_entry(told_by: str) -> None:
    def tested(origin: str, *, sampled: bool = False) -> Callable[[OrderWorld, list[Row]], None]:
        def tell(world: OrderWorld, lots: list[Row]) -> None:
            for n, row in enumerate(lots[:4]):
                report: Row = {"id": f"LAB{n}", "kind": "lab_report", "entry_number": row["entry_number"]}
                if told_by == "column":
                    report["origin_consistent"] = origin
                else:
                    world.add("statements", {"document_id": f"LAB{n}", "origin_consistent": origin})
                world.add(
                    "documents", {**report, "line_number": 1, "date": on(ORDER), "title": "Report", "text": "Sample."}
                )
                if sampled:
                    looked(world, row, result="compliant", kind="sample")

        return tell

    assert weighed(tested("no"))["doubted"] > 3
    assert weighed(tested("yes"))["doubted"] < 0
    assert weighed(tested("inconclusive"))["doubted"] == 0
    assert weighed(tested("no", sampled=True))["doubted"] < 0


def test_a_plant_that_customs_saw_and_found_in_order_is_told_apart_from_one_it_did_not() -> None:
    def visit(result: str) -> Callable[[OrderWorld, list[Row]], None]:
        return lambda world, lots: looked(world, lots[0], result=result, kind="site_visit", entry_number=None)

    assert [weighed(visit(result))["visited"] for result in ("compliant", "discrepant")] == [1, 0]
    assert weighed()["visited"] == 0


def memo(world: OrderWorld, text: str) -> None:
    """What customs wrote of a visit to the new maker."""
    document(world, text, NEW_PLANT)
    world.tables["documents"][-1] |= {"kind": "memo", "title": "Visit"}


def test_a_memo_on_a_visit_that_found_no_plant_counts_as_the_visit_does_and_once() -> None:
    def empty(world: OrderWorld, lots: list[Row]) -> None:
        memo(world, f"Called at {NEW_PLANT}. Found a rented warehouse and no machinery.")

    def visited(world: OrderWorld, lots: list[Row]) -> None:
        visit = {"kind": "site_visit", "entry_number": None, "entry_date": on(ORDER - 4)}
        looked(world, lots[0] | {"entry_date": on(ORDER - 4)}, result="discrepant", area="origin", **visit)

    by_memo, by_both, by_visit = examined(empty)[0].looks, examined(empty, visited)[0].looks, examined(visited)[0].looks
    assert len(by_memo.doubted) == len(by_both.doubted) == len(by_visit.doubted) == 1
    assert by_memo.bits == by_both.bits == by_visit.bits > 1
    assert (len(by_memo.no_plant), len(by_both.no_plant)) == (1, 2)


def test_a_house_that_is_old_is_no_old_plant_where_customs_found_none() -> None:
    def old(world: OrderWorld, lots: list[Row]) -> None:
        for row in world.tables["party_records"]:
            if row["identifier"] == NEW_PLANT:
                row["established_on"] = date(1999, 5, 1)

    def empty(world: OrderWorld, lots: list[Row]) -> None:
        memo(world, f"Called at {NEW_PLANT}. The gate was locked.")

    assert (weighed(old)["standing"], weighed(old, empty)["standing"]) == (1, 0)


def test_a_visit_in_order_speaks_for_no_plant_where_another_found_that_nothing_is_made() -> None:
    def in_order(world: OrderWorld, lots: list[Row]) -> None:
        looked(world, lots[0], result="compliant", kind="site_visit", entry_number=None)

    def empty(world: OrderWorld, lots: list[Row]) -> None:
        memo(world, f"Called at {NEW_PLANT}. No machinery was seen.")

    one, both = weighed(in_order), weighed(in_order, empty)
    assert (one["visited"], one["no_plant"]) == (1, 0)
    assert (both["visited"], both["no_plant"]) == (0, 1)
    checked = next(e for e in explanations(examined(in_order, empty)[0]) if "customs has checked" in e.name)
    assert checked.result.startswith("Does not hold: ") and "by 1 of what was seen" in checked.result


@pytest.mark.parametrize(
    ("status", "old", "succeeds"),
    [
        ("fact", "VNHANALU11HAN", 1), ("alleged", "VNHANALU11HAN", 0),
        ("fact", "MYPENMET33PEN", 0), ("fact", "VNNOBODY99HAN", 0),
    ],
)  # fmt: skip
def test_a_maker_that_openly_goes_on_for_an_older_one_of_its_country_is_told_so(
    status: str, old: str, succeeds: int
) -> None:
    def claimed(world: OrderWorld, lots: list[Row]) -> None:
        world.add(
            "party_claims",
            {"claim_id": "C1", "subject": f"manufacturer:{NEW_PLANT}", "relation": "successor_of",
             "object": f"manufacturer:{old}", "status": status},
        )  # fmt: skip

    x, told = examined(claimed)
    assert told["succeeds"] == succeeds
    merged = next(e for e in explanations(x) if e.name.startswith("merger"))
    assert (old in merged.result) == bool(succeeds)


LENT = ("VNLENDAA61HAN", "VNLENDBB62HAN", "VNLENDCC63HAN")
ELSEWHERE = ("MYTURNEL64PEN", "THTURNEL65BAN")
AGENT = "CNAGENTS66GUA"


def sold_by_one_house(makers: Collection[str], *, able: float, spans: Sequence[tuple[int, int]]) -> list[Weighed]:
    """Makers of importers of their own, whose goods one house of the order's country sells; what each is weighed."""
    world = order_world(7)
    for n in range(20):
        maker = f"INHON{chr(65 + n)}AB{60 + n}MUM"
        world.trade([f"68-0000{n:02d}00"], maker, days=(PRELIMINARY + 20 * n, DAYS - 40), lots=4)
    for row in world.tables["entry_lines"]:
        row["foreign_exporter_id"] = row["manufacturer_id"]
    for n, (maker, days) in enumerate(zip(makers, spans, strict=True)):
        world.record(maker)
        buyer = f"66-00000{n}00"
        lots = world.trade([buyer], maker, days=days, lots=14, foreign_exporter_id=AGENT)
        kilograms = sum(row["quantity"] for row in lots)
        world.add(
            "capacity",
            {
                "manufacturer_id": maker, "hts_prefix": GOODS[:4], "annual_quantity": able * kilograms, "unit": "KG",
                "basis": "site visit", "as_of": on(ORDER),
            },
        )  # fmt: skip
    seen = seen_in(MemoryFacts(world.tables))
    assert seen is not None
    return [w for w in weigh(seen, read_calibration("transshipment_ring")) if w.examined.trade.maker in makers]


def test_that_a_house_s_makers_ship_more_than_they_can_make_is_added_up_and_makes_them_one_ring() -> None:
    spans = [(PRELIMINARY + 60 + 20 * n, DAYS - 100) for n in range(len(LENT))]
    lent = sold_by_one_house(LENT, able=0.25, spans=spans)
    own = [own_excess(w.examined) for w in lent]
    assert all(w.features["excess"] == pytest.approx(min(sum(own), MOST_EXCESS)) for w in lent)
    assert min(own) > 0.5 and len(rings(lent)) == 1
    honest = sold_by_one_house(LENT, able=2.0, spans=spans)
    assert all(w.features["excess"] == 0 and w.features["capable"] == 1 for w in honest)
    assert max(w.probability for w in honest) < 0.5 < min(w.probability for w in lent)


def test_makers_that_take_turns_elsewhere_for_one_seller_are_links_of_a_chain() -> None:
    turns = ((PRELIMINARY + 60, ORDER), (ORDER + 20, ORDER + 260))
    links = sold_by_one_house(ELSEWHERE, able=2.0, spans=turns)
    assert [w.features["chain"] > 1 for w in links] == [True, True]
    beside = sold_by_one_house(ELSEWHERE, able=2.0, spans=(turns[0], turns[0]))
    assert [w.features["chain"] for w in beside] == [0, 0]


def test_a_chain_says_less_where_many_new_makers_have_such_customers() -> None:
    def bits(others: int) -> float:
        world = order_world(9)
        for n in range(1 + others):
            # A buyer that goes from one small maker to the next: one such may be a ring, many are how trade goes.
            first = 40 * n % 200
            for origin, days in (("MY", (PRELIMINARY + first, ORDER)), ("TH", (ORDER + 20, ORDER + 200))):
                maker = f"{origin}LINK{chr(65 + n)}X{70 + n}PEN"
                world.trade([f"67-00000{n:02d}0"], maker, days=days, lots=6)
        seen = seen_in(MemoryFacts(world.tables))
        assert seen is not None
        told = dict(zip((x.trade.maker for x in seen.examined), all_features(seen.examined), strict=True))
        return told["MYLINKAX70PEN"]["chain"]

    assert bits(0) > 1 > bits(8)


@pytest.mark.parametrize(("status", "tied"), [(None, True), ("alleged", True), ("fact", False)])
def test_what_a_maker_shares_with_its_open_owner_ties_nobody(status: str | None, tied: bool) -> None:
    def of_one_group(world: OrderWorld, lots: list[Row]) -> None:
        on_file = {row["identifier"]: row for row in world.tables["party_records"]}
        on_file[NEW_PLANT]["phone"] = on_file["CNFOSEXT88FOS"]["phone"]
        if status:
            world.add(
                "party_claims",
                {"claim_id": "C1", "subject": f"manufacturer:{NEW_PLANT}", "relation": "owned_by",
                 "object": "manufacturer:CNFOSEXT88FOS", "status": status},
            )  # fmt: skip

    assert (weighed(of_one_group)["ties"] > 2) == tied


def laden_in_singapore(world: OrderWorld, lots: list[Row]) -> None:
    for row in lots:
        next(b for b in world.tables["bills"] if b["bill_number"] == row["bill_number"])["country_of_lading"] = "SG"


@pytest.mark.parametrize(("sent_from", "passes"), [("CN", True), ("VN", False)])
def test_goods_that_wait_where_the_maker_s_lots_are_laden_pass_through_unless_they_are_its_own(
    sent_from: str, passes: bool
) -> None:
    def by_way_of(world: OrderWorld, lots: list[Row]) -> None:
        laden_in_singapore(world, lots)
        for row in lots:
            world.foreign(
                row["entry_date"] - timedelta(days=33), "SG", row["packages"], row["gross_weight_kg"],
                shipper="Fosext Works Ltd", consignee="Newwar Works Ltd",
            )  # fmt: skip
            world.tables["foreign_bills"][-1]["country_of_lading"] = sent_from

    x, told = examined(by_way_of)
    assert (told["passage"] > 4, x.passage.matched > 0.8 * len(x.lots.lot)) == (passes, passes)
    assert weighed(laden_in_singapore)["passage"] < 4


def test_importers_set_up_for_one_maker_speak_against_it_where_others_have_old_ones() -> None:
    def elsewhere_before(world: OrderWorld, lots: list[Row]) -> None:
        for importer in {row["importer_number"] for row in lots}:
            world.trade([importer], "BRSHOEMA77SAO", days=(5, PRELIMINARY), lots=6, hts_number="6403999065")

    assert weighed()["beginners"] > 1
    assert weighed(elsewhere_before)["beginners"] < 0


def test_goods_that_came_in_under_another_number_and_left_as_they_were_pass_through() -> None:
    def in_parts(world: OrderWorld, lots: list[Row]) -> None:
        for row in lots:
            day = row["entry_date"] - timedelta(days=40)
            world.foreign(
                day, "VN", row["packages"], row["gross_weight_kg"], shipper="Fosext Works Ltd",
                consignee="Newwar Works Ltd", heading="830210",
            )  # fmt: skip

    told = weighed(in_parts)
    assert told["passage"] > 4
    assert told["inputs"] == 0

    def plant(world: OrderWorld, lots: list[Row]) -> None:
        looked(world, lots[0], result="compliant", kind="site_visit", entry_number=None)
        world.add(
            "capacity",
            {
                "manufacturer_id": NEW_PLANT, "hts_prefix": GOODS[:6], "unit": "KG", "basis": "site visit",
                "annual_quantity": 3 * sum(row["quantity"] for row in lots), "as_of": on(PRELIMINARY),
            },
        )  # fmt: skip

    made = weighed(in_parts, plant)
    assert made["passage"] < 4
    assert made["inputs"] > 0.5


def test_goods_that_left_for_a_third_country_are_matched_with_no_lot() -> None:
    def came(world: OrderWorld, lots: list[Row]) -> None:
        world.came_in(lots, shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")

    def left(world: OrderWorld, lots: list[Row]) -> None:
        for n, bill in enumerate([row for row in world.tables["foreign_bills"] if "Newwar" in row["consignee_name"]]):
            on_board = bill["arrived_on"] + timedelta(days=14)
            world.add("foreign_bills", bill | {
                "bill_number": f"ONWD{n:08d}", "loaded_on": on_board, "arrived_on": on_board + timedelta(days=20),
                "country_of_lading": "VN", "country_of_unlading": "DE", "shipper_name": "Newwar Works Ltd",
                "consignee_name": "Dritte Handels GmbH",
            })  # fmt: skip

    (stayed, _), (gone, _) = examined(came), examined(came, left)
    assert stayed.passage.matched == len(stayed.lots.lot) > 0
    assert (len(stayed.inward.gone_on), len(gone.inward.gone_on)) == (0, len(gone.lots.lot))
    assert gone.passage.matched == 0


@pytest.mark.parametrize(("sent", "back"), [(1.0, 1.0), (0.6, 1.0), (0.3, 0.3), (0.0, 0.0)])
def test_goods_that_the_maker_had_sent_to_the_order_s_country_are_matched_with_no_lot(sent: float, back: float) -> None:
    def came(world: OrderWorld, lots: list[Row]) -> None:
        world.came_in(lots, shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")
        bills = [row for row in world.tables["foreign_bills"] if "Newwar" in row["consignee_name"]]
        for n, bill in enumerate(bills[: round(sent * len(bills))]):
            on_board = bill["loaded_on"] - timedelta(days=40)
            world.add("foreign_bills", bill | {
                "bill_number": f"SENT{n:08d}", "loaded_on": on_board, "arrived_on": on_board + timedelta(days=9),
                "country_of_lading": "VN", "country_of_unlading": "CN", "shipper_name": "Newwar Works Ltd",
                "consignee_name": "Fosext Works Ltd", "gross_weight_kg": round(0.98 * bill["gross_weight_kg"], 1),
                "hts_prefix": "" if n % 2 else bill["hts_prefix"],
            })  # fmt: skip

    seen, _ = examined(came)
    lots = len(seen.lots.lot)
    assert len(seen.inward.came_back) == round(back * lots)
    assert seen.passage.matched == lots - len(seen.inward.came_back)


def test_goods_that_are_sent_there_after_they_came_explain_nothing() -> None:
    def later(world: OrderWorld, lots: list[Row]) -> None:
        world.came_in(lots, shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")
        for n, bill in enumerate([row for row in world.tables["foreign_bills"] if "Newwar" in row["consignee_name"]]):
            world.add("foreign_bills", bill | {
                "bill_number": f"SENT{n:08d}", "loaded_on": bill["arrived_on"] + timedelta(days=3),
                "arrived_on": bill["arrived_on"] + timedelta(days=12), "country_of_lading": "VN",
                "country_of_unlading": "CN", "shipper_name": "Newwar Works Ltd", "consignee_name": "Fosext Works Ltd",
            })  # fmt: skip

    seen, _ = examined(later)
    assert len(seen.inward.came_back) == 0


def test_papers_that_name_the_order_s_country_say_less_where_many_makers_have_that_habit() -> None:
    def laden(makers: Collection[str]) -> Callable[[OrderWorld, list[Row]], None]:
        def story(world: OrderWorld, lots: list[Row]) -> None:
            own = {row["bill_number"] for row in world.tables["entry_lines"] if row["manufacturer_id"] in makers}
            for bill in world.tables["bills"]:
                if bill["bill_number"] in own:
                    bill["country_of_lading"] = "CN"

        return story

    alone, among_others = weighed(laden([NEW_PLANT])), weighed(laden([NEW_PLANT, *WELL_KNOWN]))
    assert alone["laden"] > 2 * among_others["laden"]
    assert among_others["laden"] >= 0


def test_papers_say_little_where_the_carrier_lades_everybody_s_goods_in_the_order_s_country() -> None:
    def laden(makers: Collection[str], hts: Collection[str]) -> Callable[[OrderWorld, list[Row]], None]:
        def story(world: OrderWorld, lots: list[Row]) -> None:
            own = {
                row["bill_number"] for row in world.tables["entry_lines"]
                if row["manufacturer_id"] in makers or (row["hts_number"] in hts and row["country_of_origin"] == "VN")
            }  # fmt: skip
            for bill in world.tables["bills"]:
                if bill["bill_number"] in own:
                    bill |= {"country_of_lading": "CN", "shipper_country": "VN", "scac": "LOOP"}

        return story

    alone, on_a_loop = weighed(laden([NEW_PLANT], ())), weighed(laden([NEW_PLANT], OTHER_GOODS))
    assert alone["laden"] > 2
    assert on_a_loop["laden"] < 1


@pytest.mark.parametrize(
    ("issue_type", "result_code", "conclusion", "cleared"),
    [
        ("origin/transshipment", "no_violation", "Declaration found correct; no further action.", True),
        ("evasion", "closed", "Allegation not substantiated: production was seen on the visit.", True),
        ("evasion", "refuted", "", True),
        ("evasion", "closed", "Evasion confirmed, see penalty case.", False),
        ("evasion", "no_violation", "Production could not be verified.", False),
        ("valuation", "no_violation", "Declaration found correct.", False),
    ],
)
def test_an_allegation_counts_for_nothing_once_an_issue_on_the_origin_is_closed_in_the_maker_s_favour(
    issue_type: str, result_code: str, conclusion: str, cleared: bool
) -> None:
    def alleged(world: OrderWorld, lots: list[Row]) -> None:
        claim = {"claim_id": "C1", "relation": "controlled_by", "status": "alleged"}
        world.add(
            "party_claims",
            {**claim, "subject": f"manufacturer:{NEW_PLANT}", "object": f"importer:{lots[0]['importer_number']}"},
        )

    def closed(world: OrderWorld, lots: list[Row]) -> None:
        issue: Row = {"issue_id": "I1", "issue_type": issue_type, "manufacturer_ids": [NEW_PLANT]}
        world.add("issues", {**issue, "version": 1, "as_of": on(ORDER), "status": "open"})
        world.add(
            "issues",
            {
                **issue, "version": 2, "as_of": on(ORDER + 90), "status": "closed", "result_code": result_code,
                "conclusion": conclusion,
            },
        )  # fmt: skip

    assert (weighed(alleged)["alleged"], weighed(alleged)["cleared"]) == (1, 0)
    told = weighed(alleged, closed)
    assert (told["alleged"], told["cleared"]) == ((0, 1) if cleared else (1, 0))


def document(world: OrderWorld, text: str, named: str) -> None:
    """A notice that names a maker by its number."""
    world.add("documents", {"id": "D1", "kind": "notice", "date": on(ORDER), "title": "Notice", "text": text})
    mention = {"document_id": "D1", "kind": "manufacturer", "key": named, "text": named, "how": "number"}
    begin = text.index(named)
    world.add("mentions", {**mention, "start": begin, "end": begin + len(named)})


@pytest.mark.parametrize(("said", "cleared"), [("are not within the scope", 1), ("are within the scope", 0)])
def test_a_scope_ruling_on_the_maker_s_goods_leaves_them_out(said: str, cleared: int) -> None:
    def ruled(world: OrderWorld, lots: list[Row]) -> None:
        document(world, f"Samples made by {NEW_PLANT} {said} of the order.", NEW_PLANT)

    x, told = examined(ruled)
    assert (told["cleared"], x.outside.papers) == (cleared, ("D1",) * cleared)


@pytest.mark.parametrize(("said", "out"), [("is excluded from", 1), ("has a rate of 0 under", 0)])
def test_goods_of_a_producer_that_is_excluded_from_the_order_are_left_out(said: str, out: int) -> None:
    def of_a_producer(world: OrderWorld, lots: list[Row]) -> None:
        world.came_in(lots, shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")
        document(world, f"CNFOSEXT88FOS {said} the order A-570-967.", "CNFOSEXT88FOS")

    left = examined(of_a_producer)[0].outside
    assert (left.papers, left.producers) == (("D1",) * out, ("CNFOSEXT88FOS",) * out)


@pytest.mark.parametrize(("asked_by", "out"), [("64-0000001", 1), ("99-0000009", 0), ("", 1)])
def test_a_ruling_that_an_importer_asked_for_is_of_what_that_importer_enters(asked_by: str, out: int) -> None:
    def ruled(world: OrderWorld, lots: list[Row]) -> None:
        world.came_in(lots, shipper="Fosext Works Ltd", consignee="Newwar Works Ltd")
        for number in ("64-000000100", "99-000000900"):
            world.record(number, role="importer", name=f"Importer {number[:2]} LLC")
        text = f"As {asked_by or 'the producer'} asked: goods of CNFOSEXT88FOS are outside the scope of the order."
        document(world, text, "CNFOSEXT88FOS")
        if asked_by:
            mention = {"document_id": "D1", "kind": "importer", "key": asked_by, "text": asked_by, "how": "number"}
            world.add("mentions", {**mention, "start": 3, "end": 3 + len(asked_by)})

    assert len(examined(ruled)[0].outside.papers) == out


def by_paper(facts: MemoryFacts) -> list[str]:
    """The bills of the maker that only papers tell of."""
    t = facts.table("entry_lines")
    bills = t.filter(t.manufacturer_id.isin((BY_PAPER, words_turned(BY_PAPER), UNNUMBERED))).bill_number
    numbers: list[str] = bills.to_pyarrow().to_pylist()
    return numbers


def test_bills_that_say_where_goods_were_laden_are_counted_against_what_is_usual(
    facts: MemoryFacts, findings: list[Finding]
) -> None:
    laden = next(e for e in of(findings, BY_PAPER).evidence if "were laden in CN" in e.claim)
    lots = len(by_paper(facts))
    assert (laden.numbers["of_order_country"], laden.numbers["lots"]) == ((lots + 1) // 2, lots)
    assert float(laden.numbers["usual_share"]) < 0.02
    assert {"bills", "entry_lines"} == {ref.table for ref in laden.records}


def test_an_exporter_is_told_by_a_maker_s_number_under_another_country_s_letters(findings: list[Finding]) -> None:
    exported = next(e for e in of(findings, BY_EXPORTER).evidence if "name an exporter" in e.claim)
    lots = int(exported.numbers["lots"])
    assert exported.numbers["of_order_country"] == (lots + 2) // 3


def test_a_maker_whose_number_has_its_words_turned_or_lacks_the_street_s_number_is_one(
    facts: MemoryFacts, findings: list[Finding]
) -> None:
    assert len(of(findings, BY_PAPER).entries) == len(by_paper(facts))
    assert naming(findings, words_turned(BY_PAPER)) == naming(findings, UNNUMBERED) == []


def test_shells_that_share_an_officer_are_one_ring(findings: list[Finding]) -> None:
    first, second = (of(findings, maker) for maker in SHELLS)
    assert first is second


def test_shells_that_begin_as_another_ends_through_its_filer_are_one_ring(findings: list[Finding]) -> None:
    first, second = (of(findings, maker) for maker in TAKING_TURNS)
    assert first is second
    assert first is not of(findings, SHELLS[0])


@pytest.mark.parametrize("maker", [RAMP, CONVERTER, MERGED, *WELL_KNOWN])
def test_honest_makers_are_not_accused(findings: list[Finding], maker: str) -> None:
    assert all(f.probability < 0.5 and not f.queue for f in naming(findings, maker))


def test_nobody_else_is_accused(findings: list[Finding]) -> None:
    planted = {
        f"manufacturer:{maker}" for maker in (NEW_PLANT, *SHELLS, *TAKING_TURNS, BY_PAPER, BY_EXPORTER, TRADER, MILL)
    }
    planted |= {f"manufacturer:{maker}" for maker in (HOUSE, *WORKSHOPS)}
    for finding in findings:
        if finding.queue or finding.probability >= 0.5:
            assert planted & {m.entity for m in finding.members}, finding.title


def test_every_innocent_explanation_is_answered_and_a_person_is_asked_about_scope(findings: list[Finding]) -> None:
    finding = of(findings, NEW_PLANT)
    assert len(finding.innocent_explanations) == 13
    assert all(e.result for e in finding.innocent_explanations)
    assert "A-570-967" in finding.scope_question


def test_every_piece_of_evidence_opens_rows_that_exist(facts: MemoryFacts, findings: list[Finding]) -> None:
    refs = {ref for f in findings for e in f.evidence for ref in e.records}
    assert all(e.records for f in findings for e in f.evidence)
    assert len(refs) > 50
    for table in {ref.table for ref in refs}:
        columns = facts.table(table).select(*TABLES[table].key).to_pyarrow().to_pylist()
        held = {tuple(str(value) for value in row.values()) for row in columns}
        assert {ref.key for ref in refs if ref.table == table} <= held, table


def test_the_same_facts_give_the_same_findings(facts: MemoryFacts, findings: list[Finding]) -> None:
    assert told_by(facts) == findings
    assert len({f.id for f in findings}) == len(findings)


def test_what_was_learned_later_changes_nothing() -> None:
    def world(*, with_later: bool) -> MemoryFacts:
        made = order_world(5)
        relabelled_through_a_new_plant(made)
        for name, rows in made.tables.items():
            for row in rows:
                row["known_at"] = row.get("entry_date") or row.get("arrived_on") or on(0)
                if name == "orders":
                    row["known_at"] = on(PRELIMINARY)
        last = on(ORDER + 100)
        if not with_later:
            kept = {name: [row for row in rows if row["known_at"] <= last] for name, rows in made.tables.items()}
            return MemoryFacts(kept)
        return MemoryFacts(made.tables)

    day = on(ORDER + 100)
    then, now = told_by(world(with_later=False), day), told_by(world(with_later=True), day)
    assert naming(then, NEW_PLANT) != []
    assert now == then
    assert told_by(world(with_later=True), on(PRELIMINARY - 1)) == []  # nobody knew of the order


def test_without_an_order_or_without_lines_there_are_no_findings(facts: MemoryFacts) -> None:
    tables = ("entry_lines", "orders")
    rows = {name: facts.table(name).to_pyarrow().to_pylist() for name in tables}
    assert told_by(MemoryFacts({})) == []
    for name in tables:
        assert told_by(MemoryFacts({name: rows[name]})) == []


def test_lines_and_orders_alone_still_tell_rings_and_accuse_nobody_honest(facts: MemoryFacts) -> None:
    alone = MemoryFacts({n: facts.table(n).to_pyarrow().to_pylist() for n in ("entry_lines", "orders")})
    told = told_by(alone)
    assert naming(told, NEW_PLANT)
    assert not any(f.queue for maker in (RAMP, CONVERTER, MERGED, *WELL_KNOWN) for f in naming(told, maker))


def test_a_rare_telephone_links_and_a_forwarder_s_address_does_not() -> None:
    def bits(holders: int) -> float:
        return Tie("manufacturer:A", "importer:B", "address", "x", holders, 2000, ("P1", "P2")).bits(3)

    assert bits(2) >= LINKING_BITS
    assert bits(40) < LINKING_BITS


def test_each_sign_says_what_speaks_for_or_against() -> None:
    against = {
        "capable", "inputs", "home_market", "old_plant", "standing", "visited", "succeeds", "cleared", "disclosed",
    }  # fmt: skip
    assert {name for name, (low, high) in SIGNS.items() if high <= 0} == against
    assert all(low >= 0 for name, (low, high) in SIGNS.items() if name not in against)
