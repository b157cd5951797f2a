"""Who gets in, what is written down of it, and under which circumstances nothing starts."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.access.users import Users
from api.app import create_app
from api.database import AUDIT, open_database
from api.service import refuse_open_door
from api.settings import Settings
from graph.model.errors import Denied
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FILLED = {
    "entity_id": f"importer:{IMPORTER}", "finding_id": "none", "document_id": "NY-N301234", "number": "0",
    "load_id": "none", "what": "entities",
}  # fmt: skip
OPEN = {"/healthz", "/readyz"}


def routes() -> list[tuple[str, str]]:
    """Path and method of every route."""
    paths = create_app(Settings()).openapi()["paths"]
    return sorted((path, method) for path, methods in paths.items() for method in methods)


def users_of(settings: Settings) -> Users:
    return Users(open_database(settings.database))


def audit_of(settings: Settings) -> list[Any]:
    engine = open_database(settings.database)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).all()
    engine.dispose()
    return [(row.person, row.action, row.thing) for row in rows]


def test_with_users_every_route_needs_a_token(settings: Settings) -> None:
    token = users_of(settings).add("ada", "admin", now=NOW)
    with running_service(settings) as http:
        for route, method in routes():
            path = route.format(**FILLED)
            without = http.request(method, path)
            wrong = http.request(method, path, headers={"Authorization": "Bearer tw_guess"})
            given = http.request(method, path, headers={"Authorization": f"Bearer {token}"})
            if route in OPEN:
                assert without.status_code == 200, route
                continue
            assert (without.status_code, wrong.status_code) == (401, 401), route
            assert without.headers["www-authenticate"] == "Bearer"
            assert without.json()["title"] == "Denied"
            assert without.headers["content-type"] == "application/problem+json"
            assert given.status_code != 401, route


def test_routes_outside_v1_are_known() -> None:
    assert {route for route, _ in routes() if not route.startswith("/v1/")} == {"/healthz", "/readyz", "/metrics"}


def test_the_first_user_closes_a_running_service_and_the_last_one_opens_it(settings: Settings) -> None:
    with running_service(settings) as http:
        assert http.get("/v1/me").json() == {"name": "local", "role": "admin"}
        users = users_of(settings)
        token = users.add("ada", "viewer", now=NOW)
        assert http.get("/v1/me").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert http.get("/v1/me", headers=headers).json() == {"name": "ada", "role": "viewer"}
        assert http.get("/v1/audit", headers=headers).status_code == 403
        users.remove("ada")
        assert http.get("/v1/me", headers=headers).json()["name"] == "local"


@pytest.mark.parametrize("host", ["192.0.2.1", "::", "trade.example"])
def test_the_network_is_not_let_in_before_a_user_exists(tmp_path: Path, host: str) -> None:
    settings = Settings(home=tmp_path, host=host)
    users = users_of(settings)
    with pytest.raises(Denied, match="user add") as told:
        refuse_open_door(settings, users)
    assert host in str(told.value)
    users.add("ada", "viewer", now=NOW)
    refuse_open_door(settings, users)


LOOKS = [
    (f"/v1/entities/importer:{IMPORTER}", "entity", f"importer:{IMPORTER}"),
    (f"/v1/entities/importer:{IMPORTER}/related", "related", f"importer:{IMPORTER}"),
    (f"/v1/entities/importer:{IMPORTER}/links", "links", f"importer:{IMPORTER}"),
    (f"/v1/entities/importer:{IMPORTER}/records", "records", f"importer:{IMPORTER}"),
    (f"/v1/entities/importer:{IMPORTER}/activity", "activity", f"importer:{IMPORTER}"),
    (f"/v1/entities/importer:{IMPORTER}/findings", "findings", f"importer:{IMPORTER}"),
    ("/v1/documents/ny n301234", "document", "document:NY-N301234"),
    ("/v1/search?q=wire hangers", "search", "wire hangers"),
    ("/v1/paths?from=port:2704&to=country:CN", "paths", "port:2704 country:CN"),
    ("/v1/findings?queue=true", "findings", "queue=true"),
    ("/v1/prior?hts=7326.20&hts=7317&port=2704", "prior", "port=2704 hts=7326.20,7317"),
    ("/v1/export/links", "export", "links"),
]


def test_every_look_is_written_down_with_who_and_what(settings: Settings) -> None:
    token = users_of(settings).add("ada", "viewer", now=NOW)
    with running_service(settings, token=token) as http:
        for path, _, _ in LOOKS:
            assert http.get(path).status_code == 200, path
        assert http.get("/v1/entities/importer:99-999999900").status_code == 404  # seen by nobody: not a look
    assert audit_of(settings) == [("ada", action, thing) for _, action, thing in LOOKS]


def test_a_look_that_was_answered_from_memory_counts_too(settings: Settings) -> None:
    with running_service(settings) as http:
        etag = http.get("/v1/entities/port:2704").headers["etag"]
        assert http.get("/v1/entities/port:2704", headers={"If-None-Match": etag}).status_code == 304
    assert audit_of(settings) == [("local", "entity", "port:2704")] * 2


def test_evidence_that_is_opened_at_once_is_written_down_piece_by_piece(settings: Settings) -> None:
    with running_service(settings) as http:
        (finding,) = http.get("/v1/findings").json()["items"]
        first = http.get(f"/v1/findings/{finding['id']}/records")
        again = http.get(f"/v1/findings/{finding['id']}/records", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
    pieces = [number for number, one in enumerate(finding["evidence"]) if one["records"]]
    looks = [("local", "records", f"{finding['id']}/evidence/{number}") for number in pieces]
    assert len(pieces) > 1
    assert audit_of(settings)[1:] == looks * 2


def test_a_social_security_number_does_not_reach_the_audit(settings: Settings) -> None:
    with running_service(settings) as http:
        http.get("/v1/search", params={"q": "551-23-4567"})
    assert audit_of(settings) == [("local", "search", "***-**-****")]


def test_admins_read_the_audit_while_the_service_runs(settings: Settings, http: httpx.Client) -> None:
    for number in range(5):
        http.get("/v1/search", params={"q": f"word {number}"})
    time.sleep(1.0)
    first = http.get("/v1/audit", params={"limit": 3}).json()
    rest = http.get("/v1/audit", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [item["thing"] for item in first["items"] + rest["items"]] == [f"word {n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] == ""


def test_a_token_is_never_written_to_the_log(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.logs import start_log

    token = users_of(settings).add("ada", "viewer", now=NOW)

    def broken(*_: object) -> None:
        raise RuntimeError(f"Bearer {token}")

    monkeypatch.setattr("api.routes.kinds.kinds_answer", broken)
    start_log(settings)
    with running_service(settings, token=token) as http:
        request_id = http.get("/v1/kinds").json()["request_id"]
    log = settings.log_file.read_text(encoding="utf-8")
    assert request_id in log
    assert "RuntimeError" in log
    assert token not in log
