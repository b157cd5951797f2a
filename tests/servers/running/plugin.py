"""The fixtures that lend real servers to tests, and the one rule of when such tests run.

A test needs servers (or their drivers) when it stands in tests/servers, uses one of the fixtures below, or carries
the mark `servers`, by itself or by an engine parameter: `pytest.param(engine, marks=pytest.mark.servers)`.

Invariant: with TIDEWAITER_TEST_SERVERS=1 such tests run and are never skipped (a server that does not start is an
error); without it they are deselected, and the last lines of the run say so. tests/servers is then not even looked
into, since it imports drivers that a machine without servers need not have.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.servers.running.neo4j import Neo4j
from tests.servers.running.opensearch import OpenSearch
from tests.servers.running.postgresql import PostgreSql
from tests.servers.running.process import Server

FIXTURES = frozenset({
    "neo4j_server", "opensearch_server", "postgresql_server", "neo4j_url", "opensearch_url", "postgresql_url",
    "new_postgresql_url",
})  # fmt: skip
_FOLDER = Path(__file__).parents[1]
_FIRST_FETCH_S = 1200  # the jars of both servers, on a slow line


def wanted() -> bool:
    """Whether this run is to start servers."""
    return os.environ.get("TIDEWAITER_TEST_SERVERS", "") not in ("", "0")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if collection_path == _FOLDER and not wanted() else None


@pytest.hookimpl(tryfirst=True)  # before `-m servers` looks for the mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if _FOLDER in item.path.parents or not FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
    needing = [item for item in items if item.get_closest_marker("servers")]
    if wanted():
        for item in needing:
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(_FIRST_FETCH_S))
    elif needing:
        items[:] = [item for item in items if not item.get_closest_marker("servers")]
        config.hook.pytest_deselected(items=needing)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Of two processes that share `--dist=loadscope`, one has Spark and the other all servers: each starts once."""
    return ByEngine(config, log) if wanted() and config.getoption("dist") == "loadscope" else None


class ByEngine(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "spark" if "spark" in nodeid else "servers"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not wanted():
        terminalreporter.write_line("Tests of real servers were left out; `make test-servers` runs them.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:  # what the wrapped hooks give goes through
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("servers"):
        report.outcome = "failed"
        report.longrepr = f"A test of servers is not to be skipped: {report.longrepr}"
    return report


def _lent(server: Server) -> Iterator[Server]:
    """The run's server for one test; up again afterwards, whatever the test did to it."""
    yield server
    server.start()


@pytest.fixture(scope="session")
def _neo4j() -> Iterator[Neo4j]:
    with Neo4j() as server:
        yield server


@pytest.fixture(scope="session")
def _opensearch() -> Iterator[OpenSearch]:
    with OpenSearch() as server:
        yield server


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[PostgreSql]:
    with PostgreSql() as server:
        yield server


@pytest.fixture
def neo4j_server(_neo4j: Neo4j) -> Iterator[Server]:
    """A Neo4j that may be stopped, killed and started again."""
    yield from _lent(_neo4j)


@pytest.fixture
def opensearch_server(_opensearch: OpenSearch) -> Iterator[Server]:
    """An OpenSearch that may be stopped, killed and started again."""
    yield from _lent(_opensearch)


@pytest.fixture
def postgresql_server(_postgresql: PostgreSql) -> Iterator[Server]:
    """A PostgreSQL that may be stopped, killed and started again."""
    yield from _lent(_postgresql)


def _url(request: pytest.FixtureRequest, name: str) -> str:
    given = os.environ.get(f"TIDEWAITER_TEST_{name.upper()}_URL", "")
    return given or str(request.getfixturevalue(f"_{name}").url)


@pytest.fixture(scope="session")
def neo4j_url(request: pytest.FixtureRequest) -> str:
    """A Neo4j: that of TIDEWAITER_TEST_NEO4J_URL, else one of our own."""
    return _url(request, "neo4j")


@pytest.fixture(scope="session")
def opensearch_url(request: pytest.FixtureRequest) -> str:
    """An OpenSearch: that of TIDEWAITER_TEST_OPENSEARCH_URL, else one of our own."""
    return _url(request, "opensearch")


@pytest.fixture(scope="session")
def postgresql_url(request: pytest.FixtureRequest) -> str:
    """A PostgreSQL and its database: that of TIDEWAITER_TEST_POSTGRESQL_URL, else one of our own."""
    return _url(request, "postgresql")


@pytest.fixture
def new_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """An empty database of that PostgreSQL, for one test."""
    import psycopg

    plain = postgresql_url.replace("+psycopg", "", 1)
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    yield urlsplit(postgresql_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
