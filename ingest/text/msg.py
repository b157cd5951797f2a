"""Outlook messages (MSG): made a mail of the common form, which is then read and opened as any mail.

Invariant: every attachment that has bytes is in the mail that is made, a message inside a message as a mail inside a
mail; what is missing or broken is left out, never guessed. Layout: Microsoft's [MS-OXMSG], 2.1 to 2.4; which property
is which: [MS-OXPROPS]; compressed rich text: [MS-OXRTFCP].
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import olefile

from graph.model.errors import Invalid
from ingest.text.email import mail_text, unpack_mail
from ingest.text.html import decoded_page, text_of_page
from ingest.text.reading import MSG, Reading, Told
from ingest.text.rtf import rich_text
from ingest.text.unpacked import Allowance, Unpacked

_LARGEST_BYTES = 128 * 1024 * 1024
_DEEPEST = 6  # messages in messages; one more than mails are opened
_DAMAGE = (OSError, struct.error, IndexError, TypeError, AttributeError, ValueError, KeyError)
_PROPERTIES = "__properties_version1.0"
_ATTACHMENT, _RECIPIENT = "__attach_version1.0_", "__recip_version1.0_"
_HEAD_BYTES = {"": 32, _ATTACHMENT: 8, _RECIPIENT: 8}  # before a storage's properties; 24 in a message inside another
_INNER_HEAD_BYTES = 24
_UNICODE, _EIGHT_BIT, _BINARY, _STORAGE = 0x001F, 0x001E, 0x0102, 0x000D
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

# Properties, by their numbers.
_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_SENT, _DELIVERED = 0x0039, 0x0E06
_SENDERS = ((0x0C1A, (0x5D01, 0x0C1F)), (0x0042, (0x5D02, 0x0065)))  # a name, and addresses, the best first
_SHOWN_TO, _SHOWN_CC = 0x0E04, 0x0E03
_NAME, _ADDRESSES, _RECIPIENT_KIND = 0x3001, (0x39FE, 0x3003), 0x0C15
_CODE_PAGES = (0x3FFD, 0x3FDE)
_DATA, _LONG_NAME, _SHORT_NAME, _MIME, _CONTENT_ID = 0x3701, 0x3707, 0x3704, 0x370E, 0x3712


def read(path: Path, name: str, _told: Told) -> Reading:
    """The message with who wrote it to whom and when; `Invalid` where it is none, is broken or too large."""
    message, damaged = _mail(path, name)
    reading = mail_text(message, MSG)
    if damaged and not reading.text:
        raise _broken(name)
    return replace(reading, notes=("the message is damaged: what could be read of it stands",)) if damaged else reading


def unpack_message(path: Path, name: str, into: Path, allowance: Allowance) -> Unpacked:
    """Write the attachments of a message into a folder."""
    return unpack_mail(_mail(path, name)[0], name, into, allowance)


def _mail(path: Path, name: str) -> tuple[EmailMessage, bool]:
    """The message as a mail, and whether the file around it is damaged."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise Invalid(
            f"{name} is an Outlook message of more than {_LARGEST_BYTES // 1024 // 1024} MiB.",
            thing=name,
            next_step="Save its attachments as files and load these.",
        )
    try:
        with olefile.OleFileIO(str(path)) as file:
            if not file.exists(_PROPERTIES):
                raise Invalid(f"{name} is no Outlook message.", thing=name, next_step="Save it as .eml or PDF.")
            return _Storage(file, ()).mail(), bool(file.parsing_issues)
    except _DAMAGE as error:
        raise _broken(name) from error


def _broken(name: str) -> Invalid:
    return Invalid(
        f"{name} is a broken Outlook message.",
        thing=name,
        next_step="Open it in Outlook and save it again, as .msg or .eml.",
    )


