"""The legal chain of a ruling: what modified or revoked it, and what became of those in turn.

Invariant: a chain is told from the ruling outward, each step once, so that records which name each other in a circle
end, too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

MOST_STEPS = 20

Change = Literal["modified_by", "revoked_by"]


class Changed(NamedTuple):
    """How a document was changed, by which other, and when that one was issued.

    `passage` is the sentence of the other's text that does it, where no record says so.
    """

    change: Change
    by: str
    date: date | None
    passage: str = ""


Changes = Callable[[str], Iterable[Changed]]  # what changed a document, given its id


@dataclass(frozen=True, slots=True)
class LegalStep:
    """One change: `document` was modified or revoked by `by`, which was issued on `date` where that is known.

    `depth` is 0 for changes of the ruling that the chain is of, 1 for changes of those, and so on. Ids are without
    `document:`. `passage` is the sentence of `by` that does it, where only its text says so.
    """

    document: str
    change: Change
    by: str
    date: date | None
    depth: int = 0
    passage: str = ""


def legal_chain(document: str, changes: Changes) -> tuple[LegalStep, ...]:
    """The chain of a document, earliest changes first, each followed by what became of it; at most 20 steps.

    >>> known = {"A": [Changed("modified_by", "B", date(2019, 5, 2))], "B": [Changed("revoked_by", "C", None)]}
    >>> told_chain(legal_chain("A", lambda one: known.get(one, ())))
    'modified by B on 2019-05-02, which was revoked by C'
    """
    steps: list[LegalStep] = []
    told: set[tuple[str, str]] = set()

    def follow(one: str, depth: int) -> None:
        for each in sorted(changes(one), key=lambda each: (each.date or date.max, each.by, each.change)):
            if len(steps) == MOST_STEPS or (one, each.by) in told:
                continue
            told.add((one, each.by))
            steps.append(LegalStep(one, each.change, each.by, each.date, depth, each.passage))
            if depth < MOST_STEPS:
                follow(each.by, depth + 1)

    follow(document, 0)
    return tuple(steps)


def told_chain(steps: Sequence[LegalStep]) -> str:
    """The chain in words; empty for a ruling that nothing changed."""
    said = ""
    for step in steps:
        joint = "" if not said else "; " if step.depth == 0 else ", which was "
        if step.depth and step.document != _last_by(steps, step):
            joint = f"; {step.document} was "
        day = f" on {step.date.isoformat()}" if step.date else ""
        read = " (read from its text)" if step.passage else ""
        said += f"{joint}{step.change.replace('_', ' ')} {step.by}{day}{read}"
    return said


def _last_by(steps: Sequence[LegalStep], step: LegalStep) -> str:
    """What the step before this one was done by: only of that one can `which` speak."""
    return steps[steps.index(step) - 1].by
