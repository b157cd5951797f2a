"""What comes into a maker's country for it, under which names, and from whom.

Invariant: a name on a bill tells a maker only where its own records or its own bills write it so.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.detect.diversion import passage
from graph.detect.diversion.examined import Customer, Inward
from graph.detect.diversion.orders import Order
from graph.detect.diversion.papers import LEAST_LOTS
from graph.detect.diversion.passage import Arrivals, Bills, Lots
from graph.detect.diversion.plants import Plant
from graph.detect.diversion.trade import NO_ROWS, Floats, Ints, Lines, MakerTrade
from graph.detect.diversion.written_names import Spellings

# Inward goods count as for the maker's trade from so long before its first lot.
STOCK_DAYS = 150
# A name that so large a share of the maker's own bills, and two of them, carry is the maker's.
OWN_BILLS_SHARE = 0.2
# A maker that had sent so many of the goods consigned to it from the order's country there itself has them worked on.
USUALLY_BACK_SHARE = 0.5
# Where so large a share of a maker's lots was laden, goods may have come for it.
LADEN_SHARE = 0.2
# A shipper of so many of the inward bills, and of two, stands behind the goods.
SHIPPER_SHARE = 0.3
# A bill says so much more of who stands behind the goods than a line that an importer bought before.
BILL_VOTES = 100.0
LEAST_VOTE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Waybills:
    """Bills into the candidates' countries and their own bills to the United States, with what finds them again."""

    foreign: Bills
    own: Bills
    own_at: Mapping[str, int]  # position by bill number
    own_of: Ints  # position by the number of the bill among the candidates' lines, -1 for none
    between: Mapping[tuple[str, str], Mapping[int, Ints]]  # positions in `foreign` by (into, from) and heading, by day
    consignees: Spellings  # the keys of consignees in `foreign`
    consigned: Mapping[str, Ints]  # positions in `foreign` by the consignee's key
    onward: Bills  # from the candidates' countries to others
    sent_on: Mapping[str, Ints]  # positions in `onward` by the shipper's key
    known: dict[tuple[str, str, tuple[int, ...]], Arrivals] = field(default_factory=dict)

    def of_lot(self, lots: Ints) -> Ints:
        """Positions in `own` of these lots' bills; -1 where no bill is known."""
        last = len(self.own_of) - 1
        return np.where(lots < last, self.own_of[np.minimum(lots, last)], -1)

    def between_countries(self, order: Order, into: str, headings: frozenset[str]) -> Arrivals:
        """The bills of these goods from the order's country into another, worked out once for makers alike."""
        here = self.between.get((into, order.country), {})
        alike = passage.goods_alike(self.foreign, headings)
        key = (into, order.country, tuple(heading for heading in sorted(here) if alike[heading]))
        if key not in self.known:
            found = np.sort(np.concatenate([here[heading] for heading in key[2]] or [NO_ROWS]))
            self.known[key] = passage.in_order(self.foreign, found)
        return self.known[key]


def waybills(foreign: Bills, onward: Bills, own: Bills, lines: Lines) -> Waybills:
    """The bills, indexed; `own` are those of these lines."""
    pairs: dict[tuple[str, str], dict[int, Ints]] = {}
    for (into, out, heading), at in _together(foreign).items():
        pairs.setdefault((into, out), {})[heading] = at
    own_at = {number: i for i, number in enumerate(own.number)}
    own_of = np.array([own_at.get(number, -1) for number in lines.texts["bill"]], dtype=np.int64)
    consigned = _positions(foreign.consignee_key)
    return Waybills(
        foreign, own, own_at, own_of, pairs, Spellings((key, key) for key in consigned), consigned, onward,
        _positions(onward.shipper_key),
    )  # fmt: skip


