"""Which source a file goes to."""

import os
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.errors import NotFound
from ingest.sources.registry import find_source, sources

SHARED = Path(os.environ.get("TIDEWAITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real files are not at {SHARED}")

# The real file, the source it belongs to, rows it gives.
REAL = [
    ("orders/source.csv", "adcvd-orders", 597),
    ("codes/01.05.ACE_Port_Codes_Merged_v20260111_1527.csv", "ace-ports", 772),
    ("codes/01.06.sked_d_usports.csv", "schedule-d", 432),
    ("codes/usace_sked_k_foreign_ports.csv", "schedule-k", 4082),
    ("codes/harmonized-system.csv", "hs-list", 6940),
    ("codes/hs6_lookup.csv", "hs-lookup", 0),
    ("codes/hs4_lookup.csv", "hs-lookup", 0),
    ("codes/hs2_lookup.csv", "hs-lookup", 0),
    ("codes/sked_c_countries.csv", "schedule-c", 0),
    ("codes/sections.csv", "hs-sections", 0),
    ("declarations/df_syn_train_eng.csv", "korea-import-declarations", 37385),
    ("declarations/df_syn_valid_eng.csv", "korea-import-declarations", 8134),
    ("eapa/eapa_entities.csv", "eapa-entities", 92),
    ("eapa/eapa_real.csv", "eapa-notices", 23),
    ("eapa/eapa_relationships.csv", "eapa-relationships", 0),
    ("lists/sdn.csv", "ofac-sdn", 7379),
    ("lists/alt.csv", "ofac-sdn", 0),
    ("lists/add.csv", "ofac-sdn", 0),
    ("lists/wro_findings_partial.csv", "wro-findings", 47),
    ("notices/federal_register.jsonl", "federal-register", 2839),
    ("title19/sections.jsonl", "us-code", 2570),
]
UNKNOWN = ["README.md", "retrieval/cranfield/cran.qry.xml", "resolution/febrl/dataset1.csv"]

PROFILE = """
name = "{name}"
title = "Weights of fish"
table = "ports"
files = ["delimited"]
needs = ["port_code"]
[columns]
port_code = ["Landing"]
name = ["Fish"]
"""


def head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65536)


@needs_shared_data
@pytest.mark.parametrize(("name", "source_name", "count"), REAL, ids=[name for name, _, _ in REAL])
def test_a_real_file_finds_its_source_and_gives_its_rows(name: str, source_name: str, count: int) -> None:
    path = SHARED / name
    source = find_source(path, head(path))
    assert source is not None
    assert source.name == source_name
    batches = list(source.rows(path))  # type: ignore[arg-type]
    assert sum(batch.batch.num_rows for batch in batches) == count
    assert not any(batch.problems for batch in batches)
    assert count or sum(batch.left_out.get(reason, 0) for batch in batches for reason in batch.left_out)


@needs_shared_data
def test_every_real_ruling_is_read_once() -> None:
    rows: Counter[str] = Counter()
    for path in sorted((SHARED / "rulings").iterdir()):
        source = find_source(path, head(path))
        assert source is not None
        for batch in source.rows(path):  # type: ignore[union-attr]
            assert not batch.problems
            if batch.batch.num_rows:
                rows.update(str(key) for key in batch.batch["id"].to_pylist())
    assert len(rows) == 38
    assert set(rows.values()) == {1}


@needs_shared_data
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_file_of_no_known_kind_has_no_source(name: str) -> None:
    assert find_source(SHARED / name, head(SHARED / name)) is None


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.txt", "N301234.html", "a.xlsx", "a"]))
def test_any_bytes_are_recognised_or_not_without_an_error(content: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        assert all(0 <= source.recognises(path, content) <= 1 for source in sources())


def test_a_users_own_profile_stands_before_ours(tmp_path: Path) -> None:
    (tmp_path / "fish.toml").write_text(PROFILE.format(name="schedule-d"), encoding="utf-8")
    path = tmp_path / "fish.csv"
    path.write_text("Landing,Fish\n0901,cod\n", encoding="utf-8")
    source = find_source(path, head(path), extra_profiles=tmp_path)
    assert source is not None
    assert source is not find_source(path, head(path), "schedule-d")
    assert source.name == "schedule-d"


def test_a_profile_can_be_named(tmp_path: Path) -> None:
    found = find_source(tmp_path / "any", b"", "ace-es003")
    assert found is not None
    assert found.name == "ace-es003"


def test_an_unknown_profile_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="ace-es003"):
        find_source(tmp_path / "any", b"", "es-3")


def test_every_source_has_a_name_of_its_own() -> None:
    names = [source.name for source in sources()]
    assert len(names) == len(set(names))
