"""How a lot and a later line are compared, and what agreement weighs."""

import itertools
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from graph.detect.reentry.comparisons import COMPARED, COMPARISONS, levels, may_be_part
from graph.detect.reentry.lines import entry_lines
from graph.detect.reentry.pairs import Pairs
from graph.detect.reentry.parts import _way, _Wholes
from graph.detect.reentry.scoring import (
    MOST_WAY_BITS,
    Groups,
    Pools,
    chance_match,
    look_alikes,
    one_to_one,
    strongest,
    way_bits,
)
from graph.detect.reentry.shipments import _LISTS as SHIPMENT_LISTS
from graph.detect.reentry.shipments import _WORDS, with_wholes
from graph.detect.reentry.weights import (
    OTHER,
    OWN,
    SAME_MAKER,
    WORST_BITS,
    Weights,
    bits,
    contexts,
    count_chance,
    kinds,
)
from tests.graph.detect.harbour_world import harbour_world
from tests.graph.detect.memory_facts import MemoryFacts

LOT_VALUES = {
    "bill": "ABCD00000001", "master": "MSTR1", "hts": "7604210010", "weight": 10_000.0, "packages": 400.0, "unit": "KG",
    "quantity": 9_000.0, "value": 30_000.0, "maker": "CNSHEFUR123SHE", "origin": "CN", "consignee": "12-3456789",
    "foreign_port": "57035", "export_from": "CN",
}  # fmt: skip
_LISTS = {"containers": ["QZXU0000001"], "bill_containers": ["QZXU0000001"], "bill_seals": ["S1", "S2"]}
_AMOUNTS = ("weight", "packages", "quantity", "value")


def side_of(row: Mapping[str, object]) -> pa.Table:
    """One lot or line as a side of pairs."""
    types = {name: pa.list_(pa.string()) for name in _LISTS} | dict.fromkeys(_AMOUNTS, pa.float64())
    return pa.table({name: pa.array([value], types.get(name, pa.string())) for name, value in row.items()})


def one_pair(lot: Mapping[str, object], line: Mapping[str, object]) -> Pairs:
    first = np.zeros(1, dtype=np.int64)
    return Pairs(side_of(lot), side_of(line), first, first)


def level_of(name: str, **line: object) -> str:
    """The label of the level on which the lot above and a line like it, but for `line`, stand.

    What begins with `lot_` is the lot's.
    """
    of_lot = {key.removeprefix("lot_"): value for key, value in line.items() if key.startswith("lot_")}
    of_line = {key: value for key, value in line.items() if not key.startswith("lot_")}
    lists = {key: value for key, value in _LISTS.items() if key != "containers"}
    pair = one_pair(LOT_VALUES | _LISTS | of_lot, LOT_VALUES | lists | {"container": "QZXU0000001"} | of_line)
    comparison = next(c for c in COMPARISONS if c.name == name)
    found = int(levels(pair)[name][0])
    return "missing" if found == -1 else comparison.labels[found]


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("way", {"export_from": "MX"}, "by a third country"),
        ("way", {"export_from": "MX", "lot_export_from": "MX"}, "as usual"),  # as the lot came, too
        ("way", {}, "as usual"),
        ("way", {"export_from": None}, "missing"),
        ("weight", {"weight": 10_000.0}, "equal"),
        ("weight", {"weight": 10_080.0}, "within 1%"),
        ("weight", {"weight": 9_800.0}, "within 3%"),
        ("weight", {"weight": 5_000.0}, "differs"),
        ("weight", {"weight": None}, "missing"),
        ("packages", {"packages": 400.0}, "equal"),
        ("packages", {"packages": 396.0}, "within 3%"),
        ("value", {"value": 30_010.0}, "equal"),
        ("value", {"value": 18_000.0}, "15 to 60% lower"),
        ("value", {"value": 50_000.0}, "differs"),
        ("quantity", {"quantity": 9_000.0, "unit": "NO"}, "missing"),
        ("quantity", {"quantity": 9_000.0, "unit": None}, "equal"),
        ("hts", {"hts": "7604210010"}, "10 digits"),
        ("hts", {"hts": "7604210090"}, "6 digits"),
        ("hts", {"hts": "7610100000"}, "differs"),
        ("maker", {"maker": "CNSHEFUR123SHE"}, "same"),
        ("maker", {"maker": "CNSHEFUR123SHG"}, "misspelled"),
        ("maker", {"maker": "VNHANALU77HAN"}, "differs"),
        ("maker", {"maker": None}, "missing"),
        ("container", {"container": None, "bill_containers": ["QZXU0000009", "QZXU0000001"]}, "same"),
        ("container", {"container": "QZXU0000002", "bill_containers": None}, "differs"),
        ("container", {"container": None, "bill_containers": None}, "missing"),
        ("bill", {"bill": "ABCD00000001"}, "same"),
        ("bill", {"bill": "ABCD00000002"}, "same master"),
        ("seal", {"bill_seals": ["S2", "S9"]}, "same"),
        ("seal", {"bill_seals": ["S2"]}, "same"),
        ("seal", {"bill_seals": ["S9"]}, "differs"),
        ("seal", {"bill_seals": None}, "missing"),
    ],
)
def test_a_pair_stands_on_the_level_that_a_person_would_say(name: str, line: dict[str, object], expected: str) -> None:
    assert level_of(name, **line) == expected


