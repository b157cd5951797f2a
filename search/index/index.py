"""The seam of search: what every engine must answer.

Invariant: a reader sees one whole generation; engines give the same hits for the same request.
"""

from collections.abc import Iterable
from typing import Protocol

from search.document import SearchDocument
from search.query import SearchRequest, SearchResult


class SearchIndex(Protocol):
    """Questions to one generation of the index."""

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of hits; `Invalid` for a bad cursor, limit, field or facet."""
        ...

    def count(self) -> int:
        """How many documents the index holds."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class IndexWriter(Protocol):
    """Fills a new index; nothing is served before `write` has returned."""

    def write(self, documents: Iterable[SearchDocument]) -> int:
        """Index all documents and commit; returns how many."""
        ...
