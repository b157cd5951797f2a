"""What a pair's partners say: how rare those are that both have, how much of the trade went on, and who else took it.

Invariant: all arrays are as long as the pairs; where a side has no partners on its lines, nothing is said.
"""

import numpy as np

from graph.detect.succession.candidates import BEFORE_DAYS, LEARNING_DAYS, Pairs
from graph.detect.succession.parties import Parties
from graph.detect.succession.trade import LONG_STANDING_DAYS, SHORTEST_SPAN_DAYS, Floats, Held, Ints

# How often a successor keeps a partner: they are the business itself.
PARTNER_KEPT = 0.8
# A maker whose goods the predecessor went on buying was not handed over.
NOT_HANDED_OVER = 0.4
MOST_PARTNERS = 24
MOST_BITS = 30.0
# All of the newcomer's trade with partners that the predecessor never had.
OTHER_PARTNERS_BITS = -3.0
# Who takes up what somebody has left does so within so many days of the newcomer.
TAKEN_UP_DAYS = 120
# How often others begin with a partner is counted over at least so many days.
USUAL_DAYS = 180


def partners_shared(pairs: Pairs, began: Ints, known: Parties) -> tuple[Floats, Floats, Floats, Ints]:
    """Bits of shared partners, the covered and the taken share, and how many are shared."""
    partner, count = known.partner, len(pairs.old)
    if not len(partner.value):
        return np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64)
    place, row = partner.spread(pairs.new, most=MOST_PARTNERS)
    mine = partner.lookup(pairs.old[place], partner.value[row])
    both = mine >= 0
    cohort = dealing_alike(pairs.new, known.heading)
    chance = np.clip((partner.holders[partner.value[row]] - 0.5) / cohort[place], 1e-6, 0.5)
    given = np.where(partner.last_day[mine] <= began[place] + BEFORE_DAYS, 1.0, NOT_HANDED_OVER)
    bits = np.where(both, given * np.log2(PARTNER_KEPT / chance), 0.0)
    lines_of = np.bincount(place, weights=partner.lines[row], minlength=count)
    covered = np.bincount(place, weights=partner.lines[row] * both, minlength=count) / np.maximum(lines_of, 1.0)
    place_old, row_old = partner.spread(pairs.old)
    theirs = partner.lookup(pairs.new[place_old], partner.value[row_old]) >= 0
    lines_old = np.bincount(place_old, weights=partner.lines[row_old], minlength=count)
    taken = np.bincount(place_old, weights=partner.lines[row_old] * theirs, minlength=count)
    agreed = np.minimum(np.bincount(place, weights=bits, minlength=count), MOST_BITS)
    against = np.where(lines_of > 0, (1 - covered) * OTHER_PARTNERS_BITS, 0.0)
    shared = np.bincount(place, weights=both.astype(np.float64), minlength=count).astype(np.int64)
    return agreed + against, covered, taken / np.maximum(lines_old, 1.0), shared


def taken_up(pairs: Pairs, began: Ints, known: Parties) -> tuple[Floats, Floats]:
    """The shares of the old one's trade that others took up around the change: firms of long standing, and newcomers.

    By partner: the pace of those that began with it then, beyond what is usual, over that of the old one or of all that
    took it up, whichever is more. What the pair itself took up is left out. Where a firm gives up and its customers go
    to many, none of them is the firm.
    """
    partner, count = known.partner, len(pairs.old)
    if not len(partner.value):
        return np.zeros(count), np.zeros(count)
    place, row = partner.spread(pairs.old)
    whose, old = partner.value[row], pairs.old[place]
    at = partner.lookup(pairs.new[place], whose)
    learned = known.first_of_all + LEARNING_DAYS
    low = np.maximum(np.minimum(began, known.last_day[pairs.old] + 1) - BEFORE_DAYS, learned)[place]
    high = (began + TAKEN_UP_DAYS)[place]
    days = np.maximum(np.minimum(high, known.until + 1) - low, 0)
    all_days = np.maximum(known.until + 1 - learned - days, USUAL_DAYS)
    since = np.maximum(known.until - partner.first_day + 1, SHORTEST_SPAN_DAYS)
    span = np.maximum(known.last_day - known.first_day + 1, SHORTEST_SPAN_DAYS).astype(np.float64)
    before = partner.lines[row] / span[old]
    mine = np.where(at >= 0, partner.lines[at] / since[at], 0.0)
    weight = partner.lines[row]
    whole = np.maximum(np.bincount(place, weights=weight, minlength=count), 1.0)
    shares = []
    for begun, long_standing in ((known.settlers, True), (known.newcomers, False)):
        own = np.zeros(len(place))
        for party, of in ((old, row), (pairs.new[place], at)):
            there = known.first_day[party] <= partner.first_day[of] - LONG_STANDING_DAYS
            then = (of >= 0) & (partner.first_day[of] >= low) & (partner.first_day[of] < high)
            own += np.where(then & (there == long_standing), partner.lines[of] / since[of], 0.0)
        within = begun.between(whose, low, high)
        ever = begun.between(whose, np.full(len(whose), learned), np.full(len(whose), known.until + 1))
        others = np.maximum(within - own - (ever - within) / all_days * days, 0.0)
        share = others / np.maximum(np.maximum(others + mine, before), 1e-9)
        shares.append(np.bincount(place, weights=weight * share, minlength=count) / whole)
    return shares[0], shares[1]


