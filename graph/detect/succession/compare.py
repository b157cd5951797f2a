"""How much a pair speaks for one firm under two names, in bits, with the rate of chance agreement counted in the data.

Each field weighs log2(m/u) as in Fellegi and Sunter (A theory for record linkage, JASA 1969): m, how often a
successor keeps it, is declared here with its reason; u, how often an unrelated newcomer agrees, follows from how
many hold the value, and for habits of trade from how often stand-ins agree, since customers of one maker are alike.
From the sum, log2 of the number of parties that left in the newcomer's window is taken away: among more that left
one finds a likeness more easily.

Invariant: a value that everybody holds weighs nothing, and a value missing on either side weighs nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from graph.detect.succession.candidates import (
    AFTER_DAYS,
    BEFORE_DAYS,
    SLOW_DAYS,
    WINDOW_DAYS,
    Pairs,
)
from graph.detect.succession.on_file import KINDS
from graph.detect.succession.parties import Parties
from graph.detect.succession.partners import (
    most_used,
    partners_shared,
    sole_customer,
    taken_up,
    turned_together,
    usual_customer,
    volume,
    was_customer,
)
from graph.detect.succession.trade import (
    SHORTEST_SPAN_DAYS,
    Bools,
    Floats,
    Held,
    Ints,
)

# How often a successor keeps each: makers and tariff numbers are the business itself; filers are convenience; a surety
# that paid once does not sign again.
KEPT = {
    "hts": 0.8, "origin": 0.9, "filer": 0.6, "exporter": 0.7, "surety": 0.4, "consignee": 0.4,
}  # fmt: skip
# About half of those that change their name keep something on file that leads back to them.
KEPT_ON_FILE = {
    "phone": 0.4, "e-mail": 0.25, "domain": 0.3, "address": 0.35, "plant": 0.35, "officer": 0.4, "agent": 0.3,
    "bond": 0.1, "name": 0.3,
}  # fmt: skip
# Values of one group hang together; after the strongest, further ones count by this share.
FURTHER_OF_GROUP = 0.4
PAIR = 2.0
# How unlike and how alike two mixes of ports may count, in bits; the old one's has two lines of everybody's in it.
LEAST_MIX, MOST_MIX = -2.0, 6.0
EVERYBODYS_LINES = 2.0
# Days from the predecessor's last line to the newcomer's first, with how often a succession falls there.
GAPS = (-BEFORE_DAYS, -15, 30, 90, 180, AFTER_DAYS + 1)
GAP_KEPT = (0.12, 0.42, 0.24, 0.12, 0.10)
# The predecessor has faded where less than this share of its pace is left.
FADED = 0.5
# What a party did in the last so many days tells whether it is still there.
RECENT_DAYS = 180
HISTORY_DAYS = 365
# Fewer entries than this say little of a pace.
EXPECTED_ENTRIES = 2.0
SUREST = 2.0


@dataclass(frozen=True, slots=True)
class Compared:
    """What each pair shows; all arrays are as long as the pairs.

    `fields` holds bits by field; `gap` is in days and NaN where the predecessor has not ended. `remaining` is the
    share of its pace that the predecessor kept, `stopped` -log10 of the probability that so little is chance.
    `replaced` is the newcomer's yearly pace over the predecessor's, `covered` the share of the newcomer's lines with
    partners that the predecessor had, `taken` the share of the predecessor's lines with partners that the newcomer has.
    `goes_on` is the share of its pace, up to 1, with which the predecessor trades once a slow hand-over would be over.
    `gone` is whether the predecessor has ended or fallen to half by the last day, whoever came after it.
    `lots` is how far the usual values of a line of the same goods lie apart, in doublings; NaN without such goods.
    `volume` is the share of the old one's pace that the newcomer goes on with, `scattered` from 0 to 1 how many others
    began with the old one's partners at the time, `customer` whether the newcomer was consignee of its goods before,
    `sole_customer` of what share of them, `turned` how many shared partners turned to the newcomer at one time.
    """

    began: Ints
    gap: Floats
    remaining: Floats
    stopped: Floats
    gone: Bools
    goes_on: Floats
    replaced: Floats
    covered: Floats
    taken: Floats
    shared_partners: Ints
    lots: Floats
    volume: Floats
    scattered: Floats
    parted: Floats
    customer: Floats
    sole_customer: Floats
    turned: Floats
    fields: dict[str, Floats]
    pool: Floats
    total: Floats


def compare(pairs: Pairs, known: Parties) -> Compared:
    """Score all pairs, stand-ins among them, which also give the chance rates of habits."""
    began = known.first_day[pairs.new] - pairs.shift
    until = known.until - np.maximum(pairs.shift, 0)
    gap, remaining, stopped = _stopped(pairs.old, began, until, known)
    fields = {"timing": _timing(gap)}
    fields["partner"], covered, taken, shared = partners_shared(pairs, began, known)
    strata = (shared > 0).astype(np.int64)
    none = np.zeros(len(pairs.old))
    for name, habit in known.habits.items():
        usual = usual_customer(pairs, known) if name == "consignee" else none
        fields[name] = _mix(habit, pairs) if name == "port" else _habit(name, habit, pairs, strata, usual)
    fields |= _filed(pairs, known.on_file)
    customer = was_customer(pairs, known)
    if "consignee" in fields:  # that its former supplier's goods went to it does not make it its supplier
        fields["consignee"] = np.where(customer > 0, np.minimum(fields["consignee"], 0.0), fields["consignee"])
    low = np.searchsorted(known.leaving_days, began - AFTER_DAYS)
    high = np.searchsorted(known.leaving_days, began + BEFORE_DAYS)
    pool = np.maximum(high - low, 1).astype(np.float64)
    total = np.sum(list(fields.values()), axis=0) - np.log2(pool)
    pace_before = _pace(pairs.old, began - HISTORY_DAYS, np.minimum(began, known.last_day[pairs.old] + 1), known)
    first = known.first_day[pairs.new]
    pace_after = _pace(pairs.new, first, np.minimum(first + HISTORY_DAYS, known.until + 1), known)
    return Compared(
        began, gap, remaining, stopped, _gone(pairs.old, until, known), _goes_on(pairs.old, began, until, known),
        pace_after / np.maximum(pace_before, 1e-9),
        covered, taken, shared, _lots(pairs, known.habits["hts"]), volume(pairs, known),
        *taken_up(pairs, began, known), customer, sole_customer(pairs, known), turned_together(pairs, began, known),
        fields, pool,
        np.asarray(total, dtype=np.float64),
    )  # fmt: skip


def _pace(party: Ints, from_day: Ints, to_day: Ints, known: Parties) -> Floats:
    """Entries a year between two days, over thirty days at least."""
    start = np.maximum(from_day, known.first_day[party])
    days = np.maximum(to_day - start, 30)
    return np.asarray(known.calendar.between(party, start, to_day) / days * 365.0)


def _stopped(old: Ints, began: Ints, until: Ints, known: Parties) -> tuple[Floats, Floats, Floats]:
    """Gap in days, the share of the pace that is left, and how sure it is that the pace fell."""
    first, last = known.first_day[old], known.last_day[old]
    ended = last <= began + BEFORE_DAYS
    split = np.where(ended, last + 1, began + BEFORE_DAYS)
    start = np.maximum(first, np.minimum(split, began) - HISTORY_DAYS)
    stop = np.minimum(split + HISTORY_DAYS, until + 1)
    before, after = known.calendar.between(old, start, split), known.calendar.between(old, split, stop)
    days_before = np.maximum(split - start, 1).astype(np.float64)
    days_after = np.maximum(stop - split, 0).astype(np.float64)
    share = days_after / (days_before + days_after)
    tail = binom.cdf(after, before + after, np.clip(share, 1e-9, 1 - 1e-9))
    with np.errstate(divide="ignore", invalid="ignore"):
        remaining = (after / np.maximum(days_after, 1.0)) / np.maximum(before / days_before, 1e-9)
    remaining = np.where(days_after < 1, 1.0, remaining)
    stopped = np.where(remaining <= FADED, np.minimum(-np.log10(np.maximum(tail, 1e-12)), SUREST), 0.0)
    gap = np.where(ended, (began - last).astype(np.float64), np.nan)
    return gap, np.asarray(remaining, dtype=np.float64), np.asarray(stopped, dtype=np.float64)


def _gone(old: Ints, until: Ints, known: Parties) -> Bools:
    """Whether a party's pace in its last days before `until` is at most half of what it was."""
    first, recently = known.first_day[old], until - RECENT_DAYS
    before = known.calendar.between(old, first, recently) / np.maximum(recently - first, 30)
    return np.asarray(known.calendar.between(old, recently, until + 1) / RECENT_DAYS <= FADED * before)


