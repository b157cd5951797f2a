"""What each format says, and what of it: the text in its order, its pages, its title, and how it was read."""

import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid, TidewaiterError
from ingest.text import doc, ocr
from ingest.text.reading import Reading, format_of, read
from tests.fixtures.document_files import mail, pdf, rtf, scan, word, word_97

LETTER = "Entry ABC-1234567-6 holds frames.\rThey are of wood from \u0412\u043e\u0441\u0442\u043e\u043a.\r"


def of(path: Path, name: str = "") -> Reading:
    return read(path, name or path.name, lambda: None)


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def test_a_pdf_says_which_characters_stand_on_which_page(tmp_path: Path) -> None:
    reading = of(pdf(tmp_path / "a.pdf", ["Frames\nof wood", "", "Case A-570-967"], title="Report on frames"))
    assert (reading.text, reading.title) == ("Frames\nof wood\n\nCase A-570-967", "Report on frames")
    assert [(page.number, reading.text[page.start : page.end]) for page in reading.pages] == [
        (1, "Frames\nof wood"),
        (3, "Case A-570-967"),
    ]


def test_a_social_security_number_is_masked_before_pages_are_counted(tmp_path: Path) -> None:
    reading = of(pdf(tmp_path / "a.pdf", ["SSN 551234567 of a person", "second"]))
    assert "551234567" not in reading.text
    assert reading.text[reading.pages[1].start : reading.pages[1].end] == "second"


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")
def test_a_scan_is_recognised_and_marked(tmp_path: Path) -> None:
    reading = of(scan(tmp_path / "s.pdf", "Entry ABC-1234567-6 of wood"))
    assert "ABC-1234567-6" in reading.text
    assert [page.ocr for page in reading.pages] == [True]
    assert reading.notes == ("1 of 1 pages are scans and were recognised (OCR)",)


def test_a_scan_without_tesseract_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "")
    reading = of(scan(tmp_path / "s.pdf", "Frames", pages=500))
    assert reading.text == ""
    assert reading.unread == "its 500 pages are scans: install tesseract and load it again"
    assert reading.notes == ("500 of 500 pages are scans and were not read: install tesseract",)


def test_a_long_scan_is_recognised_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: "/usr/bin/tesseract")
    monkeypatch.setattr(ocr, "text_of", lambda *_: "a page")  # 50 pages take a minute
    monkeypatch.setattr("ingest.text.pdf._picture", lambda _: b"")
    reading = of(scan(tmp_path / "s.pdf", "Frames", pages=500))
    assert len(reading.pages) == 50
    assert reading.notes[1] == (
        "450 of 500 pages are scans and were not read: only 50 a document are recognised; split it into documents of so"
        " many"
    )


def test_a_word_document_is_read_in_its_order_head_and_foot_included(tmp_path: Path) -> None:
    reading = of(word(tmp_path / "m.docx"))
    assert reading.title == "A memo on frames"
    assert reading.text.split("\n") == [
        "Heron Trading, page head",
        "",
        "Entry ABC-1234567-6 holds frames.",
        "cell 0\tcell 1",
        "cell 2\tcell 3 A-570-967",
        "They are of wood.",
        "",
        "Office of trade, page foot",
    ]


def changed(path: Path, part: str, raw: bytes) -> Path:
    """The archive with other bytes in one part."""
    target = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, raw if name == part else old.read(name))
    return target


def test_what_was_struck_out_of_a_word_document_is_left_out_and_what_was_put_in_is_read(tmp_path: Path) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        f"<w:document {space}><w:body><w:p><w:r><w:t>of </w:t></w:r><w:del><w:r><w:delText>steel</w:delText></w:r>"
        "</w:del><w:ins><w:r><w:t>wood</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )
    reading = of(changed(word(tmp_path / "m.docx"), "word/document.xml", body.encode()))
    assert "of wood" in reading.text
    assert "steel" not in reading.text


def test_a_broken_head_of_a_word_document_is_noted_and_a_broken_body_told(tmp_path: Path) -> None:
    whole = word(tmp_path / "m.docx")
    reading = of(changed(whole, "word/header1.xml", b"<w:hdr"))
    assert "They are of wood." in reading.text
    assert reading.notes[0].startswith("header1.xml is broken and was left out")
    with pytest.raises(Invalid, match=r"is a broken Word document: word/document.xml is no XML.*save it again"):
        of(changed(whole, "word/document.xml", b"<w:document"))
    with pytest.raises(Invalid, match="is no whole archive"):
        of(written(tmp_path / "half.docx", whole.read_bytes()[:-300]))


