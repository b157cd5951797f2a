"""What an entity did, in figures: the answer behind its page."""

from collections.abc import Sequence

from api.schemas import ActivityAnswer, ActivityMonth, ActivityShare
from api.serving import Snapshot
from graph.report.activity import Share, entity_activity


def activity_answer(now: Snapshot, entity_id: str) -> ActivityAnswer:
    """An entity's entry lines by month and by whom and what they name; `NotFound` for an unknown entity."""
    now.view.entity(entity_id)
    found = entity_activity(now.facts, entity_id)
    shares = (found.ports, found.hts4, found.origins, found.manufacturers, found.importers)
    known = now.view.entities(tuple({share.entity for some in shares for share in some}))
    names = {one: entity.name for one, entity in known.items()}
    ports, tariffs, origins, manufacturers, importers = (_shares(some, names) for some in shares)
    return ActivityAnswer(
        lines=found.lines,
        value_usd=found.value_usd,
        first_date=found.first_date,
        last_date=found.last_date,
        months=[
            ActivityMonth(month=f"{one.month:%Y-%m}", lines=one.lines, value_usd=one.value_usd) for one in found.months
        ],
        ports=ports,
        tariffs=tariffs,
        origins=origins,
        manufacturers=manufacturers,
        importers=importers,
        actions=found.actions,
    )


def _shares(shares: Sequence[Share], names: dict[str, str]) -> list[ActivityShare]:
    return [
        ActivityShare(
            id=one.entity, name=names.get(one.entity, ""), lines=one.lines, value_usd=one.value_usd, share=one.share
        )
        for one in shares
    ]
