"""The verb judgement: what people decide about identity, which resolution keeps to."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from api.cli.look import look, served
from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from api.judgements.given import Given, Judgements


def add_to(app: typer.Typer) -> None:
    """Add this verb, with its three actions, to the command."""
    group = typer.Typer(help="Judge whether two entities are the same party.", no_args_is_help=True)
    group.command()(add)
    group.command("list")(list_)
    group.command()(withdraw)
    app.add_typer(group, name="judgement")


def add(
    context: typer.Context,
    left: str = typer.Argument(help="An id, or a number in any spelling."),
    right: str = typer.Argument(help="The other one."),
    verdict: str = typer.Argument(help="same, different or unsure."),
    because: str = typer.Option(..., help="What it rests on."),
) -> None:
    """Note a judgement. It counts from the next refresh on, and no probability overrides it."""
    from api.answers.identity import judged_as, judgement_item
    from api.answers.naming import find_id

    terminal = terminal_of(context)
    with served(terminal) as (settings, now):
        one, other = (judged_as(now, find_id(each, now.view, home=settings.home)) for each in (left, right))
        with _judgements(terminal) as judgements:
            given = judgements.add(one, other, verdict, reason=because, person=getpass.getuser(), now=datetime.now(UTC))
        look(settings, "judge", f"{given.left} {given.verdict} {given.right}")
    if terminal.json:
        terminal.answer(judgement_item(given))
        return
    terminal.say(f"Judgement {given.number}: {_told(given)}. Run `tidewaiter refresh` to let it count.")


def list_(context: typer.Context) -> None:
    """List all judgements, those withdrawn too."""
    from api.answers.identity import judgement_item

    terminal = terminal_of(context)
    with _judgements(terminal) as judgements:
        found = judgements.all()
    if terminal.json:
        for one in found:
            terminal.answer(judgement_item(one))
        return
    terminal.table(
        ("#number", "judgement", "by", "on", "because", "withdrawn by"),
        ((one.number, _told(one), one.person, f"{one.at:%Y-%m-%d}", one.reason, one.withdrawn_by) for one in found),
    )
    terminal.say(f"{len(found)} judgements.")


def withdraw(context: typer.Context, number: int = typer.Argument(help="The judgement's number.", min=1)) -> None:
    """Take a judgement back. It stays on file, and no longer counts from the next refresh on."""
    from api.answers.identity import judgement_item

    terminal = terminal_of(context)
    with _judgements(terminal) as judgements:
        given = judgements.withdraw(number, person=getpass.getuser(), now=datetime.now(UTC))
    look(terminal.settings(), "withdraw", str(number))
    if terminal.json:
        terminal.answer(judgement_item(given))
        return
    terminal.say(f"Judgement {number} is withdrawn: {_told(given)}. Run `tidewaiter refresh` to let it go.")


def _told(given: "Given") -> str:
    said = {"same": "is the same as", "different": "is not", "unsure": "may or may not be"}
    return f"{given.left} {said[given.verdict]} {given.right}"


@contextmanager
def _judgements(terminal: Terminal) -> Iterator["Judgements"]:
    from api import bootstrap
    from api.judgements.given import Judgements

    engine = bootstrap.database(terminal.settings())
    try:
        yield Judgements(engine)
    finally:
        engine.dispose()
