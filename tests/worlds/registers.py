"""What is on file of firms and makers apart from their goods: records, claims, orders, capacity."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pyarrow as pa

from tests.worlds import goods
from tests.worlds.firms import Firm
from tests.worlds.trade import GOODS, Lots, World
from tests.worlds.writing import Cells, Writer


def party_records(world: World, paper: Writer) -> pa.Table:
    """What is on file, version by version; many changes mean nothing."""
    rng, style, firms = world.rng, world.style, world.firms
    rows: list[tuple[str, Firm, int, int | None]] = []
    for role, all_of_role in (("importer", firms.importers), ("manufacturer", firms.makers)):
        share = style.records_share if role == "importer" else style.records_share - 0.15
        for firm in all_of_role:
            if rng.random() > share:
                continue
            since = max(firm.opened, -3000)
            for until, before in firm.former:
                rows.append((role, before, since, until))
                since = until
            if not firm.former and rng.random() < 0.08:
                before = replace(firm, officers=list(firm.officers))
                change = rng.random()
                if change < 0.4:
                    before.phone = firms.phone()
                elif change < 0.75:
                    before.address = f"{rng.integers(1, 4000)} {firms.pick(goods.STREETS)} Road"
                else:
                    before.officers = [firms.person()]
                until = int(rng.integers(max(since, -400), world.days))
                rows.append((role, before, since, until))
                since = until
            rows.append((role, firm, since, None))
            if role == "importer" and rng.random() < 0.05:
                rows.append(("company", replace(firm, key=f"R{rng.integers(10**7, 10**8)}"), since, None))
    for code in world.filers:
        broker = replace(
            firms.importers[0],
            key=code,
            name=f"{firms.pick(goods.FAMILY)} Customs Brokers {firms.pick(goods.LEGAL_FORMS)}",
            phone=firms.phone(),
            email="",
            website="",
            officers=[firms.person()],
            agent="",
            bond="",
        )
        firms.same_street(broker, firms.importers[int(rng.integers(len(firms.importers)))])
        rows.append(("broker", broker, -2000, None))
    count = len(rows)
    of = [row[1] for row in rows]
    tidy = rng.random(count) < 0.75
    cut = rng.random(count) < 0.4
    other = rng.random(count) < 0.06
    columns: dict[str, Cells] = {
        "record_id": [f"P{i:07d}" for i in range(count)],
        "role": [row[0] for row in rows],
        "identifier": [
            f.key[:10]
            if role == "importer" and short and f.key[2] == "-" and f.key.endswith("00") and style.numbers != "suffix"
            else f.key
            for (role, f, _, _), short in zip(rows, cut, strict=True)
        ],
        "name": [f.name if neat else firms.as_written(f.name, 0.3) for f, neat in zip(of, tidy, strict=True)],
        "other_names": [[firms.us_name()] if also else None for also in other],
        "name_kind": [[("dba", "aka", "former")[i % 3]] if also else None for i, also in enumerate(other)],
        "address": [f.address if neat else _shorter(f.address) for f, neat in zip(of, tidy, strict=True)],
        "city": [f.city for f in of],
        "region": [f.region or None for f in of],
        "postal_code": [f.postal_code for f in of],
        "country": [f.country for f in of],
        "phone": [
            f.phone if neat else "".join(c for c in f.phone if c.isdigit()) for f, neat in zip(of, tidy, strict=True)
        ],
        "email": [f.email or None for f in of],
        "website": [f.website or None for f in of],
        "officers": pa.array([f.officers or None for f in of], pa.list_(pa.string())),
        "registered_agent": [f.agent or None for f in of],
        "bond_number": [f.bond or None for f in of],
        "established_on": paper.days([f.opened for f in of]),
        "valid_from": paper.days([row[2] for row in rows]),
        "valid_to": paper.days([row[3] for row in rows]),
    }
    known = np.array([row[2] for row in rows]) + rng.integers(0, 30, count)
    return paper.table(columns, keep="record_id role identifier name valid_from valid_to", core="country", known=known)


def _shorter(text: str) -> str:
    for long, short in (
        ("Street", "St."),
        ("Avenue", "Ave"),
        ("Road", "Rd"),
        ("Boulevard", "Blvd"),
        ("Suite", "#"),
        ("Drive", "Dr"),
        ("Industrial Zone", "IZ"),
    ):
        text = text.replace(long, short)
    return text.upper()


def party_claims(world: World, paper: Writer) -> pa.Table:
    """What was told: of those in stories, and of others by chance; true, alleged and rejected."""
    rng, firms = world.rng, world.firms
    rows = [list(claim) for claim in world.claims]
    relations = ["owned_by", "controlled_by", "officer_of", "shares_address", "successor_of", "agent_of", "sister_of"]
    for _ in range(max(20, len(firms.importers) // 30)):
        a, b = rng.integers(0, len(firms.importers), 2)
        m = int(rng.integers(0, len(firms.makers)))
        first = f"importer:{firms.importers[a].key}"
        second = f"importer:{firms.importers[b].key}" if rng.random() < 0.7 else f"manufacturer:{firms.makers[m].key}"
        status = ("fact", "alleged", "admitted", "rejected")[int(rng.choice(4, p=[0.3, 0.4, 0.1, 0.2]))]
        rows.append([first, relations[int(rng.integers(7))], second, status, world.between(0, world.days)])
    for scheme in world.schemes:
        if scheme.label == "positive" and len(scheme.members) > 1 and rng.random() < 0.25:
            (one, a_firm), (two, b_firm) = scheme.members[0], scheme.members[-1]
            status = ("alleged", "alleged", "rejected")[int(rng.integers(3))]
            relation = relations[int(rng.choice([1, 4, 6]))]
            rows.append(
                [
                    f"{two}:{b_firm.key}",
                    relation,
                    f"{one}:{a_firm.key}",
                    status,
                    world.between(world.days * 0.4, world.days),
                ]
            )
    rng.shuffle(rows)
    columns: dict[str, Cells] = {
        "claim_id": [f"CL{i:05d}" for i in range(len(rows))],
        "subject": [row[0] for row in rows],
        "relation": [row[1] for row in rows],
        "object": [row[2] for row in rows],
        "status": [row[3] for row in rows],
        "valid_from": paper.days([row[4] for row in rows]),
        "source": [firms.pick(("register", "press", "informant", "questionnaire")) for _ in rows],
    }
    known = [int(row[4]) + int(rng.integers(0, 90)) for row in rows]
    return paper.table(columns, keep="claim_id subject relation object status", known=known)


def orders(world: World, paper: Writer) -> tuple[pa.Table, pa.Table]:
    """The orders of this world, and firms with a rate of their own."""
    columns: dict[str, Cells] = {
        "case_number": [o.case for o in world.orders],
        "product": [GOODS[o.good].product for o in world.orders],
        "country": [o.against for o in world.orders],
        "hts_prefixes": [[GOODS[o.good].hts[:8]] if o.good % 3 else [GOODS[o.good].hts[:6]] for o in world.orders],
        "petition_on": paper.days([o.petition for o in world.orders]),
        "preliminary_on": paper.days([o.preliminary for o in world.orders]),
        "order_on": paper.days([o.order for o in world.orders]),
        "deposit_rate_pct": [o.rate_pct for o in world.orders],
        "all_others_rate_pct": [o.rate_pct for o in world.orders],
    }
    every = " ".join(columns)
    first = paper.table(columns, keep=every, known=[o.petition for o in world.orders])
    suffixes: dict[str, int] = defaultdict(int)
    for_firm = []
    for maker, order, rate in world.own_rates:
        suffixes[order.case] += 1
        for_firm.append((order, f"{suffixes[order.case]:03d}", maker, rate))
    firms: dict[str, Cells] = {
        "case_number": [f[0].case for f in for_firm],
        "suffix": [f[1] for f in for_firm],
        "manufacturer_id": [f[2].key for f in for_firm],
        "name": [f[2].name for f in for_firm],
        "rate_pct": [f[3] for f in for_firm],
        "from": paper.days([f[0].order for f in for_firm]),
    }
    return first, paper.table(firms, keep="case_number suffix name", known=[f[0].order for f in for_firm])


def capacity(world: World, lots: Lots, paper: Writer) -> pa.Table:
    """What plants say they can make in a year, against what they send."""
    rng, relations = world.rng, world.relations
    sent: dict[tuple[str, int], float] = defaultdict(float)
    for of, quantity in zip(lots.relation, lots.quantity, strict=True):
        relation = relations[int(of)]
        if relation.source is None:  # a plant speaks of its own goods
            sent[relation.maker.key, relation.good] += float(quantity)
    years = world.days / 365.25
    rows = {(maker.key, good): (factor, day) for maker, good, factor, day in world.capacity}
    for key in sent:
        if rng.random() < 0.08:
            rows.setdefault(key, (float(rng.uniform(0.9, 3.5)), int(rng.integers(-300, world.days))))
    listed = [
        (mid, good, sent[mid, good] / years * factor, day)
        for (mid, good), (factor, day) in rows.items()
        if sent[mid, good]
    ]
    columns: dict[str, Cells] = {
        "manufacturer_id": [row[0] for row in listed],
        "hts_prefix": [GOODS[row[1]].hts[:6] for row in listed],
        "product": [GOODS[row[1]].words for row in listed],
        "annual_quantity": [round(row[2], 1) for row in listed],
        "unit": [GOODS[row[1]].unit for row in listed],
        "basis": [world.firms.pick(("questionnaire", "site visit", "website")) for _ in listed],
        "as_of": paper.days([row[3] for row in listed]),
    }
    return paper.table(
        columns, keep="manufacturer_id hts_prefix annual_quantity as_of", known=[row[3] for row in listed]
    )
