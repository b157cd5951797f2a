"""Ports that a text calls by their names: ports of entry (`came through Norfolk`), foreign ones (`loaded at Ningbo`).

Invariant: a place is a port only where the words around it say so: it is called a port, its number stands beside it,
something is done there that is done at ports, or it stands in a row with such a one. A town where a firm has its seat,
an address, a laboratory and a name that goes on (`Savannah Steel`) are none. The names are data (`lexicon/ports.csv`),
each with the state or country that it lies in; ports of little trade count only where they are called ports. Of several
that bear a name that one is meant whose state stands behind it, else the one of much trade.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import ahocorasick_rs
import pycountry

from ingest.extract.company_forms import rows
from ingest.sources.countries import country_code

FOREIGN_PORT_DIGITS, _DOMESTIC_DIGITS = 5, 4  # of Schedules K and D
_CHARACTERS = 80  # before a name that are looked at
_CLAUSE = re.compile(r"(?<!\b[A-Z])[.!?;]\s+(?=[A-Z(])|\n\s*\n|[()]")
_SHORTEST_SMALL = 5  # letters of a name that a text in small letters can mean a port by


@dataclass(frozen=True, slots=True)
class _Port:
    """A name of ports: their codes by what they lie in, and whether much trade goes through one of them."""

    codes: Mapping[str, str]
    usual: str
    busy: bool
    small: bool = False  # whether it is written in small letters


@dataclass(slots=True)
class _Place:
    """A place of a text with a port's name."""

    start: int
    end: int
    behind: int  # where what stands behind it begins, its state left out
    port: _Port
    code: str
    is_called: bool = False
    is_port: bool = False


