"""Entities: who they are, what they are linked to, and the rows that say so; and the ways between them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers.activity import activity_answer
from api.answers.entities import (
    entity_answer,
    known_entity,
    link_counts_answer,
    paths_answer,
    related_answer,
    related_page,
)
from api.answers.findings import finding_items
from api.answers.naming import normal_id
from api.answers.records import Page, entity_records_answer, link_records_answer
from api.routes.asking import Asked
from api.schemas import (
    ActivityAnswer,
    EntityAnswer,
    FindingsAnswer,
    LinkCountsAnswer,
    PathsAnswer,
    RecordsAnswer,
    RelatedAnswer,
)
from api.serving import Snapshot
from graph.model.entity import RelatedQuery

router = APIRouter(prefix="/v1", tags=["entities"])

AsOf = Annotated[date | None, Query(description="As known on that day")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("/entities/{entity_id:path}/related", response_model=RelatedAnswer)
def related(
    asked: Asked,
    entity_id: str,
    *,
    link: Annotated[list[str] | None, Query(description="Only over these links")] = None,
    kind: Annotated[list[str] | None, Query(description="Only entities of these kinds")] = None,
    order: Literal["value", "recency", "count"] = "value",
    hops: Annotated[int, Query(ge=1, le=3)] = 1,
    limit: Limit = 50,
    cursor: Annotated[str, Query(max_length=4_000)] = "",
    as_of: AsOf = None,
) -> Response:
    """Neighbours in order, one page; over more hops, with the way there."""
    known = _id(asked, entity_id)
    query = RelatedQuery(
        known, links=tuple(link or ()), kinds=tuple(kind or ()), order=order, hops=hops, limit=limit, cursor=cursor
    )
    return asked.answer("related", known, lambda now: related_answer(related_page(now, query, as_of=as_of)))


@router.get("/entities/{entity_id:path}/links", response_model=LinkCountsAnswer)
def links(asked: Asked, entity_id: str) -> Response:
    """How many neighbours, by kind of link and direction."""
    known = _id(asked, entity_id)
    return asked.answer("links", known, lambda now: link_counts_answer(now.view, known))


@router.get("/entities/{entity_id:path}/records", response_model=RecordsAnswer)
def records(
    asked: Asked,
    entity_id: str,
    *,
    table: Annotated[str, Query(max_length=100, description="Only of this table")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
    date_from: Annotated[date | None, Query(alias="from")] = None,
    date_to: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """The fact rows in which an entity stands; limit and offset count within each table."""
    known = _id(asked, entity_id)

    def make(now: Snapshot) -> RecordsAnswer:
        now.view.entity(known)
        return entity_records_answer(
            now.facts, known, Page(limit, offset), table=table, date_from=date_from, date_to=date_to
        )

    return asked.answer("records", known, make)


@router.get("/entities/{entity_id:path}/activity", response_model=ActivityAnswer)
def activity(asked: Asked, entity_id: str) -> Response:
    """An entity's entry lines by month, port, tariff number and origin."""
    known = _id(asked, entity_id)
    return asked.answer("activity", known, lambda now: activity_answer(now, known))


@router.get("/entities/{entity_id:path}/findings", response_model=FindingsAnswer)
def findings(asked: Asked, entity_id: str) -> Response:
    """The findings of which an entity is a member, most probable first."""
    known = _id(asked, entity_id)

    def make(now: Snapshot) -> FindingsAnswer:
        numbers = (known, *now.view.entity(known).identifiers)
        named = {one.id: one for number in numbers for one in now.findings.by_member.get(number, ())}
        found = sorted(named.values(), key=lambda one: (-one.probability, one.id))
        return FindingsAnswer(items=finding_items(found, now.view), total=len(found), next_cursor="")

    return asked.answer("findings", known, make)


@router.get("/entities/{entity_id:path}", response_model=EntityAnswer)
def entity(asked: Asked, entity_id: str, as_of: AsOf = None) -> Response:
    """Who or what an entity is."""
    known = _id(asked, entity_id)
    return asked.answer("entity", known, lambda now: entity_answer(known_entity(now, known, as_of=as_of), as_of=as_of))


@router.get("/links/records", response_model=RecordsAnswer)
def link_records(
    asked: Asked,
    *,
    source: Annotated[str, Query(max_length=1_000)],
    link: Annotated[str, Query(max_length=100)],
    target: Annotated[str, Query(max_length=1_000)],
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """The fact rows that make a link from `source` to `target`."""
    one, other = _id(asked, source), _id(asked, target)
    return asked.answer(
        "records",
        f"{one} {link} {other}",
        lambda now: link_records_answer(now.facts, one, link, other, Page(limit, offset)),
    )


@router.get("/paths", response_model=PathsAnswer)
def paths(
    asked: Asked,
    *,
    source: Annotated[str, Query(alias="from", max_length=1_000)],
    target: Annotated[str, Query(alias="to", max_length=1_000)],
    max_hops: Annotated[int, Query(ge=1, le=6)] = 6,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Response:
    """Ways between two entities, those that avoid hubs first."""
    one, other = _id(asked, source), _id(asked, target)
    return asked.answer(
        "paths", f"{one} {other}", lambda now: paths_answer(now.view.paths(one, other, max_hops=max_hops, limit=limit))
    )


def _id(asked: Asked, entity_id: str) -> str:
    return normal_id(entity_id, home=asked.service.settings.home)
