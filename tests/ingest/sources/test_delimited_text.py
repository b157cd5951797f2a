"""Delimited text of any encoding, compressed or broken, read in flat memory."""

import gzip
from pathlib import Path

import pytest

from graph.model.errors import Invalid, Unavailable
from ingest.sources import delimited


def test_gzip_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert list(delimited.rows_of(path, ",")) == [["a", "b"], ["1", "2"]]
    assert delimited.read_head(path) == b"a,b\n1,2\n"


def test_a_gzip_that_breaks_off_is_told_by_name(tmp_path: Path) -> None:
    path = tmp_path / "short.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + bytes(range(65, 91)) * 9000)[:-20])
    with pytest.raises(Invalid, match=r"short\.csv\.gz"):
        list(delimited.rows_of(path, ","))


def test_a_line_without_end_is_refused_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_LINE", 1024)
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "x" * 5000, encoding="utf-8")
    with pytest.raises(Invalid, match=r"Line 2 of long\.csv"):
        list(delimited.rows_of(path, ","))


def test_a_quotation_mark_never_closed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    path.write_text('a,b\n"' + "x\n" * 100_000, encoding="utf-8")
    with pytest.raises(Invalid, match="not a delimited file"):
        list(delimited.rows_of(path, ","))


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nowhere"):
        list(delimited.rows_of(tmp_path / "nowhere.csv", ","))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_seen_from_the_first_bytes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "text.csv"
    path.write_bytes("Entry,Importer\n1,São Fictício Ltda\n".encode(encoding))
    assert list(delimited.rows_of(path, ","))[1] == ["1", "São Fictício Ltda"]


def test_the_mark_of_a_files_end_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "dos.csv"
    path.write_bytes(b"1,a\r\n\x1a")
    assert list(delimited.rows_of(path, ",")) == [["1", "a"]]
