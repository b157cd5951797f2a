"""Rows of entry_lines: what importers and brokers wrote down."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

from tests.worlds.another_hand import codes
from tests.worlds.another_hand.background import has_list_301
from tests.worlds.another_hand.goods import LIST_301_FROM
from tests.worlds.another_hand.model import Entry, Lot, Row
from tests.worlds.another_hand.ports import COUNTRIES
from tests.worlds.another_hand.world import World, in_scope

MISSING = {
    "import_date": 0.05, "consignee_number": 0.14, "manufacturer_id": 0.06, "foreign_exporter_id": 0.28,
    "country_of_export": 0.06, "surety_code": 0.09, "bond_type": 0.05, "mode_of_transport": 0.05, "carrier_scac": 0.11,
    "bill_number": 0.1, "container_number": 0.16, "quantity": 0.05, "gross_weight_kg": 0.08, "packages": 0.13,
    "description": 0.14, "team": 0.24, "foreign_port": 0.18, "quantity_unit": 0.06,
}  # fmt: skip
"""Share of rows in which a field is left empty."""
TEXTILE_CATEGORIES = {"6109": "338", "6110": "345", "6203": "347", "6302": "361", "5503": "", "6307": "369"}
PREFERENCES = {
    "MX": 0.6, "CA": 0.6, "KR": 0.55, "CO": 0.6, "PE": 0.6, "CR": 0.5, "IN": 0.15, "TH": 0.2, "ID": 0.2, "BR": 0.2,
    "PH": 0.2,
}  # fmt: skip


def number_entries(world: World) -> None:
    """Give entries their numbers in the order in which each broker filed them."""
    world.entries.sort(key=lambda entry: entry.filed)
    serials = {broker.identifier: world.rng.randrange(10_000, 3_000_000) for broker in world.brokers}
    for entry in world.entries:
        filer = entry.broker.identifier
        serials[filer] += world.rng.randrange(1, 30)
        entry.number = codes.entry_number(filer, serials[filer])


def preference(rng: Random, lot: Lot, filed: date) -> str:
    """The special program a line claims, if its origin has one."""
    if rng.random() > PREFERENCES.get(lot.origin, 0):
        return ""
    if lot.origin in ("MX", "CA"):
        return "S" if filed >= date(2020, 7, 1) else lot.origin
    return {"KR": "KR", "CO": "CO", "PE": "PE", "CR": "P+"}.get(lot.origin, "A")


def exporter_id(world: World, entry: Entry, lot: Lot) -> str:
    """The foreign exporter as the sender knows it: a MID, or a number of the broker's own."""
    exporter = lot.exporter or lot.maker
    filer = entry.broker.identifier
    if filer not in world.own_numbering:
        return exporter.identifier
    if filer not in exporter.sender_ids:
        style = sum(map(ord, filer)) % 3
        number = world.rng.randrange(100, 90_000)
        exporter.sender_ids[filer] = (f"V{number:06d}", f"{filer}-{number}", f"EXP{number:05d}")[style]
    return exporter.sender_ids[filer]


