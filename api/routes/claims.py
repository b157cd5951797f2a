"""Claims: whom the names in documents mean, and what people decide of it, one at a time or in bulk."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access.users import need_investigator
from api.answers.claims import ClaimsAsked, claimed, claims_answer, claims_of
from api.answers.naming import normal_id
from api.claims.decided import Verdict
from api.routes.asking import Asked, plain
from api.schemas import ClaimsAnswer, ClaimsRequest, ClaimStatus

router = APIRouter(prefix="/v1/claims", tags=["claims"])

Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many")]


@router.get("", response_model=ClaimsAnswer)
def claims(
    asked: Asked,
    *,
    status: Annotated[ClaimStatus | None, Query(description="linked, waiting, accepted, rejected or settled")] = None,
    document: Annotated[str, Query(max_length=200, description="Only of this document")] = "",
    party: Annotated[str, Query(max_length=200, description="Only on this party")] = "",
    min_score: Annotated[float, Query(ge=0, le=100, description="At least so alike, of 100")] = 0.0,
    limit: Limit = 50,
    cursor: Annotated[str, Query(max_length=1_000, description="next_cursor of the page before")] = "",
) -> Response:
    """The parties that names in documents mean or may mean, by document; decisions are told at once."""
    home = asked.service.settings.home
    of = normal_id(f"document:{document.removeprefix('document:')}", home=home) if document else ""
    with asked.service.serving.snapshot() as now:
        wanted = ClaimsAsked(status, of, party, min_score, limit, cursor)
        answer = claims_answer(now, asked.service.decisions.standing(), wanted)
    asked.look("claims", of or party or (status or "all"))
    return plain(answer)


@router.post("/accept", response_model=ClaimsAnswer)
def accept(asked: Asked, request: ClaimsRequest) -> Response:
    """Decide that these names mean these parties: links from the next refresh on."""
    return _decide(asked, request, "accepted")


@router.post("/reject", response_model=ClaimsAnswer)
def reject(asked: Asked, request: ClaimsRequest) -> Response:
    """Decide that these names do not mean these parties: never claimed again, unless undone."""
    return _decide(asked, request, "rejected")


@router.post("/undo", response_model=ClaimsAnswer)
def undo(asked: Asked, request: ClaimsRequest) -> Response:
    """Take decisions back; they stay on file."""
    need_investigator(asked.person)
    decisions = asked.service.decisions
    decisions.undo(request.claims, person=asked.person.name, now=datetime.now(UTC))
    asked.look("undo claims", " ".join(request.claims))
    with asked.service.serving.snapshot() as now:
        return plain(claims_of(now, request.claims, decisions.standing()))


def _decide(asked: Asked, request: ClaimsRequest, verdict: Verdict) -> Response:
    need_investigator(asked.person)
    decisions = asked.service.decisions
    with asked.service.serving.snapshot() as now:
        of = claimed(now.facts, request.claims)
        decisions.decide(of, verdict, reason=request.reason, person=asked.person.name, now=datetime.now(UTC))
        answer = claims_of(now, request.claims, decisions.standing())
    asked.look(f"{verdict} claims", " ".join(request.claims))
    return plain(answer)
