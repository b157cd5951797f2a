"""How good findings are, measured against planted truth: what `tidewaiter evaluate findings` prints.

A scheme is found when a finding of its kind names at least half of its parties and no more than twice as many
strangers (ports are not parties), or when the same holds of its entries. A finding is right when it finds a
positive scheme; it accuses when it is in the queue or at least as probable as not. A finding that only repeats
schemes which a more probable one has found is right as a statement (for the queue, the Brier score and the table of
reliability), but counts as wrong in precision and PR-AUC: a list that tells one scheme fifty times is worth one.

Invariant: truth is read here and in calibration only, never by a detector. Schemes, parties and entries of two
worlds never meet, though their findings are ranked together.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from graph.detect.calibrate import reliability
from graph.detect.guessing.baselines import GuessedWorld, baselines
from graph.detect.truth import Scheme, entry_key, party_key, read_schemes
from graph.facts.store import FactStore
from graph.model.finding import Finding

ACCUSED_FROM = 0.5
_PARTIES = ("importer", "manufacturer", "broker", "surety")
Identifiers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class JudgedWorld:
    """The findings of one world and its truth. With `facts` the baselines guess about it too.

    `identifiers` gives the numbers that a resolved party goes by.
    """

    findings: Sequence[Finding]
    schemes: Sequence[Scheme]
    facts: FactStore | None = None
    identifiers: Identifiers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A finding and the schemes that it finds, by their place among all worlds' schemes."""

    finding: Finding
    world: int
    by_members: frozenset[int]
    by_entries: frozenset[int]
    look_alikes: frozenset[int]
    other_kinds: frozenset[int]  # positive schemes of other kinds, of which the finding would be right

    @property
    def found(self) -> frozenset[int]:
        return self.by_members | self.by_entries

    @property
    def accuses(self) -> bool:
        return self.finding.queue or self.finding.probability >= ACCUSED_FROM


def evaluate_findings(
    findings: Iterable[Finding],
    schemes_path: Path,
    *,
    facts: FactStore | None = None,
    identifiers: Identifiers | None = None,
) -> dict[str, Any]:
    """The measures for each kind and for `all` together; with `facts`, those of the baselines beside them.

    `identifiers` gives the numbers that a resolved party goes by. A share of nothing is None.
    """
    return evaluate_together([JudgedWorld(list(findings), read_schemes(schemes_path), facts, identifiers or {})])


def evaluate_together(worlds: Sequence[JudgedWorld]) -> dict[str, Any]:
    """The same over several worlds, their findings ranked in one list by probability.

    Baselines are measured where every world has facts.
    """
    kinds = sorted(
        {finding.kind for world in worlds for finding in world.findings}
        | {scheme.kind for world in worlds for scheme in world.schemes}
    )
    truth = _Truth(worlds)
    judged = truth.judge([world.findings for world in worlds])
    result: dict[str, Any] = {kind: truth.measure(judged, kind=kind) for kind in kinds}
    result["all"] = truth.measure(judged)
    guessed = [
        GuessedWorld(
            world.facts, world.schemes,
            max((finding.as_of for finding in world.findings), default=date(1970, 1, 1)), len(world.findings),
        )
        for world in worlds
        if world.facts is not None
    ]  # fmt: skip
    if guessed and len(guessed) == len(worlds):
        result["baselines"] = {}
        for name, told in baselines(guessed, kinds=kinds):
            result["baselines"][name] = truth.measure_guesses(told)
    return result


def finds(finding: Finding, scheme: Scheme, *, identifiers: Identifiers | None = None) -> bool:
    """Whether the finding's members, or its entries, are the scheme's (see the module's text)."""
    named = _named(finding, identifiers or {})
    return _finds_members(named, scheme) or _finds_entries(_entries(finding), scheme)


def _named(finding: Finding, identifiers: Identifiers) -> list[frozenset[str]]:
    """The parties that a finding names, each as all the numbers it goes by."""
    named = []
    for entity in dict.fromkeys(member.entity for member in finding.members):
        kind = entity.partition(":")[0]
        if kind == "party":
            named.append(frozenset(party_key(number) for number in identifiers.get(entity, ())))
        elif kind in _PARTIES:
            named.append(frozenset({party_key(entity)}))
    return list(dict.fromkeys(named))


def _entries(finding: Finding) -> frozenset[str]:
    return frozenset(entry_key(entry) for entry in finding.entries)


def _finds_members(named: Sequence[frozenset[str]], scheme: Scheme) -> bool:
    met = {party for numbers in named for party in numbers & scheme.parties}
    strangers = sum(not numbers & scheme.parties for numbers in named)
    return bool(met) and 2 * len(met) >= len(scheme.parties) and strangers <= 2 * len(scheme.parties)


