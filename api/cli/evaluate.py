"""The verb evaluate: how good the answers are, on data with known answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.cli.look import served
from api.cli.terminal import terminal_of
from graph.model.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.model.finding import Finding

_KINDS = ("findings",)


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(evaluate)


def evaluate(
    context: typer.Context,
    kind: str = typer.Argument(help="What to measure: findings."),
    path: Path = typer.Argument(help="A folder with schemes.jsonl, or that file."),
) -> None:
    """Measure the home's findings against known schemes."""
    if kind not in _KINDS:
        raise typer.BadParameter(f"{kind!r} cannot be measured; choose from: {', '.join(_KINDS)}.")
    terminal = terminal_of(context)
    with served(terminal) as (_settings, now):
        measured = measure_findings(now.findings.all, path)
    if terminal.json:
        terminal.answer(measured)
        return
    for name, numbers in measured.items():
        if name != "baselines" and isinstance(numbers, dict):
            flat = ((key, f"{value:.3f}" if isinstance(value, float) else value) for key, value in numbers.items())
            terminal.table((name, "#measured"), flat)
    terminal.say("Shares are from 0 to 1; what each means stands in docs/reference/cli.md.")


def measure_findings(findings: "Sequence[Finding]", path: Path) -> dict[str, Any]:
    """Precision, recall and calibration of findings, by kind and for all."""
    from graph.detect.evaluate import evaluate_findings

    places = (path, path / "schemes.jsonl", path / "truth" / "schemes.jsonl")
    schemes = next((place for place in places if place.is_file()), None)
    if schemes is None:
        raise NotFound(
            f"There is no schemes.jsonl in {path}.",
            thing=str(path),
            next_step="Point to the truth folder that `tidewaiter simulate` wrote.",
        )
    return dict(evaluate_findings(findings, schemes))
