"""Companies in a column of rows that bars, strokes or blanks part, where the text heads none: by the column's others.

Invariant: a column holds firms where one at least was found by other means and no less than a third of its cells; a
cell is a name where all of it is words in capitals, none of them an authority's, a label's, a country's or a place's.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from graph.resolve.words import says_nothing
from ingest.extract.around_names import is_somewhere
from ingest.extract.introduced import is_label, official
from ingest.extract.name_words import Place, stops

_BAR = re.compile(r"\||(?<=\s)/(?=\s)|\t| {2,}(?=[^ |/])")
_ROW = re.compile(rf"[^\n]*?(?:{_BAR.pattern})[^\n]*?(?:{_BAR.pattern})[^\n]*")
_NAME = re.compile(r"(?:The )?[A-Z][\w'\u2019-]*\w(?: (?:& |of |de |del )?[A-Z][\w'\u2019-]*\w){1,4}")
_FEWEST_ROWS, _OF_CELLS = 2, 3


def in_cells(text: str, found: Collection[Place]) -> Iterator[Place]:
    """Where such names stand, given where companies were found.

    >>> text = "1 | Umber Inc. | 2704\\n2 | Ochre Jade | 3901"
    >>> [text[start:end] for start, end in in_cells(text, [(4, 14)])]
    ['Ochre Jade']
    """
    if not any(bar in text for bar in ("|", " / ", "\t", "  ")):
        return
    rows: list[Sequence[Place]] = []
    last = -1
    for match in _ROW.finditer(text):
        if rows and match.start() != last + 1:
            yield from _of_columns(text, rows, found)
            rows = []
        rows.append(_cells(match))
        last = match.end()
    yield from _of_columns(text, rows, found)


def _cells(row: re.Match[str]) -> Sequence[Place]:
    bars = [row.start(), *(bar.end() for bar in _BAR.finditer(row.string, *row.span()))]
    ends = [*(bar.start() for bar in _BAR.finditer(row.string, *row.span())), row.end()]
    cells = []
    for start, end in zip(bars, ends, strict=True):
        written = row.string[start:end]
        begin = start + len(written) - len(written.lstrip())
        cells.append((begin, begin + len(written.strip())))
    return cells


def _of_columns(text: str, rows: Sequence[Sequence[Place]], found: Collection[Place]) -> Iterator[Place]:
    if len(rows) < _FEWEST_ROWS:
        return
    for at in range(max(len(row) for row in rows)):
        column = [row[at] for row in rows if at < len(row)]
        firms = sum(cell in found for cell in column)
        if firms and firms * _OF_CELLS >= len(column):
            yield from (cell for cell in column if cell not in found and _is_name(text[slice(*cell)]))


def _is_name(cell: str) -> bool:
    return (
        bool(_NAME.fullmatch(cell))
        and not says_nothing(cell)
        and not is_somewhere(cell)
        and not any(official(word) or is_label(word) for word in cell.split())
        and not any(stops(word) for word in cell.removeprefix("The ").split())
    )
