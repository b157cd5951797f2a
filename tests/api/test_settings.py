"""Settings come from the environment, and a bad one is named."""

from pathlib import Path

import pytest

from api import bootstrap
from api.settings import Settings, read_settings
from graph.model.errors import Invalid


def test_the_environment_is_read_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_HOME", "/data/one")
    monkeypatch.setenv("TIDEWAITER_PORT", "9000")
    monkeypatch.setenv("TIDEWAITER_ALLOWED_HOSTS", "a.example, b.example")
    settings = read_settings(port=9001, host=None)
    assert (settings.home, settings.port, settings.host) == (Path("/data/one"), 9001, "127.0.0.1")
    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(("name", "value"), [("PORT", "harbour"), ("THREADS", "0"), ("MEMORY_LIMIT_GB", "-1")])
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TIDEWAITER_{name}", value)
    with pytest.raises(Invalid) as told:
        read_settings()
    assert (told.value.thing, told.value.value) == (f"TIDEWAITER_{name}", value)


@pytest.mark.parametrize("seam", ["facts_url", "graph_url", "search_url", "database_url"])
def test_an_engine_that_we_do_not_have_is_refused_with_those_we_have(tmp_path: Path, seam: str) -> None:
    settings = Settings(home=tmp_path, **{seam: "oracle://somewhere"})
    with pytest.raises(Invalid, match="oracle") as told:
        bootstrap.check(settings)
    assert told.value.thing == f"TIDEWAITER_{seam.upper()}"
    assert ":" in told.value.next_step


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.8.8", True), ("192.0.2.1", False), ("h", False)],
)
def test_only_this_machine_reaches_loopback(tmp_path: Path, host: str, loopback: bool) -> None:
    assert Settings(home=tmp_path, host=host).loopback == loopback
