"""Which tariff numbers took over from which: a search for a number also finds what stood under the others.

Invariant: only from one number to those before it, and theirs, or to those after it, and theirs; never forth and back,
which would reach whatever was once beside it. A heading of four digits or less is searched as it is.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from graph.facts.ledger import write_whole
from graph.facts.store import FactStore
from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber
from search.query import AllOf, AnyOf, Boosted, Identifier, Query

FILE = "concordance.json"  # in the generation's folder
_LEVELS = (6, 8, 10)  # digits at which a number is looked up
_MOST_RELATED = 20
_FURTHEST = 5  # changes one after the other
_WEIGHT = 0.5  # of what stood under another number, against the number that was asked for

Way = Literal["before", "after"]
_Changes = dict[str, dict[str, str]]  # number -> numbers on the other side, with the revision that changed it


@dataclass(frozen=True, slots=True)
class Concordance:
    """Changes of tariff numbers. `before` and `after` give, for a number of 6, 8 or 10 digits, those it took over from
    and those that took over from it, each with the revision that made the change."""

    before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    after: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @staticmethod
    def of(changes: Iterable[tuple[str, str, str]]) -> "Concordance":
        """From (old number, new number, revision)."""
        before: _Changes = {}
        after: _Changes = {}
        for old, new, revision in changes:
            for digits in _LEVELS:
                one, other = old[:digits], new[:digits]
                if len(one) == len(other) == digits and one != other:
                    before.setdefault(other, {}).setdefault(one, revision)
                    after.setdefault(one, {}).setdefault(other, revision)
        return Concordance(before, after)

    def related(self, number: str) -> tuple[tuple[str, Way, str], ...]:
        """The other numbers of what stood or stands under a number, nearest first, with the revision of the change.

        >>> changes = [("7326200010", "7326200020", "2019"), ("7326200020", "7326200030", "2022")]
        >>> Concordance.of(changes).related("7326200030")
        (('7326200020', 'before', '2022'), ('7326200010', 'before', '2019'))
        """
        ways: tuple[tuple[Way, Mapping[str, Mapping[str, str]]], ...] = (("before", self.before), ("after", self.after))
        found: dict[str, tuple[str, Way, str]] = {}
        for way, changes in ways:
            nearest, seen = [number], {number}
            for _ in range(_FURTHEST):
                further = {
                    other: revision for one in nearest for other, revision in sorted(changes.get(one, {}).items())
                    if other not in seen
                }  # fmt: skip
                for other, revision in further.items():
                    found.setdefault(other, (other, way, revision))
                nearest = list(further)
                seen |= further.keys()
        return tuple(found.values())[:_MOST_RELATED]

    def widened(self, query: Query) -> tuple[Query, tuple[str, ...]]:
        """The query with the other numbers of each tariff number in it, and a note on each that has some. What a query
        excludes is left as it is."""
        notes: dict[str, None] = {}
        return self._widened(query, notes.setdefault), tuple(notes)

    def _widened(self, query: Query, tell: Callable[[str], object]) -> Query:
        match query:
            case Identifier("hts", key):
                related = self.related(key)
                if not related:
                    return query
                tell(_note(key, related))
                others = (Identifier("hts", other, first=False, instead_of=key) for other, _, _ in related)
                return AnyOf((query, *(Boosted(other, _WEIGHT) for other in others)))
            case AllOf(parts) | AnyOf(parts):
                return replace(query, parts=tuple(self._widened(part, tell) for part in parts))
            case Boosted(part):
                return replace(query, part=self._widened(part, tell))
        return query


def write_concordance(folder: Path, facts: FactStore) -> int:
    """Lay out what the facts know of changes in the generation's folder; returns how many changes there are."""
    table = facts.table("hts_changes")
    pairs = table.filter(table["old_hts"].notnull(), table["new_hts"].notnull())
    rows = pairs.select("old_hts", "new_hts", "revision_to").order_by("old_hts", "new_hts", "revision_to")
    changes = [[row["old_hts"], row["new_hts"], row["revision_to"] or ""] for row in rows.to_pyarrow().to_pylist()]
    write_whole(folder / FILE, json.dumps(changes))
    return len(changes)


def read_concordance(folder: Path) -> Concordance:
    """The changes of a generation; none where it was built before they were laid out."""
    try:
        return Concordance.of((old, new, revision) for old, new, revision in json.loads((folder / FILE).read_bytes()))
    except (FileNotFoundError, ValueError):
        return Concordance()


def _note(number: str, related: Iterable[tuple[str, Way, str]]) -> str:
    said: dict[Way, list[str]] = {"before": [], "after": []}
    for other, way, revision in related:
        said[way].append(_dotted(other) + (f" (until {revision})" if way == "before" and revision else "")
                         + (f" (from {revision})" if way == "after" and revision else ""))  # fmt: skip
    parts = [
        f"{word} {', '.join(numbers)}"
        for word, numbers in (("before it", said["before"]), ("after it", said["after"])) if numbers
    ]  # fmt: skip
    return f"{_dotted(number)} has changed: what stood under other numbers is found, too; {'; '.join(parts)}."


def _dotted(number: str) -> str:
    try:
        return str(HtsNumber.parse(number))
    except Invalid:
        return number
