"""Goods that come into a third country and leave it for the United States as they came.

Each lot that a maker ships is compared with the bills of lading from the order's country into the maker's, for the
same heading: equal packages, nearly equal weight, in before out by no more than a few weeks. How many would agree
by chance is seen by moving the inward bills by whole weeks, around the calendar.

Invariant: the inward bills are matched by their goods, whoever they are consigned to; names are used apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.detect.diversion.orders import Order
from graph.detect.diversion.part import part_bits
from graph.detect.diversion.trade import NO_ROWS, Floats, Ints
from graph.detect.diversion.written_names import written_key
from graph.facts.columns import amount, one_column, surely
from graph.facts.store import FactStore

Names = npt.NDArray[Any]

# From arrival in the third country to lading for the United States, where both days are on bills.
WITHIN_DAYS = (1, 35)
# Where only the day of entry is known, the voyage is added.
WITHIN_DAYS_TO_ENTRY = (5, 75)
# Two weights of one lot, as two carriers write them, differ by less than this share.
WEIGHT_SHARE = 0.05
# Where packages are not known on both sides, the weight must tell the lot alone.
EXACT_WEIGHT_SHARE = 0.004
# What came for a maker has gone on to other countries when as much of it left within so many days.
GONE_ON_DAYS = (0, 60)
# What a maker sent to the order's country was worked on there and came back when as much was laden so many days later.
CAME_BACK_DAYS = (1, 180)
# Work on goods adds to their weight or takes from it less than this share.
WORKED_WEIGHT_SHARE = 0.05
# Goods that could be the same ones agree in so many digits.
HEADING = 4
# Goods consigned to the maker itself may have been repacked: their weight is compared alone, less strictly.
REPACKED_WEIGHT_SHARE = 0.02
LESS_CERTAIN_BITS = 4.0
# From so many bits the passage of lots is no chance.
TELLING_PASSAGE_BITS = 4.0
DAYS_A_WEEK = 7
LEAST_WEEKS = 40
NEAR_WEEKS = 6


@dataclass(frozen=True, slots=True)
class Bills:
    """Bills of lading as columns. Days count from 1970, -1 for unknown; missing amounts are NaN."""

    number: Names
    loaded: Ints
    arrived: Ints
    from_country: Names
    to_country: Names
    packages: Floats
    weight: Floats
    heading: Ints  # a place in `headings`, -1 for unknown
    headings: tuple[str, ...]
    shipper: Names
    shipper_key: Names
    consignee_key: Names  # of bills into other countries


def foreign_bills(facts: FactStore, countries: Iterable[str], *, as_of: date | None, until: date) -> Bills:
    """The bills of lading into these countries from others."""
    return _read(facts, "foreign_bills", as_of=as_of, until=until, into=sorted(set(countries)))


def onward_bills(
    facts: FactStore, countries: Iterable[str], orders: Iterable[Order], *, as_of: date | None, until: date
) -> Bills:
    """The bills of lading of goods that an order names, or of which none says what they are, from these countries to
    others than the United States."""
    headings = sorted({prefix[:HEADING] for order in orders for prefix in order.prefixes})
    return _read(facts, "foreign_bills", as_of=as_of, until=until, out_of=sorted(set(countries)), headings=headings)


def us_bills(facts: FactStore, numbers: Iterable[str], *, as_of: date | None, until: date) -> Bills:
    """These bills of lading to the United States."""
    return _read(facts, "bills", as_of=as_of, until=until, numbers=sorted(set(numbers)))


def _read(
    facts: FactStore, table: str, *, as_of: date | None, until: date,
    into: list[str] | None = None, numbers: list[str] | None = None,
    out_of: list[str] | None = None, headings: list[str] | None = None,
) -> Bills:  # fmt: skip
    t = facts.table(table, as_of=as_of)
    t = t.mutate(
        from_country=ibis.coalesce(t.country_of_lading.nullif(""), t.shipper_country.nullif("")),
        to_country=ibis.coalesce(t.country_of_unlading.nullif(""), t.consignee_country.nullif("")),
    )
    for name, asked in (("to_country", into), ("from_country", out_of)):
        if asked is not None:
            t = t.semi_join(one_column(name, asked), name)
            t = t.filter(ibis.coalesce(t.from_country != t.to_country, ibis.literal(value=True)))
    if out_of is not None:
        t = t.filter(surely(t.to_country != "US"))
    if headings is not None:
        t = t.mutate(begins=ibis.coalesce(t.hts_prefix.re_replace("[^0-9]", "").substr(0, HEADING), ""))
        t = t.semi_join(one_column("begins", pa.array(["", *headings], pa.string())), "begins")
    if numbers is not None:
        t = t.semi_join(one_column("bill_number", numbers), "bill_number")
    t = t.select(
        number=t.bill_number, loaded=t.loaded_on.epoch_days(), arrived=t.arrived_on.epoch_days(),
        from_country=t.from_country, to_country=t.to_country,
        packages=amount(t.packages), weight=amount(t.gross_weight_kg),
        heading=t.hts_prefix.re_replace("[^0-9]", "").nullif(""), shipper=t.shipper_name,
        consignee=t.consignee_name if into is not None else ibis.null("string"),
    )  # fmt: skip
    last = (until - date(1970, 1, 1)).days
    t = t.filter(ibis.coalesce(t.arrived, t.loaded, last) <= last)
    rows = t.order_by("number").to_pyarrow()
    # A name stands on many bills; its key is worked out once.
    coded = {name: rows[name].combine_chunks().dictionary_encode() for name in ("shipper", "consignee")}
    names = one_column("name", [name for column in coded.values() for name in column.dictionary.to_pylist()])
    keyed = names.select("name", key=written_key(names.name)).to_pyarrow()
    key_of = dict(zip(keyed["name"].to_pylist(), keyed["key"].to_pylist(), strict=True))

    def days(name: str) -> Ints:
        return np.asarray(rows[name].fill_null(-1).to_numpy(), dtype=np.int64)

    def amounts(name: str) -> Floats:
        return np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=np.float64)

    def texts(name: str) -> Names:
        return np.asarray(rows[name].to_numpy(zero_copy_only=False), dtype=object)

    def keys(name: str) -> Names:
        written = coded[name].dictionary.to_pylist()
        each = np.array([*map(key_of.get, written), None], dtype=object)
        return np.asarray(each[coded[name].indices.fill_null(len(written)).to_numpy()])

    coded_headings = rows["heading"].combine_chunks().dictionary_encode()
    return Bills(
        texts("number"), days("loaded"), days("arrived"), texts("from_country"), texts("to_country"),
        amounts("packages"), amounts("weight"),
        np.asarray(coded_headings.indices.fill_null(-1).to_numpy(), dtype=np.int64),
        tuple(coded_headings.dictionary.to_pylist()),
        texts("shipper"), keys("shipper"), keys("consignee"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Bills to look among, by their packages and by their weight: put in order once, however many makers' lots are
    looked for among them."""

    at: Ints  # positions in the bills, ascending
    by_packages: Ints
    packages: Floats  # ascending, as `weight`; unknown last
    by_weight: Ints
    weight: Floats


