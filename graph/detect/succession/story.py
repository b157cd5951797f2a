"""A change of identity told as a finding: who became whom, by what it is known, what came before, what else it may be.

Invariant: every number in the text stands in an evidence's numbers or an explanation's result, and every evidence
opens the rows that it speaks of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

import ibis.expr.types as ir
import numpy as np

from graph.detect.succession import deposits
from graph.detect.succession.events import CLASSES
from graph.detect.succession.innocent import SHARED_BY_MANY, day_of, innocent, listed, shared_on_file
from graph.detect.succession.on_file import KINDS, OF_THE_NUMBER, on_file
from graph.detect.succession.reason import COMMON
from graph.detect.succession.search import Search
from graph.detect.succession.sides import HABITS, IMPORTERS, MAKERS, Side
from graph.detect.succession.weigh import Weighed
from graph.facts.columns import one_column, taxpayer
from graph.facts.store import FactStore
from graph.model.finding import Evidence, Finding, Member, RecordRef

Row = dict[str, Any]

# So many of a party's lines are laid open on either side of the change.
LINES_SHOWN = 3
# So many importers that went on with a maker are named for each maker.
MOST_BUYERS = 2


@dataclass(frozen=True, slots=True)
class Records:
    """The fact rows behind the pairs: lines by party in order of days, records by (party, kind, value), orders.

    `before` are the lines of woken companies from before they woke, which stand in `lines` no more.
    """

    lines: dict[str, list[Row]]
    before: dict[str, list[Row]]
    filed: dict[tuple[str, str, str], str]
    orders: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Pairs that belong together, in order of days, with what the queue says of them."""

    pairs: tuple[Weighed, ...]
    as_of: date
    probability: float
    calibration: str
    queue: bool
    e_value: float | None
    tested: int
    stand_ins: int


def read_records(
    facts: FactStore, files: ir.Table, found: Search, pairs: Iterable[Weighed], *, as_of: date | None, until: date
) -> Records:
    """Fetch the rows behind these pairs; `files` are those of `on_file.read_files`."""
    side = found.side
    parties = {party for w in pairs for party in (w.old, w.new)}
    wanted = one_column("party", parties)
    t = facts.table("entry_lines", as_of=as_of)
    t = t.filter(t.entry_date <= until, ~t.hts_number.startswith("99"))
    importer, maker = taxpayer(t.importer_number), t.manufacturer_id.nullif("")
    party, partner = (importer, maker) if side is IMPORTERS else (maker, importer)
    t = t.select(
        "entry_number", "line_number", "hts_number", "country_of_origin", "importer_number", "manufacturer_id",
        "entry_type", "entered_value_usd", "ad_duty_usd", "cv_duty_usd", "description", party=party, partner=partner,
        day=t.entry_date.epoch_days(), tariff_ordinal=t.tariff_ordinal.fill_null(1),
    ).semi_join(wanted, "party")  # fmt: skip
    lines: dict[str, list[Row]] = {}
    before: dict[str, list[Row]] = {}
    for row in t.order_by("party", "day", "entry_number", "line_number", "tariff_ordinal").to_pyarrow().to_pylist():
        sleep = found.asleep.get(row["party"])
        (before if sleep and row["day"] < sleep.woke else lines).setdefault(row["party"], []).append(row)
    filed = on_file(facts, files, side, as_of=as_of).semi_join(wanted, "party").to_pyarrow().to_pylist()
    return Records(
        lines,
        before,
        {(row["party"], row["kind"], row["value"]): row["record_id"] for row in filed},
        tuple(facts.table("orders", as_of=as_of).order_by("case_number").to_pyarrow().to_pylist()),
    )


