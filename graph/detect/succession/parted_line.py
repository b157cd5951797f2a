"""A firm that goes on but parted with one line of its trade: the goods whose deposits under orders are gone since.

Invariant: what else the old one goes on with says nothing of whether that line went over.
"""

from collections.abc import Mapping

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.succession.candidates import BEFORE_DAYS
from graph.detect.succession.compare import SUREST
from graph.detect.succession.deposits import Deposits, deposits
from graph.detect.succession.parts import LEAST_VOLUME
from graph.detect.succession.search import Search
from graph.detect.succession.sides import MAKERS, lines
from graph.detect.succession.trade import SHORTEST_SPAN_DAYS, Bools, Floats

# From this share of the deposits to be expected on they are gone.
GONE = 0.7
# What says of a hand-over that it was one, weighed anew where a line of the trade went over by itself.
HAND_OVER_OF_A_LINE = ("stopped", "beside", "kept", "goes_on", "taken", "dropped", "size")


def deposits_of(found: Search, traded: ir.Table) -> dict[int, Deposits]:
    """By pair, stand-ins too: the deposits that are to be expected of the newcomer; a maker pays none."""
    if found.side is MAKERS:
        return {}
    pairs = np.flatnonzero(found.compared.shared_partners > 0)
    couples = [(found.names[found.pairs.old[i]], found.names[found.pairs.new[i]]) for i in pairs]
    owed = deposits(lines(traded, found.side), dict.fromkeys(couples))
    return {int(i): owed[couple] for i, couple in zip(pairs, couples, strict=True) if couple in owed}


def weigh_parted_lines(found: Search, owed: Mapping[int, Deposits], x: dict[str, Floats]) -> Bools:
    """Where the old one goes on but parted with the makers whose goods come in without deposits since: weigh that line.

    The hand-over is then that of the line, whatever else the old one goes on with: its features in `x` are replaced,
    and told is for which pairs.
    """
    x |= {name: x[name].copy() for name in HAND_OVER_OF_A_LINE}
    known, pairs, c = found.known, found.pairs, found.compared
    parted = np.zeros(len(pairs.old), dtype=bool)
    for i, pays in owed.items():
        if pays.gone < GONE or not (x["beside"][i] or x["kept"][i]):
            continue
        old, new = int(pairs.old[i]), int(pairs.new[i])
        number = known.partner.values.number(pa.array(pays.makers, pa.string()))
        of_old = known.partner.lookup(np.full(len(number), old), number)
        of_new = known.partner.lookup(np.full(len(number), new), number)
        left = int(known.partner.last_day[of_old].max())
        if left > c.began[i] + BEFORE_DAYS:
            continue
        days = max(left - int(known.first_day[old]), SHORTEST_SPAN_DAYS)
        since = max(int(known.last_day[new] - known.first_day[new]), SHORTEST_SPAN_DAYS)
        replaced = float(known.partner.lines[of_new].sum() / since / (known.partner.lines[of_old].sum() / days))
        line = {"stopped": SUREST, "beside": 0.0, "kept": 0.0, "goes_on": 0.0, "taken": 1.0}
        line["dropped"] = -float(np.log2(np.clip(replaced, LEAST_VOLUME, 1.0)))
        line["size"] = abs(float(np.log2(replaced)))
        for name in HAND_OVER_OF_A_LINE:
            x[name][i] = line[name]
        parted[i] = True
    return parted
