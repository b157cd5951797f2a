"""From what a person writes to an entity id."""

from pathlib import Path
from typing import Any, cast

import pytest

from api.answers.naming import find_id, normal_id
from graph.model.entity import Entity
from graph.model.errors import Invalid, NotFound
from graph.store.store import GraphView


class Known:
    """A graph in which only these entities exist."""

    def __init__(self, *ids: str) -> None:
        self._ids = ids

    def entities(self, ids: tuple[str, ...]) -> dict[str, Entity]:
        return {one: Entity(one, *one.split(":", 1), name="") for one in ids if one in self._ids}


def found(text: str, *known: str, home: Path = Path("nowhere")) -> str:
    return find_id(text, cast(GraphView, cast(Any, Known(*known))), home=home)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("importer:12-3456789", "importer:12-345678900"),
        ("Importer:123456789", "importer:12-345678900"),
        ("case:A-570-967-014", "case:A-570-967"),
        ("case:c570968", "case:C-570-968"),
        ("hts:7604.21.0010", "hts:7604210010"),
        ("hts:76", "hts:76"),
        ("document:n301234", "document:NY-N301234"),
        ("document:FR-2020-1234", "document:FR-2020-1234"),
        ("port:2704", "port:2704"),
        ("port:ABC", "port:ABC"),
        ("country:cn", "country:CN"),
        ("company:Ltd. 12:3", "company:Ltd. 12:3"),
        ("finding:x", "finding:x"),
    ],
)
def test_an_id_is_brought_to_its_normal_form(written: str, meant: str) -> None:
    assert normal_id(written, home=Path("nowhere")) == meant


def test_a_number_that_only_one_thing_has_is_that_thing() -> None:
    assert found("036", "surety:036", "port:2704") == "surety:036"


def test_a_number_that_two_things_have_asks_which() -> None:
    with pytest.raises(Invalid, match="2 things") as told:
        found("036", "surety:036", "broker:036")
    assert "surety:036" in told.value.next_step
    assert "broker:036" in told.value.next_step


def test_a_word_before_the_number_says_which() -> None:
    assert found("surety 036", "surety:036", "broker:036") == "surety:036"
    assert found("filer 036", "surety:036", "broker:036") == "broker:036"


def test_what_nobody_knows_is_told_with_a_search_to_try() -> None:
    with pytest.raises(NotFound, match="tidewaiter search"):
        found("golden reef")


def test_a_social_security_number_is_known_by_its_token_only(tmp_path: Path) -> None:
    assert "551-23-4567" not in normal_id("importer:551-23-4567", home=tmp_path)
    (tmp_path / "secret.key").write_text("a secret", encoding="ascii")
    token = normal_id("importer:551-23-4567", home=tmp_path)
    assert token.startswith("importer:SSN-")
    assert found("551-23-4567", token, home=tmp_path) == token
    assert normal_id(token, home=tmp_path) == token