@pytest.mark.parametrize(
    ("entered", "part"),
    [
        ((10_000.0, 400.0, 9_000.0, "KG", "7604210010"), True),  # the whole
        ((2_500.0, 100.0, 2_250.0, "KG", "7604210090"), True),
        ((2_500.0, None, None, None, None), True),
        ((2_500.0, 100.0, 2.0, "NO", None), True),  # in another unit the quantity says nothing
        ((2_500.0, 5.0, 2_250.0, "KG", None), False),  # a quarter of the goods in an eightieth of the cartons
        ((10_000.0, 2_000.0, 9_000.0, "KG", None), False),
        ((18_000.0, None, None, None, None), False),
        ((None, None, None, None, None), False),
        ((2_500.0, 100.0, 2_250.0, "KG", "7604290030"), False),  # other goods of the maker
    ],
)
def test_a_part_of_a_lot_has_one_share_of_its_amounts(
    entered: tuple[float | None, float | None, float | None, str | None, str | None], part: bool
) -> None:
    weight, packages, quantity, unit, hts = entered
    lot = {"weight": 10_000.0, "packages": 400.0, "quantity": 9_000.0, "unit": "KG", "hts": "7604210010"}
    line = {"weight": weight, "packages": packages, "quantity": quantity, "unit": unit, "hts": hts}
    assert may_be_part(one_pair(lot, line)).tolist() == [part]


def test_declared_rates_of_each_field_add_up_to_one_and_have_a_label_each() -> None:
    for comparison in COMPARISONS:
        assert sum(comparison.m) == pytest.approx(1.0), comparison.name
        assert sum(comparison.m_counted) in (0, pytest.approx(1.0)), comparison.name
        assert len(comparison.m) == len(comparison.labels), comparison.name
    assert {c.name for c in COMPARISONS if c.name in COMPARED} >= {"hts", "weight", "packages", "value", "maker"}


def test_better_agreement_never_weighs_less_and_disagreement_never_speaks_for_a_match() -> None:
    falling = bits((0.2, 0.2, 0.6), np.array([0.5, 0.01, 0.49]))
    assert (np.diff(falling) <= 0).all()
    assert WORST_BITS <= falling[-1] <= 0


@pytest.fixture(scope="module")
def weights() -> Weights:
    world = harbour_world(2, importers=60)
    lines = entry_lines(MemoryFacts(world.tables), as_of=None, until=date(2030, 1, 1))
    return count_chance(lines, lines_held=len(world.tables["entry_lines"]))


def test_chance_rates_are_counted_in_the_data_and_add_up_to_one(weights: Weights) -> None:
    assert min(weights.pairs_counted) > 100
    for comparison in COMPARISONS:
        assert weights.u[comparison.name].sum(axis=-1) == pytest.approx(1.0)


def of(weights: Weights, name: str, kind: int, level: int, context: int = 0) -> float:
    one = np.array([0])
    return float(weights.of(name, kind=one + kind, context=one + context, level=np.array([level], dtype=np.int8))[0])


