"""Companies whose names are in no dictionary, and those that a label announces, one or several."""

import pytest

from ingest.extract.mentions import find_mentions
from ingest.extract.name_words import is_coined, is_put_together

FOUND = [
    ("The rods were forged at the works of Umberia Edge in Pakistan.", ["Umberia Edge"]),
    ("the customer of Umberia Granite, who waits for it, and a bar code of Ochre & Thorne",
     ["Umberia Granite", "Ochre & Thorne"]),
    ("Umberia Harness of Dearborn, your customer, is the importer.", ["Umberia Harness"]),
    ("Umberia Tube, a domestic interested party, opposes it.", ["Umberia Tube"]),
    ("We asked whether reports from Waxmetrics came.", ["Waxmetrics"]),
    ("It tests each lot with Ochrelab, and had an offer from Umberflow.", ["Ochrelab", "Umberflow"]),
    ("New importers: RTA Umber, Ochre Kings of Jersey and Umberlux. Then",
     ["RTA Umber", "Ochre Kings of Jersey", "Umberlux"]),
    ("She has 3 suppliers for pots: Umber Duong Clay (Vietnam), Ochre Tlaque (Mexico)",
     ["Umber Duong Clay", "Ochre Tlaque"]),
    ("Importers: Umber Threaded Products; Ochre Anchor; J&R Fixings\n",
     ["Umber Threaded Products", "Ochre Anchor", "J&R Fixings"]),
    ("Importer: The Umberlight Group\nAgent: Ochrewright\n", ["The Umberlight Group", "Ochrewright"]),
    ("impt Umber Silicate\nexp  Ochre Quarrel Stone\n", ["Umber Silicate", "Ochre Quarrel Stone"]),
]  # fmt: skip
NOT_FOUND = [
    "Checked by: Rosalind Umberia\nWith: Margit Umberia, former clerk\nSigned: Arturo Umberia, clerk",
    "Its buyer, Grant Umberia, says so; an interview of Umberia Okafor.",
    "the Umberia Alert and a copy of Umberia Report; Umberia Airport; Umberia-sourced goods",
    "It came from El Centro and went to Nuevo Laredo; a native of Thetford Mines.",
    "Agent: R. Delaney\nBrokers: none\nSuppliers: Ohio, China\nShipper: Unknown\nPlants: 14",
    "Sand & Gravel fell. See Research & Development.",
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_names_of_no_dictionary_and_those_behind_labels_are_found(text: str, names: list[str]) -> None:
    assert [one.text for one in find_mentions("", text) if one.what == "company"] == names


@pytest.mark.parametrize("text", NOT_FOUND)
def test_persons_towns_papers_and_what_no_label_means_are_none(text: str) -> None:
    assert [one.text for one in find_mentions("", text) if one.what == "company"] == []


def test_words_of_the_language_persons_and_nations_are_not_coined() -> None:
    assert not [word for word in ("Shipments", "Wilson", "Chinese", "Trading", "Declared", "Robert") if is_coined(word)]
    assert is_coined("Umberia")


def test_what_towns_and_families_are_called_is_not_put_together_as_firms_do() -> None:
    words = ("Hearthglow", "Ochrelux", "Farmton", "Okafor", "Umberfield", "Waxworth")
    assert [word for word in words if is_put_together(word)] == ["Hearthglow", "Ochrelux"]
