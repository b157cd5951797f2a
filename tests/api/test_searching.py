"""Searching over HTTP beyond one page: all hits, and many names at once."""

import csv
import io
import json

import httpx


def test_every_hit_of_a_search_is_exported_in_its_order(shared_http: httpx.Client) -> None:
    page = shared_http.get("/v1/search", params={"q": "wire", "limit": 1000}).json()
    lines = shared_http.get("/v1/search/export", params={"q": "wire"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [item["id"] for item in page["items"]]
    table = shared_http.get("/v1/search/export", params={"q": "wire", "format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.text))] == [item["id"] for item in page["items"]]


def test_an_export_that_cannot_be_is_refused_before_it_begins(shared_http: httpx.Client) -> None:
    assert shared_http.get("/v1/search/export", params={"filter": "colour:red"}).status_code in (400, 422)
    assert shared_http.get("/v1/search/export", params={"like": "document:none"}).status_code == 404


def test_names_are_screened_against_all_documents(shared_http: httpx.Client) -> None:
    title = shared_http.get("/v1/documents/NY-N301234").json()["title"]
    names = [title, "Nobody Of This Name Ltd"]
    answer = shared_http.post("/v1/screenings", json={"names": names}).json()
    assert (answer["names"], answer["found"], answer["truncated"]) == (2, 1, False)
    assert "document:NY-N301234" in {item["document"] for item in answer["items"]}
    table = shared_http.post("/v1/screenings", params={"csv": True}, json={"names": names}).text
    assert {row["document"] for row in csv.DictReader(io.StringIO(table))} == {
        item["document"] for item in answer["items"]
    }
    assert shared_http.post("/v1/screenings", json={"names": []}).status_code == 422


def test_a_cell_of_a_table_is_no_formula() -> None:
    from api.answers.streams import streamed

    table = b"".join(streamed([{"name": "=1+1", "score": -1.5}], ("name", "score"), "csv")).decode()
    assert table == "name,score\n'=1+1,-1.5\n"


def test_parties_whose_numbers_documents_name_are_counted_with_their_names(shared_http: httpx.Client) -> None:
    params = {"kind": ["documents"], "facet": "party"}
    counted = shared_http.get("/v1/search", params=params).json()["facets"]["party"]
    assert counted
    assert all(one["name"] for one in counted)
    first = counted[0]
    narrowed = shared_http.get("/v1/search", params={**params, "filter": f"party:{first['value']}"}).json()
    assert narrowed["total"] == first["count"]
