"""The words that names in texts are made of: what a word of a name looks like, and which words never are one.

Invariant: the words that are in no name are data (`lexicon/not_in_names.csv`), each with why.
"""

import re
from collections.abc import Mapping
from functools import cache

from ingest.extract.company_forms import rows

Place = tuple[int, int]

NOT_IN_NAMES, PLACES_OF_NAMES = "not_in_names.csv", "places_of_names.csv"
_BASED = re.compile(r"[\w.]-(?:based|born|branded|built|flagged|headquartered|made|origin|owned|registered|wide)$")
INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
WORD = r"(?:[A-Z]{1,3}&[A-Z]{1,3}(?!\w)|[A-Z0-9\u00c0-\u024f][\w'\u2019.-]*\w|(?:[A-Z]\.)+|[A-Z])"
NAME = rf"(?<![\w.-]){WORD}(?: (?:{WORD}|&|(?:and|of|de|da|do|di)(?!\w))){{1,7}}"
# What a name can be `of`: the Bank of Umber, but the president of Umber.
OF_WHAT = frozenset(
    ("BANK", "HOUSE", "INDUSTRIES", "PORT", "SONS", "UNIVERSITY", "WORKS", "FACTORY", "INSTITUTE", "MILLS")
)
ADDRESS = re.compile(
    r"\b(?:Avenue|Beach|Blvd|Building|City|County|District|Drive|Estate|Floor|Highway|Park|Province|Region|Road|State|Street|"
    r"Suite|Town|Village|Ward|Zone)\b",
    re.IGNORECASE,
)
SENTENCE_ENDS = re.compile(r"\w(?<!\b\w)\. ")
LOOSE_END = re.compile(r"(?:\.| and| of| de|['\u2019]s)+$")


@cache
def not_in_names() -> frozenset[str]:
    """The words that are in no name, in capitals."""
    return frozenset(row["word"] for row in rows(NOT_IN_NAMES))


@cache
def weights(where: str) -> Mapping[str, int]:
    """The words that speak for a company's name by standing somewhere (`lexicon/places_of_names.csv`), each with its
    weight: 2 where only companies have it there, 1 where people may, too."""
    return {row["word"]: int(row["weight"]) for row in rows(PLACES_OF_NAMES) if row["where"] == where}


def stops(written: str) -> bool:
    """Whether a name does not go on over a word."""
    if INITIALS.fullmatch(written):
        return False  # A. J. Umber & Sons
    if _BASED.search(written):
        return True  # Ohio-based Umber
    plain = written.strip(".").upper()
    return plain in not_in_names() or plain.removesuffix("'S").removesuffix("\u2019S") in ("IMPORTER", "COMPANY")


def trimmed(text: str, start: int, end: int) -> Place:
    """A place of words in capitals without those before the name: `Neither Umber Supply`, `See Umber Linens`."""
    words = list(re.finditer(r"\S+", text[start:end]))
    first = next((word for word in words if not stops(word.group()) and word.group()[0].isupper()), words[-1])
    return start + first.start(), end
