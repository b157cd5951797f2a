"""The graph in Neo4j: a node an entity, labelled by its kind; a relationship a link, typed by its kind.

Invariant: a graph is written beside those that are served, counted, and only then marked as whole. Every answer
is checked against that mark after it was read; the mark is the first thing that a drop removes. So an answer is
made from one whole graph, or it is `Unavailable`.

In Neo4j's own browser an entity reads `(:Entity:Importer {name, city, ...})` and a link `-[:BUYS_FROM {count,
value_usd, first_date, ...}]->`. Beside what a reader wants, nodes carry `graph` (which of the graphs they are of),
`number` (their place in the order of ids) and how many links of each way they have; relationships carry the numbers
of their ways. Labels and types are written in the style of Cypher's own manual.
"""

import json
import re
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import neo4j
from neo4j import exceptions as failures

from graph.facts.ledger import write_whole
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
    Reached,
    Step,
    check,
    cursor,
    position,
    walk,
)
from graph.store.neo4j_url import Address, read_url
from graph.store.numbered import Row, numbered, totals
from graph.store.ways import MOST_HOPS, Hop, Way, find_ways, path
from graph.store.ways import check as check_ways

HANDLE = "graph.neo4j.json"  # in the generation's folder: under which name its graph stands on the server

_BATCH = 5_000  # rows a transaction: 10,000 and 20,000 were no faster, and hold more memory on the server
_IN_FLIGHT = 4  # transactions at a time; their locks on hubs leave more of them waiting
_CONNECT_S = 5.0
# How long what may be repeated is: somebody waits for an answer; a bulk write waits for locks on a hub, for another
# leader, or for a server that is being restarted.
_REPEAT_S, _REPEAT_BULK_S = 2.0, 12.0  # the pauses between double, so that the last one ends at twice as much
_ANSWER_S = 60.0
_INDEXED_S = 3_600
_HUB_LINKS = 20  # of each way, where a path looks beyond a hub

_SCHEMA = (
    "CREATE CONSTRAINT tidewaiter_graph IF NOT EXISTS FOR (g:TidewaiterGraph) REQUIRE g.name IS UNIQUE",
    "CREATE CONSTRAINT tidewaiter_entity IF NOT EXISTS FOR (e:Entity) REQUIRE (e.graph, e.id) IS UNIQUE",
    "CREATE INDEX tidewaiter_number IF NOT EXISTS FOR (e:Entity) ON (e.graph, e.number)",
)

# What a node carries beside the properties of its entity, in the order in which rows are read for it.
_NODE = (
    "number", "id", "kind", "key", "name", "count", "value_usd", "quantity", "first_date", "last_date", "degree",
    "identifiers", "ways", "links",
)  # fmt: skip
_OWN = frozenset(("graph", *_NODE))
_ANOTHER_NAME = "property_"  # before a property that goes by one of these names

# The ranks of `graph.store.neighbours`, as expressions over a relationship `r`.
_RANKS = {
    "value": f"coalesce(-toInteger(round(r.value_usd * 100)), {UNRANKED})",
    "recency": "CASE WHEN r.last_date IS NULL THEN "
    f"{UNRANKED} ELSE -1 - duration.inDays(date('0001-01-01'), r.last_date).days END",
    "count": "-r.count",
}
_WAY = "CASE WHEN startNode(r) = n THEN r.out_way ELSE r.in_way END"
_LINK = "[r.count, r.value_usd, r.quantity, r.first_date, r.last_date, r.sources, r.status]"


