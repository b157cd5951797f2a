"""Everything that speaks for or against a candidate, gathered from trade, bills, records and plants.

Invariant: what is asked of the engine is asked once for all candidates; one candidate's evidence needs no more of it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir
import numpy as np

from graph.detect.diversion import goods, passage, plants, ties
from graph.detect.diversion.carriers import ways
from graph.detect.diversion.casework import Casework
from graph.detect.diversion.custom import (
    Makers,
    Market,
    beginners,
    customers,
    diverted,
    kept_bits,
    old_plant,
    switched_bits,
    was_plant,
    with_matches,
)
from graph.detect.diversion.examined import Customer, Examination, Examined, Habits, Inward
from graph.detect.diversion.inward import (
    Shipped,
    Waybills,
    inward,
    laden_elsewhere,
    lots_of,
    names_of,
    suppliers,
    waybills,
)
from graph.detect.diversion.orders import EPOCH, Order
from graph.detect.diversion.outside import Reach
from graph.detect.diversion.papers import Paper, Papers
from graph.detect.diversion.passage import TELLING_PASSAGE_BITS, Lots, Passage
from graph.detect.diversion.plants import CAN_MAKE, Capacity, Plant
from graph.detect.diversion.supplies import supplied
from graph.detect.diversion.surge import monthly_trade, surge
from graph.detect.diversion.ties import Claim, Held, Tie
from graph.detect.diversion.trade import (
    LEAST_LINES,
    NO_ROWS,
    Floats,
    Ints,
    Lines,
    MakerTrade,
    candidates,
    first_days,
    is_new,
    lines_from_country,
    lines_of_makers,
    maker_trade,
    newcomers,
)
from graph.detect.diversion.workshops import names_on_bills, sellers, with_workshops
from graph.detect.diversion.written_names import Spellings
from graph.facts.store import FactStore

YEAR_DAYS = 365
QUARTER_DAYS = 90
# A plant's year is not reckoned from fewer days than half of one.
LEAST_SPAN_DAYS = 182
# The window in which new makers are counted is never taken for shorter than this.
LEAST_WINDOW_DAYS = 30
PRICE = ("price",)


def examine(
    facts: FactStore,
    lines: ir.Table,
    orders: list[Order],
    *,
    as_of: date | None,
    until: date,
    progress: Callable[[str], None] | None = None,
) -> Examination | None:
    """Gather the evidence on every candidate; None when there is no candidate."""
    say = progress or (lambda _: None)
    say("makers of goods under an order")
    sold = sellers(lines)
    makers = with_workshops(maker_trade(lines), sold)
    observed_from, rate = newcomers(facts, as_of=as_of, until=until)
    plants_of = plants.plants(facts, {s for m in makers for s in m.spellings}, as_of=as_of)
    names = names_on_bills(makers, sold)
    for number, plant in plants_of.items():
        names[number] |= {key for key, _ in plant.names}
    fed = supplied(facts, makers, names, orders, as_of=as_of, until=until)
    chosen = candidates(makers, orders, observed_from=observed_from, supplied=fed)
    if not chosen:
        return None
    say("candidates' lines")
    own = lines_of_makers(lines, [*chosen, *(m for m in makers if was_plant(m, orders[m.order]))])
    buyers = {(c.order, t) for c in chosen for t in set(own.take(c.key, "taxpayer"))}
    receivers = {(c.order, r) for c in chosen for r in set(own.take(c.key, "receiver")) if r}
    home = lines_from_country(lines, buyers | receivers)
    began = first_days(facts, {t for _, t in buyers | receivers}, as_of=as_of, until=until)
    suspected = _suspected(c for c in chosen if is_new(c, orders[c.order], observed_from=observed_from))
    levels = goods.goods_levels(lines, suspected)
    say("months of trade")
    months = monthly_trade(facts, lines, buyers, orders, as_of=as_of, until=until, first_day=observed_from)
    say("bills of lading")
    numbers = {b for c in chosen for b in own.take(c.key, "bill") if b}
    laden_in = {where for where in own.texts["laden_in"].tolist() if where and where != "US"}
    bills = waybills(
        passage.foreign_bills(facts, {c.origin for c in chosen} | laden_in, as_of=as_of, until=until),
        passage.onward_bills(facts, {c.origin for c in chosen}, orders, as_of=as_of, until=until),
        passage.us_bills(facts, numbers, as_of=as_of, until=until),
        own,
    )
    say("records")
    home_makers = _home_makers(lines, orders)
    asked = {m for c in chosen for m in c.spellings}
    entities = {f"manufacturer:{m}" for m in asked}
    on_file = plants_of | plants.plants(facts, {m for ms in home_makers.values() for m in ms}, as_of=as_of)
    circle = entities | {f"importer:{t}" for _, t in buyers}
    there = {f"manufacturer:{m}" for ms in home_makers.values() for m in ms}
    tied, held = ties.read(facts, entities, circle, there, as_of=as_of)
    gathered = _Gathered(
        orders=orders,
        market=Market(
            Makers(makers),
            own,
            home,
            Papers(own, {o.number: o.country for o in orders}, home_makers, ways(facts, as_of=as_of, until=until)),
            began,
            observed_from,
            (until - EPOCH).days,
        ),
        newcomers_a_day=rate,
        levels=levels,
        bills=bills,
        home_makers=home_makers,
        home_names={
            number: Spellings((key, m) for m in ms if m in on_file for key, _ in on_file[m].names)
            for number, ms in home_makers.items()
        },
        ties=tied,
        held=held,
        casework=Casework(facts, own, asked, as_of=as_of, until=until),
        reach=Reach(facts, own, asked | {m for ms in home_makers.values() for m in ms}, as_of=as_of, until=until),
        claims=ties.claims(facts, entities, as_of=as_of),
        plants=on_file,
        capacities=plants.capacities(facts, asked, as_of=as_of),
        shipped=_shipped(chosen, own),
        supplied=fed,
        usual=_usual(own, suspected),
        entities=frozenset(entities),
        home_entities={number: frozenset(f"manufacturer:{m}" for m in ms) for number, ms in home_makers.items()},
    )
    say("what speaks for and against")
    alone = [x for c in chosen if (x := _examined(gathered, c)) is not None]
    among = beginners([x.customers for x in alone])
    examined = tuple(replace(x, beginners=of) for x, of in zip(alone, among, strict=True))
    surges = {(number, origin): surge(months, orders[number], origin) for number, origin in months.goods}
    told = {key: found for key, found in surges.items() if found is not None}
    return Examination(examined, own, home, bills.foreign, bills.own, dict(bills.own_at), tuple(orders), told)


@dataclass(frozen=True, slots=True)
class _Usual:
    """How many lines under an order have each filer and each tariff number, and how many there are."""

    filers: Counter[str]
    hts: Counter[str]
    lines: int


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What was read for all candidates; by order number, MID or entity as the names say."""

    orders: list[Order]
    market: Market
    newcomers_a_day: float  # for each maker that is known
    levels: goods.GoodsLevels
    bills: Waybills
    home_makers: Mapping[int, list[str]]
    home_names: Mapping[int, Spellings]
    ties: Mapping[str, list[Tie]]
    held: Mapping[str, list[Held]]
    casework: Casework
    reach: Reach
    claims: Mapping[str, list[Claim]]
    plants: Mapping[str, Plant]
    capacities: Mapping[str, list[Capacity]]
    shipped: Mapping[str, frozenset[str]]  # tariff numbers, under any order
    supplied: Mapping[tuple[int, str, str], int]  # by candidate, the day from which such goods were consigned to it
    usual: Mapping[int, _Usual]
    entities: frozenset[str]  # all candidates
    home_entities: Mapping[int, frozenset[str]]  # the makers of the order's country


