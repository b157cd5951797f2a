"""What an entry says itself of goods that were here before, and what a movement under bond explains."""

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
    bond: str | None = None, of: Return = RETURN, paper: dict[str, Any] | None = None,
) -> Lawful:  # fmt: skip
    def line(entry: str, **values: Any) -> dict[str, Any]:
        return {"entry_number": entry, "line_number": 1, "tariff_ordinal": 1, "hts_number": "7326201000"} | values

    action = {
        "action_id": "A1", "kind": "exam", "action_date": STOPPED, "entry_number": of.entry_number,
        "result": result, "discrepancy_area": area,
    }  # fmt: skip
    move = {"serial": "V1", "kind": bond, "bill_number": of.bill, "from_port": "2704", "to_port": "3001"}
    facts = MemoryFacts(
        {
            "entry_lines": [line(of.entry_number), line(of.return_entry, hts_number=hts, ad_case=case)],
            "actions": [action],
            "in_bond": [move] if bond else [],
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
    under_its_bill = Return(**{name: getattr(RETURN, name) for name in Return.__slots__} | {"return_bill": "UMBR1"})
    law = told(bond=bond, of=under_its_bill)
    assert (law.in_bond, law.out_of_bond) == ((("V1",), ()) if explains else ((), ("V1",)))


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ({"text": "UMBR1: 40 packages were destroyed in the presence of an officer."}, ("D1",)),
        ({"text": "UMBR1: destruction witnessed."}, ("D1",)),
        ({"text": "UMBR1 is to be exported or destroyed within 90 days, and is not destroyed."}, ()),
        ({"text": "UMBR1 was destroyed.", "kind": "other"}, ()),  # its owner's word
        ({"text": "UMBR1 was destroyed.", "date": date(2025, 1, 2)}, ()),  # before it was stopped
    ],
)
def test_a_lot_that_customs_saw_destroyed_has_not_come_back(paper: dict[str, Any], found: tuple[str, ...]) -> None:
    law = told(paper=paper)
    assert law.destroyed == found
    assert law.explains is bool(found)


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
