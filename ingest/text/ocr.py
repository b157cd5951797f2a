"""Letters recognised in pictures, by tesseract where it is installed: the scanned pages of a document side by side.

Invariant: what comes from here is marked as recognised by whoever asks. A page takes bounded time, a document a bounded
number of pages and of seconds; no more dots are recognised at once than the largest page may have. A page that was
given up is told from one without letters, and one that was not begun from both.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from types import TracebackType

from ingest.text.reading import Told, tidied

MOST_SCANS = 50  # pages of a document that are recognised: at a second or two each, a file must come to its end
MOST_SECONDS = 240.0  # after a document's first page no other is begun
SECONDS = 50  # of a page; a reader is ended when it is silent for ten more
MOST_DOTS = 100_000_000  # of the pages that are recognised at once; a page of A3 at 600 dots an inch has 70 million
_MOST_AT_ONCE = 4


@cache
def installed() -> str:
    """Where tesseract is; blank where it is not."""
    return shutil.which("tesseract") or ""


def at_once() -> int:
    """How many pages of a document are recognised side by side."""
    return min(_MOST_AT_ONCE, os.cpu_count() or 1)


class Scans:
    """The scanned pages of one document; `texts` are those in which letters were found, by the number of the page.

    `told` hears of the end of each, so that it is never silent for longer than one page takes.
    """

    def __init__(self, told: Told) -> None:
        self.texts: dict[int, str] = {}
        self.begun = 0
        self._given_up = self._beyond = self._late = self._unable = 0
        self._told = told
        self._until = 0.0
        self._threads = ThreadPoolExecutor(at_once())
        self._running: dict[Future[str | None], tuple[int, int]] = {}  # page and dots

    def __enter__(self) -> "Scans":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def takes(self, dots: int) -> bool:
        """Whether a page of so many dots may be begun, once there is room for it; a page that may not is counted."""
        if not installed():
            self._unable += 1
            return False
        if self.begun >= MOST_SCANS:
            self._beyond += 1
            return False
        while self._running and (len(self._running) >= at_once() or self._dots() + dots > MOST_DOTS):
            self._take()
        if self.begun and time.monotonic() >= self._until:
            self._late += 1
            return False
        return True

    def begin(self, page: int, dots: int, recognise: Callable[[], str | None]) -> None:
        """Recognise a page that `takes` has let in."""
        if not self.begun:
            self._until = time.monotonic() + MOST_SECONDS
        self.begun += 1
        self._running[self._threads.submit(recognise)] = (page, dots)

    def finish(self) -> None:
        """Wait for the pages that were begun."""
        while self._running:
            self._take()

    def notes(self, count: int, what: str) -> Iterator[str]:
        """What a person should know of the scans among a document's pages; `what` they are called."""
        if recognised := self.begun - self._given_up:
            yield f"{recognised} of {count} pages are {what} and were recognised (OCR)"
        if self._given_up:
            yield (
                f"{self._given_up} of {count} pages were given up by tesseract, or took it more than {SECONDS} seconds:"
                " split the document, or save it anew, and load it when the machine is less busy"
            )
        for pages, why in (
            (self._unable, "install tesseract"),
            (self._beyond, f"only {MOST_SCANS} a document are recognised; split it into documents of so many"),
            (
                self._late,
                f"none is begun more than {MOST_SECONDS:.0f} seconds after a document's first; split it, or load it"
                " when the machine is less busy",
            ),
        ):
            if pages:
                yield f"{pages} of {count} pages are {what} and were not read: {why}"

    def _dots(self) -> int:
        return sum(dots for _, dots in self._running.values())

    def _take(self) -> None:
        ended, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for one in ended:
            page, _ = self._running.pop(one)
            said = one.result()
            self._given_up += said is None
            if text := tidied(said or ""):
                self.texts[page] = text
        self._told()


def text_of(picture: bytes) -> str | None:
    """The letters in a picture of 300 dots an inch, itself the bytes of a file; None where tesseract gives it up."""
    return _recognised("stdin", "--dpi", "300", picture=picture)


def text_of_file(path: Path, page: int) -> str | None:
    """The same of a page, from 0, of a PNG, JPEG or TIFF."""
    return _recognised(str(path.resolve()), "-c", f"tessedit_page_number={page}")


def _recognised(source: str, *options: str, picture: bytes = b"") -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; a picture goes in by the pipe or by a path of ours
            [installed(), source, "stdout", "-l", "eng", *options],
            input=picture,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
