"""Where a text puts a name that ends as firms' names do, or with goods: in a sentence of small letters, in a cell of a
row, in a list, at the head of a letter.

Invariant: what a headline writes in capitals, a title of goods or a programme says nothing. The words are data
(`lexicon/ends_of_names.csv`, `lexicon/goods_in_names.csv`, `lexicon/kinds_of_goods.csv`).
"""

import re
from collections.abc import Sequence

from ingest.extract.company_forms import form_words
from ingest.extract.name_words import ends_names, is_given, is_of_nation, names_goods, says_what_kind

_CHARACTERS = 70  # on either side of a name
_TOLD = 3
_SENTENCE = re.compile(r"(?<=\w[\w)])\.\s")
_SMALL_IN_HEADLINES = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "its", "of", "on", "or", "over", "the", "to",
     "under", "via", "with")
)  # fmt: skip
# What ends firms' names, and what authorities, programmes and rules have in theirs, too.
_WEAK = frozenset(
    ("AGENCIES", "AGENCY", "CAPITAL", "CONTROLS", "DEVICES", "ENTERPRISE", "EXPORT", "EXPORTS", "GROUP", "IMPORTS",
     "INSPECTION", "INTERNATIONAL", "INVESTMENTS", "MARKETS", "PARTNERS", "RESOURCES", "RETAIL", "SERVICES", "SYSTEMS",
     "TRANSPORT")
)  # fmt: skip
# Which people are called as well: Ann Mills.
_SURNAMES = frozenset(
    ("BERRY", "BOLT", "BRASS", "CHERRY", "COAL", "COOPERS", "COTTON", "CRAB", "DIAMOND", "DYERS", "FISH", "GARDENS",
     "GLASS", "HAM", "HARNESS", "HERRING", "HORN", "HOUSE", "LACE", "LOCKS", "MARBLE", "MARKETS", "MILLS", "NAIL",
     "PEPPER", "POTTERS", "RAIL", "RICE", "RINGS", "SALMON", "SALT", "SAND", "SILK", "SILVER", "STABLES", "STONE",
     "STONES", "STRAW", "WARE", "WELD", "WOOD", "WOODS", "WOOL")
)  # fmt: skip
_WORD_BEFORE = re.compile(r"(?:(?P<above>\S+)\s)?(?P<word>\S+)(?: |\n)[\"\u201c(]?$")
_NOT_BEFORE = frozenset(
    ("a", "all", "an", "any", "as", "called", "certain", "concerning", "covering", "each", "entitled", "every", "new",
     "no", "regarding", "some", "than", "the", "these", "this", "those", "titled", "under", "whole")
)  # fmt: skip
_ON_GOODS = frozenset(  # before `on` and what a paper or an order is about
    ("act", "advice", "agreement", "chapter", "committee", "compliance", "duties", "duty", "finding", "investigation",
     "investigations", "law", "note", "notes", "order", "orders", "publication", "report", "review", "reviews", "rule",
     "rules", "ruling", "rulings", "section", "tariff", "tariffs")
)  # fmt: skip
_TELLS_ON = re.compile(r"(?:['\u2019]s?)?(?: [a-z(&/|\"\u201c\u2013-]|[.,;:?!)\"\u201d]|\s*\n|\s*$)")
_INITIALS_BEHIND = re.compile(r" \((?:the )?[\"\u201c]?[A-Z]{2,}s?[\"\u201d]?\)")
_LINE_BEGINS = re.compile(r"(?:^|[|\t]|\s/|\n)[ ]*(?:[-*\u2022] ?|\(?\d{1,3}[.)]? )?$")
_BEGINS = re.compile(r"(?:^|[.!?:;\u2022*)]\s+|\d{4}, |\n\s*)[\"\u201c(]?$")
_BAR_BEFORE = re.compile(r"(?:[|\t]|\s/) ?$")
_BAR_BEHIND = re.compile(r" ?(?:[|\t]| / )")
_COLON_BEHIND = re.compile(r":[ \t]+\S")
_STREET_BEHIND = re.compile(r"[ ]*\n[ ]*(?:\d|P\.? ?O\.? Box|Post Office Box)", re.IGNORECASE)
_GOES_ON = re.compile(r"[,.]|(?: \(|['\u2019]s?)? ?[a-z]| of [A-Z]\w+(?: [A-Z]\w+)? [a-z]")
_LABEL_BEFORE = re.compile(r"(?:^|\n)[ ]*(?:RE|Re|SUBJECT|Subject|FW|Fwd): (?:(?:RE|Re|FW|Fwd): )*$")
_LABEL_BEHIND = re.compile(r"[,;]|\s*\n|\s*$| \(")
_ASIDE_BEHIND = re.compile(r", [a-z]")
_DOES_BEHIND = re.compile(r" [a-z]")
_LIST = re.compile(r"[a-z]: (?:[A-Z][\w'\u2019-]*(?: (?:& |of )?[A-Z][\w'\u2019-]*){0,4}[,;] )*$")
_LISTED_BEFORE = re.compile(r"[A-Z][\w'\u2019-]+ (?:(?:& )?[A-Z][\w'\u2019-]+ ){0,4}(?P<last>[A-Z]\w+)[,;] $")
_LIST_CHARACTERS = 200
_LIST_GOES_ON = re.compile(r",? (?:and|or) \w|[,;.]|[ ]*\n|[ ]*$")


