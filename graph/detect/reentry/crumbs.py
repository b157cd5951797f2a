"""Lots that come back in crumbs: many small entries within weeks, at one port or by land and air, that add up.

No sum of so many is sought: too many would add up. A burst of small entries is taken as it stands, from the first after
a pause to the last before one, and what it holds is set beside the lot. What tells is that it adds up, and that its
importer never sent such loads there before. A trade that goes on in small loads anyway was there before the action, or
makes no burst.

Invariant: stand-ins go through the same steps as lots that customs acted on.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from graph.detect.reentry.candidates import LOOK_ALIKE_DAYS
from graph.detect.reentry.pairs import Bools, Floats, Ints
from graph.detect.reentry.sums import grouped

# So many entries at least, and at most, are a lot in crumbs.
FEWEST, MOST = 6, 64
# Each is no more than this share of the lot, and no less.
LARGEST, LEAST = 0.3, 0.001
# A pause that ends a burst, in days. Each is tried, and that costs so many bits.
PAUSES = (6, 12, 24)
TRIED_BITS = -1.5
# Of goods that come back so few do in crumbs.
PRIOR_BITS = -5.0
# How near the sum lies to the lot, as a logarithm, and how often that of goods that came back does. The first is told
# where no crumb lacks the amount. Other goods are as likely to add up to a fifth of the lot as to all or to five times.
BOUNDS = (0.0005, 0.01, 0.03, 0.1, 0.25)
_M = (0.30, 0.20, 0.20, 0.18, 0.08, 0.04)
_ANY_SUM = 2 * np.log(5.0)
# The best of three amounts counts.
_CHOSEN_BITS = -1.0
# Importers begin to send small loads of themselves, too: that they never did before is worth no more bits than these.
MOST_NEW_BITS = 8.0
# With a shorter history than this, in days, little is known of what an importer does.
LEAST_HISTORY = 30.0


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries that may be crumbs, one row for each shipment and entry, as `parts` holds them.

    `group` numbers shipment and taxpayer, `since` is the day of the action; `amounts` are an entry's packages, quantity
    and weight, `wholes` its shipment's, and `grain` the least step of each, as a share; one row an amount.
    """

    shipment: Ints
    group: Ints
    port: Ints
    by_sea: Bools
    day: Ints
    after: Bools
    since: Ints
    amounts: Floats
    wholes: Floats
    grain: Floats


@dataclass(frozen=True, slots=True)
class Bursts:
    """The best burst of each shipment that has any: rows of its entries, filled up with -1, its bits, and among how
    many bursts it was sought."""

    shipment: Ints
    entries: Ints  # n x MOST
    bits: Floats
    sought_among: Ints


def bursts(of: Entries) -> Bursts:
    """The best burst of each shipment among these entries."""
    groups = int(of.group.max(initial=0)) + 1
    shares = of.amounts / of.wholes
    known = ~np.isnan(shares)
    small = (np.where(known, shares, LARGEST) <= LARGEST) & (np.where(known, shares, LEAST) >= LEAST)
    fits = small.all(axis=0) & known.any(axis=0)
    later = np.bincount(of.group[fits], weights=of.after[fits].astype(np.float64), minlength=groups)
    rows = np.flatnonzero(fits & (later[of.group] >= FEWEST))
    begins = np.full(groups, np.iinfo(np.int64).max)
    np.minimum.at(begins, of.group, of.day)
    history = np.clip((of.since - begins[of.group]).astype(np.float64), LEAST_HISTORY, LOOK_ALIKE_DAYS)
    over_land = rows[~of.by_sea[rows]]
    found = [
        *_at_places(of, rows, grouped(of.group[rows], of.port[rows]), history=history),
        *_at_places(of, over_land, of.group[over_land], history=history),
    ]
    return _best(of, found)


# Rows of entries in order, where each burst begins and ends among them, and its bits.
_Found = tuple[Ints, Ints, Ints, Floats]


def _at_places(of: Entries, rows: Ints, place: Ints, *, history: Floats) -> list[_Found]:
    """The bursts at each place, by each length of pause."""
    order = np.lexsort((of.day[rows], place))
    rows, place = rows[order], place[order]
    if len(rows) < FEWEST:
        return []
    day = of.day[rows]
    earlier = np.bincount(place, weights=(day < of.since[rows]).astype(np.float64))[place]
    after = _upto(of.after[rows].astype(np.float64))
    held_amounts = _Amounts.of(of.amounts[:, rows])
    found = []
    for pause in PAUSES:
        breaks = np.flatnonzero((place[1:] != place[:-1]) | (np.diff(day) > pause)) + 1
        first, end = np.concatenate([[0], breaks]), np.append(breaks, len(rows))
        held = end - first
        kept = (held >= FEWEST) & (held <= MOST) & (after[end] - after[first] == held)
        first, end, held = first[kept], end[kept], held[kept]
        days = (day[end - 1] - day[first] + 1).astype(np.float64)
        past = history[rows[first]]
        # As many in so few days, given how many there were in all those before.
        by_chance = nbinom.sf(held - 1, earlier[first] + 0.5, past / (past + days))
        new = np.minimum(-np.log2(np.maximum(by_chance, 1e-12)), MOST_NEW_BITS)
        adds_up = np.full(len(first), -np.inf)
        for n, (whole, grain) in enumerate(zip(of.wholes[:, rows], of.grain[:, rows], strict=True)):
            together, lacks = held_amounts.together(n, first, end)
            bits = _sum_bits(together / whole[first], exact=lacks == 0, grain=grain[first])
            adds_up = np.where(2 * lacks <= held, np.fmax(adds_up, bits), adds_up)
        found.append((rows, first, end, PRIOR_BITS + TRIED_BITS + _CHOSEN_BITS + new + adds_up))
    return found


