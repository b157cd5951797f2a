"""The papers that go with the goods: entry lines, and bills of lading to the United States and elsewhere."""

from collections import defaultdict

import numpy as np
import pyarrow as pa

from tests.worlds import goods
from tests.worlds.entries import Entries, container_numbers
from tests.worlds.firms import Firm
from tests.worlds.trade import GOODS, Lots, World
from tests.worlds.writing import Cells, Spellings, Writer, address, hash_of


def entry_lines(world: World, lots: Lots, entries: Entries, paper: Writer) -> pa.Table:
    """The lines of all lots that got one, in the order of entry numbers' days."""
    rng, style, relations = world.rng, world.style, world.relations
    rows = np.flatnonzero(~entries.lost)
    rows = rows[np.lexsort((entries.line[rows], entries.of_lot[rows]))]
    of, entry = lots.relation[rows], entries.of_lot[rows]
    n = len(rows)

    def each(values: list[object]) -> np.ndarray:
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column[of]

    head = lots.relation[entries.head]
    filed = entries.filed[entry]
    good = np.array([r.good for r in relations])[of]
    order_of = {o.good: o for o in world.orders}
    never = 10**6
    since = np.array(
        [
            order_of[r.good].preliminary if r.good in order_of and r.origin == order_of[r.good].against else never
            for r in relations
        ]
    )[of]
    scope = (filed >= since) & (rng.random(n) < 0.97)
    in_entry = np.zeros(len(entries.day), dtype=bool)
    in_entry[entry[scope]] = True
    kind = np.where(in_entry[entry], "03", np.where(rng.random(len(entries.day))[entry] < 0.02, "11", "01"))
    case = each([order_of[r.good].case if r.good in order_of else None for r in relations])
    rate = np.array([order_of[r.good].rate_pct if r.good in order_of else 0.0 for r in relations])[of] / 100
    duty = np.array([g.duty for g in GOODS])[good]
    value = lots.value[rows].astype(int)
    mids: dict[str, list[str]] = {}
    for relation in relations:
        if relation.maker.key not in mids:
            mids[relation.maker.key] = world.firms.slips(relation.maker.key)
    slips = [each([mids[r.maker.key][i] for r in relations]) for i in range(3)]
    mid = each([r.maker.key for r in relations])
    wrong = rng.random(n) < style.mid_slips
    which = rng.integers(0, 3, n)
    shown = np.where(wrong, np.choose(which, slips), mid)
    head_of = head[entry]  # one importer, broker and buyer an entry
    importer = np.array([r.importer.written for r in relations], dtype=object)[head_of]
    buyer = np.array([r.buyer.written for r in relations], dtype=object)[head_of]
    surety = np.array([f"{100 + hash_of(r.importer.key) % 14 * 7:03d}" for r in relations], dtype=object)[head_of]
    ports = np.array(world.ports, dtype=object)
    ocean = entries.ocean[entry]
    words = np.array([g.words for g in GOODS], dtype=object)[good]
    columns: dict[str, Cells] = {
        "entry_number": entries.number[entry],
        "line_number": entries.line[rows],
        "tariff_ordinal": np.ones(n, dtype=int),
        "entry_type": kind,
        "entry_date": paper.days(filed),
        "import_date": paper.days(entries.day[entry]),
        "importer_number": importer,
        "consignee_number": buyer,
        "filer_code": [number[:3] for number in entries.number[entry]],
        "port_code": ports[lots.port[entries.head][entry]],
        "manufacturer_id": shown,
        "foreign_exporter_id": np.where(rng.random(n) < 0.7, mid, None),
        "country_of_origin": each([r.origin for r in relations]),
        "country_of_export": each([r.maker.country for r in relations]),
        "hts_number": np.array([g.hts for g in GOODS], dtype=object)[good],
        "ad_case": np.where(scope, case, None),
        "surety_code": surety,
        "bond_type": np.where(rng.random(n) < 0.93, "8", "9"),
        "mode_of_transport": entries.mode[entry],
        "carrier_scac": np.where(ocean, entries.scac[entry], None),
        "bill_number": np.where(ocean, entries.bill[entry], None),
        "container_number": np.where(ocean, entries.container[entry], None),
        "quantity": np.round(lots.quantity[rows], 1),
        "quantity_unit": np.array([g.unit for g in GOODS], dtype=object)[good],
        "gross_weight_kg": np.round(lots.weight[rows], 1),
        "packages": lots.packages[rows],
        "entered_value_usd": value,
        "duty_usd": np.round(value * duty, 2),
        "ad_duty_usd": np.where(scope, np.round(value * rate, 2), 0.0),
        "description": np.where(rng.random(n) < 0.5, words, np.char.upper(words.astype(str)).astype(object)),
    }
    keep = "entry_number line_number tariff_ordinal entry_date importer_number port_code hts_number"
    core = "manufacturer_id country_of_origin entered_value_usd import_date filer_code entry_type ad_case"
    return paper.table(columns, keep=keep, core=core, known=filed + rng.integers(0, 10, n))


