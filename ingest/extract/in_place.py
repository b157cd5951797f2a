"""Companies that nothing in their names shows to be such, by the places in which a text puts them, taken together.

Invariant: a name counts for the whole text or not at all. What speaks for it is weighed by the words of
`lexicon/places_of_names.csv`: what only firms do, are or have (`Umber shipped`, `Umber, a retailer`, `Umber's
invoices`) is enough by itself, what people do and have, too (`Umber said`), only with something else. A name that the
text writes small, or that it gives to a person or a place, is none.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from graph.resolve.words import is_of_people, is_place, looks_like_company, mail_providers, share
from ingest.extract.company_forms import form_words
from ingest.extract.introduced import firm, is_label, official
from ingest.extract.name_words import (
    ADDRESS,
    INITIALS,
    WORD,
    Place,
    ends_names,
    is_goods,
    is_of_nation,
    is_region,
    is_seat,
    seated_name,
    stops,
    weights,
)
from ingest.extract.names import name_key
from ingest.sources.countries import country_code, country_names

_ENOUGH, _HINT, _SURE = 2, 1, 2
_SHORTEST, _SHORTEST_CAPITALS, _SHORTEST_INITIALS, _SHORTEST_IN_DOMAIN = 4, 5, 3, 5
_LONGEST, _LONGEST_SEATED = 4, 7  # words
_CHARACTERS_BEFORE, _WORDS_BEFORE = 70, 8

_WRAP = re.compile(r"(?<=[^\n]{60})\n(?=[^\s])")  # a long line goes on in the next
_ROW_OF_CELLS = re.compile(r"\S(?: {2,}|\t|\|)\S")  # and so does no row of a form or table
_RUN = re.compile(
    rf"(?<![\w.@#$-])(?<!//)(?:(?:[A-Z]\.){{2,4}} )?{WORD}(?: (?:& |(?:da|de|del|des|di|do|du) )?{WORD}){{0,6}}"
)
_KIND = re.compile(r"-(?:brand|like|style|type)$")
_OWNED = re.compile(r"(?:['\u2019]s|(?<=s)['\u2019])$")
_SMALL = re.compile(r"(?<![\w'\u2019])[a-z]{3,}")
_DOMAIN = re.compile(r"(?:@|www\.|https?://)(?:[\w-]+\.)*?([a-z0-9-]{5,})\.(?!gov\b|mil\b)[a-z]{2,}", re.IGNORECASE)

# What stands right behind a name: Umber's invoices; Umber in Farmton also sold; Umber, a retailer; Umber v. U.S.
_TOWN = r"[A-Z]\w+(?: [A-Z]\w+)?"
_SEAT = rf"(?: \([\"\u201c]?[A-Z][\w& ]{{1,20}}[\"\u201d]?\))?(?: (?:in {_TOWN}|of {_TOWN}(?=,))(?:, {_TOWN})?)?"
_BEHIND = re.compile(
    rf"(?P<owned>['\u2019]s?)?{_SEAT},? "
    r"(?:(?:already|also|both|had|has|have|later|never|now|still|then|which|who|\w+ly) ){0,2}"
    r"(?P<word>[a-z][\w'\u2019]*)(?: (?P<next>[a-z]+))?"
)
# What anybody did, but nothing that was only done to it: not `the report required by law`.
_DID = re.compile(
    rf"{_SEAT},? (?:(?:which|who) )?(?:(?:was|were|has|had|has been|is being) )?(?:\w+ly )?[a-z]{{2,}}ed\b"
    r"(?! (?:as|at|by|for|from|in|into|on|pursuant|to|under|with|within)\b)"
)
_HAS = re.compile(
    r" (?:already |also |never |now |still )?(?:can|cannot|could|did|does|had|has|is|may|must|was|will|would)\b"
)
# What people do and is done to them as well: it counts only for a name that ends as firms' names do.
_TALKS = re.compile(
    r",? (?:which |who )?(?:answers|answered|asks|calls|came|got|keeps|kept|met|needs|needed|owes|owed|promised|swears|"
    r"wants|wanted|went|won't|writes|wrote)\b"
)
_TALKED_TO = frozenset(
    ("ask", "asked", "call", "called", "email", "emailed", "met", "phoned", "tell", "told", "uses", "using")
)
_GOES_ON = frozenset(("are", "began", "ceased", "continued", "is", "kept", "started", "stopped", "was", "were"))
_APPOSED = re.compile(
    rf"{_SEAT}(?:,? | [\u2013\u2014-] | \()(?:which |who |(?P<whose>whose )|and (?:an?|its|their) |"
    r"(?:(?:is|was|as|not|purportedly|also|itself|formerly|namely) )*(?:an?|the|another|one of|our|its|their|his) )"
    r"(?P<words>[^,.;:()\n]{2,70})"
)
_ROLES = (
    r"(?:IOR|alleger|broker|buyer|carrier|consignee|exporter|filer|forwarder|importer(?: of record)?|maker|"
    r"manufacturer|mill|notify party|producer|seller|shipper|supplier|surety|trucker|vendor)"
)
_IN_ROLE = re.compile(
    rf" \((?:(?:the|our|its|their) )?{_ROLES}\)| as (?:(?:the|an?|our|its|their) )?(?:customs )?{_ROLES}\b"
)
_PARTICIPLE = re.compile(
    r", [a-z]+ed (?:as|at|by|for|from|in|into|on|through|to|under|via|with)\b"
)  # Umber, imported in
_ITS = re.compile(r" [a-z][^.;:,()\n\"\u201c]{0,40}\b(?:its|itself)\b")
_APPOSED_ENDS = frozenset(("by", "for", "from", "in", "of", "that", "to", "which", "who", "with"))
_AGAINST_STATES = re.compile(r",? (?:et al\.?,? )?vs?\.? (?:the )?(?:United States|U\.S\.)")
_SIGNS_FOR = re.compile(
    r",?\n+(?:Counsel|Attorneys?|(?:Licensed )?Customs Brokers|Consultants?)(?: (?:for|to) [A-Z]|\s*\n)"
)
# What stands before it.
_BEGINNING = re.compile(r"(?:[.!?:;\u2022*\"\u201c]\s+|(?:^|\s)\(\w{1,3}\)\s+|\n\s*(?:[-*\u2022]\s*)?)$")
_SENTENCE = re.compile(r"(?<=\w[\w)])\.\s")
_CLAUSE = re.compile(r"[.;:!?]\s|[()\n]")
_IN_BRACKETS = re.compile(r"(\w+)(?:['\u2019]s)? \([\"\u201c]?$")  # the plaintiff's (Umber) motion
_LISTED = re.compile(r"(?<!\S)(\w+): +$")
_CALLING = frozenset(("=", "another", "called", "its", "named", "our", "their"))
_PREPOSITIONS = frozenset(("as", "at", "between", "by", "for", "from", "of", "through", "to", "via", "with"))
_WEIGHED = frozenset(("against", "at", "by", "for", "from", "of", "to", "with"))
_WITHIN_STAFF = frozenset(("agent", "broker", "buyer", "seller"))  # Umber's buyer, Ann Weld
_OF_A_LONGER = frozenset(("da", "de", "del", "des", "di", "do", "du", "e", "et", "for", "of", "y"))
# What makes it a person's or a place's.
_BEFORE_PERSONS = frozenset(
    ("agent", "agents", "analyst", "attn", "attorney", "attorneys", "auditor", "best", "cc", "ceo", "cheers", "clerk",
     "commissioner", "dear", "director", "dr", "driver", "employee", "founder", "hello", "hi", "inspector",
     "inspectors", "judge", "judges", "justice", "lawyer", "lawyers", "manager", "messrs", "miss", "mr", "mrs", "ms",
     "mx", "officer", "officers", "owner", "president", "regards", "secretary", "senator", "sincerely",
     "specialist", "specialists", "supervisor", "thanks", "thx", "yours", "From:", "To:")
)  # fmt: skip
_TITLES = frozenset(("Mr.", "Mrs.", "Ms.", "Mx.", "Dr.", "Messrs.", "Attn.", "Attn.:"))
_BEFORE_PLACES = frozenset(("around", "in", "into", "near", "off", "outside", "throughout"))
_OF_PLACES = frozenset(("city", "port", "ports", "province", "town"))
_PERSON_BEHIND = re.compile(
    r", (?:Esq|CEO|president|vice president|owner|manager|director|attorney|LCB|CHB|Jr|Sr)\b| <[^>\s]+@|"
    r",? (?:whom|himself|herself|wrote back|here)\b|,? who (?!buys|sells|imports|exports|makes|ships)"
)
_PLACE_BEHIND = re.compile(
    r",? (?:[A-Z]{2}(?![\w-])|[Pp]rovince|[Cc]ity|[Pp]ort\b|[Hh]arbor|[Dd]istrict|[Cc]ounty|[Ss]treet)"
)
_LAND_BEHIND = re.compile(r", ([A-Z][a-z]+(?: [A-Z][a-z]+)?)")
_ROW_ENDS = frozenset((", and ", ", or ", " and ", " or "))
_JOINED = re.compile(r"(?:,? and|,? n?or|/| /|,? not) ?(?:its |by |to |from |for )?")
_LONGEST_JOINED = 12
_NUMBERED = re.compile(
    r"(?<=Factory) No\. ?\d{1,3}(?![\w.]\w)|(?<=Unit|Mill) \d{1,2}(?!\w|[.,]\d)"
)  # Umber Garment Factory No. 2
_PARTNERS = re.compile(r"[A-Z]{1,3}&[A-Z]{1,3}")  # U&O
_SMALL_IN_HEADLINES = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "its", "of", "on", "or", "over", "the", "to",
     "under", "via", "with")
)  # fmt: skip
_DAYS = frozenset(
    ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
     "DECEMBER", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
)  # fmt: skip


@dataclass(slots=True)
class _Name:
    """A name as a text writes it in one way: where it stands, and what speaks for and against its being a firm's."""

    written: str
    places: list[Place] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    within: bool = False  # a sentence, where only names are written in capitals
    person: bool = False
    place: int = 0  # _SURE where no firm's name stands like that
    thing: bool = False  # the Secretary, the Main Board

    @property
    def weight(self) -> int:
        return sum(self.seen.values()) if self.seen.keys() - {"its"} else 0

    @property
    def words(self) -> list[str]:
        return self.written.split()

    def saw_all(self, seen: Mapping[str, int]) -> None:
        for what, weight in seen.items():
            self.saw(what, weight)

    def saw(self, what: str, weight: int) -> None:
        if weight > self.seen.get(what, 0):
            self.seen[what] = weight


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
    names: dict[str, _Name]
    rows: Sequence[Sequence[_Name]]  # Umber, Ochre, and Woad
    small: Collection[str]


