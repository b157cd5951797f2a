"""The ledger of loads: which fact files exist, what they came from, and what became of every row.

Invariant: a load is there when its manifest is (`loads/<load_id>.json`, renamed into place last); files
without a manifest are leftovers of a killed process and are never read. Manifests are never changed.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from graph.model.errors import Conflict


@dataclass(frozen=True, slots=True)
class FactFile:
    """One Parquet file of a canonical table. `path` is relative to the home directory.

    `supersedes` is true when a key in it also stands in an earlier file: readers then have to pick the
    latest version. `min_known_at` and `max_known_at` are ISO days.
    """

    table: str
    path: str
    rows: int
    supersedes: bool = False
    min_known_at: str = ""
    max_known_at: str = ""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """The fate of one sender's file. `reasons` counts rejects and repairs by reason."""

    file: str
    sha256: str
    profile: str
    tables: tuple[str, ...]
    accepted: int
    rejected: int
    repaired: int
    unchanged: int = 0
    reason: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """One load: what was asked, what came in, what was written."""

    load_id: str
    loaded_at: str  # ISO, UTC
    files: tuple[LoadedFile, ...]
    facts: tuple[FactFile, ...]


class Ledger:
    """The loads of one home directory, oldest first."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._manifests = home / "loads"

    def loads(self) -> tuple[Load, ...]:
        """Every committed load, in the order in which they were committed."""
        if not self._manifests.is_dir():
            return ()
        return tuple(_read(path) for path in sorted(self._manifests.glob("*.json")))

    def fact_files(self, table: str | None = None) -> tuple[FactFile, ...]:
        """The Parquet files of one table (or of all), oldest load first."""
        return tuple(fact for load in self.loads() for fact in load.facts if table is None or fact.table == table)

    def next_load_id(self, now: datetime) -> str:
        """An id that sorts after all others: `20261123T101500Z-0007`."""
        return f"{now:%Y%m%dT%H%M%SZ}-{len(self.loads()) + 1:04d}"

    def staging(self, load_id: str) -> Path:
        """The folder in which a load is prepared; whatever it held before is removed."""
        folder = self.home / "staging" / load_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def commit(self, load: Load, staged: Mapping[str, Path]) -> None:
        """Move the staged files to their places (`{relative path: staged file}`), then make them count.

        The manifest is written beside, synced and renamed, so that a kill leaves the load whole or absent.
        """
        for relative, path in staged.items():
            target = self.home / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
        self._manifests.mkdir(parents=True, exist_ok=True)
        write_whole(self._manifests / f"{load.load_id}.json", json.dumps(asdict(load), indent=1))

    def sweep(self) -> None:
        """Remove what killed loads left behind. Call only while holding `writing`."""
        shutil.rmtree(self.home / "staging", ignore_errors=True)
        known = {fact.path for fact in self.fact_files()}
        for path in (self.home / "facts").glob("*/*.parquet"):
            if str(path.relative_to(self.home)) not in known:
                path.unlink()
        for path in (self.home / "rejects").glob("*.jsonl"):
            if not (self._manifests / f"{path.stem}.json").exists():
                path.unlink()


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the one writer's lock of a home directory; `Conflict` when another process has it.

    The kernel drops the lock when a process dies, so a kill never leaves a home locked.
    """
    home.mkdir(parents=True, exist_ok=True)
    with open(home / ".writer.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                f"Another load or refresh is writing to {home}.",
                thing=str(home),
                next_step="Wait for it to end, then try again.",
            ) from error
        yield


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader or a crash sees the old text or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _read(path: Path) -> Load:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Load(
        load_id=raw["load_id"],
        loaded_at=raw["loaded_at"],
        files=tuple(LoadedFile(**{**file, "tables": tuple(file["tables"])}) for file in raw["files"]),
        facts=tuple(FactFile(**fact) for fact in raw["facts"]),
    )
