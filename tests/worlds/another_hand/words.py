"""Words that companies, people and streets are made of."""

import tomllib
from pathlib import Path

_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
US_FRONT: list[str] = _WORDS["us_front"]
US_TRADE: list[str] = _WORDS["us_trade"]
US_FORM: list[str] = _WORDS["us_form"]
US_STREETS: list[str] = _WORDS["us_streets"]
US_STREET_KINDS: list[str] = _WORDS["us_street_kinds"]
US_PLACES = [(city, region, postal) for city, region, postal in (place.split("|") for place in _WORDS["us_places"])]
TRADES_ABROAD: list[str] = _WORDS["trades_abroad"]
ZONES: list[str] = _WORDS["zones"]
SYLLABLES: dict[str, list[str]] = _WORDS["syllables"]
FORMS: dict[str, list[str]] = _WORDS["forms"]
SURNAMES: dict[str, list[str]] = _WORDS["surnames"]
GIVEN: dict[str, list[str]] = _WORDS["given"]
FOREIGN_STREETS: dict[str, list[str]] = _WORDS["foreign_streets"]
PEOPLE_OF = {"us": "us", "cn": "cn", "tw": "cn", "my": "cn", "vn": "vn", "in": "in", "mx": "mx", "pt": "mx"}
"""Which list of people a country's way of writing draws on; others draw on the American one."""
COAST_OF = {
    "CA": "west", "WA": "west", "OR": "west", "NV": "west", "AZ": "west", "CO": "west",
    "TX": "gulf", "TN": "gulf", "MO": "gulf",
}  # fmt: skip
"""The coast a state's importers turn to; the other states turn east."""
