"""Notes of payment: what says that something is paid, and of which events it speaks."""

from datetime import date
from typing import Any

import ibis
import pytest

from graph.detect.succession.payment import Matter, last_demand, noted, says_paid, speaks_of
from tests.graph.detect.memory_facts import MemoryFacts

PENALTY = Matter("A1", day=100, kind="penalty", entry="ABC12345678", bill="MAEU55", amount_usd=80_000)


@pytest.mark.parametrize(
    ("remarks", "paid"),
    [
        ("Tendered and paid in full.", True),
        ("mitigated and paid", True),
        ("Multa pagada el martes", True),
        ("Amende payée", True),
        ("Strafe bezahlt.", True),
        ("Payment received, closed.", True),
        ("MITIGATED, PD", True),
        ("Bill void, duty had been pd", True),
        ("Penalty was cancelled", True),
        ("Withdrawn on petition, no loss of rev", True),
        ("Final recon ok, no bal", True),
        ("No payment received", False),
        ("UNPD AT 60D", False),
        ("not pd", False),
        ("The order was cancelled by the buyer", False),
        ("no balls in this lot", False),
        ("Payment not received by the due date", False),
        ("Collected in full with interest", True),
        ("The duties were collected.", True),
        ("mitigated on petition, remainder paid", True),
        ("sample collected", False),
        ("To be collected in full", False),
        ("penalty not collected", False),
        ("duties collected in part", False),
        ("Not paid; sent to collection.", False),
        ("not yet been paid", False),
        ("liquidated with dumping duties, unpaid", False),
        ("To be paid in monthly parts", False),
        ("paid in part", False),
        ("partly paid", False),
        ("No pagada", False),
        ("Amende non payée", False),
        ("noch nicht vollständig bezahlt", False),
        ("The payee is abroad", False),
        ("Principal and interest received, account closed", True),
        ("Nothing is outstanding.", True),
        ("The unpaid bill was settled in May.", True),
        ("Expression of interest received", False),
        ("Penalty satisfied; file closed", True),
        ("Bill was honoured", True),
        ("Full payment made", True),
        ("Balance is nil", True),
        ("No amounts outstanding", True),
        ("The sum of $9,000.00 owed by it was received from its heir.", True),
        ("The sum of $9,000.00 was received from the surety.", False),
        ("Check of its heir for $9,000 covers all that is open on the account", True),
        ("The sum of $9,000.00 owed by Umber Inc. was received from its heir.", True),
        ("The amount due is 900 USD. A letter was received from the importer", False),
        ("The amount of steel was received from the mill", False),
        ("Part of the sum owed was received from its heir", False),
        ("No sum that is due was received from it", False),
        ("A check that covers all that is open is on its way", False),
        ("The sample was received from the laboratory", False),
        ("Customs was satisfied with the sample", False),
        ("Balance 0.5 m short", False),
        ("Nothing has been paid", False),
        ("only USD 100 paid", False),
        ("Paid USD 500 on account", False),
        ("Surety made payment in full", False),
        ("Paid in full by the surety", False),
        ("Surety paid its limit, the rest is unpaid.", False),
        ("Bond claim: collected from the surety in full", False),
        ("The surety has settled. USD 9,000 still open.", False),
        ("Settled in part; the remainder is unpaid", False),
        (None, False),
    ],
)
def test_remarks_say_that_all_is_paid_or_do_not(remarks: str | None, paid: bool) -> None:
    t = ibis.memtable([{"remarks": remarks}], schema={"remarks": "string"})
    assert t.select(paid=says_paid(t.remarks)).to_pyarrow()["paid"].to_pylist() == [paid]


