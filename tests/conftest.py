"""What several suites share: a home with a small world in it, built once, and the Spark that tests run on."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.prior_world import write_prior_world
from tests.fixtures.trade_world import write_memos, write_world

pytest_plugins = ["tests.servers.running.plugin"]


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one load and one generation. Copy it before writing to it: a build takes seconds."""
    folder = tmp_path_factory.mktemp("built")
    return _built(folder, write_world(folder / "world"))


@pytest.fixture(scope="session")
def prior_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same trade with more casework behind it. Copy it before writing to it."""
    folder = tmp_path_factory.mktemp("prior_built")
    return _built(folder, write_prior_world(folder / "world"))


@pytest.fixture(scope="session")
def claimed_home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built home with memos that name an importer outright, with another legal form, and one of several."""
    from api.loading import load_files
    from api.refresh import refresh
    from api.settings import Settings

    folder, now = tmp_path_factory.mktemp("claimed"), datetime(2026, 3, 2, tzinfo=UTC)
    write_memos(folder / "documents.jsonl")
    settings = Settings(home=shutil.copytree(built_home, folder / "home"))
    load_files(settings, [folder / "documents.jsonl"], now=now)
    refresh(settings, now=now)
    return settings.home


def _built(folder: Path, world: Path) -> Path:
    from api.loading import load_files
    from api.refresh import refresh
    from api.settings import Settings

    now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    settings = Settings(home=folder / "home")
    load_files(settings, [world], now=now)
    refresh(settings, now=now)
    return settings.home


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The master of this process's Spark, started once. Tests that use it carry the mark `servers`."""
    from graph.facts.spark import SparkFactStore

    master = "local[2]"
    with pytest.MonkeyPatch.context() as patch:
        # Java's quick compiler alone: tests ask many questions of few rows, for which the thorough one costs most. With
        # it alone Java keeps room for little code, and ends when that is full.
        patch.setenv("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m")
        SparkFactStore(tmp_path_factory.mktemp("spark"), master=master, memory_limit_gb=2).close()
    return master
