"""The source that a profile makes: any delimited file, workbook or JSON records, mapped by declaration.

Invariant: what a profile does to a cell is written in the profile. Columns that it does not name are kept under
the sender's header; rows that it drops are counted; nothing else is left out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from graph.model.errors import Invalid
from graph.model.identifiers import parse
from graph.model.tables import TABLES, ColumnType, IdentifierType
from ingest.sources import delimited, json_records, workbook
from ingest.sources.countries import country_code
from ingest.sources.header import FEWEST_KNOWN, HEADER_ROWS, Header, find_header, folded, known_headers
from ingest.sources.profile import Aliases, Profile
from ingest.sources.source import CsvShape, TextRows

BATCH_ROWS = 20_000
_PREVIEW_ROWS = HEADER_ROWS + 20
_TOTAL = "a total, not a row"
_HEADER_AGAIN = "the header again"

Columns = dict[str, list[str | None]]


@dataclass(slots=True)
class _Chunk:
    """Some rows on their way through the steps, column by column."""

    columns: Columns
    numbers: list[int]
    damaged: set[str] = field(default_factory=set)
    left_out: dict[str, int] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)

    def keep(self, kept: Sequence[int]) -> None:
        """Only these positions stay."""
        if len(kept) == len(self.numbers):
            return
        self.columns = {name: [cells[i] for i in kept] for name, cells in self.columns.items()}
        self.numbers = [self.numbers[i] for i in kept]
        self.problems = {new: self.problems[old] for new, old in enumerate(kept) if old in self.problems}


def slug(text: str) -> str:
    """A name as part of an identifier: capitals, digits and hyphens.

    >>> slug("Mangrove Apparel Co., Ltd.")
    'MANGROVE-APPAREL-CO-LTD'
    """
    return re.sub(r"[^A-Z0-9]+", "-", text.upper()).strip("-")


_FILTERS: dict[str, Callable[[str], str]] = {"slug": slug, "upper": str.upper}
_PLACE = re.compile(r"\{([^{}|]+)(?:\|(\w+))?\}")


class MappedSource:
    """One kind of file, read as its profile says."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.name = profile.name
        self._table = TABLES[profile.table]
        self._types = {column.name: column for column in self._table.columns}

    # -- recognising -----------------------------------------------------------------------------------

    def recognises(self, path: Path, head: bytes) -> float:
        """By the share of the file's columns that the profile knows, if those it needs are there."""
        if workbook.is_workbook(path, head):
            return self._recognises_workbook(path) if "workbook" in self.profile.files else 0.0
        opened = delimited.opened_head(head)
        if json_records.is_json(path):
            return self._recognises_json(path, opened) if "json_records" in self.profile.files else 0.0
        if "delimited" not in self.profile.files or b"%PDF" in opened[:8]:
            return 0.0
        return max(
            (
                self._score(path, delimited.first_rows(opened, delimiter, _PREVIEW_ROWS))
                for delimiter in self.profile.delimiters
            ),
            default=0.0,
        )

    def _recognises_workbook(self, path: Path) -> float:
        try:
            rows = [row.cells for row in islice(workbook.rows_of(path, self.profile.sheets), _PREVIEW_ROWS)]
        except Invalid:  # not this profile's to tell: the loader says that no source knows the file
            return 0.0
        return self._score(path, rows)

    def _recognises_json(self, path: Path, head: bytes) -> float:
        keys = json_records.first_keys(head, self.profile.records)
        known = known_headers(self.profile)
        ours = {known[folded(key)][0] for key in keys if folded(key) in known}
        return self._graded(path, ours, len(keys))

    def _score(self, path: Path, rows: Sequence[Sequence[str | None]]) -> float:
        header = find_header(rows, self.profile)
        if header is None:
            return 0.0
        data = rows[header.row + header.height :]
        for column, shape in self.profile.shapes.items():
            if column in header.known:
                at = header.names.index(column)
                cells = [str(row[at]).strip() for row in data if at < len(row) and row[at]]
                if any(not re.fullmatch(shape, cell) for cell in cells):
                    return 0.0
        return self._graded(path, header.known, sum(1 for name in header.written if name))

    def _graded(self, path: Path, ours: frozenset[str] | set[str], columns: int) -> float:
        if not columns or not set(self.profile.needs) <= ours:
            return 0.0
        named = any(fnmatch(path.name.casefold(), pattern.casefold()) for pattern in self.profile.file_names)
        return 0.5 + 0.35 * len(ours) / columns + (0.1 if named else 0.0)

    # -- reading ---------------------------------------------------------------------------------------

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """The rows, in batches of 20,000; `Invalid` where no header is found."""
        return self._rows(path)

    def _rows(self, path: Path) -> Iterator[TextRows]:
        if self.profile.left_out:
            rows = sum(len(chunk.numbers) for chunk in self._chunks(path))
            yield empty_rows(self.profile.table, {self.profile.left_out: rows})
            return
        above: dict[str, str | None] = {}
        for chunk in self._chunks(path):
            self._drop_rows(chunk)
            self._fill_down(chunk, above)
            self._rewrite(chunk)
            yield self._text_rows(chunk)

    def _chunks(self, path: Path) -> Iterator[_Chunk]:
        head = delimited.read_head(path)
        with path.open("rb") as file:
            raw = file.read(8)
        if workbook.is_workbook(path, raw):
            yield from self._workbook_chunks(path)
        elif json_records.is_json(path):
            yield from self._json_chunks(path)
        else:
            yield from self._delimited_chunks(path, head)

    def _no_header(self, path: Path, rows: Sequence[Sequence[str | None]]) -> Invalid:
        if not any(any(row) for row in rows):
            return Invalid(f"{path.name} is empty.", thing=str(path), next_step="Fetch it again.")
        seen = " | ".join(next((" ".join(filter(None, row)).split() for row in rows if any(row)), []))[:120]
        return Invalid(
            f"{path.name} has no header that {self.name} knows: none of its first {HEADER_ROWS} rows, nor two of"
            " them joined, names three known columns.",
            thing=str(path),
            value=seen,
            next_step="Check the delimiter and the header, or add the headers to a profile of your own.",
        )

    def _delimited_chunks(self, path: Path, head: bytes) -> Iterator[_Chunk]:
        best: tuple[Header, str] | None = None
        for delimiter in self.profile.delimiters:
            header = find_header(delimited.first_rows(head, delimiter, _PREVIEW_ROWS), self.profile)
            if header and (best is None or len(header.known) > len(best[0].known)):
                best = (header, delimiter)
        if best is None:
            raise self._no_header(path, delimited.first_rows(head, ",", _PREVIEW_ROWS))
        header, delimiter = best
        rows = delimited.rows_of(path, delimiter)
        data = enumerate(islice(rows, header.row + header.height, None), start=1)
        while some := list(islice(data, BATCH_ROWS)):
            yield _chunk_of([(number, row) for number, row in some if any(row)], header)

    def _workbook_chunks(self, path: Path) -> Iterator[_Chunk]:
        rows = workbook.rows_of(path, self.profile.sheets)
        preview = list(islice(rows, _PREVIEW_ROWS))
        header = find_header([row.cells for row in preview], self.profile)
        if header is None:
            raise self._no_header(path, [row.cells for row in preview])
        data = enumerate(islice(chain(preview, rows), header.row + header.height, None), start=1)
        while some := list(islice(data, BATCH_ROWS)):
            chunk = _chunk_of([(number, row.cells) for number, row in some if any(row.cells)], header)
            typed = frozenset[int]().union(*(row.numbers for _, row in some))
            chunk.damaged = {name for at, name in enumerate(header.names) if at in typed and self._is_text(name)}
            yield chunk

    def _is_text(self, name: str) -> bool:
        column = self._types.get(name)
        return column is not None and column.type in {ColumnType.TEXT, ColumnType.CODE, ColumnType.LIST}

    def _json_chunks(self, path: Path) -> Iterator[_Chunk]:
        known = known_headers(self.profile)
        records = enumerate(json_records.records_of(path, self.profile.records), start=1)
        while some := list(islice(records, BATCH_ROWS)):
            keys = dict.fromkeys(key for _, record in some for key in record.values)
            chunk = _Chunk({}, [number for number, _ in some])
            for key in keys:
                name = known.get(folded(key), (key, 0))[0]
                chunk.columns[name] = [json_records.as_text(record.values.get(key)) for _, record in some]
            chunk.problems = {at: record.problem for at, (_, record) in enumerate(some) if record.problem}
            yield chunk

    # -- the steps -------------------------------------------------------------------------------------

    def _drop_rows(self, chunk: _Chunk) -> None:
        """Take out the rows that say of themselves that they are no data, and count them."""
        reasons = dict.fromkeys(self._totals(chunk), _TOTAL) | dict.fromkeys(self._headers(chunk), _HEADER_AGAIN)
        chunk.left_out = dict(Counter(reasons.values()))
        chunk.keep([at for at in range(len(chunk.numbers)) if at not in reasons])

    def _totals(self, chunk: _Chunk) -> list[int]:
        if not self.profile.drop_rows:
            return []
        total = re.compile("|".join(f"(?:{pattern})" for pattern in self.profile.drop_rows), re.IGNORECASE)
        first: list[str | None] = [None] * len(chunk.numbers)
        for cells in chunk.columns.values():
            first = [before or cell for before, cell in zip(first, cells, strict=True)]
            if all(first):
                break
        return [at for at, cell in enumerate(first) if cell and total.fullmatch(cell)]

    def _headers(self, chunk: _Chunk) -> list[int]:
        """Rows that repeat the header: a report's next page begins with it."""
        known = known_headers(self.profile)
        ours = [name for name in chunk.columns if name in self.profile.columns][:FEWEST_KNOWN]
        if not ours:
            return []
        words = {cell for cell in set(chunk.columns[ours[0]]) if cell and folded(cell) in known}
        maybe = [at for at, cell in enumerate(chunk.columns[ours[0]]) if cell in words] if words else []
        return [at for at in maybe if all(known.get(folded(chunk.columns[n][at]), ("",))[0] == n for n in ours)]

    def _fill_down(self, chunk: _Chunk, above: dict[str, str | None]) -> None:
        """Give a row whose group is blank the group of the row above; `above` goes on to the next batch."""
        groups = [[name for name in group if name in chunk.columns] for group in self.profile.fill_down]
        groups = [group for group in groups if group]
        for at in range(len(chunk.numbers)):
            begun = False
            for group in groups:
                same = chunk.columns[group[0]][at] is None and not begun
                begun = begun or not same
                for name in group:
                    cells = chunk.columns[name]
                    if same and cells[at] is None:
                        cells[at] = above.get(name)
                    above[name] = cells[at]

    def _rewrite(self, chunk: _Chunk) -> None:
        """All that the profile says of cells, in the order of its fields."""
        profile, columns, rows = self.profile, chunk.columns, len(chunk.numbers)
        for name in [name for name in columns if profile.otherwise.get(name) in columns]:
            second = columns[profile.otherwise[name]]
            columns[name] = [cell or other for cell, other in zip(columns[name], second, strict=True)]
        columns |= {name: [value] * rows for name, value in profile.constants.items()}
        for name in [name for name in columns if name in profile.values]:
            values = profile.values[name]
            columns[name] = [values.get(cell, cell) or None if cell else cell for cell in columns[name]]
        for name in [name for name in columns if name in profile.countries]:
            _name_countries(columns, name)
        for name in [name for name in columns if name in profile.widths]:
            _widen(columns, name, profile.widths[name])
        for name in [name for name in columns if name in profile.split]:
            columns[name] = [_split(cell, profile.split[name]) for cell in columns[name]]
        if profile.aliases and profile.aliases.column in columns:
            _take_aliases(columns, profile.aliases)
        for name in [name for name in columns if name in profile.dates]:
            columns[name] = [_iso_day(cell, profile.dates[name]) for cell in columns[name]]
        columns |= {name: _filled(template, columns, rows) for name, template in profile.derive.items()}
        for name in [name for name in columns if name in profile.normal]:
            columns[name] = [_normal(cell, profile.normal[name]) for cell in columns[name]]
        for name in [name for name in columns if name in profile.drop_columns]:
            del columns[name]

    def _text_rows(self, chunk: _Chunk) -> TextRows:
        present = chunk.columns.keys()
        return TextRows(
            self.profile.table,
            batch_of(chunk.columns, chunk.numbers),
            damaged=frozenset(chunk.damaged | (set(self.profile.damaged) & present)),
            unchecked=frozenset(set(self.profile.foreign_identifiers) & present),
            left_out=chunk.left_out,
            problems=chunk.problems,
        )


