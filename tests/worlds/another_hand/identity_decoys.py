"""Honest firms that end, begin, rename or divide: eleven ways."""

from dataclasses import replace
from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.identity import enforce, heir_of, history
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.world import World

KIND = "identity_change"


def _setting(world: World) -> tuple[Trade, Product, Firm, date]:
    trade = craft.established(world)
    product = world.rng.choice(trade.goods)
    return trade, product, world.rng.choice(trade.makers[product.hts]), world.day(0.25, 0.75)


def _past(world: World, old: Trade, product: Product, maker: Firm, turn: date) -> list[Lot]:
    """The old firm's history; half of the time customs found something in it, as with anybody."""
    lots = history(world, old, product, maker, turn)
    if world.heads():
        lot = world.rng.choice(lots[-5:])
        world.act(
            "exam", world.after(lot.arrived, 1, 10), "discrepant", lot=lot,
            area=world.rng.choice(("classification", "value", "marking", "documents")),
            severity=world.rng.choice(("material", "letter_of_law")), revenue=lot.value * 0.05,
        )  # fmt: skip
        if world.heads(0.5):
            world.act(
                "penalty", min(world.after(lot.arrived, 30, 90), turn), "discrepant", importer=old.importer,
                port=lot.port, area="documents", severity="letter_of_law", revenue=lot.value * 0.1,
                remarks="mitigated and paid",
            )  # fmt: skip
    return lots


def _with_past(world: World) -> tuple[Trade, Product, Firm, date]:
    old, product, maker, turn = _setting(world)
    _past(world, old, product, maker, turn)
    return old, product, maker, turn


def _heir(world: World, old: Trade, product: Product, turn: date, importer: Firm | None = None) -> Trade:
    return heir_of(world, old, product, turn, importer, days=(-20, 120), surety=0.4)


def _go_on(
    world: World, heir: Trade, product: Product, makers: list[Firm], *, lots: tuple[int, int] = (12, 36)
) -> list[Lot]:
    end = world.after(heir.begins, 200, 620)
    days = world.spread(heir.begins, end, world.rng.randint(*lots))
    sold = [world.lot(heir, product, world.rng.choice(makers), on, size=1.2) for on in days]
    return craft.enter_all(world, heir, sold)


def _note(world: World, family: str, controller: Firm, members: list[Firm], lots: list[Lot]) -> None:
    world.scheme(KIND, family, controller, members, lots)


def _stop_trading(world: World, old: Trade, turn: date) -> None:
    old.ends = turn + timedelta(days=world.rng.randrange(0, 50))


def _ended(world: World) -> tuple[Trade, Product, Firm, date]:
    old, product, maker, turn = _with_past(world)
    _stop_trading(world, old, turn)
    return old, product, maker, turn


def declared_rename(world: World) -> None:
    """A firm reincorporates, files its 5106 with the former name, and its bond gets a rider."""
    old, product, maker, turn = _ended(world)
    firm = old.importer
    new = world.firm("importer", "US", established=turn - timedelta(days=30), at=firm)
    heir = _heir(world, old, product, turn, new)
    new.other_names, new.name_kind, new.phone = firm.name, "former", firm.phone
    new.officers, new.bond = firm.officers, firm.bond
    new.valid_from, firm.valid_to, heir.surety = turn, turn, old.surety
    world.claim(new, "successor_of", firm, "fact", turn, source="5106 with bond rider")
    _note(world, "declared_rename", new, [firm, new], _go_on(world, heir, product, [maker]))


def new_name_same_number(world: World) -> None:
    """A new name under the same taxpayer number: two versions of one record."""
    old, product, maker, turn = _with_past(world)
    firm = old.importer
    world.firms.append(replace(firm, valid_to=turn))
    former, firm.former_spellings = firm.name, firm.spellings
    firm.name = world.namer.company("US")
    world.namer.dress(firm)
    firm.other_names, firm.name_kind, firm.valid_from = former, "former", turn
    days = world.spread(turn, world.after(turn, 200, 600), world.rng.randint(12, 30))
    _note(world, "new_name_same_number", firm, [firm], craft.buy(world, old, product, maker, days, size=1.2))


def public_merger(world: World) -> None:
    """A firm known in the trade takes over another, makers, customers and all."""
    old, product, maker, turn = _ended(world)
    taker = craft.established(world, product)
    days = world.spread(turn, world.after(turn, 200, 600), world.rng.randint(12, 36))
    lots = craft.buy(world, taker, product, maker, days, size=1.2)
    taker.importer.other_names, taker.importer.name_kind = old.importer.name, "dba"
    world.claim(taker.importer, "successor_of", old.importer, "fact", turn, source="merger announced")
    _note(world, "public_merger", taker.importer, [taker.importer, old.importer], lots)


