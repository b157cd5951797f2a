"""Companies that nothing in their names shows to be such, by the places in which a text puts them, taken together.

Invariant: a name counts for the whole text or not at all. What speaks for it is weighed by the words of
`lexicon/places_of_names.csv`: what only firms do, are or have (`Umber shipped`, `Umber, a retailer`, `Umber's
invoices`) is enough by itself, what people do and have, too (`Umber said`), only with something else. A name that the
text writes small, or that it gives to a person or a place, is none.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.resolve.words import is_of_people, is_place, looks_like_company, mail_providers, share
from ingest.extract.around_names import (
    ENOUGH,
    HINT,
    OWNED,
    PREPOSITIONS,
    SURE,
    NameSeen,
    ends_as_firms_do,
    is_somewhere,
    weigh,
)
from ingest.extract.company_forms import form_words
from ingest.extract.introduced import firm, is_label, official
from ingest.extract.name_words import (
    ADDRESS,
    INITIALS,
    ROLES,
    WORD,
    Place,
    ends_names,
    is_of_nation,
    is_seat,
    is_town,
    stops,
    weights,
)
from ingest.extract.names import name_key
from ingest.extract.told_of import ends_so

_SHORTEST, _SHORTEST_CAPITALS, _SHORTEST_INITIALS, _SHORTEST_IN_DOMAIN = 4, 5, 3, 5
_LONGEST, _LONGEST_SEATED = 4, 7  # words

# A long line goes on in the next, unless a label or a point of a list begins there.
_WRAP = re.compile(
    r"(?<=[^\n]{60})\n(?=[^\s])(?![A-Z][\w#.]*(?: [\w#.]+){0,2}:|[A-Z][a-z]{1,4}\. ?\d|[-*\u2022]|\d{1,2}[.)] )"
)
_ROW_OF_CELLS = re.compile(r"\S(?: {2,}|\t|\|)\S")  # and so does no row of a form or table
_RUN = re.compile(
    rf"(?<![\w.@#$-])(?<!//)(?:(?:[A-Z]\.){{2,4}} )?{WORD}(?: (?:& |(?:da|de|del|des|di|do|du) )?{WORD}){{0,6}}"
)
_INITIAL = re.compile(r"[A-Z]\.")
_KIND = re.compile(r"-(?:brand|like|style|type)$")
_SMALL = re.compile(r"(?<![\w'\u2019])[a-z]{3,}")
_DOMAIN = re.compile(r"(?:@|www\.|https?://)(?:[\w-]+\.)*?([a-z0-9-]{5,})\.(?!gov\b|mil\b)[a-z]{2,}", re.IGNORECASE)

_ROW_ENDS = frozenset((", and ", ", or ", " and ", " or "))
_JOINED = re.compile(r"(?:,? and|,? n?or|/| /| \t|,? not) ?(?:its |by |to |from |for )?")
_LONGEST_JOINED = 12
_NUMBERED = re.compile(
    r"(?<=Factory) No\. ?\d{1,3}(?![\w.]\w)|(?<=Unit|Mill) \d{1,2}(?!\w|[.,]\d)"
)  # Umber Garment Factory No. 2
_SHORT_FOR_TWO = re.compile(r"(?:I|It|He|She|We|You|They|That|There|Who)['\u2019](?:d|ll|m|re|s|ve)")
_PARTNERS = re.compile(r"[A-Z]{1,3}&[A-Z]{1,3}")  # U&O
_DAYS = frozenset(
    ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
     "DECEMBER", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
)  # fmt: skip


def in_place(text: str, found: Iterable[Place], known: Collection[str] = ()) -> Iterator[Place]:
    """Where such names stand, given where companies were found by their names; `known` are known names of one word,
    in one form: where nothing speaks against them, they need nothing that speaks for them.

    >>> text = "Umber shipped it to Farmton. We asked Umber."
    >>> [text[start:end] for start, end in in_place(text, [])]
    ['Umber', 'Umber']
    """
    read = _read(_unwrapped(text), sorted(found))
    if not known and not any(name.seen for name in read.names.values()):
        return
    _give_to_persons(read.names)
    _look_into_domains(read.text, read.names)
    firms = {name.written for name in read.names.values() if _is_firm(read, name, known)}
    _add_related(read, firms)
    for written in firms:
        for start, end in read.names[written].places:
            numbered = _NUMBERED.match(read.text, end)
            yield start, numbered.end() if numbered and " " in written else end


@dataclass(frozen=True, slots=True)
class _Read:
    """A text with the names in it by how they are written, the rows of them, and its words in small letters."""

    text: str
    taken: Sequence[Place]
    names: dict[str, NameSeen]
    rows: Sequence[Sequence[NameSeen]]  # Umber, Ochre, and Woad
    small: Collection[str]


def _unwrapped(text: str) -> str:
    def joined(end: re.Match[str]) -> str:
        row = _ROW_OF_CELLS.search(text, text.rfind("\n", 0, end.start()) + 1, end.start())
        return "\n" if row else " "

    return _WRAP.sub(joined, text)


def _read(text: str, taken: Sequence[Place]) -> _Read:
    names: dict[str, NameSeen] = {}
    all_rows: list[list[NameSeen]] = []
    row: list[NameSeen] = []
    shared: Mapping[str, int] = {}  # what stands before a row speaks for all of it
    last_end = -1
    for start, end in _runs(text, taken):
        written = text[start:end]
        name = names.get(written)
        if name is None:
            name = names[written] = NameSeen(written)
        name.places.append((start, end))
        before = weigh(text, start, end, name)
        between = text[last_end:start] if row and start - last_end <= _LONGEST_JOINED else ""
        if between == ", " or between in _ROW_ENDS:
            row.append(name)
            if "listed" in shared:
                name.saw("listed", shared["listed"])
        else:
            row, shared = [name], before
        if between in _ROW_ENDS:
            if not any(is_somewhere(one.written) for one in row):
                all_rows.append(row)
                for one in row[1:]:
                    one.saw_all(shared)
            row = []
        last_end = end
    return _Read(text, taken, names, all_rows, frozenset(_SMALL.findall(text)))


def _runs(text: str, taken: Sequence[Place]) -> Iterator[Place]:
    """Words in capitals, one after the other, outside of the companies that were found."""
    begins = [start for start, _ in taken]
    for match in _RUN.finditer(text):
        for start, end in _parted(*match.span(), match.group()):
            at = bisect_right(begins, start) - 1
            if (at < 0 or taken[at][1] <= start) and (at + 1 >= len(taken) or taken[at + 1][0] >= end):
                yield start, end


def _parted(start: int, end: int, run: str) -> Iterator[Place]:
    """The names of a run: parted where a sentence or an owner's name ends, without words that are in no name."""
    if (
        " " not in run
        and "-" not in run
        and run[-1] not in "s'\u2019."
        and not stops(run)
        and run.upper() not in _DAYS
        and run.lower() not in weights("never")
    ):
        yield start, end
        return
    begin, last, count = start, start, 0  # of the name at hand: where it begins and ends, how many words it has
    longest = _LONGEST
    at = start
    for written in run.split(" "):
        owned = OWNED.search(written)
        stop = written.endswith(".") and not INITIALS.fullmatch(written)
        kind = _KIND.search(written)
        cut = len(owned.group()) if owned else len(kind.group()) if kind else int(stop)
        plain = written[: len(written) - cut]
        ends = cut > 0
        begins_role = not count and at == start and plain in ROLES and " " in run
        if begins_role or stops(plain) or plain.upper() in _DAYS or plain.lower() in weights("never"):
            if count and (count <= longest or _is_long_name(run, start, begin, last)):
                yield begin, last
            count = 0
        elif (written != "&" and written[0].isupper()) or written[0].isdigit():
            if not count:
                longest = _LONGEST_SEATED if is_seat(plain) else _LONGEST
            begin, last, count = (begin if count else at), at + len(plain), count + 1
            if ends:
                if count <= longest or _is_long_name(run, start, begin, last):
                    yield begin, last
                count = 0
        at += len(written) + 1
    if count and (count <= longest or _is_long_name(run, start, begin, last)):
        yield begin, last


