"""An HTTP front before a server: asks for a password, speaks TLS, is busy, or loses answers.

Invariant: without any of these switched on, a request and its answer go through as they came.
"""

import ssl
import subprocess
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx


class Front:
    """Stands before the server of a URL on loopback. Use as a context manager."""

    def __init__(self, url: str, *, user: str = "", password: str = "", tls: Path | None = None) -> None:
        parts = urlsplit(url)
        self._server = httpx.Client(base_url=f"http://{parts.hostname}:{parts.port}", timeout=60)
        self._wanted = "Basic " + b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self.busy = 0  # so many requests that write documents are turned away from now on
        self.lose_answers = 0  # so many such requests are carried out from now on, and their answers lost
        self.requests: list[str] = []
        self._door = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._door.daemon_threads = True
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self._door.socket = context.wrap_socket(self._door.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        return f"127.0.0.1:{self._door.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._door.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.shutdown()
        self._door.server_close()
        self._server.close()

    def _handler(front: "Self") -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                front.requests.append(f"{self.command} {self.path}")
                if front._wanted and self.headers.get("authorization") != front._wanted:
                    self._tell(401, b"Unauthorized", "text/plain")
                    return
                writes = "/_bulk" in self.path
                if writes and front.busy:
                    front.busy -= 1
                    self._tell(
                        429, b'{"error":{"type":"rejected","reason":"full queue"},"status":429}', "application/json"
                    )
                    return
                answer = front._server.request(
                    self.command, self.path, content=body,
                    headers={"content-type": self.headers.get("content-type", "application/json")},
                )  # fmt: skip
                if writes and front.lose_answers:
                    front.lose_answers -= 1
                    self.close_connection = True
                    return
                self._tell(answer.status_code, answer.content, answer.headers.get("content-type", "application/json"))

            def _tell(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nobody reads it."""

        return Handler


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key, chain, both = folder / "key.pem", folder / "chain.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_text(key.read_text() + chain.read_text())
    return both
