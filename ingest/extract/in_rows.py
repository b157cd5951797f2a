"""Companies without a legal form that stand in a row with companies, and partners that are named one after the other.

Invariant: such a name stands between separators of a list beside a company that was found, or begins with the telling
word that this company begins with; no person, place or authority is one.
"""

import re
from collections.abc import Iterable, Iterator

from graph.resolve.words import is_of_people, is_place, share
from ingest.extract.company_forms import first_form
from ingest.extract.introduced import firm, is_label, official
from ingest.extract.name_words import (
    ADDRESS,
    NAME,
    WORD,
    Place,
    is_given,
    is_of_nation,
    is_plain,
    is_region,
    is_ship_or_brand,
    is_town,
    stops,
    trimmed,
)
from ingest.extract.told_of import in_headline, stands_so
from ingest.sources.countries import country_code

_SEAT = r"(?: (?:of|in) [A-Z][\w ]{1,20}(?:, [A-Z][\w ]{1,20})?)"  # of Farmton, Ohio
_SEMICOLON = re.compile(rf"{_SEAT}?;\s+(?:and\s+)?(?P<name>{NAME})(?=;|, [A-Z]|\.(?:\s|$)|\s+and\s|\s*\(|\s*$)")
_SEATED = re.compile(r" (?:of|in) [A-Z][\w ]*$")
_BOTH_SEATED = re.compile(rf"{_SEAT},? and (?P<name>{NAME})(?= of [A-Z])")
_BEFORE_SEMICOLON = re.compile(rf"(?:^|[;:]\s+|\n)(?P<name>{NAME});\s+(?:and\s+)?$")
_BETWEEN = re.compile(rf",\s+(?P<name>{NAME})(?=,\s+(?:and\s+)?[A-Z])")
_RELATED = re.compile(rf"(?:[,;]?\s+(?:and|or)|[,;]|/)\s?(?P<name>{NAME})")
_ROW_CHARACTERS = 90
_SHORTEST_WORD = 4
_PERSONS_NAMES = 3
# Soller, Shayne & Horn: partners of a firm that bears their names.
_PARTNERS = re.compile(
    r"(?<![\w,&.-])(?<!, )[A-Z][\w'\u2019-]+(?:, [A-Z][\w'\u2019-]+){1,5},? (?:&|and) [A-Z][a-z]\w+(?![\w-])"
)
_BROKERS = re.compile(
    r"(?: Trade| International)? (?:Customs Brokers|Customs Brokerage|Customhouse Brokers|Customs Services|"
    r"Trade Counsel|Law Firm|Law Group|Trade Law|Brokers|Brokerage|Forwarding|Freight Forwarders)\b"
)
_COUNSEL = re.compile(
    r"\b(?:attorneys?|counsel|esq|law firm|[A-Z]\. [A-Z][\w'\u2019-]+),? (?:[\w. ]{0,40} )?(?:of|with|at) $",
    re.IGNORECASE,
)


def in_rows(text: str, found: Iterable[Place]) -> Iterator[Place]:
    """Where such names stand, given where companies do.

    >>> text = "sold to Umber LLC; Ochre Jade; Sienna Inc. and Sienna Export"
    >>> [text[start:end] for start, end in in_rows(text, [(8, 17), (31, 42)])]
    ['Ochre Jade', 'Sienna Export']
    """
    places = sorted(set(found))
    begins = {start for start, _ in places}
    seen: set[Place] = set()
    while places:
        start, end = places.pop(0)
        for place in (*_beside(text, start, end, begins), *_related(text, start, end)):
            if place not in seen:
                seen.add(place)
                begins.add(place[0])
                places.append(place)
                yield place


