"""Companies that were asleep: few entries long ago, none for the better part of a year, then a trade new to them.

Their numbers are older than their trade, so that by their first entry they are no newcomers. They count from the day
on which they wake: what they entered before is left out of their trade.

Invariant: who resumes what it did before, with partners that it had before, was not woken; nor who did much before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from graph.facts.columns import one_column, surely

# So long without an entry, at least.
DORMANT_DAYS = 240
# What was entered before: at most so many entries, and so many for one since.
MOST_ENTRIES, MOST_SHARE = 25, 0.5
# From this share of its lines since with partners that it had before, it resumes.
RESUMED = 0.3


@dataclass(frozen=True, slots=True)
class Sleep:
    """What a woken company did before: entries, the first and the last day of them; and when it woke."""

    entries: int
    first_day: int
    last_day: int
    woke: int


def woken(lines: ir.Table, paces: ir.Table) -> ir.Table:
    """(party, woke): who was woken, and on which day; `lines` and `paces` are those of a whole side."""
    days = paces.mutate(
        asleep=paces.day - paces.day.lag().over(group_by="party", order_by="day"),
        upto=paces.entries.cumsum().over(group_by="party", order_by="day"),
        whole=paces.entries.sum().over(group_by="party"),
    )
    before = days.upto - days.entries
    days = days.filter(
        surely(days.asleep >= DORMANT_DAYS), before <= MOST_ENTRIES, before <= MOST_SHARE * (days.whole - before)
    )
    found = days.group_by("party").agg(woke=days.day.max())
    own = lines.select("party", "partner", "day").join(found, "party")
    had = own.filter(own.day < own.woke, own.partner.notnull()).select("party", "partner").distinct()
    since = own.filter(own.day >= own.woke).left_join(had.mutate(known=True), ["party", "partner"])
    again = since.group_by("party").agg(share=ibis.ifelse(since.known.notnull(), 1.0, 0.0).mean())
    return found.anti_join(again.filter(again.share >= RESUMED), "party")


def since_waking(table: ir.Table, woke: ir.Table) -> ir.Table:
    """Rows (party, day, ...) without what woken companies did before they woke."""
    t = table.left_join(woke, "party").drop("party_right")
    return t.filter(t.woke.isnull() | surely(t.day >= t.woke)).drop("woke")


def sleeps(paces: ir.Table, woke: ir.Table, parties: Sequence[str]) -> dict[str, Sleep]:
    """What those of these parties that were woken did before; `paces` are of all days."""
    t = paces.semi_join(one_column("party", parties), "party").join(woke, "party")
    t = t.filter(t.day < t.woke).group_by("party")
    t = t.agg(
        entries=lambda t: t.entries.sum(), first=lambda t: t.day.min(), last=lambda t: t.day.max(),
        woke=lambda t: t.woke.min(),
    )  # fmt: skip
    rows = t.to_pyarrow().to_pylist()
    return {row["party"]: Sleep(int(row["entries"]), row["first"], row["last"], row["woke"]) for row in rows}
