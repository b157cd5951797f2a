"""Identifiers in running text: which numbers a document names, where, and what each is the number of.

A pattern proposes, the identifier's own check decides (`graph.model.identifiers`), and shapes that other numbers
have too count only beside a label, under a table's heading, or in a row behind a number of their kind. Invariant: a
span is the number as written, without label, quote or closing stop; spans never overlap; a social security number is
never a mention. Cost: linear in the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graph.model.errors import Invalid
from graph.model.identifiers import bare_ruling, parse
from graph.model.spelling import HYPHENS
from graph.model.tables import IdentifierType
from ingest.extract.air_waybills import air_waybills
from ingest.extract.company_forms import rows
from ingest.extract.ports import ports
from ingest.extract.tables import cells
from ingest.extract.tariff_numbers import set_against, unlabelled

_I = IdentifierType


@dataclass(frozen=True, slots=True)
class _Rule:
    """A way in which an identifier is written. `beside` must stand in the 60 characters before, if it is given."""

    identifier: IdentifierType
    pattern: re.Pattern[str]
    beside: re.Pattern[str] | None = None
    unless: Callable[[str], bool] = lambda _: False  # other things with the same shape
    joined: bool = False  # whether it may stand right behind a hyphen or stroke


_H = f"[-{HYPHENS}]"
_S = r"[ \u00a0]"
_TO = r"(?![\w/-]|[.,]\d)"
# In ranges and pairs (7317.00.5501-5508, A-570-967/C-570-968, 001-1234567-8/002) another number stands right beside.
_JOINED_TO = rf"(?!\w|[.,]\d|(?:{_H}|/)[A-Za-z])"
_TO_RULING = r"(?![\w-]|[.,]\d|/(?!(?:\d|[A-Z]\d?)\d{5}\b))"  # NYRL 840710/840711
_BEFORE_CHARACTERS = 60

_ENTRY_LABEL = re.compile(r"\bentr(?:y|ies)\b", re.IGNORECASE)
_IMPORTER_LABEL = re.compile(
    r"\b(?:importer|consignee|IOR|CBP[- ]assigned|customs[- ]assigned|customs assigned)\b", re.IGNORECASE
)
_EIN_LABEL = re.compile(r"\b(?:EIN|IRS|importer(?: of record)?(?: no| number| id| #))\b[^.;]{0,12}$", re.IGNORECASE)
_BLANKED_LABEL = re.compile(  # 12 3456789
    r"\b(?:EIN|IRS|IOR|importer(?: of record)?)(?: (?:no\.?|number|id|#))?(?: is)?[:#]? ?$", re.IGNORECASE
)
_MAKER = r"(?:\bMIDs?\b|\bmanufacturer(?:'s|\u2019s)? (?:ID\b|identification|code))(?: \(MID\))?"
_MID_LABEL = re.compile(rf"{_MAKER}[ a-z.:#]{{0,12}}[\"'\u201c(]?$", re.IGNORECASE)
_STRICT_MID_LABEL = re.compile(rf"{_MAKER}(?: (?:code|number|no\.?))?(?:[:#]| is)\s?[\"'\u201c(]?$", re.IGNORECASE)
_TARIFF_LABEL = re.compile(
    r"\b(?:sub)?headings?\b|\bHT?S(?:US)?A?\b|\btariff\b|\bitems?\b|\bprovisions?\b", re.IGNORECASE
)
_HTS_LABEL = re.compile(r"\bHT?S(?:US)?A?(?: (?:no\.?|number|code|#))?:? ?$", re.IGNORECASE)
# Beside which the numbers of added duties need no dots.
_ADDED_LABEL = re.compile(
    r"\bHT?S(?:US)?A?\b|\btariff\b|\bsubheadings?\b|\b(?:232|301|201|IEEPA)\b|\bduty\b", re.IGNORECASE
)
# Where a number of six digits is what goods are entered as: `they put 6810.99`.
_DECLARED = re.compile(
    r"\b(?:(?:classif\w+|entered|declared|claimed|filed|imported|came in)(?: \w+){0,2}? (?:in|as|under|to)|"
    r"declared|claimed|put|used|under) $",
    re.IGNORECASE,
)
_GOODS_OF = re.compile(
    r"[a-z]s? (?<!amount )(?<!total )(?<!value )(?<!price )(?<!sum )(?<!cost )(?<!bond )(?<!balance )of $"
)
_HEADING_CHAPTER = r"(?!77)(?:0[1-9]|[1-8]\d|9[0-7])"
_NO_AMOUNT = r"(?! ?(?:%|percent|USD|EUR|dollars|kg|kgs|tons?|lbs?|pounds|m2|sq|each|per|metric)\b)"
_CASE_LABEL = re.compile(r"\bcases?\b|\bAD/?CVD\b|\bantidumping\b|\bcountervailing\b", re.IGNORECASE)
# Those that Commerce has had orders on, by its numbers for countries.
_CASE_COUNTRIES = (
    "122|201|274|301|307|331|337|351|357|401|405|412|421|423|427|428|433|437|441|449|455|469|471|475|484|485|"
    "489|507|520|"
    "522|523|533|535|542|549|552|553|557|559|560|565|570|580|583|588|602|791|821|822|823|834|841|851"
)
_RULING_LABEL = re.compile(r"\brulings?\b|\bNYRL\b|\bHRL\b|\bNY\b|\bHQ\b|\bHeadquarters\b|\bletters?\b", re.IGNORECASE)
_OF_OFFICE = (
    r"(?:\s(?:\([\"\u201c']?(?:HQ|HRL|NY|NYRL|DD|PD)s?[\"\u201d']?\)|HQ|HRL|NY|NYRL|[Nn]os?\.?|[Nn]umbers?)){0,2}"
    r"[\s:]{0,2}$"
)
_HEADQUARTERS_LABEL = re.compile(rf"\b(?:(?:Headquarters|HQ)(?:\sRulings?)?(?:\sLetters?)?|HRLs?),?{_OF_OFFICE}")
_NEW_YORK_LABEL = re.compile(
    rf"\b(?:(?:New\sYork|NY)\s(?:Rulings?(?:\sLetters?)?|Letters?)|(?:District|Port)\sDecisions?|NYRLs?|NY),"
    rf"?{_OF_OFFICE}"
)
_FILE_CODE = r"\b[A-Z]{1,3}(?::\s?[A-Z0-9]{1,4}){2,6}\s{1,3}$"
_FILE_CODE_LABEL = re.compile(_FILE_CODE)
_LETTERED_LABEL = re.compile(rf"(?i:{_RULING_LABEL.pattern})|{_FILE_CODE}")
_LAB_LABEL = re.compile(r"\blab(?:oratory|\.)?(?: (?:report|no|number|sample)s?\b)?[^;\n]{0,16}$", re.IGNORECASE)
_BILL_LABEL = re.compile(
    r"(?:\bbills? of lading|\b(?:O|[MH]-?)?B/?Ls?(?:(?: or |/)AWB)?|\bBOL|\b(?:master|house|ocean|(?:sea ?)?waybill)"
    r"(?: bills?)?|\bbills?(?: (?!to |from |for |by )[a-z]{2,12})?)(?:['\u2019]?s)?(?: (?:nos?\.?|numbers?|#))?"
    r"(?:[:#]| is| was)?(?:\s{0,40}|, )[(\"\u201c]?$",
    re.IGNORECASE,
)

# Behind these a bill is one in whatever form its issuer, a forwarder too, numbers them.
_STRICT_BILL_LABEL = re.compile(
    r"(?:\bbills? of lading(?: for [a-z]+(?: [a-z]+)?)?|\b[HM]AWBs?|\b(?:[OMH]-?)?B/Ls?|\b[MHO]BLs?|\bBOLs?|"
    r"\bBL(?= (?:no|#))|"
    r"\bSWBs?|\b(?:PAPS|PARS)|(?:\b(?:rail|sea|truck)(?:way|road)? ?)?\bway ?bills?|"
    r"\b(?:house|master)(?: bills?)?(?: of lading)?)"
    r"(?:(?:\s{1,40}(?:nos?\.?|numbers?|#))(?:[:#]| is| was)?|[:#]| is| was)?\s{1,20}[(\"\u201c]?$",
    re.IGNORECASE,
)
# Right behind the word a bill is one also with fewer letters; and what a text says of several of them, or behind one.
_BARE_BILL = re.compile(r"\b(?:bills?|waybills?)(?: (?:nos?\.?|numbers?))?:? [(\"\u201c]?$", re.IGNORECASE)
_SOME_BILLS = re.compile(r"\b(?:bills?\b|B/Ls?\b)[^.;\n]{0,45}$|\bPAPS\b(?: [a-z]+){0,4},?(?: from)? $", re.IGNORECASE)
_NO_LABEL = r"(?!(?:PAPS|PARS|[HM]AWB|AWB|[HMO]?BL|BOL|SWB|SEAL|BKG|INV|REF|PO|NO|DATE|BOX|LOT|HTS)\b)"
_IS_BILL = r"(?= (?:(?:is|was|may be|must be|looks like) an? (?:\w+ )?|\()(?:bill|waybill|B/L)\b)"
_NO_BILL = re.compile(
    r"\b(?:invoice|inv|booking|bkg|order|orders|P\.?O|seal|seals|ref|reference|file|quote|quotation|contract|"
    r"L/C|policy|permit|licen[cs]e|lot|"
    r"certificate|cert|part|style|model|item|SKU)(?:\.|s)?(?: (?:no\.?|nos\.?|number|#))?[:# ]{1,3}$",
    re.IGNORECASE,
)
_BILLS = re.compile(r"\bbills?\b[^.;\n]{0,20}(?:[.?;] [^.;\n]{0,20})?$", re.IGNORECASE)  # Pull the bills. One is ...
_UNDER = re.compile(r"\b(?:under|came on|arrived on|shipped on) $")
_BEHIND_BOX = re.compile(r"\b[A-Z]{3}[UJZ]\d{7}(?: \(|[ \t]{2,}|\t)$")  # in brackets or in the next cell
_BOX = re.compile(rf"[A-Z]{{3}}[UJZ][- {HYPHENS}]?\d{{6}}[- {HYPHENS}]?\d")
_PARTS = re.compile(rf"[\s/{HYPHENS}-]")  # between which a bill is written
_YEAR_FIRST_DAY = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])")
_STRONG_MID = re.compile(r"[A-Z]{2}[A-Z]{3,6}\d{1,4}[A-Z]{3}")


def _compiled(body: str) -> re.Pattern[str]:
    """What an identifier looks like from a place where one may begin."""
    return re.compile(f"(?:{body}){_TO}")


# Where an identifier may begin: the shapes have a digit before any small letter, or are seven capitals. That nothing
# stands before is asked last, so that the characters themselves are what is looked for.
_BEGINNING = re.compile(r"[A-Z\d](?=[^a-z]{0,13}\d|[A-Z]{6}|(?<=\d))(?<![\w$].)(?<!\d[.,].)(?<!\D[/-].)")


def _joined(body: str) -> re.Pattern[str]:
    """The same for one that may stand right behind another, by a hyphen or stroke."""
    return re.compile(f"(?:{body}){_JOINED_TO}")


def _bill(body: str) -> re.Pattern[str]:
    """A bill, with which another may stand in one row without a blank: `ABCD1234567/ABCD1234568`."""
    return re.compile(rf"(?:{body})(?!\w|[.,]\d|{_H}\w|/(?![A-Z]{{4}}[A-Z\d]{{5}}))")


def _case(gap: str, often: str) -> re.Pattern[str]:
    """A case, whose other letter may stand right behind: `A-570-967/C-570-968`."""
    body = rf"[AC]{gap}{often}\d{{3}}{gap}{often}\d{{3}}(?:{gap}{often}\d{{3}})?"
    return re.compile(rf"{body}(?!\w|[.,]\d|{_H}\w|/\d)")


def _carriers() -> str:
    """The codes of ocean carriers, with which their bills begin."""
    return "|".join(row["scac"] for row in rows("ocean_carriers.csv"))


def _weak_mid(text: str) -> bool:
    """Without a label a MID must have the name, the address number and eleven characters."""
    return len(text) < 11 or not _STRONG_MID.fullmatch(text)


def _boxed(text: str) -> bool:
    """Whether it is written like a container, whose check digit may be wrong."""
    return bool(_BOX.fullmatch(text))


_RULES: tuple[_Rule, ...] = (
    # Entries: hyphens or a letter in the filer's code make the shape rare enough for the check digit to decide.
    _Rule(_I.ENTRY_NUMBER, re.compile(rf"[A-Z0-9]{{3}}{_H}\d{{7}}{_H}\d(?!\w|[.,]\d|{_H}\w)"), joined=True),
    _Rule(_I.ENTRY_NUMBER, _compiled(rf"(?=\d?\d?[A-Z])[A-Z0-9]{{3}}(?:{_H}|{_S})?\d{{7}}(?:{_H}|{_S})?\d")),
    _Rule(_I.ENTRY_NUMBER, _compiled(rf"\d{{3}}(?:{_H}|{_S})?\d{{7}}(?:{_H}|{_S})?\d"), beside=_ENTRY_LABEL),
    # Importers: an EIN's hyphen after two digits; nine digits without one could be a person's number.
    _Rule(_I.IMPORTER_NUMBER, _compiled(rf"\d{{2}}{_H}\d{{7}}(?:{_H}?[0-9A-Z]{{2}})?")),
    _Rule(_I.IMPORTER_NUMBER, _compiled(r"\d{11}"), beside=_EIN_LABEL),
    _Rule(_I.IMPORTER_NUMBER, _compiled(rf"\d{{2}}{_S}\d{{7}}(?:{_S}?\d{{2}})?"), beside=_BLANKED_LABEL),
    _Rule(_I.IMPORTER_NUMBER, _compiled(rf"\d{{6}}{_H}\d{{5}}"), beside=_IMPORTER_LABEL),
    _Rule(_I.IMPORTER_NUMBER, re.compile(rf"\d{{6}}{_H}\d{{5}}(?=[^\n.;]{{1,60}}\b(?:CBP|[Cc]ustoms)[- ]assigned)")),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{2}[A-Z0-9]{2,9}\d[A-Z]{3}"), beside=_MID_LABEL),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{7,11}"), beside=_STRICT_MID_LABEL),
    _Rule(_I.MANUFACTURER_ID, _compiled(r"[A-Z]{5,8}\d{1,4}[A-Z]{3}"), unless=_weak_mid),
    # Tariff numbers: three dots' worth of digits speak for themselves unless they are a day.
    _Rule(_I.HTS, _joined(r"\d{4}\.\d{2}\.\d{4}|\d{4}\.\d{2}\.\d{2}\.\d{2}"), joined=True),
    _Rule(_I.HTS, _joined(r"\d{4}\.\d{2}\.\d{2}"), joined=True,
          unless=lambda text: bool(_YEAR_FIRST_DAY.fullmatch(text))),
    _Rule(_I.HTS, _joined(r"\d{4}\.\d{2}(?:\.\d{2})?"), beside=_TARIFF_LABEL, joined=True),
    _Rule(_I.HTS, re.compile(r"\d{4}\.\d{2}\.\d{2} \d{2}(?=[;,.)\n]|$)(?!\.\d)"), beside=_TARIFF_LABEL),
    _Rule(_I.HTS, _compiled(r"\d{4} \d{2} (?:\d{4}|\d{2}(?: \d{2})?)"), beside=_HTS_LABEL),
    _Rule(_I.HTS, re.compile(r"\d{4}\.\d{2}(?=,? HTS(?:US)?| (?:was|is|were) (?:declared|claimed|entered|used))")),
    _Rule(_I.HTS, _compiled(rf"{_HEADING_CHAPTER}\d{{2}}\.(?!00)\d{{2}}{_NO_AMOUNT}"), beside=_DECLARED),
    _Rule(_I.HTS, _compiled(rf"0[1-9]\d{{2}}\.\d{{2}}{_NO_AMOUNT}")),  # no amount begins so
    _Rule(_I.HTS, _compiled(rf"{_HEADING_CHAPTER}\d{{2}}\.\d{{2}}{_NO_AMOUNT}"), beside=_GOODS_OF),
    _Rule(_I.HTS, _compiled(r"\d{6}"), beside=_HTS_LABEL),
    _Rule(_I.HTS, _compiled(r"\d{10}"), beside=_TARIFF_LABEL),
    _Rule(_I.HTS, _compiled(r"9903\d{4}"), beside=_ADDED_LABEL),
    _Rule(_I.HTS, _compiled(r"\d{8}"), beside=_HTS_LABEL),
    _Rule(_I.CASE, _case(_H, ""), joined=True),
    _Rule(_I.CASE, _case(f"(?:{_H}|{_S})", "?"), beside=_CASE_LABEL, joined=True),
    _Rule(_I.CASE, _compiled(rf"[AC](?:{_CASE_COUNTRIES})\d{{6}}")),
    _Rule(_I.RULING, re.compile(rf"(?:NYRL|NY|HRL|HQ)(?:{_S}|{_H}){{0,2}}(?:[A-Z]{_S}?\d{{5,6}}|\d{{6}}){_TO_RULING}")),
    _Rule(_I.RULING, re.compile(rf"(?:DD|PD){_S}(?:8\d{{5}}|[A-Z]\d{{5}}){_TO_RULING}")),  # of districts and ports
    _Rule(_I.RULING, _compiled(r"[NH]\d{6}")),
    _Rule(_I.RULING, _compiled(rf"[NH]{_S}\d{{6}}"), beside=_RULING_LABEL),
    _Rule(_I.RULING, _compiled(r"W\d{6}|[A-MR]\d{5}"), beside=_LETTERED_LABEL, joined=True),
    _Rule(_I.CONTAINER, re.compile(rf"[A-Z]{{3}}[UJZ]{_S}\d{{3}}{_S}\d{{3}}(?:{_H}|{_S})\d(?!\w)"), joined=True),
    _Rule(_I.CONTAINER, re.compile(rf"[A-Z]{{3}}[UJZ](?:{_H}|{_S})?\d{{6}}(?:{_H}|{_S})?\d(?!\w)"), joined=True),
    _Rule(_I.LAB_NUMBER, _compiled(rf"(?:NY|SV|CH|LA|SF|NO|HN|SJ)(?:19|20)\d{{2}}{_H}?\d{{4,5}}")),
    _Rule(_I.LAB_NUMBER, _compiled(rf"(?:NY|SV|CH|LA|SF|NO|HN|SJ)(?:{_H}|{_S})(?:19|20)\d{{2}}(?:{_H}|{_S})?\d{{4,5}}"),
          beside=_LAB_LABEL),
    _Rule(_I.LAB_NUMBER, _compiled(r"\d-\d{2}-\d{5}-\d{3}")),
    _Rule(_I.BILL, _bill(r"[A-Z]{4}\d{9,12}"), joined=True),  # as long as no other number behind four letters
    _Rule(_I.BILL, _bill(r"[A-Z]{7}\d{7,9}"), joined=True),  # with a place behind the carrier's code
    _Rule(_I.BILL, _bill(rf"(?:{_carriers()})(?:{_S}|{_H})?(?=(?:[A-Z]*\d){{5}})[A-Z0-9]{{7,13}}"), joined=True,
          unless=_boxed),
    _Rule(_I.BILL, _compiled(rf"{_NO_LABEL}[A-Z]{{4}}(?:{_S}|{_H})[A-Z]{{0,4}}\d{{5,12}}"), beside=_BILL_LABEL),
    _Rule(_I.BILL, _compiled(rf"[A-Z]{{4}}(?:{_S}\d{{3,6}}){{2,3}}"), beside=_BILL_LABEL),
    _Rule(_I.BILL, _compiled(rf"(?![HM]AWB)[A-Z]{{4}}(?:{_S}|{_H})[A-Z]{{3}}(?:{_S}|{_H})\d{{4,9}}"),
          beside=_BILL_LABEL),
    _Rule(_I.BILL, _compiled(r"[A-Z]{4}(?=[A-Z0-9]{0,9}\d{3})[A-Z0-9]{4,12}"), beside=_BILL_LABEL),
    _Rule(_I.BILL, _compiled(r"(?!\d{4}-\d\d-\d\d)(?=[A-Z0-9/-]{0,12}\d{4}|[A-Z]{2,5}[/-]\d{3})"
                             r"[A-Z0-9]{2,5}(?:[/-][A-Z0-9]{2,9}){1,3}"),
          beside=_STRICT_BILL_LABEL, unless=_boxed),
    _Rule(_I.BILL, _compiled(r"(?=[A-Z]{0,6}\d{4})[A-Z0-9]{5,16}"), beside=_STRICT_BILL_LABEL, unless=_boxed),
    _Rule(_I.BILL, _compiled(rf"{_NO_LABEL}[A-Z]{{2,4}}{_S}\d{{5,12}}"), beside=_STRICT_BILL_LABEL),
    _Rule(_I.BILL, _compiled(r"[A-Z]{2,3}\d{5,10}"), beside=_BARE_BILL),
    _Rule(_I.BILL, _compiled(rf"{_NO_LABEL}[A-Z]{{3}}{_S}\d{{5,9}}"), beside=_BARE_BILL),
    _Rule(_I.BILL, _compiled(rf"{_NO_LABEL}[A-Z]{{4}}{_S}?\d{{5,12}}"), beside=_SOME_BILLS, unless=_boxed),
    _Rule(_I.BILL, _compiled(r"[A-Z]{2,5}(?=[A-Z0-9/-]*\d{3})(?:[/-][A-Z0-9]{2,9}){1,3}"),
          beside=_BARE_BILL, unless=_boxed),
    _Rule(_I.BILL, _compiled(r"[A-Z]{2,5}[/-][A-Z0-9]{2,5}[/-]\d{4,9}"), beside=_SOME_BILLS, unless=_boxed),
    _Rule(_I.BILL, re.compile(rf"[A-Z]{{2,5}}(?=[A-Z0-9/-]*\d{{3}})[A-Z0-9]*(?:[/-][A-Z0-9]{{2,9}}){{0,3}}{_IS_BILL}")),
    _Rule(_I.BILL, _compiled(r"[A-Z]{4}(?=[A-Z0-9]{0,9}\d{3})[A-Z0-9]{4,12}"), beside=_BEHIND_BOX, unless=_boxed),
    _Rule(_I.BILL, _compiled(r"[A-Z]{4}(?=[A-Z0-9]{0,6}\d{5})[A-Z0-9]{7,12}"), beside=_BILLS, unless=_boxed),
    _Rule(_I.BILL, _compiled(r"[A-Z]{3}[A-IK-TV-Y]\d{7,8}"), beside=_UNDER),
)  # fmt: skip

# Headings are named in rows: "headings 5106 through 5113, 5204 through 5212, or 6001". The rows of a table of tariff
# shifts begin with them.
_HEADING_ROW = re.compile(
    r"\bheadings?\s{1,3}\(?(\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?(?:(?:,|\s(?:through|thru|to|or|and|"
    r"and/or)\b(?:\s[a-z]+\sof\b)?"
    rf"|\s|{_H})*[\s,{HYPHENS}-]\d{{4}}(?:\.\d{{2}}(?:\.\d{{2}}(?:\.?\d{{2}})?)?)?(?![\d-])){{0,40}})",
    re.IGNORECASE,
)
_TARIFF_HEAD = re.compile(r"\bTARIFF NOS?\.?:?\s*(\d{4}(?:[,;]\s*\d{4})*)(?![\d.])")  # as old rulings begin
_HEADING = re.compile(r"\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2})?)?)?")
_SHIFT_TABLE = re.compile(r"HTSUS\s+Tariff shift and/or other requirements", re.IGNORECASE)
_SHIFT_ROW = re.compile(rf"^[ \t]*(\d{{4}})(?:\s?{_H}\s?(\d{{4}}))?(?=\s)", re.MULTILINE)
_SHIFT_CHARACTERS = 3000
_HEADING_DIGITS, _WHOLE_DIGITS = 4, 8
_OF_HEADING = re.compile(rf"(?<!Annex )(?<!Article )(?<!ection )(\d{{4}})\.\d{{2}}(?!\w|[.,/-]\d){_NO_AMOUNT}")
# Investigations of evasion; the number alone is told where words stand between.
_EAPA = re.compile(
    r"\b(?P<law>EAPA\s)"
    r"(?P<words>(?i:(?:cons(?:olidated|\.) )?(?:cases?|investigations?)(?: (?:nos?\.?|numbers?))?:?) )?"
    r"(?P<number>[78]\d{3})(?![\w-]|[.,]\d)"
)
_SIX_DIGITS = re.compile(rf"\d{{6}}{_TO_RULING}")
_NEW_YORK_DIGIT = "8"  # with which New York's bare numbers begin
# As people write them in notes: `see n301716, hq h303867; abcd149001882203`.
_SMALL_BEGINNING = re.compile(r"(?<![\w.-])[a-z\d](?=[a-z\d]{0,8}[- ]?[nh]?\d{3})(?=\d{0,2}[a-z]|(?<=[a-z]))")
_SMALL = (
    (_I.RULING, re.compile(r"(?<![\w.-])(?:(?:ny|hq)[ -]?)?[nh]\d{6}(?!\w)")),
    (_I.ENTRY_NUMBER, re.compile(r"(?<![\w.-])(?=[0-9]{0,2}[a-z])[a-z0-9]{3}-\d{7}-\d(?![\w-])")),
    (_I.CASE, re.compile(r"(?<![\w.-])[ac]-\d{3}-\d{3}(?![\w-])")),
    (_I.CONTAINER, re.compile(r"(?<![\w.-])[a-z]{3}[ujz] ?\d{6}-?\d(?![\w-])")),
    (
        _I.BILL,
        re.compile(
            rf"(?<![\w.-])(?:[a-z]{{4}}\d{{9,12}}|(?:{_carriers().lower()})[a-z]{{0,4}}\d{{5,12}}|"
            rf"(?<=bill )[a-z]{{4,7}}\d{{5,12}})(?![\w-])"
        ),
    ),
)

# Between two numbers of one row, and the headings of columns under which a bare number is what it looks like.
_SEPARATED = re.compile(rf"[\s,;/&|]*(?:(?:and|or|to|thru|through|and/or|{_H})[\s,]*)?(?:nos?\. ?)?", re.IGNORECASE)
_SEPARATED_CHARACTERS = 14
_COLUMNS: tuple[tuple[IdentifierType, re.Pattern[str], re.Pattern[str]], ...] = (
    (_I.PORT,
     re.compile(
         r"(?:(?:\w+ )?ports?(?: of (?:entry|unlading))?|POE|POU|POD)(?: code| no\.?| number)?:?", re.IGNORECASE),
     re.compile(r"\d{4}")),
    (_I.ENTRY_NUMBER, re.compile(r"entry(?: summary)?(?: no\.?| number| num| #)?:?", re.IGNORECASE),
     re.compile(r"[A-Z0-9]{3}[- ]?\d{7}[- ]?\d")),
    (_I.HTS,
     re.compile(r"(?:.* )?(?:HT?S(?:US)?A?(?:6|8|10)?|tariff)(?: item)?(?: no\.?| number| code| ?#)?:?", re.IGNORECASE),
     re.compile(r"\d{4}(?:\.?\d{2}){0,3}")),
    (_I.MANUFACTURER_ID, re.compile(r"MID(?: code| no\.?)?:?|manufacturer (?:id|code):?", re.IGNORECASE),
     re.compile(r"[A-Z]{2}[A-Z0-9]{5,13}")),
    (_I.IMPORTER_NUMBER,
     re.compile(
         r"(?:importer|IOR|consignee)(?: of record)?(?: no\.?| number| id| ?#):?|EIN:?|IRS no\.?:?", re.IGNORECASE),
     re.compile(r"\d{2}-\d{7}(?:-?[0-9A-Z]{2})?|\d{6}-\d{5}")),
    (_I.BILL,
     re.compile(
         r"(?:\w+ )?(?:bill(?: of lading)?|B/?L|MBL|HBL|[HM]?AWB)(?: no\.?| number| #)?:?|house|master", re.IGNORECASE),
     re.compile(
         r"[A-Z]{4}(?=[A-Z]*\d)[A-Z0-9]{4,12}|"
         r"(?=[A-Z0-9/-]*\d{3})(?=[A-Z0-9/-]{6})[A-Z][A-Z0-9]{1,9}(?:[/-][A-Z0-9]{1,9}){0,3}")),
)  # fmt: skip
_COLUMN = re.compile("|".join(f"(?:{heading.pattern})" for _, heading, _ in _COLUMNS), re.IGNORECASE)


Found = tuple[int, int, IdentifierType, str]  # where it begins and ends, what it is, its key


def find_identifiers(text: str) -> Iterator[Found]:
    """The identifiers that a text names, in the order they stand.

    >>> [(which.value, key) for _, _, which, key in find_identifiers("Entry No. ABC-1234567-6, subheading 6109.10.00.")]
    [('entry_number', 'ABC12345676'), ('hts', '61091000')]
    """
    candidates = list(_candidates(text))
    numbers = {found[:2] for sure, found in candidates if sure and found[2] == _I.HTS}
    candidates += [(True, found) for found in _more_bills(text, [found for sure, found in candidates if sure])]
    candidates += [
        (True, (start, end, _I.HTS, key))
        for start, end in set_against(text, numbers)
        if (key := _key(_I.HTS, text[start:end]))
    ]
    taken, before = 0, ""
    for sure, found in sorted(candidates, key=lambda one: (one[1][0], -one[1][1], not one[0])):
        row = found[2] == before and _in_row(text, taken, found[0]) and not found[3].isalpha()
        if found[0] < taken or not (sure or row):
            continue
        taken, before = found[1], found[2]
        yield found


def _more_bills(text: str, found: list[Found]) -> Iterator[Found]:
    """Numbers that are written as a bill of the text is, with its letters and as many digits."""
    shapes: set[str] = set()
    for start, end, which, _ in found:
        letters = _BILLS_LETTERS.match(text, start, end) if which == _I.BILL else None
        if letters and len(shapes) < _MOST_SHAPES and not _boxed(text[start:end]):
            rest = _DIGITS.sub(lambda digits: rf"\d{{{len(digits.group())}}}", re.escape(text[letters.end() : end]))
            shapes.add(re.escape(letters.group()) + rest)
    if _SPEAKS_OF_BILLS.search(text):
        shapes.add(_SHORT_BILL)
    for shape in sorted(shapes):
        for match in re.finditer(rf"(?<![\w/-]){shape}(?![\w/-]|[.,]\d)", text):
            if not _NO_BILL.search(text, max(0, match.start() - _BEFORE_CHARACTERS), match.start()):
                yield *match.span(), _I.BILL, _key(_I.BILL, match.group())


_BILLS_LETTERS = re.compile(r"[A-Z]{3,}(?=[A-Z0-9/ -]*\d{4})")
_DIGITS = re.compile(r"\d+")
_SPEAKS_OF_BILLS = re.compile(r"\b(?:bills?|B/Ls?|HBLs?|MBLs?|waybills?|originals)\b", re.IGNORECASE)
_SHORT_BILL = r"[A-Z]{4}\d{8}"
_MOST_SHAPES = 8


def _in_row(text: str, end: int, start: int) -> bool:
    """Whether nothing but commas and the like stands between two numbers."""
    return start - end <= _SEPARATED_CHARACTERS and bool(_SEPARATED.fullmatch(text, end, start))


def _candidates(text: str) -> Iterator[tuple[bool, Found]]:
    """What could be an identifier, and whether it is one wherever it stands."""
    anywhere = [match.start() for match in _BEGINNING.finditer(text)]
    beginnings = [start for start in anywhere if text[max(0, start - 1) : start] not in ("/", "-")]
    keys: dict[tuple[IdentifierType, str], str] = {}  # several rules propose the same
    for rule in _RULES:
        for match in _matches(rule.pattern, text, anywhere if rule.joined else beginnings):
            written = match.group()
            if rule.unless(written):
                continue
            start = match.start()
            sure = not rule.beside or bool(rule.beside.search(text, max(0, start - _BEFORE_CHARACTERS), start))
            if (rule.identifier, written) not in keys:
                keys[rule.identifier, written] = _key(rule.identifier, written)
            if key := keys[rule.identifier, written]:
                yield sure, (start, match.end(), rule.identifier, key)
    headings = {
        key[:_HEADING_DIGITS] for (kind, _), key in keys.items() if kind == _I.HTS and len(key) >= _WHOLE_DIGITS
    }
    for match in _matches(_OF_HEADING, text, beginnings) if headings else ():
        if match.group(1) in headings:  # that the text has in full elsewhere
            yield True, (*match.span(), _I.HTS, _key(_I.HTS, match.group()))
    for start, end in unlabelled(text, beginnings):
        yield True, (start, end, _I.HTS, _key(_I.HTS, text[start:end]))
    for match in _EAPA.finditer(text):
        start = match.start("number" if match.group("words") else "law")
        yield True, (start, match.end(), _I.CASE, f"EAPA-{match.group('number')}")
    for start, end in air_waybills(text, beginnings):
        yield True, (start, end, _I.BILL, _key(_I.BILL, text[start:end]))
    yield from _bare_rulings(text, anywhere)
    yield from ((True, found) for found in (*_headings(text), *_in_small_letters(text)))
    columns = [*_in_columns(text)]
    yield from ((True, found) for found in columns)
    for start, end in ports(text, {key for *_, which, key in columns if which == _I.PORT}):
        if key := _key(_I.PORT, text[start:end]):
            yield True, (start, end, _I.PORT, key)


def _in_columns(text: str) -> Iterator[Found]:
    for cell in cells(text, _COLUMN):
        for identifier, heading, value in _COLUMNS:
            if heading.fullmatch(cell.heading) and value.fullmatch(cell.text):
                if key := _key(identifier, cell.text):
                    yield cell.start, cell.end, identifier, key
                break


def _matches(pattern: re.Pattern[str], text: str, beginnings: list[int]) -> Iterator[re.Match[str]]:
    """The matches that begin at these places, without overlaps."""
    free = 0
    for start in beginnings:
        if start >= free and (match := pattern.match(text, start)):
            free = match.end()
            yield match


def _key(identifier: IdentifierType, written: str) -> str:
    """The key if the check holds, else nothing."""
    if identifier == _I.LAB_NUMBER and not written[2].isalnum() and written[0].isalpha():
        written = written[:2] + written[3:]
    if identifier == _I.RULING and written.startswith(("DD", "PD")):
        written = f"NY{written[2:]}"  # which counts on with New York's
    if identifier == _I.BILL:
        written = _PARTS.sub("", written)
    if identifier == _I.CONTAINER:
        written = re.sub(_S, "", written)
    try:
        return parse(identifier, written.replace("\u00a0", " ")).key
    except Invalid:
        return written if identifier == _I.BILL else ""  # a forwarder's own, without a carrier's code


def _headings(text: str) -> Iterator[Found]:
    rows = [row.span(1) for pattern in (_HEADING_ROW, _TARIFF_HEAD) for row in pattern.finditer(text)]
    for table in _SHIFT_TABLE.finditer(text):
        shifts = _SHIFT_ROW.finditer(text, table.end(), table.end() + _SHIFT_CHARACTERS)
        rows += [row.span() for row in shifts]
    for start, end in rows:
        for match in _HEADING.finditer(text, start, end):
            if key := _key(_I.HTS, match.group()):
                yield match.start(), match.end(), _I.HTS, key


def _bare_rulings(text: str, anywhere: list[int]) -> Iterator[tuple[bool, Found]]:
    for match in _matches(_SIX_DIGITS, text, anywhere):
        start = match.start()
        before = max(0, start - _BEFORE_CHARACTERS)
        office = _NEW_YORK_LABEL if match.group()[0] == _NEW_YORK_DIGIT else _HEADQUARTERS_LABEL
        sure = office.search(text, before, start) or _FILE_CODE_LABEL.search(text, before, start)
        yield bool(sure), (start, match.end(), _I.RULING, bare_ruling(match.group()).key)


_SMALL_BILL = re.compile(r"(?<![\w.-])[a-z]{4}\d{8,12}(?![\w-])")


def _in_small_letters(text: str) -> Iterator[Found]:
    begins = [match.start() for match in _SMALL_BEGINNING.finditer(text)]
    for identifier, pattern in _SMALL if begins else ():
        for match in _matches(pattern, text, begins):
            capitals = match.group().upper()
            if (key := _key(identifier, capitals)) and not (identifier == _I.BILL and _boxed(capitals)):
                yield *match.span(), identifier, key
    for match in _matches(_SMALL_BILL, text, begins):
        if _SOME_BILLS.search(text, max(0, match.start() - _BEFORE_CHARACTERS), match.start()):
            yield *match.span(), _I.BILL, _key(_I.BILL, match.group().upper())
