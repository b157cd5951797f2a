"""Bad input: each kind gets a message that names the thing, and what was loaded before still stands."""

import gzip
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from graph.facts.duckdb import DuckDbFactStore
from graph.facts.ledger import Ledger, writing
from graph.model.errors import Conflict, NotFound
from ingest.load import LoadReport, load
from ingest.rejects import read_rejects

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
HEADER = "entry_number,line_number,entry_date,importer_number,port_code,hts_number,description"


def line(number: int, *, day: str = "2024-01-02", text: str = "Frames") -> str:
    return f"ABC12345676,{number},{day},12-345678900,2704,7604210010,{text}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which one line stands already."""
    home = tmp_path / "home"
    before = tmp_path / "before" / "entry_lines.csv"
    before.parent.mkdir()
    before.write_text(f"{HEADER}\n{line(900)}\n", encoding="utf-8")
    load([before], home=home, now=NOW, threads=1)
    return home


@pytest.fixture
def loads(home: Path, tmp_path: Path) -> Iterator[Callable[..., LoadReport]]:
    def run(data: bytes, name: str = "entry_lines.csv") -> LoadReport:
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return load([path], home=home, now=NOW, threads=1)

    yield run
    assert 900 in lines_of(home), "what was loaded before still stands"


def lines_of(home: Path) -> set[int]:
    store = DuckDbFactStore(home, threads=1)
    try:
        return set(store.table("entry_lines").line_number.to_pyarrow().to_pylist())
    finally:
        store.close()


def texts_of(home: Path) -> dict[int, tuple[str, list[str] | None]]:
    found = {}
    for file in Ledger(home).fact_files("entry_lines"):
        for row in pq.read_table(home / file.path).to_pylist():
            found[row["line_number"]] = (row["description"], row["repairs"])
    return found


def csv(*lines: str) -> bytes:
    return ("\n".join([HEADER, *lines]) + "\n").encode()


