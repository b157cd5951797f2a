"""What else could explain a maker's trade: each innocent explanation with the test that was made of it.

Invariant: none is left out because its test speaks against it, and none is said to hold without a number.
"""

from graph.detect.diversion.examined import Examined
from graph.detect.diversion.passage import TELLING_PASSAGE_BITS
from graph.detect.diversion.plants import CAN_MAKE
from graph.model.finding import InnocentExplanation


def explanations(x: Examined) -> tuple[InnocentExplanation, ...]:
    """What could explain a maker's trade, each with its test and what the test says."""
    price = next((like for like in x.likeness if like.measure == "price"), None)
    p = x.passage
    passes = p.bits >= TELLING_PASSAGE_BITS
    if x.capacity is None or x.capacity_ratio is None:
        plant = "Cannot be told: nothing is on file of what the plant can make."
    else:
        holds = "Holds" if x.capacity_ratio <= CAN_MAKE else "Does not hold"
        plant = (
            f"{holds}: a year's shipments are {x.capacity_ratio:.2f} times its capacity "
            f"({x.capacity.basis or 'basis not given'})."
        )
    if price is None:
        level = "Cannot be told: unit values are not known on both sides."
    else:
        level = (
            f"{'Holds' if price.bits < 0 else 'Does not hold'}: {price.own:.3g} USD, {x.order.country} "
            f"{price.order_country:.3g}, others {price.own_country:.3g}."
        )
    if x.inward.other_kg > 0:
        made = (
            f"{'Open' if passes else 'Supported'}: {x.inward.other_kg:,.0f} kg of other goods (HTS "
            f"{', '.join(x.inward.headings[:4])}) came to it, beside {x.shipped_kg:,.0f} kg shipped."
        )
    else:
        made = "Does not hold: no bill of other goods to the maker is known that could be its material."
    old = (
        f"{'Holds' if x.old_plant_share >= 0.5 else 'Weak'}: {x.old_plant} ended as it began and had "
        f"{x.old_plant_share:.0%} of its trade." if x.old_plant and x.old_plant_share > 0
        else f"Does not hold: no maker of {x.trade.origin} ended as it began and had its customers."
    )  # fmt: skip
    if x.succeeds is not None:
        goes_on_for = x.succeeds.object.partition(":")[2]
        old = f"Holds: it goes on for {goes_on_for}, as a fact on record ({x.succeeds.claim_id})."
    owners = (
        f"Holds as far as ownership goes: {len(x.disclosed)} claims on record as facts." if x.disclosed
        else "Does not hold: no ownership is on record as a fact."
    )  # fmt: skip
    total = x.others_switched + sum(len(c.rows) for c in x.customers if c.switched)
    share = x.others_switched / total if total else 0.0
    turned = f"{'Possible' if share > 0.5 else 'Does not hold'}: {share:.0%} of it went to others."
    shared = "Does not arise: nothing is shared."
    if x.ties:
        shared = f"The most common shared value has {max(tie.holders for tie, _, _ in x.ties)} holders."
    abroad = f"Does not arise: no paper of its lots names {x.order.country}."
    if x.papers:
        most = x.papers[0]
        abroad = (
            f"{'Holds' if most.bits < TELLING_PASSAGE_BITS else 'Does not hold'}: {most.named} of {most.lots} lots do, "
            f"where {most.usual:.1%} of others' would."
        )
    return (
        InnocentExplanation(
            "origin that customs has checked",
            "looks of customs at its goods and its plant, and how issues on them closed",
            _checked(x),
        ),
        InnocentExplanation(
            "goods that the order does not reach",
            "scope rulings, exclusions and laboratories' findings on its goods or their producer's",
            _reached(x),
        ),
        InnocentExplanation("real plant with a ramp", "a year's shipments against what the plant can make", plant),
        InnocentExplanation(
            "price of its own country",
            "unit value against the order country's before it paid more and other makers'",
            level,
        ),
        InnocentExplanation("substantial transformation", "inward bills of other goods to the maker", made),
        InnocentExplanation(
            "goods imported for the home market or other countries",
            "whether the same goods come in and do not leave for the United States as they came",
            _came_in(x, passes=passes),
        ),
        InnocentExplanation(
            "merger or new number of an old plant", "a maker of the same country that ended as this one began", old
        ),
        InnocentExplanation("disclosed relocation", "ownership on record as a fact", owners),
        InnocentExplanation(
            "market turns elsewhere", "how much of the trade that left the order's country went to other makers",
            turned,
        ),
        InnocentExplanation(
            "forwarder's shared address", "how many parties hold what is shared",
            shared,
        ),
        InnocentExplanation(
            "goods that came back from work",
            "whether as many packages of nearly the weight had gone there from it before",
            _worked_on(x),
        ),
        InnocentExplanation(
            "hub or trading house abroad", "how usual it is that papers of such goods name the order's country", abroad
        ),
        InnocentExplanation(
            "broker that files for everybody", "whether the ring rests on a common filer",
            "Does not arise: filers are no link here.",
        ),
    )  # fmt: skip


