"""From pairs of lines to one best match per shipment, and how likely chance is to match as well.

A shipment that customs acted on is compared with each later entry: every line of it with the line that agrees best,
each line used once. The score is log2 of the odds that this very entry is the shipment come back: bits of things
that are numbered once (box, bill, seal), bits of the goods of all lines, less log2 of the number of lines among
which the match was sought, and what the port of entry and the days since the action say. Goods that the same importer
ships again and again explain themselves: their bits are held below what the look-alikes before the action, or at the
acting port, allow.

Invariant: acted-on shipments and stand-ins go through the same steps, so that the stand-ins' scores are the
distribution of the best score under chance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graph.detect.reentry.candidates import LOOK_ALIKE_DAYS, WINDOW_DAYS
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.delay import delay_bits
from graph.detect.reentry.pairs import Bools, Floats, Ints
from graph.detect.reentry.ports import PortUse
from graph.detect.reentry.weights import OWN, Share, Weights, contexts, kinds

# Most goods come back under the number that brought them; some under a successor's, mostly from the same maker.
PRIOR_BITS = np.log2(np.array([0.75, 0.21, 0.04]))

# A look-alike is an entry whose goods agree with the shipment within this many bits of the candidate's.
LOOK_ALIKE_BITS = 2.0
# Others that agree less well, down to this many bits less, count in part, by half for each bit: of several lots alike
# to the carton one is the nearest in value, and that says little.
PARTLY_ALIKE_BITS = 8.0
PARTS_AT_ONCE = 4_000_000
# How much importers differ in shipping the same lot again: most never do, a few always do. A beta's weight.
RECURRENCE_WEIGHT = 0.3
# A line that has no counterpart was left out or altered beyond telling; one that contradicts costs no more than that.
NO_COUNTERPART_BITS = -3.0
ONE_BILL_BITS = 5.0
# Goods that disagree by so many bits are others, whatever box they come in; half of that takes half from the box.
OTHER_GOODS_BITS = 8.0
WORST_LINE_BITS = -8.0


@dataclass(frozen=True, slots=True)
class Pools:
    """Of each lot: lines of its taxpayer and heading, of its maker, and of its heading, while look-alikes count.

    `shipment` numbers the shipment of each lot, `lines` counts the lots in it. `added_up` marks lots that are the
    shipment's lines together, which count for one.
    """

    sizes: Floats  # one row a lot, one column a kind of pair
    share_counted: float  # of the time that the facts cover, how much look-alikes count in
    share_in_window: float  # of the time in which look-alikes count, how much a lot's window is
    shipment: Ints
    lines: Ints
    added_up: Bools
    amounts: dict[str, Ints]  # size classes of each lot's packages, quantity and weight
    again: Floats  # how much oftener than others its importer ships any lot of the heading again
    common: dict[str, Share]  # by field, of each lot: lines of others in the heading with its value, and with any
    boxes: dict[int, Share]  # by kind of pair, of each lot: its importer's (maker's) other entries in its box, and all
    ports: PortUse
    by_way: Share  # of each lot, its importer's lines that came by a third country, and of how many that is known
    refused: Bools  # whether customs refused the lot


@dataclass(frozen=True, slots=True)
class Groups:
    """Shipments against entries, one row each; `best` is the pair of lines that agrees best."""

    shipment: Ints
    best: Ints
    identity: Floats
    goods: Floats  # after look-alikes
    look_alikes: Ints
    port: Floats  # what the port of entry says, of an importer's own entries
    total: Floats
    after: Bools


@dataclass(frozen=True, slots=True)
class PairBits:
    """Bits of each pair of lines, and its kind; `again` as in `Weights.of_recurring`."""

    kind: Ints
    identity: Floats
    goods: Floats
    again: Floats
    by_field: dict[str, Floats]


def pair_bits(pairs: pa.Table, weights: Weights, pools: Pools) -> PairBits:
    """What each field of each pair weighs."""
    lot = pairs["lot"].to_numpy().astype(np.int64)
    own = pairs["own"].to_numpy(zero_copy_only=False).astype(bool)
    found = {c.name: pairs[f"level_{c.name}"].to_numpy().astype(np.int8) for c in COMPARISONS}
    sizes = {name: classes[lot] for name, classes in pools.amounts.items()}
    kind = kinds(own, found["maker"])
    by_field = {}
    for c in COMPARISONS:
        context, level = contexts(c.name, found, sizes), found[c.name]
        if c.name in pools.common:
            held, among = pools.common[c.name]
            share = held[lot], among[lot]
            by_field[c.name] = weights.of_common(c.name, kind=kind, context=context, level=level, share=share)
        else:
            by_field[c.name] = weights.of(c.name, kind=kind, context=context, level=level)
    for of, (used, entries) in pools.boxes.items():
        known = (kind == of) & (found["container"] == 0)
        u = weights.u["container"][of, 0, 0]
        by_field["container"] = np.where(
            known, usual_box(by_field["container"], used[lot], entries[lot], u=float(u)), by_field["container"]
        )
    u = np.full(len(lot), float(weights.u["way"][OWN, 0, 0]))
    told = (kind == OWN) & (found["way"] == 0)
    by_field["way"] = np.where(told, way_bits(pools, lot, u=u, matching=np.ones(len(lot))), by_field["way"])
    identity, goods = np.zeros(len(lot)), np.zeros(len(lot))
    for c in COMPARISONS:
        if c.goods:
            goods += by_field[c.name]
        else:
            identity += by_field[c.name]
    part = pairs["part"].to_numpy(zero_copy_only=False).astype(bool)
    # What is counted as the whole lot is no part of it.
    counted = (found["packages"] == 0) | (found["quantity"] == 0)
    other_load = (counted | ~part) & (found["weight"] == len(_WEIGHT.labels) - 1)
    kept = np.where(other_load, 0.0, of_box(by_field["container"], np.where(part, 0.0, goods)))
    identity += np.minimum(kept, by_field["container"]) - by_field["container"]
    # Under one bill box, seal and goods are the same of themselves: they are no further news. Nor is the bill much:
    # most that is unladen at one port and entered at another under its bill was on its way there. What customs refused
    # its importer may not enter elsewhere; a buyer may have bought it on the water.
    one_bill = (found["bill"] == 0) & ~(pools.refused[lot] & own)
    identity = np.where(one_bill, np.minimum(by_field["bill"], ONE_BILL_BITS), identity)
    goods = np.where(one_bill, np.minimum(goods, 0.0), goods)
    return PairBits(kind, identity, goods, weights.of_recurring(found), by_field)


# An importer's share of lines that come by third countries is drawn to everybody's by as many lines.
_WAY_DRAWN_BY = 20.0
MOST_WAY_BITS = 4.0


def way_bits(pools: Pools, lot: Ints, *, u: Floats, matching: Floats) -> Floats:
    """What it says that so many lines of the lot's importer came by a third country, by how its other lines come."""
    by_way, known = (each[lot] for each in pools.by_way)
    m = next(c.m[0] for c in COMPARISONS if c.name == "way")
    by_way, known = np.maximum(by_way - matching, 0.0), np.maximum(known - matching, 0.0)
    rate = (by_way + _WAY_DRAWN_BY * u) / (known + _WAY_DRAWN_BY)
    said: Floats = np.clip(np.log2(m / rate), 0.0, MOST_WAY_BITS)
    return said