class LineWriter:
    """Turns entries into rows, with the gaps and slips of a real file."""

    def __init__(self, world: World, firm_rates: dict[tuple[str, str], tuple[str, float]]) -> None:
        self._world = world
        self._rng = world.rng
        self._rates = firm_rates
        self._missing = {column: share * world.rng.uniform(0.85, 1.25) for column, share in MISSING.items()}

    def rows(self) -> Iterator[Row]:
        """All rows, in the order of the entries."""
        for entry in self._world.entries:
            further = count(len(entry.lots) + 1)
            for lot in entry.lots:
                for part in self._in_lines(lot, further):
                    yield from self._lot_rows(entry, part)

    def _in_lines(self, lot: Lot, further: Iterator[int]) -> Iterator[Lot]:
        """A lot as its broker wrote it down: mostly in one line, else by size or style in several that add up."""
        rng, several = self._rng, lot.lines
        left = lot
        for number in range(1, several):
            share = rng.uniform(0.15, 0.85 - 0.1 * (several - number))
            part = replace(
                left, packages=max(1, round(left.packages * share)), quantity=round(left.quantity * share, 2),
                kg=round(left.kg * share, 1), value=float(round(left.value * share)),
            )  # fmt: skip
            yield part
            left = replace(
                left, packages=max(1, left.packages - part.packages), quantity=round(left.quantity - part.quantity, 2),
                kg=round(left.kg - part.kg, 1), value=left.value - part.value, line=next(further),
            )  # fmt: skip
        yield left

    def _lot_rows(self, entry: Entry, lot: Lot) -> Iterator[Row]:
        row = self._row(entry, lot)
        if has_list_301(lot):
            _, rate, chapter_99 = LIST_301_FROM[lot.product.list_301]
            extra = {
                "hts_number": chapter_99, "entered_value_usd": 0, "duty_usd": round(lot.value * rate, 2),
                "quantity": None, "quantity_unit": "", "ad_case": "", "cv_case": "", "ad_duty_usd": 0, "cv_duty_usd": 0,
            }  # fmt: skip
            yield row | extra
            row["tariff_ordinal"] = 2
        yield row

    def _row(self, entry: Entry, lot: Lot) -> Row:
        spi = preference(self._rng, lot, entry.filed)
        row = self._plain(entry, lot) | self._duties(entry, lot, spi)
        for column, share in self._missing.items():
            if self._rng.random() < share:
                row[column] = None if column in ("quantity", "gross_weight_kg", "packages") else ""
        return row

    def _plain(self, entry: Entry, lot: Lot) -> Row:
        rng = self._rng
        maker = rng.choice(lot.maker.wrong_ids) if rng.random() < 0.045 else lot.maker.identifier
        abroad = COUNTRIES[lot.shipped_from]
        liquidated = entry.filed + timedelta(days=314 if entry.kind != "03" else rng.randrange(330, 900))
        return {
            "entry_number": entry.number, "line_number": lot.line, "tariff_ordinal": 1, "entry_type": entry.kind,
            "entry_date": entry.filed, "import_date": lot.arrived, "importer_number": entry.number_written,
            "consignee_number": self._consignee(lot), "filer_code": entry.broker.identifier, "port_code": lot.port.code,
            "manufacturer_id": maker[:15], "foreign_exporter_id": exporter_id(self._world, entry, lot)[:15],
            "country_of_origin": lot.origin, "country_of_export": lot.shipped_from, "hts_number": lot.product.hts,
            "surety_code": entry.surety.identifier, "bond_type": entry.bond_type, "mode_of_transport": lot.mode,
            "carrier_scac": lot.carrier, "bill_number": lot.bill,
            "container_number": lot.containers[0] if lot.containers else "", "quantity": lot.quantity,
            "quantity_unit": lot.product.unit, "gross_weight_kg": lot.kg, "packages": lot.packages,
            "entered_value_usd": int(lot.value), "description": self._text(lot),
            "liquidation_date": liquidated if liquidated <= self._world.end else None,
            "team": f"{sum(map(ord, lot.product.hts)) % 900 + 100}", "visa_category": "",
            "textile_category": TEXTILE_CATEGORIES.get(lot.product.hts[:4], ""),
            "foreign_port": abroad.foreign_port.zfill(5) if lot.mode in ("10", "11") else "",
        }  # fmt: skip

    def _consignee(self, lot: Lot) -> str:
        number = (lot.consignee or lot.importer).identifier
        return number[:10] if number.endswith("00") and len(number) == 12 and self._rng.random() < 0.15 else number

    def _text(self, lot: Lot) -> str:
        chance = self._rng.random()
        return lot.text.upper() if chance < 0.4 else lot.text if chance < 0.8 else lot.text.split(" ")[-1].upper()

    def _duties(self, entry: Entry, lot: Lot, spi: str) -> Row:
        order = lot.product.order
        plain = {
            "spi": spi, "duty_usd": 0.0 if spi else round(lot.value * lot.product.duty, 2), "ad_case": "",
            "cv_case": "", "ad_duty_usd": 0.0, "cv_duty_usd": 0.0,
        }  # fmt: skip
        if order is None or entry.kind != "03" or not in_scope(lot, entry.filed):
            return plain
        suffix, rate = self._rates.get((order.case, lot.maker.identifier), ("000", order.rate))
        return plain | {
            "ad_case": f"{order.case}{suffix}", "ad_duty_usd": round(lot.value * rate / 100, 2),
            "cv_case": f"{order.companion}000" if order.companion else "",
            "cv_duty_usd": round(lot.value * 0.11, 2) if order.companion else 0.0,
        }  # fmt: skip
