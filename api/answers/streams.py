"""Rows without end as NDJSON or CSV, some at a time: memory stays flat however many there are."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

RowFormat = Literal["ndjson", "csv"]
MEDIA_TYPES: dict[RowFormat, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
_ROWS_AT_ONCE = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def streamed(rows: Iterable[Mapping[str, object]], columns: Sequence[str], row_format: RowFormat) -> Iterator[bytes]:
    """The rows, with a header in CSV, as UTF-8. Of CSV, a cell that a spreadsheet would compute begins with `'`."""
    if row_format == "csv":
        yield _csv([dict(zip(columns, columns, strict=True))], columns)
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        if row_format == "csv":
            yield _csv(some, columns)
        else:
            yield "".join(f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in some).encode()


def _csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int | float) else text
