"""Who is looked at beside whom: a newcomer and somebody who left, where both hold something that few others hold.

Invariant: a value held by more than `RARE` parties joins nobody, so the number of pairs grows with the number of
newcomers and never with the square of anything.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from graph.detect.succession.trade import Ints
from graph.facts.columns import surely

# A successor begins between so many days before and after the predecessor's end.
BEFORE_DAYS, AFTER_DAYS = 60, 365
WINDOW_DAYS = BEFORE_DAYS + AFTER_DAYS
# A slow hand-over: the predecessor goes on beside its successor for so long and then ends.
SLOW_DAYS = 300
# Parties whose first line stands so soon after the first of all were perhaps there before.
LEARNING_DAYS = 60
# The predecessor was there at least so long before the successor.
EARLIER_DAYS = 30
# How many parties may hold a value that brings two of them together.
RARE = 25
# Where the predecessor goes on for longer, only values this rare bring them together.
RARE_BESIDE = 8
# Two numbers within so many letters of each other, one with nothing on file, are one with a slip of the pen.
SLIPS = 3
# The number in the street in a maker's number, before the three letters of its city.
STREET_NUMBER = "[0-9]+([A-Z]{3})$"
# Stand-ins: the newcomer's beginning moved by more than the window, either way, so that no succession is thinkable
# while all else stays. The windows do not meet, so that one stand-in is not counted twice.
SHIFTS = (-2 * WINDOW_DAYS, -WINDOW_DAYS, WINDOW_DAYS, 2 * WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Predecessor and successor by party number; `shift` is 0, or the days by which a stand-in was moved."""

    old: Ints
    new: Ints
    shift: Ints


def pairs(rare: ir.Table, everybody: ir.Table, *, first_day: int, last_day: int, country_bound: bool) -> ir.Table:
    """(old, new, shift) of all pairs worth comparing, of the real window (shift 0) and of those moved by `SHIFTS` days.

    `rare` has (kind, value, party, key_last, holders): what few parties hold, and when each last used it in trade;
    `everybody` says besides whether a party has a record of its own (`recorded`). `first_day` and `last_day` are those
    of the facts: no newcomer may seem to begin outside them.
    """
    rare = rare.join(everybody, "party")
    new = rare.cross_join(ibis.memtable({"shift": [0, *SHIFTS]}, schema={"shift": "int64"}))
    forward, backward = ibis.greatest(new["shift"], 0), ibis.least(new["shift"], 0)
    new = new.filter(
        new.first_day >= first_day + LEARNING_DAYS + forward, new.first_day <= last_day + backward
    ).select(
        "kind", "value", "recorded", "shift", new="party", began=new.first_day - new["shift"],
        earlier=new.first_day - EARLIER_DAYS - forward,
    )  # fmt: skip
    old = rare.select(
        "kind", "value", "holders", "key_last", old="party", old_first=rare.first_day, old_last=rare.last_day,
        old_recorded="recorded",
    )  # fmt: skip
    t = new.join(old, ["kind", "value"])
    gap, key_gap = t.began - t.old_last, t.began - t.key_last
    ended = gap.between(-BEFORE_DAYS, AFTER_DAYS)
    key_ended = surely(key_gap.between(-BEFORE_DAYS, AFTER_DAYS))
    beside = (gap < -BEFORE_DAYS) & ((gap >= -SLOW_DAYS) | (t.holders <= RARE_BESIDE))
    one_number = t.old.levenshtein(t.new) <= SLIPS
    if country_bound:
        one_number |= _less_a_street_number(t.old, t.new)
    misspelled = ~(t.recorded & t.old_recorded) & one_number
    # There before the newcomer truly began, and before it seems to begin.
    t = t.filter(t.old != t.new, t.old_first <= t.earlier, ended | key_ended | beside, ~misspelled)
    if country_bound:
        t = t.filter(t.old.substr(0, 2) == t.new.substr(0, 2))
    return t.select("old", "new", "shift").distinct()


def _less_a_street_number(one: ir.StringValue, other: ir.StringValue) -> ir.BooleanValue:
    """Whether two makers' numbers are one, but that one of them leaves the number in the street out.

    A slip of the pen in the rest does not part them.
    """
    of_one, of_other = (number.re_replace(STREET_NUMBER, r"\1") for number in (one, other))
    left_out = ((of_one == one) | (of_other == other)) & ((of_one != one) | (of_other != other))
    return left_out & (of_one.levenshtein(of_other) <= 1)
