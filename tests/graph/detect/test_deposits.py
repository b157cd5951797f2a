"""Deposits under orders: who goes on to pay them, who declares the same goods of the same maker without."""

from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from graph.detect.succession.deposits import NONE, Deposits, deposits

OLD, NEW = "51-000000100", "61-000000100"
MAKER, OTHER = "CNOLDKILN12FOS", "VNNEWLOOM31HAN"


def bought(party: str, *, days: range, under: set[int] | None = None, **values: Any) -> list[dict[str, Any]]:
    """A line a day, with deposits on the days `under` alone."""
    row: dict[str, Any] = {"party": party, "partner": MAKER, "origin": "CN", "hts": "6910100015"}
    return [row | {"day": day, "deposited": day in (under or ())} | values for day in days]


def lines(*rows: list[dict[str, Any]]) -> ir.Table:
    schema = dict.fromkeys(("party", "partner", "origin", "hts"), "string") | {"day": "int64", "deposited": "boolean"}
    return ibis.memtable([row for some in rows for row in some], schema=schema)


def told(*rows: list[dict[str, Any]]) -> Deposits:
    return deposits(lines(*rows), [(OLD, NEW)]).get((OLD, NEW), NONE)


PAID = bought(OLD, days=range(20), under=set(range(10, 20)))


def test_who_declares_the_goods_of_the_same_maker_without_leaves_the_deposits_behind() -> None:
    assert told(PAID, bought(NEW, days=range(30, 40))) == Deposits(0.0, 1.0, (MAKER,))


def test_who_goes_on_to_pay_bears_the_order() -> None:
    assert told(PAID, bought(NEW, days=range(30, 40), under=set(range(30, 40)))) == Deposits(1.0, 0.0)


def test_a_share_of_the_goods_that_is_out_of_scope_stays_so() -> None:
    half = bought(OLD, days=range(20), under=set(range(0, 20, 2)))
    found = told(half, bought(NEW, days=range(30, 40), under=set(range(30, 40, 2))))
    assert found.paid == pytest.approx(0.95, abs=0.06)
    assert not found.makers


@pytest.mark.parametrize("values", [{"partner": OTHER}, {"hts": "9403608081"}])
def test_other_goods_owe_no_deposits(values: dict[str, Any]) -> None:
    assert told(PAID, bought(NEW, days=range(30, 40), **values)) == NONE


def test_one_line_says_nothing() -> None:
    assert told(PAID, bought(NEW, days=range(30, 31))) == NONE


def test_lines_of_no_known_type_say_nothing() -> None:
    assert told(PAID, bought(NEW, days=range(30, 40), deposited=None)) == NONE


def test_an_order_that_took_effect_after_the_old_one_is_borne_by_who_pays() -> None:
    before = bought(OLD, days=range(20))
    assert told(before, bought(NEW, days=range(30, 40), under=set(range(34, 40)))) == Deposits(1.0, 0.0)


def test_who_pays_on_the_goods_of_other_makers_of_the_country_bears_the_order_too() -> None:
    def paying(**values: Any) -> Deposits:
        other: dict[str, Any] = {"partner": "CNNEWLOOM31HAN"}
        return told(PAID, bought(NEW, days=range(30, 40), under=set(range(30, 40)), **other | values))

    assert paying() == Deposits(1.0, 0.0)
    assert paying(origin="VN") == NONE
    assert paying(hts="9403608081") == NONE


def test_deposits_on_the_goods_of_others_do_not_make_up_for_those_that_are_gone() -> None:
    gone = bought(NEW, days=range(30, 40))
    others = bought(NEW, days=range(40, 80), under=set(range(40, 80)), partner="CNNEWLOOM31HAN")
    assert told(PAID, gone, others) == Deposits(0.0, 1.0, (MAKER,))
