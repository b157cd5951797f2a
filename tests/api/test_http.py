"""What is answered over HTTP: the fields that others rely on, pages, records, and what is said when it fails."""

import json
from typing import Any

import httpx
import pytest

from tests.fixtures.trade_world import IMPORTER, MAKERS

ENTITY = f"/v1/entities/importer:{IMPORTER}"


def get(http: httpx.Client, path: str, **params: Any) -> Any:
    response = http.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def all_pages(http: httpx.Client, path: str, *, limit: int, **params: Any) -> list[Any]:
    items, cursor = [], ""
    while True:
        page = get(http, path, limit=limit, cursor=cursor, **params)
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


class TestEntities:
    def test_an_entity_says_who_it_is(self, shared_http: httpx.Client) -> None:
        answer = get(shared_http, ENTITY)
        assert answer["name"] == "GOLDEN REEF TRADING LLC"
        assert (answer["kind"], answer["kind_label"], answer["key"]) == ("importer", "Importer", IMPORTER)
        assert answer["value_usd"] > 0
        assert answer["properties"]["city"] == "Long Beach"

    @pytest.mark.parametrize("spelling", ["importer:12-3456789", "IMPORTER:123456789", "importer: 12-345678900"])
    def test_a_number_is_understood_in_any_spelling(self, shared_http: httpx.Client, spelling: str) -> None:
        assert get(shared_http, f"/v1/entities/{spelling}")["id"] == f"importer:{IMPORTER}"

    def test_related_items_have_the_fields_that_others_rely_on(self, shared_http: httpx.Client) -> None:
        page = get(shared_http, f"{ENTITY}/related", limit=100)
        assert set(page) == {"items", "next_cursor", "total", "capped"}
        assert page["total"] == len(page["items"]) > 5
        for item in page["items"]:
            assert {
                "id", "kind", "name", "link", "link_label", "direction", "hops", "via", "count", "value_usd",
                "quantity", "first_date", "last_date", "sources", "status",
            } == set(item)  # fmt: skip
        bought = next(item for item in page["items"] if item["link"] == "buys_from")
        assert (bought["link_label"], bought["direction"], bought["sources"]) == (
            "buys from", "out", ["entry_lines.csv"],
        )  # fmt: skip
        assert get(shared_http, f"/v1/entities/{bought['id']}/related", link="buys_from")["items"][0]["link_label"] == (
            "sells to"
        )

    @pytest.mark.parametrize("order", ["value", "recency", "count"])
    @pytest.mark.parametrize("hops", [1, 2])
    def test_pages_of_related_have_no_gaps_and_no_repeats(
        self, shared_http: httpx.Client, order: str, hops: int
    ) -> None:
        path = "/v1/entities/port:2704/related"
        whole = get(shared_http, path, limit=1000, order=order, hops=hops)
        paged = all_pages(shared_http, path, limit=3, order=order, hops=hops)
        assert paged == whole["items"]
        assert len(paged) == whole["total"]
        keys = [(item["id"], item["link"], item["direction"], tuple(item["via"])) for item in paged]
        assert len(set(keys)) == len(keys)

    def test_related_can_be_narrowed_by_link_and_kind(self, shared_http: httpx.Client) -> None:
        by_link = get(shared_http, f"{ENTITY}/related", link=["buys_from", "enters_at"])["items"]
        assert {item["link"] for item in by_link} == {"buys_from", "enters_at"}
        by_kind = get(shared_http, f"{ENTITY}/related", kind="port")["items"]
        assert {item["kind"] for item in by_kind} == {"port"}

    def test_links_are_counted_as_related_lists_them(self, shared_http: httpx.Client) -> None:
        counts = get(shared_http, f"{ENTITY}/links")
        listed = get(shared_http, f"{ENTITY}/related", limit=1000)["items"]
        assert counts["total"] == len(listed)
        for one in counts["items"]:
            same = [item for item in listed if (item["link"], item["direction"]) == (one["link"], one["direction"])]
            assert (one["count"], one["label"]) == (len(same), same[0]["link_label"])

    def test_the_rows_behind_a_link_are_as_many_as_it_says(self, shared_http: httpx.Client) -> None:
        for item in get(shared_http, f"{ENTITY}/related", limit=1000)["items"]:
            ends = (f"importer:{IMPORTER}", item["id"])
            source, target = ends if item["direction"] == "out" else reversed(ends)
            rows = get(shared_http, "/v1/links/records", source=source, link=item["link"], target=target)
            assert rows["total"] == item["count"], item
            assert all(table["rows"] for table in rows["tables"])

    def test_records_name_their_source_and_page_within_a_table(self, shared_http: httpx.Client) -> None:
        whole = get(shared_http, f"{ENTITY}/records", table="entry_lines", limit=1000)["tables"][0]
        assert whole["total"] == len(whole["rows"]) == 32
        assert {(row["source"], row["importer_number"]) for row in whole["rows"]} == {("entry_lines.csv", IMPORTER)}
        paged = []
        for offset in range(0, 32, 10):
            paged += get(shared_http, f"{ENTITY}/records", table="entry_lines", limit=10, offset=offset)["tables"][0][
                "rows"
            ]
        assert paged == whole["rows"]

    def test_records_can_be_narrowed_to_days(self, shared_http: httpx.Client) -> None:
        found = get(shared_http, f"{ENTITY}/records", **{"from": "2025-03-01", "to": "2025-03-31"})
        days = {row["entry_date"] for table in found["tables"] for row in table["rows"] if "entry_date" in row}
        assert days and all("2025-03-01" <= day <= "2025-03-31" for day in days)

    def test_activity_adds_up_to_the_entity(self, shared_http: httpx.Client) -> None:
        entity, activity = get(shared_http, ENTITY), get(shared_http, f"{ENTITY}/activity")
        assert sum(month["value_usd"] for month in activity["months"]) == pytest.approx(entity["value_usd"])
        assert sum(port["lines"] for port in activity["ports"]) == activity["lines"] == 32
        assert activity["ports"][0]["name"] == "Los Angeles"
        assert activity["actions"] == {"refused": 1}

    def test_a_past_day_knows_only_what_was_known_then(self, shared_http: httpx.Client) -> None:
        assert shared_http.get(ENTITY, params={"as_of": "2026-02-28"}).status_code == 404
        known = get(shared_http, ENTITY, as_of="2026-03-01")
        assert known == {**get(shared_http, ENTITY), "as_of": "2026-03-01"}
        assert (
            get(shared_http, f"{ENTITY}/related", as_of="2026-03-01")["items"]
            == (get(shared_http, f"{ENTITY}/related")["items"])
        )

    def test_paths_lead_from_one_to_the_other(self, shared_http: httpx.Client) -> None:
        answer = get(shared_http, "/v1/paths", **{"from": f"importer:{IMPORTER}", "to": "case:A570918"})
        assert answer["total"] == len(answer["items"]) > 0
        for way in answer["items"]:
            assert (way["entities"][0]["id"], way["entities"][-1]["id"]) == (f"importer:{IMPORTER}", "case:A-570-918")
            assert len(way["links"]) == len(way["entities"]) - 1
            assert way["reason"]


