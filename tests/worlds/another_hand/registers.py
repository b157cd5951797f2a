"""Rows of the smaller tables: parties, actions, bills, orders, in-bond moves."""

from collections.abc import Iterator
from datetime import timedelta

from tests.worlds.another_hand import typos
from tests.worlds.another_hand.goods import ORDERED
from tests.worlds.another_hand.model import Act, Entry, Firm, Lot, Row
from tests.worlds.another_hand.ports import COUNTRIES, DAYS_LATE, PORTS
from tests.worlds.another_hand.world import World, vessel

EVERYDAY_CLAIMS = (
    ("shares_address", "fact"), ("agent_of", "fact"), ("sister_of", "alleged"), ("controlled_by", "alleged"),
    ("successor_of", "rejected"), ("owned_by", "fact"),
)  # fmt: skip
SOURCES = ("broker's letter", "company register", "anonymous allegation", "trade press")
PARTY_MISSING = {
    "phone": 0.2, "email": 0.3, "website": 0.3, "officers": 0.28, "registered_agent": 0.05, "bond_number": 0.12,
    "established_on": 0.3, "address": 0.06, "city": 0.05, "postal_code": 0.1,
}  # fmt: skip


def party_rows(world: World) -> Iterator[Row]:
    """A record for every version of every firm, some filed twice by two brokers."""
    rows: list[Row] = []
    for firm in world.firms:
        copies = 2 if firm.role in ("importer", "manufacturer", "exporter") and world.heads(0.12) else 1
        rows += [_party(world, firm, again=copy > 0) for copy in range(copies)]
    rows.sort(key=lambda row: (row["known_at"], row["identifier"]))
    for serial, row in enumerate(rows, 1):
        yield {"record_id": f"P{serial:07d}"} | row


def _party(world: World, firm: Firm, *, again: bool) -> Row:
    rng = world.rng
    careless = again or firm.role in ("manufacturer", "exporter")
    since = firm.valid_from or max(firm.established, world.start - timedelta(days=rng.randrange(20, 2_500)))
    if again:
        since += timedelta(days=rng.randrange(20, 400))
    row: Row = {
        "role": firm.role, "identifier": firm.identifier, "name": rng.choice(firm.spellings) if careless else firm.name,
        "other_names": firm.other_names, "name_kind": firm.name_kind,
        "address": rng.choice(firm.streets) if careless else firm.streets[0],
        "city": typos.slip(rng, firm.city) if rng.random() < 0.02 else firm.city, "region": firm.region,
        "postal_code": firm.postal, "country": firm.country, "phone": firm.phone, "email": firm.email,
        "website": firm.website,
        "officers": ";".join(typos.slip(rng, person) if rng.random() < 0.05 else person for person in firm.officers),
        "registered_agent": firm.agent, "bond_number": firm.bond, "established_on": firm.established,
        "valid_from": min(since, world.end), "valid_to": firm.valid_to, "industry_programs": firm.programs,
        "trusted_programs": firm.trusted, "known_at": min(since + timedelta(days=rng.randrange(0, 40)), world.end),
    }  # fmt: skip
    for column, share in PARTY_MISSING.items():
        if rng.random() < share:
            row[column] = None if column == "established_on" else ""
    return row


def action_rows(world: World) -> Iterator[Row]:
    """What customs did, in order, each known when its result came."""
    world.acts.sort(key=lambda act: act.on)
    for serial, act in enumerate(world.acts, 1):
        lot = act.lot
        entry = lot.entry if lot else None
        yield {
            "action_id": f"X{serial:07d}", "kind": act.kind, "action_date": act.on, "port_code": act.port,
            "entry_number": entry.number if entry else "", "line_number": lot.line if lot and entry else None,
            "bill_number": lot.bill if lot and (not entry or world.heads(0.6)) else "",
            "container_number": lot.containers[0] if lot and lot.containers and (not entry or world.heads(0.6)) else "",
            "importer_number": act.importer.identifier if act.importer and _names_importer(world, act) else "",
            "manufacturer_id": act.maker.identifier if act.maker and world.heads(0.7) else "",
            "targeting": act.targeting, "team": f"{world.rng.randrange(100, 999)}", "result": act.result,
            "discrepancy_area": act.area if act.result not in ("pending", "compliant") else "",
            "severity": act.severity if act.result not in ("pending", "compliant") else "",
            "value_change_usd": act.value_change, "revenue_change_usd": act.revenue_change, "remarks": act.remarks,
            "known_at": min(act.known, world.end),
        }  # fmt: skip


def _names_importer(world: World, act: Act) -> bool:
    """Whether an action says who imports; one on a bill alone does so less often."""
    if act.lot and act.lot.entry:
        return world.heads(0.85)
    return not (act.lot and world.heads(0.3))


def bill_rows(world: World) -> Iterator[Row]:
    """Bills of sea lots; those of lots without an entry are always there."""
    seen: set[str] = set()
    for lot in world.bare_lots:
        if lot.bill not in seen:
            seen.add(lot.bill)
            yield _bill(world, [lot])
    for entry in world.entries:
        first = entry.lots[0]
        if first.mode in ("10", "11") and first.bill not in seen and world.heads(0.86):
            seen.add(first.bill)
            yield _bill(world, entry.lots)


