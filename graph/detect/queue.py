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
    """The e-value of each of several scores."""
    most = float(np.log2(tested + 1))
    x = np.exp2(np.minimum(np.asarray(score_bits, dtype=np.float64), most))
    others = float(np.exp2(np.minimum(np.asarray(stand_ins, dtype=np.float64), most)).sum())
    found: Floats = (tested + 1) * x / (x + others)
    return found


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