# What stands before a name that is called a port, ...
_OF_GOODS = r"(?:entry|unlading|discharge|arrival|import(?:ation)?|exam(?:ination)?|export(?:ation)?|lading|loading)"
_CALLED = re.compile(
    rf"\b(?:(?:air|sea)?ports?(?: (?:directors?|(?:of|at) {_OF_GOODS}))?(?:,? (?:by|in order of) \w+:)?"
    r"(?:,| of| at| in| is| was|:|\||\s-|\s?\.{3,})*(?: the)?|"
    r"(?:harbou?rs?|crossings?) (?:of|at|in)(?: the)?|"
    r"(?:POE|POU|POD|POL|P\.O\.[DEL]\.)[:,]?(?: (?:of|is|was|at))?|"
    r"(?:CBP|customs)(?: (?:officers|inspectors|specialists))?(?:,| at| in| port of)?|"
    r"(?:FP&F|Forfeitures|port|field)(?: Offic(?:er?|ers))?(?:,| at| in)|"
    r"import specialists?(?: team(?: \d{2,4})?)?(?:,| at| in))\s+$",
    re.IGNORECASE,
)
# ... and behind it.
_CALLED_BEHIND = re.compile(
    r"(?:['\u2019]s)? (?:(?:sea|air)?ports?\b(?! (?:of (?!entry)|in\b))|harbou?rs?\b|piers?\b|docks?\b|crossings?\b|"
    r"(?:marine|container) (?:terminals?|yards?)\b|(?:border|bridge) crossing\b|CBP\b|customs\b(?! broker)|"
    r"import specialists?\b|CES\b|exam(?:ination)? (?:site|station)s?\b|POE\b)",
    re.IGNORECASE,
)
_TEAM = re.compile(r"\b(?:specialists?|officers?|inspectors|team)(?: team)?(?: \d{2,4})? \($", re.IGNORECASE)
# Terms of sale that name the port of lading or of arrival.
_TERMS = re.compile(r"\b(?:FOB|F\.O\.B\.|FAS|CIF|C\.I\.F\.|CFR|C&F|CNF|CIP|DES|DEQ)(?: port(?: of)?)?[ :]+$")
# What is done with goods at ports, and the goods.
_DONE = (
    r"(?:arriv\w+|arr\.?|land(?:s|ed|ing)|unlad\w+|unload\w+|offload\w+|discharg\w+|clear(?:s|ed|ing|ance)?|"
    r"enter(?:s|ed|ing)?|entr(?:y|ies)|import(?:s|ed|ing|ations?)?|exam(?:s|ine[ds]?|ining|inations?)?|inspect\w*|"
    r"detain\w*|detentions?|seiz\w+|stopped|intercept\w+|releas\w+|dock(?:s|ed)|berth\w*|call(?:s|ed|ing)?|"
    r"load(?:s|ed|ing)|laden|lading|transs?hip\w*|transload\w*|relay\w*|stuffed|"
    r"in[- ]bond|(?:came|comes?|coming|brought) in|filed|files|saw|seen|picked up)"
)
_GOODS = (
    r"(?:shipments?|containers?|box(?:es)?|loads?|trucks?|trailers?|vessels?|ships?|cargo|freight|goods|lots?|"
    r"consignments?|entries|entry|imports|filings|traffic|volume|merchandise)"
)
_MOVED = (
    r"(?:mov(?:e[ds]?|ing)|came|comes?|coming|goe?s?|going|went|shipp?(?:s|ed|ing)?|rout(?:es?|ed|ing)|sent|brought|"
    r"pass(?:es|ed)?|flow(?:s|ed)?|truck(?:s|ed)?|rail(?:s|ed)?|transs?hip\w*|flown|carri(?:es|ed)|sail(?:s|ed|ing)?|"
    r"exported|depart(?:s|ed|ing)?|voyage)"
)
_NO_GOODS = r"(?:by|the|in|its|headquarters|offices?|seat|plants?|production|operations|factory|factories)"
_DONE_BEFORE = re.compile(
    rf"(?:\b{_DONE}\b[^.;:\n]{{0,70}}?\b(?:at|through|thru|via|by way of|into)|"
    rf"\b{_DONE}(?: (?:it|them|there|again|[A-Z]{{4}}\w+))? in|\b(?:was|were|is|are|being) held (?:at|in)|\bheld at|"
    rf"\b(?:{_GOODS}|officers?|specialists?|inspectors|team|protests?)\b[^.;:\n]{{0,50}}?\b(?:at|through|thru|via)|"
    rf"\b{_MOVED}\b[^.;:\n]{{0,60}}?\b(?:into|out of)|"
    rf"\b{_MOVED} from [^.;:\n]{{3,40}}? to|"
    rf"\b(?:{_MOVED}|{_GOODS}|arriv(?:ed|ing|es)|load(?:ed|ing)|laden)(?: (?!{_NO_GOODS}\b)\w+){{0,4}}? from|"
    r"\b(?:entry|entries) (?:was|were) (?:made|filed|released) (?:at|in)|"
    r"\b(?:via|through|thru|by way of)|\bby (?:air|sea|ocean|rail|truck|vessel|ship) (?:at|to|through|into|from)|"
    r"\b(?:leav(?:es?|ing)|left|bound|destined|booked|sail\w*)(?: [A-Z]\w+){0,2} (?:for|to|by)|"
    r"\b(?:put on|placed|issued|requested|examin\w+|detained|seized|released|stopped|flagged|inspected|refused|"
    r"holds?|exams?) by|"
    r"\b(?:divert\w*|re-?rout\w*|redirect\w*|sail(?:s|ed|ing)?|(?:in|under)[ -]bond|bound|destined|T&E)\b"
    r"[^.;:\n]{0,40}?\b(?:for|to|from|at)|"
    rf"\b(?:shift|switch|mov|divert|transfer)\w*\b(?: \w+){{0,4}}? {_GOODS}\b[^.;:\n]{{0,40}}? (?:from|to)|"
    r"\b(?:shifted|switched|switches|switching|alternat\w+|split|spread) (?:from|to|between|among|over|across)|"
    r"\b(?:ETA|ETD|ATA|due (?:at|in|into)|arrives?|reach(?:es|ed|ing)?|left|leaves|leaving|arrived|discharged?|"
    r"unlading|unladen|landed|docked|cleared|disch\.?|departed|transs?hipped)[:,]?)\s?\.*(?: the)?\s+$",
    re.IGNORECASE,
)
_DID_BEHIND = re.compile(
    r"(?:: | [-\u2013] )(?:about |some )?(?:\d+|no|two|three|four|five|six|seven|eight|nine|ten) "
    r"(?:exams?|entries|shipments?|boxes|containers?|holds?|lines?)\b| by (?:air|sea|ocean|rail|truck)\b|"
    r",? (?:CBP |also |then |now |later |has |had |have |since |again |only |just |is |was )*"
    r"(?:detain(?:ed|ing)|examin(?:ed|ing)|seiz(?:ed|ing)|held(?! that)|holding|holds|releas(?:ed|ing)|cleared|flagged|"
    r"inspect(?:ed|ing)|referred|sampled|pulled|stopped|opened|intercepted|x-rayed|put (?:it|them|the|a|on)|"
    r"placed|refused|rejected|liquidated|extended|exam(?:s|inations?)?|entr(?:y|ies)|officers?|arrivals?|"
    r"shipments?|boxes|containers?|cargo|in-bond|filings|terminals?)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:ask(?:ed)?|told|tell|alert(?:ed)?|call(?:ed)?|notif(?:y|ied)|contact(?:ed)?|e?-?mail(?:ed)?) "
    r"(?:\w+ (?:in|at) )?$",
    re.IGNORECASE,
)
_ASKED_BEHIND = re.compile(
    r" (?:to (?:examine|exam|hold|look|open|pull|release|sample|stop|flag|detain|inspect)|"
    r"for (?:an? |any |the |prior )*(?:exams?|holds?|photos|samples?|entries|entry|bills|records)|about|if|whether)\b"
)
# The rest of goods of which some went through a port.
_REST = re.compile(
    r"\b(?:those|ones|rest|others?|half|most|all|both|some|two|three|four|five|six|seven|eight|nine|ten|\d{1,3})"
    r"(?: (?:of (?:it|them|these)|more))?(?: \w+){0,2}? (?:at|through|via|in|by)\s+$"
)
_REST_CHARACTERS = 150
_NUMBER_BEHIND = re.compile(
    r"(?: (?:sea|air)?port\b| (?:International )?Airport\b)?(?:,? [A-Z]{2}\b)?(?: -|,|:| \u2013|/)? ?\(?"
    r"(?:[Pp]orts? )?(?:[Cc]ode )?(?P<number>\d{4,5})(?![\w/-]|[.,]\d)"
)
_YEAR = re.compile(r"(?:19[5-9]|20[0-3])\d")
_NUMBER_BEFORE = re.compile(r"(?<![\d.,-])(?P<number>\d{4,5})(?: -| \u2013|,|/)? ?\(?$")
_STATE = re.compile(r",? \(?(?P<state>[A-Z]{2}|[A-Z]\.[A-Z]\.|[A-Z][a-z]+(?: [A-Z][a-z]+)?)\b\)?")
_POSTAL_CODE = re.compile(r",?\s+\d{5}\b")
_GOES_ON = re.compile(r"[ -]&? ?(?P<word>[A-Z][\w'&]*)|-[a-z]|\w|@|\.\w")
_KINDS = frozenset(
    ("Airport", "Area", "CBP", "CES", "Customs", "Harbor", "International", "Intl", "Port", "Seaport", "Terminal",
     "POE", "AIRPORT", "PORT", "SEAPORT", "ON", "ETA", "TO")
)  # fmt: skip
_STANDS_IN = re.compile(
    r"(?:[\w@$&'\u2019]|(?<!\s)-|\b(?:Mr|Mrs|Ms|Dr|East|West|North|South|Fort|New|Mount|Lake)\.? )$"
)
_ROW = re.compile(
    r"(?:,? and(?: then| later| finally| also| on to| back to| not)?|,? (?:then|not|later|on to)|,| or|,? n?or|/| /|/ |"
    r" &| to| for|-|,? (?:and|or|not) (?:from|at|through|via)| rather than) ?(?:the )?(?:[Pp]ort of )?"
)
_LONGEST_BETWEEN = 24
# Where a town stands as a seat, an address or somebody's, though the text knows it as a port.
_SEAT_BEFORE = re.compile(r"(?:\b(?:of|in|near|outside|around|a|an)|[,:\n(/\"\u201c]| -|^) ?$", re.IGNORECASE)
_SEAT_BEHIND = re.compile(
    r"(?:['\u2019]s?)? (?:office|warehouse|plant|factory|mill|lab|laboratory|branch|headquarters|seat|showroom|"
    r"store|shop|firm|company|address|court|buyer|dealer|customer|law|lawyer|attorney|agent)\b",
)
_PORT_IN_NAME = re.compile(r"(?i:port|puerto) (?!said\b)")
_OF_NEW_YORK = frozenset(("10", "46", "47"))  # districts between which its ports have moved


