"""What a maker shares with those whose goods it would have to pass on, weighed by how rare it is.

A value held by h of the N parties on file joins a maker to one of k partners by chance k (h - 1) / N times: that,
in bits, is what a shared value is worth. A forwarder's address is worth little, a private telephone much.

Invariant: what a claim alleges is kept apart from what is on file; neither is a fact of control.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.facts.columns import surely, taxpayer
from graph.facts.store import FactStore

# Values that more parties hold join nobody: a register of lawyers, a free mail provider's switchboard.
SHARED_BY = 50
LEAST_BITS = 2.0
ALLEGED = ("alleged", "admitted")


@dataclass(frozen=True, slots=True)
class Tie:
    """A value that a maker and another party both have on file. Entities are `kind:number`."""

    entity: str
    other: str
    kind: str
    value: str
    holders: int
    parties: int
    records: tuple[str, str]

    def bits(self, partners: int) -> float:
        """How surprising it is that one of so many partners has it."""
        expected = max(partners, 1) * max(self.holders - 1, 1) / max(self.parties, 1)
        return float(max(0.0, -np.log2(min(expected, 1.0))))


@dataclass(frozen=True, slots=True)
class Held:
    """A value on file of a party, which `holders` of `parties` on file have."""

    kind: str
    value: str
    holders: int
    parties: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of two parties; `subject` and `object` are `kind:number`."""

    claim_id: str
    subject: str
    relation: str
    object: str
    status: str


class Others(Collection[str]):
    """All of a set but a few, without a copy of it."""

    def __init__(self, every: frozenset[str], few: Collection[str]) -> None:
        self._every, self._few = every, frozenset(few)
        self._len = len(every) - len(self._few & every)

    def __contains__(self, member: object) -> bool:
        return member in self._every and member not in self._few

    def __iter__(self) -> Iterator[str]:
        return iter(self._every - self._few)

    def __len__(self) -> int:
        return self._len


def entity(role: ir.StringValue, number: ir.StringValue) -> ir.StringValue:
    """`importer:<taxpayer>` or `manufacturer:<MID>`: an exporter is a maker, a consignee an importer."""
    # A literal list keeps to what both engines fold alike.
    maker = role.isin(("manufacturer", "exporter"))
    buyer = role.isin(("importer", "consignee"))
    return ibis.cases(
        (maker, ibis.literal("manufacturer:") + number),
        (buyer, ibis.literal("importer:") + taxpayer(number)),
        else_=role + ":" + number,
    )


def _plain(value: ir.StringValue) -> ir.StringValue:
    return value.re_replace("[^A-Za-z0-9]", "").upper().nullif("")


def on_file(facts: FactStore, *, as_of: date | None) -> ir.Table:
    """(entity, kind, value, record): what is on file of makers, importers and companies, one row a value."""
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("importer", "consignee", "manufacturer", "exporter", "company")), t.identifier.notnull())
    t = t.mutate(entity=entity(t.role, t.identifier))
    digits = t.phone.re_replace("[^0-9]", "")
    values = {
        "telephone": ibis.ifelse(digits.length() >= 7, digits.right(10), None),
        "e-mail": t.email.lower().nullif(""),
        "website": t.website.lower().nullif(""),
        "address": _plain(t.address) + "/" + _plain(t.city.fill_null("")).fill_null(""),
        "bond": t.bond_number.nullif(""),
        "registered agent": _plain(t.registered_agent),
    }
    rows = [t.select("entity", "record_id", kind=ibis.literal(kind), value=value) for kind, value in values.items()]
    officers = t.select("entity", "record_id", officer=t.officers.unnest())
    rows.append(officers.select("entity", "record_id", kind=ibis.literal("officer"), value=_plain(officers.officer)))
    return ibis.union(*rows).drop_null("value")


def read(
    facts: FactStore, entities: Collection[str], circle: Collection[str], makers: Collection[str],
    *, as_of: date | None,
) -> tuple[dict[str, list[Tie]], dict[str, list[Held]]]:  # fmt: skip
    """By entity, its ties with others of its circle and with these makers, and of the wider circle those with these
    makers; and what few have on file besides the circle."""
    with facts.kept(on_file(facts, as_of=as_of)) as filed:
        counts = filed.group_by("kind").agg(parties=filed.entity.nunique())
        parties = {row["kind"]: row["parties"] for row in counts.to_pyarrow().to_pylist()}
        few = filed.group_by("kind", "value").agg(holders=filed.entity.nunique())
        with facts.kept(few.filter(few.holders.between(2, SHARED_BY))) as few:
            found = ties(filed, few, parties, entities, among=filed.semi_join(_asked({*circle, *makers}), "entity"))
            among = filed.semi_join(_asked(makers), "entity")
            found |= ties(filed, few, parties, set(circle) - set(entities), among=among)
            return found, rare_values(filed, few, parties, circle)


