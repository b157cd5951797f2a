"""Which files a person means who names files and folders, and which of them are never evidence.

Invariant: every file below a named folder is in the list once, with a reason where it is not to be read.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

TRUTH = "truth"
_LINK = "it is a link to a folder; name that folder itself if it is wanted"
NEVER_EVIDENCE = "truth is what findings are measured against, never evidence"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file to load. `name` is how people see it: its path below the argument. `skipped` says why it is not read,
    `failed` why it cannot be, `opened` what became of an archive; `alone` that a person named the file itself.
    `format` is that of its text, where it is a document; `parent` the SHA-256 of the mail that it was attached to."""

    path: Path
    name: str
    alone: bool = False
    skipped: str = ""
    failed: str = ""
    opened: str = ""
    format: str = ""
    parent: str = ""


def given_files(paths: Sequence[Path], home: Path) -> list[GivenFile]:
    """The files of all arguments, in the order of their names; rows that name other files come first."""
    found = [file for path in paths for file in _below(path, home.resolve())]
    found = [replace(file, name=legible(file.name)) for file in found]
    names = [file.name for file in found]
    if len(set(names)) < len(names):  # two folders with files of one name: show which is which
        found = [replace(file, name=legible(str(Path(file.path.parent.name) / file.path.name))) for file in found]
    return naming_first(found)


def naming_first(files: Sequence[GivenFile]) -> list[GivenFile]:
    """The files with those first whose rows name other files."""
    return sorted(files, key=lambda file: not is_documents(file.path))


def is_documents(path: Path) -> bool:
    """Whether rows of the file name other files, which are then read with them."""
    return path.name.lower().startswith("documents.")


def _below(path: Path, home: Path) -> Iterator[GivenFile]:
    if not path.is_dir():
        failed = _no_file(path) if path.exists() else "there is no such file or folder"
        yield _judged(GivenFile(path, path.name, alone=True, failed=failed), path.parent.resolve())
        return
    unreadable: list[OSError] = []
    empty = True
    for folder, folders, files in os.walk(path, onerror=unreadable.append):
        folders.sort()
        here = Path(folder)
        if home in {(here / name).resolve() for name in folders}:
            folders[:] = [name for name in folders if (here / name).resolve() != home]
            yield GivenFile(home, str(home.relative_to(path.resolve())), skipped="this is the home directory itself")
        for name in folders:
            if (here / name).is_symlink():  # which is not followed: it may lead round in a ring
                empty = False
                yield GivenFile(here / name, f"{(here / name).relative_to(path)}/", skipped=_LINK)
        for name in sorted(files):
            empty = False
            one = here / name
            yield _judged(GivenFile(one, str(one.relative_to(path)), skipped=_no_file(one)), path.resolve())
    for error in unreadable:
        folder_name = os.path.relpath(str(error.filename), path)
        shown = path.name if folder_name == "." else folder_name
        yield GivenFile(Path(str(error.filename)), f"{shown}/", failed=f"the folder cannot be read: {error.strerror}")
    if empty and not unreadable:
        yield GivenFile(path, f"{path.name}/", skipped="the folder holds no file")


def legible(written: str) -> str:
    """A name, or what is said of it, as a text: bytes that are none are shown by their numbers.

    >>> legible("bad\\udcff.pdf")
    'bad\\\\xff.pdf'
    """
    return written.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _no_file(path: Path) -> str:
    """Why there is nothing to read under a path where others write on; what cannot even be asked is told later."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    return "" if stat.S_ISREG(mode) else "it is no file but a pipe, a socket or a device"


def _judged(file: GivenFile, above: Path) -> GivenFile:
    folder = file.path.parent.resolve()
    inner = folder.relative_to(above).parts if folder.is_relative_to(above) else ()
    return replace(file, skipped=NEVER_EVIDENCE) if TRUTH in (*inner, above.name) else file
