"""What a party trades in: the makers, tariff numbers and ports of its lines, for questions that name the party alone.

Invariant: shares are of the entered value (of lines where none is given), and of one kind of thing they add up to at
most 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import ibis

from graph.facts.store import FactStore
from graph.model.entity import RelatedQuery
from graph.store.store import GraphView

# Of each kind, so many are looked at: what a party brings beside these says little of what it is about.
MOST = {"manufacturer": 12, "hts": 8, "port": 4}
# Shares below this are by the way.
LEAST_SHARE = 0.02

# What an importer's lines name, and what a maker's do: the link in the graph, and the column.
_OF = {
    "importer": (("buys_from", "manufacturer", "manufacturer_id"), ("imports", "hts", "hts_number"),
                 ("enters_at", "port", "port_code")),
    "manufacturer": (("makes", "hts", "hts_number"), ("ships_to", "port", "port_code")),
}  # fmt: skip
_COLUMNS = {"importer": "importer_number", "manufacturer": "manufacturer_id"}


@dataclass(frozen=True, slots=True)
class Traded:
    """A maker, tariff number or port of a party's lines, and its share of them."""

    kind: str
    key: str
    party: str
    share: float


def trade_of(facts: FactStore, view: GraphView, parties: Sequence[str], *, as_of: date | None) -> tuple[Traded, ...]:
    """What these importers and makers (entity ids) trade in, the largest shares of each kind.

    Now, the graph is asked, a few milliseconds a party; of a past day the lines are, one scan of four columns a party.
    """
    found: list[Traded] = []
    for party in parties:
        kind, _, key = party.partition(":")
        for link, other, column in _OF.get(kind, ()):
            values = (
                _linked(view, party, link) if as_of is None
                else _on_lines(facts, _COLUMNS[kind], key, column, as_of)
            )  # fmt: skip
            found += _shares(party, other, values)
    return tuple(found)


def _linked(view: GraphView, party: str, link: str) -> Iterable[tuple[str, float, int]]:
    if party not in view.entities((party,)):
        return ()
    page = view.related(RelatedQuery(party, links=(link,), limit=200))
    return (
        (one.entity.key, one.link.measures.value_usd or 0.0, one.link.measures.count)
        for one in page.items
        if one.direction == "out"
    )


def _on_lines(facts: FactStore, owner: str, key: str, column: str, as_of: date) -> Iterable[tuple[str, float, int]]:
    lines = facts.table("entry_lines", as_of=as_of)
    lines = lines.filter(lines[owner] == key, lines[column].notnull())
    grouped = lines.group_by(thing=lines[column]).agg(
        value=lines["entered_value_usd"].sum().cast("float64"), lines=lines.count()
    )
    rows = grouped.order_by(ibis.desc("value", nulls_first=False), "thing").limit(200).to_pyarrow().to_pylist()
    return ((row["thing"], row["value"] or 0.0, row["lines"]) for row in rows)


def _shares(party: str, kind: str, values: Iterable[tuple[str, float, int]]) -> Iterable[Traded]:
    listed = list(values)
    value, lines = sum(one[1] for one in listed), sum(one[2] for one in listed)
    shares = [(key, usd / value if value else count / lines) for key, usd, count in listed]
    shares = [one for one in shares if one[1] >= LEAST_SHARE]
    shares.sort(key=lambda one: (-one[1], one[0]))
    return (Traded(kind, key, party, share) for key, share in shares[: MOST[kind]])
