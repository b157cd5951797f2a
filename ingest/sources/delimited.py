"""Delimited text: which encoding, which delimiter, and its rows one by one in flat memory.

Invariant: a line is read only up to `LONGEST_LINE` characters, so that no file can fill the memory; bytes that
are not UTF-8 are kept (as lone surrogates) until their row is decoded, and never replaced by a question mark.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from graph.model.errors import Invalid, Unavailable

HEAD_BYTES = 64 * 1024
LONGEST_LINE = 16 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_UNDECODED = re.compile("[\udc80-\udcff]")
_END_OF_FILE_MARK = "\x1a"  # DOS programs end text files with it


def opened_head(head: bytes) -> bytes:
    """The first bytes of a file as they are inside its compression; as they are where it has none."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""


def read_head(path: Path) -> bytes:
    """The first 64 KiB of a file, out of its compression."""
    with reading(path), path.open("rb") as file:
        return opened_head(file.read(HEAD_BYTES))


def encoding_of(head: bytes) -> str:
    """The encoding that a file's first bytes show: UTF-16 by its mark or its zero bytes, else UTF-8.

    What is not UTF-8 in a file of that encoding is decoded row by row: see `decoded`.

    >>> encoding_of("Entry\\tTeam".encode("utf-16-le"))
    'utf-16-le'
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 1 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) > 1 and head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def decoded(cell: str) -> tuple[str, bool]:
    """A cell whose bytes were not all UTF-8, read as Windows-1252; and whether that was needed.

    >>> decoded("caf\\udce9")
    ('café', True)
    """
    if cell.isascii() or not _UNDECODED.search(cell):
        return cell, False
    raw = cell.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("cp1252"), True
    except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
        return raw.decode("latin-1"), True


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in our words what went wrong while a file was read."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Invalid(
            f"{path.name} is a gzip file that breaks off or is damaged.",
            thing=str(path),
            next_step="Fetch the file again; nothing of it was loaded.",
        ) from error
    except UnicodeError as error:
        raise Invalid(
            f"{path.name} is not text in one encoding: {error}.",
            thing=str(path),
            next_step="Save it as UTF-8 and load it again.",
        ) from error
    except csv.Error as error:
        raise Invalid(
            f"{path.name} is not a delimited file: {error}.",
            thing=str(path),
            next_step="Look for a quotation mark that is never closed.",
        ) from error
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be read: {error.strerror or error}.",
            thing=str(path),
            next_step="Check that the file is there and that you may read it.",
        ) from error


def _lines(path: Path, file: IO[str]) -> Iterator[str]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise Invalid(
                f"Line {number} of {path.name} is longer than {LONGEST_LINE // 1024 // 1024} MiB.",
                thing=str(path),
                value=line[:60],
                next_step="A delimited file has a line a row; check that it was saved with line ends.",
            )
        yield line.replace("\0", "")


@contextmanager
def text_of(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a text file, compressed or not, with their ends; broken bytes as lone surrogates."""
    with reading(path):
        with path.open("rb") as probe:
            compressed = probe.read(2) == _GZIP
        encoding = encoding_of(read_head(path))
        errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
        with (
            path.open("rb") as raw,
            io.TextIOWrapper(
                gzip.GzipFile(fileobj=raw) if compressed else raw, encoding=encoding, errors=errors, newline=""
            ) as file,
        ):
            yield _lines(path, file)


def rows_of(path: Path, delimiter: str) -> Iterator[list[str]]:
    """The rows of a delimited file."""
    with text_of(path) as lines, reading(path):
        for row in csv.reader(lines, delimiter=delimiter):
            if row != [_END_OF_FILE_MARK]:
                yield row


def first_rows(head: bytes, delimiter: str, limit: int) -> list[list[str]]:
    """The first rows of a file as its head shows them; none where it is not text so delimited."""
    text = head.decode(encoding_of(head), "replace").replace("\0", "")
    lines = text.splitlines(keepends=True)
    if len(head) >= HEAD_BYTES and len(lines) > 1:
        lines = lines[:-1]
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) == limit:
                break
    except csv.Error:
        return rows
    return rows
