"""What is on file about parties: records in versions, and claims of links between them.

Invariant: a record says what the party filed; who controls whom is in no record, and in a claim only where
somebody said so.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.simulator.names import american_address, american_company, person
from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.tables.file import Cells, FileFormat, table_file
from ingest.simulator.world import Claim, Filing, World

_COVERED_MAKERS = 0.85
_SECOND_VERSION = 0.22  # share of importers that file one change of their own accord
_MISSING = {"phone": 0.12, "email": 0.25, "website": 0.3, "officers": 0.2, "registered_agent": 0.3, "bond_number": 0.15,
            "established_on": 0.25, "postal_code": 0.05}  # fmt: skip
_COLUMNS = (
    "record_id", "role", "identifier", "name", "other_names", "name_kind", "address", "city", "region", "postal_code",
    "country", "phone", "email", "website", "officers", "registered_agent", "bond_number", "established_on",
    "valid_from", "valid_to", "industry_programs", "trusted_programs", "known_at",
)  # fmt: skip
_DAYS = ("established_on", "valid_from", "valid_to", "known_at")


def write_party_records(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write the records of all parties, in the order in which they became known; how many."""
    rng = stream(world.seed, "records")
    rows = [*_importer_rows(rng, world), *_maker_rows(rng, world), *_service_rows(rng, world)]
    gaps = {name: rng.random(len(rows)) < share for name, share in _MISSING.items()}
    for number, row in enumerate(rows):
        for name, gone in gaps.items():
            if gone[number]:
                row[name] = None
    rows = [row for row in rows if row["known_at"] <= world.end]
    order = np.lexsort((rng.random(len(rows)), np.array([row["known_at"] for row in rows])))
    rows = [rows[place] for place in order]
    for number, row in enumerate(rows):
        row["record_id"] = f"PR{1_000_003 + number * 7}"
    with table_file(folder, "party_records", file_format) as file:
        file.write({name: _cells(rows, name) for name in _COLUMNS})
        return file.rows


def write_party_claims(folder: Path, file_format: FileFormat, world: World) -> int:
    """Write what was claimed by the world's end, in the order in which it became known; how many."""
    numbers = world.parties.importers.numbers
    rng = stream(world.seed, "claims")
    claims = [claim for claim in [*world.claims, *_ordinary_claims(rng, world)] if claim.known_at <= world.end]
    order = np.lexsort((rng.random(len(claims)), np.array([claim.known_at for claim in claims])))
    claims = [claims[place] for place in order]
    rows: list[dict[str, Any]] = [
        {
            "claim_id": f"CL{100_001 + number * 3}",
            "subject": f"importer:{numbers[claim.subject]}",
            "relation": claim.relation,
            "object": f"importer:{numbers[claim.object]}",
            "status": claim.status,
            "valid_from": claim.valid_from,
            "source": claim.source,
            "known_at": claim.known_at,
        }
        for number, claim in enumerate(claims)
    ]
    columns = ("claim_id", "subject", "relation", "object", "status", "valid_from", "source", "known_at")
    with table_file(folder, "party_claims", file_format, "source") as file:
        file.write({name: _cells(rows, name) for name in columns})
        return file.rows


def _importer_rows(rng: np.random.Generator, world: World) -> list[dict[str, Any]]:
    importers, reference = world.parties.importers, world.reference
    rows = []
    renewed = rng.random(len(importers.numbers))
    filings = _filings(world, "importer")
    changes = stream(world.seed, "filings").integers(0, 1 << 30, (len(importers.numbers), 5))
    draws = rng.integers(0, 1 << 30, (len(importers.numbers), 6))
    for at, number in enumerate(importers.numbers):
        city, filed = int(importers.city[at]), max(int(importers.established[at]), 8000)
        known = min(max(filed + int(draws[at, 0]) % 20, filed), int(importers.start[at]))
        name = importers.names[at][int(draws[at, 1]) % 2]
        row: dict[str, Any] = {
            "role": "importer" if at < importers.count else "consignee",
            "identifier": number[:-2] if importers.bare[at] and draws[at, 2] % 3 == 0 else number,
            "name": name,
            "other_names": importers.names[at][2] if draws[at, 3] % 9 == 0 else None,
            "name_kind": "dba" if draws[at, 3] % 9 == 0 else None,
            "address": importers.addresses[at][int(draws[at, 4]) % 3],
            "city": reference.city_names[city],
            "region": reference.city_regions[city],
            "postal_code": importers.postal[at],
            "country": "US",
            "phone": importers.phones[at],
            "email": importers.emails[at],
            "website": f"www.{importers.emails[at].split('@')[1]}",
            "officers": importers.officers[at],
            "registered_agent": importers.agents[at],
            "bond_number": importers.bonds[at] if at < importers.count else None,
            "established_on": int(importers.established[at]),
            "valid_from": known,
            "trusted_programs": "C-TPAT" if draws[at, 5] % 12 == 0 else None,
            "known_at": known,
        }
        rows.append(row)
        mine = filings.get(at, [])
        if renewed[at] < _SECOND_VERSION:
            changed = int(world.begin + draws[at, 5] % (world.end - world.begin))
            if changed > known + 60:
                own = Filing("importer", at, changed, _changes(changes[at], row))
                mine = sorted([*mine, own], key=lambda filing: filing.filed_on)
        rows += _later(row, mine)
    return rows


