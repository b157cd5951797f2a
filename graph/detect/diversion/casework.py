"""What customs and its laboratories found in a maker's goods or at its plant, and how matters of origin were closed.

How often a look ends in doubt of the origin is counted on all others' looks in the same facts, so that a maker whose
goods are looked at often is not the more suspect for it.

Invariant: a look counts for the line that it names, and for the whole entry where it names none; a penalty is no look,
and a sample and the laboratory's report on it are one.
An issue counts by its last snapshot, and for the makers that it names.
"""

import functools
import operator
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np

from graph.detect.diversion.part import part_bits
from graph.detect.diversion.trade import Ints, Lines
from graph.detect.diversion.written import IN_FAVOUR, NOT_CLEARED, spoken_of
from graph.facts.columns import one_column, surely
from graph.facts.store import FactStore

Row = tuple[str, str]
_LOOKS = ("exam", "document_review", "hold", "detention", "refusal", "seizure", "sample", "audit", "site_visit")
_AGAINST = ("discrepant", "refused", "seized")
# What a discrepancy lies in where goods are not what they are declared to be the origin of.
_OF_ORIGIN = ("origin", "adcvd", "marking")
# A memo that is written within so many days of a visit is on that visit.
ONE_LOOK_DAYS = 30
# A share is never taken for rarer than one in so many looks.
USUAL_LOOKS = 20.0
# What an issue on the origin of goods is about, in any of its texts.
_ON_ORIGIN = (
    r"(?i)\b(origin|trans-?ship\w*|evasion|evad\w+|circumvent\w*|diversion|re-?label\w*|marking|ad[ /-]?cvd|"
    r"anti-?dumping|countervailing|production)\b"
)


@dataclass(frozen=True, slots=True)
class Looks:
    """By row (table, key): `doubted` of `looked` ended in doubt of the origin, where `usual` of others' do.

    `visits` are those that saw the plant and found it in order, `no_plant` those looks and papers by which nothing is
    made there, `cleared` the snapshots (issue, version) with which
    issues on the origin of its goods were closed in its favour, `papers` the documents that speak for them.
    """

    looked: tuple[Row, ...] = ()
    doubted: tuple[Row, ...] = ()
    visits: tuple[Row, ...] = ()
    cleared: tuple[tuple[str, str], ...] = ()
    papers: tuple[str, ...] = ()
    no_plant: tuple[Row, ...] = ()
    usual: float = 0.0
    bits: float = 0.0


class Casework:
    """All looks at the lines and plants of candidates, read once."""

    def __init__(
        self, facts: FactStore, own: Lines, makers: Collection[str], *, as_of: date | None, until: date
    ) -> None:
        t = _looks(facts, as_of=as_of, until=until)
        looked = t.semi_join(one_column("entry_number", own.texts["entry_number"].tolist()), "entry_number")
        named = t.filter(t.entry_number.isnull()).semi_join(one_column("manufacturer_id", makers), "manufacturer_id")
        self._by_line: dict[tuple[str, int | None], list[Row]] = {}
        self._by_maker: dict[str, list[Row]] = {}
        self._doubted: set[Row] = set()
        self._visits: set[Row] = set()
        self._no_plant: set[Row] = set()
        self._of_papers: dict[str, list[Row]] = {}
        visited: dict[str, list[date]] = {}
        every: set[Row] = set()
        for row in ibis.union(looked, named).order_by("table", "key").to_pyarrow().to_pylist():
            look = (row["table"], row["key"])
            every.add(look)
            if row["entry_number"]:
                self._by_line.setdefault((row["entry_number"], row["line_number"]), []).append(look)
            else:
                self._by_maker.setdefault(row["manufacturer_id"], []).append(look)
            if row["doubted"]:
                self._doubted.add(look)
            if row["visit"] and not row["against"]:
                self._visits.add(look)
            if row["visit"] and row["doubted"]:
                self._no_plant.add(look)
                visited.setdefault(row["manufacturer_id"] or "", []).append(row["day"])
        self._papers, against = spoken_of(facts, makers, as_of=as_of, until=until)
        for maker, papers in against.items():
            for paper in papers:
                look = ("documents", paper.id)
                self._no_plant.add(look)
                self._of_papers.setdefault(maker, []).append(look)
                # A visit and the memo on it are one look.
                if not any(_of_one_look(paper.day, day) for day in visited.get(maker, ())):
                    every.add(look)
                    self._doubted.add(look)
                    self._by_maker.setdefault(maker, []).append(look)
        self._looked = len(every)
        self._columns = own.columns
        entries = {entry for entry, _ in self._by_line}
        looked_at = np.array([entry in entries for entry in own.texts["entry_number"].tolist()], dtype=np.bool_)
        self._looked_at = looked_at[own.codes["entry_number"]]
        self._cleared = _cleared(facts, makers, as_of=as_of, until=until)

    def of(self, spellings: Collection[str], rows: Ints) -> Looks:
        """The looks at these lines of a maker, and at its plant."""
        found = {look for maker in spellings for look in self._by_maker.get(maker, ())}
        rows = rows[self._looked_at[rows]]
        lines = zip(self._columns["entry_number"][rows], self._columns["line_number"][rows].tolist(), strict=True)
        for entry, line in lines:
            found.update(self._by_line.get((entry, line), ()), self._by_line.get((entry, None), ()))
        doubted = found & self._doubted
        usual = (len(self._doubted) - len(doubted) + 1) / (self._looked - len(found) + USUAL_LOOKS)
        bits = part_bits(len(found), len(doubted), usual) if found else 0.0
        cleared = sorted({issue for maker in spellings for issue in self._cleared.get(maker, ())})
        papers = sorted({paper for maker in spellings for paper in self._papers.get(maker, ())})
        no_plant = (found & self._no_plant) | {look for maker in spellings for look in self._of_papers.get(maker, ())}
        return Looks(
            tuple(sorted(found)), tuple(sorted(doubted)), tuple(sorted(found & self._visits)), tuple(cleared),
            tuple(papers), tuple(sorted(no_plant)), usual, bits,
        )  # fmt: skip


