"""A scheme told as a finding: the claim, the rows side by side, what else could explain it, what to do next.

Invariant: every number in the text stands in an evidence's numbers or an explanation's result, and every
evidence opens the rows that it speaks of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import ibis
import ibis.expr.types as ir

from graph.detect.reentry.comparisons import BY_THIRD_COUNTRY
from graph.detect.reentry.hands import FILER, Hand, hand_evidence
from graph.detect.reentry.innocence import innocent
from graph.detect.reentry.journeys import Journey
from graph.detect.reentry.lawful import Lawful
from graph.detect.reentry.match import Lead, Match, Sum
from graph.detect.reentry.movement import Movement
from graph.detect.reentry.ties import Tie
from graph.detect.reentry.wording import STANDING, listed, times
from graph.facts.columns import one_column
from graph.facts.store import FactStore
from graph.model.finding import Evidence, Finding, Member, RecordRef

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The fact rows that the leads speak of, by their keys."""

    lines: dict[str, Row]  # line id
    lines_of_entry: dict[str, tuple[str, ...]]  # line ids in order
    actions: dict[str, Row]
    bills: dict[str, Row]
    orders: tuple[Row, ...]
    lines_of_maker: dict[str, int]  # how many lines carry each manufacturer id


@dataclass(frozen=True, slots=True)
class Told:
    """A scheme with all that was found out about it, most probable lead first, and each lead's journey.

    `stopped` counts the importers' lots that customs stopped, `bits_together` is what the matches of the importer that
    stands out most say together; `hands` brought back goods of several importers.
    """

    leads: tuple[tuple[Lead, Movement, Lawful], ...]
    journeys: tuple[Journey, ...]
    hands: tuple[Hand, ...]
    as_of: date
    probability: float
    calibration: str
    queue: bool
    e_value: float
    stopped: int
    bits_together: float
    tested: int
    stand_ins: int


def read_records(facts: FactStore, leads: Iterable[Lead], *, as_of: date | None) -> Records:
    """Fetch the rows behind these leads; a few hundred at most."""
    leads = list(leads)
    matches = [m for lead in leads for m in lead.matches]
    entries = {m.entry_number for m in matches}
    entries |= {line_id.split("/")[0] for lead in leads for line_id in lead.line_ids}
    lines = _rows(facts.table("entry_lines", as_of=as_of).select(*_TOLD), "entry_number", entries)
    makers = {row["manufacturer_id"] for row in lines if row["manufacturer_id"]}
    makers |= {lead.lot["maker"] for lead in leads if lead.lot["maker"]}
    counted = facts.table("entry_lines", as_of=as_of).select("manufacturer_id")
    counted = counted.semi_join(one_column("manufacturer_id", makers), "manufacturer_id")
    counts = counted.group_by("manufacturer_id").agg(n=ibis._.count()).to_pyarrow().to_pylist()
    action_ids = {a for lead in leads for a in lead.lot["action_ids"]}
    bill_numbers = {m.bill for m in matches if m.bill} | {lead.lot["bill"] for lead in leads if lead.lot["bill"]}
    ids: dict[str, list[str]] = {}
    for row in lines:
        ids.setdefault(row["entry_number"], []).append(_line_id(row))
    return Records(
        {_line_id(row): row for row in lines},
        {entry: tuple(sorted(set(own))) for entry, own in ids.items()},
        {row["action_id"]: row for row in _rows(facts.table("actions", as_of=as_of), "action_id", action_ids)},
        {row["bill_number"]: row for row in _rows(facts.table("bills", as_of=as_of), "bill_number", bill_numbers)},
        tuple(facts.table("orders", as_of=as_of).order_by("case_number").to_pyarrow().to_pylist()),
        {row["manufacturer_id"]: row["n"] for row in counts},
    )


def _rows(t: ir.Table, column: str, values: set[str]) -> list[Row]:
    rows: list[Row] = t.semi_join(one_column(column, values), column).to_pyarrow().to_pylist()
    return rows


