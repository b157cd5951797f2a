"""The firms that were there before anything happened, and how they trade."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from tests.worlds.another_hand.goods import ORDERED, PRODUCTS, Product
from tests.worlds.another_hand.model import Firm, Trade
from tests.worlds.another_hand.ports import CARRIER_SHARES, CARRIERS, PORTS, Port, ports_of
from tests.worlds.another_hand.words import COAST_OF
from tests.worlds.another_hand.world import World

# So often what a plant can make was measured before it grew.
OLD_MEASURE = 0.05
OTHER_PORTS = {"MX": ("land", "south"), "CA": ("land", "north"), "air": ("air",)}


def populate(world: World) -> None:
    """Brokers, sureties, forwarders, makers and importers."""
    rng = world.rng
    world.brokers = [world.firm("broker", "US") for _ in range(90)]
    world.own_numbering = {broker.identifier for broker in world.brokers if rng.random() < 0.4}
    world.sureties = [world.firm("surety", "US") for _ in range(14)]
    world.forwarders = [world.firm("exporter", rng.choice(("CN", "HK", "TW", "SG", "AE"))) for _ in range(40)]
    for product in PRODUCTS:
        for country, weight in product.makers.items():
            _makers(world, product, country, weight)
    count = max(150, world.lines // 28)
    for rank in range(count):
        world.trades.append(new_trade(world, (rank + 3.0) ** -0.85 * rng.lognormvariate(0, 0.35)))
    _neighbours(world)


def _makers(world: World, product: Product, country: str, weight: float) -> None:
    scale = max(0.4, min(1.6, (world.lines / 200_000) ** 0.5))
    made = [world.maker(country) for _ in range(max(1, round(weight * scale)))]
    world.makers[product.hts, country] = made
    for maker in made:
        if world.heads(0.25):
            add_capacity(world, maker, product, world.rng.lognormvariate(13, 0.8) / product.price)


def add_capacity(world: World, maker: Firm, product: Product, annual: float) -> None:
    """What a plant is known to be able to make in a year."""
    world.capacity.append({
        "manufacturer_id": maker.identifier, "hts_prefix": product.hts[:6], "product": product.name,
        "annual_quantity": round(annual), "unit": product.unit,
        "basis": world.rng.choice(("site visit", "questionnaire", "company website", "association yearbook")),
        "as_of": world.day(0.02, 0.9), "source": "invented",
    })  # fmt: skip


def measure_plants(world: World) -> None:
    """Plants can make what they ship, but for those whose measure is old; of those planted nothing is changed."""
    shipped: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for entry in world.entries:
        for lot in entry.lots:
            shipped[lot.maker.identifier, lot.product.hts[:6]][lot.arrived.year] += round(lot.quantity)
    for row in world.capacity:
        years = shipped.get((row["manufacturer_id"], row["hts_prefix"]))
        if years and row["manufacturer_id"] not in world.short_plants:
            room = world.rng.uniform(0.3, 0.9) if world.heads(OLD_MEASURE) else world.rng.lognormvariate(0.9, 0.5)
            row["annual_quantity"] = max(round(max(years.values()) * max(room, 1.2 if room >= 1 else room)), 1)


def new_trade(
    world: World, size: float, *, goods: list[Product] | None = None, importer: Firm | None = None,
    begins: date | None = None, ends: date | None = None,
) -> Trade:  # fmt: skip
    """An importer with its habits; half of a new importer's habits come from its coast."""
    rng = world.rng
    firm = importer or world.firm("importer", "US" if rng.random() < 0.95 else rng.choice(("CN", "CA", "HK", "VN")))
    wanted = goods or _basket(world)
    coast = COAST_OF.get(firm.region, rng.choice(("west", "east")) if firm.country != "US" else "east")
    sea, shares = _ports(world, coast)
    born, died = world.start, world.end
    if begins is None and rng.random() < 0.3:
        born = world.day(0.02, 0.85)
    if ends is None and rng.random() < 0.22:
        died = max(world.day(0.15, 0.98), born + timedelta(days=90))
    months = [rng.gammavariate(3.0, 1 / 3) for _ in range(world.months)]
    peak = wanted[0].peak_month
    if peak:
        strength = rng.uniform(0.8, 2.6)
        months = [
            month * (1 + strength * max(0, 2 - _distance(index % 12 + 1, peak)) / 2)
            for index, month in enumerate(months)
        ]
    return Trade(
        firm, size, wanted, {product.hts: _suppliers(world, product) for product in wanted}, sea, shares,
        {name: rng.choice(ports_of(*kind)) for name, kind in OTHER_PORTS.items()},
        rng.choices(world.brokers, [1 / (rank + 2) for rank in range(len(world.brokers))])[0],
        rng.choice(world.brokers), rng.choices(world.sureties, range(len(world.sureties), 0, -1))[0],
        firm if rng.random() < 0.78 else world.firm("consignee", "US"), rng.choices(CARRIERS, CARRIER_SHARES)[0],
        begins or born, ends or died, rng.choice((0.03, 0.03, 0.3, 0.8)), months,
    )  # fmt: skip


