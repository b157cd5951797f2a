"""Answers about loads: what came in, and what was turned away."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from api.schemas import LoadedFileItem, LoadItem, LoadsAnswer, RejectItem, RejectsAnswer
from graph.facts.ledger import Load, LoadedFile
from graph.model.errors import NotFound
from ingest.rejects import read_rejects


def loads_answer(loads: Sequence[Load]) -> LoadsAnswer:
    """All loads, newest first."""
    return LoadsAnswer(items=[_load_item(load) for load in reversed(loads)], total=len(loads))


def file_item(file: LoadedFile) -> LoadedFileItem:
    """The fate of one file."""
    return LoadedFileItem.model_validate(asdict(file))


def find_load(loads: Sequence[Load], load_id: str) -> Load:
    """The load of that id; `NotFound` names the newest as next step."""
    for load in loads:
        if load.load_id == load_id:
            return load
    newest = f"The newest is {loads[-1].load_id}." if loads else "Nothing has been loaded yet."
    raise NotFound(f"There is no load {load_id}.", thing="load", value=load_id[:100], next_step=newest)


def rejects_answer(home: Path, load_id: str, *, limit: int, offset: int) -> RejectsAnswer:
    """One page of a load's rejected rows; none where the load accepted everything."""
    items: list[RejectItem] = []
    total = 0
    try:
        for reject in read_rejects(home, load_id):
            if offset <= total < offset + limit:
                items.append(
                    RejectItem(
                        file=reject.file, row=reject.row, table=reject.table, column=reject.column, value=reject.value,
                        reason=reject.reason, cells=dict(reject.cells),
                    )
                )  # fmt: skip
            total += 1
    except NotFound:
        total = 0
    return RejectsAnswer(items=items, total=total, limit=limit, offset=offset)


def _load_item(load: Load) -> LoadItem:
    rows: Counter[str] = Counter()
    for fact in load.facts:
        rows[fact.table] += fact.rows
    return LoadItem(
        load_id=load.load_id,
        loaded_at=datetime.fromisoformat(load.loaded_at),
        files=[file_item(file) for file in load.files],
        rows=dict(sorted(rows.items())),
    )
