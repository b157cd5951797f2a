"""What texts say as fields: holdings, what a laboratory measured and what does not add up, conclusions."""

import os
import re
from pathlib import Path

import pytest

from graph.model.identifiers import HtsNumber
from ingest.extract import said as patterns
from ingest.extract.read import read_all
from ingest.extract.said import Said
from ingest.extract.telling_words import matches

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
    ("By application of GRIs 1 (Note 2 to Section XVI) and 6, the Model A valve is classified in heading 8481, HTSUS, "
     "and specifically in subheading 8481.80.30, HTSUS, which provides for “Taps, of boilers of headings 8402 to 8404: "
     "Other”. The 2021 column one, general rate of duty is 5.6% ad valorem. The Model B fitting is classified in "
     "subheading "
     "7307.99.50, HTSUS. The Model C kit is classified under heading 8413, HTSUS, specifically, subheading "
     "8413.91.9096, "
     "HTSUSA.\n\nPursuant to U.S. Note 20 to Subchapter III, Chapter 99, HTSUS, products of China classified under "
     "subheading 8481.80.30, HTSUS, are subject to more. You must report 9903.88.01 in addition to it.",
     ["8481.80.30", "7307.99.50", "8413.91.9096"]),
    ("The lenses are classified under subheading 7014.00.30, HTSUS, not under subheading 9405.91.60, as claimed.",
     ["7014.00.30"]),
    ("The garments are classified as follows:\n\nStyle 1 is classified in subheading 6110.20.2079, HTSUSA, which "
     "provides "
     "for sweaters.\nStyle 2: 6110.30.3059, HTSUSA\nStyle 3: subheading 6204.62.8011, HTSUSA\n",
     ["6110.20.2079", "6110.30.3059", "6204.62.8011"]),
    ("The proper classification for the blades is heading 8202, HTSUS, specifically, subheading 8202.99.00, HTSUS. "
     "They are "
     "excluded from classification in heading 7211. Counsel argues that they are classified in heading 7212.",
     ["8202.99.00"]),
    ("The bags are classified under subheadings 4202.92.30 and 4202.92.90, HTSUS, respectively.",
     ["4202.92.30", "4202.92.90"]),
    ("The country of origin of the clubs is Mexico.", []),
]  # fmt: skip


@pytest.mark.parametrize(("holding", "numbers"), HOLDINGS)
def test_the_section_of_the_holding_decides_where_it_names_numbers(holding: str, numbers: list[str]) -> None:
    text = f"FACTS:\n\nIn NY N301234 such goods are classified in 9506.91.00.\n\nHOLDING:\n\n{holding}\n\nSincerely,\n"
    found = [one for one in statements("ruling", text) if one.what == "classified_under"]
    assert [one.value for one in found] == numbers
    assert all(text[one.start : one.end] == one.value for one in found)


def decided(text: str) -> list[tuple[str, str]]:
    return [(what, value) for what, value, _ in said("ruling", text)]


@pytest.mark.parametrize(
    ("holding", "origins"),
    [
        ("The last substantial transformation takes place in Thailand. Therefore, the country of origin of the "
         "receiver for "
         "purposes of U.S. Government procurement is the United States.", ["United States"]),
        ("The chairs are considered to be products of Mexico and Canada. The bases are not products of Vietnam.",
         ["Mexico", "Canada"]),
        ("The country of origin of the lamps for marking purposes is not China; they may be marked “Made in Taiwan”.",
         ["Taiwan"]),
        ("The finished motors will be products of Malaysia for purposes of Section 301.", ["Malaysia"]),
        ("The pumps are classified in subheading 8413.91.9096.", []),
    ],
)  # fmt: skip
def test_an_origin_is_what_the_holding_says_and_not_what_was_held_elsewhere(holding: str, origins: list[str]) -> None:
    facts = (
        "In HQ 735009, the country of origin of lamps was held to be Taiwan; the country of origin of bulbs is Japan."
    )
    text = f"LAW AND ANALYSIS:\n\n{facts}\n\nHOLDING:\n\n{holding}\n\nSincerely,\n"
    assert [value for what, value in decided(text) if what == "origin"] == origins


