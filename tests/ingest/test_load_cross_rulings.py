"""Rulings as the public database answers them: what stands is told by one record, the text by another."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.facts.duckdb import DuckDbFactStore
from ingest.load import LoadReport, load

SEARCHED = {
    "id": 7, "rulingNumber": "N301234", "subject": "Frames of wood", "categories": "Classification",
    "rulingDate": "2018-12-11T00:00:00", "isUsmca": False, "isNafta": False, "collection": "ny",
    "relatedRulings": [], "modifiedBy": [], "modifies": [], "revokedBy": ["H312345"], "revokes": [],
    "tariffs": ["4414.00.0000", "6109.10.0040"], "operationallyRevoked": True, "commodityGrouping": None,
}  # fmt: skip
DETAILED = {
    **SEARCHED, "revokedBy": None, "modifiedBy": None, "operationallyRevoked": None,
    "tariffs": "4414.00.0000, 6109.10.0040", "text": "N301234\n\nFrames of wood, case A-570-967.",
    "url": "/docs/ny/2018/n301234.doc",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def loads(home: Path, tmp_path: Path) -> Callable[..., LoadReport]:
    def run(name: str, value: object, *, day: int = 1) -> LoadReport:
        path = tmp_path / name
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        return load([path], home=home, now=datetime(2026, 3, day, tzinfo=UTC), threads=1)

    return run


def rows(home: Path, table: str = "documents") -> list[dict[str, Any]]:
    store = DuckDbFactStore(home, threads=1)
    try:
        found: list[dict[str, Any]] = store.table(table).to_pyarrow().to_pylist()
        return found
    finally:
        store.close()


@pytest.mark.parametrize("first", ["search", "detail"])
def test_status_and_text_stand_together_whichever_record_comes_last(loads, home, first) -> None:  # type: ignore[no-untyped-def]
    files = {"search": {"rulings": [SEARCHED], "totalHits": 1}, "detail": DETAILED}
    for day, name in enumerate(sorted(files, key=lambda name: name != first), start=1):
        report = loads(f"cross_{name}.json", files[name], day=day)
        assert (report.totals.accepted, report.totals.rejected) == (1, 0)
    (row,) = rows(home)
    assert row["id"] == "NY-N301234"
    assert row["revoked_by"] == ["HQ-H312345"]
    assert row["operationally_revoked"] == "yes"
    assert row["text"].startswith("N301234")
    assert row["tariffs"] == ["4414000000", "6109100040"]
    assert {mention["key"] for mention in rows(home, "mentions")} == {"A-570-967"}


def test_both_records_may_stand_in_one_file(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads("cross.json", {"rulings": [DETAILED, SEARCHED, DETAILED]})
    assert (report.totals.accepted, report.totals.rejected, report.totals.repaired) == (2, 0, 1)
    (row,) = rows(home)
    assert (row["revoked_by"], row["text"] is None) == (["HQ-H312345"], False)


def test_a_record_that_says_less_than_what_stands_is_nothing_new(loads, home) -> None:  # type: ignore[no-untyped-def]
    loads("cross_search.json", {"rulings": [SEARCHED]})
    loads("cross_detail.json", DETAILED, day=2)
    report = loads("cross_again.json", {"rulings": [SEARCHED], "totalHits": 1}, day=3)
    assert (report.totals.accepted, report.totals.unchanged) == (0, 1)


def test_two_records_of_one_file_that_contradict_each_other_are_told(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads("cross.json", {"rulings": [SEARCHED, {**DETAILED, "subject": "Frames of steel"}]})
    assert (report.totals.accepted, report.totals.rejected) == (1, 1)


def test_a_date_that_is_not_known_and_bytes_that_are_not_utf_8(loads, home) -> None:  # type: ignore[no-untyped-def]
    record = {**DETAILED, "rulingDate": "0001-01-01T00:00:00", "subject": "Caf\u00e9 frames"}
    report = loads("cross_detail.json", json.dumps(record, ensure_ascii=False).encode("cp1252"))
    assert report.totals.accepted == 1
    (row,) = rows(home)
    assert (row["date"], row["title"]) == (None, "Caf\u00e9 frames")
