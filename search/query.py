"""What is asked: our own query types, which every engine understands, and the reading of a person's text.

Invariant: no engine's syntax crosses this seam.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


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
class Identifier:
    """What is or carries an identifier. `kind` is the entity kind where there is one (importer, document for
    a ruling, hts, ...), else the identifier's type (entry_number, container); `key` the normal form.

    The thing itself (`kind:key` is its id) comes before all others.
    """

    kind: str
    key: str


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
class Everything:
    """Matches all; what an empty box means."""


Query = Words | Phrase | Identifier | Term | Range | AllOf | AnyOf | Not | Everything


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
class Hit:
    """One thing found, with the passage. In `snippet`, matches stand between `<mark>` and `</mark>`,
    everything else is escaped HTML. `fields` holds the first `VALUES_SHOWN` values of each field; a ruling's
    `status` says whether it stands, `revoked_by` and `modified_by` what ended or changed it."""

    id: str
    kind: str
    title: str
    score: float
    date: date | None
    snippet: str
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page. `facets` counts values over all matches, most frequent first; `note` says how the text was
    read when it could not be parsed as written."""

    items: tuple[Hit, ...]
    total: int
    next_cursor: str
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    note: str = ""
