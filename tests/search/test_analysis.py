"""Which words are one word to the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import content_tokens, neighbours, spans, token, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hangers", "hanger"),
        ("Hanger", "HANGERS"),
        ("importer's", "importers"),
        ("classification", "classified"),
        ("modify", "modification"),
        ("duties", "duty"),
        ("transshipped", "transshipping"),
        ("rolled", "rolling"),
        ("glasses", "glass"),
        ("évasion", "evasion"),
        ("Straße", "strasse"),
        ("ﬁber", "fiber"),
        ("invoiced", "invoice"),
        ("mislabeling", "mislabeled"),
    ],
)
def test_spellings_of_one_word_are_one_token(one: str, other: str) -> None:
    assert token(one) == token(other)


@pytest.mark.parametrize(
    ("one", "other"), [("wire", "wife"), ("ruler", "ruling"), ("N301234", "N301235"), ("7326", "7327"), ("canned", "a")]
)
def test_other_words_are_other_tokens(one: str, other: str) -> None:
    assert token(one) != token(other)


# Words and stems from the paper that the stemmer follows (M. F. Porter, 1980).
@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("caress", "caress"), ("cats", "cat"), ("feed", "feed"),
        ("agreed", "agre"), ("plastered", "plaster"), ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"),
        ("conflated", "conflat"), ("troubled", "troubl"), ("sized", "size"), ("hopping", "hop"), ("falling", "fall"),
        ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"), ("filing", "file"), ("happy", "happi"),
        ("sky", "sky"), ("conditional", "condit"), ("rational", "ration"), ("digitizer", "digit"),
        ("operator", "oper"), ("feudalism", "feudal"), ("decisiveness", "decis"), ("hopefulness", "hope"),
        ("sensitiviti", "sensit"), ("triplicate", "triplic"), ("formative", "form"), ("electrical", "electr"),
        ("goodness", "good"), ("revival", "reviv"), ("allowance", "allow"), ("inference", "infer"),
        ("airliner", "airlin"), ("adjustable", "adjust"), ("replacement", "replac"), ("adoption", "adopt"),
        ("communism", "commun"), ("effective", "effect"), ("probate", "probat"), ("rate", "rate"), ("cease", "ceas"),
        ("controll", "control"), ("roll", "roll"),
    ],
)  # fmt: skip
def test_stems_are_those_of_the_paper(word: str, stem: str) -> None:
    assert token(word) == stem


def test_numbers_fall_into_their_parts() -> None:
    assert tokens("7326.20.0020 A-570-918") == ["7326", "20", "0020", "a", "570", "918"]


def test_stop_words_are_left_out_unless_there_are_no_others() -> None:
    assert content_tokens("what was the duty on canned goods") == ["duti", "can", "good"]
    assert content_tokens("To be or not to be") == ["to", "be", "or", "not"]


def test_neighbours_are_not_bridged_over_stop_words() -> None:
    assert neighbours("duty on canned goods") == [("can", "good")]


@given(st.text() | st.text("asS'’_1é. \n"))
def test_a_text_is_read_alike_with_and_without_places(text: str) -> None:
    assert [found for _, _, found in spans(text)] == tokens(text)


@given(st.text())
def test_tokens_can_be_joined_and_split_at_blanks(text: str) -> None:
    assert " ".join(tokens(text)).split() == tokens(text)
    assert all(len(found) <= 64 for found in tokens(text))