def _line_id(row: Row) -> str:
    return f"{row['entry_number']}/{row['line_number']}/{row['tariff_ordinal'] or 1}"


def _lines_of(match: Match, records: Records) -> tuple[str, ...]:
    """The lines of a match; all lines of the entry where the entry as a whole agrees."""
    return match.line_ids or records.lines_of_entry.get(match.entry_number, ())


def _returned(match: Match, records: Records) -> Row:
    """What came back, in a line's columns; for a whole entry, its first line with the amounts of all."""
    rows = [records.lines[i] for i in _lines_of(match, records) if i in records.lines]
    if len(rows) <= 1:
        return rows[0] if rows else {}

    def total(name: str) -> Any:
        return sum(row[name] for row in rows) if all(row[name] is not None for row in rows) else None

    return {**rows[0], **{name: total(name) for name in _SUMMED}}


def _line_ref(line_id: str) -> RecordRef:
    return RecordRef("entry_lines", tuple(line_id.split("/")))


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def tell(told: Told, records: Records, *, name: str, version: str) -> Finding:
    """The finding of one scheme."""
    lead, moved, _ = told.leads[0]
    actions = sorted({a for each, _, _ in told.leads for a in each.lot["action_ids"]})
    importer = lead.lot["importer"] or ""
    digest = sha256("|".join([name, importer, *actions]).encode()).hexdigest()[:16]
    duty, basis = _duty_at_stake(told, records)
    entries: list[str] = []
    for each, _, _ in told.leads:
        entries += [e for e in [each.lot["own_entry"], *(m.entry_number for m in each.matches)] if e]
    first = min(_day(each.lot["action_day"]) for each, _, _ in told.leads)
    last = max(_day(m.day) for each, _, _ in told.leads for m in each.matches)
    evidence = [e for each, _, law in told.leads for e in _goods_evidence(each, law, records, told)]
    evidence.append(_importer_evidence(told))
    evidence += [hand_evidence(hand, _brought_by(hand, told, records)) for hand in told.hands]
    tie = _tie_evidence(told.leads)
    support = _support_evidence(lead, moved, records)
    return Finding(
        id=f"{name}-{digest}",
        kind=name,
        detector=name,
        version=version,
        as_of=told.as_of,
        title=_title(told, records),
        probability=round(told.probability, 4),
        calibration=told.calibration,
        queue=told.queue,
        members=_members(told, records),
        entries=tuple(dict.fromkeys(entries)),
        period_from=first,
        period_to=last,
        duty_at_stake_usd=duty,
        evidence=(*evidence, *tie, *support, basis),
        innocent_explanations=tuple(innocent(told.leads, told.journeys, told.hands)),
        scope_question=(
            "Are these the same goods, and did the result at the first port bind them? A person has to compare the "
            "two shipments' papers; a match of weight, packages and value proves neither intent nor scope."
        ),
        p_value=lead.p_value,
        e_value=round(told.e_value, 4),
        next_steps=_next_steps(lead),
    )


def _title(told: Told, records: Records) -> str:
    lead = told.leads[0][0]
    best = lead.matches[0]
    goods = _goods(lead, best, records)
    who = lead.lot["importer"] or "an importer not named"
    by = "" if best.own else f" by importer {best.importer}"
    where = f"at port {best.port} on {_day(best.day)}"
    if _in_crumbs(lead):
        where = f"in {_spread(lead)}"
    elif lead.parts is not None:
        where = "in parts " + listed([f"at port {m.port} on {_day(m.day)}" for m in lead.matches])
    importers = len(_importers(told))
    others = f" of {importers} importers" if importers > 1 else ""
    more = f", and {_lots(len(told.leads) - 1)}{others} likewise" if len(told.leads) > 1 else ""
    more += f", through {told.hands[0].kind} {told.hands[0].value}" if told.hands else ""
    return (
        f"{goods} of importer {who} {STANDING[lead.lot['standing']]} at port {lead.lot['acting_port']} on "
        f"{_day(lead.lot['action_day'])} seem to have been entered again {where}{by}{more}."
    )


