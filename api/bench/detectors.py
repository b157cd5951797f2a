"""How long the detectors take over worlds of a million lines and more, in how much memory, and how both grow.

Invariant: every size is a part of one simulated world, its first months, so that sizes differ in length and in nothing
else; each is measured in a process of its own.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from math import log
from pathlib import Path
from typing import Any

import duckdb

from api.bench.spine import SEED, Row
from graph.model.tables import TABLES
from ingest.load import load
from ingest.simulator.simulate import Size, simulate

MILLIONS = (1.0, 3.0, 10.0)
TARGET_S = 300  # for ten million lines
TARGET_MIB = 8192  # a laptop's
TARGET_LINES = 10_000_000
# The day of a row by which a world is cut; other tables are whole in every part.
_DAYS = {"entry_lines": "entry_date", "actions": "action_date", "bills": "arrived_on", "foreign_bills": "arrived_on",
         "in_bond": "moved_on"}  # fmt: skip


def run(folder: Path, *, size: Size, millions: Sequence[float] = MILLIONS) -> Iterator[Row]:
    """One row a part and detector and one for all side by side: seconds, the most memory of two of their processes,
    and the growth of time over growth of lines since the smaller part (1 is linear, 2 would be quadratic).

    A part larger than the world is the whole world, and measured once.
    """
    world = folder / f"world-{size}-parquet"
    if not (world / "truth" / "schemes.jsonl").exists():
        shutil.rmtree(world, ignore_errors=True)
        simulate(world, seed=SEED, size=size, file_format="parquet", planted=True)
    before: dict[str, tuple[int, float]] = {}
    for part in sorted(millions):
        measured = _measured(_loaded(folder, world, lines=int(part * 1_000_000)))
        lines = measured["lines"]
        if before and before["all"][0] == lines:
            return
        for name, took_s in measured["seconds"].items():
            row: Row = {"measure": f"{name} over {lines:,} lines", "seconds": round(took_s, 1)}
            if name == "all":
                row |= {"peak_mib": round(measured["peak_mib"])}
                if lines >= 0.9 * TARGET_LINES:
                    row |= {"target_seconds": TARGET_S, "target_mib": TARGET_MIB}
            if name in before:
                row["growth"] = round(_growth(before[name], (lines, took_s)), 2)
            before[name] = (lines, took_s)
            yield row


def _growth(smaller: tuple[int, float], larger: tuple[int, float]) -> float:
    """The exponent of time in lines."""
    return log(max(larger[1], 1e-3) / max(smaller[1], 1e-3)) / log(larger[0] / smaller[0])


def _loaded(folder: Path, world: Path, *, lines: int) -> Path:
    """The home of the first months of a world that hold about so many lines; made once and kept."""
    home = folder / f"home-{world.name}-{lines}"
    if any((home / "loads").glob("*.json")):  # a load that was broken off has left none
        return home
    shutil.rmtree(home, ignore_errors=True)
    part = folder / "part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        until = _until(connection, world / "entry_lines.parquet", lines)
        for file in sorted(world.glob("*.parquet")):
            if file.stem not in TABLES:
                continue
            where = f"WHERE {_DAYS[file.stem]} <= DATE '{until}'" if file.stem in _DAYS else ""
            connection.execute(f"COPY (FROM read_parquet('{file}') {where}) TO '{part / file.name}' (FORMAT parquet)")
    load([part], home=home, now=datetime.now(UTC))
    shutil.rmtree(part)
    return home


def _until(connection: duckdb.DuckDBPyConnection, entry_lines: Path, lines: int) -> date:
    """The day by which so many lines were entered, or the last one."""
    found = connection.execute(
        "SELECT coalesce(min(day) FILTER (so_far >= ?), max(day)) FROM (SELECT entry_date AS day, "
        "sum(count(*)) OVER (ORDER BY entry_date) AS so_far FROM read_parquet(?) GROUP BY entry_date)",
        [lines, str(entry_lines)],
    ).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always has a row
    return date.fromisoformat(str(found[0]))


_DETECT = """
import json, sys
from functools import partial
from pathlib import Path
from api.bench.measure import peak_memory_mib, seconds
from graph.detect.side_by_side import MOST_PROCESSES, detect_side_by_side
from graph.facts.duckdb import DuckDbFactStore
again = partial(DuckDbFactStore, Path(sys.argv[1]))
ran = []
took_s = seconds(lambda: ran.extend(detect_side_by_side(again)))
at_once = sorted(one.peak_mib for one in ran)[-MOST_PROCESSES:]
print(json.dumps({
    "lines": again().counts().rows["entry_lines"],
    "seconds": {one.detector: one.seconds for one in ran} | {"all": took_s},
    "peak_mib": peak_memory_mib() + sum(at_once),
}))
"""


def _measured(home: Path) -> dict[str, Any]:
    ran = subprocess.run(  # noqa: S603 - our own interpreter on our own words
        [sys.executable, "-c", _DETECT, str(home)], stdout=subprocess.PIPE, text=True, check=True
    )
    measured: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return measured
