"""Trade that turns from a country under an order to a third one: what schemes and their look-alikes share.

Invariant: importers, dates, numbers of lots, ports and customs' attention are drawn here, in the same way for both
labels; what a family adds is who makes the goods in the third country, at what price, and from what.
"""

from dataclasses import dataclass, field

import numpy as np

from ingest.simulator.actions import ends_without_entry, usual_action
from ingest.simulator.parties import add_maker
from ingest.simulator.reference import Array
from ingest.simulator.schemes.family import LotCopy, Planting, Ranges
from ingest.simulator.world import SEA, Claim, Feed, Label, Scheme, World

KIND = "transshipment_ring"
TRADE: Ranges = {
    "days_to_move": (20.0, 260.0),  # from the petition
    "days": (170.0, 460.0),
    "lots_a_year": (8.0, 26.0),  # of each importer
    "residual": (0.0, 0.25),  # part that still comes from the country under the order
    "suspected": (0.25, 0.4),  # share of cases in which customs questions the origin
    "claimed": (0.15, 0.3),
}
_HISTORY_DAYS = 420
_LEAST_KILOGRAMS = 1200
_FOUND = 0.26
_UNUSUAL_COUNTRY = 0.25  # share of third countries that did not make the goods before
_UNUSUAL = ("VN", "TH", "MY", "ID", "IN", "KR", "TW", "PH", "KH", "TR")
_BY_LAND = ("MX", "CA")
_ROUND = 200  # importers looked at before a family goes without


@dataclass(frozen=True, slots=True)
class Target:
    """Goods of a country against which an order is asked for in the world's months. Days are since 1970."""

    product: int
    origin: int
    petition: int
    order_on: int
    rate: float  # of all orders on them, against the value