@pytest.mark.parametrize(
    ("holding", "conclusions"),
    [
        ("You are instructed to DENY the protest, except for the lamps.", ["protest denied"]),
        ("The protest should be GRANTED in part and DENIED in part.", ["protest granted in part and denied in part"]),
        ("The protests should be allowed in full.", ["protest allowed in full"]),
        ("The bags are classified in heading 4202. You should mail this to the protestant.", []),
    ],
)
def test_a_decision_on_a_protest_says_how_it_ends(holding: str, conclusions: list[str]) -> None:
    text = f"FACTS:\n\nWe directed that another protest be denied.\n\nHOLDING:\n\n{holding}\n"
    assert [value for what, value in decided(text) if what == "conclusion"] == conclusions


def test_a_short_decision_needs_no_section_of_its_holding() -> None:
    text = (
        "Further review of a protest which would otherwise be denied is granted. A protest which is denied may be "
        "refiled. Because the requirements were not met, the protest is denied in full."
    )
    assert decided(text) == [("conclusion", "protest denied in full")]


@pytest.mark.parametrize(
    ("text", "preferences"),
    [
        ("HOLDING:\n\nThe capsules are not eligible for preferential tariff treatment under the NAFTA. The oil "
         "qualifies for "
         "preferential tariff treatment under NAFTA.", ["NAFTA: not eligible", "NAFTA: eligible"]),
        ("HOLDING:\n\nThe microscopes are ineligible for duty-free treatment under subheading 9817.00.96, HTSUS.",
         ["subheading 9817.00.96: not eligible"]),
        ("The pump will be entitled to a free rate of duty under the United States-Korea Free Trade Agreement. The "
         "hose fails "
         "to qualify for UKFTA preferential treatment.",
         ["United States-Korea Free Trade Agreement: eligible", "UKFTA: not eligible"]),
        ("You ask whether it is eligible for duty-free treatment under the GSP. Goods that are eligible for "
         "preference under "
         "the HTSUS are listed. Counsel claims that it is entitled to preferential treatment under CAFTA.", []),
    ],
)  # fmt: skip
def test_a_preference_is_held_or_refused(text: str, preferences: list[str]) -> None:
    assert [value for what, value in decided(text) if what == "preference"] == preferences


EFFECTS = [
    ("NY N301234, dated May 3, 2018, NY N301235 (June 4, 2019), and HQ 955864, issued to Umber Inc., are hereby "
     "MODIFIED in "
     "accordance with this. NY 840710, dated May 17, 1989, is hereby REVOKED.",
     ["modifies NY N301234 of 2018-05-03", "modifies NY N301235 of 2019-06-04", "modifies HQ 955864",
      "revokes NY 840710 of 1989-05-17"]),
    ("The following ruling letters are hereby revoked:\n\nNY N012345, dated March 3, 2010\nNY N012346\n\nWe cite HQ "
     "955864.",
     ["revokes NY N012345 of 2010-03-03", "revokes NY N012346"]),
    ("For these reasons, we hereby modify NY N249825 and NY N246385, and revoke HQ 561801 and HQ 561940.",
     ["modifies NY N249825", "modifies NY N246385", "revokes HQ 561801", "revokes HQ 561940"]),
    ("In light of HQ 955864, NY N012347 is affirmed. HQ H290001 and HQ H290002 are superseded.",
     ["affirms NY N012347", "revokes HQ H290001", "revokes HQ H290002"]),
    ("This ruling replaces our previous ruling letter, NY D81801.", ["revokes NY D81801"]),
    ("NYRL 840710/840711 is modified.", ["modifies NY 840710", "modifies NY 840711"]),
    ("CBP intends to revoke NY N111111. The notice proposes modifying NY N111112. NY N111113 was revoked by HQ "
     "H290003. "
     "In NY N111114, the bags are modified. You request that we revoke NY N111115.", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "effects"), EFFECTS)
def test_what_a_ruling_does_to_earlier_ones_and_not_what_was_proposed(text: str, effects: list[str]) -> None:
    for before in ("EFFECT ON OTHER RULINGS:\n\n", "EFFECT ON OTHER RULINGS: "):
        assert [f"{what} {value}" for what, value in decided(f"{before}{text}\n\nSincerely,\n")] == effects


