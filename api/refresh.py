"""The steps from facts to a served generation: graph, findings, index, then one rename.

Invariant: until the last step nothing that is served has changed; whatever ends a build (an error, a full
disk, a kill) leaves the generation before it in service.
"""

import filecmp
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from api import bootstrap
from api.errors import translated
from api.settings import Settings
from graph.facts.ledger import Ledger, writing
from graph.facts.store import FactStore
from graph.model.errors import NotFound, TidewaiterError
from graph.model.finding import Finding
from graph.store.generation import Generation, Generations, remove, share

if TYPE_CHECKING:
    from graph.resolve.resolved import Resolved

_LOG = structlog.get_logger("refresh")
Progress = Callable[[str, int, int], None]  # the step in words, parts of it done, parts in all


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a build put into service, and the seconds that each step took."""

    generation: Generation
    seconds: Mapping[str, float]


def refresh(
    settings: Settings, *, now: datetime, as_of: date | None = None, progress: Progress | None = None
) -> Refreshed:
    """Resolve who is the same, build graph, findings and index from all loads, and serve them.

    `NotFound` when nothing has been loaded, `Conflict` while another process writes, `Unavailable` when
    there is no room.
    """
    tell = progress or _quiet
    with _building(settings, now=now) as build:
        with build.timed("texts"):
            build.read_unread_texts(tell)
        facts = build.parties_and_graph(tell)
        with build.timed("detect"):
            findings = _detect(settings, facts, build.target, as_of=as_of, only=(), progress=tell)
            build.write_findings(findings)
        with build.timed("index"):
            build.write_index(facts, tell)
        return build.publish(tell)


def resolve(settings: Settings, *, now: datetime, progress: Progress | None = None) -> Refreshed:
    """Resolve who is the same again, within what people have judged since; the findings stay as they are."""
    tell = progress or _quiet
    with _building(settings, now=now) as build:
        before = Generations(settings.home).current()
        build.loads = before.loads
        facts = build.parties_and_graph(tell)
        share(before.findings, build.target.findings)
        build.counts["findings"] = before.counts["findings"]
        with build.timed("index"):
            build.write_index(facts, tell)
        return build.publish(tell)


def detect(
    settings: Settings,
    *,
    now: datetime,
    as_of: date | None = None,
    only: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> list[Finding]:
    """Look for patterns again. Without `as_of`, the findings replace those served, in a generation of their own.

    With `only`, findings of the other detectors stay as they are. With `as_of` nothing is written.
    """
    tell = progress or _quiet
    before = Generations(settings.home).current()
    if as_of is not None:
        facts = bootstrap.facts(settings, loads=before.loads, resolved=before.folder)
        return _detect(settings, facts, before, as_of=as_of, only=only, progress=tell)
    from graph.detect.finding_file import read_findings

    with _building(settings, now=now) as build:
        before = build.keep_loads()
        facts = build.facts()
        found = _detect(settings, facts, build.target, as_of=None, only=only, progress=tell)
        kept = [one for one in read_findings(before.findings) if only and one.detector not in only]
        build.write_findings(sorted([*found, *kept], key=lambda one: (-one.probability, one.id)))
        if filecmp.cmp(build.target.findings, before.findings, shallow=False):
            build.abandon()
            return found
        build.keep(before, (before.entities, before.links))
        build.write_index(facts, tell)
        build.publish(tell)
        return found


def reindex(settings: Settings, *, now: datetime, progress: Progress | None = None) -> Refreshed:
    """Build the index anew, beside the same graph and findings, and serve it."""
    tell = progress or _quiet
    with _building(settings, now=now) as build:
        before = build.keep_loads()
        build.keep(before, (before.entities, before.links, before.findings))
        with build.timed("index"):
            build.write_index(build.facts(), tell)
        return build.publish(tell)


class _Build:
    """One generation in the making."""

    def __init__(
        self, settings: Settings, engines: bootstrap.Engines, *, now: datetime, loads: tuple[str, ...]
    ) -> None:
        self.counts: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self._settings = settings
        self._engines = engines
        self._now = now
        self.loads = loads
        self._generations = Generations(settings.home)
        self._discard(self._generations.unfinished())
        self.folder = self._generations.begin(now)

    @property
    def target(self) -> Generation:
        """The generation as it will be: for its paths."""
        return Generation(self.folder.name, self.folder, self._now.isoformat(), self.loads, self.counts)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        began = monotonic()
        yield
        self.seconds[step] = round(monotonic() - began, 3)

    def read_unread_texts(self, tell: Progress) -> None:
        """Take in what texts say that were loaded before statements were kept."""
        from ingest.unread_texts import read_unread

        with closing(bootstrap.facts(self._settings, loads=self.loads)) as facts:
            load_id = read_unread(
                facts,
                Ledger(self._settings.home),
                now=self._now,
                memory_limit_gb=self._settings.memory_limit_gb,
                threads=self._settings.threads,
                told=lambda done, of: tell("reading texts that were loaded before", done, of),
            )
        if load_id:
            self.loads = (*self.loads, load_id)

    def parties_and_graph(self, tell: Progress) -> FactStore:
        """Resolve, then build the graph and fill its store; the facts with their parties."""
        from graph.build.build import build_graph

        with self.timed("resolve"):
            self._resolve(tell)
        with self.timed("names"):
            tell("linking names in documents", 0, 1)
            self._link_names()
        with self.timed("graph"):
            facts = self.facts()
            self.counts.update(build_graph(facts, self.folder, progress=tell))
        with self.timed("store"):
            tell("filling the graph store", 0, 1)
            self._engines.graph.write(self.folder, self.target.entities, self.target.links)
        return facts

    def write_findings(self, findings: list[Finding]) -> None:
        from graph.detect.finding_file import write_findings

        write_findings(self.target.findings, findings)
        self.counts["findings"] = len(findings)

    def write_index(self, facts: FactStore, tell: Progress) -> None:
        from search.concordance import write_concordance
        from search.indexer import documents

        tell("indexing", 0, 1)
        write_concordance(self.folder, facts)
        self.counts["documents"] = self._engines.search.write(self.folder, documents(self.target, facts))

    def facts(self) -> FactStore:
        """The facts of the loads that this generation is built from."""
        return bootstrap.facts(self._settings, loads=self.loads, resolved=self.folder)

    def _resolve(self, tell: Progress) -> None:
        """Who is the same, going on from the generation in service, within what people have judged."""
        from graph.resolve.resolve import resolve

        resolved = resolve(
            bootstrap.facts(self._settings, loads=self.loads),
            before=self._resolved_before(),
            judgements=bootstrap.judgements(self._settings),
            progress=tell,
        )
        resolved.write(self.folder)
        self.counts["parties"] = resolved.parties.num_rows

    def _link_names(self) -> None:
        """Whom the names in documents mean, within what people have decided; an id that led on is followed."""
        import pyarrow.parquet as pq

        from api.extraction import named_parties
        from graph.resolve.resolved import NAMED_PARTIES, Resolved

        led_to = Resolved.read(self.folder).led_to()
        decisions = bootstrap.claim_decisions(self._settings)
        decided = tuple(replace(one, party=led_to.get(one.party, one.party)) for one in decisions)
        named = named_parties(self.facts(), self.folder, decided, before=self._folder_before())
        pq.write_table(named, self.folder / NAMED_PARTIES)

    def _folder_before(self) -> Path | None:
        """The folder of the generation in service; None before the first."""
        with suppress(NotFound, FileNotFoundError):
            return self._generations.current().folder
        return None

    def _resolved_before(self) -> "Resolved | None":
        """What the generation in service holds of it; None before the first, and where it stems from an older form."""
        from graph.resolve.resolved import Resolved

        with suppress(NotFound, FileNotFoundError, KeyError, ValueError):
            return Resolved.read(self._generations.current().folder)
        return None

    def keep_loads(self) -> Generation:
        """Build from the loads and the parties of the generation in service, whatever has been loaded since."""
        from graph.resolve.resolved import files_of
        from ingest.extract import found_names

        before = Generations(self._settings.home).current()
        self.loads = before.loads
        for file in (*files_of(before.folder), *found_names.files_of(before.folder)):
            share(file, self.folder / file.name)
        return before

    def keep(self, before: Generation, files: tuple[Path, ...]) -> None:
        """Take the graph and finished files over from the generation before."""
        self.counts = {**before.counts, **self.counts}
        self._engines.graph.carry(before.folder, self.folder)
        for file in files:
            share(file, self.folder / file.name)

    def publish(self, tell: Progress) -> Refreshed:
        generation = self._generations.publish(self.folder, built_at=self._now, loads=self.loads, counts=self.counts)
        self._retire(tuple(folder for folder in self._generations.finished() if folder != self.folder))
        tell("done", 1, 1)
        return Refreshed(generation, self.seconds)

    def abandon(self) -> None:
        self._discard((self.folder,))

    def _retire(self, before: tuple[Path, ...]) -> None:
        """The generations before this one: what servers hold of them is dropped, and all folders but the latest,
        in which a reader may be opening files. An engine that fails here is asked again by the next build."""
        try:
            self._engines.graph.serve(self.folder)
            self._engines.search.serve(self.folder)
            self._engines.graph.drop(before, but=self.folder)
            self._engines.search.drop(before)
        except TidewaiterError as error:
            _LOG.warning("generations_not_dropped", folders=[folder.name for folder in before], error=str(error))
        else:
            remove(before[:-1])

    def _discard(self, folders: tuple[Path, ...]) -> None:
        self._engines.graph.drop(folders)
        self._engines.search.drop(folders)
        remove(folders)


@contextmanager
def _building(settings: Settings, *, now: datetime) -> Iterator[_Build]:
    """Hold the home's one writer's lock around a build; a failed one leaves nothing behind that anybody reads."""
    bootstrap.check(settings)
    try:
        with writing(settings.home):
            loads = tuple(load.load_id for load in Ledger(settings.home).loads())
            if not loads:
                raise NotFound(
                    f"Nothing has been loaded into {settings.home} yet.",
                    thing=str(settings.home),
                    next_step="Run `tidewaiter load PATH...` first.",
                )
            with closing(bootstrap.Engines(settings)) as engines:
                build = _Build(settings, engines, now=now, loads=loads)
                try:
                    yield build
                except BaseException:
                    with suppress(TidewaiterError):  # the next build will find the folder and try again
                        build.abandon()
                    raise
    except Exception as error:
        told = translated(error, thing=str(settings.home))
        if told is None or told is error:
            raise
        raise told from error


def _detect(
    settings: Settings,
    facts: FactStore,
    generation: Generation,
    *,
    as_of: date | None,
    only: tuple[str, ...],
    progress: Progress,
) -> list[Finding]:
    """Look for patterns in a generation's facts, each detector beside the others where that is worth it."""
    from graph.detect.detector import detect as run_detectors
    from graph.detect.side_by_side import detect_side_by_side, together, worth_it

    def tell(step: str) -> None:
        progress(step, 0, 0)

    if bootstrap.scheme("facts", settings.facts_url) == "duckdb" and worth_it(facts, only=only):
        again = partial(bootstrap.facts, settings, loads=generation.loads, resolved=generation.folder)
        return together(detect_side_by_side(again, as_of=as_of, only=only, progress=tell))
    return run_detectors(facts, as_of=as_of, only=only, progress=tell)


def _quiet(_step: str, _done: int, _of: int) -> None:
    """Nobody is watching."""