def _goes_on(old: Ints, began: Ints, until: Ints, known: Parties) -> Floats:
    """The share of its pace before, from 0 to 1, with which the predecessor trades in the year after a slow hand-over.

    So much must be seen that two entries were to be expected; fewer count as if some were missing.
    """
    first = known.first_day[old]
    before = known.calendar.between(old, first, began) / np.maximum(began - first, SHORTEST_SPAN_DAYS)
    from_day = np.minimum(began + SLOW_DAYS, np.maximum(until - RECENT_DAYS, began + BEFORE_DAYS))
    to_day = np.minimum(from_day + HISTORY_DAYS, until + 1)
    expected = before * np.maximum(to_day - from_day, 0)
    found = known.calendar.between(old, from_day, to_day)
    return np.asarray(np.minimum(found / np.maximum(expected, EXPECTED_ENTRIES), 1.0))


def _timing(gap: Floats) -> Floats:
    widths = np.diff(np.asarray(GAPS)) / WINDOW_DAYS
    bits = np.log2(np.asarray(GAP_KEPT) / widths)
    place = np.clip(np.searchsorted(GAPS, np.nan_to_num(gap, nan=0.0), side="right") - 1, 0, len(GAP_KEPT) - 1)
    return np.where(np.isnan(gap), 0.0, bits[place])


