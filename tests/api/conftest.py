"""Copies of the built home, and the service running over them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from tests.fixtures.running_service import running_service


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
