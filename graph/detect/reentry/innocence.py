"""The innocent explanations of a scheme, each with how it was tested and what came of it, in words for a memo."""

from collections.abc import Sequence
from datetime import date, timedelta

from graph.detect.reentry import lots
from graph.detect.reentry.hands import Hand, hand_explained
from graph.detect.reentry.journeys import Journey
from graph.detect.reentry.lawful import Lawful
from graph.detect.reentry.match import Lead
from graph.detect.reentry.movement import Movement
from graph.detect.reentry.wording import STANDING, listed, times
from graph.model.finding import InnocentExplanation


def innocent(
    leads: Sequence[tuple[Lead, Movement, Lawful]], travelled: Sequence[Journey], hands: Sequence[Hand]
) -> list[InnocentExplanation]:
    """What else could explain the leads of a scheme, most probable first, and how each was tested."""
    lead, moved, _ = leads[0]
    laws = [law for _, _, law in leads]
    best = lead.matches[0]
    lot = lead.lot
    reexports = sorted({a for law in laws for a in law.reexports})
    mended = sorted({a for law in laws for a in law.reconditioned})
    passed = sorted({a for law in laws for a in law.cleared_on_return})
    bonds = sorted({s for law in laws for s in law.in_bond})
    settled = sorted({i for law in laws for i in law.settled})
    no_more = sorted({paper for law in laws for paper in law.destroyed})
    sold = sorted({paper for law in laws for paper in law.sold_abroad})
    for_a_time = sorted({e for law in laws for e in law.temporary})
    slipped = sorted({s for law in laws for s in law.out_of_bond})
    alike = max(m.look_alikes for each, _, _ in leads for m in each.matches)
    before, after = moved.other_goods_share_before, moved.other_goods_share_after
    let_go = sorted({a for law in laws for a in law.passed})
    declared = sorted({e for law in laws for e in (*law.as_returned, *law.under_a_case)})
    if let_go:
        law_result = f"Holds: customs had what came back before it and passed it under {listed(let_go)}."
    elif reexports and (mended or passed):
        law_result = f"Holds: re-exported under {listed(reexports)}, and " + (
            f"reconditioned under {listed(mended)}." if mended else f"passed on return under {listed(passed)}."
        )
    elif reexports:
        law_result = f"Open: re-exported under {listed(reexports)}; no action shows that the fault was mended."
    else:
        law_result = "Does not hold: no re-export and no reconditioning is on record for the lot."
    if lot["standing"] == lots.UNRESOLVED:
        released = "Open: no result is known yet; a release that is not yet on record would explain the match."
    else:
        released = f"Does not hold: the lot was {STANDING[lot['standing']]}."
    if before is None or after is None:
        moved_result = "Cannot be told: the importer has no other goods on both sides of the action."
    elif moved.importer_moved_for_good:
        moved_result = (
            f"Holds: the acting port's share of its other goods fell from {before:.0%} to {after:.0%} and stayed there."
        )
    else:
        moved_result = (
            f"Does not hold: the acting port's share of its other goods went from {before:.0%} to {after:.0%}."
        )
    season = moved.in_season
    in_season = (
        f"of its {season.entries} entries of this season in other years {season.return_port:.0%} came by the port of "
        f"return and {season.acting_port:.0%} by the acting port, which has {season.acting_port_else:.0%} else."
    )
    box = best.levels.get("container")
    return [
        InnocentExplanation(
            "strike or closure",
            "the acting port's share of other importers' goods, and of the carrier's, after over before; notices",
            _everybody(moved),
        ),
        InnocentExplanation(
            "already under way",
            "when the bills of what came in were laden abroad, beside the days on which customs had the lot before it",
            _under_way(travelled[0]),
        ),
        InnocentExplanation(
            "new distribution centre", "whether the importer's other goods left the acting port too, and stayed away",
            moved_result,
        ),
        InnocentExplanation(
            "seasonal port", "which ports the importer uses in the same season of other years",
            f"Holds: {in_season}" if season.usual
            else "Cannot be told: the importer has too few entries in this season of other years, or out of it."
            if not season.entries
            else f"Does not hold: {in_season}",
        ),
        InnocentExplanation(
            "lawful re-export and return", "re-export, reconditioning and later clearance among the actions", law_result
        ),
        InnocentExplanation(
            "temporary importation", "whether the lot and what came back were entered for a time only, under bond",
            f"Holds: entries {listed(for_a_time)} are of type 23." if for_a_time
            else "Does not hold: they were not entered so.",
        ),
        InnocentExplanation(
            "settled with customs", "issues on lot and return, and how they closed; leave in issues and documents",
            f"Holds: {listed(settled)} was closed in the importer's favour, or gives leave." if settled
            else "Does not hold: no issue that names both was closed in the importer's favour, and none gives leave.",
        ),
        InnocentExplanation(
            "lot that is no more", "customs' documents on its entry or bill",
            f"Holds: {listed(no_more)} says that it was destroyed." if no_more
            else "Does not hold: none says that it was destroyed.",
        ),
        InnocentExplanation(
            "sold abroad", "papers on its entry, bill or box; where what came in set out",
            f"Holds: {listed(sold)} says that it found a buyer abroad." if sold
            else "Does not hold: no paper shows it, or what came in did not set out where such goods are made.",
        ),
        InnocentExplanation(
            "told to customs on return",
            "whether the entry declares returned goods, or pays the special duties left out",
            f"Speaks for it: {listed(declared)} does so."
            if declared else "Does not hold: the entry says nothing of it.",
        ),
        InnocentExplanation("released before", "the last conclusive action on the lot", released),
        InnocentExplanation(
            "moved in bond", "in-bond movements of the lot's bill to the port of entry",
            f"Holds: moved under {listed(bonds)}." if bonds
            else f"Does not hold: moved under {listed(slipped)}, but refused before, bound for export or entered under "
            "another bill, and not examined."
            if slipped else "Does not hold: no movement in bond is on record.",
        ),
        InnocentExplanation(
            "recurring identical shipments", "lines before the action, or at the acting port, that agree as well",
            f"{'Weakens the match' if alike else 'Does not hold'}: {alike} look-alikes.",
        ),
        InnocentExplanation(
            "recirculating container", "whether anything but the container agrees",
            "Does not arise: the match does not rest on a container." if box != "same"
            else f"{'Holds' if best.goods_bits < 3 else 'Does not hold'}: that the goods agree as they do is "
            f"{times(best.goods_bits)} if they are the same.",
        ),
        hand_explained(hands),
    ]  # fmt: skip


def _everybody(moved: Movement) -> str:
    if moved.notices:
        return f"Holds: {listed(list(moved.notices))} says that ships leave the port out."
    carrier = (
        f"; among the other customers of the carrier that brought these it was {moved.carrier_ratio:.0%}"
        if moved.carrier_ratio != 1
        else ""
    )
    return (
        f"{'Holds' if moved.everybody_moved else 'Does not hold'}: after the stop the port's share of all other "
        f"importers' goods was {moved.cohort_ratio:.0%} of what it had been, in the days about the return "
        f"{moved.ratio_on_return:.0%}{carrier}."
    )


def _under_way(journey: Journey) -> str:
    if journey.last_laden is None:
        return "Cannot be told: no day of lading is on record, or the goods came under the lot's own bill."
    laden = date(1970, 1, 1) + timedelta(days=journey.last_laden)
    if journey.laden_before:
        return f"Holds: {listed(list(journey.laden_before))} was laden by {laden}, before the lot can have left."
    return f"Does not hold: the last of the goods were laden on {laden}, after customs stopped the lot."
