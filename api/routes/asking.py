"""One request: who asks, what they looked at, and the answer from one generation.

Invariant: every answer about the data goes through `Asking`, so that none leaves without its audit row,
its generation and its ETag.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from api.access.users import Person
from api.audit.trail import Look
from api.schemas import Answer
from api.service import Service
from api.serving import Snapshot
from graph.model.errors import Unavailable
from graph.model.identifiers import mask_ssn

VERSION = version("tidewaiter")
GENERATION_HEADER = "X-Tidewaiter-Generation"
_JSON = "application/json"
_GENERATIONS_TRIED = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A request whose asker is known."""

    service: Service
    person: Person
    request: Request

    def look(self, action: str, thing: str) -> None:
        """Note for the audit what was looked at."""
        self.service.trail.add(
            Look(datetime.now(UTC), self.person.name, action, mask_ssn(thing)[:2_000], self.request.state.request_id)
        )

    def answer(self, action: str, thing: str, make: Callable[[Snapshot], Answer]) -> Response:
        """The answer made from the generation in service, or 304 when the asker has it already."""
        return self.answer_of_several(action, lambda _: (thing,), make)

    def answer_of_several(
        self, action: str, things: Callable[[Snapshot], Iterable[str]], make: Callable[[Snapshot], Answer]
    ) -> Response:
        """The same, of several things in one answer: each look is noted apart."""
        serving = self.service.serving
        for attempt in range(_GENERATIONS_TRIED):
            with serving.snapshot(newest=attempt > 0) as snapshot:
                try:
                    response, seen = self._answer_from(snapshot, make), list(things(snapshot))
                except Unavailable as error:
                    if not serving.moved_on(snapshot):
                        raise
                    swept = error  # while we were asking; the newer generation has the answer
                    continue
            for thing in seen:
                self.look(action, thing)
            return response
        raise swept

    def _answer_from(self, snapshot: Snapshot, make: Callable[[Snapshot], Answer]) -> Response:
        generation = snapshot.generation.generation_id
        headers = {
            "ETag": self._etag(generation), GENERATION_HEADER: generation, "Cache-Control": "private, no-cache",
            "Vary": "Authorization",
        }  # fmt: skip
        if self._has(headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(make(snapshot).model_dump_json(), media_type=_JSON, headers=headers)

    def _etag(self, generation: str) -> str:
        url = self.request.url
        asked = "\n".join((VERSION, generation, url.path, url.query))
        return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'

    def _has(self, etag: str) -> bool:
        known = self.request.headers.get("if-none-match", "")
        return any(one.strip().removeprefix("W/") in (etag, "*") for one in known.split(","))


def asking(request: Request) -> Asking:
    """The request's asker; `Unauthenticated` when a token is needed and not given."""
    service: Service = request.app.state.service
    person = service.users.who(request.headers.get("authorization", ""), loopback=service.settings.loopback)
    return Asking(service, person, request)


Asked = Annotated[Asking, Depends(asking)]


def plain(answer: Answer) -> Response:
    """An answer that belongs to no generation."""
    return Response(answer.model_dump_json(), media_type=_JSON, headers={"Cache-Control": "no-store"})
