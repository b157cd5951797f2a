"""Verbs that bring data in and build from it: simulate, load, refresh, resolve, detect, index."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import typer

from api.cli.look import findings_table
from api.cli.terminal import Terminal, parse_day, terminal_of

if TYPE_CHECKING:
    from ingest.load import LoadReport

SIZES = ("small", "medium", "large")
_SAFE = re.compile(r"[A-Za-z0-9_./:=+-]+")


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    for verb in (simulate, load, refresh, resolve, detect, index):
        app.command()(verb)


def simulate(
    context: typer.Context,
    *,
    seed: int = typer.Option(7, help="The same seed gives the same files, to the byte."),
    size: str = typer.Option("small", help="small (100,000 lines), medium (2 million) or large."),
    out: Path = typer.Option(..., help="The folder to write to.", metavar="DIR"),
    file_format: str = typer.Option("csv", "--format", help="csv or parquet."),
    leave_out: list[str] = typer.Option([], "--leave-out", help="A family not to plant; repeatable.", metavar="FAMILY"),
) -> None:
    """Write an invented world as canonical tables, with the truth about it in truth/."""
    from ingest.simulator.simulate import simulate as write_world

    if size not in SIZES:
        raise typer.BadParameter(f"--size is one of {', '.join(SIZES)}.")
    if file_format not in ("csv", "parquet"):
        raise typer.BadParameter("--format is csv or parquet.")
    terminal = terminal_of(context)
    with terminal.progress() as progress:
        world = write_world(
            out,
            seed=seed,
            size=cast(Literal["small", "medium", "large"], size),
            file_format=cast(Literal["csv", "parquet"], file_format),
            leave_out=leave_out,
            progress=lambda step: progress(step, 0, None),
        )
    counts = {name: int(rows) for name, rows in world.rows.items()}
    if terminal.json:
        terminal.answer({"out": str(out), "truth": str(out / "truth"), "seed": seed, "size": size, "rows": counts})
        return
    terminal.table(("table", "#rows"), counts.items())
    terminal.say(f"Written to {out}. Next: tidewaiter load {shown(out)}")


def load(
    context: typer.Context,
    paths: list[Path] = typer.Argument(help="Files or folders.", metavar="PATH..."),
    profile: str | None = typer.Option(None, "--as", help="Read the files by this profile.", metavar="PROFILE"),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen; write nothing."),
) -> None:
    """Check and take in files; says what was accepted, repaired, rejected and why."""
    from api.loading import load_files

    terminal = terminal_of(context)
    settings = terminal.settings()
    with terminal.progress() as progress:
        report = load_files(settings, paths, profile=profile, dry_run=dry_run, now=datetime.now(UTC), progress=progress)
    if terminal.json:
        _load_as_json(terminal, report, dry_run=dry_run)
    else:
        _load_as_table(terminal, report, dry_run=dry_run)
    for file in report.files:
        if file.reason:
            terminal.note(f"{file.file}: {file.reason}")
    if report.failed:
        terminal.note("Some files could not be read: see above. What could be read was loaded.")
        raise typer.Exit(1)


def refresh(
    context: typer.Context,
    as_of: str | None = typer.Option(None, "--as-of", metavar="DATE", help="Detect as if it were that day."),
) -> None:
    """Resolve parties and build graph, findings and index from all loads, as one new generation."""
    from api.refresh import refresh as build

    terminal = terminal_of(context)
    settings = terminal.settings()
    with terminal.progress() as progress:
        done = build(settings, now=datetime.now(UTC), as_of=_day(as_of), progress=progress)
    _built(terminal, done.generation.generation_id, done.generation.counts, done.seconds)


def resolve(context: typer.Context) -> None:
    """Resolve again who is the same, within what people have judged since; findings stay as they are."""
    from api.refresh import resolve as run

    terminal = terminal_of(context)
    settings = terminal.settings()
    with terminal.progress() as progress:
        done = run(settings, now=datetime.now(UTC), progress=progress)
    _built(terminal, done.generation.generation_id, done.generation.counts, done.seconds)


def detect(
    context: typer.Context,
    only: list[str] = typer.Option([], help="Only this detector; repeatable."),
    as_of: str | None = typer.Option(None, "--as-of", metavar="DATE", help="As known on that day; only prints."),
) -> None:
    """Look for patterns again; without --as-of, what is found replaces the findings that are served."""
    from api.answers.findings import finding_items
    from api.cli.look import served
    from api.refresh import detect as run

    terminal = terminal_of(context)
    day = _day(as_of)
    settings = terminal.settings()
    with terminal.progress() as progress:
        found = run(settings, now=datetime.now(UTC), as_of=day, only=tuple(only), progress=progress)
    with served(terminal) as (_settings, now):
        items = finding_items(found, now.view)
    if terminal.json:
        for one in items:
            terminal.answer(one)
        return
    findings_table(terminal, items)
    kept = "printed only, because of --as-of" if day else "now served"
    terminal.say(f"{len(items):,} findings, {kept}.")


def index(context: typer.Context) -> None:
    """Build the search index anew, beside the same graph and findings."""
    from api.refresh import reindex

    terminal = terminal_of(context)
    settings = terminal.settings()
    with terminal.progress() as progress:
        done = reindex(settings, now=datetime.now(UTC), progress=progress)
    _built(terminal, done.generation.generation_id, done.generation.counts, done.seconds)


def shown(path: Path) -> str:
    """A path as it can be typed into a shell."""
    text = str(path)
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"


def _built(terminal: Terminal, generation: str, counts: Any, seconds: Any) -> None:
    if terminal.json:
        terminal.answer({"generation": generation, "counts": dict(counts), "seconds": dict(seconds)})
        return
    whole = {name: count for name, count in counts.items() if "." not in name}
    terminal.table(("what", "#how many"), whole.items())
    terminal.say(f"Serving generation {generation}. Next: tidewaiter findings, or tidewaiter serve")


def _load_as_json(terminal: Terminal, report: "LoadReport", *, dry_run: bool) -> None:
    from dataclasses import asdict

    from api.answers.loads import file_item

    for file in report.files:
        terminal.answer(file_item(file))
    totals = asdict(report.totals)
    load_id = report.load.load_id if report.load else None
    terminal.answer({**totals, "totals": totals, "load_id": load_id, "dry_run": dry_run, "failed": report.failed})


def _load_as_table(terminal: Terminal, report: "LoadReport", *, dry_run: bool) -> None:
    terminal.table(
        ("file", "profile", "#accepted", "#unchanged", "#repaired", "#rejected"),
        ((one.file, one.profile, one.accepted, one.unchanged, one.repaired, one.rejected) for one in report.files),
    )
    if report.reasons:
        frequent = sorted(report.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        terminal.table(("why rejected or repaired", "#rows"), frequent)
    if dry_run:
        terminal.say("Nothing was written (--dry-run). Leave it out to load.")
    elif report.load is None:
        terminal.say("Nothing new: all of it had been loaded before.")
    else:
        terminal.say(f"Loaded as {report.load.load_id}. Next: tidewaiter refresh")


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text)
