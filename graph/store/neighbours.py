"""What every graph engine answers alike about neighbours: the rules of a query, its order, its cursors, its walk.

Invariant: the order is total. Items come by rank (the smaller the stronger), ties by entity id, then by link
and direction; a cursor names the last item in these terms, so that it outlives the engine's own numbering.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256
from typing import NamedTuple

from graph.model.entity import Direction, RelatedQuery
from graph.model.errors import Invalid
from graph.model.kinds import ENTITY_KINDS, LINK_KINDS

MOST_ITEMS = 1000
MOST_HOPS = 3
WALKABLE_DEGREE = 200  # an entity with more links joins strangers, as ports do
LINKS_WALKED = 50  # the strongest links of each entity on the way
START_LINKS = 1000  # the strongest links of the start, when the way goes on
CAPPED_NAMED = 20

UNRANKED = 2**62  # behind every rank: what has no value, or no date


def value_rank(value_usd: Decimal | float | None) -> int:
    """Largest value first, in cents."""
    if value_usd is None:
        return UNRANKED
    return -int(Decimal(str(value_usd)).scaleb(2).quantize(Decimal(1), ROUND_HALF_EVEN))


def recency_rank(last_date: date | None) -> int:
    """Latest first, in days."""
    return UNRANKED if last_date is None else -last_date.toordinal()


def count_rank(count: int) -> int:
    """Most rows first."""
    return -count


class Position(NamedTuple):
    """Where an item stands in its order."""

    rank: int
    entity_id: str
    link: str
    direction: Direction


def check(query: RelatedQuery, *, kinds: Collection[str] = (), links: Collection[str] = ()) -> None:
    """`Invalid` for a limit, number of hops, order, kind or link that cannot be asked.

    `kinds` and `links` name what a store holds beyond the declared ones.
    """
    _within("limit", query.limit, MOST_ITEMS)
    _within("hops", query.hops, MOST_HOPS)
    _one_of("order", [query.order], ("value", "recency", "count"))
    _one_of("link", query.links, {*LINK_KINDS, *links})
    _one_of("kind", query.kinds, {*ENTITY_KINDS, *kinds})


def cursor(query: RelatedQuery, last: Position, *, as_of: date | None = None) -> str:
    """The text that stands for the items behind `last`."""
    told = json.dumps([_digest(query, as_of), *last], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def position(query: RelatedQuery, *, as_of: date | None = None) -> Position | None:
    """Where the query's cursor stands; `Invalid` for garbage and for the cursor of another question."""
    if not query.cursor:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        digest, rank, entity_id, link, direction = told
        if [type(part) for part in told] != [str, int, str, str, str] or direction not in ("in", "out"):
            raise ValueError(told)
    except (ValueError, TypeError, binascii.Error) as error:
        raise _not_ours(query.cursor, "This is no cursor.") from error
    if digest != _digest(query, as_of):
        raise _not_ours(query.cursor, "This cursor belongs to another question.")
    return Position(rank, entity_id, link, "in" if direction == "in" else "out")


class Step(NamedTuple):
    """One link as seen from an entity. `other` and `way` are an engine's own numbers, in the order of ids, and
    of links and directions. `row` is whatever the engine needs to show the link."""

    rank: int
    other: int
    way: int
    walkable: bool
    matching: bool
    row: tuple[object, ...]


class Reached(NamedTuple):
    """An item of an answer over several hops, sortable by its place."""

    rank: int
    other: int
    way: int
    hops: int
    via: tuple[int, ...]
    row: tuple[object, ...]


Expand = Callable[[Sequence[int], int | None], Iterable[Iterable[Step]]]


def walk(start: int, hops: int, expand: Expand) -> tuple[list[Reached], list[int]]:
    """Everything within some hops of the start, in order, and the neighbours that were not walked through.

    `expand(entities, matching)` gives the links of each entity, strongest first: the strongest `2 * START_LINKS`
    of all, or of the matching ones so many as `matching` says. It is called once a hop, so that a server is asked
    as often. An entity appears at the fewest hops at which a matching link reaches it, once for each such link;
    through the strongest way where several lead there.
    """
    found: list[Reached] = []
    shown, walked = {start}, {start}
    barred: dict[int, None] = {}
    frontier: list[tuple[int, tuple[int, ...]]] = [(start, ())]
    for hop in range(1, hops + 1):
        level: dict[tuple[int, int], Reached] = {}
        onward: dict[int, tuple[int, tuple[int, ...]]] = {}
        most = START_LINKS if hop == 1 else LINKS_WALKED
        expanded = expand([node for node, _ in frontier], most if hop == hops else None)
        for (_, via), steps in zip(frontier, expanded, strict=True):
            taken = stepped = 0
            for step in steps:
                other = step.other
                if step.matching and taken < most:
                    taken += 1
                    if other not in shown and (other, step.way) not in level:
                        level[other, step.way] = Reached(step.rank, other, step.way, hop, via, step.row)
                if hop == hops or other in walked:
                    continue
                if not step.walkable:
                    barred[other] = None
                elif stepped < LINKS_WALKED:
                    stepped += 1
                    if other not in onward or step.rank < onward[other][0]:
                        onward[other] = (step.rank, (*via, other))
        found.extend(level.values())
        shown.update(other for other, _ in level)
        walked.update(onward)
        frontier = [(node, via) for node, (_, via) in sorted(onward.items(), key=lambda item: (item[1][0], item[0]))]
    found.sort(key=lambda item: item[:3])
    return found, list(barred)


def _digest(query: RelatedQuery, as_of: date | None) -> str:
    asked = [query.entity_id, sorted(set(query.links)), sorted(set(query.kinds)), query.order, query.hops, str(as_of)]
    return sha256(json.dumps(asked).encode()).hexdigest()[:12]


def _not_ours(text: str, message: str) -> Invalid:
    return Invalid(message, thing="cursor", value=text[:80], next_step="Ask without a cursor for the first page.")


def _within(thing: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise Invalid(f"The {thing} is {value}.", thing=thing, value=str(value), next_step=f"Give 1 to {most}.")


def _one_of(thing: str, values: Iterable[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise Invalid(
                f"There is no {thing} {value!r}.",
                thing=thing,
                value=value,
                next_step=f"Known: {', '.join(sorted(known))}.",
            )
