"""Short names that a document gives a company, and where it uses them: `("ABC")`, `hereinafter the importer`.

Invariant: a short name stands for the company that it was defined behind, within one document, from its definition
on. A role (`the importer`) stands for a company and names none.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from anyascii import anyascii

from graph.resolve.words import is_of_people, is_place, share
from ingest.extract.company_forms import FormSpan, first_form, form_words, legal_forms, rows
from ingest.extract.introduced import is_label
from ingest.extract.name_words import (
    INITIALS,
    Place,
    begins_names,
    ends_names,
    is_of_nation,
    is_region,
    is_seat,
    is_town,
    names_goods,
    weights,
)
from ingest.extract.names import name_key, words
from ingest.sources.countries import country_code

_LONGEST_ALIAS = 6  # words
_QUOTES = '"\u201c\u201d'
_INTRODUCED = (
    r"(?:herein(?:after)?|hereafter|collectively|together|also known as|a\.?k\.?a\.?|f\.?k\.?a\.?|f/k/a|a/k/a|d/b/a|"
    r"d\.?b\.?a\.?|doing business as|referred to(?: collectively)?(?: herein(?:after)?)?|called|known)"
)
_IN_BRACKETS = re.compile(r"(?:['\u2019]s?)?(?: ?\[\d{1,2}\])?[ ,.)]{0,3}\((?P<inside>[^()\n]{2,80})\)")
_BARE = re.compile(rf",? (?:{_INTRODUCED}[, ]+)+(?:as |to as )?(?P<inside>[^,.;()\n]{{2,40}})(?=[,.;)\n])")
_LEAD = re.compile(rf"^(?:(?:{_INTRODUCED}|as|or|the|and|,)[ ,:]+)+", re.IGNORECASE)
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]{{2,60}})[{_QUOTES}]")
_PERSON_BEFORE = re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.? (?:[A-Z][\w.]* )?$")
_OF_A_THING = re.compile(r"\b(?:at|from|in|near|via|an?|any|each|every|some|the|this|these) $")  # or a place
_PARTNERS = re.compile(r"[A-Z]{1,3}&[A-Z]{1,3}")  # U&O
_PREFIXED = re.compile(r"(?:P\.?T\.?|OOO|OAO|ZAO|PAO|UAB|SIA|[PCO]?JSC) (?=[A-Z])")
_GOES_ON = re.compile(r"\.\w| \d")  # umber.example, Umber 42
_MORE_WORDS = re.compile(r"(?: [A-Z][\w'\u2019-]*\w)+")
_PARTS = re.compile(r"[^\Wa-z](?:[^/]*[^\s/])?")  # from the first capital on
_SEVERAL = 200  # characters before a name in which those stand that have a short name together
_ACRONYM, _SHORTEST_WORD, _SHORTEST_ACRONYM, _SHORTEST_CAPITALS = 6, 4, 3, 3
_WORDS_THAT_TELL, _LONG, _LONG_WORD, _AROUND = 3, 15, 5, 12
_PART_OF_NAME = re.compile(
    r"(?:,? (?!(?:Mr|Ms|Mrs|Dr)\b)(?:[A-Z&][\w(]|\((?!(?:EIN|HQ|IOR|IRS|MID|NY)\b)[A-Z]|Co\b|Inc\b|Ltd\b|LLC\b|"
    r"[A-Z0-9]\b)|, [A-Z]{2} \d)"
)
_LIST_BEHIND = re.compile(r"(?:, [A-Z][\w'\u2019-]+)+,? (?:and|n?or) [A-Z][\w-]+(?=['\u2019]| [a-z]|[.,;])")
_NAME_BEFORE = re.compile(r"(?<![\w.])([A-Z][\w&'-]*\.?|&|in|at|near) $")
_FIRST_WORD = re.compile(r"(?:^|[.!?:;\u2022]\s+|\n\s*(?:[-*\u2022]\s*)?)(?!Old |New |Former )[A-Z][a-z]+ $")
_DEED = re.compile(r" (?:\w+ly )?([a-z]+)")
_DOES = re.compile(
    r"['\u2019]s? [a-z]|, (?:formed|founded|incorporated|located|based|whose|a|an|the|its)\b| to be\b|"
    r",? (?:and|or|nor|but|who|which|also|then|did|does|has|had|have|is|was|will|would|could|sell|say|buy|import|"
    r"export|pay|ship|make|state|claim|knew|answered)\b"
)
_TELLS = re.compile(r" (?:got|told|tells|writes|wrote|asks|wants|called|needs|owes)\b")
_AS_A_WORD = re.compile(r"\b(?:words?|marks?|brands?|letters|labels?|with) [\"\u201c]$")
_DEALS = re.compile(
    r"(?:['\u2019]s [a-z]| (?:(?:was|is|were) )?(?:sold|sells|selling|bought|buys|imports|imported|importing|"
    r"exports|exported|shipped|ships|paid|pays|filed|files|claims|claimed|argues|argued|alleges|alleged|asked|"
    r"entered|transshipped)\b)"
)
_DONE_BY = re.compile(r"\b(?:by|to|against|with|for|of) $")
_ROLE = re.compile(
    r"(?:the )?(?:\w+[ -])?(?:alleger|importer|exporter|manufacturer|producer|shipper|consignee|supplier|seller|buyer|"
    r"vendor|"
    r"broker|company|protestant|requester|requestor|client|respondent|petitioner|complainant|carrier|surety|plaintiff|"
    r"defendant|appellant|appellee|intervenor|applicant|claimant|interested part(?:y|ie))s?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a document speaks of a company by a short name or a role; `of` is the company's place."""

    start: int
    end: int
    of: Place
    role: bool


