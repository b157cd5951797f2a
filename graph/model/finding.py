"""A finding: a pattern that a detector saw, with the rows that show it and the innocent explanations tested."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Member:
    """A party of the pattern, the part it plays and why it is named."""

    entity: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A fact row: its table and the values of the table's key, in the key's order."""

    table: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim in words, the numbers in it by name, and the rows that open from it."""

    claim: str
    numbers: dict[str, float | int | str]
    records: tuple[RecordRef, ...]


@dataclass(frozen=True, slots=True)
class InnocentExplanation:
    """A lawful reason for the same pattern: how it was tested, and what came out."""

    name: str
    tested: str
    result: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A ranked, explained suspicion. `probability` is of the pattern, not of guilt or scope.

    `calibration` says on what the probability was calibrated. `queue` is true when the finding is selected
    at the false-discovery rate. `members` and `entries` are the scheme's and no more.
    """

    id: str
    kind: str
    detector: str
    version: str
    as_of: date
    title: str  # the claim in one sentence
    probability: float
    calibration: str
    queue: bool
    members: tuple[Member, ...]
    entries: tuple[str, ...]
    period_from: date
    period_to: date
    duty_at_stake_usd: float
    evidence: tuple[Evidence, ...]
    innocent_explanations: tuple[InnocentExplanation, ...]
    scope_question: str
    p_value: float | None = None
    e_value: float | None = None
    next_steps: tuple[str, ...] = field(default=())
