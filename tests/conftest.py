"""What several suites share: a home with a small world in it, built once, and the Spark that tests run on."""

import fcntl
import gc
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fixtures.prior_world import write_prior_world
from tests.fixtures.trade_world import write_memos, write_world

pytest_plugins = ["tests.servers.running.plugin"]


# Files that take the longest, which begin first: where several processes share the suite, none is left with one of them
# at the end. By processor time.
LONGEST = (
    "tests/api/test_refresh.py", "tests/e2e/test_browser.py", "tests/graph/detect/test_simulated_worlds.py",
    "tests/api/test_claims.py", "tests/graph/detect/test_port_shopping.py", "tests/api/test_serving.py",
    "tests/e2e/test_cli.py", "tests/ingest/test_bad_input.py", "tests/ui/test_claims_page.py",
    "tests/graph/detect/test_identity_change.py", "tests/architecture/test_imports.py",
)  # fmt: skip


def pytest_configure() -> None:
    # Queries are built of very many small objects that live as long as they are used; looking through them for
    # cycles as often as Python does by default takes an eighth of a refresh.
    gc.set_threshold(50_000, 20, 50)
    # An example that is slow on a busy machine says nothing of the code.
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    places = {config.rootpath / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole run, which processes share that were started for it."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if hasattr(pytestconfig, "workerinput") else folder


@pytest.fixture(scope="session")
def built_home(run_folder: Path) -> Path:
    """A home with one load and one generation. Copy it before writing to it: a build takes seconds."""
    return _once(run_folder / "built", lambda folder: _build(folder / "home", write_world(folder / "world")))


@pytest.fixture(scope="session")
def prior_home(run_folder: Path) -> Path:
    """The same trade with more casework behind it. Copy it before writing to it."""
    return _once(run_folder / "prior", lambda folder: _build(folder / "home", write_prior_world(folder / "world")))


@pytest.fixture(scope="session")
def claimed_home(built_home: Path, run_folder: Path) -> Path:
    """The built home with memos that name an importer outright, with another legal form, and one of several."""

    def build(folder: Path) -> None:
        write_memos(folder / "documents.jsonl")
        shutil.copytree(built_home, folder / "home")
        _build(folder / "home", folder / "documents.jsonl", now=datetime(2026, 3, 2, tzinfo=UTC))

    return _once(run_folder / "claimed", build)


def _once(folder: Path, build: Callable[[Path], None]) -> Path:
    """The home that `build` makes in a folder; the first process that asks makes it, and the others wait for it."""
    made = folder.with_suffix(".made")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed
            folder.mkdir()
            build(folder)
            made.touch()
    return folder / "home"


def _build(home: Path, files: Path, *, now: datetime = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)) -> None:
    from api.loading import load_files
    from api.refresh import refresh
    from api.settings import Settings

    settings = Settings(home=home)
    load_files(settings, [files], now=now)
    refresh(settings, now=now)


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
