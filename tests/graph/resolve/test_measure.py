"""Measuring resolution and names on data with known answers."""

import csv
from pathlib import Path

import pytest

from graph.model.errors import Invalid, NotFound
from graph.resolve.measure import agreement, measure_names, measure_resolution


def write(file: Path, header: str, *rows: tuple[object, ...]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header.split(","), *rows])


def test_agreement_counts_pairs_and_records() -> None:
    measured = agreement(["a", "a", "b", "b"], ["x", "x", "x", "y"])
    assert measured["pairwise_precision"] == pytest.approx(1 / 2)
    assert measured["pairwise_recall"] == pytest.approx(1 / 3)
    assert measured["pairwise_f1"] == pytest.approx(2 / 5)
    assert measured["b_cubed_f1"] == pytest.approx(2 / 3 * 3 / 4 * 2 / (2 / 3 + 3 / 4), abs=0.05)


def test_a_few_columns_are_enough(tmp_path: Path) -> None:
    people = [("1", "mara tolliver", "12 elm street", "19700312"), ("2", "mara toliver", "12 elm stret", "19700312"),
              ("3", "joss abernathy", "4 birch lane", "19811105"),
              ("4", "lena quist", "80 mill road", "19550721")]  # fmt: skip
    write(tmp_path / "party_records.csv", "record_id,name,address,established_on", *people)
    write(tmp_path / "clusters.csv", "record_id,cluster_id", ("1", "a"), ("2", "a"), ("3", "b"), ("4", "c"))
    measured = measure_resolution(tmp_path)
    assert measured["pairwise_f1"] == 1.0
    assert (measured["clusters"], measured["true_clusters"]) == (3, 3)


def test_records_without_an_answer_are_not_measured(tmp_path: Path) -> None:
    write(tmp_path / "party_records.csv", "record_id,name", ("1", "A"))
    write(tmp_path / "clusters.csv", "record_id,cluster_id", ("2", "a"))
    with pytest.raises(Invalid, match="No record"):
        measure_resolution(tmp_path)


def test_names_are_measured_at_the_default_threshold_and_at_all(tmp_path: Path) -> None:
    write(
        tmp_path / "pairs.csv", "left,right,match,kind",
        ("Haversham Imports LLC", "HAVERSHAM IMPORT", 1, ""), ("Alder Foods", "Beech Foods", 0, "company"),
        ("Bob Marlow", "Robert Marlow", 1, "person"), ("Jane Marlow", "Robert Marlow", 0, "person"),
    )  # fmt: skip
    measured = measure_names(tmp_path / "pairs.csv")
    assert (measured["f1"], measured["best_f1"], measured["average_precision"]) == (1.0, 1.0, 1.0)
    assert (measured["pairs"], measured["matches"]) == (4, 2)


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "pairs.csv", "left,right", ("a", "b"))
    with pytest.raises(Invalid, match="match"):
        measure_names(tmp_path / "pairs.csv")
    with pytest.raises(NotFound, match="party_records"):
        measure_resolution(tmp_path)
