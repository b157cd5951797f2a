"""What a person marked, found again without any list of names: companies in real rulings and notices, and all kinds in
invented papers of the trade (laboratory reports, issues, letters, forms, mail), on which the rules were mended."""

import json
import os
from pathlib import Path

import pytest

from ingest.extract.measure import Marked, measure_extraction, read_marked

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

PAPERS = Path(__file__).parents[2] / "fixtures" / "marked_papers.jsonl"
MARKS = json.loads((Path(__file__).parents[2] / "fixtures" / "marked_companies.json").read_text(encoding="utf-8"))


def _texts() -> dict[str, str]:
    """The texts that were marked, by the ids of the marks."""
    rulings = {one: SHARED / "rulings" / f"{one}.normalized.txt" for one in MARKS["rulings"]}
    texts = {one: path.read_text(encoding="utf-8") for one, path in rulings.items()}
    with (SHARED / "notices/federal_register.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["document_number"] in MARKS["notices"]:
                texts[row["document_number"]] = f"{row['title']}\n{row['abstract']}"
    return texts


@needs_shared_data
def test_companies_are_found_without_a_list_of_names() -> None:
    texts = _texts()
    marks = MARKS["rulings"] | MARKS["notices"]
    marked = [
        Marked(one, texts[one], frozenset((start, end, "company") for start, end in spans))
        for one, spans in marks.items()
    ]
    measured = measure_extraction(marked)["company"]
    assert measured["n"] > 150
    assert measured["precision"] >= 0.95
    assert measured["recall"] >= 0.80


def test_all_kinds_are_found_in_papers_of_the_trade() -> None:
    measured = measure_extraction(read_marked(PAPERS))
    assert measured["all"]["n"] > 500
    assert measured["all"]["precision"] >= 0.978
    assert measured["all"]["recall"] >= 0.96
    numbers = ("entry_number", "importer_number", "manufacturer_id", "hts", "case", "ruling", "lab_number", "container")
    assert min(measured[kind]["recall"] for kind in numbers) >= 0.95
    assert min(measured[kind]["precision"] for kind in numbers) >= 0.98