def test_a_word_document_made_to_fill_a_memory_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"word/document.xml from .* to 50,000,000 bytes; it is made to fill a memory"):
        of(changed(word(tmp_path / "m.docx"), "word/document.xml", b" " * 50_000_000))


def test_a_word_97_document_is_read_piece_by_piece(tmp_path: Path) -> None:
    reading = of(word_97(tmp_path / "w.doc", LETTER))
    assert (
        reading.text == "Entry ABC-1234567-6 holds frames.\nThey are of wood from \u0412\u043e\u0441\u0442\u043e\u043a."
    )


def test_fields_show_their_results_and_cells_stand_apart(tmp_path: Path) -> None:
    letter = "See \x13 HYPERLINK here \x14ruling\x15.\rone\x07two\x07\x07three\x07four\x07\x07"
    assert of(word_97(tmp_path / "w.doc", letter)).text == "See ruling.\none\ttwo\nthree\tfour"


@pytest.mark.skipif(not doc.catdoc(), reason="catdoc is not installed")
def test_a_word_document_whose_table_is_lost_is_read_by_catdoc(tmp_path: Path) -> None:
    path = word_97(tmp_path / "w.doc", "Entry ABC-1234567-6 holds frames of wood.\r" * 9, narrow=True)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"\x02" + (28).to_bytes(4, "little"))] = 7
    reading = of(written(tmp_path / "lost.doc", bytes(raw)))
    assert reading.text.startswith("Entry ABC-1234567-6 holds frames of wood.")
    assert reading.notes == ("read by catdoc",)


def test_a_word_document_older_than_word_97_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doc, "catdoc", lambda: "")
    raw = word_97(tmp_path / "w.doc", LETTER).read_bytes().replace(b"\xec\xa5\xc1\x00", b"\xec\xa5\x68\x00")
    reading = of(written(tmp_path / "old.doc", raw))
    assert (reading.text, reading.unread) == ("", "it is older than Word 97: install catdoc and load it again")


@pytest.mark.parametrize("name", ["w.doc", "a.pdf"])
def test_what_is_encrypted_says_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "w.doc":
        word_97(path, LETTER, encrypted=True)
    else:
        pdf(path, ["Frames"], password="heron")  # noqa: S106 - an invented one
    with pytest.raises(Invalid, match=f"{name} is encrypted and wants a password. Open it with its password"):
        of(path)


def test_rich_text_is_read_without_its_pictures(tmp_path: Path) -> None:
    reading = of(written(tmp_path / "r.rtf", rtf("Größe: 3 × 4\nCase A-570-967")))
    assert (reading.text, reading.title) == ("Größe: 3 × 4\nCase A-570-967", "A memo in rich text")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-8-sig", "utf-16-le"])
def test_plain_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    reading = of(written(tmp_path / "a.txt", "Café frames,\r\nCase A-570-967\x00\x07".encode(encoding)))
    assert reading.text == "Café frames,\nCase A-570-967"


def test_a_page_is_read_block_by_block_in_its_own_encoding(tmp_path: Path) -> None:
    page = (
        "<html><head><meta charset=windows-1251><title>Ruling</title><style>p{}</style></head><body><p>\u0412 "
        "<b>one</b><script>x</script></p><table><tr><td><p>Entry</p></td><td>ABC-1234567-6</td></tr></table></body></html>"
    )
    reading = of(written(tmp_path / "a.html", page.encode("cp1251")))
    assert (reading.text, reading.title) == ("\u0412 one\n\nEntry\tABC-1234567-6", "Ruling")


def test_a_page_nested_deeper_than_any_stack_is_read(tmp_path: Path) -> None:
    assert of(written(tmp_path / "a.html", b"<html>" + b"<div>" * 5_000 + b"deep")).text == "deep"


def test_a_text_that_begins_like_a_page_is_told_from_one_at_once(tmp_path: Path) -> None:
    assert format_of(written(tmp_path / "a.txt", b"<!---->" * 2_000 + b" no page")) == "text"
    assert format_of(written(tmp_path / "b.txt", b"<!-- a -->\n<!-- b --><html>")) == "html"


