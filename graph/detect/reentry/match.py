"""The lead: a lot that customs acted on, matched with the lines it seems to have come back as.

This runs the whole search (lots, pairs, weights, scores, chance) and ends with leads, each with the probability
that chance alone gives its lot so good a match.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.reentry import candidates, lots, scoring
from graph.detect.reentry.comparisons import COMPARISONS
from graph.detect.reentry.lines import BAND, bills, entry_lines
from graph.detect.reentry.ties import Tie, ties
from graph.detect.reentry.weights import Floats, Weights, count_chance
from graph.facts.store import FactStore

# What a tie is worth between two taxpayers: few couples in a thousand share a rare phone or officer, and about
# four in five successors keep something of the kind. Declared, capped well below what the rates would give.
TIE_BITS = 7.0
NO_TIE_BITS = -1.5
# Ties are looked up where they could still lift a pair to a lead.
LOOK_UP_TIES_FROM = -10.0

STAND_INS = 20_000
STAND_INS_PER_GROUP = 4
MOST_LEADS = 500
# A lead is a match that chance would give to fewer than this many of the lots tested.
CHANCE_MATCHES = 20.0
# A further line belongs to the same return when it matches nearly as well as the best.
WITHIN_BITS = 5.0


@dataclass(frozen=True, slots=True)
class Match:
    """A line that a lot seems to have come back as, with its level on each field and the bits of each part."""

    line_id: str
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


@dataclass(frozen=True, slots=True)
class Lead:
    """An acted-on lot and its matches, best first. `sought_among` is the number of lines looked among."""

    lot: dict[str, Any]
    matches: tuple[Match, ...]
    p_value: float
    sought_among: int


@dataclass(frozen=True, slots=True)
class Search:
    """The leads, and how much was tested: lots, and stand-ins for chance.

    `tested` gives the taxpayer (or, without one, the lot) of each of the `tested_lots`, `p_values` the chance
    of its best match for each lot that has one.
    """

    leads: tuple[Lead, ...]
    tested: tuple[str, ...]
    tested_lots: tuple[int, ...]
    stand_ins: int
    weights: Weights
    p_values: dict[int, float]


def party_of(lot: dict[str, Any]) -> str:
    """Whom a lot is tested for: its taxpayer, or the lot itself where nobody is named."""
    return str(lot["taxpayer"] or lot["lot_key"])


def search(
    facts: FactStore, *, as_of: date | None, until: date, progress: Callable[[str], None] | None = None
) -> Search | None:
    """Match every lot that customs acted on with what was entered elsewhere afterwards.

    None when there is no lot or no line. Lots that were cleared are matched too, but not tested.
    """
    say = progress or (lambda _: None)
    lines = entry_lines(facts, as_of=as_of, until=until)
    extent = (
        lines.aggregate(held=lines.count(), first=lines.day.min(), last=lines.day.max()).to_pyarrow().to_pylist()[0]
    )
    if not extent["held"]:
        return None
    say("lots that customs acted on")
    rows = _lots(facts, held=extent["held"], as_of=as_of, until=until)
    table = rows.table
    acted = rows.acted
    if acted == 0:
        return None
    placed = ibis.memtable(table)
    say("how often unrelated goods agree")
    weights = count_chance(lines, lines_held=extent["held"])
    say("lines to compare with the lots")
    pairs = candidates.pairs(placed, lines, bills(facts, as_of=as_of)).to_pyarrow()
    pairs = pairs.sort_by([("lot", "ascending"), ("line_id", "ascending")])
    say("scores")
    pools = _pools(table, lines, extent)
    payers = table["taxpayer"].to_pylist()
    lot = pairs["lot"].to_numpy().astype(np.int64)
    after = pairs["after"].to_numpy(zero_copy_only=False).astype(bool)
    own = pairs["own"].to_numpy(zero_copy_only=False).astype(bool)
    without = scoring.score(pairs, weights, pools, np.zeros(len(lot)))
    worth = np.flatnonzero(after & ~own & (without.total >= LOOK_UP_TIES_FROM))
    theirs = pairs["taxpayer"].take(pa.array(worth)).to_pylist()
    couples = {int(row): (payers[lot[row]] or "", payer) for row, payer in zip(worth, theirs, strict=True)}
    known = ties(facts, (c for c in couples.values() if c[0]), as_of=as_of)
    tie_bits = np.where(own, 0.0, NO_TIE_BITS)
    for row, couple in couples.items():
        if couple in known:
            tie_bits[row] = TIE_BITS
    scores = scoring.score(pairs, weights, pools, tie_bits)
    line_ids = np.array(pairs["line_id"].to_pylist(), dtype=object)
    best = scoring.best_of_each_lot(lot, scores.total, after, line_ids)
    stand_in = lot[best] >= acted
    chance = scoring.chance_match(scores.total[best[stand_in]], table.num_rows - acted)
    standing = table["standing"].to_pylist()
    tested = [i for i in range(acted) if standing[i] != lots.CLEARED]
    p_values = {int(lot[row]): chance.p_value(float(scores.total[row])) for row in best[~stand_in]}
    chosen = sorted(
        (row for row in best[~stand_in] if p_values[int(lot[row])] * len(tested) <= CHANCE_MATCHES),
        key=lambda row: (p_values[int(lot[row])], int(lot[row])),
    )[:MOST_LEADS]
    read = _Reader(pairs, weights, scores, line_ids, known, couples)
    starts = np.searchsorted(lot, np.arange(acted + 1))
    leads = []
    for row in chosen:
        number = int(lot[row])
        group = np.arange(starts[number], starts[number + 1])
        near = [
            int(r) for r in group
            if after[r] and scores.total[r] >= scores.total[row] - WITHIN_BITS
            and (r == row or chance.p_value(float(scores.total[r])) * len(tested) <= 0.05)
        ]  # fmt: skip
        near.sort(key=lambda r: (-scores.total[r], str(line_ids[r])))
        pool = (pools.own if own[row] else pools.anyone)[number] * pools.share_in_window
        details = {name: table[name][number].as_py() for name in table.column_names}
        leads.append(Lead(details, tuple(read.match(r) for r in near), p_values[number], max(1, round(float(pool)))))
    parties = tuple(party_of({"taxpayer": payers[i], "lot_key": table["lot_key"][i].as_py()}) for i in tested)
    return Search(tuple(leads), parties, tuple(tested), table.num_rows - acted, weights, p_values)


@dataclass(frozen=True, slots=True)
class _Lots:
    """Acted-on lots first, then stand-ins; `lot` counts the rows."""

    table: pa.Table
    acted: int


def _lots(facts: FactStore, *, held: int, as_of: date | None, until: date) -> _Lots:
    found = lots.with_bills(lots.acted_on_lots(facts, as_of=as_of, until=until), facts, as_of=as_of)
    found = found.filter(found.port.notnull())
    acted_on = found.order_by("lot_key").to_pyarrow()
    placed = ibis.memtable(acted_on)
    control = lots.stand_in_lots(
        facts, placed, as_of=as_of, until=until,
        per_group=STAND_INS_PER_GROUP, share_of_others=STAND_INS / max(held, 1),
    )  # fmt: skip
    control = control.mutate(
        lot_key=control.line_id,
        action_ids=ibis.null("array<string>"),
        last_action_day=control.action_day,
        reexported=False,
        standing=ibis.literal("stand-in"),
        containers=ibis.ifelse(control.container.notnull(), ibis.array([control.container]), None),
    ).drop("container")
    control = lots.with_bills(control, facts, as_of=as_of)
    names = acted_on.column_names
    others = control.select(*names).order_by("lot_key").to_pyarrow().cast(acted_on.schema)
    table = pa.concat_tables([acted_on, others]).combine_chunks()
    table = table.append_column("lot", pa.array(np.arange(table.num_rows), pa.int64()))
    renamed = {"port": "acting_port", "entry_number": "own_entry"}
    table = table.rename_columns([renamed.get(name, name) for name in table.column_names])
    for name in ("weight", "quantity", "value"):
        table = table.append_column(f"{name}_band", _bands(table[name]))
    return _Lots(table, acted_on.num_rows)


def _bands(amounts: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    """The same bands as `lines.band`. A last digit that falls otherwise is met in the neighbouring band."""
    values = amounts.to_numpy().astype(np.float64)
    known = ~np.isnan(values)
    bands = np.floor(np.log(np.where(known, values, 1.0)) / BAND).astype(np.int64)
    return pa.array(bands, mask=~known)


def _pools(table: pa.Table, lines: ir.Table, extent: dict[str, Any]) -> scoring.Pools:
    """How many lines each lot could have met: its taxpayer's in the heading, and everybody's."""
    lot = ibis.memtable(table.select(["lot", "taxpayer", "hts4"]))
    by_own = lines.semi_join(lot, ["taxpayer", "hts4"]).group_by("taxpayer", "hts4").agg(n=ibis._.count())
    by_heading = lines.semi_join(lot, "hts4").group_by("hts4").agg(n=ibis._.count())
    by_taxpayer = lines.semi_join(lot, "taxpayer").group_by("taxpayer").agg(n=ibis._.count())
    own = {(r["taxpayer"], r["hts4"]): r["n"] for r in by_own.to_pyarrow().to_pylist()}
    heading = {r["hts4"]: r["n"] for r in by_heading.to_pyarrow().to_pylist()}
    payer = {r["taxpayer"]: r["n"] for r in by_taxpayer.to_pyarrow().to_pylist()}
    keys = list(zip(table["taxpayer"].to_pylist(), table["hts4"].to_pylist(), strict=True))
    owns: Floats = np.array([own.get(k, 0) if k[1] else payer.get(k[0], 0) for k in keys], dtype=np.float64)
    all_of: Floats = np.array([heading.get(k[1], 0) if k[1] else extent["held"] for k in keys], dtype=np.float64)
    share = scoring.share_in_window(extent["first"], extent["last"])
    return scoring.Pools(np.maximum(owns, 1), np.maximum(all_of, 1), share)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns row numbers of the pairs back into matches that a person can read."""

    pairs: pa.Table
    weights: Weights
    scores: scoring.Scores
    line_ids: Any
    known: dict[tuple[str, str], tuple[Tie, ...]]
    couples: dict[int, tuple[str, str]]

    def match(self, row: int) -> Match:
        values = {name: self.pairs[name][row].as_py() for name in self.pairs.column_names}
        levels: dict[str, str] = {}
        bits: dict[str, float] = {}
        own = np.array([values["own"]])
        for comparison in COMPARISONS:
            level = values[f"level_{comparison.name}"]
            if level >= 0:
                levels[comparison.name] = comparison.labels[level]
                weight = self.weights.of(comparison.name, own, np.array([level], dtype=np.int8))
                bits[comparison.name] = float(weight[0])
        return Match(
            values["line_id"], values["entry_number"], values["day"], values["port"], values["importer"],
            values["taxpayer"], values["maker"] or "", values["bill"] or "", values["own"], levels, bits,
            float(self.scores.identity[row]), float(self.scores.goods[row]), int(self.scores.look_alikes[row]),
            float(self.scores.total[row]), self.known.get(self.couples.get(row, ("", "")), ()),
        )  # fmt: skip
