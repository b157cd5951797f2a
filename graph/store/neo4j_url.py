"""The address of a Neo4j server or cluster, read from one URL.

Invariant: what is shown of it holds no password.
"""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from graph.model.errors import Invalid

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


@dataclass(frozen=True, slots=True)
class Address:
    """A graph URL in its parts. `shown` is without the password, for messages."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str
    shown: str


def read_url(url: str) -> Address:
    """Read `neo4j://user:password@host:7687/database`; `Invalid` names what is missing.

    >>> read_url("bolt://neo4j:s%40lt@localhost").uri, read_url("bolt://neo4j:s%40lt@localhost").shown
    ('bolt://localhost:7687', 'bolt://localhost:7687')
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or 7687
    except ValueError:
        host, port = "", 0
    if not host or parts.scheme not in SCHEMES:
        raise Invalid(
            "The graph URL names no server.",
            thing="TIDEWAITER_GRAPH_URL",
            value=f"{parts.scheme}://{host}",
            next_step="Write neo4j://USER:PASSWORD@HOST:7687, or bolt:// for a single server.",
        )
    place = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return Address(
        place + (f"?{parts.query}" if parts.query else ""),
        unquote(parts.username or "neo4j"),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "neo4j",
        place,
    )
