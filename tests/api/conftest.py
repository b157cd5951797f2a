"""A home with a small world, built once; tests that write take a copy."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.loading import load_files
from api.refresh import refresh
from api.settings import Settings
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import write_world

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one load and one generation. Not to be written to."""
    folder = tmp_path_factory.mktemp("built")
    settings = Settings(home=folder / "home")
    load_files(settings, [write_world(folder / "world")], now=NOW)
    refresh(settings, now=NOW)
    return settings.home


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A copy of the built home, to write to."""
    return shutil.copytree(built_home, tmp_path / "home")


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings for the copied home."""
    return Settings(home=home)


@pytest.fixture
def http(settings: Settings) -> Iterator[httpx.Client]:
    """The running application over the copied home, asked from the same machine."""
    with running_service(settings) as client:
        yield client


@pytest.fixture(scope="module")
def shared_http(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same, once for a module whose tests only read."""
    home = shutil.copytree(built_home, tmp_path_factory.mktemp("shared") / "home")
    with running_service(Settings(home=home)) as client:
        yield client
