"""Transshipment rings: goods under an order against one country arrive as goods of another.

Invariant: the relabelled goods are the supplier's, so their weights, packages and prices are; the plant in the
third country makes nothing of them. Who stands behind it is in the truth alone: officers and telephones are shared
in half of the schemes, bills between the two countries are seen in half, and somebody says so in a few.
"""

import numpy as np

from ingest.simulator.names import spellings
from ingest.simulator.schemes.diverted_trade import TRADE, Diversion, Target, divert, stem_of, targets, third_countries
from ingest.simulator.schemes.family import Family, Planting, Ranges
from ingest.simulator.world import SEA, Scheme

KIND = "transshipment_ring"
_RING: Ranges = {
    **TRADE,
    "importers": (1.0, 3.0),
    "price": (0.96, 1.08),  # against the supplier's own
    "feeds_seen": (0.45, 0.55),
    "coverage": (0.55, 0.95),  # part of the lots whose foreign bill is seen
    "ties": (0.4, 0.6),
    "at_an_office": (0.3, 0.5),
    "makes": (0.08, 0.5),  # what the plant can make, against what it ships
    "supplier_ships": (0.1, 0.2),
}
_STATUSES = ("alleged", "alleged", "alleged", "admitted", "fact", "rejected")


def _controller(planting: Planting, case: Diversion) -> int:
    """Who is behind the supplier, in a numbering after that of importers."""
    return len(planting.world.parties.importers.numbers) + case.supplier


def _shell(case: Diversion, ranges: Ranges, country: int, *, opened: int, products: tuple[int, ...] = ()) -> int:
    """A plant in name only, tied to the supplier or to an importer by an officer or a telephone, or by nothing."""
    planting, makers = case.planting, case.planting.world.parties.makers
    importers = planting.world.parties.importers
    shell = case.open_plant(
        country,
        opened=opened,
        at_an_office=planting.uniform(ranges["at_an_office"]),
        products=products,
        makes=planting.uniform(ranges["makes"]),
    )
    if planting.chance(planting.uniform(ranges["ties"])):
        whose = int(case.planting.rng.integers(0, 3))
        if whose == 0:
            makers.officers[shell] = importers.officers[case.importers[0]]
        else:
            makers.officers[shell] = makers.officers[case.supplier]
        if whose != 1:
            makers.phones[shell] = makers.phones[case.supplier]
    if planting.chance(planting.uniform(ranges["supplier_ships"])):
        makers.exporter[shell] = case.supplier
    return shell


def _relabel(case: Diversion, ranges: Ranges, importer: int, shell: int, *, first: int, last: int) -> list[int]:
    price = case.planting.uniform(ranges["price"])
    return case.go_on(importer, shell, like=case.supplier, price=price, first=first, last=last)


def _feed(case: Diversion, ranges: Ranges, lots: dict[int, list[int]]) -> None:
    """Foreign bills for all plants of a scheme, or for none."""
    planting = case.planting
    if planting.chance(planting.uniform(ranges["feeds_seen"])):
        coverage = planting.uniform(ranges["coverage"])
        for shell, theirs in lots.items():
            case.feed(theirs, shell, coverage=coverage)


def _end(
    case: Diversion, ranges: Ranges, family: str, *, importers: tuple[int, ...] = (), makers: tuple[int, ...] = ()
) -> Scheme:
    """The scheme, with what customs and others said of it, and the importers and makers that it has besides."""
    planting = case.planting
    case.suspect(planting.uniform(ranges["suspected"]), wrong=True)
    relation = ("controlled_by", "owned_by", "sister_of")[int(planting.rng.integers(0, 3))]
    case.claim(planting.uniform(ranges["claimed"]), relation=relation, statuses=_STATUSES)
    return case.scheme(
        family,
        "positive",
        controller=_controller(planting, case),
        makers=(case.supplier, *makers, *case.makers),
        more_importers=importers,
    )


