"""The verb bench: measure ourselves, against bare engines, servers, planted truth or the clock, in one run."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.bench.spine import Row
    from ingest.simulator.simulate import Size

WHAT = ("spine", "search", "engines", "findings", "detectors", "resolution", "prior", "links", "extraction")
SIZES = ("small", "medium", "large")
_DEFAULT_SIZES = {"spine": "medium", "engines": "medium", "findings": "small", "detectors": "large", "resolution": "",
                  "prior": "small", "search": "", "links": "small", "extraction": ""}  # fmt: skip
_COMMANDS = {
    "spine": "`tidewaiter bench --size {size} --results FILE` (`make bench`)",
    "search": "`tidewaiter bench search --documents {documents} --results FILE`",
    "engines": "`tidewaiter bench engines --size {size} --results FILE` (`make bench-engines`)",
    "findings": "`tidewaiter bench findings --size {size} --worlds {worlds} --empty {empty} --results FILE`",
    "given": "`tidewaiter bench findings --world FOLDER … --results FILE`",
    "detectors": "`tidewaiter bench detectors --size {size} --results FILE`",
    "resolution": "`tidewaiter bench resolution --results FILE`",
    "extraction": "`tidewaiter bench extraction --results FILE`",
    "prior": "`tidewaiter bench prior --size {size} {seeds} --results FILE`",
    "links": "`tidewaiter bench links --size {size} {seeds} --results FILE`",
    "named": "`tidewaiter bench links --names FILE … --results FILE`",
}
MEASURES = ("loading", "world", "related", "search")


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(bench)


def bench(
    context: typer.Context,
    what: str = typer.Argument(
        "spine",
        help="spine; search: over 500,000 documents; engines: embedded beside Neo4j and OpenSearch; findings: against "
        "planted truth, beside baselines; detectors: time and memory as worlds grow; resolution: 200,000 party "
        "records; prior: the gate before an intervention; links: of names made hard to parties; extraction: words a "
        "second of reading.",
    ),
    *,
    only: list[str] = typer.Option([], help=f"Measure only this; any of {', '.join(MEASURES)}."),
    size: str = typer.Option(
        "", help="The simulated world: small (100,000 lines), medium (2 million) or large (10 million)."
    ),
    worlds: int = typer.Option(6, min=0, max=50, help="Findings, prior and links: over so many worlds with schemes."),
    seed: list[int] = typer.Option([], help="Prior and links: over the world of this seed instead; may be repeated."),
    empty: int = typer.Option(3, min=0, max=50, help="Findings: and over so many with nothing planted."),
    world: list[Path] = typer.Option(
        [], help="Findings: over this folder instead, tables with truth/schemes.jsonl beside them; may be repeated."
    ),
    empty_world: list[Path] = typer.Option([], help="The same, of a folder in which nothing is planted."),
    names: list[Path] = typer.Option([], help="Links: of the names in this file that `load` reads; may be repeated."),
    documents: int = typer.Option(500_000, min=1_000, help="Search: over so many invented documents."),
    results: Path | None = typer.Option(None, help="Also write the figures to this file, as Markdown."),
    folder: Path = typer.Option(Path("./.tidewaiter/bench"), help="Where worlds and homes for the measurement are."),
) -> None:
    """Measure speed beside bare engines or servers, findings beside planted truth and baselines, or detectors."""
    if what not in WHAT:
        raise typer.BadParameter(f"{what!r} is not measured; choose from {', '.join(WHAT)}.")
    unknown = sorted(set(only) - set(MEASURES))
    if unknown or (only and what != "spine"):
        raise typer.BadParameter(f"--only takes {', '.join(MEASURES)}, of the spine.")
    if (world or empty_world) and what != "findings":
        raise typer.BadParameter("--world and --empty-world are for bench findings.")
    if seed and what not in ("prior", "links"):
        raise typer.BadParameter("--seed is for bench prior and bench links.")
    if names and what != "links":
        raise typer.BadParameter("--names is for bench links.")
    chosen = size or _DEFAULT_SIZES[what]
    sizes = SIZES if what in ("findings", "detectors") else SIZES[:2]
    if chosen and chosen not in sizes:
        raise typer.BadParameter(f"{chosen!r} is not a size; choose from {', '.join(sizes)}.")
    terminal = terminal_of(context)
    command = _COMMANDS["given" if world or empty_world else "named" if names else what].format(
        size=chosen,
        worlds=worlds,
        empty=empty,
        documents=documents,
        seeds=" ".join(f"--seed {one}" for one in seed) or f"--worlds {worlds}",
    )
    if what == "prior":
        _prior(terminal, folder, chosen, (worlds, seed), results=results, command=command)
    elif what == "links":
        _links(terminal, folder, chosen, (worlds, seed), names, results=results, command=command)
    elif what == "findings":
        _findings(terminal, folder, chosen, (worlds, empty), (world, empty_world), results=results, command=command)
    else:
        _rows(
            terminal,
            _measured(terminal, what, folder, chosen, only=tuple(only), documents=documents),
            results=results,
            command=command,
        )


def _measured(
    terminal: Terminal, what: str, folder: Path, size: str, *, only: tuple[str, ...], documents: int
) -> "Iterable[Row]":
    from api.bench import detectors, engines, extraction, resolution, searching, spine

    if what == "search":
        return searching.run(folder, documents=documents)

    if what == "extraction":
        return extraction.run()
    if what == "spine":
        return spine.run(folder, size=size, only=only)
    if what == "resolution":
        return resolution.run()
    if what == "detectors":
        return detectors.run(folder, size=_size(size))
    return engines.run(terminal.settings(), folder, size=size)


def _rows(terminal: Terminal, measured: "Iterable[Row]", *, results: Path | None, command: str) -> None:
    from api.bench import spine

    rows = []
    for row in measured:
        rows.append(row)
        if terminal.json:
            terminal.answer(dict(row))
        else:
            terminal.say("  ".join([str(row["measure"]), *(f"{k}={v}" for k, v in row.items() if k != "measure")]))
    if results:
        results.write_text(spine.as_markdown(rows, command=command), encoding="utf-8")


def _prior(
    terminal: Terminal, folder: Path, size: str, asked: tuple[int, list[int]], *, results: Path | None, command: str
) -> None:
    from api.bench import prior

    measured = prior.run(folder, seeds=asked[1] or prior.SEEDS[: asked[0]], size=_size(size), said=terminal.note)
    page = prior.as_markdown(measured, command=command)
    terminal.answer(measured) if terminal.json else terminal.say(page)
    if results:
        results.write_text(page, encoding="utf-8")


def _links(
    terminal: Terminal,
    folder: Path,
    size: str,
    asked: tuple[int, list[int]],
    names: list[Path],
    *,
    results: Path | None,
    command: str,
) -> None:
    from api.bench import links

    measured = links.run(
        folder, seeds=asked[1] or links.SEEDS[: asked[0]], size=_size(size), given=names, said=terminal.note
    )
    page = links.as_markdown(measured, command=command)
    terminal.answer(measured) if terminal.json else terminal.say(page)
    if results:
        results.write_text(page, encoding="utf-8")


def _findings(
    terminal: Terminal, folder: Path, size: str, counts: tuple[int, int], given: tuple[list[Path], list[Path]],
    *, results: Path | None, command: str,
) -> None:  # fmt: skip
    from api.bench import findings

    planted, empty = counts
    measured = findings.run(
        folder, planted=planted, empty=empty, size=_size(size), given=given[0], given_empty=given[1], said=terminal.note
    )  # fmt: skip
    page = findings.as_markdown(measured, command=command)
    if terminal.json:
        terminal.answer(measured)
    else:
        terminal.say(page)
    if results:
        results.write_text(page, encoding="utf-8")


def _size(size: str) -> "Size":
    from typing import get_args

    from ingest.simulator.simulate import Size

    sizes: dict[str, Size] = {one: one for one in get_args(Size)}
    return sizes[size]
