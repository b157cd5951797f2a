"""Identity changes in a world that no coefficient was fitted on, with floors that a broken detector fails."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graph.detect.detector import detect
from graph.detect.evaluate import evaluate_findings
from graph.facts.duckdb import DuckDbFactStore
from ingest.load import load
from ingest.simulator.simulate import simulate
from tests.graph.detect.calibrate_identity_change import EMPTY_SEEDS, PLANTED_SEEDS

SEED = 204


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("identities")
    simulate(folder / "world", seed=SEED, size="small")
    load([folder / "world"], home=folder / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    facts = DuckDbFactStore(folder / "home")
    result = evaluate_findings(detect(facts, only=("identity_change",)), folder / "world" / "truth")["identity_change"]
    facts.close()
    return dict(result)


def test_the_seed_was_not_calibrated_on() -> None:
    assert SEED not in (*PLANTED_SEEDS, *EMPTY_SEEDS)


def test_most_schemes_are_found(measured: dict[str, Any]) -> None:
    assert measured["schemes"] >= 8
    assert measured["recall_controllers"] >= 0.8


def test_the_queue_holds_some_of_the_schemes_and_hardly_anything_else(measured: dict[str, Any]) -> None:
    assert measured["queue"] >= 5
    assert measured["queue_fdp"] <= 0.1


def test_probabilities_are_better_than_the_base_rate(measured: dict[str, Any]) -> None:
    right = measured["schemes_found"] / measured["findings"]
    assert measured["brier"] < right * (1 - right)


def test_no_family_of_look_alikes_is_accused_as_a_rule(measured: dict[str, Any]) -> None:
    assert all(share <= 0.35 for share in measured["false_positives"].values())
