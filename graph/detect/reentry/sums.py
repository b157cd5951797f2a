"""Which amounts add up to a whole: pairs and threes of an importer's entries, and runs of entries one after another.

Amounts are shares of the whole; each belongs to a group (a shipment and a taxpayer), and only amounts of one group are
added up. Beside what adds up, how many sums come about as large tells how often chance alone would.

Invariant: shares lie on a grid, so that sums are exact and the same on every engine.
"""

import numpy as np

from graph.detect.reentry.pairs import Floats, Ints

# The density of sums is read off within so much of the whole.
ABOUT = 0.2
# A part is at least this share of the whole.
SMALLEST = 0.04
# The grid of shares; a double holds a million groups' numbers, or a million shares' sum, beside it.
GRID = 2.0**30
# Threes are sought among at most so many entries of a group.
MOST_FOR_THREE = 40


def on_grid(share: Floats) -> Floats:
    """Shares so rounded that they add up exactly beside a group's number, whatever the number is."""
    return np.round(share * GRID) / GRID


def grouped(one: Ints, other: Ints) -> Ints:
    """A number for each two numbers that occur together."""
    numbers: Ints = np.unique(one * (int(other.max(initial=0)) + 1) + other, return_inverse=True)[1].astype(np.int64)
    return numbers


def distinct(rows: Ints) -> Ints:
    """The rows without repeats, in order.

    >>> distinct(np.array([[2, 5], [0, 1], [2, 5]])).tolist()
    [[0, 1], [2, 5]]
    """
    span = int(rows.max(initial=0)) + 1
    code = rows[:, 0]
    for column in range(1, rows.shape[1]):
        if column > 1:  # numbered anew, so that codes stay small
            code = np.unique(code, return_inverse=True)[1]
        code = code * span + rows[:, column]
    found: Ints = rows[np.unique(code, return_index=True)[1]]
    return found


def sums(group: Ints, share: Floats, near: float, *, parts: int) -> tuple[Floats, Ints]:
    """For each row how many sums within `ABOUT` of 1 it begins, and the rows, so many together, that add up to 1.

    Two or three; three in groups that are not too large.

    >>> sums(np.array([0, 0, 0]), np.array([0.3, 0.7, 0.4]), 0.01, parts=2)[1].tolist()
    [[0, 1]]
    """
    order = np.lexsort((share, group))
    key = group[order] * 4 + share[order]
    rows, together = np.arange(len(order))[:, None], key % 4
    if parts == 3:
        held = np.bincount(group[order], minlength=int(group.max(initial=0)) + 1)[group[order]]
        ends = np.searchsorted(key, group[order] * 4 + 4.0)
        first = rows[:, 0]
        more = np.where(held <= MOST_FOR_THREE, ends - first - 1, 0)
        i = np.repeat(first, more)
        j = i + 1 + np.arange(len(i)) - np.repeat(np.cumsum(more) - more, more)
        second = share[order][j]
        together = share[order][i] + second
        # The third is no smaller than the second.
        kept = (together < 1 - SMALLEST + near) & (together + second <= 1 + ABOUT)
        rows, together = np.stack([i[kept], j[kept]], axis=1), together[kept]
    return _completed(key, together, group[order][rows[:, 0]] * 4, rows, order=order, near=near)


def runs(group: Ints, share: Floats, near: float, *, parts: int) -> tuple[Floats, Ints]:
    """The same for so many rows one after another, in the order in which they are given within each group.

    >>> runs(np.array([0, 0, 0, 0, 0]), np.array([0.5, 0.3, 0.2, 0.4, 0.1]), 0.01, parts=4)[1].tolist()
    [[1, 2, 3, 4]]
    """
    order = np.argsort(group, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(share[order])])
    first = np.arange(max(len(order) - parts + 1, 0))
    first = first[group[order][first] == group[order][first + parts - 1]]
    gap = np.abs(before[first + parts] - before[first] - 1)
    within = np.zeros(len(order))
    within[order[first]] = gap <= ABOUT
    return within, order[first[gap <= near][:, None] + np.arange(parts)]


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
