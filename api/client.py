"""A typed client of the HTTP interface: what the user interface and other programs use.

Invariant: every answer is a model of `api.schemas`, every failure one of the five errors. One client holds
one pool of connections; make it once and keep it (a new client costs more than a search).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Literal, Self, TypeVar
from urllib.parse import quote

import httpx

from api.schemas import (
    ActivityAnswer,
    Answer,
    AuditAnswer,
    ClaimsAnswer,
    ClaimsRequest,
    ClaimStatus,
    DocumentAnswer,
    EntityAnswer,
    FindingItem,
    FindingRecordsAnswer,
    FindingsAnswer,
    HealthAnswer,
    IdentityAnswer,
    JudgementItem,
    JudgementRequest,
    JudgementsAnswer,
    KindsAnswer,
    LinkCountsAnswer,
    LoadsAnswer,
    PathsAnswer,
    PersonAnswer,
    PriorAnswer,
    PriorRequest,
    Problem,
    ReadyAnswer,
    RecordsAnswer,
    RejectsAnswer,
    RelatedAnswer,
    Row,
    SavedAnswer,
    SavedItem,
    SavedNewsAnswer,
    SavedRequest,
    ScreeningAnswer,
    ScreeningRequest,
    SearchAnswer,
)
from graph.model.errors import Conflict, Denied, Invalid, NotFound, TidewaiterError, Unavailable

__all__ = ["Client", "Params", "TidewaiterError"]

_A = TypeVar("_A", bound=Answer)
Params = Mapping[str, str | int | float | bool | Sequence[str] | date | None]

_ERRORS: dict[int, type[TidewaiterError]] = {
    400: Invalid, 401: Denied, 403: Denied, 404: NotFound, 405: Invalid, 409: Conflict, 413: Invalid, 422: Invalid,
}  # fmt: skip


class Client:
    """Questions to one server, as methods. Raises `NotFound`, `Invalid`, `Denied`, `Conflict`, `Unavailable`.

    `transport` lets tests and in-process callers pass an ASGI or WSGI transport instead of a network.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        token: str = "",
        timeout_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=timeout_s, transport=transport, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    # Finding

    def search(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        filters: Mapping[str, Sequence[str]] | None = None,
        facets: Sequence[str] = (),
        sort: Literal["relevance", "date"] = "relevance",
        limit: int = 20,
        cursor: str = "",
        like: str = "",
    ) -> SearchAnswer:
        """Documents, entities and findings that match a person's text, or are like a thing; `filters` is `{field:
        values}`."""
        written = [f"{name}:{value}" for name, values in (filters or {}).items() for value in values]
        params: Params = {
            "q": text, "kind": kinds, "filter": written, "facet": facets, "sort": sort, "limit": limit,
            "cursor": cursor, "like": like,
        }  # fmt: skip
        return self._get("/v1/search", SearchAnswer, params)

    def every_hit(
        self,
        text: str,
        *,
        kinds: Sequence[str] = (),
        filters: Mapping[str, Sequence[str]] | None = None,
        sort: Literal["relevance", "date"] = "relevance",
    ) -> Iterator[Row]:
        """Every hit of a search, one at a time, however many there are."""
        written = [f"{name}:{value}" for name, values in (filters or {}).items() for value in values]
        yield from self._lines("/v1/search/export", {"q": text, "kind": kinds, "filter": written, "sort": sort})

    def screen(self, names: Sequence[str]) -> ScreeningAnswer:
        """Which of up to 10,000 names stand in which documents; the first 10,000 hits."""
        return self._post("/v1/screenings", ScreeningAnswer, ScreeningRequest(names=list(names)).model_dump_json())

    def saved_searches(self) -> SavedAnswer:
        """The searches that the asker keeps."""
        return self._get("/v1/searches/saved", SavedAnswer)

    def save_search(self, wanted: SavedRequest) -> SavedItem:
        """Keep a search; what it finds today counts as known."""
        return self._post("/v1/searches/saved", SavedItem, wanted.model_dump_json())

    def saved_news(self, number: int) -> SavedNewsAnswer:
        """What is new in a saved search."""
        return self._get(f"/v1/searches/saved/{number}/news", SavedNewsAnswer)

    def saved_seen(self, number: int) -> SavedItem:
        """Take what a saved search finds now as known."""
        return self._post(f"/v1/searches/saved/{number}/seen", SavedItem, "")

    def remove_saved(self, number: int) -> SavedItem:
        """Keep a search no longer."""
        return self._post(f"/v1/searches/saved/{number}/remove", SavedItem, "")

    # Entities and links

    def entity(self, entity_id: str, *, as_of: date | None = None) -> EntityAnswer:
        """Who or what an entity is, now or as known on a day."""
        return self._get(f"/v1/entities/{_in_path(entity_id)}", EntityAnswer, {"as_of": as_of})

    def related(
        self,
        entity_id: str,
        *,
        links: Sequence[str] = (),
        kinds: Sequence[str] = (),
        order: Literal["value", "recency", "count"] = "value",
        hops: int = 1,
        limit: int = 50,
        cursor: str = "",
        as_of: date | None = None,
    ) -> RelatedAnswer:
        """One page of neighbours, in order."""
        params: Params = {
            "link": links, "kind": kinds, "order": order, "hops": hops, "limit": limit, "cursor": cursor,
            "as_of": as_of,
        }  # fmt: skip
        return self._get(f"/v1/entities/{_in_path(entity_id)}/related", RelatedAnswer, params)

    def link_counts(self, entity_id: str) -> LinkCountsAnswer:
        """How many neighbours an entity has, by kind of link and direction."""
        return self._get(f"/v1/entities/{_in_path(entity_id)}/links", LinkCountsAnswer)

    def records(
        self,
        entity_id: str,
        *,
        table: str = "",
        limit: int = 100,
        offset: int = 0,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> RecordsAnswer:
        """The fact rows in which an entity stands, of one table or of all."""
        params: Params = {"table": table, "limit": limit, "offset": offset, "from": date_from, "to": date_to}
        return self._get(f"/v1/entities/{_in_path(entity_id)}/records", RecordsAnswer, params)

    def activity(self, entity_id: str) -> ActivityAnswer:
        """An entity's entry lines by month, port, tariff number and origin."""
        return self._get(f"/v1/entities/{_in_path(entity_id)}/activity", ActivityAnswer)

    def entity_findings(self, entity_id: str) -> FindingsAnswer:
        """The findings of which an entity is a member."""
        return self._get(f"/v1/entities/{_in_path(entity_id)}/findings", FindingsAnswer)

    def link_records(self, source: str, link: str, target: str, *, limit: int = 100, offset: int = 0) -> RecordsAnswer:
        """The fact rows that make a link, as the link has it: from `source` to `target`."""
        params: Params = {"source": source, "link": link, "target": target, "limit": limit, "offset": offset}
        return self._get("/v1/links/records", RecordsAnswer, params)

    def paths(self, source: str, target: str, *, max_hops: int = 6, limit: int = 5) -> PathsAnswer:
        """Ways between two entities, cheapest first."""
        return self._get("/v1/paths", PathsAnswer, {"from": source, "to": target, "max_hops": max_hops, "limit": limit})

    # Findings and documents

    def findings(
        self,
        *,
        kinds: Sequence[str] = (),
        min_probability: float = 0.0,
        queue: bool | None = None,
        limit: int = 50,
        cursor: str = "",
    ) -> FindingsAnswer:
        """Findings, most probable first; `queue=True` keeps those selected at the false-discovery rate."""
        params: Params = {
            "kind": kinds, "min_probability": min_probability, "queue": queue, "limit": limit, "cursor": cursor,
        }  # fmt: skip
        return self._get("/v1/findings", FindingsAnswer, params)

    def finding(self, finding_id: str) -> FindingItem:
        """One finding, whole."""
        return self._get(f"/v1/findings/{_in_path(finding_id)}", FindingItem)

    def finding_records(self, finding_id: str, *, limit: int = 100) -> FindingRecordsAnswer:
        """The first rows of each table that each piece of `FindingItem.evidence` speaks of, in its order."""
        return self._get(f"/v1/findings/{_in_path(finding_id)}/records", FindingRecordsAnswer, {"limit": limit})

    def evidence_records(self, finding_id: str, number: int, *, limit: int = 100, offset: int = 0) -> RecordsAnswer:
        """The rows that one piece of evidence speaks of; `number` counts from 0 in `FindingItem.evidence`."""
        return self._get(
            f"/v1/findings/{_in_path(finding_id)}/evidence/{number}/records",
            RecordsAnswer,
            {"limit": limit, "offset": offset},
        )

    def document(self, document_id: str) -> DocumentAnswer:
        """A document to read, by its id with or without the `document:` before it."""
        return self._get(f"/v1/documents/{_in_path(document_id)}", DocumentAnswer)

    def prior(self, asked: PriorRequest) -> PriorAnswer:
        """What was tried before on a matter: past issues, lab reports and rulings, the most alike first."""
        return self._post("/v1/prior", PriorAnswer, asked.model_dump_json())

    # What is there

    def kinds(self) -> KindsAnswer:
        """All declared kinds of entities and links."""
        return self._get("/v1/kinds", KindsAnswer)

    def loads(self) -> LoadsAnswer:
        """All loads, newest first."""
        return self._get("/v1/loads", LoadsAnswer)

    def rejects(self, load_id: str, *, limit: int = 100, offset: int = 0) -> RejectsAnswer:
        """The rejected rows of a load, with reasons."""
        return self._get(f"/v1/loads/{_in_path(load_id)}/rejects", RejectsAnswer, {"limit": limit, "offset": offset})

    def export(self, what: Literal["entities", "links", "findings"]) -> Iterator[Row]:
        """Every entity, link or finding of the generation, one at a time, however many there are."""
        yield from self._lines(f"/v1/export/{what}", {})

    def _lines(self, path: str, params: Params) -> Iterator[Row]:
        try:
            with self._http.stream("GET", path, params=_in_query(params)) as response:
                if response.is_error:
                    response.read()
                    raise _error(response)
                for line in response.iter_lines():
                    if line:
                        yield json.loads(line)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def identity(self, entity_id: str) -> IdentityAnswer:
        """The parties that an entity belongs to, who else may be the same, and what people judged."""
        return self._get(f"/v1/entities/{_in_path(entity_id)}/identity", IdentityAnswer)

    def judgements(self, *, standing: bool = False) -> JudgementsAnswer:
        """What people judged of identity, oldest first."""
        return self._get("/v1/judgements", JudgementsAnswer, {"standing": standing})

    def judge(self, judged: JudgementRequest) -> JudgementItem:
        """Note a judgement on two entities."""
        return self._post("/v1/judgements", JudgementItem, judged.model_dump_json())

    def withdraw(self, number: int) -> JudgementItem:
        """Take a judgement back."""
        return self._post(f"/v1/judgements/{number}/withdraw", JudgementItem, "")

    def claims(
        self,
        *,
        status: ClaimStatus | None = None,
        document: str = "",
        party: str = "",
        min_score: float = 0.0,
        limit: int = 50,
        cursor: str = "",
    ) -> ClaimsAnswer:
        """Whom names in documents mean: links made, and claims that wait for a person."""
        asked: Params = {
            "status": status, "document": document, "party": party, "min_score": min_score, "limit": limit,
            "cursor": cursor,
        }  # fmt: skip
        return self._get("/v1/claims", ClaimsAnswer, asked)

    def decide_claims(self, action: Literal["accept", "reject", "undo"], asked: ClaimsRequest) -> ClaimsAnswer:
        """Accept or reject claims, or take back what was decided of them."""
        return self._post(f"/v1/claims/{action}", ClaimsAnswer, asked.model_dump_json())

    def person(self) -> PersonAnswer:
        """Who is asking."""
        return self._get("/v1/me", PersonAnswer)

    def audit(self, *, limit: int = 100, cursor: str = "") -> AuditAnswer:
        """Who looked at what, newest first; for admins."""
        return self._get("/v1/audit", AuditAnswer, {"limit": limit, "cursor": cursor})

    def health(self) -> HealthAnswer:
        """Whether the process answers."""
        return self._get("/v1/healthz", HealthAnswer)

    def ready(self) -> ReadyAnswer:
        """The generation in service and the state of each engine, also when the server is not ready."""
        response = self._send("/v1/readyz", {})
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE and "engines" in response.text:
            return ReadyAnswer.model_validate_json(response.content)
        return _read(response, ReadyAnswer)

    def _get(self, path: str, answer: type[_A], params: Params | None = None) -> _A:
        return _read(self._send(path, params or {}), answer)

    def _post(self, path: str, answer: type[_A], body: str) -> _A:
        try:
            response = self._http.post(path, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        return _read(response, answer)

    def _send(self, path: str, params: Params) -> httpx.Response:
        try:
            return self._http.get(path, params=_in_query(params))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.HTTPError) -> Unavailable:
        return Unavailable(
            f"The Tidewaiter service at {self.url} does not answer ({type(error).__name__}).",
            thing=self.url,
            next_step="Start it with `tidewaiter serve`, or check the address.",
        )


def _in_path(text: str) -> str:
    return quote(text, safe=":")


def _in_query(params: Params) -> list[tuple[str, str | int | float | bool | None]]:
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in params.items():
        if value is None or value == "":
            continue
        if isinstance(value, date):
            pairs.append((name, value.isoformat()))
        elif isinstance(value, str | int | float):
            pairs.append((name, value))
        else:
            pairs.extend((name, item) for item in value)
    return pairs


def _read(response: httpx.Response, answer: type[_A]) -> _A:
    if response.is_error:
        raise _error(response)
    return answer.model_validate_json(response.content)


def _error(response: httpx.Response) -> TidewaiterError:
    kind = _ERRORS.get(response.status_code, Unavailable)
    try:
        problem = Problem.model_validate_json(response.content)
    except ValueError:
        return Unavailable(
            f"The service at {response.url} answered {response.status_code} without saying why.",
            thing=str(response.url),
            next_step="Look into the service's log.",
        )
    return kind(problem.detail, thing=problem.thing, value=problem.value, next_step=problem.next_step)
