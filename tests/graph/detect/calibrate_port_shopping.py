"""Fits the probability of port shopping on simulated worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_port_shopping`. The seeds here are no test's seeds.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.calibration import read_calibration
from graph.detect.last_day import last_day
from graph.detect.port_shopping import PortShopping, Weighed, weigh
from graph.detect.reentry.features import EXPLAINED_BY, SIGNS
from graph.detect.reentry.match import party_of, search
from graph.detect.truth import Scheme, entry_key, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate
from tests.worlds.make import make_world, write
from tests.worlds.style import STYLES

PLANTED_SEEDS = (1, 2, 31)
EMPTY_SEEDS = (101,)
# Worlds of other makes beside the simulator's: how often lots recur by themselves differs from world to world, and a
# probability that knows one kind of world only is too sure of itself in others.
OTHER_STYLES = ("harbour", "continental", "bazaar")
OTHER_SEEDS = (61, 62)
OTHER_EMPTY_SEED = 63
OTHER_LINES = 100_000
# Worlds that are searched at once.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A world to fit on: of the simulator where `style` is empty, else of `tests.worlds`."""

    seed: int
    planted: bool
    style: str = ""

    @property
    def name(self) -> str:
        return f"{self.style or 'simulated'} {self.seed}"

    def make(self, folder: Path) -> None:
        """Write its files into the folder."""
        if self.style:
            write(make_world(STYLES[self.style], seed=self.seed, lines=OTHER_LINES, empty=not self.planted), folder)
        else:
            simulate(folder, seed=self.seed, size="small", planted=self.planted)


WORLDS = (
    *(Wanted(seed, True, style) for style in OTHER_STYLES for seed in OTHER_SEEDS),
    *(Wanted(OTHER_EMPTY_SEED, False, style) for style in OTHER_STYLES),
    *(Wanted(seed, True) for seed in PLANTED_SEEDS),
    *(Wanted(seed, False) for seed in EMPTY_SEEDS),
)


def leads_of(wanted: Wanted) -> list[LabelledLead]:
    """The leads of one world, made and loaded for this alone."""
    with tempfile.TemporaryDirectory() as folder:
        world, home = Path(folder) / "world", Path(folder) / "home"
        wanted.make(world)
        load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
        with closing(DuckDbFactStore(home)) as facts:
            return list(labelled(facts, read_schemes(world) if wanted.planted else [], world=wanted.name))


def labelled(facts: FactStore, schemes: list[Scheme], *, world: str) -> Iterator[LabelledLead]:
    """Each importer's best lead, with the scheme or look-alike that its matches belong to, if any.

    One lead an importer, since a finding is as probable as its best lead and the others are its company.
    """
    until = last_day(facts)
    found = search(facts, as_of=None, until=until) if until else None
    if until is None or found is None:
        return
    planted = sorted((s for s in schemes if s.kind == "port_shopping"), key=lambda scheme: not scheme.positive)
    best: dict[str, Weighed] = {}
    weighed = weigh(facts, found, read_calibration("port_shopping"), as_of=None, until=until)
    for w in sorted(weighed, key=lambda w: (w.lead.p_value, w.lead.lot["lot_key"])):
        best.setdefault(party_of(w.lead.lot), w)
    for w in best.values():
        scheme = next((scheme for scheme in planted if _is_of(w, scheme)), None)
        yield LabelledLead(
            w.features, scheme is not None and scheme.positive, world=world, family=scheme.family if scheme else ""
        )


def _is_of(weighed: Weighed, scheme: Scheme) -> bool:
    return any(entry_key(match.entry_number) in scheme.entries for match in weighed.lead.matches[:3])


def main() -> None:
    leads: list[LabelledLead] = []
    with ProcessPoolExecutor(WORKERS) as workers:
        for wanted, found in zip(WORLDS, workers.map(leads_of, WORLDS), strict=True):
            leads += found
            print(f"{wanted.name}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted", flush=True)
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