def batch_of(columns: Mapping[str, Sequence[str | None]], numbers: Sequence[int]) -> pa.RecordBatch:
    """Columns of text and the rows' numbers as one batch."""
    arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(numbers, pa.int64())], names=[*columns, "source_row"])


def empty_rows(table: str, left_out: Mapping[str, int]) -> TextRows:
    """What a known file gives that holds no rows for us: only why."""
    return TextRows(table, batch_of({}, []), left_out=left_out)


def _chunk_of(rows: Sequence[tuple[int, Sequence[str | None]]], header: Header) -> _Chunk:
    """Rows under their header. A cell too many means that all behind it slipped: the row is a problem."""
    width = len(header.names)
    problems: dict[int, str] = {}
    squared: list[Sequence[str | None]] = []
    for at, (_, row) in enumerate(rows):
        if len(row) == width:
            squared.append(row)
            continue
        if any(row[width:]):
            problems[at] = f"{len(row)} cells under {width} headers: a delimiter stands inside a cell unquoted"
        squared.append([*row[:width], *[None] * (width - len(row))])
    columns: Columns = {}
    other_encoding: set[int] = set()
    for name, cells in zip(header.names, zip(*squared, strict=True) if squared else [()] * width, strict=True):
        text = list(cells)
        for at, cell in enumerate(cells):
            if cell and not cell.isascii():
                text[at], as_windows = delimited.decoded(cell)
                if as_windows:
                    other_encoding.add(at)
        columns[name] = [cell.strip() or None if cell else None for cell in text]
    if other_encoding:
        columns["read_as"] = ["windows-1252" if at in other_encoding else None for at in range(len(rows))]
    return _Chunk(columns, [number for number, _ in rows], problems=problems)


