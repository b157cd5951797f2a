"""ES-003 reports as they come: workbooks and CSV with banners, lost zeros, totals and blank groups."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graph.model.errors import Invalid
from ingest.sources.delimited import read_head
from ingest.sources.mapped import MappedSource
from ingest.sources.profile import SHIPPED, read_profile
from ingest.sources.source import TextRows

HEADER = (
    "Entry Summary Number", "Entry Type Code", "Importer Number", "Importer Name", "Port of Entry Code",
    "Entry Date", "Entry Summary Line Number", "Country of Origin Code", "Manufacturer ID",
    "Tariff Ordinal Number", "HTS Number - Full", "Line Tariff Goods Value Amount", "Line Tariff Duty Amount",
)  # fmt: skip
COMMODITY = (
    "ABC-1234567-6", "01", "12-3456789", "Mangrove Apparel LLC", "0901", "03/01/2024", "1", "CN",
    "CNSHEFUR123SHE", "2", "6109.10.0040", "$10,000.00", "$1,650.00",
)  # fmt: skip
CHAPTER_99 = (
    "ABC-1234567-6", "01", "12-3456789", "Mangrove Apparel LLC", "0901", "03/01/2024", "1", "CN",
    "CNSHEFUR123SHE", "1", "9903.88.15", "$0.00", "$750.00",
)  # fmt: skip


@pytest.fixture
def es003() -> MappedSource:
    return MappedSource(read_profile(SHIPPED / "ace-es003.toml"))


def csv_of(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def workbook_of(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def read(source: MappedSource, path: Path) -> list[TextRows]:
    rows = source.rows(path)
    return list(rows)  # type: ignore[arg-type]


def cells(batches: list[TextRows]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.batch.to_pylist()]


def test_title_rows_and_a_byte_order_mark_stand_before_the_header(es003: MappedSource, tmp_path: Path) -> None:
    path = csv_of(
        tmp_path / "march.csv",
        [["Entry Summary Line Tariff Details"], ["FOR OFFICIAL USE ONLY"], [], HEADER, COMMODITY],
        encoding="utf-8-sig",
    )
    assert es003.recognises(path, read_head(path)) > 0.8
    (row,) = cells(read(es003, path))
    assert row["entry_number"] == "ABC-1234567-6"
    assert row["entered_value_usd"] == "$10,000.00"
    assert row["Importer Name"] == "Mangrove Apparel LLC"
    assert row["source_row"] == 1


def test_utf_16_with_tabs_is_read(es003: MappedSource, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "webi.csv", [HEADER, COMMODITY], encoding="utf-16-le", delimiter="\t")
    assert es003.recognises(path, read_head(path)) > 0.8
    assert cells(read(es003, path))[0]["hts_number"] == "6109.10.0040"


def test_headers_are_matched_whatever_their_case_and_blanks(es003: MappedSource, tmp_path: Path) -> None:
    header = [name.upper().replace(" ", "  ") for name in HEADER]
    path = csv_of(tmp_path / "loud.csv", [header, COMMODITY])
    assert cells(read(es003, path))[0]["manufacturer_id"] == "CNSHEFUR123SHE"


def test_a_chapter_99_row_keeps_its_zero_beside_the_commodity_row(es003: MappedSource, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "two.csv", [HEADER, CHAPTER_99, COMMODITY])
    assert [(row["tariff_ordinal"], row["entered_value_usd"]) for row in cells(read(es003, path))] == [
        ("1", "$0.00"),
        ("2", "$10,000.00"),
    ]


def test_totals_are_counted_and_never_rows(es003: MappedSource, tmp_path: Path) -> None:
    total = ["Total:", *[""] * 10, "$10,000.00", "$1,650.00"]
    grand = ["Grand Total:", *[""] * 10, "$10,000.00", "$1,650.00"]
    path = csv_of(tmp_path / "totals.csv", [HEADER, COMMODITY, total, grand])
    batches = read(es003, path)
    assert len(cells(batches)) == 1
    assert batches[0].left_out == {"a total, not a row": 2}


def test_a_header_repeated_on_the_next_page_is_no_row(es003: MappedSource, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "pages.csv", [HEADER, COMMODITY, HEADER, CHAPTER_99])
    batches = read(es003, path)
    assert [row["source_row"] for row in cells(batches)] == [1, 3]
    assert batches[0].left_out == {"the header again": 1}


def test_a_blank_group_is_that_of_the_row_above(es003: MappedSource, tmp_path: Path) -> None:
    same_line = ["", "", "", "", "", "", "", "", "", "2", "6109.10.0040", "$500.00", "$0.00"]
    next_line = ["", "", "", "", "", "", "2", "VN", "", "1", "6110.20.2010", "$700.00", "$0.00"]
    path = csv_of(tmp_path / "groups.csv", [HEADER, CHAPTER_99, same_line, next_line])
    first, second, third = cells(read(es003, path))
    assert second["entry_number"] == third["entry_number"] == first["entry_number"]
    assert (second["line_number"], second["manufacturer_id"]) == ("1", "CNSHEFUR123SHE")
    assert third["manufacturer_id"] is None  # the new line has none of its own: nothing may be lent to it


def test_a_blank_importer_of_a_named_entry_stays_blank(es003: MappedSource, tmp_path: Path) -> None:
    other = ["WFR-0000001-0", "01", "", "", "0901", "03/02/2024", "1", "CN", "", "1", "6109.10.0040", "$1", "$0"]
    path = csv_of(tmp_path / "blank.csv", [HEADER, COMMODITY, other])
    assert cells(read(es003, path))[1]["importer_number"] is None


def test_the_main_report_is_read_and_the_parameters_are_not(es003: MappedSource, tmp_path: Path) -> None:
    path = workbook_of(
        tmp_path / "report.xlsx",
        {"Parameters": [["Report Parameters:"], ["FOR OFFICIAL USE ONLY"]], "Main Report 1": [HEADER, COMMODITY]},
    )
    assert es003.recognises(path, read_head(path)) > 0.8
    assert len(cells(read(es003, path))) == 1


def test_cells_that_a_spreadsheet_typed_are_told_as_damaged(es003: MappedSource, tmp_path: Path) -> None:
    typed = list(COMMODITY)
    typed[1] = 1  # type: ignore[call-overload]
    typed[4:6] = [901, datetime(2024, 3, 1)]  # type: ignore[list-item]  # noqa: DTZ001 - a cell has no zone
    typed[10:12] = [901110045, 10000.5]  # type: ignore[list-item]
    (batch,) = read(es003, workbook_of(tmp_path / "typed.xlsx", {"ES-003": [HEADER, typed]}))
    (row,) = cells([batch])
    assert (row["port_code"], row["hts_number"], row["entry_date"]) == ("901", "901110045", "2024-03-01")
    assert row["entered_value_usd"] == "10000.5"
    assert row["entry_type"] == "01"
    assert batch.damaged == {"entry_number", "entry_type", "hts_number", "port_code"}


def test_two_header_rows_are_read_as_one(es003: MappedSource, tmp_path: Path) -> None:
    top = ["Entry", "Importer", "Port of", "Country of", "HTS Number", "Line Tariff"]
    bottom = ["Summary Number", "Number", "Entry Code", "Origin Code", "- Full", "Goods Value Amount"]
    row = ["ABC-1234567-6", "12-3456789", "0901", "CN", "6109100040", "5"]
    path = workbook_of(tmp_path / "two-headers.xlsx", {"Main Report": [top, bottom, row]})
    (only,) = cells(read(es003, path))
    assert (only["port_code"], only["hts_number"], only["entered_value_usd"]) == ("0901", "6109100040", "5")


def test_group_headings_over_the_header_are_no_header(es003: MappedSource, tmp_path: Path) -> None:
    groups = ["Entry Summary", "", "", "", "", "", "Line", "", "", "Tariff", "", "", ""]
    path = workbook_of(tmp_path / "groups.xlsx", {"Main Report": [groups, HEADER, COMMODITY]})
    (only,) = cells(read(es003, path))
    assert only["entry_number"] == "ABC-1234567-6"


def test_a_file_without_known_headers_says_what_was_found(es003: MappedSource, tmp_path: Path) -> None:
    path = csv_of(tmp_path / "other.csv", [["Fish", "Weight"], ["cod", "3"]])
    assert es003.recognises(path, read_head(path)) == 0
    with pytest.raises(Invalid) as error:
        read(es003, path)
    assert "other.csv" in error.value.message
    assert "Fish" in error.value.value


def test_an_empty_file_is_called_empty(es003: MappedSource, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(Invalid, match="empty"):
        read(es003, path)


def test_a_delimiter_inside_an_unquoted_cell_makes_a_problem_of_its_row_alone(
    es003: MappedSource, tmp_path: Path
) -> None:
    path = tmp_path / "slipped.csv"
    slipped = [*COMMODITY[:3], "Mangrove", " Apparel LLC", *COMMODITY[4:]]
    plain = [cell.replace("$10,000.00", "10000").replace("$1,650.00", "1650") for cell in COMMODITY]
    slipped = [cell.replace("$10,000.00", "10000").replace("$1,650.00", "1650") for cell in slipped]
    path.write_text("\n".join(",".join(row) for row in (HEADER, plain, slipped)), encoding="utf-8")
    (batch,) = read(es003, path)
    assert list(batch.problems) == [1]
    assert "14 cells under 13 headers" in batch.problems[1]


def test_a_line_in_another_encoding_is_read_and_marked(es003: MappedSource, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    other = list(COMMODITY)
    other[3] = "Café Mangrove SARL"
    rows = [",".join(f'"{cell}"' for cell in row) for row in (HEADER, COMMODITY, other)]
    path.write_bytes(rows[0].encode() + b"\n" + rows[1].encode() + b"\n" + rows[2].encode("cp1252"))
    first, second = cells(read(es003, path))
    assert second["Importer Name"] == "Café Mangrove SARL"
    assert (first["read_as"], second["read_as"]) == (None, "windows-1252")


def test_a_workbook_that_is_none_is_told(es003: MappedSource, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    assert es003.recognises(path, read_head(path)) == 0
    with pytest.raises(Invalid, match=r"broken\.xlsx is not a workbook"):
        read(es003, path)


def test_a_brokers_own_headers_are_known(es003: MappedSource, tmp_path: Path) -> None:
    header = [
        "Entry Number",
        "Line Number",
        "Importer Number",
        "HTS Code",
        "Total Entered Value",
        "IEEPA Duty Amount (USD)",
    ]
    path = csv_of(tmp_path / "broker.csv", [header, ["ABC12345676", "1", "12-3456789", "6109100040", "500", "50"]])
    (row,) = cells(read(es003, path))
    assert row["entered_value_usd"] == "500"
    assert row["IEEPA Duty Amount (USD)"] == "50"  # unknown to us, so kept under its own name
