"""Firms by how their names end or begin, behind what announces them, in points of a list and in small letters."""

import html.entities

import pytest

from ingest.extract.company_forms import rows
from ingest.extract.in_lists import names_firm
from ingest.extract.mentions import find_mentions

FIRMS = [
    ("Receivers:\n  Umber Bay Seafood Supply - sardines\nIn bond -> Ochre Crest Trucking -> inland",
     ["Umber Bay Seafood Supply", "Ochre Crest Trucking"]),
    ("Umberia Joinery brings it.", ["Umberia Joinery"]),
    ("c/o Umber Advisory\nA truck of Ochre Points Haul came. The scoops were insured by Umberline.",
     ["Umber Advisory", "Ochre Points Haul", "Umberline"]),
    ("For years packers such as Umberlux and Ochre Landing were undersold.", ["Umberlux", "Ochre Landing"]),
    ("1) ABC-1234567-6 Umber & Hound. Beds were keyed wrongly; ABC-2234567-5. Ochre Candle. Ok.",
     ["Umber & Hound", "Ochre Candle"]),
    ("Forks: Taiwan. Maker Umberlin Forks Industrial. Seen.", ["Umberlin Forks Industrial"]),
    ("Importers so far: Umberlux in Houston, Ochreline in Mobile and Tampa, Umber Frames Outlet.",
     ["Umberlux", "Ochreline", "Umber Frames Outlet"]),
    ("Made for Umber Knits Trading of Indiana, which paid.", ["Umber Knits Trading of Indiana"]),
    ("UMBER BRIDGE CUSTOMS BROKERS\n\nTo whom it may concern: it came late.", ["UMBER BRIDGE CUSTOMS BROKERS"]),
    ("(on behalf of Umber Glycine)\nOchre Weld LLP (of record)", ["Umber Glycine", "Ochre Weld LLP"]),
    ("* Umber Ltd: shirts.\n* Ochre & Sail: rash vests from Peru.\n* Woad Fable (late): socks.",
     ["Umber Ltd", "Ochre & Sail", "Woad Fable"]),
    ("Consignee: The Umber Exchange, Inc., Chicago", ["The Umber Exchange, Inc."]),
    ("In: 40 casks rum, Distillerie Umberette, paid.", ["Distillerie Umberette"]),
    ("spoke with the manager at umberlin textiles. he has keys. umberlin sends more. boxes wait. ask him. more later.",
     ["umberlin textiles", "umberlin"]),
]  # fmt: skip
NONE = [
    "Consumer Goods Services and Human Resources Management of the department changed.",
    "The vessel Umber Bay Trading sailed.",
    "Customs Broker Guidance (new) and Updated Automated Broker Interface (ABI)",
    "ORIGIN           CHINA\nHTS CLAIMED      3926.90.9990\nSUBMITTED BY     nobody",
    "he says textiles. exports rose. the mill exports. more trading. no joinery. plain words.",
    "Laden on M/V UMBER VIKING and I'll call by its name, as judges do.",
    "Pipe and tube of the firm, which customs saw for several years, from Turkey\nDates at the company: May 3",
]  # fmt: skip


def firms(text: str) -> list[str]:
    return [one.text for one in find_mentions("", text) if one.what == "company" and one.how != "role"]


@pytest.mark.parametrize(("text", "names"), FIRMS, ids=[text[:40] for text, _ in FIRMS])
def test_firms_are_found_by_the_ends_and_beginnings_of_their_names_and_what_announces_them(
    text: str, names: list[str]
) -> None:
    assert firms(text) == names


@pytest.mark.parametrize("text", NONE)
def test_services_ships_headlines_labels_and_words_of_the_language_are_no_firms(text: str) -> None:
    assert firms(text) == []


def test_a_person_behind_a_label_is_no_firm() -> None:
    assert not names_firm("Ann Weld")
    assert not names_firm("Ann B. Weld")
    assert names_firm("Umber Weld")
    assert firms("Shippers: Ann Weld") == []


def test_words_of_the_language_hold_no_pieces_of_pages() -> None:
    accented = {name.upper() for name, number in html.entities.name2codepoint.items() if 0xC0 <= number <= 0xFF}
    assert not accented & {row["word"] for row in rows("plain_words.csv")}
