"""What a document's text names and what it says, read in one go.

Invariant: statements are made of the mentions that were found, so that no text is looked through twice for what it
names.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.extract.mentions import Mention, find_all
from ingest.extract.said import Said, statements

Text = tuple[str, str, str]  # the document's id and kind, and the text or a piece of it


@dataclass(frozen=True, slots=True)
class Read:
    """What one text names and says; places count from its beginning."""

    document_id: str
    mentions: list[Mention]
    said: list[Said]


def read_all(texts: Iterable[Text]) -> Iterator[Read]:
    """What each text names and says, in their order.

    >>> (read,) = read_all([("NY-N1", "ruling", "NY N299999 is hereby revoked.")])
    >>> [(one.what, one.key) for one in read.said]
    [('revokes', 'document:NY-N299999')]
    """
    reading_now: deque[tuple[str, str]] = deque()  # kinds and texts

    def noted() -> Iterator[tuple[str, str]]:
        for document_id, kind, text in texts:
            reading_now.append((kind, text))
            yield document_id, text

    for document_id, mentions in find_all(noted()):
        kind, text = reading_now.popleft()
        yield Read(document_id, mentions, statements(kind, text, mentions))
