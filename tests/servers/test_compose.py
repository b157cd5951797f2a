"""Our own services as docker-compose.yml runs them, without a container: the command, the environment and the health
check that stand there, with the hosts of its network replaced by servers of this machine."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.fixtures.compose import ROOT, services
from tests.fixtures.trade_world import write_world
from tests.servers.running.front import Front, certificate
from tests.servers.running.neo4j import Neo4j
from tests.servers.running.opensearch import OpenSearch
from tests.servers.running.postgresql import PostgreSql
from tests.servers.running.process import free_port, wait_until

PORTS = ("8000", "8001")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where the file has our services listen; here they keep to loopback


@dataclass(frozen=True, slots=True)
class Network:
    """The hosts, ports and paths of the file, and what stands for them here."""

    replaced: dict[str, str]
    home: Path

    def here(self, text: str) -> str:
        """The text with everything replaced, the longest first, and nothing twice."""
        there = "|".join(re.escape(one) for one in sorted(self.replaced, key=len, reverse=True))
        return re.sub(there, lambda found: self.replaced[found[0]], text)

    def run(self, name: str, token: str = "") -> "Run":
        """A service of the file, not started."""
        service = services({**self.passwords, "TIDEWAITER_API_TOKEN": token})[name]
        environment = {variable: self.here(value) for variable, value in service["environment"].items()}
        return Run(self, service, {**_image(), **environment})

    @property
    def passwords(self) -> dict[str, str]:
        """What a filled-in `.env` gives."""
        return {name: value for name, value in self.replaced.items() if name.endswith("_PASSWORD")}


def _image() -> dict[str, str]:
    """What the image gives every program: the commands of the set-up, and the code."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Run:
    """One service's command, environment and health check."""

    network: Network
    service: dict[str, Any]
    environment: dict[str, str]

    @property
    def command(self) -> list[str]:
        """What the container would run."""
        return [self.network.here(part).replace(EVERYWHERE, "127.0.0.1") for part in self.service["command"]]

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """The service, running."""
        with log.open("ab") as printed:
            return subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=printed, stderr=subprocess.STDOUT
            )

    def once(self, *command: str) -> str:
        """Another command in the service's place, as by `docker compose run --rm`; what it printed."""
        return self.tried(command, check=True).stdout

    def tried(self, command: Sequence[str], *, check: bool = False) -> subprocess.CompletedProcess[str]:
        """The same, whether it goes well or not."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def healthy(self) -> bool:
        """Whether the health check's own command ends well."""
        kind, *command = self.service["healthcheck"]["test"]
        assert kind == "CMD"
        return self.tried([self.network.here(part) for part in command]).returncode == 0


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """What is to be ended when the test is over, however it ends."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def network(  # noqa: PLR0917 - fixtures
    tmp_path: Path, neo4j_server: Neo4j, opensearch_server: OpenSearch, postgresql_server: PostgreSql,
    new_postgresql_url: str, ending: ExitStack,
) -> Network:  # fmt: skip
    """Neo4j, OpenSearch and PostgreSQL as the file names them, OpenSearch behind a password and TLS as in its image."""
    password = "Only-for-tests.1"  # noqa: S105 - of this test
    secured = Front(opensearch_server.url, user="admin", password=password, tls=certificate(tmp_path))
    ending.enter_context(secured)
    database = sa.make_url(new_postgresql_url)
    one, two = (f"127.0.0.1:{free_port()}" for _ in PORTS)
    replaced = {
        "POSTGRES_PASSWORD": postgresql_server.password,
        "NEO4J_PASSWORD": neo4j_server.password,
        "OPENSEARCH_PASSWORD": password,
        "@neo4j:7687": f"@127.0.0.1:{neo4j_server.port}",
        "@opensearch:9200": f"@{secured.address}",
        "@postgres:5432/tidewaiter": f"@127.0.0.1:{postgresql_server.port}/{database.database}",
        "http://api:8000": f"http://{one}",
        "127.0.0.1:8000": one,
        "127.0.0.1:8001": two,
        "8000": one.rpartition(":")[2],
        "8001": two.rpartition(":")[2],
        "/data": str(tmp_path / "home"),
    }
    return Network(replaced, tmp_path / "home")


def test_the_services_start_and_are_well_and_end_when_told(network: Network, tmp_path: Path, ending: ExitStack) -> None:
    api, log = network.run("api"), tmp_path / "printed.log"
    refused = api.tried([EVERYWHERE if part == "127.0.0.1" else part for part in api.command])
    assert refused.returncode == 1
    assert "tidewaiter user add" in refused.stderr

    token = api.once("tidewaiter", "user", "add", "ada", "--role", "admin").strip()
    api.once("tidewaiter", "load", str(write_world(tmp_path / "files")))
    api.once("tidewaiter", "refresh")
    assert not api.healthy()
    process = api.start(log)
    ending.callback(process.kill)
    assert wait_until(lambda: process.poll() is not None or api.healthy(), seconds=60), log.read_text()
    assert process.poll() is None, log.read_text()

    ui = network.run("ui", token)
    assert not ui.healthy()
    page = ui.start(log)
    ending.callback(page.kill)
    assert wait_until(lambda: page.poll() is not None or ui.healthy(), seconds=60), log.read_text()

    with httpx.Client(base_url=ui.environment["TIDEWAITER_API_URL"], trust_env=False, timeout=30) as client:
        assert client.get("/v1/search", params={"q": "hangers"}).status_code == 401
        client.headers["Authorization"] = f"Bearer {ui.environment['TIDEWAITER_API_TOKEN']}"
        ready = client.get("/v1/readyz").json()
        assert ready["ready"] is True, ready
        assert {one["engine"]: one["url"] for one in ready["engines"]} == {
            "facts": "duckdb", "graph": "neo4j", "search": "opensearch", "database": "postgresql",
        }  # fmt: skip
        assert client.get("/v1/search", params={"q": "hangers"}).json()["items"]
        assert client.get("/v1/entities/importer:12-345678900/related").json()["items"]

    for one in (page, process):
        one.send_signal(signal.SIGTERM)  # as `docker compose stop` does
        assert one.wait(timeout=15) in (0, -signal.SIGTERM), log.read_text()
    assert not api.healthy()
    assert not ui.healthy()