def in_order(bills: Bills, at: Ints) -> Arrivals:
    """These bills, `at` ascending positions."""
    by_packages = at[np.argsort(bills.packages[at], kind="stable")]
    by_weight = at[np.argsort(bills.weight[at], kind="stable")]
    return Arrivals(at, by_packages, bills.packages[by_packages], by_weight, bills.weight[by_weight])


@dataclass(frozen=True, slots=True)
class Lots:
    """What a maker shipped, one lot a bill (or an entry where no bill is named), each with its number among all lots
    and one of its lines.

    `day` is the day of lading, or of entry where `entered`.
    """

    lot: Ints
    line: Ints
    day: Ints
    entered: npt.NDArray[np.bool_]
    packages: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Passage:
    """Lots out that agree with bills in. `pairs` are (position among the lots, position among the bills).

    `expected` is how many lots would agree by chance, over all calendars, `shifts` how many of these are other ones
    than the true, `p_value` the share of those with as many; `bits` is how much better than chance "a part of
    the lots passes" explains them, as the logarithm of the two likelihoods' ratio.
    """

    lots: int
    matched: int
    expected: float
    shifts: int
    p_value: float
    bits: float
    pairs: tuple[tuple[int, int], ...]
    matched_weight_share: float


def same_goods(bills: Bills, at: Ints, headings: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Whether these bills' heading, as far as it is written, is one of these tariff numbers; unknown counts as so."""
    return goods_alike(bills, headings)[bills.heading[at]]


def goods_alike(bills: Bills, headings: frozenset[str]) -> npt.NDArray[np.bool_]:
    """The same by the number of a heading; that of unknown ones is -1."""
    return _of_goods(bills.headings, headings)


@lru_cache(maxsize=1_000)
def _of_goods(written: tuple[str, ...], headings: frozenset[str]) -> npt.NDArray[np.bool_]:
    """By the number of a heading as bills write it; the last place is that of unknown ones."""
    wanted = sorted({h[:6] for h in headings})
    return np.array([*(any(h[:6].startswith(w[: len(h)]) for w in wanted) for h in written), True], dtype=np.bool_)


def gone_on(bills: Bills, inward: Ints, onward: Bills, left: Ints) -> Ints:
    """Those of the `inward` bills of which as much left soon after, each for one of the bills that `left`."""
    order = left[np.argsort(onward.weight[left], kind="stable")]
    ins, place = _within(onward.weight[order], bills.weight[inward], share=EXACT_WEIGHT_SHARE)
    outs = order[place]
    day = _begun(onward, outs)
    lag = day - bills.arrived[inward[ins]]
    in_time = (day >= 0) & (lag >= GONE_ON_DAYS[0]) & (lag <= GONE_ON_DAYS[1])
    first = np.lexsort((outs[in_time], ins[in_time]))
    return _each_once(inward[ins[in_time]][first], outs[in_time][first])


def came_back(bills: Bills, inward: Ints, onward: Bills, sent: Ints) -> Ints:
    """Those of the `inward` bills whose goods the maker had `sent` there itself not long before: as many packages of
    nearly the weight, each for one of the bills that it sent."""
    order = sent[np.argsort(onward.packages[sent], kind="stable")]
    ins, place = _within(onward.packages[order], bills.packages[inward], share=0.0)
    outs, back = order[place], inward[ins]
    # An unknown weight does not part.
    agree = ~(np.abs(np.log(onward.weight[outs] / bills.weight[back])) > WORKED_WEIGHT_SHARE)
    began, day = _begun(onward, outs), _begun(bills, back)
    lag = day - began
    in_time = (began >= 0) & (day >= 0) & (lag >= CAME_BACK_DAYS[0]) & (lag <= CAME_BACK_DAYS[1])
    agree &= in_time
    first = np.lexsort((began[agree], day[agree]))  # what was sent first came back first
    return _each_once(back[agree][first], outs[agree][first])


def _begun(bills: Bills, at: Ints) -> Ints:
    """The day on which each of these was laden, or arrived where only that is known."""
    return np.where(bills.loaded[at] >= 0, bills.loaded[at], bills.arrived[at])


def _each_once(inward: Ints, onward: Ints) -> Ints:
    """Those of `inward` in these pairs, ascending; of pairs that share a bill the first counts."""
    taken: set[int] = set()
    spent: set[int] = set()
    for i, out in zip(inward.tolist(), onward.tolist(), strict=True):
        if i not in taken and out not in spent:
            taken.add(i)
            spent.add(out)
    return np.array(sorted(taken), dtype=np.int64)


def passage(
    lots: Lots, bills: Bills, inward: Sequence[Arrivals], *, named: Ints, until: int, without: Ints = NO_ROWS
) -> Passage:
    """How many of the lots came in before. `inward` are the bills to look among that arrived by a day, `without` those
    among them that cannot be what left for the United States.

    `named` are positions of bills that are consigned to the maker: those among `inward` may agree in weight alone,
    which is tried apart and told only where it says more, less the bits that it is less certain by. The calendar that
    is moved is the maker's own, from its first lot to its last: chance is counted where there is trade.
    """
    if len(lots.day) == 0:
        return Passage(0, 0, 0.0, 0, 1.0, 0.0, (), 0.0)
    begin, end = int(lots.day.min()) - WITHIN_DAYS_TO_ENTRY[1], int(lots.day.max())
    weeks = max(-(-(end - begin + 1) // DAYS_A_WEEK), LEAST_WEEKS)

    def in_time(pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
        outs, ins = pairs
        arrived = bills.arrived[ins]
        there = (arrived >= begin) & (arrived <= min(end, until)) & ~among(ins, without)
        return outs[there], ins[there]

    strict = _counted(lots, bills, *in_time(_alike(lots, bills, inward)), weeks=weeks, less_bits=0.0)
    named = named[np.logical_or.reduce([among(named, those.at) for those in inward])] if inward else named[:0]
    if not len(named):
        return strict
    loose = _counted(
        lots, bills, *in_time(_alike_in_weight(lots, bills, named)), weeks=weeks, less_bits=LESS_CERTAIN_BITS
    )
    return loose if loose.bits > strict.bits else strict


def among(values: Ints, ascending: Ints) -> npt.NDArray[np.bool_]:
    """Which of the values are among some in ascending order."""
    if not len(ascending):
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.asarray(ascending[place] == values, dtype=np.bool_)


def _counted(lots: Lots, bills: Bills, out_i: Ints, in_i: Ints, *, weeks: int, less_bits: float) -> Passage:
    """The lots of these pairs that left in time, beside how many would on calendars moved by whole weeks."""
    n = len(lots.day)
    if len(out_i) == 0:
        return Passage(n, 0, 0.0, 0, 1.0, 0.0, (), 0.0)
    lag = lots.day[out_i] - bills.arrived[in_i]
    low = np.where(lots.entered[out_i], WITHIN_DAYS_TO_ENTRY[0], WITHIN_DAYS[0])
    high = np.where(lots.entered[out_i], WITHIN_DAYS_TO_ENTRY[1], WITHIN_DAYS[1])
    true = (lag >= low) & (lag <= high)
    pairs = tuple(sorted((int(o), int(i)) for o, i in zip(out_i[true], in_i[true], strict=True)))
    matched = len({o for o, _ in pairs})
    counts = _on_moved_calendars(out_i, lag, low, high, weeks=weeks)
    # A pair that is alike has to fall somewhere: that the few there are fall where they would is some chance, too.
    expected = float((counts.sum() + 0.5) / len(counts))
    # How rare so many are is seen on other calendars: those next to the true one see the same pairs.
    counts = counts[NEAR_WEEKS : weeks - NEAR_WEEKS + 1]
    weights = np.nan_to_num(lots.weight)
    carried = float(weights[sorted({o for o, _ in pairs})].sum() / weights.sum()) if weights.sum() > 0 else 0.0
    bits = part_bits(n, matched, min(expected / n, 1.0)) - less_bits
    return Passage(
        n, matched, expected, len(counts), float((1 + (counts >= matched).sum()) / (1 + len(counts))),
        max(bits, 0.0), pairs, carried,
    )  # fmt: skip


def _on_moved_calendars(lot: Ints, lag: Ints, low: Ints, high: Ints, *, weeks: int) -> Ints:
    """How many lots have a pair whose lag lies between its bounds, on the calendar as it is and moved by each number of
    weeks, up to all `weeks` that the calendar holds, after which it begins anew.

    >>> _on_moved_calendars(np.array([3, 4]), np.array([2, 8]), np.zeros(2, int), np.full(2, 6), weeks=3).tolist()
    [1, 1, 0]
    """
    each, of = np.unique(lot, return_inverse=True)
    hit = np.zeros((weeks, len(each)), dtype=np.bool_)
    first = low + np.mod(lag - low, DAYS_A_WEEK)  # of the lags that whole weeks make of this one
    for later in range(0, int((high - low).max()) + 1, DAYS_A_WEEK):
        within = np.flatnonzero(first + later <= high)
        moved = np.mod((lag - first)[within] // DAYS_A_WEEK - later // DAYS_A_WEEK, weeks)
        hit[moved, of[within]] = True
    counts: Ints = hit.sum(axis=1)
    return counts


def _alike_in_weight(lots: Lots, bills: Bills, inward: Ints) -> tuple[Ints, Ints]:
    """Pairs (lot, bill) of nearly one weight, whatever their packages and days."""
    order = np.argsort(bills.weight[inward], kind="stable")
    outs, near = _within(bills.weight[inward][order], lots.weight, share=REPACKED_WEIGHT_SHARE)
    return outs, inward[order[near]]


def _alike(lots: Lots, bills: Bills, inward: Iterable[Arrivals]) -> tuple[Ints, Ints]:
    """Pairs (lot, bill) whose goods agree, whatever their days; by lot, then by bill."""
    pairs = [NO_ROWS]
    for those in inward:
        outs, place = _within(those.packages, lots.packages, share=0.0)
        near = those.by_packages[place]
        # An unknown weight does not part.
        agree = ~(np.abs(np.log(bills.weight[near] / lots.weight[outs])) > WEIGHT_SHARE)
        close_outs, place = _within(those.weight, lots.weight, share=EXACT_WEIGHT_SHARE)
        close = those.by_weight[place]
        unknown = ~np.isfinite(bills.packages[close]) | ~np.isfinite(lots.packages[close_outs])
        pairs += [outs[agree] * len(bills.number) + near[agree]]
        pairs += [close_outs[unknown] * len(bills.number) + close[unknown]]
    each = np.unique(np.concatenate(pairs))
    return each // max(len(bills.number), 1), each % max(len(bills.number), 1)


def _within(ascending: Floats, wanted: Floats, *, share: float) -> tuple[Ints, Ints]:
    """Pairs (place in `wanted`, place in `ascending`) that differ by no more than this share; unknown agrees with
    none."""
    low = np.searchsorted(ascending, wanted * (1 - share), "left")
    high = np.searchsorted(ascending, wanted * (1 + share), "right")
    many = np.where(np.isfinite(wanted), high - low, 0)
    outs = np.repeat(np.arange(len(wanted)), many)
    # The n-th pair of a place lies n places after its first.
    at = np.arange(len(outs)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
    return outs, at
