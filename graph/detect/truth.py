"""Planted truth: the schemes and look-alikes that stand beside a simulated world, and whom they name.

Invariant: read by evaluation and calibration only, never by a detector. Two spellings of one number are one party.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid, Unavailable
from graph.model.identifiers import ImporterNumber, ManufacturerId

_KIND_OF_ROLE = {
    "importer": "importer",
    "consignee": "importer",
    "manufacturer": "manufacturer",
    "exporter": "manufacturer",
    "broker": "broker",
    "filer": "broker",
    "surety": "surety",
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A planted scheme or hard negative. `parties` are the entities that a finding can name, by `party_key`."""

    scheme_id: str
    kind: str
    positive: bool
    family: str
    controller: str
    parties: frozenset[str]
    entries: frozenset[str]
    began_on: date | None
    duty_evaded_usd: float


def read_schemes(path: Path) -> list[Scheme]:
    """The schemes of a `schemes.jsonl`, or of the one in a folder (or in its `truth/`)."""
    for candidate in (path, path / "schemes.jsonl", path / "truth" / "schemes.jsonl"):
        if candidate.is_file():
            path = candidate
            break
    else:
        raise Unavailable(
            f"There is no schemes.jsonl at {path}.", thing=str(path),
            next_step="Name the folder that `tidewaiter simulate` wrote as truth.",
        )  # fmt: skip
    schemes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            schemes.append(_scheme(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(
                f"Line {number} of {path.name} is no scheme: {error!r}.", thing=str(path), value=line[:80],
                next_step="Each line is one JSON object with scheme_id, kind, label and members.",
            ) from error  # fmt: skip
    return schemes


def _scheme(raw: Mapping[str, Any]) -> Scheme:
    if raw["label"] not in ("positive", "hard_negative"):
        raise ValueError(f"label {raw['label']!r} is neither positive nor hard_negative")
    parties = {_party(str(member["role"]), str(member.get("identifier") or "")) for member in raw["members"]}
    return Scheme(
        str(raw["scheme_id"]), str(raw["kind"]), raw["label"] == "positive", str(raw.get("family") or ""),
        str(raw.get("controller") or raw["scheme_id"]), frozenset(parties - {""}),
        frozenset(entry_key(str(entry)) for entry in raw.get("entries") or ()),
        date.fromisoformat(raw["began_on"]) if raw.get("began_on") else None,
        max(float(raw.get("duty_evaded_usd") or 0), 0.0),
    )  # fmt: skip


def _party(role: str, identifier: str) -> str:
    """The entity behind a member of a scheme; "" for one that no finding can name by a number (a name, an address).

    Roles such as predecessor, successor or shell are an importer's or a maker's: the number's form tells which.
    """
    kind, _, _ = identifier.partition(":")
    if kind in _KIND_OF_ROLE.values():
        return party_key(identifier)
    if not identifier:
        return ""
    if role in _KIND_OF_ROLE:
        return party_key(f"{_KIND_OF_ROLE[role]}:{identifier}")
    for kind, number in (("importer", ImporterNumber), ("manufacturer", ManufacturerId)):
        try:
            number.parse(identifier)
        except Invalid:
            continue
        return party_key(f"{kind}:{identifier}")
    return ""


def party_key(entity: str) -> str:
    """An entity id under which the spellings of one party meet: an importer by its taxpayer, others in capitals.

    >>> party_key("importer:12-345678900") == party_key("importer:123456789") == "importer:12-3456789"
    True
    >>> party_key("importer:171204-00123"), party_key("manufacturer: cnshefur123she")
    ('importer:171204-00123', 'manufacturer:CNSHEFUR123SHE')
    """
    kind, _, key = entity.partition(":")
    key = key.strip().upper()
    if kind == "importer":
        try:
            key = ImporterNumber.parse(key).taxpayer
        except Invalid:  # a number in no known form, or a social security number without its token
            key = key.replace("-", "")
    return f"{kind}:{key}"


def entry_key(entry: str) -> str:
    """An entry number without hyphens, in capitals."""
    return entry.replace("-", "").strip().upper()
