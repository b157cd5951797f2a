"""Generations: derived data built beside what is served, and swapped in by renaming one pointer file.

Invariant: `CURRENT` names a generation whose manifest is on disk. A build that is killed leaves a folder
without a manifest, which nobody reads and the next build removes. What engines hold on a server for a generation
they find by its folder, so a folder goes last.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from graph.facts.ledger import write_whole
from graph.model.errors import NotFound

POINTER = "CURRENT"
MANIFEST = "generation.json"


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole generation. `counts` says how many entities, links, documents and findings it holds."""

    generation_id: str
    folder: Path
    built_at: str
    loads: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def entities(self) -> Path:
        """Parquet of entities: id, kind, key, name, properties (JSON), measures, degree."""
        return self.folder / "entities.parquet"

    @property
    def links(self) -> Path:
        """Parquet of links: source, link, target, measures, sources, status."""
        return self.folder / "links.parquet"

    @property
    def findings(self) -> Path:
        """Findings, one JSON object a line, best first."""
        return self.folder / "findings.jsonl"


class Generations:
    """The generations of one home directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._folder = home / "generations"

    def current(self) -> Generation:
        """The generation in service; `NotFound` before the first refresh."""
        try:
            generation_id = (self.home / POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise NotFound(
                f"Nothing has been built in {self.home} yet.",
                thing=str(self.home),
                next_step="Run `tidewaiter load PATH...`, then `tidewaiter refresh`.",
            ) from error
        return self._read(generation_id)

    def finished(self) -> tuple[Path, ...]:
        """The folders of whole generations, oldest first."""
        return tuple(folder for folder in self._folders() if (folder / MANIFEST).exists())

    def unfinished(self) -> tuple[Path, ...]:
        """The folders that killed builds left behind, and that of a build that is running."""
        return tuple(folder for folder in self._folders() if not (folder / MANIFEST).exists())

    def begin(self, now: datetime) -> Path:
        """An empty folder for the next generation."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max(map(_number, self._folders()), default=0)
        folder = self._folder / f"{now:%Y%m%dT%H%M%SZ}-{number:04d}"
        folder.mkdir()
        return folder

    def publish(
        self, folder: Path, *, built_at: datetime, loads: tuple[str, ...], counts: Mapping[str, int]
    ) -> Generation:
        """Put a finished folder into service. Those before it stay until they are removed."""
        generation = Generation(folder.name, folder, built_at.isoformat(), loads, dict(counts))
        manifest = {key: value for key, value in asdict(generation).items() if key != "folder"}
        write_whole(folder / MANIFEST, json.dumps(manifest, indent=1))
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        write_whole(self.home / POINTER, folder.name + "\n")
        return generation

    def _folders(self) -> list[Path]:
        return sorted(self._folder.iterdir(), key=_number) if self._folder.is_dir() else []

    def _read(self, generation_id: str) -> Generation:
        folder = self._folder / generation_id
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Generation(generation_id, folder, raw["built_at"], tuple(raw["loads"]), raw["counts"])


def remove(folders: Iterable[Path]) -> None:
    """Remove folders of generations; a file that somebody holds open stays readable to them."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def share(file: Path, other: Path) -> None:
    """Let a finished file stand in a second place too, without a copy where the disk allows it."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copy2(file, other)


def _number(folder: Path) -> int:
    """Generations are ordered by their number: a clock may go back, the number never does."""
    return int(folder.name.rsplit("-", 1)[1])
