"""What a detector must beat: guesses that need no detector, in the shape of findings.

`random` names importers at random; `new_importer` names those that began to file last; `adverse_action` names
those with the most goods refused, seized or found discrepant.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np

from graph.facts.columns import taxpayer
from graph.facts.store import FactStore
from graph.model.finding import Finding, Member

# As many guesses as a long list has: measures at 100 can then be set side by side.
LEAST_GUESSES = 100


def baselines(facts: FactStore, findings: Sequence[Finding], *, kinds: Sequence[str]) -> dict[str, list[Finding]]:
    """Guesses of each baseline for each kind, as many as there are findings, and at least 100."""
    t = facts.table("entry_lines")
    importers = t.group_by(taxpayer=taxpayer(t.importer_number)).agg(
        number=t.importer_number.min(), first=t.entry_date.min()
    )
    rows = importers.order_by("taxpayer").to_pyarrow().to_pylist()
    a = facts.table("actions")
    a = a.filter(a.result.isin(("refused", "seized", "discrepant")), a.importer_number.notnull())
    counted = a.group_by(taxpayer=taxpayer(a.importer_number)).agg(n=ibis._.count()).to_pyarrow().to_pylist()
    faults = {row["taxpayer"]: row["n"] for row in counted}
    guesses = max(LEAST_GUESSES, len(findings))
    as_of = max((finding.as_of for finding in findings), default=date(1970, 1, 1))
    drawn = np.random.default_rng(0).permutation(len(rows))
    newest = sorted(rows, key=lambda row: (row["first"], row["taxpayer"]), reverse=True)
    most = sorted(rows, key=lambda row: (-faults.get(row["taxpayer"], 0), row["taxpayer"]))
    orders = {
        "random": [rows[i]["number"] for i in drawn],
        "new_importer": [row["number"] for row in newest],
        "adverse_action": [row["number"] for row in most],
    }
    return {
        name: [
            _guess(name, kind, number, rank, of=guesses, as_of=as_of)
            for kind in kinds
            for rank, number in enumerate(numbers[:guesses])
        ]
        for name, numbers in orders.items()
    }


def _guess(name: str, kind: str, number: str, rank: int, *, of: int, as_of: date) -> Finding:
    return Finding(
        id=f"{name}-{kind}-{rank:06d}", kind=kind, detector=name, version="1", as_of=as_of,
        title=f"Importer {number} was guessed by the baseline {name}.",
        probability=(of - rank) / (of + 1), calibration="none", queue=False,
        members=(Member(f"importer:{number}", "importer", f"rank {rank + 1} of the baseline"),), entries=(),
        period_from=as_of, period_to=as_of, duty_at_stake_usd=0.0, evidence=(), innocent_explanations=(),
        scope_question="",
    )  # fmt: skip
