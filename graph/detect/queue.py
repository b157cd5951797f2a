"""The queue: which findings are worth a person's time at a false-discovery rate that holds for any dependence.

Tests share importers and ports, so what is chosen is chosen by e-values (Wang and Ramdas, False discovery rate
control with e-values, JRSS B 2022). An e-value is at most 1 on average where there is nothing to find.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FALSE_DISCOVERY_RATE = 0.1


def e_value(score_bits: float, stand_ins: Sequence[float] | np.ndarray, tested: int) -> float:
    """The e-value of a score among the scores of stand-ins, on which there is nothing to find.

    It is the score's share, as odds, of all scores together, times their number: with x = 2^score,
    (n + 1) x / (x + the sum of the n stand-ins'). Where the score is exchangeable with the stand-ins' this is at
    most 1 on average, however their distribution looks in its tail (Ren and Barber, Derandomised knockoffs, JRSS B
    2024; Bashari and others, NeurIPS 2023). `tested` is n; stand-ins without a score count as nothing.

    >>> round(e_value(10.0, [1.0, 0.0], 1000), 1), round(e_value(1.0, [1.0, 1.0], 2), 1)
    (998.0, 1.0)
    """
    return float(e_values([score_bits], stand_ins, tested)[0])


def e_values(score_bits: Sequence[float] | np.ndarray, stand_ins: Sequence[float] | np.ndarray, tested: int) -> Floats:
    """The e-value of each of several scores; one of -inf, which stands for no score, is worth 0."""
    most = float(np.log2(tested + 1))
    x = np.exp2(np.minimum(np.asarray(score_bits, dtype=np.float64), most))
    others = float(np.exp2(np.minimum(np.asarray(stand_ins, dtype=np.float64), most)).sum())
    found: Floats = (tested + 1) * x / np.maximum(x + others, np.finfo(np.float64).tiny)
    return found


# Of an e-value so much is the score's own share; the rest is what the threshold gives.
OWN_SHARE = 0.1


def threshold_e_values(
    scores: Sequence[float], stand_ins: Sequence[float] | np.ndarray, *, rate: float = FALSE_DISCOVERY_RATE
) -> list[float]:
    """The e-value of each of several scores among the scores of stand-ins, on which there is nothing to find.

    Scores at and above a threshold are worth (n + 1) / (1 + how many of the n stand-ins reach it), others nothing.
    The threshold is the lowest at which stand-ins, taken for as many as were tested, make up less than `rate` of
    what reaches it; being found from the top down, it leaves the e-values fair where scores are exchangeable with
    stand-ins' (Bashari and others, NeurIPS 2023). So where much is found, no single score has to stand out. A tenth
    of each e-value is that of `e_values`, so that scores below the threshold are not without one.

    >>> [round(e) for e in threshold_e_values([9.0, 8.0, 7.0, 1.0], np.linspace(0, 6, 999))]
    [903, 902, 901, 0]
    """
    tested, others = np.asarray(scores, dtype=np.float64), np.sort(np.asarray(stand_ins, dtype=np.float64))
    n, m = len(others), len(tested)
    if m == 0:
        return []
    reached = np.sort(tested)[::-1]
    as_high = np.arange(1, m + 1)
    by_chance = n - np.searchsorted(others, reached)
    share = (1 + by_chance) / (n + 1) * m / as_high
    held = np.flatnonzero((share <= rate * (1 - OWN_SHARE)) & np.isfinite(reached))
    worth = np.zeros(m)
    if len(held):
        threshold = reached[held[-1]]
        worth = np.where(tested >= threshold, (n + 1) / (1 + by_chance[held[-1]]), 0.0)
    return [float(e) for e in (1 - OWN_SHARE) * worth + OWN_SHARE * e_values(tested, others, n)]


def e_bh(e_values: Sequence[float], tested: int | None = None, *, rate: float = FALSE_DISCOVERY_RATE) -> list[bool]:
    """Which hypotheses are discoveries: the k largest e-values, for the largest k whose k-th is at least m/(rate k).

    `tested` is the number of hypotheses m where more were tested than have an e-value worth listing.

    >>> e_bh([40.0, 1.0, 100.0, 0.2])
    [True, False, True, False]
    >>> e_bh([40.0, 100.0], 100)
    [False, False]
    """
    m = max(tested or 0, len(e_values))
    order = sorted(range(len(e_values)), key=lambda i: -e_values[i])
    chosen = 0
    for k, i in enumerate(order, start=1):
        if e_values[i] >= m / (rate * k):
            chosen = k
    selected = set(order[:chosen])
    return [i in selected for i in range(len(e_values))]


def sure_enough(
    chosen: Sequence[bool], probabilities: Sequence[float], *, rate: float = FALSE_DISCOVERY_RATE
) -> list[bool]:
    """Of what was chosen the most probable, as many as are false at no more than `rate` by their own probabilities.

    E-values bound what chance does; what is no chance and yet innocent is known to the probabilities alone.

    >>> sure_enough([True, True, True, False], [0.6, 0.99, 0.9, 0.99])
    [False, True, True, False]
    """
    order = sorted((i for i, is_in in enumerate(chosen) if is_in), key=lambda i: -probabilities[i])
    kept: set[int] = set()
    false = 0.0
    for n, i in enumerate(order, start=1):
        false += 1 - probabilities[i]
        if false > rate * n:
            break
        kept.add(i)
    return [i in kept for i in range(len(chosen))]