def tell(scheme: Scheme, found: Search, records: Records, *, name: str, version: str) -> Finding:
    """The finding of one scheme."""
    side = found.side
    first = min(scheme.pairs, key=lambda w: (found.compared.began[w.pair], w.new))
    best = max(scheme.pairs, key=lambda w: (w.probability, w.same_firm))
    entries = tuple(dict.fromkeys(e for w in scheme.pairs for e in _continued(w, records)))
    duty, basis = _duty_at_stake(scheme, records)
    days = [int(found.compared.began[w.pair]) for w in scheme.pairs]
    last = max((row["day"] for w in scheme.pairs for row in records.lines.get(w.new, ())), default=max(days))
    started = min([w.event.day for w in scheme.pairs if w.event and w.event_chance <= COMMON] + days)
    digest = sha256("|".join([name, side.kind, *sorted({p for w in scheme.pairs for p in (w.old, w.new)})]).encode())
    evidence: list[Evidence] = []
    for w in scheme.pairs:
        of_pair = [
            *_event_evidence(w, found), *_timeline(w, found, records), *_waking(w, found, records),
            *_parts(w, found, records),
            *_trade_evidence(w, found, records), *_deposit_evidence(w, records), *_habit_evidence(w, found, records),
            *_file_evidence(w, found, records), *_claim_evidence(w, side),
        ]  # fmt: skip
        if len(scheme.pairs) > 1:  # else "the new one" could be any of them
            pair = f"{_spelled(w.new, side, records)} after {_spelled(w.old, side, records)}"
            of_pair = [replace(one, claim=f"{pair}: {one.claim}") for one in of_pair]
        evidence += of_pair
    return Finding(
        id=f"{name}-{digest.hexdigest()[:16]}",
        kind=name,
        detector=name,
        version=version,
        as_of=scheme.as_of,
        title=_title(scheme, best, found, records),
        probability=round(scheme.probability, 4),
        calibration=scheme.calibration,
        queue=scheme.queue,
        members=_members(scheme, found, records),
        entries=entries,
        period_from=day_of(started),
        period_to=day_of(max(last, started)),
        duty_at_stake_usd=duty,
        evidence=(*evidence, basis),
        innocent_explanations=tuple(innocent(best, found)),
        scope_question=(
            f"Is {_spelled(first.new, side, records)} the same business as {_spelled(first.old, side, records)}, and "
            "does what customs had against the old one bind the new one? Who owns and runs both is a question for "
            "papers and people; likeness of trade and of addresses proves neither control nor intent."
        ),
        e_value=None if scheme.e_value is None else round(scheme.e_value, 4),
        next_steps=_next_steps(best, side, records),
    )


def _ref(row: Row) -> RecordRef:
    return RecordRef("entry_lines", tuple(str(row[k]) for k in ("entry_number", "line_number", "tariff_ordinal")))


def _spelled(party: str, side: Side, records: Records) -> str:
    """The number as most of the party's lines write it (of equals the first in order)."""
    if side is not IMPORTERS:
        return party
    count: dict[str, int] = {}
    for row in records.lines.get(party, ()):
        count[row["importer_number"]] = count.get(row["importer_number"], 0) + 1
    return min(count, key=lambda number: (-count[number], number)) if count else party


def _name(w: Weighed, party: str) -> str:
    named = [row["name"] for row in w.openly.records if row["party"] == party]
    return named[-1] if named else ""


def _called(w: Weighed, party: str, side: Side, records: Records) -> str:
    name = _name(w, party)
    return f"{side.party_word} {_spelled(party, side, records)}" + (f" ({name})" if name else "")


def _title(scheme: Scheme, best: Weighed, found: Search, records: Records) -> str:
    side = found.side
    c, i = found.compared, best.pair
    others = len(scheme.pairs) - 1
    more = f", and {others} further change{'s' if others > 1 else ''}" if others else ""
    said = (
        f"{_called(best, best.new, side, records)} seems to carry on the business of "
        f"{_called(best, best.old, side, records)} since {day_of(int(c.began[i]))}"
    )
    if best.openly.same_name:
        tail = ", under the same name"
    elif best.openly.in_the_open:
        tail = ", and said so openly"
    elif best.openly.looked_into and not best.openly.cleared:
        tail = "; customs looked into both and found no violation"
    elif best.openly.cleared:
        tail = "; that it is the successor was claimed and rejected"
    elif best.features["answered"]:
        tail = "; it says so itself, and what was owed is paid"
    elif best.event is None or best.event_chance > COMMON:
        tail = "; nothing is on record that it would leave behind"
    else:
        tail = f", {_apart(int(c.began[i]) - best.event.day)} {CLASSES[best.event.kind]}"
    return f"{said[0].upper()}{said[1:]}{tail}{more}."


def _apart(days: int) -> str:
    return f"{days} days after" if days >= 0 else f"{-days} days before"


