"""Known names and countries in texts that are written in small letters throughout, as people write mail in a hurry.

Invariant: only texts that begin next to no sentence with a capital are read so. A known name counts in small letters
where it has two words or more and not only common ones, and then its first word by itself, too, where that can mean
nothing else; a country where a small word that stands before places stands before it (`from china`).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from graph.resolve.words import is_place, share
from ingest.extract.company_forms import legal_forms
from ingest.extract.countries import countries
from ingest.extract.known_names import Known, KnownNames
from ingest.extract.name_words import ends_names, stops, weights
from ingest.extract.names import words

_CHAT = r"(?:\[?\d{1,2}:\d\d(?::\d\d)?\]? )?(?:[\w.]{1,20}[:>] |<[\w.]{1,20}> )?"  # 9:14 umber: yes
_BEGINS = re.compile(
    rf"(?:^|[.!?][ \n]+|\n\s*){_CHAT}(?:[-*\u2022>]+\s+|[a-z0-9]{1, 2}[.)]\s+)?(?:(?P<small>[a-z])|[A-Z])"
)
_CHAT_LINE = re.compile(
    r"(?m)^(?:> ?|(?:\[?\d{1,2}:\d\d(?::\d\d)?\]? )?(?:[\w.]{1,20}[:>] |<[\w.]{1,20}> )|"
    r"\[?\d\d:\d\d(?::\d\d)?\]? )[a-z]"
)
_HASTY = 2  # beginnings in small letters that show a text to be written in a hurry, here and there
_SENTENCES, _TIMES = 4, 4  # at least so many small beginnings, and so many times as many as capital ones
_SHORTEST = 4
_BEFORE_PLACES = re.compile(
    r"\b(?:from|in|into|to|of|via|through|thru|by|is|was|are|not|or|and|said|says|claims|declared|origin)\s+$|[/:,] ?$"
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

    >>> text = "i think its umber gallery llc, and he drives for ochre drayage."
    >>> [text[start:end] for start, end in small_firms(text)]
    ['umber gallery llc', 'ochre drayage']
    """
    yield from _named_again(text)
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
        form = next(iter(legal_forms(name)), None)
        core = (name[: form.start] if form else name).rstrip(" ,").lower()
        if " " in core and core in text and not all(share(word.upper()) for word in core.split()):
            yield from ((*use.span(), name) for use in re.finditer(rf"(?<![\w-]){re.escape(core)}(?![\w-])", text))


def _is_small_word(word: str) -> bool:
    """Whether a word joins others and is in no name: its, from, says, importer."""
    return stops(word) or word in _SMALL_WORDS or word in weights("is") or len(word) == 1


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
