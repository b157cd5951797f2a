"""What a person marked, found again without any list of names: companies in real rulings and notices, all kinds in
others of these, and all kinds in invented papers of the trade (laboratory reports, issues, letters, forms, mail), of
which three lots are of three markers. The rules were mended on all of them after they had been judged."""

import json
from pathlib import Path

import pytest

from ingest.extract.measure import Marked, measure_extraction, read_marked
from tests.fixtures.marked_texts import SHARED, text_of, write

needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

FIRMS = Path(__file__).parents[2] / "fixtures" / "marked_firms.jsonl"
CASEFILES = Path(__file__).parents[2] / "fixtures" / "marked_casefiles.jsonl"
DESK = Path(__file__).parents[2] / "fixtures" / "marked_desk.jsonl"
OFFICES = Path(__file__).parents[2] / "fixtures" / "marked_offices.jsonl"
PAPERS = Path(__file__).parents[2] / "fixtures" / "marked_papers.jsonl"
MARKS = json.loads((Path(__file__).parents[2] / "fixtures" / "marked_companies.json").read_text(encoding="utf-8"))


@needs_shared_data
def test_companies_are_found_without_a_list_of_names() -> None:
    marks = MARKS["rulings"] | MARKS["notices"]
    texts = text_of(set(marks))
    marked = [
        Marked(one, texts[one], frozenset((start, end, "company") for start, end in spans))
        for one, spans in marks.items()
    ]
    measured = measure_extraction(marked)["company"]
    assert measured["n"] > 150
    assert measured["precision"] >= 0.95
    assert measured["recall"] >= 0.80


@needs_shared_data
def test_all_kinds_are_found_in_real_rulings_and_notices(tmp_path: Path) -> None:
    write(tmp_path / "marked.jsonl")
    measured = measure_extraction(read_marked(tmp_path / "marked.jsonl"))
    assert measured["all"]["n"] > 190
    assert measured["all"]["precision"] >= 0.978
    assert measured["all"]["recall"] >= 0.974


def test_all_kinds_are_found_in_papers_of_the_trade() -> None:
    measured = measure_extraction(read_marked(PAPERS))
    assert measured["all"]["n"] > 500
    assert measured["all"]["precision"] >= 0.978
    assert measured["all"]["recall"] >= 0.974
    numbers = ("entry_number", "importer_number", "manufacturer_id", "hts", "case", "ruling", "lab_number", "container")
    assert min(measured[kind]["recall"] for kind in numbers) >= 0.95
    assert min(measured[kind]["precision"] for kind in numbers) >= 0.98


def test_all_kinds_are_found_in_what_case_files_hold() -> None:
    measured = measure_extraction(read_marked(CASEFILES))
    assert measured["all"]["n"] > 500
    assert measured["all"]["precision"] >= 0.978
    assert measured["all"]["recall"] >= 0.974
    assert measured["company"]["precision"] >= 0.95
    assert measured["company"]["recall"] >= 0.90


def test_all_kinds_are_found_in_terse_notes_lists_and_mail_that_name_ports_by_name() -> None:
    measured = measure_extraction(read_marked(DESK))
    assert measured["all"]["n"] > 700
    assert measured["all"]["precision"] >= 0.978
    assert measured["all"]["recall"] >= 0.95
    assert measured["port"]["precision"] >= 0.95
    assert measured["port"]["recall"] >= 0.90


def test_all_kinds_are_found_in_mail_chats_and_ledgers_in_which_hardly_a_firm_bears_a_legal_form() -> None:
    measured = measure_extraction(read_marked(OFFICES))
    assert measured["all"]["n"] > 600
    assert measured["all"]["precision"] >= 0.983
    assert measured["all"]["recall"] >= 0.94
    assert measured["company"]["precision"] >= 0.95
    assert measured["company"]["recall"] >= 0.90
    assert measured["port"]["precision"] >= 0.95
    assert measured["port"]["recall"] >= 0.90


def test_companies_without_a_legal_form_are_found_without_a_list_of_names() -> None:
    measured = measure_extraction(read_marked(FIRMS))["company"]
    assert measured["n"] > 150
    assert measured["precision"] >= 0.95
    assert measured["recall"] >= 0.80
