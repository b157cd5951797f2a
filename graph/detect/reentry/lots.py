"""Lots of goods that customs acted on, and lots it did not act on that stand in for chance.

Invariant: a lot is described by its entry line when there is one, else by its bill, else by the action
itself; its standing is what was known on the day asked for.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from graph.detect.reentry.lines import bills, entry_lines, taxpayer
from graph.facts.store import FactStore

# Actions that concern goods at a port. Audits, site visits and penalties concern a firm.
KINDS = ("exam", "document_review", "hold", "detention", "refusal", "seizure", "reexport", "sample")

REFUSED, DISCREPANT, UNRESOLVED, CLEARED = "refused", "discrepant", "unresolved", "cleared"

# A lot's own entry may be filed this many days before or after the action that names only its bill.
OWN_ENTRY_DAYS = 60

_FEATURES = (
    "taxpayer",
    "importer",
    "consignee",
    "maker",
    "origin",
    "hts",
    "hts4",
    "bill",
    "foreign_port",
    "unit",
    "quantity",
    "weight",
    "packages",
    "value",
    "mode",
)


def actions(facts: FactStore, *, as_of: date | None, until: date) -> ir.Table:
    """Actions on goods, each with its day, the taxpayer it names and how the goods stood after it."""
    t = facts.table("actions", as_of=as_of)
    t = t.filter(t.kind.isin(KINDS), t.action_date <= until)
    return t.select(
        action_id=t.action_id,
        kind=t.kind,
        action_day=t.action_date.epoch_days(),
        action_port=t.port_code.nullif(""),
        entry_number=t.entry_number.nullif(""),
        line_number=t.line_number,
        action_bill=t.bill_number.nullif(""),
        action_container=t.container_number.nullif(""),
        action_importer=t.importer_number.nullif(""),
        action_maker=t.manufacturer_id.nullif(""),
        standing=ibis.cases(
            (t.kind.isin(("refusal", "seizure")) | t.result.isin(("refused", "seized")), REFUSED),
            (t.result == "discrepant", DISCREPANT),
            (t.result.isin(("compliant", "released")), CLEARED),
            else_=UNRESOLVED,
        ),
    )


def acted_on_lots(facts: FactStore, *, as_of: date | None, until: date) -> ir.Table:
    """One row per lot: its features, the actions on it, and how it stood in the end.

    The last action with a conclusive result decides, and a refusal or seizure is final. A re-export order
    alone leaves the standing that the goods had.
    """
    acts = actions(facts, as_of=as_of, until=until)
    lines = entry_lines(facts, as_of=as_of, until=until).select(
        "line_id", "entry_number", "line_number", "day", "port", "container", *_FEATURES
    )
    by_entry = acts.filter(acts.entry_number.notnull()).join(
        lines.rename(line_no="line_number"),
        ["entry_number"],
    )
    by_entry = by_entry.filter(by_entry.line_number.isnull() | (by_entry.line_number == by_entry.line_no))
    by_entry = by_entry.select(*acts.columns, "line_id", "day", "port", "container", *_FEATURES)

    rest = acts.anti_join(by_entry.select("action_id").distinct(), "action_id")
    own = lines.drop("entry_number", "line_number").rename(line_bill="bill")
    by_bill = rest.filter(rest.action_bill.notnull()).join(own, rest.action_bill == own.line_bill)
    by_bill = by_bill.filter(
        (by_bill.port == by_bill.action_port) & ((by_bill.day - by_bill.action_day).abs() <= OWN_ENTRY_DAYS)
    ).rename(bill="line_bill")
    by_bill = by_bill.select(*acts.columns, "line_id", "day", "port", "container", *_FEATURES)

    empty = {name: ibis.null(dtype) for name, dtype in by_entry.schema().items() if name not in acts.columns}
    alone = rest.anti_join(by_bill.select("action_id").distinct(), "action_id").mutate(**empty)
    alone = alone.select(*by_entry.columns)

    t = ibis.union(ibis.union(by_entry, by_bill), alone)
    t = t.mutate(
        port=ibis.coalesce(t.action_port, t.port),
        bill=ibis.coalesce(t.bill, t.action_bill),
        importer=ibis.coalesce(t.importer, t.action_importer),
        taxpayer=ibis.coalesce(t.taxpayer, taxpayer(t.action_importer)),
        maker=ibis.coalesce(t.maker, t.action_maker),
    )
    t = t.mutate(lot_key=ibis.coalesce(t.line_id, t.bill, t.action_container, t.action_id))
    conclusive = t.standing != UNRESOLVED
    order = t.action_day.cast("string").lpad(6, "0") + t.action_id
    grouped = t.group_by("lot_key").agg(
        action_ids=t.action_id.collect(order_by=t.action_id, distinct=True),
        action_day=t.action_day.min(),
        last_action_day=t.action_day.max(),
        refused=(t.standing == REFUSED).any(),
        reexported=(t.kind == "reexport").any(),
        last_standing=t.standing.argmax(order, where=conclusive),
        line_id=t.line_id.max(),
        entry_number=t.entry_number.max(),
        day=t.day.max(),
        port=t.port.max(),
        containers=ibis.coalesce(t.container, t.action_container).collect(distinct=True),
        **{name: t[name].max() for name in _FEATURES},
    )
    return grouped.mutate(
        standing=ibis.ifelse(grouped.refused, REFUSED, ibis.coalesce(grouped.last_standing, ibis.literal(UNRESOLVED)))
    ).drop("refused", "last_standing")


def stand_in_lots(
    facts: FactStore, acted_on: ir.Table, *, as_of: date | None, until: date, per_group: int, share_of_others: float
) -> ir.Table:
    """Lots on which nobody acted, as an analyst's control group: what would have matched by chance.

    Up to `per_group` lines of each importer and HTS heading that has an acted-on lot, so that importers whose
    shipments look alike stand for themselves, and a share of all other lines. Chosen by a digest of the line's
    own id: the same facts give the same lots on every engine.
    """
    t = entry_lines(facts, as_of=as_of, until=until)
    acts = facts.table("actions", as_of=as_of)
    t = t.anti_join(acts.filter(acts.entry_number.notnull()).select("entry_number").distinct(), "entry_number")
    named = acts.filter(acts.bill_number.notnull()).select(bill=acts.bill_number).distinct()
    t = t.filter(t.bill.isnull()).union(t.filter(t.bill.notnull()).anti_join(named, "bill"))
    t = t.mutate(draw=t.line_id.hexdigest("md5"))
    groups = acted_on.filter(acted_on.hts4.notnull()).select("taxpayer", "hts4").distinct()
    near = t.semi_join(groups, ["taxpayer", "hts4"])
    near = near.mutate(turn=ibis.row_number().over(ibis.window(group_by=["taxpayer", "hts4"], order_by=near.draw)))
    near = near.filter(near.turn < per_group).drop("turn")
    below = f"{int(min(share_of_others, 1.0) * (16**6 - 1)):06x}~"
    others = t.filter(t.draw < below)
    chosen = near.union(others, distinct=True)
    return chosen.select("line_id", "entry_number", "day", "port", "container", *_FEATURES, action_day=chosen.day)


def with_bills(lots: ir.Table, facts: FactStore, *, as_of: date | None) -> ir.Table:
    """The lots with their bills' master number, containers and seals; what no entry line said, the bill says.

    A lot known by its container alone is taken to be on the bill that landed that container nearest in time.
    """
    shipped = bills(facts, as_of=as_of)
    loose = lots.filter(lots.bill.isnull(), lots.line_id.isnull()).select("lot_key", "action_day", "containers")
    loose = loose.select("lot_key", "action_day", box=loose.containers.unnest())
    landed = shipped.select("bill", "bill_day", box=shipped.bill_containers.unnest())
    found = loose.join(landed, "box")
    found = found.mutate(days=(found.action_day - found.bill_day).abs())
    found = found.filter(found.days <= OWN_ENTRY_DAYS).group_by("lot_key")
    found = found.agg(landed_bill=lambda t: t.bill.argmin(t.days.cast("string").lpad(6, "0") + t.bill))
    t = lots.left_join(found, "lot_key").drop("lot_key_right")
    t = t.mutate(bill=ibis.coalesce(t.bill, t.landed_bill)).drop("landed_bill")
    t = t.left_join(shipped, "bill").drop("bill_right")
    bare = t.line_id.isnull()
    return t.mutate(
        hts=ibis.coalesce(t.hts, t.bill_hts),
        hts4=ibis.coalesce(t.hts4, ibis.ifelse(t.bill_hts.length() >= 4, t.bill_hts.substr(0, 4), None)),
        packages=ibis.ifelse(bare, ibis.coalesce(t.packages, t.bill_packages), t.packages),
        weight=ibis.ifelse(bare, ibis.coalesce(t.weight, t.bill_weight), t.weight),
        port=ibis.coalesce(t.port, ibis.ifelse(t.bill_port.re_search("^[0-9]{4}$"), t.bill_port, None)),
    ).drop("bill_packages", "bill_weight", "bill_hts", "bill_port", "bill_day")
