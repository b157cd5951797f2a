"""Why a hit was found: what of the question it has, told from what the index holds of it.

Invariant: reasons are read off the stored text, title, numbers and fields of the hit that is shown, never off an
engine's scores; so all engines give the same reasons. What a question excludes is no reason.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from search.analysis import STOP_WORDS, content_tokens, neighbours, spans, token, tokens
from search.passage import LOOK_AT_CHARACTERS, Marker, Match, inexact
from search.query import (
    AllOf,
    AnyOf,
    Boosted,
    Fuzzy,
    Held,
    Identifier,
    Phrase,
    Prefix,
    Query,
    Reason,
    Term,
    Words,
)

_FORMS_SHOWN = 3
_PLACES_TRIED = 50  # where a phrase may stand in a text, before it is taken to stand nowhere
_CHARACTERS_A_WORD = 40  # of a window in which a phrase is looked for
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is marked in one hit: in its text, and in its title."""

    held: Held
    text: list[Match]
    title: list[Match]
    forms_in_text: dict[str, list[str]]
    forms_in_title: dict[str, list[str]]

    @classmethod
    def by(cls, marker: Marker, held: Held) -> "_Seen":
        """What a marker marks in a hit."""
        text, title = marker.matches(held.text[:LOOK_AT_CHARACTERS]), marker.matches(held.title)
        return cls(held, text, title, _by_label(held.text, text), _by_label(held.title, title))

    def of(self, label: str, *, title_only: bool) -> tuple[int, bool, tuple[str, ...]]:
        """How often a token or number stands there, whether in the title, and in which forms."""
        in_title = self.forms_in_title.get(label, [])
        in_text = [] if title_only else self.forms_in_text.get(label, [])
        forms = dict.fromkeys(form.lower() for form in (*in_title, *in_text))
        return len(in_title) + len(in_text), bool(in_title), tuple(forms)[:_FORMS_SHOWN]


def _by_label(text: str, matches: list[Match]) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for start, end, label in matches:
        forms.setdefault(label, []).append(text[start:end])
    return forms


class Looker:
    """Looks at the hits of one query: the passage that shows each, and the reasons."""

    def __init__(self, query: Query) -> None:
        self._marker = Marker.of(query)
        self._asked = list(_asked(query, 1.0))

    def look(self, held: Held) -> tuple[str, int | None, tuple[Reason, ...]]:
        """The passage, as HTML, the page of the original on which it stands, and why the thing was found."""
        seen = _Seen.by(self._marker, held)
        reasons = {
            (one.how, one.asked, one.found): one for part, weight in self._asked for one in _reasons(part, seen, weight)
        }  # fmt: skip
        at = self._marker.shown_at(held.text, seen.text)
        page = max(((start, number) for number, start in held.pages if start <= at), default=(0, None))[1]
        return self._marker.passage_of(held.text, seen.text), page, tuple(reasons.values())


def told(reason: Reason) -> str:
    """The reason in words.

    >>> told(Reason("word", "hangers", ("hanger",), times=3, in_title=True, weight=2.0))
    'hangers: 3 times, also in the title (hanger); counts 2 times'
    >>> told(Reason("below", "7326", ("7326.20.0020",)))
    'under 7326: 7326.20.0020'
    """
    found = ", ".join(reason.found)
    said = {
        "is": f"is {reason.asked}",
        "carries": f"names {reason.asked}",
        "below": f"under {reason.asked}: {found}",
        "changed": f"names {found}, under which {reason.asked} stood or stands in other years",
        "value": reason.asked,
        "phrase": f"“{reason.asked}” in this order",
        "beside": f"“{reason.asked}” side by side",
        "begins": f"begins with {reason.asked}: {found}",
        "near": f"almost {reason.asked}: {found}",
    }.get(reason.how, reason.asked)
    if reason.times and reason.how not in ("is", "carries", "below", "changed"):
        said += f": {reason.times} times" if reason.times > 1 else ": once"
        said += (
            ", also in the title" if reason.in_title and reason.times > 1 else ", in the title"[: 14 * reason.in_title]
        )
        if reason.how == "word" and reason.found and reason.found != (reason.asked.lower(),):
            said += f" ({found})"
    return said + (f"; counts {reason.weight:g} times" if reason.weight != 1.0 else "")


_Part = Words | Phrase | Prefix | Fuzzy | Identifier | Term


def _asked(query: Query, weight: float) -> Iterator[tuple[_Part, float]]:
    """What is asked for, part by part, each with what the person gave it."""
    if isinstance(query, Words | Phrase | Prefix | Fuzzy | Identifier | Term):
        yield query, weight
    elif isinstance(query, AllOf | AnyOf):
        for part in query.parts:
            yield from _asked(part, weight)
    elif isinstance(query, Boosted):
        yield from _asked(query.part, weight * query.weight)


