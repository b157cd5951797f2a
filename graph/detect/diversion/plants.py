"""What is on file of a maker as a plant: what it can make, since when it stands, under which names it is written.

Invariant: a capacity is compared in its own unit only, with a year's shipments to the United States.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.detect.diversion.written_names import written_key
from graph.facts.columns import one_column
from graph.facts.store import FactStore

# A plant that ships no more in a year than so many times what it can make is able to.
CAN_MAKE = 1.1


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a plant can make in a year. `seen` is true where somebody measured it and false where the firm says so."""

    manufacturer_id: str
    heading: str
    annual_quantity: float
    unit: str
    basis: str
    as_of: date | None
    key: tuple[str, ...]

    @property
    def seen(self) -> bool:
        """Whether it rests on more than the firm's word."""
        return not any(word in self.basis.lower() for word in ("stated", "claimed", "declared", "self", "website"))


@dataclass(frozen=True, slots=True)
class Plant:
    """A maker's record: its names' keys, the day it was established (1970 days) and the record."""

    names: tuple[tuple[str, str], ...]  # (key, name as written)
    established_day: int | None
    record_id: str


def capacities(facts: FactStore, makers: Iterable[str], *, as_of: date | None) -> dict[str, list[Capacity]]:
    """By maker, what its plant can make, oldest first."""
    t = facts.table("capacity", as_of=as_of)
    t = t.semi_join(one_column("manufacturer_id", makers), "manufacturer_id")
    found: dict[str, list[Capacity]] = {}
    for row in t.order_by("manufacturer_id", "as_of", "hts_prefix").to_pyarrow().to_pylist():
        if row["annual_quantity"] is None or float(row["annual_quantity"]) <= 0:
            continue
        found.setdefault(row["manufacturer_id"], []).append(
            Capacity(
                row["manufacturer_id"], (row["hts_prefix"] or "").replace(".", ""), float(row["annual_quantity"]),
                row["unit"] or "", row["basis"] or "", row["as_of"],
                (row["manufacturer_id"], row["hts_prefix"], row["as_of"].isoformat() if row["as_of"] else ""),
            )
        )  # fmt: skip
    return found


def plants(facts: FactStore, makers: Iterable[str], *, as_of: date | None) -> dict[str, Plant]:
    """By maker, what its records say; of several records the oldest that knows a date."""
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("manufacturer", "exporter")))
    t = t.semi_join(one_column("identifier", makers), "identifier")
    t = t.select("identifier", "record_id", "name", "established_on", key=written_key(t.name))
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in t.order_by("identifier", "record_id").to_pyarrow().to_pylist():
        grouped.setdefault(row["identifier"], []).append(row)
    found = {}
    for maker, rows in grouped.items():
        dated = [row for row in rows if row["established_on"]]
        days = [((row["established_on"] - date(1970, 1, 1)).days, row["record_id"]) for row in dated]
        day, record = min(days, default=(None, rows[0]["record_id"]))
        names = {row["key"]: row["name"] for row in rows if row["key"]}
        found[maker] = Plant(tuple(sorted(names.items())), day, record)
    return found
