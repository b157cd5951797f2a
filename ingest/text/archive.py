"""ZIP archives: what is in them, written out within bounds.

Invariant: of a member no more is unpacked than its archive declares, and that is judged before anything is written; a
member that swells like a bomb ends its archive.
"""

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from graph.model.errors import Invalid
from ingest.text.unpacked import MOST_TIMES, SMALL_BYTES, Allowance, Member, Unpacked, safe_name, written_out

_CHUNK = 1024 * 1024
_ENCRYPTED = 1
_NOT_DOCUMENTS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def unpack_zip(path: Path, name: str, into: Path, allowance: Allowance) -> Unpacked:
    """Write the members of an archive into a folder, in the folders that they have inside it.

    `Invalid` for an archive that is broken or made to fill a disk; nothing of it is used then.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return Unpacked(tuple(_members(archive, name, into, allowance)))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error) as error:
        raise Invalid(
            f"{name} is a ZIP archive that breaks off or is damaged: {error}.",
            thing=name,
            next_step="Fetch it again; nothing of it was loaded.",
        ) from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        info
        for info in archive.infolist()
        if not info.is_dir() and not any(part in info.filename for part in _NOT_DOCUMENTS)
    ]


def _members(archive: zipfile.ZipFile, name: str, into: Path, allowance: Allowance) -> Iterator[Member]:
    """What becomes of each file; those for which the allowance leaves no room are told as one, behind the others."""
    left_out: list[str] = []
    for info in _files(archive):
        if member := _member(archive, info, name, into, allowance):
            yield member
        else:
            left_out.append(str(_inside(info)))
    if left_out:
        others = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        yield Member(left_out[0] + others, problem=allowance.spent(name))


def _inside(info: zipfile.ZipInfo) -> PurePosixPath:
    folders = [safe_name(part) for part in PurePosixPath(info.filename.replace("\\", "/")).parts[:-1]]
    return PurePosixPath(*filter(None, folders), safe_name(info.filename) or "unnamed")


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, into: Path, allowance: Allowance
) -> Member | None:
    inner = _inside(info)
    if info.flag_bits & _ENCRYPTED:
        problem = f"{inner} in {name} is encrypted. Unpack it with its password and load what it holds."
        return Member(str(inner), problem=problem)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}:
        problem = f"{inner} in {name} is packed in a way that is not known here. Unpack it and load what it holds."
        return Member(str(inner), problem=problem)
    if info.file_size > SMALL_BYTES and info.file_size > MOST_TIMES * info.compress_size:
        raise _bomb(name, inner)
    if not allowance.takes(info.file_size):
        return None
    target = into / inner
    if os.path.exists(target):  # Path.exists raises where a name is too long
        target = target.with_name(f"{info.header_offset}-{target.name}")
    with archive.open(info) as packed:
        return written_out(str(inner), name, target, partial(shutil.copyfileobj, packed, length=_CHUNK))


def _bomb(name: str, inner: PurePosixPath) -> Invalid:
    return Invalid(
        f"{name} unpacks {inner} to more than {MOST_TIMES} times its size; it is made to fill a disk, or damaged."
        " Nothing of it was loaded.",
        thing=name,
        value=str(inner),
        next_step="Ask its sender for the files.",
    )
