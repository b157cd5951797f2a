"""Counters of requests in Prometheus' text format.

Invariant: labels are route templates, never ids or words that a person typed, so their number is small.
"""

import threading
from collections import Counter

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What has been asked of one process, and how long the answers took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        place = next((n for n, bound in enumerate(_BOUNDS_S) if seconds <= bound), len(_BOUNDS_S))
        with self._lock:
            self._requests[method, route, status] += 1
            self._buckets.setdefault(route, [0] * (len(_BOUNDS_S) + 1))[place] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]

    def text(self, gauges: dict[str, float]) -> str:
        """Everything counted so far, and the given gauges, as Prometheus reads it."""
        with self._lock:
            requests = sorted(self._requests.items())
            buckets = {route: list(counts) for route, counts in sorted(self._buckets.items())}
            seconds = dict(self._seconds)
        lines = [
            "# HELP tidewaiter_requests_total Requests answered.",
            "# TYPE tidewaiter_requests_total counter",
            *(
                f'tidewaiter_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
                for (method, route, status), count in requests
            ),
            "# HELP tidewaiter_request_seconds How long answers took.",
            "# TYPE tidewaiter_request_seconds histogram",
        ]
        for route, counts in buckets.items():
            running = 0
            for bound, count in zip((*_BOUNDS_S, "+Inf"), counts, strict=True):
                running += count
                lines.append(f'tidewaiter_request_seconds_bucket{{route="{route}",le="{bound}"}} {running}')
            lines.append(f'tidewaiter_request_seconds_sum{{route="{route}"}} {seconds[route]:.6f}')
            lines.append(f'tidewaiter_request_seconds_count{{route="{route}"}} {running}')
        for name, value in sorted(gauges.items()):
            lines += [f"# TYPE tidewaiter_{name} gauge", f"tidewaiter_{name} {value:g}"]
        return "\n".join(lines) + "\n"
