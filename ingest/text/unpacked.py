"""Files out of files: what a mail or an archive holds, written into a folder of ours.

Invariant: what is written lies inside that folder, under names without paths, and no more of it than an allowance that
all files below one sender's file share, however deep they lie in each other; the allowance grows with that file.
"""

import errno
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MOST_TIMES = 200  # of a file's size may come out of it: tables of numbers shrink to a fiftieth
SMALL_BYTES = 64 * 1024 * 1024  # which may come out of any
MOST_BYTES = 2 * 1024 * 1024 * 1024
MOST_FILES = 20_000
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG})
_UNSAFE = re.compile(r"[^\w .,()\[\]&+=@#-]+")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another; `problem` says why it was not written out, with what to do."""

    name: str
    path: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a file held, in its order."""

    members: tuple[Member, ...]


@dataclass(slots=True)
class Allowance:
    """How much may still be written out of one sender's file."""

    bytes_left: int = MOST_BYTES
    files_left: int = MOST_FILES

    @classmethod
    def of(cls, size_bytes: int) -> "Allowance":
        """What may be written out of a file of that size.

        >>> [Allowance.of(size).bytes_left // 1024**2 for size in (42_374, 1024**2, 1024**3)]
        [64, 200, 2048]
        """
        return cls(min(max(MOST_TIMES * size_bytes, SMALL_BYTES), MOST_BYTES))

    def takes(self, size: int) -> bool:
        """Whether a file of that size may be written; it is then counted."""
        if size > self.bytes_left or self.files_left < 1:
            return False
        self.bytes_left -= size
        self.files_left -= 1
        return True

    def spent(self, name: str) -> str:
        """Why no more is written out of the file."""
        return (
            f"{name} holds more than may come out of one file, those inside others counted: {MOST_FILES:,} files, and"
            f" {MOST_TIMES} times its size (from {SMALL_BYTES // 1024**2} MiB to {MOST_BYTES // 1024**3} GiB)."
            " Unpack it yourself if you trust it, and load the folder."
        )


def written_out(shown: str, name: str, target: Path, write: Callable[[BinaryIO], object]) -> Member:
    """The file `shown` in another, called `name`, written to `target`; told where there is no room for it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write(file)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        with suppress(OSError):
            target.unlink()
        problem = (
            f"{shown} in {name} cannot be written out ({error.strerror}). Make room where the home directory is and"
            " load it again, or unpack it yourself and load the folder."
        )
        return Member(shown, problem=problem)
    return Member(shown, path=str(target))


def safe_name(name: str) -> str:
    """A file's name without its folders and without what could lead elsewhere.

    >>> safe_name("../../etc/pass\\nwd"), safe_name("C:\\\\temp\\\\report.doc")
    ('pass_wd', 'report.doc')
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = _UNSAFE.sub("_", last).strip(". ")
    if len(cleaned.encode()) <= 150:
        return cleaned
    suffix = PurePosixPath(cleaned).suffix[:12]
    return cleaned[:60].rstrip() + suffix