def _is_long_name(run: str, start: int, begin: int, last: int) -> bool:
    """Whether a run of more words than most names have ends as firms' names do."""
    words = run[begin - start : last - start].split()
    return ends_so(words) and not words[0].isupper()


def _give_to_persons(names: dict[str, NameSeen]) -> None:
    """Persons named in full give their names to persons: Ann Weld, then Weld."""
    of_persons: set[str] = set()
    lasts: set[str] = set()
    for name in names.values():
        words = name.words
        if len(words) == 1:
            continue
        if len(words) <= 3 and not looks_like_company(name.written):
            if name.person or is_of_people(words[0].upper()):
                of_persons |= {words[0], words[-1]}
            elif name.weight < ENOUGH:
                lasts.add(words[-1])
    firsts = {name.words[0] for name in names.values() if " " in name.written and not name.person}
    for name in names.values():
        surely = max(name.seen.get("apposed", 0), name.seen.get("is", 0)) >= ENOUGH
        if name.written in of_persons or (name.written in lasts and name.written not in firsts and not surely):
            name.person = True


def _look_into_domains(text: str, names: dict[str, NameSeen]) -> None:
    """Names that an address on the Internet begins with."""
    domains = {
        match.group(1).lower().replace("-", "")
        for match in (_DOMAIN.finditer(text) if "@" in text or "www." in text or "://" in text else ())
        if match.group().rpartition("@")[2].lower() not in mail_providers()
    }
    for name in names.values() if domains else ():
        joined = "".join(letter for letter in name.written.lower() if letter.isalnum())
        if len(joined) >= _SHORTEST_IN_DOMAIN and any(one.startswith(joined) for one in domains):
            name.saw("domain", ENOUGH)
            name.person = False


