"""Fits the probability of identity changes on planted worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_identity_change`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from graph.detect.calibrate import LabelledLead, write_calibration
from graph.detect.calibration import Calibration, read_calibration
from graph.detect.identity_change import IdentityChange
from graph.detect.last_day import last_day
from graph.detect.succession.on_file import read_files
from graph.detect.succession.probability import fit, unfitted
from graph.detect.succession.search import search
from graph.detect.succession.sides import IMPORTERS, MAKERS, traded
from graph.detect.succession.weigh import weigh
from graph.detect.truth import Scheme, party_key
from graph.facts.store import FactStore
from tests.graph.detect.fitting_worlds import LABEL, Home, fitted_on, folder_of_homes, over_worlds


def leads_of(home: Home, before: Calibration) -> list[LabelledLead]:
    """The pairs of one world."""
    with home.facts() as facts:
        return list(labelled(facts, home.schemes, before))


def labelled(facts: FactStore, schemes: Sequence[Scheme], before: Calibration) -> Iterator[LabelledLead]:
    """The pairs of a world, each newcomer with its likeliest predecessor, and whether both are of one planted scheme.

    Which predecessor is the likeliest, `before` says. Successions that were planted as part of another kind of scheme
    are neither and are left out.
    """
    until = last_day(facts)
    if until is None:
        return
    with (
        facts.kept(traded(facts, as_of=None, until=until)) as lines,
        read_files(facts, as_of=None) as files,
    ):
        for side in (IMPORTERS, MAKERS):
            found = search(facts, lines, files, side, as_of=None, until=until)
            if found is None:
                continue
            for w in weigh(facts, found, before, traded=lines, as_of=None, until=until, least=0.0).pairs:
                both = {party_key(f"{side.kind}:{party}") for party in (w.old, w.new)}
                planted = [s.kind for s in schemes if s.positive and both <= s.parties]
                if not planted or "identity_change" in planted:
                    yield LabelledLead(w.features, bool(planted))


def last_fit() -> Calibration:
    """The calibration that there is; of features that it does not know yet, the middle of their range."""
    last = read_calibration("identity_change")
    return replace(last, coefficients={**unfitted().coefficients, **last.coefficients})


def main() -> None:
    """Pairs are chosen by what the last fit found."""
    pairs: list[LabelledLead] = []
    with folder_of_homes(__doc__ or "") as folder:
        for world, found in over_worlds(partial(leads_of, before=last_fit()), folder):
            pairs += found
            print(f"{world.name}: {len(pairs)} pairs, {sum(pair.planted for pair in pairs)} planted", flush=True)
    fitted = fit(
        pairs,
        label=LABEL,
        fitted=fitted_on(IdentityChange().version, "tests.graph.detect.calibrate_identity_change"),
    )
    write_calibration(fitted, "identity_change")


if __name__ == "__main__":
    main()
