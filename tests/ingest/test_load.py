"""Canonical tables come in from every format, typed, with where they came from."""

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.facts.ledger import Ledger
from graph.model.identifiers import entry_check_digit
from graph.model.tables import PROVENANCE, TABLES
from ingest.load import LoadReport, load

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HEADER = (
    "entry_number,line_number,entry_date,importer_number,port_code,hts_number,entered_value_usd,description,vessel_flag"
)

Rows = list[dict[str, object]]


def entry(serial: int) -> str:
    return f"ABC{serial:07d}{entry_check_digit(f'ABC{serial:07d}')}"


def line(serial: int, number: int = 1, *, value: str = "100.50", text: str = "Wooden frames") -> str:
    return f"{entry(serial)},{number},2024-01-02,12-345678900,2704,7604210010,{value},{text},PA"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def loads(home: Path) -> Callable[..., LoadReport]:
    def run(*paths: Path, now: datetime = NOW, **options: object) -> LoadReport:
        return load(paths, home=home, now=now, threads=1, **options)  # type: ignore[arg-type]

    return run


def written(path: Path, lines: Sequence[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def facts(home: Path, table: str) -> Rows:
    """All rows of a table as they stand in the fact files, oldest file first."""
    paths = [str(home / file.path) for file in Ledger(home).fact_files(table)]
    if not paths:
        return []
    found = duckdb.execute("SELECT * FROM read_parquet(?) ORDER BY load_id, source, source_row", [paths])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_csv_becomes_typed_facts_that_say_where_they_come_from(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    report = loads(written(tmp_path / "entry_lines.csv", [HEADER, line(1), line(2)]))
    assert (report.totals.accepted, report.totals.rejected, report.failed) == (2, 0, False)
    first, second = facts(home, "entry_lines")
    assert list(first) == [column.name for column in (*TABLES["entry_lines"].columns, *PROVENANCE)]
    assert first["entry_date"] == date(2024, 1, 2)
    assert first["entered_value_usd"] == Decimal("100.50")
    assert first["tariff_ordinal"] == 1, "the declared default"
    assert first["consignee_number"] is None
    assert (first["source"], first["source_row"], second["source_row"]) == ("entry_lines.csv", 1, 2)
    assert first["known_at"] == NOW.date()
    assert report.load is not None
    assert first["load_id"] == report.load.load_id
    assert json.loads(str(first["extra"])) == {"vessel_flag": "PA"}


def test_a_maker_that_nobody_can_be_is_set_aside_and_the_line_stands(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    rows = [f"{HEADER},manufacturer_id", f"{line(1)},QQFOOBAR12HAN", f"{line(2)},VNQUIVEX18HCM", f"{line(3)}, "]
    report = loads(written(tmp_path / "entry_lines.csv", rows))
    assert (report.totals.accepted, report.totals.rejected, report.totals.repaired) == (3, 0, 1)
    told = "manufacturer_id: set aside, does not begin with the code of a country"
    assert report.reasons == {told: 1}
    bad, good, blank = facts(home, "entry_lines")
    assert (bad["manufacturer_id"], bad["repairs"]) == (None, [told])
    assert json.loads(str(bad["extra"])) == {"vessel_flag": "PA", "manufacturer_id": "QQFOOBAR12HAN"}
    assert (good["manufacturer_id"], good["repairs"]) == ("VNQUIVEX18HCM", None)
    assert (blank["manufacturer_id"], blank["repairs"]) == (None, None)


def test_a_box_with_a_wrong_check_digit_is_set_aside_and_entry_line_action_and_bill_stand(
    loads, home, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    told = "container_number: set aside, wrong check digit"
    loads(written(tmp_path / "entry_lines.csv", [f"{HEADER},container_number", f"{line(1)},CSQU3054384"]))
    acted = [
        "action_id,kind,action_date,container_number",
        "A1,exam,2024-01-02,CSQU3054384",
        "A2,exam,2024-01-02,CSQU3054383",
    ]
    loads(written(tmp_path / "actions.csv", acted))
    landed = ["bill_number,containers,seals", "OOLU0000001,CSQU3054384;CSQU3054383,S1"]
    assert loads(written(tmp_path / "bills.csv", landed)).totals.accepted == 1
    (entered,) = facts(home, "entry_lines")
    bad, good = facts(home, "actions")
    for row in (entered, bad):
        assert (row["container_number"], row["repairs"]) == (None, [told])
        assert json.loads(str(row["extra"]))["container_number"] == "CSQU3054384"
    assert (good["container_number"], good["repairs"]) == ("CSQU3054383", None)


def test_fact_files_have_the_declared_types_whatever_columns_came(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    loads(written(tmp_path / "party_records.csv", ["record_id,role,name", "r1,importer,Heron Trading"]))
    (file,) = Ledger(home).fact_files("party_records")
    types = {field.name: str(field.type) for field in pq.read_schema(home / file.path)}
    assert types["other_names"].startswith("list<")
    assert types["valid_from"] == "date32[day]"
    assert types["repairs"].startswith("list<")
    assert types["source_row"] == "int64"


ROWS = [
    {
        "record_id": "r1",
        "role": "importer",
        "name": "Heron Trading",
        "other_names": ["Heron; Sons", "HT"],
        "valid_from": "2020-05-06",
        "note": "x",
    },
    {"record_id": "r2", "role": "broker", "name": "Quay Brokers", "other_names": ["QB"], "valid_from": None},
]


def _parquet(path: Path) -> None:
    table = pa.table(
        {
            "record_id": ["r1", "r2"],
            "role": ["importer", "broker"],
            "name": ["Heron Trading", "Quay Brokers"],
            "other_names": [["HT"], ["QB"]],
            "valid_from": pa.array([date(2020, 5, 6), None], pa.date32()),
            "note": ["x", None],
        }
    )
    pq.write_table(table, path)


def _csv(path: Path) -> None:
    text = "record_id,role,name,other_names,valid_from,note\nr1,importer,Heron Trading,HT,2020-05-06,x\n"
    path.write_text(text + "r2,broker,Quay Brokers,QB,,\n", encoding="utf-8")


def _jsonl(path: Path) -> None:
    rows = [{**ROWS[0], "other_names": ["HT"]}, ROWS[1]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _zipped(write: Callable[[Path], None]) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        write(path)
        path.write_bytes(gzip.compress(path.read_bytes()))

    return run


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("party_records.csv", _csv),
        ("party_records.csv.gz", _zipped(_csv)),
        ("party_records.parquet", _parquet),
        ("party_records.jsonl", _jsonl),
        ("party_records.jsonl.gz", _zipped(_jsonl)),
        ("register of 2020.csv", _csv),
    ],
)
def test_every_format_gives_the_same_rows(loads, home, tmp_path, name, write) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path / name)
    report = loads(tmp_path / name)
    assert [file.reason for file in report.files] == [""]
    first, second = facts(home, "party_records")
    assert (first["record_id"], first["other_names"], first["valid_from"]) == ("r1", ["HT"], date(2020, 5, 6))
    assert json.loads(str(first["extra"])) == {"note": "x"}
    assert (second["name"], second["valid_from"], second["extra"]) == ("Quay Brokers", None, None)
    assert (first["source_row"], second["source_row"]) == (1, 2)


def test_a_list_item_with_a_semicolon_survives_json(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    loads(written(tmp_path / "party_records.jsonl", [json.dumps(ROWS[0])]))
    assert facts(home, "party_records")[0]["other_names"] == ["Heron; Sons", "HT"]


def test_the_senders_source_and_day_stand_before_the_loads(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    rows = ["claim_id,subject,relation,object,source,known_at"]
    rows += ["c1,importer:12-345678900,owned_by,company:HK-1,Site visit report,2021-02-03"]
    rows += ["c2,importer:12-345678900,owned_by,company:HK-2,,"]
    loads(written(tmp_path / "party_claims.csv", rows))
    first, second = facts(home, "party_claims")
    assert (first["source"], first["known_at"]) == ("Site visit report", date(2021, 2, 3))
    assert (second["source"], second["known_at"]) == ("party_claims.csv", NOW.date())
    (file,) = Ledger(home).fact_files("party_claims")
    assert (file.min_known_at, file.max_known_at) == ("2021-02-03", "2026-03-01")


def test_each_file_of_a_folder_has_a_fate(loads, tmp_path) -> None:  # type: ignore[no-untyped-def]
    world = tmp_path / "world"
    written(world / "entry_lines.csv", [HEADER, line(1)])
    written(world / "2025" / "entry_lines.csv", [HEADER, line(2)])
    written(world / "truth" / "schemes.jsonl", ['{"scheme_id": "s1"}'])
    written(world / "notes.dat", ["call the broker"])
    (world / ".empty").write_bytes(b"")
    report = loads(world)
    fates = {file.file: (file.accepted, file.reason) for file in report.files}
    assert fates == {
        "entry_lines.csv": (1, ""),
        "2025/entry_lines.csv": (1, ""),
        "truth/schemes.jsonl": (0, "skipped: truth is what findings are measured against, never evidence"),
        "notes.dat": (0, "not recognised: it is no table of ours and fits no profile"),
        ".empty": (0, "empty: 0 bytes"),
    }
    assert not report.failed


def test_the_truth_is_not_evidence_even_when_named(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    truth = written(tmp_path / "truth" / "entry_lines.csv", [HEADER, line(1)])
    assert loads(truth).files[0].reason.startswith("skipped: truth")
    assert facts(home, "entry_lines") == []


def test_a_home_inside_the_folder_is_left_alone(tmp_path: Path) -> None:
    written(tmp_path / "entry_lines.csv", [HEADER, line(1)])
    home = tmp_path / ".tidewaiter"
    load([tmp_path], home=home, now=NOW, threads=1)
    again = load([tmp_path], home=home, now=NOW, threads=1)
    assert {file.file: file.reason for file in again.files} == {
        ".tidewaiter": "skipped: this is the home directory itself",
        "entry_lines.csv": "unchanged, loaded on 2026-03-01",
    }


def test_a_file_that_nobody_knows_fails_when_it_is_named(loads, tmp_path) -> None:  # type: ignore[no-untyped-def]
    report = loads(written(tmp_path / "notes.dat", ["call the broker"]), tmp_path / "gone.csv")
    assert report.failed
    assert {file.file: file.reason for file in report.files} == {
        "gone.csv": "gone.csv: there is no such file or folder",
        "notes.dat": "notes.dat is not recognised: it is no table of ours and fits no profile."
        " Name its kind with --as, or write a profile for it.",
    }


def test_a_dry_run_says_the_same_and_keeps_nothing(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path / "entry_lines.csv", [HEADER, line(1), line(2, value="much")])
    dry = loads(path, dry_run=True)
    assert dry.load is None
    assert Ledger(home).loads() == ()
    assert not (home / "rejects").exists()
    assert not (home / "staging").exists()
    real = loads(path)
    assert (dry.files, dry.totals, dry.reasons) == (real.files, real.totals, real.reasons)


def test_progress_ends_at_the_files_size(loads, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path / "entry_lines.csv", [HEADER, *(line(serial) for serial in range(1, 500))])
    told: list[tuple[str, int, int | None]] = []
    loads(path, progress=lambda *said: told.append(said))
    assert told[-1] == ("entry_lines.csv", path.stat().st_size, path.stat().st_size)


def test_the_secret_is_made_once_and_for_its_owner_alone(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path / "entry_lines.csv", [HEADER, line(1)])
    loads(path)
    secret = home / "secret.key"
    first = secret.read_text(encoding="ascii")
    loads(path)
    assert secret.read_text(encoding="ascii") == first
    assert secret.stat().st_mode & 0o777 == 0o600


def test_many_small_files_become_few_fact_files(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    for serial in range(1, 71):
        written(tmp_path / "world" / f"entry_lines-{serial:03d}.csv", [HEADER, line(serial)])
    report = loads(tmp_path / "world")
    assert report.totals.accepted == 70
    assert [file.rows for file in Ledger(home).fact_files("entry_lines")] == [70]
    assert len({row["source"] for row in facts(home, "entry_lines")}) == 70