def _changes(draws: Array, row: dict[str, Any]) -> dict[str, str]:
    """What a firm tells of itself of its own accord: a new name, address, telephone or officer."""
    kind = int(draws[0]) % 20
    if kind < 5:
        name = f"{row['name'].split(' ')[0]} {american_company(draws).split(' ', 1)[1]}"
        return {"name": name, "other_names": row["name"], "name_kind": "former"}
    telephone = f"{201 + int(draws[3]) % 780}-555-{int(draws[4]) % 10000:04d}"
    if kind < 12:
        return {"address": american_address(draws), **({"phone": telephone} if kind < 7 else {})}
    if kind < 16:
        return {"phone": telephone}
    return {"officers": ";".join(dict.fromkeys([*row["officers"].split(";")[:2], person(draws[2:5])]))}


def _filings(world: World, role: str) -> dict[int, list[Filing]]:
    """What parties of a role filed, by party, in order of day."""
    filings: dict[int, list[Filing]] = {}
    for filing in sorted(world.filings, key=lambda filing: filing.filed_on):
        if filing.role == role:
            filings.setdefault(filing.party, []).append(filing)
    return filings


def _later(row: dict[str, Any], filings: list[Filing]) -> list[dict[str, Any]]:
    """The versions of a record that its party's filings make, each on top of those before."""
    versions = []
    for filing in filings:
        if filing.filed_on > row["valid_from"]:
            learned = filing.filed_on + filing.filed_on % 23
            row = {**row, **filing.changes, "valid_from": filing.filed_on, "known_at": learned}
            versions.append(row)
    return versions


def _maker_rows(rng: np.random.Generator, world: World) -> list[dict[str, Any]]:
    makers, reference = world.parties.makers, world.reference
    rows = []
    covered = rng.random(len(makers.mids))
    filings = _filings(world, "manufacturer")
    draws = rng.integers(0, 1 << 30, (len(makers.mids), 4))
    for at, mid in enumerate(makers.mids):
        known = max(int(makers.established[at]), world.begin - 3000) + int(draws[at, 0]) % 200
        row: dict[str, Any] = {
            "role": "manufacturer",
            "identifier": mid,
            "name": makers.names[at][int(draws[at, 1]) % 2],
            "other_names": makers.names[at][3] if draws[at, 2] % 8 == 0 else None,
            "name_kind": "aka" if draws[at, 2] % 8 == 0 else None,
            "address": makers.addresses[at][int(draws[at, 3]) % 3],
            "city": makers.cities[at],
            "country": reference.countries[makers.country[at]].code,
            "phone": makers.phones[at],
            "officers": makers.officers[at],
            "established_on": int(makers.established[at]),
            "valid_from": known,
            "known_at": known,
        }
        if covered[at] < _COVERED_MAKERS:
            rows.append(row)
            rows += _later(row, filings.get(at, []))
        if covered[at] < 0.2:  # also in its country's register, under a number of that register
            country = row["country"]
            register = {**row, "role": "company", "identifier": f"{country}{int(draws[at, 0]) % 10**9:09d}"}
            rows.append({**register, "name": makers.names[at][0], "known_at": known + 30})
        if int(makers.exporter[at]) != at and covered[at] < 0.6:
            rows.append({**row, "role": "exporter", "known_at": known + 15})
    return rows


def _service_rows(rng: np.random.Generator, world: World) -> list[dict[str, Any]]:
    services, reference = world.parties.services, world.reference
    rows: list[dict[str, Any]] = []
    for role, codes, names in (
        ("broker", services.filers, services.broker_names),
        ("surety", services.sureties, services.surety_names),
    ):
        for code, name in zip(codes, names, strict=True):
            draws = rng.integers(0, 1 << 30, 5)
            city = int(draws[4]) % len(reference.city_names)
            rows.append(
                {
                    "role": role,
                    "identifier": code,
                    "name": name,
                    "address": american_address(draws),
                    "city": reference.city_names[city],
                    "region": reference.city_regions[city],
                    "postal_code": f"{reference.city_postal[city]}{int(draws[0]) % 100:02d}",
                    "country": "US",
                    "phone": f"{201 + int(draws[1]) % 780}-555-{int(draws[2]) % 10000:04d}",
                    "valid_from": world.begin - int(draws[3]) % 3000,
                    "known_at": world.begin - 1,
                }
            )
    return rows


def _ordinary_claims(rng: np.random.Generator, world: World) -> list[Claim]:
    """Groups that said so themselves, allegations about groups, and renamings that nobody minds."""
    importers = world.parties.importers
    relations = ("sister_of", "owned_by", "controlled_by", "shares_address")
    claims = []
    for follower in np.flatnonzero(importers.controller[: importers.count] != np.arange(importers.count)):
        if rng.random() < 0.3:
            relation = relations[int(rng.integers(0, 4))]
            status = ("fact", "fact", "alleged", "rejected")[int(rng.integers(0, 4))]
            known = world.begin + int(rng.integers(0, world.end - world.begin))
            leader = int(importers.controller[follower])
            if leader != follower:
                claims.append(Claim(int(follower), relation, leader, status, known - 200, known, "corporate filing"))
    newcomers = np.flatnonzero(importers.start[: importers.count] > world.begin)
    for new in newcomers[rng.random(len(newcomers)) < 0.03]:
        old = int(rng.integers(0, importers.count))
        known = int(importers.start[new]) + int(rng.integers(10, 300))
        if old != new:
            status = ("fact", "alleged", "admitted")[int(rng.integers(0, 3))]
            claims.append(
                Claim(int(new), "successor_of", old, status, int(importers.start[new]), known, "field memorandum")
            )
    return claims


def _cells(rows: list[dict[str, Any]], name: str) -> Cells:
    values = [row.get(name) for row in rows]
    return pa.array(values, pa.int32()).cast(pa.date32()) if name in _DAYS else pa.array(values, pa.string())
