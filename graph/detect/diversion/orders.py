"""Orders as the detector reads them: the cases on one product of one country taken together, and what is in scope.

Invariant: an order that nobody knew of by the day asked for is not here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from graph.facts.store import FactStore

EPOCH = date(1970, 1, 1)
# A petition is decided on provisionally some 165 days later and for good some 390 days later: where a list of
# orders leaves the petition out, it is put that long before the date that is known.
PETITION_BEFORE_PRELIMINARY_DAYS = 165
PETITION_BEFORE_ORDER_DAYS = 390
NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Order:
    """The antidumping and countervailing cases on one product of one country. Days are counted from 1970.

    `rate_pct` adds the highest known rate of each kind of case; None while none is known.
    """

    number: int
    cases: tuple[str, ...]
    product: str
    country: str
    prefixes: tuple[str, ...]
    petition_day: int
    petition_is_known: bool
    preliminary_day: int | None
    order_day: int | None
    revoked_day: int | None
    rate_pct: float | None

    @property
    def bites_from_day(self) -> int:
        """The first day on which goods of the country pay more: the preliminary decision, else the order."""
        days = [day for day in (self.preliminary_day, self.order_day) if day is not None]
        return min(days, default=self.petition_day + PETITION_BEFORE_PRELIMINARY_DAYS)

    @property
    def until_day(self) -> int:
        """The last day on which goods of the country pay more."""
        return NEVER if self.revoked_day is None else self.revoked_day


def read_orders(facts: FactStore, *, as_of: date | None, until: date) -> list[Order]:
    """The orders petitioned for by `until`, in the order of their first case."""
    together: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for row in facts.table("orders", as_of=as_of).order_by("case_number").to_pyarrow().to_pylist():
        prefixes = tuple(sorted({p.replace(".", "").strip() for p in row["hts_prefixes"] or () if p.strip()}))
        if row["country"] and prefixes:
            together.setdefault((row["country"], prefixes), []).append(row)
    orders: list[Order] = []
    for (country, prefixes), rows in together.items():
        order = _order(len(orders), country, prefixes, rows)
        if order is not None and order.petition_day <= (until - EPOCH).days:
            orders.append(order)
    return orders


def _order(number: int, country: str, prefixes: tuple[str, ...], rows: list[dict[str, Any]]) -> Order | None:
    def first(name: str) -> int | None:
        days = [(row[name] - EPOCH).days for row in rows if row[name] is not None]
        return min(days, default=None)

    petition, preliminary, order = first("petition_on"), first("preliminary_on"), first("order_on")
    revoked = [row["revoked_on"] for row in rows]
    if petition is not None:
        begins = petition
    elif preliminary is not None:
        begins = preliminary - PETITION_BEFORE_PRELIMINARY_DAYS
    elif order is not None:
        begins = order - PETITION_BEFORE_ORDER_DAYS
    elif any(row.get("in_force") == "yes" for row in rows):
        begins = 0  # in force since nobody says when
    else:
        return None
    rates: dict[str, float] = {}
    for row in rows:
        known = [row["deposit_rate_pct"], row["all_others_rate_pct"]]
        rate = max((float(r) for r in known if r is not None), default=None)
        if rate is not None:
            kind = row["case_number"][:1]
            rates[kind] = max(rates.get(kind, 0.0), rate)
    return Order(
        number, tuple(row["case_number"] for row in rows), rows[0]["product"] or "", country, prefixes,
        begins, petition is not None, preliminary, order,
        max((day - EPOCH).days for day in revoked if day) if all(revoked) else None,
        sum(rates.values()) if rates else None,
    )  # fmt: skip


def scope(orders: Iterable[Order], tariff_numbers: Iterable[str]) -> ir.Table | None:
    """(hts, order, country, petition_day, bites_day, until_day): each tariff number with the orders that reach it."""
    by_prefix: dict[str, list[Order]] = {}
    for order in orders:
        for prefix in order.prefixes:
            by_prefix.setdefault(prefix, []).append(order)
    lengths = sorted({len(prefix) for prefix in by_prefix})
    rows = []
    for hts in sorted(set(tariff_numbers)):
        reached = {o.number: o for n in lengths for o in by_prefix.get(hts[:n], ()) if len(hts) >= n}
        rows += [
            (hts, o.number, o.country, o.petition_day, o.bites_from_day, o.until_day)
            for o in reached.values()
        ]  # fmt: skip
    if not rows:
        return None
    columns = list(zip(*rows, strict=True))
    names = ("hts", "order", "country", "petition_day", "bites_day", "until_day")
    types = (pa.string(), pa.int64(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    return ibis.memtable(pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)}))
