"""Port shopping: goods that were held, refused or found wanting at one port come back at another.

Invariant: each scheme starts from an action of ordinary business, so that the acted-on lots are like all
others that customs stopped; only what follows is planted. Half and more of what a lot is (packages, weight,
maker) stays with it, since the goods are the same.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ingest.simulator.schemes.family import Family, LotCopy, Planting, Ranges
from ingest.simulator.world import SEA, Claim, Scheme

KIND = "port_shopping"
LAG_DAYS = (3.0, 180.0)
WEIGHT = (0.985, 1.015)  # the second weighing against the first
VALUE = (0.97, 1.03)
_NEW_BROKER = 0.4
_UNDECLARED = 0.6  # share of lots under an order that are then entered as if there were none


def _reentry(planting: Planting, ranges: Ranges, lot: int, acted_on: int) -> LotCopy | None:
    """The lot at a softer port, by the same firm, as the ranges have it."""
    arrived = planting.day_within(acted_on, ranges["lag_days"])
    if arrived is None:
        return None
    return LotCopy(
        arrived,
        planting.other_port(lot, softer=True),
        weight_factor=planting.uniform(ranges["weight_factor"]),
        value_factor=planting.uniform(ranges["value_factor"]),
        same_containers=planting.chance(planting.uniform(ranges["same_container"])),
        same_seals=planting.chance(planting.uniform(ranges["same_seal"])),
        declares=False if planting.chance(_UNDECLARED) else None,
        new_broker=planting.chance(_NEW_BROKER),
    )


def _scheme(
    planting: Planting,
    family: str,
    *,
    acted: list[tuple[int, int]],
    again: list[int],
    importers: list[int],
    evaded: float,
    last_arrival: int,
) -> Scheme:
    lots = planting.world.lots
    for lot, _ in acted:
        planting.used.add(lot)
    planting.used_importers.update(importers)
    return Scheme(
        family=family,
        kind=KIND,
        label="positive",
        controller=int(planting.world.parties.importers.controller[importers[0]]),
        importers=tuple(dict.fromkeys(importers)),
        makers=tuple(dict.fromkeys(int(lots["maker"][lot]) for lot, _ in acted)),
        lots=(*(lot for lot, _ in acted), *again),
        began_on=min(day for _, day in acted),
        ended_on=last_arrival,
        duty_evaded_usd=round(evaded, 2),
    )


def _same_firm(family: str) -> Callable[[Planting, Ranges], Scheme | None]:
    def plant(planting: Planting, ranges: Ranges) -> Scheme | None:
        stopped = planting.stopped()
        if stopped is None:
            return None
        lot, day = stopped
        changes = _reentry(planting, ranges, lot, day)
        if changes is None:
            return None
        again = planting.copy(lot, changes)
        evaded = planting.duty_at_stake(lot, changes.value_factor)
        return _scheme(
            planting,
            family,
            acted=[(lot, day)],
            again=[again],
            importers=[planting.importer_of(lot)],
            evaded=evaded,
            last_arrival=changes.arrived,
        )

    return plant


def _split(planting: Planting, ranges: Ranges) -> Scheme | None:
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    first, second = _reentry(planting, ranges, lot, day), _reentry(planting, ranges, lot, day)
    if first is None or second is None or planting.packages[lot] < 20:
        return None
    share = planting.uniform(ranges["share"])
    again = [
        planting.copy(lot, replace(first, share=share, same_containers=False, same_seals=False)),
        planting.copy(
            lot, replace(second, share=1 - share, declares=first.declares, same_containers=False, same_seals=False)
        ),
    ]
    evaded = planting.duty_at_stake(lot, (first.value_factor + second.value_factor) / 2)
    last = max(first.arrived, second.arrived)
    return _scheme(
        planting,
        "split_reentry",
        acted=[(lot, day)],
        again=again,
        importers=[planting.importer_of(lot)],
        evaded=evaded,
        last_arrival=last,
    )


def _successor(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A newcomer of the right weeks is the old firm again, with a new number."""
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    world, importers = planting.world, planting.world.parties.importers
    old = planting.importer_of(lot)
    start = importers.start[: importers.count]
    newcomers = np.flatnonzero((start >= day - 20) & (start <= day + 120) & (start > world.begin))
    newcomers = newcomers[[int(new) not in planting.used_importers and int(new) != old for new in newcomers]]
    changes = _reentry(planting, ranges, lot, day)
    if changes is None or not len(newcomers):
        return None
    new = int(planting.rng.choice(newcomers))
    arrived = max(changes.arrived, int(start[new]) + int(planting.rng.integers(0, 20)))
    if arrived > day + LAG_DAYS[1] or arrived > world.end - 20:
        return None
    importers.controller[new] = importers.controller[old]
    shares_officer = planting.chance(planting.uniform(ranges["same_officer"]))
    shares_phone = planting.chance(planting.uniform(ranges["same_phone"]))
    if shares_officer:
        importers.officers[new] = importers.officers[old]
    if shares_phone:
        importers.phones[new] = importers.phones[old]
    if planting.chance(planting.uniform(ranges["same_address"])):
        importers.addresses[new], importers.city[new] = importers.addresses[old], importers.city[old]
        importers.postal[new] = importers.postal[old]
    maker = None
    makers = world.parties.makers
    if shares_officer and not planting.chance(planting.uniform(ranges["same_maker"])):
        home = makers.country[world.lots["maker"][lot]]
        maker = int(planting.rng.choice(np.flatnonzero(makers.country == home)))
    again = [planting.copy(lot, replace(changes, importer=new, arrived=arrived, maker=maker))]
    # The new firm goes on with the old one's trade, in lots of its own.
    earlier = planting.lots_of(old)
    earlier = earlier[(world.lots["mode"][earlier] == SEA) & (earlier != lot)]
    for source in planting.rng.permutation(earlier)[: int(planting.rng.integers(0, 4))]:
        onward = arrived + int(planting.rng.integers(5, 150))
        if onward <= world.end:
            planting.copy(
                int(source),
                LotCopy(
                    onward,
                    changes.port,
                    importer=new,
                    share=planting.uniform((0.6, 1.3)),
                    value_factor=planting.uniform(VALUE),
                ),
            )
    if planting.chance(planting.uniform(ranges["claimed"])):
        status = str(planting.rng.choice(("alleged", "alleged", "admitted", "fact")))
        learned = arrived + int(planting.rng.integers(30, 400))
        planting.claim(Claim(new, "successor_of", old, status, int(start[new]), learned, "field memorandum"))
    evaded = planting.duty_at_stake(lot, changes.value_factor)
    return _scheme(
        planting,
        "reentry_by_successor",
        acted=[(lot, day)],
        again=again,
        importers=[old, new],
        evaded=evaded,
        last_arrival=arrived,
    )


