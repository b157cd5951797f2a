"""Firms that change what they are called to leave their record behind: ten ways."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.world import World

KIND = "identity_change"
REMARKS = (
    "bill for increased duties", "notice of action", "liquidated with dumping duties, unpaid",
    "bond found insufficient",
)  # fmt: skip


@dataclass(frozen=True)
class Reckoning:
    """A firm with a record, its goods and their maker, the day on which it leaves its name behind, and what it owes."""

    old: Trade
    product: Product
    maker: Firm
    turn: date
    owed: float  # US dollars


def history(
    world: World, trade: Trade, product: Product, maker: Firm, until: date, *, lots: tuple[int, int] = (14, 40)
) -> list[Lot]:
    """What a firm brought in before the day that matters, besides its usual trade."""
    begin = max(trade.begins, until - timedelta(days=world.rng.randrange(350, 800)))
    days = world.spread(begin, until, world.rng.randint(*lots))
    return craft.buy(world, trade, product, maker, days, size=1.2)


def enforce(world: World, lots: list[Lot], on: date) -> float:
    """What customs puts on file against a firm: findings, then a penalty or a bill."""
    rng = world.rng
    importer = lots[-1].importer
    area = rng.choice(("adcvd", "origin", "value", "ipr", "classification"))
    for lot in lots[-rng.randint(1, 4) :]:
        world.act(
            "exam", world.after(lot.arrived, 1, 12), "discrepant", lot=lot, area=area,
            revenue=lot.value * rng.uniform(0.1, 0.8),
        )  # fmt: skip
    owed = sum(lot.value for lot in lots) * rng.uniform(0.15, 0.7)
    kind = rng.choice(("penalty", "audit", "penalty", "document_review"))
    remarks = rng.choice(REMARKS)
    world.act(kind, on, "discrepant", importer=importer, port=lots[-1].port, area=area, revenue=owed, remarks=remarks)
    return owed


def _old_firm(world: World) -> tuple[Trade, Product, Firm, date]:
    """A firm about to leave its name behind, its goods and maker, and the day it does."""
    trade = craft.established(world)
    product = world.rng.choice(trade.goods)
    turn = world.day(0.25, 0.75)
    trade.ends = turn + timedelta(days=world.rng.randrange(0, 50))
    return trade, product, world.rng.choice(trade.makers[product.hts]), turn


def heir_of(
    world: World, old: Trade, product: Product, turn: date, importer: Firm | None = None, *,
    days: tuple[int, int] = (-45, 160), surety: float = 0.25,
) -> Trade:  # fmt: skip
    """A successor's trade, which keeps some habits of the old firm and drops others."""
    begins, like = turn + timedelta(days=world.rng.randrange(*days)), old if world.heads(0.6) else None
    heir = craft.newcomer(world, [product], begins, importer=importer, like=like)
    heir.importer.established = min(heir.importer.established, begins - timedelta(days=5))
    if world.heads(0.5):
        heir.broker = old.broker
    if world.heads(surety):
        heir.surety = old.surety
    return heir


def _go_on(
    world: World, heir: Trade, product: Product, makers: list[Firm], *, lots: tuple[int, int] = (12, 36)
) -> list[Lot]:
    """The successor's entries, mostly of the old makers."""
    end = world.after(heir.begins, 200, 620)
    sold: list[Lot] = []
    for on in world.spread(heir.begins, end, world.rng.randint(*lots)):
        maker = world.rng.choice(makers) if world.heads(0.85) else world.rng.choice(heir.makers[product.hts])
        sold.append(world.lot(heir, product, maker, on, size=1.2))
    return craft.enter_all(world, heir, sold)


def _reckoning(world: World, *, lots: tuple[int, int] = (14, 40)) -> Reckoning:
    old, product, maker, turn = _old_firm(world)
    past = history(world, old, product, maker, turn, lots=lots)
    owed = enforce(world, past, turn - timedelta(days=world.rng.randrange(5, 60)))
    return Reckoning(old, product, maker, turn, owed)


def _take_over(world: World, family: str, past: Reckoning, firm: Firm) -> None:
    """The common course: another name does the old firm's business."""
    heir = heir_of(world, past.old, past.product, past.turn, firm)
    lots = _go_on(world, heir, past.product, [past.maker])
    old = past.old.importer
    world.scheme(KIND, family, old, [old, firm], lots, duty=past.owed)


def _new_firm(world: World, turn: date) -> Firm:
    return world.firm("importer", "US", established=turn - timedelta(days=world.rng.randrange(-20, 80)))


def phoenix(world: World) -> None:
    """After the bill a new firm does the old one's business; half of the time a contact shows it."""
    past = _reckoning(world)
    firm = _new_firm(world, past.turn)
    craft.share_contacts(world, past.old.importer, firm)
    _take_over(world, "phoenix", past, firm)


def same_roof(world: World) -> None:
    """A new name at the old address, the suite written another way."""
    past = _reckoning(world)
    firm = world.firm("importer", "US", established=past.turn, at=past.old.importer)
    if world.heads():
        firm.streets = [f"{firm.street} Rm {world.rng.randrange(2, 40)}"]
    _take_over(world, "same_roof", past, firm)


