"""Pairs of lots and lines as row numbers of two tables."""

import numpy as np
import pyarrow as pa

from graph.detect.reentry.pairs import Pairs


def lists(*rows: list[str] | None) -> pa.Array:
    return pa.array(rows, pa.list_(pa.string()))


def test_lists_share_a_text_whatever_their_lengths_and_the_order_of_pairs() -> None:
    lots = pa.table({"boxes": lists(["A", "B"], None, ["C"], [], ["D", "E", "F"])})
    lines = pa.table({"boxes": lists(["B", "X"], ["C"], None, ["F"], ["Y", "Z"])})
    lot, line = np.divmod(np.arange(25)[::-1], 5)
    same, ours, theirs = Pairs(lots, lines, lot, line).shared("boxes", "boxes")
    met = {(int(a), int(b)) for a, b in zip(lot[same], line[same], strict=True)}
    assert met == {(0, 0), (2, 1), (4, 3)}
    assert set(lot[~ours].tolist()) == {1, 3}
    assert set(line[~theirs].tolist()) == {2}


def test_a_text_is_looked_up_in_lists_and_an_unknown_one_is_in_none() -> None:
    lots = pa.table({"boxes": lists(["A", "B"], ["C"])})
    lines = pa.table({"box": pa.array(["B", None, "C"])})
    lot, line = np.divmod(np.arange(6), 3)
    same, _, known = Pairs(lots, lines, lot, line).shared("boxes", "box")
    assert same.tolist() == [True, False, False, False, False, True]
    assert known.tolist() == [True, False, True] * 2


def test_texts_of_tables_in_several_chunks_are_numbered_alike() -> None:
    lots = pa.concat_tables([pa.table({"maker": ["M1"]}), pa.table({"maker": pa.array([None, "M2"])})])
    lines = pa.concat_tables([pa.table({"maker": ["M2"]}), pa.table({"maker": ["M1"]})])
    pairs = Pairs(lots, lines, np.array([0, 1, 2, 2]), np.array([1, 0, 0, 1]))
    same, known = pairs.same("maker")
    assert same.tolist() == [True, False, True, False]
    assert known.tolist() == [True, False, True, True]
    assert pairs.filter(same).lot.tolist() == [0, 2]