def _of_one_look(one: date | None, other: date | None) -> bool:
    """Whether a paper may be on what was done on a day; unknown days may be."""
    return one is None or other is None or abs((one - other).days) <= ONE_LOOK_DAYS


def _looks(facts: FactStore, *, as_of: date | None, until: date) -> ir.Table:
    """(table, key, day, entry_number, line_number, manufacturer_id, against, doubted, visit): looks with a result."""
    t = facts.table("actions", as_of=as_of)
    t = t.filter(t.action_date <= until, t.kind.isin(_LOOKS), t.result.notnull(), t.result != "pending")
    against = t.result.isin(_AGAINST)
    acted = t.select(
        "entry_number", "line_number", "manufacturer_id", table=ibis.literal("actions"), key=t.action_id,
        day=t.action_date,
        against=against, doubted=against & surely(t.discrepancy_area.isin(_OF_ORIGIN)), visit=t.kind == "site_visit",
    )  # fmt: skip
    paper = facts.table("documents", as_of=as_of)
    paper = paper.filter(paper.kind == "lab_report", paper.date.isnull() | (paper.date <= until))
    said = facts.table("statements", as_of=as_of).select("document_id", told="origin_consistent")
    paper = paper.left_join(said, paper.id == said.document_id)
    found = ibis.coalesce(paper.origin_consistent, paper.told)
    paper = paper.mutate(against=surely(found == "no")).filter(surely(found.isin(("yes", "no"))))
    sampled = t.filter(t.kind == "sample", t.entry_number.notnull()).select("entry_number").distinct()
    paper = paper.anti_join(sampled, "entry_number")
    tested = paper.select(
        "entry_number", "line_number", "manufacturer_id", table=ibis.literal("documents"), key=paper.id,
        day=paper.date,
        against=paper.against, doubted=paper.against, visit=ibis.literal(value=False),
    )  # fmt: skip
    return ibis.union(acted, tested)


def _cleared(
    facts: FactStore, makers: Collection[str], *, as_of: date | None, until: date
) -> dict[str, list[tuple[str, str]]]:
    """By maker, the issues on the origin of its goods whose last snapshot closes them in its favour."""
    t = facts.table("issues", as_of=as_of)
    t = t.filter(~surely(t.as_of > until))
    t = t.semi_join(t.group_by("issue_id").agg(version=t.version.max()), ["issue_id", "version"])
    about, said = (
        functools.reduce(operator.add, [t[name].fill_null("") + " . " for name in names])
        for names in (("issue_type", "title", "description", "conclusion"), ("result_code", "conclusion"))
    )
    t = t.filter(
        surely(about.re_search(_ON_ORIGIN)) | surely(t.priority_trade_issue == "adcvd"),
        said.re_search(IN_FAVOUR), ~said.re_search(NOT_CLEARED),
        ~surely(t.status.lower().re_search("open|progress|pending")),
    )  # fmt: skip
    t = t.select("issue_id", "version", maker=t.manufacturer_ids.unnest())
    t = t.semi_join(one_column("maker", makers), "maker").order_by("issue_id")
    found: dict[str, list[tuple[str, str]]] = {}
    for row in t.to_pyarrow().to_pylist():
        found.setdefault(row["maker"], []).append((row["issue_id"], str(row["version"])))
    return found
