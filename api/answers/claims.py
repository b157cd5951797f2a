"""Answers about claims: whom the names in documents mean, and what people decided of it.

Invariant: what was decided since the refresh is told at once; the links themselves change with the next refresh.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from api.claims.decided import Claimed, Decided
from api.schemas import ClaimItem, ClaimsAnswer, ClaimStatus
from graph.facts.store import FactStore
from graph.model.errors import Invalid, NotFound

_ORDER = ("document_id", "name", "party")


@dataclass(frozen=True, slots=True)
class ClaimsAsked:
    """Which claims, and how many at once: of a status, a document or a party, after a cursor."""

    status: ClaimStatus | None = None
    document: str = ""
    party: str = ""
    limit: int = 50
    cursor: str = ""


def claims_answer(facts: FactStore, standing: Iterable[Decided], asked: ClaimsAsked) -> ClaimsAnswer:
    """One page of claims; `Invalid` for a cursor that no page gave."""
    decided = {one.claimed.claim: one for one in standing}
    rows = facts.table("named_parties")
    if asked.document:
        rows = rows.filter(rows["document_id"] == asked.document.removeprefix("document:"))
    if asked.party:
        rows = rows.filter(rows["party"] == asked.party.removeprefix("party:"))
    rows = _of_status(rows, decided, asked.status)
    total = int(rows.count().to_pyarrow().as_py())
    page = _after(rows, asked.cursor).order_by(list(_ORDER)).limit(asked.limit + 1).to_pyarrow().to_pylist()
    items = [_item(row, decided) for row in page[: asked.limit]]
    more = len(page) > asked.limit
    return ClaimsAnswer(items=items, next_cursor=_cursor(page[asked.limit - 1]) if more else "", total=total)


def claims_of(facts: FactStore, claims: Sequence[str], standing: Iterable[Decided]) -> ClaimsAnswer:
    """These claims, as they stand."""
    decided = {one.claimed.claim: one for one in standing}
    rows = facts.table("named_parties")
    found = rows.filter(rows["claim"].isin(claims)).order_by(list(_ORDER)).to_pyarrow().to_pylist()
    return ClaimsAnswer(items=[_item(row, decided) for row in found], total=len(found))


def claimed(facts: FactStore, claims: Sequence[str]) -> list[Claimed]:
    """What claims are about; `NotFound` for one that the generation in service does not have."""
    rows = facts.table("named_parties")
    wanted = rows.filter(rows["claim"].isin(claims)).select("claim", *_ORDER).to_pyarrow().to_pylist()
    found = {row["claim"]: Claimed(row["claim"], row["document_id"], row["name"], row["party"]) for row in wanted}
    for claim in claims:
        if claim not in found:
            raise NotFound(
                f"There is no claim {claim}.", thing="claim", value=claim, next_step="See `tidewaiter claims list`."
            )
    return [found[claim] for claim in dict.fromkeys(claims)]


def _of_status(rows: ir.Table, decided: dict[str, Decided], status: ClaimStatus | None) -> ir.Table:
    if status is None:
        return rows
    if status in ("accepted", "rejected"):
        return rows.filter(rows["claim"].isin([claim for claim, one in decided.items() if one.verdict == status]))
    rows = rows.filter(rows["claim"].notin(list(decided))) if decided else rows
    return rows.filter(rows["status"] == "linked" if status == "linked" else rows["status"] != "linked")


def _after(rows: ir.Table, cursor: str) -> ir.Table:
    if not cursor:
        return rows
    try:
        document, name, party = map(str, json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, TypeError) as error:
        raise Invalid(
            "This cursor is of no page of claims.", thing="cursor", value=cursor[:80], next_step="Begin without one."
        ) from error
    later = (rows["name"] > name) | ((rows["name"] == name) & (rows["party"] > party))
    return rows.filter((rows["document_id"] > document) | ((rows["document_id"] == document) & later))


def _cursor(row: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps([row[name] for name in _ORDER]).encode()).decode().rstrip("=")


def _item(row: dict[str, object], decided: dict[str, Decided]) -> ClaimItem:
    by = decided.get(str(row["claim"]))
    before = "linked" if row["status"] == "linked" else "waiting"
    return ClaimItem.model_validate(
        {
            **{name: row[name] for name in ("claim", "written", "name", "start", "party_name", "score", "why")},
            "document": f"document:{row['document_id']}",
            "party": f"party:{row['party']}",
            "status": by.verdict if by else before,
            "person": by.person if by else "",
            "at": by.at if by else None,
        }
    )
