"""Entities and links as Ibis expressions, made from the declarations of `graph.model.kinds` alone.

Invariant: nothing here knows a kind by name, and nothing needs a particular engine. The build writes these
expressions out, `--as-of` and the evidence filter them: an entity, a link and the rows behind them are one query.
"""

import functools
import json
import operator
from collections.abc import Iterable
from datetime import date

import ibis
import ibis.expr.types as ir
import pycountry

from graph.build import derived
from graph.facts.store import FactStore
from graph.model.kinds import LINK_KINDS, NUMBERED, EntityKind, EntitySource, Key, LinkKind, LinkSource, Where
from graph.model.tables import IdentifierType

FILES_NAMED = 5  # files that a link names as its sources

# The strongest claim wins. A fact needs no mark, a claim without a status is an allegation.
_STATUSES = ("", derived.FROM_TEXT, "admitted", "alleged", "rejected")
_STATUS_RANK = {"fact": 0} | {status: rank for rank, status in enumerate(_STATUSES) if status}

_MEASURES = {
    "count": "int64", "value_usd": "decimal(18, 2)", "quantity": "decimal(18, 3)",
    "first_date": "date", "last_date": "date",
}  # fmt: skip

ENTITY_SCHEMA = ibis.schema(
    {"id": "string", "kind": "string", "key": "string", "name": "string", "properties": "string"}
    | _MEASURES
    | {"identifiers": "array<string>"}
)
LINK_SCHEMA = ibis.schema(
    {"source": "string", "link": "string", "target": "string"}
    | _MEASURES
    | {"sources": "array<string>", "status": "string"}
)


def entity_sources(kind: EntityKind) -> tuple[EntitySource, ...]:
    """Where a kind's entities are known from: its own sources, and the ends of links that none of them covers.

    This is what makes every end of a link an entity.
    """
    sources = list(kind.sources)
    for link in LINK_KINDS.values():
        for source in link.sources:
            for end_kind, key in ((link.source_kind, source.source), (link.target_kind, source.target)):
                if end_kind != kind.kind:
                    continue
                if not any(s.table == source.table and s.key == key and s.where in ((), source.where) for s in sources):
                    sources.append(EntitySource(source.table, key, where=source.where, date=source.date))
    return tuple(sources)


def known(facts: FactStore, kind: EntityKind | LinkKind) -> bool:
    """Whether any table that could make such an entity or link has rows."""
    sources = entity_sources(kind) if isinstance(kind, EntityKind) else kind.sources
    return any(derived.has_rows(facts, source.table) for source in sources)


def entities(facts: FactStore, kind: EntityKind, *, as_of: date | None = None) -> ir.Table:
    """The entities of one kind, in `ENTITY_SCHEMA`, without their degree.

    A row counts once for an entity, however many of its columns name it. The name is that of the first
    declared source that has one, and there of the latest row; properties come from the same row.
    """
    measured, described = [], []
    sources = [s for s in entity_sources(kind) if derived.has_rows(facts, s.table)] or kind.sources[:1]
    for place, source in enumerate(sources):
        table = derived.table(facts, source.table, as_of=as_of)
        rows, key = _entity_rows(table, source, sources[:place])
        measured.append(_measure(rows.select(key=key, **_measured(rows, source)), "key"))
        if source.name or source.properties:
            described.append(_described(rows, key, source, place))
    found = _summed(ibis.union(*measured), "key") if len(measured) > 1 else _finished(measured[0])
    none = ibis.array([found["key"]])[:0]  # in a form whose type every engine knows
    if kind.numbers:
        numbers = _numbers(derived.table(facts, sources[0].table, as_of=as_of), sources[0].key, *kind.numbers)
        found = found.left_join(numbers, found["key"] == numbers["numbered_key"]).drop("numbered_key")
    else:
        found = found.mutate(numbers=none)
    key = found["key"]
    if described:
        names = ibis.union(*described) if len(described) > 1 else described[0]
        latest = ibis.window(
            group_by="described_key",
            order_by=[names["unnamed"], names["place"], ibis.desc("on", nulls_first=False),
                      ibis.desc("known_at", nulls_first=False), ibis.desc("load_id"), ibis.desc("source"),
                      ibis.desc("source_row")],
        )  # fmt: skip
        names = names.mutate(rank=ibis.row_number().over(latest)).filter(lambda t: t["rank"] == 0)
        found = found.left_join(names, found["key"] == names["described_key"])
        name = ibis.coalesce(found["name"], shown(kind.identifier, found["key"]))
        properties = found["properties"].fill_null("{}")
        key = found["key"]
    else:
        name, properties = shown(kind.identifier, key), ibis.literal("{}")
    return found.select(
        id=ibis.literal(f"{kind.kind}:") + key,
        kind=ibis.literal(kind.kind),
        key=key,
        name=name,
        properties=properties,
        **{measure: found[measure] for measure in _MEASURES},
        identifiers=found["numbers"],
    ).cast(ENTITY_SCHEMA)