def _members(scheme: Scheme, found: Search, records: Records) -> tuple[Member, ...]:
    side = found.side
    members: dict[str, Member] = {}
    olds = {w.old for w in scheme.pairs}
    for w in sorted(scheme.pairs, key=lambda w: (int(found.compared.began[w.pair]), w.new)):
        for party, role in ((w.old, "predecessor"), (w.new, "successor")):
            entity = f"{side.kind}:{_spelled(party, side, records)}"
            days = [row["day"] for row in records.lines.get(party, ())]
            when = f"entered goods from {day_of(min(days))} to {day_of(max(days))}" if days else "has no lines"
            also = ", and was succeeded in turn" if role == "successor" and party in olds else ""
            members.setdefault(entity, Member(entity, role, f"{when}{also}"))
    if side is MAKERS:
        for buyer in _buyers_of_both(scheme, records)[: MOST_BUYERS * len(members)]:
            members.setdefault(buyer.entity, buyer)
    return tuple(members.values())


def _buyers_of_both(scheme: Scheme, records: Records) -> list[Member]:
    """The importers that bought of a maker and went on to buy of its successor, most lines of the new one first.

    They owe the duty on what they bought, whoever of them knew.
    """
    lines: dict[str, int] = {}
    since: dict[str, int] = {}
    number: dict[str, str] = {}
    for w in scheme.pairs:
        before = _partners(w.old, records)
        for row in records.lines.get(w.new, ()):
            buyer = row["partner"]
            if buyer in before:
                lines[buyer] = lines.get(buyer, 0) + 1
                since[buyer] = min(since.get(buyer, row["day"]), row["day"])
                number.setdefault(buyer, row["importer_number"])
    return [
        Member(
            f"importer:{number[b]}", "buyer", f"bought of the old maker, and of the new one since {day_of(since[b])}"
        )
        for b in sorted(lines, key=lambda b: (-lines[b], b))
    ]


def _partners(party: str, records: Records) -> set[str]:
    return {row["partner"] for row in records.lines.get(party, ()) if row["partner"]}


def _continued(w: Weighed, records: Records) -> list[str]:
    """The newcomer's entries that go on with the predecessor's partners, else with its goods, else all."""
    mine = records.lines.get(w.new, [])
    partners = _partners(w.old, records)
    goods = {row["hts_number"][:6] for row in records.lines.get(w.old, ())}
    for kept in (
        [r for r in mine if r["partner"] in partners or (not r["partner"] and r["hts_number"][:6] in goods)],
        [r for r in mine if r["hts_number"][:6] in goods],
        mine,
    ):
        if kept:
            return list(dict.fromkeys(row["entry_number"] for row in kept))
    return []


def _event_evidence(w: Weighed, found: Search) -> list[Evidence]:
    if w.event is None or w.event_chance > COMMON:
        return []
    began = int(found.compared.began[w.pair])
    days = began - w.event.day
    return [
        Evidence(
            f"On {day_of(w.event.day)} there was {CLASSES[w.event.kind]} against the old {found.side.party_word}: "
            f"{w.event.told}, {_apart(-days)} the new one's first entry.",
            {
                "event_on": day_of(w.event.day).isoformat(),
                "days_from_event_to_first_entry": days,
                "chance_of_such_an_event_so_near": float(f"{w.event_chance:.2g}"),
                "revenue_change_usd": round(w.event.revenue_usd, 2),
            },
            (RecordRef(w.event.table, w.event.key),),
        )
    ]


