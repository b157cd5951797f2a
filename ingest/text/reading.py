"""The text of a document file, whatever its format: what is read, which characters are a page's, what went otherwise.

Invariant: the format is decided by content; a name that says otherwise is noted. The text of a `Reading` is clean (see
`tidied`) and its pages lie in it one behind the other, so that a span of the text is a span of a page.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from graph.model.errors import Invalid
from graph.model.identifiers import mask_ssn

PDF, DOCX, DOC, HTML, EMAIL, RTF, PLAIN, ZIP = "pdf", "docx", "doc", "html", "email", "rtf", "text", "zip"
MSG, PICTURE = "msg", "picture"
MAILS = frozenset({EMAIL, MSG})
CONTAINERS = MAILS | {ZIP}  # hold other files
LONGEST_TEXT = 20_000_000  # characters
LARGEST_FILE_BYTES = 512 * 1024 * 1024
_SUFFIXES = {
    PDF: {".pdf"}, DOCX: {".docx", ".docm", ".dotx"}, DOC: {".doc", ".dot", ".wbk"}, HTML: {".html", ".htm", ".xhtml"},
    EMAIL: {".eml"}, MSG: {".msg"},
    PICTURE: {".png", ".jpg", ".jpeg", ".tif", ".tiff"}, RTF: {".rtf"}, PLAIN: {".txt", ".text", ".md"}, ZIP: {".zip"},
}  # fmt: skip
_NAMES = {
    PDF: "PDF", DOCX: "Word (DOCX)", DOC: "Word 97 (DOC)", HTML: "HTML", EMAIL: "an e-mail",
    MSG: "an Outlook message", PICTURE: "a picture", RTF: "RTF",
    PLAIN: "plain text", ZIP: "ZIP",
}  # fmt: skip
_READERS = {
    PDF: "ingest.text.pdf", DOCX: "ingest.text.docx", DOC: "ingest.text.doc", HTML: "ingest.text.html",
    EMAIL: "ingest.text.email", RTF: "ingest.text.rtf", PLAIN: "ingest.text.plain",
    MSG: "ingest.text.msg", PICTURE: "ingest.text.picture",
}  # fmt: skip

# Characters that no reader of a text sees: controls but for tab and line end, halves of characters, and those that
# Unicode keeps free for the inside of programs.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS_AT_END = re.compile("[ \t\u00a0]+(?=\n)")


@dataclass(frozen=True, slots=True)
class Page:
    """Which characters of a text stand on a page; `ocr` where they were recognised from its picture."""

    number: int
    start: int
    end: int
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. `notes` are for people: what was read in another way than the file promises, and what not.

    `unread` says why there is no text though nothing is wrong with the file: what is missing to read it.
    """

    format: str
    text: str
    title: str = ""
    date: str = ""  # ISO, where the document itself says so
    language: str = ""
    pages: tuple[Page, ...] = ()
    notes: tuple[str, ...] = ()
    unread: str = ""


_BETWEEN_PAGES = "\n\n"


def laid_out(written: Mapping[int, str], recognised: Mapping[int, str]) -> tuple[str, tuple[Page, ...]]:
    """A text of its pages and their spans in it, from the texts of pages by number.

    >>> laid_out({3: "wood"}, {1: "of"})
    ('of\\n\\nwood', (Page(number=1, start=0, end=2, ocr=True), Page(number=3, start=4, end=8, ocr=False)))
    """
    texts: list[str] = []
    pages: list[Page] = []
    start = 0
    for number in sorted(written.keys() | recognised.keys()):
        text = written.get(number) or recognised[number]
        texts.append(text)
        pages.append(Page(number, start, start + len(text), ocr=number not in written))
        start += len(text) + len(_BETWEEN_PAGES)
    return _BETWEEN_PAGES.join(texts), tuple(pages)


Told = Callable[[], None]  # called while a long reading goes on


def read(path: Path, name: str, told: Told, *, otherwise: str = "") -> Reading:
    """Read a file; `name` is how people know it, `otherwise` the format of a file that shows none.

    Raises `Invalid` with a next step for a file that is broken, encrypted, too large or of no format known here.
    """
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise Invalid(
            f"{name} is larger than {LARGEST_FILE_BYTES // 1024 // 1024} MiB.",
            thing=name,
            next_step="Split it, or load its text.",
        )
    reader = _READERS.get(format_of(path) or otherwise)
    if reader is None:
        raise Invalid(f"{name} is no document that can be read.", thing=name, next_step="Save it as PDF or text.")
    reading: Reading = import_module(reader).read(path, name, told)  # parsers are imported where a file needs them
    return _finished(reading, name)


