"""A simulated world is the same for the same seed, holds together, and says nothing of what is planted."""

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from graph.model.errors import Invalid
from graph.model.identifiers import parse
from graph.model.tables import TABLES, ColumnType, IdentifierType
from ingest.simulator.schemes.registry import FAMILIES
from ingest.simulator.simulate import LAST_DAY, SCALES, SimulatedWorld, simulate

TABLE_NAMES = (
    "entry_lines", "party_records", "party_claims", "actions", "orders", "order_firms", "bills", "foreign_bills",
    "capacity", "in_bond", "issues", "interventions", "claims_of_preference", "selectivity", "ports", "foreign_ports",
    "hts",
)  # fmt: skip
# Members of a truth row are named in no table in these words.
WORDS_OF_THE_TRUTH = ("scheme", "controller-", "positive", "hard_negative", "planted", *(f.name for f in FAMILIES))


@cache
def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def documents(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()]


def truth(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth/schemes.jsonl").read_text(encoding="utf-8").splitlines()]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> SimulatedWorld:
    return simulate(tmp_path_factory.mktemp("world"), seed=7, size="small")


@pytest.fixture(scope="module")
def lines(world: SimulatedWorld) -> list[dict[str, str]]:
    return rows(world.folder, "entry_lines")


@pytest.fixture(scope="module")
def bills(world: SimulatedWorld) -> dict[str, dict[str, str]]:
    return {row["bill_number"]: row for row in rows(world.folder, "bills")}


@pytest.fixture(scope="module")
def schemes(world: SimulatedWorld) -> list[dict[str, Any]]:
    return truth(world.folder)


def test_the_same_seed_gives_the_same_bytes(world: SimulatedWorld, tmp_path: Path) -> None:
    simulate(tmp_path, seed=7, size="small")
    assert hashes(tmp_path) == hashes(world.folder)


def test_another_seed_gives_another_world(world: SimulatedWorld, tmp_path: Path) -> None:
    simulate(tmp_path, seed=8, size="small")
    same = {name for name, digest in hashes(tmp_path).items() if hashes(world.folder)[name] == digest}
    assert same == {"ports.csv", "foreign_ports.csv", "hts.csv"}  # the real code lists


def test_every_table_is_written_with_the_rows_that_are_reported(world: SimulatedWorld) -> None:
    assert set(world.rows) == {*TABLE_NAMES, "documents"}
    for table in TABLE_NAMES:
        assert len(rows(world.folder, table)) == world.rows[table] > 0, table
    assert len(documents(world.folder)) == world.rows["documents"]


def test_a_small_world_is_of_the_announced_size(world: SimulatedWorld) -> None:
    assert 95_000 < world.rows["entry_lines"] < 120_000
    positives: Counter[str] = Counter()
    for (kind, label, _), count in world.schemes.items():
        positives[kind] += count if label == "positive" else 0
    for kind, count in positives.items():
        assert 8 <= count <= 0.005 * SCALES["small"].importers, kind


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_every_identifier_is_valid(world: SimulatedWorld, table: str) -> None:
    for column in TABLES[table].columns:
        if column.identifier is None:
            continue
        cells = {row[column.name] for row in rows(world.folder, table)} - {""}
        values = {value for cell in cells for value in (cell.split(";") if column.type is ColumnType.LIST else [cell])}
        for value in values:
            assert parse(column.identifier, value).key, (table, column.name, value)


def test_identifiers_in_documents_are_valid(world: SimulatedWorld) -> None:
    kinds = {
        "entry_number": IdentifierType.ENTRY_NUMBER,
        "importer_number": IdentifierType.IMPORTER_NUMBER,
        "manufacturer_id": IdentifierType.MANUFACTURER_ID,
        "claimed_hts": IdentifierType.HTS,
        "suggested_hts": IdentifierType.HTS,
        "claimed_origin": IdentifierType.COUNTRY,
    }
    for row in documents(world.folder):
        for column, kind in kinds.items():
            if column in row:
                assert parse(kind, row[column]).key == row[column]
        if row["kind"] == "ruling":
            assert parse(IdentifierType.RULING, row["id"]).key == row["id"]
        if row["kind"] == "lab_report":
            assert parse(IdentifierType.LAB_NUMBER, row["id"]).key == row["id"]


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_codes_and_required_cells_are_as_declared(world: SimulatedWorld, table: str) -> None:
    declared = TABLES[table]
    seen: set[tuple[str, ...]] = set()
    for row in rows(world.folder, table):
        for column in declared.columns:
            assert row[column.name] or not column.required, (table, column.name)
            assert not column.codes or row[column.name] in {"", *column.codes}, (table, column.name, row[column.name])
        version = (*(row[name] for name in declared.key), row["known_at"])
        assert version not in seen, (table, version)
        seen.add(version)
        assert row["known_at"] <= LAST_DAY


def test_what_rows_name_is_there(world: SimulatedWorld, lines: list[dict[str, str]], bills: dict[str, Any]) -> None:
    entries = {row["entry_number"] for row in lines}
    filers = {row["filer_code"] for row in lines}
    records = {(row["role"], row["identifier"]) for row in rows(world.folder, "party_records")}
    ports = {row["port_code"] for row in rows(world.folder, "ports")}
    tariff = {row["hts_number"] for row in rows(world.folder, "hts")}
    issues = {row["issue_id"] for row in rows(world.folder, "issues")}
    assert {("broker", filer) for filer in filers} <= records
    assert {row["port_code"] for row in lines} <= ports
    assert {row["hts_number"] for row in lines} == tariff
    assert {row["entry_number"] for row in rows(world.folder, "actions")} - {""} <= entries
    assert {row["entry_number"] for row in rows(world.folder, "claims_of_preference")} <= entries
    assert {row["issue_id"] for row in rows(world.folder, "interventions")} <= issues
    assert {row["issue_id"] for row in documents(world.folder) if "issue_id" in row} <= issues
    by_sea = {row["bill_number"] for row in lines if row["mode_of_transport"] in ("10", "11", "20")} - {""}
    assert by_sea <= set(bills)
    moved = rows(world.folder, "in_bond")
    assert {row["bill_number"] for row in moved} <= set(bills)
    assert all(row["from_port"] == bills[row["bill_number"]]["port_of_unlading"] for row in moved)


def test_entries_begin_with_their_filers_code_and_number_their_lines(lines: list[dict[str, str]]) -> None:
    numbered: dict[str, list[int]] = defaultdict(list)
    for row in lines:
        assert row["entry_number"].startswith(row["filer_code"])
        numbered[row["entry_number"]].append(int(row["line_number"]))
    assert all(found == list(range(1, len(found) + 1)) for found in numbered.values())
    assert sum(len(found) > 1 for found in numbered.values()) > 0.3 * len(numbered)


def test_a_bill_may_cover_several_entries(lines: list[dict[str, str]]) -> None:
    covered: dict[str, set[str]] = defaultdict(set)
    for row in lines:
        if row["bill_number"]:
            covered[row["bill_number"]].add(row["entry_number"])
    assert sum(len(entries) > 1 for entries in covered.values()) > 100


def test_weights_on_lines_add_up_to_their_bill(lines: list[dict[str, str]], bills: dict[str, Any]) -> None:
    weight: dict[str, float] = defaultdict(float)
    whole = defaultdict(lambda: True)
    for row in lines:
        weight[row["bill_number"]] += float(row["gross_weight_kg"] or 0)
        whole[row["bill_number"]] &= bool(row["gross_weight_kg"])
    checked = [bill for bill in weight if whole[bill] and bill in bills]
    # A bill whose second entry came after the world's end, or lost its bill number, weighs more.
    equal = sum(weight[bill] == float(bills[bill]["gross_weight_kg"]) for bill in checked)
    assert equal > 0.97 * len(checked) > 10_000


def test_containers_come_round_again(bills: dict[str, dict[str, str]]) -> None:
    uses = Counter(box for row in bills.values() for box in row["containers"].split(";") if box)
    assert max(uses.values()) > 3
    assert sum(count > 1 for count in uses.values()) > 0.5 * len(uses)


def test_optional_cells_are_missing_at_realistic_rates(lines: list[dict[str, str]]) -> None:
    by_sea = [row for row in lines if row["mode_of_transport"] == "11"]
    for column in ("container_number", "bill_number", "gross_weight_kg", "packages", "manufacturer_id",
                   "consignee_number", "description", "surety_code"):  # fmt: skip
        share = sum(not row[column] for row in by_sea) / len(by_sea)
        assert 0.03 < share < 0.3, column


def test_results_come_late_as_versions_of_their_action(world: SimulatedWorld) -> None:
    versions: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(world.folder, "actions"):
        versions[row["action_id"]].append(row)
    late = [found for found in versions.values() if len(found) == 2]
    assert len(late) > 0.2 * len(versions)
    for earlier, later in (sorted(found, key=lambda row: row["known_at"]) for found in late):
        assert earlier["result"] == "pending" != later["result"]
        assert not earlier["discrepancy_area"]
        assert earlier["action_date"] <= earlier["known_at"] < later["known_at"]


def test_actions_name_no_entry_before_it_is_known(world: SimulatedWorld, lines: list[dict[str, str]]) -> None:
    known = {row["entry_number"]: row["known_at"] for row in lines}
    for row in rows(world.folder, "actions"):
        assert not row["entry_number"] or known[row["entry_number"]] <= row["known_at"]


def test_ports_differ_in_how_often_they_look(world: SimulatedWorld, lines: list[dict[str, str]]) -> None:
    entries = Counter(port for _, port in {(row["entry_number"], row["port_code"]) for row in lines})
    acted = Counter(row["port_code"] for row in rows(world.folder, "actions") if row["result"] != "pending")
    rates = sorted(acted[port] / count for port, count in entries.items() if count > 500)
    assert rates[-1] > 2 * rates[0]


def test_most_stopped_lots_are_followed_by_nothing(world: SimulatedWorld, schemes: list[dict[str, Any]]) -> None:
    stopped = {
        row["action_id"]
        for row in rows(world.folder, "actions")
        if row["result"] in ("discrepant", "refused", "seized")
    }
    positives = sum(scheme["label"] == "positive" for scheme in schemes)
    assert len(stopped) > 10 * positives


def test_issues_name_importers_some_of_whom_have_few(world: SimulatedWorld) -> None:
    issues: dict[str, set[str]] = defaultdict(set)
    for row in rows(world.folder, "issues"):
        assert row["importer_numbers"]
        for number in row["importer_numbers"].split(";"):
            issues[number].add(row["issue_id"])
    assert sum(len(found) in (1, 2) for found in issues.values()) >= 5


def test_snapshots_of_issues_follow_each_other(world: SimulatedWorld) -> None:
    snapshots: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows(world.folder, "issues"):
        snapshots[row["issue_id"]].append((int(row["version"]), row["as_of"]))
    for found in snapshots.values():
        assert [version for version, _ in sorted(found)] == list(range(1, len(found) + 1))
        assert [day for _, day in sorted(found)] == sorted(day for _, day in found)


def test_documents_of_every_kind_mention_what_is_in_the_tables(
    world: SimulatedWorld, lines: list[dict[str, str]]
) -> None:
    found = documents(world.folder)
    assert {row["kind"] for row in found} >= {"ruling", "lab_report", "ims_document", "notice", "memo"}
    entries = {f"{row['entry_number'][:3]}-{row['entry_number'][3:10]}-{row['entry_number'][10:]}" for row in lines}
    assert sum(any(word.strip(".,") in entries for word in row["text"].split()) for row in found) > 50
    changed = [row for row in found if row.get("revoked_by") or row.get("modified_by")]
    assert changed
    first = {row["id"]: row["known_at"] for row in reversed(found)}
    assert all(first[row["id"]] < row["known_at"] for row in changed)  # known only once it was changed


def test_laboratories_report_replicates(world: SimulatedWorld) -> None:
    reports = [row for row in documents(world.folder) if row["kind"] == "lab_report"]
    assert len(reports) > 50
    assert all({result["replicate"] for result in row["results"]} == {1, 2, 3} for row in reports)


def test_every_family_is_planted_with_three_hard_negatives_a_positive(world: SimulatedWorld) -> None:
    planted = {family: count for (_, _, family), count in world.schemes.items()}
    assert planted == {family.name: family.share for family in FAMILIES}
    labels: Counter[tuple[str, str]] = Counter()
    for (kind, label, _), count in world.schemes.items():
        labels[kind, label] += count
    for kind in {family.kind for family in FAMILIES}:
        assert labels[kind, "hard_negative"] >= 3 * labels[kind, "positive"] > 0, kind


def test_larger_worlds_hold_schemes_in_proportion() -> None:
    for size, least in (("medium", 40), ("large", 120)):
        scale = SCALES[size]
        for kind in {family.kind for family in FAMILIES}:
            shares = [family.share for family in FAMILIES if family.kind == kind and family.label == "positive"]
            assert least <= scale.planting * sum(shares) <= 0.005 * scale.importers


def test_the_truth_names_entries_and_parties_that_exist(
    world: SimulatedWorld, lines: list[dict[str, str]], schemes: list[dict[str, Any]]
) -> None:
    importer = {row["entry_number"]: parse(IdentifierType.IMPORTER_NUMBER, row["importer_number"]).key for row in lines}
    for scheme in schemes:
        assert scheme["scheme_id"]
        assert scheme["began_on"] <= scheme["ended_on"] <= LAST_DAY
        assert (scheme["duty_evaded_usd"] > 0) is (scheme["label"] == "positive")
        members = {member["identifier"] for member in scheme["members"] if member["role"] == "importer"}
        # The innocent second user of a container is no member, nor are a maker's customers.
        if members and scheme["family"] != "container_came_round":
            assert {importer[entry] for entry in scheme["entries"]} <= members
        if scheme["label"] == "positive":
            assert scheme["entries"]


def lots_of(scheme: dict[str, Any], lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """The first line of each entry of a scheme, in order of date."""
    entries = set(scheme["entries"])
    return sorted(
        (row for row in lines if row["entry_number"] in entries and row["line_number"] == "1"),
        key=lambda row: row["entry_date"],
    )


def test_goods_that_come_back_do_so_at_another_port_in_time(
    lines: list[dict[str, str]], schemes: list[dict[str, Any]]
) -> None:
    wanted = {entry for scheme in schemes for entry in scheme["entries"]}
    mine = [row for row in lines if row["entry_number"] in wanted]
    seen_twice = 0
    for scheme in schemes:
        if scheme["family"] not in ("reentry_at_softer_port", "relabelled_container", "undervalued_reentry"):
            continue
        lots = lots_of(scheme, mine)
        assert (date.fromisoformat(scheme["ended_on"]) - date.fromisoformat(scheme["began_on"])).days in range(3, 181)
        bills_of = {row["bill_number"] for row in lots}
        if len(bills_of - {""}) == 2:
            seen_twice += 1
            assert lots[0]["port_code"] != lots[-1]["port_code"]
    assert seen_twice >= 5


def test_some_stopped_lots_have_no_entry_and_are_named_by_bill_and_importer(world: SimulatedWorld) -> None:
    without = [
        row
        for row in rows(world.folder, "actions")
        if row["result"] in ("discrepant", "refused") and row["bill_number"] and not row["entry_number"]
    ]
    assert len(without) > 50


def test_a_world_without_planting_has_no_schemes(tmp_path: Path) -> None:
    world = simulate(tmp_path, seed=7, size="small", planted=False)
    assert world.schemes == {}
    assert truth(tmp_path) == []
    assert world.rows["actions"] > 1000


def test_the_tables_say_nothing_of_the_truth(world: SimulatedWorld) -> None:
    for path in world.folder.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8").lower()
            for word in WORDS_OF_THE_TRUTH:
                assert word not in text or not re.search(rf"\b{word}", text), (path.name, word)


def test_planted_lots_do_not_stand_out_by_form(
    world: SimulatedWorld, lines: list[dict[str, str]], schemes: list[dict[str, Any]]
) -> None:
    """Neither the place in the file, nor the sequence of numbers, nor empty cells give planted entries away."""
    planted = {entry for scheme in schemes if scheme["label"] == "positive" for entry in scheme["entries"]}
    mine = [row for row in lines if row["entry_number"] in planted]
    assert [row["entry_date"] for row in lines] == sorted(row["entry_date"] for row in lines)
    per_day: dict[str, list[str]] = defaultdict(list)
    for row in lines:
        if row["line_number"] == "1":
            per_day[row["entry_date"]].append(row["entry_number"])
    places = [
        per_day[row["entry_date"]].index(row["entry_number"]) / max(1, len(per_day[row["entry_date"]]) - 1)
        for row in mine
        if row["line_number"] == "1"
    ]
    assert 0.3 < sum(places) / len(places) < 0.7
    by_sea = [row for row in lines if row["mode_of_transport"] == "11"]
    for column in ("bill_number", "manufacturer_id", "packages", "description", "consignee_number"):
        usual = sum(not row[column] for row in by_sea) / len(by_sea)
        here = sum(not row[column] for row in mine) / len(mine)
        assert abs(here - usual) < 0.15, column
    gap = [int(row["entry_number"][3:10]) for row in lines if row["entry_number"] in planted]
    assert len(set(gap)) > 40


def test_parquet_holds_the_same_rows(world: SimulatedWorld, lines: list[dict[str, str]], tmp_path: Path) -> None:
    same = simulate(tmp_path, seed=7, size="small", file_format="parquet")
    assert same.rows == world.rows
    table = pq.read_table(tmp_path / "entry_lines.parquet")
    assert table.column_names == list(lines[0])
    for row in (0, 777, 99_000):
        cells = {name: table[name][row].as_py() for name in table.column_names}
        assert {name: "" if value is None else str(value) for name, value in cells.items()} == lines[row]


@pytest.mark.parametrize(
    ("wrong", "thing"),
    [({"size": "huge"}, "size"), ({"file_format": "xlsx"}, "format"), ({"seed": -1}, "seed")],
)
def test_a_wrong_request_says_what_is_known(tmp_path: Path, wrong: dict[str, Any], thing: str) -> None:
    with pytest.raises(Invalid) as caught:
        simulate(tmp_path / "out", **{"seed": 1, "size": "small", **wrong})
    assert caught.value.thing == thing
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(Invalid):
        simulate(tmp_path / "out", seed=1, size="small")
    assert (tmp_path / "out").read_text() == "mine"


def test_progress_names_the_steps(tmp_path: Path) -> None:
    said: list[str] = []
    simulate(tmp_path, seed=1, size="small", progress=said.append)
    assert said[0] == "parties"
    assert said[-1] == "truth"
    assert "entry_lines" in said
