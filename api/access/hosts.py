"""Which names the service answers to.

Invariant: a page of another site that has been made to resolve to this machine (DNS rebinding) is refused,
because a browser sends that site's name as the host.
"""

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

from api.settings import Settings
from graph.model.errors import Invalid

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def refused_host(header: str, settings: Settings) -> Invalid | None:
    """Why a request sent to this host is not answered; None when it is.

    Bound to every address of the machine (`0.0.0.0`), it answers to the machine's own name and to plain
    addresses, which no rebinding can forge, besides the names in `allowed_hosts`.
    """
    name = _name(header)
    if name in _LOOPBACK or name == settings.host.lower() or name in {one.lower() for one in settings.allowed_hosts}:
        return None
    if settings.host in ("0.0.0.0", "::") and (_is_address(name) or name in _own_names()):  # noqa: S104 - compared
        return None
    return Invalid(
        f"This service does not answer to the name {name[:100]!r}.",
        thing="Host",
        value=header[:100],
        next_step="Use the address that `tidewaiter serve` printed, or add the name to TIDEWAITER_ALLOWED_HOSTS.",
    )


def refused_origin(method: str, origin: str, host: str) -> Invalid | None:
    """Why a request that changes something is not answered when a page of another site sent it; None when it is.

    A browser says which site a page is from; a program says nothing, and has a token or sits on this machine.
    """
    if method in ("GET", "HEAD", "OPTIONS") or not origin or _authority(origin) == host.lower():
        return None
    return Invalid(
        "This request was made by a page of another site.",
        thing="Origin",
        value=origin[:100],
        next_step="Use the address that `tidewaiter serve` printed.",
    )


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name(header: str) -> str:
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _own_names() -> frozenset[str]:
    return frozenset({socket.gethostname().lower(), socket.getfqdn().lower()})
