"""A scan that came as a picture: PNG, JPEG or TIFF, the last with as many pages as it has.

Invariant: pages and dots are counted here, from the file's own tables, before anything is unpacked; what is recognised
is marked as such, and pages that were not are counted. Layout: TIFF 6.0, section 2; PNG, 11.2.2; JPEG, B.2.2.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from graph.model.errors import Invalid
from ingest.text import ocr
from ingest.text.reading import PICTURE, Reading, Told, laid_out

_MILLIONS = ocr.MOST_DOTS // 1_000_000
_MOST_PAGES = 20_000
_WIDTH, _HEIGHT, _SHORT = 256, 257, 3  # tags of a TIFF's page, and the type of a number of two bytes
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # of a JPEG: how large it is
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # marks without a length
_DAMAGE = (struct.error, OSError, ValueError, IndexError)


@dataclass(frozen=True, slots=True)
class _Sheet:
    width: int
    height: int


def read(path: Path, name: str, told: Told) -> Reading:
    """What is recognised on each page; `Invalid` for a file that is broken."""
    try:
        with path.open("rb") as file:
            sheets = list(_sheets(file))
    except _DAMAGE as error:
        raise _broken(name) from error
    if not sheets:
        raise _broken(name)
    large = 0
    with ocr.Scans(told) as scans:
        for at, sheet in enumerate(sheets):
            told()
            dots = sheet.width * sheet.height
            if dots > ocr.MOST_DOTS:
                large += 1
            elif scans.takes(dots):
                scans.begin(at + 1, dots, partial(ocr.text_of_file, path, at))
        scans.finish()
    text, pages = laid_out({}, scans.texts)
    notes = list(scans.notes(len(sheets), "pictures"))
    if large:
        notes.append(f"{large} of {len(sheets)} pages have more than {_MILLIONS} million dots and were not read")
    unread = "" if text else _unread(len(sheets), large, scans.begun)
    return Reading(PICTURE, text, pages=pages, notes=tuple(notes), unread=unread)


def _broken(name: str) -> Invalid:
    return Invalid(
        f"{name} is a picture that breaks off or is damaged.",
        thing=name,
        next_step="Fetch it again, or open it and save it anew, as PDF or TIFF.",
    )


def _unread(count: int, large: int, asked: int) -> str:
    if large == count:
        return f"its pages have more than {_MILLIONS} million dots: save it smaller and load it again"
    if not asked:
        return "it is a picture: install tesseract and load it again"
    tried = f"; in the {asked} of its {count} pages that were tried" if asked < count else " in which"
    return f"it is a picture{tried} no text was recognised"


def _sheets(file: BinaryIO) -> Iterator[_Sheet]:
    head = file.read(8)
    if head.startswith(b"\x89PNG"):
        yield _Sheet(*struct.unpack(">8x2I", file.read(16)))
    elif head.startswith(b"\xff\xd8"):
        yield _of_jpeg(file)
    else:
        yield from _of_tiff(file, head)


def _of_jpeg(file: BinaryIO) -> _Sheet:
    file.seek(2)
    while True:
        mark, kind = struct.unpack("2B", file.read(2))
        if mark != 0xFF:
            raise ValueError("no mark where one must be")
        while kind == 0xFF:  # marks may be filled up
            (kind,) = file.read(1)
        if kind in _ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if kind in _FRAMES:
            height, width = struct.unpack(">x2H", file.read(5))
            return _Sheet(width, height)
        file.seek(length - 2, 1)


def _of_tiff(file: BinaryIO, head: bytes) -> Iterator[_Sheet]:
    order = "<" if head.startswith(b"II") else ">"
    (at,) = struct.unpack(f"{order}4xI", head)
    seen: set[int] = set()
    while at and at not in seen and len(seen) < _MOST_PAGES:  # a table may name itself as the next
        seen.add(at)
        file.seek(at)
        (count,) = struct.unpack(f"{order}H", file.read(2))
        said = {}
        for tag, kind, value in struct.iter_unpack(f"{order}2H4x4s", file.read(12 * count)):
            said[tag] = struct.unpack(f"{order}H2x" if kind == _SHORT else f"{order}I", value)[0]
        yield _Sheet(said.get(_WIDTH, 0), said.get(_HEIGHT, 0))
        (at,) = struct.unpack(f"{order}I", file.read(4))