# More parts than these are told together.
_EACH_TOLD = 8


def _in_crumbs(lead: Lead) -> bool:
    return lead.parts is not None and len(lead.matches) > _EACH_TOLD


def _spread(lead: Lead) -> str:
    """Of many parts how many there are, where and when."""
    ports = listed([f"port {port}" for port in dict.fromkeys(match.port for match in lead.matches)])
    days = [match.day for match in lead.matches]
    return f"{len(lead.matches)} small entries at {ports} from {_day(min(days))} to {_day(max(days))}"


def _lots(count: int) -> str:
    return "1 more lot" if count == 1 else f"{count} more lots"


def _importers(told: Told) -> set[str]:
    return {lead.lot["taxpayer"] or "" for lead, _, _ in told.leads} - {""}


def _brought_by(hand: Hand, told: Told, records: Records) -> list[RecordRef]:
    """The lines that came back through a hand."""
    back = [lead.matches for lead, _, _ in told.leads if lead.lot["shipment"] in hand.shipments]
    lines = [line for matches in back for match in matches for line in _lines_of(match, records)]
    return [_line_ref(line) for line in dict.fromkeys(lines)]


def _goods(lead: Lead, best: Match, records: Records) -> str:
    row = records.lines.get(lead.lot["line_id"] or "") or _returned(best, records)
    heading = lead.lot["hts"] or row.get("hts_number") or ""
    said = (row.get("description") or "").strip()
    return f"Goods ({said[:60]}, HTS {heading})" if said else f"Goods of HTS {heading}"


def _members(told: Told, records: Records) -> tuple[Member, ...]:
    members: dict[tuple[str, str], Member] = {}

    def add(entity: str, role: str, why: str) -> None:
        members.setdefault((entity, role), Member(entity, role, why))

    for lead, _, _ in told.leads:
        lot, best = lead.lot, lead.matches[0]
        if lot["importer"]:
            add(
                f"importer:{lot['importer']}", "importer",
                f"named for the lot on which port {lot['acting_port']} acted on {_day(lot['action_day'])}",
            )  # fmt: skip
        own = {lot["taxpayer"]}
        for match in lead.matches:
            if match.taxpayer not in own:
                own.add(match.taxpayer)
                role = "successor" if lot["importer"] else "importer"
                add(f"importer:{match.importer}", role, f"entered the goods again in {match.entry_number}")
        makers = {m for m in (lot["maker"], best.maker) if m}
        if makers:
            # Of two spellings the one with more lines is the maker's own; the other is a slip of the pen.
            maker = max(makers, key=lambda m: (records.lines_of_maker.get(m, 0), m))
            add(f"manufacturer:{maker}", "manufacturer", "maker named for the goods")
    for hand in told.hands:
        if hand.kind == FILER:
            filed = f"filed the entries of {hand.importers} importers at port {hand.port}"
            add(f"broker:{hand.value}", "broker", filed)
    for lead, _, _ in told.leads:
        add(f"port:{lead.lot['acting_port']}", "acting_port", "port that acted on the goods")
        for match in lead.matches:
            add(f"port:{match.port}", "reentry_port", f"port of entry {match.entry_number}")
    return tuple(members.values())


_SUMMED = (
    "gross_weight_kg", "packages", "entered_value_usd", "duty_usd", "ad_duty_usd", "cv_duty_usd",
)  # fmt: skip
_TOLD = (
    "entry_number", "line_number", "tariff_ordinal", "manufacturer_id", "hts_number", "description", "quantity",
    *_SUMMED,
)  # fmt: skip
_SHOWN = (
    ("gross_weight_kg", "weight"),
    ("packages", "packages"),
    ("quantity", "quantity"),
    ("entered_value_usd", "value"),
)


