"""The known answers to questions about past casework are true of the tables they stand beside."""

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ingest.simulator.simulate import simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("world"), seed=11, size="small").folder


@pytest.fixture(scope="module")
def issues(world: Path) -> dict[str, dict[str, str]]:
    with open(world / "issues.csv", encoding="utf-8", newline="") as file:
        return {row["issue_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def cases(world: Path) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for line in (world / "truth" / "precedents.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found[case["family"]].append(case)
    return found


def schemes(world: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (world / "truth/schemes.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_precedent_is_an_issue_on_file(
    cases: dict[str, list[dict[str, Any]]], issues: dict[str, dict[str, str]]
) -> None:
    every = [case for some in cases.values() for case in some]
    assert len(every) > 60
    assert all(case["precedents"] and set(case["precedents"]) <= set(issues) for case in every)
    assert len({case["case_id"] for case in every}) == len(every)


def test_a_firm_asked_about_by_its_number_is_named_by_just_these_issues(
    cases: dict[str, list[dict[str, Any]]], issues: dict[str, dict[str, str]]
) -> None:
    for case in cases["same_number"]:
        (number,) = case["query"]["importer"]
        naming = {key for key, row in issues.items() if number in row["importer_numbers"].split(";")}
        assert set(case["precedents"]) == naming


def test_after_a_change_the_issues_name_a_firm_that_the_scheme_has_and_not_the_one_asked_about(
    world: Path, cases: dict[str, list[dict[str, Any]]], issues: dict[str, dict[str, str]]
) -> None:
    members = [{one["identifier"] for one in scheme["members"]} for scheme in schemes(world)]
    changed = [
        case
        for family, some in cases.items()
        if not family.startswith(("same_number", "same_goods", "declared"))
        for case in some
    ]
    assert any(case["label"] == "positive" for case in changed)
    assert any(case["label"] == "hard_negative" for case in changed)
    for case in changed:
        (asked,) = case["query"].get("importer") or case["query"]["manufacturer"]
        for precedent in case["precedents"]:
            row = issues[precedent]
            named = {*row["importer_numbers"].split(";"), *row["manufacturer_ids"].split(";")}
            assert any(asked in scheme and (scheme - {asked}) & named for scheme in members)


def test_goods_are_asked_for_in_words_that_the_issues_say_in_another_order(
    cases: dict[str, list[dict[str, Any]]], issues: dict[str, dict[str, str]]
) -> None:
    for case in cases["same_goods"]:
        words = case["query"]["text"].split()
        for precedent in case["precedents"]:
            title = issues[precedent]["title"].lower().replace(",", " ").split()
            assert set(words) <= set(title)
    assert any(
        case["query"]["text"] not in issues[case["precedents"][0]]["title"].lower() for case in cases["same_goods"]
    )
