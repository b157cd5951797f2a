"""Where the words of a phrase may stand when other words are allowed between them.

Invariant: the words stand in the order of the phrase, with at most the allowed number of other words between them
in all. Engines mean different things by slop (any order, a word counted twice); this is ours.
"""

from functools import lru_cache
from math import comb

# Ways of placing a phrase that are looked for. Two words may have 499 others between them, three 30, five 8, ten 3.
_MOST_PLACINGS = 500


def allowed(words: int, slop: int) -> int:
    """How many other words are allowed between so many words: fewer than asked for where the words are many.

    >>> [allowed(words, 1_000) for words in (2, 3, 5, 10, 1_000)]
    [499, 30, 8, 3, 0]
    """
    places = 0
    while places < slop and comb(places + words, words - 1) <= _MOST_PLACINGS:
        places += 1
    return places


@lru_cache(maxsize=256)
def placings(words: int, slop: int) -> tuple[tuple[int, ...], ...]:
    """Every way of placing so many words in order, as the place of each, the first at 0.

    >>> placings(2, 1), placings(3, 1)
    (((0, 1), (0, 2)), ((0, 1, 2), (0, 1, 3), (0, 2, 3)))
    """
    ways: list[tuple[tuple[int, ...], int]] = [((0,), slop)]
    for _ in range(words - 1):
        ways = [((*way, way[-1] + 1 + gap), left - gap) for way, left in ways for gap in range(left + 1)]
    return tuple(way for way, _ in ways)
