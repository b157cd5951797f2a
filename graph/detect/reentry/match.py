"""The lead: a shipment that customs acted on, matched with the entries it seems to have come back as.

This runs the whole search (lots, pairs, weights, scores, chance) and ends with leads, each with the probability
that chance alone gives its shipment so good a match.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.detect.reentry import candidates, lots, scoring
from graph.detect.reentry.beginnings import MOST_BEGINNING_BITS, Beginnings, beginnings
from graph.detect.reentry.bill_names import known_names
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.importers import StandIn
from graph.detect.reentry.lines import BAND, WHOLE_ENTRY, bills, entry_lines, entry_totals, numbered
from graph.detect.reentry.parts import Together, together
from graph.detect.reentry.pools import pools_of
from graph.detect.reentry.ties import MOST_TIE_BITS, Tie, bits_of, ties
from graph.detect.reentry.weights import (
    SAME_MAKER,
    Floats,
    Ints,
    Weights,
    count_chance,
)
from graph.facts.columns import one_column
from graph.facts.store import FactStore

# About two in three successors keep something on file that is rare.
NO_TIE_BITS = -1.5
# What a taxpayer that enters the goods of another may gain by ties and by its beginnings.
MOST_STRANGER_BITS = MOST_TIE_BITS + MOST_BEGINNING_BITS
# Ties are looked up where they could still lift a pair to a lead.
LOOK_UP_TIES_FROM = -16.0

MOST_LEADS = 2_000
# Shipments are matched in parts of about so many lots, and of each shipment so many candidates are kept.
LOTS_A_BATCH = 40_000
MOST_CANDIDATES = 8
# A lead is a match that chance would give to less than this share of shipments.
CHANCE_SHARE = 0.03
# A further line belongs to the same return when it matches nearly as well as the best.
WITHIN_BITS = 5.0


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a shipment seems to have come back as, told by the pair of lines that agrees best."""

    line_ids: tuple[str, ...]  # lines of the entry that agree with lines of the shipment, the best first
    entry_number: str
    day: int
    port: str
    importer: str
    taxpayer: str
    maker: str
    bill: str
    own: bool
    levels: dict[str, str]  # field -> level's label, for fields known on both sides
    bits: dict[str, float]
    identity_bits: float
    goods_bits: float
    look_alikes: int
    total_bits: float
    ties: tuple[Tie, ...]
    recurring_bits: float = 0.0  # how much likelier a lot that merely recurs agrees in this way
    carrier: str = ""
    port_bits: float = 0.0  # how much likelier goods that come back enter at this port than the importer's usual lots


@dataclass(frozen=True, slots=True)
class Sum:
    """Amounts of parts that add up to a shipment's: field -> (the shipment's, the parts' together)."""

    amounts: dict[str, tuple[float, float]]
    total_bits: float


@dataclass(frozen=True, slots=True)
class Lead:
    """A shipment that customs acted on and its matches, best first.

    `lot` is the line of it that agrees best, `line_ids` all its lines; `sought_among` is the number of lines
    among which the match was sought. With `parts` the matches are entries that add up to the shipment.
    """

    lot: dict[str, Any]
    line_ids: tuple[str, ...]
    matches: tuple[Match, ...]
    p_value: float
    sought_among: int
    parts: Sum | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """The leads, and how much was tested.

    `tested` gives the party of each tested shipment (its taxpayer or, where nobody is named, the shipment),
    `p_values` the chance of its best match for each shipment that has one, and `bits` that match's bits; `control` are
    the stand-ins that name an importer, of `stand_ins` in all.
    """

    leads: tuple[Lead, ...]
    tested: dict[str, str]
    p_values: dict[str, float]
    bits: dict[str, float]
    control: tuple[StandIn, ...]
    stand_ins: int
    weights: Weights


def party_of(lot: dict[str, Any]) -> str:
    """Whom a shipment is tested for: its taxpayer, or itself where nobody is named."""
    return str(lot["taxpayer"] or lot["shipment"])


def search(
    facts: FactStore, *, as_of: date | None, until: date, progress: Callable[[str], None] | None = None
) -> Search | None:
    """Match every shipment that customs acted on with what was entered elsewhere afterwards.

    None when there is no action or no line. Goods that were cleared or destroyed cannot come back: they are not
    searched for.
    """
    # Worked out once and held by the engine, since all that follows looks into them.
    with facts.kept(numbered(entry_lines(facts, as_of=as_of, until=until))) as lines:
        return _search(facts, lines, as_of=as_of, until=until, say=progress or (lambda _: None))


