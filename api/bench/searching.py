"""Search over many invented documents: how long they take to index, and questions of every kind with facets to answer.

Invariant: each question is asked through `SearchService`, with the default facets and ten hits with passages and
reasons, as the search box asks it; the same questions in every run. Beside the time by the clock stands the time on the
processor, which says more where the machine is busy.
"""

import os
import pickle
import random
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from api.bench.measure import peak_memory_mib, seconds, time_each
from api.bench.spine import Row
from api.bench.texts import invented_documents, vocabulary
from search.document import SearchDocument
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.service import SearchService

DOCUMENTS = 500_000
_QUESTIONS = 200  # of each kind
_SEED = 7
_WITHIN_S = 300


def run(folder: Path, *, documents: int = DOCUMENTS) -> Iterator[Row]:
    """One row for indexing (none where the folder has the index from a run before), one for each kind of question."""
    index = folder / f"search-{documents}"
    if not index.exists():
        made = index.with_name(f".{index.name}")
        shutil.rmtree(made, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        texts = folder / f".texts-{documents}"
        _keep(texts, invented_documents(documents))
        before = time.process_time()
        taken = seconds(lambda: TantivyIndexWriter(made).write(_kept(texts)))
        busy = time.process_time() - before
        texts.unlink()
        made.rename(index)
        size = sum(file.stat().st_size for file in index.iterdir())
        yield {
            "measure": "index", "documents": documents, "seconds": round(taken, 1),
            "processor_seconds": round(busy, 1), "size_mb": size // 1_000_000,
            "peak_mib": round(peak_memory_mib()), "load": _load(), "target_seconds": _WITHIN_S,
        }  # fmt: skip
    service = SearchService(TantivyIndex(index))
    for name, ask in _questions(service).items():
        busy_ms: list[float] = []
        timing = time_each(partial(_noting, busy_ms), [ask() for _ in range(_QUESTIONS)])
        busy_ms.sort()
        yield {
            "measure": name, **timing.row(), "processor_p50_ms": round(busy_ms[len(busy_ms) // 2], 2),
            "processor_p99_ms": round(busy_ms[int(len(busy_ms) * 0.99)], 2), "load": _load(), **_TARGETS.get(name, {}),
        }  # fmt: skip


def _keep(file: Path, documents: Iterator[SearchDocument]) -> None:
    """Invented before the clock starts: inventing takes as long as indexing."""
    with file.open("wb") as out:
        for document in documents:
            pickle.dump(document, out)


def _kept(file: Path) -> Iterator[SearchDocument]:
    with file.open("rb") as into:
        while into.peek(1):
            yield pickle.load(into)  # noqa: S301 - written above


def _noting(busy_ms: list[float], call: Callable[[], object]) -> None:
    before = time.thread_time()
    call()
    busy_ms.append((time.thread_time() - before) * 1_000)


_BOOLEAN = {"target_p50_ms": 10, "target_p99_ms": 60}
_TARGETS = dict.fromkeys(
    ("word", "word, filtered", "two words", "boolean, filtered", "tariff number", "phrase"), _BOOLEAN
)  # fmt: skip


def _questions(service: SearchService) -> dict[str, Callable[[], Callable[[], object]]]:
    """For each kind, what makes the next question of it."""
    choose = random.Random(_SEED)  # noqa: S311 - invented questions
    words = vocabulary()
    ports = [f"{number:02d}01" for number in range(20)]

    def word() -> str:
        return choose.choice(words[20:2_000])

    def asked(text: str, **filters: tuple[str, ...]) -> Callable[[], object]:
        return partial(service.search, text, filters=filters, limit=10)

    return {
        "word": lambda: asked(word()),
        "word, filtered": lambda: asked(word(), port=(choose.choice(ports),), kind=("ruling", "notice")),
        "two words": lambda: asked(f"{word()} {word()}"),
        "boolean, filtered": lambda: asked(f"{word()} AND ({word()} OR {word()}) NOT {word()}", country=("CN", "VN")),
        "phrase": lambda: asked('"{} {}"'.format(*choose.sample(words[20:600], 2))),
        "tariff number": lambda: asked(f"{choose.randrange(1, 97):02d}{choose.randrange(1, 20):02d}"),
        "beginning": lambda: asked(f"{choose.choice(words[20:2_000])[:4]}*"),
        "almost": lambda: asked(f"{word()}~1"),
        "question of eight words": lambda: asked(" ".join(word() for _ in range(8))),
        "like a document": lambda: partial(
            service.search, "", like=f"document:B-{choose.randrange(1_000)}", kinds=("documents",), limit=10
        ),
    }


def _load() -> float:
    """The load of the machine in the last minute: times mean little where it is above the processors."""
    return round(os.getloadavg()[0], 1)
