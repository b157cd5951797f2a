"""Tables in plain text: which heading a value stands under or beside.

Invariant: a table is a row of headings and the rows below it down to a line without cells; cells are parted by tabs,
bars, or two and more blanks; an extract's, which commas part, are read with tabs for them (`rows_in_tabs`). The number
of a form's box is no part of its heading. Nothing is known here of what a heading means.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_CELL = re.compile(r"[^\s|](?:[^\n\t| ]| (?=[^\n\t| ]))*")
_LINE = re.compile(r"[^\n]+|\n(?=[ \t]*\n)")
_PARTING = ("  ", "|", "\t")  # without which a line has no two cells
_BOX = re.compile(r"\d{1,2}[a-z]?[.)]\s*")  # 6. Port Code, of a form
_SIGNS = ("#", "%", "$")  # that head a column as words do
_NUMBER = re.compile(r"\d{5}")
_LETTERS = re.compile(r"[^\W\d]")
_QUOTED = re.compile(r'"[^"\n]*"')
_STROKE = " / "  # parts cells below headings
_FEWEST_COMMAS = 3  # of a row of an extract


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a place of a table, and its heading."""

    heading: str
    text: str
    start: int
    end: int


def rows_in_tabs(text: str) -> str:
    """The text with the commas, semicolons or strokes that part cells as tabs: lines one below the other with as many,
    and no blank behind one. Nothing else changes, and every place stays where it is.

    >>> rows_in_tabs("entry,port,origin,value\\nABC-1234567-6,2704,VN,950\\n")
    'entry\\tport\\torigin\\tvalue\\nABC-1234567-6\\t2704\\tVN\\t950\\n'
    """
    for sign in (",", ";", _STROKE):
        if text.count(sign) >= 2 * _FEWEST_COMMAS:
            text = _in_tabs(text, sign)
    return text


def _in_tabs(text: str, sign: str) -> str:
    lines = text.split("\n")
    commas = [_parting(line, sign) if line.count(sign) >= _FEWEST_COMMAS else () for line in lines]
    headed = False
    for at, places in enumerate(commas):
        if not at or len(places) != len(commas[at - 1]):
            headed = not any(map(str.isdigit, lines[at]))
        if sign == _STROKE and not headed:
            continue  # a list of goods as people note it
        beside = (len(commas[near]) for near in (at - 1, at + 1) if 0 <= near < len(commas))
        if places and len(places) in beside:
            letters = list(lines[at])
            for place in places:
                letters[place] = "\t"
            lines[at] = "".join(letters)
    return "\n".join(lines)


_LETTERED = re.compile(r"(?m)^([A-Z])\. (?=[A-Z])")


def letters_in_brackets(text: str) -> str:
    """The text with the letters that number its points told from initials: `a) ` for `A. ` where A and B begin lines.

    >>> letters_in_brackets("A. Umber Bedding paid.\\nB. Ochre Ltd. did not.")
    'a) Umber Bedding paid.\\nb) Ochre Ltd. did not.'
    """
    if not {"A", "B"} <= {match.group(1) for match in _LETTERED.finditer(text)}:
        return text
    return _LETTERED.sub(lambda letter: f"{letter.group(1).lower()}) ", text)


def _parting(line: str, sign: str) -> Sequence[int]:
    """Where the commas, semicolons or strokes stand that part a row's cells; nothing where the line is no row."""
    bare = _QUOTED.sub(lambda quoted: "." * len(quoted.group()), line)
    if f"{sign} " in bare or bare.count(sign) < _FEWEST_COMMAS:
        return ()
    return [match.start() + len(sign) // 2 for match in re.finditer(re.escape(sign), bare)]


def cells(text: str, headings: re.Pattern[str]) -> Iterator[Cell]:
    """The values of a text's tables whose heading is one of `headings`.

    >>> [(cell.heading, cell.text) for cell in cells("PORT  EXAMS\\n2704  58\\n2709  40", re.compile("PORT"))]
    [('PORT', '2704'), ('PORT', '2709')]
    >>> [cell.text for cell in cells("| Port | 2704 |", re.compile("Port"))]
    ['2704']
    >>> [cell.heading for cell in cells("6. Port  7. Exams\\n2704     58", re.compile("Port"))]
    ['Port']
    """
    columns: Sequence[re.Match[str]] = ()

    def heads(one: re.Match[str]) -> bool:
        return bool(headings.fullmatch(_heading(one)))

    for found in _rows(text):
        if not found:
            columns = ()
            continue
        of_boxes = all(_BOX.match(one.group()) for one in found)
        below = list(_below(columns, found)) if columns and not of_boxes else []
        if below:
            yield from (Cell(_heading(head), one.group(), one.start(), one.end()) for head, one in below if heads(head))
        elif all(_is_heading(one.group()) for one in found) and not any(one.group().endswith(":") for one in found):
            columns = found if any(heads(one) for one in found) else ()
        if len(found) == 2 and heads(found[0]) and "|" in _line_of(found[0]):
            columns = ()
            yield Cell(_heading(found[0]), found[1].group(), found[1].start(), found[1].end())


@lru_cache(maxsize=1)  # several ask for columns of one text
def _rows(text: str) -> Sequence[Sequence[re.Match[str]]]:
    """The lines of a text as their cells; what parts tables, lines without two cells, is one empty row."""
    rows: list[Sequence[re.Match[str]]] = []
    for line in _LINE.finditer(text) if any(sign in text for sign in _PARTING) else ():
        parted = any(sign in line.group() for sign in _PARTING)
        found = list(_CELL.finditer(text, line.start(), line.end())) if parted else []
        if len(found) > 1:
            rows.append(found)
        elif rows and rows[-1]:
            rows.append(())
    return rows


def _line_of(cell: re.Match[str]) -> str:
    """The line that a cell stands in."""
    return cell.string[cell.string.rfind("\n", 0, cell.start()) + 1 :].partition("\n")[0]


def _heading(cell: re.Match[str]) -> str:
    """What a cell is called, without the number of a form's box; a database's `entry_no` is an entry no."""
    return _BOX.sub("", cell.group(), count=1).replace("_", " ")


def _is_heading(written: str) -> bool:
    """Whether a cell can head a column: letters or a lone sign, and no number of something (`ONEYHANB06713400`)."""
    return bool(_LETTERS.search(written) or written in _SIGNS) and not _NUMBER.search(written)


def _below(
    columns: Sequence[re.Match[str]], found: Sequence[re.Match[str]]
) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
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
