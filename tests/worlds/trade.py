"""Ordinary trade: relations between importers and makers, and the lots that flow along them.

A relation says who buys what of whom, when, where and how much; lots are drawn from relations in one go.

Invariant: lots of schemes and of look-alikes come from relations like all others; nothing but the relation's
own dates, ports, makers and prices sets them apart.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from tests.worlds import goods
from tests.worlds.firms import Firm, Firms
from tests.worlds.style import Style

GOODS = goods.GOODS
Ports = tuple[int, int, int]


@dataclass(slots=True)
class Relation:
    """A flow of one product from a maker to an importer. `rate` is lots a day; `scheme` -1 is ordinary."""

    importer: Firm
    maker: Firm
    good: int
    origin: str
    start: int
    end: int
    rate: float
    ports: Ports
    first_port: float
    filer: int
    buyer: Firm
    ramp: float = 1.0  # a lot's place in the span is U ** ramp: below 1 grows, above 1 fades
    packages: float = 100.0
    price: float = 1.0
    heft: float = 1.0
    scheme: int = -1
    source: Firm | None = None  # who made the goods, where not the maker that is declared
    matched: bool = False  # whether the way in to the declared maker is on foreign bills


@dataclass(slots=True)
class Order:
    """An order in this world; days count from the first, and may lie before it."""

    good: int
    case: str
    against: str
    petition: int
    preliminary: int
    order: int
    rate_pct: float


@dataclass(slots=True)
class Scheme:
    """What truth says of one planted scheme or look-alike. `members` are (role, firm)."""

    kind: str
    label: str
    family: str
    controller: str
    members: list[tuple[str, Firm]]
    evades: str = ""  # a case number, or nothing
    number: int = -1


@dataclass(slots=True)
class Enforcement:
    """An action that a planted story needs: on the last lot of the firm before `day`, or on the firm alone."""

    firm: Firm
    role: str
    day: int
    kind: str
    result: str
    area: str
    on_lot: bool = True
    revenue: float = 0.0


@dataclass(slots=True)
class World:
    """All that is decided before lots are drawn."""

    rng: np.random.Generator
    style: Style
    firms: Firms
    days: int
    lines: int
    orders: list[Order] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    enforcements: list[Enforcement] = field(default_factory=list)
    claims: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    foreign: list[dict[str, object]] = field(default_factory=list)
    # A plant, its product, what it can make against what it sends, and the day that was known.
    capacity: list[tuple[Firm, int, float, int]] = field(default_factory=list)
    own_rates: list[tuple[Firm, Order, float]] = field(default_factory=list)
    pools: dict[tuple[int, str], list[Firm]] = field(default_factory=lambda: defaultdict(list))
    weights: dict[tuple[int, str], np.ndarray] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    port_weights: np.ndarray = field(default_factory=lambda: np.zeros(0))
    filers: list[str] = field(default_factory=list)
    filer_weights: np.ndarray = field(default_factory=lambda: np.zeros(0))
    of_importer: dict[str, list[Relation]] = field(default_factory=lambda: defaultdict(list))
    used: set[str] = field(default_factory=set)  # keys that a planted story speaks of already
    decks: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    strike: tuple[int, int, int] = (0, 0, 0)  # port, first and last day

    def add(self, relation: Relation) -> Relation:
        self.relations.append(relation)
        self.of_importer[relation.importer.key].append(relation)
        return relation

    def plant(self, scheme: Scheme) -> int:
        scheme.number = len(self.schemes)
        self.schemes.append(scheme)
        for role, firm in scheme.members:
            self.used.add(f"{role}:{firm.key}")
        return scheme.number

    def dealt(self, what: str, share: float) -> bool:
        """True so often as the share says, from a shuffled deck of twelve: few draws come near it too."""
        if not self.decks[what]:
            self.decks[what] = list(self.rng.permutation(12) < round(12 * share))
        return bool(self.decks[what].pop())

    def between(self, low: float, high: float) -> int:
        """A day, kept within the world."""
        low, high = max(1, int(low)), min(self.days - 2, int(high))
        return int(self.rng.integers(low, high + 1)) if high > low else low

    def maker_of(self, good: int, country: str, day: int = 0) -> Firm:
        """A maker in the country that is open by then, large ones more often."""
        pool = self.pools[good, country]
        for _ in range(8):
            maker = pool[int(self.rng.choice(len(pool), p=self.weights[good, country]))]
            if maker.opened <= day:
                return maker
        return pool[0]

    def countries_of(self, good: int) -> list[str]:
        return [c for c in GOODS[good].countries.split() if self.pools[good, c]]

    def third_country(self, order: Order) -> str:
        """Where goods could pass as made there."""
        return self.firms.pick([c for c in self.countries_of(order.good) if c != order.against])

    def relation(self, importer: Firm, maker: Firm, good: int, **given: object) -> Relation:
        """A relation with what it does not say drawn as for everybody."""
        rng, style = self.rng, self.style
        a, b, c = (int(p) for p in rng.choice(len(self.ports), 3, replace=False, p=self.port_weights))
        own = self.of_importer.get(importer.key)
        size = {"lognormal": 120.0, "gamma": 60.0, "containers": 400.0}[style.lots]
        base = Relation(
            importer,
            maker,
            good,
            maker.country,
            0,
            self.days - 1,
            0.02,
            own[0].ports if own else (a, b, c),
            float(rng.beta(4, 1.6)),
            own[0].filer if own and rng.random() < 0.85 else int(rng.choice(len(self.filers), p=self.filer_weights)),
            own[0].buyer if own else importer,
            packages=max(2.0, float(size * rng.lognormal(0, 0.7) * 60 / (60 + GOODS[good].units_a_package))),
            price=float(rng.lognormal(0, style.value_noise)) * level(GOODS[good], maker.country),
            heft=float(rng.normal(1.06, 0.02)),
        )
        return replace(base, **given)  # type: ignore[arg-type]


def level(good: goods.Goods, country: str) -> float:
    """What a country asks for a product, against the cheapest; fixed, so that all worlds agree."""
    if country == (good.against or good.countries.split()[0]):
        return 1.0
    return 1.12 + 0.045 * (sum(map(ord, good.hts + country)) % 9)


def found_world(rng: np.random.Generator, style: Style, lines: int) -> World:
    """Ports, filers, orders, makers; no relations yet."""
    world = World(rng, style, Firms(rng, style), int(style.months * 30.44), lines)
    world.ports = goods.PORTS[: style.ports]
    world.port_weights = rng.dirichlet(3.0 / np.arange(1, style.ports + 1) ** 0.6)
    letters = list("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
    filers = {"".join(rng.choice(letters, 3)) for _ in range(30 + style.ports)}
    world.filers = sorted(f for f in filers if not f.isdigit())
    ranks = rng.permutation(len(world.filers)) + 1.0
    world.filer_weights = ranks**-1.1 / (ranks**-1.1).sum()
    start = int(rng.integers(world.days // 4, 3 * world.days // 4))
    world.strike = (int(rng.integers(0, 5)), start, start + int(rng.integers(20, 40)))
    scale = (lines / 200_000) ** 0.5
    for i, good in enumerate(GOODS):
        if good.order:
            recent = rng.random() < 0.65
            petition = int(rng.uniform(0.06, 0.5) * world.days) if recent else -int(rng.integers(400, 4000))
            preliminary = petition + int(rng.integers(110, 200))
            world.orders.append(
                Order(
                    i,
                    good.order,
                    good.against,
                    petition,
                    preliminary,
                    preliminary + int(rng.integers(75, 190)),
                    float(np.round(rng.choice([18, 35, 60, 112, 190]) * rng.uniform(0.8, 1.2), 2)),
                )
            )
        for place, country in enumerate(good.countries.split()):
            count = max(2, int(rng.integers(4, 14) * scale * (2.2 if place == 0 else 1)))
            for _ in range(count):
                opened = world.between(30, world.days * 0.9) if rng.random() < 0.18 else -2000
                world.pools[i, country].append(world.firms.maker(country, opened=opened))
            world.pools[i, country][0].opened = -2000
            weight = rng.pareto(1.3, count) + 0.2
            world.weights[i, country] = weight / weight.sum()
    # Some plants make more than one thing.
    for _ in range(int(60 * scale)):
        i, j = rng.integers(0, len(GOODS), 2)
        shared = set(world.countries_of(int(i))) & set(world.countries_of(int(j)))
        if shared and i != j:
            country = sorted(shared)[0]
            pool = world.pools[int(j), country]
            pool.append(world.maker_of(int(i), country, world.days))
            world.weights[int(j), country] = np.append(world.weights[int(j), country], 1 / len(pool))
            world.weights[int(j), country] /= world.weights[int(j), country].sum()
    return world


def sizes(rng: np.random.Generator, style: Style, count: int) -> np.ndarray:
    """How much each importer trades; sums to one."""
    if style.sizes == "lognormal":
        size = rng.lognormal(0, 1.35, count)
    elif style.sizes == "zipf":
        size = 1.0 / (rng.permutation(count) + 3.0) ** 0.95
    else:
        size = rng.gamma(1.4, 1.0, count)
        large = rng.random(count) < 0.02
        size[large] *= rng.uniform(20, 60, int(large.sum()))
    return np.asarray(size / size.sum())


def ordinary_trade(world: World, lines: float) -> None:
    """Importers with their relations: newcomers, leavers, groups, diversion after orders, buyers they share."""
    rng, style, firms, days = world.rng, world.style, world.firms, world.days
    count = max(150, int(lines / style.lines_an_importer))
    share = sizes(rng, style, count)
    popularity = rng.dirichlet(np.where([bool(g.order) for g in GOODS], 2.5, 2.0))
    order_of = {order.good: order for order in world.orders}
    families: list[Firm] = []
    buyers = [firms.importer() for _ in range(max(8, count // 40))]
    for size in share:
        importer = firms.importer()
        if families and rng.random() < 0.03:  # an honest group: sisters with an officer, sometimes a roof, in common
            sister = firms.pick(families)  # type: ignore[arg-type]
            importer.officers.append(sister.officers[0])  # type: ignore[attr-defined]
            if rng.random() < 0.5:
                firms.same_street(importer, sister)  # type: ignore[arg-type]
            if rng.random() < 0.3:
                importer.phone = sister.phone  # type: ignore[attr-defined]
        families.append(importer)
        expected = float(size * lines)
        first, last = 0, days - 1
        life = rng.random()
        if life < 0.2:
            first = world.between(30, days * 0.9)
        elif life < 0.38:
            last = world.between(days * 0.12, days * 0.95)
        elif life < 0.45:
            first = world.between(20, days * 0.5)
            last = world.between(first + 60, days * 0.95)
        importer.opened = first if first else -2000
        flows = 1 + int(rng.poisson(min(5.0, 0.35 * np.log2(1 + expected / 4))))
        main = int(rng.choice(len(GOODS), p=popularity))
        parts = rng.dirichlet(np.full(flows, 0.9))
        buyer = importer if rng.random() < 0.8 else firms.pick(buyers)  # type: ignore[arg-type]
        for part in parts:
            good = main if rng.random() < 0.6 else int(rng.choice(len(GOODS), p=popularity))
            countries = world.countries_of(good)
            odds = np.array([3.0, *([1.0] * (len(countries) - 1))])
            country = countries[int(rng.choice(len(countries), p=odds / odds.sum()))]
            maker = world.maker_of(good, country, first)
            start, end = first, last
            if rng.random() < 0.15:  # trade shifts between makers for no reason that anybody wrote down
                end = world.between(first + 20, last)
            rate = max(1.0, expected * float(part)) / max(20, last - first)
            relation = world.relation(importer, maker, good, start=start, end=end, rate=rate, buyer=buyer)
            relation.ramp = float(rng.choice([1.0, 1.0, 1.0, 0.75, 1.3]))
            world.add(relation)
            order = order_of.get(good)
            if end < last - 40 and rng.random() < 0.6:
                other = world.maker_of(good, country, end)
                world.add(
                    replace(
                        relation, maker=other, start=end, end=last, price=relation.price * float(rng.normal(1, 0.04))
                    )
                )
            if order and country == order.against and start < order.petition < end and rng.random() < 0.55:
                relation.end = min(end, order.petition + int(rng.integers(20, 420)))
                if rng.random() < 0.7 and relation.end < last - 30:
                    divert(world, relation, order, last)
    for order in world.orders:
        if order.order < days - 60:
            plants = world.pools[order.good, order.against]
            for maker in plants[: max(1, len(plants) // 5)]:
                world.own_rates.append((maker, order, round(order.rate_pct * float(rng.uniform(0.2, 0.9)), 2)))


def divert(world: World, relation: Relation, order: Order, last: int) -> Relation:
    """An honest importer that goes to makers of another country."""
    country = world.third_country(order)
    maker = world.maker_of(order.good, country, relation.end)
    price = relation.price * level(GOODS[order.good], country) * float(world.rng.normal(1, 0.05))
    return world.add(
        replace(
            relation,
            maker=maker,
            origin=country,
            start=relation.end,
            end=last,
            price=price,
            scheme=-1,
            rate=relation.rate * float(world.rng.uniform(0.4, 1.1)),
        )
    )


@dataclass(slots=True)
class Lots:
    """Columns of one lot a row, all of one length."""

    relation: np.ndarray
    day: np.ndarray  # of import
    port: np.ndarray
    packages: np.ndarray
    quantity: np.ndarray
    weight: np.ndarray
    value: np.ndarray
    scheme: np.ndarray

    def take(self, rows: np.ndarray) -> "Lots":
        return Lots(*(getattr(self, name)[rows] for name in self.__slots__))

    def append(self, other: "Lots") -> "Lots":
        return Lots(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in self.__slots__))


def draw_lots(world: World) -> Lots:
    """The lots of all relations. Packages, weight and value vary as the style says; some recur to the kilogram."""
    rng, style, relations = world.rng, world.style, world.relations
    span = np.array([max(1, r.end - r.start) for r in relations], dtype=float)
    rate = np.array([r.rate for r in relations])
    expected = rate * span / (1 - style.season / 2)
    counts = rng.poisson(expected * rng.gamma(12, 1 / 12, len(relations)))
    counts = np.maximum(counts, (expected > 0.6).astype(int))
    of = np.repeat(np.arange(len(relations)), counts)
    ramp = np.array([r.ramp for r in relations])[of]
    day = np.array([r.start for r in relations])[of] + span[of] * rng.random(len(of)) ** ramp
    phase = (np.arange(len(GOODS)) * 37 % 365)[np.array([r.good for r in relations])[of]]
    low = 0.5 + 0.5 * np.cos(2 * np.pi * (day - phase) / 365.25)
    scheme = np.array([r.scheme for r in relations])[of]
    kept = rng.random(len(of)) > style.season * low
    of, day, scheme = of[kept], day[kept].astype(int), scheme[kept]
    n = len(of)
    good = np.array([r.good for r in relations])[of]
    mean = np.array([r.packages for r in relations])[of]
    if style.lots == "lognormal":
        packages = mean * rng.lognormal(0, 0.45, n)
    elif style.lots == "gamma":
        packages = mean * rng.gamma(2.2, 1 / 2.2, n)
    else:  # full containers, and now and then a part of one
        packages = mean * rng.choice([1, 1, 1, 2, 3, 4], n) * np.where(rng.random(n) < 0.3, rng.uniform(0.2, 1, n), 1)
    alike = rng.random(n) < style.recurs_alike
    packages = np.maximum(1, np.where(alike, mean, packages)).round()
    unit = np.array([g.units_a_package for g in GOODS], dtype=float)[good]
    quantity = packages * unit * np.where(alike, 1, np.where(rng.random(n) < 0.5, 1, rng.normal(1, 0.03, n)))
    quantity = np.maximum(
        1,
        np.where(
            np.array([g.unit in ("KG", "M2", "M3", "LTR") for g in GOODS])[good], quantity.round(1), quantity.round()
        ),
    )
    heft = np.array([g.kg_a_unit for g in GOODS])[good] * np.array([r.heft for r in relations])[of]
    weight = quantity * heft * np.where(alike, 1, rng.normal(1, style.weight_noise, n))
    weight = np.maximum(style.weight_step_kg, np.round(weight / style.weight_step_kg) * style.weight_step_kg)
    price = np.array([g.usd_a_unit for g in GOODS])[good] * np.array([r.price for r in relations])[of]
    drift = np.cumsum(rng.normal(0, 0.015, (len(GOODS), style.months + 2)), axis=1)
    moves = np.exp(drift[good, np.clip(day // 31, 0, style.months + 1)] + rng.normal(0, style.value_noise / 2, n))
    value = np.maximum(1, (quantity * price * np.where(alike, 1, moves)).round())
    ports = np.array([r.ports for r in relations])[of]
    first = np.array([r.first_port for r in relations])[of]
    # In some quarters an importer uses one port for all: ports' shares are overdispersed.
    numbers = {key: i for i, key in enumerate(dict.fromkeys(r.importer.key for r in relations))}
    importer = np.array([numbers[r.importer.key] for r in relations])[of]
    quarters = style.months // 3 + 2
    swings = rng.random((len(numbers), quarters)) < style.port_swing
    swung = rng.random((len(numbers), quarters))
    quarter = np.minimum(day // 91, quarters - 1)
    u = np.where(swings[importer, quarter], swung[importer, quarter], rng.random(n))
    slot = np.where(u < first, 0, np.where(u < first + 0.75 * (1 - first), 1, 2))
    port = ports[np.arange(n), slot]
    closed, begins, ends = world.strike
    struck = (port == closed) & (day >= begins) & (day <= ends) & (rng.random(n) < 0.85)
    elsewhere = np.array([p for p in range(min(8, style.ports)) if p != closed])
    port = np.where(
        struck,
        np.where(
            slot != 1, np.where(ports[:, 1] == closed, rng.choice(elsewhere, n), ports[:, 1]), rng.choice(elsewhere, n)
        ),
        port,
    )
    day = np.clip(day, 0, world.days - 1)
    return Lots(of, day, port, packages.astype(int), quantity, weight, value, scheme)