# A box weighs what it weighed as long as the same goods are in it.
_WEIGHT = next(c for c in COMPARISONS if c.name == "weight")
# The share of a party's entries in one box is drawn to the rate of all boxes by as many entries.
_BOX_DRAWN_BY = 20.0


def usual_box(container: Floats, used: Floats, entries: Floats, *, u: float) -> Floats:
    """Bits of a box that is the same, where `used` of the party's other `entries` came in it; `u` is the usual chance.

    A box that goes to and fro for one importer is back of itself.

    >>> usual_box(np.full(3, 8.8), np.array([0.0, 1.0, 9.0]), np.full(3, 40.0), u=0.001).round(1).tolist()
    [8.8, 4.7, 1.6]
    """
    m = next(c.m[0] for c in COMPARISONS if c.name == "container")
    rate = (used + _BOX_DRAWN_BY * u) / (entries + _BOX_DRAWN_BY)
    said: Floats = np.clip(np.log2(m / rate), 0.0, np.maximum(container, 0.0))
    return said


def of_box(container: Floats, goods: Floats) -> Floats:
    """Bits of the container of each pair, given those of its goods: a box that holds other goods is on another journey.

    Of what may be a part of the goods, less in proportion, 0 is to be given.

    >>> of_box(np.full(3, 12.0), np.array([2.0, -4.0, -9.0])).tolist()
    [12.0, 6.0, 0.0]
    """
    kept: Floats = np.minimum(container, 0.0) + np.maximum(container, 0.0) * np.clip(
        1.0 + goods / OTHER_GOODS_BITS, 0.0, 1.0
    )
    return kept


