"""What is true of the embedded engine alone: its files, and its segments."""

import random
from pathlib import Path

import pytest

from graph.model.errors import NotFound, Unavailable
from search.document import SearchDocument
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.query import AnyOf, Everything, Identifier, Phrase, Query, SearchRequest, Words


def test_a_folder_without_an_index_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as raised:
        TantivyIndex(tmp_path)
    assert "tidewaiter refresh" in raised.value.next_step


def test_a_damaged_index_is_unavailable(tmp_path: Path) -> None:
    TantivyIndexWriter(tmp_path).write([SearchDocument("hts:7326", "hts", "Articles of iron")])
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(Unavailable) as raised:
        TantivyIndex(tmp_path)
    assert "tidewaiter refresh" in raised.value.next_step


def test_a_folder_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    with pytest.raises(Unavailable):
        TantivyIndexWriter(tmp_path / "index").write([])


def test_an_error_in_the_documents_is_not_the_engines(tmp_path: Path) -> None:
    def documents() -> list[SearchDocument]:
        raise ValueError("bad facts")

    with pytest.raises(ValueError, match="bad facts"):
        TantivyIndexWriter(tmp_path).write(document for document in documents())


def many() -> list[SearchDocument]:
    """Texts of other words each, and twelve that all of them share."""
    chance = random.Random(7)  # noqa: S311 - the same words in every run
    shared = [f"shared{n}" for n in range(12)]
    return [
        SearchDocument(
            f"document:{number}",
            "memo",
            "Memo",
            " ".join(
                [chance.choice(shared), chance.choice(shared), *(f"w{chance.randrange(10**9)}" for _ in range(300))]
            ),
            identifiers=(f"hts:{number % 3}",),
        )
        for number in range(1_200)
    ]


QUERIES: list[Query] = [
    Words("shared1"),
    Words("shared1 shared2"),
    Words("shared3 shared4 shared5", need="any"),
    Phrase("shared1 shared2"),
    AnyOf((Identifier("hts", "1"), Words("shared7"))),
    Everything(),
]


def test_answers_do_not_depend_on_how_the_index_is_split(tmp_path: Path) -> None:
    documents = many()
    TantivyIndexWriter(tmp_path / "whole", memory_mb=512).write(documents)
    TantivyIndexWriter(tmp_path / "split", memory_mb=16).write(documents)
    assert len(list((tmp_path / "whole").glob("*.idx"))) == 1
    assert len(list((tmp_path / "split").glob("*.idx"))) > 1
    whole, split = TantivyIndex(tmp_path / "whole"), TantivyIndex(tmp_path / "split")
    for query in QUERIES:
        for request in (SearchRequest(query, limit=30), SearchRequest(query, limit=60)):
            assert split.search(request) == whole.search(request)
            following = whole.search(request).next_cursor
            if following:
                assert following == split.search(request).next_cursor
                again = SearchRequest(query, limit=30, cursor=following)
                assert split.search(again) == whole.search(again)
