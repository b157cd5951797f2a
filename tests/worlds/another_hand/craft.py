"""Handiwork that schemes and their honest look-alikes share."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from tests.worlds.another_hand.goods import ORDERED, Order, Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.population import new_trade
from tests.worlds.another_hand.ports import COUNTRIES, DAYS_LATE, RAILWAYS, TRUCKERS, Port, softer_ports
from tests.worlds.another_hand.world import World


def order_of(product: Product) -> Order:
    """The order on a product that is known to have one."""
    if product.order is None:
        raise ValueError(f"no order on {product.hts}")
    return product.order


def ordered_product(world: World, *, fresh: bool | None = None) -> Product:
    """A product under order; a fresh one was petitioned within the world's years."""
    fresh = world.heads(0.65) if fresh is None else fresh
    latest = world.end - timedelta(days=420)
    wanted = [product for product in ORDERED if (world.start <= order_of(product).petition <= latest) == fresh]
    return world.rng.choice(wanted)


def opening(world: World, product: Product) -> date:
    """When evasion of an order may begin."""
    petition = order_of(product).petition
    if petition < world.start:
        return world.day(0.12, 0.55)
    return min(world.after(petition, 30, 260), world.end - timedelta(days=330))


def third_country(world: World, product: Product, *besides: str) -> str:
    """A country that makes the product and is not under the order."""
    target = order_of(product).country
    away = [iso for iso in product.makers if iso not in (target, *besides) and iso not in ("DE", "FR", "JP", "CA")]
    return world.rng.choice(away or ["TH", "MY"])


def target_maker(world: World, product: Product) -> Firm:
    """A maker in the country under the order."""
    return world.rng.choice(world.makers[product.hts, order_of(product).country])


def regular(world: World) -> tuple[Trade, Product, Firm, Port]:
    """An importer with a history, its goods, their maker and its usual port."""
    trade = established(world)
    product = world.rng.choice(trade.goods)
    return trade, product, world.rng.choice(trade.makers[product.hts]), busy_port(world, trade)


def importers(trades: Sequence[Trade]) -> list[Firm]:
    """Who imports, trade by trade."""
    return [trade.importer for trade in trades]


