"""Documents come in with their files and with what their texts mention."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from graph.facts.duckdb import DuckDbFactStore
from graph.facts.ledger import Ledger
from ingest.load import LoadReport, load
from ingest.rejects import read_rejects

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def load_documents(home: Path, tmp_path: Path) -> Callable[..., LoadReport]:
    def run(*records: object) -> LoadReport:
        folder = tmp_path / "world"
        folder.mkdir(exist_ok=True)
        text = "".join((record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records)
        (folder / "documents.jsonl").write_text(text, encoding="utf-8")
        return load([folder], home=home, now=NOW, threads=1)

    return run


def rows(home: Path, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for file in Ledger(home).fact_files(table):
        found += pq.read_table(home / file.path).to_pylist()
    return found


def test_rulings_have_one_number_however_they_are_written(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    load_documents(
        {"id": "n301234", "kind": "ruling", "related": ["NY N299999", "HQ H348257"], "text": "Frames."},
        {"id": "955864", "kind": "ruling", "collection": "hq", "text": "Frames."},
        {"id": "memo 7", "kind": "memo", "text": "Frames."},
    )
    found = {str(row["id"]): row for row in rows(home, "documents")}
    assert set(found) == {"NY-N301234", "HQ-955864", "memo 7"}
    assert found["NY-N301234"]["related"] == ["NY-N299999", "HQ-H348257"]


def test_nested_results_stay_json(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    results = [{"replicate": 1, "analyte": "cotton", "value": 50.5}]
    load_documents({"id": "SV20072698", "kind": "lab_report", "results": results, "methods": ["AATCC 20A; rev", "B"]})
    (row,) = rows(home, "documents")
    assert json.loads(str(row["results"])) == results
    assert row["methods"] == ["AATCC 20A; rev", "B"]


def test_a_text_file_is_read_and_the_original_kept(load_documents, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "world" / "lab").mkdir(parents=True)
    raw = "Café chair, entry ABC-1234567-6".encode("cp1252")
    (tmp_path / "world" / "lab" / "r1.txt").write_bytes(raw)
    (tmp_path / "world" / "lab" / "r2.pdf").write_bytes(b"%PDF-1.4")
    report = load_documents(
        {"id": "r1", "kind": "lab_report", "file": "lab/r1.txt"},
        {"id": "r2", "kind": "lab_report", "file": "lab/r2.pdf"},
    )
    fates = {file.file: file.reason for file in report.files}
    assert fates["lab/r1.txt"] == "read as a document that documents.jsonl names"
    assert fates["lab/r2.pdf"].startswith(
        "read as a document that documents.jsonl names; kept, text not read: r2.pdf is a PDF that cannot be opened"
    )
    assert report.failed
    assert report.reasons == {"kept, text not read": 1}
    first, second = sorted(rows(home, "documents"), key=lambda row: str(row["id"]))
    assert first["text"] == "Café chair, entry ABC-1234567-6"
    assert first["file"] == f"documents/{hashlib.sha256(raw).hexdigest()}.txt"
    assert first["filename"] == "r1.txt"
    assert (home / str(first["file"])).read_bytes() == raw
    assert second["text"] is None
    assert (home / str(second["file"])).read_bytes() == b"%PDF-1.4"


def test_what_a_text_mentions_is_found_where_it_stands(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    load_documents({"id": "n301234", "kind": "ruling", "text": "See case A-570-967 and subheading 7604.21.0010."})
    found = {(row["kind"], row["key"]): row for row in rows(home, "mentions")}
    assert set(found) == {("case", "A-570-967"), ("hts", "7604210010")}
    case = found["case", "A-570-967"]
    assert (case["document_id"], case["start"], case["end"]) == ("NY-N301234", 9, 18)
    assert case["load_id"] == rows(home, "documents")[0]["load_id"]


def test_a_long_text_is_read_in_pieces_and_places_in_it_are_those_of_the_whole(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    text = ("a" * 999 + "\n") * 1_100 + "Case A-570-967."
    load_documents({"id": "m1", "kind": "memo", "text": text})
    (mention,) = rows(home, "mentions")
    assert text[int(str(mention["start"])) : int(str(mention["end"]))] == "A-570-967"


def test_a_social_security_number_in_a_text_is_masked(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    load_documents({"id": "m1", "kind": "memo", "text": "The importer gave 551-23-4567 as its number."})
    assert rows(home, "documents")[0]["text"] == "The importer gave ***-**-**** as its number."


def test_a_file_outside_the_folder_or_missing_rejects_its_row(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    report = load_documents(
        {"id": "m1", "kind": "memo", "file": "../../../etc/hostname"},
        {"id": "m2", "kind": "memo", "file": "gone.txt"},
        {"id": "m3", "kind": "memo", "text": "ok"},
        '{"id": broken',
    )
    assert (report.totals.accepted, report.totals.rejected) == (1, 3)
    assert report.load is not None
    reasons = [(reject.row, reject.reason) for reject in read_rejects(home, report.load.load_id)]
    assert reasons[0] == (1, "../../../etc/hostname is not beside or below documents.jsonl")
    assert reasons[1] == (2, "gone.txt is not there")
    assert reasons[2][0] == 4
    assert reasons[2][1].startswith("not JSON")


def test_the_same_documents_again_change_nothing(load_documents, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "a.txt").write_text("Case A-570-967.", encoding="utf-8")
    record = {"id": "m1", "kind": "memo", "file": "a.txt"}
    load_documents(record)
    again = load_documents(record)
    assert again.load is None
    assert again.totals.unchanged == 1
    assert {file.file: file.reason for file in again.files} == {
        "a.txt": "read as a document that documents.jsonl names",
        "documents.jsonl": "unchanged, loaded on 2026-03-01",
    }


def test_a_changed_text_makes_a_new_version_though_its_row_is_the_same(load_documents, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "world").mkdir()
    record = {"id": "m1", "kind": "memo", "file": "a.txt"}
    (tmp_path / "world" / "a.txt").write_text("Case A-570-967.", encoding="utf-8")
    load_documents(record)
    (tmp_path / "world" / "a.txt").write_text("Case A-570-918.", encoding="utf-8")
    assert load_documents(record).totals.accepted == 1
    assert [file.supersedes for file in Ledger(home).fact_files("documents")] == [False, True]
    assert {row["key"] for row in rows(home, "mentions")} == {"A-570-967", "A-570-918"}


def test_what_a_text_says_is_kept_as_fields_and_goes_when_a_later_text_does_not_say_it(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    text = "The applicable subheading for the frames will be 7326.20.0020, HTSUS. NY N299999 is hereby revoked."
    load_documents({"id": "n301234", "kind": "ruling", "text": text}, {"id": "m1", "kind": "memo", "text": "Frames."})
    store = DuckDbFactStore(home, threads=1)
    first, second = store.table("statements").order_by("document_id").to_pyarrow().to_pylist()
    assert (first["document_id"], first["classified_under"]) == ("NY-N301234", ["7326200020"])
    assert (first["revokes"], first["modifies"]) == (["NY-N299999"], None)
    for said in json.loads(first["said"]):
        assert text[said["start"] : said["end"]] == said["value"]
    assert (second["document_id"], second["said"]) == ("m1", None)
    store.close()
    load_documents({"id": "n301234", "kind": "ruling", "text": "Corrected. The frames are products of Vietnam."})
    store = DuckDbFactStore(home, threads=1)
    rows = {row["document_id"]: row for row in store.table("statements").to_pyarrow().to_pylist()}
    assert [(row["classified_under"], row["revokes"], row["origins"]) for row in rows.values() if row["said"]] == [
        (None, None, ["VN"])
    ]
    store.close()


def test_what_a_laboratory_finds_is_a_code_unless_its_text_says_two_things(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    no, yes = "It is not consistent with the claimed origin. ", "It is consistent with the claimed origin. "
    texts = {"SV1": no, "SV2": yes, "SV3": no + yes, "SV4": "Honey."}
    load_documents(*({"id": key, "kind": "lab_report", "text": text} for key, text in texts.items()))
    found = {row["document_id"]: row["origin_consistent"] for row in rows(home, "statements")}
    assert found == {"SV1": "no", "SV2": "yes", "SV3": None, "SV4": None}


def test_a_number_that_a_picture_gave_is_told_with_a_doubt_and_listed_nowhere(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    text = "NY N299999 is hereby revoked. HQ H300000 is revoked."
    pages = [{"page": 1, "start": 0, "end": 29, "ocr": True}, {"page": 2, "start": 30, "end": 52, "ocr": False}]
    load_documents({"id": "n301234", "kind": "ruling", "text": text, "pages": pages})
    (row,) = rows(home, "statements")
    assert row["revokes"] == ["HQ-H300000"]
    told = [(one["value"], one.get("flag", "")) for one in json.loads(str(row["said"]))]
    assert told == [("NY N299999", "recognised from a picture"), ("HQ H300000", "")]


def test_statements_in_a_long_text_stand_where_they_stand_in_the_whole(load_documents, home) -> None:  # type: ignore[no-untyped-def]
    text = ("a" * 999 + "\n") * 1_100 + "NY N299999 is hereby revoked."
    load_documents({"id": "n301234", "kind": "ruling", "text": text})
    (row,) = rows(home, "statements")
    (said,) = json.loads(str(row["said"]))
    assert text[said["start"] : said["end"]] == "NY N299999"
