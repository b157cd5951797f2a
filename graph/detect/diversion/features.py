"""The features of a candidate maker that its probability rests on, and how far each may move it.

Most are in bits, so that each world's own rates are taken into account before a coefficient is.

Invariant: more of what speaks for the pattern never lowers the probability, more of what explains it never raises it.
"""

from collections.abc import Sequence

import numpy as np

from graph.detect.calibrate import Signs
from graph.detect.diversion.examined import Examined
from graph.detect.diversion.papers import OF_THE_GOODS
from graph.detect.diversion.passage import TELLING_PASSAGE_BITS
from graph.detect.diversion.plants import CAN_MAKE
from graph.detect.diversion.rings import chained, sold_from_there

MOST_TIE_BITS = 14.0
MOST_BEGINNERS_BITS, MOST_LOOKED_BITS = 8.0, 8.0
MOST_OWN_EXCESS, MOST_EXCESS = 3.0, 6.0
YOUNG_YEARS = 5.0
# Of rings so many ask about what was paid before; the others' prices are like anybody's.
LIKE_BEFORE = 0.75
# With fewer inward kilograms than this share of what goes out, named inward bills say nothing.
LEAST_INWARD_SHARE = 0.15
# What is added up over a maker's goods under several orders against one country, in bits, and the most of it.
OF_ALL_GOODS = {"switched": 8.0, "kept": 8.0, "price": 8.0, "passage": 12.0, "laden": 12.0, "sold": 12.0}

SIGNS: Signs = {
    "newcomer": (0.0, 1.0),  # bits: how rare it is that a maker begins since the petition; 0 for an old maker
    "switched": (0.0, 1.0),  # bits: new customers bought from the order's country before, beyond chance
    "kept": (0.1, 1.0),  # bits: new customers pay what they paid in the order's country, not what others pay here
    "fronts": (0.0, 2.5),  # share of its trade entered by importers new to trade for buyers from the order's country
    "price": (0.1, 1.0),  # bits: unit value like the order country's rather than like its own country's
    "passage": (0.2, 1.5),  # bits: lots that came in as they went out, beyond chance
    "laden": (0.2, 1.2),  # bits: lots that were laden in or exported from the order's country, beyond chance
    "sold": (0.2, 1.2),  # bits: lots that a firm of the order's country shipped or exported, beyond chance
    "carried": (0.0, 6.0),  # share of lots that came in as they went out, beyond chance, where that is no chance
    "ties": (0.05, 1.0),  # bits: shared with suppliers, importers or other new makers, beyond chance
    "beginners": (0.0, 1.0),  # bits: new customers that began to import at all as they came to it, beyond chance
    "doubted": (0.1, 1.0),  # bits: looks of customs that ended in doubt of the origin, beyond chance
    "alleged": (0.0, 1.5),  # a claim, alleged or admitted, joins it to one of them
    "no_plant": (0.0, 5.0),  # customs saw, or a register says, that nothing is made there
    "excess": (0.0, 2.0),  # log2 of a year's shipments over what the plant can make, those of one seller's together
    "chain": (0.0, 1.0),  # bits: its customers or its seller had another new maker, elsewhere, before or after it
    "capable": (-4.0, 0.0),  # the plant can make what it ships; half where only the firm says so
    "inputs": (-4.0, 0.0),  # kg of other goods consigned to the maker, per kg shipped
    "home_market": (-4.0, 0.0),  # the same goods come in but lots do not pass through
    "old_plant": (-4.0, 0.0),  # share of its trade that an old plant of its country had until it began
    "standing": (-3.0, 0.0),  # established long before it began
    "visited": (-4.0, 0.0),  # customs saw its plant and found it in order, and never that nothing is made there
    "succeeds": (-4.0, 0.0),  # it goes on for an older maker of its country, as a fact on record
    "cleared": (
        -4.0,
        0.0,
    ),  # an issue on the origin of its goods was closed in its favour, or a document speaks for them
    "disclosed": (-3.0, 0.0),  # its tie to the order country's maker is on record as a fact
}


def whatever_is_asked(bits: float) -> float:
    """Bits for a price like the order country's where a ring may also ask what it likes, as one in four may.

    >>> round(whatever_is_asked(5.0), 2), round(whatever_is_asked(-5.0), 2)
    (4.6, -1.87)
    """
    return float(np.log2(LIKE_BEFORE * np.exp2(bits) + 1 - LIKE_BEFORE))


def fronted(x: Examined) -> float:
    """The share of the maker's new lines that new importers enter for who had the goods from the order's country."""
    lines = sum(len(c.rows) for c in x.customers if c.new)
    return sum(len(c.rows) for c in x.customers if c.new and c.fronts) / max(lines, 1)


