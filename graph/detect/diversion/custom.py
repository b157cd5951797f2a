"""Who buys a maker's goods, and where these importers bought before.

Invariant: an importer is judged by what the facts show of it up to the day asked for, never by its number's form.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graph.detect.diversion.examined import Beginners, Customer
from graph.detect.diversion.orders import Order
from graph.detect.diversion.papers import Papers
from graph.detect.diversion.part import PARTS, part_bits
from graph.detect.diversion.passage import Lots, Passage, among
from graph.detect.diversion.trade import LEAST_LINES, NO_ROWS, OBSERVED_BEFORE_DAYS, Ints, Lines, MakerTrade

# Bought from the order's country before and, since the maker began, at less than this share of the pace.
QUIT = 0.5
# An importer that began so short a time before it bought from a maker began with it.
FRESH_DAYS = 60
# A pace is not reckoned on fewer days than this.
LEAST_DAYS = 30
# An old plant whose number ends so near to the new one's beginning, with so much of its custom, goes on as the new.
HANDED_OVER_DAYS = (-240, 90)
# "Four in five had bought there": the share of switched customers that relabelling is expected to show.
SWITCHED_SHARE = 0.8
# An old plant's customer that pays what others pay there, by so many bits, gets the plant's own goods.
OWN_GOODS_BITS = -1.0
# The usual share of switched customers counts as so many customers where a product has few.
USUAL_CUSTOMERS = 10


class Makers:
    """All third-country makers' trade, added up by order once, so that no candidate has to go through all."""

    def __init__(self, makers: Iterable[MakerTrade]) -> None:
        self.switched_lines: Counter[int] = Counter()  # by order
        self._new: Counter[tuple[int, str] | int | None] = Counter()  # by order and maker, by order, in all
        self._switched: Counter[tuple[int, str] | int | None] = Counter()
        self._at: dict[tuple[int, str], list[MakerTrade]] = {}
        for maker in makers:
            self.switched_lines[maker.order] += maker.switched_lines
            for key in ((maker.order, maker.maker), maker.order, None):
                self._new[key] += maker.new_importers
                self._switched[key] += maker.switched_importers
            self._at.setdefault((maker.order, maker.origin), []).append(maker)
        for here in self._at.values():
            here.sort(key=lambda maker: maker.last_day)

    def ended(self, order: int, origin: str, days: tuple[int, int]) -> list[MakerTrade]:
        """The makers that shipped goods under this order from this country for the last time between these days."""
        here = self._at.get((order, origin), [])
        low = bisect_left(here, days[0], key=lambda maker: maker.last_day)
        return here[low : bisect_right(here, days[1], key=lambda maker: maker.last_day)]

    def shipped_before(self, order: int, origin: str, numbers: Collection[str], day: int) -> bool:
        """Whether one of these makers had shipped goods under this order from this country before a day."""
        return any(
            maker.first_day < day and maker.lines >= LEAST_LINES and not set(numbers).isdisjoint(maker.spellings)
            for maker in self._at.get((order, origin), ())
        )

    def new_and_switched(self) -> tuple[int, int]:
        """New customers, and those among them that had bought from the order's country, of all makers."""
        return self._new[None], self._switched[None]

    def new_and_switched_of_others(self, maker: MakerTrade) -> tuple[int, int]:
        """The same of all other makers under the maker's order."""
        own = (maker.order, maker.maker)
        return self._new[maker.order] - self._new[own], self._switched[maker.order] - self._switched[own]


@dataclass(frozen=True, slots=True)
class Market:
    """All third-country makers' trade, candidates' lines and their importers' lines from the order's country.

    `began` is the day on which each importer or receiver came into trade at all; days are counted from 1970.
    """

    makers: Makers
    own: Lines
    home: Lines
    papers: Papers
    began: dict[str, int]
    observed_from: int
    until_day: int
    had: dict[tuple[int, str, str], frozenset[str]] = field(default_factory=dict)

    def buyers(self, maker: MakerTrade) -> frozenset[str]:
        """The importers of a maker's goods."""
        if maker.key not in self.had:
            self.had[maker.key] = frozenset(self.own.take(maker.key, "taxpayer"))
        return self.had[maker.key]