def _unwrapped(text: str) -> str:
    def joined(end: re.Match[str]) -> str:
        row = _ROW_OF_CELLS.search(text, text.rfind("\n", 0, end.start()) + 1, end.start())
        return "\n" if row else " "

    return _WRAP.sub(joined, text)


def _read(text: str, taken: Sequence[Place]) -> _Read:
    names: dict[str, _Name] = {}
    all_rows: list[list[_Name]] = []
    row: list[_Name] = []
    shared: Mapping[str, int] = {}  # what stands before a row speaks for all of it
    last_end = -1
    for start, end in _runs(text, taken):
        written = text[start:end]
        name = names.get(written)
        if name is None:
            name = names[written] = _Name(written)
        name.places.append((start, end))
        before = _weigh(text, start, end, name)
        between = text[last_end:start] if row and start - last_end <= _LONGEST_JOINED else ""
        if between == ", " or between in _ROW_ENDS:
            row.append(name)
            if "listed" in shared:
                name.saw("listed", shared["listed"])
        else:
            row, shared = [name], before
        if between in _ROW_ENDS:
            if not any(_is_somewhere(one.written) for one in row):
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
        owned = _OWNED.search(written)
        stop = written.endswith(".") and not INITIALS.fullmatch(written)
        kind = _KIND.search(written)
        cut = len(owned.group()) if owned else len(kind.group()) if kind else int(stop)
        plain = written[: len(written) - cut]
        ends = cut > 0
        if stops(plain) or plain.upper() in _DAYS or plain.lower() in weights("never"):
            if 0 < count <= longest:
                yield begin, last
            count = 0
        elif (written != "&" and written[0].isupper()) or written[0].isdigit():
            if not count:
                longest = _LONGEST_SEATED if is_seat(plain) else _LONGEST
            begin, last, count = (begin if count else at), at + len(plain), count + 1
            if ends:
                if count <= longest:
                    yield begin, last
                count = 0
        at += len(written) + 1
    if 0 < count <= longest:
        yield begin, last


