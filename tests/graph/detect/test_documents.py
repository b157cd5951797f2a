"""Documents that speak of a case: which are found by what they name, and which sentences name what."""

from datetime import date
from typing import Any

from graph.detect.documents import MOST_FIRMS, Document, documents_naming
from tests.graph.detect.memory_facts import MemoryFacts

UNTIL = date(2026, 1, 1)


def document(name: str, text: str, *marked: tuple[str, str, str], **values: Any) -> dict[str, list[dict[str, Any]]]:
    """A document's row and those of its mentions, each given as (kind, key, as it stands in the text)."""
    row = {"id": name, "kind": "memo", "date": date(2025, 6, 1), "title": "Note", "text": text}
    mentions = [
        {
            "document_id": name, "kind": kind, "key": key, "text": written, "how": "form",
            "start": text.index(written), "end": text.index(written) + len(written),
        }
        for kind, key, written in marked
    ]  # fmt: skip
    return {"documents": [row | values], "mentions": mentions}


def found(
    *written: dict[str, list[dict[str, Any]]], numbers: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> list[Document]:
    tables = {table: [row for one in written for row in one[table]] for table in ("documents", "mentions")}
    return documents_naming(MemoryFacts(tables), numbers, names, as_of=None, until=UNTIL)


FIRM = ("company_name", "UMBER TRADING CO LTD", "Umber Trading Co., Ltd.")


def test_a_firm_is_found_by_its_name_with_another_legal_form_and_by_its_taxpayer_s_number() -> None:
    by_name = document("D1", "Umber Trading Co., Ltd. called.", FIRM)
    by_number = document("D2", "Seen: 12-345678901.", ("importer", "12-345678901", "12-345678901"))
    another = document("D3", "Ochre Trading Inc. called.", ("company_name", "OCHRE TRADING INC", "Ochre Trading Inc."))
    told = found(by_name, by_number, another, numbers=("12-3456789",), names=("UMBER TRADING INC", "PT Sienna"))
    assert [(one.id, [named.key for named in one.named]) for one in told] == [
        ("D1", ["UMBER TRADING"]),
        ("D2", ["12-3456789"]),
    ]


def test_a_name_is_found_behind_a_legal_form() -> None:
    told = found(
        document("D1", "PT Sienna Jaya called.", ("company_name", "PT SIENNA JAYA", "PT Sienna Jaya")),
        names=("Sienna Jaya",),
    )
    assert [one.id for one in told] == ["D1"]


def test_a_name_is_found_whether_its_first_word_is_written_in_full_or_short() -> None:
    told = found(
        document("D1", "Saint Umber Ltd. called.", ("company_name", "SAINT UMBER LTD", "Saint Umber Ltd.")),
        document("D2", "St. Umber Ltd. called.", ("company_name", "ST UMBER LTD", "St. Umber Ltd.")),
        names=("Saint Umber Limited",),
    )
    assert [one.id for one in told] == ["D1", "D2"]


def test_what_is_later_a_ruling_or_a_list_of_firms_speaks_of_nobody() -> None:
    others = [
        (f"{word} Trading Ltd.", f"{word.upper()} TRADING LTD") for word in map("Firm{}".format, range(MOST_FIRMS))
    ]
    text = "; ".join(["Umber Trading Co., Ltd.", *(written for written, _ in others)])
    a_list = document("D1", text, FIRM, *(("company_name", key, written) for written, key in others))
    ruling = document("D2", "Umber Trading Co., Ltd. asked.", FIRM, kind="ruling")
    later = document("D3", "Umber Trading Co., Ltd. called.", FIRM, date=date(2026, 1, 2))
    undated = document("D4", "Umber Trading Co., Ltd. called.", FIRM, date=None)
    assert [one.id for one in found(a_list, ruling, later, undated, names=("Umber Trading",))] == ["D4"]


def test_sentences_come_with_what_they_name_the_title_first() -> None:
    text = "Umber Trading Co., Ltd. was sold. The price was paid to 12-345678901."
    (one,) = found(document("D1", text, FIRM, ("importer", "12-345678901", "12-345678901")), names=("Umber Trading",))
    assert one.sentences == (
        ("Note", frozenset()),
        ("Umber Trading Co., Ltd. was sold.", frozenset({"UMBER TRADING"})),
        ("The price was paid to 12-345678901.", frozenset({"12-3456789"})),
    )


def test_an_initial_or_a_title_ends_no_sentence() -> None:
    text = "Umber Trading Co., Ltd., free of ties to Y. Park or Mr. Weld, buys it. Paid."
    (one,) = found(document("D1", text, FIRM), names=("Umber Trading",))
    assert [said for said, _ in one.sentences[1:]] == [text.removesuffix(" Paid."), "Paid."]
