"""Letting the trade of one firm pass to another: what schemes of identity and their look-alikes do to a world.

Invariant: lots change hands and keep their goods, days and containers, so that what a newcomer takes over is
ordinary trade. A newcomer is a small firm of the ordinary world that begins anew: it is named, numbered and
filed like all others, and what it did before its first day goes to large firms.
"""

from dataclasses import dataclass

import numpy as np

from ingest.simulator.actions import adverse_action
from ingest.simulator.names import american_company, spellings
from ingest.simulator.reference import Array
from ingest.simulator.schemes.family import LotCopy, Planting, Ranges
from ingest.simulator.world import ACTION_KINDS, ADVERSE_RESULTS, RESULTS, SEA, Claim

LOTS = (10, 149)  # of a firm whose trade can pass to another
LEAST_BEFORE, LEAST_AFTER = 5, 3  # lots on either side of a handover
SERIOUS_USD = 3000.0  # a change of revenue that a firm would rather not pay
_LARGE_LOTS = 150  # of a firm that may take in the lots of others: none of those above
_SMALL_LOTS = 3
_TRIES = 25
_KIND = {kind: index for index, kind in enumerate(ACTION_KINDS)}
_SERIOUS_KINDS = (_KIND["penalty"], _KIND["audit"], _KIND["site_visit"])
_SEIZED, _DISCREPANT = RESULTS.index("seized"), RESULTS.index("discrepant")


@dataclass(frozen=True, slots=True)
class Quitter:
    """A firm that stops after customs acted on it. `penalty` is the lot and day of a penalty yet to be written."""

    importer: int
    event_on: int
    stops_on: int
    revenue_usd: float
    penalty: tuple[int, int] | None


def yes(planting: Planting, ranges: Ranges, name: str) -> bool:
    """True in the share of cases that the range of that name allows."""
    return planting.chance(planting.uniform(ranges[name]))


def skewed(planting: Planting, bounds: tuple[float, float]) -> int:
    """Whole days within the bounds, short ones more often."""
    low, high = bounds
    return round(low + (high - low) * float(planting.rng.beta(1.3, 3.0)))


def trade_of(planting: Planting, importer: int) -> Array:
    """The lots of ordinary business that a firm still has, in order of arrival."""
    theirs = planting.lots_of(importer)
    still: Array = theirs[planting.world.lots["importer"][theirs] == importer]
    return still


def free(planting: Planting) -> Array:
    """By importer: whether no scheme has it or one of its lots."""
    importers = planting.world.parties.importers
    untouched = np.ones(importers.count, dtype=np.bool_)
    untouched[[place for place in planting.used_importers if place < importers.count]] = False
    used = np.fromiter(planting.used, dtype=np.int64, count=len(planting.used))
    taken = planting.world.lots["importer"][used[used < len(planting.world.lots["importer"])]]
    untouched[taken[taken < importers.count]] = False
    return untouched


def traders(planting: Planting) -> Array:
    """Firms of middling size that are in business to the end and in no scheme."""
    importers, sizes = planting.world.parties.importers, planting.sizes()[: planting.world.parties.importers.count]
    found: Array = np.flatnonzero(
        free(planting)
        & (sizes >= LOTS[0])
        & (sizes <= LOTS[1])
        & (importers.end[: importers.count] == planting.world.end)
    )
    return found


def quitter(planting: Planting, ranges: Ranges) -> Quitter | None:
    """A firm on which customs acted, and the day on which it stops; None when none of those tried fits.

    Half of the time the event is one that costs the firm something by itself; else a penalty follows.
    """
    world, rng = planting.world, planting.rng
    actions, lots = world.actions, world.lots
    rows = np.flatnonzero(
        np.isin(actions["result"], ADVERSE_RESULTS)
        & (actions["date"] > world.begin + 120)
        & (actions["date"] < world.end - 170)
    )
    lot = actions["lot"][rows]
    importer = np.where(lot >= 0, lots["importer"][np.maximum(lot, 0)], actions["importer"][rows])
    fit = np.isin(importer, traders(planting))
    rows, importer = rows[fit], importer[fit]
    serious = (
        np.isin(actions["kind"][rows], _SERIOUS_KINDS)
        | (actions["result"][rows] == _SEIZED)
        | (actions["revenue_change"][rows] >= SERIOUS_USD)
    )
    if planting.chance(0.5) and serious.any():
        rows, importer, serious = rows[serious], importer[serious], serious[serious]
    for place in rng.permutation(len(rows))[:_TRIES]:
        row, firm, event_on = int(rows[place]), int(importer[place]), int(actions["date"][rows[place]])
        penalty_on = None
        if not serious[place] or yes(planting, ranges, "penalised"):
            penalty_on = event_on + int(rng.integers(20, 120))
        stops_on = (penalty_on or event_on) + round(planting.uniform(ranges["days_to_stop"]))
        trade = trade_of(planting, firm)
        arrived = lots["arrived"][trade]
        before, after = int((arrived < stops_on).sum()), int((arrived >= stops_on).sum())
        if before < LEAST_BEFORE or after < LEAST_AFTER or stops_on > world.end - 90 or arrived[0] > event_on:
            continue
        on_lot = int(actions["lot"][row])
        on_lot = on_lot if on_lot >= 0 else int(trade[max(0, int((arrived <= event_on).sum()) - 1)])
        return Quitter(
            importer=firm,
            event_on=event_on,
            stops_on=stops_on,
            revenue_usd=float(actions["revenue_change"][row]),
            penalty=None if penalty_on is None else (on_lot, penalty_on),
        )
    return None


