"""How long goods take to come back, beside how long chance takes.

What is turned away has to be got out, papered anew and brought to another port: that is hardly done in a week. And
whoever waits pays for storage and for a buyer that is not served. Chance brings look-alikes on any day of the window.

Invariant: stand-ins and lots that customs acted on are weighed alike.
"""

import numpy as np

from graph.detect.reentry.candidates import WINDOW_DAYS
from graph.detect.reentry.pairs import Floats, Ints

# Up to so many days after the action, and what share of what comes back does so.
UPTO_DAYS = (7, 14, 60, 90, 120, WINDOW_DAYS)
SHARES = (0.02, 0.04, 0.42, 0.24, 0.15, 0.13)
_BITS = np.log2(np.array(SHARES) * (WINDOW_DAYS + 1) / np.diff([-1, *UPTO_DAYS]))


def delay_bits(days: Ints) -> Floats:
    """log2 of how likely goods that come back do so after so many days, over how likely chance does.

    >>> delay_bits(np.array([3, 30, 170])).round(1).tolist()
    [-1.1, 0.7, -1.4]
    """
    bits: Floats = _BITS[np.minimum(np.searchsorted(UPTO_DAYS, days), len(_BITS) - 1)]
    return bits