def _habit(name: str, of: Held, pairs: Pairs, strata: Ints, usual: Floats) -> Floats:
    """Bits for whether the newcomer's most used value is among the predecessor's; chance is no less than `usual`."""
    if not len(of.value):
        return np.zeros(len(pairs.old))
    main = most_used(of)[pairs.new]
    there = (main >= 0) & (np.diff(of.start)[pairs.old] > 0)
    agree = (of.lookup(pairs.old, np.where(main >= 0, of.value[main], -1)) >= 0) & there
    drawn = of.holders / max(float(of.holders.sum()), 1.0)
    owner = np.repeat(np.arange(len(of.start) - 1), np.diff(of.start))
    reach = np.bincount(owner, weights=drawn[of.value], minlength=len(of.start) - 1)[pairs.old]
    bits = np.zeros(len(main))
    for stratum in (0, 1):
        here = (strata == stratum) & there
        control = here & (pairs.shift != 0)
        # Ten pairs are spread as the holders' shares say, so that few stand-ins do not settle a rate.
        seen = float(agree[control].sum()) + 10 * float(reach[here].mean() if here.any() else 0.0)
        lift = seen / max(float(reach[control].sum()) + 10 * float(reach[here].mean() if here.any() else 0.0), 1e-9)
        chance = np.clip(np.maximum(reach * max(lift, 1.0), usual), 1e-5, 0.95)
        kept = np.maximum(KEPT[name], chance)
        found = np.where(agree, np.log2(kept / chance), np.log2((1 - kept + 0.02) / (1 - chance + 0.02)))
        bits = np.where(here, found, bits)
    return bits