def _name_countries(columns: Columns, name: str) -> None:
    """Names become codes; a name that no list has is kept beside, and the column left blank."""
    written = columns[name]
    codes = {cell: country_code(cell) for cell in set(written) if cell}
    columns[name] = [codes[cell] if cell else None for cell in written]
    if unknown := {cell for cell, code in codes.items() if code is None}:
        columns[f"{name}_as_written"] = [cell if cell in unknown else None for cell in written]


def _widen(columns: Columns, name: str, width: int) -> None:
    """Give codes the zeros back that the list's own width proves; what was written is kept beside."""
    written = columns[name]
    columns[name] = [cell.zfill(width) if cell and cell.isdigit() else cell for cell in written]
    if columns[name] != written:
        pairs = zip(written, columns[name], strict=True)
        columns[f"{name}_as_written"] = [cell if cell != wide else None for cell, wide in pairs]


def _split(cell: str | None, separator: str) -> str | None:
    if cell is None:
        return None
    return ";".join(part for part in map(str.strip, re.split(separator, cell)) if part) or None


def _take_aliases(columns: Columns, rule: Aliases) -> None:
    """The first of several names is the name; the others become aliases (a `;` in one would split it)."""
    between = re.compile(rule.between, re.IGNORECASE)
    names: list[str | None] = []
    others: list[str | None] = []
    kinds: list[str | None] = []
    for cell in columns[rule.column]:
        first, *rest = [part.strip(" ;,") for part in between.split(cell or "")]
        rest = [part.replace(";", ",") for part in rest if part]
        names.append(first or None)
        others.append(";".join(rest) or None)
        kinds.append(";".join([rule.kind] * len(rest)) or None)
    columns |= {rule.column: names, rule.into: others, "name_kind": kinds}


