"""Identity change: a firm on which customs acted goes on under another name and number.

Invariant: each scheme starts from an action of ordinary business, on a firm like all others that customs acted
on; what follows is a handover of ordinary trade. What the two have in common besides their trade is drawn, each
thing for itself, so that in some schemes there is nothing.
"""

from collections.abc import Callable

import numpy as np

from graph.model.mid import Maker, build_mid
from ingest.simulator.names import spellings
from ingest.simulator.parties import province
from ingest.simulator.reference import Array
from ingest.simulator.schemes.family import Family, Planting, Ranges
from ingest.simulator.schemes.handover import (
    LEAST_AFTER,
    LEAST_BEFORE,
    LOTS,
    Quitter,
    elsewhere,
    enforce,
    enlarge,
    entered,
    give,
    newcomer,
    portion,
    quitter,
    resemble,
    say,
    shift_ports,
    skewed,
    trade_of,
    yes,
)
from ingest.simulator.world import ADVERSE_RESULTS, Label, Scheme

KIND = "identity_change"


def scheme_of(
    planting: Planting,
    family: str,
    label: Label,
    *,
    importers: list[int],
    lots: list[int],
    days: tuple[int, int],
    evaded_usd: float = 0.0,
    makers: tuple[int, ...] = (),
) -> Scheme:
    """The truth of a handover: its parties are in no other scheme from now on."""
    world = planting.world
    planting.used_importers.update(importers)
    planting.used.update(lots)
    firms = world.parties.importers
    controller = int(firms.controller[importers[0]]) if importers else len(firms.numbers) + makers[0]
    return Scheme(
        family=family,
        kind=KIND,
        label=label,
        controller=controller,
        importers=tuple(dict.fromkeys(importers)),
        makers=makers,
        lots=tuple(lots),
        began_on=days[0],
        ended_on=max(days),
        duty_evaded_usd=round(evaded_usd, 2),
    )


def _at_stake(planting: Planting, lots: Array) -> float:
    return sum(planting.duty_at_stake(int(lot)) for lot in lots)


def _positive(
    planting: Planting,
    family: str,
    old: Quitter,
    news: list[int],
    *,
    taken: Array,
    more: list[int],
    days: tuple[int, int],
) -> Scheme:
    importers = planting.world.parties.importers
    for new in news:
        importers.controller[new] = importers.controller[old.importer]
    evaded = max(1.0, old.revenue_usd + _at_stake(planting, taken))
    lots = [*(int(lot) for lot in taken), *more]
    return scheme_of(
        planting, family, "positive", importers=[old.importer, *news], lots=lots, days=days, evaded_usd=evaded
    )


def _claimed(planting: Planting, ranges: Ranges, new: int, old: int) -> None:
    if yes(planting, ranges, "claimed"):
        status = str(planting.rng.choice(("alleged", "alleged", "admitted", "fact")))
        start = int(planting.world.parties.importers.start[new])
        known_at = start + int(planting.rng.integers(30, 400))
        say(planting, new, old, relation="successor_of", status=status, on=start, known_at=known_at)


def _hand_over(planting: Planting, ranges: Ranges, old: int, new: int, lots: Array) -> None:
    give(planting, lots, new, keeps_consignees=resemble(planting, new, old, ranges))
    if yes(planting, ranges, "other_ports"):
        shift_ports(planting, lots)
    _claimed(planting, ranges, new, old)


def _phoenix(family: str) -> Callable[[Planting, Ranges], Scheme | None]:
    """The old firm stops, and a newcomer goes on with its trade, at times before that."""

    def plant(planting: Planting, ranges: Ranges) -> Scheme | None:
        old = quitter(planting, ranges)
        if old is None:
            return None
        arrived_of = planting.world.lots["arrived"]
        starts_on = old.stops_on + skewed(planting, ranges["gap_days"])
        trade = trade_of(planting, old.importer)
        left = trade[arrived_of[trade] >= old.stops_on]
        early = trade[(arrived_of[trade] >= starts_on) & (arrived_of[trade] < old.stops_on)]
        early = early[planting.rng.random(len(early)) < 0.5]
        late = left[arrived_of[left] >= starts_on]
        volume = planting.uniform(ranges["volume"])
        if not len(late):
            return None
        taken = portion(planting, late, volume=volume, keeps_makers=planting.uniform(ranges["keeps_makers"]))
        wanted = round(volume * len(late))
        taken = np.concatenate([early, taken])
        days = entered(planting, taken)
        if days is None:
            return None
        enforce(planting, old)
        new = newcomer(planting, starts_on)
        _hand_over(planting, ranges, old.importer, new, taken)
        elsewhere(planting, np.setdiff1d(left, taken))
        planting.world.parties.importers.end[old.importer] = old.stops_on
        by = wanted - (len(taken) - len(early)) if volume > 1 else 0
        more = enlarge(planting, taken, new, by=by, starts_on=starts_on)
        return _positive(planting, family, old, [new], taken=taken, more=more, days=days)

    return plant


