"""What the texts say that were loaded before statements were kept: they are read once more, as a load of its own.

Invariant: only documents with a text and without a row of statements are read, each in its current version; a row keeps
where its text came from. What is read counts all at once or not at all.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from graph.facts.ledger import FactFile, Ledger, Load, LoadedFile
from graph.facts.store import FactStore
from graph.model.tables import DOCUMENTS, STATEMENTS
from ingest.engine import open_engine, run
from ingest.extract.side_by_side import TextReaders
from ingest.text_facts import write_text_facts

_MOST_PROCESSES = 8
_AS_FILE = "texts loaded before"


def read_unread(
    facts: FactStore,
    ledger: Ledger,
    *,
    now: datetime,
    memory_limit_gb: float,
    threads: int | None,
    told: Callable[[int, int], None],
) -> str | None:
    """Read what no statements were kept of; the id of the load that holds them now, None where nothing was left.

    Call only while holding `graph.facts.ledger.writing`.
    """
    if not facts.counts().rows.get(DOCUMENTS.name):
        return None
    documents = facts.table(DOCUMENTS.name)
    stated = facts.table(STATEMENTS.name).select("document_id")
    unread = documents.anti_join(stated, documents.id == stated.document_id)
    if not unread.count().to_pyarrow().as_py():
        return None
    load_id = ledger.next_load_id(now)
    folder = ledger.staging(load_id)
    try:
        texts = folder / "texts.parquet"
        left = facts.write(unread.filter(unread.text.notnull()), texts)
        if not left:
            return None
        path = folder / "statements.parquet"
        with (
            closing(open_engine(folder, memory_limit_gb, threads)) as engine,
            closing(TextReaders(min(threads or os.cpu_count() or 1, _MOST_PROCESSES))) as readers,
        ):
            _, rows = write_text_facts(
                texts,
                engine,
                readers,
                lambda done: told(done, left),
                mentions=folder / "mentions.parquet",  # stand already
                statements=path,
            )
            ((first, last),) = run(engine, "SELECT min(known_at), max(known_at) FROM read_parquet(?)", [str(path)])
        relative = f"facts/{STATEMENTS.name}/{load_id}-0001.parquet"
        fact = FactFile(STATEMENTS.name, relative, rows, min_known_at=str(first or ""), max_known_at=str(last or ""))
        file = LoadedFile(_AS_FILE, "", "", (STATEMENTS.name,), rows, 0, 0, reason="read for what they say")
        ledger.commit(Load(load_id, now.strftime("%Y-%m-%dT%H:%M:%SZ"), (file,), (fact,)), {relative: path})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return load_id