@pytest.mark.parametrize(
    ("note", "speaks"),
    [
        ({}, True),  # names nothing: one of the same kind
        ({"kind": "audit"}, False),
        ({"key": "A1", "kind": "audit"}, True),  # the event's own row
        ({"kind": "audit", "entry": "ABC12345678"}, True),
        ({"kind": "audit", "bill": "MAEU55"}, True),
        ({"entry": "ABC99999999"}, False),  # another entry's
        ({"bill": "MAEU77"}, False),
        ({"amount_usd": 900}, False),  # another amount
        ({"amount_usd": 50_000, "remits": True}, True),  # so much was taken off
        ({"amount_usd": 90_000, "remits": True}, False),  # more than was asked
        ({"amount_usd": 80_400, "kind": "audit"}, True),  # its amount, with interest
        ({"entry": "ABC12345678", "amount_usd": 900}, False),  # a fee on its entry
        ({"kind": "audit", "remarks": "80,000.00 USD received and paid in"}, True),
        ({"kind": "audit", "remarks": "Paid: ABC-1234567-8"}, True),
        ({"kind": "audit", "remarks": "A1 paid"}, True),
        ({"kind": "audit", "remarks": "A11 paid"}, False),
        ({"day": 99}, False),  # before it
        ({"day": 100 + 400}, False),  # long after it
    ],
)
def test_a_note_of_payment_speaks_of_what_it_names(note: dict[str, Any], speaks: bool) -> None:
    told: dict[str, Any] = {"key": "A9", "day": 130, "kind": "penalty"}
    assert speaks_of(Matter(**(told | note)), PENALTY) is speaks


@pytest.mark.parametrize(
    ("note", "demand"),
    [
        ({"remarks": "Bill paid in full."}, "A5"),  # names nothing: the last demand before it, of whatever kind
        ({"remarks": "Bill paid in full.", "day": 120}, "A1"),
        ({"remarks": "Bill paid in full.", "day": 99}, None),  # before any
        ({"remarks": "Bill paid in full.", "day": 700}, None),  # long after all
        ({"remarks": "Bill 4711 paid in full."}, None),  # names a bill
        ({"remarks": "Paid.", "entry": "ABC99999999"}, None),
        ({"remarks": "Paid.", "amount_usd": 900}, None),
    ],
)
def test_a_note_that_names_nothing_is_of_the_last_demand(note: dict[str, Any], demand: str | None) -> None:
    events = [
        PENALTY,
        Matter("A5", day=150, kind="audit", amount_usd=9_000),
        Matter("A6", day=160, kind="exam"),  # asks for nothing
    ]
    values: dict[str, Any] = {"key": "A9", "day": 200, "kind": "penalty"} | note
    assert last_demand(Matter(**values), events) == demand


OWES, OTHER = "55-0000001", "55-0000002"


@pytest.mark.parametrize(
    ("kind", "text", "paid"),
    [
        ("memo", f"Umber Kiln LLC ({OWES}00) agreed to an offer in compromise and paid. Account is current.", ["A1"]),
        ("notice", f"Of {OWES}: the penalty of 80,000 dollars was collected in full.", ["A1"]),
        ("memo", f"Of {OWES}: the penalty of 9,000 dollars was collected in full.", []),
        ("memo", f"{OWES} has not paid. The surety paid nothing.", []),
        ("memo", f"{OWES} and {OTHER} paid.", []),
        ("other", f"We have paid all that {OWES} owed.", []),
        ("memo", f"{OWES} imports tiles.", []),
    ],
)
def test_customs_own_papers_on_a_party_say_what_it_paid(kind: str, text: str, paid: list[str]) -> None:
    mentions = [
        {
            "document_id": "D1", "kind": "importer", "key": f"{number}00", "start": text.index(number),
            "end": text.index(number) + len(number) + 2 * (f"{number}00" in text),
        }
        for number in (OWES, OTHER) if number in text
    ]  # fmt: skip
    facts = MemoryFacts(
        {
            "documents": [{"id": "D1", "kind": kind, "title": "Account", "text": text, "date": date(1970, 6, 1)}],
            "mentions": mentions,
        }
    )
    notes = noted(facts, [OWES, OTHER], as_of=None, until=date(1971, 1, 1)).get(OWES, [])
    said = {PENALTY.key for note in notes if speaks_of(note, PENALTY)}
    assert sorted(said | {key for note in notes if (key := last_demand(note, [PENALTY]))}) == paid
    assert noted(facts, [OWES], as_of=None, until=date(1970, 5, 1)) == {}
