"""From probabilities of pairs to parties.

Invariant: nobody is joined through a weak link: two groups become one only where their members speak for it on
average; things judged different never share a party, things judged the same always do; and the answer is the same in
whatever order pairs are given.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]

# A pair that was not compared shares nothing rare, which speaks against it.
NOT_COMPARED_BITS: Final = -4.0
# One pair alone, however certain, does not outweigh many that say otherwise.
MOST_BITS: Final = 14.0
LEAST_BITS: Final = -8.0
# Two numbers of two taxpayers (filers, sureties) are one party only where that is nearly certain: p >= .999.
NEARLY_CERTAIN_BITS: Final = 10.0
# What fits two that speak against being one is left alone unless it fits one of them better by so much.
CLEARLY_BITS: Final = 2.0


@dataclass(slots=True)
class _Group:
    members: list[int]
    numbers: dict[str, set[int]] = field(default_factory=dict)  # kind -> units that bear a number of it
    toward: dict[int, tuple[float, int]] = field(default_factory=dict)  # other group -> bits summed, pairs compared


def components(size: int, left: Ints, right: Ints) -> Ints:
    """The component of each of `size` units under links."""
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def cluster(
    size: int,
    pairs: tuple[Ints, Ints, npt.NDArray[np.float64]],
    *,
    numbers: Sequence[str | None],
    same: Iterable[tuple[int, int]] = (),
    different: Iterable[tuple[int, int]] = (),
    contrary: Iterable[tuple[int, int]] = (),
) -> Ints:
    """The party of each unit, as the lowest unit in it.

    `pairs` are (left, right, bits), each pair of units once. `numbers` gives the kind of number that a unit bears
    (importer, broker, surety) or None: two units with a number of one kind bear different ones. `same` and
    `different` are judged pairs of units. `contrary` are units that speak against being one:
    a third, which says nothing of what they differ in and speaks as much for either, joins neither.
    """
    left, right, bits = pairs
    forced = np.array(sorted(same), dtype=np.int64).reshape(-1, 2)
    hopeful = bits > 0
    component = components(
        size, np.concatenate((left[hopeful], forced[:, 0])), np.concatenate((right[hopeful], forced[:, 1]))
    )
    inside = component[left] == component[right]
    apart = list(different), list(contrary)
    labels = np.arange(size)
    order = np.argsort(component, kind="stable")
    bounds = np.flatnonzero(np.concatenate(([True], np.diff(component[order]) != 0, [True])))
    edges = _by_component(component, left[inside], right[inside], bits[inside])
    joined = _by_component(component, forced[:, 0], forced[:, 1], np.zeros(len(forced)))
    for start, end in pairwise(bounds.tolist()):
        if end - start == 1:
            continue
        units = order[start:end].tolist()
        place = int(component[units[0]])
        for members in _agglomerate(units, edges.get(place, []), joined.get(place, []), apart=apart, numbers=numbers):
            labels[members] = min(members)
    return labels


def _by_component(
    component: Ints, left: Ints, right: Ints, bits: npt.NDArray[np.float64]
) -> dict[int, list[tuple[int, int, float]]]:
    grouped: dict[int, list[tuple[int, int, float]]] = {}
    for place, a, b, weight in zip(component[left].tolist(), left.tolist(), right.tolist(), bits.tolist(), strict=True):
        grouped.setdefault(place, []).append((a, b, weight))
    return grouped


def _agglomerate(
    units: list[int],
    edges: list[tuple[int, int, float]],
    joined: list[tuple[int, int, float]],
    *,
    apart: tuple[list[tuple[int, int]], list[tuple[int, int]]],
    numbers: Sequence[str | None],
) -> Iterable[list[int]]:
    """Join the two groups that speak most for each other on average, until none does."""
    root = _roots(units, joined)
    groups = _groups(root, edges, numbers)
    certain = {(min(a, b), max(a, b)) for a, b, weight in edges if weight >= NEARLY_CERTAIN_BITS}
    judged, contrary = (_between(pairs, root) for pairs in apart)
    heap: list[tuple[float, int, int]] = []

    def offer(one: int, other: int) -> None:
        average = _average(groups[one], other, len(groups[other].members))
        if average > 0 and other not in judged.get(one, ()) and _may_join(groups[one], groups[other], certain):
            heapq.heappush(heap, (-average, min(one, other), max(one, other)))

    for one, group in groups.items():
        for other in group.toward:
            if one < other:
                offer(one, other)
    while heap:
        average, one, other = heapq.heappop(heap)
        if one not in groups or other not in groups or other in judged.get(one, ()):
            continue
        if -average != _average(groups[one], other, len(groups[other].members)):
            continue  # one of the two has grown since
        if _ambiguous(groups, contrary, one, other) or _ambiguous(groups, contrary, other, one):
            continue
        _merge(groups, (judged, contrary), one, other)
        for third in groups[one].toward:
            offer(one, third)
    return [sorted(group.members) for group in groups.values()]


def _between(pairs: list[tuple[int, int]], root: dict[int, int]) -> dict[int, set[int]]:
    """The groups that each group may not join."""
    forbidden: dict[int, set[int]] = {}
    for a, b in pairs:
        if a in root and b in root and root[a] != root[b]:
            forbidden.setdefault(root[a], set()).add(root[b])
            forbidden.setdefault(root[b], set()).add(root[a])
    return forbidden


def _roots(units: list[int], joined: list[tuple[int, int, float]]) -> dict[int, int]:
    """The lowest unit that each unit is joined with by judgement."""
    root = {unit: unit for unit in units}

    def find(unit: int) -> int:
        while root[unit] != unit:
            unit = root[unit]
        return unit

    for a, b, _ in joined:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    return {unit: find(unit) for unit in units}


def _groups(
    root: dict[int, int], edges: list[tuple[int, int, float]], numbers: Sequence[str | None]
) -> dict[int, _Group]:
    """The groups to begin with, and what they say of each other."""
    groups: dict[int, _Group] = {}
    for unit, first in root.items():
        group = groups.setdefault(first, _Group([]))
        group.members.append(unit)
        if kind := numbers[unit]:
            group.numbers.setdefault(kind, set()).add(unit)
    for a, b, weight in edges:
        one, other = root[a], root[b]
        if one != other:
            kept = max(LEAST_BITS, min(MOST_BITS, weight))
            for here, there in ((one, other), (other, one)):
                bits, count = groups[here].toward.get(there, (0.0, 0))
                groups[here].toward[there] = (bits + kept, count + 1)
    return groups


def _average(group: _Group, other: int, size: int) -> float:
    """The average of all pairs between two groups, in bits."""
    bits, count = group.toward[other]
    possible = len(group.members) * size
    return (bits + (possible - count) * NOT_COMPARED_BITS) / possible


def _ambiguous(groups: dict[int, _Group], contrary: dict[int, set[int]], one: int, other: int) -> bool:
    """Whether a group speaks about as much for a third, which speaks against the other: it may be either's."""
    mine, against = groups[one], contrary.get(one, set())
    if other in against:
        return False
    average = _average(mine, other, len(groups[other].members))
    return any(
        third in mine.toward
        and third not in against
        and _average(mine, third, len(groups[third].members)) > max(average - CLEARLY_BITS, 0.0)
        for third in contrary.get(other, ())
    )


