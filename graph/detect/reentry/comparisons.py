"""How a lot and a later line are compared, field by field, and what agreement is worth.

Each comparison puts a pair on a level, from the closest agreement (0) to disagreement (the last level); a
value missing on either side gives no level and no weight. The weights are Fellegi and Sunter's log2(m/u)
(A theory for record linkage, JASA 1969): m, how often goods that do come back show the level, is declared
here; u, how often unrelated goods show it, is counted in the data (`graph.detect.reentry.weights`).

Invariant: better agreement never weighs less than worse agreement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from graph.detect.reentry.pairs import Bools, Floats, Ints, Pairs

Level = npt.NDArray[np.int8]
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
    level: Callable[[Pairs], Level]
    about: str
    goods: bool = True
    m_counted: tuple[float, ...] = ()


def _known(level: Ints | Bools | Level, known: Bools) -> Level:
    return np.where(known, level, MISSING).astype(np.int8)


def _same(name: str) -> Callable[[Pairs], Level]:
    def level(pairs: Pairs) -> Level:
        same, known = pairs.same(name)
        return _known(~same, known)

    return level


def _change(pairs: Pairs, name: str) -> tuple[Floats, Bools]:
    """The log ratio of the line's amount to the lot's, and whether both are known."""
    lot, line = pairs.amounts(name)
    with np.errstate(invalid="ignore", divide="ignore"):
        change: Floats = np.log(line / lot)
    return change, ~(np.isnan(lot) | np.isnan(line))


def _ratio(name: str, *bounds: float) -> Callable[[Pairs], Level]:
    """Levels by the absolute log ratio of two amounts: within the first bound, within the second, and so on."""

    def level(pairs: Pairs) -> Level:
        change, known = _change(pairs, name)
        return _known(np.searchsorted(bounds, np.abs(change)), known)

    return level


def _value(pairs: Pairs) -> Level:
    change, known = _change(pairs, "value")
    near = np.searchsorted((0.002, 0.03, 0.15), np.abs(change))
    # Entered for 40 to 85% of the value it had, or of any other.
    return _known(np.where(near < 3, near, np.where((change < 0) & (change >= -0.9), 3, 4)), known)


def _one_unit(pairs: Pairs) -> Bools:
    """Whether both sides may count in one unit."""
    same, known = pairs.same("unit")
    return same | ~known


def _quantity(pairs: Pairs) -> Level:
    return _known(_ratio("quantity", 0.0005, 0.03, 0.1)(pairs), _one_unit(pairs))


def _begins(texts: Sequence[str], letters: int) -> Ints:
    """The number of each text's beginning: of two texts that begin alike it is the same."""
    return np.unique(np.array([text[:letters] for text in texts] or [""]), return_inverse=True)[1].astype(np.int64)


def _hts(pairs: Pairs) -> Level:
    lot, line, texts = pairs.texts("hts", "hts")
    digits, heading, subheading = np.array([len(text) for text in texts] or [0]), _begins(texts, 4), _begins(texts, 6)
    level = np.select(
        [
            (lot == line) & (digits[lot] >= 8),
            (subheading[lot] == subheading[line]) & (digits[lot] >= 6),
            heading[lot] == heading[line],
        ],
        [0, 1, 2],
        3,
    )
    return _known(level, (lot >= 0) & (line >= 0))


def _maker(pairs: Pairs) -> Level:
    lot, line, texts = pairs.texts("maker", "maker")
    known = (lot >= 0) & (line >= 0)
    level = np.where(lot == line, 0, 3)
    rows = np.flatnonzero(known & (lot != line))
    each, of = np.unique(lot[rows] * len(texts) + line[rows], return_inverse=True)
    if len(each):
        ours, theirs = each // len(texts), each % len(texts)
        written = ([texts[place] for place in places.tolist()] for places in (ours, theirs))
        misspelled = cpdist(*written, scorer=Levenshtein.distance, score_cutoff=2) <= 2  # a letter or two
        begins = _begins(texts, 7)
        alike = begins[ours] == begins[theirs]
        level[rows] = np.where(misspelled, 1, np.where(alike, 2, 3))[of]
    return _known(level, known)


def _container(pairs: Pairs) -> Level:
    same, ours, theirs = pairs.shared("containers", "bill_containers")
    same_too, _, named = pairs.shared("containers", "container")
    return _known(~(same | same_too), ours & (theirs | named))


def _bill(pairs: Pairs) -> Level:
    same, known = pairs.same("bill")
    return _known(np.where(same, 0, np.where(pairs.same("master")[0], 1, 2)), known)


def _seal(pairs: Pairs) -> Level:
    same, ours, theirs = pairs.shared("bill_seals", "bill_seals")
    return _known(~same, ours & theirs)


def _way(pairs: Pairs) -> Level:
    by_third, known = pairs.differ_on_line("export_from", "origin")
    return _known(~(by_third & ~pairs.differ_on_lot("export_from", "origin")), known)


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

# Which columns a side of a pair needs; a lot has containers, a line a container, besides.
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

# A part of a lot has about one share of its weight, its packages and its quantity, and no more than all.
WHOLE = 1.03
ONE_SHARE = 1.5


def levels(pairs: Pairs, *, told: Mapping[str, Level] | None = None) -> dict[str, Level]:
    """The level of each comparison of each pair, by the comparison's name; what is `told` is not worked out again."""
    known = told or {}
    return {c.name: known[c.name] if c.name in known else c.level(pairs) for c in COMPARISONS}


def may_be_part(pairs: Pairs) -> Bools:
    """Whether the line's goods may be a part of the lot's: of one tariff heading to six digits, no amount of them is
    larger, and all are about one share."""
    lot, line, texts = pairs.texts("hts", "hts")
    subheading = _begins(texts, 6)
    other_goods = (lot >= 0) & (line >= 0) & (subheading[lot] != subheading[line])
    shares = {name: of_line / of_lot for name in _AMOUNTS for of_lot, of_line in (pairs.amounts(name),)}
    shares["quantity"] = np.where(_one_unit(pairs), shares["quantity"], np.nan)
    most, least = (of.reduce(list(shares.values())) for of in (np.fmax, np.fmin))
    part: Bools = (most <= WHOLE) & (most <= least * ONE_SHARE) & ~other_goods
    return part


_AMOUNTS = ("weight", "packages", "quantity")
