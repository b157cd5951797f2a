"""The queue chooses by e-BH: few, and never more because of order or of hypotheses that say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.detect.queue import FALSE_DISCOVERY_RATE, e_bh, e_value, threshold_e_values

e_values = st.lists(st.floats(0, 1e9), max_size=40)


@given(e_values)
def test_whoever_has_a_larger_e_value_than_a_chosen_one_is_chosen_too(values: list[float]) -> None:
    chosen = e_bh(values)
    least = min((v for v, yes in zip(values, chosen, strict=True) if yes), default=None)
    assert least is None or all(yes for v, yes in zip(values, chosen, strict=True) if v >= least)


@given(e_values)
def test_every_chosen_e_value_reaches_what_the_number_of_chosen_asks(values: list[float]) -> None:
    chosen = e_bh(values)
    count = sum(chosen)
    assert all(v >= len(values) / (FALSE_DISCOVERY_RATE * count) for v, yes in zip(values, chosen, strict=True) if yes)


@given(e_values, st.integers(0, 100))
def test_more_hypotheses_that_say_nothing_never_add_to_the_queue(values: list[float], more: int) -> None:
    assert sum(e_bh(values, len(values) + more)) <= sum(e_bh(values))


@given(e_values, st.randoms(use_true_random=False))
def test_the_order_in_which_findings_come_does_not_matter(values: list[float], random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    chosen = e_bh(values)
    assert e_bh([values[i] for i in order]) == [chosen[i] for i in order]


@given(st.floats(-20, 50), st.floats(-20, 50), st.lists(st.floats(-20, 50), min_size=1, max_size=30))
def test_a_better_score_never_gives_a_smaller_e_value(one: float, other: float, stand_ins: list[float]) -> None:
    low, high = sorted((one, other))
    assert e_value(low, stand_ins, len(stand_ins)) <= e_value(high, stand_ins, len(stand_ins))


@given(st.lists(st.floats(-20, 50), min_size=2, max_size=30))
def test_e_values_of_scores_that_are_alike_are_one_on_average(scores: list[float]) -> None:
    each = [e_value(s, scores[:i] + scores[i + 1 :], len(scores) - 1) for i, s in enumerate(scores)]
    assert np.mean(each) == pytest.approx(1.0)


@pytest.mark.parametrize("tail", [0.5, 1.0, 3.0])
def test_with_nothing_to_find_the_queue_is_almost_always_empty_however_heavy_the_tail(tail: float) -> None:
    random = np.random.default_rng(5)
    filled = []
    for _ in range(200):
        stand_ins = random.exponential(tail, 2_000)
        filled.append(any(e_bh([e_value(float(s), stand_ins, 2_000) for s in random.exponential(tail, 200)])))
    assert np.mean(filled) <= FALSE_DISCOVERY_RATE


@pytest.mark.parametrize(("values", "tested"), [([], None), ([0.0, 0.0], None), ([500.0], 10_000)])
def test_nothing_is_chosen_from_nothing_much(values: list[float], tested: int | None) -> None:
    assert not any(e_bh(values, tested))


@pytest.mark.parametrize("stand_ins", [[], [0.0, -1.0, -3.0]])
def test_who_is_left_out_is_worth_nothing_and_helps_no_other(stand_ins: list[float]) -> None:
    values = threshold_e_values([9.0, -np.inf, -np.inf], stand_ins)
    assert values[1:] == [0.0, 0.0]
    assert values[0] > 0


def test_hypotheses_that_are_left_out_do_not_lower_the_threshold_of_the_others() -> None:
    stand_ins = [*([2.0] * 20), *np.linspace(-9, 0, 979)]
    spoken_for, left_out = [9.0, 8.0, 7.0, 6.0], [1.5] * 60
    lowered = threshold_e_values([*spoken_for, *left_out], stand_ins)
    apart = threshold_e_values([*spoken_for, *([-np.inf] * 60)], stand_ins)
    assert all(a > 5 * b for a, b in zip(apart[:4], lowered[:4], strict=True))
