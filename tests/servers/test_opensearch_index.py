"""What is true of OpenSearch alone: its indexes, alias and handles, what it refuses, and its errors in our words."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import httpx
import pytest
from opensearchpy import exceptions as driver

from api.bench.texts import invented_documents, vocabulary
from graph.model.errors import Conflict, Invalid, NotFound, TidewaiterError, Unavailable
from search.document import SearchDocument
from search.index.opensearch import HANDLE, OpenSearchStore, told
from search.query import Everything, Phrase, Query, SearchRequest, Words
from tests.servers.running.front import Front, certificate

MEMO = SearchDocument("document:1", "memo", "On hangers", "Hangers of steel wire.")


class Server:
    """An OpenSearch as its operator sees it, and a prefix that no other test has."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc.rpartition("@")[2]
        self.prefix = f"test-{token_hex(4)}"
        self.url = f"{url}/{self.prefix}"
        self._client = httpx.Client(base_url=f"http://{self.host}")

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self._client.request(method, path, json=body)

    def indexes(self) -> set[str]:
        return set(self.ask("GET", f"/{self.prefix}-*/_settings").json())

    def served(self) -> set[str]:
        return set(self.ask("GET", f"/_alias/{self.prefix}").json())

    def close(self) -> None:
        for index in self.indexes():
            self.ask("DELETE", f"/{index}")
        self._client.close()


@pytest.fixture
def server(opensearch_url: str) -> Iterator[Server]:
    server = Server(opensearch_url)
    yield server
    server.close()


@pytest.fixture
def store(server: Server) -> Iterator[OpenSearchStore]:
    store = OpenSearchStore(server.url)
    yield store
    store.close()


def index_of(folder: Path) -> str:
    return str(json.loads((folder / HANDLE).read_text())["indexes"][-1])


# Indexes and handles


