"""What each level of agreement weighs, with the rate of chance agreement counted in the same data.

Chance is counted among pairs of unrelated lines of three kinds: of one importer and HTS heading, of one maker
and heading but two importers, and of one heading only. Amounts hang together (two lots of equal packages tend to
weigh the same, and a lot of one package meets another easily), so weight, quantity and value are counted given
how a leading amount agrees, and a leading amount given its size.

Importers differ widely in how often they ship the same lot again. That is no matter of fields, and is counted
for each lot by itself (look-alikes, in `graph.detect.reentry.scoring`); rates of amounts for an importer's own
lines are therefore those among lines of one maker.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.detect.reentry.comparisons import COMPARED, COMPARISONS, Comparison, Level, levels
from graph.detect.reentry.pairs import Floats, Ints, Pairs

_LOT = "lot_"  # prefix of the columns of the line drawn before
Levels = dict[str, Level]

# Lines of others that hold a lot's value, and among how many, by pair.
Share = tuple[Floats, Floats]

# The kinds of pairs.
OWN, SAME_MAKER, OTHER = 0, 1, 2

# Chance is counted over about this many lines of each kind.
SAMPLE_LINES = 60_000
# With fewer pairs of one maker than this, amounts are counted among all pairs of a heading.
ENOUGH_PAIRS = 1_000

# A disagreement counts against a match with at most this many bits, and is never evidence for one.
WORST_BITS = -8.0

AMOUNTS = ("packages", "quantity", "weight", "value")
# Where the sizes of a leading amount are parted: a lot of two packages says little, one of 300 much.
SIZES = (3.0, 10.0, 50.0, 300.0)
# Contexts: five sizes, then the three ways in which each of three leading amounts can agree.
_LEAD_FROM = {"packages": 5, "quantity": 8, "weight": 11}
CONTEXTS = 14
# Which amounts lead each amount, the first one known on both sides counting.
_LED_BY = {"packages": (), "quantity": ("packages",), "weight": ("packages", "quantity"),
           "value": ("packages", "weight", "quantity")}  # fmt: skip
# A context's rates are drawn to those of all contexts by as many pairs.
_DRAWN_BY = 5.0

# The share of lines that hold one value is drawn to the rate of all values by as many lines.
_VALUE_DRAWN_BY = 20.0
# Fields whose values differ much in how common they are: a full container's cartons, a large buyer.
VALUES = ("packages", "consignee")

# What tells a recurring lot from one that came back weighs at most so much, a field alone and all together.
MOST_AGAIN_BITS_A_FIELD = 3.0
MOST_AGAIN_BITS = 5.0
# Rates among recurring lots are drawn to the declared `m` by so many pairs.
_AGAIN_DRAWN_BY = 20.0

# Fields of bills are not sampled with the lines; a number meant to be used once agrees by chance about so often.
_NEVER_SAMPLED = {"seal": 1e-4}
# Another tariff heading cannot be seen among pairs drawn from one heading. It is held against a match. Goods that come
# as they always do say nothing: most of what was sent away does, too.
_DECLARED_BITS = {("hts", 3): -4.0, ("way", 1): 0.0}


@dataclass(frozen=True, slots=True)
class Weights:
    """Bits for each comparison by kind of pair, context and level; `u` holds the chance rates likewise.

    `recurrence` is how often an importer's own lines in a heading agree in packages and weight. `again` holds, for
    each field by level, log2 of how much likelier a lot that merely recurs shows the level than one that came back:
    what is shipped again off the same order is alike to the kilogram, what was turned away seldom is.
    """

    bits: dict[str, Floats]
    u: dict[str, Floats]
    pairs_counted: tuple[int, int, int]
    recurrence: float
    again: dict[str, Floats]

    def of(self, name: str, *, kind: Ints, context: Ints, level: npt.NDArray[np.int8]) -> Floats:
        """The bits of pairs of these kinds in these contexts on these levels; 0 where a value is missing."""
        table = self.bits[name]
        found: Floats = table[kind, context, np.maximum(level, 0)]
        return np.where(level < 0, 0.0, found)

    def of_common(self, name: str, *, kind: Ints, context: Ints, level: npt.NDArray[np.int8], share: Share) -> Floats:
        """The same, where being equal on a value that many hold says less than on one that nobody else holds.

        `share` says how many of how many lines of others hold the very value; the rate of all values counts as some
        more. No less than for the next level. How often an importer ships a lot again is told by look-alikes, and its
        own lines mostly have one buyer, which says little.
        """
        usual = self.of(name, kind=kind, context=context, level=level)
        m = next(c.m for c in COMPARISONS if c.name == name)
        held, among = share
        rate = (held + _VALUE_DRAWN_BY * self.u[name][kind, context, 0]) / (among + _VALUE_DRAWN_BY)
        given = np.maximum(np.log2(m[0] / rate), self.bits[name][kind, context, 1])
        return np.where((level == 0) & ((kind != OWN) | (name in AMOUNTS)), given, usual)

    def of_recurring(self, found: Levels) -> Floats:
        """log2 of how much likelier recurring lots show these levels than lots that came back."""
        said = [np.where(found[n] < 0, 0.0, per_level[np.maximum(found[n], 0)]) for n, per_level in self.again.items()]
        bits_of_all: Floats = np.clip(np.sum(said, axis=0), -MOST_AGAIN_BITS, MOST_AGAIN_BITS)
        return bits_of_all


def contexts(name: str, found: Levels, sizes: dict[str, Ints]) -> Ints:
    """In which context each pair's comparison stands: how the leading amount agrees, else the size.

    The amount that agrees best leads, of equals the first: at one price an equal quantity makes an equal value, and
    about as many units weigh about as much, however the cartons were counted.
    """
    context = sizes[name].copy() if name in sizes else np.zeros(len(found[name]), dtype=np.int64)
    closest = np.full(len(context), 3, dtype=np.int64)
    for lead in _LED_BY.get(name, ()):
        level = found[lead].astype(np.int64)
        last = len(next(c.labels for c in COMPARISONS if c.name == lead)) - 1
        way = np.where(level < 0, 3, np.where(level == 0, 0, np.where(level == last, 2, 1)))
        leads = way < closest
        context = np.where(leads, _LEAD_FROM[lead] + way, context)
        closest = np.minimum(closest, way)
    return context


def size(amounts: Floats) -> Ints:
    """The size class of each amount; unknown amounts go with the smallest.

    >>> size(np.array([1.0, 40.0, 1000.0])).tolist()
    [0, 2, 4]
    """
    return np.digitize(np.nan_to_num(amounts, nan=0.0), SIZES).astype(np.int64)


def kinds(own: npt.NDArray[np.bool_], maker_level: npt.NDArray[np.int8]) -> Ints:
    """The kind of each pair. A maker whose identification was mistyped is the same maker."""
    same = (maker_level == 0) | (maker_level == 1)
    return np.where(own, OWN, np.where(same, SAME_MAKER, OTHER)).astype(np.int64)


def _by_context(comparison: Comparison) -> Floats:
    """The declared rates of a comparison's levels, by context."""
    m = np.tile(np.asarray(comparison.m), (CONTEXTS, 1))
    if comparison.m_counted:
        m[[_LEAD_FROM["packages"], _LEAD_FROM["quantity"]]] = comparison.m_counted
    return m


