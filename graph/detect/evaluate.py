"""How good findings are, measured against planted truth: what `tidewaiter evaluate findings` prints.

A scheme is found when a finding of its kind names at least half of its parties and no more than twice as many
strangers (ports are not parties), or when the same holds of its entries. A finding is right when it finds a
positive scheme; it accuses when it is in the queue or at least as probable as not.

Invariant: truth is read here and in calibration only, never by a detector.
"""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graph.detect.baselines import baselines
from graph.facts.store import FactStore
from graph.model.errors import Invalid, Unavailable
from graph.model.finding import Finding

_KIND_OF_ROLE = {
    "importer": "importer",
    "consignee": "importer",
    "successor": "importer",
    "manufacturer": "manufacturer",
    "exporter": "manufacturer",
    "broker": "broker",
    "filer": "broker",
    "surety": "surety",
}
ACCUSED_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Scheme:
    """A planted scheme or hard negative. `parties` are the entities that a finding can name."""

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
    parties = {
        party_key(f"{_KIND_OF_ROLE[member['role']]}:{member['identifier']}")
        for member in raw["members"]
        if member["role"] in _KIND_OF_ROLE and member.get("identifier")
    }
    return Scheme(
        str(raw["scheme_id"]), str(raw["kind"]), raw["label"] == "positive", str(raw.get("family") or ""),
        str(raw.get("controller") or raw["scheme_id"]), frozenset(parties),
        frozenset(str(entry).replace("-", "") for entry in raw.get("entries") or ()),
        date.fromisoformat(raw["began_on"]) if raw.get("began_on") else None,
        max(float(raw.get("duty_evaded_usd") or 0), 0.0),
    )  # fmt: skip


def party_key(entity: str) -> str:
    """An entity id under which two spellings of one party meet: an importer by the taxpayer's nine digits.

    >>> party_key("importer:12-345678900") == party_key("importer:12-3456789")
    True
    """
    kind, _, key = entity.partition(":")
    if kind != "importer" or key[6:7] == "-" or key.startswith("SSN"):
        return f"{kind}:{key.upper()}"
    return f"{kind}:{key.replace('-', '')[:9]}"


