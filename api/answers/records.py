"""The fact rows behind an entity, a link or a piece of evidence, table by table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.schemas import RecordsAnswer, RecordTable
from graph.build.evidence import Records, entity_records, entity_tables, link_records, link_tables, records_by_key
from graph.facts.store import FactStore
from graph.model.errors import Invalid
from graph.model.finding import Evidence


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of each table: so many, after so many."""

    limit: int
    offset: int


def entity_records_answer(
    facts: FactStore,
    entity_id: str,
    page: Page,
    *,
    table: str = "",
    date_from: date | None = None,
    date_to: date | None = None,
) -> RecordsAnswer:
    """The rows in which an entity stands, latest first; of one table, or of all that have any.

    With days and no table, tables whose rows carry no day are left out.
    """
    found = []
    for name in (table,) if table else entity_tables(facts, entity_id):
        try:
            found.append(
                entity_records(
                    facts, entity_id, table=name, limit=page.limit, offset=page.offset, from_date=date_from,
                    to_date=date_to,
                )
            )  # fmt: skip
        except Invalid:
            if table:
                raise
    return _answer(found, page)


def link_records_answer(facts: FactStore, source: str, link: str, target: str, page: Page) -> RecordsAnswer:
    """The rows that make a link from `source` to `target`, latest first."""
    names = link_tables(facts, link) or ("",)  # without rows: asked all the same, for what is wrong with the question
    return _answer(
        [link_records(facts, link, source, target, limit=page.limit, offset=page.offset, table=one) for one in names],
        page,
    )


def evidence_answer(facts: FactStore, evidence: Evidence, page: Page) -> RecordsAnswer:
    """The rows that a piece of evidence names, in its order."""
    tables: dict[str, int] = {}
    for ref in evidence.records:
        tables[ref.table] = tables.get(ref.table, 0) + 1
    wanted = [
        ref
        for table in tables
        for ref in [one for one in evidence.records if one.table == table][page.offset : page.offset + page.limit]
    ]
    shown = {one.table: one for one in records_by_key(facts, wanted)}
    return RecordsAnswer(
        tables=[
            RecordTable(table=name, columns=list(shown[name].columns), rows=shown[name].dicts(), total=total)
            for name, total in tables.items()
            if name in shown
        ],
        total=sum(tables.values()),
        limit=page.limit,
        offset=page.offset,
    )


def _answer(found: Sequence[Records], page: Page) -> RecordsAnswer:
    return RecordsAnswer(
        tables=[
            RecordTable(table=one.table, columns=list(one.columns), rows=one.dicts(), total=one.total)
            for one in found
            if one.total
        ],
        total=sum(one.total for one in found),
        limit=page.limit,
        offset=page.offset,
    )
