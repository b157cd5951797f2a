"""Orders and who has a rate under them, plants' capacity, claims of preference, criteria, and code lists.

Invariant: orders, ports and tariff numbers are the real ones of `codes/`; firms, rates of firms, plants and
criteria are drawn.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.simulator.names import foreign_company
from ingest.simulator.numbering import Numbers, taken
from ingest.simulator.reference import Reference
from ingest.simulator.streams import stream
from ingest.simulator.tables.entry_lines import preference_codes, preference_of
from ingest.simulator.tables.file import Cells, FileFormat, amount, days, pick, table_file
from ingest.simulator.world import World

_REVIEWED = 0.04  # share of claims of preference that are looked into
_CAPACITY_KNOWN = 0.4  # share of plants whose capacity is on file
_FINDINGS = ("accepted", "denied_no_certificate", "denied_origin", "withdrawn", "pending")
_AGREEMENTS = {"S": "USMCA", "KR": "KORUS", "AU": "AUSFTA", "CL": "USCFTA", "CO": "CTPA"}


def write_orders(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the orders, in the order in which they became known; how many rows.

    An order of the world's own months has a version for its petition, its preliminary determination and itself.
    """
    rows: list[dict[str, Any]] = []
    for order in world.reference.orders:
        petition, preliminary, final = order.petition_on, order.preliminary_on, order.order_on
        steps = ((petition, 1), (preliminary, 2), (final, 3)) if petition >= world.begin else ((final, 3),)
        rows += [{"order": order, "step": step, "known_at": known} for known, step in steps if known <= world.end]
    rows.sort(key=lambda row: (row["known_at"], row["order"].case_number))
    orders = [row["order"] for row in rows]
    step = np.array([row["step"] for row in rows])
    with table_file(folder, "orders", file_format) as file:
        file.write(
            {
                "case_number": pa.array([order.case_number for order in orders]),
                "product": pa.array([order.product for order in orders]),
                "country": pa.array([order.country for order in orders]),
                "hts_prefixes": pa.array([";".join(order.hts_prefixes) for order in orders]),
                "petition_on": days(np.array([order.petition_on for order in orders])),
                "preliminary_on": days(np.array([order.preliminary_on for order in orders]), step < 2),
                "order_on": days(np.array([order.order_on for order in orders]), step < 3),
                "deposit_rate_pct": amount(np.rint([order.deposit_rate_pct * 1000 for order in orders]), step < 2),
                "all_others_rate_pct": amount(
                    np.rint([order.all_others_rate_pct * 1000 for order in orders]), step < 2
                ),
                "known_at": days(np.array([row["known_at"] for row in rows])),
            }
        )
        return file.rows


def write_order_firms(folder: Path, file_format: FileFormat, world: World) -> int:
    """Give some makers rates of their own, and write them; how many. Changes the makers' suffixes."""
    rng = stream(world.seed, "orders")
    makers, reference = world.parties.makers, world.reference
    codes = np.array([country.code for country in reference.countries])[makers.country]
    rows: list[dict[str, Any]] = []
    taken: set[int] = set()
    for order in reference.orders:
        products = [place for place, hts in enumerate(reference.hts_numbers) if hts.startswith(order.hts_prefixes)]
        makes = np.isin(makers.products, products).any(axis=1) & (codes == order.country)
        home = next(country for country in reference.countries if country.code == order.country)
        suffix = 0
        for maker in rng.permutation(np.flatnonzero(makes))[: int(rng.integers(2, 9))]:
            if int(maker) in taken:
                continue
            taken.add(int(maker))
            suffix += int(rng.integers(1, 6))
            makers.suffix[int(maker)] = f"-{suffix:03d}"
            rows.append(_firm(rng, order.case_number, suffix, order.deposit_rate_pct, order.order_on))
            rows[-1] |= {"manufacturer_id": makers.mids[int(maker)], "name": makers.names[int(maker)][0]}
        for _ in range(int(rng.integers(2, 7))):
            suffix += int(rng.integers(1, 6))
            rows.append(_firm(rng, order.case_number, suffix, order.deposit_rate_pct, order.order_on))
            rows[-1]["name"] = foreign_company(home, int(order.hts_prefixes[0][:2]), rng.integers(0, 1 << 30, 6))
    rows = [row for row in rows if row["from"] <= world.end]
    with table_file(folder, "order_firms", file_format) as file:
        file.write(
            {
                **{name: pa.array([row.get(name) for row in rows], pa.string())
                   for name in ("case_number", "suffix", "manufacturer_id", "name")},
                "exporter_id": pa.array([row.get("manufacturer_id") for row in rows], pa.string()),
                "rate_pct": amount(np.array([row["rate"] for row in rows])),
                "from": days(np.array([row["from"] for row in rows])),
                "known_at": days(np.array([row["from"] for row in rows])),
            }
        )  # fmt: skip
        return file.rows