def links(facts: FactStore, link: LinkKind, *, as_of: date | None = None) -> ir.Table:
    """The links of one kind, in `LINK_SCHEMA`. No entity is linked to itself."""
    sources = [s for s in link.sources if derived.has_rows(facts, s.table)] or link.sources[:1]
    measured = [
        _measure(
            _link_rows(derived.table(facts, source.table, as_of=as_of), link, source),
            "source_key",
            "target_key",
            "file",
        )
        for source in sources
    ]
    found = _summed(ibis.union(*measured) if len(measured) > 1 else measured[0], "source_key", "target_key")
    return found.select(
        source=ibis.literal(f"{link.source_kind}:") + found["source_key"],
        link=ibis.literal(link.kind),
        target=ibis.literal(f"{link.target_kind}:") + found["target_key"],
        **{measure: found[measure] for measure in _MEASURES},
        sources=found["files"].sort()[:FILES_NAMED],
        status=found["status"].cases(*enumerate(_STATUSES), else_=""),
    ).cast(LINK_SCHEMA)


def link_pairs(facts: FactStore, link: LinkKind, *, as_of: date | None = None) -> ir.Table:
    """Which keys are linked at all, `source_key, target_key`: for counting, without the measures."""
    pairs = [
        _link_rows(derived.table(facts, source.table, as_of=as_of), link, source).select("source_key", "target_key")
        for source in link.sources
    ]
    return (ibis.union(*pairs) if len(pairs) > 1 else pairs[0]).distinct()


def matches(table: ir.Table, key: Key, values: Iterable[str]) -> ir.BooleanValue:
    """Whether a row gives one of these entity keys, without unfolding lists: for the rows behind an entity.

    Written on the bare column wherever it can be, so that engines skip what cannot match.
    """
    column = table[key.column]
    wanted = [key.prefix + value for value in values]
    if key.each:
        contained: list[ir.BooleanValue] = [column.contains(value) for value in wanted]
        return functools.reduce(operator.or_, contained).fill_null(False)  # noqa: FBT003
    if key.first is None:
        found: ir.BooleanValue = column.isin(wanted)
        return found
    wanted = [value for value in wanted if len(value) == key.first]
    begins: list[ir.BooleanValue] = [(column >= value) & (column < _after(value)) for value in wanted]
    return functools.reduce(operator.or_, begins, ibis.literal(False))  # noqa: FBT003


def shown(identifier: IdentifierType | None, key: ir.StringValue) -> ir.StringValue:
    """How a key reads where the facts give no name: tariff numbers with dots, SSNs masked, countries by name."""
    match identifier:
        case IdentifierType.COUNTRY:
            return key.cases(*((c.alpha_2, getattr(c, "common_name", c.name)) for c in pycountry.countries), else_=key)
        case IdentifierType.IMPORTER_NUMBER:
            return key.startswith("SSN-").ifelse("***-**-****", key)
        case IdentifierType.HTS:
            parts = [key.substr(0, 4)]
            for start, stop in ((4, 6), (6, 8), (8, 10)):
                parts.append((key.length() > start).ifelse(ibis.literal(".") + key.substr(start, stop - start), ""))
            return functools.reduce(operator.add, parts)
        case _:
            return key


def holds(table: ir.Table, where: Where) -> list[ir.BooleanValue]:
    """Whether a row has one of the allowed values in each column of a declaration's `where`."""
    return [table[column].isin(values) for column, values in where]


def _after(prefix: str) -> str:
    """The least text that sorts behind every text with this prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _unfolded(table: ir.Table, *keys: Key) -> ir.Table:
    """The table with a row for each item of the lists among the keys' columns."""
    for key in keys:
        if key.each:
            table = table.mutate(table[key.column].unique().name(key.column)).unnest(key.column)
    return table


def _key(table: ir.Table, key: Key) -> tuple[ir.StringValue, ir.BooleanValue]:
    """An entity's key as read from a row, and whether the row has one."""
    value = table[key.column]
    present = value.length() > len(key.prefix)
    if key.prefix:
        present = present & value.startswith(key.prefix)
        value = value.substr(len(key.prefix))
    if key.first is not None:
        # A shorter value says nothing of this level: 8 digits are no 10-digit number.
        present = present & (value.length() >= key.first)
        value = value.substr(0, key.first)
    return value, present


def _measured(table: ir.Table, source: EntitySource | LinkSource) -> dict[str, ir.Value]:
    def column(name: str, type_: str) -> ir.Value:
        return table[name].cast(type_) if name else ibis.null(type_)

    return {
        "measured_on": column(source.date, "date"),
        "measured_value_usd": column(source.value_usd, "decimal(18, 2)"),
        "measured_quantity": column(source.quantity, "decimal(18, 3)"),
        "measured_unit": column(source.quantity_unit, "string"),
    }


