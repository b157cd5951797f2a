"""A market written by hand for the tests of identity changes, apart from the simulator.

Importers buy from a few makers through a filer and a port; some leave, some are new, makers' customers come and go,
offices and agents are shared. Nothing is planted: a test adds the one thing that it is about.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

FIRST_DAY = date(2022, 1, 3)
DAYS = 1090
PORTS = ("2704", "2709", "1001", "3001", "5301", "1703", "1401", "4601", "2811", "2002")
GOODS = ("7604210010", "9403608081", "6910100015", "8544422000", "3923210030", "1704903500", "7326200020", "8481801085")
FILERS = tuple(f"F{letter}{n}" for letter in "ABCDE" for n in range(6))
STREETS = ("Harbor", "Canal", "Depot", "Orchard", "Willow", "Quarry", "Lantern", "Copper")
WORDS = (
    "Fenwick", "Tolland", "Marrow", "Kessel", "Brackish", "Ottery", "Pellham", "Quillon", "Rushmere", "Sandover",
    "Tarrant", "Umber", "Varley", "Wexcombe", "Yarrow", "Zennor", "Aldersea", "Corvane", "Dunmere", "Eskdale",
)  # fmt: skip
TRADES = ("Imports", "Trading", "Supply", "Goods", "Brothers", "Sourcing")

Row = dict[str, Any]


def on(days: int) -> date:
    """A day of the market."""
    return FIRST_DAY + timedelta(days=days)


@dataclass
class Business:
    """How somebody trades: what a successor keeps unless it is told otherwise."""

    makers: tuple[str, ...]
    goods: tuple[str, ...]
    filer: str
    port: str
    surety: str = "101"


@dataclass
class MarketWorld:
    """The rows of each table, and the makers that there are."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    makers: tuple[str, ...] = ()
    serial: int = 0

    def add(self, table: str, row: Row) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def business(self, *, makers: int = 2) -> Business:
        """A way to trade, drawn."""
        draw = self.rng
        goods = draw.choice(len(GOODS), size=2, replace=False)
        return Business(
            tuple(self.makers[int(i)] for i in draw.choice(len(self.makers), size=makers, replace=False)),
            tuple(GOODS[int(i)] for i in goods), FILERS[int(draw.integers(len(FILERS)))],
            PORTS[int(draw.integers(len(PORTS)))], str(100 + int(draw.integers(8))),
        )  # fmt: skip

    def trade(
        self, number: str, business: Business, *, days: tuple[int, int], entries: int, **values: Any
    ) -> list[Row]:
        """Entries of an importer, spread over a span of days, both ends included."""
        draw = self.rng
        rows = []
        for day in sorted({*days, *(int(d) for d in draw.integers(days[0], days[1] + 1, size=max(entries - 2, 0)))}):
            self.serial += 1
            which = int(draw.integers(len(business.makers)))
            row: Row = {
                "entry_number": f"{business.filer}{self.serial:08d}",
                "line_number": 1,
                "tariff_ordinal": 1,
                "entry_type": "01",
                "entry_date": on(day),
                "importer_number": number,
                "consignee_number": number,
                "filer_code": business.filer,
                "port_code": business.port if draw.random() < 0.85 else PORTS[int(draw.integers(len(PORTS)))],
                "manufacturer_id": business.makers[which],
                "country_of_origin": business.makers[which][:2],
                "hts_number": business.goods[which % len(business.goods)],
                "surety_code": business.surety,
                "entered_value_usd": float(np.round(draw.lognormal(10, 0.5), 0)),
                "duty_usd": 900,
            }
            row.update(values)
            rows.append(self.add("entry_lines", row))
        return rows

    def record(self, number: str, *, role: str = "importer", **values: Any) -> Row:
        """What is on file of a party; what is not said is drawn."""
        draw, n = self.rng, len(self.tables.get("party_records", []))
        first, second = (WORDS[int(i)] for i in draw.integers(len(WORDS), size=2))
        row: Row = {
            "record_id": f"P{n:05d}",
            "role": role,
            "identifier": number,
            "name": f"{first}{second.lower()} {TRADES[int(draw.integers(len(TRADES)))]} LLC",
            "address": f"{int(draw.integers(10, 9990))} {STREETS[int(draw.integers(len(STREETS)))]} Road",
            "city": "Newhaven",
            "postal_code": f"{int(draw.integers(10000, 99000))}",
            "country": "US",
            "phone": f"{int(draw.integers(200, 990))}-555-{int(draw.integers(10000)):04d}",
            "officers": [f"{WORDS[int(draw.integers(len(WORDS)))]} N{int(draw.integers(10**6))}"],
            "bond_number": f"{int(draw.integers(10**9)):09d}",
            "registered_agent": f"Agents {int(draw.integers(8))}",
            "valid_from": on(0),
        }
        row.update(values)
        return self.add("party_records", row)

    def act(self, line: Row, *, day: int, **values: Any) -> Row:
        """An action on a line's importer, by default an exam that found something."""
        self.serial += 1
        row: Row = {
            "action_id": f"A{self.serial:06d}",
            "kind": "exam",
            "action_date": on(day),
            "port_code": line["port_code"],
            "entry_number": line["entry_number"],
            "line_number": 1,
            "importer_number": line["importer_number"],
            "result": "discrepant",
        }
        row.update(values)
        return self.add("actions", row)


def market_world(seed: int = 1, *, importers: int = 220, makers: int = 90) -> MarketWorld:
    """A market in which firms come and go for reasons of their own."""
    world = MarketWorld(rng=np.random.default_rng(seed))
    draw = world.rng
    letters = list("ABCDEFGHKLMNPRST")
    world.makers = tuple(
        f"{draw.choice(['CN', 'VN', 'MY'])}{''.join(draw.choice(letters, 6))}{int(draw.integers(1000))}"
        f"{''.join(draw.choice(letters, 3))}"
        for _ in range(makers)
    )
    for n in range(importers):
        number = f"{10 + n % 80}-{1000000 + 7919 * n}"
        start = 0 if draw.random() < 0.5 else int(draw.integers(0, DAYS - 60))
        end = DAYS if draw.random() < 0.5 else int(draw.integers(start + 30, DAYS + 1))
        suffix = "00" if draw.random() < 0.9 else "01"
        entries = int(min(150, 4 + draw.pareto(1.0) * 8))
        rows = world.trade(
            number + suffix, world.business(makers=int(draw.integers(1, 4))), days=(start, end), entries=entries
        )
        world.record(number + suffix)
        for row in rows:
            if draw.random() < 0.02:
                day = (row["entry_date"] - FIRST_DAY).days + 4
                world.act(row, day=day, result=str(draw.choice(["compliant", "discrepant"], p=[0.7, 0.3])))
    return world