def same_telephone(world: World) -> None:
    """A new address, but the telephone and the maker stay."""
    past = _reckoning(world)
    firm = _new_firm(world, past.turn)
    firm.phone = past.old.importer.phone
    _take_over(world, "same_telephone", past, firm)


def same_officer(world: World) -> None:
    """A new taxpayer number for the same person."""
    past = _reckoning(world)
    firm = _new_firm(world, past.turn)
    firm.officers = past.old.importer.officers[:1]
    _take_over(world, "same_officer", past, firm)


def woken_shelf_company(world: World) -> None:
    """A company founded years ago and never used wakes and takes over."""
    past = _reckoning(world)
    founded = past.turn - timedelta(days=world.rng.randrange(1_500, 3_500))
    firm = world.firm("importer", "US", established=founded)
    craft.share_contacts(world, past.old.importer, firm)
    _take_over(world, "woken_shelf_company", past, firm)


def straw_relative(world: World) -> None:
    """A relative with another address lends a name; only the surname is the same."""
    past = _reckoning(world)
    firm = _new_firm(world, past.turn)
    surname = past.old.importer.officers[0].split()[-1]
    firm.officers = [f"{world.namer.person('US').split()[0]} {surname}"]
    _take_over(world, "straw_relative", past, firm)


def nonresident_switch(world: World) -> None:
    """The maker abroad becomes importer of record, the old importer stays as consignee."""
    past = _reckoning(world)
    old, abroad = past.old, world.firm("importer", past.maker.country, established=past.turn - timedelta(days=30))
    heir = heir_of(world, old, past.product, past.turn, abroad)
    heir.consignee = old.importer if world.heads(0.6) else old.consignee
    lots = _go_on(world, heir, past.product, [past.maker])
    world.scheme(KIND, "nonresident_switch", old.importer, [old.importer, abroad], lots, duty=past.owed)


def renamed_maker(world: World) -> None:
    """A maker with a bad name ships under a new one to the same buyers."""
    product = craft.ordered_product(world)
    maker = world.maker(craft.order_of(product).country)
    turn = world.day(0.25, 0.7)
    buyers = [craft.established(world, product) for _ in range(world.rng.randint(2, 4))]
    before: list[Lot] = []
    for trade in buyers:
        days = world.spread(world.start, turn, world.rng.randint(4, 11))
        before += craft.buy(world, trade, product, maker, days)
    owed = enforce(world, before, turn)
    world.act("site_visit", turn, "discrepant", maker=maker, area="origin", targeting="national")
    again = world.maker(
        maker.country,
        established=turn,
        level=world.maker_level[maker.identifier],
        at=maker if world.heads(0.3) else None,
    )
    craft.share_contacts(world, maker, again)
    begin = world.after(turn, 5, 90)
    lots: list[Lot] = []
    for trade in buyers:
        days = world.spread(begin, world.after(begin, 200, 600), world.rng.randint(4, 11))
        lots += craft.buy(world, trade, product, again, days)
    world.scheme(KIND, "renamed_maker", maker, [maker, again], lots, duty=owed)


def one_into_three(world: World) -> None:
    """One firm's trade is parted among three small ones under three bonds."""
    past = _reckoning(world, lots=(20, 44))
    parts = [heir_of(world, past.old, past.product, past.turn) for _ in range(3)]
    old, (first, second, third) = past.old.importer, craft.importers(parts)
    craft.share_contacts(world, old, first)
    craft.share_contacts(world, first, second)
    lots = [lot for part in parts for lot in _go_on(world, part, past.product, [past.maker], lots=(6, 14))]
    world.scheme(KIND, "one_into_three", old, [old, first, second, third], lots, duty=past.owed)


def relay(world: World) -> None:
    """A chain of firms, each gone before its first bill comes."""
    old, product, maker, turn = _old_firm(world)
    last = history(world, old, product, maker, turn)
    members, lots, owed, now = [old.importer], list[Lot](), 0.0, old
    for _ in range(world.rng.randint(2, 3)):
        if turn > world.end - timedelta(days=120):
            break
        owed += enforce(world, last, turn)
        heir = heir_of(world, now, product, turn)
        heir.begins = max(heir.begins, turn - timedelta(days=10))
        craft.share_contacts(world, now.importer, heir.importer, 0.4)
        turn = min(world.after(heir.begins, 150, 280), world.end)
        days = world.spread(heir.begins, turn, world.rng.randint(8, 16))
        last = craft.buy(world, heir, product, maker, days, size=1.2)
        heir.ends = turn
        lots += last
        members.append(heir.importer)
        now = heir
    world.scheme(KIND, "relay", old.importer, members, lots, duty=owed)


FAMILIES = (
    phoenix, same_roof, same_telephone, same_officer, woken_shelf_company, straw_relative,
    nonresident_switch, renamed_maker, one_into_three, relay,
)  # fmt: skip
