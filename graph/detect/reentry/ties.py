"""What joins two taxpayers: a claim that one succeeds the other, or something on file that few others have.

Invariant: a value held by more than `SHARED_BY` taxpayers (a virtual office, a law firm, a broker's phone)
joins nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from graph.facts.columns import surely, taxpayer
from graph.facts.store import FactStore

SHARED_BY = 5
RELATIONS = ("successor_of", "sister_of", "controlled_by", "owned_by", "shares_address")


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two taxpayers belong together: the kind of tie, the value shared or the claim, and its rows."""

    kind: str
    value: str
    table: str
    keys: tuple[str, ...]


def _plain(value: ir.StringValue) -> ir.StringValue:
    """Letters and digits alone, so that punctuation and case do not part two spellings."""
    # In this order only the 26 letters meet `upper`: engines differ on others, such as the German sharp s.
    return value.re_replace("[^A-Za-z0-9]", "").upper().nullif("")


def _key(entity_id: ir.StringValue) -> ir.StringValue:
    """What stands behind the kind in an entity's id, if anything does."""
    return entity_id.re_extract("^[^:]*:([^:]*)", 1).nullif("")


def _on_file(facts: FactStore, as_of: date | None) -> ir.Table:
    """(taxpayer, kind, value, record): what is on file of importers, one row a value."""
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("importer", "consignee")), t.identifier.notnull())
    t = t.mutate(taxpayer=taxpayer(t.identifier))
    digits = t.phone.re_replace("[^0-9]", "")
    values = {
        "phone": ibis.ifelse(digits.length() >= 7, digits.right(10), None),
        "e-mail": t.email.lower().nullif(""),
        "website": t.website.lower().nullif(""),
        "address": _plain(t.address) + "/" + t.postal_code.fill_null(""),
        "name": _plain(t.name),
        "bond": t.bond_number.nullif(""),
    }
    rows = [t.select("taxpayer", "record_id", kind=ibis.literal(kind), value=value) for kind, value in values.items()]
    officers = t.select("taxpayer", "record_id", officer=t.officers.unnest())
    rows.append(officers.select("taxpayer", "record_id", kind=ibis.literal("officer"), value=_plain(officers.officer)))
    return ibis.union(*rows).drop_null("value")


def ties(
    facts: FactStore, couples: Iterable[tuple[str, str]], *, as_of: date | None
) -> dict[tuple[str, str], tuple[Tie, ...]]:
    """The ties within each couple of taxpayers that has any."""
    wanted = sorted({couple for couple in couples if couple[0] != couple[1]})
    if not wanted:
        return {}
    couple = ibis.memtable(
        pa.table(
            {"a": pa.array([a for a, _ in wanted], pa.string()), "b": pa.array([b for _, b in wanted], pa.string())}
        )
    )
    held = _on_file(facts, as_of)
    few = held.group_by("kind", "value").agg(holders=held.taxpayer.nunique())
    held = held.semi_join(few.filter(few.holders.between(2, SHARED_BY)), ["kind", "value"])
    left = held.select(a="taxpayer", kind="kind", value="value", record_a="record_id")
    right = held.select(b="taxpayer", kind="kind", value="value", record_b="record_id")
    shared = couple.join(left, "a").join(right, ["b", "kind", "value"])
    shared = shared.group_by("a", "b", "kind", "value").agg(
        record_a=shared.record_a.min(), record_b=shared.record_b.min()
    )
    claims = facts.table("party_claims", as_of=as_of)
    claims = claims.filter(claims.relation.isin(RELATIONS), ~surely(claims.status == "rejected"))
    claims = claims.mutate(one=taxpayer(_key(claims.subject)), other=taxpayer(_key(claims.object)))
    said = [
        couple.join(claims.select("claim_id", "relation", a=a, b=b), ["a", "b"])
        for a, b in ((claims.one, claims.other), (claims.other, claims.one))
    ]
    claimed = ibis.union(*said, distinct=True)
    found: dict[tuple[str, str], list[Tie]] = {}
    for row in shared.order_by("a", "b", "kind", "value").to_pyarrow().to_pylist():
        tie = Tie(row["kind"], row["value"], "party_records", (row["record_a"], row["record_b"]))
        found.setdefault((row["a"], row["b"]), []).append(tie)
    for row in claimed.order_by("a", "b", "claim_id").to_pyarrow().to_pylist():
        tie = Tie("claim", row["relation"].replace("_", " "), "party_claims", (row["claim_id"],))
        found.setdefault((row["a"], row["b"]), []).append(tie)
    return {key: tuple(values) for key, values in found.items()}