@dataclass(slots=True)
class Diversion:
    """One case in the making: who bought what from whom, and when that changed."""

    planting: Planting
    target: Target
    supplier: int
    importers: list[int]
    moved_on: int
    ends_on: int
    lots_a_year: float
    residual: float
    templates: Array
    makers: list[int] = field(default_factory=list)  # in third countries
    lots: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    evaded_usd: float = 0.0
    shipped: set[int] = field(default_factory=set)  # makers of listed lots

    def history(self) -> None:
        """Let each importer have bought from the supplier before, at the rate at which it goes on."""
        planting, lots = self.planting, self.planting.world.lots
        first = max(planting.world.begin + 15, self.target.petition - _HISTORY_DAYS)
        country = planting.world.parties.makers.country
        for importer in self.importers:
            theirs = planting.lots_of(importer)
            theirs = theirs[(lots["arrived"][theirs] >= first) & (lots["arrived"][theirs] < self.moved_on)]
            same = planting.first_product[theirs] == self.target.product
            bought = int((same & (country[lots["maker"][theirs]] == self.target.origin)).sum())
            wanted = planting.rng.poisson(self.lots_a_year * (self.moved_on - first) / 365) - bought
            for day in self.arrivals(first, self.moved_on, max(1, int(wanted))):
                self.ship(importer, self.supplier, day, like=self.supplier, listed=False)

    def arrivals(self, first: int, last: int, count: int) -> list[int]:
        """So many days between two, fewer of them on week-ends."""
        rng = self.planting.rng
        days = rng.integers(first, max(first + 1, last), count)
        shifted = ((days + 4) % 7 >= 5) & (rng.random(count) < 0.45)
        return [int(day) for day in np.sort(np.minimum(days + 2 * shifted, self.planting.world.end - 20))]

    def ship(
        self,
        importer: int,
        maker: int,
        day: int,
        *,
        like: int,
        price: float = 1.0,
        consignee: int | None = None,
        listed: bool = True,
    ) -> int:
        """One more lot of the goods, at the price of the maker `like` times `price`; its position.

        Listed lots belong to the case. Customs looks at it as at any other.
        """
        planting, rng, product = self.planting, self.planting.rng, self.target.product
        source = int(rng.choice(self.templates))
        share = planting.uniform((0.55, 1.5))
        level = price_at(planting.world, like, product)
        level /= price_at(planting.world, int(planting.world.lots["maker"][source]), product)
        factor = level * price * float(np.exp(rng.normal(0, 0.05)))
        port = port_of(planting, importer, source)
        changes = LotCopy(
            day,
            port,
            importer=importer,
            maker=maker,
            share=share,
            weight_factor=planting.uniform((0.985, 1.015)),
            value_factor=factor,
            consignee=consignee,
            only=product,
        )
        lot = planting.copy(source, changes)
        value = value_of(planting, source, product) * share * factor
        if listed:
            self._list(lot, maker, day, value)
        look_at(planting, lot, importer=importer, port=port, day=day, value_usd=value)
        return lot

    def turn(self, importer: int, maker: int, *, like: int | None) -> list[int]:
        """Let what the importer still bought from the old country after the move come from this maker instead.

        The lots stay what they are, at their own price or at that of the maker `like`. Their positions.
        """
        planting, world = self.planting, self.planting.world
        lots, lines, makers = world.lots, world.lines, world.parties.makers
        theirs = planting.lots_of(importer)
        theirs = theirs[(lots["arrived"][theirs] >= self.moved_on) & (lots["arrived"][theirs] < self.ends_on)]
        theirs = theirs[
            (planting.first_product[theirs] == self.target.product)
            & (makers.country[lots["maker"][theirs]] == self.target.origin)
            & (lots["mode"][theirs] == SEA)
        ]
        turned = [int(lot) for lot in theirs if not planting.chance(self.residual) and int(lot) not in planting.used]
        for lot in turned:
            mine = planting.lines_of(lot)
            if like is not None:
                old = int(lots["maker"][lot])
                factor = price_at(world, like, self.target.product) / price_at(world, old, self.target.product)
                lines["cents"][mine] = np.maximum(100, np.rint(lines["cents"][mine] * factor))
            lots["maker"][lot] = maker
            self._list(lot, maker, int(lots["arrived"][lot]), value_of(planting, lot, self.target.product))
        planting.reroute(lots, np.array(turned, dtype=np.int64))
        return turned

    def go_on(
        self,
        importer: int,
        maker: int,
        *,
        like: int,
        price: float = 1.0,
        first: int | None = None,
        last: int | None = None,
        part: float = 1.0,
    ) -> list[int]:
        """Let the importer's trade go on with this maker until the case ends; the lots' positions."""
        begins, ends = first or self.moved_on, last or self.ends_on
        rate = self.lots_a_year * part * self.planting.uniform((0.8, 1.3))
        count = max(1, int(self.planting.rng.poisson(rate * (ends - begins) / 365)))
        return [self.ship(importer, maker, day, like=like, price=price) for day in self.arrivals(begins, ends, count)]

    def open_plant(
        self, country: int, *, opened: int, at_an_office: float, products: tuple[int, ...] = (), makes: float = 0.0
    ) -> int:
        """A new maker in a third country, some weeks before its first lot; its position."""
        planting = self.planting
        rng, makers = planting.rng, planting.world.parties.makers
        goods = np.resize(np.array(products or (self.target.product,)), makers.products.shape[1])
        maker = add_maker(
            rng,
            planting.world.reference,
            makers,
            country=country,
            products=goods,
            start=opened,
            established=opened - int(rng.integers(20, 420)),
            at_an_office=planting.chance(at_an_office),
        )
        makers.makes[maker] = makes
        self.makers.append(maker)
        return maker

    def old_plant(self, country: int) -> int | None:
        """A maker that always made the goods in a country, one that ships little if there are several."""
        makers = self.planting.world.parties.makers
        there = np.flatnonzero(
            (makers.country == country) & (makers.products[:, 0] == self.target.product) & (makers.start == 0)
        )
        there = there[~np.isin(there, [*self.makers, *self.planting.used_makers])]
        if not len(there):
            return None
        lots = self.planting.lots_with(self.target.product)
        shipped = np.bincount(self.planting.world.lots["maker"][lots], minlength=len(makers.mids))[there]
        maker = int(there[np.argsort(shipped, kind="stable")[int(self.planting.rng.integers(0, min(3, len(there))))]])
        self.makers.append(maker)
        return maker

    def feed(
        self, lots: list[int], maker: int, *, coverage: float, product: int | None = None, ratio: float = 1.0
    ) -> None:
        """Let part of the lots have come to their maker from the supplier, some weeks before they left.

        With another product and a ratio of weights they are what the goods were made from.
        """
        planting, rng = self.planting, self.planting.rng
        for lot in lots:
            if not planting.chance(coverage):
                continue
            exact = product is None and planting.chance(0.7)
            planting.world.feeds.append(
                Feed(
                    seller=self.supplier,
                    buyer=maker,
                    product=self.target.product if product is None else product,
                    lot=lot,
                    days_before=int(rng.integers(2, 29)),
                    share=1.0 if exact else planting.uniform((0.88, 1.12)),
                    weight_factor=ratio * planting.uniform((0.99, 1.012)),
                )
            )

    def suspect(self, chance: float, *, wrong: bool) -> None:
        """Let customs question the origin of a lot or two in this share of cases, rightly or not."""
        planting, rng = self.planting, self.planting.rng
        if not planting.chance(chance) or len(self.lots) < 3:
            return
        late = len(self.lots) // 2 + int(rng.integers(0, len(self.lots) - len(self.lots) // 2))
        order = np.argsort(self.days, kind="stable")
        lot, day = self.lots[int(order[late])], self.days[int(order[late])]
        found = wrong if planting.chance(0.8) else not wrong
        action = usual_action(rng, lot, 40_000.0, found=found, area="origin")
        port = planting.port_of(lot)
        planting.act(lot, action, port=port, date=day + int(rng.integers(0, 4)))

    def claim(self, chance: float, *, relation: str, statuses: tuple[str, ...]) -> None:
        """Let somebody say something of each new maker and the supplier, in this share of cases."""
        planting, rng = self.planting, self.planting.rng
        for maker in self.makers:
            if planting.chance(chance):
                learned = self.moved_on + int(rng.integers(60, 420))
                status = statuses[int(rng.integers(0, len(statuses)))]
                planting.claim(
                    Claim(
                        maker, relation, self.supplier, status, self.moved_on, learned, "field memorandum",
                        subject_role="manufacturer", object_role="manufacturer",
                    )
                )  # fmt: skip

    def scheme(
        self,
        family: str,
        label: Label,
        *,
        controller: int,
        makers: tuple[int, ...],
        more_importers: tuple[int, ...] = (),
    ) -> Scheme:
        """The case as the truth tells it; its importers, makers and lots are not offered again.

        Of the makers those are in it that supplied it or shipped any of its lots.
        """
        planting = self.planting
        planting.used.update(self.lots)
        importers = tuple(dict.fromkeys([*self.importers, *more_importers]))
        planting.used_importers.update(importers)
        planting.used_makers.update((self.supplier, *makers))
        order = np.argsort(self.days, kind="stable")
        return Scheme(
            family=family,
            kind=KIND,
            label=label,
            controller=controller,
            importers=importers,
            makers=tuple(maker for maker in dict.fromkeys(makers) if maker in (self.supplier, *self.shipped)),
            lots=tuple(self.lots[int(place)] for place in order),
            began_on=min(self.days),
            ended_on=max(self.days),
            duty_evaded_usd=round(self.evaded_usd, 2) if label == "positive" else 0.0,
        )

    def _list(self, lot: int, maker: int, day: int, value_usd: float) -> None:
        self.shipped.add(maker)
        self.lots.append(lot)
        self.days.append(day)
        self.evaded_usd += value_usd * self.target.rate


