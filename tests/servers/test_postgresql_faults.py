"""The authored database away, wrong, killed or slow: what a person is told, and that nothing acknowledged is lost."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.access.users import Users
from api.audit.trail import Look, Trail, looks
from api.database import AUDIT, open_database
from api.settings import Settings
from graph.model.errors import Unavailable
from tests.fixtures.running_service import running_service
from tests.servers.running.postgresql import PostgreSql
from tests.servers.running.process import free_port, wait_until
from tests.servers.running.proxy import Proxy

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def refusal(url: str) -> Unavailable:
    with pytest.raises(Unavailable) as told:
        open_database(url)
    return told.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "hunter2"}, 'password authentication failed for user "tidewaiter"'),
        ({"username": "nobody"}, 'password authentication failed for user "nobody"'),
        ({"database": "elsewhere"}, 'database "elsewhere" does not exist'),
    ],
)
def test_a_wrong_address_is_told_in_the_servers_words(
    postgresql_server: PostgreSql, change: dict[str, str], words: str
) -> None:
    url = sa.make_url(postgresql_server.url).set(**change)  # type: ignore[arg-type]
    told = refusal(url.render_as_string(hide_password=False))
    assert words in told.message
    assert f"127.0.0.1:{postgresql_server.port}" in told.message
    assert "TIDEWAITER_DATABASE_URL" in told.next_step
    for secret in ("hunter2", postgresql_server.password):
        assert secret not in f"{told} {told.thing} {told.value}"


def test_a_server_that_is_not_there_is_named_at_once(postgresql_server: PostgreSql) -> None:
    postgresql_server.stop()
    began = time.monotonic()
    told = refusal(postgresql_server.url)
    assert "refused" in told.message
    assert time.monotonic() - began < 3


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(postgresql_url: str) -> None:
    with Proxy.before(postgresql_url) as proxy:
        proxy.stall()
        began = time.monotonic()
        told = refusal(proxy.url_of(postgresql_url))
        assert "timeout" in told.message
        assert time.monotonic() - began < 15


def test_a_role_that_may_not_make_tables_is_told_so(new_postgresql_url: str) -> None:
    owner = sa.create_engine(new_postgresql_url)
    with owner.begin() as connection:
        connection.execute(sa.text("CREATE ROLE reader LOGIN PASSWORD 'reader'"))
    try:
        reader = sa.make_url(new_postgresql_url).set(username="reader", password="reader")  # noqa: S106
        assert "permission denied" in refusal(reader.render_as_string(hide_password=False)).message
    finally:
        with owner.begin() as connection:
            connection.execute(sa.text("DROP ROLE reader"))
        owner.dispose()


def test_the_service_does_not_start_without_its_database(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://ada:hunter2@127.0.0.1:{free_port()}/x"
    done = subprocess.run(
        [sys.executable, "-c", "from api.cli.main import main; main()", "--home", tmp_path, "serve", "--no-ui",
         "--port", str(free_port())],
        capture_output=True, text=True, timeout=60, check=False, env={"TIDEWAITER_DATABASE_URL": url},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Unavailable: The database postgresql+psycopg://ada:***@127.0.0.1")
    assert "Connection refused" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr + "".join(path.read_text() for path in tmp_path.glob("*.log"))


@dataclass(frozen=True, slots=True)
class Running:
    """A service whose users and audit are in PostgreSQL."""

    http: httpx.Client
    database_url: str

    def audited(self) -> list[str]:
        """The ids of the requests in the audit, asked of the server itself and not through a proxy."""
        engine = sa.create_engine(self.database_url)
        with engine.connect() as connection:
            found = list(connection.execute(sa.select(AUDIT.c.request_id)).scalars())
        engine.dispose()
        return found

    def search(self, name: str) -> int:
        """One audited request; its status."""
        answer = self.http.get("/v1/search", params={"q": "hangers"}, headers={"X-Request-ID": name})
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            assert answer.json()["title"] == "Unavailable", answer.text
            assert self.database_url not in answer.text
        return answer.status_code


@pytest.fixture
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    with Proxy.before(postgresql_url) as before:
        yield before


@pytest.fixture
def service(built_home: Path, tmp_path: Path, new_postgresql_url: str, proxy: Proxy) -> Iterator[Running]:
    """A service that reaches its database through the proxy, asked by a user with a token."""
    home = shutil.copytree(built_home, tmp_path / "home")
    engine = open_database(new_postgresql_url)
    token = Users(engine).add("ada", "admin", now=NOW)
    engine.dispose()
    settings = Settings(home=home, database_url=proxy.url_of(new_postgresql_url))
    with running_service(settings, token=token) as client:
        yield Running(client, new_postgresql_url)


def test_a_restart_between_two_requests_is_not_noticed(service: Running, postgresql_server: PostgreSql) -> None:
    assert service.search("before") == 200
    assert wait_until(lambda: service.audited() == ["before"], seconds=5)
    postgresql_server.stop()
    postgresql_server.start()
    assert service.search("after") == 200
    assert wait_until(lambda: service.audited() == ["before", "after"], seconds=5)


def test_connections_that_a_firewall_dropped_are_not_noticed(service: Running, proxy: Proxy) -> None:
    assert service.search("before") == 200
    proxy.cut()
    assert service.search("after") == 200
    assert wait_until(lambda: service.audited() == ["before", "after"], seconds=5)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(
    service: Running, postgresql_server: PostgreSql
) -> None:
    over = threading.Event()
    answered: dict[str, int] = {}

    def ask(thread: int) -> None:
        number = 0
        while not over.is_set():
            name = f"t{thread}.{number}"
            answered[name] = service.search(name)
            number += 1

    with ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(ask, thread) for thread in range(4)]
        for _ in range(2):
            time.sleep(1.5)
            postgresql_server.kill()
            time.sleep(1.0)
            postgresql_server.start()
        time.sleep(1.5)
        over.set()
        for one in threads:
            one.result()
    assert set(answered.values()) == {200, 503}
    assert service.search("last") == 200
    acknowledged = {name for name, status in answered.items() if status == 200} | {"last"}
    assert wait_until(lambda: acknowledged <= set(service.audited()), seconds=10)
    assert service.http.get("/readyz").json()["ready"] is True


def test_users_that_were_made_outlive_a_kill(postgresql_server: PostgreSql, new_postgresql_url: str) -> None:
    engine = open_database(new_postgresql_url)
    users = Users(engine)
    tokens = {name: users.add(name, "viewer", now=NOW) for name in ("ada", "bo", "cy")}
    users.remove("bo")
    postgresql_server.kill()
    with pytest.raises(Unavailable, match=r"refused|closed|terminat"):
        users.all()
    postgresql_server.start()
    assert [user.name for user in users.all()] == ["ada", "cy"]
    assert users.who(f"Bearer {tokens['cy']}", loopback=True).name == "cy"
    engine.dispose()


def test_looks_wait_for_a_server_that_comes_back(postgresql_server: PostgreSql, new_postgresql_url: str) -> None:
    engine = open_database(new_postgresql_url)
    made = [Look(NOW, "ada", "entity", f"importer:{number}", f"r{number}") for number in range(300)]
    with Trail(engine) as trail:
        for number, one in enumerate(made):
            if number == 100:
                assert wait_until(lambda: trail.waiting() == 0, seconds=5)
                postgresql_server.kill()
            trail.add(one)
        time.sleep(1.2)
        assert trail.waiting() == 200
        postgresql_server.start()
    found, _ = looks(engine, limit=1_000, cursor="")
    assert found[::-1] == made
    engine.dispose()


def test_a_slow_way_to_the_server_is_slow_and_no_more(service: Running, proxy: Proxy) -> None:
    proxy.delay(0.1)
    began = time.monotonic()
    assert service.search("slow") == 200
    assert time.monotonic() - began > 0.2  # who asks was looked up there, and back
    assert wait_until(lambda: service.audited() == ["slow"], seconds=10)


def test_a_database_that_refuses_is_told_as_unavailable_and_is_found_again(service: Running, proxy: Proxy) -> None:
    proxy.refuse()
    assert service.search("refused") == 503
    ready = service.http.get("/readyz")
    assert ready.json()["ready"] is False
    proxy.accept()
    assert service.search("again") == 200
    assert wait_until(lambda: service.audited() == ["again"], seconds=5)
