"""Which id a party keeps from one resolution to the next.

Invariant: a party's id stays with most of its records through growth, merges and splits; an id that no party keeps
leads on to where most of its records went. A new id is made from a record, so that the same records get the same id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256


def inherited_ids(
    groups: Sequence[Sequence[str]], before: Mapping[str, str], redirects: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The id of each group of records, and the redirects (old id -> new id).

    `before` gives the party that each record had, `redirects` those that were. Groups are served by how many
    records they share with an old party, then by their first record.
    """
    claims: list[tuple[int, str, int, str]] = []
    for place, records in enumerate(groups):
        shared = Counter(before[record] for record in records if record in before)
        claims += [(-count, min(records), place, old) for old, count in shared.items()]
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for _, _, place, old in sorted(claims):
        if place not in ids and old not in taken:
            ids[place] = old
            taken.add(old)
    spent = taken | set(before.values()) | set(redirects)
    for place in sorted(range(len(groups)), key=lambda place: min(groups[place])):
        if place not in ids:
            ids[place] = _new_id(min(groups[place]), spent)
            spent.add(ids[place])
    named = [ids[place] for place in range(len(groups))]
    return named, _redirects(groups, named, before, redirects)


def _new_id(record: str, spent: set[str]) -> str:
    """An id from a record; another one where the record's first id went elsewhere with other records."""
    turn = 0
    while (made := sha256(f"{record}#{turn}".encode()).hexdigest()[:14]) in spent:
        turn += 1
    return made


def _redirects(
    groups: Sequence[Sequence[str]], ids: Sequence[str], before: Mapping[str, str], redirects: Mapping[str, str]
) -> dict[str, str]:
    went: dict[str, Counter[str]] = {}
    for mine, records in zip(ids, groups, strict=True):
        for record in records:
            if record in before and before[record] != mine:
                went.setdefault(before[record], Counter())[mine] += 1
    kept = set(ids)
    new = {
        old: min(count.items(), key=lambda item: (-item[1], item[0]))[0]
        for old, count in went.items()
        if old not in kept
    }
    for old, target in redirects.items():
        last = new.get(target, target)
        if old not in kept and last in kept:
            new.setdefault(old, last)
    return new
