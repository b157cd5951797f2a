"""What each level of agreement weighs, with the rate of chance agreement counted in the same data.

Chance is counted twice: between lines of one importer and HTS heading, whose shipments resemble each other,
and between lines of different importers in a heading.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from graph.detect.reentry.comparisons import COMPARED, COMPARISONS, LOT, levels

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Chance is counted over about this many pairs of each kind.
SAMPLE_PAIRS = 60_000

# A disagreement counts against a match with at most this many bits, and is never evidence for one.
WORST_BITS = -8.0

# Fields of bills are not sampled with the lines; numbers meant to be used once agree by chance about so often.
_NEVER_SAMPLED = {"seal": (1e-4, 1.0)}

# Another tariff heading cannot be seen among pairs drawn from one heading. It is held against a match.
_DECLARED_BITS = {("hts", 3): -4.0}


@dataclass(frozen=True, slots=True)
class Weights:
    """Bits for each comparison and level, apart for pairs of one taxpayer and pairs of two.

    `u[name]` holds the chance rates: one row for own pairs, one for strangers'.
    """

    bits: dict[str, Floats]
    u: dict[str, Floats]
    pairs_counted: tuple[int, int]

    def of(self, name: str, own: npt.NDArray[np.bool_], level: npt.NDArray[np.int8]) -> Floats:
        """The bits of pairs on these levels; 0 where a value is missing."""
        table = np.concatenate([self.bits[name], np.zeros((2, 1))], axis=1)  # the last column is level -1: missing
        return table[np.where(own, 0, 1), level]


def bits(m: tuple[float, ...], u: Floats) -> Floats:
    """log2(m/u) by level, closest first, made never to rise as agreement falls.

    >>> bits((0.8, 0.2), np.array([0.1, 0.9])).round(2).tolist()
    [3.0, -2.17]
    """
    raw = np.log2(np.asarray(m) / u)
    falling = np.minimum.accumulate(raw)
    falling[-1] = min(falling[-1], 0.0)
    return np.clip(falling, WORST_BITS, None)


def _random_pairs(lines: ir.Table, *, share: float, own: bool) -> ir.Table:
    """Pairs of lines of different entries that meet by chance: neighbours in the order of a digest.

    `share` of the importers' headings (or of all lines) is drawn, by a digest as well.
    """
    below = f"{int(min(share, 1.0) * (16**6 - 1)):06x}~"
    group = ["taxpayer", "hts4"] if own else ["hts4"]
    drawn_by = lines.taxpayer + lines.hts4 if own else lines.line_id
    t = lines.filter(drawn_by.hexdigest("md5") < below)
    t = t.mutate(draw=t.line_id.hexdigest("md5"), containers=ibis.array([t.container]))
    over = ibis.window(group_by=group, order_by=t.draw)
    columns = [name for name in COMPARED if name in t.columns] + ["entry_number", "taxpayer", "containers"]
    t = t.mutate(**{LOT + name: t[name].lag(1).over(over) for name in columns})
    t = t.filter(t[LOT + "entry_number"] != t.entry_number)
    t = t if own else t.filter(t[LOT + "taxpayer"] != t.taxpayer)
    none = ibis.null("array<string>")
    nothing = ibis.null("string")
    return t.mutate(
        lot_containers=ibis.ifelse(t.container.notnull(), t.lot_containers, none),
        bill_containers=none, bill_seals=none, lot_bill_containers=none, lot_bill_seals=none,
        master=nothing, lot_master=nothing,
    )  # fmt: skip


def count_chance(lines: ir.Table, *, lines_held: int) -> Weights:
    """Count how often unrelated lines agree, and turn the rates into bits. One pass over the lines for each kind."""
    share = SAMPLE_PAIRS / max(lines_held, 1)
    counted: list[dict[str, Floats]] = []
    totals: list[int] = []
    for own in (True, False):
        t = _random_pairs(lines, share=share, own=own)
        t = t.mutate(**levels(t))
        wanted = {f"{c.name}_{n}": (t[f"level_{c.name}"] == n).sum() for c in COMPARISONS for n in range(len(c.labels))}
        row = t.aggregate(pairs=t.count(), **wanted).to_pyarrow().to_pylist()[0]
        totals.append(row["pairs"])
        counted.append(
            {
                c.name: np.array([row[f"{c.name}_{n}"] or 0 for n in range(len(c.labels))], dtype=np.float64)
                for c in COMPARISONS
            }
        )
    u: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    for c in COMPARISONS:
        rows = [_rates(c.name, c.m, side[c.name]) for side in counted]
        u[c.name] = np.vstack(rows)
        weights[c.name] = np.vstack([bits(c.m, row) for row in rows])
        for (name, level), declared in _DECLARED_BITS.items():
            if name == c.name:
                weights[name][:, level] = declared
    return Weights(weights, u, (totals[0], totals[1]))


def _rates(name: str, m: tuple[float, ...], counts: Floats) -> Floats:
    """Chance rates of the levels. One pair in all is spread as the declared `m` says, so that none is zero
    and a field that was hardly ever filled weighs next to nothing."""
    if name in _NEVER_SAMPLED:
        rates = _NEVER_SAMPLED[name]
        return np.array([rates[0], rates[1] - rates[0]])
    return (counts + np.asarray(m)) / (counts.sum() + 1.0)  # type: ignore[no-any-return]
