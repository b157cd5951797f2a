"""Pairs of a lot and a line, held column by column: each side stands once, and a pair is two row numbers.

Texts are compared by number, so that millions of pairs cost what millions of numbers cost.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pairs:
    """`lot` and `line` are rows of `lots` and `lines`, one of each a pair."""

    lots: pa.Table
    lines: pa.Table
    lot: Ints
    line: Ints

    def filter(self, kept: Bools) -> "Pairs":
        """These pairs alone."""
        return Pairs(self.lots, self.lines, self.lot[kept], self.line[kept])

    def amounts(self, name: str) -> tuple[Floats, Floats]:
        """An amount of both sides, NaN where unknown."""
        lot, line = (side[name].to_numpy().astype(np.float64) for side in (self.lots, self.lines))
        return lot[self.lot], line[self.line]

    def texts(self, lot_name: str, line_name: str) -> tuple[Ints, Ints, list[str]]:
        """A text of both sides as places in a list of texts; -1 where unknown."""
        lot, line, texts = _coded(self.lots[lot_name], self.lines[line_name])
        return lot[self.lot], line[self.line], texts

    def same(self, lot_name: str, line_name: str | None = None) -> tuple[Bools, Bools]:
        """Whether a text is the same on both sides, and whether both are known."""
        lot, line, _ = self.texts(lot_name, line_name or lot_name)
        return (lot == line) & (lot >= 0), (lot >= 0) & (line >= 0)

    def differ_on_line(self, name: str, other: str) -> tuple[Bools, Bools]:
        """Whether two texts of the line differ, and whether both are known."""
        differ, known = _differ(self.lines, name, other)
        return differ[self.line], known[self.line]

    def differ_on_lot(self, name: str, other: str) -> Bools:
        """Whether two texts of the lot are known to differ."""
        return _differ(self.lots, name, other)[0][self.lot]

    def shared(self, lot_name: str, line_name: str) -> tuple[Bools, Bools, Bools]:
        """Whether texts that the lot and the line hold have one in common, and whether each side holds any.

        Either column holds texts or lists of them.
        """
        (held, ours), (held_too, theirs) = _held(self.lots[lot_name]), _held(self.lines[line_name])
        lot_codes, line_codes, _ = _coded(ours, theirs)
        first, first_too = np.cumsum(held) - held, np.cumsum(held_too) - held_too
        n, m = held[self.lot], held_too[self.line]
        same = np.zeros(len(n), dtype=np.bool_)
        one = np.flatnonzero((n == 1) & (m == 1))
        same[one] = lot_codes[first[self.lot[one]]] == line_codes[first_too[self.line[one]]]
        several = np.flatnonzero((n > 0) & (m > 0) & (n + m > 2))
        span = int(max(lot_codes.max(initial=0), line_codes.max(initial=0))) + 1
        row, item = _each(first[self.lot[several]], n[several])
        row_too, item_too = _each(first_too[self.line[several]], m[several])
        met = row[np.isin(row * span + lot_codes[item], row_too * span + line_codes[item_too])]
        same[several[met]] = True
        return same, n > 0, m > 0


def _coded(lot: "pa.ChunkedArray[Any]", line: "pa.ChunkedArray[Any]") -> tuple[Ints, Ints, list[str]]:
    chunks = [chunk.cast(pa.string()) for side in (lot, line) for chunk in side.chunks]
    coded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes[: len(lot)], codes[len(lot) :], [str(text) for text in coded.dictionary.to_pylist()]


def _differ(side: pa.Table, name: str, other: str) -> tuple[Bools, Bools]:
    differ = pc.not_equal(side[name], side[other])
    known = np.asarray(differ.is_valid(), dtype=np.bool_)
    return np.asarray(differ.fill_null(False), dtype=np.bool_), known  # noqa: FBT003 - arrow's own


def _held(column: "pa.ChunkedArray[Any]") -> tuple[Ints, "pa.ChunkedArray[Any]"]:
    """How many texts each row holds, and all of them in order."""
    if not pa.types.is_list(column.type):
        return np.asarray(column.is_valid(), dtype=np.int64), column.drop_null()
    counts = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return counts, pa.chunked_array([pc.list_flatten(chunk) for chunk in column.chunks], pa.string())


def _each(first: Ints, held: Ints) -> tuple[Ints, Ints]:
    """For rows that hold so many items from a first one on, each row and item."""
    row = np.repeat(np.arange(len(held)), held)
    item = np.arange(len(row)) - np.repeat(np.cumsum(held) - held, held) + np.repeat(first, held)
    return row, item
