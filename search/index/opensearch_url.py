"""The one URL that names an OpenSearch server: what it says, and how it is shown.

Invariant: a URL that is shown has passed `without_password`; a part that cannot be is `Invalid` before anything is
asked of a server.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from graph.model.errors import Invalid

SETTING = "TIDEWAITER_SEARCH_URL"


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says of the server: where it is, who asks, and how its indexes are made."""

    hosts: tuple[tuple[str, int], ...]
    shown: str
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    ca: str = ""
    prefix: str = "tidewaiter"
    shards: int = 1
    replicas: int = 0


def without_password(url: str) -> str:
    """The URL as it may be shown and logged.

    >>> without_password("opensearch+https://indexer:s%40cret@search.example:9200/trade?replicas=1")
    'opensearch+https://indexer:***@search.example:9200/trade?replicas=1'
    """
    # All up to the last @ is hidden, whatever an unescaped password holds.
    return re.sub(
        r"//([^:@]*)(:.*)?@", lambda found: f"//{found[1]}{':***' if found[2] else ''}@", url, flags=re.DOTALL
    )


_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")  # what an index and an alias may be called, in a form for both


def read_url(url: str) -> Address:
    """The address that a URL gives; `Invalid`, with what is wrong and how to write it, where it gives none.

    `opensearch[+https]://[USER:PASSWORD@]HOST[:PORT][,HOST...][/PREFIX][?shards=1&replicas=0&verify=true&ca=FILE]`

    >>> address = read_url("opensearch://indexer:s%40cret@one,two:9201/trade?replicas=1")
    >>> address.hosts, address.password, address.prefix, address.replicas
    ((('one', 9200), ('two', 9201)), 's@cret', 'trade', 1)
    """
    shown = without_password(url)
    try:
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        where = tuple(_host(host) for host in hosts.split(","))
    except ValueError as error:
        raise bad(shown, "is no address of a server", "Write it as opensearch://HOST:9200.") from error
    if "@" in parts.path + parts.query + parts.fragment:
        raise bad(shown, "has an unescaped character in its user or password", "Write / ? # and @ in them as %XX.")
    if parts.scheme not in ("opensearch", "opensearch+https"):
        raise bad(shown, "is no address of OpenSearch", "Begin it with opensearch:// or opensearch+https://.")
    if not all(host for host, _ in where):
        raise bad(shown, "names no host", "Write it as opensearch://HOST:9200.")
    user, _, password = credentials.partition(":")
    if bool(user) != bool(password):
        raise bad(shown, "has a user or a password alone", "Write both as USER:PASSWORD@, special characters as %XX.")
    prefix = parts.path.strip("/") or "tidewaiter"
    if not _PREFIX.fullmatch(prefix):
        raise bad(
            prefix,
            "cannot begin the name of an index",
            "Use lower-case letters, digits, dots, hyphens and underscores.",
        )
    options = _options(parts.query, tls=parts.scheme == "opensearch+https")
    return Address(
        hosts=where,
        shown=shown,
        tls=parts.scheme == "opensearch+https",
        user=unquote(user),
        password=unquote(password),
        prefix=prefix,
        verify=options.get("verify", "true") == "true",
        ca=options.get("ca", ""),
        shards=int(options.get("shards", "1")),
        replicas=int(options.get("replicas", "0")),
    )


_OPTIONS: dict[str, tuple[Callable[[str], bool], str]] = {
    "shards": (
        lambda value: value.isascii() and value.isdigit() and 1 <= int(value) <= 1024,
        "a number from 1 to 1024",
    ),
    "replicas": (lambda value: value.isascii() and value.isdigit() and int(value) <= 100, "a number from 0 to 100"),
    "verify": (lambda value: value in ("true", "false"), "true or false"),
    "ca": (lambda value: Path(value).is_file(), "a file with certificates in PEM form"),
}


def _options(query: str, *, tls: bool) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in options.items():
        if name not in _OPTIONS:
            raise bad(name, "is no option of this URL", f"Options are {', '.join(_OPTIONS)}.")
        fits, wanted = _OPTIONS[name]
        if not fits(value):
            raise bad(f"{name}={value}", "cannot be", f"Give {name} {wanted}.")
        if name in ("verify", "ca") and not tls:
            raise bad(f"{name}={value}", "is about certificates, and this URL uses none", "Use opensearch+https://.")
    return options


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return parts.hostname or "", parts.port or 9200


def bad(value: str, what: str, next_step: str) -> Invalid:
    """The error about a part of the URL that cannot be."""
    return Invalid(f"{value!r} {what}.", thing=SETTING, value=value, next_step=next_step)
