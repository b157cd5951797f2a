"""What the reading of documents and the home's parties tell each other: known names for the one, links for the other.

Invariant: only this module brings texts and parties together; neither ingest nor resolution knows the other.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from api import bootstrap
from api.settings import Settings
from graph.facts.store import FactStore
from graph.model.errors import NotFound
from graph.resolve.named import Decision, NameInText, link_names
from graph.resolve.party_names import party_names
from graph.store.generation import Generations

if TYPE_CHECKING:
    from ingest.extract.known_names import KnownNames

_TEXTS_AT_ONCE = 2_000


def known_names(settings: Settings) -> "KnownNames":
    """The names of the parties of the generation in service; none where nothing is served yet."""
    from ingest.extract.known_names import KnownNames

    try:
        served = Generations(settings.home).current()
    except NotFound:
        return KnownNames(())
    facts = bootstrap.facts(settings, loads=served.loads, resolved=served.folder)
    return KnownNames(party_names(facts, served.folder))


def named_parties(facts: FactStore, folder: Path, decisions: tuple[Decision, ...]) -> pa.Table:
    """Whom the names in the documents mean, with the parties resolved into `folder`; see `graph.resolve.named`."""
    if not facts.counts().rows.get("documents", 0):
        return link_names((), ())
    names = list(party_names(facts, folder))
    return link_names([*_mentioned(facts), *_known(facts, names)], names, decisions)


def _mentioned(facts: FactStore) -> Iterator[NameInText]:
    """The companies that were found when the documents were loaded."""
    mentions = facts.table("mentions")
    rows = mentions.filter(mentions["kind"] == "company_name")
    rows = rows.select("document_id", "key", "text", "start", "source", "known_at")
    for row in rows.to_pyarrow().to_pylist():
        yield NameInText(*row.values())


def _known(facts: FactStore, names: list[tuple[str, str]]) -> Iterator[NameInText]:
    """Where texts hold names of parties that nothing but the list of names shows to be names."""
    from ingest.extract.known_names import KnownNames, stands_alone

    known = KnownNames(names)
    documents = facts.table("documents")
    texts = documents.filter(documents["text"].notnull()).order_by("id").select("id", "text", "source", "known_at")
    after = ""
    while len(known):
        some = texts.filter(texts["id"] > after).limit(_TEXTS_AT_ONCE).to_pyarrow().to_pylist()
        for row in some:
            text = row["text"]
            for one in filter(partial(stands_alone, text), known.find(text)):
                written = text[one.start : one.end]
                yield NameInText(row["id"], one.key, written, one.start, row["source"], row["known_at"])
        if len(some) < _TEXTS_AT_ONCE:
            return
        after = some[-1]["id"]
