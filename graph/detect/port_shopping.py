"""Port shopping: goods held, refused or found discrepant at one port come back at another.

Method: each lot on which customs acted is compared with later lines at other ports, of the same importer or
of anybody, as in Fellegi and Sunter (1969), with chance agreement counted in the same data; the best match of
each lot is set against the best matches of lots on which nobody acted, which gives a p-value against chance.
How probable an importer's best lead is, beside that of as many of its lots on which nobody acted, chooses the queue,
and its leads become one finding; so do those of several importers whose goods one hand brought back. Where the
importer's later entries went, and whether everybody else went there too, is support only.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.detect.calibration import Calibration, read_calibration
from graph.detect.last_day import last_day
from graph.detect.queue import FALSE_DISCOVERY_RATE, e_bh, sure_enough, threshold_e_values
from graph.detect.reentry import lots
from graph.detect.reentry.features import excess, features
from graph.detect.reentry.hands import Came, Hand, hands
from graph.detect.reentry.importers import StandIn, by_importer, dealt, together_bits
from graph.detect.reentry.journeys import Journey, Travelled, journeys
from graph.detect.reentry.lawful import Lawful, Return, lawful
from graph.detect.reentry.lines import entry_lines
from graph.detect.reentry.match import CHANCE_SHARE, Lead, Search, party_of, search
from graph.detect.reentry.movement import Filings, Movement, filings, movement, traffic
from graph.detect.reentry.story import Told, read_records, tell
from graph.facts.store import FactStore
from graph.model.finding import Finding

# Below this a lead is no more worth a person's time than a guess; at it and above, it is told.
LEAST_PROBABILITY = 0.03
# Weaker leads join a finding of the same importer only where they would stand by themselves.
JOINING_PROBABILITY = 0.5
# What is less probable than not is no one's first case.
QUEUE_PROBABILITY = 0.5
# Of the queue so many may be false by the probabilities themselves. Half of what may be in all is left for worlds that
# they were not fitted on, where those about .7 are worth less than they say.
QUEUE_FALSE = FALSE_DISCOVERY_RATE / 2
# What is so explained, however probable, waits for a person to look.
EXPLANATIONS = ("lawful", "in_bond", "moved_for_good", "in_season", "under_way")
# About one in thirty importers whose lots are stopped shops for ports: from so many bits goods outweigh that.
SURE_BITS = 5.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A lead with its support, its innocent explanations and what they make of it.

    `alone` are the log-odds without what no stand-in can have: how many matches as rare there are, and one hand.
    """

    lead: Lead
    moved: Movement
    lawful: Lawful
    journey: Journey
    features: dict[str, float]
    probability: float
    alone: float
    hand: Hand | None = None


@dataclass(frozen=True, slots=True)
class PortShopping:
    """The detector. Its page in the docs says what each number means."""

    name: str = "port_shopping"
    version: str = "13"

    def detect(
        self, facts: FactStore, *, as_of: date | None = None, progress: Callable[[str], None] | None = None
    ) -> list[Finding]:
        """The findings as known on `as_of`, or on the last day of the facts."""
        until = as_of or last_day(facts)
        if until is None:
            return []
        found = search(facts, as_of=as_of, until=until, progress=progress)
        if found is None:
            return []
        if progress:
            progress("innocent explanations")
        weighed = weigh(facts, found, read_calibration(self.name), as_of=as_of, until=until)
        worth = importers_e_values(found, weighed, read_calibration(self.name))
        queue = dict(zip(worth, e_bh(list(worth.values())), strict=True))
        stopped = Counter(found.tested.values())
        together = by_importer(found.bits, found.tested)
        schemes = merge([w for w in weighed if w.probability >= LEAST_PROBABILITY])
        records = read_records(facts, [w.lead for scheme in schemes for w in scheme], as_of=as_of)
        calibration = read_calibration(self.name)
        findings = []
        named = [{party_of(w.lead.lot) for w in scheme} for scheme in schemes]
        in_queue = sure_enough(
            [any(queue[party] for party in parties) for parties in named],
            [scheme[0].probability for scheme in schemes], rate=QUEUE_FALSE,
        )  # fmt: skip
        for scheme, parties, is_in_queue in zip(schemes, named, in_queue, strict=True):
            first = scheme[0]
            account = Told(
                tuple((w.lead, w.moved, w.lawful) for w in scheme),
                tuple(w.journey for w in scheme),
                hands_of(scheme),
                as_of=until,
                probability=first.probability,
                calibration=calibration.label,
                queue=is_in_queue,
                e_value=max(worth[party] for party in parties),
                stopped=sum(stopped[party] for party in parties),
                bits_together=max(together[party] for party in parties),
                tested=len(found.tested),
                stand_ins=found.stand_ins,
            )
            findings.append(tell(account, records, name=self.name, version=self.version))
        return sorted(findings, key=lambda finding: (-finding.probability, finding.id))


