"""Bills of lading to the United States and between other countries, and movements under bond.

Invariant: a bill says what the carrier was told; names and addresses on it are spellings, not records.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.simulator.lots import transit_days
from ingest.simulator.names import SPELLINGS
from ingest.simulator.numbering import Numbers, taken
from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.tables.file import Cells, FileFormat, amount, days, pick, table_file, whole
from ingest.simulator.world import BREAKBULK, RAIL, SEA, Columns, World, append, rows_of, take

BATCH_BILLS = 150_000
FOREIGN_SHARE = 0.12  # bills between other countries, against bills to the United States
_SPELLING_SHARES = (0.4, 0.25, 0.22, 0.13)
_SAME_GOODS = 0.3  # share of pairs of makers in which one sells what the other makes too
_SAME_LOAD = 0.1  # share of pairs in which each shipment is like the one before
_TO_ORDER = 0.06
_MISSING = {"seals": 0.2, "notify_name": 0.5, "hts_prefix": 0.4, "containers": 0.03, "voyage": 0.1, "description": 0.05}
_VESSELS = tuple(
    f"{first} {second}"
    for first in ("ALBA", "BOREAL", "CALDER", "DORIAN", "ESTRELLA", "FAROE", "GALENE", "HALCYON", "IRIS", "JUNO")
    for second in ("PROMISE", "TRADER", "STAR", "BRIDGE", "PIONEER", "SPIRIT", "HARMONY")
)

_VOYAGES = tuple(f"{number:03d}{side}" for number in range(500) for side in "EW")


def write_bills(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write a bill for each lot by sea or rail that has arrived, in order of arrival; how many."""
    rng = stream(world.seed, "bills")
    lots, lines, reference, parties = world.lots, world.lines, world.reference, world.parties
    importers, makers, services = parties.importers, parties.makers, parties.services
    count = len(lots["importer"])
    weight = np.bincount(lines["lot"], weights=lines["weight"], minlength=count)
    packages = np.bincount(lines["lot"], weights=lines["packages"], minlength=count)
    _, first_line = np.unique(lines["lot"], return_index=True)
    carried = np.flatnonzero(np.isin(lots["mode"], (SEA, RAIL, BREAKBULK)))
    carried = carried[np.lexsort((lots["serial"][carried], lots["arrived"][carried]))]
    maker_names, maker_addresses = _flat(makers.names), _flat(makers.addresses)
    names, addresses = _flat(importers.names), _flat(_with_city(world))
    countries = [country.code for country in reference.countries]
    transit = transit_days(lots)
    with table_file(folder, "bills", file_format) as file:
        for low in range(0, len(carried), BATCH_BILLS):
            lot = carried[low : low + BATCH_BILLS]
            size = len(lot)
            gone = {name: rng.random(size) < share for name, share in _MISSING.items()}
            shipper = makers.exporter[lots["maker"][lot]]
            spelling = rng.choice(SPELLINGS, (4, size), p=_SPELLING_SHARES)
            by_forwarder = (lots["forwarder"][lot] >= 0) & (rng.random(size) < 0.06)
            to_order = rng.random(size) < _TO_ORDER
            product = lines["product"][first_line[lot]]
            consignee, notify = lots["consignee"][lot], lots["importer"][lot]
            file.write(
                {
                    "bill_number": taken(numbers.bill_number, lot),
                    "master_bill_number": taken(numbers.master_bill_number, lot),
                    "scac": taken(numbers.scac, lot),
                    "vessel": pick(_VESSELS, lots["carrier"][lot] % len(_VESSELS), lots["mode"][lot] == RAIL),
                    "voyage": pick(_VOYAGES, rng.integers(0, 1000, size), gone["voyage"]),
                    "loaded_on": days(lots["arrived"][lot] - transit[lot]),
                    "arrived_on": days(lots["arrived"][lot]),
                    "port_of_lading": pick(reference.foreign_port_codes, lots["foreign_port"][lot]),
                    "port_of_unlading": pick(reference.port_codes, lots["first_port"][lot]),
                    "country_of_lading": pick(countries, lots["export_country"][lot]),
                    "country_of_unlading": pick(("US",), np.zeros(size, dtype=np.int64)),
                    "shipper_name": _either(
                        by_forwarder,
                        pick(services.forwarder_names, np.maximum(lots["forwarder"][lot], 0)),
                        pick(maker_names, shipper * SPELLINGS + spelling[0]),
                    ),
                    "shipper_address": pick(maker_addresses, shipper * SPELLINGS + spelling[1], by_forwarder),
                    "shipper_country": pick(countries, makers.country[shipper]),
                    "consignee_name": _either(
                        to_order, pick(("TO ORDER",), np.zeros(size, dtype=np.int64)),
                        pick(names, consignee * SPELLINGS + spelling[2]),
                    ),
                    "consignee_address": pick(addresses, consignee * SPELLINGS + spelling[3], to_order),
                    "consignee_country": pick(("US",), np.zeros(size, dtype=np.int64), to_order),
                    "notify_name": pick(names, notify * SPELLINGS + spelling[3], gone["notify_name"]),
                    "notify_address": pick(addresses, notify * SPELLINGS + spelling[2], gone["notify_name"]),
                    "containers": _joined([taken(c, lot) for c in numbers.container], gone["containers"]),
                    "seals": _joined([taken(s, lot) for s in numbers.seal], gone["seals"]),
                    "packages": whole(packages[lot]),
                    "package_unit": pick(("CTN", "PKG", "PLT", "BAG"), product % 4),
                    "gross_weight_kg": amount(weight[lot].astype(np.int64) * 1000),
                    "hts_prefix": pick([hts[:6] for hts in reference.hts_numbers], product, gone["hts_prefix"]),
                    "description": pick(reference.descriptions, product, gone["description"]),
                    "status": pick(("active", "amended"), (rng.random(size) < 0.05).astype(np.int64)),
                    "known_at": days(lots["arrived"][lot] - 1),
                }
            )  # fmt: skip
        return file.rows


