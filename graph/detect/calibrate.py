"""Fits the probability of a lead to planted truth, on worlds other than those it is judged on.

The coefficients are few and each has a declared sign: a detector that learns a simulator's quirks by them has
little room to. Each detector declares its own signs; a module `tests/graph/detect/calibrate_<detector>.py` runs
this on simulated worlds and writes, with `write_calibration`, the file that `graph.detect.calibration` reads.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from graph.detect import calibration
from graph.detect.calibration import Calibration

# What each feature may do to the log-odds, least and most, by the feature's name.
Signs = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class LabelledLead:
    """A lead's features and whether it is a planted scheme's.

    `world` and `family` name where it was found and, for a planted scheme's or a hard negative's, the family it
    belongs to; "" is nobody's.
    """

    features: Mapping[str, float]
    planted: bool
    world: str = ""
    family: str = ""


def fit(
    leads: Iterable[LabelledLead],
    *,
    signs: Signs,
    label: str,
    fitted: Mapping[str, object],
    explained_by: Collection[str] = (),
) -> Calibration:
    """Penalised maximum likelihood within the declared signs; needs leads of both kinds.

    Leads in which a feature of `explained_by` is not zero are left out, for they say nothing of how the others tell:
    such features keep the middle of their range. The penalty (a normal prior of width 4 about the middle of each
    range) settles what the leads leave open. `fitted` is kept with the result, beside how many leads there were.
    """
    rows = [row for row in leads if not any(row.features[name] for name in explained_by)]
    names = list(signs)
    x = np.array([[row.features[name] for name in names] for row in rows])
    y = np.array([row.planted for row in rows], dtype=np.float64)
    middle = np.array([sum(signs[name]) / 2 for name in names])

    def loss(parameters: np.ndarray) -> float:
        logit = parameters[0] + x @ parameters[1:]
        likelihood = float(np.sum(np.logaddexp(0.0, logit) - y * logit))
        return likelihood + float(np.sum((parameters[1:] - middle) ** 2)) / 32

    bounds = [(-10.0, 10.0), *(signs[name] for name in names)]
    best = minimize(loss, np.concatenate([[0.0], middle]), bounds=bounds, method="L-BFGS-B")
    coefficients = {name: round(float(value), 4) for name, value in zip(names, best.x[1:], strict=True)}
    counts = {"leads": len(rows), "planted": int(y.sum())}
    return Calibration(label, round(float(best.x[0]), 4), coefficients, {**fitted, **counts})


def write_calibration(fitted: Calibration, detector: str) -> Path:
    """Put a calibration where `read_calibration` finds it: in the source tree, to be committed."""
    path = Path(calibration.__file__).parent / "calibrations" / f"{detector}.json"
    told = {
        "label": fitted.label, "intercept": fitted.intercept, "coefficients": fitted.coefficients,
        "fitted": fitted.fitted,
    }  # fmt: skip
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path
