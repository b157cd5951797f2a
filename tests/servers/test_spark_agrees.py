"""Spark answers as the embedded engine does: one simulated world, every question asked of both.

The world is a thirtieth of the small one: Spark takes its time for each question, whatever the number of rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.build.as_of import as_of_related
from graph.build.build import ENTITIES, LINKS, build_graph
from graph.build.evidence import entity_records, entity_tables, link_records, records_by_key
from graph.detect.detector import detect
from graph.detect.finding_file import write_findings
from graph.detect.guessing.baselines import GuessedWorld, baselines
from graph.facts.duckdb import DuckDbFactStore
from graph.facts.store import FactStore
from graph.model.entity import RelatedQuery
from graph.model.finding import Finding
from graph.report.activity import entity_activity
from graph.resolve.records import SCHEMA, records_to_resolve
from graph.resolve.resolve import resolve_records
from graph.store.generation import Generation
from ingest.load import load
from ingest.simulator import simulate
from ingest.simulator.world import Scale
from search.indexer import documents

# PySpark leaves the sockets open over which it fetches rows; they close with the object.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

SEED = 12
WORLD = Scale(importers=400, makers=200, brokers=20, lots=1_500, months=36, planting=1, issues=30, rulings=40)
PAST_DAY = date(2024, 3, 1)
KINDS = ("importer", "manufacturer", "port", "hts", "country", "case", "document")

T = TypeVar("T")


@dataclass(frozen=True)
class Engines:
    """The same home on both engines, and what each built of it."""

    duckdb: FactStore
    spark: FactStore
    folder: Path

    def both(self, ask: Callable[[FactStore], T]) -> T:
        """The answer of both engines, which must be the same."""
        expected = ask(self.duckdb)
        assert ask(self.spark) == expected
        return expected


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory, spark_master: str) -> Iterator[Engines]:
    from graph.facts.spark import SparkFactStore

    folder = tmp_path_factory.mktemp("agrees")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(simulate.SCALES, "small", WORLD)  # type: ignore[arg-type]
        simulate.simulate(folder / "world", seed=SEED, size="small")
    load([folder / "world"], home=folder / "home", now=datetime(2025, 1, 1, tzinfo=UTC))
    duckdb, spark = DuckDbFactStore(folder / "home"), SparkFactStore(folder / "home", master=spark_master)
    yield Engines(duckdb, spark, folder)
    duckdb.close()
    spark.close()


@pytest.fixture(scope="module")
def graph(engines: Engines) -> Path:
    """Both graphs; the folder of the embedded engine's."""
    for name, facts in (("duckdb", engines.duckdb), ("spark", engines.spark)):
        build_graph(facts, engines.folder / name)
    return engines.folder / "duckdb"


@pytest.fixture(scope="module")
def findings(engines: Engines) -> list[Finding]:
    return engines.both(detect)


@pytest.fixture(scope="module")
def entities(graph: Path) -> list[str]:
    """The entity of each kind that stands in the most rows."""
    found = pq.read_table(graph / ENTITIES).sort_by([("count", "descending"), ("id", "ascending")]).to_pylist()
    return [next(row["id"] for row in found if row["kind"] == kind) for kind in KINDS]


def test_the_world_has_rows_that_were_corrected_later(engines: Engines) -> None:
    def held(facts: FactStore) -> list[int]:
        return [facts.table("actions", as_of=day).count().to_pyarrow().as_py() for day in (PAST_DAY, None)]

    past, current = engines.both(held)
    assert 0 < past < current < engines.duckdb.counts().rows["actions"]


def test_graphs_are_the_same_row_by_row(engines: Engines, graph: Path) -> None:
    for file, order in ((ENTITIES, ("id",)), (LINKS, ("source", "link", "target"))):
        ours, theirs = (
            pq.read_table(engines.folder / engine / file).sort_by([(column, "ascending") for column in order])
            for engine in ("duckdb", "spark")
        )
        assert ours.num_rows > 1_000
        assert theirs.schema == ours.schema
        assert theirs.to_pylist() == ours.to_pylist()


def test_findings_are_the_same_in_every_field(findings: list[Finding]) -> None:
    assert findings
    assert any(finding.queue for finding in findings)


def test_guesses_to_be_beaten_are_the_same(engines: Engines, findings: list[Finding]) -> None:
    def guesses(facts: FactStore) -> dict[str, object]:
        world = GuessedWorld(facts, (), max(finding.as_of for finding in findings), len(findings))
        return dict(baselines([world], kinds=("port_shopping",)))

    assert engines.both(guesses)["adverse_action"]


def test_documents_of_the_index_are_the_same(engines: Engines, graph: Path, findings: list[Finding]) -> None:
    write_findings(graph / "findings.jsonl", findings)
    generation = Generation("generation", graph, "", (), {})
    found = engines.both(lambda facts: {document.id: document for document in documents(generation, facts)})
    assert len(found) > 1_000


def test_figures_of_entities_are_the_same(engines: Engines, entities: list[str]) -> None:
    for entity_id in entities:
        engines.both(lambda facts, entity_id=entity_id: entity_activity(facts, entity_id))  # type: ignore[misc]


def test_rows_behind_entities_are_the_same_on_every_page(engines: Engines, entities: list[str]) -> None:
    for entity_id in entities[:3]:
        for table in entity_tables(engines.duckdb, entity_id):
            for offset in (0, 3):
                engines.both(
                    lambda facts, entity_id=entity_id, table=table, offset=offset: entity_records(  # type: ignore[misc]
                        facts, entity_id, table=table, limit=5, offset=offset
                    )
                )


def test_rows_behind_links_and_findings_are_the_same(engines: Engines, graph: Path, findings: list[Finding]) -> None:
    links = pq.read_table(graph / LINKS).sort_by([("count", "descending"), ("source", "ascending")]).to_pylist()
    strongest = links[0]
    rows = engines.both(
        lambda facts: link_records(
            facts, strongest["link"], strongest["source"], strongest["target"], limit=10, offset=0
        )
    )
    assert rows.total == strongest["count"]
    refs = [ref for finding in findings[:3] for evidence in finding.evidence for ref in evidence.records]
    assert sum(len(records.rows) for records in engines.both(lambda facts: records_by_key(facts, refs)))


def test_neighbours_of_a_past_day_are_the_same(engines: Engines, entities: list[str]) -> None:
    query = RelatedQuery(entities[0], links=("buys_from", "was_acted_on_at"))
    assert engines.both(lambda facts: as_of_related(facts, query, PAST_DAY)).items


def test_parties_are_the_same_whoever_reads_and_whoever_scores(engines: Engines) -> None:
    """The records that Spark reads, and what Splink makes of some of them on Spark."""
    from pyspark.sql import SparkSession
    from splink.backends.spark import SparkAPI

    records = engines.both(lambda facts: records_to_resolve(facts).to_pyarrow().sort_by("record").to_pylist())
    assert len(records) > 500
    some = pa.Table.from_pylist(records[::4], schema=SCHEMA.to_pyarrow())
    session = SparkSession.builder.getOrCreate()
    on_duckdb = resolve_records(some)
    on_spark = resolve_records(
        some, backend=lambda: SparkAPI(spark_session=session.newSession(), break_lineage_method="persist")
    )
    assert on_spark.records.to_pylist() == on_duckdb.records.to_pylist()
    assert on_spark.pairs["bits"].to_pylist() == pytest.approx(on_duckdb.pairs["bits"].to_pylist())
