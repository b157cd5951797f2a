"""When a taxpayer that enters the goods of another began: after the action, with this maker only after it, or before.

A successor is often set up once the first number is known at the ports. How often strangers are that new by chance
is counted among the candidates of stand-ins. Newness is never evidence before the facts reach back far enough.

Invariant: a taxpayer that has entered goods of the maker before the action gains nothing.
"""

from collections import Counter
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry.pairs import Bools, Floats, Ints

# How often a successor is new altogether, new to the maker, or neither. Twins under one hand are the last.
BEGAN, BEGAN_WITH_MAKER, NEITHER = 0, 1, 2
RATES = np.array([0.45, 0.25, 0.30])
LABELS = ("began to file", "began with this maker", "")
MOST_BEGINNING_BITS = 5.0
# A number may be taken out somewhat before the goods are stopped.
DAYS_BEFORE = 60
# Who has no entry in the first so many days of the facts is not known to be new.
SEEN_DAYS = 270


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Level and bits of each pair, in the order of the pairs asked for.

    `of_maker` and `in_heading` count the stranger's lines of the pair's maker and of the lot's heading.
    """

    level: Ints
    bits: Floats
    of_maker: Floats
    in_heading: Floats


def beginnings(lines: ir.Table, pairs: pa.Table, *, headings: list[str | None], by_chance: Bools) -> Beginnings:
    """For each pair of a lot and a stranger's line how new the stranger was, and how much it enters.

    `headings` and `by_chance` (which marks stand-ins) go by lot.
    """
    if pairs.num_rows == 0:
        return Beginnings(np.zeros(0, dtype=np.int64), *(np.zeros(0) for _ in range(3)))
    asked = ibis.memtable(pairs.select(["taxpayer"])).distinct()
    t = lines.semi_join(asked, "taxpayer").group_by("taxpayer", "maker", "hts4")
    rows = t.agg(first=ibis._.day.min(), held=ibis._.count()).to_pyarrow().to_pylist()
    opened = int(lines.day.min().to_pyarrow().as_py())
    first: dict[str, int] = {}
    with_maker: dict[tuple[str, str | None], int] = {}
    of_maker: Counter[tuple[str, str | None]] = Counter()
    in_heading: Counter[tuple[str, str | None]] = Counter()
    for row in rows:
        who, maker = row["taxpayer"], row["maker"]
        first[who] = min(row["first"], first.get(who, row["first"]))
        with_maker[who, maker] = min(row["first"], with_maker.get((who, maker), row["first"]))
        of_maker[who, maker] += row["held"]
        in_heading[who, row["hts4"]] += row["held"]
    level = np.full(pairs.num_rows, NEITHER, dtype=np.int64)
    held = np.ones((2, pairs.num_rows))
    for n, row in enumerate(pairs.select(["lot", "taxpayer", "maker", "action_day"]).to_pylist()):
        who, maker = row["taxpayer"], row["maker"]
        since = max(row["action_day"] - DAYS_BEFORE, opened + SEEN_DAYS)
        if first[who] >= since:
            level[n] = BEGAN
        elif maker and with_maker[who, maker] >= since:
            level[n] = BEGAN_WITH_MAKER
        held[:, n] = of_maker[who, maker], in_heading[who, headings[row["lot"]]]
    chance = by_chance[pairs["lot"].to_numpy().astype(np.int64)]
    counted = np.bincount(level[chance], minlength=3) + 20 * np.array([0.1, 0.2, 0.7])
    bits = np.log2(RATES / (counted / counted.sum()))
    bits[NEITHER] = min(bits[NEITHER], 0.0)
    return Beginnings(level, np.clip(bits, -2.0, MOST_BEGINNING_BITS)[level], held[0], held[1])
