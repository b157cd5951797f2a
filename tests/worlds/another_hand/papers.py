"""Documents, issues and other paper that mentions the parties."""

from collections.abc import Iterator
from datetime import timedelta

from tests.worlds.another_hand.goods import PRODUCTS, Product
from tests.worlds.another_hand.model import Row, Scheme
from tests.worlds.another_hand.ports import PORTS
from tests.worlds.another_hand.world import World

PRIORITIES = {"adcvd": "adcvd", "origin": "adcvd", "ipr": "ipr"}
FINDINGS = ("accepted", "denied_no_certificate", "denied_origin", "withdrawn", "pending")
METHOD = "USCL 03-02"
LABS = ("NY", "SV", "CH", "LA", "SF", "NO")


def documents(world: World) -> Iterator[Row]:
    """Notices, laboratory reports, rulings, memos and letters."""
    yield from _notices(world)
    yield from _lab_reports(world)
    yield from _rulings(world)
    yield from _memos(world)
    yield from _letters(world)


def _notices(world: World) -> Iterator[Row]:
    for number, scheme in enumerate(world.schemes):
        if scheme.kind == "transshipment_ring" and world.heads(0.12):
            yield _notice(world, scheme, 7400 + number)


def _dotted(product: Product) -> str:
    return f"{product.hts[:4]}.{product.hts[4:6]}.{product.hts[6:]}"


def _notice(world: World, scheme: Scheme, number: int) -> Row:
    names = [member.name for member in scheme.members if member.role == "importer"]
    product = scheme.entries[0].lots[0].product
    end = max(entry.filed for entry in scheme.entries)
    finding = "there is reasonable suspicion" if scheme.duty is not None else "there is no substantial evidence"
    return {
        "id": f"N{number}", "kind": "notice", "title": f"EAPA Consolidated Case {number}: notice",
        "date": min(world.after(end, -60, 120), world.end), "language": "en",
        "text": f"To the representatives of {' and '.join(names)}:\nThis letter informs you that {finding} that "
        f"{names[0]} entered {product.name}, classified under {_dotted(product)}, into the customs territory of the "
        "United States through evasion. The goods are said to have been made by "
        f"{scheme.members[0].name}.",
    }  # fmt: skip


def _lab_reports(world: World) -> Iterator[Row]:
    rng = world.rng
    known = [act for act in world.acts if act.kind == "sample" and act.result != "pending"]
    for number, (act, lot, entry) in enumerate(
        (act, act.lot, act.lot.entry) for act in known if act.lot and act.lot.entry
    ):
        wrong = act.result == "discrepant" and act.area == "origin"
        lab = rng.choice(LABS)
        share = rng.uniform(50, 99)
        consistent = "no" if wrong else rng.choice(("yes", "yes", "inconclusive"))
        results: list[Row] = []
        for replicate in (1, 2, 3):
            value = round(share + rng.gauss(0, 0.4), 2)
            results.append({
                "replicate": replicate, "analyte": "main component", "value": value, "unit": "%", "uncertainty": 0.5,
                "method": METHOD,
            })  # fmt: skip
        yield {
            "id": f"L{number:05d}", "kind": "lab_report",
            "title": f"Laboratory report {lab}{act.known.year}{number:04d}", "date": act.known, "language": "en",
            "text": f"Sample of {lot.product.name} from {lot.maker.name}. {act.remarks}".strip(), "lab": lab,
            "sample_id": f"{lab}{act.known.year}{number:04d}", "entry_number": entry.number,
            "line_number": lot.line, "importer_number": lot.importer.identifier,
            "exporter": (lot.exporter or lot.maker).name, "manufacturer_id": lot.maker.identifier,
            "claimed_hts": lot.product.hts, "suggested_hts": lot.product.hts, "claimed_origin": lot.origin,
            "origin_consistent": consistent,
            "received_on": act.on + timedelta(days=3), "reported_on": act.known, "methods": [METHOD],
            "conclusion": act.result,
            "results": results,
        }  # fmt: skip


