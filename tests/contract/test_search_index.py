"""What every search engine must answer: one suite, run over each engine of the seam."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from secrets import token_hex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid, Unavailable
from search.analysis import tokens
from search.document import SearchDocument
from search.index.facets import SHOWN
from search.index.index import SearchIndex, SearchStore
from search.index.tantivy import TantivyStore
from search.query import (
    VALUES_SHOWN,
    AllOf,
    AnyOf,
    Boosted,
    Everything,
    Fuzzy,
    Identifier,
    Not,
    Own,
    Phrase,
    Prefix,
    Query,
    Range,
    Reason,
    SearchRequest,
    Term,
    Words,
)

Indexed = Callable[[Iterable[SearchDocument]], SearchIndex]


@pytest.fixture(scope="module", params=["tantivy", pytest.param("opensearch", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchStore]:
    store: SearchStore
    if request.param == "opensearch":
        from search.index.opensearch import OpenSearchStore  # its driver is there only where servers are tried

        store = OpenSearchStore(request.getfixturevalue("opensearch_url") + f"/contract-{token_hex(3)}")
    else:
        store = TantivyStore(tmp_path_factory.mktemp("home"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def indexed(engine: SearchStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    """Writes documents for a generation of their own and opens the index over them."""
    folders = []

    def write(documents: Iterable[SearchDocument]) -> SearchIndex:
        folders.append(tmp_path_factory.mktemp("generation"))
        engine.write(folders[-1], documents)
        return engine.index(folders[-1])

    yield write
    engine.drop(folders)


HANGERS = SearchDocument(
    "document:NY-N301234", "ruling", "The tariff classification of wire garment hangers",
    "The merchandise is hangers of steel wire, classified in subheading 7326.20.0020, HTSUS.", date(2018, 10, 1),
    ("hts:7326200020", "hts:73262000", "hts:732620", "hts:7326", "hts:73"),
    {"status": ("revoked",), "revoked_by": ("HQ-H348257",), "hts4": ("7326",), "country": ("CN",), "year": ("2018",)},
)  # fmt: skip
REVOCATION = SearchDocument(
    "document:HQ-H348257", "ruling", "Revocation of a New York ruling",
    "We revoke NY N301234. Steel rods <b>and</b> wire & strip are not hangers.", date(2024, 5, 2),
    ("document:NY-N301234", "hts:7326", "hts:73"),
    {"status": ("in force",), "hts4": ("7326",), "country": ("CN", "VN"), "year": ("2024",)},
)  # fmt: skip
REPORT = SearchDocument(
    "document:SV20072698", "lab_report", "Fiber analysis of knit gloves",
    "The gloves are of cotton and of polyester from Viet Nam. Nothing is of metal.", date(2020, 2, 29),
    ("importer:12-345678900", "entry_number:ABC12345676"),
    {"importer": ("12-345678900",), "country": ("VN",), "year": ("2020",)},
)  # fmt: skip
IMPORTER = SearchDocument(
    "importer:12-345678900", "importer", "WIRE WORKS OF SALEM, INC.", "12-345678900\nSalem Hangers", None,
    (), {"importer": ("12-345678900",), "country": ("US",)}, weight=60,
)  # fmt: skip
HEADING = SearchDocument(
    "hts:7326", "hts", "Articles of iron or steel", "7326", None, ("hts:73",), {"hts4": ("7326",)}, weight=40
)
SMALL_WORLD = (HANGERS, REVOCATION, REPORT, IMPORTER, HEADING)


@pytest.fixture(scope="module")
def index(indexed: Indexed) -> SearchIndex:
    """The small world, for all tests that only ask."""
    return indexed(SMALL_WORLD)


def found(index: SearchIndex, query: Query, **request: object) -> list[str]:
    return [hit.id for hit in index.search(SearchRequest(query, **request)).items]  # type: ignore[arg-type]


def test_counts_what_it_holds(index: SearchIndex) -> None:
    assert index.count() == 5


def test_counts_once_what_is_a_number_and_carries_it(indexed: Indexed) -> None:
    index = indexed(
        [
            SearchDocument("hts:7326", "hts", "Articles", identifiers=("hts:7326",)),
            SearchDocument("hts:7327", "hts", "Others", identifiers=("hts:7326",)),
            SearchDocument("document:a", "memo", "Memo", identifiers=("hts:7326", "hts:7327")),
        ]
    )
    asked = [Identifier("hts", key) for key in ("7326", "7327", "7328")]
    assert index.counts(asked) == [3, 2, 0]
    assert [index.search(SearchRequest(one)).total for one in asked] == [3, 2, 0]
    assert [index.search(SearchRequest(one, facets=("kind",))).total for one in asked] == [3, 2, 0]


def test_an_empty_index_finds_nothing(indexed: Indexed) -> None:
    index = indexed([])
    result = index.search(SearchRequest(Words("hangers"), facets=("kind",)))
    assert (index.count(), result.items, result.total, result.next_cursor) == (0, (), 0, "")
    assert result.facets == {"kind": ()}


ALL = {"document:NY-N301234", "document:HQ-H348257", "document:SV20072698", "importer:12-345678900", "hts:7326"}
RULING, REVOKING, LAB, COMPANY, TARIFF = (document.id for document in SMALL_WORLD)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param(Words("wire hangers"), {RULING, REVOKING, COMPANY}, id="words in any order, title or text"),
        pytest.param(Words("WIRES HANGER"), {RULING, REVOKING, COMPANY}, id="in any case and number"),
        pytest.param(Words("hangers", field="title"), {RULING}, id="in the title alone"),
        pytest.param(Words("gloves rods"), set(), id="all words must occur"),
        pytest.param(Words("gloves rods", need="any"), {LAB, REVOKING}, id="any word may occur"),
        pytest.param(Words("the hangers of the"), {RULING, REVOKING, COMPANY}, id="stop words do not count"),
        pytest.param(Words("from"), {LAB}, id="unless there are no others"),
        pytest.param(Words("?!"), set(), id="no words find nothing"),
        pytest.param(Phrase("steel wire"), {RULING}, id="a phrase is in order"),
        pytest.param(Phrase("hangers of steel"), {RULING}, id="with its stop words"),
        pytest.param(Phrase("hangers steel"), set(), id="and leaves nothing out"),
        pytest.param(Phrase("hangers wire", slop=2), {RULING}, id="but for the places allowed"),
        pytest.param(Phrase("steel hangers wire", slop=9), set(), id="never in another order"),
        pytest.param(Phrase("cotton cotton", slop=9), set(), id="nor one word for two"),
        pytest.param(Phrase("merchandise wire in", slop=5), {RULING}, id="all gaps together"),
        pytest.param(Phrase("merchandise wire in", slop=4), set(), id="are what is allowed"),
        pytest.param(Phrase("steel wire", field="title"), set(), id="a phrase in the title"),
        pytest.param(Phrase("gloves"), {LAB}, id="a phrase of one word"),
        pytest.param(Phrase("..."), set(), id="a phrase of none"),
        pytest.param(Prefix("hang"), {RULING, REVOKING, COMPANY}, id="words that begin so"),
        pytest.param(Prefix("CLASSIFIC"), {RULING}, id="as they are written"),
        pytest.param(Prefix("classifie"), {RULING}, id="whatever their stem"),
        pytest.param(Prefix("hang", field="title"), {RULING}, id="in the title alone"),
        pytest.param(Prefix("revoca", field="title"), {REVOKING}, id="as the title writes them"),
        pytest.param(Prefix("angers"), set(), id="not in their middle"),
        pytest.param(Prefix("?"), set(), id="a beginning of no letters"),
        pytest.param(Fuzzy("hangars"), {RULING, REVOKING, COMPANY}, id="a letter that is another"),
        pytest.param(Fuzzy("hnagers"), {RULING, REVOKING, COMPANY}, id="two that changed places"),
        pytest.param(Fuzzy("glovs"), {LAB}, id="one that was left out"),
        pytest.param(Fuzzy("cottton"), {LAB}, id="one too many"),
        pytest.param(Fuzzy("hungars"), set(), id="two wrong where one may be"),
        pytest.param(Fuzzy("hungars", edits=2), {RULING, REVOKING, COMPANY}, id="two wrong where two may be"),
        pytest.param(Fuzzy("glovs", field="title"), {LAB}, id="spelled almost so in the title"),
        pytest.param(Fuzzy("coton", field="title"), set(), id="but not in the text"),
        pytest.param(Own((RULING, TARIFF, "document:none")), {RULING, TARIFF}, id="things by their ids alone"),
        pytest.param(Own(()), set(), id="none of them"),
        pytest.param(Boosted(Words("gloves"), 3.0), {LAB}, id="a weight changes nothing in what matches"),
        pytest.param(Identifier("hts", "732620"), {RULING}, id="a tariff number rolls up"),
        pytest.param(Identifier("hts", "7326"), {TARIFF, RULING, REVOKING}, id="the thing and its carriers"),
        pytest.param(Identifier("document", "NY-N301234"), {RULING, REVOKING}, id="a ruling and who cites it"),
        pytest.param(Identifier("entry_number", "ABC12345676"), {LAB}, id="an entry"),
        pytest.param(Term("status", "revoked"), {RULING}, id="a field's value"),
        pytest.param(Term("country", "VN"), {REVOKING, LAB}, id="one of a field's values"),
        pytest.param(Range(date(2020, 2, 29), date(2020, 2, 29)), {LAB}, id="both ends of a span count"),
        pytest.param(Range(None, date(2020, 2, 28)), {RULING}, id="undated things are in no span"),
        pytest.param(Range(None, None), {RULING, REVOKING, LAB}, id="not even in an open one"),
        pytest.param(AllOf((Words("hangers"), Not(Words("rods")))), {RULING, COMPANY}, id="without"),
        pytest.param(Not(Words("hangers")), {LAB, TARIFF}, id="everything but"),
        pytest.param(Not(Not(Words("gloves"))), {LAB}, id="not not"),
        pytest.param(AnyOf((Words("gloves"), Not(Words("wire")))), {LAB, TARIFF}, id="or not"),
        pytest.param(AnyOf((Words("gloves"), AllOf((Words("rods"), Words("strip"))))), {LAB, REVOKING}, id="nested"),
        pytest.param(AnyOf(()), set(), id="any of nothing"),
        pytest.param(Everything(), ALL, id="everything"),
    ],
)
def test_finds_what_is_asked_for(index: SearchIndex, query: Query, ids: set[str]) -> None:
    result = index.search(SearchRequest(query, limit=100))
    assert {hit.id for hit in result.items} == ids
    assert result.total == len(ids)


def test_the_thing_itself_comes_before_what_carries_its_number(index: SearchIndex) -> None:
    assert found(index, Identifier("hts", "7326"))[0] == TARIFF
    assert found(index, AnyOf((Words("rods"), Identifier("document", "NY-N301234"))))[0] == RULING


def test_a_word_in_the_title_counts_more(indexed: Indexed) -> None:
    index = indexed(
        [
            SearchDocument("document:text", "memo", "On other things", "gloves knit hats socks"),
            SearchDocument("document:title", "memo", "On gloves", "things knit hats socks other"),
        ]
    )
    assert found(index, Words("gloves")) == ["document:title", "document:text"]


def test_words_that_stand_together_count_more(indexed: Indexed) -> None:
    index = indexed(
        [
            SearchDocument("document:apart", "memo", "Memo", "steel of rods, and of hangers a wire"),
            SearchDocument("document:beside", "memo", "Memo", "rods of hangers, and of a steel wire"),
        ]
    )
    assert found(index, Words("steel wire")) == ["document:beside", "document:apart"]


def test_what_is_given_weight_comes_first(index: SearchIndex) -> None:
    for first, second in (("gloves", "rods"), ("rods", "gloves")):
        query = AnyOf((Boosted(Words(first), 5.0), Words(second)))
        assert found(index, query)[0] == found(index, Words(first))[0]


def test_a_word_as_it_was_asked_for_comes_before_one_that_is_almost_it(indexed: Indexed) -> None:
    index = indexed(
        [
            SearchDocument("document:almost", "memo", "Memo", "hangars of things"),
            SearchDocument("document:itself", "memo", "Memo", "hangers of things"),
        ]
    )
    assert found(index, Fuzzy("hangers")) == ["document:itself", "document:almost"]


def test_a_number_may_count_no_more_for_the_thing_itself(index: SearchIndex) -> None:
    query = AnyOf((Boosted(Words("hangers"), 100.0), Identifier("hts", "7326", first=False)))
    assert found(index, query)[-1] == TARIFF


def test_counts_what_matches_each_of_several_queries(index: SearchIndex) -> None:
    asked = (
        Words("hangers"),
        Words("gloves rods"),
        Identifier("hts", "7326"),
        Phrase("steel wire"),
        Not(Words("wire")),
    )
    assert index.counts(asked) == [3, 0, 3, 1, 2]
    assert index.counts(()) == []


def test_gives_back_what_it_holds_of_a_thing(index: SearchIndex) -> None:
    held = index.held(RULING)
    assert held is not None
    assert (held.title, held.text, held.identifiers) == (HANGERS.title, HANGERS.text, HANGERS.identifiers)
    assert (held.id, held.kind, held.date, held.fields) == (RULING, "ruling", HANGERS.date, HANGERS.fields)
    assert index.held("document:none") is None


def why(index: SearchIndex, query: Query, id_: str) -> tuple[Reason, ...]:
    return next(hit.why for hit in index.search(SearchRequest(query)).items if hit.id == id_)


@pytest.mark.parametrize(
    ("query", "id_", "reasons"),
    [
        (
            Words("garment hangers"), RULING,
            (
                Reason("word", "garment", ("garment",), 1, in_title=True),
                Reason("word", "hangers", ("hangers",), 2, in_title=True),
                Reason("beside", "garment hangers", ("garment hangers",), 1, in_title=True),
            ),
        ),
        (Phrase("hangers of steel"), RULING, (Reason("phrase", "hangers of steel"),)),
        (AnyOf((Phrase("steel hangers"), Words("wire"))), REVOKING, (Reason("word", "wire", ("wire",), 1),)),
        (Prefix("hang"), COMPANY, (Reason("begins", "hang", ("hangers",), 1),)),
        (Fuzzy("glvoes"), LAB, (Reason("near", "glvoes", ("gloves",), 2, in_title=True),)),
        (Identifier("hts", "7326"), TARIFF, (Reason("is", "7326"),)),
        (Identifier("hts", "7326"), REVOKING, (Reason("carries", "7326"),)),
        (Identifier("hts", "7326"), RULING, (Reason("below", "7326", ("7326200020",)),)),
        (Term("status", "revoked"), RULING, (Reason("value", "status: revoked"),)),
        (Boosted(Words("rods"), 2.0), REVOKING, (Reason("word", "rods", ("rods",), 1, weight=2.0),)),
        (AllOf((Words("rods"), Not(Words("gloves")))), REVOKING, (Reason("word", "rods", ("rods",), 1),)),
    ],
)  # fmt: skip
def test_a_hit_says_why_it_was_found(index: SearchIndex, query: Query, id_: str, reasons: tuple[Reason, ...]) -> None:
    assert why(index, query, id_) == reasons


def test_a_hit_says_on_which_page_its_passage_stands(indexed: Indexed) -> None:
    text = "Of gloves. " * 60 + "Of wire rods. " + "Of hats. " * 60
    pages = ((1, 0), (2, text.index("Of wire")), (3, text.index("Of hats")))
    index = indexed([replace(REPORT, text=text, pages=pages), HANGERS])
    pages_found = {
        word: {hit.page for hit in index.search(SearchRequest(Words(word))).items}
        for word in ("rods", "hats", "hangers")
    }
    assert pages_found == {"rods": {2}, "hats": {3}, "hangers": {None}}


def test_a_hit_says_what_it_is(index: SearchIndex) -> None:
    (hit,) = index.search(SearchRequest(Term("status", "revoked"))).items
    assert (hit.kind, hit.title, hit.date) == (HANGERS.kind, HANGERS.title, HANGERS.date)
    assert hit.fields == HANGERS.fields


def test_a_hit_shows_some_of_many_values_and_is_found_by_each(indexed: Indexed) -> None:
    ports = tuple(f"{port:04d}" for port in range(1000, 1100))
    index = indexed([replace(REPORT, fields={"port": ports})])
    (hit,) = index.search(SearchRequest(Term("port", "1099"))).items
    assert hit.fields == {"port": ports[:VALUES_SHOWN]}


# Filters and facets


def test_filters_take_any_value_of_a_field_and_all_of_the_fields(index: SearchIndex) -> None:
    assert set(found(index, Everything(), filters={"country": ("VN", "US")})) == {REVOKING, LAB, COMPANY}
    assert found(index, Everything(), filters={"country": ("VN", "US"), "kind": ("ruling",)}) == [REVOKING]
    assert found(index, Everything(), filters={"country": ("FR",)}) == []


def test_a_field_without_values_filters_nothing(index: SearchIndex) -> None:
    assert set(found(index, Everything(), filters={"country": ()})) == ALL


def test_facets_count_over_all_matches_and_not_the_page(index: SearchIndex) -> None:
    request = SearchRequest(Words("hangers"), facets=("kind", "country", "lab"), limit=1)
    assert index.search(request).facets == {
        "kind": (("ruling", 2), ("importer", 1)),
        "country": (("CN", 2), ("US", 1), ("VN", 1)),
        "lab": (),
    }


def test_of_equally_frequent_values_of_a_facet_the_first_by_value_are_shown(indexed: Indexed) -> None:
    """However many there are; the more frequent ones stand before them."""
    rare = [f"L{number:04d}" for number in range(1_500)]
    labs = [*reversed(rare), "L9999", "L9999"]
    index = indexed(replace(REPORT, id=f"document:{place}", fields={"lab": (lab,)}) for place, lab in enumerate(labs))
    shown = index.search(SearchRequest(Everything(), facets=("lab",), limit=1)).facets["lab"]
    assert shown == (("L9999", 2), *((lab, 1) for lab in rare[: SHOWN - 1]))


def test_facets_keep_to_the_filters(index: SearchIndex) -> None:
    request = SearchRequest(Words("hangers"), filters={"kind": ("importer",)}, facets=("country",))
    assert index.search(request).facets == {"country": (("US", 1),)}


# Order and pages


def test_sorts_by_date_newest_first_and_undated_last(index: SearchIndex) -> None:
    assert found(index, Everything(), sort="date") == [REVOKING, LAB, RULING, COMPANY, TARIFF]
    assert found(index, Words("hangers"), sort="date") == [REVOKING, RULING, COMPANY]


def equals(count: int) -> list[SearchDocument]:
    """Documents that only their ids and days tell apart."""
    day = date(2020, 1, 1)
    return [
        SearchDocument(f"document:{n}", "memo", "Same", "the same words", day + timedelta(n % 7)) for n in range(count)
    ]


def test_between_equals_the_weightier_comes_first(indexed: Indexed) -> None:
    index = indexed([*equals(20), replace(equals(1)[0], id="document:weighty", weight=90)])
    assert found(index, Words("same"))[0] == "document:weighty"


def test_order_does_not_depend_on_the_order_of_writing(indexed: Indexed) -> None:
    orders = []
    for documents in (equals(50), equals(50)[::-1]):
        index = indexed(documents)
        orders.append([found(index, query, limit=50) for query in (Words("same"), Everything(), Phrase("same words"))])
    assert orders[0] == orders[1]


@pytest.mark.parametrize("sort", ["relevance", "date"])
@pytest.mark.parametrize("query", [Words("same"), Everything(), AnyOf((Words("same"), Words("rods")))])
def test_pages_have_no_gaps_and_no_repeats(indexed: Indexed, query: Query, sort: str) -> None:
    index = indexed([*equals(53), *SMALL_WORLD])
    whole = found(index, query, sort=sort, limit=1000)
    pages: list[str] = []
    cursor = ""
    for _ in range(100):
        page = index.search(SearchRequest(query, sort=sort, limit=7, cursor=cursor))  # type: ignore[arg-type]
        assert page.total == len(whole)
        pages += [hit.id for hit in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert pages == whole
    assert len(set(pages)) == len(pages)


def test_a_page_may_change_its_size_on_the_way(indexed: Indexed) -> None:
    index = indexed(equals(20))
    first = index.search(SearchRequest(Words("same"), limit=3))
    rest = found(index, Words("same"), limit=50, cursor=first.next_cursor)
    assert [hit.id for hit in first.items] + rest == found(index, Words("same"), limit=50)


# Passages


def test_a_passage_marks_the_words_and_escapes_the_rest(index: SearchIndex) -> None:
    (hit,) = index.search(SearchRequest(Words("rods strip"))).items
    assert hit.snippet == (
        "We revoke NY N301234. Steel <mark>rods</mark> &lt;b&gt;and&lt;/b&gt; wire &amp; <mark>strip</mark> are not "
        "hangers."
    )


def test_a_passage_marks_identifiers_in_any_spelling(index: SearchIndex) -> None:
    snippets = {
        hit.id: hit.snippet
        for query in (Identifier("document", "NY-N301234"), Identifier("hts", "732620"))
        for hit in index.search(SearchRequest(query)).items
    }
    assert "<mark>NY N301234</mark>" in snippets[REVOKING]
    assert "<mark>7326.20.0020</mark>" in snippets[RULING]


# What cannot be


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(SearchRequest(Everything(), limit=0), id="no hits"),
        pytest.param(SearchRequest(Everything(), limit=1001), id="too many hits"),
        pytest.param(SearchRequest(Everything(), cursor="nonsense"), id="a cursor that is none"),
        pytest.param(SearchRequest(Everything(), cursor="ü"), id="a cursor in other letters"),
        pytest.param(SearchRequest(Everything(), filters={"colour": ("red",)}), id="an unknown filter"),
        pytest.param(SearchRequest(Everything(), facets=("colour",)), id="an unknown facet"),
        pytest.param(SearchRequest(Term("colour", "red")), id="an unknown field"),
        pytest.param(SearchRequest(Everything(), sort="size"), id="an unknown order"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_invalid(index: SearchIndex, request_: SearchRequest) -> None:
    with pytest.raises(Invalid) as raised:
        index.search(request_)
    assert raised.value.next_step


def test_a_cursor_of_another_search_is_invalid(index: SearchIndex) -> None:
    cursor = index.search(SearchRequest(Everything(), limit=2)).next_cursor
    with pytest.raises(Invalid, match="does not belong"):
        index.search(SearchRequest(Words("hangers"), limit=2, cursor=cursor))


def test_a_closed_index_is_unavailable(indexed: Indexed) -> None:
    index = indexed(SMALL_WORLD)
    index.close()
    with pytest.raises(Unavailable):
        index.search(SearchRequest(Everything()))


def test_many_threads_get_the_answers_of_one(index: SearchIndex) -> None:
    queries = [Words("wire hangers"), Phrase("steel wire"), Identifier("hts", "7326"), Everything(), Words("of")] * 20
    alone = [index.search(SearchRequest(query, facets=("kind",))) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: index.search(SearchRequest(query, facets=("kind",))), queries))
    assert together == alone


texts = st.text(max_size=40)
values = st.sampled_from(["VN", "ruling", "", "\x00", "a:b", "é"])
leaves = st.one_of(
    st.builds(Words, texts, field=st.sampled_from(["", "title"]), need=st.sampled_from(["all", "any"])),
    st.builds(Phrase, texts, field=st.sampled_from(["", "title"]), slop=st.integers(0, 5)),
    st.builds(Prefix, texts, field=st.sampled_from(["", "title"])),
    st.builds(Fuzzy, texts, field=st.sampled_from(["", "title"]), edits=st.integers(1, 2)),
    st.builds(Own, st.lists(texts, max_size=2).map(tuple)),
    st.builds(Identifier, st.sampled_from(["hts", "document", "?"]), st.text(max_size=12)),
    st.builds(Term, st.sampled_from(["kind", "country", "status"]), values),
    st.builds(Range, st.none() | st.dates(), st.none() | st.dates()),
    st.just(Everything()),
)
queries = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Not, parts),
        st.builds(Boosted, parts, st.floats(0.01, 100)),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(query=queries)
def test_any_query_is_answered(index: SearchIndex, query: Query) -> None:
    result = index.search(SearchRequest(query, limit=3))
    assert len(result.items) == min(3, result.total)
    without = index.search(SearchRequest(Not(query)))
    assert result.total + without.total == index.count()


nasty = st.one_of(
    st.text(max_size=30), st.text(alphabet="\ud800\udfff\x00\x01\x1f\u200b\ufeff\U0001f4a3 é%_-", max_size=12),
    st.sampled_from(["", "\x00", "x" * 64, "y" * 300, "a'b\"c\\d", "_", "İ ß ﬁ ½", "{{}}", "\n{}\n"]),
)  # fmt: skip
documents = st.builds(
    SearchDocument,
    id=nasty.map(lambda text: f"document:{text}"), kind=nasty, title=nasty, text=nasty, date=st.none() | st.dates(),
    identifiers=st.lists(nasty, max_size=2).map(tuple),
    fields=st.dictionaries(st.sampled_from(["country", "lab"]), st.lists(nasty, max_size=3).map(tuple), max_size=2),
    weight=st.integers(-1, 200),
)  # fmt: skip


@settings(max_examples=5)  # each makes an index
@given(written=st.lists(documents, max_size=30, unique_by=lambda document: document.id.encode("utf-8", "replace")))
def test_any_document_is_held_and_found_by_what_it_holds(indexed: Indexed, written: list[SearchDocument]) -> None:
    index = indexed(written)
    everything = index.search(SearchRequest(Everything(), limit=100, facets=("country",)))
    assert everything.total == index.count() == len(written)
    assert {hit.title for hit in everything.items} == {readable(document.title) for document in written}
    for document in written:
        asked: list[Query] = [Term("lab", value) for value in document.fields.get("lab", ())]
        asked += [Phrase(document.title)] if tokens(document.title) else []
        asked += [Words(document.text)] if tokens(document.text) else []
        for query in asked:
            assert readable(document.id) in {hit.id for hit in index.search(SearchRequest(query, limit=100)).items}


def readable(text: str) -> str:
    """The text with question marks for halves of characters."""
    return text.encode("utf-8", "replace").decode()


@settings(max_examples=5)  # each makes an index
@given(
    texts=st.lists(st.lists(st.sampled_from("vwxyz"), max_size=8).map(" ".join), min_size=1, max_size=30),
    phrases=st.lists(
        st.tuples(st.lists(st.sampled_from("vwxyz"), min_size=2, max_size=4), st.integers(0, 5)),
        min_size=20,
        max_size=40,
    ),
)
def test_a_phrase_finds_exactly_the_texts_that_have_its_words_in_order(
    indexed: Indexed, texts: list[str], phrases: list[tuple[list[str], int]]
) -> None:
    index = indexed(SearchDocument(f"document:{n}", "memo", "Memo", text) for n, text in enumerate(texts))
    for phrase, slop in phrases:
        expected = {f"document:{n}" for n, text in enumerate(texts) if stand_in_order(text.split(), phrase, slop)}
        assert set(found(index, Phrase(" ".join(phrase), slop=slop), limit=100)) == expected


def stand_in_order(words: list[str], phrase: list[str], others: int, *, side_by_side: bool = False) -> bool:
    """Whether the phrase's words stand in this order among the words, with no more than so many others between."""
    if not phrase:
        return True
    places = [place for place, word in enumerate(words) if word == phrase[0] and (not side_by_side or place <= others)]
    return any(
        stand_in_order(words[place + 1 :], phrase[1:], others - side_by_side * place, side_by_side=True)
        for place in places
    )