def bills(world: World, lots: Lots, entries: Entries, paper: Writer, names: Spellings, *, forced: set[int]) -> pa.Table:
    """A bill of lading for most ocean entries; `forced` are entries whose lot is known by its bill alone."""
    rng, relations = world.rng, world.relations
    wanted = entries.ocean & (rng.random(len(entries.day)) < world.style.bills_share)
    lost_entries = np.unique(entries.of_lot[entries.lost])
    wanted[lost_entries] = np.isin(lost_entries, np.array(sorted(forced), dtype=int))
    rows = np.flatnonzero(wanted)
    packages = np.bincount(entries.of_lot, weights=lots.packages, minlength=len(entries.day))
    weight = np.bincount(entries.of_lot, weights=lots.weight, minlength=len(entries.day))
    of = [relations[lots.relation[entries.head[row]]] for row in rows]
    columns: dict[str, Cells] = {
        "bill_number": entries.bill[rows],
        "scac": entries.scac[rows],
        "vessel": [
            f"{goods.STREETS[v]} {goods.SCACS[s]}".upper()
            for v, s in zip(
                rng.integers(0, len(goods.STREETS), len(rows)),
                rng.integers(0, len(goods.SCACS), len(rows)),
                strict=True,
            )
        ],
        "voyage": [f"{v:03d}E" for v in rng.integers(1, 400, len(rows))],
        "loaded_on": paper.days(entries.loaded[rows]),
        "arrived_on": paper.days(entries.day[rows]),
        "port_of_unlading": np.array(world.ports, dtype=object)[lots.port[entries.head[rows]]],
        "country_of_lading": [r.maker.country for r in of],
        "country_of_unlading": ["US"] * len(rows),
        "shipper_name": names.names([r.maker for r in of]),
        "shipper_address": [address(r.maker) for r in of],
        "shipper_country": [r.maker.country for r in of],
        "consignee_name": names.names([r.importer for r in of]),
        "consignee_address": [address(r.importer) for r in of],
        "consignee_country": ["US"] * len(rows),
        "notify_name": names.names([r.buyer for r in of]),
        "containers": [[c] for c in entries.container[rows]],
        "packages": packages[rows].astype(int),
        "package_unit": [("CTN", "PKG", "PLT", "DRM")[r.good % 4] for r in of],
        "gross_weight_kg": np.round(weight[rows], 1),
        "hts_prefix": [GOODS[r.good].hts[:6] for r in of],
        "description": [GOODS[r.good].words.upper() for r in of],
    }
    return paper.table(
        columns,
        keep="bill_number",
        core="packages gross_weight_kg consignee_name shipper_name arrived_on",
        known=entries.day[rows] + rng.integers(0, 6, len(rows)),
    )


