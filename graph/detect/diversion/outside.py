"""Goods that an order does not reach: customs ruled or found so of them, or of their producer in the order's country.

A rate of nothing by itself is no exclusion: what is reviewed next year may pay again.

Such goods may pass through a third country as a ring's do, but nothing is evaded. A paper may be of other goods than
those shipped, and a plant may ship another producer's: so what is left out is still told, at a small probability.

A ruling that one importer asked for is of what that importer enters: of a producer's goods that others enter it says
nothing.

Invariant: what a party writes of its own goods leaves nothing out; only a ruling, a notice, or what customs or a
laboratory writes does.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.detect.diversion.orders import Order
from graph.detect.diversion.trade import Ints, Lines
from graph.detect.diversion.written import OFFICIAL, OUT_OF_SCOPE, keys_on_file, leaves_out
from graph.detect.documents import Document, documents_naming, firm_key
from graph.facts.columns import one_column, taxpayer
from graph.facts.store import FactStore

# A case as it is written without dashes.
_CASE = re.compile(r"\b[AC]\d{6}\b")
# One such paper in ten is of other goods than those shipped.
STILL_DIVERTED = 0.1
# A paper on an importer's goods, or on an entry, leaves a maker's out where it covers so large a part of its lines.
MOST_LINES = 0.8


@dataclass(frozen=True, slots=True)
class Outside:
    """`papers` are documents that leave the goods out of the order: those of `producers` there, if it names any."""

    papers: tuple[str, ...] = ()
    producers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.papers)


class Reach:
    """What the orders do not reach, read once for all candidates' lines."""

    def __init__(
        self, facts: FactStore, own: Lines, makers: Collection[str], *, as_of: date | None, until: date
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
        named = {one.key for paper in papers for one in paper.named} - self._of_makers
        self._importers = _importers(facts, named, as_of=as_of)

    def of(self, order: Order, spellings: Collection[str], rows: Ints, behind: Sequence[str]) -> Outside:
        """What leaves these lines of a maker out; `behind` are the makers in the order's country that they come of."""
        if not self._naming:
            return Outside()
        papers = self._of_maker(order, spellings) or self._of_its_trade(order, rows)
        if papers:
            return Outside(tuple(sorted(papers)))
        buyers = set(self._own.texts["taxpayer"][np.unique(self._own.codes["taxpayer"][rows])].tolist())
        of_producers = [self._of_maker(order, (producer,), buyers) for producer in behind]
        if of_producers and all(of_producers):
            return Outside(tuple(sorted(set().union(*of_producers))), tuple(behind))
        return Outside()

    def _of_maker(
        self, order: Order, spellings: Collection[str], buyers: Collection[str] | None = None
    ) -> set[str]:  # fmt: skip
        """The papers that leave a maker's goods out; with `buyers`, those of what others than these enter are not."""
        own = frozenset(key for number in spellings for key in self._keys.get(number, {number}))
        near = {name: paper for key in own for name, paper in self._naming.get(key, {}).items()}
        return {
            name for name, paper in near.items()
            if leaves_out(paper, own) and _is_on(paper, order)
            and (buyers is None or not self._of_others(paper, buyers))
        }  # fmt: skip

    def _of_others(self, paper: Document, buyers: Collection[str]) -> bool:
        """Whether a paper names importers, and none of these is one."""
        importers = {who for one in paper.named for who in self._importers.get(one.key, ())}
        return bool(importers) and importers.isdisjoint(buyers)

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


def _importers(facts: FactStore, keys: Collection[str], *, as_of: date | None) -> dict[str, set[str]]:
    """By what documents may name them by, number or name, the importers on file."""
    if not keys:
        return {}
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("importer", "consignee")), t.identifier.notnull(), t.name.notnull())
    t = t.select("name", who=taxpayer(t.identifier)).distinct()
    words = t.name.upper().re_replace("[^A-Z0-9]+", " ").strip().split(" ")
    begun = t.mutate(begins=words[:2].unnest()).semi_join(
        one_column("begins", {key.split(" ")[0] for key in keys}), "begins"
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for row in begun.to_pyarrow().to_pylist():
        if (key := firm_key(row["name"])) in keys:
            found.setdefault(key, set()).add(row["who"])
    by_number = t.semi_join(one_column("who", keys), "who").select("who").distinct()
    for who in by_number.to_pyarrow()["who"].to_pylist():
        found.setdefault(who, set()).add(who)
    return found


def _is_on(paper: Document, order: Order) -> bool:
    """Whether a paper is on an order: one that names any case must name one of its."""
    text = f"{paper.title} {paper.text}".upper().replace("-", "")
    cases = {case.upper().replace("-", "") for case in order.cases}
    return any(case in text for case in cases) or not _CASE.search(text)
