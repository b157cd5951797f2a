"""The log: one JSON object a line in the home directory, where the whole of an error is kept.

Invariant: no token, password or secret is written; a user sees the message, the log has the traceback.
"""

import logging
import logging.handlers
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from api.settings import Settings
from graph.model.identifiers import mask_ssn

_SECRET_NAMES = ("token", "password", "authorization", "secret")
_SECRET_TEXT = re.compile(r"tw_[\w-]{20,}|(?<=://)[^/\s:@]+:[^@\s/]+(?=@)|(?<=Bearer )\S+")


class _HomeFile(logging.handlers.WatchedFileHandler):
    """The log file, made (with the home) by the first line; a line that cannot be written is dropped."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)
        except OSError:
            return


def start_log(settings: Settings) -> None:
    """Send what is logged to HOME/tidewaiter.log, and nowhere else."""
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    handler = _HomeFile(settings.log_file, encoding="utf-8", delay=True)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for noisy in ("httpx", "httpcore", "alembic", "watchdog"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not print the logging module's own traceback
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any] | str | bytes | bytearray | tuple[Any, ...]:
    for name, value in event.items():
        if any(word in name.lower() for word in _SECRET_NAMES):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = mask_ssn(_SECRET_TEXT.sub("***", value))
    return event
