"""Innocent patterns that look like transshipment: trade leaves a country under an order, and the goods are real.

Invariant: every look-alike has importers, dates and numbers of lots from the ranges of the schemes, and goods that
are made (or made over) where they are said to come from, at the price of the maker who makes them.
"""

import numpy as np

from ingest.simulator.names import spellings
from ingest.simulator.schemes.diverted_trade import TRADE, Diversion, divert, stem_of, third_countries
from ingest.simulator.schemes.family import Family, Planting, Ranges
from ingest.simulator.world import Claim, Feed, Scheme

KIND = "transshipment_ring"
_PLANT: Ranges = {
    **TRADE,
    "importers": (1.0, 3.0),
    "at_an_office": (0.05, 0.2),
    "makes": (1.05, 3.0),  # what the plant can make, against what it ships
    "claimed": (0.1, 0.25),
}
_CROWD: Ranges = {**_PLANT, "importers": (6.0, 14.0), "lots_a_year": (3.0, 9.0)}
_STATUSES = ("alleged", "rejected", "rejected", "fact")


def _end(case: Diversion, ranges: Ranges, family: str, *, relation: str = "sister_of") -> Scheme:
    planting = case.planting
    case.suspect(planting.uniform(ranges["suspected"]), wrong=False)
    case.claim(planting.uniform(ranges["claimed"]), relation=relation, statuses=_STATUSES)
    controller = int(planting.world.parties.importers.controller[case.importers[0]])
    return case.scheme(family, "hard_negative", controller=controller, makers=tuple(case.makers))


def _plant(case: Diversion, ranges: Ranges, country: int, *, opened: int) -> int:
    planting = case.planting
    return case.open_plant(
        country,
        opened=opened,
        at_an_office=planting.uniform(ranges["at_an_office"]),
        makes=planting.uniform(ranges["makes"]),
    )


def _buy(case: Diversion, maker: int) -> list[int]:
    """The importers buy from a maker at its own price."""
    lots: list[int] = []
    for importer in case.importers:
        lots += case.go_on(importer, maker, like=maker)
    for importer in case.importers:
        lots += case.turn(importer, maker, like=maker)
    return lots


def _other_heading(case: Diversion) -> int | None:
    """Another product of the same chapter: what the goods can be made from."""
    hts, target = case.planting.world.reference.hts_numbers, case.target.product
    inputs = [
        place for place, number in enumerate(hts) if number[:2] == hts[target][:2] and number[:4] != hts[target][:4]
    ]
    return int(case.planting.rng.choice(inputs)) if inputs else None


