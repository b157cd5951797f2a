"""The last day of the facts: what detectors take for today where nobody names a day."""

from datetime import date

from graph.facts.store import FactStore


def last_day(facts: FactStore) -> date | None:
    """The last day on which the facts say that something happened; None when there are no lines."""
    lines, actions = facts.table("entry_lines"), facts.table("actions")
    days = [expression.to_pyarrow().as_py() for expression in (lines.entry_date.max(), actions.action_date.max())]
    return max((day for day in days if day), default=None)