class TestSearch:
    def test_a_hit_has_what_others_rely_on(self, shared_http: httpx.Client) -> None:
        page = get(shared_http, "/v1/search", q="wire hangers", facet="kind")
        assert {"items", "next_cursor", "total", "facets", "note", "took_ms"} == set(page)
        assert {
            "id", "kind", "title", "score", "date", "snippet", "fields", "why", "legal", "legal_told", "page",
        } == set(page["items"][0])  # fmt: skip
        assert all(one["told"] for item in page["items"] for one in item["why"])
        assert "document:NY-N301234" in {item["id"] for item in page["items"]}
        assert sum(one["count"] for one in page["facets"]["kind"]) == page["total"]

    def test_what_is_like_a_thing_is_not_the_thing(self, shared_http: httpx.Client) -> None:
        page = get(shared_http, "/v1/search", like="document:NY-N301234")
        assert page["items"]
        assert "document:NY-N301234" not in {item["id"] for item in page["items"]}
        assert shared_http.get("/v1/search", params={"like": "document:none"}).status_code == 404

    def test_pages_of_hits_have_no_gaps_and_no_repeats(self, shared_http: httpx.Client) -> None:
        whole = get(shared_http, "/v1/search", q="", limit=1000)["items"]
        paged = all_pages(shared_http, "/v1/search", limit=7, q="")
        assert [item["id"] for item in paged] == [item["id"] for item in whole]
        assert len({item["id"] for item in paged}) == len(paged)

    def test_filters_and_kinds_narrow(self, shared_http: httpx.Client) -> None:
        rulings = get(shared_http, "/v1/search", q="wire", kind="ruling")["items"]
        assert {item["kind"] for item in rulings} == {"ruling"}
        revoked = get(shared_http, "/v1/search", q="wire", kind="ruling", filter="status:revoked")["items"]
        assert [item["id"] for item in revoked] == ["document:NY-N301234"]
        assert [(one["change"], one["by"]) for one in revoked[0]["legal"]] == [("revoked_by", "document:HQ-H348257")]
        assert revoked[0]["legal_told"].startswith("revoked by HQ-H348257 on 20")

    def test_an_identifier_in_another_spelling_finds_its_thing(self, shared_http: httpx.Client) -> None:
        assert get(shared_http, "/v1/search", q="N 301234")["items"][0]["id"] == "document:NY-N301234"


