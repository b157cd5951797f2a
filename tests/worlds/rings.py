"""Transshipment rings and what looks like them.

Goods under an order against one country arrive as another's. Truth names the declared makers and the importers.

Invariant: a ring's lots are drawn like all lots; what betrays it is who sells to whom, since when, at what
price, and (in about half of the rings) the way in on foreign bills.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.worlds.firms import Firm
from tests.worlds.trade import GOODS, Order, Relation, Scheme, World, level

KIND = "transshipment_ring"
Planter = Callable[[World, bool], None]


def plant_rings(world: World, positives: int) -> None:
    """So many rings, and more than three look-alikes for each."""
    evasions: list[Planter] = [relabels, shells_in_countries, two_products, hub, mixed, becomes_importer]
    honest: list[Planter] = [ramp, transforms, merged_plant, forwarder, one_broker, diversion, home_market]
    for i in range(positives):
        evasions[i % len(evasions)](world, True)
    for i in range(int(positives * 3.2) + 1):
        honest[i % len(honest)](world, False)


def an_order(world: World) -> Order:
    """An order whose trade has time to move in this world; most are recent."""
    fit = [o for o in world.orders if o.petition < world.days * 0.75]
    recent = [o for o in fit if o.petition > 0]
    among = recent if recent and world.rng.random() < 0.8 else fit
    return among[int(world.rng.integers(len(among)))]


def moment(world: World, order: Order) -> int:
    """When the trade moves: soon after the petition, or any time for an old order."""
    if order.petition > 0:
        return world.between(order.petition + 20, order.petition + 330)
    return world.between(world.days * 0.1, world.days * 0.7)


def buyers_of(world: World, order: Order, count: int, day: int) -> list[Relation]:
    """Relations in the goods that come from the country under order; made where too few are at hand."""
    rng = world.rng
    found = [
        r
        for r in world.relations
        if r.good == order.good
        and r.origin == order.against
        and r.scheme < 0
        and r.start < day - 60
        and f"importer:{r.importer.key}" not in world.used
    ]
    rows = rng.permutation(len(found))
    chosen: list[Relation] = []
    for row in rows:
        if all(found[row].importer is not c.importer for c in chosen):
            chosen.append(found[row])
        if len(chosen) == count:
            return chosen
    while len(chosen) < count:
        importer = world.firms.importer()
        maker = world.maker_of(order.good, order.against)
        chosen.append(world.add(world.relation(importer, maker, order.good, end=day, rate=rng.uniform(0.01, 0.05))))
    return chosen


def rate_for(world: World, span: int, low: float, high: float) -> float:
    """Lots a day that make so many lots in the span."""
    return float(world.rng.uniform(low, high)) / max(30, span)


def tie(world: World, firms: list[Firm]) -> None:
    """Whoever controls them leaves traces on some of the records: a phone, an officer, an address, or none."""
    if not firms or not world.dealt("ring tie", world.style.identifiers_shared):
        return
    rng = world.rng
    person, phone = world.firms.person(), world.firms.phone()
    how = rng.random()
    for firm in firms:
        if how < 0.45:
            firm.officers = [*firm.officers[:1], person]
        elif how < 0.8:
            firm.phone = phone
        elif firm.country == firms[0].country:
            world.firms.same_street(firm, firms[0])
        else:
            firm.email = firms[0].email


def evade(
    world: World,
    old: Relation,
    maker: Firm,
    order: Order,
    *,
    scheme: int,
    start: int,
    end: int,
    matched: bool,
    importer: Firm | None = None,
    lots: tuple[float, float] = (14, 45),
) -> Relation:
    """The same trade by another way: old prices, the new maker's papers."""
    rng = world.rng
    price = old.price * float(rng.normal(1.04, 0.06)) if old.good == order.good else float(rng.lognormal(0.04, 0.08))
    if old.importer is not importer and importer is not None:
        buyer = old.buyer if old.buyer is not old.importer else importer
    else:
        buyer = old.buyer
    return world.add(
        replace(
            old,
            importer=importer or old.importer,
            maker=maker,
            good=order.good,
            origin=maker.country,
            start=start,
            end=max(start + 40, end),
            rate=rate_for(world, end - start, *lots),
            price=price,
            scheme=scheme,
            source=old.maker,
            matched=matched,
            buyer=buyer,
            ramp=float(rng.choice([1.0, 1.0, 0.8, 1.5])),
        )
    )


