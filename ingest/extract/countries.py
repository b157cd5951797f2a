"""Countries in running text: by the names that ISO 3166 and the trade's lists have for them.

Invariant: a country is named as a country: not within another place's name (New Mexico), a person's (Jordan Brown),
a treaty's (the Uruguay Round), a case's (United States v. Umber) or an authority's (the United States Code);
`Chinese` names none.
"""

import re
from collections.abc import Iterator
from functools import cache

import pycountry

from ingest.sources.countries import country_names

# Names that are other things, too: words, people, states.
_DOUBTFUL = frozenset(
    ("Chad", "Cuba", "Dominica", "Georgia", "Guernsey", "Israel", "Jersey", "Jordan", "Mali", "Man", "Niger", "Turkey")
)
_SHORTEST = 4  # without a stop in it: MAN and CHAD are words, the U.S. is not
_SHORT_NAMES = frozenset(("usa", "uae", "prc", "rok"))
_SMALL_WORDS = frozenset(("of", "the", "and", "da", "de"))

_OF_A_TREATY = re.compile(r"[-\u2013](?!based|made|origin|grown)[A-Z]|\s(?:Round|Free Trade|Trade Promotion)\b")
_OF_A_PLACE = re.compile(r"\b(?:New|Gulf of|Lake|Fort|St\.) $")
_PERSON_OR_PLACE = re.compile(r"\b(?:(?:Mr|Ms|Mrs|Dr)\.? (?:[A-Z][\w.]* ?){0,2}|(?:South|North|West|East|Port of) )$")
_CITY_BEFORE = re.compile(r"[A-Z][a-z]+,? $")
_NAME_BEHIND = re.compile(r" +(?:\d{5}|[A-Z][a-z]+)")

_CODE = re.compile(
    r"(?i:\bcountry of (?:origin|export)|\bexporting country|\borigin country|\bCOO|\bC/O)"
    r"(?: code)?[ :.]{1,3}([A-Z]{2})\b(?! ?[A-Z]{2})"
)
_UNITED_STATES = "US"
_OF_THE_STATES = re.compile(
    r"(?:\bv(?:s|\.|s\.)?\s+(?:[Tt]he )?|\b(?:Schedules?(?: Annotated)?|Code|Government|Constitution|President)"
    r" of the )$"
)
_STATES_AGAINST = re.compile(r"\s+v(?:s|\.)")
_AUTHORITY = (
    "Additional Attorney Bureau Chapter Citizenship Coast Code Congress Consumer Court Customs Department "
    "Environmental "
    "Federal Fish Food Geological Government Harmonized International Legal Note Origin Patent Pharmacopeia Postal "
    "Securities Steel Supreme Tariff Trade Treasury dollars? Dollars?"
)
_STATES_AUTHORITY = re.compile(rf"(?:['\u2019]s?)?,? (?:{'|'.join(_AUTHORITY.split())})\b")
_GOES_ON = re.compile(r" (?!(?:and|are|as|at|by|for|from|has|in|is|may|of|on|or|shall|to|under|was|who|will|with)\b)\w")
_PLACED = re.compile(r"\b(?:the|in|into|to|from|of|and|or)[ (]{1,2}$|[,(] ?$")


def countries(text: str) -> Iterator[tuple[int, int, str]]:
    """Where countries are named, and their ISO 3166 alpha-2 codes.

    >>> [code for _, _, code in countries("from Viet Nam via New Mexico to the U.S., made in China (PRC)")]
    ['VN', 'US', 'CN', 'CN']
    """
    yield from _coded(text)
    pattern, codes = _names()
    for match in pattern.finditer(text):
        name = " ".join(match.group().split())
        code = codes[_folded(name)]
        before = text[max(0, match.start() - 40) : match.start()]
        if _OF_A_TREATY.match(text, match.end()) or _OF_A_PLACE.search(before):
            continue
        if _is_united_states(text, match, before) if code == _UNITED_STATES else _is_country(text, match, before):
            yield match.start(), match.end(), code


def _coded(text: str) -> Iterator[tuple[int, int, str]]:
    """Codes beside the labels of a form: `Country of Origin VN`."""
    for match in _CODE.finditer(text):
        if pycountry.countries.get(alpha_2=match.group(1)):
            yield match.start(1), match.end(1), match.group(1)


def _is_country(text: str, match: re.Match[str], before: str) -> bool:
    """Whether a name that is also a word's, a person's or a state's is a country's here."""
    if match.group().title() not in _DOUBTFUL:
        return True
    near = _PERSON_OR_PLACE.search(before) or _CITY_BEFORE.search(before)
    return not (near or _NAME_BEHIND.match(text, match.end()))


def _is_united_states(text: str, match: re.Match[str], before: str) -> bool:
    """`U.S. components` speaks of a quality, `in the U.S.` of the country."""
    behind = match.end()
    if _OF_THE_STATES.search(before) or _STATES_AUTHORITY.match(text, behind) or _STATES_AGAINST.match(text, behind):
        return False
    in_full = match.group().upper().startswith("UNITED")
    return in_full or (bool(_PLACED.search(before)) and not _GOES_ON.match(text, behind))


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    codes = {_folded(name): code for name, code in country_names() if _can_stand_in_text(name)}
    ways = [_ways(name) for name in sorted(codes, key=lambda one: (-len(one), one))]
    joined = "|".join(ways).replace("'", "['\u2019]")
    first = "".join(sorted({way[0] for way in ways}))  # looked for before anything else is asked
    return re.compile(rf"(?=[{first}])(?<![\w-])(?:{joined})(?!\w)"), codes


def _folded(name: str) -> str:
    return name.casefold().replace("\u2019", "'")


def _can_stand_in_text(name: str) -> bool:
    """Lists abbreviate (Falk Is) and turn names round (Korea, North); texts do not."""
    listed = "," in name or ":" in name or "/" in name
    return not listed and (len(name) >= _SHORTEST or _folded(name) in _SHORT_NAMES)


def _ways(name: str) -> str:
    parts = name.split()
    titled = r"\s".join(re.escape(part if part in _SMALL_WORDS else _titled(part)) for part in parts)
    return f"{titled}|{re.escape(name.upper())}".replace(r"\ ", r"\s")


def _titled(part: str) -> str:
    if "." in part or part in (*_SHORT_NAMES, "sar", "pr"):
        return part.upper()
    return "d'" + part[2:].capitalize() if part.startswith("d'") else part[:1].upper() + part[1:]
