"""The verb export: everything, one JSON object a line."""

import os
import sys
from pathlib import Path

import typer

from api.cli.look import look, served
from api.cli.terminal import terminal_of

WHAT = ("entities", "links", "findings")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(export)


def export(
    context: typer.Context,
    what: str = typer.Argument(help="entities, links or findings."),
    out: Path | None = typer.Option(None, help="The file to write; else stdout.", metavar="FILE"),
) -> None:
    """Write all entities, links or findings of the served generation as JSON lines."""
    from api.answers.exports import export_lines

    if what not in WHAT:
        raise typer.BadParameter(f"{what!r} cannot be exported; choose from: {', '.join(WHAT)}.")
    terminal = terminal_of(context)
    with served(terminal) as (settings, now):
        look(settings, "export", what)
        lines = export_lines(now, what)
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            return
        count = 0
        beside = out.with_name(f".{out.name}.{os.getpid()}")
        with open(beside, "wb") as file:
            for line in lines:
                count += line.count(b"\n")
                file.write(line)
        os.replace(beside, out)
    if terminal.json:
        terminal.answer({"what": what, "file": str(out), "count": count})
    terminal.say(f"{count:,} {what} written to {out}.")
