"""Goods under an order that arrive as another country's: eleven ways."""

from datetime import date, timedelta

from tests.worlds.another_hand import craft
from tests.worlds.another_hand.goods import Product
from tests.worlds.another_hand.model import Firm, Lot, Trade
from tests.worlds.another_hand.population import add_capacity
from tests.worlds.another_hand.world import World

KIND = "transshipment_ring"


def _buyers(
    world: World, product: Product, begin: date, count: int, true_maker: Firm, *, fresh: float = 0.5
) -> list[Trade]:
    """Importers, some new and some who bought of the true maker before the order."""
    buyers: list[Trade] = []
    for _ in range(count):
        if world.heads(fresh):
            begins, size = world.after(begin, -30, 60), world.rng.choice((0, 0, 0.003))
            buyers.append(craft.newcomer(world, [product], begins, size=size))
            makers = [world.makers[product.hts, country] for country in list(product.makers)[-2:]]
            buyers[-1].makers[product.hts] = [world.rng.choice(firms) for firms in makers]
            continue
        trade = craft.established(world, product)
        before = begin - timedelta(days=20)
        if before > world.start:
            days = world.spread(max(world.start, before - timedelta(days=500)), before, world.rng.randrange(4, 14))
            craft.buy(world, trade, product, true_maker, days)
        buyers.append(trade)
    return buyers


def _shell(world: World, product: Product, country: str, begin: date, at: Firm | None = None) -> Firm:
    """A maker in name, opened shortly before its first lot."""
    founded = begin - timedelta(days=world.rng.randrange(10, 200))
    return world.maker(country, established=founded, level=world.rng.uniform(0.97, 1.16), at=at)


def _sell(
    world: World, product: Product, maker: Firm, buyers: list[Trade], begin: date, *, end: date, lots: tuple[int, int],
    exporter: Firm | None = None,
) -> list[Lot]:  # fmt: skip
    """Lots at the price level of the country under the order."""
    target = craft.order_of(product).country
    sold: list[Lot] = []
    for trade in buyers:
        days = world.spread(max(begin, trade.begins), end, world.rng.randint(*lots))
        size = world.rng.uniform(1, 2.2)
        sold += craft.buy(world, trade, product, maker, days, priced_as=target, size=size, exporter=exporter)
    return sold


def _controller(world: World, product: Product, firms: list[Firm]) -> Firm:
    """The hand behind; half of the time it shows in a telephone, a person or a claim."""
    holder = world.firm("company", craft.order_of(product).country)
    for firm in firms:
        craft.share_contacts(world, holder, firm)
    if world.heads(0.25):
        said = world.day(0.6, 0.95)
        world.claim(firms[0], "controlled_by", holder, "alleged", said, source="allegation of a domestic producer")
    return holder


def _show(world: World, lots: list[Lot], source: Firm, place: Firm, share: float = 0.85) -> None:
    """Half of the time the way in stands on foreign bills."""
    if world.heads():
        craft.feed(world, lots, source, place, share=share)


def _seen_through(world: World, plants: list[Firm], lots: list[Lot]) -> None:
    """What customs or others come to know of a plant that makes less than it ships, or nothing: of half of them one
    thing, of a third of these another."""
    for plant in plants:
        own = [lot for lot in lots if lot.maker is plant and lot.entry]
        if not own or world.heads():
            continue
        for way in world.rng.sample((_small_plant, _visited, _sampled), 2 if world.heads(0.35) else 1):
            way(world, plant, own)


def _small_plant(world: World, plant: Firm, lots: list[Lot]) -> None:
    years = max(((lots[-1].arrived - lots[0].arrived).days + 30) / 365, 1.0)
    made = sum(lot.quantity for lot in lots) / years * world.rng.uniform(0.1, 0.7)
    world.short_plants.add(plant.identifier)
    add_capacity(world, plant, lots[0].product, max(made, 1.0))


