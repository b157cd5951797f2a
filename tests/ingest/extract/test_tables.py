"""Tables in plain text: values under their headings, whatever parts the cells."""

import re

import pytest

from ingest.extract.tables import cells

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
