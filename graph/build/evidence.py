"""The rows behind a link, an entity or a finding, by the same declarations that made them.

Invariant: a link's rows are as many as its count says, because both are one declaration asked twice.
"""

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from graph.build import derived
from graph.build.expressions import entity_sources, holds, matches
from graph.facts.store import FactStore
from graph.model.errors import Invalid, NotFound
from graph.model.finding import RecordRef
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS, EntityKind, EntitySource, LinkKind, LinkSource
from graph.model.tables import RESOLVED, TABLES

Cell = str | int | float | bool | list[str] | None

MOST_RECORDS = 10_000


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of one table. Days are ISO text, money and amounts numbers; `total` counts all that match."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int

    def dicts(self) -> list[dict[str, Cell]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def link_tables(facts: FactStore, link: str) -> tuple[str, ...]:
    """The tables whose rows make links of a kind, as far as they hold rows."""
    return _tables(facts, _link(link).sources)


def entity_tables(facts: FactStore, entity_id: str) -> tuple[str, ...]:
    """The tables in which an entity of this kind can stand, as far as they hold rows."""
    kind, _ = split_id(entity_id)
    return _tables(facts, entity_sources(kind))


def link_records(
    facts: FactStore,
    link: str,
    source_id: str,
    target_id: str,
    *,
    limit: int,
    offset: int,
    as_of: date | None = None,
    table: str = "",
) -> Records:
    """The rows that make one link, latest first; of the first table that has any, or of the one named.

    `Invalid` for an unknown link, for ends of other kinds than the link's, and for a table that makes none.
    """
    declared = _link(link)
    keys = []
    for entity_id, kind in ((source_id, declared.source_kind), (target_id, declared.target_kind)):
        found, key = split_id(entity_id)
        if found.kind != kind:
            raise Invalid(
                f"A link {link!r} joins {declared.source_kind} to {declared.target_kind}, not {found.kind}.",
                thing="entity",
                value=entity_id,
                next_step=f"Give an id that begins with {kind}:.",
            )
        keys.append(key)
    _check_page(limit, offset)
    tables = _one_of(table, tuple(dict.fromkeys(source.table for source in declared.sources)), f"link {link}")

    def rows_of(name: str) -> ir.Table:
        rows = derived.table(facts, name, as_of=as_of)
        tests = []
        for source in declared.sources:
            if source.table == name:
                both = [matches(rows, source.source, keys[:1]), matches(rows, source.target, keys[1:])]
                tests.append(_all([*both, *holds(rows, source.where)]))
        return rows.filter(functools.reduce(operator.or_, tests))

    for name in tables:
        day = next((source.date for source in declared.sources if source.table == name and source.date), "")
        records = _page(rows_of(name), name, day, limit, offset)
        if records.total:
            break
    return records


def entity_records(
    facts: FactStore,
    entity_id: str,
    *,
    table: str,
    limit: int,
    offset: int,
    as_of: date | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> Records:
    """The rows of a table in which an entity stands, latest first, within days where given (both included).

    `Invalid` for a table in which its kind does not stand, and for days where the table has none.
    """
    kind, key = split_id(entity_id)
    _check_page(limit, offset)
    sources = [source for source in entity_sources(kind) if source.table == table]
    if not sources:
        _one_of(table, tuple(dict.fromkeys(source.table for source in entity_sources(kind))), kind.label)
    rows = derived.table(facts, table, as_of=as_of)
    rows = rows.filter(
        functools.reduce(operator.or_, [_all([matches(rows, s.key, [key]), *holds(rows, s.where)]) for s in sources])
    )
    day = next((source.date for source in sources if source.date), "")
    if (from_date or to_date) and not day:
        raise Invalid(f"The rows of {table} carry no day.", thing="table", value=table, next_step="Ask without days.")
    if from_date is not None:
        rows = rows.filter(rows[day] >= from_date)
    if to_date is not None:
        rows = rows.filter(rows[day] <= to_date)
    return _page(rows, table, day, limit, offset)


def records_by_key(facts: FactStore, refs: Sequence[RecordRef], *, as_of: date | None = None) -> tuple[Records, ...]:
    """The rows that references name, a `Records` for each table, in the order of the references.

    A row that no longer stands in the facts is left out; `total` still counts the references.
    """
    wanted: dict[str, dict[tuple[str, ...], int]] = {}
    for ref in refs:
        keys = wanted.setdefault(ref.table, {})
        keys.setdefault(tuple(map(str, ref.key)), len(keys))
    answers = []
    for name, keys in wanted.items():
        rows = facts.table(name, as_of=as_of)
        key = (TABLES | RESOLVED)[name].key
        first = sorted({values[0] for values in keys})
        rows = rows.filter(rows[key[0]].cast("string").isin(first))  # no cast is made where the column is text
        joined = functools.reduce(operator.add, [_separated(rows[column]) for column in key])
        rows = rows.filter(joined.isin(["\x1f".join((*values, "")) for values in keys]))
        columns, found = _cells(rows)
        places = [columns.index(column) for column in key]
        found.sort(key=lambda row: keys.get(tuple(str(row[place]) for place in places), 0))
        answers.append(Records(name, columns, tuple(found), len(keys)))
    return tuple(answers)


def split_id(entity_id: str) -> tuple[EntityKind, str]:
    """The declared kind and the key of an entity id; `NotFound` for an unknown kind."""
    kind, _, key = entity_id.partition(":")
    if kind not in ENTITY_KINDS or not key:
        raise NotFound(
            f"There is no entity {entity_id!r}.",
            thing="entity",
            value=entity_id,
            next_step=f"Ids read kind:key; kinds: {', '.join(ENTITY_KINDS)}.",
        )
    return ENTITY_KINDS[kind], key


def _separated(value: ir.Value) -> ir.StringValue:
    return value.cast("string").fill_null("") + "\x1f"


def _link(link: str) -> LinkKind:
    if link not in LINK_KINDS:
        raise Invalid(
            f"There is no link {link!r}.", thing="link", value=link, next_step=f"Known: {', '.join(LINK_KINDS)}."
        )
    return LINK_KINDS[link]


def _tables(facts: FactStore, sources: Iterable[EntitySource | LinkSource]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.table for source in sources if derived.has_rows(facts, source.table)))


def _one_of(table: str, tables: tuple[str, ...], thing: str) -> tuple[str, ...]:
    if table and table not in tables:
        raise Invalid(
            f"The table {table!r} says nothing of this {thing}.",
            thing="table",
            value=table,
            next_step=f"Ask for one of {', '.join(tables)}.",
        )
    return (table,) if table else tables


def _check_page(limit: int, offset: int) -> None:
    if not 0 <= limit <= MOST_RECORDS or offset < 0:
        raise Invalid(
            f"No page of {limit} rows from {offset}.",
            thing="limit",
            value=f"{limit}, {offset}",
            next_step=f"Give a limit of 0 to {MOST_RECORDS} and an offset of 0 or more.",
        )


def _all(tests: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    return functools.reduce(operator.and_, tests)


def _page(rows: ir.Table, table: str, day: str, limit: int, offset: int) -> Records:
    total = rows.count().to_pyarrow().as_py()
    declared = (TABLES | RESOLVED).get(table)
    key = declared.key if declared else rows.columns
    key = tuple(column for column in key if column != day)
    order = [*([ibis.desc(day, nulls_first=False)] if day else []), *(ibis.asc(column) for column in key)]
    page = rows.order_by(order).limit(offset + limit)
    if offset:
        # The last rows of those so far. An offset would have to number all rows where engines work in parts.
        back = [*([ibis.asc(day, nulls_first=True)] if day else []), *(ibis.desc(c, nulls_first=True) for c in key)]
        page = page.order_by(back).limit(max(0, min(limit, total - offset))).order_by(order)
    columns, found = _cells(page) if limit and total > offset else (tuple(rows.columns), [])
    return Records(table, columns, tuple(found), total)


def _cells(rows: ir.Table) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    answer = rows.to_pyarrow()
    columns = [[_cell(value) for value in column.to_pylist()] for column in answer.columns]
    return tuple(answer.column_names), list(zip(*columns, strict=True)) if columns else []


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [str(item) for item in value]
    return str(value)
