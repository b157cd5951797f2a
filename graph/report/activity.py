"""What an entity did, month by month and with whom: the figures of its page.

Invariant: all figures are of the same entry lines, those of which the graph counts the entity's value; so
months, ports and partners add up to the same totals.
"""

import functools
import operator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from graph.build.evidence import split_id
from graph.build.expressions import entity_sources, holds, matches
from graph.facts.store import FactStore
from graph.model.kinds import EntityKind

TOP = 10  # partners of each kind

# Which other entities a line names, by the kind they are, and the column's first digits that make the key.
_PARTNERS = {
    "port": ("port_code", None),
    "country": ("country_of_origin", None),
    "hts": ("hts_number", 4),
    "manufacturer": ("manufacturer_id", None),
    "importer": ("importer_number", None),
}


_ALL, _MONTH = "all", "month"


class _Group(NamedTuple):
    of: str
    lines: int
    value_usd: float
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Month:
    """One month's lines; months without a line are left out. `month` is its first day."""

    month: date
    lines: int
    value_usd: float


@dataclass(frozen=True, slots=True)
class Share:
    """Another entity on these lines; `share` is its part of the value, of the lines where no value is given."""

    entity: str
    lines: int
    value_usd: float
    share: float


@dataclass(frozen=True, slots=True)
class Activity:
    """An entity's lines in figures. `actions` counts what customs did, by result (`pending` where none is noted)."""

    entity_id: str
    lines: int
    value_usd: float
    first_date: date | None
    last_date: date | None
    months: tuple[Month, ...]
    ports: tuple[Share, ...]
    origins: tuple[Share, ...]
    hts4: tuple[Share, ...]
    manufacturers: tuple[Share, ...]
    importers: tuple[Share, ...]
    actions: dict[str, int]


def entity_activity(facts: FactStore, entity_id: str, *, as_of: date | None = None) -> Activity:
    """The figures of one entity; all are empty for a kind that no entry line names. `NotFound` for no kind.

    Costs three passes over the entry lines' columns concerned, and one over the actions.
    """
    kind, key = split_id(entity_id)
    lines = _of_entity(facts, kind, key, "entry_lines", as_of)
    groups: dict[str, list[_Group]] = {what: [] for what in (_ALL, _MONTH, *_PARTNERS)}
    for row in [] if lines is None else _grouped(lines):
        what, _, of = row["of"].partition(":")
        groups[what].append(_Group(of, row["lines"], float(row["value_usd"] or 0), row["first"], row["last"]))
    whole = groups[_ALL][0] if groups[_ALL] else _Group("", 0, 0.0, None, None)

    def shares(partner: str) -> tuple[Share, ...]:
        found = sorted(groups[partner], key=lambda group: (-group.value_usd, -group.lines, group.of))
        return tuple(
            Share(
                f"{partner}:{group.of}",
                group.lines,
                group.value_usd,
                group.value_usd / whole.value_usd if whole.value_usd else group.lines / whole.lines,
            )
            for group in found
            if f"{partner}:{group.of}" != entity_id
        )[:TOP]

    return Activity(
        entity_id,
        whole.lines,
        whole.value_usd,
        whole.first,
        whole.last,
        months=tuple(
            Month(date.fromisoformat(f"{group.of}-01"), group.lines, group.value_usd)
            for group in sorted(groups[_MONTH], key=lambda group: group.of)
        ),
        ports=shares("port"),
        origins=shares("country"),
        hts4=shares("hts"),
        manufacturers=shares("manufacturer"),
        importers=shares("importer"),
        actions=_actions(facts, kind, key, as_of),
    )


def _of_entity(facts: FactStore, kind: EntityKind, key: str, table: str, as_of: date | None) -> ir.Table | None:
    """The rows of a table that carry an entity's value, or that merely name it where none does."""
    sources = [source for source in entity_sources(kind) if source.table == table]
    sources = [source for source in sources if source.value_usd] or sources
    if not sources:
        return None
    rows = facts.table(table, as_of=as_of)
    tests = [
        functools.reduce(operator.and_, [matches(rows, source.key, [key]), *holds(rows, source.where)])
        for source in sources
    ]
    return rows.filter(functools.reduce(operator.or_, tests))


def _grouped(lines: ir.Table) -> list[dict[str, Any]]:
    """Lines and value in all, by month, and by each partner: `of` reads `what:key`.

    What takes few values (months, ports, origins, headings) is counted together first, so that a hub's
    million lines are read once for all of these.
    """
    cells = {_ALL: ibis.literal(""), _MONTH: lines["entry_date"].cast("string").substr(0, 7)} | {
        kind: lines[column] if digits is None else lines[column].substr(0, digits)
        for kind, (column, digits) in _PARTNERS.items()
    }
    lines = lines.select("entry_date", "entered_value_usd", **cells)
    groups: list[dict[str, Any]] = []
    for many in ("manufacturer", "importer"):
        found = _measured(lines.filter(lines[many].notnull()).mutate(of=ibis.literal(f"{many}:") + lines[many]), "of")
        top = found.order_by([ibis.desc("value_usd", nulls_first=False), ibis.desc("lines"), "of"]).limit(TOP + 1)
        groups += top.to_pyarrow().to_pylist()
    few = (_ALL, _MONTH, "port", "country", "hts")
    counted = _measured(lines, *few)
    counted = counted.mutate(of=ibis.array([ibis.literal(f"{what}:") + counted[what] for what in few])).unnest("of")
    counted = counted.filter(counted["of"].notnull())
    by_few = counted.group_by("of").aggregate(
        lines=counted["lines"].sum().cast("decimal(38, 0)").cast("int64"),
        value_usd=counted["value_usd"].sum().cast("decimal(38, 2)"),
        first=counted["first"].min(),
        last=counted["last"].max(),
    )
    groups += by_few.to_pyarrow().to_pylist()
    return groups


def _measured(lines: ir.Table, *by: str) -> ir.Table:
    return lines.group_by(by).aggregate(
        lines=lines.count(),
        value_usd=lines["entered_value_usd"].sum().cast("decimal(38, 2)"),
        first=lines["entry_date"].min(),
        last=lines["entry_date"].max(),
    )


def _actions(facts: FactStore, kind: EntityKind, key: str, as_of: date | None) -> dict[str, int]:
    rows = _of_entity(facts, kind, key, "actions", as_of)
    if rows is None:
        return {}
    results = rows.group_by(result=rows["result"].fill_null("pending")).aggregate(actions=lambda t: t.count())
    return {row["result"]: row["actions"] for row in results.order_by("result").to_pyarrow().to_pylist()}
