"""Which rulings modify or revoke which: by the records of either, or by the text of the later one.

Invariant: records count before texts; what only a text says comes with the sentence that says it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from graph.build import derived
from graph.facts.store import FactStore
from search.chain import Change, Changed
from search.desk import Desk

_Told = dict[str, dict[str, None]]  # relation -> ids, in order
_CHANGES: tuple[Change, ...] = ("modified_by", "revoked_by")
INVERSES = {"modifies": "modified_by", "modified_by": "modifies", "revokes": "revoked_by", "revoked_by": "revokes"}


@dataclass(frozen=True, slots=True)
class Chains:
    """Which document modifies or revokes which, when those were issued, and by which sentence of their texts.

    A sentence is kept by who changes and who is changed, where no record says so.
    """

    told: dict[str, _Told]
    dates: dict[str, date]
    passages: dict[tuple[str, str], str]

    def of(self, document: str) -> _Told:
        """What is told of a document, by its own record or another's, or by another's text."""
        return self.told.get(document, {})

    def changes(self, document: str) -> Iterator[Changed]:
        """What modified and revoked a document."""
        for change in _CHANGES:
            for by in self.of(document).get(change, ()):
                yield Changed(change, by, self.dates.get(by), self.passages.get((by, document), ""))


def legal_chains(facts: FactStore, desk: Desk) -> Chains:
    """Chains as told by either of two documents: a revoked ruling's own record often says nothing of its end."""
    table = facts.table("documents")
    told = table.select("id", *INVERSES).filter(
        ibis.or_(*(table[relation].length().fill_null(0) > 0 for relation in INVERSES))
    )
    chains: dict[str, _Told] = {}

    def tell(document: str, relation: str, other: str) -> None:
        chains.setdefault(document, {}).setdefault(relation, {})[other] = None
        chains.setdefault(other, {}).setdefault(INVERSES[relation], {})[document] = None

    for row in desk.rows(told.order_by("id")):
        for relation in INVERSES:
            for other in row[relation] or ():
                tell(row["id"], relation, other)
    passages: dict[tuple[str, str], str] = {}
    for row in desk.rows(_read(facts)):
        tell(row["document_id"], row["relation"], row["other"])
        passages[row["document_id"], row["other"]] = sentence(row["said"], row["relation"], row["other"])
    changing = sorted({by for of in chains.values() for change in _CHANGES for by in of.get(change, ())})
    named = ibis.memtable(pa.table({"named": pa.array(changing, pa.string())}))
    dated = table.filter(table["date"].notnull()).semi_join(named, table["id"] == named["named"]).select("id", "date")
    return Chains(chains, {row["id"]: row["date"] for row in desk.rows(dated)}, passages)


def _read(facts: FactStore) -> ir.Table:
    """What only texts say of rulings that modify or revoke others, with all statements of those texts."""
    read = derived.table(facts, "read_changes")
    read = read.filter(read["relation"].isin(sorted(INVERSES)), read["document_id"] != read["other"])
    said = facts.table("statements").select(said_in="document_id", said="said")
    found = read.join(said, read["document_id"] == said["said_in"])
    return found.select("document_id", "relation", "other", "said").order_by(["document_id", "relation", "other"])


def sentence(said: str | None, relation: str, other: str) -> str:
    """The sentence by which a text, of which these are the statements, does that to another document.

    >>> sentence('[{"what": "revokes", "key": "document:NY-N1", "passage": "It is revoked."}]', "revokes", "NY-N1")
    'It is revoked.'
    """
    for one in json.loads(said or "[]"):
        if (one["what"], one.get("key")) == (relation, f"document:{other}"):
            return str(one.get("passage", ""))
    return ""
