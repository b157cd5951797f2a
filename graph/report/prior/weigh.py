"""How alike a past matter is, and why: each thing shared is a reason with its worth, and the score is made of these.

The worth of a reason is the chance, as an analyst would put it, that the past matter bears on the new one if nothing
else were shared: by kind (a firm before a maker before a case before a tariff number before a port), lowered where many
past matters name the thing, and by how certain it is that the thing is the same. Reasons are joined as independent
chances (one minus the product of what each leaves open), and what was last worked on long ago counts a little less.

Invariant: a score is between 0 and 1 and follows from the reasons listed and the day alone; worths are judgement, set
before any measurement and the same for all data.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from graph.model.finding import RecordRef

# What sharing a thing is worth where it is as rare as can be. Tariff numbers by the digits shared.
WORTHS = {"importer": 0.9, "entry": 0.9, "manufacturer": 0.6, "case": 0.4, "ruling": 0.35, "port": 0.15}
TARIFF_WORTHS = {10: 0.4, 8: 0.35, 6: 0.27, 4: 0.18}
TEXT_WORTH = 0.5
# What is shared with the firm's trade, and not with what was asked, counts for so much of its worth.
BY_TRADE = 0.5
# So much of a thing's worth is left where every past matter names it. A firm's own past is never common.
LEFT_WHEN_COMMON = 0.3
NEVER_COMMON = ("importer", "entry")
# Work of long ago counts for `OLD` of its likeness; half of the difference is lost in so many years.
OLD, HALF_LIFE_YEARS = 0.8, 4.0
# How scores are read out, from the highest: at least so much is that much alike.
BANDS = ((0.75, "very"), (0.45, "much"), (0.0, "partly"))


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a past matter shares with the question.

    `label` is the reason in two or three words, `words` with its numbers. `entity` is the id of what is shared as the
    past matter has it, `asked` as the question or the firm's trade has it. `records` open the rows that say so,
    `opens` holds what else says so, as `kin.Tie` has it.
    """

    kind: str
    label: str
    words: str
    worth: float
    entity: str = ""
    asked: str = ""
    records: tuple[RecordRef, ...] = ()
    opens: tuple[str, ...] = ()


def rarity(naming: int, of: int) -> float:
    """From 1 (one past matter names the thing) down to `LEFT_WHEN_COMMON` (all do), by the logarithm of the share.

    >>> rarity(1, 180), round(rarity(18, 180), 2), rarity(180, 180), rarity(1, 1)
    (1.0, 0.61, 0.3, 1.0)
    """
    if of <= 1 or naming <= 1:
        return 1.0
    share = math.log(of / min(naming, of)) / math.log(of)
    return LEFT_WHEN_COMMON + (1 - LEFT_WHEN_COMMON) * share


def recency(last: date | None, today: date | None) -> float:
    """What part of its likeness a matter keeps that was last worked on then; 1 where either day is unknown.

    >>> recency(date(2024, 1, 1), date(2024, 1, 1)), round(recency(date(2020, 1, 1), date(2024, 1, 1)), 2)
    (1.0, 0.9)
    """
    if last is None or today is None or last >= today:
        return 1.0
    years = (today - last).days / 365.25
    return OLD + (1 - OLD) * math.pow(0.5, years / HALF_LIFE_YEARS)


def joined(reasons: Iterable[Reason], *, kept: float = 1.0) -> float:
    """The score of these reasons, of which `kept` is kept for age.

    >>> joined([Reason("port", "", "", 0.5), Reason("hts", "", "", 0.5)])
    0.75
    """
    return round(kept * (1 - math.prod(1 - reason.worth for reason in reasons)), 4)


def band(score: float) -> str:
    """How a score is read out.

    >>> band(0.8), band(0.5), band(0.1)
    ('very', 'much', 'partly')
    """
    return next(word for least, word in BANDS if score >= least)


def shared_digits(one: str, other: str) -> int:
    """At how many digits two tariff numbers are the same one: 10, 8, 6, 4 or 0.

    >>> shared_digits("7326200020", "7326209000"), shared_digits("7326200020", "7326"), shared_digits("7326", "7317")
    (6, 4, 0)
    """
    return next((n for n in TARIFF_WORTHS if len(one) >= n and len(other) >= n and one[:n] == other[:n]), 0)


def likeness(asked: Mapping[str, str], said: Iterable[str], *, naming: Mapping[str, int], of: int) -> float:
    """The share of the question's words (by token) that a text says too, rare words counting more: 0 to 1.

    `naming` is how many past matters say each word. One word of more than two is chance, and counts for
    nothing.
    """
    weights = {token: math.log((of + 1) / (max(naming.get(token, 0), 1) + 0.5)) for token in asked}
    weights = {token: max(weight, 0.0) for token, weight in weights.items()}
    shared = set(asked).intersection(said)
    whole = sum(weights.values())
    if not whole or (len(shared) < 2 < len(asked)):
        return 0.0
    return sum(weights[token] for token in shared) / whole
