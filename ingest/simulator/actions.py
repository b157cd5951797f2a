"""What customs does in a simulated world: exams, holds, refusals and what comes of them, mostly nothing.

Invariant: an action is drawn from the lot's port, importer and goods alone. Planted schemes start from
actions drawn here or by `adverse_action`, which draws from the same shares.
"""

import numpy as np

from ingest.simulator.parties import Parties
from ingest.simulator.reference import Array, Reference
from ingest.simulator.streams import stream
from ingest.simulator.world import ACTION_KINDS, AREAS, RESULTS, TARGETING, Columns

EXAM_RATE = (0.02, 0.1)  # share of lots looked at, by port
NO_ENTRY = 0.5  # share of held, refused, detained and seized lots for which no entry was filed
REEXPORTED = 0.45  # share of refused lots that are exported under supervision
REMARKS = (
    "",
    "Goods as described.",
    "Count and marks verified against the packing list.",
    "Description on invoice insufficient.",
    "Weight differs from the invoice.",
    "Country of origin marking not legible.",
    "Documents requested from importer.",
    "Sample drawn and sent to the laboratory.",
    "Goods may be subject to an order; entry type questioned.",
    "Exported under supervision.",
    "Exported under supervision for reconditioning; return intended.",
    "Returned after reconditioning; earlier refusal declared by importer.",
    "Moved in bond to the port of entry with permission.",
)
_KIND = {kind: index for index, kind in enumerate(ACTION_KINDS)}
_RESULT = {result: index for index, result in enumerate(RESULTS)}
_STOPPING_KINDS = tuple(_KIND[kind] for kind in ("hold", "detention", "refusal", "seizure"))
_ADVERSE_KINDS = ("exam", "document_review", "hold", "detention", "refusal", "seizure", "sample")
_ADVERSE_SHARES = (0.40, 0.12, 0.15, 0.10, 0.11, 0.05, 0.07)
_CLEAN_KINDS = ("exam", "document_review", "hold", "sample")
_CLEAN_SHARES = (0.55, 0.25, 0.12, 0.08)
_AREA_SHARES = (0.17, 0.17, 0.13, 0.1, 0.09, 0.06, 0.05, 0.03, 0.04, 0.1, 0.04, 0.02)


def make_actions(
    seed: int, reference: Reference, parties: Parties, lots: Columns, lines: Columns
) -> tuple[Columns, Array]:
    """The actions of ordinary business, and each port's rate of exams. Takes entries from some acted-on lots."""
    rng = stream(seed, "actions")
    rate = np.exp(rng.uniform(np.log(EXAM_RATE[0]), np.log(EXAM_RATE[1]), len(reference.port_codes)))
    importers = parties.importers
    importer = lots["importer"]
    order = reference.ad_order[lines["product"], parties.makers.country[lots["maker"][lines["lot"]]]]
    petition = np.array([order.petition_on for order in reference.orders])
    covered = (order >= 0) & (lots["arrived"][lines["lot"]] >= petition[order])
    under_order = np.bincount(lines["lot"], weights=covered, minlength=len(importer)) > 0
    fresh = lots["arrived"] - importers.start[importer] < 180
    chance = rate[lots["port"]] * importers.risk[importer] * np.where(under_order, 1.8, 1.0) * np.where(fresh, 1.3, 1.0)
    lot = np.flatnonzero(rng.random(len(importer)) < np.minimum(chance, 0.4)).astype(np.int32)
    targeting = rng.choice(4, len(lot), p=(0.3, 0.45, 0.15, 0.1))
    found = np.where(targeting == 0, 0.13, 0.32) * importers.compliance[importer[lot]]
    adverse = rng.random(len(lot)) < np.minimum(found, 0.85)
    value = np.bincount(lines["lot"], weights=lines["cents"], minlength=len(importer))[lot] / 100
    actions = _draw(rng, lot, adverse, value, under_order[lot])
    actions["targeting"] = targeting.astype(np.int8)
    actions["port"] = lots["port"][lot].astype(np.int8)
    actions["importer"] = importer[lot].astype(np.int32)
    actions["date"] = (lots["arrived"][lot] + lots["entry_lag"][lot] // 2 + rng.integers(0, 3, len(lot))).astype(
        np.int32
    )
    stopped = np.isin(actions["kind"], _STOPPING_KINDS) & adverse
    lots["has_entry"][lot[stopped & (rng.random(len(lot)) < NO_ENTRY)]] = False
    refused = np.flatnonzero((actions["result"] == _RESULT["refused"]) & (rng.random(len(lot)) < REEXPORTED))
    follow_up = {name: values[refused].copy() for name, values in actions.items()}
    follow_up["kind"][:] = _KIND["reexport"]
    follow_up["date"] += follow_up["result_lag"] + rng.integers(4, 35, len(refused))
    follow_up["result"][:] = _RESULT["released"]
    follow_up["result_lag"][:] = 0
    follow_up["area"][:] = -1
    follow_up["severity"][:] = -1
    follow_up["value_change"][:] = 0
    follow_up["revenue_change"][:] = 0
    follow_up["remarks"][:] = REMARKS.index("Exported under supervision.")
    penal = np.flatnonzero((actions["result"] == _RESULT["discrepant"]) & (rng.random(len(lot)) < 0.05))
    penalty = {name: values[penal].copy() for name, values in actions.items()}
    penalty["kind"][:] = _KIND["penalty"]
    penalty["date"] += penalty["result_lag"] + rng.integers(40, 200, len(penal))
    penalty["result_lag"][:] = 0
    penalty["remarks"][:] = 0
    visits = _draw_visits(rng, parties, lots)
    return {
        name: np.concatenate([values, follow_up[name], penalty[name], visits[name].astype(values.dtype)])
        for name, values in actions.items()
    }, rate


