"""Port shopping in a world that no coefficient was fitted on, with floors that a broken detector fails."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.detect.detector import detect
from graph.detect.evaluate import evaluate_findings
from graph.facts.duckdb import DuckDbFactStore
from ingest.load import load
from ingest.simulator.simulate import simulate
from tests.graph.detect.calibrate_port_shopping import EMPTY_SEEDS, PLANTED_SEEDS

SEED = 12
TIMES_BOOSTING = 1.3  # it learns from the truth itself


def measured(folder: Path, *, planted: bool) -> dict[str, Any]:
    simulate(folder / "world", seed=SEED, size="small", planted=planted)
    load([folder / "world"], home=folder / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    facts = DuckDbFactStore(folder / "home")
    result = evaluate_findings(detect(facts), folder / "world" / "truth", facts=facts)
    facts.close()
    return result


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return measured(tmp_path_factory.mktemp("planted"), planted=True)


def test_the_seed_was_not_calibrated_on() -> None:
    assert SEED not in (*PLANTED_SEEDS, *EMPTY_SEEDS)


def test_at_least_half_of_the_schemes_are_found_and_most_findings_are_right(planted: dict[str, Any]) -> None:
    assert planted["port_shopping"]["recall_schemes"] >= 0.5
    assert planted["port_shopping"]["precision_at_50"] >= 0.55


def test_the_queue_holds_several_schemes_and_hardly_anything_else(planted: dict[str, Any]) -> None:
    assert planted["port_shopping"]["queue"] >= 5
    assert planted["port_shopping"]["queue_fdp"] <= 0.1


def test_no_family_of_look_alikes_is_accused_as_a_rule(planted: dict[str, Any]) -> None:
    assert all(share <= 0.3 for share in planted["port_shopping"]["false_positives"].values())


def test_every_baseline_is_beaten(planted: dict[str, Any]) -> None:
    for name, baseline in planted["baselines"].items():
        ours, theirs = planted["port_shopping"]["pr_auc"], baseline["port_shopping"]["pr_auc"]
        assert ours > (TIMES_BOOSTING if name == "gradient_boosting" else 3) * theirs, name


def test_with_nothing_planted_the_queue_is_empty(tmp_path: Path) -> None:
    assert measured(tmp_path, planted=False)["all"]["queue"] == 0
