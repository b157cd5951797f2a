"""Country names as lists write them, to ISO 3166 alpha-2.

Invariant: a name is looked up, never guessed; one that neither ISO nor `country_names.toml` has gives None.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pycountry

_NAMES = Path(__file__).with_name("country_names.toml")


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def country_names() -> Iterator[tuple[str, str]]:
    """Every name of every country, with its ISO alpha-2 code."""
    for country in pycountry.countries:
        for attribute in ("name", "common_name", "official_name"):
            if name := getattr(country, attribute, None):
                yield name, country.alpha_2
    for code, names in tomllib.loads(_NAMES.read_text(encoding="utf-8"))["names"].items():
        yield from ((name, code) for name in names)


@cache
def _codes() -> dict[str, str]:
    codes = {_folded(country.alpha_2): str(country.alpha_2) for country in pycountry.countries}
    return codes | {_folded(name): code for name, code in country_names()}


def country_code(name: str) -> str | None:
    """The ISO alpha-2 code of a country by any of its names, or None.

    >>> country_code("Korea"), country_code("Turkey "), country_code("Atlantis")
    ('KR', 'TR', None)
    """
    return _codes().get(_folded(name))