def _weigh(text: str, start: int, end: int, name: _Name) -> Mapping[str, int]:
    """Note what one place says of a name, and give what stands before it."""
    before = text[max(0, start - _CHARACTERS_BEFORE) : start]
    words = before.split()
    last = words[-1] if words else ""
    spaced = before.endswith((" ", "\n"))
    begins = start == 0 or bool(_BEGINNING.search(before[-9:]))
    name.within |= not begins
    owns = text.startswith(("'", "\u2019"), end)
    above = words[-2] if len(words) > 1 and last == "of" else words[-3] if words[-2:] == ["of", "the"] else ""
    if before.endswith((" (", ' ("', " (\u201c")) and len(words) > 1:
        above = words[-2]  # the Food Safety Service (FSS)
    longer = spaced and len(words) > 1 and last in _OF_A_LONGER and words[-2][0].isupper()
    of_firm = "&" in name.written or (" " in name.written and looks_like_company(name.written))
    titled = last in _TITLES or last in _BEFORE_PERSONS or last.rstrip(",:").lower() in _BEFORE_PERSONS
    if not of_firm and ((spaced and titled) or _PERSON_BEHIND.match(text, end)):
        name.person = True
    if above[:1].isupper() and official(above):  # the Department of Justice
        name.person = True
    in_some_place = spaced and not owns and (last in _BEFORE_PLACES or above.lower() in _OF_PLACES)
    somewhere = _PLACE_BEHIND.match(text, end) or _has_land_behind(text, end)
    name.place = max(name.place, _SURE if somewhere else int(in_some_place))
    if not name.place and " " in name.written and seated_name(name.words):
        name.saw("seat", _ENOUGH)
    firms_end = _ends_as_firms_do(name) and name.words[-1] not in ("Group", "Resources", "Partners")
    if last in ("the", "The") and not (owns or firms_end or _names_what_follows(text, end)):
        name.thing = True
    if is_goods(text, end):
        name.thing = True
    seen = {} if longer else dict(_seen_behind(text, end))
    if _ends_as_firms_do(name) and (_HAS.match(text, end) or _TALKS.match(text, end) or last.lower() in _TALKED_TO):
        seen["beside"] = _HINT
    seen_before = {} if longer else dict(_seen_in_list(before)) if begins else dict(_seen_before(before, name))
    if not any((*seen.values(), *seen_before.values())) or _in_headline(text, start, end):
        return {}
    name.saw_all(seen)
    name.saw_all(seen_before)
    return seen_before