def ports_by_name(text: str, *, small: bool = False) -> Iterator[tuple[int, int, str]]:
    """Where ports stand by name, each with its code (four digits, a foreign one five), in the order of the text;
    in small letters, too, if these count.

    >>> text = "It came through Norfolk and then Baltimore; Savannah Steel uses Seattle's port."
    >>> [(text[start:end], code) for start, end, code in ports_by_name(text)]
    [('Norfolk', '1401'), ('Baltimore', '1303'), ('Seattle', '3001')]
    """
    places = list(_places(text, small=small))
    for place in places:
        _look_around(text, place)
    _join_rows(text, places)
    known = {text[place.start : place.end] for place in places if place.is_port}
    for place in places:
        if place.is_port or (text[place.start : place.end] in known and not _is_seat(text, place)):
            number = _number_beside(text, place)
            beside = [(*number.span("number"), number.group("number"))] if number else []
            yield from sorted([(place.start, place.end, place.code), *beside])


def _places(text: str, *, small: bool) -> Iterator[_Place]:
    names, automaton = _gazetteer()
    for index, start, end in automaton.find_matches_as_indexes(text):
        port, behind = names[index], end
        if (port.small and not small) or _STANDS_IN.search(text, max(0, start - 6), start):
            continue
        code = port.usual
        if state := _STATE.match(text, end):
            written = state.group("state")
            within = _states().get(written.replace(".", "").upper()) or country_code(written) or ""
            if within and not (code := port.codes.get(within, "")):
                continue  # Savannah, Missouri
            behind = state.end() if within else end
        goes_on = _GOES_ON.match(text, end) if behind == end else None
        if goes_on and goes_on.group("word") not in _KINDS:
            continue
        if not _POSTAL_CODE.match(text, behind):
            yield _Place(start, end, behind, port, code)