def _is_firm(read: _Read, name: NameSeen, known: Collection[str]) -> bool:
    weight = name.weight
    if name.person or name.thing:
        return False
    if " " in name.written:
        return weight > (HINT if name.place and not ends_so(name.words) else 0) and _several_tell(
            read.text, name, weight
        )
    if name.place == SURE or (name.place and weight <= ENOUGH):
        return False
    enough = weight >= ENOUGH or (bool(known) and name_key(name.written) in known)
    surely = max(name.seen.get(what, 0) for what in ("apposed", "is", "listed", "role")) >= ENOUGH
    short = surely or (weight >= HINT and name_key(name.written) in known)
    if not enough or not _tells(name.written, read.small, _SHORTEST_INITIALS if short else _SHORTEST_CAPITALS):
        return False
    return (
        name.within
        or (name.written.isupper() and name_key(name.written) in known)  # by which no sentence begins
        or not name.seen.keys().isdisjoint(("listed", "role"))
        or len(name.places) > 1
        or any(one.startswith(f"{name.written} ") for one in read.names)
    )


def _several_tell(text: str, name: NameSeen, weight: int) -> bool:
    """Whether words can be a firm's name, given what speaks for it besides their own meaning."""
    words = name.words
    if len(words) == 2 and _INITIAL.fullmatch(words[0]) and not ends_names(words[1]):
        return False  # K. Umber
    partners = "&" in words and not name.written.isupper()
    weight += HINT * (partners or looks_like_company(name.written) or ends_names(words[-1]) or ends_so(words))
    if len(words[-1]) == len("SC") and words[-1].isupper() and is_town(" ".join(words[:-1])):
        return False  # Charleston SC
    if weight < ENOUGH or is_somewhere(name.written) or is_town(name.written) or ADDRESS.fullmatch(words[-1]):
        return False
    if is_place(words[-1].upper()) and not name.seen.keys() - PREPOSITIONS:
        return False  # from Southeast Asia
    return firm(text, *name.places[0]) == name.places[0]


