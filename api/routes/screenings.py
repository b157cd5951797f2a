"""Many names against all documents at once."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from api.answers.screenings import COLUMNS, rows_of, screened, screening_answer
from api.answers.streams import MEDIA_TYPES, streamed
from api.routes.asking import GENERATION_HEADER, Asked, plain
from api.schemas import ScreeningAnswer, ScreeningRequest
from search.screening import Screen

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/screenings", response_model=ScreeningAnswer)
def screen(
    asked: Asked,
    given: ScreeningRequest,
    *,
    csv: Annotated[bool, Query(description="All hits as CSV, streamed, instead of the first 10,000 as JSON")] = False,
) -> Response:
    """Up to 10,000 names against all documents and issues: which stand where, however they are spelled there."""
    asked.look("screen", f"{len(given.names):,} names: {'; '.join(given.names[:20])}")
    if not csv:
        with asked.service.serving.snapshot() as now:
            return plain(screening_answer(now, given.names))
    names = Screen.of(given.names)
    holding = asked.service.serving.snapshot()
    snapshot = holding.__enter__()

    def lines() -> Iterator[bytes]:
        try:
            yield from streamed(rows_of(screened(snapshot, names)), COLUMNS, "csv")
        finally:
            holding.__exit__(None, None, None)

    headers = {GENERATION_HEADER: snapshot.generation.generation_id}
    return StreamingResponse(lines(), media_type=MEDIA_TYPES["csv"], headers=headers)
