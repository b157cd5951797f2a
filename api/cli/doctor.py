"""The verb doctor: is everything in order, and if not, what is wrong."""

import typer

from api.cli.terminal import terminal_of
from graph.model.errors import NotFound


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(doctor)


def doctor(context: typer.Context) -> None:
    """Say what the home holds and whether each engine answers; exit code 1 when one does not."""
    from api.health import readiness
    from api.metrics import Metrics
    from api.service import Service
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
    with Service(settings, Metrics()) as service:
        ready = readiness(service)
    loads = Ledger(settings.home).loads()
    newest = loads[-1].load_id if loads else ""
    built = Generations(settings.home).current().loads if ready.generation else ()
    waiting = sum(load.load_id not in built for load in loads)
    if terminal.json:
        terminal.answer(
            {"home": str(settings.home.absolute()), "loads": len(loads), "newest_load": newest,
             "loads_not_built": waiting, **ready.model_dump(mode="json")}
        )  # fmt: skip
    else:
        terminal.say(f"home        {settings.home.absolute()}")
        terminal.say(f"loads       {len(loads):,}" + (f", the newest {newest}" if newest else ""))
        terminal.say(f"generation  {ready.generation or 'none'}" + (f", built {ready.built_at}" if loads else ""))
        terminal.table(
            ("engine", "by", "answers", "what it says"),
            ((one.engine, one.url, one.ok, one.detail) for one in ready.engines),
        )
        if not ready.ready:
            terminal.say("Not ready: see above for what does not answer.")
        elif waiting:
            terminal.say(f"{waiting} loads are newer than the generation: run tidewaiter refresh")
        else:
            terminal.say("Everything is in order.")
    if not ready.ready:
        raise typer.Exit(1)
