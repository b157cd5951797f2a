"""Mails and archives among the files to load: opened, so that what they hold is loaded as if it lay in a folder.

Invariant: every file inside has a line of its own in the report, as `letters.zip/2024/report.pdf`, or the reason why it
could not be taken out (those for which an archive leaves no room have one together); how deep files may stand in files,
and how much may come out of one, is bounded.
"""

import shutil
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from graph.model.errors import TidewaiterError
from ingest.file_text import sha256_of
from ingest.given_files import NEVER_EVIDENCE, TRUTH, GivenFile, naming_first
from ingest.text.readers import Asked, Readers
from ingest.text.reading import CONTAINERS, MAILS, ZIP, format_of
from ingest.text.unpacked import Allowance, Unpacked

DEEPEST = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, and the files around it: their SHA-256 from the outermost in, and what may still come out of that."""

    file: GivenFile
    around: tuple[str, ...] = ()
    allowance: Allowance | None = None  # of the outermost itself it is known once it is opened


def opened_files(files: Sequence[GivenFile], readers: Readers, into: Path, *, profile: str | None) -> list[GivenFile]:
    """The files, and behind each mail or archive those that it holds, written below the folder `into`.

    With a `profile` of tables only archives are opened: a mail is then what the person who named it says.
    """
    found: list[GivenFile] = []
    waiting = deque(_Found(file) for file in files)
    opened = 0
    while waiting:
        one = waiting.popleft()
        file = one.file
        if file.failed or file.skipped:
            found.append(file)
            continue
        try:
            file = replace(file, format=format_of(file.path))
            if file.format not in CONTAINERS or (file.format in MAILS and profile not in {None, "document-files"}):
                found.append(file)
                continue
            sha256 = sha256_of(file.path)
            if refused := _refused(file, sha256, one.around):
                found.append(replace(file, failed=refused))
                continue
            opened += 1
            folder = into / str(opened)
            folder.mkdir(parents=True)
            allowance = one.allowance or Allowance.of(file.path.stat().st_size)
            held = _held(file, folder, readers, allowance)
        except TidewaiterError as error:
            # What is wrong with a mail is told when it is read itself.
            found.append(file if file.format in MAILS else replace(file, failed=str(error)))
            continue
        if file.format == ZIP:
            file = replace(file, opened=f"opened: what it holds follows ({len(held.members)} files)")
        found.append(file)
        members = _members(held, file, sha256)
        waiting.extendleft(_Found(member, (*one.around, sha256), allowance) for member in reversed(members))
    return naming_first(found)


def _held(file: GivenFile, folder: Path, readers: Readers, allowance: Allowance) -> Unpacked:
    """What the file holds, written into the folder. Of a file that fails nothing stays, and what it wrote counts."""
    try:
        return readers.unpack(Asked(file.path, file.name), folder, allowance)
    except TidewaiterError:
        allowance.bytes_left -= sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
        shutil.rmtree(folder)
        raise


def _refused(file: GivenFile, sha256: str, around: tuple[str, ...]) -> str:
    if sha256 in around:
        return f"{file.name} holds itself. What it holds is loaded once."
    if len(around) >= DEEPEST:
        return f"{file.name} lies {DEEPEST} files deep, and is not opened. Save it as a file of its own and load it."
    return ""


def _members(held: Unpacked, file: GivenFile, sha256: str) -> list[GivenFile]:
    parent = sha256 if file.format in MAILS else file.parent
    members = []
    for member in held.members:
        inner = GivenFile(Path(member.path), f"{file.name}/{member.name}", failed=member.problem, parent=parent)
        evidence = TRUTH not in PurePosixPath(member.name).parts[:-1]
        members.append(inner if evidence else replace(inner, skipped=NEVER_EVIDENCE))
    return members
