"""Embedded engines beside servers: the same data, the same questions, in one run.

Invariant: of each work both engines are asked the same questions in turn, so that ratios count; answers are compared
before they are timed. Servers are those that the settings name; where they name none, the servers of the test suite
are started, which a checkout has.
"""

import importlib
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import httpx

from api import bootstrap
from api.bench.measure import seconds, time_in_turn
from api.bench.spine import SEED, Row, embedded, home, refreshed
from api.bench.texts import invented_documents, vocabulary
from api.settings import Settings
from graph.model.entity import RelatedQuery
from graph.model.errors import Unavailable
from graph.model.kinds import ENTITY_KINDS
from graph.store.generation import Generation
from graph.store.store import GraphView
from search.index.index import SearchIndex
from search.query import AllOf, Phrase, Query, SearchRequest, Words

DOCUMENTS = {"small": 20_000, "medium": 100_000}
RELATED_COMPARED = 1_000
SEARCHES_COMPARED = 200
TOP = 10
_HUBS = {kind.kind for kind in ENTITY_KINDS.values() if kind.hub}


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine under measurement: its name, the settings that lead to it, and its process where it is a server."""

    name: str
    settings: Settings
    pid: int | None = None


def run(settings: Settings, folder: Path, *, size: str) -> Iterator[Row]:
    """Every measurement, one row at a time: of each engine p50 and p99 for each work, of a server the ratio to the
    embedded engine, memory, and the share of equal answers.

    `Unavailable` when a server cannot be reached or started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _servers(settings) as (neo4j, opensearch):
        generation = refreshed(folder, size=size)
        place = home(folder, size)
        yield from _graph(generation, Engine("sqlite", embedded(place)), neo4j(place))
        yield from _search(folder, Engine("tantivy", embedded(place)), opensearch(place), DOCUMENTS[size])


def _graph(generation: Generation, ours: Engine, server: Engine) -> Iterator[Row]:
    work = generation.folder.parents[1] / "bench-graph" / generation.generation_id
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with ExitStack() as stack:
        views = []
        loaded_s = {}
        for engine in (ours, server):
            store = stack.enter_context(closing(bootstrap.graph_store(engine.settings)))
            store.health()
            loaded_s[engine.name] = seconds(partial(store.write, work, generation.entities, generation.links))
            stack.callback(store.drop, (work,))
            views.append(stack.enter_context(closing(store.view(work))))
        counts = views[0].counts()
        for engine in (ours, server):
            row: Row = {
                "measure": "load graph", "engine": engine.name, "entities": counts["entities"],
                "links": counts["links"], "seconds": round(loaded_s[engine.name], 1),
                **_memory(engine, _ASK_GRAPH, str(work.parent.parent.parent), str(work)),
            }  # fmt: skip
            if engine is server:
                row["ratio"] = round(loaded_s[server.name] / loaded_s[ours.name], 2)
            yield row
        yield from _graph_questions(generation, (ours, server), views)
    shutil.rmtree(work, ignore_errors=True)


def _graph_questions(
    generation: Generation, engines: tuple[Engine, Engine], views: Sequence[GraphView]
) -> Iterator[Row]:
    ids = _ids(generation)
    choose = random.Random(SEED)  # noqa: S311 - a sample, no secret
    quiet = [one for one in ids if one.partition(":")[0] not in _HUBS]
    ports = [one for one in ids if one.startswith("port:")]
    orders: tuple[Any, ...] = ("value", "recency", "count")
    questions = [
        RelatedQuery(choose.choice(ids), order=choose.choice(orders), hops=choose.choice((1, 1, 1, 2)), limit=50)
        for _ in range(RELATED_COMPARED)
    ]
    equal = sum(views[0].related(one) == views[1].related(one) for one in questions)
    yield {
        "measure": "equal answers of related", "questions": RELATED_COMPARED,
        "related_equal_share": round(equal / RELATED_COMPARED, 4),
    }  # fmt: skip
    pairs = [(choose.choice(quiet), choose.choice(quiet)) for _ in range(50)]
    yield {
        "measure": "equal answers of path", "questions": len(pairs),
        "path_equal_share": round(sum(views[0].paths(*one) == views[1].paths(*one) for one in pairs) / len(pairs), 4),
    }  # fmt: skip
    works: dict[str, tuple[Callable[[GraphView], Callable[[Any], object]], Sequence[Any]]] = {
        "point lookup": (lambda view: view.entity, choose.choices(ids, k=1_000)),
        "one hop": (lambda view: lambda one: view.related(RelatedQuery(one)), choose.choices(quiet, k=1_000)),
        "one hop on a port": (lambda view: lambda one: view.related(RelatedQuery(one)), choose.choices(ports, k=200)),
        "two hops": (lambda view: lambda one: view.related(RelatedQuery(one, hops=2)), choose.choices(quiet, k=200)),
        "path": (lambda view: lambda pair: view.paths(*pair), pairs),
    }
    for measure, (ask, sample) in works.items():
        yield from _compared(measure, engines, [ask(view) for view in views], sample)