def _beside(text: str, start: int, end: int, begins: set[int]) -> Iterator[Place]:
    behind = _SEMICOLON.match(text, end)
    before = _BEFORE_SEMICOLON.search(text, max(0, start - _ROW_CHARACTERS), start)
    both = _BOTH_SEATED.match(text, end)  # Umber Inc. of Reno, Nevada and Umber LM Ochre of Sweden
    for match in (behind, before, both):
        if match and (place := _member(text, match)):
            yield place
    between = _BETWEEN.match(text, end)  # a company on either side, so that it is no address
    if between and (place := _member(text, between)):
        follows = re.compile(r",\s+(?:and\s+)?").match(text, place[1])
        if follows and follows.end() in begins:
            yield place


def _related(text: str, start: int, end: int) -> Iterator[Place]:
    """Umber PAO and Umber Export."""
    first = text[start:end].split(maxsplit=1)[0].strip(",.")
    if len(first) < _SHORTEST_WORD or share(first.upper()) or is_place(first.upper()):
        return
    match = _RELATED.match(text, end)
    if match and match.group("name").startswith(f"{first} ") and (place := _member(text, match)):
        yield place


def _member(text: str, match: re.Match[str]) -> Place | None:
    name = _SEATED.sub("", match.group("name"))
    start = match.start("name")
    return None if ADDRESS.search(name) else firm(text, start, start + len(name))


# Two names or more that sign by themselves, act for somebody or file something.
_SIGNED = re.compile(
    r"(?<![\w,&.-])(?<!, )[A-Z][\w'\u2019-]+(?:, [A-Z][\w'\u2019-]+){0,4},? & [A-Z][a-z][\w'\u2019-]+(?![\w&-])"
)
_ACTS_BEFORE = re.compile(r"\b(?:[Ff]iled|[Ss]ubmitted|[Ss]igned|[Rr]epresented) by $")
_BEFORE_PARTNERS = 60
_ACTS_BEHIND = re.compile(r",? (?:\w+ )?(?:attorneys?|counsel|lawyers|solicitors)\b(?: (?:for|to)\b|[.;,]|$)")
_CLOSED = re.compile(r"\b(?:[Rr]espectfully|[Ss]incerely|[Rr]egards|[Yy]ours)\b[^\n]{0,30}\n\s*$")
_LINE_ENDS, _TEXT_ENDS, _LINE_BEGINS = re.compile(r"[ ]*(?:\n|$)"), re.compile(r"\s*$"), re.compile(r"\n[ ]*\n[ ]*$")


def _signed(text: str) -> Iterator[Place]:
    """Firms of names that few firms have: `filed by Umber, Ochre & Woad`, and those that sign a letter with them."""
    for match in _SIGNED.finditer(text) if "&" in text else ():
        before = max(0, match.start() - _BEFORE_PARTNERS), match.start()
        signs = (_CLOSED.search(text, *before) and _LINE_ENDS.match(text, match.end())) or (
            _LINE_BEGINS.search(text, *before) and _TEXT_ENDS.match(text, match.end())
        )
        if not (signs or _ACTS_BEFORE.search(text, *before) or _ACTS_BEHIND.match(text, match.end())):
            continue
        names = [name.upper() for name in re.findall(WORD, match.group())]
        if not any(share(name) or is_place(name) or stops(name.lower()) for name in names):
            yield match.span()


# Two that `&` joins, the last of one word: Umber Nail & Screw; no office of such goods (`Pulp & Paper desk`).
_JOINED = re.compile(
    r"(?<![\w&.'\u2019/-])[A-Z][\w'\u2019-]*[a-z](?: [A-Z][\w'\u2019-]*[a-z]){0,3} & [A-Z][\w'\u2019-]*[a-z]"
    r"(?![\w-]| [A-Z&]|['\u2019]\w{2}| (?:branch|center|desk|division|office|team|unit)\b)"
)
_SENTENCE_BEGINS = re.compile(r"(?:^|\n|[.!?:]\s)\s*$")
_WITHIN = re.compile(r"(?:[A-Z][\w'\u2019.-]*,?|&|\b[Tt]he|\ban?) $|[\"\u201c]$")


