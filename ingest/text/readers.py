"""Readers of document files: processes of their own, so that a crash or a hang in a parser is one file's fate.

Invariant: an answer for every file, in the order of the files, whatever they hold; no more than `ahead` of them are
read before their answers are taken. A reader that is silent for too long, or too large, is ended and replaced.
"""

import json
import queue
import selectors
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from graph.model.errors import Invalid, TidewaiterError
from ingest.text.reading import PLAIN, Page, Reading, format_of, read
from ingest.text.unpacked import Allowance, Member, Unpacked

SILENT_SECONDS = 60.0  # of one reader; a sign of life comes with every page
LONGEST_SECONDS = 1800.0
_LARGEST_ANSWER = 256 * 1024 * 1024
_FILES_A_READER = 500  # then it is replaced, with whatever memory it has kept
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to read, how people know it, and the format of a file that shows none."""

    path: Path
    name: str
    otherwise: str = ""


class Readers:
    """Up to `size` processes, started when first needed; close them after use (`with Readers(2) as readers`)."""

    def __init__(self, size: int, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self._size = max(1, size)
        self._silent_seconds = silent_seconds
        self._idle: queue.SimpleQueue[_Process | None] = queue.SimpleQueue()
        for _ in range(self._size):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="reader")

    def __enter__(self) -> "Readers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what is being read is given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._size):
            process = self._idle.get()
            if process:
                process.end()

    def read(self, asked: Iterable[Asked]) -> Iterator[Reading | TidewaiterError]:
        """What each file says, or why it cannot be read."""
        ahead: deque[Future[Reading | TidewaiterError]] = deque()
        for one in asked:
            ahead.append(self._threads.submit(self._read, one))
            if len(ahead) >= 3 * self._size:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def unpack(self, asked: Asked, into: Path, allowance: Allowance) -> Unpacked:
        """Write what a mail or an archive holds into a folder; `Invalid` where it is broken or hostile."""
        said = self._ask(
            asked, do="unpack", into=str(into), bytes_left=allowance.bytes_left, files_left=allowance.files_left
        )
        if isinstance(said, TidewaiterError):
            raise said
        allowance.bytes_left, allowance.files_left = said["bytes_left"], said["files_left"]
        return Unpacked(tuple(Member(**member) for member in said["members"]))

    def _read(self, asked: Asked) -> Reading | TidewaiterError:
        try:
            if (format_of(asked.path) or asked.otherwise) == PLAIN:  # which no parser can choke on
                return read(asked.path, asked.name, _alive, otherwise=asked.otherwise)
        except TidewaiterError as error:
            return error
        said = self._ask(asked, do="read")
        if isinstance(said, TidewaiterError):
            return said
        cells = said["reading"]
        pages = tuple(Page(**page) for page in cells.pop("pages"))
        return Reading(**{**cells, "pages": pages, "notes": tuple(cells["notes"])})

    def _ask(self, asked: Asked, **request: object) -> dict[str, Any] | TidewaiterError:
        idle = self._idle.get()
        process: _Process | None = (working := idle or _Process())
        try:
            said = working.ask({**request, "path": str(asked.path.resolve()), "name": asked.name}, self._silent_seconds)
        except _Ended as ended:
            working.end()
            process = None
            return Invalid(
                f"{asked.name} cannot be read: {ended.why}.",
                thing=asked.name,
                next_step="Open it in its own program and save it again, as PDF or text.",
            )
        finally:
            if process and working.asked >= _FILES_A_READER:
                working.end()
                process = None
            self._idle.put(process)
        if "problem" in said:
            return Invalid(str(said["problem"]), thing=asked.name, next_step=str(said["next_step"]))
        return said


def _alive() -> None:
    """Nobody waits for a sign of life here."""


class _Ended(Exception):
    """A reader that gave no answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Process:
    """One process that reads files, one after the other."""

    def __init__(self) -> None:
        self.asked = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.text.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=_ROOT,  # where `ingest` is, whatever the search path says
        )
        self._held = bytearray()

    def ask(self, request: dict[str, object], silent_seconds: float) -> dict[str, Any]:
        """The answer to a request; `_Ended` where none comes."""
        self.asked += 1
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was asked for
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise _Ended("its reader could not be started") from error
        until = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < until:
            if said := json.loads(self._line(silent_seconds)):
                return dict(said)
        raise _Ended(f"it takes longer than {LONGEST_SECONDS / 60:.0f} minutes")

    def _line(self, silent_seconds: float) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            searched = 0
            while (end := self._held.find(b"\n", searched)) < 0:
                searched = len(self._held)
                if searched > _LARGEST_ANSWER:
                    raise _Ended("its text is too large for one document")
                if not selector.select(silent_seconds):
                    raise _Ended(f"its reader made no progress for {silent_seconds:.0f} seconds")
                chunk = stdout.read1(1024 * 1024)  # type: ignore[attr-defined]
                if not chunk:
                    raise _Ended(f"its reader broke down over it ({_how(self._process.wait())})")
                self._held += chunk
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line

    def end(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # what was still to be written has no reader any more
                    continue
        self._errors.close()


def _how(code: int) -> str:
    import signal

    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