def is_told_of(text: str, start: int, end: int, written: str) -> bool:
    """Whether a name of two words or more stands where firms do, by its last word and what is around it.

    >>> text = "We asked Umber Jade Packaging for it. Subject: Natural Flavors"
    >>> is_told_of(text, 9, 29, "Umber Jade Packaging"), is_told_of(text, 47, 62, "Natural Flavors")
    (True, False)
    """
    words = written.split()
    return ends_so(words) and stands_so(text, start, end, words[-1])


def stands_so(text: str, start: int, end: int, last: str) -> bool:
    """Whether a name that ends with a word stands where firms do, whatever its other words are."""
    quoted = text[max(0, start - 1) : start] in ('"', "\u201c")
    if _INITIALS_BEHIND.match(text, end) or (quoted and not ends_names(last)):
        return False
    before = text[max(0, start - _CHARACTERS) : start]
    barred = _BAR_BEHIND.match(text, end)
    if barred or _BAR_BEFORE.search(before):
        return bool(_LINE_BEGINS.search(before)) and bool(barred or text[end : end + 1] in ("\n", ""))
    if _heads(text, end, before) or _is_listed(text, start, end, before, last):
        return True
    if _BEGINS.search(before):
        sure = ends_names(last) or (" & " in text[start:end] and before[-1:] == " ")
        return sure and bool(_GOES_ON.match(text, end)) and not in_headline(text, start, end, _TOLD)
    return _is_in_sentence(text, start, end, before, last)


def _heads(text: str, end: int, before: str) -> bool:
    """Whether what is said of a name follows behind a colon, or its street in the next line."""
    said = _COLON_BEHIND.match(text, end) and _BEGINS.search(before)
    return bool(said or (_STREET_BEHIND.match(text, end) and _LINE_BEGINS.search(before)))


def _is_listed(text: str, start: int, end: int, before: str, last: str) -> bool:
    """Whether a name stands in a list behind a colon, or behind a comma and another such name."""
    if before[-2:-1] not in (":", ",", ";"):
        return False
    if _LABEL_BEFORE.search(before):
        return bool(_LABEL_BEHIND.match(text, end))
    if before.endswith(", ") and ends_names(last) and _ASIDE_BEHIND.match(text, end):
        return not in_headline(text, start, end, _TOLD)  # its agent in Farmton, Umber Sourcing, signs
    if not _LIST_GOES_ON.match(text, end):
        return False
    if _LIST.search(text, max(0, start - _LIST_CHARACTERS), start):
        return True
    above = _LISTED_BEFORE.search(before)
    named = above and (ends_names(above.group("last")) or names_goods(above.group("last")))
    return bool(named) and not in_headline(text, start, end, _TOLD)


