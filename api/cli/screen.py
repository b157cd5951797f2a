"""The verb screen: many names against all documents at once."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from api.cli.look import look, served
from api.cli.terminal import terminal_of

_MOST_BYTES = 16_000_000  # of a file of 10,000 names


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(screen)


def screen(
    context: typer.Context,
    file: Path = typer.Argument(help="Names: one a line, or CSV with a column called name.", metavar="FILE"),
    out: Path | None = typer.Option(None, help="Write the hits to this CSV; else to stdout.", metavar="FILE"),
) -> None:
    """Find which of up to 10,000 names stand in which documents and issues, however they are spelled there."""
    from api.answers.screenings import COLUMNS, rows_of, screened
    from api.answers.streams import streamed
    from api.cli.export import write_lines
    from search.screening import Screen

    terminal = terminal_of(context)
    names = Screen.of(_names(file))
    with served(terminal) as (settings, now):
        look(settings, "screen", f"{len(names.names):,} names of {file.name}")
        found: set[object] = set()

        def rows() -> Iterator[dict[str, object]]:
            for row in rows_of(screened(now, names)):
                found.add(row["name"])
                yield row

        lines = streamed(rows(), COLUMNS, "ndjson" if terminal.json and out is None else "csv")
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            count = None
        else:
            count = write_lines(lines, out) - 1
    told = {"names": len(names.names), "found": len(found), "unusable": list(names.unusable)}
    if terminal.json:
        terminal.answer(told if count is None else {**told, "file": str(out), "hits": count})
    unusable = f" Not looked for: {'; '.join(names.unusable[:10])}." if names.unusable else ""
    terminal.note(f"{len(found):,} of {len(names.names):,} names stand in documents.{unusable}")


def _names(file: Path) -> list[str]:
    from graph.model.errors import Invalid, NotFound
    from search.screening import names_in

    if not file.is_file():
        raise NotFound(f"There is no file {file}.", thing=str(file), next_step="Name a file with one name a line.")
    if file.stat().st_size > _MOST_BYTES:
        raise Invalid(
            f"{file} is larger than 10,000 names can be.", thing=str(file), value=f"{file.stat().st_size:,} bytes",
            next_step="Split the file.",
        )  # fmt: skip
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{file} is not UTF-8.", thing=str(file), value=str(error.reason), next_step="Save it as UTF-8."
        ) from error
    if file.suffix.lower() != ".csv":
        return [line for line in text.splitlines() if line.strip()]
    return names_in(csv.reader(text.splitlines()))
