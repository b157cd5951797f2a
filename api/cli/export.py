"""The verb export: everything, one JSON object a line; or a part of the graph for other tools."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.look import look, served
from api.cli.terminal import terminal_of

if TYPE_CHECKING:
    from api.serving import Snapshot
    from api.settings import Settings

WHAT = ("entities", "links", "findings", "graph")
_NEIGHBOURS = 50


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(export)


def export(
    context: typer.Context,
    what: str = typer.Argument(help="entities, links or findings; or graph, with --around."),
    out: Path | None = typer.Option(None, help="The file to write; else stdout.", metavar="FILE"),
    around: list[str] = typer.Option([], help="For graph: an entity, with its strongest neighbours; repeatable."),
    file_format: str = typer.Option("graphml", "--format", help="For graph: graphml or json (node-link)."),
) -> None:
    """Write all entities, links or findings as JSON lines, or a part of the graph for other tools."""
    from api.answers.exports import export_lines

    if what not in WHAT:
        raise typer.BadParameter(f"{what!r} cannot be exported; choose from: {', '.join(WHAT)}.")
    if (what == "graph") != bool(around):
        raise typer.BadParameter("--around ENTITY belongs to `export graph`, which needs it.")
    if file_format not in ("graphml", "json"):
        raise typer.BadParameter("--format is graphml or json.")
    terminal = terminal_of(context)
    with served(terminal) as (settings, now):
        look(settings, "export", " ".join((what, *around)))
        lines = _graph(settings, now, around, file_format) if what == "graph" else export_lines(now, what)
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            return
        count = write_lines(lines, out)
    if terminal.json:
        terminal.answer({"what": what, "file": str(out), "count": count})
    terminal.say(f"{what.capitalize()} written to {out}: {count:,} lines.")


def write_lines(lines: Iterator[bytes], out: Path) -> int:
    """Write a file so that it is there whole or not at all; returns how many lines it has."""
    count = 0
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with open(beside, "wb") as file:
            for line in lines:
                count += line.count(b"\n")
                file.write(line)
        os.replace(beside, out)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _graph(settings: "Settings", now: "Snapshot", around: list[str], file_format: str) -> Iterator[bytes]:
    from api.answers.naming import find_id
    from graph.model.entity import RelatedQuery
    from graph.report.export import graphml, node_link_json, subgraph

    ids: dict[str, None] = {}
    for text in around:
        entity_id = find_id(text, now.view, home=settings.home)
        page = now.view.related(RelatedQuery(entity_id, limit=_NEIGHBOURS))
        ids |= dict.fromkeys((entity_id, *(one.entity.id for one in page.items)))
    part = subgraph(now.view, tuple(ids))
    yield (graphml(part) if file_format == "graphml" else node_link_json(part)).encode() + b"\n"
