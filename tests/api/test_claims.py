"""Claims on whom names in documents mean: told, accepted, rejected, undone, and what a refresh makes of it."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from api.access.users import Users
from api.cli.main import run
from api.database import open_database
from api.loading import load_files
from api.refresh import refresh
from api.settings import Settings
from graph.store.generation import Generations
from tests.fixtures.running_service import running_service

CERTAIN = "Golden Reef Trading LLC"
DOUBTFUL = "Golden Reef Trading GmbH"


@pytest.fixture
def settings(claimed_home: Path, tmp_path: Path) -> Settings:
    return Settings(home=shutil.copytree(claimed_home, tmp_path / "home"))


@pytest.fixture
def http(settings: Settings) -> Iterator[httpx.Client]:
    with running_service(settings) as client:
        yield client


def claims(http: httpx.Client, **asked: object) -> list[Any]:
    response = http.get("/v1/claims", params={name: str(value) for name, value in asked.items()})
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


def decide(http: httpx.Client, action: str, *ids: str) -> httpx.Response:
    return http.post(f"/v1/claims/{action}", json={"claims": list(ids), "reason": "the letterhead"})


def named(http: httpx.Client, document: str) -> list[str]:
    found = http.get(f"/v1/entities/document:{document}/related", params={"link": "names_party"}).json()["items"]
    return [one["name"] for one in found]


def test_a_certain_name_is_a_link_and_a_doubtful_one_waits(http: httpx.Client) -> None:
    (linked,) = claims(http, status="linked", document="memo-1")
    (waiting,) = claims(http, status="waiting", document="memo-2")
    assert (linked["written"], linked["score"]) == (CERTAIN, 100)
    assert (waiting["document"], waiting["written"]) == ("document:memo-2", DOUBTFUL)
    assert waiting["party"] == linked["party"]
    assert named(http, "memo-1") == [linked["party_name"]]
    (mention,) = http.get("/v1/documents/memo-1").json()["mentions"]
    assert (mention["text"], mention["entity"]) == (CERTAIN, linked["party"])
    assert named(http, "memo-2") == []
    assert [one["claim"] for one in claims(http, party=linked["party"])] == [linked["claim"], waiting["claim"]]


def test_a_decision_is_told_at_once_and_can_be_undone(http: httpx.Client) -> None:
    (waiting,) = claims(http, status="waiting", document="memo-2")
    answer = decide(http, "reject", waiting["claim"])
    assert answer.json()["items"][0]["status"] == "rejected"
    assert answer.json()["items"][0]["person"] == "local"
    assert claims(http, status="waiting", document="memo-2") == []
    assert decide(http, "accept", waiting["claim"]).status_code == 409
    assert decide(http, "undo", waiting["claim"]).json()["items"] == [waiting]
    assert decide(http, "undo", waiting["claim"]).status_code == 404


def test_what_is_accepted_is_a_link_from_the_next_refresh_on_and_what_is_rejected_is_none(settings: Settings) -> None:
    with running_service(settings) as http:
        (waiting,), (linked,) = (
            claims(http, status="waiting", document="memo-2"),
            claims(http, status="linked", document="memo-1"),
        )
        decide(http, "accept", waiting["claim"])
        decide(http, "reject", linked["claim"])
    refresh(settings, now=datetime(2026, 3, 3, tzinfo=UTC))
    with running_service(settings) as http:
        assert named(http, "memo-2") == [waiting["party_name"]]
        assert named(http, "memo-1") == []
        assert [one["claim"] for one in claims(http, status="rejected")] == [linked["claim"]]


def test_a_name_of_several_parties_tells_its_rivals_and_is_settled_when_one_is_accepted(http: httpx.Client) -> None:
    found = claims(http, document="memo-3")
    assert len(found) == 3
    best = max(found, key=lambda one: (one["score"], one["margin"]))
    assert {one["claim"] for one in best["rivals"]} == {one["claim"] for one in found} - {best["claim"]}
    assert best["margin"] == round(best["score"] - max(one["score"] for one in best["rivals"]), 1)
    assert best["document_title"] == "Memo 3"
    decide(http, "accept", best["claim"])
    assert claims(http, status="waiting", document="memo-3") == []
    assert len(claims(http, status="settled", document="memo-3")) == 2
    decide(http, "undo", best["claim"])
    assert len(claims(http, status="waiting", document="memo-3")) == 3


def test_the_first_page_counts_by_status_document_and_party_and_what_the_next_refresh_changes(
    http: httpx.Client,
) -> None:
    answer = http.get("/v1/claims", params={"status": "waiting"}).json()
    assert (answer["counts"]["waiting"], answer["to_link"], answer["to_unlink"]) == (4, 0, 0)
    assert [(one["value"], one["name"], one["count"]) for one in answer["documents"]] == [
        ("document:memo-3", "Memo 3", 3),
        ("document:memo-2", "Memo 2", 1),
    ]
    assert sum(one["count"] for one in answer["parties"]) == 4
    (linked,) = claims(http, status="linked", document="memo-1")
    (waiting,) = claims(http, status="waiting", document="memo-2")
    decide(http, "reject", linked["claim"])
    assert decide(http, "accept", waiting["claim"]).json()["to_link"] == 1
    assert http.get("/v1/claims").json()["to_unlink"] == 1


def test_claims_are_narrowed_by_score(http: httpx.Client) -> None:
    (waiting,) = claims(http, status="waiting", document="memo-2")
    for least, left in ((waiting["score"], [waiting]), (min(waiting["score"] + 0.1, 100), [])):
        assert claims(http, status="waiting", document="memo-2", min_score=least) == left
    assert http.get("/v1/claims", params={"min_score": 101}).status_code == 422


def test_pages_hold_every_claim_once(http: httpx.Client) -> None:
    together = [one["claim"] for one in claims(http)]
    apart, cursor = [], ""
    while True:
        page = http.get("/v1/claims", params={"limit": 1, "cursor": cursor}).json()
        assert page["total"] == len(together)
        apart += [one["claim"] for one in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert apart == together


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("accept", {"claims": ["0" * 16]}, 404),
        ("accept", {"claims": []}, 422),
        ("accept", {"claims": ["x"]}, 422),
        ("approve", {"claims": ["0" * 16]}, 404),
    ],
)
def test_what_cannot_be_decided_is_refused(http: httpx.Client, action: str, body: object, status: int) -> None:
    answer = http.post(f"/v1/claims/{action}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert http.get("/v1/claims", params={"cursor": "x"}).status_code == 422


def test_who_may_only_look_may_not_decide(settings: Settings) -> None:
    users = Users(open_database(settings.database))
    tokens = {role: users.add(role, role, now=datetime.now(UTC)) for role in ("viewer", "investigator")}
    with running_service(settings) as http:
        for role, status in (("viewer", 403), ("investigator", 200)):
            http.headers["Authorization"] = f"Bearer {tokens[role]}"
            (waiting,) = claims(http, status="waiting", document="memo-2")
            assert decide(http, "accept", waiting["claim"]).status_code == status


def test_the_command_lists_decides_and_undoes(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    def typed(*words: str) -> Any:
        assert run(["claims", *words, "--home", str(settings.home), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    (waiting,) = typed("list", "--document", "memo-2")["items"]
    assert typed("accept", waiting["claim"], "--because", "the letterhead")["items"][0]["status"] == "accepted"
    assert [one["claim"] for one in typed("list", "--status", "accepted")["items"]] == [waiting["claim"]]
    assert typed("undo", waiting["claim"])["items"] == [waiting]
    assert run(["claims", "list", "--status", "odd", "--home", str(settings.home)]) == 2


def test_a_refresh_that_reads_new_texts_alone_says_what_one_says_that_reads_all(settings: Settings) -> None:
    memo = settings.home.parent / "documents.jsonl"
    memo.write_text(json.dumps({"id": "memo-4", "kind": "memo", "text": "of Golden Reef Trading"}), encoding="utf-8")
    load_files(settings, [memo], now=datetime(2026, 3, 3, tzinfo=UTC))
    names = Generations(settings.home).current().folder
    (names / "texts_looked_at.parquet").unlink()
    whole = refresh(settings, now=datetime(2026, 3, 3, tzinfo=UTC)).generation.folder
    again = refresh(settings, now=datetime(2026, 3, 4, tzinfo=UTC)).generation.folder
    for name in ("named_parties.parquet", "names_in_texts.parquet", "texts_looked_at.parquet"):
        first, second = pq.read_table(whole / name), pq.read_table(again / name)
        assert first.num_rows >= 1
        assert sorted(map(str, first.to_pylist())) == sorted(map(str, second.to_pylist()))
    found = pq.read_table(again / "names_in_texts.parquet")["document_id"].to_pylist()
    assert {"memo-1", "memo-4"} <= set(found)
