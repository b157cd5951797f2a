"""How the words a second of reading are measured."""

from itertools import islice

from api.bench import extraction
from ingest.extract.mentions import find_mentions


def test_papers_are_the_same_in_every_run_and_name_firms_ports_and_numbers() -> None:
    first, again = (list(islice(extraction.invented_papers(3), 3)) for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first)
    found = {one.what for paper in first for one in find_mentions("", paper)}
    assert {"company", "port", "hts", "date", "country"} <= found


def test_the_row_says_how_fast_reading_is_beside_counting() -> None:
    extraction.PAPERS, kept = 2, extraction.PAPERS
    try:
        (row,) = extraction.run()
    finally:
        extraction.PAPERS = kept
    assert row["measure"] == "read papers"
    assert row["words"] > 300
    assert row["mentions"] > 10
    assert 0 < row["words_a_second"] < row["counting_words_a_second"]
    assert row["ratio"] > 1
