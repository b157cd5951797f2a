"""The graph in one SQLite file: neighbours of an entity stand together, strongest first.

Invariant: entities are numbered in the order of their ids, and ways (a link kind, a direction, the other end's
kind) in theirs, so that comparing numbers compares names; a file is written whole and never changed after.

Why this shape: the top of a neighbourhood by value is the beginning of one range of the clustered table. Only
entities with many links carry further indexes (by way, recency and count) and have their links counted
beforehand; of the others all links are read, which costs less than to look them up.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import duckdb

from graph.model.engine import EngineHealth
from graph.model.entity import Direction, Entity, Link, Measures, Related, RelatedPage, RelatedQuery
from graph.model.entity import Path as WayPath
from graph.model.errors import Unavailable
from graph.model.kinds import ENTITY_KINDS
from graph.store.generation import share
from graph.store.meant import not_found
from graph.store.neighbours import (
    CAPPED_NAMED,
    START_LINKS,
    UNRANKED,
    WALKABLE_DEGREE,
    Position,
    Step,
    check,
    cursor,
    position,
    walk,
)
from graph.store.numbered import Row, batches, numbered, totals
from graph.store.ways import MOST_HOPS, Hop, Way, find_ways, path
from graph.store.ways import check as check_ways

_SCHEMA = """
CREATE TABLE entity (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
    properties TEXT, identifiers TEXT, count INTEGER NOT NULL, value_cents INTEGER, quantity_thousandths INTEGER,
    first_day INTEGER, last_day INTEGER, degree INTEGER NOT NULL);