def _has_land_behind(text: str, end: int) -> bool:
    land = _LAND_BEHIND.match(text, end)
    return land is not None and _is_somewhere(land.group(1))


def _seen_behind(text: str, end: int) -> Iterator[tuple[str, int]]:
    if _IN_ROLE.match(text, end):
        yield "role", _ENOUGH
    if _AGAINST_STATES.match(text, end) or _SIGNS_FOR.match(text, end):
        yield "party", _ENOUGH
    if apposed := _APPOSED.match(text, end):
        whose = apposed.group("whose") is not None
        for word in apposed.group("words").split():
            weight = weights("is").get(word) or (whose and weights("has").get(word.strip(",")))
            if weight:
                yield "apposed", weight
            if weight or word in _APPOSED_ENDS:
                break
    if _ITS.match(text, end):
        yield "its", _HINT
    behind = _BEHIND.match(text, end)
    if behind is None or _PARTICIPLE.match(text, end):
        return
    word, following = behind.group("word"), behind.group("next") or ""
    if behind.group("owned"):
        has = weights("has")
        yield "has", has.get(word) or has.get(following, 0)
    else:
        does = weights("does")
        past = _HINT if _DID.match(text, end) else 0
        yield "does", max(does.get(word, past), does.get(following, past) if word in _GOES_ON else 0)
        if _names_what_follows(text, end):
            yield "noun", weights("noun")[word]


