"""Plain text, in whichever encoding it was written.

Invariant: no byte is lost without a note; what is neither UTF-8 nor UTF-16 is read as Windows-1252. Control characters
here and there are left out; where they are many, as between the fields of a record, words stay apart.
"""

import codecs
import re
from pathlib import Path

from graph.model.errors import Invalid
from ingest.sources.delimited import HEAD_BYTES, encoding_of
from ingest.text.reading import PLAIN, Reading, Told, tidied

LARGEST_BYTES = 32 * 1024 * 1024
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE)
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1a\x1b"))
_CONTROLS_IN_A_ROW = re.compile(f"[{re.escape(_CONTROLS.decode())}]+")
_MOST_CONTROLS = 0.02  # of a text's bytes
_MOST_CONTROLS_OF_UTF_8 = 0.2  # which is known for a text by its other bytes too


def read(path: Path, name: str, _told: Told) -> Reading:
    """The text of a file; `Invalid` for one that is too large to be one document."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise Invalid(
            f"{name} holds {size:,} bytes of text; one document may have {LARGEST_BYTES:,}.",
            thing=name,
            value=str(size),
            next_step="Split it into its documents.",
        )
    raw = path.read_bytes()
    if is_binary(raw[:HEAD_BYTES]):
        raise Invalid(
            f"{name} is no text: too many of its bytes are control characters.",
            thing=name,
            next_step="Save it as PDF or text.",
        )
    text, encoding = decoded_bytes(raw)
    notes = [f"read as {encoding}"] if encoding == "windows-1252" else []
    controls = len(raw) - len(raw.translate(None, _CONTROLS)) if encoding in {"utf-8", "windows-1252"} else 0
    if _are_many(controls, len(raw)):
        text = _CONTROLS_IN_A_ROW.sub(" ", text)
        notes.append(f"{controls:,} of its {len(raw):,} bytes are control characters: blanks stand for them")
    elif controls:
        notes.append(f"{controls:,} control characters left out")
    return Reading(PLAIN, tidied(text), notes=tuple(notes))


def decoded_bytes(raw: bytes) -> tuple[str, str]:
    """A text and the name of its encoding.

    >>> decoded_bytes("Größe".encode("cp1252"))
    ('Größe', 'windows-1252')
    """
    encoding = "utf-32" if raw.startswith(codecs.BOM_UTF32_LE) else encoding_of(raw[:4096])
    if encoding in {"utf-16-le", "utf-16-be"} and is_binary(raw[:4096]):
        encoding = "utf-8-sig"
    if encoding != "utf-8-sig":
        return raw.decode(encoding, "replace"), encoding
    try:
        return raw.decode(encoding), "utf-8"
    except UnicodeDecodeError as error:
        if error.end >= len(raw) - 3 and error.reason == "unexpected end of data":  # the head of a file, cut off
            return raw[: error.start].decode(encoding), "utf-8"
    try:
        return raw.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:  # five bytes mean nothing there
        return raw.decode("latin-1"), "windows-1252"


def is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding: without a mark of one, too many are control characters.

    >>> is_binary(b"frames\\x00\\x00of wood\\x1f"), is_binary(b"frames\\x00\\x00of wood\\x1f\\xff")
    (False, True)
    >>> is_binary(b"\\x89PNG\\r\\n\\x1a\\n\\x00\\x00\\x00\\rIHDR"), is_binary("Entry".encode("utf-16"))
    (True, False)
    """
    if head.startswith(_MARKS):
        return False
    if (encoding := encoding_of(head[:4096])).startswith("utf-16"):
        letters = head[:4096].decode(encoding, "replace")
        return (
            sum(map(str.isascii, letters)) < len(letters) / 2 or letters.count("\0") > _MOST_CONTROLS * len(letters) + 2
        )
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if not _are_many(controls, len(head)):
        return False
    return controls > _MOST_CONTROLS_OF_UTF_8 * len(head) or not _is_utf_8(head)


def _are_many(controls: int, size: int) -> bool:
    return controls > _MOST_CONTROLS * size + 2


def _is_utf_8(head: bytes) -> bool:
    """Whether bytes are UTF-8, as far as they go."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
