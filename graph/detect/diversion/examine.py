"""Everything that speaks for or against a candidate, gathered from trade, bills, records and plants.

Invariant: each number here can be told in a finding with the rows that it rests on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from graph.detect.diversion import goods, passage, plants, ties
from graph.detect.diversion.orders import EPOCH, Order
from graph.detect.diversion.passage import Bills, Lots, Passage
from graph.detect.diversion.ties import Claim, Tie
from graph.detect.diversion.trade import (
    LEAST_LINES,
    Ints,
    Lines,
    MakerTrade,
    candidates,
    first_days,
    lines_from_country,
    lines_of_makers,
    maker_trade,
    newcomers,
)  # fmt: skip
from graph.detect.diversion.written_names import Spellings, slips
from graph.facts.store import FactStore

# Bought from the order's country before and, since the maker began, at less than this share of the pace.
QUIT = 0.5
# An old plant whose number ends so near to the new one's beginning, with so much of its custom, goes on as the new.
HANDED_OVER_DAYS = (-240, 90)
SAME_CUSTOM = 0.5
YEAR_DAYS = 365
# An importer that began so short a time before it bought from a maker began with it.
FRESH_DAYS = 60
# Inward goods count as for the maker's trade from so long before its first lot.
STOCK_DAYS = 90


@dataclass(frozen=True, slots=True)
class Customer:
    """An importer of a maker's goods: what it bought from the order's country before and since."""

    taxpayer: str
    importer: str
    rows: Ints  # positions in the candidate's lines
    first_day: int
    new: bool
    home_lines_before: int
    home_lines_since: int
    switched: bool
    quit: bool
    suppliers: tuple[tuple[str, int], ...]  # makers of the order's country, with lines
    matched_lots: int
    fresh: bool  # began to import at all when it began to buy from the maker, after the petition


@dataclass(frozen=True, slots=True)
class Inward:
    """Named bills of lading to the maker, kg by what is in them; positions in the foreign bills."""

    same_kg: float
    other_kg: float
    unknown_kg: float
    named: Ints
    same: Ints
    other: Ints
    headings: tuple[str, ...]  # of other goods
    from_country: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate maker with all that was found about it."""

    trade: MakerTrade
    order: Order
    new: bool
    rows: Ints  # its lines under the order since its new trade began
    customers: tuple[Customer, ...]
    newcomer_bits: float
    switched_share: float
    chance_share: float
    switched_bits: float
    likeness: tuple[goods.Likeness, ...]
    lots: Lots
    passage: Passage
    inward: Inward
    shipped_kg: float
    suppliers: tuple[str, ...]  # makers of the order's country behind the goods, most probable first
    supplier_shipper: str  # the shipper's name on inward bills
    ties: tuple[tuple[Tie, str, float], ...]
    alleged: tuple[Claim, ...]
    disclosed: tuple[Claim, ...]
    plant: plants.Plant | None
    years_standing: float | None
    capacity: plants.Capacity | None
    capacity_ratio: float | None
    old_plant: str
    old_plant_share: float
    others_switched: int
    first_quarter_kg: float


@dataclass(frozen=True, slots=True)
class Examination:
    """All candidates with the lines and bills that their positions point to."""

    examined: tuple[Examined, ...]
    lines: Lines
    home: Lines
    foreign: Bills
    bills: Bills
    bill_at: dict[str, int]
    orders: tuple[Order, ...]