def _finds_entries(entries: frozenset[str], scheme: Scheme) -> bool:
    met = len(entries & scheme.entries)
    return bool(met) and 2 * met >= len(scheme.entries) and len(entries - scheme.entries) <= 2 * len(scheme.entries)


class _Truth:
    """All worlds' schemes in one list, and where each party and entry of a world stands in them."""

    def __init__(self, worlds: Sequence[JudgedWorld]) -> None:
        self._identifiers = [world.identifiers for world in worlds]
        self._worlds = len(worlds)
        self._schemes = [(w, scheme) for w, world in enumerate(worlds) for scheme in world.schemes]
        self._of: dict[tuple[int, str], list[int]] = {}
        for place, (w, scheme) in enumerate(self._schemes):
            for key in (*scheme.parties, *scheme.entries):
                self._of.setdefault((w, key), []).append(place)

    def judge(self, findings: Sequence[Sequence[Finding]]) -> list[_Judged]:
        """The findings of all worlds, most probable first."""
        judged = [self._judge(finding, w) for w, listed in enumerate(findings) for finding in listed]
        return sorted(judged, key=lambda one: (-one.finding.probability, one.finding.id, one.world))

    def _judge(self, finding: Finding, w: int) -> _Judged:
        named, entries = _named(finding, self._identifiers[w]), _entries(finding)
        keys = {party for numbers in named for party in numbers} | entries
        near = {place for key in keys for place in self._of.get((w, key), ())}
        by_members = {place for place in near if _finds_members(named, self._schemes[place][1])}
        by_entries = {place for place in near if _finds_entries(entries, self._schemes[place][1])}
        positive = {place for place in near if self._schemes[place][1].positive}
        others = {place for place in near if self._schemes[place][1].kind != finding.kind}
        return _Judged(
            finding, w, frozenset(by_members & positive - others), frozenset(by_entries & positive - others),
            frozenset((by_members | by_entries) - positive - others),
            frozenset((by_members | by_entries) & positive & others),
        )  # fmt: skip

    def measure_guesses(self, told: Mapping[str, Sequence[Sequence[Sequence[Finding]]]]) -> dict[str, Any]:
        """A baseline's measures: of each kind those of the shape in which it does best."""
        best: dict[str, list[_Judged]] = {}
        result: dict[str, Any] = {}
        for kind, shapes in told.items():
            measured = [(self.measure(judged, kind=kind), judged) for judged in map(self.judge, shapes)]
            if measured:
                result[kind], best[kind] = max(measured, key=lambda one: one[0]["pr_auc"] or 0.0)
                of_importers = [one["pr_auc_importers"] for one, _ in measured]
                result[kind]["pr_auc_importers"] = max(of_importers, key=lambda area: area or 0.0)
        together = sorted(
            (one for judged in best.values() for one in judged),
            key=lambda one: (-one.finding.probability, one.finding.id, one.world, one.finding.kind),
        )
        return result | {"all": self.measure(together)}

    def measure(self, judged: Iterable[_Judged], *, kind: str = "") -> dict[str, Any]:
        """Every measure of the findings and schemes of a kind, or of all."""
        listed = [one for one in judged if not kind or one.finding.kind == kind]
        places = [place for place, (_, scheme) in enumerate(self._schemes) if not kind or scheme.kind == kind]
        positives = [place for place in places if self._schemes[place][1].positive]
        negatives = [place for place in places if not self._schemes[place][1].positive]
        right = [bool(one.found) for one in listed]
        found: dict[int, date] = {}
        new: list[int] = []
        for one in listed:
            new.append(len(one.found - found.keys()))
            for place in one.found:
                found[place] = min(found.get(place, one.finding.as_of), one.finding.as_of)
        first = [count > 0 for count in new]
        said = [one.finding.probability for one in listed]
        queue = [ok for one, ok in zip(listed, right, strict=True) if one.finding.queue]
        of_others = [bool(one.other_kinds) and not one.found for one in listed if one.finding.queue]
        accused = {p for one, ok in zip(listed, right, strict=True) if not ok and one.accuses for p in one.look_alikes}
        duty = sum(self._schemes[p][1].duty_evaded_usd for p in positives)
        found_duty = sum(self._schemes[p][1].duty_evaded_usd for p in positives if p in found)
        days = sorted(
            (found[p] - began).days
            for p in positives
            if p in found and (began := self._schemes[p][1].began_on) is not None
        )
        true_share = _share(right)
        return {
            "findings": len(listed),
            "queue": len(queue),
            "schemes": len(positives),
            "hard_negatives": len(negatives),
            "schemes_found": len(found),
            "duplicates": sum(ok and not brought for ok, brought in zip(right, first, strict=True)),
            "precision_at_50": _share(first[:50]),
            "precision_at_100": _share(first[:100]),
            "precision_at_500": _share(first[:500]),
            "pr_auc": average_precision(zip(said, new, strict=True), len(positives)),
            "pr_auc_importers": self._importers(listed, positives),
            "base_rate": _share([p in set(positives) for p in places]),
            "recall_schemes": _share([p in found for p in positives]),
            "recall_members": self._recall(positives, listed, lambda one: one.by_members),
            "recall_entries": self._recall(positives, listed, lambda one: one.by_entries),
            "recall_controllers": self._by(positives, found, lambda w, s: (w, s.controller)),
            "recall_duty": found_duty / duty if duty else None,
            "recall_families": self._families(positives, set(found)),
            "queue_fdp": _share([not ok for ok in queue]) if queue else 0.0,
            "queue_other_kinds": _share(of_others) if queue else 0.0,
            **self._where_nothing_is_planted(listed, positives),
            "brier": _mean([(p - ok) ** 2 for p, ok in zip(said, right, strict=True)]),
            "brier_base_rate": None if true_share is None else true_share * (1 - true_share),
            "reliability": reliability(said, right),
            "days_to_finding_p50": statistics.median(days) if days else None,
            "days_to_finding_p90": days[math.ceil(0.9 * len(days)) - 1] if days else None,
            "false_positives": self._families(negatives, accused),
            "families": dict(sorted(Counter(self._schemes[p][1].family for p in places).items())),
        }

    def _importers(self, listed: Sequence[_Judged], positives: Sequence[int]) -> float | None:
        """PR-AUC of single importers: each scored by the most probable finding that names it."""
        planted = {
            (self._schemes[p][0], party)
            for p in positives
            for party in self._schemes[p][1].parties
            if party.startswith("importer:")
        }
        scored: dict[tuple[int, str], float] = {}
        for one in listed:
            for numbers in _named(one.finding, self._identifiers[one.world]):
                for number in numbers:
                    if number.startswith("importer:"):
                        scored.setdefault((one.world, number), one.finding.probability)
        return average_precision(((said, int(key in planted)) for key, said in scored.items()), len(planted))

    def _recall(
        self, positives: Sequence[int], listed: Iterable[_Judged], of: Callable[[_Judged], frozenset[int]]
    ) -> float | None:
        found = {place for one in listed for place in of(one)}
        return _share([place in found for place in positives])

    def _by(
        self, positives: Sequence[int], found: Mapping[int, date], key: Callable[[int, Scheme], object]
    ) -> float | None:
        """The share of controllers of whom any scheme was found."""
        keys = {place: key(*self._schemes[place]) for place in positives}
        met = {one for place, one in keys.items() if place in found}
        return _share([one in met for one in dict.fromkeys(keys.values())])

    def _families(self, places: Sequence[int], hit: set[int]) -> dict[str, float]:
        """Of each family the share of its schemes that are hit."""
        hits: dict[str, list[bool]] = {}
        for place in places:
            hits.setdefault(self._schemes[place][1].family, []).append(place in hit)
        return {family: sum(flags) / len(flags) for family, flags in sorted(hits.items())}

    def _where_nothing_is_planted(self, listed: Sequence[_Judged], positives: Sequence[int]) -> dict[str, Any]:
        """Of worlds without a scheme: how many there are, and in what share of them the queue is not empty.

        There everything in the queue is false, so that share is the false-discovery rate itself.
        """
        empty = set(range(self._worlds)) - {self._schemes[place][0] for place in positives}
        queued = {one.world for one in listed if one.finding.queue}
        return {"null_worlds": len(empty), "null_fdr": _share([w in queued for w in sorted(empty)])}


def average_precision(scored: Iterable[tuple[float, int]], positives: int) -> float | None:
    """The area under precision over recall, of (score, how many positives it newly brings); None of nothing.

    What has one score is taken in together, so that no order among equals counts.

    >>> average_precision([(0.9, 1), (0.8, 0), (0.7, 1)], 2)
    0.8333333333333333
    >>> average_precision([(0.5, 0), (0.5, 1)], 1)
    0.5
    """
    if not positives:
        return None
    listed: Counter[float] = Counter()
    first: Counter[float] = Counter()
    brought: Counter[float] = Counter()
    for score, new in scored:
        listed[score] += 1
        first[score] += new > 0
        brought[score] += new
    area, seen, right = 0.0, 0, 0
    for score in sorted(listed, reverse=True):
        seen += listed[score]
        right += first[score]
        area += brought[score] * right / seen
    return area / positives


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