def _ids(generation: Generation) -> list[str]:
    """The entities that are linked at all, in order."""
    rows = duckdb.read_parquet(str(generation.entities)).filter("degree > 0").order("id").project("id").fetchall()
    return [str(entity_id) for (entity_id,) in rows]


def _search(folder: Path, ours: Engine, server: Engine, documents: int) -> Iterator[Row]:
    work = folder / "bench-index"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with ExitStack() as stack:
        indexes = []
        loaded_s = {}
        for engine in (ours, server):
            store = stack.enter_context(closing(bootstrap.search_store(engine.settings)))
            store.health()
            loaded_s[engine.name] = seconds(partial(store.write, work, invented_documents(documents)))
            stack.callback(store.drop, (work,))
            indexes.append(stack.enter_context(closing(store.index(work))))
        for engine in (ours, server):
            row: Row = {
                "measure": "index documents", "engine": engine.name, "documents": documents,
                "seconds": round(loaded_s[engine.name], 1), **_memory(engine, _ASK_INDEX, str(work)),
            }  # fmt: skip
            if engine is server:
                row["ratio"] = round(loaded_s[server.name] / loaded_s[ours.name], 2)
            yield row
        yield from _searches((ours, server), indexes)
    shutil.rmtree(work, ignore_errors=True)


def _searches(engines: tuple[Engine, Engine], indexes: Sequence[SearchIndex]) -> Iterator[Row]:
    words = vocabulary()
    choose = random.Random(SEED)  # noqa: S311 - a sample, no secret
    kinds: dict[str, Callable[[], SearchRequest]] = {
        "term": lambda: _request(Words(choose.choice(words[20:2_000]))),
        "phrase": lambda: _request(Phrase(" ".join(choose.sample(words[5:200], 2)))),
        "two terms and a filter": lambda: SearchRequest(
            Words(" ".join(choose.sample(words[20:600], 2))), filters={"kind": ("ruling",)}, limit=TOP
        ),
        "term with two facets": lambda: SearchRequest(
            Words(choose.choice(words[20:2_000])), facets=("kind", "country"), limit=TOP
        ),
        "word of several": lambda: _request(
            AllOf((Words(" ".join(choose.sample(words[20:600], 3)), need="any"),))
        ),
    }  # fmt: skip
    makers = list(kinds.values())
    overlaps, equal, totals = [], 0, 0
    for number in range(SEARCHES_COMPARED):
        request = makers[number % len(makers)]()
        one, other = (index.search(request) for index in indexes)
        tops = [[hit.id for hit in found.items] for found in (one, other)]
        overlaps.append(len(set(tops[0]) & set(tops[1])) / max(1, *map(len, tops)) if any(tops) else 1.0)
        equal += tops[0] == tops[1]
        totals += one.total == other.total and one.facets == other.facets
    yield {
        "measure": "equal answers of search", "searches": SEARCHES_COMPARED,
        "search_top10_overlap": round(sum(overlaps) / len(overlaps), 4), "least_overlap": round(min(overlaps), 2),
        "same_order_share": round(equal / SEARCHES_COMPARED, 4),
        "same_totals_and_facets_share": round(totals / SEARCHES_COMPARED, 4),
    }  # fmt: skip
    for measure, make in kinds.items():
        yield from _compared(measure, engines, [index.search for index in indexes], [make() for _ in range(200)])


