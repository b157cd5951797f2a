"""A document with pages, and with versions: where its mentions stand, and which of them stand nowhere any more."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from api.answers.documents import document_answer
from api.schemas import DocumentAnswer
from graph.facts.duckdb import DuckDbFactStore
from graph.model.entity import RelatedPage, RelatedQuery
from graph.model.errors import NotFound
from graph.store.store import GraphView
from tests.fixtures.fact_files import load_facts
from ui.reader import paged

PAGES = [
    {"page": 1, "start": 0, "end": 16, "ocr": False},
    {"page": 3, "start": 18, "end": 32, "ocr": True},
]


class NothingBuilt:
    """A graph from before the document was loaded."""

    def related(self, query: RelatedQuery) -> RelatedPage:
        raise NotFound("not there", thing="entity", value=query.entity_id)


@pytest.fixture
def answer(tmp_path: Path) -> Iterator[DocumentAnswer]:
    load_facts(
        tmp_path,
        documents=[{"id": "A", "kind": "memo", "text": "Case C-570-918."}],
        mentions=[{"document_id": "A", "kind": "case", "key": "C-570-918", "start": 5, "end": 14, "text": "C-570-918"}],
    )
    load_facts(
        tmp_path,
        known_at=date(2026, 1, 2),
        supersedes=True,
        documents=[
            {"id": "A", "kind": "memo", "text": "Frames of wood.\n\n\nCase A-570-967", "pages": json.dumps(PAGES)}
        ],
        mentions=[
            {"document_id": "A", "kind": "case", "key": "A-570-967", "start": 23, "end": 32, "text": "A-570-967"}
        ],
    )
    store = DuckDbFactStore(tmp_path, threads=1)
    yield document_answer(store, cast(GraphView, NothingBuilt()), "A")
    store.close()


def test_a_mention_stands_on_a_page_and_one_of_an_earlier_text_nowhere(answer: DocumentAnswer) -> None:
    assert [(page.page, page.ocr) for page in answer.pages] == [(1, False), (3, True)]
    assert {one.key: (one.start, one.end, one.page) for one in answer.mentions} == {
        "A-570-967": (23, 32, 3),
        "C-570-918": (0, 0, None),
    }
    assert "pages" not in answer.fields


def test_the_reader_shows_the_pages(answer: DocumentAnswer) -> None:
    first, second = paged(answer).split("\n\n<div")
    assert first.endswith(">Page 1</div>Frames of wood.\n")
    assert 'Page 3, recognised from its picture</div>Case <mark title="case:A-570-967">A-570-967</mark>' in second
