"""The HTTP application: routes under /v1, one middleware around them, errors as problem details.

Invariant: every answer has a request id, every failure is `application/problem+json`, and no route under
/v1 answers before it is known who asks.
"""

import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.hosts import refused_host, refused_origin
from api.errors import TITLES, name_of, status_of, translated
from api.metrics import Metrics
from api.routes import (
    claims,
    documents,
    entities,
    exports,
    findings,
    health,
    judgements,
    kinds,
    loads,
    people,
    prior,
    saved,
    screenings,
    searches,
)
from api.routes.asking import VERSION
from api.schemas import Problem
from api.service import Service, refuse_open_door
from api.settings import Settings
from graph.model.errors import Invalid, TidewaiterError
from graph.model.identifiers import mask_ssn

_LOG = structlog.get_logger("http")
_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PROBLEM = "application/problem+json"
_NEXT_STEPS = {
    404: "See /openapi.json for the routes there are.",
    405: "See /openapi.json for what the route allows.",
}


def create_app(settings: Settings) -> FastAPI:
    """The application for one home directory. Nothing is opened before it starts."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Service(settings, metrics) as service:
            refuse_open_door(settings, service.users)
            app.state.service = service
            yield

    app = FastAPI(
        title="Tidewaiter", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.include_router(health.open_router)
    for router in (
        searches.router, saved.router, screenings.router, claims.router, prior.router, judgements.router,
        entities.router, findings.router, documents.router, kinds.router, loads.router, exports.router, people.router,
        health.router,
    ):  # fmt: skip
        app.include_router(router)
    app.add_exception_handler(TidewaiterError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(_Around, settings=settings, metrics=metrics)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


class _Around:
    """Gives each request an id, checks the host it was sent to, counts it, and catches what nothing else did."""

    def __init__(self, app: ASGIApp, *, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        connection = HTTPConnection(scope)
        given = connection.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            host, origin = connection.headers.get("host", ""), connection.headers.get("origin", "")
            refused = refused_host(host, self._settings) or refused_origin(scope["method"], origin, host)
            if refused is not None:
                await _problem(refused, 400, request_id)(scope, receive, send_on)
            else:
                await self._app(scope, receive, send_on)
        except Exception as error:
            told = translated(error, thing=str(self._settings.home))
            _LOG.exception("request_failed", path=scope["path"], request_id=request_id)
            if status:
                raise  # half an answer is out already: only a broken connection can say that it is not whole
            told, code = (told, status_of(told)) if told else (_unexpected(request_id), 500)
            await _problem(told, code, request_id)(scope, receive, send_on)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.note(scope["method"], route, status, time.perf_counter() - began)


def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TidewaiterError)  # noqa: S101 - registered for these only
    return _problem(error, status_of(error), request.state.request_id)


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these only
    first = error.errors()[0]
    name = str(first["loc"][-1])
    told = Invalid(
        f"The parameter {name} is not usable: {first['msg']}.",
        thing=name,
        value=str(first.get("input", ""))[:200],
        next_step="See /openapi.json for the values it takes.",
    )
    return _problem(told, 422, request.state.request_id)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these only
    path = request.url.path[:200]
    message = {
        404: f"There is nothing at {path}.",
        405: f"{request.method} is not possible at {path}.",
    }.get(error.status_code, str(error.detail))
    told = TidewaiterError(message, thing=path, next_step=_NEXT_STEPS.get(error.status_code, ""))
    response = _problem(told, error.status_code, request.state.request_id)
    response.headers.update(error.headers or {})
    return response


def _unexpected(request_id: str) -> TidewaiterError:
    return TidewaiterError(
        "Something went wrong that was not foreseen.",
        thing="request",
        value=request_id,
        next_step=f"Look for {request_id} in tidewaiter.log in the home directory.",
    )


def _problem(error: TidewaiterError, status: int, request_id: str) -> Response:
    title = name_of(error) if status in (401, 403, 404, 409, 422, 503) and _is_named(error) else TITLES.get(status, "")
    problem = Problem(
        title=title or "Error",
        status=status,
        detail=mask_ssn(error.message),
        thing=mask_ssn(error.thing),
        value=mask_ssn(error.value),
        next_step=error.next_step,
        request_id=request_id,
    )
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem.model_dump_json(), status_code=status, headers=headers, media_type=_PROBLEM)


def _is_named(error: TidewaiterError) -> bool:
    return type(error) is not TidewaiterError


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description of all routes, with problem details as the answer to whatever fails."""
    if app.openapi_schema:
        return app.openapi_schema
    described = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = Problem.model_json_schema()
    failed = {
        "description": "What went wrong, and the next step",
        "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"].update({"4XX": failed, "5XX": failed})
    app.openapi_schema = described
    return described
