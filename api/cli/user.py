"""The verb user: who may ask the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from api.access.users import Users


def add_to(app: typer.Typer) -> None:
    """Add this verb, with its three actions, to the command."""
    group = typer.Typer(help="Make, list and remove the users of the service.", no_args_is_help=True)
    group.command()(add)
    group.command("list")(list_)
    group.command()(remove)
    app.add_typer(group, name="user")


def add(
    context: typer.Context,
    name: str = typer.Argument(help="The user's name."),
    role: str = typer.Option(
        "viewer", help="viewer, investigator (may also judge) or admin (may also read the audit)."
    ),
) -> None:
    """Make a user and print the token, once. From the first user on, every request needs a token."""
    from api.access.users import ROLES

    chosen = next((one for one in ROLES if one == role), None)
    if chosen is None:
        raise typer.BadParameter(f"--role is one of {', '.join(ROLES)}.")
    terminal = terminal_of(context)
    with _users(terminal) as users:
        token = users.add(name, chosen, now=datetime.now(UTC))
    if terminal.json:
        terminal.answer({"name": name, "role": role, "token": token})
        return
    terminal.say(token)
    terminal.note(f"This is the token of {name} ({role}). Keep it now: it is not shown again.")


def list_(context: typer.Context) -> None:
    """List the users."""
    terminal = terminal_of(context)
    with _users(terminal) as users:
        found = users.all()
    if terminal.json:
        for one in found:
            terminal.answer({"name": one.name, "role": one.role, "created_at": one.created_at.isoformat()})
        return
    terminal.table(("name", "role", "since"), ((one.name, one.role, f"{one.created_at:%Y-%m-%d}") for one in found))
    terminal.say(f"{len(found)} users." if found else "No users: on this machine nobody is asked for a token.")


def remove(context: typer.Context, name: str = typer.Argument(help="The user's name.")) -> None:
    """Take a user's access away."""
    terminal = terminal_of(context)
    with _users(terminal) as users:
        users.remove(name)
    if terminal.json:
        terminal.answer({"removed": name})
    terminal.say(f"{name} has no access any more.")


@contextmanager
def _users(terminal: Terminal) -> Iterator["Users"]:
    from api import bootstrap
    from api.access.users import Users

    engine = bootstrap.database(terminal.settings())
    try:
        yield Users(engine)
    finally:
        engine.dispose()
