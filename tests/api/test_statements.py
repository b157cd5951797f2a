"""What only texts of documents say is found, linked and told: which rulings they end, and what they hold."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import facts
from api.loading import load_files
from api.refresh import refresh
from api.settings import Settings
from graph.facts.ledger import Ledger
from graph.store.generation import Generations
from tests.fixtures.running_service import running_service

ENDED = "NY N299999, dated March 3, 2018, is hereby revoked."
DOCUMENTS: list[dict[str, object]] = [
    {"id": "n299999", "kind": "ruling", "title": "Frames of wood", "text": "Frames of wood.", "date": "2018-03-03"},
    {"id": "n288888", "kind": "ruling", "title": "Frames of steel", "text": "Steel.", "modified_by": ["HQ H300000"]},
    {"id": "n277777", "kind": "ruling", "title": "Frames of bamboo", "text": "Frames of bamboo."},
    {
        "id": "h300000", "collection": "hq", "kind": "ruling", "title": "A reconsideration", "date": "2021-06-03",
        "text": f"We looked at frames again. {ENDED} NY N288888 is revoked. NY N277777 is affirmed.",
    },
    {
        "id": "n266666", "kind": "ruling", "title": "Hooks of wire", "date": "2020-05-06",
        "text": "The applicable subheading for the hooks will be 7326.20.0020, HTSUS. The country of origin of the "
        "hooks is Vietnam.",
    },
    {"id": "n255555", "kind": "ruling", "title": "Hooks of tin", "text": "You named 7326.20.0020 and Vietnam."},
    {
        "id": "h311111", "collection": "hq", "kind": "ruling", "title": "A protest",
        "text": "FACTS:\n\nIt was filed in time.\n\nHOLDING:\n\nThe protest should be DENIED.\n\nSincerely,\n",
    },
    {
        "id": "SV20070001", "kind": "lab_report", "title": "Honey",
        "text": "You asked whether it is consistent with the declared origin.\nConclusion: It is not consistent "
        "with the declared origin.",
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("statements")
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, DOCUMENTS)), encoding="utf-8")
    settings = Settings(home=folder / "home")
    load_files(settings, [folder / "documents.jsonl"], now=datetime(2026, 3, 1, tzinfo=UTC))
    refresh(settings, now=datetime(2026, 3, 1, tzinfo=UTC))
    return settings


@pytest.fixture(scope="module")
def http(settings: Settings) -> Iterator[httpx.Client]:
    with running_service(settings) as client:
        yield client


def get(http: httpx.Client, path: str, **asked: object) -> Any:
    response = http.get(path, params={name: str(value) for name, value in asked.items()})
    assert response.status_code == 200, response.text
    return response.json()


def test_a_hit_that_another_ruling_ends_by_its_text_says_so_with_the_sentence(http: httpx.Client) -> None:
    (hit,) = get(http, "/v1/search", q="status:revoked frames of wood")["items"]
    assert (hit["id"], hit["fields"]["revoked_by"]) == ("document:NY-N299999", ["HQ-H300000"])
    assert hit["legal_told"] == "revoked by HQ-H300000 on 2021-06-03 (read from its text)"
    assert [step["passage"] for step in hit["legal"]] == [ENDED]


def test_a_record_counts_before_a_text_that_says_otherwise(http: httpx.Client) -> None:
    answer = get(http, "/v1/documents/NY-N288888")
    assert (answer["standing"], answer["legal_told"]) == ("modified", "modified by HQ-H300000 on 2021-06-03")
    assert [(one["relation"], one["status"]) for one in answer["chain"]] == [("is modified by", "")]


def test_the_document_tells_what_its_text_does_to_others(http: httpx.Client) -> None:
    chain = {one["id"]: one for one in get(http, "/v1/documents/HQ-H300000")["chain"]}
    assert {key: (one["relation"], one["status"]) for key, one in chain.items()} == {
        "document:NY-N299999": ("revokes", "read from text"),
        "document:NY-N288888": ("modifies", ""),
        "document:NY-N277777": ("affirms", "read from text"),
    }
    ended = get(http, "/v1/documents/NY-N299999")
    assert (ended["standing"], ended["legal"][0]["passage"]) == ("revoked", ENDED)
    assert get(http, "/v1/documents/NY-N277777")["standing"] == "stands"


def test_such_a_link_opens_what_it_was_made_from(http: httpx.Client) -> None:
    path = "/v1/entities/document:HQ-H300000/related"
    (link,) = get(http, path, link="revokes")["items"]
    assert (link["id"], link["status"], link["count"]) == ("document:NY-N299999", "read from text", 1)
    answer = get(http, "/v1/links/records", source="document:HQ-H300000", link="revokes", target=link["id"])
    assert answer["total"] == 1
    assert [table["table"] for table in answer["tables"] if table["total"]] == ["read_changes"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "held:7326.20"}, "document:NY-N266666"),
        ({"q": "held:7326200020 held_origin:vn hooks"}, "document:NY-N266666"),
        ({"q": "hooks", "filter": "held:7326.20.0020"}, "document:NY-N266666"),
        ({"q": "", "filter": "held_origin:VN"}, "document:NY-N266666"),
        ({"q": "origin_consistent:no"}, "document:SV20070001"),
        ({"q": 'result:"protest denied"'}, "document:HQ-H311111"),
    ],
)
def test_what_a_text_holds_or_finds_can_be_searched_by(http: httpx.Client, asked: dict[str, str], found: str) -> None:
    assert [hit["id"] for hit in get(http, "/v1/search", **asked)["items"]] == [found]


def test_what_a_ruling_holds_is_a_link_with_its_day(http: httpx.Client) -> None:
    for end, link in (("hts:7326200020", "holds_goods_under"), ("country:VN", "holds_goods_of")):
        (one,) = get(http, f"/v1/entities/{end}/related", link=link)["items"]
        assert (one["id"], one["last_date"], one["status"]) == ("document:NY-N266666", "2020-05-06", "read from text")
    assert get(http, "/v1/entities/document:NY-N255555/related", link="holds_goods_under")["items"] == []


def test_the_gate_knows_a_ruling_that_holds_the_number_only_in_its_text(http: httpx.Client) -> None:
    (paper,) = get(http, "/v1/prior", hts="7326.20.0020")["papers"]
    assert (paper["id"], paper["outcome"]) == ("document:NY-N266666", "classified in 7326200020; stands")
    (reason,) = paper["reasons"]
    assert reason["words"].startswith("it holds goods to be under 7326200020, 10 digits of it those of 7326200020")


def test_texts_loaded_before_statements_were_kept_are_read_at_the_next_refresh(tmp_path: Path) -> None:
    (tmp_path / "documents.jsonl").write_text("\n".join(map(json.dumps, DOCUMENTS)), encoding="utf-8")
    settings = Settings(home=tmp_path / "home")
    load_files(settings, [tmp_path / "documents.jsonl"], now=datetime(2026, 3, 1, tzinfo=UTC))
    said = _statements(settings)
    assert len(said) == len(DOCUMENTS)
    (manifest,) = (settings.home / "loads").glob("*.json")
    load = json.loads(manifest.read_text(encoding="utf-8"))
    load["facts"] = [fact for fact in load["facts"] if fact["table"] != "statements"]  # as loads were once
    manifest.write_text(json.dumps(load), encoding="utf-8")
    assert _statements(settings) == []

    refresh(settings, now=datetime(2026, 3, 2, tzinfo=UTC))
    assert _statements(settings) == said
    first, again = Ledger(settings.home).loads()
    assert [(file.file, file.accepted) for file in again.files] == [("texts loaded before", len(DOCUMENTS))]
    assert Generations(settings.home).current().loads == (first.load_id, again.load_id)

    refresh(settings, now=datetime(2026, 3, 3, tzinfo=UTC))
    assert len(Ledger(settings.home).loads()) == 2


def _statements(settings: Settings) -> list[dict[str, Any]]:
    loads = tuple(load.load_id for load in Ledger(settings.home).loads())
    with closing(facts(settings, loads=loads)) as known:
        rows: list[dict[str, Any]] = known.table("statements").order_by("document_id").to_pyarrow().to_pylist()
        return rows