def _search(
    facts: FactStore, lines: ir.Table, *, as_of: date | None, until: date, say: Callable[[str], None]
) -> Search | None:
    extent = lines.aggregate(held=lines.count(), first=lines.day.min(), last=lines.day.max())
    (extent,) = extent.to_pyarrow().to_pylist()
    if not extent["held"]:
        return None
    say("shipments that customs acted on")
    table, acted = _lots(facts, lines, held=extent["held"], as_of=as_of, until=until)
    if acted == 0:
        return None
    say("how often unrelated goods agree")
    weights = count_chance(lines, lines_held=extent["held"])
    pools = pools_of(facts, table, lines, bills(facts, as_of=as_of), extent)
    pairs, bits, scores = _scored(facts, table, lines, as_of=as_of, weights=weights, pools=pools, say=say)
    say("entries that add up to a shipment")
    parts = together(facts, table, lines, weights=weights, pools=pools)
    couples = _couples(pairs, scores, table)
    stand_in_lots = np.array([each == lots.STAND_IN for each in table["standing"].to_pylist()], dtype=bool)
    rows = np.array(sorted(couples), dtype=np.int64)
    begun = beginnings(
        lines, pairs.take(pa.array(rows, pa.int64())), headings=table["hts4"].to_pylist(), by_chance=stand_in_lots
    )  # fmt: skip
    lot = pairs["lot"].to_numpy().astype(np.int64)
    known = ties(facts, (c for c in couples.values() if c[0]), as_of=as_of)
    strangers = {row: known.get(couple, ()) for row, couple in couples.items()}
    scores = _with_ties(scores, pairs, strangers, begun.bits, _narrowed(lot[rows], bits.kind[rows], begun, pools))
    names = np.array(pairs["entry_number"].to_pylist(), dtype=object)
    best = scoring.best_of_each(scores, names)

    shipments = _Shipments(table, pools.shipment)
    whole = _by_shipment(scores.shipment[best], scores.total[best], shipments)
    broken = _by_shipment(parts.shipment, parts.total, shipments)
    top = np.maximum(whole, broken)
    chance = scoring.chance_match(top[np.isfinite(top) & shipments.stand_in], int(shipments.stand_in.sum()))
    found = {shipments.name(int(n)): int(n) for n in np.flatnonzero(np.isfinite(top) & ~shipments.stand_in)}
    p_values = {name: chance.p_value(float(top[n])) for name, n in found.items()}
    tested = {row["shipment"]: party_of(row) for row in shipments.acted()}
    chosen = sorted(
        (name for name, p in p_values.items() if p <= CHANCE_SHARE),
        key=lambda name: (p_values[name], name),
    )[:MOST_LEADS]
    read = _Reader(pairs, bits, scores, known, couples)
    of_whole = {int(scores.shipment[g]): int(g) for g in best}
    of_parts = {int(n): row for row, n in enumerate(parts.shipment)}
    by_shipment = np.argsort(scores.shipment, kind="stable")
    bounds = np.searchsorted(scores.shipment[by_shipment], np.arange(len(shipments.stand_in) + 1))
    lines_of_parts = _lines_of_parts(lines, parts, [n for n in map(found.__getitem__, chosen) if broken[n] > whole[n]])
    leads = []
    for name in chosen:
        number = found[name]
        if broken[number] > whole[number]:
            leads.append(_in_parts(shipments, parts, of_parts[number], lines_of_parts, p_value=p_values[name]))
            continue
        g = of_whole[number]
        row = int(scores.best[g])
        near = [
            int(other) for other in by_shipment[bounds[number] : bounds[number + 1]]
            if other == g or (
                scores.after[other] and scores.total[other] >= scores.total[g] - WITHIN_BITS
                and chance.p_value(float(scores.total[other])) * len(tested) <= 0.05
            )
        ]  # fmt: skip
        near.sort(key=lambda other: (-scores.total[other], str(names[scores.best[other]])))
        pool = pools.sizes[lot[row], bits.kind[row]] * pools.share_in_window
        leads.append(
            Lead(
                table.slice(int(lot[row]), 1).to_pylist()[0], shipments.line_ids(number),
                tuple(read.match(other) for other in near), p_values[name], max(1, round(float(pool))),
            )
        )  # fmt: skip
    return Search(
        tuple(leads), tested, p_values, {name: float(top[n]) for name, n in found.items()},
        tuple(_control(shipments, pairs, bits, scores, best, whole=whole, broken=broken, chance=chance)),
        int(shipments.stand_in.sum()), weights,
    )  # fmt: skip


