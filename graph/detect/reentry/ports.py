"""Where goods that were stopped come in again: at any port, also one that their importer hardly ever uses.

An importer's usual lots go to its usual ports. So a match at a port that it seldom entered anything at before the
action says more than one where every third of its lots goes: log2 of how likely the port is for goods that were
turned away over how likely it is for a lot of this importer.

Invariant: only entries before the action count, and those at the acting port do not.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry.weights import Floats, Ints

# Of goods that come back, so many go anywhere, as everybody's goods do; the others go where the importer's do.
ANYWHERE = 0.6
# What an importer will do next is drawn to what everybody does by so many entries.
DRAWN_BY = 2.0
# Whoever sends parts of two lots to a new port may simply have begun to use it: no more is made of that.
MOST_BITS_OF_PARTS = 3.0
# Parts of one lot go to one port as often as this.
TOGETHER = 0.6


@dataclass(frozen=True, slots=True)
class PortUse:
    """Entries of the lots' taxpayers by port and day, and how much everybody uses each port.

    `of_lot` numbers each lot's taxpayer, `acting` its port; -1 is unknown or never used. Counts are read off sorted
    keys: of a taxpayer, and of a taxpayer and port, each with the day.
    """

    ports: dict[str, int]
    everybody: Floats  # by port, adds up to one
    of_lot: Ints
    acting: Ints
    day: Ints  # of each lot's action, counted from the first entry
    days: int
    by_payer: Ints
    by_port: Ints

    def bits(self, lot: Ints, port: Ints) -> Floats:
        """log2 of how likely goods that come back enter at `port` over how likely a usual lot does; 0 if unknown."""
        anywhere = self._anywhere(lot, port)
        found: Floats = np.log2(1 - ANYWHERE + ANYWHERE * anywhere / self._share(lot, port))
        return np.where((self.of_lot[lot] < 0) | (port < 0), 0.0, found)

    def bits_of_parts(self, lot: Ints, ports: Ints) -> Floats:
        """The same for lots in parts; `ports` has a row for each, and -1 where there is no further part."""
        bits = self.bits(lot, ports[:, 0])
        share = self._share(lot, ports[:, 0])
        for column in range(1, ports.shape[1]):
            apart = (1 - TOGETHER) / np.maximum(1 - share, 0.1)
            further = np.where(ports[:, column] == ports[:, 0], TOGETHER / share, apart)
            bits += np.where((ports[:, column] < 0) | (self.of_lot[lot] < 0), 0.0, np.log2(further))
        return np.minimum(bits, MOST_BITS_OF_PARTS)

    def _share(self, lot: Ints, port: Ints) -> Floats:
        """How likely the next lot of each lot's importer that avoids the acting port enters at `port`."""
        payer, acting, day = self.of_lot[lot], self.acting[lot], self.day[lot]
        elsewhere = self._entries(payer, None, day) - self._entries(payer, acting, day)
        there = self._entries(payer, port, day)
        return (there + DRAWN_BY * self._anywhere(lot, port)) / (elsewhere + DRAWN_BY)

    def _anywhere(self, lot: Ints, port: Ints) -> Floats:
        """How likely anybody's lot that avoids the acting port enters at `port`."""
        acting = self.acting[lot]
        left = 1.0 - np.where(acting < 0, 0.0, self.everybody[acting])
        usual: Floats = self.everybody[port] / np.maximum(left, 1e-3)
        return np.maximum(usual, 1e-6)

    def numbers(self, names: "pa.ChunkedArray[pa.StringScalar]") -> Ints:
        """The numbers of these ports."""
        return np.array([self.ports.get(name or "", -1) for name in names.to_pylist()], dtype=np.int64)

    def _entries(self, payer: Ints, port: Ints | None, day: Ints) -> Floats:
        """How many entries before the day; none of an unknown taxpayer or port."""
        keys = self.by_payer if port is None else self.by_port
        group = payer if port is None else payer * len(self.everybody) + port
        low = np.searchsorted(keys, group * self.days)
        high = np.searchsorted(keys, group * self.days + np.clip(day, 0, self.days))
        known = payer >= 0 if port is None else (payer >= 0) & (port >= 0)
        return np.where(known, high - low, 0).astype(np.float64)


def port_use(table: pa.Table, lines: ir.Table) -> PortUse:
    """Of the lots in `table` (as in `match`), where their taxpayers entered goods by when."""
    held = lines.group_by("port").agg(n=ibis._.count()).order_by("port").to_pyarrow()
    ports = {name: n for n, name in enumerate(held["port"].to_pylist())}
    everybody = held["n"].to_numpy().astype(np.float64)
    payers = ibis.memtable(table.select(["taxpayer"])).drop_null("taxpayer").distinct()
    entries = lines.semi_join(payers, "taxpayer").group_by("taxpayer", "entry_number")
    rows = entries.agg(port=lines.port.min(), day=lines.day.min()).order_by("taxpayer").to_pyarrow().combine_chunks()
    named = rows["taxpayer"].combine_chunks().dictionary_encode()
    numbers = {name: n for n, name in enumerate(named.dictionary.to_pylist())}
    payer = named.indices.to_numpy().astype(np.int64)
    day = rows["day"].to_numpy().astype(np.int64)
    first = int(day.min()) if len(day) else 0
    days = int(day.max(initial=first)) - first + 2
    port = np.array([ports[name] for name in rows["port"].to_pylist()], dtype=np.int64)
    return PortUse(
        ports, everybody / everybody.sum(),
        np.array([numbers.get(name, -1) for name in table["taxpayer"].to_pylist()], dtype=np.int64),
        np.array([ports.get(name, -1) for name in table["acting_port"].to_pylist()], dtype=np.int64),
        np.clip(table["action_day"].to_numpy().astype(np.int64) - first, 0, days - 1), days,
        np.sort(payer * days + (day - first)),
        np.sort((payer * len(ports) + port) * days + (day - first)),
    )  # fmt: skip
