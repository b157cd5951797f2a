"""The table of entry lines: what importers declared.

Invariant: cells are missing at the same rates for every line, whatever lot it belongs to.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from ingest.simulator.numbering import Numbers, taken
from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.tables.file import Cells, FileFormat, amount, days, money, pick, table_file, whole
from ingest.simulator.world import RAIL, SEA, World

BATCH_LINES = 250_000
LIQUIDATION_DAYS = 314
_PREFERENCES = {"MX": "S", "CA": "S", "KR": "KR", "AU": "AU", "CL": "CL", "CO": "CO"}
_PREFERRED = 0.7  # share of the lots of a partner country that claim its lower rate
_INFORMAL_CENTS = 250_000
# Share of cells left empty. Those of an entry are empty on all its lines.
_MISSING_ON_ENTRY = {
    "import_date": 0.05,
    "consignee_number": 0.15,
    "country_of_export": 0.06,
    "surety_code": 0.08,
    "carrier_scac": 0.07,
    "bill_number": 0.06,
    "liquidation_date": 0.25,
    "team": 0.25,
    "foreign_port": 0.15,
}
_MISSPELLED = 0.03  # share of lots whose maker's id is written wrongly
_MISSING_ON_LINE = {
    "manufacturer_id": 0.05,
    "foreign_exporter_id": 0.3,
    "container_number": 0.1,
    "quantity_unit": 0.05,
    "gross_weight_kg": 0.06,
    "packages": 0.08,
    "description": 0.2,
    "textile_category": 0.3,
}


def write_entry_lines(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write the lines of all entries in order of date; how many."""
    with table_file(folder, "entry_lines", file_format) as file:
        for columns in _batches(world, numbers):
            file.write(columns)
        return file.rows


def preference_of(world: World) -> Array:
    """By lot: the position of the preference that it claims in `preference_codes`, 0 for none."""
    origin = world.parties.makers.country[world.lots["maker"]]
    codes = np.array(
        [list(_PREFERENCES).index(c.code) + 1 if c.code in _PREFERENCES else 0 for c in world.reference.countries]
    )
    # Drawn from the lot's relation, so that an importer claims or does not claim for all of a maker's lots.
    claims = (world.lots["relation"].astype(np.int64) * 2_654_435_761 % 1000) < _PREFERRED * 1000
    return np.where(claims, codes[origin], 0)


def preference_codes() -> tuple[str, ...]:
    """The special programme indicators by position; the first says none."""
    return ("", *_PREFERENCES.values())