def _reasons(part: _Part, seen: _Seen, weight: float) -> Iterable[Reason]:
    match part:
        case Words():
            found = [*_words(part, seen), *_beside(part, seen)]
        case Phrase():
            found = _phrase(part, seen)
        case Prefix() | Fuzzy():
            found = _inexact(part, seen)
        case Identifier():
            found = _number(part, seen.held)
        case Term():
            held = (seen.held.kind,) if part.field == "kind" else seen.held.fields.get(part.field, ())
            found = [Reason("value", f"{part.field}: {part.value}")] if part.value in held else []
    return [replace(one, weight=weight) for one in found] if weight != 1.0 else found


@lru_cache(maxsize=1_000)
def _written(text: str) -> tuple[tuple[str, str], ...]:
    """The tokens of a question, each with the first way in which it is written there."""
    wanted = set(content_tokens(text))
    written: dict[str, str] = {}
    for start, end, found in spans(text):
        if found in wanted and (text[start:end].lower() not in STOP_WORDS or len(wanted) == 1):
            written.setdefault(found, text[start:end])
    return tuple(written.items())


@lru_cache(maxsize=1_000)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(neighbours(text))


def _words(part: Words, seen: _Seen) -> list[Reason]:
    reasons = []
    for label, asked in _written(part.text):
        times, in_title, forms = seen.of(label, title_only=part.field == "title")
        if times:
            reasons.append(Reason("word", asked, forms, times, in_title))
    return reasons


def _beside(part: Words, seen: _Seen) -> list[Reason]:
    """Words of the question that stand side by side in it and in the hit."""
    pairs = _pairs(part.text)
    if not pairs:
        return []
    times: dict[str, int] = {}
    in_title: set[str] = set()
    for text, matches in ((seen.held.title, seen.title), (seen.held.text, seen.text)):
        for (start, end, one), (next_start, next_end, two) in pairwise(matches):
            if (one, two) in pairs and not _LETTER.search(text, end, next_start):
                said = " ".join(text[start:next_end].lower().split())
                times[said] = times.get(said, 0) + 1
                if matches is seen.title:
                    in_title.add(said)
    return [Reason("beside", said, (said,), count, said in in_title) for said, count in times.items()]


def _phrase(part: Phrase, seen: _Seen) -> list[Reason]:
    run = tokens(part.text)
    content = content_tokens(part.text)
    if not run:
        return []
    where = [(seen.held.title, seen.title), *([] if part.field == "title" else [(seen.held.text, seen.text)])]
    reach = _CHARACTERS_A_WORD * (len(run) + part.slop)
    for text, matches in where:
        places = [start for start, _, found in matches if found == content[0]][:_PLACES_TRIED]
        if any(_stands(tokens(text[max(0, at - reach) : at + reach]), run, part.slop) for at in places):
            return [Reason("phrase", part.text, (), 0, in_title=text is seen.held.title)]
    return []


def _stands(words: list[str], run: list[str], slop: int) -> bool:
    """Whether the run's words stand in order, with at most so many others between them in all."""
    for first, word in enumerate(words):
        if word != run[0]:
            continue
        at = first
        for wanted in run[1:]:
            try:
                at = words.index(wanted, at + 1)
            except ValueError:
                return False
        if at - first + 1 - len(run) <= slop:
            return True
    return False


def _inexact(part: Prefix | Fuzzy, seen: _Seen) -> list[Reason]:
    how, labels = (
        ("begins", [inexact(part)]) if isinstance(part, Prefix) else ("near", [token(part.text), inexact(part)])
    )
    found = [seen.of(label, title_only=part.field == "title") for label in labels]
    times = sum(count for count, _, _ in found)
    forms = tuple(form for _, _, some in found for form in some)[:_FORMS_SHOWN]
    return [Reason(how, part.text, forms, times, any(titled for _, titled, _ in found))] if times else []


def _number(part: Identifier, held: Held) -> list[Reason]:
    name = f"{part.kind}:{part.key}"
    if part.instead_of:
        names = held.id == name or name in held.identifiers
        return [Reason("changed", part.instead_of, (part.key,))] if names else []
    if held.id == name:
        return [Reason("is", part.key)]
    if name not in held.identifiers:
        return []
    if part.kind == "hts":
        below = [one for one in held.identifiers if one.startswith(name) and one != name]
        lowest = [one for one in below if not any(other.startswith(one) and other != one for other in below)]
        if lowest:
            return [Reason("below", part.key, tuple(one.partition(":")[2] for one in lowest[:_FORMS_SHOWN]))]
    return [Reason("carries", part.key)]