_NUMERIC_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


def _normal(cell: str | None, kind: IdentifierType) -> str | None:
    """The items of a cell in normal form; one that is no such identifier stays as written."""
    items: list[str] = []
    for item in (cell or "").split(";"):
        try:
            items.append(parse(kind, item).key)
        except Invalid:
            items.append(item)
    return ";".join(items) or None


def _iso_day(cell: str | None, order: str) -> str | None:
    """A day written in numbers, in the order that the profile declares; other styles stay as written."""
    if order == "timestamp":
        return cell.partition("T")[0] if cell else cell
    match = _NUMERIC_DAY.fullmatch(cell or "")
    if match is None:
        return cell
    first, second, year = match.groups()
    day, month = (first, second) if order == "day_first" else (second, first)
    return f"{year}-{int(month):02}-{int(day):02}"


def _filled(template: str, columns: Columns, rows: int) -> list[str | None]:
    """A template filled from each row; blank where one of its places is blank."""
    places = [(match.group(1), _FILTERS.get(match.group(2) or "", str)) for match in _PLACE.finditer(template)]
    literals = _PLACE.split(template)[::3]
    cells = [columns.get(name, [None] * rows) for name, _ in places]
    filled: list[str | None] = []
    for at in range(rows):
        parts = [shape(cell) if (cell := some[at]) else "" for some, (_, shape) in zip(cells, places, strict=True)]
        text = "".join(chain.from_iterable(zip(literals, [*parts, ""], strict=True)))
        filled.append(text if all(parts) else None)
    return filled