def foreign_bills(world: World, lots: Lots, entries: Entries, paper: Writer, names: Spellings) -> pa.Table:
    """Trade between other countries: materials, home markets, houses; and the way in of rings that can be seen."""
    rng = world.rng
    rows = list(world.foreign)
    for lot, of in enumerate(lots.relation):
        relation = world.relations[of]
        if not relation.matched or relation.source is None or rng.random() > 0.8:
            continue
        exact = rng.random() < 0.7
        packages = int(lots.packages[lot]) + (0 if exact else int(rng.integers(-3, 4)))
        weight = float(lots.weight[lot]) * (1.0 if exact and rng.random() < 0.5 else float(rng.normal(1, 0.008)))
        rows.append(
            {
                "shipper": relation.source,
                "consignee": relation.maker,
                "hts": GOODS[relation.good].hts[:6],
                "day": int(entries.loaded[entries.of_lot[lot]]) - int(rng.integers(2, 31)),
                "words": GOODS[relation.good].words,
                "packages": max(1, packages),
                "weight": round(weight, 1),
                "house": bool(rng.random() < 0.2),
            }
        )
    makers = world.firms.makers
    of_country: dict[str, list[Firm]] = defaultdict(list)
    for maker in makers:
        of_country[maker.country].append(maker)
    pools = [(key, pool) for key, pool in world.pools.items()]
    for _ in range(int(len(lots.day) * 0.05)):
        (good, country), pool = pools[int(rng.integers(len(pools)))]
        shipper = pool[int(rng.integers(len(pool)))]
        same = rng.random() < 0.35
        others = [c for c in world.countries_of(good) if c != country]
        to = world.pools[good, others[int(rng.integers(len(others)))]]
        consignee = to[int(rng.integers(len(to)))] if same else makers[int(rng.integers(len(makers)))]
        packages = max(1, int(120 * rng.lognormal(0, 0.9)))
        item = GOODS[good]
        hts, words = (
            (item.hts[:6], item.words)
            if same or rng.random() < 0.5 or not item.material
            else (item.material, "materials")
        )
        weight = round(packages * item.units_a_package * item.kg_a_unit * float(rng.uniform(0.8, 1.3)), 1)
        if consignee.country != shipper.country:
            rows.append(
                {
                    "shipper": shipper,
                    "consignee": consignee,
                    "hts": hts,
                    "words": words,
                    "packages": packages,
                    "day": int(rng.integers(0, world.days)),
                    "weight": weight,
                    "house": bool(rng.random() < 0.2),
                }
            )
    rows.sort(key=lambda row: (int(row["day"]), str(row["hts"]), float(row["weight"])))  # type: ignore[call-overload,arg-type]
    count = len(rows)
    houses = [
        f"{world.firms.pick(goods.FIRST_WORDS)} Freight {world.firms.pick(('Ltd', 'GmbH', 'Pte Ltd'))}"
        for _ in range(12)
    ]
    shippers: list[Firm] = [row["shipper"] for row in rows]  # type: ignore[misc]
    takers: list[Firm] = [row["consignee"] for row in rows]  # type: ignore[misc]
    told = [row.get("house", False) for row in rows]
    scac = [goods.SCACS[s] for s in rng.integers(0, len(goods.SCACS), count)]
    serials = rng.permutation(np.cumsum(rng.integers(1, 400, count))) + 10**7
    arrived = np.array([int(row["day"]) for row in rows])  # type: ignore[call-overload]
    boxes = container_numbers(rng, count)
    columns: dict[str, Cells] = {
        "bill_number": [f"{s}F{b}" for s, b in zip(scac, serials, strict=True)],
        "scac": scac,
        "loaded_on": paper.days(arrived - rng.integers(2, 12, count)),
        "arrived_on": paper.days(arrived),
        "country_of_lading": [s.country for s in shippers],
        "country_of_unlading": [t.country for t in takers],
        "shipper_name": names.names(shippers),
        "shipper_address": [address(s) for s in shippers],
        "shipper_country": [s.country for s in shippers],
        "consignee_name": [
            houses[int(rng.integers(12))].upper() if house else name
            for name, house in zip(names.names(takers), told, strict=True)
        ],
        "consignee_address": [address(t) for t in takers],
        "consignee_country": [t.country for t in takers],
        "notify_name": names.names(takers),
        "containers": [[c] for c in boxes],
        "packages": [row["packages"] for row in rows],
        "gross_weight_kg": [row["weight"] for row in rows],
        "hts_prefix": [row["hts"] for row in rows],
        "description": [str(row["words"]).upper() for row in rows],
    }
    return paper.table(
        columns,
        keep="bill_number",
        core="packages gross_weight_kg arrived_on hts_prefix consignee_name",
        known=arrived + rng.integers(0, 20, count),
    )
