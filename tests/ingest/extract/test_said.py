"""What texts say as fields: holdings, what a laboratory measured and what does not add up, conclusions."""

import os
import re
from pathlib import Path

import pytest

from graph.model.identifiers import HtsNumber
from ingest.extract.read import read_all
from ingest.extract.said import Said

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

RULING = """In your letter you asked, on behalf of your client, Umber Outdoors Inc., for a ruling. You suggest that the
hangers are classified under subheading 7326.90.8688.

The applicable subheading for the hangers of steel wire will be 7326.20.0020, Harmonized Tariff Schedule. The country
of origin of the hangers for marking purposes is Vietnam.

EFFECT ON OTHER RULINGS: NY N301234, dated March 3, 2020, is hereby modified. HQ H301235 is revoked.
"""


def statements(kind: str, text: str) -> list[Said]:
    (read,) = read_all([("", kind, text)])
    return read.said


def said(kind: str, text: str) -> list[tuple[str, str, str]]:
    return [(one.what, one.value, one.flag) for one in statements(kind, text)]


def test_a_ruling_says_what_it_holds_for_whom_and_what_it_ends() -> None:
    assert said("ruling", RULING) == [
        ("on_behalf_of", "Umber Outdoors Inc.", ""),
        ("classified_under", "7326.20.0020", ""),
        ("origin", "Vietnam", ""),
        ("modifies", "NY N301234 of 2020-03-03", ""),
        ("revokes", "HQ H301235", ""),
    ]
    assert all(one.value in RULING[one.start :] or " of " in one.value for one in statements("ruling", RULING))


def test_a_provision_is_held_as_a_subheading_is_and_an_origin_may_be_one_of_two() -> None:
    text = (
        "The applicable tariff provision for the bags\nwill be 3923.21.0095, HTSUS. The country of origin of the "
        "finished hose is considered to be either Taiwan or Thailand, and is sent via China."
    )
    assert [(what, value) for what, value, _ in said("ruling", text)] == [
        ("classified_under", "3923.21.0095"),
        ("origin", "Taiwan"),
        ("origin", "Thailand"),
    ]


HOLDINGS = [
    ("By application of GRI 1, the lamps are classified in heading 8536, HTSUS, specifically in subheading 8536.61.00, "
     "HTSUS, which provides for lamp holders.", ["8536.61.00"]),
    ("Under GRI 1, the pillow is provided for in heading 9404, HTSUS, and is specifically provided for under\n\n"
     "subheading  9404.90.2000,  HTSUSA.", ["9404.90.2000"]),
    ("The goods fall under heading 6307, HTSUS.", ["6307"]),
    ("The correct classification of the mats is subheading 3918.10.10, HTSUS. They are not classified in heading 9404.",
     ["3918.10.10"]),
    ("The protest should be DENIED.", ["9506.91.00"]),
]  # fmt: skip


@pytest.mark.parametrize(("holding", "numbers"), HOLDINGS)
def test_the_section_of_the_holding_decides_where_it_names_numbers(holding: str, numbers: list[str]) -> None:
    text = f"FACTS:\n\nIn NY N301234 such goods are classified in 9506.91.00.\n\nHOLDING:\n\n{holding}\n\nSincerely,\n"
    found = [one for one in statements("ruling", text) if one.what == "classified_under"]
    assert [one.value for one in found] == numbers
    assert all(text[one.start : one.end] == one.value for one in found)


def test_what_is_done_to_one_ruling_is_not_done_to_the_next() -> None:
    text = "This revokes NY N300001, dated August 8, 2018, and modifies HQ H290001. The bags are products of China."
    assert [(what, value) for what, value, _ in said("ruling", text)] == [
        ("revokes", "NY N300001 of 2018-08-08"),
        ("modifies", "HQ H290001"),
        ("origin", "China"),
    ]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("It is 60.0% cotton and 40.0% polyester.", []),
        ("It is 60.5 percent cotton and 40 percent polyester.", []),
        ("It is 60% cotton and 35% polyester.", ["percentages do not sum to 100"]),
        ("It is 50.4% cotton and 49.6% polyester.", ["within uncertainty of polyester, 49.6%"]),
        ("It is 35% cotton; the box was 12% full.", []),
    ],
)
def test_textiles_whose_fibres_do_not_add_up_or_lie_close_are_flagged(text: str, flags: list[str]) -> None:
    assert [flag for _, _, flag in said("lab_report", text) if flag] == flags


def test_an_issue_says_what_it_concluded() -> None:
    text = "Exam of 3 lines.\nCONCLUSION: Origin not shown; bill issued.\n"
    assert said("ims_document", text) == [("conclusion", "Origin not shown; bill issued.", "")]


@needs_shared_data
def test_real_rulings_hold_the_numbers_of_their_heads() -> None:
    """At least nine of ten numbers that stand under TARIFF NO. are found in the letter, and next to none besides."""
    both = only_text = only_head = 0
    for path in sorted((SHARED / "rulings").glob("*.normalized.txt")):
        text = path.read_text(encoding="utf-8")
        head = re.search(r"TARIFF NO\.?:?\s*([^\n]*(?:\n[\d.; ,]+)?)", text)
        numbers = re.findall(r"\d{4}\.\d{2}\.\d{2}(?:\d{2})?", head.group(1)) if head else []
        listed = {HtsNumber.parse(one).key for one in numbers if not one.startswith("99")}
        found = {one.key[4:] for one in statements("ruling", text) if one.what == "classified_under"}
        held = {key for key in found if len(key) >= 8 and not key.startswith("99")}
        both, only_text, only_head = (
            both + len(held & listed),
            only_text + len(held - listed),
            only_head + len(listed - held),
        )
    assert both / (both + only_text) >= 0.95
    assert both / (both + only_head) >= 0.85
