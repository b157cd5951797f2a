"""The command `tidewaiter`: the verbs, and how each of them ends.

Invariant: exit code 0 (done), 1 (failed) or 2 (not understood); whatever happens, a person sees the thing,
the value and the next step, never a traceback: that goes to the log.
"""

import sys
from itertools import pairwise
from pathlib import Path

import typer

from api.cli import (
    bench,
    build,
    claims,
    copy,
    demo,
    doctor,
    evaluate,
    export,
    judgement,
    look,
    prior,
    saved,
    screen,
    serve,
    user,
)
from api.cli.terminal import Terminal
from graph.model.identifiers import mask_ssn

_USAGE = """Who is behind an import, what was tried before, and the record that says so.

Each verb takes --home DIR (where everything lives; else TIDEWAITER_HOME, else ./.tidewaiter) and --json
(one object, or one a line, on stdout), before or after its own arguments.
"""

_INTERRUPTED = 130  # how the parser says that Ctrl-C was pressed
_QUERY_STOPPED = "Query interrupted"  # and how DuckDB does, in an error of no kind of its own, when it came in a query
_STOPPED = "Stopped. What was served before still is."

app = typer.Typer(
    name="tidewaiter",
    help=_USAGE,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verbs in (
    demo, build, look, prior, evaluate, export, serve, doctor, copy, bench, judgement, claims, user, screen, saved,
):  # fmt: skip
    verbs.add_to(app)


@app.callback()
def every_verb(
    context: typer.Context,
    home: Path | None = typer.Option(None, help="The home directory.", metavar="DIR"),
    json: bool = typer.Option(False, "--json", help="Answer in JSON."),
) -> None:
    """Remember what holds for every verb."""
    context.obj = Terminal(home=home, json=json)


app.registered_callback.help = _USAGE  # type: ignore[union-attr]


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    try:
        app(_common_first(arguments), prog_name="tidewaiter")
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            return _failed(_STOPPED)
        return _flushed(end.code if isinstance(end.code, int) else 0)
    except Exception as error:  # the one place that catches everything: see the invariant
        return _failed(_STOPPED) if str(error) == _QUERY_STOPPED else _told(error, arguments)
    return 0


def _common_first(arguments: list[str]) -> list[str]:
    """The arguments with `--json` and `--home DIR` moved to the front, where the parser takes them.

    >>> _common_first(["related", "port:2704", "--json", "--home", "h"])
    ['--json', '--home', 'h', 'related', 'port:2704']
    """
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for one in waiting:
        if one == "--":
            rest += [one, *waiting]
        elif one == "--json" or one.startswith("--home="):
            first.append(one)
        elif one == "--home":
            value = next(waiting, None)
            first += [one] if value is None else [one, value]
        else:
            rest.append(one)
    if any("\ud800" <= character <= "\udfff" for one in arguments for character in one):
        return ["--", "not-utf-8"]
    return first + rest


def _told(error: Exception, arguments: list[str]) -> int:
    from api.errors import name_of, translated

    if isinstance(error, BrokenPipeError):
        sys.stderr.close()  # whoever read our output has gone: nobody is left to tell
        return 1
    home = next((Path(value) for flag, value in pairwise(_common_first(arguments)) if flag == "--home"), None)
    told = translated(error, thing=str(home or "the home directory"))
    log = _logged(error, home) if told is None or told is not error else ""
    if told is None:
        return _failed(f"Unexpected: {type(error).__name__}: {error}", f"The details are in {log}.")
    return _failed(f"{name_of(told)}: {told.message}", told.next_step)


def _logged(error: Exception, home: Path | None) -> str:
    """Write the whole of an error to the log; returns where that is."""
    import structlog

    from api.logs import start_log
    from api.settings import Settings

    settings = Settings(home=home) if home else Settings()
    start_log(settings)
    structlog.get_logger("cli").error("command_failed", exc_info=error)
    return str(settings.log_file)


def _failed(*lines: str) -> int:
    for line in lines:
        if line:
            sys.stderr.write(mask_ssn(line).rstrip() + "\n")
    return _flushed(1)


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        sys.stderr.close()  # whoever read our output has gone: nobody is left to tell
        return 1
    return code


if __name__ == "__main__":
    main()
