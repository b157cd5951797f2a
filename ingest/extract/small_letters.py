"""Known names and countries in texts that are written in small letters throughout, as people write mail in a hurry.

Invariant: only texts that begin next to no sentence with a capital are read so. A known name counts in small letters
where it has two words or more and not only common ones, and then its first word by itself, too, where that can mean
nothing else; a country where a small word that stands before places stands before it (`from china`).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from graph.resolve.words import is_place, share
from ingest.extract.company_forms import first_form
from ingest.extract.countries import countries
from ingest.extract.known_names import Known, KnownNames
from ingest.extract.name_words import (
    BETWEEN,
    ends_names,
    is_given,
    is_plain,
    is_town,
    names_goods,
    says_what_kind,
    stops,
    weights,
)
from ingest.extract.names import words
from ingest.sources.countries import country_code

_CHAT = r"(?:\[?\d{1,2}:\d\d(?::\d\d)?\]? )?(?:[\w.]{1,20}[:>] |<[\w.]{1,20}> )?"  # 9:14 umber: yes
_BEGINS = re.compile(
    rf"(?:^|[.!?][ \n]+|\n\s*){_CHAT}(?:[-*\u2022>]+\s+|[a-z0-9]{{1,2}}[.)]\s+)?(?:(?P<small>[a-z])|[A-Z])"
)
_CHAT_LINE = re.compile(
    r"(?m)^(?:> ?|(?:\[?\d{1,2}:\d\d(?::\d\d)?\]? )?(?:[\w.]{1,20}[:>] |<[\w.]{1,20}> )|"
    r"\[?\d\d:\d\d(?::\d\d)?\]? )[a-z]"
)
_HASTY = 2  # beginnings in small letters that show a text to be written in a hurry, here and there
_SENTENCES, _TIMES = 4, 4  # at least so many small beginnings, and so many times as many as capital ones
_SHORTEST = 4
_BEFORE_PLACES = re.compile(
    r"\b(?:from|fr|in|into|to|of|via|through|thru|by|is|was|are|as|not|or|and|said|says?|claims|declared|"
    r"marked|made|en|origin)\s+$|[/:,] ?$"
)
_BEFORE_GOODS = re.compile(r"\b(?:from|in|into|to|via|through|thru|says|said|origin)\s+$")  # in a chat
_BEFORE_TITLES = re.compile(r"\bthe\s+$")  # of their goods: the malaysia certs
_GOODS = frozenset(("china", "turkey", "jordan", "chad", "guinea", "jersey"))
_PLAIN = re.compile(r"[a-z]+")


def in_small_letters(text: str) -> bool:
    """Whether a text begins its sentences with small letters."""
    small = capital = 0
    for match in _BEGINS.finditer(text):
        small += match.group("small") is not None
        capital += match.group("small") is None
    return small >= _SENTENCES and small >= _TIMES * capital


def small_names(text: str, known: KnownNames) -> Iterator[Known]:
    """The known names that such a text writes, and the first words of them.

    >>> text = "boxes of umber foods. umber's broker called."
    >>> [text[one.start : one.end] for one in small_names(text, KnownNames([("Umber Foods Inc.", "party:1")]))]
    ['umber foods', 'umber', 'umber']
    """
    found = [one for one in known.find(text, small=True) if _tells(text[one.start : one.end])]
    yield from found
    for one in found:
        first = next(words(text, one.start, one.end))
        word = text[first.start : first.end]
        if len(word) >= _SHORTEST and not share(first.form) and not is_place(first.form):
            for use in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
                yield Known(*use.span(), one.key, one.bearers, full=False)


# A legal form in small letters, and words that end firms' names and nothing else, each with what stands before it.
_FORM = re.compile(
    r"(?P<words>(?:[a-z0-9][\w'&-]* (?:& )?){1,6})"
    r"(?P<form>(?:(?:co|pte|pvt|pty|sdn|inc)\.?,? )?(?:llc|inc|ltd|limited|corp|bhd|gmbh|plc|chb|kk|jsc)\b|"
    r"co\b(?=[.,;)]|$))"
)
_PARTNERS = re.compile(r"(?P<words>(?:[a-z][\w'-]* ){1,3}& )(?P<form>[a-z]+)(?![\w&-])")
_ROLE = re.compile(
    r"\b(?:importer|ior|exporter|broker|seller|shipper|supplier|maker|forwarder|carrier|buyer|consignee|trucker|"
    r"consignee|"
    r"customer|vendor|surety)(?: is|:| =)? (?P<name>[a-z][\w'-]{2,}(?: [a-z][\w'-]{2,}){1,3})"
)
_BUSINESS = re.compile(
    r"(?P<words>(?:[a-z][\w'&-]* ){1,5})"
    r"(?P<form>brokerage|brokers|cartage|drayage|enterprises|forwarders|forwarding|holdings|industries|"
    r"logistics|traders|"
    r"trucking|warehousing)\b"
)
_LONGEST_NAME = 3  # words before these


def small_firms(text: str) -> Iterator[tuple[int, int]]:
    """The firms that such a text writes with their legal form or with what they do.

    >>> text = "i think its umber gallery llc, and he drives with ochre drayage."
    >>> {"umber gallery llc", "ochre drayage"} <= {text[start:end] for start, end in small_firms(text)}
    True
    """
    yield from _named_again(text)
    yield from _noted(text)
    yield from _ended(text)
    for pattern in (_FORM, _BUSINESS, _PARTNERS):
        for match in pattern.finditer(text):
            if pattern is _PARTNERS and not ends_names(match.group("form")):
                continue
            named = list(re.finditer(r"\S+", match.group("words")))
            kept: list[re.Match[str]] = []
            for word in reversed(named):
                if word.group() != "&" and (_is_small_word(word.group()) or len(kept) == _LONGEST_NAME):
                    break
                kept.insert(0, word)
            telling = pattern is _FORM or not all(share(word.group().upper()) for word in kept)
            if kept and telling and kept[0].group() != "&":
                yield match.start() + kept[0].start(), match.end()


# Whom a note names behind who they are (`cnee umber hill cutlery`, `truck of umber haulage`), and behind where goods
# come from and go to (`candles fr umberet wax, israel`).
_NOTED = re.compile(
    r"\b(?:(?P<sure>cnees?|shprs?|ntfy|impt?r|mfr|brkr|fwdr|trkr|consignees?|shippers?|importers?|exporters?|brokers?|"
    r"truckers?|carriers?|suppliers?|makers?|sellers?|buyers?|vendors?|forwarders?|factory|mill|resellers?|tel w/|"
    r"(?:truck|trailer|driver|agent|rep|guy|man) (?:of|from)|awb [\d -]{8,14}\d,)|"
    r"for|fr|from|by|of)(?:\s+(?:is|are|was|=)|:)?\s+(?=[a-z])"
)
_NOTED_WORD = re.compile(r"[a-z][a-z0-9'\u2019&-]*")
_NOTED_ENDS = re.compile(r"\s*(?:[,.;:()>+]|\n\s*\n|$)")
_NOTED_NEXT = re.compile(r"\s*(?:>|\+| and )\s*(?=[a-z])|\s+and\s+(?=[a-z])")
_LONGEST_NOTED, _FEWEST_NOTED = 4, 2


def _noted(text: str) -> Iterator[tuple[int, int]]:
    """The firms that a note in small letters names so, and where it calls them by their first words."""
    names: set[str] = set()
    for match in _NOTED.finditer(text):
        at, sure = match.end(), match.group("sure") is not None
        while place := _noted_name(text, at, sure=sure):
            yield place
            names.add(text[slice(*place)])
            following = _NOTED_NEXT.match(text, place[1])
            if following is None:
                break
            at = following.end()
    for name in names:
        parts = name.split()
        if len(parts) > _FEWEST_NOTED:
            yield from _again(text, " ".join(parts[:_FEWEST_NOTED]))
        yield from _again(text, " ".join(parts))
        if len(parts[0]) > _SHORTEST and not is_plain(parts[0]) and not _is_known_word(parts[0]):
            yield from _again(text, parts[0])


_SMALL_RUN = re.compile(r"[a-z][\w'\u2019&-]*(?: [a-z&][\w'\u2019&-]*)*")


def _ended(text: str) -> Iterator[tuple[int, int]]:
    """Names in small letters that end as firms' do and of which a word is in no dictionary, and their first words."""
    firsts: set[str] = set()
    for run in _SMALL_RUN.finditer(text):
        words = list(re.finditer(r"\S+", run.group()))
        for at, last in enumerate(words):
            if at == 0 or len(last.group()) <= _SHORTEST or not ends_names(last.group()):
                continue
            kept: list[str] = []
            for word in reversed(words[max(0, at - _LONGEST_NAME) : at]):
                if _goes_no_further(word.group()) or word.group() in BETWEEN:
                    break
                kept.insert(0, word.group())
            while kept and (is_plain(kept[0]) or _is_known_word(kept[0]) or len(kept[0]) <= _SHORTEST):
                kept.pop(0)
            if kept:
                yield run.start() + words[at - len(kept)].start(), run.start() + last.end()
                firsts.add(kept[0])
    for first in firsts:
        yield from _again(text, first)


