"""What is being served: one whole generation at a time, switched when the pointer file changes.

Invariant: an answer is made from one snapshot. A request that began on a generation ends on it, though a
newer one has been published meanwhile; a snapshot's handles are closed when its last request has ended.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from api import bootstrap
from api.settings import Settings
from graph.facts.store import FactStore
from graph.model.errors import NotFound, TidewaiterError, Unavailable
from graph.model.finding import Finding
from graph.store.generation import POINTER, Generation, Generations
from graph.store.store import GraphView

if TYPE_CHECKING:
    from search.service import SearchService

_LOG = structlog.get_logger("serving")
_ATTEMPTS = 5  # a generation read from the pointer may be swept while it is being opened


def secret_of(home: Path) -> str:
    """What turns social security numbers into their tokens; empty in a home that has never met one."""
    try:
        return (home / "secret.key").read_text(encoding="ascii").strip()
    except OSError:
        return ""


class _Closable(Protocol):
    def close(self) -> None: ...


Held = TypeVar("Held", bound=_Closable)


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings of a generation, best first, by id and by member."""

    all: tuple[Finding, ...]
    by_id: dict[str, Finding] = field(default_factory=dict)
    by_member: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    @staticmethod
    def of(findings: tuple[Finding, ...]) -> "Findings":
        """Arrange findings for questions."""
        members: dict[str, list[Finding]] = {}
        for finding in findings:
            for entity in dict.fromkeys(member.entity for member in finding.members):
                members.setdefault(entity, []).append(finding)
        return Findings(
            findings, {one.id: one for one in findings}, {entity: tuple(some) for entity, some in members.items()}
        )


class Snapshot:
    """Everything that belongs to one generation. Safe to share between threads.

    Each part is opened when first asked for, and again at the next question where that failed: an engine that is
    down takes no other part with it.
    """

    def __init__(self, settings: Settings, generation: Generation) -> None:
        self.generation = generation
        self._settings = settings
        self._opened: list[_Closable] = []
        self._parts: dict[str, Any] = {}
        self._locks = {name: threading.Lock() for name in ("view", "search", "findings", "facts")}

    @property
    def view(self) -> GraphView:
        """The graph."""
        view: GraphView = self._part("view", self._open_view)
        return view

    @property
    def search(self) -> "SearchService":
        """The index, behind the reading of a person's text."""
        search: SearchService = self._part("search", self._open_search)
        return search

    @property
    def findings(self) -> Findings:
        """The findings."""
        findings: Findings = self._part("findings", self._open_findings)
        return findings

    @property
    def facts(self) -> FactStore:
        """The facts that the generation was built from."""
        facts: FactStore = self._part("facts", self._open_facts)
        return facts

    def open_all(self) -> None:
        """Open every part now, so that no question has to wait for it; the first failure, when all were tried."""
        failures = []
        for name in self._locks:
            try:
                getattr(self, name)
            except TidewaiterError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def close(self) -> None:
        """Let go of files and connections."""
        for opened in reversed(self._opened):
            opened.close()

    def _part(self, name: str, make: Callable[[], object]) -> Any:
        with self._locks[name]:
            if name not in self._parts:
                self._parts[name] = make()
            return self._parts[name]

    def _open_view(self) -> GraphView:
        store = self._holding(bootstrap.graph_store(self._settings))
        return self._holding(store.view(self.generation.folder))

    def _open_search(self) -> "SearchService":
        from search.concordance import read_concordance
        from search.service import SearchService

        store = self._holding(bootstrap.search_store(self._settings))
        index = self._holding(store.index(self.generation.folder))
        changes = read_concordance(self.generation.folder)
        return SearchService(index, ssn_secret=secret_of(self._settings.home), concordance=changes)

    def _open_findings(self) -> Findings:
        from graph.detect.finding_file import read_findings

        return Findings.of(tuple(read_findings(self.generation.findings)))

    def _open_facts(self) -> FactStore:
        return self._holding(
            bootstrap.facts(self._settings, loads=self.generation.loads, resolved=self.generation.folder)
        )

    def _holding(self, opened: Held) -> Held:
        self._opened.append(opened)
        return opened


