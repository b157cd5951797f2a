"""What every detector says of two simulated worlds, beside truth and baselines: worked out once for all tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.detect.detector import detect
from graph.detect.evaluate import evaluate_findings
from graph.facts.duckdb import DuckDbFactStore
from ingest.load import load
from ingest.simulator.simulate import simulate
from tests.graph.detect.fitting_worlds import SIMULATED_SEEDS

SEED = 12


def _measured(folder: Path, *, planted: bool) -> dict[str, Any]:
    assert SEED not in SIMULATED_SEEDS, "a world that no detector was fitted on"
    simulate(folder / "world", seed=SEED, size="small", planted=planted)
    load([folder / "world"], home=folder / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    facts = DuckDbFactStore(folder / "home")
    result = evaluate_findings(detect(facts), folder / "world" / "truth", facts=facts if planted else None)
    facts.close()
    return result


@pytest.fixture(scope="session")
def planted_world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Measures by kind, of a world with schemes of all kinds and their look-alikes."""
    return _measured(tmp_path_factory.mktemp("planted"), planted=True)


@pytest.fixture(scope="session")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Measures by kind, of a world with nothing planted."""
    return _measured(tmp_path_factory.mktemp("empty"), planted=False)
