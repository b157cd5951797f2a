"""What a detector must beat: guesses that need no detector, in the shape of findings.

`random` names importers at random; `new_importer` those that began to file last; `surge` those whose value grew
most from one quarter to the next; `adverse_action` those with the most goods refused, seized or found discrepant;
`shared_address` importers that a rare phone, e-mail, address or officer joins; `gradient_boosting` those that trees
over their profiles think planted (see `graph.detect.guessing.boosting`).

A guess is of an importer. It is told in two shapes, alone and with its main maker and that maker's other importers,
and each baseline is measured in the shape that suits it better.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from graph.detect.guessing.boosting import boosted
from graph.detect.guessing.profiles import Floats, Profiles, profiles
from graph.detect.truth import Scheme
from graph.facts.store import FactStore
from graph.model.finding import Finding, Member

# As many guesses as the longest list that is measured.
LEAST_GUESSES = 500
# Importers that have one main maker, told together; a maker with more of them is told with the one importer.
MOST_TOGETHER = 12
NAMES = ("random", "new_importer", "surge", "adverse_action", "shared_address", "gradient_boosting")


@dataclass(frozen=True, slots=True)
class GuessedWorld:
    """What is guessed about: a world's facts, and its truth for the one baseline that learns."""

    facts: FactStore
    schemes: Sequence[Scheme]
    as_of: date
    findings: int  # as many guesses are made, and at least 500


# Of each kind the alternatives: of each shape the guesses of each world.
Told = Mapping[str, Sequence[Sequence[Sequence[Finding]]]]


def baselines(worlds: Sequence[GuessedWorld], *, kinds: Sequence[str]) -> Iterator[tuple[str, Told]]:
    """Each baseline's guesses for each kind; a baseline that cannot guess a kind has no alternatives for it."""
    known = [profiles(world.facts) for world in worlds]
    shapes = [(_alone(profile), _with_maker(profile)) for profile in known]
    for name, scores in _rules(known).items():
        told = [[_told(name, scores[w], shapes[w][shape], worlds[w]) for w in range(len(worlds))] for shape in range(2)]
        yield name, {kind: [[_of_kind(each, kind) for each in per] for per in told] for kind in kinds}
    told = [[_told("shared_address", *_components(known[w]), worlds[w]) for w in range(len(worlds))]]
    yield "shared_address", {kind: [[_of_kind(each, kind) for each in per] for per in told] for kind in kinds}
    learned: dict[str, list[list[list[Finding]]]] = {}
    for kind in kinds:
        boosting = boosted([(known[w], worlds[w].schemes) for w in range(len(worlds))], kind=kind)
        learned[kind] = [] if boosting is None else [
            [
                _of_kind(_told("gradient_boosting", boosting[w], shapes[w][shape], worlds[w], as_is=True), kind)
                for w in range(len(worlds))
            ]
            for shape in range(2)
        ]  # fmt: skip
    yield "gradient_boosting", learned


def _rules(known: Sequence[Profiles]) -> dict[str, list[Floats]]:
    """Of each rule and world a score for each importer, higher is more suspicious."""
    return {
        "random": [np.random.default_rng(w).random(len(p.taxpayers)) for w, p in enumerate(known)],
        "new_importer": [p.columns["first_day"] for p in known],
        "surge": [p.columns["surge"] for p in known],
        "adverse_action": [p.columns["adverse_actions"] for p in known],
    }


def _alone(profile: Profiles) -> list[tuple[str, ...]]:
    return [(entity,) for entity in profile.entities]


def _with_maker(profile: Profiles) -> list[tuple[str, ...]]:
    trade = profile.trade
    order = np.lexsort((trade.maker, -trade.value_usd, trade.importer))
    importers, first = np.unique(trade.importer[order], return_index=True)
    main = dict(zip(importers.tolist(), trade.maker[order][first].tolist(), strict=True))
    of_maker: dict[int, list[int]] = {}
    for importer, maker in main.items():
        of_maker.setdefault(maker, []).append(importer)
    told: list[tuple[str, ...]] = []
    for i, entity in enumerate(profile.entities):
        if i not in main:
            told.append((entity,))
            continue
        others = of_maker[main[i]] if len(of_maker[main[i]]) <= MOST_TOGETHER else [i]
        told.append((*(profile.entities[o] for o in others), f"manufacturer:{trade.makers[main[i]]}"))
    return told


def _components(profile: Profiles) -> tuple[Floats, list[tuple[str, ...]]]:
    """Importers joined by shared identifiers, by the value that they bring in."""
    members: dict[int, list[int]] = {}
    for i, component in enumerate(profile.sharing.tolist()):
        members.setdefault(component, []).append(i)
    joined = [of for of in members.values() if len(of) > 1]
    value = profile.columns["value_usd"]
    scores = np.array([value[of].sum() for of in joined], dtype=np.float64)
    return scores, [tuple(profile.entities[i] for i in of) for of in joined]


def _told(
    name: str, scores: Floats, members: Sequence[tuple[str, ...]], world: GuessedWorld, *, as_is: bool = False
) -> list[Finding]:
    """The highest scores as findings, each group of members once. `as_is`: the scores are probabilities."""
    most = max(LEAST_GUESSES, world.findings)
    ranked: dict[tuple[str, ...], float] = {}
    for i in np.argsort(-scores, kind="stable").tolist():
        ranked.setdefault(members[i], float(scores[i]))
        if len(ranked) == most:
            break
    of = len(ranked)
    return [
        Finding(
            id=f"{name}-{rank:06d}", kind="", detector=name, version="1", as_of=world.as_of,
            title=f"Guessed by the baseline {name}.",
            probability=score if as_is else (of - rank) / (of + 1), calibration="none", queue=False,
            members=tuple(Member(entity, entity.partition(":")[0], f"rank {rank + 1}") for entity in named),
            entries=(), period_from=world.as_of, period_to=world.as_of, duty_at_stake_usd=0.0, evidence=(),
            innocent_explanations=(), scope_question="",
        )
        for rank, (named, score) in enumerate(ranked.items())
    ]  # fmt: skip


def _of_kind(findings: Sequence[Finding], kind: str) -> list[Finding]:
    return [replace(finding, kind=kind) for finding in findings]
