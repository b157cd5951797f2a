"""Detectors side by side, each in a process with facts of its own: for worlds in which one takes minutes.

Invariant: the findings are those of `detect`, in its order.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from threading import Thread

from graph.detect.detector import DETECTORS, Progress, detect, known
from graph.facts.store import FactStore
from graph.model.finding import Finding

# With fewer entry lines a process takes longer to start than it saves.
WORTH_LINES = 2_000_000
MOST_PROCESSES = 2
# The longest first, so that nobody waits for it in the end.
_IN_TURN = ("port_shopping", "identity_change", "transshipment_ring")

_Steps = SimpleQueue[str | None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a detector found, in how many seconds; its process, and the most memory in MiB that this ever held."""

    detector: str
    findings: list[Finding]
    seconds: float
    process: int
    peak_mib: float


def worth_it(facts: FactStore, *, only: tuple[str, ...] = ()) -> bool:
    """Whether these detectors (all, without `only`) are done sooner side by side."""
    several = len(set(only)) != 1 and (os.cpu_count() or 1) > 1
    return several and facts.counts().rows.get("entry_lines", 0) >= WORTH_LINES


def detect_side_by_side(
    again: Callable[[], FactStore],
    *,
    as_of: date | None = None,
    only: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> list[Ran]:
    """Run all detectors, or those in `only`, at most `MOST_PROCESSES` at a time; those that take longest come first.

    `again` opens the facts in another process, and must be known there by its name. Raises `NotFound` for a name that
    is no detector's, and what a detector raises.
    """
    known(only)
    named = sorted(set(only) or DETECTORS, key=lambda name: (*_IN_TURN, name).index(name))
    context = get_context("spawn")  # engines have threads, which a fork would leave half there
    steps: _Steps = context.SimpleQueue()
    teller = Thread(target=_tell, args=(steps, progress or (lambda _: None)), daemon=True)
    teller.start()
    try:
        with ProcessPoolExecutor(min(MOST_PROCESSES, len(named)), context, _begin, (steps,)) as processes:
            running = [processes.submit(_run, again, name, as_of) for name in named]
            return [each.result() for each in running]
    finally:
        steps.put(None)
        teller.join()
        steps.close()


def together(ran: list[Ran]) -> list[Finding]:
    """The findings of several detectors, most probable first, then by id."""
    return sorted((one for each in ran for one in each.findings), key=lambda one: (-one.probability, one.id))


def _tell(steps: _Steps, progress: Progress) -> None:
    while (step := steps.get()) is not None:
        progress(step)


_say: list[_Steps] = []


def _begin(steps: _Steps) -> None:
    _say.append(steps)


def _run(again: Callable[[], FactStore], name: str, as_of: date | None) -> Ran:
    """In a process: one detector."""
    say = _say[0].put
    with closing(again()) as facts:
        began = time.perf_counter()
        found = detect(facts, as_of=as_of, only=(name,), progress=lambda step: say(f"{name}: {step}"))
        took_s = time.perf_counter() - began
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Ran(name, found, took_s, os.getpid(), largest / (1024 * 1024 if sys.platform == "darwin" else 1024))
