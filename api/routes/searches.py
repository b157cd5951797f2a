"""Searching documents, entities and findings."""

from collections.abc import Iterator
from itertools import chain, islice
from time import perf_counter
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from api.answers.naming import normal_id
from api.answers.searches import HIT_COLUMNS, filters_of, hit_rows, party_names, search_answer
from api.answers.streams import MEDIA_TYPES, RowFormat, streamed
from api.routes.asking import GENERATION_HEADER, Asked
from api.schemas import SearchAnswer
from api.serving import Snapshot
from search.fields import DEFAULT_FACETS

router = APIRouter(prefix="/v1", tags=["search"])


@router.get("/search/export", response_class=StreamingResponse)
def export_hits(
    asked: Asked,
    *,
    q: Annotated[str, Query(max_length=10_000, description="As for a search")] = "",
    kind: Annotated[list[str] | None, Query(description="Only things of these kinds")] = None,
    filter: Annotated[list[str] | None, Query(description="field:value; repeatable")] = None,  # noqa: A002 - its name over HTTP
    sort: Literal["relevance", "date"] = "relevance",
    like: Annotated[str, Query(max_length=300, description="The id of a thing; what is like it")] = "",
    format: Annotated[RowFormat, Query(description="One object a line, or a table")] = "ndjson",  # noqa: A002 - its name over HTTP
) -> Response:
    """Every hit of a search, in its order, streamed, however many there are."""
    known = normal_id(like, home=asked.service.settings.home) if like else ""
    filters = filters_of(tuple(filter or ()))
    holding = asked.service.serving.snapshot()
    snapshot = holding.__enter__()
    try:
        hits = snapshot.search.every(q, kinds=tuple(kind or ()), filters=filters, sort=sort, like=known)
        first = list(islice(hits, 1))  # what cannot be asked is refused before the answer begins
    except BaseException:
        holding.__exit__(None, None, None)
        raise
    asked.look("export", f"search {q} like {like}".strip() if like else f"search {q}")

    def lines() -> Iterator[bytes]:
        try:
            yield from streamed(hit_rows(chain(first, hits)), HIT_COLUMNS, format)
        finally:
            holding.__exit__(None, None, None)

    headers = {GENERATION_HEADER: snapshot.generation.generation_id}
    return StreamingResponse(lines(), media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/search", response_model=SearchAnswer)
def search(
    asked: Asked,
    *,
    q: Annotated[str, Query(max_length=10_000, description="Words, phrases, identifiers, AND, OR, NOT")] = "",
    kind: Annotated[list[str] | None, Query(description="Only things of these kinds")] = None,
    filter: Annotated[list[str] | None, Query(description="field:value; repeatable")] = None,  # noqa: A002 - its name over HTTP
    facet: Annotated[list[str] | None, Query(description="Fields whose values are counted; the usual ones")] = None,
    sort: Literal["relevance", "date"] = "relevance",
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    cursor: Annotated[str, Query(max_length=4_000)] = "",
    like: Annotated[str, Query(max_length=300, description="The id of a thing; what is like it")] = "",
) -> Response:
    """Documents, entities and findings that match, one page, with the passages and counts by facet."""

    def make(snapshot: Snapshot) -> SearchAnswer:
        began = perf_counter()
        result = snapshot.search.search(
            q,
            kinds=tuple(kind or ()),
            filters=filters_of(tuple(filter or ())),
            sort=sort,
            facets=DEFAULT_FACETS if facet is None else tuple(facet),
            limit=limit,
            cursor=cursor,
            like=normal_id(like, home=asked.service.settings.home) if like else "",
        )
        names = party_names(result, snapshot)
        return search_answer(result, took_ms=(perf_counter() - began) * 1000, names=names)

    return asked.answer("search", f"{q} like {like}".strip() if like else q, make)
