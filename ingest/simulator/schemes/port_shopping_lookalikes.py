"""Innocent patterns that look like port shopping: the same marks, another mechanism.

Invariant: every look-alike holds an action that stopped or questioned goods and later business at another port
(or the same goods once more, lawfully), and no goods come back to escape what was found.
"""

import numpy as np

from ingest.simulator.actions import REMARKS, adverse_action
from ingest.simulator.reference import Array
from ingest.simulator.schemes.family import Family, LotCopy, Planting, Ranges
from ingest.simulator.schemes.port_shopping import KIND, LAG_DAYS, VALUE, WEIGHT
from ingest.simulator.world import ACTION_KINDS, RESULTS, SEA, Scheme

_KIND = {kind: index for index, kind in enumerate(ACTION_KINDS)}
_RESULT = {result: index for index, result in enumerate(RESULTS)}


def _scheme(planting: Planting, family: str, *, lot: int, day: int, others: list[int], last: int) -> Scheme:
    lots = planting.world.lots
    planting.used.add(lot)
    planting.used.update(others)
    importer = planting.importer_of(lot)
    planting.used_importers.add(importer)
    return Scheme(
        family=family,
        kind=KIND,
        label="hard_negative",
        controller=int(planting.world.parties.importers.controller[importer]),
        importers=(importer,),
        makers=(int(lots["maker"][lot]),),
        lots=(lot, *others),
        began_on=day,
        ended_on=max(day, last),
        duty_evaded_usd=0.0,
    )


def _last_arrival(planting: Planting, lots: Array) -> int:
    return int(planting.world.lots["arrived"][lots].max())


def _elsewhere(planting: Planting, lot: int, others: Array) -> Array:
    lots = planting.world.lots
    elsewhere: Array = others[(lots["port"][others] != lots["port"][lot]) & (lots["mode"][others] == SEA)]
    return elsewhere


def _strike(planting: Planting, ranges: Ranges) -> Scheme | None:
    """Goods were stopped at a port that then closes, so that everybody's next lots go elsewhere."""
    world, rng = planting.world, planting.rng
    port, closed_on, opened_on = world.closures[int(rng.integers(0, len(world.closures)))]
    lots = world.lots
    days = planting.uniform(ranges["days_before_closure"])
    here = np.flatnonzero(
        (lots["port"] == port)
        & (lots["mode"] == SEA)
        & (lots["arrived"] < closed_on)
        & (lots["arrived"] > closed_on - days)
    )
    for lot in rng.permutation(here)[:40].tolist():
        if not planting.fits(lot):
            continue
        during = planting.later_lots(lot, closed_on - 1, opened_on - closed_on + 10)
        diverted = _elsewhere(planting, lot, during)
        if len(diverted):
            day = planting.adverse_on(lot)
            others = [int(other) for other in diverted[:5]]
            return _scheme(
                planting, "port_closed", lot=lot, day=day, others=others, last=_last_arrival(planting, diverted[:5])
            )
    return None


