"""What a laboratory measured, what of it does not add up, and what it found of the origin claimed.

Invariant: figures are as they were reported, never corrected; a flag says what a person should look at.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# What a report finds of the origin claimed, by the code of its column.
ORIGIN_TOLD = {
    "yes": "consistent with the origin claimed",
    "no": "not consistent with the origin claimed",
    "inconclusive": "inconclusive as to the origin claimed",
}
ORIGIN_DOUBTED = "origin in doubt"

SUM_TOLERANCE = 1.0  # percentage points by which the fibres of a textile may miss 100

FIBRES = frozenset(
    ("acetate", "acrylic", "angora", "cashmere", "cotton", "elastane", "flax", "hemp", "jute", "linen", "lyocell",
     "metallic", "modal", "mohair", "nylon", "olefin", "polyamide", "polyester", "polypropylene", "polyurethane",
     "ramie", "rayon", "silk", "spandex", "viscose", "wool")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of a report: what was measured, how much of it, and the limit that it is held against, if any."""

    analyte: str
    value: float
    unit: str = "%"
    uncertainty: float = 0.0
    replicate: str = ""
    limit: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a fibre's share of the weight."""
        return self.unit.lower().startswith(("%", "percent")) and self.analyte in FIBRES

    def told(self) -> str:
        """The figure in words.

        >>> Result("lead", 120.0, "ppm", limit=90.0).told()
        'lead 120 ppm (limit 90: exceeded)'
        """
        over = self.limit is not None and self.value > self.limit
        within = f" ±{self.uncertainty:g}" if self.uncertainty else ""
        limit = "" if self.limit is None else f" (limit {self.limit:g}: {'exceeded' if over else 'kept'})"
        of = f"replicate {self.replicate}: " if self.replicate else ""
        return f"{of}{self.analyte} {self.value:g}{within} {self.unit}{limit}"


def told_results(measured: Sequence[Result]) -> Iterator[tuple[str, str, str]]:
    """The figures, then shares that are no whole and the chief weight: field, value, and the doubt if there is one."""
    shares: dict[str, list[float]] = defaultdict(list)
    for one in measured:
        yield "result", one.told(), ""
        if one.is_share:
            shares[one.analyte].append(one.value)
    for replicate in dict.fromkeys(one.replicate for one in measured):
        yield from _not_whole(replicate, [one for one in measured if one.replicate == replicate and one.is_share])
    yield from _chief_weight(shares, max((one.uncertainty for one in measured), default=0.0))


def read_results(column: object) -> list[Result]:
    """The rows of the column `results`; those without a number are left out, as there is nothing to add up."""
    try:
        rows = json.loads(column) if isinstance(column, str) else column
    except ValueError:
        return []
    if not isinstance(rows, list):
        return []
    return [_result(row) for row in rows if isinstance(row, Mapping) and _number(row.get("value")) is not None]


def _result(row: Mapping[str, object]) -> Result:
    return Result(
        str(row.get("analyte") or "").strip().lower(),
        _number(row.get("value")) or 0.0,
        str(row.get("unit") or "").strip(),
        _number(row.get("uncertainty")) or 0.0,
        str(row.get("replicate") or ""),
        _number(row.get("limit")),
    )


def _number(value: object) -> float | None:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        return None


def _not_whole(replicate: str, shares: Sequence[Result]) -> Iterator[tuple[str, str, str]]:
    total = sum(one.value for one in shares)
    if len(shares) > 1 and abs(total - 100) > SUM_TOLERANCE:
        of = f" of replicate {replicate}" if replicate else ""
        yield "composition", f"{total:g}%{of}", "percentages do not sum to 100"


def _chief_weight(shares: Mapping[str, list[float]], uncertainty: float) -> Iterator[tuple[str, str, str]]:
    """The component that weighs most on average, and whether the next one might."""
    averages = sorted(((sum(some) / len(some), fibre) for fibre, some in shares.items()), reverse=True)
    for (most, fibre), (next_most, other) in list(pairwise(averages))[:1]:
        close = most - next_most <= max(2 * uncertainty, SUM_TOLERANCE)
        flag = f"within uncertainty of {other}, {next_most:g}%" if close else ""
        yield "chief_weight", f"{fibre}, {most:g}%", flag


# Whether goods are of the origin claimed.
_CLAIMED = r"(?:the\s+|its\s+)?(?:(?:claimed|declared|stated|alleged)\s+)?(?:country\s+of\s+)?origin\b"
_OF_ORIGIN = re.compile(
    rf"(?:\b(?P<no>not\s+(?:\w+\s+){{0,3}}|in)|\b)consistent\s+with\s+{_CLAIMED}"
    r"|\b(?P<against>(?:do|does|did)\s+not\s+|fails?\s+to\s+)?supports?\s+(?:the\s+)?(?:claimed|declared|stated)\s+"
    r"(?:country\s+of\s+)?origin\b"
    r"|\b(?P<open>inconclusive\s+(?:as\s+to|for|regarding|on)\s+(?:the\s+)?(?:claimed\s+|"
    r"declared\s+)?(?:country\s+of\s+)?origin\b"
    r"|origin\s+(?:could|can)\s?not\s+be\s+(?:determined|confirmed))",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:whether|if|asked|requested|determine|test\s+for)\b[^.;\n]{0,80}$", re.IGNORECASE)


def told_origins(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Whether goods are of the origin claimed, as a text has it: a code of `ORIGIN_TOLD`, and where it stands.

    >>> [code for code, _ in told_origins("It is not consistent with the declared origin.")]
    ['no']
    """
    for match in _OF_ORIGIN.finditer(text):
        if not _ASKED.search(text, max(0, match.start() - 100), match.start()):
            against = match.group("no") or match.group("against")
            yield "inconclusive" if match.group("open") else "no" if against else "yes", match.span()
