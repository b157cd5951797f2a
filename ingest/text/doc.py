"""The text of a Word 97 document (DOC) from its own table of pieces; of older or damaged ones by catdoc, if installed.

Invariant: an encrypted document is told as such, never read as garbage. Layout: Microsoft's [MS-DOC], 2.4.1: a document
is a list of pieces, each in Windows-1252 or UTF-16, in the order of the characters. catdoc comes second because it
guesses where one encoding ends and the other begins.
"""

import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import olefile

from graph.model.errors import Invalid
from ingest.text.reading import DOC, Reading, Told, tidied

_SECONDS = 40
_DAMAGE = (OSError, struct.error, IndexError, TypeError, AttributeError, ValueError)
_WORD_97 = 0x00C1  # nFib of Word 97 and all that followed
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
_FC_CLX = 0x01A2
_COMPRESSED, _PLACE = 0x40000000, 0x3FFFFFFF
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")  # what a field is made from, not what it shows
_LETTERS = str.maketrans({"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": "", "\xa0": " "})


def read(path: Path, name: str, _told: Told) -> Reading:
    """The text and title; `Invalid` for what is no Word document, is encrypted, or is broken."""
    try:
        with olefile.OleFileIO(str(path)) as document:
            return _read(document, path, name)
    except _DAMAGE as error:
        raise _broken(name) from error


def _broken(name: str) -> Invalid:
    return Invalid(
        f"{name} is a broken Word document.",
        thing=name,
        next_step="Open it in a word processor, which may mend it, and save it as DOCX.",
    )


def _read(document: olefile.OleFileIO, path: Path, name: str) -> Reading:
    if document.exists("EncryptionInfo") or document.exists("EncryptedPackage"):
        raise _encrypted(name)
    if not document.exists("WordDocument"):
        kind = "an Outlook message" if document.exists("__properties_version1.0") else "no Word document"
        raise Invalid(f"{name} is {kind}.", thing=name, next_step="Save it as .eml, .docx or PDF and load it again.")
    main = document.openstream("WordDocument").read()
    version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 10)[0]
    if flags & _ENCRYPTED:
        raise _encrypted(name)
    title = document.get_metadata().title or b""
    shown = title.decode("cp1252", "replace") if isinstance(title, bytes) else str(title)
    if version >= _WORD_97:
        try:
            table = document.openstream("1Table" if flags & _WHICH_TABLE else "0Table").read()
            if text := tidied(_shown("".join(pieces(main, table)))):
                return Reading(DOC, text, title=shown)
        except _DAMAGE:
            pass  # catdoc looks for letters wherever they are
    if not catdoc():
        why = "its table of pieces is damaged" if version >= _WORD_97 else "it is older than Word 97"
        return Reading(DOC, "", title=shown, unread=f"{why}: install catdoc and load it again")
    return Reading(DOC, tidied(_by_catdoc(path)), title=shown, notes=("read by catdoc",))


def _encrypted(name: str) -> Invalid:
    return Invalid(
        f"{name} is encrypted and wants a password.",
        thing=name,
        next_step="Open it with its password, save it without one, and load it again.",
    )


@cache
def catdoc() -> str:
    """Where catdoc is; blank where it is not."""
    return shutil.which("catdoc") or ""


def _by_catdoc(path: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command and a path of ours, which begins with a slash
            [catdoc(), "-w", "-d", "utf-8", str(path.resolve())], capture_output=True, timeout=_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def pieces(main: bytes, table: bytes) -> Iterator[str]:
    """The document's characters, piece by piece; `struct.error` or `ValueError` where the table is no such table."""
    place, size = struct.unpack_from("<II", main, _FC_CLX)
    clx = table[place : place + size]
    at = 0
    while clx[at] == 1:  # changes to formatting come before the pieces
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at] != 2:
        raise ValueError("no table of pieces")
    (length,) = struct.unpack_from("<I", clx, at + 1)
    listed = clx[at + 5 : at + 5 + length]
    count = (len(listed) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", listed, 0)
    for number in range(count):
        characters = ends[number + 1] - ends[number]
        (where,) = struct.unpack_from("<I", listed, 4 * (count + 1) + 8 * number + 2)
        start = where & _PLACE
        if characters < 0 or start > len(main):
            raise ValueError("a piece lies outside of the document")
        if where & _COMPRESSED:
            yield main[start // 2 : start // 2 + characters].decode("cp1252", "replace")
        else:
            yield main[start : start + 2 * characters].decode("utf-16-le", "replace")


def _shown(text: str) -> str:
    """What a reader sees: fields as their results, cells apart, no anchors of pictures."""
    while (fewer := _FIELD_CODE.sub("", text)) != text:  # fields stand in fields
        text = fewer
    return re.sub("\t\t\n?", "\n", text.translate(_LETTERS))
