"""Identifiers in texts: what is one, what only looks like one, and exactly where it stands."""

import json
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.kinds import ENTITY_KINDS
from ingest.extract.identifiers import find_identifiers
from ingest.extract.mentions import KIND, Mention, find_mentions
from ingest.extract.pipeline import Pipeline

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

# text -> (kind, key, as written) in order
NAMED = [
    (
        "IOR 12 3456789, list 3 of 301, so 99038803 too",
        [("importer", "12-345678900", "12 3456789"), ("hts", "99038803", "99038803")],
    ),
    (
        "hts 61091000. Bill HJSC 4471 90233.",
        [("hts", "61091000", "61091000"), ("bill", "HJSC447190233", "HJSC 4471 90233")],
    ),
    ("entry ABC-1234567-6, 2704, 5/6/22", [("entry_number", "ABC12345676", "ABC-1234567-6"), ("port", "2704", "2704")]),
    ("Entry No. ABC-1234567-6.", [("entry_number", "ABC12345676", "ABC-1234567-6")]),
    (
        "entries 99999999990 and BDP 1234567 7",
        [("entry_number", "99999999990", "99999999990"), ("entry_number", "BDP12345677", "BDP 1234567 7")],
    ),
    (
        "importer 12-3456789, EIN 12-345678901",
        [("importer", "12-345678900", "12-3456789"), ("importer", "12-345678901", "12-345678901")],
    ),
    ("importer of record 171204-00123", [("importer", "171204-00123", "171204-00123")]),
    ("MID: CNSHEFURSHE", [("manufacturer", "CNSHEFURSHE", "CNSHEFURSHE")]),
    ("made by CNSHEFUR123SHE in Shenzhen", [("manufacturer", "CNSHEFUR123SHE", "CNSHEFUR123SHE")]),
    ("subheading 6109.10.0040, HTSUS", [("hts", "6109100040", "6109.10.0040")]),
    ("heading 6109; 9903.88.15", [("hts", "6109", "6109"), ("hts", "99038815", "9903.88.15")]),
    (
        "headings 5106 through 5113, 5204 or 6001",
        [("hts", "5106", "5106"), ("hts", "5113", "5113"), ("hts", "5204", "5204"), ("hts", "6001", "6001")],
    ),
    ("case A–570–918 and C-570-109-000", [("case", "A-570-918", "A–570–918"), ("case", "C-570-109", "C-570-109-000")]),
    ("case A570918000", [("case", "A-570-918", "A570918000")]),
    (
        "See “NY N301234” and HQ 963436 (1/12/00).",
        [("document", "NY-N301234", "NY N301234"), ("document", "HQ-963436", "HQ 963436")],
    ),
    ("Headquarters Ruling (HQ) W968434", [("document", "HQ-W968434", "W968434")]),
    ("Headquarters Ruling Letter 555864", [("document", "HQ-555864", "555864")]),
    ("CLA-2 CO:R:C:T 955864 CC", [("document", "HQ-955864", "955864")]),
    ("LIQ-9-01-RR:CR:DR 227990 SAJ", [("document", "HQ-227990", "227990")]),
    ("CLA-2 RR:CTF:TCM W968088 BAS", [("document", "HQ-W968088", "W968088")]),
    ("CLA-2-84:S:N:N1:103 840710", [("document", "NY-840710", "840710")]),
    ("Headquarters\nRuling Letter (“HQ”) 561801", [("document", "HQ-561801", "561801")]),
    (
        "HQ Ruling 958954, NYRL 840710/840711",
        [
            ("document", "HQ-958954", "958954"),
            ("document", "NY-840710", "NYRL 840710"),
            ("document", "NY-840711", "840711"),
        ],
    ),
    (
        "DD 877853, District Decision (DD) 877853",
        [("document", "NY-877853", "DD 877853"), ("document", "NY-877853", "877853")],
    ),
    ("New York Ruling Letter (NY) 840710", [("document", "NY-840710", "840710")]),
    ("see n301716 and hq h303867", [("document", "NY-N301716", "n301716"), ("document", "HQ-H303867", "hq h303867")]),
    (
        "the port of Los Angeles (2704); ports 0901 and 2709",
        [("port", "2704", "2704"), ("port", "0901", "0901"), ("port", "2709", "2709")],
    ),
    ("port code 2002", [("port", "2002", "2002")]),
    (
        "CSQU3054383, CSQU 305438 3",
        [("container", "CSQU3054383", "CSQU3054383"), ("container", "CSQU3054383", "CSQU 305438 3")],
    ),
    (
        "subheadings 7317.00.5501-5508, 7317.00.5501-7317.00.5508, 4202.92",
        [
            ("hts", "7317005501", "7317.00.5501"),
            ("hts", "7317005501", "7317.00.5501"),
            ("hts", "7317005508", "7317.00.5508"),
            ("hts", "420292", "4202.92"),
        ],
    ),
    ("headings 5903,\n\n5906 or 5907:", [("hts", "5903", "5903"), ("hts", "5906", "5906"), ("hts", "5907", "5907")]),
    (
        "HTSUS  Tariff shift and/or other requirements\n\n6101 – 6117 (3) If the good\n",
        [("hts", "6101", "6101"), ("hts", "6117", "6117")],
    ),
    ("TARIFF NO.: 8542\n\nDistrict", [("hts", "8542", "8542")]),
    ("A-570-967/C-570-968", [("case", "A-570-967", "A-570-967"), ("case", "C-570-968", "C-570-968")]),
    ("ABC-1234567-6/002", [("entry_number", "ABC12345676", "ABC-1234567-6")]),
    ("CSQU3054383/SEAL 7712", [("container", "CSQU3054383", "CSQU3054383")]),
    ("HQ 955864, 086537 and 1999", [("document", "HQ-955864", "HQ 955864"), ("document", "HQ-086537", "086537")]),
    ("Port:            2002\nPORT | 2704", [("port", "2002", "2002"), ("port", "2704", "2704")]),
    ("PORT   START\n2704   June\n2709   July\n", [("port", "2704", "2704"), ("port", "2709", "2709")]),
    (
        "POE 4601. 4601 asked for more; entered by 4601",
        [("port", "4601", "4601"), ("port", "4601", "4601"), ("port", "4601", "4601")],
    ),
    ("port 2304: nine exams. At 2304 and at 2305", [("port", "2304", "2304"), ("port", "2304", "2304")]),
    ("Port: San Francisco, 2809", [("port", "2809", "2809")]),
    ("Port/Center: 3901 Chicago; POD: 4601 Newark", [("port", "3901", "3901"), ("port", "4601", "4601")]),
    ("Port Name and Code: Seattle 3001; box at 2709", [("port", "3001", "3001"), ("port", "2709", "2709")]),
    ("came under ABCD149001882203", [("bill", "ABCD149001882203", "ABCD149001882203")]),
    ("Ports: 0401 (61%), 4601 (30%)", [("port", "0401", "0401"), ("port", "4601", "4601")]),
    (
        "Memphis (port 2006); the port of Norfolk, 1401; the Port of Norfolk, 2006",
        [("port", "2006", "2006"), ("port", "1401", "1401")],
    ),
    (
        "subheading 8471.30.01 00; HTS 8471 30 0100",
        [("hts", "8471300100", "8471.30.01 00"), ("hts", "8471300100", "8471 30 0100")],
    ),
    (
        "ruling N 301234; MAR-2 RR: NC: 1:108 L88444",
        [("document", "NY-N301234", "N 301234"), ("document", "NY-L88444", "L88444")],
    ),
    ("190101-00417   Umber Ltda, Bogota, a CBP-assigned number", [("importer", "190101-00417", "190101-00417")]),
    (
        "CSQU3054383   ABCUK447102 and (CSQU3054383 (ABCD55210934)",
        [
            ("container", "CSQU3054383", "CSQU3054383"),
            ("bill", "ABCUK447102", "ABCUK447102"),
            ("container", "CSQU3054383", "CSQU3054383"),
            ("bill", "ABCD55210934", "ABCD55210934"),
        ],
    ),
    (
        "house bill ABCD 142300123456. Can you pull the bills? One is ABCDSHA190914730.",
        [("bill", "ABCD142300123456", "ABCD 142300123456"), ("bill", "ABCDSHA190914730", "ABCDSHA190914730")],
    ),
    ("MIDS: KHUMBKNI371PHN\n\nDESCRIPTION", [("manufacturer", "KHUMBKNI371PHN", "KHUMBKNI371PHN")]),
    (
        "MBL# ABCD123456789; bills: ABCD12345, ABCD12346",
        [("bill", key, key) for key in ("ABCD123456789", "ABCD12345", "ABCD12346")],
    ),
    ("lab report no. SV 2018-0412", [("lab_number", "SV20180412", "SV 2018-0412")]),
    ("laboratory report SV20072698", [("lab_number", "SV20072698", "SV20072698")]),
    ("B/L No. ABCD123456789", [("bill", "ABCD123456789", "ABCD123456789")]),
    (
        "8. B/L                         ABCDHCM80412277\non the same bill, ABCDSGNA7714302",
        [("bill", "ABCDHCM80412277", "ABCDHCM80412277"), ("bill", "ABCDSGNA7714302", "ABCDSGNA7714302")],
    ),
    (
        "MASTER BILL    ABCDHANB06713400       HOUSE  ABCDHAN2109044\nCONTAINER      CSQU3054383",
        [
            ("bill", "ABCDHANB06713400", "ABCDHANB06713400"),
            ("bill", "ABCDHAN2109044", "ABCDHAN2109044"),
            ("container", "CSQU3054383", "CSQU3054383"),
        ],
    ),
    (
        "master bill ABCD 238 114 907; HBL SZX-2204117; on abcd149001882203; bills ABCD149001882203/ABCD149001882204",
        [
            ("bill", "ABCD238114907", "ABCD 238 114 907"),
            ("bill", "SZX2204117", "SZX-2204117"),
            ("bill", "ABCD149001882203", "abcd149001882203"),
            ("bill", "ABCD149001882203", "ABCD149001882203"),
            ("bill", "ABCD149001882204", "ABCD149001882204"),
        ],
    ),
    (
        "csqu3054383 came on EGLV-14930211",
        [("container", "CSQU3054383", "csqu3054383"), ("bill", "EGLV14930211", "EGLV-14930211")],
    ),
    (
        "entered as 9403.60; they gave 9403.60.8040",
        [("hts", "940360", "9403.60"), ("hts", "9403608040", "9403.60.8040")],
    ),
    ("12. B/L or AWB No. ABCD123456789", [("bill", "ABCD123456789", "ABCD123456789")]),
    (
        "glazed, so 6907.21. Woven trousers, 6203.42 and 6204.62, belong in 6203.43.",
        [("hts", key.replace(".", ""), key) for key in ("6907.21", "6203.42", "6204.62", "6203.43")],
    ),
    (
        "Sold for $4,811.50. Fireworks as toys. 3604.10 not 9503 (heading 4411 instead of 4418). The heading (3304)",
        [("hts", key.replace(".", ""), key) for key in ("3604.10", "9503", "4411", "4418", "3304")],
    ),
    ("|carpet|5703.30|5705.00", [("hts", "570330", "5703.30"), ("hts", "570500", "5705.00")]),
    (
        "IOR#          | PORT | HTS10\n12-345678900  | 5309 | 8413709000",
        [("importer", "12-345678900", "12-345678900"), ("port", "5309", "5309"), ("hts", "8413709000", "8413709000")],
    ),
    (
        "AWB 055-3318 2074, airway bill 784-66104520; AWB from the desk: 160-22170945.",
        [
            ("bill", "05533182074", "055-3318 2074"),
            ("bill", "78466104520", "784-66104520"),
            ("bill", "16022170945", "160-22170945"),
        ],
    ),
    ("It flew as air freight on 160-22170945.", [("bill", "16022170945", "160-22170945")]),
    (
        "20 boxes under ABCX7730215; HLCUPRG2110449083",
        [("bill", "ABCX7730215", "ABCX7730215"), ("bill", "HLCUPRG2110449083", "HLCUPRG2110449083")],
    ),
    ("A570967012  UMBER", [("case", "A-570-967-012", "A570967012")]),
    (
        "Visit with the 1303 team. Send it to 2304 dock 14, or Umber bridge (2305).",
        [("port", "1303", "1303"), ("port", "2304", "2304"), ("port", "2305", "2305")],
    ),
    ("as in EAPA 7260, EAPA Case 7412", [("case", "EAPA-7260", "EAPA 7260"), ("case", "EAPA-7412", "7412")]),
]

