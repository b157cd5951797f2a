"""Other worlds: small trading worlds written apart from our simulator, to judge detectors on.

A detector that is tuned on one simulator learns that simulator. These worlds share no code, no marginals and no
family with `ingest.simulator`; they differ among themselves by style. They are for judging, and for fitting the
probabilities of all three detectors (seeds 61 to 63): nobody tunes a detector's rules on the seeds that judge it.

    python -m tests.worlds.make --seed 3 --style harbour --lines 200000 --out worlds/harbour-3

writes the canonical tables and `truth/schemes.jsonl`; with `--empty` nothing is planted and there is no truth.

Invariant: the same seed, style and size give the same bytes.
"""

import argparse
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tests.worlds import customs, papers, registers
from tests.worlds.entries import into_entries
from tests.worlds.reentries import ordinary_acts, plant_reentries
from tests.worlds.rings import plant_rings
from tests.worlds.style import STYLES, Style
from tests.worlds.succeeding import plant_identities
from tests.worlds.trade import Enforcement, World, draw_lots, found_world, ordinary_trade
from tests.worlds.writing import Spellings, Writer


@dataclass(frozen=True, slots=True)
class MadeWorld:
    """The tables by name, and the rows of the truth."""

    style: Style
    tables: dict[str, pa.Table]
    truth: list[dict[str, object]]


def make_world(style: Style, *, seed: int, lines: int, empty: bool = False) -> MadeWorld:
    """A world of about so many entry lines."""
    world = found_world(np.random.default_rng([seed, zlib.crc32(style.name.encode()), lines]), style, lines)
    positives = 0 if empty else int(np.clip(round(style.positives * (lines / 200_000) ** 0.5), 6, 25))
    planted_lines = 0.0 if empty else 6500.0 * positives / 20
    ordinary_trade(world, max(lines * 0.5, lines - planted_lines))
    _ordinary_enforcement(world)
    if not empty:
        plant_rings(world, positives)
        plant_identities(world, positives)
    lots = draw_lots(world)
    returns = plant_reentries(world, lots, ordinary_acts(world, lots), positives)
    lots, acts = returns.finished(), returns.acts
    entries = into_entries(world, lots, acts, returns.same_box, returns.laden)
    paper, names = Writer(world), Spellings(world)
    tables = {"entry_lines": papers.entry_lines(world, lots, entries, paper)}
    tables["actions"], forced = customs.actions(world, lots, entries, acts, paper)
    tables["bills"] = papers.bills(world, lots, entries, paper, names, forced=forced)
    tables["foreign_bills"] = papers.foreign_bills(world, lots, entries, paper, names)
    tables["party_records"] = registers.party_records(world, paper)
    tables["party_claims"] = registers.party_claims(world, paper)
    tables["orders"], tables["order_firms"] = registers.orders(world, paper)
    tables["capacity"] = registers.capacity(world, lots, paper)
    tables["in_bond"] = customs.in_bond(world, lots, entries, acts, paper)
    return MadeWorld(style, tables, customs.truth(world, lots, entries, acts))


def _ordinary_enforcement(world: World) -> None:
    """Penalties, seizures and audits of firms that then go on, or end without anybody after them."""
    rng = world.rng
    for key, relations in list(world.of_importer.items()):
        if not relations or rng.random() > 0.05:
            continue
        kind, result, area = (
            ("penalty", "discrepant", "adcvd"),
            ("seizure", "seized", "ipr"),
            ("audit", "discrepant", "value"),
            ("exam", "discrepant", "origin"),
            ("detention", "refused", "safety"),
        )[int(rng.integers(5))]
        first, last = min(r.start for r in relations), max(r.end for r in relations)
        day = world.between(first + 20, last)
        event = Enforcement(
            relations[0].importer,
            "importer",
            day,
            kind,
            result,
            area,
            bool(rng.random() < 0.6),
            float(rng.lognormal(10.5, 1.2)),
        )
        world.enforcements.append(event)
        if rng.random() < 0.25:  # and gives up
            end = world.between(day + 5, day + 150)
            for relation in world.of_importer[key]:
                if relation.start >= end:
                    relation.rate = 0.0
                relation.end = max(relation.start + 1, min(relation.end, end))


def write(made: MadeWorld, folder: Path) -> None:
    """The tables in the style's format; the truth beside them, where there is any."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in made.tables.items():
        if made.style.file_format == "parquet":
            pq.write_table(table, folder / f"{name}.parquet")
        else:
            flat = table
            for i, column in enumerate(table.schema):
                if pa.types.is_list(column.type):
                    flat = flat.set_column(
                        i, column.name, pc.binary_join(flat[column.name].cast(pa.list_(pa.string())), ";")
                    )
            pyarrow.csv.write_csv(flat, folder / f"{name}.csv")
    if made.truth:
        (folder / "truth").mkdir(exist_ok=True)
        with (folder / "truth" / "schemes.jsonl").open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in made.truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--style", choices=sorted(STYLES), required=True)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--empty", action="store_true", help="plant nothing")
    given = parser.parse_args()
    made = make_world(STYLES[given.style], seed=given.seed, lines=given.lines, empty=given.empty)
    write(made, given.out)
    counts = ", ".join(f"{table.num_rows:,} {name}" for name, table in made.tables.items())
    planted = sum(row["label"] == "positive" for row in made.truth)
    print(f"{given.out}: {counts}; {planted} schemes, {len(made.truth) - planted} look-alikes")


if __name__ == "__main__":
    main()
