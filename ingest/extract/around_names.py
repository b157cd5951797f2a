"""What one place of a text says of a name that stands there: whether a firm does, is or has something, or whether it is
a person's or a place's.

Invariant: what speaks for a firm is weighed by the words of `lexicon/places_of_names.csv`, and by nothing that only
holds for a name in particular.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from anyascii import anyascii

from graph.resolve.words import is_place, looks_like_company
from ingest.extract.company_forms import rows
from ingest.extract.introduced import is_label, official
from ingest.extract.name_words import (
    INITIALS,
    Place,
    ends_names,
    is_coined,
    is_given,
    is_goods,
    is_of_nation,
    is_plain,
    is_put_together,
    is_region,
    is_ship_or_brand,
    is_town,
    names_goods,
    says_what_kind,
    seated_name,
    weights,
)
from ingest.extract.told_of import ends_so, in_headline, is_of_person, is_told_of, stands_so
from ingest.sources.countries import country_code, country_names

ENOUGH, HINT, SURE = 2, 1, 2
_CHARACTERS_BEFORE, _WORDS_BEFORE, _WORDS_OF_A_NAME = 70, 8, 2
OWNED = re.compile(r"(?:['\u2019]s|(?<=s)['\u2019])$")
# What stands right behind a name: Umber's invoices; Umber in Farmton also sold; Umber, a retailer; Umber v. U.S.
_TOWN = r"[A-Z]\w+(?: [A-Z]\w+)?"
_SEAT = rf"(?: \([\"\u201c]?[A-Z][\w& ]{{1,20}}[\"\u201d]?\))?(?:,? (?:in {_TOWN}|of {_TOWN}(?=,))(?:, {_TOWN})?)?"
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
_OF_SEAT = r"(?: (?:of|in) [A-Z]\w+(?: [A-Z]\w+)?(?:, [A-Z]\w+(?: [A-Z]\w+)?,?)?)?"  # Umber Toys of Ohio sold
_HAS = re.compile(
    rf"{_OF_SEAT} (?:already |also |never |now |still )?"
    r"(?:can|cannot|could|did|does|had|has|is|may|must|was|will|would)\b"
)
# What people do and is done to them as well: it counts only for a name that ends as firms' names do.
_TALKS = re.compile(
    rf"{_OF_SEAT},? (?:which |who )?(?:answers|answered|asks|calls|came|got|keeps|kept|met|needs|needed|owes|owed|"
    r"broke|brought|built|buy|cut|fell|gave|grew|held|left|lost|made|paid|promised|ran|rose|sell|sent|ship|stood|"
    r"swears|took|won|runs|wants|wanted|went|won't|writes|wrote)\b"
)
_VERB = re.compile(rf"{_OF_SEAT} [a-z]{{2,}}(?:[^aious]s|ed)\b")
_TALKED_TO = frozenset(
    ("ask", "asked", "call", "called", "email", "emailed", "met", "phoned", "tell", "told", "uses", "using", "visited")
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
    rf" \((?:(?:the|our|its|their) )?(?i:{_ROLES})\)| as (?:(?:the|an?|our|its|their) )?(?:customs )?{_ROLES}\b"
)
_PARTICIPLE = re.compile(
    r", [a-z]+ed (?:as|at|by|for|from|in|into|on|through|to|under|via|with)\b"
)  # Umber, imported in
_HOLDS = re.compile(
    r" (?:has|had|keeps|lost|changed) (?:an?|its|no|one|two|three|four|five|many|several|\d+) (\w+)(?: (\w+))?"
)
_ITS = re.compile(r" [a-z][^.;:,()\n\"\u201c]{0,40}\b(?:its|itself)\b")
_APPOSED_ENDS = frozenset(("by", "for", "from", "in", "of", "that", "to", "which", "who", "with"))
_AGAINST_STATES = re.compile(r",? (?:et al\.?,? )?vs?\.? (?:the )?(?:United States|U\.S\.)")
_SIGNS_FOR = re.compile(
    r",?\n+(?:Counsel|Attorneys?(?: at Law)?|(?:Licensed )?Customs Brokers|Consultants?)(?: (?:for|to) [A-Z]|\s*\n)"
)
# What stands before it.
_BEGINNING = re.compile(r"(?:[.!?:;\u2022*\"\u201c]\s+|(?:^|\s)\(\w{1,3}\)\s+|\n\s*(?:[-*\u2022]\s*)?)$")
_CLAUSE = re.compile(r"[.;:!?]\s|[()\n]")
_IN_BRACKETS = re.compile(r"(\w+)(?:['\u2019]s)? \([\"\u201c]?$")  # the plaintiff's (Umber) motion
_LISTED = re.compile(r"(?<!\S)(\w+): +$")
_CALLING = frozenset(("=", "another", "called", "its", "named", "one", "our", "their"))
PREPOSITIONS = frozenset(("as", "at", "between", "by", "for", "from", "of", "through", "to", "via", "with"))
_WEIGHED = frozenset(("against", "at", "by", "for", "from", "of", "through", "to", "with"))
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
_BEFORE_SHIPS = frozenset(
    ("is", "ship", "Ship", "vessel", "Vessel", "barge", "tug", "freighter", "M/V", "MV", "S/S", "SS")
)
_TITLES = frozenset(("Mr.", "Mrs.", "Ms.", "Mx.", "Dr.", "Messrs.", "Attn.", "Attn.:"))
_LESS_BEFORE = frozenset(("and", "at", "of", "through", "via"))  # places and things, too
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


@dataclass(slots=True)
class NameSeen:
    """A name as a text writes it in one way: where it stands, and what speaks for and against its being a firm's."""

    written: str
    places: list[Place] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    within: bool = False  # a sentence, where only names are written in capitals
    person: bool = False
    place: int = 0  # SURE where no firm's name stands like that
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