def customers(market: Market, maker: MakerTrade, order: Order, rows: Ints) -> list[Customer]:
    """The importers of these lines of a maker; no lot is matched yet, no price compared."""
    receiver, day, importer = (market.own.columns[name] for name in ("receiver", "day", "importer"))
    told_new_from = market.observed_from + OBSERVED_BEFORE_DAYS
    found = []
    for who, mine in _by_taxpayer(market.own, rows):
        first = int(day[mine].min())
        receivers = sorted(set(receiver[mine].tolist()) - {None})
        home = market.home.of.get((maker.order, who), NO_ROWS)
        received = NO_ROWS
        if receivers:
            received = np.concatenate([market.home.of.get((maker.order, r), NO_ROWS) for r in receivers])
            received = received[market.home.columns["taxpayer"][received] != who]
            home = np.concatenate([home, received])
        before = market.home.columns["day"][home] < first
        was = int(np.count_nonzero(before))
        since = len(home) - was
        pace_before = was / max(first - market.observed_from, LEAST_DAYS)
        pace_since = since / max(market.until_day - first, LEAST_DAYS)
        counted = Counter(market.home.columns["maker"][home].tolist())
        counted.pop(None, None)
        spelt = Counter(importer[mine].tolist())
        for unknown in (None, ""):
            spelt.pop(unknown, None)
        began = max(first - FRESH_DAYS, told_new_from)
        fresh = first >= order.petition_day and market.began.get(who, 0) >= began
        found.append(
            Customer(
                taxpayer=who,
                importer=max(spelt, key=lambda s: (spelt[s], s)),
                rows=mine,
                first_day=first,
                new=first >= order.petition_day,
                home_lines_before=was,
                home_lines_since=since,
                switched=was > 0,
                quit=was > 0 and pace_since < QUIT * pace_before,
                suppliers=tuple(sorted(counted.items(), key=lambda x: (-x[1], x[0]))),
                matched_lots=0,
                named_lines=market.papers.lines(mine),
                fresh=fresh,
                settled=not fresh or any(market.began.get(r, 0) < began for r in receivers),
                fronts=fresh and bool((market.home.columns["day"][received] < first).any()),
                home_rows=home[before],
                kept_price=None,
            )
        )
    return found


def _by_taxpayer(lines: Lines, rows: Ints) -> list[tuple[str, Ints]]:
    """Each taxpayer's rows among these, in the order of rows."""
    codes = lines.codes["taxpayer"][rows]
    by_code = rows[np.argsort(codes, kind="stable")]
    who, counts = np.unique(codes, return_counts=True)
    texts = lines.texts["taxpayer"][who].tolist()
    return sorted(zip(texts, np.split(by_code, np.cumsum(counts)[:-1]), strict=True), key=lambda x: str(x[0]))


def lot_of(lines: Lines, row: int) -> str:
    """The lot that a line belongs to: its bill, or its entry where no bill is named."""
    return str(lines.columns["bill"][row] or f"entry:{lines.columns['entry_number'][row]}")


def with_matches(market: Market, found: Iterable[Customer], lots: Lots, passed: Passage) -> list[Customer]:
    """The customers with how many of their lots came in as they went out."""
    matched = lots.lot[sorted({o for o, _ in passed.pairs})]
    if not len(matched):
        return list(found)
    return [replace(c, matched_lots=len(lots_among(market.own.lots[c.rows], matched))) for c in found]


def lots_among(lots: Ints, matched: Ints) -> Ints:
    """Each of these lots once that is among some in ascending order."""
    return np.unique(lots[among(lots, matched)])


