"""From what a pair shows to the probability that somebody changed identity to escape: one firm, and escaping.

The probability is the product of two logistic curves. The first says whether the newcomer is the old firm, the
second whether it has anything to leave behind and did not say openly who it was. A rename without an event is
probable in the first and not in the second, however plain it is. Coefficients are few, have declared signs and
bounds, and are fitted together on planted truth.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import minimize

from graph.detect.calibrate import LabelledLead
from graph.detect.calibration import Calibration
from graph.detect.succession.trade import Floats

# One firm under two names. Bits would count ln 2 each if the fields were independent; they are not.
SAME_FIRM: dict[str, tuple[float, float]] = {
    "contact": (0.2, 1.0),  # bits of phone, mail and domain
    "identity": (0.1, 0.7),  # bits of address, officers, bond and name
    "trade": (0.1, 0.7),  # bits of partners, less the pool's
    "goods": (0.0, 0.4),  # bits of tariff numbers and exporters, which mostly follow from the partners
    "consignees": (0.05, 0.7),  # bits of consignees
    "habits": (0.05, 0.7),  # bits of filer and surety
    "ports": (0.05, 0.9),  # bits a line by which its ports are the old one's rather than everybody's
    "timing": (0.0, 0.4),  # bits of the days between the predecessor's end and the newcomer's beginning
    "stopped": (0.1, 1.2),  # -log10 of the chance that the predecessor stopped or fell so far for no reason
    "beside": (-4.0, -0.3),  # the predecessor goes on as before
    "kept": (-5.0, -0.5),  # the share of its trade with which a predecessor that has not ended goes on by itself
    "goes_on": (-5.0, -0.5),  # the share of its pace with which the predecessor still trades a year after
    "taken": (0.0, 3.0),  # share of the predecessor's trade that went on with the newcomer
    "dropped": (-2.0, 0.0),  # halvings from its pace, partner by partner, to what went on with the newcomer
    "covered": (0.0, 3.0),  # share of the newcomer's trade that is with partners of the predecessor
    "apart": (-3.0, -0.3),  # no partner and no tariff heading in common: sisters, not one after the other
    "size": (-1.2, -0.1),  # how unlike the two paces are, in doublings
    "lots": (-2.0, 0.0),  # how unlike the values of a line of the same goods are, in doublings
    "other_goods": (-2.0, 0.0),  # no ten-digit tariff number in common by which lots could be compared
    "rivals": (-1.0, -0.6),  # doublings by which others fit beside the pair, on either side
    "scattered": (-4.0, -0.3),  # how many others began with the old one's partners at the time, 0 to 1
    "customer": (-4.0, -0.5),  # the predecessor's goods went to it before it imported: a firm of its own
    # A shared maker named it its agent, as a fact on record: why it buys there is known.
    "appointed": (-6.0, -2.0),
    "untied": (-3.0, 0.0),  # of makers: their trade alone ties them, and buyers move in a body for many reasons
    "claimed": (0.0, 3.0),  # somebody says so, unproved; or admits it
}
# Something to leave behind, and not said openly. An honest change meets an event by chance as often as the chance
# says, so that log odds rise by up to ln 10 for each power of ten; without the event an honest change is likelier.
ESCAPING: dict[str, tuple[float, float]] = {
    "event": (1.0, 2.3),  # -log10 of the chance that an event of its class stands so near before the change
    "no_event": (-6.0, -3.0),
    "paid": (-3.0, 0.0),  # customs noted that what the event cost was paid
    "declared": (-9.0, -6.0),  # the old name declared and the bond carried over
    "former": (-3.0, -0.3),  # the old name declared, no more
    "public": (-9.0, -6.0),  # a succession that is a fact on record
    "owned": (-9.0, -6.0),  # one owns or controls the other as a fact on record: a division, not a disguise
    # Somebody said that it is the successor, and who decided on that said no: no event, however near, outweighs this.
    "cleared": (-9.0, -7.0),
    "related": (-1.5, -0.3),  # sisters, as a fact on record
}
BASE, ESCAPING_BASE = (-18.0, 4.0), (-3.0, 1.0)
FIRST_BASE, FIRST_ESCAPING_BASE = -5.0, -1.0
CONSTANT = "escaping"


def same_firm_logit(x: Mapping[str, Floats], calibration: Calibration) -> Floats:
    """Log odds (natural) that two parties are one firm, for arrays of features."""
    logit = np.full(len(next(iter(x.values()))), calibration.intercept)
    for name in SAME_FIRM:
        logit = logit + calibration.coefficients[name] * x[name]
    return logit


def escaping_logit(x: Mapping[str, Floats], calibration: Calibration) -> Floats:
    """Log odds (natural) that a change of identity was an escape."""
    logit = np.full(len(next(iter(x.values()))), calibration.coefficients[CONSTANT])
    for name in ESCAPING:
        logit = logit + calibration.coefficients[name] * x[name]
    return logit


def sigmoid(logit: Floats) -> Floats:
    """The probability of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -500, 500))))


def unfitted() -> Calibration:
    """Every coefficient in the middle of its range, from which a first fit can choose its pairs."""
    middles = {name: sum(bounds) / 2 for name, bounds in {**SAME_FIRM, **ESCAPING}.items()}
    return Calibration("not calibrated", FIRST_BASE, {CONSTANT: FIRST_ESCAPING_BASE, **middles}, {})


def fit(rows: Iterable[LabelledLead], *, label: str, fitted: dict[str, object]) -> Calibration:
    """Both curves at once, by penalised maximum likelihood within the declared bounds; needs pairs of both kinds.

    The penalty is a normal prior about the middle of each range, a quarter of the range wide.
    """
    rows = list(rows)
    names = [*SAME_FIRM, *ESCAPING]
    bounds = [SAME_FIRM.get(n) or ESCAPING[n] for n in names]
    x = np.array([[row.features[n] for n in names] for row in rows])
    y = np.array([row.planted for row in rows], dtype=np.float64)
    first = len(SAME_FIRM)
    middle = np.array([sum(b) / 2 for b in bounds])
    width = np.array([(b[1] - b[0]) / 4 for b in bounds])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        """What is minimised, and its slope in each parameter."""
        same = parameters[0] + x[:, :first] @ parameters[2 : 2 + first]
        escape = parameters[1] + x[:, first:] @ parameters[2 + first :]
        log_p = np.minimum(-np.logaddexp(0, -same) - np.logaddexp(0, -escape), -1e-12)
        log_q = np.log(-np.expm1(log_p))
        by_log_p = y - (1 - y) * np.exp(log_p - log_q)
        by_same, by_escape = by_log_p * sigmoid(-same), by_log_p * sigmoid(-escape)
        off = (parameters[2:] - middle) / width
        value = float(-np.sum(y * log_p + (1 - y) * log_q)) + float(np.sum(off**2)) / 2
        slope = -np.concatenate([[by_same.sum(), by_escape.sum()], by_same @ x[:, :first], by_escape @ x[:, first:]])
        slope[2:] += off / width
        return value, slope

    start = np.concatenate([[FIRST_BASE, FIRST_ESCAPING_BASE], middle])
    best = minimize(
        loss, start, bounds=[BASE, ESCAPING_BASE, *bounds], jac=True, method="L-BFGS-B", options={"maxiter": 5_000}
    )
    coefficients = {CONSTANT: round(float(best.x[1]), 4)}
    coefficients |= {n: round(float(v), 4) for n, v in zip(names, best.x[2:], strict=True)}
    counts = {"pairs": len(rows), "planted": int(y.sum())}
    return Calibration(label, round(float(best.x[0]), 4), coefficients, {**fitted, **counts})
