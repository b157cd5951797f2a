"""Which files a reader sees, for every engine alike: those of whole loads, pinned or followed, by table and day.

Invariant: what an engine has to know beside its own language stands here. Of each key the row known latest is
current (`known_at`, then the load, then the file, then the row further down), or, where the table is coalesced, of
each column the latest value; files in which a key stands again say so in `supersedes`, and where none does a table
is the plain union of its files.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import ibis
import pyarrow.parquet as pq

from graph.facts.ledger import FactFile, Ledger, Load
from graph.facts.store import FactCounts
from graph.model.errors import Invalid, Unavailable
from graph.model.tables import PROVENANCE, RESOLVED, TABLES, Column, ColumnType, Table

_IBIS_TYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "string",
    ColumnType.CODE: "string",
    ColumnType.JSON: "string",
    ColumnType.DATE: "date",
    ColumnType.USD: "decimal(18, 2)",
    ColumnType.USD_CHANGE: "decimal(18, 2)",
    ColumnType.AMOUNT: "decimal(18, 3)",
    ColumnType.INTEGER: "int64",
    ColumnType.LIST: "array<string>",
}

# Where a row stands: the file and its place in it, which tell two versions apart that nothing else does.
FILE, ROW = "fact_file", "file_row_number"

# Later versions first. Within a load the row further down is the later one.
LATEST_FIRST = f"known_at DESC NULLS LAST, load_id DESC, {FILE} DESC, {ROW} DESC"


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns of a canonical table, provenance included."""
    return (*table.columns, *PROVENANCE)


def schema(table: Table) -> ibis.Schema:
    """Columns and types of a canonical table, provenance included."""
    return ibis.schema({column.name: _IBIS_TYPES[column.type] for column in columns_of(table)})


def unreadable(table: str, reason: str) -> Unavailable:
    """The error of a table whose files are missing or damaged, whatever engine found out."""
    return Unavailable(
        f"The fact files of {table} cannot be read: {reason}",
        thing=table,
        next_step="Restore the files under facts/, or load the sender's files into a new home.",
    )


def closed(home: Path) -> Unavailable:
    """The error of a store that is asked after it was closed."""
    return Unavailable("The facts have been closed.", thing=str(home))


@dataclass(frozen=True, slots=True)
class Selection:
    """The files that make a table up as known on a day, and the name of the view over them.

    The name is the same for the same files and day, so that an engine defines each view once.
    """

    table: Table
    files: tuple[FactFile, ...]
    as_of: date | None
    view: str

    @property
    def superseding(self) -> tuple[FactFile, ...]:
        """The files in which keys of earlier files stand again: only these keys have to be ranked."""
        return tuple(file for file in self.files if file.supersedes)


class Snapshot:
    """The loads of one home that a reader sees. Safe to use from many threads.

    With `loads` it is pinned to these load ids (those of a generation, say, so that its links and the rows behind
    them agree); without, it follows the ledger as loads are committed. `resolved` is the folder of a generation: what
    resolution wrote there (`graph.model.tables.RESOLVED`) is read like facts.
    """

    def __init__(self, home: Path, loads: Sequence[str] | None, resolved: Path | None = None) -> None:
        self.home = home
        self._resolved = resolved
        self._ledger = Ledger(home)
        self._pinned = None if loads is None else frozenset(loads)
        self._known: tuple[tuple[str, ...], tuple[Load, ...]] = ((), ())
        self._lock = threading.Lock()

    def select(self, name: str, as_of: date | None) -> Selection:
        """The files of a canonical table; `Invalid` for a name that is no table's."""
        table = _declared(name)
        found = self._of_resolution() if name in RESOLVED else (file for load in self._loads() for file in load.facts)
        files = tuple(
            file
            for file in found
            if file.table == name and file.rows and (as_of is None or file.min_known_at <= as_of.isoformat())
        )
        digest = sha256("\n".join((str(as_of), *(file.path for file in files))).encode()).hexdigest()[:16]
        return Selection(table, files, as_of, f"{name}_{digest}")

    def counts(self) -> FactCounts:
        """Rows of each table, all versions counted; tables without a row are left out."""
        rows: dict[str, int] = {}
        for load in self._loads():
            for file in load.facts:
                rows[file.table] = rows.get(file.table, 0) + file.rows
        return FactCounts(rows | {file.table: file.rows for file in self._of_resolution() if file.rows})

    def _of_resolution(self) -> tuple[FactFile, ...]:
        """The files that resolution wrote into its generation, if any; which rows were known, their `known_at` says."""
        if self._resolved is None:
            return ()
        paths = {name: self._resolved.absolute() / f"{name}.parquet" for name in RESOLVED}
        return tuple(
            FactFile(name, str(path), pq.read_metadata(path).num_rows) for name, path in paths.items() if path.exists()
        )

    def _loads(self) -> tuple[Load, ...]:
        """The loads that are read: the ledger is parsed again only when a load has come or gone."""
        folder = self.home / "loads"
        names = tuple(sorted(path.name for path in folder.glob("*.json"))) if folder.is_dir() else ()
        with self._lock:
            if names != self._known[0]:
                self._known = (names, self._ledger.loads())
            loads = self._known[1]
        return loads if self._pinned is None else tuple(load for load in loads if load.load_id in self._pinned)


def _declared(name: str) -> Table:
    try:
        return RESOLVED.get(name) or TABLES[name]
    except KeyError:
        raise Invalid(
            f"There is no table {name!r}.", thing="table", value=name, next_step=f"Tables: {', '.join(sorted(TABLES))}."
        ) from None
