"""The servers that tests are lent: really started, found again, ended for good. And the proxy before them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import neo4j
import psycopg
import pytest

from tests.servers.running.postgresql import PostgreSql
from tests.servers.running.process import Born, Server, cache_folder, end_leftovers, wait_until
from tests.servers.running.proxy import Proxy

ROOT = Path(__file__).parents[2]


def plain(url: str) -> str:
    """The URL as the driver itself takes it."""
    return url.replace("+psycopg", "", 1)


class Kept:
    """One value, written to and read from a server in its own language."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def write(self) -> None:
        match self.server.name:
            case "postgresql":
                with psycopg.connect(plain(self.server.url)) as connection:
                    connection.execute("CREATE TABLE kept (word text)")
                    connection.execute("INSERT INTO kept VALUES ('hangers')")
            case "neo4j":
                with self.driver() as driver:
                    driver.execute_query("CREATE (:Kept {word: 'hangers'})")
            case "opensearch":
                self.ask("PUT", "/kept/_doc/1?refresh=true", {"word": "hangers"})

    def read(self) -> str:
        match self.server.name:
            case "postgresql":
                with psycopg.connect(plain(self.server.url)) as connection:
                    return str(connection.execute("SELECT word FROM kept").fetchall()[0][0])
            case "neo4j":
                with self.driver() as driver:
                    return str(driver.execute_query("MATCH (k:Kept) RETURN k.word AS word").records[0]["word"])
            case _:
                assert wait_until(lambda: self.ask("GET", "/kept/_doc/1")["found"] is True, seconds=20)
                return str(self.ask("GET", "/kept/_source/1")["word"])

    def driver(self) -> neo4j.Driver:
        user, _, rest = self.server.url.removeprefix("bolt://").partition(":")
        password, _, address = rest.partition("@")
        return neo4j.GraphDatabase.driver(f"bolt://{address}", auth=(user, password))

    def ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(
            f"http://{self.server.url.removeprefix('opensearch://')}{path}", data, method=method,
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        with urlopen(request, timeout=20) as answer:  # noqa: S310 - our own server
            return dict(json.load(answer))


@pytest.fixture(params=["neo4j", "opensearch", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(f"{request.param}_server")


def test_a_server_that_was_killed_comes_back_on_its_port_with_its_data(server: Server) -> None:
    kept, url, pid = Kept(server), server.url, server.pid
    kept.write()
    assert kept.read() == "hangers"
    server.kill()
    assert not server.runs
    assert not Born.of(pid).lives()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    server.start()
    assert server.url == url
    assert server.pid != pid
    assert kept.read() == "hangers"


def test_a_server_that_was_stopped_comes_back_with_its_data(postgresql_server: Server) -> None:
    with psycopg.connect(plain(postgresql_server.url)) as connection:
        connection.execute("CREATE TABLE stopped AS SELECT 7 AS number")
    postgresql_server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(plain(postgresql_server.url), connect_timeout=5)
    postgresql_server.start()
    with psycopg.connect(plain(postgresql_server.url)) as connection:
        assert connection.execute("SELECT number FROM stopped").fetchall() == [(7,)]


def test_servers_ask_for_the_password(neo4j_url: str, postgresql_url: str) -> None:
    for url in (neo4j_url, postgresql_url):
        assert url.rpartition("@")[0].rpartition(":")[2]
    address = neo4j_url.rpartition("@")[2]
    with (
        pytest.raises(neo4j.exceptions.AuthError),
        neo4j.GraphDatabase.driver(f"bolt://{address}", auth=("neo4j", "wrong")) as driver,
    ):
        driver.verify_connectivity()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(plain(postgresql_url), password="wrong")  # noqa: S106


def test_servers_listen_on_loopback_only(server: Server) -> None:
    listening = [
        line.split()[1].partition(":")
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    hosts = {host for host, _, port in listening if int(port, 16) == server.port}
    assert hosts <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert hosts


def test_leaving_the_block_takes_the_process_and_its_data_away() -> None:
    with PostgreSql() as server:
        process, folder = Born.of(server.pid), server.folder
        assert any(folder.name in path.name for path in cache_folder().glob("*.pid"))
    assert not process.lives()
    assert not folder.exists()
    assert not any(folder.name in path.name for path in cache_folder().glob("*.pid"))


STARTS_ONE = """
import time
from tests.servers.running.postgresql import PostgreSql
with PostgreSql() as server:
    print(server.pid, server.folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def starter() -> Iterator[subprocess.Popen[str]]:
    """Another run of tests that has started a PostgreSQL and goes on."""
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        yield run
        run.kill()


def started(run: subprocess.Popen[str]) -> tuple[Born, Path]:
    assert run.stdout is not None
    pid, folder = run.stdout.readline().split()
    return Born.of(int(pid)), Path(folder)


def test_what_a_killed_run_left_is_ended_and_what_a_living_run_uses_is_not(starter: subprocess.Popen[str]) -> None:
    server, folder = started(starter)
    assert server.pid not in end_leftovers("postgresql")
    assert server.lives()
    starter.kill()
    starter.wait()
    assert server.lives()
    with PostgreSql():
        assert not server.lives()
        assert not folder.exists()


def test_a_pid_that_went_to_another_process_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        gone = {"pid": bystander.pid, "ticks": 1}
        told = {"starter": gone, "server": gone, "folder": str(tmp_path / "data")}
        path = cache_folder() / "postgresql-reused.pid"
        path.write_text(json.dumps(told), encoding="utf-8")
        assert bystander.pid not in end_leftovers("postgresql")
        assert bystander.poll() is None
        assert not path.exists()
        bystander.kill()


A_RUN = """
import os, signal
def test_one(postgresql_url):
    print("at", postgresql_url)
def test_two(postgresql_url):
    print("at", postgresql_url)
def test_three():
    {end}
"""


def a_run(tmp_path: Path, end: str, **environment: str) -> tuple[set[str], str]:
    """The addresses that the tests of a small run were given, and all that it printed."""
    (tmp_path / "test_small.py").write_text(A_RUN.format(end=end), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "-p", "tests.servers.running.plugin",
         "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-o", f"pythonpath={ROOT}", tmp_path],
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    return {line.split()[-1] for line in done.stdout.splitlines() if "at postgresql" in line}, done.stdout + done.stderr


@pytest.mark.parametrize("end", ["pass", "assert False", "os.kill(os.getpid(), signal.SIGINT)"])
def test_one_start_serves_a_whole_run_and_is_stopped_at_its_end(tmp_path: Path, end: str) -> None:
    urls, printed = a_run(tmp_path, end, TIDEWAITER_TEST_SERVERS="1", TIDEWAITER_TEST_POSTGRESQL_URL="")
    assert len(urls) == 1, printed
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(plain(urls.pop()), connect_timeout=5)


def test_a_server_of_the_environment_is_used_and_not_stopped(tmp_path: Path) -> None:
    with PostgreSql() as ours:
        urls, printed = a_run(
            tmp_path, "pass", TIDEWAITER_TEST_SERVERS="1", TIDEWAITER_TEST_POSTGRESQL_URL=ours.url_of("postgres")
        )
        assert urls == {ours.url_of("postgres")}, printed
        assert ours.runs


def test_without_the_wish_for_servers_their_tests_are_left_out_and_the_run_says_so(tmp_path: Path) -> None:
    urls, printed = a_run(tmp_path, "pass", TIDEWAITER_TEST_SERVERS="")
    assert not urls
    assert "1 passed, 2 deselected" in printed
    assert "Tests of real servers were left out" in printed


def test_with_the_wish_for_servers_a_skip_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_skips.py").write_text(
        "import pytest\n@pytest.mark.servers\ndef test_it():\n    pytest.skip('no server here')\n", encoding="utf-8"
    )
    _, printed = a_run(tmp_path, "pass", TIDEWAITER_TEST_SERVERS="1")
    assert "1 failed, 3 passed" in printed


def test_a_server_that_does_not_start_is_an_error_that_tells_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = PostgreSql()
        server.port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match="Address already in use"), server:
            pass
    assert not server.folder.exists()


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that gives back what it is given."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer(end: socket.socket) -> None:
            with end:
                try:
                    while chunk := end.recv(1 << 16):
                        end.sendall(chunk)
                except OSError:
                    return

        def take() -> None:
            while True:
                try:
                    end = door.accept()[0]
                except OSError:
                    return
                threading.Thread(target=answer, args=(end,), daemon=True).start()

        threading.Thread(target=take, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def connect(proxy: Proxy) -> socket.socket:
    host, _, port = proxy.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def read(end: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (chunk := end.recv(size - len(got))):
        got += chunk
    return got


def test_the_proxy_hands_everything_on(echo: int) -> None:
    sent = os.urandom(3_000_000)
    with Proxy("127.0.0.1", echo) as proxy, connect(proxy) as end:
        threading.Thread(target=end.sendall, args=(sent,)).start()
        assert read(end, len(sent)) == sent
        assert proxy.connections == 1


def test_the_proxy_stands_before_the_server_of_a_url(postgresql_url: str) -> None:
    with Proxy.before(postgresql_url) as proxy:
        url = proxy.url_of(postgresql_url)
        assert proxy.address in url
        with psycopg.connect(plain(url)) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_the_proxy_delays_each_chunk(echo: int) -> None:
    with Proxy("127.0.0.1", echo) as proxy, connect(proxy) as end:
        proxy.delay(0.3)
        began = time.monotonic()
        end.sendall(b"slow")
        assert read(end, 4) == b"slow"
        assert time.monotonic() - began >= 0.6  # there, and back
        proxy.delay(0)
        began = time.monotonic()
        end.sendall(b"fast")
        assert read(end, 4) == b"fast"
        assert time.monotonic() - began < 0.3


def test_the_proxy_cuts_what_is_open_and_takes_new_connections(echo: int) -> None:
    with Proxy("127.0.0.1", echo) as proxy, connect(proxy) as end:
        end.sendall(b"a")
        assert read(end, 1) == b"a"
        proxy.cut()
        assert end.recv(1) == b""
        assert wait_until(lambda: proxy.connections == 0, seconds=5)
        with connect(proxy) as other:
            other.sendall(b"b")
            assert read(other, 1) == b"b"


def test_the_proxy_refuses_until_it_accepts_again(echo: int) -> None:
    with Proxy("127.0.0.1", echo) as proxy:
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        proxy.accept()
        with connect(proxy) as end:
            end.sendall(b"a")
            assert read(end, 1) == b"a"


def test_the_proxy_goes_quiet_midway_and_later_goes_on_where_it_was(echo: int) -> None:
    with Proxy("127.0.0.1", echo) as proxy, connect(proxy) as end:
        proxy.stall(after_bytes=6)  # four there, and two of the four back
        end.sendall(b"abcd")
        assert read(end, 2) == b"ab"
        end.settimeout(0.3)
        with pytest.raises(TimeoutError):
            end.recv(1)
        end.settimeout(5)
        proxy.flow()
        assert read(end, 2) == b"cd"


def test_a_quiet_proxy_can_still_be_closed(echo: int) -> None:
    with Proxy("127.0.0.1", echo) as proxy, connect(proxy) as end:
        proxy.stall()
        end.sendall(b"abcd")
        assert wait_until(lambda: proxy.connections == 1, seconds=5)
    assert wait_until(lambda: proxy.connections == 0, seconds=5)


def test_a_server_is_ended_kindly_where_it_can_be(postgresql_server: Server) -> None:
    assert postgresql_server.stop_signal is signal.SIGINT
    postgresql_server.stop()
    assert "database system is shut down" in postgresql_server.log.read_text(encoding="utf-8")
