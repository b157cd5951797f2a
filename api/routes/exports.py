"""Everything, one JSON object a line, however much there is."""

from collections.abc import Iterator
from enum import StrEnum

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from api.answers.exports import export_lines
from api.routes.asking import GENERATION_HEADER, Asked

router = APIRouter(prefix="/v1", tags=["export"])


class Exported(StrEnum):
    """What can be exported."""

    ENTITIES = "entities"
    LINKS = "links"
    FINDINGS = "findings"


@router.get("/export/{what}", response_class=StreamingResponse)
def export(asked: Asked, what: Exported) -> Response:
    """All entities, links or findings of one generation as NDJSON, streamed."""
    holding = asked.service.serving.snapshot()
    snapshot = holding.__enter__()
    asked.look("export", what.value)

    def lines() -> Iterator[bytes]:
        try:
            yield from export_lines(snapshot, what.value)
        finally:
            holding.__exit__(None, None, None)

    headers = {GENERATION_HEADER: snapshot.generation.generation_id}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)
