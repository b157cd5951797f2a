"""How a command speaks: answers to stdout, everything else to stderr.

Invariant: with `--json` stdout holds JSON and nothing else. No output of ours can fail on a character that
the terminal cannot show.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from graph.model.identifiers import mask_ssn

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from api.settings import Settings

Progress = Callable[[str, int, int | None], None]
_FILE_COLUMNS = 200  # of a table that goes into a file or a pipe
_QUIET_S = 1.0  # a bar is shown only when a step takes longer


@dataclass(frozen=True, slots=True)
class Terminal:
    """What was asked of every command: where the home is, and whether to speak JSON."""

    home: Path | None = None
    json: bool = False

    def settings(self, **given: object) -> "Settings":
        """The settings, with what stood on the command line in their place; also starts the log."""
        from api.logs import start_log
        from api.settings import read_settings

        settings = read_settings(home=self.home, **given)
        start_log(settings)
        return settings

    def answer(self, one: "BaseModel | dict[str, Any]") -> None:
        """One JSON object on one line of stdout."""
        text = json.dumps(one, default=_jsonable) if isinstance(one, dict) else one.model_dump_json()
        sys.stdout.write(text + "\n")

    def say(self, text: str) -> None:
        """A line for a person who reads the answer on the terminal; nothing with `--json`."""
        if not self.json:
            _out().print(text, markup=False, highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """A line beside the answer, on stderr."""
        sys.stderr.write(mask_ssn(text) + "\n")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
        """A table on stdout. Columns that begin with `#` are numbers, with `=` ids and days: neither is broken."""
        from rich import box
        from rich.table import Table

        drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
        cells = [[_plain(cell) for cell in row] for row in rows]
        for place, column in enumerate(columns):
            name = column.lstrip("#=")
            longest = max([len(name), *(len(row[place]) for row in cells)]) if column != name else None
            drawn.add_column(
                name, justify="right" if column[:1] == "#" else "left", overflow="fold", min_width=longest
            )  # fmt: skip
        for row in cells:
            drawn.add_row(*row)
        _out().print(drawn)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar on stderr for work that takes more than a second; nothing where stderr is no terminal."""
        if not sys.stderr.isatty():
            yield lambda _step, _done, _of: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        task = bar.add_task("starting", total=None)
        waiting = threading.Timer(_QUIET_S, bar.start)
        waiting.daemon = True
        waiting.start()
        try:
            yield lambda step, done, of: bar.update(task, description=step, completed=done, total=of or None)
        finally:
            waiting.cancel()
            waiting.join()
            bar.stop()


def terminal_of(context: typer.Context) -> Terminal:
    """The terminal of a command."""
    terminal = context.obj
    assert isinstance(terminal, Terminal)  # noqa: S101 - set for every command by `api.cli.main`
    return terminal


def money(value_usd: float | None) -> str:
    """An amount as a person reads it; empty when unknown.

    >>> money(1234567.5), money(None)
    ('$1,234,568', '')
    """
    return "" if value_usd is None else f"${value_usd:,.0f}"


def day(value: date | None) -> str:
    """A day in ISO form; empty when unknown."""
    return value.isoformat() if value else ""


def parse_day(text: str) -> date:
    """A day from the command line; a usage error for anything but an ISO day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2026-03-31.") from error


def _out() -> "Console":
    from rich.console import Console

    width = None if sys.stdout.isatty() else _FILE_COLUMNS
    return Console(highlight=False, markup=False, emoji=False, width=width)


def _plain(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    return "" if cell is None else str(cell)


def _jsonable(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump else str(value)
