"""Loading: sender's files become facts, every row with a fate, all of it or nothing.

Invariant: everything is prepared in the home's staging folder and committed by one manifest. Whatever happens before
that (a full disk, a kill, a file that breaks off) leaves the earlier loads as they were.
"""

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from graph.facts.ledger import FactFile, Ledger, Load, LoadedFile, writing
from graph.model.errors import Invalid, TidewaiterError, Unavailable
from graph.model.tables import DOCUMENTS, MENTIONS, STATEMENTS, TABLES
from ingest import rejects as rejected_rows
from ingest.better_text import KEPT_BETTER, keep_better_text
from ingest.clean.sql import literal
from ingest.csv_rows import BrokenRow, csv_rows
from ingest.document_files import NOT_READ, Originals
from ingest.engine import open_engine, run
from ingest.extract.side_by_side import TextReaders
from ingest.file_documents import PROFILE, RULINGS, Judged, Waiting, judged, rows_of, standing_documents
from ingest.file_text import sha256_of, survey
from ingest.given_files import GivenFile, given_files, is_documents, legible
from ingest.opened_files import opened_files
from ingest.rejects import Problem, Reject, RejectLog
from ingest.secret import ssn_secret
from ingest.sources.delimited import HEAD_BYTES, reading
from ingest.sources.registry import find_source
from ingest.sources.source import CsvShape, Source, TextRows
from ingest.staging import PARQUET, Origin, Stage
from ingest.text.readers import Readers
from ingest.text.reading import DOC, DOCX, EMAIL, HTML, MSG, PDF, PICTURE, RTF, refuse_promise
from ingest.text_facts import write_text_facts
from ingest.versions import DUPLICATE, Settled, Versions

Progress = Callable[[str, int, int | None], None]

_MERGE_AT = 64  # so many small files of one table are made one, so that no home fills with tiny files
_SMALL_ROWS = 100_000
_REASONS_SHOWN = 3
_MOST_PROCESSES = 8
_DOCUMENTS_AT_ONCE = 500
_BATCH_CHARACTERS = 16_000_000
# Formats in which no table comes: these files are documents, whatever their names say.
_NEVER_TABLES = frozenset({PDF, DOCX, DOC, HTML, EMAIL, MSG, PICTURE, RTF})
_STORAGE_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows over all files. `repaired` are accepted rows that were mended, and rows left out as exact duplicates."""

    accepted: int
    rejected: int
    repaired: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `load` is None where nothing had to be committed; `failed` says that a file was not read."""

    load: Load | None
    files: tuple[LoadedFile, ...]
    totals: Totals
    reasons: Mapping[str, int]
    failed: bool


