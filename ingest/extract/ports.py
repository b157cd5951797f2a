"""Ports in running text by their numbers: four digits that the words around them make one.

Invariant: a year, a time of day, an amount and a heading of the tariff are none
unless the text says that they are ports. Once a text has named a port, `at 2704` is it, too.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from graph.resolve.words import is_place
from ingest.extract.company_forms import rows

Place = tuple[int, int]

_RECENT_YEAR = re.compile(r"(?:19[5-9]|20[0-3])\d")
# Ports whose numbers look like years count where their own name stands before them.
_OF_THE_MISSISSIPPI = {
    "2001": "Morgan City", "2002": "New Orleans", "2003": "Little Rock", "2004": "Baton Rouge", "2006": "Memphis",
    "2007": "Nashville", "2008": "Chattanooga", "2010": "Gramercy", "2017": "Lake Charles", "2018": "Shreveport",
}  # fmt: skip
_TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3])(?:00|15|30|45)")
_TARIFF = re.compile(r"\b(?:sub)?headings?\b|\bHT?S(?:US)?A?\b|\btariff\b|\bclassif", re.IGNORECASE)
_WORD = re.compile(r"\bports?\b", re.IGNORECASE)
_BEFORE_CHARACTERS, _READ = 60, 160

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
    r"\(?(\d{4}(?:(?: \([^()\n]{1,12}\))?(?:,|;| and| or| &|/)+ ?\d{4}){0,20})(?![\w-]|[.,]\d)",
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
    r"(?:\b(?:[Aa]t|[Vv]ia|[Tt]hrough|[Ii]n|[Ff]rom|to|into|arrived|cleared|discharged|entered|landed|reached|"
    r"left)|[,:;]|"
    r"(?<=\d\)),? (?:and|or)) "
    r"(?:CBP )?(?P<place>[A-Z][\w.'-]*(?:[ /][A-Z][\w.'-]*){0,3}) "
    r"\((?P<ports>[0-5]\d{3}(?:/[0-5]\d{3})?)\)"
)
_DONE_AT_PORT = re.compile(
    r"\b(?:(?:entered|entries|entry|cleared?|clears|arriv\w+|unlad\w+|landed|landing|discharged|detained|"
    r"detention|seized|"
    r"seizures?|exam(?:s|ined|inations?)?|inspect\w*|released?|imported|imports?|filed|files|held|holds?|stopped|"
    r"intercepted|shipments?|containers?|box(?:es)?|cargo|officers?|specialists?|team|somebody|someone|anyone|"
    r"colleagues|"
    r"CBP|customs|protests?)\b[^.;:\n]{0,70}?|(?<=\d),? (?:both |all )?(?=at))\b(?:at|(?<!\d )(?:through|via))"
    r"(?: port| POE)? "
    r"(?P<ports>[0-5]\d{3}(?:(?:,|;| and| or| &|/)+ ?[0-5]\d{3}){0,20})(?![\w/-]|[.,]\d)"
    rf"{_NO_AMOUNT}",
    re.IGNORECASE,
)
_ASKED_PORT = re.compile(
    r"\b(?:asked|ask|called|contacted|notified|told|e?-?mailed|alerted) (?:port |POE )?"
    r"(?P<ports>[0-5]\d{3}(?:(?:,|;| and| or| &|/)+ ?[0-5]\d{3}){0,20})(?= (?:about|for|if|that|to|whether)\b)",
    re.IGNORECASE,
)
_AT_PORT = re.compile(
    rf"(?:\b(?:at|to|from|via|through|by|between|in|with) |(?:^|[.;:!?]|\n)\s*)(\d{{4}})(?![\w/-]|[.,]\d){_NO_AMOUNT}",
    re.IGNORECASE,
)
# A port's number where less speaks for it: of a district of CBP's, and not the district's own.
_CODE = r"(?:(?:0[124579]|1[013-8]|2[013-9]|3\d|4[15-9]|5[1-5])(?!00)(?:[0-3]\d|[79]\d)|190\d|191[01])"
_CODES = rf"{_CODE}(?:(?:,|;| and| or| &|/)+ ?{_CODE}){{0,5}}"
_GOES_ON = (
    r"(?![\w/-]|[.,]\d)(?=[.,;:)?!]|\s*$|\n| (?:a|about|and|are|as|because|before|but|by|dated|did|does|for|had|has|"
    r"have|if|in|into|is|issued|it|last|later|now|on|or|said|says|seized|sent|since|that|the|then|this|to|today|until|"
    r"wants|wrote|via|was|were|when|where|which|while|who|why|will|with|yesterday)\b)"
)
# Where goods arrive or go on from (`arrived 2704`, `in bond from 2704 to 3901`), and whom one writes to or hears from
# (`protest filed with 2904`, `the notice came from 3901`).
_REACHED_PORT = re.compile(
    r"\b(?:(?:arrived|arr\.?|discharged|cleared|landed|unladen|unloaded|unlading:?|reached|P\.O\.E\.?|port,)|"
    r"(?:came|goes|go|went|going) through|(?:transferred|moved|trucked|railed) from) "
    rf"(?P<ports>{_CODES}){_GOES_ON}(?! to \d)|"
    r"\b(?:in[- ]bond|under bond|IT|T&E|transit|transferred|moved|trucked|railed|routed|shipped|diverted)\b"
    rf"[^.;:\n\d]{{0,40}}?\b(?:from )?(?P<ways>{_CODE} to {_CODE}){_GOES_ON}",
    re.IGNORECASE,
)
_HEARD_PORT = re.compile(
    r"\b(?:protests?|filed|lodged|copy|copies|notices?|requests?|CF[ -]?\d{2,4}|letters?|reply|memos?|redelivery|"
    r"holds?|held|seizures?|referrals?|referred|issued|forwarded|came|sent|wrote|exams?|detained|stopped|"
    r"released|entries)\b[^.;:\n\d]{0,50}?(?:(?:\d{1,2}, \d{4}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)[^.;:\n\d]{0,20}?)?"
    rf" (?:at|by|from|in|to|with) (?P<ports>{_CODES}){_GOES_ON}",
    re.IGNORECASE,
)
# Behind an entry's number, in a row: `entry ABC-1234567-6, 2704, 5/6/22`.
_BEHIND_ENTRY = re.compile(
    rf"\b[A-Z0-9]{{3}}-?\d{{7}}-?\d(?:,? |\t| ?[|/] ?)(?P<ports>{_CODE})(?=[,;]? ?[|/]| ?\t|[,;.)\n]|$)", re.IGNORECASE
)
# A place and its number without brackets or the other way round: `landed at Newark 4601`, `4601 (Newark)`.
_NOT_PLACE = r"(?!Forms?\b|CF\b|FORMS?\b|[Ss]uite\b|[Rr]oom\b|Box\b)"
_AT_PLACE = re.compile(
    r"\b(?:(?P<port>CBP|P\.?O\.?E\.?|[Pp]orts?:?(?: of)?|Port Director,?|[Dd]irector,|"
    r"(?:[Aa]rrived|[Cc]leared|[Ll]anded|[Uu]nladen|[Ee]ntered|[Ee]xamined|[Hh]eld) at)|"
    rf"[Aa]t|[Vv]ia|[Tt]hrough|[Ii]nto|[Ff]rom|to) (?P<place>(?:{_NOT_PLACE}[A-Z][\w.'-]*)"
    rf"(?:[ /]{_NOT_PLACE}[A-Z][\w.'-]*){{0,3}})(?:/| - | |, | \()(?P<ports>{_CODE})(?![\w/-]|[.,]\d)|"
    rf"(?:(?:^|[.;!?] |\n)|\b(?:[Aa]t|[Bb]y|[Ff]rom|[Ii]n|[Vv]ia) )(?P<first>{_CODE}) "
    r"\((?P<its>[A-Z][\w.' /-]{3,30})\)"
)
# A port that does something: `Newark (4601) released it`.
_PORT_DID = re.compile(
    rf"(?:^|\n|[.;!?] )(?P<place>[A-Z][\w.'-]*(?:[ /][A-Z][\w.'-]*){{0,2}}) \((?P<ports>{_CODE}(?:/{_CODE})?)\)"
    r"(?= (?:also |now |then )?(?:and|asked|asks|called|cleared|confirms|detained|did|does|examined|found|had|has|held|"
    r"is|issued|put|released|said|says|seized|sent|stopped|wants|was|will|wrote)\b)"
)
# Whose people, piers or bridges are told of: `the 1303 team`, `Umber bridge (2305)`, `2304 dock 14`.
_OF_PORT = re.compile(
    rf"\b(?:the|our|their) (?P<team>{_CODE}) (?:team|office|desk|CES|inspectors|specialists|docks?)\b|"
    rf"\b[A-Z]\w+ (?:bridge|crossing|airport|seaport|pier|terminal) \((?P<at>{_CODE})\)|"
    rf"\b(?:at|to|from) (?P<dock>{_CODE}) (?:dock|pier|CES) ?\d"
)
_CLAUSE_ENDS = re.compile(r"[,;.:]\s")
# A port's number that no word around it announces (`the entry says 2704`, `212 entries, 1703 mostly`), on the list of
# ports, where a small word or a sign stands before it and it does not count what follows.
_ALONE = re.compile(
    rf"(?:(?<![\w,])(?:at|by|for|from|into|is|lists|now|(?P<weak>of|or|and|than|not)|out of|read|reads|said|"
    rf"say|says|through|thru|to|"
    rf"via|was|with|be|on|CODE|code|only|both|either|between|until) |(?<=[a-z\d)!?])[,;:] |[A-Za-z][.:] |^)"
    rf"(?P<port>{_CODE})(?:{_GOES_ON}|(?= (?:again|all|alone|almost|instead|mainly|mostly|nearly|not|once|"
    rf"only|so|too)\b)){_NO_AMOUNT}"
    r"(?! to \d)(?! (?:hours|hrs|lines?|U\.?S\.?C|[ap]\.?m\.?)\b)",
    re.IGNORECASE | re.MULTILINE,
)
# What a number is that stands behind one of these in its clause.
_OF_OTHERS = re.compile(
    r"\b(?:accounts?|call|dial|fax|reach|ring|amounts?|annex|art(?:icle|\.)|batch(?:es)?|born|costs?|"
    r"catalog(?:ue)?|certificates?|circuits?|claims?|chapter|docket|ext(?:ension)?\.?|FAR|"
    r"flights?|form|founded|grade|invoices?|items?|lots?|models?|No|nos|numbers?|orders?|paid|pages?|parts?|"
    r"patents?|phone|POs?|"
    r"prices?|purchase|room|seals?|sections?|serials?|since|SKUs?|steel|stocks?|styles?|suite|sums?|tel|"
    r"total(?:s|led)?|"
    r"types?|units?|U\.?S\.?C|USD|value|version|vol(?:ume)?|weighs?|weight|years?)\b\.?(?: (?!at\b|via\b|"
    r"through\b)[^\s,;]+){0,3} ?$|"
    r"\bmeasure |[$\u20ac\u00a3#=+x*/]\s?$",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"\b(?:port|POE|entry|entries|CBP|customs|in[- ]bond|IT|exam|vessel|container|box(?:es)?|bill|broker)\b",
    re.IGNORECASE,
)
_DONE_OF = re.compile(
    r"\b(?:ports?|POE|officers?|inspectors?|entr(?:y|ies)|exams?|filed|moved|team|CBP|"
    r"customs)(?: [a-z]+)? (?:and|not|of|or|than) $",
    re.IGNORECASE,
)
_NUMBER_ABOVE = re.compile(r"\b\d{4}(?:,|;| and| or| &|, and|, or) ?$")
_HANDLED = re.compile(r"\b(?:entry|entries|officers|exams?|port|CBP|unladen|cleared) (?:at|by|to) $", re.IGNORECASE)
_ANY_TIME, _TIMED = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d"), re.compile(r"\b(?:at|by|until|from|to) $")
_FOUNDED = re.compile(r"\b(?:in|of|since|until|by|before|after) $", re.IGNORECASE)


def ports(text: str, columns: set[str]) -> Iterator[Place]:
    """Where ports stand, in no order and some twice; `columns` are those of tables under a heading that says so.

    >>> text = "Exams at 2709 and 5301, the rest at JFK (4701)."
    >>> [text[start:end] for start, end in sorted(set(ports(text, set())))]
    ['2709', '5301', '4701']
    """
    windows = _windows(text)
    named = [*_labelled(text, windows), *_by_place(text, windows)]
    yield from named
    known = columns | {text[slice(*place)] for place in named}
    for match in _AT_PORT.finditer(text) if known else ():
        if match.group(1) in known and not _RECENT_YEAR.fullmatch(match.group(1)):
            yield match.span(1)


def _windows(text: str) -> list[Place]:
    """The parts of a text with a number that can be a port's, each with as much around as a pattern reads."""
    windows: list[Place] = []
    for match in _PORT.finditer(text):
        start, end = max(0, match.start() - _READ), min(len(text), match.end() + _READ)
        if windows and start <= windows[-1][1]:
            start, _ = windows.pop()
        windows.append((start, end))
    return windows


