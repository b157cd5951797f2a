"""What the reading of documents and the home's parties tell each other: known names for the one, links for the other.

Invariant: only this module brings texts and parties together; neither ingest nor resolution knows the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from api import bootstrap
from api.settings import Settings
from graph.facts.store import FactStore
from graph.model.errors import NotFound
from graph.resolve.claim import Decision, NameInText
from graph.resolve.named import link_names
from graph.resolve.party_names import party_names
from graph.resolve.resolved import Resolved
from graph.store.generation import Generations

if TYPE_CHECKING:
    from ingest.extract.known_names import KnownNames

_TEXTS_AT_ONCE = 200
_FOUND_AT_ONCE = 10_000


def known_names(settings: Settings) -> "KnownNames":
    """The names of the parties of the generation in service; none where nothing is served yet."""
    from ingest.extract.known_names import KnownNames

    try:
        served = Generations(settings.home).current()
    except NotFound:
        return KnownNames(())
    facts = bootstrap.facts(settings, loads=served.loads, resolved=served.folder)
    return KnownNames(party_names(facts, served.folder))


@dataclass(frozen=True, slots=True)
class PartiesOnFile:
    """The names of the parties in service, each with its party, and the party of each of their keys: of an id
    (`importer:12-345678900`), of a record with its table or without it, and of the party itself."""

    names: tuple[tuple[str, str], ...]
    party_of: Mapping[str, str]


def parties_on_file(settings: Settings) -> PartiesOnFile:
    """The parties of the generation in service. Raises `NotFound` where nothing is served."""
    served = Generations(settings.home).current()
    facts = bootstrap.facts(settings, loads=served.loads, resolved=served.folder)
    resolved = Resolved.read(served.folder)
    party_of: dict[str, str] = {}
    for record, party in resolved.party_of().items():
        party_of |= dict.fromkeys((record, record.partition(":")[2], party, f"party:{party}"), party)
    for row in resolved.parties.select(["kind", "key", "party"]).to_pylist():
        party_of[f"{row['kind']}:{row['key']}"] = row["party"]
    return PartiesOnFile(tuple(party_names(facts, served.folder)), party_of)


def named_parties(
    facts: FactStore, folder: Path, decisions: tuple[Decision, ...], *, before: Path | None = None
) -> pa.Table:
    """Whom the names in the documents mean, with the parties resolved into `folder`; see `graph.resolve.named`.

    `before` is the folder of the generation in service: texts in which it found the known names are not read again
    where nothing has changed for them. What was found is kept in `folder` for the next.
    """
    if not facts.counts().rows.get("documents", 0):
        return link_names((), ())
    names = list(party_names(facts, folder))
    return link_names([*_mentioned(facts), *_known(facts, names, folder, before)], names, decisions)


def _mentioned(facts: FactStore) -> Iterator[NameInText]:
    """The companies that were found when the documents were loaded."""
    mentions = facts.table("mentions")
    rows = mentions.filter(mentions["kind"] == "company_name")
    rows = rows.select("document_id", "key", "text", "start", "source", "known_at")
    for row in rows.to_pyarrow().to_pylist():
        yield NameInText(*row.values())


def _known(facts: FactStore, names: list[tuple[str, str]], folder: Path, before: Path | None) -> Iterator[NameInText]:
    """Where texts hold names of parties that nothing but the list of names shows to be names."""
    from ingest.extract.found_names import FoundNames, KnownText, look
    from ingest.extract.known_names import KnownNames

    documents = facts.table("documents")
    texts = documents.filter(documents["text"].notnull()).select("id", "text", "source", "known_at")
    laid_out = folder / ".texts.parquet"
    try:
        facts.write(texts, laid_out, rows_a_group=_TEXTS_AT_ONCE * 10)
        with pq.ParquetFile(laid_out) as file:
            rows = (row for some in file.iter_batches(_TEXTS_AT_ONCE) for row in some.to_pylist())
            known = (KnownText(row["id"], row["text"], row["source"], row["known_at"]) for row in rows)
            found = look(known, KnownNames(names), FoundNames.kept(before) if before else None)
    finally:
        laid_out.unlink(missing_ok=True)
    found.write(folder)
    for some in found.found.to_batches(_FOUND_AT_ONCE):
        for row in some.to_pylist():
            yield NameInText(
                row["document_id"], row["key"], row["written"], row["start"], row["source"], row["known_at"]
            )
