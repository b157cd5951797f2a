"""How a lot and a later line are compared, field by field, and what agreement is worth.

Each comparison puts a pair on a level, from the closest agreement (0) to disagreement (the last level); a
value missing on either side gives no level and no weight. The weights are Fellegi and Sunter's log2(m/u)
(A theory for record linkage, JASA 1969): m, how often goods that do come back show the level, is declared
here; u, how often unrelated goods show it, is counted in the data (`graph.detect.reentry.weights`).

Invariant: better agreement never weighs less than worse agreement.
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from graph.facts.columns import surely

LOT = "lot_"  # prefix of the lot's columns in a table of pairs
MISSING = -1


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field. `level` gives the pair's level; `m` the declared rates of the levels, adding up to one.

    `about` is what `m` rests on. `goods` marks fields that describe goods and so recur from shipment to
    shipment; the others name a thing (a box, a bill, a seal). `m_counted` are the rates where packages or units are
    counted alike, if that makes a difference.
    """

    name: str
    labels: tuple[str, ...]
    m: tuple[float, ...]
    level: Callable[[ir.Table], ir.IntegerValue]
    about: str
    goods: bool = True
    m_counted: tuple[float, ...] = ()


def _pair(t: ir.Table, name: str) -> tuple[ir.Value, ir.Value]:
    return t[LOT + name], t[name]


def _known(level: ir.IntegerValue, *values: ir.Value) -> ir.IntegerValue:
    known = values[0].notnull()
    for value in values[1:]:
        known = known & value.notnull()
    return ibis.ifelse(known, level, MISSING).cast("int8")


def _same(name: str) -> Callable[[ir.Table], ir.IntegerValue]:
    def level(t: ir.Table) -> ir.IntegerValue:
        lot, line = _pair(t, name)
        return _known(ibis.ifelse(lot == line, 0, 1), lot, line)

    return level


def _ratio(name: str, *bounds: float) -> Callable[[ir.Table], ir.IntegerValue]:
    """Levels by the absolute log ratio of two amounts: within the first bound, within the second, and so on."""

    def level(t: ir.Table) -> ir.IntegerValue:
        lot, line = _pair(t, name)
        gap = (line / lot).ln().abs()
        return _known(ibis.cases(*((gap <= bound, n) for n, bound in enumerate(bounds)), else_=len(bounds)), lot, line)

    return level


def _value(t: ir.Table) -> ir.IntegerValue:
    lot, line = _pair(t, "value")
    change = (line / lot).ln()
    level = ibis.cases(
        (change.abs() <= 0.002, 0),
        (change.abs() <= 0.03, 1),
        (change.abs() <= 0.15, 2),
        ((change < 0) & (change >= -0.9), 3),  # entered for 40 to 85% of the value it had
        else_=4,
    )
    return _known(level, lot, line)


def _quantity(t: ir.Table) -> ir.IntegerValue:
    same_unit = ~surely(t[LOT + "unit"] != t.unit)
    return ibis.ifelse(same_unit, _ratio("quantity", 0.0005, 0.03, 0.1)(t), MISSING).cast("int8")


def _hts(t: ir.Table) -> ir.IntegerValue:
    lot, line = _pair(t, "hts")
    level = ibis.cases(
        ((lot == line) & (lot.length() >= 8), 0),
        ((lot.substr(0, 6) == line.substr(0, 6)) & (lot.length() >= 6), 1),
        (lot.substr(0, 4) == line.substr(0, 4), 2),
        else_=3,
    )
    return _known(level, lot, line)


def _maker(t: ir.Table) -> ir.IntegerValue:
    lot, line = _pair(t, "maker")
    level = ibis.cases(
        (lot == line, 0),
        (lot.levenshtein(line) <= 2, 1),  # a letter or two mistyped or left out
        ((lot.substr(0, 7) == line.substr(0, 7)), 2),
        else_=3,
    )
    return _known(level, lot, line)


def _shares(t: ir.Table, ours: str, theirs: str) -> ir.BooleanValue:
    """Whether two lists have a text in common; most hold one, which is told faster."""
    of_one = (t[ours].length() == 1) & (t[theirs].length() == 1)
    return surely(ibis.ifelse(of_one, t[ours][0] == t[theirs][0], t[ours].intersect(t[theirs]).length() > 0))


def _container(t: ir.Table) -> ir.IntegerValue:
    lot = t[LOT + "containers"]
    same = surely(lot.contains(t.container)) | _shares(t, LOT + "containers", "bill_containers")
    known = (lot.length().fill_null(0) > 0) & (t.container.notnull() | (t.bill_containers.length().fill_null(0) > 0))
    return ibis.ifelse(known, ibis.ifelse(same, 0, 1), MISSING).cast("int8")