def _entity_rows(table: ir.Table, source: EntitySource, earlier: Iterable[EntitySource]) -> tuple[ir.Table, ir.Value]:
    """The rows of one source, less those that an earlier source has counted, and their key."""
    table = _unfolded(table, source.key)
    key, present = _key(table, source.key)
    tests = [present, *holds(table, source.where)]
    for other in earlier:
        if other.table == source.table and not other.key.each and not source.key.each:
            other_key, other_present = _key(table, other.key)
            counted = functools.reduce(operator.and_, [other_present, other_key == key, *holds(table, other.where)])
            tests.append(~counted.fill_null(False))  # noqa: FBT003
    rows = table.filter(tests)
    return rows, _key(rows, source.key)[0]


def _link_rows(table: ir.Table, link: LinkKind, source: LinkSource) -> ir.Table:
    table = _unfolded(table, source.source, source.target)
    source_key, source_present = _key(table, source.source)
    target_key, target_present = _key(table, source.target)
    tests = [source_present, target_present, *holds(table, source.where)]
    if link.source_kind == link.target_kind:
        tests.append(source_key != target_key)
    rows = table.filter(tests)
    status: ir.Value = ibis.literal(0, type="int64")
    if source.status:
        status = rows[source.status].cases(*_STATUS_RANK.items(), else_=_STATUS_RANK["alleged"])
    return rows.select(
        source_key=_key(rows, source.source)[0],
        target_key=_key(rows, source.target)[0],
        file=rows["source"],
        measured_status=status.cast("int64"),
        **_measured(rows, source),
    )


def _measure(rows: ir.Table, *by: str) -> ir.Table:
    """One row for each key: how many rows, how much, from when to when."""
    unit = rows["measured_quantity"].notnull().ifelse(rows["measured_unit"].fill_null(""), ibis.null("string"))
    measures: dict[str, ir.Value] = {
        "count": rows.count(),
        "value_usd": rows["measured_value_usd"].sum().cast("decimal(38, 2)"),
        "quantity": rows["measured_quantity"].sum().cast("decimal(38, 3)"),
        "unit_low": unit.min(),
        "unit_high": unit.max(),
        "first_date": rows["measured_on"].min(),
        "last_date": rows["measured_on"].max(),
    }
    if "measured_status" in rows.columns:
        measures["status"] = rows["measured_status"].min()
    return rows.group_by(*by).aggregate(**measures)


def _summed(parts: ir.Table, *by: str) -> ir.Table:
    """The measures of several sources, or files, put together."""
    measures: dict[str, ir.Value] = {
        "count": parts["count"].sum().cast("decimal(38, 0)"),  # engines widen sums of integers as they like
        "value_usd": parts["value_usd"].sum().cast("decimal(38, 2)"),
        "quantity": parts["quantity"].sum().cast("decimal(38, 3)"),
        "unit_low": parts["unit_low"].min(),
        "unit_high": parts["unit_high"].max(),
        "first_date": parts["first_date"].min(),
        "last_date": parts["last_date"].max(),
    }
    if "file" in parts.columns:
        measures["files"] = parts["file"].collect(distinct=True)
        measures["status"] = parts["status"].min()
    return _finished(parts.group_by(*by).aggregate(**measures))


def _finished(found: ir.Table) -> ir.Table:
    """Quantities in more than one unit are summed by nobody."""
    one_unit = (found["unit_low"] == found["unit_high"]).fill_null(False)  # noqa: FBT003
    return found.mutate(quantity=one_unit.ifelse(found["quantity"], ibis.null("decimal(38, 3)")))


def _described(rows: ir.Table, key: ir.Value, source: EntitySource, place: int) -> ir.Table:
    name = rows[source.name].nullif("") if source.name else ibis.null("string")
    return rows.select(
        described_key=key,
        name=name,
        properties=_as_json({label: rows[column] for label, column in source.properties.items()}),
        unnamed=name.isnull().cast("int64"),
        place=ibis.literal(place, type="int64"),
        on=_measured(rows, source)["measured_on"],
        known_at=rows["known_at"],
        load_id=rows["load_id"],
        source=rows["source"],
        source_row=rows["source_row"],
    )


def _numbers(rows: ir.Table, key: Key, kind: str, number: str) -> ir.Table:
    """The ids of the entities whose numbers an entity goes by, in order."""
    of = rows[kind].cases(*((name, f"{entity}:") for name, entity in NUMBERED.items()), else_=ibis.null("string"))
    rows = rows.select(numbered_key=rows[key.column], id=of + rows[number]).drop_null("id")
    return rows.group_by("numbered_key").agg(numbers=rows["id"].collect(distinct=True).sort())


def _as_json(values: dict[str, ir.Value]) -> ir.StringValue:
    """A JSON object of text, without the empty values: put together by the engine, a column at a time."""
    if not values:
        return ibis.literal("{}")
    members = []
    for label, value in values.items():
        text = value.cast("string").nullif("")
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').re_replace(r"[\x00-\x1f]+", " ")
        members.append((ibis.literal(f'{json.dumps(label)}: "') + quoted + '", ').fill_null(""))
    joined = functools.reduce(operator.add, members)
    within = (joined == "").ifelse("", joined.substr(0, ibis.greatest(joined.length() - len(", "), 0)))
    return ibis.literal("{") + within + "}"