def _bill(world: World, lots: list[Lot]) -> Row:
    rng, first = world.rng, lots[0]
    abroad = COUNTRIES[first.shipped_from]
    shipper = first.exporter or first.maker
    buyer = first.importer if world.heads(0.7) else first.consignee or first.importer
    to_order = world.heads(0.04)
    return {
        "bill_number": first.bill,
        "master_bill_number": f"{first.carrier}{rng.randrange(10**8, 10**9)}" if world.heads(0.35) else "",
        "scac": first.carrier, "vessel": vessel(rng) if first.mode in ("10", "11") else "",
        "voyage": f"{rng.randrange(1, 400):03d}{rng.choice('EWNS')}",
        "loaded_on": first.arrived - timedelta(days=abroad.transit_days + rng.randint(*DAYS_LATE)),
        "arrived_on": first.arrived, "port_of_lading": abroad.harbour, "port_of_unlading": first.port.city,
        "country_of_lading": abroad.iso, "country_of_unlading": "US", "shipper_name": rng.choice(shipper.spellings),
        "shipper_address": f"{rng.choice(shipper.streets)}, {shipper.city}" if world.heads(0.88) else "",
        "shipper_country": shipper.country,
        "consignee_name": "TO ORDER" if to_order else rng.choice(_spellings(buyer, first)),
        "consignee_address": ""
        if to_order or world.heads(0.12)
        else f"{rng.choice(buyer.streets)}, {buyer.city} {buyer.region} {buyer.postal}",
        "consignee_country": "" if to_order else buyer.country,
        "notify_name": rng.choice(("SAME AS CONSIGNEE", "", buyer.name, rng.choice(world.forwarders).name)),
        "notify_address": "", "containers": ";".join(first.containers),
        "seals": ";".join(first.seals) if world.heads(0.8) else "", "packages": sum(lot.packages for lot in lots),
        "package_unit": rng.choice(("CTN", "CTN", "PKG", "PLT")),
        "gross_weight_kg": round(sum(lot.kg for lot in lots), 1),
        "hts_prefix": first.product.hts[:6] if world.heads() else "",
        "description": first.text.upper() if world.heads(0.9) else "",
        "status": "Deleted" if world.heads(0.005) else "",
    }  # fmt: skip


def _spellings(firm: Firm, lot: Lot) -> list[str]:
    """The spellings of the name a firm had when a lot arrived."""
    renamed = firm.valid_from is not None and lot.arrived < firm.valid_from
    return firm.former_spellings if renamed and firm.former_spellings else firm.spellings


def claim_rows(world: World) -> Iterator[Row]:
    """Claims in the order of their days, everyday ones among them."""
    for _ in range(max(20, world.lines // 1_200)):
        first, second = world.rng.sample(world.trades, 2)
        relation, status = world.rng.choice(EVERYDAY_CLAIMS)
        since = world.day(0.02, 0.98)
        world.claim(first.importer, relation, second.importer, status, since, source=world.rng.choice(SOURCES))
    world.claims.sort(key=lambda row: (row["valid_from"], row["subject"]))
    for serial, row in enumerate(world.claims, 1):
        yield {"claim_id": f"C{serial:06d}"} | row


def in_bond_rows(world: World) -> Iterator[Row]:
    """Moves under bond: those of schemes and look-alikes, and everyday ones."""
    rng = world.rng
    moves = list(world.in_bond)
    sea: list[Entry] = [entry for entry in world.entries if entry.lots[0].mode == "11"]
    for entry in rng.sample(sea, len(sea) // 90):
        lot = entry.lots[0]
        moves.append({
            "kind": rng.choice(("61", "61", "61", "62", "63")), "from_port": rng.choice(PORTS).code,
            "to_port": lot.port.code, "carrier": lot.carrier,
            "moved_on": lot.arrived - timedelta(days=rng.randrange(1, 12)), "bill_number": lot.bill,
        })  # fmt: skip
    moves.sort(key=lambda move: (move["moved_on"], move["bill_number"]))
    for serial, move in enumerate(moves):
        yield {"serial": f"V{100_000_000 + serial * 7:09d}"} | move


def order_tables(world: World) -> tuple[list[Row], list[Row], dict[tuple[str, str], tuple[str, float]]]:
    """Orders, firms with rates of their own, and those rates by case and maker."""
    orders: list[Row] = []
    firms: list[Row] = []
    rates: dict[tuple[str, str], tuple[str, float]] = {}
    for product in ORDERED:
        order = product.order
        if order is None:
            continue
        for case in filter(None, (order.case, order.companion)):
            orders.append({
                "case_number": case, "product": product.name, "country": order.country,
                "hts_prefixes": f"{product.hts[:6]};{product.hts[:8]}", "petition_on": order.petition,
                "preliminary_on": order.preliminary, "order_on": order.order, "revoked_on": None,
                "deposit_rate_pct": order.rate if case == order.case else 11.0,
                "all_others_rate_pct": order.rate if case == order.case else 11.0,
            })  # fmt: skip
        for number, maker in enumerate(world.makers[product.hts, order.country][:2], 1):
            suffix = f"{number:03d}"
            rates[order.case, maker.identifier] = (suffix, order.firm_rate)
            firms.append({
                "case_number": order.case, "suffix": suffix, "manufacturer_id": maker.identifier, "exporter_id": "",
                "name": maker.name, "rate_pct": order.firm_rate, "from": order.order, "to": None,
            })  # fmt: skip
    return orders, firms, rates
