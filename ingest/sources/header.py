"""Where the header of a table stands, and which of its columns a profile knows.

Invariant: title rows, banners and merged group headings above the header never count as data; the header is
the row (or the pair of rows, where headings were split over two) that names most known columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.sources.profile import Profile

HEADER_ROWS = 30
FEWEST_KNOWN = 3

Cells = Sequence[str | None]


def folded(header: str | None) -> str:
    """A header as it is compared: trimmed, case-folded, inner blanks collapsed.

    >>> folded("  Entry  Summary\\nNumber ")
    'entry summary number'
    """
    return " ".join((header or "").replace("\ufeff", "").split()).casefold()


@dataclass(frozen=True, slots=True)
class Header:
    """The header found: its first row (counted from 0), how many rows it takes, and a name for each column.

    `names` are ours where the profile knows the column, else the sender's; each stands once. `known` are ours.
    """

    row: int
    height: int
    names: tuple[str, ...]
    known: frozenset[str]
    written: tuple[str, ...]


def known_headers(profile: Profile) -> dict[str, tuple[str, int]]:
    """Each header that the profile knows, folded: our column and the header's rank among its aliases."""
    return {
        folded(header): (column, rank)
        for column, headers in profile.columns.items()
        for rank, header in enumerate(headers)
    }


def _joined(top: Cells, bottom: Cells, known: Mapping[str, tuple[str, int]]) -> list[str | None]:
    """Two rows read as one header: a group heading stands over all columns up to the next one."""
    cells: list[str | None] = []
    group: str | None = None
    for position in range(max(len(top), len(bottom))):
        above = top[position] if position < len(top) else None
        below = bottom[position] if position < len(bottom) else None
        group = above or group
        both = f"{group or ''} {below or ''}".strip()
        choices = (both, below, above)
        cells.append(next((cell for cell in choices if folded(cell) in known), both if below else above))
    return cells


def _named(cells: Cells, known: Mapping[str, tuple[str, int]]) -> tuple[tuple[str, ...], frozenset[str]]:
    """A name for each column; where two headers mean one column of ours, the better alias gets it."""
    best: dict[str, tuple[int, int]] = {}
    for position, cell in enumerate(cells):
        column, rank = known.get(folded(cell), ("", 0))
        if column and (column not in best or rank < best[column][0]):
            best[column] = (rank, position)
    ours = {position: column for column, (_, position) in best.items()}
    names: list[str] = []
    taken = set(best)
    for position, cell in enumerate(cells):
        name = ours.get(position)
        if name is None:
            name = wanted = " ".join((cell or "").split()) or f"column {position + 1}"
            again = 2
            while name in taken:
                name, again = f"{wanted} ({again})", again + 1
        taken.add(name)
        names.append(name)
    return tuple(names), frozenset(best)


def find_header(rows: Sequence[Cells], profile: Profile) -> Header | None:
    """The header among the first 30 rows; None where no row names three known columns (or all, if fewer)."""
    known = known_headers(profile)
    fewest = min(FEWEST_KNOWN, len(profile.columns))
    found: Header | None = None
    for row, cells in enumerate(rows[:HEADER_ROWS]):
        candidates: list[tuple[int, Cells]] = [(1, cells)]
        if row + 1 < len(rows) and sum(map(bool, cells)) > 1:
            candidates.append((2, _joined(cells, rows[row + 1], known)))
        for height, candidate in candidates:
            names, ours = _named(candidate, known)
            if len(ours) >= fewest and (found is None or len(ours) > len(found.known)):
                written = tuple(folded(cell) for cell in candidate)
                found = Header(row=row, height=height, names=names, known=ours, written=written)
    return found
