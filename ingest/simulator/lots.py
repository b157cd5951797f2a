"""The ordinary business of a simulated world: who ships what to whom, when, how much, and through which port.

Invariant: nothing here knows of schemes. Look-alikes occur by themselves: relations that ship the same lot
again and again, closed ports, firms that move, containers that come round again, new makers, and buyers who turn
to other countries because of an order.
"""

from dataclasses import dataclass

import numpy as np

from ingest.simulator.parties import Makers, Parties
from ingest.simulator.reference import Array, Reference
from ingest.simulator.streams import stream
from ingest.simulator.world import AIR, BREAKBULK, CONTAINERS_PER_LOT, RAIL, SEA, TRUCK, Columns, Scale

PORT_CHOICES = 5
OVERDISPERSION = (0.02, 0.2)  # intraclass correlation of an importer's ports within a quarter
FIXED_RELATIONS = 0.06  # share of relations that ship one and the same lot each time
MOVERS = 0.03  # share of importers that move to other ports for good
TURN_ELSEWHERE = 0.75  # share of the buyers who leave a country under an order that buy the same goods elsewhere
DIVERTED = 0.8  # share of the lots bound for a closed port that go elsewhere
ROUND_TRIP_DAYS = 150  # mean time until a container is back in the United States
_ASIA = ("CN", "VN", "JP", "KR", "TW", "TH", "MY", "ID", "KH", "PH", "AU")
_QUARTER = 91


