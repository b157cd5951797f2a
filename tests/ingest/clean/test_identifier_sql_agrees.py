"""What the engine makes of an identifier is what the value types make of it, for any text whatever."""

import string
from collections.abc import Iterator
from functools import cache

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from stdnum import iso6346

from graph.model.errors import Invalid
from graph.model.identifiers import ImporterNumber, entry_check_digit, mask_ssn, parse, repair
from graph.model.spelling import FORMS, HYPHENS, MARGIN, tidy
from graph.model.tables import Column, IdentifierType
from ingest.clean.cells import clean_sql
from ingest.clean.masking import mask_sql

SECRET = "a home's secret"  # noqa: S105
# The difference of two short tables is plain to read; shrinking lists of texts takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
Row = tuple[str | None, str | None, str | None]


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET VARIABLE ssn_secret = $secret", {"secret": SECRET})
        yield connection


@cache
def query(kind: IdentifierType) -> str:
    column = Column("column", identifier=kind)
    value = clean_sql(column, "cell").value
    clean = clean_sql(column, "cell", value_sql="value")
    return (
        f"SELECT value, {clean.reason}, {clean.repair} FROM (SELECT cell, {value} AS value, place FROM "
        "(SELECT unnest($cells::VARCHAR[]) AS cell, generate_subscripts($cells::VARCHAR[], 1) AS place)) ORDER BY place"
    )


def by_the_engine(engine: duckdb.DuckDBPyConnection, kind: IdentifierType, cells: list[str]) -> list[Row]:
    return engine.execute(query(kind), {"cells": cells}).fetchall()


def by_the_value_types(kind: IdentifierType, text: str) -> Row:
    if not tidy(text):
        return None, None, None
    try:
        found = parse(kind, text)
    except Invalid as refused:
        if repaired := repair(kind, text):
            return repaired[0].key, None, f"column: {repaired[1]}"
        complaint = refused.message.removeprefix(f"{FORMS[kind].name}: ").removesuffix(".")
        return None, f"column: {complaint}", None
    if isinstance(found, ImporterNumber):
        found = found.tokenised(SECRET)
    return found.key, None, None


DIGITS = string.digits
LETTERS = string.ascii_uppercase


def shaped(pattern: str) -> st.SearchStrategy[str]:
    """Texts of a shape: 0 any digit, A any letter, ? either, other characters as they are."""
    alphabets = {"0": DIGITS, "A": LETTERS, "?": DIGITS + LETTERS}
    return st.tuples(*(st.sampled_from(alphabets.get(sign, sign)) for sign in pattern)).map("".join)


def with_entry_check(text: str) -> str:
    return text[:-1] + str(entry_check_digit(text.replace("-", "")[:10]))


def with_container_check(text: str) -> str:
    return text[:-1] + str(iso6346.calc_check_digit(text.replace(" ", "")[:10]))


