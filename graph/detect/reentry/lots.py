"""Lots of goods that customs acted on, and lots it did not act on that stand in for chance.

Invariant: a lot is described by its entry line when there is one, else by its bill, else by the action
itself; its standing is what was known on the day asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from graph.detect.reentry.bill_names import named_on_bills
from graph.detect.reentry.lines import bills
from graph.facts.columns import surely, taxpayer
from graph.facts.store import FactStore

# Actions that concern goods at a port. Audits, site visits and penalties concern a firm.
KINDS = ("exam", "document_review", "hold", "detention", "refusal", "seizure", "reexport", "sample")

# At these customs has the goods before it, or sees them off: until then they are where they were stopped.
HAD_BEFORE_IT = ("exam", "hold", "detention", "refusal", "seizure", "reexport")

REFUSED, SEIZED, DISCREPANT, UNRESOLVED, CLEARED = "refused", "seized", "discrepant", "unresolved", "cleared"
DESTROYED = "destroyed"
# Goods can be called back for some thirty days after their conditional release: what is found wrong with an entry
# later than this concerns goods that are in commerce.
IN_COMMERCE_DAYS = 60
_FOUND_LATE = "found late"
STAND_IN = "stand-in"

# Goods of which customs wrote this, besides what is only to come or was not done, are no more.
DESTROYED_WORDS = (
    r"(?i)\bdestroyed\b|\bdestruction (was )?(witnessed|supervised|completed|verified|certified)|"
    r"\b(attended|witnessed|supervised|oversaw|saw|present (at|during))( the)? (destruction|incineration)\b|"
    r"\b(incinerated|landfilled)\b|\bburied (at|in|under)\b"
)
NOT_DESTROYED_WORDS = (
    r"(?i)\b(not|never|to be|will|must|shall|should|may|if|unless|until|awaiting|pending|before|or)\b[a-z -]{0,24}"
    r"\b(destr|incinerat|buried)\w*|\bdestr\w* or\b"
)

# Lines drawn of importers and headings that have a stopped lot, and of each at most; and with all other lines in all.
STAND_INS = 12_000
STAND_INS_PER_GROUP = 3
ALL_STAND_INS = 16_000
# Of all lines are drawn no more and no fewer.
MOST_OTHERS, LEAST_OTHERS = 8_000, 4_000
# A quarter of the stand-ins is known by its bill alone, as about a fifth of the lots that are stopped is.
STRIPPED_BELOW = "4"

# A lot's own entry may be filed this many days before or after the action that names only its bill.
OWN_ENTRY_DAYS = 60
# A container comes round again within months: an action that names it alone goes with an entry of these days.
OWN_ENTRY_DAYS_BY_CONTAINER = 21
# Customs may act so many days before a bill's goods land, on what the carrier announced.
ACTED_BEFORE_LANDING_DAYS = 7
# An action that names the importer alone goes with its only entry at the port in so many days before.
OWN_ENTRY_DAYS_BY_NAME = 14

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
    "export_from",
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
            (surely(t.remarks.re_replace(NOT_DESTROYED_WORDS, "").re_search(DESTROYED_WORDS)), DESTROYED),
            ((t.kind == "seizure") | surely(t.result == "seized"), SEIZED),
            ((t.kind == "refusal") | surely(t.result == "refused"), REFUSED),
            (t.result == "discrepant", DISCREPANT),
            (t.result.isin(("compliant", "released")), CLEARED),
            else_=UNRESOLVED,
        ),
    )


def acted_on_lots(
    facts: FactStore, lines: ir.Table, keep: Callable[[ir.Table], ir.Table], *, as_of: date | None, until: date
) -> ir.Table:
    """One row per line of each shipment that customs acted on: its features, the actions, how it stood in the end.

    `named` are the lines on which it acted; lines of the same goods beside them are told, too.

    A shipment is an entry, else a bill, else what a single action names. The last action with a conclusive
    result decides how it stood, and a refusal or seizure is final; goods that were destroyed are no more, whatever
    else is on record. A re-export alone leaves the standing that the goods had, but what was seized and re-exported was
    let go. Goods with which nothing was found wrong before they were long in commerce were cleared.

    `keep` works out what is looked into more than once.
    """
    acts = keep(actions(facts, as_of=as_of, until=until))
    lines = lines.select(
        "line", "line_id", "day", "port", "container", *_FEATURES, own_entry="entry_number", own_line="line_number"
    )
    columns = (*acts.columns, "own_entry", "line_id", "day", "port", "container", *_FEATURES)
    by_entry = acts.join(lines, acts.entry_number == lines.own_entry)
    by_entry = by_entry.filter(by_entry.line_number.isnull() | (by_entry.line_number == by_entry.own_line))
    by_entry = keep(by_entry.select(*columns))

    rest = acts.anti_join(by_entry.select("action_id").distinct(), "action_id")
    by_bill = rest.join(lines, rest.action_bill == lines.bill)
    by_bill = keep(
        by_bill.filter(
            by_bill.port == by_bill.action_port, (by_bill.day - by_bill.action_day).abs() <= OWN_ENTRY_DAYS
        ).select(*columns)
    )

    rest = rest.anti_join(by_bill.select("action_id").distinct(), "action_id")
    by_box = rest.join(lines, [rest.action_container == lines.container, rest.action_port == lines.port])
    by_box = keep(
        by_box.filter(
            (by_box.day - by_box.action_day).abs() <= OWN_ENTRY_DAYS_BY_CONTAINER,
            ~surely(taxpayer(by_box.action_importer) != by_box.taxpayer),
        ).select(*columns)
    )

    rest = rest.anti_join(by_box.select("action_id").distinct(), "action_id")
    nameless = rest.filter(rest.action_bill.isnull(), rest.action_container.isnull(), rest.entry_number.isnull())
    # Few of an importer's lines at the port are of these days: all that they say is read of those alone.
    near = nameless.mutate(payer=taxpayer(nameless.action_importer)).join(
        lines.select("line", "day", "maker", "own_entry", "taxpayer", "port"),
        [("payer", "taxpayer"), ("action_port", "port")],
    )
    near = near.filter(
        (near.action_day - near.day).between(0, OWN_ENTRY_DAYS_BY_NAME), ~surely(near.action_maker != near.maker)
    )
    near = keep(near.select("action_id", "line", "own_entry"))
    meant = near.group_by("action_id").agg(entries=near.own_entry.nunique())
    near = near.semi_join(meant.filter(meant.entries == 1), "action_id").select("action_id", "line")
    by_name = keep(nameless.join(near, "action_id").join(lines, "line").select(*columns))

    alone = rest.anti_join(by_name.select("action_id").distinct(), "action_id")
    blank = {name: ibis.null(dtype) for name, dtype in by_entry.schema().items() if name not in acts.columns}
    alone = alone.mutate(**blank).select(*columns)

    t = ibis.union(by_entry, by_bill, by_box, by_name, alone)
    t = t.mutate(
        port=ibis.coalesce(t.action_port, t.port),
        bill=ibis.coalesce(t.bill, t.action_bill),
        importer=ibis.coalesce(t.importer, t.action_importer),
        taxpayer=ibis.coalesce(t.taxpayer, taxpayer(t.action_importer)),
        maker=ibis.coalesce(t.maker, t.action_maker),
        container=ibis.coalesce(t.container, t.action_container),
    )
    late = (t.standing == DISCREPANT) & surely(t.action_day - t.day > IN_COMMERCE_DAYS)
    t = t.mutate(
        shipment=ibis.coalesce(t.own_entry, t.bill, t.container, t.action_id),
        standing=ibis.ifelse(late, _FOUND_LATE, t.standing),
    )
    order = t.action_day.cast("string").lpad(6, "0") + t.action_id
    shipments = t.group_by("shipment").agg(
        action_ids=t.action_id.collect(distinct=True).sort(),
        action_day=t.action_day.min(),
        there_until=t.action_day.max(where=t.kind.isin(HAD_BEFORE_IT)),
        destroyed=(t.standing == DESTROYED).any(),
        refused=(t.standing == REFUSED).any(),
        seized=(t.standing == SEIZED).any(),
        found_late=(t.standing == _FOUND_LATE).any(),
        reexported=(t.kind == "reexport").any(),
        last_standing=t.standing.argmax(order, where=t.standing.notin((UNRESOLVED, _FOUND_LATE))),
        port=t.port.max(),
    )
    shipments = shipments.mutate(
        standing=ibis.cases(
            (shipments.destroyed, DESTROYED),
            (shipments.seized & ~shipments.reexported, SEIZED),
            (shipments.refused | shipments.seized, REFUSED),
            else_=ibis.coalesce(shipments.last_standing, ibis.ifelse(shipments.found_late, CLEARED, UNRESOLVED)),
        )
    ).drop("destroyed", "refused", "seized", "found_late", "last_standing")
    lots = t.group_by("shipment", "line_id").agg(
        own_entry=t.own_entry.max(),
        day=t.day.max(),
        containers=t.container.collect(distinct=True),
        **{name: t[name].max() for name in _FEATURES},
    )
    lots = keep(lots.mutate(named=ibis.literal(value=True)))
    lots = lots.union(_like_goods(lots, lines).select(*lots.columns)).join(shipments, "shipment")
    return lots.mutate(lot_key=lots.shipment + "#" + lots.line_id.fill_null(""))


def _like_goods(lots: ir.Table, lines: ir.Table) -> ir.Table:
    """The other lines of the lots' entries, not named by any action, that hold goods of the same six digits.

    An action often names the first line alone of goods that are stopped, and come back, together.
    """
    goods = lots.select("shipment", "own_entry", goods=lots.hts.substr(0, 6)).drop_null().distinct()
    found = lines.mutate(goods=lines.hts.substr(0, 6)).join(goods, ["own_entry", "goods"])
    found = found.anti_join(lots, ["shipment", "line_id"])
    boxes = ibis.ifelse(found.container.notnull(), ibis.array([found.container]), ibis.null("array<string>"))
    return found.mutate(containers=boxes, named=ibis.literal(value=False))


@dataclass(frozen=True, slots=True)
class Sample:
    """How many stand-ins are drawn: lines of each group of importer and heading, of which groups, of what else."""

    per_group: int
    share_of_groups: float
    share_of_others: float


def sample_of(groups: int, *, lines_held: int) -> Sample:
    """How stand-ins are drawn for so many groups (an importer and heading with a stopped lot) among so many lines.

    Where groups are many, fewer are drawn of each sooner than of fewer groups: the queue sets importers beside units
    of stand-ins, and the more importers those are of, the less it hangs on one that ships all lots alike.
    """
    per_group = min(max(STAND_INS // max(groups, 1), 1), STAND_INS_PER_GROUP)
    share = min(STAND_INS / max(groups * per_group, 1), 1.0)
    others = min(max(ALL_STAND_INS - share * groups * per_group, LEAST_OTHERS), MOST_OTHERS)
    return Sample(per_group, share_of_groups=share, share_of_others=others / max(lines_held, 1))


def _below(share: float) -> str:
    """The digests below this text are a share of all digests.

    >>> _below(0.5), "7fffff00" < _below(0.5), "80000000" < _below(0.5)
    ('7fffff~', True, False)
    """
    return f"{int(min(share, 1.0) * (16**6 - 1)):06x}~"


def stand_in_lots(
    facts: FactStore,
    lines: ir.Table,
    acted_on: ir.Table,
    keep: Callable[[ir.Table], ir.Table],
    *,
    as_of: date | None,
    sample: "Sample",
) -> ir.Table:
    """Shipments on which nobody acted, as an analyst's control group: what would have matched by chance.

    The entries of a few lines of importers and HTS headings that have an acted-on lot, so that importers whose
    shipments look alike stand for themselves, and a share of all other entries. Chosen by a digest
    of ids: the same facts give the same lots on every engine. A part of them is stripped to what its bill says,
    as the lots are that were stopped before an entry was filed. `keep` works out what is looked into more than once.
    """
    acts = facts.table("actions", as_of=as_of)
    entries = acts.select("entry_number").union(acted_on.select(entry_number="own_entry")).distinct()
    stopped = lines.semi_join(entries, "entry_number").select("line")
    stopped = keep(stopped.union(lines.semi_join(acts.select(bill="bill_number"), "bill").select("line")))
    groups = acted_on.filter(acted_on.hts4.notnull()).select("taxpayer", "hts4").distinct()
    groups = groups.filter((groups.taxpayer + groups.hts4).hexdigest("md5") < _below(sample.share_of_groups))
    near = keep(
        lines.semi_join(groups, ["taxpayer", "hts4"]).select("line", "line_id", "entry_number", *groups.columns)
    )
    near = near.anti_join(stopped, "line")
    by_draw = ibis.window(group_by=["taxpayer", "hts4"], order_by=near.line_id.hexdigest("md5"))
    near = near.mutate(turn=ibis.row_number().over(by_draw))
    near = near.filter(near.turn < sample.per_group).select("entry_number")
    others = lines.filter(lines.entry_number.hexdigest("md5") < _below(sample.share_of_others))
    others = others.anti_join(stopped, "line").select("entry_number")
    chosen = lines.semi_join(keep(near.union(others, distinct=True)), "entry_number").anti_join(stopped, "line")
    chosen = keep(chosen)
    stripped = surely(chosen.bill.notnull() & (chosen.entry_number.hexdigest("md5").right(1) < STRIPPED_BELOW))
    whole = chosen.filter(~stripped)
    bare = chosen.filter(stripped)
    bare = bare.group_by("entry_number").agg(
        day=bare.day.max(), port=bare.port.max(), importer=bare.importer.max(), taxpayer=bare.taxpayer.max(),
        mode=bare["mode"].max(), bill=bare.bill.max(), container=bare.container.max(),
    )  # fmt: skip
    columns = ("entry_number", "line_id", "day", "port", "container", *_FEATURES)
    blank = {name: ibis.null(whole[name].type()) for name in columns if name not in bare.columns}
    both = whole.select(*columns).union(bare.mutate(**blank).select(*columns))
    return both.select(
        "line_id", "day", "port", *_FEATURES, shipment=both.entry_number, own_entry=both.entry_number,
        lot_key=both.entry_number + "#" + both.line_id.fill_null(""), action_ids=ibis.null("array<string>"),
        action_day=both.day, there_until=both.day, reexported=ibis.literal(value=False),
        standing=ibis.literal(STAND_IN), named=ibis.literal(value=True),
        containers=ibis.ifelse(both.container.notnull(), ibis.array([both.container]), None),
    )  # fmt: skip


def with_bills(lots: ir.Table, facts: FactStore, lines: ir.Table, names: ir.Table, *, as_of: date | None) -> ir.Table:
    """The lots with their bills' master number, containers and seals; what no entry line said, the bill says.

    So it is with parties, where a bill's names lead to them by `names` (an importer is then named by its taxpayer
    number).

    A lot known by its container alone is taken to be on the bill that landed that container there nearest in time. A
    bill that names another buyer, for whom the lot's importer enters nothing, is of another journey of the box.
    """
    shipped = bills(facts, as_of=as_of)
    loose = lots.filter(lots.bill.isnull(), lots.line_id.isnull())
    loose = loose.select("lot_key", "action_day", "port", "taxpayer", box=loose.containers.unnest())
    landed = shipped.select("bill", "bill_day", "bill_port", box=shipped.bill_containers.unnest())
    found = loose.join(landed, "box")
    elsewhere = _is_port_code(found.bill_port) & (found.bill_port != found.port)
    found = found.mutate(days=(found.action_day - found.bill_day).abs())
    named = named_on_bills(facts, found.select("bill").distinct(), names, as_of=as_of).select("bill", "bill_taxpayer")
    found = found.left_join(named, "bill").drop("bill_right")
    others = found.filter(found.bill_taxpayer != found.taxpayer).select("taxpayer", "bill_taxpayer").distinct()
    entered = lines.select("taxpayer", bill_taxpayer="consignee")
    others = others.anti_join(entered, ["taxpayer", "bill_taxpayer"])
    found = found.anti_join(others, ["taxpayer", "bill_taxpayer"])
    # A box that lands elsewhere, or weeks after the action, is on its next journey.
    found = found.filter(
        found.days <= OWN_ENTRY_DAYS, found.bill_day - found.action_day <= ACTED_BEFORE_LANDING_DAYS, ~surely(elsewhere)
    ).group_by("lot_key")
    found = found.agg(landed_bill=lambda t: t.bill.argmin(t.days.cast("string").lpad(6, "0") + t.bill))
    t = lots.left_join(found, "lot_key").drop("lot_key_right")
    t = t.mutate(bill=ibis.coalesce(t.bill, t.landed_bill)).drop("landed_bill")
    named = named_on_bills(facts, t.filter(t.line_id.isnull()).select("bill").distinct(), names, as_of=as_of)
    t = t.left_join(shipped, "bill").drop("bill_right").mutate()
    t = t.left_join(named, "bill").drop("bill_right")
    bare = t.line_id.isnull()
    return t.mutate(
        taxpayer=ibis.ifelse(bare, ibis.coalesce(t.taxpayer, t.bill_taxpayer), t.taxpayer),
        importer=ibis.ifelse(bare, ibis.coalesce(t.importer, t.bill_taxpayer), t.importer),
        maker=ibis.ifelse(bare, ibis.coalesce(t.maker, t.bill_maker), t.maker),
        hts=ibis.coalesce(t.hts, t.bill_hts),
        hts4=ibis.coalesce(t.hts4, ibis.ifelse(t.bill_hts.length() >= 4, t.bill_hts.substr(0, 4), None)),
        containers=ibis.ifelse(bare & (t.containers.length().fill_null(0) == 0), t.bill_containers, t.containers),
        packages=ibis.ifelse(bare, ibis.coalesce(t.packages, t.bill_packages), t.packages),
        weight=ibis.ifelse(bare, ibis.coalesce(t.weight, t.bill_weight), t.weight),
        port=ibis.coalesce(t.port, ibis.ifelse(_is_port_code(t.bill_port), t.bill_port, None)),
    ).drop("bill_packages", "bill_weight", "bill_hts", "bill_port", "bill_day", "bill_taxpayer", "bill_maker")


def _is_port_code(port: ir.StringValue) -> ir.BooleanValue:
    """Whether a bill's port is four digits, not a name; told by its length, since engines differ on what `$` meets."""
    return (port.length() == 4) & port.re_search("^[0-9]{4}")
