"""Detectors side by side: they say what each says alone, and none goes on when another has failed."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from graph.detect import detector
from graph.detect.detector import DETECTORS, detect
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from graph.model.finding import Finding


@dataclass(frozen=True)
class Endless:
    """Asks for more than any engine works out in a day."""

    begun: Event = field(default_factory=Event)
    name: str = "endless"
    version: str = "1"

    def detect(self, facts: FactStore, **_: object) -> list[Finding]:
        self.begun.set()
        lines = [facts.table("entry_lines").select(**{f"day_{n}": "entry_date"}) for n in range(6)]
        lines[0].cross_join(*lines[1:]).distinct().count().to_pyarrow()
        return []


@dataclass(frozen=True)
class Failing:
    """Fails once the other one asks."""

    other: Endless
    name: str = "failing"
    version: str = "1"

    def detect(self, _: FactStore, **__: object) -> list[Finding]:
        self.other.begun.wait()
        raise ZeroDivisionError


def test_side_by_side_they_find_what_each_finds_alone(prior_home: Path) -> None:
    with closing(DuckDbFactStore(prior_home)) as facts:
        alone = [finding for name in DETECTORS for finding in detect(facts, only=(name,))]
        assert len({finding.kind for finding in alone}) >= 1
        assert sorted(map(repr, detect(facts))) == sorted(map(repr, alone))


def test_when_one_fails_the_others_are_broken_off(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Endless()
    monkeypatch.setattr(detector, "DETECTORS", {"endless": endless, "failing": Failing(endless)})
    with closing(DuckDbFactStore(built_home)) as facts, pytest.raises(ZeroDivisionError):
        detect(facts)
