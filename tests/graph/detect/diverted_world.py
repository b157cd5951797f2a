"""A small world with an order in it, written by hand for the tests, apart from the simulator.

Extrusions from China come under an order; Vietnam and Thailand make them too, at their own price. Nothing is
planted: a test adds the one maker that it is about.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

FIRST_DAY = date(2021, 1, 4)
PETITION = date(2022, 3, 1)
LAST_DAY = date(2023, 6, 30)
HTS = "7604210010"
OTHER_GOODS = ("9403608081", "6910100015", "3923210030")
PRICES_USD = {"CN": 3.0, "VN": 4.6, "TH": 4.4}

Row = dict[str, Any]


@dataclass
class DivertedWorld:
    """Rows by table. `buyers_from_china` bought extrusions there until the petition."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    buyers_from_china: list[str] = field(default_factory=list)
    serial: int = 0

    def add(self, table: str, row: Row) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def lot(self, maker: str, importer: str, day: date, *, price_usd: float, hts: str = HTS) -> Row:
        """One lot: an entry line and its bill, laden twenty days before entry."""
        self.serial += 1
        bill = f"ABCD{self.serial:08d}"
        weight = float(self.rng.integers(4_000, 20_000))
        packages = int(self.rng.integers(100, 900))
        self.add("bills", {
            "bill_number": bill, "loaded_on": day - timedelta(days=20), "arrived_on": day - timedelta(days=2),
            "shipper_name": f"{maker[2:8]} Profile Works {maker[-3:]} Co., Ltd.", "shipper_country": maker[:2],
            "country_of_lading": maker[:2], "packages": packages, "gross_weight_kg": weight, "hts_prefix": hts[:6],
        })  # fmt: skip
        return self.add("entry_lines", {
            "entry_number": f"QZX{self.serial:08d}", "line_number": 1, "tariff_ordinal": 1, "entry_type": "01",
            "entry_date": day, "importer_number": importer, "manufacturer_id": maker, "port_code": "2704",
            "country_of_origin": maker[:2], "hts_number": hts, "bill_number": bill, "quantity": weight,
            "quantity_unit": "KG", "gross_weight_kg": weight, "packages": packages, "known_at": day,
            "entered_value_usd": round(weight * price_usd * float(self.rng.lognormal(0, 0.05)), 2),
        })  # fmt: skip

    def trade(
        self, maker: str, importers: list[str], *, price_usd: float, begin: date = PETITION + timedelta(days=90),
        lots: int = 24, every_days: int = 12,
    ) -> list[Row]:  # fmt: skip
        """A maker's lots to these importers in turn."""
        return [
            self.lot(maker, importers[n % len(importers)], begin + timedelta(days=every_days * n), price_usd=price_usd)
            for n in range(lots)
        ]

    def inward(self, lots: list[Row], *, shipper: str, hts: str = HTS, alike: bool = True) -> list[Row]:
        """Goods from China to the maker of each lot, ten days before the lot was laden."""
        rows = []
        for lot in lots:
            maker = lot["manufacturer_id"]
            self.serial += 1
            day = lot["entry_date"] - timedelta(days=30)
            weight = lot["gross_weight_kg"] * (1.01 if alike else float(self.rng.uniform(0.3, 2.0)))
            rows.append(self.add("foreign_bills", {
                "bill_number": f"FORE{self.serial:08d}", "loaded_on": day - timedelta(days=5), "arrived_on": day,
                "country_of_lading": "CN", "country_of_unlading": maker[:2], "shipper_name": shipper,
                "consignee_name": f"{maker[2:8]} PROFILE WORKS {maker[-3:]} CO LTD", "hts_prefix": hts[:6],
                "packages": lot["packages"] if alike else int(self.rng.integers(100, 900)), "gross_weight_kg": weight,
                "known_at": day,
            }))  # fmt: skip
        return rows

    def maker(self, maker: str, **on_file: Any) -> None:
        """A maker's record."""
        self.serial += 1
        self.add("party_records", {
            "record_id": f"R{self.serial:06d}", "role": "manufacturer", "identifier": maker,
            "name": f"{maker[2:8]} Profile Works {maker[-3:]} Co., Ltd.", "country": maker[:2], **on_file,
        })  # fmt: skip


def diverted_world(seed: int = 1) -> DivertedWorld:
    """The world before anybody relabels anything."""
    world = DivertedWorld(rng=np.random.default_rng(seed))
    draw = world.rng
    world.add("orders", {
        "case_number": "A-570-967", "product": "Aluminum extrusions", "country": "CN", "hts_prefixes": ["7604.21"],
        "petition_on": PETITION, "preliminary_on": PETITION + timedelta(days=160),
        "order_on": PETITION + timedelta(days=380), "deposit_rate_pct": 86.0, "all_others_rate_pct": 33.0,
        "known_at": PETITION,
    })  # fmt: skip
    importers = [f"{10 + n}-{1_000_000 + 7_919 * n}00" for n in range(30)]
    world.buyers_from_china = importers[:10]
    makers = {c: [f"{c}{name}{n}00{c}X" for n, name in enumerate(("ALPHAS", "BRAVOS", "CEDARS", "DELTAS"), 1)]
              for c in PRICES_USD}  # fmt: skip
    days = (LAST_DAY - FIRST_DAY).days

    def some_day(upto: int) -> date:
        return FIRST_DAY + timedelta(days=int(draw.integers(0, upto)))

    for country, price in PRICES_USD.items():
        buyers = world.buyers_from_china if country == "CN" else importers[12:24]
        for maker in makers[country]:
            world.maker(maker)
            level = price * float(draw.lognormal(0, 0.05))
            for buyer in draw.choice(buyers, 4, replace=False):
                for _ in range(8):
                    upto = (PETITION - FIRST_DAY).days if country == "CN" else days
                    world.lot(maker, str(buyer), some_day(upto), price_usd=level)
    for n in range(60):  # other goods, so that it is known how often makers begin
        maker = f"IN{'ABCDEFGHIJKLMNOPQRST'[n % 20]}ULMIR{n:03d}BOM"
        begin = 0 if n < 52 else int(draw.integers(200, 700))
        for _ in range(8):
            day = FIRST_DAY + timedelta(days=int(draw.integers(begin, days)))
            world.lot(maker, str(draw.choice(importers)), day, price_usd=8.0, hts=OTHER_GOODS[n % 3])
    return world
