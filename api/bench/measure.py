"""How a measurement is taken: many runs, medians, and ratios of things measured side by side.

Invariant: every ratio compares two measurements of one run on one machine, taken in turn.
"""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one kind of call."""

    runs: int
    p50_ms: float
    p99_ms: float

    def row(self) -> dict[str, float | int]:
        """The figures as they are printed."""
        return {"runs": self.runs, "p50_ms": round(self.p50_ms, 3), "p99_ms": round(self.p99_ms, 3)}


def time_each(call: Callable[[T], object], inputs: Sequence[T]) -> Timing:
    """Time one call for each input, after a first call that is not counted."""
    return time_in_turn([call], inputs)[0]


def time_in_turn(calls: Sequence[Callable[[T], object]], inputs: Sequence[T]) -> list[Timing]:
    """Time several calls for each input, one after the other, so that a noisy moment meets all of them."""
    elapsed_ms: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call(inputs[0])
    for value in inputs:
        for call, elapsed in zip(calls, elapsed_ms, strict=True):
            began = time.perf_counter()
            call(value)
            elapsed.append((time.perf_counter() - began) * 1_000)
    return [_timing(sorted(elapsed)) for elapsed in elapsed_ms]


def _timing(elapsed_ms: list[float]) -> Timing:
    return Timing(len(elapsed_ms), statistics.median(elapsed_ms), elapsed_ms[int(len(elapsed_ms) * 0.99)])


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def peak_memory_mib() -> float:
    """The most memory that this process has held since it began.

    Linux keeps it for the program (`VmHWM`); what `getrusage` says there would include the parent before the
    program began, so it serves elsewhere only.
    """
    status = Path("/proc/self/status")
    if status.exists():
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(kib) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
