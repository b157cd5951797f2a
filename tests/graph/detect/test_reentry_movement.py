"""How far an importer that left a port left it with everybody."""

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


def test_as_far_as_all_moved_the_port_of_entry_and_later_entries_say_nothing() -> None:
    def told(everybody_moved: float) -> dict[str, float]:
        return features(
            chance=0.001, excess=1.0, company_bits=0.0, port_bits=2.0, in_parts=False, look_alikes=0,
            recurring_bits=0.0, found_again=False, unresolved=False, seized=False, returned_lawfully=False,
            reexported=False, mended_or_passed=False, in_bond=False, support=0.01, everybody_moved=everybody_moved,
            moved_for_good=False, in_season=False,
        )  # fmt: skip

    by_itself, in_part, with_all = told(0.0), told(0.5), told(1.0)
    for name in ("rarity", "new_port", "support"):
        assert by_itself[name] > in_part[name] > with_all[name]
    assert with_all["new_port"] == with_all["support"] == 0.0


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
    filed = Filings({"55-0000001": slice(0, len(days))}, days, ports, np.full(len(days), "9403", dtype=object))
    found = moved(
        "55-0000001", port="1001", mode="1", day=2 * 365 + 280, return_day=2 * 365 + 340, return_port="1703",
        hts4="9403", filed=filed, flow=Traffic(0, {}, {}),
    )  # fmt: skip
    assert found.in_season.usual is usual
    assert found.in_season.entries >= 4
