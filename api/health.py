"""The state of what stands behind the service: one small question to each engine, or a whole report on it.

Invariant: an engine that fails or hangs is a line of the answer and never its end.
"""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from api import bootstrap
from api.bootstrap import scheme
from api.schemas import EngineReport, EngineState, ReadyAnswer
from api.service import Service
from api.serving import Snapshot
from api.settings import Settings
from graph.model.engine import EngineHealth
from graph.model.errors import NotFound, TidewaiterError
from graph.store.generation import Generation, Generations


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


def examine(settings: Settings) -> tuple[EngineReport, ...]:
    """Each of the four engines: whether it can be reached, its version and size, the generation in service as it
    has it, the condition of its indexes, and what to do where something is wrong."""
    try:
        generation = Generations(settings.home).current()
    except NotFound:
        generation = None
    examined: dict[str, tuple[str, Callable[[], EngineReport]]] = {
        "facts": (settings.facts_url, partial(_facts, settings, generation)),
        "graph": (settings.graph_url, partial(_graph, settings, generation)),
        "search": (settings.search_url, partial(_search, settings, generation)),
        "database": (settings.database, partial(_database, settings)),
    }
    return tuple(_report(seam, scheme(seam, url), ask) for seam, (url, ask) in examined.items())


def _report(seam: str, url: str, ask: Callable[[], EngineReport]) -> EngineReport:
    try:
        return ask().model_copy(update={"engine": seam, "url": url})
    except TidewaiterError as error:
        return EngineReport(
            engine=seam, url=url, ok=False, detail=error.message, health="does not answer", next_step=error.next_step
        )


def _facts(settings: Settings, generation: Generation | None) -> EngineReport:
    with closing(bootstrap.facts(settings, loads=generation.loads if generation else ())) as facts:
        rows = sum(facts.counts().rows.values())
        backend = facts.table("entry_lines").get_backend()
        return _answering(
            EngineHealth(f"{backend.name} {backend.version}", size_bytes=_bytes_below(settings.home / "facts")),
            generation,
            f"{rows:,} rows",
        )


def _graph(settings: Settings, generation: Generation | None) -> EngineReport:
    with closing(bootstrap.graph_store(settings)) as store:
        health = store.health()
        if generation is None:
            return _answering(health, None, health.holds)
        with closing(store.view(generation.folder)) as view:
            counts = view.counts()
        return _answering(health, generation, f"{counts['entities']:,} entities, {counts['links']:,} links")


def _search(settings: Settings, generation: Generation | None) -> EngineReport:
    with closing(bootstrap.search_store(settings)) as store:
        health = store.health()
        if generation is None:
            return _answering(health, None, health.holds)
        with closing(store.index(generation.folder)) as index:
            documents = index.count()
        return _answering(health, generation, f"{documents:,} documents")


def _database(settings: Settings) -> EngineReport:
    from api.database import describe

    engine = bootstrap.database(settings)
    try:
        return _answering(describe(engine), None, _ask_database(engine))
    finally:
        engine.dispose()


def _answering(health: EngineHealth, generation: Generation | None, detail: str) -> EngineReport:
    return EngineReport(
        engine="",
        url="",
        ok=health.health == "ok",
        detail=detail,
        version=health.version,
        size_bytes=health.size_bytes,
        generation=generation.generation_id if generation else "",
        health=health.health,
        next_step=health.next_step,
    )


def _bytes_below(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
