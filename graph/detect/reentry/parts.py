"""Lots that come back in parts: two or three later entries whose amounts add up to the lot's.

Each entry is smaller than the lot and resembles it in nothing but the goods. What tells is that the packages (else
the quantity, else the weight) of the parts add up. How often sums hit so near by chance is read off the same
importer's entries: the density of the sums of all its pairs (or threes) about the lot's size, and the pairs before
the action, or at the acting port, that add up as well. So the many pairs that few entries make are paid for.

Invariant: stand-ins go through the same steps as lots that customs acted on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry.candidates import LOOK_ALIKE_DAYS, RARE, RARE_AMONG_STRANGERS, WINDOW_DAYS
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.scoring import Bools, Pools
from graph.detect.reentry.weights import AMOUNTS, OWN, SAME_MAKER, Floats, Ints, Levels, Weights, contexts, size
from graph.facts.columns import surely
from graph.facts.store import FactStore

# Of goods that come back about one lot in ten is broken up, mostly in two. By whom as with whole lots.
PARTS_PRIOR_BITS = {2: -3.5, 3: -5.0}
STRANGER_BITS = -4.0
# A part is at least and at most this share of the lot.
SMALLEST, LARGEST = 0.04, 0.96
# A sum is looked at when a leading amount lies so near to the lot's; the density of sums is read off within `ABOUT`.
NEAR = 0.03
ABOUT = 0.2
# An importer's whole trade in a heading is looked at up to so many lines; of more, those of the lot's maker.
MOST_LINES = 1_000
# Shipments are looked at in batches with about so many lines that may be parts.
LINES_A_BATCH = 2_000_000
# The grid of shares; a double holds a million groups' numbers beside it.
GRID = 2.0**30
# Threes are sought among at most so many entries.
MOST_FOR_THREE = 40
# Sums as near by chance count for no less than this many, and no sum is worth more bits.
LEAST_BY_CHANCE = 0.5
MOST_LEADING_BITS = 12.0
# Another way to put the lot together that agrees within so many bits is as good.
AS_GOOD_BITS = 2.0

_LEADING = ("packages", "quantity", "weight")
_BOUNDS = {
    "packages": (1e-9, 0.03, 0.1), "quantity": (0.0005, 0.03, 0.1), "weight": (0.0005, 0.01, 0.03, 0.1),
    "value": (0.002, 0.03, 0.15, 0.9),
}  # fmt: skip
# Each part is counted and weighed anew, so sums agree less well than wholes: the rates of the levels, closest first.
_M = {
    "packages": (0.45, 0.38, 0.10, 0.07), "quantity": (0.40, 0.40, 0.12, 0.08),
    "weight": (0.25, 0.30, 0.25, 0.12, 0.08),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Together:
    """The best way to put each shipment together from later entries, one row a shipment that has any.

    `entries` are row numbers of `held`, the table of entries; those of a row that has two parts end in -1.
    """

    shipment: Ints
    entries: Ints  # n x 3
    total: Floats
    held: pa.Table
    sums: dict[str, Floats]  # the amounts of the parts together
    lots: dict[str, Floats]  # the shipment's
    sought_among: Ints  # sums that come about as large as the lot


@dataclass(frozen=True, slots=True)
class _Wholes:
    """Shipments, one row each: whose they are and what they held; an amount that a line lacks is unknown."""

    table: pa.Table
    lot: Ints  # the first lot of each
    amounts: dict[str, Floats]


def _wholes(table: pa.Table, shipment: Ints) -> _Wholes:
    order = np.argsort(shipment, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(shipment[order]) > 0]))
    amounts = {
        name: np.add.reduceat(table[name].to_numpy().astype(np.float64)[order], starts) for name in AMOUNTS
    }  # fmt: skip
    return _Wholes(table.take(order[starts]), order[starts], amounts)


@dataclass(frozen=True, slots=True)
class _Sought:
    """Which lines may be parts of which shipments: (shipment, keys, lines_held), one row a shipment and rare key.

    A line is met by one of `own` at most. `strangers` are those of the lot's maker whoever entered them.
    """

    own: tuple[tuple[tuple[str, ...], ir.Table], ...]
    strangers: ir.Table


@contextmanager
def _sought(facts: FactStore, table: pa.Table, shipment: Ints, lines: ir.Table) -> Iterator[_Sought]:
    """Where parts are looked for. An importer's whole trade in the heading, or its maker's where that is large, or
    its whole trade where the heading is not known."""
    columns = ["taxpayer", "hts4", "maker", "action_day", "acting_port", "own_entry"]
    lot = ibis.memtable(table.select(columns).append_column("shipment", pa.array(shipment)))
    lot = lot.filter(lot.acting_port.notnull())
    goods, of_maker, stranger = ("taxpayer", "hts4"), ("taxpayer", "hts4", "maker"), ("maker", "hts4")

    def rare(lots: ir.Table, keys: tuple[str, ...], most: int) -> ir.Table:
        wanted = lots.drop_null(list(keys))
        counted = lines.semi_join(wanted, list(keys)).group_by(list(keys)).agg(lines_held=ibis._.count())
        placed = wanted.group_by("shipment", *keys).agg(
            action_day=wanted.action_day.min(), acting_port=wanted.acting_port.min(),
            own_entry=wanted.own_entry.min(), lot_taxpayer=wanted.taxpayer.min(),
        )  # fmt: skip
        return placed.join(counted.filter(counted.lines_held <= most), list(keys))

    with (
        facts.kept(rare(lot.filter(lot.hts4.isnull()), ("taxpayer",), RARE)) as all_trade,
        facts.kept(rare(lot.anti_join(all_trade, ["shipment", "taxpayer"]), goods, MOST_LINES)) as in_heading,
    ):
        rest = lot.anti_join(all_trade, ["shipment", "taxpayer"]).anti_join(in_heading, list(goods))
        with (
            facts.kept(rare(rest, of_maker, MOST_LINES)) as of_one_maker,
            facts.kept(rare(lot, stranger, 2 * RARE_AMONG_STRANGERS)) as of_others,
        ):
            own = ((("taxpayer",), all_trade), (goods, in_heading), (of_maker, of_one_maker))
            yield _Sought(own, of_others)


def _batches(sought: _Sought) -> list[tuple[int, int]]:
    """First and last shipment of each batch, by how many lines may be parts of them."""
    every = ibis.union(
        *(t.select("shipment", "lines_held") for t in (*(t for _, t in sought.own), sought.strangers))
    ).group_by("shipment")  # fmt: skip
    rows = every.agg(lines_held=ibis._.lines_held.sum()).order_by("shipment").to_pyarrow()
    number = rows["shipment"].to_numpy().astype(np.int64)
    batch = np.cumsum(rows["lines_held"].to_numpy().astype(np.int64)) // LINES_A_BATCH
    starts = np.flatnonzero(np.diff(batch, prepend=-1)) if len(batch) else np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], len(batch)) - 1
    return [(int(number[a]), int(number[b])) for a, b in zip(starts, ends, strict=False)]


def _entries(sought: _Sought, lines: ir.Table, shipments: tuple[int, int]) -> pa.Table:
    """Entries that might be parts, one row for each shipment and entry, with the amounts of the lot's headings."""

    def joined(of: ir.Table, keys: tuple[str, ...]) -> ir.Table:
        t = of.filter(of.shipment.between(*shipments)).drop("lines_held").join(lines, list(keys))
        days = t.day - t.action_day
        t = t.mutate(after=(days >= 0) & (days <= WINDOW_DAYS) & (t.port != t.acting_port))
        return t.filter(days.abs() <= LOOK_ALIKE_DAYS, ~surely(t.entry_number == t.own_entry))

    columns = ("shipment", "entry_number", "day", "port", "importer", "taxpayer", "maker", "after", *AMOUNTS)
    parts = [joined(of, keys).select(*columns, own=ibis.literal(value=True)) for keys, of in sought.own]
    others = joined(sought.strangers, ("maker", "hts4"))
    others = others.filter(others.after, ~surely(others.lot_taxpayer == others.taxpayer))
    found = ibis.union(*parts, others.select(*columns, own=ibis.literal(value=False)))

    def total(name: str) -> ir.FloatingValue:
        return ibis.ifelse(found[name].count() == found.count(), found[name].sum(), None)

    whole = found.group_by("shipment", "taxpayer", "entry_number").agg(
        day=found.day.max(), port=found.port.max(), own=found.own.any(), after=found.after.all(),
        maker=found.maker.max(), importer=found.importer.max(), **{name: total(name) for name in AMOUNTS},
    )  # fmt: skip
    rows: pa.Table = whole.order_by("shipment", "taxpayer", "day", "entry_number").to_pyarrow().combine_chunks()
    return rows


