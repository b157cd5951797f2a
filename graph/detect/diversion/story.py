"""A ring told as a finding: what was seen, the rows side by side, what else could explain it, what to do next.

Invariant: every number in the text stands in an evidence's numbers or an explanation's result, and every evidence
opens the rows that it speaks of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from graph.detect.diversion.custom import lot_of
from graph.detect.diversion.examined import Customer, Examination, Examined
from graph.detect.diversion.explanations import explanations
from graph.detect.diversion.features import own_excess
from graph.detect.diversion.papers import BILLS_SAY, OF_THE_GOODS, SAYINGS
from graph.detect.diversion.plants import CAN_MAKE
from graph.detect.diversion.rings import Weighed
from graph.detect.diversion.ties import Tie
from graph.detect.diversion.trade import Lines
from graph.model.finding import Evidence, Finding, Member, RecordRef

# An importer with fewer of the ring's lines than this share, and no other mark, is left out.
LEAST_SHARE = 0.02
LEAST_SHARE_UNMARKED = 0.05
# Prices that a customer kept are told from so many bits.
LEAST_KEPT_BITS = 0.5
# Importers set up for one maker are told from so many bits.
LEAST_BEGINNERS_BITS = 1.0
MOST_ROWS = 40
MOST_PAIRS = 12
DAY_ZERO = date(1970, 1, 1)
_MEASURES = {"price": "unit value", "unit_weight": "weight of a unit", "package_weight": "weight of a package"}
_MEASURE_UNITS = {"price": "USD", "unit_weight": "kg", "package_weight": "kg"}


@dataclass(frozen=True, slots=True)
class Told:
    """A ring with what the calibration makes of it. `nameless` are lines of its importers that name no maker."""

    ring: Sequence[Weighed]
    as_of: date
    probability: float
    calibration: str
    queue: bool
    e_value: float
    tested: int
    nameless: Lines


def day_of(number: int) -> date:
    """The date of a day counted from 1970."""
    return DAY_ZERO + timedelta(days=int(number))


def named_customers(x: Examined) -> list[Customer]:
    """The importers of relabelled goods: new customers, but for tiny ones and, of an old plant, for ordinary ones."""
    fresh = [c for c in x.customers if c.topped_up or (c.new and (x.new or c.switched or c.named_lines))]
    tied = {tie.other for tie, group, _ in x.ties if group == "importer"}
    total = sum(len(c.rows) for c in fresh)
    kept = []
    for c in fresh:
        share = len(c.rows) / max(total, 1)
        marked = c.switched or c.matched_lots > 0 or c.named_lines > 0 or f"importer:{c.taxpayer}" in tied
        if share >= (LEAST_SHARE if marked else LEAST_SHARE_UNMARKED) and (marked or x.new):
            kept.append(c)
    return kept or fresh


def tell(told: Told, seen: Examination, *, name: str, version: str) -> Finding:
    """The finding of one ring."""
    own = seen.lines.columns
    parts = [(w.examined, named_customers(w.examined)) for w in told.ring]
    rows = np.unique(np.concatenate([c.rows for _, cs in parts for c in cs]))
    entries = dict.fromkeys(own["entry_number"][rows].tolist())
    for x, cs in parts:
        for c in cs:
            at = told.nameless.of.get((x.trade.order, c.taxpayer, x.trade.origin))
            if at is not None:
                days = told.nameless.columns["day"][at]
                at = at[(days >= x.trade.first_day) & (days <= x.trade.last_day)]
                entries |= dict.fromkeys(told.nameless.columns["entry_number"][at].tolist())
    lead = told.ring[0].examined
    makers = sorted({m for w in told.ring for m in _makers(w.examined)})
    cases = sorted({case for w in told.ring for case in w.examined.order.cases})
    digest = sha256("|".join([name, *makers, *cases]).encode()).hexdigest()[:16]
    once = _each_line_once(parts, seen.lines)
    duty, basis = _duty_at_stake(once, seen)
    evidence = [e for w, (_, cs) in zip(told.ring, parts, strict=True) for e in _evidence(w, cs, seen)]
    return Finding(
        id=f"{name}-{digest}",
        kind=name,
        detector=name,
        version=version,
        as_of=told.as_of,
        title=_title(lead, parts, len(makers)),
        probability=round(told.probability, 4),
        calibration=told.calibration,
        queue=told.queue,
        members=_members(once),
        entries=tuple(entries),
        period_from=day_of(own["day"][rows].min()),
        period_to=day_of(own["day"][rows].max()),
        duty_at_stake_usd=duty,
        evidence=(*evidence, basis),
        innocent_explanations=explanations(lead),
        scope_question=(
            f"Are the goods within the scope of the order on {lead.order.product or 'the product'} from "
            f"{lead.order.country} ({', '.join(lead.order.cases)}), and does what is done in {lead.trade.origin}, if "
            "anything, transform them substantially? The tariff number alone decides neither: a person must read the "
            "order's scope and see the plant."
        ),
        p_value=lead.passage.p_value if lead.passage.matched else None,
        e_value=round(told.e_value, 4),
        next_steps=_next_steps(lead, parts),
    )


def _each_line_once(
    parts: Sequence[tuple[Examined, list[Customer]]], lines: Lines
) -> list[tuple[Examined, list[Customer]]]:
    """The parts without lines that an earlier one has: one line can name a maker and, as exporter, another."""
    c = lines.columns
    met: set[tuple[tuple[str, int, int], int]] = set()
    left = []
    for x, customers in parts:
        kept = []
        for customer in customers:
            own = [(c["entry_number"][i], int(c["line_number"][i]), int(c["tariff_ordinal"][i])) for i in customer.rows]
            rows = [i for i, line in zip(customer.rows, own, strict=True) if (line, x.trade.order) not in met]
            met |= {(line, x.trade.order) for line in own}
            kept.append(replace(customer, rows=np.array(rows, dtype=np.int64)))
        left.append((x, kept))
    return left


def _title(lead: Examined, parts: Sequence[tuple[Examined, list[Customer]]], makers: int) -> str:
    goods = lead.order.product or f"Goods of HTS {lead.order.prefixes[0]}"
    importers = len({c.taxpayer for _, cs in parts for c in cs})
    others = f" and {makers - 1} other maker{'s' if makers > 2 else ''}" if makers > 1 else ""
    return (
        f"{goods} under an order against {lead.order.country} seem to reach {importers} "
        f"importer{'s' if importers != 1 else ''} as goods of {lead.trade.origin}, made by {lead.trade.maker}{others}."
    )


def _makers(x: Examined) -> tuple[str, ...]:
    """The makers of a candidate: one, or the workshops that one house sells for."""
    return x.trade.workshops or (x.trade.maker,)


def _members(parts: Sequence[tuple[Examined, list[Customer]]]) -> tuple[Member, ...]:
    members: dict[str, Member] = {}
    for x, _cs in parts:
        why = f"named as maker of goods of {x.trade.origin} from {day_of(x.trade.first_day)}"
        why += f", sold by {x.trade.house}" if x.trade.house else ""
        for maker in _makers(x):
            members.setdefault(f"manufacturer:{maker}", Member(f"manufacturer:{maker}", "maker named as origin", why))
    lines: dict[str, tuple[str, int]] = {}
    for _x, cs in parts:
        for c in cs:
            spelt, n = lines.get(c.taxpayer, (c.importer, 0))
            lines[c.taxpayer] = (spelt, n + len(c.rows))
    total = sum(n for _, n in lines.values())
    for importer, n in sorted(lines.values(), key=lambda v: (-v[1], v[0])):
        why = f"entered {n} of the {total} lines ({n / total:.0%})"
        members.setdefault(f"importer:{importer}", Member(f"importer:{importer}", "importer", why))
    for x, _cs in parts:
        for maker in x.suppliers[:1]:
            why = (
                f"shipped the goods to {x.trade.origin} as {x.supplier_shipper}" if x.supplier_shipper
                else "supplied the importers before they turned to the new maker"
            )  # fmt: skip
            members.setdefault(f"manufacturer:{maker}", Member(f"manufacturer:{maker}", "supplier", why))
    return tuple(members.values())


def _line_refs(lines: Lines, rows: np.ndarray, most: int = MOST_ROWS) -> tuple[RecordRef, ...]:
    c = lines.columns
    return tuple(
        RecordRef(
            "entry_lines", (c["entry_number"][i], str(int(c["line_number"][i])), str(int(c["tariff_ordinal"][i])))
        )
        for i in rows[:most]
    )


def _evidence(weighed: Weighed, customers: list[Customer], seen: Examination) -> list[Evidence]:
    x = weighed.examined
    found = [
        _trade(x, customers, seen),
        *_switch(x, customers, seen),
        *_beginners(x, seen),
        *_papers(x, seen),
        *_passage(x, seen),
        *_inward(x, seen),
    ]
    found += [*_kept_price(x, customers, seen), *_price(x, seen), *_capacity(x), *_standing(x), *_ties(x), *_claims(x)]
    found += [*_of_one_seller(weighed), *_looks(x), *_outside(x)]
    if weighed.features["chain"]:
        found.append(
            Evidence(
                f"The customers of {x.trade.maker}, or who sells its goods, were or became those of another new maker "
                "elsewhere that stopped or began as this one began or stopped.",
                {
                    "first_day": day_of(x.trade.first_day).isoformat(),
                    "last_day": day_of(x.trade.last_day).isoformat(), "bits": round(weighed.features["chain"], 2),
                },
                _line_refs(seen.lines, x.rows, 6),
            )
        )  # fmt: skip
    return [*found, *_surge(x, seen)]


def _trade(x: Examined, customers: list[Customer], seen: Examination) -> Evidence:
    rows = np.sort(np.concatenate([c.rows for c in customers]))
    value = float(np.nansum(seen.lines.columns["value"][rows]))
    first = int(seen.lines.columns["day"][rows].min())
    o = x.order
    topped = sum(c.topped_up for c in customers)
    began = (
        f"first shipped these goods on {day_of(x.trade.first_day)}" if x.new
        else f"shipped these goods before, and from {day_of(first)} to {len(customers) - topped} new importers" + (
            f" and, of lots that passed through, to {topped} old ones" if topped else ""
        )
    )  # fmt: skip
    return Evidence(
        f"{x.trade.maker} ({x.trade.origin}) {began}, after the petition of {day_of(o.petition_day)} against "
        f"{o.country}; {len(rows)} lines, {value:,.0f} USD.",
        {
            "lines": len(rows), "value_usd": round(value, 2), "weight_kg": round(x.shipped_kg, 1),
            "first_quarter_kg": round(x.first_quarter_kg, 1), "petition_on": day_of(o.petition_day).isoformat(),
            **({"preliminary_on": day_of(o.preliminary_day).isoformat()} if o.preliminary_day is not None else {}),
            **({"order_on": day_of(o.order_day).isoformat()} if o.order_day is not None else {}),
            "first_day": day_of(x.trade.first_day).isoformat(), "last_day": day_of(x.trade.last_day).isoformat(),
            "rarity_of_new_makers_bits": round(x.newcomer_bits, 2),
        },
        (*(RecordRef("orders", (case,)) for case in o.cases), *_line_refs(seen.lines, rows)),
    )  # fmt: skip


def _times(factor: float) -> str:
    """A factor in as few digits as tell it.

    >>> _times(171.73), _times(1.28)
    ('172 times', '1.3 times')
    """
    return f"{factor:,.0f} times" if factor >= 10 else f"{factor:.1f} times"


def _surge(x: Examined, seen: Examination) -> list[Evidence]:
    found = seen.surges.get((x.order.number, x.trade.origin))
    if found is None:
        return []
    chance = round(100 * found.p_value)
    return [
        Evidence(
            f"Beside the maker: since {day_of(found.break_day)} the month's trade in these goods from "
            f"{x.trade.origin} is {_times(found.times)} what it was, that from other third countries "
            f"{_times(found.times_other_countries)}, all else of the same importers {_times(found.times_other_goods)}; "
            f"as much comes by chance in {chance} of 100 calendars. It is no evidence against a maker.",
            {
                "since": day_of(found.break_day).isoformat(), "measure": found.measure,
                "months_before": found.months_before, "months_after": found.months_after,
                "times": round(found.times, 3), "times_other_countries": round(found.times_other_countries, 3),
                "times_other_goods": round(found.times_other_goods, 3), "calendars": found.calendars,
                "p_value": round(found.p_value, 4),
            },
            (*(RecordRef("orders", (case,)) for case in x.order.cases), *_line_refs(seen.lines, x.rows)),
        )
    ]  # fmt: skip


def _switch(x: Examined, customers: list[Customer], seen: Examination) -> list[Evidence]:
    moved = [c for c in customers if c.switched]
    if not moved:
        return []
    quit_ = [c for c in moved if c.quit]
    refs = [ref for c in moved for ref in _line_refs(seen.home, c.home_rows[-3:], 3)]
    return [
        *_fronts(moved, x, seen),
        Evidence(
            f"{len(moved)} of its {len(customers)} new importers, or who receives their goods, bought the same goods "
            f"from {x.order.country} before, where {x.chance_share:.0%} would be usual; {len(quit_)} of them bought at "
            "less than half their pace there since.",
            {
                "importers": len(customers), "bought_from_order_country": len(moved), "quit": len(quit_),
                "usual_share": round(x.chance_share, 3), "bits": round(x.switched_bits, 2),
            },
            tuple(refs[:MOST_ROWS]),
        )
    ]  # fmt: skip


def _fronts(moved: Sequence[Customer], x: Examined, seen: Examination) -> list[Evidence]:
    fronts = [c for c in moved if c.fronts]
    if not fronts:
        return []
    before, now = sum(len(c.home_rows) for c in fronts), sum(len(c.rows) for c in fronts)
    refs = [
        ref for c in fronts for ref in (*_line_refs(seen.home, c.home_rows[-3:]), *_line_refs(seen.lines, c.rows, 3))
    ]
    return [
        Evidence(
            f"{len(fronts)} of its importers came into trade when they began to buy from {x.trade.maker}, and enter "
            f"for consignees that had {before} lines of the goods from {x.order.country} before.",
            {"importers": len(fronts), "lines_before": before, "lines": now},
            tuple(refs[:MOST_ROWS]),
        )
    ]


def _beginners(x: Examined, seen: Examination) -> list[Evidence]:
    b = x.beginners
    if b.bits < LEAST_BEGINNERS_BITS:
        return []
    refs = [ref for c in x.customers if c.new and c.fresh for ref in _line_refs(seen.lines, c.rows, 2)]
    return [
        Evidence(
            f"{b.fresh} of its {b.new} new importers began to import at all as they came to it, where {b.usual:.0%} "
            "would be usual.",
            {"importers": b.new, "began_with_it": b.fresh, "usual_share": round(b.usual, 3), "bits": round(b.bits, 2)},
            tuple(refs[:MOST_ROWS]),
        )
    ]


def _looks(x: Examined) -> list[Evidence]:
    looks = x.looks
    if not looks.doubted:
        return []
    nothing = f"; by {len(looks.no_plant)} of what was seen or written nothing is made there" if looks.no_plant else ""
    return [
        Evidence(
            f"{len(looks.doubted)} of {len(looks.looked)} look{'s' * (len(looks.looked) != 1)} of customs at its goods "
            f"or its plant ended in doubt of the origin, the marking or the case, where {looks.usual:.1%} would be "
            f"usual{nothing}.",
            {
                "looked": len(looks.looked), "doubted": len(looks.doubted), "usual_share": round(looks.usual, 4),
                "bits": round(looks.bits, 2), "found_no_plant": len(looks.no_plant),
            },
            tuple(RecordRef(table, (key,)) for table, key in looks.doubted[:MOST_ROWS]),
        )
    ]  # fmt: skip


def _outside(x: Examined) -> list[Evidence]:
    """What speaks against the pattern so strongly that it is shown with what speaks for it."""
    if not x.outside:
        return []
    behind = ", ".join(x.outside.producers)
    whose = f"goods of {behind}, who seems to be behind them," if behind else "such goods"
    return [
        Evidence(
            f"Against it: {', '.join(x.outside.papers)} says that {whose} are not under the order.",
            {"papers": len(x.outside.papers)}, tuple(RecordRef("documents", (paper,)) for paper in x.outside.papers),
        )
    ]  # fmt: skip


def _kept_price(x: Examined, customers: Sequence[Customer], seen: Examination) -> list[Evidence]:
    found = []
    for c in customers:
        kept = c.kept_price
        if kept is None or kept.bits < LEAST_KEPT_BITS:
            continue
        unit = f"USD a {kept.unit or 'unit'}"
        found.append(
            Evidence(
                f"Importer {c.importer} pays {kept.now:.3g} {unit} of HTS {kept.hts}, where {kept.before:.3g} were "
                f"paid to makers of {x.order.country} before: {kept.now / kept.before:.2f} times as much, where goods "
                f"of {x.trade.origin} usually cost {kept.usual:.2f} times as much.",
                {
                    "before": float(f"{kept.before:.4g}"), "now": float(f"{kept.now:.4g}"), "unit": unit,
                    "usual_times": round(kept.usual, 3), "lines_before": kept.lines_before,
                    "lines_now": kept.lines_now, "bits": round(kept.bits, 2),
                },
                (*_line_refs(seen.home, c.home_rows[-3:]), *_line_refs(seen.lines, c.rows, 3)),
            )
        )  # fmt: skip
    return found


def _papers(x: Examined, seen: Examination) -> list[Evidence]:
    found = []
    for paper in x.papers:
        numbers = dict.fromkeys(v for v in seen.lines.columns["bill"][paper.rows].tolist() if v)
        bills = [RecordRef("bills", (number,)) for number in numbers] if paper.kind in BILLS_SAY else []
        found.append(
            Evidence(
                f"Of {paper.named} of {paper.lots} lots {SAYINGS[paper.kind]} {x.order.country}, where "
                f"{paper.usual:.1%} would be usual of others.",
                {
                    "lots": paper.lots, "of_order_country": paper.named, "usual_share": round(paper.usual, 4),
                    "bits": round(paper.bits, 2),
                },
                (*bills[: MOST_ROWS // 2], *_line_refs(seen.lines, paper.rows, MOST_ROWS // 2)),
            )
        )  # fmt: skip
    return found


def _passage(x: Examined, seen: Examination) -> list[Evidence]:
    p = x.passage
    if p.matched == 0:
        return []
    countries = sorted({str(seen.foreign.from_country[i]) for _, i in p.pairs})
    found = [
        Evidence(
            f"{p.matched} of {p.lots} lots that {x.trade.maker} shipped agree in packages and weight with goods that "
            f"came from {' and '.join(countries)} into {x.trade.origin} shortly before; {p.expected:.1f} would "
            f"by chance, counted on {p.shifts} calendars moved by whole weeks.",
            {
                "lots": p.lots, "matched": p.matched, "expected_by_chance": round(p.expected, 3), "shifts": p.shifts,
                "p_value": float(f"{p.p_value:.2g}"), "bits": round(p.bits, 2),
                "share_of_weight": round(p.matched_weight_share, 3),
            },
            tuple(RecordRef("foreign_bills", (seen.foreign.number[i],)) for _, i in p.pairs[:MOST_ROWS]),
        )
    ]  # fmt: skip
    shown: set[int] = set()
    for o, i in p.pairs:
        if o in shown or len(shown) >= MOST_PAIRS:
            continue
        shown.add(o)
        number = lot_of(seen.lines, int(x.lots.line[o]))
        refs = [RecordRef("foreign_bills", (seen.foreign.number[i],))]
        if number in seen.bill_at:
            refs.append(RecordRef("bills", (number,)))
        lot_rows = x.rows[
            seen.lines.columns["entry_number"][x.rows] == number[6:] if number.startswith("entry:")
            else seen.lines.columns["bill"][x.rows] == number
        ]  # fmt: skip
        refs += _line_refs(seen.lines, lot_rows, 4)
        days = int(x.lots.day[o] - seen.foreign.arrived[i])
        amounts = {
            "packages_in": seen.foreign.packages[i], "packages_out": x.lots.packages[o],
            "weight_in_kg": seen.foreign.weight[i], "weight_out_kg": x.lots.weight[o],
        }  # fmt: skip
        numbers: dict[str, float | int | str] = {k: round(float(v), 1) for k, v in amounts.items() if np.isfinite(v)}
        numbers["days_between"] = days
        numbers["arrived_on"] = day_of(seen.foreign.arrived[i]).isoformat()
        left = "entered" if x.lots.entered[o] else "laden"
        out = f"in entry {number[6:]}" if number.startswith("entry:") else f"under bill {number}"
        found.append(
            Evidence(
                f"Bill {seen.foreign.number[i]} from {seen.foreign.shipper[i] or 'a shipper not named'} reached "
                f"{x.trade.origin} on {day_of(seen.foreign.arrived[i])}; goods alike were {left} {days} days later "
                f"{out}.",
                numbers,
                tuple(refs),
            )
        )
    return found


def _inward(x: Examined, seen: Examination) -> list[Evidence]:
    if x.inward.same_kg <= 0 or x.shipped_kg <= 0:
        return []
    return [
        Evidence(
            f"Bills name the maker as consignee of {x.inward.same_kg:,.0f} kg of the same goods from "
            f"{x.order.country}, beside {x.shipped_kg:,.0f} kg shipped to the United States.",
            {
                "in_kg": round(x.inward.same_kg, 1), "out_kg": round(x.shipped_kg, 1),
                "other_goods_in_kg": round(x.inward.other_kg, 1),
                "not_described_in_kg": round(x.inward.unknown_kg, 1), "bills": len(x.inward.same),
            },
            tuple(RecordRef("foreign_bills", (seen.foreign.number[i],)) for i in x.inward.same[:MOST_ROWS]),
        )
    ]  # fmt: skip


def _price(x: Examined, seen: Examination) -> list[Evidence]:
    found = []
    for like in x.likeness:
        if like.bits < 0.5:
            continue
        unit = _MEASURE_UNITS[like.measure]
        found.append(
            Evidence(
                f"The {_MEASURES[like.measure]} of HTS {like.hts} is {like.own:.3g} {unit}: nearer to "
                f"{x.order.country}'s before it paid more ({like.order_country:.3g}) than to that of other makers "
                f"{'in third countries' if like.borrowed else 'in ' + x.trade.origin} ({like.own_country:.3g}).",
                {
                    "own": float(f"{like.own:.4g}"), "order_country": float(f"{like.order_country:.4g}"),
                    "own_country": float(f"{like.own_country:.4g}"), "unit": f"{unit} a {like.unit or 'unit'}",
                    "robust_z": round(like.robust_z, 2), "bits": round(like.bits, 2),
                },
                _line_refs(seen.lines, x.rows[seen.lines.columns["hts"][x.rows] == like.hts], 12),
            )
        )  # fmt: skip
    return found


def _capacity(x: Examined) -> list[Evidence]:
    if x.capacity is None or x.capacity_ratio is None or x.capacity_ratio <= CAN_MAKE:
        return []
    c = x.capacity
    return [
        Evidence(
            f"In a year it ships {x.capacity_ratio:.1f} times what its plant can make ({c.annual_quantity:,.0f} "
            f"{c.unit}, {c.basis or 'basis not given'}).",
            {"times_capacity": round(x.capacity_ratio, 2), "annual_quantity": c.annual_quantity, "unit": c.unit},
            (RecordRef("capacity", c.key),),
        )
    ]


def _of_one_seller(weighed: Weighed) -> list[Evidence]:
    """That several makers whose goods one seller sells ship more than they can make."""
    x, together = weighed.examined, weighed.features["excess"]
    if together <= own_excess(x):
        return []
    paper = next(p for p in x.papers if p.kind not in OF_THE_GOODS)
    return [
        Evidence(
            f"{x.sender} in {x.order.country} sells the goods of several makers that ship more than they can make: "
            f"{together:.1f} doublings together.",
            {"doublings": round(together, 2), "lots": paper.lots, "of_seller_s_country": paper.named},
            (RecordRef("capacity", x.capacity.key),) if x.capacity else (RecordRef("orders", (x.order.cases[0],)),),
        )
    ]


def _standing(x: Examined) -> list[Evidence]:
    if x.plant is None or x.years_standing is None or not -1 <= x.years_standing < 2:
        return []
    return [
        Evidence(
            f"It was established {x.years_standing * 12:.0f} months before its first shipment.",
            {"years": round(x.years_standing, 2)},
            (RecordRef("party_records", (x.plant.record_id,)),),
        )
    ]


def _ties(x: Examined) -> list[Evidence]:
    def who(tie: Tie) -> str:
        kind, _, number = tie.entity.partition(":")
        return x.trade.maker if kind == "manufacturer" else f"Importer {number}"

    return [
        Evidence(
            f"{who(tie)} and {group} {tie.other.partition(':')[2]} share a{'n' if tie.kind[0] in 'aeo' else ''} "
            f"{tie.kind} that {tie.holders} of {tie.parties} parties on file have.",
            {tie.kind: tie.value, "holders": tie.holders, "parties": tie.parties, "bits": round(bits, 2)},
            tuple(RecordRef("party_records", (record,)) for record in tie.records),
        )
        for tie, group, bits in x.ties
    ]


def _claims(x: Examined) -> list[Evidence]:
    return [
        Evidence(
            f"A claim, not a fact: {claim.subject} is {claim.status} to be {claim.relation.replace('_', ' ')} "
            f"{claim.object}.",
            {"status": claim.status, "relation": claim.relation},
            (RecordRef("party_claims", (claim.claim_id,)),),
        )
        for claim in x.alleged
    ]


def _duty_at_stake(parts: Sequence[tuple[Examined, list[Customer]]], seen: Examination) -> tuple[float, Evidence]:
    total = value = 0.0
    refs: list[RecordRef] = []
    rates: dict[str, float] = {}
    counted: set[int] = set()
    for x, customers in parts:
        rows = np.array(sorted({int(i) for c in customers for i in c.rows} - counted), dtype=np.int64)
        counted |= set(rows.tolist())
        worth = float(np.nansum(seen.lines.columns["value"][rows]))
        value += worth
        if x.order.rate_pct is not None:
            total += worth * x.order.rate_pct / 100
            rates[x.order.cases[0]] = x.order.rate_pct
        refs += [RecordRef("orders", (case,)) for case in x.order.cases]
    said = ", ".join(f"{rate:.2f}% under {case}" for case, rate in sorted(rates.items())) or "no rate known yet"
    return round(total, 2), Evidence(
        f"If the goods are in scope and of the order's country, {value:,.0f} USD would owe {total:,.0f} USD more "
        f"({said}).",
        {"value_usd": round(value, 2), "duty_at_stake_usd": round(total, 2)},
        tuple(dict.fromkeys(refs)),
    )


def _next_steps(lead: Examined, parts: Sequence[tuple[Examined, list[Customer]]]) -> tuple[str, ...]:
    first = max((c for _, cs in parts for c in cs), key=lambda c: (len(c.rows), c.taxpayer))
    steps = [
        f"Ask importer {first.importer} (CF 28) for production records, material purchases and the foreign export "
        f"declarations of the goods made by {lead.trade.maker}.",
        f"Ask for a visit to {lead.trade.maker} in {lead.trade.origin}: machines, workers, power, stock of packing.",
        "Examine the next arrival for marks of another origin on goods and cartons, and take a sample.",
    ]
    if lead.passage.matched:
        steps.insert(0, "Lay the matched bills side by side: packages, weights, marks and container numbers.")
    if lead.order.cases:
        steps.append(
            f"Weigh an allegation under EAPA for {', '.join(lead.order.cases)}: interim measures within 90 days."
        )
    return tuple(steps)
