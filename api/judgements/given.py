"""What people judged of identity: same, different or unsure, with who said it, when and why.

Invariant: a judgement is never changed and never removed; one that was withdrawn stays, and says by whom. Those
that stand never contradict each other: what would is refused with the judgements that stand against it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from api.database import JUDGEMENTS
from graph.model.errors import Conflict, Invalid, NotFound
from graph.resolve.judgements import Judgement, JudgementSet, Verdict

MOST_REASON_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Given:
    """One person's word on whether two entities are one party; `left` and `right` are entity ids in order."""

    number: int
    left: str
    right: str
    verdict: Verdict
    reason: str
    person: str
    at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody has taken it back."""
        return self.withdrawn_at is None

    def judgement(self) -> Judgement:
        """What resolution has to keep to."""
        return Judgement(str(self.number), self.left, self.right, self.verdict, self.person, self.at, self.reason)


class Judgements:
    """The judgements of one authored database, oldest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, left: str, right: str, verdict: str, *, reason: str, person: str, now: datetime) -> Given:
        """Note a judgement on two entities.

        `Invalid` for an unknown verdict, two equal ids, or a reason that is missing or beyond 2,000 characters;
        `Conflict` when it contradicts judgements that stand.
        """
        if verdict not in [each.value for each in Verdict]:
            raise Invalid(
                f"{verdict!r} is no verdict.",
                thing="verdict",
                value=verdict,
                next_step=f"Use one of {', '.join(each.value for each in Verdict)}.",
            )
        if left == right:
            raise Invalid(
                f"{left} is compared with itself.", thing="judgement", value=left, next_step="Name two entities."
            )
        if not reason.strip() or len(reason) > MOST_REASON_CHARACTERS:
            raise Invalid(
                f"A judgement needs a reason of at most {MOST_REASON_CHARACTERS} characters.",
                thing="reason",
                value=reason[:80],
                next_step="Say what it rests on, so that the next person can follow it.",
            )
        first, second = sorted((left, right))
        with self._engine.begin() as connection:
            standing = _read(connection, standing=True)
            latest = max((one.number for one in standing), default=0)
            judged = Judgement(str(latest + 1), first, second, Verdict(verdict))
            JudgementSet([*(one.judgement() for one in standing), judged])
            values = {
                "left": first, "right": second, "verdict": verdict, "reason": reason.strip(), "person": person,
                "at": now,
            }  # fmt: skip
            number = connection.execute(JUDGEMENTS.insert().values(values)).inserted_primary_key
            return _one(connection, int(number[0]) if number else 0)

    def withdraw(self, number: int, *, person: str, now: datetime) -> Given:
        """Take a judgement back. `NotFound` for an unknown number, `Conflict` when it was taken back before."""
        with self._engine.begin() as connection:
            found = _one(connection, number)
            if not found.stands:
                raise Conflict(
                    f"Judgement {number} was withdrawn by {found.withdrawn_by} already.",
                    thing="judgement",
                    value=str(number),
                    next_step="Give a new one if you want it back.",
                )
            taken = {"withdrawn_by": person, "withdrawn_at": now}
            connection.execute(JUDGEMENTS.update().where(JUDGEMENTS.c.number == number).values(taken))
            return _one(connection, number)

    def all(self, *, entities: tuple[str, ...] = (), standing: bool = False) -> tuple[Given, ...]:
        """All judgements, or those on one of the entities; with `standing`, only those not withdrawn."""
        with self._engine.connect() as connection:
            return _read(connection, entities=entities, standing=standing)


def _read(connection: Connection, *, entities: tuple[str, ...] = (), standing: bool = False) -> tuple[Given, ...]:
    asked = sa.select(JUDGEMENTS).order_by(JUDGEMENTS.c.number)
    if entities:
        asked = asked.where(JUDGEMENTS.c.left.in_(entities) | JUDGEMENTS.c.right.in_(entities))
    if standing:
        asked = asked.where(JUDGEMENTS.c.withdrawn_at.is_(None))
    return tuple(_given(row) for row in connection.execute(asked).mappings())


def _one(connection: Connection, number: int) -> Given:
    asked = sa.select(JUDGEMENTS).where(JUDGEMENTS.c.number == number)
    row = connection.execute(asked).mappings().first()
    if row is None:
        raise NotFound(
            f"There is no judgement {number}.",
            thing="judgement",
            value=str(number),
            next_step="See `tidewaiter judgement list`.",
        )
    return _given(row)


def _given(row: RowMapping) -> Given:
    return Given(
        row["number"], row["left"], row["right"], Verdict(row["verdict"]), row["reason"], row["person"], row["at"],
        row["withdrawn_by"] or "", row["withdrawn_at"],
    )  # fmt: skip