def _control(
    shipments: "_Shipments", pairs: pa.Table, bits: scoring.PairBits, scores: scoring.Groups, best: Ints, *,
    whole: Floats, broken: Floats, chance: scoring.ChanceMatch,
) -> Iterator[StandIn]:  # fmt: skip
    """The stand-ins that name an importer, each with what its best match says; `best` are their rows of the scores."""
    own = pairs["own"].to_numpy(zero_copy_only=False).astype(bool)
    of = {int(scores.shipment[g]): int(g) for g in best}
    for number, name, importer in shipments.stand_ins():
        total = float(max(whole[number], broken[number]))
        if not np.isfinite(total):
            yield StandIn(name, importer, total)
            continue
        p_value = chance.p_value(total, stand_in=True)
        if broken[number] > whole[number]:
            yield StandIn(name, importer, total, p_value, in_parts=True)
            continue
        g = of[number]
        row = int(scores.best[g])
        yield StandIn(
            name, importer, total, p_value, float(scores.port[g]), float(scores.identity[g]), own=bool(own[row]),
            look_alikes=int(scores.look_alikes[g]), recurring_bits=float(bits.again[row]),
        )  # fmt: skip


def _by_shipment(shipment: Ints, total: Floats, shipments: "_Shipments") -> Floats:
    """The totals at the numbers of their shipments; minus infinity for one that matched nothing."""
    totals = np.full(len(shipments.stand_in), -np.inf)
    totals[shipment] = total
    return totals


def _lines_of_parts(lines: ir.Table, parts: Together, shipments: list[int]) -> dict[str, list[dict[str, Any]]]:
    """By entry, the lines of what these shipments came back as, with what only a reader asks of them."""
    held = parts.entries[np.isin(parts.shipment, shipments)]
    entries = parts.held["entry_number"].take(pa.array(held[held >= 0], pa.int64()))
    told = lines.semi_join(one_column("entry_number", entries.to_pylist()), "entry_number")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in told.select("entry_number", "hts4", "importer", "maker", "bill", "carrier").to_pyarrow().to_pylist():
        found.setdefault(row["entry_number"], []).append(row)
    return found


def _in_parts(
    shipments: "_Shipments", parts: Together, row: int, of_entry: dict[str, list[dict[str, Any]]], *, p_value: float
) -> Lead:
    """The lead of a shipment that came back in parts; `of_entry` gives the lines of each part."""
    number = int(parts.shipment[row])
    lot = shipments.row(number)
    matches = []
    for held in parts.entries[row][parts.entries[row] >= 0]:
        part = parts.held.slice(int(held), 1).to_pylist()[0]
        told = [line for line in of_entry[part["entry_number"]] if lot["hts4"] in (None, line["hts4"])]
        importer, maker, bill, carrier = (
            max((line[name] or "" for line in told), default="") for name in ("importer", "maker", "bill", "carrier")
        )
        matches.append(
            Match(
                (), part["entry_number"], part["day"], part["port"], importer, part["taxpayer"], maker, bill,
                part["own"], {}, {}, 0.0, 0.0, 0, float(parts.total[row]), (), carrier=carrier,
            )
        )  # fmt: skip
    amounts = {
        name: (float(parts.lots[name][row]), float(added[row]))
        for name, added in parts.sums.items()
        if not np.isnan(parts.lots[name][row]) and not np.isnan(added[row])
    }
    matches.sort(key=lambda match: (match.day, match.entry_number))
    return Lead(
        lot, shipments.line_ids(number), tuple(matches), p_value, int(parts.sought_among[row]),
        Sum(amounts, float(parts.total[row])),
    )  # fmt: skip


def _couples(pairs: pa.Table, scores: scoring.Groups, table: pa.Table) -> dict[int, tuple[str, str]]:
    """The two taxpayers of each pair that leads a candidate by a stranger and might yet become a lead."""
    rows = scores.best[scores.after & (scores.total >= LOOK_UP_TIES_FROM)]
    rows = rows[~pairs["own"].to_numpy(zero_copy_only=False).astype(bool)[rows]]
    ours = table["taxpayer"].take(pairs["lot"].take(pa.array(rows)).combine_chunks()).to_pylist()
    theirs = pairs["taxpayer"].take(rows).to_pylist()
    return {int(row): (str(a or ""), str(b)) for row, a, b in zip(rows, ours, theirs, strict=True)}


