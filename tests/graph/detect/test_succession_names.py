"""Names by number: a few are found one by one, many at once, and both agree."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from graph.detect.succession.trade import FEW_TEXTS, Names

TEXTS = st.lists(st.none() | st.text(max_size=3), max_size=FEW_TEXTS)


@given(TEXTS, TEXTS)
def test_a_few_texts_have_the_numbers_that_many_have(known: list[str | None], asked: list[str | None]) -> None:
    names = Names.of(pa.array(known, pa.string()))
    many = names.number(pa.array([*asked, *[None] * (FEW_TEXTS + 1)], pa.string()))
    few = names.number(pa.array(asked, pa.string()))
    assert few.tolist() == many[: len(asked)].tolist()
    assert all(names[n] == text for n, text in zip(few, asked, strict=True) if n >= 0)