def _names_what_follows(text: str, end: int) -> bool:
    """Whether a name stands before what it is the name of: the Umber factory."""
    behind = _BEHIND.match(text, end)
    return bool(behind and behind.group("word") in weights("noun") and text.startswith(behind.group("word"), end + 1))


def _seen_in_list(before: str) -> Iterator[tuple[str, int]]:
    if listed := _LISTED.search(before[-25:]):  # from three mills: Umber, Ochre and Woad; Customers: Umber
        label = listed.group(1)
        yield "is" if label.islower() else "listed", weights("is").get(label.lower(), 0)


def _seen_before(before: str, name: _Name) -> Iterator[tuple[str, int]]:
    if before[-2:].strip().startswith("(") and (bracket := _IN_BRACKETS.search(before)):
        in_some_land = _ends_as_firms_do(name) and country_code(bracket.group(1))  # from Kenya (Umber Apparel)
        yield "is", _HINT if in_some_land else weights("is").get(bracket.group(1), 0)
        return
    before = before.rstrip("'\"\u2018\u201c")
    words = _CLAUSE.split(before)[-1].split()
    if words and words[-1] in _CALLING:
        words.pop()
    if not words or (words[-1].isupper() and words[-1] != "IOR") or before[-1] not in ' "\u201c':
        return
    comma = words[-1].endswith(",")
    last = words[-1].strip(',"\u201c')
    if last in ("are", "is", "was", "were") and words[-2:][0].lower() in weights("is"):
        last = words[-2].lower()
    if weight := weights("is").get(last.lower()):
        staff = (
            comma
            and last in _WITHIN_STAFF
            and any(_OWNED.search(word) or word.lower() in _CALLING for word in words[-3:-1])
        )
        if not staff:
            yield "is", weight if last.islower() else _HINT  # Importer Umber, but Importer Obligation
        return
    if last in _PREPOSITIONS and _ends_as_firms_do(name) and words[-2:][0].islower():
        yield "beside", _HINT
    if last in _WEIGHED:
        weighed = weights(last)
        for word in reversed(words[-_WORDS_BEFORE:-1]):
            plain = word.strip(",")
            if weight := weighed.get(plain):
                yield last, weight
            if weight or plain in ("and", "on", "that", "who"):  # orders on wire from Umberia
                break
    elif not comma:
        yield "verb", weights("verb").get(last, 0)


def _in_headline(text: str, start: int, end: int) -> bool:
    """Whether all that counts is written in capitals around a name, so that a capital says nothing: in its line and,
    where that has several, in its sentence."""
    first, last = max(0, start - _CHARACTERS_BEFORE), end + _CHARACTERS_BEFORE
    before, behind = text[first:start].rpartition("\n")[2], text[end:last].partition("\n")[0]
    if not _in_capitals(before, behind):
        return False
    sentence = _SENTENCE.split(before)[-1], _SENTENCE.split(behind)[0]
    return sentence == (before, behind) or _in_capitals(*sentence)


def _in_capitals(*around: str) -> bool:
    words = (word for part in around for word in part.split())
    counted = [word for word in words if word[0].isalpha() and word.lower() not in _SMALL_IN_HEADLINES]
    capitals = sum(word[0].isupper() for word in counted)
    return capitals > 2 and capitals > 2 * (len(counted) - capitals)


def _ends_as_firms_do(name: _Name) -> bool:
    return " " in name.written and ends_names(name.words[-1])


def _give_to_persons(names: dict[str, _Name]) -> None:
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
            elif name.weight < _ENOUGH:
                lasts.add(words[-1])
    firsts = {name.words[0] for name in names.values() if " " in name.written and not name.person}
    for name in names.values():
        surely = max(name.seen.get("apposed", 0), name.seen.get("is", 0)) >= _ENOUGH
        if name.written in of_persons or (name.written in lasts and name.written not in firsts and not surely):
            name.person = True


