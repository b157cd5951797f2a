"""What a document says, told from what was kept of its text and from its columns."""

import json
from pathlib import Path

from api.answers.said import said_by_document
from graph.facts.duckdb import DuckDbFactStore
from tests.fixtures.fact_files import load_facts

SHARE = {"what": "result", "value": "cotton 60 %"}


def told(home: Path, document: dict[str, object], *said: dict[str, object]) -> list[tuple[str, str, str, str]]:
    kept = [{"document_id": document["id"], "said": json.dumps(said)}] if said else []
    load_facts(home, documents=[document], statements=kept)
    store = DuckDbFactStore(home, threads=1)
    found = said_by_document(store, str(document["id"]))
    store.close()
    return [(one.what, one.value, one.entity, one.flag) for one in found]


def test_figures_of_columns_count_before_those_of_the_text(tmp_path: Path) -> None:
    results = [{"analyte": "Lead", "value": "120", "unit": "ppm", "limit": 90, "uncertainty": "5"}]
    document = {
        "id": "SV1", "kind": "lab_report", "results": json.dumps(results), "origin_consistent": "no",
        "claimed_origin": "VN", "suggested_hts": "61091000", "claimed_hts": "61099010", "conclusion": "Not as claimed.",
    }  # fmt: skip
    assert told(tmp_path, document, SHARE) == [
        ("result", "lead 120 ±5 ppm (limit 90: exceeded)", "", ""),
        ("origin_consistent", "not consistent with the origin claimed", "country:VN", "origin in doubt"),
        ("suggested_hts", "61091000", "hts:61091000", "another number than was claimed"),
        ("conclusion", "Not as claimed.", "", ""),
    ]


def test_what_only_the_text_says_is_told_with_its_place_and_the_same_conclusion_once(tmp_path: Path) -> None:
    load_facts(tmp_path, documents=[{"id": "SV2", "kind": "lab_report"}])
    concluded = {"what": "conclusion", "value": "Not as claimed.", "start": 4, "end": 19}
    document = {"id": "SV1", "kind": "lab_report", "conclusion": "Not as claimed."}
    assert told(tmp_path, document, SHARE, concluded) == [
        ("result", "cotton 60 %", "", ""),
        ("conclusion", "Not as claimed.", "", ""),
    ]
    store = DuckDbFactStore(tmp_path, threads=1)
    assert [(one.start, one.end) for one in said_by_document(store, "SV1")] == [(0, 0), (4, 19)]
    assert said_by_document(store, "SV2") == said_by_document(store, "SV3") == []
    store.close()


def test_a_number_leads_to_its_entity_and_a_name_to_none(tmp_path: Path) -> None:
    held = {"what": "classified_under", "value": "7326.20.0020", "key": "hts:7326200020", "start": 1, "end": 13}
    client = {"what": "on_behalf_of", "value": "Umber Inc.", "key": "UMBER INC", "start": 20, "end": 30}
    assert told(tmp_path, {"id": "NY-N301234", "kind": "ruling"}, held, client) == [
        ("classified_under", "7326.20.0020", "hts:7326200020", ""),
        ("on_behalf_of", "Umber Inc.", "", ""),
    ]
