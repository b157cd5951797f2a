"""Honest trade, honest discrepancies, and trade between other countries."""

from datetime import date, timedelta

from tests.worlds.another_hand.goods import LIST_301_FROM, ORDERED, PRODUCTS, Product
from tests.worlds.another_hand.model import Entry, Firm, Lot, Trade
from tests.worlds.another_hand.world import World

DISCREPANCIES = (
    ("classification", 5), ("value", 4), ("quantity", 3), ("origin", 1.2), ("marking", 3), ("ipr", 1), ("adcvd", 0.8),
    ("spi", 1.5), ("documents", 5), ("safety", 1.5), ("other", 1),
)  # fmt: skip


def table_rows(lots: list[Lot]) -> int:
    """How many rows of entry_lines lots become, chapter 99 rows included."""
    return sum(lot.lines * (2 if has_list_301(lot) else 1) for lot in lots)


def has_list_301(lot: Lot) -> bool:
    """Whether a lot bears a Section 301 duty on its day of entry."""
    listed = LIST_301_FROM.get(lot.product.list_301)
    return lot.origin == "CN" and listed is not None and lot.entry is not None and lot.entry.filed >= listed[0]


def trade_honestly(world: World) -> None:
    """Fill the world with entries until it has its lines."""
    planted = sum(table_rows(entry.lots) for entry in world.entries)
    left = world.lines - planted
    active = [trade for trade in world.trades if trade.size > 0 and trade.begins < trade.ends]
    sizes = [trade.size * (trade.ends - trade.begins).days / 1500 for trade in active]
    total = sum(sizes)
    for trade, size in zip(active, sizes, strict=True):
        budget = int(left * 0.84 * size / total + world.rng.random())
        while budget > 0:
            budget -= sum(lot.lines for lot in _ship(world, trade, budget).lots)
    filled = sum(table_rows(entry.lots) for entry in world.entries)
    while filled < world.lines:
        trade = world.rng.choices(active, sizes)[0]
        filled += table_rows(_ship(world, trade, world.lines - filled).lots)


def _ship(world: World, trade: Trade, most: int) -> Entry:
    rng = world.rng
    first, last = _month(world, trade.begins), min(_month(world, trade.ends), world.months - 1)
    month = rng.choices(range(first, last + 1), trade.months[first : last + 1])[0]
    on = max(trade.begins, min(world.month_start(month) + timedelta(days=rng.randrange(28)), trade.ends))
    product = trade.goods[min(int(rng.expovariate(1.3)), len(trade.goods) - 1)]
    maker = _maker(world, trade, product, on)
    count = min(max(most, 1), rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 6)))
    size = rng.choice((0.5, 1, 1, 1.6)) / count**0.5
    lots = [world.lot(trade, product, maker, on, size=size)]
    for _ in range(count - 1):
        other = product if world.heads(0.7) else rng.choice(trade.goods)
        source = maker if other is product else _maker(world, trade, other, on)
        port, place = lots[0].port, lots[0].shipped_from
        lots.append(world.lot(trade, other, source, on, port=port, shipped_from=place, size=size))
    if world.heads(0.12):
        lots[0].exporter = rng.choice(world.forwarders)
    entry = world.enter(trade, lots)
    _maybe_examine(world, entry)
    return entry


def _month(world: World, on: date) -> int:
    return (on.year - world.start.year) * 12 + on.month - 1


def _maker(world: World, trade: Trade, product: Product, on: date) -> Firm:
    """The usual maker, or after a petition one in a country without the order."""
    maker = world.rng.choice(trade.makers[product.hts])
    order = product.order
    if order is None or maker.country != order.country or on < order.petition:
        return maker
    if not world.heads(0.2 if on < order.preliminary else 0.72):
        return maker
    others = [
        firm for country in product.makers if country != order.country for firm in world.makers[product.hts, country]
    ]
    habit = others[hash_of(trade.importer.identifier + product.hts) % len(others)]
    return habit if world.heads(0.8) else world.rng.choice(others)


def hash_of(text: str) -> int:
    """A number from a text, the same in every run."""
    value = 7
    for character in text:
        value = (value * 131 + ord(character)) % 1_000_003
    return value


