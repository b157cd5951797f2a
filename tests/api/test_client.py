"""The typed client: every route has a method, and every failure comes back as one of our errors."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest

from api.access.users import Users
from api.app import create_app
from api.client import Client
from api.database import open_database
from api.settings import Settings
from graph.model.errors import Denied, Invalid, NotFound, Unavailable
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER

ENTITY = f"importer:{IMPORTER}"


@pytest.fixture(scope="module")
def client(shared_http: httpx.Client) -> Iterator[Client]:
    with Client(str(shared_http.base_url)) as client:
        yield client


def test_entities_and_links(client: Client) -> None:
    assert client.entity("importer:12-3456789").name == "GOLDEN REEF TRADING LLC"
    assert client.entity(ENTITY, as_of=date(2026, 3, 1)).as_of == date(2026, 3, 1)
    page = client.related(ENTITY, links=("buys_from", "enters_at"), kinds=("port",), order="recency", limit=1)
    assert (page.total, page.items[0].link, bool(page.next_cursor)) == (2, "enters_at", True)
    second = client.related(
        ENTITY, links=("buys_from", "enters_at"), kinds=("port",), order="recency", limit=1, cursor=page.next_cursor
    )
    assert {page.items[0].id, second.items[0].id} == {"port:2704", "port:5301"}
    assert client.link_counts(ENTITY).total == client.related(ENTITY, limit=1000).total
    assert client.link_records(ENTITY, "enters_at", "port:5301").total == 1
    assert client.records(ENTITY, table="entry_lines", date_from=date(2025, 3, 7), date_to=date(2025, 3, 7)).total == 2
    assert client.activity(ENTITY).lines == 32
    assert client.paths(ENTITY, "case:A-570-918", max_hops=3, limit=2).items[0].reason


def test_search_findings_and_documents(client: Client) -> None:
    page = client.search("wire", kinds=("ruling",), filters={"status": ("revoked",)}, facets=("kind",), sort="date")
    assert [item.id for item in page.items] == ["document:NY-N301234"]
    assert page.facets["kind"][0].count == 1
    found = client.findings(kinds=("port_shopping",), min_probability=0.1).items[0]
    assert client.finding(found.id) == found == client.entity_findings(ENTITY).items[0]
    assert client.evidence_records(found.id, 0).total == len(found.evidence[0].records)
    assert client.finding_records(found.id).items[0] == client.evidence_records(found.id, 0)
    assert client.document("document:NY-N301234") == client.document("NY N301234")


def test_what_is_there(client: Client) -> None:
    assert {kind.kind for kind in client.kinds().entities} >= {"importer", "port"}
    load = client.loads().items[0]
    assert client.rejects(load.load_id).items == []
    assert len(list(client.export("links"))) == client.ready().counts["links"]
    assert client.health().status == "ok"
    assert client.person().name == "local"
    assert client.audit(limit=1).items


def test_every_route_has_a_method() -> None:
    asked = inspect.getsource(Client)
    for route in create_app(Settings()).openapi()["paths"]:
        if route.startswith("/v1/") and not route.endswith("metrics"):
            for fixed in [part for part in route.split("/") if part and "{" not in part]:
                assert fixed in asked, route


@pytest.mark.parametrize(
    ("error", "ask"),
    [
        (NotFound, lambda client: client.entity("importer:99-999999900")),
        (NotFound, lambda client: client.entity("company:a/b?c#d %")),
        (Invalid, lambda client: client.related(ENTITY, limit=5_000)),
        (Invalid, lambda client: client.search("x", cursor="nonsense")),
        (Invalid, lambda client: list(client.export("secrets"))),
    ],
)
def test_failures_keep_their_name_and_next_step(client: Client, error: type[Exception], ask: object) -> None:
    assert callable(ask)
    with pytest.raises(error) as told:
        ask(client)
    assert str(told.value)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with Client("http://127.0.0.1:9") as client:
        for ask in (client.kinds, client.ready, lambda: list(client.export("links"))):
            with pytest.raises(Unavailable, match="tidewaiter serve"):
                ask()


def test_readiness_is_told_also_when_it_is_lacking(settings: Settings) -> None:
    (settings.home / "CURRENT").unlink()
    with running_service(settings) as http, Client(str(http.base_url)) as client:
        ready = client.ready()
        assert not ready.ready
        assert {one.engine for one in ready.engines if one.ok} == {"database"}
        with pytest.raises(Unavailable, match="tidewaiter load"):
            client.findings()


def test_a_token_lets_its_user_in(settings: Settings) -> None:
    token = Users(open_database(settings.database)).add("ada", "viewer", now=datetime(2026, 3, 1, tzinfo=UTC))
    with running_service(settings) as http:
        with Client(str(http.base_url)) as nobody, pytest.raises(Denied):
            nobody.kinds()
        with Client(str(http.base_url), token=token) as ada:
            assert ada.person().name == "ada"
            with pytest.raises(Denied, match="viewer"):
                ada.audit()