def together(facts: FactStore, table: pa.Table, lines: ir.Table, *, weights: Weights, pools: Pools) -> Together:
    """The best parts of each shipment. `lines` are the lines on file, `table` the lots as in `match`.

    Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
    """
    whole = _wholes(table, pools.shipment)
    with _sought(facts, table, pools.shipment, lines) as sought:
        spans = _batches(sought) or [(0, 0)]
        found = [_best(_entries(sought, lines, span), whole, weights=weights, pools=pools) for span in spans]
    before = np.cumsum([0, *(len(each.held) for each in found)])
    return Together(
        np.concatenate([each.shipment for each in found]),
        np.concatenate(
            [np.where(each.entries < 0, -1, each.entries + start) for each, start in zip(found, before, strict=False)]
        ),
        np.concatenate([each.total for each in found]),
        pa.concat_tables([each.held for each in found]).combine_chunks(),
        {name: np.concatenate([each.sums[name] for each in found]) for name in AMOUNTS},
        {name: np.concatenate([each.lots[name] for each in found]) for name in AMOUNTS},
        np.concatenate([each.sought_among for each in found]),
    )


def _best(held: pa.Table, whole: _Wholes, *, weights: Weights, pools: Pools) -> Together:
    """The best parts of each shipment that has any among these entries; of the entries those that are parts."""
    shipment = held["shipment"].to_numpy().astype(np.int64)
    after = held["after"].to_numpy(zero_copy_only=False).astype(bool)
    own = held["own"].to_numpy(zero_copy_only=False).astype(bool)
    amounts = {name: held[name].to_numpy().astype(np.float64) for name in AMOUNTS}
    payer = held["taxpayer"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    group = np.unique(shipment * (int(payer.max(initial=0)) + 1) + payer, return_inverse=True)[1].astype(np.int64)
    found: list[Ints] = []
    about: dict[tuple[int, str], Floats] = {(parts, name): np.zeros(len(held)) for parts in (2, 3) for name in _LEADING}
    likes: dict[tuple[int, str], Floats] = {(parts, name): np.zeros(len(held)) for parts in (2, 3) for name in _LEADING}
    for name in _LEADING:
        share = _on_grid(amounts[name] / whole.amounts[name][shipment])
        fits = (share > SMALLEST) & (share < LARGEST)
        for parts, sums in ((2, _pairs), (3, _threes)):
            rows = np.flatnonzero(fits & after)
            within, near = sums(group[rows], share[rows], NEAR)
            found.append(_padded(rows[near]))
            about[parts, name] = np.bincount(group[rows], weights=within, minlength=len(held)).astype(np.float64)
            # What adds up as well before the action, or at the acting port: no one sent it there to dodge.
            rows = np.flatnonzero(fits & ~after & own)
            _, near = sums(group[rows], share[rows], NEAR)
            if len(near):
                exact = np.abs(share[rows[near]].sum(axis=1) - 1) <= 0.0005
                likes[parts, name] = np.bincount(group[rows[near[exact, 0]]], minlength=len(held)).astype(np.float64)
    entries = np.unique(np.concatenate(found), axis=0)
    best = _scored(
        entries, held, whole, weights=weights, pools=pools, shipment=shipment, group=group, own=own, amounts=amounts,
        about=about, likes=likes,
    )  # fmt: skip
    used = np.unique(best.entries[best.entries >= 0])
    entries = np.where(best.entries < 0, -1, np.searchsorted(used, best.entries))
    return replace(best, entries=entries, held=held.take(pa.array(used, pa.int64())))


def _on_grid(share: Floats) -> Floats:
    """Shares so rounded that they add up exactly beside a group's number, whatever the number is."""
    return np.round(share * GRID) / GRID


def _padded(rows: Ints) -> Ints:
    """Rows of two parts as rows of three whose last is -1; parts in order."""
    rows = np.sort(rows, axis=1)
    return rows if rows.shape[1] == 3 else np.hstack([rows, np.full((len(rows), 1), -1, dtype=np.int64)])


def _pairs(group: Ints, share: Floats, near: float) -> tuple[Floats, Ints]:
    """For each row how many partners make a sum within `ABOUT` of 1, and the pairs of rows that add up to 1.

    >>> _pairs(np.array([0, 0, 0]), np.array([0.3, 0.7, 0.4]), 0.01)[1].tolist()
    [[0, 1]]
    """
    order = np.lexsort((share, group))
    key = group[order] * 4 + share[order]
    return _completed(key, key % 4, group[order] * 4, np.arange(len(order))[:, None], order=order, near=near)


def _threes(group: Ints, share: Floats, near: float) -> tuple[Floats, Ints]:
    """The same for three rows, in groups that are not too large."""
    order = np.lexsort((share, group))
    key = group[order] * 4 + share[order]
    held = np.bincount(group[order], minlength=int(group.max(initial=0)) + 1)[group[order]]
    ends = np.searchsorted(key, group[order] * 4 + 4.0)
    first = np.arange(len(order))
    more = np.where(held <= MOST_FOR_THREE, ends - first - 1, 0)
    i = np.repeat(first, more)
    j = i + 1 + np.arange(len(i)) - np.repeat(np.cumsum(more) - more, more)
    sums = share[order][i] + share[order][j]
    kept = sums < 1 - SMALLEST + near
    i, j, sums = i[kept], j[kept], sums[kept]
    return _completed(key, sums, group[order][i] * 4, np.stack([i, j], axis=1), order=order, near=near)


def _completed(
    key: Floats, sums: Floats, base: Ints, rows: Ints, *, order: Ints, near: float
) -> tuple[Floats, Ints]:  # fmt: skip
    """Complete each sum by one more row, later in the order, to 1: how many come near it, and which do."""
    later = rows[:, -1] + 1

    def span(about: float) -> tuple[Ints, Ints]:
        width = round(about * GRID) / GRID
        low = np.maximum(np.searchsorted(key, base + np.clip(1 - width - sums, 0, 3)), later)
        high = np.maximum(np.searchsorted(key, base + np.clip(1 + width - sums, 0, 3), side="right"), low)
        return low, high

    low, high = span(ABOUT)
    within = np.zeros(len(order))
    np.add.at(within, order[rows[:, 0]], (high - low).astype(np.float64))
    low, high = span(near)
    held = high - low
    last = np.repeat(low, held) + np.arange(int(held.sum())) - np.repeat(np.cumsum(held) - held, held)
    return within, order[np.hstack([np.repeat(rows, held, axis=0), last[:, None]])]


def _scored(
    entries: Ints,
    held: pa.Table,
    whole: _Wholes,
    *,
    weights: Weights,
    pools: Pools,
    shipment: Ints,
    group: Ints,
    own: Bools,
    amounts: dict[str, Floats],
    about: dict[tuple[int, str], Floats],
    likes: dict[tuple[int, str], Floats],
) -> Together:
    """Bits of each way to put a shipment together, and the best way of each."""
    first = entries[:, 0]
    of = shipment[first]
    three = entries[:, 2] >= 0
    sums: dict[str, Floats] = {}
    found: Levels = {c.name: np.full(len(entries), -1, dtype=np.int8) for c in COMPARISONS}
    for name in AMOUNTS:
        values = amounts[name][entries]
        values[~three, 2] = 0.0
        sums[name] = values.sum(axis=1)
        with np.errstate(divide="ignore"):
            gap = np.log(sums[name] / whole.amounts[name][of])
        level = np.searchsorted(_BOUNDS[name], np.abs(gap)).astype(np.int8)
        if name == "value":
            level = np.where((level == 3) & (gap > 0), 4, level).astype(np.int8)
        found[name] = np.where(np.isnan(gap), -1, level).astype(np.int8)
    sizes = {name: size(whole.amounts[name][of]) for name in _LEADING}
    kind = np.where(own[first], OWN, SAME_MAKER).astype(np.int64)
    total = np.where(own[first], 0.0, STRANGER_BITS) + np.where(three, PARTS_PRIOR_BITS[3], PARTS_PRIOR_BITS[2])
    led = np.zeros(len(entries), dtype=bool)
    sought_among = np.ones(len(entries), dtype=np.int64)
    for name in _LEADING:
        known = (found[name] >= 0) & ~led
        led |= known
        density = np.where(three, about[3, name][group[first]], about[2, name][group[first]])
        again = np.where(three, likes[3, name][group[first]], likes[2, name][group[first]])
        bounds = np.array([*_BOUNDS[name], 1.0])
        width = np.maximum(2 * bounds[np.maximum(found[name], 0)], 1.0 / whole.amounts[name][of])
        others = np.maximum(density - 1, 0.0) + LEAST_BY_CHANCE
        by_chance = others * width / (2 * ABOUT) + again
        sought_among = np.where(known, np.maximum(density, 1.0), sought_among).astype(np.int64)
        m = np.asarray(_M[name])[np.maximum(found[name], 0)]
        leading = np.minimum(np.log2(m / by_chance), MOST_LEADING_BITS)
        given = weights.of(name, kind=kind, context=contexts(name, found, sizes), level=found[name])
        total += np.where(known, leading, np.where(found[name] >= 0, np.minimum(given, 2.0), 0.0))
    given = weights.of("value", kind=kind, context=contexts("value", found, sizes), level=found["value"])
    total += np.minimum(given, 2.0)
    to = pools.ports.numbers(held["port"])[entries]
    to[~three, 2] = -1
    total += np.where(own[first], pools.ports.bits_of_parts(whole.lot[of], to), 0.0)
    order = np.lexsort((first, -total, of))
    heads = np.flatnonzero(np.concatenate([[True], of[order][1:] != of[order][:-1]])) if len(order) else order
    best = order[heads]
    # Several ways to put a shipment together that are as good share what they are worth.
    top = np.full(int(of.max(initial=-1)) + 1, -np.inf)
    top[of[best]] = total[best]
    as_good = np.bincount(of[total >= top[of] - AS_GOOD_BITS], minlength=len(top)) if len(of) else np.zeros(0)
    return Together(
        of[best], entries[best], total[best] - np.log2(np.maximum(as_good[of[best]], 1)), held,
        {name: values[best] for name, values in sums.items()},
        {name: whole.amounts[name][of[best]] for name in AMOUNTS}, sought_among[best],
    )  # fmt: skip
