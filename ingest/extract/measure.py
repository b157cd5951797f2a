"""How well mentions are found in texts that somebody has marked.

Invariant: what a file marks nowhere was not marked at all, so that finding it is no error; every other kind counts.
Shares are from 0 to 1; one that is of nothing is None.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid
from ingest.extract.mentions import find_all
from ingest.extract.pipeline import COMPANY, COUNTRY, DATE, How, Pipeline

KINDS = (
    "entry_number", "importer_number", "manufacturer_id", "hts", "case", "ruling", "port", "lab_number", "container",
    "bill", COMPANY, COUNTRY, DATE,
)  # fmt: skip
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and what a person marked in it: `(start, end, kind)`, and the entity of those that have one."""

    document_id: str
    text: str
    spans: frozenset[tuple[int, int, str]]
    ids: tuple[tuple[tuple[int, int, str], str], ...] = ()


def read_marked(path: Path) -> Iterator[Marked]:
    """The lines of a file of marked texts: `{id, text, spans: [{start, end, kind, id?}]}`.

    `Invalid` names the line that is no such object, a kind that is none, or a span that lies outside its text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read as UTF-8 text: {error}.", thing=str(path)) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _marked(line, f"{path.name}, line {number}")


def _marked(line: str, where: str) -> Marked:
    try:
        row = json.loads(line)
        text, spans = row["text"], row["spans"]
        places = [(int(span["start"]), int(span["end"]), str(span["kind"])) for span in spans]
        ids = tuple((place, str(span["id"])) for place, span in zip(places, spans, strict=True) if span.get("id"))
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(
            f"{where} is no object with id, text and spans of start, end and kind: {error!r}.",
            thing=where,
            next_step="See docs/reference/extraction.md for the form of the file.",
        ) from error
    for start, end, kind in places:
        if kind not in KINDS:
            raise Invalid(f"{where}: {kind!r} is no kind of mention; kinds are: {', '.join(KINDS)}.", thing=where)
        if not 0 <= start < end <= len(text):
            raise Invalid(
                f"{where}: the span {start} to {end} is not in the text.", thing=where, value=f"{start}-{end}"
            )
    return Marked(str(row.get("id", "")), text, frozenset(places), ids)


def measure_extraction(marked: Iterable[Marked], pipeline: Pipeline | None = None) -> dict[str, Any]:
    """Precision, recall and F1 of each kind and of all, of exact spans and of overlapping ones, and of marked ids.

    A role ("the importer") is no name and does not count, whatever it stands for.
    """
    texts = list(marked)
    measured = {kind for text in texts for _, _, kind in text.spans}
    counts = {kind: Counter[str]() for kind in (*KINDS, _ALL)}
    found = find_all(((str(at), one.text) for at, one in enumerate(texts)), pipeline)
    for text, (_, mentions) in zip(texts, found, strict=True):
        said = {(one.start, one.end, one.what): one.key for one in mentions if one.how != How.ROLE}
        _count(text.spans, {place for place in said if place[2] in measured}, counts)
        for place, entity_id in text.ids:
            if place in said:
                for kind in (place[2], _ALL):
                    counts[kind]["with_id"] += 1
                    counts[kind]["id_right"] += said[place] == entity_id.partition(":")[2] or said[place] == entity_id
    return {"documents": len(texts), **{kind: _shares(counts[kind]) for kind in (*KINDS, _ALL)}}


def _count(
    spans: frozenset[tuple[int, int, str]], said: set[tuple[int, int, str]], counts: dict[str, Counter[str]]
) -> None:
    for place in spans:
        for kind in (place[2], _ALL):
            counts[kind]["n"] += 1
            counts[kind]["recalled"] += place in said
            counts[kind]["recalled_overlap"] += _overlaps(place, said)
    for place in said:
        for kind in (place[2], _ALL):
            counts[kind]["said"] += 1
            counts[kind]["right"] += place in spans
            counts[kind]["right_overlap"] += _overlaps(place, spans)


def _overlaps(place: tuple[int, int, str], others: Iterable[tuple[int, int, str]]) -> bool:
    start, end, kind = place
    return any(kind == other and start < its_end and its_start < end for its_start, its_end, other in others)


def _shares(counts: Counter[str]) -> dict[str, Any]:
    shares: dict[str, Any] = {"n": counts["n"], "found": counts["said"]}
    for suffix in ("", "_overlap"):
        precision = _share(counts[f"right{suffix}"], counts["said"])
        recall = _share(counts[f"recalled{suffix}"], counts["n"])
        both = (precision or 0.0) + (recall or 0.0)
        f1 = (
            None
            if precision is None and recall is None
            else 2 * (precision or 0) * (recall or 0) / both
            if both
            else 0.0
        )
        shares |= {f"precision{suffix}": precision, f"recall{suffix}": recall, f"f1{suffix}": f1}
    if counts["with_id"]:
        shares["id_accuracy"] = counts["id_right"] / counts["with_id"]
    return shares


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
