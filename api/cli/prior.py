"""The verb prior: was this tried before, how did it end, and how alike is it?"""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.cli.look import look, served
from api.cli.terminal import Terminal, day, parse_day, terminal_of
from graph.model.errors import Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from api.schemas import PriorAlike, PriorAnswer
    from api.serving import Snapshot
    from api.settings import Settings

_MOST_BYTES = 2_000_000  # of a draft; an issue of IMS is a page or two
_MOST_CHARACTERS = 50_000


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(prior)


def prior(
    context: typer.Context,
    entity: list[str] = typer.Argument(None, help="An id (importer:12-345678900) or a number in any spelling."),
    *,
    importer: list[str] = typer.Option([], help="An importer number; repeatable."),
    manufacturer: list[str] = typer.Option([], help="A maker's id (MID); repeatable."),
    port: list[str] = typer.Option([], help="A port code; repeatable."),
    hts: list[str] = typer.Option([], help="A tariff number of 4 to 10 digits; repeatable."),
    case: list[str] = typer.Option([], help="An AD/CVD case; repeatable."),
    text: str = typer.Option("", help="The goods or the matter in words."),
    issue: str = typer.Option("", help="A draft (JSON, CSV or any document), or an issue on file: issue:ID."),
    as_of: date | None = typer.Option(None, "--as-of", parser=parse_day, metavar="DATE", help="As known on that day."),
    limit: int = typer.Option(10, min=1, max=100, help="At most so many issues, and as many papers."),
) -> None:
    """Ask what was tried before on a party, port, tariff number, product or draft, and how it ended."""
    from api.answers.prior import asked_in_words, prior_answer
    from api.schemas import PriorRequest

    terminal = terminal_of(context)
    draft, words, on_file = _draft(issue)
    with served(terminal) as (settings, now):
        asked = PriorRequest(
            entity=_named(" ".join(entity or ()), settings, now), importer=importer, manufacturer=manufacturer,
            port=port, hts=hts, case=case, text="\n".join(part for part in (text, words) if part), issue=on_file,
            draft=draft, as_of=as_of, limit=limit,
        )  # fmt: skip
        answer = prior_answer(now, asked, home=settings.home)
        look(settings, "prior", asked_in_words(asked))
    if terminal.json:
        terminal.answer(answer)
        return
    _show(terminal, answer)


def _named(text: str, settings: "Settings", now: "Snapshot") -> str:
    from api.answers.naming import find_id

    return find_id(text, now.view, home=settings.home) if text.strip() else ""


def _draft(issue: str) -> tuple[dict[str, Any], str, str]:
    """What `--issue` gives: a draft's columns, or its words, or the id of an issue on file."""
    if not issue.strip() or issue.startswith("issue:"):
        return {}, "", issue.strip()
    path = Path(issue)
    if not path.is_file():
        raise NotFound(
            f"There is no file {issue}.",
            thing="issue",
            value=issue,
            next_step=f"Name a draft's file, or an issue on file as issue:{path.name}.",
        )
    if path.suffix.lower() not in (".json", ".jsonl", ".csv"):
        return {}, _of_document(path)[:_MOST_CHARACTERS], ""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Invalid(
                f"{path} is too large for a draft.",
                thing=str(path),
                value=f"{path.stat().st_size:,} bytes",
                next_step=f"Give a file of at most {_MOST_BYTES:,} bytes.",
            )
        written = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}.", thing=str(path)) from error
    return (_of_csv if path.suffix.lower() == ".csv" else _of_json)(path, written), "", ""


def _of_document(path: Path) -> str:
    """What a document says, whatever its format."""
    from graph.model.errors import TidewaiterError
    from ingest.text.readers import Asked, Readers
    from ingest.text.reading import PLAIN

    with Readers(1) as readers:
        said = next(readers.read([Asked(path, path.name, otherwise=PLAIN)]))
    if isinstance(said, TidewaiterError):
        raise said
    if not said.text.strip():
        raise Invalid(
            f"{path} says nothing{f': {said.unread}' if said.unread else ''}.",
            thing=str(path),
            next_step="Give the draft's words with --text.",
        )
    return said.text


def _of_json(path: Path, written: str) -> dict[str, Any]:
    try:
        found = json.loads(written)
    except ValueError as error:
        raise Invalid(
            f"{path} is not JSON: {error}.", thing=str(path), next_step="Write one object with an issue's columns."
        ) from error
    if not isinstance(found, dict):
        raise Invalid(
            f"{path} holds no object.", thing=str(path), value=type(found).__name__,
            next_step="Write one object with an issue's columns.",
        )  # fmt: skip
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: object) -> str | list[str] | None:
    if isinstance(value, list):
        return [str(item) for item in value]
    return None if value is None else str(value)


def _of_csv(path: Path, written: str) -> dict[str, Any]:
    rows = [row for row in csv.DictReader(io.StringIO(written)) if any(row.values())]
    if len(rows) != 1:
        raise Invalid(
            f"{path} holds {len(rows)} issues.",
            thing=str(path),
            value=str(len(rows)),
            next_step="Leave a header and one row, the draft's.",
        )
    return {name: value for name, value in rows[0].items() if name and value}


def _show(terminal: Terminal, answer: "PriorAnswer") -> None:
    for note in answer.notes:
        terminal.say(note)
    for kin in answer.kin:
        terminal.say(f"Also looked for {kin.number} {kin.name}: {'; '.join(kin.why)}")
    for issue in answer.precedents:
        _head(terminal, issue, f"{issue.id}  {issue.title}")
        terminal.say(f"      done     {issue.done}")
        terminal.say(f"      ended    {issue.outcome}")
        _reasons(terminal, issue)
        for document in issue.documents:
            standing = f" ({document.standing.upper()})" if document.standing in ("revoked", "modified") else ""
            terminal.say(f"      see      {document.id} {document.title}{standing}")
        if len(issue.history) > 1:
            terminal.say(f"      history  {'; '.join(f'{day(one.as_of)} {one.status}' for one in issue.history)}")
    for paper in answer.papers:
        _head(terminal, paper, f"{paper.id}  {paper.title}")
        terminal.say(f"      says     {paper.outcome}")
        _reasons(terminal, paper)
    if not answer.total and not answer.total_papers:
        terminal.say("Nothing like this is on file.")
        return
    terminal.say(
        f"{len(answer.precedents)} of {answer.total:,} issues, {len(answer.papers)} of {answer.total_papers:,} lab "
        "reports and rulings. `tidewaiter show ID` opens one."
    )


def _head(terminal: Terminal, one: "PriorAlike", what: str) -> None:
    terminal.say(f"{one.score:.2f}  {what}\n      {one.alike} alike: {one.why}")


def _reasons(terminal: Terminal, one: "PriorAlike") -> None:
    for reason in one.reasons:
        terminal.say(f"      {reason.worth:.2f}     {reason.words}")
