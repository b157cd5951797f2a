"""What many texts mention, found by several processes side by side.

Invariant: the same mentions in the same order as `ingest.extract.mentions.find_all` gives, whatever happens to a
process: what one does not answer is read here. No more than a few bundles of texts are held for each process.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ingest.child_process import ChildProcesses, Ended
from ingest.extract.mentions import Mention, find_all

Bundle = list[tuple[str, str]]  # ids of documents, and texts

_BUNDLE_CHARACTERS = 100_000  # some seconds' work: little enough that all processes end together
_WORTH_CHARACTERS = 2_000_000  # ten seconds of work or more; a process needs one or two to start
_SILENT_SECONDS = 600.0


class MentionFinders:
    """Up to `size` processes that read texts, started once there is enough to read; close them after use."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._processes = ChildProcesses("ingest.extract.worker", size)
        self._started = False

    def close(self) -> None:
        """End the processes."""
        self._processes.close()

    def find(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[Mention]]]:
        """What each text mentions, with its document's id, in their order."""
        bundles = _bundles(texts)
        held: list[Bundle] = []
        if not self._started:
            held = _enough(bundles) if self._size > 1 else []
            self._started = sum(map(_characters, held)) >= _WORTH_CHARACTERS
        given = chain(held, bundles)
        if not self._started:
            yield from find_all(chain.from_iterable(given))
            return
        for bundle, found in self._processes.in_order(self._asked, given):
            if found is None:
                yield from find_all(bundle)  # by this thread: a pipeline is no thing for two
                continue
            for (document_id, _), mentions in zip(bundle, found, strict=True):
                yield document_id, [Mention(document_id, *cells) for cells in mentions]

    def _asked(self, bundle: Bundle) -> tuple[Bundle, list[list[Any]] | None]:
        try:
            return bundle, self._processes.ask({"texts": bundle}, _SILENT_SECONDS)["mentions"]
        except Ended:
            return bundle, None


def _bundles(texts: Iterable[tuple[str, str]]) -> Iterator[Bundle]:
    bundle: Bundle = []
    for one in texts:
        bundle.append(one)
        if _characters(bundle) >= _BUNDLE_CHARACTERS:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


def _enough(bundles: Iterator[Bundle]) -> list[Bundle]:
    """Bundles from the beginning, until they are worth starting processes for."""
    taken: list[Bundle] = []
    size = 0
    for bundle in bundles:
        taken.append(bundle)
        size += _characters(bundle)
        if size >= _WORTH_CHARACTERS:
            break
    return taken


def _characters(bundle: Bundle) -> int:
    return sum(len(text) for _, text in bundle)