def spin_off(world: World) -> None:
    """One line of goods goes to a daughter; the mother goes on with the others."""
    old, product, maker, turn = _with_past(world)
    heir = _heir(world, old, product, turn)
    heir.importer.officers = [old.importer.officers[0], *heir.importer.officers[:1]]
    world.claim(heir.importer, "owned_by", old.importer, "fact", turn, source="annual report")
    _note(world, "spin_off", old.importer, [heir.importer, old.importer], _go_on(world, heir, product, [maker]))


def virtual_office(world: World) -> None:
    """Two strangers rent the same mail drop; the one ends as the other begins."""
    old, product, _, turn = _ended(world)
    stranger = world.firm("importer", "US", established=turn - timedelta(days=60), at=old.importer)
    heir = _heir(world, old, product, turn, stranger)
    lots = _go_on(world, heir, product, heir.makers[product.hts])
    _note(world, "virtual_office", stranger, [stranger, old.importer], lots)


def other_suffix(world: World) -> None:
    """A branch of the same taxpayer files under another suffix."""
    old, product, maker, turn = _with_past(world)
    firm = old.importer
    name = f"{firm.name} {world.rng.choice(('Division', 'West', 'Branch'))}"
    branch = world.firm("importer", "US", established=firm.established, name=name)
    branch.identifier = firm.identifier[:10] + world.rng.choice(("01", "02", "RC"))
    branch.officers, branch.bond = firm.officers, firm.bond
    _stop_trading(world, old, turn)
    heir = _heir(world, old, product, turn, branch)
    _note(world, "other_suffix", firm, [branch, firm], _go_on(world, heir, product, [maker]))


def bankruptcy_assets(world: World) -> None:
    """A firm fails under its bills; a stranger buys brand and stock from the court and pays."""
    old, product, maker, turn = _setting(world)
    enforce(world, history(world, old, product, maker, turn), turn)
    _stop_trading(world, old, turn)
    heir = _heir(world, old, product, turn)
    if world.heads():
        heir.importer.phone = old.importer.phone
    source = "court order: sale free of claims"
    world.claim(heir.importer, "successor_of", old.importer, "rejected", turn, source=source)
    lots = _go_on(world, heir, product, [maker])
    on, firm = world.after(heir.begins, 150, 400), heir.importer
    world.act("audit", on, "compliant", importer=firm, port=lots[0].port, remarks="deposits paid in full")
    _note(world, "bankruptcy_assets", firm, [firm, old.importer], lots)


def family_division(world: World) -> None:
    """A family divides its business: two firms, one surname, each with its goods and makers."""
    old, product, maker, turn = _ended(world)
    surname = old.importer.officers[0].split()[-1]
    lots: list[Lot] = []
    heirs: list[Firm] = []
    for _ in range(2):
        heir = _heir(world, old, product, turn)
        heir.importer.officers = [f"{world.namer.person('US').split()[0]} {surname}"]
        lots += _go_on(world, heir, product, [maker, *heir.makers[product.hts][:1]], lots=(7, 18))
        heirs.append(heir.importer)
    _note(world, "family_division", heirs[0], [*heirs, old.importer], lots)


def seasonal_pair(world: World) -> None:
    """One seasonal firm does not come back; another of the same goods begins that season."""
    old, product, maker, turn = _ended(world)
    heir = craft.newcomer(world, [product], world.after(turn, 120, 240), like=old)
    days = [on for on in world.spread(min(heir.begins, world.end), world.end, 50) if on.month in (8, 9, 10, 11)]
    lots = craft.buy(world, heir, product, maker, days[:30] or [world.end], size=1.2)
    _note(world, "seasonal_pair", heir.importer, [heir.importer, old.importer], lots)


def direct_import(world: World) -> None:
    """A customer stops buying through a trading firm and imports of the same maker itself."""
    old, product, maker, turn = _setting(world)
    customer = world.firm("importer", "US", established=world.start - timedelta(days=2_000))
    keep, old.consignee = old.consignee, customer
    _past(world, old, product, maker, turn)
    old.consignee = keep
    heir = _heir(world, old, product, turn, customer)
    _note(world, "direct_import", customer, [customer, old.importer], _go_on(world, heir, product, [maker]))


def new_distributor(world: World) -> None:
    """A maker gives its agency to another firm; the old agent loses the line."""
    old, product, maker, turn = _ended(world)
    heir = _heir(world, old, product, turn)
    if world.heads(0.3):
        heir.importer.agent = old.importer.agent = world.firm("company", "US").name
    lots = _go_on(world, heir, product, [maker, maker, *heir.makers[product.hts][:1]])
    _note(world, "new_distributor", maker, [heir.importer, old.importer], lots)


FAMILIES = (
    declared_rename, new_name_same_number, public_merger, spin_off, virtual_office, other_suffix,
    bankruptcy_assets, family_division, seasonal_pair, direct_import, new_distributor,
)  # fmt: skip
