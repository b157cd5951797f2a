"""Scans that come as pictures: recognised page by page within bounds, or told why not."""

import struct
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from graph.model.errors import Invalid
from ingest.text import ocr
from ingest.text.reading import Reading, read

TEXT = "Entry ABC-1234567-6 of wood"


def page(text: str = TEXT) -> Image.Image:
    picture = Image.new("L", (1200, 200), 255)
    ImageDraw.Draw(picture).text((60, 60), text, font=ImageFont.load_default(size=48), fill=0)
    return picture


def saved(path: Path, *texts: str) -> Path:
    first, *others = [page(text) for text in texts or (TEXT,)]
    first.save(path, **({"save_all": True, "append_images": others} if others else {}))
    return path


def of(path: Path) -> Reading:
    return read(path, path.name, lambda: None)


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_picture_is_recognised_and_marked(tmp_path: Path, name: str) -> None:
    reading = of(saved(tmp_path / name))
    assert "ABC-1234567-6" in reading.text
    assert (reading.format, [one.ocr for one in reading.pages]) == ("picture", [True])
    assert reading.notes == ("1 of 1 pages are pictures and were recognised (OCR)",)


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
def test_each_page_of_a_tiff_is_one(tmp_path: Path) -> None:
    reading = of(saved(tmp_path / "a.tiff", "first page", "second page", "third page"))
    said = [(one.number, reading.text[one.start : one.end]) for one in reading.pages]
    assert said == [(1, "first page"), (2, "second page"), (3, "third page")]


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
def test_a_picture_without_letters_says_so(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "white").save(tmp_path / "a.jpg")
    assert of(tmp_path / "a.jpg").unread == "it is a picture in which no text was recognised"


def test_a_picture_without_tesseract_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "")
    reading = of(saved(tmp_path / "a.tif", *("page",) * 3))
    assert (reading.text, reading.unread) == ("", "it is a picture: install tesseract and load it again")
    assert reading.notes == ("3 of 3 pages are pictures and were not read: install tesseract",)


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
def test_a_page_over_which_tesseract_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "SECONDS", 0.001)
    reading = of(saved(tmp_path / "a.tif", "first", "second"))
    assert (reading.text, len(reading.notes)) == ("", 1)
    assert reading.notes[0].startswith("2 of 2 pages were given up by tesseract, or took it more than 0.001 seconds")


def test_a_long_tiff_is_recognised_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "/usr/bin/tesseract")
    monkeypatch.setattr(ocr, "text_of_file", lambda *_: "a page")  # 50 pages take a minute
    reading = of(saved(tmp_path / "a.tif", *("page",) * 60))
    assert len(reading.pages) == 50
    assert reading.notes[1] == (
        "10 of 60 pages are pictures and were not read: only 50 a document are recognised; split it into documents of"
        " so many"
    )


def test_a_picture_that_would_fill_a_memory_is_told(tmp_path: Path) -> None:
    raw = bytearray(saved(tmp_path / "a.png").read_bytes())
    raw[16:24] = struct.pack(">2I", 60_000, 60_000)
    (tmp_path / "a.png").write_bytes(bytes(raw))
    assert of(tmp_path / "a.png").unread.startswith("its pages have more than 100 million dots: save it smaller")


@pytest.mark.parametrize(("name", "kept"), [("a.png", 20), ("a.jpg", 12), ("a.tif", 40)])
def test_a_picture_that_breaks_off_before_its_size_is_told(tmp_path: Path, name: str, kept: int) -> None:
    path = saved(tmp_path / name)
    path.write_bytes(path.read_bytes()[:kept] if name != "a.tif" else b"II*\0" + struct.pack("<I", 10**6))
    with pytest.raises(Invalid, match=f"{name} is a picture that breaks off or is damaged. Fetch it again"):
        of(path)


def test_a_tiff_whose_pages_go_in_a_ring_comes_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "")
    entries = struct.pack("<H", 2) + struct.pack("<2HI2H", 256, 3, 1, 10, 0) + struct.pack("<2HI2H", 257, 3, 1, 10, 0)
    (tmp_path / "a.tif").write_bytes(b"II*\0" + struct.pack("<I", 8) + entries + struct.pack("<I", 8))
    assert of(tmp_path / "a.tif").notes == ("1 of 1 pages are pictures and were not read: install tesseract",)
