"""How many lines each lot could have met by chance: its taxpayer's, its maker's, everybody's, and how alike those are.

Invariant: stand-ins are counted for as lots that customs acted on are.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry import scoring
from graph.detect.reentry.lots import REFUSED
from graph.detect.reentry.pairs import Floats
from graph.detect.reentry.ports import port_use
from graph.detect.reentry.weights import OTHER, OWN, SAME_MAKER, VALUES, Share, size
from graph.facts.columns import surely
from graph.facts.store import FactStore


def pools_of(
    facts: FactStore, table: pa.Table, lines: ir.Table, landed: ir.Table, extent: dict[str, Any]
) -> scoring.Pools:
    """How many lines each lot could have met: its taxpayer's in the heading, its maker's, everybody's."""
    lot = ibis.memtable(table.select(["lot", "taxpayer", "maker", "hts4"]))

    def counted(*keys: str) -> dict[tuple[Any, ...], int]:
        t = lines.semi_join(lot, list(keys)).group_by(list(keys)).agg(n=ibis._.count()).to_pyarrow().to_pylist()
        return {tuple(row[key] for key in keys): row["n"] for row in t}

    own, payer, maker, heading = (counted(*k) for k in (("taxpayer", "hts4"), ("taxpayer",), ("maker",), ("hts4",)))
    sizes = np.ones((table.num_rows, 3))
    columns = [table[name].to_pylist() for name in ("taxpayer", "maker", "hts4")]
    for n, (who, by, what) in enumerate(zip(*columns, strict=True)):
        sizes[n, OWN] = own.get((who, what), 1) if what else payer.get((who,), 1)
        sizes[n, SAME_MAKER] = maker.get((by,), 1)
        sizes[n, OTHER] = heading.get((what,), 1) if what else extent["held"]
    shipment = table["shipment"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    alone = table["counted"].to_numpy(zero_copy_only=False).astype(bool)
    time_counted, in_window = scoring.shares_of_time(extent["first"], extent["last"])
    return scoring.Pools(
        np.maximum(sizes * time_counted, 1.0),
        time_counted,
        in_window,
        shipment,
        np.where(alone, np.bincount(shipment[alone])[shipment], 1),
        ~alone,
        {name: size(table[name].to_numpy().astype(np.float64)) for name in ("packages", "quantity", "weight")},
        _again(table, lines),
        {name: _held_by_others(name, table, lines) for name in VALUES},
        {
            kind: _in_its_box(facts, key, table, lines, landed)
            for kind, key in ((OWN, "taxpayer"), (SAME_MAKER, "maker"))
        },
        port_use(table, lines),
        _by_third_countries(table, lines),
        np.array([each == REFUSED for each in table["standing"].to_pylist()], dtype=bool),
    )


def _held_by_others(name: str, table: pa.Table, lines: ir.Table) -> Share:
    """Of each lot, how many lines of others in its heading hold its value of a field, and how many hold any.

    Of a lot whose heading is not known, lines of others from its maker.
    """
    known = lines.filter(lines[name].notnull())
    unknown = table["hts4"].is_null().to_numpy(zero_copy_only=False)
    held, among = np.zeros((2, table.num_rows))
    for goods, of in (("hts4", ~unknown), ("maker", unknown)):
        if not of.any():
            continue
        lot = ibis.memtable(table.filter(pa.array(of)).select(["taxpayer", goods, name])).drop_null(goods).distinct()
        counts = []
        for keys in ((goods, name), ("taxpayer", goods, name), (goods,), ("taxpayer", goods)):
            t = known.semi_join(lot, list(keys)).group_by(list(keys)).agg(n=ibis._.count()).to_pyarrow()
            asked = table.select(list(keys)).append_column("lot", table["lot"])
            counts.append(np.nan_to_num(asked.join(t, list(keys)).sort_by("lot")["n"].to_numpy().astype(np.float64)))
        held = np.where(of, counts[0] - counts[1], held)
        among = np.where(of, counts[2] - counts[3], among)
    return held, among


def _by_third_countries(table: pa.Table, lines: ir.Table) -> Share:
    """Of each lot, how many lines of its taxpayer came by a country that did not make them, and of how many that is
    known."""
    payers = ibis.memtable(table.select(["taxpayer"])).drop_null("taxpayer").distinct()
    known = lines.filter(lines.export_from.notnull(), lines.origin.notnull()).semi_join(payers, "taxpayer")
    t = known.group_by("taxpayer").agg(n=known.count(), by_way=(known.export_from != known.origin).sum()).to_pyarrow()
    told = table.select(["lot", "taxpayer"]).join(t, ["taxpayer"]).sort_by("lot")
    by_way, n = (np.nan_to_num(told[name].to_numpy().astype(np.float64)) for name in ("by_way", "n"))
    return by_way, n


def _in_its_box(facts: FactStore, key: str, table: pa.Table, lines: ir.Table, landed: ir.Table) -> Share:
    """Of each lot, how many other entries of its taxpayer, or of its maker, came in a box of it, and how many in any.

    The first after the action is not counted: it may be the goods. No fewer than an entry of the party shares its box
    with on average, since whoever has boxes go to and fro has all of them do so.
    """
    lot = ibis.memtable(table.select(["lot", key, "action_day", "own_entry", "containers"])).drop_null(key)
    party = lot.select(key).distinct()
    entered = lines.semi_join(party, key).select(key, "entry_number", "day", "bill", "container")
    carried = entered.join(landed.select("bill", "bill_containers"), "bill")
    carried = carried.select(key, "entry_number", "day", box=carried.bill_containers.unnest())
    entered = entered.select(key, "entry_number", "day", box="container").drop_null("box")
    box = lot.mutate(box=lot.containers.unnest()).drop("containers")
    with facts.kept(entered.union(carried).group_by(key, "box", "entry_number").agg(day=ibis._.day.min())) as boxed:
        in_box = boxed.group_by(key, "box").agg(held=ibis._.count())
        others = (in_box.held * (in_box.held - 1)).sum()
        of_party = in_box.group_by(key).agg(entries=in_box.held.sum(), pairs=others).to_pyarrow()
        used = boxed.join(box, [key, "box"])
        used = used.filter(~surely(used.entry_number == used.own_entry)).group_by("lot")
        found = used.agg(
            before=ibis._.count(where=ibis._.day < ibis._.action_day),
            after=ibis._.count(where=ibis._.day >= ibis._.action_day),
        ).to_pyarrow()
    totals = table.select(["lot", key]).join(of_party, [key]).sort_by("lot")
    entries, pairs = (np.nan_to_num(totals[name].to_numpy().astype(np.float64)) for name in ("entries", "pairs"))
    before, after = np.zeros(table.num_rows), np.zeros(table.num_rows)
    where = found["lot"].to_numpy()
    before[where], after[where] = found["before"].to_numpy(), found["after"].to_numpy()
    again = before + after
    shared = np.maximum(pairs - again * (again + 1), 0.0) / np.maximum(entries - again - 1, 1.0)
    return np.maximum(before + np.maximum(after - 1, 0), shared), entries


# An importer's own habit of shipping a lot again is drawn to everybody's by so many lines, and moves the chance at
# most so many times up or down.
HABIT_DRAWN_BY = 4.0
MOST_HABIT = 8.0


def _again(table: pa.Table, lines: ir.Table) -> Floats:
    """Of each lot, how much oftener than others its importer ships lots of the heading alike to the carton.

    Counted over the importer's other lots: the lot's own likes are counted as its look-alikes.
    """
    lot = ibis.memtable(table.select(["lot", "taxpayer", "hts4", "packages", "weight_band"]))
    keys = ["taxpayer", "hts4"]
    known = lines.filter(lines.packages.notnull(), lines.weight_band.notnull())
    alike = known.semi_join(lot, keys).group_by(*keys, "packages", "weight_band").agg(held=ibis._.count())
    shipped = alike.group_by(keys).agg(lines_held=alike.held.sum(), kinds=alike.count())
    t = lot.inner_join(shipped, keys).left_join(alike, [*keys, "packages", "weight_band"])
    rows = t.select("lot", "lines_held", "kinds", held=t.held.fill_null(0)).order_by("lot").to_pyarrow()
    which = rows["lot"].to_numpy().astype(np.int64)
    held = rows["held"].to_numpy().astype(np.float64)
    others = rows["lines_held"].to_numpy().astype(np.float64) - held
    repeats = others - (rows["kinds"].to_numpy().astype(np.float64) - (held > 0))
    usual = (repeats.sum() + 1.0) / (others.sum() + 10.0)
    habit = np.ones(table.num_rows)
    habit[which] = (repeats + HABIT_DRAWN_BY * usual) / (others + HABIT_DRAWN_BY) / usual
    return np.clip(habit, 1 / MOST_HABIT, MOST_HABIT)
