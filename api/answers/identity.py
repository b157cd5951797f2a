"""Answers about identity: to whom a number belongs, who else may be the same and why, and what people judged."""

import json
from collections.abc import Iterable

from api.judgements.given import Given
from api.schemas import IdentityAnswer, JudgementItem, JudgementsAnswer, PartyOfItem, PossiblySameItem, SamenessItem
from api.serving import Snapshot
from graph.build.evidence import split_id
from graph.model.entity import Entity
from graph.model.errors import Invalid, NotFound
from graph.model.kinds import NUMBERED

MOST_PAIRS = 100


def parties_of(now: Snapshot, entity_id: str) -> tuple[Entity, ...]:
    """The parties that an entity belongs to: itself, where it is one; `NotFound` for an entity that is not there."""
    kind, key = split_id(entity_id)
    entity = now.view.entity(entity_id)
    if kind.kind == "party":
        return (entity,)
    spoken = [name for name, numbered in NUMBERED.items() if numbered == kind.kind]
    if not spoken:
        return ()
    rows = now.facts.table("parties")
    rows = rows.filter(rows["kind"].isin(spoken), rows["key"] == key).select("party").distinct()
    ids = sorted(f"party:{row['party']}" for row in rows.to_pyarrow().to_pylist())
    found = now.view.entities(tuple(ids))
    return tuple(found[party] for party in ids if party in found)


def identity_answer(now: Snapshot, entity_id: str, given: Iterable[Given]) -> IdentityAnswer:
    """Who an entity is taken to be; `given` are the judgements on its numbers."""
    parties = parties_of(now, entity_id)
    keys = [party.key for party in parties]
    pairs = now.facts.table("possibly_same")
    pairs = pairs.filter(pairs["left_party"].isin(keys) | pairs["right_party"].isin(keys))
    rows = pairs.order_by(pairs["probability"].desc(), "left_party", "right_party").limit(MOST_PAIRS)
    found = rows.to_pyarrow().to_pylist() if keys else []
    others = [row["right_party"] if row["left_party"] in keys else row["left_party"] for row in found]
    known = now.view.entities(tuple(f"party:{key}" for key in others))
    return IdentityAnswer(
        parties=[
            PartyOfItem(party=party.id, name=party.name, identifiers=list(party.identifiers)) for party in parties
        ],
        possibly_same=[
            _pair(row, known[f"party:{other}"], turned=row["left_party"] not in keys)
            for row, other in zip(found, others, strict=True)
            if f"party:{other}" in known
        ],
        judgements=[judgement_item(one) for one in given],
    )


def numbers_of(now: Snapshot, entity_id: str) -> tuple[str, ...]:
    """All ids under which an entity may have been judged: its own, and those of its parties' numbers."""
    numbers = [number for party in parties_of(now, entity_id) for number in party.identifiers]
    return tuple(dict.fromkeys((entity_id, *numbers)))


def judged_as(now: Snapshot, entity_id: str) -> str:
    """The id that a judgement is kept under: a party's first number, since parties come and go and numbers stay.

    `Invalid` for what is no party's number.
    """
    kind, _ = split_id(entity_id)
    entity = now.view.entity(entity_id)
    if kind.kind == "party":
        if not entity.identifiers:
            raise NotFound(
                f"{entity_id} goes by no number on which a judgement could be kept.",
                thing="entity",
                value=entity_id,
                next_step="Judge the numbers themselves.",
            )
        return entity.identifiers[0]
    if kind.kind not in NUMBERED.values():
        raise Invalid(
            f"{entity_id} is no party, nor a party's number.",
            thing="entity",
            value=entity_id,
            next_step=f"Judge ids of {', '.join(sorted({'party', *NUMBERED.values()}))}.",
        )
    return entity.id


def judgement_item(one: Given) -> JudgementItem:
    """One judgement."""
    return JudgementItem(
        number=one.number, left=one.left, right=one.right, verdict=one.verdict.value, reason=one.reason,
        person=one.person, at=one.at, withdrawn_by=one.withdrawn_by, withdrawn_at=one.withdrawn_at,
    )  # fmt: skip


def judgements_answer(given: Iterable[Given]) -> JudgementsAnswer:
    """Judgements, oldest first."""
    items = [judgement_item(one) for one in given]
    return JudgementsAnswer(items=items, total=len(items))


def _pair(row: dict[str, object], other: Entity, *, turned: bool) -> PossiblySameItem:
    why = [SamenessItem.model_validate(each) for each in json.loads(str(row["why"] or "[]"))]
    if turned:  # so that the left side is always the entity asked about
        why = [each.model_copy(update={"left": each.right, "right": each.left}) for each in why]
    return PossiblySameItem(
        party=other.id, name=other.name, identifiers=list(other.identifiers),
        probability=float(str(row["probability"])), merged=row["merged"] == "yes", why=why,
    )  # fmt: skip
