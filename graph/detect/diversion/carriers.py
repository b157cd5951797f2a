"""By which ways a carrier's cargo from a country comes: laden or exported elsewhere than where it was made.

A carrier whose loop calls at a hub, or that reloads there, does so with everybody's cargo: that a lot of its was laden
in a third country tells nothing of the lot.

Invariant: counted over all goods, so that goods under an order are a small part of what is usual.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from graph.facts.store import FactStore

# A carrier's share from a country counts as so many lots of what is usual for all.
USUAL_LOTS = 20.0


@dataclass(frozen=True, slots=True)
class Ways:
    """Lots by paper, carrier and country of origin, and among them those that the paper gives to another country."""

    lots: Mapping[tuple[str, str, str], int]
    from_there: Mapping[tuple[str, str, str, str], int]

    def usual(
        self, kind: str, carrier: str, origin: str, country: str, *, share: float, less: tuple[int, int]
    ) -> float:
        """The share of a carrier's cargo from `origin` that this kind of paper gives to `country`.

        `share` is what is usual for all carriers; `less` are a maker's own lots with this carrier, and how many of
        them name the country: these are left out.
        """
        every = max(self.lots.get((kind, carrier, origin), 0) - less[0], 0)
        named = max(self.from_there.get((kind, carrier, origin, country), 0) - less[1], 0)
        return (named + USUAL_LOTS * share) / (every + USUAL_LOTS)


def ways(facts: FactStore, *, as_of: date | None, until: date) -> Ways:
    """How carriers' cargo comes to the United States: by bills, from where its shippers are; by entries, from its
    origin."""
    bills = facts.table("bills", as_of=as_of)
    entered = facts.table("entry_lines", as_of=as_of)
    entered = entered.filter(entered.entry_date <= until)
    lots: dict[tuple[str, str, str], int] = {}
    from_there: dict[tuple[str, str, str, str], int] = {}
    for kind, t in (
        ("laden_in", _counted(bills, "scac", "shipper_country", "country_of_lading")),
        ("exported_from", _counted(entered, "carrier_scac", "country_of_origin", "country_of_export")),
    ):
        for row in t.to_pyarrow().to_pylist():
            key = (kind, row["carrier"], row["origin"])
            lots[key] = lots.get(key, 0) + row["lots"]
            from_there[*key, row["there"]] = row["lots"]
    return Ways(lots, from_there)


def _counted(t: ir.Table, carrier: str, origin: str, there: str) -> ir.Table:
    t = t.select(carrier=t[carrier].nullif(""), origin=t[origin].nullif(""), there=t[there].nullif("").substr(0, 2))
    return t.drop_null().group_by("carrier", "origin", "there").agg(lots=lambda t: t.count())