def _tells(word: str, small: Collection[str], shortest_capitals: int = _SHORTEST_CAPITALS) -> bool:
    """Whether one word can be a firm's name: no common one, no place's, nation's or authority's, nowhere small."""
    plain, lowered = word.upper(), word.lower()
    shortest = shortest_capitals if word.isupper() else _SHORTEST
    if _PARTNERS.fullmatch(word):
        return True
    if _SHORT_FOR_TWO.fullmatch(word):
        return False
    if len(word) < shortest or not word[0].isupper() or any(letter.isdigit() for letter in word):
        return False
    if any(way in small for way in (lowered, lowered.removesuffix("s"), f"{lowered}s")):
        return False
    common = (
        share(plain)
        or ends_names(word)
        or plain in form_words()
        or is_of_people(plain)
        or stops(word)
        or lowered in weights("filled")
        or plain in _DAYS
    )
    return (
        not common and not is_somewhere(word) and not is_of_nation(word) and not official(word) and not is_label(plain)
    )


def _add_related(read: _Read, firms: set[str]) -> None:
    """Add names that stand beside firms (`Umber and Ochre`) or in a row with one, and other ways to write a firm's."""
    starts, ends = {start for start, _ in read.taken}, {end for _, end in read.taken}
    parts = {word for place in read.taken for word in read.text[slice(*place)].split()[1:]}
    added = set(firms)
    while True:
        starts |= {start for written in added for start, _ in read.names[written].places}
        ends |= {end for written in added for _, end in read.names[written].places}
        parts |= {word for written in added for word in read.names[written].words[1:]}
        in_rows = {one.written for row in read.rows if any(one.written in firms for one in row) for one in row}
        rest = [
            name
            for name in read.names.values()
            if name.written not in firms and not name.person and not name.place and not name.thing
        ]
        added = {
            name.written
            for name in rest
            if ((name.written in in_rows or _stands_beside(read.text, name, starts, ends)) and _can_be_one(read, name))
            or _is_way_of(read, name, firms, parts)
        }
        firms |= added
        if not added:
            return


def _can_be_one(read: _Read, name: NameSeen) -> bool:
    if " " in name.written:
        return _several_tell(read.text, name, ENOUGH)
    return _tells(name.written, read.small) and not is_town(name.written)


def _stands_beside(text: str, name: NameSeen, starts: set[int], ends: set[int]) -> bool:
    for start, end in name.places:
        joined = _JOINED.match(text, end)
        if joined and joined.end() in starts:
            return True
        if name.seen and text.startswith(" to ", end) and end + len(" to ") in starts:
            return True
        before = range(max(0, start - _LONGEST_JOINED), start)
        if any(at in ends and _JOINED.fullmatch(text, at, start) for at in before):
            return True
    return False


def _is_way_of(read: _Read, name: NameSeen, firms: Collection[str], parts: Collection[str]) -> bool:
    """Whether it is a firm's name in capitals, with a word more or less, its initials, or one telling word of it."""
    words = name.words
    if len(words) == 1 and words[0] in parts and name.within and _tells(words[0], read.small):
        return True
    if len(words) > 1 and any(firm.startswith(f"{name.written} ") for firm in firms) and _can_be_one(read, name):
        return True
    if not (name.seen or name.written.isupper() or ends_as_firms_do(name)):
        return False
    if name.written.isupper() and not is_label(name.written) and any(name.written == _initials(one) for one in firms):
        return True
    begun = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    return any(one in firms or one.title() in firms for one in begun)


def _initials(name: str) -> str:
    """The first letters of a name of three words or more; else nothing."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) >= _SHORTEST_INITIALS else ""
