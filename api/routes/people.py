"""Who is asking, and who has looked at what."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access.users import need_admin
from api.audit.trail import looks
from api.routes.asking import Asked, plain
from api.schemas import AuditAnswer, AuditItem, PersonAnswer

router = APIRouter(prefix="/v1", tags=["people"])


@router.get("/me", response_model=PersonAnswer)
def me(asked: Asked) -> Response:
    """Who is asking."""
    return plain(PersonAnswer(name=asked.person.name, role=asked.person.role))


@router.get("/audit", response_model=AuditAnswer)
def audit(
    asked: Asked,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Who looked at what, newest first; for admins. A look is there within a second."""
    need_admin(asked.person)
    found, next_cursor = looks(asked.service.engine, limit=limit, cursor=cursor)
    items = [AuditItem(at=one.at, person=one.person, action=one.action, thing=one.thing) for one in found]
    return plain(AuditAnswer(items=items, next_cursor=next_cursor))
