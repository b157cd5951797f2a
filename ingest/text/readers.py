"""Readers of document files: processes of their own, so that a crash or a hang in a parser is one file's fate.

Invariant: an answer for every file, in the order of the files, whatever they hold; no more than a few of them are
read before their answers are taken, and of long plain texts none. A reader that is silent for too long, or too large,
is ended and replaced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from graph.model.errors import Invalid, TidewaiterError
from ingest.child_process import ChildProcesses, Ended
from ingest.text.reading import PLAIN, Page, Reading, format_of, read
from ingest.text.unpacked import Allowance, Member, Unpacked

SILENT_SECONDS = 60.0  # of one reader; a sign of life comes with every page
_LONG_TEXT_BYTES = 4 * 1024 * 1024  # while a text is read it is in the memory several times
_FILES_A_READER = 500  # then it is replaced, with whatever memory it has kept


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to read, how people know it, and the format of a file that shows none."""

    path: Path
    name: str
    otherwise: str = ""


class Readers:
    """Up to `size` processes, started when first needed; close them after use (`with Readers(2) as readers`)."""

    def __init__(self, size: int, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self._processes = ChildProcesses("ingest.text.worker", size, asks=_FILES_A_READER)
        self._silent_seconds = silent_seconds

    def __enter__(self) -> "Readers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what is being read is given up."""
        self._processes.close()

    def read(self, asked: Iterable[Asked]) -> Iterator[Reading | TidewaiterError]:
        """What each file says, or why it cannot be read."""
        for said in self._processes.in_order(self._read, asked):
            yield _plain(said) if isinstance(said, Asked) else said

    def unpack(self, asked: Asked, into: Path, allowance: Allowance) -> Unpacked:
        """Write what a mail or an archive holds into a folder; `Invalid` where it is broken or hostile."""
        said = self._ask(
            asked, do="unpack", into=str(into), bytes_left=allowance.bytes_left, files_left=allowance.files_left
        )
        if isinstance(said, TidewaiterError):
            raise said
        allowance.bytes_left, allowance.files_left = said["bytes_left"], said["files_left"]
        return Unpacked(tuple(Member(**member) for member in said["members"]))

    def _read(self, asked: Asked) -> Reading | TidewaiterError | Asked:
        """What the file says; of a long plain text the file itself, which is read when its turn comes."""
        try:
            if (format_of(asked.path) or asked.otherwise) == PLAIN:
                return asked if asked.path.stat().st_size > _LONG_TEXT_BYTES else _plain(asked)
        except TidewaiterError as error:
            return error
        said = self._ask(asked, do="read")
        if isinstance(said, TidewaiterError):
            return said
        cells = said["reading"]
        pages = tuple(Page(**page) for page in cells.pop("pages"))
        return Reading(**{**cells, "pages": pages, "notes": tuple(cells["notes"])})

    def _ask(self, asked: Asked, **request: object) -> dict[str, Any] | TidewaiterError:
        try:
            said = self._processes.ask(
                {**request, "path": str(asked.path.resolve()), "name": asked.name}, self._silent_seconds
            )
        except Ended as ended:
            return Invalid(
                f"{asked.name} cannot be read: {ended.why}.",
                thing=asked.name,
                next_step="Open it in its own program and save it again, as PDF or text.",
            )
        if "problem" in said:
            return Invalid(str(said["problem"]), thing=asked.name, next_step=str(said["next_step"]))
        return said


def _plain(asked: Asked) -> Reading | TidewaiterError:
    """A plain text, on which no parser can choke."""
    try:
        return read(asked.path, asked.name, _alive, otherwise=asked.otherwise)
    except TidewaiterError as error:
        return error


def _alive() -> None:
    """Nobody waits for a sign of life here."""
