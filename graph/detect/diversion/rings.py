"""Makers that belong to one scheme, told once: linked by their customers, by what they share, or by their supplier.

Invariant: a weak candidate never joins two strong ones; it joins at most one ring, and only by a link of its own.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from graph.detect.diversion.examined import Examined
from graph.detect.diversion.papers import OF_THE_GOODS

# Two makers share their custom when so much of the smaller one's trade is with the other's importers.
SHARED_CUSTOM = 0.5
# Where one supplier stands behind both, less will do.
LEAST_SHARED_CUSTOM = 0.2
# A value that two new makers share links them from so many bits.
LINKING_BITS = 6.0
# Makers of one circle, or that take turns, join from this: the link speaks too.
JOINING_BY_TIE_PROBABILITY = 0.1
# Shells take turns: one begins from so long before to so long after another's last lot.
TURN_DAYS = (-60, 90)
LEAST_TURN_PROBABILITY = 0.5
LEAST_TURN_BITS = 5.0
# Groups of partners that a tie makes one ring with; a maker at large in the order's country is none.
CLOSE = ("supplier", "importer", "other new maker")
# Where shells follow each other, the next begins before the last has ended or soon after.
BETWEEN_SHELLS_DAYS = (-60, 240)
# One ring in five is a chain of shells; what its makers have of this is worth so many bits at most.
CHAINED_SHARE = 0.2
MOST_CHAIN_BITS = 5.0
# A share is never taken for rarer than one in so many makers.
USUAL_MAKERS = 20.0
# A seller in the order's country joins those that its papers tell of, from so many bits.
TELLING_SELLER_BITS = 2.0
# A candidate joins a likelier one when it would stand by itself, or nearly.
JOINING_PROBABILITY = 0.3


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its features and what they make of it."""

    examined: Examined
    features: dict[str, float]
    probability: float

    @property
    def key(self) -> tuple[int, str, str]:
        """(order, maker, origin)."""
        return self.examined.trade.key


def custom(x: Examined) -> dict[str, int]:
    """Lines of its new trade, or of lots that passed through an old plant, by taxpayer."""
    return {c.taxpayer: len(c.rows) for c in x.customers if c.new or c.topped_up}


def chained(every: Sequence[Examined]) -> dict[int, float]:
    """Bits by position of new makers whose customers, or whose seller in the order's country, another new maker had
    that stopped before or began after; the other is in another country, or ships other goods under an order.

    Customers of small makers come and go: what it is worth that both have at least so many lines is counted on how
    many of all other new makers can show the same.
    """
    customs = [custom(x) for x in every]
    by_customers = _links(every, customs)
    # A seller's goods count whole: its importers may take turns, too.
    sold = [{x.sender: len(x.rows)} if sold_from_there(x) else {} for x in every]
    found: dict[int, float] = {}
    for linked in (by_customers, _links(every, sold)):
        for i, bits in _rarity(every, linked).items():
            found[i] = max(bits, found.get(i, 0.0))
    return found


def sold_from_there(x: Examined) -> bool:
    """Whether papers name one seller in the order's country so often that it is no chance."""
    return bool(x.sender) and any(p.bits >= TELLING_SELLER_BITS for p in x.papers if p.kind not in OF_THE_GOODS)


def _links(every: Sequence[Examined], shared: Sequence[dict[str, int]]) -> dict[int, list[tuple[int, int]]]:
    """By position, (the other's, lines that both have at least) of makers that share and take turns."""
    having: dict[str, list[int]] = {}
    for i, x in enumerate(every):
        if x.new:
            for who in shared[i]:
                having.setdefault(who, []).append(i)
    found: dict[int, list[tuple[int, int]]] = {}
    for i, x in enumerate(every):
        if not x.new:
            continue
        total = sum(shared[i].values())
        met: dict[int, int] = {}
        for who, lines in shared[i].items():
            for j in having[who]:
                met[j] = met.get(j, 0) + lines
        for j, lines in met.items():
            other = every[j]
            if j == i or lines < SHARED_CUSTOM * total or _shared(shared[j], shared[i]) < SHARED_CUSTOM:
                continue
            if other.trade.maker == x.trade.maker or other.trade.origin == x.trade.origin:
                continue
            gap = max(other.trade.first_day - x.trade.last_day, x.trade.first_day - other.trade.last_day)
            if BETWEEN_SHELLS_DAYS[0] <= gap <= BETWEEN_SHELLS_DAYS[1]:
                found.setdefault(i, []).append((j, min(len(x.rows), len(other.rows))))
    return found


def _rarity(every: Sequence[Examined], linked: dict[int, list[tuple[int, int]]]) -> dict[int, float]:
    """How much better it explains such a link that one ring in five has it than that new makers have, in bits.

    A maker counts once, under however many orders it ships.
    """

    def who(i: int) -> tuple[str, str]:
        return every[i].trade.origin, every[i].trade.maker

    new = {who(i) for i, x in enumerate(every) if x.new}
    most: dict[tuple[str, str], int] = {}
    for i, links in linked.items():
        most[who(i)] = max(most.get(who(i), 0), *(lines for _, lines in links))
    ascending = sorted(most.values())
    found = {}
    for i, links in linked.items():
        lines = max(lines for _, lines in links)
        own = {who(i), *(who(j) for j, _ in links)}
        as_many = len(ascending) - bisect_left(ascending, lines) - sum(most.get(one, 0) >= lines for one in own)
        usual = (as_many + 1) / (len(new - own) + USUAL_MAKERS)
        found[i] = float(min(max(log2(CHAINED_SHARE / usual), 0.0), MOST_CHAIN_BITS))
    return found