def _visited(world: World, plant: Firm, lots: list[Lot]) -> None:
    remarks = world.rng.choice(("no machinery seen", "cartons of another maker in the store", "gate locked"))
    on = world.after(lots[len(lots) // 3].arrived, 20, 150)
    world.act("site_visit", on, "discrepant", maker=plant, targeting="national", area="origin", remarks=remarks)


def _sampled(world: World, plant: Firm, lots: list[Lot]) -> None:
    lot = world.rng.choice(lots)
    world.act("sample", world.after(lot.arrived, 0, 6), "discrepant", lot=lot, area="origin", revenue=lot.value)


def _note(world: World, family: str, controller: Firm, members: list[Firm], lots: list[Lot]) -> None:
    if family != "borrowed_maker":
        _seen_through(world, [member for member in members if member.role == "manufacturer"], lots)
    world.scheme(KIND, family, controller, members, lots, duty=craft.evaded(lots))


def new_plant(world: World) -> None:
    """A plant that opens after the petition and only relabels."""
    product = craft.ordered_product(world, fresh=True)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    shell = _shell(world, product, craft.third_country(world, product), begin)
    buyers = _buyers(world, product, begin, world.rng.randint(2, 4), true_maker)
    lots = _sell(world, product, shell, buyers, begin, end=world.after(begin, 240, 800), lots=(6, 18))
    _show(world, lots, true_maker, shell)
    holder = _controller(world, product, [shell, *[trade.importer for trade in buyers[:1]]])
    _note(world, "new_plant", holder, [shell, *craft.importers(buyers)], lots)


def shells_in_sequence(world: World) -> None:
    """One hand and one shell a country: when one is asked about, the next begins."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    buyers = _buyers(world, product, begin, world.rng.randint(1, 2), true_maker, fresh=0.7)
    shells: list[Firm] = []
    bought: list[Trade] = []
    lots: list[Lot] = []
    used: list[str] = []
    fed = world.heads()
    seller = world.firm("exporter", true_maker.country) if world.heads(0.4) else None
    for _ in range(world.rng.randint(2, 4)):
        if begin > world.end - timedelta(days=60):
            break
        used.append(craft.third_country(world, product, *used))
        shell = _shell(world, product, used[-1], begin)
        end = world.after(begin, 130, 300)
        if seller is not None and world.heads(0.6):
            buyers = _buyers(world, product, begin, 1, true_maker, fresh=1)
        bought += [trade for trade in buyers if trade not in bought]
        sold = _sell(world, product, shell, buyers, begin, end=end, lots=(5, 12), exporter=seller)
        if fed:
            craft.feed(world, sold, true_maker, shell)
        if sold and world.heads(0.6):
            on, last = min(end, world.end), sold[-1]
            world.act("document_review", on, "discrepant", lot=last, area="origin", revenue=last.value)
        shells.append(shell)
        lots += sold
        begin = world.after(end, -25, 25)
    holder = _controller(world, product, shells)
    named = [seller] if seller is not None else []
    _note(world, "shells_in_sequence", holder, [*shells, *named, *craft.importers(bought)], lots)


def two_products(world: World) -> None:
    """The same shells carry two goods under different orders."""
    first, second = craft.ordered_product(world), craft.ordered_product(world)
    country = craft.third_country(world, first)
    begin = max(craft.opening(world, first), craft.opening(world, second))
    shell = _shell(world, first, country, begin)
    sister = _shell(world, second, country, begin, at=shell if world.heads(0.4) else None)
    buyers = _buyers(world, first, begin, 2, craft.target_maker(world, first), fresh=0.8)
    lots: list[Lot] = []
    for product in {first.hts: first, second.hts: second}.values():
        maker = craft.target_maker(world, product)
        for plant in (shell, sister):
            sold = _sell(world, product, plant, buyers, begin, end=world.after(begin, 300, 700), lots=(3, 8))
            if world.heads():
                craft.feed(world, sold, maker, plant)
            lots += sold
    holder = _controller(world, first, [shell, sister])
    _note(world, "two_products", holder, [shell, sister, *craft.importers(buyers)], lots)


def converter_hub(world: World) -> None:
    """A converter that serves many importers who do not know one another."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    hub = _shell(world, product, craft.third_country(world, product), begin)
    buyers = _buyers(world, product, begin, world.rng.randint(6, 13), true_maker, fresh=0.35)
    lots = _sell(world, product, hub, buyers, begin, end=world.after(begin, 350, 900), lots=(2, 7))
    _show(world, lots, true_maker, hub, share=0.7)
    _note(world, "converter_hub", hub, [hub, *craft.importers(buyers)], lots)


def maker_imports(world: World) -> None:
    """The true maker becomes importer of record through a firm of its own."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    where = world.rng.choice(("US", true_maker.country))
    own = world.firm("importer", where, established=begin - timedelta(days=90))
    craft.share_contacts(world, true_maker, own)
    trade = craft.newcomer(world, [product], begin, importer=own)
    shell = _shell(world, product, craft.third_country(world, product), begin)
    lots = _sell(world, product, shell, [trade], begin, end=world.after(begin, 300, 800), lots=(14, 36))
    _show(world, lots, true_maker, shell)
    _note(world, "maker_imports", true_maker, [own, shell, true_maker], lots)


def old_plant_tops_up(world: World) -> None:
    """A plant with years of its own exports fills its orders with bought goods."""
    product = craft.ordered_product(world, fresh=True)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    plant = world.maker(craft.third_country(world, product))
    buyers = _buyers(world, product, begin, world.rng.randint(2, 3), true_maker, fresh=0.2)
    for trade in buyers:
        days = world.spread(max(trade.begins, world.start), world.end, world.rng.randint(6, 16))
        craft.buy(world, trade, product, plant, days)
    lots = _sell(world, product, plant, buyers, begin, end=world.after(begin, 300, 800), lots=(6, 16))
    _show(world, lots, true_maker, plant, share=0.75)
    craft.share_contacts(world, plant, buyers[0].importer, 0.2)
    _note(world, "old_plant_tops_up", plant, [plant, *craft.importers(buyers)], lots)


def two_country_chain(world: World) -> None:
    """Goods rest in one country, are repacked, and take a second one's origin."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    country = craft.third_country(world, product)
    middle = world.firm("exporter", world.rng.choice([iso for iso in ("SG", "HK", "AE", "OM", "MY") if iso != country]))
    shell = _shell(world, product, country, begin)
    buyers = _buyers(world, product, begin, world.rng.randint(1, 3), true_maker)
    end, seller = world.after(begin, 250, 700), middle if world.heads() else None
    lots = _sell(world, product, shell, buyers, begin, end=end, lots=(8, 20), exporter=seller)
    if world.heads():
        craft.feed(world, lots, middle, shell, loss=0.03)
        for lot in lots:
            loaded = lot.arrived - timedelta(days=world.rng.randrange(70, 130))
            kg = lot.kg * world.rng.uniform(0.97, 1.03)
            packages = max(1, round(lot.packages * world.rng.uniform(0.5, 1.5)))
            world.foreign_bill(product, true_maker, middle, loaded, kg, packages=packages)
    holder = _controller(world, product, [middle, shell])
    named = [middle] if any(lot.exporter is middle for lot in lots) else []
    _note(world, "two_country_chain", holder, [shell, *named, *craft.importers(buyers)], lots)


def split_in_free_zone(world: World) -> None:
    """Each lot is parted in four or five in a free zone and sold to several small importers."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    shell = _shell(world, product, craft.third_country(world, product), begin)
    buyers = _buyers(world, product, begin, 4, true_maker, fresh=1.0)
    shown, lots = world.heads(), list[Lot]()
    for on in world.spread(world.after(begin, 60, 90), world.after(begin, 300, 700), world.rng.randint(6, 12)):
        whole = world.lot(buyers[0], product, shell, on, priced_as=craft.order_of(product).country, size=3)
        if shown:
            craft.feed(world, [whole], true_maker, shell, share=1.0)
        for part in craft.pieces(world, whole, world.rng.choice((4, 5))):
            trade = world.rng.choice(buyers)
            part.arrived = min(world.after(on, 0, 21), world.end)
            port = world.port_for(trade, part.shipped_from, part.arrived)
            lots.append(craft.returned(world, part, trade, port, part.arrived, near=0.02))
            craft.enter_all(world, trade, lots[-1:])
    holder = _controller(world, product, [shell, buyers[0].importer, buyers[1].importer])
    used = {id(lot.importer) for lot in lots}
    members = [shell, *[firm for firm in craft.importers(buyers) if id(firm) in used]]
    _note(world, "split_in_free_zone", holder, members, lots)


def borrowed_maker(world: World) -> None:
    """An exporter declares an honest plant that never made the goods and does not know."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    others = world.makers[product.hts, list(product.makers)[-1]]
    honest = world.rng.choice(world.makers.get((product.hts, craft.third_country(world, product)), others))
    exporter = world.firm("exporter", honest.country, established=begin - timedelta(days=60))
    buyers = _buyers(world, product, begin, world.rng.randint(2, 4), true_maker, fresh=0.6)
    end = world.after(begin, 250, 800)
    lots = _sell(world, product, honest, buyers, begin, end=end, lots=(6, 16), exporter=exporter)
    _show(world, lots, true_maker, exporter)
    holder = _controller(world, product, [exporter])
    _note(world, "borrowed_maker", holder, [exporter, *craft.importers(buyers)], lots)


def burner_importers(world: World) -> None:
    """Nonresident importers of a few months each take turns for one plant on paper."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    shell = _shell(world, product, craft.third_country(world, product), begin)
    holder = world.firm("company", true_maker.country)
    burners: list[Firm] = []
    lots: list[Lot] = []
    for _ in range(world.rng.randint(3, 5)):
        if begin > world.end - timedelta(days=50):
            break
        country = world.rng.choice((true_maker.country, "HK", shell.country))
        burner = world.firm("importer", country, established=begin - timedelta(days=40))
        craft.share_contacts(world, holder, burner)
        end = world.after(begin, 80, 210)
        trade = craft.newcomer(world, [product], begin, importer=burner, ends=min(end, world.end))
        lots += _sell(world, product, shell, [trade], begin, end=end, lots=(5, 11))
        burners.append(burner)
        begin = world.after(end, -30, 20)
    _show(world, lots, true_maker, shell)
    _note(world, "burner_importers", holder, [shell, *burners], lots)


def lent_names(world: World) -> None:
    """A house in the country under the order writes the numbers of three or four workshops elsewhere."""
    product = craft.ordered_product(world)
    begin, true_maker = craft.opening(world, product), craft.target_maker(world, product)
    house = world.firm("exporter", true_maker.country)
    country = craft.third_country(world, product)
    shops = [world.maker(country) for _ in range(world.rng.randint(3, 4))]
    buyers = _buyers(world, product, begin, world.rng.randint(2, 3), true_maker, fresh=0.6)
    end = world.after(begin, 250, 700)
    lots: list[Lot] = []
    for number, shop in enumerate(shops):
        if world.heads() and begin > world.start + timedelta(days=120):
            days = world.spread(world.start, begin, world.rng.randint(3, 8))
            craft.buy(world, craft.established(world, product), product, shop, days, size=0.5)
        buyer = buyers[number % len(buyers)]
        sold = _sell(world, product, shop, [buyer], begin, end=end, lots=(9, 24), exporter=house)
        if sold and world.heads(0.75):
            _small_plant(world, shop, sold)
        lots += sold
    if world.heads(0.3):
        _show(world, lots, true_maker, house)
    _note(world, "lent_names", house, [house, *shops, *craft.importers(buyers)], lots)


FAMILIES = (
    new_plant, shells_in_sequence, two_products, converter_hub, maker_imports, old_plant_tops_up,
    two_country_chain, split_in_free_zone, borrowed_maker, burner_importers, lent_names,
)  # fmt: skip
