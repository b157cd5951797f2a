"""What is found: one shape for documents, entities and findings in the index.

Invariant: `id` is the entity id (`document:NY-N301234`, `importer:12-345678900`, `finding:…`), so that
every hit can be put on the canvas and opened.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One thing to be found.

    `kind` is what a person filters by: ruling, lab_report, ims_document, notice, memo, statute, other for
    documents; the entity kind for entities; `finding`. `identifiers` are normalised keys that must match in
    any spelling, `fields` the facets and filters (port, country, hts, case, importer, status, ...).
    """

    id: str
    kind: str
    title: str
    text: str = ""
    date: date | None = None
    identifiers: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
