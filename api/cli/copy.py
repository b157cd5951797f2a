"""The verb copy: move to another engine, with the counts of both sides compared."""

import typer

from api.cli.terminal import terminal_of


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(copy)


def copy(
    context: typer.Context,
    to: str = typer.Option(
        ...,
        metavar="URL",
        help="neo4j:, bolt: or sqlite: for the graph; opensearch: or tantivy: for the index; postgresql: or "
        "sqlite:///FILE for users and audit.",
    ),
) -> None:
    """Copy the graph, the index, or users and audit to the engine that a URL names."""
    from dataclasses import asdict

    from api.copying import copy as run

    terminal = terminal_of(context)
    settings = terminal.settings()
    with terminal.progress() as progress:
        copied = run(settings, to, progress=progress)
    if terminal.json:
        terminal.answer(asdict(copied))
        return
    terminal.table(("what", "#on both sides"), copied.counts.items())
    terminal.say(
        f"The {copied.seam} is now in {copied.target} too. To use it: set TIDEWAITER_{copied.seam.upper()}_URL to "
        "that URL, and start the service anew."
    )
