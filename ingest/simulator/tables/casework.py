"""Issues, interventions and documents: what was looked into, and the texts that say so.

Invariant: issues and documents grow from actions of all kinds alike, so that being written about says nothing
of what is planted. Texts name parties, entries, tariff numbers and rulings in the spellings of the trade.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.simulator.numbering import Numbers
from ingest.simulator.reference import iso
from ingest.simulator.streams import stream
from ingest.simulator.tables.file import FileFormat, days, money, table_file, whole
from ingest.simulator.world import ACTION_KINDS, AREAS, RESULTS, World

_TYPES = {
    "classification": ("classification", "revenue", "informed_compliance"),
    "value": ("value", "revenue", "audit"),
    "quantity": ("value", "revenue", "exam"),
    "origin": ("origin/transshipment", "adcvd", "cf28"),
    "marking": ("marking", "import_safety", "cf29"),
    "ipr": ("IPR", "ipr", "exam"),
    "adcvd": ("AD-CVD", "adcvd", "cf28"),
    "quota_visa": ("quota/visa", "textiles", "research"),
    "spi": ("FTA", "revenue", "cf28"),
    "documents": ("classification", "penalties", "intervention"),
    "safety": ("safety", "import_safety", "site_visit"),
    "other": ("classification", "penalties", "referral"),
}
_CONCLUSIONS = (
    ("violation_found", "Discrepancy confirmed; bill issued and importer advised in writing."),
    ("no_violation", "Declaration found correct; no further action."),
    ("rate_advance", "Rate advanced on the entries reviewed; importer given notice of action."),
    ("referred", "Referred for penalty consideration."),
    ("unresolved", "Importer did not answer; file closed for lack of information."),
)
_OFFICES = (
    "Apparel Centre", "Base Metals Centre", "Consumer Products Centre", "Industrial Materials Centre",
    "Agriculture Centre", "Electronics Centre", "Machinery Centre", "Pharmaceuticals Centre",
)  # fmt: skip
_OWNERS = tuple(
    f"{letter}. {name}" for letter in "ABDEHJKLMRST" for name in ("Alder", "Brandt", "Cole", "Dwyer", "Egan")
)
_AREA_WORDS = {
    "ipr": "trade marks",
    "adcvd": "declared entry type",
    "quota_visa": "quota category",
    "spi": "claimed preference",
    "safety": "product safety",
    "other": "particulars",
}
_LABS = ("NY", "SV", "CH", "LA", "SF", "HN")
_INTERVENED = 0.25


@dataclass(slots=True)
class Issue:
    """What an issue is about, before its snapshots are written."""

    issue_id: str
    action: int
    lot: int
    area: str
    opened: int
    importers: list[int]
    case: str
    ruling: str
    ports: list[int]
    hts: str
    revenue: float
    versions: int
    intervened: bool


@dataclass(slots=True)
class _Ruling:
    key: str
    product: int
    dated: int
    text: str
    title: str
    row: dict[str, Any]


def write_casework(
    folder: Path, file_format: FileFormat, world: World, numbers: Numbers, ids: list[str]
) -> dict[str, int]:
    """Write issues, interventions and documents; how many of each."""
    rulings = _rulings(world)
    issues = make_issues(world, rulings)
    counts = {
        "issues": _write_issues(folder, file_format, world, numbers, issues),
        "interventions": _write_interventions(folder, file_format, world, issues),
    }
    documents = [
        *_ruling_rows(world, rulings),
        *_lab_rows(world, numbers, ids),
        *_issue_documents(world, numbers, issues),
        *_notices(world),
    ]
    documents = [row for row in documents if row["known_at"] <= iso(world.end)]
    documents.sort(key=lambda row: (row["known_at"], row["id"]))
    with open(folder / "documents.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for row in documents:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    return counts | {"documents": len(documents)}


def dotted(hts: str) -> str:
    """A tariff number as texts write it.

    >>> dotted("7326200020")
    '7326.20.0020'
    """
    return f"{hts[:4]}.{hts[4:6]}.{hts[6:]}"


def hyphened(entry: str) -> str:
    """An entry number as texts write it.

    >>> hyphened("ABC12345676")
    'ABC-1234567-6'
    """
    return f"{entry[:3]}-{entry[3:10]}-{entry[10:]}"


def make_issues(world: World, rulings: "list[_Ruling] | None" = None) -> list[Issue]:
    """The issues of a world, in the order in which they were opened; the same on every call."""
    rulings = _rulings(world) if rulings is None else rulings
    rng = stream(world.seed, "issues")
    actions, reference = world.actions, world.reference
    known = actions["date"] + actions["known_lag"] + actions["result_lag"]
    about = np.flatnonzero((actions["area"] >= 0) & (actions["lot"] >= 0) & (known < world.end - 60))
    chosen = rng.permutation(about)[: world.scale.issues]
    chosen = chosen[np.lexsort((actions["serial"][chosen], known[chosen]))]
    by_product: dict[int, list[_Ruling]] = {}
    for ruling in rulings:
        by_product.setdefault(ruling.product, []).append(ruling)
    _, first_line = np.unique(world.lines["lot"], return_index=True)
    issues = []
    for number, action in enumerate(chosen):
        lot = int(actions["lot"][action])
        product = int(world.lines["product"][first_line[lot]])
        area = AREAS[int(actions["area"][action])]
        opened = int(known[action]) + int(rng.integers(1, 45))
        importers = [int(world.lots["importer"][lot])]
        # Some issues name others in the same trade; most name one importer.
        for _ in range(int(rng.choice((0, 0, 0, 1, 2)))):
            other = int(actions["importer"][int(rng.choice(about))])
            if other not in importers:
                importers.append(other)
        order = int(reference.ad_order[product, world.parties.makers.country[world.lots["maker"][lot]]])
        order = order if order >= 0 and reference.orders[order].petition_on < opened else -1
        earlier = [ruling for ruling in by_product.get(product, ()) if ruling.dated < opened]
        ports = [int(world.lots["port"][lot])]
        intervened = bool(rng.random() < _INTERVENED)
        if intervened:
            sea = np.flatnonzero(reference.port_kinds == "sea")
            ports += [int(port) for port in rng.choice(sea, int(rng.integers(1, 5)), replace=False) if port != ports[0]]
        issues.append(
            Issue(
                issue_id=f"IS-{opened // 365 - 30:02d}-{10_001 + number:05d}",
                action=int(action),
                lot=lot,
                area=area,
                opened=opened,
                importers=importers,
                case=reference.orders[order].case_number if order >= 0 and area in ("adcvd", "origin") else "",
                ruling=earlier[int(rng.integers(0, len(earlier)))].key if earlier and rng.random() < 0.5 else "",
                ports=ports,
                hts=reference.hts_numbers[product],
                revenue=float(actions["revenue_change"][action]) * float(rng.uniform(1, 6)),
                versions=int(rng.integers(1, 4)),
                intervened=intervened,
            )
        )
    return issues


def _write_issues(folder: Path, file_format: FileFormat, world: World, numbers: Numbers, issues: list[Issue]) -> int:
    rng = stream(world.seed, "issue_snapshots")
    importers, makers, reference = world.parties.importers, world.parties.makers, world.reference
    rows: list[dict[str, Any]] = []
    for issue in issues:
        kind, priority, work = _TYPES[issue.area]
        as_of = issue.opened
        office = _OFFICES[int(issue.hts[:2]) % len(_OFFICES)]
        owner = _OWNERS[int(rng.integers(0, len(_OWNERS)))]
        result = _CONCLUSIONS[int(rng.choice(5, p=(0.34, 0.26, 0.2, 0.08, 0.12)))]
        title = f"{_area(issue).capitalize()} of {_goods(world, issue.hts)}"
        entries = numbers.entries_of(issue.lot)
        for version in range(1, issue.versions + 1):
            if as_of > world.end:
                break
            closed = version == issue.versions and issue.versions > 1
            rows.append(
                {
                    "issue_id": issue.issue_id,
                    "version": version,
                    "as_of": as_of,
                    "title": title,
                    "issue_type": kind,
                    "description": (
                        f"{_deed(world, issue).capitalize()} at "
                        f"{reference.port_names[issue.ports[0]]} questioned the {_area(issue)} of goods "
                        f"entered under {dotted(issue.hts)} by {importers.names[issue.importers[0]][0].rstrip('.')}."
                    ),
                    "status": "closed" if closed else "open",
                    "opened_on": issue.opened,
                    "worked_from": issue.opened + 5,
                    "worked_to": as_of if closed else None,
                    "owner_office": office,
                    "owner": owner,
                    "work_kind": "intervention" if issue.intervened else work,
                    "priority_trade_issue": priority,
                    "conclusion": result[1] if closed else None,
                    "result_code": result[0] if closed else None,
                    "revenue": round(issue.revenue * 100) if closed and result[0] != "no_violation" else None,
                    "importer_numbers": ";".join(importers.numbers[importer] for importer in issue.importers),
                    "manufacturer_ids": makers.mids[int(world.lots["maker"][issue.lot])],
                    "port_codes": ";".join(reference.port_codes[port] for port in issue.ports),
                    "hts_numbers": issue.hts,
                    "case_numbers": issue.case or None,
                    "ruling_numbers": issue.ruling or None,
                    "entry_numbers": ";".join(entries) or None,
                    "security_label": "official use",
                    "known_at": as_of,
                }
            )
            as_of += int(rng.integers(20, 150))
    rows.sort(key=lambda row: (row["as_of"], row["issue_id"]))
    dates = ("as_of", "opened_on", "worked_from", "worked_to", "known_at")
    with table_file(folder, "issues", file_format) as file:
        columns: dict[str, Any] = {
            name: pa.array([row[name] for row in rows], pa.int32()).cast(pa.date32())
            if name in dates
            else pa.array([row[name] for row in rows], pa.int64() if name == "version" else pa.string())
            for name in (rows[0] if rows else {})
            if name != "revenue"
        }
        if rows:
            revenue = [row["revenue"] for row in rows]
            columns["revenue_impact_usd"] = money(
                np.array([value or 0 for value in revenue]), np.array([value is None for value in revenue])
            )
            file.write(columns)
        return file.rows


def _write_interventions(folder: Path, file_format: FileFormat, world: World, issues: list[Issue]) -> int:
    rng = stream(world.seed, "interventions")
    reference = world.reference
    pairs = [(issue, port) for issue in issues if issue.intervened for port in dict.fromkeys(issue.ports)]
    pairs = [(issue, port) for issue, port in pairs if issue.opened + 100 < world.end]
    size = len(pairs)
    start = np.array([issue.opened + 10 for issue, _ in pairs], dtype=np.int64)
    sample = rng.integers(10, 60, size)
    exams = (sample * rng.uniform(0.6, 1.0, size)).astype(np.int64)
    discrepancies = rng.binomial(exams, rng.beta(1.5, 6, size))
    material = rng.binomial(discrepancies, 0.5)
    with table_file(folder, "interventions", file_format) as file:
        if size:
            file.write(
                {
                    "issue_id": pa.array([issue.issue_id for issue, _ in pairs]),
                    "port_code": pa.array([reference.port_codes[port] for _, port in pairs]),
                    "started_on": days(start),
                    "ended_on": days(start + 80),
                    "sample_size": whole(sample),
                    "exams": whole(exams),
                    "discrepancies": whole(discrepancies),
                    "material": whole(material),
                    "revenue_usd": money(discrepancies * rng.integers(20_000, 900_000, size)),
                    "known_at": days(start + 85),
                }
            )
        return file.rows


def _rulings(world: World) -> list[_Ruling]:
    """Rulings on the goods of the world, from years before it begins; some change earlier ones.

    Their numbers lie above those that have been given out, so that no real ruling is mistaken for one.
    """
    rng = stream(world.seed, "documents")
    reference = world.reference
    dated = np.sort(rng.integers(world.begin - 1500, world.end - 20, world.scale.rulings))
    rulings: list[_Ruling] = []
    names = world.parties.importers.names
    for number, when in enumerate(dated):
        product = int(rng.integers(0, len(reference.hts_numbers)))
        hts = reference.hts_numbers[product]
        goods = reference.descriptions[product].lower()
        country = reference.countries[int(rng.choice(np.flatnonzero(reference.origin_weight[product] > 0)))]
        asker = names[int(rng.integers(0, world.parties.importers.count))][0]
        earlier = [ruling for ruling in rulings if ruling.product == product and ruling.row["collection"] == "ny"]
        if rng.random() < 0.12 and earlier:
            old = earlier[-1]
            key, verb = f"HQ-H{900_001 + number:06d}", ("modifies", "revokes")[int(rng.random() < 0.5)]
            done = {"modifies": "Modification", "revokes": "Revocation"}[verb]
            title = f"{done} of {old.key.replace('-', ' ')}; tariff classification of {goods}"
            body = (
                f"{key.replace('-', ' ')}\n\nCLA-2 OT:RR:CTF:TCM {key[3:]}\n\nCATEGORY: Classification\n\n"
                f"TARIFF NO.: {dotted(hts)}\n\nRE: {title}\n\nFACTS:\n\nIn {old.key.replace('-', ' ')} the goods, "
                f"{goods} from {country.code}, were classified under another provision. The importer states that the "
                f"goods are packed {int(reference.units_per_package[product])} {reference.units[product]} to a package."
                f"\n\nISSUE:\n\nWhat is the classification of {goods}?\n\nLAW AND ANALYSIS:\n\n"
                f"Classification is governed by the General Rules of Interpretation. The terms of heading {hts[:4]} "
                f"describe the goods as imported. The Explanatory Notes to heading {hts[:4]} support this "
                f"reading.\n\nHOLDING:\n\nThe goods are "
                f"classified in {dotted(hts)}.\n\nEFFECT ON OTHER RULINGS:\n\n{old.key.replace('-', ' ')} is "
                f"{'modified' if verb == 'modifies' else 'revoked'}."
            )
            row: dict[str, Any] = {"collection": "hq", verb: [old.key], "related": [old.key]}
        else:
            key = f"NY-N{900_001 + number:06d}"
            title = f"The tariff classification of {goods} from {country.code}"
            body = (
                f"{key[3:]}\n\n{iso(int(when))}\n\nCLA-2-{hts[:2]}:OT:RR:NC:N{1 + product % 4}:{100 + product}\n\n"
                f"CATEGORY: Classification\n\nTARIFF NO.: {dotted(hts)}\n\nRE: {title}\n\nDear Sir or Madam:\n\n"
                f"In your letter you requested a tariff classification ruling on behalf of {asker.rstrip('.')}. "
                f"The item under consideration is described as {goods}. Samples were submitted and are being "
                f"returned. The goods weigh about {reference.kg_per_unit[product]:g} kg per "
                f"{reference.units[product]}.\n\nThe applicable "
                f"subheading for the {goods} will be {dotted(hts)}, Harmonized Tariff Schedule of the United States. "
                f"The general rate of duty will be {reference.duty_rate[product] * 100:g} percent ad valorem.\n\n"
                f"This ruling is being issued under the provisions of Part 177 of the Customs Regulations."
            )
            related = [earlier[0].key] if earlier and rng.random() < 0.3 else []
            row = {"collection": "ny", "related": related}
        rulings.append(_Ruling(key, product, int(when), body, title, row))
    return rulings


def _ruling_rows(world: World, rulings: list[_Ruling]) -> list[dict[str, Any]]:
    """Rulings, and a second version of those that were changed, from the day of the change."""
    rows = []
    by_key = {ruling.key: ruling for ruling in rulings}
    for ruling in rulings:
        rows.append(_ruling_row(world, ruling, ruling.dated))
        for verb, back in (("modifies", "modified_by"), ("revokes", "revoked_by")):
            for key in ruling.row.get(verb, ()):
                old = by_key[key]
                old.row[back] = [*old.row.get(back, ()), ruling.key]
                rows.append(_ruling_row(world, old, ruling.dated + 1))
    latest: dict[tuple[str, str], dict[str, Any]] = {(row["id"], row["known_at"]): row for row in rows}
    return list(latest.values())


def _ruling_row(world: World, ruling: _Ruling, known: int) -> dict[str, Any]:
    return {
        "id": ruling.key,
        "kind": "ruling",
        "title": ruling.title,
        "date": iso(ruling.dated),
        "language": "en",
        "text": ruling.text,
        **{name: list(value) if isinstance(value, list) else value for name, value in ruling.row.items()},
        "tariffs": [world.reference.hts_numbers[ruling.product]],
        "categories": ["Classification"],
        "known_at": iso(known),
    }


def _lab_rows(world: World, numbers: Numbers, ids: list[str]) -> list[dict[str, Any]]:
    """A report for each sample that was drawn, with replicates and their uncertainty."""
    rng = stream(world.seed, "laboratory")
    actions, reference, makers, importers = (
        world.actions,
        world.reference,
        world.parties.makers,
        world.parties.importers,
    )
    _, first_line = np.unique(world.lines["lot"], return_index=True)
    samples = np.flatnonzero((actions["kind"] == ACTION_KINDS.index("sample")) & (actions["lot"] >= 0))
    samples = samples[np.lexsort((actions["serial"][samples], actions["date"][samples]))]
    serial: dict[tuple[str, str], int] = {}
    rows = []
    for action in samples:
        lot = int(actions["lot"][action])
        product = int(world.lines["product"][first_line[lot]])
        maker, importer = int(world.lots["maker"][lot]), int(world.lots["importer"][lot])
        received = int(actions["date"][action]) + int(rng.integers(2, 12))
        reported = received + int(rng.integers(8, 60))
        lab, year = _LABS[int(rng.integers(0, len(_LABS)))], iso(received)[:4]
        serial[lab, year] = serial.get((lab, year), 0) + int(rng.integers(1, 4))
        number = f"{lab}{year}{serial[lab, year]:04d}"
        hts = reference.hts_numbers[product]
        wrong = int(actions["result"][action]) == RESULTS.index("discrepant")
        results, method = _results(rng, hts, reference.kg_per_unit[product], wrong=wrong)
        suggested = reference.hts_numbers[int(rng.choice(makers.products[maker]))] if wrong else hts
        origin = "no" if wrong and rng.random() < 0.25 else "inconclusive" if rng.random() < 0.1 else "yes"
        entries = numbers.entries_of(lot)
        about = f"entry {hyphened(entries[0])}" if entries else f"bill of lading {numbers.bill_number[lot].as_py()}"
        conclusion = (
            f"The sample does not agree with the description; {dotted(suggested)} is suggested." if wrong
            else f"The sample agrees with the description and with classification in {dotted(hts)}."
        )  # fmt: skip
        measured = ", ".join(f"{row['analyte']} {row['value']} {row['unit']}" for row in results[:3])
        rows.append(
            {
                "id": number,
                "kind": "lab_report",
                "title": f"Laboratory report {number}: {reference.descriptions[product].lower()}",
                "date": iso(reported),
                "language": "en",
                "text": (
                    f"LABORATORY REPORT {number}\n\nThe sample, {reference.descriptions[product].lower()}, was taken "
                    f"from {about}, {importers.names[importer][int(rng.integers(0, 3))]}, importer number "
                    f"{importers.numbers[importer]}. Maker: {makers.names[maker][int(rng.integers(0, 4))]}, "
                    f"{makers.cities[maker]}. Method: {method}. Results of replicate 1: {measured}.\n\n"
                    f"Conclusion: {conclusion}"
                ),
                "lab": lab,
                "sample_id": f"{ids[int(action)]}-S1",
                **({"entry_number": entries[0], "line_number": 1} if entries else {}),
                "importer_number": importers.numbers[importer],
                "exporter": makers.names[int(makers.exporter[maker])][1],
                "manufacturer_id": makers.mids[maker],
                "claimed_hts": hts,
                "suggested_hts": suggested,
                "claimed_origin": reference.countries[makers.country[maker]].code,
                "origin_consistent": origin,
                "received_on": iso(received),
                "reported_on": iso(reported),
                "methods": [method],
                "results": results,
                "conclusion": conclusion,
                "known_at": iso(reported + 1),
            }
        )
    return rows


def _results(
    rng: np.random.Generator, hts: str, kg_per_unit: float, *, wrong: bool
) -> tuple[list[dict[str, Any]], str]:
    chapter = int(hts[:2])
    if 50 <= chapter <= 63:
        cotton = float(rng.uniform(30, 49)) if wrong else float(rng.uniform(52, 99))
        truth, method = (("cotton", cotton, "percent"), ("man-made fibre", 100 - cotton, "percent")), "AATCC 20A"
    elif 72 <= chapter <= 76:
        truth, method = (
            (("carbon", rng.uniform(0.05, 0.9), "percent"), ("chromium", rng.uniform(0.1, 18), "percent")),
            "ASTM E415",
        )
    elif chapter in (28, 29, 38, 39):
        truth, method = (("purity", rng.uniform(60, 80) if wrong else rng.uniform(95, 99.8), "percent"),
                         ("moisture", rng.uniform(0.1, 4), "percent")), "CBPL 29-01"  # fmt: skip
    else:
        truth, method = (
            (("mass of one unit", kg_per_unit * rng.normal(1, 0.05), "kg"), ("ash", rng.uniform(0.1, 9), "percent")),
            "CBPL 44-02",
        )
    rows = []
    for replicate in (1, 2, 3):
        for analyte, value, unit in truth:
            spread = abs(float(value)) * 0.01 + 0.001
            rows.append(
                {
                    "replicate": replicate,
                    "analyte": analyte,
                    "value": round(float(value) + float(rng.normal(0, spread)), 3),
                    "unit": unit,
                    "uncertainty": round(2 * spread, 3),
                    "method": method,
                }
            )
    return rows, method


def _issue_documents(world: World, numbers: Numbers, issues: list[Issue]) -> list[dict[str, Any]]:
    """Memoranda and attachments of issues."""
    rng = stream(world.seed, "attachments")
    importers, makers, reference = world.parties.importers, world.parties.makers, world.reference
    rows = []
    for number, issue in enumerate(issues):
        if rng.random() < 0.35:
            continue
        importer, maker = issue.importers[0], int(world.lots["maker"][issue.lot])
        dated = issue.opened + int(rng.integers(2, 60))
        entries = numbers.entries_of(issue.lot)
        cited = f" See {issue.ruling.replace('-', ' ')}." if issue.ruling else ""
        case = f" The goods may be within the scope of {issue.case}." if issue.case else ""
        entry = (
            f" on entry {hyphened(entries[0])}" if entries else f" under bill {numbers.bill_number[issue.lot].as_py()}"
        )
        attached = bool(rng.random() < 0.8)
        rows.append(
            {
                "id": f"IMS-{300_001 + number * 2}",
                "kind": "ims_document" if attached else "memo",
                "title": f"Work report on {issue.issue_id}",
                "date": iso(dated),
                "language": "en",
                "text": (
                    f"ISSUE {issue.issue_id}\n\nThe {_deed(world, issue)} "
                    f"at {reference.port_names[issue.ports[0]]} (port {reference.port_codes[issue.ports[0]]}){entry} "
                    f"questioned the {_area(issue)}. Importer: "
                    f"{importers.names[importer][int(rng.integers(0, 4))]} ({importers.numbers[importer]}), "
                    f"{importers.addresses[importer][0]}. Maker: {makers.names[maker][int(rng.integers(0, 4))]}, MID "
                    f"{makers.mids[maker]}. Goods: {_goods(world, issue.hts)}, entered under {dotted(issue.hts)}."
                    f"{case}{cited}\n\nThe importer was asked for invoices, proof of payment and production records. "
                    f"The team looked at earlier entries of the same maker and recommends that the findings be "
                    f"noted for other ports."
                ),
                "issue_id": issue.issue_id,
                "filename": f"{issue.issue_id.lower()}_report.doc" if attached else None,
                "importer_number": importers.numbers[importer],
                "manufacturer_id": makers.mids[maker],
                "known_at": iso(dated + 1),
            }
        )
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _notices(world: World) -> list[dict[str, Any]]:
    """Notices of reviews of the orders, some each year."""
    rng = stream(world.seed, "notices")
    rows = []
    for order in world.reference.orders:
        for _ in range(int(rng.integers(2, 5))):
            dated = int(rng.integers(world.begin, world.end - 5))
            if dated < order.order_on:
                continue
            kind = "Antidumping" if order.case_number.startswith("A") else "Countervailing"
            title = f"{order.product} from {order.country}: {kind} duty administrative review"
            rows.append(
                {
                    "kind": "notice",
                    "title": title,
                    "date": iso(dated),
                    "language": "en",
                    "text": (
                        f"{title}. [{order.case_number}] SUMMARY: The administering authority reviews the "
                        f"{kind.lower()} duty order on {order.product.lower()} from {order.country}. Imports are "
                        f"provided for under {', '.join(f'{hts[:4]}.{hts[4:6]}' for hts in order.hts_prefixes)}. "
                        f"The tariff numbers are for convenience; the written description of the scope is dispositive. "
                        f"This notice belongs to a simulated world."
                    ),
                    "tariffs": [prefix for prefix in order.hts_prefixes if len(prefix) in (4, 6, 8, 10)],
                    "known_at": iso(dated),
                }
            )
    rows.sort(key=lambda row: (str(row["date"]), str(row["title"])))
    return [{"id": f"SIM-{str(row['date'])[:4]}-{10_001 + number}", **row} for number, row in enumerate(rows)]


def _goods(world: World, hts: str) -> str:
    return world.reference.descriptions[world.reference.hts_numbers.index(hts)].lower()


def _area(issue: Issue) -> str:
    return _AREA_WORDS.get(issue.area, issue.area)


def _deed(world: World, issue: Issue) -> str:
    return ACTION_KINDS[int(world.actions["kind"][issue.action])].replace("_", " ")
