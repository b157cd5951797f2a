"""What a document decides or finds: what was read out of its text when it was loaded, and what its row's columns say.

Invariant: nothing is read anew. Where text and columns speak of one thing, the columns count.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from api.schemas import SaidItem
from graph.facts.store import FactStore
from graph.model.kinds import ENTITY_KINDS
from ingest.extract.results import ORIGIN_DOUBTED, ORIGIN_TOLD, read_results, told_results

# What is worked out of a report's figures, be they in its columns or in its text.
_OF_FIGURES = frozenset({"result", "composition", "chief_weight"})


def said_by_document(facts: FactStore, key: str) -> list[SaidItem]:
    """What the document of that key says; nothing where it has not been loaded."""
    documents = facts.table("documents")
    rows = documents.filter(documents.id == key).limit(1).to_pyarrow().to_pylist()
    return [one for row in rows for one in said_by(facts, row)]


def said_by(facts: FactStore, row: Mapping[str, Any]) -> list[SaidItem]:
    """What the document of a row says: its text in the order in which it stands, then the columns."""
    statements = facts.table("statements")
    kept = statements.filter(statements.document_id == row["id"]).select("said").to_pyarrow().to_pylist()
    columns = list(_columns(row))
    counted = {one.what for one in columns if one.what == "origin_consistent"}
    counted |= _OF_FIGURES if any(one.what in _OF_FIGURES for one in columns) else set()
    told: dict[tuple[str, str], SaidItem] = {}
    for one in (_item(one) for found in kept for one in json.loads(found["said"] or "[]")):
        if one.what not in counted:
            told[one.what, one.entity or one.value] = one
    for one in columns:
        told.setdefault((one.what, one.value), one)
    return list(told.values())


def _item(said: Mapping[str, Any]) -> SaidItem:
    """`key` is an entity's id where the kind of entity is one of ours; a company's name is none."""
    key = said.get("key", "")
    return SaidItem(**said, entity=key if key.partition(":")[0] in ENTITY_KINDS else "")


def _columns(row: Mapping[str, Any]) -> Iterator[SaidItem]:
    """What a report's columns say: what was measured and does not add up, then the conclusions."""
    if row["kind"] == "lab_report":
        for what, value, flag in told_results(read_results(row["results"])):
            yield SaidItem(what=what, value=value, flag=flag)
        if consistent := row["origin_consistent"]:
            yield SaidItem(
                what="origin_consistent",
                value=ORIGIN_TOLD.get(consistent, consistent),
                entity=f"country:{row['claimed_origin']}" if row["claimed_origin"] else "",
                flag=ORIGIN_DOUBTED if consistent == "no" else "",
            )
        if suggested := row["suggested_hts"]:
            another = row["claimed_hts"] and suggested != row["claimed_hts"]
            yield SaidItem(
                what="suggested_hts",
                value=suggested,
                entity=f"hts:{suggested}",
                flag="another number than was claimed" if another else "",
            )
    if (conclusion := row["conclusion"]) and row["kind"] != "ruling":
        yield SaidItem(what="conclusion", value=conclusion)
