"""Answers about claims: whom the names in documents mean, and what people decided of it.

Invariant: what was decided since the refresh is told at once; the links themselves change with the next refresh.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from api.claims.decided import Claimed, Decided
from api.schemas import ClaimItem, ClaimRival, ClaimsAnswer, ClaimStatus, FacetValue
from api.serving import Snapshot
from graph.facts.store import FactStore
from graph.model.errors import Invalid, NotFound

_ORDER = ("document_id", "name", "party")
_LINKS = ("linked", "accepted")  # statuses that make a link
_MOST_FACETS = 500

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClaimsAsked:
    """Which claims, and how many at once: of a status, a document, a party or a score (0 to 100), after a cursor."""

    status: ClaimStatus | None = None
    document: str = ""
    party: str = ""
    min_score: float = 0.0
    limit: int = 50
    cursor: str = ""


def claims_answer(now: Snapshot, standing: Iterable[Decided], asked: ClaimsAsked) -> ClaimsAnswer:
    """One page of claims; `Invalid` for a cursor that no page gave."""
    decided, after = {one.claimed.claim: one for one in standing}, _place(asked.cursor)
    # Worked out once: to put so deep a question into SQL anew takes longer than to answer it.
    with now.facts.kept(_told(now.facts.table("named_parties"), decided.values())) as every:
        rows = every.filter(every["score"] >= asked.min_score) if asked.min_score else every
        if asked.document:
            rows = rows.filter(rows["document_id"] == asked.document.removeprefix("document:"))
        if asked.party:
            rows = rows.filter(rows["party"] == asked.party.removeprefix("party:"))
        counts = {str(status): count for status, count in _counted(rows, "told").items()}
        if asked.status:
            rows = rows.filter(rows["told"] == asked.status)
        page = _rows((_later(rows, *after) if after else rows).order_by(list(_ORDER)).limit(asked.limit + 1))
        to_link, to_unlink = _to_come(every)
        return ClaimsAnswer(
            items=_items(now, every, page[: asked.limit], decided),
            next_cursor=_cursor(page[asked.limit - 1]) if len(page) > asked.limit else "",
            total=counts.get(asked.status, 0) if asked.status else sum(counts.values()),
            counts=counts,
            documents=[] if after else _facet(now, rows, "document_id", "document"),
            parties=[] if after else _facet(now, rows, "party", "party"),
            to_link=to_link,
            to_unlink=to_unlink,
        )


def claims_of(now: Snapshot, claims: Sequence[str], standing: Iterable[Decided]) -> ClaimsAnswer:
    """These claims, as they stand."""
    decided = {one.claimed.claim: one for one in standing}
    with now.facts.kept(_told(now.facts.table("named_parties"), decided.values())) as every:
        found = _rows(every.filter(every["claim"].isin(claims)).order_by(list(_ORDER)))
        to_link, to_unlink = _to_come(every)
        items = _items(now, every, found, decided)
    return ClaimsAnswer(items=items, total=len(found), to_link=to_link, to_unlink=to_unlink)


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


def _told(rows: ir.Table, standing: Iterable[Decided]) -> ir.Table:
    """The claims with `told`: the status that each has by what people decided until now.

    A claim is settled while its name, in its document, means another party: by a person's word, or by itself.
    """
    verdicts: dict[str, list[str]] = {"accepted": [], "rejected": []}
    for one in standing:
        verdicts[one.verdict].append(one.claimed.claim)
    rows = rows.mutate(**{verdict: rows["claim"].isin(claims) for verdict, claims in verdicts.items()})
    rows = rows.mutate(linked=(rows["status"] == "linked") & ~rows["rejected"])
    of_name = ibis.window(group_by=["document_id", "name"])
    told = ibis.cases(
        (rows["accepted"], "accepted"),
        (rows["rejected"], "rejected"),
        (rows["accepted"].max().over(of_name), "settled"),
        (rows["linked"], "linked"),
        (rows["linked"].max().over(of_name), "settled"),
        else_="waiting",
    )
    return rows.mutate(told=told).drop("accepted", "rejected", "linked")


def _counted(rows: ir.Table, column: str) -> dict[object, int]:
    counted = rows.group_by(column).agg(count=rows.count())
    ranked = counted.order_by(counted["count"].desc(), counted[column]).limit(_MOST_FACETS)
    return {row[column]: row["count"] for row in ranked.to_pyarrow().to_pylist()}


def _facet(now: Snapshot, rows: ir.Table, column: str, kind: str) -> list[FacetValue]:
    """Of which documents, or on which parties, most of the claims are; with their names."""
    counts = {f"{kind}:{key}": count for key, count in _counted(rows, column).items()}
    known = now.view.entities(tuple(counts))
    return [
        FacetValue(value=each, count=count, name=known[each].name if each in known else "")
        for each, count in counts.items()
    ]


def _to_come(every: ir.Table) -> tuple[int, int]:
    """How many links the next refresh makes, and how many it takes away, for what people decided since the last."""
    linked, will_be = every["status"].isin(_LINKS), every["told"].isin(_LINKS)
    (row,) = every.agg(to_link=(~linked & will_be).sum(), to_unlink=(linked & ~will_be).sum()).to_pyarrow().to_pylist()
    return int(row["to_link"] or 0), int(row["to_unlink"] or 0)


def _rows(rows: ir.Table) -> list[Row]:
    found: list[Row] = rows.to_pyarrow().to_pylist()
    return found


def _place(cursor: str) -> tuple[str, str, str] | None:
    """After which document, name and party a page begins; none for the first page."""
    if not cursor:
        return None
    try:
        document, name, party = map(str, json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, TypeError) as error:
        raise Invalid(
            "This cursor is of no page of claims.", thing="cursor", value=cursor[:80], next_step="Begin without one."
        ) from error
    return document, name, party


def _later(rows: ir.Table, document: str, name: str, party: str) -> ir.Table:
    later = (rows["name"] > name) | ((rows["name"] == name) & (rows["party"] > party))
    return rows.filter((rows["document_id"] > document) | ((rows["document_id"] == document) & later))


def _cursor(row: Row) -> str:
    return urlsafe_b64encode(json.dumps([row[name] for name in _ORDER]).encode()).decode().rstrip("=")


def _items(now: Snapshot, every: ir.Table, page: Sequence[Row], decided: Mapping[str, Decided]) -> list[ClaimItem]:
    """The claims with the titles of their documents, and with the other parties that the same names may mean."""
    rivals: dict[tuple[object, object], list[Row]] = {}
    beside = every.filter(
        every["document_id"].isin(sorted({str(row["document_id"]) for row in page})),
        every["name"].isin(sorted({str(row["name"]) for row in page})),
    )
    for row in _rows(beside.order_by(beside["score"].desc(), "party")) if page else ():
        rivals.setdefault((row["document_id"], row["name"]), []).append(row)
    known = now.view.entities(tuple({f"document:{row['document_id']}": None for row in page}))
    titles = {entity_id: entity.name for entity_id, entity in known.items()}
    return [_item(row, rivals[row["document_id"], row["name"]], titles, decided.get(str(row["claim"]))) for row in page]


def _item(row: Row, of_name: Sequence[Row], titles: Mapping[str, str], by: Decided | None) -> ClaimItem:
    document = f"document:{row['document_id']}"
    rivals = [_rival(other) for other in of_name if other["claim"] != row["claim"]]
    mine = _rival(row)
    return ClaimItem(
        **dict(mine),
        document=document,
        document_title=titles.get(document, ""),
        written=str(row["written"]),
        name=str(row["name"]),
        start=int(str(row["start"])),
        linked=row["status"] in _LINKS,
        margin=round(mine.score - rivals[0].score, 1) if rivals else None,
        rivals=rivals,
        person=by.person if by else "",
        at=by.at if by else None,
        reason=by.reason if by else "",
    )


def _rival(row: Row) -> ClaimRival:
    return ClaimRival.model_validate(
        {
            **{name: row[name] for name in ("claim", "party_name", "score", "why")},
            "party": f"party:{row['party']}",
            "status": row["told"],
        }
    )
