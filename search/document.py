"""What is found: one shape for documents, entities and findings in the index.

Invariant: `id` is the entity id (`document:NY-N301234`, `importer:12-345678900`, `finding:…`), so that
every hit can be put on the canvas and opened.
"""

import datetime
from dataclasses import dataclass, field

from search.chain import LegalStep


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing to be found.

    `kind` is what a person filters by: ruling, lab_report, ims_document, notice, memo, statute, other for
    documents; `issue`; the entity kind for other entities; `finding`. `identifiers` are the ids (`kind:key`) of
    what it carries, tariff numbers with all that they roll up to; they match in any spelling. `fields` are
    filters and facets, by the names of `search.fields`. `weight` (0 to 127) decides between equally good
    hits: an entity with more value behind it comes first. `chain` is what became of a ruling;
    `pages` are the numbers of its original's pages, each with the character of the text at which it begins.
    """

    id: str
    kind: str
    title: str
    text: str = ""
    date: datetime.date | None = None
    identifiers: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weight: int = 0
    chain: tuple[LegalStep, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
