"""Importers and makers that become others, to escape what is on file or for honest reasons.

Invariant: newcomers of schemes are made like all newcomers; what they take over is drawn relation by relation.
Some share no identifier with the firm before them, only its trade.
"""

from dataclasses import replace

from tests.worlds.firms import Firm
from tests.worlds.trade import Enforcement, Relation, Scheme, World

KIND = "identity_change"


def old_firm(world: World, day: int, *, least: float = 0.02) -> Firm:
    """An ordinary importer who trades on that day, often enough to be missed, and for a while before."""
    least = max(least, 12 / (world.days - day))
    firms = [
        (key, relations)
        for key, relations in world.of_importer.items()
        if f"importer:{key}" not in world.used
        and sum(r.rate for r in relations if r.scheme < 0 and r.start < day - 120 and r.end > day) > least
    ]
    if firms:
        firms = [f for f in firms if sum(r.rate for r in f[1]) < 0.6] or firms
        return firms[int(world.rng.integers(len(firms)))][1][0].importer
    importer = world.firms.importer()
    world.add(world.relation(importer, world.maker_of(0, "CN"), 0, rate=0.05))
    return importer


def live(world: World, firm: Firm, day: int) -> list[Relation]:
    return [r for r in world.of_importer[firm.key] if r.start < day < r.end and r.scheme < 0]


def end_trade(world: World, firm: Firm, day: int) -> None:
    """No relation goes on after the day; one that was to begin later never does."""
    for relation in world.of_importer[firm.key]:
        if relation.start >= day:
            relation.rate = 0.0
        relation.end = max(relation.start + 1, min(relation.end, day))


def take_over(
    world: World,
    old: Firm,
    new: Firm,
    day: int,
    *,
    start: int,
    scheme: int,
    share: float,
    volume: tuple[float, float],
    filer: float = 0.55,
    of: list[Relation] | None = None,
) -> None:
    """The new firm buys what the old one bought, of the same makers, mostly; or some of it (`of`)."""
    rng = world.rng
    relations = of or live(world, old, day) or world.of_importer[old.key][-1:]
    kept = [r for r in relations if rng.random() < share] or relations[:1]
    broker = int(rng.choice(len(world.filers), p=world.filer_weights))
    same_filer = rng.random() < filer
    for relation in kept:
        world.add(
            replace(
                relation,
                importer=new,
                start=start,
                end=world.days - 1,
                scheme=scheme,
                ramp=1.0,
                rate=max(relation.rate * float(rng.uniform(*volume)), 4.0 / max(30, world.days - start)),
                filer=relation.filer if same_filer else broker,
                buyer=relation.buyer if relation.buyer is not old else new,
                price=relation.price * float(rng.normal(0.99, 0.03)),
            )
        )
    if rng.random() < 0.35:  # and something of its own
        good = int(rng.integers(len(world.orders)))
        country = world.firms.pick(world.countries_of(good))
        world.add(
            world.relation(new, world.maker_of(good, country, start), good, start=start, rate=0.01, scheme=scheme)
        )


def enforce(world: World, firm: Firm, day: int, role: str = "importer") -> None:
    """Something that is worth escaping."""
    kind, result, area = [
        ("penalty", "discrepant", "adcvd"),
        ("seizure", "seized", "ipr"),
        ("exam", "discrepant", "origin"),
        ("audit", "discrepant", "value"),
        ("exam", "discrepant", "classification"),
        ("detention", "refused", "safety"),
        ("document_review", "discrepant", "adcvd"),
    ][int(world.rng.integers(7))]
    on_lot = kind not in ("penalty", "audit") or world.firms.chance(0.5)
    world.enforcements.append(
        Enforcement(firm, role, max(5, day), kind, result, area, on_lot, float(world.rng.lognormal(10.5, 1.2)))
    )


