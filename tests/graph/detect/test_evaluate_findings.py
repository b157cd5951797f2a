"""Findings measured against planted truth: what counts as found, and what each number then is."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graph.detect.evaluate import JudgedWorld, average_precision, evaluate_findings, evaluate_together, finds
from graph.detect.guessing.baselines import NAMES
from graph.detect.truth import read_schemes
from graph.model.errors import Invalid, Unavailable
from graph.model.finding import Finding, Member
from tests.graph.detect.harbour_world import harbour_world
from tests.graph.detect.memory_facts import MemoryFacts

DAY = date(2024, 6, 1)


def scheme(name: str, *parties: str, label: str = "positive", family: str = "f", **values: Any) -> dict[str, Any]:
    members = [{"role": p.split(":")[0], "identifier": p.split(":")[1]} for p in parties]
    return {
        "scheme_id": name, "kind": "port_shopping", "label": label, "family": family, "controller": name,
        "members": members, "entries": [], "began_on": "2024-05-22", "ended_on": "2024-05-30", "duty_evaded_usd": 100.0,
    } | values  # fmt: skip


def finding(
    name: str, *entities: str, probability: float = 0.9, queue: bool = False, entries: tuple[str, ...] = ()
) -> Finding:
    return Finding(
        name, "port_shopping", "port_shopping", "1", DAY, name, probability, "none", queue,
        tuple(Member(entity, "importer", "") for entity in entities), entries, DAY, DAY, 0.0, (), (), "?",
    )  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(*schemes: dict[str, Any]) -> Path:
        path = tmp_path / "schemes.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in schemes), encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (("importer:12-345678900",), True),
        (("importer:12-3456789",), True),  # the same taxpayer without its suffix
        (("importer:99-999999900",), False),
        (("importer:12-345678900", "port:2704", "port:3001", "port:1001", "port:1401", "port:1703"), True),
        (("importer:12-345678900", *(f"importer:{n}-000000000" for n in range(20, 24))), True),
        (("importer:12-345678900", *(f"importer:{n}-000000000" for n in range(20, 25))), False),
    ],
)  # fmt: skip
def test_a_scheme_is_found_by_half_its_parties_and_few_strangers(
    write: Any, named: tuple[str, ...], found: bool
) -> None:
    (planted,) = read_schemes(write(scheme("S1", "importer:12-345678900", "manufacturer:CNSHEFUR123SHE")))
    assert finds(finding("f", *named), planted) is found


def test_a_scheme_is_found_by_its_entries_too(write: Any) -> None:
    (planted,) = read_schemes(write(scheme("S1", "importer:12-345678900", entries=["A", "B"])))
    assert finds(finding("f", "importer:99-999999900", entries=("A",)), planted)
    assert not finds(finding("f", "importer:99-999999900", entries=("C",)), planted)


def test_a_resolved_party_counts_by_the_numbers_it_goes_by(write: Any) -> None:
    (planted,) = read_schemes(write(scheme("S1", "importer:12-345678900")))
    named = finding("f", "party:p1")
    assert finds(named, planted, identifiers={"party:p1": ("importer:12-345678900", "importer:77-000000000")})
    assert not finds(named, planted)


def test_the_measures_of_a_list_of_three(write: Any) -> None:
    path = write(
        scheme("S1", "importer:11-000000000"),
        scheme("S2", "importer:22-000000000", duty_evaded_usd=300.0),
        scheme("H1", "importer:33-000000000", label="hard_negative", family="strike"),
        scheme("H2", "importer:44-000000000", label="hard_negative", family="strike"),
    )
    result = evaluate_findings(
        [
            finding("a", "importer:11-000000000", probability=0.9, queue=True),
            finding("b", "importer:33-000000000", probability=0.8, queue=True),
            finding("c", "importer:55-000000000", probability=0.1),
        ],
        path,
    )
    measured = result["port_shopping"]
    assert measured == result["all"]
    assert measured["precision_at_50"] == pytest.approx(1 / 3)
    assert measured["pr_auc"] == pytest.approx(0.5)
    assert measured["base_rate"] == 0.5
    assert (measured["recall_schemes"], measured["recall_controllers"], measured["recall_duty"]) == (0.5, 0.5, 0.25)
    assert measured["queue_fdp"] == 0.5
    assert measured["brier"] == pytest.approx((0.01 + 0.64 + 0.01) / 3)
    assert measured["days_to_finding_p50"] == 10
    assert measured["false_positives"] == {"strike": 0.5}


def test_what_is_planted_under_another_kind_stays_false_and_is_told_apart(write: Any) -> None:
    path = write(
        scheme("S1", "importer:11-000000000"),
        scheme("I1", "importer:22-000000000", kind="identity_change"),
        scheme("I2", "importer:33-000000000", kind="identity_change", label="hard_negative", family="strike"),
    )
    queued = [finding(name, f"importer:{name}-000000000", queue=True) for name in ("11", "22", "33", "44")]
    measured = evaluate_findings(queued, path)["port_shopping"]
    assert (measured["queue_fdp"], measured["queue_other_kinds"]) == (0.75, 0.25)


def test_in_a_world_with_nothing_planted_an_empty_queue_has_no_false_discoveries(write: Any) -> None:
    measured = evaluate_findings([], write())["all"]
    assert (measured["queue_fdp"], measured["precision_at_50"], measured["recall_schemes"]) == (0.0, None, None)


def test_a_finding_of_another_kind_finds_nothing(write: Any) -> None:
    other = replace(finding("a", "importer:11-000000000"), kind="identity_change")
    result = evaluate_findings([other], write(scheme("S1", "importer:11-000000000")))
    assert result["all"]["recall_schemes"] == 0.0


def test_baselines_are_measured_in_the_same_way_beside_the_findings(write: Any) -> None:
    world = harbour_world(3, importers=150)
    result = evaluate_findings([], write(scheme("S1", "importer:99-000000000")), facts=MemoryFacts(world.tables))
    assert set(result["baselines"]) == set(NAMES)
    assert result["baselines"]["random"]["port_shopping"]["findings"] == 150  # all importers that there are


@pytest.mark.parametrize(
    "spelling",
    [
        "importer:12-345678900", "importer:12-3456789", "importer:123456789", "importer:12345678900",
        "successor:123456789", "predecessor:12-345678901", "shell: 12-345678900",
    ],
)  # fmt: skip
def test_truth_may_spell_an_importer_in_any_way(write: Any, spelling: str) -> None:
    (planted,) = read_schemes(write(scheme("S1", spelling)))
    assert planted.parties == {"importer:12-3456789"}


def test_truth_may_name_a_maker_in_small_letters_and_a_person_by_name(write: Any) -> None:
    (planted,) = read_schemes(
        write(scheme("S1", "successor:cnshefur123she", "controller:Li Wei", "importer:171204-00123"))
    )
    assert planted.parties == {"manufacturer:CNSHEFUR123SHE", "importer:171204-00123"}


def test_a_finding_that_repeats_a_scheme_is_true_but_brings_nothing(write: Any) -> None:
    path = write(scheme("S1", "importer:11-000000000"), scheme("S2", "importer:22-000000000"))
    measured = evaluate_findings(
        [
            finding("a", "importer:11-000000000", probability=0.9, queue=True),
            finding("b", "importer:11-000000000", probability=0.8, queue=True),
            finding("c", "importer:22-000000000", probability=0.7),
        ],
        path,
    )["all"]
    assert (measured["duplicates"], measured["queue_fdp"]) == (1, 0.0)
    assert measured["precision_at_50"] == pytest.approx(2 / 3)
    assert measured["pr_auc"] == pytest.approx((1 + 2 / 3) / 2)
    assert measured["reliability"][-1] == {"findings": 2, "said": pytest.approx(0.85), "right": 1.0}
    assert (measured["brier"], measured["brier_base_rate"]) == (pytest.approx((0.01 + 0.04 + 0.09) / 3), 0.0)


def test_members_and_entries_are_told_apart(write: Any) -> None:
    path = write(
        scheme("S1", "importer:11-000000000", entries=["A"]), scheme("S2", "importer:22-000000000", entries=["B"])
    )
    listed = [finding("a", "importer:11-000000000"), finding("b", "importer:99-999999900", entries=("b",))]
    measured = evaluate_findings(listed, path)["all"]
    assert (measured["recall_schemes"], measured["recall_members"], measured["recall_entries"]) == (1.0, 0.5, 0.5)


def test_days_count_to_the_first_finding_of_a_scheme(write: Any) -> None:
    late = finding("a", "importer:11-000000000", probability=0.9)
    early = replace(finding("b", "importer:11-000000000", probability=0.6), as_of=date(2024, 5, 25))
    measured = evaluate_findings([late, early], write(scheme("S1", "importer:11-000000000")))["all"]
    assert (measured["days_to_finding_p50"], measured["days_to_finding_p90"]) == (3, 3)


def test_worlds_are_ranked_together_and_never_mixed(write: Any) -> None:
    schemes = read_schemes(write(scheme("S1", "importer:11-000000000", entries=["A"])))
    right = finding("a", "importer:11-000000000", probability=0.9)
    elsewhere = finding("b", "importer:11-000000000", probability=0.8, queue=True, entries=("A",))
    measured = evaluate_together([JudgedWorld([right], schemes), JudgedWorld([elsewhere], [])])["port_shopping"]
    assert (measured["findings"], measured["schemes_found"], measured["precision_at_50"]) == (2, 1, 0.5)
    assert (measured["null_worlds"], measured["null_fdr"], measured["queue_fdp"]) == (1, 1.0, 1.0)


def test_schemes_of_two_worlds_with_one_name_are_two(write: Any) -> None:
    schemes = read_schemes(write(scheme("S1", "importer:11-000000000")))
    world = JudgedWorld([finding("a", "importer:11-000000000")], schemes)
    measured = evaluate_together([world, world, JudgedWorld([], schemes)])["all"]
    assert (measured["schemes"], measured["schemes_found"], measured["duplicates"]) == (3, 2, 0)
    assert measured["recall_controllers"] == pytest.approx(2 / 3)


def test_families_are_counted_of_schemes_and_of_look_alikes(write: Any) -> None:
    path = write(
        scheme("S1", "importer:11-000000000", family="phoenix"),
        scheme("H1", "importer:33-000000000", label="hard_negative", family="strike"),
        scheme("H2", "importer:44-000000000", label="hard_negative", family="strike"),
    )
    listed = [
        finding("a", "importer:11-000000000"),
        finding("b", "importer:33-000000000", probability=0.6),
        finding("c", "importer:44-000000000", probability=0.4),  # listed, but less probable than not
    ]
    measured = evaluate_findings(listed, path)["port_shopping"]
    assert (measured["recall_families"], measured["false_positives"]) == ({"phoenix": 1.0}, {"strike": 0.5})
    assert measured["families"] == {"phoenix": 1, "strike": 2}


def test_what_has_one_score_is_ranked_alike_in_any_order() -> None:
    assert average_precision([(0.5, 1), (0.5, 0), (0.4, 1)], 2) == average_precision([(0.5, 0), (0.5, 1), (0.4, 1)], 2)


def test_a_label_that_is_neither_is_refused(write: Any) -> None:
    with pytest.raises(Invalid, match="maybe"):
        read_schemes(write(scheme("S1", "importer:11-000000000", label="maybe")))


def test_truth_that_is_not_there_or_damaged_is_named(tmp_path: Path, write: Any) -> None:
    with pytest.raises(Unavailable, match=r"schemes\.jsonl"):
        read_schemes(tmp_path)
    with pytest.raises(Invalid, match="Line 1"):
        read_schemes(write({"scheme_id": "S1"}))