def test_the_subject_of_a_ruling_says_what_it_does_and_a_proposal_or_request_nothing() -> None:
    subject = (
        "RE: {} of NY N249825, dated February 19, 2014, and Revocation of HQ 561801; Microscopes\n\nDear Ms. Weld:"
    )
    assert decided(subject.format("Modification")) == [
        ("modifies", "NY N249825 of 2014-02-19"),
        ("revokes", "HQ 561801"),
    ]
    assert decided(subject.format("Proposed modification")) == []
    assert decided(subject.format("Request for modification")) == []


def test_a_ruling_may_be_asked_for_on_behalf_of_two() -> None:
    text = (
        "This is in response to counsel, on behalf of its client, Umber Home Inc. (“Umber”), and Ochre Ltd. The "
        "protest was "
        "filed on behalf of the protestant, Sienna Mills LLC."
    )
    assert decided(text) == [
        ("on_behalf_of", "Umber Home Inc."),
        ("on_behalf_of", "Ochre Ltd."),
        ("on_behalf_of", "Sienna Mills LLC"),
    ]


def test_what_is_done_to_one_ruling_is_not_done_to_the_next() -> None:
    text = "This revokes NY N300001, dated August 8, 2018, and modifies HQ H290001. The bags are products of China."
    assert [(what, value) for what, value, _ in said("ruling", text)] == [
        ("revokes", "NY N300001 of 2018-08-08"),
        ("modifies", "HQ H290001"),
        ("origin", "China"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "NY N300001 is revoked by HQ H290001.",
        "HQ H290001, dated May 2, 2019, revokes NY N300001.",
        "HQ H290001, which modifies NY N300001, was published.",
        "NY N300001 is not revoked.",
    ],
)
def test_what_another_ruling_does_is_not_done_by_this_one(text: str) -> None:
    assert decided(text) == []


def test_what_is_done_to_a_ruling_comes_with_the_sentence_that_does_it() -> None:
    modified, revoked = [one.passage for one in statements("ruling", RULING) if one.passage]
    assert modified == "NY N301234, dated March 3, 2020, is hereby modified."
    assert revoked == "HQ H301235 is revoked."
    assert [one.passage for one in statements("ruling", "HQ H290001 is superseded by this ruling. It is old.")] == [
        "HQ H290001 is superseded by this ruling."
    ]
    listed = statements(
        "ruling", "The following rulings are hereby revoked:\n\nNY N012345, dated March 3, 2010\n\nEnd."
    )
    assert [one.passage for one in listed] == [
        "The following rulings are hereby revoked: NY N012345, dated March 3, 2010"
    ]
    (long,) = statements("ruling", f"NY N301234, {'on frames of wood, ' * 4}is revoked {'for good reasons ' * 40}.")
    assert len(long.passage) <= 302
    assert long.passage.startswith("NY N301234, on frames")
    assert long.passage.endswith(" …")


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Conclusion: Not consistent with the origin claimed.", ["not consistent with the origin claimed"]),
        ("The profile is consistent with the declared country of origin.", ["consistent with the origin claimed"]),
        ("The results are inconsistent with the claimed origin.", ["not consistent with the origin claimed"]),
        ("It is not at all consistent with its stated origin.", ["not consistent with the origin claimed"]),
        ("The tests do not support the declared origin.", ["not consistent with the origin claimed"]),
        ("The tests were inconclusive as to origin.", ["inconclusive as to the origin claimed"]),
        ("You asked whether the honey is consistent with the declared origin.", []),
        ("The weave is consistent with jersey knit of any origin.", []),
    ],
)
def test_a_laboratory_says_whether_goods_are_of_the_origin_claimed(text: str, found: list[str]) -> None:
    assert [value for what, value, _ in said("lab_report", text) if what == "origin_consistent"] == found


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


@needs_shared_data
def test_patterns_that_are_looked_for_by_words_find_in_real_rulings_what_they_find_by_themselves() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((SHARED / "rulings").glob("*.normalized.txt"))]
    for pattern, words in (
        (patterns._HELD, patterns._HOLDING_WORDS),
        (patterns._ORIGIN, patterns._ORIGIN_WORDS),
        (patterns._BEHALF, patterns._BEHALF_WORDS),
        (patterns._PREFERENCE, patterns._PREFERENCE_WORDS),
    ):
        spans = [[match.span() for match in pattern.finditer(text)] for text in texts]
        assert any(spans)
        assert [[match.span() for match in matches(pattern, text, words)] for text in texts] == spans
