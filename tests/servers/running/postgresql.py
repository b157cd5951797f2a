"""PostgreSQL, from the distribution's programs: passwords asked for, nothing synced to disk.

Invariant: what was committed outlives `kill -9` (it was handed to the system), though not a power cut.
"""

import getpass
import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.servers.running.process import Server

_USER = "tidewaiter"


class PostgreSql(Server):
    """Started as the user `postgres` where we are root, which it refuses to run as."""

    name: ClassVar[str] = "postgresql"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # end all sessions, then stop
    user: ClassVar[str | None] = "postgres"

    @property
    def url(self) -> str:
        return self.url_of("tidewaiter")

    def url_of(self, database: str) -> str:
        """The address of one of the server's databases."""
        return f"postgresql+psycopg://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _prepare(self) -> None:
        password = self.folder / "password"
        password.write_text(self.password, encoding="utf-8")
        if os.geteuid() == 0:
            shutil.chown(password, self.user, self.user)
        self._run(
            _program("initdb"), "--pgdata", self.folder / "data", "--username", _USER, "--pwfile", password,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start; the first time, make the database as well."""
        super().start()
        made = self.folder / "made"
        if not made.exists():
            at = ("--host", "127.0.0.1", "--port", str(self.port), "--username", _USER)
            self._run(_program("createdb"), *at, "tidewaiter", env={"PGPASSWORD": self.password})
            made.touch()

    def _command(self) -> Sequence[str | Path]:
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
            "fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_connections": 50,
        }  # fmt: skip
        return (_program("postgres"), "-D", self.folder / "data", *(f"--{k}={v}" for k, v in options.items()))

    def _answers(self) -> bool:
        try:
            self._run(_program("pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port))
        except RuntimeError:
            return False
        return True


def _program(name: str) -> Path:
    """A program of the newest PostgreSQL of this machine; Debian keeps the server's off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which(name)
    if not found and not on_path:
        raise RuntimeError(f"PostgreSQL's `{name}` was not found for {getpass.getuser()}: install `postgresql`.")
    return found[-1] if found else Path(str(on_path))
