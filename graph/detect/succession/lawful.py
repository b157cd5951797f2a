"""What was said openly of a pair: a former name declared, a bond carried over, a claim by somebody."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from rapidfuzz.fuzz import ratio

from graph.detect.succession.announced import Goes, Written, written_of
from graph.detect.succession.events import without_violation
from graph.detect.succession.on_file import records
from graph.detect.succession.sides import IMPORTERS, Side
from graph.facts.columns import one_column, surely, taxpayer
from graph.facts.store import FactStore

Row = dict[str, Any]

_FORMS = frozenset(
    {
        "INC", "INCORPORATED", "LLC", "LTD", "LIMITED", "CO", "COMPANY", "CORP", "CORPORATION", "LP", "LLP", "PLC",
        "GMBH", "SA", "SRL", "BV", "AG", "KK", "PTE", "PVT", "THE", "AND", "OF",
    }
)  # fmt: skip
SUCCESSION = ("successor_of", "owned_by", "controlled_by", "sister_of")
_WORDS_APART = re.compile(r"[\W_]+")
# Who sells what a ruined firm left, as its records are cited: a court, or who acts for one.
_BY_A_COURT = re.compile(r"court|trustee|receiver|bankrupt|insolven|liquidator", re.IGNORECASE)
# Makers' numbers are written by filers from a name and an address: one name so nearly the same is one maker.
SAME_NAME = 0.92


@dataclass(frozen=True, slots=True)
class Openly:
    """Rows by which a pair was connected in the open, as keys; `records` are all records of both, oldest first."""

    former: tuple[str, ...] = ()
    bond: tuple[str, ...] = ()
    public: tuple[str, ...] = ()  # claims of succession that are facts, or a court's of any tie
    owned: tuple[str, ...] = ()  # claims that one owns or controls the other, that are facts
    related: tuple[str, ...] = ()  # claims that both are one owner's or one the other's agent, that are facts
    cleared: tuple[str, ...] = ()  # claims of succession that were rejected
    said: tuple[str, ...] = ()  # claims that are alleged or admitted
    admitted: bool = False
    bonded: bool = True  # whether parties of this side post bonds
    records: tuple[Row, ...] = field(default=())
    same_name: tuple[str, ...] = ()  # of makers: records of both with nearly one name
    looked_into: tuple[str, ...] = ()  # issues on both without a violation, papers that found no link
    divided: tuple[str, ...] = ()  # claims, that are facts, by which others than the new one succeed the old one
    agent_of: tuple[tuple[str, str], ...] = ()  # claims that the new one is somebody's agent, that are facts; and whose
    letters: tuple[str, ...] = ()  # in which the new one writes that it has the business from the old one
    announced: tuple[str, ...] = ()  # documents that say openly that the old one's business went to the new one

    @property
    def declared(self) -> bool:
        """Whether customs was told: the old name and, of those who post bonds, the bond carried over."""
        return bool(self.former and (self.bond or not self.bonded))

    @property
    def names_it(self) -> bool:
        """Whether the new one names the old one itself: as a name of its own on file, by letter, or by admitting it."""
        return bool(self.former or self.letters) or self.admitted

    @property
    def in_the_open(self) -> bool:
        """Whether it was declared, announced, stands on record (a succession, who owns whom), or left the name."""
        return self.declared or bool(self.public or self.announced or self.owned or self.same_name)

    @property
    def settled(self) -> bool:
        """Whether it was said in the open, or looked into and denied."""
        return self.in_the_open or bool(self.cleared) or bool(self.looked_into)


def openly(
    facts: FactStore, side: Side, couples: Iterable[tuple[str, str]], *, as_of: date | None, until: date
) -> dict[tuple[str, str], Openly]:
    """What is on record of each couple (old, new)."""
    wanted = sorted(set(couples))
    if not wanted:
        return {}
    named = one_column("party", {party for couple in wanted for party in couple})
    t = records(facts, side, as_of=as_of).semi_join(named, "party")
    rows: dict[str, list[Row]] = {}
    for row in t.order_by("valid_from", "record_id").to_pyarrow().to_pylist():
        rows.setdefault(row["party"], []).append(row)
    couple = ibis.memtable(pa.table({"old": [old for old, _ in wanted], "new": [new for _, new in wanted]}))
    claims = facts.table("party_claims", as_of=as_of)
    rejected = surely(claims.status == "rejected")
    claims = claims.filter(
        claims.relation.isin(SUCCESSION) | ((claims.relation == "agent_of") & (claims.status == "fact")),
        ~rejected | (claims.relation == "successor_of"),
    )

    def key(entity: Any) -> Any:
        number = entity.re_extract("^[^:]*:([^:]*)", 1)
        return taxpayer(number) if side is IMPORTERS else number

    one, other = key(claims.subject), key(claims.object)
    said = [
        couple.join(claims.select("claim_id", "status", "relation", "source", old=a, new=b), ["old", "new"])
        for a, b in ((one, other), (other, one))
    ]
    claimed: dict[tuple[str, str], list[Row]] = {}
    for row in ibis.union(*said, distinct=True).order_by("claim_id").to_pyarrow().to_pylist():
        claimed.setdefault((row["old"], row["new"]), []).append(row)
    heirs: dict[str, list[tuple[str, str]]] = {}
    facts_of = claims.filter(claims.relation == "successor_of", claims.status == "fact")
    facts_of = facts_of.select("claim_id", heir=one, old=other).semi_join(couple, "old")
    for row in facts_of.order_by("claim_id").to_pyarrow().to_pylist():
        heirs.setdefault(row["old"], []).append((row["claim_id"], row["heir"]))
    looked_into = _looked_into(facts, side, couple, as_of=as_of)
    agents = _agents(facts, key, {new for _, new in wanted}, as_of=as_of)
    goes_by = {party: Goes(party, tuple(_names(rows.get(party, ())))) for couple in wanted for party in couple}
    papers = written_of(facts, wanted, goes_by, as_of=as_of, until=until)
    bonded = side is IMPORTERS
    return {
        (old, new): replace(
            _of(rows.get(old, []), rows.get(new, []), claimed.get((old, new), []), bonded=bonded),
            looked_into=(*looked_into.get((old, new), ()), *papers.get((old, new), Written()).no_link),
            divided=tuple(claim for claim, heir in heirs.get(old, ()) if heir != new),
            agent_of=tuple(agents.get(new, ())),
            announced=papers.get((old, new), Written()).announced,
            letters=papers.get((old, new), Written()).own,
        )
        for old, new in wanted
    }


def _looked_into(
    facts: FactStore, side: Side, couples: ir.Table, *, as_of: date | None
) -> dict[tuple[str, str], list[str]]:
    """By couple: the issues that name both and were closed without a violation."""
    t = without_violation(facts, as_of=as_of)
    number = (t.importer_numbers if side is IMPORTERS else t.manufacturer_ids).unnest()
    t = t.select("issue_id", number=number)
    t = t.select("issue_id", party=taxpayer(t.number) if side is IMPORTERS else t.number).distinct()
    named = couples.join(t.select("issue_id", old=t.party), "old")
    named = named.join(t.select("issue_id", new=t.party), ["issue_id", "new"])
    found: dict[tuple[str, str], list[str]] = {}
    for row in named.order_by("issue_id").to_pyarrow().to_pylist():
        found.setdefault((row["old"], row["new"]), []).append(row["issue_id"])
    return found


def _agents(
    facts: FactStore, key: Callable[[Any], Any], parties: set[str], *, as_of: date | None
) -> dict[str, list[tuple[str, str]]]:
    """By party: the claims by which it is somebody's agent as a fact on record, and whose."""
    t = facts.table("party_claims", as_of=as_of)
    t = t.filter(t.relation == "agent_of", t.status == "fact")
    principal = t.object.re_extract("^[^:]*:([^:]*)", 1)
    t = t.select("claim_id", party=key(t.subject), principal=principal).semi_join(one_column("party", parties), "party")
    found: dict[str, list[tuple[str, str]]] = {}
    for row in t.order_by("claim_id").to_pyarrow().to_pylist():
        found.setdefault(row["party"], []).append((row["claim_id"], row["principal"]))
    return found


