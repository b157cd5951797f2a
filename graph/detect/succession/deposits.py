"""Deposits under orders: whether the newcomer pays them on the goods, maker by maker, on which the old one did.

Who takes a trade over honestly goes on to declare its goods as goods of an order and to pay the deposits; who was set
up to be rid of them declares the same goods of the same maker without. And a firm that goes on with the rest of its
trade may have parted with that line alone.

Invariant: an entry without a known type says nothing, and neither do goods on which nobody of the two paid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from graph.facts.columns import one_column
from graph.model.finding import Evidence, RecordRef

# Entry types that carry antidumping or countervailing duties: consumption, quota, warehouse withdrawal, both.
UNDER_ORDERS = ("03", "07", "34", "38")
# From fewer lines on which a deposit was to be expected nothing follows.
LEAST_LINES = 2.0
# From this share of the deposits to be expected a newcomer bears the order.
PAYS_DEPOSITS = 0.5
LINES_SHOWN = 4
# How much of a maker's number and of a tariff number says that goods are the same.
_SUBHEADING = 6


@dataclass(frozen=True, slots=True)
class Deposits:
    """What a couple shows: of the deposits to be expected from the newcomer the share that it pays, and that is gone.

    Both are 0 where none are to be expected. `makers` are those of the goods whose deposits are gone.
    """

    paid: float = 0.0
    gone: float = 0.0
    makers: tuple[str, ...] = ()


NONE = Deposits()


def deposits(lines: ir.Table, couples: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Deposits]:
    """By couple (old, new), where either paid any on goods that both bought; `lines` are those of `sides.lines`.

    What the old one paid is counted from its first deposit on a maker's goods, since an order takes effect on a day.
    Where the makers that both have tell too little, a newcomer that pays on the old one's goods of whatever maker bears
    the order too.
    """
    couples = list(couples)
    if not couples:
        return {}
    own = lines.filter(lines.partner.notnull(), lines.hts.notnull(), lines.deposited.notnull())
    own = own.select("party", "partner", "origin", "day", "deposited", subheading=own.hts.substr(0, _SUBHEADING))
    parties = one_column("party", {party for couple in couples for party in couple})
    of_makers, of_origins = (_counted(own, parties, whose) for whose in ("partner", "origin"))
    told = {}
    for old, new in couples:
        one = _of(of_makers.get(old, {}), of_makers.get(new, {}))
        if one == NONE:
            whole = _of(of_origins.get(old, {}), of_origins.get(new, {}))
            one = Deposits(whole.paid) if whole.paid >= PAYS_DEPOSITS else NONE
        told[old, new] = one
    return {couple: one for couple, one in told.items() if one != NONE}


def _counted(own: ir.Table, parties: ir.Table, whose: str) -> dict[str, dict[tuple[str, str], tuple[float, ...]]]:
    """By party: (lines, those with deposits, lines since its first of those) of its goods of each maker or origin."""
    goods = [whose, "subheading"]
    own = own.filter(own[whose].notnull())
    first = own.filter(own.deposited).semi_join(parties, "party")
    first = first.group_by("party", *goods).agg(began=first.day.min())
    # Goods on which nobody of them paid say nothing.
    own = own.semi_join(parties, "party").semi_join(first.select(*goods).distinct(), goods)
    own = own.left_join(first, ["party", *goods]).select("party", *goods, "day", "deposited", "began")
    counted = own.group_by("party", *goods).agg(
        lines=own.count().cast("float64"), under=own.deposited.sum().cast("float64"),
        since=(own.day >= own.began).sum().fill_null(0).cast("float64"),
    )  # fmt: skip
    found: dict[str, dict[tuple[str, str], tuple[float, ...]]] = {}
    for row in counted.order_by("party", *goods).to_pyarrow().to_pylist():
        own_goods = found.setdefault(row["party"], {})
        own_goods[row[whose], row["subheading"]] = (row["lines"], row["under"], row["since"])
    return found


def _of(old: dict[tuple[str, str], tuple[float, ...]], new: dict[tuple[str, str], tuple[float, ...]]) -> Deposits:
    """Of the goods that both bought: (lines, those under an order, lines since the first of those) of each."""
    expected = paid = 0.0
    gone: list[str] = []
    for both in sorted(old.keys() & new.keys()):
        (_, of_old, since), (lines, of_new, _) = old[both], new[both]
        # Where the order took effect after the old one, what the newcomer pays was due.
        due = lines * of_old / since if of_old else of_new
        expected += due
        paid += min(of_new, due)
        if of_old and of_new < due / 2:
            gone.append(both[0])
    if expected < LEAST_LINES:
        return NONE
    return Deposits(paid / expected, 1 - paid / expected, tuple(dict.fromkeys(gone)))


def told(pays: Deposits, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], *, line: bool) -> Evidence:
    """That deposits are gone, by the lines of both, each with `partner` and `entry_type`.

    `line` is whether the old one parted with that line of its trade.
    """
    with_them = [r for r in old if r["partner"] in pays.makers and r["entry_type"] in UNDER_ORDERS]
    without = [r for r in new if r["partner"] in pays.makers and r["entry_type"] not in UNDER_ORDERS]
    return Evidence(
        f"The old importer paid deposits under orders on goods of {', '.join(pays.makers)}; of those to be expected "
        f"from the new one for the same goods {pays.gone:.0%} are gone"
        + (", and the old one buys there no more, whatever else it goes on with." if line else "."),
        {"share_of_deposits_gone": round(pays.gone, 3), "makers": len(pays.makers)},
        tuple(
            RecordRef("entry_lines", tuple(str(r[k]) for k in ("entry_number", "line_number", "tariff_ordinal")))
            for r in (*with_them[-LINES_SHOWN:], *without[:LINES_SHOWN])
        ),
    )
