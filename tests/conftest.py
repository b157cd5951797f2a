"""What several suites share: a home with a small world in it, built once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.trade_world import write_world

pytest_plugins = ["tests.servers.running.plugin"]


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one load and one generation. Copy it before writing to it: a build takes seconds."""
    from api.loading import load_files
    from api.refresh import refresh
    from api.settings import Settings

    now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    folder = tmp_path_factory.mktemp("built")
    settings = Settings(home=folder / "home")
    load_files(settings, [write_world(folder / "world")], now=now)
    refresh(settings, now=now)
    return settings.home
