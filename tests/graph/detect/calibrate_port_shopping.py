"""Fits the probability of port shopping on planted worlds and writes it where the detector reads it.

Run as `python -m tests.graph.detect.calibrate_port_shopping`.
"""

from collections.abc import Iterator, Sequence

from graph.detect.calibrate import LabelledLead, fit, held_out, write_calibration
from graph.detect.calibration import read_calibration
from graph.detect.last_day import last_day
from graph.detect.port_shopping import PortShopping, Weighed, weigh
from graph.detect.reentry.features import EXPLAINED_BY, SIGNS
from graph.detect.reentry.match import party_of, search
from graph.detect.truth import Scheme, entry_key
from graph.facts.store import FactStore
from tests.graph.detect.fitting_worlds import LABEL, Home, fitted_on, folder_of_homes, over_worlds


def leads_of(home: Home) -> list[LabelledLead]:
    """The leads of one world."""
    with home.facts() as facts:
        return list(labelled(facts, home.schemes, world=home.world.name))


def labelled(facts: FactStore, schemes: Sequence[Scheme], *, world: str) -> Iterator[LabelledLead]:
    """Each importer's best lead, with the scheme or look-alike that its matches belong to, if any.

    One lead an importer, since a finding is as probable as its best lead and the others are its company: the best of
    those that nothing in law explains, if there is one.
    """
    until = last_day(facts)
    found = search(facts, as_of=None, until=until) if until else None
    if until is None or found is None:
        return
    planted = sorted((s for s in schemes if s.kind == "port_shopping"), key=lambda scheme: not scheme.positive)
    best: dict[str, Weighed] = {}
    weighed = weigh(facts, found, read_calibration("port_shopping"), as_of=None, until=until)
    for w in sorted(weighed, key=lambda w: (w.lawful.explains, w.lead.p_value, w.lead.lot["lot_key"])):
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
    with folder_of_homes(__doc__ or "") as folder:
        for world, found in over_worlds(leads_of, folder):
            leads += found
            print(f"{world.name}: {len(leads)} leads, {sum(lead.planted for lead in leads)} planted", flush=True)
    fitted = fit(
        leads,
        signs=SIGNS,
        explained_by=EXPLAINED_BY,
        label=LABEL,
        fitted={
            **fitted_on(PortShopping().version, "tests.graph.detect.calibrate_port_shopping"),
            "held_out": held_out(leads, signs=SIGNS, explained_by=EXPLAINED_BY),
        },
    )
    write_calibration(fitted, "port_shopping")


if __name__ == "__main__":
    main()
