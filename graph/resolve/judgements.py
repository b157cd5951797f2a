"""What people have decided on who is the same, and what follows from it.

Invariant: a judgement is never overridden by a probability. Same and same is same, same and different is different;
judgements that contradict each other are refused with the chain that says so. A judgement that was withdrawn is
not given, and then nothing of it is left.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph.model.errors import Conflict


class Verdict(StrEnum):
    """What a person says of two things; `unsure` is on file and decides nothing."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's verdict on two things.

    `left` and `right` are records (`party_records:PR1`), entity ids (`importer:12-345678900`, `manufacturer:MID`,
    `written:KEY`) or parties (`party:ID`).
    """

    judgement_id: str
    left: str
    right: str
    verdict: Verdict
    by: str = ""
    at: datetime | None = None
    reason: str = ""


class JudgementSet:
    """Judgements that agree with each other, and what follows from them.

    Raises `Conflict` where two things are judged different and the rest of the judgements make them the same;
    `value` names the judgements of the chain.
    """

    def __init__(self, judgements: Iterable[Judgement]) -> None:
        self.judgements = tuple(sorted(judgements, key=lambda one: one.judgement_id))
        self._links: dict[str, list[tuple[str, str]]] = {}
        self._group: dict[str, str] = {}
        self._apart: dict[frozenset[str], str] = {}
        for one in self.judgements:
            if one.verdict is Verdict.SAME:
                self._links.setdefault(one.left, []).append((one.right, one.judgement_id))
                self._links.setdefault(one.right, []).append((one.left, one.judgement_id))
                self._join(one.left, one.right)
        for one in self.judgements:
            if one.verdict is Verdict.DIFFERENT:
                groups = frozenset((self.group(one.left), self.group(one.right)))
                if len(groups) == 1:
                    raise _contradiction(one, self._chain(one.left, one.right))
                self._apart.setdefault(groups, one.judgement_id)

    def verdict(self, left: str, right: str) -> Verdict | None:
        """What the judgements say of two things, directly or by what follows; None where they say nothing."""
        one, other = self.group(left), self.group(right)
        if one == other:
            return Verdict.SAME
        return Verdict.DIFFERENT if frozenset((one, other)) in self._apart else None

    def group(self, thing: str) -> str:
        """The first of all things that are the same as this one by judgement."""
        while (parent := self._group.get(thing, thing)) != thing:
            thing = parent
        return thing

    def same(self) -> list[tuple[str, ...]]:
        """The groups of two and more things that are the same."""
        groups: dict[str, list[str]] = {}
        for thing in sorted(self._links):
            groups.setdefault(self.group(thing), []).append(thing)
        return [tuple(group) for group in groups.values()]

    def different(self) -> list[tuple[str, str, str]]:
        """(thing, thing, judgement) for each two groups judged different, each group by its first thing."""
        return sorted((*sorted(groups), judgement) for groups, judgement in self._apart.items())  # type: ignore[misc]

    def _join(self, left: str, right: str) -> None:
        one, other = sorted((self.group(left), self.group(right)))
        self._group[other] = one

    def _chain(self, left: str, right: str) -> list[str]:
        """The judgements that lead from one thing to another, the shortest way."""
        come: dict[str, tuple[str, str]] = {left: ("", "")}
        waiting = deque([left])
        while waiting and right not in come:
            thing = waiting.popleft()
            for other, judgement in self._links.get(thing, ()):
                if other not in come:
                    come[other] = (thing, judgement)
                    waiting.append(other)
        chain: list[str] = []
        thing = right
        while thing != left:
            thing, judgement = come[thing]
            chain.append(judgement)
        return chain[::-1]


def _contradiction(judgement: Judgement, chain: list[str]) -> Conflict:
    named = ", ".join((judgement.judgement_id, *chain))
    return Conflict(
        f"Judgement {judgement.judgement_id} says that {judgement.left} and {judgement.right} are different, "
        f"and {', '.join(chain) or 'they themselves'} that they are the same.",
        thing=f"{judgement.left} and {judgement.right}",
        value=named,
        next_step="Withdraw one of these judgements.",
    )
