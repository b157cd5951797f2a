"""Bursts of small entries: which are found, what missing amounts cost, and what a trade of such loads takes away."""

from dataclasses import replace

import numpy as np
import pytest

from graph.detect.reentry.crumbs import MOST_NEW_BITS, Entries, bursts

SHARES = np.array([0.05, 0.12, 0.08, 0.1, 0.15, 0.07, 0.13, 0.09, 0.11, 0.1])
SINCE = 1_000


def entries(days: list[int], shares: list[float], *, ports: list[int] | None = None, by_sea: bool = False) -> Entries:
    """Entries of one importer beside one lot of 1,000 packages, 5,000 pieces and 8,000.00 kg."""
    count, held = len(days), np.array(shares)
    wholes = np.array([1_000.0, 5_000.0, 8_000.0])
    zeros = np.zeros(count, dtype=np.int64)
    return Entries(
        zeros, zeros, np.array(ports or [0] * count), np.full(count, by_sea), np.array(days),
        np.array(days) >= SINCE, np.full(count, SINCE), wholes[:, None] * held, np.tile(wholes[:, None], count),
        np.tile(np.array([[0.001], [2e-6], [1.25e-6]]), count),
    )  # fmt: skip


def long_before(count: int) -> list[int]:
    """Days of other entries, so that there is a history."""
    return [SINCE - 365 + n * 3 for n in range(count)]


def back() -> list[int]:
    return [SINCE + 30 + 2 * n for n in range(len(SHARES))]


def test_a_burst_that_adds_up_is_found_whole_and_says_less_the_farther_it_lies_from_the_lot() -> None:
    sums = [
        bursts(entries([SINCE - 365, *back()], [0.5, *(SHARES * share)])) for share in (1.0, 1.02, 1.2, 2.5)
    ]  # fmt: skip
    assert [each.entries[0][each.entries[0] >= 0].tolist() for each in sums[:3]] == [list(range(1, 11))] * 3
    bits = [float(each.bits[0]) for each in sums]
    assert bits == sorted(bits, reverse=True) and bits[0] - bits[2] > 5


def test_a_trade_in_small_loads_takes_away_what_is_new_about_them() -> None:
    days, shares = [*long_before(110), *back()], [*([0.09] * 110), *SHARES]
    usual, new = bursts(entries(days, shares)), bursts(entries([SINCE - 365, *back()], [0.5, *SHARES]))
    assert 3 < float(new.bits[0]) - float(usual.bits[0]) <= MOST_NEW_BITS


def test_loads_that_went_on_since_before_the_action_are_no_burst() -> None:
    days = [SINCE - 20 + 4 * n for n in range(20)]
    assert len(bursts(entries(days, [0.05] * 20)).shipment) == 0


@pytest.mark.parametrize(("by_sea", "held"), [(False, 10), (True, 0)])
def test_over_land_it_may_come_by_several_ports(by_sea: bool, held: int) -> None:
    ports = [0, *([1, 2] * 5)]
    found = bursts(entries([SINCE - 365, *back()], [0.5, *SHARES], ports=ports, by_sea=by_sea))
    assert int((found.entries >= 0).sum()) == held


def test_what_a_crumb_lacks_is_told_by_what_else_it_holds() -> None:
    whole = entries([SINCE - 365, *back()], [0.5, *SHARES])
    amounts = whole.amounts.copy()
    amounts[0, 2:] = amounts[1, 4] = amounts[2, 5] = np.nan
    some, none = bursts(replace(whole, amounts=amounts)), bursts(replace(whole, amounts=np.full_like(amounts, np.nan)))
    assert 0 < float(bursts(whole).bits[0]) - float(some.bits[0]) < 6
    assert len(none.shipment) == 0
