"""A scan does not take the place of a text that is there in characters, whichever comes first."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.facts.duckdb import DuckDbFactStore
from ingest.better_text import KEPT_BETTER
from ingest.load import LoadReport, load
from ingest.text import ocr
from tests.fixtures.document_files import pdf, scan

pytestmark = pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed")

NUMBER = "Laboratory report No. SV2007-2698"
SCANNED = f"{NUMBER} of frames\nScanned"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def load_one(home: Path, tmp_path: Path) -> Callable[..., LoadReport]:
    def run(make: Callable[[Path], object], name: str) -> LoadReport:
        make(tmp_path / name)
        return load([tmp_path / name], home=home, now=datetime(2026, 3, 1, tzinfo=UTC), threads=1)

    return run


def document(home: Path) -> dict[str, Any]:
    store = DuckDbFactStore(home, threads=1)
    try:
        (row,) = store.table("documents").to_pyarrow().to_pylist()
        return dict(row)
    finally:
        store.close()


def typed(path: Path) -> None:
    path.write_text(f"{NUMBER} of frames\nTyped", encoding="utf-8")


def scanned(path: Path) -> None:
    scan(path, SCANNED)


def test_a_scan_that_comes_later_leaves_the_text_and_is_kept_beside_it(load_one, home) -> None:  # type: ignore[no-untyped-def]
    load_one(typed, "a.txt")
    before = document(home)
    report = load_one(scanned, "b.pdf")
    after = document(home)
    assert (after["text"], after["pages"], after["file"]) == (before["text"], None, before["file"])
    assert after["sha256"] == before["sha256"]
    assert after["found_in"] == ["a.txt", "b.pdf"]
    (other,) = after["other_files"]
    assert (home / other).read_bytes().startswith(b"%PDF")
    assert report.reasons == {KEPT_BETTER: 1}
    assert report.files[0].reason.endswith(f"were recognised (OCR); {KEPT_BETTER}")
    again = load_one(lambda _: None, "b.pdf")
    assert (again.load, again.totals.unchanged) == (None, 1)


def test_a_typed_text_that_comes_later_stands_without_the_pages_of_the_scan(load_one, home) -> None:  # type: ignore[no-untyped-def]
    load_one(scanned, "b.pdf")
    assert "Scanned" in document(home)["text"]
    assert json.loads(document(home)["pages"])[0]["ocr"]
    load_one(typed, "a.txt")
    after = document(home)
    assert after["text"].endswith("Typed")
    assert json.loads(after["pages"]) == []
    assert after["reading_notes"] == []
    assert Path(after["file"]).suffix == ".txt"


def test_of_two_typed_texts_and_of_two_scans_the_later_stands(load_one, home) -> None:  # type: ignore[no-untyped-def]
    load_one(scanned, "b.pdf")
    load_one(lambda path: scan(path, f"{NUMBER} of frames\nAmended"), "c.pdf")
    assert "Amended" in document(home)["text"]
    load_one(typed, "a.txt")
    report = load_one(lambda path: pdf(path, [f"{NUMBER} of frames", "as amended"]), "d.pdf")
    assert document(home)["text"].endswith("as amended")
    assert len(json.loads(document(home)["pages"])) == 2
    assert report.reasons == {}


def test_a_row_that_names_a_scan_leaves_the_text_too(load_one, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    load_one(typed, "a.txt")
    scanned(tmp_path / "scan.pdf")

    def row(path: Path) -> None:
        path.write_text(
            json.dumps({"id": "SV20072698", "kind": "lab_report", "file": "scan.pdf", "lab": "Savannah"}) + "\n"
        )

    report = load_one(row, "documents.jsonl")
    after = document(home)
    assert (after["text"].endswith("Typed"), after["lab"]) == (True, "Savannah")
    assert report.reasons[KEPT_BETTER] == 1