def _look_around(text: str, place: _Place) -> None:
    before = _CLAUSE.split(text[max(0, place.start - _CHARACTERS) : place.start])[-1]
    place.is_called = bool(
        _CALLED.search(before)
        or _CALLED_BEHIND.match(text, place.behind)
        or _TEAM.search(text, max(0, place.start - 40), place.start)
    )
    done = place.port.busy and (
        _DONE_BEFORE.search(before)
        or _DID_BEHIND.match(text, place.behind)
        or (_ASKED.search(before) and _ASKED_BEHIND.match(text, place.behind))
    )
    in_name = _PORT_IN_NAME.match(text, place.start) and not _is_seat(text, place)
    terms = _TERMS.search(text, max(0, place.start - _CHARACTERS), place.start) and place.port.busy
    place.is_port = place.is_called or bool(done or in_name or terms or _number_beside(text, place))


def _is_seat(text: str, place: _Place) -> bool:
    seated = _SEAT_BEFORE.search(text, max(0, place.start - 12), place.start) or place.behind > place.end
    return bool(seated or _SEAT_BEHIND.match(text, place.end))


def _number_beside(text: str, place: _Place) -> re.Match[str] | None:
    """The number of a port of that district where it stands beside it."""
    beside = _NUMBER_BEHIND.match(text, place.end) or _NUMBER_BEFORE.search(text, max(0, place.start - 9), place.start)
    if beside is None:
        return None
    number = beside.group("number")
    codes = place.port.codes.values()
    if _YEAR.fullmatch(number):
        return beside if number in codes and "(" in beside.group() else None
    of_district = any(
        len(code) == len(number) and (code[:2] == number[:2] or {code[:2], number[:2]} <= _OF_NEW_YORK)
        for code in codes
    )
    return beside if of_district else None


def _join_rows(text: str, places: Sequence[_Place]) -> None:
    """Make ports of those that stand in a row with one: of little trade only where that one is called a port."""
    for ways in (range(1, len(places)), range(len(places) - 1, 0, -1)):
        for at in ways:
            one, other = places[at - 1], places[at]
            if one.is_port == other.is_port or other.start - one.behind > _LONGEST_BETWEEN:
                continue
            if _ROW.fullmatch(text, one.behind, other.start):
                called = one.is_called or other.is_called
                for each in (one, other):
                    each.is_port |= each.port.busy or called
                    each.is_called |= called
    for one, other in pairwise(places):
        between = text[one.behind : other.start]
        abroad = {len(code) for code in (one.code, other.code)} != {_DOMESTIC_DIGITS}
        if between == " to " and abroad and one.port.busy and other.port.busy:  # Qingdao to Savannah
            one.is_port = other.is_port = True
        if one.is_port and other.port.busy and other.start - one.end <= _REST_CHARACTERS:
            other.is_port |= bool(_REST.search(text, one.end, other.start))


@cache
def _gazetteer() -> tuple[Sequence[_Port], ahocorasick_rs.AhoCorasick]:
    codes: dict[str, dict[str, str]] = {}
    usual: dict[str, str] = {}
    for row in rows("ports.csv"):
        codes.setdefault(row["name"], {})[row["within"]] = row["port_code"]
        if row["trade"] == "much":
            usual[row["name"]] = row["port_code"]
    ways: dict[str, _Port] = {}
    for name, by_place in codes.items():
        busy = name in usual
        meant = usual.get(name) or next(iter(by_place.values()))
        for way in (name, name.upper()):
            ways[way] = _Port(by_place, meant, busy)
        if busy and len(name) >= _SHORTEST_SMALL and name != "Mobile":
            ways.setdefault(name.lower(), _Port(by_place, meant, busy, small=True))
    return list(ways.values()), ahocorasick_rs.AhoCorasick(ways, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


@cache
def _states() -> Mapping[str, str]:
    """The states by code and name, in capitals."""
    states = [one for one in pycountry.subdivisions if one.country_code == "US"]
    return {way.upper(): one.code for one in states for way in (one.code.removeprefix("US-"), one.name)}
