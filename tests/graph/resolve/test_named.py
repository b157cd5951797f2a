"""Whom names in documents mean: certain links, claims for people, and what people decided."""

import random

import pytest

from graph.resolve.claim import Decision, NameInText, claim_id
from graph.resolve.named import PartyNames, link_names

NAMES = [
    ("Umber Trading Co., Ltd.", "umber"),
    ("UMBER TRADING COMPANY LIMITED", "umber"),
    ("Ochre Garment Factory GmbH", "ochre"),
    ("Sienna Textile Mills Ltd", "sienna"),
    ("Sienna Textile Mills Ltd", "other sienna"),
    ("Madder Steel Industries Inc.", "madder"),
    ("Weld Inc", "weld"),
    ("Gamboge Maritime Ltd", "gamboge"),
    ("Gamboge Maritime Vietnam Co Ltd", "gamboge vietnam"),
    ("Realgar Cordage Co., Inc.", "realgar"),
    ("Realgar Cordage LLC", "realgar"),
    ("Orpiment Fasteners Pte. Ltd.", "orpiment"),
    ("Massicot Ropes Group Co., Ltd.", "massicot"),
    ("Pacific Foods Inc", "pacific"),
    ("Azuritecrest Tools Inc", "azurite"),
]

MEANT = [
    ("UMBER TRADING CO LTD", [("umber", True)]),
    ("UMBER TRADING", [("umber", True)]),
    ("UMBER TRAIDNG LTD", [("umber", True)]),  # a slip
    ("OCHRE GARMENT FACTORY LTD", [("ochre", False)]),  # another legal form is another company
    ("SIENNA TEXTILE MILLS LTD", [("other sienna", False), ("sienna", False)]),
    ("MADDER STEEL INDUSTRIES VIETNAM INC", [("madder", False)]),  # a daughter may be meant
    ("WELD", [("weld", False)]),  # one word may be any word
    ("GAMBOGE MARITIME", [("gamboge", False), ("gamboge vietnam", False)]),  # short for either
    ("GAMBOGE MARITIME LTD", [("gamboge", True)]),
    ("REALGAR CORDAGE INC", [("realgar", True)]),  # by either of its names
    ("REALGAR CORDAGE LLC", [("realgar", True)]),
    ("REALGAR CORDAGE GMBH", [("realgar", False)]),
    ("ORPIMENT FASTENERS LTD", [("orpiment", True)]),
    ("ORPIMENT FASTENERS PTY LTD", [("orpiment", False)]),  # of another country
    ("MASSICOT ROPES CO LTD", [("massicot", False)]),  # a group is not its member
    ("PACIFIC FOODS", [("pacific", False)]),  # words that all have
    ("PACIFIC FOODS INC", [("pacific", True)]),
    ("AZURITECRSET TOOLS INC", [("azurite", True)]),
    ("AZURITEWEST TOOLS INC", [("azurite", False)]),  # two slips are another word
    ("AZURITE TOOLS INC", [("azurite", False)]),  # and half a word is
    ("QUITE ANOTHER COMPANY LLC", []),
]


def texts(*names: str) -> list[NameInText]:
    return [NameInText(f"d{n}", name, name.title(), 10, "a file", None) for n, name in enumerate(names)]


@pytest.mark.parametrize(("name", "expected"), MEANT, ids=[name for name, _ in MEANT])
def test_a_link_is_made_only_where_it_is_certain(name: str, expected: list[tuple[str, bool]]) -> None:
    meant = PartyNames(NAMES).meant([name])[name]
    assert [(one.party, one.certain) for one in meant if one.certain or expected] == expected


def test_what_is_certain_is_a_link_and_the_rest_waits_with_its_reason() -> None:
    rows = link_names(texts("UMBER TRADING CO LTD", "OCHRE GARMENT FACTORY LTD"), NAMES).to_pylist()
    assert [(row["document_id"], row["party"], row["status"]) for row in rows] == [
        ("d0", "umber", "linked"),
        ("d1", "ochre", "waiting"),
    ]
    assert "OCHRE" in rows[1]["why"]
    assert rows[1]["claim"] == claim_id("d1", "OCHRE GARMENT FACTORY LTD", "ochre")


def test_a_decision_stands_whatever_the_score() -> None:
    named = texts("UMBER TRADING CO LTD", "SIENNA TEXTILE MILLS LTD")
    decided = [
        Decision("d0", "UMBER TRADING CO LTD", "umber", accepted=False),
        Decision("d1", "SIENNA TEXTILE MILLS LTD", "sienna", accepted=True),
    ]
    rows = link_names(named, NAMES, decided).to_pylist()
    assert [(row["party"], row["status"]) for row in rows] == [("umber", "rejected"), ("sienna", "accepted")]


def test_a_name_that_stands_twice_in_a_document_is_one_claim_at_its_first_place() -> None:
    first = NameInText("d", "UMBER TRADING CO LTD", "Umber Trading Co., Ltd.", 3, "a file", None)
    later = NameInText("d", "UMBER TRADING CO LTD", "UMBER", 90, "a file", None)
    (row,) = link_names([later, first], NAMES).to_pylist()
    assert (row["start"], row["written"]) == (3, "Umber Trading Co., Ltd.")


def test_nothing_named_or_nobody_known_is_no_row() -> None:
    assert link_names([], NAMES).num_rows == link_names(texts("UMBER TRADING CO LTD"), []).num_rows == 0


def test_links_without_a_person_are_nearly_always_right() -> None:
    """Invented names, each slipped in or written otherwise, and as many names of nobody."""
    chance = random.Random(11)  # noqa: S311 - names, not secrets
    parts = [
        "".join(chance.choice("BDFGKLMNPRSTV") + chance.choice("AEIOU") for _ in range(chance.randint(2, 4)))
        for _ in range(500)
    ]
    goods = ("STEEL", "TEXTILE", "TRADING", "FOODS", "ELECTRONICS", "FURNITURE", "PAPER", "CHEMICAL")
    names = list(
        dict.fromkeys(
            f"{chance.choice(parts)} {chance.choice(parts)} {chance.choice(goods)} CO LTD" for _ in range(600)
        )
    )
    known, strangers = names[:400], names[400:]

    def slipped(name: str) -> str:
        at = chance.randrange(1, 6)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :] if chance.random() < 0.5 else name.title()

    asked = {slipped(name): name for name in known} | dict.fromkeys(strangers, "")
    meant = PartyNames([(name, name) for name in known]).meant(list(asked))
    linked = [(asked[name], found[0].party) for name, found in meant.items() if found and found[0].certain]
    right = sum(of == party for of, party in linked)
    assert right / len(linked) >= 0.99
    assert right >= 0.8 * len(known)
