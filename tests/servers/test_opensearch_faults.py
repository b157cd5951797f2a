"""OpenSearch as it fails: killed, restarted, out of reach, slow, and out of disk space."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import httpx
import pytest

from api.bench.texts import invented_documents, vocabulary
from graph.model.errors import NotFound, Unavailable
from search.document import SearchDocument
from search.index.index import SearchIndex
from search.index.opensearch import OpenSearchStore
from search.query import Everything, Phrase, Query, SearchRequest, SearchResult, Words
from tests.servers.running.opensearch import OpenSearch
from tests.servers.running.process import Server, wait_until
from tests.servers.running.proxy import Proxy

WORDS = vocabulary()
QUERIES: list[Query] = [
    Words(WORDS[5]),
    Words(f"{WORDS[1]} {WORDS[3]}"),
    Phrase(f"{WORDS[0]} {WORDS[1]}"),
    Everything(),
]


@pytest.fixture
def url(opensearch_server: Server) -> str:
    return f"{opensearch_server.url}/faults-{token_hex(4)}"


@pytest.fixture
def store(url: str) -> Iterator[OpenSearchStore]:
    store = OpenSearchStore(url)
    yield store
    store.close()


def answers(index: SearchIndex) -> list[SearchResult]:
    return [index.search(SearchRequest(query, facets=("kind",))) for query in QUERIES]


def opened(store: OpenSearchStore, folder: Path) -> SearchIndex:
    """The index, once a server that was started again has its shards back."""

    def answering() -> bool:
        try:
            return bool(answers(store.index(folder)))
        except Unavailable:
            return False

    assert wait_until(answering, seconds=60)
    return store.index(folder)


def test_killed_in_the_middle_of_a_write(store: OpenSearchStore, opensearch_server: Server, tmp_path: Path) -> None:
    before, half, after = (tmp_path / name for name in ("before", "half", "after"))
    store.write(before, invented_documents(500))
    expected = answers(store.index(before))

    def documents() -> Iterator[SearchDocument]:
        for number, document in enumerate(invented_documents(20_000)):
            if number == 4_000:
                opensearch_server.kill()
            yield document

    began = time.monotonic()
    with pytest.raises(Unavailable, match="cannot be reached") as raised:
        store.write(half, documents())
    assert time.monotonic() - began < 60
    assert "TIDEWAITER_SEARCH_URL" in raised.value.next_step
    with pytest.raises(Unavailable):
        store.drop([half])

    opensearch_server.start()
    assert answers(opened(store, before)) == expected
    with pytest.raises(NotFound):
        store.index(half)
    store.drop([half])
    store.write(after, invented_documents(500))
    assert answers(store.index(after)) == expected
    assert store.health().generations == ("after", "before")


def test_restarted_while_searches_run(store: OpenSearchStore, opensearch_server: Server, tmp_path: Path) -> None:
    store.write(tmp_path, invented_documents(500))
    index = store.index(tmp_path)
    expected = answers(index)
    stopped = time.monotonic() + 3600
    outcomes: list[str] = []

    def ask() -> None:
        while time.monotonic() < stopped:
            try:
                assert answers(index) == expected
                outcomes.append("answered")
            except Unavailable as error:
                assert error.next_step
                outcomes.append("unavailable")
                time.sleep(0.05)

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            assert wait_until(lambda: outcomes.count("answered") > 8, seconds=30)
            opensearch_server.stop()
            assert wait_until(lambda: outcomes[-8:].count("unavailable") == 8, seconds=30)
            opensearch_server.start()
            assert wait_until(lambda: outcomes[-8:].count("answered") == 8, seconds=60)
        finally:
            stopped = 0
        for one in asking:
            one.result()  # no answer was wrong, no error was another


def test_out_of_reach_from_the_start(url: str, tmp_path: Path) -> None:
    with Proxy.before(url) as proxy:
        proxy.refuse()
        store = OpenSearchStore(proxy.url_of(url))
        for question in (store.health, lambda: store.write(tmp_path, []), lambda: store.serve(tmp_path)):
            with pytest.raises(Unavailable, match=r"cannot be reached: .*[Cc]onnection refused") as raised:
                question()
            assert raised.value.thing == proxy.url_of(url)
        proxy.accept()
        assert store.health().health == "ok"


def test_a_connection_that_broke_is_made_anew_without_anybody_noticing(url: str, tmp_path: Path) -> None:
    with Proxy.before(url) as proxy:
        store = OpenSearchStore(proxy.url_of(url))
        store.write(tmp_path, invented_documents(50))
        index = store.index(tmp_path)
        for _ in range(5):
            proxy.cut()
            assert index.search(SearchRequest(Everything())).total == 50


def test_slow_and_silent_servers_are_waited_for_as_long_as_was_said_and_no_longer(url: str, tmp_path: Path) -> None:
    with Proxy.before(url) as proxy:
        store = OpenSearchStore(proxy.url_of(url), read_s=1.5)
        store.write(tmp_path, invented_documents(50))
        index = store.index(tmp_path)
        proxy.delay(0.3)
        assert index.search(SearchRequest(Everything())).total == 50
        proxy.delay(0)
        proxy.stall()
        began = time.monotonic()
        with pytest.raises(Unavailable, match="did not answer in time"):
            index.search(SearchRequest(Everything()))
        assert 1.0 < time.monotonic() - began < 4.0
        proxy.flow()
        assert index.search(SearchRequest(Everything())).total == 50


def test_a_server_that_falls_silent_in_the_middle_of_a_write_ends_it(url: str, tmp_path: Path) -> None:
    with Proxy.before(url) as proxy:
        store = OpenSearchStore(proxy.url_of(url), read_s=0.5)
        proxy.stall(after_bytes=6_000_000)
        with pytest.raises(Unavailable, match="did not answer in time"):
            store.write(tmp_path, invented_documents(5_000))
        proxy.flow()
        with pytest.raises(NotFound):
            store.index(tmp_path)


@pytest.fixture
def own_url() -> Iterator[str]:
    """A server of one test: its watch over the disk can block it again after the test has made room."""
    with OpenSearch() as server:
        yield f"{server.url}/full"


@pytest.mark.servers
def test_a_full_disk_stops_new_generations_with_a_clear_message_and_serves_the_old(
    own_url: str, tmp_path: Path
) -> None:
    served, following = tmp_path / "served", tmp_path / "following"
    with (
        closing(OpenSearchStore(own_url)) as store,
        httpx.Client(base_url=f"http://{urlsplit(own_url).netloc}") as http,
    ):
        store.write(served, invented_documents(500))
        index = store.index(served)
        expected = answers(index)

        def set_up(**values: str | None) -> None:
            """Settings of the cluster, as its operator makes them; dots are written as `__`."""
            persistent = {name.replace("__", "."): value for name, value in values.items()}
            http.put("/_cluster/settings", json={"persistent": persistent}).raise_for_status()

        def room_left(wanted: str | None) -> None:
            """How much room a disk must have; more than any has, to stand for a full one."""
            names = ("low", "high", "flood_stage")
            set_up(**{f"cluster__routing__allocation__disk__watermark__{name}": wanted for name in names})

        def full() -> bool:
            time.sleep(1)
            return "full" in store.health().health

        set_up(cluster__info__update__interval="10s")
        room_left("900tb")
        assert wait_until(full, seconds=90)
        assert "disk space" in store.health().next_step
        with pytest.raises(Unavailable, match="its disk is too full") as raised:
            store.write(following, invented_documents(10))
        assert "disk space" in raised.value.next_step
        with pytest.raises(NotFound):
            store.index(following)
        assert answers(index) == expected
        store.serve(served)

        def written() -> bool:
            set_up(cluster__blocks__create_index=None)
            try:
                store.write(following, invented_documents(10))
            except Unavailable:
                return False
            return True

        room_left(None)
        assert wait_until(written, seconds=60)
        assert store.index(following).count() == 10
        assert wait_until(lambda: store.health().health == "ok", seconds=60)


def test_a_disk_that_fills_up_in_the_middle_of_a_write_ends_it_at_once(
    store: OpenSearchStore, url: str, tmp_path: Path
) -> None:
    prefix = urlsplit(url).path.strip("/")
    with httpx.Client(base_url=f"http://{urlsplit(url).netloc}") as operator:

        def documents() -> Iterator[SearchDocument]:
            for number, document in enumerate(invented_documents(9_000)):
                if number == 3_000:  # the very block that the flood-stage watermark sets
                    body = {"index.blocks.read_only_allow_delete": True}
                    operator.put(f"/{prefix}-*/_settings", json=body).raise_for_status()
                yield replace(document, weight=1)

        began = time.monotonic()
        with pytest.raises(Unavailable, match="its disk is too full"):
            store.write(tmp_path, documents())
        assert time.monotonic() - began < 30  # it was not taken for a server that is busy
    store.drop([tmp_path])  # which the block allows
    with pytest.raises(NotFound):
        store.index(tmp_path)