def group(pairs: pa.Table, known: PairBits, weights: Weights, pools: Pools) -> Groups:
    """Score every shipment against every entry that it has a pair with; ties of taxpayers come later."""
    lot = pairs["lot"].to_numpy().astype(np.int64)
    codes, line = _numbered(pairs["entry_number"]), pairs["line"].to_numpy().astype(np.int64)
    place = pairs["place"].to_numpy().astype(np.int64)
    after = pairs["after"].to_numpy(zero_copy_only=False).astype(bool)
    # The lines of a shipment one by one, or all together, are each paired with the entry by themselves.
    key = 2 * (pools.shipment[lot] * (int(codes.max(initial=0)) + 1) + codes) + pools.added_up[lot]
    goods = np.maximum(known.goods, WORST_LINE_BITS)
    matched = one_to_one(key, lot, line, goods, place=place)
    order = matched[np.lexsort((place[matched], -goods[matched], key[matched]))]
    if len(order) == 0:
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
        return Groups(none, none, nothing, nothing, none, nothing, nothing, none.astype(bool))
    starts = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]]))
    best = order[starts]
    held = np.diff(np.append(starts, len(order)))
    total_goods = np.add.reduceat(goods[order], starts)
    total_goods += NO_COUNTERPART_BITS * (pools.lines[lot[best]] - held)
    identity = np.maximum.reduceat(known.identity[order], starts)
    better = _better_way(key[best] // 2, identity + total_goods)
    best, identity, total_goods = best[better], identity[better], total_goods[better]
    kind = known.kind[best]
    shipment = pools.shipment[lot[best]]
    alike = look_alikes(shipment * 3 + kind, total_goods, after[best])
    pool = pools.sizes[lot[best], kind]
    at_first = RECURRENCE_WEIGHT * weights.recurrence * pools.again[lot[best]]
    partly = partly_alike(shipment * 3 + kind, total_goods, after[best])
    chance_again = (alike + partly + at_first) / (pool + RECURRENCE_WEIGHT)
    chance_again *= np.exp2(known.again[best])
    chance_again = np.where((kind == OWN) | (alike > 0), chance_again, 0.0)
    total_goods = -np.log2(np.exp2(-total_goods) + chance_again)
    sought_among = np.maximum(pool * pools.share_in_window, 1.0)
    # Under one bill the goods went where the bill went; which port that is says nothing.
    says = (kind == OWN) & after[best] & (pairs["level_bill"].to_numpy()[best] != 0)
    port = np.zeros(len(best))
    port[says] = pools.ports.bits(lot[best[says]], pools.ports.numbers(pairs["port"].take(best[says])))
    days = (pairs["day"].to_numpy() - pairs["action_day"].to_numpy())[best]
    delay = np.where(after[best] & (pairs["level_bill"].to_numpy()[best] != 0), delay_bits(days), 0.0)
    total = identity + total_goods + PRIOR_BITS[kind] + port + delay - np.log2(sought_among)
    return Groups(shipment, best, identity, total_goods, alike, port, total, after[best])


def _better_way(key: Ints, bits: Floats) -> Ints:
    """Of rows in the order of their keys those that say most for their key, of equals the first.

    >>> _better_way(np.array([4, 4, 7]), np.array([1.0, 2.0, 0.5])).tolist()
    [1, 2]
    """
    order = np.lexsort((-bits, key))
    better: Ints = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return better


def _numbered(texts: "pa.ChunkedArray[Any]") -> Ints:
    """Texts by their place in order, so that equal scores fall alike however pairs are parted into batches."""
    encoded = texts.combine_chunks().dictionary_encode()
    place = np.empty(len(encoded.dictionary), dtype=np.int64)
    place[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(place))
    found: Ints = place[encoded.indices.to_numpy()]
    return found


def strongest(found: Groups, *, most: int, strangers: Bools) -> Ints:
    """Row numbers of the `most` best candidates of each shipment, by its own importer and as many by strangers.

    Ties may yet lift a stranger's above the importer's.
    """
    rows = np.flatnonzero(found.after)
    of = 2 * found.shipment[rows] + strangers[rows]
    by_score = np.lexsort((-found.total[rows], of))
    order, of = rows[by_score], of[by_score]
    kept: Ints = np.sort(order[np.arange(len(order)) - np.searchsorted(of, of) < most])
    return kept


def one_to_one(key: Ints, lot: Ints, line: Ints, goods: Floats, *, place: Ints) -> Ints:
    """Rows that pair each lot with one line within each key, best agreement first and each line once.

    Of lines that agree alike the one that stands first in its entry counts, by `place`.

    >>> lines, goods = np.array([8, 9, 8]), np.array([4.0, 1.0, 2.0])
    >>> one_to_one(np.array([1, 1, 1]), np.array([5, 5, 6]), lines, goods, place=lines).tolist()
    [0]
    """
    of_key = np.unique(key, return_inverse=True, return_counts=True)[1:]
    several = of_key[1][of_key[0]] > 1
    alone, rows = np.flatnonzero(~several), np.flatnonzero(several)
    order = rows[np.lexsort((place[rows], -goods[rows], lot[rows], key[rows]))]
    first = np.concatenate([[True], (key[order][1:] != key[order][:-1]) | (lot[order][1:] != lot[order][:-1])])
    of_lots = order[first[: len(order)]]
    order = of_lots[np.lexsort((lot[of_lots], -goods[of_lots], line[of_lots], key[of_lots]))]
    first = np.concatenate([[True], (key[order][1:] != key[order][:-1]) | (line[order][1:] != line[order][:-1])])
    return np.concatenate([alone, order[first[: len(order)]]])


def look_alikes(of: Ints, goods: Floats, after: Bools) -> Ints:
    """For each candidate, the other rows of the same shipment whose goods agree about as well.

    Other candidates count too: goods come back once, and what comes twice more is the importer's usual lot.

    >>> look_alikes(np.array([7, 7, 7]), np.array([9.0, 8.5, 1.0]), np.array([True, False, False])).tolist()
    [1, 0, 0]
    >>> look_alikes(np.array([7, 7]), np.array([9.0, 8.5]), np.array([True, True])).tolist()
    [1, 1]
    """
    span = 10_000.0  # wider than any sum of bits
    key = of * span + np.clip(goods, -4_000, 4_000)
    others = np.sort(key)
    upto = np.searchsorted(others, of * span + 4_500)
    return np.where(after, upto - np.searchsorted(others, key - LOOK_ALIKE_BITS) - 1, 0).astype(np.int64)


def partly_alike(of: Ints, goods: Floats, after: Bools) -> Floats:
    """For each candidate, the rows of the same shipment whose goods agree less well than a look-alike's, each counted
    by half for each bit that it lacks.

    >>> partly_alike(np.array([7, 7, 7]), np.array([9.0, 6.0, 6.0]), np.array([True, False, False])).tolist()
    [1.0, 0.0, 0.0]
    """
    span = 10_000.0
    key = of * span + np.clip(goods, -4_000, 4_000)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    low, high = np.searchsorted(ordered, key - PARTLY_ALIKE_BITS), np.searchsorted(ordered, key - LOOK_ALIKE_BITS)
    rows = np.flatnonzero(after & (high > low))
    found = np.zeros(len(of))
    # So many at a time as keep memory in bounds.
    upto = np.cumsum((high - low)[rows])
    breaks = np.searchsorted(upto, np.arange(0, int(upto[-1]) if len(rows) else 0, PARTS_AT_ONCE))
    for some in np.split(rows, np.unique(breaks[breaks > 0])):
        held = (high - low)[some]
        starts = np.cumsum(held) - held
        each = np.repeat(low[some] - starts, held) + np.arange(int(held.sum()))
        parts = np.exp2(ordered[each] - np.repeat(key[some], held) + LOOK_ALIKE_BITS)
        if len(some):
            found[some] = np.add.reduceat(parts, starts)
    return found


def best_of_each(found: Groups, names: npt.NDArray[np.object_]) -> Ints:
    """Row numbers of the best candidate of each shipment that has one; equal scores go to the lower entry number."""
    rows = np.flatnonzero(found.after)
    order = rows[np.lexsort((names[found.best[rows]].astype(str), -found.total[rows], found.shipment[rows]))]
    if len(order) == 0:
        return order
    first = np.concatenate([[True], found.shipment[order][1:] != found.shipment[order][:-1]])
    best: Ints = order[first]
    return best


def shares_of_time(first_day: int, last_day: int) -> tuple[float, float]:
    """Of the days that the facts cover, the share in which look-alikes are counted; of those, the window's share.

    >>> shares_of_time(0, 1459), shares_of_time(0, 89)
    ((0.5, 0.246...), (1.0, 1.0))
    """
    days = max(last_day - first_day + 1, 1)
    counted = min(days, 2 * LOOK_ALIKE_DAYS)
    return counted / days, min(1.0, WINDOW_DAYS / counted)


@dataclass(frozen=True, slots=True)
class ChanceMatch:
    """The distribution of a lot's best score when nothing but chance is at work, from stand-in lots.

    Within the stand-ins' scores it is their empirical share; beyond `threshold` an exponential tail fitted to
    their exceedances (peaks over threshold), its rate taken two standard errors on the cautious side.
    """

    scores: Floats  # ascending, one for each stand-in shipment that had any candidate
    stand_ins: int
    threshold: float
    tail_share: float
    rate: float

    def p_value(self, best: float, *, stand_in: bool = False) -> float:
        """Probability that chance gives a lot a best score of at least `best`; a `stand_in` meets all but itself."""
        at_least = len(self.scores) - int(np.searchsorted(self.scores, best)) - stand_in
        empirical = (at_least + 1) / (self.stand_ins + 1)
        if best <= self.threshold:
            return min(empirical, 1.0)
        tail = self.tail_share * float(np.exp(-self.rate * (best - self.threshold)))
        # Inside the stand-ins' own range what was seen stands against the fitted curve.
        return max(tail, at_least / (self.stand_ins + 1), 1e-15)


TAIL_EXCEEDANCES = 100


def chance_match(best: Floats, stand_ins: int) -> ChanceMatch:
    """Fit the distribution to the stand-ins' best scores (`stand_ins` counts also those without a candidate).

    >>> chance = chance_match(np.log2(1 / np.linspace(0.0001, 1, 5000)), 5000)
    >>> round(-np.log2(chance.p_value(20.0)))  # two to the -20 is the truth
    17
    """
    scores = np.sort(best)
    if len(scores) < 20:  # too little to know chance by: call nothing surprising beyond what was seen
        return ChanceMatch(scores, max(stand_ins, 1), np.inf, 1.0, 0.0)
    exceedances = min(TAIL_EXCEEDANCES, len(scores) // 4)
    threshold = float(scores[-exceedances - 1])
    excess = float(np.mean(scores[-exceedances:] - threshold))
    rate = (1 - 2 / np.sqrt(exceedances)) / max(excess, 1e-6)
    # Odds in bits cannot fall faster than chance itself: two to the minus one a bit.
    rate = min(rate, float(np.log(2)))
    return ChanceMatch(scores, max(stand_ins, 1), threshold, exceedances / max(stand_ins, 1), rate)