NOT_NAMED = [
    "Entry No. ABC-1234567-0",  # wrong check digit
    "SSN 551-23-4567, or 551234567",
    "call 1-212-555-0199 or 12125550199",
    "New York, NY 10048 and NY 10036-1234",
    "on 2020.12.31 at a price of 1234.56",
    "in the port 2019 was a good year",
    "styles B12345, W123456 and GXT5002C",
    "CSQU3054384",  # wrong check digit
    "MID IMPROVEMENT of the MIDSOLE; MIDDLE",
    "19 CFR 177.9 and 85 FR 37626",
    "part 6109100040",
    "CLA-2 RR:NC:1 840710-3 of 227990 units, style n3017161, section-n301716",
    "ruling W9684341 and letters W96843A",  # too long
    "style 6109.10.00401",
    "it came to 6203.42 in 2019.10; total 6203.42, 6204.62 kg, section 6205.30; 6206.40 dollars; 6907.21 sqft",
    "6203.42 was wired, then 6201.99 and 212.50",  # amounts, as the last shows
    "6203.42 and 6250.10",  # no heading 6250
    "tel. 160-22170945; flights 160-22170946",  # without a waybill; with a wrong check digit
    "style A999967012, EAPA 2016",
    "see at 2704 Main Street; NO 20180412 was sold; 6 bills of 1234567890",
]