def _came_in(x: Examined, *, passes: bool) -> str:
    if passes:
        home = f"Does not hold: {x.passage.matched} of {x.passage.lots} lots left as they came in."
    elif x.inward.same_kg > 0:
        home = f"Supported: {x.inward.same_kg:,.0f} kg of the same goods came in, and lots do not pass through."
    else:
        home = "Does not arise: no inward bill of the same goods names the maker."
    if len(x.inward.gone_on):
        home += f" As much as {len(x.inward.gone_on)} bills brought to it left for other countries soon after."
    return home


def _worked_on(x: Examined) -> str:
    bills = len(x.inward.came_back)
    if not bills:
        return f"Does not arise: none of what came to it was seen to have been sent to {x.order.country} by it before."
    one = bills == 1
    return (
        f"Holds for {bills} bill{'s' * (not one)}, whose goods it had sent to {x.order.country} itself: "
        f"{'it is' if one else 'they are'} matched with none of its lots."
    )


def _reached(x: Examined) -> str:
    if not x.outside:
        return "Does not arise: no ruling or finding leaves out the maker's goods or those of who is behind them."
    leave = f"{', '.join(x.outside.papers)} {'leaves' if len(x.outside.papers) == 1 else 'leave'}"
    what = (
        f"goods of {', '.join(x.outside.producers)}, who seems to be behind these," if x.outside.producers else "them"
    )
    return f"Holds, if the goods are those that are meant: {leave} {what} out."


def _checked(x: Examined) -> str:
    looks = x.looks
    if looks.cleared:
        one = len(looks.cleared) == 1
        many = "an issue on the origin of its goods was" if one else f"{len(looks.cleared)} issues on it were"
        return f"Holds: {many} closed in its favour."
    if looks.papers and not looks.no_plant:
        return f"Weakens the match: {', '.join(looks.papers)} speak{'s' * (len(looks.papers) == 1)} for its goods."
    if looks.visits and not looks.no_plant:
        times = "once" if len(looks.visits) == 1 else f"{len(looks.visits)} times"
        return f"Holds: customs saw the plant {times} and found it in order."
    if looks.doubted:
        many = f"{len(looks.doubted)} of {len(looks.looked)} look{'s' * (len(looks.looked) != 1)}"
        nothing = f"; by {len(looks.no_plant)} of what was seen nothing is made there" if looks.no_plant else ""
        return f"Does not hold: {many} ended in doubt of the origin{nothing}."
    if looks.looked:
        many = f"{len(looks.looked)} look{'s' * (len(looks.looked) != 1)}"
        return f"Weak: {many} at the goods ended without doubt of the origin; none saw the plant."
    return "Cannot be told: customs has not looked at its goods or its plant."