def hands_of(scheme: Sequence[Weighed]) -> tuple[Hand, ...]:
    """The hands that brought back goods of several importers of a scheme, the first lead's first."""
    met: dict[Hand, set[str]] = {}
    for w in scheme:
        if w.hand:
            met.setdefault(w.hand, set()).add(party_of(w.lead.lot))
    return tuple(hand for hand, parties in met.items() if len(parties) > 1)


def weigh(
    facts: FactStore, found: Search, calibration: Calibration, *, as_of: date | None, until: date
) -> list[Weighed]:
    """The leads with their explanations tested, most probable first."""
    lines = entry_lines(facts, as_of=as_of, until=until)
    leads = found.leads
    filed = filings(lines, (lead.lot["taxpayer"] for lead in leads if lead.lot["taxpayer"]))
    acting = {lead.lot["acting_port"] for lead in leads}
    flow = traffic(lines, acting)
    carriers = traffic(lines, acting, by="carrier", only={lead.matches[0].carrier for lead in leads})
    travelled = journeys(facts, [_travelled(lead) for lead in leads], as_of=as_of, until=until)
    returns = [_return(lead, filed) for lead in leads]
    explained = lawful(facts, returns, as_of=as_of, until=until)
    # What is explained tells nothing of how much is going on.
    idle = {
        lead.lot["shipment"]
        for lead in leads
        if explained[lead.lot["shipment"]].explains
        or _under_way(travelled[lead.lot["shipment"]], explained[lead.lot["shipment"]])
    }
    unexplained = [lead.p_value for lead in leads if lead.lot["shipment"] not in idle]
    rest = [p for p in found.p_values.values() if p > max(unexplained, default=0.0)]
    held = excess([*unexplained, *rest], tested=len(found.tested))
    excesses = dict(zip(unexplained, held, strict=False))
    stopped: dict[str, list[str]] = {}
    for shipment, party in found.tested.items():
        stopped.setdefault(party, []).append(shipment)
    moves = {
        lead.lot["shipment"]: movement(
            lead.lot["taxpayer"] or "", port=lead.lot["acting_port"], mode=lead.lot["mode"] or "",
            day=lead.lot["action_day"], return_day=lead.matches[0].day, return_port=lead.matches[0].port,
            hts4=lead.lot["hts4"] or "", filed=filed,
            flow=flow, carrier=lead.matches[0].carrier, carriers=carriers,
            notices=travelled[lead.lot["shipment"]].notices,
        )
        for lead in leads
    }  # fmt: skip
    spoken = dict(found.bits)
    for shipment, moved in moves.items():
        spoken[shipment] = _beside_everybody(spoken[shipment], moved.moved_with_everybody)
    came = [_came(lead) for lead in leads if found.bits[lead.lot["shipment"]] >= 0 and lead.lot["shipment"] not in idle]
    behind = hands(facts, came, as_of=as_of, until=until)
    weighed = []
    for lead in leads:
        lot = lead.lot
        moved, facts_of_law = moves[lot["shipment"]], explained[lot["shipment"]]
        others = [spoken.get(s, -np.inf) for s in stopped[party_of(lot)] if s != lot["shipment"] and s not in idle]
        hand = behind.get(lot["shipment"])
        company = together_bits(others)
        of_hand = _of_others(hand, party_of(lot), found) if hand else 0.0
        rarer, journey = excesses.get(lead.p_value, 0.0), travelled[lot["shipment"]]
        weighs = _features(lead, moved, facts_of_law, journey, rarer=rarer, company=company + of_hand)
        alone = _features(lead, moved, facts_of_law, journey, rarer=0.0, company=company)
        weighed.append(
            Weighed(
                lead, moved, facts_of_law, journey, weighs, calibration.probability(weighs),
                calibration.log_odds(alone), hand,
            )
        )  # fmt: skip
    return sorted(weighed, key=lambda w: (-w.probability, w.lead.p_value, w.lead.lot["lot_key"]))