def _batches(world: World, numbers: Numbers) -> Iterator[dict[str, Cells]]:
    rng = stream(world.seed, "entry_lines")
    lots, lines, reference, parties = world.lots, world.lines, world.reference, world.parties
    importers, makers, services = parties.importers, parties.makers, parties.services
    count = len(lots["importer"])
    empty = {name: rng.random(count) < share for name, share in _MISSING_ON_ENTRY.items()}
    entry = np.where(lines["second"], numbers.second_entry[lines["lot"]], numbers.first_entry[lines["lot"]])
    filed = np.flatnonzero(entry >= 0)
    order = filed[np.argsort(entry[filed], kind="stable")]
    entry = entry[order]
    begins = np.flatnonzero(np.diff(entry, prepend=-1))
    line_number = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order))) + 1
    preference = preference_of(world)
    rates = np.array([o.all_others_rate_pct for o in reference.orders] + [0.0]) / 100
    in_force = np.array([o.order_on for o in reference.orders] + [1 << 30])
    ad = _declared_order(world, numbers, reference.ad_order, in_force)[order]
    cv = _declared_order(world, numbers, reference.cv_order, in_force)[order]
    under_order = np.zeros(len(numbers.entry_lot), dtype=np.bool_)
    under_order[entry[(ad >= 0) | (cv >= 0)]] = True
    total = np.bincount(entry, weights=lines["cents"][order], minlength=len(numbers.entry_lot))
    zone = rng.random(len(numbers.entry_lot)) < 0.015
    kind = np.select([under_order, total < _INFORMAL_CENTS, zone], [1, 2, 3], 0)
    full = pa.array(importers.numbers)
    bare = pa.array(
        [number[:-2] if number.endswith("00") and number[2] == "-" else number for number in importers.numbers]
    )
    chapters = np.array([int(hts[:2]) for hts in reference.hts_numbers])
    textual = (chapters >= 50) & (chapters <= 63)
    descriptions = [
        text
        for base in reference.descriptions
        for text in (base, f"{base} ASSORTED", base.replace("OTHER ", ""), f"{base} AS PER INVOICE")
    ]
    countries = [country.code for country in reference.countries]
    written = [*makers.mids, *(_misspelled(mid, place) for place in (0, 1) for mid in makers.mids)]
    wrong = _misspelled_lots(world, count)
    for low in range(0, len(order), BATCH_LINES):
        part = slice(low, low + BATCH_LINES)
        row, here = order[part], entry[part]
        size = len(row)
        lot = lines["lot"][row]
        product, maker, importer = lines["product"][row], lots["maker"][lot], lots["importer"][lot]
        gone = {name: rng.random(size) < share for name, share in _MISSING_ON_LINE.items()}
        cents = lines["cents"][row]
        claimed = preference[lot]
        duty = np.where(claimed > 0, 0, np.rint(cents * reference.duty_rate[product])).astype(np.int64)
        boxed = np.isin(lots["mode"][lot], (SEA, RAIL))
        boxes = (lots["container"][lot] >= 0).sum(axis=1)
        box = np.where(boxes > 0, (line_number[part] - 1) % np.maximum(boxes, 1), 0)
        container = taken(pa.chunked_array(numbers.container), lot + box * count, gone["container_number"] | ~boxed)
        importer_number = taken(pa.chunked_array([full, bare]), importer + np.where(lots["bare"][lot], len(full), 0))
        yield {
            "entry_number": taken(numbers.entry_number, here),
            "line_number": whole(line_number[part]),
            "tariff_ordinal": whole(np.ones(size)),
            "entry_type": pick(("01", "03", "11", "06"), kind[here]),
            "entry_date": days(numbers.entered[lot]),
            "import_date": days(lots["arrived"][lot], empty["import_date"][lot]),
            "importer_number": importer_number,
            "consignee_number": taken(full, lots["consignee"][lot], empty["consignee_number"][lot]),
            "filer_code": pick(services.filers, lots["filer"][lot]),
            "port_code": pick(reference.port_codes, lots["port"][lot]),
            "manufacturer_id": pick(written, maker + wrong[lot] * len(makers.mids), gone["manufacturer_id"]),
            "foreign_exporter_id": pick(makers.mids, makers.exporter[maker], gone["foreign_exporter_id"]),
            "country_of_origin": pick(countries, makers.country[maker]),
            "country_of_export": pick(countries, lots["export_country"][lot], empty["country_of_export"][lot]),
            "hts_number": pick(reference.hts_numbers, product),
            "spi": pick(preference_codes(), claimed, claimed == 0),
            "ad_case": _case_numbers(world, ad[part], maker),
            "cv_case": _case_numbers(world, cv[part], maker),
            "surety_code": pick(
                services.sureties, importers.surety[importer], empty["surety_code"][lot] | (kind[here] == 2)
            ),
            "bond_type": pick(
                ("8", "9", "0"), np.where(kind[here] == 2, 2, (importers.surety[importer] % 10 == 0).astype(int))
            ),
            "mode_of_transport": pick([f"{mode:02d}" for mode in range(50)], lots["mode"][lot]),
            "carrier_scac": taken(numbers.carrier, lot, empty["carrier_scac"][lot]),
            "bill_number": taken(numbers.bill_number, lot, empty["bill_number"][lot]),
            "container_number": container,
            "quantity": amount(np.rint(lines["quantity"][row] * 1000)),
            "quantity_unit": pick(reference.units, product, gone["quantity_unit"]),
            "gross_weight_kg": amount(lines["weight"][row].astype(np.int64) * 1000, gone["gross_weight_kg"]),
            "packages": whole(lines["packages"][row], gone["packages"]),
            "entered_value_usd": money(cents),
            "duty_usd": money(duty),
            "ad_duty_usd": money(np.rint(cents * rates[ad[part]]), ad[part] < 0),
            "cv_duty_usd": money(np.rint(cents * rates[cv[part]]), cv[part] < 0),
            "description": pick(
                descriptions, product.astype(np.int64) * 4 + rng.integers(0, 4, size), gone["description"]
            ),
            "liquidation_date": days(numbers.entered[lot] + LIQUIDATION_DAYS, empty["liquidation_date"][lot]),
            "team": pick([f"{700 + number}" for number in range(100)], chapters[product], empty["team"][lot]),
            "textile_category": pick(
                [f"{300 + number}" for number in range(100)],
                product % 69,
                gone["textile_category"] | ~textual[product],
            ),
            "foreign_port": pick(
                reference.foreign_port_codes, lots["foreign_port"][lot], empty["foreign_port"][lot] | ~boxed
            ),
            "known_at": days(numbers.known[lot]),
        }


def _misspelled_lots(world: World, count: int) -> Array:
    """By lot: 0 where its maker's id is written as it should be, else which of the wrong spellings stands there."""
    rng = stream(world.seed, "misspelled")
    return np.where(rng.random(count) < _MISSPELLED, rng.integers(1, 3, count), 0)


def _misspelled(mid: str, place: int) -> str:
    """A maker's id as a tired hand writes it: two signs of the name changed about, or of the number, or one wrong."""
    digits = re.search(r"\d+", mid)
    if place == 0 and digits and len(set(digits.group())) > 1:
        number = digits.group()
        at = next(at for at in range(len(number) - 1) if number[at] != number[at + 1])
        number = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        return mid[: digits.start()] + number + mid[digits.end() :]
    middle = 3 if place else 4
    sign = mid[middle]
    wrong = {"O": "U", "U": "O", "I": "Y", "A": "E", "E": "A", "N": "M", "M": "N"}.get(sign, "A")
    return mid[:middle] + wrong + mid[middle + 1 :] if sign.isalpha() else mid[: middle - 1] + "A" + mid[middle:]


def _declared_order(world: World, numbers: Numbers, table: Array, in_force: Array) -> Array:
    """By line: the order under which it is declared, -1 for none."""
    lots, lot = world.lots, world.lines["lot"]
    order = table[world.lines["product"], world.parties.makers.country[lots["maker"][lot]]]
    declared = lots["in_scope"][lot] & lots["declares"][lot] & (numbers.entered[lot] >= in_force[order])
    return np.where(declared, order, -1)


def _case_numbers(world: World, order: Array, maker: Array) -> Cells:
    """By line: the order's case number, with the maker's own suffix where it has a rate of its own."""
    cases = np.array([order.case_number for order in world.reference.orders] + [""], dtype="U14")
    suffixes = np.array(world.parties.makers.suffix, dtype="U4")
    declared = np.flatnonzero(order >= 0)
    written = np.full(len(order), None, dtype=object)
    written[declared] = np.char.add(cases[order[declared]], suffixes[maker[declared]])
    return pa.array(written, pa.string())
