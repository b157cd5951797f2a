"""The verb serve: the HTTP service and the user interface, started and stopped together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from api.cli.terminal import Terminal, terminal_of
from graph.model.errors import Unavailable

if TYPE_CHECKING:
    import uvicorn

    from api.settings import Settings

_UI = Path(__file__).parents[2] / "ui" / "app.py"
_STOP_S = 10.0


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(serve)


def serve(
    context: typer.Context,
    host: str | None = typer.Option(None, help="The address to listen on; 127.0.0.1 unless told."),
    port: int | None = typer.Option(None, min=1, max=65535, help="The service's port; 8000 unless told."),
    ui_port: int | None = typer.Option(None, min=1, max=65535, help="The user interface's port; the next one."),
    no_ui: bool = typer.Option(False, "--no-ui", help="Only the HTTP service."),
) -> None:
    """Serve the HTTP interface and the user interface until stopped."""
    terminal = terminal_of(context)
    run(terminal, terminal.settings(host=host, port=port, ui_port=ui_port), with_ui=not no_ui)


def run(terminal: Terminal, settings: "Settings", *, with_ui: bool) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop both, with every audit row written."""
    import uvicorn

    from api import bootstrap
    from api.access.users import Users
    from api.app import create_app
    from api.service import refuse_open_door

    engine = bootstrap.database(settings)
    refuse_open_door(settings, Users(engine))
    engine.dispose()
    # The door is taken before anything starts, so that a port in use is told at once and not half-way.
    door = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(settings), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    api_url = f"http://{_reachable(settings.host)}:{settings.port}"
    with _terminated_like_interrupted(), _user_interface(settings, api_url, wanted=with_ui) as ui_url:
        threading.Thread(target=_announce, args=(terminal, server, api_url, ui_url), daemon=True).start()
        try:
            server.run(sockets=[door])
        except KeyboardInterrupt:
            terminal.note("Stopped.")
        finally:
            door.close()
    if not server.started:
        raise Unavailable(
            "The service could not start.", thing=api_url, next_step=f"The reason stands in {settings.log_file}."
        )


def _listen(host: str, port: int) -> socket.socket:
    door: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio sends small answers at once only on sockets that say they are TCP: else each waits 40 ms.
        door = socket.socket(family, kind, protocol)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(128)
    except OSError as error:
        if door is not None:
            door.close()
        raise Unavailable(
            f"Port {port} on {host} cannot be listened on: {error.strerror or error}.",
            thing=f"{host}:{port}",
            value=str(port),
            next_step="Choose another with --port (or --ui-port), or stop what is listening there.",
        ) from error
    return door


@contextmanager
def _user_interface(settings: "Settings", api_url: str, *, wanted: bool) -> Iterator[str]:
    """Run the user interface beside the service; it stays on this machine, since it has no login of its own."""
    if not wanted:
        yield ""
        return
    host = settings.host if settings.loopback else "127.0.0.1"
    port = settings.ui_port or settings.port + 1
    _listen(host, port).close()
    options = {
        "server.address": host, "server.port": str(port), "server.headless": "true", "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false", "client.showErrorLinks": "false", "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal", "global.developmentMode": "false",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(_UI),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    log = settings.home / "ui.log"
    with open(log, "ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own file, with fixed options
            command,
            env={**os.environ, "TIDEWAITER_API_URL": api_url, "PYTHONPATH": _with_root()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches us first; we stop it when the service has ended
        )
        try:
            yield f"http://{_reachable(host)}:{port}"
        finally:
            _stop(process)


def _with_root() -> str:
    return os.pathsep.join(one for one in (str(_UI.parents[1]), os.environ.get("PYTHONPATH", "")) if one)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _announce(terminal: Terminal, server: "uvicorn.Server", api_url: str, ui_url: str) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    if terminal.json:
        terminal.answer({"api": api_url, "ui": ui_url or None})
        sys.stdout.flush()
        return
    terminal.say(f"API  {api_url}/v1  (described at {api_url}/openapi.json)")
    if ui_url:
        terminal.say(f"UI   {ui_url}")
    terminal.say("Stop with Ctrl-C.")
    sys.stdout.flush()


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    # The server hands a signal on when it has shut down; without this, SIGTERM would then end us on the spot.
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
