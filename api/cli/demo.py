"""The verb demo: the whole way from invented files to answers, in one go."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import typer

from api.cli.terminal import Terminal, terminal_of
from graph.model.errors import Conflict

if TYPE_CHECKING:
    from api.settings import Settings

_WORLD = Path("demo") / "world"
_SEED = Path("demo") / "seed"


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(demo)


def demo(
    context: typer.Context,
    serve: bool = typer.Option(True, "--serve/--no-serve", help="Serve when done."),
    seed: int = typer.Option(7, help="Which invented world."),
    port: int | None = typer.Option(None, min=1, max=65535, help="The service's port; 8000 unless told."),
) -> None:
    """Invent a small world, load it, look for schemes in it, and serve the result.

    Its home is a fresh .tidewaiter/demo, unless --home or TIDEWAITER_HOME names another.
    """
    from api.answers.findings import finding_items
    from api.cli.evaluate import measure_findings
    from api.cli.look import findings_table, served
    from api.cli.serve import run
    from api.loading import load_files
    from api.refresh import refresh
    from ingest.simulator.simulate import simulate

    began = monotonic()
    terminal, settings = _at_home(terminal_of(context), seed)
    world = settings.home / _WORLD
    with terminal.progress() as progress:
        simulate(world, seed=seed, size="small", progress=lambda step: progress(step, 0, None))
        load_files(settings, [world], now=datetime.now(UTC), progress=progress)
        refresh(settings, now=datetime.now(UTC), progress=progress)
    truth = world / "truth"
    with served(terminal) as (_settings, now):
        items = finding_items(now.findings.all, now.view)
        measured = measure_findings(now, truth, beside_baselines=False)  # a wait that a demo can do without
    seconds = round(monotonic() - began, 1)
    if terminal.json:
        terminal.answer(
            {"findings": items, "truth": str(truth.absolute()), "evaluation": measured,
             "home": str(settings.home.absolute()), "seconds": seconds}
        )  # fmt: skip
    else:
        findings_table(terminal, items[:20])
        terminal.say(f"{len(items):,} findings in {seconds} s. What was planted stands in {truth}/schemes.jsonl.")
        terminal.say(f"Look around: tidewaiter --home {settings.home} findings")
    if serve:
        run(terminal, terminal.settings(port=port), with_ui=True)


def _at_home(terminal: Terminal, seed: int) -> tuple[Terminal, "Settings"]:
    """The demo's home: a fresh one of its own, or the one that was named if it holds nothing else."""
    from api.settings import read_settings
    from graph.facts.ledger import Ledger

    named = read_settings(home=terminal.home)
    if "home" in named.model_fields_set:
        home = named.home
        seed_file = home / _SEED
        same = seed_file.is_file() and seed_file.read_text(encoding="utf-8").strip() == str(seed)
        if Ledger(home).loads() and not same:
            raise Conflict(
                f"{home} holds other data, with which invented data must not be mixed.",
                thing=str(home),
                next_step="Choose an empty --home for the demo, or leave --home out.",
            )
    else:
        home = named.home / "demo"
        if (home / _SEED).is_file():
            shutil.rmtree(home)
    (home / _SEED).parent.mkdir(parents=True, exist_ok=True)
    (home / _SEED).write_text(f"{seed}\n", encoding="utf-8")
    terminal = Terminal(home=home, json=terminal.json)
    return terminal, terminal.settings()
