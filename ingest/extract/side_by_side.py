"""What many texts name and say, read by several processes side by side.

Invariant: the same in the same order as `ingest.extract.read.read_all` gives, whatever happens to a process: what one
does not answer is read here. No more than a few bundles of texts are held for each process.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ingest.child_process import ChildProcesses, Ended
from ingest.extract.mentions import Mention
from ingest.extract.read import Read, Text, read_all
from ingest.extract.said import Said

Bundle = list[Text]

_BUNDLE_CHARACTERS = 100_000  # some seconds' work: little enough that all processes end together
_WORTH_CHARACTERS = 2_000_000  # ten seconds of work or more; a process needs one or two to start
_SILENT_SECONDS = 600.0


class TextReaders:
    """Up to `size` processes that read texts, started once there is enough to read; close them after use."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._processes = ChildProcesses("ingest.extract.worker", size)
        self._started = False

    def close(self) -> None:
        """End the processes."""
        self._processes.close()

    def read(self, texts: Iterable[Text]) -> Iterator[Read]:
        """What each text names and says, in their order."""
        bundles = _bundles(texts)
        held: list[Bundle] = []
        if not self._started:
            held = _enough(bundles) if self._size > 1 else []
            self._started = sum(map(_characters, held)) >= _WORTH_CHARACTERS
        given = chain(held, bundles)
        if not self._started:
            yield from read_all(chain.from_iterable(given))
            return
        for bundle, found in self._processes.in_order(self._asked, given):
            if found is None:
                yield from read_all(bundle)  # by this thread: a pipeline is no thing for two
                continue
            for (document_id, *_), mentions, said in zip(bundle, found["mentions"], found["said"], strict=True):
                yield Read(
                    document_id,
                    [Mention(document_id, *cells) for cells in mentions],
                    [Said(*cells) for cells in said],
                )

    def _asked(self, bundle: Bundle) -> tuple[Bundle, dict[str, Any] | None]:
        try:
            return bundle, self._processes.ask({"texts": bundle}, _SILENT_SECONDS)
        except Ended:
            return bundle, None


def _bundles(texts: Iterable[Text]) -> Iterator[Bundle]:
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
    return sum(len(text) for *_, text in bundle)
