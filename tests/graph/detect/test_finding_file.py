"""Findings written to a file are the same when read back."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.detect.finding_file import read_findings, write_findings
from graph.model.errors import Invalid, Unavailable
from graph.model.finding import Evidence, Finding, InnocentExplanation, Member, RecordRef

text = st.text(max_size=20)
number = st.one_of(st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), text)
records = st.builds(RecordRef, text, st.lists(text, max_size=3).map(tuple))
findings = st.builds(
    Finding,
    id=text, kind=text, detector=text, version=text, as_of=st.dates(), title=text,
    probability=st.floats(0, 1), calibration=text, queue=st.booleans(),
    members=st.lists(st.builds(Member, text, text, text), max_size=2).map(tuple),
    entries=st.lists(text, max_size=3).map(tuple), period_from=st.dates(), period_to=st.dates(),
    duty_at_stake_usd=st.floats(0, 1e9),
    evidence=st.lists(
        st.builds(Evidence, text, st.dictionaries(text, number, max_size=3), st.lists(records, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    innocent_explanations=st.lists(st.builds(InnocentExplanation, text, text, text), max_size=2).map(tuple),
    scope_question=text, p_value=st.none() | st.floats(0, 1), e_value=st.none() | st.floats(0, 1e9),
    next_steps=st.lists(text, max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(findings, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_what_is_read_back_equals_what_was_written(tmp_path: Path, written: list[Finding]) -> None:
    path = tmp_path / "findings.jsonl"
    write_findings(path, written)
    assert read_findings(path) == written


def test_a_file_that_is_not_there_says_which_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="detect") as error:
        read_findings(tmp_path / "none.jsonl")
    assert error.value.thing.endswith("none.jsonl")


def test_a_damaged_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    write_findings(path, [plain_finding()])
    path.write_text(path.read_text(encoding="utf-8") + '{"id": 1}\n', encoding="utf-8")
    with pytest.raises(Invalid, match="Line 2"):
        read_findings(path)


def plain_finding() -> Finding:
    day = date(2024, 5, 1)
    return Finding(
        "f", "port_shopping", "port_shopping", "1", day, "t", 0.5, "none", False, (), (), day, day, 0.0, (), (), "?"
    )  # fmt: skip
