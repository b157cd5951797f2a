"""Past issues, their interventions, and the lab reports, rulings and other papers about them, as known on a day.

Invariant: of an issue the latest version counts and all are its history; nothing learned after the day is read.
"""

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis

from graph.facts.columns import surely
from graph.facts.store import FactStore

Row = dict[str, Any]

PAPERS = ("lab_report", "ruling")


def issues_of(facts: FactStore, ids: Collection[str], *, as_of: date | None) -> dict[str, tuple[Row, ...]]:
    """All versions of these issues, oldest first."""
    if not ids:
        return {}
    table = facts.table("issues", as_of=as_of)
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

    def standing(self, ruling: str) -> "Standing":
        """Whether a ruling stands, as told by its own record or by those of the rulings that changed it."""
        own = self.rows.get(ruling, {})

        def changed(back: str, forth: str) -> tuple[str, ...]:
            others = (row["id"] for row in self.rows.values() if ruling in (row[forth] or ()))
            return tuple(sorted({*(own.get(back) or ()), *others}))

        return Standing(changed("revoked_by", "revokes"), changed("modified_by", "modifies"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Which other rulings ended or changed a ruling."""

    revoked_by: tuple[str, ...] = ()
    modified_by: tuple[str, ...] = ()

    @property
    def word(self) -> Literal["stands", "modified", "revoked"]:
        """The standing in a word."""
        return "revoked" if self.revoked_by else "modified" if self.modified_by else "stands"


def papers_of(facts: FactStore, ids: Collection[str], issues: Sequence[str], *, as_of: date | None) -> Papers:
    """These documents, those of these issues, and the rulings that changed any of them."""
    if not ids and not issues:
        return Papers({}, {})
    table = facts.table("documents", as_of=as_of)
    tests = [surely(table["issue_id"].isin(sorted(issues)))]
    if ids:
        wanted = ibis.array(sorted(ids))
        tests += [
            table["id"].isin(sorted(ids)),
            surely(table["revokes"].intersect(wanted).length() > 0),
            surely(table["modifies"].intersect(wanted).length() > 0),
        ]
    found = table.filter(functools.reduce(operator.or_, tests))
    rows = found.drop("text", "results").to_pyarrow().to_pylist()
    attached = [row for row in rows if row["issue_id"] in set(issues)]
    return Papers(
        {row["id"]: row for row in rows}, _by_issue(attached, lambda row: (row["date"] or date.min, row["id"]))
    )


def _by_issue(rows: Iterable[Row], order: Callable[[Row], Any]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=order):
        found.setdefault(row["issue_id"], []).append(row)
    return {issue: tuple(some) for issue, some in found.items()}