def test_a_mail_is_read_with_who_wrote_it_and_when(tmp_path: Path) -> None:
    made = mail("Frames", "Café chairs.\n", [("a.pdf", b"%PDF-1.7")])
    made.add_alternative("<p>other</p>", subtype="html") if not made.is_multipart() else None
    reading = of(written(tmp_path / "m.eml", bytes(made)))
    assert (reading.title, reading.date) == ("Frames", "2024-03-05")
    assert reading.text.split("\n")[0] == "From: ida@heron.example"
    assert reading.text.endswith("Attachments: a.pdf\n\nCafé chairs.")


def test_the_content_decides_and_a_name_that_says_otherwise_is_noted(tmp_path: Path) -> None:
    reading = of(pdf(tmp_path / "a.doc", ["Frames"]))
    assert (reading.format, reading.notes) == ("pdf", ("named .doc, read as PDF, which it is",))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The importer states that the frames are of wood and were made by a firm in the north of the country.", "en"),
        ("El importador declara que los marcos son de madera y que la fábrica está en el norte del país.", "es"),
        ("Der Einführer erklärt, dass die Rahmen aus Holz sind und von der Firma im Norden hergestellt werden.", "de"),
        ("\u6728\u8d28\u6846\u67b6\u7684\u539f\u4ea7\u5730\u8bc1\u660e", "zh"),
        ("A-570-967 7604.21.0010", ""),
    ],
)
def test_the_language_is_told_where_it_is_clear(tmp_path: Path, text: str, language: str) -> None:
    assert of(written(tmp_path / "a.txt", text.encode())).language == language


@pytest.mark.parametrize("name", ["a.jpg", "a.xlsx", "a.bin", "a"])
def test_what_is_no_document_has_no_format(tmp_path: Path, name: str) -> None:
    assert format_of(written(tmp_path / name, b"GIF89a" + bytes(range(256)) * 4)) == ""


BEGINNINGS = [
    b"",
    b"%PDF-1.7\n",
    b"{\\rtf1 ",
    b"<html><body>",
    b"PK\x03\x04",
    b"From: a\nTo: b\nSubject: c\nDate: d\n\n",
]
NAMES = ["a.pdf", "a.docx", "a.doc", "a.rtf", "a.html", "a.eml", "a.txt", "a"]


def test_a_word_document_with_a_damaged_part_is_told_whichever_byte_it_is(tmp_path: Path) -> None:
    word(tmp_path / "whole.docx")
    with zipfile.ZipFile(tmp_path / "whole.docx") as archive:
        body = archive.getinfo("word/document.xml")
    begins = body.header_offset + 30 + len(body.filename)
    for byte in range(begins, begins + min(body.compress_size, 60)):
        raw = bytearray((tmp_path / "whole.docx").read_bytes())
        raw[byte] ^= 0xFF
        with pytest.raises(Invalid, match="broken Word document"):
            of(written(tmp_path / "damaged.docx", bytes(raw)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=300), name=st.sampled_from(NAMES))
def test_any_bytes_are_read_or_told(tmp_path: Path, beginning: bytes, rest: bytes, name: str) -> None:
    try:
        reading = of(written(tmp_path / name, beginning + rest))
    except TidewaiterError as error:
        assert name in error.message
        assert error.next_step
    else:
        assert all(0 <= page.start <= page.end <= len(reading.text) for page in reading.pages)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_whole_file_with_some_bytes_changed_is_read_or_told(tmp_path: Path, data: st.DataObject) -> None:
    samples = tmp_path / "samples"
    if not samples.exists():
        samples.mkdir()
        pdf(samples / "a.pdf", ["Frames", "of wood"])
        word(samples / "a.docx")
        word_97(samples / "a.doc", LETTER)
        written(samples / "a.rtf", rtf("Frames"))
        written(samples / "a.eml", bytes(mail("Frames", "of wood", [("a.txt", b"x")])))
    name = data.draw(st.sampled_from(sorted(path.name for path in samples.iterdir())))
    raw = bytearray((samples / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path / name, bytes(raw))
    try:
        of(path)
    except TidewaiterError as error:
        assert name in error.message
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
