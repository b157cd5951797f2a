"""What a laboratory measured: limits, replicates, and columns that cannot be read."""

import json

import pytest

from ingest.extract.results import read_results, told_results


def test_a_figure_is_told_with_its_uncertainty_and_against_its_limit() -> None:
    column = json.dumps([{"analyte": "Lead", "value": "120", "unit": "ppm", "limit": 90, "uncertainty": "5"}])
    assert list(told_results(read_results(column))) == [("result", "lead 120 ±5 ppm (limit 90: exceeded)", "")]


def test_replicates_are_summed_each_and_averaged_together() -> None:
    rows = [
        {"replicate": replicate, "analyte": fibre, "value": value, "unit": "%", "uncertainty": 1.5}
        for replicate, fibre, value in (
            (1, "Cotton", 52),
            (1, "Polyester", 48),
            (2, "Cotton", 49),
            (2, "Polyester", 49),
        )
    ]
    found = list(told_results(read_results(rows)))
    assert ("composition", "98% of replicate 2", "percentages do not sum to 100") in found
    assert ("chief_weight", "cotton, 50.5%", "within uncertainty of polyester, 48.5%") in found


@pytest.mark.parametrize("column", [None, "", "{", "[1, 2]", '{"a": 1}', '[{"analyte": "lead", "value": "trace"}]'])
def test_results_that_cannot_be_read_say_nothing(column: str | None) -> None:
    assert list(told_results(read_results(column))) == []