def stop(relation: Relation, day: int) -> None:
    relation.end = max(relation.start + 1, min(relation.end, day))


def _scheme(world: World, family: str, order: Order, members: list[tuple[str, Firm]], *, bad: bool) -> int:
    return world.plant(
        Scheme(KIND, "positive" if bad else "hard_negative", family, world.firms.person(), members, order.case)
    )


def _until(world: World, start: int) -> int:
    return world.between(start + 150, start + 600) if world.rng.random() < 0.5 else world.days - 1


def _matched(world: World) -> bool:
    return world.dealt("matched bills", world.style.matched_bills)


def _members(makers: list[Firm], importers: list[Firm]) -> list[tuple[str, Firm]]:
    both = [("manufacturer", m) for m in makers] + [("importer", i) for i in importers]
    return list({(role, firm.key): (role, firm) for role, firm in both}.values())


def relabels(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(1, 4)), day)
    maker = world.firms.maker(world.third_country(order), opened=day - int(world.rng.integers(5, 150)))
    importers = [world.firms.importer(opened=day) if world.rng.random() < 0.35 else old.importer for old in olds]
    number = _scheme(world, "new_plant_relabels", order, _members([maker], importers), bad=bad)
    matched = _matched(world)
    for old, importer in zip(olds, importers, strict=True):
        stop(old, day)
        evade(
            world,
            old,
            maker,
            order,
            scheme=number,
            start=day,
            end=_until(world, day),
            matched=matched,
            importer=importer,
        )
    tie(world, [maker, *importers])


