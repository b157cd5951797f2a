"""A document to read: its text, what it mentions, and whether it still stands."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from api.answers.cells import cell
from api.answers.entities import link_label
from api.answers.said import said_by
from api.answers.searches import legal_items
from api.schemas import ChainItem, DocumentAnswer, MentionItem, PageItem
from graph.build.derived import FROM_TEXT
from graph.facts.store import FactStore
from graph.model.entity import RelatedQuery
from graph.model.errors import NotFound
from graph.model.kinds import ENTITY_KINDS
from graph.model.tables import DOCUMENTS
from graph.store.store import GraphView
from search.chain import Change, Changed, legal_chain, told_chain
from search.legal import sentence

_CHAIN = ("modifies", "revokes", "affirms", "relates_to")
_SHOWN_APART = frozenset({"id", "kind", "title", "date", "text", "pages"})
_LONGEST_CHAIN = 200


def document_answer(facts: FactStore, view: GraphView, document_id: str) -> DocumentAnswer:
    """The document of that id, with or without `document:`; `NotFound` also when only its number is known."""
    key = document_id.removeprefix("document:")
    documents = facts.table("documents")
    rows = documents.filter(documents.id == key).limit(1).to_pyarrow().to_pylist()
    if not rows:
        view.entity(f"document:{key}")  # says what is near when nothing at all is known
        raise NotFound(
            f"{key} is mentioned by others, but its text has not been loaded.",
            thing="document",
            value=key,
            next_step=f"See who mentions it: related document:{key}",
        )
    row = rows[0]
    text, pages = row["text"] or "", [PageItem(**page) for page in json.loads(row["pages"] or "[]")]
    chain = _chain(view, f"document:{key}")
    legal = legal_chain(key, lambda one: _changes(facts, view, one))
    return DocumentAnswer(
        id=f"document:{key}",
        kind=row["kind"],
        title=row["title"] or key,
        date=row["date"],
        text=text,
        fields={
            column.name: cell(row[column.name])
            for column in DOCUMENTS.columns
            if column.name not in _SHOWN_APART and row[column.name] not in (None, [], "")
        },
        mentions=_mentions(facts, key, text, pages),
        pages=pages,
        chain=chain,
        says=said_by(facts, row),
        standing=_standing({item.relation for item in chain}, by_law=row["operationally_revoked"] == "yes"),
        legal=legal_items(legal),
        legal_told=told_chain(legal),
    )


def _mentions(facts: FactStore, key: str, text: str, pages: Sequence[PageItem]) -> list[MentionItem]:
    """What the document mentions. What only an earlier version of its text did has no place in this one."""
    mentions = facts.table("mentions")
    found = mentions.filter(mentions.document_id == key).order_by(["start", "end", "kind", "key"])
    rows = found.select("kind", "key", "start", "end", "text").to_pyarrow().to_pylist()
    placed = [row for row in rows if row["text"] and text[row["start"] or 0 : row["end"] or 0] == row["text"]]
    there = {(row["kind"], row["key"]) for row in placed}
    gone = {(row["kind"], row["key"]): row | {"start": 0, "end": 0} for row in rows}
    parties = _parties(facts, key)
    return [
        MentionItem(
            entity=_entity_of(row["kind"], row["key"], parties),
            kind=row["kind"],
            key=row["key"],
            start=row["start"],
            end=row["end"],
            text=row["text"] or "",
            page=next((one.page for one in pages if one.start <= row["start"] < row["end"] <= one.end), None),
        )
        for row in (*placed, *(row for name, row in gone.items() if name not in there))
    ]


def _parties(facts: FactStore, key: str) -> dict[str, str]:
    """The parties that the document's names are linked to, by name."""
    named = facts.table("named_parties")
    linked = named.filter(named["document_id"] == key, named["status"].isin(["linked", "accepted"]))
    return {row["name"]: f"party:{row['party']}" for row in linked.select("name", "party").to_pyarrow().to_pylist()}


def _entity_of(kind: str, key: str, parties: Mapping[str, str]) -> str:
    """The entity that a mention leads to; empty where it is none, or where a name waits for a person."""
    if kind == "company_name":
        return parties.get(key, "")
    return f"{kind}:{key}" if kind in ENTITY_KINDS else ""


def _chain(view: GraphView, entity_id: str, links: tuple[str, ...] = _CHAIN) -> list[ChainItem]:
    query = RelatedQuery(entity_id, links=links, kinds=("document",), order="recency", limit=_LONGEST_CHAIN)
    try:
        page = view.related(query)
    except NotFound:
        return []  # loaded since the generation was built
    return [
        ChainItem(
            id=one.entity.id,
            relation=link_label(one.link.link, one.direction),
            title=one.entity.name,
            date=one.entity.measures.first_date,
            status=one.link.status,
        )
        for one in page.items
    ]


def _changes(facts: FactStore, view: GraphView, key: str) -> Iterator[Changed]:
    """What modified and revoked a document, as the graph has it."""
    changes: tuple[tuple[str, Change], ...] = (("modifies", "modified_by"), ("revokes", "revoked_by"))
    for link, change in changes:
        for item in _chain(view, f"document:{key}", (link,)):
            if item.relation == link_label(link, "in"):
                by = item.id.partition(":")[2]
                read = item.status == FROM_TEXT
                yield Changed(change, by, item.date, _sentence(facts, by, link, key) if read else "")


def _sentence(facts: FactStore, by: str, relation: str, other: str) -> str:
    statements = facts.table("statements")
    kept = statements.filter(statements.document_id == by).select("said").to_pyarrow().to_pylist()
    return next((sentence(row["said"], relation, other) for row in kept), "")


def _standing(relations: set[str], *, by_law: bool) -> Literal["stands", "modified", "revoked"]:
    if by_law or link_label("revokes", "in") in relations:
        return "revoked"
    return "modified" if link_label("modifies", "in") in relations else "stands"
