"""Measuring findings over worlds: given folders are read whole, and the page says what was reached and what was not."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.bench import findings
from api.cli.main import app
from graph.detect.evaluate import JudgedWorld, evaluate_together
from graph.detect.truth import Scheme
from graph.model.errors import Invalid, Unavailable
from graph.model.finding import Finding, Member
from tests.worlds.make import make_world, write
from tests.worlds.style import STYLES

DAY = date(2024, 6, 1)


def found(name: str, importer: str, *, probability: float, queue: bool = True) -> Finding:
    return Finding(
        name, "port_shopping", "port_shopping", "1", DAY, name, probability, "none", queue,
        (Member(f"importer:{importer}", "importer", ""),), (), DAY, DAY, 0.0, (), (), "?",
    )  # fmt: skip


def scheme(name: str, importer: str, *, positive: bool, family: str) -> Scheme:
    parties = frozenset({f"importer:{importer[:10]}"})
    return Scheme(name, "port_shopping", positive, family, name, parties, frozenset(), DAY, 0.0)


def page(*listed: Finding) -> str:
    schemes = [
        scheme("S1", "11-000000000", positive=True, family="softer_port"),
        scheme("H1", "22-000000000", positive=False, family="strike"),
    ]
    measured = {"worlds": [{"world": "one", "findings": len(listed)}], **evaluate_together(
        [JudgedWorld(listed, schemes), JudgedWorld([], [])]
    )}  # fmt: skip
    return findings.as_markdown(measured, command="`this`")


def test_the_page_says_which_targets_are_reached() -> None:
    good = page(found("a", "11-000000000", probability=0.9), found("b", "33-000000000", probability=0.3, queue=False))
    assert "| port_shopping | precision_at_50 | 0.500 | at least 0.9 | no |" in good
    assert "| port_shopping | recall_controllers | 1.000 | at least 0.8 | yes |" in good
    assert "| port_shopping | queue_fdp | 0.000 | at most 0.1 | yes |" in good
    assert "| port_shopping | brier | 0.050 | below 0.250 | yes |" in good
    assert "| port_shopping | softer_port | 1 | 1.000 |  |" in good


def test_the_page_tells_a_look_alike_that_is_accused() -> None:
    bad = page(found("a", "22-000000000", probability=0.9))
    assert "| port_shopping | queue_fdp | 1.000 | at most 0.1 | no |" in bad
    assert "| port_shopping | false_positives, worst family | 1.000 | at most 0.05 | no |" in bad
    assert "| port_shopping | strike | 1 |  | 1.000 |" in bad


def test_a_given_world_is_measured_with_its_truth_and_baselines(tmp_path: Path) -> None:
    write(make_world(STYLES["continental"], seed=3, lines=3_000), tmp_path / "theirs")
    measured = findings.run(tmp_path, planted=0, empty=0, size="small", given=[tmp_path / "theirs"])
    assert [world["world"] for world in measured["worlds"]] == ["theirs"]
    assert measured["port_shopping"]["schemes"] > 0
    assert measured["baselines"]["random"]["port_shopping"]["findings"] > 0
    assert "## Baselines in the same run" in findings.as_markdown(measured, command="`this`")


def test_a_world_without_truth_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    with pytest.raises(Unavailable, match=r"schemes\.jsonl"):
        findings.run(tmp_path, planted=1, empty=1, size="small", given=[tmp_path / "world"])
    assert not (tmp_path / "homes").exists()


def test_no_world_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no world"):
        findings.run(tmp_path, planted=0, empty=0, size="small")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["spine", "--world", "x"], "--world"), (["engines", "--size", "large"], "large"), (["weather"], "weather")],
)
def test_what_cannot_be_measured_is_said(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["bench", *arguments])
    assert result.exit_code == 2
    assert said in result.output
