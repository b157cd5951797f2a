"""Tables in plain text: which heading a value stands under or beside.

Invariant: a table is a row of headings and the rows below it down to a line without cells; cells are parted by tabs,
bars, or two and more blanks. The number of a form's box is no part of its heading.
Nothing is known here of what a heading means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CELL = re.compile(r"[^\s|](?:[^\n\t| ]| (?=[^\n\t| ]))*")
_BOX = re.compile(r"\d{1,2}[a-z]?[.)]\s*")  # 6. Port Code, of a form
_SIGNS = ("#", "%", "$")  # that head a column as words do
_NUMBER = re.compile(r"\d{5}")
_LETTERS = re.compile(r"[^\W\d]")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a place of a table, and its heading."""

    heading: str
    text: str
    start: int
    end: int


def cells(text: str, headings: re.Pattern[str]) -> Iterator[Cell]:
    """The values of a text's tables whose heading is one of `headings`.

    >>> [(cell.heading, cell.text) for cell in cells("PORT  EXAMS\\n2704  58\\n2709  40", re.compile("PORT"))]
    [('PORT', '2704'), ('PORT', '2709')]
    >>> [cell.text for cell in cells("| Port | 2704 |", re.compile("Port"))]
    ['2704']
    >>> [cell.heading for cell in cells("6. Port  7. Exams\\n2704     58", re.compile("Port"))]
    ['Port']
    """
    if not ("  " in text or "|" in text or "\t" in text) or not headings.search(text):
        return
    columns: list[re.Match[str]] = []

    def heads(one: re.Match[str]) -> bool:
        return bool(headings.fullmatch(_BOX.sub("", one.group(), count=1)))

    for line in re.finditer(r"[^\n]+|\n(?=[ \t]*\n)", text):
        found = list(_CELL.finditer(text, line.start(), line.end()))
        if len(found) < 2:
            columns = []
            continue
        of_boxes = all(_BOX.match(one.group()) for one in found)
        below = list(_below(columns, found)) if columns and not of_boxes else []
        if below:
            yield from (Cell(_BOX.sub("", head.group(), count=1), one.group(), one.start(), one.end())
                        for head, one in below if heads(head))  # fmt: skip
        elif all(_is_heading(one.group()) for one in found) and not any(one.group().endswith(":") for one in found):
            columns = found if any(heads(one) for one in found) else []
        if "|" in line.group() and len(found) == 2 and heads(found[0]):
            columns = []
            yield Cell(_BOX.sub("", found[0].group(), count=1), found[1].group(), found[1].start(), found[1].end())


def _is_heading(written: str) -> bool:
    """Whether a cell can head a column: letters or a lone sign, and no number of something (`ONEYHANB06713400`)."""
    return bool(_LETTERS.search(written) or written in _SIGNS) and not _NUMBER.search(written)


def _below(columns: list[re.Match[str]], found: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The cells of a row with their headings: by order where there are as many, else by where they begin."""
    if len(found) == len(columns):
        yield from zip(columns, found, strict=True)
        return
    lines = [one.string.rfind("\n", 0, one.start()) + 1 for one in (columns[0], found[0])]
    for one in found:
        at = one.start() - lines[1]
        for place, head in enumerate(columns):
            begins = head.start() - lines[0]
            ends = columns[place + 1].start() - lines[0] if place + 1 < len(columns) else begins + 40
            if begins - 1 <= at < ends - 1:
                yield head, one
                break
