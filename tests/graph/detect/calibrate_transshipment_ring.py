"""Fits the probability of transshipment rings on planted worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_transshipment_ring`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.diversion.examine import examine
from graph.detect.diversion.examined import Examination, Examined
from graph.detect.diversion.features import SIGNS, all_features
from graph.detect.diversion.orders import read_orders
from graph.detect.diversion.trade import kept, scope_lines
from graph.detect.last_day import last_day
from graph.detect.transshipment_ring import TransshipmentRing
from graph.detect.truth import Scheme, party_key
from graph.facts.store import FactStore
from tests.graph.detect.fitting_worlds import LABEL, Home, fitted_on, folder_of_homes, over_worlds

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


def labelled(seen: Examination, schemes: Sequence[Scheme], *, world: str) -> Iterator[LabelledLead]:
    """The candidates of a world, each with whether it is a planted ring's maker; goods that the order does not reach
    are weighed apart."""
    ours = [scheme for scheme in schemes if scheme.kind == "transshipment_ring"]
    of_entry = {entry: scheme for scheme in ours for entry in scheme.entries}
    for x, told in zip(seen.examined, all_features(seen.examined), strict=True):
        if x.outside:
            continue
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


def leads_of(home: Home) -> list[LabelledLead]:
    """The candidates of one world."""
    with home.facts() as facts:
        seen = seen_in(facts)
    return list(labelled(seen, home.schemes, world=home.world.name)) if seen else []


def main() -> None:
    leads: list[LabelledLead] = []
    with folder_of_homes(__doc__ or "") as folder:
        for world, found in over_worlds(leads_of, folder):
            leads += found
            print(f"{world.name}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted", flush=True)
    fitted = fit(
        leads,
        signs=SIGNS,
        label=LABEL,
        fitted={
            **fitted_on(TransshipmentRing().version, "tests.graph.detect.calibrate_transshipment_ring"),
            "held_out": held_out(leads, signs=SIGNS),
        },
    )
    write_calibration(fitted, "transshipment_ring")


if __name__ == "__main__":
    main()
