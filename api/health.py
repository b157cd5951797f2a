"""The state of what stands behind the service: each engine is asked one small question."""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from api.bootstrap import scheme
from api.schemas import EngineState, ReadyAnswer
from api.service import Service
from api.serving import Snapshot
from graph.model.errors import TidewaiterError


def readiness(service: Service) -> ReadyAnswer:
    """Which generation is served and whether facts, graph, index and database answer."""
    settings = service.settings
    database = _state("database", scheme("database", settings.database), lambda: _ask_database(service.engine))
    urls = {
        "facts": scheme("facts", settings.facts_url), "graph": scheme("graph", settings.graph_url),
        "search": scheme("search", settings.search_url),
    }  # fmt: skip
    try:
        with service.serving.snapshot() as snapshot:
            asked = [_state(seam, urls[seam], partial(ask, snapshot)) for seam, ask in _QUESTIONS.items()]
            engines = [*asked, database]
            return ReadyAnswer(
                ready=all(one.ok for one in engines),
                generation=snapshot.generation.generation_id,
                built_at=snapshot.generation.built_at,
                counts=dict(snapshot.generation.counts),
                engines=engines,
            )
    except TidewaiterError as error:
        engines = [EngineState(engine=seam, url=url, ok=False, detail=str(error)) for seam, url in urls.items()]
        return ReadyAnswer(ready=False, engines=[*engines, database])


_QUESTIONS: dict[str, Callable[[Snapshot], str]] = {
    "facts": lambda now: f"{sum(now.facts.counts().rows.values()):,} rows",
    "graph": lambda now: f"{now.view.counts().get('entities', 0):,} entities",
    "search": lambda now: f"{now.generation.counts.get('documents', 0):,} documents",
}


def _ask_database(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        users = connection.execute(sa.text("SELECT count(*) FROM users")).scalar_one()
    return f"{users} users"


def _state(engine: str, url: str, ask: Callable[[], str]) -> EngineState:
    try:
        return EngineState(engine=engine, url=url, ok=True, detail=ask())
    except Exception as error:  # whatever an engine raises means that it does not answer
        return EngineState(engine=engine, url=url, ok=False, detail=str(error)[:300])