def all_features(every: Sequence[Examined]) -> list[dict[str, float]]:
    """The features of all candidates by the names in `SIGNS`.

    What speaks of a maker's goods under one order speaks of its goods under another against the same country.
    """
    follows = chained(every)
    alone = [features(x, chain=follows.get(i, 0.0)) for i, x in enumerate(every)]
    of_house = house_excess(every, alone)
    by_maker: dict[tuple[str, str, str], list[int]] = {}
    for i, x in enumerate(every):
        by_maker.setdefault((x.trade.maker, x.trade.origin, x.order.country), []).append(i)
    found = []
    for i, x in enumerate(every):
        near = by_maker[x.trade.maker, x.trade.origin, x.order.country]
        others = {every[j].habits.hts: j for j in near if every[j].habits.hts != x.habits.hts}
        told = alone[i] | {"excess": of_house.get(i, alone[i]["excess"])}
        for name, most in OF_ALL_GOODS.items():
            told[name] = float(np.clip(told[name] + sum(alone[j][name] for j in others.values()), -most, most))
        found.append(told)
    return found


def house_excess(every: Sequence[Examined], alone: Sequence[dict[str, float]]) -> dict[int, float]:
    """By position, the excess of all makers for which one seller in the order's country sells, added up.

    One plant may have grown since it was measured; of several whose goods one house sells that is no chance. A plant
    that can make what it ships has no part in it.
    """
    houses: dict[tuple[str, str], dict[str, float]] = {}
    of: dict[int, tuple[str, str]] = {}
    for i, x in enumerate(every):
        if sold_from_there(x) and not alone[i]["capable"]:
            of[i] = (x.order.country, x.sender)
            here = houses.setdefault(of[i], {})
            here[x.trade.maker] = max(here.get(x.trade.maker, 0.0), alone[i]["excess"])
    return {i: max(alone[i]["excess"], min(sum(houses[house].values()), MOST_EXCESS)) for i, house in of.items()}


def own_excess(x: Examined) -> float:
    """The doublings by which a maker's busiest year is more than its plant can make."""
    if x.capacity_ratio is None or x.capacity_ratio <= CAN_MAKE:
        return 0.0
    return float(min(np.log2(x.capacity_ratio), MOST_OWN_EXCESS))


def features(x: Examined, *, chain: float = 0.0) -> dict[str, float]:
    """The features of one candidate by itself; `chain` is what it is worth, in bits, that it is one link of several."""
    price = next((like.bits for like in x.likeness if like.measure == "price"), 0.0)
    shipped = max(x.shipped_kg, 1.0)
    known = x.inward.same_kg + x.inward.other_kg
    same_share = x.inward.same_kg / known if known > 0 else 0.5
    same = (x.inward.same_kg + same_share * x.inward.unknown_kg) / shipped
    other = (x.inward.other_kg + (1 - same_share) * x.inward.unknown_kg) / shipped
    passing = x.passage.bits
    # What a plant can make, buys and is explains its goods, but not lots that came in as they went out.
    explains = passing < TELLING_PASSAGE_BITS
    arrives = same >= LEAST_INWARD_SHARE
    capable = 0.0
    if x.capacity is not None and x.capacity_ratio is not None and x.capacity_ratio <= CAN_MAKE:
        capable = 1.0 if x.capacity.seen else 0.5
    # That a firm and its open owner have one telephone is what their records say of them anyway.
    openly = {member for claim in x.disclosed for member in (claim.subject, claim.object)}
    ties = sum(bits for tie, _, bits in x.ties if tie.other not in openly)
    return {
        "newcomer": min(x.newcomer_bits, 5.0),
        "switched": x.switched_bits,
        "kept": whatever_is_asked(x.kept_bits),
        "fronts": fronted(x),
        "price": whatever_is_asked(price),
        "passage": passing,
        "carried": max(x.passage.matched - x.passage.expected, 0.0) / max(x.passage.lots, 1) if not explains else 0.0,
        "laden": max((paper.bits for paper in x.papers if paper.kind in OF_THE_GOODS), default=0.0),
        # A plant that is openly its group's may sell through it.
        "sold": max((paper.bits for paper in x.papers if paper.kind not in OF_THE_GOODS), default=0.0)
        if not x.disclosed
        else 0.0,
        "ties": min(ties, MOST_TIE_BITS),
        "beginners": float(np.clip(x.beginners.bits, -MOST_BEGINNERS_BITS, MOST_BEGINNERS_BITS)),
        "doubted": float(np.clip(x.looks.bits, -MOST_LOOKED_BITS, MOST_LOOKED_BITS)),
        "alleged": float(bool(x.alleged) and not (x.looks.cleared or x.looks.papers)),
        "no_plant": float(bool(x.looks.no_plant)),
        "excess": own_excess(x),
        "chain": chain,
        "capable": capable if explains else 0.0,
        "inputs": min(other, 1.0) if explains else 0.0,
        "home_market": float(arrives and explains),
        "old_plant": x.old_plant_share if x.old_plant_share >= 0.3 else 0.0,
        # A house may be old that never made anything.
        "standing": float(
            explains and x.years_standing is not None and x.years_standing >= YOUNG_YEARS and not x.looks.no_plant
        ),
        "visited": float(bool(x.looks.visits) and not x.looks.no_plant),
        "succeeds": float(x.succeeds is not None),
        "cleared": float(bool(x.looks.cleared or x.looks.papers)),
        "disclosed": float(bool(x.disclosed)),
    }
