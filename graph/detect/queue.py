"""The queue: which findings are worth a person's time at a false-discovery rate that holds for any dependence.

Tests share importers and ports, so p-values are first turned into e-values and then chosen by e-BH (Wang and
Ramdas, False discovery rate control with e-values, JRSS B 2022).
"""

from collections.abc import Sequence

import numpy as np

FALSE_DISCOVERY_RATE = 0.1


def e_value(p_value: float) -> float:
    """The e-value of a p-value: the mixture of kappa p^(kappa - 1) over all kappa in (0, 1).

    No kappa has to be chosen, and it stays a calibrator (Vovk and Wang, E-values, Annals of Statistics 2021).

    >>> round(e_value(0.001), 1), round(e_value(0.5), 2)
    (20.8, 0.64)
    """
    p = min(max(p_value, 1e-300), 1.0)
    if p > 1 - 1e-6:
        return 0.5
    log = float(np.log(p))
    return float((1 - p + p * log) / (p * log * log))


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