class TestFindings:
    def test_a_finding_has_what_others_rely_on(self, shared_http: httpx.Client) -> None:
        page = get(shared_http, "/v1/findings", limit=100)
        assert page["total"] == len(page["items"]) == 1
        finding = page["items"][0]
        assert {"id", "kind", "probability", "queue", "members", "entries", "evidence"} <= set(finding)
        assert isinstance(finding["queue"], bool)
        assert {"entity", "role", "why"} <= set(finding["members"][0])
        assert finding["members"][0]["name"] == "GOLDEN REEF TRADING LLC"
        assert get(shared_http, f"/v1/findings/{finding['id']}") == finding
        assert get(shared_http, f"{ENTITY}/findings")["items"] == [finding]
        assert get(shared_http, f"/v1/entities/manufacturer:{MAKERS[2]}/findings")["items"] == []

    def test_every_piece_of_evidence_opens_its_rows(self, shared_http: httpx.Client) -> None:
        finding = get(shared_http, "/v1/findings")["items"][0]
        for number, one in enumerate(finding["evidence"]):
            rows = get(shared_http, f"/v1/findings/{finding['id']}/evidence/{number}/records", limit=1000)
            assert rows["total"] == len(one["records"]) == sum(len(table["rows"]) for table in rows["tables"])
        missing = shared_http.get(f"/v1/findings/{finding['id']}/evidence/99/records")
        assert missing.status_code == 404

    def test_all_evidence_opens_at_once_as_it_opens_piece_by_piece(self, shared_http: httpx.Client) -> None:
        finding = get(shared_http, "/v1/findings")["items"][0]
        for limit in (1, 1000):
            at_once = get(shared_http, f"/v1/findings/{finding['id']}/records", limit=limit)["items"]
            assert len(at_once) == len(finding["evidence"]) > 1
            for number, rows in enumerate(at_once):
                apart = f"/v1/findings/{finding['id']}/evidence/{number}/records"
                assert rows == get(shared_http, apart, limit=limit)
        assert shared_http.get("/v1/findings/none/records").status_code == 404

    def test_findings_can_be_narrowed(self, shared_http: httpx.Client) -> None:
        assert get(shared_http, "/v1/findings", min_probability=1)["items"] == []
        assert get(shared_http, "/v1/findings", kind="identity_change")["total"] == 0
        queued = get(shared_http, "/v1/findings", queue="true")["total"]
        assert queued + get(shared_http, "/v1/findings", queue="false")["total"] == 1


