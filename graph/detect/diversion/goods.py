"""Do a maker's goods look like the order country's, or like those of other makers where it says it works?

Price, weight of a unit and weight of a package are compared, each as the logarithm of a likelihood ratio in bits.

Invariant: the two sides are measured in the same tariff number and unit; where one is unknown nothing is said.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np

from graph.detect.diversion.trade import Floats

MEASURES = ("price", "unit_weight", "package_weight")
# Makers of one country differ by at least so much in the logarithm of a price or of a weight.
LEAST_SPREAD = {"price": 0.08, "unit_weight": 0.05, "package_weight": 0.08}
# Where the country has fewer other makers than this, those of other third countries stand in, with more spread.
LEAST_MAKERS = 2
BORROWED_SPREAD = 0.15
LEAST_ORDINARY_LINES = 5
MOST_BITS = 5.0
# A price that is kept moves by so much in its logarithm; a single line's lies so far from the usual one.
KEPT_SPREAD = 0.08
NOISE = 0.12
# Tails as heavy as Student's with so many degrees of freedom: a slip in a quantity proves nothing.
DEGREES = 4.0


@dataclass(frozen=True, slots=True)
class Level:
    """The mean logarithm of a measure over makers, their spread, and how many there are."""

    mean: float
    spread: float
    makers: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """One measure of a maker's goods beside the two sides. Levels are natural units (USD, kg), not logarithms.

    `bits` above zero: more like the order country's goods. `robust_z` is the distance from the other makers of its
    own country in their spreads.
    """

    measure: str
    hts: str
    unit: str
    own: float
    order_country: float
    own_country: float
    borrowed: bool
    robust_z: float
    bits: float


@dataclass(frozen=True, slots=True)
class KeptPrice:
    """What a buyer pays a maker beside what it paid the order's country's makers before, in USD a unit.

    `usual` is what others' prices in the maker's country are, over the order country's. `bits` above zero: the buyer
    pays what it paid, rather than what others pay there.
    """

    hts: str
    unit: str
    before: float
    now: float
    usual: float
    lines_before: int
    lines_now: int
    bits: float


Made = tuple[str, int, float]  # a maker, its lines, its mean logarithm


@dataclass(frozen=True, slots=True)
class _Side:
    """One measure of goods in one tariff number and unit: makers of the order's country, and of others by country."""

    home: dict[str, Made]
    others: dict[str, list[Made]]


@dataclass(frozen=True, slots=True)
class GoodsLevels:
    """Each maker's mean logarithms, by (order, hts, unit) and measure; suspected makers are no yardstick."""

    at: dict[tuple[int, str, str], dict[str, _Side]]


def goods_levels(lines: ir.Table, suspected: Mapping[int, Collection[str]]) -> GoodsLevels:
    """The levels of all makers but those `suspected` under an order; of the order's country before its goods paid more.

    Suspected are new makers in third countries; what they ship tells nothing of what honest goods are like. Where no
    line of the order's country is from before, those since must do.
    """
    t = lines.filter(lines.maker.notnull())
    t = t.mutate(paid=(t.origin == t.country) & (t.day >= t.bites_day))
    t = t.mutate(
        price=(t.value / t.quantity).ln(), unit_weight=(t.weight / t.quantity).ln(),
        package_weight=(t.weight / t.packages).ln(),
    )  # fmt: skip
    t = t.group_by("order", "hts", "unit", "origin", "country", "maker", "paid").agg(
        lines=ibis._.count(), **{name: t[name].mean() for name in MEASURES}
    )
    at: dict[tuple[int, str, str], dict[str, _Side]] = {}
    since: dict[tuple[int, str, str], dict[str, dict[str, Made]]] = {}
    for row in t.order_by("order", "hts", "unit", "origin", "maker", "paid").to_pyarrow().to_pylist():
        here = at.setdefault((row["order"], row["hts"], row["unit"]), {name: _Side({}, {}) for name in MEASURES})
        for name in MEASURES:
            made = (row["maker"], row["lines"], row[name])
            if row[name] is None:
                continue
            if row["paid"]:
                later = since.setdefault((row["order"], row["hts"], row["unit"]), {m: {} for m in MEASURES})
                later[name][row["maker"]] = made
            elif row["origin"] == row["country"]:
                here[name].home[row["maker"]] = made
            elif row["maker"] not in suspected.get(row["order"], ()):
                here[name].others.setdefault(row["origin"], []).append(made)
    for key, later in since.items():
        for name, makers in later.items():
            if not at[key][name].home:
                at[key][name].home.update(makers)
    return GoodsLevels(at)


