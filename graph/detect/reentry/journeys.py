"""What carriers say of how goods came: when a bill's goods were laden, and where ships do not call.

What was laden abroad while customs had a lot before it cannot be that lot come back, and it is the carrier that says
so, not the importer. A notice that ships leave the acting port out, and go where the goods came in, says who moved
them.

Invariant: under the lot's own bill goods go on from where they were stopped; its day of lading says nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from graph.facts.columns import one_column
from graph.facts.store import FactStore

# What is written of a port that ships leave out.
_LEFT_OUT = re.compile(
    r"(?i)\b(clos(ed|ure|es|ing)|strikes?|walk-?outs?|lock-?outs?|stoppages?|omit\w*|omissions?|divert\w*|diversions?"
    r"|discontinu\w*|suspend\w*|suspensions?|congest\w*|rotations?|no longer calls?|(not|cease to|stop) call(ing)?)\b"
)
# A notice holds for what came in so many days after it, or a few before it was written down.
NOTICE_DAYS, NOTED_LATE_DAYS = 120, 7


@dataclass(frozen=True, slots=True)
class Travelled:
    """A lot and how it is thought to have come back: bills of all parts, ports, carrier. Days since 1970.

    `there_until` is the last day on which customs had the lot before it, or saw it off.
    """

    shipment: str
    bill: str
    there_until: int
    acting_port: str
    return_bills: tuple[str, ...]
    return_day: int
    return_port: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Journey:
    """The return's bills where all were laden before the lot can have left, and the last day of lading where it is
    known; notices that say that ships leave the acting port out for the port of return, or that the ship or carrier
    that brought the goods does."""

    laden_before: tuple[str, ...] = ()
    last_laden: int | None = None
    notices: tuple[str, ...] = ()


def journeys(facts: FactStore, came: Iterable[Travelled], *, as_of: date | None, until: date) -> dict[str, Journey]:
    """By shipment, what is known of the way by which it is thought to have come back."""
    came = list(came)
    if not came:
        return {}
    bills = facts.table("bills", as_of=as_of)
    bills = bills.semi_join(one_column("bill_number", {b for c in came for b in c.return_bills}), "bill_number")
    rows = bills.select("bill_number", "vessel", laden=bills.loaded_on.epoch_days()).to_pyarrow().to_pylist()
    by_bill = {row["bill_number"]: row for row in rows}
    notices = _notices(facts, {c.acting_port for c in came}, as_of=as_of, until=until)
    found = {}
    for c in came:
        laden = [by_bill.get(bill, {}).get("laden") for bill in c.return_bills if bill != c.bill]
        known = [day for day in laden if day is not None]
        last = max(known) if known and len(known) == len(c.return_bills) else None
        names = {c.carrier, *(by_bill.get(bill, {}).get("vessel") or "" for bill in c.return_bills)} - {""}
        found[c.shipment] = Journey(
            c.return_bills if last is not None and last < c.there_until else (),
            last,
            tuple(notice["id"] for notice in notices if _tells(notice, c, names)),
        )
    return found


def _notices(facts: FactStore, ports: set[str], *, as_of: date | None, until: date) -> list[dict[str, Any]]:
    """The notices that name one of these ports and say that one is left out, with all ports that they name."""
    paper = facts.table("documents", as_of=as_of)
    paper = paper.filter(paper.kind == "notice", paper.date <= until, paper.text.notnull())
    named = facts.table("mentions", as_of=as_of)
    named = named.filter(named.kind == "port").semi_join(paper.select(document_id="id"), "document_id")
    met = named.semi_join(one_column("key", ports), "key").select("document_id").distinct()
    of_paper = named.semi_join(met, "document_id").group_by("document_id").agg(ports=ibis._.key.collect(distinct=True))
    told = paper.join(of_paper, paper.id == of_paper.document_id).select("id", "date", "title", "text", "ports")
    rows = told.order_by("id").to_pyarrow().to_pylist()
    return [row for row in rows if _LEFT_OUT.search(f"{row['title'] or ''}. {row['text']}")]


def _tells(notice: dict[str, Any], c: Travelled, names: set[str]) -> bool:
    day = (notice["date"] - date(1970, 1, 1)).days
    if c.acting_port not in notice["ports"] or not -NOTED_LATE_DAYS <= c.return_day - day <= NOTICE_DAYS:
        return False
    said = f"{notice['title'] or ''} {notice['text']}".upper()
    return c.return_port in notice["ports"] or any(re.search(rf"\b{re.escape(name.upper())}\b", said) for name in names)