def _ramp(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A real plant opens, makes the goods, and ships more each month."""
    case = divert(planting, ranges)
    if case is None:
        return None
    case.history()
    (country,) = third_countries(planting, case.target, 1)
    plant = _plant(case, ranges, country, opened=case.moved_on - 10)
    span = case.ends_on - case.moved_on
    for importer in case.importers:
        for part, share in ((0.0, 0.5), (1 / 3, 1.0), (2 / 3, 1.4)):
            first = round(case.moved_on + part * span)
            case.go_on(importer, plant, like=plant, first=first, last=round(first + span / 3), part=share)
        case.turn(importer, plant, like=plant)
    return _end(case, ranges, "plant_with_a_ramp")


def _transformed(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A plant buys inputs of another heading from the country under the order, and makes the goods from them."""
    case = divert(planting, ranges)
    if case is None:
        return None
    (country,) = third_countries(planting, case.target, 1)
    inputs = _other_heading(case)
    if inputs is None:
        return None
    case.history()
    plant = case.old_plant(country) if planting.chance(0.4) else None
    if plant is None:
        plant = _plant(case, ranges, country, opened=case.moved_on - 10)
    lots = _buy(case, plant)
    ratio = planting.uniform(ranges["input_weight"])
    case.feed(lots, plant, coverage=planting.uniform(ranges["coverage"]), product=inputs, ratio=ratio)
    return _end(case, ranges, "substantial_transformation")


def _changed_hands(planting: Planting, ranges: Ranges) -> Scheme | None:
    """An old plant in a third country is sold: another name and number, the same goods, buyers and address."""
    case = divert(planting, ranges)
    if case is None:
        return None
    (country,) = third_countries(planting, case.target, 1)
    world, makers = planting.world, planting.world.parties.makers
    old = case.old_plant(country)
    if old is None:
        return None
    case.history()
    new = _plant(case, ranges, country, opened=case.moved_on - 3)
    if planting.chance(planting.uniform(ranges["same_address"])):
        makers.addresses[new], makers.cities[new] = makers.addresses[old], makers.cities[old]
    makers.phones[new] = makers.phones[old]
    makers.price[new] = makers.price[old]
    # The plant had the importers' custom before it was sold, beside what they bought from the supplier.
    first = max(world.begin + 15, case.moved_on - round(planting.uniform((250.0, 420.0))))
    for importer in case.importers:
        rate = case.lots_a_year * planting.uniform((0.6, 1.0))
        count = max(2, int(planting.rng.poisson(rate * (case.moved_on - first) / 365)))
        for day in case.arrivals(first, case.moved_on, count):
            case.ship(importer, old, day, like=old, listed=False)
        case.go_on(importer, new, like=new)
    lots = world.lots
    for lot in np.flatnonzero((lots["maker"] == old) & (lots["arrived"] >= case.moved_on)):
        lots["maker"][lot] = new
    if planting.chance(planting.uniform(ranges["announced"])):
        known = case.moved_on + int(planting.rng.integers(5, 120))
        planting.claim(
            Claim(
                new, "successor_of", old, "fact", case.moved_on, known, "corporate filing",
                subject_role="manufacturer", object_role="manufacturer",
            )
        )  # fmt: skip
    return _end(case, ranges, "plant_changed_hands")


def _shared_address(planting: Planting, ranges: Ranges) -> Scheme | None:
    """Several makers of a country are registered with one forwarder, and one of them is new."""
    case = divert(planting, ranges)
    if case is None:
        return None
    case.history()
    (country,) = third_countries(planting, case.target, 1)
    makers = planting.world.parties.makers
    plants = [_plant(case, ranges, country, opened=case.moved_on - 10)]
    for _ in range(round(planting.uniform(ranges["neighbours"]))):
        neighbour = case.old_plant(country)
        if neighbour is None:
            neighbour = _plant(case, ranges, country, opened=case.moved_on - 10)
        plants.append(neighbour)
    office, city = makers.offices[country][int(planting.rng.integers(0, len(makers.offices[country])))]
    for plant in plants:
        makers.addresses[plant] = spellings(f"{office}, {city}", int(planting.rng.integers(0, 1 << 30)))
        makers.cities[plant] = city
    for importer in case.importers:
        plant = plants[int(planting.rng.integers(0, len(plants)))]
        case.go_on(importer, plant, like=plant)
        case.turn(importer, plant, like=plant)
    return _end(case, ranges, "forwarders_shared_address", relation="shares_address")


def _one_broker(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A broker files for many importers, all of whom now buy from makers in a third country."""
    case = divert(planting, ranges)
    if case is None:
        return None
    world = planting.world
    countries = third_countries(planting, case.target, 2)
    plants = [plant for country in countries for _ in range(2) if (plant := case.old_plant(country)) is not None]
    if not plants:
        return None
    broker = int(planting.rng.choice(len(world.parties.services.filers), p=world.parties.services.broker_weight))
    for importer in case.importers:
        world.parties.importers.filer[importer] = broker
        world.lots["filer"][planting.lots_of(importer)] = broker
    case.history()
    for importer in case.importers:
        plant = plants[int(planting.rng.integers(0, len(plants)))]
        case.go_on(importer, plant, like=plant)
        case.turn(importer, plant, like=plant)
    return _end(case, ranges, "one_broker_for_all", relation="agent_of")


def _relocated(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The supplier builds a factory in a third country under its own name, and says so."""
    case = divert(planting, ranges)
    if case is None:
        return None
    case.history()
    (country,) = third_countries(planting, case.target, 1)
    world, makers = planting.world, planting.world.parties.makers
    plant = _plant(case, ranges, country, opened=case.moved_on - 10)
    home = world.reference.countries[country]
    city = makers.cities[plant]
    if planting.chance(planting.uniform(ranges["same_name"])):
        suffix = home.suffixes[int(planting.rng.integers(0, len(home.suffixes)))]
        name = f"{stem_of(world, case.supplier)} {city} {suffix}"
        makers.names[plant] = spellings(name, int(planting.rng.integers(0, 1 << 30)))
    if planting.chance(0.6):
        makers.officers[plant] = makers.officers[case.supplier]
    if planting.chance(0.4):
        makers.phones[plant] = makers.phones[case.supplier]
    if planting.chance(0.3):
        makers.exporter[plant] = case.supplier
    lots = _buy(case, plant)
    inputs = _other_heading(case)
    if inputs is not None and planting.chance(0.5):
        case.feed(lots, plant, coverage=0.5, product=inputs, ratio=planting.uniform(ranges["input_weight"]))
    known = case.moved_on + int(planting.rng.integers(-60, 200))
    if planting.chance(planting.uniform(ranges["announced"])):
        planting.claim(
            Claim(
                plant, "owned_by", case.supplier, "fact", case.moved_on - 30, known, "corporate filing",
                subject_role="manufacturer", object_role="manufacturer",
            )
        )  # fmt: skip
    return _end(case, ranges, "factory_relocated", relation="owned_by")


def _market(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The order makes the goods dear, and everybody buys them from whoever made them elsewhere."""
    case = divert(planting, ranges)
    if case is None:
        return None
    countries = third_countries(planting, case.target, 3)
    plants = [plant for country in countries for _ in range(3) if (plant := case.old_plant(country)) is not None]
    if len(plants) < 3:
        return None
    case.history()
    for importer in case.importers:
        chosen = planting.rng.permutation(plants)[: int(planting.rng.integers(1, 3))].tolist()
        for plant in chosen:
            case.go_on(importer, plant, like=plant, part=1 / len(chosen))
        case.turn(importer, chosen[0], like=chosen[0])
    return _end(case, ranges, "market_turns_elsewhere")


def _home_market(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A plant sells its own goods abroad, and for its home market buys the same goods from the old country."""
    case = divert(planting, ranges)
    if case is None:
        return None
    (country,) = third_countries(planting, case.target, 1)
    case.history()
    world, rng, product = planting.world, planting.rng, case.target.product
    plant = case.old_plant(country) if planting.chance(0.5) else None
    if plant is None:
        plant = _plant(case, ranges, country, opened=case.moved_on - 10)
    lots = _buy(case, plant)
    each = float(world.reference.kg_per_unit[product] * world.reference.units_per_package[product])
    load = float(np.exp(rng.normal(9.3, 0.5)))
    for day in rng.integers(case.moved_on - 100, case.ends_on, round(len(lots) * planting.uniform(ranges["bought"]))):
        boxes = max(1, round(load * float(np.exp(rng.normal(0, 0.35))) / each))
        world.feeds.append(Feed(case.supplier, plant, product, arrived=int(day), packages=boxes))
    return _end(case, ranges, "imports_for_home_market")


FAMILIES: tuple[Family, ...] = (
    Family("plant_with_a_ramp", KIND, "hard_negative", 5, _PLANT, _ramp),
    Family(
        "substantial_transformation", KIND, "hard_negative", 5,
        {**_PLANT, "input_weight": (1.05, 1.9), "coverage": (0.55, 0.95)}, _transformed,
    ),
    Family(
        "plant_changed_hands", KIND, "hard_negative", 5,
        {**_PLANT, "same_address": (0.7, 0.95), "announced": (0.4, 0.6)}, _changed_hands,
    ),
    Family("forwarders_shared_address", KIND, "hard_negative", 5, {**_PLANT, "neighbours": (2.0, 4.0),
           "importers": (2.0, 5.0)}, _shared_address),
    Family("one_broker_for_all", KIND, "hard_negative", 4, _CROWD, _one_broker),
    Family(
        "factory_relocated", KIND, "hard_negative", 5,
        {**_PLANT, "same_name": (0.6, 0.9), "announced": (0.6, 0.9), "input_weight": (1.05, 1.9)}, _relocated,
    ),
    Family("market_turns_elsewhere", KIND, "hard_negative", 4, _CROWD, _market),
    Family("imports_for_home_market", KIND, "hard_negative", 5, {**_PLANT, "bought": (0.3, 1.6)}, _home_market),
)  # fmt: skip
