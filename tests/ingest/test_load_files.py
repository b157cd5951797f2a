"""A folder of mixed files in one load: each has its fate, and what is in a mail or an archive has one too."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from graph.facts.duckdb import DuckDbFactStore
from ingest.load import LoadReport, load
from ingest.text import ocr
from ingest.text.doc import catdoc
from tests.fixtures.document_files import mail, pdf, rtf, scan, word, word_97

RULING = (
    "N301234\n\nDecember 11, 2018\n\nCLA-2-85:OT:RR:NC:N2:209\n\nCATEGORY: Classification\n\n"
    "TARIFF NO.: 8517.62.0090\n\nRE: The tariff classification of frames"
)
PORTS = "port_code,name\n2704,Los Angeles\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    folder.mkdir()
    return folder


@pytest.fixture
def loads(home: Path, sent: Path) -> Callable[..., LoadReport]:
    def run(*paths: Path, **options: Any) -> LoadReport:
        return load(paths or [sent], home=home, now=datetime(2026, 3, 1, tzinfo=UTC), threads=1, **options)

    return run


def rows(home: Path, table: str = "documents") -> dict[str, dict[str, Any]]:
    """The documents as a reader of the facts sees them, by the name of their file; other tables by their key."""
    store = DuckDbFactStore(home, threads=1)
    try:
        found = store.table(table).to_pyarrow().to_pylist()
    finally:
        store.close()
    return {row.get("filename") or f"{row.get('document_id', '')} {row.get('key', '')}": row for row in found}


def fates(report: LoadReport) -> dict[str, str]:
    return {file.file: file.reason for file in report.files}


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), raw)
    return packed.getvalue()


def test_a_folder_of_mixed_files_is_read_in_one_load(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    pdf(sent / "report.pdf", ["Frames of wood", "Entry ABC-1234567-6"], title="Report on frames")
    word(sent / "memo.docx")
    word_97(sent / "letter.doc", "Container CSQU3054383 holds frames.")
    (sent / "note.rtf").write_bytes(rtf("Case A-570-967"))
    (sent / "page.html").write_text("<html><title>A page</title><p>Subheading 7604.21.0010</p></html>")
    (sent / "plain.txt").write_text("Issue 2024-0117: frames were undervalued.", encoding="utf-16")
    (sent / "lab.txt").write_text("LABORATORY REPORT No. SV20072698\nCotton 50.5 percent.")
    (sent / "N301234.pdf").write_bytes(pdf(sent / "x.pdf", [RULING]).read_bytes())
    (sent / "x.pdf").unlink()
    (sent / "ports.csv").write_text(PORTS)
    (sent / "picture.gif").write_bytes(b"GIF89a" + bytes(200))
    report = loads()
    assert not report.failed
    assert {file.file: (file.profile, file.accepted) for file in report.files} == {
        "report.pdf": ("document-files", 1), "memo.docx": ("document-files", 1), "letter.doc": ("document-files", 1),
        "note.rtf": ("document-files", 1), "page.html": ("document-files", 1), "plain.txt": ("document-files", 1),
        "lab.txt": ("document-files", 1), "N301234.pdf": ("ruling-files", 1), "ports.csv": ("canonical", 1),
        "picture.gif": ("", 0),
    }  # fmt: skip
    found = rows(home)
    assert {name: (row["kind"], row["title"]) for name, row in found.items()} == {
        "report.pdf": ("other", "Report on frames"), "memo.docx": ("other", "A memo on frames"),
        "letter.doc": ("other", "letter"), "note.rtf": ("other", "A memo in rich text"),
        "page.html": ("other", "A page"), "plain.txt": ("ims_document", "plain"), "lab.txt": ("lab_report", "lab"),
        "N301234.pdf": ("ruling", "The tariff classification of frames"),
    }  # fmt: skip
    assert found["N301234.pdf"]["id"] == "NY-N301234"
    assert (found["N301234.pdf"]["date"], found["N301234.pdf"]["tariffs"]) == (date(2018, 12, 11), ["8517620090"])
    assert (found["lab.txt"]["id"], found["plain.txt"]["issue_id"]) == ("SV20072698", "2024-0117")
    report_row = found["report.pdf"]
    assert [page["page"] for page in json.loads(report_row["pages"])] == [1, 2]
    assert (home / report_row["file"]).read_bytes() == (sent / "report.pdf").read_bytes()
    keys = {row["key"] for row in rows(home, "mentions").values()}
    assert keys >= {"ABC12345676", "CSQU3054383", "A-570-967", "7604210010"}


def test_the_same_files_again_change_nothing(loads, sent) -> None:  # type: ignore[no-untyped-def]
    pdf(sent / "report.pdf", ["Frames of wood"])
    (sent / "m.eml").write_bytes(bytes(mail("Frames", "See the note.", [("note.txt", b"of wood")])))
    loads()
    report = loads()
    assert report.load is None
    assert set(fates(report).values()) == {"unchanged, loaded on 2026-03-01"}
    assert loads(sent / "report.pdf").load is None, "the same place, named by itself"


def test_the_same_document_from_two_places_is_one_and_both_are_remembered(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    (sent / "port").mkdir()
    raw = pdf(sent / "report.pdf", ["Frames of wood"]).read_bytes()
    (sent / "port" / "copy.pdf").write_bytes(raw)
    report = loads()
    both = "the same document as report.pdf; both places are remembered"
    assert fates(report) == {"report.pdf": "", "port/copy.pdf": both}
    (sent / "later.pdf").write_bytes(raw)
    loads(sent / "later.pdf")
    (row,) = rows(home).values()
    assert row["found_in"] == ["later.pdf", "port/copy.pdf", "report.pdf"]
    assert (row["text"], row["filename"]) == ("Frames of wood", "report.pdf")


def test_the_same_ruling_as_text_and_as_pdf_is_one(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    pdf(sent / "N301234.pdf", [RULING])
    (sent / "N301234.txt").write_text(RULING)
    assert loads().totals.accepted == 2
    (row,) = rows(home).values()
    assert (row["id"], row["found_in"]) == ("NY-N301234", ["N301234.pdf", "N301234.txt"])


def test_a_ruling_whose_file_bears_another_number_is_rejected(loads, sent) -> None:  # type: ignore[no-untyped-def]
    pdf(sent / "N305678.pdf", [RULING])
    report = loads()
    assert (report.totals.accepted, report.totals.rejected) == (0, 1)
    assert fates(report)["N305678.pdf"].startswith(
        "the file is named after NY N305678, but its text begins with NY N301"
    )


def test_a_file_that_a_row_names_is_read_whatever_its_format(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    word_97(sent / "att.doc", "Frames of case A-570-967.")
    record = {"id": "d1", "kind": "ims_document", "issue_id": "2024-0117", "file": "att.doc"}
    (sent / "documents.jsonl").write_text(json.dumps(record))
    report = loads()
    assert fates(report) == {"documents.jsonl": "", "att.doc": "read as a document that documents.jsonl names"}
    row = rows(home)["att.doc"]
    assert (row["id"], row["text"], row["found_in"]) == ("d1", "Frames of case A-570-967.", ["att.doc"])


def test_attachments_are_documents_that_name_their_mail(loads, home, sent, tmp_path) -> None:  # type: ignore[no-untyped-def]
    attached = pdf(tmp_path / "a.pdf", ["Frames of wood"]).read_bytes()
    inner = bytes(mail("Inner", "Deep.", [("note.txt", b"A note."), ("ports.csv", PORTS.encode())]))
    (sent / "m.eml").write_bytes(bytes(mail("Frames", "See both.", [("a.pdf", attached), ("inner.eml", inner)])))
    report = loads()
    assert sorted(fates(report)) == [
        "m.eml", "m.eml/a.pdf", "m.eml/inner.eml", "m.eml/inner.eml/note.txt", "m.eml/inner.eml/ports.csv",
    ]  # fmt: skip
    found = rows(home)
    parents = {name: row["parent_id"] for name, row in found.items()}
    assert parents == {
        "m.eml": None, "a.pdf": found["m.eml"]["id"], "inner.eml": found["m.eml"]["id"],
        "note.txt": found["inner.eml"]["id"],
    }  # fmt: skip
    assert found["m.eml"]["date"] == date(2024, 3, 5)
    assert "Attachments: a.pdf, inner.eml" in found["m.eml"]["text"]
    assert len(rows(home, "ports")) == 1, "a table in a mail is a table"


def test_an_attachment_that_was_known_already_leads_to_its_mail(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    attached = pdf(sent / "a.pdf", ["Frames of wood"]).read_bytes()
    loads()
    (sent / "m.eml").write_bytes(bytes(mail("Frames", "See the report.", [("report.pdf", attached)])))
    loads()
    found = rows(home)
    assert found["a.pdf"]["parent_id"] == found["m.eml"]["id"]
    assert found["a.pdf"]["found_in"] == ["a.pdf", "m.eml/report.pdf"]
    assert found["a.pdf"]["text"] == "Frames of wood"


def test_an_archive_is_loaded_as_the_folder_that_it_is(loads, home, sent, tmp_path) -> None:  # type: ignore[no-untyped-def]
    record = json.dumps({"id": "d1", "kind": "memo", "file": "memo.txt"}).encode()
    (sent / "all.zip").write_bytes(
        zipped(
            port__ports_dot_csv=PORTS.encode(), documents_dot_jsonl=record, memo_dot_txt=b"Frames",
            truth__schemes_dot_jsonl=b"{}", inner_dot_zip=zipped(note_dot_txt=b"A note."),
        )
    )  # fmt: skip
    report = loads()
    assert fates(report) == {
        "all.zip": "opened: what it holds follows (5 files)",
        "all.zip/documents.jsonl": "",
        "all.zip/inner.zip": "opened: what it holds follows (1 files)",
        "all.zip/inner.zip/note.txt": "",
        "all.zip/memo.txt": "read as a document that documents.jsonl names",
        "all.zip/port/ports.csv": "",
        "all.zip/truth/schemes.jsonl": "skipped: truth is what findings are measured against, never evidence",
    }
    assert not report.failed
    assert {row["text"] for row in rows(home).values()} == {"Frames", "A note."}
    assert not list((home / "staging").glob("*")) if (home / "staging").exists() else True


def test_each_bad_file_is_told_and_stops_no_other(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    pdf(sent / "locked.pdf", ["Frames"], password="heron")  # noqa: S106 - an invented one
    (sent / "broken.docx").write_bytes(word(sent / "good.docx").read_bytes()[:-400])
    (sent / "bomb.zip").write_bytes(zipped(zeros_dot_txt=bytes(70 * 1024 * 1024)))
    (sent / "line.txt").write_bytes(b"x" * 50_000_000)
    (sent / "cut.zip").write_bytes(zipped(note_dot_txt=b"A note." * 500)[:-30])
    nested = b"deep"
    for depth in range(8):
        nested = bytes(mail(f"Mail {depth}", "See inside.", [(f"m{depth}.eml" if depth else "n.txt", nested)]))
    (sent / "nested.eml").write_bytes(nested)
    (sent / "controls.txt").write_bytes(b"Frames\x07\x00 of wood")
    (sent / "many.txt").write_bytes(b"Frames\x1fof\x1fwood\x1f" * 100)
    (sent / "memo.doc").write_bytes((pdf(sent / "memo.pdf", ["A memo"])).read_bytes() + b"\n")
    for name in ("noise.pdf", "noise.txt"):
        (sent / name).write_bytes(bytes(range(256)) * 40)
    report = loads()
    told = fates(report)
    assert report.failed
    assert told["locked.pdf"].startswith("locked.pdf is encrypted and wants a password. Open it with its password")
    assert told["broken.docx"].startswith("broken.docx is a broken Word document: it is no whole archive")
    assert told["bomb.zip"].startswith("bomb.zip unpacks zeros.txt to more than 200 times its size")
    assert told["line.txt"] == (
        "line.txt holds 50,000,000 bytes of text; one document may have 33,554,432. Split it into its documents."
    )
    assert told["cut.zip"].startswith("cut.zip is a ZIP archive that breaks off or is damaged")
    deepest = "nested.eml/m7.eml/m6.eml/m5.eml/m4.eml/m3.eml"
    assert told[deepest].startswith(f"{deepest} lies 5 files deep, and is not opened.")
    assert told["controls.txt"] == "2 control characters left out"
    assert told["many.txt"] == "300 of its 1,500 bytes are control characters: blanks stand for them"
    assert told["memo.doc"] == "named .doc, read as PDF, which it is"
    assert told["noise.pdf"].startswith("noise.pdf is named .pdf, but its bytes are neither PDF nor another format")
    assert told["noise.txt"].startswith("noise.txt is named .txt, but its bytes are neither plain text nor another")
    assert {"good.docx", "controls.txt", "many.txt", "nested.eml", "memo.doc", "memo.pdf"} <= rows(home).keys()


def test_an_encrypted_member_of_an_archive_is_told(loads, sent) -> None:  # type: ignore[no-untyped-def]
    raw = bytearray(zipped(a_dot_txt=b"a note", b_dot_txt=b"b note"))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(sign) + at] |= 1
    (sent / "some.zip").write_bytes(bytes(raw))
    told = fates(loads())
    assert told["some.zip/a.txt"].startswith("a.txt in some.zip is encrypted. Unpack it with its password")
    assert told["some.zip/b.txt"] == ""


def test_of_a_scan_only_numbers_that_prove_themselves_are_mentions(loads, home, sent, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    if not ocr.installed():
        pytest.skip("tesseract is not installed")
    scan(sent / "s.pdf", "Entry ABC-1234567-6 of case A-570-967")
    loads()
    assert "A-570-967" in rows(home)["s.pdf"]["text"]
    assert [row["key"] for row in rows(home, "mentions").values()] == ["ABC12345676"]


def test_a_file_is_read_once_what_it_takes_is_installed(loads, home, sent, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    raw = bytearray(word_97(sent / "lost.doc", "Frames of wood, and more of them.\r" * 9, narrow=True).read_bytes())
    raw[raw.index(b"\x02" + (28).to_bytes(4, "little"))] = 7  # the mark of its table of pieces
    (sent / "lost.doc").write_bytes(bytes(raw))
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        report = loads()
    assert not report.failed
    assert report.reasons == {"kept, text not read": 1}
    said = "kept, text not read: its table of pieces is damaged: install catdoc and load it again"
    assert fates(report)["lost.doc"] == said
    assert rows(home)["lost.doc"]["text"] is None
    if not catdoc():
        pytest.skip("catdoc is not installed")
    assert loads().totals.accepted == 1
    assert "more of them" in rows(home)["lost.doc"]["text"]


def test_any_file_is_read_as_a_document_where_a_person_says_so(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    (sent / "notes.log").write_text("Case A-570-967")
    assert loads().totals.accepted == 0
    assert loads(profile="document-files").totals.accepted == 1
    assert rows(home)["notes.log"]["text"] == "Case A-570-967"


def test_a_home_from_before_documents_kept_their_files_goes_on(loads, home, sent) -> None:  # type: ignore[no-untyped-def]
    (sent / "a.txt").write_text("Frames")
    loads()
    (file,) = (home / "facts" / "documents").glob("*.parquet")
    pq.write_table(pq.read_table(file).drop_columns(["sha256", "found_in", "pages", "parent_id"]), file)
    (sent / "b.txt").write_text("Frames of wood")
    report = loads()
    assert {name: row["text"] for name, row in rows(home).items()} == {"a.txt": "Frames", "b.txt": "Frames of wood"}
    assert not report.failed
