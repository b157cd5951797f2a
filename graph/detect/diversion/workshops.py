"""Who sells for makers, and small makers that one house sells for taken as one: of none of them by itself can anything
be told.

A trading house that needs an origin on paper can write many a workshop's name, a few lots each.

Invariant: a maker that is large enough to be looked at by itself stays by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from graph.detect.diversion.inward import OWN_BILLS_SHARE
from graph.detect.diversion.trade import MakerTrade
from graph.detect.diversion.written_names import written_key

# A maker with fewer lines than this is small, and a house's when it ships so large a share of them.
SMALL_LINES = 10
HOUSE_SHARE = 0.5
# So many makers are a house's: two can be one under two numbers, very many a forwarder's customers.
MAKERS_OF_A_HOUSE = (3, 30)


@dataclass(frozen=True, slots=True)
class Sold:
    """How many of a maker's lines one seller exports, by its number, or ships, by the key of its name."""

    order: int
    origin: str
    maker: str
    seller: str
    lines: int
    shipper: bool


def with_workshops(makers: Sequence[MakerTrade], sold: Iterable[Sold]) -> list[MakerTrade]:
    """The makers, those small ones together that the same exporter, or shipper on bills, sells for."""
    owner = {(m.order, m.origin, s): m for m in makers for s in m.spellings if m.lines < SMALL_LINES}
    through: dict[tuple[int, str, str], dict[MakerTrade, int]] = {}
    for of in sold:
        maker = owner.get((of.order, of.origin, of.maker))
        if maker is not None and of.seller not in maker.spellings:
            here = through.setdefault((of.order, of.origin, of.seller), {})
            here[maker] = here.get(maker, 0) + of.lines
    least, most = MAKERS_OF_A_HOUSE
    taken: set[MakerTrade] = set()
    houses = []
    sellers = sorted(through.items(), key=lambda found: (-len(found[1]), found[0]))
    for (_, _, seller), here in sellers:
        small = [m for m, n in here.items() if m not in taken and n >= HOUSE_SHARE * m.lines]
        if least <= len(small) <= most:
            taken |= set(small)
            houses.append(_together(small, seller))
    return [m for m in makers if m not in taken] + houses


def names_on_bills(makers: Iterable[MakerTrade], sold: Iterable[Sold]) -> dict[str, set[str]]:
    """By a maker's number, the keys of shippers' names that so many of its lines' bills carry that they are its own."""
    shipped: dict[str, dict[str, int]] = {}
    for of in sold:
        if of.shipper:
            keys = shipped.setdefault(of.maker, {})
            keys[of.seller] = keys.get(of.seller, 0) + of.lines
    found: dict[str, set[str]] = {}
    for number in {s for maker in makers for s in maker.spellings}:
        keys = shipped.get(number, {})
        least = max(2.0, OWN_BILLS_SHARE * sum(keys.values()))
        found[number] = {key for key, lines in keys.items() if lines >= least}
    return found


def sellers(lines: ir.Table) -> list[Sold]:
    """Who exports, or ships by their bills, the lines of makers in third countries; makers themselves among them."""
    third = lines.filter(lines.origin != lines.country, lines.maker.notnull())
    of = ("order", "origin", "maker")
    exported = third.filter(third.exporter.notnull(), third.exporter != third.maker)
    exported = exported.group_by(*of, seller=exported.exporter).agg(lines=ibis._.count())
    shipped = third.filter(third.shipper.notnull()).group_by(*of, "shipper").agg(lines=ibis._.count())
    shipped = shipped.mutate(seller=written_key(shipped.shipper)).filter(ibis._.seller.notnull())
    found = []
    for t, shipper in ((exported, False), (shipped, True)):
        columns = t.select(*of, "seller", "lines").to_pyarrow().columns
        for order, origin, maker, seller, n in zip(*(column.to_pylist() for column in columns), strict=True):
            found.append(Sold(order, origin, maker, seller, n, shipper))
    return found


def _together(small: Iterable[MakerTrade], seller: str) -> MakerTrade:
    largest, *others = sorted(small, key=lambda m: (-m.lines, m.maker))
    every = [largest, *others]
    return replace(
        largest, spellings=tuple(sorted({s for m in every for s in m.spellings})),
        first_day=min(m.first_day for m in every), last_day=max(m.last_day for m in every),
        lines=sum(m.lines for m in every), new_lines=sum(m.new_lines for m in every),
        switched_lines=sum(m.switched_lines for m in every), named_lines=sum(m.named_lines for m in every),
        new_importers=max(m.new_importers for m in every), switched_importers=max(m.switched_importers for m in every),
        workshops=tuple(m.maker for m in every), house=seller,
    )  # fmt: skip
