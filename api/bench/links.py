"""How precise the links of names to parties are that are made without a person, on names made hard.

Names are those of simulated worlds or of files that `tidewaiter load` reads; a share of the parties is left out of the
file and named all the same. Invariant: the linker sees the names alone; what they were made from is read afterwards.
"""

import os
import platform
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from api.bench.hard_names import hard_mentions
from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import Invalid
from graph.resolve.measure_links import judge_links
from graph.resolve.named import PartyNames
from graph.resolve.party_names import party_names
from graph.resolve.resolve import resolve
from graph.resolve.words import looks_like_company
from ingest.load import load
from ingest.simulator.simulate import VERSION, Size, simulate

# No number of the linker was set on these worlds.
SEEDS: Final = tuple(range(9_601, 9_651))
AT_LEAST: Final = 0.99
HELD_OUT: Final = 0.25
MOST_NAMES: Final = 15_000  # of one source, chosen by lot
_COLUMNS: Final = ("n", "of_nobody", "linked", "wrong", "precision", "coverage", "rest_top_1", "rest_claimed")
_TABLES: Final = ("party_records.csv", "order_firms.csv")


def run(
    folder: Path,
    *,
    seeds: Sequence[int],
    size: Size,
    given: Sequence[Path] = (),
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """The measures of `judge_links` for the simulated world of each seed, or for each of the given files alone."""
    sources = {path.name: [path] for path in given} or dict(_simulated(folder, seed, size) for seed in seeds)
    if not sources:
        raise Invalid("There are no names to measure.", thing="worlds", value="0", next_step="Ask for one at least.")
    measured = {}
    for number, (name, paths) in enumerate(sources.items(), 1):
        said(f"{name}, {number} of {len(sources)}")
        parties = _parties(folder / "links-home", paths)
        choose = random.Random(name)  # noqa: S311 - names, not secrets
        hard = hard_mentions(choose, parties, held_out=HELD_OUT)
        mentions = choose.sample(hard.mentions, min(len(hard.mentions), MOST_NAMES))
        names = PartyNames((name, party) for party, some in hard.parties.items() for name in some)
        measured[name] = {"parties": len(hard.parties), **judge_links(names, mentions)}
    return measured


def _simulated(folder: Path, seed: int, size: Size) -> tuple[str, list[Path]]:
    world = folder / f"links-{seed}-{size}"
    if not (world / "truth").exists():
        simulate(world, seed=seed, size=size)
    return f"world {seed}", [world / table for table in _TABLES]


def _parties(home: Path, paths: Sequence[Path]) -> dict[str, list[str]]:
    """The firms in these files, as resolution makes them, with all their names."""
    shutil.rmtree(home, ignore_errors=True)
    report = load(paths, home=home, now=datetime.now(UTC))
    refused = [file for file in report.files if not file.accepted]
    if refused:
        raise Invalid(f"{refused[0].file} holds no parties.", thing=refused[0].file, next_step=refused[0].reason)
    facts = DuckDbFactStore(home)
    resolve(facts).write(home)
    parties: dict[str, list[str]] = {}
    for name, party in sorted(party_names(facts, home)):
        parties.setdefault(party, []).append(name)
    return {party: names for party, names in parties.items() if any(map(looks_like_company, names))}


def as_markdown(measured: Mapping[str, Mapping[str, Any]], *, command: str) -> str:
    """The measures as a page: by source, and by family for all that are of one."""
    lines = [
        "# How precise links of names to parties are",
        "",
        f"Written by {command}, simulator v{VERSION}. Here: {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, {platform.system()}.",
        f"Links made without a person are to be right in {AT_LEAST} of all. What each measure means stands in "
        "docs/reference/extraction.md.",
        "",
        *_table(("names of", "parties"), [(name, of["parties"], of) for name, of in measured.items()]),
    ]
    for name, of in measured.items():
        lines += [f"## Names of {name}", "", *_table(("written so",), [*of["families"].items()])]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(first: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[str]:
    header = (*first, *_COLUMNS)
    cells = [(*told, *(of[column] for column in _COLUMNS)) for *told, of in rows]
    return [
        f"| {' | '.join(header)} |",
        "|---" * len(header) + "|",
        *(f"| {' | '.join(map(_cell, row))} |" for row in cells),
        "",
    ]


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