def _shared(custom_: dict[str, int], other: dict[str, int]) -> float:
    return sum(n for who, n in custom_.items() if who in other) / max(sum(custom_.values()), 1)


def rings(weighed: Sequence[Weighed]) -> list[list[Weighed]]:
    """The rings, likeliest first, each with its likeliest maker first."""
    order = sorted(range(len(weighed)), key=lambda i: (-weighed[i].probability, weighed[i].key))
    by_taxpayer: dict[str, list[int]] = {}
    by_mark: dict[str, list[int]] = {}
    by_held: dict[tuple[str, str], list[int]] = {}
    by_turn: dict[tuple[int, str, str], list[int]] = {}
    customs = [custom(w.examined) for w in weighed]
    for i in order:
        for who in customs[i]:
            by_taxpayer.setdefault(who, []).append(i)
        for mark in _marks(weighed[i].examined):
            by_mark.setdefault(mark, []).append(i)
        for held in weighed[i].examined.circle:
            by_held.setdefault((held.kind, held.value), []).append(i)
        by_turn.setdefault(_turn(weighed[i].examined), []).append(i)
    ring_of: dict[int, int] = {}
    found: list[list[int]] = []
    for i in order:
        near = {j for who in customs[i] for j in by_taxpayer[who]}
        near |= {j for mark in _marks(weighed[i].examined) for j in by_mark[mark]}
        joins = sorted(
            (ring_of[j], j) for j in near
            if j in ring_of and (weighed[i].probability >= JOINING_PROBABILITY) and _linked(weighed, customs, i, j)
        )  # fmt: skip
        if not joins and weighed[i].probability >= JOINING_BY_TIE_PROBABILITY:
            a = weighed[i].examined
            near = {j for held in a.circle for j in by_held[held.kind, held.value]}
            joins = sorted((ring_of[j], j) for j in near if j in ring_of and _one_circle(a, weighed[j].examined))
        if not joins and weighed[i].probability >= LEAST_TURN_PROBABILITY:
            a = weighed[i].examined
            near = set(by_turn[_turn(a)])
            suspects = sum(
                w.examined.trade.order == a.trade.order and w.probability >= LEAST_TURN_PROBABILITY for w in weighed
            )
            joins = sorted(
                (ring_of[j], j) for j in near if j in ring_of and _take_turns(a, weighed[j].examined, suspects)
            )
        if joins:
            ring_of[i] = joins[0][0]
            found[joins[0][0]].append(i)
        else:
            ring_of[i] = len(found)
            found.append([i])
    return [[weighed[i] for i in ring] for ring in found]


def _linked(weighed: Sequence[Weighed], customs: list[dict[str, int]], i: int, j: int) -> bool:
    a, b = weighed[i].examined, weighed[j].examined
    if set(a.trade.spellings) & set(b.trade.spellings):
        return True
    if _marks(a) & _marks(b):
        return True
    both = _shared(customs[i], customs[j]), _shared(customs[j], customs[i])
    if min(both) >= SHARED_CUSTOM or (a.new and b.new and max(both) >= SHARED_CUSTOM):
        return True
    return bool(set(a.suppliers[:1]) & set(b.suppliers[:1])) and max(both) > LEAST_SHARED_CUSTOM


def _one_circle(a: Examined, b: Examined) -> bool:
    """Whether the two, or their new customers, have something on file that hardly any others have."""
    theirs = set(b.circle)
    for held in a.circle:
        chance = a.circle_size * b.circle_size * (held.holders - 1) / held.parties
        if held in theirs and -log2(min(chance, 1.0)) >= LINKING_BITS:
            return True
    return False


def _turn(x: Examined) -> tuple[int, str, str]:
    """What shells of one ring that take turns keep: the order, the tariff number and who files."""
    return x.trade.order, x.habits.hts, x.habits.filer


def _take_turns(a: Examined, b: Examined, suspects: int) -> bool:
    """Whether one begins as the other ends, where so much agreement is no chance among so many suspects."""
    first, second = (a, b) if a.trade.first_day <= b.trade.first_day else (b, a)
    gap = second.trade.first_day - first.trade.last_day
    if not (a.new and b.new and TURN_DAYS[0] <= gap <= TURN_DAYS[1]) or a.trade.maker == b.trade.maker:
        return False
    span = max(second.trade.last_day - a.order.petition_day, 1)
    turn = min((TURN_DAYS[1] - TURN_DAYS[0]) / span, 1.0)
    chance = max(suspects - 1, 1) * turn * a.habits.filer_share * a.habits.hts_share
    return -log2(min(chance, 1.0)) >= LEAST_TURN_BITS


def _marks(x: Examined) -> set[str]:
    """What links a maker to others of its ring: itself, those that it has a rare tie with, who ships to or for it."""
    marks = {f"manufacturer:{s}" for s in x.trade.spellings}
    marks |= {tie.other for tie, group, bits in x.ties if bits >= LINKING_BITS and group in CLOSE}
    marks |= {f"{tie.kind}:{tie.value}" for tie, _, bits in x.ties if bits >= LINKING_BITS}
    if x.supplier_shipper and x.suppliers and x.passage.bits >= LINKING_BITS:
        marks.add(f"manufacturer:{x.suppliers[0]}")
    if sold_from_there(x) or (x.sender and any(paper.bits >= LINKING_BITS for paper in x.papers)):
        marks.add(f"sender:{x.sender}")
    return marks