def aliases(text: str, named: Iterable[Place]) -> Iterator[Use]:
    """The short names of the companies that stand at `named`, each at its definition and wherever it is used after.

    >>> text = 'Umber Co. ("UC") sells. UC, the importer, is new.'
    >>> [text[use.start : use.end] for use in aliases(text, [(0, 9)])]
    ['UC', 'UC']
    """
    places = sorted(named)
    begins = [start for start, _ in places]
    given = set()
    for use in (*_defined_uses(text, places), *_by_first_word(text, places), *_by_two_words(text, places)):
        within = places[bisect_right(begins, use.start) - 1] if use.start >= begins[0] else None
        if (use.start, use.end) not in given and not (within and use.end <= within[1]):
            given.add((use.start, use.end))
            yield use


def _defined_uses(text: str, places: list[Place]) -> Iterator[Use]:
    known: dict[
        str, tuple[int, Place, bool]
    ] = {}  # short name -> where it begins to stand for what, and whether a role
    for place in places:
        for start, end, role in _defined(text, place):
            short = text[start:end]
            known.setdefault(short.lower() if role else short, (start, place, role))
        for core in _cores(text[slice(*place)]):
            known.setdefault(core, (0, place, False))
        acronym = _initials(text[slice(*place)])
        if acronym and acronym in text:
            known.setdefault(acronym, (place[1], place, False))
        for core in _without_place(text[slice(*place)]):
            if core.lower() not in text:  # goods are written small somewhere
                known.setdefault(core, (place[1], place, False))
    todo = list(known)
    for short in todo:
        since, place, role = known[short]
        for start, end in _roles(text, short, since) if role else _words(text, short, since):
            if _PERSON_BEFORE.search(text, max(0, start - 30), start) or _is_longer(text, start, end):
                continue
            if not role and " " in short and _in_a_name(text, start) and not _behind_first_word(text, start):
                continue
            yield Use(start, end, place, role)
            for first, last, is_role in () if role else _defined(text, (start, end)):  # Umber Group (Umber)
                shorter = text[first:last].lower() if is_role else text[first:last]
                if shorter not in known:
                    known[shorter] = (first, place, is_role)
                    todo.append(shorter)


