"""When a taxpayer that enters the goods of another began: after the action, with this maker only after it, or before.

A successor is often set up once the first number is known at the ports. How often strangers are that new by chance
is counted among the candidates of stand-ins. Newness is never evidence before the facts reach back far enough.

Invariant: a taxpayer that has entered goods of the maker before the action gains nothing.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry.scoring import Bools
from graph.detect.reentry.weights import Floats, Ints

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
    """Level and bits of each pair, in the order of the pairs asked for."""

    level: Ints
    bits: Floats


def beginnings(lines: ir.Table, pairs: pa.Table, *, by_chance: Bools) -> Beginnings:
    """For each pair of a lot and a stranger's line how new the stranger was. `by_chance` marks stand-ins, by lot."""
    if pairs.num_rows == 0:
        return Beginnings(np.zeros(0, dtype=np.int64), np.zeros(0))
    asked = ibis.memtable(pairs.select(["taxpayer"])).distinct()
    t = lines.semi_join(asked, "taxpayer").group_by("taxpayer", "maker").agg(first=ibis._.day.min())
    rows = t.to_pyarrow().to_pylist()
    opened = int(lines.day.min().to_pyarrow().as_py())
    first: dict[str, int] = {}
    with_maker: dict[tuple[str, str | None], int] = {}
    for row in rows:
        first[row["taxpayer"]] = min(row["first"], first.get(row["taxpayer"], row["first"]))
        with_maker[row["taxpayer"], row["maker"]] = row["first"]
    level = np.full(pairs.num_rows, NEITHER, dtype=np.int64)
    for n, row in enumerate(pairs.select(["taxpayer", "maker", "action_day"]).to_pylist()):
        since = max(row["action_day"] - DAYS_BEFORE, opened + SEEN_DAYS)
        if first[row["taxpayer"]] >= since:
            level[n] = BEGAN
        elif row["maker"] and with_maker[row["taxpayer"], row["maker"]] >= since:
            level[n] = BEGAN_WITH_MAKER
    chance = by_chance[pairs["lot"].to_numpy().astype(np.int64)]
    counted = np.bincount(level[chance], minlength=3) + 20 * np.array([0.1, 0.2, 0.7])
    bits = np.log2(RATES / (counted / counted.sum()))
    bits[NEITHER] = min(bits[NEITHER], 0.0)
    return Beginnings(level, np.clip(bits, -2.0, MOST_BEGINNING_BITS)[level])
