"""What comes into a maker's country for it, under which names, and from whom.

Invariant: a name on a bill tells a maker only where its own records or its own bills write it so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.detect.diversion import passage
from graph.detect.diversion.custom import lot_of
from graph.detect.diversion.examined import Customer, Inward
from graph.detect.diversion.orders import Order
from graph.detect.diversion.passage import Bills, Lots
from graph.detect.diversion.plants import Plant
from graph.detect.diversion.trade import NO_ROWS, Ints, Lines, MakerTrade
from graph.detect.diversion.written_names import Spellings

# Inward goods count as for the maker's trade from so long before its first lot.
STOCK_DAYS = 150
# A name that so large a share of the maker's own bills, and two of them, carry is the maker's.
OWN_BILLS_SHARE = 0.2
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
    between: Mapping[tuple[str, str], Ints]  # positions in `foreign` by (into, from)
    consignees: Spellings  # the keys of consignees in `foreign`
    consigned: Mapping[str, Ints]  # positions in `foreign` by the consignee's key

    def between_countries(self, order: Order, maker: MakerTrade) -> Ints:
        """Positions of the bills from the order's country into the maker's."""
        return self.between.get((maker.origin, order.country), NO_ROWS)


def waybills(foreign: Bills, own: Bills) -> Waybills:
    """The bills, indexed."""
    between = {
        (into, out): where[foreign.from_country[where] == out]
        for into, where in _positions(foreign.to_country).items()
        for out in set(foreign.from_country[where]) - {None}
    }
    own_at = {number: i for i, number in enumerate(own.number)}
    consigned = _positions(foreign.consignee_key)
    return Waybills(foreign, own, own_at, between, Spellings((key, key) for key in consigned), consigned)


def lots_of(bills: Waybills, lines: Lines, rows: Ints) -> Lots:
    """The lots of these lines, measured by their bills where these say so and by the lines else."""
    keys: dict[str, list[int]] = {}
    for i in rows:
        keys.setdefault(lot_of(lines, int(i)), []).append(int(i))
    key, day, entered, packages, weight = [], [], [], [], []
    for number, at in sorted(keys.items()):
        b = bills.own_at.get(number)
        loaded = int(bills.own.loaded[b]) if b is not None else -1
        key.append(number)
        day.append(loaded if loaded >= 0 else int(lines.columns["day"][at].min()))
        entered.append(loaded < 0)
        if b is not None and np.isfinite(bills.own.packages[b]):
            packages.append(float(bills.own.packages[b]))
        else:
            packages.append(float(lines.columns["packages"][at].sum()))
        if b is not None and np.isfinite(bills.own.weight[b]):
            weight.append(float(bills.own.weight[b]))
        else:
            weight.append(float(lines.columns["weight"][at].sum()))
    return Lots(
        np.array(key, dtype=object), np.array(day, dtype=np.int64), np.array(entered, dtype=np.bool_),
        np.array(packages, dtype=np.float64), np.array(weight, dtype=np.float64),
    )  # fmt: skip


def names_of(
    bills: Waybills, on_file: Mapping[str, Plant], maker: MakerTrade, numbers: Iterable[str | None]
) -> set[str]:
    """The keys under which a maker is written: on file, and as shipper of its own bills, whose `numbers` are given."""
    names = {key for s in maker.spellings if s in on_file for key, _ in on_file[s].names}
    counted: dict[str, int] = {}
    for number in {b for b in numbers if b}:
        at = bills.own_at.get(number)
        key = bills.own.shipper_key[at] if at is not None else None
        if key:
            counted[key] = counted.get(key, 0) + 1
    total = sum(counted.values())
    return names | {key for key, n in counted.items() if n >= 2 and n >= OWN_BILLS_SHARE * total}


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a maker ships: tariff numbers under one order, those under any, and the first and last day."""

    headings: frozenset[str]
    any_order: frozenset[str]
    first_day: int
    last_day: int


def inward(bills: Waybills, names: Iterable[str], order: Order, origin: str, shipped: Shipped) -> Inward:
    """What bills of lading into `origin` consign to one of these names while it ships."""
    foreign = bills.foreign
    written = {found for key in names for found in bills.consignees.owners(key)}
    at = np.sort(np.concatenate([bills.consigned[key] for key in written] or [NO_ROWS]))
    if len(at):
        there = (foreign.to_country[at] == origin) & (foreign.arrived[at] <= shipped.last_day)
        at = at[there & (foreign.arrived[at] >= shipped.first_day - STOCK_DAYS)]
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
    )


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
    found: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        if value is not None:
            found.setdefault(value, []).append(i)
    return {value: np.array(at, dtype=np.int64) for value, at in found.items()}
