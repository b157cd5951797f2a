"""Rulings as text and HTML: what is read of them, and which are refused."""

from pathlib import Path
from typing import Any

import pytest

from ingest.sources.ruling_files import RulingFiles, read_ruling
from ingest.sources.source import TextRows

TEXT = """N301234

December 11, 2018

CLA-2-85:OT:RR:NC:N2:209

CATEGORY: Classification; Origin

TARIFF NO.: 8517.62.0090; 9903.88.15

Ms. Ida Moreau
Mangrove LLP

RE: The tariff classification of tracking devices
from Atlantis

Dear Ms. Moreau:

The applicable subheading will be 8517.62.0090.
"""
PAGE = """<html><head><title>N301234</title><style>p {color: red}</style></head><body><p>N301234</p>
<p>December 11, 2018</p><p>CATEGORY: Classification; Origin</p><p>TARIFF NO.: 8517.62.0090; 9903.88.15</p>
<p>RE: The tariff classification of
 tracking devices from Atlantis</p><p>Dear Ms. Moreau:</p></body></html>"""


def loaded(path: Path) -> TextRows:
    source = RulingFiles()
    assert source.recognises(path, path.read_bytes()[:65536]) > 0.5
    (batch,) = list(source.rows(path))  # type: ignore[arg-type]
    return batch


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def only(batch: TextRows) -> dict[str, Any]:
    (row,) = batch.batch.to_pylist()
    return row


def test_a_ruling_says_all_of_itself(tmp_path: Path) -> None:
    row = only(loaded(file(tmp_path, "N301234.normalized.txt", TEXT)))
    assert (row["id"], row["collection"], row["date"]) == ("NY-N301234", "NY", "2018-12-11")
    assert row["title"] == "The tariff classification of tracking devices from Atlantis"
    assert row["tariffs"] == "8517620090;99038815"
    assert row["categories"] == "Classification;Origin"
    assert row["text"].startswith("N301234\n\nDecember")


def test_a_page_alone_is_read(tmp_path: Path) -> None:
    row = only(loaded(file(tmp_path, "N301234.raw.html", PAGE)))
    assert (row["id"], row["tariffs"]) == ("NY-N301234", "8517620090;99038815")
    assert "color" not in row["text"]


def test_a_page_beside_its_text_gives_no_second_ruling(tmp_path: Path) -> None:
    file(tmp_path, "N301234.normalized.txt", TEXT)
    batch = loaded(file(tmp_path, "N301234.raw.html", PAGE))
    assert batch.batch.num_rows == 0
    assert list(batch.left_out) == ["the same ruling as N301234.normalized.txt beside it"]


def test_a_page_that_says_otherwise_than_its_text_is_read(tmp_path: Path) -> None:
    file(tmp_path, "N301234.normalized.txt", TEXT.replace("December 11", "December 12"))
    assert only(loaded(file(tmp_path, "N301234.raw.html", PAGE)))["date"] == "2018-12-11"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace("N301234", "N305678"), "begins with NY N305678"),
        ("x" * 400 + TEXT, "names no ruling in the first 300 characters"),
    ],
)
def test_a_file_with_the_text_of_another_ruling_is_a_problem(tmp_path: Path, text: str, said: str) -> None:
    batch = loaded(file(tmp_path, "N301234.txt", text))
    assert said in batch.problems[0]
    assert "NY N301234" in batch.problems[0]


def test_headquarters_rulings_with_bare_numbers_are_known_by_their_file_code() -> None:
    ruling = read_ruling("CLA-2 CO:R:C:T 955864 CC\n\nTARIFF NO. 6204.62.4020, 6203.42.4015\n")
    assert str(ruling.number) == "HQ 955864"
    assert ruling.tariffs == ("6204624020", "6203424015")


@pytest.mark.parametrize(
    ("code", "number"), [("MAR-2-05 RR:CTF:VS 563205 NL", "HQ-563205"), ("CLA-2-62:S:N:N5:355 563205", "NY-563205")]
)
def test_a_bare_number_is_of_the_office_that_its_file_code_shows(tmp_path: Path, code: str, number: str) -> None:
    text = f"563205\n\nMay 5, 1994\n\n{code}\n\nCATEGORY: Marking\n"
    assert only(loaded(file(tmp_path, "563205.normalized.txt", text)))["id"] == number
    assert loaded(file(tmp_path, "563206.txt", text)).problems


def test_any_other_text_is_not_a_ruling(tmp_path: Path) -> None:
    path = file(tmp_path, "notes.txt", "Ring Ida Moreau about N301234.")
    assert RulingFiles().recognises(path, path.read_bytes()) == 0
