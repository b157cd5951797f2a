"""How much of a finding's evidence is shown at once: like things folded together, and the days that matter."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from api.schemas import EvidenceItem

LONG_BEFORE = timedelta(days=730)


def runs_of_alike(evidence: Sequence[EvidenceItem]) -> list[list[int]]:
    """The places of evidence in order; what follows each other with the same numbers over the same tables is together.

    Ten matched shipments say one thing ten times: a reader sees the first, and opens the rest.

    >>> bill = EvidenceItem(claim="goods alike", numbers={"days": 3}, records=[])
    >>> price = EvidenceItem(claim="unit value", numbers={"usd": 2.5}, records=[])
    >>> runs_of_alike([price, bill, bill, bill, price])
    [[0], [1, 2, 3], [4]]
    """
    runs = groupby(
        range(len(evidence)),
        lambda place: (set(evidence[place].numbers), {record.table for record in evidence[place].records}),
    )
    return [list(run) for _, run in runs]


def span(days: Sequence[date], *, moved: Sequence[date]) -> tuple[date, date]:
    """The first and last day of a timeline: from two years before goods `moved` or were acted on, with a margin.

    A firm that has been on file for thirty years would otherwise squeeze the scheme's year into a corner.

    >>> registered, entered = date(1994, 5, 1), [date(2024, 1, 10), date(2024, 6, 1)]
    >>> [day.year for day in span([registered, *entered], moved=entered)]
    [2023, 2024]
    """
    earliest = min(moved or days) - LONG_BEFORE
    shown = [day for day in days if day >= earliest]
    margin = (max(shown) - min(shown)) / 12 + timedelta(days=7)
    return min(shown) - margin, max(shown) + margin
