"""From what a person writes to an entity id: any spelling of a number, with or without its kind.

Invariant: what is written as `kind:key` in normal form stays as it is; a social security number leaves here
only as its token.
"""

from collections.abc import Iterable
from pathlib import Path

from api.serving import secret_of
from graph.model.errors import Invalid, NotFound
from graph.model.identifiers import CaseNumber, ImporterNumber, find_identifier, mask_ssn, parse
from graph.model.kinds import ENTITY_KINDS
from graph.model.tables import IdentifierType
from graph.store.store import GraphView

_DOCUMENT_NUMBERS = (IdentifierType.RULING, IdentifierType.LAB_NUMBER)
_ALSO_SAID = {
    "hts": ("hts", "htsus", "tariff", "heading", "subheading"),
    "manufacturer": ("mid",),
    "case": ("ad/cvd", "adcvd", "order"),
    "document": ("ruling", "lab_report"),
    "broker": ("filer",),
    "importer": ("ein", "consignee"),
}


def normal_id(text: str, *, home: Path) -> str:
    """An entity id in normal form; what has no kind before a colon, or an unknown one, is left alone.

    >>> normal_id("case:A570918", home=Path())
    'case:A-570-918'
    >>> normal_id("importer:12-3456789", home=Path())
    'importer:12-345678900'
    """
    kind, colon, key = text.strip().partition(":")
    named = kind.strip().lower()
    if not colon or named not in ENTITY_KINDS:
        return text.strip()
    return f"{named}:{_normal_key(named, key.strip(), home)}"


def find_id(text: str, view: GraphView, *, home: Path) -> str:
    """The id of the one entity that the text names; `NotFound` or `Invalid` when none or several do."""
    given = normal_id(text, home=home)
    if given.partition(":")[0] in ENTITY_KINDS and ":" in given:
        return given
    candidates = list(dict.fromkeys(_candidates(text, home)))
    known = [one for one in candidates if one in view.entities(tuple(candidates))]
    if len(known) == 1:
        return known[0]
    shown = mask_ssn(text)
    if known:
        raise Invalid(
            f"{shown!r} can mean {len(known)} things.",
            thing="entity",
            value=shown[:200],
            next_step=f"Say which: {', '.join(known)}",
        )
    raise NotFound(
        f"Nothing goes by {shown!r}.",
        thing="entity",
        value=shown[:200],
        next_step=f'Try `tidewaiter search "{shown[:80]}"`, or write it as kind:key, for example port:2704.',
    )


def _candidates(text: str, home: Path) -> Iterable[str]:
    said, _, rest = text.strip().partition(" ")
    for kind, declared in ENTITY_KINDS.items():
        if rest and said.lower().rstrip(".:") in (kind, declared.label.lower(), *_ALSO_SAID.get(kind, ())):
            yield f"{kind}:{_normal_key(kind, rest.strip(), home)}"
            return
    for identifier, key in find_identifier(text, ssn_secret=secret_of(home)):
        for kind, declared in ENTITY_KINDS.items():
            if declared.identifier is identifier:
                yield f"{kind}:{key[:9] if identifier is IdentifierType.CASE else key}"
        if identifier in _DOCUMENT_NUMBERS:
            yield f"document:{key}"
    yield f"issue:{text.strip()}"
    yield f"document:{text.strip()}"


def _normal_key(kind: str, key: str, home: Path) -> str:
    identifier = ENTITY_KINDS[kind].identifier
    for one in (identifier,) if identifier else _DOCUMENT_NUMBERS if kind == "document" else ():
        try:
            found = parse(one, key)
        except Invalid:
            continue
        if isinstance(found, ImporterNumber) and found.is_ssn and not found.number:
            secret = secret_of(home)
            return found.tokenised(secret).key if secret else mask_ssn(key)
        return found.order.key if isinstance(found, CaseNumber) else found.key
    return mask_ssn(key) if kind == "importer" else key
