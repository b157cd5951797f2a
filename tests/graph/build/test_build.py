"""The build: entities and links are what a plain recount of the facts gives."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.build.build import build_graph
from graph.build.expressions import entity_sources
from graph.facts.duckdb import DuckDbFactStore
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS, Key, LinkSource
from graph.model.tables import RESOLVED, TABLES
from graph.store.sqlite import SqliteGraphView, SqliteGraphWriter
from tests.fixtures.fact_files import load_facts

Row = dict[str, object]

NAME = 'Golden "Reef"\tTrading \\ Sons'  # all that JSON has to escape


def build(home: Path) -> tuple[dict[str, Row], dict[tuple[str, str, str], Row], dict[str, int]]:
    folder = home / "generation"
    counts = build_graph(DuckDbFactStore(home), folder)
    entities = pq.read_table(folder / "entities.parquet").to_pylist()
    links = pq.read_table(folder / "links.parquet").to_pylist()
    by_link = {(str(row["source"]), str(row["link"]), str(row["target"])): row for row in links}
    by_id = {str(row["id"]): row for row in entities}
    assert len(by_link) == len(links)
    assert len(by_id) == len(entities)
    return by_id, by_link, counts


def line(**cells: object) -> Row:
    return {"entry_number": "ABC00000011", "line_number": 1, "entry_date": "2026-01-05", "port_code": "2704",
            "importer_number": "12-345678900", "hts_number": "7604210010", **cells}  # fmt: skip


def test_a_home_without_facts_builds_an_empty_graph(tmp_path: Path) -> None:
    entities, links, counts = build(tmp_path)
    assert (entities, links) == ({}, {})
    assert counts == {"entities": 0, "links": 0}
    SqliteGraphWriter(tmp_path / "graph.sqlite").write(
        tmp_path / "generation/entities.parquet", tmp_path / "generation/links.parquet"
    )
    assert SqliteGraphView(tmp_path / "graph.sqlite").counts() == {"entities": 0, "links": 0}


def test_the_latest_row_gives_the_name_and_properties(tmp_path: Path) -> None:
    record = {"role": "importer", "identifier": "12-345678900"}
    load_facts(
        tmp_path,
        party_records=[
            record
            | {"record_id": "2", "valid_from": "2025-01-01", "city": "Long Beach", "name": NAME},
            record
            | {"record_id": "1", "name": "Reef Trading", "city": "Oakland", "phone": "1", "valid_from": "2020-01-01"},
            record | {"record_id": "3", "name": "", "city": "Nowhere", "valid_from": "2026-01-01"},
        ],
    )  # fmt: skip
    entities, _, _ = build(tmp_path)
    importer = entities["importer:12-345678900"]
    assert importer["name"] == NAME
    assert json.loads(str(importer["properties"])) == {"city": "Long Beach"}
    assert importer["count"] == 3


def test_entities_without_a_name_read_as_the_trade_writes_them(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        entry_lines=[line(country_of_origin="CN", importer_number="SSN-0123456789ab"),
                     line(line_number=2, country_of_origin="VN", hts_number="76042110")],
        hts=[{"hts_number": "7604", "description": "Aluminum bars"}],
    )  # fmt: skip
    entities, _, _ = build(tmp_path)
    names = {key: row["name"] for key, row in entities.items()}
    assert names["country:CN"] == "China"
    assert names["country:VN"] == "Vietnam"
    assert names["hts:7604210010"] == "7604.21.00.10"
    assert names["hts:76042110"] == "7604.21.10"
    assert names["hts:7604"] == "Aluminum bars"
    assert names["hts:76"] == "76"
    assert names["importer:SSN-0123456789ab"] == "***-**-****"
    assert names["port:2704"] == "2704"


def test_quantities_in_two_units_are_summed_by_nobody(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        entry_lines=[
            line(manufacturer_id="CNA", quantity=1, quantity_unit="KG"),
            line(line_number=2, manufacturer_id="CNA", quantity=2, quantity_unit="NO"),
            line(line_number=3, manufacturer_id="CNB", quantity=3, quantity_unit="KG"),
            line(line_number=4, manufacturer_id="CNB", quantity=4, quantity_unit="KG"),
            line(line_number=5, manufacturer_id="CNB", quantity_unit="NO"),
        ],
    )
    entities, links, _ = build(tmp_path)
    assert entities["manufacturer:CNA"]["quantity"] is None
    assert entities["manufacturer:CNB"]["quantity"] == Decimal("7.000")
    assert links["importer:12-345678900", "buys_from", "manufacturer:CNB"]["quantity"] == Decimal("7.000")


def test_a_row_counts_once_for_an_entity_that_it_names_twice(tmp_path: Path) -> None:
    load_facts(
        tmp_path, entry_lines=[line(consignee_number="12-345678900", country_of_origin="CN", country_of_export="CN")]
    )
    entities, links, _ = build(tmp_path)
    assert entities["importer:12-345678900"]["count"] == 1
    assert entities["country:CN"]["count"] == 1
    assert not any(link == "consigns_to" for _, link, _ in links)


def test_tariff_numbers_roll_up_level_by_level(tmp_path: Path) -> None:
    load_facts(
        tmp_path,
        entry_lines=[line(entered_value_usd=5), line(line_number=2, hts_number="76042100", entered_value_usd=7)],
    )
    entities, links, _ = build(tmp_path)
    assert {key: row["value_usd"] for key, row in entities.items() if key.startswith("hts:")} == {
        "hts:7604210010": 5, "hts:76042100": 12, "hts:760421": 12, "hts:7604": 12, "hts:76": 12,
    }  # fmt: skip
    assert links["hts:7604210010", "rolls_up_to", "hts:76042100"]["value_usd"] == 5
    assert links["hts:76042100", "rolls_up_to", "hts:760421"]["value_usd"] == 12


def test_a_link_names_at_most_five_of_its_files(tmp_path: Path) -> None:
    for n in range(7):
        load_facts(tmp_path, source=f"lines-{n}.csv", entry_lines=[line(line_number=n + 1)])
    _, links, _ = build(tmp_path)
    enters = links["importer:12-345678900", "enters_at", "port:2704"]
    assert enters["sources"] == [f"lines-{n}.csv" for n in range(5)]
    assert enters["count"] == 7


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [(["fact"], ""), (["alleged"], "alleged"), ([None], "alleged"), (["rejected", "admitted"], "admitted"),
     (["alleged", "fact"], ""), (["rejected"], "rejected")],
)  # fmt: skip
def test_the_strongest_claim_gives_a_link_its_status(tmp_path: Path, statuses: list[str | None], shown: str) -> None:
    claim = {"subject": "importer:12-345678900", "relation": "owned_by", "object": "importer:98-765432100"}
    load_facts(tmp_path, party_claims=[claim | {"claim_id": str(n), "status": s} for n, s in enumerate(statuses)])
    entities, links, _ = build(tmp_path)
    assert links["importer:12-345678900", "owned_by", "importer:98-765432100"]["status"] == shown
    assert set(entities) == {"importer:12-345678900", "importer:98-765432100"}


def test_of_two_versions_only_the_latest_is_built_from(tmp_path: Path) -> None:
    load_facts(tmp_path, known_at=date(2026, 1, 1), entry_lines=[line(entered_value_usd=1, port_code="1001")])
    load_facts(tmp_path, known_at=date(2026, 2, 1), supersedes=True, entry_lines=[line(entered_value_usd=2)])
    entities, _, _ = build(tmp_path)
    assert entities["importer:12-345678900"]["value_usd"] == 2
    assert "port:1001" not in entities


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    told: list[tuple[str, int, int]] = []
    build_graph(DuckDbFactStore(tmp_path), tmp_path / "g", progress=lambda *step: told.append(step))
    assert [name for name, _, _ in told] == ["entities.port", "degrees"]
    assert all(done < total for _, done, total in told)


def test_declarations_name_tables_columns_and_kinds_that_exist() -> None:
    derived = {
        "order_companions": {"case_number", "companion_case_number", "order_on", "source"},
        "notice_cases": {"document_id", "case_number", "date", "source"},
        "holdings": {"document_id", "classified_under", "origins", "date", "status", "source"},
        "read_changes": {"document_id", "relation", "other", "date", "status", "source"},
    }
    for kind in (*ENTITY_KINDS.values(), *LINK_KINDS.values()):
        for source in kind.sources:
            if source.table in derived:
                columns = derived[source.table]
            else:
                columns = {column.name for column in (TABLES | RESOLVED)[source.table].columns}
            keys = [source.source, source.target] if isinstance(source, LinkSource) else [source.key]
            named = {key.column for key in keys} | {
                source.date,
                source.value_usd,
                source.quantity,
                source.quantity_unit,
            }
            named |= {column for column, _ in source.where}
            assert named - {""} <= columns, (kind.kind, source)
    for link in LINK_KINDS.values():
        assert {link.source_kind, link.target_kind} <= set(ENTITY_KINDS)


# A recount in plain Python, from the declarations


@dataclass
class Counted:
    count: int = 0
    value_usd: Decimal | None = None
    quantity: Decimal | None = None
    units: set[str] = field(default_factory=set)
    days: list[date] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def add(self, row: Row, source: object, file: str) -> None:
        self.count += 1
        self.files.add(file)
        if value := _cell(row, source.value_usd):  # type: ignore[attr-defined]
            self.value_usd = (self.value_usd or Decimal(0)) + Decimal(str(value))
        if quantity := _cell(row, source.quantity):  # type: ignore[attr-defined]
            self.quantity = (self.quantity or Decimal(0)) + Decimal(str(quantity))
            self.units.add(str(_cell(row, source.quantity_unit) or ""))  # type: ignore[attr-defined]
        if day := _cell(row, source.date):  # type: ignore[attr-defined]
            self.days.append(date.fromisoformat(str(day)))

    def measures(self) -> tuple[object, ...]:
        return (
            self.count, self.value_usd, self.quantity if len(self.units) == 1 else None,
            min(self.days, default=None), max(self.days, default=None),
        )  # fmt: skip


def _cell(row: Row, column: str) -> object:
    return row.get(column) if column else None


def _keys(row: Row, key: Key) -> Iterator[str]:
    value = row.get(key.column)
    for text in dict.fromkeys(value or ()) if key.each else [value]:  # type: ignore[call-overload]
        if not text or not str(text).startswith(key.prefix):
            continue
        found = str(text).removeprefix(key.prefix)
        if found and len(found) >= (key.first or 0):
            yield found[: key.first]


def recount(tables: dict[str, list[Row]]) -> tuple[dict[str, Counted], dict[tuple[str, str, str], Counted]]:
    entities: dict[str, Counted] = defaultdict(Counted)
    links: dict[tuple[str, str, str], Counted] = defaultdict(Counted)
    for table, rows in tables.items():
        for row in rows:
            for kind in ENTITY_KINDS.values():
                counted: set[str] = set()
                for source in entity_sources(kind):
                    if source.table == table and all(row.get(column) in allowed for column, allowed in source.where):
                        for key in _keys(row, source.key):
                            if source.key.each or key not in counted:
                                entities[f"{kind.kind}:{key}"].add(row, source, f"{table}.csv")
                            if not source.key.each:
                                counted.add(key)
            for link in LINK_KINDS.values():
                for made in link.sources:
                    if made.table == table and all(row.get(column) in allowed for column, allowed in made.where):
                        for one in _keys(row, made.source):
                            for other in _keys(row, made.target):
                                ends = f"{link.source_kind}:{one}", f"{link.target_kind}:{other}"
                                if ends[0] != ends[1]:
                                    links[ends[0], link.kind, ends[1]].add(row, made, f"{table}.csv")
    return entities, links


FEW = {
    "importer": st.sampled_from(["12-345678900", "98-765432100", "SSN-0123456789ab"]),
    "maker": st.none() | st.sampled_from(["CNA", "VNB"]),
    "port": st.sampled_from(["2704", "4601"]),
    "hts": st.sampled_from(["7604210010", "76042100", "7604"]),
    "country": st.none() | st.sampled_from(["CN", "VN"]),
    "case": st.none() | st.sampled_from(["A-570-967", "A-570-967-014", "C-570-968"]),
    "money": st.none() | st.sampled_from(["0.01", "10.50", "99.99"]),
    "day": st.sampled_from(["2025-01-31", "2026-01-01", "2026-03-15"]),
}
LINES = st.fixed_dictionaries(
    {
        "entry_date": FEW["day"], "importer_number": FEW["importer"], "consignee_number": st.none() | FEW["importer"],
        "port_code": FEW["port"], "manufacturer_id": FEW["maker"], "foreign_exporter_id": FEW["maker"],
        "country_of_origin": FEW["country"], "country_of_export": FEW["country"], "hts_number": FEW["hts"],
        "ad_case": FEW["case"], "cv_case": FEW["case"], "entered_value_usd": FEW["money"], "ad_duty_usd": FEW["money"],
        "quantity": FEW["money"], "quantity_unit": st.sampled_from(["KG", "NO"]),
    }
)  # fmt: skip
ISSUES = st.fixed_dictionaries(
    {
        "opened_on": FEW["day"], "title": st.sampled_from(["Bars", "Rings"]),
        "importer_numbers": st.lists(FEW["importer"], max_size=3), "hts_numbers": st.lists(FEW["hts"], max_size=2),
        "ruling_numbers": st.lists(st.sampled_from(["NY-N301234", "HQ-H348257"]), max_size=2),
    }
)  # fmt: skip
CLAIMS = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["importer:12-345678900", "manufacturer:CNA", "importer:"]),
        "relation": st.sampled_from(["owned_by", "sister_of"]), "status": st.sampled_from(["fact", "alleged"]),
        "object": st.sampled_from(["importer:98-765432100", "importer:12-345678900"]), "valid_from": FEW["day"],
    }
)  # fmt: skip


@given(lines=st.lists(LINES, max_size=8), issues=st.lists(ISSUES, max_size=3), claims=st.lists(CLAIMS, max_size=3))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_the_graph_is_what_a_plain_recount_gives(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Row], issues: list[Row], claims: list[Row]
) -> None:
    home = tmp_path_factory.mktemp("home")
    tables = {
        "entry_lines": [{"entry_number": f"ABC{n:08d}", "line_number": 1, **row} for n, row in enumerate(lines)],
        "issues": [{"issue_id": f"2026-{n:04d}", **row} for n, row in enumerate(issues)],
        "party_claims": [{"claim_id": str(n), **row} for n, row in enumerate(claims)],
    }
    load_facts(home, **tables)
    entities, links, counts = build(home)
    expected_entities, expected_links = recount(tables)
    names = ("count", "value_usd", "quantity", "first_date", "last_date")
    assert {key: tuple(row[name] for name in names) for key, row in entities.items()} == {
        key: counted.measures() for key, counted in expected_entities.items()
    }
    assert {key: tuple(row[name] for name in names) for key, row in links.items()} == {
        key: counted.measures() for key, counted in expected_links.items()
    }
    assert {key: row["sources"] for key, row in links.items()} == {
        key: sorted(counted.files) for key, counted in expected_links.items()
    }
    degrees: dict[str, int] = defaultdict(int)
    for source, _, target in links:
        degrees[source] += 1
        degrees[target] += 1
    assert {key: row["degree"] for key, row in entities.items()} == {key: degrees[key] for key in entities}
    assert set(degrees) <= set(entities)
    assert (counts["entities"], counts["links"]) == (len(entities), len(links))