@dataclass(frozen=True, slots=True)
class Handle:
    """Where a generation's graph is: its name, the same on every server that it has been copied to, and for each
    server the bookmark that a reader must have seen to find it whole."""

    name: str
    bookmarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @staticmethod
    def read(folder: Path) -> "Handle | None":
        """The handle in a generation's folder, or None where the generation has no graph in Neo4j."""
        try:
            told = json.loads((folder / HANDLE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Handle(told["graph"], {server: tuple(seen) for server, seen in told["bookmarks"].items()})

    def write(self, folder: Path) -> None:
        """Put it into the folder, whole."""
        write_whole(folder / HANDLE, json.dumps({"graph": self.name, "bookmarks": dict(self.bookmarks)}))


class Neo4jGraphStore:
    """The graphs of a home's generations on one Neo4j server or cluster; connected when first used."""

    def __init__(self, url: str, *, memory_limit_gb: float = 2.0) -> None:
        self.address = read_url(url)
        self._memory_limit_gb = memory_limit_gb
        self._driver: neo4j.Driver | None = None

    def write(self, folder: Path, entities: Path, links: Path) -> None:
        """Load both Parquet files as a graph of its own; see `GraphStore.write`.

        A killed write leaves a graph without its mark, and a handle by which the next build drops it.
        """
        spill = folder / ".graph.spill"
        handle = Handle.read(folder) or Handle(f"{folder.name}-{uuid.uuid4().hex[:8]}")
        handle.write(folder)
        try:
            with numbered(entities, links, spill=spill, memory_limit_gb=self._memory_limit_gb) as source:
                bookmarks = _Filling(self, handle.name, source).fill()
        except (duckdb.Error, OSError) as error:
            raise Unavailable(
                f"The graph cannot be read for Neo4j: {str(error).splitlines()[0]}",
                thing=str(folder),
                next_step="Make sure that the disk has room, then run `tidewaiter refresh` again.",
            ) from error
        seen = {**handle.bookmarks, self.address.shown: tuple(sorted(bookmarks))}
        Handle(handle.name, seen).write(folder)

    def carry(self, before: Path, folder: Path) -> None:
        """The same graph under the same handle. `Unavailable` where the older generation has none here."""
        _need(Handle.read(before), before, self.address)
        share(before / HANDLE, folder / HANDLE)

    def view(self, folder: Path) -> "Neo4jGraphView":
        """Questions to the generation's graph. `Unavailable` where this server has none for it."""
        return Neo4jGraphView(self, _need(Handle.read(folder), folder, self.address))

    def serve(self, folder: Path) -> None:
        """Mark this graph as the one in service, for people who look at the server itself."""
        handle = Handle.read(folder)
        if handle is not None:
            self.change("MATCH (g:TidewaiterGraph {name: $graph}) SET g.in_service = true", {"graph": handle.name})

    def drop(self, folders: Sequence[Path], *, but: Path | None = None) -> None:
        """Remove the graphs of these generations: first the mark, so that no answer is made of what remains."""
        handles = [handle for handle in map(Handle.read, folders) if handle is not None]
        kept = Handle.read(but) if but is not None else None
        for name in dict.fromkeys(handle.name for handle in handles):
            if kept is not None and kept.name == name:
                continue
            self.change("MATCH (g:TidewaiterGraph {name: $graph}) DELETE g", {"graph": name})
            for parts in (
                "MATCH (:Entity {graph: $graph})-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS",
                "MATCH (e:Entity {graph: $graph}) CALL (e) { DELETE e } IN TRANSACTIONS OF 20000 ROWS",
            ):
                with self.translated(), self.session(neo4j.WRITE_ACCESS) as session:
                    session.run(parts, graph=name).consume()

    def health(self) -> EngineHealth:
        """Version, what the server holds, whether our indexes are in order; `Unavailable` when it does not answer."""
        with self.translated(), self.session(neo4j.READ_ACCESS) as session:
            name, version, edition = _only(
                session.run("CALL dbms.components() YIELD name, versions, edition RETURN name, versions[0], edition")
            )
            nodes, relationships = _only(session.run("RETURN COUNT { () }, COUNT { ()-->() }"))
            states = session.run(
                "SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'tidewaiter_' RETURN name, state ORDER BY name"
            ).values()
            graphs = session.run("MATCH (g:TidewaiterGraph) RETURN g.name ORDER BY g.name").values()
        broken = [f"{index} is {state.lower()}" for index, state in states if state != "ONLINE"]
        missing = {statement.split()[2] for statement in _SCHEMA} - {index for index, _ in states} if graphs else set()
        wrong = [*broken, *(f"{index} is missing" for index in sorted(missing))]
        return EngineHealth(
            f"{name.replace(' Kernel', '')} {version} {edition}",
            health=", ".join(wrong) or "ok",
            next_step="Run `tidewaiter refresh`: it makes the indexes that are missing." if wrong else "",
            holds=f"{nodes:,} nodes, {relationships:,} relationships",
            generations=tuple(graph for (graph,) in graphs),
        )

    def close(self) -> None:
        """Close the connections."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def session(self, access: str, bookmarks: Iterable[str] = (), *, repeat_s: float = _REPEAT_S) -> neo4j.Session:
        """A session that reads from followers where there are any, or writes to the leader."""
        if self._driver is None:
            self._driver = neo4j.GraphDatabase.driver(
                self.address.uri,
                auth=(self.address.user, self.address.password),
                user_agent="tidewaiter",
                connection_timeout=_CONNECT_S,
                connection_acquisition_timeout=2 * _CONNECT_S,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        return self._driver.session(
            database=self.address.database,
            default_access_mode=access,
            max_transaction_retry_time=repeat_s,
            bookmarks=neo4j.Bookmarks.from_raw_values(bookmarks),
        )

    def change(
        self, query: str, values: Mapping[str, object], *, after: Iterable[str] = (), repeat_s: float = _REPEAT_S
    ) -> frozenset[str]:
        """Run one statement as a transaction of its own, repeated where that is safe; its bookmarks.

        It begins when what stands behind the bookmarks `after` is seen, and its own stand for these too.
        """

        @neo4j.unit_of_work(timeout=_INDEXED_S)
        def work(transaction: neo4j.ManagedTransaction) -> None:
            transaction.run(query, dict(values)).consume()

        with self.translated(), self.session(neo4j.WRITE_ACCESS, after, repeat_s=repeat_s) as session:
            session.execute_write(work)
            return session.last_bookmarks().raw_values

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The one place where the driver's errors become ours."""
        try:
            yield
        except failures.GqlError as error:
            raise _told(error, self.address) from error
        except (OSError, ValueError) as error:  # an address that no resolver knows; a certificate that cannot be read
            raise _unavailable(f"Neo4j at {self.address.shown} cannot be reached: {error}", self.address) from error


class _Filling:
    """One graph on its way into the server."""

    def __init__(self, store: Neo4jGraphStore, graph: str, source: duckdb.DuckDBPyConnection) -> None:
        self._store = store
        self._graph = graph
        self._source = source
        self._bookmarks: set[str] = set()

    def fill(self) -> frozenset[str]:
        """Entities, then links, then the mark; the bookmark behind which all of it is seen."""
        for statement in _SCHEMA:
            self._store.change(statement, {})
        self._store.change(f"CALL db.awaitIndexes({_INDEXED_S})", {})
        self._in_flight(self._entities())
        self._in_flight(self._links())
        told = totals(self._source)
        self._check(told["entities"], told["links"])
        ways = self._source.execute("SELECT link, direction, kind FROM way ORDER BY way").fetchall()
        return self._store.change(
            "CREATE (:TidewaiterGraph {name: $graph, ways: $ways, totals: $totals, entities: $entities, "
            "links: $links})",
            {
                "graph": self._graph, "ways": [" ".join(way) for way in ways], "totals": json.dumps(told),
                "entities": told["entities"], "links": told["links"],
            },
            after=self._bookmarks,
        )  # fmt: skip

    def _entities(self) -> Iterator[tuple[str, list[dict[str, object]]]]:
        self._source.execute(
            "CREATE TEMP TABLE degree AS "
            "SELECT node, list(way ORDER BY way) AS ways, list(links ORDER BY way) AS links FROM "
            " (SELECT node, way, count(*) AS links FROM link_end GROUP BY node, way) GROUP BY node"
        )
        for (kind,) in self._source.execute("SELECT DISTINCT kind FROM entity ORDER BY kind").fetchall():
            query = f"UNWIND $rows AS row CREATE (e:Entity:{_label(kind)}) SET e = row"  # kinds are declared names
            rows = self._source.execute(
                "SELECT number, id, kind, key, name, count, value_cents / 100.0::DOUBLE, "
                "quantity_thousandths / 1000.0::DOUBLE, first_date, last_date, degree, identifiers, ways, links, "
                "properties FROM entity LEFT JOIN degree ON node = number WHERE kind = ? ORDER BY number",
                [kind],
            )
            while batch := rows.fetchmany(_BATCH):
                yield query, [self._node(*row) for row in batch]

    def _node(self, *row: Any) -> dict[str, object]:
        *own, properties = row
        told = json.loads(properties) if properties else {}
        return {
            **{_stored_as(name): value for name, value in told.items()},
            **{name: value for name, value in zip(_NODE, own, strict=True) if value not in (None, [])},
            "graph": self._graph,
        }

    def _links(self) -> Iterator[tuple[str, list[Row]]]:
        for (kind,) in self._source.execute("SELECT DISTINCT link FROM link ORDER BY link").fetchall():
            query = (
                "UNWIND $rows AS row MATCH (s:Entity {graph: $graph, number: row[0]}) "
                "MATCH (t:Entity {graph: $graph, number: row[1]}) "
                f"CREATE (s)-[:{_type(kind)} {{out_way: row[2], in_way: row[3], count: row[4], value_usd: row[5], "
                "quantity: row[6], first_date: row[7], last_date: row[8], sources: row[9], status: row[10]}]->(t)"
            )
            # In the order of sources, so that transactions in flight seldom want the same node.
            rows = self._source.execute(
                "SELECT s, t, leads.way, back.way, -count_rank, "
                f"CASE WHEN value_rank < {UNRANKED} THEN -value_rank / 100.0::DOUBLE END, "
                "quantity_thousandths / 1000.0::DOUBLE, first_date, last_date, sources, status "
                "FROM link JOIN way AS leads ON leads.link = link.link AND leads.direction = 'out' "
                "AND leads.kind = t_kind JOIN way AS back ON back.link = link.link AND back.direction = 'in' "
                "AND back.kind = s_kind WHERE link.link = ? ORDER BY s, t",
                [kind],
            )
            while batch := rows.fetchmany(_BATCH):
                yield query, batch

    def _in_flight(self, work: Iterable[tuple[str, Sequence[object]]]) -> None:
        """Several transactions at a time, no more of them waiting than are being done."""
        running: deque[Future[frozenset[str]]] = deque()
        with ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="neo4j") as pool:
            for query, rows in work:
                if len(running) >= 2 * _IN_FLIGHT:
                    self._bookmarks |= running.popleft().result()
                values = {"graph": self._graph, "rows": rows}
                running.append(pool.submit(self._store.change, query, values, repeat_s=_REPEAT_BULK_S))
            for future in running:
                self._bookmarks |= future.result()

    def _check(self, entities: int, links: int) -> None:
        """What stands on the server is what was sent: a transaction may have been lost with its connection."""
        with self._store.translated(), self._store.session(neo4j.READ_ACCESS, self._bookmarks) as session:
            found = _only(
                session.run(
                    "MATCH (e:Entity {graph: $graph}) RETURN count(e), sum(COUNT { (e)-->() })", graph=self._graph
                )
            )
        if found != [entities, links]:
            raise _unavailable(
                f"Neo4j holds {found[0]:,} entities and {found[1]:,} links of {entities:,} and {links:,} sent.",
                self._store.address,
            )


class Neo4jGraphView:
    """Questions to one graph on the server, from any number of threads."""

    def __init__(self, store: Neo4jGraphStore, handle: Handle) -> None:
        self._store = store
        self._handle = handle
        self._seen = handle.bookmarks.get(store.address.shown, ())
        self._closed = False
        rows = self._ask(
            "MATCH (g:TidewaiterGraph {name: $graph}) RETURN collect([g.ways, g.totals]) AS rows",
        )
        ways, told = rows[0]
        self._ways: dict[int, tuple[str, Direction, str]] = {}
        for number, way in enumerate(ways, start=1):
            link, direction, kind = way.split(" ")
            self._ways[number] = (link, "in" if direction == "in" else "out", kind)
        self._totals: dict[str, int] = json.loads(told)
        self._hub_ways = [way for way, (_, _, kind) in self._ways.items() if _is_hub(kind)]

    def entity(self, entity_id: str) -> Entity:
        """The entity of that id; `NotFound` names ids that may be meant."""
        return _entity(self._node(entity_id))

    def entities(self, entity_ids: tuple[str, ...]) -> dict[str, Entity]:
        """Those of the ids that exist."""
        found = {node["id"]: _entity(node) for node in self._nodes("id", entity_ids)}
        return {entity_id: found[entity_id] for entity_id in entity_ids if entity_id in found}

    def related(self, query: RelatedQuery) -> RelatedPage:
        """One page of neighbours, as `GraphView.related` and `graph.store.neighbours` say."""
        kinds = {name.partition(".")[2] for name in self._totals if name.startswith("entities.")}
        check(query, kinds=kinds, links={link for link, _, _ in self._ways.values()})
        after = position(query)
        if query.hops > 1:
            return self._related_over_hops(query, self._node(query.entity_id), after)
        chosen = self._chosen(query)
        rows = self._ask(
            f"""
            MATCH (n:Entity {{graph: $graph, id: $id}})
            CALL (n) {{
                MATCH (n)-[r{self._types(chosen)}]-(o)
                WITH n, r, o, {_RANKS[query.order]} AS rank, {_WAY} AS way
                WHERE way IN $ways AND (rank > $rank OR (rank = $rank AND (o.number > $other
                    OR (o.number = $other AND way > $way))))
                WITH r, o, rank, way ORDER BY rank, o.number, way LIMIT $most
                RETURN collect([rank, way, {_LINK}, properties(o)]) AS found
            }}
            RETURN collect([properties(n), found]) AS rows
            """,
            id=query.entity_id,
            ways=chosen,
            most=query.limit + 1,
            **self._place(after),
        )
        if not rows:
            raise self._not_found(query.entity_id)
        start, found = rows[0]
        degrees = _degrees(start)
        items = [(rank, self._related(query.entity_id, *rest)) for rank, *rest in found[: query.limit]]
        total = sum(degrees.get(way, 0) for way in chosen)
        return self._page(query, items, total, more=len(found) > query.limit)

    def links_among(self, entity_ids: Sequence[str]) -> tuple[Link, ...]:
        """All links between any two of some entities, by kind, source and target."""
        asked = tuple(dict.fromkeys(entity_ids))
        names = {node["number"]: node["id"] for node in self._nodes("id", asked)}
        for entity_id in asked:
            if entity_id not in names.values():
                raise self._not_found(entity_id)
        rows = self._ask(
            f"""
            UNWIND $numbers AS number
            MATCH (n:Entity {{graph: $graph, number: number}})-[r]->(o) WHERE o.number IN $numbers
            RETURN collect([number, o.number, r.out_way, {_LINK}]) AS rows
            """,
            numbers=list(names),
        )
        found = [_link(names[one], self._ways[way][0], names[other], link) for one, other, way, link in rows]
        return tuple(sorted(found, key=lambda link: (link.link, link.source, link.target)))

    def paths(self, source: str, target: str, *, max_hops: int = MOST_HOPS, limit: int = 5) -> tuple[WayPath, ...]:
        """Ways between two entities, cheapest first; see `graph.store.ways`."""
        check_ways(max_hops, limit)
        start, end = self._node(source)["number"], self._node(target)["number"]
        if start == end:
            return ()
        ways = find_ways(start, end, max_hops=max_hops, limit=limit, neighbours=self._hops)
        nodes = {node["number"]: node for node in self._nodes("number", {one for way in ways for one in way.nodes})}
        pairs = [(nodes[a], nodes[b]) for way in ways for a, b in pairwise(way.nodes)]
        links = iter(self._between(pairs))
        return tuple(self._path(way, nodes, links) for way in ways)

    def link_counts(self, entity_id: str) -> dict[tuple[str, str], int]:
        """How many neighbours an entity has by (link kind, `out` or `in`)."""
        counts: dict[tuple[str, str], int] = {}
        for way, links in _degrees(self._node(entity_id)).items():
            link, direction, _ = self._ways[way]
            counts[link, direction] = counts.get((link, direction), 0) + links
        return counts

    def counts(self) -> dict[str, int]:
        """Entities and links, in total and by kind."""
        return dict(self._totals)

    def close(self) -> None:
        """Answer no more; the connections are the store's."""
        self._closed = True

    def _ask(self, body: str, **values: object) -> list[Any]:
        """The rows that `body` collects, read from a graph that was whole until after they were read.

        The mark is looked up last: a drop removes it first, so that rows of a graph that is being dropped are
        never answered.
        """
        if self._closed:
            raise _unavailable("This graph has been closed.", self._store.address)
        query = f"CALL () {{ {body} }} WITH rows MATCH (g:TidewaiterGraph {{name: $graph}}) RETURN rows"

        @neo4j.unit_of_work(timeout=_ANSWER_S)
        def work(transaction: neo4j.ManagedTransaction) -> neo4j.Record | None:
            return transaction.run(query, {"graph": self._handle.name, **values}).single()

        with self._store.translated(), self._store.session(neo4j.READ_ACCESS, self._seen) as session:
            record = session.execute_read(work)
        if record is None:
            raise _unavailable(
                f"Neo4j at {self._store.address.shown} does not hold the graph {self._handle.name} whole.",
                self._store.address,
                next_step="Ask again if a refresh has just ended; else run `tidewaiter refresh`.",
            )
        rows: list[Any] = record["rows"]
        return rows

    def _node(self, entity_id: str) -> dict[str, Any]:
        found = self._nodes("id", (entity_id,))
        if not found:
            raise self._not_found(entity_id)
        return found[0]

    def _nodes(self, name: str, values: Iterable[object]) -> list[dict[str, Any]]:
        """The nodes whose `id` or `number` is one of these."""
        return self._ask(
            f"UNWIND $values AS value MATCH (e:Entity {{graph: $graph, {name}: value}}) "
            "RETURN collect(properties(e)) AS rows",
            values=list(dict.fromkeys(values)),
        )

    def _not_found(self, entity_id: str) -> Exception:
        return not_found(
            entity_id,
            existing=lambda ids: [node["id"] for node in self._nodes("id", ids)],
            between=lambda low, high, limit: self._ask(
                "MATCH (e:Entity) WHERE e.graph = $graph AND e.id >= $low AND e.id < $high "
                "WITH e.id AS id ORDER BY id LIMIT $limit RETURN collect(id) AS rows",
                low=low,
                high=high,
                limit=limit,
            ),
        )

    def _chosen(self, query: RelatedQuery) -> list[int]:
        """The ways that a query's filters let through."""
        return [
            way
            for way, (link, _, kind) in self._ways.items()
            if (not query.links or link in query.links) and (not query.kinds or kind in query.kinds)
        ]

    def _types(self, ways: Iterable[int]) -> str:
        """The relationship types of some ways, for a pattern; none where all are meant."""
        kinds = {self._ways[way][0] for way in ways}
        if not kinds or len(kinds) == len({link for link, _, _ in self._ways.values()}):
            return ""
        return ":" + "|".join(_type(kind) for kind in sorted(kinds))

    def _place(self, after: Position | None) -> dict[str, int]:
        """A cursor's position in this graph's numbers, also when the entity it names has gone since."""
        if after is None:
            return {"rank": -(2**63), "other": 0, "way": 0}
        rows = self._ask(
            "MATCH (e:Entity) WHERE e.graph = $graph AND e.id <= $id WITH e ORDER BY e.id DESC LIMIT 1 "
            "RETURN collect([e.number, e.id]) AS rows",
            id=after.entity_id,
        )
        if not rows:
            return {"rank": after.rank, "other": 0, "way": 0}
        number, entity_id = rows[0]
        if entity_id != after.entity_id:
            return {"rank": after.rank, "other": number, "way": len(self._ways) + 1}
        name = (after.link, after.direction)
        way = max((way for way, (link, direction, _) in self._ways.items() if (link, direction) <= name), default=0)
        return {"rank": after.rank, "other": number, "way": way}

    def _related_over_hops(self, query: RelatedQuery, start: Mapping[str, Any], after: Position | None) -> RelatedPage:
        ways = self._chosen(query)
        chosen, hub_ways = set(ways), set(self._hub_ways)

        def expand(numbers: Sequence[int], matching: int | None) -> Iterator[list[Step]]:
            only = list(self._ways) if matching is None else ways
            rows = self._ask(
                f"""
                UNWIND range(0, size($numbers) - 1) AS place
                MATCH (n:Entity {{graph: $graph, number: $numbers[place]}})
                CALL (n) {{
                    MATCH (n)-[r{self._types(only)}]-(o)
                    WITH o, {_RANKS[query.order]} AS rank, {_WAY} AS way WHERE way IN $ways
                    WITH o, rank, way ORDER BY rank, o.number, way LIMIT $most
                    RETURN collect([rank, o.number, way, o.degree]) AS steps
                }}
                WITH place, steps ORDER BY place
                RETURN collect(steps) AS rows
                """,
                numbers=list(numbers),
                ways=only,
                most=2 * START_LINKS if matching is None else matching,
            )
            for node, steps in zip(numbers, rows, strict=True):
                yield [
                    Step(
                        rank, other, way, degree <= WALKABLE_DEGREE and way not in hub_ways, way in chosen, (node,)
                    )
                    for rank, other, way, degree in steps
                ]  # fmt: skip

        found, barred = walk(start["number"], query.hops, expand)
        place = self._place(after)
        rest = [item for item in found if item[:3] > (place["rank"], place["other"], place["way"])]
        page = rest[: query.limit]
        items = self._reached(page)
        capped = {node["number"]: node["id"] for node in self._nodes("number", barred[:CAPPED_NAMED])}
        names = tuple(capped[number] for number in barred[:CAPPED_NAMED])
        return self._page(query, items, len(found), more=len(rest) > query.limit, capped=names)

    def _reached(self, page: Sequence[Reached]) -> list[tuple[int, Related]]:
        """What a walk has reached, with the entities and links that it went over."""
        asked = [[item.row[0], item.other, item.way] for item in page]
        rows = self._ask(
            f"""
            UNWIND range(0, size($asked) - 1) AS place
            MATCH (n:Entity {{graph: $graph, number: $asked[place][0]}})
            MATCH (o:Entity {{graph: $graph, number: $asked[place][1]}})
            MATCH (n)-[r]-(o) WHERE {_WAY} = $asked[place][2]
            WITH place, n, r, o ORDER BY place
            RETURN collect([n.id, {_LINK}, properties(o)]) AS rows
            """,
            asked=asked,
        )
        passed = {number for item in page for number in item.via}
        names = {node["number"]: node["id"] for node in self._nodes("number", passed)} if passed else {}
        items = []
        for item, (from_id, link, node) in zip(page, rows, strict=True):
            found = self._related(from_id, item.way, link, node)
            via = tuple(names[number] for number in item.via)
            items.append((item.rank, Related(found.entity, found.link, found.direction, item.hops, via)))
        return items

    def _related(self, from_id: str, way: int, link: Sequence[Any], node: Mapping[str, Any]) -> Related:
        kind, direction, _ = self._ways[way]
        entity = _entity(node)
        source, target = (from_id, entity.id) if direction == "out" else (entity.id, from_id)
        return Related(entity, _link(source, kind, target, link), direction)

    def _page(
        self,
        query: RelatedQuery,
        items: Sequence[tuple[int, Related]],
        total: int,
        *,
        more: bool,
        capped: tuple[str, ...] = (),
    ) -> RelatedPage:
        following = ""
        if more:
            rank, last = items[-1]
            following = cursor(query, Position(rank, last.entity.id, last.link.link, last.direction))
        return RelatedPage(tuple(item for _, item in items), following, total, capped)

    def _hops(self, numbers: Sequence[int]) -> list[list[Hop]]:
        """Where some entities lead to: all of their links, of a hub the strongest of each way."""
        rows = self._ask(
            f"""
            UNWIND range(0, size($numbers) - 1) AS place
            MATCH (n:Entity {{graph: $graph, number: $numbers[place]}})
            CALL (n) {{
                WITH n WHERE n.degree <= $walkable
                MATCH (n)-[r]-(o) RETURN [o.number, r.count, o.degree] AS hop
                UNION ALL
                WITH n WHERE n.degree > $walkable
                MATCH (n)-[r]-(o) WITH r, o, {_WAY} AS way ORDER BY {_RANKS["value"]}, o.number
                WITH way, collect([o.number, r.count, o.degree])[0..$most] AS strongest
                UNWIND strongest AS hop RETURN hop
            }}
            WITH place, collect(hop) AS hops ORDER BY place
            RETURN collect([place, hops]) AS rows
            """,
            numbers=list(numbers),
            walkable=WALKABLE_DEGREE,
            most=_HUB_LINKS,
        )
        found = {place: [Hop(*hop) for hop in hops] for place, hops in rows}
        return [found.get(place, []) for place in range(len(numbers))]

    def _between(self, pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[tuple[Link, ...]]:
        """The links between each two nodes, by kind, and by source where both directions exist."""
        rows = self._ask(
            f"""
            UNWIND range(0, size($pairs) - 1) AS place
            MATCH (n:Entity {{graph: $graph, number: $pairs[place][0]}})
            MATCH (o:Entity {{graph: $graph, number: $pairs[place][1]}})
            MATCH (n)-[r]-(o)
            RETURN collect([place, {_WAY}, {_LINK}]) AS rows
            """,
            pairs=[[one["number"], other["number"]] for one, other in pairs],
        )
        found: list[list[Link]] = [[] for _ in pairs]
        for place, way, link in rows:
            kind, direction, _ = self._ways[way]
            near, far = (node["id"] for node in pairs[place])
            source, target = (near, far) if direction == "out" else (far, near)
            found[place].append(_link(source, kind, target, link))
        return [tuple(sorted(links, key=lambda link: (link.link, link.source))) for links in found]

    def _path(self, way: Way, nodes: Mapping[int, Mapping[str, Any]], links: Iterator[Sequence[Link]]) -> WayPath:
        entities = [_entity(nodes[number]) for number in way.nodes]
        return path(way, entities, [next(links) for _ in pairwise(entities)])


def _entity(node: Mapping[str, Any]) -> Entity:
    """An entity from the properties of its node."""
    properties = {_told_as(name): value for name, value in node.items() if name not in _OWN}
    return Entity(
        node["id"],
        node["kind"],
        node["key"],
        node["name"],
        properties,
        _measures(
            node["count"], node.get("value_usd"), node.get("quantity"), node.get("first_date"), node.get("last_date")
        ),
        node["degree"],
        tuple(node.get("identifiers", ())),
    )


def _degrees(node: Mapping[str, Any]) -> dict[int, int]:
    """How many links of each way an entity has."""
    return dict(zip(node.get("ways", ()), node.get("links", ()), strict=True))


def _link(source: str, kind: str, target: str, row: Sequence[Any]) -> Link:
    """A link from the columns of `_LINK`."""
    *measures, sources, status = row
    return Link(source, kind, target, _measures(*measures), tuple(sources or ()), status or "")


def _measures(count: int, value_usd: float | None, quantity: float | None, first: Any, last: Any) -> Measures:
    return Measures(count, value_usd, quantity, _day(first), _day(last))


def _day(value: Any) -> date | None:
    return None if value is None else value.to_native()


def _stored_as(name: str) -> str:
    return f"{_ANOTHER_NAME}{name}" if name in _OWN or name.startswith(_ANOTHER_NAME) else name


def _told_as(name: str) -> str:
    return name.removeprefix(_ANOTHER_NAME)


def _label(kind: str) -> str:
    """A kind as a label: `foreign_port` is `ForeignPort`."""
    return _quoted("".join(part.capitalize() for part in kind.split("_")))


def _type(link: str) -> str:
    """A link's kind as a relationship type: `buys_from` is `BUYS_FROM`."""
    return _quoted(link.upper())


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) else "`" + name.replace("`", "``") + "`"


def _is_hub(kind: str) -> bool:
    return kind in ENTITY_KINDS and ENTITY_KINDS[kind].hub


def _only(result: neo4j.Result) -> list[Any]:
    record = result.single(strict=True)
    return list(record.values())


def _need(handle: Handle | None, folder: Path, address: Address) -> Handle:
    if handle is None:
        raise _unavailable(
            f"The graph of generation {folder.name} is not in Neo4j.",
            address,
            next_step="Run `tidewaiter refresh`, or `tidewaiter copy --to` with this URL.",
        )
    return handle


def _unavailable(message: str, address: Address, *, value: str = "", next_step: str = "") -> Unavailable:
    return Unavailable(
        message,
        thing=address.shown,
        value=value,
        next_step=next_step or "Check the server and TIDEWAITER_GRAPH_URL with `tidewaiter doctor`.",
    )


# What each failure means to whoever keeps the server, the special before the general.
_MEANINGS: tuple[tuple[type[Exception], str, str], ...] = (
    (failures.AuthError, "refuses the user or password", "Correct them in TIDEWAITER_GRAPH_URL."),
    (failures.Forbidden, "does not let this user do that", "Give the user the right to read and write the database."),
    (
        failures.ForbiddenOnReadOnlyDatabase,
        "is read-only",
        "Make room on its disk, then allow writes to the database again.",
    ),
    (failures.ConfigurationError, "cannot be talked to as the URL says", "Correct TIDEWAITER_GRAPH_URL."),
    (
        failures.ServiceUnavailable,
        "cannot be reached",
        "Start the server, or correct TIDEWAITER_GRAPH_URL; nothing that was built is lost.",
    ),
    (failures.SessionExpired, "went away", "Ask again; if it stays so, look at the server's log."),
    (failures.ConnectionPoolError, "has no connection free", "Ask again when fewer are asking."),
    (failures.TransientError, "is busy or restarting", "Ask again; if it stays so, look at the server's log."),
    (failures.DatabaseError, "has failed", "Look at the server's log; `tidewaiter refresh` builds the graph again."),
    (failures.ClientError, "cannot do what was asked", "Look at the server's log and its version: 5.26 is needed."),
    (failures.GqlError, "has failed", "Look at the server's log."),
)


def _told(error: failures.GqlError, address: Address) -> Unavailable:
    """Our error for any of the driver's."""
    meaning, next_step = next((words, step) for kind, words, step in _MEANINGS if isinstance(error, kind))
    code = getattr(error, "code", None) or type(error).__name__
    said = (str(getattr(error, "message", None) or error).splitlines() or [""])[0]
    return _unavailable(
        f"Neo4j at {address.shown} {meaning}: {said[:300]}", address, value=str(code), next_step=next_step
    )
