"""Innocent changes that look like identity change: the same marks, another mechanism.

Invariant: in no look-alike does a firm go on under another identity to leave behind what customs found. Either
nothing was found, or the change is told to customs, or the trade goes to strangers.
"""

from collections.abc import Callable

import numpy as np

from ingest.simulator.names import american_address, spellings
from ingest.simulator.parties import office_of_many
from ingest.simulator.reference import Array
from ingest.simulator.schemes.family import Family, Planting, Ranges
from ingest.simulator.schemes.handover import (
    LEAST_AFTER,
    LEAST_BEFORE,
    Quitter,
    elsewhere,
    enforce,
    entered,
    free,
    give,
    kindred_name,
    move_in,
    newcomer,
    quitter,
    rename,
    resemble,
    say,
    shift_ports,
    skewed,
    trade_of,
    traders,
    undisturbed,
    yes,
)
from ingest.simulator.schemes.identity_change import EVENT, KIND, TIES, found_maker, scheme_of, successor_plant
from ingest.simulator.world import Filing, Scheme


def _look_alike(
    planting: Planting, family: str, importers: list[int], *lots: Array, makers: tuple[int, ...] = ()
) -> Scheme:
    mine = np.concatenate(lots)
    days = entered(planting, mine)
    arrived = planting.world.lots["arrived"][mine]
    span = days or (int(arrived.min()), min(int(arrived.max()), planting.world.end))
    return scheme_of(
        planting,
        family,
        "hard_negative",
        importers=importers,
        lots=[int(lot) for lot in mine],
        days=span,
        makers=makers,
    )


def _file(planting: Planting, importer: int, day: int, **changes: str) -> None:
    planting.world.filings.append(Filing("importer", importer, day, changes))


def _after(planting: Planting, importer: int, day: int) -> Array:
    trade = trade_of(planting, importer)
    after: Array = trade[planting.world.lots["arrived"][trade] >= day]
    return after


def _stops(planting: Planting, old: Quitter) -> None:
    enforce(planting, old)
    planting.world.parties.importers.end[old.importer] = old.stops_on


def _telephone(planting: Planting) -> str:
    return f"{int(planting.rng.integers(201, 981))}-555-{int(planting.rng.integers(0, 10000)):04d}"