def _goods_evidence(lead: Lead, law: Lawful, records: Records, told: Told) -> list[Evidence]:
    lot = lead.lot
    refs = [RecordRef("actions", (action,)) for action in lot["action_ids"]]
    if lead.line_ids:
        refs += [_line_ref(line_id) for line_id in lead.line_ids]
    elif lot["bill"] in records.bills:
        refs.append(RecordRef("bills", (lot["bill"],)))
    found = []
    kinds = sorted({records.actions[a]["kind"].replace("_", " ") for a in lot["action_ids"] if a in records.actions})
    found.append(
        Evidence(
            f"Port {lot['acting_port']} acted on the lot ({', '.join(kinds)}) on {_day(lot['action_day'])}; it was "
            f"{STANDING[lot['standing']]}.",
            {"actions": len(lot["action_ids"])},
            tuple(refs),
        )
    )
    if lead.parts is not None:
        found.append(_sum_evidence(lead, lead.parts, refs, records, told))
    for match in lead.matches if lead.parts is None else ():
        numbers: dict[str, float | int | str] = {}
        back = _returned(match, records)
        for column, field in _SHOWN:
            if lot[field] is not None:
                numbers[f"{column}_acted_on"] = round(float(lot[field]), 3)
            if back.get(column) is not None:
                numbers[f"{column}_entered_again"] = round(float(back[column]), 3)
        numbers |= {f"{field}_agreement": label for field, label in match.levels.items()}
        numbers |= {f"{field}_bits": round(bits, 1) for field, bits in match.bits.items()}
        numbers |= {
            "total_bits": round(match.total_bits, 1),
            "days_between": match.day - lot["action_day"],
            "lines_sought_among": lead.sought_among,
            "look_alikes": match.look_alikes,
            "port_bits": round(match.port_bits, 1),
            "p_value": float(f"{lead.p_value:.2g}"),
            "lots_tested": told.tested,
            "stand_in_lots": told.stand_ins,
        }
        both = [*refs, *(_line_ref(line_id) for line_id in _lines_of(match, records))]
        if match.bill in records.bills:
            both.append(RecordRef("bills", (match.bill,)))
        agreeing = [_WORDS.get(f, f.replace("_", " ")) for f, bits in match.bits.items() if bits >= 1 and f != "way"]
        came = " It came by a third country." if match.levels.get("way") == BY_THIRD_COUNTRY else ""
        found.append(
            Evidence(
                f"Entry {match.entry_number} at port {match.port}, {match.day - lot['action_day']} days later, agrees "
                f"in {listed(agreeing) or 'little'}. Among the {lead.sought_among} lines compared such agreement is "
                f"{times(match.total_bits)} if these are the same goods as if they are others.{came}",
                numbers,
                tuple(both),
            )
        )
    if law.adverse_on_return:
        found.append(
            Evidence(
                "Customs found fault with the goods again where they were entered.",
                {"actions": len(law.adverse_on_return)},
                tuple(RecordRef("actions", (action,)) for action in law.adverse_on_return),
            )
        )
    return found


def _importer_evidence(told: Told) -> Evidence:
    """What all stopped lots of the importer say together, those that match nothing among them."""
    several = len(_importers(told)) > 1
    whose, of = ("importers'", "those of one of them") if several else ("importer's", "all of them")
    return Evidence(
        f"Customs stopped {told.stopped} of the {whose} lots in all; {len(told.leads)} seem to have come back "
        f"(that {of} match as they do is {times(told.bits_together)} if goods are brought back as by chance).",
        {"lots_stopped": told.stopped, "lots_told": len(told.leads), "bits_together": round(told.bits_together, 1)},
        tuple(RecordRef("actions", (action,)) for lead, _, _ in told.leads for action in lead.lot["action_ids"]),
    )