def weigh(text: str, start: int, end: int, name: NameSeen) -> Mapping[str, int]:
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
    longer = spaced and len(words) > 1 and last in _OF_A_LONGER and words[-2][0].isupper() and not _is_label_for(words)
    longer = longer and not _is_many(before, words)
    surely_coined = _is_coined_name(name.written, surely=True)
    of_firm = (
        "&" in name.written
        or (" " in name.written and looks_like_company(name.written))
        or ends_as_firms_do(name)
        or surely_coined
    )
    titled = last in _TITLES or last in _BEFORE_PERSONS or last.rstrip(",:").lower() in _BEFORE_PERSONS
    of_person = not of_firm and ((spaced and titled) or _PERSON_BEHIND.match(text, end))
    if of_person or is_of_person(name.words):
        name.person = True
    if above[:1].isupper() and official(above):  # the Department of Justice
        name.person = True
    in_some_place = spaced and not owns and (last in _BEFORE_PLACES or above.lower() in _OF_PLACES)
    somewhere = _PLACE_BEHIND.match(text, end) or _has_land_behind(text, end)
    name.place = max(name.place, SURE if somewhere and not surely_coined else int(in_some_place))
    town = _PLACE_BEHIND.match(text, end)
    if " " in name.written and (seated_name(name.words) or _is_of_town(name.words)) and not (town or in_some_place):
        name.place = 0  # Ningbo Umber, China
        name.saw("seat", ENOUGH)
    firms_end = ends_as_firms_do(name) and name.words[-1] not in ("Group", "Resources", "Partners")
    if last in ("the", "The") and not (owns or firms_end or _names_what_follows(text, end)):
        name.thing = True
    if is_goods(text, end) or (last in _BEFORE_SHIPS and is_ship_or_brand(text, start)):
        name.thing = True
    seen = {} if longer else dict(_seen_behind(text, end))
    if (ends_as_firms_do(name) or ends_so(name.words)) and (
        (begins and _VERB.match(text, end))
        or _HAS.match(text, end)
        or _TALKS.match(text, end)
        or last.lower() in _TALKED_TO
    ):
        seen["beside"] = HINT
    elif " " in name.written and last.lower() in _TALKED_TO and "its" in seen:
        seen["beside"] = HINT  # we met Umber Dinette at its plant
    seen_before = {} if longer else dict(_seen_in_list(before)) if begins else dict(_seen_before(before, name))
    if not longer and " " in name.written and is_told_of(text, start, end, name.written):
        name.saw("told", HINT)
    if not longer and (coined := _coined(text, start, end, name, words, begins=begins)):
        name.saw("coined", coined)
    elif not longer and (how := _plain(text, start, end, name, words, begins=begins)):
        name.saw(how, HINT)
    if not any((*seen.values(), *seen_before.values())) or in_headline(text, start, end):
        return {}
    name.saw_all(seen)
    name.saw_all(seen_before)
    return seen_before