def _is_in_sentence(text: str, start: int, end: int, before: str, last: str) -> bool:
    said = _WORD_BEFORE.search(before)
    if said is None or not _TELLS_ON.match(text, end):
        return False
    word, above = said.group("word"), said.group("above") or ""
    plain = word.rstrip(",")
    if plain == "on" and (not ends_names(last) or above.lower().strip(",;:") in _ON_GOODS):
        return False
    if not (plain.isalpha() and plain.islower()) or plain in _NOT_BEFORE:
        return False
    if plain not in _SMALL_IN_HEADLINES:
        return True
    if plain == "and" and above.endswith(",") and _DOES_BEHIND.match(text, end):
        return not in_headline(text, start, end, _TOLD)  # sold it, and Umber Packaging filed
    told = above.islower() and above not in _SMALL_IN_HEADLINES
    return told or (plain not in ("and", "or") and not in_headline(text, start, end, _TOLD))


def ends_so(words: Sequence[str]) -> bool:
    """Whether the last of several words ends firms' names, and those before are not only of kinds of goods."""
    last = words[-1].upper()
    pair = len(words) > len(("Umber", "&", "Tack")) and words[-2] == "&" and last.isalpha()  # Umber Saddle & Tack
    firms = ends_names(last) or words[-2:] == ["&", "Customs"]
    if len(words) < 2 or _is_gerund(words[0]) or not (firms or pair or names_goods(last)):
        return False
    if is_of_person(words):
        return False
    if last in _WEAK and not (len(words) > 2 and (ends_names(words[-2]) or names_goods(words[-2]))):
        return False
    return any(_tells(word, firms=firms) for word in words[:-1])


def is_of_person(words: Sequence[str]) -> bool:
    """Whether words can be a person's name though the last ends firms' names, too: Ann Mills.

    >>> is_of_person(["Ann", "Mills"]), is_of_person(["Umber", "Mills"])
    (True, False)
    """
    return len(words) == len(("given", "last")) and words[1].upper() in _SURNAMES and is_given(words[0])


def _is_gerund(word: str) -> bool:
    """Whether a word says what is done, as titles begin: Importing Steel Products."""
    return len(word) > len("Beijing") and word.endswith("ing")


def _tells(word: str, *, firms: bool) -> bool:
    """Whether a word can be what a firm is called by."""
    return (
        len(word) > 2
        and word[0].isupper()
        and "-" not in word
        and not word.isupper()
        and not says_what_kind(word)
        and not is_of_nation(word)
        and word.upper() not in form_words()
        and (firms or not names_goods(word))
    )


def in_headline(text: str, start: int, end: int, times: int = 2) -> bool:
    """Whether all that counts is written in capitals around a name, so that a capital says nothing: in its line and,
    where that has several, in its sentence; `times` as many capitals as small letters."""
    first, last = max(0, start - _CHARACTERS), end + _CHARACTERS
    before, behind = text[first:start].rpartition("\n")[2], text[end:last].partition("\n")[0]
    if first and start - first == len(before):
        before = before.partition(" ")[2]  # without the word that is cut
    if last < len(text) and last - end == len(behind):
        behind = behind.rpartition(" ")[0]
    if not _in_capitals(times, before, behind):
        return False
    sentence = _SENTENCE.split(before)[-1], _SENTENCE.split(behind)[0]
    return sentence == (before, behind) or _in_capitals(times, *sentence)


def _in_capitals(times: int, *around: str) -> bool:
    words = (word for part in around for word in part.split())
    counted = [word for word in words if word[0].isalpha() and word.lower() not in _SMALL_IN_HEADLINES]
    capitals = sum(word[0].isupper() for word in counted)
    return capitals > 2 and capitals > times * (len(counted) - capitals)