PLAIN: dict[IdentifierType, tuple[str, ...]] = {
    IdentifierType.ENTRY_NUMBER: ("???00000000", "0000000000", "0.00000E+10"),
    IdentifierType.IMPORTER_NUMBER: (
        "00-0000000", "00-0000000??", "00-0000000 ??", "000000000", "00000000000", "000000-00000", "000-00-0000",
        "SSN-0000A0000000",
    ),
    IdentifierType.MANUFACTURER_ID: ("CN??????0000AAA", "AA????00AAA", "CA???AAA", "CN??????00000AAA", "XOAAA??AAA"),
    IdentifierType.HTS: (
        "0000", "000000", "00000000", "0000000000", "0000.00.0000", "0000.00.00.00", "0000.00.00", "000000000",
        "0000000", "00000", "77000000",
    ),
    IdentifierType.CASE: ("A-000-000", "C000000", "A000000000", "A-000-000-000", "C-570-109-000", "A000000-014"),
    IdentifierType.RULING: (
        "NY A00000", "NY A000000", "HQ A000000", "A000000", "A00000", "HQ 000000", "NY 00000", "N 000000",
        "HRL W000000", "000000", "NYRL-A00000", "NY-A000000",
    ),
    IdentifierType.PORT: ("0000", "000", "27?0"),
    IdentifierType.FOREIGN_PORT: ("00000", "0000"),
    IdentifierType.COUNTRY: ("AA", "X?"),
    IdentifierType.CONTAINER: ("AAAZ0000000", "AAA?0000000"),
    IdentifierType.BILL: ("AAAA????????????", "AA 0000", "0AAA000"),
    IdentifierType.FILER: ("???",),
    IdentifierType.SURETY: ("000",),
    IdentifierType.LAB_NUMBER: ("SV2000000", "NY19000000", "CH2000-00000", "0-00-00000-000"),
}  # fmt: skip
CHECKED: dict[IdentifierType, list[st.SearchStrategy[str]]] = {
    IdentifierType.ENTRY_NUMBER: [
        shaped("???00000000").map(with_entry_check),
        shaped("???-0000000-0").map(with_entry_check),
        shaped("0000000000").map(lambda tail: with_entry_check("0" + tail)[1:]),  # the first zero is lost
    ],
    IdentifierType.CONTAINER: [
        shaped("AAAU0000000").map(with_container_check),
        shaped("AAAU 000000 0").map(with_container_check),
    ],
}

margins = st.text(MARGIN + "\u00a0\u200b", max_size=2)


def dress(parts: tuple[str, str, str, str, bool]) -> str:
    """The text as people and programs mangle it: margins, another hyphen, small letters."""
    before, text, after, hyphen, small = parts
    dressed = before + text.replace("-", hyphen) + after
    return dressed.lower() if small else dressed


def written(kind: IdentifierType) -> st.SearchStrategy[str]:
    real = st.one_of([*map(shaped, PLAIN[kind]), *CHECKED.get(kind, [])])
    noise = st.text(DIGITS + LETTERS + "-. \u0131\u00df\u017f\uff11" + HYPHENS, max_size=14)
    return st.one_of(
        real,
        st.tuples(margins, real, margins, st.sampled_from("-" + HYPHENS), st.booleans()).map(dress),
        noise,
    )


@pytest.mark.parametrize("kind", list(IdentifierType))
def test_value_reason_and_repair_agree(engine: duckdb.DuckDBPyConnection, kind: IdentifierType) -> None:
    @settings(max_examples=25, phases=NO_SHRINKING)
    @given(st.lists(written(kind), min_size=40, max_size=60))
    def agree(texts: list[str]) -> None:
        expected = {text: by_the_value_types(kind, text) for text in texts}
        made = dict(zip(texts, by_the_engine(engine, kind, texts), strict=True))
        assert made == expected

    agree()


@pytest.mark.parametrize("kind", list(IdentifierType))
def test_the_shapes_reach_values_and_refusals(engine: duckdb.DuckDBPyConnection, kind: IdentifierType) -> None:
    """Otherwise the agreement above could be one of nothing with nothing."""
    seen: set[bool] = set()

    @settings(max_examples=20, database=None, derandomize=True)
    @given(st.lists(written(kind), min_size=40))
    def look(texts: list[str]) -> None:
        seen.update(value is not None for value, _, _ in by_the_engine(engine, kind, texts))

    look()
    assert seen == {True, False}


around = st.sampled_from(["SSN ", "ss# ", " ", "-", "1", "\n", "Social Security No. ", "\u017fsn "])
pieces = st.one_of(shaped("000-00-0000"), shaped("000000000"), around, st.text(max_size=4))


@settings(max_examples=40)
@given(st.lists(st.lists(pieces, max_size=6).map("".join).filter(lambda text: "\0" not in text), min_size=20))
def test_masking_agrees(engine: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    sql = f"SELECT list_transform($texts::VARCHAR[], lambda text: {mask_sql('text')})"
    masked = engine.execute(sql, {"texts": texts}).fetchall()[0][0]
    assert masked == [mask_ssn(text) for text in texts]
