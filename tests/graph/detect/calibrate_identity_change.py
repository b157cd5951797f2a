"""Fits the probability of identity changes on planted worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_identity_change`. The seeds here are no test's seeds.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, write_calibration
from graph.detect.calibration import Calibration
from graph.detect.identity_change import IdentityChange
from graph.detect.last_day import last_day
from graph.detect.succession.probability import fit, unfitted
from graph.detect.succession.search import search
from graph.detect.succession.sides import IMPORTERS, MAKERS, traded
from graph.detect.succession.weigh import weigh
from graph.detect.truth import Scheme, party_key, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate
from tests.worlds.make import make_world, write
from tests.worlds.style import STYLES

PLANTED_SEEDS = (31, 32, 33, 34)
EMPTY_SEEDS = (131,)
# Worlds of other makes beside the simulator's: how much two firms have in common by themselves differs from world to
# world, and how much a successor keeps does too.
OTHER_SEEDS = (61, 62, 63)
OTHER_LINES = 200_000


def make_worlds(folder: Path) -> Iterator[str]:
    """Write one world after the other into the folder, each in place of the last; the name of each."""
    for seed, planted in [*((s, True) for s in PLANTED_SEEDS), *((s, False) for s in EMPTY_SEEDS)]:
        simulate(folder, seed=seed, size="small", planted=planted)
        yield f"simulated {seed}"
        shutil.rmtree(folder)
    for seed in OTHER_SEEDS:
        for style in STYLES.values():
            write(make_world(style, seed=seed, lines=OTHER_LINES), folder)
            yield f"{style.name} {seed}"
            shutil.rmtree(folder)


def labelled(facts: FactStore, schemes: list[Scheme], before: Calibration) -> Iterator[LabelledLead]:
    """The pairs of a world, each newcomer with its likeliest predecessor, and whether both are of one planted scheme.

    Which predecessor is the likeliest, `before` says. Successions that were planted as part of another kind of scheme
    are neither and are left out.
    """
    until = last_day(facts)
    if until is None:
        return
    with facts.kept(traded(facts, as_of=None, until=until)) as lines:
        for side in (IMPORTERS, MAKERS):
            found = search(facts, lines, side, as_of=None, until=until)
            if found is None:
                continue
            for w in weigh(facts, found, before, as_of=None, least=0.0).pairs:
                both = {party_key(f"{side.kind}:{party}") for party in (w.old, w.new)}
                planted = [s.kind for s in schemes if s.positive and both <= s.parties]
                if not planted or "identity_change" in planted:
                    yield LabelledLead(w.features, bool(planted))


def main() -> None:
    """Twice over the same worlds: pairs are chosen by what the first fit found."""
    with tempfile.TemporaryDirectory() as folder:
        world, homes = Path(folder) / "world", []
        for name in make_worlds(world):
            home = Path(folder) / f"home-{name.replace(' ', '-')}"
            load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
            homes.append((name, home, read_schemes(world)))
        fitted = unfitted()
        for _ in range(2):
            pairs: list[LabelledLead] = []
            for name, home, schemes in homes:
                with closing(DuckDbFactStore(home)) as facts:
                    pairs += labelled(facts, schemes, fitted)
                print(f"{name}: {len(pairs)} pairs, {sum(pair.planted for pair in pairs)} planted", flush=True)
            fitted = fit(
                pairs,
                label=f"calibrated on simulator v{VERSION} and other worlds",
                fitted={
                    "detector_version": IdentityChange().version,
                    "simulator_version": VERSION,
                    "size": "small",
                    "planted_seeds": list(PLANTED_SEEDS),
                    "empty_seeds": list(EMPTY_SEEDS),
                    "other_styles": sorted(STYLES),
                    "other_seeds": list(OTHER_SEEDS),
                    "other_lines": OTHER_LINES,
                    "command": "python -m tests.graph.detect.calibrate_identity_change",
                },
            )
    write_calibration(fitted, "identity_change")


if __name__ == "__main__":
    main()
