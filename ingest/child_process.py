"""Processes that work for a load beside it: a request a line, an answer a line, both in JSON.

Invariant: whatever a request does to its process, it does it there: memory is limited by the kernel, the parent
watches the time, and a process that gives no answer is ended and replaced. A process is given a few variables and not
our environment, in which passwords stand. `{}` is a sign of life during a long answer.
"""

import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeVar

MEMORY_BYTES = 1536 * 1024 * 1024
_LONGEST_SECONDS = 1800.0
_LARGEST_ANSWER = 256 * 1024 * 1024
_AHEAD = 3  # requests a process: enough that none waits for the caller
_ROOT = Path(__file__).resolve().parents[1]
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


class Ended(Exception):
    """A process gave no answer; `why` in words that follow a thing's name."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def environment() -> dict[str, str]:
    """All variables that a process of ours is given: where its tools are, where files for a moment may lie."""
    return {
        "PATH": os.pathsep.join(os.get_exec_path()),
        "LANG": "C.UTF-8",
        "TMPDIR": tempfile.gettempdir(),
        # One thread a process: processes work side by side, and threads of their own gain little.
        "OMP_THREAD_LIMIT": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


class ChildProcesses:
    """Up to `size` processes that run one module, started when first needed; `asks` requests each, if given."""

    def __init__(self, module: str, size: int, *, asks: int | None = None) -> None:
        self._module = module
        self._size = max(1, size)
        self._asks = asks
        self._idle: queue.SimpleQueue[_Child | None] = queue.SimpleQueue()
        for _ in range(self._size):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix=module)

    def close(self) -> None:
        """End the processes; what is being worked on is given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._size):
            child = self._idle.get()
            if child:
                child.end()

    def ask(self, request: Mapping[str, object], silent_seconds: float) -> dict[str, Any]:
        """The answer of whichever process is free; `Ended` where none comes."""
        idle = self._idle.get()
        child: _Child | None = (working := idle or _Child(self._module))
        try:
            return working.ask(request, silent_seconds)
        except Ended:
            working.end()
            child = None
            raise
        finally:
            if child and self._asks and working.asked >= self._asks:
                working.end()
                child = None
            self._idle.put(child)

    def in_order(self, work: Callable[[_Given], _Made], things: Iterable[_Given]) -> Iterator[_Made]:
        """What `work`, which asks, makes of each thing; things are taken no more than a few ahead of the answers."""
        ahead: deque[Future[_Made]] = deque()
        for thing in things:
            ahead.append(self._threads.submit(work, thing))
            if len(ahead) >= _AHEAD * self._size:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


class _Child:
    """One process that answers requests, one after the other."""

    def __init__(self, module: str) -> None:
        self.asked = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, *(["-B"] if sys.dont_write_bytecode else []), "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=_ROOT,  # where `ingest` is, whatever the search path says
            env=environment(),
        )
        self._held = bytearray()

    def ask(self, request: Mapping[str, object], silent_seconds: float) -> dict[str, Any]:
        """The answer to a request; `Ended` where none comes."""
        self.asked += 1
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was asked for
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise Ended("its reader could not be started") from error
        until = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < until:
            if said := json.loads(self._line(silent_seconds)):
                return dict(said)
        raise Ended(f"it takes longer than {_LONGEST_SECONDS / 60:.0f} minutes")

    def _line(self, silent_seconds: float) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it was asked for
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            searched = 0
            while (end := self._held.find(b"\n", searched)) < 0:
                searched = len(self._held)
                if searched > _LARGEST_ANSWER:
                    raise Ended("its text is too large for one document")
                if not selector.select(silent_seconds):
                    raise Ended(f"its reader made no progress for {silent_seconds:.0f} seconds")
                chunk = stdout.read1(1024 * 1024)  # type: ignore[attr-defined]
                if not chunk:
                    raise Ended(f"its reader broke down over it ({_how(self._process.wait())})")
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


def answer_requests(answer: Callable[[Mapping[str, Any], Callable[[], None]], Mapping[str, object]]) -> None:
    """What such a process does: `answer` until there are no more requests; it may give signs of life meanwhile."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # parsers that print do not print answers

    def told() -> None:
        answers.write("{}\n")
        answers.flush()

    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line), told), ensure_ascii=True) + "\n")
        answers.flush()