def _mix(of: Held, pairs: Pairs) -> Floats:
    """Bits a line by which the newcomer's values are likelier drawn from the predecessor's than from everybody's.

    A firm that brings its goods in over three ports in certain shares goes on so under another number; one that only
    buys of the same maker has its warehouse elsewhere.
    """
    count = len(pairs.old)
    if not len(of.value):
        return np.zeros(count)
    owner = np.repeat(np.arange(len(of.start) - 1), np.diff(of.start))
    lines = np.bincount(owner, weights=of.lines, minlength=len(of.start) - 1)
    everybody = np.bincount(of.value, weights=of.lines, minlength=len(of.values))
    everybody = np.maximum(everybody / max(float(everybody.sum()), 1.0), 1e-6)
    place, row = of.spread(pairs.new)
    theirs = of.lookup(pairs.old[place], of.value[row])
    drawn = np.where(theirs >= 0, of.lines[theirs], 0.0)
    share = everybody[of.value[row]]
    likelier = (drawn + EVERYBODYS_LINES * share) / (lines[pairs.old][place] + EVERYBODYS_LINES) / share
    weight = of.lines[row] / np.maximum(lines[pairs.new][place], 1.0)
    bits = np.bincount(place, weights=weight * np.log2(likelier), minlength=count)
    known = (lines[pairs.old] > 0) & (lines[pairs.new] > 0)
    return np.where(known, np.clip(bits, LEAST_MIX, MOST_MIX), 0.0)


def _lots(pairs: Pairs, goods: Held) -> Floats:
    """How unlike the values of a line are, over the goods that both have, by the newcomer's lines."""
    place, row = goods.spread(pairs.new)
    other = goods.lookup(pairs.old[place], goods.value[row])
    apart = np.abs(goods.lot[row] - goods.lot[other]) if len(goods.lot) else np.zeros(0)
    weight = np.where((other >= 0) & ~np.isnan(apart), goods.lines[row], 0.0)
    lines = np.bincount(place, weights=weight, minlength=len(pairs.old))
    total = np.bincount(place, weights=weight * np.nan_to_num(apart), minlength=len(pairs.old))
    return np.where(lines > 0, total / np.maximum(lines, 1.0), np.nan)


def _filed(pairs: Pairs, on_file: dict[str, Held]) -> dict[str, Floats]:
    """Bits by group of what is on file."""
    by_group: dict[str, list[Floats]] = {}
    for kind, of in on_file.items():
        best = np.zeros(len(pairs.old))
        if of.holding > 1:
            place, row = of.spread(pairs.new)
            mine = of.lookup(pairs.old[place], of.value[row]) >= 0
            chance = np.clip((of.holders[of.value[row]] - 0.5) / of.holding, 1e-9, KEPT_ON_FILE[kind])
            # Of a pair's tie the less is left, the more have the same on file and nothing to do with either.
            left = PAIR / (PAIR + of.strangers[of.value[row]])
            np.maximum.at(best, place[mine], (left * np.log2(KEPT_ON_FILE[kind] / chance))[mine])
            sizes = np.diff(of.start)
            differ = (sizes[pairs.new] > 0) & (sizes[pairs.old] > 0) & (best <= 0)
            best = np.where(differ, np.log2(1 - KEPT_ON_FILE[kind]), best)
        by_group.setdefault(KINDS[kind][1], []).append(best)
    bits: dict[str, Floats] = {}
    for group, found in by_group.items():
        each = np.stack(found)
        top = each.max(axis=0)
        rest = np.maximum(each, 0.0).sum(axis=0) - np.maximum(top, 0.0)
        bits[group] = np.where(top > 0, top + FURTHER_OF_GROUP * rest, each.mean(axis=0))
    return bits
