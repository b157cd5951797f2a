"""Answers of the gate are judged by what should have been shown, whoever gave them."""

import json
from pathlib import Path

import pytest

from graph.model.errors import Invalid, Unavailable
from graph.report.prior.measure import Case, Shown, judge, read_cases


def case(family: str, *precedents: str, positive: bool = True) -> Case:
    return Case(family, family, positive, {"importer": ["12-345678900"]}, frozenset(precedents))


def test_a_precedent_counts_when_it_is_among_the_first_three() -> None:
    cases = [case("same_number", "A"), case("phoenix", "B"), case("phoenix", "C"), case("phoenix", "D")]
    answers = [
        [Shown("A")],
        [Shown("X"), Shown("Y"), Shown("B")],
        [Shown("X"), Shown("Y"), Shown("Z"), Shown("C")],
        [],
    ]
    measured = judge(cases, answers)
    assert measured["first"] == 0.25
    assert measured["first_three"] == 0.5
    assert measured["first_three_after_a_change"] == pytest.approx(1 / 3, abs=1e-4)
    assert measured["mrr"] == pytest.approx((1 + 1 / 3 + 1 / 4) / 4, abs=1e-4)
    assert measured["families"]["phoenix"] == {"cases": 3, "first_three": pytest.approx(1 / 3, abs=1e-4)}


def test_a_strangers_past_accuses_only_where_it_is_said_to_be_very_much_the_firms_own() -> None:
    cases = [case("virtual_office", "A", positive=False)] * 3
    answers = [
        [Shown("A", "very", by_kin=True)],
        [Shown("A", "much", by_kin=True)],
        [Shown("A", "very", by_kin=False)],
    ]
    measured = judge(cases, answers)
    assert (measured["cases"], measured["look_alikes"]) == (0, 3)
    assert measured["accused"] == pytest.approx(1 / 3, abs=1e-4)
    assert measured["first_three"] is None


def test_bands_say_how_often_they_were_right() -> None:
    cases = [case("same_number", "A"), case("same_number", "B")]
    answers = [[Shown("A", "very"), Shown("X", "partly")], [Shown("Y", "very"), Shown("B", "partly")]]
    bands = judge(cases, answers)["bands"]
    assert bands["very"] == {"shown": 2, "right": 0.5}
    assert bands["partly"] == {"shown": 2, "right": 0.5}
    assert bands["much"] == {"shown": 0, "right": None}


def test_cases_are_read_from_a_folder_or_its_truth(tmp_path: Path) -> None:
    row = {"case_id": "P1", "family": "f", "label": "positive", "query": {"hts": ["7326"]}, "precedents": ["A"]}
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "precedents.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    assert read_cases(tmp_path) == [Case("P1", "f", True, {"hts": ["7326"]}, frozenset({"A"}))]


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no precedents"):
        read_cases(tmp_path)
    (tmp_path / "precedents.jsonl").write_text('{"case_id": "P1"}\n', encoding="utf-8")
    with pytest.raises(Invalid, match="Line 1"):
        read_cases(tmp_path)
