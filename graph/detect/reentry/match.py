"""The lead: a shipment that customs acted on, matched with the entries it seems to have come back as.

This runs the whole search (lots, pairs, weights, scores, chance) and ends with leads, each with the probability
that chance alone gives its shipment so good a match.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry import lots, scoring
from graph.detect.reentry.beginnings import Beginnings, beginnings
from graph.detect.reentry.bill_names import known_names
from graph.detect.reentry.compare import strongest_candidates
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.importers import StandIn
from graph.detect.reentry.lines import BAND, WHOLE_ENTRY, bills, entry_lines, numbered
from graph.detect.reentry.pairs import Floats, Ints
from graph.detect.reentry.parts import Together, together
from graph.detect.reentry.pools import pools_of
from graph.detect.reentry.shipments import Shipments, with_wholes
from graph.detect.reentry.ties import Tie, bits_of, ties
from graph.detect.reentry.weights import SAME_MAKER, Weights, count_chance
from graph.facts.columns import one_column
from graph.facts.store import FactStore

# About two in three successors keep something on file that is rare.
NO_TIE_BITS = -1.5
# Ties are looked up where they could still lift a pair to a lead.
LOOK_UP_TIES_FROM = -16.0

MOST_LEADS = 2_000
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
    pairs, bits, scores = strongest_candidates(facts, table, lines, as_of=as_of, weights=weights, pools=pools, say=say)
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

    shipments = Shipments(table, pools.shipment)
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
        near = [
            int(other) for other in by_shipment[bounds[number] : bounds[number + 1]]
            if other == g or (
                scores.after[other] and scores.total[other] >= scores.total[g] - WITHIN_BITS
                and chance.p_value(float(scores.total[other])) * len(tested) <= 0.05
            )
        ]  # fmt: skip
        near.sort(key=lambda other: (-scores.total[other], str(names[scores.best[other]])))
        leads.append(read.lead(near, table, shipments, pools, p_value=p_values[name]))
    return Search(
        tuple(leads), tested, p_values, {name: float(top[n]) for name, n in found.items()},
        tuple(_control(shipments, pairs, bits, scores, best, whole=whole, broken=broken, chance=chance)),
        int(shipments.stand_in.sum()), weights,
    )  # fmt: skip


def _control(
    shipments: Shipments, pairs: pa.Table, bits: scoring.PairBits, scores: scoring.Groups, best: Ints, *,
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


def _by_shipment(shipment: Ints, total: Floats, shipments: Shipments) -> Floats:
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
    shipments: Shipments, parts: Together, row: int, of_entry: dict[str, list[dict[str, Any]]], *, p_value: float
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
    table = with_wholes(pa.concat_tables([acted_on, others]))
    table = table.append_column("lot", pa.array(np.arange(table.num_rows), pa.int64()))
    table = table.rename_columns(["acting_port" if name == "port" else name for name in table.column_names])
    for name in ("weight", "quantity", "value"):
        table = table.append_column(f"{name}_band", _bands(table[name]))
    return table, acted_on.num_rows


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

    def lead(
        self, found: list[int], table: pa.Table, shipments: Shipments, pools: scoring.Pools, *, p_value: float
    ) -> Lead:
        """The lead of a shipment that these entries match, best first."""
        row = int(self.scores.best[found[0]])
        number = self.pairs["lot"][row].as_py()
        lot = table.slice(number, 1).to_pylist()[0]
        line_ids = tuple(lot["line_ids"]) if lot["whole"] else shipments.line_ids(int(pools.shipment[number]))
        among = float(pools.sizes[number, self.bits.kind[row]] * pools.share_in_window)
        return Lead(lot, line_ids, tuple(map(self.match, found)), p_value, max(1, round(among)))

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