def numbers(document_id: str, text: str) -> list[Mention]:
    """The identifiers among what a text mentions."""
    return [mention for mention in find_mentions(document_id, text) if mention.how == "number"]


@pytest.mark.parametrize(("text", "expected"), NAMED, ids=[text for text, _ in NAMED])
def test_identifiers_are_found_where_they_stand(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = numbers("a document", text)
    assert [(mention.kind, mention.key, mention.text) for mention in found] == expected
    assert all(text[mention.start : mention.end] == mention.text for mention in found)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_only_looks_like_an_identifier_is_none(text: str) -> None:
    assert (numbers("a document", text)) == []


def test_a_document_does_not_mention_itself() -> None:
    assert [mention.key for mention in numbers("NY-N301234", "N301234 follows NY N305678.")] == ["NY-N305678"]


def test_kinds_are_those_of_the_graph() -> None:
    assert {kind for what, kind in KIND.items() if what != "company"} <= ENTITY_KINDS.keys()


def test_a_text_made_to_be_slow_is_not() -> None:
    hostile = ("ports " + "2704, " * 2000) + ("headings " + "6109, " * 2000) + "A" * 50_000 + "1" * 50_000
    began = time.perf_counter()
    (numbers("", hostile * 2))
    assert time.perf_counter() - began < 5


PIECES = ("ABC-1234567-6", "6109.10.0040", "headings 6109, 6110", "A-570-918", "NY N301234", "HQ ", "ports 2704, ", ".")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=12).map(" ".join))
def test_any_text_gives_spans_in_order_that_hold_what_they_say(text: str) -> None:
    found = numbers("", text)
    assert all(text[mention.start : mention.end] == mention.text for mention in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@needs_shared_data
def test_real_rulings_name_their_tariff_numbers_and_the_rulings_they_follow() -> None:
    text = (SHARED / "rulings/N328671.normalized.txt").read_text(encoding="utf-8")
    found = {(mention.kind, mention.key) for mention in numbers("NY-N328671", text)}
    rulings = {key for kind, key in found if kind == "document"}
    assert rulings == {
        "NY-N291824", "NY-N291825", "NY-N324666", "NY-N279885", "NY-N041681", "HQ-963436", "HQ-959017",
    }  # fmt: skip
    assert ("hts", "9404409005") in found


@needs_shared_data
def test_the_abstracts_of_real_notices_hold_next_to_no_false_numbers() -> None:
    kinds: dict[str, int] = {}
    with (SHARED / "notices/federal_register.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for _, _, which, _ in find_identifiers(f"{record['title']}\n{record['abstract']}"):
                kinds[which] = kinds.get(which, 0) + 1
    assert kinds.keys() <= {"hts", "case", "ruling"}


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("Exams at 2704, 2709 and 5301 found nothing.", ["2704", "2709", "5301"]),
        ("POE 4601 and POU: 1703.", ["4601", "1703"]),
        ("Port of entry for all: 2811 (Oakland).", ["2811"]),
        ("Entered at JFK (4701), then cleared Newark (4601) and Savannah (1703).", ["4701", "4601", "1703"]),
        ("subheading 7307.29.00, HTSUS, in 19 entries at Norfolk (1401), arrived Newark (4601)", ["1401", "4601"]),
        ("Asked 2704 and 2709 for exams. 2709 had two; told 1500 workers", ["2704", "2709", "2709"]),
        ("5. Bond Type   6. Port Code   7. Entry Date\n8   1703   08/15/22\n", ["1703"]),
        (
            "Moved in bond from 2704 to 3901; arrived 1401. A notice, one came from 5301 on May 3.",
            ["2704", "3901", "1401", "5301"],
        ),
        (
            "4601 (Newark) released it. Laredo (2304) has it. It landed at Savannah 1703 and at New Orleans (2002).",
            ["4601", "2304", "1703", "2002"],
        ),
        (
            "We protest at 2904. Ports 2704 & 2709, and all entries in 5301 and 5309.",
            ["2904", "2704", "2709", "5301", "5309"],
        ),
        (" # | Importer | Ports\n 1 | Umber Inc. | 5201\n 2 | Ochre Inc. | 4601", ["5201", "4601"]),
        ("Call me at 3021; CBP 5106; moved from 2809 to 3010 units; at Umber (2017), from 1200 to 1500", []),
        (
            "CBP Form 3299, through 1930; at Suite 2704, to Room 1401",
            [],
        ),
        ("The team left at 1430 hours; 22 shipments at 1205 per unit.", []),
        ("Imports through 2025; sections 2295 through 2298; classified in Yarn (5205).", []),
        ("Exams at 1400 found nothing.", []),
        ("The IT says 3901, the entry lists 2704 and 2709; 40 entries, 1703 mostly.", ["3901", "2704", "2709", "1703"]),
        (
            "Entry of May 3. Officers of 2304 had it; sent by the same broker through 5206; an entry at 2002",
            ["2304", "5206", "2002"],
        ),
        ("Note on hats, 4701\n\nThe port has it.", ["4701"]),
        (
            "The entry is of invoice 2704, PO 2709, Suite 3901; a bill of total 2811. Founded in 1801, styles "
            "2720 and 5301.",
            [],
        ),
        ("Goods of the entry other than those of 3203, 3204 or 3205; phoned at 1703 about the entry", []),
        ("His truck left for 2402. No such paper.", []),  # nothing there is of customs
    ],
)
def test_ports_by_their_numbers_where_something_is_done_that_is_done_at_ports(text: str, ports: list[str]) -> None:
    assert [key for _, _, which, key in find_identifiers(text) if which == "port"] == ports


