"""Batch screening: which of many names stand in which documents, however they are spelled there.

Invariant: every document is read to its end, and every use of a name in it is counted. A name is found whole, at word
boundaries, whatever its case, accents, punctuation, abbreviations and legal form; one of ten letters or more also where
a word of it is a slip away, or two are written as one (of four words or more, two of them).

Names become an automaton (A. V. Aho, M. J. Corasick, Efficient string matching, CACM 18, 1975), each under two keys:
all its words, and those without the legal form, where these are two or more of ten letters together. `Golden Reef Trdg.
Company Limited` so finds `GOLDEN REEF TRADING CO., LTD.` and `Golden Reef Trading`. Texts are read once, whatever
the number of names.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import ahocorasick_rs
import ibis
import pyarrow.parquet as pq

from graph.facts.store import FactStore
from graph.model.errors import Invalid
from graph.resolve.words import read_name, says_nothing, spelled_words
from search.slips import Slips

MOST_NAMES = 10_000
LONGEST_NAME = 300
_SHORTEST_KEY = 4  # letters; shorter names are in every text
_SHORTEST_CORE = 10
_WORDS_FOR_TWO_SLIPS = 4
_PASSAGE_BEFORE, _PASSAGE_AFTER = 60, 120  # characters
_ROWS_AT_ONCE = 2_000
_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’`´][^\W_]+)*|&")
_POSSESSIVE = re.compile(r"['’`´]s$", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_ANY_WORD = "QZX"

How = Literal["full", "core", "almost"]
_HOW: tuple[How, ...] = ("full", "core", "almost")  # the best first


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a text: which of the names, where it stands, and whether with all its words, without its form, or with
    words that are spelled almost so."""

    name: int
    start: int
    end: int
    how: How


@dataclass(frozen=True, slots=True)
class Screened:
    """A name found in a document. `found` is how the document writes it first, `times` how often it does in any way."""

    name: str
    document: str
    kind: str
    date: date | None
    title: str
    found: str
    how: How
    times: int
    passage: str


class _Canonical(dict[str, str]):
    """A word of a text in the spelling in which words are compared; empty for what is no word."""

    def __missing__(self, word: str) -> str:
        spelled = "".join(spelled_words(_POSSESSIVE.sub("", word)))
        name = read_name(f"{_ANY_WORD} {spelled}")  # a legal form is one only behind other words
        self[word] = " ".join(name.words[1:] or name.forms or (spelled,)) if spelled else ""
        return self[word]


@dataclass(slots=True)
class Screen:
    """Names to be looked for. `unusable` are those that cannot be: empty, shorter than four letters, or no names."""

    names: tuple[str, ...]
    unusable: tuple[str, ...] = ()
    _keys: list[tuple[int, How]] = field(default_factory=list)
    _words: _Canonical = field(default_factory=_Canonical)
    _slips: Slips = field(default_factory=lambda: Slips(()))
    _slips_in: list[int] = field(default_factory=list)  # at most so many words of each key
    _most_words: int = 0  # of a key
    _pairs: set[str] = field(default_factory=set)  # words of keys side by side, and keys of one word
    _automaton: Any = None

    @staticmethod
    def of(names: Sequence[str]) -> "Screen":
        """The screen for some names; `Invalid` for none, more than 10,000, or one longer than 300 characters."""
        given = list(dict.fromkeys(_BLANKS.sub(" ", name).strip() for name in names))
        if not 1 <= len(given) <= MOST_NAMES:
            raise Invalid(
                f"A screening takes 1 to {MOST_NAMES:,} names, not {len(given):,}.",
                thing="names",
                value=str(len(given)),
                next_step="Split the file.",
            )
        for name in given:
            if len(name) > LONGEST_NAME:
                raise Invalid(
                    f"A name has at most {LONGEST_NAME} characters.",
                    thing="names",
                    value=name[:80],
                    next_step="Give one name a line, or a column called name.",
                )
        screen = Screen(tuple(given))
        screen._prepare()
        return screen

    def uses(self, text: str) -> list[Use]:
        """Every use of a name in a text, in order; of keys of one name that begin together, the longest."""
        words = [self._words[word] for word in _WORD.findall(text)]
        found = {place: (last, self._keys[key][1]) for place, (last, key) in self._found(words).items()}
        for place, (last, _) in self._almost_found(words).items():
            found.setdefault(place, (last, "almost"))
        if not found:
            return []
        spans = [match.span() for match in _WORD.finditer(text)]
        return sorted(
            (Use(name, spans[first][0], spans[last][1], how) for (name, first), (last, how) in found.items()),
            key=lambda use: (use.start, use.name),
        )

    def _found(self, words: Sequence[str]) -> dict[tuple[int, int], tuple[int, int]]:
        """For each name and the word at which it begins: the word at which it ends, and by which of the keys."""
        hay = " ".join(words)
        found: dict[tuple[int, int], tuple[int, int]] = {}
        ends: list[int] = []
        for key, start, end in self._automaton.find_matches_as_indexes(hay, overlapping=True):
            if (start and hay[start - 1] != " ") or (end < len(hay) and hay[end] != " "):
                continue
            ends = ends or list(accumulate(len(word) + 1 for word in words))
            place, last = (self._keys[key][0], bisect_right(ends, start)), bisect_right(ends, end - 1)
            if last >= found.get(place, (0, 0))[0]:
                found[place] = (last, key)
        return found

    def _almost_found(self, words: Sequence[str]) -> dict[tuple[int, int], tuple[int, int]]:
        """As `_found`, with words that stand for others: each in turn, among those around it."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        meant = [self._slips[word] for word in words]
        likeliest = ["", *(ways[0] for ways in meant), ""]
        for place, ways in enumerate(meant):
            low = max(0, place - self._most_words)
            for way in ways:
                beside = (way, f"{likeliest[place]} {way}", f"{way} {likeliest[place + 2]}")
                if way == words[place] or self._pairs.isdisjoint(beside):
                    continue
                around = [of[0] for of in meant[low : place + self._most_words]]
                around[place - low] = way
                for (name, start), (end, key) in self._found(around).items():
                    first, last = low + start, low + end
                    wrong = sum(around[at - low] != words[at] for at in range(first, last + 1))
                    if first <= place <= last and wrong <= self._slips_in[key]:
                        found[name, first] = (last, key)
        return found

    def _prepare(self) -> None:
        unusable = []
        patterns: list[str] = []
        for number, name in enumerate(self.names):
            keys = self._keys_of(name)
            if not keys:
                unusable.append(name)
            for key, how in keys.items():
                patterns.append(key)
                self._keys.append((number, how))
        self.unusable = tuple(unusable)
        self._automaton = ahocorasick_rs.AhoCorasick(patterns)
        self._slips_in = [_slips_in(key) for key in patterns]
        self._most_words = max((key.count(" ") + 1 for key in patterns), default=0)
        self._pairs = {pair for key in patterns for pair in _pairs(key)}
        self._slips = Slips(key for key in patterns if _slips_in(key))

    def _keys_of(self, name: str) -> dict[str, How]:
        """The keys of a name; a person's, written `LAST, FIRST`, also the other way round."""
        if says_nothing(name):
            return {}
        read = read_name(name)
        keys: dict[str, How] = {}
        full = " ".join(filter(None, (self._words[word] for word in _WORD.findall(name))))
        core = " ".join(read.words)
        if len(read.words) > 1 and len(core) >= _SHORTEST_CORE:
            keys[core] = "core"
        last, comma, first = name.partition(",")
        if comma and not read.forms and "," not in first:
            keys[" ".join(self._words[word] for word in _WORD.findall(f"{first} {last}"))] = "full"
        keys[full] = "full"
        return {key: how for key, how in keys.items() if len(key.replace(" ", "")) >= _SHORTEST_KEY}