def enforce(planting: Planting, old: Quitter) -> None:
    """Take the firm for a scheme, and write the penalty if there is one to come."""
    planting.used_importers.add(old.importer)
    if old.penalty is None:
        return
    lot, day = old.penalty
    value = float(planting.value[lot])
    action = adverse_action(planting.rng, lot, value)
    action["kind"][:], action["result"][:], action["result_lag"][:] = _KIND["penalty"], _DISCREPANT, 0
    action["revenue_change"][:] = round(value * float(planting.rng.gamma(1.0, 0.05)), 2)
    action["severity"][:] = int(planting.chance(0.6))
    action["remarks"][:] = 0
    planting.act(lot, action, port=int(planting.world.lots["port"][lot]), date=day)


def undisturbed(planting: Planting) -> int | None:
    """A firm on which customs found nothing; None when there is none left."""
    actions = planting.world.actions
    found = np.unique(actions["importer"][np.isin(actions["result"], ADVERSE_RESULTS)])
    firms = np.setdiff1d(traders(planting), found)
    return int(planting.rng.choice(firms)) if len(firms) else None


def newcomer(planting: Planting, starts_on: int) -> int:
    """A firm that begins on a day; its position. It keeps the few lots of its own that come after that day."""
    world, rng = planting.world, planting.rng
    importers, actions = world.parties.importers, world.actions
    count = importers.count
    alone = np.bincount(importers.controller, minlength=len(importers.numbers))[:count] == 1
    pool = np.flatnonzero(free(planting) & (planting.sizes()[:count] <= _SMALL_LOTS) & alone)
    # Numbers with a suffix of their own may be another's division, or have one.
    plain = (int(firm) for firm in rng.permutation(pool) if importers.numbers[firm].endswith("00"))
    new = next(firm for firm in plain if importers.numbers[firm][2] == "-")
    planting.used_importers.add(new)
    trade = trade_of(planting, new)
    elsewhere(planting, trade[world.lots["arrived"][trade] < starts_on])
    visits = (actions["lot"] < 0) & (actions["importer"] == new) & (actions["date"] < starts_on)
    actions["importer"][visits] = _large(planting, 1)[0]
    importers.start[new], importers.end[new] = starts_on, world.end
    importers.established[new] = starts_on - int(rng.integers(5, 900))
    return new


def elsewhere(planting: Planting, lots: Array) -> None:
    """Give lots to large firms, those of one maker to one firm."""
    if not len(lots):
        return
    makers, place = np.unique(planting.world.lots["maker"][lots], return_inverse=True)
    takers = _large(planting, len(makers))
    for maker in range(len(makers)):
        give(planting, lots[place == maker], int(takers[maker]), keeps_consignees=False)


def _large(planting: Planting, number: int) -> Array:
    importers, sizes = planting.world.parties.importers, planting.sizes()[: planting.world.parties.importers.count]
    steady = (importers.start[: importers.count] == planting.world.begin) & (
        importers.end[: importers.count] == planting.world.end
    )
    large = np.flatnonzero((sizes >= _LARGE_LOTS) & steady & free(planting))
    if not len(large):  # a very small world: the largest there is
        large = np.array([int(np.argmax(sizes * free(planting)))])
    chosen: Array = planting.rng.choice(large, number)
    return chosen


def give(planting: Planting, lots: Array, to: int, *, keeps_consignees: bool) -> None:
    """Let lots be another firm's: its number, broker and papers, and its consignee unless the customers stay."""
    columns, importers, rng = planting.world.lots, planting.world.parties.importers, planting.rng
    own = columns["consignee"][lots] == columns["importer"][lots]
    stays = np.where(own, to, columns["consignee"][lots])
    columns["consignee"][lots] = stays if keeps_consignees else importers.consignee[to]
    columns["importer"][lots] = to
    first = rng.random(len(lots)) < 0.9
    columns["filer"][lots] = np.where(first, importers.filer[to], importers.second_filer[to])
    columns["bare"][lots] = bool(importers.bare[to]) & (rng.random(len(lots)) < 0.5)