def _by_first_word(text: str, named: list[Place]) -> Iterator[Use]:
    """Where a company is called by the first word of its name (Umber Laundry Supply, then `Umber's broker`).

    Only a word that the text writes in capitals and never small, that no list of common words or places has, and that
    does something companies do at one place at least (has, sells, is sold to) or stands nowhere as places and goods do.
    """
    beginnings: dict[str, Place] = {}
    for place in named:
        words_of = text[slice(*place)].split(maxsplit=2)
        beginnings.setdefault(words_of[0].strip(","), place)
        if len(words_of) > 1 and is_seat(words_of[0]):  # Ningbo Umber Metal Co., then Umber
            beginnings.setdefault(words_of[1].strip(","), place)
    for first, place in beginnings.items():
        in_capitals = first.isupper() and len(first) >= _ACRONYM
        word = first.title() if in_capitals and _has_titled(text, first) else first
        whole = place[1] - place[0] == len(first)
        if not _is_telling(text, word, whole=whole):
            continue
        if whole:  # the name is that word alone
            yield from _again(text, first, place)
            continue
        uses = [
            (start, end)
            for start, end in _words(text, word)
            if not _GOES_ON.match(text, end)
            and (_LIST_BEHIND.match(text, end) or not _PART_OF_NAME.match(text, end))
            and not _in_a_name(text, start)
            and not _AS_A_WORD.search(text, max(0, start - 10), start)
            and not _PERSON_BEFORE.search(text, max(0, start - 30), start)
            and (text[max(0, start - 4) : start] != " in " or text.startswith(("'", "\u2019"), end))
        ]
        if any(_acts(text, *use) for use in uses) or not _is_a_thing(text, word, uses):
            yield from (Use(*use, place, role=False) for use in uses)
            if word.istitle() and len(word) >= _LONG_WORD:
                yield from _in_capitals(text, word.upper(), place)


def _in_capitals(text: str, word: str, place: Place) -> Iterator[Use]:
    """Where such a word stands in capitals amid others that do not."""
    for start, end in _words(text, word):
        around = text[max(0, start - _AROUND) : start] + text[end : end + _AROUND]
        if any(letter.islower() for letter in around) and not _PART_OF_NAME.match(text, end):
            yield Use(start, end, place, role=False)


def _by_two_words(text: str, named: list[Place]) -> Iterator[Use]:
    """Where a company is called by the first two words of its name, common ones though they be, and does something
    there at one place at least: Golden Umber Trading Corp., then `Golden Umber had wound up`."""
    for pair, place in {_two_words(text[slice(*place)]): place for place in reversed(named)}.items():
        if not pair or text.count(pair) < 2 or pair.lower() in text:
            continue
        uses = [
            (start, end)
            for start, end in _words(text, pair)
            if not _PART_OF_NAME.match(text, end)
            and not _in_a_name(text, start)
            and not _PERSON_BEFORE.search(text, max(0, start - 30), start)
        ]
        of_place = text.startswith(f"{pair} of ", place[0])  # Umber Traders of Ohio, then Umber Traders
        if of_place or any(_acts(text, *use) or _TELLS.match(text, use[1]) for use in uses):
            yield from (Use(*use, place, role=False) for use in uses)


@lru_cache(maxsize=4096)
def _two_words(name: str) -> str:
    """The first two words of a name of three or more that no place, nation or article is among."""
    words_of = name.replace(",", "").split()
    titled = len(words_of) > 2 and all(word.isalpha() and word[0].isupper() for word in words_of[:2])
    if (
        not titled
        or words_of[1].upper() in form_words()
        or any(is_of_nation(word) or country_code(word) or word.upper() in _not_in_names() for word in words_of[:2])
    ):
        return ""
    pair = " ".join(words_of[:2])
    somewhere = is_region(pair) or country_code(pair) or all(is_place(word.upper()) for word in words_of[:2])
    return "" if somewhere else pair


def _words(text: str, words: str, since: int = 0) -> Iterator[Place]:
    """Where words stand by themselves: many times faster than by a pattern, of which no part is looked for plainly."""
    at = text.find(words, since)
    while at >= 0:
        end = at + len(words)
        alone = not (at and _of_word(text[at - 1])) and not (end < len(text) and _of_word(text[end]))
        if alone:
            yield at, end
        at = text.find(words, end if alone else at + 1)


