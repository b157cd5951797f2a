"""Every family that a simulator may plant, in the order in which it plants them.

Invariant: this is the only list. A new kind of scheme is one module with its `FAMILIES`, added here at the end.
"""

from ingest.simulator.schemes import (
    identity_change,
    identity_change_lookalikes,
    port_shopping,
    port_shopping_lookalikes,
)
from ingest.simulator.schemes.family import Family, Planting
from ingest.simulator.world import World

FAMILIES: tuple[Family, ...] = (
    *port_shopping.FAMILIES,
    *port_shopping_lookalikes.FAMILIES,
    *identity_change.FAMILIES,
    *identity_change_lookalikes.FAMILIES,
)
_OFFERS = 200  # lots offered for each scheme before a family goes without


def plant(world: World) -> None:
    """Plant every family's share, times the scale of the world, and append what that adds."""
    planting = Planting(world)
    for family in FAMILIES:
        wanted = family.share * world.scale.planting
        for _ in range(wanted * _OFFERS):
            if wanted == 0:
                break
            scheme = family.plant(planting, family.ranges)
            if scheme is not None:
                world.schemes.append(scheme)
                wanted -= 1
    planting.finish()
