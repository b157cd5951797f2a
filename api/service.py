"""One running service: what all requests share, opened at start and closed at the end.

Invariant: routes hold nothing of their own between requests; all state is here.
"""

from types import TracebackType
from typing import Self

from api import bootstrap
from api.access.users import Users
from api.audit.trail import Trail
from api.claims.decided import Decisions
from api.judgements.given import Judgements
from api.metrics import Metrics
from api.serving import Serving
from api.settings import Settings
from graph.model.errors import Denied


class Service:
    """Settings, the generation in service, users, audit and counters. Use as a context manager."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        bootstrap.check(settings)
        self.settings = settings
        self.metrics = metrics
        self._engine = bootstrap.database(settings)
        self.engine = self._engine
        self.users = Users(self._engine)
        self.judgements = Judgements(self._engine)
        self.decisions = Decisions(self._engine)
        self.serving = Serving(settings)
        self.trail = Trail(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.trail.close()
        self.serving.close()
        self._engine.dispose()


def refuse_open_door(settings: Settings, users: Users) -> None:
    """`Denied` when other machines could reach a service that asks nobody for a token."""
    if not settings.loopback and not users.any():
        raise Denied(
            f"Serving on {settings.host} would let anyone on the network in: no user has been made.",
            thing="host",
            value=settings.host,
            next_step="Run `tidewaiter user add NAME --role admin` first, or serve on 127.0.0.1.",
        )