def test_equal_packages_weigh_more_the_more_packages_there_are(weights: Weights) -> None:
    single, hundreds = (of(weights, "packages", OTHER, 0, context) for context in (0, 4))
    assert hundreds > single + 1


def test_weight_adds_less_where_packages_agree_already(weights: Weights) -> None:
    packages = np.array([0, -1], dtype=np.int8)
    found = {c.name: np.full(2, -1, dtype=np.int8) for c in COMPARISONS} | {"packages": packages}
    sizes = {name: np.array([4, 4]) for name in ("packages", "quantity", "weight")}
    given, alone = contexts("weight", found, sizes)
    assert given != alone
    assert of(weights, "weight", OTHER, 1, int(given)) < of(weights, "weight", OTHER, 1, int(alone))


def test_the_same_maker_is_hardly_news_within_an_importer(weights: Weights) -> None:
    assert abs(of(weights, "maker", OWN, 0)) < 2.5
    assert of(weights, "maker", SAME_MAKER, 0) == 0.0


def test_a_missing_value_weighs_nothing(weights: Weights) -> None:
    assert of(weights, "weight", OWN, -1) == of(weights, "container", OTHER, -1) == 0.0


def test_of_lines_that_agree_each_is_used_once_best_first() -> None:
    key, lot, line = np.array([1, 1, 1, 1]), np.array([5, 5, 6, 6]), np.array([8, 9, 8, 9])
    rows = one_to_one(key, lot, line, np.array([4.0, 1.0, 2.0, 3.0]), place=line)
    assert sorted((int(lot[r]), int(line[r])) for r in rows) == [(5, 8), (6, 9)]


def test_as_many_candidates_of_strangers_are_kept_as_of_the_importer() -> None:
    shipment, total = np.array([0, 0, 0, 0, 1]), np.array([-5.0, -1.0, 0.5, -9.0, -20.0])
    none, nothing = np.zeros(5, dtype=np.int64), np.zeros(5)
    after = np.array([True, True, True, True, False])
    found = Groups(shipment, none, nothing, nothing, none, nothing, total, after)
    strangers = np.array([False, True, True, False, False])
    assert strongest(found, most=1, strangers=strangers).tolist() == [0, 2]


def test_a_shipment_of_several_lines_is_compared_as_a_whole_too() -> None:
    lots = pa.table(
        {
            "shipment": ["A", "A", "B"], "line_id": ["A/1/1", "A/2/1", None], "named": [True, False, True],
            "lot_key": ["A#A/1/1", "A#A/2/1", "B#"], "unit": ["KG", "KG", "PCS"], "maker": ["X", "Y", "Z"],
            **{name: pa.array([2.0, 3.0, 4.0]) for name in ("packages", "quantity", "value")},
            "weight": pa.array([2.5, None, 4.0]),
            **{name: ["S", "S", "S"] for name in (*_WORDS,) if name not in ("unit", "maker")},
            **{name: pa.array([["1"], ["1", "2"], None], pa.list_(pa.string())) for name in SHIPMENT_LISTS},
        }
    )  # fmt: skip
    rows = with_wholes(lots).to_pylist()
    assert [(row["lot_key"], row["counted"], row["whole"]) for row in rows] == [
        ("A#A/1/1", True, False), ("B#", True, True), ("A/*", False, True),
    ]  # fmt: skip
    whole = rows[2]
    assert whole["line_ids"] == ["A/1/1", "A/2/1"]
    assert [whole[name] for name in ("packages", "quantity", "weight", "maker", "containers")] == [
        5.0, 5.0, None, None, ["1", "2"],
    ]  # fmt: skip


def test_look_alikes_are_counted_within_their_own_lot_and_only_where_goods_agree_as_well() -> None:
    group = np.array([1, 1, 1, 1, 2])
    goods = np.array([12.0, 11.0, 12.0, 3.0, 12.0])
    after = np.array([True, False, False, False, False])
    assert look_alikes(group, goods, after).tolist() == [2, 0, 0, 0, 0]


def test_chance_never_gives_a_better_score_a_larger_p_value() -> None:
    chance = chance_match(np.random.default_rng(1).exponential(2.0, 4000), 5000)
    p = [chance.p_value(score) for score in np.linspace(-5, 60, 300)]
    assert all(a >= b for a, b in itertools.pairwise(p))
    assert p[0] <= 1 and p[-1] > 0


