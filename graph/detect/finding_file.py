"""Findings as JSON lines, one finding a line; what is read back equals what was written."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid, Unavailable
from graph.model.finding import Evidence, Finding, InnocentExplanation, Member, RecordRef

_DATES = ("as_of", "period_from", "period_to")


def write_findings(path: Path, findings: Iterable[Finding]) -> None:
    """Write the findings in their order. The file is replaced whole."""
    lines = [json.dumps(finding_to_json(finding), ensure_ascii=False) + "\n" for finding in findings]
    beside = path.with_name(f".{path.name}.new")
    beside.write_text("".join(lines), encoding="utf-8")
    beside.replace(path)


def read_findings(path: Path) -> list[Finding]:
    """The findings of a file, in their order. Raises `Unavailable` when it is not there, `Invalid` with the
    line's number when a line is no finding."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            f"The findings cannot be read: {error.strerror}.", thing=str(path), next_step="Run `tidewaiter detect`."
        ) from error
    findings = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        try:
            findings.append(finding_from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                f"Line {number} of {path.name} is no finding: {error}.", thing=str(path), value=line[:80],
                next_step="Run `tidewaiter detect` to write the file anew.",
            ) from error  # fmt: skip
    return findings


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """The finding as plain JSON values."""
    raw = asdict(finding)
    return {**raw, **{name: raw[name].isoformat() for name in _DATES}}


def finding_from_json(raw: dict[str, Any]) -> Finding:
    """The finding back from its JSON values."""
    return Finding(
        **{
            **raw,
            **{name: date.fromisoformat(raw[name]) for name in _DATES},
            "members": tuple(Member(**member) for member in raw["members"]),
            "entries": tuple(raw["entries"]),
            "evidence": tuple(
                Evidence(
                    each["claim"],
                    each["numbers"],
                    tuple(RecordRef(ref["table"], tuple(ref["key"])) for ref in each["records"]),
                )
                for each in raw["evidence"]
            ),
            "innocent_explanations": tuple(InnocentExplanation(**each) for each in raw["innocent_explanations"]),
            "next_steps": tuple(raw["next_steps"]),
        }
    )