def _again(text: str, name: str) -> Iterator[tuple[int, int]]:
    pattern = r"\s".join(map(re.escape, name.split()))
    yield from (use.span() for use in re.finditer(rf"(?<![\w'-]){pattern}(?![\w-])", text))


def _noted_name(text: str, at: int, *, sure: bool) -> tuple[int, int] | None:
    words: list[re.Match[str]] = []
    while len(words) < _LONGEST_NOTED and (word := _NOTED_WORD.match(text, at)):
        if _goes_no_further(word.group()):
            break
        words.append(word)
        gap = re.compile(r"[ ]|\n(?!\s*\n)").match(text, word.end())
        at = gap.end() if gap else len(text)
        if gap is None:
            break
    while words and words[-1].group() in BETWEEN:
        words.pop()
    if not words:
        return None
    ends = _NOTED_ENDS.match(text, words[-1].end()) is not None
    written = [word.group() for word in words]
    strange = [word for word in written if len(word) > _SHORTEST and not is_plain(word) and not _is_known_word(word)]
    whole = sure and ends and (ends_names(written[-1]) or any(map(_is_no_plain, written)))
    enough = len(words) >= _FEWEST_NOTED and (strange or whole)
    if not enough or not (sure or ends) or is_town(" ".join(written)) or is_goods_only(written):
        return None
    return words[0].start(), words[-1].end()


