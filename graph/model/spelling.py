"""How identifiers are written: the patterns that the value types and the loader's SQL both obey.

Invariant: this is the only place where a pattern of an identifier stands. Every pattern means the same to
Python's `re` and to the engine's RE2: no look-around, no classes beyond ASCII. `graph.model.identifiers`
runs them one value at a time, `ingest.clean.cells` compiles them to SQL over millions.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import pycountry

from graph.model.tables import IdentifierType

_CODES = Path(__file__).with_name("codes")

# Word processors and spreadsheets write these for a hyphen and for a space.
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
SPACES = "\u00a0\u2007\u202f\u3000"
INVISIBLE = "\u200b\u2060\ufeff\u00ad"
# What may stand around a value: white space, and the ="0901" or '0901 that keep a spreadsheet from eating zeros.
MARGIN = " \t\r\n\v\f='\""
SCIENTIFIC = r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}"
SSN = r"([0-9]{3})-([0-9]{2})-([0-9]{4})"
SSN_TOKEN = r"SSN-[0-9a-f]{12}"  # noqa: S105 - a pattern, not a secret

_TO_ASCII = str.maketrans(HYPHENS + SPACES, "-" * len(HYPHENS) + " " * len(SPACES), INVISIBLE)


class Check(StrEnum):
    """An arithmetic proof that an identifier was copied without a slip."""

    ENTRY = "entry"  # the tenth-complement digit of an entry number
    CONTAINER = "container"  # ISO 6346


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way of writing: a pattern for the whole text, and the key made of its groups (`\\1`)."""

    pattern: str
    key: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A damage that a check digit or code list proves: what is seen, what it was, and the damage's name."""

    pattern: str
    key: str
    name: str = "zero_pad"


@dataclass(frozen=True, slots=True)
class Form:
    """All there is to know of how one kind of identifier is written.

    `normal` is the pattern of the key. `spellings` are tried in order on the upper-cased text; a key made by
    one counts only if it is normal and passes `check`. `complaints` say what is wrong with near misses,
    (pattern, sentence), tried in order; `expected` is said where none fits.
    """

    name: str
    normal: str
    spellings: tuple[Spelling, ...]
    expected: str
    check: Check | None = None
    repairs: tuple[Repair, ...] = ()
    complaints: tuple[tuple[str, str], ...] = ()


