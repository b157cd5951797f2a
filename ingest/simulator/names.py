"""Invented names of companies and people, and how others spell them.

Invariant: every name is put together from syllables and words; a spelling is a function of the name and of
numbers drawn for it, so that the same draws give the same spelling.
"""

import re

from ingest.simulator.reference import Array, Country

_FIRST = (
    "Amber", "Anchor", "Apple", "Arrow", "Aspen", "Bay", "Beacon", "Birch", "Blue", "Bramble", "Bright", "Canyon",
    "Cedar", "Clear", "Clover", "Copper", "Coral", "Crest", "Crow", "Delta", "Eagle", "East", "Ember", "Falcon",
    "Fern", "Fox", "Garnet", "Glen", "Golden", "Granite", "Gray", "Green", "Harbor", "Hawk", "Hazel", "Heron",
    "High", "Iron", "Ivy", "Jade", "Juniper", "Lake", "Lark", "Laurel", "Liberty", "Linden", "Maple", "Marble",
    "Meadow", "Mill", "Moss", "North", "Oak", "Old", "Onyx", "Orchard", "Osprey", "Palm", "Pearl", "Pine",
    "Prairie", "Quail", "Quarry", "Raven", "Red", "Ridge", "River", "Rose", "Saddle", "Sage", "Silver", "South",
    "Spruce", "Star", "Stone", "Summit", "Sun", "Swift", "Thistle", "Timber", "Union", "Valley", "Vista", "West",
    "White", "Wild", "Willow", "Wind", "Wolf", "Wren",
)  # fmt: skip
_SECOND = (
    "bank", "beam", "brook", "burn", "bury", "cliff", "cove", "crest", "dale", "den", "fall", "field", "ford",
    "gate", "glen", "grove", "harbor", "haven", "hill", "hollow", "hurst", "land", "leaf", "light", "line", "mark",
    "mere", "moor", "mount", "peak", "point", "port", "reach", "rest", "ridge", "shore", "side", "spring", "stead",
    "stone", "view", "ville", "ward", "water", "way", "well", "wick", "wood", "worth", "yard",
)  # fmt: skip
_TRADES = (
    "Trading", "Imports", "International", "Supply", "Products", "Distribution", "Industries", "Home", "Brands",
    "Global", "Group", "Enterprises", "Wholesale", "Sourcing", "Building Products", "Hardware", "Foods", "Apparel",
    "Logistics", "Manufacturing", "Designs", "Outfitters", "Components", "Materials", "Furniture", "Chemicals",
)  # fmt: skip
_US_FORMS = ("LLC", "Inc.", "Corp.", "LLC", "Inc.", "Company", "Co., Inc.", "USA Inc.", "L.P.")
# What a firm says it makes, by the last tariff chapter of a range.
_GOODS = (
    (24, ("Food", "Foodstuff", "Agricultural Products", "Foods and Beverages")),
    (38, ("Chemical", "Fine Chemicals", "Bio-Technology", "Minerals")),
    (40, ("Plastic", "Rubber and Plastic", "Packaging", "Polymer")),
    (43, ("Leather Goods", "Bags", "Luggage")),
    (46, ("Wood Industry", "Timber", "Wood Products")),
    (49, ("Paper", "Paper Products", "Printing")),
    (60, ("Textile", "Weaving", "Dyeing and Weaving", "Fabrics")),
    (63, ("Garment", "Apparel", "Knitwear", "Textile")),
    (67, ("Footwear", "Shoes", "Fashion Accessories")),
    (71, ("Stone", "Ceramics", "Glass", "Building Materials")),
    (83, ("Hardware", "Metal Products", "Metalware", "Steel", "Aluminium")),
    (84, ("Machinery", "Industrial", "Precision Machinery")),
    (85, ("Electronics", "Electric Appliance", "Technology")),
    (90, ("Auto Parts", "Vehicle Parts", "Machinery")),
    (94, ("Furniture", "Home Products", "Lighting and Furniture")),
    (99, ("Household Articles", "Industrial", "Arts and Crafts")),
)
_ANY_GOODS = ("Trading", "Industrial", "Enterprise")
_GIVEN = (
    "Adrian", "Alma", "Anil", "Bao", "Carla", "Chen", "Dana", "Derek", "Elena", "Farah", "Grace", "Hana", "Ivan",
    "Jing", "Karim", "Laura", "Marcus", "Mei", "Nadia", "Oscar", "Pavel", "Quinn", "Rosa", "Samir", "Tara", "Uma",
    "Victor", "Wei", "Ximena", "Yusuf", "Zoe", "Hector", "Linh", "Paulo", "Sven",
)  # fmt: skip
_FAMILY_A = ("Al", "Bar", "Cas", "Dor", "El", "Fen", "Gar", "Hol", "Ing", "Jar", "Kel", "Lor", "Mar", "Nor", "Or")
_FAMILY_B = ("bert", "dane", "ero", "field", "gren", "hardt", "inez", "kins", "low", "man", "nov", "quist", "sen")
_US_STREETS = ("Commerce", "Industrial", "Harbor", "Enterprise", "Main", "Warehouse", "Market", "Lakeview", "Mission")
_US_KINDS = ("Street", "Avenue", "Boulevard", "Drive", "Parkway", "Road", "Way")

