"""Known names kept from one generation to the next: the same as if every text had been read."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract import found_names
from ingest.extract.found_names import FoundNames, KnownText, letters_of, look
from ingest.extract.known_names import KnownNames
from ingest.extract.names import words

UMBER, OCHRE = "Umber Trading Co., Ltd.", "Ochre Garment Factory GmbH"
DAY = date(2024, 3, 5)


def known(*names: str) -> KnownNames:
    return KnownNames((name, f"party:{name}") for name in names)


def given_texts(texts: Mapping[str, str]) -> Iterable[KnownText]:
    return (KnownText(document_id, text, "a file", DAY) for document_id, text in texts.items())


def rows(table: pa.Table) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in table.to_pylist())


TEXTS = {
    "d1": "Sold by UMBER TRADING CO LTD to the Ochre Garment Factory.",
    "d2": "The frames are of wood.",
    "d3": "Umber Trading made them.",
}


def test_a_new_document_is_read_and_the_others_are_not() -> None:
    before = look(given_texts(TEXTS), known(UMBER), None)
    assert (before.read, len(rows(before.found))) == (3, 2)
    after = look(given_texts({**TEXTS, "d4": "Umber Trading Company Limited"}), known(UMBER), before)
    assert after.read == 1
    assert [row[0] for row in rows(after.found)] == ["d1", "d3", "d4"]


def test_a_new_name_is_looked_for_where_its_letters_stand_and_a_name_that_is_gone_is_found_no_more() -> None:
    before = look(given_texts(TEXTS), known(UMBER), None)
    both = look(given_texts(TEXTS), known(UMBER, OCHRE), before)
    assert both.read == 1
    assert [(row[0], row[1]) for row in rows(both.found)] == [
        ("d1", "OCHRE GARMENT FACTORY"),
        ("d1", "UMBER TRADING CO LTD"),
        ("d3", "UMBER TRADING"),
    ]
    left = look(given_texts(TEXTS), known(OCHRE), both)
    assert (left.read, [row[:2] for row in rows(left.found)]) == (2, [("d1", "OCHRE GARMENT FACTORY")])


def test_a_longer_name_that_goes_uncovers_the_shorter_one() -> None:
    texts = {"d1": "of Umber Trading Vietnam Ltd."}
    before = look(given_texts(texts), known("Umber Trading Ltd", "Umber Trading Vietnam Ltd"), None)
    assert [row[1] for row in rows(before.found)] == ["UMBER TRADING VIETNAM LTD"]
    after = look(given_texts(texts), known("Umber Trading Ltd"), before)
    assert rows(after.found) == rows(look(given_texts(texts), known("Umber Trading Ltd"), None).found)


def test_a_changed_text_is_read_and_a_document_that_is_gone_names_nothing() -> None:
    before = look(given_texts(TEXTS), known(UMBER), None)
    after = look(given_texts({"d2": "Umber Trading", "d3": TEXTS["d3"]}), known(UMBER), before)
    assert (after.read, [row[0] for row in rows(after.found)]) == (1, ["d2", "d3"])
    again = look([KnownText("d3", TEXTS["d3"], "another file", DAY)], known(UMBER), after)
    assert [(row[0], row[4]) for row in rows(again.found)] == [("d3", "another file")]


def test_what_was_found_is_kept_in_a_folder_but_not_for_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FoundNames.kept(tmp_path) is None
    found = look(given_texts(TEXTS), known(UMBER), None)
    found.write(tmp_path)
    kept = FoundNames.kept(tmp_path)
    assert kept is not None
    assert look(given_texts(TEXTS), known(UMBER), kept).read == 0
    assert rows(kept.found) == rows(found.found)
    monkeypatch.setattr(found_names, "_code", lambda: b"other")
    assert FoundNames.kept(tmp_path) is None


# Words that lie in each other, short forms, initials, signs that are words or none, and what parts words.
WORDS = (
    "Umber", "UMBER", "Um", "ber", "Trading", "U.M.B.", "UMB", "Ümber", "Umber's", "Ber", "Umberto", "Co", "Company",
    "Ltd", "Limited", "GmbH", "and", "&", "№", "½", "Ochre", "Trading-Umber", "Um_ber",
    "\u0412\u043e\u0441\u0442\u043e\u043a",
)  # fmt: skip
GAPS = (" ", "  ", "\n", ". ", ", ", "\t", "; ", "", ".", "_", "-")
running = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=14).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
names = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(" ".join).flatmap(
        lambda name: st.sampled_from([name, f"{name} Co., Ltd.", f"{name} GmbH"])
    ),
    max_size=4,
)  # fmt: skip
states = st.lists(st.tuples(st.dictionaries(st.sampled_from("abcd"), running, max_size=4), names), max_size=4)


@given(states)
def test_going_on_from_before_finds_what_reading_everything_finds(
    states: list[tuple[dict[str, str], list[str]]],
) -> None:
    before: FoundNames | None = None
    for texts, some in states:
        whole = look(given_texts(texts), known(*some), None)
        before = look(given_texts(texts), known(*some), before)
        assert rows(before.found) == rows(whole.found)
        assert rows(before.texts) == rows(whole.texts)
        assert rows(before.names) == rows(whole.names)


@given(st.text(max_size=40) | running)
def test_the_letters_of_a_text_are_those_of_its_words(text: str) -> None:
    """On which it rests that a name stands in no text whose letters do not hold its own."""
    written = "".join(text[word.start : word.end] for word in words(text))
    assert letters_of(text) == letters_of(written) == "".join(letters_of(text[w.start : w.end]) for w in words(text))