def _home_makers(lines: ir.Table, orders: list[Order]) -> dict[int, list[str]]:
    """By order, the makers of its country that ship the goods."""
    t = lines.filter(lines.origin == lines.country, lines.maker.notnull()).select("order", "maker").distinct()
    found: dict[int, list[str]] = {order.number: [] for order in orders}
    for row in t.order_by("order", "maker").to_pyarrow().to_pylist():
        found[row["order"]].append(row["maker"])
    return found


def _shipped(chosen: Iterable[MakerTrade], own: Lines) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for c in chosen:
        found[c.maker] = found.get(c.maker, frozenset()) | _texts(own, own.of[c.key], "hts")
    return found


def _texts(lines: Lines, rows: Ints, name: str) -> frozenset[str]:
    """What these lines say in a column, each text once."""
    return frozenset(lines.texts[name][np.unique(lines.codes[name][rows])].tolist())


def _suspected(chosen: Iterable[MakerTrade]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for c in chosen:
        found[c.order] = found.get(c.order, frozenset()) | frozenset(c.spellings)
    return found


def _examined(g: _Gathered, c: MakerTrade) -> Examined | None:
    """The evidence on one maker; None when under one spelling its new customers turn out to be old ones."""
    order, own = g.orders[c.order], g.market.own
    new = is_new(c, order, observed_from=g.market.observed_from)
    every = own.of[c.key]
    wide = _since_supplied(g, c, order, every) if not new and c.key in g.supplied else None
    if not new and wide is None and c.switched_lines < LEAST_LINES and not g.market.papers.lines(every):
        return None
    buyers = _priced(g, c, customers(g.market, c, order, every), every)
    # An old plant's trade is its own, but for customers that came to it, or goods that say they came, from there.
    rows = np.sort(np.concatenate([b.rows for b in buyers if b.new and (new or diverted(b))] or [NO_ROWS]))
    way = _way(g, c, order, rows) if len(rows) >= LEAST_LINES else None
    if wide is not None and (way is None or wide.passed.bits > way.passed.bits):
        way, buyers = wide, _topped_up(g, buyers, wide)
        rows = np.sort(np.concatenate([b.rows for b in buyers if b.topped_up or (b.new and diverted(b))]))
    if way is None or len(rows) < LEAST_LINES:
        return None
    lots, into, passed = way.lots, way.into, way.passed
    day, weights = own.columns["day"][rows], np.nan_to_num(own.columns["weight"][rows])
    speaking = [*{i for _, i in passed.pairs}, *into.same.tolist()]
    behind, shipper = suppliers(g.bills.foreign, g.home_names[order.number], buyers, speaking)
    buyers = with_matches(g.market, buyers, lots, passed)
    partners = _partners(g, c, buyers, behind)
    claims = _claims(g, c, partners)
    plant = next((g.plants[s] for s in (c.maker, *c.spellings) if s in g.plants), None)
    able, ratio = _capacity(g, c, rows)
    old, share = old_plant(g.market, c, order, buyers)
    circle = [*(f"manufacturer:{s}" for s in c.spellings), *(f"importer:{b.taxpayer}" for b in buyers if b.new)]
    usual, bits = switched_bits(g.market, c, buyers)
    alike = goods.likeness(
        g.levels,
        order=c.order,
        origin=c.origin,
        own=c.spellings,
        suppliers=behind[:1] or [m for b in buyers for m, _ in b.suppliers],
        measured=_logs(own, rows),
        ordinary=_logs(own, _without(every, rows)),
    )
    papers = g.market.papers.of(order.country, rows)
    return Examined(
        trade=c,
        order=order,
        new=new,
        rows=rows,
        customers=tuple(buyers),
        newcomer_bits=_newcomer_bits(g, order) if new else 0.0,
        chance_share=usual,
        switched_bits=bits,
        kept_bits=kept_bits(buyers, new=new),
        likeness=tuple(alike),
        lots=lots,
        passage=passed,
        inward=into,
        shipped_kg=way.shipped_kg,
        suppliers=tuple(behind),
        supplier_shipper=shipper,
        ties=_ties(g, c, buyers, partners),
        alleged=tuple(x for x in claims if x.status in ties.ALLEGED),
        disclosed=tuple(x for x in claims if x.status == "fact"),
        plant=plant,
        years_standing=_years_standing(c, plant),
        capacity=able,
        capacity_ratio=ratio,
        old_plant=old,
        old_plant_share=share,
        others_switched=g.market.makers.switched_lines[c.order] - c.switched_lines,
        first_quarter_kg=float(weights[day < int(day.min()) + QUARTER_DAYS].sum()),
        papers=papers,
        sender=_sender(g, papers),
        circle=tuple(dict.fromkeys(held for member in circle for held in g.held.get(member, []))),
        circle_size=1 + sum(b.new for b in buyers),
        habits=_habits(g, c, rows),
        looks=g.casework.of(c.spellings, rows),
        outside=g.reach.of(order, c.spellings, rows, behind),
        succeeds=_succeeds(g, c),
    )


def _since_supplied(g: _Gathered, c: MakerTrade, order: Order, every: Ints) -> "_Way | None":
    """The way of all that an old plant ships since such goods are consigned to it; None where lots do not pass."""
    since = every[g.market.own.columns["day"][every] >= g.supplied[c.key]]
    wide = _way(g, c, order, since) if len(since) >= LEAST_LINES else None
    return wide if wide is not None and wide.passed.bits > TELLING_PASSAGE_BITS else None


@dataclass(frozen=True, slots=True)
class _Way:
    """The lots of some lines of a maker beside what came in for it."""

    lots: Lots
    into: Inward
    passed: Passage
    shipped_kg: float


def _way(g: _Gathered, c: MakerTrade, order: Order, rows: Ints) -> _Way:
    own, foreign = g.market.own.columns, g.bills.foreign
    day = own["day"][rows]
    lots = lots_of(g.bills, g.market.own, rows)
    elsewhere = laden_elsewhere(g.market.own, lots, c.origin, order)
    shipped = Shipped(_texts(g.market.own, rows, "hts"), g.shipped[c.maker], int(day.min()), int(day.max()), elsewhere)
    into = inward(g.bills, names_of(g.bills, g.plants, c, lots), order, c.origin, shipped)
    inward_bills = [g.bills.between_countries(order, country, shipped.headings) for country in (c.origin, *elsewhere)]
    # What the maker is sent from elsewhere as finished goods may have come there from the order's country, and what it
    # is sent as other goods may be these in parts, or under another number, unless its plant is known to make them.
    named = into.named
    sent = into.elsewhere if _makes_them(g, c, rows) else np.union1d(into.elsewhere, into.other)
    if len(sent):
        inward_bills.append(passage.in_order(foreign, sent))
        named = np.union1d(named, sent)
    not_these = np.union1d(into.gone_on, into.came_back)
    passed = passage.passage(lots, foreign, inward_bills, named=named, until=shipped.last_day, without=not_these)
    return _Way(lots, into, passed, float(np.nansum(own["weight"][rows])))


def _makes_them(g: _Gathered, c: MakerTrade, rows: Ints) -> bool:
    """Whether customs saw the plant at work, and somebody measured that it can make what it ships."""
    able, ratio = _capacity(g, c, rows)
    if able is None or ratio is None or not able.seen or ratio > CAN_MAKE:
        return False
    looks = g.casework.of(c.spellings, rows)
    return bool(looks.visits or looks.papers) and not looks.no_plant


def _topped_up(g: _Gathered, buyers: Iterable[Customer], way: _Way) -> list[Customer]:
    """The customers of an old plant; of those that are no new ones what counts are the lines of lots that passed.

    One lot of many that a customer bought may pass by chance.
    """
    matched = way.lots.lot[sorted({o for o, _ in way.passed.pairs})]
    found = []
    for b in buyers:
        passed = b.rows[passage.among(g.market.own.lots[b.rows], matched)]
        lots = len(np.unique(g.market.own.lots[passed]))
        ordinary = not (b.new and diverted(b)) and (lots > 1 or 2 * len(passed) > len(b.rows))
        found.append(replace(b, rows=passed, topped_up=True) if ordinary else b)
    return found


def _priced(g: _Gathered, c: MakerTrade, buyers: Sequence[Customer], every: Ints) -> list[Customer]:
    """The customers with what they pay beside what they paid before, and what old customers pay."""
    if not any(b.new and len(b.home_rows) for b in buyers):
        return list(buyers)
    ordinary = _logs(g.market.own, _without(every, np.concatenate([b.rows for b in buyers if b.new])), PRICE)
    return [
        replace(
            b, kept_price=goods.kept_price(
                g.levels, order=c.order, origin=c.origin, own=c.spellings,
                before=_logs(g.market.home, b.home_rows, PRICE), now=_logs(g.market.own, b.rows, PRICE),
                ordinary=ordinary,
            ),
        ) if b.new and len(b.home_rows) else b
        for b in buyers
    ]  # fmt: skip


def _without(every: Ints, rows: Ints) -> Ints:
    """A maker's rows, which follow one another, without some of them."""
    other = np.ones(len(every), dtype=np.bool_)
    other[rows - every[0]] = False
    return every[other]


def _sender(g: _Gathered, papers: Iterable[Paper]) -> str:
    """Who stands on most of the papers that name a seller in the order's country; empty where no one firm does."""
    own = g.market.own.columns
    for paper in papers:
        if paper.kind == "exporter":
            written = [number[2:] for number in own["exporter"][paper.rows]]
        elif paper.kind == "shipped_from":
            at = g.bills.of_lot(g.market.own.lots[paper.rows])
            written = g.bills.own.shipper_key[at[at >= 0]].tolist()
        else:
            continue
        who, lines = max(Counter(written).items(), key=lambda x: (x[1], x[0] or ""), default=("", 0))
        if who and 2 * lines > len(written):
            return str(who)
    return ""


def _newcomer_bits(g: _Gathered, order: Order) -> float:
    """How rare it is, in bits, that a maker begins between the petition and now."""
    window = g.market.until_day - max(order.petition_day, g.market.observed_from)
    return float(-np.log2(1 - np.exp(-g.newcomers_a_day * max(window, LEAST_WINDOW_DAYS))))


def _years_standing(c: MakerTrade, plant: Plant | None) -> float | None:
    if plant is None or plant.established_day is None:
        return None
    return (c.first_day - plant.established_day) / YEAR_DAYS


def _habits(g: _Gathered, c: MakerTrade, rows: Ints) -> Habits:
    """What the maker's lines have most, beside how usual that is on lines of makers that are not new."""
    own, usual = g.market.own, g.usual[c.order]
    filer, hts = (str(own.texts[name][_most(own.codes[name][rows])]) for name in ("filer", "hts"))
    shares = [(values[value] + 1) / (usual.lines + 1) for values, value in ((usual.filers, filer), (usual.hts, hts))]
    return Habits(filer, shares[0], hts, shares[1])


def _most(codes: Ints) -> int:
    """The code that most have, of several the one that comes first."""
    found, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return int(found[np.lexsort((first, -counts))[0]])


def _usual(own: Lines, suspected: Mapping[int, frozenset[str]]) -> dict[int, _Usual]:
    """By order, what lines of makers that are not new have."""
    order = own.columns["order"]
    makers = {maker: i for i, maker in enumerate(own.texts["maker"].tolist())}
    new = np.zeros((int(order.max(initial=0)) + 1, len(makers)), dtype=np.bool_)
    for number, numbers in suspected.items():
        new[number, [makers[maker] for maker in numbers if maker in makers]] = True
    rows = np.flatnonzero(~new[order, own.codes["maker"]])
    found = {number: _Usual(Counter(), Counter(), 0) for number in np.unique(order).tolist()}
    for name in ("filer", "hts"):
        texts = own.texts[name]
        pairs, counts = np.unique(order[rows] * len(texts) + own.codes[name][rows], return_counts=True)
        for pair, lines in zip(pairs.tolist(), counts.tolist(), strict=True):
            usual = found[pair // len(texts)]
            (usual.filers if name == "filer" else usual.hts)[texts[pair % len(texts)]] = lines
    return {number: replace(usual, lines=usual.filers.total()) for number, usual in found.items()}


def _partners(g: _Gathered, c: MakerTrade, buyers: list[Customer], behind: list[str]) -> dict[str, Collection[str]]:
    """Those with whom a tie would tell something, by what they are to the maker."""
    own = {f"manufacturer:{s}" for s in c.spellings}
    bought = {m for b in buyers for m, _ in b.suppliers}
    return {
        "supplier": {f"manufacturer:{m}" for m in behind} - own,
        "importer": {f"importer:{b.taxpayer}" for b in buyers},
        "supplier of its importers": {f"manufacturer:{m}" for m in bought} - own,
        "maker in the order's country": ties.Others(g.home_entities[c.order], own),
        "other new maker": ties.Others(g.entities, own),
    }


def _ties(
    g: _Gathered, c: MakerTrade, buyers: Iterable[Customer], partners: Mapping[str, Collection[str]]
) -> tuple[tuple[Tie, str, float], ...]:
    """The maker's ties with its partners, and its new customers' with makers of the order's country."""
    own = ties.telling((t for s in c.spellings for t in g.ties.get(f"manufacturer:{s}", [])), partners)
    held = {(tie.kind, tie.value) for tie, _, _ in own}
    new = [f"importer:{b.taxpayer}" for b in buyers if b.new]
    there = {"maker in the order's country": partners["maker in the order's country"]}
    theirs = ties.telling((t for who in new for t in g.ties.get(who, [])), there, holders=len(new))
    return (*own, *(tie for tie in theirs if (tie[0].kind, tie[0].value) not in held))


def _claims(g: _Gathered, c: MakerTrade, partners: Mapping[str, Collection[str]]) -> list[Claim]:
    said = [claim for s in c.spellings for claim in g.claims.get(f"manufacturer:{s}", [])]
    return [x for x in said if any(x.subject in near or x.object in near for near in partners.values())]


def _succeeds(g: _Gathered, c: MakerTrade) -> Claim | None:
    """The fact on record by which the maker goes on for another of its country that shipped such goods before it."""
    for claim in (claim for s in c.spellings for claim in g.claims.get(f"manufacturer:{s}", [])):
        old = claim.object.partition(":")[2]
        own = claim.subject.partition(":")[2] in c.spellings and old not in c.spellings
        told = own and claim.relation == "successor_of" and claim.status == "fact"
        if told and g.market.makers.shipped_before(c.order, c.origin, (old,), c.first_day):
            return claim
    return None


def _capacity(g: _Gathered, c: MakerTrade, rows: Ints) -> tuple[Capacity | None, float | None]:
    """What the plant can make, latest known, and how often its busiest year's shipments hold that."""
    own = g.market.own.columns
    best: tuple[Capacity | None, float | None] = (None, None)
    for able in (a for s in c.spellings for a in g.capacities.get(s, [])):
        inside = np.array([h.startswith(able.heading) for h in own["hts"][rows]], dtype=np.bool_)
        inside &= own["unit"][rows] == able.unit
        if not inside.any():
            continue
        quantity, days = np.nan_to_num(own["quantity"][rows[inside]]), own["day"][rows[inside]]
        # The busiest year, or the whole time where it is shorter; a few months are not blown up to a year.
        upto = np.cumsum(quantity)
        from_year = np.searchsorted(days, days - YEAR_DAYS, "left")
        most = float((upto - np.where(from_year > 0, upto[from_year - 1], 0.0)).max())
        span = max(int(days.max() - days.min()) + 30, LEAST_SPAN_DAYS)
        best = (able, most * max(1.0, YEAR_DAYS / span) / able.annual_quantity)
    return best


def _logs(
    lines: Lines, rows: Ints, measures: Iterable[str] = goods.MEASURES
) -> dict[tuple[str, str], dict[str, Floats]]:
    """Logarithms of what can be measured on these lines, by (hts, unit) and measure."""
    of = lines.goods[rows]
    kinds = np.unique(of).tolist()
    each = {kind: rows[of == kind] if len(kinds) > 1 else rows for kind in sorted(kinds, key=lines.kinds.__getitem__)}
    return {lines.kinds[kind]: {name: lines.logs[name][at] for name in measures} for kind, at in each.items()}