def _sum_evidence(lead: Lead, parts: Sum, refs: list[RecordRef], records: Records, told: Told) -> Evidence:
    """What the parts hold, each by itself and together, beside the lot."""
    columns = {field: column for column, field in _SHOWN}
    numbers: dict[str, float | int | str] = {}
    for field, (lot, together) in parts.amounts.items():
        numbers[f"{columns[field]}_acted_on"] = round(lot, 3)
        numbers[f"{columns[field]}_entered_again"] = round(together, 3)
    both = list(refs)
    for n, match in enumerate(lead.matches, start=1):
        back = _returned(match, records)
        for field in parts.amounts if not _in_crumbs(lead) else ():
            if back.get(columns[field]) is not None:
                numbers[f"{columns[field]}_part_{n}"] = round(float(back[columns[field]]), 3)
        if not _in_crumbs(lead):
            numbers[f"days_between_part_{n}"] = match.day - lead.lot["action_day"]
        both += [_line_ref(line_id) for line_id in _lines_of(match, records)]
    days = [match.day - lead.lot["action_day"] for match in lead.matches]
    numbers |= {
        "parts": len(lead.matches),
        "days_between_first": min(days),
        "days_between_last": max(days),
        "total_bits": round(parts.total_bits, 1),
        "sums_sought_among": lead.sought_among,
        "p_value": float(f"{lead.p_value:.2g}"),
        "lots_tested": told.tested,
        "stand_in_lots": told.stand_ins,
    }
    agreeing = [_WORDS.get(field, field) for field, (lot, together) in parts.amounts.items() if _adds_up(lot, together)]
    if _in_crumbs(lead):
        return Evidence(
            f"{_spread(lead)} add up to the lot in {listed(agreeing) or 'about what they hold'}, as far as they tell. "
            f"That is {times(parts.total_bits)} if these are the same goods as if they are others.",
            numbers,
            tuple(both),
        )
    told_parts = listed([f"{match.entry_number} at port {match.port}" for match in lead.matches])
    return Evidence(
        f"Entries {told_parts} add up to the lot in {listed(agreeing) or 'little'}. Among {lead.sought_among} sums "
        f"about as large that is {times(parts.total_bits)} if these are the same goods as if they are others.",
        numbers,
        tuple(both),
    )


def _adds_up(lot: float, together: float) -> bool:
    return abs(together / lot - 1) <= 0.03


_WORDS = {"hts": "tariff number", "value": "entered value", "foreign_port": "foreign port", "weight": "gross weight"}


def _tie_evidence(leads: Iterable[tuple[Lead, Movement, Lawful]]) -> list[Evidence]:
    told: dict[tuple[str, Tie], None] = {}
    for lead, _, _ in leads:
        for match in lead.matches:
            for tie in match.ties:
                told[match.importer, tie] = None

    def numbers(tie: Tie) -> dict[str, float | int | str]:
        said: dict[str, float | int | str] = {tie.kind: tie.value, "bits": round(tie.bits, 1)}
        return said | {"holders": tie.holders} if tie.holders else said

    return [
        Evidence(
            f"The importer and {importer} share the {tie.kind} that {tie.holders} importers have on file."
            if tie.kind != "claim"
            else f"A claim, not a fact: of the importer and {importer} one is {tie.value} the other.",
            numbers(tie),
            tuple(RecordRef(tie.table, (key,)) for key in tie.keys),
        )
        for importer, tie in told
    ]


def _support_evidence(lead: Lead, moved: Movement, records: Records) -> list[Evidence]:
    if moved.entries == 0 or moved.history_share == 0:
        return []
    refs = tuple(RecordRef("actions", (action,)) for action in lead.lot["action_ids"] if action in records.actions)
    return [
        Evidence(
            f"Of the importer's next {moved.entries} entries {moved.avoided} avoided port {lead.lot['acting_port']}, "
            f"which had {moved.history_share:.0%} of its {moved.history_entries} entries the year before (support).",
            {
                "next_entries": moved.entries,
                "avoiding": moved.avoided,
                "share_before": round(moved.history_share, 3),
                "share_expected": round(moved.expected_share, 3),
                "cohort_ratio": round(moved.cohort_ratio, 3),
                "tail_probability": float(f"{moved.p_value:.2g}"),
                "other_dates_as_extreme": round(moved.placebo_rank, 3),
            },
            refs,
        )
    ]