class _Shipments:
    """The lots by shipment: `shipment` numbers the shipment of each row of the lots' table."""

    def __init__(self, table: pa.Table, shipment: Ints) -> None:
        self._table = table
        self._first = np.unique(shipment, return_index=True)[1]
        self._order = np.argsort(shipment, kind="stable")
        self._bounds = np.searchsorted(shipment[self._order], np.arange(len(self._first) + 1))
        self._names = table["shipment"].take(self._first).to_pylist()
        standing = table["standing"].take(self._first)
        self.stand_in = np.array([each == lots.STAND_IN for each in standing.to_pylist()], dtype=bool)

    def name(self, number: int) -> str:
        """The entry, bill or action that stands for the shipment."""
        return str(self._names[number])

    def acted(self) -> list[dict[str, Any]]:
        """(shipment, taxpayer) of each shipment that customs acted on."""
        named = self._table.select(["shipment", "taxpayer"])
        rows: list[dict[str, Any]] = named.take(pa.array(self._first[~self.stand_in])).to_pylist()
        return rows

    def stand_ins(self) -> Iterator[tuple[int, str, str]]:
        """Each stand-in that names a taxpayer: its number, its name and the taxpayer."""
        payers = self._table["taxpayer"].take(self._first).to_pylist()
        for n in np.flatnonzero(self.stand_in):
            if payers[n]:
                yield int(n), self.name(int(n)), str(payers[n])

    def row(self, number: int) -> dict[str, Any]:
        """The first lot of a shipment."""
        row: dict[str, Any] = self._table.slice(int(self._first[number]), 1).to_pylist()[0]
        return row

    def line_ids(self, number: int) -> tuple[str, ...]:
        """The lines of the shipment; none when it is known by its bill alone."""
        rows = self._order[self._bounds[number] : self._bounds[number + 1]]
        return tuple(i for i in self._table["line_id"].take(rows).to_pylist() if i)


def _lots(facts: FactStore, lines: ir.Table, *, held: int, as_of: date | None, until: date) -> tuple[pa.Table, int]:
    """Lots acted on, then stand-ins, in one table whose column `lot` counts the rows; and how many were acted on."""
    with ExitStack() as held_until_read:

        def keep(table: ir.Table) -> ir.Table:
            return held_until_read.enter_context(facts.kept(table))

        names = keep(known_names(facts, keep, as_of=as_of))
        found = keep(lots.acted_on_lots(facts, lines, keep, as_of=as_of, until=until))
        found = lots.with_bills(found, facts, lines, names, as_of=as_of)
        found = found.filter(found.port.notnull(), found.standing.notin((lots.CLEARED, lots.DESTROYED)))
        acted_on = found.order_by("lot_key").to_pyarrow()
        groups = acted_on.group_by(["taxpayer", "hts4"]).aggregate([]).num_rows
        sample = lots.sample_of(groups, lines_held=held)
        control = keep(lots.stand_in_lots(facts, lines, ibis.memtable(acted_on), keep, as_of=as_of, sample=sample))
        control = lots.with_bills(control, facts, lines, names, as_of=as_of)
        others = control.select(*acted_on.column_names).order_by("lot_key").to_pyarrow().cast(acted_on.schema)
    table = pa.concat_tables([acted_on, others]).combine_chunks()
    table = table.append_column("lot", pa.array(np.arange(table.num_rows), pa.int64()))
    table = table.rename_columns(["acting_port" if name == "port" else name for name in table.column_names])
    for name in ("weight", "quantity", "value"):
        table = table.append_column(f"{name}_band", _bands(table[name]))
    return table, acted_on.num_rows