def _maybe_examine(world: World, entry: Entry) -> None:
    rng = world.rng
    lot = rng.choice(entry.lots)
    risk = 0.5 + (hash_of(entry.importer.identifier) % 100) / 80
    if rng.random() > lot.port.exam_rate * risk:
        return
    kind = rng.choices(("exam", "document_review", "hold", "sample", "detention"), (55, 25, 9, 6, 5))[0]
    targeting = rng.choices(("random", "criteria", "local", "national"), (45, 30, 15, 10))[0]
    on = world.after(lot.arrived, 0, 6)
    if rng.random() < 0.83:
        world.act(kind, on, "released" if kind in ("hold", "detention") else "compliant", lot=lot, targeting=targeting)
        return
    area = rng.choices([name for name, _ in DISCREPANCIES], [weight for _, weight in DISCREPANCIES])[0]
    severity = "material" if rng.random() < 0.35 else "letter_of_law"
    world.act(
        kind, on, "discrepant", lot=lot, targeting=targeting, area=area, severity=severity,
        revenue=lot.value * rng.uniform(0, 0.08),
    )  # fmt: skip
    if severity == "material" and rng.random() < 0.25:
        world.act(
            "penalty", world.after(on, 40, 200), "discrepant", importer=entry.importer, port=lot.port, area=area,
            severity=severity, revenue=lot.value * 0.2,
        )  # fmt: skip


def visit_plants(world: World) -> None:
    """Visits to makers of goods under order, nearly all in order; now and then a plant is not seen at work."""
    of = {id(lot.maker): lot.maker for entry in world.entries for lot in entry.lots if lot.product.order}
    # Who shows a visitor a plant at work mostly has one.
    rings = {id(firm) for scheme in world.schemes if scheme.duty is not None for firm in scheme.members}
    makers = [one for one in of if one not in rings or world.heads(0.15)]
    for one in world.rng.sample(makers, len(makers) // 12):
        doubtful = world.heads(0.06)
        world.act(
            "site_visit", world.day(0.1, 0.98), "discrepant" if doubtful else "compliant", maker=of[one],
            targeting="national", area="origin" if doubtful else "",
            remarks="stood idle between seasons" if doubtful else "production seen",
        )  # fmt: skip


def refuse_honestly(world: World) -> None:
    """Lots refused for good reasons that never come back, a fifth of them without an entry."""
    rng = world.rng
    for _ in range(max(8, world.lines // 900)):
        trade = rng.choice([rng.choice(world.trades) for _ in range(3)])
        product = trade.goods[0]
        on = max(trade.begins, world.day(0.02, 0.97))
        lot = world.lot(trade, product, rng.choice(trade.makers[product.hts]), on)
        world.present(trade, lot)
        kind = rng.choice(("refusal", "detention", "hold", "seizure"))
        world.act(
            kind, world.after(on, 1, 12), "seized" if kind == "seizure" else "refused", lot=lot,
            area=rng.choice(("safety", "ipr", "documents", "marking")),
        )  # fmt: skip
        if kind == "refusal" and world.heads(0.4):
            world.act("reexport", world.after(on, 15, 60), "released", lot=lot, remarks="exported under supervision")


def trade_abroad(world: World) -> None:
    """Bills between other countries: inputs, goods for home markets, goods in transit."""
    rng = world.rng
    keys = list(world.makers)
    for _ in range(max(60, world.lines // 22)):
        product = rng.choice(ORDERED if rng.random() < 0.45 else PRODUCTS)
        shipper = rng.choice(world.makers[product.hts, rng.choice(list(product.makers))])
        hts, country = rng.choice(keys)
        if rng.random() < 0.4:
            hts, country = product.hts, rng.choice(list(product.makers))
        consignee = rng.choice(world.makers[hts, country]) if rng.random() < 0.6 else rng.choice(world.forwarders)
        if consignee.country == shipper.country:
            continue
        packages = max(1, round(rng.lognormvariate(9.6, 0.9) / product.price / product.per_package))
        on = world.day(0, 0.98)
        kg = packages * product.per_package * product.kg * rng.uniform(1.02, 1.1)
        world.foreign_bill(product, shipper, consignee, on, kg, packages=packages, days=rng.randrange(3, 21))