def kept_price(
    levels: GoodsLevels,
    *,
    order: int,
    origin: str,
    own: Iterable[str],
    before: dict[tuple[str, str], dict[str, Floats]],
    now: dict[tuple[str, str], dict[str, Floats]],
) -> KeptPrice | None:
    """Whether a buyer pays a maker what it paid before in the order's country, in the goods that it bought most.

    `before` and `now` are logarithms by (hts, unit) and measure; `own` are the maker's numbers, no yardstick of itself.
    """
    numbers = set(own)
    best: KeptPrice | None = None
    most = 0
    for (hts, unit), logs in now.items():
        x, y = logs["price"], before.get((hts, unit), {}).get("price", logs["price"][:0])
        x, y = x[np.isfinite(x)], y[np.isfinite(y)]
        here = levels.at.get((order, hts, unit), {}).get("price")
        if here is None or len(x) <= most or not len(y):
            continue
        there = [made for made in here.others.get(origin, []) if made[0] not in numbers]
        borrowed = len(there) < LEAST_MAKERS
        if borrowed:
            there += [made for country, makers in here.others.items() if country != origin for made in makers]
        home_level, there_level = _level(tuple(here.home.values()), "price"), _level(tuple(there), "price")
        if home_level is None or there_level is None:
            continue
        usual = there_level.mean - home_level.mean
        noise = NOISE**2 / len(x) + NOISE**2 / len(y)
        apart = there_level.spread**2 + home_level.spread**2 + (BORROWED_SPREAD**2 if borrowed else 0.0)
        honest = float(np.sqrt(apart + noise))
        kept = float(np.sqrt(KEPT_SPREAD**2 + noise))
        moved = float(np.median(x) - np.median(y))
        bits = (_log_t(moved / kept) - np.log(kept) - _log_t((moved - usual) / honest) + np.log(honest)) / np.log(2)
        most = len(x)
        best = KeptPrice(
            hts, unit, float(np.exp(np.median(y))), float(np.exp(np.median(x))), float(np.exp(usual)), len(y), len(x),
            float(np.clip(bits, -MOST_BITS, MOST_BITS)),
        )  # fmt: skip
    return best


def likeness(
    levels: GoodsLevels,
    *,
    order: int,
    origin: str,
    own: Iterable[str],
    suppliers: Iterable[str],
    measured: dict[tuple[str, str], dict[str, Floats]],
    ordinary: dict[tuple[str, str], dict[str, Floats]] | None = None,
) -> list[Likeness]:
    """The likeness of a maker's goods, by measure, in the tariff number in which it has most lines.

    `own` are the maker's numbers, `suppliers` the makers of the order's country from whom its importers bought
    before (all of that country's makers where none is known), `measured` its logarithms by (hts, unit) and measure,
    `ordinary` the maker's own trade that nothing is said against.
    """
    numbers, bought_from = set(own), sorted(set(suppliers))
    found = []
    for measure in MEASURES:
        best: Likeness | None = None
        most = 0
        for (hts, unit), logs in measured.items():
            x = logs[measure]
            x = x[np.isfinite(x)]
            here = levels.at.get((order, hts, unit), {}).get(measure)
            if here is None or len(x) <= most:
                continue
            known = [here.home[m] for m in bought_from if m in here.home]
            there = [made for made in here.others.get(origin, []) if made[0] not in numbers]
            usual = (ordinary or {}).get((hts, unit), {}).get(measure)
            if usual is not None and np.isfinite(usual).sum() >= LEAST_ORDINARY_LINES:
                usual = usual[np.isfinite(usual)]
                there.append(("", len(usual), float(usual.mean())))
            borrowed = len(there) < LEAST_MAKERS
            if borrowed:
                there += [made for country, makers in here.others.items() if country != origin for made in makers]
            home_level = _level(tuple(known or here.home.values()), measure)
            there_level = _level(tuple(there), measure)
            if home_level is None or there_level is None:
                continue
            own_spread = there_level.spread + (BORROWED_SPREAD if borrowed else 0.0)
            level = float(np.median(x))
            noise = float(np.std(x)) / np.sqrt(len(x))
            # One spread for both sides: how well either is known must not speak for it.
            spread = float(np.sqrt((home_level.spread**2 + own_spread**2) / 2 + noise**2))
            z_home, z_there = (level - home_level.mean) / spread, (level - there_level.mean) / spread
            bits = (_log_t(z_home) - _log_t(z_there)) / np.log(2)
            most = len(x)
            best = Likeness(
                measure, hts, unit, float(np.exp(level)), float(np.exp(home_level.mean)),
                float(np.exp(there_level.mean)), borrowed, float(z_there),
                float(np.clip(bits, -MOST_BITS, MOST_BITS)),
            )  # fmt: skip
        if best is not None:
            found.append(best)
    return found


@lru_cache(maxsize=10_000)
def _level(makers: tuple[Made, ...], measure: str) -> Level | None:
    if not makers:
        return None
    values = np.array([value for _, _, value in makers])
    weights = np.minimum([lines for _, lines, _ in makers], 20).astype(np.float64)
    mean = float(np.average(values, weights=weights))
    # With few makers their spread is hardly known: a usual one counts as two more makers.
    usual = 2 * LEAST_SPREAD[measure]
    variance = (float(np.average((values - mean) ** 2, weights=weights)) * len(values) + 2 * usual**2) / (
        len(values) + 2
    )
    return Level(mean, max(float(np.sqrt(variance)), LEAST_SPREAD[measure]), len(makers))


def _log_t(z: float) -> float:
    return float(-(DEGREES + 1) / 2 * np.log1p(z * z / DEGREES))
