"""The URL of an OpenSearch server: what it may say, and that its password is never shown."""

from pathlib import Path

import pytest

from graph.model.errors import Invalid
from search.index.opensearch_url import Address, read_url, without_password


def test_a_url_says_where_who_and_how(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    url = f"opensearch+https://indexer:s%40c%3Aret%2F@[::1]:9201,two.example/trade.a?shards=3&replicas=1&ca={ca}"
    address = read_url(url)
    assert address == Address(
        hosts=(("::1", 9201), ("two.example", 9200)), shown=without_password(url), tls=True, user="indexer",
        password="s@c:ret/",  # noqa: S106 - of this test
        ca=str(ca), prefix="trade.a", shards=3, replicas=1,
    )  # fmt: skip


def test_what_a_url_leaves_out_has_a_default() -> None:
    assert read_url("opensearch://one") == Address((("one", 9200),), "opensearch://one")
    assert read_url("opensearch://one/").prefix == "tidewaiter"


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("opensearch://", "opensearch://"),
        ("opensearch://:9200", "opensearch://:9200"),
        ("opensearch://one,,two", "opensearch://one,,two"),
        ("opensearch://one:port", "opensearch://one:port"),
        ("opensearch://one:99999", "opensearch://one:99999"),
        ("opensearch://[::1", "opensearch://[::1"),
        ("opensearch+http://one", "opensearch+http://one"),
        ("opensearch://user@one", "opensearch://user@one"),
        ("opensearch://:word@one", "opensearch://:***@one"),
        ("opensearch://one/Trade", "Trade"),
        ("opensearch://one/a/b", "a/b"),
        ("opensearch://one/_all", "_all"),
        ("opensearch://one/a*", "a*"),
        ("opensearch://one?colour=red", "colour"),
        ("opensearch://one?shards=0", "shards=0"),
        ("opensearch://one?shards=²", "shards=²"),
        ("opensearch://one?replicas=-1", "replicas=-1"),
        ("opensearch://one?replicas=", "replicas="),
        ("opensearch+https://one?verify=no", "verify=no"),
        ("opensearch+https://one?ca=/nowhere.pem", "ca=/nowhere.pem"),
        ("opensearch://one?verify=false", "verify=false"),
    ],
)
def test_a_part_that_cannot_be_is_named_with_what_can(url: str, named: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_url(url)
    assert (raised.value.thing, raised.value.value) == ("TIDEWAITER_SEARCH_URL", named)
    assert named in raised.value.message
    assert raised.value.next_step


@pytest.mark.parametrize(
    "url",
    [
        "opensearch://user:secret@one:9200/trade",
        "opensearch://user:se/secret@one",
        "opensearch://user:s@secret@one",
        "opensearch://user:secret?#@one?colour=red",
        "opensearch://user:secret\n@one:port",
        "opensearch+https://us/er:secret@one",
    ],
)
def test_a_password_is_hidden_however_it_is_written(url: str) -> None:
    assert "secret" not in without_password(url)
    try:
        assert "secret" not in read_url(url).shown
    except Invalid as error:
        assert "secret" not in str(error) + error.thing + error.value


def test_an_address_keeps_its_password_to_itself() -> None:
    assert "secret" not in repr(read_url("opensearch://user:secret@one"))
