"""Detectors side by side, each in a process with facts of its own: for worlds in which one takes minutes.

Invariant: the findings are those of `detect`, in its order.
"""

import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from graph.detect.detector import DETECTORS, Progress, detect, known
from graph.facts.store import FactStore
from graph.model.errors import Unavailable
from graph.model.finding import Finding

# With fewer entry lines a process takes longer to start than it saves.
WORTH_LINES = 2_000_000
MOST_PROCESSES = 2
# The longest first, so that nobody waits for it in the end.
_IN_TURN = ("port_shopping", "identity_change", "transshipment_ring")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a detector found, in how many seconds, and the most memory in MiB that its process ever held."""

    detector: str
    findings: list[Finding]
    seconds: float
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
    tell = progress or (lambda _: None)
    with ThreadPoolExecutor(MOST_PROCESSES) as waiting:
        running = [waiting.submit(_run_beside, again, name, as_of, tell) for name in named]
        return [each.result() for each in running]


def together(ran: list[Ran]) -> list[Finding]:
    """The findings of several detectors, most probable first, then by id."""
    return sorted((one for each in ran for one in each.findings), key=lambda one: (-one.probability, one.id))


def _run_beside(again: Callable[[], FactStore], name: str, as_of: date | None, tell: Progress) -> Ran:
    """Run a detector in a process and wait for it. It answers in pickles: steps, then what it found or what failed."""
    with subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, "-m", __spec__.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both were asked for
        try:
            with process.stdin as asked:
                pickle.dump((again, name, as_of), asked)
            while isinstance(said := pickle.load(process.stdout), str):  # noqa: S301 - our own process
                tell(f"{name}: {said}")
        except (EOFError, OSError) as error:
            raise Unavailable(
                f"The process that looked for {name} ended (exit code {process.wait()}).", thing=name,
                next_step="See whether memory ran out, and run `tidewaiter detect` again.",
            ) from error  # fmt: skip
        finally:
            process.kill()  # it has answered, or nobody waits for it any more
    if isinstance(said, Exception):
        raise said
    assert isinstance(said, Ran)  # noqa: S101 - nothing else is said
    return said


def _run(again: Callable[[], FactStore], name: str, as_of: date | None, say: Callable[[object], None]) -> Ran:
    with closing(again()) as facts:
        began = time.perf_counter()
        found = detect(facts, as_of=as_of, only=(name,), progress=say)
        took_s = time.perf_counter() - began
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Ran(name, found, took_s, largest / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _answer() -> None:
    """What such a process does."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what prints does not answer

    def say(said: object) -> None:
        pickle.dump(said, answers)
        answers.flush()

    try:
        again, name, as_of = pickle.load(sys.stdin.buffer)  # noqa: S301 - from who started us
        say(_run(again, name, as_of, say))
    except Exception as error:
        say(error)


if __name__ == "__main__":
    from graph.detect import side_by_side  # so that what is answered has this name

    side_by_side._answer()
