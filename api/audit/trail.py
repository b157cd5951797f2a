"""The audit: who looked at which record, and when. Rows are only ever added.

Invariant: a look that was answered is in the database at most a second later, and at the latest when the
service has stopped; answering never waits for the disk, unless the audit has fallen far behind. While the
database is away looks wait for it; one that was being written as it went may be there twice. What cannot be
written before the service must stop goes to the log, word for word.
"""

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine

from api.database import AUDIT
from graph.model.errors import Invalid, TidewaiterError, Unavailable

_LOG = structlog.get_logger("audit")
_QUEUE_LOOKS = 50_000  # some minutes of heavy use; past it, requests wait for the disk rather than go unrecorded
_BATCH = 1_000
_WAIT_S = 0.5
_PATIENCE_S = 10.0
_LAST = 2**31 - 1  # the largest number that a look can have in PostgreSQL


@dataclass(frozen=True, slots=True)
class Look:
    """One look: `action` is the noun asked for (related, records, search, ...), `thing` an id or the words."""

    at: datetime
    person: str
    action: str
    thing: str
    request_id: str = ""


class Trail:
    """Writes looks in batches from a thread of its own. Use as a context manager, or `close` it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looks: queue.Queue[Look | None] = queue.Queue(_QUEUE_LOOKS)
        self._batch: list[Look] = []  # touched by the writer only, until it has ended
        self._stop_at = float("inf")
        self._failed = threading.Event()
        self._writer = threading.Thread(target=self._run, name="audit", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, look: Look) -> None:
        """Note a look. `Unavailable` when looks cannot be written: what cannot be audited is not shown."""
        try:
            self._looks.put(look, timeout=0 if self._failed.is_set() else _PATIENCE_S)
        except queue.Full as error:
            raise Unavailable(
                "The audit cannot be written, so nothing can be shown.",
                thing="audit",
                next_step="Check the authored database (TIDEWAITER_DATABASE_URL) and its disk.",
            ) from error

    def waiting(self) -> int:
        """How many looks are still to be written."""
        return self._looks.qsize() + len(self._batch)

    def close(self) -> None:
        """Write what is waiting and stop."""
        self._stop_at = time.monotonic() + _PATIENCE_S
        with suppress(queue.Full):
            self._looks.put_nowait(None)  # wakes the writer
        self._writer.join(timeout=3 * _PATIENCE_S)
        _tell_log(self._batch + self._drained())

    def _run(self) -> None:
        while True:
            self._collect()
            if not self._batch:
                if self._stop_at < float("inf"):
                    return
                continue
            try:
                with self._engine.begin() as connection:
                    connection.execute(AUDIT.insert(), [_row(look) for look in self._batch])
            except (sa.exc.SQLAlchemyError, TidewaiterError) as error:
                _LOG.error("audit_not_written", looks=len(self._batch), error=str(error)[:500])
                self._failed.set()
                if time.monotonic() > self._stop_at:
                    return
                time.sleep(_WAIT_S)
            else:
                self._failed.clear()
                self._batch = []

    def _collect(self) -> None:
        """Move looks from the queue to the batch, those of a moment together."""
        deadline = time.monotonic() + _WAIT_S
        while len(self._batch) < _BATCH:
            try:
                look = self._looks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return
            if look is None:
                return
            self._batch.append(look)

    def _drained(self) -> list[Look]:
        left = []
        with suppress(queue.Empty):
            while True:
                look = self._looks.get_nowait()
                left += [] if look is None else [look]
        return left


def record(engine: Engine, look: Look) -> None:
    """Write one look at once: for the command line, which has no service to write behind it."""
    with engine.begin() as connection:
        connection.execute(AUDIT.insert().values(_row(look)))


def looks(engine: Engine, *, limit: int, cursor: str) -> tuple[list[Look], str]:
    """Looks, newest first, and the cursor of the next page."""
    query = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit + 1)
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise Invalid(
                "The cursor is not one of ours.", thing="cursor", value=cursor[:100], next_step="Leave it out."
            )
        query = query.where(AUDIT.c.number < min(int(cursor), _LAST))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    page = rows[:limit]
    found = [Look(row.at, row.person, row.action, row.thing, row.request_id) for row in page]
    return found, str(page[-1].number) if len(rows) > limit else ""


def _row(look: Look) -> dict[str, object]:
    words = {"person": look.person, "action": look.action, "thing": look.thing, "request_id": look.request_id}
    return {"at": look.at, **{name: _kept(name, text) for name, text in words.items()}}


def _kept(column: str, text: str) -> str:
    """The text as every engine can hold it: one look that cannot be written would hold up all after it."""
    length = getattr(AUDIT.c[column].type, "length", None)
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")[:length]


def _tell_log(looks: list[Look]) -> None:
    for look in looks:
        _LOG.error(
            "look_not_in_audit", at=look.at.isoformat(), person=look.person, action=look.action, thing=look.thing,
            request_id=look.request_id,
        )  # fmt: skip
