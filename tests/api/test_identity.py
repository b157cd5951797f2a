"""Who is the same, over HTTP: parties with their numbers, who may be the same besides, and what people judge."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.access.users import Users
from api.database import open_database
from api.refresh import refresh
from api.settings import Settings
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER, MAKERS

ENTITY = f"importer:{IMPORTER}"
MAKER = f"manufacturer:{MAKERS[0]}"


def get(http: httpx.Client, path: str) -> Any:
    response = http.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def judged(http: httpx.Client, left: str, right: str, verdict: str) -> httpx.Response:
    return http.post("/v1/judgements", json={"left": left, "right": right, "verdict": verdict, "reason": "seen"})


def test_a_number_leads_to_its_party_and_back(shared_http: httpx.Client) -> None:
    (party,) = get(shared_http, f"/v1/entities/{ENTITY}/identity")["parties"]
    assert ENTITY in party["identifiers"]
    shown = get(shared_http, f"/v1/entities/{party['party']}")
    assert (shown["kind"], shown["identifiers"]) == ("party", party["identifiers"])
    linked = get(shared_http, f"/v1/entities/{party['party']}/related?link=goes_by_importer")["items"]
    assert ENTITY in [item["id"] for item in linked]


def test_the_findings_of_a_party_are_those_of_its_numbers(shared_http: httpx.Client) -> None:
    (party,) = get(shared_http, f"/v1/entities/{ENTITY}/identity")["parties"]
    of_party = get(shared_http, f"/v1/entities/{party['party']}/findings")
    of_number = get(shared_http, f"/v1/entities/{ENTITY}/findings")
    assert {one["id"] for one in of_number["items"]} <= {one["id"] for one in of_party["items"]}


def test_a_judgement_is_noted_told_and_withdrawn(http: httpx.Client) -> None:
    answer = judged(http, ENTITY, MAKER, "different")
    assert answer.status_code == 201
    given = answer.json()
    assert (given["left"], given["right"], given["person"]) == (ENTITY, MAKER, "local")
    assert get(http, f"/v1/entities/{ENTITY}/identity")["judgements"] == [given]
    taken = http.post(f"/v1/judgements/{given['number']}/withdraw").json()
    assert taken["withdrawn_by"] == "local"
    assert get(http, "/v1/judgements?standing=true")["total"] == 0
    assert get(http, "/v1/judgements")["items"] == [taken]


def test_a_party_is_judged_by_a_number_that_stays(http: httpx.Client) -> None:
    (party,) = get(http, f"/v1/entities/{ENTITY}/identity")["parties"]
    assert judged(http, party["party"], MAKER, "unsure").json()["left"] == party["identifiers"][0]


@pytest.mark.parametrize(
    ("left", "verdict", "status"),
    [(ENTITY, "maybe", 422), ("port:2704", "same", 422), ("importer:99-999999900", "same", 404), (MAKER, "same", 422)],
)
def test_what_cannot_be_judged_is_refused(http: httpx.Client, left: str, verdict: str, status: int) -> None:
    answer = judged(http, left, MAKER, verdict)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_contradiction_is_refused_with_what_stands_against_it(http: httpx.Client) -> None:
    other = f"manufacturer:{MAKERS[1]}"
    assert judged(http, ENTITY, MAKER, "same").status_code == judged(http, MAKER, other, "same").status_code == 201
    answer = judged(http, ENTITY, other, "different")
    assert answer.status_code == 409
    assert "1, 2" in answer.json()["detail"]


def test_who_may_only_look_may_not_judge(settings: Settings) -> None:
    users = Users(open_database(settings.database))
    tokens = {role: users.add(role, role, now=datetime.now(UTC)) for role in ("viewer", "investigator")}
    with running_service(settings) as http:
        for role, status in (("viewer", 403), ("investigator", 201)):
            http.headers["Authorization"] = f"Bearer {tokens[role]}"
            assert judged(http, ENTITY, MAKER, "different").status_code == status


def test_a_judgement_counts_from_the_next_refresh_on(settings: Settings) -> None:
    with running_service(settings) as http:
        judged(http, ENTITY, MAKER, "same")
    refresh(settings, now=datetime(2026, 3, 2, tzinfo=UTC))
    with running_service(settings) as http:
        parties = get(http, f"/v1/entities/{ENTITY}/identity")["parties"]
        assert {ENTITY, MAKER} <= {number for party in parties for number in party["identifiers"]}