def _return(lead: Lead, filed: Filings) -> Return:
    lot, best = lead.lot, lead.matches[0]
    mine = filed.taxpayer.get(lot["taxpayer"] or "", slice(0, 0))
    before = filed.day[mine] < lot["action_day"]
    used_before = int((before & (filed.port[mine] == best.port)).sum()), int(before.sum())
    return Return(
        lot["shipment"], tuple(lot["action_ids"]), lot["action_day"], lot["acting_port"], lot["taxpayer"] or "",
        lot["bill"] or "", lot["own_entry"] or "", best.bill, best.entry_number, best.day, best.port,
        tuple(lot["containers"] or ()), lot["maker"] or "", lot["hts4"] or "", lot["standing"] == lots.REFUSED,
        (lot["maker"] or best.maker)[:2] or lot["origin"] or "", lot["packages"], lot["weight"], used_before,
    )  # fmt: skip


def _travelled(lead: Lead) -> Travelled:
    lot, best = lead.lot, lead.matches[0]
    bills = tuple(match.bill for match in (lead.matches if lead.parts else lead.matches[:1]) if match.bill)
    there_until = max(lot["action_day"], lot["there_until"] or 0)
    return Travelled(
        lot["shipment"], lot["bill"] or "", there_until, lot["acting_port"], bills, best.day, best.port, best.carrier
    )


def _came(lead: Lead) -> Came:
    """What came back by a lead's best match; by all of them where it came in parts."""
    best = lead.matches[0]
    entries = tuple(match.entry_number for match in (lead.matches if lead.parts else lead.matches[:1]))
    return Came(lead.lot["shipment"], party_of(lead.lot), best.port, best.day, entries)


def _of_others(hand: Hand, party: str, found: Search) -> float:
    """What it says of an importer's lot that another's, which surely came back, came back by the same hand."""
    sure = any(found.bits[other] >= SURE_BITS and found.tested[other] != party for other in hand.shipments)
    return hand.rarity_bits if sure else 0.0


def _features(
    lead: Lead, moved: Movement, law: Lawful, journey: Journey, *, rarer: float, company: float
) -> dict[str, float]:
    """What the probability rests on; `graph.detect.reentry.features` gives each one's meaning and sign."""
    return features(
        chance=lead.p_value,
        excess=rarer,
        company_bits=company,
        port_bits=lead.matches[0].port_bits,
        identity_bits=lead.matches[0].identity_bits,
        own=lead.matches[0].own,
        in_parts=lead.parts is not None,
        look_alikes=lead.matches[0].look_alikes,
        recurring_bits=lead.matches[0].recurring_bits if lead.matches[0].own else 0.0,
        found_again=bool(law.adverse_on_return),
        unresolved=lead.lot["standing"] == lots.UNRESOLVED,
        seized=lead.lot["standing"] == lots.SEIZED,
        returned_lawfully=law.returned_lawfully,
        reexported=bool(law.reexports),
        mended_or_passed=law.put_right,
        in_bond=bool(law.in_bond),
        support=moved.p_value,
        everybody_moved=moved.moved_with_everybody,
        # Where everybody left the port, that the importer left it too is no decision of its own.
        moved_for_good=moved.importer_moved_for_good and not moved.everybody_moved,
        in_season=moved.in_season.usual,
        under_way=_under_way(journey, law),
    )