def switched_bits(market: Market, maker: MakerTrade, found: Iterable[Customer]) -> tuple[float, float]:
    """(share that is usual, bits): how much better "four in five had bought there" explains the new customers.

    An importer that is new itself, with nobody else behind it, cannot have bought anywhere before: it speaks neither
    way.
    """
    chance = _usual_share(market, maker)
    settled = [c for c in found if c.new and c.settled]
    switched, every = sum(c.switched for c in settled), len(settled)
    usual = min(max(chance, 0.01), 0.95)
    guilty = max(SWITCHED_SHARE, usual)
    bits = switched * np.log2(guilty / usual) + (every - switched) * np.log2((1 - guilty) / (1 - usual))
    return chance, float(np.clip(bits, -4.0, 8.0))


def beginners(every: Sequence[Sequence[Customer]]) -> list[Beginners]:
    """By candidate, how much better it explains its new customers that a part of them was set up for this trade.

    How many do so by chance is counted on the new customers of all other candidates.
    """
    counts = [(sum(c.fresh for c in own if c.new), sum(c.new for c in own)) for own in every]
    all_fresh, all_new = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    found = []
    for fresh, new in counts:
        usual = (all_fresh - fresh + 1) / (all_new - new + 2)
        found.append(Beginners(fresh, new, usual, part_bits(new, fresh, usual) if new else 0.0))
    return found


def diverted(customer: Customer) -> bool:
    """Whether a customer of an old plant may get goods of the order's country from it: it bought there, and does not
    pay what others pay here, or the lots' own papers say so."""
    if customer.named_lines:
        return True
    kept = customer.kept_price
    return customer.switched and (kept is None or kept.bits > OWN_GOODS_BITS)


def kept_bits(found: Iterable[Customer], *, new: bool) -> float:
    """How much better "they pay what they paid before" explains the prices of the new customers, in bits.

    All of a new maker's goods would be relabelled, and its customers' prices hang together; of an old plant's
    customers a part would get relabelled goods, one part as likely as another: a few of many whose prices happen to
    be what they were are none.
    """
    bits = np.array([c.kept_price.bits for c in found if c.new and c.kept_price is not None])
    if not len(bits):
        return 0.0
    if new:
        return float(np.clip(bits.mean() * np.sqrt(len(bits)), -8.0, 8.0))
    parts = np.array(PARTS)[:, None]
    by_part = np.log2(1 - parts + parts * np.exp2(bits)[None, :]).sum(axis=1)
    return float(np.clip(np.log2(np.mean(np.exp2(by_part))), -8.0, 8.0))


def _usual_share(market: Market, maker: MakerTrade) -> float:
    """How often a new customer of another third-country maker had bought from the order's country before."""
    new, switched = market.makers.new_and_switched_of_others(maker)
    every_new, every_switched = market.makers.new_and_switched()
    usual = (every_switched + 1) / (every_new + 2)
    return float((switched + USUAL_CUSTOMERS * usual) / (new + USUAL_CUSTOMERS))


def old_plant(market: Market, maker: MakerTrade, order: Order, found: Sequence[Customer]) -> tuple[str, float]:
    """A maker in the same country that ended as this one began, and the share of this one's trade it had."""
    best = ("", 0.0)
    total = sum(len(c.rows) for c in found)
    near = (maker.first_day + HANDED_OVER_DAYS[0], maker.first_day + HANDED_OVER_DAYS[1])
    for other in market.makers.ended(maker.order, maker.origin, near):
        if other.maker == maker.maker or not was_plant(other, order):
            continue
        had = market.buyers(other)
        share = sum(len(c.rows) for c in found if c.taxpayer in had) / max(total, 1)
        best = max(best, (other.maker, share), key=lambda x: (x[1], x[0]))
    return best


def was_plant(maker: MakerTrade, order: Order) -> bool:
    """Whether a maker shipped before the petition: a plant that may go on under another number."""
    return maker.first_day < order.petition_day and maker.lines >= 3
