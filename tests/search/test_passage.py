"""The passages that show why something was found."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from search.analysis import folded, spans, token
from search.passage import PASSAGE_CHARACTERS, Marker
from search.query import AllOf, AnyOf, Everything, Fuzzy, Identifier, Not, Phrase, Query, Term, Words


def passage(query: Query, text: str) -> str:
    return Marker.of(query).passage(text)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        (Words("wire hangers"), "Hangers of wire", "<mark>Hangers</mark> of <mark>wire</mark>"),
        (Phrase("steel wire"), "of STEEL WIRE.", "of <mark>STEEL</mark> <mark>WIRE</mark>."),
        (Words("classification"), "classified here", "<mark>classified</mark> here"),
        (Words("duty"), "duties and duty", "<mark>duties</mark> and <mark>duty</mark>"),
        (Words("hoping"), "we hope", "we <mark>hope</mark>"),
        (Words("importer"), "the importer’s file", "the <mark>importer’s</mark> file"),
        (Words("muller"), "Herr Müller", "Herr <mark>Müller</mark>"),
        (Words("wire"), "wireless rewire", "wireless rewire"),
        (Words("the wire"), "the wire", "the <mark>wire</mark>"),
        (AllOf((Words("wire"), Not(Words("steel")))), "steel wire", "steel <mark>wire</mark>"),
        (AnyOf((Words("rods"), Term("kind", "memo"))), "memo: rods", "memo: <mark>rods</mark>"),
        (Everything(), "a < b", "a &lt; b"),
        (Words("x"), "", ""),
    ],
)
def test_marks_what_was_asked_for(query: Query, text: str, expected: str) -> None:
    assert passage(query, text) == expected


PIECES = st.sampled_from(
    ["wire", "Wires", "wiry", "re", "s", "d", "king", "King's", "rewiring", "é", "_", "-", "'s", " ", "7"]
)


@given(st.lists(st.sampled_from(["wire", "s", "king", "re", "wiry", "7"]), min_size=1), st.lists(PIECES))
def test_marks_the_words_that_have_a_token_asked_for_and_no_others(asked: list[str], pieces: list[str]) -> None:
    text = "".join(pieces)
    marker = Marker(frozenset(map(token, asked)), ())
    expected = [found for found in spans(text.lower()) if found[2] in marker.tokens]
    assert marker.matches(text) == expected
    almost = Marker(marker.tokens, (), (Fuzzy("kings", 1),))
    named = [(*place, label) for *place, word in spans(text.lower()) if (label := _almost(text, place, word, marker))]
    assert almost.matches(text) == named


def _almost(text: str, place: list[int], word: str, marker: Marker) -> str:
    near = min(OSA.distance(folded(text[slice(*place)]), "kings"), OSA.distance(word, token("kings"))) <= 1
    return word if word in marker.tokens else "kings~1" * near


@pytest.mark.parametrize(
    ("identifier", "written"),
    [
        (Identifier("hts", "732620"), "7326.20"),
        (Identifier("hts", "732620"), "7326.20.0020"),
        (Identifier("hts", "732620"), "7326200020"),
        (Identifier("document", "NY-N301234"), "NY N301234"),
        (Identifier("document", "NY-N301234"), "N301234"),
        (Identifier("case", "A-570-918"), "A570918"),
        (Identifier("case", "A-570-918"), "A–570–918"),
        (Identifier("importer", "12-345678900"), "12-3456789"),
        (Identifier("importer", "12-345678900"), "12345678900"),
        (Identifier("entry_number", "ABC12345676"), "ABC-1234567-6"),
    ],
)
def test_marks_identifiers_in_any_spelling(identifier: Identifier, written: str) -> None:
    assert passage(identifier, f"See {written}.") == f"See <mark>{written}</mark>."


def test_does_not_mark_parts_of_other_numbers() -> None:
    assert "<mark>" not in passage(Identifier("case", "A-570-918"), "A-570-9180 and XA-570-918")


def test_chooses_the_passage_with_most_of_the_words() -> None:
    text = "Steel first. " + "Nothing here. " * 60 + "Now steel and wire hangers together. " + "Nothing here. " * 60
    found = passage(Words("steel wire hangers"), text)
    assert found.count("<mark>") == 3
    assert found.startswith("… ")
    assert found.endswith(" …")


def test_a_text_without_a_match_is_shown_from_its_beginning() -> None:
    assert passage(Words("absent"), "Begins so " * 100).startswith("Begins so")


def test_is_no_longer_than_it_should_be() -> None:
    found = passage(Words("wire"), "wire and more " * 10_000)
    assert len(re.sub("</?mark>", "", found)) <= PASSAGE_CHARACTERS + 4


def test_looks_through_a_large_text_quickly_enough_to_be_asked_again() -> None:
    assert "<mark>needle</mark>" in passage(Words("needle"), "straw " * 30_000 + "needle")


words = st.sampled_from(
    ["wire", "hangers", "<script>", "&amp;", "7326.20.0020", "N301234", "Müller", "İ", "ß", "'s", "\n"]
)


@given(st.lists(st.one_of(words, st.text(max_size=8))).map(" ".join), st.lists(words).map(" ".join))
def test_is_safe_html_of_the_text(text: str, asked: str) -> None:
    query = AnyOf((Words(asked), Identifier("hts", "732620"), Identifier("document", "NY-N301234")))
    found = passage(query, text)
    assert found.count("<mark>") == found.count("</mark>")
    plain = re.sub("</?mark>", "", found)
    assert not re.search(r"[<>\"']|&(?!(?:amp|lt|gt|quot|#x27);)", plain)
    shown = html.unescape(plain).removeprefix("… ").removesuffix(" …")
    assert shown.strip() in re.sub(r"\s+", " ", text)