@dataclass(frozen=True, slots=True)
class Trade:
    """Lots and lines of ordinary business, and the events that shaped them."""

    lots: Columns
    lines: Columns
    closures: tuple[tuple[int, int, int], ...]
    moved_on: Array


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when business is done, by whom, and how much of it. Days are days since 1970."""

    seed: int
    scale: Scale
    reference: Reference
    parties: Parties
    begin: int
    end: int


def make_trade(setting: Setting) -> Trade:
    """Draw every lot of the window, its ports, its lines and its containers."""
    lots, relation = _draw_lots(setting)
    closures, moved_on = _draw_ports(setting, lots)
    lines = _draw_lines(setting, lots, relation)
    _draw_equipment(setting, lots, lines)
    return Trade(lots, lines, closures, moved_on)


def _draw_lots(setting: Setting) -> tuple[Columns, Columns]:
    rng, reference = stream(setting.seed, "lots"), setting.reference
    importers, makers = setting.parties.importers, setting.parties.makers
    per_importer = rng.multinomial(setting.scale.lots - importers.count, importers.weight) + 1
    relation = _draw_relations(rng, setting, per_importer)
    importer = np.repeat(np.arange(importers.count, dtype=np.int32), per_importer)
    upper = np.cumsum(relation["weight"])
    first = np.searchsorted(relation["importer"], np.arange(importers.count))
    last = np.searchsorted(relation["importer"], np.arange(importers.count), side="right") - 1
    low = np.where(first > 0, upper[first - 1], 0.0)[importer]
    span = upper[last][importer] - low
    which = np.searchsorted(upper, low + rng.random(len(importer)) * span, side="right")
    which = np.clip(which, first[importer], last[importer])
    maker = relation["maker"][which]
    count = len(importer)
    arrived = _draw_days(rng, setting, importer, maker)
    mode = relation["mode"][which]
    maker = _await_new_makers(setting, maker, arrived)
    maker = _turn_from_orders(setting, relation, which=which, maker=maker, arrived=arrived)
    origin = makers.country[maker]
    lots: Columns = {
        "importer": importer,
        "relation": which.astype(np.int32),
        "maker": maker.astype(np.int32),
        "consignee": np.where(rng.random(count) < 0.93, importers.consignee[importer], importer).astype(np.int32),
        "mode": mode,
        "port": np.zeros(count, dtype=np.int8),
        "first_port": np.zeros(count, dtype=np.int8),
        "arrived": arrived.astype(np.int32),
        "entry_lag": np.minimum(rng.gamma(1.2, 2.0, count), 14).astype(np.int8),
        "known_lag": rng.integers(2, 7, count).astype(np.int8),
        "carrier": rng.integers(0, 1 << 14, count).astype(np.int16),
        "forwarder": np.where((mode == SEA) & (rng.random(count) < 0.55), relation["forwarder"][which], -1).astype(
            np.int8
        ),
        "filer": np.where(rng.random(count) < 0.9, importers.filer[importer], importers.second_filer[importer]).astype(
            np.int16
        ),
        "export_country": _draw_export_country(rng, reference, origin),
        "has_entry": np.ones(count, dtype=np.bool_),
        "in_bond": np.zeros(count, dtype=np.bool_),
        "bare": importers.bare[importer] & (rng.random(count) < 0.5),
        "in_scope": relation["in_scope"][which],
        "declares": relation["declares"][which],
        "serial": rng.random(count),  # place within a day, for numbering
    }
    lots["foreign_port"] = draw_foreign_port(rng, reference, lots["export_country"])
    return lots, relation


def _draw_relations(rng: np.random.Generator, setting: Setting, per_importer: Array) -> Columns:
    """Who buys from whom: one maker at least, more for larger importers, often of the same chapter."""
    reference, makers = setting.reference, setting.parties.makers
    number = np.clip(1 + rng.poisson(0.9 * np.log1p(per_importer / 6)), 1, 25)
    importer = np.repeat(np.arange(len(per_importer)), number)
    count = len(importer)
    size = np.arange(1, len(makers.mids) + 1) ** -0.7
    rng.shuffle(size)
    anyone = rng.choice(len(makers.mids), count, p=size / size.sum())
    chapter = np.array([int(hts[:2]) for hts in reference.hts_numbers])[makers.products[:, 0]]
    by_chapter = np.argsort(chapter, kind="stable")
    favourite = chapter[anyone[np.searchsorted(importer, importer)]]
    low = np.searchsorted(chapter[by_chapter], favourite)
    high = np.searchsorted(chapter[by_chapter], favourite, side="right")
    alike = by_chapter[low + (rng.random(count) * (high - low)).astype(np.int64)]
    maker = np.where(rng.random(count) < 0.6, alike, anyone)
    product = makers.products[maker, 0]
    codes = np.array([country.code for country in reference.countries])[makers.country[maker]]
    dense = reference.price_usd[product] / reference.kg_per_unit[product]
    luck = rng.random(count)
    neighbour = np.isin(codes, ("MX", "CA"))
    mode = np.where(luck < 0.04, BREAKBULK, SEA)
    mode = np.where((dense > 35) & (luck < 0.6), AIR, mode)
    mode = np.where(neighbour & (luck < 0.95), np.where(luck < 0.1, RAIL, TRUCK), mode)
    scale = np.select([mode == AIR, mode == TRUCK, mode == SEA], [5.6, 8.5, 9.0], 10.2)
    return {
        "importer": importer,
        "maker": maker,
        "mode": mode.astype(np.int8),
        "weight": rng.gamma(0.7, 1.0, count) + 0.02,
        "kilograms": np.exp(rng.normal(scale, 0.7)),
        "fixed": rng.random(count) < FIXED_RELATIONS,
        "lines": rng.geometric(0.45, count),
        "price": np.exp(rng.normal(0, 0.1, count)),
        "tare": rng.uniform(1.03, 1.12, count),
        "forwarder": rng.integers(0, 60, count),
        "in_scope": rng.random(count) < 0.6,
        "declares": rng.random(count) < 0.96,
    }


def _await_new_makers(setting: Setting, maker: Array, arrived: Array) -> Array:
    """The makers of the lots, where those that did not export yet are stood in for by others of the same goods."""
    rng, makers = stream(setting.seed, "new_makers"), setting.parties.makers
    neighbour = _by_land(setting)[makers.country]
    goods = makers.products[:, 0] * 2 + neighbour
    old = np.flatnonzero(makers.start == 0)
    old = old[np.argsort(goods[old], kind="stable")]
    low, high = np.searchsorted(goods[old], goods), np.searchsorted(goods[old], goods, side="right")
    makers.start[high == low] = 0  # nobody else makes these goods, so they were always there
    stand_in = old[np.minimum(low + (rng.random(len(goods)) * (high - low)).astype(np.int64), len(old) - 1)]
    stood_in: Array = np.where(arrived < makers.start[maker], stand_in[maker], maker)
    return stood_in


def _turn_from_orders(setting: Setting, relation: Columns, *, which: Array, maker: Array, arrived: Array) -> Array:
    """The makers of the lots, after buyers have turned away from goods that a new order makes dear.

    Most of those who leave buy the same goods elsewhere, some give them up for others.
    """
    rng, reference, makers = stream(setting.seed, "diversion"), setting.reference, setting.parties.makers
    countries = [country.code for country in reference.countries]
    by_sea = np.flatnonzero(~_by_land(setting)[makers.country] & (makers.start == 0))
    maker, size = maker.copy(), len(relation["maker"])
    for place, order in enumerate(reference.orders):
        if order.petition_on < setting.begin or not order.case_number.startswith("A"):
            continue
        origin = countries.index(order.country)
        covered = np.flatnonzero(reference.ad_order[:, origin] == place)
        goods = makers.products[:, 0]
        leaves = rng.random(size) < min(0.85, 0.3 + 0.25 * np.log10(order.all_others_rate_pct))
        turned = order.petition_on + rng.gamma(4.0, 45.0, size).astype(np.int64)
        others = by_sea[np.isin(goods[by_sea], covered) & (makers.country[by_sea] != origin)]
        others = others if len(others) else by_sea
        other = np.where(rng.random(size) < TURN_ELSEWHERE, rng.choice(others, size), rng.choice(by_sea, size))
        rows = np.flatnonzero((arrived > order.petition_on) & (makers.country[maker] == origin))
        rows = rows[np.isin(goods[maker[rows]], covered)]
        gone = leaves[which[rows]] & relation["in_scope"][which[rows]] & (arrived[rows] >= turned[which[rows]])
        maker[rows[gone]] = other[which[rows[gone]]]
    return maker


def _by_land(setting: Setting) -> Array:
    """By country: whether its goods come by road and rail."""
    return np.isin([country.code for country in setting.reference.countries], ("MX", "CA"))


def _draw_days(rng: np.random.Generator, setting: Setting, importer: Array, maker: Array) -> Array:
    """Days of arrival: three seasons by chapter, fewer on week-ends, within the importer's time in business."""
    reference, begin, end = setting.reference, setting.begin, setting.end
    importers, makers = setting.parties.importers, setting.parties.makers
    days = np.arange(begin, end + 1)
    year = 2 * np.pi * (days % 365.25) / 365.25
    weekday = np.where((days + 4) % 7 >= 5, 0.55, 1.0)
    seasons = np.stack(
        [
            (1 + 0.08 * np.sin(year)) * weekday,
            (1 + 0.5 * np.maximum(0, -np.sin(year - 0.6))) * weekday,  # before Christmas
            (1 + 0.3 * np.cos(2 * year)) * weekday,  # spring and autumn wear
        ]
    )
    cumulative = np.concatenate([np.zeros((3, 1)), np.cumsum(seasons, axis=1)], axis=1)
    chapter = np.array([int(hts[:2]) for hts in reference.hts_numbers])
    pattern = np.select([np.isin(chapter, (39, 85, 94, 95)), (chapter >= 50) & (chapter <= 65)], [1, 2], 0)[
        makers.products[maker, 0]
    ]
    arrived = np.empty(len(importer), dtype=np.int64)
    luck = rng.random(len(importer))
    for season in range(3):
        here = pattern == season
        low = cumulative[season][importers.start[importer[here]] - begin]
        high = cumulative[season][importers.end[importer[here]] - begin + 1]
        arrived[here] = begin + np.searchsorted(cumulative[season], low + luck[here] * (high - low), side="right") - 1
    return np.clip(arrived, begin, end)


