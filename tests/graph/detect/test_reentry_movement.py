"""How far an importer that left a port left it with everybody."""

from typing import Any

import numpy as np
import pytest

from graph.detect.reentry.features import features
from graph.detect.reentry.movement import Filings, Movement, Season, Traffic
from graph.detect.reentry.movement import movement as moved


def movement(*, cohort: float, on_return: float) -> Movement:
    return Movement(20, 15, 50, 0.6, 0.5, cohort, 0.01, 0.1, None, None, 0, on_return, Season(0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("cohort", "on_return", "least", "most"),
    [
        (1.0, 1.1, 0.0, 0.0),
        (0.85, 0.9, 0.0, 0.0),  # ports waver
        (1.0, 0.65, 0.3, 0.6),  # a strike that moved a third of all
        (0.55, 1.0, 0.7, 0.9),
        (0.4, 1.0, 1.0, 1.0),
        (1.0, 0.0, 1.0, 1.0),
    ],
)
def test_the_more_of_the_others_left_the_port_the_less_the_importer_moved_by_itself(
    cohort: float, on_return: float, least: float, most: float
) -> None:
    assert least <= movement(cohort=cohort, on_return=on_return).moved_with_everybody <= most


def told(**values: Any) -> dict[str, float]:
    """The features of a lead of which nothing is known but that the goods agree, and what is given."""
    usual: dict[str, Any] = {
        "chance": 0.001, "excess": 1.0, "company_bits": 0.0, "port_bits": 0.0, "identity_bits": 0.0, "own": True,
        "look_alikes": 0, "recurring_bits": 0.0, "support": 0.01, "everybody_moved": 0.0,
    }  # fmt: skip
    marks = (
        "in_parts", "found_again", "unresolved", "seized", "returned_lawfully", "reexported", "mended_or_passed",
        "in_bond", "moved_for_good", "in_season", "under_way",
    )  # fmt: skip
    return features(**(usual | dict.fromkeys(marks, False) | values))


def test_as_far_as_all_moved_the_port_of_entry_and_later_entries_say_nothing() -> None:
    by_itself, in_part, with_all = (told(port_bits=2.0, everybody_moved=moved) for moved in (0.0, 0.5, 1.0))
    for name in ("rarity", "new_port", "support"):
        assert by_itself[name] > in_part[name] > with_all[name]
    assert with_all["new_port"] == with_all["support"] == 0.0


@pytest.mark.parametrize(
    ("known", "usual"),
    [
        ({}, 1.0),
        ({"port_bits": -0.5}, 0.5),
        ({"port_bits": 1.5}, 0.0),  # it never enters anything there
        ({"identity_bits": 8.0}, 0.0),  # and it came in the same box
        ({"own": False}, 0.0),  # another enters it
        ({"company_bits": 1.0}, 0.5),
        ({"company_bits": 6.0}, 0.0),  # another of its stopped lots came back
        ({"in_bond": True}, 0.0),
        ({"everybody_moved": 1.0}, 0.0),
    ],
)
def test_goods_alike_at_a_port_that_the_importer_uses_are_its_usual_lot(known: dict[str, Any], usual: float) -> None:
    assert told(**({"port_bits": -1.2} | known))["usual_lot"] == pytest.approx(usual)


@pytest.mark.parametrize(
    ("winter", "summer", "usual"),
    [
        ("1703", "1001", True),  # south in winter, north in summer, every year
        ("1703", "1703", False),  # at that port all year: it was never driven from the other
        ("5301", "1001", False),  # in winter elsewhere, but not where the goods came in
    ],
)
def test_a_port_that_is_used_in_the_same_season_every_year_is_usual(winter: str, summer: str, usual: bool) -> None:
    days = np.arange(0, 3 * 365, 12, dtype=np.int64)
    in_winter = (days % 365 < 90) | (days % 365 > 300)
    ports = np.where(in_winter, winter, summer).astype(object)
    filed = Filings({"55-0000001": slice(0, len(days))}, days, ports, np.full(len(days), "9403", dtype=object), ports)
    found = moved(
        "55-0000001", port="1001", mode="1", day=2 * 365 + 280, return_day=2 * 365 + 340, return_port="1703",
        hts4="9403", filed=filed, flow=Traffic(0, {}, {}),
    )  # fmt: skip
    assert found.in_season.usual is usual
    assert found.in_season.entries >= 4