def volume(pairs: Pairs, known: Parties) -> Floats:
    """How much of the old one's pace the newcomer goes on with, partner by partner: 0 to 1."""
    partner, count = known.partner, len(pairs.old)
    if not len(partner.value):
        return np.zeros(count)
    span = np.maximum(known.last_day - known.first_day + 1, SHORTEST_SPAN_DAYS).astype(np.float64)
    place, row = partner.spread(pairs.old)
    at = partner.lookup(pairs.new[place], partner.value[row])
    before = partner.lines[row] / span[pairs.old][place]
    after = np.where(at >= 0, partner.lines[at], 0.0) / span[pairs.new][place]
    gone_on = np.bincount(place, weights=np.minimum(before, after), minlength=count)
    return np.asarray(gone_on / np.maximum(np.bincount(place, weights=before, minlength=count), 1e-9))


def volume_together(old: int, news: Ints, known: Parties) -> float:
    """How much of the old one's pace several newcomers go on with together, partner by partner: 0 to 1."""
    partner = known.partner
    row = np.arange(partner.start[old], partner.start[old + 1])
    if not len(row):
        return 0.0
    span = np.maximum(known.last_day - known.first_day + 1, SHORTEST_SPAN_DAYS).astype(np.float64)
    before = partner.lines[row] / span[old]
    after = np.zeros(len(row))
    for new in news:
        at = partner.lookup(np.full(len(row), new), partner.value[row])
        after += np.where(at >= 0, partner.lines[at], 0.0) / span[new]
    return float(np.minimum(before, after).sum() / max(float(before.sum()), 1e-9))


def was_customer(pairs: Pairs, known: Parties) -> Floats:
    """1 where the newcomer was consignee of the predecessor's goods before it entered anything itself, else 0."""
    consignee = known.habits.get("consignee")
    if consignee is None or not len(consignee.value):
        return np.zeros(len(pairs.old))
    at = consignee.lookup(pairs.old, consignee.values.number(known.names.values)[pairs.new])
    return np.where((at >= 0) & (consignee.first_day[at] < known.first_day[pairs.new]), 1.0, 0.0)


def sole_customer(pairs: Pairs, known: Parties) -> Floats:
    """The share of the predecessor's lines that were consigned to the newcomer before it entered anything itself."""
    consignee = known.habits.get("consignee")
    if consignee is None or not len(consignee.value):
        return np.zeros(len(pairs.old))
    at = consignee.lookup(pairs.old, consignee.values.number(known.names.values)[pairs.new])
    owner = np.repeat(np.arange(len(consignee.start) - 1), np.diff(consignee.start))
    whole = np.bincount(owner, weights=consignee.lines, minlength=len(consignee.start) - 1)[pairs.old]
    lines = np.where(at >= 0, consignee.lines[at], 0.0)
    return np.asarray(was_customer(pairs, known) * lines / np.maximum(whole, 1.0))


def turned_together(pairs: Pairs, began: Ints, known: Parties) -> Floats:
    """How many of the partners that both have turned from the old one to the newcomer around one time."""
    partner, count = known.partner, len(pairs.old)
    if not len(partner.value):
        return np.zeros(count)
    place, row = partner.spread(pairs.new, most=MOST_PARTNERS)
    theirs = partner.lookup(pairs.old[place], partner.value[row])
    shift = pairs.shift[place]
    left, came = partner.last_day[theirs], partner.first_day[row] - shift
    turned = (theirs >= 0) & (np.abs(left - began[place]) <= TAKEN_UP_DAYS) & (came <= began[place] + TAKEN_UP_DAYS)
    turned &= came > left - BEFORE_DAYS
    return np.bincount(place[turned], minlength=count).astype(np.float64)


def usual_customer(pairs: Pairs, known: Parties) -> Floats:
    """How often others that deal with the partners of both sell to the newcomer's main customer too: 0 to 1.

    Dealers of one brand have the same makers and customers, so that a customer in common says little beside a maker in
    common; where nobody else sells a maker's goods to a customer it says much.
    """
    partner, customer = known.partner, known.habits.get("consignee")
    if customer is None or not len(customer.value) or not len(partner.value):
        return np.zeros(len(pairs.old))
    main = most_used(customer)[pairs.new]
    whose = np.where(main >= 0, customer.value[main], -1)
    place, row = partner.spread(pairs.new, most=MOST_PARTNERS)
    both = partner.lookup(pairs.old[place], partner.value[row]) >= 0
    others = np.maximum(partner.holders[partner.value[row]] - 2, 0.0)
    alike = np.maximum(known.sellers.of(partner.value[row], whose[place]) - 2, 0.0)
    weight = partner.lines[row] * both
    whole = np.bincount(place, weights=weight, minlength=len(pairs.old))
    found = np.bincount(place, weights=weight * alike / (others + 1.0), minlength=len(pairs.old))
    return np.asarray(found / np.maximum(whole, 1.0))


def dealing_alike(new: Ints, heading: Held) -> Floats:
    """How many parties deal in the newcomer's main heading."""
    main = most_used(heading)[new]
    return np.where(main >= 0, heading.holders[heading.value[main]], 1.0) + 1.0


def most_used(of: Held) -> Ints:
    """The row of each party's most used value (of equals the first), or -1."""
    owner = np.repeat(np.arange(len(of.start) - 1), np.diff(of.start))
    order = np.lexsort((of.value, -of.lines, owner))
    first = np.full(len(of.start) - 1, -1, dtype=np.int64)
    some = np.diff(of.start) > 0
    first[some] = order[of.start[:-1][some]]
    return first
