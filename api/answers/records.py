"""The fact rows behind an entity, a link or a piece of evidence, table by table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.schemas import RecordsAnswer, RecordTable, Row
from graph.build.evidence import Records, entity_records, entity_tables, link_records, link_tables, records_by_key
from graph.facts.store import FactStore
from graph.model.errors import Invalid
from graph.model.finding import Evidence, RecordRef
from graph.model.tables import RESOLVED, TABLES


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


def evidence_answers(facts: FactStore, evidence: Sequence[Evidence], page: Page) -> list[RecordsAnswer]:
    """The rows that each piece of evidence names, in its order: one question a table, however many pieces ask of it."""
    wanted = [_by_table(one, page) for one in evidence]
    refs = [ref for tables in wanted for refs in tables.values() for ref in refs]
    columns: dict[str, list[str]] = {}
    rows: dict[tuple[str, tuple[str, ...]], Row] = {}
    for read in records_by_key(facts, refs):
        columns[read.table] = list(read.columns)
        key = (TABLES | RESOLVED)[read.table].key
        rows |= {
            (read.table, tuple("" if row[name] is None else str(row[name]) for name in key)): row
            for row in read.dicts()
        }

    def table(name: str, refs: Sequence[RecordRef], total: int) -> RecordTable:
        keys = dict.fromkeys((name, tuple(map(str, ref.key))) for ref in refs)
        found = [rows[key] for key in keys if key in rows]
        return RecordTable(table=name, columns=columns[name], rows=found, total=total)

    answers = []
    for one, tables in zip(evidence, wanted, strict=True):
        totals = Counter(ref.table for ref in one.records)
        answers.append(
            RecordsAnswer(
                tables=[table(name, refs, totals[name]) for name, refs in tables.items()],
                total=totals.total(),
                limit=page.limit,
                offset=page.offset,
            )
        )
    return answers


def _by_table(evidence: Evidence, page: Page) -> dict[str, list[RecordRef]]:
    """A page of the rows that a piece of evidence names, for each table that has rows on it."""
    tables: dict[str, list[RecordRef]] = {}
    for ref in evidence.records:
        tables.setdefault(ref.table, []).append(ref)
    pages = {name: refs[page.offset : page.offset + page.limit] for name, refs in tables.items()}
    return {name: refs for name, refs in pages.items() if refs}


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
