"""Companies in a column of rows that bars, strokes, arrows or blanks part, or of lines alone, where the text heads
none: by the column's others.

Invariant: a column holds firms where no less than a third of its cells are, one at least, by what was found by other
means or as names of no dictionary; a cell is a name where all of it is words in capitals, none of them an authority's,
a label's, a country's or a place's.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from graph.resolve.words import is_of_people, says_nothing
from ingest.extract.around_names import is_coined_name, is_somewhere
from ingest.extract.in_lists import names_firm
from ingest.extract.introduced import is_label, official
from ingest.extract.name_words import Place, is_coined, is_given, is_town, stops

_BAR = re.compile(r"\||(?<=\s)[/>](?=\s)|\t| {2,}(?=[^ |/>])")
_NAME = re.compile(r"(?:The )?[A-Z][\w'\u2019-]*\w(?: (?:[&+] |of |de |del )?[A-Z][\w'\u2019-]*\w){0,4}")
_LINES = re.compile(r"(?:(?<=\n)|^)(?:[^\n]{4,60}\n){2,}[^\n]{4,60}")
_LINE = re.compile(r"[^\n]+")
# What a cell says before and behind a name: `to Umber Tea (endorsed)`.
_LOOSE = re.compile(r"(?P<before>(?:\d{1,3}[.)] |to |from |for |by )?)(?P<name>[^(),;]*[^(),; ])")
# The number of a bill, box, entry or tariff heading, as rows of goods have one.
_LOT = re.compile(r"\b(?:[A-Z]{4}[A-Z0-9]{0,6}\d{6}|[A-Z0-9]{3}-?\d{7}-?\d|\d{3}-\d{4} ?\d{4}|\d{4}\.\d\d)")
_ENDS_LABELS = frozenset(("asked", "at", "by", "claimed", "declared", "entered", "for", "from", "in", "of", "on", "to"))
_POINT = re.compile(
    r"(?m)^[ \t]*(?:[-*\u2022]|\d{1,3}[.,)]) (?P<names>(?:The )?[A-Z][\w'\u2019-]*\w(?: (?:[&+] |of |"
    r"and )?[A-Z][\w'\u2019-]*\w){0,7})"
    r"(?=:[ ]|[ ]\([^()\n]{1,60}\):[ ]|[ ][-\u2013][ ][a-z])"
)
_FEWEST_ROWS, _OF_CELLS = 2, 3


def in_cells(text: str, found: Collection[Place]) -> Iterator[Place]:
    """Where such names stand, given where companies were found.

    >>> text = "1 | Umber Inc. | 2704\\n2 | Ochre Jade | 3901"
    >>> [text[start:end] for start, end in in_cells(text, [(4, 14)])]
    ['Ochre Jade']
    """
    yield from _lines(text, found)
    yield from _points(text, found)
    if not any(bar in text for bar in ("|", " / ", " > ", "\t", "  ")):
        return
    rows: list[Sequence[Place]] = []
    last, of_lots = -1, True
    for match in _LINE.finditer(text):
        if not _BAR.search(text, *match.span()):
            continue
        if rows and match.start() != last + 1:
            yield from _of_columns(text, rows, found, of_lots=of_lots)
            rows, of_lots = [], True
        rows.append(_cells(match))
        of_lots &= bool(not rows[:-1] or _LOT.search(match.group()))  # or it heads them
        last = match.end()
    yield from _of_columns(text, rows, found, of_lots=of_lots)


def _lines(text: str, found: Collection[Place]) -> Iterator[Place]:
    """Names that stand by themselves in lines, one below the other, with companies."""
    for block in _LINES.finditer(text):
        lines = [line.span() for line in _LINE.finditer(text, *block.span())]
        names = [line for line in lines if line in found or _is_name(text[slice(*line)], surely=True)]
        if len(names) == len(lines) and any(line in found for line in lines):
            yield from _of_columns(text, [[line] for line in lines], found, of_lots=False)


def _points(text: str, found: Collection[Place]) -> Iterator[Place]:
    """Names by which the points of a list begin, before a colon or a bracket: `* Umber Fable: socks of Peru`."""
    rows: list[Sequence[Place]] = []
    for match in _POINT.finditer(text):
        at = match.start("names")
        for name in match.group("names").split(" and "):
            rows.append([(at, at + len(name))])
            at += len(name) + len(" and ")
    yield from _of_columns(text, rows, found, of_lots=False)


def _cells(row: re.Match[str]) -> Sequence[Place]:
    bars = [row.start(), *(bar.end() for bar in _BAR.finditer(row.string, *row.span()))]
    ends = [*(bar.start() for bar in _BAR.finditer(row.string, *row.span())), row.end()]
    cells = []
    for start, end in zip(bars, ends, strict=True):
        written = row.string[start:end]
        begin = start + len(written) - len(written.lstrip())
        cells.append((begin, begin + len(written.strip())))
    return cells


def _of_columns(
    text: str, rows: Sequence[Sequence[Place]], found: Collection[Place], *, of_lots: bool
) -> Iterator[Place]:
    if len(rows) < _FEWEST_ROWS:
        return
    ends = dict(sorted(found))
    for at in range(max(len(row) for row in rows)):
        column = [place for row in rows if at < len(row) for place in _names(text, row[at])]
        of_no_dictionary = {
            text[slice(*cell)] for cell in column if is_coined_name(text[slice(*cell)].split(), surely=not of_lots)
        }
        firms = sum(cell in found or text[slice(*cell)] in of_no_dictionary for cell in column)
        if firms and firms * _OF_CELLS >= len(column):
            yield from (
                cell for cell in column if ends.get(cell[0], 0) < cell[1] and _is_name(text[slice(*cell)], surely=False)
            )


def _names(text: str, cell: Place) -> Iterator[Place]:
    """The names of a cell: its own, or those that commas part."""
    start, end = cell
    for part in re.finditer(r"[^,]+", text[start:end]):
        match = _LOOSE.match(part.group().lstrip())
        if match:
            at = start + part.end() - len(part.group().lstrip()) + match.start("name")
            yield at, at + len(match.group("name"))
        if not _NAME.fullmatch(part.group().strip()):
            return


def _is_name(cell: str, *, surely: bool) -> bool:
    words = cell.removeprefix("The ").split()
    if not _NAME.fullmatch(cell) or says_nothing(cell) or is_somewhere(cell) or is_town(cell):
        return False
    if len(words) == 1 and (cell.isupper() or not is_coined(cell)):
        return False
    if surely and (cell.isupper() or is_given(words[0]) or is_of_people(words[0].upper())):
        return False
    if words[-1].lower() in _ENDS_LABELS:
        return False  # SUBMITTED BY
    return names_firm(cell) and not any(official(word) or is_label(word) or stops(word) for word in words)
