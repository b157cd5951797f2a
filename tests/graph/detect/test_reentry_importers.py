"""What an importer's stopped lots say together, and what the port says that they were entered at."""

import itertools
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.detect.calibration import Calibration
from graph.detect.port_shopping import Weighed, importers_e_values
from graph.detect.queue import FALSE_DISCOVERY_RATE, e_bh, threshold_e_values
from graph.detect.reentry.features import SIGNS
from graph.detect.reentry.importers import StandIn, by_importer, dealt, together_bits
from graph.detect.reentry.lines import entry_lines
from graph.detect.reentry.lots import STAND_INS, STAND_INS_PER_GROUP, sample_of
from graph.detect.reentry.match import Search
from graph.detect.reentry.ports import PortUse, port_use
from tests.graph.detect.harbour_world import harbour_world
from tests.graph.detect.memory_facts import MemoryFacts

scores = st.lists(st.floats(-20, 20), max_size=30)


def test_two_fair_matches_of_one_importer_say_more_than_one_good_match() -> None:
    assert together_bits([6.0, 6.0]) > together_bits([8.0, -np.inf])


@given(scores, st.integers(0, 29), st.floats(0, 10))
def test_a_better_match_never_makes_an_importer_look_better(bits: list[float], at: int, more: float) -> None:
    better = [each + more * (n == at) for n, each in enumerate(bits)]
    assert together_bits(better) >= together_bits(bits)


def test_lots_that_match_nothing_count_against_their_importer() -> None:
    assert by_importer({"A": 9.0}, {"A": "one", "B": "other"})["other"] < 0
    alone = by_importer({"A": 9.0}, {"A": "one"})
    assert by_importer({"A": 9.0}, {"A": "one", "B": "one"})["one"] < alone["one"]


def test_stand_ins_are_dealt_into_units_of_as_many_as_were_stopped_and_what_is_left_over_is_none() -> None:
    stand_ins = [StandIn(f"E{n}", "two a unit", 0.0) for n in range(5)]
    stand_ins += [StandIn("F", "stopped thrice", 0.0), StandIn("G", "never", 0.0)]
    units = list(dealt(stand_ins, {"two a unit": 2, "stopped thrice": 3}))
    assert [[each.importer for each in unit] for unit in units] == [["two a unit"] * 2] * 2
    assert len({each.shipment for unit in units for each in unit}) == 4


@given(st.integers(1, 200_000))
def test_stand_ins_are_of_as_many_importers_and_headings_as_may_be(groups: int) -> None:
    sample = sample_of(groups, lines_held=10_000_000)
    drawn = groups * sample.share_of_groups
    assert drawn >= min(groups, STAND_INS) * 0.99
    assert sample.per_group == STAND_INS_PER_GROUP or drawn * sample.per_group > STAND_INS / 2


def test_usual_lots_of_one_importer_keep_nobody_out_of_the_queue() -> None:
    """Thirty importers of two thousand brought goods back; three lots of another, on which nobody acted, match as well
    by their looks alone, where its goods always go."""
    calibration = Calibration("", -4.0, dict.fromkeys(SIGNS, 0.0) | {"rarity": 1.2, "usual_lot": -2.0}, {})
    tested = {f"S{n}": f"P{n}" for n in range(2_000)}
    usual = [StandIn(f"U{n}", "P1999", 12.5, 1e-4, port_bits=-1.2, own=True) for n in range(3)]
    control = [*usual, *(StandIn(f"E{n}", f"P{n}", -5.0, 0.5) for n in range(1_000))]
    told = [
        SimpleNamespace(
            lead=SimpleNamespace(lot={"taxpayer": f"P{n}"}), features=dict.fromkeys(SIGNS, 0.0), probability=0.7,
            alone=0.8,
        )
        for n in range(30)
    ]  # fmt: skip
    found = cast("Search", SimpleNamespace(tested=tested, control=control))
    worth = importers_e_values(found, cast("list[Weighed]", told), calibration)
    assert {who for who, is_in in zip(worth, e_bh(list(worth.values())), strict=True) if is_in} == {
        f"P{n}" for n in range(30)
    }


