"""Searching as people do: a text, kinds, filters."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid, NotFound
from search.document import SearchDocument
from search.fields import DEFAULT_FACETS
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.service import SearchService

HANGERS = SearchDocument(
    "document:NY-N301234", "ruling", "The tariff classification of wire garment hangers",
    "The merchandise is hangers of steel wire, subheading 7326.20.0020.", date(2018, 10, 1),
    ("hts:7326200020", "hts:73262000", "hts:732620", "hts:7326", "hts:73"),
    {"status": ("revoked",), "revoked_by": ("HQ-H348257",), "hts4": ("7326",)},
)  # fmt: skip
CITING = SearchDocument(
    "document:HQ-H348257", "ruling", "Revocation", "In NY N301234, N301234, N301234 we classified hangers.",
    date(2024, 5, 2), ("document:NY-N301234",), {"status": ("in force",), "revokes": ("NY-N301234",)},
)  # fmt: skip
ISSUE = SearchDocument(
    "issue:2024-0117", "issue", "Undervalued hangers", "Steel hangers from Vietnam. 2024-0117", date(2024, 1, 2),
    ("importer:12-345678900", "case:A-570-918"), {"importer": ("12-345678900",), "case": ("A-570-918",)},
)  # fmt: skip
IMPORTER = SearchDocument(
    "importer:12-345678900", "importer", "SALEM CLOTHES CARE, INC.", "12-345678900\nSalem Hanger Works",
    None, (), {"importer": ("12-345678900",), "country": ("US",)}, weight=60,
)  # fmt: skip
CASE = SearchDocument(
    "case:A-570-918", "case", "Steel wire garment hangers", "A-570-918", None, (), {"country": ("CN",)}
)
FINDING = SearchDocument(
    "finding:ps-1", "finding", "Refused goods came back at another port", "port shopping", date(2024, 3, 1),
    ("importer:12-345678900",), {"importer": ("12-345678900",), "queue": ("yes",)},
)  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    folder: Path = tmp_path_factory.mktemp("index")
    TantivyIndexWriter(folder).write([HANGERS, CITING, ISSUE, IMPORTER, CASE, FINDING])
    return SearchService(TantivyIndex(folder))


def ids(service: SearchService, text: str, **asked: object) -> list[str]:
    return [hit.id for hit in service.search(text, **asked).items]  # type: ignore[arg-type]


def test_more_like_a_thing_shares_its_rare_words_and_numbers_and_is_not_itself(service: SearchService) -> None:
    found = service.search("", like=HANGERS.id, kinds=("documents",))
    assert [hit.id for hit in found.items] == [CITING.id, ISSUE.id]
    assert found.items[0].why
    assert ids(service, "undervalued", like=HANGERS.id) == [ISSUE.id]
    with pytest.raises(NotFound, match="document:none"):
        service.search("", like="document:none")


def test_wire_hangers_finds_hangers_of_steel_wire(service: SearchService) -> None:
    assert set(ids(service, "wire hangers")) == {HANGERS.id, CASE.id}


@pytest.mark.parametrize("text", ["N301234", "NY N301234", "n 301234", "ny-n301234", "ruling N301234", '"NY N301234"'])
def test_a_ruling_in_any_spelling_is_first_and_what_cites_it_follows(service: SearchService, text: str) -> None:
    assert ids(service, text) == [HANGERS.id, CITING.id]


@pytest.mark.parametrize("text", ["7326", "7326.20", "732620", "7326.20.00", "7326.20.0020", "7326200020"])
def test_a_tariff_number_is_found_at_every_level(service: SearchService, text: str) -> None:
    assert HANGERS.id in ids(service, text)


@pytest.mark.parametrize("text", ["12-3456789", "12-345678900", "12345678900", "importer:12-3456789"])
def test_an_importer_number_gives_the_importer_and_all_about_it(service: SearchService, text: str) -> None:
    found = ids(service, text)
    assert found[0] == IMPORTER.id
    assert set(found[1:]) == {ISSUE.id, FINDING.id}


@pytest.mark.parametrize("text", ["A-570-918", "A570918", "case A-570-918", "case:A570918"])
def test_a_case_is_first_and_what_carries_it_follows(service: SearchService, text: str) -> None:
    assert ids(service, text) == [CASE.id, ISSUE.id]


def test_an_issue_is_found_by_its_number(service: SearchService) -> None:
    assert ids(service, "2024-0117")[0] == ISSUE.id


def test_a_hit_says_that_a_ruling_was_revoked_and_by_what(service: SearchService) -> None:
    fields = service.search("N301234").items[0].fields
    assert (fields["status"], fields["revoked_by"]) == (("revoked",), ("HQ-H348257",))


def test_words_that_no_document_has_together_are_searched_loosely_with_a_note(service: SearchService) -> None:
    result = service.search("undervalued revocation", limit=1)
    assert result.total == 2
    assert "Nothing has all of the words" in result.note
    rest = service.search("undervalued revocation", limit=1, cursor=result.next_cursor)
    assert {hit.id for hit in (*result.items, *rest.items)} == {ISSUE.id, CITING.id}
    assert rest.next_cursor == ""


def test_nothing_found_has_no_note(service: SearchService) -> None:
    assert service.search("zebra giraffe").note == ""


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (("ruling",), {HANGERS.id, CITING.id}),
        (("ruling", "issue"), {HANGERS.id, CITING.id, ISSUE.id}),
        (("documents",), {HANGERS.id, CITING.id, ISSUE.id}),
        (("entities",), {IMPORTER.id, CASE.id}),
        (("findings", "case"), {FINDING.id, CASE.id}),
        ((), {HANGERS.id, CITING.id, ISSUE.id, IMPORTER.id, CASE.id, FINDING.id}),
    ],
)
def test_kinds_and_their_groups(service: SearchService, kinds: Sequence[str], found: set[str]) -> None:
    assert set(ids(service, "", kinds=kinds)) == found


@pytest.mark.parametrize(
    ("kinds", "ticked", "found"),
    [
        (("documents",), ["ruling"], {HANGERS.id, CITING.id}),
        (("ruling", "case"), ["documents"], {HANGERS.id, CITING.id}),
        (("ruling",), ["issue"], set()),
    ],
)
def test_a_filter_on_kinds_narrows_the_kinds(
    service: SearchService, kinds: Sequence[str], ticked: list[str], found: set[str]
) -> None:
    assert set(ids(service, "", kinds=kinds, filters={"kind": ticked})) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"importer": ["12-3456789"]}, {ISSUE.id, IMPORTER.id, FINDING.id}),
        ({"importer": ["12-3456789"], "kind": ["documents"]}, {ISSUE.id}),
        ({"status": ["Revoked", "In Force"]}, {HANGERS.id, CITING.id}),
        ({"hts": ["7326.20"]}, {HANGERS.id}),
        ({"ruling": ["n301234"]}, {HANGERS.id, CITING.id}),
        ({"date": ["2018", "2024-05..2024-06"]}, {HANGERS.id, CITING.id}),
        ({"country": ["cn"]}, {CASE.id}),
        ({"country": []}, {HANGERS.id, CITING.id, ISSUE.id, IMPORTER.id, CASE.id, FINDING.id}),
    ],
)
def test_filters_in_any_spelling(service: SearchService, filters: dict[str, list[str]], found: set[str]) -> None:
    assert set(ids(service, "", filters=filters)) == found


def test_facets_are_counted_unless_none_are_wanted(service: SearchService) -> None:
    assert tuple(service.search("hangers").facets) == DEFAULT_FACETS
    assert service.search("hangers", facets=()).facets == {}


@pytest.mark.parametrize(
    "asked",
    [
        {"kinds": ["spaceship"]},
        {"filters": {"colour": ["red"]}},
        {"filters": {"date": ["soon"]}},
        {"facets": ["colour"]},
        {"limit": 0},
        {"cursor": "~nonsense"},
        {"cursor": "nonsense"},
    ],
    ids=str,
)
def test_what_cannot_be_is_invalid_and_says_what_can(service: SearchService, asked: dict[str, object]) -> None:
    with pytest.raises(Invalid) as raised:
        service.search("wire hangers", **asked)  # type: ignore[arg-type]
    assert raised.value.next_step


@settings(max_examples=300)
@given(text=st.text(), sort=st.sampled_from(["relevance", "date"]))
def test_any_text_is_answered(service: SearchService, text: str, sort: str) -> None:
    assert service.search(text, sort=sort, limit=5).total >= 0  # type: ignore[arg-type]