def bits(m: tuple[float, ...] | Floats, u: Floats) -> Floats:
    """log2(m/u) by level, closest first, made never to rise as agreement falls.

    >>> bits((0.8, 0.2), np.array([0.1, 0.9])).round(2).tolist()
    [3.0, -2.17]
    """
    raw = np.log2(np.asarray(m) / u)
    falling = np.minimum.accumulate(raw, axis=-1)
    falling[..., -1] = np.minimum(falling[..., -1], 0.0)
    return np.clip(falling, WORST_BITS, None)


def _random_pairs(lines: ir.Table, *, share: float, group: tuple[str, ...]) -> Pairs:
    """Pairs of lines of different entries that meet by chance: neighbours in the order of a digest.

    A `share` is drawn, of whole groups for an importer's own lines and of lines else, by a digest as well.
    """
    below = f"{int(min(share, 1.0) * (16**6 - 1)):06x}~"
    own = "taxpayer" in group
    drawn_by = lines.taxpayer + lines.hts4 if own else lines.maker if "maker" in group else lines.line_id
    t = lines.filter(drawn_by.hexdigest("md5") < below)
    t = t.mutate(draw=t.line_id.hexdigest("md5"))
    over = ibis.window(group_by=list(group), order_by=t.draw)
    columns = [name for name in COMPARED if name in t.columns] + ["entry_number", "taxpayer", "container"]
    t = t.mutate(**{_LOT + name: t[name].lag(1).over(over) for name in columns})
    t = t.filter(t[_LOT + "entry_number"] != t.entry_number)
    if not own:
        t = t.filter(t[_LOT + "taxpayer"] != t.taxpayer)
    rows = t.select(*columns, *(_LOT + name for name in columns)).to_pyarrow()
    lots = rows.select([_LOT + name for name in columns]).rename_columns(columns)
    # A line that names no box came in none of the other's.
    lots = lots.set_column(columns.index("container"), "container", lots["container"].fill_null(""))
    lots = lots.rename_columns(["containers" if name == "container" else name for name in columns])
    each = np.arange(rows.num_rows)
    return Pairs(_without_bills(lots), _without_bills(rows.select(columns)), each, each)


def _without_bills(side: pa.Table) -> pa.Table:
    """Sampled lines with the columns of bills, which are not looked up for them."""
    nothing: list[None] = [None] * side.num_rows
    side = side.append_column("master", pa.array(nothing, pa.string()))
    for name in ("bill_containers", "bill_seals"):
        side = side.append_column(name, pa.array(nothing, pa.list_(pa.string())))
    return side


