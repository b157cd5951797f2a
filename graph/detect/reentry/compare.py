"""The strongest candidates of each shipment: its lots are compared with all entries that they may have come back as.

Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.detect.reentry import candidates, scoring
from graph.detect.reentry.candidates import WINDOW_DAYS
from graph.detect.reentry.comparisons import COMPARED, COMPARISONS, MISSING, levels, may_be_part
from graph.detect.reentry.lines import bills, entry_totals
from graph.detect.reentry.pairs import Ints, Pairs
from graph.detect.reentry.weights import Weights
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
        _wholes_near(facts, whole, lines) as near_whole,
        facts.kept(entry_totals(lines.semi_join(near_whole, "entry_number"))) as totals,
        facts.kept(_bills_of(carried, ((near, lines), (near_whole, totals)))) as landed,
    ):
        for number in range(int(batches.max()) + 1):
            say(f"comparing them, part {number + 1} of {int(batches.max()) + 1}")
            pairs = _compared(lot.filter(lot.batch == number), table, ((near, lines), (near_whole, totals)), landed)
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


# Any of these on a near level makes a pair worth scoring: the last level that counts as near.
_NEAR = {"container": 0, "bill": 1, "seal": 0, "weight": 2, "packages": 1, "quantity": 1, "value": 1}
_OF_LOT = (*COMPARED, "containers", "own_entry", "taxpayer", "action_day", "acting_port")
_OF_LINE = ("line", "place", "entry_number", "day", "port", "taxpayer", "container")
_OF_BILL = ("master", "bill_containers", "bill_seals")


def _compared(lot: ir.Table, table: pa.Table, sides: Iterable[tuple[ir.Table, ir.Table]], landed: ir.Table) -> pa.Table:
    """The pairs of these lots that are worth scoring, of lines and of entries taken as a whole, with their levels.

    They stand in any order: what is made of them goes by lots, entries and lines alone.
    """
    found = [_worth_scoring(_paired(near.semi_join(lot, "lot"), table, held, landed)) for near, held in sides]
    return pa.concat_tables([each.cast(found[0].schema) for each in found]).combine_chunks()


def _paired(near: ir.Table, table: pa.Table, held: ir.Table, landed: ir.Table) -> Pairs:
    """Pairs (lot, line) with what is compared: lots are rows of `table`, lines those `held`, with bills that `landed`.

    Each lot and each line is read once, however many pairs it stands in.
    """
    met = near.to_pyarrow()
    lots, lot = np.unique(met["lot"].to_numpy().astype(np.int64), return_inverse=True)
    own = [name for name in COMPARED if name not in _OF_BILL]
    lines = held.semi_join(near, "line").select(*_OF_LINE, *own).left_join(landed, "bill")
    of_lines = lines.select(*_OF_LINE, *own, *_OF_BILL).to_pyarrow().sort_by("line")
    line = np.searchsorted(of_lines["line"].to_numpy(), met["line"].to_numpy())
    of_lots = table.select([*_OF_LOT]).take(pa.array(lots)).append_column("lot", pa.array(lots))
    return Pairs(of_lots, of_lines, lot, line)


def _worth_scoring(pairs: Pairs) -> pa.Table:
    """Of these pairs those of which something is near, with the levels of all comparisons.

    What the line says in words is left out: of all these pairs few are kept.
    """
    told = {c.name: c.level(pairs) for c in COMPARISONS if c.name in _NEAR}
    near = np.logical_or.reduce([(told[name] > MISSING) & (told[name] <= last) for name, last in _NEAR.items()])
    near &= ~pairs.same("own_entry", "entry_number")[0]
    pairs, told = pairs.filter(near), {name: level[near] for name, level in told.items()}
    lot = pairs.lots.select(["lot", "action_day"]).take(pairs.lot)
    line = pairs.lines.select(["line", "place", "entry_number", "day", "port"]).take(pairs.line)
    days = line["day"].to_numpy() - lot["action_day"].to_numpy()
    same_port, both_known = pairs.same("acting_port", "port")
    columns = {name: side[name] for side in (lot, line) for name in side.column_names}
    flags = {
        "own": pairs.same("taxpayer")[0],
        "after": (days >= 0) & (days <= WINDOW_DAYS) & both_known & ~same_port,
        "part": may_be_part(pairs),
    }
    of_levels = {f"level_{name}": pa.array(level) for name, level in levels(pairs, told=told).items()}
    return pa.table(columns | {name: pa.array(flag) for name, flag in flags.items()} | of_levels)


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


@contextmanager
def _wholes_near(facts: FactStore, whole: pa.Table, lines: ir.Table) -> Iterator[ir.Table]:
    """(lot, line, entry_number): entries of several lines that shipments may have come back as, each as a whole."""
    with facts.kept(entry_totals(lines, shared=("taxpayer", "maker", "port"))) as told:
        near = candidates.whole_entry_pairs(ibis.memtable(whole), told)
        with facts.kept(near.join(told.select("line", "entry_number"), "line")) as found:
            yield found
