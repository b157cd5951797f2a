"""Honest trade that looks like a transshipment ring: eleven ways."""

from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import FREE, PRODUCTS, Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.population import add_capacity
from tests.worlds.another_hand.world import World

KIND = "transshipment_ring"


def _plant(world: World, product: Product, country: str, founded: date) -> Firm:
    """A plant that really makes the goods; its making is on record more often than not."""
    plant = world.maker(country, established=founded, level=world.rng.uniform(0.85, 1.1))
    if world.heads(0.6):
        add_capacity(world, plant, product, world.rng.uniform(400_000, 4_000_000) / product.price)
    return plant


def _visit(world: World, plant: Firm, on: date) -> None:
    if world.heads(0.35):
        world.act(
            "site_visit", min(on, world.end), "compliant", maker=plant, targeting="national",
            remarks="machines and workers seen, production records kept",
        )  # fmt: skip


def _customers(world: World, product: Product, begin: date, count: int, fresh: float = 0.4) -> list[Trade]:
    return [
        craft.newcomer(world, [product], world.after(begin, -30, 60))
        if world.heads(fresh)
        else craft.established(world, product)
        for _ in range(count)
    ]


def _ramp(world: World, begin: date, end: date, count: int) -> list[date]:
    """Days that come closer together as a plant grows."""
    span = max((min(end, world.end) - begin).days, 1)
    return sorted(begin + timedelta(days=int(span * world.rng.random() ** 0.6)) for _ in range(count))


def _sales(
    world: World, product: Product, plant: Firm, customers: list[Trade], begin: date, *,
    days: tuple[int, int] = (300, 900), lots: tuple[int, int] = (6, 18), exporter: Firm | None = None,
) -> list[Lot]:  # fmt: skip
    """What a plant sells its customers, over so many days, in so many lots each."""
    end = world.after(begin, *days)
    sold: list[Lot] = []
    for trade in customers:
        on = _ramp(world, max(begin, trade.begins), end, world.rng.randint(*lots))
        sold += craft.buy(world, trade, product, plant, on, size=world.rng.uniform(1, 2.2), exporter=exporter)
    return sold


def greenfield_plant(world: World) -> None:
    """A real plant opens after the petition and grows; its inputs are of another heading."""
    product = craft.ordered_product(world, fresh=True)
    begin = craft.opening(world, product)
    plant = _plant(world, product, craft.third_country(world, product), begin - timedelta(days=150))
    customers = _customers(world, product, begin, world.rng.randint(2, 4))
    lots = _sales(world, product, plant, customers, begin)
    supplier = craft.target_maker(world, product)
    goods = world.rng.choice(FREE)
    for lot in lots[::2]:
        loaded, kg = lot.arrived - timedelta(days=world.rng.randrange(45, 120)), lot.kg * world.rng.uniform(1.1, 1.5)
        world.foreign_bill(goods, supplier, plant, loaded, kg, packages=lot.packages + 3)
    _visit(world, plant, world.after(begin, 200, 500))
    world.scheme(KIND, "greenfield_plant", plant, [plant, *craft.importers(customers)], lots)


