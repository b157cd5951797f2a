"""Answers about findings: filtered, paged, with the names of their members."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.schemas import (
    EvidenceItem,
    FindingItem,
    FindingsAnswer,
    InnocentExplanationItem,
    MemberItem,
    RecordRefItem,
)
from api.serving import Findings
from graph.model.entity import Entity
from graph.model.errors import Invalid, NotFound
from graph.model.finding import Evidence, Finding
from graph.store.store import GraphView


@dataclass(frozen=True, slots=True)
class FindingsQuery:
    """Which findings: of these kinds, at least this probable, in the queue (or not), one page."""

    kinds: tuple[str, ...] = ()
    min_probability: float = 0.0
    queue: bool | None = None
    limit: int = 50
    cursor: str = ""


def findings_page(findings: Iterable[Finding], query: FindingsQuery, view: GraphView) -> FindingsAnswer:
    """One page of the findings that match, in the order given (best first)."""
    matching = [
        one
        for one in findings
        if (not query.kinds or one.kind in query.kinds)
        and one.probability >= query.min_probability
        and (query.queue is None or one.queue == query.queue)
    ]
    start = _position(query.cursor)
    page = matching[start : start + query.limit]
    end = start + len(page)
    return FindingsAnswer(
        items=finding_items(page, view), total=len(matching), next_cursor=_cursor(end) if end < len(matching) else ""
    )


def finding_items(findings: Sequence[Finding], view: GraphView) -> list[FindingItem]:
    """Findings in full; all members' names are fetched at once."""
    members = tuple(dict.fromkeys(member.entity for one in findings for member in one.members))
    known = view.entities(members)
    return [_finding_item(one, known) for one in findings]


def find_finding(findings: Findings, finding_id: str) -> Finding:
    """The finding of that id, with or without the `finding:` before it."""
    finding = findings.by_id.get(finding_id) or findings.by_id.get(finding_id.removeprefix("finding:"))
    if finding is None:
        raise NotFound(
            f"There is no finding {finding_id[:200]}.",
            thing="finding",
            value=finding_id[:200],
            next_step="Ids may change when findings are looked for again: see `tidewaiter findings`.",
        )
    return finding


def evidence_of(finding: Finding, number: int) -> Evidence:
    """A finding's piece of evidence, counted from 0; `NotFound` past the end."""
    if not 0 <= number < len(finding.evidence):
        raise NotFound(
            f"The finding {finding.id} has no evidence number {number}.",
            thing=finding.id,
            value=str(number),
            next_step=f"It has {len(finding.evidence)}, counted from 0.",
        )
    return finding.evidence[number]


def _finding_item(finding: Finding, known: dict[str, Entity]) -> FindingItem:
    return FindingItem(
        id=finding.id,
        kind=finding.kind,
        detector=finding.detector,
        version=finding.version,
        as_of=finding.as_of,
        title=finding.title,
        probability=finding.probability,
        calibration=finding.calibration,
        queue=finding.queue,
        members=[
            MemberItem(
                entity=member.entity,
                role=member.role,
                why=member.why,
                name=known[member.entity].name if member.entity in known else "",
                identifiers=list(known[member.entity].identifiers) if member.entity in known else [],
            )
            for member in finding.members
        ],
        entries=list(finding.entries),
        period_from=finding.period_from,
        period_to=finding.period_to,
        duty_at_stake_usd=finding.duty_at_stake_usd,
        evidence=[
            EvidenceItem(
                claim=one.claim,
                numbers=one.numbers,
                records=[RecordRefItem(table=ref.table, key=list(ref.key)) for ref in one.records],
            )
            for one in finding.evidence
        ],
        innocent_explanations=[
            InnocentExplanationItem(name=one.name, tested=one.tested, result=one.result)
            for one in finding.innocent_explanations
        ],
        scope_question=finding.scope_question,
        p_value=finding.p_value,
        e_value=finding.e_value,
        next_steps=list(finding.next_steps),
    )


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"f{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        if text[:1] != "f" or not text[1:].isdecimal() or len(text) > 12:
            raise ValueError(text)
        return int(text[1:])
    except (binascii.Error, ValueError) as error:
        raise Invalid(
            "The cursor is not one of ours.",
            thing="cursor",
            value=cursor[:100],
            next_step="Pass the next_cursor of the page before, or leave it out.",
        ) from error
