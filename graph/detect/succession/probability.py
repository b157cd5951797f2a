"""From what a pair shows to the probability that somebody changed identity to escape: one hand, a hand-over, escaping.

The probability is the product of three logistic curves. The first says whether one hand is behind both, the second
whether the old one's trade went over to the newcomer, the third whether there is anything to leave behind and it was
not said openly who the newcomer is. The first two make one firm under two names: sisters that share a roof and a
telephone are one hand, however plainly, and go on side by side. A rename without an event is probable in both and not
in the third. Coefficients are few, have declared signs and bounds, and are fitted together on planted truth.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize

from graph.detect.calibrate import LabelledLead
from graph.detect.calibration import Calibration
from graph.detect.succession.trade import Floats

# One hand behind both. Bits would count ln 2 each if the fields were independent; they are not.
ONE_HAND: dict[str, tuple[float, float]] = {
    "contact": (0.2, 1.0),  # bits of phone, mail and domain
    "identity": (0.1, 0.7),  # bits of address, officers, bond and name
    "trade": (0.1, 0.7),  # bits of partners, less the pool's
    "goods": (0.0, 0.4),  # bits of tariff numbers and exporters, which mostly follow from the partners
    "consignees": (0.05, 0.7),  # bits of consignees
    "habits": (0.05, 0.7),  # bits of filer and surety
    "ports": (0.05, 0.9),  # bits a line by which its ports are the old one's rather than everybody's
    "covered": (0.0, 3.0),  # share of the newcomer's trade that is with partners of the predecessor
    "apart": (-3.0, -0.3),  # no partner and no tariff heading in common: sisters, not one after the other
    "lots": (-2.0, 0.0),  # how unlike the values of a line of the same goods are, in doublings
    "other_goods": (-2.0, 0.0),  # no ten-digit tariff number in common by which lots could be compared
    "rivals": (-1.0, -0.6),  # doublings by which others fit beside the pair, on either side
    "customer": (-4.0, -0.5),  # the predecessor's goods went to it before it imported: a firm of its own
    # All of them did: whoever entered them did it for it, and now it enters them itself.
    "sole_customer": (0.0, 3.0),
    "woken": (-3.0, 0.0),  # it had entered something long before: a firm of its own that wakes, or was kept for that
    # A shared maker named it its agent, as a fact on record: why it buys there is known.
    "appointed": (-6.0, -2.0),
    "untied": (-3.0, 0.0),  # of makers: their trade alone ties them, and buyers move in a body for many reasons
    "in_a_body": (0.0, 2.0),  # doublings of the importers that turned from one maker to the other at one time
    "claimed": (0.0, 3.0),  # somebody says so, unproved; or admits it
}
# The old one's trade went over to the newcomer.
HAND_OVER: dict[str, tuple[float, float]] = {
    "timing": (0.0, 0.8),  # bits of the days between the predecessor's end and the newcomer's beginning
    "stopped": (0.2, 3.0),  # -log10 of the chance that the predecessor stopped or fell so far for no reason
    "beside": (-6.0, -0.5),  # the predecessor goes on as before
    "kept": (-6.0, -0.5),  # the share of its trade with which a predecessor that has not ended goes on by itself
    "goes_on": (-8.0, -1.0),  # the share of its pace with which the predecessor still trades a year after
    "tied": (0.0, 4.0),  # contact or other matter on file ties the two, and an eighth of the trade went on
    # Nothing but the custom of one maker, which passes from importer to importer for many reasons.
    "one_partner": (-4.0, 0.0),
    "taken": (0.0, 4.0),  # share of the predecessor's trade that went on with the newcomer
    "dropped": (-2.0, 0.0),  # halvings from its pace, partner by partner, to what went on with the newcomer
    "size": (-2.0, -0.1),  # how unlike the two paces are, in doublings
    "scattered": (-6.0, -0.5),  # the share of the old one's trade that firms of long standing took up at the time
    "parted": (-4.0, 0.0),  # and that other newcomers took up: parts of one firm, or heirs
}
SAME_FIRM = {**ONE_HAND, **HAND_OVER}
# Something to leave behind, and not said openly. An honest change meets an event by chance as often as the chance
# says, so that log odds rise by up to ln 10 for each power of ten; without the event an honest change is likelier.
ESCAPING: dict[str, tuple[float, float]] = {
    "event": (1.0, 2.3),  # -log10 of the chance that an event of its class stands so near before the change
    "no_event": (-6.0, -3.0),
    # Customs noted that what it cost was paid: the event counts as hardly any.
    "paid": (-5.0, -2.0),
    # The event is an order, and the newcomer pays the deposits under it: the order was not left behind.
    "borne": (-5.0, 0.0),
    # It pays none on the goods of the makers of which the old one paid: that is what was left behind.
    "deposits_gone": (0.0, 4.0),
    # Who says itself whom it succeeds, and pays what the event cost, leaves nothing behind.
    "answered": (-9.0, -6.0),
    "declared": (-9.0, -6.0),  # the old name declared and the bond carried over
    "former": (-3.0, -0.3),  # the old name declared, no more
    "public": (-9.0, -7.0),  # a succession that is a fact on record: no event, however near, outweighs it
    "owned": (-9.0, -6.0),  # one owns or controls the other as a fact on record: a division, not a disguise
    # Somebody said that it is the successor, and who decided on that said no; or customs looked into both and found no
    # violation: no event, however near, outweighs this.
    "cleared": (-9.0, -7.0),
    "divided": (-5.0, -1.0),  # others succeed the old one as a fact on record: why its trade went away is known
    "related": (-1.5, -0.3),  # sisters, or one the other's agent, as a fact on record
    "same_name": (-9.0, -6.0),  # of makers: the name on file is the old one's, so that the number is spelled otherwise
}
BASE, HAND_OVER_BASE, ESCAPING_BASE = (-18.0, 4.0), (-6.0, 6.0), (-3.0, 1.0)
FIRST_BASES = (-5.0, 1.0, -1.0)
# The constants of the second and the third curve stand among the coefficients; that of the first is the intercept.
HANDED_OVER, ESCAPED = "handed_over", "escaping"


def same_firm_logit(x: Mapping[str, Floats], calibration: Calibration) -> Floats:
    """Log odds (natural) that two parties are one firm, for arrays of features: one hand, and a hand-over."""
    one_hand = _logit(x, ONE_HAND, calibration.intercept, calibration)
    hand_over = _logit(x, HAND_OVER, calibration.coefficients[HANDED_OVER], calibration)
    # p = 1 / ((1 + e^-a)(1 + e^-b)), so that (1 - p) / p = e^-a + e^-b + e^-(a + b).
    return np.asarray(-np.logaddexp(np.logaddexp(-one_hand, -hand_over), -one_hand - hand_over))


def escaping_logit(x: Mapping[str, Floats], calibration: Calibration) -> Floats:
    """Log odds (natural) that a change of identity was an escape."""
    return _logit(x, ESCAPING, calibration.coefficients[ESCAPED], calibration)


def _logit(x: Mapping[str, Floats], names: Iterable[str], base: float, calibration: Calibration) -> Floats:
    logit = np.full(len(next(iter(x.values()))), base)
    for name in names:
        logit = logit + calibration.coefficients[name] * x[name]
    return logit


def sigmoid(logit: Floats) -> Floats:
    """The probability of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -500, 500))))


