"""What documents say for a maker's goods, and what they leave open or say against them."""

import re
from datetime import date

import pytest

from graph.detect.diversion.written import leaves_out, speaks_against, speaks_for, spoken_of
from graph.detect.documents import Document, Named
from tests.graph.detect.memory_facts import MemoryFacts

MAKER, IMPORTER = "UMBER TILE", "OCHRE HOME"


OURS = frozenset({MAKER, "VNUMBTIL1HAI"})


def written(text: str, *, kind: str = "memo") -> Document:
    named = [Named(key, m.start(), m.end()) for key in (MAKER, IMPORTER) for m in re.finditer(key, text)]
    named.sort(key=lambda one: one.start)
    return Document("D1", kind, date(2025, 6, 1), "Note", text, tuple(named))


def said(text: str, *, kind: str = "memo") -> bool:
    return speaks_for(written(text, kind=kind), OURS)


@pytest.mark.parametrize(
    "text",
    [
        f"Tile samples made by {MAKER} are not within the scope of the order.",
        f"Visited {MAKER}. The kilns and the plant were running. Records are in order.",
        f"The investigation found no evidence that {IMPORTER} entered tile of {MAKER} through evasion.",
        f"The allegation against {MAKER} was unfounded.",
    ],
)
def test_what_is_cleared_speaks_for_it(text: str) -> None:
    assert said(text)


def test_what_parties_write_of_their_own_goods_speaks_for_nobody_but_a_register_does() -> None:
    praise = f"{MAKER} is a genuine manufacturer; its plant was running."
    assert said(praise, kind="memo") and not said(praise, kind="other")
    assert said(f"Extract of the trade register. {MAKER}: production confirmed.", kind="other")


@pytest.mark.parametrize(
    ("subject", "against"),
    [(f"Re: {MAKER}, Haiphong", True), (f"Re: {MAKER} and {IMPORTER}", False), ("Re: visits of May", False)],
)
def test_a_memo_whose_subject_is_the_maker_alone_is_on_it_where_it_names_nobody_else(
    subject: str, against: bool
) -> None:
    text = f"{subject}\n\n- No raw materials could be shown.\n\n- {IMPORTER} was called. {MAKER} did not answer."
    assert speaks_against(written(text), OURS) == against
    assert not speaks_against(written(f"{subject}\n\n{IMPORTER} has no workers. {MAKER} was called."), OURS)


@pytest.mark.parametrize(
    "text",
    [
        f"Tile in sets made by {MAKER} is within the scope of the order.",
        f"Visited {MAKER}. The plant was idle; no machinery was seen.",
        f"Production of {MAKER} could not be verified, its papers are in order.",
        f"{IMPORTER} is compliant. It buys of {MAKER}.",
        "The plant was running.",
    ],
)
def test_what_is_open_or_against_it_or_of_somebody_else_does_not(text: str) -> None:
    assert not said(text)


@pytest.mark.parametrize(
    ("text", "kind", "out"),
    [
        (
            f"On request of {IMPORTER} we find that mosaic tile of {MAKER} is outside the scope of the order.",
            "ruling",
            1,
        ),
        (f"Sample of {MAKER}. It is not covered by the order.", "lab_report", 1),
        (f"Mosaic tile of {MAKER} is outside the scope of the order.", "other", 0),
        (f"{IMPORTER} asks that mosaic tile of {MAKER} be found outside the scope of the order.", "notice", 0),
        (f"Mosaic tile of {MAKER} is not outside the scope of the order.", "ruling", 0),
        (f"Goods of {MAKER} need no deposit.", "notice", 1),
        (f"{MAKER} confirmed production.", "memo", 0),
        (f"{IMPORTER} asks for the origin of tile of {MAKER}. The blanks are substantially transformed.", "ruling", 1),
        (f"{IMPORTER} asks for the origin of tile of {MAKER}. They are not substantially transformed.", "ruling", 0),
        (f"{MAKER} has its tile waxed and takes it back. That does not change origin.", "memo", 1),
    ],
)
def test_only_customs_and_laboratories_leave_goods_out_of_an_order(text: str, kind: str, out: int) -> None:
    assert leaves_out(written(text, kind=kind), OURS) == bool(out)


@pytest.mark.parametrize(
    ("text", "kind", "against"),
    [
        (f"Visited {MAKER}. Found a rented warehouse, no equipment to make tile.", "memo", True),
        (f"Called at {MAKER}. Two workers relabelling cartons. No payroll produced.", "memo", True),
        (f"{MAKER}: the gate was locked, goods come in and go out by container.", "ims_document", True),
        (f"Toured {MAKER}. It could not show any purchases of clay.", "memo", True),
        (f"Extract of the trade register. Name: {MAKER}. No production registered.", "other", True),
        (f"Trade register extract, {MAKER}. Factory licence: none.", "other", True),
        (f"Premises of {MAKER} are a bonded warehouse; no production was seen.", "memo", True),
        (f"At {MAKER} workers were removing stickers with another country's name.", "memo", True),
        (f"Staff at {MAKER} could not explain the process. The hall was empty.", "memo", True),
        (f"Visited {MAKER}. Nothing but an office with two desks.", "memo", True),
        (f"The factory of {MAKER} does not exist.", "notice", True),
        # said by somebody, or of another, or of a plant that was seen at work
        (f"Visited {MAKER}. No workers were under age; production observed.", "memo", False),
        (f"Visited {MAKER}: no problems, no production stoppages.", "memo", False),
        (f"We believe that {MAKER} has no factory.", "other", False),
        (f"{IMPORTER} claims that {MAKER} has no machinery.", "memo", False),
        (f"{MAKER} was visited. {IMPORTER} has a rented warehouse.", "memo", False),
        (f"Visited {MAKER}. The plant was running, no workers idle.", "memo", False),
        (f"Extract of the trade register. Name: {MAKER}. Manufacture of tile.", "other", False),
    ],
)
def test_what_customs_saw_or_a_register_says_may_speak_against_a_maker(text: str, kind: str, against: bool) -> None:
    assert speaks_against(written(text, kind=kind), OURS) == against


def test_of_a_laboratory_only_what_it_says_of_the_scope_speaks_for_it() -> None:
    assert said(
        f"Sample of tile of {MAKER}, importer {IMPORTER}. It is outside the written scope of the order.",
        kind="lab_report",
    )
    assert not said(f"The sample of {MAKER}: classification in order.", kind="lab_report")


def test_a_document_is_found_by_a_maker_s_number_or_name_on_file() -> None:
    text = "Umber Tile JSC: origin confirmed."
    facts = MemoryFacts(
        {
            "party_records": [
                {"record_id": f"R{mid}", "role": "manufacturer", "identifier": mid, "name": name}
                for mid, name in (("VNUMBTIL1HAI", "Umber Tile Ltd."), ("VNSIETIL2HAI", "Sienna Tile Ltd."))
            ],
            "documents": [{"id": "D1", "kind": "memo", "date": date(2025, 6, 1), "title": "Visit", "text": text}],
            "mentions": [
                {
                    "document_id": "D1", "kind": "company_name", "key": "UMBER TILE JSC", "text": "Umber Tile JSC",
                    "start": 0, "end": 14, "how": "form",
                }
            ],
        }
    )  # fmt: skip
    makers = ("VNUMBTIL1HAI", "VNSIETIL2HAI")
    assert spoken_of(facts, makers, as_of=None, until=date(2026, 1, 1))[0] == {"VNUMBTIL1HAI": ("D1",)}
    assert spoken_of(facts, makers, as_of=None, until=date(2025, 1, 1)) == ({}, {})
