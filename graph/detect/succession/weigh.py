"""Each newcomer with its likeliest predecessor: features, events, what was said openly, and the probability.

Invariant: a newcomer has one predecessor; a predecessor may split into several, each of which must stand by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.detect.calibration import Calibration
from graph.detect.queue import threshold_e_values
from graph.detect.succession.candidates import Pairs
from graph.detect.succession.compare import Compared
from graph.detect.succession.deposits import NONE, PAYS_DEPOSITS, Deposits
from graph.detect.succession.events import Event, Rates
from graph.detect.succession.lawful import Openly, openly
from graph.detect.succession.parted_line import deposits_of, weigh_parted_lines
from graph.detect.succession.parts import LEAST_VOLUME, find_parts
from graph.detect.succession.probability import escaping_logit, same_firm_logit, sigmoid
from graph.detect.succession.reason import COMMON, owes_nothing, reason
from graph.detect.succession.search import Search
from graph.detect.succession.sides import MAKERS
from graph.detect.succession.trade import Bools, Floats, Ints
from graph.facts.store import FactStore

RAREST_EVENT = 2.5
# Of those that fit worse, the nearest so many are counted.
MOST_BELOW = 12
MOST_CONTACT, MOST_IDENTITY, MOST_TRADE, LEAST_TRADE = 16.0, 20.0, 25.0, -20.0
MOST_APART = 4.0
MOST_TURNED = 4.0
# What ties two firms: something on file that one in sixteen strangers shares, or rarer.
TIE_BITS = 4.0
# A word of the name is one of those that trades choose from, unless one in 128 strangers or fewer has it.
NAME_TIE_BITS = 7.0
# A tie says something of who took the trade over where the newcomer goes on with so much of it.
TIED_VOLUME = 1 / 8
_GOODS = ("hts", "exporter")
_HABITS = ("filer", "surety")
# A registered agent serves thousands and is no evidence.
_ON_FILE = ("place", "person", "bond", "name")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair (its number among the search's pairs) with what was found out about it."""

    pair: int
    old: str
    new: str
    event: Event | None
    event_chance: float
    openly: Openly
    features: dict[str, float]
    same_firm: float
    probability: float
    parts: int = 0  # where it is one of several parts of the old firm: how many
    together: float = 0.0  # and with what share of its pace they go on together
    deposits: Deposits = NONE
    of_a_line: bool = False  # whether only the line whose deposits are gone went over

    @property
    def settled(self) -> bool:
        """Whether it was said in the open or denied; or the new one names the old one and what was owed is paid."""
        return self.openly.settled or bool(self.features["answered"])


@dataclass(frozen=True, slots=True)
class Weighing:
    """The pairs of a side that are worth telling or fitting, and the e-values by predecessor's number."""

    search: Search
    pairs: tuple[Weighed, ...]
    e_values: dict[str, float]
    tested: int
    stand_ins: int


def link_features(found: Search) -> dict[str, Floats]:
    """The features of `SAME_FIRM` for all pairs, stand-ins too; what people say is not among them yet."""
    c, pairs = found.compared, found.pairs
    trade = _sum(c, ("partner",)) - np.log2(c.pool)
    contact, identity = np.minimum(_sum(c, ("contact",)), MOST_CONTACT), _sum(c, _ON_FILE)
    tied = _tied(c)
    bare = ~tied & (_sum(c, ("consignee",)) <= 0) & (c.shared_partners <= 1)
    apart = (c.shared_partners == 0) & ~_same_heading(found)
    return {
        "contact": contact,
        "identity": np.clip(identity, -3.0, MOST_IDENTITY),
        "trade": np.clip(trade, LEAST_TRADE, MOST_TRADE),
        "goods": np.clip(_sum(c, _GOODS), -6.0, 8.0),
        "consignees": np.clip(_sum(c, ("consignee",)), -3.0, 12.0),
        "habits": _sum(c, _HABITS),
        "ports": _sum(c, ("port",)),
        "timing": c.fields["timing"],
        "stopped": c.stopped,
        "beside": (np.isnan(c.gap) & (c.stopped <= 0)).astype(np.float64),
        "kept": np.isnan(c.gap) * (1.0 - c.taken),
        "goes_on": c.goes_on,
        "taken": c.taken,
        "dropped": -np.log2(np.clip(c.volume, LEAST_VOLUME, 1.0)),
        "covered": c.covered,
        "apart": apart.astype(np.float64),
        "size": np.minimum(np.abs(np.log2(np.clip(c.replaced, 1e-3, 1e3))), 5.0),
        "lots": np.minimum(np.nan_to_num(c.lots), MOST_APART),
        "other_goods": np.isnan(c.lots).astype(np.float64),
        "rivals": _rivals(pairs, c.total),
        "scattered": c.scattered,
        "parted": c.parted,
        "customer": c.customer,
        "sole_customer": c.sole_customer,
        "in_a_body": np.log2(np.clip(c.turned, 1.0, MOST_TURNED)) * float(found.side is MAKERS),
        "woken": found.known.woken[pairs.new],
        "tied": (tied & (c.volume >= TIED_VOLUME)).astype(np.float64),
        "one_partner": bare.astype(np.float64) * float(found.side is not MAKERS),
        "untied": _untied(found),
        "claimed": np.zeros(len(pairs.old)),
        "appointed": np.zeros(len(pairs.old)),
    }


