"""The innocent explanations of a pair, each tested, with what the test gave.

Invariant: each says what was tested and whether it holds, weakens the match or does not hold, whatever the probability.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np

from graph.detect.succession.reason import COMMON
from graph.detect.succession.search import Search
from graph.detect.succession.sides import IMPORTERS
from graph.detect.succession.trade import Held
from graph.detect.succession.weigh import Weighed, appointed_by
from graph.model.finding import InnocentExplanation

# A value on file that this many hold or more is a shared office, agent or phone.
SHARED_BY_MANY = 6
# From this share of the old one's trade that firms of long standing took up, its partners turned to many.
FELL_TO_MANY = 0.3
EPOCH = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day of so many days since 1970.

    >>> day_of(1).isoformat()
    '1970-01-02'
    """
    return EPOCH + timedelta(days=number)


def listed(words: list[str]) -> str:
    """Words as they are read out.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def innocent(w: Weighed, found: Search) -> list[InnocentExplanation]:
    """All explanations of a pair."""
    c, i = found.compared, w.pair
    side = found.side
    former, bond = w.openly.former, w.openly.bond
    fact = tuple(dict.fromkeys((*w.openly.public, *w.openly.announced, *w.openly.owned, *w.openly.related)))
    settles = w.openly.public or w.openly.announced or w.openly.owned
    shared = shared_on_file(w, found)
    many = [s for s in shared if s[0] != "name" and s[2] >= SHARED_BY_MANY]
    rare = [s for s in shared if s[0] != "name" and s[2] < SHARED_BY_MANY]
    of_strangers = [s for s in shared if s[4] > 0]
    agents = [claim for claim, _ in appointed_by(found, i, w.openly)]
    sleep = found.asleep.get(w.new)
    rivals, scattered = float(w.features["rivals"]), float(w.features["scattered"])
    if w.event is None or w.event_chance > COMMON:
        nothing = "Holds: no action, issue or laboratory report stands against the old one shortly before the change."
    else:
        nothing = (
            f"Does not hold: {w.event.told} {int(c.began[i]) - w.event.day} days before the new one's first entry."
        )
    if former and bond:
        declared = f"Holds: the old name and the same bond stand on {listed(sorted({*former, *bond}))}."
    elif w.openly.declared:
        declared = f"Holds: the old name stands on {listed(list(former))}."
    elif w.openly.letters:
        declared = f"Open: the new one writes itself whom it has the business from ({listed(list(w.openly.letters))})."
    elif former:
        declared = f"Open: the old name stands on {listed(list(former))}, but no bond was carried over."
    else:
        declared = "Does not hold: the new one's records do not name the old one."
    explanations = [
        InnocentExplanation(
            "declared change of name", "former names and bonds on the new one's records, and its own letters", declared
        ),
        InnocentExplanation(
            "merger or spin-off",
            "claims that connect the two and are facts on record, and documents that say openly how the business came",
            f"{'Holds' if settles else 'Open'}: {listed(list(fact))}." if fact
            else "Does not hold: none is on record.",
        ),
        InnocentExplanation(
            "found not to be the successor",
            "claims of succession that were rejected, issues on both that were closed without a violation, and papers "
            "of customs that found no link",
            f"Holds: {listed([*w.openly.cleared, *w.openly.looked_into])}."
            if w.openly.cleared or w.openly.looked_into
            else "Does not hold: none is on record.",
        ),
        InnocentExplanation(
            "others succeed it on record", "claims that are facts, by which others succeed the old one",
            f"Weakens the match: {listed(list(w.openly.divided))}." if w.openly.divided
            else "Does not hold: none is on record.",
        ),
        InnocentExplanation("nothing to leave behind", "events on record before the change", nothing),
        InnocentExplanation(
            "two firms side by side", "how much of its pace the old one kept once the new one had begun",
            f"{'Holds' if w.features['beside'] else 'Does not hold'}: {float(c.remaining[i]):.0%} of its pace is left, "
            f"{float(c.goes_on[i]):.0%} in the year after a slow hand-over would be over.",
        ),
        InnocentExplanation(
            "virtual office or shared agent",
            "how many others hold what the two have on file alike, and whether they have anything to do with either",
            f"{'Weakens the match' if (many and not rare) or of_strangers else 'Does not hold'}: {len(rare)} shared "
            f"values are rare, {len(many)} are held by {SHARED_BY_MANY} or more, {len(of_strangers)} by others that "
            f"deal with none of their {side.partner_word}s.",
        ),
        InnocentExplanation(
            f"{side.partner_word}s with many customers" if side is IMPORTERS else "importers that change their makers",
            "how well others fit, beside either of the two",
            f"{'Weakens the match' if rivals >= 2 else 'Does not hold'}: the others add up to "
            f"{2**rivals - 1:.1f} times the pair.",
        ),
        InnocentExplanation(
            f"a {side.partner_word} that changed its {side.party_word}",
            f"whether anything but the trade with one {side.partner_word} ties the two",
            "Weakens the match: nothing else does." if w.features["one_partner"] else "Does not hold: more does.",
        ),
        InnocentExplanation(
            f"{side.partner_word}s that turned to many",
            f"how much firms of long standing took up with the old one's {side.partner_word}s, beyond what is usual",
            f"{'Weakens the match' if scattered >= FELL_TO_MANY else 'Does not hold'}: {scattered:.0%} of its trade.",
        ),
        InnocentExplanation(
            "what was owed is paid", "notes of payment in the year after the event, by whoever goes on openly",
            "Holds: customs noted that it was paid, and the new one names the old one itself." if w.features["answered"]
            else "Weakens the match: customs noted that it was paid." if w.features["paid"]
            else "Does not hold: none is on record.",
        ),
        InnocentExplanation(
            "a new agent", f"claims that are facts by which a shared {side.partner_word} named the new one its agent",
            f"Holds: {listed(agents)}." if agents else "Does not hold: none is on record.",
        ),
        InnocentExplanation(
            "both were there before", "the new one's first entry in the whole of the facts",
            f"Open: it had {sleep.entries} entries until {day_of(sleep.last_day)}, mostly with other "
            f"{side.partner_word}s than since, and none again before {day_of(sleep.woke)}." if sleep
            else f"Does not hold: its first entry is of {day_of(int(c.began[i]))}; earlier trade would have been seen "
            f"since {day_of(int(found.known.first_of_all))}.",
        ),
    ]  # fmt: skip
    if side is IMPORTERS:
        explanations.append(
            InnocentExplanation(
                "another suffix of one number",
                "whether the two numbers agree in their first nine digits",
                f"Does not arise: {w.old} and {w.new} are two taxpayers; suffixes of one are never set apart.",
            )
        )
        explanations.append(
            InnocentExplanation(
                "an order that is borne",
                "the share that the new one pays of the deposits under orders to be expected on the old one's goods",
                f"{'Weakens the match' if w.features['borne'] else 'Open'}: {w.deposits.paid:.0%}."
                if w.deposits.paid
                else "Does not hold: it pays none.",
            )
        )
        explanations.append(
            InnocentExplanation(
                "a customer that imports for itself",
                "whether the new one was consignee of the old one's goods before its own first entry",
                f"Weakens the match: it was, of {w.features['sole_customer']:.0%} of its lines."
                if w.features["customer"]
                else "Does not hold: it was not.",
            )
        )
    else:
        explanations.append(
            InnocentExplanation(
                "another spelling of one maker's number",
                "the names on file of both",
                f"Holds: one name stands on {listed(list(w.openly.same_name))}."
                if w.openly.same_name
                else "Does not hold: no name is nearly the same.",
            )
        )
    return explanations


def shared_on_file(w: Weighed, found: Search) -> list[tuple[str, str, int, int, int]]:
    """(kind, value, holders, parties that have any, strangers among them) of what both have on file, rarest first."""
    old, new = int(found.pairs.old[w.pair]), int(found.pairs.new[w.pair])
    shared = []
    for kind, held in found.known.on_file.items():
        for value in np.intersect1d(_values(held, old), _values(held, new)):
            shared.append(
                (kind, held.values[value], int(held.holders[value]), held.holding, int(held.strangers[value]))
            )
    return sorted(shared, key=lambda s: (s[2], s[0], s[1]))


def _values(held: Held, party: int) -> Any:
    return held.value[held.start[party] : held.start[party + 1]]
