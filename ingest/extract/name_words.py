"""The words that names in texts are made of: what a word of a name looks like, and which words never are one.

Invariant: the words that are in no name are data (`lexicon/not_in_names.csv`), each with why.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import pycountry
from anyascii import anyascii

from graph.resolve.words import share
from ingest.extract.company_forms import form_words, rows
from ingest.sources.countries import country_names

Place = tuple[int, int]

NOT_IN_NAMES, PLACES_OF_NAMES, _CITIES = "not_in_names.csv", "places_of_names.csv", "cities_in_names.csv"
_SHORTEST = 4
_BASED = re.compile(
    r"[\w.]-(?:based|born|branded|built|flagged|headquartered|made|origin|owned|registered|sourced|wide)$"
)
# A brand, or a ship: Umber Gold is our retail brand.
_IS_GOODS = re.compile(
    r"[\"\u201d]?,? (?:is|was|are|were) (?:(?:an?|the|our|its|their|his|her|only|just|merely|one of)\b ?)+"
    r"(?:[\w-]+ ){0,3}?"
    r"(?:brands?|marks?|trade ?(?:marks?|names?)|labels?|styles?|models?|vessels?|ships?|products?|lines? of)\b"
)
_SHIP_OR_BRAND = re.compile(
    r"(?:\b(?:[Ss]hip|[Vv]essel|[Bb]arge|[Tt]ug|[Ff]reighter)|\b[MS]\.?/?[VS]\.?|"
    r"\b(?:brand|trade ?mark|model|style)(?: name)? is) [\"\u201c]?$"
)
INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
WORD = r"(?:[A-Z]{1,3}&[A-Z]{1,3}(?!\w)|[A-Z0-9\u00c0-\u024f][\w'\u2019.-]*\w|(?:[A-Z]\.)+|[A-Z])"
NAME = rf"(?<![\w.-]){WORD}(?: (?:{WORD}|&|(?:and|of|de|da|do|di)(?!\w))){{1,7}}"
# What a name can be `of`: the Bank of Umber, but the president of Umber.
OF_WHAT = frozenset(
    ("BANK", "HOUSE", "INDUSTRIES", "PORT", "SONS", "UNIVERSITY", "WORKS", "FACTORY", "INSTITUTE", "MILLS")
)
ADDRESS = re.compile(
    r"\b(?:Avenue|Beach|Blvd|Building|City|County|District|Drive|Estate|Floor|Highway|Park|Province|Region|"
    r"Road|State|Street|"
    r"Suite|Town|Village|Ward|Zone)\b",
    re.IGNORECASE,
)
SENTENCE_ENDS = re.compile(r"\w(?<!\b\w)\. ")
LOOSE_END = re.compile(r"(?:\.| and| of| de|['\u2019]s)+$")

BETWEEN = frozenset(
    ("da", "de", "del", "der", "des", "di", "do", "dos", "du", "e", "et", "la", "le", "und", "van", "ve", "von", "y")
)
# Words that do not name a company, not even all together: the Parent Company, a Limited Liability Company.
NOBODY = frozenset(
    ("AFFILIATED", "ANOTHER", "BRANCH", "CHINESE", "CUSTOMS", "DOMESTIC", "EVERY", "FOREIGN", "GROUP",
     "HOLDING", "INSURANCE", "INTERNATIONAL", "JOINT", "LIABILITY", "LIMITED", "LOCAL", "MANUFACTURING",
     "MOTHER", "NEW", "ONE", "OTHER", "PARENT", "PRIVATE", "PUBLIC", "SAME", "SHIPPING", "SISTER", "SMALL",
     "STOCK", "SURETY", "TRADING", "TRUST", "U.S.")
)  # fmt: skip

# By which a sentence begins, and which are in no name then: Competitor Umber & Ochre sells it.
# What brokers and forwarders are called by, of which alone no name is.
OF_TRADE = frozenset(
    ("AGENTS", "BROKERS", "BROKERAGE", "CUSTOM", "CUSTOMS", "FOREIGN", "FORWARDERS", "FREIGHT", "HOUSE",
     "LICENSED", "SHIP")
)  # fmt: skip
ROLES = frozenset(
    ("Agent", "Agents", "Broker", "Buyer", "Competitor", "Consignee", "Consolidator", "Declarant", "Exporter", "Filer",
     "Forwarder", "Importer", "Manufacturer", "Petitioner", "Producer", "Respondent", "Seller", "Shipper", "Supplier",
     "Surety", "Trucker", "Vendor")
)  # fmt: skip
_OF_NATIONS = re.compile(r"(?:ese|ian|ean|ish|can|ans|i)$", re.IGNORECASE)
_NATIONS = frozenset(
    ("AFRICAN", "AMERICAN", "ASIAN", "BRITISH", "DUTCH", "ENGLISH", "EUROPEAN", "FRENCH", "GREEK", "IRANIAN", "IRAQI",
     "OMANI", "SPANISH", "SWISS", "THAI")
)  # fmt: skip


@cache
def not_in_names() -> frozenset[str]:
    """The words that are in no name, in capitals."""
    return frozenset(row["word"] for row in rows(NOT_IN_NAMES))


@cache
def weights(where: str) -> Mapping[str, int]:
    """The words that speak for a company's name by standing somewhere (`lexicon/places_of_names.csv`), each with its
    weight: 2 where only companies have it there, 1 where people may, too."""
    return {row["word"]: int(row["weight"]) for row in rows(PLACES_OF_NAMES) if row["where"] == where}


@cache
def _words(file: str) -> frozenset[str]:
    return frozenset(row["word"] for row in rows(file))


def ends_names(word: str) -> bool:
    """Whether firms' names end with a word and goods' hardly."""
    return word.upper() in _words("ends_of_names.csv") or (word[-5:].lower() == "works" and len(word) > len("Networks"))


def names_goods(word: str) -> bool:
    """Whether a word is one for goods or trades that firms' names end with as well as the names of goods."""
    return word.upper() in _words("goods_in_names.csv")


