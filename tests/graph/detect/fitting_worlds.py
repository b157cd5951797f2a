"""The worlds that every detector's probability is fitted on: each is made and loaded once, for all three.

No test and no judged world has one of these seeds. How often two firms, lots or plants are alike by themselves differs
from world to world, and a probability that knows one kind of world only is too sure of itself in others: so there are
worlds of the simulator, of `tests.worlds` in three styles, and of `tests.worlds.another_hand`.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from graph.detect.truth import Scheme, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate
from tests.worlds.another_hand.make import write_world
from tests.worlds.make import make_world, write
from tests.worlds.style import STYLES

SIMULATED, ANOTHER_HAND = "simulated", "another_hand"
OTHER_LINES, ANOTHER_HAND_LINES = 100_000, 200_000
T = TypeVar("T")
# Worlds that are worked on at once.
WORKERS = 2
LABEL = f"calibrated on simulator v{VERSION} and other worlds"


@dataclass(frozen=True, slots=True)
class FittingWorld:
    """A world to fit on: of the simulator, of another hand, or in a style of `tests.worlds`."""

    make: str
    seed: int
    planted: bool = True

    @property
    def name(self) -> str:
        return f"{self.make}-{self.seed}"

    def write(self, folder: Path) -> None:
        """Its tables and its truth, into the folder."""
        if self.make == SIMULATED:
            simulate(folder, seed=self.seed, size="small", planted=self.planted)
        elif self.make == ANOTHER_HAND:
            write_world(folder, seed=self.seed, lines=ANOTHER_HAND_LINES, empty=not self.planted)
        else:
            write(make_world(STYLES[self.make], seed=self.seed, lines=OTHER_LINES, empty=not self.planted), folder)


FITTING_WORLDS = (
    *(FittingWorld(SIMULATED, seed) for seed in (1, 2, 3, 4, 31, 32)),
    *(FittingWorld(SIMULATED, seed, planted=False) for seed in (101, 131)),
    *(FittingWorld(style, seed) for style in STYLES for seed in (61, 62)),
    *(FittingWorld(style, 63, planted=False) for style in STYLES),
    *(FittingWorld(ANOTHER_HAND, seed) for seed in (1, 2, 9, 21)),
    FittingWorld(ANOTHER_HAND, 22, planted=False),
)
SIMULATED_SEEDS = tuple(world.seed for world in FITTING_WORLDS if world.make == SIMULATED)


@dataclass(frozen=True, slots=True)
class Home:
    """A world that was loaded, with its truth; `schemes` are none where nothing is planted."""

    world: FittingWorld
    folder: Path
    schemes: tuple[Scheme, ...]

    @contextmanager
    def facts(self) -> Iterator[FactStore]:
        with closing(DuckDbFactStore(self.folder)) as facts:
            yield facts


def fitted_on(detector_version: str, module: str) -> dict[str, object]:
    """What is kept in a calibration's file about what it was fitted on, and by which command."""
    return {
        "detector_version": detector_version,
        "simulator_version": VERSION,
        "worlds": [f"{world.name}{'' if world.planted else ' (empty)'}" for world in FITTING_WORLDS],
        "command": f"python -m {module}",
    }


@contextmanager
def folder_of_homes(description: str) -> Iterator[Path]:
    """Where homes are made: the folder given on the command line, which is kept, or one for this run alone."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, help="keep the worlds here, for the next run or another detector's")
    given: Path | None = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as passing:
        yield given or Path(passing)


def over_worlds(work: Callable[[Home], T], folder: Path) -> Iterator[tuple[FittingWorld, T]]:
    """What `work` says of each world, a few at once; a world that is not in the folder yet is made first."""
    with ProcessPoolExecutor(WORKERS) as workers:
        tasks = [(work, world, folder) for world in FITTING_WORLDS]
        yield from zip(FITTING_WORLDS, workers.map(_on_world, tasks), strict=True)


def _on_world(task: tuple[Callable[[Home], T], FittingWorld, Path]) -> T:
    work, world, folder = task
    return work(_home(world, folder / world.name))


def _home(world: FittingWorld, folder: Path) -> Home:
    """A home counts as made when it has its name: it is made under another one."""
    if not folder.exists():
        half_made = folder.with_name(f"{folder.name}.half-made")
        shutil.rmtree(half_made, ignore_errors=True)
        world.write(half_made / "world")
        load([half_made / "world"], home=half_made / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
        for table in (half_made / "world").iterdir():
            if table.is_file():
                table.unlink()
        half_made.rename(folder)
    return Home(world, folder / "home", tuple(read_schemes(folder / "world")) if world.planted else ())
