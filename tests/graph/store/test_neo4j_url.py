"""The URL of a graph server: read in all its parts, or refused with what is missing."""

import pytest

from graph.model.errors import Invalid
from graph.store.neo4j_url import read_url


@pytest.mark.parametrize("url", ["bolt://", "bolt:", "neo4j://host:port", "neo4j://:7687", "http://host"])
def test_a_url_without_a_server_is_invalid(url: str) -> None:
    with pytest.raises(Invalid) as told:
        read_url(url)
    assert (told.value.thing, "neo4j://" in told.value.next_step) == ("TIDEWAITER_GRAPH_URL", True)


def test_a_url_is_read_in_all_its_parts_and_shown_without_its_password() -> None:
    address = read_url("neo4j+s://ann:p%40ss%2Fword@[::1]:7688/trade?policy=eu")
    assert (address.user, address.password, address.database) == ("ann", "p@ss/word", "trade")
    assert address.uri == "neo4j+s://[::1]:7688?policy=eu"
    assert address.shown == "neo4j+s://[::1]:7688"