def tidy(text: str) -> str:
    """The text without margin, with plain hyphens and spaces, in upper case where it is all ASCII.

    >>> tidy(' abc\u20111234567-6 ')
    'ABC-1234567-6'
    """
    if not text.isascii():
        text = text.translate(_TO_ASCII)
    text = text.strip(MARGIN)
    return text.upper() if text.isascii() else text


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    with (_CODES / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def port_districts() -> frozenset[str]:
    """The first two digits of every port of entry: Schedule D, and what ACE knows beyond it."""
    return frozenset(row["district"] for row in _rows("port_districts.csv"))


@cache
def customs_countries() -> dict[str, str]:
    """Codes that customs writes and ISO 3166 lacks, with the code of the country they stand for."""
    return {row["code"]: row["country"] for row in _rows("customs_countries.csv")}


@cache
def province_codes() -> frozenset[str]:
    """The codes of Canada's provinces, which stand in a MID where other countries have their own."""
    return frozenset(code for code, country in customs_countries().items() if country == "CA")


@cache
def countries() -> frozenset[str]:
    """The two-letter codes that a country's key can be."""
    return frozenset(country.alpha_2 for country in pycountry.countries) | frozenset(customs_countries().values())


def one_of(codes: Iterable[str]) -> str:
    """A pattern for two-character codes, grouped by their first character so that it stays small.

    >>> one_of(["CN", "CA", "US"])
    '(?:C[AN]|U[S])'
    """
    seconds: dict[str, list[str]] = {}
    for code in sorted(codes):
        seconds.setdefault(code[0], []).append(code[1])
    return "(?:" + "|".join(f"{first}[{''.join(rest)}]" for first, rest in seconds.items()) + ")"


_SEP = "[- ]?"
_DOT = "[-. ]?"
_PORT = one_of(port_districts())
# Codes of withdrawn countries stay in MIDs that were made while they existed.
_WITHDRAWN = ("AN", "BU", "CS", "DD", "SU", "TP", "YU", "ZR")
_MID_COUNTRY = one_of((countries() | province_codes() | {"KV", *_WITHDRAWN}) - {"CA"})
_CHAPTER = "(?:0[1-9]|[1-6][0-9]|7[0-689]|[89][0-9])"
_NY = "(?:NY|NYRL)[-. ]{0,2}"
_HQ = "(?:HQ|HRL|HQRL)[-. ]{0,2}"

FORMS: dict[IdentifierType, Form] = {
    IdentifierType.ENTRY_NUMBER: Form(
        "entry number",
        normal="[A-Z0-9]{3}[0-9]{8}",
        spellings=(Spelling(f"([A-Z0-9]{{3}}){_SEP}([0-9]{{7}}){_SEP}([0-9])", r"\1\2\3"),),
        expected="not a filer code of three characters, seven digits and a check digit",
        check=Check.ENTRY,
        repairs=(Repair("([0-9]{10})", r"0\1"),),
        complaints=(
            (f"[A-Z0-9]{{3}}{_SEP}[0-9]{{7}}{_SEP}[0-9]", "wrong check digit"),
            ("[0-9]{10}", "ten digits, and no leading zero makes the check digit right"),
        ),
    ),
    IdentifierType.IMPORTER_NUMBER: Form(
        "importer number",
        normal=f"[0-9]{{2}}-[0-9]{{7}}[0-9A-Z]{{2}}|[0-9]{{6}}-[0-9]{{5}}|{SSN_TOKEN}",
        spellings=(
            Spelling("([0-9]{2})[- ]?([0-9]{7})[- ]?([0-9A-Z]{2})", r"\1-\2\3"),
            Spelling("([0-9]{2})[- ]?([0-9]{7})-?", r"\1-\g<2>00"),
            Spelling("([0-9]{6})[- ]([0-9]{5})", r"\1-\2"),
        ),
        expected="neither NN-NNNNNNNXX (EIN), YYDDPP-NNNNN (assigned by customs) nor a social security number",
    ),
    IdentifierType.MANUFACTURER_ID: Form(
        "manufacturer id",
        normal=f"{_MID_COUNTRY}[A-Z0-9]{{2,6}}[0-9]{{0,4}}[A-Z]{{3}}",
        spellings=(Spelling(f"({_MID_COUNTRY}[A-Z0-9]{{2,6}}[0-9]{{0,4}}[A-Z]{{3}})", r"\1"),),
        expected="not a country, letters of the name, up to four digits of the address and three letters of the city",
        complaints=(
            ("CA[A-Z0-9]{2,10}[A-Z]{3}", "CA is not used in a manufacturer id, the code of a province is"),
            ("[A-Z]{2}[A-Z0-9]{2,6}[0-9]{0,4}[A-Z]{3}", "does not begin with the code of a country"),
            ("[A-Z0-9]{16,}", "longer than 15 characters"),
        ),
    ),
    IdentifierType.HTS: Form(
        "tariff number",
        normal=f"{_CHAPTER}(?:[0-9]{{2}}|[0-9]{{4}}|[0-9]{{6}}|[0-9]{{8}})",
        spellings=(
            Spelling(f"([0-9]{{4}}){_DOT}([0-9]{{2}}){_DOT}([0-9]{{2}}){_DOT}([0-9]{{2}})", r"\1\2\3\4"),
            Spelling(f"([0-9]{{4}}){_DOT}([0-9]{{2}}){_DOT}([0-9]{{2}})", r"\1\2\3"),
            Spelling(f"([0-9]{{4}}){_DOT}([0-9]{{2}})", r"\1\2"),
            Spelling(f"([0-9]{{2}}){_DOT}([0-9]{{2}})", r"\1\2"),
        ),
        expected="not a tariff number of 4, 6, 8 or 10 digits",
        repairs=(
            Repair("([1-9][0-9]{8})", r"0\1"),
            Repair("([1-9][0-9]{6})", r"0\1"),
            Repair("([1-9][0-9]{4})", r"0\1"),
        ),
        complaints=(
            ("77[-. 0-9]*", "chapter 77 is reserved"),
            ("00[-. 0-9]*", "there is no chapter 00"),
        ),
    ),
    IdentifierType.CASE: Form(
        "case number",
        normal="[AC]-[0-9]{3}-[0-9]{3}(?:-(?:[1-9][0-9]{2}|0[1-9][0-9]|00[1-9]))?",
        spellings=(
            Spelling(f"([AC]){_SEP}([0-9]{{3}}){_SEP}([0-9]{{3}})(?:{_SEP}000)?", r"\1-\2-\3"),
            Spelling(f"([AC]){_SEP}([0-9]{{3}}){_SEP}([0-9]{{3}}){_SEP}([0-9]{{3}})", r"\1-\2-\3-\4"),
        ),
        expected="not A or C, three digits of the country, three of the product and three of the firm if any",
    ),
    IdentifierType.RULING: Form(
        "ruling",
        normal="NY-(?:N[0-9]{6}|[A-Z][0-9]{5}|[A-GI-MO-VX-Z][0-9]{6}|[0-9]{6})"
        "|HQ-(?:[HW][0-9]{6}|[A-Z][0-9]{5}|[A-GI-MO-VX-Z][0-9]{6}|[0-9]{6})",
        spellings=(
            Spelling(f"(?:{_NY})?N[-. ]?([0-9]{{6}})", r"NY-N\1"),
            Spelling(f"(?:{_HQ})?([HW])[-. ]?([0-9]{{6}})", r"HQ-\1\2"),
            Spelling(f"(?:{_NY})?([A-MR])[-. ]?([0-9]{{5}})", r"NY-\1\2"),
            Spelling(f"{_NY}([A-Z])[-. ]?([0-9]{{5}})", r"NY-\1\2"),
            Spelling(f"{_NY}([A-GI-MO-VX-Z])[-. ]?([0-9]{{6}})", r"NY-\1\2"),
            Spelling(f"{_HQ}([A-Z])[-. ]?([0-9]{{5}})", r"HQ-\1\2"),
            Spelling(f"{_HQ}([A-GI-MO-VX-Z])[-. ]?([0-9]{{6}})", r"HQ-\1\2"),
            Spelling(f"{_NY}([0-9]{{6}})", r"NY-\1"),
            Spelling(f"{_HQ}([0-9]{{6}})", r"HQ-\1"),
        ),
        expected="not a ruling such as NY N301234, HQ H348257 or NY J85797",
        complaints=(
            ("[0-9]{6}", "a bare number is a ruling only beside a file code"),
            (f"{_NY}[0-9]{{5}}", "five digits without a letter are a postal code, not a ruling"),
        ),
    ),
    IdentifierType.PORT: Form(
        "port",
        normal=f"{_PORT}[0-9]{{2}}",
        spellings=(Spelling(f"({_PORT}[0-9]{{2}})", r"\1"),),
        expected="not a port code of four digits",
        repairs=(Repair("([0-9]{3})", r"0\1"),),
        complaints=(
            ("[0-9]{4}", "no port district begins like this"),
            ("[0-9]{3}", "three digits, and no leading zero makes it a port"),
        ),
    ),
    IdentifierType.FOREIGN_PORT: Form(
        "foreign port",
        normal="[0-9]{5}",
        spellings=(Spelling("([0-9]{5})", r"\1"),),
        expected="not a foreign port code of five digits",
    ),
    IdentifierType.COUNTRY: Form(
        "country",
        normal=one_of(countries()),
        spellings=(
            Spelling(f"({one_of(countries())})", r"\1"),
            Spelling("KV", "XK"),
            Spelling(one_of(province_codes()), "CA"),
        ),
        expected="not the two-letter code of a country",
    ),
    IdentifierType.CONTAINER: Form(
        "container",
        normal="[A-Z]{3}[UJZ][0-9]{7}",
        spellings=(Spelling(f"([A-Z]{{3}}[UJZ]){_SEP}([0-9]{{6}}){_SEP}([0-9])", r"\1\2\3"),),
        expected="not three letters, U, J or Z, six digits and a check digit",
        check=Check.CONTAINER,
        complaints=((f"[A-Z]{{3}}[UJZ]{_SEP}[0-9]{{6}}{_SEP}[0-9]", "wrong check digit"),),
    ),
    IdentifierType.BILL: Form(
        "bill of lading",
        normal="[A-Z]{2,4}[A-Z0-9]{1,12}",
        spellings=(Spelling("([A-Z]{2,4})[- ]?([A-Z0-9]{1,12})", r"\1\2"),),
        expected="not a carrier code (SCAC) and up to 12 characters",
    ),
    IdentifierType.FILER: Form(
        "filer code",
        normal="[A-Z0-9]{3}",
        spellings=(Spelling("([A-Z0-9]{3})", r"\1"),),
        expected="not three characters",
    ),
    IdentifierType.SURETY: Form(
        "surety code",
        normal="[A-Z0-9]{3}",
        spellings=(Spelling("([A-Z0-9]{3})", r"\1"),),
        expected="not three characters",
    ),
    IdentifierType.LAB_NUMBER: Form(
        "laboratory number",
        normal="(?:NY|SV|CH|LA|SF|NO|HN|SJ)(?:19|20)[0-9]{6,7}|[0-9]-[0-9]{2}-[0-9]{5}-[0-9]{3}",
        spellings=(
            Spelling("(NY|SV|CH|LA|SF|NO|HN|SJ)((?:19|20)[0-9]{2})[- ]?([0-9]{4,5})", r"\1\2\3"),
            Spelling("([0-9])-([0-9]{2})-([0-9]{5})-([0-9]{3})", r"\1-\2-\3-\4"),
        ),
        expected="not a laboratory's code, the year and four or five digits, nor N-NN-NNNNN-NNN",
    ),
}  # fmt: skip

PROTEST = Form(
    "protest",
    normal=f"{_PORT}[0-9]{{2}}-[0-9]{{1,2}}-[0-9]{{6}}",
    spellings=(Spelling(f"({_PORT}[0-9]{{2}})[- ]([0-9]{{1,2}})[- ]([0-9]{{6}})", r"\1-\2-\3"),),
    expected="not a port, the year and six digits",
    complaints=(("[0-9]{4}[- ][0-9]{1,2}[- ][0-9]{6}", "no port district begins like this"),),
)


def full(pattern: str, text: str) -> re.Match[str] | None:
    """The match of the whole text, or None. Patterns stay in `re`'s own cache."""
    return re.fullmatch(pattern, text)
