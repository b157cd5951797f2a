"""Tables in plain text: values under their headings, whatever parts the cells."""

import re

import pytest

from ingest.extract.tables import cells, rows_in_tabs

PORT = re.compile(r"PORT(?: CODE)?", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "PORT   START       EXAMS\n2704   02/01/2021  58\n2709   02/01/2021  40\n\n3001  after  all",
            ["2704", "2709"],
        ),
        ("IMPORTER            PORT CODE\nUmber               2002\n", ["2002"]),
        ("IMPORTER    PORT    TEAM\nUmber       2709\n", ["2709"]),
        ("Importer | Port | Team\n--- | --- | ---\nUmber | 2704 | 712\n", ["---", "2704"]),
        ("Importer\tPort\nUmber\t2704\n", ["2704"]),
        ("| Port | 2704 |\n| Team | 712 |\n", ["2704"]),
        ("Port:    2704\nTeam:    712\n", []),
        ("the port  of a  sentence with  blanks\n2704 was a number", []),
    ],
)
def test_values_are_read_under_or_beside_their_heading(text: str, expected: list[str]) -> None:
    found = list(cells(text, PORT))
    assert [cell.text for cell in found] == expected
    assert all(text[cell.start : cell.end] == cell.text for cell in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('entry,port,ior\n"A, B",2704,1\nC,2709,2\n', None),
        ('entry,port,ior,co\n"A, B",2704,1,VN\n,2709,2,\n', 'entry\tport\tior\tco\n"A, B"\t2704\t1\tVN\n\t2709\t2\t\n'),
        ("a;b;c;d\n1;2;3;4\n", "a\tb\tc\td\n1\t2\t3\t4\n"),
        ("a / b / c / d\n1 / 2 / 3 / 4\n", "a \t b \t c \t d\n1 \t 2 \t 3 \t 4\n"),
        ("1 / b / c / d\n1 / 2 / 3 / 4\n", None),
        ("a,b,c,d\n\ne,f,g,h,i\n", None),
        ("entered, say, at Umber, or so,\nand seen, then, at Jade, again,\n", None),
    ],
)  # fmt: skip
def test_rows_of_an_extract_are_parted_by_tabs_and_sentences_stay(text: str, expected: str | None) -> None:
    assert rows_in_tabs(text) == (expected or text)


def test_a_heading_may_be_a_column_of_a_database() -> None:
    found = cells(rows_in_tabs("entry_no,port_code,ior,co\nABC-1234567-6,2704,1,VN\n"), re.compile("port code"))
    assert [(cell.heading, cell.text) for cell in found] == [("port code", "2704")]
