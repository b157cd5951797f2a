"""How good the order of hits is, on questions whose answers are known (the Cranfield collection)."""

import math
import os
import re
from pathlib import Path

import pytest

from search.document import SearchDocument
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.service import SearchService

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[3] / "shared/data"))
CRANFIELD = SHARED / "retrieval/cranfield"

pytestmark = pytest.mark.skipif(not CRANFIELD.is_dir(), reason=f"the Cranfield collection is not in {CRANFIELD}")


def tagged(name: str, text: str) -> list[str]:
    return [found.strip() for found in re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)]


def ndcg_at_10(found: list[str], grades: dict[str, int]) -> float:
    def gain(ranked: list[int]) -> float:
        return sum(grade / math.log2(place + 2) for place, grade in enumerate(ranked[:10]))

    return gain([grades.get(one, 0) for one in found]) / gain(sorted(grades.values(), reverse=True))


def test_questions_in_full_sentences_find_what_answers_them(tmp_path: Path) -> None:
    texts = (CRANFIELD / "cran.all.1400.xml").read_text(encoding="utf-8")
    TantivyIndexWriter(tmp_path).write(
        SearchDocument(number, "other", title, text)
        for document in tagged("doc", texts)
        for number, title, text in zip(*(tagged(tag, document) for tag in ("docno", "title", "text")), strict=True)
    )
    grades: dict[int, dict[str, int]] = {}
    for line in (CRANFIELD / "cranqrel.trec.txt").read_text(encoding="utf-8").splitlines():
        question, _, number, grade = line.split()
        grades.setdefault(int(question), {})[number] = int(grade)
    questions = tagged("title", (CRANFIELD / "cran.qry.xml").read_text(encoding="utf-8"))
    service = SearchService(TantivyIndex(tmp_path))
    scores = [
        ndcg_at_10([hit.id for hit in service.search(question, limit=10, facets=()).items], grades[number])
        for number, question in enumerate(questions, 1)
    ]
    assert len(scores) == 225
    assert sum(scores) / len(scores) >= 0.40