def adverse_action(rng: np.random.Generator, lot: int, value_usd: float) -> Columns:
    """One more action that finds something, on one lot; port, importer and date are the caller's to give."""
    actions = _draw(rng, np.array([lot]), np.array([True]), np.array([value_usd]), np.array([False]))
    actions["targeting"] = rng.choice(4, 1, p=(0.13, 0.55, 0.2, 0.12)).astype(np.int8)
    return actions


def usual_action(rng: np.random.Generator, lot: int, value_usd: float, *, found: bool, area: str = "") -> Columns:
    """One more action on one lot that finds something or nothing, in a given area if one is named."""
    actions = _draw(rng, np.array([lot]), np.array([found]), np.array([value_usd]), np.array([False]))
    actions["targeting"] = rng.choice(4, 1, p=(0.3, 0.45, 0.15, 0.1)).astype(np.int8)
    if found and area:
        actions["area"][:] = AREAS.index(area)
    return actions


def ends_without_entry(rng: np.random.Generator, action: Columns) -> bool:
    """Whether the lot of an action that found something is never entered, in the shares of ordinary business."""
    return int(action["kind"][0]) in _STOPPING_KINDS and bool(rng.random() < NO_ENTRY)


def _draw(rng: np.random.Generator, lot: Array, adverse: Array, value: Array, under_order: Array) -> Columns:
    count = len(lot)
    bad = np.array([_KIND[kind] for kind in _ADVERSE_KINDS])[rng.choice(7, count, p=_ADVERSE_SHARES)]
    good = np.array([_KIND[kind] for kind in _CLEAN_KINDS])[rng.choice(4, count, p=_CLEAN_SHARES)]
    kind = np.where(adverse, bad, good)
    luck = rng.random(count)
    result = np.full(count, _RESULT["discrepant"])
    result = np.where((kind == _KIND["hold"]) & (luck < 0.45), _RESULT["refused"], result)
    result = np.where((kind == _KIND["detention"]) & (luck < 0.65), _RESULT["refused"], result)
    result = np.where(kind == _KIND["refusal"], _RESULT["refused"], result)
    result = np.where(kind == _KIND["seizure"], _RESULT["seized"], result)
    result = np.where(adverse, result, np.where(kind == _KIND["hold"], _RESULT["released"], _RESULT["compliant"]))
    discrepant = adverse & (result == _RESULT["discrepant"])
    area = np.where(
        under_order & (rng.random(count) < 0.4), AREAS.index("adcvd"), rng.choice(len(AREAS), count, p=_AREA_SHARES)
    )
    change = np.where(
        discrepant & np.isin(area, (AREAS.index("value"), AREAS.index("quantity"))),
        value * rng.normal(0.12, 0.1, count),
        0.0,
    )
    revenue = np.where(discrepant, value * rng.gamma(1.0, 0.05, count), 0.0)
    plain = rng.choice(9, count, p=(0.35, 0.2, 0.12, 0.08, 0.06, 0.06, 0.08, 0.03, 0.02))
    plain = np.where(adverse, np.where(np.isin(plain, (1, 2)), 6, plain), np.where(plain >= 3, 0, plain))
    return {
        "lot": lot.astype(np.int32),
        "kind": kind.astype(np.int8),
        "result": result.astype(np.int8),
        "result_lag": np.where(rng.random(count) < 0.5, 0, 3 + rng.gamma(1.5, 14.0, count)).astype(np.int32),
        "known_lag": rng.integers(0, 4, count).astype(np.int8),
        "area": np.where(adverse, area, -1).astype(np.int8),
        "severity": np.where(discrepant, (rng.random(count) < 0.6).astype(np.int64), -1).astype(np.int8),
        "value_change": np.round(change, 2),
        "revenue_change": np.round(revenue, 2),
        "remarks": plain.astype(np.int8),
        "serial": rng.random(count),
    }


def _draw_visits(rng: np.random.Generator, parties: Parties, lots: Columns) -> Columns:
    """Audits of importers, which concern no single lot."""
    count = max(12, parties.importers.count // 60)
    lot = rng.integers(0, len(lots["importer"]), count)
    visits = _draw(rng, lot, rng.random(count) < 0.4, np.full(count, 50_000.0), np.zeros(count, dtype=np.bool_))
    visits["kind"] = np.where(rng.random(count) < 0.7, _KIND["audit"], _KIND["site_visit"])
    visits["result"] = np.where(np.isin(visits["result"], (0, 2)), _RESULT["compliant"], _RESULT["discrepant"])
    visits["targeting"] = np.full(count, TARGETING.index("national"))
    visits["port"] = np.full(count, -1)
    visits["importer"] = lots["importer"][lot]
    visits["date"] = lots["arrived"][lot] + rng.integers(30, 200, count)
    visits["lot"] = np.full(count, -1)
    return visits
