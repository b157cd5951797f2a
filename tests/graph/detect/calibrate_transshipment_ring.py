"""Fits the probability of transshipment rings on simulated worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_transshipment_ring`. The seeds here are no test's seeds.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.diversion.examine import examine
from graph.detect.diversion.examined import Examination, Examined
from graph.detect.diversion.features import SIGNS, features
from graph.detect.diversion.orders import read_orders
from graph.detect.diversion.rings import chained
from graph.detect.diversion.trade import kept, scope_lines
from graph.detect.last_day import last_day
from graph.detect.transshipment_ring import TransshipmentRing
from graph.detect.truth import Scheme, party_key, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION, simulate

PLANTED_SEEDS = (1, 2, 3, 4, 5, 6)
EMPTY_SEEDS = (101, 102)
# A maker's new trade is a scheme's when so much of it is, in a mixed plant too.
LEAST_OF_SCHEME = 0.3


def seen_in(facts: FactStore) -> Examination | None:
    """What the detector gathers on a world's candidates."""
    until = last_day(facts)
    if until is None:
        return None
    orders = read_orders(facts, as_of=None, until=until)
    lines = scope_lines(facts, orders, as_of=None, until=until)
    if lines is None:
        return None
    with kept(facts, lines) as held:
        return examine(facts, held, orders, as_of=None, until=until)


def labelled(seen: Examination, schemes: list[Scheme], *, world: str) -> Iterator[LabelledLead]:
    """The candidates of a world, each with whether it is a planted ring's maker."""
    ours = [scheme for scheme in schemes if scheme.kind == "transshipment_ring"]
    of_entry = {entry: scheme for scheme in ours for entry in scheme.entries}
    follows = chained(seen.examined)
    for i, x in enumerate(seen.examined):
        scheme = _scheme(x, seen, of_entry)
        yield LabelledLead(
            features(x, chained=i in follows), scheme is not None and scheme.positive, world,
            scheme.family if scheme else "",
        )  # fmt: skip


def _scheme(x: Examined, seen: Examination, of_entry: dict[str, Scheme]) -> Scheme | None:
    entries = seen.lines.columns["entry_number"][x.rows]
    met = Counter(of_entry[e].scheme_id for e in entries if e in of_entry)
    if not met:
        return None
    best, lines = met.most_common(1)[0]
    scheme = next(s for s in of_entry.values() if s.scheme_id == best)
    named = any(party_key(f"manufacturer:{m}") in scheme.parties for m in x.trade.spellings)
    return scheme if lines >= LEAST_OF_SCHEME * len(entries) and named else None


def main() -> None:
    leads: list[LabelledLead] = []
    for seed, planted in [*((s, True) for s in PLANTED_SEEDS), *((s, False) for s in EMPTY_SEEDS)]:
        with tempfile.TemporaryDirectory() as folder:
            world, home = Path(folder) / "world", Path(folder) / "home"
            simulate(world, seed=seed, size="small", planted=planted)
            load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
            seen = seen_in(DuckDbFactStore(home))
            if seen is not None:
                leads += labelled(seen, read_schemes(world), world=f"seed {seed}")
        print(f"seed {seed}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted")
    fitted = fit(
        leads,
        signs=SIGNS,
        label=f"calibrated on simulator v{VERSION}",
        fitted={
            "detector_version": TransshipmentRing().version,
            "simulator_version": VERSION,
            "size": "small",
            "planted_seeds": list(PLANTED_SEEDS),
            "empty_seeds": list(EMPTY_SEEDS),
            "held_out": held_out(leads, signs=SIGNS),
            "command": "python -m tests.graph.detect.calibrate_transshipment_ring",
        },
    )
    write_calibration(fitted, "transshipment_ring")


if __name__ == "__main__":
    main()
