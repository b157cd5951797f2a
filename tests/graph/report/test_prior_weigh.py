"""What reasons are worth, alone and together."""

from datetime import date

import pytest

from graph.report.prior.weigh import (
    LEFT_WHEN_COMMON,
    OLD,
    TARIFF_WORTHS,
    WORTHS,
    Reason,
    joined,
    likeness,
    rarity,
    recency,
    shared_digits,
)


def test_a_firm_is_worth_more_than_a_maker_than_a_case_than_a_tariff_number_than_a_port() -> None:
    worths = [WORTHS["importer"], WORTHS["manufacturer"], WORTHS["case"], TARIFF_WORTHS[8], WORTHS["port"]]
    assert worths == sorted(worths, reverse=True)
    assert list(TARIFF_WORTHS.values()) == sorted(TARIFF_WORTHS.values(), reverse=True)


def test_what_few_name_is_worth_more() -> None:
    shares = [rarity(naming, 1_000) for naming in (1, 10, 100, 1_000, 5_000)]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (1.0, LEFT_WHEN_COMMON)


def test_age_takes_some_of_the_likeness_and_never_all() -> None:
    today = date(2025, 1, 1)
    kept = [recency(date(year, 1, 1), today) for year in (2025, 2024, 2015, 1990)]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == 1.0
    assert kept[-1] == pytest.approx(OLD, abs=0.01)
    assert recency(None, today) == recency(date(2026, 1, 1), today) == 1.0


@pytest.mark.parametrize("worths", [(0.9,), (0.9, 0.15), (0.4, 0.35, 0.15), ()])
def test_a_further_reason_never_lowers_a_score(worths: tuple[float, ...]) -> None:
    reasons = [Reason("port", "", "", worth) for worth in worths]
    more = joined([*reasons, Reason("text", "", "", 0.1)])
    assert 0 <= joined(reasons) < more < 1


@pytest.mark.parametrize(
    ("one", "other", "digits"),
    [
        ("7326200020", "7326200020", 10), ("7326200020", "7326200090", 8), ("73262000", "7326200020", 8),
        ("732620", "7326209000", 6), ("7326200020", "7326901000", 4), ("7326", "7326", 4), ("7326", "7317", 0),
    ],
)  # fmt: skip
def test_tariff_numbers_are_alike_down_to_the_heading(one: str, other: str, digits: int) -> None:
    assert shared_digits(one, other) == shared_digits(other, one) == digits


def test_rare_words_count_more_and_a_single_one_of_many_not_at_all() -> None:
    asked = {"wire": "wire", "hanger": "hangers", "good": "goods"}
    naming = {"wire": 5, "hanger": 2, "good": 100}
    rare = likeness(asked, ("wire", "hanger"), naming=naming, of=100)
    common = likeness(asked, ("wire", "good"), naming=naming, of=100)
    assert likeness(asked, ("hanger",), naming=naming, of=100) == 0
    assert 0 < common < rare < 1
    assert likeness(asked, asked, naming=naming, of=100) == 1
    assert 0 < likeness({"wire": "wire", "hanger": "hangers"}, ("wire",), naming=naming, of=100) < 0.5
    assert likeness({"hanger": "hangers"}, ("hanger",), naming=naming, of=100) == 1
