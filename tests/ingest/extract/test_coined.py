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
    ("Suppliers: Umberia Chang of Taiwan, Ochre Werk", ["Umberia Chang", "Ochre Werk"]),
    ("Competitor Umberia & Ochre sells it for less.", ["Umberia & Ochre"]),
    ("Importer: The Umberlight Group\nAgent: Ochrewright\n", ["The Umberlight Group", "Ochrewright"]),
    # in brackets, behind a town's or a country's name, in quotes, and with a place behind
    ("raw honey from Ukraine (Umberia Ochrelis) and for one box (Umberia Pump, of late) only",
     ["Umberia Ochrelis", "Umberia Pump"]),
    ("Tags of Umberia Denim, Pakistan, were under them; a code reads \"Sialkot Umberia\"",
     ["Umberia Denim", "Sialkot Umberia"]),
    # plain words, where two things tell of a firm
    ("Plush Crown sold it. We had it from Plush Crown and asked.", ["Plush Crown", "Plush Crown"]),
    # brokers by their name, and by the line that they sign or head letters with
    ("UMBER QUAY BROKERAGE\nLaredo\n\nDear Bill, Ochre Prairie Customs resigned.\n\nAnn\nWoad Quay Customs\n",
     ["UMBER QUAY BROKERAGE", "Ochre Prairie Customs", "Woad Quay Customs"]),
    # cells of rows and of lines in which others are firms
    ("MAEU221480017  Umberia Bath  /  Ochre Crane\nMAEU221481190  Woad Buggy  /  Ochrelis\n",
     ["Umberia Bath", "Ochre Crane", "Woad Buggy", "Ochrelis"]),
    ("12 pc   Umberia Rose > Ochre Nest, Woad Petal\n40 pcs   Ochrelis Rose > Woad Petal\n",
     ["Umberia Rose", "Ochrelis Rose"]),
    ("VENDOR;COO;HTS;ENTRY\nUmber Knit Craft;IN;6109.10.0012;A\nOchre Wear;BD;6109.10.0040;B\n",
     ["Umber Knit Craft", "Ochre Wear"]),
    ("Umber Tube Co., Ltd.\nUmberia Maple\nOchre Boyu Woodwork\n",
     ["Umber Tube Co., Ltd.", "Umberia Maple", "Ochre Boyu Woodwork"]),
    ("It sold to Umberia Edge and Ochre Supply in May. Umberlux and Woad Supply imported it.",
     ["Umberia Edge", "Ochre Supply", "Umberlux", "Woad Supply"]),
    # beside firms in rows that strokes part, below a heading
    ("No / From / For / HBL\n1 / Umber Inc. / Brass Bucket / ABC-DEF-4401\n2 / Bold Crown / Woad LLC / ABC-DEF-4402\n",
     ["Umber Inc.", "Brass Bucket", "Bold Crown", "Woad LLC"]),
    # a longer name, of which the shorter one was known
    ("It was sold by Umberia Point Ltd. and Umberia Point Insurance wrote it.",
     ["Umberia Point Ltd.", "Umberia Point Insurance"]),
    # in notes in small letters
    ("box in. cnee umberet hill cutlery, shpr ochrelis y woad, spain. tel w/ umberet hill: no. ok.\nno docs. call.",
     ["umberet hill cutlery", "ochrelis y woad", "umberet hill"]),
    ("truck of ochrelis haulage waited. boxes both for brite umberet toys. no docs yet. call back. all ok.",
     ["ochrelis haulage", "brite umberet toys"]),
    # two parts that & joins
    ("They noted that Umberly & Pratt will enter, and Umber Nail & Screw pays.",
     ["Umberly & Pratt", "Umber Nail & Screw"]),
    ("A bond of Umberia Surety & Guaranty is too low.", ["Umberia Surety & Guaranty"]),
    # behind roles, labels that a stop ends, and shortened ones within a line
    ("Importer. Umber Chest of Maine, Hotel Ochre.\nVendor. Umberia Havlu, Turkey",
     ["Umber Chest of Maine", "Hotel Ochre", "Umberia Havlu"]),
    ("Importer Umber Sol Roofing; exporter Ochre Ensambles Tecate.", ["Umber Sol Roofing", "Ochre Ensambles Tecate"]),
    ("notes; impt Umber Bag & Twine; mfr Woven Ochre Sack\n", ["Umber Bag & Twine", "Woven Ochre Sack"]),
    ("Messrs. Umberly Kayak\nDear friend,", ["Umberly Kayak"]),
    ("Consolidator Umberia Consol files the bills. Agents Ochre Brothers Shipping. Then",
     ["Umberia Consol", "Ochre Brothers Shipping"]),
    # with its land in brackets, with what joins a name's words, up to a line's end, and longer than the known one
    ("It cuts cable of Phelan Umber (Taiwan), tape of the Russian Federation (Russia).", ["Phelan Umber"]),
    ("It was entered by our broker, Paso del Umber CHB, and a letter.", ["Paso del Umber CHB"]),
    ("The Umber Garlic notes. What is not yet sold until then will be sold to Tri-Cities Umber Fab\nPos. 2: laser head",
     ["Tri-Cities Umber Fab"]),
    ("It is by Umberia Hai Co., Ltd. The list means Umberia Hai Photon, in May. Umberia Hai says so.",
     ["Umberia Hai Co., Ltd.", "Umberia Hai Photon", "Umberia Hai"]),
    # behind a role and before a comma or a stop
    ("box in. importer lackawanna umber form. factory maya stitch, mixco. tags say brazil. no docs yet. call.",
     ["lackawanna umber form", "maya stitch"]),
    ("1) box in the hall. 2) no docs yet. 10) mr. weld calls. 11) importer ochrelis roll form.\n",
     ["ochrelis roll form"]),
    ("impt Umber Silicate\nexp  Ochre Quarrel Stone\n", ["Umber Silicate", "Ochre Quarrel Stone"]),
]  # fmt: skip
NOT_FOUND = [
    "Checked by: Rosalind Umberia\nWith: Margit Umberia, former clerk\nSigned: Arturo Umberia, clerk",
    "Its buyer, Grant Umberia, says so; an interview of Umberia Okafor.",
    "the Umberia Alert and a copy of Umberia Report; Umberia Airport; Umberia-sourced goods",
    "It came from El Centro and went to Nuevo Laredo; a native of Thetford Mines.",
    "Agent: R. Delaney\nBrokers: none\nSuppliers: Ohio, China\nShipper: Unknown\nPlants: 14",
    "Truck Manifest will be down. Issues with Truck Manifest; Request for Panel Review. Panel Review was requested.",
    "Mexican Customs, Laredo Customs and U.S. Customs asked; the Customs Service; CUSTOMS AND BORDER SERVICES\n",
    "box in. driver from ohio, goods from china. frozen berries of canada. no docs. call for exam. ask them. yes.",
    "goods from Southeast Asia; payments to North Africa",
    "Terms & Conditions apply. Center: Pulp & Paper desk. We asked Regulations & Rulings; \"Umberly & Pratt\" cups",
    "tape of the Russian Federation (Russia), of a works in Ostrava Poruba (Czechia), by Ann Weld (Canada)",
    "UMBER\nCustom House Brokers, Forwarders\nOne Trade Center\n",
    "From May 14, officers of CBP and of HSI Umberia visited it. We asked the Trade Agreements Branch.",
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
