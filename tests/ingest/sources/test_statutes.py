"""Pieces of the United States Code, named as lawyers cite them."""

import json
from pathlib import Path

from ingest.sources.statutes import Statutes

TITLE = "Title 19— CUSTOMS DUTIES"


def test_pieces_with_one_citation_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "t19.jsonl"
    records = [
        {"headings": [], "text": ""},
        {"headings": [TITLE, "CHAPTER 4", "§\u202f1592. Penalties", "(a) Prohibition"], "text": "No person may."},
        {"headings": [TITLE, "CHAPTER 4", "§\u202f1592. Penalties", "(a) Prohibition"], "text": "Continued."},
    ]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    source = Statutes()
    assert source.recognises(path, path.read_bytes()) > 0.5
    (batch,) = list(source.rows(path))  # type: ignore[arg-type]
    assert batch.batch["id"].to_pylist() == ["19USC-1592-a", "19USC-1592-a-2"]
    assert batch.batch["title"].to_pylist()[0] == "§ 1592. Penalties (a) Prohibition"
    assert batch.batch["source_row"].to_pylist() == [2, 3]
    assert batch.left_out == {"a heading without text": 1}
