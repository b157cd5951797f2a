"""What customs has on paper of these worlds: entries, bills, records, actions, written as canonical tables.

Invariant: cells go missing by table and column alone; which lot or firm belongs to a scheme plays no part.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from tests.worlds import goods
from tests.worlds.firms import Firm
from tests.worlds.reentries import Act
from tests.worlds.trade import GOODS, Lots, World

Cells = Sequence[object] | np.ndarray | pa.Array


@dataclass(slots=True)
class Entries:
    """Lots put into entries: for each lot its entry, its line, and whether it got one at all."""

    of_lot: np.ndarray
    line: np.ndarray
    number: np.ndarray  # of each entry
    day: np.ndarray  # of import, of each entry
    filed: np.ndarray  # day of entry
    loaded: np.ndarray
    ocean: np.ndarray
    mode: np.ndarray
    bill: np.ndarray
    scac: np.ndarray
    container: np.ndarray
    head: np.ndarray  # the lot whose relation the entry's papers follow
    lost: np.ndarray  # lots without an entry line


_VALUES = {c: 1 + i % 9 for i, c in enumerate("ABCDEFGHIJKLMNOPQR")} | {c: 2 + i for i, c in enumerate("STUVWXYZ")}
_ISO = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11], strict=True))


def entry_numbers(filers: list[str], of: np.ndarray, serial: np.ndarray) -> np.ndarray:
    """Filer, seven digits and the check digit (ABI CATAIR, entry summary, table 1), for many at once."""
    signs = np.array([[int(c) if c.isdigit() else _VALUES[c] for c in filer] for filer in filers])[of]
    digits = np.concatenate([signs, serial[:, None] // 10 ** np.arange(6, -1, -1) % 10], axis=1)
    digits[:, 1::2] = np.where(digits[:, 1::2] > 4, digits[:, 1::2] * 2 - 9, digits[:, 1::2] * 2)
    check = -digits.sum(axis=1) % 10
    return np.array([f"{filers[f]}{s:07d}{c}" for f, s, c in zip(of, serial, check, strict=True)], dtype=object)


def container_numbers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Owner, serial number and check digit (ISO 6346)."""
    owners, serial = rng.integers(0, len(goods.CONTAINER_OWNERS), count), rng.integers(0, 10**6, count)
    letters = np.array([sum(_ISO[c] * 2**i for i, c in enumerate(owner)) for owner in goods.CONTAINER_OWNERS])
    digits = serial[:, None] // 10 ** np.arange(5, -1, -1) % 10
    check = (letters[owners] + (digits * 2 ** np.arange(4, 10)).sum(axis=1)) % 11 % 10
    rows = zip(owners.tolist(), serial.tolist(), check.tolist(), strict=True)
    return np.array([f"{goods.CONTAINER_OWNERS[o]}{s:06d}{c}" for o, s, c in rows], dtype=object)