def _slips_in(key: str) -> int:
    """In how many words of a key there may be a slip."""
    if len(key.replace(" ", "")) < _SHORTEST_CORE:
        return 0
    return 2 if key.count(" ") >= _WORDS_FOR_TWO_SLIPS - 1 else 1


def _pairs(key: str) -> list[str]:
    words = key.split()
    return [f"{one} {two}" for one, two in pairwise(words)] if len(words) > 1 else words


def screen_documents(facts: FactStore, screen: Screen, *, folder: Path | None = None) -> Iterator[Screened]:
    """Each name in each document and issue that has it, by document. Memory is that of some thousand texts; `folder` is
    where they are laid out meanwhile."""
    documents, issues = facts.table("documents"), facts.table("issues")
    texts = documents.select(
        document="document:" + documents["id"], kind=documents["kind"], date=documents["date"],
        title=documents["title"], text=documents["text"], more=documents["conclusion"],
    )  # fmt: skip
    told = issues.select(
        document="issue:" + issues["issue_id"], kind=ibis.literal("issue"), date=issues["opened_on"],
        title=issues["title"], text=issues["description"], more=issues["conclusion"], version=issues["version"],
    )  # fmt: skip
    latest = told.group_by("document").agg(version=told["version"].max())
    told = told.semi_join(latest, ["document", "version"]).drop("version")
    for table in (texts, told):
        with TemporaryDirectory(prefix=".screening-", dir=folder) as made:
            file = Path(made) / "texts.parquet"
            facts.write(table, file, rows_a_group=_ROWS_AT_ONCE * 10)
            with pq.ParquetFile(file) as rows:
                for batch in rows.iter_batches(_ROWS_AT_ONCE):
                    for row in batch.to_pylist():
                        yield from _screened(row, screen)


def _screened(row: Mapping[str, Any], screen: Screen) -> Iterator[Screened]:
    text = "\n".join(part for part in (row["title"], row["text"], row["more"]) if part)
    uses: dict[int, list[Use]] = {}
    for use in screen.uses(text):
        uses.setdefault(use.name, []).append(use)
    for name, of in sorted(uses.items()):
        best = min(of, key=lambda use: _HOW.index(use.how))
        yield Screened(
            screen.names[name], row["document"], str(row["kind"]).lower(), row["date"], row["title"] or "",
            _BLANKS.sub(" ", text[best.start : best.end]), best.how, len(of), _passage(text, best),
        )  # fmt: skip


def _passage(text: str, use: Use) -> str:
    low, high = max(0, use.start - _PASSAGE_BEFORE), min(len(text), use.end + _PASSAGE_AFTER)
    shown = _BLANKS.sub(" ", text[low:high]).strip()
    return f"{'… ' if low else ''}{shown}{' …' if high < len(text) else ''}"


def names_in(lines: Iterable[Sequence[str]]) -> list[str]:
    """The names in the rows of a file: the column called `name` where its first row has one, else the first column."""
    rows = [row for row in lines if any(cell.strip() for cell in row)]
    if not rows:
        return []
    header = [cell.strip().lower() for cell in rows[0]]
    at = header.index("name") if "name" in header else 0
    return [row[at] for row in rows["name" in header :] if len(row) > at and row[at].strip()]