# What stands before firms in sentences, and before that where a person is meant: signed by, spoke with.
_FIRMS_BEFORE = frozenset(
    ("against", "and", "as", "at", "between", "by", "for", "from", "of", "than", "that", "through", "to", "via",
     "where", "whether", "with")
)  # fmt: skip
_SURELY_BEFORE = frozenset(("against", "by", "from", "than", "that", "whether"))
_PERSONS_ABOVE = frozenset(
    ("called", "chat", "checked", "days", "directed", "headed", "interview", "led", "met", "name", "named", "played",
     "prepared", "run", "said", "signed", "speak", "spoke", "statement", "taken", "talk", "talked", "testimony",
     "typed", "words", "written")
)  # fmt: skip


def _coined(text: str, start: int, end: int, name: NameSeen, words: Sequence[str], *, begins: bool) -> int:
    """How much it says for a firm that a name of no dictionary stands at a place."""
    last = words[-1] if words else ""
    of_firm = last in _FIRMS_BEFORE and (len(words) < 2 or words[-2].lower() not in _PERSONS_ABOVE)
    if " " not in name.written:
        if not is_put_together(name.written):
            return 0
        if begins:
            return HINT if _acts(text, end) else 0
        told = stands_so(text, start, end, name.written)
        return told * (ENOUGH if of_firm and last not in _LESS_BEFORE else HINT)
    surely = _is_coined_name(name.written, surely=True) and (
        of_firm or any(map(is_coined, name.words))
    )  # Sand & Gravel
    if _IN_BRACKET.search(text, max(0, start - len("word (")), start) and any(map(is_coined, name.words)):
        in_land = country_code(words[-1].strip("(").strip()) if words else None
        closed = text[end : end + 1] in ")," and not in_headline(text, start, end, 3)
        return ENOUGH if closed and (surely or (in_land or _is_of_land(words))) else 0
    if last in _BEFORE_PLACES or not (surely or (of_firm and _is_coined_name(name.written, surely=False))):
        return 0
    acts = begins and surely and is_coined(name.words[0]) and _acts(text, end) and not in_headline(text, start, end)
    return ENOUGH if acts or stands_so(text, start, end, name.words[-1]) else 0


_IN_BRACKET = re.compile(r"[\w\u2019] \($")


def _is_of_land(words: Sequence[str]) -> bool:
    """Whether a bracket stands behind a country: honey from Ukraine (Umberia Ochrelis)."""
    return len(words) > 1 and words[-1] == "(" and country_code(words[-2].strip(",")) is not None


def _plain(text: str, start: int, end: int, name: NameSeen, words: Sequence[str], *, begins: bool) -> str:
    """How a name of plain words stands where firms do: no more than a hint, so that it takes two ways; else nothing."""
    last = words[-1] if words else ""
    if not _is_plain_name(name.written) or last in _BEFORE_PLACES:
        return ""
    if begins and "&" not in name.words:
        behind = _BEHIND.match(text, end)
        does = behind and not behind.group("owned") and behind.group("word") in weights("does")
        return "plain acts" if (does or _TALKS.match(text, end)) and not in_headline(text, start, end) else ""
    if not begins and len(words) > 1 and last in _SURELY_BEFORE and words[-2].lower() not in _PERSONS_ABOVE:
        told = stands_so(text, start, end, name.words[-1]) and not in_headline(text, start, end)
        return f"plain {last}" if told else ""
    return ""


@lru_cache(maxsize=20_000)
def _is_coined_name(written: str, *, surely: bool) -> bool:
    return " " in written and is_coined_name(written.split(), surely=surely)


@lru_cache(maxsize=20_000)
def _is_plain_name(written: str) -> bool:
    words = written.split()
    few = 1 < len(words) <= len(("Umber", "State", "Tea", "House"))
    return (
        few
        and not is_place(words[-1].upper())
        and not any(
            len(word) < len("Tea")
            or not word[0].isupper()
            or word.isupper()
            or is_label(word)
            or official(word)
            or is_of_nation(word)
            or word.upper().removesuffix("S") in _THINGS
            for word in words
            if word != "&"
        )
    )


