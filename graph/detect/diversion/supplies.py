"""Makers to whom goods of a heading under an order are consigned from abroad: plants that may top up with them.

Such a plant is no newcomer, and its customers need not be new: what it buys is what makes it worth a look. The goods
may come by way of a third country, or under a neighbour's number.

Invariant: a bill counts where its goods are named and its consignee is a maker by its records or its own bills.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import ibis

from graph.detect.diversion.orders import Order
from graph.detect.diversion.passage import HEADING
from graph.detect.diversion.trade import LEAST_LINES, MakerTrade
from graph.detect.diversion.written_names import Spellings, written_key
from graph.facts.columns import one_column
from graph.facts.store import FactStore

Key = tuple[int, str, str]


def supplied(
    facts: FactStore, makers: Iterable[MakerTrade], names: Mapping[str, set[str]], orders: list[Order],
    *, as_of: date | None, until: date,
) -> dict[Key, int]:  # fmt: skip
    """By maker, the day on which the first of at least `LEAST_LINES` such bills arrived, after the petition.

    `names` are the keys under which each number's maker is written.
    """
    headings = {order.number: {prefix[:HEADING] for prefix in order.prefixes} for order in orders}
    t = facts.table("foreign_bills", as_of=as_of)
    t = t.mutate(
        out=ibis.coalesce(t.country_of_lading.nullif(""), t.shipper_country.nullif("")),
        into=ibis.coalesce(t.country_of_unlading.nullif(""), t.consignee_country.nullif("")),
        heading=t.hts_prefix.re_replace("[^0-9]", "").substr(0, HEADING), day=t.arrived_on.epoch_days(),
    )  # fmt: skip
    makers = list(makers)
    t = t.filter(
        t.consignee_name.notnull(), t.arrived_on <= until, ibis.coalesce(t.out != t.into, ibis.literal(value=True))
    )
    t = t.semi_join(one_column("heading", {h for hs in headings.values() for h in hs}), "heading")
    t = t.semi_join(one_column("into", {maker.origin for maker in makers}), "into")
    t = t.group_by("into", "heading", "consignee_name", "day").agg(bills=ibis._.count())
    t = t.mutate(key=written_key(t.consignee_name)).filter(ibis._.key.notnull())
    came: dict[str, dict[str, list[tuple[str, int, int]]]] = {}
    rows = t.select("into", "key", "heading", "day", "bills").to_pyarrow()
    for into, key, heading, day, bills in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        came.setdefault(into, {}).setdefault(key, []).append((heading, day, bills))
    written = {into: Spellings((key, key) for key in here) for into, here in came.items()}
    found: dict[Key, int] = {}
    for maker in makers:
        if maker.origin not in came:
            continue
        owned = {
            key for s in maker.spellings for name in names.get(s, ()) for key in written[maker.origin].owners(name)
        }  # fmt: skip
        arrived = [
            (day, n) for key in owned for heading, day, n in came[maker.origin][key]
            if day >= orders[maker.order].petition_day and heading in headings[maker.order]
        ]  # fmt: skip
        if sum(n for _, n in arrived) >= LEAST_LINES:
            found[maker.key] = min(day for day, _ in arrived)
    return found