def _look_into_domains(text: str, names: dict[str, _Name]) -> None:
    """Names that an address on the Internet begins with."""
    domains = {
        match.group(1).lower().replace("-", "")
        for match in (_DOMAIN.finditer(text) if "@" in text or "www." in text or "://" in text else ())
        if match.group().rpartition("@")[2].lower() not in mail_providers()
    }
    for name in names.values() if domains else ():
        joined = "".join(letter for letter in name.written.lower() if letter.isalnum())
        if len(joined) >= _SHORTEST_IN_DOMAIN and any(one.startswith(joined) for one in domains):
            name.saw("domain", _ENOUGH)
            name.person = False


def _is_firm(read: _Read, name: _Name, known: Collection[str]) -> bool:
    weight = name.weight
    if name.person or name.thing:
        return False
    if " " in name.written:
        return weight > (_HINT if name.place and not _ends_as_firms_do(name) else 0) and _several_tell(
            read.text, name, weight
        )
    if name.place == _SURE or (name.place and weight <= _ENOUGH):
        return False
    enough = weight >= _ENOUGH or (bool(known) and name_key(name.written) in known)
    surely = max(name.seen.get(what, 0) for what in ("apposed", "is", "listed", "role")) >= _ENOUGH
    short = surely or (weight >= _HINT and name_key(name.written) in known)
    if not enough or not _tells(name.written, read.small, _SHORTEST_INITIALS if short else _SHORTEST_CAPITALS):
        return False
    return (
        name.within
        or (name.written.isupper() and name_key(name.written) in known)  # by which no sentence begins
        or not name.seen.keys().isdisjoint(("listed", "role"))
        or len(name.places) > 1
        or any(one.startswith(f"{name.written} ") for one in read.names)
    )


def _several_tell(text: str, name: _Name, weight: int) -> bool:
    """Whether words can be a firm's name, given what speaks for it besides their own meaning."""
    words = name.words
    partners = "&" in words and not name.written.isupper()
    weight += _HINT * (partners or looks_like_company(name.written) or ends_names(words[-1]))
    if weight < _ENOUGH or is_region(name.written) or ADDRESS.fullmatch(words[-1]):
        return False
    if is_place(words[-1].upper()) and not name.seen.keys() - _PREPOSITIONS:
        return False  # from Southeast Asia
    return firm(text, *name.places[0]) == name.places[0]


def _tells(word: str, small: Collection[str], shortest_capitals: int = _SHORTEST_CAPITALS) -> bool:
    """Whether one word can be a firm's name: no common one, no place's, nation's or authority's, nowhere small."""
    plain, lowered = word.upper(), word.lower()
    shortest = shortest_capitals if word.isupper() else _SHORTEST
    if _PARTNERS.fullmatch(word):
        return True
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
        not common and not _is_somewhere(word) and not is_of_nation(word) and not official(word) and not is_label(plain)
    )


def _is_somewhere(name: str) -> bool:
    plain = name.upper()
    return bool(is_place(plain) or country_code(name) or is_region(name) or name in _words_of_countries())


@cache
def _words_of_countries() -> frozenset[str]:
    """The words of countries' names that have several: Bosnia and Herzegovina."""
    return frozenset(word for name, _ in country_names() if " " in name for word in name.split() if len(word) >= 6)


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


def _can_be_one(read: _Read, name: _Name) -> bool:
    return _several_tell(read.text, name, _ENOUGH) if " " in name.written else _tells(name.written, read.small)


def _stands_beside(text: str, name: _Name, starts: set[int], ends: set[int]) -> bool:
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


def _is_way_of(read: _Read, name: _Name, firms: Collection[str], parts: Collection[str]) -> bool:
    """Whether it is a firm's name in capitals, with a word more or less, its initials, or one telling word of it."""
    words = name.words
    if len(words) == 1 and words[0] in parts and name.within and _tells(words[0], read.small):
        return True
    if len(words) > 1 and any(firm.startswith(f"{name.written} ") for firm in firms) and _can_be_one(read, name):
        return True
    if not (name.seen or name.written.isupper() or _ends_as_firms_do(name)):
        return False
    if name.written.isupper() and not is_label(name.written) and any(name.written == _initials(one) for one in firms):
        return True
    begun = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    return any(one in firms or one.title() in firms for one in begun)


def _initials(name: str) -> str:
    """The first letters of a name of three words or more; else nothing."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) >= _SHORTEST_INITIALS else ""
