"""Lots that come back in parts: two to eight later entries whose amounts add up to the lot's, or many that are small.

Each entry is smaller than the lot and resembles it in nothing but the goods. What tells is that the packages, the
quantity or the weight of the parts add up. How often sums hit so near by chance is read off the same importer's
entries: the density of the sums of all its pairs (or threes) about the lot's size, and the pairs before the action, or
at the acting port, that add up as well. So the many pairs that few entries make are paid for. More than three parts
are sought among entries that follow one another, elsewhere or at one port: of any four or more there are too many. Many
that are small are sought in bursts (`graph.detect.reentry.crumbs`).

Invariant: stand-ins go through the same steps as lots that customs acted on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry import crumbs
from graph.detect.reentry.candidates import LOOK_ALIKE_DAYS, RARE, RARE_AMONG_STRANGERS, WINDOW_DAYS
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.delay import delay_bits
from graph.detect.reentry.pairs import Bools, Floats, Ints
from graph.detect.reentry.scoring import Pools, way_bits
from graph.detect.reentry.sums import ABOUT, SMALLEST, distinct, grouped, on_grid, runs, sums
from graph.detect.reentry.weights import AMOUNTS, OWN, SAME_MAKER, Levels, Weights, contexts, size
from graph.facts.columns import surely
from graph.facts.store import FactStore

# Of goods that come back about one lot in ten is broken up, mostly in two. By whom as with whole lots.
PARTS_PRIOR_BITS = {2: -3.5, 3: -5.0, 4: -6.0, 5: -6.0, 6: -6.5, 7: -6.5, 8: -6.5}
MOST_PARTS = max(PARTS_PRIOR_BITS)
# So many parts and more are sought in runs alone.
RUN_FROM = 4
STRANGER_BITS = -4.0
# A part is at most this share of the lot.
LARGEST = 0.96
# A sum is looked at when an amount lies so near to the lot's.
NEAR = 0.03
# As far as figures of two decimals tell, parts that lie so near add up exactly; of those within the first bound of
# quantity and weight so many do.
EXACT = 2e-5
EXACT_SHARE = 0.6
# Whichever of three amounts agrees best may lead: where that is not the first one known, it is one of three.
CHOSEN_BITS = -1.5
# An importer's whole trade in a heading is looked at up to so many lines; of more, those of the lot's maker.
MOST_LINES = 1_000
# Shipments are looked at in batches with about so many lines that may be parts.
LINES_A_BATCH = 2_000_000
# Sums as near by chance count for no less than this many, and no sum is worth more bits.
LEAST_BY_CHANCE = 0.5
MOST_LEADING_BITS = 12.0
# Another way to put the lot together that agrees within so many bits is as good.
AS_GOOD_BITS = 2.0

# What comes by no known mode mostly comes by sea.
_BY_SEA = ("1", "")
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

    `entries` are row numbers of `held`, the table of entries, which leaves out what only a reader asks of them; those
    of a row that has fewer parts than the most end in -1.
    """

    shipment: Ints
    entries: Ints  # n x crumbs.MOST
    total: Floats
    held: pa.Table
    sums: dict[str, Floats]  # the amounts of the parts together
    lots: dict[str, Floats]  # the shipment's
    sought_among: Ints  # sums that come about as large as the lot


@dataclass(frozen=True, slots=True)
class _Wholes:
    """Shipments, one row each: whose they are and what they held; an amount that a line lacks is unknown."""

    table: pa.Table
    lot: Ints  # the lot that is the whole of each
    amounts: dict[str, Floats]


def _wholes(table: pa.Table, shipment: Ints) -> _Wholes:
    rows = np.flatnonzero(table["whole"].to_numpy(zero_copy_only=False))
    rows = rows[np.argsort(shipment[rows], kind="stable")]
    whole = table.take(pa.array(rows, pa.int64()))
    return _Wholes(whole, rows, {name: whole[name].to_numpy().astype(np.float64) for name in AMOUNTS})


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
    columns = ["taxpayer", "hts4", "maker", "action_day", "acting_port", "own_entry", "counted"]
    lot = ibis.memtable(table.select(columns).append_column("shipment", pa.array(shipment)))
    lot = lot.filter(lot.acting_port.notnull(), lot.counted)
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


