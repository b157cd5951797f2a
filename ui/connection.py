"""The one connection to the service: every page asks through it, none keeps its own.

Invariant: one pooled client a process. Answers are kept for a minute for equal questions, so that a page that
reruns at every click does not ask again.
"""

import os
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import streamlit as st

from api.client import Client, TidewaiterError
from api.schemas import (
    ActivityAnswer,
    DocumentAnswer,
    EntityAnswer,
    KindsAnswer,
    LinkCountsAnswer,
    PersonAnswer,
    PriorAnswer,
    PriorRequest,
    RecordsAnswer,
    RelatedAnswer,
    SearchAnswer,
)
from ui.wording import in_markdown

T = TypeVar("T")
_KEEP_S = 60


@st.cache_resource
def client() -> Client:
    """The client of the service that started this page."""
    return Client(
        os.environ.get("TIDEWAITER_API_URL", "http://127.0.0.1:8000"),
        token=os.environ.get("TIDEWAITER_API_TOKEN", ""),
    )


@st.cache_data(ttl=_KEEP_S, show_spinner="Reading kinds …")
def kinds() -> KindsAnswer:
    """The declared kinds of entities and links."""
    return client().kinds()


@st.cache_data(ttl=_KEEP_S, show_spinner="Opening the entity …")
def entity(entity_id: str, as_of: str) -> EntityAnswer:
    """An entity, as known on a day (ISO) or now (empty)."""
    return client().entity(entity_id, as_of=_day(as_of))


@st.cache_data(ttl=_KEEP_S, show_spinner="Opening the document …")
def document(document_id: str) -> DocumentAnswer:
    """A document to read."""
    return client().document(document_id)


@st.cache_data(ttl=_KEEP_S, show_spinner="Finding what is linked …")
def related(entity_id: str, as_of: str, *, link: str = "", order: str = "value", limit: int = 100) -> RelatedAnswer:
    """The first page of an entity's neighbours."""
    return client().related(
        entity_id,
        links=(link,) if link else (),
        order=order,  # type: ignore[arg-type]
        limit=limit,
        as_of=_day(as_of),
    )


@st.cache_data(ttl=_KEEP_S, show_spinner=False)
def link_counts(entity_id: str) -> LinkCountsAnswer:
    """How many neighbours an entity has, by kind of link."""
    return client().link_counts(entity_id)


@st.cache_data(ttl=_KEEP_S, show_spinner="Adding up its lines …")
def activity(entity_id: str) -> ActivityAnswer:
    """An entity's lines by month, port, tariff number and origin."""
    return client().activity(entity_id)


@st.cache_data(ttl=_KEEP_S, show_spinner="Searching …")
def search(text: str, kind: str, filters: dict[str, tuple[str, ...]], limit: int) -> SearchAnswer:
    """The best hits of one kind (entities, documents, findings) within filters `{field: values}`."""
    return client().search(text, kinds=(kind,), filters=filters, limit=limit)


@st.cache_data(ttl=_KEEP_S, show_spinner="Looking for what was tried before …")
def prior(asked: str) -> PriorAnswer:
    """What was tried before on a matter, given as the JSON of a `PriorRequest`."""
    return client().prior(PriorRequest.model_validate_json(asked))


@st.cache_data(ttl=_KEEP_S, show_spinner="Opening the evidence …")
def evidence_rows(finding_id: str) -> list[RecordsAnswer]:
    """The first hundred rows of each table that each piece of a finding's evidence speaks of, asked for at once."""
    return client().finding_records(finding_id).items


@st.cache_data(ttl=_KEEP_S, show_spinner=False)
def person() -> PersonAnswer:
    """Who is asking."""
    return client().person()


def ask(question: Callable[[], T]) -> T | None:
    """The answer, or None with the error shown in a person's words: the name, the value, the next step."""
    try:
        return question()
    except TidewaiterError as error:
        st.error(f"{in_markdown(error.message)} {error.next_step}".strip(), icon="⚠️")
        return None


def _day(as_of: str) -> date | None:
    return date.fromisoformat(as_of) if as_of else None