def substantial_transformation(world: World) -> None:
    """Inputs of the heading next door come from the country under the order, goods go out."""
    product = craft.ordered_product(world)
    begin = craft.opening(world, product)
    plant = _plant(world, product, craft.third_country(world, product), begin - timedelta(days=400))
    customers = _customers(world, product, begin, world.rng.randint(2, 4))
    lots = _sales(world, product, plant, customers, begin)
    supplier = craft.target_maker(world, product)
    alike = [good for good in PRODUCTS if good.hts[:2] == product.hts[:2] and good.hts[:4] != product.hts[:4]]
    inputs = world.rng.choice(alike or list(FREE[-5:]))
    for lot in lots:
        if world.heads(0.6):
            loaded = lot.arrived - timedelta(days=world.rng.randrange(40, 90))
            kg = lot.kg * world.rng.uniform(1.08, 1.35)
            world.foreign_bill(inputs, supplier, plant, loaded, kg, packages=max(1, lot.packages // 2))
    _visit(world, plant, world.after(begin, 200, 500))
    world.scheme(KIND, "substantial_transformation", plant, [plant, *craft.importers(customers)], lots)


def maker_merger(world: World) -> None:
    """Two makers merge; the customers of the one find a new maker's number on their papers."""
    product = craft.ordered_product(world, fresh=True)
    begin = craft.opening(world, product)
    country = craft.third_country(world, product)
    old = _plant(world, product, country, world.start - timedelta(days=2_000))
    new = world.maker(country, established=begin - timedelta(days=60), level=world.maker_level[old.identifier])
    new.other_names, new.name_kind, new.phone = old.name, "former", old.phone
    customers = _customers(world, product, world.start, world.rng.randint(2, 4), fresh=0)
    for trade in customers:
        craft.buy(world, trade, product, old, world.spread(world.start, begin, world.rng.randint(5, 14)))
    lots = _sales(world, product, new, customers, begin, days=(300, 800))
    world.claim(new, "successor_of", old, "fact", begin, source="merger filed in the register")
    world.scheme(KIND, "maker_merger", new, [new, old, *craft.importers(customers)], lots)


def forwarder_address(world: World) -> None:
    """Small buyers and plants that know only the same forwarder stand at its address."""
    product = craft.ordered_product(world)
    begin = craft.opening(world, product)
    forwarder = world.firm("company", "US")
    country = craft.third_country(world, product)
    plants = [_plant(world, product, country, begin - timedelta(days=world.rng.randrange(100, 900))) for _ in range(2)]
    customers = _customers(world, product, begin, world.rng.randint(3, 5), fresh=0.9)
    for trade in customers:
        firm = trade.importer
        firm.move_in_with(forwarder)
        firm.streets = forwarder.streets
    lots = [
        lot for plant in plants for lot in _sales(world, product, plant, customers, begin, days=(250, 700), lots=(3, 8))
    ]
    world.scheme(KIND, "forwarder_address", forwarder, [*plants, *craft.importers(customers)], lots)


def broker_for_all(world: World) -> None:
    """A broker who is known in the trade files for every newcomer of one plant."""
    product = craft.ordered_product(world)
    begin = craft.opening(world, product)
    plant = _plant(world, product, craft.third_country(world, product), begin - timedelta(days=800))
    broker = world.rng.choice(world.brokers[:8])
    customers = _customers(world, product, begin, world.rng.randint(5, 9), fresh=0.8)
    lots: list[Lot] = []
    for trade in customers:
        trade.broker = broker
        days = _ramp(world, max(begin, trade.begins), world.after(begin, 300, 800), world.rng.randint(3, 9))
        lots += craft.buy(world, trade, product, plant, days, broker=broker)
    world.scheme(KIND, "broker_for_all", plant, [plant, *craft.importers(customers)], lots)


def toll_processor(world: World) -> None:
    """Goods are coated abroad under licence and declared, with the duty, as what they are."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    processor = world.firm("exporter", craft.third_country(world, product), established=begin - timedelta(days=700))
    trade = craft.established(world, product)
    days = world.spread(begin, world.after(begin, 300, 800), world.rng.randint(10, 26))
    place = processor.country
    lots = [world.lot(trade, product, true_maker, on, shipped_from=place, exporter=processor) for on in days]
    craft.enter_all(world, trade, lots)
    craft.feed(world, lots, true_maker, processor, loss=0.04)
    world.scheme(KIND, "toll_processor", trade.importer, [true_maker, processor, trade.importer], lots)


def vendor_switch(world: World) -> None:
    """A retailer moves its orders from the country under the order to plants that were there."""
    product = craft.ordered_product(world, fresh=True)
    begin = craft.opening(world, product)
    trade = craft.established(world, product)
    old = craft.target_maker(world, product)
    craft.buy(world, trade, product, old, world.spread(world.start, begin, world.rng.randint(10, 24)), size=1.6)
    key = (product.hts, craft.third_country(world, product))
    plants = world.rng.sample(world.makers[key], min(2, len(world.makers[key])))
    lots = [lot for plant in plants for lot in _sales(world, product, plant, [trade], begin, lots=(6, 14))]
    world.scheme(KIND, "vendor_switch", trade.importer, [*plants, trade.importer], lots)


def two_markets(world: World) -> None:
    """A plant exports its own goods and also sells the other country's goods at home."""
    product = craft.ordered_product(world)
    begin, supplier = craft.opening(world, product), craft.target_maker(world, product)
    plant = _plant(world, product, craft.third_country(world, product), world.start - timedelta(days=1_200))
    customers = _customers(world, product, begin, world.rng.randint(2, 3), fresh=0.3)
    lots = _sales(world, product, plant, customers, begin)
    for lot in lots:
        if world.heads(0.7):
            packages = max(1, round(lot.packages * world.rng.lognormvariate(0, 0.5)))
            loaded = min(world.after(begin, 0, 600), world.end)
            kg = lot.kg / lot.packages * packages * world.rng.uniform(0.95, 1.05)
            world.foreign_bill(product, supplier, plant, loaded, kg, packages=packages)
    world.scheme(KIND, "two_markets", plant, [plant, *craft.importers(customers)], lots)


def moved_plant(world: World) -> None:
    """The maker under the order moves machines and people; the goods are the new country's."""
    product = craft.ordered_product(world, fresh=True)
    begin, parent = craft.opening(world, product), craft.target_maker(world, product)
    plant = _plant(world, product, craft.third_country(world, product), begin - timedelta(days=200))
    plant.officers = [parent.officers[0], *plant.officers[:1]]
    machines = next(good for good in FREE if good.hts.startswith("8413"))
    for _ in range(world.rng.randint(4, 9)):
        loaded, kg = begin - timedelta(days=world.rng.randrange(60, 200)), world.rng.uniform(4_000, 19_000)
        world.foreign_bill(machines, parent, plant, loaded, kg, packages=world.rng.randint(1, 9))
    customers = _customers(world, product, begin, world.rng.randint(2, 4), fresh=0.3)
    for trade in customers:
        if trade.begins == world.start:
            craft.buy(world, trade, product, parent, world.spread(world.start, begin, world.rng.randint(4, 12)))
    lots = _sales(world, product, plant, customers, begin)
    world.claim(plant, "owned_by", parent, "fact", begin, source="annual report")
    _visit(world, plant, world.after(begin, 150, 500))
    world.scheme(KIND, "moved_plant", parent, [plant, *craft.importers(customers)], lots)


def trading_house(world: World) -> None:
    """An old trading house sells several plants' goods under its own name and numbers."""
    product = craft.ordered_product(world)
    begin = craft.opening(world, product)
    country = craft.third_country(world, product)
    seat = world.rng.choice(("HK", "SG", "TW", country))
    house = world.firm("exporter", seat, established=world.start - timedelta(days=3_000))
    plants = world.makers.get((product.hts, country)) or [_plant(world, product, country, world.start)]
    customers = _customers(world, product, begin, world.rng.randint(2, 4), fresh=0.5)
    lots: list[Lot] = []
    for plant in plants[:2]:
        lots += _sales(world, product, plant, customers, begin, lots=(4, 10), exporter=house)
    world.scheme(KIND, "trading_house", house, [house, *plants[:2], *craft.importers(customers)], lots)


def buying_agent(world: World) -> None:
    """An agent in the country under the order sells for real plants of another that can make what they ship."""
    product = craft.ordered_product(world)
    begin = craft.opening(world, product)
    agent = world.firm("exporter", craft.order_of(product).country, established=world.start - timedelta(days=1_500))
    country = craft.third_country(world, product)
    opened = [begin - timedelta(days=world.rng.randrange(60, 2_500)) for _ in range(world.rng.randint(2, 4))]
    plants = [_plant(world, product, country, on) for on in opened]
    customers = _customers(world, product, begin, world.rng.randint(2, 3))
    lots: list[Lot] = []
    for number, plant in enumerate(plants):
        buyer = customers[number % len(customers)]
        lots += _sales(world, product, plant, [buyer], begin, lots=(8, 20), exporter=agent)
        _visit(world, plant, world.after(begin, 100, 500))
    world.scheme(KIND, "buying_agent", agent, [agent, *plants, *craft.importers(customers)], lots)


FAMILIES = (
    greenfield_plant, substantial_transformation, maker_merger, forwarder_address, broker_for_all,
    toll_processor, vendor_switch, two_markets, moved_plant, trading_house, buying_agent,
)  # fmt: skip
