"""Pages and cursors: how large a page may be, and where the next one begins, in a form that no caller reads.

Invariant: a cursor belongs to one request. Used with another one, or changed, it is `Invalid`; it never
silently gives the wrong page. What it holds beside the mark of its request is the engine's own: how many hits
stand before the page, or what the last of them was sorted by.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import blake2b

from graph.model.errors import Invalid
from search.query import SearchRequest

MOST_HITS = 1_000
_MARK_BYTES = 6


def check_page(request: SearchRequest) -> None:
    """`Invalid` when the request's page cannot be: too small, too large, or in no order that there is."""
    if not 1 <= request.limit <= MOST_HITS:
        raise Invalid(
            f"A page holds 1 to {MOST_HITS:,} hits, not {request.limit}.",
            thing="limit",
            value=str(request.limit),
            next_step="Ask for a page that size and go on with its cursor.",
        )
    if request.sort not in ("relevance", "date"):
        raise Invalid(
            f"Hits cannot be sorted by {request.sort!r}.",
            thing="sort",
            value=request.sort,
            next_step="Sort by relevance or date.",
        )


def cursor_at(request: SearchRequest, place: bytes) -> str:
    """The cursor of the page that begins after a place, in the form in which the engine tells its places."""
    return urlsafe_b64encode(_mark(request) + place).decode().rstrip("=")


def place_of(request: SearchRequest, *, size: int) -> bytes | None:
    """The place after which the page begins that the request asks for, None for the first page.

    `Invalid` for a foreign cursor: of another request, or of an engine whose places are not of this size in bytes.
    """
    if not request.cursor:
        return None
    try:
        raw = urlsafe_b64decode(request.cursor + "=" * (-len(request.cursor) % 4))
    except ValueError:
        raw = b""
    if len(raw) != _MARK_BYTES + size or raw[:_MARK_BYTES] != _mark(request):
        raise Invalid(
            "This cursor does not belong to this search.",
            thing="cursor",
            value=request.cursor,
            next_step="Leave the cursor out to begin with the first page.",
        )
    return raw[_MARK_BYTES:]


def _mark(request: SearchRequest) -> bytes:
    """A digest of all that decides which hits come in which order; the page's size may change on the way."""
    same_pages = replace(request, cursor="", limit=1, facets=())
    return blake2b(repr(same_pages).encode("utf-8", "replace"), digest_size=_MARK_BYTES).digest()