def _declared(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm tells customs of its new name, and its bond gets a rider; the number stays."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    after = _after(planting, old.importer, old.stops_on)
    if entered(planting, after) is None:
        return None
    enforce(planting, old)
    importers, firm = planting.world.parties.importers, old.importer
    former, name = importers.names[firm][0], kindred_name(planting, firm)
    if not yes(planting, ranges, "rare_token"):
        name = importers.names[_receiver(planting)][0]
    changes = {"name": name, "other_names": former, "name_kind": "former"}
    if planting.chance(0.4):
        changes["address"] = american_address(planting.rng.integers(0, 1 << 30, 4))
    _file(planting, firm, old.stops_on, **changes)
    if yes(planting, ranges, "other_ports"):
        shift_ports(planting, after)
    return _look_alike(planting, "declared_change", [firm], after)


def _receiver(planting: Planting) -> int:
    """A firm that only receives goods, whose name another may take as its own."""
    importers = planting.world.parties.importers
    return int(planting.rng.integers(importers.count, len(importers.numbers)))


def _relocated(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm moves: another address, telephone and ports, the same number and name."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    after = _after(planting, old.importer, old.stops_on)
    if entered(planting, after) is None:
        return None
    enforce(planting, old)
    reference, rng = planting.world.reference, planting.rng
    city = int(rng.integers(0, len(reference.city_names)))
    changes = {
        "address": american_address(rng.integers(0, 1 << 30, 4)),
        "city": str(reference.city_names[city]),
        "region": str(reference.city_regions[city]),
        "postal_code": f"{reference.city_postal[city]}{int(rng.integers(0, 100)):02d}",
        "phone": _telephone(planting),
    }
    _file(planting, old.importer, old.stops_on, **changes)
    if yes(planting, ranges, "other_ports"):
        shift_ports(planting, after)
    return _look_alike(planting, "relocated_same_number", [old.importer], after)


def _merged(planting: Planting, ranges: Ranges) -> Scheme | None:
    """Two firms say that one takes over the other, on which nothing was found; both go on for some months."""
    old = undisturbed(planting)
    if old is None:
        return None
    world, rng = planting.world, planting.rng
    day = int(rng.integers(world.begin + 200, world.end - 250))
    trade = trade_of(planting, old)
    after = _after(planting, old, day)
    overlap = planting.uniform(ranges["months"]) * 30.4
    share = np.clip((world.lots["arrived"][after] - day) / overlap, 0, 1)
    taken = after[rng.random(len(after)) < share]
    if entered(planting, taken) is None or len(trade) - len(after) < LEAST_BEFORE:
        return None
    planting.used_importers.add(old)
    if planting.chance(0.5):  # into a firm that was there before
        others = traders(planting)
        new = int(rng.choice(others))
        planting.used_importers.add(new)
    else:
        new = newcomer(planting, day)
    give(planting, taken, new, keeps_consignees=resemble(planting, new, old, ranges))
    say(planting, new, old, relation="sister_of", status="fact", on=day - 200, known_at=day - 60)
    relation = str(rng.choice(("successor_of", "owned_by")))
    say(planting, new, old, relation=relation, status="fact", on=day, known_at=day + int(rng.integers(0, 40)))
    world.parties.importers.controller[new] = world.parties.importers.controller[old]
    return _look_alike(planting, "public_merger", [old, new], taken)


def _spun_off(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A division gets a number of its own and some of the makers; the parent goes on and says so."""
    found = quitter(planting, ranges) if planting.chance(0.4) else None
    old = found.importer if found else undisturbed(planting)
    if old is None:
        return None
    world, rng = planting.world, planting.rng
    day = found.stops_on if found else int(rng.integers(world.begin + 200, world.end - 250))
    after = _after(planting, old, day)
    makers = np.unique(world.lots["maker"][after])
    if len(makers) < 2:
        return None
    part = rng.permutation(makers)[: max(1, round(len(makers) * planting.uniform(ranges["share"])))]
    taken = after[np.isin(world.lots["maker"][after], part)]
    if entered(planting, taken) is None or entered(planting, np.setdiff1d(after, taken)) is None:
        return None
    if found:
        enforce(planting, found)
    planting.used_importers.add(old)
    new = newcomer(planting, day)
    give(planting, taken, new, keeps_consignees=resemble(planting, new, old, ranges))
    known_at = day + int(rng.integers(-20, 40))
    say(planting, new, old, relation="owned_by", status="fact", on=day, known_at=known_at)
    world.parties.importers.controller[new] = world.parties.importers.controller[old]
    return _look_alike(planting, "spun_off_division", [old, new], taken)


def _suffixed(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The same taxpayer enters its goods under its number with another suffix from some day on."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    importers = planting.world.parties.importers
    stem = importers.numbers[old.importer][:10]
    number = f"{stem}{int(planting.rng.integers(1, 40)):02d}"
    after = _after(planting, old.importer, old.stops_on)
    taken = after[planting.rng.random(len(after)) < planting.uniform(ranges["share"])]
    if stem[2] != "-" or number in importers.numbers or entered(planting, taken) is None:
        return None
    enforce(planting, old)
    new = newcomer(planting, old.stops_on)
    importers.numbers[new], importers.bare[new] = number, False
    rename(planting, new, importers.names[old.importer][0])
    give(planting, taken, new, keeps_consignees=resemble(planting, new, old.importer, ranges))
    importers.controller[new] = importers.controller[old.importer]
    return _look_alike(planting, "another_suffix", [old.importer, new], taken)


def _dispersed(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm closes after customs acted; its makers sell on to several firms that have nothing to do with it."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    world, rng = planting.world, planting.rng
    left = _after(planting, old.importer, old.stops_on)
    makers = np.unique(world.lots["maker"][left])
    number = min(len(makers), 2 + int(rng.integers(0, 3)))
    if number < 2 or entered(planting, left) is None:
        return None
    _stops(planting, old)
    takers: list[int] = []
    for place in range(number):
        if place == 0 or planting.chance(0.4):
            takers.append(newcomer(planting, old.stops_on + skewed(planting, ranges["gap_days"])))
        else:
            takers.append(int(rng.choice(traders(planting))))
            planting.used_importers.add(takers[-1])
    kept: list[Array] = []
    for place, some in enumerate(np.array_split(rng.permutation(makers), number)):
        lots = left[np.isin(world.lots["maker"][left], some)]
        taken = lots[world.lots["arrived"][lots] >= world.parties.importers.start[takers[place]]]
        give(planting, taken, takers[place], keeps_consignees=False)
        elsewhere(planting, np.setdiff1d(lots, taken))
        kept.append(taken)
    if not sum(map(len, kept)):
        kept.append(left)
    return _look_alike(planting, "customers_go_elsewhere", [old.importer, *takers], *kept)


def _stray_newcomer(planting: Planting, starts_on: int, ranges: Ranges) -> tuple[int, Array] | None:
    """A newcomer with trade of its own: some makers of a large firm, from a day on."""
    world, rng = planting.world, planting.rng
    sizes = planting.sizes()[: world.parties.importers.count]
    donors = np.flatnonzero(free(planting) & (sizes >= 60))
    for donor in rng.permutation(donors)[:10]:
        after = _after(planting, int(donor), starts_on)
        after = after[[int(lot) not in planting.used for lot in after]] if len(after) else after
        wanted = round(planting.uniform(ranges["own_lots"]))
        if len(after) < 3 * wanted:
            continue
        makers = rng.permutation(np.unique(world.lots["maker"][after]))
        few = makers[: max(1, len(makers) // 3)]
        taken = after[np.isin(world.lots["maker"][after], few)][:wanted]
        if entered(planting, taken) is not None:
            new = newcomer(planting, starts_on)
            give(planting, taken, new, keeps_consignees=False)
            return new, taken
    return None


def _second_line(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm closes; a newcomer with trade of its own also buys a line of a maker that the old firm had."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    world, rng = planting.world, planting.rng
    left = _after(planting, old.importer, old.stops_on)
    if not len(left):
        return None
    starts_on = old.stops_on + skewed(planting, ranges["gap_days"])
    makers, number = np.unique(world.lots["maker"][left], return_counts=True)
    line = left[(world.lots["maker"][left] == makers[number.argmax()]) & (world.lots["arrived"][left] >= starts_on)]
    line = line[rng.random(len(line)) < planting.uniform(ranges["share"])]
    if not len(line):
        return None
    stray = _stray_newcomer(planting, starts_on, ranges)
    if stray is None:
        return None
    new, own = stray
    _stops(planting, old)
    give(planting, line, new, keeps_consignees=False)
    elsewhere(planting, np.setdiff1d(left, line))
    return _look_alike(planting, "second_line_of_a_maker", [old.importer, new], line, own)


def _strangers(family: str, tie: Callable[[Planting, int, int], None]) -> Callable[[Planting, Ranges], Scheme | None]:
    """A firm closes and a newcomer begins that shares one thing with it and no trade."""

    def plant(planting: Planting, ranges: Ranges) -> Scheme | None:
        old = quitter(planting, ranges)
        if old is None:
            return None
        left = _after(planting, old.importer, old.stops_on)
        stray = _stray_newcomer(planting, old.stops_on + skewed(planting, ranges["gap_days"]), ranges)
        if stray is None:
            return None
        _stops(planting, old)
        elsewhere(planting, left)
        tie(planting, stray[0], old.importer)
        return _look_alike(planting, family, [old.importer, stray[0]], stray[1])

    return plant


def _same_professionals(planting: Planting, new: int, old: int) -> None:
    """A director by profession, or a lawyer who takes papers for many: the old firm's, whom others have too."""
    importers, rng = planting.world.parties.importers, planting.rng
    others = np.flatnonzero(free(planting) & (planting.sizes()[: importers.count] <= 20))
    firms = [new, *(int(other) for other in rng.choice(others, int(rng.integers(3, 7)), replace=False))]
    director = importers.officers[old].split(";")[-1]
    if planting.chance(0.6):
        for firm in firms:
            importers.officers[firm] = ";".join(dict.fromkeys([importers.officers[firm].split(";")[0], director]))
    else:
        for firm in firms:
            importers.agents[firm] = importers.agents[old]
            importers.phones[firm] = importers.phones[old]  # the lawyer's


def _same_former_name(planting: Planting, new: int, old: int) -> None:
    """Both had the rare word of a name that a third firm sold them, each says so."""
    importers = planting.world.parties.importers
    former = kindred_name(planting, old)
    day = int(importers.start[new])
    for firm in (new, old):
        filed = day + int(planting.rng.integers(20, 60)) if firm == new else day - int(planting.rng.integers(200, 400))
        name = importers.names[firm][0]
        _file(planting, firm, filed, name=name, other_names=former, name_kind="former")
    if planting.chance(0.5):
        rename(planting, new, former)


def _virtual_office(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A firm closes; at its address, an office of many, newcomers of all trades begin with the same agent."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    world, rng = planting.world, planting.rng
    importers = world.parties.importers
    left = _after(planting, old.importer, old.stops_on)
    number = round(planting.uniform(ranges["tenants"]))
    starts = importers.start[: importers.count]
    begins = np.flatnonzero(
        free(planting) & (starts > old.stops_on - 300) & (starts < old.stops_on + 365) & (starts > world.begin)
    )
    begins = begins[begins != old.importer]
    stray = _stray_newcomer(planting, old.stops_on + skewed(planting, ranges["gap_days"]), ranges)
    if stray is None or len(begins) < number:
        return None
    tenants = [stray[0], *(int(firm) for firm in rng.choice(begins, number - 1, replace=False))]
    tenants = list(dict.fromkeys(tenants))
    _stops(planting, old)
    elsewhere(planting, left)
    draws = rng.integers(0, 1 << 30, 6)
    for firm in (old.importer, *tenants):
        if firm != old.importer:
            move_in(planting, firm, old.importer)
        suite = int(rng.integers(0, 900))
        address, importers.postal[firm], importers.agents[firm] = office_of_many(draws, suite, importers.postal[firm])
        importers.addresses[firm] = spellings(address, suite)
    return _look_alike(planting, "virtual_office", [old.importer, *tenants], stray[1])


def _plant_renamed(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A maker on whose goods nothing was found changes its name or moves, says so, and so gets another id."""
    found = found_maker(planting, acted_on=False)
    if found is None:
        return None
    old, day = found
    lots, makers = planting.world.lots, planting.world.parties.makers
    taken = np.flatnonzero((lots["maker"] == old) & (lots["arrived"] >= day))
    if entered(planting, taken) is None:
        return None
    new = successor_plant(planting, old, day, ranges)
    if new is None:
        return None
    lots["maker"][taken] = new
    changes = {"other_names": makers.names[old][0], "name_kind": "former"}
    planting.world.filings.append(Filing("manufacturer", new, day + 1, changes))
    return _look_alike(planting, "plant_renamed_openly", [], taken, makers=(old, new))


_GAP: Ranges = {"gap_days": (-60.0, 365.0)}
_OWN: Ranges = {**EVENT, **_GAP, "own_lots": (LEAST_AFTER + 1.0, 20.0)}

FAMILIES: tuple[Family, ...] = (
    Family("declared_change", KIND, "hard_negative", 3, {**TIES, **EVENT}, _declared),
    Family("relocated_same_number", KIND, "hard_negative", 3, {**EVENT, "other_ports": (0.6, 0.8)}, _relocated),
    Family("public_merger", KIND, "hard_negative", 3, {**TIES, "months": (3.0, 7.0)}, _merged),
    Family("spun_off_division", KIND, "hard_negative", 3, {**TIES, **EVENT, "share": (0.3, 0.6)}, _spun_off),
    Family("another_suffix", KIND, "hard_negative", 3, {**TIES, **EVENT, "share": (0.5, 1.0)}, _suffixed),
    Family("customers_go_elsewhere", KIND, "hard_negative", 5, {**EVENT, **_GAP}, _dispersed),
    Family("second_line_of_a_maker", KIND, "hard_negative", 3, {**_OWN, "share": (0.2, 0.6)}, _second_line),
    Family(
        "same_director_or_lawyer", KIND, "hard_negative", 3, _OWN,
        _strangers("same_director_or_lawyer", _same_professionals),
    ),
    Family("same_former_name", KIND, "hard_negative", 2, _OWN, _strangers("same_former_name", _same_former_name)),
    Family("virtual_office", KIND, "hard_negative", 3, {**_OWN, "tenants": (4.0, 8.0)}, _virtual_office),
    Family(
        "plant_renamed_openly", KIND, "hard_negative", 4,
        {"rare_token": (0.25, 0.4), "same_phone": (0.4, 0.6), "same_officer": (0.4, 0.6), "same_address": (0.2, 0.4)},
        _plant_renamed,
    ),
)  # fmt: skip