def examine(
    facts: FactStore,
    lines: ir.Table,
    orders: list[Order],
    *,
    as_of: date | None,
    until: date,
    progress: Callable[[str], None] | None = None,
) -> Examination | None:
    """Gather the evidence on every candidate."""
    say = progress or (lambda _: None)
    say("makers of goods under an order")
    makers = maker_trade(lines)
    observed_from, rate = newcomers(facts, as_of=as_of, until=until)
    chosen = candidates(makers, orders, observed_from=observed_from)
    if not chosen:
        return None
    say("candidates' lines")
    before = _old_plants(makers, orders)
    own = lines_of_makers(lines, [*chosen, *before])
    buyers = {(c.order, t) for c in chosen for t in set(own.take((c.order, c.maker, c.origin), "taxpayer"))}
    home = lines_from_country(lines, buyers)
    began = first_days(facts, {t for _, t in buyers}, as_of=as_of, until=until)
    levels = goods.goods_levels(lines)
    say("bills of lading")
    numbers = {b for c in chosen for b in own.take((c.order, c.maker, c.origin), "bill") if b}
    bills = passage.us_bills(facts, numbers, as_of=as_of, until=until)
    foreign = passage.foreign_bills(facts, {c.origin for c in chosen}, as_of=as_of, until=until)
    say("records")
    home_makers = _home_makers(lines, orders)
    asked = {m for c in chosen for m in c.spellings}
    held = ties.ties(facts, {f"manufacturer:{m}" for m in asked}, as_of=as_of)
    claimed = ties.claims(facts, {f"manufacturer:{m}" for m in asked}, as_of=as_of)
    on_file = plants.plants(facts, asked | {m for ms in home_makers.values() for m in ms}, as_of=as_of)
    able = plants.capacities(facts, asked, as_of=as_of)
    work = _Work(
        orders=orders,
        makers=makers,
        chosen=chosen,
        own=own,
        home=home,
        levels=levels,
        bills=bills,
        foreign=foreign,
        home_makers=home_makers,
        held=held,
        claimed=claimed,
        on_file=on_file,
        able=able,
        observed_from=observed_from,
        rate=rate,
        until_day=(until - EPOCH).days,
        began=began,
    )
    say("what speaks for and against")
    examined = tuple(x for c in chosen if (x := work.examined(c)) is not None)
    return Examination(examined, own, home, foreign, bills, work.bill_at, tuple(orders))


def _old_plants(makers: list[MakerTrade], orders: list[Order]) -> list[MakerTrade]:
    """Makers that shipped before the petition: plants that may go on under another number."""
    return [m for m in makers if m.first_day < orders[m.order].petition_day and m.lines >= 3]


def _home_makers(lines: ir.Table, orders: list[Order]) -> dict[int, list[str]]:
    """By order, the makers of its country that ship the goods."""
    t = lines.filter(lines.origin == lines.country, lines.maker.notnull()).select("order", "maker").distinct()
    found: dict[int, list[str]] = {order.number: [] for order in orders}
    for row in t.order_by("order", "maker").to_pyarrow().to_pylist():
        found[row["order"]].append(row["maker"])
    return found


