"""Air waybills in running text: the airline's three digits and eight more, `055-33182074` and `055-3318 2074`.

Invariant: a label stands right before one, or it stands in the same sentence or the text speaks of air and the last
digit is the first seven's remainder by seven, as in all of several.
"""

import re
from collections.abc import Iterable, Iterator

from graph.model.spelling import HYPHENS

_WAYBILL = re.compile(rf"(?P<airline>\d{{3}})[-{HYPHENS} ](?P<first>\d{{4}})[ ]?(?P<last>\d{{4}})(?![\w/-]|[.,]\d)")
_LABEL = r"\b(?:[MH]?AWBs?\b|(?:air ?|airway ?)?way ?bills?\b|air ?bills?\b)"
_LABELLED = re.compile(rf"{_LABEL}(?: (?:nos?\.?|numbers?|#))?(?:[:#]| is| was)?\s{{0,12}}$", re.IGNORECASE)
_LABEL_NEAR = re.compile(rf"{_LABEL}[^.;\n]{{0,40}}$", re.IGNORECASE)
_AIR = re.compile(
    r"\b(?:[MH]?AWBs?|air ?way ?bills?|air ?freight|air ?cargo|air manifests?|"
    r"airlines?|airports?|by air|flights?|courier)\b",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(r"\b(?:tel|telephone|phone|fax|call|cell|mobile|at)\b\.?[: ]{0,2}$", re.IGNORECASE)
_BEFORE_CHARACTERS = 60
_MODULUS = 7


def is_waybill(digits: str) -> bool:
    """Whether the last of eight digits proves the seven before it.

    >>> is_waybill("33182074"), is_waybill("33182075")
    (True, False)
    """
    return int(digits[:7]) % _MODULUS == int(digits[7])


def _is_proven(match: re.Match[str]) -> bool:
    return is_waybill(match.group("first") + match.group("last"))


def air_waybills(text: str, beginnings: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where such numbers stand, given where numbers begin.

    >>> text = "AWB 055-3318 2074"
    >>> [text[start:end] for start, end in air_waybills(text, [4])]
    ['055-3318 2074']
    """
    of_air: bool | None = None
    found = [match for match in (_WAYBILL.match(text, start) for start in beginnings) if match]
    if len({match.group() for match in found}) > 1 and all(map(_is_proven, found)):
        of_air = True  # one of 49 such pairs is no waybills
    for match in found:
        before = max(0, match.start() - _BEFORE_CHARACTERS), match.start()
        proven = _is_proven(match)
        if proven and of_air is None:
            of_air = bool(_AIR.search(text))
        near = proven and not _TELEPHONE.search(text, *before) and (of_air or _LABEL_NEAR.search(text, *before))
        if near or _LABELLED.search(text, *before):
            yield match.span()