def ties(
    filed: ir.Table, few: ir.Table, parties: Mapping[str, int], entities: Collection[str], *, among: ir.Table
) -> dict[str, list[Tie]]:  # fmt: skip
    """By entity, its ties with any other party `among` those on file."""
    mine = filed.semi_join(_asked(entities), "entity").join(few, ["kind", "value"])
    mine = mine.select("entity", "kind", "value", "holders", record_a="record_id")
    others = among.select(other="entity", kind="kind", value="value", record_b="record_id")
    shared = mine.join(others, ["kind", "value"])
    shared = shared.filter(shared.entity != shared.other)
    shared = shared.group_by("entity", "other", "kind", "value", "holders").agg(
        record_a=shared.record_a.min(), record_b=shared.record_b.min()
    )
    shared = shared.order_by("entity", "other", "kind", "value").select(
        "entity", "other", "kind", "value", "holders", "record_a", "record_b"
    )
    found: dict[str, list[Tie]] = {}
    rows = zip(*(column.to_pylist() for column in shared.to_pyarrow().columns), strict=True)
    for one, other, kind, value, holders, record_a, record_b in rows:
        tie = Tie(one, other, kind, value, holders, parties[kind], (record_a, record_b))
        found.setdefault(one, []).append(tie)
    return found


def rare_values(
    filed: ir.Table, few: ir.Table, parties: Mapping[str, int], entities: Collection[str]
) -> dict[str, list[Held]]:
    """By entity, what is on file of it that some others have too, but few."""
    mine = filed.semi_join(_asked(entities), "entity").join(few, ["kind", "value"])
    mine = mine.select("entity", "kind", "value", "holders").distinct()
    found: dict[str, list[Held]] = {}
    for row in mine.order_by("entity", "kind", "value").to_pyarrow().to_pylist():
        found.setdefault(row["entity"], []).append(
            Held(row["kind"], row["value"], row["holders"], parties[row["kind"]])
        )
    return found


def _asked(entities: Collection[str]) -> ir.Table:
    return ibis.memtable(pa.table({"entity": pa.array(sorted(entities), pa.string())}))


def claims(facts: FactStore, entities: Iterable[str], *, as_of: date | None) -> dict[str, list[Claim]]:
    """By entity, the claims about it that nobody rejected."""
    t = facts.table("party_claims", as_of=as_of)
    t = t.filter(~surely(t.status == "rejected"))
    t = t.mutate(
        one=entity(t.subject.re_extract("^([^:]*):", 1), t.subject.re_extract("^[^:]*:(.*)$", 1)),
        two=entity(t.object.re_extract("^([^:]*):", 1), t.object.re_extract("^[^:]*:(.*)$", 1)),
    )
    asked = ibis.memtable(pa.table({"asked": pa.array(sorted(set(entities)), pa.string())}))
    rows = ibis.union(t.join(asked, t.one == asked.asked), t.join(asked, t.two == asked.asked), distinct=False).select(
        "asked", "claim_id", "one", "relation", "two", "status"
    )
    found: dict[str, list[Claim]] = {}
    for row in rows.order_by("asked", "claim_id").to_pyarrow().to_pylist():
        found.setdefault(row["asked"], []).append(
            Claim(row["claim_id"], row["one"], row["relation"] or "", row["two"], row["status"] or "")
        )
    return found


def telling(
    found: Iterable[Tie], partners: Mapping[str, Collection[str]], *, holders: int = 1
) -> list[tuple[Tie, str, float]]:
    """The ties with partners that are worth more than `LEAST_BITS`, each value once: (tie, group, bits).

    `partners` are the entities by group; a value is weighed in the smallest group that explains it. `holders` are how
    many parties' ties these are.
    """
    best: dict[tuple[str, str], tuple[Tie, str, float]] = {}
    for tie in found:
        for group, members in partners.items():
            if tie.other in members:
                bits = tie.bits(len(members) * holders)
                kept = best.get((tie.kind, tie.value))
                if bits >= LEAST_BITS and (kept is None or bits > kept[2]):
                    best[tie.kind, tie.value] = (tie, group, bits)
    return sorted(best.values(), key=lambda t: (-t[2], t[0].kind, t[0].other))
