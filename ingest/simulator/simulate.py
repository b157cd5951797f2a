"""Making a world of trade: canonical tables as customs would have them, and beside them what was planted.

Invariant: the same seed, size and format give the same bytes; the tables say nothing of the truth, which
stands in the folder `truth` alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from graph.model.errors import Invalid
from ingest.simulator.actions import make_actions
from ingest.simulator.lots import Setting, make_trade
from ingest.simulator.numbering import Numbers, give_numbers
from ingest.simulator.orders import with_new_orders
from ingest.simulator.parties import Parties, make_importers, make_makers, make_services
from ingest.simulator.precedents import precedent_cases
from ingest.simulator.reference import day, iso, read_reference
from ingest.simulator.schemes.registry import FAMILIES, plant
from ingest.simulator.tables.actions import action_ids, write_actions
from ingest.simulator.tables.bills import write_bills, write_foreign_bills, write_in_bond
from ingest.simulator.tables.casework import write_casework
from ingest.simulator.tables.entry_lines import write_entry_lines
from ingest.simulator.tables.file import FileFormat
from ingest.simulator.tables.parties import write_party_claims, write_party_records
from ingest.simulator.tables.programmes import (
    write_capacity,
    write_claims_of_preference,
    write_foreign_ports,
    write_hts,
    write_order_firms,
    write_orders,
    write_ports,
    write_selectivity,
)
from ingest.simulator.world import Scale, Scheme, World

VERSION = "2"  # of the simulator: what a calibration names when it says on what it was made
Size = Literal["small", "medium", "large"]

LAST_DAY = "2024-12-31"
_FIRST_DAYS = {36: "2022-01-01", 48: "2021-01-01", 60: "2020-01-01"}
SCALES: Mapping[str, Scale] = {
    "small": Scale(6_000, 3_000, 60, 45_000, 36, 1, 180, 250),
    "medium": Scale(30_000, 15_000, 200, 910_000, 48, 5, 1_800, 2_500),
    "large": Scale(120_000, 40_000, 400, 4_550_000, 60, 15, 6_000, 8_000),
}


@dataclass(frozen=True, slots=True)
class SimulatedWorld:
    """What was written: the folder, rows of each table, and schemes by (kind, label, family)."""

    folder: Path
    rows: Mapping[str, int]
    schemes: Mapping[tuple[str, str, str], int]


def simulate(
    out: Path,
    *,
    seed: int,
    size: Size,
    file_format: FileFormat = "csv",
    planted: bool = True,
    leave_out: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> SimulatedWorld:
    """Write a world into a folder, one file a table, and the truth into its `truth` folder.

    `small` has about 100,000 entry lines, `medium` 2 million, `large` 10 million. Without `planted` nothing
    is planted, neither schemes nor look-alikes, and the truth is empty. Families in `leave_out` are not planted
    (to fit on the others and measure on these). Raises `Invalid` for an unknown size, format or family, a
    negative seed, or a path that is no folder.
    """
    scale = _checked(out, seed, size, file_format, leave_out)
    said = progress or (lambda _: None)
    said("parties")
    world = make_world(seed, scale, said)
    if planted:
        said("schemes")
        plant(world, leave_out=leave_out)
    said("numbers")
    numbers = give_numbers(world)
    out.mkdir(parents=True, exist_ok=True)
    _clear(out)
    rows = _write_tables(out, file_format, world, numbers, said)
    said("truth")
    _write_truth(out, world, numbers)
    schemes: Counter[tuple[str, str, str]] = Counter(
        (scheme.kind, scheme.label, scheme.family) for scheme in world.schemes
    )
    return SimulatedWorld(out, rows, schemes)


def _checked(out: Path, seed: int, size: str, file_format: str, leave_out: Sequence[str]) -> Scale:
    families = tuple(family.name for family in FAMILIES)
    for thing, value, known in (
        ("size", size, tuple(SCALES)),
        ("format", file_format, ("csv", "parquet")),
        *(("family", name, families) for name in leave_out),
    ):
        if value not in known:
            raise Invalid(
                f"A world of {thing} {value!r} is not known.",
                thing=thing,
                value=value,
                next_step=f"Use one of {', '.join(known)}.",
            )
    if seed < 0:
        raise Invalid("A seed is a whole number from 0.", thing="seed", value=str(seed), next_step="Use 7, say.")
    if out.exists() and not out.is_dir():
        raise Invalid(f"{out} is a file.", thing="out", value=str(out), next_step="Name a folder.")
    return SCALES[size]


def make_world(seed: int, scale: Scale, said: Callable[[str], None] = lambda _: None) -> World:
    """A world of ordinary business, before anything is planted or numbered."""
    begin, end = day(_FIRST_DAYS[scale.months]), day(LAST_DAY)
    reference = with_new_orders(seed, read_reference(), begin=begin, end=end)
    services = make_services(seed, scale.brokers)
    parties = Parties(
        importers=make_importers(seed, reference, services, count=scale.importers, begin=begin, end=end),
        makers=make_makers(seed, reference, scale.makers, begin=begin, end=end),
        services=services,
    )
    said("lots")
    trade = make_trade(Setting(seed, scale, reference, parties, begin, end))
    actions, exam_rate = make_actions(seed, reference, parties, trade.lots, trade.lines)
    return World(
        seed=seed,
        scale=scale,
        reference=reference,
        parties=parties,
        begin=begin,
        end=end,
        lots=trade.lots,
        lines=trade.lines,
        actions=actions,
        exam_rate=exam_rate,
        closures=trade.closures,
        moved_on=trade.moved_on,
    )


def _clear(out: Path) -> None:
    """Remove the tables of an earlier world, so that two formats of one table never stand side by side."""
    names = ("entry_lines", "party_records", "party_claims", "actions", "orders", "order_firms", "bills",
             "foreign_bills", "capacity", "in_bond", "issues", "interventions", "claims_of_preference",
             "selectivity", "ports", "foreign_ports", "hts")  # fmt: skip
    for name in names:
        for suffix in ("csv", "parquet"):
            (out / f"{name}.{suffix}").unlink(missing_ok=True)


def _write_tables(
    out: Path, file_format: FileFormat, world: World, numbers: Numbers, said: Callable[[str], None]
) -> dict[str, int]:
    rows: dict[str, int] = {}
    # Firms' rates come first: entry lines name them.
    said("orders")
    rows["orders"] = write_orders(out, file_format, world)
    rows["order_firms"] = write_order_firms(out, file_format, world)
    said("entry_lines")
    rows["entry_lines"] = write_entry_lines(out, file_format, world, numbers)
    said("bills")
    rows["bills"] = write_bills(out, file_format, world, numbers)
    rows["foreign_bills"] = write_foreign_bills(out, file_format, world, numbers)
    rows["in_bond"] = write_in_bond(out, file_format, world, numbers)
    said("actions")
    rows["actions"] = write_actions(out, file_format, world, numbers)
    said("parties")
    rows["party_records"] = write_party_records(out, file_format, world)
    rows["party_claims"] = write_party_claims(out, file_format, world)
    said("programmes")
    rows["capacity"] = write_capacity(out, file_format, world)
    rows["claims_of_preference"] = write_claims_of_preference(out, file_format, world, numbers)
    rows["selectivity"] = write_selectivity(out, file_format, world)
    rows["ports"] = write_ports(out, file_format, world)
    rows["foreign_ports"] = write_foreign_ports(out, file_format, world)
    rows["hts"] = write_hts(out, file_format, world)
    said("documents")
    return rows | write_casework(out, file_format, world, numbers, action_ids(world))


def _write_truth(out: Path, world: World, numbers: Numbers) -> None:
    (out / "truth").mkdir(exist_ok=True)
    with open(out / "truth" / "schemes.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for number, scheme in enumerate(sorted(world.schemes, key=lambda scheme: (scheme.began_on, scheme.lots))):
            file.write(json.dumps(_truth(scheme, number, world, numbers)) + "\n")
    with open(out / "truth" / "precedents.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for case in precedent_cases(world):
            file.write(json.dumps(case) + "\n")


def _truth(scheme: Scheme, number: int, world: World, numbers: Numbers) -> dict[str, object]:
    parties = world.parties
    return {
        "scheme_id": f"S{number + 1:05d}",
        "kind": scheme.kind,
        "label": scheme.label,
        "family": scheme.family,
        "controller": f"controller-{scheme.controller:06d}",
        "members": [
            *({"role": "importer", "identifier": parties.importers.numbers[place]} for place in scheme.importers),
            *({"role": "manufacturer", "identifier": parties.makers.mids[place]} for place in scheme.makers),
        ],
        "entries": [entry for lot in scheme.lots for entry in numbers.entries_of(lot)],
        "began_on": iso(scheme.began_on),
        "ended_on": iso(scheme.ended_on),
        "duty_evaded_usd": scheme.duty_evaded_usd,
    }