def _is_longer(text: str, start: int, end: int) -> bool:
    """Whether a name is part of one that ends as firms' do, or begins with a seat: Umber Jade, but Umber Jade Laundry
    Supply and Ningbo Umber Jade."""
    more = _MORE_WORDS.match(text, end)
    before = text[max(0, start - 30) : start].rpartition("\n")[2].split(" ")
    seat = len(before) > 1 and not before[-1] and is_seat(before[-2])
    last = more.group().rpartition(" ")[2] if more else ""
    return seat or ends_names(last) or names_goods(last)


def _of_word(letter: str) -> bool:
    return letter.isalnum() or letter in "_-"


def _roles(text: str, role: str, since: int) -> Iterator[Place]:
    """Where a role stands, in capitals or not."""
    for match in re.compile(rf"(?<![\w-]){re.escape(role)}(?![\w-])", re.IGNORECASE).finditer(text, since):
        yield match.span()


def _is_a_thing(text: str, word: str, uses: Iterable[Place]) -> bool:
    """Whether a word can as well be a place or goods: in Umber, an Umber, Umber 42."""
    numbered = any(text[end : end + 1] == " " and text[end + 1 : end + 2].isdigit() for _, end in _words(text, word))
    return numbered or any(_OF_A_THING.search(text, max(0, start - 10), start) for start, _ in uses)


def _again(text: str, word: str, place: Place) -> Iterator[Use]:
    """Where a name of one word stands once more, as it was or in capitals."""
    for way in dict.fromkeys((word, word.upper())):
        for start, end in _words(text, way, place[1]):
            if not _PART_OF_NAME.match(text, end) and not _in_a_name(text, start):
                yield Use(start, end, place, role=False)


def _acts(text: str, start: int, end: int) -> bool:
    deed = _DEED.match(text, end)
    return bool(
        (deed and deed.group(1) in weights("does"))
        or _DOES.match(text, end)
        or _DONE_BY.search(text, max(0, start - 30), start)
    )


def _behind_first_word(text: str, start: int) -> bool:
    """Whether the word before is a sentence's first: Ask Umber Jade, but not Old Umber Jade or ACE Umber Jade."""
    return bool(_FIRST_WORD.search(text, max(0, start - 30), start))


def _in_a_name(text: str, start: int) -> bool:
    """Whether a word in capitals, or one before places, stands right before."""
    before = _NAME_BEFORE.search(text, max(0, start - 30), start)
    if not before:
        return False
    word = before.group(1)
    ends_sentence = word.endswith(".") and len(word) > len("J.")
    quality = word[-1:].islower() and "-" in word  # US-based Umber
    return not ends_sentence and not quality and word.upper() not in _not_in_names()


@cache
def _not_in_names() -> frozenset[str]:
    return frozenset(row["word"] for row in rows("not_in_names.csv"))


def _has_titled(text: str, word: str) -> bool:
    return any(True for _ in _words(text, word.title()))


def _is_telling(text: str, word: str, *, whole: bool = False) -> bool:
    """Whether a word can only be the company; three capitals can where they deal, or are all of a name."""
    plain = word.upper().strip(".")
    if INITIALS.fullmatch(word):
        return len(plain) > len("A.B")
    if _PARTNERS.fullmatch(word):
        return True
    if len(word) < _SHORTEST_WORD:
        deals = any(_DEALS.match(text, end) for _, end in _words(text, word))
        if len(word) < _SHORTEST_CAPITALS or not word.isupper() or not (whole or deals):
            return False
    parts = plain.split("-")  # Holloway-Umber
    common = any(share(part) for part in parts) or plain in form_words() or country_code(plain) or is_of_nation(word)
    of_place = not whole and is_place(plain)
    return (
        not common
        and not of_place
        and all(part.isalpha() for part in parts)
        and not any(True for _ in _words(text, word.lower()))
    )


