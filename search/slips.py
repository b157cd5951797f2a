"""Words with one wrong letter: what a word of a text may have been meant to be, among words that are looked for.

Invariant: a word may stand for words of five letters or more that are one letter changed, added, left out, or swapped
with the next away from it, or for two of them written as one; a word that is looked for stands for itself first.

Each word looked for is filed under itself and under what is left when any one of its letters goes; two words one slip
apart share such an entry, so that a word is compared with the few that it can be, however many are looked for.
"""

from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz.distance import OSA

_SHORTEST = 5  # letters of a word in which one may be wrong
_MOST = 3  # words that one word is taken for


class Slips(dict[str, tuple[str, ...]]):
    """For a word of a text, what it may stand for, in words between blanks, the likeliest first; itself alone where
    nothing is like it.

    >>> slips = Slips(["golden reef trading"])
    >>> slips["goldne"], slips["trading"], slips["goldenreef"], slips["wire"]
    (('golden',), ('trading',), ('golden reef',), ('wire',))
    """

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self._near: dict[str, list[str]] = {}
        self._joined: dict[str, str] = {}
        self._known: set[str] = set()
        for name in names:
            words = name.split()
            self._known.update(words)
            self._joined |= {one + two: f"{one} {two}" for one, two in pairwise(words) if len(one + two) >= _SHORTEST}
        for word in self._known:
            if len(word) >= _SHORTEST and word.isalpha():
                for key in _one_less(word):
                    self._near.setdefault(key, []).append(word)

    def __missing__(self, word: str) -> tuple[str, ...]:
        near: set[str] = {self._joined[word]} if word in self._joined else set()
        if len(word) >= _SHORTEST - 1 and word.isalpha():
            alike = {known for key in _one_less(word) for known in self._near.get(key, ())} - {word}
            near |= {known for known in alike if OSA.distance(word, known, score_cutoff=1) <= 1}
        itself = (word,) if word in self._known or not near else ()
        self[word] = (*itself, *sorted(near)[:_MOST])
        return self[word]


def _one_less(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
