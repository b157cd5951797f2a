"""The verb bench: measure the spine against its bare engines, and print the ratios."""

from pathlib import Path

import typer

from api.cli.terminal import terminal_of

MEASURES = ("loading", "world", "related", "search")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(bench)


def bench(
    context: typer.Context,
    only: list[str] = typer.Option([], help=f"Measure only this; any of {', '.join(MEASURES)}."),
    size: str = typer.Option("medium", help="The simulated world: small (100,000 lines) or medium (2 million)."),
    results: Path | None = typer.Option(None, help="Also write the figures to this file, as Markdown."),
    folder: Path = typer.Option(Path("./.tidewaiter/bench"), help="Where worlds and homes for the measurement are."),
) -> None:
    """Measure loading, refresh, neighbours and search, each beside its bare engine, in one run."""
    from api.bench.spine import as_markdown, run

    unknown = sorted(set(only) - set(MEASURES))
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is not measured; choose from {', '.join(MEASURES)}.")
    if size not in ("small", "medium"):
        raise typer.BadParameter(f"{size!r} is not a size; choose small or medium.")
    terminal = terminal_of(context)
    rows = []
    for row in run(folder, size=size, only=tuple(only)):
        rows.append(row)
        if terminal.json:
            terminal.answer(dict(row))
        else:
            terminal.say("  ".join([str(row["measure"]), *(f"{k}={v}" for k, v in row.items() if k != "measure")]))
    if results:
        results.write_text(as_markdown(rows), encoding="utf-8")