def _distance(month: int, peak: int) -> int:
    gap = abs(month - peak)
    return min(gap, 12 - gap)


def _basket(world: World) -> list[Product]:
    rng = world.rng
    first = rng.choice(ORDERED) if rng.random() < 0.27 else rng.choice(PRODUCTS)
    alike = [product for product in PRODUCTS if product is not first and product.hts[:2] == first.hts[:2]]
    others = rng.sample(PRODUCTS, rng.choice((0, 0, 1, 1, 2, 4)))
    near = [rng.choice(alike)] if alike and rng.random() < 0.4 else []
    return list(dict.fromkeys([first, *near, *others]))


def _ports(world: World, coast: str) -> tuple[list[Port], list[float]]:
    rng = world.rng
    spread = rng.uniform(0.02, 0.2)
    sea = [port for port in PORTS if port.kind == "sea"]
    traffic = [port.traffic * (6 if port.coast == coast else 1) for port in sea]
    total = sum(traffic)
    shares = [rng.gammavariate(max(weight / total / spread, 1e-3), 1) + 1e-9 for weight in traffic]
    return sea, [share / sum(shares) for share in shares]


def _suppliers(world: World, product: Product) -> list[Firm]:
    rng = world.rng
    countries = list(product.makers)
    chosen: list[Firm] = []
    for _ in range(rng.choice((1, 1, 2, 2, 3, 5))):
        country = rng.choices(countries, list(product.makers.values()))[0]
        made = world.makers[product.hts, country]
        chosen.append(made[min(int(rng.expovariate(1.2 / max(len(made) ** 0.6, 1))), len(made) - 1)])
    return list(dict.fromkeys(chosen))


def _neighbours(world: World) -> None:
    """Honest firms that share a roof, an agent, a lawyer's telephone, or had another name."""
    rng = world.rng
    lawyers = [world.firm("company", "US") for _ in range(12)]
    roofs = [world.namer.firm("company", "US") for _ in range(max(4, len(world.trades) // 120))]
    for trade in world.trades:
        firm = trade.importer
        firm.trusted = rng.choice(("C-TPAT", "C-TPAT;ISA", "CTPAT-TC")) if rng.random() < 0.07 else ""
        firm.programs = rng.choice(("APT", "PHC", "CEM")) if rng.random() < 0.05 else ""
        if firm.country != "US":
            firm.agent = rng.choice(lawyers).name
            if rng.random() < 0.5:
                firm.phone = rng.choice(lawyers).phone
            continue
        chance = rng.random()
        if chance < 0.05:
            roof = rng.choice(roofs)
            firm.move_in_with(roof)
            firm.streets = [roof.street]
        elif chance < 0.13:
            firm.agent = rng.choice(lawyers).name
        elif chance < 0.18:
            firm.other_names, firm.name_kind = world.namer.company("US"), rng.choice(("former", "dba", "aka"))
