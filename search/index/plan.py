"""From our queries to the few things that an engine has to know: what matches, and how its scores add up.

Invariant: the parts of a score are put together here and nowhere else; an engine renders the steps below in its own
terms, one for one. Whatever has no part in the ranking stands under `Unscored`.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from search import ranking
from search.analysis import content_tokens, folded, neighbours, tokens
from search.fields import known_field
from search.index.phrase import allowed
from search.index.row import whole
from search.query import (
    AllOf,
    AnyOf,
    Boosted,
    Everything,
    Fuzzy,
    Identifier,
    Not,
    Own,
    Phrase,
    Prefix,
    Query,
    Range,
    SearchRequest,
    Term,
    Words,
)

Column = Literal["words", "title"]  # of `search.index.row.Row`; the title's tokens stand in the words too
Spelled = Literal["words", "title", "forms", "title_forms"]  # and the words whose token is another


@dataclass(frozen=True, slots=True)
class Token:
    """A token occurs; scores by BM25."""

    column: Column
    token: str


@dataclass(frozen=True, slots=True)
class Begins:
    """A token or form begins so; never scores by itself."""

    column: Spelled
    beginning: str


@dataclass(frozen=True, slots=True)
class Near:
    """A token or form becomes the given one by so many letters (1 or 2) changed, added, left out, or swapped with the
    next; never scores by itself."""

    column: Spelled
    token: str
    edits: int


@dataclass(frozen=True, slots=True)
class Run:
    """Two or more tokens in order. Without gaps it scores by BM25, as a word whose count is that of the run and whose
    rarity is the sum of the tokens'. With gaps it stands under `Unscored` only."""

    column: Column
    tokens: tuple[str, ...]
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class Values:
    """A column of exact values (`id`, `identifiers`, `fields.port`) has one of these; scores as said."""

    column: str
    values: tuple[str, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Days:
    """The day lies between two ordinals, both included; never scores."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class All:
    """Every document; never scores."""


@dataclass(frozen=True, slots=True)
class Unscored:
    """What matches the step; scores as said, however well it matches."""

    step: "Step"
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Weighted:
    """The step with its score times a weight."""

    step: "Step"
    weight: float


@dataclass(frozen=True, slots=True)
class Combined:
    """All of `must`, none of `must_not`, and one of `may` where there is no `must`; the scores of `must` and `may` are
    added. Matches nothing when it has neither."""

    must: tuple["Step", ...] = ()
    may: tuple["Step", ...] = ()
    must_not: tuple["Step", ...] = ()


Step = Token | Begins | Near | Run | Values | Days | All | Unscored | Weighted | Combined

NOTHING = Combined()


def matching(request: SearchRequest) -> Step:
    """What matches the request within its filters, for counting and for orders that need no scores.

    `Invalid` for a field that there is none of.
    """
    return _within(_Matching().query(request.query), request)


def counted(query: Query) -> Step:
    """What matches a query, to be counted only."""
    return _Matching().query(query)


def ranked(request: SearchRequest) -> Step:
    """The same matches with the scores of `search.ranking`."""
    return _within(_Ranking().query(request.query), request)


def _within(asked: Step, request: SearchRequest) -> Step:
    filters = [
        Values(f"fields.{known_field(name).name}", tuple(map(whole, values)))
        for name, values in request.filters.items()
        if values
    ]
    return Combined(must=(asked, *filters)) if filters else asked


class _Matching:
    def query(self, query: Query) -> Step:  # noqa: PLR0911, PLR0912 - one return a query type
        """The steps of a query."""
        match query:
            case Words():
                return self.words(query)
            case Phrase():
                return self.phrase(query)
            case Prefix():
                return self.prefix(query)
            case Fuzzy():
                return self.fuzzy(query)
            case Identifier():
                return _identifier(query)
            case Own():
                return Values("id", tuple(map(whole, query.ids))) if query.ids else NOTHING
            case Boosted():
                return self.boosted(query)
            case Term():
                return Values(f"fields.{known_field(query.field).name}", (whole(query.value),))
            case Range():
                # An undated document is on day 0, before all spans.
                return Days((query.low or date.min).toordinal(), (query.high or date.max).toordinal())
            case AllOf():
                return self.all_of(query)
            case AnyOf():
                return Combined(may=tuple(map(self.query, query.parts)))
            case Not():
                return self.all_of(AllOf((query,)))
            case Everything():
                return All()

    def word(self, token: str, field: Literal["", "title"]) -> Step:
        """A token in the title, or anywhere."""
        return Token(_column(field), token)

    def words(self, query: Words) -> Step:
        """All or any of the words; nothing when there are none."""
        parts = tuple(self.word(token, query.field) for token in content_tokens(query.text))
        return Combined(must=parts) if query.need == "all" else Combined(may=parts)

    def phrase(self, query: Phrase) -> Step:
        """The words in order."""
        found = tokens(query.text)
        if len(found) < 2:
            return self.word(found[0], query.field) if found else NOTHING
        gaps = allowed(len(found), query.slop)
        run = Run(_column(query.field), tuple(found), gaps)
        return Unscored(run) if gaps else run

    def prefix(self, query: Prefix) -> Step:
        """A word that begins so, as it is written or as it is searched."""
        beginning = folded(query.text)
        if not beginning:
            return NOTHING
        return Unscored(Combined(may=tuple(Begins(column, beginning) for column in _spelled(query.field))))

    def fuzzy(self, query: Fuzzy) -> Step:
        """A word that is spelled almost so; as the tokens have it, and as it is written."""
        found = tokens(query.text)
        if not found:
            return NOTHING
        column, spelled = _spelled(query.field)
        near = (Near(column, found[0], query.edits), Near(spelled, folded(query.text), query.edits))
        return Unscored(Combined(may=near))

    def boosted(self, query: Boosted) -> Step:
        """The part; only ranking knows of weights."""
        return self.query(query.part)

    def all_of(self, query: AllOf) -> Step:
        """All parts; where all are exclusions, everything but them."""
        must = tuple(self.query(part) for part in query.parts if not isinstance(part, Not))
        must_not = tuple(self.query(part.part) for part in query.parts if isinstance(part, Not))
        return Combined(must=must or (All(),), must_not=must_not)


class _Ranking(_Matching):
    def word(self, token: str, field: Literal["", "title"]) -> Step:
        """The score of the words, and a part of that of the title."""
        word = super().word(token, field)
        return word if field == "title" else _with_title(word, Token("title", token))

    def words(self, query: Words) -> Step:
        """Words that stand side by side in the question score more where they do so in the document."""
        words = super().words(query)
        beside = tuple(
            Weighted(Run(_column(query.field), pair), ranking.PAIR_WEIGHT) for pair in neighbours(query.text)
        )
        return Combined(must=(words,), may=beside) if beside else words

    def prefix(self, query: Prefix) -> Step:
        """All words that begin so count the same."""
        return _inexactly(super().prefix(query))

    def fuzzy(self, query: Fuzzy) -> Step:
        """Words that are spelled almost so count the same; the word itself counts as it does anywhere."""
        near = _inexactly(super().fuzzy(query))
        found = tokens(query.text)
        return Combined(must=(near,), may=(self.word(found[0], query.field),)) if found else near

    def boosted(self, query: Boosted) -> Step:
        """The score of the part, times its weight."""
        return Weighted(self.query(query.part), query.weight)

    def phrase(self, query: Phrase) -> Step:
        """A phrase in the title counts more, as a word does; one with other words between counts as its words."""
        found = super().phrase(query)
        if isinstance(found, Unscored):
            words = dict.fromkeys(tokens(query.text))
            return Combined(must=(found,), may=tuple(self.word(token, query.field) for token in words))
        if isinstance(found, Run) and found.column == "words":
            return _with_title(found, replace(found, column="title"))
        return found


def _inexactly(step: Step) -> Step:
    return replace(step, score=ranking.INEXACT_SCORE) if isinstance(step, Unscored) else step


def _spelled(field: Literal["", "title"]) -> tuple[Spelled, Spelled]:
    return ("title", "title_forms") if field == "title" else ("words", "forms")


def _with_title(anywhere: Step, in_title: Step) -> Step:
    return Combined(may=(anywhere, Weighted(in_title, ranking.TITLE_WEIGHT)))


def _identifier(query: Identifier) -> Step:
    """The thing itself, and what carries its number."""
    name = (whole(f"{query.kind}:{query.key}"),)
    return Combined(
        may=(
            Values("id", name, ranking.IDENTITY_SCORE if query.first else ranking.CARRIED_SCORE),
            Values("identifiers", name, ranking.CARRIED_SCORE),
        )
    )


def _column(field: Literal["", "title"]) -> Column:
    return field or "words"