def _under_way(journey: Journey, law: Lawful) -> bool:
    """Whether what came in was laden before the lot was stopped. What moved there under bond never left the country:
    what was laden when does not tell it from others."""
    return bool(journey.laden_before) and not law.out_of_bond


def _beside_everybody(bits: float, everybody_moved: float) -> float:
    """What a match speaks for where the acting port's other users left it too, from 0 to 1: at 1, for nothing.

    >>> _beside_everybody(8.0, 0.25), _beside_everybody(-3.0, 1.0)
    (6.0, -3.0)
    """
    return bits - everybody_moved * max(bits, 0.0)


def importers_e_values(found: Search, weighed: list[Weighed], calibration: Calibration) -> dict[str, float]:
    """Each importer's e-value: the log-odds of its best lead among those of units of stand-ins, as `dealt`.

    So what tells usual lots from others tells in the queue, too. A lead that is explained speaks for nothing, and an
    importer of whom everything told is less probable than not reaches no threshold.
    """
    stopped = Counter(found.tested.values())
    scores = dict.fromkeys(stopped, -np.inf)
    for w in weighed:
        if w.probability >= QUEUE_PROBABILITY and not any(w.features[name] for name in EXPLANATIONS):
            party = party_of(w.lead.lot)
            scores[party] = max(scores[party], w.alone)
    units = [_log_odds_of_unit(unit, calibration) for unit in dealt(found.control, stopped)]
    in_bits = np.log2(np.e)
    worth = threshold_e_values(in_bits * np.array(list(scores.values())), in_bits * np.array(units))
    return dict(zip(scores, worth, strict=True))


def _log_odds_of_unit(unit: Sequence[StandIn], calibration: Calibration) -> float:
    """The log-odds of the best lead that these stand-ins would be; minus infinity where none would be one."""
    best = -np.inf
    for each in unit:
        if each.p_value > CHANCE_SHARE:
            continue
        others = [other.bits for other in unit if other is not each]
        lead = features(
            chance=each.p_value, excess=0.0, company_bits=together_bits(others), port_bits=each.port_bits,
            identity_bits=each.identity_bits, own=each.own, in_parts=each.in_parts, look_alikes=each.look_alikes,
            recurring_bits=each.recurring_bits if each.own else 0.0, found_again=False, unresolved=False, seized=False,
            returned_lawfully=False, reexported=False, mended_or_passed=False, in_bond=False, support=0.0,
            everybody_moved=0.0, moved_for_good=False, in_season=False, under_way=False,
        )  # fmt: skip
        best = max(best, calibration.log_odds(lead))
    return best


def merge(weighed: list[Weighed]) -> list[list[Weighed]]:
    """Leads that belong to one scheme, most probable first in each and among all.

    Two leads belong together when they share the importer whose lots were stopped, a returned entry, or, where both
    are more probable than not, any taxpayer or the hand that brought them back. A weak lead beside a strong one is
    dropped: it would add entries that are not the scheme's.
    """
    group = list(range(len(weighed)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    first: dict[str, int] = {}
    for i, w in enumerate(weighed):
        keys = [party_of(w.lead.lot), *(m.entry_number for m in w.lead.matches)]
        if w.probability >= JOINING_PROBABILITY:
            keys += [m.taxpayer for m in w.lead.matches]
            keys += [f"{w.hand.kind} {w.hand.value} at {w.hand.port}"] if w.hand else []
        for key in keys:
            group[root(i)] = root(first.setdefault(key, i))
    schemes: dict[int, list[Weighed]] = {}
    for i, w in enumerate(weighed):
        schemes.setdefault(root(i), []).append(w)
    kept = [
        [w for w in scheme if w is scheme[0] or w.probability >= JOINING_PROBABILITY] for scheme in schemes.values()
    ]
    return sorted(kept, key=lambda scheme: -scheme[0].probability)
