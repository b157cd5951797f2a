"""Which names the service answers to."""

from pathlib import Path

import pytest

from api.access.hosts import refused_host, refused_origin
from api.settings import Settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound here


@pytest.mark.parametrize(
    ("host", "header", "answered"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("127.0.0.1", "localhost:8000", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "LOCALHOST", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "127.0.0.1.evil.example", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "[", False),
        ("127.0.0.1", "192.0.2.7", False),
        (EVERYWHERE, "192.0.2.7:8000", True),
        (EVERYWHERE, "evil.example", False),
        (EVERYWHERE, "trade.example", True),
    ],
)
def test_a_request_is_answered_under_our_own_names_only(tmp_path: Path, host: str, header: str, answered: bool) -> None:
    settings = Settings(home=tmp_path, host=host, allowed_hosts=("trade.example",))
    assert (refused_host(header, settings) is None) == answered


@pytest.mark.parametrize(
    ("method", "origin", "answered"),
    [
        ("POST", "", True),
        ("POST", "http://127.0.0.1:8000", True),
        ("POST", "http://127.0.0.1:9000", False),
        ("POST", "https://evil.example", False),
        ("POST", "null", False),
        ("POST", "http://[", False),
        ("GET", "https://evil.example", True),
    ],
)
def test_a_page_of_another_site_changes_nothing(method: str, origin: str, answered: bool) -> None:
    assert (refused_origin(method, origin, "127.0.0.1:8000") is None) == answered
