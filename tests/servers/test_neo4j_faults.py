"""Neo4j as it fails in earnest: killed, restarted, unreachable, slow, silent, and with another password."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.refresh import refresh
from api.routes.asking import GENERATION_HEADER
from api.settings import Settings
from graph.model.entity import RelatedQuery
from graph.model.errors import Unavailable
from graph.store.generation import Generations
from graph.store.neo4j import Neo4jGraphStore
from tests.fixtures.graphs import link, write_graph
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER
from tests.servers.running.process import Server, free_port, wait_until
from tests.servers.running.proxy import Proxy

SMALL = [link(f"importer:{n:03d}", "enters_at", "port:2704", value_usd=float(n)) for n in range(100)]
ASKED = RelatedQuery("port:2704", limit=1000)


@pytest.fixture
def store(neo4j_server: Server) -> Iterator[Neo4jGraphStore]:
    with closing(Neo4jGraphStore(neo4j_server.url)) as made:
        yield made


@pytest.fixture
def generation(store: Neo4jGraphStore, tmp_path: Path) -> Path:
    folder = tmp_path / "whole"
    folder.mkdir()
    store.write(folder, *write_graph(folder, SMALL))
    return folder


@pytest.fixture
def settings(neo4j_server: Server, built_home: Path, tmp_path: Path) -> Settings:
    """A home whose graph is in Neo4j."""
    home = shutil.copytree(built_home, tmp_path / "home")
    settings = Settings(home=home, graph_url=neo4j_server.url)
    refresh(settings, now=datetime.now(UTC))
    return settings


def related(http: httpx.Client) -> httpx.Response:
    return http.get(f"/v1/entities/importer:{IMPORTER}/related")


def test_killed_in_a_bulk_write_it_serves_what_was_whole_and_the_next_write_begins_anew(
    neo4j_server: Server, store: Neo4jGraphStore, generation: Path, tmp_path: Path
) -> None:
    whole = store.view(generation).related(ASKED)
    folder = tmp_path / "large"
    folder.mkdir()
    files = write_graph(folder, [link(f"importer:{n}", "buys_from", f"manufacturer:{n % 977}") for n in range(30_000)])
    told: list[Exception] = []
    before = _nodes(store)  # other tests leave graphs in the server as well

    def write() -> None:
        try:
            store.write(folder, *files)
        except Unavailable as error:
            told.append(error)

    writing = threading.Thread(target=write)
    writing.start()
    with closing(Neo4jGraphStore(neo4j_server.url)) as watching:
        assert wait_until(lambda: _nodes(watching) > before + 10_000, seconds=60)
    neo4j_server.kill()
    writing.join(timeout=90)
    assert [str(error) for error in told if "cannot be reached" in str(error) or "went away" in str(error)]
    neo4j_server.start()
    assert store.view(generation).related(ASKED) == whole
    with pytest.raises(Unavailable, match="whole"):
        store.view(folder)
    store.drop([folder])
    assert _nodes(store) == before
    store.write(folder, *files)
    assert store.view(folder).counts()["links"] == 30_000
    store.drop([folder, generation])


def _nodes(store: Neo4jGraphStore) -> int:
    with store.session("READ") as session:
        (nodes,) = session.run("MATCH (e:Entity) RETURN count(e)").single(strict=True)
    return int(nodes)


def test_restarted_while_it_is_asked_it_answers_whole_or_not_at_all(
    neo4j_server: Server, store: Neo4jGraphStore, generation: Path
) -> None:
    view = store.view(generation)
    whole = view.related(ASKED)
    done = threading.Event()
    answers: list[bool] = []
    refusals: list[str] = []

    def ask() -> None:
        while not done.is_set():
            try:
                answers.append(view.related(ASKED) == whole)
            except Unavailable as error:
                refusals.append(str(error))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    assert wait_until(lambda: len(answers) > 20, seconds=30)
    neo4j_server.stop()
    assert wait_until(lambda: len(refusals) > 0, seconds=30)
    neo4j_server.start()
    before = len(answers)
    assert wait_until(lambda: len(answers) > before + 20, seconds=60)
    done.set()
    for thread in asking:
        thread.join(timeout=30)
    assert all(answers)
    assert all("Neo4j at bolt://127.0.0.1" in refusal for refusal in refusals)
    store.drop([generation])


def test_without_it_what_is_whole_is_answered_a_refresh_leaves_all_as_it_was_and_both_go_on_when_it_is_back(
    neo4j_server: Server, settings: Settings
) -> None:
    before = Generations(settings.home).current()
    neo4j_server.stop()
    with running_service(settings) as http:
        assert http.get("/v1/search", params={"q": "wire hangers"}).json()["items"]
        problem = related(http).json()
        assert (problem["title"], problem["thing"]) == ("Unavailable", f"bolt://127.0.0.1:{neo4j_server.port}")
        assert "Start the server" in problem["next_step"]
        state = {one["engine"]: one["ok"] for one in http.get("/v1/readyz").json()["engines"]}
        assert state == {"facts": True, "graph": False, "search": True, "database": True}
        with pytest.raises(Unavailable, match="cannot be reached"):
            refresh(settings, now=datetime.now(UTC))
        assert Generations(settings.home).current() == before
        neo4j_server.start()
        assert related(http).json()["items"]
        assert http.get("/v1/readyz").status_code == 200
        done = refresh(settings, now=datetime.now(UTC))
        assert related(http).headers[GENERATION_HEADER] == done.generation.generation_id
    assert Generations(settings.home).unfinished() == ()
    with closing(Neo4jGraphStore(neo4j_server.url)) as store:
        held = store.health().generations
    assert [name for name in held if name.startswith(done.generation.generation_id)]
    assert not [name for name in held if name.startswith(before.generation_id)]


def test_a_wrong_password_is_told_without_it(neo4j_server: Server, generation: Path) -> None:
    wrong = neo4j_server.url.replace(neo4j_server.password, "n0t-it")
    with closing(Neo4jGraphStore(wrong)) as store, pytest.raises(Unavailable, match="user or password") as told:
        store.view(generation)
    assert "TIDEWAITER_GRAPH_URL" in told.value.next_step
    assert "n0t-it" not in f"{told.value} {told.value.thing} {told.value.value}"


def test_nobody_listening_is_told_within_seconds(generation: Path) -> None:
    began = time.monotonic()
    nowhere = f"bolt://neo4j:x@127.0.0.1:{free_port()}"
    with closing(Neo4jGraphStore(nowhere)) as store, pytest.raises(Unavailable, match="cannot be reached"):
        store.view(generation)
    assert time.monotonic() - began < 15


def test_a_slow_line_gives_the_same_answers_late(
    neo4j_server: Server, store: Neo4jGraphStore, generation: Path
) -> None:
    whole = store.view(generation).related(ASKED)
    with Proxy.before(neo4j_server.url) as proxy, closing(Neo4jGraphStore(proxy.url_of(neo4j_server.url))) as slow:
        view = slow.view(generation)
        proxy.delay(0.3)
        began = time.monotonic()
        assert view.related(ASKED) == whole
        assert time.monotonic() - began > 0.5


def test_cut_lines_are_taken_up_again(neo4j_server: Server, store: Neo4jGraphStore, generation: Path) -> None:
    whole = store.view(generation).related(ASKED)
    with Proxy.before(neo4j_server.url) as proxy, closing(Neo4jGraphStore(proxy.url_of(neo4j_server.url))) as cut:
        view = cut.view(generation)
        for _ in range(3):
            proxy.cut()
            assert view.related(ASKED) == whole


def test_a_line_that_falls_silent_is_given_up(neo4j_server: Server, generation: Path) -> None:
    with Proxy.before(neo4j_server.url) as proxy, closing(Neo4jGraphStore(proxy.url_of(neo4j_server.url))) as silent:
        view = silent.view(generation)
        proxy.stall()
        with pytest.raises(Unavailable):
            view.related(ASKED)