def established(world: World, product: Product | None = None) -> Trade:
    """An importer of the middle ranks with a history, used by no other scheme."""
    count = len(world.trades)
    fitting = [
        trade
        for trade in world.trades[count // 60 : count // 2]
        if id(trade) not in world.reserved
        and (trade.begins, trade.ends, trade.importer.country) == (world.start, world.end, "US")
        and (product is None or product in trade.goods)
    ]
    if fitting:
        trade = world.rng.choice(fitting)
    else:
        trade = newcomer(world, [product or world.rng.choice(ORDERED)], world.start, size=0.004)
    if product is not None and product not in trade.goods:
        add_good(world, trade, product)
    world.reserved.add(id(trade))
    return trade


def add_good(world: World, trade: Trade, product: Product) -> None:
    """Let an importer trade in one more product."""
    trade.goods.append(product)
    trade.makers[product.hts] = [target_maker(world, product)]


def newcomer(
    world: World, goods: list[Product], begins: date, *, importer: Firm | None = None, like: Trade | None = None,
    size: float = 0.0, ends: date | None = None,
) -> Trade:  # fmt: skip
    """A new importer, with an older one's broker and ports if it is like one."""
    firm = importer or world.firm("importer", "US", established=begins - timedelta(days=world.rng.randrange(15, 240)))
    trade = new_trade(world, size, goods=list(goods), importer=firm, begins=begins, ends=ends or world.end)
    trade.consignee = firm if world.heads(0.8) else trade.consignee
    if like is not None:
        trade.sea_ports, trade.port_shares, trade.other_ports = like.sea_ports, like.port_shares, like.other_ports
        trade.carrier = like.carrier
    world.reserved.add(id(trade))
    world.trades.append(trade)
    return trade


def share_contacts(world: World, first: Firm, second: Firm, chance: float = 0.5) -> bool:
    """Half of the time two firms of one hand share a telephone or a person."""
    if not world.heads(chance):
        return False
    if world.heads(0.6):
        second.phone = first.phone
    if world.heads(0.6) or second.phone != first.phone:
        second.officers = [*second.officers[:1], first.officers[0]]
    return True


def enter_all(
    world: World, trade: Trade, lots: Sequence[Lot], broker: Firm | None = None, company: float = 0.12
) -> list[Lot]:
    """File lots one to an entry, now and then beside other goods of the importer."""
    for lot in lots:
        beside = []
        if world.heads(company):
            other = world.rng.choice(trade.goods)
            maker = world.rng.choice(trade.makers[other.hts])
            port, place = lot.port, lot.shipped_from
            beside = [world.lot(trade, other, maker, lot.arrived, port=port, shipped_from=place, size=0.6)]
        world.enter(trade, [lot, *beside], broker=broker)
    return list(lots)


def buy(
    world: World, trade: Trade, product: Product, maker: Firm, days: Sequence[date], *, priced_as: str | None = None,
    size: float = 1.0, exporter: Firm | None = None, broker: Firm | None = None,
) -> list[Lot]:  # fmt: skip
    """An importer buys of one maker over some days."""
    lots = [world.lot(trade, product, maker, on, priced_as=priced_as, size=size, exporter=exporter) for on in days]
    return enter_all(world, trade, lots, broker)


def feed(
    world: World, lots: Sequence[Lot], shipper: Firm, consignee: Firm, *, share: float = 0.85, loss: float = 0.01
) -> None:
    """The bills that brought lots from the true maker to the place they were shipped from."""
    for lot in lots:
        if not world.heads(share):
            continue
        voyage, stay = world.rng.randrange(3, 12), world.rng.randrange(2, 29)
        loaded = lot.arrived - timedelta(days=COUNTRIES[consignee.country].transit_days + stay + voyage)
        kg = lot.kg * (1 + world.rng.uniform(-loss, loss))
        world.foreign_bill(lot.product, shipper, consignee, loaded, kg, packages=lot.packages, days=voyage)


def evaded(lots: Sequence[Lot]) -> float:
    """The dumping duty that lots would have borne under the order."""
    return sum(lot.value * lot.product.order.rate / 100 for lot in lots if lot.product.order)


def back(world: World, lot: Lot, port: Port, days: tuple[int, int]) -> date:
    """The day on which a lot that left is at another port: laden again so many days later and, by sea, a voyage on."""
    if lot.left is None:
        raise ValueError(f"the lot of bill {lot.bill} has not left")
    return world.after(lot.left, *days) + voyage(lot, port)


def voyage(lot: Lot, port: Port) -> timedelta:
    """The longest that the lot's goods are under way by sea; over land and by air they come within the day."""
    return timedelta(days=COUNTRIES[lot.shipped_from].transit_days + DAYS_LATE[1] if port.kind == "sea" else 0)


def returned(
    world: World, lot: Lot, trade: Trade, port: Port, arrived: date, *, same_box: float = 0.25, near: float = 0.01
) -> Lot:
    """The same goods, come again to another port."""
    rng = world.rng
    gate_mode = world.mode_of(port)
    carrier = trade.carrier if gate_mode in ("11", "10") else lot.carrier
    kept = world.heads(same_box) and gate_mode == "11"
    boxes = lot.containers if kept else [rng.choice(world.boxes) for _ in lot.containers]
    exact = world.heads(0.5)
    return replace(
        lot, importer=trade.importer, arrived=arrived, port=port, mode=gate_mode, carrier=carrier,
        consignee=trade.consignee, containers=list(boxes) if gate_mode == "11" else [],
        seals=[f"{rng.choice('ABCEKL')}{rng.randrange(10**6, 10**7)}" for _ in boxes],
        kg=lot.kg if exact else round(lot.kg * (1 + rng.uniform(-near, near)), 1),
        value=float(round(lot.value * rng.choice((1.0, 1.0, rng.uniform(0.8, 1.1))))),
        bill=lot.bill if world.heads(0.08) else f"{carrier}{rng.randrange(10**8, 10**9)}", entry=None, line=0,
        left=None,
    )  # fmt: skip


def pieces(world: World, lot: Lot, count: int) -> list[Lot]:
    """A lot parted and packed anew: what it weighs is kept, its packages are not."""
    cuts = [world.rng.gammavariate(8, 1) for _ in range(count)]
    parts: list[Lot] = []
    for cut in cuts:
        part = replace(lot, quantity=round(lot.quantity * cut / sum(cuts), 2), kg=round(lot.kg * cut / sum(cuts), 1))
        part.value = float(max(10, round(lot.value * cut / sum(cuts))))
        part.packages = max(1, round(lot.packages * cut / sum(cuts) * world.rng.choice((0.5, 1, 1.25, 2))))
        part.containers, part.entry = [world.rng.choice(world.boxes)] if lot.containers else [], None
        parts.append(part)
    return parts


def crumbled(world: World, lot: Lot, count: int) -> list[Lot]:
    """A lot parted, mostly by whole cartons; what its parts hold adds up to it."""
    cuts = [world.rng.gammavariate(6, 1) for _ in range(min(count, max(lot.packages, 2)))]
    shares = [cut / sum(cuts) for cut in cuts]
    if lot.packages >= 2 * len(cuts) and world.heads(0.7):
        cartons = [1] * len(cuts)
        for at in world.rng.choices(range(len(cuts)), shares, k=lot.packages - len(cuts)):
            cartons[at] += 1
        shares = [held / lot.packages for held in cartons]
    else:
        cartons = [max(1, round(lot.packages * share * world.rng.choice((0.5, 1, 2)))) for share in shares]
    parts: list[Lot] = []
    for share, held in zip(shares, cartons, strict=True):
        part = replace(lot, quantity=round(lot.quantity * share, 2), kg=round(lot.kg * share, 1), packages=held)
        part.value, part.entry = float(max(10, round(lot.value * share))), None
        parts.append(part)
    return parts


def over_land(world: World, lot: Lot) -> Lot:
    """A lot that a lorry or a train brings from the neighbour behind its port."""
    lot.shipped_from = "MX" if lot.port.coast == "south" else "CA"
    lot.mode = world.rng.choice(("30", "30", "20"))
    lot.carrier = world.rng.choice(RAILWAYS if lot.mode == "20" else TRUCKERS)
    lot.bill = f"{lot.carrier}{world.rng.randrange(10**8, 10**9)}"
    return lot


def soft_port(world: World, port: Port) -> Port:
    """A port that examines less than another."""
    return world.rng.choice(softer_ports(port))


def busy_port(world: World, trade: Trade) -> Port:
    """The port an importer uses most, or a strict one if that is soft already."""
    ranked = sorted(zip(trade.port_shares, trade.sea_ports, strict=True), key=lambda pair: -pair[0])
    strict = [port for _, port in ranked[:5] if port.exam_rate >= 0.014]
    return strict[0] if strict else ranked[0][1]
