"""The same thing said again: nothing new, a new version, or a contradiction."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from graph.facts.duckdb import DuckDbFactStore
from graph.facts.ledger import Ledger
from ingest.load import LoadReport, load
from ingest.rejects import read_rejects

JANUARY = datetime(2026, 1, 10, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
HEADER = "record_id,role,name,other_names,city,known_at"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def loads(home: Path, tmp_path: Path) -> Callable[..., LoadReport]:
    def run(name: str, rows: Sequence[str], *, now: datetime = JANUARY) -> LoadReport:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return load([path], home=home, now=now, threads=1)

    return run


def names(home: Path, *, as_of: date | None = None) -> dict[str, str]:
    """What a reader of the facts sees: the name of each record."""
    store = DuckDbFactStore(home, threads=1)
    try:
        rows = store.table("party_records", as_of=as_of).select("record_id", "name").to_pyarrow().to_pylist()
    finally:
        store.close()
    assert len({row["record_id"] for row in rows}) == len(rows), "one row a key"
    return {row["record_id"]: row["name"] for row in rows}


def superseding(home: Path) -> list[bool]:
    return [file.supersedes for file in Ledger(home).fact_files("party_records")]


def test_the_same_file_again_changes_nothing(loads, home) -> None:  # type: ignore[no-untyped-def]
    first = loads("party_records.csv", ["r1,importer,Heron,,Dover,"])
    again = loads("party_records.csv", ["r1,importer,Heron,,Dover,"], now=FEBRUARY)
    assert again.load is None
    assert again.files[0].reason == "unchanged, loaded on 2026-01-10"
    assert Ledger(home).loads() == (first.load,)


def test_the_same_bytes_under_another_name_are_the_same_file(loads) -> None:  # type: ignore[no-untyped-def]
    loads("party_records.csv", ["r1,importer,Heron,,Dover,"])
    again = loads("party_records-2.csv", ["r1,importer,Heron,,Dover,"], now=FEBRUARY)
    assert again.files[0].reason == "unchanged, loaded on 2026-01-10"


def test_rows_that_stand_already_are_not_written_again(loads, home) -> None:  # type: ignore[no-untyped-def]
    loads("party_records.csv", ["r1,importer,Heron,HT;HTC,Dover,"])
    report = loads("party_records-2.csv", ["r1,importer,Heron,HT;HTC,Dover,", "r2,broker,Quay,,Deal,"], now=FEBRUARY)
    assert (report.totals.accepted, report.totals.unchanged) == (1, 1)
    assert report.files[0].reason == "1 rows stand already"
    assert [file.rows for file in Ledger(home).fact_files("party_records")] == [1, 1]
    assert superseding(home) == [False, False]


def test_other_values_in_a_later_file_are_a_new_version(loads, home) -> None:  # type: ignore[no-untyped-def]
    loads("party_records.csv", ["r1,importer,Heron,,Dover,", "r2,broker,Quay,,Deal,"])
    report = loads("party_records-2.csv", ["r1,importer,Heron Trading,,Dover,"], now=FEBRUARY)
    assert report.totals.accepted == 1
    assert superseding(home) == [False, True]
    assert names(home) == {"r1": "Heron Trading", "r2": "Quay"}
    assert names(home, as_of=date(2026, 1, 31)) == {"r1": "Heron", "r2": "Quay"}


def test_a_list_a_blank_or_an_unknown_column_makes_a_version_too(loads, home) -> None:  # type: ignore[no-untyped-def]
    loads("party_records.csv", ["r1,importer,Heron,HT,Dover,", "r2,broker,Quay,QB,,"])
    report = loads("party_records-2.csv", ["r1,importer,Heron,HT;HTC,Dover,", "r2,broker,Quay,QB,Deal,"], now=FEBRUARY)
    assert (report.totals.accepted, report.totals.unchanged) == (2, 0)


def test_going_back_to_what_was_said_first_is_a_version(loads, home) -> None:  # type: ignore[no-untyped-def]
    for month, name in enumerate(("Heron", "Heron Trading", "Heron"), start=1):
        loads(f"party_records-{month}.csv", [f"r1,importer,{name},,Dover,2025-0{month}-01"])
    assert sum(file.rows for file in Ledger(home).fact_files("party_records")) == 3
    assert names(home) == {"r1": "Heron"}
    assert names(home, as_of=date(2025, 2, 15)) == {"r1": "Heron Trading"}


def test_what_was_learned_earlier_is_kept_beside_what_stands(loads, home) -> None:  # type: ignore[no-untyped-def]
    loads("party_records.csv", ["r1,importer,Heron Trading,,Dover,2025-06-01"])
    report = loads("party_records-2.csv", ["r1,importer,Heron,,Dover,2024-06-01"], now=FEBRUARY)
    assert report.totals.accepted == 1
    assert names(home) == {"r1": "Heron Trading"}
    assert names(home, as_of=date(2024, 12, 31)) == {"r1": "Heron"}


def test_a_row_that_stands_twice_is_kept_once(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads("party_records.csv", ["r1,importer,Heron,,Dover,", "r2,broker,Quay,,,", "r1,importer,Heron,,Dover,"])
    assert (report.totals.accepted, report.totals.repaired, report.totals.rejected) == (2, 1, 0)
    assert report.reasons == {"duplicate row": 1}
    assert names(home) == {"r1": "Heron", "r2": "Quay"}
    assert superseding(home) == [False]


def test_a_contradiction_inside_a_file_keeps_the_first_and_names_it(loads, home) -> None:  # type: ignore[no-untyped-def]
    rows = ["r1,importer,Heron,HT,Dover,", "r2,broker,Quay,,,", "r1,importer,Heron Trading,HT,Deal,"]
    report = loads("party_records.csv", rows)
    assert (report.totals.accepted, report.totals.rejected) == (2, 1)
    assert report.files[0].reason == "1 x the same key as a row before it, and other values"
    assert report.load is not None
    (reject,) = read_rejects(home, report.load.load_id)
    assert (reject.file, reject.row, reject.column, reject.value) == ("party_records.csv", 3, "name", "Heron Trading")
    assert reject.reason == "row 1 has the same record_id r1 and other values in name, city"
    assert reject.cells["other_names"] == "HT"
    assert names(home)["r1"] == "Heron"


def test_other_days_inside_a_file_are_versions(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads(
        "party_records.csv", ["r1,importer,Heron,,Dover,2025-01-01", "r1,importer,Heron Trading,,Dover,2025-02-01"]
    )
    assert (report.totals.accepted, report.totals.rejected) == (2, 0)
    assert superseding(home) == [True]
    assert names(home) == {"r1": "Heron Trading"}
    assert names(home, as_of=date(2025, 1, 15)) == {"r1": "Heron"}


def test_blank_parts_of_a_key_are_equal(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "capacity.csv"
    row = "CNSHEFUR123SHE,9403,chairs,100,NO"
    path.write_text(f"manufacturer_id,hts_prefix,product,annual_quantity,unit\n{row}\n{row}\n", encoding="utf-8")
    report = load([path], home=home, now=JANUARY, threads=1)
    assert (report.totals.accepted, report.totals.repaired) == (1, 1)


def test_two_files_of_one_load_are_compared_as_well(home: Path, tmp_path: Path) -> None:
    for name, firm in (
        ("party_records-1.csv", "Heron"),
        ("party_records-2.csv", "Heron"),
        ("party_records-3.csv", "H"),
    ):
        text = f"{HEADER}\nr1,importer,{firm},,Dover,\n" + ("r2,broker,Quay,,,\n" if name.endswith("2.csv") else "")
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = load(sorted(tmp_path.glob("*.csv")), home=home, now=JANUARY, threads=1)
    assert [(file.accepted, file.unchanged) for file in report.files] == [(1, 0), (1, 1), (1, 0)]
    assert superseding(home) == [True]
