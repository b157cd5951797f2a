"""The United States Code as JSON lines of `{"headings": [...], "text": ...}`: one document a piece of a section.

Invariant: a piece is known by title, section and subsections, as lawyers cite it (`19USC-58b-c`); where two pieces
have one citation, the later ones are numbered in the file's order.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ingest.sources import delimited, json_records
from ingest.sources.mapped import BATCH_ROWS, batch_of, slug
from ingest.sources.source import CsvShape, TextRows

_TITLE = re.compile(r"Title\s+(\d+)")
_SECTION = re.compile(r"§+\s*([0-9][0-9A-Za-z\-–]*)")
_SUBSECTION = re.compile(r"\(([0-9A-Za-z]{1,5})\)")


def citation(headings: Sequence[str]) -> str:
    """What a piece is called, from its headings.

    >>> citation(["Title 19— CUSTOMS DUTIES", "§ 58b. User fee", "(c) Justification"])
    '19USC-58b-c'
    >>> citation(["Title 19— CUSTOMS DUTIES", "CHAPTER 5— SMUGGLING"])
    '19USC-CHAPTER-5-SMUGGLING'
    """
    title = _TITLE.match(headings[0]) if headings else None
    parts = [f"{title.group(1)}USC" if title else "USC"]
    at = next((i for i, heading in enumerate(headings) if _SECTION.match(heading)), None)
    if at is None:
        return "-".join([*parts, slug(headings[-1])[:60]]) if headings else ""
    section = _SECTION.match(headings[at])
    parts.append(section.group(1).rstrip("-–") if section else "")
    for heading in headings[at + 1 :]:
        below = _SUBSECTION.match(heading)
        parts.append(below.group(1) if below else slug(heading)[:40])
    return "-".join(parts)


class Statutes:
    """Pieces of the United States Code as documents."""

    name = "us-code"

    def recognises(self, path: Path, head: bytes) -> float:
        """By its two keys."""
        if not json_records.is_json(path):
            return 0.0
        keys = json_records.first_keys(delimited.opened_head(head), "")
        return 0.85 if keys == {"headings", "text"} else 0.0

    def rows(self, path: Path) -> Iterator[TextRows] | CsvShape:
        """One row a piece that has a text."""
        return self._rows(path)

    def _rows(self, path: Path) -> Iterator[TextRows]:
        seen: Counter[str] = Counter()
        records = enumerate(json_records.records_of(path, ""), start=1)
        while some := list(islice(records, BATCH_ROWS)):
            rows: list[dict[str, str | None]] = []
            numbers: list[int] = []
            problems: dict[int, str] = {}
            for number, record in some:
                text = str(record.values.get("text") or "").strip()
                if not text and not record.problem:
                    continue
                if record.problem:
                    problems[len(rows)] = record.problem
                numbers.append(number)
                rows.append(_document(record.values.get("headings"), text, seen))
            columns = {
                name: [row[name] for row in rows] for name in ("id", "kind", "title", "language", "text", "chapter")
            }
            left_out = {"a heading without text": len(some) - len(rows)} if len(some) > len(rows) else {}
            yield TextRows("documents", batch_of(columns, numbers), left_out=left_out, problems=problems)


def _document(value: object, text: str, seen: Counter[str]) -> dict[str, str | None]:
    headings = [" ".join(str(heading).split()) for heading in value] if isinstance(value, list) else []
    name = citation(headings)
    seen[name] += 1
    at = next((i for i, heading in enumerate(headings) if _SECTION.match(heading)), max(len(headings) - 1, 0))
    return {
        "id": (f"{name}-{seen[name]}" if seen[name] > 1 else name) if name else None,
        "kind": "statute",
        "title": " ".join(headings[at:]) or None,
        "language": "en",
        "text": text or None,
        "chapter": " / ".join(headings[1:at]) or None,
    }
