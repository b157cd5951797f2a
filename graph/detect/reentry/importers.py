"""What all stopped lots of one importer say together.

One lot that matches a later one may be chance, and in some trades often is; that two of an importer's few stopped
lots match hardly ever is. So the unit of the queue is the importer with all its lots, beside units of stand-ins:
as many lots of the same importer on which nobody acted.

Invariant: a unit of stand-ins goes through the same steps as an importer with as many stopped lots.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

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


@dataclass(frozen=True, slots=True)
class StandIn:
    """A shipment on which nobody acted, and of its best match what the probability of a lead rests on.

    `p_value` is the share of the other stand-ins that match as well; `bits` are minus infinity, and the rest says
    nothing, where it matches nothing.
    """

    shipment: str
    importer: str
    bits: float
    p_value: float = 1.0
    port_bits: float = 0.0
    identity_bits: float = 0.0
    own: bool = False
    in_parts: bool = False
    look_alikes: int = 0
    recurring_bits: float = 0.0


def dealt(stand_ins: Iterable[StandIn], stopped: Mapping[str, int]) -> Iterator[list[StandIn]]:
    """Stand-ins of each importer in units of as many as customs stopped of its shipments, by a digest of their names.

    `stopped` says how many those are; stand-ins of others, and what does not fill a unit, are left out.
    """
    held: dict[str, list[StandIn]] = {}
    for each in stand_ins:
        if each.importer in stopped:
            held.setdefault(each.importer, []).append(each)
    for importer, of_importer in held.items():
        of_importer.sort(key=lambda each: sha256(each.shipment.encode()).digest())
        size = stopped[importer]
        for start in range(0, len(of_importer) - size + 1, size):
            yield of_importer[start : start + size]
