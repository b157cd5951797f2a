"""How the values of a field are counted and cut.

Invariant: every engine shows the same values of a facet: the most frequent, equally frequent ones by value.
"""

from collections.abc import Iterable

SHOWN = 50  # values of a facet in an answer


def most_frequent(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The values to show, with how many matches have each.

    >>> most_frequent([("b", 1), ("c", 2), ("a", 1)])
    (('c', 2), ('a', 1), ('b', 1))
    """
    return tuple(sorted(counts, key=lambda count: (-count[1], count[0]))[:SHOWN])