class TestDocuments:
    def test_a_document_says_what_it_mentions_and_that_it_was_revoked(self, shared_http: httpx.Client) -> None:
        answer = get(shared_http, "/v1/documents/NY N301234")
        assert answer["id"] == "document:NY-N301234"
        assert answer["standing"] == "revoked"
        assert answer["legal_told"].startswith("revoked by HQ-H348257 on 20")
        assert [(item["id"], item["relation"]) for item in answer["chain"]] == [
            ("document:HQ-H348257", "is revoked by")
        ]
        mentioned = {answer["text"][one["start"] : one["end"]]: one["entity"] for one in answer["mentions"]}
        assert mentioned["A-570-918"] == "case:A-570-918"
        assert get(shared_http, "/v1/documents/document:HQ-H348257")["standing"] == "stands"

    def test_documents_say_what_they_decide_and_find(self, shared_http: httpx.Client) -> None:
        (held,) = get(shared_http, "/v1/documents/NY N301234")["says"]
        assert (held["what"], held["entity"]) == ("classified_under", "hts:7326200020")
        found = {one["what"]: one for one in get(shared_http, "/v1/documents/SV20072698")["says"]}
        assert found["origin_consistent"]["flag"] == "origin in doubt"
        assert found["conclusion"]["value"] == "Not consistent with the origin claimed."

    def test_a_lab_report_that_doubts_the_origin_is_linked_to_maker_and_importer_with_its_row(
        self, shared_http: httpx.Client
    ) -> None:
        report = "document:SV20072698"
        path = f"/v1/entities/{report}/related"
        for link, whose in (
            ("doubts_origin_of", f"manufacturer:{MAKERS[0]}"),
            ("doubts_origin_claimed_by", f"importer:{IMPORTER}"),
        ):
            (item,) = get(shared_http, path, link=link)["items"]
            assert (item["id"], item["count"]) == (whose, 1)
            rows = get(shared_http, "/v1/links/records", source=report, link=link, target=whose)
            assert [row["id"] for row in rows["tables"][0]["rows"]] == ["SV20072698"]

    def test_lab_reports_carry_their_fields(self, shared_http: httpx.Client) -> None:
        fields = get(shared_http, "/v1/documents/SV20072698")["fields"]
        assert (fields["origin_consistent"], fields["claimed_origin"]) == ("no", "VN")


class TestWhatIsThere:
    def test_kinds_are_those_declared(self, shared_http: httpx.Client) -> None:
        answer = get(shared_http, "/v1/kinds")
        assert {"importer", "port"} <= {one["kind"] for one in answer["entities"]}
        assert {"kind", "label", "inverse_label", "source_kind", "target_kind"} == set(answer["links"][0])

    def test_loads_tell_the_fate_of_every_file(self, shared_http: httpx.Client) -> None:
        load = get(shared_http, "/v1/loads")["items"][0]
        assert {one["file"]: one["accepted"] for one in load["files"]}["entry_lines.csv"] == 362
        assert load["rows"]["entry_lines"] == 362
        assert get(shared_http, f"/v1/loads/{load['load_id']}/rejects")["total"] == 0

    @pytest.mark.parametrize(
        ("what", "count"), [("entities", "entities"), ("links", "links"), ("findings", "findings")]
    )
    def test_exports_are_whole(self, shared_http: httpx.Client, what: str, count: str) -> None:
        response = shared_http.get(f"/v1/export/{what}")
        assert response.headers["content-type"] == "application/x-ndjson"
        rows = [json.loads(line) for line in response.text.splitlines()]
        assert len(rows) == get(shared_http, "/v1/readyz")["counts"][count]

    def test_health_readiness_and_metrics_answer(self, shared_http: httpx.Client) -> None:
        for path in ("/healthz", "/v1/healthz"):
            assert get(shared_http, path)["status"] == "ok"
        ready = get(shared_http, "/v1/readyz")
        assert ready["ready"] and {one["engine"] for one in ready["engines"]} == {
            "facts", "graph", "search", "database",
        }  # fmt: skip
        assert get(shared_http, "/readyz")["counts"] == {}
        get(shared_http, ENTITY)
        counted = shared_http.get("/metrics").text
        assert 'route="/v1/entities/{entity_id:path}",status="200"' in counted
        assert IMPORTER not in counted


