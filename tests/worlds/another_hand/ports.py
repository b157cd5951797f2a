"""Ports and countries: real codes, traffic and inspection rates of our own."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Port:
    """A United States port of entry (Schedule D)."""

    code: str
    city: str
    coast: str
    kind: str
    traffic: float
    exam_rate: float


@dataclass(frozen=True)
class Country:
    """A trading country with its Schedule K port and how its firms are written."""

    iso: str
    style: str
    foreign_port: str
    harbour: str
    transit_days: int
    price_level: float  # of its makers, against a product's base price
    cities: tuple[str, ...]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


PORTS = tuple(
    Port(row["code"], row["city"], row["coast"], row["kind"], float(row["traffic"]), float(row["exam_rate"]))
    for row in _rows("ports.csv")
)
PORT_BY_CODE = {port.code: port for port in PORTS}
COUNTRIES = {
    row["iso"]: Country(
        row["iso"],
        row["style"],
        row["foreign_port"],
        row["harbour"],
        int(row["transit_days"]),
        float(row["price_level"]),
        tuple(row["cities"].split(";")),
    )
    for row in _rows("countries.csv")
}

DAYS_LATE = (-2, 4)
"""Days that a ship needs beyond those usual from a country, least and most."""
CARRIERS: tuple[str, ...] = (
    "MAEU", "MSCU", "COSU", "OOLU", "EGLV", "CMDU", "HLCU", "ONEY", "SMLM", "ZIMU", "APLU", "SUDU",
)  # fmt: skip
"""Ocean carriers by SCAC."""
CARRIER_SHARES: tuple[float, ...] = (16, 15, 13, 9, 10, 11, 8, 10, 2, 3, 2, 1)
AIR_CARRIERS: tuple[str, ...] = ("UAL", "FDX", "UPS", "KAL", "CPA")
TRUCKERS: tuple[str, ...] = ("WERN", "SNLU", "JBHT", "LDXP")
RAILWAYS: tuple[str, ...] = ("BNSF", "UPRR", "CNRU")
UNKNOWN_COUNTRIES: tuple[str, ...] = ("UK", "ZZ", "XX", "EU", "CS")
"""Country letters that forms carry and no list knows."""


INLAND = tuple(port for port in PORTS if port.coast == "inland")


def ports_of(kind: str, coast: str | None = None) -> list[Port]:
    """The ports of one kind, on one coast if it is named."""
    return [port for port in PORTS if port.kind == kind and coast in (None, port.coast)]


def softer_ports(port: Port) -> list[Port]:
    """Ports of the same kind that examine less than half as often, or the least of all."""
    same = [other for other in PORTS if other.kind == port.kind and other is not port]
    soft = [other for other in same if other.exam_rate < 0.5 * port.exam_rate]
    return soft or sorted(same, key=lambda other: other.exam_rate)[:3]