def _scored(
    facts: FactStore,
    table: pa.Table,
    lines: ir.Table,
    *,
    as_of: date | None,
    weights: Weights,
    pools: scoring.Pools,
    say: Callable[[str], None],
) -> tuple[pa.Table, scoring.PairBits, scoring.Groups]:
    """The strongest candidates of each shipment, scored, with the pair of lines that leads each.

    Shipments are looked at a batch at a time, so that memory follows the batch and not the world.
    """
    shipments_a_batch = max(1, round(LOTS_A_BATCH * (int(pools.shipment.max()) + 1) / table.num_rows))
    batches = pools.shipment // shipments_a_batch
    # Held by the engine, since every key looks into them.
    in_batches = ibis.memtable(table.append_column("batch", pa.array(batches, pa.int64())))
    parts: list[tuple[pa.Table, scoring.PairBits, scoring.Groups]] = []
    say("lines to compare with the shipments")
    carried = bills(facts, as_of=as_of).select("bill", "master", "bill_containers", "bill_seals")
    bare = table.filter(pc.is_null(table["line_id"]))
    with (
        facts.kept(in_batches) as lot,
        facts.kept(candidates.small_trades(lot, lines)) as small,
        facts.kept(candidates.pairs(lot, lines, carried, small)) as near,
        facts.kept(entry_totals(_entries_of_parties(bare, lines))) as totals,
        facts.kept(candidates.whole_entry_pairs(ibis.memtable(bare), totals)) as near_whole,
        facts.kept(_bills_of(carried, ((near, lines), (near_whole, totals)))) as landed,
    ):
        for number in range(int(batches.max()) + 1):
            say(f"comparing them, part {number + 1} of {int(batches.max()) + 1}")
            pairs = _compared(lot.filter(lot.batch == number), ((near, lines), (near_whole, totals)), landed)
            bits = scoring.pair_bits(pairs, weights, pools)
            groups = scoring.group(pairs, bits, weights, pools)
            strangers = ~pairs["own"].to_numpy(zero_copy_only=False).astype(bool)[groups.best]
            kept = scoring.strongest(
                groups, most=MOST_CANDIDATES, allowance=np.where(strangers, MOST_STRANGER_BITS, 0.0)
            )
            rows = groups.best[kept]
            parts.append((pairs.take(rows), _rows_of(bits, rows), _groups_of(groups, kept)))
        kept_pairs = pa.concat_tables([part for part, _, _ in parts]).combine_chunks()
        kept_pairs = _with_words(kept_pairs, (lines, totals))
    before = np.cumsum([0, *(part.num_rows for part, _, _ in parts)])
    return (
        kept_pairs,
        scoring.PairBits(
            np.concatenate([bits.kind for _, bits, _ in parts]),
            np.concatenate([bits.identity for _, bits, _ in parts]),
            np.concatenate([bits.goods for _, bits, _ in parts]),
            np.concatenate([bits.again for _, bits, _ in parts]),
            {c.name: np.concatenate([bits.by_field[c.name] for _, bits, _ in parts]) for c in COMPARISONS},
        ),
        scoring.Groups(
            np.concatenate([groups.shipment for _, _, groups in parts]),
            np.concatenate([groups.best + start for (_, _, groups), start in zip(parts, before, strict=False)]),
            np.concatenate([groups.identity for _, _, groups in parts]),
            np.concatenate([groups.goods for _, _, groups in parts]),
            np.concatenate([groups.look_alikes for _, _, groups in parts]),
            np.concatenate([groups.port for _, _, groups in parts]),
            np.concatenate([groups.total for _, _, groups in parts]),
            np.concatenate([groups.after for _, _, groups in parts]),
        ),
    )  # fmt: skip


def _rows_of(bits: scoring.PairBits, rows: Ints) -> scoring.PairBits:
    by_field = {name: values[rows] for name, values in bits.by_field.items()}
    return scoring.PairBits(bits.kind[rows], bits.identity[rows], bits.goods[rows], bits.again[rows], by_field)


def _groups_of(groups: scoring.Groups, kept: Ints) -> scoring.Groups:
    """The kept groups; `best` counts the rows that were kept."""
    return scoring.Groups(
        groups.shipment[kept], np.arange(len(kept)), groups.identity[kept], groups.goods[kept],
        groups.look_alikes[kept], groups.port[kept], groups.total[kept], groups.after[kept],
    )  # fmt: skip


def _narrowed(lot: Ints, kind: Ints, begun: Beginnings, pools: scoring.Pools) -> Floats:
    """log2 of how many more lines there are in the pool of each pair than of its stranger alone.

    To know who brings the goods back narrows the search to its lines, among which they must still be told apart.
    """
    of_stranger = np.where(kind == SAME_MAKER, begun.of_maker, begun.in_heading) * pools.share_counted
    bits: Floats = np.log2(np.maximum(pools.sizes[lot, kind] / np.maximum(of_stranger, 1.0), 1.0))
    return bits


