"""How much better than chance it explains so many of a maker's lots that a part of them came from the order's country.

Invariant: a handful among hundreds is no part, however rare chance makes it; all of a few is.
"""

import numpy as np

# So large a part of the lots, one as likely as another.
PARTS = (0.05, 0.1, 0.2, 0.4, 0.8)
MOST_BITS = 12.0


def part_bits(lots: int, seen: int, usual: float) -> float:
    """The logarithm of the likelihoods' ratio, in bits, where `seen` of `lots` show what `usual` lots show by chance.

    >>> round(part_bits(20, 8, 0.01), 1), part_bits(366, 2, 0.0003), round(part_bits(35, 34, 0.64), 1)
    (12.0, -12.0, 12.0)
    >>> round(part_bits(3, 1, 0.02), 1)
    2.3
    """
    parts = np.array(PARTS)
    bits = seen * np.log2((parts + (1 - parts) * usual) / usual) + (lots - seen) * np.log2(1 - parts)
    return float(np.clip(np.log2(np.mean(np.exp2(np.clip(bits, -200, 200)))), -MOST_BITS, MOST_BITS))
