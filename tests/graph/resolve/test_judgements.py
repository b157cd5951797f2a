"""What follows from judgements, and which sets of them are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import Conflict
from graph.resolve.judgements import Judgement, JudgementSet, Verdict

SAME, DIFFERENT, UNSURE = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE


def judged(*rows: tuple[str, str, Verdict]) -> list[Judgement]:
    return [Judgement(str(number), *row) for number, row in enumerate(rows, start=1)]


def test_same_is_passed_on_and_different_follows_it() -> None:
    known = JudgementSet(judged(("a", "b", SAME), ("b", "c", SAME), ("c", "d", DIFFERENT)))
    assert known.verdict("a", "c") is SAME
    assert known.verdict("d", "a") is DIFFERENT
    assert known.verdict("a", "e") is None
    assert known.same() == [("a", "b", "c")]
    assert known.different() == [("a", "d", "3")]


def test_different_is_not_passed_on() -> None:
    known = JudgementSet(judged(("a", "b", DIFFERENT), ("b", "c", DIFFERENT)))
    assert known.verdict("a", "c") is None


def test_unsure_binds_nobody() -> None:
    known = JudgementSet(judged(("a", "b", UNSURE), ("a", "b", SAME)))
    assert known.verdict("a", "b") is SAME
    assert JudgementSet(judged(("a", "b", UNSURE))).verdict("b", "a") is None


def test_a_contradiction_names_its_chain_and_nothing_else() -> None:
    rows = judged(("a", "b", SAME), ("x", "y", SAME), ("b", "c", SAME), ("a", "c", DIFFERENT))
    with pytest.raises(Conflict, match="the same") as refused:
        JudgementSet(rows)
    assert refused.value.value == "4, 1, 3"


def test_an_entity_is_not_different_from_itself() -> None:
    with pytest.raises(Conflict):
        JudgementSet(judged(("a", "a", DIFFERENT)))


_ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from(Verdict)), max_size=12)


@given(_ROWS, st.randoms())
def test_the_order_of_judgements_changes_nothing(rows: list[tuple[str, str, Verdict]], luck: object) -> None:
    shuffled = list(rows)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    try:
        known = JudgementSet(judged(*rows))
    except Conflict:
        with pytest.raises(Conflict):
            JudgementSet(judged(*shuffled))
        return
    again = JudgementSet(judged(*shuffled))
    for left in "abcdef":
        for right in "abcdef":
            assert known.verdict(left, right) == again.verdict(right, left)
    for left, right, verdict in rows:
        assert verdict is UNSURE or known.verdict(left, right) is verdict