def _sizes(whole: _Wholes) -> ir.Table:
    """(shipment, whole_NAME): what each shipment held of the amounts that may lead."""
    amounts = {f"whole_{name}": pa.array(whole.amounts[name], from_pandas=True) for name in _LEADING}
    return ibis.memtable(pa.table({"shipment": pa.array(np.arange(len(whole.lot)), pa.int64()), **amounts}))


def _entries(sought: _Sought, lines: ir.Table, sizes: ir.Table, shipments: tuple[int, int]) -> pa.Table:
    """Entries that might be parts, one row for each shipment and entry, with the amounts of the lot's headings.

    Of a taxpayer at least two that are smaller than the shipment, and not all too small, came in after it elsewhere.
    """

    def joined(of: ir.Table, keys: tuple[str, ...]) -> ir.Table:
        t = of.filter(of.shipment.between(*shipments)).drop("lines_held").join(lines, list(keys))
        days = t.day - t.action_day
        t = t.mutate(after=(days >= 0) & (days <= WINDOW_DAYS) & (t.port != t.acting_port))
        return t.filter(days.abs() <= LOOK_ALIKE_DAYS, ~surely(t.entry_number == t.own_entry))

    columns = ("shipment", "entry_number", "day", "port", "mode", "by_way", "taxpayer", "after", *AMOUNTS)
    lines = lines.mutate(by_way=surely(lines.export_from != lines.origin))
    parts = [joined(of, keys).select(*columns, own=ibis.literal(value=True)) for keys, of in sought.own]
    others = joined(sought.strangers, ("maker", "hts4"))
    others = others.filter(others.after, ~surely(others.lot_taxpayer == others.taxpayer))
    found = ibis.union(*parts, others.select(*columns, own=ibis.literal(value=False)))

    def total(name: str) -> ir.FloatingValue:
        return ibis.ifelse(found[name].count() == found.count(), found[name].sum(), None)

    whole = found.group_by("shipment", "taxpayer", "entry_number").agg(
        day=found.day.max(), port=found.port.max(), by_sea=found["mode"].max().isin(_BY_SEA), by_way=found.by_way.all(),
        own=found.own.any(), after=found.after.all(),
        **{name: total(name) for name in AMOUNTS},
    ).join(sizes, "shipment")  # fmt: skip
    # A little more than `_best` takes, whose shares lie on a grid.
    shares = [whole[name] / whole[f"whole_{name}"] for name in _LEADING]
    whole = whole.filter(ibis.or_(*(surely(share.between(crumbs.LEAST, 1.01 * LARGEST)) for share in shares)))
    of_taxpayer = ibis.window(group_by=["shipment", "taxpayer"])
    whole = whole.filter(whole.after.cast("int64").sum().over(of_taxpayer) >= min(PARTS_PRIOR_BITS))
    whole = whole.order_by("shipment", "taxpayer", "day", "entry_number").drop(*sizes.columns[1:])
    rows: pa.Table = whole.to_pyarrow().combine_chunks()
    return rows