def _is_no_plain(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha() and not is_plain(word)


def is_goods_only(written: list[str]) -> bool:
    """Whether words only say what goods are: frozen berries."""
    return all(names_goods(word) or says_what_kind(word) or is_plain(word) for word in written) and not any(
        ends_names(word) for word in written
    )


def _is_known_word(word: str) -> bool:
    """Whether a word is a country's, a place's, a month's or a person's."""
    return bool(
        is_place(word.upper())
        or is_town(word)
        or is_given(word)
        or country_code(word.capitalize())
        or share(word.upper())
    )


def _goes_no_further(word: str) -> bool:
    """Whether a name in small letters ends before a word: a verb, a small word, a country."""
    return word not in BETWEEN and (
        _is_small_word(word)
        or word in weights("does")
        or word in _NOTES
        or (word.endswith("ed") and is_plain(word))
        or country_code(word.capitalize()) is not None
    )


_NOTES = frozenset(
    ("abt", "acc", "after", "again", "ago", "at", "back", "before", "bill", "box", "came", "cntr", "ctn", "ctns",
     "ctr", "due", "entry's", "eta", "etd", "fax", "fm", "for", "fr", "from", "her", "here", "him", "his", "hold",
     "in", "into", "inv", "invoice", "last", "left", "low", "may", "me", "more", "next", "none", "nothing", "of",
     "off", "ok", "on", "only", "per", "pls", "re", "ref", "rep", "seal", "sez", "since", "still", "tel", "till",
     "today", "tomorrow", "truck", "until", "via", "w/", "want", "wants", "week", "when", "where", "which", "who",
     "will", "yesterday", "yet")
)  # fmt: skip


def _named_again(text: str) -> Iterator[tuple[int, int]]:
    """Words behind a role that the text has once more in the same order, and so a name."""
    for match in _ROLE.finditer(text):
        words = match.group("name").split(" ")
        for count in range(len(words), 1, -1):
            name = " ".join(words[:count])
            uses = list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))
            if len(uses) > 1 and not any(_is_small_word(word) for word in words[:count]):
                yield from (use.span() for use in uses)
                break


def small_again(text: str, names: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """What a text that begins some sentences small has in capitals elsewhere: `umber bay` of Umber Bay LLC."""
    if sum(match.group("small") is not None for match in _BEGINS.finditer(text)) < _HASTY:
        return
    for name in names:
        form = first_form(name)
        core = (name[: form.start] if form else name).rstrip(" ,").lower()
        if " " in core and core in text and not all(share(word.upper()) for word in core.split()):
            yield from ((*use.span(), name) for use in re.finditer(rf"(?<![\w-]){re.escape(core)}(?![\w-])", text))


def _is_small_word(word: str) -> bool:
    """Whether a word joins others and is in no name: its, from, says, importer."""
    return stops(word) or word == "of" or word in _SMALL_WORDS or word in weights("is") or len(word) == 1


_SMALL_WORDS = frozenset(
    ("about", "all", "also", "and", "another", "asked", "be", "been", "but", "buys", "called", "calls", "did", "does",
     "get", "gets", "goes", "got", "had", "has", "have", "if", "is", "it's", "its", "just", "like", "named", "no",
     "not", "now", "one", "or", "other", "our", "out", "paid", "pays", "said", "same", "saw", "says", "see", "sells",
     "sold", "some", "sure", "than", "that", "their", "them", "then", "there", "they", "think", "this", "to", "told",
     "uses", "using", "was", "we", "were", "what", "who", "whose", "with", "work", "works", "you", "your")
)  # fmt: skip


def _tells(written: str) -> bool:
    some = [word.form for word in words(written)]
    return len(some) > 1 and any(not share(word) and len(word) >= _SHORTEST for word in some)


def is_chat(text: str) -> bool:
    """Whether some lines of a text begin with a small letter behind whoever says them: `9:14 umber: from vietnam`."""
    return len(list(islice(_CHAT_LINE.finditer(text), _HASTY))) == _HASTY


def small_countries(text: str) -> Iterator[tuple[int, int, str]]:
    """Where such a text names countries; in a chat with capitals here and there, only where nothing else can be meant.

    >>> [code for _, _, code in small_countries("garlic from china by way of hong kong in a bone china pot")]
    ['CN', 'HK']
    """
    titled = _PLAIN.sub(lambda word: word.group().capitalize(), text)
    throughout = in_small_letters(text)
    for start, end, code in countries(titled):
        before = max(0, start - 20), start
        goods = text[start:end] in _GOODS
        named = (_BEFORE_PLACES if throughout or not goods else _BEFORE_GOODS).search(text, *before) or (
            not goods and _BEFORE_TITLES.search(text, *before)
        )
        if text[start:end].islower() and named:
            yield start, end, code
