"""Ports that a text calls by their names: ports of entry (`came through Norfolk`), foreign ones (`loaded at Ningbo`).

Invariant: a place is a port only where the words around it say so: it is called a port, its number stands beside it,
something is done there that is done at ports, or it stands in a row with such a one. A town where a firm has its seat,
an address, a laboratory and a name that goes on (`Savannah Steel`) are none. The names are data (`lexicon/ports.csv`),
each with the state or country that it lies in; ports of little trade count only where they are called ports. Of several
that bear a name that one is meant whose state stands behind it, else the one of much trade.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import ahocorasick_rs
import pycountry

from ingest.extract.around_ports import (
    goods_are_told_of,
    goods_go_by,
    happens_at,
    is_answer,
    is_called,
    is_cell_of_lot,
    is_head_of_note,
    is_in_terms,
    is_of_person,
    is_of_team,
    surely_goes_by,
    talked_with,
)
from ingest.extract.company_forms import rows
from ingest.extract.tables import cells
from ingest.sources.countries import country_code

FOREIGN_PORT_DIGITS, _DOMESTIC_DIGITS = 5, 4  # of Schedules K and D
_CHARACTERS = 120  # before a name that are looked at
_CLAUSE = re.compile(r"(?<!\b[A-Z])[.!?;]\s+(?=[A-Z(])|\n\s*\n|[()]")
_IN_BRACKETS = re.compile(r" \([^()\n]*\)")
_SHORTEST_SMALL = 5  # letters of a name that can mean a port in small letters
_SMALL_WORDS = frozenset(("Buffalo", "Chester", "Everett", "Mobile", "Phoenix", "Santos"))  # that mean more


@dataclass(frozen=True, slots=True)
class _Port:
    """A name of ports: their codes by what they lie in, and whether much trade goes through one of them."""

    codes: Mapping[str, str]
    usual: str
    busy: bool


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
    is_of_person: bool = False


_WITHOUT_ACCENTS = {  # letter by letter, so that each place stays where it is: Puerto Cortés
    number: letters[0]
    for number in (*range(0xC0, 0x180), *range(0x1EA0, 0x1EFA))
    if len(letters := unicodedata.normalize("NFD", chr(number))) > 1
}
_NO_OFFICE = frozenset(("New York", "NEW YORK", "Washington"))  # of rulings and of headquarters
_BEHIND_NUMBER = re.compile(  # at 5206 and JFK
    r"\b(?:at|by|from|in|into|ports?|through|to|via) \d{4}(?:,? (?:and|or|then)(?:,? [a-z]+,)?|,|/| to) ?$"
)
_ARROW_BEFORE = re.compile(r"(?:->|\u2192|>)\s?$")
_ARROW = re.compile(r"\s?(?:-{1,2}>|\u2192|>)\s?")
_WAY = re.compile(r" (?:to|-|\u2013) |[-\u2013]")  # where one of the two is abroad
_COLUMN = re.compile(
    r"(?:\w+ )?(?:ports?|POE|POL|POD)(?: of [a-z]+)?(?: name)?|(?:place of )?(?:un)?lading|discharged?(?: at)?|"
    r"load(?:ed|ing)(?: at)?|arriv(?:ed|al)(?: (?:at|port))?|landed(?: at)?|entered(?: at)?|cleared(?: at)?|"
    r"(?:trade )?lane|rout(?:e|ing)|via",
    re.IGNORECASE,
)
# The rest of goods of which some went through a port.
_REST = re.compile(
    r"\b(?:only|earlier|later|sometimes|mostly|mainly|once) (?:at|through|via)\s+$|"
    r"\b(?:those|ones|rest|others?|half|most|all|both|some|two|three|four|five|six|seven|eight|nine|ten|\d{1,3})"
    r"(?: (?:of (?:it|them|these)|more))?(?: \w+){0,2}? (?:at|through|via|in|by|out of|to|from)\s+$|"
    r"\b(?:[Bb]efore|[Ss]ince|[Uu]ntil|[Aa]fter) (?:19|20)\d\d,? (?:it was |they used )?$|"
    r"\b(?:last|first|other|others|rest|one|two|three|\d{1,3})(?: \w+)? \($|"
    r"\b(?:faster|slower|busier|quicker|cheaper|stricter|easier|closer|later|earlier|more|less)(?: \w+){0,2} than "
    r"(?:at )?$"
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
_GOES_ON = re.compile(  # but with a day or an entry
    r"(?! (?:(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d|[A-Z\d]{3}-\d{7}-\d))"
    r"(?:(?:[ -]|[ -]& ?|-  ?)(?P<word>[A-Z][\w'&]*)|-[a-z]|\w|@|\.\w)"
)
_KINDS = frozenset(
    ("Airport", "Area", "CBP", "CES", "Customs", "Harbor", "International", "Intl", "Port", "Seaport", "Terminal",
     "POE", "AIRPORT", "PORT", "SEAPORT", "ON", "ETA", "ETD", "ATA", "ATD", "TO")
)  # fmt: skip
_STANDS_IN = re.compile(
    r"(?:[\w@$&'\u2019]|(?<!\s)-|\b(?:Mr|Mrs|Ms|Dr|East|West|North|South|Fort|New|Nuevo|Mount|Lake|Jalan|Jl|Calle|Rua|"
    r"Via|Rue|Avenida|Av)\.? )\Z"
)
_ROW = re.compile(
    r"(?: \d{1,2}/\d{1,2}(?:/\d{2,4})?| (?:until|since) \d{4}| \d{1,3} ?%)?"
    r"(?:,? (?:once|sometimes|at times|mostly|now)|,? and(?:,? (?:then|once|later|lately|sometimes|finally|"
    r"also|on to|back to|not|now),?)?"
    r"|,? (?:then|not|later|on to|t/s|"
    r"(?:since \d{4},? )?also)|,| or|,? n?or|/| /|/ |"
    r" &| to| for|\s?[-\u2013]\s?|,? (?:and|or|not) (?:from|at|through|via|with)| rather than|"
    r" instead of| before| after) ?(?:the )?(?:[Pp]ort of )?"
)
_LONGEST_BETWEEN = 24
_DAY_BEFORE = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?,? ")
_COUNTED = re.compile(r":? \(?\d{1,4}(?: ?%)?\)?(?:,|;|/| /)? (?:and )?")
_COUNT = re.compile(r":? \(?\d{1,4}(?: ?%)?\)?(?![\w/-]|[.,]\d)")
# Where a town stands as a seat, an address or somebody's, though the text knows it as a port.
_SEAT_BEFORE = re.compile(r"(?:\b(?:of|in|near|outside|around|a|an)|[,:\n(/\"\u201c]| -|^) ?$", re.IGNORECASE)
_SAID_BEFORE = re.compile(r"(?:\d\d\]?|[AP]M\]|^|\n) ?<?\w+[:>] $")  # the line of a chat begins
_OFFICE_BEFORE = re.compile(r"\b(?:laborator(?:y|ies)|lab|office|center|seat|city|place|address): ?$", re.IGNORECASE)
_OF_BEFORE = re.compile(r"\b(?:of|in|near) $")
_SEAT_BEHIND = re.compile(
    r"(?:['\u2019]s?)? (?:office|warehouse|plant|factory|mill|lab|laboratory|branch|headquarters|seat|showroom|"
    r"store|shop|firm|company|address|court|buyer|dealer|customer|law|lawyers?|attorneys?|counsel|agent)\b",
)
_PORT_IN_NAME = re.compile(r"(?i:port|puerto) (?!said\b)")
_OF_NEW_YORK = frozenset(("10", "46", "47"))  # districts between which its ports have moved


def ports_by_name(text: str) -> Iterator[tuple[int, int, str]]:
    """Where ports stand by name, each with its code (four digits, a foreign one five), in the order of the text.

    >>> text = "It came through Norfolk and then Baltimore; Savannah Steel uses Seattle's port."
    >>> [(text[start:end], code) for start, end, code in ports_by_name(text)]
    [('Norfolk', '1401'), ('Baltimore', '1303'), ('Seattle', '3001')]
    """
    places = list(_places(text))
    columns = {cell.start + len(_day_before(cell.text)) for cell in cells(text, _COLUMN)} if places else set()
    for place in places:
        _look_around(text, place)
        place.is_port |= place.start in columns
    _join_counted(text, places)
    for _ in range(2):  # what is known from elsewhere makes ports of those in a row with it
        _join_rows(text, places)
        known = {text[place.start : place.end] for place in places if place.is_port}
        for place in places:
            again = text[place.start : place.end] in known and not _is_seat(text, place)
            place.is_port |= again and not place.is_of_person
    for place in places:
        if place.is_port:
            number = _number_beside(text, place)
            beside = [(*number.span("number"), number.group("number"))] if number else []
            yield from sorted([(place.start, place.end, place.code), *beside])


def is_ports_name(written: str) -> bool:
    """Whether a port is called just so, as it is written.

    >>> is_ports_name("JFK"), is_ports_name("Umber")
    (True, False)
    """
    return written in _names_of_ports()


def _places(text: str) -> Iterator[_Place]:
    names, automaton = _gazetteer()
    plain = text if text.isascii() else text.translate(_WITHOUT_ACCENTS)
    found = automaton.find_matches_as_indexes(plain)
    abroad = {edge: len(names[index].usual) != _DOMESTIC_DIGITS for index, *edges in found for edge in edges}
    for index, start, end in found:
        port, behind = names[index], end
        if not _is_way(text, start - 1, abroad) and _STANDS_IN.search(text, max(0, start - 6), start):
            continue
        code = port.usual
        if state := _STATE.match(text, end):
            written = state.group("state")
            within = _states().get(written.replace(".", "").upper()) or country_code(written) or ""
            listed = within not in port.codes and is_ports_name(written)  # Baltimore, New York and Norfolk
            within = "" if listed else within
            if within and not (code := port.codes.get(within, "")):
                continue  # Savannah, Missouri
            behind = state.end() if within else end
        goes_on = _GOES_ON.match(text, end) if behind == end and not _is_way(text, end, abroad) else None
        if goes_on and goes_on.group("word") not in _KINDS:
            continue
        if not _POSTAL_CODE.match(text, behind):
            yield _Place(start, end, behind, port, code)


def _is_way(text: str, at: int, abroad: Mapping[int, bool]) -> bool:
    """Whether a hyphen stands between two names of which one lies abroad: Ningbo-Norfolk; `abroad` is by the places
    where names begin and end."""
    ends = text[at : at + 1] in ("-", "\u2013") and at in abroad and at + 1 in abroad
    return ends and abroad[at] != abroad[at + 1]


def _look_around(text: str, place: _Place) -> None:
    start = max(0, place.start - _CHARACTERS)
    before = _CLAUSE.split(_IN_BRACKETS.sub("", text[start : place.start]))[-1]
    place.is_called = is_of_team(text, start, place.start) or is_called(before, text, place.behind)
    place.is_of_person = is_of_person(before)
    of = _OF_BEFORE.search(text, max(0, place.start - 12), place.start) or place.behind > place.end
    in_name = _PORT_IN_NAME.match(text, place.start) and not of and not _SEAT_BEHIND.match(text, place.end)
    place.is_called |= surely_goes_by(before) and not (place.is_of_person or _SEAT_BEHIND.match(text, place.end))
    place.is_port = bool(
        place.is_called
        or in_name
        or _number_beside(text, place)
        or (not place.is_of_person and _is_used(text, place, before, start))
    )


def _is_used(text: str, place: _Place, before: str, start: int) -> bool:
    """Whether something is done at a place that is done at ports; `before` is its sentence up to it, which is looked
    at from `start`. What takes long is asked last."""
    if not place.port.busy or _SEAT_BEHIND.match(text, place.end):
        return False
    office = len(place.code) == _DOMESTIC_DIGITS and text[place.start : place.end] not in _NO_OFFICE
    return bool(
        happens_at(before)
        or _BEHIND_NUMBER.search(before)
        or (_ARROW_BEFORE.search(before) and _ARROW.match(text, place.end))
        or is_head_of_note(text, place.start, place.end)
        or is_in_terms(text, start, place.start)
        or is_answer(text, start, place.start)
        or is_cell_of_lot(text, place.start, place.end)
        or (office and talked_with(before, text, place.behind))
        or (place.behind == place.end and goods_are_told_of(before, text, place.behind))
        or goods_go_by(before, text, place.behind)
    )


def _is_seat(text: str, place: _Place) -> bool:
    before = max(0, place.start - 12), place.start
    said = _SAID_BEFORE.search(text, max(0, place.start - 24), place.start) and not _OFFICE_BEFORE.search(text, *before)
    seated = (_SEAT_BEFORE.search(text, *before) and not said) or place.behind > place.end
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


def _day_before(cell: str) -> str:
    """What stands before a place in its cell: `6/14/2022 Umber`."""
    day = _DAY_BEFORE.match(cell)
    return day.group() if day else ""


def _join_counted(text: str, places: Sequence[_Place]) -> None:
    """Make ports of those of much trade that are counted side by side (`Umber 14, Ochre 3`) or that a stroke joins."""
    for one, other in pairwise(places):
        between = text[one.behind : other.start]
        counted = _COUNTED.fullmatch(between) and _COUNT.match(text, other.behind)
        if one.port.busy and other.port.busy and (between == "/" or counted):
            one.is_port |= not one.is_of_person
            other.is_port |= not one.is_of_person


def _join_rows(text: str, places: Sequence[_Place]) -> None:
    """Make ports of those that stand in a row with one: of little trade only where that one is called a port."""
    places = [place for place in places if not place.is_of_person]
    for one, other in pairwise(places):
        between = text[one.behind : other.start]
        abroad = {len(code) for code in (one.code, other.code)} != {_DOMESTIC_DIGITS}
        joined = _ARROW.fullmatch(between) or (abroad and _WAY.fullmatch(between))
        if joined and (one.port.busy or other.port.busy):  # Qingdao to Savannah
            one.is_port = other.is_port = True
    for ways in (range(1, len(places)), range(len(places) - 1, 0, -1)):
        for at in ways:
            one, other = places[at - 1], places[at]
            between = _IN_BRACKETS.sub("", text[one.behind : min(other.start, one.behind + _CHARACTERS)])
            if one.is_port == other.is_port or len(between) > _LONGEST_BETWEEN:
                continue
            if _ROW.fullmatch(between):
                called = one.is_called or other.is_called
                for each in (one, other):
                    each.is_port |= each.port.busy or called
                    each.is_called |= called
    for one, other in pairwise(places):
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
        if busy and len(name) >= _SHORTEST_SMALL and name not in _SMALL_WORDS:
            ways.setdefault(name.lower(), _Port(by_place, meant, busy))
    return list(ways.values()), ahocorasick_rs.AhoCorasick(ways, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


@cache
def _names_of_ports() -> frozenset[str]:
    return frozenset(way for row in rows("ports.csv") for way in (row["name"], row["name"].upper()))


@cache
def _states() -> Mapping[str, str]:
    """The states by code and name, in capitals."""
    states = [one for one in pycountry.subdivisions if one.country_code == "US"]
    return {way.upper(): one.code for one in states for way in (one.code.removeprefix("US-"), one.name)}
