"""The passage of a text that shows why it was found, as HTML.

Invariant: what is returned is safe to show: everything but `<mark>` and `</mark>` is escaped. Passages are
made here, from the stored text, for the hits that are shown; so all engines show the same passage.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA

from search.analysis import content_tokens, folded, spans, token
from search.query import AllOf, AnyOf, Boosted, Fuzzy, Identifier, Phrase, Prefix, Query, Words

PASSAGE_CHARACTERS = 260
LOOK_AT_CHARACTERS = 200_000  # a passage later in a text than this is not looked for
_MOST_MATCHES = 400  # enough to choose a good passage from
_LEAD_CHARACTERS = 40  # shown before the first match
_BLANKS = re.compile(r"\s+")
_ANY_WORD = re.compile(r"[^\W_]+(?:['’]s\b)?")

Match = tuple[int, int, str]  # where it begins and ends, and which: a token, a number's key, or as `inexact` has it


def inexact(part: Prefix | Fuzzy) -> str:
    """How matches of a word that need not be whole, or need not be spelled so, are told from those of tokens."""
    return f"{part.text}*" if isinstance(part, Prefix) else f"{part.text}~{part.edits}"


@dataclass(frozen=True)
class Marker:
    """What to mark in texts: the words and identifiers that a query asks for (not those it excludes)."""

    tokens: frozenset[str]
    identifiers: tuple[Identifier, ...]
    inexact: tuple[Prefix | Fuzzy, ...] = ()

    @classmethod
    def of(cls, query: Query) -> "Marker":
        """The marker of a query."""
        asked = list(_asked(query))
        return cls(
            frozenset(
                found
                for part in asked
                if isinstance(part, Words | Phrase | Fuzzy)
                for found in content_tokens(part.text)
            ),
            tuple(part for part in asked if isinstance(part, Identifier)),
            tuple(dict.fromkeys(part for part in asked if isinstance(part, Prefix | Fuzzy))),
        )

    def passage(self, text: str) -> str:
        """The best passage: the one with most different matches, then most matches, then the first."""
        return self.passage_of(text, self.matches(text[:LOOK_AT_CHARACTERS]))

    def passage_of(self, text: str, matches: list[Match]) -> str:
        """The best passage of a text in which the matches are known."""
        start, end = _window(text, matches)
        return _marked(text, start, end, [(low, high) for low, high, _ in matches if low >= start and high <= end])

    def shown_at(self, text: str, matches: list[Match]) -> int:
        """Where the first match stands that the best passage shows; its beginning where it shows none."""
        start, end = _window(text, matches)
        return next((low for low, high, _ in matches if low >= start and high <= end), start)

    def matches(self, text: str) -> list[Match]:
        """Where the words and identifiers stand, and which, in order and without overlaps."""
        found = [*self._words(text), *self._numbers(text)]
        found.sort(key=lambda match: (match[0], -match[1]))
        apart: list[Match] = []
        for match in found:
            if not apart or match[0] >= apart[-1][1]:
                apart.append(match)
        return apart

    def _words(self, text: str) -> Iterator[Match]:
        if not self.tokens and not self.inexact:
            return
        if not text.isascii():
            text = text.translate(_UNACCENTED)
        text = text.lower()
        count = 0
        for candidate in self._beginnings.finditer(text):
            for start, end, found in spans(text, candidate.start(), candidate.end()):
                label = found if found in self.tokens else self._inexactly(text[start:end], found)
                if label:
                    yield start, end, label
                    count += 1
            if count >= _MOST_MATCHES:
                return

    def _inexactly(self, word: str, found: str) -> str:
        """Which word that need not be whole or spelled so this one is; empty for none. `found` is its token."""
        if not self.inexact:
            return ""
        if word not in self._labels:
            self._labels[word] = self._label(folded(word), found)
        return self._labels[word]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """What `_inexactly` has said of words so far: the hits of a query share most of theirs."""
        return {}

    def _label(self, whole: str, found: str) -> str:
        for part in self.inexact:
            asked = folded(part.text)
            if isinstance(part, Prefix):
                if whole.startswith(asked) or found.startswith(asked):
                    return inexact(part)
            elif min(OSA.distance(whole, asked), OSA.distance(found, token(part.text))) <= part.edits:
                return inexact(part)
        return ""

    def _numbers(self, text: str) -> Iterator[Match]:
        for identifier, spelling in zip(self.identifiers, self._spellings, strict=True):
            for match in spelling.finditer(text):
                yield match.start(), match.end(), identifier.key

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        """Words of a text in lower case that begin as a token does: stems differ from words at the end only, at most by
        e, i or y. Any word, where one need not be spelled so. That no letter stands before is asked last, so that the
        letters themselves are what is looked for."""
        if any(isinstance(part, Fuzzy) for part in self.inexact):
            return _ANY_WORD
        beginnings = {one[:-1] if len(one) > 2 and one[-1] in "eiy" else one for one in self.tokens}
        for part in self.inexact:
            asked = folded(part.text)
            beginnings.add(asked[:-1] if len(asked) > 2 and asked[-1] in "eiy" else asked)
        either = "|".join(f"{one}(?<![^\\W_]{one})" for one in map(re.escape, sorted(beginnings)))
        return re.compile(f"(?:{either})[^\\W_]*(?:['’]s\\b)?")

    @cached_property
    def _spellings(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_spelling(identifier) for identifier in self.identifiers)


def _asked(query: Query) -> Iterator[Words | Phrase | Prefix | Fuzzy | Identifier]:
    if isinstance(query, Words | Phrase | Prefix | Fuzzy | Identifier):
        yield query
    elif isinstance(query, AllOf | AnyOf):
        for part in query.parts:
            yield from _asked(part)
    elif isinstance(query, Boosted):
        yield from _asked(query.part)


def _spelling(identifier: Identifier) -> re.Pattern[str]:
    """Any way of writing the identifier: with or without separators, a ruling with or without its office,
    a tariff number with the digits below it, an importer number without its suffix 00."""
    prefix, key, rest = "", identifier.key, ""
    if identifier.kind == "document" and re.fullmatch(r"(NY|HQ)-[A-Z0-9]+", key):
        prefix, key = f"(?:{key[:2]}[\\s-]?)?", key[3:]
    elif identifier.kind == "hts":
        rest = r"[\d.]*(?<!\.)"
    elif identifier.kind == "importer" and key.endswith("00"):
        key, rest = key[:-2], r"(?:[ -]?00)?"
    first, *others = [re.escape(character) for character in key if character.isalnum()] or [re.escape(key)]
    # That nothing stands before is asked last where it can be, so that the character itself is what is looked for.
    alone = f"(?<![^\\W_]){prefix}{first}" if prefix else f"{first}(?<![^\\W_]{first})"
    spelled = f"{'[ .‐-―-]?'.join((alone, *others))}{rest}(?![^\\W_])"
    return re.compile(spelled, re.IGNORECASE if re.search("[A-Z]", key) else 0)


def _window(text: str, matches: list[Match]) -> tuple[int, int]:
    """Where the best passage begins and ends, at word boundaries."""
    best, best_first, low = (0, 0), 0, 0
    within: dict[str, int] = {}
    for high, (_, end, found) in enumerate(matches):
        within[found] = within.get(found, 0) + 1
        while end - matches[low][0] > PASSAGE_CHARACTERS - _LEAD_CHARACTERS and low < high:
            gone = matches[low][2]
            within[gone] -= 1
            if not within[gone]:
                del within[gone]
            low += 1
        if (len(within), high - low + 1) > best:
            best, best_first = (len(within), high - low + 1), low
    start = max(0, matches[best_first][0] - _LEAD_CHARACTERS) if matches else 0
    end = min(len(text), start + PASSAGE_CHARACTERS)
    if start:
        blank = text.find(" ", start, matches[best_first][0])
        start = blank + 1 if blank >= 0 else matches[best_first][0]
    if end < len(text):
        blank = text.rfind(" ", start + PASSAGE_CHARACTERS // 2, end)
        end = blank if blank > 0 else end
    return start, end


def _marked(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> str:
    pieces = ["… " if start else ""]
    for low, high in marks:
        pieces += (_escaped(text[start:low]), "<mark>", _escaped(text[low:high]), "</mark>")
        start = high
    pieces += (_escaped(text[start:end]), " …" if end < len(text) else "")
    return "".join(pieces).strip()


def _escaped(text: str) -> str:
    return html.escape(_BLANKS.sub(" ", text))


class _Unaccented(dict[int, int]):
    """Letters without their accents, one for one, so that offsets stay (ß and ligatures are left alone); each of them
    is one letter in lower case, too."""

    def __missing__(self, code: int) -> int:
        base = unicodedata.normalize("NFKD", chr(code))
        self[code] = ord(base[0]) if all(map(unicodedata.combining, base[1:])) else code
        return self[code]


_UNACCENTED = _Unaccented()