def _bill(t: ir.Table) -> ir.IntegerValue:
    lot, line = _pair(t, "bill")
    same_master = surely(t[LOT + "master"] == t.master)
    return _known(ibis.cases((lot == line, 0), (same_master, 1), else_=2), lot, line)


def _seal(t: ir.Table) -> ir.IntegerValue:
    known = (t[LOT + "bill_seals"].length().fill_null(0) > 0) & (t.bill_seals.length().fill_null(0) > 0)
    return ibis.ifelse(known, ibis.ifelse(_shares(t, LOT + "bill_seals", "bill_seals"), 0, 1), MISSING).cast("int8")


def _way(t: ir.Table) -> ir.IntegerValue:
    lot_too = surely(t[LOT + "export_from"] != t[LOT + "origin"])
    return _known(ibis.ifelse((t.export_from != t.origin) & ~lot_too, 0, 1), t.export_from, t.origin)


BY_THIRD_COUNTRY = "by a third country"
COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "container", ("same", "differs"), (0.45, 0.55), _container,
        "a lot turned away in its box often keeps the box; one that was stripped for an exam does not",
        goods=False,
    ),
    Comparison(
        "bill", ("same", "same master", "differs"), (0.10, 0.05, 0.85), _bill,
        "a diverted lot may move on under its bill, but mostly a new one is cut", goods=False,
    ),
    Comparison(
        "seal", ("same", "differs"), (0.15, 0.85), _seal,
        "seals are broken in an exam, and survive a hold on paper", goods=False,
    ),
    Comparison(
        "hts", ("10 digits", "6 digits", "4 digits", "differs"), (0.80, 0.10, 0.05, 0.05), _hts,
        "a lot refused under one number is sometimes entered under its neighbour",
    ),
    Comparison(
        "weight", ("equal", "within 1%", "within 3%", "within 10%", "differs"), (0.50, 0.20, 0.14, 0.10, 0.06),
        _ratio("weight", 0.0005, 0.01, 0.03, 0.1),
        "goods keep their weight; packing, samples taken and rounding alter it a little, and as many of the same "
        "cartons weigh the same", m_counted=(0.52, 0.27, 0.17, 0.03, 0.01),
    ),
    Comparison(
        "packages", ("equal", "within 3%", "within 10%", "differs"), (0.70, 0.13, 0.09, 0.08),
        _ratio("packages", 0.0, 0.03, 0.1), "cartons are counted, and a few are taken out or added",
    ),
    Comparison(
        "quantity", ("equal", "within 3%", "within 10%", "differs"), (0.60, 0.20, 0.10, 0.10), _quantity,
        "as packages, but units may be counted anew",
    ),
    Comparison(
        "value", ("equal", "within 3%", "within 15%", "15 to 60% lower", "differs"), (0.35, 0.22, 0.20, 0.15, 0.08),
        _value, "the invoice is reused, or lowered to make the goods look dull",
    ),
    Comparison(
        "maker", ("same", "misspelled", "same beginning", "differs"), (0.80, 0.08, 0.04, 0.08), _maker,
        "the maker stays; its identification is sometimes written differently",
    ),
    Comparison(
        "origin", ("same", "differs"), (0.93, 0.07), _same("origin"), "declared origin is rarely changed on the way",
    ),
    Comparison(
        "consignee", ("same", "differs"), (0.70, 0.30), _same("consignee"), "the buyer behind the goods mostly stays",
    ),
    Comparison(
        "foreign_port", ("same", "differs"), (0.65, 0.35), _same("foreign_port"),
        "goods that were sent back are laden at another port",
    ),
    Comparison(
        "way", (BY_THIRD_COUNTRY, "as usual"), (0.25, 0.75), _way,
        "goods that were sent away come back from where they lay; new ones, and their like, from where they are made",
        goods=False,
    ),
)  # fmt: skip

# Which columns a side of a pair needs.
COMPARED = (
    "bill",
    "master",
    "bill_containers",
    "bill_seals",
    "hts",
    "weight",
    "packages",
    "unit",
    "quantity",
    "value",
    "maker",
    "origin",
    "consignee",
    "foreign_port",
    "export_from",
)


def levels(pairs: ir.Table) -> dict[str, ir.IntegerValue]:
    """The level of each comparison, as columns `level_NAME` over a table of pairs."""
    return {f"level_{c.name}": c.level(pairs) for c in COMPARISONS}