def _defined(text: str, place: Place) -> Iterator[tuple[int, int, bool]]:
    """What is defined right behind a company, as places."""
    at = place[1]
    if _IN_BRACKETS.match(text, at):
        while bracket := _IN_BRACKETS.match(text, at):  # Umber Ltd. (formerly Ochre Ltd.) (Umber)
            yield from _inside(text, bracket.start("inside"), bracket.group("inside"), place)
            at = bracket.end()
    elif bare := _BARE.match(text, at):
        inside = bare.group("inside")
        start = bare.start("inside")
        lead = _LEAD.match(inside)
        if lead and not _ROLE.fullmatch(inside):
            start += lead.end()
            inside = inside[lead.end() :]
        if _QUOTED.search(inside):
            yield from _inside(text, start, inside, place)
        elif _ROLE.fullmatch(inside) or inside[0].isupper():
            yield start, start + len(inside), bool(_ROLE.fullmatch(inside))


def _inside(text: str, at: int, inside: str, place: Place) -> Iterator[tuple[int, int, bool]]:
    quoted = list(_QUOTED.finditer(inside))
    for match in quoted:
        short = match.group(1).rstrip(",.")
        if short and (_ROLE.fullmatch(short) or _all_titled(short)):
            yield at + match.start(1), at + match.start(1) + len(short), bool(_ROLE.fullmatch(short))
    if quoted:
        return
    lead = _LEAD.match(inside)
    introduced = bool(lead and re.search(_INTRODUCED, lead.group(), re.IGNORECASE))
    start = lead.end() if lead and not _ROLE.fullmatch(inside) else 0
    short = inside[start:].strip()
    if _ROLE.fullmatch(short) and introduced:
        yield at + start, at + start + len(short), True
        return
    form = first_form(short)
    whole_name = (form and form.start) or not _all_titled(short) or len(short.split()) > _LONGEST_ALIAS
    if whole_name:
        return
    if "/" in short:  # the short names of several: Umber Co., Ltd./Ochre Metals Ltd. (Umber/Ochre)
        of = text[max(0, place[0] - _SEVERAL) : place[1]]
        for part in _PARTS.finditer(short):
            if _resembles(part.group(), of):
                yield at + start + part.start(), at + start + part.end(), False
    elif introduced or _resembles(short, text[place[0] : place[1]]) or _of_the_other(text, short, place):
        yield at + start, at + start + len(short), False


def _of_the_other(text: str, short: str, place: Place) -> bool:
    """Whether it is the first word of the one with which a company is named: Umber Ltd./Ochre Enterprises (Umber)."""
    other = text[max(0, place[0] - _SEVERAL) : place[0]]
    return other.endswith("/") and bool(re.search(rf"(?<![\w-]){re.escape(short)} [^;(\n]*/$", other))


def _all_titled(short: str) -> bool:
    """Whether it is written as a name: not `Umber companies`."""
    last = short.rsplit(maxsplit=1)[-1] if short else ""
    return short[:1].isalnum() and (not last[:1].islower() or any(letter.isupper() for letter in last[:4]))


def _resembles(short: str, name: str) -> bool:
    """Whether a short name is made of the name's words or of their first letters."""
    of_name = [word.form for word in words(name)]
    of_short = [word.form for word in words(short)]
    if not of_short:
        return False
    letters, initials = "".join(of_short), "".join(of_name)
    if 2 <= len(letters) <= 8 and letters[0] == initials[0] and _in_order(letters, initials):
        return True
    acronym = short.isalpha() and short.isupper() and len(short) > 2 and any(word[0] == short[0] for word in of_name)
    if acronym and not country_code(short):
        return True
    shared = {word for word in of_short if word in of_name and len(word) >= _SHORTEST_WORD}
    if len(of_short) > 1 and is_of_people(of_short[0]) and of_short[0] not in of_name:
        return False  # Umber Associates (Ann S. Umber)
    titled = all(not part[0].islower() for part in short.split())
    if len(of_short) > 1 and titled and any(not share(word) and not country_code(word) for word in shared):
        return True  # Umber Inc. (Industries Umber)
    return letters in initials or all(
        word in of_name or any(word[0] == one[0] and _in_order(word, one) for one in of_name) for word in of_short
    )


