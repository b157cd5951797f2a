"""Companies that only their places in a text show to be such: what speaks for a name and what speaks against it."""

import time

import pytest

from ingest.extract.in_place import in_place
from ingest.extract.known_names import KnownNames
from ingest.extract.mentions import find_all, find_mentions
from ingest.extract.pipeline import Pipeline

FOUND = [
    # what only firms do, are and have
    ("In May Umberia shipped it. We wrote to Umberia.", ["Umberia", "Umberia"]),
    ("The pier says Ochre Jade stopped ordering.", ["Ochre Jade"]),
    ("and Umberia, an upscale retailer, agreed; the importer, Sienna Woad, did not", ["Umberia", "Sienna Woad"]),
    ("that Umberia's broker and Umberia's invoices agree", ["Umberia", "Umberia"]),
    ("a complaint (Ochre Weld v. U.S., No. 21-00136)", ["Ochre Weld"]),
    ("the packer bought from Umberia in Farmton; paid by Umberia", ["Umberia", "Umberia"]),
    ("the plaintiff's (Umberia) motion", ["Umberia"]),
    ("that its bank, Ochre Mutual, wired it", ["Ochre Mutual"]),
    # what people do, too, with a word that ends firms' names
    ("a case against Ochre Supply, which Ochre Supply disputes", ["Ochre Supply", "Ochre Supply"]),
    ("left with Ochre Warehouse and tested at Umber Labs", ["Ochre Warehouse", "Umber Labs"]),
    # beside a firm, and longer or louder ways to write its name
    ("when Umberia sold it, Ochrelux and Umberia met", ["Umberia", "Ochrelux", "Umberia"]),
    ("that Umberia bills it. UMBERIA asked us; sent to Umberia Tableware, which told us",
     ["Umberia", "UMBERIA", "Umberia Tableware"]),
    ("a claim against Ochre Rigging, Smalt & Sons, and Sienna Hoist. Smalt & Sons denied it",
     ["Ochre Rigging", "Smalt & Sons", "Sienna Hoist", "Smalt & Sons"]),
    ("found against them: Longry, Umberia, and Ochrelux. They say Umberia bought it",
     ["Longry", "Umberia", "Ochrelux", "Umberia"]),
    ("In May Farmton Umberia sold coils; they never dealt with Umberia",
     ["Farmton Umberia", "Umberia"]),
    # who it is, said in other ways
    ("that the surety is Umberia; Ochre Gate (the alleger) told us", ["Umberia", "Ochre Gate"]),
    ("booked by Ochre Gate, whose manager is ill; by then Umberia claimed its refund", ["Ochre Gate", "Umberia"]),
    ("a petition by Ochre Cell (OC), a designer of cells; Ohio-based Umberia sold it", ["Ochre Cell", "Umberia"]),
    ("A Umberia spokesman and the Ochre Woad lawyer met", ["Umberia", "Ochre Woad"]),
    ("retailer 'Umberia' and the trucker (Ochre Dray) are known", ["Umberia", "Ochre Dray"]),
    ("They say U&O refused its refund", ["U&O"]),
    ("that Ochre Woad Works sold coils. In Ochre Woad, the court held", ["Ochre Woad Works", "Ochre Woad"]),
    ("Umberia wanted its money. Umberia Foods left.", ["Umberia", "Umberia Foods"]),
    ("The letter of last week says that all of the coils came from a mill that Ochre\nWoad sold in May to\nit.",
     ["Ochre\nWoad"]),
    ("A.F. Ochre asked for its money; Umberia/Ochrelux and Umberia's mill",
     ["A.F. Ochre", "Umberia", "Ochrelux", "Umberia"]),
    ("He is its president.\n\nUmberia sold it. N.C.-based Umberia left.", ["Umberia", "Umberia"]),
    ("coils from two mills: Ochre Woad and Umberia. The manager, Sienna Auto Parts, is gone; Sienna Auto Parts paid",
     ["Ochre Woad", "Umberia", "Sienna Auto Parts", "Sienna Auto Parts"]),
    ("sold on Umberia-style terms; Umberia exported it", ["Umberia", "Umberia"]),
    ('Ochre Gate ("Ochre") imports it; Sienna Woad Manufacturing is being watched. SWM denied it',
     ["Ochre Gate", "Sienna Woad Manufacturing", "SWM"]),
    # by where it has its seat, what it is said to be in a list, and what all do that ends as firms' names do
    ("tape from Shaoxing Umberfeng on it; the maker was Ningbo Umber Precision Tube MFR.",
     ["Shaoxing Umberfeng", "Ningbo Umber Precision Tube MFR"]),
    ("Production fits what they export. Customers: Umberia, Smalt & Strand, and some that buy less.",
     ["Umberia", "Smalt & Strand"]),
    ("Box came off the EVER LIVEN on Tue. Filer is Ochre Clearance (OC4). Manifest Shipper: Umberia Audio of Farmton. "
     "Umberia Audio ships",
     ["Ochre Clearance", "Umberia Audio", "Umberia Audio"]),
    ("pajamas from Kenya (Mombasa EPZ Apparel) and Lesotho (under 6108.31) came", ["Mombasa EPZ Apparel"]),
    ("Its processor, Pacific Samoa Packing, will be paid per case.", ["Pacific Samoa Packing"]),
    ("Filer is Smalt Air & Ocean, entry 1. Ochre Bonded Storage still has them.",
     ["Smalt Air & Ocean", "Ochre Bonded Storage"]),
    ("He says that Ochre Lampworks only filled the jars; on hold: Sienna Kids, the sister of Umberia.",
     ["Ochre Lampworks", "Sienna Kids"]),
    # in terse notes: in which role a firm stands
    ("Umberline (IOR) and Ochretrade (seller) are related; they use Siennatex as broker.",
     ["Umberline", "Ochretrade", "Siennatex"]),
    ("6. Ultimate consignee      UMBER CONTRACT LLC           58-2719903\n7. Importing carrier       UZM\n", ["UZM"]),
    ("We can ask Umber Trade Law Group; hired was Umber Road Advisory, which went there.",
     ["Umber Trade Law Group", "Umber Road Advisory"]),
    ("importer = Umberline; carrier       UZM\n", ["Umberline", "UZM"]),
    ("Line 3: the invoice names Woad Umber Rattan Export; hired was Umber Road Advisory, of course",
     ["Woad Umber Rattan Export", "Umber Road Advisory"]),
    ("cloth marked \u201cUmbergodha Weaving Unit 4, Pakistan\u201d", ["Umbergodha Weaving Unit 4"]),
    ("and we, Umberia, answer; valued by Ochre Appraisal. The carrier's agent, Umber Liner Agency, is away.",
     ["Umberia", "Ochre Appraisal", "Umber Liner Agency"]),
    ("that Umberia has two suppliers; the forwarder's name is Ochrelux; the goods belong to Siennatex",
     ["Umberia", "Ochrelux", "Siennatex"]),
    # by the address of a letter's writer
    ("From: Ann Weld <aweld@umberiabrokers.example>\nAnn here from Umberia.", ["Umberia"]),
    ("Yours,\nSmalt & Strand\nCounsel for Ochre Toys", ["Smalt & Strand"]),
]  # fmt: skip

