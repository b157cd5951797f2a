"""The verb evaluate: how good the answers are, on data with known answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.cli.look import served
from api.cli.terminal import terminal_of

if TYPE_CHECKING:
    from api.serving import Snapshot

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
        measured = measure_findings(now, path)
    if terminal.json:
        terminal.answer(measured)
        return
    for name, numbers in measured.items():
        if name != "baselines" and isinstance(numbers, dict):
            flat = ((key, f"{value:.3f}" if isinstance(value, float) else value) for key, value in numbers.items())
            terminal.table((name, "#measured"), flat)
    terminal.say("Shares are from 0 to 1; what each means stands in docs/reference/cli.md.")


def measure_findings(now: "Snapshot", path: Path) -> dict[str, Any]:
    """Precision, recall and calibration of the served findings, by kind and for all, beside simple baselines."""
    from graph.detect.evaluate import evaluate_findings

    members = tuple({member.entity for one in now.findings.all for member in one.members})
    known = {entity_id: entity.identifiers for entity_id, entity in now.view.entities(members).items()}
    return evaluate_findings(now.findings.all, path, facts=now.facts, identifiers=known)
