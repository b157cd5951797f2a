"""Who is the same: records of facts become parties.

Invariant: the same records, judgements and beginning give the same parties. Records that a number joins outright (one
taxpayer, one filer, one surety) are of one party; a MID is evidence and joins nobody by itself.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import DuckDBAPI

from graph.facts.columns import taxpayer_of
from graph.facts.store import FactStore
from graph.resolve.clusters import cluster, components
from graph.resolve.evidence import FEATURES, Evidence
from graph.resolve.identity import inherited_ids
from graph.resolve.judgements import Judgement, JudgementSet, Verdict
from graph.resolve.linkage import Backend, Model, estimate, score
from graph.resolve.records import SCHEMA, records_to_resolve
from graph.resolve.resolved import (
    PAIRS_SCHEMA,
    POSSIBLY_SAME_SCHEMA,
    RECORDS_SCHEMA,
    REDIRECTS_SCHEMA,
    SOURCE,
    Resolved,
    parties_table,
    texts,
)

Ints = npt.NDArray[np.int64]
Weighed = tuple[Ints, Ints, npt.NDArray[np.float64]]  # pairs: left, right and their bits
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

POSSIBLE: Final = 0.2  # from this probability two parties are said to be possibly the same
_KEPT_BITS: Final = -7.0  # pairs below are forgotten unless their records lie in one component
_TWO_MAKERS_BITS: Final = -2.0  # below this two makers with a MID each are two, whatever a name on bills makes of them
_STEPS: Final = ("records", "candidates", "comparing", "scoring", "parties", "reasons")
# What a digest leaves out: it says nothing of the party.
_NOT_COMPARED: Final = ("known_at", "rows")


def resolve(
    facts: FactStore,
    *,
    before: Resolved | None = None,
    judgements: Iterable[Judgement] = (),
    as_of: date | None = None,
    progress: Progress | None = None,
) -> Resolved:
    """Resolve all records about parties that the facts hold.

    With `before`, records that have not changed keep their pairs' weights and the model stays; only new and changed
    records are compared, with all. `judgements` are those that stand; `Conflict` if they contradict each other.
    """
    records = records_to_resolve(facts, as_of=as_of).to_pyarrow()
    return resolve_records(records, before=before, judgements=judgements, progress=progress)


def resolve_records(
    records: pa.Table,
    *,
    before: Resolved | None = None,
    judgements: Iterable[Judgement] = (),
    progress: Progress | None = None,
    backend: Backend = DuckDBAPI,
) -> Resolved:
    """The same for records in the columns of `graph.resolve.records.SCHEMA`, in any order."""
    tell = progress or (lambda _what, _done, _whole: None)
    tell(_STEPS[0], 0, len(_STEPS))
    records = records.select(list(SCHEMA.names)).sort_by("record").combine_chunks()
    evidence = Evidence(records)
    ids = texts(records["record"])
    digests = _digests(records)
    judged = _judged(evidence, ids, before, judgements)
    changed = _changed(ids, digests, before)
    tell(_STEPS[1], 1, len(_STEPS))
    left, right = evidence.candidates(changed)
    bits, model = _weighed(evidence, left, right, before=before, backend=backend, tell=tell)
    if before is not None and changed is not None:
        left, right, bits = _with_pairs_before((left, right, bits), ids, changed=changed, before=before)
    tell(_STEPS[4], 4, len(_STEPS))
    unit_of, units = evidence.unit, evidence.units
    one, other, weight = _between_units(unit_of[left], unit_of[right], bits, units)
    contrary = evidence.contrary(left, right)
    apart = evidence.two_makers(left, right) & (bits < _TWO_MAKERS_BITS)
    labels = cluster(
        units,
        (one, other, weight),
        numbers=_numbers(evidence),
        same=judged[0],
        different=[*judged[1], *zip(unit_of[left[apart]].tolist(), unit_of[right[apart]].tolist(), strict=True)],
        contrary=zip(unit_of[left[contrary]].tolist(), unit_of[right[contrary]].tolist(), strict=True),
    )[unit_of]
    party, redirects = _named(ids, labels, before)
    tell(_STEPS[5], 5, len(_STEPS))
    component = components(units, one[weight > 0], other[weight > 0])[unit_of]
    kept = (bits >= _KEPT_BITS) | (component[left] == component[right])
    left, right, bits = left[kept], right[kept], bits[kept]
    names = np.array(ids, dtype=object)
    of_record = dict(zip(ids, party, strict=True))
    return Resolved(
        parties=parties_table(records, of_record),
        possibly_same=_possibly_same(
            evidence, (left, right, bits), labels=labels, party=party, ids=ids, model=model, backend=backend
        ),
        redirects=pa.table({"old": list(redirects), "new": list(redirects.values())}, schema=REDIRECTS_SCHEMA),
        records=pa.table({"record": ids, "digest": digests, "party": party}, schema=RECORDS_SCHEMA),
        pairs=pa.table({"left": names[left], "right": names[right], "bits": bits}, schema=PAIRS_SCHEMA),
        model=model,
    )


def _weighed(
    evidence: Evidence, left: Ints, right: Ints, *, before: Resolved | None, backend: Backend, tell: Progress
) -> tuple[npt.NDArray[np.float64], Model]:
    """The weight of each candidate pair, and the model by which it was weighed."""
    tell(_STEPS[2], 2, len(_STEPS))
    prior = evidence.prior_bits
    pairs = evidence.compare(left, right)
    tell(_STEPS[3], 3, len(_STEPS))
    model = dict(before.model) if before is not None else estimate(pairs, backend, prior_bits=prior)
    return score(pairs, model, backend, prior_bits=prior).bits, model


def _digests(records: pa.Table) -> list[str]:
    """A digest of what each record says of its party."""
    columns = [records[name].to_pylist() for name in records.column_names if name not in _NOT_COMPARED]
    return [sha256(repr(row).encode()).hexdigest()[:16] for row in zip(*columns, strict=True)]


def _changed(ids: list[str], digests: list[str], before: Resolved | None) -> npt.NDArray[np.bool_] | None:
    if before is None:
        return None
    known = dict(zip(texts(before.records["record"]), texts(before.records["digest"]), strict=True))
    return np.array([known.get(record) != digest for record, digest in zip(ids, digests, strict=True)], dtype=np.bool_)


def _with_pairs_before(pairs: Weighed, ids: list[str], *, changed: npt.NDArray[np.bool_], before: Resolved) -> Weighed:
    """The pairs of records that have not changed, as they were weighed before, beside the new ones."""
    left, right, bits = pairs
    place = {record: at for at, record in enumerate(ids)}
    one = np.array([place.get(record, -1) for record in texts(before.pairs["left"])], dtype=np.int64)
    other = np.array([place.get(record, -1) for record in texts(before.pairs["right"])], dtype=np.int64)
    still = (one >= 0) & (other >= 0)
    still &= ~changed[one] & ~changed[other] if len(changed) else still
    weights = before.pairs["bits"].to_numpy(zero_copy_only=False)
    return (
        np.concatenate((left, np.minimum(one, other)[still])),
        np.concatenate((right, np.maximum(one, other)[still])),
        np.concatenate((bits, weights[still])),
    )


def _between_units(left: Ints, right: Ints, bits: npt.NDArray[np.float64], size: int) -> Weighed:
    """What units weigh for each other: the best that any version of one has with any of the other."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    couple, back = np.unique(low * max(size, 1) + high, return_inverse=True)
    best = np.full(len(couple), -np.inf)
    np.maximum.at(best, back, bits)
    return couple // max(size, 1), couple % max(size, 1), best


