"""Who traded when, with whom and how: one aggregate of the lines a side, and sets that can be compared by the million.

Invariant: nothing here is larger than the parties' distinct partners, goods and days; the lines themselves stay in
the engine.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graph.facts.columns import one_column

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A pace is not counted over less than so many days.
SHORTEST_SPAN_DAYS = 60
# Who began with a partner so many days after its own first line is no newcomer.
LONG_STANDING_DAYS = 30
# So few texts are looked up one by one.
FEW_TEXTS = 32
# Days are packed beside a party's number into one integer.
_DAYS = 1 << 17


def paces(lines: ir.Table) -> ir.Table:
    """(party, day, entries): how many entries each party made on each day."""
    return lines.group_by("party", "day").agg(entries=lines.entry_number.nunique())


def parties(paces: ir.Table) -> ir.Table:
    """(party, first_day, last_day, entries): everybody who traded."""
    return paces.group_by("party").agg(
        first_day=paces.day.min(), last_day=paces.day.max(), entries=paces.entries.sum().cast("int64")
    )


def spells(lines: ir.Table, columns: Mapping[str, str]) -> ir.Table:
    """(kind, value, party, first_day, last_day, lines, lot): how long each party had each value of these columns.

    `lot` is the mean of log2 of the lines' entered value in dollars; null where none is known.
    """
    found = []
    for kind, name in columns.items():
        t = lines.filter(lines[name].notnull())
        t = t.group_by("party", value=t[name]).agg(
            first_day=t.day.min(),
            last_day=t.day.max(),
            lines=t.count().cast("int64"),
            lot=ibis.ifelse(t["value"] > 0, t["value"], None).log2().mean(),
        )
        found.append(t.select("party", "value", "first_day", "last_day", "lines", "lot", kind=ibis.literal(kind)))
    return ibis.union(*found)


@dataclass(frozen=True, slots=True)
class Names:
    """Texts by number, in their order, and their numbers by text.

    >>> Names.of(pa.array(["b", "a", None])).number(pa.array(["b", "c", None]))
    array([ 1, -1, -1])
    """

    values: "pa.Array[Any]"

    @classmethod
    def of(cls, texts: "pa.Array[Any] | pa.ChunkedArray[Any]") -> "Names":
        """The distinct texts."""
        found = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        return cls(pc.unique(found).drop_null().sort())

    def number(self, texts: "pa.Array[Any] | pa.ChunkedArray[Any]") -> Ints:
        """The number of each text, -1 where it is not among these."""
        if len(texts) <= FEW_TEXTS:  # they are in order, and to hash them all would take longer
            return np.array([self._place(text) for text in texts.to_pylist()], dtype=np.int64)
        found: Any = pc.fill_null(pc.index_in(texts, value_set=self.values), -1)  # type: ignore[type-var]
        return np.asarray(found.to_numpy(), dtype=np.int64)

    def _place(self, text: str | None) -> int:
        if text is None:
            return -1
        place = bisect_left(range(len(self)), text, key=self.__getitem__)
        return place if place < len(self) and self[place] == text else -1

    def __getitem__(self, number: int) -> str:
        return str(self.values[int(number)].as_py())

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Held:
    """Which party holds which values of one kind, ordered by party and then by value.

    `start[p]:start[p + 1]` are a party's rows. `holders[v]` counts the parties of the whole world that hold a value,
    `strangers[v]` those of them that deal with nobody that another of them deals with, `holding` those that hold any.
    """

    values: Names
    start: Ints
    value: Ints
    lines: Floats
    lot: Floats  # log2 of dollars, NaN where unknown
    first_day: Ints
    last_day: Ints
    holders: Floats
    strangers: Floats
    holding: int
    packed: Ints  # party and value in one integer, rising

    def lookup(self, party: Ints, value: Ints) -> Ints:
        """The row of each (party, value), or -1."""
        if not len(self.packed):
            return np.full(len(value), -1, dtype=np.int64)
        wanted = party * (len(self.values) + 1) + value
        at = np.minimum(np.searchsorted(self.packed, wanted), len(self.packed) - 1)
        return np.where((self.packed[at] == wanted) & (value >= 0), at, -1).astype(np.int64)

    def spread(self, party: Ints, *, most: int | None = None) -> tuple[Ints, Ints]:
        """For each party in the list, its rows: (place in the list, row). With `most`, only so many a party."""
        count = self.start[party + 1] - self.start[party]
        if most is not None:
            count = np.minimum(count, most)
        place = np.repeat(np.arange(len(party)), count)
        offset = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return place, self.start[party][place] + offset


def held(rows: pa.Table, parties: Names, *, holding: int) -> Held:
    """Rows (party, value, lines, lot, first_day, last_day, holders, strangers) of one kind as sets by party; what is on
    file has no lines and no days, which count as zero."""
    values = Names.of(rows["value"])
    party, value = parties.number(rows["party"]), values.number(rows["value"])
    order = np.lexsort((value, party))
    party, value = party[order], value[order]

    def of(name: str) -> Floats:
        return np.nan_to_num(rows[name].to_numpy().astype(np.float64))[order]

    holders, strangers = np.ones(len(values)), np.zeros(len(values))
    holders[value], strangers[value] = of("holders"), of("strangers")
    return Held(
        values, np.searchsorted(party, np.arange(len(parties) + 1)), value, of("lines"),
        rows["lot"].to_numpy().astype(np.float64)[order], of("first_day").astype(np.int64),
        of("last_day").astype(np.int64), holders, strangers, holding, party * (len(values) + 1) + value,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calendar:
    """Entries of each party by day, so that entries between two days are counted by two look-ups.

    The paces of those that began to deal with each partner are added up in the same way.
    """

    key: Ints
    upto: Floats

    def between(self, party: Ints, from_day: Ints, to_day: Ints) -> Floats:
        """Entries of each party in [from_day, to_day)."""
        low = np.searchsorted(self.key, party * _DAYS + np.clip(from_day, 0, _DAYS - 1))
        high = np.searchsorted(self.key, party * _DAYS + np.clip(np.maximum(to_day, from_day), 0, _DAYS - 1))
        found: Floats = self.upto[high] - self.upto[low]
        return found

    def last_before(self, party: Ints, day: Ints) -> Ints:
        """The last day before `day` on which each party entered anything, or -1."""
        at = np.searchsorted(self.key, party * _DAYS + np.clip(day, 0, _DAYS - 1)) - 1
        found = self.key[np.maximum(at, 0)]
        return np.where((at >= 0) & (found // _DAYS == party), found % _DAYS, -1).astype(np.int64)


def calendar(paces: ir.Table, parties: Names) -> Calendar:
    """The calendar of these parties."""
    t = paces.semi_join(one_column("party", parties.values), "party").to_pyarrow()
    key = parties.number(t["party"]) * _DAYS + t["day"].to_numpy().astype(np.int64)
    order = np.argsort(key)
    entries = t["entries"].to_numpy().astype(np.float64)[order]
    return Calendar(key[order], np.concatenate([[0.0], np.cumsum(entries)]))


@dataclass(frozen=True, slots=True)
class Sellers:
    """How many parties bring a partner's goods to a customer, where three or more do; by the numbers of both."""

    packed: Ints  # partner and customer in one integer, rising
    sellers: Floats
    customers: int

    def of(self, partner: Ints, customer: Ints) -> Floats:
        """How many bring each partner's goods to each customer; 0 where fewer than three do."""
        if not len(self.packed):
            return np.zeros(len(partner))
        wanted = partner * (self.customers + 1) + customer
        at = np.minimum(np.searchsorted(self.packed, wanted), len(self.packed) - 1)
        return np.where((self.packed[at] == wanted) & (customer >= 0), self.sellers[at], 0.0)