def _draw_export_country(rng: np.random.Generator, reference: Reference, origin: Array) -> Array:
    abroad = rng.choice(np.unique(reference.foreign_port_country), len(origin))
    return np.where(rng.random(len(origin)) < 0.94, origin, abroad).astype(np.int8)


def transit_days(lots: Columns) -> Array:
    """By lot: how long it was under way, from loading to arrival."""
    days: Array = 4 + lots["foreign_port"] % 9 * 3 + lots["carrier"] % 6
    return days


def draw_foreign_port(rng: np.random.Generator, reference: Reference, country: Array) -> Array:
    """A port of the country, by traffic."""
    chosen = np.zeros(len(country), dtype=np.int8)
    luck = rng.random(len(country))
    for home in range(len(reference.countries)):
        ports = np.flatnonzero(reference.foreign_port_country == home)
        here = country == home
        share = np.cumsum(reference.foreign_port_traffic[ports])
        chosen[here] = ports[np.searchsorted(share / share[-1], luck[here], side="right").clip(0, len(ports) - 1)]
    return chosen


def _draw_ports(setting: Setting, lots: Columns) -> tuple[tuple[tuple[int, int, int], ...], Array]:
    """Give each lot its port of entry, and the port where it is unladen; close some ports, move some firms."""
    rng = stream(setting.seed, "ports")
    reference, parties, begin, end = setting.reference, setting.parties, setting.begin, setting.end
    importers = parties.importers
    origin = np.array([country.code for country in reference.countries])[parties.makers.country[lots["maker"]]]
    mode, importer = lots["mode"], lots["importer"]
    moves = rng.random(importers.count) < MOVERS
    moved_on = np.where(moves, rng.integers(begin + 150, end - 150, importers.count), 0)
    elsewhere = rng.choice(len(reference.city_names), importers.count)
    gateways = (
        (("sea", "inland"), np.isin(mode, (SEA, BREAKBULK))),
        (("air",), mode == AIR),
        (("land_north",), np.isin(mode, (TRUCK, RAIL)) & (origin == "CA")),
        (("land_south",), np.isin(mode, (TRUCK, RAIL)) & (origin != "CA")),
    )
    quarters = (end - begin) // _QUARTER + 1
    for kinds, here in gateways:
        ports = np.flatnonzero(np.isin(reference.port_kinds, kinds))
        for city, rows in (
            (
                importers.city[: importers.count],
                here & ~((moved_on > 0)[importer] & (lots["arrived"] >= moved_on[importer])),
            ),
            (elsewhere, here & (moved_on > 0)[importer] & (lots["arrived"] >= moved_on[importer])),
        ):
            choices, shares = _port_shares(rng, reference, ports=ports, city=city, quarters=quarters)
            quarter = (lots["arrived"][rows] - begin) // _QUARTER
            luck = rng.random(int(rows.sum()), dtype=np.float32)
            picked = (shares[importer[rows], quarter] < luck[:, None]).sum(axis=1).clip(0, choices.shape[1] - 1)
            lots["port"][rows] = choices[importer[rows], picked]
    closures = _close_ports(rng, setting, lots)
    lots["first_port"][:] = lots["port"]
    inland = np.flatnonzero((reference.port_kinds == "inland")[lots["port"]])
    code = {port: index for index, port in enumerate(reference.port_codes)}
    west = np.array([code[port] for port in ("2704", "2709", "3002")])
    east = np.array([code[port] for port in ("1703", "1401", "4601")])
    gate = rng.integers(0, 3, len(inland))
    lots["first_port"][inland] = np.where(np.isin(origin[inland], _ASIA), west[gate], east[gate])
    lots["in_bond"][inland] = True
    lots["entry_lag"][inland] += 4
    return closures, moved_on