@pytest.mark.parametrize(
    ("text", "bills"),
    [
        ("SWB No. UMBR22014478; PAPS OCHV0041882", ["UMBR22014478", "OCHV0041882"]),
        ("The PAPS numbers run in sequence, from OCHH 200117 to OCHH 200127.", ["OCHH 200117", "OCHH 200127"]),
        ("bills TPP/BAL/00871 and TPP/BAL/00902; bill UMB0090117", ["TPP/BAL/00871", "TPP/BAL/00902", "UMB0090117"]),
        ("bills OCH-GPT-7710 thru OCH-GPT-7731", ["OCH-GPT-7710", "OCH-GPT-7731"]),
        ("BILL OF LADING FOR COMBINED TRANSPORT          No. OCX-558/17", ["OCX-558/17"]),
        ("OCH-SAV-1140 may be a switch bill", ["OCH-SAV-1140"]),
        ("bill UMB-BRE-20118 is out. Hold UMB-BRE-20119, invoice UMB-BRE-20120", ["UMB-BRE-20118", "UMB-BRE-20119"]),
        ("Originals: UMBR30114872 released", ["UMBR30114872"]),
        ("Rail waybill OC 482210; HBL 77114", ["OC 482210", "77114"]),
        (
            "it has\nbills w/ lading jan 20: cmcu11820447, cmcu11820460\nfr x. lot abcd12345678.",
            ["cmcu11820447", "cmcu11820460"],
        ),
        (
            "MBL             HBL\nCMDUGGZ0884102  TTSE18060411\nZIMUNGB1188403  PLX-N-77120\n",
            ["CMDUGGZ0884102", "TTSE18060411", "ZIMUNGB1188403", "PLX-N-77120"],
        ),
        ("Umber | 784-1180 2243 | 04/04\nOchre | 112-5520 0176 | 04/05\n", ["784-1180 2243", "112-5520 0176"]),
        ("Umber | 784-1180 2244 | 04/04\nOchre | 112-5520 0176 | 04/05\n", []),
        ("Their order UMBR30114872, a bill of 30,000; a hold on OCH-SAV-1140", []),
    ],
)
def test_bills_in_the_forms_of_carriers_forwarders_truckers_and_railways(text: str, bills: list[str]) -> None:
    assert [one.text for one in numbers("", text) if one.kind == "bill"] == bills


