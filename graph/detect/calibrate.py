"""Fits the probability of a lead to planted truth, on worlds other than those it is judged on.

The coefficients are few and each has a declared sign: a detector that learns a simulator's quirks by them has
little room to. Each detector declares its own signs; a module `tests/graph/detect/calibrate_<detector>.py` runs
this on simulated worlds and writes, with `write_calibration`, the file that `graph.detect.calibration` reads.
"""

import json
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def held_out(leads: Sequence[LabelledLead], *, signs: Signs, explained_by: Collection[str] = ()) -> dict[str, Any]:
    """How well probabilities hold where they were not fitted: `brier`, `brier_base_rate` and `reliability`.

    A lead of a family is judged by a fit that saw no lead of that family, any other by a fit that saw no lead of its
    world. Leads that law explains are left out, as in `fit`. Needs two families or worlds at least.
    """
    rows = [row for row in leads if not any(row.features[name] for name in explained_by)]
    groups: dict[tuple[str, str], list[LabelledLead]] = {}
    for row in rows:
        groups.setdefault(("family", row.family) if row.family else ("world", row.world), []).append(row)
    said: list[float] = []
    right: list[bool] = []
    for (by, name), judged in sorted(groups.items()):
        rest = [row for row in rows if getattr(row, by) != name]
        fitted = fit(rest, signs=signs, label="", fitted={})
        said += [fitted.probability(dict(row.features)) for row in judged]
        right += [row.planted for row in judged]
    share = sum(right) / len(right)
    return {
        "brier": round(statistics.fmean((p - ok) ** 2 for p, ok in zip(said, right, strict=True)), 4),
        "brier_base_rate": round(share * (1 - share), 4),
        "reliability": [{name: round(value, 3) for name, value in row.items()} for row in reliability(said, right)],
    }


def reliability(said: Sequence[float], right: Sequence[bool]) -> list[dict[str, float]]:
    """For each fifth of the probability: how many there are, what they said on average and how many were right.

    >>> reliability([1.0, 0.875, 0.125], [True, False, False])
    [{'findings': 1, 'said': 0.125, 'right': 0.0}, {'findings': 2, 'said': 0.9375, 'right': 0.5}]
    """
    table = []
    for fifth in range(5):
        rows = [(p, ok) for p, ok in zip(said, right, strict=True) if min(int(p * 5), 4) == fifth]
        if rows:
            spoken, true = zip(*rows, strict=True)
            table.append({"findings": len(rows), "said": statistics.fmean(spoken), "right": sum(true) / len(true)})
    return table


def write_calibration(fitted: Calibration, detector: str) -> Path:
    """Put a calibration where `read_calibration` finds it: in the source tree, to be committed."""
    path = Path(calibration.__file__).parent / "calibrations" / f"{detector}.json"
    told = {
        "label": fitted.label, "intercept": fitted.intercept, "coefficients": fitted.coefficients,
        "fitted": fitted.fitted,
    }  # fmt: skip
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path