def rename(planting: Planting, importer: int, name: str) -> None:
    """Give a firm a name, and the address of electronic mail that goes with it."""
    importers, rng = planting.world.parties.importers, planting.rng
    importers.names[importer] = spellings(name, int(rng.integers(0, 1 << 30)))
    office, number = int(rng.integers(0, 97)), int(rng.integers(0, 89))
    importers.emails[importer] = f"office{office}@{name.split(' ', maxsplit=1)[0].lower()}{number}.example"


def kindred_name(planting: Planting, old: int) -> str:
    """Another name that keeps the rare word of a firm's name."""
    draws = planting.rng.integers(0, 1 << 30, 5)
    rare = planting.world.parties.importers.names[old][0].split(" ")[0]
    return f"{rare} {american_company(draws).split(' ', 1)[1]}"


def move_in(planting: Planting, new: int, old: int) -> None:
    """Let a firm have another's address."""
    importers = planting.world.parties.importers
    importers.addresses[new], importers.city[new] = importers.addresses[old], importers.city[old]
    importers.postal[new] = importers.postal[old]


def share_officer(planting: Planting, new: int, old: int) -> None:
    """Let a firm have one of another's officers beside one of its own, at times."""
    importers = planting.world.parties.importers
    shared = importers.officers[old].split(";")[0]
    people = [shared, *importers.officers[new].split(";")[: int(planting.rng.integers(0, 2))]]
    importers.officers[new] = ";".join(dict.fromkeys(people))


def resemble(planting: Planting, new: int, old: int, ranges: Ranges) -> bool:
    """Let a firm have of another what the ranges say; whether it keeps the other's customers."""
    importers = planting.world.parties.importers
    if yes(planting, ranges, "rare_token"):
        rename(planting, new, kindred_name(planting, old))
    if yes(planting, ranges, "same_phone"):
        importers.phones[new] = importers.phones[old]
    if yes(planting, ranges, "same_officer"):
        share_officer(planting, new, old)
    if yes(planting, ranges, "same_address"):
        move_in(planting, new, old)
    if yes(planting, ranges, "same_surety"):
        importers.surety[new] = importers.surety[old]
    if yes(planting, ranges, "same_filer"):
        importers.filer[new] = importers.filer[old]
    keeps = yes(planting, ranges, "same_consignees")
    if keeps:
        receiver = int(importers.consignee[old])
        importers.consignee[new] = new if receiver == old else receiver
    return keeps


def portion(planting: Planting, lots: Array, *, volume: float, keeps_makers: float) -> Array:
    """The part of some lots that a successor takes over: of most makers, and as much as the volume says."""
    maker = planting.world.lots["maker"][lots]
    makers, number = np.unique(maker, return_counts=True)
    kept = planting.rng.random(len(makers)) < keeps_makers
    kept[number.argmax()] = True
    chosen = lots[np.isin(maker, makers[kept])]
    share = min(1.0, volume * len(lots) / max(1, len(chosen)))
    taken: Array = chosen[planting.rng.random(len(chosen)) < share]
    return taken


def enlarge(planting: Planting, taken: Array, new: int, *, by: int, starts_on: int) -> list[int]:
    """Further lots of a newcomer, with the goods of those it took over, on days of their own."""
    world, rng = planting.world, planting.rng
    more = []
    for source in rng.choice(taken, max(0, by)) if len(taken) else ():
        arrived = int(world.lots["arrived"][source]) + int(rng.integers(-25, 26))
        arrived = min(max(arrived, starts_on), world.end - 5)
        changes = LotCopy(
            arrived,
            int(world.lots["port"][source]),
            importer=new,
            share=planting.uniform((0.5, 1.2)),
            value_factor=planting.uniform((0.95, 1.05)),
        )
        more.append(planting.copy(int(source), changes))
    return more


def shift_ports(planting: Planting, lots: Array) -> None:
    """Let about half of a newcomer's lots by sea come through another port of the sea."""
    world, columns = planting.world, planting.world.lots
    mine = lots[(columns["mode"][lots] == SEA) & ~columns["in_bond"][lots]]
    if not len(mine):
        return
    port = planting.other_port(int(mine[0]), softer=True)
    if str(world.reference.port_kinds[port]) != "sea":
        return
    moved = mine[planting.rng.random(len(mine)) < 0.5]
    columns["port"][moved] = columns["first_port"][moved] = port


def entered(planting: Planting, lots: Array) -> tuple[int, int] | None:
    """First and last day of entry among lots; None when too few of them are entered within the world."""
    world, columns = planting.world, planting.world.lots
    day = columns["arrived"][lots] + columns["entry_lag"][lots].astype(np.int64)
    seen = columns["has_entry"][lots] & (day + columns["known_lag"][lots] <= world.end)
    if seen.sum() < LEAST_AFTER:
        return None
    return int(day[seen].min()), int(day[seen].max())


def say(planting: Planting, new: int, old: int, *, relation: str, status: str, on: int, known_at: int) -> None:
    """Note a claim about two firms."""
    source = "corporate filing" if status == "fact" else "field memorandum"
    planting.claim(Claim(new, relation, old, status, on, known_at, source))