def _may_join(one: _Group, other: _Group, certain: set[tuple[int, int]]) -> bool:
    """Whether all numbers of one kind that would come together are nearly certain to be one party's."""
    return all(
        (min(a, b), max(a, b)) in certain
        for kind, units in one.numbers.items()
        for a in units
        for b in other.numbers.get(kind, ())
    )


def _merge(groups: dict[int, _Group], apart: tuple[dict[int, set[int]], ...], one: int, other: int) -> None:
    """The second group becomes part of the first."""
    gone = groups.pop(other)
    kept = groups[one]
    kept.members += gone.members
    for kind, units in gone.numbers.items():
        kept.numbers.setdefault(kind, set()).update(units)
    kept.toward.pop(other, None)
    for third, (bits, count) in gone.toward.items():
        if third == one:
            continue
        mine = kept.toward.get(third, (0.0, 0))
        kept.toward[third] = (mine[0] + bits, mine[1] + count)
        groups[third].toward.pop(other, None)
        groups[third].toward[one] = kept.toward[third]
    for forbidden in apart:
        for third in forbidden.pop(other, set()) - {one}:
            forbidden.setdefault(one, set()).add(third)
            forbidden[third].discard(other)
            forbidden[third].add(one)
        forbidden.get(one, set()).discard(other)