def into_entries(world: World, lots: Lots, acts: list[Act], same_box: list[tuple[int, int]]) -> Entries:
    """Lots of one importer, port and origin that come within days are lines of one entry, where the style has such."""
    rng, style, n = world.rng, world.style, len(lots.day)
    relations = world.relations
    places = {key: i for i, key in enumerate(dict.fromkeys(r.importer.key for r in relations))}
    importer = np.array([places[r.importer.key] for r in relations])[lots.relation]
    origins = {c: i for i, c in enumerate(dict.fromkeys(r.origin for r in relations))}
    origin = np.array([origins[r.origin] for r in relations])[lots.relation]
    lost = np.zeros(n, dtype=bool)
    lost[[a.lot for a in acts if a.lost]] = True
    order = np.lexsort((lots.day, lots.port, origin, importer))
    head = np.ones(n, dtype=bool)
    if not style.one_line_entries:
        a, b = order[:-1], order[1:]
        same = (importer[a] == importer[b]) & (origin[a] == origin[b]) & (lots.port[a] == lots.port[b])
        near = (lots.day[b] - lots.day[a] <= 3) & (rng.random(n - 1) < 0.75)
        head[1:] = ~(same & near & ~lost[a] & ~lost[b])
    run = np.cumsum(head) - 1
    first = np.flatnonzero(head)
    rank = np.empty(len(first), dtype=int)
    by_day = np.argsort(lots.day[order[first]], kind="stable")
    rank[by_day] = np.arange(len(first))
    of_lot = np.empty(n, dtype=int)
    of_lot[order] = rank[run]
    line = np.empty(n, dtype=int)
    line[order] = np.arange(n) - first[run] + 1
    heads = order[first][by_day]
    count = len(heads)
    day = lots.day[heads]
    head_relation = lots.relation[heads]
    filer = np.array([r.filer for r in relations])[head_relation]
    slip = rng.random(count) < 0.02
    filer[slip] = rng.integers(0, len(world.filers), int(slip.sum()))
    serial = np.empty(count, dtype=int)
    for f in range(len(world.filers)):
        mine = np.flatnonzero(filer == f)
        serial[mine] = int(rng.integers(10**5, 8 * 10**6)) + np.cumsum(rng.integers(1, 9, len(mine)))
    mode = np.full(count, "11", dtype=object)
    near_by = np.array([r.origin in ("MX", "CA") for r in relations])[head_relation]
    light = np.array([GOODS[r.good].hts[:4] in ("8517", "8471", "9018", "8504") for r in relations])[head_relation]
    mode[near_by & (rng.random(count) < 0.75)] = "30"
    mode[light & (rng.random(count) < 0.45)] = "40"
    ocean = mode == "11"
    scac = np.array(goods.SCACS, dtype=object)[rng.integers(0, len(goods.SCACS), count)]
    serials = rng.permutation(np.cumsum(rng.integers(1, 40, count))) + 10**6
    bill = np.array([f"{s}{b:07d}" for s, b in zip(scac, serials, strict=True)], dtype=object)
    boxes = container_numbers(rng, max(200, count // 3))
    container = boxes[rng.integers(0, len(boxes), count)]
    for lot, other in same_box:
        container[of_lot[lot]] = container[of_lot[other]]
    filed = np.minimum(world.days - 1, day + rng.integers(0, 7, count))
    loaded = day - rng.integers(*style.transit_days, count)
    lost &= ocean[of_lot]
    return Entries(
        of_lot,
        line,
        entry_numbers(world.filers, filer, serial),
        day,
        filed,
        loaded,
        ocean,
        mode,
        bill,
        scac,
        container,
        heads,
        lost,
    )


@dataclass(slots=True)
class Writer:
    """Makes tables of columns, taking cells away as the style says."""

    world: World

    def days(self, days: Cells) -> pa.Array:
        """Days of the world as dates."""
        epoch = (self.world.style.first_day - date(1970, 1, 1)).days
        found = [None if d is None else int(d) + epoch for d in days]  # type: ignore[call-overload]
        return pa.array(found, pa.int32()).cast(pa.date32())

    def table(self, columns: dict[str, Cells], *, keep: str, core: str = "", known: Cells | None = None) -> pa.Table:
        """`keep` never go missing, `core` seldom."""
        rng, share = self.world.rng, self.world.style.missing_share
        kept, seldom = set(keep.split()), set(core.split())
        made = {}
        for name, cells in columns.items():
            array = cells if isinstance(cells, pa.Array) else pa.array(list(cells))
            odds = share * (0.3 if name in seldom else float(rng.uniform(0.6, 1.4)))
            if name not in kept:
                gone = rng.random(len(array)) < odds
                array = pa.compute.if_else(pa.array(~gone), array, pa.scalar(None, array.type))
            made[name] = array
        if known is not None and self.world.style.tells_known_at:
            made["known_at"] = self.days([min(int(d), self.world.days) for d in known])
        return pa.table(made)


class Spellings:
    """A few ways in which each firm's name and address stand on papers, drawn once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, list[str]] = {}

    def names(self, firms: Sequence[Firm]) -> list[str]:
        """A spelling of each."""
        for firm in firms:
            if firm.key not in self._known:
                others = [self._world.firms.as_written(firm.name) for _ in range(4)]
                self._known[firm.key] = [firm.name.upper(), *others]
        which = self._world.rng.integers(0, 5, len(firms)).tolist()
        return [self._known[firm.key][at] for firm, at in zip(firms, which, strict=True)]


def address(firm: Firm) -> str:
    return f"{firm.address}, {firm.city}{' ' + firm.region if firm.region else ''}".upper()


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


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum((i + 3) * ord(c) for i, c in enumerate(text))


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