class Serving:
    """The snapshot in service, for one process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._pointer = settings.home / POINTER
        self._generations = Generations(settings.home)
        self._lock = threading.Lock()  # guards the four below
        self._switching = threading.Lock()  # held by the one thread that opens a new generation
        self._current: Snapshot | None = None
        self._pointed = ""
        self._readers: dict[Snapshot, int] = {}
        self._retired: set[Snapshot] = set()

    @contextmanager
    def snapshot(self, *, newest: bool = False) -> Iterator[Snapshot]:
        """The generation in service, held until the block ends. `Unavailable` before the first refresh.

        With `newest`, one that is being opened is waited for.
        """
        self._follow_pointer(wait=newest)
        with self._lock:
            snapshot = self._current
            if snapshot is None:
                raise Unavailable(
                    f"Nothing has been built in {self.settings.home} yet.",
                    thing=str(self.settings.home),
                    next_step="Run `tidewaiter load PATH...`, then `tidewaiter refresh`.",
                )
            self._readers[snapshot] = self._readers.get(snapshot, 0) + 1
        try:
            yield snapshot
        finally:
            self._release(snapshot)

    def moved_on(self, snapshot: Snapshot) -> bool:
        """Whether another generation has been published since, so that this one's files may be gone."""
        return self._read_pointer() != snapshot.generation.generation_id

    def close(self) -> None:
        """Let go of everything; called when no request is running."""
        with self._lock:
            snapshots = {*self._retired, *([self._current] if self._current else [])}
            self._current, self._pointed = None, ""
            self._retired.clear()
        for snapshot in snapshots:
            snapshot.close()

    def _follow_pointer(self, *, wait: bool) -> None:
        pointed = self._read_pointer()
        if pointed == self._pointed or not pointed:
            return
        # While one thread opens the new generation, others go on with the old one; the first has to wait.
        if not self._switching.acquire(blocking=wait or self._current is None):
            return
        try:
            if self._read_pointer() != self._pointed:
                self._switch()
        finally:
            self._switching.release()

    def _switch(self) -> None:
        try:
            snapshot, pointed = self._open()
        except TidewaiterError as error:
            if self._current is None:
                raise
            _LOG.error("generation_not_opened", error=str(error))
            return
        with self._lock:
            old, self._current, self._pointed = self._current, snapshot, pointed
            idle = old is not None and self._readers.get(old, 0) == 0
            if old is not None and not idle:
                self._retired.add(old)
        if old is not None and idle:
            old.close()

    def _open(self) -> tuple[Snapshot, str]:
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            pointed = self._read_pointer()
            snapshot: Snapshot | None = None
            try:
                snapshot = Snapshot(self.settings, self._generations.current())
                snapshot.open_all()
            except (OSError, NotFound, ValueError, KeyError, Unavailable) as error:
                failure = error
                if self._read_pointer() == pointed:
                    if snapshot is not None and self._current is None:
                        # Nothing else can be served: the parts that are whole are, and the others say what is wrong.
                        _LOG.error("generation_not_whole", generation=pointed, error=str(error))
                        return snapshot, pointed
                    break
                continue
            if snapshot.generation.generation_id == self._read_pointer():
                return snapshot, pointed
            snapshot.close()
        raise Unavailable(
            f"The generation {pointed} cannot be opened: {failure}",
            thing=str(self.settings.home / "generations" / pointed),
            value=type(failure).__name__,
            next_step="Run `tidewaiter refresh` to build it anew.",
        ) from failure

    def _release(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._readers[snapshot] -= 1
            last = self._readers[snapshot] == 0
            if last:
                del self._readers[snapshot]
            done = last and snapshot in self._retired
            self._retired.discard(snapshot) if done else None
        if done:
            snapshot.close()

    def _read_pointer(self) -> str:
        try:
            return self._pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