def _port_shares(
    rng: np.random.Generator, reference: Reference, *, ports: Array, city: Array, quarters: int
) -> tuple[Array, Array]:
    """Each importer's ports, and the cumulative share of each in every quarter."""
    distance = np.hypot(
        reference.city_latitude[:, None] - reference.port_latitude[None, ports],
        (reference.city_longitude[:, None] - reference.port_longitude[None, ports]) * 0.8,
    )
    reach = np.where(reference.port_kinds[ports] == "inland", 2.5, 7.0)  # degrees
    appeal = np.log(reference.port_traffic[ports]) - distance / reach
    appeal = appeal[city] + rng.gumbel(0, 1, (len(city), len(ports)))
    width = min(PORT_CHOICES, len(ports))
    order = np.argsort(-appeal, axis=1, kind="stable")[:, :width]
    base = rng.gamma(0.8, 1.0, (len(city), width)) * (0.6 ** np.arange(width)) + 0.004
    base /= base.sum(axis=1, keepdims=True)
    rho = rng.uniform(*OVERDISPERSION, len(city))
    shape = (base * ((1 - rho) / rho)[:, None]).astype(np.float32)
    shares = rng.standard_gamma(shape[:, None, :].repeat(quarters, axis=1), dtype=np.float32) + np.float32(1e-9)
    shares = np.cumsum(shares, axis=2)
    shares /= shares[:, :, -1:]
    return ports[order], shares


