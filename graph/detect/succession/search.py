"""The search on one side: pairs of somebody who left and a newcomer, scored, with stand-ins beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pyarrow as pa

from graph.detect.succession.candidates import SHIFTS, Pairs, both, keys, pairs
from graph.detect.succession.compare import Compared, Parties, compare
from graph.detect.succession.on_file import KINDS, on_file
from graph.detect.succession.sides import HABITS, Side, lines
from graph.detect.succession.trade import Held, Names, calendar, column, held, parties, spells
from graph.facts.store import FactStore

# What can bring two parties together besides what is on file.
_TRADE_KEYS = ("partner", "exporter", "consignee")


@dataclass(frozen=True, slots=True)
class Search:
    """All pairs of one side with their comparison; parties by number in `names`."""

    side: Side
    names: Names
    pairs: Pairs
    compared: Compared
    known: Parties


def search(
    facts: FactStore, side: Side, *, as_of: date | None, until: date, progress: Callable[[str], None] | None = None
) -> Search | None:
    """Find and score the pairs of a side; None when nobody traded or nobody can be compared."""
    say = progress or (lambda _: None)
    say(f"who left and who is new among {side.kind}s")
    everything = lines(facts, side, as_of=as_of, until=until)
    with facts.kept(everything) as trade, facts.kept(parties(trade)) as everybody:
        extent = everybody.aggregate(
            first=everybody.first_day.min(), last=everybody.last_day.max(), entries=everybody.entries.sum(),
            days=(everybody.last_day - everybody.first_day + 1).sum(),
        ).to_pyarrow()  # fmt: skip
        first_day = extent["first"][0].as_py()
        if first_day is None:
            return None
        filed = on_file(facts, side, as_of=as_of).semi_join(everybody, "party")
        columns = {"partner": "partner", "heading": "hts4", **{name: name for name in HABITS}}
        use = {kind: spells(trade, name) for kind, name in columns.items()}
        with facts.kept(filed) as filed, facts.kept(keys({k: use[k] for k in _TRADE_KEYS}, filed)) as sought:
            found = [pairs(sought, everybody, first_day=first_day, shift=shift) for shift in (0, *SHIFTS)]
            table, window = both(*found)
            if not (window == 0).any():
                return None
            say(f"{int((window == 0).sum())} pairs of {side.kind}s to compare")
            names = Names.of(pa.concat_arrays([table["old"].combine_chunks(), table["new"].combine_chunks()]))
            old, new = names.number(table["old"]), names.number(table["new"])
            shift = np.asarray((0, *SHIFTS), dtype=np.int64)[window]
            order = np.lexsort((new, old, window))
            chosen = Pairs(old[order], new[order], shift[order])
            wanted = column("party", names.values)
            own = everybody.semi_join(wanted, "party").to_pyarrow()
            at = np.argsort(names.number(own["party"]))
            sets: dict[str, Held] = {}
            for kind, t in use.items():
                count = t.group_by("value").agg(holders=t.party.nunique()).to_pyarrow()
                holding = t.party.nunique().to_pyarrow().as_py()
                sets[kind] = held(t.semi_join(wanted, "party").to_pyarrow(), count, names, holding=holding)
            records = filed.group_by("kind").agg(holding=filed.party.nunique()).to_pyarrow().to_pylist()
            holding_of = {row["kind"]: row["holding"] for row in records}
            on_record: dict[str, Held] = {}
            for kind in KINDS:
                t = filed.filter(filed.kind == kind)
                count = t.group_by("value").agg(holders=t.party.nunique())
                mine = t.semi_join(wanted, "party")
                count = count.semi_join(mine, "value").to_pyarrow()
                nothing = ibis.literal(0, "int64")
                mine = mine.select("party", "value", lines=nothing, first_day=nothing, last_day=nothing)
                on_record[kind] = held(mine.to_pyarrow(), count, names, holding=holding_of.get(kind, 0))
            leaving = np.sort(everybody.last_day.to_pyarrow().to_numpy().astype(np.int64))
            known = Parties(
                own["first_day"].to_numpy().astype(np.int64)[at], own["last_day"].to_numpy().astype(np.int64)[at],
                own["entries"].to_numpy().astype(np.float64)[at], sets["partner"], sets["heading"],
                {name: sets[name] for name in HABITS}, on_record, calendar(trade, names), leaving,
                int(extent["last"][0].as_py()), float(extent["entries"][0].as_py()), float(extent["days"][0].as_py()),
                first_day,
            )  # fmt: skip
    return Search(side, names, chosen, compare(chosen, known), known)
