"""From evidence to a probability: a logistic curve with few coefficients, kept as data beside the detector.

Invariant: every coefficient has the sign that its detector declares, so more evidence never makes
a pattern less probable.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np


@dataclass(frozen=True, slots=True)
class Calibration:
    """`label` says on what it was fitted, `fitted` how, with which command and how well."""

    label: str
    intercept: float
    coefficients: dict[str, float]
    fitted: dict[str, object]

    def probability(self, features: dict[str, float]) -> float:
        """The probability of the pattern, given its features by name."""
        return float(1 / (1 + np.exp(-self.log_odds(features))))

    def log_odds(self, features: dict[str, float]) -> float:
        """The natural logarithm of the probability over what is left of one."""
        return self.intercept + sum(self.coefficients[name] * value for name, value in features.items())


@cache
def read_calibration(detector: str) -> Calibration:
    """The calibration in the repository for a detector."""
    raw = json.loads((files("graph.detect") / "calibrations" / f"{detector}.json").read_text(encoding="utf-8"))
    return Calibration(raw["label"], raw["intercept"], raw["coefficients"], raw["fitted"])