def _sum(compared: Compared, names: tuple[str, ...]) -> Floats:
    """Bits of these fields together, as far as the side has them."""
    none = np.zeros(len(compared.total))
    return np.asarray(sum((compared.fields.get(name, none) for name in names), none))


def _tied(compared: Compared) -> Bools:
    """Whether contact, or what else is on file, ties two firms; of the names only a rare word does."""
    name = _sum(compared, ("name",))
    on_file = _sum(compared, ("place", "person", "bond")) + np.where(name >= NAME_TIE_BITS, name, np.minimum(name, 0.0))
    return np.asarray(np.maximum(_sum(compared, ("contact",)), on_file) >= TIE_BITS, dtype=np.bool_)


def _same_heading(found: Search) -> Bools:
    heading, pairs = found.known.heading, found.pairs
    place, row = heading.spread(pairs.new)
    there = heading.lookup(pairs.old[place], heading.value[row]) >= 0
    return np.bincount(place, weights=there, minlength=len(pairs.old)) > 0


def _untied(found: Search) -> Floats:
    """1 for makers of whom nothing on file, but a word of the name, says that they are one, else 0."""
    fields = found.compared.fields
    tied = np.zeros(len(found.pairs.old), dtype=bool)
    for group in ("contact", "place", "person", "bond"):
        if group in fields:
            tied |= fields[group] > 0
    return np.where(tied, 0.0, float(found.side is MAKERS))


def appointed_by(found: Search, pair: int, said: Openly) -> tuple[tuple[str, str], ...]:
    """(claim, partner): which of the partners that both have named the newcomer its agent, as a fact on record."""
    if not said.agent_of:
        return ()
    partner = found.known.partner
    number = partner.values.number(pa.array([principal for _, principal in said.agent_of], pa.string()))
    both = np.ones(len(number), dtype=bool)
    for party in (found.pairs.old[pair], found.pairs.new[pair]):
        both &= partner.lookup(np.full(len(number), party), number) >= 0
    return tuple(agent for agent, shared in zip(said.agent_of, both, strict=True) if shared)


def _rivals(pairs: Pairs, total: Floats) -> Floats:
    """How much other newcomers of the predecessor, and other predecessors of the newcomer, fit beside the pair.

    In doublings: 1 where one other fits as well or better, 3 where seven do. One that fits worse by two bits counts
    half.
    """
    weight = np.exp2(np.clip(total, -40.0, 60.0) / 2)
    crowd = np.zeros(len(total))
    for party in (pairs.new, pairs.old):
        group = pairs.shift * (int(party.max()) + 1) + party
        order = np.lexsort((total, group))
        sorted_group, sorted_weight = group[order], weight[order]
        end = np.searchsorted(sorted_group, sorted_group, side="right")
        start = np.searchsorted(sorted_group, sorted_group, side="left")
        place = np.arange(len(total))
        # Within a group totals rise: those above count one each, those below by how near they come.
        lower = np.zeros(len(total))
        for lag in range(1, 1 + MOST_BELOW):
            near = place - lag >= start
            lower += np.where(near, sorted_weight[np.maximum(place - lag, 0)] / sorted_weight, 0.0)
        crowd[order] += np.log2(end - place + lower)
    return crowd


