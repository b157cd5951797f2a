"""One firm that goes on as several: newcomers that began around one time and take its trade over between them.

Each alone is half a successor: too small, with rivals, its mix of partners a part of the old one's. So the parts are
weighed together: what they take over is added up, and they are no rivals of one another.

Invariant: a newcomer is weighed as a part only where all parts, so weighed, are likelier the old firm than not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.detect.calibration import Calibration
from graph.detect.succession.partners import volume_together
from graph.detect.succession.probability import same_firm_logit
from graph.detect.succession.search import Search
from graph.detect.succession.trade import Floats, Ints

# Parts begin within so many days of one another.
PARTS_WITHIN_DAYS = 180
# Together they are not much larger than the old firm.
MOST_TOGETHER = 1.75
# Who is a part is at least so likely (log odds) by itself.
LEAST_LOGIT = -4.0
MOST_PARTS = 8
LEAST_VOLUME = 1 / 16


@dataclass(frozen=True, slots=True)
class Parts:
    """Pairs of one predecessor, their features when weighed together, and the share of its pace they go on with."""

    pairs: Ints
    features: dict[str, Floats]
    volume: float


def find_parts(
    found: Search, chosen: Ints, features: Mapping[str, Floats], logit: Floats, calibration: Calibration
) -> list[Parts]:
    """The predecessors of whom several of the chosen pairs are parts; `features` and `logit` are those of all pairs."""
    groups = []
    old = found.pairs.old[chosen]
    for firm in np.unique(old):
        group = chosen[(old == firm) & (logit[chosen] >= LEAST_LOGIT)]
        group = group[np.argsort(-logit[group], kind="stable")][:MOST_PARTS]
        if len(group) < 2:
            continue
        began = found.compared.began[group]
        group = group[np.abs(began - began[0]) <= PARTS_WITHIN_DAYS]
        while len(group) >= 2:
            together, volume = weighed_together(found, group, features)
            odds = same_firm_logit(together, calibration)
            if float(found.compared.replaced[group].sum()) <= MOST_TOGETHER and (odds > 0).all():
                groups.append(Parts(group, together, volume))
                break
            group = np.delete(group, int(np.argmin(odds)))
    return groups


def weighed_together(found: Search, group: Ints, features: Mapping[str, Floats]) -> tuple[dict[str, Floats], float]:
    """The features of the pairs of one predecessor as parts of one firm, and their volume together."""
    c = found.compared
    volume = volume_together(found.pairs.old[group[0]], found.pairs.new[group], found.known)
    x = {name: values[group].copy() for name, values in features.items()}
    whole = float(c.volume[group].sum())
    x["dropped"] = np.full(len(group), -np.log2(np.clip(volume, LEAST_VOLUME, 1.0)))
    size = abs(float(np.log2(np.clip(c.replaced[group].sum(), 1e-3, 1e3))))
    x["size"] = np.full(len(group), min(size, 5.0))
    x["parted"] = np.maximum(x["parted"] - (whole - c.volume[group]), 0.0)
    rest = np.flatnonzero((found.pairs.old == found.pairs.old[group[0]]) & (found.pairs.shift == 0))
    others = np.setdiff1d(rest, group)
    x["rivals"] = np.maximum(x["rivals"] - _crowd(c.total, group, rest) + _crowd(c.total, group, others), 0.0)
    return x, volume


def _crowd(total: Floats, group: Ints, others: Ints) -> Floats:
    """How well the others fit beside each of a group, in doublings, as `rivals` counts them."""
    beside = np.exp2(np.minimum(total[others][None, :] - total[group][:, None], 0.0) / 2)
    itself = np.isin(group, others).astype(np.float64)
    return np.asarray(np.log2(1.0 + beside.sum(axis=1) - itself), dtype=np.float64)
