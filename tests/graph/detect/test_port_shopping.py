"""Port shopping in a harbour written by hand: what comes back is found, and each innocent story stays innocent.

One world holds all stories, each with an importer of its own, so that the detector runs once.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from graph.detect.calibration import read_calibration
from graph.detect.detector import DETECTORS, detect
from graph.detect.last_day import last_day
from graph.detect.port_shopping import Weighed, weigh
from graph.detect.reentry import compare, parts
from graph.detect.reentry.match import search
from graph.model.errors import NotFound
from graph.model.finding import Finding, RecordRef
from graph.model.tables import TABLES
from tests.graph.detect.harbour_world import HEADINGS, HarbourWorld, Row, harbour_world
from tests.graph.detect.memory_facts import MemoryFacts

HELD = date(2024, 3, 1)


def on(days: int) -> date:
    return HELD + timedelta(days=days)


def trade(world: HarbourWorld, importer: str, *, port: str = "2704", lines: int = 30, **values: Any) -> None:
    """The usual business of an importer, all year at one port."""
    for _ in range(lines):
        world.line(importer_number=importer, port_code=port, **values)


def same_firm(world: HarbourWorld) -> None:
    trade(world, "55-000000100")
    lot = world.line(importer_number="55-000000100", port_code="2704", entry_date=HELD)
    world.act(lot, result="refused")
    world.again(
        lot, port_code="3001", entry_date=on(40), container_number="QZXU9000001",
        gross_weight_kg=round(lot["gross_weight_kg"] * 1.006, 1),
    )  # fmt: skip


def another_branch_and_a_misspelled_maker(world: HarbourWorld) -> None:
    trade(world, "55-000000200")
    lot = world.line(importer_number="55-000000200", port_code="2704", entry_date=HELD)
    world.act(lot)
    world.again(
        lot, importer_number="55-000000207", port_code="1001", entry_date=on(25),
        manufacturer_id=lot["manufacturer_id"][:-1] + "Z", entered_value_usd=lot["entered_value_usd"] * 0.6,
    )  # fmt: skip


def successor(world: HarbourWorld) -> None:
    trade(world, "55-000000300", manufacturer_id="CNYUNGLA77FOS")
    lot = world.line(importer_number="55-000000300", port_code="2704", entry_date=HELD, manufacturer_id="CNYUNGLA77FOS")
    world.act(lot, result="seized", kind="seizure")
    world.again(lot, importer_number="66-000000300", port_code="1401", entry_date=on(60))
    for number, name in (("55-000000300", "BRINEWATER TRADING INC"), ("66-000000300", "TIDEMARK IMPORTS LLC")):
        world.add(
            "party_records",
            {
                "record_id": f"P{number}",
                "role": "importer",
                "identifier": number,
                "name": name,
                "phone": "562-555-0147",
            },
        )


def known_by_its_bill_alone(world: HarbourWorld) -> None:
    trade(world, "55-000000400")
    lot = world.line(importer_number="55-000000400", port_code="2704", entry_date=HELD)
    world.tables["entry_lines"].remove(lot)  # stopped before an entry was filed
    world.add(
        "bills",
        {"bill_number": lot["bill_number"], "arrived_on": HELD, "containers": [lot["container_number"]],
         "packages": lot["packages"], "gross_weight_kg": lot["gross_weight_kg"], "hts_prefix": "760421"},
    )  # fmt: skip
    world.act(lot, entry_number=None, bill_number=lot["bill_number"], result="refused", kind="refusal")
    world.again(lot, port_code="5301", entry_date=on(33))


def strike(world: HarbourWorld) -> None:
    """From spring on nobody enters at port 4601; a lot stopped there before comes in elsewhere."""
    trade(world, "55-000000500", port="4601")
    lot = world.line(importer_number="55-000000500", port_code="4601", entry_date=HELD)
    world.act(lot)
    world.again(lot, port_code="1401", entry_date=on(50))
    for row in world.tables["entry_lines"]:
        if row["port_code"] == "4601" and row["entry_date"] > on(10):
            row["port_code"] = "1401"


def new_distribution_centre(world: HarbourWorld) -> None:
    for days in range(-300, 300, 6):
        world.line(
            importer_number="55-000000600", entry_date=on(days), hts_number=HEADINGS[2 + days % 3],
            port_code="2704" if days < 5 else "1703",
        )  # fmt: skip
    lot = world.line(importer_number="55-000000600", port_code="2704", entry_date=HELD)
    world.act(lot)
    world.again(lot, port_code="1703", entry_date=on(30), gross_weight_kg=None)


def reconditioned(world: HarbourWorld) -> None:
    trade(world, "55-000000700")
    lot = world.line(importer_number="55-000000700", port_code="2704", entry_date=HELD)
    world.act(lot, result="refused", discrepancy_area="marking")
    world.act(lot, days=20, kind="reexport", result="released", remarks="Exported for relabelling.")
    back = world.again(lot, port_code="3001", entry_date=on(90))
    world.act(back, result="compliant")


def released(world: HarbourWorld) -> None:
    trade(world, "55-000000800")
    lot = world.line(importer_number="55-000000800", port_code="2704", entry_date=HELD)
    world.act(lot, kind="hold", result="pending")
    world.act(lot, days=9, result="compliant")
    world.again(lot, port_code="3001", entry_date=on(45))


def in_bond(world: HarbourWorld) -> None:
    trade(world, "55-000000900")
    lot = world.line(importer_number="55-000000900", port_code="2704", entry_date=HELD)
    world.tables["entry_lines"].remove(lot)
    world.act(lot, entry_number=None, bill_number=lot["bill_number"], kind="hold", result="pending")
    world.again(lot, bill_number=lot["bill_number"], port_code="3001", entry_date=on(12))
    world.add(
        "in_bond",
        {"serial": "V1", "kind": "61", "from_port": "2704", "to_port": "3001", "bill_number": lot["bill_number"]},
    )


def slipped_out_of_bond(world: HarbourWorld) -> None:
    """Held, sent inland in bond, and entered there under another carrier's bill before anybody looked."""
    trade(world, "55-000001600")
    lot = world.line(importer_number="55-000001600", port_code="2704", entry_date=HELD, container_number="QZXU8888888")
    world.tables["entry_lines"].remove(lot)
    world.add(
        "bills",
        {"bill_number": lot["bill_number"], "arrived_on": HELD, "containers": ["QZXU8888888"],
         "packages": lot["packages"], "gross_weight_kg": lot["gross_weight_kg"], "hts_prefix": "760421"},
    )  # fmt: skip
    world.act(lot, entry_number=None, bill_number=lot["bill_number"], kind="hold", result="pending")
    world.again(lot, port_code="3001", entry_date=on(12))
    world.add(
        "in_bond",
        {"serial": "V2", "kind": "61", "from_port": "2704", "to_port": "3001", "bill_number": lot["bill_number"]},
    )


