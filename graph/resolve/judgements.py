"""What people judged of who is the same, with all that follows from it.

Invariant: no probability overrides a judgement. Same and same make same, same and different make different; a set
of judgements from which both would follow is not accepted. Unsure binds nobody: it says that a person has looked.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from graph.model.errors import Conflict


class Verdict(StrEnum):
    """What was judged of two."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


VERDICTS = {verdict.value: verdict for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement on two entity ids (`importer:12-345678900`); `number` is how people refer to it."""

    number: str
    left: str
    right: str
    verdict: Verdict


@dataclass(slots=True)
class JudgementSet:
    """Judgements that agree with each other. `Conflict` names those that do not, when the set is made.

    >>> given = [Judgement("1", "a", "b", Verdict.SAME), Judgement("2", "b", "c", Verdict.DIFFERENT)]
    >>> JudgementSet(given).verdict("c", "a")
    <Verdict.DIFFERENT: 'different'>
    """

    given: Iterable[Judgement]
    _root: dict[str, str] = field(init=False, default_factory=dict)
    _same: dict[str, list[Judgement]] = field(init=False, default_factory=dict)
    _apart: dict[frozenset[str], Judgement] = field(init=False, default_factory=dict)
    _unsure: set[frozenset[str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        judged = list(self.given)
        for one in judged:
            if one.verdict is Verdict.SAME:
                self._same.setdefault(one.left, []).append(one)
                self._same.setdefault(one.right, []).append(one)
                low, high = sorted((self.root(one.left), self.root(one.right)))
                if low != high:
                    self._root[high] = low
        for one in judged:
            ends = frozenset((self.root(one.left), self.root(one.right)))
            if one.verdict is Verdict.DIFFERENT:
                if len(ends) == 1:
                    raise _contradiction([*self._chain(one.left, one.right), one])
                self._apart.setdefault(ends, one)
            elif one.verdict is Verdict.UNSURE:
                self._unsure.add(frozenset((one.left, one.right)))

    def root(self, entity: str) -> str:
        """The first, in the order of text, of all that were judged the same as this one; itself where none was."""
        while entity in self._root:
            entity = self._root[entity]
        return entity

    def verdict(self, left: str, right: str) -> Verdict | None:
        """What follows for two; None where nobody has looked."""
        ends = frozenset((self.root(left), self.root(right)))
        if len(ends) == 1:
            return Verdict.SAME
        if ends in self._apart:
            return Verdict.DIFFERENT
        return Verdict.UNSURE if frozenset((left, right)) in self._unsure else None

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """All that were judged to be one, each group in the order of text."""
        groups: dict[str, list[str]] = {}
        for entity in sorted(self._same):
            groups.setdefault(self.root(entity), []).append(entity)
        return tuple(tuple(group) for _, group in sorted(groups.items()))

    def apart(self) -> tuple[tuple[str, str], ...]:
        """Pairs of groups, by their roots, that must not become one."""
        return tuple(sorted((min(ends), max(ends)) for ends in self._apart))

    def _chain(self, left: str, right: str) -> list[Judgement]:
        """The shortest chain of same from one to the other."""
        came: dict[str, Judgement | None] = {left: None}
        waiting = deque([left])
        while right not in came:
            here = waiting.popleft()
            for one in self._same[here]:
                there = one.right if one.left == here else one.left
                if there not in came:
                    came[there] = one
                    waiting.append(there)
        chain: list[Judgement] = []
        while (step := came[right]) is not None:
            chain.append(step)
            right = step.left if step.right == right else step.right
        return chain[::-1]


def _contradiction(chain: list[Judgement]) -> Conflict:
    numbers = ", ".join(one.number for one in chain)
    return Conflict(
        "These judgements cannot all hold: "
        + "; ".join(f"{one.left} and {one.right} are {one.verdict.value} ({one.number})" for one in chain)
        + ".",
        thing="judgements",
        value=numbers,
        next_step="Withdraw the one that is wrong, then judge again.",
    )