def _timeline(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    c, i = found.compared, w.pair
    old, new = records.lines.get(w.old, []), records.lines.get(w.new, [])
    if not old or not new:
        return []
    began = int(c.began[i])
    numbers: dict[str, float | int | str] = {
        "old_first_entry": day_of(old[0]["day"]).isoformat(),
        "old_last_entry": day_of(old[-1]["day"]).isoformat(),
        "new_first_entry": day_of(began).isoformat(),
        "old_pace_left": round(float(c.remaining[i]), 3),
        "chance_that_the_old_fell_so_far": float(f"{10 ** -float(c.stopped[i]):.2g}"),
        "new_pace_over_old": round(float(c.replaced[i]), 3),
        "left_in_the_same_window": int(c.pool[i]),
    }
    if np.isnan(c.gap[i]):
        said = f"kept {float(c.remaining[i]):.0%} of its pace after the new one began"
    else:
        numbers["days_from_last_to_first"] = int(c.gap[i])
        said = f"made its last entry {_apart(-int(c.gap[i]))} the new one's first"
    before = [row for row in old if row["day"] <= began] or old
    shown = [*before[-LINES_SHOWN:], *new[:LINES_SHOWN]]
    return [
        Evidence(
            f"The old {found.side.party_word} {said} ({day_of(began)}); the new one runs at "
            f"{float(c.replaced[i]):.1f} times the old one's pace.",
            numbers,
            tuple(_ref(row) for row in shown),
        )
    ]


def _parts(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    if not w.parts:
        return []
    return [
        Evidence(
            f"It is one of {w.parts} newcomers that began around one time and together go on with {w.together:.0%} of "
            f"the old {found.side.party_word}'s pace with its {found.side.partner_word}s.",
            {"parts": w.parts, "share_of_the_old_ones_pace_together": round(w.together, 3)},
            tuple(_ref(row) for row in records.lines.get(w.new, ())[:LINES_SHOWN]),
        )
    ]


def _waking(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    sleep, before = found.asleep.get(w.new), records.before.get(w.new)
    if not sleep or not before:
        return []
    asleep = sleep.woke - sleep.last_day
    return [
        Evidence(
            f"The new {found.side.party_word} was asleep: {sleep.entries} entries until {day_of(sleep.last_day)}, then "
            f"none for {asleep} days, until it began anew on {day_of(sleep.woke)}.",
            {"entries_before": sleep.entries, "last_on": day_of(sleep.last_day).isoformat(), "days_asleep": asleep},
            tuple(_ref(row) for row in before[-LINES_SHOWN:]),
        )
    ]


def _trade_evidence(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    c, i = found.compared, w.pair
    shared = sorted(_partners(w.old, records) & _partners(w.new, records))
    if not shared:
        return []
    partner = found.known.partner
    number = {v: int(n) for v, n in zip(shared, partner.values.number(_texts(shared)), strict=True)}
    shared.sort(key=lambda v: (partner.holders[number[v]], v))
    refs: list[RecordRef] = []
    for value in shared[:LINES_SHOWN]:
        refs += [_ref(row) for row in [r for r in records.lines[w.old] if r["partner"] == value][-2:]]
        refs += [_ref(row) for row in [r for r in records.lines[w.new] if r["partner"] == value][:2]]
    words = found.side.partner_word
    numbers: dict[str, float | int | str] = {
        f"shared_{words}s": len(shared),
        "share_of_the_new_ones_lines": round(float(c.covered[i]), 3),
        "share_of_the_old_ones_lines": round(float(c.taken[i]), 3),
        "bits": round(float(c.fields["partner"][i]), 1),
    }
    if not np.isnan(c.lots[i]):
        numbers["values_of_a_line_apart_doublings"] = round(float(c.lots[i]), 2)
    for value in shared[:LINES_SHOWN]:
        numbers[f"others_with_{value}"] = int(partner.holders[number[value]]) - 2
    few = int(partner.holders[number[shared[0]]]) - 2
    return [
        Evidence(
            f"They share {len(shared)} {words}{'s' if len(shared) > 1 else ''} ({', '.join(shared[:LINES_SHOWN])}"
            f"{', ...' if len(shared) > LINES_SHOWN else ''}), which make {float(c.covered[i]):.0%} of the new one's "
            f"lines; the rarest has {few} other {found.side.party_word}{'' if few == 1 else 's'}.",
            numbers,
            tuple(dict.fromkeys(refs)),
        )
    ]


def _deposit_evidence(w: Weighed, records: Records) -> list[Evidence]:
    if not w.deposits.makers:
        return []
    old, new = (records.lines.get(party, []) for party in (w.old, w.new))
    return [deposits.told(w.deposits, old, new, line=w.of_a_line)]


def _texts(values: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(list(values), pa.string())


def _habit_evidence(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    c, i = found.compared, w.pair
    agreeing = {name: float(c.fields[name][i]) for name in found.side.habits if float(c.fields[name][i]) >= 1.0}
    new = records.lines.get(w.new, [])
    if not agreeing or not new:
        return []
    words = [HABITS[name] for name in sorted(agreeing, key=lambda n: -agreeing[n])]
    return [
        Evidence(
            f"The new one's usual {listed(words)} {'is' if len(words) == 1 else 'are'} among the old one's "
            f"({sum(agreeing.values()):.0f} bits against chance).",
            {f"{name}_bits": round(bits, 1) for name, bits in agreeing.items()},
            tuple(_ref(row) for row in [*records.lines.get(w.old, [])[-1:], *new[:1]]),
        )
    ]


def _file_evidence(w: Weighed, found: Search, records: Records) -> list[Evidence]:
    told = []
    for kind, value, holders, holding, strangers in shared_on_file(w, found):
        # A word that dozens have in their name is no evidence.
        if kind == "name" and holders > 3 * SHARED_BY_MANY:
            continue
        keys = [records.filed[party, kind, value] for party in (w.old, w.new) if (party, kind, value) in records.filed]
        refs = [RecordRef("party_records", (key,)) for key in keys]
        if kind in OF_THE_NUMBER:
            refs = [_ref(row) for party in (w.old, w.new) for row in records.lines.get(party, ())[:1]]
        others = holders - 2
        told.append(
            Evidence(
                f"Both have the same {KINDS[kind][0]} on file ({value}); {others or 'no'} other"
                f"{'' if others == 1 else 's'} of {holding} do{'es' if others == 1 else ''}"
                + (f", {strangers} of them strangers to the trade of the rest." if strangers else "."),
                {
                    kind: value,
                    "held_by": holders,
                    "strangers": strangers,
                    "of": holding,
                    "rarity_bits": round(float(np.log2(holding / max(holders - 0.5, 0.5))), 1),
                },
                tuple(refs),
            )
        )
    return told


def _claim_evidence(w: Weighed, side: Side) -> list[Evidence]:
    told = []
    if w.openly.said:
        status = "admitted" if w.openly.admitted else "alleged"
        told.append(
            Evidence(
                f"A claim, not a fact: it is {status} that one {side.party_word} belongs to or follows the other.",
                {"claims": len(w.openly.said), "status": status},
                tuple(RecordRef("party_claims", (claim,)) for claim in w.openly.said),
            )
        )
    return told


def _duty_at_stake(scheme: Scheme, records: Records) -> tuple[float, Evidence]:
    """What the old one was billed, and what the continued entries would owe under orders in force."""
    billed = {w.event.key: max(w.event.revenue_usd, 0.0) for w in scheme.pairs if w.event}
    refs = {RecordRef(w.event.table, w.event.key): None for w in scheme.pairs if w.event and w.event.revenue_usd > 0}
    owed = 0.0
    for w in scheme.pairs:
        entries = set(_continued(w, records))
        for row in records.lines.get(w.new, ()):
            if row["entry_number"] not in entries:
                continue
            rate = _order_rate(row, records.orders)
            paid = float(row["ad_duty_usd"] or 0) + float(row["cv_duty_usd"] or 0)
            due = max(float(row["entered_value_usd"] or 0) * rate - paid, 0.0)
            if due > 0:
                owed += due
                refs.setdefault(_ref(row), None)
    bill = sum(billed.values())
    if not refs:
        refs = {_ref(row): None for w in scheme.pairs for row in records.lines.get(w.new, ())[:LINES_SHOWN]}
    return round(bill + owed, 2), Evidence(
        f"At stake are {bill:,.0f} USD that customs found the old one to owe, and {owed:,.0f} USD that the continued "
        "entries would owe under orders in force.",
        {"billed_usd": round(bill, 2), "under_orders_usd": round(owed, 2)},
        tuple(refs),
    )


def _order_rate(row: Row, orders: tuple[Row, ...]) -> float:
    """The deposit rates, as a share, of the orders in force on the line's day for its tariff number and origin."""
    on = day_of(row["day"])
    return sum(
        float(order["deposit_rate_pct"] or order["all_others_rate_pct"] or 0) / 100
        for order in orders
        if order["country"] == row["country_of_origin"]
        and any(row["hts_number"].startswith(prefix.replace(".", "")) for prefix in order["hts_prefixes"] or ())
        and (order["order_on"] or order["preliminary_on"] or date.max) <= on
        and (order["revoked_on"] is None or order["revoked_on"] > on)
    )


def _next_steps(w: Weighed, side: Side, records: Records) -> tuple[str, ...]:
    new, old = _spelled(w.new, side, records), _spelled(w.old, side, records)
    if side is IMPORTERS:
        return (
            f"Lay the 5106 forms, bonds and powers of attorney of {new} and {old} side by side: who signed, who pays.",
            f"Ask the filer of {new}'s first entries who instructed it, and the surety what it was told.",
            f"Hold what is owed by {old} against {new}'s entries before they liquidate, if counsel agrees.",
        )
    return (
        f"Compare the invoices and packing lists of {new} and {old}: letterhead, bank, signatures, plant address.",
        f"Ask the importers that went on with {new} what they were told, and by whom.",
        "Ask for a site visit: is there one plant or two?",
    )
