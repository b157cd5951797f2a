"""What all stopped lots of one importer say together.

One lot that matches a later one may be chance, and in some trades often is; that two of an importer's few stopped
lots match hardly ever is. So the unit of the queue is the importer with all its lots, beside units of stand-ins:
as many lots of the same importer on which nobody acted.

Invariant: a unit of stand-ins goes through the same sum as an importer with as many stopped lots.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import numpy as np

from graph.detect.reentry.weights import Floats

# Whoever shops brings back one in ten of its stopped lots, or one in three, or nearly all: each is as likely.
SHARES = np.array([0.1, 0.35, 0.8])
# No single match counts for more: beyond, errors that no weight knows of rule.
MOST_BITS = 14.0


def together_bits(bits: Sequence[float]) -> float:
    """log2 of how much likelier these best matches are if the importer shops for ports than by chance.

    `bits` holds one number a stopped lot, minus infinity for one that matches nothing.

    >>> round(together_bits([10.0]), 1), round(together_bits([5.0, 5.0]), 1), round(together_bits([10.0, -20.0]), 1)
    (8.7, 8.1, 7.4)
    """
    odds = np.exp2(np.minimum(np.asarray(bits, dtype=np.float64), MOST_BITS))
    likelier = np.prod(1 - SHARES[:, None] + SHARES[:, None] * odds[None, :], axis=1)
    return float(np.log2(likelier.mean()))


def by_importer(bits: Mapping[str, float], party: Mapping[str, str]) -> dict[str, float]:
    """The bits of each importer's shipments together; `party` names the importer of each shipment tested."""
    held: dict[str, list[float]] = {}
    for shipment, who in party.items():
        held.setdefault(who, []).append(bits.get(shipment, -np.inf))
    return {who: together_bits(each) for who, each in held.items()}


def stand_in_units(stand_ins: Iterable[tuple[str, str, float]], stopped: Mapping[str, int]) -> Floats:
    """The bits of units of stand-ins, ascending.

    `stand_ins` are (shipment, importer, bits of its best match); `stopped` says how many shipments of each importer
    customs stopped. An importer's stand-ins are dealt into units of so many, by a digest of their names.
    """
    held: dict[str, list[tuple[bytes, float]]] = {}
    for shipment, who, bits in stand_ins:
        if who in stopped:
            held.setdefault(who, []).append((sha256(shipment.encode()).digest(), bits))
    units = []
    for who, dealt in held.items():
        dealt.sort()
        size = stopped[who]
        for start in range(0, len(dealt) - size + 1, size):
            units.append(together_bits([bits for _, bits in dealt[start : start + size]]))
    return np.sort(np.asarray(units, dtype=np.float64))
