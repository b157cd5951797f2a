"""A server's process: started on a free port, found again by its pid file, ended for good.

Invariant: of each server that this machine runs for tests a file tells who started it. Whoever starts one
first ends those whose starter is gone, and leaves alone those whose starter lives.
"""

import atexit
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

_START_S = 180.0
_STOP_S = 30.0


def cache_folder() -> Path:
    """Where jars and pid files are kept from run to run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidewaiter" / "servers"


def free_port() -> int:
    """A port of loopback that nobody listens on, below those that outgoing connections are given.

    A server that is stopped and started again finds its port free: the system hands out none of these.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until the answer is yes, or the time is over."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@dataclass(frozen=True, slots=True)
class Born:
    """A process, told apart from a later one with the same number by when it began (clock ticks since boot)."""

    pid: int
    ticks: int

    @classmethod
    def of(cls, pid: int) -> Self:
        return cls(pid, _ticks(pid))

    def lives(self) -> bool:
        return self.ticks > 0 and _ticks(self.pid) == self.ticks


def _stat(pid: int) -> list[str]:
    """Fields 3 and on of a process's line in /proc; none when it is gone, or dead and not yet collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in "ZX" else fields


def _ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _children(pid: int) -> list[Born]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [Born.of(one) for one in pids if (fields := _stat(one)) and fields[1] == str(pid)]


def end(process: Born, *, kindly: signal.Signals | None) -> None:
    """End a process and its children: with a signal that lets it tidy up, where given, else at once."""
    if not process.lives():
        return
    family = [process, *_children(process.pid)]
    if kindly is not None:
        _send(process, kindly)
        if wait_until(lambda: not any(one.lives() for one in family), seconds=_STOP_S):
            return
    for one in family:
        _send(one, signal.SIGKILL)
    assert wait_until(lambda: not any(one.lives() for one in family), seconds=_STOP_S), family


def _send(process: Born, what: signal.Signals) -> None:
    if process.lives():
        try:
            os.kill(process.pid, what)
        except ProcessLookupError:
            return


def end_leftovers(name: str) -> list[int]:
    """End servers of this name whose starter is gone, with their data; the pids of those that were ended."""
    ended = []
    for path in cache_folder().glob(f"{name}-*.pid"):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            starter, server, folder = Born(**told["starter"]), Born(**told["server"]), Path(told["folder"])
        except (OSError, ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)
            continue
        if starter.lives():
            continue
        if server.lives():
            end(server, kindly=None)
            ended.append(server.pid)
        shutil.rmtree(folder, ignore_errors=True)
        path.unlink(missing_ok=True)
    return ended


class Server(ABC):
    """A real server of tests, on loopback, with a port, a password and data of its own.

    `stop` and `kill` leave data and port as they are, so that `start` brings the same server back. Use as a
    context manager, or `close` it: that takes the data away as well.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    user: ClassVar[str | None] = None  # who runs it where we are root

    def __init__(self) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self.folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid_file = Path()

    @property
    @abstractmethod
    def url(self) -> str:
        """The address as our settings take it, with user and password."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make the data folder ready, once."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """What runs in the foreground until it is told to stop."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the process that was just started takes requests."""

    @property
    def log(self) -> Path:
        """What the process that runs, or ran last, has printed."""
        return self.folder / "printed.log"

    @property
    def pid(self) -> int:
        """The number of the process that runs."""
        assert self._process is not None and self._process.poll() is None, f"{self.name} does not run"
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        end_leftovers(self.name)
        atexit.register(self.close)
        self.folder = Path(tempfile.mkdtemp(prefix=f"tidewaiter-{self.name}-"))
        cache_folder().mkdir(parents=True, exist_ok=True)
        self._pid_file = cache_folder() / f"{self.name}-{self.folder.name}.pid"
        try:
            if self.user and os.geteuid() == 0:
                shutil.chown(self.folder, self.user, self.user)
            self._prepare()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server and take its data away. A second time does nothing."""
        atexit.unregister(self.close)
        self._end(kindly=None)  # the data go as well, so there is nothing to tidy up
        if self.folder.name:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._pid_file.unlink(missing_ok=True)

    def start(self) -> None:
        """Start, or start again on the same port and data, and wait until it answers. Nothing when it runs."""
        if self.runs:
            return
        with self.log.open("wb") as log:
            # A session of its own, so that Ctrl-C at the terminal reaches the tests and not the server.
            self._process = subprocess.Popen(
                [str(part) for part in self._command()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                start_new_session=True, **self._as_user(),
            )  # fmt: skip
        told = {"starter": asdict(Born.of(os.getpid())), "server": asdict(Born.of(self._process.pid))}
        self._pid_file.write_text(json.dumps({**told, "folder": str(self.folder)}), encoding="utf-8")
        answered = wait_until(lambda: not self.runs or self._answers(), seconds=_START_S)
        if not (answered and self.runs):
            self.kill()
            printed = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise RuntimeError(f"{self.name} did not start; it printed:\n{printed}")

    def stop(self) -> None:
        """Shut down in good order; data and port stay."""
        self._end(kindly=self.stop_signal)

    def kill(self) -> None:
        """kill -9: no chance to tidy up, as when the power fails; data and port stay."""
        self._end(kindly=None)

    def _end(self, *, kindly: signal.Signals | None) -> None:
        if self._process is None:
            return
        end(Born.of(self._process.pid), kindly=kindly)
        self._process.wait(timeout=_STOP_S)
        self._process = None

    def _run(self, *command: str | Path, env: dict[str, str] | None = None) -> None:
        """Run a program to its end in the server's folder, as the server's user."""
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True, text=True, cwd=self.folder, env={**os.environ, **(env or {})}, timeout=_START_S,
            check=False, **self._as_user(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{self.name}: {Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-3000:]}")

    def _as_user(self) -> dict[str, object]:
        if self.user and os.geteuid() == 0:
            return {"user": self.user, "group": self.user, "extra_groups": []}
        return {}