def _new_plant(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A plant opens in a third country, and the importers' goods come from there."""
    case = divert(planting, ranges)
    if case is None:
        return None
    case.history()
    (country,) = third_countries(planting, case.target, 1)
    shell = _shell(case, ranges, country, opened=case.moved_on - 10)
    lots = []
    for importer in case.importers:
        lots += _relabel(case, ranges, importer, shell, first=case.moved_on, last=case.ends_on)
    for importer in case.importers:
        lots += case.turn(importer, shell, like=None)
    _feed(case, ranges, {shell: lots})
    return _end(case, ranges, "relabelled_through_new_plant")


def _sequence(planting: Planting, ranges: Ranges) -> Scheme | None:
    """One hand, and a shell in one country after another: it moves on when somebody asks."""
    case = divert(planting, ranges)
    if case is None:
        return None
    stay = planting.uniform(ranges["stay_days"])
    legs = min(round(planting.uniform(ranges["countries"])), int((case.ends_on - case.moved_on) // 75))
    if legs < 2:
        return None
    case.history()
    stay = min(stay, (case.ends_on - case.moved_on) / legs)
    lots: dict[int, list[int]] = {}
    for leg, country in enumerate(third_countries(planting, case.target, legs)):
        first = round(case.moved_on + leg * stay)
        last = round(first + stay)
        shell = _shell(case, ranges, country, opened=first - 5)
        lots[shell] = []
        for importer in case.importers:
            lots[shell] += _relabel(case, ranges, importer, shell, first=first, last=last)
        case.suspect(planting.uniform(ranges["asked"]), wrong=True)
    _feed(case, ranges, lots)
    return _end(case, ranges, "shell_in_each_country")


def _two_products(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The same shells carry two products of one country, each under an order of its own."""
    known = targets(planting.world)
    pairs = [
        (one, two)
        for one in known
        for two in known
        if one.product != two.product and one.origin == two.origin and one.petition <= two.petition
    ]
    if not pairs:
        return None
    one, two = pairs[int(planting.rng.integers(0, len(pairs)))]
    case, other = divert(planting, ranges, one), divert(planting, ranges, two)
    if case is None or other is None or set(case.importers) & set(other.importers):
        return None
    if case.supplier == other.supplier:
        return None
    country = _country_for_both(planting, one, two)
    if country is None:
        return None
    case.history()
    other.history()
    first = min(case.moved_on, other.moved_on)
    shells = [_shell(case, ranges, country, opened=first - 10, products=(one.product, two.product))]
    if planting.chance(0.4):
        shells.append(_shell(case, ranges, country, opened=first - 10, products=(two.product, one.product)))
    for part in (case, other):
        part.makers = shells
        fed: dict[int, list[int]] = {shell: [] for shell in shells}
        for importer in part.importers:
            shell = shells[int(planting.rng.integers(0, len(shells)))]
            fed[shell] += _relabel(part, ranges, importer, shell, first=part.moved_on, last=part.ends_on)
        _feed(part, ranges, fed)
    case.lots += other.lots
    case.days += other.days
    case.evaded_usd += other.evaded_usd
    case.shipped |= {other.supplier, *other.shipped}
    shared = tuple(other.importers)
    return _end(case, ranges, "shells_across_products", importers=shared, makers=(other.supplier,))


def _country_for_both(planting: Planting, one: Target, two: Target) -> int | None:
    for country in third_countries(planting, one, 3):
        if planting.world.reference.ad_order[two.product, country] < 0 and country != two.origin:
            return country
    return None


def _hub(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A converter whom one hand holds serves many importers that share nothing but him."""
    case = divert(planting, ranges)
    if case is None:
        return None
    (country,) = third_countries(planting, case.target, 1)
    grown = planting.chance(planting.uniform(ranges["grown"]))
    hub = case.old_plant(country) if grown else None
    case.history()
    if hub is None:
        hub = _shell(case, ranges, country, opened=case.moved_on - 10)
    else:
        planting.world.parties.makers.makes[hub] = planting.uniform(ranges["makes"])
    lots = []
    for importer in case.importers:
        joined = case.moved_on + round(planting.uniform((0.0, 90.0)))
        lots += _relabel(case, ranges, importer, hub, first=joined, last=case.ends_on)
    _feed(case, ranges, {hub: lots})
    return _end(case, ranges, "converter_hub")


def _maker_imports(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The maker's own new firm becomes importer of record; who bought before is the consignee now."""
    case = divert(planting, ranges)
    if case is None:
        return None
    world, importers = planting.world, planting.world.parties.importers
    start = importers.start[: importers.count]
    new = np.flatnonzero((start >= case.moved_on - 120) & (start <= case.moved_on + 20) & (start > world.begin))
    new = new[[int(one) not in planting.used_importers and len(planting.lots_of(int(one))) <= 8 for one in new]]
    new = new[importers.end[new] >= case.ends_on - 30] if len(new) else new
    if not len(new):
        return None
    case.history()
    record = int(planting.rng.choice(new))
    (country,) = third_countries(planting, case.target, 1)
    shell = _shell(case, ranges, country, opened=case.moved_on - 10)
    makers = world.parties.makers
    if planting.chance(planting.uniform(ranges["ties"])):
        importers.officers[record] = makers.officers[shell]
    if planting.chance(planting.uniform(ranges["named_alike"])):
        name = f"{stem_of(world, shell)} USA Inc."
        importers.names[record] = spellings(name, int(planting.rng.integers(0, 1 << 30)))
    price, lots = planting.uniform(ranges["price"]), []
    for buyer in case.importers:
        rate = case.lots_a_year * (case.ends_on - case.moved_on) / 365
        count = max(2, int(planting.rng.poisson(rate)))
        for day in case.arrivals(case.moved_on, case.ends_on, count):
            lots.append(case.ship(record, shell, day, like=case.supplier, price=price, consignee=buyer))
    _feed(case, ranges, {shell: lots})
    return _end(case, ranges, "maker_as_importer_of_record", importers=(record,))


def _mixed(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A plant that makes some of what it ships: the rest passes through."""
    case = divert(planting, ranges)
    if case is None:
        return None
    (country,) = third_countries(planting, case.target, 1)
    plant = case.old_plant(country) if planting.chance(planting.uniform(ranges["grown"])) else None
    case.history()
    if plant is None:
        plant = _shell(case, ranges, country, opened=case.moved_on - round(planting.uniform((10.0, 150.0))))
    makers = planting.world.parties.makers
    real = planting.uniform(ranges["real"])
    makers.makes[plant] = real * planting.uniform((0.9, 1.3))
    passed: list[int] = []
    for importer in case.importers:
        passed += _relabel(case, ranges, importer, plant, first=case.moved_on, last=case.ends_on)
    # What it makes itself goes to the same importers and to others, at its own price, and is nobody's crime.
    count = round(len(passed) * real / (1 - real))
    others = [int(planting.rng.choice(case.importers)) for _ in range(3)]
    strangers = planting.rng.integers(0, planting.world.parties.importers.count, 40).tolist()
    lots = planting.world.lots
    others += [
        one
        for one in strangers
        if one not in planting.used_importers and (lots["mode"][planting.lots_of(one)] == SEA).any()
    ][:3]
    importers = planting.world.parties.importers
    for day in case.arrivals(max(int(makers.start[plant]), case.moved_on - 100), case.ends_on, count):
        buyer = int(others[int(planting.rng.integers(0, len(others)))])
        if importers.start[buyer] <= day <= importers.end[buyer]:
            case.ship(buyer, plant, day, like=plant, listed=False)
    _feed(case, ranges, {plant: passed})
    return _end(case, ranges, "pass_through_with_production")


FAMILIES: tuple[Family, ...] = (
    Family("relabelled_through_new_plant", KIND, "positive", 2, _RING, _new_plant),
    Family(
        "shell_in_each_country", KIND, "positive", 2,
        {**_RING, "days": (300.0, 640.0), "countries": (2.0, 3.4), "stay_days": (90.0, 240.0), "asked": (0.5, 0.8)},
        _sequence,
    ),
    Family("shells_across_products", KIND, "positive", 2, {**_RING, "importers": (1.0, 2.4)}, _two_products),
    Family(
        "converter_hub", KIND, "positive", 2,
        {**_RING, "importers": (6.0, 14.0), "lots_a_year": (3.0, 9.0), "ties": (0.2, 0.4), "grown": (0.3, 0.6)},
        _hub,
    ),
    Family(
        "maker_as_importer_of_record", KIND, "positive", 2, {**_RING, "named_alike": (0.2, 0.4)}, _maker_imports
    ),
    Family(
        "pass_through_with_production", KIND, "positive", 2,
        {**_RING, "real": (0.3, 0.7), "grown": (0.3, 0.6), "days": (240.0, 520.0)},
        _mixed,
    ),
)  # fmt: skip
