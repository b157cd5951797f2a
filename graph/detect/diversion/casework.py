"""What customs found where it looked at a maker's goods or at its plant.

How often a look ends in doubt of the origin is counted on all others' looks in the same facts, so that a maker whose
goods are looked at often is not the more suspect for it.

Invariant: a look counts for the line that it names, and for the whole entry where it names none; a penalty is no look.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import ibis

from graph.detect.diversion.part import part_bits
from graph.detect.diversion.trade import Ints, Lines
from graph.facts.columns import one_column, surely
from graph.facts.store import FactStore

_LOOKS = ("exam", "document_review", "hold", "detention", "refusal", "seizure", "sample", "audit", "site_visit")
_AGAINST = ("discrepant", "refused", "seized")
# What a discrepancy lies in where goods are not what they are declared to be the origin of.
_OF_ORIGIN = ("origin", "adcvd", "marking")
# A share is never taken for rarer than one in so many looks.
USUAL_LOOKS = 20.0


@dataclass(frozen=True, slots=True)
class Looks:
    """By action: `doubted` of `looked` ended in doubt of the origin, where `usual` of others' do.

    `visits` are those that saw the plant and found it in order.
    """

    looked: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    usual: float = 0.0
    bits: float = 0.0


class Casework:
    """All looks at the lines and plants of candidates, read once."""

    def __init__(self, facts: FactStore, own: Lines, makers: Iterable[str], *, as_of: date | None, until: date) -> None:
        t = facts.table("actions", as_of=as_of)
        t = t.filter(t.action_date <= until, t.kind.isin(_LOOKS), t.result.notnull(), t.result != "pending")
        t = t.select(
            "action_id", "entry_number", "line_number", "manufacturer_id", against=t.result.isin(_AGAINST),
            doubted=t.result.isin(_AGAINST) & surely(t.discrepancy_area.isin(_OF_ORIGIN)),
            visit=t.kind == "site_visit",
        )  # fmt: skip
        looked = t.semi_join(one_column("entry_number", own.columns["entry_number"].tolist()), "entry_number")
        named = t.filter(t.entry_number.isnull()).semi_join(one_column("manufacturer_id", makers), "manufacturer_id")
        self._by_line: dict[tuple[str, int | None], list[str]] = {}
        self._by_maker: dict[str, list[str]] = {}
        self._doubted: set[str] = set()
        self._visits: set[str] = set()
        every: set[str] = set()
        for row in ibis.union(looked, named).order_by("action_id").to_pyarrow().to_pylist():
            every.add(row["action_id"])
            if row["entry_number"]:
                self._by_line.setdefault((row["entry_number"], row["line_number"]), []).append(row["action_id"])
            else:
                self._by_maker.setdefault(row["manufacturer_id"], []).append(row["action_id"])
            if row["doubted"]:
                self._doubted.add(row["action_id"])
            if row["visit"] and not row["against"]:
                self._visits.add(row["action_id"])
        self._looked = len(every)
        self._columns = own.columns

    def of(self, spellings: Collection[str], rows: Ints) -> Looks:
        """The looks at these lines of a maker, and at its plant."""
        found = {action for maker in spellings for action in self._by_maker.get(maker, ())}
        lines = zip(self._columns["entry_number"][rows], self._columns["line_number"][rows].tolist(), strict=True)
        for entry, line in lines:
            found.update(self._by_line.get((entry, line), ()), self._by_line.get((entry, None), ()))
        doubted = found & self._doubted
        usual = (len(self._doubted) - len(doubted) + 1) / (self._looked - len(found) + USUAL_LOOKS)
        bits = part_bits(len(found), len(doubted), usual) if found else 0.0
        return Looks(tuple(sorted(found)), tuple(sorted(doubted)), tuple(sorted(found & self._visits)), usual, bits)
