"""Who is looked at beside whom: a newcomer and somebody who left, where both hold something that few others hold.

Invariant: a value held by more than `RARE` parties joins nobody, so the number of pairs grows with the number of
newcomers and never with the square of anything.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.succession.on_file import KINDS
from graph.detect.succession.trade import Ints

# A successor begins between so many days before and after the predecessor's end.
BEFORE_DAYS, AFTER_DAYS = 60, 365
WINDOW_DAYS = BEFORE_DAYS + AFTER_DAYS
# Parties whose first line stands so soon after the first of all were perhaps there before.
LEARNING_DAYS = 60
# The predecessor was there at least so long before the successor.
EARLIER_DAYS = 30
# How many parties may hold a value that brings two of them together.
RARE = 25
# Where the predecessor has not ended, only values this rare bring them together.
RARE_BESIDE = 8
# Stand-ins: the newcomer's beginning moved back, so that no succession is thinkable while all else stays.
SHIFTS = (WINDOW_DAYS, 2 * WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Predecessor and successor by party number; `shift` is 0, or the days by which a stand-in was moved."""

    old: Ints
    new: Ints
    shift: Ints


def keys(trade: dict[str, ir.Table], filed: ir.Table) -> ir.Table:
    """(kind, value, party, key_first, key_last): what can bring two parties together.

    `trade` has spells by column. What is on file has no days of its own.
    """
    rows = [
        t.select("party", "value", kind=ibis.literal(kind), key_first=t.first_day, key_last=t.last_day)
        for kind, t in trade.items()
    ]
    none = ibis.null("int64")
    known = filed.filter(filed.kind.isin(list(KINDS)))
    rows.append(known.select("party", "value", kind=known.kind, key_first=none, key_last=none))
    return ibis.union(*rows)


def pairs(held: ir.Table, everybody: ir.Table, *, first_day: int, shift: int) -> pa.Table:
    """(old, new) party names of all pairs worth comparing, of the real window or of one moved by `shift` days."""
    few = held.group_by("kind", "value").agg(holders=held.party.nunique())
    few = few.filter(few.holders.between(2, RARE))
    rare = held.join(few, ["kind", "value"]).join(everybody, "party")
    new = rare.filter(rare.first_day >= first_day + LEARNING_DAYS + shift)
    new = new.select("kind", "value", new="party", began=new.first_day - shift)
    old = rare.select(
        "kind", "value", "holders", "key_last", old="party", old_first=rare.first_day, old_last=rare.last_day
    )
    t = new.join(old, ["kind", "value"])
    gap, key_gap = t.began - t.old_last, t.began - t.key_last
    ended = gap.between(-BEFORE_DAYS, AFTER_DAYS)
    key_ended = ibis.coalesce(key_gap.between(-BEFORE_DAYS, AFTER_DAYS), ibis.literal(value=False))
    beside = (gap < -BEFORE_DAYS) & (t.holders <= RARE_BESIDE)
    t = t.filter(t.old != t.new, t.old_first <= t.began - EARLIER_DAYS, ended | key_ended | beside)
    found: pa.Table = t.select("old", "new").distinct().to_pyarrow()
    return found


def both(*found: pa.Table) -> tuple[pa.Table, Ints]:
    """The pairs of several windows in one table, and the window's number of each."""
    table = pa.concat_tables(found).combine_chunks()
    return table, np.repeat(np.arange(len(found)), [part.num_rows for part in found]).astype(np.int64)