def _near(pattern: re.Pattern[str], text: str, windows: Iterable[Place]) -> Iterator[re.Match[str]]:
    for window in windows:
        yield from pattern.finditer(text, *window)


def _labelled(text: str, windows: list[Place]) -> Iterator[Place]:
    for match in (*_near(_NAMED_PORT, text, windows), *_near(_PORT_FIELD, text, windows)):
        yield match.span(match.lastindex or 1)
    for row in _near(_PORT_ROW, text, windows):
        for match in _PORT.finditer(text, row.start(2), row.end(2)):
            if row.group(1) or not _RECENT_YEAR.fullmatch(match.group()):
                yield match.span()


def _by_place(text: str, windows: list[Place]) -> Iterator[Place]:
    """Ports that no word calls so."""
    for match in (*_near(_PLACED_PORT, text, windows), *_near(_PORT_DID, text, windows)):
        before = text[max(0, match.start() - _BEFORE_CHARACTERS) : match.start("ports")]
        of_tariff = _TARIFF.search(_CLAUSE_ENDS.split(before)[-1]) and not _WORD.search(before)
        known = _OF_THE_MISSISSIPPI.get(match.group("ports")) == match.group("place")
        if not of_tariff and (known or not _RECENT_YEAR.fullmatch(match.group("ports"))):
            for start in range(*match.span("ports"), 5):
                yield start, start + 4
    for match in _near(_AT_PLACE, text, windows):
        place = match.group("place") or match.group("its")
        before = text[max(0, match.start() - _BEFORE_CHARACTERS) : match.start()]
        where = match.span("ports" if match.group("place") else "first")
        sure = match.group("port") or match.group("its") or _is_on_a_list(place)
        if sure and not _RECENT_YEAR.fullmatch(text[slice(*where)]) and not _TARIFF.search(before):
            yield where
    yield from _unannounced(text, windows)
    found = [
        row.span(row.lastgroup or "ports")
        for way in (_REACHED_PORT, _HEARD_PORT, _BEHIND_ENTRY)
        for row in _near(way, text, windows)
    ]
    found += [row.span(row.lastgroup or "at") for row in _near(_OF_PORT, text, windows)]
    found += [row.span("ports") for way in (_DONE_AT_PORT, _ASKED_PORT) for row in _near(way, text, windows)]
    for row in found:
        for match in _PORT.finditer(text, *row):
            if not _RECENT_YEAR.fullmatch(match.group()) and not _TIME_OF_DAY.fullmatch(match.group()):
                yield match.span()


