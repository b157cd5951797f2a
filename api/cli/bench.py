"""The verb bench: measure ourselves against bare engines, or embedded engines against servers, in one run."""

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from api.cli.terminal import terminal_of

WHAT = ("spine", "engines", "resolution")
_COMMANDS = {
    "spine": "`tidewaiter bench --size {size} --results FILE` (`make bench`)",
    "engines": "`tidewaiter bench engines --size {size} --results FILE` (`make bench-engines`)",
    "resolution": "`tidewaiter bench resolution --results FILE`",
}
MEASURES = ("loading", "world", "related", "search")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(bench)


def bench(
    context: typer.Context,
    what: str = typer.Argument("spine", help="spine, engines (embedded beside Neo4j and OpenSearch) or resolution."),
    *,
    only: list[str] = typer.Option([], help=f"Measure only this; any of {', '.join(MEASURES)}."),
    size: str = typer.Option("medium", help="The simulated world: small (100,000 lines) or medium (2 million)."),
    results: Path | None = typer.Option(None, help="Also write the figures to this file, as Markdown."),
    folder: Path = typer.Option(Path("./.tidewaiter/bench"), help="Where worlds and homes for the measurement are."),
) -> None:
    """Measure loading, refresh, neighbours and search beside their bare engines, or engines beside servers."""
    from api.bench import engines, resolution, spine

    if what not in WHAT:
        raise typer.BadParameter(f"{what!r} is not measured; choose from {', '.join(WHAT)}.")
    unknown = sorted(set(only) - set(MEASURES))
    if unknown or (only and what != "spine"):
        raise typer.BadParameter(f"--only takes {', '.join(MEASURES)}, of the spine.")
    if size not in ("small", "medium"):
        raise typer.BadParameter(f"{size!r} is not a size; choose small or medium.")
    terminal = terminal_of(context)
    runs: dict[str, Callable[[], Iterable[dict[str, str | int | float]]]] = {
        "spine": lambda: spine.run(folder, size=size, only=tuple(only)),
        "engines": lambda: engines.run(terminal.settings(), folder, size=size),
        "resolution": resolution.run,
    }
    measured = runs[what]()
    rows = []
    for row in measured:
        rows.append(row)
        if terminal.json:
            terminal.answer(dict(row))
        else:
            terminal.say("  ".join([str(row["measure"]), *(f"{k}={v}" for k, v in row.items() if k != "measure")]))
    if results:
        results.write_text(spine.as_markdown(rows, command=_COMMANDS[what].format(size=size)), encoding="utf-8")