def _rulings(world: World) -> Iterator[Row]:
    rng = world.rng
    for number in range(max(10, world.lines // 4_000)):
        product = rng.choice(PRODUCTS)
        importer = rng.choice(world.trades).importer
        dotted, name = _dotted(product), f"N{290_000 + number * 37}"
        on = world.day(0, 0.95)
        yield {
            "id": name, "kind": "ruling",
            "title": f"The tariff classification of {product.name}", "date": on, "language": "en", "collection": "ny",
            "tariffs": [dotted], "related": [], "modifies": [], "modified_by": [], "revokes": [], "revoked_by": [],
            "categories": "Classification",
            "text": f"{name}\nTARIFF NO.: {dotted}\nRE: The tariff classification of {product.name}\n"
            f"In your letter you requested a ruling on behalf of {importer.name}. The applicable subheading will be "
            f"{dotted}.",
        }  # fmt: skip


def _memos(world: World) -> Iterator[Row]:
    for number in range(max(10, world.lines // 5_000)):
        entry = world.rng.choice(world.entries)
        lot = entry.lots[0]
        yield {
            "id": f"M{number:05d}", "kind": "memo", "title": f"Visit to {entry.importer.name}",
            "date": min(world.after(entry.filed, 20, 200), world.end), "language": "en",
            "text": f"We spoke with {entry.importer.officers[0]} of {entry.importer.name} about entry {entry.number}. "
            f"The goods, {lot.product.name}, came from {lot.maker.name}. Nothing further is needed.",
        }  # fmt: skip


def _letters(world: World) -> Iterator[Row]:
    for number, (on, kind, title, text) in enumerate(sorted(world.letters)):
        yield {
            "id": f"P{number:05d}", "kind": kind, "title": title, "date": min(on, world.end), "language": "en",
            "text": text,
        }  # fmt: skip


def issues(world: World) -> Iterator[Row]:
    """Issues with their snapshots; most importers that have one have one or two."""
    rng = world.rng
    acts = [act for act in world.acts if act.importer and act.lot and act.lot.entry and act.result == "discrepant"]
    for number, act in enumerate(rng.sample(acts, min(len(acts), max(12, world.lines // 1_500)))):
        lot = act.lot
        if lot is None or lot.entry is None or act.importer is None:
            continue
        opened = act.on + timedelta(days=rng.randrange(3, 40))
        for version in range(1, rng.randint(2, 4)):
            closed = version > 1
            as_of = opened + timedelta(days=90 * (version - 1))
            if as_of > world.end:
                break
            yield {
                "issue_id": f"I{number + 1:05d}", "version": version, "as_of": as_of,
                "title": f"{act.area} of {lot.product.name}", "issue_type": act.area,
                "description": f"Finding at port {act.port} on {lot.product.name} of {act.importer.name}.",
                "status": "closed" if closed else "open", "opened_on": opened, "worked_from": opened,
                "worked_to": as_of if closed else None, "owner_office": f"Port {act.port}",
                "owner": world.namer.person("US") if version == 1 else "",
                "work_kind": rng.choice(("research", "exam", "cf28", "cf29", "audit", "lab", "informed_compliance")),
                "priority_trade_issue": PRIORITIES.get(act.area, "revenue"),
                "conclusion": rng.choice(("corrected by the importer", "bill issued", "no change")) if closed else "",
                "result_code": rng.choice(("C", "N", "R")) if closed else "", "revenue_impact_usd": act.revenue_change,
                "importer_numbers": act.importer.identifier, "manufacturer_ids": lot.maker.identifier,
                "port_codes": act.port, "hts_numbers": lot.product.hts, "case_numbers": "", "ruling_numbers": "",
                "entry_numbers": lot.entry.number, "parent_issue_id": "", "security_label": "official",
            }  # fmt: skip


def interventions(world: World) -> Iterator[Row]:
    """Exams at one port for the sake of an issue."""
    for number in range(1, 9):
        begin = world.day(0.1, 0.8)
        exams = world.rng.randrange(10, 60)
        found = world.rng.randrange(0, exams // 3)
        yield {
            "issue_id": f"I{number:05d}", "port_code": world.rng.choice(PORTS).code, "started_on": begin,
            "ended_on": begin + timedelta(days=60), "sample_size": exams, "exams": exams, "discrepancies": found,
            "material": found // 3, "revenue_usd": found * 900,
        }  # fmt: skip


def preference_claims(world: World) -> Iterator[Row]:
    """Reviews of claims of preference for goods of the neighbours."""
    rng = world.rng
    lots = [(entry, lot) for entry in world.entries for lot in entry.lots if lot.origin in ("MX", "CA", "KR", "CO")]
    for number, (entry, lot) in enumerate(rng.sample(lots, min(len(lots), max(10, world.lines // 800)))):
        since = entry.filed - timedelta(days=rng.randrange(1, 300))
        yield {
            "claim_id": f"F{number + 1:05d}", "entry_number": entry.number, "line_number": lot.line,
            "spi": lot.origin if lot.origin in ("KR", "CO") else "S", "exporter": (lot.exporter or lot.maker).name,
            "producer": lot.maker.name, "manufacturer_id": lot.maker.identifier, "rule_of_origin": rng.choice("ABCD"),
            "certificate_from": since, "certificate_to": since + timedelta(days=364), "hts_number": lot.product.hts,
            "finding": rng.choices(FINDINGS, (70, 10, 4, 6, 10))[0],
            "reviewed_on": world.after(entry.filed, 30, 200), "remarks": "",
        }  # fmt: skip


def selectivity(world: World) -> Iterator[Row]:
    """Criteria by which cargo and summaries are picked."""
    for number in range(1, 21):
        product = world.rng.choice(PRODUCTS)
        country = world.rng.choice(list(product.makers))
        begin = world.day(0, 0.7)
        yield {
            "criterion_id": f"S{number:04d}", "module": world.rng.choice(("cargo", "entry_summary")),
            "field_tests": f'{{"hts_number": "{product.hts[:6]}", "country_of_origin": "{country}"}}',
            "active_from": begin, "active_to": begin + timedelta(days=365),
            "owner": f"Port {world.rng.choice(PORTS).code}", "purpose": f"look at {product.name}",
        }  # fmt: skip
