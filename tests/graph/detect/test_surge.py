"""A country's trade in goods under an order is set against its surroundings; a jump is told only where it is one."""

from datetime import date
from typing import Any

import pytest

from graph.detect.diversion.orders import Order, read_orders
from graph.detect.diversion.surge import LEAST_MONTHS, MonthlyTrade, Months, monthly_trade, surge
from graph.detect.diversion.trade import scope_lines
from tests.graph.detect.memory_facts import MemoryFacts
from tests.graph.detect.order_world import DAYS, GOODS, PRELIMINARY, PRICES, on, order_world

PETITION = 3_000
WIRE = Order(0, ("A-570-900",), "wire", "CN", ("7326",), PETITION, True, PETITION + 150, None, None, None)
MONTHS = range(-30, 30)


def level(kg: float, *, since: int = 0, then: float | None = None) -> Months:
    """A trade of so many kg a month (10 USD a kg), and another amount since a month."""
    return {m: (x, 10 * x) for m in MONTHS for x in [kg if then is None or m < since else then]}


def trade(own: Months, others: Months, rest: Months, *, weighed: float = 1.0) -> MonthlyTrade:
    days = PETITION + 30 * MONTHS.start, PETITION + 30 * MONTHS.stop - 1
    return MonthlyTrade({(0, "VN"): own, (0, "TH"): others}, {0: rest}, {0: weighed}, *days)


def test_a_jump_that_its_surroundings_lack_is_told_and_rare() -> None:
    found = surge(trade(level(100, then=800), level(100), level(50)), WIRE, "VN")
    assert found is not None
    assert found.break_day == PETITION
    assert found.times_over_both > 7
    assert found.p_value < 0.05


@pytest.mark.parametrize("where", ["others", "rest"])
def test_what_the_surroundings_share_is_no_jump(where: str) -> None:
    jump, calm = level(100, then=800), level(100)
    found = surge(trade(jump, jump if where == "others" else calm, jump if where == "rest" else calm), WIRE, "VN")
    assert found is not None
    assert found.times_over_both == pytest.approx(1)


def test_a_jump_long_before_the_petition_is_as_likely_on_other_days() -> None:
    found = surge(trade(level(100, since=-15, then=800), level(100), level(50)), WIRE, "VN")
    assert found is not None
    assert found.p_value > 0.2


def test_value_stands_in_where_most_lines_have_no_weight() -> None:
    found = surge(trade(level(100, then=800), level(100), level(50), weighed=0.4), WIRE, "VN")
    assert found is not None
    assert found.measure == "USD"


def test_too_few_months_since_the_petition_tell_nothing() -> None:
    last = PETITION + 30 * (LEAST_MONTHS - 1)
    found = MonthlyTrade({(0, "VN"): level(100)}, {0: level(50)}, {0: 1.0}, PETITION - 900, last)
    assert surge(found, WIRE, "VN") is None


def test_months_add_up_to_the_lines_and_goods_under_the_order_are_no_other_goods() -> None:
    world = order_world(4)
    buyer = "64-000000100"
    rows = world.trade([buyer], "VNNEWWAR05HAN", days=(PRELIMINARY, DAYS - 60), lots=12, price_usd=PRICES["CN"])
    facts = MemoryFacts(world.tables)
    until = on(DAYS)
    orders = read_orders(facts, as_of=None, until=until)
    lines = scope_lines(facts, orders, as_of=None, until=until)
    assert lines is not None
    (number,) = {order.number for order in orders if GOODS.startswith(order.prefixes)}
    months = monthly_trade(
        facts, lines, [(number, "64-0000001")], orders, as_of=None, until=until, first_day=0
    )  # fmt: skip

    def entered(row: dict[str, Any]) -> bool:
        day: date = row["entry_date"]
        return bool(row["country_of_origin"] == "VN" and row["hts_number"] == GOODS and day <= until)

    weights = sum(row["gross_weight_kg"] or 0 for row in world.tables["entry_lines"] if entered(row))
    assert sum(kg for kg, _ in months.goods[number, "VN"].values()) == pytest.approx(weights)
    assert weights >= sum(row["gross_weight_kg"] for row in rows) > 0
    assert not months.other_goods  # this importer buys nothing else