def targets(world: World) -> list[Target]:
    """The goods that new orders are about, where enough of the world's time is left."""
    reference, found = world.reference, []
    for place, order in enumerate(reference.orders):
        if order.petition_on < world.begin or not order.case_number.startswith("A"):
            continue
        origin = next(at for at, home in enumerate(reference.countries) if home.code == order.country)
        for product in np.flatnonzero(reference.ad_order[:, origin] == place):
            companion = int(reference.cv_order[product, origin])
            rate = order.all_others_rate_pct + (
                reference.orders[companion].all_others_rate_pct if companion >= 0 else 0.0
            )
            found.append(Target(int(product), origin, order.petition_on, order.order_on, rate / 100))
    return found


def divert(planting: Planting, ranges: Ranges, target: Target | None = None) -> Diversion | None:
    """A case that may begin: an order, a supplier and importers that buy from it; None if none were found."""
    world, rng = planting.world, planting.rng
    lots, makers = world.lots, world.parties.makers
    if target is None:
        known = targets(world)
        if not known:
            return None
        target = known[int(rng.integers(0, len(known)))]
    moved_on = target.petition + round(planting.uniform(ranges["days_to_move"]))
    ends_on = min(world.end - 20, moved_on + round(planting.uniform(ranges["days"])))
    theirs = planting.lots_with(target.product)
    theirs = theirs[(lots["mode"][theirs] == SEA) & (planting.weight[theirs] >= _LEAST_KILOGRAMS)]
    home = theirs[makers.country[lots["maker"][theirs]] == target.origin]
    suppliers = np.flatnonzero(
        (makers.country == target.origin) & (makers.products[:, 0] == target.product) & (makers.start == 0)
    )
    suppliers = suppliers[~np.isin(suppliers, list(planting.used_makers))]
    if ends_on - moved_on < 110 or not len(suppliers) or not len(home):
        return None
    importers = _importers(planting, target, count=round(planting.uniform(ranges["importers"])), until=moved_on + 90)
    if not importers:
        return None
    return Diversion(
        planting,
        target,
        supplier=int(rng.choice(suppliers)),
        importers=importers,
        moved_on=moved_on,
        ends_on=ends_on,
        lots_a_year=planting.uniform(ranges["lots_a_year"]),
        residual=planting.uniform(ranges["residual"]),
        templates=home,
    )


