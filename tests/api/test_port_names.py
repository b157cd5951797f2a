"""Ports that the words of a question name, and words that only look like it."""

import pytest

from api.answers.port_names import ports_named

ON_FILE = [
    ("2704", "LOS ANGELES, CA"), ("2720", "LOS ANGELES INTL AIRPORT, CA"), ("2709", "Long Beach, California"),
    ("1703", "SAVANNAH, GA"), ("0101", "PORTLAND, ME"), ("2904", "PORTLAND, OR"), ("1401", "NORFOLK-NEWPORT NEWS, VA"),
    ("4701", "JFK INTERNATIONAL AIRPORT, NY"), ("4601", "New York/Newark"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("wire hangers at Long Beach under 7326.20", ["2709"]),
        ("arrived at the port of savannah last week", ["1703"]),
        ("Port of entry: Savannah, Georgia. Later via Savannah.", ["1703"]),
        ("at Los Angeles, at Los Angeles Intl Airport", ["2704", "2720"]),
        ("exams at JFK and through Newport News", ["4701", "1401"]),
        ("cleared at the Long Beach seaport; ports of Newark", ["2709", "4601"]),
        ("at Portland", ["0101", "2904"]),
        ("at Portland, Oregon", ["2904"]),
        ("through Portland (ME)", ["0101"]),
    ],
)
def test_a_port_is_read_where_something_goes_by_it(text: str, codes: list[str]) -> None:
    assert [code for code, _ in ports_named(text, lambda _: ON_FILE)] == codes


@pytest.mark.parametrize(
    "text",
    ["sold at Savannah Steel in May", "savannah cats at savannah", "a firm of Long Beach", "at cost", "port of", "at"],
)
def test_other_words_are_no_ports(text: str) -> None:
    assert not list(ports_named(text, lambda _: ON_FILE))


def test_only_ports_on_file_are_named() -> None:
    assert not list(ports_named("at Savannah", lambda _: []))
