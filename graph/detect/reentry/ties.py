"""What joins two taxpayers: a claim that one succeeds the other, or something on file that few others have.

A shared value weighs by its rarity: log2 of how much oftener a successor keeps it than two taxpayers share it by
chance, which is the share of taxpayers that hold it. Ties hang together (who keeps the phone keeps the address), so
the strongest counts in full and each further kind a little.

Invariant: a value held by more than `SHARED_BY` taxpayers (a virtual office, a law firm, a broker's phone)
joins nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from graph.facts.columns import surely, taxpayer
from graph.facts.store import FactStore

SHARED_BY = 50
RELATIONS = ("successor_of", "sister_of", "controlled_by", "owned_by", "shares_address")
# How often two numbers of one hand share each thing on file.
KEPT = {
    "phone": 0.3, "e-mail": 0.15, "domain": 0.2, "address": 0.3, "name": 0.05, "word of the name": 0.25, "bond": 0.05,
    "officer": 0.3,
}  # fmt: skip
# What a claim weighs: a fact or an admission, or what somebody only says.
FACT_BITS, ALLEGED_BITS = 9.0, 5.0
# A tie of another kind adds so much, and all together weigh no more than this.
FURTHER_BITS = 2.5
MOST_TIE_BITS = 13.0
# Words that stand in many names, or too short to tell one from another, are not looked at.
SHORTEST_WORD = 5
WORD_SHARED_BY = 8


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two taxpayers belong together: the kind of tie, the value shared or the claim, and its rows.

    `holders` is how many taxpayers have the value on file, 0 for a claim; `bits` what the tie weighs by itself.
    """

    kind: str
    value: str
    table: str
    keys: tuple[str, ...]
    holders: int
    bits: float


def bits_of(found: Iterable[Tie]) -> float:
    """What the ties of two taxpayers weigh together.

    >>> phone, officer = (Tie(kind, "x", "party_records", (), 2, 8.0) for kind in ("phone", "officer"))
    >>> bits_of([phone]), bits_of([phone, officer])
    (8.0, 10.5)
    """
    by_kind: dict[str, float] = {}
    for tie in found:
        by_kind[tie.kind] = max(by_kind.get(tie.kind, 0.0), tie.bits)
    weights = sorted(by_kind.values(), reverse=True)
    return min(weights[0] + FURTHER_BITS * (len(weights) - 1), MOST_TIE_BITS) if weights else 0.0


def _plain(value: ir.StringValue) -> ir.StringValue:
    """Letters and digits alone, so that punctuation and case do not part two spellings."""
    # In this order only the 26 letters meet `upper`: engines differ on others, such as the German sharp s.
    return value.re_replace("[^A-Za-z0-9]", "").upper().nullif("")


def _key(entity_id: ir.StringValue) -> ir.StringValue:
    """What stands behind the kind in an entity's id, if anything does."""
    return entity_id.re_extract("^[^:]*:([^:]*)", 1).nullif("")


def _on_file(facts: FactStore, as_of: date | None) -> ir.Table:
    """(taxpayer, kind, value, record): what is on file of importers, one row a value; some are blank.

    To be worked out once: to clean a value is slow.
    """
    t = facts.table("party_records", as_of=as_of)
    t = t.filter(t.role.isin(("importer", "consignee")), t.identifier.notnull())
    t = t.mutate(taxpayer=taxpayer(t.identifier))
    digits = t.phone.re_replace("[^0-9]", "")
    values = {
        "phone": ibis.ifelse(digits.length() >= 7, digits.right(10), None),
        "e-mail": t.email.lower().nullif(""),
        "domain": t.email.lower().re_extract("@(.+)$", 1).nullif(""),
        "address": _plain(t.address) + "/" + t.postal_code.fill_null(""),
        "name": _plain(t.name),
        "bond": t.bond_number.nullif(""),
    }
    rows = [t.select("taxpayer", "record_id", kind=ibis.literal(kind), value=value) for kind, value in values.items()]
    officers = t.select("taxpayer", "record_id", officer=t.officers.unnest())
    rows.append(officers.select("taxpayer", "record_id", kind=ibis.literal("officer"), value=_plain(officers.officer)))
    site = t.website.lower().re_replace("^(https?://)?(www[.])?", "").re_replace("/.*$", "").nullif("")
    rows.append(t.select("taxpayer", "record_id", kind=ibis.literal("domain"), value=site))
    words = t.select("taxpayer", "record_id", word=t.name.re_replace("[^A-Za-z0-9]+", " ").upper().split(" ").unnest())
    words = words.filter(words.word.length() >= SHORTEST_WORD)
    rows.append(words.select("taxpayer", "record_id", kind=ibis.literal("word of the name"), value=words.word))
    return ibis.union(*rows)


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
    both = ibis.memtable(pa.table({"taxpayer": sorted({each for couple in wanted for each in couple})}))
    with facts.kept(_on_file(facts, as_of)) as on_record:
        filed = on_record.drop_null("value")
        taxpayers = int(filed.taxpayer.nunique().to_pyarrow().as_py() or 0)
        few = filed.group_by("kind", "value").agg(holders=filed.taxpayer.nunique())
        most = ibis.ifelse(few.kind == "word of the name", WORD_SHARED_BY, SHARED_BY)
        rare = filed.semi_join(both, "taxpayer").join(few.filter(few.holders.between(2, most)), ["kind", "value"])
        with facts.kept(rare.select("taxpayer", "kind", "value", "record_id", "holders")) as held:
            left = held.select("kind", "value", "holders", a="taxpayer", record_a="record_id")
            right = held.select("kind", "value", b="taxpayer", record_b="record_id")
            shared = couple.join(left, "a").join(right, ["b", "kind", "value"]).group_by("a", "b", "kind", "value")
            shared = shared.agg(
                record_a=ibis._.record_a.min(), record_b=ibis._.record_b.min(), holders=ibis._.holders.max()
            )  # fmt: skip
            on_file = shared.order_by("a", "b", "kind", "value").to_pyarrow().to_pylist()
    claims = facts.table("party_claims", as_of=as_of)
    claims = claims.filter(claims.relation.isin(RELATIONS), ~surely(claims.status == "rejected"))
    claims = claims.mutate(one=taxpayer(_key(claims.subject)), other=taxpayer(_key(claims.object)))
    said = [
        couple.join(claims.select("claim_id", "relation", "status", a=a, b=b), ["a", "b"])
        for a, b in ((claims.one, claims.other), (claims.other, claims.one))
    ]
    claimed = ibis.union(*said, distinct=True)
    found: dict[tuple[str, str], list[Tie]] = {}
    for row in on_file:
        rarity = float(np.log2(KEPT[row["kind"]] * max(taxpayers, 2) / (row["holders"] - 1)))
        records = (row["record_a"], row["record_b"])
        tie = Tie(row["kind"], row["value"], "party_records", records, row["holders"], min(rarity, MOST_TIE_BITS))
        found.setdefault((row["a"], row["b"]), []).append(tie)
    for row in claimed.order_by("a", "b", "claim_id").to_pyarrow().to_pylist():
        weight = FACT_BITS if row["status"] in ("fact", "admitted") else ALLEGED_BITS
        tie = Tie("claim", row["relation"].replace("_", " "), "party_claims", (row["claim_id"],), 0, weight)
        found.setdefault((row["a"], row["b"]), []).append(tie)
    return {key: tuple(values) for key, values in found.items()}
