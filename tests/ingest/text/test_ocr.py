"""Scanned pages recognised side by side: in their order, within bounds of time and memory, and told what was not."""

import os
import re
import shutil
import threading
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.text import ocr
from ingest.text.readers import Asked, Readers
from ingest.text.reading import Reading, read
from tests.fixtures.document_files import scan

with_tesseract = pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
WORDS = ("frames", "wood", "steel", "glass", "paper", "cotton", "rubber", "copper")


def tiff(path: Path, *texts: str) -> Path:
    pages = []
    for text in texts:
        pages.append(Image.new("L", (600, 160), 255))
        ImageDraw.Draw(pages[-1]).text((60, 50), text, font=ImageFont.load_default(size=48), fill=0)
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def slow_tesseract(folder: Path, seconds: float) -> tuple[Path, Path]:
    """A command that is tesseract, after a rest, and the file in which it notes when it begins and ends."""
    command, log = folder / "tesseract", folder / "log"
    command.write_text(
        f'#!/bin/sh\necho begin >>"{log}"\nsleep {seconds}\n"{shutil.which("tesseract")}" "$@"\n'
        f'code=$?\necho end >>"{log}"\nexit $code\n'
    )
    command.chmod(0o755)
    return command, log


@with_tesseract
def test_pages_are_recognised_side_by_side_and_stand_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, log = slow_tesseract(tmp_path, 0.5)
    monkeypatch.setattr(ocr, "installed", lambda: str(command))
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    reading = read(tiff(tmp_path / "a.tif", *WORDS), "a.tif", lambda: None)
    assert [reading.text[page.start : page.end] for page in reading.pages] == list(WORDS)
    assert [page.number for page in reading.pages] == list(range(1, 9))
    running = most = 0
    for line in log.read_text().split():
        running += 1 if line == "begin" else -1
        most = max(most, running)
    assert (running, most) == (0, 3)


@with_tesseract
def test_characters_and_recognised_pages_of_a_pdf_stand_in_their_order(tmp_path: Path) -> None:
    import pypdfium2

    from tests.fixtures.document_files import pdf

    whole = pypdfium2.PdfDocument.new()
    for at, word in enumerate(WORDS[:4]):
        make = pdf(tmp_path / f"{at}.pdf", [word]) if at % 2 else scan(tmp_path / f"{at}.pdf", word)
        whole.import_pages(pypdfium2.PdfDocument(make))
    whole.save(tmp_path / "a.pdf")
    reading = read(tmp_path / "a.pdf", "a.pdf", lambda: None)
    assert reading.text == "\n\n".join(WORDS[:4])
    assert [(page.number, page.ocr) for page in reading.pages] == [(1, True), (2, False), (3, True), (4, False)]
    assert [reading.text[page.start : page.end] for page in reading.pages] == list(WORDS[:4])


@with_tesseract
def test_after_some_seconds_no_page_is_begun_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, log = slow_tesseract(tmp_path, 1)
    monkeypatch.setattr(ocr, "installed", lambda: str(command))
    monkeypatch.setattr(ocr, "MOST_SECONDS", 1.5)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    reading = read(scan(tmp_path / "a.pdf", "Frames of wood", pages=40), "a.pdf", lambda: None)
    begun = log.read_text().split().count("begin")
    assert 2 <= begun <= 4
    assert [page.number for page in reading.pages] == list(range(1, begun + 1))
    assert reading.notes == (
        f"{begun} of 40 pages are scans and were recognised (OCR)",
        f"{40 - begun} of 40 pages are scans and were not read: none is begun more than 2 seconds after a document's"
        " first; split it, or load it when the machine is less busy",
    )


@with_tesseract
def test_a_reader_gives_signs_of_life_while_pages_are_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_tesseract(tmp_path, 1.5)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path = tiff(tmp_path / "a.tif", *WORDS, *WORDS) if ocr.at_once() > 2 else tiff(tmp_path / "a.tif", *WORDS)
    began = time.monotonic()
    with Readers(1, silent_seconds=4.0) as readers:
        (reading,) = readers.read([Asked(path, path.name)])
    assert time.monotonic() - began > 4
    assert isinstance(reading, Reading)
    assert reading.text.startswith("frames\n\nwood\n\nsteel")


def test_no_more_dots_are_recognised_at_once_than_one_page_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "/usr/bin/tesseract")
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    lock = threading.Lock()
    now, most = [0], [0]

    def recognise(dots: int) -> str:
        with lock:
            now[0] += dots
            most[0] = max(most[0], now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= dots
        return "a page"

    with ocr.Scans(lambda: None) as scans:
        for page, dots in enumerate((70_000_000, 20_000_000, 20_000_000, 100_000_000, 1, 1, 1, 1, 1), start=1):
            assert scans.takes(dots)
            scans.begin(page, dots, lambda dots=dots: recognise(dots))  # type: ignore[misc]
        scans.finish()
    assert len(scans.texts) == 9
    assert 70_000_000 <= most[0] <= ocr.MOST_DOTS


@with_tesseract
def test_a_long_scan_in_which_nothing_is_recognised_says_how_far_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "MOST_SCANS", 2)
    reading = read(scan(tmp_path / "a.pdf", " ", pages=5), "a.pdf", lambda: None)
    assert reading.unread == "its 5 pages are scans; in the 2 that were tried no text was recognised"
    assert re.search(r"3 of 5 pages .* only 2 a document are recognised; split it into documents", reading.notes[1])
