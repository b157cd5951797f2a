"""What customs had against a party: the events that somebody may want to leave behind.

Each event has a class; how often a class befalls anybody is counted in the same data, so that an event weighs
what it is worth: an exam with a finding is common, a penalty is not, and a large importer has had some of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from graph.detect.succession.payment import Matter, last_demand, noted, says_paid, speaks_of
from graph.detect.succession.sides import IMPORTERS, Side
from graph.facts.columns import one_column, surely, taxpayer
from graph.facts.store import FactStore

# class -> words.
CLASSES: dict[str, str] = {
    "grave": "a penalty, seizure, refusal or audit with a finding",
    "bill": "a bill for more duty",
    "finding": "an action that found something wrong",
    "pending": "an action with no result yet",
    "issue": "an issue opened about it",
    "paper": "a laboratory or a preference claim speaking against it",
    "order": "an order taking effect on its goods",
}

# An order on less than this share of a party's lines is not its trouble.
MUCH_OF_ITS_TRADE = 0.3

_WRONG = ("discrepant", "refused", "seized")
_GRAVE = ("penalty", "seizure", "refusal", "audit", "detention")
# Kinds of action that settle a matter on paper.
_ON_PAPER = ("penalty", "document_review", "audit")
# How an issue is closed in which nothing was found against anybody.
_NO_VIOLATION = "(^| )no violation|^ ?(compliant|unfounded|unsubstantiated|not substantiated) ?$"
# And how one is closed without an answer, whatever its code.
_LEFT_OPEN = (
    "could not|cannot|unable|inconclusive|insufficient|lack of|not (be )?(verified|established|proven|determined)|"
    "access (was )?(refused|denied)|no (resources|reply|answer|response)|reopen|unresolved"
)
# What an event is about, as far as its table says so, and the remarks of notes of payment.
_ABOUT = {"of_kind": "string", "entry": "string", "bill": "string", "amount": "float64", "remarks": "string"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a party: its class, the day, the row and, of an action, how much revenue it changed."""

    kind: str
    day: int
    table: str
    key: tuple[str, ...]
    told: str
    revenue_usd: float
    paid: bool = False  # a note of payment speaks of it


def order_events(facts: FactStore, lines: ir.Table, *, as_of: date | None, until: date) -> ir.Table:
    """In the shape of `events`: an order (or its preliminary finding) on much of a party's trade.

    `lines` are those of `sides.lines`.
    """
    order = facts.table("orders", as_of=as_of)
    order = order.mutate(prefix=order.hts_prefixes.unnest())
    order = order.mutate(prefix=order.prefix.replace(".", "").substr(0, 6))
    days = [
        order.select("case_number", "country", "prefix", day=order[name].epoch_days().cast("int64"))
        for name in ("preliminary_on", "order_on")
    ]
    order = ibis.union(*days)
    order = order.filter(order.day <= (until - date(1970, 1, 1)).days, order.prefix.length() >= 4).distinct()
    named = order.select(country="country", hts4=order.prefix.substr(0, 4)).distinct()
    near = lines.semi_join(named, [lines.origin == named.country, lines.hts4 == named.hts4])
    near = near.mutate(hts6=near.hts.substr(0, 6))
    goods = near.group_by("party", "hts6", "hts4", "origin").agg(lines=near.count(), began=near.day.min())
    whole = lines.group_by("party").agg(all_lines=lines.count())
    met = [order.join(goods, [order.country == goods.origin, order.prefix == goods[name]]) for name in ("hts6", "hts4")]
    hit = ibis.union(*(m.select("case_number", "day", "party", "lines", "began") for m in met))
    hit = hit.filter(hit.began <= hit.day).group_by("party", "case_number", "day").agg(lines=hit.lines.sum())
    hit = hit.join(whole, "party")
    hit = hit.filter(hit.lines >= MUCH_OF_ITS_TRADE * hit.all_lines)
    return hit.select(
        "party", kind=ibis.literal("order"), day="day", table=ibis.literal("orders"), key="case_number",
        told=ibis.literal("order or preliminary finding"), revenue=ibis.literal(0.0),
        paid=ibis.literal(value=False), **_about(),
    )  # fmt: skip


def _about(**known: ir.Value) -> dict[str, ir.Value]:
    """The columns of `_ABOUT`, null where nothing is known."""
    return {name: known[name].cast(type_) if name in known else ibis.null(type_) for name, type_ in _ABOUT.items()}


def _undone(t: ir.Table) -> ir.BooleanValue:
    return surely(t.result.isin(("compliant", "released")))


