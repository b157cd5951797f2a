"""Which changes of identity a world has, to escape what is on file and for honest reasons, family by family.

Invariant: every family has its turn before any comes again.
"""

from collections.abc import Callable

from tests.worlds import identities, parting
from tests.worlds.trade import World

Planter = Callable[[World], None]


def plant_identities(world: World, positives: int) -> None:
    """So many changes to evade, and more than three look-alikes for each."""
    evasions: list[Planter] = [
        identities.phoenix,
        parting.woken,
        parting.splinter,
        identities.same_address,
        identities.same_phone,
        identities.same_officer,
        identities.handover,
        identities.maker_renamed,
        identities.trade_only,
    ]
    honest: list[Planter] = [
        identities.declared,
        identities.merger,
        identities.spin_off,
        identities.virtual_office,
        identities.ein_suffix,
        identities.scatters,
        identities.chance_newcomer,
        identities.shared_director,
        parting.begins_anew,
        parting.heirs,
    ]
    for i in range(positives):
        evasions[i % len(evasions)](world)
    for i in range(int(positives * 3.2) + 1):
        honest[i % len(honest)](world)
