"""Importers that go on as several, companies that wake, and honest ones that look like either.

Invariant: as in `identities`: newcomers of schemes are made like all newcomers; who was asleep traded before like
anybody small.
"""

from tests.worlds.firms import Firm
from tests.worlds.identities import days_of, end_trade, enforce, live, old_firm, plant, take_over
from tests.worlds.trade import World

# So long a company sleeps, at least.
LEAST_SLEEP_DAYS = 380
# Parts need time to show their trade: they begin by this share of the world's days.
SPLINTER_BY = 0.65


def splinter(world: World) -> None:
    """After enforcement the firm's trade goes on under several new numbers, each with a part of it."""
    event, last, first = days_of(world)
    while first > SPLINTER_BY * world.days:
        event, last, first = days_of(world)
    old = old_firm(world, last, least=0.06)
    relations = live(world, old, last) or world.of_importer[old.key][-1:]
    count = int(world.rng.integers(2, 5))
    begins = [min(world.days - 60, first + int(world.rng.integers(0, 60))) for _ in range(count)]
    parts = [world.firms.importer(opened=begin - int(world.rng.integers(5, 120))) for begin in begins]
    number = plant(world, "parted_among_several", [("importer", firm) for firm in (old, *parts)], bad=True)
    by_maker = len(relations) >= count and world.firms.chance(0.5)
    for i, (part, begin) in enumerate(zip(parts, begins, strict=True)):
        own = relations[i::count] if by_maker else relations
        volume = (0.6, 1.15) if by_maker else (0.6 / count, 1.15 / count)
        take_over(world, old, part, last, start=begin, scheme=number, share=0.95, volume=volume, of=own)
        if world.dealt("part's tie", world.style.identifiers_shared):
            tied = old if i == 0 else parts[0]
            if world.firms.chance(0.5):
                part.phone = tied.phone
            else:
                part.officers = [world.firms.pick(tied.officers), *part.officers[:1]]
    end_trade(world, old, last)
    enforce(world, old, event)


def _sleeper(world: World, first: int) -> Firm:
    """A company with a few entries of something, then none for a year and more before the day."""
    firm = world.firms.importer(opened=-int(world.rng.integers(200, 3000)))
    good = int(world.rng.integers(len(world.orders)))
    maker = world.maker_of(good, world.firms.pick(world.countries_of(good)))
    end = max(25, first - LEAST_SLEEP_DAYS - int(world.rng.integers(0, 200)))
    start = max(1, end - int(world.rng.integers(20, 200)))
    world.add(
        world.relation(firm, maker, good, start=start, end=end, rate=float(world.rng.integers(1, 6)) / (end - start))
    )
    return firm


def _late_days(world: World) -> tuple[int, int, int]:
    """Of a change late enough for somebody to have slept before it."""
    while True:
        event, last, first = days_of(world)
        if first > LEAST_SLEEP_DAYS + 40:
            return event, last, first


def woken(world: World) -> None:
    """A company that was kept on a shelf takes the trade over."""
    event, last, first = _late_days(world)
    old, new = old_firm(world, last), _sleeper(world, first)
    number = plant(world, "woken_company", [("importer", old), ("importer", new)], bad=True)
    take_over(world, old, new, last, start=first, scheme=number, share=0.9, volume=(0.6, 1.15))
    end_trade(world, old, last)
    enforce(world, old, event)
    if world.dealt("successor tie", world.style.identifiers_shared):
        if world.firms.chance(0.5):
            new.phone = old.phone
        else:
            new.officers = [world.firms.pick(old.officers), *new.officers[:1]]


def begins_anew(world: World) -> None:
    """A company that was asleep trades again, in the goods of one that has stopped; nothing else joins them."""
    event, last, first = _late_days(world)
    old, new = old_firm(world, last), _sleeper(world, first)
    number = plant(world, "sleeper_begins_anew", [("importer", old), ("importer", new)], bad=False)
    relation = (live(world, old, last) or world.of_importer[old.key])[0]
    for start in (first, first + 30):
        maker = world.maker_of(relation.good, world.firms.pick(world.countries_of(relation.good)), first)
        rate = max(relation.rate * float(world.rng.uniform(0.3, 1.3)), 5.0 / (world.days - first))
        world.add(world.relation(new, maker, relation.good, start=start, scheme=number, rate=rate))
    end_trade(world, old, last)
    if world.firms.chance(0.75):
        enforce(world, old, event)


def heirs(world: World) -> None:
    """A firm gives up after enforcement; clerks and customers of it begin for themselves, each with one maker.

    So do firms of long standing, and what is left of the trade goes to nobody.
    """
    event, last, first = days_of(world)
    old = old_firm(world, last, least=0.06)
    relations = live(world, old, last) or world.of_importer[old.key][-1:]
    count = int(world.rng.integers(2, 4))
    begins = [min(world.days - 60, first + int(world.rng.integers(0, 150))) for _ in range(count)]
    fresh = [world.firms.importer(opened=begin - int(world.rng.integers(5, 120))) for begin in begins]
    number = plant(world, "gives_up_and_many_follow", [("importer", old), ("importer", fresh[0])], bad=False)
    others = [old_firm(world, last) for _ in range(int(world.rng.integers(1, 4)))]
    for i, (heir, begin) in enumerate([*zip(fresh, begins, strict=True), *((other, first) for other in others)]):
        theirs = relations[i % len(relations)]
        good = theirs.good
        scheme = number if heir is fresh[0] else -1
        rate = max(theirs.rate * float(world.rng.uniform(0.1, 0.5)), 4.0 / (world.days - begin))
        world.add(world.relation(heir, theirs.maker, good, start=begin, scheme=scheme, rate=rate))
        if heir in fresh:  # and with a maker of its own
            maker = world.maker_of(good, world.firms.pick(world.countries_of(good)), begin)
            world.add(world.relation(heir, maker, good, start=begin, scheme=scheme, rate=rate))
    end_trade(world, old, last)
    enforce(world, old, event)
