"""Fits the probability of port shopping on simulated worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_port_shopping`. The seeds here are no test's seeds.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.calibration import read_calibration
from graph.detect.last_day import last_day
from graph.detect.port_shopping import PortShopping, Weighed, weigh
from graph.detect.reentry.features import EXPLAINED_BY, SIGNS
from graph.detect.reentry.match import search
from graph.detect.truth import Scheme, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate
from tests.worlds.make import make_world, write
from tests.worlds.style import STYLES

PLANTED_SEEDS = (1, 2, 3, 4, 31, 32)
EMPTY_SEEDS = (101, 102)
# Worlds of other makes beside the simulator's: how often lots recur by themselves differs from world to world, and a
# probability that knows one kind of world only is too sure of itself in others.
OTHER_STYLES = ("harbour", "continental", "bazaar")
OTHER_SEEDS = (61, 62)
OTHER_EMPTY_SEED = 63
OTHER_LINES = 100_000


def make_worlds(folder: Path) -> Iterator[str]:
    """Write one world after the other into the folder, each in place of the last; the name of each."""
    for seed, planted in [*((s, True) for s in PLANTED_SEEDS), *((s, False) for s in EMPTY_SEEDS)]:
        simulate(folder, seed=seed, size="small", planted=planted)
        yield f"simulated {seed}"
    for style in OTHER_STYLES:
        for seed in (*OTHER_SEEDS, OTHER_EMPTY_SEED):
            shutil.rmtree(folder)
            write(make_world(STYLES[style], seed=seed, lines=OTHER_LINES, empty=seed == OTHER_EMPTY_SEED), folder)
            yield f"{style} {seed}"


def labelled(facts: FactStore, schemes: list[Scheme], *, world: str) -> Iterator[LabelledLead]:
    """The leads of a world, each with the scheme or look-alike that its best match belongs to, if any."""
    until = last_day(facts)
    found = search(facts, as_of=None, until=until) if until else None
    if until is None or found is None:
        return
    planted = sorted((s for s in schemes if s.kind == "port_shopping"), key=lambda scheme: not scheme.positive)
    for w in weigh(facts, found, read_calibration("port_shopping"), as_of=None, until=until):
        scheme = next((scheme for scheme in planted if _is_of(w, scheme)), None)
        yield LabelledLead(
            w.features, scheme is not None and scheme.positive, world=world, family=scheme.family if scheme else ""
        )


def _is_of(weighed: Weighed, scheme: Scheme) -> bool:
    return any(match.entry_number in scheme.entries for match in weighed.lead.matches[:3])


def main() -> None:
    leads: list[LabelledLead] = []
    with tempfile.TemporaryDirectory() as folder:
        world, home = Path(folder) / "world", Path(folder) / "home"
        for name in make_worlds(world):
            shutil.rmtree(home, ignore_errors=True)
            load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
            with closing(DuckDbFactStore(home)) as facts:
                truth = read_schemes(world) if (world / "truth" / "schemes.jsonl").exists() else []
                leads += labelled(facts, truth, world=name)
            print(f"{name}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted", flush=True)
    fitted = fit(
        leads,
        signs=SIGNS,
        explained_by=EXPLAINED_BY,
        label=f"calibrated on simulator v{VERSION} and other worlds",
        fitted={
            "detector_version": PortShopping().version,
            "simulator_version": VERSION,
            "size": "small",
            "planted_seeds": list(PLANTED_SEEDS),
            "empty_seeds": list(EMPTY_SEEDS),
            "other_styles": list(OTHER_STYLES),
            "other_seeds": [*OTHER_SEEDS, OTHER_EMPTY_SEED],
            "held_out": held_out(leads, signs=SIGNS, explained_by=EXPLAINED_BY),
            "command": "python -m tests.graph.detect.calibrate_port_shopping",
        },
    )
    write_calibration(fitted, "port_shopping")


if __name__ == "__main__":
    main()
