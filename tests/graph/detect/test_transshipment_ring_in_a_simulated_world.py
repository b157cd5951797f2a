"""Rings in a world that no coefficient was fitted on, with floors that a broken detector fails."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graph.detect.detector import detect
from graph.detect.evaluate import evaluate_findings
from graph.facts.duckdb import DuckDbFactStore
from ingest.load import load
from ingest.simulator.simulate import simulate
from tests.graph.detect.calibrate_transshipment_ring import EMPTY_SEEDS, PLANTED_SEEDS

SEED = 12


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("rings")
    simulate(folder / "world", seed=SEED, size="small")
    load([folder / "world"], home=folder / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    facts = DuckDbFactStore(folder / "home")
    found = detect(facts, only=("transshipment_ring",))
    result = evaluate_findings(found, folder / "world" / "truth")["transshipment_ring"]
    facts.close()
    return dict(result)


def test_the_seed_was_not_calibrated_on() -> None:
    assert SEED not in (*PLANTED_SEEDS, *EMPTY_SEEDS)


def test_most_schemes_are_found(measured: dict[str, Any]) -> None:
    assert measured["schemes"] >= 10
    assert measured["recall_schemes"] >= 0.7


def test_the_queue_holds_several_schemes_and_no_more_than_a_tenth_of_it_is_false(measured: dict[str, Any]) -> None:
    assert measured["queue"] >= 4
    assert measured["queue_fdp"] <= 0.1


def test_no_family_of_look_alikes_is_accused_as_a_rule(measured: dict[str, Any]) -> None:
    assert all(share <= 0.2 for share in measured["false_positives"].values())