def test_a_gzip_that_breaks_off(loads) -> None:  # type: ignore[no-untyped-def]
    whole = gzip.compress(csv(*(line(number, text=f"Frames {number * 7919}") for number in range(1, 2000))))
    report = loads(whole[: len(whole) // 2], "entry_lines.csv.gz")
    assert report.failed
    assert report.load is None
    assert report.files[0].reason == (
        "entry_lines.csv.gz is a gzip file that breaks off or is damaged."
        " Fetch the file again; nothing of it was loaded."
    )


def test_a_wrong_delimiter(loads) -> None:  # type: ignore[no-untyped-def]
    report = loads(csv(line(1)).replace(b",", b";"))
    assert report.failed
    assert report.files[0].reason == (
        "entry_lines.csv is delimited by ';', where a canonical table is delimited by commas: its header reads as"
        " one column, 'entry_number;line_number;entry_date;importer_number;port_cod'. Save it again with commas."
    )


def test_a_missing_column(loads) -> None:  # type: ignore[no-untyped-def]
    report = loads(csv(line(1)).replace(b"importer_number", b"importer"))
    assert report.failed
    assert report.files[0].reason.startswith(
        "entry_lines.csv lacks importer_number, which every row of entry_lines needs; it has entry_number, line_number"
    )


@pytest.mark.parametrize("name", ["entry_lines.csv", "entry_lines.jsonl", "entry_lines.parquet"])
def test_a_file_of_no_bytes(loads, name) -> None:  # type: ignore[no-untyped-def]
    report = loads(b"", name)
    assert report.failed
    assert report.files[0].reason == f"{name} is empty: 0 bytes. Fetch the file again."


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_header_without_rows(loads, end) -> None:  # type: ignore[no-untyped-def]
    report = loads((HEADER + end).encode())
    assert not report.failed
    assert (report.totals.accepted, report.files[0].reason) == (0, "it holds a header and no rows")


def test_a_parquet_file_that_breaks_off(loads, home) -> None:  # type: ignore[no-untyped-def]
    whole = (home / Ledger(home).fact_files("entry_lines")[0].path).read_bytes()
    report = loads(whole[:-200], "entry_lines.parquet")
    assert report.failed
    assert report.files[0].reason.startswith("entry_lines.parquet is not a whole Parquet file")


def test_ragged_rows_are_rejected_by_number(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads(csv(line(1), "ABC12345676,2,2024-01-02", line(3) + ",more,cells", "", line(4)))
    assert (report.totals.accepted, report.totals.rejected, report.failed) == (2, 2, False)
    assert report.load is not None
    short, long = read_rejects(home, report.load.load_id)
    assert (short.row, short.reason) == (2, "3 cells under 7 headers")
    assert (long.row, long.reason) == (3, "9 cells under 7 headers")
    assert long.cells["cell 9"] == "cells"
    rows = [pq.read_table(home / file.path) for file in report.load.facts]
    assert sorted(rows[0]["source_row"].to_pylist()) == [1, 4]


def test_a_quotation_mark_that_is_never_closed(loads, home) -> None:  # type: ignore[no-untyped-def]
    rows = [line(number) for number in range(1, 100)]
    rows[3] = line(4, text='"Frames')
    report = loads(csv(*rows))
    assert (report.totals.accepted, report.totals.rejected) == (3, 1)
    assert report.load is not None
    (reject,) = read_rejects(home, report.load.load_id)
    assert (reject.row, reject.column) == (4, "description")
    assert reject.reason == "a quotation mark is left open, so that 95 more lines are in this cell"
    assert line(99) in str(reject.cells["description"]), "nothing is lost"


def test_two_quotation_marks_that_are_never_closed(loads, home) -> None:  # type: ignore[no-untyped-def]
    rows = [line(number) for number in range(1, 100)]
    rows[3], rows[49] = line(4, text='"Frames'), line(50, text='"Frames')
    report = loads(csv(*rows))
    assert (report.totals.accepted, report.totals.rejected) == (3 + 49, 1)


def test_a_cell_of_several_lines_is_a_cell(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads(csv(line(1, text='"Frames,\nof oak,\n5"" wide"'), line(2)))
    assert (report.totals.accepted, report.totals.rejected) == (2, 0)
    assert texts_of(home)[1] == ('Frames,\nof oak,\n5" wide', None)


def test_a_row_that_is_larger_than_any_row(loads, home) -> None:  # type: ignore[no-untyped-def]
    rows = [line(number, text="Frames " * 10) for number in range(1, 60_000)]
    rows[3] = line(4, text='"Frames')
    report = loads(csv(*rows))
    assert report.failed
    assert report.files[0].reason == (
        "entry_lines.csv has a row of more than 2048 KiB. Look for a quotation mark that is never closed."
    )
    assert lines_of(home) == {900}, "nothing of the file was loaded"


def test_a_workbook_with_two_header_rows(home: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Main Report"
    sheet.append(["Entry Summary Line Tariff Details"])
    sheet.append(["Entry Summary", None, None, "Importer", "Port of Entry", "HTS Number -"])
    sheet.append(["Number", "Line Number", None, "Number", "Code", "Full"])
    sheet["C2"], sheet["C3"] = "Entry", "Date"
    sheet.append(["ABC-1234567-6", 1, "03/05/2024", "12-3456789", 901, 901110045])
    sheet.append(["ABC-1234567-7", 2, "03/05/2024", "12-3456789", 901, 901110045])
    sheet.append(["Total:", 2])
    path = tmp_path / "es003 march.xlsx"
    book.save(path)
    report = load([path], home=home, now=NOW, threads=1)
    assert (report.files[0].profile, report.failed) == ("ace-es003", False)
    assert (report.totals.accepted, report.totals.rejected, report.totals.repaired) == (1, 1, 1)
    assert report.files[0].reason == "1 x entry_number: wrong check digit; 1 left out: a total, not a row"
    assert report.reasons["port_code: zero_pad"] == 1
    assert lines_of(home) == {1, 900}


def test_three_styles_of_date(loads, home) -> None:  # type: ignore[no-untyped-def]
    days = {1: "2024-03-05", 2: "03/05/2024", 3: "5-Mar-2024", 4: "31/12/2024", 5: "45356"}
    report = loads(csv(*(line(number, day=day) for number, day in days.items())))
    assert report.load is not None
    rows = pq.read_table(home / report.load.facts[0].path).to_pylist()
    assert {row["line_number"]: row["entry_date"] for row in rows} == dict.fromkeys((1, 2, 3), date(2024, 3, 5))
    refused = {reject.row: reject.reason for reject in read_rejects(home, report.load.load_id)}
    assert refused == {4: "not a day when read month first (MM/DD/YYYY)", 5: "not a date"}


def test_encodings_mixed_in_one_file(loads, home) -> None:  # type: ignore[no-untyped-def]
    data = csv(line(1, text="plain")) + line(2, text="café").encode() + b"\n" + line(3, text="café").encode("cp1252")
    report = loads(data)
    assert report.reasons == {"encoding: windows-1252": 1}
    texts = texts_of(home)
    assert texts[1] == ("plain", None)
    assert texts[2] == ("café", None)
    assert texts[3] == ("café", ["encoding: windows-1252"])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_an_encoding_that_a_byte_order_mark_names(loads, home, encoding) -> None:  # type: ignore[no-untyped-def]
    report = loads((csv(line(1, text="café – Ünye")).decode()).encode(encoding))
    assert (report.totals.accepted, report.totals.repaired) == (1, 0)
    assert texts_of(home)[1] == ("café – Ünye", None)


def test_nul_bytes_reject_their_row_alone(loads, home) -> None:  # type: ignore[no-untyped-def]
    report = loads(csv(line(1), line(2, text="Fra\0mes"), line(3)) + b"\0" * 300)
    assert (report.totals.accepted, report.totals.rejected) == (2, 2)
    assert report.load is not None
    reasons = {reject.row: (reject.column, reject.reason) for reject in read_rejects(home, report.load.load_id)}
    assert reasons == {2: ("description", "holds NUL bytes"), 4: ("", "1 cells under 7 headers")}


def test_a_line_of_two_gigabytes_in_flat_memory(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "entry_lines.csv"
    with path.open("wb") as file:
        file.write(csv(line(1)))
        file.truncate(file.tell() + (2 << 30))  # a hole: no disk is used
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + line(3).encode() + b"\n")
    done = run_apart(
        "report = load([Path(sys.argv[2])], home=Path(sys.argv[1]), now=NOW, threads=1)\n"
        "print(report.totals.accepted, report.files[0].reason)\n"
        # VmHWM is this program's own; what getrusage says includes the process that started it.
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))",
        home,
        path,
    )
    said, peak_kib = done.stdout.splitlines()
    assert said == "2 1 x a line of more than 1024 KiB, of which only the beginning is kept"
    assert int(peak_kib) < 1_000_000
    assert lines_of(home) == {1, 3, 900}


def test_a_folder_without_rights() -> None:
    # Pytest's own folders are closed to others, so that only a folder beside them serves.
    folder = Path(tempfile.mkdtemp())
    try:
        sent = folder / "sent"
        (sent / "closed").mkdir(parents=True)
        (sent / "closed" / "entry_lines.csv").write_bytes(csv(line(2)))
        (sent / "entry_lines.csv").write_bytes(csv(line(1)))
        (sent / "party_records.csv").write_bytes(b"record_id,role,name\n")
        (sent / "party_records.csv").chmod(0)
        (sent / "closed").chmod(0)
        warm = folder / "entry_lines.csv"
        warm.write_bytes(csv(line(1)))
        folder.chmod(0o777)
        done = run_apart(
            # Python itself may lie where others may not read, so that all of it is imported first.
            "load([Path(sys.argv[3])], home=Path(sys.argv[1] + '-warm'), now=NOW, threads=1)\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "report = load([Path(sys.argv[2])], home=Path(sys.argv[1]), now=NOW, threads=1)\n"
            "print(report.failed)\n"
            "for file in report.files: print(file.file, file.accepted, file.reason)",
            folder / "home",
            sent,
            warm,
        )
        failed, *fates = done.stdout.splitlines()
        assert failed == "True"
        assert fates == [
            "closed/ 0 closed/: the folder cannot be read: Permission denied",
            "entry_lines.csv 1 ",
            f"party_records.csv 0 {sent}/party_records.csv cannot be read: Permission denied."
            " Check that the file is there and that you may read it.",
        ]
        assert lines_of(folder / "home") == {1}
    finally:
        (folder / "sent" / "closed").chmod(0o700)
        shutil.rmtree(folder)


def test_a_home_that_cannot_be_written_to() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "entry_lines.csv").write_bytes(csv(line(1)))
        (folder / "home").mkdir()
        folder.chmod(0o755)
        done = run_apart(
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "else: os.chmod(sys.argv[1], 0o500)\n"
            "try: load([Path(sys.argv[2])], home=Path(sys.argv[1]), now=NOW, threads=1)\n"
            "except Unavailable as error: print(error)",
            folder / "home",
            folder / "entry_lines.csv",
        )
        assert done.stdout.startswith(f"The disk under {folder}/home cannot be written to: Permission denied")
        assert "Free space or correct the rights there, then load again." in done.stdout
    finally:
        shutil.rmtree(folder)


def test_a_full_disk(home: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root with the right to mount")
    try:
        shutil.copytree(home, disk / "home")
        path = tmp_path / "entry_lines.csv"
        path.write_bytes(csv(*(line(number, text=os.urandom(40).hex()) for number in range(1, 100_000))))
        done = run_apart(_LOAD_AND_SAY, disk / "home", path)
        assert done.stdout.startswith(f"The disk under {disk}/home is full (")
        assert "nothing was loaded, the earlier loads stand. Free space" in done.stdout
        assert not (disk / "home" / "staging").exists(), "what was prepared is removed"
        assert lines_of(disk / "home") == {900}
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_that_grows_past_the_limit(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "entry_lines.csv"
    path.write_bytes(csv(*(line(number, text=os.urandom(40).hex()) for number in range(1, 50_000))))
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
    done = run_apart(limit + _LOAD_AND_SAY, home, path)
    assert done.stdout.startswith(f"The disk under {home} takes no file as large as the load needs (")
    assert lines_of(home) == {900}
    assert load([path], home=home, now=NOW, threads=1).totals.accepted == 49_999


def test_kill_9_in_the_middle_of_a_load(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "entry_lines.csv"
    path.write_bytes(csv(*(line(number, text=os.urandom(60).hex()) for number in range(1, 200_000))))
    loading = subprocess.Popen([sys.executable, "-c", _PRELUDE + _LOAD_AND_SAY, str(home), str(path)], cwd=ROOT)
    staging = home / "staging"
    give_up = time.monotonic() + 60
    while not any(part.stat().st_size for part in staging.glob("*/part-*.parquet")):
        assert loading.poll() is None, "the load ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.005)
    loading.send_signal(signal.SIGKILL)
    assert loading.wait() == -signal.SIGKILL
    assert lines_of(home) == {900}
    assert len(Ledger(home).loads()) == 1
    again = load([path], home=home, now=NOW, threads=1)
    assert again.totals.accepted == 199_999
    assert not staging.exists()


def test_a_kill_between_moving_the_facts_and_the_manifest(home: Path) -> None:
    folder = home / "facts" / "entry_lines"
    (standing,) = folder.iterdir()
    shutil.copy(standing, folder / "20260101T000000Z-0009-0001.parquet")  # moved, but its manifest was not written
    assert lines_of(home) == {900}
    load([], home=home, now=NOW, threads=1)
    assert list(folder.iterdir()) == [standing]


def test_a_second_writer_is_told_to_wait(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "entry_lines.csv"
    path.write_bytes(csv(line(1)))
    with writing(home), pytest.raises(Conflict, match="Another load or refresh is writing"):
        load([path], home=home, now=NOW, threads=1)


def test_a_profile_that_does_not_exist(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "entry_lines.csv"
    path.write_bytes(csv(line(1)))
    with pytest.raises(NotFound, match=r"No profile is called es-3\. Known are"):
        load([path], home=home, now=NOW, threads=1, profile="es-3")
    assert lines_of(home) == {900}


def test_one_bad_file_does_not_keep_the_others_out(loads, home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "entry_lines-1.csv").write_bytes(csv(line(1), line(2, day="never")))
    (folder / "entry_lines-2.csv.gz").write_bytes(gzip.compress(csv(line(3), line(4, day="never")))[:-12])
    (folder / "entry_lines-3.csv").write_bytes(csv(line(5)))
    report = load([folder], home=home, now=NOW, threads=1)
    assert report.failed
    assert [(file.accepted, file.rejected) for file in report.files] == [(1, 1), (0, 0), (1, 0)]
    assert lines_of(home) == {1, 5, 900}
    assert report.load is not None
    assert [reject.file for reject in read_rejects(home, report.load.load_id)] == ["entry_lines-1.csv"]


def test_pipes_and_links_in_a_folder_are_told_and_hold_nothing_up(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    (folder / "sub").mkdir(parents=True)
    (folder / "entry_lines.csv").write_bytes(csv(line(1)))
    os.mkfifo(folder / "pipe.txt")
    (folder / "sub" / "up").symlink_to("..")
    (folder / "ring.txt").symlink_to(folder / "ring.txt")
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    done = run_apart(
        "report = load([Path(sys.argv[2])], home=Path(sys.argv[1]), now=NOW, threads=1)\n"
        "for file in report.files: print(file.file, file.accepted, file.reason)",
        home,
        folder,
    )
    fates = dict(fate.split(" ", 1) for fate in done.stdout.splitlines())
    assert fates["entry_lines.csv"] == "1 "
    assert fates["pipe.txt"] == "0 skipped: it is no file but a pipe, a socket or a device"
    assert fates["sub/up/"] == "0 skipped: it is a link to a folder; name that folder itself if it is wanted"
    assert "cannot be read: Too many levels of symbolic links" in fates["ring.txt"]
    assert "cannot be read: No such file or directory" in fates["gone.txt"]
    alone = load([folder / "pipe.txt"], home=home, now=NOW, threads=1)
    assert (alone.failed, alone.files[0].reason) == (True, "pipe.txt: it is no file but a pipe, a socket or a device")


def test_a_name_that_is_no_text_is_shown_by_its_bytes(home: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "sent")
    os.mkdir(folder)
    for name, raw in ((b"note\xff\xfe.txt", b"Case A-570-967"), (b"cut\xff.pdf", b"%PDF-1.7 and no more")):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(raw)
    report = load([tmp_path / "sent"], home=home, now=NOW, threads=1)
    told = {file.file: file.reason for file in report.files}
    assert told["note\\xff\\xfe.txt"] == ""
    assert told["cut\\xff.pdf"].startswith("cut\\xff.pdf is a PDF that cannot be opened")
    assert report.totals.accepted == 1
    (row,) = DuckDbFactStore(home, threads=1).table("documents").to_pyarrow().to_pylist()
    assert (row["filename"], row["found_in"]) == ("note\\xff\\xfe.txt", ["note\\xff\\xfe.txt"])
    str(told).encode()  # every part of the report can be written


def test_json_lines_that_break_off_reject_what_is_no_record(loads) -> None:  # type: ignore[no-untyped-def]
    good = '{"record_id": "r1", "role": "importer", "name": "Heron"}'
    report = loads(f'{good}\n["r2"]\n{good[:20]}'.encode(), "party_records.jsonl")
    assert (report.totals.accepted, report.totals.rejected, report.failed) == (1, 2, False)
    assert report.files[0].reason.startswith("1 x a record must be an object, not list; 1 x not JSON:")


_PRELUDE = (
    "import os, resource, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
    "from graph.model.errors import Unavailable\nfrom ingest.load import load\n"
    "NOW = datetime(2026, 3, 1, tzinfo=UTC)\n"
)
_LOAD_AND_SAY = (
    "try: print(load([Path(sys.argv[2])], home=Path(sys.argv[1]), now=NOW, threads=1).totals)\n"
    "except Unavailable as error: print(error)"
)


def run_apart(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, whose limits and memory are its own."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", _PRELUDE + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done
