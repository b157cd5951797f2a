"""Ports in running text: four digits that the words around them make one.

Invariant: a port is its number, never its name; a year, a time of day, an amount and a heading of the tariff are none
unless the text says that they are ports. Once a text has named a port, `at 2704` is it, too.
"""

import re
from collections.abc import Iterator

Place = tuple[int, int]

_RECENT_YEAR = re.compile(r"(?:19[5-9]|20[0-3])\d")
_TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3])(?:00|15|30|45)")
_TARIFF = re.compile(r"\b(?:sub)?headings?\b|\bHT?S(?:US)?A?\b|\btariff\b|\bclassif", re.IGNORECASE)
_WORD = re.compile(r"\bports?\b", re.IGNORECASE)
_BEFORE_CHARACTERS = 60

# A number in brackets behind a port's name, or a row of numbers behind the word.
_NAMED_PORT = re.compile(
    r"\b[Pp]orts?\b[^\n()\d]{0,60}\((?:[Pp]ort )?(?:[Cc]ode )?(?P<port>\d{4})\)|"
    r"\([Pp]ort (?:[Cc]ode )?(?P<alone>\d{4})\)|"
    r"\b[Pp]ort of [A-Z][\w.]+(?: [A-Z][\w.]+){0,2}(?:,| -| \u2013) (?!(?:19[5-9]|20[0-3])\d)(?P<behind>\d{4})"
    r"(?![\w/-]|[.,]\d)"
)
_PORT_FIELD = re.compile(
    r"\bport(?: of (?:entry|unlading)| name(?:(?: and |/)code)?)?: ?[^\n():;\d]{3,40}[, ] ?(\d{4})(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_PORT_ROW = re.compile(
    r"\b(?:ports?(?:/[a-z]+)?(?: of (?:entry|unlading|discharge|arrival|import(?:ation)?|exam(?:ination)?))?|POEs?|"
    r"POU|POD)"
    r"((?: for [a-z ]{2,20}| [a-z]{2,12})?\s?(?:codes?|nos?\.?|numbers?|#|:|\|)+)?(?: is| was)?[: \t]{1,40}"
    r"\(?(\d{4}(?:(?: \([^()\n]{1,12}\))?(?:,|;| and| or|/)+ ?\d{4}){0,20})(?![\w-]|[.,]\d)",
    re.IGNORECASE,
)
_PORT = re.compile(r"(?<![\w$/-])(?<!\d[.,])\d{4}(?![\w/-]|[.,]\d)")
# A number behind a place's name, and one where something was done that is done at ports: `at JFK (4701)`, `cleared at
# 2704`; a time of day is none, nor is how many there are of something.
_NO_AMOUNT = (
    r"(?! (?:hours|hrs|h|o'clock|local|GMT|UTC|ET|per|each|USD|EUR|dollars|units?|pieces|pcs|kg|kgs|tons?|cartons|"
    r"[a-z]+ (?:per|each))\b)"
)
_PLACED_PORT = re.compile(
    r"(?:\b(?:[Aa]t|[Vv]ia|[Tt]hrough|[Ii]n|[Ff]rom|to|into|arrived|cleared|discharged|entered|landed|reached|left)|[,:;]|"
    r"(?<=\d\)),? (?:and|or)) "
    r"(?P<place>[A-Z][\w.'-]*(?:[ /][A-Z][\w.'-]*){0,3}) "
    r"\((?P<ports>[0-5]\d{3}(?:/[0-5]\d{3})?)\)"
)
_DONE_AT_PORT = re.compile(
    r"\b(?:(?:entered|entries|entry|cleared?|clears|arriv\w+|unlad\w+|landed|landing|discharged|detained|detention|seized|"
    r"seizures?|exam(?:s|ined|inations?)?|inspect\w*|released?|imported|imports?|filed|files|held|holds?|stopped|"
    r"intercepted|shipments?|containers?|box(?:es)?|cargo|officers?|specialists?|team|somebody|someone|anyone|colleagues|CBP|"
    r"customs)\b[^.;:\n]{0,70}?|(?<=\d),? (?:both |all )?(?=at))\b(?:at|(?<!\d )(?:through|via))(?: port| POE)? "
    r"(?P<ports>[0-5]\d{3}(?:(?:,|;| and| or|/)+ ?[0-5]\d{3}){0,20})(?![\w/-]|[.,]\d)"
    rf"{_NO_AMOUNT}",
    re.IGNORECASE,
)
_ASKED_PORT = re.compile(
    r"\b(?:asked|ask|called|contacted|notified|told|e?-?mailed|alerted) (?:port |POE )?"
    r"(?P<ports>[0-5]\d{3}(?:(?:,|;| and| or|/)+ ?[0-5]\d{3}){0,20})(?= (?:about|for|if|that|to|whether)\b)",
    re.IGNORECASE,
)
_AT_PORT = re.compile(
    rf"(?:\b(?:at|to|from|via|through|by|between) |(?:^|[.;:!?]|\n)\s*)(\d{{4}})(?![\w/-]|[.,]\d){_NO_AMOUNT}",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[,;.:]\s")


def ports(text: str, columns: set[str]) -> Iterator[Place]:
    """Where ports stand, in no order and some twice; `columns` are those of tables under a heading that says so.

    >>> text = "Exams at 2709 and 5301, the rest at JFK (4701)."
    >>> [text[start:end] for start, end in sorted(set(ports(text, set())))]
    ['2709', '5301', '4701']
    """
    named = [*_labelled(text), *_by_place(text)]
    yield from named
    known = columns | {text[slice(*place)] for place in named}
    for match in _AT_PORT.finditer(text) if known else ():
        if match.group(1) in known and not _RECENT_YEAR.fullmatch(match.group(1)):
            yield match.span(1)


def _labelled(text: str) -> Iterator[Place]:
    for match in (*_NAMED_PORT.finditer(text), *_PORT_FIELD.finditer(text)):
        yield match.span(match.lastindex or 1)
    for row in _PORT_ROW.finditer(text):
        for match in _PORT.finditer(text, row.start(2), row.end(2)):
            if row.group(1) or not _RECENT_YEAR.fullmatch(match.group()):
                yield match.span()


def _by_place(text: str) -> Iterator[Place]:
    """Ports that no word calls so."""
    for match in _PLACED_PORT.finditer(text):
        before = text[max(0, match.start() - _BEFORE_CHARACTERS) : match.start("ports")]
        of_tariff = _TARIFF.search(_CLAUSE_ENDS.split(before)[-1]) and not _WORD.search(before)
        if not of_tariff and not _RECENT_YEAR.fullmatch(match.group("ports")):
            for start in range(*match.span("ports"), 5):
                yield start, start + 4
    for row in (*_DONE_AT_PORT.finditer(text), *_ASKED_PORT.finditer(text)):
        for match in _PORT.finditer(text, *row.span("ports")):
            if not _RECENT_YEAR.fullmatch(match.group()) and not _TIME_OF_DAY.fullmatch(match.group()):
                yield match.span()