def refused_and_moved_on(world: HarbourWorld) -> None:
    """Refused, sent inland in bond all the same, and entered there under the very bill."""
    trade(world, "55-000003400")
    lot = world.line(importer_number="55-000003400", port_code="2704", entry_date=HELD)
    world.tables["entry_lines"].remove(lot)
    world.add(
        "bills",
        {"bill_number": lot["bill_number"], "arrived_on": HELD, "containers": [lot["container_number"]],
         "packages": lot["packages"], "gross_weight_kg": lot["gross_weight_kg"], "hts_prefix": "760421"},
    )  # fmt: skip
    world.act(lot, entry_number=None, bill_number=lot["bill_number"], kind="hold", result="refused")
    world.again(lot, bill_number=lot["bill_number"], port_code="3001", entry_date=on(16))
    world.add(
        "in_bond",
        {"serial": "V3", "kind": "61", "from_port": "2704", "to_port": "3001", "bill_number": lot["bill_number"],
         "moved_on": on(9)},
    )  # fmt: skip


def destroyed(world: HarbourWorld) -> None:
    """The maker replaces what was destroyed: the same goods to the carton, but not the same lot."""
    trade(world, "55-000001700")
    lot = world.line(importer_number="55-000001700", port_code="2704", entry_date=HELD)
    world.act(lot, result="refused")
    world.act(lot, days=20, kind="refusal", result="seized", remarks="Destroyed under customs supervision.")
    world.again(lot, port_code="3001", entry_date=on(90))


def to_be_destroyed(world: HarbourWorld) -> None:
    trade(world, "55-000001800")
    lot = world.line(importer_number="55-000001800", port_code="2704", entry_date=HELD)
    world.act(lot, result="discrepant", remarks="To be destroyed or re-exported.")
    world.act(lot, days=9, kind="refusal", result="refused", remarks="Must be exported or destroyed within 90 days.")
    world.again(lot, port_code="3001", entry_date=on(60))


def recurring(world: HarbourWorld) -> None:
    same = {"gross_weight_kg": 18_200.0, "packages": 1040, "quantity": 17_000.0, "entered_value_usd": 61_000}
    for days in range(-300, 300, 20):
        line = world.line(
            importer_number="55-000001000", entry_date=on(days), port_code="2704" if days % 40 else "1001", **same
        )
        if days == 0:
            world.act({**line, "port_code": line["port_code"]})


def container_came_round(world: HarbourWorld) -> None:
    trade(world, "55-000001100")
    lot = world.line(importer_number="55-000001100", port_code="2704", entry_date=HELD, container_number="QZXU7777777")
    world.act(lot)
    world.line(
        importer_number="55-000001100", port_code="3001", entry_date=on(60), container_number="QZXU7777777",
        hts_number=HEADINGS[5], manufacturer_id="VNHANPLA12HAN",
    )  # fmt: skip


def part(world: HarbourWorld, lot: Row, share: float, **changes: Any) -> Row:
    """A part of a lot, entered by itself; the last part takes what is left."""
    amounts = {
        "packages": round(lot["packages"] * share), "quantity": round(lot["quantity"] * share, 1),
        "gross_weight_kg": round(lot["gross_weight_kg"] * share, 1),
        "entered_value_usd": round(lot["entered_value_usd"] * share),
    }  # fmt: skip
    return world.again(lot, **(amounts | {"container_number": None} | changes))