def _close_ports(rng: np.random.Generator, setting: Setting, lots: Columns) -> tuple[tuple[int, int, int], ...]:
    """Strikes and storms: three times a busy port, once its neighbour too, sends its lots elsewhere."""
    reference, begin, end = setting.reference, setting.begin, setting.end
    sea = np.flatnonzero(reference.port_kinds == "sea")
    busy = sea[np.argsort(-reference.port_traffic[sea], kind="stable")[:8]]
    closures: list[tuple[int, int, int]] = []
    for number, port in enumerate(rng.choice(busy, 3, replace=False)):
        start = begin + 180 + int((end - begin - 260) * (number + rng.random()) / 3)
        last = start + int(rng.integers(18, 42))
        distance = np.hypot(
            reference.port_latitude[sea] - reference.port_latitude[port],
            reference.port_longitude[sea] - reference.port_longitude[port],
        )
        neighbour = int(sea[np.argsort(distance, kind="stable")[1]])
        closures += [(int(port), start, last)] + ([(neighbour, start, last)] if number == 0 else [])
    for port, start, last in closures:
        closed = [other for other, from_day, to_day in closures if from_day <= last and to_day >= start]
        open_ports = np.array([other for other in sea if other not in closed])
        weight = reference.port_traffic[open_ports]
        bound = np.flatnonzero((lots["port"] == port) & (lots["arrived"] >= start) & (lots["arrived"] <= last))
        bound = bound[rng.random(len(bound)) < DIVERTED]
        lots["port"][bound] = rng.choice(open_ports, len(bound), p=weight / weight.sum())
        lots["arrived"][bound] = np.minimum(lots["arrived"][bound] + rng.integers(1, 9, len(bound)), end)
    return tuple(closures)


