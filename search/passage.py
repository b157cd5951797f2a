"""The passage of a text that shows why it was found, as HTML.

Invariant: what is returned is safe to show: everything but `<mark>` and `</mark>` is escaped. Passages are
made here, from the stored text, for the hits that are shown; so all engines show the same passage.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import ahocorasick_rs
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from search.analysis import content_tokens, folded, spans, token
from search.query import AllOf, AnyOf, Boosted, Fuzzy, Identifier, Phrase, Prefix, Query, Words

PASSAGE_CHARACTERS = 260
LOOK_AT_CHARACTERS = 200_000  # a passage later in a text than this is not looked for
_MOST_MATCHES = 400  # enough to choose a good passage from
_LEAD_CHARACTERS = 40  # shown before the first match
_BLANKS = re.compile(r"\s+")
_ANY_WORD = re.compile(r"[^\W_]+(?:['’]s\b)?")
_OWNER = re.compile(r"[^\W_](?P<more>(?:['’]s)*)['’]$")  # before the s of a possessive
_REST = re.compile(r"[^\W_]*(?:['’]s\b)?")  # of a word

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
        labelled = self._labelled
        for start, word in self._candidates(text):
            if word not in labelled:
                labelled[word] = self._labels(word)
            for low, high, label in labelled[word]:
                yield start + low, start + high, label
                count += 1
            if count >= _MOST_MATCHES:
                return

    def _candidates(self, text: str) -> Iterator[tuple[int, str]]:
        """The words of a text in lower case that may be asked for, each with where it begins."""
        done = 0
        for _, start, end in (self._beginnings or self._near(text)).find_matches_as_indexes(text):
            if start < done or (start and text[start - 1].isalnum()) or not (rest := _REST.match(text, end)):
                continue
            word = text[start : rest.end()]
            if word not in ("s", "s's", "s’s") or not _is_possessive(text, start):
                done = rest.end()
                yield start, word

    def _near(self, text: str) -> ahocorasick_rs.AhoCorasick:
        """The words of a text that are asked for, where they need not be spelled as the question spells them."""
        words = set(_ANY_WORD.findall(text))
        self._learn(words.difference(self._labelled))
        asked = (re.split("['’]", word)[0] for word in words if self._labelled[word])
        return ahocorasick_rs.AhoCorasick(asked, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def _learn(self, words: Iterable[str]) -> None:
        """Label words; those that are far from all that is asked, which most are, all at once."""
        written = list(words)
        whole, stems = list(map(folded, written)), list(map(token, written))
        close = {at for at, stem in enumerate(stems) if stem in self.tokens or not written[at].isalnum()}
        for part, asked, asked_token in self._inexact_words:
            if isinstance(part, Prefix):
                close.update(
                    at
                    for at, (word, stem) in enumerate(zip(whole, stems, strict=True))
                    if word.startswith(asked) or stem.startswith(asked)
                )
            else:
                for sought, among in ((asked, whole), (asked_token, stems)):
                    found = extract(sought, among, scorer=OSA.distance, score_cutoff=part.edits, limit=None)
                    close.update(at for _, _, at in found)
        self._labelled.update(dict.fromkeys(written, ()))
        for at in close:
            self._labelled[written[at]] = self._labels(written[at])

    @cached_property
    def _labelled(self) -> dict[str, tuple[Match, ...]]:
        """What stands in which word, as far as words have been looked at: the hits of a query share most of theirs."""
        return {}

    def _labels(self, word: str) -> tuple[Match, ...]:
        """What is asked for in a word, by its places."""
        found = []
        for start, end, of_it in ((0, len(word), token(word)),) if word.isalnum() else spans(word):
            if label := of_it if of_it in self.tokens else self._inexactly(word[start:end], of_it):
                found.append((start, end, label))
        return tuple(found)

    def _inexactly(self, word: str, found: str) -> str:
        """Which word that need not be whole or spelled so this one is; empty for none. `found` is its token."""
        whole = folded(word) if self.inexact else ""
        for part, asked, asked_token in self._inexact_words:
            if isinstance(part, Prefix):
                if whole.startswith(asked) or found.startswith(asked):
                    return inexact(part)
            elif _is_near(whole, asked, part.edits) or _is_near(found, asked_token, part.edits):
                return inexact(part)
        return ""

    @cached_property
    def _inexact_words(self) -> tuple[tuple[Prefix | Fuzzy, str, str], ...]:
        return tuple((part, folded(part.text), token(part.text)) for part in self.inexact)

    def _numbers(self, text: str) -> Iterator[Match]:
        for identifier, spelling in zip(self.identifiers, self._spellings, strict=True):
            for match in spelling.finditer(text):
                yield match.start(), match.end(), identifier.key

    @cached_property
    def _beginnings(self) -> ahocorasick_rs.AhoCorasick | None:
        """What words begin with in lower case that have one of the tokens: stems differ from words at the end only, at
        most by e, i or y. None where any word may be meant, as it need not be spelled so."""
        if any(isinstance(part, Fuzzy) for part in self.inexact):
            return None
        begin = {*self.tokens, *(folded(part.text) for part in self.inexact)}
        return ahocorasick_rs.AhoCorasick(
            sorted(one[:-1] if len(one) > 2 and one[-1] in "eiy" else one for one in begin if one),
            matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
        )

    @cached_property
    def _spellings(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_spelling(identifier) for identifier in self.identifiers)


def _is_possessive(text: str, start: int) -> bool:
    """Whether an s that no letter follows belongs to the word before: in `king's's` the first does."""
    owner = _OWNER.search(text, max(0, start - 40), start)
    return owner is not None and len(owner["more"]) % 4 == 0 and text[start + 1 : start + 2] != "_"


def _is_near(word: str, asked: str, edits: int) -> bool:
    return OSA.distance(word, asked, score_cutoff=edits) <= edits


def _asked(query: Query) -> Iterator[Words | Phrase | Prefix | Fuzzy | Identifier]:
    if isinstance(query, Words | Phrase | Prefix | Fuzzy | Identifier):
        yield query
    elif isinstance(query, AllOf | AnyOf):
        for part in query.parts:
            yield from _asked(part)
    elif isinstance(query, Boosted):
        yield from _asked(query.part)


@lru_cache(maxsize=2_000)
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