class _Storage:
    """A message, an attachment or a recipient: a storage of the file, and its properties."""

    def __init__(self, file: olefile.OleFileIO, at: tuple[str, ...], code_page: str = "cp1252") -> None:
        self._file = file
        self._at = at
        head = _INNER_HEAD_BYTES
        for kind, size in _HEAD_BYTES.items():
            if (kind and at and at[-1].startswith(kind)) or (not kind and not at):
                head = size
        self._fixed: dict[int, bytes] = {}
        listed = self._stream(_PROPERTIES)[head:]
        for tag, value in struct.iter_unpack("<I4x8s", listed[: len(listed) // 16 * 16]):
            self._fixed[tag >> 16] = value
        self._code_page = self._told_code_page() or code_page

    def mail(self) -> EmailMessage:
        """The message as a mail."""
        made = EmailMessage()
        for header, said in self._headers():
            if said:
                made[header] = " ".join(said.split())
        self._put_body(made)
        if self._depth() >= _DEEPEST:  # it may hold itself; a mail that lies so deep is told and not opened
            return made
        for at in self._below(_ATTACHMENT):
            attached = _Storage(self._file, at, self._code_page)
            inner = (*at, _stream_name(_DATA, _STORAGE))
            shown = attached.text(_LONG_NAME) or attached.text(_SHORT_NAME)
            if self._file.exists((*inner, _PROPERTIES)):
                held = _Storage(self._file, inner, self._code_page).mail()
                made.add_attachment(held, filename=f"{shown or str(held['Subject'] or 'message')}.eml")
            elif data := attached.octets(_DATA):
                _attach(made, data, shown, attached.text(_MIME), attached.text(_CONTENT_ID))
        return made

    def text(self, number: int) -> str:
        """A property that is a text; blank where there is none."""
        if raw := self._stream(_stream_name(number, _UNICODE)):
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        return self._stream(_stream_name(number, _EIGHT_BIT)).decode(self._code_page, "replace").rstrip("\0")

    def octets(self, number: int) -> bytes:
        """A property that is bytes; none where there is none."""
        return self._stream(_stream_name(number, _BINARY))

    def number(self, number: int) -> int:
        """A property that is a whole number; 0 where there is none."""
        return int(struct.unpack_from("<i", self._fixed.get(number, bytes(8)))[0])

    def _headers(self) -> Iterator[tuple[str, str]]:
        shown = ((self.text(name), next(filter(None, map(self.text, marks)), "")) for name, marks in _SENDERS)
        yield "From", next((_person(*one) for one in shown if any(one)), "")
        people: dict[int, list[str]] = {}
        for at in self._below(_RECIPIENT):
            one = _Storage(self._file, at, self._code_page)
            address = next(filter(None, map(one.text, _ADDRESSES)), "")
            people.setdefault(one.number(_RECIPIENT_KIND), []).append(_person(one.text(_NAME), address))
        yield "To", ", ".join(people.get(1, ())) or self.text(_SHOWN_TO)
        yield "Cc", ", ".join(people.get(2, ())) or self.text(_SHOWN_CC)
        yield "Date", self._when()
        yield "Subject", self.text(_SUBJECT)

    def _when(self) -> str:
        for number in (_SENT, _DELIVERED):
            (ticks,) = struct.unpack("<Q", self._fixed.get(number, bytes(8)))
            try:
                if ticks:
                    return format_datetime(_EPOCH + timedelta(microseconds=ticks // 10))
            except OverflowError:
                continue
        return ""

    def _put_body(self, made: EmailMessage) -> None:
        page = self.octets(_HTML)
        html = decoded_page(page) if page else self.text(_HTML)
        if (plain := self.text(_BODY)).strip():
            made.set_content(plain)
        elif html.strip():
            made.set_content(text_of_page(html))
        elif rich := self.octets(_RTF):
            made.set_content(rich_text(unpacked_rtf(rich)).strip())
        else:
            made.set_content("")

    def _told_code_page(self) -> str:
        for number in filter(None, map(self.number, _CODE_PAGES)):
            name = {65001: "utf-8", 20127: "ascii"}.get(number, f"cp{number}")
            try:
                "".encode(name)
            except LookupError:
                continue
            return name
        return ""

    def _stream(self, name: str) -> bytes:
        place = [*self._at, name]
        return bytes(self._file.openstream(place).read()) if self._file.exists(place) else b""

    def _below(self, kind: str) -> list[tuple[str, ...]]:
        """The storages of a kind in this one, in their order."""
        depth = len(self._at)
        names = {tuple(one[: depth + 1]) for one in self._file.listdir() if tuple(one[:depth]) == self._at}
        return sorted(one for one in names if one[-1].startswith(kind))

    def _depth(self) -> int:
        return sum(part.startswith(_ATTACHMENT) for part in self._at)


def _stream_name(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def _person(name: str, address: str) -> str:
    name, address = name.strip(), address.strip()
    return f"{name} <{address}>" if name and address and name != address else name or address


def _attach(made: EmailMessage, data: bytes, shown: str, mime: str, content_id: str) -> None:
    main, _, sub = mime.strip().lower().partition("/")
    known = main.isalnum() and main not in {"message", "multipart"} and sub.replace("-", "").replace(".", "").isalnum()
    main, sub = (main, sub) if known else ("application", "octet-stream")
    name = " ".join(shown.split()) or None
    if content_id and main == "image":  # a picture inside the text
        made.add_attachment(data, main, sub, filename=name, disposition="inline", cid=f"<{content_id.strip('<> ')}>")
    else:
        made.add_attachment(data, main, sub, filename=name)


# What the dictionary of compressed rich text begins with ([MS-OXRTFCP], 2.1.2.1).
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_DICTIONARY_BYTES = 4096
_LONGEST_RTF = 64 * 1024 * 1024


def unpacked_rtf(raw: bytes) -> bytes:
    """Rich text out of its compression; what stands before a break where it breaks off.

    `struct.error` for what is shorter than a head, `ValueError` for another kind of compression.
    """
    size, full, kind = struct.unpack_from("<II4s", raw)
    packed = raw[16 : 4 + size]
    if kind == b"MELA":
        return packed[:full]
    if kind != b"LZFu":
        raise ValueError("no compressed rich text")
    dictionary = bytearray(_BEGINNING.ljust(_DICTIONARY_BYTES, b"\0"))
    end = len(_BEGINNING)
    made = bytearray()
    at = 0
    while at < len(packed) and len(made) < min(full, _LONGEST_RTF):
        control = packed[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                letters, begin = 1, -1
            elif at + 1 < len(packed):
                begin, letters = divmod(packed[at] << 8 | packed[at + 1], 16)
                letters += 2
                at += 2
                if begin == end:
                    return bytes(made[:full])
            else:
                return bytes(made[:full])
            for step in range(letters):
                if begin < 0 and at >= len(packed):
                    return bytes(made[:full])
                letter = packed[at] if begin < 0 else dictionary[(begin + step) % _DICTIONARY_BYTES]
                made.append(letter)
                dictionary[end] = letter
                end = (end + 1) % _DICTIONARY_BYTES
            at += begin < 0
    return bytes(made[:full])
