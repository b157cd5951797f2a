"""The detectors: each reads facts and returns findings, and none knows which engine holds the facts.

Invariant: a finding rests on what was known on its day, `as_of`; the same facts give the same findings.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
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
# A detector that thinks when the others are broken off is broken off at its next question.
_BREAK_OFF_EVERY_S = 0.05


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
    for name in only:
        if name not in DETECTORS:
            raise NotFound(
                f"There is no detector called {name}.",
                thing="detector",
                value=name,
                next_step=f"Known are: {', '.join(sorted(DETECTORS))}.",
            )
    wanted = [detector for name, detector in DETECTORS.items() if not only or name in only]
    with _seldom_collecting():
        if len(wanted) == 1:
            found = wanted[0].detect(facts, as_of=as_of, progress=progress)
        else:
            found = _side_by_side(wanted, facts, as_of=as_of, progress=progress)
    return sorted(found, key=lambda finding: (-finding.probability, finding.id))


def _side_by_side(
    detectors: Sequence[Detector], facts: FactStore, *, as_of: date | None, progress: Progress | None
) -> list[Finding]:
    """What several detectors find. While one of them thinks, for which it has one processor, the engine works for
    another; when one fails, or somebody stops the work, the others are broken off."""
    with ThreadPoolExecutor(len(detectors)) as pool:
        running = [pool.submit(one.detect, facts, as_of=as_of, progress=progress) for one in detectors]
        try:
            ended, _ = wait(running, return_when=FIRST_EXCEPTION)
            for one in ended:
                one.result()  # fails where it failed
            return [finding for one in running for finding in one.result()]
        except BaseException:
            while wait(running, timeout=_BREAK_OFF_EVERY_S).not_done:
                facts.interrupt()
            raise