def _is_of_town(words: Sequence[str]) -> bool:
    """Whether words are a town and a name of no dictionary: Sialkot Umberia. Ports are called so by themselves."""
    town, name = words[0], words[1]
    return (
        is_town(town)
        and words[-1].upper() not in _THINGS
        and is_coined(name)
        and not (is_given(town) or is_somewhere(town) or is_town(name) or is_plain(town) or is_ports_town(town))
    )


_APART = re.compile(rf"{_OF_SEAT}, (?:an?|its|our|the|their|your|which|who) ")


def _acts(text: str, end: int) -> bool:
    """Whether what stands behind a name is what somebody does or is."""
    return any(pattern.match(text, end) for pattern in (_VERB, _HAS, _TALKS, _APART))


def _is_many(before: str, words: Sequence[str]) -> bool:
    """Whether what a name is of are things at the beginning of a sentence and no longer name: Tags of Umberia."""
    things = words[-2]
    begins = before[: before.rindex(f"{things} {words[-1]}")] if f"{things} {words[-1]}" in before else "-"
    return things.endswith("s") and is_plain(things) and (not begins or bool(_BEGINNING.search(begins)))


def _is_label_for(words: Sequence[str]) -> bool:
    """Whether what stands before the last of these words is a label and no name: need POE for Umber Stone."""
    return is_label(words[-2]) or (words[-1] == "for" and words[-2].isupper())


def _has_land_behind(text: str, end: int) -> bool:
    land = _LAND_BEHIND.match(text, end)
    return land is not None and is_somewhere(land.group(1))


def _seen_behind(text: str, end: int) -> Iterator[tuple[str, int]]:
    if _IN_ROLE.match(text, end):
        yield "role", ENOUGH
    if _AGAINST_STATES.match(text, end) or _SIGNS_FOR.match(text, end):
        yield "party", ENOUGH
    if apposed := _APPOSED.match(text, end):
        whose = apposed.group("whose") is not None
        for word in apposed.group("words").split():
            weight = weights("is").get(word) or (whose and weights("has").get(word.strip(",")))
            if weight:
                yield "apposed", weight
            if weight or word in _APPOSED_ENDS:
                break
    if (holds := _HOLDS.match(text, end)) and any(weights("has").get(word, 0) >= ENOUGH for word in holds.groups("")):
        yield "holds", ENOUGH
    if _ITS.match(text, end):
        yield "its", HINT
    behind = _BEHIND.match(text, end)
    if behind is None or _PARTICIPLE.match(text, end):
        return
    word, following = behind.group("word"), behind.group("next") or ""
    if behind.group("owned"):
        has = weights("has")
        yield "has", has.get(word) or has.get(following, 0)
    else:
        does = weights("does")
        past = HINT if _DID.match(text, end) else 0
        yield "does", max(does.get(word, past), does.get(following, past) if word in _GOES_ON else 0)
        if _names_what_follows(text, end):
            yield "noun", weights("noun")[word]


# What names end with that are no firms': papers, programmes, places.
_THINGS = frozenset(
    ("ACT", "AGREEMENT", "AIRPARK", "AIRPORT", "ALERT", "APPLICATION", "BULLETIN", "CALENDAR", "CERTIFICATE", "CODE",
     "DATABASE", "DAY", "DECLARATION", "DESK", "FORM", "GUIDE", "GUIDELINE", "HIGHWAY", "INITIATIVE", "LAKE", "LIST",
     "LOGIN", "MANUAL", "MECHANISM", "MESSAGE", "METHOD", "ORDER", "PLAN", "POLICY", "PORTAL", "PROGRAM", "PROJECT",
     "PROTOCOL", "REGULATION", "REPORT", "RIVER", "RULE", "STREET", "SYNTAX", "SYSTEM", "TEST", "TREATY", "WAR")
)  # fmt: skip


