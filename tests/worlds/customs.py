"""What customs did, what moved in bond, and the truth of it."""

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pyarrow as pa

from tests.worlds import goods
from tests.worlds.entries import Entries
from tests.worlds.firms import Firm
from tests.worlds.reentries import Act
from tests.worlds.trade import Lots, World
from tests.worlds.writing import Cells, Writer


def actions(world: World, lots: Lots, entries: Entries, acts: list[Act], paper: Writer) -> tuple[pa.Table, set[int]]:
    """All actions by day, and the entries that are known by their bill alone."""
    rng, relations = world.rng, world.relations
    rows: list[dict[str, object]] = []
    forced: set[int] = set()
    for act in acts:
        entry, relation = int(entries.of_lot[act.lot]), relations[int(lots.relation[act.lot])]
        ocean, lost = bool(entries.ocean[entry]), bool(entries.lost[act.lot])
        by_bill = ocean and (rng.random() < (0.78 if lost else 0.6))
        by_entry = not lost and (rng.random() < 0.9 or not ocean)
        if lost and by_bill:
            forced.add(entry)
        by_box = ocean and (rng.random() < 0.5 or not (by_entry or by_bill))
        rows.append(
            {
                "day": act.day,
                "kind": act.kind,
                "result": act.result,
                "port": world.ports[act.port],
                "area": act.area if act.result in ("discrepant", "refused", "seized") else None,
                "entry": entries.number[entry] if by_entry else None,
                "line": int(entries.line[act.lot]) if by_entry else None,
                "bill": entries.bill[entry] if by_bill or (act.in_bond_to >= 0 and ocean) else None,
                "box": entries.container[entry] if by_box else None,
                "importer": relation.importer if rng.random() < 0.75 or (not by_entry and not by_bill) else None,
                "maker": relation.maker if rng.random() < 0.4 else None,
                "value": float(lots.value[act.lot]),
                "revenue": 0.0,
            }
        )
    of_importer: dict[str, list[int]] = defaultdict(list)
    of_maker: dict[str, list[int]] = defaultdict(list)
    for lot in np.argsort(lots.day, kind="stable"):
        if not entries.lost[lot]:
            relation = relations[int(lots.relation[lot])]
            of_importer[relation.importer.key].append(int(lot))
            of_maker[relation.maker.key].append(int(lot))
    for event in world.enforcements:
        mine = (of_importer if event.role == "importer" else of_maker).get(event.firm.key, [])
        before = [lot for lot in mine if lots.day[lot] <= event.day]
        lot = before[-1] if before and event.on_lot else None
        entry = int(entries.of_lot[lot]) if lot is not None else 0
        rows.append(
            {
                "day": max(event.day, int(entries.filed[entry])) if lot is not None else event.day,
                "kind": event.kind,
                "result": event.result,
                "area": event.area,
                "port": world.ports[int(lots.port[lot if lot is not None else mine[0] if mine else 0])],
                "entry": entries.number[entry] if lot is not None else None,
                "line": int(entries.line[lot]) if lot is not None else None,
                "bill": None,
                "box": None,
                "importer": event.firm
                if event.role == "importer"
                else relations[int(lots.relation[lot])].importer
                if lot is not None and rng.random() < 0.5
                else None,
                "maker": event.firm if event.role == "manufacturer" else None,
                "value": float(lots.value[lot]) if lot is not None else 0.0,
                "revenue": event.revenue,
            }
        )
    rows.sort(key=lambda row: (row["day"], str(row["kind"]), str(row["entry"]), str(row["bill"])))
    found = np.array([row["result"] in ("discrepant", "seized") for row in rows])
    size = rng.lognormal(-2.2, 1, len(rows)) * np.array([row["value"] for row in rows], dtype=float)
    revenue = np.where(
        found, np.maximum(size * rng.uniform(0.02, 0.6, len(rows)), [row["revenue"] for row in rows]), 0.0
    )
    named: list[Firm | None] = [row["importer"] for row in rows]  # type: ignore[misc]
    makers: list[Firm | None] = [row["maker"] for row in rows]  # type: ignore[misc]
    columns: dict[str, Cells] = {
        "action_id": [f"A{i:06d}" for i in range(len(rows))],
        "kind": [row["kind"] for row in rows],
        "action_date": paper.days([row["day"] for row in rows]),
        "port_code": [row["port"] for row in rows],
        "entry_number": [row["entry"] for row in rows],
        "line_number": [row["line"] for row in rows],
        "bill_number": [row["bill"] for row in rows],
        "container_number": [row["box"] for row in rows],
        "importer_number": [firm.written if firm else None for firm in named],
        "manufacturer_id": [firm.key if firm else None for firm in makers],
        "targeting": [("random", "criteria", "local", "national")[i] for i in rng.integers(0, 4, len(rows))],
        "result": [row["result"] for row in rows],
        "discrepancy_area": [row["area"] for row in rows],
        "severity": np.where(found, np.where(rng.random(len(rows)) < 0.4, "material", "letter_of_law"), None),
        "value_change_usd": np.where(found, np.round(size, 2), 0.0),
        "revenue_change_usd": np.round(revenue, 2),
    }
    keep = (
        "action_id kind action_date port_code entry_number line_number bill_number container_number importer_number "
        "manufacturer_id result"
    )
    known = np.array([int(row["day"]) for row in rows]) + rng.integers(0, 45, len(rows))  # type: ignore[call-overload]
    return paper.table(columns, keep=keep, known=known), forced