def shells_in_countries(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    old = buyers_of(world, order, 1, day)[0]
    countries = [c for c in world.countries_of(order.good) if c != order.against]
    world.rng.shuffle(countries)
    countries = countries[: int(world.rng.integers(2, 4))]
    makers = [world.firms.maker(c, opened=day) for c in countries]
    importers = [old.importer if world.rng.random() < 0.5 else world.firms.importer(opened=day) for _ in makers]
    number = _scheme(world, "shells_in_several_countries", order, _members(makers, importers), bad=bad)
    matched = _matched(world)
    stop(old, day)
    step = max(70, (world.days - day) // len(makers))
    for i, (maker, importer) in enumerate(zip(makers, importers, strict=True)):
        start = min(day + i * step, world.days - 60)
        maker.opened = start - int(world.rng.integers(5, 60))
        evade(
            world,
            old,
            maker,
            order,
            scheme=number,
            start=start,
            end=min(start + step + 30, world.days - 1),
            matched=matched,
            importer=importer,
        )
    tie(world, [*makers, *importers])


def two_products(world: World, bad: bool) -> None:
    order = an_order(world)
    others = [
        o
        for o in world.orders
        if o.against == order.against
        and o is not order
        and o.petition < world.days * 0.8
        and set(world.countries_of(o.good)) & set(world.countries_of(order.good)) - {order.against}
    ]
    if not others:
        relabels(world, bad)
        return
    other = others[int(world.rng.integers(len(others)))]
    country = world.firms.pick(
        sorted(set(world.countries_of(other.good)) & set(world.countries_of(order.good)) - {order.against})
    )
    day = max(moment(world, order), min(other.petition + 30, int(world.days * 0.8)))
    old = buyers_of(world, order, 1, day)[0]
    second = buyers_of(world, other, 1, day)[0]
    makers = [world.firms.maker(country, opened=day - 20) for _ in range(int(world.rng.integers(1, 3)))]
    importers = [old.importer, second.importer if world.rng.random() < 0.6 else old.importer]
    number = _scheme(world, "shells_over_two_products", order, _members(makers, importers), bad=bad)
    matched = _matched(world)
    stop(old, day)
    stop(second, day)
    for maker in makers:
        for relation, of, importer in ((old, order, importers[0]), (second, other, importers[1])):
            evade(
                world,
                relation,
                maker,
                of,
                scheme=number,
                start=day,
                end=_until(world, day),
                matched=matched,
                importer=importer,
                lots=(10, 28),
            )
    tie(world, [*makers, *importers])


def hub(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(5, 11)), day)
    country = world.third_country(order)
    maker = world.firms.maker(country, opened=day - int(world.rng.integers(0, 400)))
    number = _scheme(world, "hub_converter", order, _members([maker], [o.importer for o in olds]), bad=bad)
    matched = _matched(world)
    for old in olds:
        begin = min(day + int(world.rng.integers(0, 200)), world.days - 60)
        stop(old, begin)
        evade(world, old, maker, order, scheme=number, start=begin, end=world.days - 1, matched=matched, lots=(6, 18))


def mixed(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    country = world.third_country(order)
    maker = next(
        (
            m
            for m in (world.maker_of(order.good, country) for _ in range(12))
            if f"manufacturer:{m.key}" not in world.used
        ),
        world.firms.maker(country),
    )
    own = world.relation(world.firms.importer(), maker, order.good, rate=rate_for(world, world.days, 15, 40))
    world.add(own)
    olds = buyers_of(world, order, int(world.rng.integers(1, 4)), day)
    number = _scheme(world, "mixed_with_real_production", order, _members([maker], [o.importer for o in olds]), bad=bad)
    matched = _matched(world)
    for old in olds:
        stop(old, day)
        evade(world, old, maker, order, scheme=number, start=day, end=_until(world, day), matched=matched)
    if world.rng.random() < 0.5:
        world.capacity.append((maker, order.good, float(world.rng.uniform(0.5, 1.0)), 0))
    tie(world, [o.importer for o in olds])


def becomes_importer(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    old = buyers_of(world, order, 1, day)[0]
    maker = world.firms.maker(world.third_country(order), opened=day - int(world.rng.integers(10, 200)))
    importer = world.firms.importer(foreign=maker, opened=day)
    number = _scheme(world, "maker_becomes_importer", order, _members([maker], [importer]), bad=bad)
    stop(old, day + 20)
    matched = _matched(world)
    first = day
    if world.rng.random() < 0.5:  # the buyer enters the first lots itself
        first = min(day + int(world.rng.integers(40, 140)), world.days - 70)
        evade(world, old, maker, order, scheme=number, start=day, end=first, matched=matched, lots=(5, 12))
        world.schemes[number].members.append(("importer", old.importer))
    taken = evade(
        world,
        old,
        maker,
        order,
        scheme=number,
        start=first,
        end=_until(world, first),
        matched=matched,
        importer=importer,
        lots=(18, 50),
    )
    taken.buyer = old.buyer


def honest_relation(
    world: World,
    old: Relation,
    maker: Firm,
    order: Order,
    *,
    scheme: int,
    start: int,
    lots: tuple[float, float] = (14, 45),
) -> Relation:
    """Real goods of the declared country at that country's price."""
    return world.add(
        replace(
            old,
            maker=maker,
            origin=maker.country,
            good=order.good,
            start=start,
            end=world.days - 1,
            scheme=scheme,
            price=level(GOODS[order.good], maker.country) * float(world.rng.lognormal(0, world.style.value_noise)),
            rate=rate_for(world, world.days - start, *lots),
        )
    )


def inputs(world: World, maker: Firm, order: Order, start: int) -> None:
    """What a real plant buys abroad: material, by other numbers, other weights."""
    for _ in range(int(world.rng.integers(4, 16))):
        world.foreign.append(
            {
                "shipper": world.maker_of(order.good, order.against),
                "consignee": maker,
                "day": world.between(start - 60, world.days),
                "hts": GOODS[order.good].material,
                "words": "materials",
                "packages": int(world.rng.integers(5, 400)),
                "weight": float(world.rng.uniform(2000, 26000)),
            }
        )


def ramp(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(1, 5)), day)
    maker = world.firms.maker(world.third_country(order), opened=day - int(world.rng.integers(30, 300)))
    number = _scheme(world, "new_plant_with_ramp", order, _members([maker], [o.importer for o in olds]), bad=bad)
    for old in olds:
        stop(old, day + int(world.rng.integers(30, 200)))
        honest_relation(world, old, maker, order, scheme=number, start=day).ramp = float(world.rng.uniform(0.4, 0.65))
    inputs(world, maker, order, day)
    if world.rng.random() < 0.6:
        world.capacity.append((maker, order.good, float(world.rng.uniform(1.2, 2.5)), day))


def transforms(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(1, 4)), day)
    maker = world.firms.maker(world.third_country(order), opened=day - int(world.rng.integers(0, 600)))
    number = _scheme(world, "substantial_transformation", order, _members([maker], [o.importer for o in olds]), bad=bad)
    for old in olds:
        stop(old, day + int(world.rng.integers(0, 100)))
        honest_relation(world, old, maker, order, scheme=number, start=day)
    inputs(world, maker, order, day)
    inputs(world, maker, order, day)


def merged_plant(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    country = world.third_country(order)
    before = world.firms.maker(country)
    after = world.firms.maker(country, opened=day, at=before if world.rng.random() < 0.5 else None)
    importers = [world.firms.importer() for _ in range(int(world.rng.integers(2, 5)))]
    number = _scheme(world, "plant_merged_under_new_mid", order, _members([after], importers), bad=bad)
    for importer in importers:
        price = level(GOODS[order.good], country) * float(world.rng.lognormal(0, world.style.value_noise))
        old = world.add(
            world.relation(importer, before, order.good, end=day, price=price, rate=rate_for(world, world.days, 20, 60))
        )
        world.add(replace(old, maker=after, start=day, end=world.days - 1, scheme=number))
    world.claims.append((f"manufacturer:{after.key}", "successor_of", f"manufacturer:{before.key}", "fact", day))


def forwarder(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(2, 5)), day)
    makers = [world.maker_of(order.good, world.third_country(order), day) for _ in range(2)]
    place = world.firms.forwarders[int(world.rng.integers(len(world.firms.forwarders)))]
    number = _scheme(world, "forwarders_address", order, _members(makers, [o.importer for o in olds]), bad=bad)
    for i, old in enumerate(olds):
        stop(old, day)
        importer = old.importer
        importer.address, importer.city, importer.region, importer.postal_code = place
        honest_relation(world, old, makers[i % len(makers)], order, scheme=number, start=day)


def one_broker(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    olds = buyers_of(world, order, int(world.rng.integers(3, 7)), day)
    broker = int(world.filer_weights.argmax())
    makers = [world.maker_of(order.good, world.third_country(order), day) for _ in range(3)]
    number = _scheme(world, "one_broker_for_all", order, _members(makers, [o.importer for o in olds]), bad=bad)
    for i, old in enumerate(olds):
        stop(old, day + int(world.rng.integers(0, 120)))
        honest_relation(world, replace(old, filer=broker), makers[i % 3], order, scheme=number, start=day, lots=(8, 25))


def diversion(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    maker = world.maker_of(order.good, world.third_country(order))
    world.add(world.relation(world.firms.importer(), maker, order.good, rate=rate_for(world, world.days, 10, 40)))
    olds = buyers_of(world, order, int(world.rng.integers(3, 8)), day)
    number = _scheme(world, "market_wide_diversion", order, _members([maker], [o.importer for o in olds]), bad=bad)
    for old in olds:
        begin = min(day + int(world.rng.integers(0, 150)), world.days - 60)
        stop(old, begin)
        honest_relation(world, old, maker, order, scheme=number, start=begin, lots=(8, 25))


def home_market(world: World, bad: bool) -> None:
    order = an_order(world)
    day = moment(world, order)
    country = world.third_country(order)
    maker = world.firms.maker(country)
    importers = [world.firms.importer() for _ in range(int(world.rng.integers(1, 4)))]
    number = _scheme(world, "buys_for_home_market", order, _members([maker], importers), bad=bad)
    for importer in importers:
        price = level(GOODS[order.good], country) * float(world.rng.lognormal(0, world.style.value_noise))
        world.add(
            world.relation(
                importer, maker, order.good, price=price, scheme=number, rate=rate_for(world, world.days, 20, 70)
            )
        )
    good = GOODS[order.good]
    for _ in range(int(world.rng.integers(8, 30))):
        packages = int(world.rng.integers(10, 400))
        world.foreign.append(
            {
                "shipper": world.maker_of(order.good, order.against),
                "consignee": maker,
                "day": world.between(day - 300, world.days),
                "hts": good.hts[:6],
                "words": good.words,
                "packages": packages,
                "weight": round(packages * good.units_a_package * good.kg_a_unit * float(world.rng.uniform(0.8, 1.2))),
            }
        )
