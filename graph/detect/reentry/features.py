"""What the probability of a re-entry rests on: a handful of features, each with a declared sign.

Invariant: every feature of a lead has a range in `SIGNS`, and one that speaks against the pattern cannot raise it.
"""

from collections.abc import Sequence

import numpy as np

# Rarity counts no further than one chance match in a million shipments: beyond, other errors rule.
RAREST = 6.0
MOST_SUPPORT = 3.0
COMPANY = (-2.0, 8.0)
# The port counts in the rarity too; here no further than this.
MOST_PORT_BITS = 2.0
# From so many bits of its other stopped lots an importer is no longer taken to ship its usual lots.
TELLING_COMPANY = 2.0

# What each feature may do to the log-odds, least and most. Positive: more of it is more suspicious.
SIGNS: dict[str, tuple[float, float]] = {
    "rarity": (0.3, 1.2),  # -log10 of the share of shipments that chance would match as well; 0 once explained
    "excess": (0.0, 0.7),  # log2 of how many matches are about as rare, over how many chance gives; at most 4
    "company": (0.0, 1.0),  # bits of the importer's other stopped lots together, from -2 to 8; 0 once explained
    "new_port": (0.0, 1.0),  # bits of the port of entry, at most 2: above 0 where the importer seldom entered anything
    # From 0 to 1: its own lot, at a port that it uses, alike in goods alone, and no other stopped lot came back.
    "usual_lot": (-4.0, 0.0),
    "in_parts": (-2.0, 0.0),  # the match is a sum of several entries
    "look_alikes": (-1.5, 0.0),  # log2 of one more than the importer's lots that match as well
    "recurring": (-1.0, 0.0),  # log2 of how much likelier a lot that merely recurs agrees in this way
    "found_again": (0.0, 1.5),  # customs found fault with what came back
    "unresolved": (-3.0, 0.0),  # no result is known yet
    "seized": (-3.0, 0.0),  # customs seized the goods, and nothing says that it let them go
    "lawful": (-8.0, -3.5),  # re-exported, then mended or passed on return; or here for a time
    # Customs passed what came back, or the fault was mended, or the entry tells of it; no re-export on record.
    "passed": (-3.0, -1.0),
    "reexported": (-3.0, 0.0),  # re-exported before the return; nothing says that the fault was mended
    "in_bond": (-8.0, -3.5),  # moved under bond to the port where they were entered
    "support": (0.0, 1.0),  # -log10 of the tail probability that later entries avoid the acting port so much
    "everybody_moved": (-3.0, -1.0),  # how far the acting port's other users left it too, or when the goods came
    "moved_for_good": (-4.0, -3.0),  # the importer's other goods left the port too and stayed away
    # In this season of other years, too, the importer leaves the port for that of return.
    "in_season": (-4.0, -2.0),
    "under_way": (-8.0, -3.0),  # what came in was laden abroad, under another bill, before the lot can have left
}

# Leads that these explain say nothing of how the rest tells: their coefficients stay as declared.
EXPLAINED_BY = ("lawful", "in_bond")


# Matches are counted as about as rare up to so many times rarer or commoner.
ABOUT_AS_RARE = 3.0
MOST_EXCESS = 4.0


def excess(chances: Sequence[float], *, tested: int) -> list[float]:
    """For each match's chance, log2 of how many matches are about as rare over how many chance gives among `tested`.

    So the facts themselves say how much is going on: where nothing is, as many are rare as chance gives.

    >>> [round(e, 2) for e in excess([0.001, 0.001, 0.3], tested=100)]
    [1.71, 1.71, 0.0]
    """
    p = np.asarray(chances, dtype=np.float64)
    ordered = np.sort(p)
    low, high = p / ABOUT_AS_RARE, np.minimum(p * ABOUT_AS_RARE, 1.0)
    seen = np.searchsorted(ordered, high, side="right") - np.searchsorted(ordered, low)
    expected = tested * (high - low)
    return [float(e) for e in np.clip(np.log2((seen + 0.5) / (expected + 0.5)), 0.0, MOST_EXCESS)]


def features(
    *,
    chance: float,
    excess: float,
    company_bits: float,
    port_bits: float,
    identity_bits: float,
    own: bool,
    in_parts: bool,
    look_alikes: int,
    recurring_bits: float,
    found_again: bool,
    unresolved: bool,
    seized: bool,
    returned_lawfully: bool,
    reexported: bool,
    mended_or_passed: bool,
    in_bond: bool,
    support: float,
    everybody_moved: float,
    moved_for_good: bool,
    in_season: bool,
    under_way: bool,
) -> dict[str, float]:
    """The features of a lead. `support` is a tail probability, or 0 where it says nothing.

    `everybody_moved` says from 0 to 1 how far all left the port; `identity_bits` are those of box, bill and seal, and
    `own` is an entry by the lot's importer.

    Where a lawful return or a movement in bond explains that the goods are the same, it speaks neither
    for nor against the pattern how well they match.

    >>> features(chance=0.001, excess=1.0, company_bits=0.0, port_bits=2.0, identity_bits=0.0, own=True,
    ...          in_parts=False, look_alikes=0, recurring_bits=0.0, found_again=False, unresolved=True, seized=False,
    ...          returned_lawfully=False, reexported=False, mended_or_passed=False, in_bond=False, support=0.01,
    ...          everybody_moved=0.0, moved_for_good=False, in_season=False, under_way=False)["rarity"]
    3.0
    """
    explained = returned_lawfully or in_bond
    rarity = float(-np.log10(chance))
    # As far as all moved, that the goods are elsewhere, and where, says nothing.
    rarity = max(rarity - everybody_moved * max(port_bits, 0.0) * float(np.log10(2)), 0.0)
    port_bits *= 1 - everybody_moved
    rarity = min(rarity, RAREST)
    # What is alike in goods alone where the importer's goods always go is what its usual lots look like.
    usual = min(max(-port_bits, 0.0), 1.0) * min(max(1.0 - company_bits / TELLING_COMPANY, 0.0), 1.0)
    usual *= own and identity_bits <= 0 and not explained
    tail = -np.log10(max(support, 10**-MOST_SUPPORT)) if support > 0 else 0.0
    return {
        "rarity": 0.0 if explained else rarity,
        "excess": 0.0 if explained else excess,
        "company": 0.0 if explained else min(max(company_bits, COMPANY[0]), COMPANY[1]),
        "new_port": 0.0 if explained else min(port_bits, MOST_PORT_BITS),
        "usual_lot": usual,
        "in_parts": float(in_parts and not explained),
        "look_alikes": 0.0 if explained else float(np.log2(1 + look_alikes)),
        "recurring": 0.0 if explained else recurring_bits,
        "found_again": float(found_again),
        "unresolved": float(unresolved),
        "seized": float(seized),
        "lawful": float(returned_lawfully),
        "passed": float(mended_or_passed and not returned_lawfully),
        "reexported": float(reexported and not returned_lawfully),
        "in_bond": float(in_bond),
        "support": float(tail) * (1 - everybody_moved),
        "everybody_moved": float(everybody_moved),
        "moved_for_good": float(moved_for_good),
        "in_season": float(in_season),
        "under_way": float(under_way),
    }
