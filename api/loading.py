"""Loading files into a home, with failures told in the words of the house."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from api import bootstrap
from api.errors import translated
from api.settings import Settings
from ingest.load import LoadReport, load


def load_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    profile: str | None = None,
    dry_run: bool = False,
    now: datetime,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> LoadReport:
    """Take in files and folders; `Conflict` while another process writes, `Unavailable` when there is no room."""
    bootstrap.check(settings)
    try:
        return load(
            paths,
            home=settings.home,
            profile=profile,
            dry_run=dry_run,
            now=now,
            memory_limit_gb=settings.memory_limit_gb,
            threads=settings.threads,
            progress=progress,
        )
    except Exception as error:
        told = translated(error, thing=str(settings.home))
        if told is None or told is error:
            raise
        raise told from error
