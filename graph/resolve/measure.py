"""How good resolution is, on data with known answers.

Invariant: the answers are read after the parties are made, and nothing of them reaches the comparison.
"""

import csv
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.model.errors import Invalid, NotFound
from graph.model.tables import TABLES, ColumnType
from graph.resolve.names import SAME_COMPANY_FROM, SAME_PERSON_FROM, Rarity, compare_names, compare_people
from graph.resolve.records import records_of_parties
from graph.resolve.resolve import resolve_records
from graph.resolve.words import read_name

_ROLE: Final = "company"


def measure_resolution(folder: Path) -> dict[str, float | int]:
    """Resolve `party_records.csv` of a folder and compare the parties with `clusters.csv` (record_id, cluster_id).

    Pairwise precision, recall and F1 over all pairs of records that clusters.csv names, B-cubed F1, how many
    clusters were found and are true, and the seconds that resolving took. Columns that the file lacks are unknown.
    """
    records = read_party_records(_file(folder, "party_records.csv"))
    truth = {
        row["record_id"]: row["cluster_id"]
        for row in csv_rows(_file(folder, "clusters.csv"), "record_id", "cluster_id")
    }
    began = time.perf_counter()
    resolved = resolve_records(records)
    seconds = time.perf_counter() - began
    found = {record.removeprefix("party_records:"): party for record, party in resolved.party_of().items()}
    known = [record for record in found if record in truth]
    if not known:
        raise Invalid(
            "No record of party_records.csv has a cluster in clusters.csv.",
            thing=str(folder),
            next_step="Use the same record_id in both files.",
        )
    measured = agreement([found[record] for record in known], [truth[record] for record in known])
    return {**measured, "records": len(found), "seconds": round(seconds, 2)}


def agreement(found: Sequence[str], true: Sequence[str]) -> dict[str, float | int]:
    """Pairwise precision, recall and F1, and B-cubed F1, of one partition against another of the same things.

    >>> agreement(["a", "a", "b"], ["x", "x", "x"])["pairwise_recall"]
    0.333...
    """
    both, ours, theirs = Counter(zip(found, true, strict=True)), Counter(found), Counter(true)
    hit, said, meant = (sum(n * (n - 1) // 2 for n in count.values()) for count in (both, ours, theirs))
    precision, recall = _share(hit, said), _share(hit, meant)
    things = len(found)
    cubed_precision = sum(n * n / ours[mine] for (mine, _), n in both.items()) / things
    cubed_recall = sum(n * n / theirs[its] for (_, its), n in both.items()) / things
    return {
        "pairwise_precision": precision,
        "pairwise_recall": recall,
        "pairwise_f1": _harmonic(precision, recall),
        "b_cubed_f1": _harmonic(cubed_precision, cubed_recall),
        "clusters": len(ours),
        "true_clusters": len(theirs),
    }


def measure_names(file: Path) -> dict[str, float | int]:
    """Compare the names of `pairs.csv` (left, right, match, and kind: company or person) with their answers.

    How rare words are is counted in the file's own names; the answers are not looked at.
    """
    rows = csv_rows(_file(file, "pairs.csv") if file.is_dir() else file, "left", "right", "match")
    rarity = Rarity.of(
        {name.bag: name for row in rows for name in map(read_name, (row["left"], row["right"]))}.values()
    )
    of_people = np.array([(row.get("kind") or "").lower() == "person" for row in rows], dtype=np.bool_)
    scores = np.array(
        [
            (compare_people if person else compare_names)(row["left"], row["right"], rarity=rarity).score
            for row, person in zip(rows, of_people, strict=True)
        ]
    )
    match = np.array([_is_match(row["match"]) for row in rows], dtype=np.bool_)
    said = scores >= np.where(of_people, SAME_PERSON_FROM, SAME_COMPANY_FROM)
    precision, recall = (
        _share(int((said & match).sum()), int(said.sum())),
        _share(int((said & match).sum()), int(match.sum())),
    )
    best, average = _curve(scores, match)
    return {
        "f1": _harmonic(precision, recall),
        "precision": precision,
        "recall": recall,
        "best_f1": best,
        "average_precision": average,
        "threshold": SAME_PERSON_FROM if of_people.all() else SAME_COMPANY_FROM,
        "threshold_of_people": SAME_PERSON_FROM,
        "pairs": len(rows),
        "matches": int(match.sum()),
    }


def read_party_records(file: Path) -> pa.Table:
    """Party records of a CSV file, in the columns of `graph.resolve.records.SCHEMA`, as they are written there.

    Nothing is validated or repaired: data with known answers are measured as they are.
    """
    rows = csv_rows(file, "record_id")
    columns: dict[str, Any] = {}
    for column in TABLES["party_records"].columns:
        values = [(row.get(column.name) or "").strip() or None for row in rows]
        if column.name == "role":
            values = [(value or _ROLE).lower() for value in values]
        if column.type is ColumnType.LIST:
            columns[column.name] = pa.array(
                [[part.strip() for part in (value or "").split(";") if part.strip()] for value in values],
                pa.list_(pa.string()),
            )
        else:
            columns[column.name] = pa.array(values, pa.string())
    for name in ("valid_from", "known_at"):
        columns[name] = pa.nulls(len(rows), pa.date32())
    records: pa.Table = records_of_parties(ibis.memtable(pa.table(columns))).to_pyarrow()
    return records


def _file(folder: Path, name: str) -> Path:
    file = folder / name
    if not file.is_file():
        raise NotFound(f"There is no {name} in {folder}.", thing=str(folder), next_step=f"Put {name} there.")
    return file


def csv_rows(file: Path, *needed: str) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise Invalid(f"{file} has no column {', '.join(missing)}.", thing=str(file), value=", ".join(missing))
            return list(reader)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", thing=str(file)) from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8.", thing=str(file)) from error


def _is_match(written: str) -> bool:
    return written.strip().lower() in ("1", "1.0", "true", "yes")


def _curve(scores: npt.NDArray[Any], match: npt.NDArray[Any]) -> tuple[float, float]:
    """The best F1 over all thresholds, and the average precision; equal scores count together."""
    if not match.any():
        return 0.0, 0.0
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.concatenate((np.diff(scores[order]) != 0, [True])))
    hits = np.cumsum(match[order])[last]
    precision, recall = hits / (last + 1), hits / match.sum()
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(f1.max()), float(np.sum(np.diff(np.concatenate(([0.0], recall))) * precision))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