def _with_ties(
    scores: scoring.Groups, pairs: pa.Table, known: dict[int, tuple[Tie, ...]], begun: Floats, narrowed: Floats
) -> scoring.Groups:
    """The scores, with what is known of two different taxpayers, for the rows in order that `known` tells of.

    Who the stranger is tells at most what it narrows the pool by (`narrowed`).
    """
    own = pairs["own"].to_numpy(zero_copy_only=False).astype(bool)
    bits = np.where(own, 0.0, NO_TIE_BITS)
    for n, row in enumerate(sorted(known)):
        bits[row] = min((bits_of(known[row]) if known[row] else NO_TIE_BITS) + begun[n], narrowed[n])
    return replace(scores, total=scores.total + bits[scores.best])


def _compared(lot: ir.Table, sides: Iterable[tuple[ir.Table, ir.Table]], shipped: ir.Table) -> pa.Table:
    """The pairs of these lots that are worth scoring, of lines and of entries taken as a whole, with their levels.

    They stand in any order: what is made of them goes by lots, entries and lines alone.
    """
    found = [candidates.compared(near.semi_join(lot, "lot"), lot, held, shipped).to_pyarrow() for near, held in sides]
    return pa.concat_tables([each.cast(found[0].schema) for each in found]).combine_chunks()


# What only a reader asks of the lines of pairs that are kept.
_WORDS = ("line_id", "importer", "taxpayer", "maker", "bill", "carrier")


def _with_words(pairs: pa.Table, sides: Iterable[ir.Table]) -> pa.Table:
    """The pairs with what their lines say in words."""
    wanted = ibis.memtable(pa.table({"line": pc.unique(pairs["line"])}))
    found = [held.semi_join(wanted, "line").select("line", *_WORDS).to_pyarrow() for held in sides]
    words = pa.concat_tables([each.cast(found[0].schema) for each in found]).sort_by("line")
    rows = np.searchsorted(words["line"].to_numpy(), pairs["line"].to_numpy())
    for name in _WORDS:
        pairs = pairs.append_column(name, words[name].take(pa.array(rows, pa.int64())))
    return pairs


def _bills_of(carried: ir.Table, sides: Iterable[tuple[ir.Table, ir.Table]]) -> ir.Table:
    """Of the bills those of lines, and of entries taken as a whole, that stand in a pair."""
    named = [held.semi_join(near, "line").select("bill") for near, held in sides]
    return carried.semi_join(ibis.union(*named).distinct(), "bill")


def _entries_of_parties(bare: pa.Table, lines: ir.Table) -> ir.Table:
    """All lines of the entries in which the taxpayers and the makers of lots known by their bill have a line."""
    of_parties = [
        lines.semi_join(ibis.memtable(bare.select([name])).drop_null(name), name).select("entry_number")
        for name in ("taxpayer", "maker")
    ]  # fmt: skip
    return lines.semi_join(ibis.union(*of_parties).distinct(), "entry_number")


def _bands(amounts: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    """The same bands as `lines.band`. A last digit that falls otherwise is met in the neighbouring band."""
    values = amounts.to_numpy().astype(np.float64)
    known = ~np.isnan(values)
    bands = np.floor(np.log(np.where(known, values, 1.0)) / BAND).astype(np.int64)
    return pa.array(bands, mask=~known)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns rows of the scores back into matches that a person can read."""

    pairs: pa.Table
    bits: scoring.PairBits
    scores: scoring.Groups
    known: dict[tuple[str, str], tuple[Tie, ...]]
    couples: dict[int, tuple[str, str]]

    def match(self, group: int) -> Match:
        row = int(self.scores.best[group])
        values = self.pairs.slice(row, 1).to_pylist()[0]
        levels: dict[str, str] = {}
        bits: dict[str, float] = {}
        for comparison in COMPARISONS:
            level = values[f"level_{comparison.name}"]
            if level >= 0:
                levels[comparison.name] = comparison.labels[level]
                bits[comparison.name] = float(self.bits.by_field[comparison.name][row])
        line_ids = () if values["line_id"].endswith(WHOLE_ENTRY) else (values["line_id"],)
        return Match(
            line_ids, values["entry_number"], values["day"], values["port"], values["importer"],
            values["taxpayer"], values["maker"] or "", values["bill"] or "", values["own"], levels, bits,
            float(self.scores.identity[group]), float(self.scores.goods[group]),
            int(self.scores.look_alikes[group]), float(self.scores.total[group]),
            self.known.get(self.couples.get(row, ("", "")), ()), float(self.bits.again[row]),
            values["carrier"] or "", float(self.scores.port[group]),
        )  # fmt: skip