NOT_FOUND = [
    "that Mary Umber shipped it; later Umber sold more",  # a person
    "Mr. Umber imported it. Umber paid.",
    "said that Umber argued and Umber said so",
    "a mill in Umberia; Umberia exported it",  # a place
    "goods from Umberia, Ohio; Umberia produced coal",
    "to Zhejiang, whose mills Zhejiang sold",
    "that Umber sold umber",  # a word that is written small
    "the Department of Justice sold its cars; the Secretary sold his",
    "that Chinese exported it; on Tuesday sold out; in May bought",
    "its buyer, Ann Weld, told us",
    "Final Results of Review: Importer Obligation and Carrier Role in New System",  # a headline
    "(2) Potential sources of rice",
    "Shipments from Umberia arrived.",
    "and its subsidiaries, Umberia Ochre Autonomous Region",
    "apprised of the Ochre Oversight Group, and of Ochre Alerts issued under it; the Umber Mechanism set by law",
    "said the Coalition for Fair Umber in Garlic; said that the Food Safety Service (UMBFSS) sold its cars",
    "solar imports from Southeast Asia and payments to North Africa",
    "paid to Umberia, Farmton, Ohio, and Reno",
    "Spoke with Dana. Dana wants photos; talked to Okafor, Okafor says so. Docs from Farmton. Farmton needs an exam.",
    "We met Brannock. Brannock showed us the boxes. Please call Thibaud. Thibaud needs it, heard from Tamsin.",
    "Carrier: Truck\nShipper: Same\nBroker: None\nSeller: Unknown\n",
    "Bumetumber, imported in 1 mg tablets, is a drug. Bumetumber is good.",
    "The label says Umber Gold. Umber Gold is our retail brand; its seller, Ann Weld, told us; K. Weld imports it",
    "landed in Shanghai Pudong and at Ningbo Port of Zhejiang Province",
    "antidumping orders on silicon metal from Bosnia and Herzegovina",
]


