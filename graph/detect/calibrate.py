"""Fits the probability of a lead to planted truth, on worlds other than those it is judged on.

The coefficients are few and each has a declared sign: a detector that learns a simulator's quirks by them has
little room to. `tests/graph/detect/calibrate_port_shopping.py` runs this on simulated worlds and writes the
file that `graph.detect.calibration` reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from graph.detect.calibration import Calibration

# Rarity counts no further than one chance match in a million shipments: beyond, other errors rule.
RAREST = 6.0
MOST_SUPPORT = 3.0

# What each feature may do to the probability, and how far at most. Positive: more of it is more suspicious.
SIGNS: dict[str, tuple[float, float]] = {
    "rarity": (0.3, 2.0),  # -log10 of the share of shipments that chance would match as well; 0 once explained
    "unresolved": (-3.0, 0.0),  # no result is known yet
    "lawful": (-8.0, -3.5),  # re-exported, then reconditioned or passed by customs on return
    "in_bond": (-8.0, -3.5),  # moved under bond to the port where they were entered
    "support": (0.0, 1.0),  # -log10 of the tail probability that later entries avoid the acting port so much
    "moved_for_good": (-3.0, 0.0),  # the importer's other goods left the port too and stayed away
}


def features(
    *,
    chance: float,
    unresolved: bool,
    reexported_and_passed: bool,
    in_bond: bool,
    support: float,
    moved_for_good: bool,
) -> dict[str, float]:
    """The features of a lead. `support` is a tail probability, or 0 where it says nothing.

    Where a lawful return or a movement in bond explains that the goods are the same, it speaks neither
    for nor against the pattern how well they match.

    >>> features(chance=0.001, unresolved=True, reexported_and_passed=False,
    ...          in_bond=False, support=0.01, moved_for_good=False)["rarity"]
    3.0
    """
    explained = reexported_and_passed or in_bond
    rarity = min(float(-np.log10(chance)), RAREST)
    tail = -np.log10(max(support, 10**-MOST_SUPPORT)) if support > 0 else 0.0
    return {
        "rarity": 0.0 if explained else rarity,
        "unresolved": float(unresolved),
        "lawful": float(reexported_and_passed),
        "in_bond": float(in_bond),
        "support": float(tail),
        "moved_for_good": float(moved_for_good),
    }


@dataclass(frozen=True, slots=True)
class LabelledLead:
    """A lead's features and whether it is a planted scheme's."""

    features: dict[str, float]
    planted: bool


def fit(leads: Iterable[LabelledLead], *, label: str, fitted: dict[str, object]) -> Calibration:
    """Penalised maximum likelihood within the declared signs; needs leads of both kinds.

    Leads explained by law say nothing of how rarity tells, and are left out: their coefficients stay as declared.
    The penalty (a normal prior of width 4 about the middle of each range) settles what the leads leave open.
    """
    rows = [row for row in leads if not (row.features["lawful"] or row.features["in_bond"])]
    names = list(SIGNS)
    x = np.array([[row.features[name] for name in names] for row in rows])
    y = np.array([row.planted for row in rows], dtype=np.float64)
    middle = np.array([sum(SIGNS[name]) / 2 for name in names])

    def loss(parameters: np.ndarray) -> float:
        logit = parameters[0] + x @ parameters[1:]
        likelihood = float(np.sum(np.logaddexp(0.0, logit) - y * logit))
        return likelihood + float(np.sum((parameters[1:] - middle) ** 2)) / 32

    bounds = [(-10.0, 10.0), *(SIGNS[name] for name in names)]
    best = minimize(loss, np.concatenate([[0.0], middle]), bounds=bounds, method="L-BFGS-B")
    coefficients = {name: round(float(value), 4) for name, value in zip(names, best.x[1:], strict=True)}
    counts = {"leads": len(rows), "planted": int(y.sum())}
    return Calibration(label, round(float(best.x[0]), 4), coefficients, {**fitted, **counts})
