"""Who is the same: what resolution thinks of an entity, and what people judge of it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.access.users import need_investigator
from api.answers.identity import identity_answer, judged_as, judgement_item, judgements_answer, numbers_of
from api.answers.naming import normal_id
from api.routes.asking import Asked, plain
from api.schemas import IdentityAnswer, JudgementItem, JudgementRequest, JudgementsAnswer

router = APIRouter(prefix="/v1", tags=["identity"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/entities/{entity_id:path}/identity", response_model=IdentityAnswer)
def identity(asked: Asked, entity_id: str) -> Response:
    """The parties that an entity belongs to, who else may be the same with reasons, and judgements on it."""
    known = normal_id(entity_id, home=asked.service.settings.home)
    with asked.service.serving.snapshot() as now:
        given = asked.service.judgements.all(entities=numbers_of(now, known))
        answer = identity_answer(now, known, given)
    asked.look("identity", known)
    return plain(answer)


@router.get("/judgements", response_model=JudgementsAnswer)
def judgements(
    asked: Asked, *, standing: Annotated[bool, Query(description="Only those not withdrawn")] = False
) -> Response:
    """All judgements on identity, oldest first."""
    asked.look("judgements", "standing" if standing else "all")
    return plain(judgements_answer(asked.service.judgements.all(standing=standing)))


@router.post("/judgements", response_model=JudgementItem, status_code=201)
def judge(asked: Asked, judged: JudgementRequest) -> Response:
    """Note that two entities are the same, different or unsure; it counts from the next refresh on."""
    need_investigator(asked.person)
    home = asked.service.settings.home
    with asked.service.serving.snapshot() as now:
        left, right = (judged_as(now, normal_id(each, home=home)) for each in (judged.left, judged.right))
    given = asked.service.judgements.add(
        left, right, judged.verdict, reason=judged.reason, person=asked.person.name, now=datetime.now(UTC)
    )
    asked.look("judge", f"{given.left} {given.verdict} {given.right}")
    answer = plain(judgement_item(given))
    answer.status_code = 201
    return answer


@router.post("/judgements/{number}/withdraw", response_model=JudgementItem)
def withdraw(asked: Asked, number: Number) -> Response:
    """Take a judgement back; it stays on file, and no longer counts from the next refresh on."""
    need_investigator(asked.person)
    given = asked.service.judgements.withdraw(number, person=asked.person.name, now=datetime.now(UTC))
    asked.look("withdraw", str(number))
    return plain(judgement_item(given))