def _finished(reading: Reading, name: str) -> Reading:
    from ingest.text.language import language_of

    notes = list(reading.notes)
    if promised := _promised(name, reading.format):
        notes.insert(0, promised)
    text, pages = reading.text, reading.pages
    if len(text) > LONGEST_TEXT:
        notes.append(f"only the first {LONGEST_TEXT:,} of {len(text):,} characters were read: split it")
        text = text[:LONGEST_TEXT]
        pages = tuple(replace(page, end=min(page.end, len(text))) for page in pages if page.start < len(text))
    return replace(
        reading,
        unread=reading.unread or ("" if text else "it holds no text"),
        text=text,
        pages=pages,
        title=" ".join(tidied(reading.title).split())[:600],
        language=reading.language or language_of(text),
        notes=tuple(notes),
    )


def refuse_promise(name: str) -> None:
    """Raise `Invalid` where a file that shows no format is named like one: it is no stray file but a bad document."""
    suffix = Path(name).suffix.lower()
    for promised, suffixes in _SUFFIXES.items():
        if suffix in suffixes:
            raise Invalid(
                f"{name} is named {suffix}, but its bytes are neither {_NAMES[promised]} nor another format that is"
                " read here.",
                thing=name,
                next_step="Fetch it again, or open it in its own program and save it anew, as PDF or text.",
            )


def _promised(name: str, found: str) -> str:
    suffix = Path(name).suffix.lower()
    for other, suffixes in _SUFFIXES.items():
        if suffix in suffixes and other != found and {other, found} != {PLAIN, HTML}:
            return f"named {suffix}, read as {_NAMES[found]}, which it is"
    return ""


def tidied(text: str) -> str:
    """A text as people see it: one kind of line end, no control characters, social security numbers masked.

    >>> tidied("a\\r\\nb\\x00 \\n\\n\\n\\nSSN 551-23-4567 ")
    'a\\nb\\n\\n\\nSSN ***-**-****'
    """
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    text = re.sub("\n{4,}", "\n\n\n", _BLANKS_AT_END.sub("", text))
    return mask_ssn(text).strip()


def format_of(path: Path) -> str:
    """The format of a document, from its bytes and only where these leave it open from its name; blank for others.

    Raises `Unavailable` where the file cannot be read.
    """
    from ingest.sources.delimited import reading

    with reading(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    suffix = path.suffix.lower()
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_archive(path, suffix)
    if head.startswith(_PICTURES):
        return PICTURE
    if head.startswith(_OLE):
        return _of_compound_file(path, head, suffix)
    if head.lstrip().startswith(b"{\\rtf"):
        return RTF
    return _of_text(head, suffix)


_HEAD_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_OF_MESSAGES = "__".encode("utf-16-le")  # with which the names of all that a message holds begin
_OF_WORD = "WordDocument".encode("utf-16-le")
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}:(?:\s|$)")
_MAIL_HEADERS = frozenset({"from", "to", "subject", "date", "message-id", "mime-version", "received", "return-path"})
_FEWEST_MAIL_HEADERS = 3


def _of_compound_file(path: Path, head: bytes, suffix: str) -> str:
    """A message or a Word document, by the first names in its directory ([MS-CFB], 2.2)."""
    shift, first = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    with path.open("rb") as file:
        file.seek((first + 1) << min(shift, 12))
        names = file.read(1 << min(shift, 12))
    if any(names.startswith(_OF_MESSAGES, at) for at in range(0, len(names), 128)):
        return MSG
    if suffix in _SUFFIXES[MSG] and _OF_WORD not in names:
        return MSG  # whose reader says what is wrong
    return DOC if suffix not in {".xls", ".ppt"} else ""


def _of_archive(path: Path, suffix: str) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return DOCX if suffix in _SUFFIXES[DOCX] else ZIP  # whose reader says what is wrong
    if "[Content_Types].xml" in names:
        return DOCX if any(name.startswith("word/") for name in names) else ""
    return "" if "mimetype" in names else ZIP  # an OpenDocument or electronic book


def _of_text(head: bytes, suffix: str) -> str:
    from ingest.text.plain import decoded_bytes, is_binary

    if not head or is_binary(head):
        return ""
    text, _ = decoded_bytes(head)
    if _MARKUP.match(text) or (suffix in _SUFFIXES[HTML] and "<" in text):
        return HTML
    headers: set[str] = set()
    for line in text.lstrip().splitlines()[:100]:
        if not line.strip():
            break
        if not _HEADER_LINE.match(line) and line[:1] not in " \t":
            headers.clear()
            break
        headers.add(line.partition(":")[0].lower())
    if len(headers & _MAIL_HEADERS) >= (1 if suffix == ".eml" else _FEWEST_MAIL_HEADERS):
        return EMAIL
    return PLAIN if suffix in _SUFFIXES[PLAIN] or not suffix else ""