def broken_up(world: HarbourWorld, importer: str, *shares: float) -> None:
    trade(world, importer, lines=15)
    lot = world.line(
        importer_number=importer, port_code="2704", entry_date=HELD, packages=4127, quantity=16508.0,
        gross_weight_kg=21340.0, entered_value_usd=86200.0,
    )  # fmt: skip
    world.act(lot, result="refused")
    left = lot["packages"]
    for n, share in enumerate(shares):
        packages = round(lot["packages"] * share) if n < len(shares) - 1 else left
        left -= packages
        part(
            world, lot, share, packages=packages, quantity=packages * 4.0, entry_date=on(20 + 17 * n),
            port_code=("3001", "1401", "5301")[n],
        )  # fmt: skip


def broken_in_two(world: HarbourWorld) -> None:
    broken_up(world, "55-000001200", 0.57, 0.43)


def broken_in_three(world: HarbourWorld) -> None:
    broken_up(world, "55-000001300", 0.44, 0.31, 0.25)


def broken_in_five_and_repacked(world: HarbourWorld) -> None:
    """Other cartons, so that packages say nothing; the pieces are counted as before."""
    trade(world, "55-000001900", lines=15)
    lot = world.line(
        importer_number="55-000001900", port_code="2704", entry_date=HELD, packages=4127, quantity=16508.0,
        gross_weight_kg=21340.0, entered_value_usd=86200.0,
    )  # fmt: skip
    world.act(lot, result="refused")
    for n, pieces in enumerate((4125.31, 2890.07, 3377.9, 2614.22, 3500.5)):
        part(
            world, lot, pieces / 16508.0, packages=round(pieces / 7.3), quantity=pieces, entry_date=on(20 + 9 * n),
            port_code=("3001", "3001", "1401", "1401", "3001")[n],
        )  # fmt: skip