def is_coined_name(words: Sequence[str], *, surely: bool) -> bool:
    """Whether several words are a name that hardly anything but a firm has: one is in no dictionary, and another is, or
    ends firms' names; persons have names without such a one. What need not be told `surely` lacks a given name alone.

    >>> [is_coined_name(words, surely=True) for words in (["Umberia", "Tea"], ["Ann", "Umberia"], ["General", "Note"])]
    [True, False, False]
    >>> is_coined_name(["Umberia", "Ochrelis"], surely=True), is_coined_name(["Umberia", "Ochrelis"], surely=False)
    (False, True)
    """
    if (
        words[-1].upper().removesuffix("S") in _THINGS
        or is_of_nation(words[-1])
        or any(map(is_label, words))
        or is_place(words[-1].upper())
    ):
        return False
    coined = [word for word in words if is_coined(word)]
    others = [word for word in words[1:] if is_plain(word) or ends_names(word) or names_goods(word)]
    if "&" in words and not coined:
        coined = [word for word in words if not (says_what_kind(word) or official(word))][1:]
    return bool(
        len(words) > 1
        and coined
        and (others or not (surely or is_given(words[0])))
        and not any(word[0].isdigit() for word in words)
        and not INITIALS.fullmatch(words[0])
        and not is_town(" ".join(words))
    )


def _names_what_follows(text: str, end: int) -> bool:
    """Whether a name stands before what it is the name of: the Umber factory."""
    behind = _BEHIND.match(text, end)
    return bool(behind and behind.group("word") in weights("noun") and text.startswith(behind.group("word"), end + 1))


def _seen_in_list(before: str) -> Iterator[tuple[str, int]]:
    if listed := _LISTED.search(before[-25:]):  # from three mills: Umber, Ochre and Woad; Customers: Umber
        label = listed.group(1)
        yield "is" if label.islower() else "listed", weights("is").get(label.lower(), 0)


def _seen_before(before: str, name: NameSeen) -> Iterator[tuple[str, int]]:
    if before[-2:].strip().startswith("(") and (bracket := _IN_BRACKETS.search(before)):
        in_some_land = ends_as_firms_do(name) and country_code(bracket.group(1))  # from Kenya (Umber Apparel)
        yield "is", HINT if in_some_land else weights("is").get(bracket.group(1), 0)
        return
    before = before.rstrip("'\"\u2018\u201c")
    words = _CLAUSE.split(before)[-1].split()
    if words and words[-1] in _CALLING:
        words.pop()
    if not words or (words[-1].isupper() and words[-1] != "IOR") or before[-1] not in ' "\u201c':
        return
    comma = words[-1].endswith(",")
    last = words[-1].strip(',"\u201c')
    if last in ("are", "include", "includes", "included", "is", "was", "were"):
        last = _who_is(words) or last
    if weight := weights("is").get(last.lower()):
        staff = (
            comma
            and last in _WITHIN_STAFF
            and not ends_as_firms_do(name)
            and any(OWNED.search(word) or word.lower() in _CALLING for word in words[-3:-1])
        )
        if not staff:
            yield "is", weight if last.islower() else HINT  # Importer Umber, but Importer Obligation
        return
    alone = len(words) == 2 or not words[-2:][0].isalpha()  # Yarn from Umber Spinning; mill No. 2 of Umber Spinning
    if last in PREPOSITIONS and ends_as_firms_do(name) and (alone or words[-2:][0].islower()):
        yield "beside", HINT
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


def _who_is(words: list[str]) -> str:
    """Of whom it is said who they are: the broker is, the forwarder's name is; else nothing."""
    named = words[-2:][0].lower()
    if named == "name" and len(words) > _WORDS_OF_A_NAME:
        named = OWNED.sub("", words[-3]).lower()
    return named if named in weights("is") else ""


def ends_as_firms_do(name: NameSeen) -> bool:
    return " " in name.written and ends_names(name.words[-1])


def is_somewhere(name: str) -> bool:
    plain = (name if name.isascii() else anyascii(name)).upper()  # Puerto Cortés
    return bool(
        is_place(plain) or country_code(name) or is_region(name) or name in _words_of_countries() or plain in _ports()
    )


@cache
def _ports() -> frozenset[str]:
    """The ports whose name has several words: New Orleans."""
    return frozenset(row["name"].upper() for row in rows("ports.csv") if " " in row["name"])


def is_ports_town(name: str) -> bool:
    return name in _all_ports()


@cache
def _all_ports() -> frozenset[str]:
    return frozenset(row["name"] for row in rows("ports.csv"))


@cache
def _words_of_countries() -> frozenset[str]:
    """The words of countries' names that have several: Bosnia and Herzegovina."""
    return frozenset(word for name, _ in country_names() if " " in name for word in name.split() if len(word) >= 6)