def together(facts: FactStore, table: pa.Table, lines: ir.Table, *, weights: Weights, pools: Pools) -> Together:
    """The best parts of each shipment. `lines` are the lines on file, `table` the lots as in `match`.

    Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
    """
    whole = _wholes(table, pools.shipment)
    sizes = _sizes(whole)
    with _sought(facts, table, pools.shipment, lines) as sought:
        spans = _batches(sought) or [(0, 0)]
        found = [_best(_entries(sought, lines, sizes, span), whole, weights=weights, pools=pools) for span in spans]
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
    group = grouped(shipment, payer)
    port = held["port"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    at_port = grouped(group, port)
    found: dict[int, list[Ints]] = {parts: [] for parts in PARTS_PRIOR_BITS}
    ways = [(parts, name) for parts in PARTS_PRIOR_BITS for name in _LEADING]
    about: dict[tuple[int, str], Floats] = {way: np.zeros(len(held)) for way in ways}
    likes: dict[tuple[int, str], Floats] = {way: np.zeros(len(held)) for way in ways}
    for parts, name in ways:
        share = on_grid(amounts[name] / whole.amounts[name][shipment])
        fits = (share > SMALLEST) & (share < LARGEST)
        for of, search in ((group, sums),) if parts < RUN_FROM else ((group, runs), (at_port, runs)):
            rows = np.flatnonzero(fits & after)
            within, near = search(of[rows], share[rows], NEAR, parts=parts)
            found[parts].append(np.sort(rows[near], axis=1))
            about[parts, name] += np.bincount(group[rows], weights=within, minlength=len(held))
            # What adds up as well before the action, or at the acting port: no one sent it there to dodge.
            rows = np.flatnonzero(fits & ~after & own)
            _, near = search(of[rows], share[rows], NEAR, parts=parts)
            if len(near):
                exact = np.abs(share[rows[near]].sum(axis=1) - 1) <= 0.0005
                likes[parts, name] += np.bincount(group[rows[near[exact, 0]]], minlength=len(held))
    entries = np.concatenate([_padded(distinct(np.concatenate(each))) for each in found.values()])
    best = _scored(
        entries, held, whole, weights=weights, pools=pools, shipment=shipment, group=group, own=own, amounts=amounts,
        about=about, likes=likes,
    )  # fmt: skip
    small = _crumbled(
        held, whole, weights=weights, pools=pools, shipment=shipment, group=group, port=port, own=own, amounts=amounts
    )
    best = _better(best, small)
    used = np.unique(best.entries[best.entries >= 0])
    entries = np.where(best.entries < 0, -1, np.searchsorted(used, best.entries))
    return replace(best, entries=entries, held=held.take(pa.array(used, pa.int64())))


def _crumbled(
    held: pa.Table,
    whole: _Wholes,
    *,
    weights: Weights,
    pools: Pools,
    shipment: Ints,
    group: Ints,
    port: Ints,
    own: Bools,
    amounts: dict[str, Floats],
) -> Together:
    """The best burst of small entries of each shipment that has any."""
    sizes = np.stack([whole.amounts[name] for name in _LEADING])
    step = np.array([[1.0 if name == "packages" else 0.01] for name in _LEADING])
    since = whole.table["action_day"].to_numpy().astype(np.int64)[shipment]
    found = crumbs.bursts(
        crumbs.Entries(
            shipment, group, port, held["by_sea"].to_numpy(zero_copy_only=False).astype(bool),
            held["day"].to_numpy().astype(np.int64), held["after"].to_numpy(zero_copy_only=False).astype(bool), since,
            np.stack([amounts[name] for name in _LEADING]), sizes[:, shipment], (step / sizes)[:, shipment],
        )
    )  # fmt: skip
    first, entries = found.entries[:, 0], found.entries
    total = found.bits + np.where(own[first], 0.0, STRANGER_BITS)
    total += delay_bits(held["day"].to_numpy().astype(np.int64)[first] - since[first])
    total += _way(entries, held, whole, of=found.shipment, weights=weights, pools=pools)
    at_first = ((port[entries] == port[first][:, None]) & (entries >= 0)).sum(axis=1).astype(np.float64)
    ports = pools.ports.numbers(held["port"].take(pa.array(first, pa.int64())))
    total += np.where(own[first], pools.ports.bits_of_many(whole.lot[found.shipment], ports, at_first), 0.0)
    return Together(
        found.shipment, entries, total, held, {name: _known_sum(amounts[name], entries) for name in AMOUNTS},
        {name: whole.amounts[name][found.shipment] for name in AMOUNTS}, found.sought_among,
    )  # fmt: skip


def _way(entries: Ints, held: pa.Table, whole: _Wholes, *, of: Ints, weights: Weights, pools: Pools) -> Floats:
    """What it says that all parts came by a third country, where the shipment did not."""
    by_way = held["by_way"].to_numpy(zero_copy_only=False).astype(bool)
    all_so = (by_way[entries] | (entries < 0)).all(axis=1)
    made, sent = (np.array(whole.table[name].to_pylist(), dtype=object) for name in ("origin", "export_from"))
    lot_too = np.array([bool(a and b and a != b) for a, b in zip(made, sent, strict=True)], dtype=bool)
    u = np.full(len(of), float(weights.u["way"][OWN, 0, 0]))
    bits = way_bits(pools, whole.lot[of], u=u, matching=(entries >= 0).sum(axis=1).astype(np.float64))
    return np.where(all_so & ~lot_too[of], bits, 0.0)


def _known_sum(values: Floats, entries: Ints) -> Floats:
    """The sum of what is known of the entries' values, by row; unknown where most are."""
    held = np.where(entries >= 0, values[entries], np.nan)
    known = (~np.isnan(held)).sum(axis=1)
    return np.where(2 * known >= (entries >= 0).sum(axis=1), np.nansum(held, axis=1), np.nan)


def _better(one: Together, other: Together) -> Together:
    """The better of two ways to put each shipment together."""
    shipment, total = np.concatenate([one.shipment, other.shipment]), np.concatenate([one.total, other.total])
    order = np.lexsort((-total, shipment))
    rows = order[np.flatnonzero(np.diff(shipment[order], prepend=-1))]
    blank = np.full((len(one.entries), crumbs.MOST - MOST_PARTS), -1, dtype=np.int64)
    return Together(
        shipment[rows], np.concatenate([np.hstack([one.entries, blank]), other.entries])[rows], total[rows], one.held,
        {name: np.concatenate([one.sums[name], other.sums[name]])[rows] for name in AMOUNTS},
        {name: np.concatenate([one.lots[name], other.lots[name]])[rows] for name in AMOUNTS},
        np.concatenate([one.sought_among, other.sought_among])[rows],
    )  # fmt: skip


def _padded(rows: Ints) -> Ints:
    """Rows of some parts as rows of the most, filled up with -1."""
    return np.hstack([rows, np.full((len(rows), MOST_PARTS - rows.shape[1]), -1, dtype=np.int64)])


def _added(values: Floats, entries: Ints) -> Floats:
    """The sum of the entries' values, by row."""
    added: Floats = values[entries[:, 0]] + values[entries[:, 1]]
    for column in range(2, entries.shape[1]):
        rows = np.flatnonzero(entries[:, column] >= 0)
        added[rows] += values[entries[rows, column]]
    return added


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
    parts = (entries >= 0).sum(axis=1)
    added: dict[str, Floats] = {}
    found: Levels = {c.name: np.full(len(entries), -1, dtype=np.int8) for c in COMPARISONS}
    for name in AMOUNTS:
        added[name] = _added(amounts[name], entries)
        with np.errstate(divide="ignore"):
            gap = np.log(added[name] / whole.amounts[name][of])
        near = np.searchsorted(_BOUNDS[name], np.abs(gap)).astype(np.int8)
        if name == "value":
            near = np.where((near == 3) & (gap > 0), 4, near).astype(np.int8)
        found[name] = np.where(np.isnan(gap), -1, near).astype(np.int8)
    sizes = {name: size(whole.amounts[name][of]) for name in _LEADING}
    kind = np.where(own[first], OWN, SAME_MAKER).astype(np.int64)
    prior = np.zeros(MOST_PARTS + 1)
    prior[list(PARTS_PRIOR_BITS)] = list(PARTS_PRIOR_BITS.values())
    total = np.where(own[first], 0.0, STRANGER_BITS) + prior[parts]
    leading = _leading(found)
    sought_among = np.ones(len(entries), dtype=np.int64)
    for place, name in enumerate(_LEADING):
        level = np.maximum(found[name], 0).astype(np.int64)
        density, again = (
            np.stack([of_name[count, name] for count in PARTS_PRIOR_BITS])[parts - min(PARTS_PRIOR_BITS), group[first]]
            for of_name in (about, likes)
        )
        leads = leading == place
        sought_among = np.where(leads, np.maximum(density, 1.0), sought_among).astype(np.int64)
        # Amounts that are counted in whole units meet more easily than those with decimals.
        broken = _added((amounts[name] != np.round(amounts[name])).astype(np.float64), entries) > 0
        grain = np.where(broken, 0.01, 1.0) / whole.amounts[name][of]
        gap = np.abs(added[name] / whole.amounts[name][of] - 1)
        says = _leading_bits(name, level, gap=gap, grain=grain, density=density, again=again)
        given = weights.of(name, kind=kind, context=contexts(name, found, sizes), level=found[name])
        total += np.where(leads, says, np.where(found[name] >= 0, np.minimum(given, 2.0), 0.0))
    known = np.stack([found[name] >= 0 for name in _LEADING])
    total += np.where(leading > np.argmax(known, axis=0), CHOSEN_BITS, 0.0)
    given = weights.of("value", kind=kind, context=contexts("value", found, sizes), level=found["value"])
    total += np.minimum(given, 2.0)
    days = held["day"].to_numpy().astype(np.int64)[first] - whole.table["action_day"].to_numpy().astype(np.int64)[of]
    total += delay_bits(days)
    total += _way(entries, held, whole, of=of, weights=weights, pools=pools)
    ports = pools.ports.numbers(held["port"])
    for count in PARTS_PRIOR_BITS:
        rows = np.flatnonzero((parts == count) & own[first])
        total[rows] += pools.ports.bits_of_parts(whole.lot[of[rows]], ports[entries[rows, :count]])
    order = np.lexsort((first, -total, of))
    heads = np.flatnonzero(np.concatenate([[True], of[order][1:] != of[order][:-1]])) if len(order) else order
    best = order[heads]
    # Several ways to put a shipment together that are as good share what they are worth.
    top = np.full(int(of.max(initial=-1)) + 1, -np.inf)
    top[of[best]] = total[best]
    as_good = np.bincount(of[total >= top[of] - AS_GOOD_BITS], minlength=len(top)) if len(of) else np.zeros(0)
    return Together(
        of[best], entries[best], total[best] - np.log2(np.maximum(as_good[of[best]], 1)), held,
        {name: values[best] for name, values in added.items()},
        {name: whole.amounts[name][of[best]] for name in AMOUNTS}, sought_among[best],
    )  # fmt: skip


def _leading(found: Levels) -> Ints:
    """Which of the leading amounts agrees best, of equals the first, as in `contexts`; 0 where none is known."""
    ways = []
    for name in _LEADING:
        level = found[name].astype(np.int64)
        ways.append(np.where(level < 0, 3, np.where(level == 0, 0, np.where(level == len(_M[name]) - 1, 2, 1))))
    best: Ints = np.argmin(np.stack(ways), axis=0).astype(np.int64)
    return best


def _leading_bits(name: str, level: Ints, *, gap: Floats, grain: Floats, density: Floats, again: Floats) -> Floats:
    """What it says that a leading amount of the parts adds up so well.

    `gap` is how far it lies from the lot's and `grain` one unit, both as shares of the lot's; `density` counts the
    sums that come about as large, `again` those that add up before the action or at the acting port.
    """
    exact = (level == 0) & (gap <= EXACT) & (name != "packages")
    bounds = np.array([*_BOUNDS[name], 1.0])
    width = np.maximum(2 * np.where(exact, EXACT, bounds[level]), grain)
    by_chance = (np.maximum(density - 1, 0.0) + LEAST_BY_CHANCE) * width / (2 * ABOUT) + again
    m = np.asarray(_M[name])[level] * np.where(exact, EXACT_SHARE, 1.0)
    bits: Floats = np.minimum(np.log2(m / by_chance), MOST_LEADING_BITS)
    return bits