class _Work:
    """The columns at hand, indexed once for all candidates."""

    def __init__(
        self, *, orders: list[Order], makers: list[MakerTrade], chosen: list[MakerTrade], own: Lines, home: Lines,
        levels: goods.GoodsLevels, bills: Bills, foreign: Bills, home_makers: dict[int, list[str]],
        held: dict[str, list[ties.Tie]], claimed: dict[str, list[ties.Claim]], on_file: dict[str, plants.Plant],
        able: dict[str, list[plants.Capacity]], observed_from: int, rate: float, until_day: int,
        began: dict[str, int],
    ) -> None:  # fmt: skip
        self.orders, self.makers, self.chosen, self.own, self.home = orders, makers, chosen, own, home
        self.levels, self.bills, self.foreign, self.home_makers = levels, bills, foreign, home_makers
        self.held, self.claimed, self.on_file, self.able = held, claimed, on_file, able
        self.observed_from, self.rate, self.until_day, self.began = observed_from, rate, until_day, began
        self.shipped: dict[str, set[str]] = {}
        for c in chosen:
            self.shipped.setdefault(c.maker, set()).update(own.take((c.order, c.maker, c.origin), "hts"))
        self.bill_at = {number: i for i, number in enumerate(bills.number)}
        self.into: dict[str, Ints] = _positions(foreign.to_country)
        self.from_into: dict[tuple[str, str], Ints] = {
            (c, a): where[foreign.from_country[where] == a]
            for c, where in self.into.items() for a in set(foreign.from_country[where]) - {None}
        }  # fmt: skip
        self.of_order: dict[int, list[MakerTrade]] = {}
        for maker in makers:
            self.of_order.setdefault(maker.order, []).append(maker)
        self.suspected: dict[int, frozenset[str]] = {}
        for c in chosen:
            if c.first_day >= orders[c.order].petition_day:
                self.suspected[c.order] = self.suspected.get(c.order, frozenset()) | set(c.spellings)
        self.consigned: dict[str, Ints] = _by_form(foreign.consignee_key)
        self.home_names = {
            number: Spellings((key, m) for m in ms if m in on_file for key, _ in on_file[m].names)
            for number, ms in home_makers.items()
        }
        self.other_candidates = {f"manufacturer:{s}" for c in chosen for s in c.spellings}

    def examined(self, c: MakerTrade) -> Examined | None:
        """The evidence on one maker; None when under one spelling its new customers turn out to be old ones."""
        order = self.orders[c.order]
        key = (c.order, c.maker, c.origin)
        rows = self.own.of[key]
        day = self.own.columns["day"]
        new = c.first_day >= order.petition_day
        customers = self._customers(c, order, rows)
        every = rows
        # An old plant's trade is its own, but for customers that came to it from the order's country.
        rows = np.sort(np.concatenate([cu.rows for cu in customers if cu.new and (new or cu.switched)] or [_NONE]))
        if len(rows) < LEAST_LINES:
            return None
        lots = self._lots(rows)
        headings = set(self.own.columns["hts"][rows])
        inward_at = self.from_into.get((c.origin, order.country), np.zeros(0, dtype=np.int64))
        inward_at = inward_at[passage.same_goods(self.foreign.heading[inward_at], headings)]
        first, last = int(day[rows].min()), int(day[rows].max())
        inward = self._inward(c, order, names=self._names(c, rows), headings=headings, days=(first, last))
        passed = passage.passage(lots, self.foreign, inward_at, named=inward.named)
        suppliers, shipper = self._suppliers(order, customers, passed, inward)
        customers = self._with_matches(customers, lots, passed)
        partners = self._partners(c, order, customers, suppliers)
        held = [t for s in c.spellings for t in self.held.get(f"manufacturer:{s}", [])]
        told = ties.telling(held, partners)
        said = [x for s in c.spellings for x in self.claimed.get(f"manufacturer:{s}", [])]
        near = set().union(*partners.values())
        said = [x for x in said if x.subject in near or x.object in near]
        plant = next((self.on_file[s] for s in (c.maker, *c.spellings) if s in self.on_file), None)
        standing = None
        if plant is not None and plant.established_day is not None:
            standing = (c.first_day - plant.established_day) / YEAR_DAYS
        able, ratio = self._capacity(c, rows)
        old, share = self._old_plant(c, order, customers)
        newcomer_bits = 0.0
        if new and c.first_day >= self.observed_from + 90:
            window = self.until_day - max(order.petition_day, self.observed_from)
            newcomer_bits = float(-np.log2(1 - np.exp(-self.rate * max(window, 30))))
        chance = self._chance(c)
        fresh = [cu for cu in customers if cu.new]
        # An importer that is new itself cannot have bought anywhere before: it speaks neither way.
        settled = [cu for cu in fresh if not cu.fresh]
        k, n = sum(cu.switched for cu in settled), len(settled)
        share_switched = sum(len(cu.rows) for cu in fresh if cu.switched) / max(sum(len(cu.rows) for cu in fresh), 1)
        weights = np.nan_to_num(self.own.columns["weight"][rows])
        logs = self._logs(rows)
        bought_of = [m for cu in customers for m, _ in cu.suppliers]
        alike = goods.likeness(
            self.levels, order=c.order, country=order.country, origin=c.origin, own=c.spellings,
            suppliers=suppliers[:1] or bought_of, measured=logs, suspected=self.suspected.get(c.order, frozenset()),
            ordinary=self._logs(np.setdiff1d(every, rows)),
        )  # fmt: skip
        others = sum(m.switched_lines for m in self.of_order[c.order]) - c.switched_lines
        return Examined(
            c, order, new, rows, tuple(customers), newcomer_bits, share_switched, chance,
            _switched_bits(k, n, chance), tuple(alike), lots, passed, inward, float(weights.sum()),
            tuple(suppliers), shipper, tuple(told),
            tuple(x for x in said if x.status in ties.ALLEGED), tuple(x for x in said if x.status == "fact"),
            plant, standing, able, ratio, old, share, others,
            float(weights[day[rows] < first + 90].sum()),
        )  # fmt: skip

    def _customers(self, c: MakerTrade, order: Order, rows: Ints) -> list[Customer]:
        taxpayer, day, importer = (self.own.columns[n] for n in ("taxpayer", "day", "importer"))
        found = []
        for who in sorted(set(taxpayer[rows])):
            mine = rows[taxpayer[rows] == who]
            first = int(day[mine].min())
            home_day = self.home.take((c.order, who), "day")
            makers = self.home.take((c.order, who), "maker")
            was, since = int((home_day < first).sum()), int((home_day >= first).sum())
            pace_before = was / max(first - self.observed_from, 30)
            pace_since = since / max(self.until_day - first, 30)
            counted: dict[str, int] = {}
            for maker in makers:
                if maker:
                    counted[maker] = counted.get(maker, 0) + 1
            spelt = [i for i in importer[mine] if i]
            found.append(
                Customer(
                    who, max(set(spelt), key=lambda s: (spelt.count(s), s)), mine, first,
                    first >= order.petition_day, was, since, was > 0,
                    was > 0 and pace_since < QUIT * pace_before,
                    tuple(sorted(counted.items(), key=lambda x: (-x[1], x[0]))), 0,
                    first >= order.petition_day
                    and self.began.get(who, 0) >= max(first - FRESH_DAYS, self.observed_from + 90),
                )
            )  # fmt: skip
        return found

    def _lots(self, rows: Ints) -> Lots:
        own = self.own.columns
        keys: dict[str, list[int]] = {}
        for i in rows:
            keys.setdefault(own["bill"][i] or f"entry:{own['entry_number'][i]}", []).append(int(i))
        key, day, entered, packages, weight = [], [], [], [], []
        for number, at in sorted(keys.items()):
            b = self.bill_at.get(number)
            loaded = int(self.bills.loaded[b]) if b is not None else -1
            key.append(number)
            day.append(loaded if loaded >= 0 else int(own["day"][at].min()))
            entered.append(loaded < 0)
            if b is not None and np.isfinite(self.bills.packages[b]):
                packages.append(float(self.bills.packages[b]))
            else:
                packages.append(float(own["packages"][at].sum()))
            if b is not None and np.isfinite(self.bills.weight[b]):
                weight.append(float(self.bills.weight[b]))
            else:
                weight.append(float(own["weight"][at].sum()))
        return Lots(
            np.array(key, dtype=object), np.array(day, dtype=np.int64), np.array(entered, dtype=np.bool_),
            np.array(packages, dtype=np.float64), np.array(weight, dtype=np.float64),
        )  # fmt: skip

    def _names(self, c: MakerTrade, rows: Ints) -> set[str]:
        """The keys under which the maker is written: on file, and as shipper of its own bills."""
        names = {key for s in c.spellings if s in self.on_file for key, _ in self.on_file[s].names}
        counted: dict[str, int] = {}
        for number in {b for b in self.own.columns["bill"][rows] if b}:
            at = self.bill_at.get(number)
            key = self.bills.shipper_key[at] if at is not None else None
            if key:
                counted[key] = counted.get(key, 0) + 1
        total = sum(counted.values())
        return names | {key for key, n in counted.items() if n >= 2 and n >= 0.2 * total}

    def _inward(
        self, c: MakerTrade, order: Order, *, names: set[str], headings: set[str], days: tuple[int, int]
    ) -> Inward:
        first, last = days
        forms = {form for key in names for form in slips(key)}
        at = np.unique(np.concatenate([self.consigned[f] for f in forms if f in self.consigned] or [_NONE]))
        if len(at):
            there = (self.foreign.to_country[at] == c.origin) & (self.foreign.arrived[at] <= last)
            at = at[there & (self.foreign.arrived[at] >= first - STOCK_DAYS - 60)]
        kg = np.nan_to_num(self.foreign.weight[at])
        heading = self.foreign.heading[at]
        known = np.array([h is not None for h in heading], dtype=np.bool_)
        # What it also ships under other orders is no material, but more goods that may pass through.
        shipped = passage.same_goods(heading, headings | self.shipped[c.maker]) & known
        same = passage.same_goods(heading, headings) & known
        home = self.foreign.from_country[at] == order.country
        other = known & ~shipped
        return Inward(
            float(kg[same & home].sum()), float(kg[other].sum()), float(kg[~known & home].sum()), at[home],
            at[same & home], at[other],
            tuple(sorted(set(heading[other]))), bool(home.any()),
        )  # fmt: skip

    def _suppliers(
        self, order: Order, customers: list[Customer], passed: Passage, inward: Inward
    ) -> tuple[list[str], str]:
        """Makers of the order's country behind the goods: who ships them in, and whose goods the importers bought."""
        shippers: dict[str, int] = {}
        written: dict[str, str] = {}
        for i in [*{i for _, i in passed.pairs}, *inward.same.tolist()]:
            key = self.foreign.shipper_key[i]
            if key:
                shippers[key] = shippers.get(key, 0) + 1
                written.setdefault(key, self.foreign.shipper[i])
        votes: dict[str, float] = {}
        shipper = ""
        for key, n in sorted(shippers.items(), key=lambda x: (-x[1], x[0])):
            if n >= 2 and n >= 0.3 * sum(shippers.values()):
                shipper = shipper or written[key]
                for maker in self.home_names[order.number].owners(key):
                    votes[maker] = votes.get(maker, 0.0) + 100.0 * n
        for cu in customers:
            if cu.new:
                total = sum(n for _, n in cu.suppliers)
                for maker, n in cu.suppliers:
                    votes[maker] = votes.get(maker, 0.0) + len(cu.rows) * n / total
        ranked = sorted(votes.items(), key=lambda x: (-x[1], x[0]))
        cast = sum(votes.values())
        return [m for m, v in ranked if v >= 0.25 * cast][:2], shipper

    def _with_matches(self, customers: list[Customer], lots: Lots, passed: Passage) -> list[Customer]:
        matched = {lots.key[o] for o, _ in passed.pairs}
        own = self.own.columns

        def count(cu: Customer) -> int:
            return len({own["bill"][i] or f"entry:{own['entry_number'][i]}" for i in cu.rows} & matched)

        return [
            Customer(
                cu.taxpayer, cu.importer, cu.rows, cu.first_day, cu.new, cu.home_lines_before, cu.home_lines_since,
                cu.switched, cu.quit, cu.suppliers, count(cu), cu.fresh,
            )
            for cu in customers
        ]  # fmt: skip

    def _partners(
        self, c: MakerTrade, order: Order, customers: list[Customer], suppliers: list[str]
    ) -> dict[str, set[str]]:
        bought = {m for cu in customers for m, _ in cu.suppliers}
        own = {f"manufacturer:{s}" for s in c.spellings}
        return {
            "supplier": {f"manufacturer:{m}" for m in suppliers} - own,
            "importer": {f"importer:{cu.taxpayer}" for cu in customers},
            "supplier of its importers": {f"manufacturer:{m}" for m in bought} - own,
            "maker in the order's country": {f"manufacturer:{m}" for m in self.home_makers[order.number]} - own,
            "other new maker": self.other_candidates - own,
        }

    def _capacity(self, c: MakerTrade, rows: Ints) -> tuple[plants.Capacity | None, float | None]:
        own = self.own.columns
        best: tuple[plants.Capacity | None, float | None] = (None, None)
        for s in c.spellings:
            for able in self.able.get(s, []):
                inside = np.array([h.startswith(able.heading) for h in own["hts"][rows]], dtype=np.bool_)
                inside &= own["unit"][rows] == able.unit
                if inside.sum() == 0:
                    continue
                quantity = np.nan_to_num(own["quantity"][rows[inside]])
                days = own["day"][rows[inside]]
                # The busiest year, or the whole time where it is shorter; a few months are not blown up to a year.
                upto = np.cumsum(quantity)
                from_year = np.searchsorted(days, days - YEAR_DAYS, "left")
                most = float((upto - np.where(from_year > 0, upto[from_year - 1], 0.0)).max())
                span = max(int(days.max() - days.min()) + 30, 182)
                best = (able, most * max(1.0, YEAR_DAYS / span) / able.annual_quantity)
        return best

    def _old_plant(self, c: MakerTrade, order: Order, customers: list[Customer]) -> tuple[str, float]:
        """A maker in the same country that ended as this one began, and the share of this one's trade it had."""
        best = ("", 0.0)
        total = sum(len(cu.rows) for cu in customers)
        for m in self.of_order[c.order]:
            ended = m.last_day - c.first_day
            if (
                m.origin != c.origin or m.maker == c.maker or m.first_day >= order.petition_day or m.lines < 3
                or not HANDED_OVER_DAYS[0] <= ended <= HANDED_OVER_DAYS[1]
            ):  # fmt: skip
                continue
            had = set(self.own.take((m.order, m.maker, m.origin), "taxpayer"))
            share = sum(len(cu.rows) for cu in customers if cu.taxpayer in had) / max(total, 1)
            best = max(best, (m.maker, share), key=lambda x: (x[1], x[0]))
        return best

    def _chance(self, c: MakerTrade) -> float:
        """How often a new customer of another third-country maker had bought from the order's country before."""
        new = sum(m.new_importers for m in self.of_order[c.order] if m.maker != c.maker)
        switched = sum(m.switched_importers for m in self.of_order[c.order] if m.maker != c.maker)
        every = sum(m.new_importers for m in self.makers), sum(m.switched_importers for m in self.makers)
        usual = (every[1] + 1) / (every[0] + 2)
        return float((switched + 10 * usual) / (new + 10))

    def _logs(self, rows: Ints) -> dict[tuple[str, str], dict[str, npt.NDArray[np.float64]]]:
        own = self.own.columns
        found: dict[tuple[str, str], dict[str, npt.NDArray[np.float64]]] = {}
        for hts, unit in sorted(set(zip(own["hts"][rows], own["unit"][rows], strict=True))):
            at = rows[(own["hts"][rows] == hts) & (own["unit"][rows] == unit)]
            found[hts, unit] = {
                "price": np.log(own["value"][at] / own["quantity"][at]),
                "unit_weight": np.log(own["weight"][at] / own["quantity"][at]),
                "package_weight": np.log(own["weight"][at] / own["packages"][at]),
            }
        return found


_NONE = np.zeros(0, dtype=np.int64)


def _positions(values: npt.NDArray[Any]) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        if value is not None:
            found.setdefault(value, []).append(i)
    return {value: np.array(at, dtype=np.int64) for value, at in found.items()}


def _by_form(keys: npt.NDArray[Any]) -> dict[str, Ints]:
    """Positions by each key and by each key less one letter."""
    found: dict[str, list[int]] = {}
    for key, at in _positions(keys).items():
        for form in set(slips(key)):
            found.setdefault(form, []).extend(at.tolist())
    return {form: np.array(at, dtype=np.int64) for form, at in found.items()}


def _switched_bits(switched: int, importers: int, chance: float) -> float:
    """How much better "four in five had bought there" explains the customers than chance does, in bits."""
    chance = min(max(chance, 0.01), 0.95)
    guilty = max(0.8, chance)
    bits = switched * np.log2(guilty / chance) + (importers - switched) * np.log2((1 - guilty) / (1 - chance))
    return float(np.clip(bits, -4.0, 8.0))