def test_boxes_in_blanks_headings_that_no_amount_begins_like_and_cases_in_capitals() -> None:
    text = "Box CMRU 401 913 7, honey entered under 0409.00, parts of 6113.00; HS 701322. EAPA CONSOLIDATED CASE 7702"
    assert [(one.kind, one.text) for one in numbers("", text)] == [
        ("container", "CMRU 401 913 7"), ("hts", "0409.00"), ("hts", "6113.00"), ("hts", "701322"), ("case", "7702"),
    ]  # fmt: skip
    assert numbers("", "a balance of 6113.00; EAPA Case Number: none") == []


def test_a_forwarders_air_waybill_stands_without_its_label_and_days_below_a_bill_list_are_no_bills() -> None:
    text = "BILL LIST\n\n1. MAEU221480017  2022-01-19  Umber Bath\n\nMAWB 205-6617 2201   HAWB TYO-118820\n"
    found = [text[start:end] for start, end, what, _ in find_identifiers(text) if what == "bill"]
    assert found == ["MAEU221480017", "205-6617 2201", "TYO-118820"]
    manifest = "AIR MANIFEST EXTRACT\n\n369-8812 0045   12 pcs"
    assert [manifest[start:end] for start, end, *_ in find_identifiers(manifest)] == ["369-8812 0045"]


def test_below_a_bills_heading_a_forwarders_own_number_is_one_also_where_strokes_part_the_cells() -> None:
    rows = "1 / Umber / Ochre / HTK-HAM-44101 / 4\n2 / Woad / Ochre / 2020-05-04 / 1\n"
    text = f"Pos / Shipper / Consignee / HBL / colli\n{rows}"
    ((_, _, spans),) = Pipeline().read([("", text)])
    assert [text[one.start : one.end] for one in spans if one.what == "bill"] == ["HTK-HAM-44101"]
