"""Everything of a generation as JSON lines, read from its files in batches: memory stays flat."""

import json
from collections.abc import Iterator
from pathlib import Path

from api.answers.cells import row
from api.answers.findings import finding_items
from api.serving import Snapshot

_ROWS_AT_ONCE = 10_000


def export_lines(snapshot: Snapshot, what: str) -> Iterator[bytes]:
    """All `entities`, `links` or `findings`, some lines at a time, each ending in a newline."""
    if what == "entities":
        return _parquet_lines(snapshot.generation.entities)
    if what == "links":
        return _parquet_lines(snapshot.generation.links)
    return _finding_lines(snapshot)


def _parquet_lines(path: Path) -> Iterator[bytes]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            lines: list[str] = []
            for values in batch.to_pylist():
                known = row(values)
                properties = known.pop("properties", None)
                whole = known if properties is None else {**known, "properties": json.loads(str(properties))}
                lines.append(json.dumps(whole, ensure_ascii=False))
            yield "".join(f"{line}\n" for line in lines).encode()


def _finding_lines(snapshot: Snapshot) -> Iterator[bytes]:
    for finding in snapshot.findings.all:
        yield finding_items([finding], snapshot.view)[0].model_dump_json().encode() + b"\n"
