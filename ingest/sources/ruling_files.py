"""Rulings as files, one ruling a file: plain text, or the HTML that the word processor made of it.

Invariant: the number in the file's name and the number at the head of its text agree, or the ruling is rejected:
third-party copies are known to carry the text of another ruling. A page whose text stands beside it gives no row.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber, RulingNumber, rulings_beside_file_codes
from ingest.sources import delimited
from ingest.sources.mapped import batch_of, empty_rows
from ingest.sources.source import CsvShape, TextRows
from ingest.text.html import decoded_page, text_of_page

_TEXT_SUFFIXES = (".normalized.txt", ".txt")
_PAGE_SUFFIXES = (".raw.html", ".html", ".htm")
_SPACE = r"[ \t\u00a0]"
_HEAD_CHARACTERS = 300  # within these a ruling says which it is
_ANATOMY_CHARACTERS = 4000
_LONGEST_TITLE = 600
_LARGEST_PAGE = 4 * 1024 * 1024  # pages begin with tens of KiB of the word processor's own settings

_NUMBER = re.compile(rf"\b(?:(?:NY|HQ|HRL){_SPACE}?)?(?:[NHW]\d{{6}}|[A-MR]\d{{5}})\b|\b(?:NY|HQ|HRL){_SPACE}\d{{6}}\b")
_BARE_NUMBER = re.compile(r"\s*(\d{6})\s*\n")
_NEW_YORK_FILE_CODE = re.compile(r"\bCLA-2-\d\d:")  # headquarters writes CLA-2 without a chapter
_ANATOMY = re.compile(r"\bTARIFF\s+NO|\bCATEGORY:|\bCLA-2|\bOT:RR|\bRR:")
_MONTHS = tuple(calendar.month_name)  # the first is blank, so that January is 1
_DAY = re.compile(rf"\b({'|'.join(_MONTHS[1:])})\s+(\d{{1,2}}),\s+(\d{{4}})")
_TARIFFS = re.compile(r"TARIFF\s+NOS?\s*\.?\s*\(?S?\)?:?\s*((?:\d{4}[\d.]{3,9}(?:[\s;,&]|and\b)*)+)")
_CATEGORY = re.compile(r"CATEGORY:\s*([^\n]+)")
_TITLE = re.compile(r"\bRE:\s*(\S[^\0]*)")
_BLANK_PARAGRAPH = re.compile(r"\n[ \t\u00a0]+\n")  # what the word processor leaves of an empty paragraph
_BLANK_LINE = re.compile(r"\n\s*\n")
_GREETING = re.compile(r"\n\s*Dear\b")


@dataclass(frozen=True, slots=True)
class RulingText:
    """What the text of a ruling says of itself."""

    number: RulingNumber | None
    date: str | None
    tariffs: tuple[str, ...]
    categories: tuple[str, ...]
    title: str | None


def ruling_number(text: str) -> RulingNumber | None:
    """The first ruling number of a text's head; a bare one only as its first line or beside a file code."""
    head = text[:_HEAD_CHARACTERS]
    if match := _NUMBER.search(head):
        return RulingNumber.parse(match.group().replace("\u00a0", " ").replace("HRL", "HQ"))
    bare = _BARE_NUMBER.match(head)
    if bare and _ANATOMY.search(text[:_ANATOMY_CHARACTERS]):
        return RulingNumber(f"{'NY' if _NEW_YORK_FILE_CODE.search(head) else 'HQ'}-{bare.group(1)}")
    return next(iter(rulings_beside_file_codes(head)), None)


def read_ruling(text: str) -> RulingText:
    """The ruling's number, day, tariff numbers, categories and subject.

    >>> text = "N301862\\n\\nDecember 11, 2018\\n\\nTARIFF NO.:8517.62.0090\\n\\nRE: Trackers \\n\\nDear Ms. Moreau:"
    >>> read_ruling(text).title
    'Trackers'
    """
    day = _DAY.search(text[: _HEAD_CHARACTERS * 4])
    tariffs = _TARIFFS.search(text)
    category = _CATEGORY.search(text)
    categories = re.split("[;,]", category.group(1)) if category else []
    return RulingText(
        number=ruling_number(text),
        date=f"{day.group(3)}-{_MONTHS.index(day.group(1)):02}-{int(day.group(2)):02}" if day else None,
        tariffs=tuple(dict.fromkeys(_tariff_keys(tariffs.group(1)))) if tariffs else (),
        categories=tuple(part for part in map(str.strip, categories) if part),
        title=_title(text),
    )


