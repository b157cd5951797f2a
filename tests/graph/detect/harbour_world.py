"""A small trading world written by hand for the tests, apart from the simulator, with its usual dirt.

Importers ship goods of a few headings through a few ports; some lots recur to the carton. Values are missing,
makers misspelled, containers go round, importer numbers carry branch suffixes. Nothing is planted: a test adds
the one thing that it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

PORTS = ("2704", "2709", "1001", "3001", "5301", "1703", "1401", "4601")
HEADINGS = ("7604210010", "7604290030", "9403608081", "6910100015", "8544422000", "3923210030", "1704903500")
FIRST_DAY = date(2023, 1, 2)
DAYS = 720

Row = dict[str, Any]


@dataclass
class HarbourWorld:
    """The rows of each table. `lines` of an importer can be read off `entry_lines`."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    serial: int = 0

    def add(self, table: str, row: Row) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def entry_number(self) -> str:
        self.serial += 1
        return f"QZX{self.serial:08d}"

    def line(self, **values: Any) -> Row:
        """An entry line; what is not said is drawn."""
        draw = self.rng
        weight = float(np.round(draw.lognormal(8.5, 1.0), 1))
        row: Row = {
            "entry_number": self.entry_number(),
            "line_number": 1,
            "tariff_ordinal": 1,
            "entry_type": "01",
            "entry_date": FIRST_DAY + timedelta(days=int(draw.integers(0, DAYS))),
            "importer_number": "12-345678900",
            "port_code": PORTS[int(draw.integers(len(PORTS)))],
            "manufacturer_id": "CNSHEFUR123SHE",
            "country_of_origin": "CN",
            "hts_number": HEADINGS[0],
            "mode_of_transport": "11",
            "bill_number": f"ABCD{int(draw.integers(10**8)):08d}",
            "container_number": f"QZXU{int(draw.integers(3000)):07d}",
            "gross_weight_kg": weight,
            "packages": int(max(1, weight // draw.uniform(5, 30))),
            "quantity": float(np.round(weight * draw.uniform(0.8, 0.95), 1)),
            "quantity_unit": "KG",
            "entered_value_usd": float(np.round(weight * draw.lognormal(1.0, 0.2), 0)),
            "duty_usd": 100,
            "foreign_port": "57035",
            "description": "aluminium profiles",
        }
        row.update(values)
        return self.add("entry_lines", row)

    def again(self, row: Mapping[str, Any], **changes: Any) -> Row:
        """The same goods entered once more under a new entry and bill."""
        new = {**row, "entry_number": self.entry_number(), "bill_number": f"WXYZ{self.serial:08d}", **changes}
        return self.add("entry_lines", new)

    def act(self, lot: Mapping[str, Any], *, days: int = 3, **values: Any) -> Row:
        """An action on a lot, by default an exam that found it discrepant."""
        self.serial += 1
        row = {
            "action_id": f"A{self.serial:06d}",
            "kind": "exam",
            "action_date": lot["entry_date"] + timedelta(days=days),
            "port_code": lot["port_code"],
            "entry_number": lot["entry_number"],
            "line_number": 1,
            "importer_number": lot["importer_number"],
            "result": "discrepant",
        }
        row.update(values)
        return self.add("actions", row)


def harbour_world(seed: int = 1, *, importers: int = 120, missing: float = 0.08) -> HarbourWorld:
    """A world with a background of trade and of actions that nothing came of."""
    world = HarbourWorld(rng=np.random.default_rng(seed))
    draw = world.rng
    letters = list("ABCDEFGHKLMNPRST")
    everybodys = [f"CN{''.join(draw.choice(letters, 6))}{draw.integers(1000)}SHA" for _ in range(60)]
    for n in range(importers):
        number = f"{10 + n % 80}-{1000000 + 7919 * n}"
        home = draw.dirichlet(np.full(len(PORTS), 0.5))
        makers = [everybodys[int(i)] for i in draw.integers(len(everybodys), size=3)]
        recurring = draw.random() < 0.15
        heading = HEADINGS[int(draw.integers(len(HEADINGS)))]
        template = float(np.round(draw.lognormal(8.5, 1.0), 1))
        for _ in range(int(min(400, 8 + draw.pareto(1.0) * 15))):
            values: Row = {
                "importer_number": number + ("00" if draw.random() < 0.9 else "01"),
                "port_code": PORTS[int(draw.choice(len(PORTS), p=home))],
                "manufacturer_id": makers[int(draw.integers(3))],
                "hts_number": heading if draw.random() < 0.7 else HEADINGS[int(draw.integers(len(HEADINGS)))],
            }
            if recurring and draw.random() < 0.6:  # full boxes of one product, alike to the carton
                values |= {"gross_weight_kg": template, "packages": 800, "quantity": 18000.0}
            if draw.random() < 0.1:
                values["manufacturer_id"] = values["manufacturer_id"][:-1] + "X"
            for name in ("gross_weight_kg", "packages", "quantity", "container_number", "manufacturer_id"):
                if draw.random() < missing:
                    values[name] = None
            row = world.line(**values)
            if draw.random() < 0.05:
                result = draw.choice(["compliant", "discrepant", "released", "refused"], p=[0.5, 0.3, 0.15, 0.05])
                world.act(row, result=str(result))
    return world