def _request(query: Query) -> SearchRequest:
    return SearchRequest(query, limit=TOP)


def _compared(
    measure: str, engines: tuple[Engine, Engine], calls: Sequence[Callable[[Any], object]], sample: Sequence[Any]
) -> Iterator[Row]:
    timings = time_in_turn(calls, sample)
    for engine, timing in zip(engines, timings, strict=True):
        row: Row = {"measure": measure, "engine": engine.name, **timing.row()}
        if engine is engines[1]:
            row["ratio"] = round(timing.p50_ms / timings[0].p50_ms, 2)
        yield row


# What an embedded engine holds in memory is measured in a process that does nothing else.
_ASK_GRAPH = """
import sys
from pathlib import Path
from api.bench.measure import peak_memory_mib
from graph.model.entity import RelatedQuery
from graph.store.sqlite import SqliteGraphStore
view = SqliteGraphStore(Path(sys.argv[1])).view(Path(sys.argv[2]))
for name in view.counts():
    if name.startswith("entities."):
        for one in view._rows("SELECT id FROM entity WHERE kind = ? LIMIT 200", (name.partition(".")[2],)):
            view.related(RelatedQuery(one[0]))
print(peak_memory_mib())
"""
_ASK_INDEX = """
import sys
from pathlib import Path
from api.bench.measure import peak_memory_mib
from api.bench.texts import vocabulary
from search.index.tantivy import TantivyStore
from search.query import SearchRequest, Words
index = TantivyStore(Path(sys.argv[1])).index(Path(sys.argv[1]))
for word in vocabulary()[20:520]:
    index.search(SearchRequest(Words(word), facets=("kind",)))
print(peak_memory_mib())
"""


def _memory(engine: Engine, asking: str, *arguments: str) -> Row:
    """MiB that are held while answering: of a server its process, where it runs on this machine under a known
    number; of an embedded engine a process of its own that asks some hundred questions."""
    if engine.name in ("sqlite", "tantivy"):
        ran = subprocess.run(  # noqa: S603 - our own interpreter on our own words
            [sys.executable, "-c", asking, *arguments], stdout=subprocess.PIPE, text=True, check=True
        )
        return {"memory_mib": round(float(ran.stdout))}
    if engine.pid is None:
        return {}
    status = Path(f"/proc/{engine.pid}/status").read_text(encoding="ascii")
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return {"memory_mib": round(int(kib) / 1024)}


_At = Callable[[Path], Engine]


@contextmanager
def _servers(settings: Settings) -> Iterator[tuple[_At, _At]]:
    """Neo4j and OpenSearch for a home: those of the settings, else those of the test suite."""
    with ExitStack() as stack:
        graph_url, search_url, pids = settings.graph_url, settings.search_url, dict[str, int]()
        if bootstrap.scheme("graph", graph_url) == "sqlite":
            graph_url, pids["neo4j"] = _started(stack, "neo4j", "Neo4j")
        if bootstrap.scheme("search", search_url) == "tantivy":
            search_url, pids["opensearch"] = _started(stack, "opensearch", "OpenSearch")
        yield (
            lambda place: Engine("neo4j", _at(place, graph_url=graph_url), pids.get("neo4j")),
            lambda place: Engine("opensearch", _at(place, search_url=search_url), pids.get("opensearch")),
        )


def _at(place: Path, **urls: str) -> Settings:
    return embedded(place).model_copy(update=urls)


def _started(stack: ExitStack, module: str, name: str) -> tuple[str, int]:
    root = str(Path(__file__).parents[2])
    if root not in sys.path:
        sys.path.append(root)
    try:
        running = importlib.import_module(f"tests.servers.running.{module}")
        jvm = importlib.import_module("tests.servers.running.java").MEASURED_JVM
        server = stack.enter_context(getattr(running, name)(jvm=jvm))
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError, httpx.HTTPError) as error:
        raise Unavailable(
            f"No {name} was named, and none can be started here: {str(error).splitlines()[0]}",
            thing=name,
            next_step="Set TIDEWAITER_GRAPH_URL and TIDEWAITER_SEARCH_URL to servers of yours.",
        ) from error
    return str(server.url), int(server.pid)
