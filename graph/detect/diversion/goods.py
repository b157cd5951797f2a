"""Do a maker's goods look like the order country's, or like those of other makers where it says it works?

Price, weight of a unit and weight of a package are compared, each as the logarithm of a likelihood ratio in bits.

Invariant: the two sides are measured in the same tariff number and unit; where one is unknown nothing is said.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

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
# A price that is kept moves by so much in its logarithm; a single line's lies so far from the usual one, at least.
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
    """One measure of goods in one tariff number and unit: makers of the order's country, and of others by country.

    What is asked for a second time is not added up again: most makers are no yardstick themselves, and all of a
    country are then measured by the same others.
    """

    measure: str
    home: dict[str, Made]
    others: dict[str, dict[str, Made]]
    known: dict[str, tuple[Level | None, bool]] = field(default_factory=dict)

    def home_level(self, bought_from: Iterable[str] = ()) -> Level | None:
        """That of these makers of the order's country, or of all where none of them is known."""
        named = tuple(self.home[m] for m in bought_from if m in self.home)
        if named:
            return _level(named, self.measure)
        return self._kept("", lambda: (_level(tuple(self.home.values()), self.measure), False))[0]

    def level(self, origin: str, own: Collection[str], usual: Made | None = None) -> tuple[Level | None, bool]:
        """That of the makers there but for these numbers, with a maker's `usual` trade; whether others' stood in."""
        there = self.others.get(origin, {})
        if usual is None and not any(number in there for number in own):
            return self._kept(origin, lambda: self._level(origin, own, usual))
        return self._level(origin, own, usual)

    def _kept(self, place: str, make: Callable[[], tuple[Level | None, bool]]) -> tuple[Level | None, bool]:
        if place not in self.known:
            self.known[place] = make()
        return self.known[place]

    def _level(self, origin: str, own: Collection[str], usual: Made | None) -> tuple[Level | None, bool]:
        there = [made for made in self.others.get(origin, {}).values() if made[0] not in own]
        there += [usual] if usual is not None else []
        borrowed = len(there) < LEAST_MAKERS
        if borrowed:
            elsewhere = (makers for country, makers in self.others.items() if country != origin)
            there += [made for makers in elsewhere for made in makers.values()]
        return _level(tuple(there), self.measure), borrowed


@dataclass(frozen=True, slots=True)
class GoodsLevels:
    """Each maker's mean logarithms, by (order, hts, unit) and measure; suspected makers are no yardstick.

    `noise` is how far the logarithm of one line's price lies from its maker's usual one.
    """

    at: dict[tuple[int, str, str], dict[str, _Side]]
    noise: dict[tuple[int, str, str], float]


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
        lines=ibis._.count(), priced=t.price.count(), price_squares=(t.price * t.price).sum(),
        **{name: t[name].mean() for name in MEASURES},
    )  # fmt: skip
    at: dict[tuple[int, str, str], dict[str, _Side]] = {}
    since: dict[tuple[int, str, str], dict[str, dict[str, Made]]] = {}
    within: dict[tuple[int, str, str], list[float]] = {}
    for row in t.order_by("order", "hts", "unit", "origin", "maker", "paid").to_pyarrow().to_pylist():
        if row["priced"] > 1:
            squares = within.setdefault((row["order"], row["hts"], row["unit"]), [0.0, 0.0])
            squares[0] += max(row["price_squares"] - row["priced"] * row["price"] ** 2, 0.0)
            squares[1] += row["priced"] - 1
        here = at.setdefault((row["order"], row["hts"], row["unit"]), {name: _Side(name, {}, {}) for name in MEASURES})
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
                here[name].others.setdefault(row["origin"], {})[row["maker"]] = made
    for key, later in since.items():
        for name, makers in later.items():
            if not at[key][name].home:
                at[key][name].home.update(makers)
    return GoodsLevels(at, {key: max(NOISE, (sum_ / lines) ** 0.5) for key, (sum_, lines) in within.items()})


def kept_price(
    levels: GoodsLevels,
    *,
    order: int,
    origin: str,
    own: Iterable[str],
    before: dict[tuple[str, str], dict[str, Floats]],
    now: dict[tuple[str, str], dict[str, Floats]],
    ordinary: dict[tuple[str, str], dict[str, Floats]] | None = None,
) -> KeptPrice | None:
    """Whether a buyer pays a maker what it paid before in the order's country, in the goods that it bought most.

    `before` and `now` are logarithms by (hts, unit) and measure; `own` are the maker's numbers, no yardstick of itself.
    What an old maker asks of its `ordinary` customers is what its own goods cost, where there are lines enough.
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
        home_level, (there_level, borrowed) = here.home_level(), here.level(origin, numbers)
        usual_trade = _usual_trade(ordinary, (hts, unit), "price")
        if usual_trade is not None:
            there_level, borrowed = _level((usual_trade,), "price"), False
        if home_level is None or there_level is None:
            continue
        usual = there_level.mean - home_level.mean
        of_a_line = levels.noise.get((order, hts, unit), NOISE)
        noise = of_a_line**2 / len(x) + of_a_line**2 / len(y)
        apart = there_level.spread**2 + home_level.spread**2 + (BORROWED_SPREAD**2 if borrowed else 0.0)
        honest = float(np.sqrt(apart + noise))
        kept = float(np.sqrt(KEPT_SPREAD**2 + noise))
        middle_before, middle_now = _middle(y), _middle(x)
        moved = middle_now - middle_before
        bits = (_log_t(moved / kept) - np.log(kept) - _log_t((moved - usual) / honest) + np.log(honest)) / np.log(2)
        most = len(x)
        best = KeptPrice(
            hts, unit, float(np.exp(middle_before)), float(np.exp(middle_now)), float(np.exp(usual)), len(y), len(x),
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
            home_level = here.home_level(bought_from)
            there_level, borrowed = here.level(origin, numbers, _usual_trade(ordinary, (hts, unit), measure))
            if home_level is None or there_level is None:
                continue
            own_spread = there_level.spread + (BORROWED_SPREAD if borrowed else 0.0)
            level = _middle(x)
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


def _usual_trade(
    ordinary: dict[tuple[str, str], dict[str, Floats]] | None, kind: tuple[str, str], measure: str
) -> Made | None:
    """A maker's trade that nothing is said against, as one more maker's, where there are lines enough."""
    logs = (ordinary or {}).get(kind, {}).get(measure, np.zeros(0))
    logs = logs[np.isfinite(logs)]
    return ("", len(logs), float(logs.mean())) if len(logs) >= LEAST_ORDINARY_LINES else None


def _middle(values: Floats) -> float:
    """The median of some numbers that are all known."""
    ordered = np.sort(values)
    return float(ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2


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
