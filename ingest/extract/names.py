"""How names of companies are brought to one form to be compared within a text, and where each word of it stood.

Invariant: two spellings that differ in case, accents, dots, commas or `&`, or in writing COMPANY for CO, have one
form; words of a form are parted by one space. What a name is worth as evidence is `graph.resolve.words`' business.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])|[^\W_]+(?:['\u2019][^\W_]+)*|&")
_SHORT = {
    "&": "AND",
    "COMPANY": "CO",
    "CORPORATION": "CORP",
    "INCORPORATED": "INC",
    "LIMITED": "LTD",
    "PRIVATE": "PVT",
    "BERHAD": "BHD",
    "SENDIRIAN": "SDN",
}  # fmt: skip
SHORTENED_TO = frozenset(_SHORT.values())  # words of a form that may have been written otherwise
_DROPPED = str.maketrans("", "", ".'\u2019")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its one form, and the characters of the text that it is written with."""

    form: str
    start: int
    end: int


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """The words of a text in one form, each with its place."""
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        yield Word(_form(match.group()), match.start(), match.end())


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """A name in its one form.

    >>> name_key("Ümber Trading & Company, Limited"), name_key("UMBER TRADING AND CO LTD")
    ('UMBER TRADING AND CO LTD', 'UMBER TRADING AND CO LTD')
    """
    return " ".join(word.form for word in words(name))


def _form(written: str) -> str:
    plain = written if written.isascii() else anyascii(written)
    upper = plain.translate(_DROPPED).upper()
    return _SHORT.get(upper, upper)