def count_chance(lines: ir.Table, *, lines_held: int) -> Weights:
    """Count how often unrelated lines agree, and turn the rates into bits. A pass over the lines for each kind."""
    share = SAMPLE_LINES / max(lines_held, 1)
    counts: list[dict[str, Floats]] = []
    totals: list[int] = []
    recurrence = 0.0
    again: dict[str, Floats] = {}
    for group in (("taxpayer", "hts4"), ("maker", "hts4"), ("hts4",)):
        named = lines if "maker" not in group else lines.filter(lines.maker.notnull())
        t = _random_pairs(named, share=share, group=group)
        found = levels(t)
        sizes = {name: size(t.amounts(name)[0]) for name in AMOUNTS[:3]}
        kept = np.ones(len(t.lot), dtype=bool) if group[0] != "hts4" else found["maker"] != 0
        counts.append(
            {
                c.name: _counted(found[c.name][kept], contexts(c.name, found, sizes)[kept], len(c.labels))
                for c in COMPARISONS
            }
        )
        totals.append(int(kept.sum()))
        if group[0] == "taxpayer":
            known = (found["packages"] >= 0) & (found["weight"] >= 0) & (sizes["packages"] > 0)
            alike = known & (found["packages"] == 0) & (found["weight"] <= 1)
            recurrence = (float(alike.sum()) + 0.05) / (float(known.sum()) + 1.0)
            again = {c.name: _of_recurring(c, found[c.name][alike]) for c in COMPARISONS if c.name in _TELLS_RECURRING}
    amounts_of_own = SAME_MAKER if totals[SAME_MAKER] >= ENOUGH_PAIRS else OTHER
    u: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    # Of one product, packages that differ all but forbid an equal weight; of two products of a maker they do not.
    # Where every leading amount differs, the products may, and chance is that of any two lines of a heading.
    apart = [first + 2 for first in _LEAD_FROM.values()]
    for c in COMPARISONS:
        if c.name in AMOUNTS:
            of_own = counts[amounts_of_own][c.name].copy()
            of_own[apart] = counts[OTHER][c.name][apart]
            counts[OWN][c.name], counts[SAME_MAKER][c.name] = of_own, of_own
        u[c.name] = np.stack([_rates(c.name, c.m, side[c.name]) for side in counts])
        weights[c.name] = bits(_by_context(c), u[c.name])
        for (name, level), declared in _DECLARED_BITS.items():
            if name == c.name:
                weights[name][..., level] = declared
    # Among pairs of one maker the maker is no news: fewer lines are searched instead.
    weights["maker"][SAME_MAKER] = 0.0
    return Weights(weights, u, (totals[0], totals[1], totals[2]), recurrence, again)


# Packages and quantity are alike by the way recurring lots are found.
_TELLS_RECURRING = ("weight", "value", "foreign_port", "consignee")


def _of_recurring(comparison: Comparison, level: npt.NDArray[np.int8]) -> Floats:
    """By level, log2 of the share among recurring lots over the declared share among lots that came back."""
    m = np.asarray(comparison.m)
    counted = np.bincount(level[level >= 0].astype(np.int64), minlength=len(m)) + _AGAIN_DRAWN_BY * m
    said: Floats = np.clip(
        np.log2(counted / counted.sum() / m), -MOST_AGAIN_BITS_A_FIELD, MOST_AGAIN_BITS_A_FIELD
    )  # fmt: skip
    return said


def _counted(level: npt.NDArray[np.int8], context: Ints, labels: int) -> Floats:
    """Pairs by context and level."""
    table = np.zeros((CONTEXTS, labels))
    known = level >= 0
    np.add.at(table, (context[known], level[known].astype(np.int64)), 1.0)
    return table


def _rates(name: str, m: tuple[float, ...], counts: Floats) -> Floats:
    """Chance rates by context. One pair is spread as the declared `m` says, so that no rate is zero and a field
    that was hardly ever filled weighs next to nothing."""
    if name in _NEVER_SAMPLED:
        rate = _NEVER_SAMPLED[name]
        return np.tile(np.array([rate, 1 - rate]), (CONTEXTS, 1))
    overall = (counts.sum(axis=0) + np.asarray(m)) / (counts.sum() + 1.0)
    # Where a leading amount is equal the others tend to be: without pairs that show it, a quarter of them is.
    towards = np.tile(overall, (CONTEXTS, 1))
    towards[list(_LEAD_FROM.values())] = 0.75 * overall + 0.25 * np.asarray(m)
    known = counts.sum(axis=1, keepdims=True)
    rates: Floats = (counts + _DRAWN_BY * towards + np.asarray(m)) / (known + _DRAWN_BY + 1.0)
    return rates
