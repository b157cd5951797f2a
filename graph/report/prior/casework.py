"""Past issues, their interventions, and the lab reports, rulings and other papers about them, as known on a day.

Invariant: of an issue the latest version counts and all are its history; nothing learned after the day is read.
"""

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from graph.facts.columns import surely
from graph.facts.store import FactStore
from graph.model.entity import RelatedQuery
from graph.report.prior.question import NAMING
from graph.store.store import GraphView

Row = dict[str, Any]

PAPERS = ("lab_report", "ruling")
MOST_CHANGES = 100  # of one ruling
_CHANGING = ("revokes", "modifies")
_OF_PAPERS = (
    "id", "kind", "title", "date", "tariffs", "claimed_hts", "suggested_hts", "importer_number", "manufacturer_id",
    "entry_number", "origin_consistent", "conclusion", "issue_id",
)  # fmt: skip
_OF_ISSUES = (
    "issue_id", "version", "as_of", "title", "issue_type", "description", "status", "opened_on", "worked_from",
    "worked_to", "owner_office", "work_kind", "priority_trade_issue", "conclusion", "result_code",
    "revenue_impact_usd", "security_label", *NAMING.values(),
)  # fmt: skip


def issues_of(facts: FactStore, ids: Collection[str], *, as_of: date | None) -> dict[str, tuple[Row, ...]]:
    """All versions of these issues, oldest first."""
    if not ids:
        return {}
    table = facts.table("issues", as_of=as_of).select(*_OF_ISSUES)
    rows = table.filter(table["issue_id"].isin(sorted(ids))).to_pyarrow().to_pylist()
    return _by_issue(rows, lambda row: (row["version"],))


def interventions_of(facts: FactStore, ids: Sequence[str], *, as_of: date | None) -> dict[str, tuple[Row, ...]]:
    """What each issue's intervention did, port by port in the order in which it began."""
    if not ids:
        return {}
    table = facts.table("interventions", as_of=as_of)
    rows = table.filter(table["issue_id"].isin(sorted(ids))).to_pyarrow().to_pylist()
    return _by_issue(rows, lambda row: (row["started_on"] or date.min, row["port_code"]))


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents without their text: by id, and those of an issue by the issue's id."""

    rows: Mapping[str, Row]
    of_issue: Mapping[str, tuple[Row, ...]]


def papers_of(facts: FactStore, ids: Collection[str], issues: Sequence[str], *, as_of: date | None) -> Papers:
    """These documents, and those of these issues; `held` are the tariff numbers that a ruling's text holds."""
    if not ids and not issues:
        return Papers({}, {})
    table = facts.table("documents", as_of=as_of).select(*_OF_PAPERS)
    tests = [table[column].isin(sorted(some)) for column, some in (("id", ids), ("issue_id", issues)) if some]
    rows = table.filter(surely(functools.reduce(operator.or_, tests))).to_pyarrow().to_pylist()
    held = _held(facts, [row["id"] for row in rows], as_of=as_of)
    rows = [row | {"held": held.get(row["id"], ())} for row in rows]
    attached = [row for row in rows if row["issue_id"] in set(issues)]
    return Papers(
        {row["id"]: row for row in rows}, _by_issue(attached, lambda row: (row["date"] or date.min, row["id"]))
    )


def _held(facts: FactStore, ids: Sequence[str], *, as_of: date | None) -> dict[str, tuple[str, ...]]:
    table = facts.table("statements", as_of=as_of)
    rows = table.filter(table["document_id"].isin(sorted(ids))).select("document_id", "classified_under")
    return {row["document_id"]: tuple(row["classified_under"] or ()) for row in rows.to_pyarrow().to_pylist()}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ruling is called, whether its text is on file, and which others ended or changed it."""

    title: str = ""
    day: date | None = None
    revoked_by: tuple[str, ...] = ()
    modified_by: tuple[str, ...] = ()

    @property
    def word(self) -> Literal["stands", "modified", "revoked"]:
        """The standing in a word."""
        return "revoked" if self.revoked_by else "modified" if self.modified_by else "stands"


def standings_of(
    facts: FactStore, view: GraphView, rulings: Collection[str], *, as_of: date | None
) -> dict[str, Standing]:
    """The standing of each ruling of which the graph knows: a few milliseconds, and a query more for a past day."""
    known = view.entities(tuple(f"document:{ruling}" for ruling in sorted(rulings)))
    changed: dict[str, dict[str, list[str]]] = {}
    for entity_id, entity in known.items():
        by: dict[str, list[str]] = {link: [] for link in _CHANGING}
        for one in view.related(RelatedQuery(entity_id, links=_CHANGING, order="recency", limit=MOST_CHANGES)).items:
            if one.direction == "in":
                by[one.link.link].append(one.entity.key)
        changed[entity.key] = by
    if as_of is not None:
        _forget(facts, changed, as_of)
    return {
        entity.key: Standing(
            entity.name if entity.name != entity.key else "", entity.measures.first_date,
            tuple(sorted(changed[entity.key]["revokes"])), tuple(sorted(changed[entity.key]["modifies"])),
        )
        for entity in known.values()
    }  # fmt: skip


def _forget(facts: FactStore, changed: dict[str, dict[str, list[str]]], as_of: date) -> None:
    """Take out changes by rulings that were not known on that day."""
    changers = sorted({key for by in changed.values() for keys in by.values() for key in keys})
    known = set(papers_of(facts, changers, (), as_of=as_of).rows)
    for by in changed.values():
        for link, keys in by.items():
            by[link] = [key for key in keys if key in known]


def _by_issue(rows: Iterable[Row], order: Callable[[Row], Any]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=order):
        found.setdefault(row["issue_id"], []).append(row)
    return {issue: tuple(some) for issue, some in found.items()}