def events(facts: FactStore, side: Side, lines: ir.Table, *, as_of: date | None, until: date) -> ir.Table:
    """(party, kind, day, table, key, told, revenue, paid, and `_ABOUT`): every event of every party of a side.

    `lines` are those of `sides.lines`, by which an action on an entry finds its party. Beside the classes there is the
    kind `paid`: no event, but a note that what was owed is paid.
    """
    t = facts.table("actions", as_of=as_of).filter(lambda t: t.action_date <= until)
    # An action that names nobody is against those of its entry or, if it has none, of its bill; where they are one.
    for key, name in (("entry_number", "entry"), ("bill_number", "bill")):
        own = lines.filter(lines[key].notnull()).semi_join(t.select(key).distinct(), key)
        found = own.group_by(key).agg(party=own.party.min(), parties=own.party.nunique())
        one = ibis.ifelse(found.parties == 1, found.party, None)
        t = t.left_join(found.select(key, **{f"of_{name}": one}), key).drop(f"{key}_right")
    named = taxpayer(t.importer_number) if side is IMPORTERS else t.manufacturer_id.nullif("")
    of_entry = ibis.coalesce(t.of_entry, t.of_bill)
    # What was open is closed where customs later found nothing in the same entry; a penalty, where it looked at papers.
    closed = t.filter(_undone(t), ~says_paid(t.remarks), t.entry_number.notnull()).group_by("entry_number")
    closed = closed.agg(
        closed_on=lambda t: t.action_date.max(),
        closed_on_paper=lambda t: t.action_date.max(where=t.kind.isin(_ON_PAPER) & (t.result == "compliant")),
    )
    t = t.left_join(closed, "entry_number").drop("entry_number_right")
    wrong = surely(t.result.isin(_WRONG))
    since = ibis.ifelse(t.kind == "penalty", t.closed_on_paper, t.closed_on)
    undone = _undone(t) | (~wrong & surely(since >= t.action_date))
    billed = surely(t.revenue_change_usd > 0)
    paid = says_paid(t.remarks)
    kind = ibis.cases(
        ((t.kind == "penalty") & ~undone, "grave"),
        (t.kind.isin(_GRAVE) & wrong, "grave"),
        (billed & wrong, "bill"),
        (wrong, "finding"),
        (~undone & t.kind.isin(("hold", *_GRAVE)), "pending"),
        (paid, "paid"),
        else_=None,
    )
    acted = t.select(
        party=ibis.coalesce(named, of_entry), kind=kind, day=t.action_date.epoch_days().cast("int64"),
        table=ibis.literal("actions"), key=t.action_id, told=t.kind + " (" + t.result.fill_null("no result") + ")",
        # A penalty asks for money before anybody decides on it.
        revenue=ibis.ifelse(
            wrong | ((t.kind == "penalty") & ~undone), t.revenue_change_usd.cast("float64"), 0.0
        ).fill_null(0.0),
        paid=paid,
        **_about(
            of_kind=t.kind, entry=t.entry_number, bill=t.bill_number, amount=t.revenue_change_usd,
            remarks=ibis.ifelse(paid, t.remarks, None),
        ),
    )  # fmt: skip
    issue = facts.table("issues", as_of=as_of)
    issue = issue.mutate(opened=ibis.coalesce(issue.opened_on, issue.as_of)).filter(lambda t: t.opened <= until)
    numbers = issue.importer_numbers if side is IMPORTERS else issue.manufacturer_ids
    # Who pays on the one entry that an issue is about pays what the issue asks.
    only = ibis.ifelse(issue.entry_numbers.length() == 1, issue.entry_numbers[0], None)
    issue = issue.mutate(number=numbers.unnest(), entry=only)
    issue = issue.filter(issue.number.notnull())
    issue = issue.anti_join(without_violation(facts, as_of=as_of).select("issue_id").distinct(), "issue_id")
    opened = issue.group_by("number", "issue_id").agg(
        day=issue.opened.min().epoch_days().cast("int64"), version=issue.version.min().cast("string"),
        entry=issue.entry.max(),
    )  # fmt: skip
    concluded = _newest(facts.table("issues", as_of=as_of))
    asked = ibis.greatest(concluded.revenue_impact_usd.cast("float64"), 0.0).fill_null(0.0)
    concluded = concluded.select("issue_id", "conclusion", asked=asked)
    opened = opened.left_join(concluded, "issue_id").drop("issue_id_right")
    paid_off = says_paid(opened.conclusion)
    opened = opened.select(
        party=taxpayer(opened.number) if side is IMPORTERS else opened.number, kind=ibis.literal("issue"),
        day=opened.day, table=ibis.literal("issues"), key=opened.issue_id + "/" + opened.version,
        told=ibis.literal("issue"), revenue=opened.asked, paid=paid_off,
        **_about(entry=opened.entry, amount=opened.asked, remarks=ibis.ifelse(paid_off, opened.conclusion, None)),
    )  # fmt: skip
    paper = facts.table("documents", as_of=as_of)
    paper = paper.filter(
        paper.kind == "lab_report", paper.date <= until,
        surely(paper.origin_consistent == "no")
        | surely(paper.suggested_hts.substr(0, 6) != paper.claimed_hts.substr(0, 6)),
    )  # fmt: skip
    number = taxpayer(paper.importer_number) if side is IMPORTERS else paper.manufacturer_id
    tested = paper.select(
        party=number, kind=ibis.literal("paper"), day=paper.date.epoch_days().cast("int64"),
        table=ibis.literal("documents"), key=paper.id, told=ibis.literal("laboratory report"),
        revenue=ibis.literal(0.0), paid=ibis.literal(value=False), **_about(entry=paper.entry_number),
    )  # fmt: skip
    found = ibis.union(acted, opened, tested, order_events(facts, lines, as_of=as_of, until=until))
    return found.filter(found.party.notnull(), found.kind.notnull(), found.day.notnull())