def days_of(world: World) -> tuple[int, int, int]:
    """The day of enforcement, the old firm's last, the new one's first."""
    last = world.between(world.days * 0.22, world.days * 0.78)
    low, high = world.style.handover_days
    first = min(world.days - 60, max(30, last + int(world.rng.integers(low, high))))
    return last - int(world.rng.integers(5, 150)), last, first


def plant(world: World, family: str, members: list[tuple[str, Firm]], *, bad: bool) -> int:
    return world.plant(Scheme(KIND, "positive" if bad else "hard_negative", family, world.firms.person(), members))


def _succession(
    world: World, family: str, *, bad: bool, share: float = 0.9, volume: tuple[float, float] = (0.6, 1.15)
) -> tuple[Firm, Firm, int]:
    event, last, first = days_of(world)
    old = old_firm(world, last)
    new = world.firms.importer(opened=first - int(world.rng.integers(5, 120)))
    number = plant(world, family, [("importer", old), ("importer", new)], bad=bad)
    take_over(world, old, new, last, start=first, scheme=number, share=share, volume=volume)
    end_trade(world, old, last)
    if bad:
        enforce(world, old, event)
    return old, new, first


def phoenix(world: World) -> None:
    old, new, _ = _succession(world, "phoenix_after_enforcement", bad=True)
    if world.dealt("successor tie", world.style.identifiers_shared):
        if world.firms.chance(0.5):
            new.phone = old.phone
        else:
            new.officers = [world.firms.pick(old.officers), *new.officers[:1]]


def same_address(world: World) -> None:
    old, new, _ = _succession(world, "new_name_same_address", bad=True)
    world.firms.same_street(new, old)
    if world.firms.chance(0.3):
        new.address = new.address.replace("Street", "St").replace("Avenue", "Ave").replace("Road", "Rd")


def same_phone(world: World) -> None:
    old, new, _ = _succession(world, "new_address_same_phone_and_maker", bad=True)
    new.phone = old.phone
    if world.firms.chance(0.3):
        new.phone = "".join(c for c in new.phone if c.isdigit())


def same_officer(world: World) -> None:
    old, new, _ = _succession(world, "new_ein_same_officer", bad=True)
    new.officers = [old.officers[0], *new.officers[:1]]
    if world.firms.chance(0.4):
        new.name = f"{old.name.split()[0]} {new.name.split(' ', 1)[-1]}"


def trade_only(world: World) -> None:
    _succession(world, "no_identifier_shared", bad=True, share=1.0, volume=(0.8, 1.1))


def handover(world: World) -> None:
    """One fades over most of a year while the other grows."""
    event, last, _ = days_of(world)
    old = old_firm(world, last)
    begin = max(30, last - int(world.rng.integers(120, 280)))
    new = world.firms.importer(opened=begin - 30)
    number = plant(world, "gradual_hand_over", [("importer", old), ("importer", new)], bad=True)
    take_over(world, old, new, last, start=begin, scheme=number, share=0.95, volume=(0.8, 1.2))
    for relation in world.of_importer[new.key]:
        relation.ramp = 0.7
    for relation in live(world, old, last):
        if relation.start < begin:  # trade before, and a fading rest
            world.add(replace(relation, start=begin, end=last, rate=relation.rate * 0.55, ramp=1.6))
            relation.end = begin
    end_trade(world, old, last)
    enforce(world, old, min(event, begin - 5))
    if world.dealt("successor tie", world.style.identifiers_shared):
        new.officers = [*new.officers[:1], world.firms.pick(old.officers)]