def _draw_lines(setting: Setting, lots: Columns, relation: Columns) -> Columns:
    """Lines of each lot: products of its maker, packages, quantities, weights and values that fit together."""
    rng = stream(setting.seed, "lines")
    reference, makers, begin = setting.reference, setting.parties.makers, setting.begin
    which, mode, count = lots["relation"], lots["mode"], len(lots["relation"])
    fixed = relation["fixed"][which]
    number = np.where(fixed, relation["lines"][which], rng.geometric(0.45, count)).clip(1, 12)
    kilograms = relation["kilograms"][which] * np.where(fixed, 1.0, np.exp(rng.normal(0, 0.3, count)))
    kilograms = kilograms.clip(20, np.select([mode == AIR, mode == TRUCK, mode == SEA], [4000, 20000, 80000], 250000))
    lot = np.repeat(np.arange(count, dtype=np.int32), number)
    first = np.cumsum(number) - number
    ordinal = np.arange(len(lot)) - first[lot]
    share = np.where(fixed[lot], 1.0, rng.gamma(2.0, 1.0, len(lot)))
    share /= np.add.reduceat(share, first)[lot]
    product = makers.products[lots["maker"][lot], ordinal % makers.products.shape[1]]
    package_kg = reference.kg_per_unit[product] * reference.units_per_package[product]
    packages = np.maximum(1, np.rint(kilograms[lot] * share / package_kg)).astype(np.int64)
    rounded = (packages > 40) & (rng.random(len(lot)) < 0.5) & ~fixed[lot]
    packages = np.where(rounded, packages // 5 * 5, packages)
    quantity = packages * reference.units_per_package[product]
    tare = relation["tare"][which][lot] * np.where(fixed[lot], 1.0, rng.normal(1, 0.008, len(lot)))
    level = price_level(reference, makers)
    price = reference.price_usd[product] * level[lots["maker"][lot]] * relation["price"][which][lot]
    price *= reference.dumped[product, makers.country[lots["maker"][lot]]]
    price *= 1.03 ** ((lots["arrived"][lot] - begin) // 365)
    price *= np.where(fixed[lot], 1.0, np.exp(rng.normal(0, 0.05, len(lot))))
    two = (number[lot] > 1) & (rng.random(count) < 0.04)[lot]
    return {
        "lot": lot,
        "product": product.astype(np.int16),
        "packages": packages.astype(np.int32),
        "quantity": quantity,
        "weight": np.maximum(1, np.rint(quantity * reference.kg_per_unit[product] * tare)).astype(np.int32),
        "cents": np.maximum(100, np.rint(quantity * price * 100)).astype(np.int64),
        "second": two & (ordinal * 2 >= number[lot]),  # stands on the lot's second entry
    }


def price_level(reference: Reference, makers: Makers) -> Array:
    """By maker: its prices against the mean of what it makes."""
    level: Array = np.array([home.price_level for home in reference.countries])[makers.country] ** 0.7 * makers.price
    return level


def _draw_equipment(setting: Setting, lots: Columns, lines: Columns) -> None:
    """Containers from a pool that comes round again, and seals that do not."""
    rng, days = stream(setting.seed, "equipment"), setting.end - setting.begin + 1
    count = len(lots["importer"])
    weight = np.bincount(lines["lot"], weights=lines["weight"], minlength=count)
    boxed = np.isin(lots["mode"], (SEA, RAIL))
    number = np.where(boxed, np.ceil(weight / 21000).clip(1, CONTAINERS_PER_LOT), 0).astype(np.int64)
    lot = np.repeat(np.arange(count), number)
    place = np.arange(len(lot)) - np.repeat(np.cumsum(number) - number, number)
    pool_size = max(50, int(len(lot) * ROUND_TRIP_DAYS / days))
    pool = rng.choice(14_000_000, pool_size, replace=False)
    turn = np.argsort(lots["arrived"][lot] + rng.normal(0, 25, len(lot)), kind="stable")
    container = np.full((count, CONTAINERS_PER_LOT), -1, dtype=np.int32)
    seal = np.full((count, CONTAINERS_PER_LOT), -1, dtype=np.int32)
    container[lot[turn], place[turn]] = pool[np.arange(len(lot)) % pool_size]
    seal[lot, place] = rng.integers(10_000_000, 2_000_000_000, len(lot))
    lots["container"], lots["seal"] = container, seal
