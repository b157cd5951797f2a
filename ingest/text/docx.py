"""The text of a Word document (DOCX): headers, body with its tables, footnotes, footers, in this order.

Invariant: parts are unpacked one by one and none beyond a bound, so that a small file cannot fill the memory; a broken
part beside the body is noted, a broken body is told. What was struck out is left out, what was inserted is in.
"""

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from graph.model.errors import Invalid
from ingest.text.reading import DOCX, Reading, Told, tidied

_LARGEST_PART = 128 * 1024 * 1024
_MOST_TIMES = 200  # text shrinks to a twentieth; a part that shrank to less is made to fill a memory
_SMALL_PART = 8 * 1024 * 1024
_BODY = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0"

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_WRAPPERS = frozenset({qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:smartTag")})
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LETTERS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TEXT, _DELETED, _BOX = qn("w:t"), qn("w:del"), qn("w:txbxContent")
_MOVED_FROM = qn("w:moveFrom")
# What the archive's reader raises over bytes that are not what was written.
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError,
)  # fmt: skip


def read(path: Path, name: str, _told: Told) -> Reading:
    """The text and title; `Invalid` where the archive or the body is broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, name)
    except _DAMAGE as error:
        raise _broken(name, f"it is no whole archive ({error})") from error


def _broken(name: str, why: str) -> Invalid:
    return Invalid(
        f"{name} is a broken Word document: {why}.",
        thing=name,
        next_step="Open it in a word processor, which may mend it, and save it again.",
    )


def _read(archive: zipfile.ZipFile, name: str) -> Reading:
    names = archive.namelist()
    body_name = _BODY if _BODY in names else next((n for n in names if n.startswith("word/document")), "")
    if not body_name:
        raise _broken(name, "it has no body (word/document.xml)")
    try:
        body = _parsed(archive, body_name, name)
    except SyntaxError as error:
        raise _broken(name, f"{body_name} is no XML: {error}") from error
    notes: list[str] = []

    def beside(kind: str) -> list[str]:
        found: list[str] = []
        for part in sorted(n for n in names if n.startswith(f"word/{kind}") and n.endswith(".xml")):
            try:
                text = "\n".join(_blocks(_parsed(archive, part, name)))
            except (SyntaxError, *_DAMAGE) as error:
                notes.append(f"{posixpath.basename(part)} is broken and was left out: {str(error)[:120]}")
                continue
            if text.strip() and text not in found:
                found.append(text)
        return found

    parts = [*beside("header"), "\n".join(_blocks(body)), *beside("footnotes"), *beside("endnotes"), *beside("footer")]
    return Reading(
        DOCX,
        tidied("\n\n".join(part for part in parts if part.strip())),
        title=_title(archive, name),
        notes=tuple(notes),
    )


def _parsed(archive: zipfile.ZipFile, part: str, name: str) -> Any:
    info = archive.getinfo(part)
    if info.flag_bits & 1:
        raise Invalid(f"{name} is encrypted.", thing=name, next_step="Save it without a password and load it again.")
    swollen = info.file_size > _SMALL_PART and info.file_size > _MOST_TIMES * max(info.compress_size, 1)
    if swollen or info.file_size > _LARGEST_PART:
        raise Invalid(
            f"{name} unpacks its part {part} from {info.compress_size:,} to {info.file_size:,} bytes; it is made to"
            " fill a memory, or damaged.",
            thing=name,
            value=part,
            next_step="Do not open it; ask its sender for the document.",
        )
    return parse_xml(archive.read(info))


def _title(archive: zipfile.ZipFile, name: str) -> str:
    try:
        found = _parsed(archive, "docProps/core.xml", name).find("{http://purl.org/dc/elements/1.1/}title")
    except (KeyError, SyntaxError, Invalid, *_DAMAGE):
        return ""
    return found.text or "" if found is not None else ""


def _blocks(parent: Any) -> Iterator[str]:
    """Each paragraph and each row of a table below an element, in the document's order."""
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield _text(child)
        elif child.tag == _TABLE:
            for row in child.iter(_ROW):
                if next(row.iterancestors(_TABLE)) is child:
                    yield "\t".join(_cell(cell) for cell in row if cell.tag == _CELL)
        elif child.tag in {_FALLBACK, _DELETED}:
            continue
        elif child.tag in _WRAPPERS or len(child):
            yield from _blocks(child)


def _cell(cell: Any) -> str:
    return " ".join(" ".join(_blocks(cell)).split())


def _text(paragraph: Any) -> str:
    """A paragraph's letters, with those of boxes that are anchored in it behind."""
    letters: list[str] = []
    boxes: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag in {_DELETED, _MOVED_FROM, _FALLBACK}:
            continue
        if element.tag == _TEXT:
            letters.append(element.text or "")
        elif element.tag in _LETTERS:
            letters.append(_LETTERS[element.tag])
        elif element.tag == _BOX:
            boxes += _blocks(element)
        else:
            waiting += reversed(element)
    return "\n".join(("".join(letters), *boxes)) if boxes else "".join(letters)