class TestCaching:
    def test_an_answer_that_is_known_is_not_sent_again(self, shared_http: httpx.Client) -> None:
        first = shared_http.get(ENTITY)
        again = shared_http.get(ENTITY, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = shared_http.get(f"{ENTITY}/related", headers={"If-None-Match": first.headers["etag"]})
        assert other.status_code == 200

    def test_a_request_keeps_the_id_it_came_with(self, shared_http: httpx.Client) -> None:
        kept = shared_http.get("/healthz", headers={"X-Request-Id": "abc-1"})
        assert kept.headers["x-request-id"] == "abc-1"
        replaced = shared_http.get("/healthz", headers={"X-Request-Id": "a b\tc" * 50})
        assert len(replaced.headers["x-request-id"]) == 32


PROBLEMS = [
    ("GET", "/nowhere", 404, "NotFound"),
    ("GET", "/v1/nowhere", 404, "NotFound"),
    ("POST", "/v1/search", 405, "MethodNotAllowed"),
    ("GET", "/v1/entities/importer:99-999999900", 404, "NotFound"),
    ("GET", "/v1/entities/nothing", 404, "NotFound"),
    ("GET", "/v1/entities/ship:1/related", 404, "NotFound"),
    ("GET", f"{ENTITY}/related?limit=0", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?limit=1001", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?limit=many", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?cursor=nonsense", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?hops=4", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?order=beauty", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?link=likes", 422, "Invalid"),
    ("GET", f"{ENTITY}/related?as_of=yesterday", 422, "Invalid"),
    ("GET", f"{ENTITY}/records?table=secrets", 422, "Invalid"),
    ("GET", f"{ENTITY}/records?offset=-1", 422, "Invalid"),
    ("GET", "/v1/links/records?source=a:b", 422, "Invalid"),
    ("GET", "/v1/links/records?source=port:2704&link=buys_from&target=port:1703", 422, "Invalid"),
    ("GET", "/v1/paths?from=port:2704", 422, "Invalid"),
    ("GET", "/v1/paths?from=port:2704&to=port:9999", 404, "NotFound"),
    ("GET", "/v1/search?cursor=nonsense", 422, "Invalid"),
    ("GET", "/v1/search?sort=beauty", 422, "Invalid"),
    ("GET", "/v1/search?filter=port", 422, "Invalid"),
    ("GET", "/v1/search?filter=colour:red", 422, "Invalid"),
    ("GET", "/v1/search?facet=colour", 422, "Invalid"),
    ("GET", "/v1/findings?min_probability=2", 422, "Invalid"),
    ("GET", "/v1/findings?cursor=nonsense", 422, "Invalid"),
    ("GET", "/v1/findings/none", 404, "NotFound"),
    ("GET", "/v1/findings/none/evidence/x/records", 422, "Invalid"),
    ("GET", "/v1/documents/NY-N999999", 404, "NotFound"),
    ("GET", "/v1/loads/none/rejects", 404, "NotFound"),
    ("GET", "/v1/export/secrets", 422, "Invalid"),
    ("GET", "/v1/entities/%00", 404, "NotFound"),
    ("GET", "/v1/entities/port:%F0%9F%9A%A2", 404, "NotFound"),
]


class TestProblems:
    @pytest.mark.parametrize(("method", "path", "status", "title"), PROBLEMS)
    def test_every_failure_is_told_as_a_problem(
        self, shared_http: httpx.Client, method: str, path: str, status: int, title: str
    ) -> None:
        response = shared_http.request(method, path)
        assert response.headers["content-type"] == "application/problem+json", response.text
        problem = response.json()
        assert (response.status_code, problem["status"], problem["title"]) == (status, status, title), problem
        assert problem["detail"]
        assert problem["request_id"] == response.headers["x-request-id"]

    def test_a_wrong_host_is_refused(self, shared_http: httpx.Client) -> None:
        response = shared_http.get(ENTITY, headers={"Host": "evil.example"})
        assert (response.status_code, response.json()["title"]) == (400, "Invalid")

    def test_no_other_site_may_read_answers(self, shared_http: httpx.Client) -> None:
        response = shared_http.get(ENTITY, headers={"Origin": "http://evil.example"})
        assert "access-control-allow-origin" not in response.headers

    def test_an_unforeseen_error_is_a_problem_and_stands_in_the_log(
        self, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError("the secret of the house")

        monkeypatch.setattr("api.routes.kinds.kinds_answer", broken)
        response = http.get("/v1/kinds")
        assert (response.status_code, response.json()["title"]) == (500, "Unexpected")
        assert "secret" not in response.text
        assert response.headers["content-type"] == "application/problem+json"

    def test_a_social_security_number_is_never_said_back(self, shared_http: httpx.Client) -> None:
        response = shared_http.get("/v1/entities/importer:551-23-4567")
        assert response.status_code == 404
        assert "551-23-4567" not in response.text


def test_the_description_names_problem_details_for_every_route(shared_http: httpx.Client) -> None:
    described = get(shared_http, "/openapi.json")
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"], path
    assert "HTTPValidationError" not in described["components"]["schemas"]
