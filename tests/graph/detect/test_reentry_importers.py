"""What an importer's stopped lots say together, and what the port says that they were entered at."""

import itertools
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.detect.queue import FALSE_DISCOVERY_RATE, e_bh, threshold_e_values
from graph.detect.reentry.importers import by_importer, stand_in_units, together_bits
from graph.detect.reentry.lines import entry_lines
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
    stand_ins = [(f"E{n}", "two a unit", 0.0) for n in range(5)] + [("F", "stopped thrice", 0.0), ("G", "never", 0.0)]
    units = stand_in_units(stand_ins, {"two a unit": 2, "stopped thrice": 3})
    assert units == pytest.approx([together_bits([0.0, 0.0])] * 2)


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