def _is_no_firms(word: str) -> bool:
    """Whether no firm has this word in its name: an office, a label, or a nation."""
    return official(word) or is_label(word.upper()) or stops(word) or is_of_nation(word)


def joined(text: str) -> Iterator[Place]:
    """Names of two parts that `&` joins, where one of their words is no word of the language or firms stand there.

    >>> text = "He says that Umberly & Pratt will enter. They asked about Terms & Conditions."
    >>> [text[start:end] for start, end in joined(text)]
    ['Umberly & Pratt']
    """
    for match in _JOINED.finditer(text) if " & " in text else ():
        start, end = trimmed(text, *match.span())
        words = [word for word in text[start:end].split() if word != "&"]
        if (
            len(words) < 2
            or "&" not in text[start:end]
            or (start == match.start() and _WITHIN.search(text, max(0, start - _BEFORE_PARTNERS), start))
            or any(map(_is_no_firms, words))
            or all(is_given(word) for word in words)
            or is_region(text[start:end])
            or country_code(text[start:end])
            or is_ship_or_brand(text, start)
            or in_headline(text, start, end)
        ):
            continue
        begins = bool(_SENTENCE_BEGINS.search(text, max(0, start - _BEFORE_PARTNERS), start))
        plain = all(map(is_plain, words))
        many = any(map(is_plain, words)) and all(word.endswith("s") for word in words)  # Terms & Conditions
        if not (many or (begins and plain)) and (not (begins or plain) or stands_so(text, start, end, words[-1])):
            yield start, end


# A name and its land in brackets, behind a small word: `cable of Umber Wire (Taiwan)`.
_OF_LAND = re.compile(
    r"(?<=[a-z,;] )(?P<name>[A-Z][\w'\u2019-]*[a-z](?: (?:& )?[A-Z][\w'\u2019-]*[a-z]){1,3}) "
    r"\((?P<land>[A-Z][\w ]{2,20})\)"
)
_NAMES_LAND = re.compile(r"\b(?:and|by|for|from|has|have|of|or|through|to|via|with) $|; $")


def of_lands(text: str) -> Iterator[Place]:
    """Names of two words or more with their land in brackets.

    >>> text = "It cuts cable of Umberly Wire (Taiwan), not of the Russian Federation (Russia)."
    >>> [text[start:end] for start, end in of_lands(text)]
    ['Umberly Wire']
    """
    for match in _OF_LAND.finditer(text) if " (" in text else ():
        start, end = match.span("name")
        words = [word for word in match.group("name").split() if word != "&"]
        if (
            country_code(match.group("land"))
            and _NAMES_LAND.search(text, max(0, start - len("through ")), start)
            and not any(map(_is_no_firms, words))
            and not all(map(is_plain, words))
            and not (is_given(words[0]) and len(words) <= _PERSONS_NAMES)
            and not (
                is_region(match.group("name")) or country_code(match.group("name")) or is_town(match.group("name"))
            )
            and not in_headline(text, start, end)
        ):
            yield start, end


def partners(text: str) -> Iterator[Place]:
    """Firms that bear their partners' names and no legal form: many people bear one of them, or it is counsel."""
    yield from _signed(text)
    named = list(_PARTNERS.finditer(text)) if "&" in text else []
    houses = {match.group() for match in named if _BROKERS.match(text, match.end())}
    for match in named:
        names = re.findall(WORD, match.group())
        if "&" not in match.group() or any(is_place(name.upper()) for name in names):
            continue
        form = first_form(text[match.end() : match.end() + 12])
        brokers = _BROKERS.match(text, match.end())  # Umber, Ochre & Woad Customs Brokers
        if brokers:
            yield match.start(), brokers.end()
            continue
        alone = match.group() in houses
        counsel = alone or _COUNSEL.search(text, max(0, match.start() - 80), match.start())
        if (counsel or any(is_of_people(name.upper()) for name in names)) and not (form and form.start <= 2):
            yield match.span()