def maker_renamed(world: World) -> None:
    """A maker with a bad name gets another, and an MID with it; its customers stay."""
    _, last, first = days_of(world)
    counts: dict[str, list[Relation]] = {}
    for relation in world.relations:
        if relation.start < last < relation.end and relation.scheme < 0:
            counts.setdefault(relation.maker.key, []).append(relation)
    fit = [
        r
        for key, r in counts.items()
        if 2 <= len(r) <= 10 and f"manufacturer:{key}" not in world.used and sum(x.rate for x in r) > 0.02
    ]
    chosen = fit[int(world.rng.integers(len(fit)))] if fit else next(iter(counts.values()))
    old = chosen[0].maker
    new = world.firms.maker(old.country, opened=first, at=old if world.firms.chance(0.4) else None)
    number = plant(world, "maker_changes_name_and_mid", [("manufacturer", old), ("manufacturer", new)], bad=True)
    for relation in [r for r in world.relations if r.maker is old]:
        if relation.start >= last:
            relation.rate = 0.0
        elif relation.end > last:
            if world.rng.random() < 0.9:
                world.add(
                    replace(
                        relation,
                        maker=new,
                        start=max(first, 1),
                        end=relation.end if relation.end > first + 30 else world.days - 1,
                        scheme=number,
                    )
                )
            relation.end = last
    enforce(world, old, last - int(world.rng.integers(5, 150)), "manufacturer")
    if world.dealt("successor tie", world.style.identifiers_shared):
        if world.firms.chance(0.5):
            new.phone = old.phone
        else:
            new.officers = list(old.officers)


def declared(world: World) -> None:
    """A new name on the 5106, the number and the bond unchanged."""
    event, last, _ = days_of(world)
    firm = old_firm(world, last)
    plant(world, "declared_5106_change", [("importer", firm)], bad=False)
    before = replace(firm, officers=list(firm.officers), former=[])
    firm.former.append((last, before))
    firm.name = world.firms.us_name()
    if world.rng.random() < 0.5:
        place = world.firms.importer()
        world.firms.importers.pop()
        world.firms.same_street(firm, place)
    if world.firms.chance(0.4):
        enforce(world, firm, event)
    _mark(world, firm, last)


def _mark(world: World, firm: Firm, day: int) -> None:
    """Truth's entries of a look-alike are its lots after the day."""
    number = len(world.schemes) - 1
    for relation in live(world, firm, day):
        world.add(replace(relation, start=day, scheme=number))
        relation.end = day


def merger(world: World) -> None:
    old, new, first = _succession(world, "public_merger", bad=False, volume=(0.9, 1.1))
    world.claims.append((f"importer:{new.key}", "successor_of", f"importer:{old.key}", "fact", first))
    if world.firms.chance(0.6):
        world.claims.append((f"importer:{old.key}", "owned_by", f"importer:{new.key}", "fact", first - 20))
    if world.firms.chance(0.5):
        new.officers = [old.officers[0], *new.officers[:1]]
    if world.firms.chance(0.3):
        world.firms.same_street(new, old)


