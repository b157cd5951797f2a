"""The bytes of a sender's file on their way to a parser: fingerprint, encoding, and what could choke it.

Invariant: what leaves `open_text` is UTF-8, has no line longer than `LONGEST_LINE_BYTES` and no NUL byte, whatever
the file holds; each place where that took a change carries a mark, so that the loader can tell it. Memory stays flat.
"""

import codecs
import gzip
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ingest.sources.delimited import reading

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Characters that Unicode keeps free for the inside of programs; no sender's text holds them.
WINDOWS_1252_MARK = "\ufdd0"
NUL_MARK = "\ufdd1"
LONG_LINE_MARK = "\ufdd2"

LONGEST_LINE_BYTES = 1024 * 1024
_CHUNK_BYTES = 4 * 1024 * 1024
_SHOWN_BYTES = 200
_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_8_NAMES = frozenset({"utf-8", "utf-8-sig", "utf8"})
_ERRORS = "ingest.windows-1252"


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8, read as Windows-1252 and marked (five bytes mean nothing there: as Latin-1)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw = error.object[error.start : error.end]
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return WINDOWS_1252_MARK + text, error.end


codecs.register_error(_ERRORS, _marked)


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading of a whole text file shows. A `plain` one goes to the parser as it is."""

    size_bytes: int  # out of its compression
    compressed: bool
    plain: bool


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes as they lie on the disk."""
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def survey(path: Path) -> Survey:
    """Read a text file once, whole, to see whether its text needs tidying.

    Raises `Invalid` for a compressed file that breaks off, `Unavailable` for one that cannot be read.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain, size, carried, undecided = True, 0, 0, False
    with reading(path), path.open("rb") as file:
        compressed = file.read(2) == _GZIP
        file.seek(0)
        for chunk in _raw_chunks(file, compressed=compressed):
            if size == 0 and chunk.startswith(_UTF_16):
                plain = False
            size += len(chunk)
            if not plain:
                continue
            carried = _carried(chunk, carried)
            if b"\0" in chunk or carried > LONGEST_LINE_BYTES:
                plain = False
            elif undecided or not chunk.isascii():
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    plain = False
                undecided = bool(decoder.getstate()[0])
    return Survey(size, compressed, plain and not undecided)


def open_text(path: Path, surveyed: Survey, *, encoding: str = "utf-8", told: Callable[[int], None]) -> IO[bytes]:
    """The file's text as UTF-8 bytes; `told` hears how many bytes have been read so far.

    Where `encoding` is UTF-8, UTF-16 is still known by its mark, and bytes that are neither are Windows-1252.
    """
    return io.BufferedReader(_Stream(_chunks(path, surveyed, encoding, told)), _CHUNK_BYTES)


def _raw_chunks(file: IO[bytes], *, compressed: bool) -> Iterator[bytes]:
    opened: IO[bytes] = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
    while chunk := opened.read(_CHUNK_BYTES):
        yield chunk


def _carried(chunk: bytes, carried: int) -> int:
    """The bytes since the last line end, after this chunk; more than a line may have if one in it is too long."""
    position = 0
    while position < len(chunk):
        end = chunk.rfind(b"\n", position, position + LONGEST_LINE_BYTES - carried + 1)
        if end < 0:
            return carried + len(chunk) - position
        position, carried = end + 1, 0
    return carried


def _chunks(path: Path, surveyed: Survey, encoding: str, told: Callable[[int], None]) -> Iterator[bytes]:
    with reading(path), path.open("rb") as file:
        raw = _counted(_raw_chunks(file, compressed=surveyed.compressed), told)
        declared = encoding if encoding.lower() not in _UTF_8_NAMES else ""
        yield from raw if surveyed.plain and not declared else _tidied(raw, declared)


def _counted(chunks: Iterator[bytes], told: Callable[[int], None]) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        done += len(chunk)
        told(done)
        yield chunk


def _tidied(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    first = next(chunks, b"")
    if not encoding and first.startswith(_UTF_16):
        encoding = "utf-16"
    decoder = codecs.getincrementaldecoder(encoding or "utf-8")(errors="strict" if encoding else _ERRORS)
    cutter = _LineCutter()
    chunk: bytes | None = first
    while chunk is not None:
        following = next(chunks, None)
        last = following is None
        if encoding:  # line ends can be found only once the text is UTF-8
            text = cutter.cut(decoder.decode(chunk, last).encode(), last=last)
        else:
            text = decoder.decode(cutter.cut(chunk, last=last), last).encode()
        yield text.replace(b"\0", NUL_MARK.encode())
        chunk = following


class _LineCutter:
    """Leaves of a line that is too long its beginning, marked."""

    def __init__(self) -> None:
        self._held = b""  # the beginning of a line whose end has not been seen
        self._dropping = False

    def cut(self, chunk: bytes, *, last: bool) -> bytes:
        """What of the chunk, and of what was held back before it, may go on."""
        data, self._held = self._held + chunk, b""
        kept: list[bytes] = []
        position = 0
        while position < len(data):
            if self._dropping:
                end = data.find(b"\n", position)
                if end < 0:
                    break
                self._dropping, position = False, end
            end = data.rfind(b"\n", position, position + LONGEST_LINE_BYTES + 1)
            if end >= 0:
                kept.append(data[position : end + 1])
                position = end + 1
            elif len(data) - position <= LONGEST_LINE_BYTES:
                if last:
                    kept.append(data[position:])
                else:
                    self._held = data[position:]
                break
            else:
                shown = data[position : position + _SHOWN_BYTES].translate(None, b'\0,;"\t|\r')
                kept.append(LONG_LINE_MARK.encode() + shown)
                self._dropping = True
        return b"".join(kept)


class _Stream(io.RawIOBase):
    """Chunks as a file that a parser can read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._held = memoryview(chunk)
        target = memoryview(buffer).cast("B")
        taken = min(len(target), len(self._held))
        target[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        return taken
