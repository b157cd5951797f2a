"""Making a manufacturer id (MID) out of a maker's name and address.

Invariant: the rules are those of the appendix to 19 CFR 102 and of the instructions to the entry summary;
nothing is looked up. The same maker gets the same MID however its name is punctuated.
"""

import re
import unicodedata
from dataclasses import dataclass

from graph.model.errors import Invalid
from graph.model.identifiers import CountryCode, ManufacturerId
from graph.model.spelling import province_codes

# Words that say nothing of who a maker is: English articles and conjunctions, and by country the word
# for a factory or for the legal form that every name there begins with.
_PASSED_OVER = frozenset({"A", "AN", "AND", "OF", "THE"})
_GENERIC_PREFIXES = {
    "MO": frozenset({"FABRICA", "DE", "ARTIGOS", "VESTUARIO"}),
    "ID": frozenset({"PT"}),
    "RU": frozenset({"JSC", "OAO", "OOO", "ZAO"}),
    "PT": frozenset({"COMPANHIA", "TEXTIL"}),
}
# A city that is the whole country gives the country's name.
_CITY_STATES = {"HK": "HON", "MO": "MAC", "SG": "SIN"}


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker as it writes itself. `country` is ISO-2, or a province's code for Canada (XO, XQ, ...)."""

    country: str
    name: str
    address: str
    city: str


def build_mid(maker: Maker) -> ManufacturerId:
    """The MID that customs expects for a maker; raises `Invalid` for a country without a code, and for CA.

    >>> build_mid(Maker("JP", "N. Okada & Co. Ltd.", "2-6, 8-Chome Harbor-Dori", "Kobe")).key
    'JPOKACO26KOB'
    """
    code = maker.country.strip().upper()
    if code not in province_codes():
        code = CountryCode.parse(code).key
        if code == "CA":
            raise Invalid(
                "manufacturer id: CA is not used, the code of a province is.",
                thing="country",
                value=maker.country,
                next_step="Give the province: XO for Ontario, XQ for Quebec, and so on.",
            )
    mid = code + name_part(maker.name, country=code) + address_part(maker.address) + city_part(maker.city, country=code)
    return ManufacturerId.parse(mid)


def name_part(name: str, *, country: str = "") -> str:
    """Three letters of each of the first two words, initials that stand together being one word.

    >>> name_part("Amalgamated Plastics Corp."), name_part("O.A.S.I.S. Corp."), name_part("Shavings B L Inc.")
    ('AMAPLA', 'OASCOR', 'SHABL')
    """
    generic = _GENERIC_PREFIXES.get(country, frozenset())
    words = [word for word in _words(name) if word not in _PASSED_OVER]
    while len(words) > 1 and words[0] in generic:
        words = words[1:]
    telling = [word for word in words if len(word) > 1] or words
    return "".join(word[:3] for word in telling[:2])


def address_part(address: str) -> str:
    """The first four digits of the largest number, punctuation between digits joining them to one.

    >>> address_part("11455 Main Street Suite 9999"), address_part("12-34 56 Akasaka Road"), address_part("Port Road")
    ('1145', '1234', '')
    """
    joined = re.sub(r"(?<=[0-9])[-,./](?=[0-9])", "", _ascii(address))
    numbers = re.findall(r"[0-9]+", joined)
    return max(numbers, key=int)[:4] if numbers else ""


def city_part(city: str, *, country: str = "") -> str:
    """The first three letters of the city, without article, digits and punctuation.

    >>> city_part("St. Michel"), city_part("18-Mile High"), city_part("The Hague"), city_part("Kowloon", country="HK")
    ('STM', 'MIL', 'HAG', 'HON')
    """
    if country in _CITY_STATES:
        return _CITY_STATES[country]
    letters = re.sub(r"^THE\s+", "", _ascii(city).strip())
    return re.sub(r"[^A-Z]", "", letters)[:3]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()


def _words(name: str) -> list[str]:
    """The name's words without punctuation; initials that follow each other, dotted or spaced, are one."""
    words: list[str] = []
    initials = ""
    for part in re.split(r"[\s/]+", _ascii(name)):
        dotted = re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?[.,]*|[A-Z]", part)
        word = re.sub(r"[^A-Z0-9]", "", part)
        if dotted:
            initials += word
        elif word:
            words += [initials, word] if initials else [word]
            initials = ""
    return [*words, initials] if initials else words