def _found(text: str) -> list[str]:
    return [text[start:end] for start, end in sorted(in_place(text, ()))]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_a_name_in_a_firms_place_is_a_firms_everywhere(text: str, names: list[str]) -> None:
    assert _found(text) == names


@pytest.mark.parametrize("text", NOT_FOUND)
def test_persons_places_and_words_are_no_firms(text: str) -> None:
    assert _found(text) == []


def test_what_was_found_by_its_name_is_left_alone() -> None:
    text = "that Umberia Ltd. sold it to Ochrelux"
    assert list(in_place(text, [(5, 17)])) == [(29, 37)]


def test_a_known_name_of_one_word_needs_nothing_that_speaks_for_it() -> None:
    text = "It went past Umberia. We saw Ochrelux, and Joe Weld saw Kestrel, Ohio, in March; a march is long."
    known = KnownNames([("Umberia GmbH", "party:1"), ("Kestrel Inc.", "party:2"), ("March", "party:3"), ("Weld", "x")])
    ((_, found),) = find_all([("", text)], Pipeline(known))
    assert [(one.text, one.key, one.how) for one in found if one.what == "company"] == [("Umberia", "UMBERIA", "known")]
    assert not [one for one in find_mentions("", text) if one.what == "company"]


def test_a_firm_is_called_by_its_first_word_before_and_after_it_is_named() -> None:
    text = "Kestrel argued that it paid (Kestrel Supply v. U.S.). Kestrel ships. Mr. Kestrel left; a mill in Kestrel."
    found = [(one.text, one.key) for one in find_mentions("", text) if one.what == "company"]
    assert found == [("Kestrel", "KESTREL SUPPLY"), ("Kestrel Supply", "KESTREL SUPPLY"), ("Kestrel", "KESTREL SUPPLY")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # two common words of a name, where they do what firms do
        ("Golden Weld Trading Corp. left. Golden Weld had wound up.", ["Golden Weld Trading Corp.", "Golden Weld"]),
        ("Golden Rose Trading Corp. sold golden rose; Golden Rose had a thorn", ["Golden Rose Trading Corp."]),
        # the word that tells, in capitals, too; initials behind PT; a trade's word before it
        ("Umberia Lamps, Inc. sold it. Umberia paid; she worked for UMBERIA then.",
         ["Umberia Lamps, Inc.", "Umberia", "UMBERIA"]),
        ("PT Umber Madder Ochre loads it; UMO denies it", ["PT Umber Madder Ochre", "UMO"]),
        ("bought from Menuiserie Umbery inc. of Quebec. Umbery was told.", ["Menuiserie Umbery inc.", "Umbery"]),
        ("The socks had been ordered from Umber Undergarments Fty. in Macau.", ["Umber Undergarments Fty."]),
        ("Umber Valley Bulb Company (UVB) files its own entries (filer UVB). Quota desk JFK: Umber Ltd. asks.",
         ["Umber Valley Bulb Company", "UVB", "Umber Ltd."]),
        ("Filed by Umber, Ochre & Woadley. Umbra & Woad, attorneys for none. Sand & Gravel fell.\n\n"
         "Respectfully,\nOchre & Woade\n",
         ["Umber, Ochre & Woadley", "Umbra & Woad", "Ochre & Woade"]),
        ("It ends.\n\nTerms & Conditions\n\nThey hold.", []),
        # in small letters, though the text has capitals
        ("Umber Madder LLC has a case. no docs yet. ask about umber madder.", ["Umber Madder LLC", "umber madder"]),
        ("- importer low madder iron\n- broker umber gate chb\n- low madder iron says no\n- by umber woad & storage\n",
         ["low madder iron", "umber gate chb", "low madder iron", "umber woad & storage"]),
        ("Bought from Ochre, Woad & Co. and Motores Umber C.A.; see", ["Ochre, Woad & Co.", "Motores Umber C.A."]),
        ("cc: Umber & Ochre Advisors\n\nYours faithfully,\n\nAnn Weld\nLicensed Customs Broker\n",
         ["Umber & Ochre Advisors"]),
    ],
)  # fmt: skip
def test_a_firm_is_called_by_parts_of_its_name_and_in_small_letters(text: str, names: list[str]) -> None:
    assert [one.text for one in find_mentions("", text) if one.what == "company"] == names


def test_a_text_of_names_alone_is_no_slower_than_its_length() -> None:
    seconds = []
    for times in (1_000, 4_000):
        text = "Umberia sold Ochrelux, and Sienna Woad; " * times
        began = time.process_time()
        list(in_place(text, ()))
        seconds.append(time.process_time() - began)
    assert seconds[1] < 8 * seconds[0]
