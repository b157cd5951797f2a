"""JSON records: a list, an object that holds a list, or an object a line; each record a row of text.

Invariant: nested lists become `a;b;c`, other nested values stay JSON text; a record that cannot be read is told
by its number and never ends the file.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.model.errors import Invalid
from ingest.sources.delimited import decoded, encoding_of, text_of

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or why there is none."""

    values: Mapping[str, object]
    problem: str = ""


def is_json(path: Path) -> bool:
    """Whether the file is JSON by its name, compressed or not."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return bool(suffixes) and suffixes[-1] in SUFFIXES


def as_text(value: object) -> str | None:
    """A JSON value as a cell.

    >>> as_text(["6109.10", "6110"]), as_text(None), as_text(True)
    ('6109.10;6110', None, 'true')
    """
    match value:
        case None:
            return None
        case str():
            return value.strip() or None
        case list() if all(isinstance(item, str | int | float) for item in value):
            return ";".join(str(item).strip() for item in value if str(item).strip()) or None
        case _:
            return json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> object:
    return json.loads(decoded(text)[0])


def _record(value: object) -> Record:
    if isinstance(value, dict):
        return Record(value)
    return Record({}, f"a record must be an object, not {type(value).__name__}")


def _by_line(path: Path) -> Iterator[Record]:
    with text_of(path) as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                yield _record(_parsed(line))
            except ValueError as error:
                yield Record({}, f"not JSON: {error}")


def _whole(path: Path, key: str) -> Iterator[Record]:
    with text_of(path) as lines:
        text = "".join(lines)
    try:
        value = _parsed(text)
    except ValueError as error:
        raise Invalid(
            f"{path.name} is not JSON: {error}.", thing=str(path), next_step="Fetch the file again."
        ) from error
    if isinstance(value, dict):
        value = value.get(key, [value]) if key else [value]
    if not isinstance(value, list):
        raise Invalid(f"{path.name} holds no list of records.", thing=str(path), value=key)
    for item in value:
        yield _record(item)


def records_of(path: Path, key: str) -> Iterator[Record]:
    """The records of a file; in a JSON object they stand under `key`, or the object is the record."""
    lines = any(suffix.lower() in LINE_SUFFIXES for suffix in path.suffixes)
    return _by_line(path) if lines else _whole(path, key)


def first_keys(head: bytes, key: str) -> frozenset[str]:
    """The keys of the first record, as far as a file's head shows it."""
    text = head.decode(encoding_of(head), "replace").lstrip()
    start = text.find("{")
    if start > 0 and text[:start].strip() != "[":
        return frozenset()
    if key and text.startswith("{") and f'"{key}"' in text:
        start = text.find("{", text.find(f'"{key}"'))
    if start < 0:
        return frozenset()
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return frozenset(_keys_of_broken(text[start:]))
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _keys_of_broken(text: str) -> Iterator[str]:
    """The top-level keys of an object that the head cuts off, as far as they can be read."""
    decoder = json.JSONDecoder()
    position = 1
    while position < len(text):
        position += len(text[position:]) - len(text[position:].lstrip(" \r\n\t,"))
        try:
            key, position = decoder.raw_decode(text, position)
            if not isinstance(key, str):
                return
            yield key
            position = text.index(":", position) + 1
            position += len(text[position:]) - len(text[position:].lstrip())
            _, position = decoder.raw_decode(text, position)
        except ValueError:
            return
