"""What an engine behind a seam says of itself, for whoever has to keep it running."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """`version` names engine and version; `health` is `ok`, or in the engine's own words what it lacks, with the
    `next_step` beside it. `generations` are the names under which it holds ours, `size_bytes` is None where it
    does not tell; `holds` says in words how much is in it."""

    version: str
    health: str = "ok"
    next_step: str = ""
    size_bytes: int | None = None
    holds: str = ""
    generations: tuple[str, ...] = ()
