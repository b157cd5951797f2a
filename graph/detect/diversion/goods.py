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
Columns = tuple[dict[str, int], Floats, Floats]  # makers' places, their mean logarithms, their lines


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
    columns: dict[str, Columns] = field(default_factory=dict)
    elsewhere: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def home_level(self, bought_from: Iterable[str] = ()) -> Level | None:
        """That of these makers of the order's country, or of all where none of them is known."""
        named = tuple(self.home[m] for m in bought_from if m in self.home)
        if named:
            return _level(*_of(named), self.measure)
        return self._kept("", lambda: (_level(*_of(self.home.values()), self.measure), False))[0]

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
        places, values, lines = self._there(origin)
        mine = [places[number] for number in own if number in places]
        if mine:
            values, lines = np.delete(values, mine), np.delete(lines, mine)
        if usual is not None:
            values, lines = np.append(values, usual[2]), np.append(lines, usual[1])
        borrowed = len(values) < LEAST_MAKERS
        if borrowed:
            if origin not in self.elsewhere:
                others = [self._there(country)[1:] for country in self.others if country != origin]
                joined = [np.concatenate(column) for column in zip(*others, strict=True)] or [np.zeros(0)] * 2
                self.elsewhere[origin] = (joined[0], joined[1])
            values = np.concatenate([values, self.elsewhere[origin][0]])
            lines = np.concatenate([lines, self.elsewhere[origin][1]])
        return _level(values, lines, self.measure), borrowed

    def _there(self, country: str) -> Columns:
        if country not in self.columns:
            makers = self.others.get(country, {})
            self.columns[country] = ({number: i for i, number in enumerate(makers)}, *_of(makers.values()))
        return self.columns[country]


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
    for (hts, unit), x in _most_lines_first(now, "price"):
        y = before.get((hts, unit), {}).get("price", x[:0])
        y = y[np.isfinite(y)]
        here = levels.at.get((order, hts, unit), {}).get("price")
        if here is None or not len(y):
            continue
        home_level, (there_level, borrowed) = here.home_level(), here.level(origin, numbers)
        usual_trade = _usual_trade(ordinary, (hts, unit), "price")
        if usual_trade is not None:
            there_level, borrowed = _level(*_of([usual_trade]), "price"), False
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
        return KeptPrice(
            hts, unit, float(np.exp(middle_before)), float(np.exp(middle_now)), float(np.exp(usual)), len(y), len(x),
            float(np.clip(bits, -MOST_BITS, MOST_BITS)),
        )  # fmt: skip
    return None


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
        for (hts, unit), x in _most_lines_first(measured, measure):
            here = levels.at.get((order, hts, unit), {}).get(measure)
            if here is None:
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
            found.append(
                Likeness(
                    measure, hts, unit, float(np.exp(level)), float(np.exp(home_level.mean)),
                    float(np.exp(there_level.mean)), borrowed, float(z_there),
                    float(np.clip(bits, -MOST_BITS, MOST_BITS)),
                )
            )  # fmt: skip
            break
    return found


def _most_lines_first(
    logs: Mapping[tuple[str, str], Mapping[str, Floats]], measure: str
) -> list[tuple[tuple[str, str], Floats]]:
    """The goods of which a measure is known, with what is known of it."""
    known = [(kind, of[measure][np.isfinite(of[measure])]) for kind, of in logs.items()]
    return sorted(((kind, x) for kind, x in known if len(x)), key=lambda one: -len(one[1]))


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


def _of(makers: Iterable[Made]) -> tuple[Floats, Floats]:
    """Their mean logarithms and their lines."""
    each = list(makers)
    return np.array([value for _, _, value in each], float), np.array([lines for _, lines, _ in each], float)


def _level(values: Floats, lines: Floats, measure: str) -> Level | None:
    """The level of makers by their mean logarithms and their lines."""
    if not len(values):
        return None
    weights = np.minimum(lines, 20)
    mean = float((values * weights).sum() / weights.sum())
    # With few makers their spread is hardly known: a usual one counts as two more makers.
    usual = 2 * LEAST_SPREAD[measure]
    varies = float(((values - mean) ** 2 * weights).sum() / weights.sum())
    variance = (varies * len(values) + 2 * usual**2) / (len(values) + 2)
    return Level(mean, max(float(np.sqrt(variance)), LEAST_SPREAD[measure]), len(values))


def _log_t(z: float) -> float:
    return float(-(DEGREES + 1) / 2 * np.log1p(z * z / DEGREES))