CREATE TABLE way (
    way INTEGER PRIMARY KEY, link TEXT NOT NULL, direction TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE files (files INTEGER PRIMARY KEY, names TEXT NOT NULL);
CREATE TABLE neighbour (
    node INTEGER NOT NULL, value_rank INTEGER NOT NULL, other INTEGER NOT NULL, way INTEGER NOT NULL,
    recency_rank INTEGER NOT NULL, count_rank INTEGER NOT NULL, quantity_thousandths INTEGER, first_day INTEGER,
    files INTEGER NOT NULL, status TEXT, other_degree INTEGER NOT NULL, many INTEGER NOT NULL,
    PRIMARY KEY (node, value_rank, other, way)) WITHOUT ROWID;
CREATE TABLE degree (node INTEGER NOT NULL, way INTEGER NOT NULL, links INTEGER NOT NULL,
    PRIMARY KEY (node, way)) WITHOUT ROWID;
CREATE TABLE total (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""

_INDEXES = """
CREATE UNIQUE INDEX entity_id ON entity (id);
CREATE INDEX neighbour_by_value ON neighbour (node, way, value_rank, other) WHERE many;
CREATE INDEX neighbour_by_recency ON neighbour (node, way, recency_rank, other) WHERE many;
CREATE INDEX neighbour_by_count ON neighbour (node, way, count_rank, other) WHERE many;
"""

T = TypeVar("T")

FILE = "graph.sqlite"  # in the generation's folder
_BATCH = 100_000
_CACHED_ENTITIES = 20_000  # about 15 MB
_HUB_LINKS = 20  # of each way, where a path looks beyond a hub
_RANKS = {"value": "value_rank", "recency": "recency_rank", "count": "count_rank"}

_ENTITY = (
    "e.id, e.kind, e.key, e.name, e.properties, e.identifiers, e.count, e.value_cents, e.quantity_thousandths, "
    "e.first_day, e.last_day, e.degree"
)
_LINK = "n.way, n.count_rank, n.value_rank, n.quantity_thousandths, n.first_day, n.recency_rank, n.files, n.status"

# The same, for a neighbour: its kind is that of the way, its key follows from its id.
_OTHER = (
    "e.number, e.id, e.name, e.properties, e.identifiers, e.count, e.value_cents, e.quantity_thousandths, e.first_day, "
    "e.last_day, e.degree"
)


class SqliteGraphStore:
    """The graphs of a home's generations, each a file in its generation's folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def write(self, folder: Path, entities: Path, links: Path) -> None:
        """Write the generation's file; see `SqliteGraphWriter`."""
        SqliteGraphWriter(folder / FILE).write(entities, links)

    def carry(self, before: Path, folder: Path) -> None:
        """The same file, without a copy where the disk allows it."""
        share(before / FILE, folder / FILE)

    def view(self, folder: Path) -> "SqliteGraphView":
        """Questions to the generation's file; `Unavailable` where there is none."""
        return SqliteGraphView(folder / FILE)

    def serve(self, folder: Path) -> None:
        """Nothing to do: whoever follows the pointer to the folder has the file."""

    def drop(self, folders: Sequence[Path], *, but: Path | None = None) -> None:
        """Nothing to do: the file goes with its folder."""

    def health(self) -> EngineHealth:
        """The version, and the generations that have a graph with the bytes that all of them take."""
        files = sorted(self._home.glob(f"generations/*/{FILE}"))
        once = {(state.st_dev, state.st_ino): state.st_size for state in (file.stat() for file in files)}
        return EngineHealth(
            f"SQLite {sqlite3.sqlite_version}",
            size_bytes=sum(once.values()),
            generations=tuple(file.parent.name for file in files),
        )

    def close(self) -> None:
        """Nothing to let go of: each view has its own connections."""


class SqliteGraphWriter:
    """Writes one generation's graph into a file beside `path`, and renames it into place when whole."""

    def __init__(self, path: Path, *, memory_limit_gb: float = 2.0) -> None:
        self.path = path
        self._memory_limit_gb = memory_limit_gb

    def write(self, entities: Path, links: Path) -> None:
        """Load both Parquet files whole. `Invalid` when a link's end is no entity, `Unavailable` when disk or
        file fail; whatever stood at the path before stays until the end."""
        beside = self.path.with_name(f".{self.path.name}.part")
        beside.unlink(missing_ok=True)
        spill = self.path.with_name(f".{self.path.name}.spill")
        try:
            with numbered(entities, links, spill=spill, memory_limit_gb=self._memory_limit_gb) as source:
                store = sqlite3.connect(beside, isolation_level=None)
                try:
                    _fill(store, source)
                finally:
                    store.close()
            beside.replace(self.path)
        except (sqlite3.Error, duckdb.Error, OSError) as error:
            raise Unavailable(
                f"The graph store cannot be written: {str(error).splitlines()[0]}",
                thing=str(self.path),
                next_step="Make sure that the disk has room and can be written, then run `tidewaiter refresh` again.",
            ) from error
        finally:
            beside.unlink(missing_ok=True)


def _fill(store: sqlite3.Connection, source: duckdb.DuckDBPyConnection) -> None:
    store.execute("PRAGMA page_size = 8192")
    store.execute("PRAGMA journal_mode = OFF")
    store.execute("PRAGMA synchronous = OFF")
    store.execute("PRAGMA locking_mode = EXCLUSIVE")
    store.execute("PRAGMA cache_size = -262144")
    store.executescript(_SCHEMA)
    store.execute("BEGIN")
    source.execute(
        "CREATE TEMP TABLE files AS SELECT row_number() OVER (ORDER BY names) AS files, names FROM "
        "(SELECT DISTINCT array_to_string(sources, chr(31)) AS names FROM link)"
    )
    _copy(
        store, source, "entity",
        "SELECT number, id, kind, key, name, nullif(properties, '{}'), "
        "CASE WHEN len(identifiers) > 0 THEN array_to_string(identifiers, chr(31)) END, count, value_cents, "
        "quantity_thousandths, (first_date - DATE '0001-01-01' + 1)::BIGINT, "
        "(last_date - DATE '0001-01-01' + 1)::BIGINT, degree FROM entity ORDER BY number",
    )  # fmt: skip
    _copy(store, source, "way", "SELECT way, link, direction, kind FROM way ORDER BY way")
    _copy(store, source, "files", "SELECT files, names FROM files ORDER BY files")
    _copy(
        store, source, "neighbour",
        "SELECT node, value_rank, other, way, recency_rank, count_rank, quantity_thousandths, "
        "(first_date - DATE '0001-01-01' + 1)::BIGINT, files, status, other_degree, "
        f"(degree > {WALKABLE_DEGREE})::INTEGER FROM link_end JOIN files ON names = array_to_string(sources, chr(31)) "
        "ORDER BY node, value_rank, other, way",
    )  # fmt: skip
    _copy(
        store, source, "degree",
        f"SELECT node, way, count(*) FROM link_end WHERE degree > {WALKABLE_DEGREE} GROUP BY node, way "
        "ORDER BY node, way",
    )  # fmt: skip
    store.executemany("INSERT INTO total VALUES (?, ?)", totals(source).items())
    store.execute("COMMIT")
    store.executescript(_INDEXES)


def _copy(store: sqlite3.Connection, source: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    for batch in batches(source, query, _BATCH):
        store.executemany(f"INSERT INTO {table} VALUES ({_places(batch[0])})", batch)


class SqliteGraphView:
    """Questions to a written store, from any number of threads: each has a connection of its own."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Unavailable(f"There is no graph at {path}.", thing=str(path), next_step="Run `tidewaiter refresh`.")
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        ways = self._rows("SELECT way, link, direction, kind FROM way ORDER BY way")
        self._ways: dict[int, tuple[str, Direction, str]] = {
            way: (link, "in" if direction == "in" else "out", kind) for way, link, direction, kind in ways
        }
        self._hub_ways = {
            way for way, (_, _, kind) in self._ways.items() if kind in ENTITY_KINDS and ENTITY_KINDS[kind].hub
        }
        self._totals: dict[str, int] = dict(self._rows("SELECT name, number FROM total ORDER BY name"))
        self._files: dict[int, tuple[str, ...]] = {}
        self._entities: dict[int, Entity] = {}  # those shown lately: hubs come back in every answer

    def entity(self, entity_id: str) -> Entity:
        """The entity of that id; `NotFound` names ids that may be meant."""
        return _entity(self._entity_row(entity_id))

    def entities(self, entity_ids: tuple[str, ...]) -> dict[str, Entity]:
        """Those of the ids that exist."""
        found = {}
        for some in _portions(entity_ids):
            for row in self._rows(f"SELECT e.number, {_ENTITY} FROM entity AS e WHERE id IN ({_places(some)})", some):
                found[row[1]] = _entity(row)
        return {entity_id: found[entity_id] for entity_id in entity_ids if entity_id in found}

    def related(self, query: RelatedQuery) -> RelatedPage:
        """One page of neighbours, as `GraphView.related` and `graph.store.neighbours` say."""
        check(query, kinds=self._kinds(), links={link for link, _, _ in self._ways.values()})
        after = position(query)
        start = self._entity_row(query.entity_id)
        if query.hops > 1:
            return self._related_over_hops(query, start, after)
        ways = self._chosen(query)
        total = start[_DEGREE] if ways is None else self._count(start, ways)
        rows = self._neighbours(start, query, ways, after) if total else []
        more = len(rows) > query.limit
        return self._page(query, [(row, 1, ()) for row in rows[: query.limit]], total, more=more)

    def links_among(self, entity_ids: Sequence[str]) -> tuple[Link, ...]:
        """All links between any two of some entities, by kind, source and target.

        Of two entities the one with fewer links is looked through, so that hubs cost nothing unless they meet.
        """
        waiting = sorted((self._entity_row(one) for one in dict.fromkeys(entity_ids)), key=lambda row: row[_DEGREE])
        found = []
        while len(waiting) > 1:
            near, *waiting = waiting
            names = {row[0]: row[1] for row in waiting}
            for some in _portions(list(names)):
                rows = self._rows(
                    f"SELECT other, {_LINK} FROM neighbour AS n WHERE node = ? AND other IN ({_places(some)})",
                    (near[0], *some),
                )
                found += [self._link(near[1], names[row[0]], row[1:]) for row in rows]
        return tuple(sorted(found, key=lambda link: (link.link, link.source, link.target)))

    def paths(self, source: str, target: str, *, max_hops: int = MOST_HOPS, limit: int = 5) -> tuple[WayPath, ...]:
        """Ways between two entities, cheapest first; see `graph.store.ways`."""
        check_ways(max_hops, limit)
        start, end = self._entity_row(source), self._entity_row(target)
        if start[0] == end[0]:
            return ()
        ways = find_ways(
            start[0], end[0], max_hops=max_hops, limit=limit, neighbours=lambda nodes: map(self._hops, nodes)
        )
        return tuple(self._path(way) for way in ways)

    def link_counts(self, entity_id: str) -> dict[tuple[str, str], int]:
        """How many neighbours an entity has by (link kind, `out` or `in`)."""
        counts: dict[tuple[str, str], int] = {}
        for way, links in self._degrees(self._entity_row(entity_id)).items():
            link, direction, _ = self._ways[way]
            counts[link, direction] = counts.get((link, direction), 0) + links
        return counts

    def counts(self) -> dict[str, int]:
        """Entities and links, in total and by kind."""
        return dict(self._totals)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            self._closed = True
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._lock:
                if self._closed:
                    raise sqlite3.ProgrammingError("closed")
                address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
                connection = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=256)
                connection.execute("PRAGMA mmap_size = 4294967296")
                self._opened.append(connection)
            self._local.connection = connection
        return connection

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The one place where the engine is asked, and where its errors become ours."""
        try:
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(
                f"The graph cannot be read: {error}.",
                thing=str(self.path),
                next_step="Run `tidewaiter doctor`; `tidewaiter refresh` builds the graph again.",
            ) from error

    def _entity_row(self, entity_id: str) -> Row:
        rows = self._rows(f"SELECT e.number, {_ENTITY} FROM entity AS e WHERE id = ?", (entity_id,))
        if rows:
            return rows[0]
        raise not_found(entity_id, existing=self._existing, between=self._between)

    def _existing(self, ids: Sequence[str]) -> list[str]:
        return [row[0] for row in self._rows(f"SELECT id FROM entity WHERE id IN ({_places(ids)})", ids)]

    def _between(self, low: str, high: str, limit: int) -> list[str]:
        rows = self._rows("SELECT id FROM entity WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", (low, high, limit))
        return [row[0] for row in rows]

    def _kinds(self) -> set[str]:
        return {name.partition(".")[2] for name in self._totals if name.startswith("entities.")}

    def _chosen(self, query: RelatedQuery) -> list[int] | None:
        """The ways that a query's filters let through; None for all."""
        if not query.links and not query.kinds:
            return None
        return [
            way
            for way, (link, _, kind) in self._ways.items()
            if (not query.links or link in query.links) and (not query.kinds or kind in query.kinds)
        ]

    def _degrees(self, entity: Row) -> dict[int, int]:
        """How many links an entity has of each way."""
        if entity[_DEGREE] > WALKABLE_DEGREE:
            rows = self._rows("SELECT way, links FROM degree WHERE node = ? ORDER BY way", (entity[0],))
        else:
            rows = self._rows(
                "SELECT way, count(*) FROM neighbour WHERE node = ? GROUP BY way ORDER BY way", (entity[0],)
            )
        return dict(rows)

    def _count(self, entity: Row, ways: list[int]) -> int:
        degrees = self._degrees(entity)
        return sum(degrees.get(way, 0) for way in ways)

    def _neighbours(self, start: Row, query: RelatedQuery, ways: list[int] | None, after: Position | None) -> list[Row]:
        """One link more than asked for, in order: the link, and the entity at the other end."""
        rank = _RANKS[query.order]
        if start[_DEGREE] > WALKABLE_DEGREE and not (ways is None and rank == "value_rank"):
            within, values = self._merged(start[0], rank, ways, after, query.limit + 1)
            source, test = f"({within}) AS n", "true"
        else:
            source, test, values = "neighbour AS n", "n.node = ?", [start[0]]
            if ways is not None:
                test, values = f"{test} AND n.way IN ({_places(ways)})", [*values, *ways]
            if after is not None:
                test = f"{test} AND (n.{rank}, n.other, n.way) > (?, ?, ?)"
                values += self._place(after)
        return self._rows(
            f"SELECT {_LINK}, {_OTHER} FROM {source} CROSS JOIN entity AS e ON e.number = n.other WHERE {test} "
            f"ORDER BY n.{rank}, n.other, n.way LIMIT {query.limit + 1}",
            values,
        )

    def _merged(
        self, node: int, rank: str, ways: list[int] | None, after: Position | None, limit: int
    ) -> tuple[str, list[int]]:
        """The top of each way of an entity with many links: a few short ranges instead of one long scan."""
        present = [way for (way,) in self._rows("SELECT way FROM degree WHERE node = ? ORDER BY way", (node,))]
        index = f"neighbour_by_{rank.removesuffix('_rank')}"
        arms, values = [], []
        for way in present:
            if ways is not None and way not in ways:
                continue
            arm = f"SELECT * FROM neighbour INDEXED BY {index} WHERE many AND node = ? AND way = ?"
            values += [node, way]
            if after is not None:
                last_rank, last_other, last_way = self._place(after)
                arm += f" AND ({rank}, other) {'>=' if way > last_way else '>'} (?, ?)"
                values += [last_rank, last_other]
            arms.append(f"SELECT * FROM ({arm} ORDER BY {rank}, other LIMIT {limit})")
        return f"{' UNION ALL '.join(arms)} ORDER BY {rank}, other, way LIMIT {limit}", values

    def _place(self, after: Position) -> tuple[int, int, int]:
        """A cursor's position in this store's numbers, also when the entity it names has gone since."""
        rows = self._rows("SELECT number, id FROM entity WHERE id <= ? ORDER BY id DESC LIMIT 1", (after.entity_id,))
        if not rows:
            return after.rank, 0, 0
        number, entity_id = rows[0]
        if entity_id != after.entity_id:
            return after.rank, number, len(self._ways) + 1
        name = (after.link, after.direction)
        way = max((way for way, (link, direction, _) in self._ways.items() if (link, direction) <= name), default=0)
        return after.rank, number, way

    def _related_over_hops(self, query: RelatedQuery, start: Row, after: Position | None) -> RelatedPage:
        rank = _RANKS[query.order]
        ways = self._chosen(query)
        chosen = set(self._ways) if ways is None else set(ways)
        columns = f"{rank}, other, way, other_degree, {_LINK}"

        def steps(node: int, matching: int | None) -> Iterator[Step]:
            only = None if matching is None else ways
            test = "true" if only is None else f"way IN ({_places(only)})"
            rows = self._rows(
                f"SELECT {columns} FROM neighbour AS n WHERE node = ? AND {test} ORDER BY {rank}, other, way LIMIT ?",
                (node, *(only or ()), 2 * START_LINKS if matching is None else matching),
            )
            for row in rows:
                walkable = row[3] <= WALKABLE_DEGREE and row[2] not in self._hub_ways
                yield Step(row[0], row[1], row[2], walkable, row[2] in chosen, row)

        found, barred = walk(start[0], query.hops, lambda nodes, matching: (steps(node, matching) for node in nodes))
        if after is not None:
            place = self._place(after)
            rest = [item for item in found if item[:3] > place]
        else:
            rest = found
        page = rest[: query.limit]
        numbers = {number for item in page for number in (item.other, *item.via)} | set(barred[:CAPPED_NAMED])
        rows = self._by_number(numbers)
        items = [
            (
                (*item.row[4:], *rows[item.other][:2], *rows[item.other][4:]),
                item.hops,
                tuple(rows[number][1] for number in item.via),
            )
            for item in page
        ]
        capped = tuple(rows[number][1] for number in barred[:CAPPED_NAMED])
        return self._page(query, items, len(found), more=len(rest) > query.limit, capped=capped)

    def _by_number(self, numbers: set[int]) -> dict[int, Row]:
        rows: dict[int, Row] = {}
        for some in _portions(sorted(numbers)):
            for row in self._rows(
                f"SELECT e.number, {_ENTITY} FROM entity AS e WHERE number IN ({_places(some)})", some
            ):
                rows[row[0]] = row
        return rows

    def _page(
        self,
        query: RelatedQuery,
        rows: Sequence[tuple[Row, int, tuple[str, ...]]],
        total: int,
        *,
        more: bool,
        capped: tuple[str, ...] = (),
    ) -> RelatedPage:
        """Answers from rows of `_LINK` and `_OTHER`. Written out flat: this is what a page costs."""
        ways, sets, cache = self._ways, self._files, self._entities
        items = []
        for row, hops, via in rows:
            way, count_rank, value_rank, quantity, first_day, recency_rank, files, status, number = row[:9]
            link, direction, kind = ways[way]
            entity = cache.get(number)
            if entity is None:
                entity = cache[number] = _neighbour(kind, row)
            source, target = via[-1] if via else query.entity_id, entity.id
            if direction == "in":
                source, target = target, source
            measures = Measures(
                -count_rank,
                None if value_rank == UNRANKED else -value_rank / 100,
                None if quantity is None else quantity / 1000,
                None if first_day is None else _DAY(first_day),
                None if recency_rank == UNRANKED else _DAY(-recency_rank),
            )
            names = sets[files] if files in sets else self._file_names(files)
            items.append(
                Related(entity, Link(source, link, target, measures, names, status or ""), direction, hops, via)
            )
        if len(cache) > _CACHED_ENTITIES:
            cache.clear()
        following = ""
        if more:
            last, row = items[-1], rows[-1][0]
            rank = {"value": row[2], "recency": row[5], "count": row[1]}[query.order]
            following = cursor(query, Position(rank, last.entity.id, last.link.link, last.direction))
        return RelatedPage(tuple(items), following, total, capped)

    def _link(self, node: str, other: str, row: Row) -> Link:
        """A link from the columns of `_LINK`, as seen from `node`."""
        way, count_rank, value_rank, quantity, first_day, recency_rank, files, status = row
        link, direction, _ = self._ways[way]
        measures = Measures(
            -count_rank,
            None if value_rank == UNRANKED else -value_rank / 100,
            None if quantity is None else quantity / 1000,
            None if first_day is None else _DAY(first_day),
            None if recency_rank == UNRANKED else _DAY(-recency_rank),
        )
        source, target = (node, other) if direction == "out" else (other, node)
        return Link(source, link, target, measures, self._files.get(files) or self._file_names(files), status or "")

    def _file_names(self, files: int) -> tuple[str, ...]:
        names = self._rows("SELECT names FROM files WHERE files = ?", (files,))[0][0]
        self._files[files] = tuple(names.split(_SEPARATOR)) if names else ()
        return self._files[files]

    def _hops(self, node: int) -> list[Hop]:
        """Where an entity leads to: all of its links, of a hub the strongest of each way."""
        columns = "other, count_rank, other_degree"
        rows = self._rows(
            f"SELECT {columns} FROM neighbour WHERE node = ? ORDER BY value_rank, other, way LIMIT ?",
            (node, WALKABLE_DEGREE + 1),
        )
        if len(rows) > WALKABLE_DEGREE:
            rows = []
            for (way,) in self._rows("SELECT way FROM degree WHERE node = ? ORDER BY way", (node,)):
                rows += self._rows(
                    f"SELECT {columns} FROM neighbour INDEXED BY neighbour_by_value "
                    "WHERE many AND node = ? AND way = ? ORDER BY value_rank, other LIMIT ?",
                    (node, way, _HUB_LINKS),
                )
        return [Hop(other, -count_rank, degree) for other, count_rank, degree in rows]

    def _path(self, way: Way) -> WayPath:
        rows = self._by_number(set(way.nodes))
        entities = tuple(_entity(rows[number]) for number in way.nodes)
        return path(way, entities, [self.links_among((one.id, other.id)) for one, other in pairwise(entities)])


_SEPARATOR = chr(31)
_DAY = date.fromordinal
_JSON = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # what json.loads calls, without its checks
_DEGREE = 12  # in a row of `number` and `_ENTITY`


def _entity(row: Row) -> Entity:
    """An entity from its number and the columns of `_ENTITY`."""
    _, entity_id, kind, key, name, properties, identifiers, count, cents, thousandths, first_day, last_day, degree = row
    return Entity(
        entity_id,
        kind,
        key,
        name,
        _JSON(properties, 0)[0] if properties else {},
        Measures(
            count,
            None if cents is None else cents / 100,
            None if thousandths is None else thousandths / 1000,
            None if first_day is None else _DAY(first_day),
            None if last_day is None else _DAY(last_day),
        ),
        degree,
        tuple(identifiers.split(_SEPARATOR)) if identifiers else (),
    )


def _neighbour(kind: str, row: Row) -> Entity:
    """An entity from the columns of `_OTHER`, which follow those of `_LINK`."""
    number, entity_id, name, *rest = row[8:]
    return _entity((number, entity_id, kind, entity_id[len(kind) + 1 :], name, *rest))


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many at a time as a statement may hold."""
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