def _of(old: list[Row], new: list[Row], claims: list[Row], *, bonded: bool) -> Openly:
    names = {frozenset(_words(row["name"])) for row in old}
    former = [
        row["record_id"] for row in new
        if any(_alike(frozenset(_words(other)), name) for other in row["other_names"] or () for name in names)
    ]  # fmt: skip
    bonds = {row["bond_number"] for row in old if row["bond_number"]}

    def told(status: str, *relations: str) -> tuple[str, ...]:
        return tuple(row["claim_id"] for row in claims if row["status"] == status and row["relation"] in relations)

    court = {row["claim_id"] for row in claims if row["status"] == "fact" and _BY_A_COURT.search(row["source"] or "")}

    return Openly(
        tuple(former),
        tuple(row["record_id"] for row in new if row["bond_number"] in bonds),
        tuple(sorted({*told("fact", "successor_of"), *court})),
        told("fact", "owned_by", "controlled_by"),
        told("fact", "sister_of", "agent_of"),
        told("rejected", "successor_of"),
        tuple(row["claim_id"] for row in claims if row["status"] in ("alleged", "admitted")),
        any(row["status"] == "admitted" for row in claims),
        bonded,
        (*old, *new),
        () if bonded else _same_name(old, new),
    )


def _same_name(old: list[Row], new: list[Row]) -> tuple[str, ...]:
    """A record of either by which both go by one name, but for a slip of the pen."""
    for mine in new:
        for theirs in old:
            one, other = (_WORDS_APART.sub("", (row["name"] or "").upper()) for row in (mine, theirs))
            if one and other and ratio(one, other) >= 100 * SAME_NAME:
                return tuple(sorted({theirs["record_id"], mine["record_id"]}))
    return ()


def _names(records: Iterable[Row]) -> Iterable[str]:
    """All names that a party has on file."""
    for row in records:
        yield from (name for name in (row["name"], *(row["other_names"] or ())) if name)


def _words(name: str) -> list[str]:
    plain = "".join(c if c.isalnum() else " " for c in (name or "").upper())
    return [word for word in plain.split() if word not in _FORMS]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names have most of their words in common.

    >>> _alike(frozenset({"BRINE", "TRADING"}), frozenset({"BRINE", "TRADING"}))
    True
    """
    return bool(one and other) and 3 * len(one & other) >= 2 * len(one | other)
