"""The verb saved: searches that are kept, and what is new in them."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from api.cli.look import look, served
from api.cli.terminal import Terminal, day, terminal_of

if TYPE_CHECKING:
    from api.access.users import Person
    from api.saving.searches import SavedSearches

_NUMBER = typer.Argument(help="The saved search's number.", min=1)


def add_to(app: typer.Typer) -> None:
    """Add this verb, with its actions, to the command."""
    group = typer.Typer(help="Keep searches, and be told what is new in them.", no_args_is_help=True)
    group.command()(add)
    group.command("list")(list_)
    group.command()(news)
    group.command()(remove)
    app.add_typer(group, name="saved")


def add(
    context: typer.Context,
    name: str = typer.Argument(help="What to call it."),
    query: list[str] = typer.Argument(help="As for `tidewaiter search`."),
    *,
    kind: str = typer.Option("", help="Only these kinds, a comma between two."),
    filter_: list[str] = typer.Option([], "--filter", help="field=value; repeatable."),
) -> None:
    """Keep a search. What it finds today counts as known."""
    from api.answers.saved import saved_item
    from api.answers.searches import filters_of
    from api.saving.searches import Wanted

    terminal = terminal_of(context)
    kinds = tuple(one.strip() for one in kind.split(",") if one.strip())
    wanted = Wanted(" ".join(query), kinds, filters_of(tuple(filter_)))
    with served(terminal) as (settings, now), _searches(terminal) as (searches, person):
        kept = searches.add(name, wanted, wanted.hits(now.search), person=person, now=datetime.now(UTC))
        look(settings, "save", f"{kept.number} {wanted.text}")
    if terminal.json:
        terminal.answer(saved_item(kept))
        return
    terminal.say(f"Saved search {kept.number}: {kept.name}. `tidewaiter saved news {kept.number}` tells what is new.")


def list_(context: typer.Context) -> None:
    """List the searches that are kept."""
    from api.answers.saved import saved_answer

    terminal = terminal_of(context)
    with _searches(terminal) as (searches, person):
        found = searches.all(person)
    if terminal.json:
        for one in saved_answer(found).items:
            terminal.answer(one)
        return
    terminal.table(
        ("#number", "name", "query", "owner", "=last looked at", "#found then"),
        (
            (one.number, one.name, one.wanted.text, one.owner, day(one.looked_at.date()), len(one.found))
            for one in found
        ),
    )
    terminal.say(f"{len(found)} saved searches.")


def news(
    context: typer.Context,
    number: int = _NUMBER,
    seen: bool = typer.Option(False, "--seen", help="Then take what it finds now as known."),
) -> None:
    """Tell what a saved search finds now that it did not when last looked at, and whose legal status changed."""
    from api.answers.saved import news_answer
    from api.saving.searches import news as news_of

    terminal = terminal_of(context)
    with served(terminal) as (settings, now), _searches(terminal) as (searches, person):
        saved = searches.one(number, person)
        hits = saved.wanted.hits(now.search)
        answer = news_answer(saved, news_of(saved, hits))
        look(settings, "saved news", f"{number} {saved.wanted.text}")
        if seen:
            searches.seen(number, hits, person=person, now=datetime.now(UTC))
    if terminal.json:
        terminal.answer(answer)
        return
    for item in answer.new:
        terminal.say(f"new: {item.id}  {item.title}" + (f"  ({day(item.date)})" if item.date else ""))
    for one in answer.changed:
        status = ", ".join(one.item.fields.get("status", [])) or "nothing"
        terminal.say(f"was {one.status_before or 'nothing'}, is {status}: {one.item.id}  {one.item.title}")
    gone = f", {answer.gone:,} gone" if answer.gone else ""
    terminal.say(f"{len(answer.new):,} new and {len(answer.changed):,} changed of {answer.total:,}{gone}.")


def remove(context: typer.Context, number: int = _NUMBER) -> None:
    """Keep a search no longer."""
    from api.answers.saved import saved_item

    terminal = terminal_of(context)
    with _searches(terminal) as (searches, person):
        removed = searches.remove(number, person=person, now=datetime.now(UTC))
    look(terminal.settings(), "remove saved", str(number))
    if terminal.json:
        terminal.answer(saved_item(removed))
        return
    terminal.say(f"Saved search {number} is kept no longer: {removed.name}.")


@contextmanager
def _searches(terminal: Terminal) -> Iterator[tuple["SavedSearches", "Person"]]:
    """The saved searches, and who is at this machine: whoever has the database may see all."""
    from api import bootstrap
    from api.access.users import Person
    from api.saving.searches import SavedSearches

    engine = bootstrap.database(terminal.settings())
    try:
        yield SavedSearches(engine), Person(getpass.getuser(), "admin")
    finally:
        engine.dispose()
