"""The whole service with every seam on a server: the same answers as embedded, before, during and after a switch."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import bootstrap
from api.access.users import Users
from api.audit.trail import Look, looks, record
from api.copying import copy
from api.health import examine
from api.loading import load_files
from api.refresh import refresh, reindex
from api.routes.asking import GENERATION_HEADER
from api.settings import Settings
from graph.model.errors import Conflict
from graph.store.generation import Generations
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER, write_world

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ASKED = (
    f"/v1/entities/importer:{IMPORTER}",
    "/v1/entities/port:2704/related?limit=100",
    f"/v1/entities/importer:{IMPORTER}/related?hops=2&order=recency",
    "/v1/paths?from=port:2704&to=country:CN",
    "/v1/findings",
    "/v1/search?q=wire+hangers",
    "/v1/search?q=&kind=ruling&sort=date",
    "/v1/entities/port:2704/links",
)


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built_home, tmp_path / "home")


@pytest.fixture
def settings(home: Path, neo4j_url: str, opensearch_url: str, new_postgresql_url: str) -> Iterator[Settings]:
    """Every seam on a server; what was built there is dropped afterwards."""
    settings = Settings(home=home, graph_url=neo4j_url, search_url=opensearch_url, database_url=new_postgresql_url)
    yield settings
    with closing(bootstrap.Engines(settings)) as engines:
        engines.graph.drop(Generations(home).finished())
        engines.search.drop(Generations(home).finished())


def answered(http: httpx.Client) -> dict[str, Any]:
    """What is said to each question, but for what belongs to a run."""
    said = {}
    for path in ASKED:
        response = http.get(path)
        assert response.status_code == 200, response.text
        body = response.json()
        for one in ("took_ms", "generation"):
            body.pop(one, None)
        said[path] = body
    return said


def test_a_refresh_on_servers_gives_the_answers_of_the_embedded_engines(home: Path, settings: Settings) -> None:
    with running_service(Settings(home=home)) as http:
        embedded = answered(http)
    refresh(settings, now=NOW)
    with running_service(settings) as http:
        assert answered(http) == embedded
        assert http.get("/readyz").status_code == 200


def test_answers_stay_whole_while_generations_change_on_servers(settings: Settings, tmp_path: Path) -> None:
    refresh(settings, now=NOW)
    bodies: dict[tuple[str, str], set[bytes]] = {}
    errors: list[str] = []
    done = threading.Event()
    with running_service(settings) as http:

        def ask() -> None:
            while not done.is_set():
                for path in ASKED:
                    response = http.get(path)
                    if response.status_code != 200:
                        errors.append(response.text)
                        return
                    if "/search" not in path:  # which says how long it took
                        bodies.setdefault((response.headers[GENERATION_HEADER], path), set()).add(response.content)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        load_files(settings, [write_world(tmp_path / "more", lines=380)], now=datetime.now(UTC))
        for build in (refresh, reindex):
            build(settings, now=datetime.now(UTC))
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert len({generation for generation, _ in bodies}) >= 2
    assert all(len(said) == 1 for said in bodies.values()), "one generation gave two answers"


def test_a_home_is_copied_to_servers_and_answers_as_before(home: Path, settings: Settings) -> None:
    embedded = Settings(home=home)
    with running_service(embedded) as http:
        said = answered(http)
    for url, seam in (
        (settings.graph_url, "graph"), (settings.search_url, "search"), (settings.database_url, "database"),
    ):  # fmt: skip
        assert copy(embedded, url, progress=quiet).seam == seam
    with running_service(settings) as http:
        assert answered(http) == said
    with running_service(embedded) as http:
        assert answered(http) == said


def test_a_copy_that_is_made_again_takes_the_place_of_the_first(home: Path, settings: Settings) -> None:
    embedded = Settings(home=home)
    for url in (settings.graph_url, settings.search_url):
        assert copy(embedded, url, progress=quiet).counts == copy(embedded, url, progress=quiet).counts
    with closing(bootstrap.Engines(settings)) as engines:
        held = [*engines.graph.health().generations, *engines.search.health().generations]
    generation = Generations(home).current().generation_id.lower()
    assert len([name for name in held if generation in name.lower()]) == 2


def test_what_servers_hold_is_copied_back_to_embedded_engines(home: Path, settings: Settings) -> None:
    refresh(settings, now=NOW)
    with running_service(settings) as http:
        said = answered(http)
    for url, seam in (("sqlite:", "graph"), ("tantivy:", "search")):
        assert copy(settings, url, progress=quiet).seam == seam
    with running_service(Settings(home=home)) as http:
        assert answered(http) == said


def test_users_and_audit_are_copied_to_postgresql_and_numbered_on(home: Path, settings: Settings) -> None:
    embedded = Settings(home=home)
    source = bootstrap.database(embedded)
    token = Users(source).add("ann", "admin", now=NOW)
    for number in range(3):
        record(source, Look(NOW, "ann", "search", f"hangers {number}"))
    before, _ = looks(source, limit=100, cursor="")
    users = Users(source).all()
    source.dispose()
    counts = copy(embedded, settings.database_url, progress=quiet).counts
    assert (counts["users"], counts["audit"]) == (1, len(before))
    target = bootstrap.database(settings)
    assert (Users(target).all(), looks(target, limit=100, cursor="")[0]) == (users, before)
    assert Users(target).who(f"Bearer {token}", loopback=False).name == "ann"
    record(target, Look(NOW, "ann", "search", "one more"))
    assert [look.thing for look in looks(target, limit=2, cursor="")[0]] == ["one more", "hangers 2"]
    target.dispose()
    with pytest.raises(Conflict, match="already"):
        copy(embedded, settings.database_url, progress=quiet)


def test_doctor_tells_of_each_server_its_version_size_and_generation(
    settings: Settings,
) -> None:
    done = refresh(settings, now=NOW)
    reports = {one.engine: one for one in examine(settings)}
    assert {seam: one.ok for seam, one in reports.items()} == dict.fromkeys(reports, True)
    versions = {"facts": "duckdb", "graph": "Neo4j 5.", "search": "OpenSearch 3.", "database": "PostgreSQL "}
    for seam, name in versions.items():
        assert reports[seam].version.startswith(name)
    assert {reports[seam].generation for seam in ("graph", "search")} == {done.generation.generation_id}
    assert reports["search"].size_bytes
    assert reports["database"].size_bytes


def quiet(_step: str, _done: int, _of: int) -> None:
    """Nobody is watching."""