def _gradual(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The old firm shrinks over some months while the new one grows; it may go on at a low level."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    arrived_of = planting.world.lots["arrived"]
    starts_on = old.stops_on + round(planting.uniform(ranges["gap_days"]))
    length = planting.uniform(ranges["months"]) * 30.4
    trade = trade_of(planting, old.importer)
    late = trade[arrived_of[trade] >= starts_on]
    share = np.clip((arrived_of[late] - starts_on) / length, 0, 1) * planting.uniform(ranges["share"])
    taken = late[planting.rng.random(len(late)) < share]
    days = entered(planting, taken)
    if days is None:
        return None
    enforce(planting, old)
    new = newcomer(planting, starts_on)
    _hand_over(planting, ranges, old.importer, new, taken)
    return _positive(planting, "gradual_handover", old, [new], taken=taken, more=[], days=days)


def _sequence(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The successor has a successor: it stops in its turn, when something is found again or before."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    arrived_of = planting.world.lots["arrived"]
    starts_on = old.stops_on + skewed(planting, ranges["gap_days"])
    second_stop = starts_on + round(planting.uniform(ranges["days_of_the_second"]))
    second_start = second_stop + skewed(planting, ranges["second_gap_days"])
    trade = trade_of(planting, old.importer)
    left = trade[arrived_of[trade] >= old.stops_on]
    taken = portion(
        planting,
        left[arrived_of[left] >= starts_on],
        volume=planting.uniform(ranges["volume"]),
        keeps_makers=planting.uniform(ranges["keeps_makers"]),
    ) if (arrived_of[left] >= starts_on).any() else left[:0]  # fmt: skip
    first = taken[arrived_of[taken] < second_stop]
    second = taken[arrived_of[taken] >= second_start]
    began, ended = entered(planting, first), entered(planting, second)
    if began is None or ended is None:
        return None
    enforce(planting, old)
    middle, last = newcomer(planting, starts_on), newcomer(planting, second_start)
    _hand_over(planting, ranges, old.importer, middle, first)
    _hand_over(planting, ranges, middle, last, second)
    elsewhere(planting, np.setdiff1d(left, np.concatenate([first, second])))
    importers = planting.world.parties.importers
    importers.end[old.importer], importers.end[middle] = old.stops_on, second_stop
    own = trade_of(planting, middle)
    elsewhere(planting, own[arrived_of[own] >= second_stop])
    if planting.chance(0.5):
        planting.adverse_on(int(first[len(first) // 2]))
    taken, days = np.concatenate([first, second]), (began[0], ended[1])
    return _positive(planting, "two_in_sequence", old, [middle, last], taken=taken, more=[], days=days)


def _split(planting: Planting, ranges: Ranges) -> Scheme | None:
    """The trade is parted between two newcomers, by maker where there are several."""
    old = quitter(planting, ranges)
    if old is None:
        return None
    lots = planting.world.lots
    trade = trade_of(planting, old.importer)
    left = trade[lots["arrived"][trade] >= old.stops_on]
    starts = [old.stops_on + skewed(planting, ranges["gap_days"]) for _ in range(2)]
    makers = planting.rng.permutation(np.unique(lots["maker"][left]))
    side = np.isin(lots["maker"][left], makers[::2])
    if len(makers) == 1 or planting.chance(0.3):
        side = planting.rng.random(len(left)) < planting.uniform(ranges["share"])
    part = [left[(side == bool(place)) & (lots["arrived"][left] >= starts[place])] for place in range(2)]
    volume = planting.uniform(ranges["volume"])
    part = [lots_of[planting.rng.random(len(lots_of)) < volume] for lots_of in part]
    spans = [entered(planting, lots_of) for lots_of in part]
    if spans[0] is None or spans[1] is None:
        return None
    enforce(planting, old)
    news = [newcomer(planting, start) for start in starts]
    for new, lots_of in zip(news, part, strict=True):
        _hand_over(planting, ranges, old.importer, new, lots_of)
    taken = np.concatenate(part)
    elsewhere(planting, np.setdiff1d(left, taken))
    planting.world.parties.importers.end[old.importer] = old.stops_on
    days = (min(spans[0][0], spans[1][0]), max(spans[0][1], spans[1][1]))
    return _positive(planting, "split_into_two", old, news, taken=taken, more=[], days=days)


def found_maker(planting: Planting, *, acted_on: bool) -> tuple[int, int] | None:
    """A maker of some trade and a day in it: of an action that found something, or of any where nothing was found."""
    world, rng = planting.world, planting.rng
    lots, actions = world.lots, world.actions
    sizes = np.bincount(lots["maker"], minlength=len(world.parties.makers.mids))
    used = {maker for scheme in world.schemes for maker in scheme.makers}
    rows = np.flatnonzero(np.isin(actions["result"], ADVERSE_RESULTS) & (actions["lot"] >= 0))
    found_at = lots["maker"][actions["lot"][rows]]
    fit = (sizes >= LOTS[0]) & (sizes <= LOTS[1])
    if acted_on:
        rows = rows[fit[found_at]]
        chosen = [
            (int(lots["maker"][actions["lot"][row]]), int(actions["date"][row])) for row in rng.permutation(rows)[:25]
        ]
    else:
        fit[found_at] = False
        makers = rng.permutation(np.flatnonzero(fit))[:25]
        chosen = [(int(maker), int(rng.integers(world.begin + 200, world.end - 200))) for maker in makers]
    for maker, day in chosen:
        arrived = lots["arrived"][lots["maker"] == maker]
        if maker not in used and (arrived < day).sum() >= LEAST_BEFORE and (arrived > day + 60).sum() > LEAST_AFTER:
            return maker, day
    return None


def successor_plant(planting: Planting, old: int, starts_on: int, ranges: Ranges) -> int | None:
    """A maker of the same country and goods under another name and id; None when the country has none to spare."""
    world, rng, makers = planting.world, planting.rng, planting.world.parties.makers
    count = len(makers.mids)
    idle = (np.bincount(world.lots["maker"], minlength=count) == 0) & (makers.country == makers.country[old])
    idle &= (makers.exporter == np.arange(count)) & (np.bincount(makers.exporter, minlength=count) == 1)
    idle[[maker for scheme in world.schemes for maker in scheme.makers]] = False
    if not idle.any():
        return None
    new = int(rng.choice(np.flatnonzero(idle)))
    makers.products[new], makers.price[new] = makers.products[old], makers.price[old]
    makers.established[new] = starts_on - int(rng.integers(5, 700))
    makers.suffix[new] = ""
    if yes(planting, ranges, "same_phone"):
        makers.phones[new] = makers.phones[old]
    if yes(planting, ranges, "same_officer"):
        makers.officers[new] = makers.officers[old]
    name, address = makers.names[new][0], makers.addresses[new][0]
    home = world.reference.countries[int(makers.country[new])]
    if yes(planting, ranges, "rare_token"):
        name = name.replace(_rare_word(name, home.cities), _rare_word(makers.names[old][0], home.cities), 1)
    if yes(planting, ranges, "same_address"):
        address, makers.cities[new] = makers.addresses[old][0], makers.cities[old]
    city = makers.cities[new]
    mid = build_mid(Maker(province(city, home.code), name, address.removesuffix(f", {city}"), city)).key
    if mid not in makers.mids:
        makers.mids[new], makers.addresses[new] = mid, spellings(address, int(rng.integers(0, 1 << 30)))
        makers.names[new] = spellings(name, int(rng.integers(0, 1 << 30)))
    return new


def _rare_word(name: str, cities: tuple[str, ...]) -> str:
    """The word of a maker's name that is neither its place nor its form."""
    for place in (*cities, "PT", "CV"):
        name = name.removeprefix(f"{place} ")
    return name.split(" ")[0]


def _new_plant_id(planting: Planting, ranges: Ranges) -> Scheme | None:
    """A maker found wanting ships on under another name and address; its customers stay, or most of them."""
    found = found_maker(planting, acted_on=True)
    if found is None:
        return None
    old, day = found
    lots = planting.world.lots
    starts_on = day + round(planting.uniform(ranges["days_to_stop"]))
    theirs = np.flatnonzero((lots["maker"] == old) & (lots["arrived"] >= starts_on))
    days = entered(planting, theirs)
    if days is None:
        return None
    new = successor_plant(planting, old, starts_on, ranges)
    if new is None:
        return None
    buyers = np.unique(lots["importer"][theirs])
    lost = buyers[planting.rng.random(len(buyers)) < planting.uniform(ranges["lost_customers"])]
    taken = theirs[~np.isin(lots["importer"][theirs], lost)]
    kept = entered(planting, taken)
    if kept is None:  # too few are left: all customers stay
        taken, kept = theirs, days
    lots["maker"][taken] = new
    overlap = np.setdiff1d(theirs, taken)
    substitute = _other_maker(planting, old)
    if substitute is not None:
        lots["maker"][overlap] = substitute
    evaded = max(1.0, _at_stake(planting, taken))
    return scheme_of(
        planting,
        "new_plant_identity",
        "positive",
        importers=[],
        lots=[int(lot) for lot in taken],
        days=kept,
        evaded_usd=evaded,
        makers=(old, new),
    )


def _other_maker(planting: Planting, old: int) -> int | None:
    """A maker of the same goods in the same country that ships already."""
    makers = planting.world.parties.makers
    ships = np.bincount(planting.world.lots["maker"], minlength=len(makers.mids)) > 0
    alike = (makers.products[:, 0] == makers.products[old, 0]) & (makers.country == makers.country[old]) & ships
    alike[old] = False
    return int(planting.rng.choice(np.flatnonzero(alike))) if alike.any() else None


TIES: Ranges = {
    "rare_token": (0.25, 0.4),
    "same_phone": (0.4, 0.55),
    "same_officer": (0.4, 0.55),
    "same_address": (0.1, 0.25),
    "same_surety": (0.4, 0.7),
    "same_filer": (0.4, 0.7),
    "same_consignees": (0.5, 0.8),
    "other_ports": (0.2, 0.4),
    "claimed": (0.1, 0.3),
}
EVENT: Ranges = {"penalised": (0.2, 0.5), "days_to_stop": (3.0, 70.0)}
_TRADE: Ranges = {**TIES, **EVENT, "gap_days": (-60.0, 365.0), "volume": (0.4, 1.2), "keeps_makers": (0.7, 1.0)}

FAMILIES: tuple[Family, ...] = (
    Family("phoenix_after_penalty", KIND, "positive", 3, _TRADE, _phoenix("phoenix_after_penalty")),
    Family(
        "new_name_same_address", KIND, "positive", 1,
        {**_TRADE, "same_address": (1.0, 1.0), "same_phone": (0.1, 0.3), "rare_token": (0.0, 0.0)},
        _phoenix("new_name_same_address"),
    ),
    Family(
        "new_address_same_phone", KIND, "positive", 1,
        {**_TRADE, "same_phone": (1.0, 1.0), "same_address": (0.0, 0.0), "keeps_makers": (1.0, 1.0)},
        _phoenix("new_address_same_phone"),
    ),
    Family(
        "new_number_same_officer", KIND, "positive", 1,
        {**_TRADE, "same_officer": (1.0, 1.0), "same_phone": (0.1, 0.3)}, _phoenix("new_number_same_officer"),
    ),
    Family(
        "gradual_handover", KIND, "positive", 1,
        {**TIES, **EVENT, "gap_days": (-30.0, 30.0), "months": (4.0, 6.0), "share": (0.6, 1.0)}, _gradual,
    ),
    Family(
        "two_in_sequence", KIND, "positive", 1,
        {**_TRADE, "gap_days": (-30.0, 120.0), "days_of_the_second": (120.0, 330.0), "second_gap_days": (-10.0, 90.0)},
        _sequence,
    ),
    Family(
        "split_into_two", KIND, "positive", 1, {**_TRADE, "gap_days": (-30.0, 150.0), "share": (0.35, 0.65)}, _split
    ),
    Family(
        "new_plant_identity", KIND, "positive", 2,
        {"days_to_stop": (5.0, 90.0), "lost_customers": (0.0, 0.4), "rare_token": (0.25, 0.4),
         "same_phone": (0.4, 0.6), "same_officer": (0.4, 0.6), "same_address": (0.2, 0.4)},
        _new_plant_id,
    ),
)  # fmt: skip
