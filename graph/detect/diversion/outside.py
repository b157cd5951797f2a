"""Goods that an order does not reach: customs ruled or found so, or their producer in the order's country pays nothing.

Such goods may pass through a third country as a ring's do, but nothing is evaded. A paper may be of other goods than
those shipped, and a plant may ship another producer's: so what is left out is still told, at a small probability.

Invariant: what a party writes of its own goods leaves nothing out; only what customs, a court or a laboratory says.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.detect.diversion.orders import Order
from graph.detect.diversion.trade import Ints, Lines
from graph.detect.diversion.written import OFFICIAL, OUT_OF_SCOPE, keys_on_file, leaves_out
from graph.detect.documents import Document, documents_naming
from graph.facts.store import FactStore

# A case as it is written without dashes.
_CASE = re.compile(r"\b[AC]\d{6}\b")
# One such paper in ten is of other goods than those shipped.
STILL_DIVERTED = 0.1
# A paper on an importer's goods, or on an entry, leaves a maker's out where it covers so large a part of its lines.
MOST_LINES = 0.8


@dataclass(frozen=True, slots=True)
class Outside:
    """`papers` are documents that leave the goods out of the order, `firms` rows (case, suffix) of the order's firms
    that say that their producer pays nothing."""

    papers: tuple[str, ...] = ()
    firms: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.papers or self.firms)


class Reach:
    """What the orders do not reach, read once for all candidates' lines."""

    def __init__(
        self, facts: FactStore, own: Lines, makers: Collection[str], orders: Sequence[Order],
        *, as_of: date | None, until: date,
    ) -> None:  # fmt: skip
        self._own = own
        self._keys = keys_on_file(facts, makers, as_of=as_of)
        numbers = {*makers, *own.texts["taxpayer"].tolist(), *own.texts["entry_number"].tolist()} - {None}
        names = {key for keys in self._keys.values() for key in keys}
        self._of_makers = frozenset(names)
        self._naming: dict[str, dict[str, Document]] = {}
        papers = documents_naming(
            facts, numbers, names, as_of=as_of, until=until, kinds=OFFICIAL, saying=OUT_OF_SCOPE
        )  # fmt: skip
        for paper in papers:
            for one in paper.named:
                self._naming.setdefault(one.key, {})[paper.id] = paper
        self._free = _free(facts, orders, as_of=as_of, until=until)

    def of(self, order: Order, spellings: Collection[str], rows: Ints, behind: Sequence[str]) -> Outside:
        """What leaves these lines of a maker out; `behind` are the makers in the order's country that they come of."""
        own = frozenset(key for number in spellings for key in self._keys.get(number, {number}))
        near = {name: paper for key in own for name, paper in self._naming.get(key, {}).items()}
        papers = {name for name, paper in near.items() if leaves_out(paper, own) and _is_on(paper, order)}
        if not papers and self._naming:
            papers = self._of_its_trade(order, rows)
        free = self._free.get(order.number, {})
        firms: set[tuple[str, str]] = set()
        if behind and all(maker in free for maker in behind):
            firms = {row for maker in behind for row in free[maker]}
        return Outside(tuple(sorted(papers)), tuple(sorted(firms)))

    def _of_its_trade(self, order: Order, rows: Ints) -> set[str]:
        """Papers that name no maker but leave out the importers or the entries of nearly all of these lines."""
        papers: set[str] = set()
        covered = np.zeros(len(rows), dtype=np.bool_)
        for column in ("taxpayer", "entry_number"):
            codes = self._own.codes[column][rows]
            for code in np.unique(codes).tolist():
                key = self._own.texts[column][code]
                for name, paper in self._naming.get(key, {}).items():
                    of_a_maker = any(one.key in self._of_makers for one in paper.named)
                    if not of_a_maker and leaves_out(paper, frozenset({key})) and _is_on(paper, order):
                        papers.add(name)
                        covered |= codes == code
        return papers if len(rows) and covered.mean() >= MOST_LINES else set()


def _is_on(paper: Document, order: Order) -> bool:
    """Whether a paper is on an order: one that names any case must name one of its."""
    text = f"{paper.title} {paper.text}".upper().replace("-", "")
    cases = {case.upper().replace("-", "") for case in order.cases}
    return any(case in text for case in cases) or not _CASE.search(text)


def _free(
    facts: FactStore, orders: Sequence[Order], *, as_of: date | None, until: date
) -> Mapping[int, dict[str, list[tuple[str, str]]]]:
    """By order, the makers with a rate of nothing in each kind of its cases, with the rows that say so."""
    t = facts.table("order_firms", as_of=as_of)
    t = t.filter(t.rate_pct == 0, t.manufacturer_id.notnull(), t["from"].isnull() | (t["from"] <= until), t.to.isnull())
    by_case: dict[str, list[tuple[str, str]]] = {}
    rows = t.select("case_number", "suffix", "manufacturer_id").order_by("case_number", "suffix").to_pyarrow()
    for row in rows.to_pylist():
        by_case.setdefault(row["case_number"], []).append((row["manufacturer_id"], row["suffix"]))
    found: dict[int, dict[str, list[tuple[str, str]]]] = {}
    for order in orders:
        kinds: dict[str, set[str]] = {}
        told: dict[str, list[tuple[str, str]]] = {}
        for case in order.cases:
            for maker, suffix in by_case.get(case, ()):
                kinds.setdefault(maker, set()).add(case[:1])
                told.setdefault(maker, []).append((case, suffix))
        every = {case[:1] for case in order.cases}
        found[order.number] = {maker: told[maker] for maker, met in kinds.items() if met == every}
    return found