_SHORT = (
    ("INTERNATIONAL", "INTL"), ("COMPANY", "CO"), ("INDUSTRIES", "INDS"), ("INDUSTRIAL", "IND"),
    ("TRADING", "TRDG"), ("PRODUCTS", "PRODS"), ("ENTERPRISES", "ENT"), ("MANUFACTURING", "MFG"),
    ("IMPORT AND EXPORT", "IMP & EXP"), ("DISTRIBUTION", "DISTR"), ("BUILDING", "BLDG"), ("TECHNOLOGY", "TECH"),
    ("PRIVATE LIMITED", "PVT LTD"), ("LIMITED", "LTD"), ("CORPORATION", "CORP"), ("FURNITURE", "FURN"),
    ("STREET", "ST"), ("AVENUE", "AVE"), ("BOULEVARD", "BLVD"), ("ROAD", "RD"), ("DRIVE", "DR"), ("SUITE", "STE"),
    ("MATERIALS", "MATLS"), ("JOINT STOCK", "JS"), ("ELECTRONICS", "ELEC"), ("PARKWAY", "PKWY"),
)  # fmt: skip
_TRANSLITERATED = (
    ("ZH", "CH"), ("XI", "SI"), ("Q", "CH"), ("YUAN", "YUEN"), ("HUA", "WAH"), ("JIN", "KIN"), ("TH", "T"),
    ("HOANG", "HUANG"), ("PHUC", "FUK"), ("SH", "S"), ("OU", "U"), ("EE", "I"), ("AA", "A"), ("OE", "O"),
)  # fmt: skip
SPELLINGS = 4  # of each name and address: as filed, plain, shortened, transliterated or mistyped


def american_company(draws: Array) -> str:
    """An invented firm of the United States, from five numbers drawn for it."""
    a, b, c, d, e = (int(draw) for draw in draws[:5])
    first = _FIRST[a % len(_FIRST)] + _SECOND[b % len(_SECOND)]
    second = f" {_FIRST[(e // 7) % len(_FIRST)]}" if e % 4 == 0 else ""
    return f"{first}{second} {_TRADES[c % len(_TRADES)]} {_US_FORMS[d % len(_US_FORMS)]}"


def foreign_company(country: Country, chapter: int, draws: Array) -> str:
    """An invented firm of a country that makes goods of a tariff chapter, from six numbers drawn for it."""
    a, b, c, d, e, f = (int(draw) for draw in draws[:6])
    syllables = country.syllables
    stem = syllables[a % len(syllables)] + syllables[b % len(syllables)]
    if c % 3 == 0:
        stem += syllables[c % len(syllables)]
    words = next(words for last, words in _GOODS if chapter <= last)
    goods = _ANY_GOODS[d // 8 % len(_ANY_GOODS)] if d % 8 == 0 else words[d // 8 % len(words)]
    suffix = country.suffixes[e % len(country.suffixes)]
    place = f"{country.cities[f % len(country.cities)]} " if f % 5 < 3 else ""
    if suffix in {"PT", "CV"}:
        return f"{suffix} {place}{stem.capitalize()} {goods}"
    return f"{place}{stem.capitalize()} {goods} {suffix}"


def person(draws: Array) -> str:
    """An invented officer."""
    a, b, c = (int(draw) for draw in draws[:3])
    return f"{_GIVEN[a % len(_GIVEN)]} {_FAMILY_A[b % len(_FAMILY_A)]}{_FAMILY_B[c % len(_FAMILY_B)]}"


def american_address(draws: Array) -> str:
    """A street address of the United States, without the city."""
    a, b, c, d = (int(draw) for draw in draws[:4])
    street = f"{100 + a % 9800} {_US_STREETS[b % len(_US_STREETS)]} {_US_KINDS[c % len(_US_KINDS)]}"
    return f"{street} Suite {100 + d % 900}" if d % 3 == 0 else street


def foreign_address(country: Country, draws: Array) -> str:
    """A street address of a country, without the city."""
    a, b, c = (int(draw) for draw in draws[:3])
    street = country.streets[b % len(country.streets)]
    return f"No. {1 + a % 1900} {street}" if c % 3 else f"{1 + a % 1900} {street} Building {1 + c % 20}"


def spellings(text: str, draw: int) -> tuple[str, ...]:
    """How a name or address is written on papers: as filed, plain, shortened, transliterated or mistyped.

    >>> spellings("Fernhollow Trading Company", 5)[:3]
    ('Fernhollow Trading Company', 'FERNHOLLOW TRADING COMPANY', 'FERNHOLLOW TRDG CO')
    """
    plain = re.sub(r"\s+", " ", re.sub(r"[.,()']", " ", text.upper())).strip()
    short = plain
    for long, brief in _SHORT:
        short = short.replace(long, brief)
    return text, plain, short, _mistyped(plain, draw)


def _mistyped(plain: str, draw: int) -> str:
    if draw % 3 == 0:
        for heard, written in _TRANSLITERATED:
            if heard in plain:
                return plain.replace(heard, written, 1)
    at = 1 + (draw // 3) % max(1, len(plain) - 2)
    match draw % 4:
        case 0:
            return plain[:at] + plain[at + 1 :]
        case 1:
            return plain[:at] + plain[at : at + 2][::-1] + plain[at + 2 :]
        case 2:
            return plain[:at] + plain[at] + plain[at:]
        case _:
            return plain.replace(" ", "", 1)
