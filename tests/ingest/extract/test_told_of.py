"""Companies without a legal form that end as firms' names do or with goods, where nothing else says that they are
firms, and what ends so and is none."""

import pytest

from ingest.extract.mentions import find_mentions

FOUND = [
    ("We asked about Umber Valley Cold Storage, and about Ochre Tile Works.",
     ["Umber Valley Cold Storage", "Ochre Tile Works"]),
    ("It came with papers of Umber Windshield for 2014.", ["Umber Windshield"]),
    ("The importer is Ochre Foods, and Umber Freight & Customs filed it.", ["Ochre Foods", "Umber Freight & Customs"]),
    ("Names given: Umberwell Components, Ochre Bay Bedding, Sienna Spice.",
     ["Umberwell Components", "Ochre Bay Bedding", "Sienna Spice"]),
    ("Call sheet\n\nUmberlight Chandelier: no answer.\n", ["Umberlight Chandelier"]),
    ("Ochre Ridge Fasteners\n55 Dock Street\nFarmton, New York 12401\n", ["Ochre Ridge Fasteners"]),
    ("DN-1 | Umber Nine Bedding | SEGU5520133 | cotton", ["Umber Nine Bedding"]),
    ("Puget Umber Bikes gets the same goods.", ["Puget Umber Bikes"]),
    # a place as part of the name
    ("ok. broker is Umberguard Brokerage of Queens, they file", ["Umberguard Brokerage of Queens"]),
    ("but Tile Importers of Georgia has sold to others", ["Tile Importers of Georgia"]),
    ("The account is with Bank of the Umber.", ["Bank of the Umber"]),
    ("sold by Umber Sand Fasteners of Farmton, Ohio, to us", ["Umber Sand Fasteners"]),
    # a cell of a column in which firms stand
    ("1 | Umber Trading LLC | 2704\n2 | The Ochre Corner | 3901\n3 | Sienna Juvenile | 3901\n",
     ["Umber Trading LLC", "The Ochre Corner", "Sienna Juvenile"]),
    ("need POE for Umberline Stone, ent 1; papers of Dulces Ochre", ["Umberline Stone", "Dulces Ochre"]),
    ("lot 12  Umber Inc.       cigars\nlot 13  Ochre Radio      tuners\n", ["Umber Inc.", "Ochre Radio"]),
    ("Re: Umber Brook Dairy, quota cheese. Ochre Fragrance of Ohio does the scents.",
     ["Umber Brook Dairy", "Ochre Fragrance"]),
    ("its agent in Ningbo, Ochre Bridge Sourcing, signs; we met Umber Parkway at its plant",
     ["Ochre Bridge Sourcing", "Umber Parkway"]),
    ("the broker Umber-Tern Customs has it", ["Umber-Tern Customs"]),
    ("Q: And who paid for it? A: Umber Tire & Wheel. Q: Did you see them?", ["Umber Tire & Wheel"]),
    ("Runs on the side: Ochre Watch Repair, Sienna Pawn & Loan\n", ["Ochre Watch Repair", "Sienna Pawn & Loan"]),
    ("sold through Umbertown Outfitters, Big Ochre Ranch Supply and others",
     ["Umbertown Outfitters", "Big Ochre Ranch Supply"]),
    ("A. Umber Pet Bedding understated it.\nB. Ochre Packaging Supply, its sister, billed the rest.\n",
     ["Umber Pet Bedding", "Ochre Packaging Supply"]),
    ("Received your fax on Umbertrell Hosiery. Our records", ["Umbertrell Hosiery"]),
    ("importer no. of IOR Umber City Tools, 12-3456789", ["Umber City Tools"]),
]  # fmt: skip

NOT_FOUND = [
    "a letter to the Secretary of Health and Human Services in May",
    "a sample of Imitation Brandy with Natural Flavors, which",
    "the antidumping duty order on Lemon Juice from Argentina",
    "The interagency Import Safety Working Group shall meet.",
    "exports of Iranian Unmanned Aerial Vehicles (UAVs) to",
    "Certain Wi-Fi Routers, Stationary Bicycles and Components Thereof, and Products Containing Same",
    "as told in the video Importing Regulated Products, which",
    "Since then, Malaysia and Vietnam have shipped more.",
    "The Organic Section and the Textile Enforcement Division ran it.",
    "It came aboard the ship Ochre Packers; the brand is Umber Gold Packaging, made of Kraft Paper.",
    "On the agenda: Drawback Claims, Bonded Storage, Cold Storage and Other Services.",
    "She is a Textile and Apparel Import Specialist; Form 29 went to Entry Summary Processing.",
    "The bag reads Super Clean Detergent; we read Informed Compliance on Ceramic Tableware.",
    "The Fresh Garlic Producers Association, the Committee for Fair Trade in Garlic and Operation Silk Thread.",
    "Tom Mills, Emma Stone and Walter Rice were there; ask Oscar Glass about it.",
    "a ruling on \u201cKinetic Foam.\u201d The provided sample",
    "any Derivative Works of the Work, and such Larger Works",
    "classification of a Flat Pack Wood Burning\nPizza Oven & Grill\n\nDear Ms. Weld:",
    "1 | Container | 2704\n2 | Broker Notice | 3901\n",
]


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_a_name_that_ends_as_firms_do_is_one_where_firms_stand(text: str, names: list[str]) -> None:
    assert [one.text for one in find_mentions("", text) if one.what == "company"] == names


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_goods_programmes_and_authorities_are_called_is_no_firm(text: str) -> None:
    assert [one.text for one in find_mentions("", text) if one.what == "company"] == []
