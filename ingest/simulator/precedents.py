"""Questions to past casework with known answers: which issues somebody about to begin anew should be shown.

Invariant: nothing is planted for these. The issues are those that the tables hold; a question is made of what the
world knows of their firms, goods and ports, and its answers are true by how the world was made.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingest.simulator.reference import Array
from ingest.simulator.streams import stream
from ingest.simulator.tables.casework import Issue, make_issues
from ingest.simulator.world import Scheme, World

Case = dict[str, Any]

# Of the families that any issue can be asked about, so many cases each.
_EACH = 20
_FEW = 2  # issues on one firm, for it to be asked about by its number: more would be hard to miss
# Look-alikes in which the newcomers have nothing to do with the firm that customs acted on.
_STRANGERS = (
    "customers_go_elsewhere", "second_line_of_a_maker", "same_director_or_lawyer", "same_former_name", "virtual_office",
)  # fmt: skip


def precedent_cases(world: World) -> list[Case]:
    """Cases of a world, as `truth/precedents.jsonl` has them: `case_id, family, label, query, precedents`.

    The query is a question as the gate takes it. Of a `positive` the precedents should come first; of a `hard_negative`
    they are issues on a firm that only looks like the one asked about.
    """
    issues = make_issues(world)
    rng = stream(world.seed, "precedents")
    order = rng.permutation(len(issues))
    shuffled = [issues[int(at)] for at in order]
    found: list[tuple[str, str, Case, list[str]]] = [
        *_changed(world, issues),
        *_renamed(world, issues),
        *_same_number(world, issues, shuffled),
        *_same_goods(world, issues, shuffled, rng.integers(0, 1 << 30, (len(issues), 12))),
        *_same_goods_and_port(world, issues, shuffled),
    ]
    return [
        {"case_id": f"P{number + 1:05d}", "family": family, "label": label, "query": query, "precedents": precedents}
        for number, (family, label, query, precedents) in enumerate(found)
    ]


_Found = Iterator[tuple[str, str, Case, list[str]]]


def _changed(world: World, issues: Sequence[Issue]) -> _Found:
    """Who came after a firm or maker that issues name: the same business, a branch, or a stranger."""
    for scheme in sorted(world.schemes, key=lambda scheme: (scheme.began_on, scheme.lots)):
        after = scheme.kind == "identity_change" or scheme.family == "reentry_by_successor"
        same = scheme.label == "positive" or scheme.family == "another_suffix"
        if not after or not (same or scheme.family in _STRANGERS):
            continue
        label = "positive" if same else "hard_negative"
        for kind, query, precedents in _successions(world, scheme, issues):
            yield f"{scheme.family}_{kind}" if kind else scheme.family, label, query, precedents


def _successions(world: World, scheme: Scheme, issues: Sequence[Issue]) -> Iterator[tuple[str, Case, list[str]]]:
    parties = world.parties
    if scheme.family == "new_plant_identity":
        old, *later = scheme.makers
        named = [issue.issue_id for issue in issues if int(world.lots["maker"][issue.lot]) == old]
        for maker in later if named else ():
            yield "", {"manufacturer": [parties.makers.mids[maker]]}, named
        return
    earlier = [scheme.importers[0]]
    for importer in scheme.importers[1:]:
        named = _naming(issues, earlier)
        if scheme.label == "positive":
            earlier.append(importer)  # a successor's successor comes after both
        if not named:
            continue
        number = [parties.importers.numbers[importer]]
        yield "", {"importer": number}, named
        goods = _latest(world, importer)
        if scheme.label == "positive" and goods:
            yield "draft", {"importer": number, **goods}, named


def _naming(issues: Iterable[Issue], importers: Sequence[int]) -> list[str]:
    return [issue.issue_id for issue in issues if set(issue.importers) & set(importers)]


def _latest(world: World, importer: int) -> Case:
    """The goods and port of an importer's latest lot: what a draft on it would name."""
    lots = (world.lots["importer"] == importer).nonzero()[0]
    if not len(lots):
        return {}
    lot = int(lots[world.lots["arrived"][lots].argmax()])
    lines = (world.lines["lot"] == lot).nonzero()[0]
    product = int(world.lines["product"][lines[0]])
    reference = world.reference
    return {"hts": [reference.hts_numbers[product]], "port": [reference.port_codes[int(world.lots["port"][lot])]]}


def _renamed(world: World, issues: Sequence[Issue]) -> _Found:
    """A firm that told customs of its new name, asked about by that name."""
    for filing in world.filings:
        if filing.role == "importer" and "name" in filing.changes:
            named = _naming(issues, [filing.party])
            if named:
                yield "declared_change", "positive", {"text": f"Shipments of {filing.changes['name']}"}, named


def _same_number(world: World, issues: Sequence[Issue], shuffled: Sequence[Issue]) -> _Found:
    """A firm that few issues name, by its number."""
    asked: set[int] = set()
    for issue in shuffled:
        importer = issue.importers[0]
        named = _naming(issues, [importer])
        if importer not in asked and len(named) <= _FEW and len(asked) < _EACH:
            asked.add(importer)
            yield "same_number", "positive", {"importer": [world.parties.importers.numbers[importer]]}, named


def _same_goods(world: World, issues: Sequence[Issue], shuffled: Sequence[Issue], draws: Array) -> _Found:
    """Goods in words alone, in another order."""
    reference = world.reference
    asked: set[str] = set()
    for issue, draw in zip(shuffled, draws, strict=True):
        if issue.hts in asked or len(asked) >= _EACH:
            continue
        asked.add(issue.hts)
        product = reference.hts_numbers.index(issue.hts)
        words = reference.descriptions[product].lower().replace(",", " ").split()
        mixed = [word for _, word in sorted(zip(draw, words, strict=False))]
        precedents = [
            other.issue_id
            for other in issues
            if reference.descriptions[reference.hts_numbers.index(other.hts)] == reference.descriptions[product]
        ]
        yield "same_goods", "positive", {"text": " ".join(mixed)}, precedents


def _same_goods_and_port(world: World, issues: Sequence[Issue], shuffled: Sequence[Issue]) -> _Found:
    """Goods by their tariff number to eight digits, and the port."""
    asked: set[tuple[str, int]] = set()
    for issue in shuffled:
        key = (issue.hts, issue.ports[0])
        if key in asked or len(asked) >= _EACH:
            continue
        asked.add(key)
        same = [other.issue_id for other in issues if other.hts == issue.hts and issue.ports[0] in other.ports]
        query = {"hts": [issue.hts[:8]], "port": [world.reference.port_codes[issue.ports[0]]]}
        yield "same_goods_and_port", "positive", query, same
