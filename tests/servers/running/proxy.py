"""A TCP proxy on loopback that spoils connections on demand: slow, cut, refused, or gone quiet.

Invariant: without a fault switched on, every byte is handed on as it came. Faults act on connections that are
open and on those to come, until they are taken back.
"""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


class Proxy:
    """Stands before a server. Use as a context manager, and ask `url_of` for the server's address through it."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._door: socket.socket | None = None
        self._port = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._delay_s = 0.0
        self._flows = threading.Event()
        self._flows.set()
        self._ended = threading.Event()
        self._left: int | None = None  # bytes until it goes quiet; None: no such limit

    @classmethod
    def before(cls, url: str) -> Self:
        """A proxy before the server of a URL."""
        parts = urlsplit(url)
        assert parts.hostname, url
        assert parts.port, url
        return cls(parts.hostname, parts.port)

    def url_of(self, url: str) -> str:
        """The same URL, with this proxy in place of the server."""
        parts = urlsplit(url)
        credentials = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{credentials}@{self.address}" if credentials else self.address).geturl()

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        return f"127.0.0.1:{self._port}"

    @property
    def connections(self) -> int:
        """How many connections are open through it."""
        with self._lock:
            return len(self._open) // 2

    def delay(self, seconds: float) -> None:
        """Hold each chunk back for so long, in both directions; 0 ends it."""
        self._delay_s = seconds

    def cut(self) -> None:
        """Break all connections that are open now; new ones are taken."""
        with self._lock:
            ends = list(self._open)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def refuse(self) -> None:
        """Break all connections and refuse new ones, until `accept`."""
        door, self._door = self._door, None
        if door is not None:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in `accept`
            door.close()
        self.cut()

    def accept(self) -> None:
        """Take connections again, on the same port."""
        if self._door is not None:
            return
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self._port))
        door.listen(64)
        self._port = door.getsockname()[1]
        self._door = door
        threading.Thread(target=self._take, args=(door,), daemon=True).start()

    def stall(self, *, after_bytes: int = 0) -> None:
        """Keep connections open and hand nothing on, once so many more bytes went through; until `flow`."""
        with self._lock:
            self._left = after_bytes
            if not after_bytes:
                self._flows.clear()

    def flow(self) -> None:
        """Hand on again, first what was held back."""
        with self._lock:
            self._left = None
            self._flows.set()

    def __enter__(self) -> Self:
        self.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._flows.set()
        self.refuse()

    def _take(self, door: socket.socket) -> None:
        while True:
            try:
                near = door.accept()[0]
            except OSError:
                return
            try:
                far = socket.create_connection(self._target, timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            done = threading.Barrier(2)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other, done), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, done: threading.Barrier) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if self._ended.wait(self._delay_s) if self._delay_s else self._ended.is_set():
                    break
                self._hand_on(chunk, sink)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if done.wait() == 0:  # the last of the two directions closes both ends
            with self._lock:
                self._open -= {source, sink}
            source.close()
            sink.close()

    def _hand_on(self, chunk: bytes, sink: socket.socket) -> None:
        with self._lock:
            free = len(chunk) if self._left is None or not self._flows.is_set() else min(self._left, len(chunk))
            if self._left is not None and self._flows.is_set():
                self._left -= free
                if not self._left:
                    self._flows.clear()
                    now, later = chunk[:free], chunk[free:]
                else:
                    now, later = chunk, b""
            else:
                now, later = (chunk, b"") if self._flows.is_set() else (b"", chunk)
        if now:
            sink.sendall(now)
        if later:
            self._flows.wait()
            if not self._ended.is_set():
                sink.sendall(later)