def _named(finding: Finding, identifiers: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    """The parties that a finding names, each as all the numbers it goes by."""
    named = []
    for entity in dict.fromkeys(member.entity for member in finding.members):
        kind = entity.partition(":")[0]
        if kind == "party":
            named.append(frozenset(party_key(number) for number in identifiers.get(entity, ())))
        elif kind in ("importer", "manufacturer", "broker", "surety"):
            named.append(frozenset({party_key(entity)}))
    return list(dict.fromkeys(named))


def finds(finding: Finding, scheme: Scheme, *, identifiers: Mapping[str, Sequence[str]] | None = None) -> bool:
    """Whether the finding's members, or its entries, are the scheme's (see the module's text)."""
    named = _named(finding, identifiers or {})
    met = {party for numbers in named for party in numbers & scheme.parties}
    strangers = sum(not numbers & scheme.parties for numbers in named)
    if scheme.parties and 2 * len(met) >= len(scheme.parties) and strangers <= 2 * len(scheme.parties):
        return True
    entries = set(finding.entries)
    met_entries = entries & scheme.entries
    return (
        bool(met_entries)
        and 2 * len(met_entries) >= len(scheme.entries)
        and len(entries - scheme.entries) <= 2 * len(scheme.entries)
    )


def evaluate_findings(
    findings: Iterable[Finding],
    schemes_path: Path,
    *,
    facts: FactStore | None = None,
    identifiers: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """The measures for each kind and for `all` together; with `facts`, those of the baselines beside them.

    `identifiers` gives the numbers that a resolved party goes by. A share of nothing is None.
    """
    listed = sorted(findings, key=lambda finding: (-finding.probability, finding.id))
    schemes = read_schemes(schemes_path)
    kinds = sorted({finding.kind for finding in listed} | {scheme.kind for scheme in schemes})
    known = identifiers or {}
    result: dict[str, Any] = {kind: _measure_kind(listed, schemes, kind, known) for kind in kinds}
    result["all"] = _measure(listed, schemes, known)
    if facts is not None:
        result["baselines"] = {
            name: {kind: _measure_kind(guesses, schemes, kind, known) for kind in {g.kind for g in guesses}}
            | {"all": _measure(guesses, schemes, known)}
            for name, guesses in baselines(facts, listed, kinds=kinds).items()
        }
    return result


def _measure_kind(
    findings: Iterable[Finding], schemes: Iterable[Scheme], kind: str, identifiers: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    return _measure([f for f in findings if f.kind == kind], [s for s in schemes if s.kind == kind], identifiers)


def _measure(
    findings: list[Finding], schemes: list[Scheme], identifiers: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    positives = [scheme for scheme in schemes if scheme.positive]
    negatives = [scheme for scheme in schemes if not scheme.positive]

    def found_by(finding: Finding, among: list[Scheme]) -> list[Scheme]:
        return [s for s in among if s.kind == finding.kind and finds(finding, s, identifiers=identifiers)]

    hits = [found_by(finding, positives) for finding in findings]
    right = [bool(hit) for hit in hits]
    found: dict[str, Finding] = {}
    average_precision = 0.0
    for rank, (finding, hit) in enumerate(zip(findings, hits, strict=True), start=1):
        new = [s for s in hit if s.scheme_id not in found]
        for scheme in new:
            found[scheme.scheme_id] = finding
        average_precision += len(new) * sum(right[:rank]) / rank
    days = [
        (found[s.scheme_id].as_of - s.began_on).days
        for s in positives
        if s.scheme_id in found and s.began_on is not None
    ]
    queue = [ok for finding, ok in zip(findings, right, strict=True) if finding.queue]
    accused = {
        s.scheme_id
        for finding, ok in zip(findings, right, strict=True)
        if not ok and (finding.queue or finding.probability >= ACCUSED_FROM)
        for s in found_by(finding, negatives)
    }
    families = sorted({s.family for s in negatives})
    controllers = {s.controller for s in positives}
    duty = sum(s.duty_evaded_usd for s in positives)
    return {
        "findings": len(findings),
        "queue": len(queue),
        "schemes": len(positives),
        "hard_negatives": len(negatives),
        "schemes_found": len(found),
        "precision_at_50": _share(right[:50]),
        "precision_at_100": _share(right[:100]),
        "precision_at_500": _share(right[:500]),
        "pr_auc": average_precision / len(positives) if positives else None,
        "base_rate": _share([s.positive for s in schemes]),
        "recall_schemes": _share([s.scheme_id in found for s in positives]),
        "recall_controllers": _share(
            [any(s.scheme_id in found for s in positives if s.controller == c) for c in sorted(controllers)]
        ),
        "recall_duty": sum(s.duty_evaded_usd for s in positives if s.scheme_id in found) / duty if duty else None,
        "queue_fdp": _share([not ok for ok in queue]) if queue else 0.0,
        "brier": statistics.fmean((finding.probability - ok) ** 2 for finding, ok in zip(findings, right, strict=True))
        if findings
        else None,
        "reliability": _reliability(findings, right),
        "days_to_finding_p50": statistics.median(days) if days else None,
        "days_to_finding_p90": sorted(days)[(9 * (len(days) - 1)) // 10] if days else None,
        "false_positives": {
            family: _share([s.scheme_id in accused for s in negatives if s.family == family]) for family in families
        },
    }


def _reliability(findings: list[Finding], right: list[bool]) -> list[dict[str, float]]:
    """For each fifth of the probability: how many findings, what they said on average and how many were right."""
    table = []
    for fifth in range(5):
        rows = [
            (f.probability, ok)
            for f, ok in zip(findings, right, strict=True)
            if min(int(f.probability * 5), 4) == fifth
        ]
        if rows:
            said, true = zip(*rows, strict=True)
            table.append({"findings": len(rows), "said": statistics.fmean(said), "right": sum(true) / len(true)})
    return table


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
