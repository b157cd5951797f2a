"""Searches that people keep, over HTTP and in the database."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from api.access.users import Person
from api.database import open_database
from api.saving.searches import News, SavedSearches, Wanted, news
from graph.model.errors import Denied, Invalid, NotFound
from search.query import Hit

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ANNA, BORIS, ADMIN = Person("anna", "investigator"), Person("boris", "viewer"), Person("root", "admin")


def hit(id_: str, status: str = "") -> Hit:
    return Hit(id_, "ruling", id_, 1.0, date(2020, 1, 1), "", {"status": (status,)} if status else {})


@pytest.fixture
def searches(tmp_path: Path) -> Iterator[SavedSearches]:
    engine = open_database(f"sqlite:///{tmp_path / 'authored.db'}")
    yield SavedSearches(engine)
    engine.dispose()


def test_what_is_new_what_changed_and_what_is_gone_is_told(searches: SavedSearches) -> None:
    wanted = Wanted("hangers", ("ruling",), {"country": ("VN",)})
    before = (hit("a", "in force"), hit("b", "in force"), hit("c"))
    saved = searches.add("Hangers", wanted, before, person=ANNA, now=NOW)
    assert saved.wanted == wanted
    after = (hit("a", "revoked"), hit("b", "in force"), hit("d"))
    assert news(saved, before) == News((), (), 0, 3)
    assert news(saved, after) == News((after[2],), ((after[0], "in force"),), 1, 3)
    seen = searches.seen(saved.number, after, person=ANNA, now=NOW)
    assert news(seen, after) == News((), (), 0, 3)


def test_a_saved_search_is_its_owners_and_an_admin_sees_all(searches: SavedSearches) -> None:
    saved = searches.add("Mine", Wanted("wire"), (), person=ANNA, now=NOW)
    assert (searches.all(BORIS), searches.all(ANNA), searches.all(ADMIN)) == ((), (saved,), (saved,))
    for forbidden in (searches.one, lambda number, person: searches.remove(number, person=person, now=NOW)):
        with pytest.raises(Denied, match="anna"):
            forbidden(saved.number, BORIS)
    searches.remove(saved.number, person=ANNA, now=NOW)
    with pytest.raises(NotFound):
        searches.one(saved.number, ANNA)
    assert searches.all(ANNA) == ()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_saved_search_needs_a_name(searches: SavedSearches, name: str) -> None:
    with pytest.raises(Invalid):
        searches.add(name, Wanted("wire"), (), person=ANNA, now=NOW)


def audited(http: httpx.Client) -> set[str]:
    return {item["action"] for item in http.get("/v1/audit").json()["items"]}


def test_a_search_is_saved_told_about_and_removed_over_http(http: httpx.Client) -> None:
    wanted = {"name": "Wire", "query": "wire", "kinds": ["ruling"], "filters": {"status": ["revoked"]}}
    saved = http.post("/v1/searches/saved", json=wanted)
    assert saved.status_code == 201, saved.text
    number = saved.json()["number"]
    assert (saved.json()["found"], saved.json()["owner"]) == (1, "local")
    told = http.get(f"/v1/searches/saved/{number}/news").json()
    assert (told["new"], told["changed"], told["gone"], told["total"]) == ([], [], 0, 1)
    assert [one["name"] for one in http.get("/v1/searches/saved").json()["items"]] == ["Wire"]
    assert http.post(f"/v1/searches/saved/{number}/seen").status_code == 200
    assert http.post(f"/v1/searches/saved/{number}/remove").status_code == 200
    assert http.get(f"/v1/searches/saved/{number}/news").status_code == 404
    deadline = time.monotonic() + 30  # looks are written behind the answers
    while {"save", "saved news", "saved seen", "remove saved"} - audited(http):
        assert time.monotonic() < deadline, audited(http)
        time.sleep(0.05)
    wrong = http.post("/v1/searches/saved", json={**wanted, "filters": {"colour": ["red"]}})
    assert wrong.json()["title"] == "Invalid"
