"""How far an importer that left a port left it with everybody."""

import pytest

from graph.detect.reentry.features import features
from graph.detect.reentry.movement import Movement


def movement(*, cohort: float, on_return: float) -> Movement:
    return Movement(20, 15, 50, 0.6, 0.5, cohort, 0.01, 0.1, None, None, 0, on_return)


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
            recurring_bits=0.0, found_again=False, unresolved=False, returned_lawfully=False, reexported=False,
            mended_or_passed=False, in_bond=False, support=0.01, everybody_moved=everybody_moved,
            moved_for_good=False,
        )  # fmt: skip

    by_itself, in_part, with_all = told(0.0), told(0.5), told(1.0)
    for name in ("rarity", "new_port", "support"):
        assert by_itself[name] > in_part[name] > with_all[name]
    assert with_all["new_port"] == with_all["support"] == 0.0
