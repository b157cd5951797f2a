"""The strongest candidates of each shipment: its lots are compared with all entries that they may have come back as.

Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
"""

from collections.abc import Callable, Iterable
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.detect.reentry import candidates, scoring
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.lines import bills, entry_totals
from graph.detect.reentry.weights import Ints, Weights
from graph.facts.store import FactStore

# Shipments are matched in parts of about so many lots, and of each shipment so many candidates are kept, by
# its importer and by strangers.
LOTS_A_BATCH = 40_000
MOST_CANDIDATES = 8


def strongest_candidates(
    facts: FactStore,
    table: pa.Table,
    lines: ir.Table,
    *,
    as_of: date | None,
    weights: Weights,
    pools: scoring.Pools,
    say: Callable[[str], None],
) -> tuple[pa.Table, scoring.PairBits, scoring.Groups]:
    """The strongest candidates of each shipment, scored, with the pair of lines that leads each.

    Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
    """
    shipments_a_batch = max(1, round(LOTS_A_BATCH * (int(pools.shipment.max()) + 1) / table.num_rows))
    batches = pools.shipment // shipments_a_batch
    # Held by the engine, since every key looks into them.
    in_batches = ibis.memtable(table.append_column("batch", pa.array(batches, pa.int64())))
    parts: list[tuple[pa.Table, scoring.PairBits, scoring.Groups]] = []
    say("lines to compare with the shipments")
    carried = bills(facts, as_of=as_of).select("bill", "master", "bill_containers", "bill_seals")
    whole = table.filter(table["whole"])
    with (
        facts.kept(in_batches) as lot,
        facts.kept(candidates.small_trades(lot, lines)) as small,
        facts.kept(candidates.pairs(lot, lines, carried, small)) as near,
        facts.kept(entry_totals(_entries_of_parties(whole, lines))) as totals,
        facts.kept(candidates.whole_entry_pairs(ibis.memtable(whole), totals)) as near_whole,
        facts.kept(_bills_of(carried, ((near, lines), (near_whole, totals)))) as landed,
    ):
        for number in range(int(batches.max()) + 1):
            say(f"comparing them, part {number + 1} of {int(batches.max()) + 1}")
            pairs = _compared(lot.filter(lot.batch == number), ((near, lines), (near_whole, totals)), landed)
            bits = scoring.pair_bits(pairs, weights, pools)
            groups = scoring.group(pairs, bits, weights, pools)
            strangers = ~pairs["own"].to_numpy(zero_copy_only=False).astype(bool)[groups.best]
            kept = scoring.strongest(groups, most=MOST_CANDIDATES, strangers=strangers)
            rows = groups.best[kept]
            parts.append((pairs.take(rows), _rows_of(bits, rows), _groups_of(groups, kept)))
        kept_pairs = pa.concat_tables([part for part, _, _ in parts]).combine_chunks()
        kept_pairs = _with_words(kept_pairs, (lines, totals))
    before = np.cumsum([0, *(part.num_rows for part, _, _ in parts)])
    return (
        kept_pairs,
        scoring.PairBits(
            np.concatenate([bits.kind for _, bits, _ in parts]),
            np.concatenate([bits.identity for _, bits, _ in parts]),
            np.concatenate([bits.goods for _, bits, _ in parts]),
            np.concatenate([bits.again for _, bits, _ in parts]),
            {c.name: np.concatenate([bits.by_field[c.name] for _, bits, _ in parts]) for c in COMPARISONS},
        ),
        scoring.Groups(
            np.concatenate([groups.shipment for _, _, groups in parts]),
            np.concatenate([groups.best + start for (_, _, groups), start in zip(parts, before, strict=False)]),
            np.concatenate([groups.identity for _, _, groups in parts]),
            np.concatenate([groups.goods for _, _, groups in parts]),
            np.concatenate([groups.look_alikes for _, _, groups in parts]),
            np.concatenate([groups.port for _, _, groups in parts]),
            np.concatenate([groups.total for _, _, groups in parts]),
            np.concatenate([groups.after for _, _, groups in parts]),
        ),
    )  # fmt: skip


def _rows_of(bits: scoring.PairBits, rows: Ints) -> scoring.PairBits:
    by_field = {name: values[rows] for name, values in bits.by_field.items()}
    return scoring.PairBits(bits.kind[rows], bits.identity[rows], bits.goods[rows], bits.again[rows], by_field)


def _groups_of(groups: scoring.Groups, kept: Ints) -> scoring.Groups:
    """The kept groups; `best` counts the rows that were kept."""
    return scoring.Groups(
        groups.shipment[kept], np.arange(len(kept)), groups.identity[kept], groups.goods[kept],
        groups.look_alikes[kept], groups.port[kept], groups.total[kept], groups.after[kept],
    )  # fmt: skip


def _compared(lot: ir.Table, sides: Iterable[tuple[ir.Table, ir.Table]], shipped: ir.Table) -> pa.Table:
    """The pairs of these lots that are worth scoring, of lines and of entries taken as a whole, with their levels.

    They stand in any order: what is made of them goes by lots, entries and lines alone.
    """
    found = [candidates.compared(near.semi_join(lot, "lot"), lot, held, shipped).to_pyarrow() for near, held in sides]
    return pa.concat_tables([each.cast(found[0].schema) for each in found]).combine_chunks()


# What only a reader asks of the lines of pairs that are kept.
_WORDS = ("line_id", "importer", "taxpayer", "maker", "bill", "carrier")


def _with_words(pairs: pa.Table, sides: Iterable[ir.Table]) -> pa.Table:
    """The pairs with what their lines say in words."""
    wanted = ibis.memtable(pa.table({"line": pc.unique(pairs["line"])}))
    found = [held.semi_join(wanted, "line").select("line", *_WORDS).to_pyarrow() for held in sides]
    words = pa.concat_tables([each.cast(found[0].schema) for each in found]).sort_by("line")
    rows = np.searchsorted(words["line"].to_numpy(), pairs["line"].to_numpy())
    for name in _WORDS:
        pairs = pairs.append_column(name, words[name].take(pa.array(rows, pa.int64())))
    return pairs


def _bills_of(carried: ir.Table, sides: Iterable[tuple[ir.Table, ir.Table]]) -> ir.Table:
    """Of the bills those of lines, and of entries taken as a whole, that stand in a pair."""
    named = [held.semi_join(near, "line").select("bill") for near, held in sides]
    return carried.semi_join(ibis.union(*named).distinct(), "bill")


def _entries_of_parties(whole: pa.Table, lines: ir.Table) -> ir.Table:
    """All lines of the entries in which the taxpayers and the makers of these shipments have a line."""
    of_parties = [
        lines.semi_join(ibis.memtable(whole.select([name])).drop_null(name), name).select("entry_number")
        for name in ("taxpayer", "maker")
    ]  # fmt: skip
    return lines.semi_join(ibis.union(*of_parties).distinct(), "entry_number")
