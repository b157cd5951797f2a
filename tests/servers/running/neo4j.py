"""Neo4j Community, from its jars: one database, password on, Bolt on loopback."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from tests.servers.running.java import JVM, classes, java
from tests.servers.running.process import Server

_OPEN = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "sun.nio.ch", "java.lang")]


class Neo4j(Server):
    """Started on Java 17 to 21, which is what this version of it is made for."""

    name: ClassVar[str] = "neo4j"

    def __init__(self, *, jvm: Sequence[str] = JVM) -> None:
        super().__init__()
        self._jvm = jvm

    @property
    def url(self) -> str:
        return f"bolt://neo4j:{self.password}@127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        conf = self.folder / "conf"
        conf.mkdir()
        (conf / "neo4j.conf").write_text(
            "server.bolt.enabled=true\n"
            f"server.bolt.listen_address=127.0.0.1:{self.port}\n"
            f"server.bolt.advertised_address=127.0.0.1:{self.port}\n"
            "server.http.enabled=false\n"
            "server.https.enabled=false\n"
            "server.memory.pagecache.size=512m\n"
            "server.bolt.connection_keep_alive=2s\n"  # a line that falls silent is noticed after two of these
            "dbms.usage_report.enabled=false\n"
            "dbms.security.auth_enabled=true\n",
            encoding="utf-8",
        )
        place = {"NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(conf)}
        admin = ("org.neo4j.cli.AdminTool", "dbms", "set-initial-password", self.password)
        self._run(self._java(), "-cp", f"{classes('Neo4j')}/*", *admin, env=place)

    def _command(self) -> Sequence[str | Path]:
        found = classes("Neo4j")
        return (self._java(), *self._jvm, *_OPEN, "-cp", f"{found}/*:{found}", "StartNeo4j", self.folder)

    def _answers(self) -> bool:
        return "It answers." in self.log.read_text(encoding="utf-8", errors="replace")

    def _java(self) -> Path:
        return java(oldest=17, newest=21)