def says_what_kind(word: str) -> bool:
    """Whether a word says of what kind goods, services and programmes are: Natural Flavors, Human Services."""
    return word.upper() in _words("kinds_of_goods.csv")


_ENDINGS = (
    ("IES", ("Y",)), ("ES", ("", "E")), ("S", ("",)), ("ING", ("", "E")), ("IED", ("Y",)), ("ED", ("", "E")),
    ("LY", ("",)), ("ER", ("", "E")), ("ERS", ("", "E")),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def is_plain(word: str) -> bool:
    """Whether official texts write a word small, in some form of it: a word of the language, and nobody's alone.

    >>> is_plain("Shipments"), is_plain("Umberia")
    (True, False)
    """
    plain = word.upper()
    known = _words("plain_words.csv")
    return plain in known or any(
        plain[: -len(ending)] + other in known
        for ending, others in _ENDINGS
        if plain.endswith(ending)
        for other in others
    )


@lru_cache(maxsize=50_000)
def is_coined(word: str) -> bool:
    """Whether a word in capitals is no word of the language or of the trade, nor one that people, nations or
    authorities are called by: Umberia, Ochrelux."""
    return (
        len(word) >= _SHORTEST
        and word[0].isupper()
        and not word.isupper()
        and not word[:3].isupper()
        and not is_plain(word)
        and word.upper() not in _words("ends_of_names.csv")
        and not any(test(word) for test in (names_goods, says_what_kind, is_given, is_of_nation, stops))
        and not share(word.upper())
    )


# What firms put words together with, and nobody else; what towns and families are called by as well.
_TAILS = frozenset(
    ("AGRO", "AIRE", "BOND", "BOX", "BRITE", "CARE", "CHEM", "CHLOR", "COAT", "COM", "CORE", "CORP", "CRAFT",
     "DENT", "DIA", "DRIVE", "DUR", "FAB", "FIX", "FLEX", "FLOW", "FOAM", "FOIL", "FRESH", "GEAR", "GLOW", "GLU",
     "GRIP", "GUARD", "GUM", "HAUL", "HAUS", "JET", "KRAFT", "LAB", "LABS", "LINE", "LINK", "LITE", "LOCK", "LOFT",
     "LOG", "LUBE", "LUME", "LUX", "MART", "MASTER", "MATE", "MED", "MEDICA", "METAL", "METRICS", "NOVA", "PACK",
     "PAK", "PANEL", "PHARM", "PLAST", "PLEX", "POLY", "PRINT", "PRO", "PULP", "PURE", "REACH", "SHIP", "SHOP",
     "SOFT", "SOURCE", "SPAN", "SPARK", "SPEED", "STAR", "STEEL", "STOR", "STORE", "SUL", "SURE", "TEC", "TECH",
     "TEK", "TEST", "TEX", "TOOL", "TRACE", "TRADE", "TRANS", "TREAD", "TREND", "TRONIC", "TUBE", "TURF", "VEND",
     "VERGE", "WARE", "WAY", "WAYS", "WEAR", "WEAVE", "WELD", "WERK", "WERKS", "WIND", "WIRE", "WISE", "WORKS",
     "WORLD", "WRAP", "XIM", "ZONE")
)  # fmt: skip
_OF_TOWNS = frozenset(
    ("BACH", "BANK", "BERG", "BOROUGH", "BRIDGE", "BROOK", "BURG", "BURY", "CLIFF", "DALE", "FALL", "FALLS",
     "FIELD", "FIELDS", "FORD", "GATE", "GREEN", "HAM", "HAVEN", "HEAD", "HILL", "HOLM", "HOUSE", "HURST", "LAKE",
     "LAND", "LEY", "MAN", "MANN", "MEN", "MERE", "MILL", "MONT", "MORE", "MOUTH", "POOL", "PORT", "RIDGE", "SHIRE",
     "SIDE", "SMITH", "SON", "STEAD", "STED", "STEIN", "STONE", "THORN", "TON", "TOWN", "VALE", "VILLE", "WALL",
     "WATER", "WELL", "WICK", "WOOD", "WOODS", "WORTH", "WRIGHT", "YARD")
)  # fmt: skip


@lru_cache(maxsize=50_000)
def is_put_together(word: str) -> bool:
    """Whether a word of no dictionary is put together as firms do: of two words (Hearthglow), or with an ending of the
    trade (Ochrelux); not as towns and families are called.

    >>> is_put_together("Ochrelux"), is_put_together("Umberia"), is_put_together("Farmton")
    (True, False, False)
    """
    plain = word.upper()
    if not is_coined(word) or is_town(word):
        return False
    for at in range(len("WAX"), len(plain) - 1):
        begin, tail = plain[:at], plain[at:]
        if tail in _OF_TOWNS:
            return False
        if tail in _TAILS or (len(tail) > len("TON") and is_plain(begin) and is_plain(tail)):
            return True
    return False


def is_town(name: str) -> bool:
    """Whether a town of some size, anywhere, is called so."""
    return (name if name.isascii() else anyascii(name)).upper().replace("-", " ") in _towns()


@cache
def _towns() -> frozenset[str]:
    return frozenset(row["name"].replace("-", " ") for row in rows("towns.csv"))


def is_given(word: str) -> bool:
    """Whether many people bear a word as their given name."""
    return word.upper() in _words("given_names.csv")


def begins_names(word: str) -> bool:
    """Whether firms' names begin with a word that is no English one: Aceros, Grupo, Officine."""
    return anyascii(word).upper() in _words("beginnings_of_names.csv")


@cache
def _cities() -> Mapping[str, str]:
    return {row["word"]: row["what"] for row in reversed(rows(_CITIES))}  # a city that is a part of another is a city


def is_seat(word: str) -> bool:
    """Whether a word is a Chinese city or province, as its firms' names begin."""
    return _cities().get(word.upper()) == "city"


def seated_name(words: Sequence[str]) -> bool:
    """Whether words are a Chinese city or province and a name that nothing else there bears, as its firms are called:
    Ningbo Umber, but neither Ningbo Port nor Shanghai Pudong."""
    first, second = words[0].upper(), words[1].upper()
    known = _cities()
    return is_seat(first) and second not in known and len(second) >= _SHORTEST and not stops(words[1])


@lru_cache(maxsize=20_000)
def stops(written: str) -> bool:
    """Whether a name does not go on over a word."""
    if INITIALS.fullmatch(written):
        return False  # A. J. Umber & Sons
    if _BASED.search(written):
        return True  # Ohio-based Umber
    plain = written.strip(".").upper()
    return plain in not_in_names() or plain.removesuffix("'S").removesuffix("\u2019S") in ("IMPORTER", "COMPANY")


def trimmed(text: str, start: int, end: int) -> Place:
    """A place of words in capitals without those before the name: `Neither Umber Supply`, `See Umber Linens`."""
    words = list(re.finditer(r"\S+", text[start:end]))
    if len(words) > len(("Competitor", "Umber")) and words[0].group() in ROLES:
        words = words[1:]
    first = next((word for word in words if not stops(word.group()) and word.group()[0].isupper()), words[-1])
    return start + first.start(), end


def says_nobody(name: str) -> bool:
    """Whether a word names no company, not even with others of its kind."""
    plain = name.upper()
    return plain in NOBODY or (plain.strip(".") in form_words() and plain != "CV")  # which begins names, too


@lru_cache(maxsize=20_000)
def is_of_nation(word: str) -> bool:
    """Whether a word says of which nation somebody is: Chinese, Thai."""
    of_nation = bool(_OF_NATIONS.search(word)) and word[:4].upper() in _beginnings_of_countries()
    return of_nation or word.upper() in _NATIONS


@cache
def _beginnings_of_countries() -> frozenset[str]:
    return frozenset(name[:4].upper() for name, _ in country_names() if len(name) > len("Oman"))


def is_goods(text: str, end: int) -> bool:
    """Whether a text says of a name that ends there that it is a brand's or ship's."""
    return _IS_GOODS.match(text, end) is not None


def is_ship_or_brand(text: str, start: int) -> bool:
    """Whether a ship or a brand is named from there on: the vessel Umber Trader, our brand is Umber Gold."""
    return _SHIP_OR_BRAND.search(text, max(0, start - 24), start) is not None


def is_region(name: str) -> bool:
    """Whether a name is that of a country's region: New Jersey, Zhejiang."""
    return name.upper() in _regions()


@cache
def _regions() -> frozenset[str]:
    """The regions of countries in plain capitals, Zhejiang Sheng without what it is as well."""
    names = [anyascii(region.name).upper() for region in pycountry.subdivisions]
    return frozenset((*names, *(name.removesuffix(" SHENG") for name in names)))