def sold_alike(lines: ir.Table) -> ir.Table:
    """(partner, consignee, sellers): which partners' goods three parties or more bring to one customer."""
    t = lines.filter(lines.partner.notnull(), lines.consignee.notnull(), lines.consignee != lines.party)
    t = t.group_by("partner", "consignee").agg(sellers=t.party.nunique())
    return t.filter(t.sellers > 2)


def sellers(sold: pa.Table, partners: Names, customers: Names) -> Sellers:
    """The rows of `sold_alike` by the numbers of partners and customers; others are left out."""
    partner, customer = partners.number(sold["partner"]), customers.number(sold["consignee"])
    there = (partner >= 0) & (customer >= 0)
    packed = (partner * (len(customers) + 1) + customer)[there]
    order = np.argsort(packed)
    return Sellers(packed[order], sold["sellers"].to_numpy().astype(np.float64)[there][order], len(customers))


def takers(holds: ir.Table, everybody: ir.Table, partners: Names, *, until: int) -> tuple[pa.Table, pa.Table]:
    """(value, first_day, pace): how much those took up that began with a partner on a day, in lines a day since.

    First of firms of long standing, then of those whose first line is hardly older. `holds` are spells, `everybody` the
    `parties`, `until` the last day of all.
    """
    t = holds.filter(holds.kind == "partner").semi_join(one_column("value", partners.values), "value")
    t = t.join(everybody.select("party", there_since=everybody.first_day), "party")
    days = ibis.greatest(ibis.literal(until) - t.first_day + 1, SHORTEST_SPAN_DAYS)
    t = t.mutate(pace=t.lines / days, standing=t.there_since <= t.first_day - LONG_STANDING_DAYS)
    found = t.group_by("value", "first_day", "standing").agg(pace=t.pace.sum()).to_pyarrow()
    return found.filter(found["standing"]), found.filter(pc.invert(found["standing"]))


def beginnings(begun: pa.Table, partners: Names) -> Calendar:
    """The pace of those that began to deal with each partner on a day; `begun` has (value, first_day, pace)."""
    key = partners.number(begun["value"]) * _DAYS + begun["first_day"].to_numpy().astype(np.int64)
    order = np.argsort(key)
    pace = begun["pace"].to_numpy().astype(np.float64)[order]
    return Calendar(key[order], np.concatenate([[0.0], np.cumsum(pace)]))
