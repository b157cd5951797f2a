"""Guesses that detectors must beat: each sorts by what it says, and the one that learns does so out of fold."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from graph.detect.guessing.baselines import NAMES, GuessedWorld, Told, baselines
from graph.detect.guessing.boosting import LEAST_CONTROLLERS, boosted
from graph.detect.guessing.profiles import Profiles, profiles
from graph.detect.truth import Scheme
from graph.facts.columns import taxpayer_of
from graph.model.finding import Finding
from tests.graph.detect.harbour_world import HarbourWorld, harbour_world
from tests.graph.detect.memory_facts import MemoryFacts

DAY = date(2024, 12, 31)
NEW = "88-888888800"


@pytest.fixture(scope="module")
def world() -> HarbourWorld:
    """150 importers, and one that began last, grew at once, was refused most and shares a phone with another."""
    world = harbour_world(5, importers=150)
    other = world.tables["entry_lines"][0]["importer_number"]
    for day in range(20):
        row = world.line(
            importer_number=NEW, manufacturer_id="VNNEWMAK1HAN", entered_value_usd=900_000.0,
            entry_date=DAY - timedelta(days=20 - day),
        )  # fmt: skip
        if day < 15:
            world.act(row, result="refused")
    for number, who in enumerate((NEW, other)):
        world.add("party_records", {"record_id": f"Z{number}", "role": "importer", "identifier": who, "name": who,
                                    "phone": "+1 212 555 0199", "valid_from": DAY})  # fmt: skip
    return world


@pytest.fixture(scope="module")
def profile(world: HarbourWorld) -> Profiles:
    return profiles(MemoryFacts(world.tables))


def told(world: HarbourWorld, schemes: Sequence[Scheme] = ()) -> dict[str, Told]:
    return dict(baselines([GuessedWorld(MemoryFacts(world.tables), schemes, DAY, 0)], kinds=("identity_change",)))


def first(guesses: Told) -> Finding:
    return guesses["identity_change"][0][0][0]


def test_a_profile_counts_what_the_tables_say(world: HarbourWorld, profile: Profiles) -> None:
    lines = [row for row in world.tables["entry_lines"] if taxpayer_of(row["importer_number"]) == "88-8888888"]
    at = profile.taxpayers.index("88-8888888")
    of = {name: column[at] for name, column in profile.columns.items()}
    assert of["lines"] == len(lines) == 20
    assert of["value_usd"] == 20 * 900_000
    assert (of["n_manufacturer_id"], of["hhi_manufacturer_id"], of["share_of_makers_sales"]) == (1, 1.0, 1.0)
    assert (of["adverse_actions"], of["holders_phone"], of["sharing"]) == (15, 2, 2)
    assert of["first_day"] == profile.columns["first_day"].max()


def test_every_feature_is_a_number_or_unknown(profile: Profiles) -> None:
    matrix = profile.matrix()
    assert matrix.shape == (len(profile.taxpayers), len(profile.columns))
    assert not np.isinf(matrix).any()
    assert profile.columns["page_rank"].sum() < 1 <= len(profile.trade.makers)


@pytest.mark.parametrize("name", ["new_importer", "surge", "adverse_action", "shared_address"])
def test_each_rule_names_first_what_it_looks_for(world: HarbourWorld, name: str) -> None:
    assert f"importer:{NEW}" in {member.entity for member in first(told(world)[name]).members}


def test_a_guess_is_told_alone_and_with_its_makers_other_importers(world: HarbourWorld) -> None:
    alone, together = (shape[0][0] for shape in told(world)["new_importer"]["identity_change"])
    assert [member.entity for member in alone.members] == [f"importer:{NEW}"]
    assert {member.entity for member in together.members} == {f"importer:{NEW}", "manufacturer:VNNEWMAK1HAN"}
    assert {alone.kind, together.kind} == {"identity_change"}


def schemes_of(profile: Profiles, chosen: Sequence[int]) -> list[Scheme]:
    return [
        Scheme(f"S{i}", "identity_change", True, "f", f"c{i}", frozenset({f"importer:{profile.taxpayers[i]}"}),
               frozenset(), None, 0.0)
        for i in chosen
    ]  # fmt: skip


def test_boosting_learns_what_marks_the_planted_and_not_who_they_are(profile: Profiles) -> None:
    heaviest = np.argsort(-profile.columns["value_usd"])[: 3 * LEAST_CONTROLLERS].tolist()
    drawn = np.random.default_rng(0).permutation(len(profile.taxpayers))[: 3 * LEAST_CONTROLLERS].tolist()
    areas = []
    for chosen in (heaviest, drawn):
        learned = boosted([(profile, schemes_of(profile, chosen))], kind="identity_change")
        assert learned is not None
        planted = np.isin(np.arange(len(profile.taxpayers)), chosen)
        areas.append((learned[0][planted][:, None] > learned[0][~planted][None, :]).mean())
    assert areas[0] > 0.9
    assert 0.25 < areas[1] < 0.75  # chosen at random: out of fold there is nothing to learn


def test_boosting_says_nothing_where_there_is_too_little_to_learn_from(world: HarbourWorld) -> None:
    assert set(told(world)) == set(NAMES)
    assert told(world)["gradient_boosting"]["identity_change"] == []
