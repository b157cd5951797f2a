"""Goods and the orders on them: real tariff and case numbers, prices of our own."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """An antidumping order, with its countervailing companion where there is one."""

    case: str
    companion: str
    country: str
    petition: date
    preliminary: date
    order: date
    rate: float
    firm_rate: float


@dataclass(frozen=True, eq=False)
class Product:
    """A good at tariff level, with what a unit weighs and costs."""

    hts: str
    name: str
    unit: str
    kg: float
    price: float
    duty: float
    list_301: str
    peak_month: int
    per_package: float
    makers: dict[str, float]
    order: Order | None = None


def _product(row: dict[str, str]) -> Product:
    makers = {iso: float(weight) for iso, weight in (part.split(":") for part in row["makers"].split())}
    kg, price, duty, pack = (float(row[name]) for name in ("kg", "price", "duty", "per_package"))
    return Product(
        row["hts"],
        row["name"],
        row["unit"],
        kg,
        price,
        duty,
        row["list_301"],
        int(row["peak_month"]),
        pack,
        makers,
        _order(row) if row["case"] else None,
    )


def _order(row: dict[str, str]) -> Order:
    petition, preliminary, final = (date.fromisoformat(row[name]) for name in ("petition", "preliminary", "order"))
    target = {"570": "CN", "552": "VN", "533": "IN"}[row["case"][1:4]]
    rates = float(row["rate"]), float(row["firm_rate"])
    return Order(row["case"], row["companion"], target, petition, preliminary, final, *rates)


with (Path(__file__).parent / "goods.csv").open(encoding="utf-8", newline="") as _rows:
    PRODUCTS = tuple(map(_product, csv.DictReader(_rows)))
ORDERED = tuple(product for product in PRODUCTS if product.order)
FREE = tuple(product for product in PRODUCTS if not product.order)
LIST_301_FROM: dict[str, tuple[date, float, str]] = {
    "3": (date(2018, 9, 24), 0.10, "9903880300"), "4A": (date(2019, 9, 1), 0.15, "9903881500"),
}  # fmt: skip
"""When a Section 301 list began to bite, its rate, and its chapter 99 number."""