def spin_off(world: World) -> None:
    _, day, first = days_of(world)
    old = old_firm(world, day, least=0.03)
    new = world.firms.importer(opened=first)
    number = plant(world, "spin_off", [("importer", old), ("importer", new)], bad=False)
    taken = live(world, old, day)
    taken = taken[: max(1, len(taken) // 2)]
    for relation in taken:
        world.add(
            replace(
                relation,
                importer=new,
                start=first,
                end=world.days - 1,
                scheme=number,
                buyer=new if relation.buyer is old else relation.buyer,
            )
        )
        relation.end = max(relation.start + 1, min(relation.end, first))
    if len(live(world, old, first)) == 0:
        world.add(replace(taken[0], end=world.days - 1, rate=taken[0].rate * 0.5)) if taken else None
    world.claims.append((f"importer:{new.key}", "owned_by", f"importer:{old.key}", "fact", first))
    if world.firms.chance(0.5):
        new.officers = [*new.officers[:1], old.officers[0]]


def _unrelated(world: World, family: str, *, event: bool = True) -> tuple[Firm, Firm]:
    """One firm ends and another begins in the same product; nothing but that joins them."""
    enforced, last, first = days_of(world)
    old = old_firm(world, last)
    new = world.firms.importer(opened=first)
    number = plant(world, family, [("importer", old), ("importer", new)], bad=False)
    relations = live(world, old, last) or world.of_importer[old.key]
    for relation in relations[: int(world.rng.integers(1, 3))]:
        country = world.firms.pick(world.countries_of(relation.good))
        maker = world.maker_of(relation.good, country, first)
        world.add(
            world.relation(
                new,
                maker,
                relation.good,
                start=first,
                scheme=number,
                rate=max(relation.rate * float(world.rng.uniform(0.3, 1.3)), 5.0 / (world.days - first)),
            )
        )
    end_trade(world, old, last)
    if event and world.firms.chance(0.75):
        enforce(world, old, enforced)
    return old, new


def virtual_office(world: World) -> None:
    old, new = _unrelated(world, "virtual_office")
    office = world.firms.offices[int(world.rng.integers(12))]
    for firm in (old, new):
        firm.address, firm.city, firm.region, firm.postal_code = office
        firm.address += f", Suite {world.rng.integers(100, 900)}"


def shared_director(world: World) -> None:
    old, new = _unrelated(world, "professional_director")
    director, agent = world.firms.pick(world.firms.directors), world.firms.pick(world.firms.agents)
    for firm in (old, new):
        firm.officers = [*firm.officers[:1], director]
        firm.agent = agent


def ein_suffix(world: World) -> None:
    """Another suffix is another branch of the same taxpayer."""
    event, last, first = days_of(world)
    while True:
        old = old_firm(world, last)
        if old.key[2] == "-":
            break
        world.used.add(f"importer:{old.key}")
    key = f"{old.key[:10]}{'01' if old.key.endswith('00') else '00'}"
    new = replace(old, key=key, officers=list(old.officers), former=[], opened=first)
    new.written = world.firms.spelt(key)
    world.firms.importers.append(new)
    number = plant(world, "other_ein_suffix", [("importer", old), ("importer", new)], bad=False)
    take_over(world, old, new, last, start=first, scheme=number, share=1.0, volume=(0.8, 1.1))
    end_trade(world, old, last)
    if world.firms.chance(0.4):
        enforce(world, old, event)


def scatters(world: World) -> None:
    """A firm gives up after enforcement and its customers go to many."""
    event, last, first = days_of(world)
    old = old_firm(world, last, least=0.04)
    relations = live(world, old, last)
    newcomer = world.firms.importer(opened=first)
    others = [newcomer, *(old_firm(world, last) for _ in range(3)), world.firms.importer(opened=first)]
    members = [("importer", old), ("importer", newcomer)]
    number = plant(world, "quits_and_customers_scatter", members, bad=False)
    for i in range(max(4, len(relations))):
        relation = relations[i % len(relations)] if relations else world.of_importer[old.key][0]
        heir = others[i % len(others)]
        world.add(
            replace(
                relation,
                importer=heir,
                start=max(first, 1),
                end=world.days - 1,
                scheme=number if heir is newcomer else -1,
                rate=max(relation.rate * 0.25, 4.0 / (world.days - first)),
                filer=world.of_importer[heir.key][0].filer
                if world.of_importer.get(heir.key)
                else int(world.rng.integers(len(world.filers))),
                buyer=relation.buyer if relation.buyer is not old else heir,
            )
        )
    end_trade(world, old, last)
    enforce(world, old, event)


def chance_newcomer(world: World) -> None:
    """Both buy of one of the large makers, as very many do."""
    old, new = _unrelated(world, "newcomer_with_same_big_maker")
    relation = world.of_importer[new.key][0]
    pool = world.weights[relation.good, relation.maker.country]
    big = world.pools[relation.good, relation.maker.country][int(pool.argmax())]
    relation.maker = big
    day = max(world.of_importer[old.key][0].start, 0)
    end = max(r.end for r in world.of_importer[old.key])
    world.add(world.relation(old, big, relation.good, start=day, end=end, rate=relation.rate))
