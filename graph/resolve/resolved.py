"""What resolution answers: which records are one party, who may be the same besides, and which ids lead where.

Invariant: every record is of exactly one party; an id that was ever given out leads to a party through redirects as
long as a record of it is left. Written and read back, it is the same.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

PARTIES: Final = "parties.parquet"
POSSIBLY_SAME: Final = "possibly_same.parquet"
REDIRECTS: Final = "redirects.parquet"
RECORDS: Final = "resolved_records.parquet"
PAIRS: Final = "resolved_pairs.parquet"
MODEL: Final = "resolved_model.json"
NAMED_PARTIES: Final = "named_parties.parquet"  # graph.resolve.named
ROWS_SHOWN: Final = 20
SOURCE: Final = "resolution"  # of rows that no sender's file holds


def _schema(**types: pa.DataType) -> pa.Schema:
    return pa.schema(types)


PARTIES_SCHEMA: Final = _schema(
    kind=pa.string(),
    key=pa.string(),
    party=pa.string(),
    name=pa.string(),
    records=pa.list_(pa.string()),
    source=pa.string(),
    known_at=pa.date32(),
)
POSSIBLY_SAME_SCHEMA: Final = _schema(
    left_party=pa.string(),
    right_party=pa.string(),
    probability=pa.decimal128(18, 3),
    why=pa.string(),
    merged=pa.string(),
    left_record=pa.string(),
    right_record=pa.string(),
    source=pa.string(),
    known_at=pa.date32(),
)
REDIRECTS_SCHEMA: Final = _schema(old=pa.string(), new=pa.string())
RECORDS_SCHEMA: Final = _schema(record=pa.string(), digest=pa.string(), party=pa.string())
PAIRS_SCHEMA: Final = _schema(left=pa.string(), right=pa.string(), bits=pa.float64())


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files that one resolution wrote into a folder; none where none was."""
    names = (PARTIES, POSSIBLY_SAME, REDIRECTS, RECORDS, PAIRS, MODEL, NAMED_PARTIES)
    return tuple(folder / name for name in names if (folder / name).exists())


@dataclass(frozen=True, slots=True)
class Resolved:
    """One resolution of all records.

    `parties`: one row a key (kind, key, party, name, records). `possibly_same`: pairs of parties below the merging
    threshold, and the pairs that made parties one, with reasons. `redirects`: ids that were, and where they lead.
    `records` (record, digest, party), `pairs` (left, right, bits) and `model` let the next resolution begin here.
    """

    parties: pa.Table
    possibly_same: pa.Table
    redirects: pa.Table
    records: pa.Table
    pairs: pa.Table
    model: Mapping[str, tuple[float, ...]]

    def write(self, folder: Path) -> None:
        """Write all files into a folder that exists."""
        for name, table in self._tables().items():
            pq.write_table(table, folder / name, compression="zstd")
        (folder / MODEL).write_text(json.dumps({k: list(v) for k, v in self.model.items()}, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Resolved":
        """What `write` wrote; FileNotFoundError where nothing was."""
        model = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        return cls(
            parties=pq.read_table(folder / PARTIES),
            possibly_same=pq.read_table(folder / POSSIBLY_SAME),
            redirects=pq.read_table(folder / REDIRECTS),
            records=pq.read_table(folder / RECORDS),
            pairs=pq.read_table(folder / PAIRS),
            model={name: tuple(m) for name, m in model.items()},
        )

    def party_of(self) -> dict[str, str]:
        """The party of each record."""
        return dict(zip(texts(self.records["record"]), texts(self.records["party"]), strict=True))

    def led_to(self) -> dict[str, str]:
        """Where each id leads that was a party's once."""
        return dict(zip(texts(self.redirects["old"]), texts(self.redirects["new"]), strict=True))

    def _tables(self) -> dict[str, pa.Table]:
        return {PARTIES: self.parties, POSSIBLY_SAME: self.possibly_same, REDIRECTS: self.redirects,
                RECORDS: self.records, PAIRS: self.pairs}  # fmt: skip


def texts(column: Any) -> list[str]:
    """The values of a column of texts without gaps."""
    values: list[str] = column.to_pylist()
    return values


def parties_table(records: pa.Table, party: Mapping[str, str]) -> pa.Table:
    """One row a kind and key. A key that several parties bear (a MID) goes to the one with most of its records."""
    columns = {name: records[name].to_pylist() for name in ("record", "kind", "key", "names", "rows", "known_at")}
    bearers: dict[tuple[str, str], Counter[str]] = {}
    rows: dict[tuple[str, str, str], list[str]] = {}
    names: dict[str, Counter[str]] = {}
    known: dict[tuple[str, str, str], list[date]] = {}
    for record, kind, key, some, said, known_at in zip(*columns.values(), strict=True):
        mine = party[record]
        if first := next(filter(None, some or ()), None):
            # A name on file is better than a name on a bill; among equals the one that most records bear.
            names.setdefault(mine, Counter())[first] += 1 if kind == "written" else 100
        if key is None:
            continue
        bearers.setdefault((kind, key), Counter())[mine] += 1
        rows.setdefault((kind, key, mine), []).extend(said or ())
        known.setdefault((kind, key, mine), []).extend([known_at] if known_at else [])
    best = {
        mine: min(count.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))[0]
        for mine, count in names.items()
    }
    out: dict[str, list[object]] = {name: [] for name in PARTIES_SCHEMA.names}
    for (kind, key), count in sorted(bearers.items()):
        mine = min(count.items(), key=lambda item: (-item[1], item[0]))[0]
        row = (
            kind, key, mine, best.get(mine, key), sorted(set(rows[kind, key, mine]))[:ROWS_SHOWN], SOURCE,
            min(known[kind, key, mine], default=None),
        )  # fmt: skip
        for name, value in zip(out, row, strict=True):
            out[name].append(value)
    return pa.table(out, schema=PARTIES_SCHEMA)
