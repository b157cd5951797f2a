"""Search measured on questions with known answers."""

import json
from pathlib import Path

import pytest

from graph.model.errors import Invalid, NotFound
from search.index.tantivy import TantivyStore
from search.measure import agreement, measure_retrieval

CORPUS = (
    {"id": "d1", "title": "Wire hangers", "text": "Hangers of steel wire for garments."},
    {"id": "d2", "title": "Gloves", "text": "Knit gloves of cotton."},
    {"id": "d3", "title": "Steel wire", "text": "Wire rod of steel, in coils."},
)
QUERIES = ({"id": "q1", "text": "steel wire"}, {"id": "q2", "text": "knit gloves"})
QRELS = "q1 0 d1 1\nq1 0 d2 0\nq2 0 d2 2\nq3 0 d3 0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in (("corpus.jsonl", CORPUS), ("queries.jsonl", QUERIES)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "qrels.txt").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_measures_what_search_finds(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    measured = measure_retrieval(folder, TantivyStore(made), made, run=tmp_path / "run.txt")
    # Of q1, d3 (side by side in its title) comes before d1; of q2 the only hit is right; q3 has nothing relevant.
    assert (measured["map"], measured["mrr"], measured["recall_at_100"]) == (0.75, 0.75, 1.0)
    assert (measured["documents"], measured["asked"], measured["questions"]) == (3, 2, 2)
    lines = [line.split() for line in (tmp_path / "run.txt").read_text(encoding="utf-8").splitlines()]
    assert [(query, document, rank) for query, _, document, rank, _, _ in lines] == [
        ("q1", "d3", "1"), ("q1", "d1", "2"), ("q2", "d2", "1"),
    ]  # fmt: skip


def test_grades_count_in_ndcg_and_only_the_first_ten_hits_do() -> None:
    grades = {"q": {"best": 3, "good": 1}}
    assert agreement({"q": ["best", "good"]}, grades)["ndcg_at_10"] == 1.0
    swapped = agreement({"q": ["good", "best"]}, grades)["ndcg_at_10"]
    assert swapped == pytest.approx((1 + 3 * 0.63093) / (3 + 0.63093), abs=1e-4)
    assert agreement({"q": [*map(str, range(10)), "best"]}, grades)["ndcg_at_10"] == 0.0


def test_a_question_that_was_not_asked_found_nothing() -> None:
    assert agreement({}, {"q": {"d": 1}}) == {"map": 0, "ndcg_at_10": 0, "recall_at_100": 0, "mrr": 0, "questions": 1}


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("corpus.jsonl", None, NotFound),
        ("corpus.jsonl", "not json\n", Invalid),
        ("queries.jsonl", '{"text": "without an id"}\n', Invalid),
        ("qrels.txt", "q1 d1 1\n", Invalid),
        ("qrels.txt", "q1 0 d1 0\n", Invalid),
    ],
)
def test_files_that_cannot_be_read_are_named(
    folder: Path, tmp_path: Path, name: str, text: str | None, error: type[Exception]
) -> None:
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(error, match=name) as raised:
        measure_retrieval(folder, TantivyStore(tmp_path / "made"), tmp_path / "made")
    assert raised.value.next_step  # type: ignore[attr-defined]
