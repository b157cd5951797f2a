"""What is asked: our own query types, which every engine understands, and the reading of a person's text.

Invariant: no engine's syntax crosses this seam.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from search.chain import LegalStep


@dataclass(frozen=True, slots=True)
class Words:
    """Words in any order, in title or text (`field` "") or in the title alone (`title`).

    All of them must occur, or with `need="any"` at least one: documents with more and rarer ones come first.
    """

    text: str
    field: Literal["", "title"] = ""
    need: Literal["all", "any"] = "all"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, in title or text or (`title`) in the title alone. At most `slop` other words stand between
    them, all gaps together; fewer where the phrase is long (`search.index.phrase`)."""

    text: str
    field: Literal["", "title"] = ""
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word that begins with these letters, in title or text or (`title`) in the title alone; endings count as they
    are written, so `hangi` does not find *hangers*. All such words count the same."""

    text: str
    field: Literal["", "title"] = ""


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word, or one that becomes it by so many letters (1 or 2) changed, added, left out or swapped with the next.
    The word itself counts most, all others the same."""

    text: str
    field: Literal["", "title"] = ""
    edits: int = 1


@dataclass(frozen=True, slots=True)
class Identifier:
    """What is or carries an identifier. `kind` is the entity kind where there is one (importer, document for
    a ruling, hts, ...), else the identifier's type (entry_number, container); `key` the normal form.

    The thing itself (`kind:key` is its id) comes before all others, unless `first` is not wanted: then it counts as
    what carries the number. `instead_of` is the tariff number that was asked for, where this one stands for it in other
    years.
    """

    kind: str
    key: str
    first: bool = True
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """The things with these ids themselves, and not what carries their numbers."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A field of `search.fields` that has exactly this value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """The document's day lies in a span, both ends included; None is open. Undated documents never match."""

    low: date | None
    high: date | None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must match."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must match."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not match."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Boosted:
    """The part, which counts so many times as much in the order of hits."""

    part: "Query"
    weight: float


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all; what an empty box means."""


Query = (
    Words | Phrase | Prefix | Fuzzy | Identifier | Own | Term | Range | AllOf | AnyOf | Not | Boosted | Everything
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. `filters` are exact field values: any of a field's values, all of the fields."""

    query: Query
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: Literal["relevance", "date"] = "relevance"
    limit: int = 20  # 1 to 1,000
    cursor: str = ""


VALUES_SHOWN = 32  # of a field in a hit; a notice may name a thousand tariff numbers


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing asked for that a hit has.

    `how` it matches: `is` the thing asked for, `carries` its number, carries a number `below` it in the tariff, or one
    that is `changed` and stands for it in other years;
    `word`, `phrase`, `beside` (words side by side as in the question), `begins`, `near` (spelled almost so); `value`
    of a field. `found` is what stands in the hit, `times` how often its text and title have it as far as they are
    looked at, `in_title` whether the title does, `weight` what the person gave it (`^2`).
    """

    how: str
    asked: str
    found: tuple[str, ...] = ()
    times: int = 0
    in_title: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, with the passage. In `snippet`, matches stand between `<mark>` and `</mark>`,
    everything else is escaped HTML. `fields` holds the first `VALUES_SHOWN` values of each field; a ruling's
    `status` says whether it stands, `revoked_by` and `modified_by` what ended or changed it, `chain` what became of
    those in turn. `why` says what of the question it has, `page` on which page of the original the passage stands."""

    id: str
    kind: str
    title: str
    score: float
    date: date | None
    snippet: str
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    why: tuple[Reason, ...] = ()
    chain: tuple[LegalStep, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What an index holds of one thing, as far as hits are made from it."""

    id: str
    kind: str
    title: str
    text: str
    date: date | None
    identifiers: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    chain: tuple[LegalStep, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page. `facets` counts values over all matches, most frequent first; `note` says how the text was
    read when it could not be parsed as written."""

    items: tuple[Hit, ...]
    total: int
    next_cursor: str
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    note: str = ""
