"""Names that are known already, found in running text: hundreds of thousands of them in one pass.

Invariant: a name is found at word boundaries, whatever its case, accents and dots, and never across a cell, a line
left blank or a semicolon; of names that overlap the longest counts. A name that several parties bear is found and
belongs to none of them. Memory: some 300 bytes a name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from graph.resolve.words import is_of_people, is_place, looks_like_company
from ingest.extract.company_forms import form_words, legal_forms, rows
from ingest.extract.names import Word, name_key, words

_CORE_TOKENS, _CORE_CHARACTERS, _INITIALS = 2, 10, 3
_BREAK = re.compile(r"[\t|;:\n]\s*\n|[\t|;]|: |(?<!\b[A-Z])[.!?] (?=[A-Z][a-z])")
_WORD_BEFORE = re.compile(r"([A-Z][\w&'\u2019.-]*) $")
_MORE_BEHIND = re.compile(r",? (?:[A-Z&(]|de\b|y\b|e\b|GmbH|mbH)|,? ?(?:Co|Ltd|Inc|LLC)\b")
_GAP, _WALL = "  ", " \x00 "
_OF_FORMS = frozenset(name_key(word) for word in form_words())


@dataclass(frozen=True, slots=True)
class Known:
    """A known name in a text. `bearers` are the ids of all who bear it; `full` says that its legal form is in it."""

    start: int
    end: int
    key: str
    bearers: frozenset[str]
    full: bool


class KnownNames:
    """A list of names, each with the id of who bears it, ready to be looked for."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        bearers: dict[str, set[str]] = {}
        single: dict[str, set[str]] = {}
        full: dict[str, bool] = {}
        for name, bearer in names:
            whole = name_key(name)
            core = _core(whole)
            if core and " " not in core:
                single.setdefault(core, set()).add(bearer)
            if not _can_be_looked_for(name):
                continue
            if whole != core or len(whole.split()) >= _CORE_TOKENS:
                bearers.setdefault(whole, set()).add(bearer)
                full[whole] = True
            if len(core.split()) >= _CORE_TOKENS and len(core) >= _CORE_CHARACTERS:
                bearers.setdefault(core, set()).add(bearer)
                full.setdefault(core, False)
        self._keys = sorted(bearers)
        self._bearers = {key: frozenset(ids) for key, ids in bearers.items()}
        self.single = {key: frozenset(ids) for key, ids in single.items()}  # names of one word but for their form
        self._full = full
        self._automaton = ahocorasick_rs.AhoCorasick(
            (f" {key.replace(' ', _GAP)} " for key in self._keys),
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
            store_patterns=False,
        )

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> Mapping[str, bool]:
        """The one forms that are looked for, each with whether it is a whole name: what `find` finds by."""
        return self._full

    def find(self, text: str, *, small: bool = False) -> Iterator[Known]:
        """The known names of a text, in the order they stand; in small letters, too, if these count.

        >>> known = KnownNames([("Umber Trading Co., Ltd.", "party:1")])
        >>> text = "of UMBER TRADING COMPANY LTD. and Umber Trading"
        >>> [(found.start, found.end, found.full) for found in known.find(text)]
        [(3, 29, True), (34, 47, False)]
        """
        if not self._keys:
            return
        spelled, starts, placed = _spelled(text)
        for index, begin, end in self._automaton.find_matches_as_indexes(spelled):
            first, last = placed[starts[begin + 1]], placed[starts[_word_start(spelled, end)]]
            capital = text[first.start].isupper() or text[first.start].isdigit()
            if not small and not (capital and _titled(text, last)):
                continue
            key = self._keys[index]
            stop = _with_stop(text, last.end, key)
            yield Known(first.start, stop, key, self._bearers[key], self._full[key])


def _can_be_looked_for(name: str) -> bool:
    """Whether a name is a company's: no person's, which two plain words may be, and no places alone."""
    if looks_like_company(name):
        return True
    parts = [part.strip(".,").upper() for part in name.split()]
    plain = [part for part in parts if part.isalpha() and len(part) > _INITIALS]
    telling = len(parts) > _CORE_TOKENS or len(plain) < len(parts)
    return telling and not any(is_of_people(part) for part in parts) and not all(is_place(part) for part in parts)


def stands_alone(text: str, known: Known) -> bool:
    """Whether a known name is the whole of what stands there: `Umber Trading`, but not `Umber Trading Vietnam` or
    `Umber Trading GmbH`, which may be another company. A name with its legal form always is."""
    if known.full:
        return True
    before = _WORD_BEFORE.search(text, max(0, known.start - 30), known.start)
    joined = before and before.group(1).upper() not in _not_in_names()
    return not joined and not _MORE_BEHIND.match(text, known.end)


@cache
def _not_in_names() -> frozenset[str]:
    return frozenset(row["word"] for row in rows("not_in_names.csv"))


def _core(key: str) -> str:
    """A name's one form without the legal form that ends it."""
    parts = key.split()
    while len(parts) > 1 and parts[-1] in _OF_FORMS:
        parts.pop()
    return " ".join(parts)


def _spelled(text: str) -> tuple[str, dict[int, int], list[Word]]:
    """A text as its words in one form, where in it each word begins, and the words."""
    pieces: list[str] = [" "]
    starts: dict[int, int] = {}
    placed: list[Word] = []
    at, before = 1, 0
    for word in words(text):
        if placed:
            gap = _WALL if _BREAK.search(text, before, min(word.start + 2, len(text))) else _GAP
            pieces.append(gap)
            at += len(gap)
        starts[at] = len(placed)
        placed.append(word)
        pieces.append(word.form)
        at += len(word.form)
        before = word.end
    pieces.append(" ")
    return "".join(pieces), starts, placed


def _word_start(spelled: str, end: int) -> int:
    return spelled.rfind(" ", 0, end - 1) + 1


def _titled(text: str, word: Word) -> bool:
    return text[word.start].isupper() or text[word.start].isdigit() or text[word.start] in "md"  # mbH, d.o.o.


def _with_stop(text: str, end: int, key: str) -> int:
    """The end of a name with the full stop of the abbreviation that it ends on."""
    if end < len(text) and text[end] == "." and key.rpartition(" ")[2] in _OF_FORMS:
        for form in legal_forms(text[max(0, end - 40) : end + 1]):
            if form.end == min(end, 40) + 1:
                return end + 1
    return end