def write_capacity(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write what some plants can make of their first product in a year, in the order in which it became known;
    how many."""
    rng = stream(world.seed, "programmes")
    makers, reference, lots, lines = world.parties.makers, world.reference, world.lots, world.lines
    product = makers.products[:, 0]
    maker, count = lots["maker"][lines["lot"]], len(makers.mids)
    shipped = np.bincount(maker, weights=lines["quantity"] * (lines["product"] == product[maker]), minlength=count)
    first = np.where(makers.start > 0, makers.start, world.begin)
    yearly = shipped * 365 / np.maximum(world.end - first, 180)
    known = np.flatnonzero(rng.random(count) < _CAPACITY_KNOWN)
    size = len(known)
    said = np.where(makers.makes[known] > 0, makers.makes[known], np.exp(0.9))
    yearly = np.maximum(10, yearly[known]) * said * rng.lognormal(0, np.where(makers.makes[known] > 0, 0.2, 0.65))
    as_of = world.begin + rng.integers(-300, world.end - world.begin - 60, size)
    as_of = np.maximum(as_of, makers.established[known] + 30)
    known_at = as_of + rng.integers(5, 50, size)
    basis, source = rng.integers(0, 3, size), rng.integers(0, 3, size)
    order = np.lexsort((rng.random(size), known_at))
    order = order[known_at[order] <= world.end]
    known, yearly, as_of, known_at = known[order], yearly[order], as_of[order], known_at[order]
    with table_file(folder, "capacity", file_format, "source") as file:
        file.write(
            {
                "manufacturer_id": pick(makers.mids, known),
                "hts_prefix": pick([hts[:6] for hts in reference.hts_numbers], product[known]),
                "product": pick(reference.descriptions, product[known]),
                "annual_quantity": amount(np.rint(yearly).astype(np.int64) * 1000),
                "unit": pick(reference.units, product[known]),
                "basis": pick(("machines counted", "stated by the firm", "electricity used"), basis[order]),
                "as_of": days(as_of),
                "source": pick(("site visit", "questionnaire", "register"), source[order]),
                "known_at": days(known_at),
            }
        )
        return file.rows


def write_claims_of_preference(folder: Path, file_format: FileFormat, world: World, numbers: Numbers) -> int:
    """Write the claims of preference that were looked into; how many."""
    rng = stream(world.seed, "preferences")
    lots, makers, reference = world.lots, world.parties.makers, world.reference
    preference = preference_of(world)
    looked_at = np.flatnonzero((preference > 0) & (numbers.first_entry >= 0))
    looked_at = looked_at[rng.random(len(looked_at)) < _REVIEWED]
    size = len(looked_at)
    finding = rng.choice(5, size, p=(0.72, 0.08, 0.07, 0.05, 0.08))
    reviewed = numbers.entered[looked_at] + rng.integers(30, 300, size)
    done = (reviewed <= world.end) & (finding != 4)
    _, first_line = np.unique(world.lines["lot"], return_index=True)
    product = world.lines["product"][first_line[looked_at]]
    maker = lots["maker"][looked_at]
    names = [spelled[0] for spelled in makers.names]
    codes = preference_codes()
    start = (
        numbers.entered[looked_at]
        .astype("datetime64[D]")
        .astype("datetime64[Y]")
        .astype("datetime64[D]")
        .astype(np.int64)
    )
    with table_file(folder, "claims_of_preference", file_format) as file:
        file.write(
            {
                "claim_id": pa.array([f"PC{200_001 + number * 2}" for number in range(size)]),
                "entry_number": taken(numbers.entry_number, numbers.first_entry[looked_at]),
                "line_number": pa.array(np.ones(size, dtype=np.int64)),
                "spi": pick(codes, preference[looked_at]),
                "exporter": pick(names, makers.exporter[maker]),
                "producer": pick(names, maker, rng.random(size) < 0.2),
                "manufacturer_id": pick(makers.mids, maker),
                "rule_of_origin": pick([_AGREEMENTS.get(code, "") for code in codes], preference[looked_at]),
                "certificate_from": days(start, rng.random(size) < 0.1),
                "certificate_to": days(start + 364, rng.random(size) < 0.1),
                "hts_number": pick(reference.hts_numbers, product),
                "finding": pick(_FINDINGS, np.where(done, finding, 4)),
                "reviewed_on": days(reviewed, ~done),
                "known_at": days(np.where(done, reviewed, np.minimum(numbers.known[looked_at] + 20, world.end))),
            }
        )
        return file.rows


def write_selectivity(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the criteria by which shipments are picked; how many."""
    rng = stream(world.seed, "criteria")
    reference = world.reference
    rows = []
    for number in range(40 + 10 * world.scale.planting):
        tests: list[dict[str, str]] = []
        if rng.random() < 0.5:
            order = reference.orders[int(rng.integers(0, len(reference.orders)))]
            tests.append({"field": "hts_number", "test": "starts_with", "value": order.hts_prefixes[0]})
            purpose = f"Goods described as in case {order.case_number}"
        else:
            product = int(rng.integers(0, len(reference.hts_numbers)))
            tests.append({"field": "hts_number", "test": "starts_with", "value": reference.hts_numbers[product][:6]})
            purpose = f"Value and description of {reference.descriptions[product].lower()}"
        if rng.random() < 0.6:
            country = reference.countries[int(rng.integers(0, len(reference.countries)))].code
            tests.append({"field": "country_of_origin", "test": "equals", "value": country})
        start = world.begin + int(rng.integers(-200, world.end - world.begin - 60))
        stop = start + int(rng.integers(60, 700))
        rows.append((f"CR{3001 + number}", json.dumps(tests, separators=(",", ":")), start, stop, purpose))
    starts, stops = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    with table_file(folder, "selectivity", file_format) as file:
        file.write(
            {
                "criterion_id": pa.array([row[0] for row in rows]),
                "module": pick(("cargo", "entry_summary"), rng.integers(0, 2, len(rows))),
                "field_tests": pa.array([row[1] for row in rows]),
                "active_from": days(starts),
                "active_to": days(stops, stops > world.end),
                "owner": pick(("National targeting", "Trade centre", "Port team"), rng.integers(0, 3, len(rows))),
                "purpose": pa.array([row[4] for row in rows]),
                "known_at": days(starts),
            }
        )
        return file.rows


def write_ports(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the ports of entry; how many."""
    reference = world.reference
    return _write_list(folder, file_format, "ports", world, {
        "port_code": pa.array(reference.port_codes),
        "name": pa.array(reference.port_names),
        "region": pa.array([str(kind) for kind in reference.port_kinds]),
    })  # fmt: skip


def write_foreign_ports(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the foreign ports; how many."""
    reference = world.reference
    return _write_list(folder, file_format, "foreign_ports", world, {
        "foreign_port": pa.array(reference.foreign_port_codes),
        "name": pa.array(reference.foreign_port_names),
        "country": pa.array([reference.countries[place].code for place in reference.foreign_port_country]),
    })  # fmt: skip


def write_hts(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the tariff numbers in use; how many."""
    reference = world.reference
    return _write_list(folder, file_format, "hts", world, {
        "hts_number": pa.array(reference.hts_numbers),
        "description": pa.array(reference.descriptions),
        "parent": pa.array([hts[:8] for hts in reference.hts_numbers]),
        "unit": pa.array(reference.units),
        "general_rate": pa.array([_rate(reference, place) for place in range(len(reference.hts_numbers))]),
    })  # fmt: skip


def _rate(reference: Reference, product: int) -> str:
    rate = round(float(reference.duty_rate[product]) * 100, 2)
    return f"{rate:g}%" if rate else "Free"


def _write_list(folder: Path, file_format: FileFormat, name: str, world: World, columns: dict[str, Cells]) -> int:
    with table_file(folder, name, file_format) as file:
        length = len(next(iter(columns.values())))
        file.write({**columns, "known_at": days(np.full(length, world.begin - 30))})
        return file.rows


def _firm(rng: np.random.Generator, case: str, suffix: int, rate_pct: float, order_on: int) -> dict[str, Any]:
    return {
        "case_number": case,
        "suffix": f"{suffix:03d}",
        "rate": round(rate_pct * float(rng.uniform(0.05, 1.0)) * 1000),
        "from": order_on + int(rng.integers(0, 900)),
    }
