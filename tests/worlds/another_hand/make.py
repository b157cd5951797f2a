"""A whole world: firms, then planted schemes and look-alikes, then honest trade, written as canonical tables.

Invariant: the same seed, lines and emptiness give the same bytes.
"""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from graph.model.tables import TABLES
from tests.worlds.another_hand import (
    background,
    identity,
    identity_decoys,
    lines,
    papers,
    population,
    registers,
    ring_decoys,
    rings,
    shopping,
    shopping_decoys,
)
from tests.worlds.another_hand.model import Row, Scheme
from tests.worlds.another_hand.world import World

POSITIVES_PER_200K = 14
DECOYS_PER_POSITIVE = 3
FREE_COLUMNS = ("known_at", "source")
KINDS: tuple[tuple[Sequence[Callable[[World], None]], Sequence[Callable[[World], None]]], ...] = (
    (rings.FAMILIES, ring_decoys.FAMILIES), (shopping.FAMILIES, shopping_decoys.FAMILIES),
    (identity.FAMILIES, identity_decoys.FAMILIES),
)  # fmt: skip


def write_world(folder: Path, *, seed: int, lines: int, empty: bool = False) -> World:
    """Build a world of so many entry lines and write its tables, documents and truth to a folder."""
    world = build(seed, lines, empty=empty)
    write(world, folder)
    return world


def build(seed: int, lines: int, *, empty: bool = False) -> World:
    """A whole world in memory; an empty one has look-alikes but no scheme."""
    world = World(seed, lines)
    population.populate(world)
    shopping_decoys.happen(world)
    _plant(world, empty=empty)
    background.refuse_honestly(world)
    background.trade_abroad(world)
    background.trade_honestly(world)
    background.visit_plants(world)
    population.measure_plants(world)
    return world


def _plant(world: World, *, empty: bool) -> None:
    """Plant every kind by turns of its families, so that each family comes before any comes twice."""
    wanted = max(1, round(POSITIVES_PER_200K * world.lines / 200_000))
    for positives, decoys in KINDS:
        if not empty:
            _take_turns(world, positives, wanted)
        _take_turns(world, decoys, DECOYS_PER_POSITIVE * wanted)


def _take_turns(world: World, families: Sequence[Callable[[World], None]], count: int) -> None:
    order = world.rng.sample(list(families), len(families))
    for turn in range(count):
        order[turn % len(order)](world)


def write(world: World, folder: Path) -> None:
    """All tables, documents and the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    lines.number_entries(world)
    orders, firms, rates = registers.order_tables(world)
    by_day = sorted(world.foreign_bills, key=lambda row: (row["loaded_on"], row["bill_number"]))
    foreign = {row["bill_number"]: row for row in by_day}
    tables: tuple[tuple[str, Iterable[Row]], ...] = (
        ("orders", orders), ("order_firms", firms), ("entry_lines", lines.LineWriter(world, rates).rows()),
        ("party_records", registers.party_rows(world)), ("party_claims", registers.claim_rows(world)),
        ("actions", registers.action_rows(world)), ("bills", registers.bill_rows(world)),
        ("foreign_bills", foreign.values()), ("capacity", world.capacity),
        ("in_bond", registers.in_bond_rows(world)), ("issues", papers.issues(world)),
        ("interventions", papers.interventions(world)), ("claims_of_preference", papers.preference_claims(world)),
        ("selectivity", papers.selectivity(world)),
    )  # fmt: skip
    for name, rows in tables:
        _write_table(folder, name, rows)
    _write_json_lines(folder / "documents.jsonl", papers.documents(world))
    (folder / "truth").mkdir(exist_ok=True)
    truth = (_truth(scheme, number) for number, scheme in enumerate(world.schemes, 1))
    _write_json_lines(folder / "truth" / "schemes.jsonl", truth)


def _write_table(folder: Path, name: str, rows: Iterable[Row]) -> None:
    first, *others = rows
    canonical = [column.name for column in TABLES[name].columns]
    columns = [column for column in (*canonical, *FREE_COLUMNS) if column in first]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows([first, *others])


def _write_json_lines(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        for row in rows:
            stream.write(json.dumps(row, default=str, ensure_ascii=False) + "\n")


def _truth(scheme: Scheme, number: int) -> Row:
    days = [entry.filed for entry in scheme.entries]
    return {
        "scheme_id": f"T{number:04d}", "kind": scheme.kind,
        "label": "hard_negative" if scheme.duty is None else "positive", "family": scheme.family,
        "controller": f"{scheme.controller.role}:{scheme.controller.identifier}",
        "members": [{"role": member.role, "identifier": member.identifier} for member in scheme.members],
        "entries": sorted(entry.number for entry in scheme.entries), "began_on": min(days), "ended_on": max(days),
        "duty_evaded_usd": round(scheme.duty or 0.0, 2),
    }  # fmt: skip
