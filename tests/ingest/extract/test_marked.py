"""Companies that a person marked in real rulings and notices, found again without any list of names."""

import json
import os
from pathlib import Path

import pytest

from ingest.extract.measure import Marked, measure_extraction

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

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
