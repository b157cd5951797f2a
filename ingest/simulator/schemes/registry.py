"""Every family that a simulator may plant, in the order in which it plants them.

Invariant: this is the only list. A new kind of scheme is one module with its `FAMILIES`, added here at the end.
"""

from collections.abc import Collection

from ingest.simulator.schemes import (
    identity_change,
    identity_change_lookalikes,
    port_shopping,
    port_shopping_lookalikes,
    transshipment_ring,
    transshipment_ring_lookalikes,
)
from ingest.simulator.schemes.family import Family, Planting
from ingest.simulator.world import World

FAMILIES: tuple[Family, ...] = (
    *port_shopping.FAMILIES,
    *port_shopping_lookalikes.FAMILIES,
    *transshipment_ring.FAMILIES,
    *transshipment_ring_lookalikes.FAMILIES,
    *identity_change.FAMILIES,
    *identity_change_lookalikes.FAMILIES,
)
_OFFERS = 200  # lots offered for each scheme before a family goes without


def plant(world: World, *, leave_out: Collection[str] = ()) -> None:
    """Plant every family's share, times the scale of the world, and append what that adds.

    Families named in `leave_out` are not planted.
    """
    planting = Planting(world)
    for family in FAMILIES:
        if family.name in leave_out:
            continue
        wanted = family.share * world.scale.planting
        for _ in range(wanted * _OFFERS):
            if wanted == 0:
                break
            scheme = family.plant(planting, family.ranges)
            if scheme is not None:
                world.schemes.append(scheme)
                wanted -= 1
    planting.finish()
