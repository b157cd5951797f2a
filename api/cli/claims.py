"""The verb claims: whom the names in documents mean, and what people decide of it."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from api.cli.look import look, served
from api.cli.terminal import Terminal, terminal_of

if TYPE_CHECKING:
    from api.claims.decided import Decisions, Verdict
    from api.schemas import ClaimsAnswer, ClaimStatus

_STATUSES: tuple["ClaimStatus", ...] = ("linked", "waiting", "accepted", "rejected", "settled")
_CLAIMS = typer.Argument(help="The claims, as `claims list` names them.")
_BECAUSE = typer.Option("", help="What the decision rests on.")


def add_to(app: typer.Typer) -> None:
    """Add this verb, with its four actions, to the command."""
    group = typer.Typer(help="Decide whom the names in documents mean.", no_args_is_help=True)
    group.command("list")(list_)
    group.command()(accept)
    group.command()(reject)
    group.command()(undo)
    app.add_typer(group, name="claims")


def list_(
    context: typer.Context,
    *,
    status: str = typer.Option("waiting", help=f"{', '.join(_STATUSES)} or all."),
    document: str = typer.Option("", help="Only of this document."),
    party: str = typer.Option("", help="Only on this party."),
    min_score: float = typer.Option(0.0, min=0, max=100, help="At least so alike, of 100."),
    limit: int = typer.Option(50, min=1, max=1_000, help="At most so many."),
    cursor: str = typer.Option("", help="The next_cursor of the page before."),
) -> None:
    """List the parties that names in documents mean or may mean."""
    from api.answers.claims import ClaimsAsked, claims_answer
    from api.answers.naming import normal_id

    if status not in (*_STATUSES, "all"):
        raise typer.BadParameter(f"{status!r} is no status; choose from: {', '.join(_STATUSES)}, all.")
    terminal = terminal_of(context)
    with served(terminal) as (settings, now), _decisions(terminal) as decisions:
        of = normal_id(f"document:{document.removeprefix('document:')}", home=settings.home) if document else ""
        chosen = next((one for one in _STATUSES if one == status), None)
        answer = claims_answer(now, decisions.standing(), ClaimsAsked(chosen, of, party, min_score, limit, cursor))
        look(settings, "claims", of or party or status)
    _tell(terminal, answer)
    terminal.say(f"{len(answer.items)} of {answer.total} claims.")


def accept(context: typer.Context, claims: list[str] = _CLAIMS, because: str = _BECAUSE) -> None:
    """Decide that names mean these parties: links from the next refresh on."""
    _decide(terminal_of(context), claims, "accepted", because)


def reject(context: typer.Context, claims: list[str] = _CLAIMS, because: str = _BECAUSE) -> None:
    """Decide that names do not mean these parties: not claimed again."""
    _decide(terminal_of(context), claims, "rejected", because)


def undo(context: typer.Context, claims: list[str] = _CLAIMS) -> None:
    """Take decisions back. They stay on file."""
    from api.answers.claims import claims_of

    terminal = terminal_of(context)
    with served(terminal) as (settings, now), _decisions(terminal) as decisions:
        decisions.undo(claims, person=getpass.getuser(), now=datetime.now(UTC))
        look(settings, "undo claims", " ".join(claims))
        _tell(terminal, claims_of(now, claims, decisions.standing()))
    terminal.say("Undone. Run `tidewaiter refresh` to let it count.")


def _decide(terminal: Terminal, claims: list[str], verdict: "Verdict", because: str) -> None:
    from api.answers.claims import claimed, claims_of

    with served(terminal) as (settings, now), _decisions(terminal) as decisions:
        of = claimed(now.facts, claims)
        decisions.decide(of, verdict, reason=because, person=getpass.getuser(), now=datetime.now(UTC))
        look(settings, f"{verdict} claims", " ".join(claims))
        _tell(terminal, claims_of(now, claims, decisions.standing()))
    terminal.say(f"{len(of)} {verdict}. Run `tidewaiter refresh` to let it count.")


def _tell(terminal: Terminal, answer: "ClaimsAnswer") -> None:
    if terminal.json:
        terminal.answer(answer)
        return
    terminal.table(
        ("claim", "document", "written", "may mean", "name on file", "#score", "#ahead by", "status", "why"),
        (
            (
                one.claim,
                one.document,
                one.written,
                one.party,
                one.party_name,
                f"{one.score:.0f}",
                "" if one.margin is None else f"{one.margin:.0f}",
                one.status,
                one.why,
            )
            for one in answer.items
        ),
    )
    if answer.next_cursor:
        terminal.say(f"More: --cursor {answer.next_cursor}")


@contextmanager
def _decisions(terminal: Terminal) -> Iterator["Decisions"]:
    from api import bootstrap
    from api.claims.decided import Decisions

    engine = bootstrap.database(terminal.settings())
    try:
        yield Decisions(engine)
    finally:
        engine.dispose()
