"""A trade under an order written by hand for the tests of rings, apart from the simulator.

Aluminium extrusions of China are under an order. Importers buy them from China, Vietnam, Malaysia and Thailand, and
other goods from many makers; makers begin and end for reasons of their own. Nothing is planted: a test adds the
one thing that it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

FIRST_DAY = date(2021, 1, 4)
DAYS = 1400
PETITION, PRELIMINARY, ORDER = 500, 665, 890
GOODS = "7604210010"
OTHER_GOODS = ("9403608081", "6910100015", "8544422000", "3923210030")
# USD a kilogram and kilograms a package: China sells for less.
PRICES = {"CN": 2.0, "VN": 3.4, "MY": 3.5, "TH": 3.3}
PACKAGE_KG = 23.0
Row = dict[str, Any]


def on(days: int) -> date:
    """A day of this trade."""
    return FIRST_DAY + timedelta(days=int(days))


@dataclass
class OrderWorld:
    """The rows of each table, and who buys from China."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    serial: int = 0

    def add(self, table: str, row: Row) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def lot(self, importer: str, maker: str, day: float, **values: Any) -> Row:
        """One entry of one line with its bill of lading."""
        draw, origin = self.rng, maker[:2]
        self.serial += 1
        packages = int(draw.integers(60, 2000))
        weight = round(packages * PACKAGE_KG * float(draw.uniform(0.97, 1.03)), 1)
        row: Row = {
            "entry_number": f"QZX{self.serial:08d}", "line_number": 1, "tariff_ordinal": 1, "entry_type": "01",
            "entry_date": on(day), "importer_number": importer, "manufacturer_id": maker, "country_of_origin": origin,
            "hts_number": GOODS, "bill_number": f"ABCD{self.serial:08d}", "packages": packages,
            "gross_weight_kg": weight, "quantity": round(weight * 0.95, 1), "quantity_unit": "KG",
        }  # fmt: skip
        row.update(values)
        price = row.pop("price_usd", PRICES.get(origin, 3.0))
        value = row["quantity"] * price * float(draw.lognormal(0, 0.06))
        row.setdefault("entered_value_usd", round(value, 0))
        self.add(
            "bills",
            {
                "bill_number": row["bill_number"], "loaded_on": on(day - 22), "arrived_on": on(day - 2),
                "country_of_lading": origin, "country_of_unlading": "US", "shipper_name": f"{maker[2:8]} Works Ltd",
                "packages": row["packages"], "gross_weight_kg": row["gross_weight_kg"], "hts_prefix": GOODS[:6],
            },
        )  # fmt: skip
        return self.add("entry_lines", row)

    def trade(
        self, importers: Sequence[str], maker: str, *, days: tuple[int, int], lots: int, **values: Any
    ) -> list[Row]:
        """Lots spread over a span of days, each importer in turn."""
        spread = sorted({*days, *(int(d) for d in self.rng.integers(days[0], days[1], size=lots - 2))})
        return [self.lot(importers[n % len(importers)], maker, day, **values) for n, day in enumerate(spread)]

    def came_in(self, lots: Sequence[Row], *, shipper: str, consignee: str, days_before: int = 35) -> None:
        """Bills from China by which these lots came into the country that they claim."""
        for row in lots:
            self.foreign(
                row["entry_date"] - timedelta(days=days_before), row["country_of_origin"], row["packages"],
                row["gross_weight_kg"] * float(self.rng.uniform(0.99, 1.01)), shipper=shipper, consignee=consignee,
            )  # fmt: skip

    def foreign(
        self, day: date, into: str, packages: int, weight_kg: float, *, shipper: str, consignee: str,
        heading: str = GOODS[:6],
    ) -> None:  # fmt: skip
        """A bill of lading from China into another country."""
        self.serial += 1
        self.add(
            "foreign_bills",
            {
                "bill_number": f"FGHI{self.serial:08d}", "loaded_on": day - timedelta(days=6), "arrived_on": day,
                "country_of_lading": "CN", "country_of_unlading": into, "shipper_name": shipper,
                "consignee_name": consignee, "packages": packages, "gross_weight_kg": round(weight_kg, 1),
                "hts_prefix": heading,
            },
        )  # fmt: skip

    def record(self, identifier: str, *, role: str = "manufacturer", **values: Any) -> Row:
        """What is on file of a party."""
        n = len(self.tables.get("party_records", []))
        row: Row = {
            "record_id": f"P{n:05d}", "role": role, "identifier": identifier, "name": f"{identifier[2:8]} Works Ltd",
            "phone": f"84 {10000000 + 37 * n}", "address": f"{n} Foundry Road", "city": "Harbourtown",
            "officers": [f"Person Number{n}"],
        }  # fmt: skip
        row.update(values)
        return self.add("party_records", row)

    def importers(self, mark: int, count: int) -> list[str]:
        """Importers of their own, who have bought from China since the first day."""
        numbers = [f"5{mark % 10}-{mark:04d}{n:03d}00" for n in range(count)]
        for number in numbers:
            self.trade([number], "CNFOSEXT88FOS", days=(3, PETITION + 150), lots=14)
        return numbers


def order_world(seed: int = 1) -> OrderWorld:
    """The trade without anything planted."""
    world = OrderWorld(rng=np.random.default_rng(seed))
    world.add(
        "orders",
        {
            "case_number": "A-570-967", "product": "Aluminium extrusions", "country": "CN", "hts_prefixes": [GOODS[:8]],
            "petition_on": on(PETITION), "preliminary_on": on(PRELIMINARY), "order_on": on(ORDER),
            "deposit_rate_pct": 33.28, "in_force": "yes",
        },
    )  # fmt: skip
    for maker in ("CNFOSEXT88FOS", "CNGUAALU12GUA", "CNZHEMET31ZHE"):
        world.record(maker, established_on=date(2003, 5, 1))
    usual = [f"1{n % 10}-33{n:05d}00" for n in range(30)]
    for n, number in enumerate(usual):
        world.record(number, role="importer")
        world.trade([number], ("CNFOSEXT88FOS", "CNGUAALU12GUA", "CNZHEMET31ZHE")[n % 3], days=(1, DAYS - 5), lots=18)
    for n, maker in enumerate(("VNHANALU11HAN", "VNSAIPRO22SAI", "MYPENMET33PEN", "MYJOHALU44JOH", "THBANEXT55BAN")):
        world.record(maker, established_on=date(1998, 3, 1))
        world.trade(usual[n : n + 6], maker, days=(2, DAYS - 3), lots=70)
    letters = list("ABCDEFGHKLMNPRST")
    for n in range(160):  # makers of other goods: how often anybody begins
        start = 0 if n % 4 else int(world.rng.integers(200, DAYS - 200))
        maker = f"{('VN', 'MY', 'IN')[n % 3]}{''.join(world.rng.choice(letters, 6))}{n}XYZ"
        goods = OTHER_GOODS[n % len(OTHER_GOODS)]
        world.trade([usual[n % 30]], maker, days=(start, DAYS - 10), lots=5, hts_number=goods)
        world.record(maker)
    for _ in range(300):  # goods that come to Vietnam, Malaysia and Thailand for their own market
        into = ("VN", "MY", "TH")[int(world.rng.integers(3))]
        packages = int(world.rng.integers(60, 2000))
        day = on(int(world.rng.integers(0, DAYS)))
        world.foreign(
            day, into, packages, packages * PACKAGE_KG * float(world.rng.uniform(0.97, 1.03)),
            shipper="Fosext Works Ltd", consignee="Homeland Builders",
        )  # fmt: skip
    return world