def load(
    paths: Sequence[Path],
    *,
    home: Path,
    profile: str | None = None,
    dry_run: bool = False,
    now: datetime,
    memory_limit_gb: float = 4.0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files and folders into a home directory, as one load; with `dry_run` say only what would happen.

    `profile` names the source that all files are of; without it each file is recognised. `progress` hears a
    file's name, how much of it is done (bytes of text, else rows) and of how much, where that is known.

    A file that cannot be read is told in the report and does not keep the others from being loaded. Raises
    `Conflict` while another process writes, `Unavailable` where the home cannot be written to or is full, and
    `NotFound` for a profile that does not exist; nothing is loaded then.
    """
    with _storage(home, memory_limit_gb), writing(home):
        ledger = Ledger(home)
        ledger.sweep()
        try:
            loading = _Loading(
                ledger,
                now=now,
                profile=profile,
                memory_limit_gb=memory_limit_gb,
                threads=threads,
                progress=progress or _silent,
            )
            return loading.run(given_files(paths, home), commit=not dry_run)
        finally:
            with suppress(OSError):
                ledger.sweep()


def _silent(file: str, done: int, total: int | None) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A fact file that waits for the commit."""

    table: str
    settled: Settled

    @property
    def path(self) -> Path:
        """Where it waits."""
        assert self.settled.path is not None  # noqa: S101 - only tables with new rows wait
        return self.settled.path


class _Loading:
    """One load under way."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: datetime,
        profile: str | None,
        memory_limit_gb: float,
        threads: int | None,
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._home = ledger.home
        self._now = now
        self._profile = profile
        self._progress = progress
        self._load_id = ledger.next_load_id(now)
        self._folder = ledger.staging(self._load_id)
        self._rejects = RejectLog(self._folder / "rejects.jsonl")
        processes = min(threads or os.cpu_count() or 1, _MOST_PROCESSES)
        self._readers = Readers(processes)
        self._text_readers = TextReaders(processes)
        self._originals = Originals(self._home, self._folder, self._readers)
        self._documents: list[Waiting] = []
        self._known: dict[tuple[str, str], str] = {}
        for earlier in ledger.loads():
            for file in earlier.files:
                if file.sha256:
                    self._known.setdefault((file.sha256, file.profile), earlier.loaded_at[:10])
        self._before: dict[str, list[Path]] = {}
        for fact in ledger.fact_files():
            self._before.setdefault(fact.table, []).append(self._home / fact.path)
        self._prepared: dict[str, list[_Prepared]] = {}
        self._written = 0
        self._outdone: frozenset[str] = frozenset()  # documents last settled of which a better text stood
        self._stage = Stage(
            open_engine(self._folder, memory_limit_gb, threads), self._folder, self._rejects, ssn_secret(self._home)
        )

    def run(self, files: Sequence[GivenFile], *, commit: bool) -> LoadReport:
        """Load the files one by one and commit what they brought."""
        try:
            with self._readers:
                opened = opened_files(files, self._readers, self._folder / "opened", profile=self._profile)
                fates = [fate for file in opened if (fate := self._fate(file))]
                fates += self._read_documents()
            self._rejects.close()
            load = self._load(fates)
            facts = load.facts
        finally:
            with suppress(OSError):
                self._rejects.close()
            self._text_readers.close()
            self._stage.close()
        worth = any(fate.changed for fate in fates)
        if worth and commit:
            staged = dict(self._originals.staged)
            if self._rejects.written:
                staged[f"{rejected_rows.FOLDER}/{self._load_id}.jsonl"] = self._rejects.path
            for table, prepared in self._prepared.items():
                of_table = [fact.path for fact in facts if fact.table == table]
                staged |= {path: one.path for path, one in zip(of_table, prepared, strict=True)}
            self._ledger.commit(load, staged)
        loaded = load.files
        reasons: Counter[str] = Counter()
        for file in loaded:
            reasons.update(file.reasons)
        return LoadReport(
            load=load if worth and commit else None,
            files=loaded,
            totals=Totals(
                sum(file.accepted for file in loaded),
                sum(file.rejected for file in loaded),
                sum(file.repaired for file in loaded),
                sum(file.unchanged for file in loaded),
            ),
            reasons=dict(reasons.most_common()),
            failed=any(fate.failed for fate in fates),
        )

    def _load(self, fates: "Sequence[_Fate]") -> Load:
        facts = []
        for table in list(self._prepared):
            self._merge(table, at_least=2)
            for number, prepared in enumerate(self._prepared[table], start=1):
                facts.append(
                    FactFile(
                        table=table,
                        path=f"facts/{table}/{self._load_id}-{number:04d}.parquet",
                        rows=prepared.settled.rows,
                        supersedes=prepared.settled.supersedes,
                        min_known_at=prepared.settled.min_known_at,
                        max_known_at=prepared.settled.max_known_at,
                    )
                )
        files = sorted((fate.file for fate in fates), key=lambda file: file.file)
        return Load(self._load_id, self._now.strftime("%Y-%m-%dT%H:%M:%SZ"), tuple(files), tuple(facts))

    # -- one file --------------------------------------------------------------------------------------

    def _fate(self, given: GivenFile) -> "_Fate | None":
        """What becomes of a file; None where it is a document, to be read with the others."""
        if given.failed:
            named = given.failed if given.path.name in given.failed else f"{given.name}: {given.failed}"
            return _Fate(_untouched(given, named), failed=True)
        if given.skipped:
            return _Fate(_untouched(given, f"skipped: {given.skipped}"))
        if given.opened:
            return _Fate(_untouched(given, given.opened))
        if read_for := self._originals.read_for.get(given.path.resolve()):
            return _Fate(_untouched(given, read_for.reason), failed=read_for.failed)
        rejects_before = self._rejects.mark()
        parts_before = set(self._folder.glob("part-*.parquet"))
        try:
            return self._read(given)
        except TidewaiterError as error:
            if error.thing == "profile":
                raise
            reason = str(error)
        except (pa.ArrowInvalid, ValueError, LookupError) as error:
            reason = f"It cannot be read: {error}."
        self._rejects.rewind(rejects_before)
        for part in set(self._folder.glob("part-*.parquet")) - parts_before:
            part.unlink()
        named = reason if given.path.name in reason else f"{given.name}: {reason}"
        return _Fate(_untouched(given, named), failed=True)

    def _read(self, given: GivenFile) -> "_Fate | None":
        sha256 = sha256_of(given.path)
        with reading(given.path), given.path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if self._profile == PROFILE or (self._profile is None and given.format in _NEVER_TABLES):
            self._documents.append(Waiting(given, sha256))
            return None
        source = find_source(given.path, head, self._profile, extra_profiles=self._home / "profiles")
        if self._profile is None and given.format and (source is None or source.name == RULINGS):
            self._documents.append(Waiting(given, sha256))
            return None
        if source is None:
            if head and self._profile is None:
                refuse_promise(given.name)
            reason = "empty: 0 bytes" if not head else "not recognised: it is no table of ours and fits no profile"
            if given.alone:
                raise Invalid(
                    f"{given.name} is {reason}.",
                    thing=given.name,
                    next_step="Name its kind with --as, or write a profile for it.",
                )
            return _Fate(_untouched(given, reason))
        blank = LoadedFile(given.name, sha256, source.name, (), 0, 0, 0)
        earlier = self._known.get((sha256, source.name))
        if earlier and not is_documents(given.path):
            return _Fate(replace(blank, reason=f"unchanged, loaded on {earlier}"))
        mark = self._rejects.mark()
        fate = self._loaded(given, source, blank)
        if earlier and not fate.file.accepted:
            self._rejects.rewind(mark)
            return _Fate(replace(blank, unchanged=fate.file.unchanged, reason=f"unchanged, loaded on {earlier}"))
        self._known[sha256, source.name] = self._now.date().isoformat()
        return fate

    def _loaded(self, given: GivenFile, source: Source, blank: LoadedFile) -> "_Fate":
        self._rejects.take_counts()
        before = self._rejects.written
        origin = Origin(given.name, self._load_id, self._now.date())
        found = self._rows(given, source)
        parts, left_out = self._stage.write(self._originals.complete(found, given.path), origin)
        prepared = [one for table, some in parts.items() for one in self._settle(table, some, given.name)]
        settled = {one.table: one.settled for one in prepared if one.table in parts}
        rejected = self._rejects.written - before
        duplicates = sum(one.duplicates for one in settled.values())
        mended, repairs = self._repairs([one.path for one in settled.values() if one.path])
        self._prepare(prepared)
        refused = self._rejects.take_counts()
        reasons = Counter(refused) + repairs + Counter(left_out) + self._originals.take_notes()
        if duplicates:
            reasons[DUPLICATE] += duplicates
        if self._outdone and DOCUMENTS.name in parts:
            reasons[KEPT_BETTER] += len(self._outdone)
        file = replace(
            blank,
            tables=tuple(sorted(settled)),
            accepted=sum(one.rows for one in settled.values()),
            rejected=rejected,
            repaired=mended + duplicates,
            unchanged=sum(one.unchanged for one in settled.values()),
            reasons=dict(reasons.most_common()),
        )
        return _Fate(replace(file, reason=_summary(file, refused, left_out)), changed=True)

    def _rows(self, given: GivenFile, source: Source) -> Iterator[TextRows]:
        found = source.rows(given.path)
        if not isinstance(found, CsvShape):
            return self._counted(found, given.name)
        shape = found
        surveyed = survey(given.path)

        def broken(row: BrokenRow) -> None:
            problem = Problem("", "", row.reason)
            self._rejects.add(Reject(given.name, row.row, shape.table, (problem,), row.cells))

        def told(done: int) -> None:
            self._progress(given.name, done, surveyed.size_bytes)

        return csv_rows(given.path, shape, surveyed, told=told, broken=broken)

    def _counted(self, rows: Iterator[TextRows], name: str) -> Iterator[TextRows]:
        done = 0
        for some in rows:
            yield some
            done += some.batch.num_rows
            self._progress(name, done, None)

    # -- files that are documents ----------------------------------------------------------------------

    def _read_documents(self) -> "list[_Fate]":
        """What becomes of the files that are documents: several are read at once, many are written at a time."""
        prepared = (one.path for one in self._prepared.get(DOCUMENTS.name, ()))
        standing = [*self._before.get(DOCUMENTS.name, ()), *prepared]
        known = standing_documents(self._stage.engine, standing, [one.sha256 for one in self._documents])
        fates: list[_Fate] = []
        batch: dict[str, Judged] = {}
        size = 0
        for done, one in enumerate(judged(self._documents, known, self._readers, self._originals), start=1):
            self._progress("documents", done, len(self._documents))
            if one.made is None:
                fates.append(self._unmade(one))
                continue
            # Two versions of one document are two batches: the later then stands beside the earlier.
            document_id = one.made.cells["id"] or ""
            if document_id in batch or len(batch) >= _DOCUMENTS_AT_ONCE or size > _BATCH_CHARACTERS:
                fates += self._write_documents(batch)
                batch, size = {}, 0
            batch[document_id] = one
            size += len(one.made.cells.get("text") or "")
        return fates + self._write_documents(batch)

    def _unmade(self, one: Judged) -> "_Fate":
        """The fate of a file that makes no row."""
        given = one.waiting.given
        if one.failed:
            return _Fate(_untouched(given, one.reason), failed=True)
        days = (self._known.get((one.waiting.sha256, name)) for name in (PROFILE, RULINGS))
        earlier = next(filter(None, days), "")
        reason = one.reason or (f"unchanged, loaded on {earlier}" if earlier else "unchanged")
        return _Fate(LoadedFile(given.name, one.waiting.sha256, PROFILE, (), 0, 0, 0, 0 if one.reason else 1, reason))

    def _write_documents(self, batch: Mapping[str, Judged]) -> "list[_Fate]":
        """Write rows that were made of files, and what their texts mention."""
        ways: dict[str, list[Judged]] = {}
        for one in batch.values():
            ways.setdefault("rejected" if one.problem else "kept", []).append(one)
        for one in ways.get("rejected", ()):
            assert one.made is not None  # noqa: S101 - only those are in a batch
            problem = Problem("", "", one.problem)
            self._rejects.add(Reject(one.waiting.given.name, 1, DOCUMENTS.name, (problem,), one.made.cells))
        fates = [self._made(one, staged=False, settled=False) for one in ways.get("rejected", ())]
        kept = ways.get("kept", [])
        if not kept:
            return fates
        origin = Origin("documents", self._load_id, self._now.date())
        parts, _ = self._stage.write(iter([rows_of(kept)]), origin)
        staged = self._ids(parts.get(DOCUMENTS.name, ()))
        prepared = list(self._settle(DOCUMENTS.name, parts[DOCUMENTS.name], "documents")) if staged else []
        settled = self._ids([one.settled.path for one in prepared[:1] if one.settled.path])
        self._prepare(prepared)
        self._rejects.take_counts()
        for one in kept:
            document_id = one.made.cells["id"] if one.made else None
            fates.append(self._made(one, staged=document_id in staged, settled=document_id in settled))
        return fates

    def _made(self, one: Judged, *, staged: bool, settled: bool) -> "_Fate":
        """The fate of a file that made a row."""
        assert one.made is not None  # noqa: S101 - only those are in a batch
        given = one.waiting.given
        reasons = {NOT_READ: 1} if one.unread else {one.problem: 1} if one.problem else {}
        reason = one.problem or one.reason or ("" if staged else "its row was refused; see the rejects")
        if staged and one.made.cells["id"] in self._outdone:
            reasons, reason = {**reasons, KEPT_BETTER: 1}, f"{reason}; {KEPT_BETTER}".lstrip("; ")
        return _Fate(
            LoadedFile(
                given.name,
                one.waiting.sha256,
                one.made.profile,
                (DOCUMENTS.name,) if settled else (),
                accepted=int(settled),
                rejected=int(not staged),
                repaired=0,
                unchanged=int(staged and not settled),
                reason=f"1 rows stand already; {reason}".rstrip("; ") if staged and not settled else reason,
                reasons=reasons,
            ),
            changed=True,
        )

    def _ids(self, paths: Sequence[Path]) -> set[str]:
        """The ids of the rows in fact files of one batch."""
        if not paths:
            return set()
        listed = ", ".join(literal(str(path)) for path in paths)
        return {str(found) for (found,) in run(self._stage.engine, f"SELECT id FROM read_parquet([{listed}])")}

    def _settle(self, table: str, parts: Sequence[Path], name: str) -> Iterator[_Prepared]:
        """The table's rows that are new; of documents, also what their texts name and say."""
        standing = [*self._before.get(table, ()), *(one.path for one in self._prepared.get(table, ()))]
        if table == DOCUMENTS.name:
            parts, self._outdone = keep_better_text(self._stage.engine, parts, standing, self._next_path(table))
        target = self._next_path(table)
        settled = Versions(self._stage.engine, TABLES[table], self._rejects).settle(parts, standing, target)
        yield _Prepared(table, settled)
        if settled.path and table == DOCUMENTS.name:
            paths = {table.name: self._next_path(table.name) for table in (MENTIONS, STATEMENTS)}

            def told(done: int) -> None:
                self._progress(f"{name}, what its texts mention", done, settled.rows)

            written = write_text_facts(settled.path, self._stage.engine, self._text_readers, told, **paths)
            for (made, path), rows in zip(paths.items(), written, strict=True):
                yield _Prepared(made, replace(settled, path=path if rows else None, rows=rows))

    # -- what waits for the commit ---------------------------------------------------------------------

    def _next_path(self, table: str) -> Path:
        self._written += 1
        return self._folder / f"{table}-{self._written:06d}.parquet"

    def _prepare(self, prepared: Sequence[_Prepared]) -> None:
        for one in prepared:
            if one.settled.path:
                self._prepared.setdefault(one.table, []).append(one)
                self._merge(one.table, at_least=_MERGE_AT)

    def _merge(self, table: str, *, at_least: int) -> None:
        """Make one file of small ones that follow each other, once there are so many."""
        kept: list[_Prepared] = []
        for is_small, some in groupby(self._prepared[table], key=lambda one: one.settled.rows < _SMALL_ROWS):
            together = list(some)
            kept += [self._merged(together)] if is_small and len(together) >= at_least else together
        self._prepared[table] = kept

    def _merged(self, together: Sequence[_Prepared]) -> _Prepared:
        path = self._next_path(together[0].table)
        engine = self._stage.engine
        listed = ", ".join(literal(str(one.path)) for one in together)
        # In their order: of two versions from one load, the one further down is the later.
        run(engine, "SET preserve_insertion_order = true")
        run(engine, f"COPY (FROM read_parquet([{listed}])) TO {literal(str(path))} {PARQUET}")
        run(engine, "SET preserve_insertion_order = false")
        for one in together:
            one.path.unlink()
        settled = replace(
            together[-1].settled,
            path=path,
            rows=sum(one.settled.rows for one in together),
            supersedes=any(one.settled.supersedes for one in together),
            min_known_at=min(one.settled.min_known_at for one in together),
            max_known_at=max(one.settled.max_known_at for one in together),
        )
        return _Prepared(together[0].table, settled)

    def _repairs(self, paths: Sequence[Path]) -> tuple[int, Counter[str]]:
        """How many rows were mended, and how often in which way."""
        rows, names = 0, Counter[str]()
        for path in paths:
            found = run(
                self._stage.engine,
                "SELECT name, count(*), count(DISTINCT place) FROM"
                " (SELECT unnest(repairs) AS name, file_row_number AS place"
                f" FROM read_parquet({literal(str(path))}, file_row_number = true) WHERE repairs IS NOT NULL)"
                " GROUP BY GROUPING SETS ((), (name))",
            )
            for name, times, mended in found:
                if name is None:
                    rows += int(str(mended))
                else:
                    names[str(name)] += int(str(times))
        return rows, names


@dataclass(frozen=True, slots=True)
class _Fate:
    """A file's line in the report, whether it has to be remembered, and whether it could not be read."""

    file: LoadedFile
    changed: bool = False
    failed: bool = False


def _untouched(given: GivenFile, reason: str) -> LoadedFile:
    return LoadedFile(given.name, "", "", (), 0, 0, 0, reason=legible(reason))


def _summary(file: LoadedFile, refused: Mapping[str, int], left_out: Mapping[str, int]) -> str:
    """The fate of a file in one line; nothing where all of it was accepted as it came."""
    said = []
    if not (file.accepted or file.rejected or file.unchanged or left_out):
        said.append("it holds a header and no rows")
    if file.unchanged:
        said.append(f"{file.unchanged} rows stand already")
    shown = sorted(refused.items(), key=lambda item: (-item[1], item[0]))
    said += [f"{count} x {reason}" for reason, count in shown[:_REASONS_SHOWN]]
    if len(shown) > _REASONS_SHOWN:
        said.append(f"{len(shown) - _REASONS_SHOWN} more reasons")
    said += [f"{count} left out: {reason}" for reason, count in left_out.items()]
    return "; ".join(said)


@contextmanager
def _storage(home: Path, memory_limit_gb: float) -> Iterator[None]:
    """Say in our words what went wrong with the home directory, the disk or the memory."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise Unavailable(
            f"The load does not fit into {memory_limit_gb:g} GB of memory and the free disk under {home}; nothing was"
            " loaded.",
            thing=str(home),
            next_step="Allow more memory, or free disk space, and load again.",
        ) from error
    except (OSError, duckdb.IOException) as error:
        number, said = getattr(error, "errno", None), str(error)
        if number == errno.EFBIG or "File too large" in said:
            what = "takes no file as large as the load needs"
        elif number in _STORAGE_FULL or any(word in said for word in ("No space left", "quota", "Could not write")):
            what = "is full"
        else:
            what = f"cannot be written to: {getattr(error, 'strerror', None) or said}"
        free = _free_bytes(home)
        raise Unavailable(
            f"The disk under {home} {what} ({free:,} bytes free); nothing was loaded, the earlier loads stand.",
            thing=str(home),
            value=f"{free} bytes free",
            next_step="Free space or correct the rights there, then load again.",
        ) from error


def _free_bytes(home: Path) -> int:
    """Free bytes on the home's disk; of the nearest folder that exists."""
    for folder in (home, *home.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return 0
