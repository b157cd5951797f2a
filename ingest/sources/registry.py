"""All sources there are, and which of them a file belongs to.

Invariant: a file goes to the source that is surest of it; of two equally sure, to the first here, and a
user's own profile stands before ours.
"""

from functools import cache
from pathlib import Path

from graph.model.errors import NotFound
from ingest.sources.canonical import CanonicalSource
from ingest.sources.mapped import MappedSource
from ingest.sources.ofac import SpeciallyDesignated
from ingest.sources.profile import SHIPPED, read_profiles
from ingest.sources.ruling_files import RulingFiles
from ingest.sources.source import Source
from ingest.sources.statutes import Statutes


@cache
def _shipped() -> tuple[Source, ...]:
    mapped = (MappedSource(profile) for profile in read_profiles(SHIPPED))
    return (CanonicalSource(), *mapped, RulingFiles(), SpeciallyDesignated(), Statutes())


def sources(extra_profiles: Path | None = None) -> tuple[Source, ...]:
    """Every source, those of the profiles in the folder `extra_profiles` first."""
    own = read_profiles(extra_profiles) if extra_profiles and extra_profiles.is_dir() else ()
    return (*(MappedSource(profile) for profile in own), *_shipped())


def find_source(
    path: Path, head: bytes, name: str | None = None, *, extra_profiles: Path | None = None
) -> Source | None:
    """The source of a file by its name and first 64 KiB; the one called `name` where that is given.

    None where no source recognises it; `NotFound` where none has that name.
    """
    known = sources(extra_profiles)
    if name is not None:
        for source in known:
            if source.name == name:
                return source
        raise NotFound(
            f"No profile is called {name}.",
            thing="profile",
            value=name,
            next_step=f"Known are {', '.join(sorted(source.name for source in known))}.",
        )
    score, best = 0.0, None
    for source in known:
        if (sure := source.recognises(path, head)) > score:
            score, best = sure, source
    return best
