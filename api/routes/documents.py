"""Documents to read."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers.documents import document_answer
from api.answers.naming import normal_id
from api.routes.asking import Asked
from api.schemas import DocumentAnswer

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/documents/{document_id:path}", response_model=DocumentAnswer)
def document(asked: Asked, document_id: str) -> Response:
    """A document's text, fields, mentions and legal chain."""
    with_kind = document_id if document_id.startswith("document:") else f"document:{document_id}"
    entity_id = normal_id(with_kind, home=asked.service.settings.home)
    return asked.answer("document", entity_id, lambda now: document_answer(now.facts, now.view, entity_id))
