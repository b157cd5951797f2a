"""The lots by shipment: each line that customs acted on, and each shipment as a whole.

Goods that come back may be entered in other lines than they were. So a shipment of several lines is compared once
more with its lines added up.

Invariant: every shipment has one row that is `whole`; the rows that stand for lines, or for a shipment that is known
by no line, are `counted` and come first.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from graph.detect.reentry import lots
from graph.detect.reentry.lines import WHOLE_ENTRY
from graph.detect.reentry.pairs import Ints
from graph.detect.reentry.weights import AMOUNTS

# What the lines of a shipment may have in common.
_WORDS = (
    "taxpayer", "importer", "consignee", "maker", "origin", "hts", "hts4", "bill", "master", "foreign_port",
    "export_from", "unit", "mode",
)  # fmt: skip
_LISTS = ("containers", "bill_containers", "bill_seals")


def with_wholes(table: pa.Table) -> pa.Table:
    """The lots that are `named`, and after them each shipment of several lines as a whole.

    To the whole belong lines of like goods that no action names. `line_ids` are the lines of each row.
    """
    numbers = table["shipment"].combine_chunks().dictionary_encode().indices.to_numpy()
    several = np.bincount(numbers)[numbers] > 1
    own = pa.array([[each] if each else [] for each in table["line_id"].to_pylist()], pa.list_(pa.string()))
    table = table.append_column("line_ids", own)
    counted = table.append_column("whole", pa.array(~several)).filter(table["named"])
    added = _added_up(table.filter(pa.array(several)))
    added = added.append_column("whole", pa.array(np.ones(added.num_rows, dtype=bool)))
    parts = [
        rows.append_column("counted", pa.array(np.full(rows.num_rows, n == 0)))
        for n, rows in enumerate((counted, added))
    ]
    return pa.concat_tables(parts).drop_columns(["named"]).combine_chunks()


def _added_up(table: pa.Table) -> pa.Table:
    """Each shipment as one lot: amounts added up where all lines have them, and what the lines have in common."""
    held: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        held.setdefault(row["shipment"], []).append(row)
    return pa.Table.from_pylist([_whole(rows) for rows in held.values()], schema=table.schema)


def _whole(rows: list[dict[str, Any]]) -> dict[str, Any]:
    whole = dict(rows[0], line_id=None, lot_key=rows[0]["shipment"] + WHOLE_ENTRY)
    whole["line_ids"] = [each for row in rows for each in row["line_ids"]]
    for name in _WORDS:
        said = {row[name] for row in rows} - {None}
        whole[name] = said.pop() if len(said) == 1 else None
    for name in AMOUNTS:
        known = [row[name] for row in rows if row[name] is not None]
        whole[name] = sum(known) if len(known) == len(rows) else None
    if len({row["unit"] for row in rows}) > 1:
        whole["quantity"] = None
    for name in _LISTS:
        whole[name] = sorted({each for row in rows for each in row[name] or ()})
    return whole


class Shipments:
    """The lots by shipment: `shipment` numbers the shipment of each row of the lots' table."""

    def __init__(self, table: pa.Table, shipment: Ints) -> None:
        self._table = table
        self._first = np.unique(shipment, return_index=True)[1]
        self._order = np.argsort(shipment, kind="stable")
        self._bounds = np.searchsorted(shipment[self._order], np.arange(len(self._first) + 1))
        self._names = table["shipment"].take(self._first).to_pylist()
        standing = table["standing"].take(self._first)
        self.stand_in = np.array([each == lots.STAND_IN for each in standing.to_pylist()], dtype=bool)

    def name(self, number: int) -> str:
        """The entry, bill or action that stands for the shipment."""
        return str(self._names[number])

    def acted(self) -> list[dict[str, Any]]:
        """(shipment, taxpayer) of each shipment that customs acted on."""
        named = self._table.select(["shipment", "taxpayer"])
        rows: list[dict[str, Any]] = named.take(pa.array(self._first[~self.stand_in])).to_pylist()
        return rows

    def stand_ins(self) -> Iterator[tuple[int, str, str]]:
        """Each stand-in that names a taxpayer: its number, its name and the taxpayer."""
        payers = self._table["taxpayer"].take(self._first).to_pylist()
        for n in np.flatnonzero(self.stand_in):
            if payers[n]:
                yield int(n), self.name(int(n)), str(payers[n])

    def row(self, number: int) -> dict[str, Any]:
        """The first lot of a shipment."""
        row: dict[str, Any] = self._table.slice(int(self._first[number]), 1).to_pylist()[0]
        return row

    def line_ids(self, number: int) -> tuple[str, ...]:
        """The lines of the shipment; none when it is known by its bill alone."""
        rows = self._order[self._bounds[number] : self._bounds[number + 1]]
        return tuple(sorted({each for held in self._table["line_ids"].take(rows).to_pylist() for each in held or ()}))