def test_an_index_is_named_by_prefix_and_generation(store: OpenSearchStore, server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "20260301T080000Z-0001"
    store.write(folder, [MEMO])
    assert server.indexes() == {index_of(folder)}
    assert index_of(folder).startswith(f"{server.prefix}-20260301t080000z-0001-")


def test_the_handle_is_there_before_the_first_document_and_nothing_is_served_before_the_last(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    def documents() -> Iterator[SearchDocument]:
        assert server.indexes() == {index_of(tmp_path)}
        with pytest.raises(NotFound):
            store.index(tmp_path)
        yield MEMO

    assert store.write(tmp_path, documents()) == 1
    assert store.index(tmp_path).count() == 1


def test_what_a_failed_build_left_is_found_by_its_handle_and_dropped(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    def documents() -> Iterator[SearchDocument]:
        yield from invented_documents(2_500)
        raise ValueError("bad facts")

    with pytest.raises(ValueError, match="bad facts"):
        store.write(tmp_path, documents())
    assert server.indexes() == {index_of(tmp_path)}
    with pytest.raises(NotFound, match="was not indexed on OpenSearch"):
        store.index(tmp_path)
    store.drop([tmp_path])
    assert server.indexes() == set()


def test_a_folder_written_again_leaves_no_index_without_a_handle(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    store.write(tmp_path, [MEMO])
    first = index_of(tmp_path)
    store.write(tmp_path, [MEMO])
    assert server.indexes() == {index_of(tmp_path)} != {first}


def test_dropping_takes_the_indexes_of_the_folders_and_no_others(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    kept, dropped, none, tampered = (tmp_path / name for name in ("kept", "dropped", "none", "tampered"))
    store.write(kept, [MEMO])
    store.write(dropped, [MEMO])
    none.mkdir()
    tampered.mkdir()
    for name in ("*", "_all", f"{server.prefix}-*", f"{index_of(kept)},x-12345678", server.prefix):
        (tampered / HANDLE).write_text(json.dumps({"indexes": [name]}))
        store.drop([dropped, none, tampered, tmp_path / "gone"])
    store.drop([dropped])
    assert server.indexes() == {index_of(kept)}


@pytest.mark.parametrize(
    "handle", [None, "", "{", "[]", '{"indexes": [1]}', '{"indexes": null}', '{"indexes": ["other-20260101-12345678"]}']
)
def test_a_generation_without_an_index_is_not_found(store: OpenSearchStore, tmp_path: Path, handle: str | None) -> None:
    if handle is not None:
        (tmp_path / HANDLE).write_text(handle)
    with pytest.raises(NotFound) as raised:
        store.index(tmp_path)
    assert "tidewaiter refresh" in raised.value.next_step
    assert "tidewaiter copy" in raised.value.next_step


def test_a_generation_that_was_copied_to_another_prefix_is_found_under_both(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    longer = OpenSearchStore(f"{server.url}-2")
    store.write(tmp_path, [MEMO])
    longer.write(tmp_path, [MEMO, replace(MEMO, id="document:2")])
    assert (store.index(tmp_path).count(), longer.index(tmp_path).count()) == (1, 2)
    longer.serve(tmp_path)
    store.drop([tmp_path])
    with pytest.raises(NotFound):
        store.index(tmp_path)
    assert longer.index(tmp_path).count() == 2


def test_the_alias_goes_from_one_generation_to_the_next(store: OpenSearchStore, server: Server, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        store.write(folder, [MEMO])
    assert index_of(one) not in server.served()
    for folder in (one, two, two, one):
        store.serve(folder)
        assert server.served() == {index_of(folder)}
    assert server.ask("GET", f"/{server.prefix}/_count").json()["count"] == 1


def test_a_finished_index_takes_no_more_writes(store: OpenSearchStore, server: Server, tmp_path: Path) -> None:
    store.write(tmp_path, [MEMO])
    assert server.ask("PUT", f"/{index_of(tmp_path)}/_doc/2", {"id": "document:2"}).status_code == 403
    assert store.index(tmp_path).count() == 1


def test_a_search_on_an_index_that_was_dropped_is_unavailable(store: OpenSearchStore, tmp_path: Path) -> None:
    store.write(tmp_path, [MEMO])
    index = store.index(tmp_path)
    store.drop([tmp_path])
    for question in (lambda: index.search(SearchRequest(Words("hangers"))), index.count):
        with pytest.raises(Unavailable, match="no longer has"):
            question()


def test_a_search_on_an_index_that_its_operator_closed_is_unavailable(
    store: OpenSearchStore, server: Server, tmp_path: Path
) -> None:
    store.write(tmp_path, [MEMO])
    index = store.index(tmp_path)
    server.ask("POST", f"/{index_of(tmp_path)}/_close")
    with pytest.raises(Unavailable, match="closed"):
        index.search(SearchRequest(Words("hangers")))


# What a server refuses


def test_documents_that_are_refused_are_counted_and_the_first_is_named(store: OpenSearchStore, tmp_path: Path) -> None:
    strange = [replace(MEMO, id=f"document:{n}", fields={"colour": ("red",)}) for n in range(7, 10)]
    with pytest.raises(Unavailable) as raised:
        store.write(tmp_path, [MEMO, *strange])
    assert raised.value.thing == "document:7"
    assert "3 of one request" in raised.value.message
    assert "colour" in raised.value.value
    with pytest.raises(NotFound):
        store.index(tmp_path)


def test_what_a_busy_server_turned_away_is_sent_again(server: Server, tmp_path: Path) -> None:
    with Front(server.url) as front:
        front.busy = 2
        store = OpenSearchStore(f"opensearch://{front.address}/{server.prefix}")
        store.write(tmp_path, [MEMO])
        assert store.index(tmp_path).count() == 1
        assert sum("/_bulk" in request for request in front.requests) == 3


def test_what_was_written_though_its_answer_was_lost_is_written_once(server: Server, tmp_path: Path) -> None:
    with Front(server.url) as front:
        front.lose_answers = 1
        store = OpenSearchStore(f"opensearch://{front.address}/{server.prefix}")
        assert store.write(tmp_path, invented_documents(50)) == 50
        index = index_of(tmp_path)
    held = server.ask("GET", f"/{index}/_stats/docs").json()["_all"]["primaries"]["docs"]
    assert (held["count"], held["deleted"]) == (50, 0)


def test_an_index_that_lost_documents_is_not_served(store: OpenSearchStore, server: Server, tmp_path: Path) -> None:
    def documents() -> Iterator[SearchDocument]:
        yield from invented_documents(2_200)
        server.ask("POST", f"/{index_of(tmp_path)}/_refresh")
        lost = server.ask("POST", f"/{index_of(tmp_path)}/_delete_by_query", {"query": {"match_all": {}}}).json()
        assert lost["deleted"] > 0

    with pytest.raises(Unavailable, match="of 2,200 documents"):
        store.write(tmp_path, documents())
    with pytest.raises(NotFound):
        store.index(tmp_path)


# Pages, shards, copies, hosts


def test_pages_go_on_past_ten_thousand_hits_to_the_last(store: OpenSearchStore, tmp_path: Path) -> None:
    count = 12_345
    store.write(tmp_path, (replace(MEMO, id=f"document:{n}", text=f"wire {'wire ' * (n % 5)}") for n in range(count)))
    index = store.index(tmp_path)
    queries: list[tuple[Query, str]] = [
        (Words("wire"), "relevance"),
        (Everything(), "relevance"),
        (Words("wire"), "date"),
    ]
    for query, sort in queries:
        request = SearchRequest(query, sort=sort, limit=1_000)  # type: ignore[arg-type]
        seen: list[str] = []
        while True:
            page = index.search(request)
            assert page.total == count
            seen += [hit.id for hit in page.items]
            if not page.next_cursor:
                break
            request = replace(request, cursor=page.next_cursor)
        assert len(seen) == len(set(seen)) == count


def test_answers_do_not_depend_on_the_number_of_shards(server: Server, tmp_path: Path) -> None:
    documents = list(invented_documents(400))
    words = vocabulary()
    queries: list[Query] = [Words(words[3]), Words(f"{words[1]} {words[5]}"), Phrase(f"{words[0]} {words[1]}")]
    queries += [Words(" ".join(words[:300:20]), need="any"), Everything()]
    answers = []
    for shards in (1, 3):
        store = OpenSearchStore(f"{server.url}?shards={shards}")
        store.write(tmp_path / str(shards), documents)
        index = store.index(tmp_path / str(shards))
        answers.append([index.search(SearchRequest(query, facets=("port", "country"), limit=50)) for query in queries])
        store.close()
    assert answers[0] == answers[1]
    assert all(answer.total > 50 for answer in answers[0][:2])


def test_health_tells_version_size_and_generations(store: OpenSearchStore, server: Server, tmp_path: Path) -> None:
    assert store.health().generations == ()
    store.write(tmp_path / "20260301T080000Z-0001", [MEMO])
    unfinished = OpenSearchStore(server.url)
    with pytest.raises(Unavailable):
        unfinished.write(tmp_path / "20260302T080000Z-0002", [replace(MEMO, fields={"colour": ("red",)})])
    health = store.health()
    assert health.version.startswith("OpenSearch 3.")
    assert (health.health, health.next_step, health.holds) == ("ok", "", "1 documents")
    assert health.generations == ("20260301T080000Z-0001",)
    assert health.size_bytes is not None
    assert health.size_bytes > 1_000


def test_health_says_what_to_do_about_copies_that_have_no_place(server: Server, tmp_path: Path) -> None:
    store = OpenSearchStore(f"{server.url}?replicas=1")
    store.write(tmp_path, [MEMO])
    health = store.health()
    assert health.health.startswith("yellow")
    assert "replicas" in health.next_step
    assert store.index(tmp_path).count() == 1


def test_a_host_that_is_down_is_passed_over_for_one_that_is_up(server: Server, tmp_path: Path) -> None:
    store = OpenSearchStore(f"opensearch://127.0.0.1:1,{server.host},127.0.0.1:2/{server.prefix}")
    store.write(tmp_path, [MEMO])
    index = store.index(tmp_path)
    for _ in range(6):
        assert index.search(SearchRequest(Words("hangers"))).total == 1
    assert store.health().health == "ok"


# Passwords and certificates


def test_user_and_password_are_given_as_the_url_says(server: Server, tmp_path: Path) -> None:
    with Front(server.url, user="indexer", password="geheim/ß:@") as front:  # noqa: S106 - of this test
        store = OpenSearchStore(f"opensearch://indexer:geheim%2F%C3%9F%3A%40@{front.address}/{server.prefix}")
        store.write(tmp_path, [MEMO])
        assert store.index(tmp_path).search(SearchRequest(Words("hangers"))).total == 1


def test_a_wrong_password_is_told_and_not_shown(server: Server, tmp_path: Path) -> None:
    with Front(server.url, user="indexer", password="right") as front:  # noqa: S106 - of this test
        store = OpenSearchStore(f"opensearch://indexer:mistaken@{front.address}/{server.prefix}")
        for question in (store.health, lambda: store.write(tmp_path, [MEMO]), lambda: store.drop([tmp_path])):
            with pytest.raises(Unavailable, match="refuses the user or the password") as raised:
                question()
            assert raised.value.thing == f"opensearch://indexer:***@{front.address}/{server.prefix}"
            assert "TIDEWAITER_SEARCH_URL" in raised.value.next_step
            assert "mistaken" not in f"{raised.value} {raised.value.value} {raised.value.__cause__!r}"


def test_a_certificate_is_checked_unless_the_url_says_otherwise(server: Server, tmp_path: Path) -> None:
    chain = certificate(tmp_path)
    with Front(server.url, tls=chain) as front:
        url = f"opensearch+https://{front.address}/{server.prefix}"
        with pytest.raises(Unavailable, match="cannot be trusted") as raised:
            OpenSearchStore(url).health()
        assert "?ca=FILE" in raised.value.next_step
        for option in (f"ca={chain}", "verify=false"):
            assert OpenSearchStore(f"{url}?{option}").health().health == "ok"


def test_a_server_without_tls_is_told_apart(server: Server) -> None:
    with pytest.raises(Unavailable) as raised:
        OpenSearchStore(f"opensearch+https://{server.host}").health()
    assert "opensearch://" in raised.value.next_step


def test_a_file_that_holds_no_certificates_is_invalid(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    with pytest.raises(Invalid, match="no file with certificates"):
        OpenSearchStore(f"opensearch+https://one?ca={tmp_path / 'ca.pem'}")


# The driver's errors in our words

SHOWN = "opensearch://user:***@one:9200"
FLOOD_STAGE = (
    "[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];"
)


def raised_by_the_driver() -> list[Exception]:
    """One of each error that the driver can raise."""
    classes = [one for one in vars(driver).values() if isinstance(one, type) and issubclass(one, Exception)]
    return [
        one(400, "bad_request", {"error": {"type": "bad_request", "reason": "no such thing"}})
        if issubclass(one, driver.TransportError) and not issubclass(one, driver.ConnectionError)
        else one("N/A", "it broke", OSError("it broke")) if issubclass(one, driver.ConnectionError) else one("it broke")
        for one in classes
        if not issubclass(one, Warning)
    ]  # fmt: skip


@pytest.mark.parametrize("error", raised_by_the_driver(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_driver_is_told_with_thing_value_and_next_step(error: Exception) -> None:
    ours = told(error, shown=SHOWN)
    assert isinstance(ours, Conflict | Invalid | Unavailable)
    assert ours.thing == SHOWN
    assert ours.value
    assert ours.next_step
    assert SHOWN in ours.message


def test_the_driver_has_the_errors_that_we_know_of() -> None:
    assert len(raised_by_the_driver()) >= 15


@pytest.mark.parametrize(
    ("status", "type_", "reason", "says", "next_step"),
    [
        (429, "rejected_execution_exception", "queue is full", "too busy", "Try again"),
        (503, "no_shard_available_action_exception", "", "not ready", "Try again"),
        (413, "", "", "as large as one of the documents", "http.max_content_length"),
        (500, "null_pointer_exception", "oops", "oops", "log"),
        (429, "cluster_block_exception", FLOOD_STAGE, "its disk is too full", "disk space"),
        (403, "index_create_block_exception", "[FORBIDDEN/10/cluster create-index blocked (api)];", "too full", "disk"),
        (403, "cluster_block_exception", "[FORBIDDEN/8/index write (api)];", "index write", "Lift the block"),
    ],
)  # fmt: skip
def test_what_the_server_says_of_its_condition_is_told(
    status: int, type_: str, reason: str, says: str, next_step: str
) -> None:
    error: TidewaiterError = told(
        driver.HTTP_EXCEPTIONS.get(status, driver.TransportError)(
            status, type_, {"error": {"root_cause": [{"type": type_, "reason": reason}]}}
        ),
        shown=SHOWN,
    )
    assert isinstance(error, Unavailable)
    assert says in error.message
    assert next_step in error.next_step
