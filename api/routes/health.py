"""Whether the service lives, whether it can answer, and how much it was asked.

`/healthz` and `/readyz` stand at the root for whatever watches the process, which has no token and learns
nothing of the data; under /v1 they need a token like everything else.
"""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from api.health import readiness
from api.routes.asking import VERSION, Asked, asking, plain
from api.schemas import HealthAnswer, Problem, ReadyAnswer
from api.service import Service

router = APIRouter(prefix="/v1", tags=["health"])
open_router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=HealthAnswer, dependencies=[Depends(asking)])
@open_router.get("/healthz", response_model=HealthAnswer)
def healthz() -> Response:
    """The process answers."""
    return plain(HealthAnswer(status="ok", version=VERSION))


@router.get("/readyz", response_model=ReadyAnswer)
def readyz(asked: Asked) -> Response:
    """The generation in service and the state of each engine; 503 when questions cannot be answered."""
    return _ready(asked.request, readiness(asked.service))


@open_router.get("/readyz", response_model=ReadyAnswer)
def open_readyz(request: Request) -> Response:
    """Whether questions can be answered, without saying about what."""
    service: Service = request.app.state.service
    ready = readiness(service)
    engines = [one.model_copy(update={"detail": "", "url": ""}) for one in ready.engines]
    return _ready(request, ReadyAnswer(ready=ready.ready, engines=engines))


@router.get("/metrics", response_class=PlainTextResponse)
@open_router.get("/metrics", response_class=PlainTextResponse)
def metrics(asked: Asked) -> Response:
    """Requests and times, as Prometheus reads them; needs a token where users exist."""
    gauges = {"audit_waiting": float(asked.service.trail.waiting())}
    return PlainTextResponse(asked.service.metrics.text(gauges), media_type="text/plain; version=0.0.4")


def _ready(request: Request, ready: ReadyAnswer) -> Response:
    if ready.ready:
        return plain(ready)
    failed = "; ".join(f"{one.engine}: {one.detail or 'does not answer'}" for one in ready.engines if not one.ok)
    problem = Problem(
        title="Unavailable",
        status=503,
        detail=f"Not ready. {failed}",
        thing="engines",
        next_step="Run `tidewaiter doctor` on the machine.",
        request_id=request.state.request_id,
    )
    body = ReadyProblem(**problem.model_dump(), **ready.model_dump())
    return Response(body.model_dump_json(), status_code=503, media_type="application/problem+json")


class ReadyProblem(Problem, ReadyAnswer):
    """Problem details that also say what each engine's state is."""
