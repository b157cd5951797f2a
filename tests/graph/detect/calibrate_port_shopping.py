"""Fits the probability of port shopping on simulated worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_port_shopping`. The seeds here are no test's seeds.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, fit, write_calibration
from graph.detect.calibration import read_calibration
from graph.detect.evaluate import Scheme, read_schemes
from graph.detect.port_shopping import PortShopping, Weighed, last_day, weigh
from graph.detect.reentry.features import EXPLAINED_BY, SIGNS
from graph.detect.reentry.match import search
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate

PLANTED_SEEDS = (1, 2, 3, 4, 31, 32)
EMPTY_SEEDS = (101, 102)


def labelled(facts: FactStore, schemes: list[Scheme]) -> Iterator[LabelledLead]:
    """The leads of a world, each with whether its matches are a planted scheme's."""
    until = last_day(facts)
    found = search(facts, as_of=None, until=until) if until else None
    if until is None or found is None:
        return
    positive = [scheme for scheme in schemes if scheme.positive and scheme.kind == "port_shopping"]
    for w in weigh(facts, found, read_calibration("port_shopping"), as_of=None, until=until):
        yield LabelledLead(w.features, any(_is_of(w, scheme) for scheme in positive))


def _is_of(weighed: Weighed, scheme: Scheme) -> bool:
    return any(match.entry_number in scheme.entries for match in weighed.lead.matches[:3])


def main() -> None:
    leads: list[LabelledLead] = []
    for seed, planted in [*((s, True) for s in PLANTED_SEEDS), *((s, False) for s in EMPTY_SEEDS)]:
        with tempfile.TemporaryDirectory() as folder:
            world, home = Path(folder) / "world", Path(folder) / "home"
            simulate(world, seed=seed, size="small", planted=planted)
            load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
            leads += labelled(DuckDbFactStore(home), read_schemes(world))
        print(f"seed {seed}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted")
    fitted = fit(
        leads,
        signs=SIGNS,
        explained_by=EXPLAINED_BY,
        label=f"calibrated on simulator v{VERSION}",
        fitted={
            "detector_version": PortShopping().version,
            "simulator_version": VERSION,
            "size": "small",
            "planted_seeds": list(PLANTED_SEEDS),
            "empty_seeds": list(EMPTY_SEEDS),
            "command": "python -m tests.graph.detect.calibrate_port_shopping",
        },
    )
    write_calibration(fitted, "port_shopping")


if __name__ == "__main__":
    main()
