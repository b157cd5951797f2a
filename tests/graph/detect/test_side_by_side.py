"""Detectors in processes of their own say what they say one after the other, and fail as they would."""

from functools import partial
from pathlib import Path

import pytest

from graph.detect import side_by_side
from graph.detect.detector import DETECTORS, detect
from graph.detect.side_by_side import detect_side_by_side, together, worth_it
from graph.facts.duckdb import DuckDbFactStore
from graph.model.errors import NotFound, Unavailable


def broken(home: Path) -> DuckDbFactStore:
    raise Unavailable("No facts here.", thing=str(home), next_step="Look elsewhere.")


def test_the_findings_are_those_of_one_after_the_other(built_home: Path) -> None:
    told: list[str] = []
    ran = detect_side_by_side(partial(DuckDbFactStore, built_home), progress=told.append)
    facts = DuckDbFactStore(built_home)
    expected = detect(facts)
    facts.close()
    assert expected
    assert together(ran) == expected
    assert {one.detector for one in ran} == set(DETECTORS)
    assert {step.split(":")[0] for step in told} == set(DETECTORS)


def test_what_goes_wrong_in_a_process_is_told_here(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Look elsewhere") as failed:
        detect_side_by_side(partial(broken, tmp_path), only=("port_shopping",))
    assert failed.value.thing == str(tmp_path)
    with pytest.raises(NotFound, match="no detector called rings"):
        detect_side_by_side(partial(broken, tmp_path), only=("rings",))


def test_it_is_worth_it_for_several_detectors_in_a_large_world(
    built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = DuckDbFactStore(built_home)
    monkeypatch.setattr(side_by_side.os, "cpu_count", lambda: 2)
    assert not worth_it(facts)
    monkeypatch.setattr(side_by_side, "WORTH_LINES", facts.counts().rows["entry_lines"])
    assert worth_it(facts)
    assert not worth_it(facts, only=("port_shopping",))
    monkeypatch.setattr(side_by_side.os, "cpu_count", lambda: 1)
    assert not worth_it(facts)
    facts.close()
