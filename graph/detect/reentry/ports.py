"""Where goods that were stopped come in again: at any port, also one that their importer hardly ever uses.

An importer's usual lots go to its usual ports. So a match at a port where it seldom enters anything says more than
one where every third of its lots goes: log2 of how likely the port is for goods that were turned away over how likely
it is for a lot of this importer. A port to which it moved for good after the action is a usual one, too.

Invariant: the matching entries themselves do not count, nor do those at the acting port.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.detect.reentry.pairs import Floats, Ints

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
    """How many entries the lots' taxpayers have, at each port and in all, and how much everybody uses each port.

    `of_lot` numbers each lot's taxpayer, `acting` its port; -1 is unknown or never used.
    """

    ports: dict[str, int]
    everybody: Floats  # by port, adds up to one
    of_lot: Ints
    acting: Ints
    by_payer: Floats
    by_port: npt.NDArray[np.float32]  # of each taxpayer at each port

    def bits(self, lot: Ints, port: Ints) -> Floats:
        """log2 of how likely goods that come back enter at `port` over how likely a usual lot does; 0 if unknown."""
        return self.bits_of_many(lot, port, np.ones(len(lot)))

    def bits_of_many(self, lot: Ints, port: Ints, matching: Floats) -> Floats:
        """The same where so many entries at the port match."""
        share = self._share(lot, port, matching=matching)
        found: Floats = np.log2(1 - ANYWHERE + ANYWHERE * self._anywhere(lot, port) / share)
        return np.where((self.of_lot[lot] < 0) | (port < 0), 0.0, found)

    def bits_of_parts(self, lot: Ints, ports: Ints) -> Floats:
        """The same for lots in parts; `ports` has a row for each, and -1 where there is no further part."""
        anywhere = self._anywhere(lot, ports[:, 0])
        share = self._share(lot, ports[:, 0], matching=(ports == ports[:, :1]).sum(axis=1).astype(np.float64))
        bits = np.log2(1 - ANYWHERE + ANYWHERE * anywhere / share)
        bits = np.where((self.of_lot[lot] < 0) | (ports[:, 0] < 0), 0.0, bits)
        for column in range(1, ports.shape[1]):
            apart = (1 - TOGETHER) / np.maximum(1 - share, 0.1)
            further = np.where(ports[:, column] == ports[:, 0], TOGETHER / share, apart)
            bits += np.where((ports[:, column] < 0) | (self.of_lot[lot] < 0), 0.0, np.log2(further))
        return np.minimum(bits, MOST_BITS_OF_PARTS)

    def _share(self, lot: Ints, port: Ints, *, matching: Floats) -> Floats:
        """How likely another lot of the importer that avoids the acting port enters at `port`; so many match."""
        payer, acting = self.of_lot[lot], self.acting[lot]
        every = np.where(payer < 0, 0.0, self.by_payer[payer])
        elsewhere = np.maximum(every - self._at(payer, acting) - matching, 0.0)
        there = np.maximum(self._at(payer, port) - matching, 0.0)
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

    def _at(self, payer: Ints, port: Ints) -> Floats:
        """How many entries a taxpayer has at a port; none of an unknown taxpayer or port."""
        return np.where((payer < 0) | (port < 0), 0.0, self.by_port[payer, port])


def port_use(table: pa.Table, lines: ir.Table) -> PortUse:
    """Of the lots in `table` (as in `match`), where their taxpayers entered goods by when."""
    held = lines.group_by("port").agg(n=ibis._.count()).order_by("port").to_pyarrow()
    ports = {name: n for n, name in enumerate(held["port"].to_pylist())}
    everybody = held["n"].to_numpy().astype(np.float64)
    payers = ibis.memtable(table.select(["taxpayer"])).drop_null("taxpayer").distinct()
    entries = lines.semi_join(payers, "taxpayer").group_by("taxpayer", "entry_number").agg(port=lines.port.min())
    used = entries.group_by("taxpayer", "port").agg(n=ibis._.count()).order_by("taxpayer", "port").to_pyarrow()
    numbers = {name: n for n, name in enumerate(dict.fromkeys(used["taxpayer"].to_pylist()))}
    by_port = np.zeros((max(len(numbers), 1), len(ports)), dtype=np.float32)
    for payer, port, n in zip(*(used[name].to_pylist() for name in ("taxpayer", "port", "n")), strict=True):
        by_port[numbers[payer], ports[port]] = n
    return PortUse(
        ports, everybody / everybody.sum(),
        np.array([numbers.get(name, -1) for name in table["taxpayer"].to_pylist()], dtype=np.int64),
        np.array([ports.get(name, -1) for name in table["acting_port"].to_pylist()], dtype=np.int64),
        by_port.sum(axis=1, dtype=np.float64), by_port,
    )  # fmt: skip
