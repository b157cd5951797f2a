"""Identifiers of the trade: entry numbers, MIDs, containers, importer numbers."""

import re
from random import Random

from stdnum import iso6346

from graph.model.identifiers import entry_check_digit

_SKIPPED = {"A", "AN", "AND", "OF", "THE"}
_CANADA = ("XO", "XC", "XQ", "XA")


def entry_number(filer: str, serial: int) -> str:
    """An entry number of eleven characters with its check digit."""
    body = f"{filer}{serial:07d}"
    return f"{body}{entry_check_digit(body)}"


def container_number(rng: Random, owner: str) -> str:
    """A container number (ISO 6346) of an owner's prefix of four letters."""
    body = f"{owner}{rng.randrange(1_000_000):06d}"
    return f"{body}{iso6346.calc_check_digit(body)}"


def taxpayer_number(rng: Random) -> str:
    """An employer's number as customs writes it, with the suffix of the firm itself."""
    return f"{rng.randrange(10, 99)}-{rng.randrange(1_000_000, 9_999_999)}00"


def customs_assigned_number(rng: Random, year: int, district: str) -> str:
    """A number that customs gives to a firm without a taxpayer number."""
    return f"{year % 100:02d}{rng.randrange(1, 13):02d}{district}-{rng.randrange(100, 99_999):05d}"


def manufacturer_id(rng: Random, country: str, name: str, street: str, city: str) -> str:
    """A manufacturer's identification, by the rule of 19 CFR 102."""
    joined = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", name.upper())
    words = [re.sub(r"[^A-Z0-9]", "", word) for word in joined.split()]
    words = [word for word in words if word and word not in _SKIPPED]
    numbers = re.findall(r"\d+", re.sub(r"(?<=\d)[,-](?=\d)", "", street))
    largest = max(numbers, key=int)[:4] if numbers else ""
    prefix = rng.choice(_CANADA) if country == "CA" else country
    place = re.sub(r"[^A-Z]", "", city.upper())[:3]
    return prefix + "".join(word[:3] for word in words[:2]) + largest + place
