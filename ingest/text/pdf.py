"""The text of a PDF, page by page; pages that are only pictures are scans and are recognised where that is possible.

Invariant: each page with text has its span in it; a page that was recognised is marked, and scans that were not read
are counted. Memory is bounded by the largest page.
"""

import math
from functools import partial
from pathlib import Path
from typing import Any

import pypdfium2

from graph.model.errors import Invalid
from ingest.text import ocr
from ingest.text.reading import LONGEST_TEXT, PDF, Reading, Told, laid_out, tidied

_MOST_PAGES = 20_000
_DOTS_PER_POINT = 300 / 72
_LARGEST_PICTURE = 20_000_000  # dots
_WRONG_PASSWORD, _OTHER_SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_LINE_HYPHEN = "\ufffe"  # what pdfium writes for a hyphen at a line's end


def read(path: Path, name: str, told: Told) -> Reading:
    """The text of every page; `Invalid` for a file that is broken or wants a password."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _refused(name, error) from error
    try:
        return _read(document, told)
    finally:
        document.close()


def _refused(name: str, error: pypdfium2.PdfiumError) -> Invalid:
    code = getattr(error, "err_code", None)
    if code in {_WRONG_PASSWORD, _OTHER_SECURITY} or "password" in str(error).lower():
        return Invalid(
            f"{name} is encrypted and wants a password.",
            thing=name,
            next_step="Open it with its password, save it without one, and load it again.",
        )
    return Invalid(
        f"{name} is a PDF that cannot be opened: it breaks off or is damaged.",
        thing=name,
        next_step="Fetch the file again, or open it and save it anew.",
    )


def _read(document: pypdfium2.PdfDocument, told: Told) -> Reading:
    count = len(document)
    texts: dict[int, str] = {}  # by the number of the page
    length = scans = broken = 0
    with ocr.Scans(told) as recognised:
        for at in range(min(count, _MOST_PAGES)):
            told()
            try:
                page = document[at]
            except pypdfium2.PdfiumError:
                broken += 1
                continue
            if text := _text_of(page):
                texts[at + 1] = text
            elif _is_picture(page):
                scans += 1
                if recognised.takes(_LARGEST_PICTURE):
                    recognised.begin(at + 1, _LARGEST_PICTURE, partial(ocr.text_of, _picture(page)))
            page.close()
            length += len(text)
            if length > LONGEST_TEXT:
                break
        recognised.finish()
    text, pages = laid_out(texts, recognised.texts)
    notes = list(recognised.notes(count, "scans"))
    if broken:
        notes.append(f"{broken} of {count} pages are damaged and were left out")
    if count > _MOST_PAGES:
        notes.append(f"only the first {_MOST_PAGES:,} of {count:,} pages were read")
    return Reading(
        PDF,
        text,
        title=_title(document),
        pages=pages,
        notes=tuple(notes),
        unread="" if text else _unread(count, scans, recognised.begun),
    )


def _text_of(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        return tidied(textpage.get_text_bounded().replace(_LINE_HYPHEN, "-"))
    finally:
        textpage.close()


def _is_picture(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _picture(page: Any) -> bytes:
    """A page as a picture of grey dots (PGM)."""
    width, height = page.get_size()
    scale = min(_DOTS_PER_POINT, math.sqrt(_LARGEST_PICTURE / max(width * height, 1)))
    dots = page.render(scale=scale, grayscale=True).to_numpy()
    rows = dots.reshape(dots.shape[0], dots.shape[1])
    return b"P5 %d %d 255\n%b" % (rows.shape[1], rows.shape[0], rows.tobytes())


def _unread(count: int, scans: int, asked: int) -> str:
    if not scans:
        return f"its {count} pages hold no text"
    if not asked:
        return f"its {count} pages are scans: install tesseract and load it again"
    tried = f"; in the {asked} that were tried" if asked < scans else " in which"
    return f"its {count} pages are scans{tried} no text was recognised"


def _title(document: pypdfium2.PdfDocument) -> str:
    """The title that its maker gave it; word processors put the name of a file there, which is none."""
    title = str(document.get_metadata_value("Title") or "").strip()
    unnamed = title.lower() in {"", "untitled", "(anonymous)"} or title.lower().startswith("microsoft word - ")
    return "" if unnamed or Path(title).suffix.lower() in {".doc", ".docx", ".pdf", ".rtf", ".txt"} else title
