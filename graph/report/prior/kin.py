"""Under which other numbers a party may have been looked into: the same firm across suffixes, records and changes.

Invariant: a number is kin by a chain of ties, each with its certainty and the record or finding that says so; the
chain's certainty is the product of them. What resolution, a claim or a finding says is never more than that: a person
reads the ties before believing them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from graph.facts.store import FactStore
from graph.model.entity import Entity, RelatedQuery
from graph.model.finding import Finding, RecordRef
from graph.model.kinds import NUMBERED
from graph.store.store import GraphView

# How far a claim of each relation carries what was found on one party over to the other, if the claim is true.
RELATIONS = {
    "successor_of": 1.0, "owned_by": 0.8, "controlled_by": 0.8, "sister_of": 0.7, "shares_address": 0.3,
    "agent_of": 0.2, "officer_of": 0.2,
}  # fmt: skip
# What a claim is worth by its status; one that was rejected is worth nothing.
STATUSES = {"fact": 0.95, "admitted": 0.95, "alleged": 0.5}
# Kinds of findings that tie parties: the roles of those tied, how far what was found on one carries over, in words.
FINDINGS = {
    "identity_change": (("predecessor", "successor"), 1.0, "one business under two numbers by a finding"),
    "port_shopping": (("importer", "successor"), 0.8, "goods stopped of one came back under the other by a finding"),
}
RESOLVED = 0.97  # of records that resolution put together; now and then it is wrong (docs/reference/resolution.md)
# Weaker chains than this are left out: most of what they reach is somebody else.
LEAST = 0.2
# Ties in a row: a successor's successor is reached, and no further is likely to hold.
STEPS = 3
MOST_KIN = 200


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two numbers may be one party's. `opens` is the id of the party or finding that says so, or a
    claim as `source link target`, where there is one."""

    left: str
    right: str
    certainty: float
    words: str
    records: tuple[RecordRef, ...] = ()
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A number (an entity id) that stands for the party of the number asked about, and the ties between them."""

    number: str
    asked: str
    certainty: float = 1.0
    ties: tuple[Tie, ...] = ()


def kin_of(
    facts: FactStore, view: GraphView, numbers: Sequence[str], *, findings: Iterable[Finding], as_of: date | None
) -> dict[str, Kin]:
    """The numbers asked about and their kin, by entity id, each over its surest chain.

    `findings` are those of the generation; those of `FINDINGS` count, with `as_of` only if made from facts up to that
    day, as claims and records do. Asks the graph a few times for each number, and the facts where the graph
    has a claim or a likeness whose particulars are needed.
    """
    known = {number: Kin(number, number) for number in numbers}
    tying = [one for one in findings if one.kind in FINDINGS and (as_of is None or one.as_of <= as_of)]
    fresh = tuple(known)
    for _ in range(STEPS):
        if not fresh or len(known) > MOST_KIN:
            break
        surer: dict[str, Kin] = {}
        ties = (*_of_parties(facts, view, fresh, as_of), *_of_claims(facts, view, fresh, as_of),
                *_of_findings(tying, fresh))  # fmt: skip
        for tie in ties:
            for here, there in ((tie.left, tie.right), (tie.right, tie.left)):
                if here not in fresh:
                    continue
                before = known[here]
                certainty = before.certainty * tie.certainty
                best = surer.get(there) or known.get(there)
                if certainty >= LEAST and (best is None or certainty > best.certainty):
                    surer[there] = Kin(there, before.asked, certainty, (*before.ties, tie))
        known |= surer
        fresh = tuple(surer)
    return known


def _of_parties(facts: FactStore, view: GraphView, numbers: Sequence[str], as_of: date | None) -> Iterable[Tie]:
    """Numbers of the same resolved party, and of parties that are possibly the same."""
    party_of: dict[str, Entity] = {}
    for number in view.entities(tuple(numbers)):
        goes_by = RelatedQuery(number, links=(f"goes_by_{number.partition(':')[0]}",), limit=1)
        for one in view.related(goes_by).items:
            party_of[number] = one.entity
    ties = [
        Tie(here, there, RESOLVED, "resolved as one party", opens=party.id)
        for here, party in party_of.items()
        for there in party.identifiers
        if there != here
    ]
    ties += _possibly_same(facts, view, party_of, as_of)
    if as_of is None or not ties:
        return ties
    keys = sorted({end.partition(":")[2] for tie in ties for end in (tie.left, tie.right)})
    parties = facts.table("parties", as_of=as_of)
    rows = parties.filter(parties["key"].isin(keys)).select("kind", "key").to_pyarrow().to_pylist()
    by_then = {f"{NUMBERED.get(row['kind'], row['kind'])}:{row['key']}" for row in rows}
    return [tie for tie in ties if tie.left in by_then and tie.right in by_then]


def _possibly_same(facts: FactStore, view: GraphView, party_of: dict[str, Entity], as_of: date | None) -> Iterable[Tie]:
    beside = {
        party.id: {
            one.entity.key: one.entity
            for one in view.related(RelatedQuery(party.id, links=("possibly_same",), limit=MOST_KIN)).items
        }
        for party in party_of.values()
    }
    keys = sorted({key for others in beside.values() for key in others})
    if not keys:
        return
    pairs = facts.table("possibly_same", as_of=as_of)
    pairs = pairs.filter(
        pairs["merged"] == "no", pairs["left_party"].isin(keys) | pairs["right_party"].isin(keys)
    ).select("left_party", "right_party", "probability")
    probable = {
        (row["left_party"], row["right_party"]): float(row["probability"]) for row in pairs.to_pyarrow().to_pylist()
    }
    for here, party in party_of.items():
        for key, other in beside[party.id].items():
            pair = next((each for each in ((party.key, key), (key, party.key)) if each in probable), None)
            if pair is not None:
                words = f"possibly the same party (probability {probable[pair]:.2f})"
                record = RecordRef("possibly_same", pair)
                for there in other.identifiers:
                    yield Tie(here, there, probable[pair], words, (record,), other.id)


def _of_claims(facts: FactStore, view: GraphView, numbers: Sequence[str], as_of: date | None) -> Iterable[Tie]:
    """What somebody says of a party and another. The graph knows of claims on importers; makers are asked about."""
    claimed = [number for number in numbers if _is_claimed(view, number)]
    if not claimed:
        return
    claims = facts.table("party_claims", as_of=as_of)
    claims = claims.filter(claims["subject"].isin(claimed) | claims["object"].isin(claimed))
    for row in claims.select("claim_id", "subject", "relation", "object", "status").to_pyarrow().to_pylist():
        status = row["status"] or "alleged"
        worth = RELATIONS[row["relation"]] * STATUSES.get(status, 0.0)
        words = f"{row['subject']} is said to be {row['relation'].replace('_', ' ')} {row['object']} ({status})"
        # The graph has claims among importers as links; a maker's claim is opened by its record alone.
        importers = row["subject"].startswith("importer:") and row["object"].startswith("importer:")
        opens = f"{row['subject']} {row['relation']} {row['object']}" if importers else ""
        yield Tie(row["subject"], row["object"], worth, words, (RecordRef("party_claims", (row["claim_id"],)),), opens)


def _is_claimed(view: GraphView, number: str) -> bool:
    if not number.startswith("importer:"):
        return True
    return any(link in RELATIONS for link, _ in view.link_counts(number))


def _of_findings(tying: Iterable[Finding], numbers: Sequence[str]) -> Iterable[Tie]:
    """Numbers that a finding ties: one business that goes on under another, or goods that come back under it."""
    for finding in tying:
        roles, worth, told = FINDINGS[finding.kind]
        members = [member.entity for member in finding.members if member.role in roles]
        for here in members:
            if here in numbers:
                words = f"{told} (probability {finding.probability:.2f})"
                opens = f"finding:{finding.id.removeprefix('finding:')}"
                yield from (
                    Tie(here, there, finding.probability * worth, words, opens=opens)
                    for there in members
                    if there != here
                )
