"""Was this tried before? The gate that is asked before a new intervention is begun."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers.prior import asked_in_words, prior_answer
from api.routes.asking import Asked, plain
from api.schemas import PriorAnswer, PriorRequest

router = APIRouter(prefix="/v1", tags=["prior work"])

_Number = Annotated[str, Query(max_length=200)]
_Numbers = Annotated[list[_Number] | None, Query(max_length=200, description="In any spelling; repeatable")]


@router.get("/prior", response_model=PriorAnswer)
def prior(
    asked: Asked,
    *,
    entity: Annotated[str, Query(max_length=1_000, description="Any entity's id: importer:…, port:…, issue:…")] = "",
    importer: _Numbers = None,
    manufacturer: _Numbers = None,
    port: _Numbers = None,
    hts: _Numbers = None,
    case: _Numbers = None,
    ruling: _Numbers = None,
    entry: _Numbers = None,
    text: Annotated[str, Query(max_length=10_000, description="The goods or the matter in words")] = "",
    issue: Annotated[str, Query(max_length=200, description="An issue on file that asks")] = "",
    as_of: Annotated[date | None, Query(description="As known on that day")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Past issues, lab reports and rulings that are like a matter, the most alike first, with the reasons."""
    request = PriorRequest(
        entity=entity, importer=importer or [], manufacturer=manufacturer or [], port=port or [], hts=hts or [],
        case=case or [], ruling=ruling or [], entry=entry or [], text=text, issue=issue, as_of=as_of, limit=limit,
    )  # fmt: skip
    home = asked.service.settings.home
    return asked.answer("prior", asked_in_words(request), lambda now: prior_answer(now, request, home=home))


@router.post("/prior", response_model=PriorAnswer)
def prior_to_draft(asked: Asked, request: PriorRequest) -> Response:
    """The same for a draft issue or a long text; nothing of it is kept."""
    with asked.service.serving.snapshot() as now:
        answer = prior_answer(now, request, home=asked.service.settings.home)
    asked.look("prior", asked_in_words(request))
    return plain(answer)
