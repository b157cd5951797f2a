"""The audit: who looked at which record, and when. Rows are only ever added.

Invariant: a look that was answered is in the database at most a second later, and at the latest when the
service has stopped; answering never waits for the disk, unless the audit has fallen far behind.
"""

import queue
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine

from api.database import AUDIT
from graph.model.errors import Invalid, Unavailable

_LOG = structlog.get_logger("audit")
_QUEUE_LOOKS = 50_000  # some minutes of heavy use; past it, requests wait for the disk rather than go unrecorded
_BATCH = 1_000
_WAIT_S = 0.5
_PATIENCE_S = 10.0


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
        return self._looks.qsize()

    def close(self) -> None:
        """Write what is waiting and stop."""
        try:
            self._looks.put(None, timeout=_PATIENCE_S)
        except queue.Full:
            _LOG.error("audit_not_written", looks=self._looks.qsize())
            return
        self._writer.join(timeout=30)

    def _run(self) -> None:
        waiting: list[Look] = []
        open_ = True
        while open_ or waiting:
            open_ = self._collect(waiting) and open_
            if not waiting:
                continue
            try:
                with self._engine.begin() as connection:
                    connection.execute(AUDIT.insert(), [_row(look) for look in waiting])
            except sa.exc.SQLAlchemyError as error:
                _LOG.error("audit_not_written", looks=len(waiting), error=str(error)[:500])
                self._failed.set()
                if not open_:
                    return
                threading.Event().wait(_WAIT_S)
            else:
                self._failed.clear()
                waiting.clear()

    def _collect(self, waiting: list[Look]) -> bool:
        """Move looks from the queue to `waiting`, those of a moment together; False when being closed."""
        deadline = time.monotonic() + _WAIT_S
        while len(waiting) < _BATCH:
            try:
                look = self._looks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return True
            if look is None:
                return False
            waiting.append(look)
        return True


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
        query = query.where(AUDIT.c.number < int(cursor))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    page = rows[:limit]
    found = [Look(_utc(row.at), row.person, row.action, row.thing, row.request_id) for row in page]
    return found, str(page[-1].number) if len(rows) > limit else ""


def _row(look: Look) -> dict[str, object]:
    return {
        "at": look.at, "person": look.person, "action": look.action, "thing": look.thing,
        "request_id": look.request_id,
    }  # fmt: skip


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # SQLite keeps no zone; all of ours are UTC
