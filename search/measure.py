"""How good the order of hits is, on questions whose answers are known.

Invariant: questions are asked as people ask them, through `SearchService` with its settings as they are; what is known
of the answers is read after the last one was asked.
"""

import json
import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.model.errors import Invalid, NotFound
from search.document import SearchDocument
from search.index.index import SearchStore
from search.service import SearchService

_ASKED_FOR = 1_000  # hits of each question: as deep as the measures of TREC look
_RUN = "tidewaiter"

Grades = Mapping[str, Mapping[str, int]]  # question -> document -> grade; relevant above 0


def measure_retrieval(folder: Path, store: SearchStore, generation: Path, *, run: Path | None = None) -> dict[str, Any]:
    """Index `corpus.jsonl` of a folder, ask `queries.jsonl`, and compare with `qrels.txt` (TREC: query 0 document
    grade).

    The means over all questions that have a relevant document: average precision over 1,000 hits, nDCG@10 (gain: the
    grade), recall@100, reciprocal rank of the first relevant hit; besides counts, the milliseconds of a question, and
    the seconds of indexing. `run` is a file for what was found, in TREC's form. The index is made in `generation`.
    Raises `NotFound` for a missing file, `Invalid` for one that cannot be read so.
    """
    began = time.perf_counter()
    store.write(generation, _corpus(_file(folder, "corpus.jsonl")))
    indexed_s = time.perf_counter() - began
    index = store.index(generation)
    service = SearchService(index)
    found: dict[str, list[tuple[str, float]]] = {}
    elapsed_ms = []
    try:
        for row in _rows(_file(folder, "queries.jsonl")):
            began = time.perf_counter()
            hits = service.search(_text(row, "text"), facets=(), limit=_ASKED_FOR).items
            elapsed_ms.append((time.perf_counter() - began) * 1_000)
            found[_text(row, "id")] = [(hit.id, hit.score) for hit in hits]
        documents = index.count()
    finally:
        index.close()
    grades = _grades(_file(folder, "qrels.txt"))
    if run is not None:
        run.write_text("".join(_run_lines(found)), encoding="utf-8")
    measured = agreement({question: [id_ for id_, _ in hits] for question, hits in found.items()}, grades)
    return {
        **measured,
        "documents": documents,
        "asked": len(found),
        "p50_ms": round(statistics.median(elapsed_ms), 2) if elapsed_ms else None,
        "seconds": round(indexed_s, 2),
    }


def agreement(found: Mapping[str, Sequence[str]], grades: Grades) -> dict[str, float | int]:
    """The measures of what was found, best first, against known grades; a question that was not asked found nothing.

    >>> agreement({"1": ["b", "a"]}, {"1": {"a": 1}, "2": {"a": 0}})
    {'map': 0.5, 'ndcg_at_10': 0.63093, 'recall_at_100': 1.0, 'mrr': 0.5, 'questions': 1}
    """
    measured: dict[str, list[float]] = {"map": [], "ndcg_at_10": [], "recall_at_100": [], "mrr": []}
    for question, judged in grades.items():
        relevant = {document for document, grade in judged.items() if grade > 0}
        if not relevant:
            continue
        hits = found.get(question, ())
        ranks = [rank for rank, document in enumerate(hits, 1) if document in relevant]
        measured["map"].append(sum(count / rank for count, rank in enumerate(ranks, 1)) / len(relevant))
        gains = [max(judged.get(document, 0), 0) for document in hits[:10]]
        best = sorted((max(grade, 0) for grade in judged.values()), reverse=True)[:10]
        measured["ndcg_at_10"].append(_discounted(gains) / _discounted(best))
        measured["recall_at_100"].append(sum(rank <= 100 for rank in ranks) / len(relevant))
        measured["mrr"].append(1 / ranks[0] if ranks else 0.0)
    if not measured["map"]:
        raise Invalid(
            "No question of qrels.txt has a relevant document.",
            thing="qrels.txt",
            next_step="Write lines `query 0 document grade`, with a grade above 0 for what is relevant.",
        )
    means: dict[str, float | int] = {name: round(statistics.fmean(values), 5) for name, values in measured.items()}
    return {**means, "questions": len(measured["map"])}


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _corpus(path: Path) -> Iterator[SearchDocument]:
    for row in _rows(path):
        title, text = (str(row.get(part) or "") for part in ("title", "text"))
        yield SearchDocument(_text(row, "id"), "other", title, text)


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        try:
            question, _, document, grade = parts
            grades.setdefault(question, {})[document] = int(float(grade))
        except ValueError:
            raise _unreadable(path, number, line, "Write `query 0 document grade`.") from None
    return grades


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict) or row.get("id") in (None, ""):
                raise _unreadable(path, number, line, "Write one JSON object with an id on each line.")
            yield row


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _unreadable(path: Path, number: int, line: str, next_step: str) -> Invalid:
    return Invalid(
        f"Line {number} of {path} cannot be read.", thing=str(path), value=line.strip()[:80], next_step=next_step
    )


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise NotFound(
            f"There is no {name} in {folder}.",
            thing=str(path),
            next_step="Put corpus.jsonl (id, title, text), queries.jsonl (id, text) and qrels.txt into one folder.",
        )
    return path


def _run_lines(found: Mapping[str, Sequence[tuple[str, float]]]) -> Iterator[str]:
    for question, hits in found.items():
        for rank, (document, score) in enumerate(hits, 1):
            yield f"{question} Q0 {document} {rank} {score:.4f} {_RUN}\n"
