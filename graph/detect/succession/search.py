"""The search on one side: pairs of somebody who left and a newcomer, scored, with stand-ins beside them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.detect.succession.candidates import RARE, Pairs, pairs
from graph.detect.succession.compare import Compared, compare
from graph.detect.succession.events import Event, Rates, read_events
from graph.detect.succession.on_file import (
    KINDS,
    OF_ONE_HAND,
    OF_THE_NUMBER,
    held_by_others,
    met_by_others,
    of_the_number,
    on_file,
)
from graph.detect.succession.parties import Parties
from graph.detect.succession.sides import Side, lines
from graph.detect.succession.trade import (
    Names,
    beginnings,
    calendar,
    held,
    paces,
    parties,
    sellers,
    sold_alike,
    spells,
    takers,
)
from graph.detect.succession.woken import Sleep, since_waking, sleeps, woken
from graph.facts.columns import one_column
from graph.facts.store import FactStore

# What of the trade can bring two parties together, besides what is on file.
_TRADE_KEYS = ("partner", "exporter", "consignee")


@dataclass(frozen=True, slots=True)
class Search:
    """All pairs of one side with their comparison; parties by number in `names`.

    `history` has the events of those that left, by name, `rates` how often an event befalls anybody; `asleep` what
    newcomers that were woken had done before.
    """

    side: Side
    names: Names
    pairs: Pairs
    compared: Compared
    known: Parties
    history: dict[str, list[Event]]
    rates: Rates
    asleep: dict[str, Sleep]


def search(
    facts: FactStore, traded: ir.Table, files: ir.Table, side: Side, *, as_of: date | None, until: date,
    progress: Callable[[str], None] | None = None,
) -> Search | None:  # fmt: skip
    """Find and score the pairs of a side; None when nobody traded or nobody can be compared.

    `traded` are the lines of `sides.traded`, `files` those of `on_file.read_files`.
    """
    say = progress or (lambda _: None)
    say(f"who left and who is new among {side.kind}s")
    whole = lines(traded, side)
    with ExitStack() as kept:
        all_days = kept.enter_context(facts.kept(paces(whole)))
        woke = kept.enter_context(facts.kept(woken(whole, all_days)))
        trade = since_waking(whole, woke)
        pace = kept.enter_context(facts.kept(since_waking(all_days, woke)))
        everybody = kept.enter_context(facts.kept(parties(pace)))
        extent = everybody.aggregate(
            first=everybody.first_day.min(), last=everybody.last_day.max(), entries=everybody.entries.sum(),
            days=(everybody.last_day - everybody.first_day + 1).sum(),
        )  # fmt: skip
        (extent,) = extent.to_pyarrow().to_pylist()
        if extent["first"] is None:
            return None
        with _holding(facts, files, side, trade, everybody, as_of=as_of) as (holds, holders):
            holding = holds.group_by("kind").agg(n=holds.party.nunique()).to_pyarrow().to_pylist()
            holding_of = {row["kind"]: row["n"] for row in holding}
            sought = holds.filter(holds.kind.isin([*_TRADE_KEYS, *KINDS]))
            few = holders.filter(holders.holders.between(2, RARE))
            rare = sought.join(few, ["kind", "value"])
            rare = rare.select("kind", "value", "party", "holders", key_last=rare.last_day)
            recorded = [kind for kind in KINDS if kind not in OF_THE_NUMBER]
            own_records = holds.filter(holds.kind.isin(recorded)).select("party").distinct().mutate(recorded=True)
            known = everybody.left_join(own_records, "party").drop("party_right")
            known = known.mutate(recorded=known.recorded.fill_null(False))  # noqa: FBT003
            with facts.kept(rare) as keys, facts.kept(known) as known:
                found = pairs(
                    keys, known, first_day=extent["first"], last_day=extent["last"], country_bound=side.country_bound
                )
                table = found.order_by("shift", "old", "new").to_pyarrow()
            shift = table["shift"].to_numpy().astype(np.int64)
            if not (shift == 0).any():
                return None
            say(f"{int((shift == 0).sum())} pairs of {side.kind}s to compare")
            names = Names.of(pa.concat_arrays([table["old"].combine_chunks(), table["new"].combine_chunks()]))
            chosen = Pairs(names.number(table["old"]), names.number(table["new"]), shift)
            wanted = one_column("party", names.values)
            rows = holds.semi_join(wanted, "party").join(holders, ["kind", "value"])
            rows = rows.left_join(_strangers(rare, holds), ["kind", "value"])
            rows = rows.drop("kind_right", "value_right").to_pyarrow()
            dealt_with = rows.filter(pc.equal(rows["kind"], pa.scalar("partner")))["value"]
            sold = sold_alike(trade.filter(ibis.literal("consignee" in side.habits))).to_pyarrow()
            settlers, newcomers = takers(holds, everybody, Names.of(dealt_with), until=extent["last"])
        own = everybody.semi_join(wanted, "party").to_pyarrow()
        leaving = np.sort(everybody.last_day.to_pyarrow().to_numpy().astype(np.int64))
        sets = {
            kind: held(rows.filter(pc.equal(rows["kind"], pa.scalar(kind))), names, holding=holding_of.get(kind, 0))
            for kind in {"heading", *_TRADE_KEYS, *side.habits, *KINDS}
        }
        at = np.argsort(names.number(own["party"]))
        compared_with = Parties(
            names, own["first_day"].to_numpy().astype(np.int64)[at], own["last_day"].to_numpy().astype(np.int64)[at],
            own["entries"].to_numpy().astype(np.float64)[at], sets["partner"], sets["heading"],
            {name: sets[name] for name in side.habits}, {kind: sets[kind] for kind in KINDS}, calendar(pace, names),
            beginnings(settlers, sets["partner"].values), beginnings(newcomers, sets["partner"].values), leaving,
            extent["last"], float(extent["entries"]), float(extent["days"]), extent["first"],
            sellers(sold, sets["partner"].values, sets["consignee"].values),
            np.isin(np.arange(len(names)), names.number(woke.party.to_pyarrow())).astype(np.float64),
        )  # fmt: skip
        say(f"what {side.kind}s may have left behind")
        left = [names[party] for party in np.unique(chosen.old[shift == 0])]
        history, rates = read_events(
            facts, side, whole, left, as_of=as_of, until=until, entries=compared_with.all_entries,
            days=compared_with.all_days,
        )  # fmt: skip
        asleep = sleeps(all_days, woke, [names[party] for party in np.unique(chosen.new[shift == 0])])
    return Search(side, names, chosen, compare(chosen, compared_with), compared_with, history, rates, asleep)


@contextmanager
def _holding(
    facts: FactStore, files: ir.Table, side: Side, trade: ir.Table, everybody: ir.Table, *, as_of: date | None
) -> Iterator[tuple[ir.Table, ir.Table]]:
    """What parties hold, as `_holdings`; and (kind, value, holders): how many do, those in other roles among them."""
    filed = on_file(facts, files, side, as_of=as_of)
    with facts.kept(met_by_others(files, side)) as met, facts.kept(_holdings(side, trade, everybody, filed)) as holds:
        others = held_by_others(met, files, side)
        t = holds.group_by("kind", "value").agg(parties=holds.count()).left_join(others, ["kind", "value"])
        with facts.kept(t.select("kind", "value", holders=t.parties + t.others.fill_null(0))) as holders:
            yield holds, holders


def _strangers(rare: ir.Table, holds: ir.Table) -> ir.Table:
    """(kind, value, strangers): of those that have a rare value on file, how many deal with nobody that another does.

    Firms that have nothing to do with one another and one telephone have an office, an agent or an accountant alike.
    """
    t = rare.filter(rare.kind.isin(OF_ONE_HAND), rare.holders > 2).select("kind", "value", "party")
    deals = holds.filter(holds.kind == "partner").select("party", partner="value")
    t = t.join(deals, "party")
    whole = t.group_by("kind", "value").agg(dealing=t.party.nunique())
    alike = t.group_by("kind", "value", "partner").agg(n=t.party.nunique()).filter(lambda t: t.n > 1)
    t = t.semi_join(alike, ["kind", "value", "partner"])
    t = whole.left_join(t.group_by("kind", "value").agg(alike=t.party.nunique()), ["kind", "value"])
    return t.select("kind", "value", strangers=t.dealing - t.alike.fill_null(0))


def _holdings(side: Side, trade: ir.Table, everybody: ir.Table, filed: ir.Table) -> ir.Table:
    """(kind, value, party, first_day, last_day, lines, lot): what parties deal in and with, and what is on file."""
    read = dict.fromkeys((*_TRADE_KEYS, *side.habits))
    used = spells(trade, {name: name for name in read})
    goods = spells(trade, {"heading": "hts"})
    heading = goods.group_by("kind", "party", value=goods["value"].substr(0, 4)).agg(
        first_day=goods.first_day.min(), last_day=goods.last_day.max(), lines=goods.lines.sum().cast("int64"),
        lot=ibis.null("float64"),
    )  # fmt: skip
    used = ibis.union(used, heading.select(*used.columns))
    filed = filed.semi_join(everybody, "party").select("party", "kind", "value")
    filed = ibis.union(filed, of_the_number(everybody, side))
    none = ibis.null("int64")
    filed = filed.select("party", "value", "kind", first_day=none, last_day=none, lines=none, lot=ibis.null("float64"))
    return ibis.union(used, filed.select(*used.columns))