def unfitted() -> Calibration:
    """Every coefficient in the middle of its range, from which a first fit can choose its pairs."""
    middles = {name: sum(bounds) / 2 for name, bounds in {**SAME_FIRM, **ESCAPING}.items()}
    base, hand_over, escaping = FIRST_BASES
    return Calibration("not calibrated", base, {HANDED_OVER: hand_over, ESCAPED: escaping, **middles}, {})


def fit(rows: Iterable[LabelledLead], *, label: str, fitted: dict[str, object]) -> Calibration:
    """All three curves at once, by penalised maximum likelihood within the declared bounds; needs pairs of both kinds.

    The penalty is a normal prior about the middle of each range, a quarter of the range wide.
    """
    rows = list(rows)
    curves = (ONE_HAND, HAND_OVER, ESCAPING)
    names = [name for curve in curves for name in curve]
    bounds = [bound for curve in curves for bound in curve.values()]
    x = np.array([[row.features[n] for n in names] for row in rows])
    y = np.array([row.planted for row in rows], dtype=np.float64)
    ends = np.cumsum([0, *(len(curve) for curve in curves)])
    columns = [slice(start, stop) for start, stop in pairwise(ends)]
    middle = np.array([sum(b) / 2 for b in bounds])
    width = np.array([(b[1] - b[0]) / 4 for b in bounds])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        """What is minimised, and its slope in each parameter."""
        bases, weights = parameters[: len(curves)], parameters[len(curves) :]
        logits = [base + x[:, of] @ weights[of] for base, of in zip(bases, columns, strict=True)]
        log_p = np.minimum(-sum(np.logaddexp(0, -logit) for logit in logits), -1e-12)
        log_q = np.log(-np.expm1(log_p))
        by_log_p = y - (1 - y) * np.exp(log_p - log_q)
        by_logit = [by_log_p * sigmoid(-logit) for logit in logits]
        off = (weights - middle) / width
        value = float(-np.sum(y * log_p + (1 - y) * log_q)) + float(np.sum(off**2)) / 2
        by_weight = np.concatenate([by @ x[:, of] for by, of in zip(by_logit, columns, strict=True)])
        slope = -np.concatenate([[by.sum() for by in by_logit], by_weight])
        slope[len(curves) :] += off / width
        return value, slope

    best = minimize(
        loss, np.concatenate([FIRST_BASES, middle]), bounds=[BASE, HAND_OVER_BASE, ESCAPING_BASE, *bounds], jac=True,
        method="L-BFGS-B", options={"maxiter": 5_000},
    )  # fmt: skip
    found = [round(float(value), 4) for value in best.x]
    coefficients = {HANDED_OVER: found[1], ESCAPED: found[2], **dict(zip(names, found[len(curves) :], strict=True))}
    counts = {"pairs": len(rows), "planted": int(y.sum())}
    return Calibration(label, found[0], coefficients, {**fitted, **counts})
