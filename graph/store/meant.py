"""What may have been meant by an id that no entity has: the next step of a question that found nothing."""

from collections.abc import Callable, Sequence

from graph.model.errors import Invalid, NotFound
from graph.model.identifiers import parse
from graph.model.kinds import ENTITY_KINDS

_NAMED = 5
_BEGINNING_ALIKE = 3


def not_found(
    entity_id: str,
    *,
    existing: Callable[[Sequence[str]], Sequence[str]],
    between: Callable[[str, str, int], Sequence[str]],
) -> NotFound:
    """The error, with ids that may be meant: the key in its normal form, under other kinds, else the next in order.

    `existing(ids)` gives those of the ids that exist, `between(low, high, limit)` the first ids from `low` to
    before `high`.
    """
    kind, _, key = entity_id.partition(":")
    near = sorted(existing(sorted(_spellings(entity_id, key))), key=lambda one: (not one.startswith(f"{kind}:"), one))
    if not near and key:
        begins = entity_id[: max(len(kind) + 3, len(entity_id) - 2)]
        near = list(between(begins, begins + chr(0x10FFFF), _BEGINNING_ALIKE))
    return NotFound(
        f"There is no entity {entity_id!r}.",
        thing="entity",
        value=entity_id,
        next_step=f"Did you mean {', '.join(near[:_NAMED])}?"
        if near
        else "Ids read kind:key; `tidewaiter search` finds them.",
    )


def _spellings(entity_id: str, key: str) -> set[str]:
    keys = {key, key.upper(), entity_id, entity_id.upper()}
    ids = set()
    for declared in ENTITY_KINDS.values():
        spelled = set(keys)
        if declared.identifier is not None:
            for text in keys:
                try:
                    spelled.add(parse(declared.identifier, text).key)
                except Invalid:
                    continue
        ids |= {f"{declared.kind}:{one}" for one in spelled}
    return ids
