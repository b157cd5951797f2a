"""The real code lists in which a simulated world lives: ports, tariff numbers, orders, countries.

Invariant: everything here is read from `codes/`, whose sources are named there; nothing is drawn at random.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_CODES = Path(__file__).with_name("codes")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its price level (1 is the mean) and the material of its invented names."""

    code: str
    price_level: float
    suffixes: tuple[str, ...]
    cities: tuple[str, ...]
    syllables: tuple[str, ...]
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order; deposits are due from `preliminary_on`. Rates in per cent, days as days since 1970."""

    case_number: str
    product: str
    country: str
    hts_prefixes: tuple[str, ...]
    petition_on: int
    preliminary_on: int
    order_on: int
    deposit_rate_pct: float
    all_others_rate_pct: float


@dataclass(frozen=True, slots=True)
class Reference:
    """The code lists, as columns. Products, ports, countries and cities are named by their position."""

    port_codes: tuple[str, ...]
    port_names: tuple[str, ...]
    port_kinds: Array  # sea, inland, air, land_north, land_south
    port_latitude: Array
    port_longitude: Array
    port_traffic: Array
    foreign_port_codes: tuple[str, ...]
    foreign_port_names: tuple[str, ...]
    foreign_port_country: Array
    foreign_port_traffic: Array
    countries: tuple[Country, ...]
    hts_numbers: tuple[str, ...]
    descriptions: tuple[str, ...]
    units: tuple[str, ...]
    duty_rate: Array  # share of the value
    price_usd: Array  # a unit
    kg_per_unit: Array
    units_per_package: Array
    origin_weight: Array  # product x country
    orders: tuple[Order, ...]
    ad_order: Array  # product x country: position in `orders`, -1 for none
    cv_order: Array
    dumped: Array  # product x country: price against a fair one
    city_names: tuple[str, ...]
    city_regions: tuple[str, ...]
    city_postal: tuple[str, ...]
    city_latitude: Array
    city_longitude: Array
    city_weight: Array


def day(iso: str) -> int:
    """Days since 1970 of an ISO date.

    >>> day("1970-01-11")
    10
    """
    return (date.fromisoformat(iso) - _EPOCH).days


def iso(days: int) -> str:
    """The ISO date of days since 1970.

    >>> iso(10)
    '1970-01-11'
    """
    return date.fromordinal(_EPOCH.toordinal() + int(days)).isoformat()


def read_reference() -> Reference:
    """Read the lists that ship with the simulator."""
    ports, foreign, products, cities = (
        _rows(name) for name in ("ports.csv", "foreign_ports.csv", "products.csv", "cities.csv")
    )
    countries = tuple(
        Country(
            code,
            float(raw["price_level"]),
            tuple(raw["suffixes"]),
            tuple(raw["cities"]),
            tuple(raw["syllables"]),
            tuple(raw["streets"]),
        )
        for code, raw in json.loads((_CODES / "countries.json").read_text(encoding="utf-8")).items()
    )
    position = {country.code: index for index, country in enumerate(countries)}
    origin_weight = np.zeros((len(products), len(countries)))
    for row, product in enumerate(products):
        for part in product["origins"].split(";"):
            code, weight = part.split(":")
            origin_weight[row, position[code]] = float(weight)
    orders = tuple(
        Order(
            raw["case_number"],
            raw["product"],
            raw["country"],
            tuple(raw["hts_prefixes"].split(";")),
            day(raw["petition_on"]),
            day(raw["preliminary_on"]),
            day(raw["order_on"]),
            float(raw["deposit_rate_pct"]),
            float(raw["all_others_rate_pct"]),
        )
        for raw in _rows("orders.csv")
    )
    ad_order = np.full(origin_weight.shape, -1, dtype=np.int16)
    cv_order = np.full(origin_weight.shape, -1, dtype=np.int16)
    for index, order in enumerate(orders):
        table = ad_order if order.case_number.startswith("A") else cv_order
        for row, product in enumerate(products):
            if product["hts_number"].startswith(order.hts_prefixes):
                table[row, position[order.country]] = index
    return Reference(
        port_codes=tuple(row["port_code"] for row in ports),
        port_names=tuple(row["name"] for row in ports),
        port_kinds=np.array([row["kind"] for row in ports]),
        port_latitude=_numbers(ports, "latitude"),
        port_longitude=_numbers(ports, "longitude"),
        port_traffic=_numbers(ports, "traffic"),
        foreign_port_codes=tuple(row["foreign_port"] for row in foreign),
        foreign_port_names=tuple(row["name"] for row in foreign),
        foreign_port_country=np.array([position[row["country"]] for row in foreign]),
        foreign_port_traffic=_numbers(foreign, "traffic"),
        countries=countries,
        hts_numbers=tuple(row["hts_number"] for row in products),
        descriptions=tuple(row["description"] for row in products),
        units=tuple(row["unit"] for row in products),
        duty_rate=_numbers(products, "duty_rate_pct") / 100,
        price_usd=_numbers(products, "price_usd"),
        kg_per_unit=_numbers(products, "kg_per_unit"),
        units_per_package=_numbers(products, "units_per_package"),
        origin_weight=origin_weight,
        orders=orders,
        ad_order=ad_order,
        cv_order=cv_order,
        dumped=np.ones(origin_weight.shape),
        city_names=tuple(row["city"] for row in cities),
        city_regions=tuple(row["region"] for row in cities),
        city_postal=tuple(row["postal_prefix"] for row in cities),
        city_latitude=_numbers(cities, "latitude"),
        city_longitude=_numbers(cities, "longitude"),
        city_weight=_numbers(cities, "weight"),
    )


def read_case_codes() -> dict[str, str]:
    """The part of a case number that names the country, by the country's code."""
    return {row["country"]: row["case_code"] for row in _rows("case_countries.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with open(_CODES / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(rows: list[dict[str, str]], column: str) -> Array:
    return np.array([float(row[column]) for row in rows])