def _unannounced(text: str, windows: list[Place]) -> Iterator[Place]:
    """Ports on the list of ports by their number alone, in a text that speaks of customs."""
    if not windows or not _TRADE.search(text):
        return
    taken: set[int] = set()
    for match in _near(_ALONE, text, windows):
        number = match.group("port")
        start = match.start("port")
        before = text[max(0, start - _BEFORE_CHARACTERS) : start].rpartition("\n")[2]
        clause = re.split(r"[;.]\s", before)[-1]
        handled = number in _OF_THE_MISSISSIPPI and _HANDLED.search(before)  # entry at 2002
        year = (_RECENT_YEAR.fullmatch(number) and not handled) or (
            number[0] == "1" and number[1] in "789" and _FOUNDED.search(before)
        )
        if number in _listed() and not (year or _TIME_OF_DAY.fullmatch(number)):
            if not handled and _ANY_TIME.fullmatch(number) and _TIMED.search(before):
                continue  # phoned at 1703
            above = _NUMBER_ABOVE.search(before)  # 4601 and 1101
            joined = above and start - len(before) + above.start() in taken
            weak = not joined and (above or (match.group("weak") and not _DONE_OF.search(before)))
            if not (weak or _TARIFF.search(clause) or _OF_OTHERS.search(clause)):
                taken.add(start)
                yield match.span("port")


@cache
def _listed() -> frozenset[str]:
    """The numbers of ports of entry."""
    return frozenset(row["port_code"] for row in rows("ports.csv") if len(row["port_code"]) == len("2704"))


def _is_on_a_list(place: str) -> bool:
    return is_place(place.upper()) or any(is_place(word.strip(".,'").upper()) for word in re.split(r"[ /]", place))