def _numbers(evidence: Evidence) -> list[str | None]:
    """The kind of number that each unit bears, if one joins its records outright."""
    numbers: list[str | None] = [None] * evidence.units
    for unit, code in zip(evidence.unit.tolist(), evidence.outright.codes.tolist(), strict=True):
        if code >= 0:
            numbers[unit] = evidence.outright.values[code].partition(":")[0]
    return numbers


def _named(ids: list[str], labels: Ints, before: Resolved | None) -> tuple[list[str], dict[str, str]]:
    """The party id of each record, and the redirects."""
    places, place_of = np.unique(labels, return_inverse=True)
    groups: list[list[str]] = [[] for _ in places]
    for record, place in zip(ids, place_of.tolist(), strict=True):
        groups[place].append(record)
    was = before.party_of() if before is not None else {}
    led = before.led_to() if before is not None else {}
    named, redirects = inherited_ids(groups, was, led)
    return [named[place] for place in place_of.tolist()], dict(sorted(redirects.items()))


def _judged(
    evidence: Evidence, ids: list[str], before: Resolved | None, judgements: Iterable[Judgement]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Judged pairs of units: those that are the same, and those that are different."""
    given = tuple(judgements)
    if not given:
        return [], []
    JudgementSet(given)  # said in the words in which they were given, contradictions are easiest to understand
    meant = _units_meant(evidence, ids, before)
    in_units: list[Judgement] = []
    for one in given:
        ends = []
        for thing in (one.left, one.right):
            units = meant(thing)
            ends.append(f"#{units[0]}" if units else thing)
            in_units += [Judgement(thing, f"#{units[0]}", f"#{unit}", Verdict.SAME) for unit in units[1:]]
        in_units.append(Judgement(one.judgement_id, ends[0], ends[1], one.verdict))
    agreed = JudgementSet(in_units)
    same = [
        (int(group[0][1:]), int(thing[1:]))
        for group in ([thing for thing in things if thing.startswith("#")] for things in agreed.same())
        for thing in group[1:]
    ]
    known = {agreed.group(thing): thing for things in agreed.same() for thing in things if thing.startswith("#")}
    different = []
    for one_thing, other_thing, _ in agreed.different():
        ends = [known.get(thing, thing) for thing in (one_thing, other_thing)]
        if all(end.startswith("#") for end in ends):
            different.append((int(ends[0][1:]), int(ends[1][1:])))
    return same, different


def _units_meant(evidence: Evidence, ids: list[str], before: Resolved | None) -> Callable[[str], list[int]]:
    """A reader of the things that judgements name: records, entity ids and parties, as units."""
    by_thing: dict[str, set[int]] = {}
    kinds, keys = evidence.said["kind"], evidence.said["key"]
    numbers = [evidence.outright.values[code] if code >= 0 else None for code in evidence.outright.codes.tolist()]
    was = before.party_of() if before is not None else {}
    for unit, record, kind, key, number in zip(evidence.unit.tolist(), ids, kinds, keys, numbers, strict=True):
        for thing in (record, f"{kind}:{key}" if key else None, number, f"party:{was.get(record)}"):
            if thing:
                by_thing.setdefault(thing, set()).add(unit)
    led = before.led_to() if before is not None else {}

    def meant(thing: str) -> list[int]:
        kind, _, key = thing.partition(":")
        if kind == "party":
            thing = f"party:{led.get(key, key)}"
        if kind in ("importer", "consignee"):
            thing = f"importer:{taxpayer_of(key)}"
        found = by_thing.get(thing) or by_thing.get(f"importer:{key}" if kind == "consignee" else thing) or set()
        return sorted(found)

    return meant


def _possibly_same(
    evidence: Evidence,
    pairs: Weighed,
    *,
    labels: Ints,
    party: list[str],
    ids: list[str],
    model: Model,
    backend: Backend,
) -> pa.Table:
    """The best pair between each two parties that may be the same, and the pairs that hold each party together."""
    left, right, bits = pairs
    probability = 1.0 / (1.0 + np.exp2(-bits))
    likely = np.flatnonzero(probability >= POSSIBLE)
    best: dict[tuple[int, int], int] = {}
    root: dict[int, int] = {}

    def find(unit: int) -> int:
        while root.get(unit, unit) != unit:
            unit = root[unit]
        return unit

    chosen: list[int] = []
    for place in likely[np.lexsort((right[likely], left[likely], -bits[likely]))].tolist():
        a, b = int(left[place]), int(right[place])
        if labels[a] == labels[b]:
            one, other = sorted((find(int(evidence.unit[a])), find(int(evidence.unit[b]))))
            if one != other:
                root[other] = one
                chosen.append(place)
        else:
            low, high = sorted((int(labels[a]), int(labels[b])))
            if best.setdefault((low, high), place) == place:
                chosen.append(place)
    where = np.array(sorted(chosen), dtype=np.int64)
    compared = evidence.compare(left[where], right[where])
    parts = score(compared, model, backend, prior_bits=evidence.prior_bits).parts
    known_at = evidence.said["known_at"]
    out: dict[str, list[Any]] = {name: [] for name in POSSIBLY_SAME_SCHEMA.names}
    for place, pair in enumerate(where.tolist()):
        a, b = int(left[pair]), int(right[pair])
        if (party[b], ids[b]) < (party[a], ids[a]):
            a, b = b, a
        why = []
        for feature in FEATURES:
            level = int(compared.levels[feature.name][place])
            if level >= 0:
                shown = evidence.shown(feature.name, a, b)
                weight = round(float(parts[feature.name][place]), 1)
                why.append({"feature": feature.name, "left": shown[0], "right": shown[1],
                            "level": feature.levels[level], "bits": weight})  # fmt: skip
        why.sort(key=lambda one: -abs(one["bits"]))  # type: ignore[arg-type]
        learned = [day for day in (known_at[a], known_at[b]) if day]
        row = (party[a], party[b], Decimal(f"{probability[pair]:.3f}"), json.dumps(why, ensure_ascii=False),
               "yes" if party[a] == party[b] else "no", ids[a], ids[b], SOURCE, max(learned, default=None))  # fmt: skip
        for name, value in zip(out, row, strict=True):
            out[name].append(value)
    return pa.table(out, schema=POSSIBLY_SAME_SCHEMA)


__all__ = ["Judgement", "Resolved", "Verdict", "resolve", "resolve_records"]
