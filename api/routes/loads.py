"""What has been loaded, and what was turned away."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers.loads import find_load, loads_answer, rejects_answer
from api.routes.asking import Asked, plain
from api.schemas import LoadsAnswer, RejectsAnswer
from graph.facts.ledger import Ledger

router = APIRouter(prefix="/v1", tags=["loads"])


@router.get("/loads", response_model=LoadsAnswer)
def loads(asked: Asked) -> Response:
    """All loads, newest first, with the fate of every file."""
    return plain(loads_answer(Ledger(asked.service.settings.home).loads()))


@router.get("/loads/{load_id}/rejects", response_model=RejectsAnswer)
def rejects(
    asked: Asked,
    load_id: str,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """Rejected rows of a load: source, line, column, value and reason."""
    home = asked.service.settings.home
    find_load(Ledger(home).loads(), load_id)
    answer = rejects_answer(home, load_id, limit=limit, offset=offset)
    asked.look("rejects", load_id)
    return plain(answer)
