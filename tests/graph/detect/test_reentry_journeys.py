"""What carriers say of how goods came: laden before the stop, and notices of ports that ships leave out."""

from datetime import date
from typing import Any

import pytest

from graph.detect.reentry.journeys import Travelled, journeys
from tests.graph.detect.memory_facts import MemoryFacts

UNTIL = date(2026, 1, 1)
STOPPED, CAME = (date(2025, 3, 10) - date(1970, 1, 1)).days, (date(2025, 4, 2) - date(1970, 1, 1)).days
LOT = Travelled("L1", "UMBR1", STOPPED, "2704", ("UMBR2", "UMBR3"), CAME, "3001", "UMBR")


def facts(laden: dict[str, date | None], *notices: dict[str, Any]) -> MemoryFacts:
    papers = [{"id": f"N{n}", "kind": "notice", "date": date(2025, 3, 20), "title": ""} | one
              for n, one in enumerate(notices)]  # fmt: skip
    ports = [{"document_id": one["id"], "kind": "port", "key": key, "text": key, "how": "number", "start": 0, "end": 4}
             for one in papers for key in one.pop("ports")]  # fmt: skip
    bills = [{"bill_number": bill, "vessel": "OCHRE STAR", "loaded_on": day} for bill, day in laden.items()]
    return MemoryFacts({"bills": bills, "documents": papers, "mentions": ports})


@pytest.mark.parametrize(
    ("laden", "before"),
    [
        ({"UMBR2": date(2025, 3, 1), "UMBR3": date(2025, 3, 9)}, ("UMBR2", "UMBR3")),
        ({"UMBR2": date(2025, 3, 1), "UMBR3": date(2025, 3, 12)}, ()),  # a part was laden after the stop
        ({"UMBR2": date(2025, 3, 1), "UMBR3": None}, ()),  # nobody knows when
        ({"UMBR2": date(2025, 3, 1)}, ()),
    ],
)
def test_goods_were_under_way_where_all_their_bills_were_laden_before_the_stop(
    laden: dict[str, date | None], before: tuple[str, ...]
) -> None:
    assert journeys(facts(laden), [LOT], as_of=None, until=UNTIL)["L1"].laden_before == before


def test_the_lot_s_own_bill_says_nothing_of_when_it_was_laden() -> None:
    own = Travelled("L1", "UMBR2", STOPPED, "2704", ("UMBR2",), CAME, "3001", "UMBR")
    known = facts({"UMBR2": date(2025, 3, 1)})
    assert journeys(known, [own], as_of=None, until=UNTIL)["L1"].laden_before == ()


def test_a_notice_tells_that_ships_leave_the_acting_port_out_for_that_of_return_or_that_this_carrier_does() -> None:
    known = facts(
        {},
        {"text": "Berths at 2704 are closed; ships call at 3001.", "ports": ["2704", "3001"]},
        {"text": "UMBR omits 2704 until May.", "ports": ["2704"]},
        {"text": "SIEN omits 2704 until May.", "ports": ["2704"]},
        {"text": "2704 and 3001 are open on Sunday.", "ports": ["2704", "3001"]},
        {"text": "Berths at 2704 are closed; use 3001.", "ports": ["2704", "3001"], "date": date(2024, 3, 20)},
        {"text": "OCHRE STAR is diverted from 2704.", "ports": ["2704"]},
    )
    assert journeys(known, [LOT], as_of=None, until=UNTIL)["L1"].notices == ("N0", "N1")
    known = facts({"UMBR2": None}, {"text": "OCHRE STAR is diverted from 2704.", "ports": ["2704"]})
    assert journeys(known, [LOT], as_of=None, until=UNTIL)["L1"].notices == ("N0",)
