"""The detectors: each reads facts and returns findings, and none knows which engine holds the facts.

Invariant: a finding rests on what was known on its day, `as_of`; the same facts give the same findings.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from graph.detect.identity_change import IdentityChange
from graph.detect.port_shopping import PortShopping
from graph.detect.transshipment_ring import TransshipmentRing
from graph.facts.store import FactStore
from graph.model.errors import NotFound
from graph.model.finding import Finding

Progress = Callable[[str], None]
# New objects, and rounds of the generation before, after which Python collects cycles while detectors run.
COLLECTED_AFTER = (200_000, 20, 20)


class Detector(Protocol):
    """One pattern and the way to find it. `name` is the finding's kind and the name of its page in the docs."""

    @property
    def name(self) -> str:
        """The pattern, as in `Finding.kind`."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same facts may give other findings."""
        ...

    def detect(self, facts: FactStore, *, as_of: date | None = None, progress: Progress | None = None) -> list[Finding]:
        """The findings as known on `as_of`, or on the last day of the facts."""
        ...


DETECTORS: Mapping[str, Detector] = {
    detector.name: detector for detector in (TransshipmentRing(), PortShopping(), IdentityChange())
}


def known(names: tuple[str, ...]) -> None:
    """Raises `NotFound` for a name that is no detector's."""
    for name in names:
        if name not in DETECTORS:
            raise NotFound(
                f"There is no detector called {name}.",
                thing="detector",
                value=name,
                next_step=f"Known are: {', '.join(sorted(DETECTORS))}.",
            )


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Python looks for cycles among millions of live objects and finds next to none: let it look less often."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def detect(
    facts: FactStore,
    *,
    as_of: date | None = None,
    only: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> list[Finding]:
    """The findings of all detectors (or of those named in `only`), most probable first, then by id.

    Raises `NotFound` for a name that is no detector's.
    """
    known(only)
    found: list[Finding] = []
    with _seldom_collecting():
        for name, detector in DETECTORS.items():
            if not only or name in only:
                found += detector.detect(facts, as_of=as_of, progress=progress)
    return sorted(found, key=lambda finding: (-finding.probability, finding.id))
