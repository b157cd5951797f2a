"""Fits the probability of transshipment rings on simulated and other worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_transshipment_ring`. The seeds here are no test's seeds.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.diversion.examine import examine
from graph.detect.diversion.examined import Examination, Examined
from graph.detect.diversion.features import SIGNS, all_features
from graph.detect.diversion.orders import read_orders
from graph.detect.diversion.trade import kept, scope_lines
from graph.detect.last_day import last_day
from graph.detect.transshipment_ring import TransshipmentRing
from graph.detect.truth import Scheme, party_key, read_schemes
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from ingest.load import load
from ingest.simulator.simulate import VERSION
from tests.graph.detect.calibrate_port_shopping import Wanted

PLANTED_SEEDS = (1, 2, 3, 4, 5, 6)
EMPTY_SEEDS = (101, 102)
# Worlds of other makes beside the simulator's: a probability that knows one kind of world only is wrong in others.
OTHER_STYLES = ("harbour", "continental", "bazaar")
OTHER_SEEDS = (61, 62)
OTHER_EMPTY_SEED = 63
WORLDS = (
    *(Wanted(seed, True) for seed in PLANTED_SEEDS),
    *(Wanted(seed, False) for seed in EMPTY_SEEDS),
    *(Wanted(seed, True, style) for style in OTHER_STYLES for seed in OTHER_SEEDS),
    *(Wanted(OTHER_EMPTY_SEED, False, style) for style in OTHER_STYLES),
)
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
    for x, told in zip(seen.examined, all_features(seen.examined), strict=True):
        scheme = _scheme(x, seen, of_entry)
        yield LabelledLead(
            told, scheme is not None and scheme.positive, world,
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


def leads_of(wanted: Wanted) -> list[LabelledLead]:
    """The candidates of one world, made and loaded for this alone."""
    with tempfile.TemporaryDirectory() as folder:
        world, home = Path(folder) / "world", Path(folder) / "home"
        wanted.make(world)
        load([world], home=home, now=datetime(2025, 1, 1, tzinfo=UTC))
        with closing(DuckDbFactStore(home)) as facts:
            seen = seen_in(facts)
        if seen is None:
            return []
        return list(labelled(seen, read_schemes(world) if wanted.planted else [], world=wanted.name))


def main() -> None:
    leads: list[LabelledLead] = []
    for wanted in WORLDS:
        leads += leads_of(wanted)
        print(f"{wanted.name}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted", flush=True)
    fitted = fit(
        leads,
        signs=SIGNS,
        label=f"calibrated on simulator v{VERSION} and other worlds",
        fitted={
            "detector_version": TransshipmentRing().version,
            "simulator_version": VERSION,
            "size": "small",
            "planted_seeds": list(PLANTED_SEEDS),
            "empty_seeds": list(EMPTY_SEEDS),
            "other_styles": list(OTHER_STYLES),
            "other_seeds": [*OTHER_SEEDS, OTHER_EMPTY_SEED],
            "held_out": held_out(leads, signs=SIGNS),
            "command": "python -m tests.graph.detect.calibrate_transshipment_ring",
        },
    )
    write_calibration(fitted, "transshipment_ring")


if __name__ == "__main__":
    main()
