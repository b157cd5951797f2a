"""What people type, and how it is understood."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.errors import Invalid
from search.fields import KIND_GROUPS
from search.query import (
    AllOf,
    AnyOf,
    Boosted,
    Everything,
    Fuzzy,
    Identifier,
    Not,
    Phrase,
    Prefix,
    Query,
    Range,
    Term,
    Words,
)
from search.reading import read_days, read_query


def numbered(kind: str, key: str, written: str) -> Query:
    """An identifier, or its text as it was written."""
    return AnyOf((Identifier(kind, key), Phrase(written)))


def port(code: str) -> Query:
    """A port as its field has it."""
    return AnyOf((Identifier("port", code), Term("port", code)))


RULING = Identifier("document", "NY-N301234")
CASE = Identifier("case", "A-570-918")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Everything()),
        ("   ", Everything()),
        ("hangers", Words("hangers")),
        ("wire hangers", Words("wire hangers")),
        ("hangers of steel wire", Words("hangers of steel wire")),
        ("RE: wire hangers", Words("RE: wire hangers")),
        ("wire (garment) hangers", Words("wire (garment) hangers")),
        ("cold-rolled steel", Words("cold-rolled steel")),
        ("and/or", Words("and/or")),
        (
            "what became of wire hangers from Vietnam at the port (if anything)?",
            Words("what became of wire hangers from Vietnam at the port (if anything)?", need="any"),
        ),
        (
            "why were the goods - entered in 2019 - held: was it -origin or value",
            Words("why were the goods - entered in 2019 - held: was it -origin or value", need="any"),
        ),
    ],
)
def test_plain_words(text: str, query: Query) -> None:
    assert read_query(text).query == query
    assert read_query(text).note == ""


def test_a_few_words_are_tried_loosely_when_no_document_has_them_all() -> None:
    assert read_query("wire hangers").otherwise == Words("wire hangers", need="any")
    assert read_query("hangers").otherwise is None


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("7326.20.0020", Identifier("hts", "7326200020")),
        ("7326200020", Identifier("hts", "7326200020")),
        ("7326.20.00.20", Identifier("hts", "7326200020")),
        ("7326.20", Identifier("hts", "732620")),
        ("732620", Identifier("hts", "732620")),
        ("7326", Identifier("hts", "7326")),
        ("N301234", RULING),
        ("NY N301234", RULING),
        ("n 301234", RULING),
        ("NY-N301234", RULING),
        ("(N301234)", RULING),
        ('"NY N301234"', RULING),
        ("HQ H348257", Identifier("document", "HQ-H348257")),
        ("A-570-918", CASE),
        ("A570918", CASE),
        ("A570918000", CASE),
        ("A-570-918-014", Identifier("case", "A-570-918-014")),
        ("ABC-1234567-6", Identifier("entry_number", "ABC12345676")),
        ("ABC12345676", Identifier("entry_number", "ABC12345676")),
        ("12-3456789", Identifier("importer", "12-345678900")),
        ("12-345678900", Identifier("importer", "12-345678900")),
        ("12345678900", Identifier("importer", "12-345678900")),
        ("CNSHEFUR123SHE", Identifier("manufacturer", "CNSHEFUR123SHE")),
        ("CSQU3054383", Identifier("container", "CSQU3054383")),
        ("SV20072698", Identifier("lab_number", "SV20072698")),
        ("2704", Identifier("port", "2704")),
        ("CN", Identifier("country", "CN")),
        ("2024-0117", Identifier("issue", "2024-0117")),
        ("hts:7326.20", Identifier("hts", "732620")),
        ("case:a570918", CASE),
        ("ruling:N301234", RULING),
        ("document:NY-N301234", RULING),
        ("importer:12-3456789", Identifier("importer", "12-345678900")),
        ("party:p7f3", Identifier("party", "p7f3")),
    ],
)
def test_identifiers_in_any_spelling(text: str, query: Query) -> None:
    read = read_query(text).query
    assert query in (read.parts if isinstance(read, AnyOf) else (read,))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("wire hangers 7326.20", AllOf((numbered("hts", "732620", "7326.20"), Words("wire hangers")))),
        ("NY N301234 hangers", AllOf((numbered("document", "NY-N301234", "NY N301234"), Words("hangers")))),
        ("hangers, A-570-918.", AllOf((numbered("case", "A-570-918", "A-570-918"), Words("hangers,")))),
        ("port 2704 hangers", AllOf((numbered("port", "2704", "2704"), Words("hangers")))),
        ("heading 7326", numbered("hts", "7326", "7326")),
        ("hangers 2019", Words("hangers 2019")),
    ],
)
def test_identifiers_among_words(text: str, query: Query) -> None:
    assert read_query(text).query == query


def test_a_long_text_with_an_identifier_may_match_by_either() -> None:
    text = "what was done about undervalued garment hangers under A-570-918"
    assert read_query(text).query == AnyOf(
        (
            numbered("case", "A-570-918", "A-570-918"),
            Words("what was done about undervalued garment hangers under", need="any"),
        )
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ('"steel wire"', Phrase("steel wire")),
        ('"steel wire"~3', Phrase("steel wire", slop=3)),
        ("wire AND hangers", AllOf((Words("wire"), Words("hangers")))),
        ("wire OR rods", AnyOf((Words("wire"), Words("rods")))),
        ("hangers NOT plastic", AllOf((Words("hangers"), Not(Words("plastic"))))),
        ("hangers -plastic", AllOf((Words("hangers"), Not(Words("plastic"))))),
        ("NOT plastic", Not(Words("plastic"))),
        (
            "hangers AND (wire OR steel)",
            AllOf((Words("hangers"), AnyOf((Words("wire"), Words("steel"))))),
        ),
        ("title:hangers", Words("hangers", field="title")),
        ('title:"steel wire"', Phrase("steel wire", field="title")),
        ("title:(wire OR rods)", AnyOf((Words("wire", field="title"), Words("rods", field="title")))),
        ("text:hangers", Words("hangers")),
        ("title:(hangers NOT wire)", AllOf((Words("hangers", field="title"), Not(Words("wire", field="title"))))),
        ("title:A-570-918", Phrase("A-570-918", field="title")),
        ("+hangers +wire", AllOf((Words("hangers"), Words("wire")))),
        ("hangers^2 wire~1", AllOf((Boosted(Words("hangers"), 2.0), Fuzzy("wire", edits=1)))),
        ("hangars~", Fuzzy("hangars", edits=2)),
        ("wire~", Fuzzy("wire", edits=1)),
        ("hang* steel", AllOf((Prefix("hang"), Words("steel")))),
        ("title:hang*^3", Boosted(Prefix("hang", field="title"), 3.0)),
        ("(wire OR rods)^0.5", Boosted(AnyOf((Words("wire"), Words("rods"))), 0.5)),
        ('"wire hangers"~2^4', Boosted(Phrase("wire hangers", slop=2), 4.0)),
        ("year:[2019 TO 2020]", Range(date(2019, 1, 1), date(2020, 12, 31))),
        ("hts:[7325 TO 7326]", AnyOf((Identifier("hts", "7325"), Identifier("hts", "7326")))),
        ("hts:7326.20*", Identifier("hts", "732620")),
        ('"hangers" [steel TO wire]', AllOf((Phrase("hangers"), Words("steel wire")))),
        ('"..." AND hangers', Words("hangers")),
        (
            "kind:documents NOT issue:2024-0117",
            AllOf(
                (
                    AnyOf(tuple(Term("kind", kind) for kind in sorted(KIND_GROUPS["documents"]))),
                    Not(AnyOf((Identifier("issue", "2024-0117"), Term("issue", "2024-0117")))),
                )
            ),
        ),
        ("year:(2020 AND NOT 2021)", AllOf((Term("year", "2020"), Not(Term("year", "2021"))))),
        ("kind:ruling hangers", AllOf((Term("kind", "ruling"), Words("hangers")))),
        ("status:Revoked", Term("status", "revoked")),
        ('status:"in force"', Term("status", "in force")),
        ("collection:ny", Term("collection", "NY")),
        ("year:(2019 OR 2020)", AnyOf((Term("year", "2019"), Term("year", "2020")))),
        ("country:vn", AnyOf((Identifier("country", "VN"), Term("country", "VN")))),
        ("date:2020", Range(date(2020, 1, 1), date(2020, 12, 31))),
        ("date:2020-02", Range(date(2020, 2, 1), date(2020, 2, 29))),
        ("date:[2020-01-01 TO 2021-12-31]", Range(date(2020, 1, 1), date(2021, 12, 31))),
        ("date:[2020 TO *]", Range(date(2020, 1, 1), None)),
        ("date:>=2020-03", Range(date(2020, 3, 1), None)),
        ("date:<=2020-03", Range(None, date(2020, 3, 31))),
    ],
)
def test_operators(text: str, query: Query) -> None:
    assert read_query(text).query == query
    assert read_query(text).note == ""


@pytest.mark.parametrize(
    ("text", "query", "note"),
    [
        ('"steel wire', Words('"steel wire'), "could not be understood"),
        ("hangers AND", Words("hangers AND"), "could not be understood"),
        ("hangers AND (wire", Words("hangers AND (wire"), "could not be understood"),
        ("colour:red", AllOf((Words("colour"), Words("red"))), "no field 'colour'"),
        ("date:soon hangers", Words("hangers"), "'soon' is not a day"),
        ("date:2020-02-30 hangers", Words("hangers"), "'2020-02-30' is not a day"),
        ("status:[a TO b]", AnyOf((Term("status", "a"), Term("status", "b"))), "codes of one length have spans"),
        ("port:[1 TO 2704]", AnyOf(tuple(map(port, ("1", "2704")))), "codes of one length have spans"),
        ("status:rev*", Term("status", "rev"), "searched for 'rev' as a whole"),
        ("h*ng AND wire", AllOf((Words("h*ng"), Words("wire"))), "only at the end of a word"),
        ("h* wire", AllOf((Words("h"), Words("wire"))), "two letters or more"),
        ("hangers~5", Fuzzy("hangers", edits=2), "at most 2 letters"),
        ("hangers^1000", Boosted(Words("hangers"), 100.0), "between 0.01 and 100"),
    ],
)
def test_what_does_not_parse_is_searched_as_words_and_the_note_says_so(text: str, query: Query, note: str) -> None:
    assert read_query(text).query == query
    assert note in read_query(text).note


def test_a_social_security_number_is_looked_up_by_its_token_alone() -> None:
    read = read_query("551-23-4567", ssn_secret="of this home").query  # noqa: S106
    assert isinstance(read, AnyOf)
    tokens = [part for part in read.parts if isinstance(part, Identifier) and part.kind == "importer"]
    assert [part.key.startswith("SSN-") for part in tokens] == [True]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2020-01-31", date(2020, 1, 31), date(2020, 1, 31)),
        ("2019..2020", date(2019, 1, 1), date(2020, 12, 31)),
        ("2019-05..2020-02-03", date(2019, 5, 1), date(2020, 2, 3)),
        ("..2020", None, date(2020, 12, 31)),
        ("2020..", date(2020, 1, 1), None),
    ],
)
def test_days_and_spans(text: str, low: date | None, high: date | None) -> None:
    assert read_days(text) == Range(low, high)


@pytest.mark.parametrize("text", ["soon", "2020-13", "0000", "2020-01-01..x", "20200101"])
def test_other_days_are_invalid(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_days(text)
    assert raised.value.next_step


pieces = st.sampled_from(
    ["wire", "AND", "OR", "NOT", "(", ")", '"', "~2", "^3", "[", "]", "{", "}", " TO ", ":", "title:", "date:", "kind:",
     "hts:", "importer:", "/", "\\", "*", "?", "-", "+", "!", "7326.20", "N301234", "2020", " ", "  ", "&&", "||", ">"]
)  # fmt: skip


@settings(max_examples=600)
@given(st.one_of(st.text(), st.lists(pieces, max_size=14).map("".join), st.lists(pieces, max_size=14).map(" ".join)))
def test_every_text_can_be_read(text: str) -> None:
    assert read_query(text).query is not None


@pytest.mark.parametrize(
    "text", ["(" * 5000, "NOT " * 3000, "a:" * 3000, "x" * 50_000, '"' * 999, "-a " * 3000, "\ud800"]
)
def test_long_and_deep_texts_can_be_read(text: str) -> None:
    assert read_query(text).query is not None


def test_is_read_alike_by_many_threads_at_once() -> None:
    texts = [
        "wire AND (hangers OR rods)",
        '"steel wire"~3',
        "title:(a OR b)",
        "date:[2020 TO 2021] x",
        "((",
        "a NOT b",
    ] * 60
    alone = [read_query(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read_query, texts)) == alone
