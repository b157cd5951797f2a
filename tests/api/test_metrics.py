"""Counters, as Prometheus reads them."""

import re

from api.metrics import Metrics

LINE = re.compile(r'(# (HELP|TYPE) .+)|([a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)')


def test_requests_are_counted_by_route_and_time() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.012, 60.0):
        metrics.note("GET", "/v1/search", 200, seconds)
    metrics.note("GET", "/v1/search", 422, 0.001)
    text = metrics.text({"audit_waiting": 3.0})
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    assert 'tidewaiter_requests_total{method="GET",route="/v1/search",status="200"} 3' in text
    assert 'tidewaiter_request_seconds_bucket{route="/v1/search",le="0.001"} 2' in text
    assert 'tidewaiter_request_seconds_bucket{route="/v1/search",le="0.015"} 3' in text
    assert 'tidewaiter_request_seconds_bucket{route="/v1/search",le="+Inf"} 4' in text
    assert 'tidewaiter_request_seconds_count{route="/v1/search"} 4' in text
    assert "tidewaiter_audit_waiting 3" in text
