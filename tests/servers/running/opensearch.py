"""OpenSearch, from its jars: one node on loopback, without the security plugin (no password, no TLS)."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.servers.running.java import JVM, classes, java
from tests.servers.running.process import Server, free_port


class OpenSearch(Server):
    """Started on Java 21 or newer."""

    name: ClassVar[str] = "opensearch"

    def __init__(self, *, jvm: Sequence[str] = JVM) -> None:
        super().__init__()
        self._jvm = jvm
        self._transport_port = free_port()

    @property
    def url(self) -> str:
        return f"opensearch://127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        (self.folder / "node").mkdir()

    def _command(self) -> Sequence[str | Path]:
        found = classes("OpenSearch")
        jvm = (*self._jvm, "--enable-native-access=ALL-UNNAMED", "-cp", f"{found}/*:{found}")
        ports = (str(self.port), str(self._transport_port))
        return (java(oldest=21), *jvm, "StartOpenSearch", self.folder / "node", *ports)

    def _answers(self) -> bool:
        return "It answers." in self.log.read_text(encoding="utf-8", errors="replace")