def _duty_at_stake(told: Told, records: Records) -> tuple[float, Evidence]:
    """Duty that the returned goods would owe, and what it was reckoned on."""
    total = 0.0
    bases: set[str] = set()
    for lead, _, _ in told.leads:
        lot = lead.lot
        first = records.lines.get(lot["line_id"] or "", {})
        seen: set[str] = set()
        for match in lead.matches:
            if match.entry_number in seen:
                continue
            seen.add(match.entry_number)
            back = _returned(match, records)
            value = float(back.get("entered_value_usd") or 0)
            if lead.parts is None:
                value = max(value, float(first.get("entered_value_usd") or 0))
            rates = [_rate(row) for row in (first, back)]
            rate = max((r for r in rates if r is not None), default=None)
            case_rate = _order_rate(lot["hts"] or back.get("hts_number") or "", lot["origin"] or "", match.day, records)
            special = max((_special(row) for row in (first, back)), default=0.0)
            if rate is not None:
                bases.add("the duty rates on the lines themselves")
            if case_rate > special:
                bases.add("the deposit rate of an order in force")
            if rate is None and case_rate == 0:
                bases.add("no known rate, counted as nothing owed")
            total += value * ((rate or 0.0) + max(case_rate - special, 0.0))
        raised = [records.actions[a]["revenue_change_usd"] for a in lot["action_ids"] if a in records.actions]
        change = max((float(r) for r in raised if r is not None), default=0.0)
        if change > 0:
            bases.add("the revenue change found by the action")
            total += change
    basis = Evidence(
        f"If the first result stands, the goods entered again would owe {total:,.0f} USD, on "
        f"{listed(sorted(bases)) or 'nothing'}.",
        {"duty_at_stake_usd": round(total, 2)},
        tuple(_line_ref(i) for lead, _, _ in told.leads for m in lead.matches for i in _lines_of(m, records)),
    )
    return round(total, 2), basis


def _rate(row: Row) -> float | None:
    value = float(row.get("entered_value_usd") or 0)
    known = [row.get(name) for name in ("duty_usd", "ad_duty_usd", "cv_duty_usd")]
    if value <= 0 or all(amount is None for amount in known):
        return None
    return sum(float(amount or 0) for amount in known) / value


def _special(row: Row) -> float:
    value = float(row.get("entered_value_usd") or 0)
    return sum(float(row.get(name) or 0) for name in ("ad_duty_usd", "cv_duty_usd")) / value if value > 0 else 0.0


def _order_rate(hts: str, origin: str, day: int, records: Records) -> float:
    """The deposit rates, as a share, of the orders in force on the day for this tariff number and origin."""
    on = _day(day)
    return sum(
        float(order["deposit_rate_pct"] or order["all_others_rate_pct"] or 0) / 100
        for order in records.orders
        if order["country"] == origin
        and any(hts.startswith(prefix.replace(".", "")) for prefix in order["hts_prefixes"] or ())
        and (order["order_on"] or order["preliminary_on"] or date.max) <= on
        and (order["revoked_on"] is None or order["revoked_on"] > on)
    )


def _next_steps(lead: Lead) -> tuple[str, ...]:
    best = lead.matches[0]
    return (
        f"Lay the papers of the lot at port {lead.lot['acting_port']} beside those of entry {best.entry_number}: "
        "invoice, packing list, bill, container and seal.",
        f"Ask port {best.port} whether the goods were examined, and examine the importer's next arrival there.",
        "Ask the port that acted how the lot left its charge, and whether a re-export was proved.",
    )
