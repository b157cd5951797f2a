"""The verb evaluate: how good the answers are, on data with known answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.cli.look import served
from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from api.serving import Snapshot

_KINDS = ("findings", "resolution", "names")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(evaluate)


def evaluate(
    context: typer.Context,
    kind: str = typer.Argument(help="What to measure: findings, resolution or names."),
    path: Path = typer.Argument(help="Data with known answers: see docs/reference/cli.md."),
) -> None:
    """Measure the home's findings against known schemes, or resolution and names on data of your own."""
    if kind not in _KINDS:
        raise typer.BadParameter(f"{kind!r} cannot be measured; choose from: {', '.join(_KINDS)}.")
    terminal = terminal_of(context)
    measured = _measured(terminal, kind, path)
    if terminal.json:
        terminal.answer(measured)
        return
    if kind != "findings":
        terminal.table(("measured", "#value"), ((name, _shown(value)) for name, value in measured.items()))
    for name, numbers in measured.items():
        if name != "baselines" and isinstance(numbers, dict):
            terminal.table((name, "#measured"), ((key, _shown(value)) for key, value in numbers.items()))
    terminal.say("Shares are from 0 to 1; what each means stands in docs/reference/cli.md.")


def _measured(terminal: Terminal, kind: str, path: Path) -> dict[str, Any]:
    """Resolution and names are measured in memory, on the given files alone; no home is needed or touched."""
    if kind == "findings":
        with served(terminal) as (_settings, now):
            return measure_findings(now, path)
    from graph.resolve.measure import measure_names, measure_resolution

    return measure_resolution(path) if kind == "resolution" else measure_names(path)


def _shown(value: object) -> object:
    return f"{value:.3f}" if isinstance(value, float) else value


def measure_findings(now: "Snapshot", path: Path) -> dict[str, Any]:
    """Precision, recall and calibration of the served findings, by kind and for all, beside simple baselines."""
    from graph.detect.evaluate import evaluate_findings

    members = tuple({member.entity for one in now.findings.all for member in one.members})
    known = {entity_id: entity.identifiers for entity_id, entity in now.view.entities(members).items()}
    return evaluate_findings(now.findings.all, path, facts=now.facts, identifiers=known)
