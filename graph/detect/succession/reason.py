"""What a predecessor may have wanted to leave behind: which of its events is the likeliest reason for the change.

Invariant: of an event that chance brings as near as it stands, nothing is said.
"""

import numpy as np

from graph.detect.succession.deposits import NONE, PAYS_DEPOSITS, Deposits
from graph.detect.succession.events import Event, Rates
from graph.detect.succession.search import Search

# How long before the change an event may lie; and after, since bills come late.
EVENT_BEFORE_DAYS, EVENT_AFTER_DAYS = 730, 30
# An event more probable than this says nothing.
COMMON = 0.7
# Where several may be the reason, one that is paid counts as so many times likelier by chance.
PAID_COUNTS = 10.0
# An order that the newcomer bears was put on it by nobody's fault and says nothing of what else is open: more than any
# chance.
COMES_LAST = 1.0
# Nobody leaves a name behind for a bill of less than this share of a year's value.
PETTY_SHARE = 0.002
YEAR_DAYS = 365
# A penalty is a charge, however small, and goods that are refused or seized are a matter of their own.
_OF_MONEY = ("bill", "finding")


def reason(
    found: Search, pair: int, history: list[Event], rates: Rates, pays: Deposits = NONE
) -> tuple[Event | None, float]:
    """The event left open that is least likely to stand so near the change by chance, else another; and that chance.

    What was paid is not left open, nor an order under which the newcomer goes on to pay deposits, nor what is less than
    a demand that was paid; and a petty bill is no reason at all.
    """
    began = int(found.compared.began[pair])
    old = found.pairs.old[pair : pair + 1]
    best: tuple[Event | None, float] = (None, 1.0)
    least = np.inf
    near = [e for e in history if began - EVENT_BEFORE_DAYS <= e.day <= began + EVENT_AFTER_DAYS]
    if any(e.revenue_usd > 0 for e in near):
        petty = PETTY_SHARE * _years_value(found, int(old[0]))
        near = [e for e in near if not (e.kind in _OF_MONEY and 0 < e.revenue_usd < petty)]
    paid = [e for e in near if e.paid and e.revenue_usd > 0]
    for event in near:
        if not event.paid and any(_less_than(event, demand) for demand in paid):
            continue
        from_day, to_day = min(event.day, began), max(event.day, began) + 1
        entries = float(found.known.calendar.between(old, np.array([from_day]), np.array([to_day]))[0]) + 1.0
        chance = rates.chance(event.kind, entries=entries, days=to_day - from_day)
        borne = event.kind == "order" and pays.paid >= PAYS_DEPOSITS
        counted = chance * (PAID_COUNTS if event.paid else 1.0) + (COMES_LAST if borne else 0.0)
        if chance < 1.0 and counted < least:
            best, least = (event, chance), counted
    return best


def _years_value(found: Search, party: int) -> float:
    """What a party entered in a year, in dollars, from the usual value of its lines; 0 where none is known."""
    of, known = found.known.habits["hts"], found.known
    rows = slice(of.start[party], of.start[party + 1])
    days = max(int(known.last_day[party] - known.first_day[party]) + 1, YEAR_DAYS)
    return float(np.nansum(of.lines[rows] * np.exp2(of.lot[rows]))) / days * YEAR_DAYS


def _less_than(event: Event, demand: Event) -> bool:
    """Whether an event was no reason to leave for who stayed to pay the demand: it asks for less, or came before."""
    if event.kind == "order" or event.revenue_usd >= demand.revenue_usd:
        return False
    return event.day <= demand.day or event.kind in ("bill", "finding", "pending")


def owes_nothing(found: Search, pair: int, history: list[Event]) -> bool:
    """Whether the last demand for money before the change is paid or was taken back, as customs noted."""
    began = int(found.compared.began[pair])
    near = (e for e in history if began - EVENT_BEFORE_DAYS <= e.day <= began + EVENT_AFTER_DAYS)
    demands = [(e.day, e.paid) for e in near if e.revenue_usd > 0]
    return bool(demands) and max(demands)[1]