def third_countries(planting: Planting, target: Target, count: int) -> list[int]:
    """Countries that are under no order for the goods, most of which made them before."""
    reference, rng = planting.world.reference, planting.rng
    codes = np.array([home.code for home in reference.countries])
    free = (reference.ad_order[target.product] < 0) & (np.arange(len(codes)) != target.origin)
    usual = np.flatnonzero(free & (reference.origin_weight[target.product] > 0) & ~np.isin(codes, _BY_LAND))
    unusual = np.flatnonzero(free & np.isin(codes, _UNUSUAL))
    chosen: list[int] = []
    for _ in range(count):
        pool = unusual if planting.chance(_UNUSUAL_COUNTRY) or not len(usual) else usual
        pool = pool[[int(country) not in chosen for country in pool]]
        pool = pool if len(pool) else unusual[[int(country) not in chosen for country in unusual]]
        chosen.append(int(rng.choice(pool)))
    return chosen


def stem_of(world: World, maker: int) -> str:
    """What is a maker's own in its name: neither its city nor a legal form."""
    home = world.reference.countries[int(world.parties.makers.country[maker])]
    name = world.parties.makers.names[maker][0]
    for prefix in ("PT ", "CV ", *(f"{city} " for city in home.cities)):
        name = name.removeprefix(prefix)
    return name.split(" ")[0]


def price_at(world: World, maker: int, product: int) -> float:
    """What a maker takes for a product, against the mean of all."""
    reference, makers = world.reference, world.parties.makers
    country = int(makers.country[maker])
    level: float = reference.countries[country].price_level ** 0.7 * float(makers.price[maker])
    return level * float(reference.dumped[product, country])


def value_of(planting: Planting, lot: int, product: int) -> float:
    """What a lot's lines of a product are worth, in USD."""
    lines = planting.world.lines
    mine = planting.lines_of(lot)
    return float(lines["cents"][mine][lines["product"][mine] == product].sum()) / 100


def port_of(planting: Planting, importer: int, source: int) -> int:
    """A port where the importer enters goods that come by sea, else that of the lot copied."""
    lots = planting.world.lots
    theirs = planting.lots_of(importer)
    theirs = theirs[lots["mode"][theirs] == SEA]
    return int(lots["port"][int(planting.rng.choice(theirs)) if len(theirs) else source])


def look_at(planting: Planting, lot: int, *, importer: int, port: int, day: int, value_usd: float) -> None:
    """Let customs look at a lot as often as at others of its port and importer, and find as much."""
    world, rng = planting.world, planting.rng
    chance = float(world.exam_rate[port] * world.parties.importers.risk[importer])
    if not planting.chance(min(chance, 0.4)):
        return
    found = planting.chance(min(_FOUND * float(world.parties.importers.compliance[importer]), 0.85))
    action = usual_action(rng, lot, value_usd, found=found)
    planting.act(lot, action, port=port, date=day + int(rng.integers(0, 4)))
    if found and ends_without_entry(rng, action):
        planting.withhold(lot)


def _importers(planting: Planting, target: Target, *, count: int, until: int) -> list[int]:
    """Importers in business before the petition and after the move, those that bought the goods already first."""
    world, rng = planting.world, planting.rng
    lots, importers = world.lots, world.parties.importers
    theirs = planting.lots_with(target.product)
    home = world.parties.makers.country[lots["maker"][theirs]] == target.origin
    bought = np.unique(lots["importer"][theirs[home & (lots["arrived"][theirs] < target.petition)]])
    others = rng.integers(0, importers.count, _ROUND)
    chosen: list[int] = []
    for importer in [*rng.permutation(bought).tolist(), *others.tolist()]:
        if len(chosen) == count:
            break
        fits = importers.start[importer] <= target.petition - 60 and importers.end[importer] >= until
        if fits and importer not in planting.used_importers and importer not in chosen:
            by_sea = lots["mode"][planting.lots_of(importer)] == SEA
            if by_sea.any() and len(by_sea) <= 250:
                chosen.append(int(importer))
    return chosen if len(chosen) == count else []