def in_bond(world: World, lots: Lots, entries: Entries, acts: list[Act], paper: Writer) -> pa.Table:
    """Movements under bond: those of stories, and of ordinary entries that were unladen elsewhere."""
    rng = world.rng
    moved = [(int(entries.of_lot[a.lot]), a.port, a.in_bond_to, a.day + 1) for a in acts if a.in_bond_to >= 0]
    for entry in np.flatnonzero(entries.ocean & (rng.random(len(entries.day)) < 0.01)):
        to = int(lots.port[entries.head[entry]])
        there = int(rng.integers(0, len(world.ports)))
        if there != to:
            moved.append((int(entry), there, to, int(entries.day[entry]) - int(rng.integers(0, 5))))
    moved = [m for m in sorted(moved) if entries.ocean[m[0]]]
    columns: dict[str, Cells] = {
        "serial": [f"{600000000 + i * 7}" for i in range(len(moved))],
        "kind": [("61", "61", "62")[i % 3] for i in range(len(moved))],
        "from_port": [world.ports[m[1]] for m in moved],
        "to_port": [world.ports[m[2]] for m in moved],
        "carrier": [world.firms.pick(goods.SCACS) for _ in moved],
        "moved_on": paper.days([m[3] for m in moved]),
        "bill_number": [entries.bill[m[0]] for m in moved],
    }
    return paper.table(columns, keep="serial kind from_port to_port bill_number", known=[m[3] for m in moved])


def truth(world: World, lots: Lots, entries: Entries, acts: list[Act]) -> list[dict[str, object]]:
    """One row a scheme or look-alike, in the form of truth/schemes.jsonl. Those that came to nothing are left out."""
    rate_of = {o.case: o.rate_pct / 100 for o in world.orders}
    first = world.style.first_day
    rows: list[dict[str, object]] = []
    by_scheme = np.argsort(lots.scheme, kind="stable")
    bounds = np.searchsorted(lots.scheme[by_scheme], np.arange(len(world.schemes) + 1))
    revenue = {event.firm.key: event.revenue for event in world.enforcements}
    for scheme in world.schemes:
        mine = by_scheme[bounds[scheme.number] : bounds[scheme.number + 1]]
        entered = mine[~entries.lost[mine]]
        numbers = sorted(set(entries.number[entries.of_lot[entered]]))
        least = {"transshipment_ring": 3, "identity_change": 2, "port_shopping": 1}[scheme.kind]
        if len(numbers) < least:
            continue
        value = lots.value[entered]
        if scheme.kind == "transshipment_ring":
            owed = float(value.sum()) * rate_of[scheme.evades]
        elif scheme.kind == "port_shopping":
            owed = float(value.sum()) * 0.12
        else:
            owed = sum(revenue.get(firm.key, 0.0) for _, firm in scheme.members) + float(value.sum()) * 0.03
        rows.append(
            {
                "scheme_id": f"{world.style.name}-{scheme.number:03d}",
                "kind": scheme.kind,
                "label": scheme.label,
                "family": scheme.family,
                "controller": scheme.controller,
                "members": [{"role": role, "identifier": firm.key} for role, firm in scheme.members],
                "entries": numbers,
                "began_on": (first + timedelta(int(lots.day[mine].min()))).isoformat(),
                "ended_on": (first + timedelta(int(lots.day[mine].max()))).isoformat(),
                "duty_evaded_usd": round(owed, 2) if scheme.label == "positive" else 0.0,
            }
        )
    return rows
