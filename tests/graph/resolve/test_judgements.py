"""Judgements: never overridden, transitive, reversible, and refused where they contradict each other."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.model.errors import Conflict
from graph.resolve.judgements import Judgement, JudgementSet, Verdict

THINGS = "abcdef"


def judge(number: int, left: str, right: str, verdict: str) -> Judgement:
    return Judgement(f"J{number}", left, right, Verdict(verdict))


def test_same_and_same_is_same() -> None:
    judged = JudgementSet([judge(1, "a", "b", "same"), judge(2, "b", "c", "same")])
    assert judged.verdict("a", "c") is Verdict.SAME
    assert judged.same() == [("a", "b", "c")]


def test_same_and_different_is_different() -> None:
    judged = JudgementSet([judge(1, "a", "b", "same"), judge(2, "b", "c", "different")])
    assert judged.verdict("a", "c") is Verdict.DIFFERENT


def test_unsure_decides_nothing() -> None:
    assert JudgementSet([judge(1, "a", "b", "unsure")]).verdict("a", "b") is None


def test_a_contradiction_names_its_chain() -> None:
    with pytest.raises(Conflict) as refused:
        JudgementSet(
            [
                judge(1, "a", "b", "same"),
                judge(2, "b", "c", "same"),
                judge(3, "c", "a", "different"),
                judge(4, "d", "e", "same"),
            ]
        )
    assert refused.value.value == "J3, J2, J1"
    assert "J4" not in str(refused.value)


judgements = st.lists(
    st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS), st.sampled_from(("same", "different", "unsure"))),
    max_size=8,
)


def agreed(some: list[tuple[str, str, str]]) -> JudgementSet:
    try:
        return JudgementSet([judge(number, *one) for number, one in enumerate(some)])
    except Conflict:
        assume(condition=False)
        raise


@given(judgements)
def test_what_was_judged_is_what_is_said(some: list[tuple[str, str, str]]) -> None:
    judged = agreed(some)
    for left, right, verdict in some:
        if verdict != "unsure":
            assert judged.verdict(left, right) is Verdict(verdict)


@given(judgements, st.randoms())
def test_the_order_in_which_they_were_made_does_not_matter(some: list[tuple[str, str, str]], chance: object) -> None:
    judged = agreed(some)
    turned = some.copy()
    chance.shuffle(turned)  # type: ignore[attr-defined]
    other = agreed(turned)
    for left in THINGS:
        for right in THINGS:
            assert judged.verdict(left, right) is other.verdict(left, right) is judged.verdict(right, left)
