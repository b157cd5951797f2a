"""The verb doctor: is everything in order, and if not, what is wrong."""

import typer

from api.cli.terminal import terminal_of
from graph.model.errors import NotFound


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(doctor)


def doctor(context: typer.Context) -> None:
    """Say what the home holds and in what condition each engine is; exit code 1 when one cannot answer."""
    from api.bootstrap import check
    from api.health import examine
    from graph.facts.ledger import Ledger
    from graph.store.generation import Generations

    terminal = terminal_of(context)
    settings = terminal.settings()
    if not settings.home.is_dir():
        raise NotFound(
            f"There is no home directory {settings.home}.",
            thing=str(settings.home),
            next_step="Run `tidewaiter load PATH...` to begin one, or name yours with --home.",
        )
    check(settings)
    engines = examine(settings)
    loads = Ledger(settings.home).loads()
    newest = loads[-1].load_id if loads else ""
    try:
        generation = Generations(settings.home).current()
    except NotFound:
        generation = None
    waiting = sum(load.load_id not in (generation.loads if generation else ()) for load in loads)
    ready = generation is not None and all(one.ok for one in engines)
    if terminal.json:
        terminal.answer({
            "home": str(settings.home.absolute()), "loads": len(loads), "newest_load": newest,
            "loads_not_built": waiting, "ready": ready,
            "generation": generation.generation_id if generation else "",
            "built_at": generation.built_at if generation else "",
            "counts": dict(generation.counts) if generation else {},
            "engines": [one.model_dump(mode="json") for one in engines],
        })  # fmt: skip
    else:
        terminal.say(f"home        {settings.home.absolute()}")
        terminal.say(f"loads       {len(loads):,}" + (f", the newest {newest}" if newest else ""))
        terminal.say(
            f"generation  {generation.generation_id}, built {generation.built_at}" if generation else "generation  none"
        )
        terminal.table(
            ("engine", "by", "version", "condition", "#size", "what it says"),
            ((one.engine, one.url, one.version, one.health, size(one.size_bytes), one.detail) for one in engines),
        )
        for one in engines:
            if one.next_step:
                terminal.say(f"{one.engine}: {one.next_step}")
        if generation is None:
            terminal.say("Nothing is served yet: run tidewaiter refresh")
        elif not ready:
            terminal.say("Not ready: see above for what is wrong.")
        elif waiting:
            terminal.say(f"{waiting} loads are newer than the generation: run tidewaiter refresh")
        else:
            terminal.say("Everything is in order.")
    if not ready:
        raise typer.Exit(1)


def size(size_bytes: int | None) -> str:
    """Bytes as a person reads them; nothing where they are not known."""
    if size_bytes is None:
        return ""
    return f"{size_bytes / 2**20:,.1f} MiB" if size_bytes < 2**30 else f"{size_bytes / 2**30:,.1f} GiB"