def _upto(each: Floats) -> Floats:
    """The sums of all before each place, and of all."""
    return np.concatenate([[0.0], np.cumsum(each)])


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Amounts of rows in order, summed up: of each what is known, how many lack it, and what those that have it, and
    those that lack it, hold of each other amount."""

    known: Floats
    lacking: Floats
    told: Floats  # amount by amount: the second, where both are known
    untold: Floats  # where the second alone is known

    @classmethod
    def of(cls, amounts: Floats) -> "_Amounts":
        known = ~np.isnan(amounts)
        filled = np.where(known, amounts, 0.0)
        told = np.stack([[_upto(filled[b] * known[a]) for b in range(len(amounts))] for a in range(len(amounts))])
        untold = np.stack([[_upto(filled[b] * ~known[a]) for b in range(len(amounts))] for a in range(len(amounts))])
        return cls(
            np.stack([_upto(each) for each in filled]), np.stack([_upto((~each).astype(np.float64)) for each in known]),
            told, untold,
        )  # fmt: skip

    def together(self, n: int, first: Ints, end: Ints) -> tuple[Floats, Floats]:
        """The sum of an amount from each first row to before each end, and how many rows lack it.

        What they lack is taken to be in proportion to what they hold of another amount, if they all hold one.
        """
        lacks = self.lacking[n][end] - self.lacking[n][first]
        known = self.known[n][end] - self.known[n][first]
        sums = known * (end - first) / np.maximum(end - first - lacks, 1.0)
        for other in range(len(self.known)):
            told = self.told[n, other][end] - self.told[n, other][first]
            untold = self.untold[n, other][end] - self.untold[n, other][first]
            lacking = self.lacking[other][end] - self.lacking[other][first]
            tells = (lacks > 0) & (lacking == 0) & (told > 0)
            sums = np.where(tells, known * (1 + untold / np.maximum(told, 1e-9)), sums)
        return sums, lacks


def _sum_bits(share: Floats, *, exact: Bools, grain: Floats) -> Floats:
    """What it says that crumbs add up to such a share of the lot. The grain is the least step of the amount.

    >>> _sum_bits(np.array([1.0, 1.02, 1.5]), exact=np.ones(3, dtype=bool), grain=np.full(3, 1e-6)).round(1).tolist()
    [9.9, 4.0, -4.4]
    """
    with np.errstate(divide="ignore"):
        gap = np.abs(np.log(share))
    level = np.searchsorted(BOUNDS, gap)
    level = np.where((level == 0) & ~exact, 1, level)
    bounds = np.array([0.0, *BOUNDS, _ANY_SUM / 2])
    within = 2 * np.diff(bounds)[level]
    within = np.where(level == 0, np.maximum(within, grain), within)
    bits: Floats = np.log2(np.asarray(_M)[level] * _ANY_SUM / within)
    return bits


def _best(of: Entries, found: list[_Found]) -> Bursts:
    """The best of the bursts of each shipment; of equals the first."""
    which = np.array([n for n, (_, first, _, _) in enumerate(found) for _ in first], dtype=np.int64)
    if not len(which):
        none = np.zeros(0, dtype=np.int64)
        return Bursts(none, np.zeros((0, MOST), dtype=np.int64), none.astype(np.float64), none)
    first, end = (np.concatenate([each[n] for each in found]) for n in (1, 2))
    bits = np.concatenate([each[3] for each in found])
    shipment = np.concatenate([of.shipment[rows[begin]] for rows, begin, _, _ in found])
    # The same burst, after longer and shorter pauses and at one port and several, is one.
    order = np.lexsort((end - first, -bits, shipment))
    best = order[np.flatnonzero(np.concatenate([[True], np.diff(shipment[order]) > 0]))]
    entries = np.full((len(best), MOST), -1, dtype=np.int64)
    for n, one in enumerate(best):
        rows = found[which[one]][0][first[one] : end[one]]
        entries[n, : len(rows)] = np.sort(rows)
    tried = np.bincount(shipment, minlength=int(shipment.max()) + 1)[shipment[best]]
    sought = np.maximum(np.round(tried / len(PAUSES)), 1).astype(np.int64)
    return Bursts(shipment[best], entries, bits[best] - np.log2(sought), sought)