def crumbled(world: HarbourWorld) -> None:
    """Fourteen lorry loads within five weeks, which the importer never had before; other goods come in between."""
    trade(world, "55-000003500", lines=15)
    lot = world.line(
        importer_number="55-000003500", port_code="2704", entry_date=HELD, packages=3127, quantity=12508.0,
        gross_weight_kg=17340.0, entered_value_usd=21_800.0,
    )  # fmt: skip
    world.act(lot, result="refused")
    for n in range(14):
        packages = 3127 // 14 + (3127 % 14 if n == 13 else 0)
        part(
            world, lot, packages / 3127, packages=packages, quantity=packages * 4.0, entry_date=on(24 + n * 5 // 2),
            port_code=("2304", "2402")[n % 2], mode_of_transport="30", entered_value_usd=790.0,
        )  # fmt: skip
        if n % 4 == 0:
            world.line(importer_number="55-000003500", port_code="2704", entry_date=on(24 + n * 5 // 2))


def always_in_small_loads(world: HarbourWorld) -> None:
    """Customers over the border have been served in small loads all along."""
    trade(world, "55-000003600", lines=15)
    lot = world.line(
        importer_number="55-000003600", port_code="2704", entry_date=HELD, packages=3127, quantity=12508.0,
        gross_weight_kg=17340.0, entered_value_usd=21_800.0,
    )  # fmt: skip
    world.act(lot, result="refused")
    for n in range(-40, 40):
        packages = 150 + 37 * (n % 5)
        part(
            world, lot, packages / 3127, packages=packages, quantity=packages * 4.0, entry_date=on(n * 4 + 2),
            port_code=("2304", "2402")[n % 2], mode_of_transport="30", entered_value_usd=790.0,
        )  # fmt: skip


def shown_at_fairs(world: HarbourWorld) -> None:
    """Entered for a time only, under bond: it must leave again, and the next fair is at another port."""
    trade(world, "55-000002000")
    lot = world.line(importer_number="55-000002000", port_code="2704", entry_date=HELD, entry_type="23")
    world.act(lot)
    world.again(lot, port_code="3001", entry_date=on(70))


def settled_with_customs(world: HarbourWorld) -> None:
    """The importer asks to withdraw the lot and to enter it as it should be elsewhere; customs lets it."""
    back = corrected(world, "55-000002100")
    issue = {
        "issue_id": "2024-0117", "title": "Correction", "description": "Asked to withdraw the lot held at port 2704.",
        "entry_numbers": [back["entry_number"]],
    }  # fmt: skip
    world.add("issues", {**issue, "version": 1, "as_of": on(30), "status": "open"})
    world.add(
        "issues",
        {**issue, "version": 2, "as_of": on(90), "status": "closed", "conclusion": "Allowed, all duties deposited."},
    )


def settled_against_the_importer(world: HarbourWorld) -> None:
    back = corrected(world, "55-000002200")
    world.add(
        "issues",
        {"issue_id": "2024-0118", "version": 1, "as_of": on(90), "status": "closed", "port_codes": ["2704"],
         "entry_numbers": [back["entry_number"]], "conclusion": "Not allowed; found compliant in weight alone."},
    )  # fmt: skip


def passed_on_return(world: HarbourWorld) -> None:
    """Nobody wrote down how it left, but the next port had the goods before it and found nothing amiss."""
    back = corrected(world, "55-000002300")
    world.act(back, result="compliant", remarks="Net weight on two cartons illegible, corrected.")


def passed_on_paper(world: HarbourWorld) -> None:
    """Of goods that nobody looked at, good papers prove little."""
    back = corrected(world, "55-000002400")
    world.act(back, kind="document_review", result="compliant")


def asked_leave(world: HarbourWorld, importer: str, conclusion: str) -> None:
    """Customs answers when it refuses the lot, long before there is a second entry that it could name."""
    corrected(world, importer)
    world.add(
        "issues",
        {"issue_id": f"2024-{importer[-5:-2]}", "version": 1, "as_of": on(12), "opened_on": on(6), "status": "closed",
         "description": f"Importer {importer[:-2]} asks to recondition the goods refused at 2704 and enter them again.",
         "conclusion": conclusion},
    )  # fmt: skip


def leave_to_recondition(world: HarbourWorld) -> None:
    asked_leave(world, "55-000002500", "Granted; to be presented for exam.")


def leave_withheld(world: HarbourWorld) -> None:
    asked_leave(world, "55-000002600", "Denied; the goods may be exported only.")


def wrote(world: HarbourWorld, importer: str, answer: str) -> None:
    """Customs answers in a letter of which there is only the document."""
    corrected(world, importer)
    text = f"Your goods were refused at 2704. {importer}: {answer}"
    name = f"LTR-{importer[-5:-2]}"
    world.add("documents", {"id": name, "kind": "other", "date": on(8), "title": "Letter", "text": text})
    world.add(
        "mentions",
        {"document_id": name, "kind": "importer", "key": importer, "start": text.index(importer),
         "end": text.index(importer) + len(importer), "text": importer, "how": "number"},
    )  # fmt: skip


def leave_by_letter(world: HarbourWorld) -> None:
    wrote(world, "55-000003000", "Leave is given to recondition the goods and to enter them again.")


def leave_withheld_by_letter(world: HarbourWorld) -> None:
    wrote(world, "55-000003100", "Leave to enter the goods again is denied.")


def found_late(world: HarbourWorld) -> None:
    """Customs reads the papers a quarter of a year later: these goods are sold, whatever comes in afterwards."""
    trade(world, "55-000002700")
    lot = world.line(importer_number="55-000002700", port_code="2704", entry_date=HELD)
    world.act(lot, days=90, kind="document_review")
    world.again(lot, port_code="3001", entry_date=on(130))


def box_of_its_own(world: HarbourWorld) -> None:
    """Boxes that go to and fro for one importer: the one that was stopped is back with less of another product."""
    trade(world, "55-000002800", lines=16)
    for n in range(12):
        world.line(
            importer_number="55-000002800", port_code=("2704", "3001")[n % 2], entry_date=on(30 * n - 375),
            container_number="QZXU6666666",
        )  # fmt: skip
    lot = world.line(importer_number="55-000002800", port_code="2704", entry_date=HELD, container_number="QZXU6666666")
    world.act(lot)
    back = {"container_number": "QZXU6666666", "port_code": "3001", "entry_date": on(33)}
    part(world, lot, 0.72, **back, entered_value_usd=31_415)


def same_box_another_load(world: HarbourWorld) -> None:
    """A full box of the same pack, as every time, but a fifth lighter than the one that was stopped."""
    trade(world, "55-000002900", lines=16)
    pack = {"packages": 640, "entered_value_usd": 48_200, "hts_number": HEADINGS[2], "gross_weight_kg": None}
    for n in range(6):
        world.line(
            importer_number="55-000002900", port_code=("2704", "3001")[n % 2], entry_date=on(40 * n - 290), **pack,
            quantity=9_000.0 + n,
        )  # fmt: skip
    lot = world.line(
        importer_number="55-000002900", port_code="2704", entry_date=HELD, container_number="QZXU5555555",
        **(pack | {"quantity": 9_010.0, "gross_weight_kg": 15_210.0}),
    )  # fmt: skip
    world.act(lot)
    world.again(
        lot, port_code="3001", entry_date=on(33), gross_weight_kg=12_140.0, quantity=9_011.0, entered_value_usd=49_105
    )


def box_of_another_buyer(world: HarbourWorld) -> None:
    """Only the box of the lot is known; it comes on for another buyer, whose entry is all that its bill tells of."""
    trade(world, "55-000003200")
    trade(world, "55-000003300", port="3001", manufacturer_id="CNGOLWIC31GOL")
    world.add(
        "party_records",
        {"record_id": "P55-000003300", "role": "importer", "identifier": "55-000003300", "name": "Wickermoor Goldware"},
    )  # fmt: skip
    lot = world.line(
        importer_number="55-000003300", port_code="3001", entry_date=on(12), container_number="QZXU4444444",
        bill_number=None, manufacturer_id="CNGOLWIC31GOL",
    )  # fmt: skip
    world.add(
        "bills",
        {"bill_number": "GHIJ00004444", "arrived_on": on(6), "containers": ["QZXU4444444"],
         "consignee_name": "WICKERMOOR GOLDWARE LLC", "packages": lot["packages"], "hts_prefix": "760421",
         "gross_weight_kg": lot["gross_weight_kg"]},
    )  # fmt: skip
    world.act(
        {**lot, "port_code": "2704", "importer_number": "55-000003200", "entry_date": HELD}, entry_number=None,
        line_number=None, container_number="QZXU4444444", kind="refusal", result="refused",
    )  # fmt: skip


def corrected(world: HarbourWorld, importer: str) -> Row:
    trade(world, importer)
    lot = world.line(importer_number=importer, port_code="2704", entry_date=HELD)
    world.act(lot)
    return world.again(lot, port_code="3001", entry_date=on(40))


def newcomer_with_the_same_rare_maker(world: HarbourWorld) -> None:
    """No phone, no officer, no claim: a firm that was never seen takes over a maker that nobody else buys from."""
    trade(world, "55-000001400", manufacturer_id="CNLONEQU5LON")
    lot = world.line(importer_number="55-000001400", port_code="2704", entry_date=HELD, manufacturer_id="CNLONEQU5LON")
    world.act(lot, result="refused")
    world.again(
        lot, importer_number="66-000001400", port_code="1401", entry_date=on(75), container_number=None,
        gross_weight_kg=round(lot["gross_weight_kg"] * 0.996, 1), consignee_number="66-000001400",
    )  # fmt: skip


def same_bill_by_a_buyer(world: HarbourWorld) -> None:
    """Goods sold on the water are entered once, by the buyer, under the bill that brought them."""
    trade(world, "55-000001500")
    lot = world.line(importer_number="55-000001500", port_code="2704", entry_date=HELD)
    world.tables["entry_lines"].remove(lot)
    world.add(
        "bills",
        {"bill_number": lot["bill_number"], "arrived_on": HELD, "containers": [lot["container_number"]],
         "packages": lot["packages"], "gross_weight_kg": lot["gross_weight_kg"], "hts_prefix": "760421"},
    )  # fmt: skip
    world.act(lot, entry_number=None, bill_number=lot["bill_number"], kind="hold", result="refused")
    world.again(
        lot, bill_number=lot["bill_number"], importer_number="12-345678900", port_code="3001", entry_date=on(12)
    )


def by_one_broker(world: HarbourWorld) -> None:
    """Four importers that share nothing else; a filer that hardly anybody uses enters all that was stopped."""
    for n in range(4):
        importer = f"56-00000{n}000"
        trade(world, importer, lines=12)
        lot = world.line(importer_number=importer, port_code="2704", entry_date=on(5 * n))
        world.act(lot, result="refused")
        back = world.again(lot, port_code="5301", entry_date=on(40 + 6 * n), container_number=None)
        back["entry_number"] = back["filer_code"] = "BQK"
        back["entry_number"] += f"{world.serial:08d}"


def by_everybodys_broker(world: HarbourWorld) -> None:
    """Two importers whose goods come back by the filer of nearly all entries."""
    for n in range(2):
        importer = f"57-00000{n}000"
        trade(world, importer, lines=12)
        lot = world.line(importer_number=importer, port_code="2709", entry_date=on(5 * n))
        world.act(lot, result="refused")
        world.again(lot, port_code="1703", entry_date=on(40 + 6 * n), container_number=None)


def in_lines(world: HarbourWorld, whole: Row, *shares: float, **changes: Any) -> list[Row]:
    """An entry of so many lines, whose amounts add up to the whole's; its number and bill are the first line's."""
    lines: list[Row] = []
    left = dict(whole)
    for number, share in enumerate(shares, start=1):
        amounts = {name: round(whole[name] * share, 1) for name in ("gross_weight_kg", "quantity")}
        amounts |= {name: round(whole[name] * share) for name in ("packages", "entered_value_usd")}
        if number == len(shares):
            amounts = {name: round(left[name], 1) for name in amounts}
        left |= {name: left[name] - amount for name, amount in amounts.items()}
        one_entry = {name: lines[0][name] for name in ("entry_number", "bill_number")} if lines else {}
        lines.append(world.again(whole, **(amounts | changes | one_entry | {"line_number": number})))
    return lines


WHOLE = {
    "port_code": "2704", "entry_date": HELD, "packages": 743, "quantity": 7430.0, "gross_weight_kg": 7751.0,
    "entered_value_usd": 23385.0,
}  # fmt: skip


def in_other_lines(world: HarbourWorld) -> None:
    """Three lines, of which the action names the first, come back as two of another importer number."""
    trade(world, "55-000004000", lines=15)
    lot = in_lines(world, world.line(**WHOLE), 0.5, 0.3, 0.2, importer_number="55-000004000")
    world.act(lot[0], kind="refusal", result="refused")
    in_lines(world, lot[0] | WHOLE, 0.63, 0.37, port_code="3001", entry_date=on(45), container_number="QZXU9000036")


def one_line_in_several(world: HarbourWorld) -> None:
    trade(world, "55-000004100", lines=15)
    lot = world.line(importer_number="55-000004100", **(WHOLE | {"packages": 1_187, "gross_weight_kg": 9_444.0}))
    world.act(lot, kind="refusal", result="refused")
    in_lines(world, lot, 0.4, 0.35, 0.25, port_code="1401", entry_date=on(31), container_number="QZXU9000037")


def laden_before_the_refusal(world: HarbourWorld) -> None:
    """A like lot was laden abroad after the exam, and before the first was refused where it lay."""
    trade(world, "55-000004200", lines=15)
    lot = world.line(importer_number="55-000004200", **(WHOLE | {"packages": 1_733, "gross_weight_kg": 12_816.0}))
    world.act(lot)
    world.act(lot, days=30, kind="refusal", result="refused")
    other = world.again(lot, port_code="3001", entry_date=on(48), container_number="QZXU9000042")
    world.add("bills", {"bill_number": other["bill_number"], "loaded_on": on(20), "arrived_on": on(46)})


STORIES = (
    same_firm, another_branch_and_a_misspelled_maker, successor, known_by_its_bill_alone, strike,
    new_distribution_centre, reconditioned, released, in_bond, recurring, container_came_round,
    broken_in_two, broken_in_three, newcomer_with_the_same_rare_maker, same_bill_by_a_buyer,
    slipped_out_of_bond, destroyed, to_be_destroyed, broken_in_five_and_repacked, shown_at_fairs,
    by_one_broker, by_everybodys_broker, settled_with_customs, settled_against_the_importer,
    passed_on_return, passed_on_paper, leave_to_recondition, leave_withheld, found_late, box_of_its_own,
    same_box_another_load, leave_by_letter, leave_withheld_by_letter, box_of_another_buyer, refused_and_moved_on,
    crumbled, always_in_small_loads, in_other_lines, one_line_in_several,
    laden_before_the_refusal,
)  # fmt: skip
RETURNED = (
    "55-0000001", "55-0000002", "55-0000003", "55-0000004", "55-0000005", "55-0000012", "55-0000013", "55-0000014",
    "55-0000016", "55-0000018", "55-0000019", "56-0000000", "56-0000010", "56-0000020", "56-0000030", "57-0000000",
    "57-0000010", "55-0000022", "55-0000024", "55-0000026", "55-0000031", "55-0000034", "55-0000035", "55-0000040",
    "55-0000041",
)  # fmt: skip


@pytest.fixture(scope="module")
def facts() -> MemoryFacts:
    world = harbour_world(4)
    for story in STORIES:
        story(world)
    return MemoryFacts(world.tables)


@pytest.fixture(scope="module")
def findings(facts: MemoryFacts) -> list[Finding]:
    return detect(facts)


@pytest.fixture(scope="module")
def weighed(facts: MemoryFacts) -> list[Weighed]:
    until = last_day(facts)
    assert until is not None
    found = search(facts, as_of=None, until=until)
    assert found is not None
    return weigh(facts, found, read_calibration("port_shopping"), as_of=None, until=until)


def of(findings: list[Finding], taxpayer: str) -> Finding:
    return next(f for f in findings if any(m.entity.startswith(f"importer:{taxpayer}") for m in f.members))


def lead_of(weighed: list[Weighed], taxpayer: str) -> Weighed:
    return next(w for w in weighed if w.lead.lot["taxpayer"] == taxpayer)


def result(finding: Finding, explanation: str) -> str:
    return next(e.result for e in finding.innocent_explanations if e.name == explanation)


@pytest.mark.parametrize("taxpayer", RETURNED)
def test_goods_that_came_back_are_found_and_stand_in_the_queue(findings: list[Finding], taxpayer: str) -> None:
    finding = of(findings, taxpayer)
    assert finding.probability > 0.5
    assert finding.queue


def test_the_queue_holds_nothing_but_goods_that_came_back(findings: list[Finding]) -> None:
    for finding in findings:
        if finding.queue:
            assert any(m.entity[9:19] in RETURNED for m in finding.members), finding.title


def test_a_finding_names_the_scheme_s_entries_and_parties_and_no_more(
    facts: MemoryFacts, findings: list[Finding]
) -> None:
    finding = of(findings, "55-0000001")
    assert {(m.entity, m.role) for m in finding.members} == {
        ("importer:55-000000100", "importer"),
        ("manufacturer:CNSHEFUR123SHE", "manufacturer"),
        ("port:2704", "acting_port"),
        ("port:3001", "reentry_port"),
    }
    assert len(finding.entries) == 2
    assert (finding.period_from, finding.period_to) == (on(3), on(40))


def test_a_misspelled_maker_is_named_by_the_spelling_that_others_use(findings: list[Finding]) -> None:
    makers = [m.entity for m in of(findings, "55-0000002").members if m.role == "manufacturer"]
    assert makers == ["manufacturer:CNSHEFUR123SHE"]


def test_two_branches_of_one_taxpayer_are_no_successors(findings: list[Finding]) -> None:
    assert "successor" not in {m.role for m in of(findings, "55-0000002").members}


def test_a_successor_is_named_with_the_tie_that_few_others_have(findings: list[Finding]) -> None:
    finding = of(findings, "55-0000003")
    assert ("importer:66-000000300", "successor") in {(m.entity, m.role) for m in finding.members}
    tie = next(e for e in finding.evidence if "phone" in e.numbers)
    assert {r.key[0] for r in tie.records} == {"P55-000000300", "P66-000000300"}


def test_a_lot_without_an_entry_is_described_by_its_bill(findings: list[Finding]) -> None:
    finding = of(findings, "55-0000004")
    assert any(r.table == "bills" for e in finding.evidence for r in e.records)
    assert len(finding.entries) == 1


def test_every_piece_of_evidence_opens_rows_that_exist(facts: MemoryFacts, findings: list[Finding]) -> None:
    held: dict[str, set[tuple[str, ...]]] = {}

    def rows(table: str) -> set[tuple[str, ...]]:
        if table not in held:
            columns = facts.table(table).select(*TABLES[table].key).to_pyarrow().to_pylist()
            held[table] = {tuple(str(value) for value in row.values()) for row in columns}
        return held[table]

    refs: list[RecordRef] = [r for f in findings for e in f.evidence for r in e.records]
    assert len(refs) > 20
    for ref in refs:
        assert ref.key in rows(ref.table), ref


def test_in_a_strike_the_move_supports_nothing_and_the_goods_still_lead(findings: list[Finding]) -> None:
    assert result(of(findings, "55-0000005"), "strike or closure").startswith("Holds")
    assert result(of(findings, "55-0000001"), "strike or closure").startswith("Does not hold")


def test_a_new_distribution_centre_is_told_from_a_dodge(weighed: list[Weighed], findings: list[Finding]) -> None:
    assert lead_of(weighed, "55-0000006").moved.importer_moved_for_good
    assert not lead_of(weighed, "55-0000001").moved.importer_moved_for_good
    for finding in findings:
        if any(m.entity.startswith("importer:55-0000006") for m in finding.members):
            assert not finding.queue
            assert result(finding, "new distribution centre").startswith("Holds")


def test_goods_reconditioned_abroad_and_passed_on_return_are_no_scheme(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000007")
    assert lead.lawful.reexports and lead.lawful.reconditioned and lead.lawful.cleared_on_return
    assert lead.probability < 0.5


def test_a_lot_that_was_released_cannot_come_back(weighed: list[Weighed]) -> None:
    assert not [w for w in weighed if w.lead.lot["taxpayer"] == "55-0000008"]


def test_a_lot_that_moved_in_bond_to_its_port_of_entry_is_no_scheme(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000009")
    assert lead.lawful.in_bond == ("V1",)
    assert lead.probability < 0.5


def test_a_movement_in_bond_does_not_explain_an_entry_under_another_bill_that_nobody_looked_at(
    findings: list[Finding],
) -> None:
    assert result(of(findings, "55-0000016"), "moved in bond") == (
        "Does not hold: moved under V2, but refused before, bound for export or entered under another bill, and not "
        "examined."
    )


def test_a_lot_that_was_destroyed_cannot_come_back(weighed: list[Weighed]) -> None:
    assert not [w for w in weighed if w.lead.lot["taxpayer"] == "55-0000017"]


def test_goods_that_were_long_in_commerce_when_a_fault_was_found_cannot_come_back(weighed: list[Weighed]) -> None:
    assert not [w for w in weighed if w.lead.lot["taxpayer"] == "55-0000027"]


@pytest.mark.parametrize(("taxpayer", "parts"), [("55-0000012", 2), ("55-0000013", 3)])
def test_a_lot_that_was_broken_up_is_told_with_each_part_and_what_they_add_up_to(
    findings: list[Finding], taxpayer: str, parts: int
) -> None:
    finding = of(findings, taxpayer)
    assert len(finding.entries) == 1 + parts
    told = next(e for e in finding.evidence if "packages_part_1" in e.numbers)
    assert told.numbers["packages_acted_on"] == told.numbers["packages_entered_again"] == 4127
    assert sum(float(told.numbers[f"packages_part_{n + 1}"]) for n in range(parts)) == 4127
    assert {r.key[0] for r in told.records if r.table == "entry_lines"} == set(finding.entries)


def test_a_lot_that_came_back_repacked_in_five_is_told_by_what_its_pieces_add_up_to(findings: list[Finding]) -> None:
    finding = of(findings, "55-0000019")
    assert len(finding.entries) == 6
    told = next(e for e in finding.evidence if "quantity_entered_again" in e.numbers)
    assert told.numbers["quantity_acted_on"] == told.numbers["quantity_entered_again"] == 16508.0


def test_a_lot_that_came_back_in_crumbs_is_told_by_how_many_there_are_and_what_they_add_up_to(
    findings: list[Finding],
) -> None:
    finding = of(findings, "55-0000035")
    assert len(finding.entries) == 15
    (summed,) = [e for e in finding.evidence if "add up to the lot" in e.claim]
    assert summed.numbers["parts"] == 14
    assert summed.numbers["packages_entered_again"] == summed.numbers["packages_acted_on"] == 3127
    assert "14 small entries at port 2304 and port 2402 from 2024-03-25 to 2024-04-26" in finding.title


def test_a_lot_that_came_back_in_other_lines_is_told_with_all_its_lines(findings: list[Finding]) -> None:
    of_three, of_one = of(findings, "55-0000040"), of(findings, "55-0000041")
    for finding, before, after in ((of_three, 3, 2), (of_one, 1, 3)):
        match = next(e for e in finding.evidence if e.numbers.get("packages_acted_on"))
        assert match.numbers["packages_acted_on"] == match.numbers["packages_entered_again"]
        assert sum(ref.table == "entry_lines" for ref in match.records) == before + after


def test_what_was_laden_while_customs_had_the_lot_before_it_is_another(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000042")
    assert lead.features["under_way"] == 1 and lead.probability < 0.1


def test_goods_that_are_only_here_for_a_time_may_come_and_go(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000020")
    assert len(lead.lawful.temporary) == 2
    assert lead.probability < 0.5


def test_what_customs_let_the_importer_enter_elsewhere_is_no_scheme(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000021")
    assert lead.lawful.settled == ("2024-0117",)
    assert lead.probability < 0.5
    assert not lead_of(weighed, "55-0000022").lawful.settled


def test_what_customs_had_before_it_again_and_passed_is_no_scheme(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000023")
    assert len(lead.lawful.passed) == 1 and lead.lawful.returned_lawfully
    assert lead.probability < 0.1


def test_passed_on_its_papers_alone_a_return_stays_open(weighed: list[Weighed]) -> None:
    lead = lead_of(weighed, "55-0000024")
    assert lead.lawful.cleared_on_return and not lead.lawful.returned_lawfully
    assert lead.features["passed"] == 1.0


def test_leave_to_recondition_explains_a_return_and_leave_that_was_asked_for_in_vain_does_not(
    weighed: list[Weighed],
) -> None:
    for taxpayer, given in (("55-0000025", "2024-025"), ("55-0000030", "LTR-030")):
        lead = lead_of(weighed, taxpayer)
        assert lead.lawful.settled == (given,)
        assert lead.probability < 0.1
    for taxpayer in ("55-0000026", "55-0000031"):
        assert not lead_of(weighed, taxpayer).lawful.settled


def test_a_newcomer_is_named_as_successor_by_a_maker_that_nobody_else_buys_from(findings: list[Finding]) -> None:
    finding = of(findings, "55-0000014")
    assert ("importer:66-000001400", "successor") in {(m.entity, m.role) for m in finding.members}


def test_what_one_broker_brought_back_for_several_importers_is_one_finding_that_names_all(
    findings: list[Finding],
) -> None:
    finding = of(findings, "56-0000000")
    assert {m.entity for m in finding.members if m.role == "importer"} == {f"importer:56-00000{n}000" for n in range(4)}
    assert ("broker:BQK", "broker") in {(m.entity, m.role) for m in finding.members}
    told = next(e for e in finding.evidence if "filer" in e.numbers)
    assert told.numbers["importers_sharing"] == 4 and told.numbers["others_sharing"] == 0
    assert {r.key[0][:3] for r in told.records} == {"BQK"} and len(told.records) == 4
    named = [f for f in findings if any(m.entity.startswith("importer:56-0000") for m in f.members)]
    assert named == [finding]


def test_a_broker_that_files_for_nearly_everybody_joins_nobody(findings: list[Finding]) -> None:
    one, other = of(findings, "57-0000000"), of(findings, "57-0000010")
    assert one != other
    assert not [m for f in (one, other) for m in f.members if m.role == "broker"]
    assert result(one, "broker that files for everybody").startswith("Does not arise")


@pytest.mark.parametrize(
    "taxpayer", ["55-0000010", "55-0000011", "55-0000015", "55-0000028", "55-0000029", "55-0000032", "55-0000036"]
)
def test_recurring_lots_a_container_that_came_round_and_a_bill_s_own_entry_are_not_found(
    findings: list[Finding], taxpayer: str
) -> None:
    named = [f for f in findings if any(m.entity.startswith(f"importer:{taxpayer}") for m in f.members)]
    assert all(f.probability < 0.5 and not f.queue for f in named)


def test_findings_come_most_probable_first_and_are_the_same_however_shipments_are_parted_into_batches(
    facts: MemoryFacts, findings: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "LOTS_A_BATCH", 4_000)
    monkeypatch.setattr(parts, "LINES_A_BATCH", 100_000)
    again = detect(facts, only=("port_shopping",))
    assert again == findings
    assert [f.probability for f in findings] == sorted((f.probability for f in findings), reverse=True)
    assert len({f.id for f in findings}) == len(findings)


def test_what_was_learned_later_is_not_used() -> None:
    world = harbour_world(6, importers=40)
    trade(world, "55-000000100")
    lot = world.line(importer_number="55-000000100", port_code="2704", entry_date=HELD)
    pending = world.act(lot, kind="hold", result="pending", known_at=on(3))
    world.again(lot, port_code="3001", entry_date=on(40), known_at=on(41))
    world.add("actions", {**pending, "result": "released", "known_at": on(120)})
    facts = MemoryFacts(world.tables)

    def told(as_of: date) -> list[Finding]:
        return [f for f in detect(facts, as_of=as_of) if any("55-0000001" in m.entity for m in f.members)]

    assert told(on(30)) == []  # not entered again yet
    (known_then,) = told(on(60))
    assert known_then.as_of == on(60)
    assert result(known_then, "released before").startswith("Open")
    assert all(f.probability < 0.5 and not f.queue for f in told(on(200)))  # the release is known now


def test_without_facts_or_actions_there_are_no_findings() -> None:
    assert detect(MemoryFacts({})) == []
    world = harbour_world(7, importers=10)
    assert detect(MemoryFacts({"entry_lines": world.tables["entry_lines"]})) == []


def test_an_unknown_detector_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="no detector called ghosts") as error:
        detect(MemoryFacts({}), only=("ghosts",))
    assert "port_shopping" in error.value.next_step
    assert all(name == detector.name for name, detector in DETECTORS.items())
