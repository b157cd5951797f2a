"""What an entry says itself of goods that were here before, and what a movement under bond explains."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graph.detect.reentry.lawful import Lawful, Return, lawful
from tests.graph.detect.memory_facts import MemoryFacts

UNTIL = date(2026, 1, 1)
STOPPED, CAME = date(2025, 3, 10), date(2025, 4, 2)
EPOCH = date(1970, 1, 1)
RETURN = Return(
    "L1", ("A1",), (STOPPED - EPOCH).days, "2704", "12-3456789", "UMBR1", "ABC12345676", "UMBR2", "ABC76543210",
    (CAME - EPOCH).days, "3001",
)  # fmt: skip


def told(
    *, area: str | None = "adcvd", result: str = "discrepant", hts: str = "7326201000", case: str | None = None,
    bond: str | None = None, moved_on: date | None = None, of: Return = RETURN, paper: dict[str, Any] | None = None,
    laden_in: str | None = None, exported_from: str | None = None, remarks: str | None = None,
    onward: dict[str, Any] | None = None,
) -> Lawful:  # fmt: skip
    def line(entry: str, **values: Any) -> dict[str, Any]:
        return {"entry_number": entry, "line_number": 1, "tariff_ordinal": 1, "hts_number": "7326201000"} | values

    action = {
        "action_id": "A1", "kind": "exam", "action_date": STOPPED, "entry_number": of.entry_number,
        "result": result, "discrepancy_area": area, "remarks": remarks,
    }  # fmt: skip
    move = {
        "serial": "V1", "kind": bond, "bill_number": of.bill, "from_port": "2704", "to_port": "3001",
        "moved_on": moved_on,
    }  # fmt: skip
    came_by = {"bill_number": of.return_bill, "loaded_on": date(2025, 3, 20), "country_of_lading": laden_in}
    facts = MemoryFacts(
        {
            "entry_lines": [
                line(of.entry_number),
                line(of.return_entry, hts_number=hts, ad_case=case, country_of_export=exported_from),
            ],
            "actions": [action],
            "in_bond": [move] if bond else [],
            "bills": [came_by] if laden_in else [],
            "foreign_bills": [onward] if onward else [],
            "documents": [{"id": "D1", "kind": "memo", "date": CAME, "title": "File note"} | paper] if paper else [],
            "mentions": [{"document_id": "D1", "kind": "bill", "key": of.bill, "start": 0, "end": 5}] if paper else [],
        }
    )
    return lawful(facts, [of], as_of=None, until=UNTIL)["L1"]


@pytest.mark.parametrize(("hts", "declared"), [("9801002000", True), ("9802005060", True), ("7326201000", False)])
def test_an_entry_may_say_itself_that_the_goods_were_here_before(hts: str, declared: bool) -> None:
    law = told(area="marking", hts=hts)
    assert bool(law.as_returned) is declared
    assert law.put_right is declared


@pytest.mark.parametrize(
    ("area", "result", "case", "right"),
    [
        ("adcvd", "discrepant", "A570918", True),
        ("adcvd", "discrepant", None, False),
        ("marking", "discrepant", "A570918", False),  # something else was wrong
        (None, "pending", "A570918", False),  # nothing was found wrong yet
    ],
)
def test_the_duties_that_were_left_out_put_right_what_was_wrong_for_them_alone(
    area: str | None, result: str, case: str | None, right: bool
) -> None:
    assert told(area=area, result=result, case=case).put_right is right


@pytest.mark.parametrize(("bond", "explains"), [("61", True), ("62", False), ("63", False)])
def test_goods_that_were_to_leave_the_country_are_not_explained_by_their_movement(bond: str, explains: bool) -> None:
    law = told(bond=bond, of=replace(RETURN, return_bill="UMBR1"))
    assert (law.in_bond, law.out_of_bond) == ((("V1",), ()) if explains else ((), ("V1",)))


@pytest.mark.parametrize(
    ("moved_on", "refused", "used_before", "explains"),
    [
        (date(2025, 3, 9), True, (0, 40), True),  # it was on its way when it was stopped
        (date(2025, 3, 20), True, (12, 40), False),  # what is refused is to leave, and not to go on
        (date(2025, 3, 20), False, (12, 40), True),  # where the importer's goods go
        (date(2025, 3, 20), False, (0, 40), False),  # where they never went
        (date(2025, 3, 20), False, (0, 4), True),  # of so few it is not known where they go
    ],
)
def test_a_movement_that_set_out_after_the_stop_explains_what_was_to_go_there_all_along(
    moved_on: date, refused: bool, used_before: tuple[int, int], explains: bool
) -> None:
    of = replace(RETURN, return_bill="UMBR1", refused=refused, used_before=used_before)
    law = told(bond="61", moved_on=moved_on, of=of)
    assert (law.in_bond, law.out_of_bond) == ((("V1",), ()) if explains else ((), ("V1",)))


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Licence 77 issued for 40 packages in place of the one that was wanting for UMBR1.", "memo", True),
        ("Permit 77 granted to the importer, replacing that of UMBR1.", "notice", True),
        ("Permit 77 granted to the importer, replacing that of UMBR1.", "other", False),  # anybody's word
        ("No permit was issued in place of the one that was wanting for UMBR1.", "memo", False),
        ("Permit 77 was issued for UMBR1.", "memo", False),  # what it came with
    ],
)
def test_a_licence_in_place_of_one_that_was_wanting_is_leave(text: str, kind: str, found: bool) -> None:
    law = told(paper={"text": text, "kind": kind})
    assert bool(law.settled) is law.returned_lawfully is found


BOUGHT = "We bought the goods of UMBR1 after they had been refused in the United States, and sold them on."


@pytest.mark.parametrize(
    ("text", "kind", "came", "found"),
    [
        (BOUGHT, "other", {"laden_in": "CN"}, True),
        (BOUGHT, "other", {"exported_from": "CN"}, True),
        (BOUGHT, "other", {"laden_in": "MX", "exported_from": "CN"}, False),  # a paper, but the goods set out elsewhere
        (BOUGHT, "other", {}, False),
        (BOUGHT, "memo", {}, True),  # customs' own
        ("LANDING CERTIFICATE: UMBR1, 40 packages, landed at Colon for home use.", "other", {"laden_in": "CN"}, True),
        ("UMBR1: no landing certificate was presented for the goods exported.", "memo", {}, False),
        ("UMBR1 was exported, to be sold abroad.", "memo", {}, False),
        ("UMBR1 was bought of Umber Works.", "memo", {}, False),  # by whoever brought it in
    ],
)
def test_a_lot_that_found_a_buyer_abroad_has_not_come_back(
    text: str, kind: str, came: dict[str, str], found: bool
) -> None:
    law = told(paper={"text": text, "kind": kind}, of=replace(RETURN, made_in="CN"), **came)
    assert bool(law.sold_abroad) is law.returned_lawfully is found


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ({"text": "UMBR1: 400 packages were destroyed in the presence of an officer."}, ("D1",)),
        ({"text": "UMBR1: destruction witnessed."}, ("D1",)),
        ({"text": "Attended destruction of 400 packages, bill UMBR1. Nothing kept back."}, ("D1",)),
        ({"text": "Attended destruction of 40 packages, bill UMBR1."}, ()),  # a part of the lot
        ({"text": "UMBR1: export, or present for destruction."}, ()),
        ({"text": "We certify that 400 packages of UMBR1 have been buried at the tip before an officer."}, ("D1",)),
        ({"text": "UMBR1 is to be exported or destroyed within 90 days, and is not destroyed."}, ()),
        ({"text": "UMBR1: to be destroyed or exported within 90 days. Destroyed 2 May, officer present."}, ("D1",)),
        ({"text": "UMBR1 must be exported or destroyed within 90 days."}, ()),
        ({"text": "UMBR1 was destroyed.", "kind": "other"}, ()),  # its owner's word
        ({"text": "UMBR1 was destroyed.", "date": date(2025, 1, 2)}, ()),  # before it was stopped
    ],
)
def test_a_lot_that_customs_saw_destroyed_has_not_come_back(paper: dict[str, Any], found: tuple[str, ...]) -> None:
    law = told(paper=paper, of=replace(RETURN, packages=400.0))
    assert law.destroyed == found
    assert law.explains is bool(found)


@pytest.mark.parametrize(
    ("text", "kind", "on", "taken_back"),
    [
        ("Our notice of refusal for bill UMBR1 (40 packages) is rescinded.", "notice", CAME, True),
        ("Bill UMBR1. The appeal was allowed.", "memo", CAME, True),
        ("Protest 2704-24-100001 against the refusal of bill UMBR1 is ALLOWED in full.", "memo", CAME, True),
        ("Protest 2704-24-100001 against the refusal of bill UMBR1 is allowed in part.", "memo", CAME, False),
        ("Protest 2704-24-100001 against the refusal of bill UMBR1 was denied.", "memo", CAME, False),
        ("The protest on bill UMBR1 was filed within the time allowed.", "memo", CAME, False),
        ("The petition on bill UMBR1 for relief from the penalty was granted.", "memo", CAME, False),
        ("In its protest the owner of bill UMBR1 was allowed 30 days.", "memo", CAME, False),
        ("Our notice of refusal for bill UMBR1 is not rescinded.", "notice", CAME, False),
        ("UMBR1: the importer asks that the refusal be set aside; the refusal was lifted? No.", "memo", CAME, False),
        ("Our notice of refusal for bill UMBR1 is rescinded.", "other", CAME, False),  # says its owner
        (
            "Our notice of refusal for bill UMBR1 is rescinded.",
            "notice",
            date(2025, 5, 9),
            False,
        ),  # it was back by then
    ],
)
def test_what_customs_took_back_no_longer_binds(text: str, kind: str, on: date, taken_back: bool) -> None:
    law = told(paper={"text": text, "kind": kind, "date": on})
    assert bool(law.settled) is law.returned_lawfully is taken_back


@pytest.mark.parametrize(
    ("remarks", "mended"),
    [("Re-marked abroad.", True), ("Not legally marked and not exported or re-marked in time.", False), (None, False)],
)
def test_goods_that_were_to_be_mended_and_were_not_are_not_mended(remarks: str | None, mended: bool) -> None:
    assert bool(told(remarks=remarks).reconditioned) is mended


@pytest.mark.parametrize(
    ("changes", "went_on"),
    [
        ({}, True),
        ({"packages": 401}, False),
        ({"gross_weight_kg": 8_050.0}, False),
        ({"loaded_on": date(2025, 3, 1)}, False),  # before it was stopped
        ({"country_of_unlading": "CN"}, False),  # back to the maker
        ({"hts_prefix": "940360"}, False),
    ],
)
def test_a_bill_of_the_same_goods_to_another_country_shows_that_they_went_on(
    changes: dict[str, Any], went_on: bool
) -> None:
    bill = {
        "bill_number": "ABCD1", "loaded_on": date(2025, 3, 20), "country_of_lading": "JM", "country_of_unlading": "PE",
        "packages": 400, "gross_weight_kg": 8_000.0, "hts_prefix": "732620",
    }  # fmt: skip
    of = replace(RETURN, made_in="CN", hts4="7326", packages=400.0, weight=8_000.0)
    assert told(of=of, exported_from="CN", onward=bill | changes).sold_abroad == (("ABCD1",) if went_on else ())
    assert told(of=of, exported_from="MX", onward=bill | changes).sold_abroad == ()


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Refusal of UMBR1. The importer asked leave to re-mark abroad and re-present. Leave given.", True),
        ("Refusal of UMBR1. The importer asked leave to re-mark abroad and re-present. Leave was not given.", False),
        ("UMBR1 is to be re-presented at another port. Of other goods. Leave given to go home.", False),
    ],
)
def test_leave_is_asked_for_in_one_sentence_and_given_in_the_next(text: str, given: bool) -> None:
    assert bool(told(paper={"text": text}).settled) is given