def _together(foreign: Bills) -> dict[tuple[str, str, int], Ints]:
    """Positions by (into, from, heading); bills that leave a country out are left out."""
    known = np.flatnonzero([a is not None and b is not None for a, b in zip(foreign.to_country, foreign.from_country,
                                                                           strict=True)])  # fmt: skip
    into, to = np.unique(foreign.to_country[known].astype(str), return_inverse=True)
    out, of = np.unique(foreign.from_country[known].astype(str), return_inverse=True)
    headings = len(foreign.headings) + 1
    group = (to * len(out) + of) * headings + foreign.heading[known] + 1
    order = np.argsort(group, kind="stable")
    groups, starts = np.unique(group[order], return_index=True)
    ends = np.r_[starts[1:], len(order)][: len(starts)]
    found = {}
    for code, start, end in zip(groups.tolist(), starts.tolist(), ends.tolist(), strict=True):
        pair, heading = divmod(code, headings)
        key = (str(into[pair // len(out)]), str(out[pair % len(out)]), heading - 1)
        found[key] = known[order[start:end]]
    return found


def lots_of(bills: Waybills, lines: Lines, rows: Ints) -> Lots:
    """The lots of these lines, measured by their bills where these say so and by the lines else."""
    lot, first = np.unique(lines.lots[rows], return_index=True)
    by_lot = rows[np.argsort(lines.lots[rows], kind="stable")]
    starts = np.searchsorted(lines.lots[by_lot], lot)
    at = bills.of_lot(lot)
    billed = at >= 0
    loaded = np.where(billed, bills.own.loaded[at], -1) if len(bills.own.loaded) else np.full(len(lot), -1)
    day = np.minimum.reduceat(lines.columns["day"][by_lot], starts)

    def amount(name: str, on_bill: Floats) -> Floats:
        told = np.where(billed, on_bill[at], np.nan) if len(on_bill) else np.full(len(lot), np.nan)
        return np.where(np.isfinite(told), told, np.add.reduceat(lines.columns[name][by_lot], starts))

    return Lots(
        lot, rows[first], np.where(loaded >= 0, loaded, day), loaded < 0, amount("packages", bills.own.packages),
        amount("weight", bills.own.weight),
    )  # fmt: skip


def names_of(bills: Waybills, on_file: Mapping[str, Plant], maker: MakerTrade, lots: Lots) -> set[str]:
    """The keys under which a maker is written: on file, and as shipper of the bills of its lots."""
    names = {key for s in maker.spellings if s in on_file for key, _ in on_file[s].names}
    at = bills.of_lot(lots.lot)
    counted = Counter(key for key in bills.own.shipper_key[at[at >= 0]] if key)
    total = counted.total()
    return names | {key for key, n in counted.items() if n >= 2 and n >= OWN_BILLS_SHARE * total}


def laden_elsewhere(lines: Lines, lots: Lots, origin: str, order: Order) -> tuple[str, ...]:
    """The countries, other than these two, in which so many of these lots were laden that goods may wait for them
    there, as in a free zone."""
    laden, counts = np.unique(lines.codes["laden_in"][lots.line], return_counts=True)
    often = lines.texts["laden_in"][laden[counts >= max(LEAST_LOTS, LADEN_SHARE * len(lots.line))]]
    return tuple(sorted(where for where in often.tolist() if where and where not in (origin, order.country, "US")))


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a maker ships: tariff numbers under one order, those under any, the first and last day, and where else than
    in its own country it is laden."""

    headings: frozenset[str]
    any_order: frozenset[str]
    first_day: int
    last_day: int
    laden_in: tuple[str, ...] = ()


def inward(bills: Waybills, names: Collection[str], order: Order, origin: str, shipped: Shipped) -> Inward:
    """What bills of lading into `origin`, or where its lots are laden, consign to one of these names while it ships."""
    foreign = bills.foreign
    written = {found for key in names for found in bills.consignees.owners(key)}
    at = np.sort(np.concatenate([bills.consigned[key] for key in written] or [NO_ROWS]))
    if len(at):
        into = foreign.to_country[at]
        there = np.logical_or.reduce([into == country for country in (origin, *shipped.laden_in)])
        # What came there from the country that it declares is its own, on the way.
        there &= foreign.from_country[at] != origin
        there &= foreign.arrived[at] <= shipped.last_day
        at = at[there & (foreign.arrived[at] >= shipped.first_day - STOCK_DAYS)]
    left = np.concatenate([bills.sent_on[key] for key in sorted(set(names)) if key in bills.sent_on] or [NO_ROWS])
    left = left[bills.onward.from_country[left] == origin]
    goods = at[(foreign.from_country[at] == order.country) & passage.same_goods(foreign, at, shipped.headings)]
    back = _came_back(bills, goods, left, order, origin)
    at = at[~passage.among(at, back)]
    if not len(at):
        return Inward(0.0, 0.0, 0.0, NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS, (), NO_ROWS, back)
    kg = np.nan_to_num(foreign.weight[at])
    known = foreign.heading[at] >= 0
    same = passage.same_goods(foreign, at, shipped.headings) & known
    home = foreign.from_country[at] == order.country
    # What it also ships under other orders is no material, but more goods that may pass through.
    other = known & ~passage.same_goods(foreign, at, shipped.headings | shipped.any_order)
    return Inward(
        same_kg=float(kg[same & home].sum()),
        other_kg=float(kg[other].sum()),
        unknown_kg=float(kg[~known & home].sum()),
        named=at[home],
        same=at[same & home],
        other=at[other],
        elsewhere=at[same & ~home],
        headings=tuple(sorted({foreign.headings[code] for code in set(foreign.heading[at[other]].tolist())})),
        gone_on=passage.gone_on(foreign, at[~other], bills.onward, left),
        came_back=back,
    )


def _came_back(bills: Waybills, named: Ints, left: Ints, order: Order, origin: str) -> Ints:
    """The bills from the order's country, `named` to the maker or to nobody, whose goods it had sent there itself."""
    foreign = bills.foreign
    sent = left[bills.onward.to_country[left] == order.country]
    if not len(sent):
        return NO_ROWS
    between = np.concatenate([*bills.between.get((origin, order.country), {}).values()] or [NO_ROWS])
    unnamed = between[np.asarray(foreign.consignee_key[between] == None, dtype=np.bool_)]  # noqa: E711 - one by one
    back = passage.came_back(foreign, np.union1d(named, unnamed), bills.onward, sent)
    # Bills leave packages and weights out: where most are seen to have come back, the others are taken to have, too.
    return np.union1d(back, named) if len(back) >= USUALLY_BACK_SHARE * len(named) else back


def suppliers(
    foreign: Bills, home_names: Spellings, customers: Iterable[Customer], positions: Iterable[int]
) -> tuple[list[str], str]:
    """Makers of the order's country behind the goods, and who ships them: ([maker, ...], shipper as written).

    `positions` are the inward bills that speak: a shipper of many of them first, then whose goods the importers bought.
    """
    shippers: dict[str, int] = {}
    written: dict[str, str] = {}
    for i in positions:
        key = foreign.shipper_key[i]
        if key:
            shippers[key] = shippers.get(key, 0) + 1
            written.setdefault(key, foreign.shipper[i])
    votes: dict[str, float] = {}
    shipper = ""
    for key, n in sorted(shippers.items(), key=lambda x: (-x[1], x[0])):
        if n >= 2 and n >= SHIPPER_SHARE * sum(shippers.values()):
            shipper = shipper or written[key]
            for maker in home_names.owners(key):
                votes[maker] = votes.get(maker, 0.0) + BILL_VOTES * n
    for c in customers:
        if c.new:
            bought = sum(n for _, n in c.suppliers)
            for maker, n in c.suppliers:
                votes[maker] = votes.get(maker, 0.0) + len(c.rows) * n / bought
    ranked = sorted(votes.items(), key=lambda x: (-x[1], x[0]))
    total = sum(votes.values())
    return [m for m, v in ranked if v >= LEAST_VOTE_SHARE * total][:2], shipper


def _positions(values: npt.NDArray[Any]) -> dict[str, Ints]:
    coded = pa.array(values, pa.string()).dictionary_encode()
    codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    return {
        value: order[bounds[i] : bounds[i + 1]]
        for i, value in enumerate(map(str, coded.dictionary.to_pylist()))
    }  # fmt: skip