def _in_order(letters: str, of: str) -> bool:
    rest = iter(of)
    return all(letter in rest for letter in letters)


def _form_of(name: str) -> FormSpan | None:
    """The legal form with which a name ends: not the SE of SE Umber Exports Co."""
    return next((form for form in legal_forms(name) if form.end == len(name)), None)


@lru_cache(maxsize=20_000)
def _cores(name: str) -> tuple[str, ...]:
    """A name without its legal form, in small letters and in capitals, where that can only mean the company: not
    `Theory` of Theory LLC; and its first two words or more where these tell."""
    form = _form_of(name)
    core = name[: form.start].rstrip(" ,&") if form else name
    if prefix := _PREFIXED.match(core):
        core = core[prefix.end() :]
    parts = core.split()
    cores: list[str] = []
    for count in range(len(parts), 1, -1):
        cores += _core(parts[:count], cut=count < len(parts))
    return tuple(cores)


@lru_cache(maxsize=20_000)
def _initials(name: str) -> str:
    """The first letters of a name, where they are three or more with the CO of a Company: Umber Metal Works Co. is
    UMWCO."""
    form = _form_of(name)
    if not form and (prefix := _PREFIXED.match(name)):  # PT Umber Madder Ochre
        of_name = re.findall(r"[^\W_]+", name[prefix.end() :])
    else:
        of_name = re.findall(r"[^\W_]+", name[: form.start]) if form else []
    letters = "".join(word[0] for word in of_name)
    if form and name[form.start :].upper().startswith("CO") and len(letters) > 2:
        letters += "CO"
    common = is_label(letters) or country_code(letters)
    return letters if len(letters) >= _SHORTEST_ACRONYM and letters.isupper() and not common else ""


@lru_cache(maxsize=20_000)
def _without_place(name: str) -> tuple[str, ...]:
    """A name without the place or trade that it begins with: `Shanghai Umber Metals Co., Ltd.`, then `Umber Metals`."""
    form = _form_of(name)
    parts = name[: form.start].rstrip(" ,").split() if form else []
    if len(parts) == 2 and begins_names(parts[0]) and _tells_alone(parts[1]):
        return (parts[1],)  # Menuiserie Umber inc., then Umber
    if len(parts) < 3 or not (is_place(parts[0].upper()) or begins_names(parts[0])) or not parts[1][0].isupper():
        return ()
    return tuple(_core(parts[1:], cut=False))


def _tells_alone(word: str) -> bool:
    plain = word.upper()
    common = share(plain) or is_place(plain) or is_of_people(plain) or country_code(word) or ends_names(word)
    return len(word) >= _LONG_WORD and word[0].isupper() and not common


def _core(parts: list[str], *, cut: bool) -> list[str]:
    """Words of a name in both ways to write them, where they tell which company is meant."""
    some = [part for part in name_key(" ".join(parts)).split() if part not in form_words()]
    telling = [part for part in some if not share(part) and len(part) > 2 and not country_code(part)]
    whole = (
        not cut and len(parts) >= _WORDS_THAT_TELL and len(" ".join(parts)) >= _LONG
    )  # all common, but who else is it
    first = name_key(parts[0])
    begun = first in telling and not is_place(first)  # Umber Hong of Umber Hong Canvas Ltd.
    few = cut and not begun and len(telling) < 2 and len(parts) < _WORDS_THAT_TELL
    if len(some) < 2 or not (telling or whole) or few or parts[-1][-1] in "&,/-":
        return []
    short = " ".join(parts)
    if country_code(short) or is_place(short.upper()) or is_town(short):  # Puerto Rico Umber Co.
        return []
    ways = [short, short.title() if short.isupper() else short.upper()]
    if " & " in short:
        ways.append(short.replace(" & ", " and "))
    elif " and " in short:
        ways.append(short.replace(" and ", " & "))
    return ways if short.isascii() else [*ways, *map(anyascii, ways)]