def _repeated(planting: Planting, ranges: Ranges) -> Scheme | None:
    """One importer that tries its luck lot after lot."""
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    more = [int(other) for other in planting.later_lots(lot, day, 240) if planting.fits(int(other))]
    wanted = round(planting.uniform(ranges["lots"])) - 1
    if len(more) < wanted:
        return None
    acted = [(lot, day)]
    for other in planting.rng.permutation(more)[:wanted]:
        acted.append((int(other), planting.adverse_on(int(other))))
    again, evaded, last = [], 0.0, day
    for held, acted_on in acted:
        changes = _reentry(planting, ranges, held, acted_on)
        if changes is not None:
            again.append(planting.copy(held, changes))
            evaded += planting.duty_at_stake(held, changes.value_factor)
            last = max(last, changes.arrived)
    if not again:
        return None
    return _scheme(
        planting,
        "repeated_shopping",
        acted=acted,
        again=again,
        importers=[planting.importer_of(lot)],
        evaded=evaded,
        last_arrival=last,
    )


_PHYSICAL: Ranges = {
    "lag_days": LAG_DAYS,
    "weight_factor": WEIGHT,
    "value_factor": VALUE,
    "same_container": (0.3, 0.6),
    "same_seal": (0.2, 0.5),
}

FAMILIES: tuple[Family, ...] = (
    Family("reentry_at_softer_port", KIND, "positive", 8, _PHYSICAL, _same_firm("reentry_at_softer_port")),
    Family(
        "reentry_by_successor", KIND, "positive", 5,
        {**_PHYSICAL, "same_officer": (0.4, 0.6), "same_phone": (0.4, 0.6), "same_address": (0.1, 0.3),
         "same_maker": (0.4, 0.6), "claimed": (0.2, 0.4)},
        _successor,
    ),
    Family("split_reentry", KIND, "positive", 4, {**_PHYSICAL, "share": (0.3, 0.7)}, _split),
    Family(
        "relabelled_container", KIND, "positive", 4,
        {**_PHYSICAL, "same_container": (0.0, 0.0), "same_seal": (1.0, 1.0), "weight_factor": (1.0, 1.0)},
        _same_firm("relabelled_container"),
    ),
    Family(
        "undervalued_reentry", KIND, "positive", 4, {**_PHYSICAL, "value_factor": (0.3, 0.75)},
        _same_firm("undervalued_reentry"),
    ),
    Family("repeated_shopping", KIND, "positive", 3, {**_PHYSICAL, "lots": (2.0, 4.0)}, _repeated),
)  # fmt: skip
