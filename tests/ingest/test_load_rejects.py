"""A row that is not accepted is kept whole, with its place and its reasons, and can be corrected and loaded again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.facts.duckdb import DuckDbFactStore
from graph.facts.ledger import Ledger
from graph.model.errors import NotFound
from ingest.load import LoadReport, load
from ingest.rejects import Problem, Reject, RejectLog, read_rejects

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = "entry_number,line_number,entry_date,importer_number,port_code,hts_number,description,ship"
GOOD = "ABC12345676,1,2024-01-02,12-345678900,2704,7604210010,Frames,Blue Heron"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def load_lines(home: Path, tmp_path: Path) -> Callable[..., LoadReport]:
    def run(*lines: str) -> LoadReport:
        path = tmp_path / "entry_lines.csv"
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return load([path], home=home, now=NOW, threads=1)

    return run


def rejects(home: Path, report: LoadReport) -> list[Reject]:
    assert report.load is not None
    return list(read_rejects(home, report.load.load_id))


def test_a_wrong_check_digit_is_named_with_its_row(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    report = load_lines(GOOD, GOOD.replace("ABC12345676", "ABC12345677"))
    assert (report.totals.accepted, report.totals.rejected, report.failed) == (1, 1, False)
    assert report.files[0].reason == "1 x entry_number: wrong check digit"
    (reject,) = rejects(home, report)
    assert (reject.file, reject.row, reject.table) == ("entry_lines.csv", 2, "entry_lines")
    assert (reject.column, reject.value, reject.reason) == ("entry_number", "ABC12345677", "wrong check digit")
    assert reject.cells == dict(zip(HEADER.split(","), GOOD.replace("676", "677", 1).split(","), strict=True))


def test_a_foreign_exporter_may_go_by_any_number(home: Path, tmp_path: Path) -> None:
    """Customs wants a manufacturer id there; not everybody's records have one, and the line is none the worse."""
    path = tmp_path / "entry_lines.csv"
    exporters = ("FX10001", "cnshefur123she")
    lines = [f"{GOOD},{exporter}".replace(",1,", f",{n},") for n, exporter in enumerate(exporters, start=1)]
    path.write_text("\n".join([f"{HEADER},foreign_exporter_id", *lines]) + "\n", encoding="utf-8")
    report = load([path], home=home, now=NOW, threads=1)
    assert (report.totals.accepted, report.totals.rejected) == (2, 0)
    facts = DuckDbFactStore(home)
    held = facts.table("entry_lines").order_by("line_number").foreign_exporter_id.to_pyarrow().to_pylist()
    assert held == ["FX10001", "CNSHEFUR123SHE"]


def test_all_that_is_wrong_with_a_row_is_said_at_once(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    (reject,) = rejects(home, load_lines(",1,someday,12-345678900,,7604210010,Frames,"))
    assert [(problem.column, problem.value) for problem in reject.problems] == [
        ("entry_number", ""),
        ("entry_date", "someday"),
        ("port_code", ""),
    ]
    assert reject.reason == "missing"


def test_a_social_security_number_is_in_no_file_of_the_home(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    report = load_lines(
        GOOD.replace("12-345678900", "551-23-4567"),
        GOOD.replace("12-345678900", "551-23-4567").replace("ABC12345676", "ABC1"),
        GOOD.replace("Frames", "of 551-23-4567").replace(",1,", ",2,"),
    )
    assert (report.totals.accepted, report.totals.rejected) == (2, 1)
    for path in home.rglob("*"):
        if path.is_file():
            assert b"551-23-4567" not in path.read_bytes(), path
            assert b"551234567" not in path.read_bytes(), path
    assert rejects(home, report)[0].cells["importer_number"] == "***-**-****"


def test_corrected_rejects_load_and_keep_where_they_came_from(load_lines, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    report = load_lines(GOOD, GOOD.replace("ABC12345676", "ABC12345677").replace(",1,", ",2,"))
    assert report.load is not None
    corrected = tmp_path / "corrected.jsonl"
    text = (home / "rejects" / f"{report.load.load_id}.jsonl").read_text(encoding="utf-8")
    corrected.write_text(text.replace('"ABC12345677"', '"ABC12345676"'), encoding="utf-8")
    again = load([corrected], home=home, now=NOW, threads=1)
    assert (again.totals.accepted, again.totals.rejected) == (1, 0)
    (file,) = again.load.facts if again.load else ()
    row = _row(home / file.path)
    assert (row["source"], row["source_row"], row["line_number"]) == ("entry_lines.csv", 2, 2)
    assert json.loads(str(row["extra"])) == {"ship": "Blue Heron"}


def test_rejects_that_nobody_corrected_are_rejected_again(load_lines, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    report = load_lines(GOOD.replace("ABC12345676", "ABC12345677"))
    assert report.load is not None
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((home / "rejects" / f"{report.load.load_id}.jsonl").read_bytes())
    again = load([copy], home=home, now=NOW, threads=1)
    assert (again.totals.accepted, again.totals.rejected) == (0, 1)
    assert rejects(home, again)[0].reason == "wrong check digit"


def test_a_load_without_rejects_has_none_to_read(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    report = load_lines(GOOD)
    with pytest.raises(NotFound, match="No rejected rows are kept"):
        rejects(home, report)


def test_every_row_is_either_a_fact_or_a_reject(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    lines = []
    for number in range(1, 5001):
        broken = {0: ",x", 1: "", 2: ""}[number % 3]  # every third has a cell too many
        date = "2024-13-45" if number % 7 == 0 else "2024-01-02"
        lines.append(f"ABC12345676,{number},{date},12-345678900,2704,7604210010,Frames,{broken}")
    report = load_lines(*lines)
    refused = {reject.row for reject in rejects(home, report)}
    assert report.load is not None
    accepted = {row["source_row"] for row in _rows(home / report.load.facts[0].path)}
    assert refused == {number for number in range(1, 5001) if number % 3 == 0 or number % 7 == 0}
    assert accepted == set(range(1, 5001)) - refused
    assert all(row["source_row"] == row["line_number"] for row in _rows(home / report.load.facts[0].path))


def test_the_counts_of_reasons_do_not_grow_without_end(tmp_path: Path) -> None:
    log = RejectLog(tmp_path / "rejects.jsonl")
    for row in range(1000):
        log.add(Reject("f", row, "orders", (Problem("product", "", f"no {row}"),), {}))
    log.close()
    counts = log.take_counts()
    assert len(counts) <= 201
    assert counts.total() == 1000
    assert counts["other reasons"] == 800


def test_a_rejects_file_without_its_manifest_is_swept(load_lines, home) -> None:  # type: ignore[no-untyped-def]
    load_lines(GOOD.replace("ABC12345676", "ABC12345677"))
    orphan = home / "rejects" / "20250101T000000Z-0001.jsonl"
    orphan.write_text("{}\n", encoding="utf-8")
    Ledger(home).sweep()
    assert not orphan.exists()
    assert len(list((home / "rejects").iterdir())) == 1


def _rows(path: Path) -> list[dict[str, object]]:
    import pyarrow.parquet as pq

    return list(pq.read_table(path).to_pylist())


def _row(path: Path) -> dict[str, object]:
    (row,) = _rows(path)
    return row