def _moved(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm opens a distribution centre and enters all its goods at other ports from then on."""
    world, rng = planting.world, planting.rng
    movers = np.flatnonzero(world.moved_on)
    importer = int(rng.choice(movers))
    moved_on = int(world.moved_on[importer])
    theirs = planting.lots_of(importer)
    arrived = world.lots["arrived"][theirs]
    before = theirs[(arrived < moved_on) & (arrived > moved_on - planting.uniform(ranges["days_before_move"]))]
    before = before[[planting.fits(int(lot)) for lot in before]] if len(before) else before
    if not len(before):
        return None
    lot = int(rng.choice(before))
    after = _elsewhere(planting, lot, theirs[(arrived >= moved_on) & (arrived <= moved_on + 120)])
    if not len(after):
        return None
    day = planting.adverse_on(lot)
    others = [int(other) for other in after[:6]]
    return _scheme(
        planting, "new_distribution_centre", lot=lot, day=day, others=others, last=_last_arrival(planting, after[:6])
    )


def _reconditioned(planting: Planting, ranges: Ranges) -> Scheme | None:
    """Refused goods leave under supervision, are put right, and come back openly and are looked at."""
    world, rng = planting.world, planting.rng
    stopped = planting.stopped("refused")
    if stopped is None:
        return None
    lot, day = stopped
    actions = world.actions
    left_already = actions["date"][(actions["lot"] == lot) & (actions["kind"] == _KIND["reexport"])]
    left = int(left_already[0]) if len(left_already) else day + round(planting.uniform(ranges["days_to_export"]))
    arrived = planting.day_within(left + 10, ranges["days_abroad"])
    if arrived is None or arrived - day > LAG_DAYS[1]:
        return None
    same_port = planting.chance(planting.uniform(ranges["same_port"]))
    port = int(world.lots["port"][lot])
    back_at = port if same_port else planting.other_port(lot, softer=False)
    again = planting.copy(
        lot,
        LotCopy(
            arrived,
            back_at,
            weight_factor=planting.uniform(ranges["weight_factor"]),
            value_factor=planting.uniform(ranges["value_factor"]),
            same_containers=planting.chance(planting.uniform(ranges["same_container"])),
            declares=True,
        ),
    )
    value = float(planting.value[lot])
    if not len(left_already):
        export = adverse_action(rng, lot, value)
        _innocent(
            export,
            "reexport",
            "released",
            REMARKS.index("Exported under supervision for reconditioning; return intended."),
        )
        planting.act(lot, export, port=port, date=left)
    if planting.chance(planting.uniform(ranges["examined"])):
        exam = adverse_action(rng, again, value)
        _innocent(
            exam,
            "exam",
            "compliant",
            REMARKS.index("Returned after reconditioning; earlier refusal declared by importer."),
        )
        planting.act(again, exam, port=back_at, date=arrived + int(rng.integers(0, 4)))
    return _scheme(planting, "reconditioned_and_declared", lot=lot, day=day, others=[again], last=arrived)


def _innocent(action: dict[str, Array], kind: str, result: str, remark: int) -> None:
    action["kind"][:] = _KIND[kind]
    action["result"][:] = _RESULT[result]
    action["area"][:] = -1
    action["severity"][:] = -1
    action["value_change"][:] = 0
    action["revenue_change"][:] = 0
    action["remarks"][:] = remark


def _recurring(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A maker ships one and the same lot every few weeks to several ports; one of them is stopped."""
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    world, lots = planting.world, planting.world.lots
    arrived, copies = int(lots["arrived"][lot]), []
    gap = planting.uniform(ranges["days_between"])
    ports = [planting.other_port(lot, softer=False) for _ in range(2)] + [int(lots["port"][lot])]
    for turn in range(-3, 5):
        when = round(arrived + turn * gap + float(planting.rng.normal(0, 3)))
        if turn and world.begin <= when <= world.end:
            copies.append(
                (
                    planting.copy(
                        lot,
                        LotCopy(
                            when, int(planting.rng.choice(ports)), value_factor=planting.uniform(ranges["value_factor"])
                        ),
                    ),
                    when,
                )
            )
    after = [(copied, when) for copied, when in copies if when > day]
    if not after:
        return None
    return _scheme(
        planting,
        "recurring_identical_lots",
        lot=lot,
        day=day,
        others=[copied for copied, _ in after],
        last=after[-1][1],
    )


def _same_container(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The container of a stopped lot comes round again with other goods, at another port."""
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    lots = planting.world.lots
    low, high = ranges["lag_days"]
    if planting.chance(planting.uniform(ranges["same_importer"])):
        later = planting.later_lots(lot, day + int(low), int(high - low))
    else:
        later = planting.rng.integers(0, len(lots["importer"]), 300)
        later = later[(lots["arrived"][later] > day + low) & (lots["arrived"][later] < day + high)]
    later = _elsewhere(planting, lot, later)
    later = later[(lots["maker"][later] != lots["maker"][lot]) & (lots["container"][later, 0] >= 0)]
    later = later[[int(other) not in planting.used for other in later]] if len(later) else later
    if not len(later):
        return None
    other = int(planting.rng.choice(later))
    lots["container"][other, 0] = lots["container"][lot, 0]
    return _scheme(planting, "container_came_round", lot=lot, day=day, others=[other], last=int(lots["arrived"][other]))


def _released(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A hold ends well, and the firm's next lots of the same maker happen to come in elsewhere."""
    world, rng = planting.world, planting.rng
    actions = world.actions
    rows = np.flatnonzero(
        (actions["lot"] >= 0) & np.isin(actions["result"], (_RESULT["released"], _RESULT["compliant"]))
    )
    for row in rng.permutation(rows)[:60]:
        lot, day = int(actions["lot"][row]), int(actions["date"][row])
        if not planting.fits(lot):
            continue
        later = _elsewhere(planting, lot, planting.later_lots(lot, day, round(planting.uniform(ranges["days_after"]))))
        later = later[world.lots["maker"][later] == world.lots["maker"][lot]]
        if len(later):
            others = [int(other) for other in later[:3]]
            return _scheme(
                planting, "released_hold", lot=lot, day=day, others=others, last=_last_arrival(planting, later[:3])
            )
    return None


def _other_goods(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm that always used several ports has one line questioned; what follows elsewhere are other goods."""
    stopped = planting.stopped()
    if stopped is None:
        return None
    lot, day = stopped
    lots, makers = planting.world.lots, planting.world.parties.makers
    later = _elsewhere(planting, lot, planting.later_lots(lot, day, round(planting.uniform(ranges["days_after"]))))
    later = later[makers.products[lots["maker"][later], 0] != makers.products[lots["maker"][lot], 0]]
    if not len(later):
        return None
    others = [int(other) for other in later[:4]]
    return _scheme(
        planting,
        "other_goods_of_a_multi_port_importer",
        lot=lot,
        day=day,
        others=others,
        last=_last_arrival(planting, later[:4]),
    )


def _moved_in_bond(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A lot is held where it is unladen, released to move in bond, and entered at the port of its destination."""
    world, rng = planting.world, planting.rng
    stopped = planting.stopped("discrepant")
    if stopped is None:
        return None
    lot, day = stopped
    arrived = day + round(planting.uniform(ranges["days_in_bond"]))
    if arrived > world.end - 20:
        return None
    # The same arrival: same bill of lading in fact, so the lot itself changes its port of entry.
    first = int(world.lots["port"][lot])
    world.lots["first_port"][lot] = first
    world.lots["port"][lot] = planting.other_port(lot, softer=False)
    world.lots["in_bond"][lot] = True
    world.lots["has_entry"][lot] = True
    world.lots["entry_lag"][lot] = min(120, arrived - int(world.lots["arrived"][lot]))
    permit = adverse_action(rng, lot, float(planting.value[lot]))
    _innocent(permit, "hold", "released", REMARKS.index("Moved in bond to the port of entry with permission."))
    planting.act(lot, permit, port=first, date=day + 1)
    return _scheme(planting, "moved_in_bond", lot=lot, day=day, others=[], last=arrived)


FAMILIES: tuple[Family, ...] = (
    Family("port_closed", KIND, "hard_negative", 11, {"days_before_closure": (40.0, 120.0)}, _strike),
    Family("new_distribution_centre", KIND, "hard_negative", 11, {"days_before_move": (60.0, 170.0)}, _moved),
    Family(
        "reconditioned_and_declared", KIND, "hard_negative", 11,
        {"days_to_export": (5.0, 30.0), "days_abroad": (20.0, 120.0), "same_port": (0.4, 0.6),
         "weight_factor": WEIGHT, "value_factor": (1.0, 1.15), "same_container": (0.2, 0.4), "examined": (0.8, 0.95)},
        _reconditioned,
    ),
    Family(
        "recurring_identical_lots", KIND, "hard_negative", 11,
        {"days_between": (14.0, 45.0), "value_factor": VALUE}, _recurring,
    ),
    Family(
        "container_came_round", KIND, "hard_negative", 11, {"lag_days": (20.0, 175.0), "same_importer": (0.4, 0.6)},
        _same_container,
    ),
    Family("released_hold", KIND, "hard_negative", 12, {"days_after": (60.0, 180.0)}, _released),
    Family(
        "other_goods_of_a_multi_port_importer", KIND, "hard_negative", 11, {"days_after": (60.0, 180.0)}, _other_goods
    ),
    Family("moved_in_bond", KIND, "hard_negative", 10, {"days_in_bond": (3.0, 25.0)}, _moved_in_bond),
)  # fmt: skip
