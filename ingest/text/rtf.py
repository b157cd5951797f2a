"""Rich text.

Invariant: pictures and styles give no text; a file that breaks off gives what stands before the break.
"""

import codecs
import re
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from graph.model.errors import Invalid
from ingest.text.reading import RTF, Reading, Told, tidied

_PICTURE = re.compile(r"(?:[0-9a-fA-F]{2}\s*){2000,}")  # a picture's bytes, written in hexadecimal digits
_TITLE = re.compile(r"\{\\info\b.{0,2000}?\{\\title\s([^{}\\]{1,300})\}", re.DOTALL)
_CODE_PAGE = re.compile(r"\\ansicpg(\d{3,5})")


def read(path: Path, name: str, _told: Told) -> Reading:
    """The text; `Invalid` where the control words cannot be followed."""
    written = path.read_bytes()
    try:
        text = rich_text(written)
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise Invalid(
            f"{name} is broken RTF: {error}.",
            thing=name,
            next_step="Open it in a word processor and save it again.",
        ) from error
    title = _TITLE.search(written[:16384].decode("latin-1"))
    return Reading(RTF, tidied(text), title=title.group(1) if title else "")


def rich_text(written: bytes) -> str:
    """The text of rich text; `ValueError`, `LookupError` or `OverflowError` where it cannot be followed."""
    raw = _PICTURE.sub("", written.decode("latin-1"))
    page = _CODE_PAGE.search(raw[:4096])
    return _converted(raw, f"cp{page.group(1)}" if page else "cp1252")


def _converted(raw: str, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:  # a code page that nobody knows
        encoding = "cp1252"
    return str(rtf_to_text(raw, encoding=encoding, errors="replace"))  # type: ignore[no-untyped-call]
