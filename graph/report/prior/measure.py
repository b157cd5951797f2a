"""How good the gate is: whether it shows, among the first three, what somebody about to begin anew should have seen.

Invariant: known answers are read here and by nothing that answers. Whoever answers is judged by the same rule.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid, Unavailable
from graph.report.prior.weigh import BANDS

FIRST = 3  # what a person reads before deciding
# Families of questions in which who or what is asked about is what the past issue names; in all others it changed.
_UNCHANGED = ("same_number", "same_goods", "same_goods_and_port")


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the issues that should come first or, where it is not `positive`, that are somebody else's."""

    case_id: str
    family: str
    positive: bool
    query: Mapping[str, Any]
    precedents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An issue that was shown: how alike it was said to be, and whether as the firm's under another number."""

    issue_id: str
    alike: str = ""
    by_kin: bool = False


def read_cases(path: Path) -> list[Case]:
    """The cases of a `precedents.jsonl`, or of the one in a folder (or in its `truth/`)."""
    for candidate in (path, path / "precedents.jsonl", path / "truth" / "precedents.jsonl"):
        if candidate.is_file():
            path = candidate
            break
    else:
        raise Unavailable(
            f"There is no precedents.jsonl at {path}.", thing=str(path),
            next_step="Name the folder that `tidewaiter simulate` wrote as truth.",
        )  # fmt: skip
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            cases.append(
                Case(
                    str(row["case_id"]), str(row["family"]), row["label"] == "positive", dict(row["query"]),
                    frozenset(map(str, row["precedents"])),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                f"Line {number} of {path} is no case: {error}.",
                thing=str(path),
                value=line[:200],
                next_step="Write case_id, family, label, query and precedents, one object a line.",
            ) from error
    return cases


def judge(cases: Sequence[Case], answers: Sequence[Sequence[Shown]]) -> dict[str, Any]:
    """What was shown for each case, best first, against what should have been.

    `first` and `first_three` are shares of cases in which a precedent is at the top, or among the first three;
    `first_three_after_a_change` of those in which the party has another number or name than the past issue has.
    `bands` say of the issues among the first three, by how alike they were said to be, how many are precedents.
    `accused` is the share of look-alikes whose past was shown as very much the newcomer's own.
    """
    known = [(case, shown) for case, shown in zip(cases, answers, strict=True) if case.positive]
    strangers = [(case, shown) for case, shown in zip(cases, answers, strict=True) if not case.positive]
    ranks = [(case.family, _rank(case, shown)) for case, shown in known]
    families = sorted({family for family, _ in ranks})
    changed = [rank for family, rank in ranks if family not in _UNCHANGED]
    every = [rank for _, rank in ranks]
    by_family = {family: [rank for of, rank in ranks if of == family] for family in families}
    return {
        "cases": len(known),
        "first": _share(rank == 1 for rank in every),
        "first_three": _share(0 < rank <= FIRST for rank in every),
        "mrr": round(sum(1 / rank for rank in every if rank) / len(every), 4) if every else None,
        "cases_after_a_change": len(changed),
        "first_three_after_a_change": _share(0 < rank <= FIRST for rank in changed),
        "look_alikes": len(strangers),
        "accused": _share(
            any(one.issue_id in case.precedents and one.by_kin and one.alike == BANDS[0][1] for one in shown)
            for case, shown in strangers
        ),
        "families": {
            family: {"cases": len(some), "first_three": _share(0 < rank <= FIRST for rank in some)}
            for family, some in by_family.items()
        },
        "bands": {word: _band(word, known) for _, word in BANDS},
    }


def _rank(case: Case, shown: Sequence[Shown]) -> int:
    """The place of the first precedent, from 1; 0 where none is shown."""
    return next((place for place, one in enumerate(shown, start=1) if one.issue_id in case.precedents), 0)


def _band(word: str, known: Iterable[tuple[Case, Sequence[Shown]]]) -> dict[str, Any]:
    right = [one.issue_id in case.precedents for case, shown in known for one in shown[:FIRST] if one.alike == word]
    return {"shown": len(right), "right": _share(right)}


def _share(of: Iterable[bool]) -> float | None:
    listed = list(of)
    return round(sum(listed) / len(listed), 4) if listed else None
