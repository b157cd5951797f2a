"""Ports of entry that words name: `at the port of Savannah`, `through Long Beach, CA`.

Invariant: a place is a port only where the words say that something went by it, and only by the name of a port on file;
where several ports bear a name (Portland), the state that stands behind it says which, else all are meant.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pycountry

_MOST_PLACES = 12
_GOES_BY = re.compile(
    r"\b(?:(?:(?:at|via|through|into)\s+(?:the\s+)?)?(?P<said>ports?(?: of entry)?(?: of| at|:)?)|"
    r"at(?: the)?|via|through|into)\s+(?=(?P<words>[^\W\d_][\w.'-]*(?:[ /][^\W\d_][\w.'-]*){0,3}))",
    re.IGNORECASE,
)
_STATE_BEHIND = re.compile(r",? ?\(?(?P<state>[A-Za-z]+(?: [A-Za-z]+)?)")
_MORE_BEHIND = re.compile(r" ([A-Z][\w'-]+)")
_KINDS = frozenset(("AIRPORT", "AREA", "HARBOR", "INTERNATIONAL", "INTL", "PORT", "SEAPORT", "TERMINAL"))
_PARTED = re.compile(r"[/-]")
_WORD = re.compile(r"[^\W_]+")

PortNamed = tuple[str, str]  # a port's code, and its name


@dataclass(frozen=True, slots=True)
class _Place:
    """Words that may begin with a port's name, and what stands behind each number of them."""

    words: tuple[str, ...]
    behind: tuple[str, ...]


def ports_named(text: str, look_up: Callable[[str], Iterable[PortNamed]]) -> Iterator[PortNamed]:
    """The ports that a text names, each once; `look_up` gives those whose name may hold some words.

    >>> on_file = [("0101", "PORTLAND, ME"), ("2904", "Portland, Oregon"), ("4601", "NEW YORK/NEWARK AREA, NJ")]
    >>> text = "Entered at Portland, OR; the port of newark; via Cost"
    >>> [code for code, _ in ports_named(text, lambda words: on_file)]
    ['2904', '4601']
    """
    given: set[str] = set()
    for place in list(_places(text))[:_MOST_PLACES]:
        candidates = list(look_up(" ".join(place.words)))
        for code, name in _meant(place, candidates):
            if code not in given:
                given.add(code)
                yield code, name


def _places(text: str) -> Iterator[_Place]:
    for match in _GOES_BY.finditer(text):
        words = list(re.finditer(r"[^ /]+", match.group("words")))
        if match.group("said") or words[0].group()[0].isupper():
            first = match.start("words")
            yield _Place(
                tuple(word.group() for word in words), tuple(text[first + word.end() :][:40] for word in words)
            )


def _meant(place: _Place, candidates: Iterable[PortNamed]) -> list[PortNamed]:
    """The ports whose name the place begins with: the longest name counts, one in full before one without its kind."""
    by_name: dict[str, list[PortNamed]] = {}
    by_short_name: dict[str, list[PortNamed]] = {}
    for code, name in candidates:
        for one in _names(name):
            by_name.setdefault(one, []).append((code, name))
            by_short_name.setdefault(_without_kind(one), []).append((code, name))
    for count in range(len(place.words), 0, -1):
        said = _plain(" ".join(place.words[:count]))
        found = by_name.get(said) or by_short_name.get(said)
        if found:
            state = _STATE_BEHIND.match(place.behind[count - 1])
            named = _state_of(state.group("state")) if state else ""
            more = _MORE_BEHIND.match(place.behind[count - 1])
            if more and not named and more.group(1).upper() not in _KINDS:
                return []  # Savannah Steel
            return [one for one in found if named and _state(one[1]) == named] or found
    return []


def _names(name: str) -> frozenset[str]:
    """The names of places in a port's name: `NEW YORK/NEWARK AREA, NJ` is New York and Newark Area."""
    place = name.partition(",")[0]
    return frozenset(filter(None, (_plain(part) for part in (place, *_PARTED.split(place)))))


def _plain(words: str) -> str:
    return " ".join(word.upper() for word in _WORD.findall(words.replace("'", "")))


def _without_kind(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[-1] in _KINDS:
        words.pop()
    return " ".join(words)


def _state(name: str) -> str:
    return _states().get(name.rpartition(",")[2].strip().lower(), "")


def _state_of(written: str) -> str:
    """The state that words begin with, by its code or name."""
    lowered = written.lower()
    return _states().get(lowered) or _states().get(lowered.partition(" ")[0], "")


@cache
def _states() -> Mapping[str, str]:
    """The codes of the states of the United States by code and by name, in small letters."""
    states = [one for one in pycountry.subdivisions if one.country_code == "US"]
    return {way.lower(): one.code for one in states for way in (one.code.removeprefix("US-"), one.name)}