def _title(text: str) -> str | None:
    """What stands behind RE: up to the paragraph's end, which a text made from a page shows in another way."""
    found = _TITLE.search(text, 0)
    if found is None:
        return None
    rest = found.group(1)[:_LONGEST_TITLE]
    end = _BLANK_PARAGRAPH if _BLANK_PARAGRAPH.search(text[: found.start()]) else _BLANK_LINE
    return " ".join(_GREETING.split(end.split(rest)[0])[0].split()) or None


def _tariff_keys(text: str) -> Iterator[str]:
    for written in re.findall(r"\d{4}[\d.]{3,9}", text):
        try:
            yield HtsNumber.parse(written.rstrip(".")).key
        except Invalid:
            yield written  # the loader says what is wrong with it


def _stem(path: Path) -> str:
    name = path.name
    for suffix in (*_TEXT_SUFFIXES, *_PAGE_SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return path.stem


def _named_number(path: Path, said: RulingNumber | None = None) -> RulingNumber | None:
    """The ruling that the file is named after; bare digits are of the collection that the text `said`."""
    stem = _stem(path).replace("_", " ")
    collection = f"{said.collection} " if said and stem.isdigit() else ""
    try:
        return RulingNumber.parse(collection + stem)
    except Invalid:
        return None


class RulingFiles:
    """A ruling a file, as text or HTML, as a document."""

    name = "ruling-files"

    def recognises(self, path: Path, head: bytes) -> float:
        """By the file's name and the parts that every ruling has."""
        lower = path.name.lower()
        if lower.endswith(_PAGE_SUFFIXES):
            if path.stat().st_size > _LARGEST_PAGE:
                return 0.0
            text = self._text(path)
        elif lower.endswith(_TEXT_SUFFIXES):
            text = delimited.decoded(head.decode(delimited.encoding_of(head), "surrogateescape"))[0]
        else:
            return 0.0
        if not shows_ruling(path, text):
            return 0.0
        return 0.9 if _named_number(path) else 0.8

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """The one row, or why there is none."""
        return self._rows(path)

    def _rows(self, path: Path) -> Iterator[TextRows]:
        is_page = path.name.lower().endswith(_PAGE_SUFFIXES)
        text = self._text(path)
        if is_page and (twin := twin_of(path, text)):
            yield empty_rows("documents", {f"the same ruling as {twin.name} beside it": 1})
            return
        columns, problem = ruling_cells(path, text)
        yield TextRows(
            "documents",
            batch_of({name: [cell] for name, cell in columns.items()}, [1]),
            problems={0: problem} if problem else {},
        )

    def _text(self, path: Path) -> str:
        if path.name.lower().endswith(_PAGE_SUFFIXES):
            with delimited.reading(path):
                return text_of_page(decoded_page(path.read_bytes()))
        with delimited.text_of(path) as lines:
            return delimited.decoded("".join(lines))[0].replace("\r\n", "\n").strip()


def shows_ruling(path: Path, text: str) -> bool:
    """Whether a text is a ruling's: it has the parts that every ruling has, and names itself or its file does."""
    return bool(_ANATOMY.search(text[:_ANATOMY_CHARACTERS]) and (_named_number(path) or ruling_number(text)))


def ruling_cells(path: Path, text: str) -> tuple[dict[str, str | None], str]:
    """The document that the text of a ruling makes, and what is wrong where its file bears another's number."""
    ruling = read_ruling(text)
    named = _named_number(path, ruling.number)
    number = ruling.number or named
    columns: dict[str, str | None] = {
        "id": number.key if number else None,
        "kind": "ruling",
        "title": ruling.title,
        "date": ruling.date,
        "language": "en",
        "text": text,
        "file": path.name,
        "collection": number.collection if number else None,
        "tariffs": ";".join(ruling.tariffs) or None,
        "categories": ";".join(ruling.categories) or None,
    }
    if not named or ruling.number == named:
        return columns, ""
    says = f"begins with {ruling.number}" if ruling.number else "names no ruling"
    return columns, (f"the file is named after {named}, but its text {says} in the first {_HEAD_CHARACTERS} characters")


def twin_of(path: Path, text: str) -> Path | None:
    """The text file beside a page, if both are one ruling: same number, day and tariff numbers."""
    page = read_ruling(text)
    for suffix in _TEXT_SUFFIXES:
        twin = path.with_name(_stem(path) + suffix)
        if twin.is_file():
            with delimited.text_of(twin) as lines:
                other = read_ruling(delimited.decoded("".join(lines))[0])
            if (other.number, other.date, other.tariffs) == (page.number, page.date, page.tariffs):
                return twin
    return None
