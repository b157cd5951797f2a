"""The declared kinds of entities and links."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers.entities import kinds_answer
from api.routes.asking import Asked, plain
from api.schemas import KindsAnswer

router = APIRouter(prefix="/v1", tags=["kinds"])


@router.get("/kinds", response_model=KindsAnswer)
def kinds(_asked: Asked) -> Response:
    """All kinds, with the words in which a person reads them."""
    return plain(kinds_answer())
