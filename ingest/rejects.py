"""Rejected rows: what was wrong with each, and the whole row, so that it can be corrected and loaded again.

Invariant: every row that a load did not accept stands in `rejects/<load_id>.jsonl`, as the sender wrote it but for
social security numbers, which are masked. A rejects file with corrected `cells` is itself a file that can be loaded.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.model.errors import NotFound
from graph.model.identifiers import mask_ssn

FOLDER = "rejects"
_REASONS_COUNTED = 200  # a reason may quote a value; counting all of them would fill the memory


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be accepted, and why. `column` is empty where the row as a whole is at fault."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reject:
    """One rejected row. `row` counts from 1 without the header; `cells` are the row as it came."""

    file: str
    row: int
    table: str
    problems: tuple[Problem, ...]
    cells: Mapping[str, str | None]

    @property
    def column(self) -> str:
        """The first column at fault."""
        return self.problems[0].column

    @property
    def value(self) -> str:
        """What stands there."""
        return self.problems[0].value

    @property
    def reason(self) -> str:
        """Why that cannot be accepted."""
        return self.problems[0].reason


class RejectLog:
    """Where a load writes its rejects, from whichever thread finds one. Counts them by column and reason."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8")

    def add(self, reject: Reject, summary: str = "") -> None:
        """Write one reject down; `summary` is its reason for counting, where the reason itself names its row."""
        first = reject.problems[0]
        record = {
            "file": reject.file,
            "row": reject.row,
            "table": reject.table,
            "column": first.column,
            "value": first.value,
            "reason": first.reason,
            "problems": [[problem.column, problem.value, problem.reason] for problem in reject.problems],
            "cells": {name: cell for name, cell in reject.cells.items() if cell is not None},
        }
        line = mask_ssn(json.dumps(record, ensure_ascii=False)) + "\n"
        counted = summary or (f"{first.column}: {first.reason}" if first.column else first.reason)
        with self._lock:
            self._file.write(line)
            if counted not in self._counts and len(self._counts) >= _REASONS_COUNTED:
                counted = "other reasons"
            self._counts[counted] += 1
            self.written += 1

    def take_counts(self) -> Counter[str]:
        """Rejects by reason since they were last taken: one file's."""
        counts, self._counts = self._counts, Counter()
        return counts

    def mark(self) -> tuple[int, int]:
        """Where the log stands; `rewind` to it takes back what was added after."""
        return self._file.tell(), self.written

    def rewind(self, mark: tuple[int, int]) -> None:
        """Take back what was added since the mark."""
        position, self.written = mark
        self._file.seek(position)
        self._file.truncate()
        self._counts = Counter()

    def close(self) -> None:
        """Write out what is still in memory."""
        self._file.close()


def read_rejects(home: Path, load_id: str) -> Iterator[Reject]:
    """The rejected rows of one load, file by file; `NotFound` where the load has none or does not exist."""
    path = home / FOLDER / f"{load_id}.jsonl"
    if not path.is_file():
        raise NotFound(
            f"No rejected rows are kept for load {load_id}.",
            thing="load",
            value=load_id,
            next_step="See the loads with `tidewaiter doctor`; a load without rejects keeps no file.",
        )
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            problems = tuple(Problem(*problem) for problem in raw["problems"])
            yield Reject(raw["file"], raw["row"], raw["table"], problems, raw["cells"])
