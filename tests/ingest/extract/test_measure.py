"""How well mentions are found: shares over marked texts, and clear words for files that are none."""

import json
from pathlib import Path

import pytest

from graph.model.errors import Invalid
from ingest.extract.measure import measure_extraction, read_marked

TEXT = "Case A-570-967 against Umber Co., Ltd. of China, and Ochre."


def marked(tmp_path: Path, *spans: tuple[str, str], text: str = TEXT) -> Path:
    places = [{"start": text.index(w), "end": text.index(w) + len(w), "kind": kind} for w, kind in spans]
    (tmp_path / "marked.jsonl").write_text(json.dumps({"id": "1", "text": text, "spans": places}), encoding="utf-8")
    return tmp_path / "marked.jsonl"


def test_exact_and_overlapping_spans_are_counted_apart(tmp_path: Path) -> None:
    path = marked(tmp_path, ("A-570-967", "case"), ("Umber Co", "company"), ("Ochre", "company"))
    measured = measure_extraction(read_marked(path))
    assert (measured["case"]["precision"], measured["case"]["recall"], measured["case"]["n"]) == (1, 1, 1)
    company = measured["company"]
    assert (company["precision"], company["recall"], company["f1"]) == (0, 0, 0)
    assert (company["precision_overlap"], company["recall_overlap"]) == (1, 0.5)
    assert measured["all"]["n"] == 3
    assert measured["all"]["found"] == 2  # the country was marked nowhere: nobody looked for countries
    assert measured["country"]["precision"] is None


def test_ids_are_compared_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "marked.jsonl"
    spans = [{"start": 5, "end": 14, "kind": "case", "id": "case:A-570-967"}]
    path.write_text(json.dumps({"id": "1", "text": TEXT, "spans": spans}) + "\n\n", encoding="utf-8")
    assert measure_extraction(read_marked(path))["case"]["id_accuracy"] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 is no object"),
        ('{"id": "1", "text": "ab"}', "line 1 is no object"),
        ('{"id": "1", "text": "ab", "spans": [{"start": 0, "end": 1, "kind": "shoe"}]}', "'shoe' is no kind"),
        ('{"id": "1", "text": "ab", "spans": [{"start": 1, "end": 3, "kind": "hts"}]}', "the span 1 to 3"),
    ],
)
def test_a_file_that_is_no_marked_text_is_refused_by_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "bad.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(Invalid, match="line 1") as refused:
        list(read_marked(tmp_path / "bad.jsonl"))
    assert said in refused.value.message
