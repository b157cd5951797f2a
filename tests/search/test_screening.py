"""Many names against all documents at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import Invalid
from search.screening import MOST_NAMES, Screen, names_in, screen_documents
from search.slips import Slips
from tests.fixtures.fact_files import load_facts


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Golden Reef Trdg. Company Limited", "GOLDEN REEF TRADING CO., LTD. of Hanoi", "GOLDEN REEF TRADING CO., LTD"),
        ("GOLDEN REEF TRADING CO LTD", "the goods of Golden  Reef\nTrading were", "Golden  Reef\nTrading"),
        ("Möbelwerk Süd GmbH", "by MOBELWERK SUD GMBH.", "MOBELWERK SUD GMBH"),
        ("S.A. Brindle & Sons", "SA Brindle and Sons", "SA Brindle and Sons"),
        ("NGUYEN, VAN ANH", "signed by Van Anh Nguyen", "Van Anh Nguyen"),
        ("Reef Co", "Reef Co. and others", "Reef Co"),
        ("Reef Co", "on a reef", None),
        ("Golden Reef Trading", "Golden Reef Trading's", "Golden Reef Trading's"),
        ("Golden Reef Trading", "MarGolden Reef Tradings", None),
        ("Golden Reef Trading", "by Goldne Reef Trading of", "Goldne Reef Trading"),
        ("Golden Reef Trading", "GOLDEN REEF TRADNG CO., LTD.", "GOLDEN REEF TRADNG"),
        ("Golden Reef Trading", "GoldenReef Trading", "GoldenReef Trading"),
        ("Golden Reef Trading", "Goldne Reef Tradng", None),
        ("Golden Reef Trading and Wire", "Goldne Reef Tradng & Wire", "Goldne Reef Tradng & Wire"),
        ("Reef Wires", "Reef Wirse", None),
    ],
)
def test_a_name_is_found_as_documents_spell_it(name: str, text: str, found: str | None) -> None:
    uses = Screen.of([name]).uses(text)
    assert [text[use.start : use.end] for use in uses] == ([found] if found else [])


def test_every_use_counts_and_the_longest_of_one_place() -> None:
    text = "Golden Reef Trading Co., Ltd. (Golden Reef Trading) and Harbour Wire Works"
    uses = Screen.of(["Harbour Wire Works", "Golden Reef Trading Co., Ltd."]).uses(text)
    assert [(use.name, use.how) for use in uses] == [(1, "full"), (1, "core"), (0, "full")]


def test_a_use_with_a_slip_is_told_from_those_without() -> None:
    text = "Golden River Trading and Golden River Trdaing"
    uses = Screen.of(["Golden River Trading", "Golden Rivet Trading"]).uses(text)
    assert [(use.name, use.start, use.how) for use in uses] == [(0, 0, "full"), (1, 0, "almost"), (0, 25, "almost")]


@given(st.text("abcdefgh", min_size=5, max_size=12), st.data())
def test_a_word_one_slip_away_is_taken_for_the_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slipped = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], f"{word[:at]}x{word[at:]}", f"{word[:at]}x{word[at + 1 :]}"])
    )
    assert word in Slips([f"{word} zzzzz"])[slipped]


def test_what_says_nothing_is_not_looked_for_and_is_listed() -> None:
    assert Screen.of(["AB", "TO ORDER", "Harbour Wire Works"]).unusable == ("AB", "TO ORDER")
    assert Screen.of(["..."]).uses("... and more") == []


@pytest.mark.parametrize("names", [[], ["x" * 301], [f"name {number}" for number in range(MOST_NAMES + 1)]])
def test_too_few_too_many_and_too_long_names_are_refused(names: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        Screen.of(names)
    assert refused.value.next_step


def test_documents_and_the_latest_of_issues_are_screened(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        documents=[
            {"id": "M-1", "kind": "memo", "title": "On reefs", "text": "GOLDEN REEF TRADING was here. " * 2},
            {"id": "M-2", "kind": "memo", "title": "Golden Reef Trading Co.", "text": ""},
            {"id": "M-3", "kind": "memo", "title": "Nothing", "text": "of note"},
        ],
        issues=[
            {"issue_id": "7", "version": 1, "title": "Early", "description": "Golden Reef Trading"},
            {"issue_id": "7", "version": 2, "title": "Late", "conclusion": "Harbour Wire Works was right."},
        ],
    )
    screen = Screen.of(["Golden Reef Trading Co.", "Harbour Wire Works"])
    found = {(one.document, one.name): one for one in screen_documents(DuckDbFactStore(tmp_path), screen)}
    assert set(found) == {
        ("document:M-1", "Golden Reef Trading Co."),
        ("document:M-2", "Golden Reef Trading Co."),
        ("issue:7", "Harbour Wire Works"),
    }
    first = found["document:M-1", "Golden Reef Trading Co."]
    assert (first.times, first.how, first.found) == (2, "core", "GOLDEN REEF TRADING")
    assert "GOLDEN REEF TRADING was here." in first.passage


def test_names_stand_in_the_column_called_name_or_in_the_first() -> None:
    assert names_in([["id", "Name"], ["1", "Reef"], ["2", ""], [], ["3", "Wire"]]) == ["Reef", "Wire"]
    assert names_in([["Reef", "x"], ["Wire"]]) == ["Reef", "Wire"]
    assert names_in([]) == []
