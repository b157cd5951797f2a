"""What people decided of claims: that a name in a document means a party, or does not.

Invariant: a decision is never changed and never removed; one that was undone stays, and says by whom. At most one
stands on a claim, and at most one party is accepted for a name in a document.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from api.database import CLAIM_DECISIONS
from graph.model.errors import Conflict, NotFound
from graph.resolve.claim import Decision

Verdict = Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a decision is about: the claim, and the document, name and party (`party:ID`) of it."""

    claim: str
    document: str
    name: str
    party: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One person's decision on a claim."""

    number: int
    claimed: Claimed
    verdict: Verdict
    reason: str
    person: str
    at: datetime

    def decision(self) -> Decision:
        """What the next refresh has to keep to."""
        of = self.claimed
        return Decision(of.document, of.name, of.party, self.verdict == "accepted")


class Decisions:
    """The decisions of one authored database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decide(
        self, claimed: Sequence[Claimed], verdict: Verdict, *, reason: str, person: str, now: datetime
    ) -> tuple[Decided, ...]:
        """Note a decision on each of the claims, or on none.

        `Conflict` where one is decided already, or another party was accepted for its name in its document.
        """
        with self._engine.begin() as connection:
            standing = _standing(connection)
            _refuse_decided(claimed, standing)
            if verdict == "accepted":
                _refuse_second_party(claimed, standing)
            for one in claimed:
                values = {
                    "claim": one.claim, "document": one.document, "name": one.name, "party": one.party,
                    "verdict": verdict, "reason": reason.strip(), "person": person, "at": now,
                }  # fmt: skip
                connection.execute(CLAIM_DECISIONS.insert().values(values))
            asked = {one.claim for one in claimed}
            return tuple(one for one in _standing(connection) if one.claimed.claim in asked)

    def undo(self, claims: Sequence[str], *, person: str, now: datetime) -> None:
        """Take back what stands on each of the claims, or on none; `NotFound` where nothing stands on one."""
        with self._engine.begin() as connection:
            known = {one.claimed.claim for one in _standing(connection)}
            for claim in claims:
                if claim not in known:
                    raise NotFound(
                        f"Nothing has been decided of claim {claim}.",
                        thing="claim",
                        value=claim,
                        next_step="See `tidewaiter claims list --status accepted`.",
                    )
            taken = {"undone_by": person, "undone_at": now}
            undone = CLAIM_DECISIONS.c.claim.in_(claims) & CLAIM_DECISIONS.c.undone_at.is_(None)
            connection.execute(CLAIM_DECISIONS.update().where(undone).values(taken))

    def standing(self) -> tuple[Decided, ...]:
        """The decisions that nobody has undone, oldest first."""
        with self._engine.connect() as connection:
            return _standing(connection)


def _standing(connection: Connection) -> tuple[Decided, ...]:
    asked = sa.select(CLAIM_DECISIONS).where(CLAIM_DECISIONS.c.undone_at.is_(None)).order_by(CLAIM_DECISIONS.c.number)
    return tuple(_decided(row) for row in connection.execute(asked).mappings())


def _decided(row: RowMapping) -> Decided:
    claimed = Claimed(row["claim"], row["document"], row["name"], row["party"])
    verdict: Verdict = "accepted" if row["verdict"] == "accepted" else "rejected"
    return Decided(row["number"], claimed, verdict, row["reason"], row["person"], row["at"])


def _refuse_decided(claimed: Iterable[Claimed], standing: Iterable[Decided]) -> None:
    decided = {one.claimed.claim: one for one in standing}
    for one in claimed:
        if before := decided.get(one.claim):
            raise Conflict(
                f"Claim {one.claim} was {before.verdict} by {before.person} already.",
                thing="claim",
                value=one.claim,
                next_step=f"Undo that first: tidewaiter claims undo {one.claim}",
            )


def _refuse_second_party(claimed: Iterable[Claimed], standing: Iterable[Decided]) -> None:
    of = [one.claimed for one in standing if one.verdict == "accepted"]
    accepted = {(one.document, one.name): one for one in of}
    for one in claimed:
        before = accepted.setdefault((one.document, one.name), one)
        if before.party != one.party:
            raise Conflict(
                f"{one.name} in {one.document} was accepted as {before.party}; it cannot be {one.party}, too.",
                thing="claim",
                value=one.claim,
                next_step=f"Undo the other one first: tidewaiter claims undo {before.claim}",
            )
