"""What a document names, and where: identifiers, companies, countries and days.

Invariant: a span is what is named as it is written, without label, quote or closing stop; spans never overlap; a
social security number is never a mention; a document does not mention itself. Cost: linear in the text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from graph.model.tables import IdentifierType
from ingest.extract.pipeline import COMPANY, Pipeline, Span
from ingest.extract.ports_by_name import FOREIGN_PORT_DIGITS

_I = IdentifierType

# The kind under which a mention is kept: the kind of entity that its key is the key of (graph.model.kinds), where
# there is one. A ruling is a document. A company that is only named has a name for its key, and is no entity yet.
KIND = {
    _I.IMPORTER_NUMBER: "importer",
    _I.MANUFACTURER_ID: "manufacturer",
    _I.RULING: "document",
    COMPANY: "company_name",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing named in one text. `start` and `end` count characters; `text` is what stands between them.

    `what` is what was recognised (`importer_number`, `company`), `kind` and `key` what it is kept as, `how` by what
    it was recognised: see `ingest.extract.pipeline.How`. `party` is set where the name is a known one.
    """

    document_id: str
    kind: str
    key: str
    start: int
    end: int
    text: str
    what: str
    how: str


def find_mentions(document_id: str, text: str) -> Iterator[Mention]:
    """What one text names, in the order it stands; the document's own number is not among it.

    >>> [(m.kind, m.key, m.text) for m in find_mentions("", "Entry ABC-1234567-6 of Umber Co., Ltd.")]
    [('entry_number', 'ABC12345676', 'ABC-1234567-6'), ('company_name', 'UMBER CO LTD', 'Umber Co., Ltd.')]
    """
    for _, mentions in find_all([(document_id, text)]):
        yield from mentions


def find_all(texts: Iterable[tuple[str, str]], pipeline: Pipeline | None = None) -> Iterator[tuple[str, list[Mention]]]:
    """The same for many texts, each with its document's id."""
    for document_id, text, spans in (pipeline or _plain()).read(texts):
        yield document_id, [_mention(document_id, text, span) for span in spans if span.key != document_id]


def _mention(document_id: str, text: str, span: Span) -> Mention:
    written = text[span.start : span.end]
    kind = KIND.get(span.what, str(span.what))
    if span.what == _I.PORT and len(span.key) == FOREIGN_PORT_DIGITS:
        kind = "foreign_port"
    return Mention(document_id, kind, span.key, span.start, span.end, written, str(span.what), span.how)


@cache
def _plain() -> Pipeline:
    return Pipeline()
