"""Identifiers in running text: which numbers a document names, where, and what each is the number of.

A pattern proposes, the identifier's own check decides (`graph.model.identifiers`), and shapes that other numbers
have too count only beside a label. Invariant: a span is the number as written, without label, quote or closing
stop; spans never overlap; a social security number is never a mention. Cost: linear in the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graph.model.errors import Invalid
from graph.model.identifiers import RulingNumber, parse
from graph.model.spelling import HYPHENS
from graph.model.tables import IdentifierType

_I = IdentifierType


@dataclass(frozen=True, slots=True)
class _Rule:
    """A way in which an identifier is written. `beside` must stand in the 60 characters before, if it is given."""

    identifier: IdentifierType
    pattern: re.Pattern[str]
    beside: re.Pattern[str] | None = None
    unless: Callable[[str], bool] = lambda _: False  # other things with the same shape


_H = f"[-{HYPHENS}]"
_S = r"[ \u00a0]"
_FROM, _TO = r"(?<![\w$/-])(?<!\d[.,])", r"(?![\w/-]|[.,]\d)"
_BEFORE_CHARACTERS = 60

_ENTRY_LABEL = re.compile(r"\bentr(?:y|ies)\b", re.IGNORECASE)
_IMPORTER_LABEL = re.compile(
    r"\b(?:importer|consignee|IOR|CBP[- ]assigned|customs[- ]assigned|customs assigned)\b", re.IGNORECASE
)
_EIN_LABEL = re.compile(r"\b(?:EIN|IRS|importer(?: of record)?(?: no| number| id| #))\b[^.;]{0,12}$", re.IGNORECASE)
_MAKER = r"(?:\bMIDs?\b|\bmanufacturer(?:'s|\u2019s)? (?:ID\b|identification|code))(?: \(MID\))?"
_MID_LABEL = re.compile(rf"{_MAKER}[ a-z.:#]{{0,12}}[\"'\u201c(]?$", re.IGNORECASE)
_STRICT_MID_LABEL = re.compile(rf"{_MAKER}(?: (?:code|number|no\.?))?(?:[:#]| is)\s?[\"'\u201c(]?$", re.IGNORECASE)
_TARIFF_LABEL = re.compile(
    r"\b(?:sub)?headings?\b|\bHTS(?:US)?A?\b|\btariff\b|\bitems?\b|\bprovisions?\b", re.IGNORECASE
)
_CASE_LABEL = re.compile(r"\bcases?\b|\bAD/?CVD\b|\bantidumping\b|\bcountervailing\b", re.IGNORECASE)
_RULING_LABEL = re.compile(r"\brulings?\b|\bNYRL\b|\bHRL\b|\bNY\b|\bHQ\b|\bHeadquarters\b|\bletters?\b", re.IGNORECASE)
_HEADQUARTERS_LABEL = re.compile(
    r"\b(?:Headquarters(?: Ruling)?(?: Letters?)?|HQ|HRLs?)(?:,? (?:\(?HQ\)?|\(?HRL\)?|Nos?\.?|numbers?))?[ :]{0,2}$",
    re.IGNORECASE,
)
_FILE_CODE_LABEL = re.compile(r"\b[A-Z]{1,3}(?::[A-Z0-9]{1,4}){2,6}\s{1,3}$")
_BILL_LABEL = re.compile(
    r"(?:\bbills? of lading|\bB/L(?:(?: or |/)AWB)?|\bBOL|\bMBL|\bHBL|\b(?:master|house) bill)"
    r"(?: (?:no\.?|number|#))?[:#]?\s{0,2}$",
    re.IGNORECASE,
)

_YEAR_FIRST_DAY = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])")
_RECENT_YEAR = re.compile(r"(?:19[5-9]|20[0-3])\d")
_STRONG_MID = re.compile(r"[A-Z]{2}[A-Z]{3,6}\d{1,4}[A-Z]{3}")


def _compiled(body: str) -> re.Pattern[str]:
    """What an identifier looks like from a place where one may begin."""
    return re.compile(f"(?:{body}){_TO}")


# Where an identifier may begin: the shapes have a digit before any small letter, or are seven capitals. That nothing
# stands before is asked last, so that the characters themselves are what is looked for.
_BEGINNING = re.compile(r"[A-Z\d](?=[^a-z]{0,13}\d|[A-Z]{6}|(?<=\d))(?<![\w$/-].)(?<!\d[.,].)")


def _weak_mid(text: str) -> bool:
    """Without a label a MID must have the name, the address number and eleven characters."""
    return len(text) < 11 or not _STRONG_MID.fullmatch(text)


_RULES: tuple[_Rule, ...] = (
    # Entries: hyphens or a letter in the filer's code make the shape rare enough for the check digit to decide.
    _Rule(_I.ENTRY_NUMBER, _compiled(rf"[A-Z0-9]{{3}}{_H}\d{{7}}{_H}\d")),
    _Rule(_I.ENTRY_NUMBER, _compiled(rf"(?=\d?\d?[A-Z])[A-Z0-9]{{3}}(?:{_H}|{_S})?\d{{7}}(?:{_H}|{_S})?\d")),
    _Rule(_I.ENTRY_NUMBER, _compiled(rf"\d{{3}}(?:{_H}|{_S})?\d{{7}}(?:{_H}|{_S})?\d"), beside=_ENTRY_LABEL),
    # Importers: an EIN's hyphen after two digits; nine digits without one could be a person's number.
    _Rule(_I.IMPORTER_NUMBER, _compiled(rf"\d{{2}}{_H}\d{{7}}(?:{_H}?[0-9A-Z]{{2}})?")),
    _Rule(_I.IMPORTER_NUMBER, _compiled(r"\d{11}"), beside=_EIN_LABEL),
    _Rule(_I.IMPORTER_NUMBER, _compiled(rf"\d{{6}}{_H}\d{{5}}"), beside=_IMPORTER_LABEL),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{2}[A-Z0-9]{2,9}\d[A-Z]{3}"), beside=_MID_LABEL),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{7,11}"), beside=_STRICT_MID_LABEL),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{5,8}\d{1,4}[A-Z]{3}"), unless=_weak_mid),
    # Tariff numbers: three dots' worth of digits speak for themselves unless they are a day.
    _Rule(_I.HTS, _compiled(r"\d{4}\.\d{2}\.\d{4}|\d{4}\.\d{2}\.\d{2}\.\d{2}")),
    _Rule(_I.HTS, _compiled(r"\d{4}\.\d{2}\.\d{2}"), unless=lambda text: bool(_YEAR_FIRST_DAY.fullmatch(text))),
    _Rule(_I.HTS, _compiled(r"\d{4}\.\d{2}(?:\.\d{2})?"), beside=_TARIFF_LABEL),
    _Rule(_I.HTS, re.compile(r"\d{4}\.\d{2}(?=,? HTS(?:US)?)")),
    _Rule(_I.HTS, _compiled(r"\d{10}"), beside=_TARIFF_LABEL),
    _Rule(_I.CASE, _compiled(rf"[AC]{_H}\d{{3}}{_H}\d{{3}}(?:{_H}\d{{3}})?")),
    _Rule(_I.CASE, _compiled(r"[AC]\d{6}(?:\d{3})?"), beside=_CASE_LABEL),
    _Rule(_I.RULING, _compiled(rf"(?:NYRL|NY|HRL|HQ)(?:{_S}|{_H}){{0,2}}(?:[A-Z]{_S}?\d{{5,6}}|\d{{6}})")),
    _Rule(_I.RULING, _compiled(r"[NH]\d{6}")),
    _Rule(_I.RULING, _compiled(r"W\d{6}|[A-MR]\d{5}"), beside=_RULING_LABEL),
    _Rule(_I.CONTAINER, _compiled(rf"[A-Z]{{3}}[UJZ](?:{_H}|{_S})?\d{{6}}(?:{_H}|{_S})?\d")),
    _Rule(_I.LAB_NUMBER, _compiled(rf"(?:NY|SV|CH|LA|SF|NO|HN|SJ)(?:19|20)\d{{2}}{_H}?\d{{4,5}}")),
    _Rule(_I.LAB_NUMBER, _compiled(r"\d-\d{2}-\d{5}-\d{3}")),
    _Rule(_I.BILL, _compiled(r"[A-Z]{4}(?=[A-Z0-9]{0,9}\d{3})[A-Z0-9]{4,12}"), beside=_BILL_LABEL),
)  # fmt: skip

# Headings are named in rows: "headings 5106 through 5113, 5204 through 5212, or 6001".
_HEADING_ROW = re.compile(
    r"\bheadings?\s{1,3}(\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?(?:(?:,| through| to| or| and| and/or|[ -])*"
    r"[ ,-]\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?(?![\d-])){0,40})",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?")
_SIX_DIGITS = _compiled(r"\d{6}")
_OLD_HEADQUARTERS = ("08", "09", "95", "96")  # bare numbers that stand in file codes

# Ports: a number in brackets behind a port's name, or a row of numbers behind the word.
_NAMED_PORT = re.compile(r"\b[Pp]ort of (?:[Ee]ntry )?[A-Z][^\n()\d]{2,50}\((?:[Pp]ort )?(?:[Cc]ode )?(\d{4})\)")
_PORT_ROW = re.compile(
    r"\bports?(?: of entry)?( codes?| nos?\.?| numbers?| #)?(?: is)?[: ]{1,2}"
    r"\(?(\d{4}(?:(?:,| and| or)+ \d{4}){0,20})(?![\w-])",
    re.IGNORECASE,
)
_PORT = re.compile(rf"{_FROM}\d{{4}}{_TO}")


Found = tuple[int, int, IdentifierType, str]  # where it begins and ends, what it is, its key


def find_identifiers(text: str) -> Iterator[Found]:
    """The identifiers that a text names, in the order they stand.

    >>> [(which.value, key) for _, _, which, key in find_identifiers("Entry No. ABC-1234567-6, subheading 6109.10.00.")]
    [('entry_number', 'ABC12345676'), ('hts', '61091000')]
    """
    taken = 0
    for found in sorted(_candidates(text), key=lambda candidate: (candidate[0], -candidate[1])):
        if found[0] >= taken:
            taken = found[1]
            yield found


def _candidates(text: str) -> Iterator[Found]:
    beginnings = [match.start() for match in _BEGINNING.finditer(text)]
    for rule in _RULES:
        for match in _matches(rule.pattern, text, beginnings):
            written = match.group()
            if rule.unless(written):
                continue
            if rule.beside and not rule.beside.search(text, max(0, match.start() - _BEFORE_CHARACTERS), match.start()):
                continue
            if key := _key(rule.identifier, written):
                yield match.start(), match.end(), rule.identifier, key
    yield from _headings(text)
    yield from _bare_rulings(text, beginnings)
    yield from _named_ports(text)


def _matches(pattern: re.Pattern[str], text: str, beginnings: list[int]) -> Iterator[re.Match[str]]:
    """The matches that begin at these places, without overlaps."""
    free = 0
    for start in beginnings:
        if start >= free and (match := pattern.match(text, start)):
            free = match.end()
            yield match


def _key(identifier: IdentifierType, written: str) -> str:
    """The key if the check holds, else nothing."""
    try:
        return parse(identifier, written.replace("\u00a0", " ")).key
    except Invalid:
        return ""


def _headings(text: str) -> Iterator[Found]:
    for row in _HEADING_ROW.finditer(text):
        for match in _HEADING.finditer(text, row.start(1), row.end(1)):
            if key := _key(_I.HTS, match.group()):
                yield match.start(), match.end(), _I.HTS, key


def _bare_rulings(text: str, beginnings: list[int]) -> Iterator[Found]:
    for match in _matches(_SIX_DIGITS, text, beginnings):
        before = max(0, match.start() - _BEFORE_CHARACTERS)
        old = match.group().startswith(_OLD_HEADQUARTERS) and _FILE_CODE_LABEL.search(text, before, match.start())
        if old or _HEADQUARTERS_LABEL.search(text, before, match.start()):
            yield match.start(), match.end(), _I.RULING, RulingNumber(f"HQ-{match.group()}").key


def _named_ports(text: str) -> Iterator[Found]:
    for match in _NAMED_PORT.finditer(text):
        if key := _key(_I.PORT, match.group(1)):
            yield match.start(1), match.end(1), _I.PORT, key
    for row in _PORT_ROW.finditer(text):
        for match in _PORT.finditer(text, row.start(2), row.end(2)):
            key = _key(_I.PORT, match.group())
            if key and (row.group(1) or not _RECENT_YEAR.fullmatch(key)):
                yield match.start(), match.end(), _I.PORT, key