@pytest.mark.parametrize("tail", [0.5, 1.0, 3.0])
def test_with_nothing_to_find_the_queue_of_importers_is_almost_always_empty(tail: float) -> None:
    random = np.random.default_rng(7)
    filled = [
        any(e_bh(threshold_e_values(random.exponential(tail, 200), random.exponential(tail, 1_000))))
        for _ in range(300)
    ]  # fmt: skip
    assert np.mean(filled) <= FALSE_DISCOVERY_RATE


def test_several_importers_beyond_all_stand_ins_are_chosen_though_none_is_far_beyond() -> None:
    random = np.random.default_rng(8)
    stand_ins = random.exponential(1.0, 1_000)
    tested = np.concatenate([random.exponential(1.0, 190), stand_ins.max() + random.random(10)])
    chosen = e_bh(threshold_e_values(tested, stand_ins))
    assert all(chosen[190:]) and np.mean(chosen[:190]) < 0.02


@given(scores, scores)
def test_a_better_score_never_has_a_smaller_e_value(tested: list[float], stand_ins: list[float]) -> None:
    worth = threshold_e_values(tested, stand_ins)
    ordered = [e for _, e in sorted(zip(tested, worth, strict=True))]
    assert all(low <= high for low, high in itertools.pairwise(ordered))


@pytest.fixture(scope="module")
def use() -> PortUse:
    """An importer that enters nine lots in ten at 2704 and the tenth at 1401, and one nobody ever saw."""
    world = harbour_world(9, importers=20)
    for n in range(60):
        world.line(
            importer_number="55-000000100", port_code="1401" if n % 10 == 0 else "2704",
            entry_date=date(2024, 1, 1) + timedelta(n),
        )  # fmt: skip
    lines = entry_lines(MemoryFacts(world.tables), as_of=None, until=date(2030, 1, 1))
    return port_use(pa.table({"taxpayer": ["55-0000001", None], "acting_port": ["2704", "2704"]}), lines)


def bits(use: PortUse, port: str, *, lot: int = 0) -> float:
    return float(use.bits(np.array([lot]), use.numbers(pa.chunked_array([[port]])))[0])


def test_a_port_that_the_importer_never_used_says_more_than_its_second_port(use: PortUse) -> None:
    new = next(port for port in use.ports if port not in ("2704", "1401"))
    assert bits(use, new) > 0 > bits(use, "1401")


def test_a_port_to_which_all_goods_moved_after_the_action_is_a_usual_one() -> None:
    """A new distribution centre: before the action nothing came in there, since then all does."""
    world = harbour_world(9, importers=20)
    for n in range(60):
        world.line(
            importer_number="55-000000100", port_code="2704" if n < 30 else "1401",
            entry_date=date(2024, 1, 1) + timedelta(n),
        )  # fmt: skip
    lines = entry_lines(MemoryFacts(world.tables), as_of=None, until=date(2030, 1, 1))
    use = port_use(pa.table({"taxpayer": ["55-0000001"], "acting_port": ["2704"]}), lines)
    assert bits(use, "1401") < 0


def test_of_an_unknown_importer_or_port_nothing_is_said(use: PortUse) -> None:
    assert bits(use, "1401", lot=1) == bits(use, "9999") == 0.0


def test_parts_that_go_to_one_port_say_more_than_parts_that_go_to_two(use: PortUse) -> None:
    one, other = [port for port in use.ports if port not in ("2704", "1401")][:2]
    at = use.numbers(pa.chunked_array([[one, other, one]]))
    together, apart = use.bits_of_parts(np.array([0, 0]), np.array([[at[0], at[2], -1], [at[0], at[1], -1]]))
    assert together > apart