def test_p_values_under_chance_are_not_smaller_than_they_say() -> None:
    random = np.random.default_rng(3)
    chance = chance_match(random.exponential(2.0, 5000), 5000)
    p = np.array([chance.p_value(score) for score in random.exponential(2.0, 20_000)])
    for level in (0.1, 0.01, 0.001):
        assert np.mean(p <= level) <= 1.3 * level + 0.0005


def test_with_hardly_any_stand_ins_nothing_surprises_beyond_what_was_seen() -> None:
    assert chance_match(np.array([1.0, 2.0]), 5).p_value(100.0) == pytest.approx(1 / 6)


def test_a_mistyped_maker_is_the_same_maker() -> None:
    assert kinds(np.array([False, False, False]), np.array([0, 1, 2], dtype=np.int8)).tolist() == [
        SAME_MAKER, SAME_MAKER, OTHER,
    ]  # fmt: skip


def test_an_equal_quantity_leads_the_value_however_the_cartons_were_counted() -> None:
    def context(packages: int, quantity: int) -> int:
        found = {name: np.array([-1], dtype=np.int8) for name in ("weight", "value")}
        found |= {"packages": np.array([packages], dtype=np.int8), "quantity": np.array([quantity], dtype=np.int8)}
        return int(contexts("value", found, {})[0])

    assert context(3, 0) == context(-1, 0)
    assert context(3, 0) != context(3, 3)
    assert context(0, 3) == context(0, 0)
    # Nor do two amounts that hang together both count in full where the cartons alone differ.
    assert context(3, 1) == context(-1, 1) != context(3, 3)
    assert context(1, 1) == context(1, 3)


def test_being_equal_on_what_many_hold_says_less_and_never_less_than_being_near() -> None:
    weights = count_chance(
        entry_lines(MemoryFacts(harbour_world(3).tables), as_of=None, until=date(2030, 1, 1)), lines_held=5_000
    )

    def bits_of_equal_packages(held: float, *, kind: int = OTHER, level: int = 0) -> float:
        given = {"kind": np.array([kind]), "context": np.array([4]), "level": np.array([level], dtype=np.int8)}
        return float(weights.of_common("packages", share=(np.array([held]), np.array([1000.0])), **given)[0])

    rare, usual, common = (bits_of_equal_packages(held) for held in (1.0, 20.0, 600.0))
    assert rare > usual > common >= bits_of_equal_packages(600.0, level=1)
    assert bits_of_equal_packages(1.0, kind=OWN) > bits_of_equal_packages(600.0, kind=OWN)


def pools_of(by_way: list[float], known: list[float]) -> Pools:
    """Pools of lots of which nothing is known but how their importers' lines come."""
    return replace(
        Pools(*(np.zeros(len(known)) for _ in fields(Pools))),  # type: ignore[arg-type]
        by_way=(np.array(by_way), np.array(known)),
    )


def test_a_third_country_says_less_of_an_importer_whose_goods_often_come_by_one() -> None:
    never, seldom, mostly = way_bits(
        pools_of([1.0, 4.0, 60.0], [80.0, 80.0, 80.0]), np.arange(3), u=np.full(3, 0.02), matching=np.ones(3)
    )
    assert MOST_WAY_BITS >= never > seldom > mostly == 0


@pytest.mark.parametrize(
    ("parts", "lot_from", "says"), [([0, 1], "CN", True), ([0, 2], "CN", False), ([0, 1], "MX", False)]
)
def test_parts_say_so_together_if_all_came_by_a_third_country(parts: list[int], lot_from: str, says: bool) -> None:
    held = pa.table({"by_way": [True, True, False]})
    whole = _Wholes(pa.table({"origin": ["CN"], "export_from": [lot_from]}), np.zeros(1, dtype=np.int64), {})
    weights = Weights({}, {"way": np.full((3, 1, 2), 0.02)}, (0, 0, 0), 0.0, {})
    bits_of_way = _way(
        np.array([[*parts, -1]]), held, whole, of=np.zeros(1, dtype=np.int64), weights=weights,
        pools=pools_of([2.0], [60.0]),
    )  # fmt: skip
    assert (float(bits_of_way[0]) > 2) is says
