"""From pairs on levels to one best match per lot, and how likely chance is to match as well.

A pair's score is log2 of the odds that this very line is the lot come back: bits of things that are numbered
once (box, bill, seal), bits of the goods, less log2 of the number of lines among which the match was sought.
Goods that the same importer ships again and again explain themselves: their bits are capped by how many
look-alikes there are before the action or at the acting port.

Invariant: acted-on lots and stand-ins go through the same steps, so that the stand-ins' scores are the
distribution of the best score under chance.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.detect.reentry.candidates import WINDOW_DAYS
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.weights import Floats, Ints, Weights

Bools = npt.NDArray[np.bool_]

# Most goods come back under the number that brought them; some under a successor's.
OWN_BITS = float(np.log2(0.75))
STRANGER_BITS = float(np.log2(0.25))

# A look-alike is a line whose goods agree with the lot within this many bits of the candidate's.
LOOK_ALIKE_BITS = 2.0


@dataclass(frozen=True, slots=True)
class Pools:
    """Of each lot: lines of its taxpayer and heading, and lines of everybody in its heading, over all time."""

    own: Floats
    anyone: Floats
    share_in_window: float  # of the time that the facts cover, how much a lot's window is


@dataclass(frozen=True, slots=True)
class Scores:
    """Aligned with the pairs: bits of identity, of goods (after the cap), look-alikes, and the total."""

    identity: Floats
    goods: Floats
    look_alikes: Ints
    total: Floats


def score(pairs: pa.Table, weights: Weights, pools: Pools, tie_bits: Floats) -> Scores:
    """Score every pair. `tie_bits` is what is known of two different taxpayers, 0 for one and the same."""
    lot = pairs["lot"].to_numpy().astype(np.int64)
    own = pairs["own"].to_numpy(zero_copy_only=False).astype(bool)
    after = pairs["after"].to_numpy(zero_copy_only=False).astype(bool)
    identity = np.zeros(len(lot))
    goods = np.zeros(len(lot))
    for comparison in COMPARISONS:
        level = pairs[f"level_{comparison.name}"].to_numpy().astype(np.int8)
        part = weights.of(comparison.name, own, level)
        if comparison.goods:
            goods += part
        else:
            identity += part
    pool = np.where(own, pools.own[lot], pools.anyone[lot])
    alike = look_alikes(lot * 2 + own, goods, after)
    cap = np.log2((pool + 1) / np.maximum(alike, 1)) + 1
    goods = np.where(alike > 0, np.minimum(goods, cap), goods)
    sought_among = np.maximum(pool * pools.share_in_window, 1.0)
    prior = np.where(own, OWN_BITS, STRANGER_BITS) - np.log2(sought_among)
    return Scores(identity, goods, alike, identity + goods + prior + tie_bits)


def look_alikes(group: Ints, goods: Floats, after: Bools) -> Ints:
    """For each pair, the pairs of its group that are no candidates and whose goods agree about as well.

    >>> look_alikes(np.array([7, 7, 7]), np.array([9.0, 8.5, 1.0]), np.array([True, False, False])).tolist()
    [1, 0, 0]
    """
    span = 1000.0  # wider than any sum of bits
    key = group * span + np.clip(goods, -400, 400)
    others = np.sort(key[~after])
    upto = np.searchsorted(others, group * span + 450)
    return np.where(after, upto - np.searchsorted(others, key - LOOK_ALIKE_BITS), 0).astype(np.int64)


def best_of_each_lot(lot: Ints, total: Floats, after: Bools, line_ids: npt.NDArray[np.object_]) -> Ints:
    """Row numbers of the best candidate of each lot that has one; equal scores go to the lower line id."""
    rows = np.flatnonzero(after)
    order = rows[np.lexsort((line_ids[rows].astype(str), -total[rows], lot[rows]))]
    if len(order) == 0:
        return order
    first = np.concatenate([[True], lot[order][1:] != lot[order][:-1]])
    best: Ints = order[first]
    return best


def share_in_window(first_day: int, last_day: int) -> float:
    """The window's share of the days that the facts cover, at most one."""
    return min(1.0, WINDOW_DAYS / max(last_day - first_day + 1, 1))


@dataclass(frozen=True, slots=True)
class ChanceMatch:
    """The distribution of a lot's best score when nothing but chance is at work, from stand-in lots.

    Within the stand-ins' scores it is their empirical share; beyond `threshold` an exponential tail fitted to
    their exceedances (peaks over threshold), its rate taken two standard errors on the cautious side.
    """

    scores: Floats  # ascending, one for each stand-in that had any candidate
    stand_ins: int
    threshold: float
    tail_share: float
    rate: float

    def p_value(self, best: float) -> float:
        """Probability that chance gives a lot a best score of at least `best`."""
        at_least = len(self.scores) - int(np.searchsorted(self.scores, best))
        empirical = (at_least + 1) / (self.stand_ins + 1)
        if best <= self.threshold:
            return min(empirical, 1.0)
        tail = self.tail_share * float(np.exp(-self.rate * (best - self.threshold)))
        # Inside the stand-ins' own range what was seen stands against the fitted curve.
        return max(tail, at_least / (self.stand_ins + 1), 1e-15)


TAIL_EXCEEDANCES = 250


def chance_match(best: Floats, stand_ins: int) -> ChanceMatch:
    """Fit the distribution to the stand-ins' best scores (`stand_ins` counts also those without a candidate).

    >>> chance = chance_match(np.log2(1 / np.linspace(0.0001, 1, 5000)), 5000)
    >>> round(-np.log2(chance.p_value(20.0)))  # two to the -20 is the truth
    18
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
