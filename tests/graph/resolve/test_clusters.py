"""Clusters: strong evidence joins, weak chains do not, and judgements have the last word."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.resolve.clusters import cluster


def clustered(size: int, pairs: dict[tuple[int, int], float], **options: object) -> list[list[int]]:
    left = np.array([pair[0] for pair in pairs], dtype=np.int64)
    right = np.array([pair[1] for pair in pairs], dtype=np.int64)
    given_options = {"numbers": [None] * size, **options}
    labels = cluster(size, (left, right, np.array(list(pairs.values()))), **given_options)  # type: ignore[arg-type]
    groups: dict[int, list[int]] = {}
    for unit, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(unit)
    return list(groups.values())


def test_a_chain_of_weak_links_is_not_one_party() -> None:
    chain = {(n, n + 1): 1.5 for n in range(9)}
    assert max(map(len, clustered(10, chain))) == 2


def test_one_strong_pair_does_not_bring_two_groups_together_that_speak_against_it() -> None:
    pairs = {(0, 1): 12.0, (2, 3): 12.0, (1, 2): 6.0, (0, 2): -8.0, (0, 3): -8.0, (1, 3): -8.0}
    assert clustered(4, pairs) == [[0, 1], [2, 3]]


def test_two_taxpayers_are_one_party_only_where_it_is_nearly_certain() -> None:
    numbers = ["importer", "importer", None]
    assert clustered(2, {(0, 1): 9.0}, numbers=numbers[:2]) == [[0], [1]]
    assert clustered(2, {(0, 1): 11.0}, numbers=numbers[:2]) == [[0, 1]]


def test_a_name_on_a_bill_does_not_join_two_taxpayers() -> None:
    groups = clustered(3, {(0, 2): 12.0, (1, 2): 11.0, (0, 1): 4.0}, numbers=["importer", "importer", None])
    assert groups == [[0, 2], [1]]


def test_judged_the_same_is_together_whatever_the_evidence() -> None:
    assert clustered(3, {(0, 1): -9.0}, same=[(0, 1)]) == [[0, 1], [2]]


def test_judged_different_is_apart_and_takes_its_own_along() -> None:
    pairs = {(0, 1): 14.0, (1, 2): 14.0, (0, 2): 14.0}
    assert clustered(3, pairs, different=[(0, 2)]) in ([[0, 1], [2]], [[0], [1, 2]])
    assert clustered(3, pairs, different=[(0, 2)], same=[(1, 2)]) == [[0], [1, 2]]


weights = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-10, 14).map(lambda bits: round(bits, 3)),
    max_size=20,
)


@given(weights, st.randoms())
def test_the_order_of_pairs_does_not_matter(pairs: dict[tuple[int, int], float], chance: object) -> None:
    turned = list(pairs.items())
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert clustered(8, pairs) == clustered(8, dict(turned))


@given(weights, st.sets(st.sampled_from([(a, b) for a in range(8) for b in range(a + 1, 8)]), max_size=4))
def test_a_judgement_is_never_overridden(pairs: dict[tuple[int, int], float], apart: set[tuple[int, int]]) -> None:
    for group in clustered(8, pairs, different=apart):
        assert not any(a in group and b in group for a, b in apart)


def test_what_fits_two_that_speak_against_each_other_joins_neither() -> None:
    father, son, silent = 0, 1, 2
    pairs = {(father, son): -4.0, (father, silent): 9.0, (son, silent): 8.5}
    assert clustered(3, pairs, contrary=[(father, son)]) == [[0], [1], [2]]
    assert clustered(3, {**pairs, (son, silent): 2.0}, contrary=[(father, son)]) == [[0, 2], [1]]
