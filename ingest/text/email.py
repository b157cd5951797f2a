"""E-mail: the message as a text, and its attachments as files of their own.

Invariant: every attachment is written out under a safe name or told why not; a mail inside a mail is an attachment, and
nothing in it is followed here.
"""

import email
import email.policy
import email.utils
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import BinaryIO

from graph.model.errors import Invalid
from ingest.text.html import text_of_page
from ingest.text.reading import EMAIL, Reading, Told, tidied
from ingest.text.unpacked import Allowance, Member, Unpacked, safe_name, written_out

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_LARGEST_BYTES = 128 * 1024 * 1024


def read(path: Path, name: str, _told: Told) -> Reading:
    """The message with its headers; `Invalid` where nothing can be made of it."""
    return mail_text(_parsed(path, name), EMAIL)


def unpack_email(path: Path, name: str, into: Path, allowance: Allowance) -> Unpacked:
    """Write the attachments of a mail into a folder."""
    return unpack_mail(_parsed(path, name), name, into, allowance)


def mail_text(message: EmailMessage, form: str) -> Reading:
    """A mail's text with its headers, and what it says of itself; `form` is the format that it came in."""
    headers = [f"{header}: {_header(message, header)}" for header in _SHOWN if _header(message, header)]
    attached = [attachment.get_filename() or "" for attachment in _attachments(message)]
    listed = [f"Attachments: {', '.join(filter(None, attached))}"] if any(attached) else []
    text = "\n".join((*headers, *listed)) + "\n\n" + _body(message)
    return Reading(form, tidied(text), title=_header(message, "Subject"), date=_day(message))


def unpack_mail(message: EmailMessage, name: str, into: Path, allowance: Allowance) -> Unpacked:
    """Write the attachments of a mail that was parsed into a folder."""
    members: list[Member] = []
    for number, part in enumerate(_attachments(message), start=1):
        if part.get_content_type() == "message/rfc822":
            held = part.get_payload(0) if part.is_multipart() else None
            raw = held.as_bytes() if isinstance(held, EmailMessage) else b""
            shown = part.get_filename() or f"{_header(held, 'Subject') if isinstance(held, EmailMessage) else ''}.eml"
        else:
            payload = part.get_payload(decode=True)
            raw = payload if isinstance(payload, bytes) else b""
            shown = part.get_filename() or f"attachment{_suffix(part)}"
        shown = safe_name(shown) or f"attachment-{number}"
        if not allowance.takes(len(raw)):
            members.append(Member(shown, problem=allowance.spent(name)))
            continue
        target = into / str(number) / shown  # a table is known by its name
        members.append(written_out(shown, name, target, partial(_write, raw)))
    return Unpacked(tuple(members))


def _write(raw: bytes, file: BinaryIO) -> None:
    file.write(raw)


def _parsed(path: Path, name: str) -> EmailMessage:
    if path.stat().st_size > _LARGEST_BYTES:
        raise Invalid(
            f"{name} is an e-mail of more than {_LARGEST_BYTES // 1024 // 1024} MiB.",
            thing=name,
            next_step="Save its attachments as files and load these.",
        )
    try:
        # Bytes that are no UTF-8 are kept by the parser and decoded part by part.
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    except RecursionError as error:
        raise Invalid(
            f"{name} holds mails inside mails, too deep to follow; it may hold itself.",
            thing=name,
            next_step="Save the mail that matters as a file of its own.",
        ) from error
    return message


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):  # a header that breaks its own rules
        return ""


def _day(message: EmailMessage) -> str:
    try:
        return email.utils.parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something, without going into attached mails."""
    waiting: list[object] = [message]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, EmailMessage):
            continue
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            payload = part.get_payload()
            waiting += reversed(payload if isinstance(payload, list) else [])
        else:
            yield part


def _is_text(part: EmailMessage) -> bool:
    plain = part.get_content_type() in {"text/plain", "text/html"}
    return plain and part.get_content_disposition() != "attachment" and not part.get_filename()


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    """What is no text of the message; pictures inside the text are none either."""
    inline = {"image/png", "image/jpeg", "image/gif"}
    return [
        part
        for part in _parts(message)
        if not _is_text(part)
        and not (
            part.get_content_type() in inline
            and part.get("Content-ID")
            and part.get_content_disposition() != "attachment"
        )
        and (part is not message or part.get_content_disposition() == "attachment")
    ]


def _body(message: EmailMessage) -> str:
    plain: list[str] = []
    pages: list[str] = []
    for part in _parts(message):
        if _is_text(part):
            text = _content(part)
            (pages if part.get_content_type() == "text/html" else plain).append(text)
    return "\n\n".join(plain) if any(text.strip() for text in plain) else "\n\n".join(map(text_of_page, pages))


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    for encoding in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return raw.decode("latin-1")


def _suffix(part: EmailMessage) -> str:
    import mimetypes

    return mimetypes.guess_extension(part.get_content_type()) or ""
