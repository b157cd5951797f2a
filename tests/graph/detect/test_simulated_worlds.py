"""Findings in worlds that no coefficient was fitted on, with floors that a broken detector fails."""

from typing import Any

TIMES_BOOSTING = 1.3  # it learns from the truth itself


class TestPortShopping:
    def test_at_least_half_of_the_schemes_are_found_and_most_findings_are_right(
        self, planted_world: dict[str, Any]
    ) -> None:
        assert planted_world["port_shopping"]["recall_schemes"] >= 0.5
        assert planted_world["port_shopping"]["precision_at_50"] >= 0.55

    def test_the_queue_holds_several_schemes_and_hardly_anything_else(self, planted_world: dict[str, Any]) -> None:
        assert planted_world["port_shopping"]["queue"] >= 5
        assert planted_world["port_shopping"]["queue_fdp"] <= 0.1

    def test_no_family_of_look_alikes_is_accused_as_a_rule(self, planted_world: dict[str, Any]) -> None:
        assert all(share <= 0.3 for share in planted_world["port_shopping"]["false_positives"].values())

    def test_every_baseline_is_beaten(self, planted_world: dict[str, Any]) -> None:
        for name, baseline in planted_world["baselines"].items():
            ours, theirs = planted_world["port_shopping"]["pr_auc"], baseline["port_shopping"]["pr_auc"]
            assert ours > (TIMES_BOOSTING if name == "gradient_boosting" else 3) * theirs, name


class TestTransshipmentRing:
    def test_most_schemes_are_found(self, planted_world: dict[str, Any]) -> None:
        assert planted_world["transshipment_ring"]["schemes"] >= 10
        assert planted_world["transshipment_ring"]["recall_schemes"] >= 0.7

    def test_the_queue_holds_several_schemes_and_no_more_than_a_tenth_of_it_is_false(
        self, planted_world: dict[str, Any]
    ) -> None:
        assert planted_world["transshipment_ring"]["queue"] >= 4
        assert planted_world["transshipment_ring"]["queue_fdp"] <= 0.1

    def test_no_family_of_look_alikes_is_accused_as_a_rule(self, planted_world: dict[str, Any]) -> None:
        assert all(share <= 0.2 for share in planted_world["transshipment_ring"]["false_positives"].values())


class TestIdentityChange:
    def test_most_schemes_are_found(self, planted_world: dict[str, Any]) -> None:
        assert planted_world["identity_change"]["schemes"] >= 8
        assert planted_world["identity_change"]["recall_controllers"] >= 0.8

    def test_the_queue_holds_some_of_the_schemes_and_hardly_anything_else(self, planted_world: dict[str, Any]) -> None:
        assert planted_world["identity_change"]["queue"] >= 5
        assert planted_world["identity_change"]["queue_fdp"] <= 0.1

    def test_probabilities_are_better_than_the_base_rate(self, planted_world: dict[str, Any]) -> None:
        measured = planted_world["identity_change"]
        right = measured["schemes_found"] / measured["findings"]
        assert measured["brier"] < right * (1 - right)

    def test_no_family_of_look_alikes_is_accused_as_a_rule(self, planted_world: dict[str, Any]) -> None:
        assert all(share <= 0.35 for share in planted_world["identity_change"]["false_positives"].values())


def test_with_nothing_planted_the_queue_is_empty(empty_world: dict[str, Any]) -> None:
    assert empty_world["all"]["queue"] == 0