MANY = [f"word{number}" for number in range(3_000)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (Words(" ".join([*MANY, "gloves"]), need="any"), {LAB}),
        (Words(" ".join([*MANY, "gloves"])), set()),
        (AnyOf((Words("hangers"), *map(Words, MANY))), {RULING, REVOKING, COMPANY}),
        (AllOf((Words("hangers"), Not(AnyOf((Words("rods"), *map(Words, MANY)))))), {RULING, COMPANY}),
        (AllOf((Words("hangers"), *(Not(Words(word)) for word in MANY))), {RULING, REVOKING, COMPANY}),
        (AnyOf(tuple(Identifier("hts", f"{number}") for number in range(7000, 9000))), {TARIFF, RULING, REVOKING}),
        (Phrase(" ".join(MANY)), set()),
    ],
    ids=["any word", "all words", "any part", "but for any", "none of", "numbers", "a phrase"],
)
def test_a_very_long_query_is_answered(index: SearchIndex, query: Query, ids: set[str]) -> None:
    for sort in ("relevance", "date"):
        assert set(found(index, query, sort=sort)) == ids


def test_a_long_text_has_all_the_words_of_a_long_query(indexed: Indexed) -> None:
    text = " ".join(MANY)
    index = indexed(
        [SearchDocument("document:all", "memo", "", text), SearchDocument("document:rest", "memo", "", text[8:])]
    )
    assert found(index, Words(text)) == ["document:all"]
    assert found(index, Words(text, need="any")) == ["document:all", "document:rest"]
