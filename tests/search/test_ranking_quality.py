"""How good the order of hits is, on questions whose answers are known (the Cranfield collection)."""

import os
import re
from pathlib import Path

import pytest

from search.document import SearchDocument
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.measure import agreement
from search.service import SearchService

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[3] / "shared/data"))
CRANFIELD = SHARED / "retrieval/cranfield"
DEEP = 200  # hits of a question; `evaluate` looks at 1,000, which can only raise average precision

pytestmark = pytest.mark.skipif(not CRANFIELD.is_dir(), reason=f"the Cranfield collection is not in {CRANFIELD}")


def tagged(name: str, text: str) -> list[str]:
    return [found.strip() for found in re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)]


def test_questions_in_full_sentences_find_what_answers_them(tmp_path: Path) -> None:
    texts = (CRANFIELD / "cran.all.1400.xml").read_text(encoding="utf-8")
    TantivyIndexWriter(tmp_path).write(
        SearchDocument(number, "other", title, text)
        for document in tagged("doc", texts)
        for number, title, text in zip(*(tagged(tag, document) for tag in ("docno", "title", "text")), strict=True)
    )
    grades: dict[str, dict[str, int]] = {}
    for line in (CRANFIELD / "cranqrel.trec.txt").read_text(encoding="utf-8").splitlines():
        question, _, document, grade = line.split()
        grades.setdefault(question, {})[document] = int(grade)
    questions = tagged("title", (CRANFIELD / "cran.qry.xml").read_text(encoding="utf-8"))
    service = SearchService(TantivyIndex(tmp_path))
    found = {
        str(number): [hit.id for hit in service.search(question, limit=DEEP, facets=()).items]
        for number, question in enumerate(questions, 1)
    }
    measured = agreement(found, grades)
    assert measured["questions"] == 225
    assert measured["map"] >= 0.32
    assert measured["ndcg_at_10"] >= 0.40
    assert measured["recall_at_100"] >= 0.75
