"""Which text of a document stands where several of its files have one.

Invariant: a text of which most was recognised from pictures (OCR), or a file without any text, never takes the place
of a text that a file held as characters, whichever came first; such a file stays under `other_files`. Of two texts of
one sort the later stands, and what was said of the earlier one's pages goes with it.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingest.clean.sql import literal
from ingest.engine import number, run
from ingest.staging import PARQUET

KEPT_BETTER = "recognised or without text: the better text that stood was kept"
_OF_ITS_TEXT = ("title", "text", "language", "file", "filename", "sha256", "pages", "reading_notes")
_PAGES = '[{"start": "BIGINT", "end": "BIGINT", "ocr": "BOOLEAN"}]'
# Half of the characters or more; only rows with a recognised page are looked into.
_RECOGNISED = (
    "coalesce(contains(pages, '\"ocr\": true') AND 2 * list_sum(list_transform("
    f"from_json(pages, '{_PAGES}'), lambda p: CASE WHEN p.ocr THEN p.\"end\" - p.start ELSE 0 END))"
    " >= length(text), false)"
)


def keep_better_text(
    engine: duckdb.DuckDBPyConnection, parts: Sequence[Path], standing: Sequence[Path], target: Path
) -> tuple[Sequence[Path], frozenset[str]]:
    """Staged rows of documents, with what their file says left out where a better text stands; and of which ids.

    The rows are written anew, to `target`, only where something of them has to be left out.
    """
    if not standing:
        return parts, frozenset()
    staged = _rows(parts)
    # Texts are long: they are looked at only in files that have one of these documents.
    holding = [
        Path(str(file))
        for (file,) in run(
            engine,
            f"SELECT DISTINCT fact_file FROM read_parquet([{_listed(standing)}], union_by_name = true,"
            f" filename = 'fact_file') SEMI JOIN {staged} USING (id)",
        )
    ]
    if not holding:
        return parts, frozenset()
    # Files that were written before these columns were declared lack them.
    stood = (
        "(SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS text, NULL::VARCHAR AS pages, NULL::VARCHAR[] AS reading_notes"
        f" WHERE false UNION ALL BY NAME SELECT * FROM {_rows(holding)})"
    )
    run(
        engine,
        "CREATE OR REPLACE TEMP TABLE better_text AS"
        f" SELECT id, bool_or(text IS NOT NULL AND NOT {_RECOGNISED}) AS written, bool_or(pages IS NOT NULL) AS paged,"
        " bool_or(reading_notes IS NOT NULL) AS noted"
        f" FROM {stood} SEMI JOIN {staged} USING (id) GROUP BY id",
    )
    worse = f"(file IS NOT NULL AND coalesce(written, false) AND (text IS NULL OR {_RECOGNISED}))"
    outdone = frozenset(
        str(found) for (found,) in run(engine, f"SELECT id FROM {staged} JOIN better_text USING (id) WHERE {worse}")
    )
    new_text = "text IS NOT NULL AND ((paged AND pages IS NULL) OR (noted AND reading_notes IS NULL))"
    if not outdone and not number(
        engine, f"SELECT count(*) FROM {staged} JOIN better_text USING (id) WHERE {new_text}"
    ):
        return parts, outdone
    columns = {name: f"CASE WHEN {worse} THEN NULL ELSE {name} END" for name in _OF_ITS_TEXT}
    for name, blank, was in (("pages", "'[]'", "paged"), ("reading_notes", "[]", "noted")):
        unsaid = f"{name} IS NULL AND text IS NOT NULL AND {was}"
        columns[name] = f"CASE WHEN {worse} THEN NULL WHEN {unsaid} THEN {blank} ELSE {name} END"
    columns["other_files"] = f"CASE WHEN {worse} THEN [file] ELSE other_files END"
    replaced = ", ".join(f"{said} AS {name}" for name, said in columns.items())
    run(
        engine,
        f"COPY (SELECT * EXCLUDE (written, paged, noted) REPLACE ({replaced}) FROM {staged}"
        f" LEFT JOIN better_text USING (id)) TO {literal(str(target))} {PARQUET}",
    )
    for part in parts:
        part.unlink()
    return (target,), outdone


def _rows(paths: Sequence[Path]) -> str:
    return f"(SELECT * FROM read_parquet([{_listed(paths)}], union_by_name = true))"


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(literal(str(path)) for path in paths)
