"""Findings and the rows that their evidence speaks of."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers.findings import FindingsQuery, evidence_of, find_finding, finding_items, findings_page
from api.answers.records import Page, evidence_answers
from api.routes.asking import Asked
from api.schemas import FindingItem, FindingRecordsAnswer, FindingsAnswer, RecordsAnswer

router = APIRouter(prefix="/v1", tags=["findings"])


@router.get("/findings", response_model=FindingsAnswer)
def findings(
    asked: Asked,
    *,
    kind: Annotated[list[str] | None, Query()] = None,
    min_probability: Annotated[float, Query(ge=0, le=1)] = 0.0,
    queue: Annotated[bool | None, Query(description="Only those selected at the false-discovery rate, or not")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str, Query(max_length=4_000)] = "",
) -> Response:
    """Findings, most probable first."""
    query = FindingsQuery(tuple(kind or ()), min_probability, queue, limit, cursor)
    return asked.answer(
        "findings", str(asked.request.url.query), lambda now: findings_page(now.findings.all, query, now.view)
    )


@router.get("/findings/{finding_id}", response_model=FindingItem)
def finding(asked: Asked, finding_id: str) -> Response:
    """One finding, whole."""
    return asked.answer(
        "finding", finding_id, lambda now: finding_items([find_finding(now.findings, finding_id)], now.view)[0]
    )


@router.get("/findings/{finding_id}/records", response_model=FindingRecordsAnswer)
def finding_records(asked: Asked, finding_id: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """The rows that each piece of evidence speaks of, the first `limit` of each table; every piece is a look."""
    return asked.answer_of_several(
        "records",
        lambda now: [
            f"{finding_id}/evidence/{number}"
            for number, one in enumerate(find_finding(now.findings, finding_id).evidence)
            if one.records
        ],
        lambda now: FindingRecordsAnswer(
            items=evidence_answers(now.facts, find_finding(now.findings, finding_id).evidence, Page(limit, 0))
        ),
    )


@router.get("/findings/{finding_id}/evidence/{number}/records", response_model=RecordsAnswer)
def evidence_records(
    asked: Asked,
    finding_id: str,
    number: int,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """The rows that one piece of evidence speaks of; `number` counts from 0."""
    return asked.answer(
        "records",
        f"{finding_id}/evidence/{number}",
        lambda now: evidence_answers(
            now.facts, [evidence_of(find_finding(now.findings, finding_id), number)], Page(limit, offset)
        )[0],
    )