def without_violation(facts: FactStore, *, as_of: date | None) -> ir.Table:
    """The last version of every issue that was looked into and closed without a violation."""
    t = facts.table("issues", as_of=as_of)
    t = _newest(t)
    code = t.result_code.lower().re_replace("[^a-z]+", " ")
    return t.filter(surely(code.re_search(_NO_VIOLATION)), ~surely(t.conclusion.lower().re_search(_LEFT_OPEN)))


def _newest(issues: ir.Table) -> ir.Table:
    """The last version of every issue."""
    last = issues.group_by("issue_id").agg(version=issues.version.max())
    return issues.semi_join(last, ["issue_id", "version"])


@dataclass(frozen=True, slots=True)
class Rates:
    """How often an event of each class befalls a party: by entry, and by day since its first."""

    by_entry: dict[str, float]
    by_day: dict[str, float]

    def chance(self, kind: str, *, entries: float, days: float) -> float:
        """The probability of an event of the class within so many entries, or so many days, the larger."""
        expected = max(self.by_entry[kind] * entries, self.by_day[kind] * days)
        return float(-np.expm1(-expected))


def read_events(
    facts: FactStore, side: Side, lines: ir.Table, parties: Sequence[str], *, as_of: date | None, until: date,
    entries: float, days: float,
) -> tuple[dict[str, list[Event]], Rates]:  # fmt: skip
    """The events of these parties, oldest first, and the rates among all parties of the side.

    `lines` are those of `sides.lines`; `entries` and `days` are those of all parties of the side together.
    """
    with facts.kept(events(facts, side, lines, as_of=as_of, until=until)) as t:
        counts = {row["kind"]: row["n"] for row in t.group_by("kind").agg(n=t.count()).to_pyarrow().to_pylist()}
        own = t.semi_join(one_column("party", parties), "party").order_by("party", "day", "table", "key")
        rows = own.to_pyarrow().to_pylist()
    found: dict[str, list[Event]] = {}
    notes = noted(facts, parties, as_of=as_of, until=until)
    for row in rows:
        if row["paid"]:
            notes.setdefault(row["party"], []).append(_matter(row))
    demands: dict[str, list[Matter]] = {}
    for row in rows:
        if row["party"] in notes and row["kind"] != "paid":
            demands.setdefault(row["party"], []).append(_matter(row))
    last = {party: {last_demand(note, demands.get(party, ())) for note in notes[party]} for party in notes}
    for row in rows:
        if row["kind"] == "paid":
            continue
        party, about = row["party"], _matter(row)
        paid = about.key in last.get(party, ()) or any(speaks_of(note, about) for note in notes.get(party, ()))
        key = tuple(row["key"].rsplit("/", 1)) if row["table"] == "issues" else (row["key"],)
        told = row["told"].replace("_", " ")
        event = Event(row["kind"], row["day"], row["table"], key, told, row["revenue"], paid)
        found.setdefault(row["party"], []).append(event)
    # A class that never befell anybody counts as one event.
    number = {kind: max(counts.get(kind, 0), 1) for kind in CLASSES}
    return found, Rates(
        {kind: n / max(entries, 1.0) for kind, n in number.items()},
        {kind: n / max(days, 1.0) for kind, n in number.items()},
    )


def _matter(row: Mapping[str, Any]) -> Matter:
    """What a row of `events` is about."""
    return Matter(
        row["key"], row["day"], row["of_kind"] or row["table"], row["entry"], row["bill"], abs(row["amount"] or 0.0),
        row["remarks"] or "", (row["amount"] or 0.0) < 0,
    )  # fmt: skip