def write_foreign_bills(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write bills between third countries: makers that supply makers elsewhere, again and again; how many."""
    rng = stream(world.seed, "foreign_bills")
    reference, makers, services = world.reference, world.parties.makers, world.parties.services
    supplies = _supplies(rng, world)
    supplies = append(supplies, _feeds(world))
    supplies = take(supplies, np.flatnonzero(supplies["arrived"] + 30 <= world.end))
    size = rows_of(supplies)
    # In order of arrival, by lot within a day, so that the place and the number say nothing of who sent them.
    supplies = take(supplies, np.lexsort((rng.random(size), supplies["arrived"])))
    seller, buyer, product = supplies["seller"], supplies["buyer"], supplies["product"]
    arrived, packages, weight = supplies["arrived"], supplies["packages"], supplies["weight"]
    spelling = rng.choice(SPELLINGS, (4, size), p=_SPELLING_SHARES)
    names, addresses = _flat(makers.names), _flat(makers.addresses)
    countries = [country.code for country in reference.countries]
    carrier = rng.integers(0, len(services.carriers), size)
    serial = (np.arange(size) * 7_368_787 + 4_711) % 899_999_963
    bills = [f"{services.carriers[c]}F{number:09d}" for c, number in zip(carrier, serial, strict=True)]
    columns: dict[str, Cells] = {
        "bill_number": pa.array(bills),
        "scac": pick(services.carriers, carrier),
        "vessel": pick(_VESSELS, rng.integers(0, len(_VESSELS), size)),
        "voyage": pick(_VOYAGES, rng.integers(0, 1000, size)),
        "loaded_on": days(arrived - rng.integers(2, 25, size)),
        "arrived_on": days(arrived),
        "port_of_lading": pick(
            reference.foreign_port_codes, _port_in(reference.foreign_port_country, makers.country[seller])
        ),
        "port_of_unlading": pick(
            reference.foreign_port_codes, _port_in(reference.foreign_port_country, makers.country[buyer])
        ),
        "country_of_lading": pick(countries, makers.country[seller]),
        "country_of_unlading": pick(countries, makers.country[buyer]),
        "shipper_name": pick(names, seller * SPELLINGS + spelling[0]),
        "shipper_address": pick(addresses, seller * SPELLINGS + spelling[1]),
        "shipper_country": pick(countries, makers.country[seller]),
        "consignee_name": pick(names, buyer * SPELLINGS + spelling[2]),
        "consignee_address": pick(addresses, buyer * SPELLINGS + spelling[3]),
        "consignee_country": pick(countries, makers.country[buyer]),
        "containers": taken(numbers.container[0], rng.integers(0, len(world.lots["importer"]), size)),
        "packages": whole(packages),
        "package_unit": pick(("CTN", "PKG", "PLT", "BAG"), product % 4),
        "gross_weight_kg": amount(weight * 1000),
        "hts_prefix": pick(
            [hts[:6] for hts in reference.hts_numbers], product, rng.random(size) < _MISSING["hts_prefix"]
        ),
        "description": pick(reference.descriptions, product),
        "status": pick(("active",), np.zeros(size, dtype=np.int64)),
        "known_at": days(arrived + 30),
    }
    with table_file(folder, "foreign_bills", file_format) as file:
        file.write(columns)
        return file.rows


def _supplies(rng: np.random.Generator, world: World) -> Columns:
    """Ordinary trade between makers: a pair keeps to one product mostly, in some pairs what the buyer makes too."""
    reference, makers = world.reference, world.parties.makers
    size, count = int(len(world.lots["importer"]) * FOREIGN_SHARE), len(makers.mids)
    seller, buyer = rng.integers(0, count, (2, max(50, count // 2)))
    alike = rng.random(len(buyer)) < _SAME_GOODS
    by_product = np.argsort(makers.products[:, 0], kind="stable")
    low, high = np.searchsorted(
        makers.products[by_product, 0], (makers.products[buyer, 0], makers.products[buyer, 0] + 1)
    )
    peer = by_product[low + (rng.random(len(buyer)) * (high - low)).astype(np.int64)]
    seller = np.where(alike, peer, seller)
    abroad = makers.country[seller] != makers.country[buyer]
    seller, buyer, alike = seller[abroad], buyer[abroad], alike[abroad]
    goods = makers.products[seller, np.where(alike, 0, rng.integers(0, makers.products.shape[1], len(seller)))]
    load = np.exp(rng.normal(9.3, 0.6, len(seller)))
    steady = rng.random(len(seller)) < _SAME_LOAD
    share = rng.gamma(0.7, 1.0, len(seller)) + 0.02
    which = rng.choice(len(seller), size, p=share / share.sum())
    product = np.where(rng.random(size) < 0.8, goods[which], makers.products[seller[which], 0])
    package_kg = reference.kg_per_unit[product] * reference.units_per_package[product]
    kilograms = load[which] * np.where(steady[which], 1.0, np.exp(rng.normal(0, 0.4, size)))
    packages = np.maximum(1, np.rint(kilograms.clip(300, 26000) / package_kg)).astype(np.int64)
    return {
        "seller": seller[which].astype(np.int64),
        "buyer": buyer[which].astype(np.int64),
        "product": product.astype(np.int64),
        "arrived": rng.integers(world.begin, world.end - 40, size),
        "packages": packages,
        "weight": np.maximum(1, np.rint(packages * package_kg * rng.uniform(1.03, 1.12, size))).astype(np.int64),
    }


def _feeds(world: World) -> Columns:
    """What makers send other makers besides, by the same columns."""
    lots, lines, reference = world.lots, world.lines, world.reference
    count = len(lots["importer"])
    packages = np.bincount(lines["lot"], weights=lines["packages"], minlength=count)
    weight = np.bincount(lines["lot"], weights=lines["weight"], minlength=count)
    loaded = lots["arrived"] - transit_days(lots)
    rows = []
    for feed in world.feeds:
        if feed.lot >= 0:
            boxes = max(1, round(float(packages[feed.lot]) * feed.share))
            kilograms = float(weight[feed.lot]) * boxes / float(packages[feed.lot])
            arrived = int(loaded[feed.lot]) - feed.days_before
        else:
            boxes, arrived = feed.packages, feed.arrived
            each = reference.kg_per_unit[feed.product] * reference.units_per_package[feed.product]
            kilograms = boxes * float(each) * 1.07
        heavy = max(1, round(kilograms * feed.weight_factor))
        rows.append((feed.seller, feed.buyer, feed.product, arrived, boxes, heavy))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    names = ("seller", "buyer", "product", "arrived", "packages", "weight")
    return dict(zip(names, columns, strict=True))


def write_in_bond(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write the movements of lots that were unladen at one port and entered at another; how many."""
    lots, reference = world.lots, world.reference
    moved = np.flatnonzero(lots["in_bond"] & (lots["first_port"] != lots["port"]) & (lots["arrived"] < world.end - 8))
    moved = moved[np.lexsort((lots["serial"][moved], lots["arrived"][moved]))]
    gap = 1 + lots["carrier"][moved] % 3
    size = len(moved)
    with table_file(folder, "in_bond", file_format) as file:
        file.write(
            {
                "serial": pa.array([f"V{number:09d}" for number in 100_000_000 + np.cumsum(gap.astype(np.int64) * 7)]),
                "kind": pick(("61", "62", "63"), np.zeros(size, dtype=np.int64)),
                "from_port": pick(reference.port_codes, lots["first_port"][moved]),
                "to_port": pick(reference.port_codes, lots["port"][moved]),
                "carrier": taken(numbers.carrier, moved),
                "moved_on": days(lots["arrived"][moved] + gap),
                "bill_number": taken(numbers.bill_number, moved),
                "known_at": days(lots["arrived"][moved] + gap + 1),
            }
        )
        return file.rows


def _flat(spelled: list[tuple[str, ...]]) -> pa.StringArray:
    return pa.array([text for spellings in spelled for text in spellings])


def _with_city(world: World) -> list[tuple[str, ...]]:
    importers, reference = world.parties.importers, world.reference
    return [
        tuple(f"{text}, {reference.city_names[city]}, {reference.city_regions[city]} {postal}" for text in texts)
        for texts, city, postal in zip(importers.addresses, importers.city, importers.postal, strict=True)
    ]


def _either(first: Array, yes: Cells, no: Cells) -> Cells:
    return pc.if_else(pa.array(first), yes, no)


def _joined(columns: list[pa.StringArray], missing: Array) -> Cells:
    """Lists joined by `;`, nothing where all are missing."""
    texts: Cells = pc.binary_join_element_wise(*columns, pa.scalar(";"), null_handling="replace", null_replacement="")  # type: ignore[call-overload]
    joined: Cells = pc.utf8_rtrim(texts, characters=";")
    empty = np.asarray(pc.equal(joined, pa.scalar("")), dtype=np.bool_)
    return pc.if_else(pa.array(missing | empty), pa.scalar(None, pa.string()), joined)


def _port_in(port_country: Array, country: Array) -> Array:
    """The first port of each country."""
    first = np.zeros(int(max(port_country.max(), country.max())) + 1, dtype=np.int64)
    for port in range(len(port_country) - 1, -1, -1):
        first[port_country[port]] = port
    return first[country]