def weigh(
    facts: FactStore, found: Search, calibration: Calibration, *, traded: ir.Table, as_of: date | None, until: date,
    least: float,
) -> Weighing:  # fmt: skip
    """The pairs whose newcomer and predecessor are one firm with a probability of at least `least`, best first.

    `traded` are the lines of `sides.traded`.
    """
    x = link_features(found)
    real = found.pairs.shift == 0
    owed = deposits_of(found, traded)
    parted = weigh_parted_lines(found, owed, x)
    logit = same_firm_logit(x, calibration)
    history, rates = dict(found.history), found.rates
    chosen = _best_of_each(found.pairs.new, logit, real & (sigmoid(logit) >= least))
    couples = [(found.names[found.pairs.old[i]], found.names[found.pairs.new[i]]) for i in chosen]
    said = openly(facts, found.side, couples, as_of=as_of, until=until)
    _inherit(found, chosen, logit, history)
    part_of = {int(pair): (parts, n) for parts in find_parts(found, chosen, x, logit, calibration)
               for n, pair in enumerate(parts.pairs)}  # fmt: skip
    weighed = []
    for i, couple in zip(chosen, couples, strict=True):
        pays = owed.get(int(i), NONE)
        event, chance = reason(found, int(i), history.get(couple[0], []), rates, pays)
        open_ = said[couple]
        parts, n = part_of.get(int(i), (None, 0))
        features = {name: float(parts.features[name][n] if parts else values[i]) for name, values in x.items()}
        features["claimed"] = 2.0 if open_.admitted else 1.0 if open_.said else 0.0
        told = event is not None and chance <= COMMON
        paid = told and event is not None and event.paid
        borne = told and event is not None and event.kind == "order" and pays.paid >= PAYS_DEPOSITS
        left_open = told and not (paid or borne)
        features |= {
            "event": min(-float(np.log10(max(chance, 1e-9))), RAREST_EVENT) if left_open else 0.0,
            "no_event": float(not told),
            "declared": float(open_.declared),
            "former": float(bool(open_.former) and not open_.declared),
            "public": float(bool(open_.public or open_.announced)),
            "owned": float(bool(open_.owned)),
            "related": float(bool(open_.related)),
            "same_name": float(bool(open_.same_name)),
            "cleared": float(bool(open_.cleared or open_.looked_into)),
            "divided": float(bool(open_.divided)),
            "paid": float(paid),
            "borne": float(borne),
            "deposits_gone": pays.gone,
            "answered": float(open_.names_it and (paid or owes_nothing(found, int(i), history.get(couple[0], [])))),
            "appointed": float(bool(appointed_by(found, int(i), open_))),
        }
        one = {name: np.array([value]) for name, value in features.items()}
        same = float(sigmoid(same_firm_logit(one, calibration))[0])
        escape = float(sigmoid(escaping_logit(one, calibration))[0])
        several = (len(parts.pairs), parts.volume) if parts else (0, 0.0)
        weighed.append(
            Weighed(
                int(i), *couple, event, chance, open_, features, same, same * escape, *several, pays, bool(parted[i])
            )
        )  # fmt: skip
    weighed.sort(key=lambda w: (-w.probability, -w.same_firm, w.old, w.new))
    speaking = np.where(_speaking(found, weighed), logit, -np.inf)
    settled = {w.old for w in weighed if w.settled}
    gone = found.compared.gone | parted
    e_values, tested, stand_ins = _e_values(found, speaking, history, rates, gone=gone, left_out=settled)
    return Weighing(found, tuple(weighed), e_values, tested, stand_ins)


def _inherit(found: Search, chosen: Ints, logit: Floats, history: dict[str, list[Event]]) -> None:
    """What stands against a predecessor stands against its likely successor too, as a link of a chain."""
    for i in sorted(chosen, key=lambda i: (int(found.compared.began[i]), int(i))):
        if logit[i] > 0:
            old, new = found.names[found.pairs.old[i]], found.names[found.pairs.new[i]]
            if old in history:
                history[new] = sorted({*history.get(new, []), *history[old]}, key=lambda e: (e.day, e.table, e.key))


def _best_of_each(group: Ints, logit: Floats, among: Bools) -> Ints:
    """Of each group's pairs the one of highest odds; of equals the first."""
    rows = np.flatnonzero(among)
    order = rows[np.lexsort((rows, -logit[rows], group[rows]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    return order[first]


def _speaking(found: Search, weighed: Iterable[Weighed]) -> Bools:
    """The pairs that can speak for a succession in the queue, stand-ins among them.

    A maker's trade by itself passes to a newcomer just so where a plant is sold: something on file must tie the two,
    or somebody claim that they are one.
    """
    speaking = _tied(found.compared) | (found.side is not MAKERS)
    speaking[[w.pair for w in weighed if w.features["claimed"]]] = True
    return np.asarray(speaking, dtype=np.bool_)


def _e_values(
    found: Search, logit: Floats, history: dict[str, list[Event]], rates: Rates, *, gone: Bools, left_out: set[str]
) -> tuple[dict[str, float], int, int]:
    """The evidence that a predecessor was succeeded, by its name: its best pair among the best pairs of stand-ins.

    Tested are those that are gone, or parted with a line, and have an event to leave behind; stand-ins are all that
    were gone by then, beside newcomers of other times. A pair that the true window holds too may be a succession and
    stands in for nobody. Those left out, because it was said openly what they are or denied, are tested and reach no
    threshold.
    """
    bits = logit / np.log(2.0)
    pairs = found.pairs
    window = pairs.shift * (int(pairs.old.max()) + 1) + pairs.old
    couple = pairs.old * len(found.names) + pairs.new
    real = pairs.shift == 0
    thinkable = np.isin(couple, couple[real])
    best = _best_of_each(window, logit, gone & (real | ~thinkable))
    stand_ins = bits[best[pairs.shift[best] != 0]]
    tested: dict[str, float] = {}
    for i in best[pairs.shift[best] == 0]:
        old = found.names[pairs.old[i]]
        if old in history and reason(found, int(i), history[old], rates)[1] <= COMMON:
            tested[old] = -np.inf if old in left_out else float(bits[i])
    values = threshold_e_values(list(tested.values()), stand_ins)
    return dict(zip(tested, values, strict=True)), len(tested), len(stand_ins)
